//! V6: a courtyard that is not kept whole has buildings in several cells.

use super::Issue;
use super::seen::{Seen, grouped, warning};
use crate::model::{Kind, Said};
use crate::topology::Owner;
use std::collections::BTreeMap;

pub(super) fn check(seen: &Seen<'_>) -> Vec<Issue> {
    let mut out = Vec::new();
    for (slot, yard) in seen.project.table(Kind::Courtyards).iter() {
        let buildings = seen.assignment.courtyards().buildings(slot);
        let mut counts: BTreeMap<Owner, i128> = BTreeMap::new();
        for owner in buildings.iter().filter_map(|&b| seen.assignment.building(b)).filter(|&o| seen.is_cell(o)) {
            *counts.entry(owner).or_default() += 1;
        }
        if counts.len() < 2 || seen.project.is_whole(slot) {
            continue;
        }
        let mut cells: Vec<(&str, i128)> =
            counts.iter().filter_map(|(&o, &n)| Some((seen.layer.unit_of(o)?.code.as_str(), n))).collect();
        cells.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let list = |each: &dyn Fn(&str, String) -> String, between: &str| {
            cells.iter().map(|(c, n)| each(c, grouped(*n))).collect::<Vec<_>>().join(between)
        };
        let name = if yard.name().is_empty() { yard.code() } else { yard.name() };
        let said = Said::new(
            format!(
                "“{name}”分在 {} 个网格（{}），请移动边界，或设为整院归属",
                cells.len(),
                list(&|c, n| format!("{c}：{n} 栋"), "，")
            ),
            format!(
                "\"{name}\" lies in {} cells ({}): move the border, or keep the courtyard whole",
                cells.len(),
                list(&|c, n| format!("{c}: {n} buildings"), ", ")
            ),
        );
        let table = seen.project.table(Kind::Buildings);
        out.push(Issue {
            at: yard.anchor(),
            cells: cells.iter().map(|(c, _)| (seen.def.id.clone(), (*c).to_owned())).collect(),
            buildings: buildings.iter().filter_map(|&b| table.get(b)).map(|r| r.code().to_owned()).collect(),
            courtyard: Some(yard.code().to_owned()),
            ..warning("V6", said)
        });
    }
    out
}
