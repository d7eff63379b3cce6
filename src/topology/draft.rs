//! A working copy of a partition that remembers what it changed: the primitives all editors are made of.

use super::chain::check_chain;
use super::{Change, Edge, Face, Half, NO_FACE, Node, Partition, PartitionPatch, TopologyError, trim};
use crate::geom::{LIMIT, Pt, cross, dist2_to_segment, on_segment, orient, pt};
use crate::index::{Buckets, Paged};
use smallvec::SmallVec;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How far along a border a node may stand from where a line meets it, mm, where it has no place nearer.
const ASIDE_MM: i32 = 100;

/// What rounding to the grid may take a point off its place: half a square's diagonal, squared.
pub(super) const ROUNDING2_MM2: f64 = 0.5;

/// Where a grid point stands in the drawing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Hit {
    /// On no border.
    Free,
    /// A node.
    Node(u32),
    /// Vertex number `1..len-1` of an edge.
    Vertex(u32, usize),
    /// Inside the segment that starts at that vertex of an edge.
    Segment(u32, usize),
}

/// A partition being edited.
pub(crate) struct Draft {
    /// The partition as it is now.
    pub p: Partition,
    nodes: BTreeMap<u32, Option<Node>>,
    edges: BTreeMap<u32, Option<Edge>>,
    faces: BTreeMap<u32, Option<Face>>,
    /// Faces whose rings must be traced anew.
    pub dirty: BTreeSet<u32>,
    /// Edges of dirty faces, and new ones.
    pub loose: BTreeSet<u32>,
    /// New edges: the face they were drawn in.
    pub drawn_in: BTreeMap<u32, u32>,
    /// Ends of borders that were cut: one that closed on itself may need its old start no more.
    pub cut_ends: BTreeSet<u32>,
    /// Nodes at which long borders were cut only to be searched faster, in the order in which they were.
    pub joints: Vec<u32>,
    /// Vertices inserted into old borders; taken out again where no border came to end there.
    /// Each with the old segment that it is part of.
    pub inserted: BTreeMap<Pt, (Pt, Pt)>,
    /// Directed segments of the drawn line that run along borders or are borders now.
    pub path: BTreeSet<(Pt, Pt)>,
    /// The locator that stood before one was made for a long line; it knows nothing of the changes.
    pub locator_before: Option<Buckets>,
}

impl Draft {
    pub fn new(p: &Partition) -> Draft {
        Draft {
            p: p.clone(),
            nodes: BTreeMap::new(),
            edges: BTreeMap::new(),
            faces: BTreeMap::new(),
            dirty: BTreeSet::new(),
            loose: BTreeSet::new(),
            drawn_in: BTreeMap::new(),
            cut_ends: BTreeSet::new(),
            joints: Vec::new(),
            inserted: BTreeMap::new(),
            path: BTreeSet::new(),
            locator_before: None,
        }
    }

    /// The new partition and what changed.
    pub fn finish(mut self) -> (Partition, PartitionPatch) {
        trim(&mut self.p.nodes);
        trim(&mut self.p.edges);
        trim(&mut self.p.faces);
        let patch = PartitionPatch {
            nodes: changes(self.nodes, &self.p.nodes),
            edges: changes(self.edges, &self.p.edges),
            faces: changes(self.faces, &self.p.faces),
        };
        if let Some(locator) = self.locator_before {
            self.p.locator = locator;
            self.p.relocate(&patch, false);
        }
        (self.p, patch)
    }

    pub fn set_node(&mut self, i: u32, v: Option<Node>) {
        put(&mut self.p.nodes, &mut self.nodes, i, v);
    }

    pub fn set_face(&mut self, i: u32, v: Option<Face>) {
        put(&mut self.p.faces, &mut self.faces, i, v);
    }

    /// Sets an edge and keeps the locator in step.
    pub fn set_edge(&mut self, i: u32, v: Option<Edge>) {
        match (self.p.edge(i).map(|e| e.points.clone()), v.as_ref().map(|e| e.points.clone())) {
            (Some(o), Some(n)) if !Arc::ptr_eq(&o, &n) => self.p.locator.replace(i, &o, &n),
            (Some(o), None) => self.p.locator.remove(i, &o),
            (None, Some(n)) => self.p.locator.insert(i, &n),
            _ => {}
        }
        put(&mut self.p.edges, &mut self.edges, i, v);
    }

    fn node_mut(&mut self, i: u32, f: impl FnOnce(&mut Node)) {
        if let Some(mut n) = self.p.node(i).cloned() {
            f(&mut n);
            self.set_node(i, Some(n));
        }
    }

    /// Puts a half-edge into its place round the node from which it leaves.
    fn attach(&mut self, n: u32, h: Half) {
        let Some(at) = self.p.node(n).map(|n| n.at) else { return };
        let to = self.p.second(h);
        let Some(node) = self.p.node(n) else { return };
        let k = node.halves.partition_point(|&x| before_in_turn(at, self.p.second(x), to));
        self.node_mut(n, |n| n.halves.insert(k, h));
    }

    fn detach(&mut self, n: u32, h: Half) {
        self.node_mut(n, |n| n.halves.retain(|x| *x != h));
    }

    /// Where a grid point stands.
    pub fn hit(&self, at: Pt) -> Hit {
        hit(&self.p, at)
    }

    /// A new node that joins nothing yet.
    pub fn add_node(&mut self, at: Pt) -> u32 {
        let i = self.p.nodes.len() as u32;
        self.set_node(i, Some(Node { at, halves: SmallVec::new() }));
        i
    }

    /// The node at a place: an old one, a border cut there, or a new one in the open.
    pub fn node_at(&mut self, at: Pt) -> u32 {
        match self.hit(at) {
            Hit::Node(n) => n,
            Hit::Vertex(e, i) => self.cut(e, i),
            Hit::Segment(e, i) => {
                let v = self.put_vertex(e, i, at);
                self.cut(e, v)
            }
            Hit::Free => self.add_node(at),
        }
    }

    /// Puts a vertex into the segment that starts at vertex `i` of an edge, without any check; its number.
    pub fn put_vertex(&mut self, e: u32, i: usize, at: Pt) -> usize {
        if let Some(mut edge) = self.p.edge(e).cloned() {
            let (a, b) = (edge.points[i], edge.points[i + 1]);
            let mut points = edge.points.to_vec();
            points.insert(i + 1, at);
            edge.points = points.into();
            self.change_points(e, edge);
            let old = self.unbent(a, b).unwrap_or((a, b));
            self.inserted.entry(at).or_insert(old);
            for (from, to) in [(a, b), (b, a)] {
                if self.path.remove(&(from, to)) {
                    self.path.insert((from, at));
                    self.path.insert((at, to));
                }
            }
        }
        i + 1
    }

    /// The old segment that a–b is part of, where vertices were put into one.
    pub fn unbent(&self, a: Pt, b: Pt) -> Option<(Pt, Pt)> {
        let (of_a, of_b) = (self.inserted.get(&a), self.inserted.get(&b));
        let part = |v: Pt, of: Option<&(Pt, Pt)>, old: (Pt, Pt)| of == Some(&old) || v == old.0 || v == old.1;
        of_a.filter(|&&old| part(b, of_b, old)).or(of_b.filter(|&&old| part(a, of_a, old))).copied()
    }

    /// Sets an edge whose points changed (its ends did not) and keeps the areas of its faces right.
    pub fn change_points(&mut self, e: u32, edge: Edge) {
        let old = self.p.edge(e).map_or(0, |o| crate::geom::chain_area2(&o.points));
        let d = crate::geom::chain_area2(&edge.points) - old;
        if d != 0 {
            self.add_area(edge.left, d);
            self.add_area(edge.right, -d);
        }
        let (from, to) = (edge.from, edge.to);
        self.set_edge(e, Some(edge));
        self.sort_turn(from);
        self.sort_turn(to);
    }

    /// Puts the half-edges round a node back into order after one of them changed direction past east.
    pub fn sort_turn(&mut self, n: u32) {
        let Some(node) = self.p.node(n) else { return };
        let at = node.at;
        let sorted = node.halves.windows(2).all(|w| before_in_turn(at, self.p.second(w[0]), self.p.second(w[1])));
        if !sorted {
            let mut halves = node.halves.clone();
            halves.sort_by(|&a, &b| turn_order(at, self.p.second(a), self.p.second(b)));
            self.node_mut(n, |n| n.halves = halves);
        }
    }

    /// Adds to a face's double area.
    pub fn add_area(&mut self, f: u32, d: i128) {
        if let Some(mut face) = self.p.face(f).cloned() {
            face.area2 += d;
            self.set_face(f, Some(face));
        }
    }

    /// Cuts an edge at an inner vertex; the node there.
    pub fn cut(&mut self, e: u32, vertex: usize) -> u32 {
        let Some(mut first) = self.p.edge(e).cloned() else { return 0 };
        let at = first.points[vertex];
        let n = self.add_node(at);
        let new = self.p.edges.len() as u32;
        let second = Edge { from: n, points: first.points[vertex..].into(), ..first.clone() };
        let end = first.to;
        self.cut_ends.extend([first.from, first.to]);
        first.to = n;
        first.points = first.points[..=vertex].into();
        // At the old end the new edge takes the old one's place in the turn: its direction there is the same.
        self.node_mut(end, |node| {
            for h in &mut node.halves {
                if *h == Half::new(e, true) {
                    *h = Half::new(new, true);
                }
            }
        });
        if self.loose.contains(&e) || self.dirty.contains(&first.left) || self.dirty.contains(&first.right) {
            self.loose.extend([e, new]);
        }
        if let Some(&f) = self.drawn_in.get(&e) {
            self.drawn_in.insert(new, f);
        }
        // Rings that were entered by the reverse of `e` now enter by the reverse of its first part, which is still
        // on the same ring.
        self.set_edge(e, Some(first));
        self.set_edge(new, Some(second));
        self.attach(n, Half::new(e, true));
        self.attach(n, Half::new(new, false));
        n
    }

    /// Adds a border between two nodes inside face `f`. Its faces are found by [`Draft::trace`].
    pub fn add_edge(&mut self, from: u32, to: u32, points: Arc<[Pt]>, f: u32) -> u32 {
        let i = self.p.edges.len() as u32;
        self.mark(f);
        self.set_edge(i, Some(Edge { from, to, left: NO_FACE, right: NO_FACE, points }));
        self.attach(from, Half::new(i, false));
        self.attach(to, Half::new(i, true));
        self.loose.insert(i);
        self.drawn_in.insert(i, f);
        i
    }

    /// Takes a border away; the faces beside it must have been marked.
    pub fn remove_edge(&mut self, e: u32) {
        let Some((from, to)) = self.p.edge(e).map(|e| (e.from, e.to)) else { return };
        self.detach(from, Half::new(e, false));
        self.detach(to, Half::new(e, true));
        self.set_edge(e, None);
        self.loose.remove(&e);
        self.drawn_in.remove(&e);
        for n in [from, to] {
            if self.p.node(n).is_some_and(|n| n.halves.is_empty()) {
                self.set_node(n, None);
            }
        }
    }

    /// Marks a face as to be traced anew. Must come before its first border is added or taken away.
    pub fn mark(&mut self, f: u32) {
        if f != NO_FACE && self.dirty.insert(f) {
            let rings: Vec<Half> = self.p.face(f).map_or_else(Vec::new, |f| f.rings.to_vec());
            for h in rings {
                self.loose.extend(self.p.ring(h).into_iter().map(Half::edge));
            }
        }
    }

    /// Joins the two borders at a node where only two meet; `older` = the older one's slot is kept. True if it did.
    pub fn heal(&mut self, n: u32, older: bool) -> bool {
        let Some(node) = self.p.node(n) else { return false };
        let [h, g] = node.halves[..] else { return false };
        if h.edge() == g.edge() {
            return false;
        }
        // Keep h's edge, running into the node and on along g; of pieces that were cut only for a search the first, so
        // that the border is as it was.
        let (h, g) = if older && g.edge() < h.edge() { (g, h) } else { (h, g) };
        let mut points = self.p.points(h.twin());
        points.extend(self.p.points(g).into_iter().skip(1));
        let (Some(first), Some(second)) = (self.p.edge(h.edge()), self.p.edge(g.edge())) else { return false };
        let (left, right) = if h.back() { (first.left, first.right) } else { (first.right, first.left) };
        let from = if h.back() { first.from } else { first.to };
        let to = if g.back() { second.from } else { second.to };
        let kept = h.edge();
        let gone = g.edge();
        let joined = Edge { from, to, left, right, points: points.into() };
        // h.twin() is the kept edge's new forward direction.
        let flipped = !h.back();
        self.node_mut(from, |node| rename(node, h.twin(), Half::new(kept, false)));
        self.node_mut(to, |node| rename(node, g.twin(), Half::new(kept, true)));
        self.set_node(n, None);
        for f in [left, right] {
            let Some(mut face) = self.p.face(f).cloned() else { continue };
            let mut changed = false;
            for r in &mut face.rings {
                let back = if r.edge() == kept {
                    r.back() != flipped
                } else if r.edge() == gone {
                    // g runs forward along the joined edge.
                    *r != g
                } else {
                    continue;
                };
                *r = Half::new(kept, back);
                changed = true;
            }
            if changed {
                self.set_face(f, Some(face));
            }
        }
        self.set_edge(gone, None);
        self.loose.remove(&gone);
        self.drawn_in.remove(&gone);
        self.set_edge(kept, Some(joined));
        true
    }

    /// Puts point `at` into a segment, bending it; or, where that cannot be, the nearest grid point up to
    /// [`ASIDE_MM`] along the segment that can be and that rounding alone leads to.
    ///
    /// The bend must pass over no vertex and touch no other border; `spare` are points not yet in the drawing.
    pub fn bend(&mut self, e: u32, i: usize, at: Pt, spare: &[Pt]) -> Result<Pt, TopologyError> {
        let Some((c, d)) = self.p.edge(e).map(|e| (e.points[i], e.points[i + 1])) else {
            return Err(TopologyError::NotFound { at });
        };
        let may = |p: Pt| p.in_range() && p != c && p != d && self.may_bend(e, i, p, spare);
        let p = std::iter::once(at).chain(grid_along(at, c, d)).find(|&p| may(p));
        let p = p.ok_or(TopologyError::TooClose { at })?;
        self.put_vertex(e, i, p);
        Ok(p)
    }

    /// Whether a segment may be bent to `p`; see [`Draft::bend`].
    pub fn may_bend(&self, e: u32, i: usize, p: Pt, spare: &[Pt]) -> bool {
        let Some(edge) = self.p.edge(e) else { return false };
        let (c, d) = (edge.points[i], edge.points[i + 1]);
        let hurt = spare.iter().any(|&v| v != p && in_triangle(v, c, p, d));
        !hurt && check_chain(&self.p, e, (i, i + 1), &[c, p, d]).is_ok()
    }

    /// Takes out vertices that were put into borders and at which nothing ends.
    pub fn drop_unused_vertices(&mut self) {
        let mut left: Vec<Pt> = self.inserted.keys().copied().collect();
        // A vertex may stand in the way of another's going: repeat until nothing goes.
        loop {
            let before = left.len();
            left.retain(|&at| !self.drop_vertex(at));
            if left.len() == before || left.is_empty() {
                break;
            }
        }
        self.inserted.clear();
    }

    /// Takes out an inner vertex if its neighbours are parts or ends of the old segment it was put into; true if it is
    /// gone.
    fn drop_vertex(&mut self, at: Pt) -> bool {
        let Hit::Vertex(e, i) = self.hit(at) else { return false };
        let Some(mut edge) = self.p.edge(e).cloned() else { return true };
        let ends = (edge.points[i - 1], edge.points[i + 1]);
        let part = self.inserted.get(&at).is_some_and(|old| {
            // A neighbour that was put into a bent part may be further off the old segment than rounding takes it: it
            // leans on this vertex.
            let near = |v: Pt| dist2_to_segment(v, old.0, old.1) <= ROUNDING2_MM2;
            let of_old = |v: Pt| v == old.0 || v == old.1 || (self.inserted.get(&v) == Some(old) && near(v));
            of_old(ends.0) && of_old(ends.1)
        });
        if !part || check_chain(&self.p, e, (i - 1, i + 1), &[ends.0, ends.1]).is_err() {
            return false;
        }
        let mut points = edge.points.to_vec();
        points.remove(i);
        edge.points = points.into();
        self.change_points(e, edge);
        true
    }

    /// Refuses a point beyond the exact range.
    pub fn in_range(at: Pt) -> Result<(), TopologyError> {
        if at.x.abs() < LIMIT - 2 && at.y.abs() < LIMIT - 2 { Ok(()) } else { Err(TopologyError::OutOfRange { at }) }
    }
}

/// Grid points within rounding (0.71 mm) of segment c–d, from `at` outwards along it as far as [`ASIDE_MM`].
///
/// Two borders less than a grid square apart have no grid point each at some places; a little further on they do.
fn grid_along(at: Pt, c: Pt, d: Pt) -> impl Iterator<Item = Pt> {
    let flat = c.x.abs_diff(d.x) >= c.y.abs_diff(d.y);
    (0..=ASIDE_MM).flat_map(move |k| {
        let mut here: SmallVec<[(f64, Pt); 6]> = SmallVec::new();
        for step in [k, -k] {
            // The grid points beside the segment lie round its nearest point.
            let near = crate::geom::foot_on_segment(
                if flat { pt(at.x.saturating_add(step), at.y) } else { pt(at.x, at.y.saturating_add(step)) },
                c,
                d,
            );
            for aside in -1..=1 {
                let p = if flat { pt(near.x, near.y + aside) } else { pt(near.x + aside, near.y) };
                let d2 = dist2_to_segment(p, c, d);
                if d2 <= ROUNDING2_MM2 {
                    here.push((d2 + 1e-6 * at.dist2(p) as f64, p));
                }
            }
        }
        here.sort_by(|a, b| a.0.total_cmp(&b.0));
        here.into_iter().map(|(_, p)| p)
    })
}

/// Where a grid point stands in a partition.
pub(crate) fn hit(p: &Partition, at: Pt) -> Hit {
    let l = &p.locator;
    let mut found: Option<(u32, Hit)> = None;
    // One square: no edge is in its list twice. The edge of the least number is the one that counts.
    for &e in l.at(l.col(at.x), l.row(at.y)) {
        let Some(edge) = p.edge(e).filter(|_| found.is_none_or(|(f, _)| e < f)) else { continue };
        let last = edge.points.len() - 1;
        let on = edge.points.windows(2).position(|w| on_segment(at, w[0], w[1])).map(|i| {
            match (edge.points[i] == at, edge.points[i + 1] == at) {
                (true, _) if i == 0 => Hit::Node(edge.from),
                (true, _) => Hit::Vertex(e, i),
                (_, true) if i + 1 == last => Hit::Node(edge.to),
                (_, true) => Hit::Vertex(e, i + 1),
                _ => Hit::Segment(e, i),
            }
        });
        found = on.map(|hit| (e, hit)).or(found);
    }
    found.map_or(Hit::Free, |(_, hit)| hit)
}

fn put<T: Clone>(slots: &mut Paged<Option<T>>, before: &mut BTreeMap<u32, Option<T>>, i: u32, v: Option<T>) {
    while slots.len() <= i as usize {
        slots.push(None);
    }
    if let Some(slot) = slots.get_mut(i as usize) {
        let old = std::mem::replace(slot, v);
        before.entry(i).or_insert(old);
    }
}

fn changes<T: Clone + PartialEq>(before: BTreeMap<u32, Option<T>>, now: &Paged<Option<T>>) -> Vec<Change<T>> {
    before
        .into_iter()
        .filter_map(|(slot, before)| {
            let after = now.get(slot as usize).cloned().flatten();
            (before != after).then_some(Change { slot, before, after })
        })
        .collect()
}

fn rename(node: &mut Node, old: Half, new: Half) {
    for h in &mut node.halves {
        if *h == old {
            *h = new;
        }
    }
}

/// Whether direction at→a comes strictly before at→b, counter-clockwise from east.
pub(crate) fn before_in_turn(at: Pt, a: Pt, b: Pt) -> bool {
    let half = |p: Pt| u8::from(p.y < at.y || (p.y == at.y && p.x < at.x));
    match half(a).cmp(&half(b)) {
        std::cmp::Ordering::Equal => cross(at, a, b) > 0,
        o => o.is_lt(),
    }
}

/// Whether half-edges given in counter-clockwise order are still in it, up to where one begins to count.
pub(crate) fn turn_is_kept(at: Pt, halves: &[Half], to: impl Fn(Half) -> Pt) -> bool {
    let n = halves.len();
    if n < 3 {
        return n < 2 || turn_order(at, to(halves[0]), to(halves[1])).is_ne();
    }
    // In a full turn there is exactly one step back past east.
    let steps_back = (0..n).filter(|&i| !before_in_turn(at, to(halves[i]), to(halves[(i + 1) % n]))).count();
    steps_back == 1
}

/// Order of two directions, counter-clockwise from east.
pub(crate) fn turn_order(at: Pt, a: Pt, b: Pt) -> std::cmp::Ordering {
    if before_in_turn(at, a, b) {
        std::cmp::Ordering::Less
    } else if before_in_turn(at, b, a) {
        std::cmp::Ordering::Greater
    } else {
        std::cmp::Ordering::Equal
    }
}

/// Whether `v` lies in the closed triangle, its corners left out.
fn in_triangle(v: Pt, a: Pt, b: Pt, c: Pt) -> bool {
    let s = orient(a, b, c);
    v != a
        && v != b
        && v != c
        && if s == 0 {
            on_segment(v, a, b) || on_segment(v, b, c)
        } else {
            orient(a, b, v) * s >= 0 && orient(b, c, v) * s >= 0 && orient(c, a, v) * s >= 0
        }
}
