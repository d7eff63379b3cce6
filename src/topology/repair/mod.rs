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
//! Exactly: Σ claimed = Σ given + overlaps resolved + claims void − gaps filled ([`Sums`]), where what a row claims
//! after noding differs from the area of its rings by at most 0.71 mm times their length in each round of noding.

mod decide;
mod node;
mod plane;

use super::{Misfit, OUTSIDE, Owner, Partition, Polygons, assemble_onto};
use crate::geom::Pt;
use thiserror::Error;

pub(crate) use node::put_into;

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

/// The ground on which new polygons come to lie, as [`super::assemble`] takes it.
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

/// Twice the areas in mm²; `claimed2 = given2 + overlaps2 + void2 − filled2` exactly.
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
    // Parts in the order: those of the rows, of standing ground, of open ground.
    let mut sides = Vec::new();
    let mut row_of_part: Vec<u32> = Vec::new();
    let mut parts = 0u32;
    let mut add = |part: &[Vec<Pt>], parts: &mut u32| {
        for ring in part {
            for (i, &a) in ring.iter().enumerate() {
                let b = ring[(i + 1) % ring.len()];
                if a != b {
                    sides.push((a.min(b), a.max(b), *parts));
                }
            }
        }
        *parts += 1;
    };
    for (row, polygons) in claims.iter().enumerate() {
        for part in polygons {
            add(part, &mut parts);
            row_of_part.push(row as u32);
        }
    }
    let first_fixed = parts;
    let mut owner_of_part: Vec<Owner> = Vec::new();
    for (owner, polygons) in standing.fixed {
        for part in polygons {
            add(part, &mut parts);
            owner_of_part.push(*owner);
        }
    }
    let first_ground = parts;
    for (owner, polygons) in standing.grounds.unwrap_or_default() {
        for part in polygons {
            add(part, &mut parts);
            owner_of_part.push(*owner);
        }
    }
    let row_of = |part: usize| row_of_part.get(part).map_or(0, |r| *r as usize);
    let noded = node::node(sides, parts as usize, &mut go).map_err(|e| match e {
        RepairError::Tangled { row: part, at } => RepairError::Tangled { row: row_of(part), at },
        e => e,
    })?;
    let known =
        decide::Parts { row_of_part, owner_of_part, first_fixed, first_ground, open: standing.grounds.is_none() };
    let mut done = decide::decide(&noded, &known, claims.len(), limits, &mut go)?;
    go.at(0.8)?;
    // Rows are numbered from above, where no identity is.
    let new: Vec<(Owner, Polygons)> =
        done.polygons.iter().enumerate().map(|(i, p)| (OUTSIDE - 1 - i as u64, p.clone())).collect();
    assemble_onto(standing, &new, 0).map_err(RepairError::Misfits)?;
    go.at(1.0)?;
    done.notes.sort_by_key(|n| n.what.order());
    Ok(done)
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
