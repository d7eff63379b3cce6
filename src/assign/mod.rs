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
mod owners;
mod tally;

pub use changes::{Changes, Moved};
pub use courtyards::Courtyards;
pub use gathered::gathered;
pub use tally::Tally;

pub(crate) use owners::NOTHING;

use crate::geom::Pt;
use crate::model::{Date, Field, Id, Kind, RowRef, Segment, Table, Target};
use crate::plan::{Layer, Project};
use crate::topology::{EVERYWHERE, Finder, OUTSIDE, Owner, Partition, WORLD};
use owners::{NONE, Owners};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

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
    buildings: Owners,
    incidents: Owners,
    yards: Owners,
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
        // A building without a place counts as outside.
        let yards = placed(project.table(Kind::Courtyards), finder, &mut sums, NONE);
        let incidents = placed(project.table(Kind::Incidents), finder, &mut sums, NONE);
        let buildings = placed(project.table(Kind::Buildings), finder, &mut sums, WORLD);
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
        a.unlocated = project.table(Kind::Incidents).len() as u64 - a.incidents.there().count() as u64;
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
            let from = self.buildings.at(slot);
            let yard = |y: u32| Some(self.yards.at(y));
            let to = owner_of_building(project, l, slot, row, self.courtyards.of_building(slot), yard, |_| from).0;
            if from != to {
                self.buildings.set(slot, to);
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
            let owner = owner_of_building(project, l, slot, row, courtyards.of_building(slot), yard_owner, locate).0;
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
        Some(self.buildings.at(slot)).filter(|o| *o != NOTHING)
    }

    /// Owner of the ground an incident lies on; `None` without a place.
    pub fn incident(&self, slot: u32) -> Option<Owner> {
        Some(self.incidents.at(slot)).filter(|o| *o != NOTHING)
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
        self.buildings.there().filter(|(_, o)| free(*o, &mut known)).map(|(s, _)| s).collect()
    }

    /// Slots of the buildings of an owner, ascending. O(buildings).
    pub fn buildings_of(&self, owner: Owner) -> Vec<u32> {
        self.buildings.there().filter(|(_, o)| *o == owner).map(|(s, _)| s).collect()
    }

    /// Owner by building slot; a number that is no owner where there is no building.
    pub fn owners(&self) -> impl Iterator<Item = Owner> + '_ {
        self.buildings.iter()
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
        let set = |list: &mut Owners, moved: &[Moved]| {
            moved.iter().for_each(|m| list.set(m.slot, m.to.unwrap_or(NOTHING)));
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
        self.courtyards.join(&changes.joined);
        if let Some(c) = &changes.new_courtyards {
            self.courtyards = c.clone();
        }
    }
}

impl PartialEq for Assignment {
    /// Equal assignments, courtyards and tallies (what undo and recount are held to).
    fn eq(&self, o: &Assignment) -> bool {
        (self.plan, self.layer, self.unlocated) == (o.plan, o.layer, o.unlocated)
            && self.buildings == o.buildings
            && self.incidents == o.incidents
            && self.yards == o.yards
            && self.tallies == o.tallies
            && self.courtyards == o.courtyards
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

/// The unit to which a building belongs and by what. `yard`: its courtyard.
fn owner_of_building(
    project: &Project,
    layer: &Layer,
    slot: u32,
    row: RowRef<'_>,
    yard: Option<u32>,
    yard_owner: impl FnOnce(u32) -> Option<Owner>,
    locate: impl FnOnce(Pt) -> Owner,
) -> (Owner, By) {
    if let Some(unit) = layer.pins.get(&slot) {
        return (unit.0, By::Pin);
    }
    if let Some(yard) = yard.filter(|y| project.is_whole(*y))
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
    households: &'a [u32],
    residents: &'a [u32],
    estimated: &'a [u32],
}

impl<'a> Counted<'a> {
    fn of(kind: Kind, s: &'a Segment) -> Counted<'a> {
        let [households, residents, estimated] =
            [Field::Households, Field::Residents, Field::HouseholdsEstimated].map(|f| s.counts(f));
        Counted { kind, households, residents, estimated }
    }

    fn sum(&self, rows: Range<usize>) -> Tally {
        let n = rows.len() as i64;
        let sum = |column: &[u32]| column.get(rows.clone()).unwrap_or_default().iter().map(|c| i64::from(*c)).sum();
        match self.kind {
            Kind::Courtyards => Tally { courtyards: n, ..Tally::default() },
            Kind::Incidents => Tally { incidents: n, ..Tally::default() },
            _ => Tally {
                households: sum(self.households),
                residents: sum(self.residents),
                estimated: sum(self.estimated),
                buildings: n,
                ..Tally::default()
            },
        }
    }
}

/// Faces of a table's rows by slot, [`NONE`] where no row is, and `nowhere` for a row without an anchor. Each row is added
/// to the tally of its face, if it has one.
fn placed(table: &Table, finder: &Finder<'_>, sums: &mut Sums, nowhere: u32) -> Owners {
    let mut out: Vec<u32> = Vec::with_capacity(table.end() as usize);
    for p in table.segments() {
        out.resize(p.base as usize, NONE);
        let counted = Counted::of(table.kind(), &p.segment);
        // Stretches between rows that the overlay hides.
        let hidden = table.overlay().range(p.base..p.base.saturating_add(p.segment.len() as u32));
        let mut from = 0;
        for to in hidden.map(|(slot, _)| (slot - p.base) as usize).chain([p.segment.len()]) {
            let (anchors, start) = (&p.segment.anchors()[from..to], out.len());
            out.resize(start + anchors.len(), WORLD);
            let faces = &mut out[start..];
            // What is beyond the grid is in the face round all others.
            finder.faces(anchors, faces);
            if nowhere != WORLD {
                let no_anchor = faces.iter_mut().zip(anchors).filter(|(_, at)| !at.in_range());
                no_anchor.for_each(|(face, _)| *face = nowhere);
            }
            // Rows stand in Hilbert order, so neighbours mostly have one face.
            for run in faces.chunk_by(|a, b| a == b) {
                sums.add(run[0], &counted.sum(from..from + run.len()));
                from += run.len();
            }
            if to < p.segment.len() {
                out.push(NONE);
            }
            from = to + 1;
        }
    }
    out.resize(table.end() as usize, NONE);
    for (slot, row) in table.overlay().iter() {
        let Some(row) = row.as_deref().map(RowRef::Own) else { continue };
        let face = row.anchor().map_or(nowhere, |at| finder.face(at));
        out[slot as usize] = face;
        let mut t = Tally::default();
        match table.kind() {
            Kind::Courtyards => t.courtyards += 1,
            Kind::Incidents => t.incidents += 1,
            _ => t.add_building(row, 1),
        }
        sums.add(face, &t);
    }
    Owners::of_faces(out, &sums.owners)
}

#[cfg(test)]
mod tests;
