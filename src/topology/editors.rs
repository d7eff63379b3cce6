//! Editors that change who owns which ground: draw, split, merge, give.

use super::draft::{Draft, Hit};
use super::overlay::Rules;
use super::segments::{Segments, self_crossing};
use super::{Half, OUTSIDE, Owner, Partition, PartitionPatch, TopologyError, WORLD};
use crate::geom::{
    Box2, Pt, anchor_of_polygons, chain_length, dist2_to_segment, foot_on_segment, ring_area2, ring_contains,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What [`draw`] did.
#[derive(Debug)]
pub struct Drawn {
    /// The new partition.
    pub partition: Partition,
    /// What changed.
    pub patch: PartitionPatch,
    /// Twice the area in mm² taken from each owner.
    pub taken: BTreeMap<Owner, i128>,
}

/// What [`split`] did.
#[derive(Debug)]
pub struct Parted {
    /// The new partition.
    pub partition: Partition,
    /// What changed.
    pub patch: PartitionPatch,
    /// Faces of the part that kept its owner and of the new one, after the edit.
    pub faces: (Vec<u32>, Vec<u32>),
}

/// What a drawing may do.
pub struct DrawRules<'a> {
    /// Who gets an owner's ground; `None`: it stays as it is.
    pub take: &'a dyn Fn(Owner) -> Option<Owner>,
    /// Who may lose all ground.
    pub may_vanish: &'a dyn Fn(Owner) -> bool,
    /// Whether ground on both sides of a border may be taken, by its points. Else only that on the side with more is.
    pub across: &'a dyn Fn(&[Pt]) -> bool,
}

impl<'a> DrawRules<'a> {
    /// Rules that no border divides.
    pub fn new(take: &'a dyn Fn(Owner) -> Option<Owner>, may_vanish: &'a dyn Fn(Owner) -> bool) -> DrawRules<'a> {
        DrawRules { take, may_vanish, across: &|_| true }
    }
}

/// Draws rings (the first an outer ring; others are holes where they lie in one, else further parts) and gives the
/// ground inside them to the owner that the rules name for the ground's owner of now.
///
/// New points are rounded to the grid, borders that the rings follow are shared, old vertices stay.
///
/// # Errors
/// A ring that crosses itself or has fewer than three points, two borders too close for the grid, no ground taken,
/// an owner that would lose all its ground (those that may vanish are no error).
pub fn draw(p: &Partition, rings: &[Vec<Pt>], rules: &DrawRules<'_>) -> Result<Drawn, TopologyError> {
    let rings = oriented(rings)?;
    let first = rings[0][0];
    let rings: Vec<Vec<Pt>> = rings.into_iter().map(|r| r.iter().copied().chain([r[0]]).collect()).collect();
    for &q in rings.iter().flatten() {
        Draft::in_range(q)?;
    }
    // What is crossed where nothing else is near is told before any of it is drawn; what is not so plain by the faces.
    let sides = Segments::of(rings.iter().flat_map(|r| r.windows(2)).map(|w| (w[0], w[1])));
    if let Some(at) = sides.clear_crossing() {
        return Err(TopologyError::SelfCrossing { at });
    }
    let (mut d, inside) = drawn_inside(p, &rings)?;
    let mut taken: BTreeMap<Owner, i128> = BTreeMap::new();
    for f in one_side(&d, &inside, rules) {
        let (owner, area2) = d.p.face(f).map_or((OUTSIDE, 0), |x| (x.owner, x.area2));
        if let Some(new) = (rules.take)(owner).filter(|n| *n != owner) {
            *taken.entry(owner).or_default() += area2;
            d.give(f, new);
        }
    }
    if taken.is_empty() {
        return Err(TopologyError::NoGround { at: first });
    }
    for &owner in taken.keys() {
        if !(rules.may_vanish)(owner) && d.p.faces_of(owner).is_empty() {
            let at = inside.iter().find_map(|&f| d.p.rings(f).first().and_then(|r| r.first().copied()));
            return Err(TopologyError::WouldVanish { at: at.unwrap_or(first), owner });
        }
    }
    d.clean(inside);
    let (partition, patch) = d.finish();
    Ok(Drawn { partition, patch, taken })
}

/// Closed rings drawn, and the faces inside them.
pub(super) fn drawn_inside(p: &Partition, rings: &[Vec<Pt>]) -> Result<(Draft, BTreeSet<u32>), TopologyError> {
    let mut d = Draft::new(p);
    for closed in rings {
        d.overlay(closed, &Rules { obstacle: &|_, _| true, inside: &|_| true })?;
    }
    d.trace();
    let inside = inside_faces(&d, rings[0][0])?;
    Ok((d, inside))
}

/// The faces inside that may be taken together: all, but of ground on two sides of a border that may not be crossed that on
/// the side with less (of equal ones the later). Sides that meet round the end of such a border are one.
fn one_side(d: &Draft, inside: &BTreeSet<u32>, rules: &DrawRules<'_>) -> Vec<u32> {
    let p = &d.p;
    let taken = |f: &u32| (rules.take)(p.owner(*f)).is_some_and(|n| n != p.owner(*f));
    let mut group: BTreeMap<u32, usize> = BTreeMap::new();
    let mut groups: Vec<(i128, Vec<u32>)> = Vec::new();
    let mut barred: BTreeSet<(u32, u32)> = BTreeSet::new();
    let all: BTreeSet<u32> = inside.iter().copied().filter(taken).collect();
    for &first in &all {
        if group.contains_key(&first) {
            continue;
        }
        group.insert(first, groups.len());
        let mut faces = vec![first];
        let mut next = 0;
        while let Some(&f) = faces.get(next) {
            next += 1;
            for h in p.face(f).map_or(&[][..], |f| &f.rings).iter().flat_map(|&r| p.ring(r)) {
                let g = p.left(h.twin());
                if g == f || !all.contains(&g) {
                    continue;
                }
                if !(rules.across)(p.edge(h.edge()).map_or(&[][..], |e| &e.points)) {
                    barred.insert((f, g));
                } else if group.insert(g, groups.len()).is_none() {
                    faces.push(g);
                }
            }
        }
        groups.push((faces.iter().filter_map(|&f| p.face(f)).map(|f| f.area2).sum(), faces));
    }
    let apart: BTreeSet<(usize, usize)> = barred.iter().map(|(f, g)| (group[f], group[g])).collect();
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(groups[i].0), i));
    let mut kept: BTreeSet<usize> = BTreeSet::new();
    for i in order {
        if kept.iter().all(|&k| !apart.contains(&(i, k)) && !apart.contains(&(k, i))) {
            kept.insert(i);
        }
    }
    kept.into_iter().flat_map(|i| std::mem::take(&mut groups[i].1)).collect()
}

/// Rings without repeated points, the outer ones counter-clockwise, holes clockwise (by how many others contain them).
pub(super) fn oriented(rings: &[Vec<Pt>]) -> Result<Vec<Vec<Pt>>, TopologyError> {
    let at = rings.first().and_then(|r| r.first()).copied().unwrap_or_default();
    let mut out: Vec<Vec<Pt>> = Vec::new();
    for ring in rings {
        let mut r = ring.clone();
        r.dedup();
        while r.len() > 1 && r.first() == r.last() {
            r.pop();
        }
        if r.len() < 3 || ring_area2(&r) == 0 {
            return Err(TopologyError::TooFew { at: r.first().copied().unwrap_or(at) });
        }
        out.push(r);
    }
    if out.is_empty() {
        return Err(TopologyError::TooFew { at });
    }
    // By a point within each: a hole may touch the ring round it with any of its vertices.
    let within = |r: &Vec<Pt>| {
        let mut r = r.clone();
        if ring_area2(&r) < 0 {
            r.reverse();
        }
        anchor_of_polygons(&[vec![r]])
    };
    let depth: Vec<usize> = match out.len() {
        1 => vec![0],
        n => {
            let larger = |j: usize, i: usize| ring_area2(&out[j]).abs() > ring_area2(&out[i]).abs();
            let points: Vec<Pt> = out.iter().map(|r| within(r).unwrap_or(r[0])).collect();
            (0..n).map(|i| (0..n).filter(|&j| larger(j, i) && ring_contains(&out[j], points[i])).count()).collect()
        }
    };
    for (r, depth) in out.iter_mut().zip(depth) {
        if (ring_area2(r) > 0) != (depth % 2 == 0) {
            r.reverse();
        }
    }
    Ok(out)
}

/// Borders that carry the drawn path, by direction.
pub(super) fn carried(d: &Draft) -> BTreeSet<Half> {
    let mut ahead: BTreeSet<Half> = BTreeSet::new();
    let p = &d.p;
    for e in p.edges_near(&Box2::of(d.path.iter().flat_map(|(a, b)| [a, b]))) {
        for w in p.edge(e).map_or(&[][..], |e| &e.points).windows(2) {
            if d.path.contains(&(w[0], w[1])) {
                ahead.insert(Half::new(e, false));
            } else if d.path.contains(&(w[1], w[0])) {
                ahead.insert(Half::new(e, true));
            }
        }
    }
    ahead
}

/// The faces on the left of the drawn path, and all that are reached from them without crossing it.
fn inside_faces(d: &Draft, first: Pt) -> Result<BTreeSet<u32>, TopologyError> {
    let p = &d.p;
    let ahead = carried(d);
    let barred: BTreeSet<u32> = ahead.iter().map(|h| h.edge()).collect();
    let mut seen: BTreeSet<u32> = ahead.iter().map(|&h| p.left(h)).collect();
    let mut queue: VecDeque<u32> = seen.iter().copied().collect();
    while let Some(f) = queue.pop_front() {
        for &r in p.face(f).map_or(&[][..], |f| &f.rings) {
            for h in p.ring(r) {
                let g = p.left(h.twin());
                if !barred.contains(&h.edge()) && seen.insert(g) {
                    queue.push_back(g);
                }
            }
        }
    }
    // A face both inside and beside the path's right, or the world itself inside, means that the ring crossed itself.
    let wrong = ahead.iter().find(|h| seen.contains(&p.left(h.twin())));
    if seen.is_empty() || wrong.is_some() || seen.contains(&WORLD) {
        let at = wrong.and_then(|h| p.points(*h).first().copied()).unwrap_or(first);
        return Err(TopologyError::SelfCrossing { at });
    }
    Ok(seen)
}

/// One owner whose ground is divided.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// The owner.
    pub owner: Owner,
    /// A point of the part that stays its; without it the larger part does.
    pub keep: Option<Pt>,
    /// Who gets the other part.
    pub new: Owner,
}

/// Splits an owner's ground by a line: the part that holds `keep` (without it: the larger part) keeps the owner, the
/// ground on the other side of the line goes to `new`. Parts of the line outside the ground leave no trace.
///
/// An end of the line inside the ground is carried to the border if one is within `attach_mm`.
///
/// # Errors
/// A loose end (with the gap to the border), a line that crosses itself, one that divides nothing, a `keep` outside.
pub fn split(
    p: &Partition,
    owner: Owner,
    line: &[Pt],
    keep: Option<Pt>,
    attach_mm: f64,
    new: Owner,
) -> Result<Parted, TopologyError> {
    let sides = sided(p, &BTreeSet::from([owner]), line, attach_mm, true)?;
    parted(p, sides, &[Cut { owner, keep, new }])
}

/// Splits the ground of several owners by one line, as [`split`] does that of one. Ends that divide nothing leave no
/// trace.
///
/// # Errors
/// As [`split`], but for loose ends; an owner whose ground the line does not divide.
pub fn cut(p: &Partition, cuts: &[Cut], line: &[Pt], attach_mm: f64) -> Result<Parted, TopologyError> {
    let owners = cuts.iter().map(|c| c.owner).collect();
    parted(p, sided(p, &owners, line, attach_mm, false)?, cuts)
}

/// Those of the owners whose ground a line divides.
///
/// # Errors
/// A line of fewer than two points or that crosses itself.
pub fn divided(
    p: &Partition,
    owners: &BTreeSet<Owner>,
    line: &[Pt],
    attach_mm: f64,
) -> Result<BTreeSet<Owner>, TopologyError> {
    let s = sided(p, owners, line, attach_mm, false)?;
    let on = |left: bool| -> BTreeSet<Owner> {
        s.side.iter().filter(|(_, l)| **l == left).map(|(f, _)| s.d.p.owner(*f)).collect()
    };
    Ok(on(true).intersection(&on(false)).copied().collect())
}

/// Ground with a line drawn through it.
struct Sided {
    d: Draft,
    /// The faces that the line divides: whether they lie on its left.
    side: BTreeMap<u32, bool>,
    first: Pt,
}

/// Draws a line through the ground of owners. `strict`: an end that is loose is an error.
fn sided(
    p: &Partition,
    owners: &BTreeSet<Owner>,
    line: &[Pt],
    attach_mm: f64,
    strict: bool,
) -> Result<Sided, TopologyError> {
    let faces: BTreeSet<u32> = match owners.len() {
        1 => owners.iter().flat_map(|&o| p.faces_of(o)).collect(),
        _ => p.faces().filter(|(_, f)| owners.contains(&f.owner)).map(|(i, _)| i).collect(),
    };
    let mut line = line.to_vec();
    line.dedup();
    let (Some(&first), Some(&last)) = (line.first(), line.last()) else {
        return Err(TopologyError::TooFew { at: Pt::default() });
    };
    if line.len() < 2 {
        return Err(TopologyError::TooFew { at: first });
    }
    for &q in &line {
        Draft::in_range(q)?;
    }
    if let Some(at) = self_crossing(&line) {
        return Err(TopologyError::SelfCrossing { at });
    }
    let mut d = Draft::new(p);
    let own = |p: &Partition, e: u32| p.edge(e).is_some_and(|e| faces.contains(&e.left) || faces.contains(&e.right));
    if first != last {
        let end = line.len() - 1;
        line[end] = carry(&mut d, last, &faces, attach_mm)?;
        line[0] = carry(&mut d, first, &faces, attach_mm)?;
        line.dedup();
    }
    d.overlay(&line, &Rules { obstacle: &own, inside: &|f| faces.contains(&f) })?;
    if d.drawn_in.is_empty() {
        return Err(TopologyError::NotDivided { at: first });
    }
    if let Some(&(_, at)) = d.loose_ends().first().filter(|_| strict) {
        let gap_mm = nearest_border(p, at, &faces).map_or(f64::INFINITY, |(_, _, d2)| d2.sqrt());
        return Err(TopologyError::Dangling { at, gap_mm });
    }
    let drawn: BTreeSet<u32> = d.drawn_in.keys().copied().collect();
    d.trace();
    // Two colours: crossing the drawn line changes the side. In each face that it divides the first stretch has the same
    // on its left.
    let mut side: BTreeMap<u32, bool> = BTreeMap::new();
    let ahead = carried(&d);
    for start in ahead.iter().filter(|h| drawn.contains(&h.edge())).map(|&h| d.p.left(h)) {
        if side.contains_key(&start) {
            continue;
        }
        side.insert(start, true);
        let mut queue = VecDeque::from([start]);
        while let Some(f) = queue.pop_front() {
            let here = side[&f];
            let rings = d.p.face(f).map_or(&[][..], |f| &f.rings);
            for h in rings.iter().flat_map(|&r| d.p.ring(r)).filter(|h| drawn.contains(&h.edge())) {
                let g = d.p.left(h.twin());
                // A stretch with a loose end has one face on both sides.
                if g == f {
                    continue;
                }
                match side.get(&g) {
                    None => {
                        side.insert(g, !here);
                        queue.push_back(g);
                    }
                    Some(&s) if s == here => {
                        let at = d.p.points(h).first().copied().unwrap_or(first);
                        return Err(TopologyError::SelfCrossing { at });
                    }
                    Some(_) => {}
                }
            }
        }
    }
    Ok(Sided { d, side, first })
}

/// Gives one side of the line to the new owners.
fn parted(p: &Partition, sided: Sided, cuts: &[Cut]) -> Result<Parted, TopologyError> {
    let Sided { mut d, side, first } = sided;
    for c in cuts {
        if let Some(at) = c.keep.filter(|&at| p.owner(p.locate(at)) != c.owner) {
            return Err(TopologyError::NotOnGround { at });
        }
        let own: Vec<(u32, bool)> =
            side.iter().map(|(f, l)| (*f, *l)).filter(|(f, _)| d.p.owner(*f) == c.owner).collect();
        let ground = |left: bool| -> i128 {
            own.iter().filter(|(_, l)| *l == left).filter_map(|(f, _)| d.p.face(*f)).map(|f| f.area2).sum()
        };
        let kept = c.keep.and_then(|at| side.get(&d.p.locate(at)).copied());
        let stays = kept.unwrap_or_else(|| ground(true) > ground(false));
        let parts: Vec<u32> = own.iter().filter(|(_, left)| *left != stays).map(|(f, _)| *f).collect();
        if parts.is_empty() || parts.len() == own.len() {
            let at = match cuts {
                [_] => first,
                _ => p.polygons(c.owner).iter().flatten().flatten().next().copied().unwrap_or(first),
            };
            return Err(TopologyError::NotDivided { at });
        }
        for f in parts {
            d.give(f, c.new);
        }
    }
    d.clean(side.keys().copied());
    let (partition, patch) = d.finish();
    let of = |owner: fn(&Cut) -> Owner| cuts.iter().flat_map(|c| partition.faces_of(owner(c))).collect();
    let faces = (of(|c| c.owner), of(|c| c.new));
    Ok(Parted { partition, patch, faces })
}

/// The segment of the faces' borders nearest to a point: edge, number, squared distance in mm².
fn nearest_border(p: &Partition, at: Pt, faces: &BTreeSet<u32>) -> Option<(u32, usize, f64)> {
    let mut best: Option<(u32, usize, f64)> = None;
    for (i, e) in p.edges() {
        if faces.contains(&e.left) || faces.contains(&e.right) {
            for (k, w) in e.points.windows(2).enumerate() {
                let d2 = dist2_to_segment(at, w[0], w[1]);
                if best.is_none_or(|(_, _, b)| d2 < b) {
                    best = Some((i, k, d2));
                }
            }
        }
    }
    best
}

/// Carries a line's end that lies in the open within `attach_mm` of a border of the faces to its foot point there.
pub(super) fn carry(d: &mut Draft, at: Pt, faces: &BTreeSet<u32>, attach_mm: f64) -> Result<Pt, TopologyError> {
    if d.hit(at) != Hit::Free || !faces.contains(&d.p.locate(at)) {
        return Ok(at);
    }
    let Some((e, i, _)) = nearest_border(&d.p, at, faces).filter(|(_, _, d2)| *d2 <= attach_mm * attach_mm) else {
        return Ok(at);
    };
    let Some((a, b)) = d.p.edge(e).map(|x| (x.points[i], x.points[i + 1])) else { return Ok(at) };
    let foot = foot_on_segment(at, a, b);
    if foot == a || foot == b || d.hit(foot) != Hit::Free {
        return Ok(foot);
    }
    d.bend(e, i, foot, &[])
}

/// Gives all ground of `others` to `survivor` and takes the borders between them away. `apart`: they need no common
/// border.
///
/// # Errors
/// An owner that has no common border with the rest.
pub fn merge(
    p: &Partition,
    survivor: Owner,
    others: &[Owner],
    apart: bool,
) -> Result<(Partition, PartitionPatch), TopologyError> {
    let all: BTreeSet<Owner> = others.iter().copied().chain([survivor]).collect();
    let mut joined = BTreeSet::from([survivor]);
    let faces: Vec<u32> = p.faces().filter(|(_, f)| all.contains(&f.owner)).map(|(i, _)| i).collect();
    loop {
        let before = joined.len();
        for &f in &faces {
            if joined.contains(&p.owner(f)) {
                for &r in p.face(f).map_or(&[][..], |f| &f.rings) {
                    let beside = p.ring(r).into_iter().map(|h| p.owner(p.left(h.twin())));
                    joined.extend(beside.filter(|o| all.contains(o)));
                }
            }
        }
        if joined.len() == before {
            break;
        }
    }
    if let Some(&owner) = all.difference(&joined).next().filter(|_| !apart) {
        let at = p.polygons(owner).first().and_then(|g| g.first()).and_then(|r| r.first().copied()).unwrap_or_default();
        return Err(TopologyError::Apart { at, owner });
    }
    Ok(give(p, &faces, survivor))
}

/// Length in mm of a face's border with each owner beside it. O(its border).
pub fn neighbours(p: &Partition, face: u32) -> BTreeMap<Owner, f64> {
    let mut out = BTreeMap::new();
    for h in p.face(face).map_or(&[][..], |f| &f.rings).iter().flat_map(|&r| p.ring(r)) {
        let length_mm = p.edge(h.edge()).map_or(0.0, |e| chain_length(&e.points));
        *out.entry(p.owner(p.left(h.twin()))).or_default() += length_mm;
    }
    out
}

/// Gives whole faces to an owner and takes the borders away that then have one owner on both sides.
pub fn give(p: &Partition, faces: &[u32], to: Owner) -> (Partition, PartitionPatch) {
    let mut d = Draft::new(p);
    for &f in faces {
        d.give(f, to);
    }
    d.clean(faces.iter().copied());
    d.finish()
}
