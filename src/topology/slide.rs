//! Sliding a whole border: it keeps its form, its ends slide along the borders beside it.

use super::chain::{check_line, is_free_ring, segment, vertex_at};
use super::draft::Draft;
use super::vertex::{MayMove, guard};
use super::{Half, Partition, PartitionPatch, TopologyError, WORLD};
use crate::geom::{Pt, cross, crossing_point};
use std::sync::Arc;

/// Where a border goes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Shift {
    /// By millimetres east and north.
    By(i32, i32),
    /// Parallel to itself, to the left of the segment as it was named, mm; to the right where negative.
    Aside(f64),
}

/// Least of 1 + the cosine of a bend round which a parallel course is led; a sharper one has no corner in reach.
const SHARP: f64 = 0.02;

/// Moves the whole border that has the segment `on`. Each end that a shift leads aside slides along the border next to
/// it on that side, as far as the border's next node at most; its old node remains as a vertex.
///
/// # Errors
/// No such segment; a protected border; what would cross or touch another border, pass over a vertex or an island, or
/// come to the end of the border beside.
pub fn slide(
    p: &Partition,
    on: (Pt, Pt),
    shift: Shift,
    may: MayMove<'_>,
) -> Result<(Partition, PartitionPatch), TopologyError> {
    let (e, i) = segment(p, on).ok_or(TopologyError::NotFound { at: on.0 })?;
    let Some(edge) = p.edge(e).cloned() else { return Err(TopologyError::NotFound { at: on.0 }) };
    guard(p, &edge, on.0, may)?;
    let shift = match shift {
        // Along the border's own direction.
        Shift::Aside(mm) if edge.points[i] != on.0 => Shift::Aside(-mm),
        s => s,
    };
    let old = &edge.points;
    let last = old.len() - 1;
    let closed = edge.from == edge.to;
    if closed && !is_free_ring(p, &edge) {
        // A border that begins and ends at one node has nothing to slide along.
        return Err(TopologyError::Crosses { at: old[0] });
    }
    let mut new = shifted(old, shift, closed)?;
    for &q in &new {
        Draft::in_range(q)?;
    }
    if new[..] == old[..] {
        return Ok(Draft::new(p).finish());
    }
    let mut d = Draft::new(p);
    if closed {
        check_line(p, &|g, _| g == e, old, &new)?;
        turned_back(old, &new)?;
        // It may not leap over a border into other ground.
        let ground = p.locate_among(new[0], |x| !Arc::ptr_eq(&x.points, &edge.points));
        if ground != edge.left && ground != edge.right {
            return Err(TopologyError::Engulfs { at: new[0] });
        }
        let (left, right) = (edge.left, edge.right);
        if let Some(mut node) = p.node(edge.from).cloned() {
            node.at = new[0];
            d.set_node(edge.from, Some(node));
        }
        let from = edge.from;
        let mut moved = edge.clone();
        moved.points = new.into();
        d.change_points(e, moved);
        d.sort_turn(from);
        let turned = [left, right].into_iter().find(|&f| f != WORLD && d.p.face(f).is_some_and(|f| f.area2 <= 0));
        return if turned.is_some() { Err(TopologyError::Crosses { at: old[0] }) } else { Ok(d.finish()) };
    }
    // The way from the new start back along the border beside to the old one, and the same at the end.
    let ends = [(Half::new(e, false), new[0], new[1]), (Half::new(e, true), new[last], new[last - 1])];
    let aside = |h: Half, to: Pt| cross(p.node(p.start(h)).map_or(to, |n| n.at), p.second(h), to);
    let mut ways: Vec<Vec<Pt>> = Vec::new();
    for (h, to, inner) in ends {
        ways.push(match aside(h, to).signum() {
            0 => vec![p.node(p.start(h)).map_or(to, |n| n.at)],
            side => along_beside(p, h, side > 0, (to, inner))?,
        });
    }
    for (way, k) in ways.iter_mut().zip([0, last]) {
        let n = way.len() - 1;
        if n > 0 {
            way[n] = vertex_at(&mut d, way[n])?;
        }
        new[k] = way[n];
    }
    let chain: Vec<Pt> = ways[0].iter().rev().chain(&old[1..last]).chain(&ways[1]).copied().collect();
    check_line(&d.p, &|g, _| g == e, &chain, &new)?;
    // No stretch may have been eaten by the shift of those beside it.
    turned_back(old, &new)?;
    let m = new.len() - 1;
    for (at, to) in [(new[0], new[1]), (new[m], new[m - 1])] {
        let into = d.sector(at, to);
        if into != edge.left && into != edge.right {
            return Err(TopologyError::Crosses { at });
        }
    }
    let (left, right) = p.sides(&edge);
    let (a, b) = (d.node_at(new[0]), d.node_at(new[m]));
    d.mark(edge.left);
    d.mark(edge.right);
    d.remove_edge(e);
    let made = d.add_edge(a, b, new.into(), edge.left);
    d.trace();
    let beside = d.p.edge(made).map_or((WORLD, WORLD), |e| (e.left, e.right));
    if beside.0 == beside.1 {
        return Err(TopologyError::Crosses { at: on.0 });
    }
    for (f, owner) in [(beside.0, left), (beside.1, right)] {
        if f != WORLD {
            d.give(f, owner);
        }
    }
    d.clean([beside.0, beside.1]);
    Ok(d.finish())
}

/// Refuses where a segment runs against its old direction.
fn turned_back(old: &[Pt], new: &[Pt]) -> Result<(), TopologyError> {
    let along = |w: &[Pt]| (i128::from(w[1].x) - i128::from(w[0].x), i128::from(w[1].y) - i128::from(w[0].y));
    let against = |(a, b): (&[Pt], &[Pt])| {
        let (a, b) = (along(a), along(b));
        a.0 * b.0 + a.1 * b.1 <= 0
    };
    match old.windows(2).zip(new.windows(2)).position(against) {
        Some(k) => Err(TopologyError::Crosses { at: old[k] }),
        None => Ok(()),
    }
}

/// A border's points after a shift, to the nearest grid points; of one that closes on itself the first is the last.
fn shifted(old: &[Pt], shift: Shift, closed: bool) -> Result<Vec<Pt>, TopologyError> {
    let far = |at: Pt| TopologyError::OutOfRange { at };
    let mm = match shift {
        Shift::By(dx, dy) => {
            let moved = |p: &Pt| Some(Pt { x: p.x.checked_add(dx)?, y: p.y.checked_add(dy)? });
            return old.iter().map(|p| moved(p).ok_or(far(*p))).collect();
        }
        Shift::Aside(mm) => mm,
    };
    let n = old.len();
    // The unit normal to the left of a segment.
    let normal = |a: Pt, b: Pt| {
        let (dx, dy) = (f64::from(b.x) - f64::from(a.x), f64::from(b.y) - f64::from(a.y));
        let length = (dx * dx + dy * dy).sqrt();
        (-dy / length, dx / length)
    };
    let mut new = Vec::with_capacity(n);
    for k in 0..n {
        let before = if k > 0 { Some((k - 1, k)) } else { closed.then_some((n - 2, n - 1)) };
        let after = if k + 1 < n { Some((k, k + 1)) } else { closed.then_some((0, 1)) };
        let of = |s: Option<(usize, usize)>| s.map(|(a, b)| normal(old[a], old[b]));
        let (u, v) = match (of(before), of(after)) {
            (Some(u), Some(v)) => (u, v),
            (u, v) => {
                let one = u.or(v).unwrap_or((0.0, 0.0));
                (one, one)
            }
        };
        let bend = 1.0 + u.0 * v.0 + u.1 * v.1;
        if bend < SHARP {
            return Err(TopologyError::Crosses { at: old[k] });
        }
        let to = |p: i32, u: f64, v: f64| f64::from(p) + (u + v) / bend * mm;
        let (x, y) = (to(old[k].x, u.0, v.0), to(old[k].y, u.1, v.1));
        if x.abs() > f64::from(crate::geom::LIMIT) || y.abs() > f64::from(crate::geom::LIMIT) {
            return Err(far(old[k]));
        }
        new.push(Pt { x: x.round() as i32, y: y.round() as i32 });
    }
    Ok(new)
}

/// From the start of a half-edge along the border next to it on its left (or right) side to where the line through two
/// points meets it.
fn along_beside(p: &Partition, h: Half, left: bool, line: (Pt, Pt)) -> Result<Vec<Pt>, TopologyError> {
    let not_found = TopologyError::Crosses { at: line.0 };
    let node = p.node(p.start(h)).ok_or(not_found.clone())?;
    let k = node.halves.len();
    let i = node.halves.iter().position(|&x| x == h).ok_or(not_found.clone())?;
    let beside = node.halves[if left { (i + 1) % k } else { (i + k - 1) % k }];
    if beside.edge() == h.edge() {
        return Err(not_found);
    }
    let points = p.points(beside);
    let side = |q: Pt| cross(line.0, line.1, q);
    let mut way = vec![points[0]];
    for w in points.windows(2) {
        let (a, b) = (side(w[0]).signum(), side(w[1]).signum());
        if b == 0 {
            way.push(w[1]);
        } else if a * b < 0 {
            way.push(crossing_point(w[0], w[1], line.0, line.1));
        } else {
            way.push(w[1]);
            continue;
        }
        way.dedup();
        return match way.last() {
            // Not as far as the node at the other end: there the border would join others.
            Some(q) if Some(q) == points.last() => Err(TopologyError::PastNode { at: *q }),
            _ => Ok(way),
        };
    }
    Err(TopologyError::PastNode { at: points[points.len() - 1] })
}
