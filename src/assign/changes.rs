//! What a patch moves between units, found from the ground it touches only.

use super::courtyards::Joined;
use super::owners::Owners;
use super::{Assignment, Courtyards, NOTHING, Tally, owner_of_building};
use crate::geom::{Box2, Pt, dist2_to_segment, ring_contains};
use crate::model::Kind;
use crate::plan::{Key, Layer, Patch, Project};
use crate::topology::{Change, Edge, Finder, Owner, PartitionPatch};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A row that changes its unit. `None` = it was not there before, or is not after.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moved {
    /// The row.
    pub slot: u32,
    /// Before.
    pub from: Option<Owner>,
    /// After.
    pub to: Option<Owner>,
}

/// What a patch changes in an [`Assignment`].
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Buildings that change hands, come or go; ascending by slot.
    pub buildings: Vec<Moved>,
    /// Courtyards likewise.
    pub courtyards: Vec<Moved>,
    /// Incidents likewise.
    pub incidents: Vec<Moved>,
    /// Difference of each owner's tally.
    pub delta: BTreeMap<Owner, Tally>,
    /// Difference of the incidents without a place.
    pub unlocated: i64,
    /// Buildings that join or leave courtyards.
    pub(super) joined: Vec<Joined>,
    pub(super) new_courtyards: Option<Courtyards>,
}

impl Changes {
    /// The same the other way; `None` where more was counted anew than can be taken back.
    pub fn reversed(&self) -> Option<Changes> {
        if self.new_courtyards.is_some() {
            return None;
        }
        let back = |rows: &[Moved]| rows.iter().map(|m| Moved { slot: m.slot, from: m.to, to: m.from }).collect();
        Some(Changes {
            buildings: back(&self.buildings),
            courtyards: back(&self.courtyards),
            incidents: back(&self.incidents),
            delta: self.delta.iter().map(|(o, t)| (*o, Tally::default().plus(t, -1))).collect(),
            unlocated: -self.unlocated,
            joined: self.joined.iter().map(|j| Joined { building: j.building, from: j.to, to: j.from }).collect(),
            new_courtyards: None,
        })
    }

    /// Rows that it names.
    pub fn rows(&self) -> usize {
        self.buildings.len() + self.courtyards.len() + self.incidents.len()
    }

    /// Whether no row and no number changes.
    pub fn is_empty(&self) -> bool {
        self.buildings.is_empty() && self.courtyards.is_empty() && self.incidents.is_empty() && self.delta.is_empty()
    }
}

/// The ground on which a patch may have changed owners.
struct Ground {
    /// Boxes in which every anchor is looked up anew.
    boxes: Vec<Box2>,
    /// Polygons swept by a border: only anchors inside are looked up.
    lenses: Vec<Vec<Pt>>,
    /// Segments that rounding may have bent: only anchors within 2 mm are looked up.
    bent: Vec<(Pt, Pt)>,
}

impl Assignment {
    /// What a patch changes. `old` is the project before it, `new` after; `back` = the patch is undone, so that `old`
    /// has it. O(rows that changed or are near ground or courtyards that did); imports O(all rows).
    pub fn changes(&self, old: &Project, new: &Project, patch: &Patch, back: bool) -> Changes {
        let empty = Layer::default();
        let (Some(was), is) = (old.layer(self.plan, self.layer), new.layer(self.plan, self.layer).unwrap_or(&empty))
        else {
            return Changes::default();
        };
        let counted = |k: &Kind| matches!(k, Kind::Buildings | Kind::Courtyards | Kind::Incidents);
        if patch.items.iter().any(|(k, _, _)| matches!(k, Key::Segment(kind, _) if counted(kind))) {
            return self.by_recount(new);
        }
        let mut ground = Ground { boxes: vec![], lenses: vec![], bent: vec![] };
        for (plan, layer, p) in &patch.partitions {
            if (*plan, *layer) == (self.plan, self.layer) {
                if back {
                    ground.of(&turned(p), was, is);
                } else {
                    ground.of(p, was, is);
                }
            }
        }
        self.by_ground(old, new, is, patch, &ground)
    }

    fn by_recount(&self, new: &Project) -> Changes {
        let next = Assignment::count(new, self.plan, self.layer);
        let mut c = Changes {
            buildings: differences(&self.buildings, &next.buildings),
            courtyards: differences(&self.yards, &next.yards),
            incidents: differences(&self.incidents, &next.incidents),
            unlocated: next.unlocated as i64 - self.unlocated as i64,
            new_courtyards: Some(next.courtyards),
            ..Changes::default()
        };
        let owners: BTreeSet<Owner> = self.tallies.keys().chain(next.tallies.keys()).copied().collect();
        for o in owners {
            let t = |m: &BTreeMap<Owner, Tally>| m.get(&o).copied().unwrap_or_default();
            let d = t(&next.tallies).plus(&t(&self.tallies), -1);
            if d != Tally::default() {
                c.delta.insert(o, d);
            }
        }
        c
    }

    fn by_ground(&self, old: &Project, new: &Project, is: &Layer, patch: &Patch, ground: &Ground) -> Changes {
        let (mut yards, mut incidents) = (ground.rows(new, Kind::Courtyards), ground.rows(new, Kind::Incidents));
        let buildings = ground.rows(new, Kind::Buildings);
        let changed = |kind: Kind| {
            let slot = move |k: &Key| if let Key::Row(of, slot) = k { (*of == kind).then_some(*slot) } else { None };
            patch.items.iter().filter_map(move |(k, _, _)| slot(k))
        };
        for (rows, kind) in [(&mut yards, Kind::Courtyards), (&mut incidents, Kind::Incidents)] {
            rows.extend(changed(kind));
            rows.sort_unstable();
            rows.dedup();
        }
        let points = yards.len() + incidents.len() + buildings.len();
        let finder = Finder::over(&is.partition, &ground.area(), points);
        let mut c = Changes { joined: self.courtyards.joined(old, new, patch), ..Changes::default() };
        let joined: BTreeMap<u32, Option<u32>> = c.joined.iter().map(|j| (j.building, j.to)).collect();
        // Courtyards first: whole ones take their buildings along.
        let mut yard_now: BTreeMap<u32, Owner> = BTreeMap::new();
        for slot in yards {
            let at = new.table(Kind::Courtyards).get(slot).and_then(|r| r.anchor());
            let to = at.map_or(NOTHING, |p| finder.owner(p));
            let from = self.yards.at(slot);
            if from != to {
                yard_now.insert(slot, to);
                c.courtyards.push(Moved { slot, from: there(from), to: there(to) });
                c.shift(from, to, &Tally { courtyards: 1, ..Tally::default() });
            }
        }
        for slot in incidents {
            let row = new.table(Kind::Incidents).get(slot);
            let to = row.and_then(|r| r.anchor()).map_or(NOTHING, |p| finder.owner(p));
            let from = self.incidents.at(slot);
            let without = |there: bool, owner: Owner| i64::from(there && owner == NOTHING);
            c.unlocated += without(row.is_some(), to) - without(old.table(Kind::Incidents).get(slot).is_some(), from);
            if from != to {
                c.incidents.push(Moved { slot, from: there(from), to: there(to) });
                c.shift(from, to, &Tally { incidents: 1, ..Tally::default() });
            }
        }
        let mut slots: BTreeSet<u32> = buildings.into_iter().chain(joined.keys().copied()).collect();
        for yard in yard_now.keys().filter(|y| new.is_whole(**y)) {
            slots.extend(self.courtyards.buildings(*yard));
        }
        let mut rewritten: BTreeSet<u32> = BTreeSet::new();
        for (key, _, _) in &patch.items {
            match key {
                Key::Pin(plan, layer, slot) if (*plan, *layer) == (self.plan, self.layer) => {
                    slots.insert(*slot);
                }
                Key::Row(Kind::Buildings, slot) => {
                    slots.insert(*slot);
                    rewritten.insert(*slot);
                }
                // Kept whole, or no more.
                Key::Row(Kind::Courtyards, yard) => slots.extend(self.courtyards.buildings(*yard)),
                _ => {}
            }
        }
        let yard_owner = |yard: u32| Some(yard_now.get(&yard).copied().unwrap_or_else(|| self.yards.at(yard)));
        for slot in slots {
            let after = new.table(Kind::Buildings).get(slot);
            let from = self.buildings.at(slot);
            let yard = joined.get(&slot).copied().unwrap_or_else(|| self.courtyards.of_building(slot));
            let to =
                after.map_or(NOTHING, |r| owner_of_building(new, is, slot, r, yard, yard_owner, |p| finder.owner(p)).0);
            // Most rows near changed ground stay where they are, as they are.
            if from == to && !rewritten.contains(&slot) {
                continue;
            }
            let (mut out, mut into) = (Tally::default(), Tally::default());
            if let Some(r) = old.table(Kind::Buildings).get(slot) {
                out.add_building(r, 1);
            }
            if let Some(r) = after {
                into.add_building(r, 1);
            }
            if from != to {
                c.buildings.push(Moved { slot, from: there(from), to: there(to) });
            }
            if from != to || out != into {
                c.add(from, &out, -1);
                c.add(to, &into, 1);
            }
        }
        c.delta.retain(|_, t| *t != Tally::default());
        c
    }
}

impl Changes {
    fn add(&mut self, owner: Owner, t: &Tally, times: i64) {
        if owner != NOTHING {
            let d = self.delta.entry(owner).or_default();
            *d = d.plus(t, times);
        }
    }

    fn shift(&mut self, from: Owner, to: Owner, t: &Tally) {
        self.add(from, t, -1);
        self.add(to, t, 1);
    }
}

impl Ground {
    fn of(&mut self, patch: &PartitionPatch, was: &Layer, is: &Layer) {
        let owner = |f: &Option<crate::topology::Face>| f.as_ref().map(|f| f.owner);
        let same_faces = patch.faces.iter().all(|c| owner(&c.before) == owner(&c.after));
        let same_edges = patch.edges.iter().all(|c| match (&c.before, &c.after) {
            (Some(a), Some(b)) => (a.from, a.to, a.left, a.right) == (b.from, b.to, b.left, b.right),
            _ => false,
        });
        if same_faces && same_edges && patch.nodes.iter().all(|c| c.before.is_some() && c.after.is_some()) {
            for c in &patch.edges {
                if let (Some(a), Some(b)) = (&c.before, &c.after) {
                    self.lenses.extend(lens(&a.points, &b.points));
                }
            }
            return;
        }
        for c in &patch.faces {
            if owner(&c.before) != owner(&c.after) {
                if c.before.is_some() {
                    self.boxes.push(was.partition.face_box(c.slot));
                }
                if c.after.is_some() {
                    self.boxes.push(is.partition.face_box(c.slot));
                }
            }
        }
        // Segments with the owners on both sides, before and after.
        let mut segments: [Sides; 2] = Default::default();
        for c in &patch.edges {
            for ((set, e), l) in segments.iter_mut().zip([&c.before, &c.after]).zip([was, is]) {
                let Some(e): &Option<Edge> = e else { continue };
                let (left, right) = l.partition.sides(e);
                for w in e.points.windows(2) {
                    let up = w[0] < w[1];
                    let key = if up { (w[0], w[1]) } else { (w[1], w[0]) };
                    set.insert(key, if up { (left, right) } else { (right, left) });
                }
            }
        }
        let [old, new] = &segments;
        // Ground may change hands between faces that stay: the outside's, or where several edits are one. Whatever ground
        // changed lies between segments that differ.
        self.boxes.push(corners(old, new));
        self.bent.extend(old.keys().filter(|k| !new.contains_key(k)));
        self.bent.extend(new.keys().filter(|k| !old.contains_key(k)));
    }

    /// Box of all of it.
    fn area(&self) -> Box2 {
        let lenses = self.lenses.iter().map(Box2::of);
        let bent = self.bent.iter().map(|&(a, b)| Box2::of_two(a, b).grown(2));
        self.boxes.iter().copied().chain(lenses).chain(bent).fold(Box2::EMPTY, Box2::union)
    }

    /// Slots of the rows whose anchors may lie on changed ground, ascending.
    fn rows(&self, project: &Project, kind: Kind) -> Vec<u32> {
        let t = project.table(kind);
        let mut out = Vec::new();
        let mut visit = |area: Box2, hit: &dyn Fn(Pt) -> bool| {
            t.search(&area, |slot, row| {
                if row.anchor().is_some_and(|a| area.contains(a) && hit(a)) {
                    out.push(slot);
                }
            });
        };
        for b in &self.boxes {
            visit(*b, &|_| true);
        }
        for l in &self.lenses {
            visit(Box2::of(l), &|p| ring_contains(l, p));
        }
        for &(a, b) in &self.bent {
            visit(Box2::of_two(a, b).grown(2), &|p| dist2_to_segment(p, a, b) <= 4.0);
        }
        out.sort_unstable();
        out.dedup();
        out
    }
}

/// Segments from their smaller to their greater end, with the owners on the left and on the right.
type Sides = BTreeMap<(Pt, Pt), (Owner, Owner)>;

/// Box of the ends of segments that differ, but those ends from which old and new ones with equal owners run along each
/// other, apart by what rounding may bend: a long border into which a node was put is no ground that changed.
fn corners(old: &Sides, new: &Sides) -> Box2 {
    type Ends = BTreeMap<Pt, Vec<(Pt, Owner, Owner)>>;
    let ends = |a: &Sides, b: &Sides| {
        let mut out = Ends::new();
        for (&(p, q), &(l, r)) in a.iter().filter(|(k, v)| b.get(k) != Some(*v)) {
            out.entry(p).or_default().push((q, l, r));
            out.entry(q).or_default().push((p, r, l));
        }
        out
    };
    let (was, is) = (ends(old, new), ends(new, old));
    let near = |p: Pt, a: Pt, b: Pt| dist2_to_segment(p, a, b) <= 4.0;
    let quiet = |at: &Pt| {
        let (Some(a), Some(b)) = (was.get(at), is.get(at)) else { return false };
        let along = |x: &(Pt, Owner, Owner), y: &(Pt, Owner, Owner)| {
            (x.1, x.2) == (y.1, y.2) && (near(x.0, *at, y.0) || near(y.0, *at, x.0))
        };
        a.len() == b.len()
            && a.iter().all(|x| b.iter().any(|y| along(x, y)))
            && b.iter().all(|y| a.iter().any(|x| along(x, y)))
    };
    let points = was.keys().chain(is.keys()).filter(|p| !quiet(p)).copied();
    let b = points.fold(Box2::EMPTY, Box2::with);
    if b.is_empty() { b } else { b.grown(4) }
}

/// The polygon between two chains, their common beginning and end left out; `None` if they are equal. Chains that close
/// on themselves begin anywhere: they are compared from a point that both have.
fn lens(old: &[Pt], new: &[Pt]) -> Option<Vec<Pt>> {
    let (mut old, mut new) = (Cow::Borrowed(old), Cow::Borrowed(new));
    let closed = |c: &[Pt]| c.len() > 1 && c.first() == c.last();
    if closed(&old) && closed(&new) {
        let there: BTreeSet<Pt> = new.iter().copied().collect();
        if let Some(at) = old.iter().copied().find(|p| there.contains(p)) {
            (old, new) = (begun_at(&old, at).into(), begun_at(&new, at).into());
        }
    }
    if old == new {
        return None;
    }
    let short = old.len().min(new.len());
    let head = old.iter().zip(new.iter()).take_while(|(a, b)| a == b).count().saturating_sub(1).min(short - 1);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count().saturating_sub(1);
    let tail = tail.min(short - 1 - head);
    let mut ring: Vec<Pt> = old[head..old.len() - tail].to_vec();
    ring.extend(new[head..new.len() - tail].iter().rev());
    Some(ring)
}

/// A closed chain begun at one of its points.
fn begun_at(ring: &[Pt], at: Pt) -> Vec<Pt> {
    let open = &ring[..ring.len() - 1];
    let i = open.iter().position(|p| *p == at).unwrap_or(0);
    open[i..].iter().chain(&open[..i]).chain([&at]).copied().collect()
}

fn turned(p: &PartitionPatch) -> PartitionPatch {
    fn turn<T: Clone>(v: &[Change<T>]) -> Vec<Change<T>> {
        v.iter().map(|c| Change { slot: c.slot, before: c.after.clone(), after: c.before.clone() }).collect()
    }
    PartitionPatch { nodes: turn(&p.nodes), edges: turn(&p.edges), faces: turn(&p.faces) }
}

fn differences(old: &Owners, new: &Owners) -> Vec<Moved> {
    (0..old.end().max(new.end()))
        .map(|slot| (slot, old.at(slot), new.at(slot)))
        .filter(|(_, from, to)| from != to)
        .map(|(slot, from, to)| Moved { slot, from: there(from), to: there(to) })
        .collect()
}

fn there(o: Owner) -> Option<Owner> {
    (o != NOTHING).then_some(o)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::{pt, ring_area2};

    #[test]
    fn a_long_border_with_a_new_node_is_no_ground_that_changed() {
        let (a, b) = (pt(0, 0), pt(9_000_000, 5_000_000));
        let old = Sides::from([((a, b), (1, 0))]);
        // A cell of 1 m at the middle; its nodes bend the border by rounding.
        let (m, n) = (pt(4_500_000, 2_500_000), pt(4_500_900, 2_500_499));
        let top = pt(4_500_000, 2_501_000);
        let new =
            Sides::from([((a, m), (1, 0)), ((m, n), (2, 0)), ((n, b), (1, 0)), ((m, top), (1, 2)), ((top, n), (1, 2))]);
        let cell = Box2::of([m, n, top].iter()).grown(4);
        assert_eq!((corners(&old, &new), corners(&new, &old)), (cell, cell));
        assert_eq!(corners(&old, &old), Box2::EMPTY);
        // Another owner beside it is a change from end to end.
        let other = Sides::from([((a, b), (1, 2))]);
        assert_eq!(corners(&old, &other), Box2::of_two(a, b).grown(4));
    }

    fn area2(old: &[Pt], new: &[Pt]) -> i128 {
        lens(old, new).map_or(0, |l| ring_area2(&l).abs())
    }

    #[test]
    fn a_lens_is_only_the_ground_that_a_border_swept() {
        let line = [pt(0, 0), pt(10, 0), pt(20, 0), pt(30, 0)];
        assert_eq!(lens(&line, &line), None);
        assert_eq!(area2(&line, &[pt(0, 0), pt(10, 5), pt(20, 0), pt(30, 0)]), 2 * 50);
        // A border that closes on itself: its first point moves, or goes and the next becomes the first.
        let ring = [pt(0, 0), pt(1000, 0), pt(1000, 1000), pt(0, 1000), pt(0, 0)];
        let moved = [pt(-10, -10), pt(1000, 0), pt(1000, 1000), pt(0, 1000), pt(-10, -10)];
        assert_eq!(area2(&ring, &moved), ring_area2(&moved[1..]) - ring_area2(&ring[1..]));
        let bent = [pt(0, 0), pt(500, -7), pt(1000, 0), pt(1000, 1000), pt(0, 1000), pt(0, 0)];
        let restarted = [pt(1000, 0), pt(1000, 1000), pt(0, 1000), pt(0, 0), pt(1000, 0)];
        assert_eq!(area2(&bent, &restarted), 7 * 1000);
        assert_eq!(area2(&ring, &restarted), 0, "the same border");
        assert_eq!(lens(&ring, &restarted), None);
    }
}
