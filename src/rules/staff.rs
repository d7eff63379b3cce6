//! V9: one 网格长 and at least one 网格员 on every cell, counted in distinct members whose posts have no end.

use super::Issue;
use super::seen::Seen;
use crate::model::{Id, Said, Target};
use std::collections::{BTreeMap, BTreeSet};

/// The one in charge of a cell.
const HEAD: &str = "网格长";
/// Who works in a cell.
const WORKER: &str = "网格员";

pub(super) fn check(seen: &Seen<'_>) -> Vec<Issue> {
    let mut heads: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
    let mut workers: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
    for post in seen.plan.posts.values().filter(|p| p.held_on(None)) {
        if let Target::Cell { layer, unit } = post.target
            && layer == seen.number
        {
            match post.post.as_str() {
                HEAD => heads.entry(unit).or_default().insert(post.member),
                WORKER => workers.entry(unit).or_default().insert(post.member),
                _ => false,
            };
        }
    }
    let count = |of: &BTreeMap<Id, BTreeSet<Id>>, cell: Id| of.get(&cell).map_or(0, BTreeSet::len);
    let mut out = Vec::new();
    for cell in &seen.cells {
        let (h, w) = (count(&heads, cell.id), count(&workers, cell.id));
        let vacant: Vec<&str> = [(h, HEAD), (w, WORKER)].into_iter().filter(|(n, _)| *n == 0).map(|(_, d)| d).collect();
        if !vacant.is_empty() {
            let said = Said::new(
                format!("空缺：{}，请指派", vacant.join("、")),
                format!("Vacant: {}; assign a member", vacant.join(", ")),
            );
            out.push(seen.of_units("V9", [*cell], said));
        }
        if h > 1 {
            let said = Said::new(
                format!("{HEAD}有 {h} 人，请只留 1 人"),
                format!("{h} members hold the post {HEAD}: keep one"),
            );
            out.push(seen.of_units("V9", [*cell], said));
        }
    }
    out
}
