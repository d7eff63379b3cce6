//! Which courtyard a building belongs to: the one its field names, else the one that contains its anchor.

use crate::geom::{Box2, rings_contain};
use crate::model::{Field, Kind, RowRef};
use crate::plan::{Key, Patch, Project};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

const NONE: u32 = u32::MAX;

/// A building that joins or leaves a courtyard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Joined {
    pub building: u32,
    pub from: Option<u32>,
    pub to: Option<u32>,
}

/// Buildings and courtyards, both ways. `clone` is O(1).
#[derive(Clone, Debug, Default)]
pub struct Courtyards {
    of: Arc<Vec<u32>>,
    buildings: Arc<HashMap<u32, Vec<u32>>>,
}

impl Courtyards {
    /// Finds the courtyard of every building. O(buildings · log courtyards).
    pub fn of(project: &Project) -> Courtyards {
        let yards = project.table(Kind::Courtyards);
        if yards.is_empty() {
            return Courtyards::default();
        }
        let by_code: HashMap<&str, u32> = yards.iter().map(|(s, r)| (r.code(), s)).collect();
        let table = project.table(Kind::Buildings);
        let mut of = vec![NONE; table.end() as usize];
        let mut buildings: HashMap<u32, Vec<u32>> = HashMap::new();
        for (slot, row) in table.iter() {
            let named = row.text(Field::Courtyard).and_then(|c| by_code.get(c).copied());
            if let Some(yard) = named.or_else(|| containing(project, row)) {
                of[slot as usize] = yard;
                buildings.entry(yard).or_default().push(slot);
            }
        }
        Courtyards { of: Arc::new(of), buildings: Arc::new(buildings) }
    }

    /// Which buildings join or leave courtyards by the rows that a patch changed between two projects: themselves
    /// changed, near a courtyard that did, its own, or naming one that came. O(those · log n), and O(buildings) of the
    /// segments in which one is named that came.
    pub(super) fn joined(&self, old: &Project, new: &Project, patch: &Patch) -> Vec<Joined> {
        let mut slots: BTreeSet<u32> = BTreeSet::new();
        for (key, _, _) in &patch.items {
            match key {
                Key::Row(Kind::Buildings, slot) => {
                    slots.insert(*slot);
                }
                Key::Row(Kind::Courtyards, yard) => self.near(*yard, old, new, &mut slots),
                _ => {}
            }
        }
        let yards = new.table(Kind::Courtyards);
        let yard_of = |slot: u32| {
            let row = new.table(Kind::Buildings).get(slot)?;
            row.text(Field::Courtyard).and_then(|code| yards.find(code)).or_else(|| containing(new, row))
        };
        let all = slots.into_iter().map(|building| Joined {
            building,
            from: self.of_building(building),
            to: yard_of(building),
        });
        all.filter(|j| j.from != j.to).collect()
    }

    /// Adds the buildings that a changed courtyard may have gained or lost.
    fn near(&self, yard: u32, old: &Project, new: &Project, out: &mut BTreeSet<u32>) {
        out.extend(self.buildings(yard));
        let [was, is] = [old, new].map(|p| p.table(Kind::Courtyards).get(yard));
        let buildings = new.table(Kind::Buildings);
        for row in was.iter().chain(&is) {
            buildings.search(&row.bbox(), |slot, _| {
                out.insert(slot);
            });
        }
        if let Some(code) = is.map(|r| r.code()).filter(|c| was.is_none_or(|r| r.code() != *c)) {
            for p in buildings.segments() {
                out.extend(p.segment.rows_with(Field::Courtyard, code).map(|i| p.base + i as u32));
            }
            let own = buildings.overlay().iter().filter_map(|(slot, r)| Some((slot, r.as_deref()?)));
            let named = own.filter(|(_, r)| RowRef::Own(r).text(Field::Courtyard) == Some(code));
            out.extend(named.map(|(slot, _)| slot));
        }
    }

    /// Takes over what [`Courtyards::joined`] found. O(buildings of the courtyards); O(buildings) where a clone shares them.
    pub(super) fn join(&mut self, joined: &[Joined]) {
        let Some(last) = joined.iter().map(|j| j.building as usize).max() else { return };
        let (of, buildings) = (Arc::make_mut(&mut self.of), Arc::make_mut(&mut self.buildings));
        if of.len() <= last {
            of.resize(last + 1, NONE);
        }
        for j in joined {
            of[j.building as usize] = j.to.unwrap_or(NONE);
            if let Some(from) = j.from
                && let Some(list) = buildings.get_mut(&from)
            {
                list.retain(|b| *b != j.building);
                if list.is_empty() {
                    buildings.remove(&from);
                }
            }
            if let Some(to) = j.to {
                let list = buildings.entry(to).or_default();
                if let Err(at) = list.binary_search(&j.building) {
                    list.insert(at, j.building);
                }
            }
        }
    }

    /// Slot of a building's courtyard.
    pub fn of_building(&self, slot: u32) -> Option<u32> {
        self.of.get(slot as usize).copied().filter(|y| *y != NONE)
    }

    /// Slots of the courtyards with buildings, in no order.
    pub(super) fn all(&self) -> impl Iterator<Item = u32> {
        self.buildings.keys().copied()
    }

    /// Slots of a courtyard's buildings, ascending.
    pub fn buildings(&self, yard: u32) -> &[u32] {
        self.buildings.get(&yard).map_or(&[], Vec::as_slice)
    }
}

impl PartialEq for Courtyards {
    /// Equal courtyards of all buildings.
    fn eq(&self, o: &Courtyards) -> bool {
        self.buildings == o.buildings
    }
}

/// The courtyard whose polygon contains a building's anchor; of several that overlap the one with the smallest slot.
fn containing(project: &Project, row: RowRef<'_>) -> Option<u32> {
    let at = row.anchor()?;
    let mut found: Option<u32> = None;
    project.table(Kind::Courtyards).search(&Box2::of_two(at, at), |slot, yard| {
        let shape = yard.shape();
        let first = found.is_none_or(|f| slot < f);
        if first && shape.tag == 3 && rings_contain(shape.parts.iter().flatten().copied(), at) {
            found = Some(slot);
        }
    });
    found
}
