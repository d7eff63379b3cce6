//! A border takes another course: the one check that all editors of chains ask, and the editors that give a border a
//! course of its own between points that stay: follow, simplify, square.
//!
//! What a new course may not do is the same for all: meet a border but at its ends, pass over a vertex, turn the borders
//! at a node round, or turn a face over. How it weaves about its own old course is free.

use super::draft::{Draft, Hit, ROUNDING2_MM2, turn_is_kept};
use super::segments::Segments;
use super::vertex::{MayMove, guard};
use super::{Edge, Half, Owner, Partition, PartitionPatch, TopologyError, WORLD};
use crate::geom::{Box2, Meet, Pt, chain_area2, chain_length, cross, crossing_point, dist2_to_segment, meet};
use smallvec::SmallVec;
use std::cell::LazyCell;
use std::collections::{BTreeSet, BinaryHeap};

/// Whether vertices `i..=j` of edge `e` may be replaced by `new` (same first and last point): the new segments meet
/// no border but at those ends, no vertex changes sides, the turn of borders at nodes stays, no face turns over.
///
/// O(borders in the box of both chains).
pub(super) fn check_chain(p: &Partition, e: u32, (i, j): (usize, usize), new: &[Pt]) -> Result<(), TopologyError> {
    let Some(edge) = p.edge(e) else { return Err(TopologyError::NotFound { at: new[0] }) };
    let old = &edge.points[i..=j];
    check_line(p, &|g, k| g == e && (i..j).contains(&k), old, new)?;
    let m = new.len() - 1;
    let crosses = |at: Pt| Err(TopologyError::Crosses { at });
    let ends = [
        (i == 0, edge.from, Half::new(e, false), new[1]),
        (j + 1 == edge.points.len(), edge.to, Half::new(e, true), new[m - 1]),
    ];
    for (is_end, n, h, to) in ends {
        if let Some(node) = p.node(n).filter(|_| is_end) {
            // Where a border closes on itself both ends may have moved.
            let towards = |x: Half| {
                if x == h {
                    to
                } else if x == h.twin() && i == 0 && j + 1 == edge.points.len() {
                    if x.back() { new[m - 1] } else { new[1] }
                } else {
                    p.second(x)
                }
            };
            if !turn_is_kept(node.at, &node.halves, towards) {
                return crosses(node.at);
            }
        }
    }
    let d = chain_area2(new) - chain_area2(old);
    for (f, d) in [(edge.left, d), (edge.right, -d)] {
        if f != WORLD && edge.left != edge.right && p.face(f).is_some_and(|f| f.area2 + d <= 0) {
            return crosses(new[m / 2]);
        }
    }
    Ok(())
}

/// Whether a line may take the place of the segments that `gone` names (edge, number of the segment): it does not meet
/// itself, meets a border that stays only at a vertex at ends that it has in common with the chain `old`, and between the two lies no vertex but
/// those of `old`. The chain may lead further than the segments that go, along borders that stay.
pub(super) fn check_line(
    p: &Partition,
    gone: &dyn Fn(u32, usize) -> bool,
    old: &[Pt],
    new: &[Pt],
) -> Result<(), TopologyError> {
    let (first, last) = (new[0], new[new.len() - 1]);
    let crosses = |at: Pt| Err(TopologyError::Crosses { at });
    let m = new.len() - 1;
    let course = Segments::of_line(new);
    let wrong = |a: usize, b: usize, how: Meet| match how {
        Meet::Apart => None,
        Meet::Touch(q) if b == a + 1 && q == new[b] => None,
        Meet::Touch(q) if a == 0 && b + 1 == m && q == first && first == last => None,
        _ => Some((a, new[b])),
    };
    let meets = course.first_meeting(wrong);
    let stands = (0..m).find(|&a| new[a] == new[a + 1]);
    match (stands, meets) {
        (Some(a), met) if met.is_none_or(|(b, _)| a <= b) => return Err(TopologyError::TooFew { at: new[a] }),
        (_, Some((_, at))) => return crosses(at),
        _ => {}
    }
    let area = Box2::of(new).union(Box2::of(old));
    // Where the two do not end at the same points the way over to the other and back cancels out.
    let lens = LazyCell::new(|| {
        let round = || old.iter().chain(new.iter().rev()).copied();
        Segments::of(round().zip(round().skip(1).chain([old[0]])))
    });
    // Only where the old one ended may others end too: a ring of its own that moves has no such place.
    let (starts, stops) = (first == old[0], last == old[old.len() - 1]);
    let at_an_end = |s: usize, q: Pt| (starts && s == 0 && q == first) || (stops && s + 1 == m && q == last);
    let of_old: BTreeSet<Pt> = old.iter().copied().collect();
    for g in p.edges_near(&area) {
        let Some(other) = p.edge(g) else { continue };
        for (k, w) in other.points.windows(2).enumerate() {
            if gone(g, k) || !Box2::of_two(w[0], w[1]).meets(&area) {
                continue;
            }
            let mut met = None;
            course.near(&Box2::of_two(w[0], w[1]), |s, x| {
                met = met.or(match meet(x.0, x.1, w[0], w[1]) {
                    Meet::Apart => None,
                    Meet::Touch(q) if at_an_end(s, q) && (q == w[0] || q == w[1]) => None,
                    Meet::Touch(q) | Meet::Overlap(q, _) => Some(q),
                    Meet::Cross => Some(crossing_point(x.0, x.1, w[0], w[1])),
                });
            });
            if let Some(at) = met {
                return crosses(at);
            }
            for v in [w[0], w[1]] {
                if area.contains(v) && !of_old.contains(&v) && v != first && v != last && lens.contains(v) {
                    return Err(TopologyError::Engulfs { at: v });
                }
            }
        }
    }
    Ok(())
}

/// Gives vertices `i..=j` of an edge another course between the same ends, checked.
fn recourse(d: &mut Draft, e: u32, (i, j): (usize, usize), new: &[Pt]) -> Result<(), TopologyError> {
    check_chain(&d.p, e, (i, j), new)?;
    if let Some(mut edge) = d.p.edge(e).cloned() {
        edge.points = edge.points[..i].iter().chain(new).chain(&edge.points[j + 1..]).copied().collect();
        d.change_points(e, edge);
    }
    Ok(())
}

/// Makes sure that a point on a border, or beside it by what rounding takes it off, is a vertex; its place.
pub(super) fn vertex_at(d: &mut Draft, at: Pt) -> Result<Pt, TopologyError> {
    match d.hit(at) {
        Hit::Node(_) | Hit::Vertex(..) => return Ok(at),
        Hit::Segment(e, i) => {
            d.put_vertex(e, i, at);
            return Ok(at);
        }
        Hit::Free => {}
    }
    let mut near: Option<(f64, u32, usize)> = None;
    for e in d.p.edges_near(&Box2::of_two(at, at).grown(1)) {
        for (i, w) in d.p.edge(e).map_or(&[][..], |e| &e.points).windows(2).enumerate() {
            let d2 = dist2_to_segment(at, w[0], w[1]);
            if d2 <= ROUNDING2_MM2 && near.is_none_or(|(best, _, _)| d2 < best) {
                near = Some((d2, e, i));
            }
        }
    }
    let (_, e, i) = near.ok_or(TopologyError::NotFound { at })?;
    d.bend(e, i, at, &[])
}

/// The segment between two points: edge and number.
pub(super) fn segment(p: &Partition, (a, b): (Pt, Pt)) -> Option<(u32, usize)> {
    p.edges_near(&Box2::of_two(a, a)).into_iter().find_map(|e| {
        let points = &p.edge(e)?.points;
        points.windows(2).position(|w| (w[0], w[1]) == (a, b) || (w[0], w[1]) == (b, a)).map(|i| (e, i))
    })
}

/// Lets a border that closes on itself start at another of its vertices.
pub(super) fn restart(d: &mut Draft, e: u32, vertex: usize) {
    let Some(mut edge) = d.p.edge(e).cloned() else { return };
    let mut points = edge.points[vertex..].to_vec();
    points.extend_from_slice(&edge.points[1..=vertex]);
    edge.points = points.into();
    let n = edge.from;
    if let Some(mut node) = d.p.node(n).cloned() {
        node.at = edge.points[0];
        d.set_node(n, Some(node));
    }
    d.set_edge(e, Some(edge));
    d.sort_turn(n);
}

/// Whether an edge closes on itself at a node where nothing else ends: it may start at any of its vertices.
pub(super) fn is_free_ring(p: &Partition, e: &Edge) -> bool {
    e.from == e.to && p.node(e.from).is_some_and(|n| n.halves.len() == 2)
}

/// Replaces the stretch of one border between two of its points by a line (inner points; none: straight). The points
/// are vertices of the border or lie on it. Of two stretches that lead from one to the other it is the one that holds
/// the segment `on`, without it the shorter.
///
/// # Errors
/// A point on no border, points on different ones, a protected border, what [`check_chain`] refuses.
pub fn follow(
    p: &Partition,
    (from, to): (Pt, Pt),
    line: &[Pt],
    on: Option<(Pt, Pt)>,
    may: MayMove<'_>,
) -> Result<(Partition, PartitionPatch), TopologyError> {
    for &q in line {
        Draft::in_range(q)?;
    }
    let mut d = Draft::new(p);
    let named = on.map(|on| segment(p, on).ok_or(TopologyError::NotFound { at: on.0 })).transpose()?;
    let ends = (vertex_at(&mut d, from)?, vertex_at(&mut d, to)?);
    if ends.0 == ends.1 {
        return Err(TopologyError::TooFew { at: from });
    }
    let mut best: Option<(f64, u32, (usize, usize))> = None;
    for e in d.p.edges_near(&Box2::of_two(ends.0, ends.0)) {
        let Some(edge) = d.p.edge(e) else { continue };
        let last = edge.points.len() - 1;
        let places = |q: Pt| (0..=last).filter(|&k| edge.points[k] == q).collect::<SmallVec<[usize; 2]>>();
        let mut stretches: SmallVec<[(usize, usize); 2]> = SmallVec::new();
        for i in places(ends.0) {
            for j in places(ends.1) {
                stretches.push((i, j));
                if is_free_ring(&d.p, edge) && i != 0 && i != last && j != 0 && j != last {
                    // The other way round, over the start.
                    stretches.push((i.max(j), last + i.min(j)));
                }
            }
        }
        for (i, j) in stretches {
            let (i, j) = (i.min(j), i.max(j));
            let points = (i..=j).map(|k| edge.points[if k > last { k - last } else { k }]);
            let stretch: Vec<Pt> = points.collect();
            let holds = |(a, b): (Pt, Pt)| {
                stretch.windows(2).any(|w| {
                    let on_it = |v: Pt| dist2_to_segment(v, a, b) <= ROUNDING2_MM2;
                    [w[0], w[1]].iter().all(|&v| v == a || v == b || on_it(v))
                })
            };
            let fits = named.is_none() || on.is_some_and(holds);
            let length_mm = chain_length(&stretch);
            if fits && best.as_ref().is_none_or(|(b, _, _)| length_mm < *b) {
                best = Some((length_mm, e, (i, j)));
            }
        }
    }
    let (_, e, (mut i, mut j)) = best.ok_or(TopologyError::NotOneBorder { at: to })?;
    let Some(edge) = d.p.edge(e) else { return Err(TopologyError::NotFound { at: from }) };
    guard(&d.p, edge, ends.0, may)?;
    if j >= edge.points.len() {
        restart(&mut d, e, i);
        (i, j) = (0, j - i);
    }
    let starts = d.p.edge(e).map_or(ends.0, |x| x.points[i]);
    let mut new = vec![ends.0];
    new.extend_from_slice(line);
    new.push(ends.1);
    new.dedup();
    if starts != ends.0 {
        new.reverse();
    }
    recourse(&mut d, e, (i, j), &new)?;
    Ok(d.finish())
}

/// What [`simplify`] does to a border; nodes stay.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Plainer {
    /// Takes out vertices; no point of the border goes further than this from where it was, mm.
    Thin(f64),
    /// Makes right the angles within 15° of a right angle; no vertex moves further than this, mm. Less than the grid's
    /// 1 mm can move none.
    Square(f64),
}

/// Borders to be made plainer.
#[derive(Clone, Copy)]
pub enum Which<'a> {
    /// The one with this segment.
    On((Pt, Pt)),
    /// All that may move and that this accepts: owner left, owner right, points.
    Of(&'a dyn Fn(Owner, Owner, &[Pt]) -> bool),
}

/// Makes borders plainer, each between its nodes and once for both its sides; a border stays as it is where the plainer
/// one would meet another.
///
/// For a border of n vertices with b segments of borders in its box: that a new course does not meet itself and no other
/// is O(n² + n·b). Thinning before that is O(n log n), O(n²) where one segment takes the place of most; where the whole
/// new course is refused, vertex by vertex, O(n² + n·(segments beside)). Squaring is up to 200 passes over the border
/// for each time that corners must be left out, most often once or twice. What changes nothing is not checked.
///
/// # Errors
/// No such segment; the one border named is protected; it cannot be squared without meeting a border.
pub fn simplify(
    p: &Partition,
    which: Which<'_>,
    how: Plainer,
    may: MayMove<'_>,
) -> Result<(Partition, PartitionPatch), TopologyError> {
    let edges: Vec<u32> = match which {
        Which::On(on) => {
            let (e, _) = segment(p, on).ok_or(TopologyError::NotFound { at: on.0 })?;
            if let Some(edge) = p.edge(e) {
                guard(p, edge, on.0, may)?;
            }
            vec![e]
        }
        Which::Of(of) => {
            let of = |e: &Edge| {
                let (l, r) = p.sides(e);
                of(l, r, &e.points) && may(l, r)
            };
            p.edges().filter(|(_, e)| of(e)).map(|(i, _)| i).collect()
        }
    };
    let mut d = Draft::new(p);
    for e in edges {
        let Some(points) = d.p.edge(e).map(|e| e.points.clone()) else { continue };
        let whole = (0, points.len() - 1);
        match how {
            Plainer::Thin(tolerance_mm) => {
                let new = thinned(&points, tolerance_mm, &mut |_, _| true);
                if new.len() == points.len() {
                    continue;
                }
                if recourse(&mut d, e, whole, &new).is_err() {
                    // All at once would meet another border: one by one, leaving out what would.
                    thinned(&points, tolerance_mm, &mut |at, ends| {
                        let Hit::Vertex(_, k) = d.hit(at) else { return false };
                        recourse(&mut d, e, (k - 1, k + 1), &ends).is_ok()
                    });
                }
            }
            Plainer::Square(shift_mm) => {
                let new = squared(&points, shift_mm);
                if new[..] == points[..] {
                    continue;
                }
                let refused = recourse(&mut d, e, whole, &new).err();
                if let (Some(why), Which::On(_)) = (refused, which) {
                    return Err(why);
                }
            }
        }
    }
    Ok(d.finish())
}

/// A chain without the vertices that no one misses: each time the one with the smallest triangle (Visvalingam, Whyatt
/// 1993) goes, if all old vertices between its neighbours lie within the tolerance of the new segment and `may` agrees
/// (it is told the vertex and its neighbours). The ends stay; of a ring three points do.
fn thinned(points: &[Pt], tolerance_mm: f64, may: &mut dyn FnMut(Pt, [Pt; 2]) -> bool) -> Vec<Pt> {
    let n = points.len();
    let least = if points[0] == points[n - 1] { 4 } else { 2 };
    let (mut before, mut after): (Vec<usize>, Vec<usize>) = (0..n).map(|k| (k.saturating_sub(1), k + 1)).unzip();
    let mut there = vec![true; n];
    let mut left = n;
    let size = |a: usize, k: usize, b: usize| cross(points[a], points[k], points[b]).unsigned_abs();
    // Smallest first, of equal ones the first along the chain.
    let mut queue: BinaryHeap<std::cmp::Reverse<(u64, usize, usize, usize)>> =
        (1..n - 1).map(|k| std::cmp::Reverse((size(k - 1, k, k + 1), k, k - 1, k + 1))).collect();
    while let Some(std::cmp::Reverse((_, k, a, b))) = queue.pop() {
        if !there[k] || (before[k], after[k]) != (a, b) || left <= least {
            continue;
        }
        let (p, q) = (points[a], points[b]);
        let near = |v: &Pt| dist2_to_segment(*v, p, q) <= tolerance_mm * tolerance_mm;
        if p == q || !points[a + 1..b].iter().all(near) || !may(points[k], [p, q]) {
            continue;
        }
        there[k] = false;
        left -= 1;
        (after[a], before[b]) = (b, a);
        for x in [a, b] {
            if x != 0 && x != n - 1 {
                queue.push(std::cmp::Reverse((size(before[x], x, after[x]), x, before[x], after[x])));
            }
        }
    }
    (0..n).filter(|&k| there[k]).map(|k| points[k]).collect()
}

/// Cosine of 75°, squared.
const NEARLY_RIGHT: f64 = 0.066_987_298;
/// Rounds of squaring; each is a pass over the chain.
const ROUNDS: usize = 200;

/// A chain whose inner angles near 90° are right up to rounding: a vertex goes to the circle over its neighbours
/// (Thales), by turns until all rest. Those that would move further than `shift_mm` stay where they are, and the others
/// are sought anew.
fn squared(points: &[Pt], shift_mm: f64) -> Vec<Pt> {
    let n = points.len();
    let old: Vec<[f64; 2]> = points.iter().map(|p| [f64::from(p.x), f64::from(p.y)]).collect();
    let sub = |a: [f64; 2], b: [f64; 2]| [a[0] - b[0], a[1] - b[1]];
    let dot = |a: [f64; 2], b: [f64; 2]| a[0] * b[0] + a[1] * b[1];
    let mut corners: Vec<usize> = (1..n - 1)
        .filter(|&k| {
            let (u, v) = (sub(old[k - 1], old[k]), sub(old[k + 1], old[k]));
            dot(u, v) * dot(u, v) <= NEARLY_RIGHT * dot(u, u) * dot(v, v)
        })
        .collect();
    loop {
        let mut at = old.clone();
        for _ in 0..ROUNDS {
            let mut most = 0.0f64;
            for &k in &corners {
                let (a, b) = (at[k - 1], at[k + 1]);
                let middle = [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
                let (r, out) = (sub(b, middle), sub(at[k], middle));
                let scale = (dot(r, r) / dot(out, out)).sqrt();
                if scale.is_finite() {
                    let to = [middle[0] + out[0] * scale, middle[1] + out[1] * scale];
                    most = most.max(dot(sub(to, at[k]), sub(to, at[k])));
                    at[k] = to;
                }
            }
            if most < 1e-4 {
                break;
            }
        }
        let before = corners.len();
        corners.retain(|&k| dot(sub(at[k], old[k]), sub(at[k], old[k])) <= shift_mm * shift_mm);
        if corners.len() == before {
            let mut new = points.to_vec();
            for k in corners {
                new[k] = Pt { x: at[k][0].round() as i32, y: at[k][1].round() as i32 };
            }
            return new;
        }
    }
}
