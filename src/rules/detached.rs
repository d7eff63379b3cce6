//! V14: a cell whose ground falls into parts that do not touch (飞地). Faces that share a node touch.

use super::Issue;
use super::seen::{Seen, square_metres};
use crate::model::Said;
use std::collections::BTreeMap;

pub(super) fn check(seen: &Seen<'_>) -> Vec<Issue> {
    let mut out = Vec::new();
    for cell in &seen.cells {
        let faces = seen.faces_of(cell.id.0);
        if faces.len() < 2 {
            continue;
        }
        let mut parts = parts(seen, faces);
        if parts.len() < 2 {
            continue;
        }
        parts.sort_by_key(|part| std::cmp::Reverse(seen.area2(part)));
        let rest: i128 = parts[1..].iter().map(|part| seen.area2(part)).sum();
        let (n, m2) = (parts.len(), square_metres(rest));
        let said = Said::new(
            format!("飞地：分成 {n} 块，主块之外 {m2} 平方米，请并入相邻网格，或确认保留"),
            format!("Detached: {n} parts, {m2} m² away from the main one; merge them with a neighbour or leave them"),
        );
        out.push(Issue { at: seen.point_in(&parts[1]), ..seen.of_units("V14", [*cell], said) });
    }
    out
}

/// Faces that hang together by nodes, in the order of their first faces.
fn parts(seen: &Seen<'_>, faces: &[u32]) -> Vec<Vec<u32>> {
    let p = &seen.layer.partition;
    let mut part: Vec<usize> = (0..faces.len()).collect();
    let mut first_at: BTreeMap<u32, usize> = BTreeMap::new();
    for (i, &f) in faces.iter().enumerate() {
        for &ring in p.face(f).map_or(&[][..], |f| &f.rings) {
            for h in p.ring(ring) {
                let j = *first_at.entry(p.start(h)).or_insert(i);
                let (a, b) = (root(&part, i), root(&part, j));
                part[a.max(b)] = a.min(b);
            }
        }
    }
    let mut out: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for (i, &f) in faces.iter().enumerate() {
        out.entry(root(&part, i)).or_default().push(f);
    }
    out.into_values().collect()
}

fn root(part: &[usize], mut i: usize) -> usize {
    while part[i] != i {
        i = part[i];
    }
    i
}
