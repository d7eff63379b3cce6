//! Who is assigned to what: anchors and incidents → unit, flows, tallies.
//!
//! Owns: [`Assignment`], kept from Patches; [`Changes`], what a patch moves between units.
//! Never: IO, edits. It reads projects and patches only.
//! Start at [`Assignment::count`] (from nothing) and [`Assignment::changes`] (by a patch); the two always agree.
//!
//! Order for a building: pin, courtyard kept whole, place. The place is the anchor's face; a point on a border is
//! taken as moved by (+ε, +ε²), the rule of `geom`.

mod changes;
mod courtyards;
mod gathered;
mod tally;

pub use changes::{Changes, Moved};
pub use courtyards::Courtyards;
pub use gathered::gathered;
pub use tally::Tally;

use crate::geom::Pt;
use crate::model::{Date, Field, Id, Kind, RowRef, Segment, Table, Target};
use crate::plan::{Layer, Project};
use crate::topology::{EVERYWHERE, Finder, OUTSIDE, Owner, Partition, WORLD};
use std::collections::{BTreeMap, BTreeSet};

/// Rows that are placed together.
const AT_ONCE: usize = 64;

/// No row at this slot.
pub(crate) const NOTHING: Owner = u64::MAX - 1;

/// By what a building is assigned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// Its anchor's place.
    Place,
    /// Its courtyard, kept whole.
    Courtyard,
    /// By hand.
    Pin,
}

/// The assignment of everything in one layer of one plan, with its tallies.
#[derive(Clone, Debug)]
pub struct Assignment {
    plan: Id,
    layer: u16,
    /// Owner by slot of the building; [`NOTHING`] where no row is.
    buildings: Vec<Owner>,
    /// Owner by slot of the incident; [`NOTHING`] where no row or no place is.
    incidents: Vec<Owner>,
    /// Owner by slot of the courtyard.
    yards: Vec<Owner>,
    courtyards: Courtyards,
    tallies: BTreeMap<Owner, Tally>,
    unlocated: u64,
}

impl Assignment {
    /// Counts everything anew. O(rows + vertices).
    pub fn count(project: &Project, plan: Id, layer: u16) -> Assignment {
        let empty = Layer::default();
        let l = project.layer(plan, layer).unwrap_or(&empty);
        Assignment::count_by(project, plan, layer, &Assignment::finder(project, &l.partition))
    }

    /// What finds the places of all rows of a project.
    pub fn finder<'a>(project: &Project, partition: &'a Partition) -> Finder<'a> {
        let rows = [Kind::Buildings, Kind::Courtyards, Kind::Incidents].map(|k| project.table(k).len());
        Finder::over(partition, &EVERYWHERE, rows.iter().sum())
    }

    /// As [`Assignment::count`], by a finder that is made already of the layer's partition. O(rows).
    pub fn count_by(project: &Project, plan: Id, layer: u16, finder: &Finder<'_>) -> Assignment {
        let mut sums = Sums::of(finder.partition());
        let yards = placed(project.table(Kind::Courtyards), finder, &mut sums, NOTHING);
        let incidents = placed(project.table(Kind::Incidents), finder, &mut sums, NOTHING);
        let buildings = placed(project.table(Kind::Buildings), finder, &mut sums, OUTSIDE);
        let mut a = Assignment {
            plan,
            layer,
            buildings,
            incidents,
            yards,
            courtyards: Courtyards::of(project),
            tallies: sums.by_owner(),
            unlocated: 0,
        };
        a.unlocated =
            project.table(Kind::Incidents).len() as u64 - a.incidents.iter().filter(|o| **o != NOTHING).count() as u64;
        if let Some(l) = project.layer(plan, layer) {
            a.move_bound(project, l);
        }
        a.tallies.retain(|_, t| *t != Tally::default());
        a
    }

    /// Takes buildings with a pin, or of a courtyard kept whole, from the owners of their places to those they go to.
    fn move_bound(&mut self, project: &Project, l: &Layer) {
        let whole = self.courtyards.all().filter(|yard| project.is_whole(*yard));
        let slots: Vec<u32> =
            whole.flat_map(|yard| self.courtyards.buildings(yard)).chain(l.pins.keys()).copied().collect();
        for slot in slots {
            let Some(row) = project.table(Kind::Buildings).get(slot) else { continue };
            let from = self.buildings[slot as usize];
            let yard = |y: u32| self.yards.get(y as usize).copied();
            let to = owner_of_building(project, l, slot, row, &self.courtyards, yard, |_| from).0;
            if from != to {
                self.buildings[slot as usize] = to;
                self.tallies.entry(from).or_default().add_building(row, -1);
                self.tallies.entry(to).or_default().add_building(row, 1);
            }
        }
    }

    /// Buildings, households and residents of a few units alone, each with its own ground. `courtyards` are those of the
    /// project's tables. O(rows near the units + pins).
    pub fn count_units(
        project: &Project,
        courtyards: &Courtyards,
        plan: Id,
        layer: u16,
        units: &[Id],
    ) -> BTreeMap<Id, Tally> {
        let mut out: BTreeMap<Id, Tally> = units.iter().map(|u| (*u, Tally::default())).collect();
        let Some(l) = project.layer(plan, layer) else { return out };
        let locate = |p: Pt| l.partition.owner(l.partition.locate(p));
        let yard_owner = |yard: u32| project.table(Kind::Courtyards).get(yard)?.anchor().map(locate);
        for slot in rows_near(project, courtyards, l, units) {
            let Some(row) = project.table(Kind::Buildings).get(slot) else { continue };
            let owner = owner_of_building(project, l, slot, row, courtyards, yard_owner, locate).0;
            if let Some(t) = out.get_mut(&Id(owner)) {
                t.add_building(row, 1);
            }
        }
        out
    }

    /// The plan counted.
    pub fn plan(&self) -> Id {
        self.plan
    }

    /// The layer counted.
    pub fn layer(&self) -> u16 {
        self.layer
    }

    /// Owner of a building's assignment: a unit, 0 (no unit) or outside; `None` if there is no such building.
    pub fn building(&self, slot: u32) -> Option<Owner> {
        self.buildings.get(slot as usize).copied().filter(|o| *o != NOTHING)
    }

    /// Owner of the ground an incident lies on; `None` without a place.
    pub fn incident(&self, slot: u32) -> Option<Owner> {
        self.incidents.get(slot as usize).copied().filter(|o| *o != NOTHING)
    }

    /// The tally of exactly one owner (its own ground, not that of its descendants).
    pub fn own(&self, owner: Owner) -> Tally {
        self.tallies.get(&owner).copied().unwrap_or_default()
    }

    /// The tally of a unit with all its descendants.
    pub fn of_unit(&self, project: &Project, unit: Id) -> Tally {
        let Some(l) = project.layer(self.plan, self.layer) else { return Tally::default() };
        let level = l.units.get(&unit).map_or(0, |u| u.level);
        let below = |o: Owner| o == unit.0 || (Id(o).is_unit() && l.ancestor(Id(o), level) == Some(unit));
        self.tallies.iter().filter(|(o, _)| below(**o)).fold(Tally::default(), |a, (_, t)| a.plus(t, 1))
    }

    /// What is in no cell: on ground of the layer, of a higher unit, or outside the outline.
    pub fn unassigned(&self, project: &Project) -> Tally {
        self.tallies
            .iter()
            .filter(|(o, _)| !is_cell(project, self.plan, self.layer, **o))
            .fold(Tally::default(), |a, (_, t)| a.plus(t, 1))
    }

    /// Slots of the buildings in no cell, ascending.
    pub fn unassigned_buildings(&self, project: &Project) -> Vec<u32> {
        let mut known: BTreeMap<Owner, bool> = BTreeMap::new();
        let free = |o: Owner, known: &mut BTreeMap<Owner, bool>| {
            *known.entry(o).or_insert_with(|| !is_cell(project, self.plan, self.layer, o))
        };
        (0u32..).zip(&self.buildings).filter(|(_, o)| **o != NOTHING && free(**o, &mut known)).map(|(s, _)| s).collect()
    }

    /// Slots of the buildings of an owner, ascending. O(buildings).
    pub fn buildings_of(&self, owner: Owner) -> Vec<u32> {
        (0u32..).zip(&self.buildings).filter(|(_, o)| **o == owner).map(|(s, _)| s).collect()
    }

    /// Owner by building slot, for painting.
    pub fn owners(&self) -> &[Owner] {
        &self.buildings
    }

    /// Sum of everything.
    pub fn total(&self) -> Tally {
        self.tallies.values().fold(Tally::default(), |a, t| a.plus(t, 1))
    }

    /// Incidents without a place.
    pub fn unlocated(&self) -> u64 {
        self.unlocated
    }

    /// Which courtyard a building belongs to.
    pub fn courtyards(&self) -> &Courtyards {
        &self.courtyards
    }

    /// By what a building is assigned.
    pub fn by(&self, project: &Project, slot: u32) -> By {
        let pinned = project.layer(self.plan, self.layer).is_some_and(|l| l.pins.contains_key(&slot));
        let whole = self.courtyards.of_building(slot).is_some_and(|y| project.is_whole(y));
        if pinned {
            By::Pin
        } else if whole {
            By::Courtyard
        } else {
            By::Place
        }
    }

    /// Takes over what a patch changed.
    pub fn apply(&mut self, changes: &Changes) {
        let set = |list: &mut Vec<Owner>, moved: &[Moved]| {
            for m in moved {
                if list.len() <= m.slot as usize {
                    list.resize(m.slot as usize + 1, NOTHING);
                }
                list[m.slot as usize] = m.to.unwrap_or(NOTHING);
            }
        };
        set(&mut self.buildings, &changes.buildings);
        set(&mut self.yards, &changes.courtyards);
        set(&mut self.incidents, &changes.incidents);
        for (owner, d) in &changes.delta {
            let t = self.tallies.entry(*owner).or_default();
            *t = t.plus(d, 1);
            if *t == Tally::default() {
                self.tallies.remove(owner);
            }
        }
        self.unlocated = self.unlocated.wrapping_add_signed(changes.unlocated);
        if let Some(c) = &changes.new_courtyards {
            self.courtyards = c.clone();
        }
    }
}

impl PartialEq for Assignment {
    /// Equal assignments and tallies (what undo and recount are held to).
    fn eq(&self, o: &Assignment) -> bool {
        fn used(v: &[Owner]) -> &[Owner] {
            &v[..v.iter().rposition(|x| *x != NOTHING).map_or(0, |i| i + 1)]
        }
        (self.plan, self.layer, self.unlocated) == (o.plan, o.layer, o.unlocated)
            && used(&self.buildings) == used(&o.buildings)
            && used(&self.incidents) == used(&o.incidents)
            && used(&self.yards) == used(&o.yards)
            && self.tallies == o.tallies
    }
}

/// Whether an owner is a cell: a unit of the lowest level.
pub fn is_cell(project: &Project, plan: Id, layer: u16, owner: Owner) -> bool {
    let lowest = project.facts.layers.get(layer as usize).map_or(0, |l| l.cell_level());
    project.layer(plan, layer).and_then(|l| l.unit_of(owner)).is_some_and(|u| u.level >= lowest)
}

/// Distinct members with a post on a unit, on a day (without one: posts without an end).
pub fn holders(project: &Project, plan: Id, layer: u16, unit: Id, on: Option<Date>) -> BTreeSet<Id> {
    let target = Target::Cell { layer, unit };
    let posts = project.plan(plan).map(|p| &p.posts);
    let held = posts.into_iter().flat_map(|p| p.values()).filter(|p| p.target == target && p.held_on(on));
    held.map(|p| p.member).collect()
}

/// The unit to which a building belongs and by what.
pub(crate) fn owner_of_building(
    project: &Project,
    layer: &Layer,
    slot: u32,
    row: RowRef<'_>,
    courtyards: &Courtyards,
    yard_owner: impl FnOnce(u32) -> Option<Owner>,
    locate: impl FnOnce(Pt) -> Owner,
) -> (Owner, By) {
    if let Some(unit) = layer.pins.get(&slot) {
        return (unit.0, By::Pin);
    }
    if let Some(yard) = courtyards.of_building(slot).filter(|y| project.is_whole(*y))
        && let Some(owner) = yard_owner(yard).filter(|o| *o != NOTHING)
    {
        return (owner, By::Courtyard);
    }
    (row.anchor().map_or(OUTSIDE, locate), By::Place)
}

/// Slots of all buildings that may belong to units, each with its own ground: those whose boxes meet the ground, those
/// pinned, and those of courtyards kept whole that stand there; ascending.
fn rows_near(project: &Project, courtyards: &Courtyards, l: &Layer, units: &[Id]) -> BTreeSet<u32> {
    let mut out: BTreeSet<u32> = l.pins.iter().filter(|(_, u)| units.contains(u)).map(|(s, _)| *s).collect();
    for face in units.iter().flat_map(|u| l.partition.faces_of(u.0)) {
        let area = l.partition.face_box(face);
        project.table(Kind::Buildings).search(&area, |slot, _| {
            out.insert(slot);
        });
        project.table(Kind::Courtyards).search(&area, |yard, _| {
            if project.is_whole(yard) {
                out.extend(courtyards.buildings(yard));
            }
        });
    }
    out
}

/// Tallies by face: a face's number leads to its tally sooner than its owner would.
struct Sums {
    owners: Vec<Owner>,
    tallies: Vec<Tally>,
}

impl Sums {
    fn of(p: &Partition) -> Sums {
        let mut owners = Vec::new();
        for (f, face) in p.faces() {
            owners.resize(f as usize, OUTSIDE);
            owners.push(face.owner);
        }
        Sums { tallies: vec![Tally::default(); owners.len()], owners }
    }

    fn add(&mut self, face: u32, tally: &Tally) {
        if let Some(t) = self.tallies.get_mut(face as usize) {
            *t = t.plus(tally, 1);
        }
    }

    fn owner(&self, face: u32) -> Owner {
        self.owners.get(face as usize).copied().unwrap_or(OUTSIDE)
    }

    fn by_owner(&self) -> BTreeMap<Owner, Tally> {
        let mut out: BTreeMap<Owner, Tally> = BTreeMap::new();
        for (owner, tally) in self.owners.iter().zip(&self.tallies).filter(|(_, t)| **t != Tally::default()) {
            let t = out.entry(*owner).or_default();
            *t = t.plus(tally, 1);
        }
        out
    }
}

/// What the rows of a segment add to a tally, its columns looked up once.
struct Counted<'a> {
    kind: Kind,
    /// Households, residents, whether households are estimated.
    columns: [&'a [Option<u32>]; 3],
}

impl<'a> Counted<'a> {
    fn of(kind: Kind, s: &'a Segment) -> Counted<'a> {
        let fields = [Field::Households, Field::Residents, Field::HouseholdsEstimated];
        Counted { kind, columns: fields.map(|f| s.counts(f).unwrap_or_default()) }
    }

    #[inline]
    fn add(&self, t: &mut Tally, i: usize) {
        match self.kind {
            Kind::Courtyards => t.courtyards += 1,
            Kind::Incidents => t.incidents += 1,
            _ => {
                let [households, residents, estimated] =
                    self.columns.map(|c| i64::from(c.get(i).copied().flatten().unwrap_or(0)));
                t.households += households;
                t.residents += residents;
                t.estimated += estimated;
                t.buildings += 1;
            }
        }
    }
}

/// Owners of the places of a table's rows by slot, [`NOTHING`] where no row is, and `nowhere` for a row without a place
/// (which is counted only where that is an owner). Each row is added to the tally of its place.
fn placed(table: &Table, finder: &Finder<'_>, sums: &mut Sums, nowhere: Owner) -> Vec<Owner> {
    let mut out: Vec<Owner> = Vec::with_capacity(table.end() as usize);
    // Rows stand in Hilbert order, so neighbours mostly have one face: its tally is looked up once for them all.
    let (mut face, mut owner, mut sum) = (WORLD, OUTSIDE, Tally::default());
    for p in table.segments() {
        out.resize(p.base as usize, NOTHING);
        let counted = Counted::of(table.kind(), &p.segment);
        // Stretches between rows that the overlay hides.
        let hidden = table.overlay().range(p.base..p.base.saturating_add(p.segment.len() as u32));
        let mut from = 0;
        for to in hidden.map(|(slot, _)| (slot - p.base) as usize).chain([p.segment.len()]) {
            while from < to {
                let n = AT_ONCE.min(to - from);
                let row = |k: usize| RowRef::In(&p.segment, from + k);
                let (mut at, mut faces) = ([Pt::default(); AT_ONCE], [WORLD; AT_ONCE]);
                for (k, at) in at[..n].iter_mut().enumerate() {
                    *at = row(k).anchor().unwrap_or_default();
                }
                finder.faces(&at[..n], &mut faces[..n]);
                for (k, &here) in faces[..n].iter().enumerate() {
                    if row(k).anchor().is_none() {
                        if nowhere != NOTHING {
                            let mut t = Tally::default();
                            counted.add(&mut t, from + k);
                            sums.add(WORLD, &t);
                        }
                        out.push(nowhere);
                        continue;
                    }
                    if here != face {
                        sums.add(face, &std::mem::take(&mut sum));
                        (face, owner) = (here, sums.owner(here));
                    }
                    counted.add(&mut sum, from + k);
                    out.push(owner);
                }
                from += n;
            }
            if to < p.segment.len() {
                out.push(NOTHING);
            }
            from = to + 1;
        }
    }
    sums.add(face, &sum);
    out.resize(table.end() as usize, NOTHING);
    for (slot, row) in table.overlay().iter() {
        let Some(row) = row.as_deref().map(RowRef::Own) else { continue };
        let face = row.anchor().map(|at| finder.face(at));
        out[slot as usize] = face.map_or(nowhere, |f| sums.owner(f));
        if out[slot as usize] != NOTHING {
            let mut t = Tally::default();
            match table.kind() {
                Kind::Courtyards => t.courtyards += 1,
                Kind::Incidents => t.incidents += 1,
                _ => t.add_building(row, 1),
            }
            sums.add(face.unwrap_or(WORLD), &t);
        }
    }
    out
}

#[cfg(test)]
mod tests;
