//! Full validity of a partition: structure, geometry, cleanliness. The locator is not asked: it may be wrong too.

mod crossings;
#[cfg(test)]
mod tests;

use super::{Half, OUTSIDE, Partition, WORLD};
use crate::geom::{Pt, chain_area2};
use crossings::Sides;

/// Something wrong in a partition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Two borders cross or touch away from a node.
    Crosses(Pt),
    /// A node's half-edges are not in turn, or do not leave it; a border does not reach its node.
    Turn(Pt),
    /// A half-edge is on no ring of its face or on two.
    Ring(Pt),
    /// A face's stored area is not that of its rings, or not positive.
    Area(Pt),
    /// A hole does not lie in its face.
    Hole(Pt),
    /// A border with one owner on both sides, a loose end, a node that joins just two borders, or a point twice.
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

/// Everything wrong in a partition; empty if it is valid. Where the numbers do not lead from one part to another only
/// that is told: nothing else has a meaning then. O(n log n) for n segments in general position.
pub fn check(p: &Partition) -> Vec<Fault> {
    let mut faults = Vec::new();
    let Some(next) = order(p, &mut faults) else { return faults };
    let sides = Sides::of(p);
    let area2 = rings(p, &next, &sides, &mut faults);
    for (i, f) in p.faces() {
        let wrong = match i {
            WORLD => f.owner != OUTSIDE,
            _ => f.area2 <= 0 || f.rings.is_empty(),
        };
        if wrong || area2.get(i as usize) != Some(&f.area2) {
            let at = f.rings.first().and_then(|&h| p.node(p.start(h))).map_or(Pt::default(), |n| n.at);
            faults.push(Fault::Area(at));
        }
    }
    borders(p, &mut faults);
    faults.extend(sides.crossings(p).into_iter().map(Fault::Crosses));
    faults
}

/// The half-edge after each one along its ring, by the order at nodes; `None` if nodes and borders do not lead to each
/// other, so that a ring might never close.
fn order(p: &Partition, faults: &mut Vec<Fault>) -> Option<Vec<Option<Half>>> {
    let mut next: Vec<Option<Half>> = vec![None; p.edges.len() * 2];
    let mut leads = true;
    for (i, n) in p.nodes() {
        let k = n.halves.len();
        let leaves = n.halves.iter().all(|&h| p.edge(h.edge()).is_some_and(|e| e.points.len() > 1) && p.start(h) == i);
        let turn =
            leaves && n.halves.windows(2).all(|w| super::draft::before_in_turn(n.at, p.second(w[0]), p.second(w[1])));
        let mut once = k > 0;
        for (j, &h) in n.halves.iter().enumerate() {
            let before = n.halves[(j + k - 1) % k];
            once &= next.get_mut(h.twin().0 as usize).is_some_and(|x| x.replace(before).is_none());
        }
        if !turn || !once {
            faults.push(Fault::Turn(n.at));
        }
        leads &= leaves && once;
    }
    for (i, e) in p.edges() {
        let at = |n: u32| p.node(n).map(|n| &n.at);
        let reaches = at(e.from).is_some() && at(e.from) == e.points.first() && at(e.to) == e.points.last();
        let known = [false, true].iter().all(|&back| next[Half::new(i, back).0 as usize].is_some());
        if !reaches || !known {
            faults.push(Fault::Turn(e.points.first().copied().unwrap_or_default()));
            leads = false;
        }
    }
    leads.then_some(next)
}

/// Walks all rings; twice the area of each face as they have it.
fn rings(p: &Partition, next: &[Option<Half>], sides: &Sides, faults: &mut Vec<Fault>) -> Vec<i128> {
    let mut of_edge: Vec<i128> = vec![0; p.edges.len()];
    for (i, e) in p.edges() {
        of_edge[i as usize] = chain_area2(&e.points);
    }
    let mut seen = vec![false; next.len()];
    let mut area2 = vec![0; p.faces.len()];
    for (i, f) in p.faces() {
        for (k, &first) in f.rings.iter().enumerate() {
            let at = p.node(p.start(first)).map_or(Pt::default(), |n| n.at);
            let (mut sum, mut own) = (0, true);
            // The easternmost point, of several the northernmost.
            let (mut east, mut h) = (at, first);
            loop {
                let (Some(e), Some(Some(after))) = (p.edge(h.edge()), next.get(h.0 as usize)) else {
                    own = false;
                    break;
                };
                own &= p.left(h) == i && !std::mem::replace(&mut seen[h.0 as usize], true);
                sum += of_edge[h.edge() as usize] * if h.back() { -1 } else { 1 };
                if k > 0 || i == WORLD {
                    east = e.points.iter().fold(east, |x, &q| x.max(q));
                }
                h = *after;
                if h == first {
                    break;
                }
            }
            if !own {
                faults.push(Fault::Ring(at));
            }
            area2[i as usize] += sum;
            let is_outer = k == 0 && i != WORLD;
            if is_outer != (sum > 0) {
                faults.push(Fault::Area(at));
            } else if !is_outer && sides.face_east_of(p, east) != i {
                faults.push(Fault::Hole(at));
            }
        }
    }
    for (i, e) in p.edges() {
        for h in [Half::new(i, false), Half::new(i, true)] {
            if !seen[h.0 as usize] {
                faults.push(Fault::Ring(e.points[0]));
            }
        }
    }
    area2
}

/// Cleanliness and Euler's formula.
fn borders(p: &Partition, faults: &mut Vec<Fault>) {
    for (_, n) in p.nodes() {
        let two = n.halves.len() == 2 && n.halves[0].edge() != n.halves[1].edge();
        if n.halves.len() == 1 || two {
            faults.push(Fault::Unclean(n.at));
        }
    }
    let mut group: Vec<u32> = (0..p.nodes.len() as u32).collect();
    fn root(g: &mut [u32], mut i: u32) -> u32 {
        while g[i as usize] != i {
            g[i as usize] = g[g[i as usize] as usize];
            i = g[i as usize];
        }
        i
    }
    for (_, e) in p.edges() {
        let (l, r) = p.sides(e);
        if l == r {
            faults.push(Fault::Unclean(e.points[0]));
        }
        faults.extend(e.points.windows(2).filter(|w| w[0] == w[1]).map(|w| Fault::Unclean(w[0])));
        let (a, b) = (root(&mut group, e.from), root(&mut group, e.to));
        group[a as usize] = b;
    }
    let v = p.nodes().count();
    let components = p.nodes().filter(|(i, _)| root(&mut group, *i) == *i).count();
    // V − E + F = 1 + C, the world counted among the faces.
    if v + p.faces().count() != p.edges().count() + 1 + components {
        faults.push(Fault::Euler);
    }
}
