//! V7: households of a cell outside the rules' range. Silent while there is no building to count.

use super::Issue;
use super::seen::{Seen, grouped};
use crate::model::{Kind, Said};

pub(super) fn check(seen: &Seen<'_>) -> Vec<Issue> {
    if seen.project.table(Kind::Buildings).is_empty() {
        return Vec::new();
    }
    let rules = &seen.project.facts.rules;
    let each = seen.cells.iter().filter_map(|cell| {
        let households = seen.assignment.own(cell.id.0).households.max(0) as u64;
        let n = rules.deviation(households);
        let by = grouped(i128::from(n.abs()));
        let said = match n {
            0 => return None,
            1.. => Said::new(format!("超 {by} 户，还需移出 {by} 户"), format!("{by} households over: move {by} out")),
            _ => Said::new(format!("缺 {by} 户，还需移入 {by} 户"), format!("{by} households under: move {by} in")),
        };
        Some(seen.of_units("V7", [*cell], said))
    });
    each.collect()
}
