//! Any polygons made into a partition, on open ground or on ground that stands.
#![no_main]

use arbitrary::Arbitrary;
use getu::geom::{Pt, pt, ring_area2};
use getu::topology::repair::{Limits, RepairError, Standing, assemble_onto, repair};
use getu::topology::{Misfit, OUTSIDE, Owner, Polygons, check};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    /// Rows, parts, rings, points.
    rows: Vec<Vec<Vec<Vec<(i16, i16)>>>>,
    /// Millimetres from one number to the next, less one.
    step: u8,
    standing: Ground,
    width_mm: u16,
    area_mm2: u32,
}

#[derive(Arbitrary, Debug)]
enum Ground {
    None,
    /// A square of this half side.
    Open(i16),
    /// The same, and a slanting square in it that stays.
    Fixed(i16, i8),
}

fn square(r: i32, lean: i32) -> Vec<Pt> {
    vec![pt(-r, -r + lean), pt(r - lean, -r), pt(r, r - lean), pt(-r + lean, r)]
}

fuzz_target!(|input: Input| {
    let step = i32::from(input.step) + 1;
    let ring = |r: &Vec<(i16, i16)>| -> Vec<Pt> {
        r.iter().take(16).map(|&(x, y)| pt(i32::from(x) * step, i32::from(y) * step)).collect()
    };
    let row = |parts: &Vec<Vec<Vec<(i16, i16)>>>| -> Polygons {
        parts.iter().take(3).map(|p| p.iter().take(3).map(ring).filter(|r| r.len() > 2).collect()).collect()
    };
    let rows: Vec<Polygons> = input.rows.iter().take(6).map(row).collect();
    let side = |r: i16| i32::from(r).abs() * step + 10;
    let (grounds, fixed): (Option<Vec<(Owner, Polygons)>>, Vec<(Owner, Polygons)>) = match input.standing {
        Ground::None => (None, vec![]),
        Ground::Open(r) => (Some(vec![(0, vec![vec![square(side(r), 0)]])]), vec![]),
        Ground::Fixed(r, lean) => {
            let (all, inner) = (square(side(r), 0), square(side(r) / 2, i32::from(lean) % (side(r) / 4 + 1)));
            let hole = inner.iter().rev().copied().collect();
            (Some(vec![(0, vec![vec![all, hole]])]), vec![(7, vec![vec![inner]])])
        }
    };
    let standing = Standing { grounds: grounds.as_deref(), fixed: &fixed };
    let limits = Limits { width_mm: input.width_mm.into(), area_mm2: input.area_mm2.into() };
    let done = match repair(standing, &rows, limits, &mut |_| true) {
        Ok(done) => done,
        Err(RepairError::Stopped) => panic!("nobody said stop"),
        Err(_) => return,
    };
    let s = done.sums;
    assert_eq!(s.claimed2 + s.filled2 + s.bent2, s.given2 + s.overlaps2 + s.void2);
    assert_eq!(done.claimed2.iter().sum::<i128>(), s.claimed2);
    let area = |p: &Polygons| p.iter().flatten().map(|r| ring_area2(r)).sum::<i128>();
    assert_eq!(done.polygons.iter().map(area).sum::<i128>(), s.given2);
    // As an import does it: rows that got nothing are left out.
    let new: Vec<(Owner, Polygons)> =
        (100..).zip(done.polygons).filter(|(_, p): &(Owner, Polygons)| !p.is_empty()).collect();
    let p = match assemble_onto(standing, &new, 0) {
        Ok(p) => p,
        // Thinner than the grid, so that its anchor lies beside it: the row is refused.
        Err(m) if m.iter().all(|m| matches!(m, Misfit::Empty { .. })) => return,
        Err(m) => panic!("what was repaired does not fit: {m:?}"),
    };
    assert_eq!(check(&p), vec![]);
    for (owner, polygons) in &new {
        assert_eq!(p.polygons(*owner).iter().flatten().map(|r| ring_area2(r)).sum::<i128>(), area(polygons));
    }
    assert!(p.faces().all(|(_, f)| f.owner == OUTSIDE || f.owner < 100 + rows.len() as u64));
});
