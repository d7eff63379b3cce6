//! Full validity of a partition: structure, geometry, cleanliness.

use super::{Half, OUTSIDE, Partition, WORLD};
use crate::geom::{Box2, Meet, Pt, crossing_point, meet, ring_area2, ring_contains};
use std::collections::BTreeSet;

/// Something wrong in a partition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Two borders cross or touch away from a node.
    Crosses(Pt),
    /// A node's half-edges are not in turn, or do not leave it.
    Turn(Pt),
    /// A half-edge is on no ring of its face or on two.
    Ring(Pt),
    /// A face's stored area is not that of its rings, or not positive.
    Area(Pt),
    /// A hole does not lie in its face's outer ring.
    Hole(Pt),
    /// A border with one owner on both sides, a loose end, or a node that joins just two borders.
    Unclean(Pt),
    /// Nodes, edges, faces and components do not satisfy Euler's formula.
    Euler,
}

impl Fault {
    /// Where, if it has a place.
    pub fn at(&self) -> Option<Pt> {
        match self {
            Fault::Crosses(p)
            | Fault::Turn(p)
            | Fault::Ring(p)
            | Fault::Area(p)
            | Fault::Hole(p)
            | Fault::Unclean(p) => Some(*p),
            Fault::Euler => None,
        }
    }
}

/// Everything wrong in a partition; empty if it is valid. O(n log n) for n segments in general position.
pub fn check(p: &Partition) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (i, n) in p.nodes() {
        let leaves = n.halves.iter().all(|&h| p.edge(h.edge()).is_some() && p.start(h) == i);
        let turn = n.halves.windows(2).all(|w| super::draft::before_in_turn(n.at, p.second(w[0]), p.second(w[1])));
        if !leaves || !turn || n.halves.is_empty() {
            faults.push(Fault::Turn(n.at));
        }
        let two = n.halves.len() == 2 && n.halves[0].edge() != n.halves[1].edge();
        if n.halves.len() == 1 || two {
            faults.push(Fault::Unclean(n.at));
        }
    }
    if !faults.is_empty() {
        return faults;
    }
    let mut seen: BTreeSet<Half> = BTreeSet::new();
    for (i, f) in p.faces() {
        let mut area2 = 0;
        let mut outer: Vec<Pt> = Vec::new();
        for (k, &h) in f.rings.iter().enumerate() {
            let ring = p.ring(h);
            let at = p.node(p.start(h)).map_or(Pt::default(), |n| n.at);
            if ring.iter().any(|&h| p.left(h) != i || !seen.insert(h)) {
                faults.push(Fault::Ring(at));
            }
            let points = p.ring_points(h);
            let a = ring_area2(&points);
            area2 += a;
            let is_outer = k == 0 && i != WORLD;
            if is_outer != (a > 0) {
                faults.push(Fault::Area(at));
            }
            if is_outer {
                outer = points;
            } else if i != WORLD && !ring_contains(&outer, at) {
                faults.push(Fault::Hole(at));
            }
        }
        let at = f.rings.first().and_then(|&h| p.node(p.start(h))).map_or(Pt::default(), |n| n.at);
        if area2 != f.area2 || (i != WORLD && area2 <= 0) || ((i == WORLD) && f.owner != OUTSIDE) {
            faults.push(Fault::Area(at));
        }
    }
    let mut group: Vec<u32> = (0..p.nodes.len() as u32).collect();
    fn root(g: &mut [u32], i: u32) -> u32 {
        let mut i = i;
        while g[i as usize] != i {
            g[i as usize] = g[g[i as usize] as usize];
            i = g[i as usize];
        }
        i
    }
    for (i, e) in p.edges() {
        for h in [Half::new(i, false), Half::new(i, true)] {
            if !seen.contains(&h) {
                faults.push(Fault::Ring(e.points[0]));
            }
        }
        let (l, r) = p.sides(e);
        if l == r {
            faults.push(Fault::Unclean(e.points[0]));
        }
        let (a, b) = (root(&mut group, e.from), root(&mut group, e.to));
        group[a as usize] = b;
        crossings_of(p, i, &mut faults);
    }
    let v = p.nodes().count();
    let components = p.nodes().filter(|(i, _)| root(&mut group, *i) == *i).count();
    // V − E + F = 1 + C, the world counted among the faces.
    if v + p.faces().count() != p.edges().count() + 1 + components {
        faults.push(Fault::Euler);
    }
    faults
}

fn crossings_of(p: &Partition, i: u32, faults: &mut Vec<Fault>) {
    let Some(e) = p.edge(i) else { return };
    let last = e.points.len() - 2;
    for (k, s) in e.points.windows(2).enumerate() {
        let area = Box2::of_two(s[0], s[1]);
        for j in p.edges_near(&area) {
            let Some(g) = p.edge(j).filter(|_| j >= i) else { continue };
            let end = g.points.len() - 2;
            for (m, t) in g.points.windows(2).enumerate() {
                if (j, m) <= (i, k) || !Box2::of_two(t[0], t[1]).meets(&area) {
                    continue;
                }
                let fault = match meet(s[0], s[1], t[0], t[1]) {
                    Meet::Apart => continue,
                    Meet::Touch(q) if i == j && m == k + 1 && q == s[1] => continue,
                    Meet::Touch(q) => {
                        // Two borders may touch only at nodes: where both end.
                        let ends = |k: usize, last: usize, w: &[Pt]| (k == 0 && w[0] == q) || (k == last && w[1] == q);
                        if ends(k, last, s) && ends(m, end, t) {
                            continue;
                        }
                        q
                    }
                    Meet::Overlap(q, _) => q,
                    Meet::Cross => crossing_point(s[0], s[1], t[0], t[1]),
                };
                faults.push(Fault::Crosses(fault));
            }
        }
    }
}
