//! Editors that move borders without changing which faces there are: move, insert and delete a vertex, move a node.

use super::chain::{check_chain, restart, segment};
use super::draft::{Draft, Hit, ROUNDING2_MM2, hit, turn_is_kept};
use super::{Edge, Half, Owner, Partition, PartitionPatch, TopologyError, WORLD};
use crate::geom::{Box2, Meet, Pt, crossing_point, meet, ring_contains};
use smallvec::SmallVec;

/// What stands at a place of the drawing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spot {
    /// Nothing.
    Free,
    /// A node where borders of three or more faces meet.
    Node,
    /// A vertex of one border.
    Vertex,
    /// A border, between two vertices.
    Border,
}

/// Tells what stands at a place. O(borders near it).
pub fn spot(p: &Partition, at: Pt) -> Spot {
    match hit(p, at) {
        Hit::Free => Spot::Free,
        Hit::Vertex(..) => Spot::Vertex,
        Hit::Segment(..) => Spot::Border,
        Hit::Node(n) => match p.node(n) {
            Some(n) if n.halves.len() > 2 => Spot::Node,
            _ => Spot::Vertex,
        },
    }
}

/// Says whether a border may be moved, by its owners left and right.
pub type MayMove<'a> = &'a dyn Fn(Owner, Owner) -> bool;

pub(super) fn guard(p: &Partition, e: &Edge, at: Pt, may: MayMove<'_>) -> Result<(), TopologyError> {
    let (left, right) = p.sides(e);
    if may(left, right) { Ok(()) } else { Err(TopologyError::Protected { at, left, right }) }
}

/// Moves the vertex or node at `at` to `to`; every border that ends there follows.
///
/// # Errors
/// Nothing there; a protected border; a border that would cross or touch another or turn over a face; an island or
/// any other vertex that would change sides.
pub fn move_point(
    p: &Partition,
    at: Pt,
    to: Pt,
    may: MayMove<'_>,
) -> Result<(Partition, PartitionPatch), TopologyError> {
    Draft::in_range(to)?;
    match hit(p, at) {
        Hit::Vertex(e, i) => {
            let Some(edge) = p.edge(e) else { return Err(TopologyError::NotFound { at }) };
            guard(p, edge, at, may)?;
            if at == to {
                return Ok(Draft::new(p).finish());
            }
            let chain = [edge.points[i - 1], to, edge.points[i + 1]];
            check_chain(p, e, (i - 1, i + 1), &chain)?;
            replace(p, e, (i, i), &[to])
        }
        Hit::Node(n) => move_node(p, n, to, may),
        _ => Err(TopologyError::NotFound { at }),
    }
}

/// Replaces vertices `i..=j` (inner ones) of an edge by others, unchecked.
fn replace(
    p: &Partition,
    e: u32,
    (i, j): (usize, usize),
    by: &[Pt],
) -> Result<(Partition, PartitionPatch), TopologyError> {
    let mut d = Draft::new(p);
    if let Some(mut edge) = p.edge(e).cloned() {
        edge.points = edge.points[..i].iter().chain(by).chain(&edge.points[j + 1..]).copied().collect();
        d.change_points(e, edge);
    }
    Ok(d.finish())
}

/// Puts a vertex at `at` into the segment `on`, which may bend it.
///
/// # Errors
/// No such segment; a protected border that would move by more than rounding (0.71 mm); what [`move_point`] refuses.
pub fn insert_vertex(
    p: &Partition,
    on: (Pt, Pt),
    at: Pt,
    may: MayMove<'_>,
) -> Result<(Partition, PartitionPatch), TopologyError> {
    Draft::in_range(at)?;
    let (e, i) = segment(p, on).ok_or(TopologyError::NotFound { at: on.0 })?;
    let Some(edge) = p.edge(e) else { return Err(TopologyError::NotFound { at: on.0 }) };
    let (a, b) = (edge.points[i], edge.points[i + 1]);
    if crate::geom::dist2_to_segment(at, a, b) > ROUNDING2_MM2 {
        guard(p, edge, at, may)?;
    }
    check_chain(p, e, (i, i + 1), &[a, at, b])?;
    replace(p, e, (i + 1, i), &[at])
}

/// Takes the vertex at `at` out of its border.
///
/// # Errors
/// No vertex there; a node where borders meet; a protected border; too few points left; what [`move_point`] refuses.
pub fn delete_vertex(p: &Partition, at: Pt, may: MayMove<'_>) -> Result<(Partition, PartitionPatch), TopologyError> {
    let mut p = p.clone();
    let mut turned = None;
    if let Hit::Node(n) = hit(&p, at) {
        let halves = p.node(n).map(|n| n.halves.clone()).unwrap_or_default();
        let [h, g] = halves[..] else { return Err(TopologyError::IsNode { at }) };
        if h.edge() != g.edge() {
            return Err(TopologyError::IsNode { at });
        }
        // A border that closes on itself starts at any of its points: let it start at the next one.
        let mut d = Draft::new(&p);
        restart(&mut d, h.edge(), 1);
        let (next, patch) = d.finish();
        p = next;
        turned = Some(patch);
    }
    let Hit::Vertex(e, i) = hit(&p, at) else { return Err(TopologyError::NotFound { at }) };
    let Some(edge) = p.edge(e) else { return Err(TopologyError::NotFound { at }) };
    guard(&p, edge, at, may)?;
    let (a, b) = (edge.points[i - 1], edge.points[i + 1]);
    if a == b || (edge.from == edge.to && edge.points.len() <= 4) {
        return Err(TopologyError::TooFew { at });
    }
    check_chain(&p, e, (i - 1, i + 1), &[a, b])?;
    let (after, patch) = replace(&p, e, (i, i), &[])?;
    Ok(match turned {
        Some(first) => (after, first.then(patch)),
        None => (after, patch),
    })
}

/// Moves a node with the ends of all its borders.
fn move_node(p: &Partition, n: u32, to: Pt, may: MayMove<'_>) -> Result<(Partition, PartitionPatch), TopologyError> {
    let Some(node) = p.node(n) else { return Ok(Draft::new(p).finish()) };
    let at = node.at;
    // Each border end with the vertex next to the node.
    let ends: SmallVec<[(Half, Pt); 4]> = node.halves.iter().map(|&h| (h, p.second(h))).collect();
    for &(h, _) in &ends {
        if let Some(e) = p.edge(h.edge()) {
            guard(p, e, at, may)?;
        }
    }
    if at == to {
        return Ok(Draft::new(p).finish());
    }
    check_node(p, at, to, &ends)?;
    let mut d = Draft::new(p);
    let mut moved = node.clone();
    moved.at = to;
    d.set_node(n, Some(moved));
    let mut edges: SmallVec<[u32; 4]> = ends.iter().map(|(h, _)| h.edge()).collect();
    edges.sort_unstable();
    edges.dedup();
    for e in edges {
        if let Some(mut edge) = p.edge(e).cloned() {
            let mut points = edge.points.to_vec();
            let last = points.len() - 1;
            if edge.from == n {
                points[0] = to;
            }
            if edge.to == n {
                points[last] = to;
            }
            edge.points = points.into();
            d.change_points(e, edge);
        }
    }
    d.sort_turn(n);
    // No face may turn over.
    let beside = ends.iter().flat_map(|(h, _)| [d.p.left(*h), d.p.left(h.twin())]);
    if beside.into_iter().any(|f| f != WORLD && d.p.face(f).is_some_and(|f| f.area2 <= 0)) {
        return Err(TopologyError::Crosses { at: to });
    }
    Ok(d.finish())
}

/// Whether a node's borders may follow it to `to`.
fn check_node(p: &Partition, at: Pt, to: Pt, ends: &[(Half, Pt)]) -> Result<(), TopologyError> {
    let mut area = Box2::of_two(at, to);
    for &(_, q) in ends {
        area = area.with(q);
        if q == to {
            return Err(TopologyError::Crosses { at: to });
        }
    }
    let is_end = |e: u32, k: usize, len: usize| {
        ends.iter().any(|(h, _)| h.edge() == e && if h.back() { k + 2 == len } else { k == 0 })
    };
    // Polygons swept between one border and the next, round the node.
    let lenses: SmallVec<[[Pt; 4]; 4]> =
        (0..ends.len()).map(|i| [ends[i].1, at, ends[(i + 1) % ends.len()].1, to]).collect();
    for g in p.edges_near(&area) {
        let Some(other) = p.edge(g) else { continue };
        for (k, w) in other.points.windows(2).enumerate() {
            if !Box2::of_two(w[0], w[1]).meets(&area) {
                continue;
            }
            let follows = is_end(g, k, other.points.len());
            for &(_, q) in ends {
                if follows {
                    continue;
                }
                match meet(q, to, w[0], w[1]) {
                    Meet::Apart => {}
                    Meet::Touch(x) if x == q => {}
                    Meet::Touch(x) | Meet::Overlap(x, _) => return Err(TopologyError::Crosses { at: x }),
                    Meet::Cross => return Err(TopologyError::Crosses { at: crossing_point(q, to, w[0], w[1]) }),
                }
            }
            for v in [w[0], w[1]] {
                let own = v == at || ends.iter().any(|(_, q)| *q == v);
                if !own && area.contains(v) && lenses.iter().any(|l| ring_contains(l, v)) {
                    return Err(TopologyError::Engulfs { at: v });
                }
            }
        }
    }
    for (i, &(_, q)) in ends.iter().enumerate() {
        for &(_, r) in &ends[..i] {
            match meet(q, to, r, to) {
                Meet::Touch(x) if x == to => {}
                _ => return Err(TopologyError::Crosses { at: to }),
            }
        }
    }
    let halves: SmallVec<[Half; 4]> = ends.iter().map(|(h, _)| *h).collect();
    let here = |h: Half| ends.iter().find(|(x, _)| *x == h).map_or(to, |(_, q)| *q);
    if !turn_is_kept(to, &halves, here) {
        return Err(TopologyError::Crosses { at: to });
    }
    // At the far node of a border of one segment the turn must stay as well.
    for &(h, _) in ends {
        let far = p.start(h.twin());
        if let (Some(e), Some(node)) = (p.edge(h.edge()), p.node(far))
            && e.points.len() == 2
        {
            let there = |x: Half| if x == h.twin() { to } else { p.second(x) };
            if !turn_is_kept(node.at, &node.halves, there) {
                return Err(TopologyError::Crosses { at: node.at });
            }
        }
    }
    Ok(())
}
