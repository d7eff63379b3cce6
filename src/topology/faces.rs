//! Tracing faces anew after borders were added or taken away, and cleaning up.

use super::draft::Draft;
use super::{Edge, Face, Half, NO_FACE, OUTSIDE, Owner, WORLD};
use crate::geom::{Box2, Pt, chain_area2, ring_contains};
use crate::index::{PackedTree, hilbert};
use smallvec::SmallVec;
use std::collections::{BTreeMap, BTreeSet};

/// Nodes from which on they are healed in pairs.
const MANY: usize = 256;

/// A ring found by tracing.
struct Ring {
    halves: Vec<Half>,
    area2: i128,
    /// Faces its half-edges belonged to before, or were drawn in.
    from: BTreeSet<u32>,
}

impl Draft {
    /// Traces the rings of all dirty faces and makes faces of them. New faces inherit the owner of the ground they
    /// were cut from. Returns every face made or kept, with the face it was cut from.
    ///
    /// O(border of the dirty faces), plus containment tests for each hole in the outer rings whose boxes hold it.
    pub fn trace(&mut self) -> BTreeMap<u32, u32> {
        let mut rings = self.rings_of_dirty();
        // Outer rings, the largest first: it keeps its face's number.
        rings.sort_by(|a, b| b.area2.cmp(&a.area2).then(a.halves[0].cmp(&b.halves[0])));
        let holes = rings.split_off(rings.partition_point(|r| r.area2 > 0));

        let mut free: BTreeSet<u32> = self.dirty.iter().copied().filter(|&f| f != WORLD).collect();
        let mut made: BTreeMap<u32, u32> = BTreeMap::new();
        let mut faces: BTreeMap<u32, Face> = BTreeMap::new();
        let mut outer_points: Vec<(u32, i128, Vec<Pt>)> = Vec::new();
        let mut next = self.p.faces.len() as u32;
        let mut of_half: Vec<(Half, u32)> = Vec::new();
        for r in rings {
            let parent = r.from.iter().copied().find(|f| *f != WORLD).or(r.from.first().copied()).unwrap_or(WORLD);
            let slot = if free.remove(&parent) {
                parent
            } else {
                next += 1;
                next - 1
            };
            outer_points.push((slot, r.area2, self.p.ring_points(r.halves[0])));
            of_half.extend(r.halves.iter().map(|&h| (h, slot)));
            let owner = self.p.owner(parent);
            faces.insert(slot, Face { owner, rings: SmallVec::from_slice(&[r.halves[0]]), area2: r.area2 });
            made.insert(slot, parent);
        }
        if self.dirty.contains(&WORLD) {
            faces.insert(WORLD, Face { owner: OUTSIDE, rings: SmallVec::new(), area2: 0 });
            made.insert(WORLD, WORLD);
        }
        // Which outer rings have a point in their boxes: of many islands each lies in few.
        let mut boxes: Vec<(u32, Box2, usize)> = Vec::new();
        if !holes.is_empty() {
            let of = |(i, o): (usize, &(u32, i128, Vec<Pt>))| (Box2::of(&o.2), i);
            let all: Vec<(Box2, usize)> = outer_points.iter().enumerate().map(of).collect();
            let extent = all.iter().fold(Box2::EMPTY, |b, x| b.union(x.0));
            boxes = all.into_iter().map(|(b, i)| (hilbert(b.centre(), &extent), b, i)).collect();
            boxes.sort_unstable_by_key(|b| (b.0, b.2));
        }
        let order: Vec<usize> = boxes.iter().map(|b| b.2).collect();
        let boxes: Vec<Box2> = boxes.into_iter().map(|b| b.1).collect();
        let tree = PackedTree::build(&boxes);
        for hole in holes {
            let at = self.p.node(self.p.start(hole.halves[0])).map_or(Pt::default(), |n| n.at);
            // Only a ring of more area than the hole can lie round it; the smallest that does is the face's own.
            let mut round: Option<&(u32, i128, Vec<Pt>)> = None;
            tree.search(&boxes, &Box2::of_two(at, at), &mut |i| {
                let outer = &outer_points[order[i]];
                let smaller = round.is_none_or(|r| (outer.1, outer.0) < (r.1, r.0));
                if smaller && outer.1 > -hole.area2 && ring_contains(&outer.2, at) {
                    round = Some(outer);
                }
            });
            let round = round.map_or(WORLD, |(f, _, _)| *f);
            of_half.extend(hole.halves.iter().map(|&h| (h, round)));
            if let Some(face) = faces.get_mut(&round) {
                face.rings.push(hole.halves[0]);
                face.area2 += hole.area2;
            }
        }
        for (h, f) in of_half {
            self.set_left(h, f);
        }
        for f in free {
            self.set_face(f, None);
        }
        for (slot, face) in faces {
            self.set_face(slot, Some(face));
        }
        self.dirty.clear();
        self.loose.clear();
        made
    }

    fn rings_of_dirty(&self) -> Vec<Ring> {
        let wanted = |h: Half| {
            let f = self.p.left(h);
            f == NO_FACE || self.dirty.contains(&f)
        };
        let mut seen: BTreeSet<Half> = BTreeSet::new();
        let mut rings = Vec::new();
        for &e in &self.loose {
            for h in [Half::new(e, false), Half::new(e, true)] {
                if self.p.edge(e).is_none() || !wanted(h) || seen.contains(&h) {
                    continue;
                }
                let halves = self.p.ring(h);
                seen.extend(halves.iter().copied());
                let mut area2 = 0;
                let mut from = BTreeSet::new();
                for &h in &halves {
                    if let Some(e) = self.p.edge(h.edge()) {
                        let a = chain_area2(&e.points);
                        area2 += if h.back() { -a } else { a };
                    }
                    let f = self.p.left(h);
                    from.insert(if f == NO_FACE { self.drawn_in.get(&h.edge()).copied().unwrap_or(WORLD) } else { f });
                }
                rings.push(Ring { halves, area2, from });
            }
        }
        rings
    }

    fn set_left(&mut self, h: Half, f: u32) {
        let Some(e) = self.p.edge(h.edge()) else { return };
        if (if h.back() { e.right } else { e.left }) == f {
            return;
        }
        let mut e: Edge = e.clone();
        if h.back() {
            e.right = f;
        } else {
            e.left = f;
        }
        self.set_edge(h.edge(), Some(e));
    }

    /// Gives a face to an owner.
    pub fn give(&mut self, f: u32, owner: Owner) {
        if let Some(mut face) = self.p.face(f).cloned()
            && face.owner != owner
        {
            face.owner = owner;
            self.set_face(f, Some(face));
        }
    }

    /// Takes away every border round the given faces that has one owner on both sides, joins what then needs no node,
    /// and takes out vertices that nothing needs.
    pub fn clean(&mut self, faces: impl IntoIterator<Item = u32>) {
        let mut edges: BTreeSet<u32> = self.drawn_in.keys().copied().collect();
        for f in faces {
            let rings: Vec<Half> = self.p.face(f).map_or_else(Vec::new, |f| f.rings.to_vec());
            for h in rings {
                edges.extend(self.p.ring(h).into_iter().map(Half::edge));
            }
        }
        let idle: Vec<u32> = edges
            .iter()
            .copied()
            .filter(|&e| self.p.edge(e).is_some_and(|x| self.p.owner(x.left) == self.p.owner(x.right)))
            .collect();
        let mut nodes: BTreeSet<u32> = std::mem::take(&mut self.cut_ends);
        for &e in &edges {
            if let Some(x) = self.p.edge(e) {
                nodes.extend([x.from, x.to]);
            }
        }
        for &e in &idle {
            let (l, r) = self.p.edge(e).map_or((NO_FACE, NO_FACE), |x| (x.left, x.right));
            self.mark(l);
            self.mark(r);
        }
        for &e in &idle {
            self.remove_edge(e);
        }
        if !idle.is_empty() {
            self.trace();
        }
        let joints = std::mem::take(&mut self.joints);
        for n in &joints {
            nodes.remove(n);
        }
        let nodes: Vec<u32> = nodes.into_iter().collect();
        let mut order: Vec<u32> = Vec::with_capacity(nodes.len());
        if nodes.len() > MANY {
            // Every second node, then every second of the rest, and so on: the borders of a long line, whose nodes
            // follow each other in number, grow in pairs, not one by one at the end of a long one.
            for step in (0..usize::BITS).map(|k| 1usize << k).take_while(|s| *s <= nodes.len()) {
                order.extend(nodes.iter().skip(step - 1).step_by(2 * step));
            }
        } else {
            order = nodes;
        }
        for n in order {
            self.heal(n, false);
        }
        self.drawn_in.clear();
        self.drop_unused_vertices();
        for &n in joints.iter().rev() {
            self.heal(n, true);
        }
    }
}
