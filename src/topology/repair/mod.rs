//! Foreign polygons made into ones that fit: no crossings, no overlaps, no slivers between them.
//!
//! Owns: [`repair`], which gives each row the polygons it gets, and says what was done. Never: words for people, IO.
//! Read on in `node` (snap rounding), `plane` (faces), `decide` (who gets which face).
//!
//! **The rules**, in their order. All lengths and areas are compared as integers; nothing depends on the order of the
//! rows but where a lower row is named.
//! 1. What a row claims: each part by the even-odd rule of all its rings, the parts joined.
//! 2. Everything is noded with everything, standing ground too (`node`); the faces of that are what is given away.
//! 3. Standing ground is never changed. Where there is any, a row is at home on the open ground of which it claims
//!    most (the first of equal ones); what it claims elsewhere (other cells, other units, beyond the outline) is void.
//! 4. A face with one claim goes to its row.
//! 5. Faces with several claims, joined where they lie side by side with the same claims: the overlap goes as a whole to
//!    the row whose ground so far has the longest border with it, of equal ones to the lower row. First overlaps of two
//!    claims, then of three, and so on; "so far" is what was given before this number of claims. Before that: a row
//!    that has no ground so far goes before those that have (an enclave drawn over its surroundings, which would vanish);
//!    of several such the one that claims least in all, then the lower row.
//! 6. Faces of no row that lie within, joined where they lie side by side: a gap. If 2·area/perimeter is under the limit,
//!    or the area is, it joins the row with the longest border to it (of equal ones the lower), else it stays ground
//!    without a cell. Only rows at home on that ground count.
//! 7. A row that got nothing is left out.
//!
//! Exactly: Σ claimed + gaps filled = Σ given + overlaps resolved + claims void ([`Sums`]), where what a row claims
//! after noding differs from the area of its rings by at most 0.71 mm times their length in each round of noding.

mod decide;
mod node;
mod plane;

use super::{Misfit, OUTSIDE, Owner, Partition, Polygons, assemble};
use crate::geom::{Box2, Pt, anchor_of_polygons, ring_area2, rings_contain};
use std::collections::BTreeSet;
use thiserror::Error;

/// Rounds in which rows and standing borders bend to each other.
const SETTLING: usize = 8;

/// What is narrow enough to go to a neighbour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Gaps and overlaps with 2·area/perimeter under this many mm are slivers.
    pub width_mm: u32,
    /// As are those of less than this, mm².
    pub area_mm2: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { width_mm: 1000, area_mm2: 0 }
    }
}

/// The ground on which new polygons come to lie, as [`assemble`] takes it.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// Owners of open ground; what is beyond all of it is outside. `None`: all ground is open.
    pub grounds: Option<&'a [(Owner, Polygons)]>,
    /// Ground that stays as it is.
    pub fixed: &'a [(Owner, Polygons)],
}

/// Something that did not fit, and what was done about it. Rows are numbers from 0 of the claims given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// What.
    pub what: What,
    /// A point in it.
    pub at: Pt,
    /// Twice its area in mm².
    pub area2: i128,
    /// Whether it is narrower or smaller than the limits.
    pub sliver: bool,
}

/// What did not fit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// Ground that several rows claim.
    Overlap {
        /// Who claims it, ascending.
        rows: Vec<usize>,
        /// Who got it.
        to: usize,
    },
    /// Ground within that no row claims.
    Gap {
        /// Who got it; `None`: it stays ground without a cell.
        to: Option<usize>,
        /// The rows beside it, ascending.
        beside: Vec<usize>,
    },
    /// Ground that a row claims and that is not to be had.
    Void {
        /// The row.
        row: usize,
        /// Whose it is and stays; [`OUTSIDE`] beyond the outline.
        of: Owner,
    },
    /// Vertices put into a row's border where others meet it; nothing else was wrong with it.
    Joined {
        /// The row.
        row: usize,
        /// How many.
        vertices: u32,
    },
    /// A row that claims exactly what another does, and got nothing.
    Duplicate {
        /// The row.
        row: usize,
        /// The other.
        of: usize,
    },
    /// A row all of whose ground went to others.
    Covered {
        /// The row.
        row: usize,
        /// Who got most of it, if a row.
        by: Option<usize>,
    },
    /// A row without area after noding.
    Empty {
        /// The row.
        row: usize,
    },
}

/// Twice the areas in mm²; `claimed2 + filled2 + bent2 = given2 + overlaps2 + void2` exactly.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sums {
    /// What the rows claim after noding, each for itself.
    pub claimed2: i128,
    /// What they got.
    pub given2: i128,
    /// Overlaps, once for each claim beyond the first.
    pub overlaps2: i128,
    /// Claims to ground that was not to be had.
    pub void2: i128,
    /// Gaps filled.
    pub filled2: i128,
    /// What standing borders bent into or out of the rows when they were noded with what was given: 0 where nothing
    /// stands, else less than 3 mm times the length of what they bent along.
    pub bent2: i128,
    /// Ground that any row claims: the union.
    pub union2: i128,
}

/// Polygons that fit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Repaired {
    /// What each row got: outer rings counter-clockwise, holes clockwise; nothing for a row left out.
    pub polygons: Vec<Polygons>,
    /// What each row claims after noding, twice the area in mm².
    pub claimed2: Vec<i128>,
    /// What did not fit, by what it is and row.
    pub notes: Vec<Note>,
    /// The areas.
    pub sums: Sums,
}

/// Why there is no repair.
#[derive(Clone, PartialEq, Debug, Error)]
pub enum RepairError {
    /// The caller said stop.
    #[error("stopped")]
    Stopped,
    /// More crossings than any map has.
    #[error("the polygons cross each other too often")]
    Tangled {
        /// The row with most of them.
        row: usize,
        /// One of them.
        at: Pt,
    },
    /// What was made does not stand on the ground that is there.
    #[error("the borders are too close to those that are there")]
    Misfits(Vec<Misfit>),
}

/// How far it is, to a caller that may stop it.
pub(crate) struct Progress<'a>(Option<&'a mut dyn FnMut(f32) -> bool>);

impl Progress<'_> {
    fn at(&mut self, share: f32) -> Result<(), RepairError> {
        if self.0.as_mut().is_none_or(|f| f(share)) { Ok(()) } else { Err(RepairError::Stopped) }
    }

    #[cfg(test)]
    fn silent() -> Progress<'static> {
        Progress(None)
    }
}

/// Makes polygons fit each other and the ground they come to, by the rules above. `keep_going` gets a share of 0–1 and
/// stops by false. What was made is tried with [`assemble_onto`] before it is given out.
///
/// O((n + k) log n) for n vertices with k crossings; memory in proportion to n + k and to the claims of all faces.
///
/// # Errors
/// [`RepairError`]; nothing is half done.
pub fn repair(
    standing: Standing<'_>,
    claims: &[Polygons],
    limits: Limits,
    keep_going: &mut dyn FnMut(f32) -> bool,
) -> Result<Repaired, RepairError> {
    let mut go = Progress(Some(keep_going));
    let (sides, parts) = sides(standing, claims.iter());
    let row_of = |part: usize| parts.row_of_part.get(part).map_or(0, |r| *r as usize);
    let noded = node::node(sides, parts.count(), &mut go).map_err(|e| match e {
        RepairError::Tangled { row: part, at } => RepairError::Tangled { row: row_of(part), at },
        e => e,
    })?;
    let mut done = decide::decide(&noded, &parts, claims.len(), limits, &mut go)?;
    go.at(0.8)?;
    // Rows are numbered from above, where no identity is.
    let first = OUTSIDE - claims.len() as u64;
    let mut new: Vec<(Owner, Polygons)> = (first..).zip(std::mem::take(&mut done.polygons)).collect();
    // Standing borders get only the vertices of what was given; where that bends them otherwise than all claims did, what
    // was given bends with them.
    for _ in 0..SETTLING {
        let (_, bent) = onto(standing, &new, 0).map_err(RepairError::Misfits)?;
        match bent {
            Some(bent) if bent != new => new = bent,
            _ => break,
        }
        go.at(0.9)?;
    }
    done.polygons = new.into_iter().map(|(_, p)| p).collect();
    let given2 = done.polygons.iter().flatten().flatten().map(|r| ring_area2(r)).sum();
    done.sums.bent2 = given2 - done.sums.given2;
    done.sums.given2 = given2;
    go.at(1.0)?;
    done.notes.sort_by_key(|n| n.what.order());
    Ok(done)
}

/// [`assemble`] of what stands and of new polygons. Where those do not share every vertex with what stands, or with each
/// other, all is noded, which moves borders by 0.71 mm at most, and it is tried again.
///
/// # Errors
/// As [`assemble`]: those of what was given if it is not vertices that are missing. [`Misfit::Empty`] for what has no
/// ground, or none that is left after noding, be it new or not, and for what
/// is so thin that its anchor lies beside it or that lies beyond all open ground.
pub fn assemble_onto(standing: Standing<'_>, new: &[(Owner, Polygons)], rest: Owner) -> Result<Partition, Vec<Misfit>> {
    let (p, _) = onto(standing, new, rest)?;
    let owners: BTreeSet<Owner> = p.faces().map(|(_, f)| f.owner).collect();
    let gone = |(o, _): &&(Owner, Polygons)| !owners.contains(o);
    // What is thinner than the grid may have an anchor beside it, on ground of another; what lies beyond all open ground
    // would be an outline of its own.
    let open: Option<Vec<(Box2, &Vec<Vec<Pt>>)>> = standing
        .grounds
        .map(|g| g.iter().flat_map(|(_, p)| p).map(|part| (Box2::of(part.iter().flatten()), part)).collect());
    let on_ground = |a: Pt| {
        let within =
            |(area, part): &(Box2, &Vec<Vec<Pt>>)| area.contains(a) && rings_contain(part.iter().map(Vec::as_slice), a);
        open.as_ref().is_none_or(|o| o.iter().any(within))
    };
    let beside = |(o, given): &&(Owner, Polygons)| {
        anchor_of_polygons(given).is_none_or(|a| p.owner(p.locate(a)) != *o || !on_ground(a))
    };
    let empty = standing.fixed.iter().filter(gone).chain(new.iter().filter(beside));
    let empty = empty.map(|(_, given)| Misfit::Empty { at: points(given).next().unwrap_or_default() });
    let empty: Vec<Misfit> = empty.collect();
    if empty.is_empty() { Ok(p) } else { Err(empty) }
}

/// [`assemble_onto`], with the new polygons as they stand then, if noding was needed.
fn onto(
    standing: Standing<'_>,
    new: &[(Owner, Polygons)],
    rest: Owner,
) -> Result<(Partition, Option<Vec<(Owner, Polygons)>>), Vec<Misfit>> {
    let with = |fixed: &[(Owner, Polygons)], new: &[(Owner, Polygons)]| -> Vec<(Owner, Polygons)> {
        fixed.iter().chain(new).cloned().collect()
    };
    let misfits = match assemble(standing.grounds, &with(standing.fixed, new), rest) {
        Ok(p) => return Ok((p, None)),
        Err(m) => m,
    };
    let (sides, parts) = sides(standing, new.iter().map(|n| &n.1));
    // Borders that stand go to the vertices of what is new before crossings are looked for: else each would cross anew
    // where it was bent before.
    let mut go = Progress(None);
    let noded = node::snap(sides, parts.count(), &mut go).and_then(|n| node::node(n.sides, parts.count(), &mut go));
    let Ok(noded) = noded else { return Err(misfits) };
    let Ok([rows, fixed, open]) = decide::onto(&noded, &parts, new.len()) else { return Err(misfits) };
    // A point may come into a border that stands, none may go: where two run into each other so flatly that they would
    // become one, nothing is bent. Open ground has its points, or the rows on it have them.
    let of = |list: &[(Owner, Polygons)]| -> BTreeSet<(Owner, Pt)> {
        list.iter().flat_map(|(o, p)| points(p).map(|q| (*o, q))).collect()
    };
    let taken: BTreeSet<Pt> = rows.iter().flat_map(|(_, p)| points(p)).collect();
    let stay = of(standing.fixed).is_subset(&of(&fixed));
    let open_now = of(&open);
    let open_stays = |x: &(Owner, Pt)| open_now.contains(x) || taken.contains(&x.1);
    if !stay || !of(standing.grounds.unwrap_or_default()).iter().all(open_stays) {
        return Err(misfits);
    }
    let rows: Vec<(Owner, Polygons)> =
        rows.into_iter().zip(new).map(|((_, polygons), (owner, _))| (*owner, polygons)).collect();
    let open = standing.grounds.is_some().then_some(&open[..]);
    let p = assemble(open, &with(&fixed, &rows), rest)?;
    Ok((p, Some(rows)))
}

fn points(polygons: &Polygons) -> impl Iterator<Item = Pt> {
    polygons.iter().flatten().flatten().copied()
}

/// The sides of all parts, in the order: those of the rows, of standing ground, of open ground.
fn sides<'a>(standing: Standing<'_>, rows: impl Iterator<Item = &'a Polygons>) -> (Vec<node::Side>, decide::Parts) {
    let mut sides = Vec::new();
    let mut parts = 0u32;
    let mut add = |part: &[Vec<Pt>]| {
        for ring in part {
            for (i, &a) in ring.iter().enumerate() {
                let b = ring[(i + 1) % ring.len()];
                if a != b {
                    sides.push((a.min(b), a.max(b), parts));
                }
            }
        }
        parts += 1;
    };
    let mut row_of_part = Vec::new();
    for (row, polygons) in rows.enumerate() {
        for part in polygons {
            add(part);
            row_of_part.push(row as u32);
        }
    }
    let mut owner_of_part = Vec::new();
    let mut ground = |list: &[(Owner, Polygons)]| {
        for (owner, polygons) in list {
            for part in polygons {
                add(part);
                owner_of_part.push(*owner);
            }
        }
        owner_of_part.len() as u32
    };
    let first_fixed = row_of_part.len() as u32;
    let first_ground = first_fixed + ground(standing.fixed);
    ground(standing.grounds.unwrap_or_default());
    let open = standing.grounds.is_none();
    (sides, decide::Parts { row_of_part, owner_of_part, first_fixed, first_ground, open })
}

/// Whether the gaps and overlaps of polygons that fit as they are need repair: a face that no row owns, beside one, is a
/// sliver. `rows`: whether an owner is one of the new ones. O(edges).
pub fn has_slivers(p: &Partition, rows: impl Fn(Owner) -> bool, limits: Limits) -> bool {
    p.faces().filter(|(_, f)| f.owner != OUTSIDE && !rows(f.owner)).any(|(i, f)| {
        let beside = f.rings.iter().flat_map(|&h| p.ring(h)).any(|h| rows(p.owner(p.left(h.twin()))));
        beside && limits.is_sliver(f.area2, (p.perimeter_mm(i) * 1000.0) as u128)
    })
}

impl Limits {
    /// Whether ground is a sliver. `perimeter_um`: length of its border in µm.
    fn is_sliver(self, area2: i128, perimeter_um: u128) -> bool {
        let width = area2.unsigned_abs() * 1000 < u128::from(self.width_mm) * perimeter_um;
        width || area2.unsigned_abs() < 2 * u128::from(self.area_mm2)
    }
}

impl What {
    /// Sort, row.
    fn order(&self) -> (u8, usize) {
        match self {
            What::Overlap { to, .. } => (0, *to),
            What::Gap { to, beside } => (1, to.or(beside.first().copied()).unwrap_or(0)),
            What::Void { row, .. } => (2, *row),
            What::Duplicate { row, .. } => (3, *row),
            What::Covered { row, .. } => (4, *row),
            What::Empty { row } => (5, *row),
            What::Joined { row, .. } => (6, *row),
        }
    }
}

#[cfg(test)]
mod tests;
