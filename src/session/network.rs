//! The network of streets, banks and walls along which a line can be led (T).
//!
//! Lines are noded: where two cross or touch, both get a point there; an end that stops short of another line by less
//! than [`JOINT_MM`] is joined to it, as drawn maps often leave it. Nothing of this is kept in the project: a network is
//! made from the tables when it is first asked for, and again when one of them changed.

use crate::geom::{
    Box2, Meet, Pt, chain_length, crossing_point, dist2_to_segment, foot_on_segment, meet, ring_area2, ring_contains,
};
use crate::index::{PackedTree, hilbert};
use crate::model::Kind;
use crate::plan::Project;
use pathfinding::directed::astar::astar;
use std::collections::{BTreeMap, BTreeSet};

/// An end nearer than this to another line belongs to it.
pub const JOINT_MM: i32 = 1500;
/// Kinds of rows that lines can be led along, with what a metre costs: whoever follows a street means the street, and a
/// bank or a wall only where it is clearly the shorter way.
pub const FOLLOWED: [(Kind, f64); 4] =
    [(Kind::Roads, 1.0), (Kind::Water, 1.15), (Kind::Walls, 1.25), (Kind::Courtyards, 1.4)];
/// What a stretch costs more once another way has used it: the next way avoids it where it can.
const AGAIN: f64 = 1.8;
/// Ways are looked for in a box this many times as large as that of both ends, and this much larger, millimetres.
const ROUND_ABOUT: (f64, i32) = (1.0, 300_000);

/// A noded network; nothing in it changes once it is made.
#[derive(Debug, Default)]
pub struct Network {
    points: Vec<Pt>,
    /// Ends of each stretch (numbers of points, the smaller first) and what a millimetre of it costs.
    stretches: Vec<(u32, u32, f32)>,
    boxes: Vec<Box2>,
    tree: PackedTree,
    /// Stretches at each point: those of point `i` stand at `starts[i]..starts[i + 1]` of `at`.
    starts: Vec<u32>,
    at: Vec<u32>,
}

/// A place on a network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct On {
    stretch: u32,
    /// Where on it.
    pub at: Pt,
}

/// A point of the network or one of the two ends of a way between its points.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Stop {
    Start,
    Point(u32),
    End,
}

impl Network {
    /// The network of a project's streets, banks, walls and courtyards. `go_on` is asked now and then; where it says no
    /// there is no network. O((segments + crossings) log segments).
    pub fn of(project: &Project, go_on: &dyn Fn() -> bool) -> Option<Network> {
        let mut lines: Vec<(Vec<Pt>, f32)> = Vec::new();
        for (kind, cost) in FOLLOWED {
            for (_, row) in project.table(kind).iter() {
                let shape = row.shape();
                let closed = shape.tag == 3;
                for part in shape.parts.into_iter().flatten() {
                    let mut line = part.to_vec();
                    if closed && line.first() != line.last() {
                        line.extend(part.first());
                    }
                    line.dedup();
                    if line.len() > 1 {
                        lines.push((line, cost as f32));
                    }
                }
            }
        }
        Network::of_lines(&lines, go_on)
    }

    /// The network of lines, each with what a millimetre of it costs.
    pub fn of_lines(lines: &[(Vec<Pt>, f32)], go_on: &dyn Fn() -> bool) -> Option<Network> {
        let extent = Box2::of(lines.iter().flat_map(|(l, _)| l));
        let mut segments: Vec<(Pt, Pt, f32)> =
            lines.iter().flat_map(|(l, c)| l.windows(2).map(|w| (w[0], w[1], *c))).collect();
        segments.sort_by_cached_key(|(a, b, _)| (hilbert(Box2::of_two(*a, *b).centre(), &extent), *a, *b));
        let boxes: Vec<Box2> = segments.iter().map(|(a, b, _)| Box2::of_two(*a, *b)).collect();
        let tree = PackedTree::build(&boxes);
        let mut cuts: Vec<Vec<Pt>> = vec![Vec::new(); segments.len()];
        for i in 0..segments.len() {
            if i % 1024 == 0 && !go_on() {
                return None;
            }
            let (a, b, _) = segments[i];
            tree.search(&boxes, &boxes[i], &mut |j| {
                let (c, d, _) = segments[j];
                if j > i {
                    let both = match meet(a, b, c, d) {
                        Meet::Apart => return,
                        Meet::Cross => [Some(crossing_point(a, b, c, d)), None],
                        Meet::Touch(p) => [Some(p), None],
                        Meet::Overlap(p, q) => [Some(p), Some(q)],
                    };
                    for p in both.into_iter().flatten() {
                        cuts[i].push(p);
                        cuts[j].push(p);
                    }
                }
            });
        }
        let joints = joints(lines, &segments, &boxes, &tree, &mut cuts);
        let mut found: BTreeMap<(Pt, Pt), f32> = BTreeMap::new();
        let mut put = |a: Pt, b: Pt, cost: f32| {
            if a != b {
                let c = found.entry((a.min(b), a.max(b))).or_insert(cost);
                *c = c.min(cost);
            }
        };
        for ((a, b, cost), cuts) in segments.iter().zip(&mut cuts) {
            cuts.extend([*a, *b]);
            cuts.sort_by_key(|p| (p.dist2(*a), *p));
            cuts.dedup();
            for w in cuts.windows(2) {
                put(w[0], w[1], *cost);
            }
        }
        for (a, b) in joints {
            put(a, b, 1.0);
        }
        Some(Network::of_stretches(&found, &extent))
    }

    fn of_stretches(found: &BTreeMap<(Pt, Pt), f32>, extent: &Box2) -> Network {
        let points: Vec<Pt> = found.keys().flat_map(|(a, b)| [*a, *b]).collect::<BTreeSet<Pt>>().into_iter().collect();
        let number = |p: &Pt| points.binary_search(p).unwrap_or_default() as u32;
        let mut stretches: Vec<(u32, u32, f32)> = found.iter().map(|((a, b), c)| (number(a), number(b), *c)).collect();
        let area = |s: &(u32, u32, f32)| Box2::of_two(points[s.0 as usize], points[s.1 as usize]);
        stretches.sort_by_cached_key(|s| (hilbert(area(s).centre(), extent), s.0, s.1));
        let boxes: Vec<Box2> = stretches.iter().map(area).collect();
        let mut starts = vec![0u32; points.len() + 1];
        for s in &stretches {
            starts[s.0 as usize + 1] += 1;
            starts[s.1 as usize + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut next = starts.clone();
        let mut at = vec![0u32; 2 * stretches.len()];
        for (i, s) in (0u32..).zip(&stretches) {
            for p in [s.0, s.1] {
                at[next[p as usize] as usize] = i;
                next[p as usize] += 1;
            }
        }
        Network { tree: PackedTree::build(&boxes), points, stretches, boxes, starts, at }
    }

    /// Whether there is nothing to follow.
    pub fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }

    /// Number of stretches between points.
    pub fn len(&self) -> usize {
        self.stretches.len()
    }

    /// The stretches by their ends, each with the smallest cost that a line there had.
    pub fn stretches(&self) -> impl Iterator<Item = (Pt, Pt, f32)> {
        (0u32..).zip(&self.stretches).map(|(i, s)| {
            let (a, b) = self.ends(i);
            (a, b, s.2)
        })
    }

    /// The place on the network nearest to `at` within `reach_mm`. O(stretches within reach).
    pub fn nearest(&self, at: Pt, reach_mm: i32) -> Option<On> {
        let mut best: Option<(f64, On)> = None;
        self.tree.search(&self.boxes, &Box2::of_two(at, at).grown(reach_mm), &mut |i| {
            let (a, b) = self.ends(i as u32);
            let d2 = dist2_to_segment(at, a, b);
            let near = d2 <= f64::from(reach_mm).powi(2);
            if near && best.as_ref().is_none_or(|(d, on)| (d2, i as u32) < (*d, on.stretch)) {
                best = Some((d2, On { stretch: i as u32, at: foot_on_segment(at, a, b) }));
            }
        });
        best.map(|(_, on)| on)
    }

    fn ends(&self, stretch: u32) -> (Pt, Pt) {
        let (a, b, _) = self.stretches[stretch as usize];
        (self.points[a as usize], self.points[b as usize])
    }

    /// Up to `most` ways along the network from one place to another, the shortest first; each begins and ends at those
    /// places. The others are those that are left when the stretches of the ways before cost more, as far as they differ
    /// and are at most twice as long. Empty where no way leads over.
    ///
    /// A* (Hart, Nilsson, Raphael 1968) with the straight distance; O(stretches near log stretches near) for each.
    pub fn ways(&self, from: On, to: On, most: usize) -> Vec<Vec<Pt>> {
        let mut ways: Vec<Vec<Pt>> = Vec::new();
        let mut used: BTreeMap<u32, f64> = BTreeMap::new();
        // A way that is found a second time says that there are no more, or that its price must still rise a little.
        for _ in 0..3 * most {
            if ways.len() >= most {
                break;
            }
            let Some(way) = self.way(from, to, &used) else { break };
            let mut line = vec![from.at];
            for (point, stretch) in way {
                line.push(point);
                *used.entry(stretch).or_insert(1.0) *= AGAIN;
            }
            line.dedup();
            let longest = ways.first().map_or(f64::INFINITY, |w| 2.0 * chain_length(w) + 1000.0);
            if chain_length(&line) > longest {
                break;
            }
            if !ways.contains(&line) {
                ways.push(line);
            }
        }
        ways
    }

    /// The cheapest way: each further point with the stretch that leads there.
    fn way(&self, from: On, to: On, used: &BTreeMap<u32, f64>) -> Option<Vec<(Pt, u32)>> {
        let both = Box2::of_two(from.at, to.at);
        let more = (ROUND_ABOUT.0 * both.width().max(both.height()) as f64) as i32;
        let area = both.grown(more.saturating_add(ROUND_ABOUT.1));
        let place = |s: &Stop| match s {
            Stop::Start => from.at,
            Stop::Point(p) => self.points[*p as usize],
            Stop::End => to.at,
        };
        let cost = |a: Pt, b: Pt, stretch: u32| {
            let more = used.get(&stretch).copied().unwrap_or(1.0);
            (a.dist(b) * f64::from(self.stretches[stretch as usize].2) * more).ceil() as u64
        };
        let next = |s: &Stop| {
            let here = place(s);
            let mut out: Vec<(Stop, u64)> = Vec::new();
            let ends = |stretch: u32| {
                let (a, b, _) = self.stretches[stretch as usize];
                [a, b].map(|p| (Stop::Point(p), cost(here, self.points[p as usize], stretch)))
            };
            match *s {
                Stop::Start => {
                    out.extend(ends(from.stretch));
                    if from.stretch == to.stretch {
                        out.push((Stop::End, cost(here, to.at, to.stretch)));
                    }
                }
                Stop::Point(p) => {
                    for &stretch in &self.at[self.starts[p as usize] as usize..self.starts[p as usize + 1] as usize] {
                        let (a, b, _) = self.stretches[stretch as usize];
                        let other = if a == p { b } else { a };
                        if area.contains(self.points[other as usize]) {
                            out.push((Stop::Point(other), cost(here, self.points[other as usize], stretch)));
                        }
                        if stretch == to.stretch {
                            out.push((Stop::End, cost(here, to.at, stretch)));
                        }
                    }
                }
                Stop::End => {}
            }
            out
        };
        // The straight distance, rounded down: no way is cheaper.
        let least = |s: &Stop| place(s).dist(to.at) as u64;
        let (stops, _) = astar(&Stop::Start, next, least, |s| *s == Stop::End)?;
        let stretch = |w: &[Stop]| match (w[0], w[1]) {
            (Stop::Start, _) => from.stretch,
            (_, Stop::End) => to.stretch,
            (Stop::Point(a), Stop::Point(b)) => self.between(a, b).unwrap_or_default(),
            _ => 0,
        };
        Some(stops.windows(2).map(|w| (place(&w[1]), stretch(w))).collect())
    }

    /// The ring of stretches round a place, counter-clockwise, without those for which `leave_out` answers yes, and without lines that
    /// end inside; `None` where none closes round it. A ray to the east finds the stretches; each is followed round the ground on its
    /// left. O(stretches + those crossed · length of rings).
    pub fn block_round(&self, at: Pt, leave_out: &dyn Fn(Pt, Pt) -> bool) -> Option<Vec<Pt>> {
        let out: Vec<bool> = (0..self.stretches.len() as u32)
            .map(|s| {
                let (a, b) = self.ends(s);
                leave_out(a, b)
            })
            .collect();
        // Ends of the stretches at each point that are not left out.
        let around = |p: u32| {
            let near = &self.at[self.starts[p as usize] as usize..self.starts[p as usize + 1] as usize];
            near.iter().filter(|s| !out[**s as usize]).map(move |&s| {
                let (a, b, _) = self.stretches[s as usize];
                if a == p { b } else { a }
            })
        };
        let mut crossed: Vec<(f64, u32, u32)> = Vec::new();
        for (_, &(a, b, _)) in self.stretches.iter().enumerate().filter(|(s, _)| !out[*s]) {
            let (pa, pb) = (self.points[a as usize], self.points[b as usize]);
            if (pa.y > at.y) != (pb.y > at.y) {
                let t = (f64::from(at.y) - f64::from(pa.y)) / (f64::from(pb.y) - f64::from(pa.y));
                let x = f64::from(pa.x) + t * (f64::from(pb.x) - f64::from(pa.x));
                if x > f64::from(at.x) {
                    // Northwards, so that the place is on the left.
                    crossed.push(if pa.y < pb.y { (x, a, b) } else { (x, b, a) });
                }
            }
        }
        crossed.sort_by(|a, b| a.0.total_cmp(&b.0));
        let angle = |from: u32, to: u32| {
            let (a, b) = (self.points[from as usize], self.points[to as usize]);
            (f64::from(b.y) - f64::from(a.y)).atan2(f64::from(b.x) - f64::from(a.x))
        };
        let turn = std::f64::consts::TAU;
        for (_, from, to) in crossed {
            let mut ring = vec![from];
            let (mut u, mut v) = (from, to);
            // At each point the first stretch to the right of the way back keeps the same ground on the left.
            while (v, ring.len()) != (from, 1) && ring.len() <= 2 * self.stretches.len() {
                ring.push(v);
                let back = angle(v, u);
                let right = |w: &u32| {
                    let d = (back - angle(v, *w)).rem_euclid(turn);
                    if *w == u || d <= 0.0 { turn } else { d }
                };
                let next = around(v).min_by(|a, b| right(a).total_cmp(&right(b))).unwrap_or(u);
                (u, v) = (v, next);
                if (u, v) == (from, to) {
                    break;
                }
            }
            if let Some(found) = self.simple_round(&ring, at) {
                return Some(found);
            }
        }
        None
    }

    /// Of a way round some ground the loop that holds a place; what is gone to and fro goes.
    fn simple_round(&self, way: &[u32], at: Pt) -> Option<Vec<Pt>> {
        let mut stack: Vec<u32> = Vec::new();
        let mut on: BTreeMap<u32, usize> = BTreeMap::new();
        let mut loops: Vec<Vec<u32>> = Vec::new();
        for &p in way.iter().chain(way.first()) {
            if let Some(&i) = on.get(&p) {
                let cut: Vec<u32> = stack.drain(i..).collect();
                cut.iter().for_each(|q| {
                    on.remove(q);
                });
                loops.push(cut);
            }
            on.insert(p, stack.len());
            stack.push(p);
        }
        let rings = loops
            .into_iter()
            .filter(|l| l.len() > 2)
            .map(|l| -> Vec<Pt> { l.iter().map(|&p| self.points[p as usize]).collect() });
        let holds = rings.filter(|r| ring_area2(r) > 0 && ring_contains(r, at));
        holds.min_by_key(|r| ring_area2(r))
    }

    fn between(&self, a: u32, b: u32) -> Option<u32> {
        let at = &self.at[self.starts[a as usize] as usize..self.starts[a as usize + 1] as usize];
        let ends = (a.min(b), a.max(b));
        at.iter().copied().find(|s| (self.stretches[*s as usize].0, self.stretches[*s as usize].1) == ends)
    }
}

/// Joins ends of lines that stop short of another to it: a stretch to the foot, which cuts the other.
fn joints(
    lines: &[(Vec<Pt>, f32)],
    segments: &[(Pt, Pt, f32)],
    boxes: &[Box2],
    tree: &PackedTree,
    cuts: &mut [Vec<Pt>],
) -> Vec<(Pt, Pt)> {
    let mut joints = Vec::new();
    for (line, _) in lines {
        let (Some(&first), Some(&last)) = (line.first(), line.last()) else { continue };
        if first == last {
            continue;
        }
        for end in [first, last] {
            let mut best: Option<(f64, usize)> = None;
            let mut met = 0;
            tree.search(boxes, &Box2::of_two(end, end).grown(JOINT_MM), &mut |i| {
                let (a, b, _) = segments[i];
                let d2 = dist2_to_segment(end, a, b);
                met += u32::from(d2 == 0.0);
                if d2 > 0.0 && d2 <= f64::from(JOINT_MM).powi(2) && best.is_none_or(|(d, _)| d2 < d) {
                    best = Some((d2, i));
                }
            });
            // Its own segment meets it; any other means that it is joined already.
            if let Some((_, i)) = best.filter(|_| met == 1) {
                let (a, b, _) = segments[i];
                let foot = foot_on_segment(end, a, b);
                cuts[i].push(foot);
                joints.push((end, foot));
            }
        }
    }
    joints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::pt;
    use proptest::prelude::*;

    fn network(lines: &[&[(i32, i32)]]) -> Network {
        let lines: Vec<(Vec<Pt>, f32)> =
            lines.iter().map(|l| (l.iter().map(|&(x, y)| pt(x * 1000, y * 1000)).collect(), 1.0)).collect();
        Network::of_lines(&lines, &|| true).unwrap()
    }

    fn on(n: &Network, x: i32, y: i32) -> On {
        n.nearest(pt(x * 1000, y * 1000), 5000).unwrap()
    }

    fn metres(way: &[Pt]) -> Vec<(i32, i32)> {
        way.iter().map(|p| (p.x / 1000, p.y / 1000)).collect()
    }

    #[test]
    fn lines_that_cross_touch_or_stop_just_short_are_one_network() {
        let n = network(&[&[(0, 0), (100, 0)], &[(50, -50), (50, 50)], &[(0, 40), (49, 40)], &[(80, 0), (80, 30)]]);
        let way = n.ways(on(&n, 0, 40), on(&n, 80, 30), 1);
        assert_eq!(metres(&way[0]), [(0, 40), (49, 40), (50, 40), (50, 0), (80, 0), (80, 30)]);
        let apart = network(&[&[(0, 0), (100, 0)], &[(0, 40), (100, 40)]]);
        assert!(apart.ways(on(&apart, 0, 0), on(&apart, 0, 40), 3).is_empty());
    }

    #[test]
    fn the_next_way_goes_round_the_other_side_of_the_block() {
        let n = network(&[&[(0, 0), (100, 0), (100, 60), (0, 60), (0, 0)], &[(-50, 0), (150, 0)]]);
        let ways = n.ways(on(&n, -40, 0), on(&n, 140, 0), 3);
        assert_eq!(ways.len(), 2);
        assert_eq!(metres(&ways[0]), [(-40, 0), (0, 0), (100, 0), (140, 0)]);
        assert_eq!(metres(&ways[1]), [(-40, 0), (0, 0), (0, 60), (100, 60), (100, 0), (140, 0)]);
    }

    #[test]
    fn two_places_on_one_stretch_need_no_point_between() {
        let n = network(&[&[(0, 0), (100, 0)]]);
        assert_eq!(n.ways(on(&n, 20, 1), on(&n, 70, -1), 2), [vec![pt(20_000, 0), pt(70_000, 0)]]);
        assert_eq!(n.nearest(pt(0, 9000), 5000), None);
    }

    #[test]
    fn who_says_no_gets_none() {
        assert!(Network::of_lines(&[(vec![pt(0, 0), pt(9, 0)], 1.0)], &|| false).is_none());
        assert!(Network::of_lines(&[], &|| true).unwrap().is_empty());
    }

    proptest! {
        /// No way between two points of a network is shorter than the one found: every pair by relaxation of all stretches.
        #[test]
        fn the_first_way_is_the_shortest(
            lines in prop::collection::vec(prop::collection::vec((0i32..12, 0i32..12), 2..5), 1..8),
        ) {
            let lines: Vec<(Vec<Pt>, f32)> = lines
                .iter()
                .map(|l| (l.iter().map(|&(x, y)| pt(x * 10_000, y * 10_000)).collect::<Vec<_>>(), 1.0))
                .map(|(mut l, c)| {
                    l.dedup();
                    (l, c)
                })
                .filter(|(l, _)| l.len() > 1)
                .collect();
            let n = Network::of_lines(&lines, &|| true).unwrap();
            if n.is_empty() {
                return Ok(());
            }
            let count = n.points.len();
            let mut least = vec![f64::INFINITY; count];
            least[0] = 0.0;
            for _ in 0..count {
                for s in 0..n.len() as u32 {
                    let (a, b, _) = n.stretches[s as usize];
                    let d = n.points[a as usize].dist(n.points[b as usize]);
                    for (x, y) in [(a as usize, b as usize), (b as usize, a as usize)] {
                        least[y] = least[y].min(least[x] + d);
                    }
                }
            }
            let from = n.nearest(n.points[0], 1).unwrap();
            for (q, &least) in n.points.iter().zip(&least) {
                let ways = n.ways(from, n.nearest(*q, 1).unwrap(), 1);
                match ways.first() {
                    // Prices are whole millimetres, rounded up a stretch.
                    Some(way) => {
                        prop_assert!((chain_length(way) - least).abs() <= n.len() as f64 + 1.0);
                        prop_assert_eq!((way[0], *way.last().unwrap()), (n.points[0], *q));
                    }
                    None => prop_assert!(least.is_infinite()),
                }
            }
        }
    }
}
