//! Small cases of every rule, the areas term by term, jittered partitions, and what comes out standing as a partition.

use super::*;
use crate::geom::{pt, ring_area2};
use crate::topology::{assemble, check};
use proptest::prelude::*;

fn rect(x: i32, y: i32, w: i32, h: i32) -> Vec<Pt> {
    [(x, y), (x + w, y), (x + w, y + h), (x, y + h)].map(|(x, y)| pt(x * 1000, y * 1000)).to_vec()
}

fn one(ring: Vec<Pt>) -> Polygons {
    vec![vec![ring]]
}

const EMPTY: Standing<'static> = Standing { grounds: None, fixed: &[] };

fn mend(standing: Standing<'_>, claims: &[Polygons]) -> Repaired {
    let r = repair(standing, claims, Limits::default(), &mut |_| true).unwrap();
    sound(standing, &r);
    r
}

/// The areas agree term by term, and what came out stands as a valid partition.
fn sound(standing: Standing<'_>, r: &Repaired) {
    let s = r.sums;
    assert_eq!(s.claimed2 + s.filled2 + s.bent2, s.given2 + s.overlaps2 + s.void2, "{s:?}");
    assert!(s.bent2 == 0 || standing.grounds.is_some(), "{s:?}");
    assert_eq!(r.claimed2.iter().sum::<i128>(), s.claimed2);
    let area = |p: &Polygons| p.iter().flatten().map(|ring| ring_area2(ring)).sum::<i128>();
    assert_eq!(r.polygons.iter().map(area).sum::<i128>(), s.given2);
    let resolved = |pick: &dyn Fn(&What) -> Option<i128>| -> i128 {
        r.notes.iter().filter_map(|n| Some(pick(&n.what)? * n.area2)).sum()
    };
    assert_eq!(resolved(&|w| matches!(w, What::Overlap { .. }).then(|| overlap_of(w) - 1)), s.overlaps2);
    assert_eq!(resolved(&|w| matches!(w, What::Void { .. }).then_some(1)), s.void2);
    assert_eq!(resolved(&|w| matches!(w, What::Gap { to: Some(_), .. }).then_some(1)), s.filled2);
    let got = r.polygons.iter().enumerate().filter(|(_, p)| !p.is_empty());
    let new: Vec<(Owner, Polygons)> = got.map(|(i, p)| (1000 + i as u64, p.clone())).collect();
    let p = assemble_onto(standing, &new, 0).unwrap();
    assert_eq!(check(&p), vec![]);
    for (owner, polygons) in &new {
        let got: i128 = p.faces_of(*owner).iter().filter_map(|&f| p.face(f)).map(|f| f.area2).sum();
        assert_eq!(got, area(polygons));
    }
}

fn overlap_of(w: &What) -> i128 {
    if let What::Overlap { rows, .. } = w { rows.len() as i128 } else { 0 }
}

fn m2(p: &Polygons) -> f64 {
    p.iter().flatten().map(|r| ring_area2(r)).sum::<i128>() as f64 / 2e6
}

#[test]
fn what_has_no_ground_left_does_not_come_to_stand() {
    let at = pt(5, 5);
    let needle = one(vec![at, pt(5000, 5)]);
    let flat = one(vec![at, pt(9000, 5), pt(4000, 5)]);
    for new in [needle, flat, vec![], vec![vec![]]] {
        let given = [(1, one(rect(0, 0, 10, 10))), (2, new)];
        let why = assemble_onto(EMPTY, &given, 0).unwrap_err();
        assert!(!why.is_empty(), "{given:?}");
    }
    assert!(assemble_onto(EMPTY, &[(1, one(rect(0, 0, 10, 10)))], 0).is_ok());
    // Thinner than the grid: no point lies within, and its anchor is a corner that lies on ground of another.
    let thin = one(vec![pt(10_000, 9000), pt(5000, 9001), pt(0, 9000)]);
    let grounds = [(7, one(vec![pt(0, 0), pt(10_000, 0), pt(10_000, 9000), pt(5000, 9001), pt(0, 9000)]))];
    let grounds = Standing { grounds: Some(&grounds), fixed: &[] };
    assert_eq!(assemble_onto(grounds, &[(1, thin)], 0).unwrap_err(), vec![Misfit::Empty { at: pt(10_000, 9000) }]);
    // Beyond all open ground.
    let beyond = [(1, one(rect(50, 50, 10, 10)))];
    assert_eq!(assemble_onto(grounds, &beyond, 0).unwrap_err(), vec![Misfit::Empty { at: pt(50_000, 50_000) }]);
    // A needle that stands and would be bent to nothing by the corner that comes to it.
    let fixed = [(7, one(vec![pt(0, 0), pt(20_000, 2), pt(5001, 1)]))];
    let corner = [(1, one(vec![pt(9000, -3000), pt(11_000, -3000), pt(10_000, 1)]))];
    let standing = Standing { grounds: None, fixed: &fixed };
    assert!(!assemble_onto(standing, &corner, 0).unwrap_err().is_empty());
}

#[test]
fn no_point_of_what_stands_is_lost() {
    // A wedge whose tip would be cut off by half a metre where the corner puts a vertex into one of its sides.
    let fixed = [(7, one(vec![pt(0, 0), pt(0, -14), pt(20_000, 0)]))];
    let standing = Standing { grounds: None, fixed: &fixed };
    let corner = |x: i32| [(1, one(vec![pt(x - 500, 3000), pt(x, 0), pt(x + 1000, 3000)]))];
    assert!(assemble_onto(standing, &corner(19_500), 0).is_err());
    let p = assemble_onto(standing, &corner(10_000), 0).unwrap();
    assert_eq!(check(&p), vec![]);
    assert!(p.edges().any(|(_, e)| e.points.contains(&pt(20_000, 0))));
}

#[test]
fn polygons_that_fit_stay_as_they_are() {
    let claims = [one(rect(0, 0, 10, 10)), one(rect(10, 0, 10, 10))];
    let r = mend(EMPTY, &claims);
    assert!(r.notes.is_empty());
    for (got, was) in r.polygons.iter().zip(&claims) {
        assert_eq!(m2(got), m2(was));
        assert_eq!(got[0][0].len(), 4);
    }
}

#[test]
fn a_border_that_lacks_a_vertex_gets_it() {
    // One long cell beside two short ones.
    let r = mend(EMPTY, &[one(rect(0, 0, 10, 20)), one(rect(10, 0, 10, 10)), one(rect(10, 10, 10, 10))]);
    assert_eq!(r.notes.iter().map(|n| n.what.clone()).collect::<Vec<_>>(), [What::Joined { row: 0, vertices: 1 }]);
    assert_eq!(r.polygons[0][0][0].len(), 5);
    assert_eq!(m2(&r.polygons[0]), 200.0);
}

#[test]
fn an_overlap_goes_to_the_longer_border_then_to_the_lower_row() {
    // The second reaches a metre into the first along 10 m; equal borders.
    let r = mend(EMPTY, &[one(rect(0, 0, 10, 10)), one(rect(9, 0, 10, 10))]);
    assert_eq!(r.notes[0].what, What::Overlap { rows: vec![0, 1], to: 0 });
    assert_eq!((m2(&r.polygons[0]), m2(&r.polygons[1])), (100.0, 90.0));
    // A tongue of the first into the second: three sides of it lie in the second's ground.
    let tongue = vec![
        pt(0, 0),
        pt(10_000, 0),
        pt(10_000, 4000),
        pt(14_000, 4000),
        pt(14_000, 6000),
        pt(10_000, 6000),
        pt(10_000, 10_000),
        pt(0, 10_000),
    ];
    let r = mend(EMPTY, &[one(tongue), one(rect(10, 0, 10, 10))]);
    assert_eq!(r.notes[0].what, What::Overlap { rows: vec![0, 1], to: 1 });
    assert_eq!((m2(&r.polygons[0]), m2(&r.polygons[1])), (100.0, 100.0));
}

#[test]
fn an_enclave_drawn_over_its_surroundings_is_kept() {
    let r = mend(EMPTY, &[one(rect(0, 0, 30, 30)), one(rect(5, 5, 20, 20)), one(rect(10, 10, 2, 2))]);
    assert_eq!(r.polygons.iter().map(m2).collect::<Vec<_>>(), [500.0, 396.0, 4.0]);
    assert_eq!(r.polygons[0][0].len(), 2);
}

#[test]
fn of_equal_polygons_the_first_is_kept() {
    let r = mend(EMPTY, &[one(rect(0, 0, 10, 10)), one(rect(10, 0, 5, 10)), one(rect(0, 0, 10, 10))]);
    assert!(r.notes.iter().any(|n| n.what == What::Duplicate { row: 2, of: 0 }));
    assert_eq!(r.polygons.iter().map(m2).collect::<Vec<_>>(), [100.0, 50.0, 0.0]);
}

#[test]
fn narrow_gaps_are_filled_and_wide_ones_stay() {
    // 0.5 m between two cells, closed at both ends by a third and a fourth; and a courtyard of 3 m in the last.
    let mm = |x0: i32, y0: i32, x1: i32, y1: i32| vec![pt(x0, y0), pt(x1, y0), pt(x1, y1), pt(x0, y1)];
    let yard: Vec<Pt> = mm(3000, 23_000, 6000, 26_000).into_iter().rev().collect();
    let claims = [
        one(mm(0, 0, 10_000, 10_000)),
        one(mm(10_500, 0, 20_000, 10_000)),
        one(mm(0, -5000, 20_000, 0)),
        vec![vec![mm(0, 10_000, 20_000, 30_000), yard]],
    ];
    let r = mend(EMPTY, &claims);
    let gaps: Vec<_> = r
        .notes
        .iter()
        .filter(|n| matches!(n.what, What::Gap { .. }))
        .map(|n| (n.what.clone(), n.area2, n.sliver))
        .collect();
    assert_eq!(
        gaps,
        [
            (What::Gap { to: Some(0), beside: vec![0, 1, 2, 3] }, 10_000_000, true),
            (What::Gap { to: None, beside: vec![3] }, 18_000_000, false)
        ]
    );
    assert_eq!(m2(&r.polygons[0]), 105.0);
}

#[test]
fn a_ring_that_crosses_itself_is_taken_by_the_even_odd_rule() {
    let bow = vec![pt(0, 0), pt(10_000, 10_000), pt(10_000, 0), pt(0, 10_000)];
    let r = mend(EMPTY, &[one(bow)]);
    assert_eq!((r.polygons[0].len(), m2(&r.polygons[0])), (2, 50.0));
    let flat = vec![pt(0, 0), pt(9000, 0), pt(4000, 0)];
    let r = mend(EMPTY, &[one(flat), one(rect(0, 0, 1, 1))]);
    assert_eq!((r.polygons[0].len(), r.notes.iter().any(|n| n.what == What::Empty { row: 0 })), (0, true));
    // Two parts of one row over each other are joined, not taken out.
    let r = mend(EMPTY, &[vec![vec![rect(0, 0, 10, 10)], vec![rect(5, 0, 10, 10)]]]);
    assert_eq!(m2(&r.polygons[0]), 150.0);
}

#[test]
fn standing_cells_and_the_outline_stay() {
    // An outline of 100 × 50 m in two units; the west one holds a cell of 20 × 50 m already.
    let grounds = [(1u64, one(rect(20, 0, 30, 50))), (2, one(rect(50, 0, 50, 50)))];
    let fixed = [(7u64, one(rect(0, 0, 20, 50)))];
    let standing = Standing { grounds: Some(&grounds), fixed: &fixed };
    // One over the old cell, the unit's border and the outline's south; one in the east, short of it by 0.3 m.
    let east = vec![pt(50_000, 0), pt(99_700, 0), pt(99_700, 50_000), pt(50_000, 50_000)];
    let r = mend(standing, &[one(rect(15, -5, 40, 55)), one(east)]);
    assert_eq!(r.polygons.iter().map(m2).collect::<Vec<_>>(), [1500.0, 2500.0]);
    let voids: Vec<_> = r
        .notes
        .iter()
        .filter_map(|n| if let What::Void { row, of } = n.what { Some((row, of, n.area2)) } else { None })
        .collect();
    assert_eq!(voids, [(0, 2, 500_000_000), (0, 7, 500_000_000), (0, OUTSIDE, 400_000_000)]);
    // A row with no ground to be had.
    let r = mend(standing, &[one(rect(0, 0, 20, 50)), one(rect(20, 0, 30, 50))]);
    assert!(r.notes.iter().any(|n| n.what == What::Covered { row: 0, by: None }), "{:?}", r.notes);
}

#[test]
fn too_many_crossings_are_refused_with_the_row() {
    let zigzag = |k: i32| -> Vec<Pt> {
        (0..3000).map(|i| if i % 2 == 0 { pt(i * 7 + k, 0) } else { pt((i * 7919) % 21_000 + k, 900_000) }).collect()
    };
    let claims = [one(rect(-100, 0, 10, 10)), one(zigzag(0))];
    match repair(EMPTY, &claims, Limits::default(), &mut |_| true) {
        Err(RepairError::Tangled { row: 1, .. }) => {}
        other => panic!("{:?}", other.map(|r| r.notes.len())),
    }
    assert_eq!(repair(EMPTY, &claims, Limits::default(), &mut |_| false), Err(RepairError::Stopped));
}

#[test]
fn many_islands_and_deep_nests_are_quick() {
    let islands: Vec<Polygons> = (0..40_000).map(|i| one(rect((i % 200) * 3, (i / 200) * 3, 2, 2))).collect();
    assert_eq!(mend(EMPTY, &islands).notes, vec![]);
    let nest: Vec<Polygons> = (0..1500).map(|i| one(rect(i, i, 6000 - 2 * i, 6000 - 2 * i))).collect();
    let r = mend(EMPTY, &nest);
    assert!(r.polygons.iter().all(|p| p.len() == 1));
}

/// A grid of cells with vertices moved by each cell for itself, some left out, some doubled, some swollen.
fn jittered(n: i32, moves: &[(i32, i32)], odd: &[u8]) -> Vec<Polygons> {
    let mut out = Vec::new();
    let mut k = 0;
    for i in 0..n * n {
        let (x, y) = (i % n * 20, i / n * 20);
        let mut ring = rect(x, y, 20, 20);
        ring.insert(1, pt(x * 1000 + 10_000, y * 1000));
        ring.insert(4, pt(x * 1000 + 10_000, y * 1000 + 20_000));
        for p in &mut ring {
            let (dx, dy) = moves[k % moves.len()];
            (p.x, p.y) = (p.x + dx, p.y + dy);
            k += 1;
        }
        match odd[i as usize % odd.len()] {
            0 => continue,
            1 => out.push(one(ring.clone())),
            2 => ring.iter_mut().for_each(|p| p.x += (p.x - x * 1000) / 4),
            _ => {}
        }
        out.push(one(ring));
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 40 } else { 400 }))]

    /// However the borders of a grid are jittered, with gaps, duplicates and overlaps, it comes out valid, with areas
    /// that agree, the same for any order of the rows but for ties.
    #[test]
    fn a_jittered_partition_comes_out_valid(
        n in 2i32..7,
        moves in proptest::collection::vec((-500i32..=500, -500i32..=500), 37..90),
        odd in proptest::collection::vec(0u8..12, 5..20),
    ) {
        let claims = jittered(n, &moves, &odd);
        let r = mend(EMPTY, &claims);
        prop_assert_eq!(&r, &mend(EMPTY, &claims));
        for (c, area2) in claims.iter().zip(&r.claimed2) {
            let ring = &c[0][0];
            let closed: Vec<Pt> = ring.iter().chain(&ring[..1]).copied().collect();
            // A ring that does not cross itself keeps its area to 0.71 mm times its length.
            let off = (ring_area2(ring) - area2).abs() as f64 / 2.0;
            prop_assert!(off <= 0.7072 * crate::geom::chain_length(&closed) + 1.0, "{} {:?}", off, ring);
        }
        // Backwards: what each claims is the same, and so are all the sums.
        let back: Vec<Polygons> = claims.iter().rev().cloned().collect();
        let s = mend(EMPTY, &back);
        prop_assert!(s.claimed2.iter().rev().eq(&r.claimed2));
        prop_assert_eq!(s.sums, r.sums);
    }

    /// Whatever the rings: what comes out is valid, or refused in words.
    #[test]
    fn any_rings_come_out_valid(
        rings in proptest::collection::vec(proptest::collection::vec((0i32..60, 0i32..60), 3..9), 1..9),
        scale in 1i32..2000,
    ) {
        let claims: Vec<Polygons> =
            rings.iter().map(|r| one(r.iter().map(|&(x, y)| pt(x * scale, y * scale)).collect())).collect();
        mend(EMPTY, &claims);
        let ground = [(1u64, one(vec![pt(3 * scale, 3 * scale), pt(50 * scale, 5 * scale), pt(40 * scale, 55 * scale)]))];
        let standing = Standing { grounds: Some(&ground), fixed: &[] };
        match repair(standing, &claims, Limits::default(), &mut |_| true) {
            Ok(r) => sound(standing, &r),
            Err(e) => prop_assert!(false, "{:?}", e),
        }
    }
}

#[test]
fn what_fits_is_known_to_fit() {
    let two = [(1u64, one(rect(0, 0, 10, 10))), (2, one(rect(10, 0, 10, 10)))];
    let p = assemble(None, &two, 0).unwrap();
    assert!(!has_slivers(&p, |o| o != 0, Limits::default()));
    // A spindle of 0.4 m between two cells that meet at its ends.
    let west =
        vec![pt(0, 0), pt(9800, 0), pt(9800, 1000), pt(9400, 5000), pt(9800, 9000), pt(9800, 10_000), pt(0, 10_000)];
    let east = vec![pt(9800, 0), pt(20_000, 0), pt(20_000, 10_000), pt(9800, 10_000), pt(9800, 9000), pt(9800, 1000)];
    let p = assemble(None, &[(1, one(west)), (2, one(east))], 0).unwrap();
    assert!(has_slivers(&p, |o| o != 0, Limits::default()));
}
