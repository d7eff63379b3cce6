//! Lines led along the borders that they run beside, so that they leave no sliver there.

use super::{Half, Narrow, Partition};
use crate::geom::{Box2, Pt, chain_length, dist2_to_segment, foot_on_segment, ring_area2};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// Step in which a line is compared with the borders beside it, mm.
const STEP_MM: f64 = 250.0;
/// How far beyond the width it looks in turn: what lies between two stretches that are led along a border is a sliver
/// itself, though the line is further from the border there.
const REACHES: [f64; 4] = [1.05, 1.6, 2.4, 3.5];
/// How far beyond a narrow place the line that made it is still led, mm: a wedge is named from where it is no corner.
const BEYOND_MM: f64 = 3_000.0;

/// A line as drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Its points; of a ring each once.
    pub points: Vec<Pt>,
    /// Whether it is a ring.
    pub closed: bool,
}

/// Lines that were changed so that fewer slivers are left.
#[derive(Clone, PartialEq, Debug)]
pub struct Attached {
    /// The lines, in the order given.
    pub lines: Vec<Line>,
    /// What they still leave.
    pub left: Vec<Narrow>,
}

/// Leads `lines` along the borders of `p` (as they are before the edit) wherever they run within about `width_mm` of
/// one and one of `found` lies there. `retry` says what an edit with other lines would leave. Never gives lines that
/// leave more than `found`. `nothing` tells refusals that say that nothing is left to be done. O(length of the lines / 0.25 m × borders near), and four times `retry`.
///
/// # Errors
/// What `retry` refuses of the lines that are led furthest, where that says that nothing is left of the edit: what it was
/// to make was all sliver.
pub fn attach<E>(
    p: &Partition,
    lines: &[Line],
    width_mm: f64,
    found: &[Narrow],
    mut retry: impl FnMut(&[Line]) -> Result<Vec<Narrow>, E>,
    nothing: impl Fn(&E) -> bool,
) -> Result<Attached, E> {
    let mut best = Attached { lines: lines.to_vec(), left: found.to_vec() };
    let mut places: Vec<Narrow> = found.to_vec();
    let mut refused = None;
    let mut tried: Vec<Vec<Line>> = vec![lines.to_vec()];
    for reach in REACHES {
        let led: Vec<Line> = lines.iter().map(|l| lead(p, l, width_mm * reach, width_mm, &places)).collect();
        if tried.contains(&led) {
            continue;
        }
        tried.push(led.clone());
        let answer = retry(&led);
        refused = None;
        match answer {
            Ok(left) if left.is_empty() => return Ok(Attached { lines: led, left }),
            Ok(left) => {
                places.extend(left.iter().cloned());
                if weight(&left) < weight(&best.left) {
                    best = Attached { lines: led, left };
                }
            }
            Err(e) => refused = Some(e).filter(|e| nothing(e)),
        }
    }
    refused.map_or(Ok(best), Err)
}

/// How many, then how long: what is compared to say that less is left.
fn weight(left: &[Narrow]) -> (usize, i64) {
    (left.len(), left.iter().map(|n| n.length_mm as i64).sum())
}

/// A place on a border.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Foot {
    edge: u32,
    /// The segment of the edge that begins at this point of it.
    segment: usize,
    at: Pt,
}

/// A place on a line.
struct Station {
    at: Pt,
    /// Whether it is a point of the line, not one between.
    vertex: bool,
    /// The border beside it that it is to be led along.
    foot: Option<Foot>,
}

/// The line, led along the borders within `reach_mm` of it beside `places`.
fn lead(p: &Partition, line: &Line, reach_mm: f64, width_mm: f64, places: &[Narrow]) -> Line {
    let beside = |q: Pt| {
        let far = (width_mm + BEYOND_MM).powi(2);
        places
            .iter()
            .any(|n| q.dist2(n.at) as f64 <= far || n.along.windows(2).any(|w| dist2_to_segment(q, w[0], w[1]) <= far))
    };
    let mut stations: Vec<Station> = Vec::new();
    let mut put = |at: Pt, vertex: bool| {
        let foot = if beside(at) { foot(p, at, reach_mm) } else { None };
        stations.push(Station { at, vertex, foot });
    };
    let n = line.points.len();
    for i in 0..if line.closed { n } else { n.saturating_sub(1) } {
        let (a, b) = (line.points[i], line.points[(i + 1) % n]);
        let steps = (a.dist(b) / STEP_MM).ceil().max(1.0);
        for k in 0..steps as u32 {
            let t = f64::from(k) / steps;
            let between = |a: i32, b: i32| (f64::from(a) + t * (f64::from(b) - f64::from(a))).round() as i32;
            put(Pt { x: between(a.x, b.x), y: between(a.y, b.y) }, k == 0);
        }
    }
    if let (Some(&last), false) = (line.points.last(), line.closed) {
        put(last, true);
    }
    if stations.iter().all(|s| s.foot.is_none()) {
        return line.clone();
    }
    // A ring begins where it is not led, if it is anywhere.
    if let Some(i) = stations.iter().position(|s| s.foot.is_none()).filter(|_| line.closed) {
        stations.rotate_left(i);
    }
    let mut points: Vec<Pt> = Vec::new();
    let mut i = 0;
    while i < stations.len() {
        let run = stations[i..].iter().take_while(|s| s.foot.is_some()).count();
        if run == 0 {
            // Beside a stretch that is led the line stays until it is beyond reach.
            let n = stations.len();
            let led = |j: usize| (line.closed || (1..=n).contains(&j)) && stations[(j + n - 1) % n].foot.is_some();
            if stations[i].vertex || led(i) || led(i + 2) {
                points.push(stations[i].at);
            }
            i += 1;
            continue;
        }
        // A ring that is led all round is led in three parts: one way round is as short as the other otherwise.
        let all_round = line.closed && run == stations.len();
        let thin =
            || ring_area2(&line.points).unsigned_abs() as f64 / chain_length(&line.points).max(1.0) < 2.0 * reach_mm;
        if all_round && thin() {
            return Line { points: vec![], closed: true };
        }
        let parts = if all_round { 3 } else { 1 };
        for k in 0..parts {
            follow(p, &stations[i + run * k / parts..i + run * (k + 1) / parts], reach_mm, &mut points);
        }
        i += run;
    }
    points.dedup();
    if line.closed && points.len() > 1 && points.first() == points.last() {
        points.pop();
    }
    Line { points, closed: line.closed }
}

/// Adds the way along the borders beside a run of stations, all of which have feet.
fn follow(p: &Partition, run: &[Station], reach_mm: f64, out: &mut Vec<Pt>) {
    let [Some(first), Some(last)] = [run.first(), run.last()].map(|s| s.and_then(|s| s.foot)) else { return };
    let length: f64 = run.windows(2).map(|w| w[0].at.dist(w[1].at)).sum();
    // Not another way round: everywhere within reach of the hand, and not much longer than it.
    let way = way(p, first, last, 1.5 * length + 4.0 * reach_mm).filter(|way| {
        let far = (2.0 * reach_mm).powi(2);
        run.iter().all(|s| {
            s.at.dist2(way[0]) as f64 <= far || way.windows(2).any(|w| dist2_to_segment(s.at, w[0], w[1]) <= far)
        })
    });
    match way {
        Some(way) => out.extend(way),
        None if run.len() > 2 => {
            let half = run.len() / 2;
            follow(p, &run[..=half], reach_mm, out);
            follow(p, &run[half..], reach_mm, out);
        }
        None => out.extend([first.at, last.at]),
    }
}

/// The border point nearest to `at` within `reach_mm`; points before segments where they are as near.
fn foot(p: &Partition, at: Pt, reach_mm: f64) -> Option<Foot> {
    let area = Box2::of_two(at, at).grown(reach_mm as i32 + 1);
    let mut best: Option<(f64, Foot)> = None;
    for edge in p.edges_near(&area) {
        let Some(e) = p.edge(edge) else { continue };
        for (segment, w) in e.points.windows(2).enumerate() {
            if !Box2::of_two(w[0], w[1]).meets(&area) {
                continue;
            }
            let d2 = dist2_to_segment(at, w[0], w[1]);
            if d2 <= reach_mm * reach_mm && best.is_none_or(|(d, _)| d2 < d) {
                best = Some((d2, Foot { edge, segment, at: foot_on_segment(at, w[0], w[1]) }));
            }
        }
    }
    best.map(|(_, f)| f)
}

/// The shortest way along the borders from one foot to another, both included, if it is not longer than `most_mm`
/// (Dijkstra 1959 over the nodes).
fn way(p: &Partition, from: Foot, to: Foot, most_mm: f64) -> Option<Vec<Pt>> {
    let (e, f) = (p.edge(from.edge)?, p.edge(to.edge)?);
    // Along one and the same border.
    let mut best: Option<(f64, Vec<Pt>)> = (from.edge == to.edge).then(|| {
        let (a, b) = (from.segment, to.segment);
        let forward = a < b || a == b && e.points[a].dist2(from.at) <= e.points[a].dist2(to.at);
        let mut way = vec![from.at];
        if forward {
            way.extend(&e.points[a + 1..=b.max(a)]);
        } else {
            way.extend(e.points[b + 1..=a.max(b)].iter().rev());
        }
        way.push(to.at);
        (chain_length(&way), way)
    });
    // The ways from a foot to the two ends of its border, and to the second foot from those of its own.
    let tail = |edge: &super::Edge, foot: &Foot| {
        let back: Vec<Pt> =
            std::iter::once(foot.at).chain(edge.points[..=foot.segment].iter().rev().copied()).collect();
        let on: Vec<Pt> = std::iter::once(foot.at).chain(edge.points[foot.segment + 1..].iter().copied()).collect();
        [(edge.from, back), (edge.to, on)]
    };
    let starts = tail(e, &from);
    let ends = tail(f, &to);
    let mut at: HashMap<u32, (f64, Option<Half>)> = HashMap::new();
    // Lengths in mm are compared as whole numbers.
    let mut open: BinaryHeap<(Reverse<u64>, u32)> = BinaryHeap::new();
    for (node, way) in &starts {
        let length = chain_length(way);
        if length <= most_mm && at.get(node).is_none_or(|&(l, _)| length < l) {
            at.insert(*node, (length, None));
            open.push((Reverse(length as u64), *node));
        }
    }
    while let Some((Reverse(_), node)) = open.pop() {
        let Some(&(length, _)) = at.get(&node) else { continue };
        for &h in p.node(node).map_or(&[][..], |n| &n.halves) {
            let Some(edge) = p.edge(h.edge()) else { continue };
            let next = p.start(h.twin());
            let there = length + chain_length(&edge.points);
            if there <= most_mm && at.get(&next).is_none_or(|&(l, _)| there < l) {
                at.insert(next, (there, Some(h)));
                open.push((Reverse(there as u64), next));
            }
        }
    }
    for (node, end) in &ends {
        let Some(&(length, _)) = at.get(node) else { continue };
        let length = length + chain_length(end);
        if length > most_mm || best.as_ref().is_some_and(|(l, _)| *l <= length) {
            continue;
        }
        // Back from the node to where it was begun.
        let mut halves = Vec::new();
        let mut here = *node;
        while let Some(&(_, Some(h))) = at.get(&here) {
            halves.push(h);
            here = p.start(h);
        }
        let Some((_, start)) =
            starts.iter().filter(|s| s.0 == here).min_by(|a, b| chain_length(&a.1).total_cmp(&chain_length(&b.1)))
        else {
            continue;
        };
        let mut way = start.clone();
        for h in halves.into_iter().rev() {
            way.extend(p.points(h));
        }
        way.extend(end.iter().rev());
        best = Some((length, way));
    }
    let (length, mut way) = best?;
    way.dedup();
    (length <= most_mm).then_some(way)
}

#[cfg(test)]
mod tests;
