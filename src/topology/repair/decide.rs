//! Who gets which face.

use super::node::Noded;
use super::plane::Plane;
use super::{Limits, Note, Progress, RepairError, Repaired, Sums, What};
use crate::geom::{Pt, anchor_of_polygons};
use crate::topology::{Misfit, OUTSIDE, Owner, Polygons};
use smallvec::SmallVec;
use std::collections::BTreeMap;

/// Claims to faces, all together, beyond which the drawing is taken as no map.
const CLAIMS: usize = 50_000_000;
/// Width up to which noding may have bent a border into other ground, mm.
const BENT_MM: u32 = 3;
/// "No row".
const NONE: u32 = u32::MAX;

/// Whose the parts are.
pub(super) struct Parts {
    /// Row of each part before `first_fixed`.
    pub row_of_part: Vec<u32>,
    /// Owner of each part from there on.
    pub owner_of_part: Vec<Owner>,
    pub first_fixed: u32,
    pub first_ground: u32,
    /// No ground stands yet: all of it is open.
    pub open: bool,
}

impl Parts {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.row_of_part.len() + self.owner_of_part.len()
    }
}

/// Rows, ascending.
type Rows = SmallVec<[u32; 2]>;

/// What is known of a face.
#[derive(Clone, Default)]
struct Ground {
    /// The open ground it is part of.
    open: Option<Owner>,
    /// Whose it is and stays, if it is not open.
    standing: Owner,
    /// Rows that claim it.
    claims: Rows,
    /// Those whose claim is good.
    good: Rows,
}

struct Deciding<'a> {
    plane: &'a Plane,
    grounds: Vec<Ground>,
    /// Row that got each face.
    to: Vec<u32>,
    /// Open ground each row is at home on.
    home: Vec<Option<Owner>>,
    limits: Limits,
    notes: Vec<Note>,
}

/// Faces side by side that are alike in something.
struct Region {
    faces: Vec<u32>,
    area2: i128,
    perimeter_um: u128,
    /// Length of common border with each row that has ground, µm.
    beside: BTreeMap<u32, u128>,
}

pub(super) fn decide(
    noded: &Noded,
    parts: &Parts,
    rows: usize,
    limits: Limits,
    go: &mut Progress<'_>,
) -> Result<Repaired, RepairError> {
    let mut segments: Vec<(Pt, Pt)> = noded.sides.iter().map(|s| (s.0, s.1)).collect();
    segments.dedup();
    let plane = Plane::of(segments);
    go.at(0.6)?;
    let grounds = grounds(&plane, noded, parts)?;
    let faces = plane.area2.len();
    let mut d =
        Deciding { plane: &plane, grounds, to: vec![NONE; faces], home: vec![None; rows], limits, notes: vec![] };
    d.settle();
    d.single();
    d.overlaps();
    go.at(0.7)?;
    let filled = d.gaps();
    let sums = d.sums(&filled);
    let mut claimed2 = vec![0; rows];
    for (g, area2) in d.grounds.iter().zip(&plane.area2) {
        g.claims.iter().for_each(|&r| claimed2[r as usize] += area2);
    }
    d.voids();
    d.losers(&claimed2);
    d.joined(noded, parts);
    let polygons = dissolved(&plane, &d.to, rows);
    Ok(Repaired { polygons, claimed2, notes: d.notes, sums })
}

/// The claims to each face: from the unbounded one, which nobody claims, over every border in turn.
fn grounds(plane: &Plane, noded: &Noded, parts: &Parts) -> Result<Vec<Ground>, RepairError> {
    let faces = plane.area2.len();
    // The sides of a segment, and the segments of a face.
    let mut first_side = Vec::with_capacity(plane.segments.len() + 1);
    let mut k = 0;
    for run in noded.sides.chunk_by(|x, y| (x.0, x.1) == (y.0, y.1)) {
        first_side.push(k);
        k += run.len();
    }
    first_side.push(k);
    let mut of_face: Vec<(u32, u32)> = plane.left.iter().enumerate().map(|(h, &f)| (f, h as u32)).collect();
    of_face.sort_unstable();
    let mut covering: Vec<Option<SmallVec<[u32; 2]>>> = vec![None; faces];
    covering[0] = Some(SmallVec::new());
    let mut queue = vec![0u32];
    let mut total = 0;
    while let Some(f) = queue.pop() {
        let from = of_face.partition_point(|x| x.0 < f);
        for &(_, h) in of_face[from..].iter().take_while(|x| x.0 == f) {
            let to = plane.left[(h ^ 1) as usize] as usize;
            if covering[to].is_some() {
                continue;
            }
            let mut now = covering[f as usize].clone().unwrap_or_default();
            let i = h as usize / 2;
            for s in &noded.sides[first_side[i]..first_side[i + 1]] {
                match now.binary_search(&s.2) {
                    Ok(k) => {
                        now.remove(k);
                    }
                    Err(k) => now.insert(k, s.2),
                }
            }
            total += now.len();
            if total > CLAIMS {
                let row = now.first().map_or(0, |&p| parts.row_of_part.get(p as usize).map_or(0, |r| *r as usize));
                return Err(RepairError::Tangled { row, at: plane.start(h) });
            }
            covering[to] = Some(now);
            queue.push(to as u32);
        }
    }
    let ground = |(f, covering): (usize, Option<SmallVec<[u32; 2]>>)| {
        let covering = covering.unwrap_or_default();
        let row = |p: &u32| parts.row_of_part.get(*p as usize).copied();
        let mut claims: Rows = covering.iter().filter_map(row).collect();
        claims.sort_unstable();
        claims.dedup();
        let owner = |p: &u32| parts.owner_of_part.get((*p - parts.first_fixed) as usize).copied();
        let fixed = covering.iter().find(|p| (parts.first_fixed..parts.first_ground).contains(p)).and_then(owner);
        let open = covering.iter().find(|p| **p >= parts.first_ground).and_then(owner);
        let open = if parts.open && f != 0 { Some(0) } else { open };
        let open = if fixed.is_some() { None } else { open };
        Ground { open, standing: fixed.unwrap_or(OUTSIDE), claims, good: Rows::new() }
    };
    Ok(covering.into_iter().enumerate().map(ground).collect())
}

impl Deciding<'_> {
    /// Where each row is at home, and which of its claims are good.
    fn settle(&mut self) {
        // By row: open grounds in the order of their first face, with what is claimed of them.
        let mut on: BTreeMap<u32, Vec<(Owner, i128)>> = BTreeMap::new();
        for (g, area2) in self.grounds.iter().zip(&self.plane.area2) {
            let Some(open) = g.open else { continue };
            for &r in &g.claims {
                let list = on.entry(r).or_default();
                match list.iter_mut().find(|x| x.0 == open) {
                    Some(x) => x.1 += area2,
                    None => list.push((open, *area2)),
                }
            }
        }
        for (r, list) in on {
            let most = list.iter().map(|x| x.1).max();
            self.home[r as usize] = list.iter().filter(|x| Some(x.1) == most).map(|x| x.0).min();
        }
        for g in &mut self.grounds {
            if let Some(open) = g.open {
                g.good = g.claims.iter().copied().filter(|r| self.home[*r as usize] == Some(open)).collect();
            }
        }
    }

    fn single(&mut self) {
        for (g, to) in self.grounds.iter().zip(&mut self.to) {
            if let [row] = g.good[..] {
                *to = row;
            }
        }
    }

    fn overlaps(&mut self) {
        let several: Vec<Option<&Rows>> =
            self.grounds.iter().map(|g| Some(&g.good).filter(|good| good.len() > 1)).collect();
        let level = |r: Region| (self.grounds[r.faces[0] as usize].good.len(), r);
        let mut all: Vec<(usize, Region)> = self.regions(&several).into_iter().map(level).collect();
        all.sort_by_key(|(n, r)| (*n, r.faces[0]));
        let mut claimed2 = vec![0i128; self.home.len()];
        for (g, area2) in self.grounds.iter().zip(&self.plane.area2) {
            g.good.iter().for_each(|&r| claimed2[r as usize] += area2);
        }
        for level in all.chunk_by_mut(|x, y| x.0 == y.0) {
            let mut has = vec![false; self.home.len()];
            self.to.iter().filter(|&&r| r != NONE).for_each(|&r| has[r as usize] = true);
            let mut given = Vec::with_capacity(level.len());
            for (_, region) in level.iter_mut() {
                region.beside = self.borders(&region.faces);
                let rows = &self.grounds[region.faces[0] as usize].good;
                let landless = rows.iter().copied().filter(|&r| !has[r as usize]);
                let to = landless.min_by_key(|&r| (claimed2[r as usize], r)).unwrap_or_else(|| {
                    let length = |r: u32| region.beside.get(&r).copied().unwrap_or(0);
                    rows.iter().copied().rev().max_by_key(|&r| length(r)).unwrap_or(NONE)
                });
                given.push(to);
            }
            for ((_, region), to) in level.iter().zip(given) {
                region.faces.iter().for_each(|&f| self.to[f as usize] = to);
                let rows = self.grounds[region.faces[0] as usize].good.iter().map(|&r| r as usize).collect();
                self.note(What::Overlap { rows, to: to as usize }, region);
            }
        }
    }

    /// Fills the gaps that are slivers; the faces filled.
    fn gaps(&mut self) -> Vec<u32> {
        let unclaimed = |(f, to): (usize, &u32)| self.grounds[f].open.filter(|_| f != 0 && *to == NONE);
        let unclaimed: Vec<Option<Owner>> = self.to.iter().enumerate().map(unclaimed).collect();
        let regions = self.regions(&unclaimed);
        let mut filled = Vec::new();
        let mut given: Vec<(Region, Option<u32>)> = Vec::new();
        for mut region in regions {
            let open = self.grounds[region.faces[0] as usize].open;
            region.beside = self.borders(&region.faces);
            region.beside.retain(|r, _| self.home[*r as usize] == open);
            let longest = region.beside.iter().rev().max_by_key(|x| x.1).map(|x| *x.0);
            if let Some(to) = longest {
                let sliver = self.limits.is_sliver(region.area2, region.perimeter_um);
                given.push((region, sliver.then_some(to)));
            }
        }
        for (region, to) in given {
            let beside = region.beside.keys().map(|r| *r as usize).collect();
            if let Some(to) = to {
                region.faces.iter().for_each(|&f| self.to[f as usize] = to);
                filled.extend(&region.faces);
            }
            self.note(What::Gap { to: to.map(|r| r as usize), beside }, &region);
        }
        filled
    }

    fn sums(&self, filled: &[u32]) -> Sums {
        let mut s = Sums::default();
        for (f, (g, &area2)) in self.grounds.iter().zip(&self.plane.area2).enumerate() {
            let (claims, good) = (g.claims.len() as i128, g.good.len() as i128);
            s.claimed2 += claims * area2;
            s.overlaps2 += (good - 1).max(0) * area2;
            s.void2 += (claims - good) * area2;
            s.given2 += if self.to[f] == NONE { 0 } else { area2 };
            s.union2 += if claims > 0 { area2 } else { 0 };
        }
        s.filled2 = filled.iter().map(|&f| self.plane.area2[f as usize]).sum();
        s
    }

    /// Claims to ground that was not to be had, by row and by whose it is.
    fn voids(&mut self) {
        let mut all: BTreeMap<(u32, Owner), Vec<u32>> = BTreeMap::new();
        for (f, g) in self.grounds.iter().enumerate() {
            for r in g.claims.iter().filter(|r| !g.good.contains(r)) {
                all.entry((*r, g.open.unwrap_or(g.standing))).or_default().push(f as u32);
            }
        }
        for ((row, of), faces) in all {
            let region = self.region(faces);
            self.note(What::Void { row: row as usize, of }, &region);
        }
    }

    /// Rows that got nothing.
    fn losers(&mut self, claimed2: &[i128]) {
        let mut has = vec![false; claimed2.len()];
        self.to.iter().filter(|&&r| r != NONE).for_each(|&r| has[r as usize] = true);
        if has.iter().all(|h| *h) {
            return;
        }
        let mut faces: Vec<Vec<u32>> = vec![Vec::new(); claimed2.len()];
        for (f, g) in self.grounds.iter().enumerate() {
            g.claims.iter().for_each(|&r| faces[r as usize].push(f as u32));
        }
        for row in (0..claimed2.len()).filter(|r| !has[*r]) {
            let own = &faces[row];
            let Some(&first) = own.first() else {
                self.notes.push(Note { what: What::Empty { row }, at: Pt::default(), area2: 0, sliver: false });
                continue;
            };
            let same = self.grounds[first as usize].claims.iter().map(|&r| r as usize);
            let twin = same.filter(|r| has[*r]).find(|&r| faces[r] == *own);
            let what = match twin {
                Some(of) => What::Duplicate { row, of },
                None => {
                    let mut by: BTreeMap<u32, i128> = BTreeMap::new();
                    for &f in own.iter().filter(|f| self.to[**f as usize] != NONE) {
                        *by.entry(self.to[f as usize]).or_default() += self.plane.area2[f as usize];
                    }
                    let by = by.iter().rev().max_by_key(|x| x.1).map(|x| *x.0 as usize);
                    What::Covered { row, by }
                }
            };
            let region = self.region(own.clone());
            self.note(what, &region);
        }
    }

    /// Rows into whose sides vertices were put, if nothing else is said of them.
    fn joined(&mut self, noded: &Noded, parts: &Parts) {
        let mut said = vec![false; self.home.len()];
        for n in &self.notes {
            match &n.what {
                What::Overlap { rows, .. } => rows.iter().for_each(|&r| said[r] = true),
                What::Gap { to: Some(row), .. }
                | What::Void { row, .. }
                | What::Duplicate { row, .. }
                | What::Covered { row, .. }
                | What::Empty { row } => said[*row] = true,
                What::Gap { to: None, .. } | What::Joined { .. } => {}
            }
        }
        let mut put: BTreeMap<u32, u32> = BTreeMap::new();
        for (&row, &n) in parts.row_of_part.iter().zip(&noded.put).filter(|x| *x.1 > 0 && !said[*x.0 as usize]) {
            *put.entry(row).or_default() += n;
        }
        let mut first: BTreeMap<u32, Pt> = BTreeMap::new();
        for s in noded.sides.iter().filter(|s| s.2 < parts.first_fixed) {
            let row = parts.row_of_part[s.2 as usize];
            if put.contains_key(&row) {
                first.entry(row).or_insert(s.0);
            }
        }
        for (row, vertices) in put {
            let at = first.get(&row).copied().unwrap_or_default();
            let what = What::Joined { row: row as usize, vertices };
            self.notes.push(Note { what, at, area2: 0, sliver: false });
        }
    }

    fn note(&mut self, what: What, region: &Region) {
        let largest = region.faces.iter().copied().max_by_key(|&f| (self.plane.area2[f as usize], f)).unwrap_or(0);
        let at = anchor_of_polygons(&[self.plane.polygon(largest)]).unwrap_or_default();
        let sliver = self.limits.is_sliver(region.area2, region.perimeter_um);
        self.notes.push(Note { what, at, area2: region.area2, sliver });
    }

    /// Faces that have a key, joined where those beside each other have the same; ascending by their first face.
    fn regions<K: PartialEq>(&self, keys: &[Option<K>]) -> Vec<Region> {
        let key = |f: u32| keys[f as usize].as_ref();
        let mut group: Vec<u32> = (0..keys.len() as u32).collect();
        for i in 0..self.plane.segments.len() {
            let (l, r) = (self.plane.left[2 * i], self.plane.left[2 * i + 1]);
            if l != r && key(l).is_some_and(|k| key(r) == Some(k)) {
                let (a, b) = (root(&mut group, l), root(&mut group, r));
                group[a.max(b) as usize] = a.min(b);
            }
        }
        let mut of: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for f in 0..keys.len() as u32 {
            if key(f).is_some() {
                of.entry(root(&mut group, f)).or_default().push(f);
            }
        }
        of.into_values().map(|faces| self.region(faces)).collect()
    }

    fn region(&self, faces: Vec<u32>) -> Region {
        let area2 = faces.iter().map(|&f| self.plane.area2[f as usize]).sum();
        let perimeter_um = self.outline(&faces).map(|h| self.length_um(h)).sum();
        Region { area2, perimeter_um, faces, beside: BTreeMap::new() }
    }

    /// The half-edges of faces that have none of them on the other side. `faces` ascending.
    fn outline<'b>(&'b self, faces: &'b [u32]) -> impl Iterator<Item = u32> + 'b {
        let halves = faces.iter().flat_map(|&f| self.plane.rings[f as usize].iter()).flat_map(|&h| self.plane.round(h));
        halves.filter(move |h| faces.binary_search(&self.plane.left[(h ^ 1) as usize]).is_err())
    }

    /// Length of common border with each row that has ground.
    fn borders(&self, faces: &[u32]) -> BTreeMap<u32, u128> {
        let mut out = BTreeMap::new();
        for h in self.outline(faces) {
            let row = self.to[self.plane.left[(h ^ 1) as usize] as usize];
            if row != NONE {
                *out.entry(row).or_default() += self.length_um(h);
            }
        }
        out
    }

    fn length_um(&self, h: u32) -> u128 {
        let s = self.plane.segments[h as usize / 2];
        (s.0.dist2(s.1).unsigned_abs() as u128 * 1_000_000).isqrt()
    }
}

/// The faces of each of `n` as polygons, borders between faces of one of them taken out.
fn dissolved(plane: &Plane, to: &[u32], n: usize) -> Vec<Polygons> {
    let side = |h: usize| to[plane.left[h] as usize];
    let kept: Vec<usize> = (0..plane.segments.len()).filter(|&i| side(2 * i) != side(2 * i + 1)).collect();
    let drawn = Plane::of(kept.iter().map(|&i| plane.segments[i]).collect());
    let mut out: Vec<Polygons> = vec![Vec::new(); n];
    for f in 1..drawn.rings.len() as u32 {
        let Some(&h) = drawn.rings[f as usize].first() else { continue };
        let of = side(2 * kept[h as usize / 2] + h as usize % 2);
        if of != NONE {
            out[of as usize].push(drawn.polygon(f));
        }
    }
    out
}

/// What is left of standing ground where rows that fit it but for vertices come to lie, all of it with the vertices that
/// the other has: polygons of the rows, of standing owners, of open ground. A row may take of what is not its ground only
/// what noding bent into it.
pub(super) fn onto(noded: &Noded, parts: &Parts, rows: usize) -> Result<[Vec<(Owner, Polygons)>; 3], Vec<Misfit>> {
    let mut segments: Vec<(Pt, Pt)> = noded.sides.iter().map(|s| (s.0, s.1)).collect();
    segments.dedup();
    let plane = Plane::of(segments);
    let grounds = grounds(&plane, noded, parts).map_err(|_| vec![])?;
    let mut d = Deciding {
        plane: &plane,
        to: vec![NONE; grounds.len()],
        home: vec![None; rows],
        grounds,
        limits: Limits { width_mm: BENT_MM, area_mm2: 0 },
        notes: vec![],
    };
    d.settle();
    let mut misfits = Vec::new();
    // Numbers after those of the rows: standing owners, then open ground.
    let mut standing: BTreeMap<(bool, Owner), u32> = BTreeMap::new();
    for f in 0..d.to.len() {
        let g = &d.grounds[f];
        let region = || d.region(vec![f as u32]);
        let thin = || {
            let r = region();
            d.limits.is_sliver(r.area2, r.perimeter_um)
        };
        d.to[f] = match (&g.claims[..], g.open) {
            ([], None) if g.standing == OUTSIDE => NONE,
            ([], open) => {
                let next = (rows + standing.len()) as u32;
                *standing.entry((open.is_some(), open.unwrap_or(g.standing))).or_insert(next)
            }
            ([row], _) if g.good.len() == 1 || thin() => *row,
            (claims, open) => {
                let at = plane.polygon(f as u32).first().and_then(|r| r.first().copied()).unwrap_or_default();
                let other = claims.get(1).map_or(open.unwrap_or(g.standing), |r| u64::from(*r));
                misfits.push(Misfit::Overlaps { at, owners: (u64::from(claims[0]), other) });
                NONE
            }
        };
    }
    if !misfits.is_empty() {
        return Err(misfits);
    }
    let mut all = dissolved(&plane, &d.to, rows + standing.len());
    let of = |open: bool, all: &mut Vec<Polygons>| -> Vec<(Owner, Polygons)> {
        let these = standing.iter().filter(|(k, _)| k.0 == open);
        these.map(|((_, owner), i)| (*owner, std::mem::take(&mut all[*i as usize]))).collect()
    };
    let (fixed, open) = (of(false, &mut all), of(true, &mut all));
    all.truncate(rows);
    Ok([(0..).zip(all).collect(), fixed, open])
}

fn root(group: &mut [u32], i: u32) -> u32 {
    let mut i = i;
    while group[i as usize] != i {
        group[i as usize] = group[group[i as usize] as usize];
        i = group[i as usize];
    }
    i
}
