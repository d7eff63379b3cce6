//! Tallies of gathered units: what they list, not what stands on any ground.

use super::{Courtyards, Tally};
use crate::model::{Extent, Id, Kind};
use crate::plan::{Layer, Project};
use std::collections::BTreeMap;

/// Buildings, households, residents and courtyards of each gathered unit of a layer. A building that a unit of the level
/// lists itself counts there and not with its courtyard; a code that is no more counts nothing. Incidents belong to
/// ground and are not counted. O(what is listed).
pub fn gathered(project: &Project, courtyards: &Courtyards, layer: &Layer) -> BTreeMap<Id, Tally> {
    let (houses, yards) = (project.table(Kind::Buildings), project.table(Kind::Courtyards));
    // By level and slot of the building: the unit, and whether it lists the building itself.
    let mut of: BTreeMap<(u8, u32), (Id, bool)> = BTreeMap::new();
    let mut out: BTreeMap<Id, Tally> = BTreeMap::new();
    for u in layer.units.values() {
        let Extent::Gathered(g) = &u.extent else { continue };
        let tally = out.entry(u.id).or_default();
        for yard in g.courtyards.iter().filter_map(|c| yards.find(c)) {
            tally.courtyards += 1;
            for &slot in courtyards.buildings(yard) {
                of.entry((u.level, slot)).or_insert((u.id, false));
            }
        }
        for slot in g.buildings.iter().filter_map(|c| houses.find(c)) {
            of.insert((u.level, slot), (u.id, true));
        }
    }
    for ((_, slot), (unit, _)) in of {
        if let (Some(row), Some(t)) = (houses.get(slot), out.get_mut(&unit)) {
            t.add_building(row, 1);
        }
    }
    out
}
