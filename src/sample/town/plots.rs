//! Ground cut into plots: rings of which every side knows what runs along it, and unions of such rings.

use crate::sample::plane::{V, spline};
use crate::sample::streets::Class;
use std::collections::HashMap;

/// Step of the vertices along streets, m: a lane may begin at each of them.
pub(super) const STEP_M: f64 = 13.0;

/// A four-cornered piece of ground between centre lines, counter-clockwise from its south-western corner.
#[derive(Clone)]
pub(super) struct Plot {
    pub ring: Vec<V>,
    /// What runs along the side from each vertex to the next.
    pub sides: Vec<Class>,
    /// Indices of the south-western, south-eastern, north-eastern and north-western corners; the first is 0.
    pub corners: [usize; 4],
}

/// How a plot is cut in two.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Cut {
    /// From south to north: a western and an eastern part.
    Upright,
    /// From west to east: a southern and a northern part.
    Level,
}

impl Plot {
    /// Of four chains (south, east, north, west, each leading on from the one before) and their classes.
    pub fn of(chains: [(Vec<V>, Class); 4]) -> Plot {
        let (mut ring, mut sides, mut corners) = (Vec::new(), Vec::new(), [0; 4]);
        for (k, (chain, class)) in chains.into_iter().enumerate() {
            corners[k] = ring.len();
            let n = chain.len().saturating_sub(1);
            ring.extend(&chain[..n]);
            sides.extend(std::iter::repeat_n(class, n));
        }
        Plot { ring, sides, corners }
    }

    /// The vertices of side `k` (0 south, 1 east, 2 north, 3 west), both corners with it.
    pub fn side(&self, k: usize) -> Vec<V> {
        let n = self.ring.len();
        let to = if k == 3 { n } else { self.corners[k + 1] };
        (self.corners[k]..=to).map(|i| self.ring[i % n]).collect()
    }

    /// What runs along side `k`.
    pub fn class(&self, k: usize) -> Class {
        self.sides[self.corners[k]]
    }

    /// The vertex of side `k` nearest to the share `f` of the way between its ends, two away from both at least.
    fn near(&self, k: usize, f: f64) -> Option<usize> {
        let n = self.ring.len();
        let (from, to) = (self.corners[k], if k == 3 { n } else { self.corners[k + 1] });
        let (a, b) = (self.ring[from], self.ring[to % n]);
        let goal = a.plus(b.minus(a).times(f));
        let d = |i: usize| self.ring[i].minus(goal).len();
        (from + 2..to.saturating_sub(1)).min_by(|&i, &j| d(i).total_cmp(&d(j)))
    }

    /// Cut by a straight line at share `f` (from the west or the south); the line comes third. `None` where the sides
    /// have no vertex to begin at.
    pub fn cut(&self, cut: Cut, f: f64, class: Class) -> Option<(Plot, Plot, Vec<V>)> {
        let n = self.ring.len();
        let (a, b) = match cut {
            Cut::Upright => (self.near(0, f)?, self.near(2, 1.0 - f)?),
            Cut::Level => (self.near(3, 1.0 - f)?, self.near(1, f)?),
        };
        let (line, _) = spline(&[self.ring[a], self.ring[b]], STEP_M);
        let part = |from: usize, to: usize| -> (Vec<V>, Vec<Class>) {
            (from..to).map(|i| (self.ring[i % n], self.sides[i % n])).unzip()
        };
        let straight = |way: &mut dyn Iterator<Item = V>, into: &mut (Vec<V>, Vec<Class>)| {
            for p in way {
                into.0.push(p);
                into.1.push(class);
            }
        };
        let last = line.len() - 1;
        let c = self.corners;
        let (first, second) = match cut {
            Cut::Upright => {
                let mut west = part(0, a);
                straight(&mut line[..last].iter().copied(), &mut west);
                let ne = west.0.len();
                let rest = part(b, n);
                west.0.extend(rest.0);
                west.1.extend(rest.1);
                let west = Plot { ring: west.0, sides: west.1, corners: [0, a, ne, c[3] - b + ne] };
                let mut east = part(a, b);
                straight(&mut line[1..].iter().rev().copied(), &mut east);
                let east = Plot { ring: east.0, sides: east.1, corners: [0, c[1] - a, c[2] - a, b - a] };
                (west, east)
            }
            Cut::Level => {
                let mut south = part(0, b);
                straight(&mut line[1..].iter().rev().copied(), &mut south);
                let nw = south.0.len();
                let rest = part(a, n);
                south.0.extend(rest.0);
                south.1.extend(rest.1);
                let south = Plot { ring: south.0, sides: south.1, corners: [0, c[1], b, nw] };
                let mut north = (Vec::new(), Vec::new());
                straight(&mut line[..last].iter().copied(), &mut north);
                let se = north.0.len();
                let rest = part(b, a);
                north.0.extend(rest.0);
                north.1.extend(rest.1);
                let north = Plot { ring: north.0, sides: north.1, corners: [0, se, c[2] - b + se, c[3] - b + se] };
                (south, north)
            }
        };
        Some((first, second, line))
    }
}

/// The rings round a union of rings that share their common sides vertex for vertex: what is walked once remains.
/// The largest comes first; one that touches itself in a point is walked as it was.
pub(super) fn union(rings: &[&[V]]) -> Vec<Vec<V>> {
    let key = |p: V| (p.pt().x, p.pt().y);
    let mut sides: HashMap<((i32, i32), (i32, i32)), ()> = HashMap::new();
    let mut order: Vec<(V, V)> = Vec::new();
    for r in rings {
        for i in 0..r.len() {
            let (a, b) = (r[i], r[(i + 1) % r.len()]);
            sides.insert((key(a), key(b)), ());
            order.push((a, b));
        }
    }
    order.retain(|(a, b)| !sides.contains_key(&(key(*b), key(*a))));
    let next: HashMap<(i32, i32), usize> = order.iter().enumerate().map(|(i, s)| (key(s.0), i)).collect();
    let mut done = vec![false; order.len()];
    let mut out: Vec<Vec<V>> = Vec::new();
    for start in 0..order.len() {
        let (mut i, mut ring) = (start, Vec::new());
        while !done[i] {
            done[i] = true;
            ring.push(order[i].0);
            match next.get(&key(order[i].1)) {
                Some(&j) => i = j,
                None => break,
            }
        }
        if ring.len() > 2 {
            out.push(ring);
        }
    }
    out.sort_by(|a, b| crate::sample::plane::area(b).total_cmp(&crate::sample::plane::area(a)));
    out
}
