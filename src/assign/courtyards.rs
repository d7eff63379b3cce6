//! Which courtyard a building belongs to: the one its field names, else the one that contains its anchor.

use crate::geom::{Box2, rings_contain};
use crate::model::{Field, Kind, RowRef};
use crate::plan::Project;
use std::collections::HashMap;
use std::sync::Arc;

const NONE: u32 = u32::MAX;

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
