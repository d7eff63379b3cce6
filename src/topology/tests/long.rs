//! Lines of very many points, and lines that cross borders or themselves very often. The bounds of processor time are
//! about ten times what is needed, and far from what walking every border for every point takes.

use super::*;
use cpu_time::ThreadTime;
use proptest::prelude::*;

/// Eight cells of 100 m × 800 m side by side.
fn stripes() -> Partition {
    let p = outline(square(0, 0, 800_000, 800_000));
    (0..8).fold(p, |p, k| draw_free(&p, square(100_000 * k, 0, 100_000, 800_000), 1 + k as Owner).unwrap().partition)
}

/// `n` points up and down over the stripes, each tooth leaning over by `lean_mm`.
fn teeth(n: i32, lean_mm: i32) -> Vec<Pt> {
    let x = |k: i32| -10_000 + (i64::from(820_000 - lean_mm) * i64::from(k) / i64::from(n)) as i32;
    (0..n).map(|k| if k % 2 == 0 { pt(x(k), -7_000) } else { pt(x(k) + lean_mm, 807_000) }).collect()
}

fn all_or_none(p: &Partition, rings: &[Vec<Pt>]) -> Result<Drawn, TopologyError> {
    draw(p, rings, &DrawRules::new(&|o| (o != OUTSIDE).then_some(99), &|_| true))
}

fn within_s<T>(limit_s: f64, work: impl FnOnce() -> T) -> T {
    let t = ThreadTime::now();
    let out = work();
    let took = t.elapsed().as_secs_f64();
    assert!(took < limit_s, "{took} s");
    out
}

#[test]
fn a_line_that_goes_to_and_fro_over_many_borders_is_laid_soon() {
    let p = stripes();
    let cuts =
        |of: std::ops::Range<u64>| -> Vec<Cut> { of.map(|k| Cut { owner: k, keep: None, new: 100 + k }).collect() };
    for (n, lean_mm) in [(800, 0), (800, 300_000)] {
        let cut = within_s(5.0, || super::super::cut(&p, &cuts(1..9), &teeth(n, lean_mm), 2.0).unwrap().partition);
        valid(&cut);
        assert!(cut.faces().count() > n as usize / 2, "{}", cut.faces().count());
        let pairs: Vec<[Owner; 2]> = (1..9).map(|k| [k, 100 + k]).collect();
        let back = pairs.iter().fold(cut, |p, [k, new]| merge(&p, *k, &[*new], false).unwrap().0);
        valid(&back);
        assert_eq!(back.faces().count(), p.faces().count());
    }
}

#[test]
fn a_smooth_line_of_many_points_is_laid_soon() {
    let p = stripes();
    let y = |k: i32| 400_000 + (60_000.0 * (f64::from(k) / 700.0).sin()) as i32 + k % 3;
    let line: Vec<Pt> = (0..20_000).map(|k| pt(-5_000 + k * 81 / 2, y(k))).collect();
    let cuts: Vec<Cut> = (1..9).map(|k| Cut { owner: k, keep: None, new: 100 + k }).collect();
    let done = within_s(5.0, || super::super::cut(&p, &cuts, &line, 2.0).unwrap());
    valid(&done.partition);
    let found = within_s(5.0, || narrow(&p, &done.partition, &done.patch, std::slice::from_ref(&line), 1_000.0));
    assert!(found.is_empty(), "{found:?}");
    // The locator is that of a partition that has what this one has.
    let fitted = done.partition.clone().with_fitted_locator();
    for (_, e) in fitted.edges() {
        for w in e.points.windows(2).step_by(50) {
            let area = Box2::of_two(w[0], w[1]);
            let there = |p: &Partition| p.edges_near(&area).into_iter().filter(|&e| p.edge(e).is_some()).count();
            assert!(there(&done.partition) > 0 && done.partition.border_of(w[0], w[1]) == fitted.border_of(w[0], w[1]));
        }
    }
    assert_eq!(done.partition.locator.size(), p.locator.size());
    let way = Reshaping {
        owner: Some(3),
        keep: None,
        attach_mm: 2.0,
        may: &|l, r| l != OUTSIDE && r != OUTSIDE,
        may_vanish: &|o| o == LAYER,
    };
    valid(&within_s(5.0, || reshape(&p, &line, &way).unwrap().0));
    let along: Vec<Pt> = line.iter().map(|q| pt(100_000 + (q.y - 400_000) / 2, q.x.clamp(1, 799_999))).collect();
    let mut along: Vec<Pt> = along.into_iter().filter(|q| q.y > 1_000 && q.y < 799_000).collect();
    along.dedup();
    let ends = (pt(100_000, 0), pt(100_000, 800_000));
    valid(&within_s(5.0, || follow(&p, ends, &along, None, &|_, _| true).unwrap().0));
}

#[test]
fn a_line_that_crosses_itself_is_refused_at_once() {
    let p = stripes();
    let mut rng = Rng(3);
    let ring: Vec<Pt> = (0..2_000).map(|_| pt(rng.below(800_000), rng.below(800_000))).collect();
    let e = within_s(0.5, || all_or_none(&p, std::slice::from_ref(&ring)).unwrap_err());
    assert!(matches!(e, TopologyError::SelfCrossing { .. }), "{e:?}");
    let e = within_s(0.5, || split(&p, 1, &ring, None, 2.0, 20).unwrap_err());
    assert!(matches!(e, TopologyError::SelfCrossing { .. }), "{e:?}");
    // Only near its end, and smooth before.
    let y = |k: i32| 400_000 + (60_000.0 * (f64::from(k) / 700.0).sin()) as i32;
    let mut line: Vec<Pt> = (0..20_000).map(|k| pt(-5_000 + k * 40, y(k))).collect();
    line.extend([pt(790_000, 700_000), pt(700_000, 100_000)]);
    let e = within_s(1.0, || split(&p, 1, &line, None, 2.0, 20).unwrap_err());
    assert!(matches!(e, TopologyError::SelfCrossing { .. }), "{e:?}");
}

proptest! {
    /// A crossing told before anything is drawn is one that the faces would tell.
    #[test]
    fn what_crosses_itself_clearly_is_refused_either_way(rings in prop::collection::vec(prop::collection::vec((-3i32..23, -3i32..23), 3..7), 1..3), fine in any::<bool>()) {
        let p = outline(square(0, 0, 20_000, 20_000));
        let p = draw_free(&p, square(3_000, 3_000, 8_000, 9_000), 1).unwrap().partition;
        let step = if fine { 999 } else { 1_000 };
        let rings: Vec<Vec<Pt>> = rings.iter().map(|r| r.iter().map(|&(x, y)| pt(x * step, y * step)).collect()).collect();
        let Ok(rings) = super::super::editors::oriented(&rings) else { return Ok(()) };
        let closed: Vec<Vec<Pt>> = rings.iter().map(|r| r.iter().copied().chain([r[0]]).collect()).collect();
        let sides = segments::Segments::of(closed.iter().flat_map(|r| r.windows(2)).map(|w| (w[0], w[1])));
        if sides.clear_crossing().is_some() {
            let late = super::super::editors::drawn_inside(&p, &closed).map(|(_, inside)| inside);
            prop_assert!(matches!(late, Err(TopologyError::SelfCrossing { .. })), "{late:?} {rings:?}");
        }
    }
}
