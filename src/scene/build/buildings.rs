//! The tint of the buildings: a dwelling wears the tone of its cell.

use super::Version;
use super::colours::CellColours;
use super::ground::{ROWS_A_LAYER, first_building};
use crate::assign::{Assignment, Changes};
use crate::model::{Field, Kind, RowRef};
use crate::plan::Project;
use crate::scene::kinds::building_class;
use crate::scene::{FillClass, Layer};
use crate::topology::{OUTSIDE, Owner};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Whose each building is, with what a staged edit moves.
#[derive(Clone, Copy, Debug)]
pub struct Owners<'a> {
    assignment: &'a Assignment,
    staged: Option<&'a Changes>,
}

impl<'a> Owners<'a> {
    /// As assigned.
    pub fn of(assignment: &'a Assignment) -> Owners<'a> {
        Owners { assignment, staged: None }
    }

    /// As it would be after a staged edit.
    pub fn staged(assignment: &'a Assignment, staged: &'a Changes) -> Owners<'a> {
        Owners { assignment, staged: Some(staged) }
    }

    /// Owner of a building; `None` if there is none at the slot. O(log moved).
    pub fn owner(&self, slot: u32) -> Option<Owner> {
        let moved = self.staged.map_or(&[][..], |c| &c.buildings);
        match moved.binary_search_by_key(&slot, |m| m.slot) {
            Ok(i) => moved[i].to,
            Err(_) => self.assignment.building(slot),
        }
    }
}

fn class_of(row: RowRef<'_>, owner: Option<Owner>, colours: &CellColours) -> FillClass {
    let owner = owner.unwrap_or(OUTSIDE);
    let class = building_class(row.text(Field::Use).unwrap_or_default(), colours.tone(owner));
    match class {
        // Ground of the layer or of a higher unit that no cell has yet.
        FillClass::DwellingOutside if owner != OUTSIDE => FillClass::DwellingUnassigned,
        class => class,
    }
}

/// What every building is drawn as, by slot. O(buildings).
pub fn building_slots(project: &Project, owners: &Owners<'_>, colours: &CellColours) -> Vec<FillClass> {
    let table = project.table(Kind::Buildings);
    let mut out = vec![FillClass::OtherBuilding; table.end() as usize];
    for (slot, row) in table.iter() {
        out[slot as usize] = class_of(row, owners.owner(slot), colours);
    }
    out
}

/// Tints the buildings among `layers` (of [`ground_layers`](super::ground_layers)). `only`: slots that may have changed;
/// without it all are looked at. A layer whose tint stays is left alone. O(2048 · layers looked at).
pub fn tint_buildings(
    layers: &mut [Arc<Layer>],
    project: &Project,
    owners: &Owners<'_>,
    colours: &CellColours,
    only: Option<&[u32]>,
) {
    let touched: Option<BTreeSet<u32>> = only.map(|slots| slots.iter().map(|s| s / ROWS_A_LAYER).collect());
    let table = project.table(Kind::Buildings);
    for layer in layers {
        let Some(first) = first_building(layer.key) else { continue };
        if touched.as_ref().is_some_and(|t| !t.contains(&(first / ROWS_A_LAYER))) {
            continue;
        }
        let class =
            |slot| table.get(slot).map_or(FillClass::OtherBuilding, |r| class_of(r, owners.owner(slot), colours));
        let slots: Vec<FillClass> = (first..(first + ROWS_A_LAYER).min(table.end())).map(class).collect();
        if *layer.slots != slots {
            let version = Version::new().with(&slots).get();
            *layer = Arc::new(Layer::clone(layer).with_slots(Arc::new(slots), version));
        }
    }
}
