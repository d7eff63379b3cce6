//! V2: ground inside the outline that no cell has. Silent until there is a cell.

use super::Issue;
use super::seen::{Seen, square_metres, warning};
use crate::model::Said;
use crate::topology::OUTSIDE;

pub(super) fn check(seen: &Seen<'_>) -> Vec<Issue> {
    if !seen.faces.keys().any(|&o| seen.is_cell(o)) {
        return Vec::new();
    }
    let mut gaps: Vec<u32> =
        seen.faces.iter().filter(|(o, _)| **o != OUTSIDE && !seen.is_cell(**o)).flat_map(|(_, f)| f).copied().collect();
    gaps.sort_unstable();
    let each = gaps.into_iter().map(|f| {
        let m2 = square_metres(seen.area2(&[f]));
        let unit = seen.layer.unit_of(seen.layer.partition.owner(f));
        let said = Said::new(format!("空白 {m2} 平方米，请划入一个网格"), format!("Gap of {m2} m²: give it to a cell"));
        Issue {
            at: seen.point_in(&[f]),
            cells: unit.map(|u| (seen.def.id.clone(), u.code.clone())).into_iter().collect(),
            ..warning("V2", said)
        }
    });
    each.collect()
}
