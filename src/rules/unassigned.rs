//! `unassigned`: buildings in no cell, one issue each so that they can be walked through. Where an outline is drawn only
//! those inside it: what lies outside is nobody's to assign. Without an outline all.

use super::Issue;
use super::seen::{Seen, grouped, warning};
use crate::model::{Field, Kind, Said};
use crate::topology::OUTSIDE;

/// Buildings listed one by one; the rest are counted in one last issue.
pub const UNASSIGNED_LISTED: usize = 10_000;

pub(super) fn check(seen: &Seen<'_>) -> Vec<Issue> {
    let table = seen.project.table(Kind::Buildings);
    let mut slots = seen.assignment.unassigned_buildings(seen.project);
    if !seen.faces.is_empty() {
        slots.retain(|&slot| seen.assignment.building(slot) != Some(OUTSIDE));
    }
    let each = slots.iter().take(UNASSIGNED_LISTED).filter_map(|&slot| {
        let row = table.get(slot)?;
        let (code, name) = (row.code(), row.name());
        let title = if name.is_empty() { code.to_owned() } else { format!("{code} {name}") };
        let n = row.count(Field::Households).unwrap_or(0);
        let said = Said::new(
            format!("未划入：{title}，{n} 户，请划入一个网格"),
            format!("Unassigned: {title}, {n} households; give it to a cell"),
        );
        Some(Issue { at: row.anchor(), buildings: vec![code.to_owned()], ..warning("unassigned", said) })
    });
    let mut out: Vec<Issue> = each.collect();
    if let Some(&first) = slots.get(UNASSIGNED_LISTED) {
        let n = grouped((slots.len() - UNASSIGNED_LISTED) as i128);
        let said = Said::new(
            format!("未划入：另有 {n} 栋，请先画网格"),
            format!("Unassigned: {n} more buildings; draw cells first"),
        );
        out.push(Issue { at: table.get(first).and_then(|r| r.anchor()), ..warning("unassigned", said) });
    }
    out
}
