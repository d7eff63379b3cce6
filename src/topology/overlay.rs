//! Laying a line over the partition: crossings become nodes, stretches along borders follow them.
//!
//! Every new point is rounded to the grid; old vertices never move. Where a line meets a border between two vertices
//! a vertex is put in, which bends the border by at most 0.71 mm; the line then runs to exactly that point. After
//! such a bend the rest of the stretch is looked at anew, so that rounding can never leave an unseen crossing
//! (snap rounding of the new line alone: Hobby 1999, with old vertices fixed). A vertex of the line that rounding may
//! have taken off a border is on that border: else a line that follows it would leave a sliver thinner than the grid.

use super::draft::{Draft, Hit, ROUNDING2_MM2};
use super::{NO_FACE, Partition, TopologyError, WORLD};
use crate::geom::{Box2, Meet, Pt, chain_length, cross, crossing_point, dist2_to_segment, meet};
use crate::index::Buckets;
use std::collections::BTreeSet;

/// What a line overlay looks at.
pub(crate) struct Rules<'a> {
    /// Borders the line must not pass without a node (the new line itself always counts).
    pub obstacle: &'a dyn Fn(&Partition, u32) -> bool,
    /// Faces (as they were before) in which the line is drawn; elsewhere it leaves no trace.
    pub inside: &'a dyn Fn(u32) -> bool,
}

/// What stops a stretch of line.
enum Stop {
    /// A point that already is a vertex or the stretch's own end on a border.
    At(Pt),
    /// A border to be bent into a new vertex near this crossing.
    Bend(u32, usize, Pt),
    /// The stretch runs along a border from its start to here.
    Along(Pt),
}

/// Stops found without getting on before the place is called too close.
const TRIES: usize = 24;

/// Points of a line from which on borders near it are cut into pieces, and half the points of the longest piece.
const PIECE: usize = 64;

/// Points of a line from which on a locator of its own, with squares that fit it, is worth making.
const FINE: usize = 1_000;

/// Pieces of a line that such a square is to hold.
const PIECES: f64 = 12.0;

/// Borders that one segment of a line may bend: far more than a map has in its way.
const BENDS: usize = 4096;

impl Draft {
    /// Lays a line over the partition. The directed segments that became border, or run along borders, are collected
    /// in `path`.
    pub fn overlay(&mut self, line: &[Pt], rules: &Rules<'_>) -> Result<(), TopologyError> {
        let Some(&start) = line.first() else { return Ok(()) };
        for &p in line {
            Draft::in_range(p)?;
        }
        self.make_ready(line);
        for &p in line {
            self.pin(p, rules);
        }
        let mut at = start;
        // In the open: the face it is in, by the borders that were there before.
        let mut open = self.open_face(at);
        for &goal in &line[1..] {
            // Points the line must still reach, the next one last. Once a border is bent to a point the line goes there
            // before it turns to its goal again: else it could creep along a border that leans away from it, bending
            // it anew every few millimetres.
            let mut way = vec![goal];
            let (mut bends, mut tries) = (0, 0);
            while let Some(&target) = way.last() {
                if at == target {
                    way.pop();
                    continue;
                }
                tries += 1;
                if tries > TRIES || bends > BENDS {
                    return Err(TopologyError::TooClose { at: target });
                }
                let (to, along) = match self.first_stop(at, target, rules) {
                    Some(Stop::Along(to)) => (to, true),
                    Some(Stop::At(p)) if p != target => {
                        way.push(p);
                        continue;
                    }
                    Some(Stop::Bend(e, i, p)) => {
                        // The point may round onto the start itself: the border is then bent to pass through it, or,
                        // where another border does already, beside it.
                        let spare = [at, goal];
                        let q = self.bend(e, i, p, if p == at { &[] } else { &spare })?;
                        bends += 1;
                        if q != at && q != target {
                            way.push(q);
                        }
                        continue;
                    }
                    None | Some(Stop::At(_)) => (target, false),
                };
                if along {
                    self.walk(at, to);
                } else {
                    let face = match self.hit(at) {
                        Hit::Free => open,
                        _ => self.sector(at, to),
                    };
                    if (rules.inside)(face) {
                        self.put_path(at, to, face);
                    }
                    open = face;
                }
                at = to;
                tries = 0;
                if let Hit::Free = self.hit(at) {
                } else {
                    open = NO_FACE;
                }
            }
        }
        Ok(())
    }

    /// Before a line of many points: a locator that reaches as far as the line, for very many with squares that hold
    /// little of it, and old borders near it in short pieces, so that no border is walked from end to end for each point
    /// of the line. [`Draft::clean`] joins the pieces again, [`Draft::finish`] brings the old locator up to date.
    /// O(n log n) in the vertices of borders near the line.
    fn make_ready(&mut self, line: &[Pt]) {
        if line.len() <= PIECE {
            return;
        }
        let area = Box2::of(line);
        let fine = line.len() >= FINE;
        if fine || !self.p.locator.covers(&area) {
            let ground = if fine { area } else { self.p.extent().union(area) };
            let side_mm = if fine { fitting_side_mm(line, &area) } else { super::LOCATOR_SIDE_MM };
            let mut locator = Buckets::new(ground.grown(side_mm), side_mm);
            self.p.edges().for_each(|(i, e)| locator.insert(i, &e.points));
            let old = std::mem::replace(&mut self.p.locator, locator);
            self.locator_before.get_or_insert(old);
        }
        // What these cuts alone would leave to be joined stands in `joints`.
        let cut_ends = self.cut_ends.clone();
        for e in self.p.edges_near(&area) {
            let Some(edge) = self.p.edge(e).filter(|e| e.points.len() > 2 * PIECE) else { continue };
            if edge.from == edge.to {
                // Joined last, so that a border that closes on itself starts where it did.
                self.joints.push(edge.from);
            }
            self.cut_up(e);
        }
        self.cut_ends = cut_ends;
    }

    /// Cuts a border in halves until its pieces are short.
    fn cut_up(&mut self, e: u32) {
        let n = self.p.edge(e).map_or(0, |e| e.points.len());
        if n > 2 * PIECE {
            let joint = self.cut(e, n / 2);
            self.joints.push(joint);
            let second = self.p.edges.len() as u32 - 1;
            self.cut_up(e);
            self.cut_up(second);
        }
    }

    /// Bends a border to a point of the line that lies beside it by rounding alone. A border that cannot be bent there
    /// without touching another stays, and the point is one in the open.
    fn pin(&mut self, at: Pt, rules: &Rules<'_>) {
        if self.hit(at) != Hit::Free {
            return;
        }
        let around = Box2::of_two(at, at).grown(1);
        let mut near: Option<(f64, u32, usize)> = None;
        for g in self.p.edges_near(&around) {
            let Some(edge) = self.p.edge(g).filter(|e| e.left == NO_FACE || (rules.obstacle)(&self.p, g)) else {
                continue;
            };
            for (i, w) in edge.points.windows(2).enumerate() {
                let d2 = self.dist2_unbent(at, w[0], w[1]);
                if d2 <= ROUNDING2_MM2 && near.is_none_or(|(best, _, _)| d2 < best) {
                    near = Some((d2, g, i));
                }
            }
        }
        if let Some((_, e, i)) = near
            && self.may_bend(e, i, at, &[])
        {
            self.put_vertex(e, i, at);
        }
    }

    /// Squared distance of a point from a segment, or, if that is less, from the one it was part of before it was bent,
    /// provided that the point is beside the part.
    fn dist2_unbent(&self, at: Pt, a: Pt, b: Pt) -> f64 {
        let now = dist2_to_segment(at, a, b);
        match self.unbent(a, b) {
            Some((c, d)) if now <= 4.0 * ROUNDING2_MM2 => now.min(dist2_to_segment(at, c, d)),
            _ => now,
        }
    }

    /// The face in which a point in the open lies, by the borders that have faces.
    fn open_face(&self, at: Pt) -> u32 {
        if self.hit(at) == Hit::Free { self.p.locate_among(at, |e| e.left != NO_FACE) } else { NO_FACE }
    }

    /// What the line from `a` to `b` meets first; its own end only where it meets nothing else on the way.
    fn first_stop(&self, a: Pt, b: Pt, rules: &Rules<'_>) -> Option<Stop> {
        let (dx, dy) = (f64::from(b.x) - f64::from(a.x), f64::from(b.y) - f64::from(a.y));
        // Part of the way from `a` to `b`.
        let along = |p: Pt| {
            let way = (f64::from(p.x) - f64::from(a.x)) * dx + (f64::from(p.y) - f64::from(a.y)) * dy;
            if p == b { f64::INFINITY } else { way / (dx * dx + dy * dy) }
        };
        let mut best: Option<(f64, Stop)> = None;
        // Square by square: what is met first is mostly met soon.
        let steps = dx.hypot(dy) / self.p.locator.side_mm() as f64;
        let steps = steps.ceil().clamp(1.0, self.p.edges.len() as f64 + 1.0);
        let place = |k: f64| {
            let part = k / steps;
            let at = |from: i32, run: f64| (f64::from(from) + run * part).round() as i32;
            Pt { x: at(a.x, dx), y: at(a.y, dy) }
        };
        let mut k = 0.0;
        while k < steps {
            // Grown by what rounding takes: whatever is met on this part of the way is in it.
            let area = Box2::of_two(place(k), place(k + 1.0)).grown(2);
            k += 1.0;
            for g in self.p.edges_near(&area) {
                let Some(edge) = self.p.edge(g) else { continue };
                if edge.left != NO_FACE && !(rules.obstacle)(&self.p, g) {
                    continue;
                }
                for (i, w) in edge.points.windows(2).enumerate() {
                    if Box2::of_two(w[0], w[1]).meets(&area)
                        && let Some((t, stop)) = stop_at((a, b), &along, (g, i), (w[0], w[1]))
                        && best.as_ref().is_none_or(|(u, _)| t < *u)
                    {
                        best = Some((t, stop));
                    }
                }
            }
            if best.as_ref().is_some_and(|(t, _)| *t < k / steps) {
                break;
            }
        }
        best.map(|(_, s)| s)
    }

    /// Notes a stretch along borders, segment by segment, cutting the border where the stretch ends within one.
    fn walk(&mut self, at: Pt, to: Pt) {
        self.node_or_vertex(to);
        self.node_or_vertex(at);
        self.note(at, to);
    }

    /// Makes sure that a point on a border is a vertex of it.
    fn node_or_vertex(&mut self, at: Pt) {
        if let Hit::Segment(e, i) = self.hit(at) {
            self.put_vertex(e, i, at);
        }
    }

    fn note(&mut self, a: Pt, b: Pt) {
        if !self.path.remove(&(b, a)) {
            self.path.insert((a, b));
        }
    }

    /// Draws a border from `a` to `b` in face `f`.
    fn put_path(&mut self, a: Pt, b: Pt, f: u32) {
        self.mark(f);
        let (m, n) = (self.node_at(a), self.node_at(b));
        self.add_edge(m, n, [a, b].into(), f);
        self.note(a, b);
    }

    /// The face into which a line from a border point `at` towards `to` runs, by the borders that have faces.
    pub fn sector(&self, at: Pt, to: Pt) -> u32 {
        let n = match self.hit(at) {
            Hit::Node(n) => n,
            Hit::Free => return self.p.locate_among(at, |e| e.left != NO_FACE),
            Hit::Vertex(..) | Hit::Segment(..) => {
                return sector_of_vertex(self, at, to);
            }
        };
        let Some(node) = self.p.node(n) else { return WORLD };
        let old: Vec<_> =
            node.halves.iter().copied().filter(|h| self.p.edge(h.edge()).is_some_and(|e| e.left != NO_FACE)).collect();
        if old.is_empty() {
            // Only new borders meet here: all of them were drawn in the same face.
            return node.halves.first().and_then(|h| self.drawn_in.get(&h.edge())).copied().unwrap_or(WORLD);
        }
        let before = old.iter().rev().find(|&&h| super::draft::before_in_turn(at, self.p.second(h), to));
        self.p.left(*before.or(old.last()).unwrap_or(&old[0]))
    }

    /// Nodes at which only one new border ends.
    pub fn loose_ends(&self) -> Vec<(u32, Pt)> {
        let nodes: BTreeSet<u32> =
            self.drawn_in.keys().filter_map(|&e| self.p.edge(e)).flat_map(|e| [e.from, e.to]).collect();
        nodes.into_iter().filter_map(|n| self.p.node(n).filter(|x| x.halves.len() == 1).map(|x| (n, x.at))).collect()
    }
}

/// Where segment `g` of a border, its number with that of the border before it, stops the way from `a` to `b`: the part
/// of the way (`along` for points on it) and how.
fn stop_at((a, b): (Pt, Pt), along: &dyn Fn(Pt) -> f64, (g, i): (u32, usize), (c, d): (Pt, Pt)) -> Option<(f64, Stop)> {
    match meet(a, b, c, d) {
        Meet::Apart => None,
        Meet::Touch(p) if p == a => None,
        Meet::Touch(p) => Some((along(p), Stop::At(p))),
        Meet::Overlap(p, q) if p == a || q == a => Some((-1.0, Stop::Along(if p == a { q } else { p }))),
        Meet::Overlap(p, q) => {
            let near = if along(p) < along(q) { p } else { q };
            Some((along(near), Stop::At(near)))
        }
        Meet::Cross => {
            let p = crossing_point(a, b, c, d);
            // By the crossing itself: of two borders less than a grid square apart both would round to one.
            let (before, after) = (cross(c, d, a) as f64, cross(c, d, b) as f64);
            let t = before / (before - after);
            // Rounded onto an old vertex the line goes there, unless it starts there already.
            let stop = if (p == c || p == d) && p != a { Stop::At(p) } else { Stop::Bend(g, i, p) };
            Some((t, stop))
        }
    }
}

/// Side of squares that hold few pieces of a line: by how much of it there is on its ground, and by how long its pieces
/// are; not under a quarter of a metre.
fn fitting_side_mm(line: &[Pt], area: &Box2) -> i32 {
    let length = chain_length(line).max(1.0);
    let by_ground = PIECES * (area.width() as f64 * area.height() as f64) / length;
    let by_piece = PIECES * length / line.len() as f64;
    by_ground.min(by_piece).clamp(256.0, f64::from(super::LOCATOR_SIDE_MM)) as i32
}

/// The sector at an inner vertex or within a segment of one border.
fn sector_of_vertex(d: &Draft, at: Pt, to: Pt) -> u32 {
    let (e, before, after) = match d.hit(at) {
        Hit::Vertex(e, i) => (e, i - 1, i + 1),
        Hit::Segment(e, i) => (e, i, i + 1),
        _ => return WORLD,
    };
    let Some(edge) = d.p.edge(e) else { return WORLD };
    if edge.left == NO_FACE {
        return d.drawn_in.get(&e).copied().unwrap_or(WORLD);
    }
    let (before, after) = (edge.points[before], edge.points[after]);
    // The left side of before→at→after is the sector counter-clockwise from `after` to `before`.
    let turn = |a: Pt, b: Pt| super::draft::before_in_turn(at, a, b);
    let in_left = match (turn(after, to), turn(to, before), turn(after, before)) {
        (x, y, true) => x && y,
        (x, y, false) => x || y,
    };
    if in_left { edge.left } else { edge.right }
}
