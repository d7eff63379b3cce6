//! Narrow ground that an edit leaves and that its line did not ask for: slivers.
//!
//! A report for people, not a check of validity, so lengths are floats. The terms: a *neck* is a stretch of a face's
//! border, [`STRETCH_MM`] or longer, that has another part of the face's border across the face nearer than the limit, the
//! two being [`APART_MM`] or more apart along the border (so that a corner is no neck); a *spike* is a corner under
//! [`SPIKE_DEG`], seen between the points 1 m along the border on both sides; a *face* is narrow whose 2 × area / perimeter
//! is under the limit. It is *new* if no such thing stood within [`STOOD_MM`] of it before, and *asked for* if both of its
//! sides are the line that was drawn.

use super::segments::Segments;
use super::{Half, NO_FACE, OUTSIDE, Owner, Partition, PartitionPatch};
use crate::geom::{Box2, Pt};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// Length from which a narrow stretch counts, mm.
pub const STRETCH_MM: f64 = 2_000.0;
/// Way along the border from which two parts of it are opposite each other, and not the sides of one corner, mm.
pub const APART_MM: f64 = 4_000.0;
/// Corners under this are spikes, degrees.
pub const SPIKE_DEG: f64 = 10.0;
/// What stood this near before is not new, mm.
pub const STOOD_MM: f64 = 100.0;
/// Way along the border over which the angle of a corner is taken, mm.
const ARM_MM: f64 = 1_000.0;
/// Step in which borders are looked at, mm.
const STEP_MM: f64 = 100.0;
/// Length of the bits in which a long segment is compared with what is near it, mm.
const BIT_MM: f64 = 5_000.0;
/// What is not further than this to the left of a border's line is behind it: floats cannot tell.
const BEHIND_MM: f64 = 0.01;
/// A point this near to a line is on it: rounding moves a line by less.
const ON_MM: f64 = 1.5;

/// What is narrow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NarrowKind {
    /// A whole face.
    Face,
    /// A part of a face between two stretches of its border.
    Neck,
    /// A sharp corner.
    Spike,
}

/// A narrow place.
#[derive(Clone, PartialEq, Debug)]
pub struct Narrow {
    /// What it is.
    pub kind: NarrowKind,
    /// Whose ground.
    pub owner: Owner,
    /// The narrowest place of a neck, the corner of a spike, a border point of a face.
    pub at: Pt,
    /// Width there in mm; of a face 2 × area / perimeter, of a spike the width 1 m from its corner.
    pub width_mm: f64,
    /// Length in mm: of a neck that of its longer stretch, of a face half its perimeter.
    pub length_mm: f64,
    /// The stretch of border, to be shown.
    pub along: Vec<Pt>,
}

/// The narrow places under `width_mm` that `patch` (from `before` to `after`) leaves and that `drawn` (lines as they were
/// drawn; rings closed) did not ask for. Places that are seen from both of their sides are named once.
/// O(points of the rings beside the changed borders + length of their new segments / 0.1 m × segments within 5 m of each).
pub fn narrow(
    before: &Partition,
    after: &Partition,
    patch: &PartitionPatch,
    drawn: &[Vec<Pt>],
    width_mm: f64,
) -> Vec<Narrow> {
    let mut now = Rings::of(after);
    let mut then = Rings::of(before);
    let drawn = Drawn::of(drawn, before);
    let mut out = Vec::new();

    let thin_before: Vec<Box2> = (patch.faces.iter())
        .filter(|c| c.before.as_ref().is_some_and(|f| f.owner != OUTSIDE && thinness(before, c.slot) < width_mm))
        .map(|c| before.face_box(c.slot))
        .collect();
    // Faces that are narrow as a whole: their necks and spikes need no further word.
    let mut thin = BTreeSet::new();
    for c in &patch.faces {
        let Some(f) = c.after.as_ref().filter(|f| f.owner != OUTSIDE) else { continue };
        let width = thinness(after, c.slot);
        if width >= width_mm {
            continue;
        }
        thin.insert(c.slot);
        let stood = thin_before.iter().any(|b| near_boxes(b, &after.face_box(c.slot)));
        let rings = after.rings(c.slot);
        let asked = rings.iter().all(|r| closed(r).all(|(a, b)| drawn.made(mid(xy(a), xy(b)))));
        let Some(&at) = rings.first().and_then(|r| r.first()).filter(|_| !stood && !asked) else { continue };
        let (length_mm, along) = (after.perimeter_mm(c.slot) / 2.0, rings.into_iter().next().unwrap_or_default());
        out.push(Narrow { kind: NarrowKind::Face, owner: f.owner, at, width_mm: width, length_mm, along });
    }

    let changed = patch
        .edges
        .iter()
        .filter(|c| c.after.is_some())
        .flat_map(|c| [Half::new(c.slot, false), Half::new(c.slot, true)].map(|h| (h, after.left(h))));
    let changed: Vec<(Half, u32)> =
        changed.filter(|&(_, f)| f != NO_FACE && after.owner(f) != OUTSIDE && !thin.contains(&f)).collect();
    // Of a changed border most segments may have stood before; what is new lies beside one that did not.
    let stood: HashSet<(Pt, Pt)> = (patch.edges.iter().filter_map(|c| c.before.as_ref()))
        .flat_map(|e| e.points.windows(2).flat_map(|w| [(w[0], w[1]), (w[1], w[0])]))
        .collect();
    let is_new = |a: Pt, b: Pt| !stood.contains(&(a, b));

    let mut pieces: Vec<Piece> = Vec::new();
    for &(h, face) in &changed {
        now.pieces(h, face, width_mm, &is_new, &mut pieces);
    }
    pieces.retain(|p| !(drawn.made(p.q) && drawn.made(p.r) || then.stood(p, width_mm)));
    let necks = runs(pieces, &now);
    for run in &necks {
        let Some(least) = run.iter().min_by(|a, b| a.width.total_cmp(&b.width)) else { continue };
        out.push(Narrow {
            kind: NarrowKind::Neck,
            owner: after.owner(least.face),
            at: pt(mid(least.q, least.r)),
            width_mm: least.width,
            length_mm: run.iter().map(|p| p.length).sum(),
            along: run.iter().step_by(10).chain(run.last()).map(|p| pt(p.q)).collect(),
        });
    }

    let mut tips: Vec<(u32, Xy)> = Vec::new();
    let in_necks: Vec<&Piece> = necks.iter().flatten().collect();
    let places = Segments::of(in_necks.iter().map(|p| (pt(p.q), pt(p.q))));
    for &(h, face) in &changed {
        for tip in now.tips(h, &is_new) {
            let of_neck = |i: usize| in_necks[i].face == face && dist(in_necks[i].q, tip.at) < APART_MM;
            let told = places.any_near(&box_of(tip.at, APART_MM), |i, _| of_neck(i))
                || tips.iter().any(|&(f, at)| f == face && dist(at, tip.at) < STRETCH_MM);
            let asked = tip.halfway.iter().all(|&p| drawn.made(p));
            if told || asked || then.had_tip(tip.at) {
                continue;
            }
            tips.push((face, tip.at));
            let [a, b] = tip.arms;
            out.push(Narrow {
                kind: NarrowKind::Spike,
                owner: after.owner(face),
                at: pt(tip.at),
                width_mm: dist(a, b),
                length_mm: ARM_MM,
                along: [a, tip.at, b].map(pt).to_vec(),
            });
        }
    }
    out
}

/// 2 × area / perimeter of a face in mm: the width of a long strip.
fn thinness(p: &Partition, face: u32) -> f64 {
    p.face(face).map_or(f64::MAX, |f| f.area2 as f64 / p.perimeter_mm(face).max(1.0))
}

type Xy = (f64, f64);

fn xy(p: Pt) -> Xy {
    (f64::from(p.x), f64::from(p.y))
}

fn pt(p: Xy) -> Pt {
    Pt { x: p.0.round() as i32, y: p.1.round() as i32 }
}

fn mid(a: Xy, b: Xy) -> Xy {
    ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0)
}

fn dist(a: Xy, b: Xy) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

fn is_within(a: Xy, b: Xy, mm: f64) -> bool {
    (a.0 - b.0).powi(2) + (a.1 - b.1).powi(2) <= mm * mm
}

fn turn(d: Xy, e: Xy) -> f64 {
    d.0 * e.1 - d.1 * e.0
}

fn along(a: Xy, b: Xy, t: f64) -> Xy {
    (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
}

fn nearest(p: Xy, a: Xy, b: Xy) -> Xy {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let len2 = dx * dx + dy * dy;
    let t = if len2 > 0.0 { ((p.0 - a.0) * dx + (p.1 - a.1) * dy) / len2 } else { 0.0 };
    along(a, b, t.clamp(0.0, 1.0))
}

fn closed(ring: &[Pt]) -> impl Iterator<Item = (Pt, Pt)> + '_ {
    (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()]))
}

fn box_of(p: Xy, by: f64) -> Box2 {
    Box2::of(&[pt((p.0 - by - 1.0, p.1 - by - 1.0)), pt((p.0 + by + 1.0, p.1 + by + 1.0))])
}

fn near_boxes(a: &Box2, b: &Box2) -> bool {
    let by = STOOD_MM as i32;
    let within = |a: &Box2, b: &Box2| {
        let a = a.grown(by);
        a.contains(b.min) && a.contains(b.max)
    };
    within(a, b) && within(b, a)
}

/// The lines of an edit, told from the borders that were there.
struct Drawn<'a> {
    lines: Segments,
    before: &'a Partition,
    /// Borders that were there, as they are met.
    borders: RefCell<HashMap<u32, Rc<Segments>>>,
}

impl Drawn<'_> {
    fn of<'a>(lines: &[Vec<Pt>], before: &'a Partition) -> Drawn<'a> {
        let segments = lines.iter().flat_map(|l| l.windows(2).map(|w| (w[0], w[1])));
        Drawn { lines: Segments::of(segments), before, borders: RefCell::default() }
    }

    fn border(&self, e: u32) -> Rc<Segments> {
        let points = || self.before.edge(e).map_or(&[][..], |e| &e.points);
        self.borders.borrow_mut().entry(e).or_insert_with(|| Rc::new(Segments::of_line(points()))).clone()
    }

    /// Whether a border point came with the drawn line, and was no border point before.
    fn made(&self, p: Xy) -> bool {
        let area = box_of(p, ON_MM);
        let on = |_, (a, b): (Pt, Pt)| is_within(p, nearest(p, xy(a), xy(b)), ON_MM);
        self.lines.any_near(&area, on)
            && !self.before.edges_near(&area).into_iter().any(|e| self.border(e).any_near(&area, on))
    }
}

/// A short piece of a border with what lies opposite across the face.
struct Piece {
    face: u32,
    ring: usize,
    /// Where it begins along the ring, and how long it is.
    from: f64,
    length: f64,
    q: Xy,
    r: Xy,
    width: f64,
}

/// A corner under the limit: itself, the ends of its arms, the middles of its arms.
struct Tip {
    at: Xy,
    arms: [Xy; 2],
    halfway: [Xy; 2],
}

/// A segment of a border near some place: where it begins and ends along its ring.
#[derive(Clone, Copy)]
struct Near {
    a: Xy,
    b: Xy,
    ring: usize,
    from: f64,
    to: f64,
}

/// A half-edge: its segments, and where each begins along its ring; the end of the last, too.
struct Chain {
    ring: usize,
    segments: Segments,
    from: Vec<f64>,
}

/// Whether segments lie so near to each other along one ring that none is opposite another.
fn all_along(near: &[Near]) -> bool {
    let Some(first) = near.first() else { return true };
    let (from, to) = near.iter().fold((first.from, first.to), |(f, t), s| (f.min(s.from), t.max(s.to)));
    near.iter().all(|s| s.ring == first.ring) && to - from < APART_MM - 1.0
}

/// The rings of a partition with lengths along them, made as they are met.
struct Rings<'a> {
    p: &'a Partition,
    chains: HashMap<Half, Rc<Chain>>,
    at: HashMap<Half, (usize, f64)>,
    /// Half-edges with where each begins, and the whole length.
    rings: Vec<(Vec<(Half, f64)>, f64)>,
}

impl<'a> Rings<'a> {
    fn of(p: &'a Partition) -> Rings<'a> {
        Rings { p, chains: HashMap::new(), at: HashMap::new(), rings: Vec::new() }
    }

    /// Number of the ring of a half-edge, and where the half-edge begins along it.
    fn place(&mut self, h: Half) -> (usize, f64) {
        if let Some(&at) = self.at.get(&h) {
            return at;
        }
        let (mut halves, mut from) = (Vec::new(), 0.0);
        for half in self.p.ring(h) {
            self.at.insert(half, (self.rings.len(), from));
            halves.push((half, from));
            from += self.p.edge(half.edge()).map_or(0.0, |e| crate::geom::chain_length(&e.points));
        }
        self.rings.push((halves, from));
        self.at.get(&h).copied().unwrap_or_default()
    }

    fn chain(&mut self, h: Half) -> Rc<Chain> {
        if let Some(chain) = self.chains.get(&h) {
            return chain.clone();
        }
        let (ring, begin) = self.place(h);
        let points = self.p.points(h);
        let mut from = vec![begin];
        let mut at = begin;
        from.extend(points.windows(2).map(|w| {
            at += dist(xy(w[0]), xy(w[1]));
            at
        }));
        let chain = Rc::new(Chain { ring, segments: Segments::of_line(&points), from });
        self.chains.insert(h, chain.clone());
        chain
    }

    /// The way along the border between two places of rings.
    fn apart(&self, a: (usize, f64), b: (usize, f64)) -> f64 {
        if a.0 != b.0 {
            return f64::MAX;
        }
        let way = (a.1 - b.1).abs();
        way.min(self.rings.get(a.0).map_or(0.0, |r| r.1) - way)
    }

    /// The segments of a face's border in `area`, each with the face on its left.
    fn near(&mut self, area: &Box2, face: u32) -> Vec<Near> {
        let mut out = Vec::new();
        for e in self.p.edges_near(area) {
            for h in [Half::new(e, false), Half::new(e, true)] {
                if self.p.left(h) == face {
                    let c = self.chain(h);
                    c.segments.near(area, |i, (a, b)| {
                        out.push(Near { a: xy(a), b: xy(b), ring: c.ring, from: c.from[i], to: c.from[i + 1] });
                    });
                }
            }
        }
        out
    }

    /// The nearest border point across the face from `q` (at `pos` of a ring, the face on the left of direction `d`)
    /// within `width`, if the way there is free: it may graze a corner, but not cross a border.
    fn opposite(&self, q: Xy, pos: (usize, f64), d: Xy, near: &[Near], width: f64) -> Option<(Xy, f64)> {
        let mut best: Option<(Xy, f64)> = None;
        let run = d.0.hypot(d.1);
        for s in near {
            // What is all near along the border.
            if s.ring == pos.0 && (s.from - pos.1).abs().max((s.to - pos.1).abs()) < APART_MM - 1.0 {
                continue;
            }
            // The part of it that is not behind the border at q.
            let side = |p: Xy| turn(d, (p.0 - q.0, p.1 - q.1)) / run;
            let (left_a, left_b) = (side(s.a), side(s.b));
            let edge = || along(s.a, s.b, left_a / (left_a - left_b));
            let r = match (left_a > BEHIND_MM, left_b > BEHIND_MM) {
                (true, true) => nearest(q, s.a, s.b),
                (true, false) => nearest(q, s.a, edge()),
                (false, true) => nearest(q, edge(), s.b),
                (false, false) => continue,
            };
            let way = dist(q, r);
            if way <= width
                && best.is_none_or(|(_, w)| way < w)
                && self.apart(pos, (s.ring, s.from + dist(s.a, r))) > APART_MM
            {
                best = Some((r, way));
            }
        }
        let (r, way) = best?;
        // What is nearer on the way can only be a part of the border that is near along the border, too.
        let blocked = near.iter().any(|s| {
            let e = (r.0 - q.0, r.1 - q.1);
            let f = (s.b.0 - s.a.0, s.b.1 - s.a.1);
            let den = turn(e, f);
            let (t, u) = (turn((s.a.0 - q.0, s.a.1 - q.1), f) / den, turn((s.a.0 - q.0, s.a.1 - q.1), e) / den);
            let length = f.0.hypot(f.1);
            den != 0.0 && t * way > 0.5 && (1.0 - t) * way > 0.5 && u * length > 0.5 && (1.0 - u) * length > 0.5
        });
        (!blocked).then_some((r, way))
    }

    /// Adds the narrow pieces of a half-edge, and those of what lies within `width` of it across the face: the longer of
    /// two stretches may be on a border that did not change. A piece may be added several times.
    fn pieces(&mut self, h: Half, face: u32, width: f64, is_new: &dyn Fn(Pt, Pt) -> bool, out: &mut Vec<Piece>) {
        for w in self.p.points(h).windows(2).filter(|w| is_new(w[0], w[1])) {
            let (a, b) = (xy(w[0]), xy(w[1]));
            let reach = width as i32 + 1;
            let all = self.near(&Box2::of_two(w[0], w[1]).grown(2 * reach), face);
            // Bit by bit: the box of a long segment that runs aslant holds much that is nowhere near it.
            let bits = (dist(a, b) / BIT_MM).ceil().max(1.0);
            for i in 0..bits as u32 {
                let [f, t] = [0, 1].map(|j| pt(along(a, b, f64::from(i + j) / bits)));
                let area = Box2::of_two(f, t).grown(reach);
                let around = area.grown(reach);
                let near: Vec<Near> =
                    all.iter().filter(|s| Box2::of_two(pt(s.a), pt(s.b)).meets(&around)).copied().collect();
                if near.len() > 1 && !all_along(&near) {
                    near.iter().for_each(|s| self.walk(s, &area, face, &near, width, out));
                }
            }
        }
    }

    /// Adds the narrow pieces of the part of a segment in `area`. `near`: what can be opposite.
    fn walk(&self, s: &Near, area: &Box2, face: u32, near: &[Near], width: f64, out: &mut Vec<Piece>) {
        let whole = dist(s.a, s.b);
        let n = (whole / STEP_MM).ceil().max(1.0);
        let (length, d) = (whole / n, (s.b.0 - s.a.0, s.b.1 - s.a.1));
        // The steps that can be in the area are those between the feet of its corners.
        let corners = [area.min, area.max, Pt { x: area.min.x, y: area.max.y }, Pt { x: area.max.x, y: area.min.y }];
        let feet = corners.map(xy).map(|c| ((c.0 - s.a.0) * d.0 + (c.1 - s.a.1) * d.1) / (whole * length).max(1.0));
        let first = feet.into_iter().fold(n, f64::min).floor().max(0.0);
        let last = feet.into_iter().fold(0.0, f64::max).ceil().min(n);
        for i in first as u32..last as u32 {
            let t = (f64::from(i) + 0.5) / n;
            let q = along(s.a, s.b, t);
            if !area.contains(pt(q)) {
                continue;
            }
            if let Some((r, width)) = self.opposite(q, (s.ring, s.from + t * whole), d, near, width) {
                out.push(Piece { face, ring: s.ring, from: s.from + f64::from(i) * length, length, q, r, width });
            }
        }
    }

    /// Whether this partition has a narrow place where a piece of another has one, in the face that was there.
    fn stood(&mut self, p: &Piece, width: f64) -> bool {
        let face = self.p.locate(pt(mid(p.q, p.r)));
        if self.p.owner(face) == OUTSIDE {
            return false;
        }
        let here = self.near(&box_of(p.q, STOOD_MM), face);
        let across = self.near(&box_of(p.r, STOOD_MM), face);
        here.iter().any(|t| {
            let q = nearest(p.q, t.a, t.b);
            let (pos, d) = ((t.ring, t.from + dist(t.a, q)), (t.b.0 - t.a.0, t.b.1 - t.a.1));
            dist(q, p.q) <= STOOD_MM
                && across.iter().any(|s| {
                    let r = nearest(p.r, s.a, s.b);
                    dist(r, p.r) <= STOOD_MM
                        && dist(q, r) <= width + 2.0 * STOOD_MM
                        && turn(d, (r.0 - q.0, r.1 - q.1)) > 0.0
                        && self.apart(pos, (s.ring, s.from + dist(s.a, r))) > APART_MM - 4.0 * STOOD_MM
                })
        })
    }

    /// The point at a place of a ring.
    fn point(&mut self, ring: usize, at: f64) -> Option<Xy> {
        let (halves, whole) = self.rings.get(ring)?;
        let at = at.rem_euclid(*whole);
        let i = halves.partition_point(|h| h.1 <= at).checked_sub(1)?;
        let h = halves.get(i)?.0;
        let c = self.chain(h);
        let last = c.from.len().checked_sub(2)?;
        let k = c.from[1..].partition_point(|&end| end < at);
        let (a, b) = c.segments.get(k.min(last))?;
        if k > last {
            return Some(xy(b));
        }
        let length = dist(xy(a), xy(b));
        Some(along(xy(a), xy(b), ((at - c.from[k]) / length.max(1e-9)).clamp(0.0, 1.0)))
    }

    /// The corner at a place of a ring, if it is under the limit.
    fn tip(&mut self, ring: usize, pos: f64, at: Xy) -> Option<Tip> {
        if self.rings.get(ring)?.1 < 2.0 * APART_MM {
            return None;
        }
        let mut arm = |by: f64| self.point(ring, pos + by);
        let (f, b) = (arm(ARM_MM)?, arm(-ARM_MM)?);
        let (df, db) = ((f.0 - at.0, f.1 - at.1), (b.0 - at.0, b.1 - at.1));
        let angle = turn(df, db).atan2(df.0 * db.0 + df.1 * db.1).to_degrees();
        let halfway = [arm(ARM_MM / 2.0)?, arm(-ARM_MM / 2.0)?];
        (0.0..SPIKE_DEG).contains(&angle).then_some(Tip { at, arms: [f, b], halfway })
    }

    /// The corners under the limit along a half-edge, its ends included, within an arm of what `is_new`.
    fn tips(&mut self, h: Half, is_new: &dyn Fn(Pt, Pt) -> bool) -> Vec<Tip> {
        let (ring, mut pos) = self.place(h);
        let points = self.p.points(h);
        let new = Segments::of(points.windows(2).filter(|w| is_new(w[0], w[1])).map(|w| (w[0], w[1])));
        let mut out = Vec::new();
        for (i, &p) in points.iter().enumerate() {
            let ends_new = points[i.saturating_sub(1)..points.len().min(i + 2)].windows(2).any(|w| is_new(w[0], w[1]));
            let p = xy(p);
            let beside = |_, (a, b): (Pt, Pt)| is_within(p, nearest(p, xy(a), xy(b)), ARM_MM);
            if ends_new || new.any_near(&box_of(p, ARM_MM), beside) {
                out.extend(self.tip(ring, pos, p));
            }
            pos += points.get(i + 1).map_or(0.0, |&n| dist(p, xy(n)));
        }
        out
    }

    /// Whether there is a corner under the limit near a place.
    fn had_tip(&mut self, at: Xy) -> bool {
        let area = box_of(at, STOOD_MM);
        let edges = self.p.edges_near(&area);
        edges.into_iter().any(|e| {
            [Half::new(e, false), Half::new(e, true)].into_iter().any(|h| {
                let beside = self.p.points(h).iter().any(|&p| dist(xy(p), at) <= STOOD_MM);
                beside
                    && self.p.owner(self.p.left(h)) != OUTSIDE
                    && self
                        .tips(h, &|a, b| [a, b].into_iter().any(|v| dist(xy(v), at) <= STOOD_MM))
                        .iter()
                        .any(|t| dist(t.at, at) <= STOOD_MM)
            })
        })
    }
}

/// Pieces put together to stretches long enough; of two stretches that face each other one is kept.
fn runs(mut pieces: Vec<Piece>, rings: &Rings) -> Vec<Vec<Piece>> {
    pieces.sort_by(|a, b| a.ring.cmp(&b.ring).then(a.from.total_cmp(&b.from)));
    pieces.dedup_by(|a, b| a.ring == b.ring && (a.from - b.from).abs() < a.length / 2.0);
    let mut all: Vec<Vec<Piece>> = Vec::new();
    for p in pieces {
        match all.last_mut() {
            Some(run) if run.last().is_some_and(|l| l.ring == p.ring && p.from - l.from - l.length < STEP_MM) => {
                run.push(p);
            }
            _ => all.push(vec![p]),
        }
    }
    // A stretch over the place where its ring begins.
    let mut i = 0;
    while i < all.len() {
        let ends = all[i].last().is_some_and(|l| {
            let whole = rings.rings.get(l.ring).map_or(0.0, |r| r.1);
            l.from + l.length > whole - STEP_MM
        });
        let begins = |r: &Vec<Piece>| r[0].ring == all[i][0].ring && r[0].from < STEP_MM;
        let first = if ends { all[..i].iter().position(begins) } else { None };
        if let Some(j) = first {
            let start = std::mem::take(&mut all[j]);
            all[i].extend(start);
            all.remove(j);
        } else {
            i += 1;
        }
    }
    all.retain(|r| r.iter().map(|p| p.length).sum::<f64>() >= STRETCH_MM);
    all.sort_by(|a, b| {
        let length = |r: &[Piece]| r.iter().map(|p| p.length).sum::<f64>();
        length(b).total_cmp(&length(a))
    });
    let mut kept: Vec<Vec<Piece>> = Vec::new();
    for run in all {
        let middle = &run[run.len() / 2];
        let seen = kept.iter().flatten().any(|k| k.face == middle.face && dist(k.r, middle.q) < 2.0 * STEP_MM);
        if !seen {
            kept.push(run);
        }
    }
    kept
}

#[cfg(test)]
pub(super) mod tests;
