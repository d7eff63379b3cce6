//! V16: ground that hangs together over more than 25 km² (Ziran Ziyuan Fa 2020 No. 95, table item 18: full-element
//! large-scale results over a contiguous extent above 25 km² may be classified).

use super::Issue;
use super::seen::{Seen, warning};
use crate::model::Said;
use crate::topology::OUTSIDE;
use std::collections::BTreeSet;

/// 25 km² as a double area in mm².
const LIMIT_AREA2: i128 = 2 * 25_000_000_000_000;

pub(super) fn check(seen: &Seen<'_>) -> Vec<Issue> {
    let p = &seen.layer.partition;
    let mut out = Vec::new();
    let mut known: BTreeSet<u32> = BTreeSet::new();
    for (start, _) in p.faces().filter(|(_, f)| f.owner != OUTSIDE) {
        if !known.insert(start) {
            continue;
        }
        let (mut whole, mut next) = (vec![start], 0);
        while let Some(&f) = whole.get(next) {
            next += 1;
            for &ring in p.face(f).map_or(&[][..], |f| &f.rings) {
                for h in p.ring(ring) {
                    let beside = p.left(h.twin());
                    if p.owner(beside) != OUTSIDE && known.insert(beside) {
                        whole.push(beside);
                    }
                }
            }
        }
        let area2 = seen.area2(&whole);
        if area2 > LIMIT_AREA2 {
            let km2 = area2 as f64 / 2e12;
            let said = Said::new(
                format!("连片范围 {km2:.1} 平方公里，超过 25 平方公里，使用大比例尺地形图前请先确认密级"),
                format!(
                    "{km2:.1} km² hang together, more than 25 km²: ask for the secrecy level before using large-scale maps"
                ),
            );
            out.push(Issue { at: seen.point_in(&whole), ..warning("V16", said) });
        }
    }
    out
}
