//! The planar partition: nodes, edges, faces, its editors and its edge locator.
//!
//! Owns: [`Partition`] and every way to change one. A border exists once, as an [`Edge`] with the face on its left
//! and on its right; polygons are derived ([`Partition::polygons`]). Names follow SQL/MM topology.
//! Never: the word cell, IO, floating-point decisions. An owner is an opaque number.
//! Start at [`Partition`], then [`draw`], [`split`], [`merge`], [`move_point`].
//!
//! A finished partition is *clean*: no edge has the same owner on both sides, no node joins just two different
//! edges, no edge dangles. So equal ground gives equal edges, whatever way it was drawn.

mod assemble;
mod chain;
mod check;
mod draft;
mod editors;
mod error;
mod faces;
mod finder;
mod attach;
mod narrow;
mod overlay;
pub mod repair;
mod reshape;
mod segments;
mod slide;
mod vertex;

pub use assemble::{Misfit, Polygons, assemble};
pub use attach::{Attached, Line, attach};
pub use chain::{Plainer, Which, follow, simplify};
pub use check::{Fault, check};
pub use editors::{Cut, DrawRules, Drawn, Parted, cut, divided, draw, give, merge, neighbours, split};
pub use error::TopologyError;
pub use finder::{EVERYWHERE, Finder};
pub use narrow::{Narrow, NarrowKind, narrow};
pub use reshape::{Reshaping, reshape};
pub use slide::{Shift, slide};
pub use vertex::{MayMove, Spot, delete_vertex, insert_vertex, move_point, spot};

use crate::geom::{Box2, Pt, cross, right_of_point};
use crate::index::{Buckets, Paged};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::sync::Arc;

/// Who owns a face: an opaque number; [`OUTSIDE`] is the ground beyond the outline.
pub type Owner = u64;

/// Owner of the ground beyond the outline.
pub const OUTSIDE: Owner = u64::MAX;

/// The unbounded face; it is always there.
pub const WORLD: u32 = 0;

/// "No face yet", within an editor only.
pub(crate) const NO_FACE: u32 = u32::MAX;

/// Side of a locator square in mm.
const LOCATOR_SIDE_MM: i32 = 1 << 16;

/// One direction of an edge: number of the edge and whether it is walked from its end to its start.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Half(u32);

impl Half {
    /// The half-edge of an edge, `back` = from its end to its start.
    pub fn new(edge: u32, back: bool) -> Half {
        Half(edge << 1 | u32::from(back))
    }

    /// The edge.
    pub fn edge(self) -> u32 {
        self.0 >> 1
    }

    /// Whether it runs from the edge's end to its start.
    pub fn back(self) -> bool {
        self.0 & 1 == 1
    }

    /// The same edge the other way.
    #[must_use]
    pub fn twin(self) -> Half {
        Half(self.0 ^ 1)
    }
}

/// Where borders meet, or the start of a border that closes on itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Node {
    /// Its place.
    pub at: Pt,
    /// The half-edges that leave it, counter-clockwise, beginning at the smallest direction from east.
    pub halves: SmallVec<[Half; 4]>,
}

/// A border between two faces.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Edge {
    /// Node at its first point.
    pub from: u32,
    /// Node at its last point.
    pub to: u32,
    /// Face on the left.
    pub left: u32,
    /// Face on the right.
    pub right: u32,
    /// All points from node to node, both included; at least two.
    pub points: Arc<[Pt]>,
}

/// A connected piece of ground.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Face {
    /// Whose ground it is.
    pub owner: Owner,
    /// One half-edge of each ring with the face on its left; the outer ring first ([`WORLD`] has none).
    pub rings: SmallVec<[Half; 2]>,
    /// Twice its area in mm², holes taken off (negative for [`WORLD`]).
    pub area2: i128,
}

/// A planar partition. `clone` is O(1); an editor copies only the pages it changes.
#[derive(Clone, Debug)]
pub struct Partition {
    pub(crate) nodes: Paged<Option<Node>>,
    pub(crate) edges: Paged<Option<Edge>>,
    pub(crate) faces: Paged<Option<Face>>,
    pub(crate) locator: Buckets,
}

/// What changed in a partition: slot, before, after; ascending by slot.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct PartitionPatch {
    /// Nodes.
    pub nodes: Vec<Change<Node>>,
    /// Edges.
    pub edges: Vec<Change<Edge>>,
    /// Faces.
    pub faces: Vec<Change<Face>>,
}

/// A slot's value before and after.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Change<T> {
    /// The slot.
    pub slot: u32,
    /// Value before, if the slot was in use.
    pub before: Option<T>,
    /// Value after, if it still is.
    pub after: Option<T>,
}

impl Default for Partition {
    fn default() -> Self {
        let world = Face { owner: OUTSIDE, rings: SmallVec::new(), area2: 0 };
        Partition {
            nodes: Paged::new(),
            edges: Paged::new(),
            faces: std::iter::once(Some(world)).collect(),
            locator: Buckets::new(Box2::EMPTY, LOCATOR_SIDE_MM),
        }
    }
}

impl Partition {
    /// An empty partition: only the world.
    pub fn new() -> Partition {
        Partition::default()
    }

    /// The border with the segment between two points, whichever way it runs.
    pub fn border_of(&self, a: Pt, b: Pt) -> Option<u32> {
        chain::segment(self, (a, b)).map(|(e, _)| e)
    }

    /// The node in a slot.
    pub fn node(&self, n: u32) -> Option<&Node> {
        self.nodes.get(n as usize).and_then(Option::as_ref)
    }

    /// The edge in a slot.
    pub fn edge(&self, e: u32) -> Option<&Edge> {
        self.edges.get(e as usize).and_then(Option::as_ref)
    }

    /// The face in a slot.
    pub fn face(&self, f: u32) -> Option<&Face> {
        self.faces.get(f as usize).and_then(Option::as_ref)
    }

    /// All nodes with their slots.
    pub fn nodes(&self) -> impl Iterator<Item = (u32, &Node)> {
        self.nodes.iter().enumerate().filter_map(|(i, n)| Some((i as u32, n.as_ref()?)))
    }

    /// All edges with their slots.
    pub fn edges(&self) -> impl Iterator<Item = (u32, &Edge)> {
        self.edges.iter().enumerate().filter_map(|(i, e)| Some((i as u32, e.as_ref()?)))
    }

    /// All faces with their slots, the world included.
    pub fn faces(&self) -> impl Iterator<Item = (u32, &Face)> {
        self.faces.iter().enumerate().filter_map(|(i, f)| Some((i as u32, f.as_ref()?)))
    }

    /// Whether nothing has been drawn.
    pub fn is_empty(&self) -> bool {
        self.edges().next().is_none()
    }

    /// Owner of a face; [`OUTSIDE`] for one that is not there.
    pub fn owner(&self, f: u32) -> Owner {
        self.face(f).map_or(OUTSIDE, |f| f.owner)
    }

    /// Owners left and right of an edge.
    pub fn sides(&self, e: &Edge) -> (Owner, Owner) {
        (self.owner(e.left), self.owner(e.right))
    }

    /// The faces of an owner, ascending. O(faces).
    pub fn faces_of(&self, owner: Owner) -> Vec<u32> {
        self.faces().filter(|(_, f)| f.owner == owner).map(|(i, _)| i).collect()
    }

    /// The face on the left of a half-edge.
    pub fn left(&self, h: Half) -> u32 {
        self.edge(h.edge()).map_or(NO_FACE, |e| if h.back() { e.right } else { e.left })
    }

    /// The node from which a half-edge leaves.
    pub fn start(&self, h: Half) -> u32 {
        self.edge(h.edge()).map_or(u32::MAX, |e| if h.back() { e.to } else { e.from })
    }

    /// Points of a half-edge in its direction.
    pub fn points(&self, h: Half) -> Vec<Pt> {
        let Some(e) = self.edge(h.edge()) else { return Vec::new() };
        if h.back() { e.points.iter().rev().copied().collect() } else { e.points.to_vec() }
    }

    /// The point after the start of a half-edge: its direction at the node.
    pub(crate) fn second(&self, h: Half) -> Pt {
        self.edge(h.edge()).map_or(Pt::default(), |e| {
            let n = e.points.len();
            e.points[if h.back() { n - 2 } else { 1 }]
        })
    }

    /// The next half-edge along the same face (on the left).
    pub fn next(&self, h: Half) -> Half {
        let Some(node) = self.node(self.start(h.twin())) else { return h };
        let k = node.halves.len();
        let i = node.halves.iter().position(|&x| x == h.twin()).unwrap_or(0);
        node.halves[(i + k - 1) % k]
    }

    /// The half-edges of a ring, beginning with `h`.
    pub fn ring(&self, h: Half) -> Vec<Half> {
        let mut out = vec![h];
        let mut at = self.next(h);
        while at != h {
            out.push(at);
            at = self.next(at);
        }
        out
    }

    /// The points of a ring beginning at the start of `h`, not closed.
    pub fn ring_points(&self, h: Half) -> Vec<Pt> {
        let mut out = Vec::new();
        for h in self.ring(h) {
            let p = self.points(h);
            out.extend_from_slice(&p[..p.len() - 1]);
        }
        out
    }

    /// All rings of a face: the outer counter-clockwise, holes clockwise.
    pub fn rings(&self, f: u32) -> Vec<Vec<Pt>> {
        self.face(f).map_or_else(Vec::new, |face| face.rings.iter().map(|&h| self.ring_points(h)).collect())
    }

    /// An owner's ground as polygons: one per face, outer ring first. O(faces + its border).
    pub fn polygons(&self, owner: Owner) -> Vec<Vec<Vec<Pt>>> {
        self.faces_of(owner).into_iter().filter(|&f| f != WORLD).map(|f| self.rings(f)).collect()
    }

    /// Length of all rings of a face in mm.
    pub fn perimeter_mm(&self, f: u32) -> f64 {
        let Some(face) = self.face(f) else { return 0.0 };
        let halves = face.rings.iter().flat_map(|&h| self.ring(h));
        halves.filter_map(|h| self.edge(h.edge())).map(|e| crate::geom::chain_length(&e.points)).sum()
    }

    /// Box of a face's outer ring.
    pub fn face_box(&self, f: u32) -> Box2 {
        let Some(face) = self.face(f) else { return Box2::EMPTY };
        let halves = face.rings.iter().flat_map(|&h| self.ring(h));
        halves.filter_map(|h| self.edge(h.edge())).fold(Box2::EMPTY, |b, e| b.union(Box2::of(e.points.iter())))
    }

    /// Box of everything drawn. O(vertices).
    pub fn extent(&self) -> Box2 {
        self.edges().fold(Box2::EMPTY, |b, (_, e)| b.union(Box2::of(e.points.iter())))
    }

    /// Edges that may have a point in `area`, ascending.
    pub fn edges_near(&self, area: &Box2) -> SmallVec<[u32; 32]> {
        self.locator.items(area)
    }

    /// The face at a point; a point on a border is taken as moved by (+ε, +ε²). O(borders met on the way east).
    pub fn locate(&self, p: Pt) -> u32 {
        self.locate_among(p, |_| true)
    }

    /// As [`Partition::locate`], looking only at edges that `take` accepts.
    pub(crate) fn locate_among(&self, p: Pt, take: impl Fn(&Edge) -> bool) -> u32 {
        let row = self.locator.row(p.y);
        let (cols, _) = self.locator.size();
        let mut best: Option<(Pt, Pt, u32)> = None;
        for col in self.locator.col(p.x)..cols {
            for &e in self.locator.at(col, row) {
                let Some(edge) = self.edge(e).filter(|e| take(e)) else { continue };
                for w in edge.points.windows(2) {
                    if right_of_point(p, w[0], w[1]) && best.is_none_or(|(a, b, _)| nearer(p, (w[0], w[1]), (a, b))) {
                        // Going up, the point lies left of the segment.
                        best = Some((w[0], w[1], if w[1].y > w[0].y { edge.left } else { edge.right }));
                    }
                }
            }
            // A crossing further east than this column cannot be nearer than one found within it.
            if let Some((a, b, _)) = best
                && crossing_x(p, a, b) < self.locator.east_of_col(col) as f64
            {
                break;
            }
        }
        best.map_or(WORLD, |(_, _, f)| f)
    }

    /// Applies a patch, or with `back` its inverse. O(change), O(vertices) where it leaves the locator's ground.
    pub fn patched(&self, patch: &PartitionPatch, back: bool) -> Partition {
        let mut p = self.clone();
        apply_changes(&mut p.nodes, &patch.nodes, back);
        apply_changes(&mut p.edges, &patch.edges, back);
        apply_changes(&mut p.faces, &patch.faces, back);
        p.relocate(patch, back);
        p
    }

    /// Brings the locator up to date after a patch, or with `back` its inverse.
    pub(crate) fn relocate(&mut self, patch: &PartitionPatch, back: bool) {
        let mut outgrown = false;
        for c in &patch.edges {
            let (old, new) = if back { (&c.after, &c.before) } else { (&c.before, &c.after) };
            match (old, new) {
                (Some(o), Some(n)) if Arc::ptr_eq(&o.points, &n.points) => {}
                (Some(o), Some(n)) => self.locator.replace(c.slot, &o.points, &n.points),
                (Some(o), None) => self.locator.remove(c.slot, &o.points),
                (None, Some(n)) => self.locator.insert(c.slot, &n.points),
                (None, None) => {}
            }
            outgrown |= new.as_ref().is_some_and(|e| !self.locator.covers(&Box2::of(e.points.iter())));
        }
        if outgrown {
            *self = std::mem::take(self).with_fitted_locator();
        }
    }

    /// The patch from this partition to another. O(both).
    pub fn whole_change(&self, other: &Partition) -> PartitionPatch {
        PartitionPatch {
            nodes: differences(&self.nodes, &other.nodes),
            edges: differences(&self.edges, &other.edges),
            faces: differences(&self.faces, &other.faces),
        }
    }

    /// The same partition with a locator fitted to its extent (after it has grown much).
    #[must_use]
    pub fn with_fitted_locator(mut self) -> Partition {
        let extent = self.extent();
        let mut locator = Buckets::new(extent.grown(LOCATOR_SIDE_MM), LOCATOR_SIDE_MM);
        for (i, e) in self.edges() {
            locator.insert(i, &e.points);
        }
        self.locator = locator;
        self
    }

    /// A partition from its stored parts. That the numbers lead from one part to another and every ring closes is
    /// checked, areas are counted anew. O(vertices).
    ///
    /// # Errors
    /// The name of the part that does not fit. Call [`check`] for the geometry.
    pub fn from_parts(
        nodes: Vec<(u32, Node)>,
        edges: Vec<(u32, Edge)>,
        faces: Vec<(u32, Face)>,
    ) -> Result<Partition, &'static str> {
        let mut p = Partition { faces: Paged::new(), ..Partition::default() };
        fill(&mut p.nodes, nodes)?;
        fill(&mut p.edges, edges)?;
        fill(&mut p.faces, faces)?;
        if p.face(WORLD).is_none_or(|f| f.owner != OUTSIDE) {
            return Err("the outside face is missing");
        }
        // Every half-edge leaves its node once; so each has one before it and one after it, and every ring closes.
        let mut next: Vec<Option<Half>> = vec![None; p.edges.len() * 2];
        for (i, n) in p.nodes() {
            for (k, &h) in n.halves.iter().enumerate() {
                if p.edge(h.edge()).is_none() || p.start(h) != i {
                    return Err("a node names an edge that is not there");
                }
                let before = n.halves[(k + n.halves.len() - 1) % n.halves.len()];
                if next[h.twin().0 as usize].replace(before).is_some() {
                    return Err("a node names an edge twice");
                }
            }
            if n.halves.is_empty() {
                return Err("a node names no edge");
            }
        }
        for (i, e) in p.edges() {
            let ends = [(e.from, e.points.first(), Half::new(i, true)), (e.to, e.points.last(), Half::new(i, false))];
            let at_nodes = ends
                .iter()
                .all(|(n, at, to)| p.node(*n).is_some_and(|n| Some(&n.at) == *at) && next[to.0 as usize].is_some());
            if e.points.len() < 2 || !at_nodes || !e.points.iter().all(|p| p.in_range()) {
                return Err("an edge does not reach its nodes");
            }
            if p.face(e.left).is_none() || p.face(e.right).is_none() {
                return Err("an edge names a face that is not there");
            }
        }
        let mut areas: Vec<(u32, i128)> = Vec::new();
        for (i, f) in p.faces() {
            if f.rings.is_empty() && i != WORLD {
                return Err("a face has no ring");
            }
            let mut area2 = 0;
            for &first in &f.rings {
                let mut h = first;
                loop {
                    // A half-edge met before is one of this ring's or of another's: each is on one ring only.
                    let own = p.left(h) == i;
                    let Some(after) = next.get_mut(h.0 as usize).and_then(Option::take).filter(|_| own) else {
                        return Err("a face names an edge that is not its own");
                    };
                    area2 += p.edge(h.edge()).map_or(0, |e| crate::geom::chain_area2(&e.points))
                        * (1 - 2 * i128::from(h.back()));
                    h = after;
                    if h == first {
                        break;
                    }
                }
            }
            if area2 != f.area2 {
                areas.push((i, area2));
            }
        }
        if next.iter().any(Option::is_some) {
            return Err("an edge is on no ring of its face");
        }
        for (i, area2) in areas {
            if let Some(Some(f)) = p.faces.get_mut(i as usize) {
                f.area2 = area2;
            }
        }
        Ok(p.with_fitted_locator())
    }
}

impl PartitionPatch {
    /// The patch backwards.
    #[must_use]
    pub fn back(&self) -> PartitionPatch {
        PartitionPatch { nodes: turned(&self.nodes), edges: turned(&self.edges), faces: turned(&self.faces) }
    }

    /// This patch and then another, as one.
    #[must_use]
    pub fn then(self, second: PartitionPatch) -> PartitionPatch {
        PartitionPatch {
            nodes: join(self.nodes, second.nodes),
            edges: join(self.edges, second.edges),
            faces: join(self.faces, second.faces),
        }
    }
}

/// Changes backwards.
fn turned<T: Clone>(changes: &[Change<T>]) -> Vec<Change<T>> {
    changes.iter().map(|c| Change { slot: c.slot, before: c.after.clone(), after: c.before.clone() }).collect()
}

fn join<T: Clone + PartialEq>(first: Vec<Change<T>>, second: Vec<Change<T>>) -> Vec<Change<T>> {
    let mut all: std::collections::BTreeMap<u32, Change<T>> = first.into_iter().map(|c| (c.slot, c)).collect();
    for c in second {
        match all.get_mut(&c.slot) {
            Some(old) => old.after = c.after,
            None => {
                all.insert(c.slot, c);
            }
        }
    }
    all.into_values().filter(|c| c.before != c.after).collect()
}

fn differences<T: Clone + PartialEq>(old: &Paged<Option<T>>, new: &Paged<Option<T>>) -> Vec<Change<T>> {
    (0..old.len().max(new.len()))
        .filter_map(|i| {
            let (before, after) = (old.get(i).cloned().flatten(), new.get(i).cloned().flatten());
            (before != after).then_some(Change { slot: i as u32, before, after })
        })
        .collect()
}

fn fill<T: Clone>(into: &mut Paged<Option<T>>, items: Vec<(u32, T)>) -> Result<(), &'static str> {
    let n = items.iter().map(|(i, _)| *i as usize + 1).max().unwrap_or(0);
    if n > items.len() * 64 + 1_000_000 {
        return Err("slots are too far apart");
    }
    let mut slots: Vec<Option<T>> = vec![None; n];
    for (i, t) in items {
        slots[i as usize] = Some(t);
    }
    *into = slots.into_iter().collect();
    Ok(())
}

fn apply_changes<T: Clone>(into: &mut Paged<Option<T>>, changes: &[Change<T>], back: bool) {
    for c in changes {
        let value = if back { &c.before } else { &c.after };
        while into.len() <= c.slot as usize {
            into.push(None);
        }
        into.set(c.slot as usize, value.clone());
    }
    trim(into);
}

/// Drops unused slots at the end, so that equal content has equal length.
pub(crate) fn trim<T: Clone>(slots: &mut Paged<Option<T>>) {
    let mut n = slots.len();
    while n > 0 && slots.get(n - 1).is_some_and(Option::is_none) {
        n -= 1;
    }
    slots.truncate(n);
}

/// x at which segment a–b crosses the horizontal through p.
fn crossing_x(p: Pt, a: Pt, b: Pt) -> f64 {
    let t = (f64::from(p.y) - f64::from(a.y)) / (f64::from(b.y) - f64::from(a.y));
    f64::from(a.x) + t * (f64::from(b.x) - f64::from(a.x))
}

/// Whether segment s crosses the ray east of p before segment t does. Both cross it and do not cross each other.
fn nearer(p: Pt, s: (Pt, Pt), t: (Pt, Pt)) -> bool {
    let (xs, xt) = (crossing_x(p, s.0, s.1), crossing_x(p, t.0, t.1));
    if (xs - xt).abs() > 1e-3 {
        return xs < xt;
    }
    // Too near to tell by floats. Segments that do not cross keep their order over their common heights: compare an
    // end of one with the line of the other, exactly.
    let up = |(a, b): (Pt, Pt)| if a.y <= b.y { (a, b) } else { (b, a) };
    let ((sl, sh), (tl, th)) = (up(s), up(t));
    // Left of an upward line is west of it.
    let low = if sl.y >= tl.y { cross(tl, th, sl) } else { -cross(sl, sh, tl) };
    if low != 0 {
        return low > 0;
    }
    let high = if sh.y <= th.y { cross(tl, th, sh) } else { -cross(sl, sh, th) };
    high > 0
}

#[cfg(test)]
pub(crate) mod tests;
