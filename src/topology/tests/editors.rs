//! Every editor beyond drawing, splitting and moving a point: what it makes and what it refuses.

use super::*;

/// Two cells side by side, 1 and 2, each 500 × 1000.
fn two_cells() -> Partition {
    let p = outline(square(0, 0, 1000, 1000));
    let p = draw_free(&p, square(0, 0, 500, 1000), 1).unwrap().partition;
    draw_free(&p, square(500, 0, 500, 1000), 2).unwrap().partition
}

fn reshaped(p: &Partition, line: &[Pt], owner: Option<Owner>, keep: Option<Pt>) -> Result<Partition, TopologyError> {
    let may = |l: Owner, r: Owner| l != OUTSIDE && r != OUTSIDE;
    let how = Reshaping { owner, keep, attach_mm: 2.0, may: &may, may_vanish: &|o| o == LAYER };
    let q = reshape(p, line, &how)?.0;
    valid(&q);
    Ok(q)
}

fn area(p: &Partition, owner: Owner) -> i128 {
    p.faces_of(owner).iter().filter_map(|&f| p.face(f)).map(|f| f.area2 / 2).sum()
}

#[test]
fn a_line_across_a_border_moves_the_strip_to_the_other_side() {
    let p = two_cells();
    // A bulge into 2 with loose ends in 1: whoever is named, or nobody, the strip is 1's.
    let bulge = [pt(450, 200), pt(600, 200), pt(600, 400), pt(450, 400)];
    for owner in [None, Some(1), Some(2)] {
        let q = reshaped(&p, &bulge, owner, None).unwrap();
        assert_eq!((area(&q, 1), area(&q, 2)), (520_000, 480_000), "{owner:?}");
        assert_eq!(q.owner(q.locate(pt(550, 300))), 1);
        // The loose ends are gone: nothing but the border has vertices.
        assert!(q.edges().all(|(_, e)| e.points.iter().all(|v| *v != pt(450, 200))));
    }
    // A line that weaves across it three times does both.
    let weave = [pt(500, 100), pt(600, 200), pt(600, 300), pt(400, 500), pt(400, 600), pt(500, 700)];
    let [all, one] = [None, Some(1)].map(|o| reshaped(&p, &weave, o, None).unwrap());
    assert_eq!(all.polygons(1), one.polygons(1));
    assert_eq!((all.owner(all.locate(pt(550, 250))), all.owner(all.locate(pt(450, 550)))), (1, 2));
    assert_eq!(area(&one, 1), 500_000 + 20_000 - 20_000);
    // From one side of the outline to the other, also where most of a cell goes.
    let q = reshaped(&p, &[pt(800, -50), pt(850, 1050)], Some(1), None).unwrap();
    assert_eq!(q.owner(q.locate(pt(700, 500))), 1);
    assert_eq!(q.owner(q.locate(pt(900, 500))), 2);
    let mut one_cell = reshaped(&p, &[pt(200, -50), pt(200, 1050)], Some(1), Some(pt(100, 500))).unwrap();
    assert_eq!((area(&one_cell, 1), area(&one_cell, 2)), (200_000, 800_000));
    // And back by the neighbour's view.
    one_cell = reshaped(&one_cell, &[pt(500, 0), pt(500, 1000)], Some(2), Some(pt(700, 500))).unwrap();
    assert_eq!((area(&one_cell, 1), area(&one_cell, 2)), (500_000, 500_000));
}

#[test]
fn a_strip_beside_two_neighbours_goes_to_the_cell_named_or_together() {
    let p = two_cells();
    let p = split(&p, 2, &[pt(500, 500), pt(1000, 500)], Some(pt(700, 100)), 2.0, 3).unwrap().partition;
    let bulge = [pt(450, 300), pt(600, 300), pt(600, 800), pt(450, 800)];
    for owner in [None, Some(1)] {
        let q = reshaped(&p, &bulge, owner, None).unwrap();
        assert_eq!((area(&q, 1), area(&q, 2), area(&q, 3)), (550_000, 230_000, 220_000), "{owner:?}");
    }
    // Only what is cut off from 2 moves: to the neighbour with the longer border.
    let q = reshaped(&p, &bulge, Some(2), None).unwrap();
    assert_eq!((area(&q, 1), area(&q, 2), area(&q, 3)), (520_000, 230_000, 250_000));
}

#[test]
fn reshaping_swallows_nobody_and_keeps_to_what_may_move() {
    let p = two_cells();
    let p = split(&p, 2, &[pt(600, 400), pt(700, 400), pt(700, 500), pt(600, 500), pt(600, 400)], None, 2.0, 3)
        .unwrap()
        .partition;
    let round = [pt(450, 300), pt(800, 300), pt(800, 600), pt(450, 600)];
    let e = reshaped(&p, &round, Some(1), None).unwrap_err();
    assert!(matches!(e, TopologyError::WouldVanish { owner: 3, .. }), "{e:?}");
    // Through the enclave: its larger part stays with it.
    let q = reshaped(&p, &[pt(450, 300), pt(680, 300), pt(680, 600), pt(450, 600)], Some(1), None).unwrap();
    assert_eq!((area(&q, 1), area(&q, 3)), (500_000 + 180 * 300, 20 * 100));
    // Beyond the outline nothing is taken, and a line that only crosses it is told so.
    let e = reshaped(&p, &[pt(100, 950), pt(100, 1100), pt(300, 1100), pt(300, 950)], Some(1), None).unwrap_err();
    assert!(matches!(e, TopologyError::Protected { .. }), "{e:?}");
    let e = reshaped(&p, &[pt(100, 100), pt(300, 100)], Some(1), None).unwrap_err();
    assert!(matches!(e, TopologyError::NotDivided { .. }), "{e:?}");
    let e = reshaped(&p, &[pt(100, 100), pt(300, 300), pt(300, 100), pt(100, 300)], None, None).unwrap_err();
    assert!(matches!(e, TopologyError::SelfCrossing { .. }), "{e:?}");
    assert!(matches!(reshaped(&p, &[pt(1, 1)], None, None), Err(TopologyError::TooFew { .. })));
    let e = reshaped(&p, &round, Some(1), Some(pt(900, 900))).unwrap_err();
    assert_eq!(e, TopologyError::NotOnGround { at: pt(900, 900) });
}

#[test]
fn ground_that_borders_on_the_owner_only_where_it_is_cut_off_does_not_come() {
    let p = outline(square(-100, -100, 200, 200));
    let p = draw_free(&p, square(-100, -100, 100, 200), 1).unwrap().partition;
    let p = draw_free(&p, square(0, -100, 100, 200), 2).unwrap().partition;
    // Cuts a square off from 1, and goes on round half of what lies beside that in 2.
    let line = [pt(0, 0), pt(-5, 0), pt(-5, 10), pt(0, 10), pt(5, 10), pt(5, 5), pt(0, 5)];
    let q = reshaped(&p, &line, Some(1), None).unwrap();
    assert_eq!((area(&q, 1), area(&q, 2)), (20_000 - 50, 20_000 + 50));
    assert_eq!((q.faces_of(1).len(), q.owner(q.locate(pt(2, 7)))), (1, 2));
}

#[test]
fn owners_apart_are_made_one_only_where_that_is_asked_and_a_split_divides_every_piece() {
    let p = outline(square(0, 0, 1000, 1000));
    let p = draw_free(&p, square(0, 0, 300, 1000), 1).unwrap().partition;
    let p = draw_free(&p, square(600, 0, 300, 1000), 2).unwrap().partition;
    assert!(matches!(merge(&p, 1, &[2], false), Err(TopologyError::Apart { .. })));
    let p = merge(&p, 1, &[2], true).unwrap().0;
    valid(&p);
    assert_eq!((p.faces_of(1).len(), p.faces_of(2).len()), (2, 0));
    // Through one piece: the other is as it was, whatever its size.
    let one = split(&p, 1, &[pt(-5, 200), pt(305, 200)], None, 2.0, 3).unwrap().partition;
    valid(&one);
    assert_eq!((area(&one, 1), area(&one, 3)), (540_000, 60_000));
    // Through both: the same side of the line in each.
    for keep in [pt(100, 900), pt(700, 900)] {
        let both = split(&p, 1, &[pt(-5, 800), pt(905, 800)], Some(keep), 2.0, 3).unwrap();
        valid(&both.partition);
        assert_eq!((area(&both.partition, 1), area(&both.partition, 3)), (120_000, 480_000));
        assert_eq!((both.faces.0.len(), both.faces.1.len()), (2, 2));
    }
}

const ANY: MayMove<'static> = &|_, _| true;

/// Two cells with a bent border between them, an enclave 3 in the right one.
fn bent_border() -> Partition {
    let p = outline(square(0, 0, 1000, 1000));
    let p = draw_free(&p, vec![pt(0, 0), pt(500, 0), pt(520, 300), pt(480, 600), pt(500, 1000), pt(0, 1000)], 1);
    let p = draw_free(&p.unwrap().partition, square(400, 0, 600, 1000), 2).unwrap().partition;
    split(&p, 2, &[pt(700, 400), pt(800, 400), pt(800, 500), pt(700, 500), pt(700, 400)], Some(pt(600, 500)), 2.0, 3)
        .unwrap()
        .partition
}

#[test]
fn a_border_follows_a_line_between_two_of_its_points() {
    let p = bent_border();
    let go = |from, to, line: &[Pt], on| {
        let q = follow(&p, (from, to), line, on, ANY)?.0;
        valid(&q);
        Ok::<_, TopologyError>(q)
    };
    // Straight from node to node; the direction does not matter.
    for (from, to) in [(pt(500, 0), pt(500, 1000)), (pt(500, 1000), pt(500, 0))] {
        let q = go(from, to, &[], None).unwrap();
        assert_eq!((area(&q, 1), area(&q, 2)), (500_000, 490_000));
        let by = [pt(600, 200), pt(600, 800)];
        let line: Vec<Pt> = if from.y == 0 { by.to_vec() } else { by.iter().rev().copied().collect() };
        let q = go(from, to, &line, None).unwrap();
        assert_eq!(area(&q, 1), 500_000 + 100 * 600 + 2 * 100 * 100);
    }
    // From a point between vertices to a vertex: the rest stays.
    let q = go(pt(510, 150), pt(480, 600), &[pt(560, 400)], None).unwrap();
    let kept = |v: Pt| q.edges().any(|(_, e)| e.points.contains(&v));
    assert!(kept(pt(510, 150)) && kept(pt(560, 400)) && kept(pt(480, 600)) && !kept(pt(520, 300)));
    // A ring of its own: the shorter way round, or the one named.
    let q = go(pt(800, 400), pt(800, 500), &[pt(850, 450)], None).unwrap();
    assert_eq!(area(&q, 3), 10_000 + 2_500);
    let q = go(pt(800, 400), pt(800, 500), &[pt(760, 450)], Some((pt(700, 400), pt(700, 500)))).unwrap();
    assert_eq!(area(&q, 3), 2_000);
    let refused = |r: Result<Partition, TopologyError>| r.map(|_| ()).unwrap_err();
    let e = refused(go(pt(500, 0), pt(500, 1000), &[pt(750, 450)], None));
    assert!(matches!(e, TopologyError::Crosses { .. }), "{e:?}");
    let e = refused(go(pt(500, 0), pt(500, 1000), &[pt(900, 100), pt(900, 900)], None));
    assert!(matches!(e, TopologyError::Engulfs { .. }), "{e:?}");
    let e = refused(go(pt(500, 0), pt(700, 500), &[], None));
    assert!(matches!(e, TopologyError::NotOneBorder { .. }), "{e:?}");
    assert_eq!(refused(go(pt(500, 0), pt(600, 600), &[], None)), TopologyError::NotFound { at: pt(600, 600) });
    assert!(matches!(refused(go(pt(500, 0), pt(500, 0), &[], None)), TopologyError::TooFew { .. }));
    let inner = |l: Owner, r: Owner| l != OUTSIDE && r != OUTSIDE;
    let e = follow(&p, (pt(0, 0), pt(0, 1000)), &[pt(50, 500)], None, &inner).unwrap_err();
    assert!(matches!(e, TopologyError::Protected { .. }), "{e:?}");
}

#[test]
fn a_whole_border_slides_along_those_beside_it() {
    // A trapezium of three strips, so that the ends go aside and up.
    let p = outline(vec![pt(0, 0), pt(3000, 0), pt(3000, 1600), pt(0, 1000)]);
    let p = draw_free(&p, vec![pt(0, 0), pt(1000, 0), pt(1000, 5000), pt(0, 5000)], 1).unwrap().partition;
    let p = draw_free(&p, vec![pt(0, 0), pt(2000, 0), pt(2000, 5000), pt(0, 5000)], 2).unwrap().partition;
    let p = draw_free(&p, square(0, 0, 3000, 5000), 3).unwrap().partition;
    let on = (pt(1000, 0), pt(1000, 1200));
    let inner = |l: Owner, r: Owner| l != OUTSIDE && r != OUTSIDE;
    for shift in [Shift::By(500, 77), Shift::By(500, 0), Shift::Aside(-500.0)] {
        let q = slide(&p, on, shift, &inner).unwrap().0;
        valid(&q);
        let e = q.edges().find(|(_, e)| q.sides(e) == (1, 2) || q.sides(e) == (2, 1)).unwrap().1;
        let mut ends = [e.points[0], e.points[e.points.len() - 1]];
        ends.sort();
        assert_eq!(ends, [pt(1500, 0), pt(1500, 1300)], "{shift:?}");
        assert_eq!(area(&q, 3), area(&p, 3));
        // The old nodes are vertices of the outline.
        assert!(q.edges().any(|(_, e)| e.points.contains(&pt(1000, 1200))));
    }
    let q = slide(&p, (on.1, on.0), Shift::Aside(-500.0), &inner).unwrap().0;
    assert!(area(&q, 1) < area(&p, 1), "to the right of the segment as it was named");
    let e = slide(&p, on, Shift::By(1500, 0), &inner).unwrap_err();
    assert!(matches!(e, TopologyError::PastNode { .. }), "{e:?}");
    let e = slide(&p, (pt(0, 0), pt(0, 1000)), Shift::By(10, 0), &inner).unwrap_err();
    assert!(matches!(e, TopologyError::Protected { .. }), "{e:?}");
    // A bent one with an enclave in its way, and the enclave itself.
    let p = bent_border();
    let on = (pt(520, 300), pt(480, 600));
    let q = slide(&p, on, Shift::By(150, 0), ANY).unwrap().0;
    valid(&q);
    assert_eq!(area(&q, 1) - area(&p, 1), 150 * 1000);
    let e = slide(&p, on, Shift::By(350, 0), ANY).unwrap_err();
    assert!(
        matches!(e, TopologyError::PastNode { .. } | TopologyError::Engulfs { .. } | TopologyError::Crosses { .. }),
        "{e:?}"
    );
    let e = slide(&p, on, Shift::By(250, 0), ANY).unwrap_err();
    assert!(matches!(e, TopologyError::Crosses { .. }), "{e:?}");
    let ring = (pt(700, 400), pt(800, 400));
    let q = slide(&p, ring, Shift::By(100, 300), ANY).unwrap().0;
    valid(&q);
    assert_eq!((q.owner(q.locate(pt(850, 750))), area(&q, 3)), (3, 10_000));
    // Its corners may not come to stand on another border's vertex, the one at which it starts included.
    for k in 0..4 {
        let corner = p.polygons(3)[0][0][k];
        let e = slide(&p, ring, Shift::By(520 - corner.x, 300 - corner.y), ANY).unwrap_err();
        assert!(matches!(e, TopologyError::Crosses { .. }), "{k}: {e:?}");
    }
    let e = slide(&p, ring, Shift::By(-500, 300), ANY).unwrap_err();
    assert!(matches!(e, TopologyError::Engulfs { .. }), "into the other cell: {e:?}");
    let q = slide(&p, ring, Shift::Aside(-10.0), ANY).unwrap().0;
    valid(&q);
    assert_eq!(area(&q, 3), 120 * 120);
    assert!(slide(&p, ring, Shift::Aside(60.0), ANY).is_err(), "turned inside out");
    // One leg slides along itself.
    let p = outline(square(0, 0, 1000, 1000));
    let p = draw_free(&p, vec![pt(0, 0), pt(400, 0), pt(400, 500), pt(0, 500)], 1).unwrap().partition;
    let q = slide(&p, (pt(400, 0), pt(400, 500)), Shift::By(200, 0), ANY).unwrap().0;
    valid(&q);
    assert_eq!(area(&q, 1), 600 * 500);
    let q = slide(&p, (pt(400, 0), pt(400, 500)), Shift::Aside(-100.0), ANY).unwrap().0;
    valid(&q);
    assert_eq!(area(&q, 1), 500 * 600);
}

#[test]
fn simplified_borders_stay_within_the_tolerance_and_touch_nothing() {
    // A wavy border between nodes, with a small enclave in one of its bays.
    let wave: Vec<Pt> = (0..=50).map(|k| pt(5_000 + [0, 40, 90, 40][k % 4] * 10, k as i32 * 200)).collect();
    let mut ring = vec![pt(0, 10_000), pt(0, 0)];
    ring.extend(&wave);
    let p = outline(square(0, 0, 10_000, 10_000));
    let p = draw_free(&p, ring, 1).unwrap().partition;
    let p = draw_free(&p, square(2_000, 0, 8_000, 10_000), 2).unwrap().partition;
    let on = (wave[3], wave[4]);
    let border = |q: &Partition| {
        let of = |e: &&Edge| q.sides(e) == (1, 2) || q.sides(e) == (2, 1);
        q.edges().map(|(_, e)| e).find(of).unwrap().points.to_vec()
    };
    for (tolerance, most) in [(10.0, 51), (500.0, 26), (950.0, 2)] {
        let q = simplify(&p, Which::On(on), Plainer::Thin(tolerance), ANY).unwrap().0;
        valid(&q);
        let new = border(&q);
        assert!(new.len() <= most, "{tolerance}: {}", new.len());
        assert!(new.iter().all(|v| wave.contains(v)), "nothing moves");
        let far = |v: &Pt| new.windows(2).map(|w| crate::geom::dist2_to_segment(*v, w[0], w[1])).fold(1e18, f64::min);
        assert!(wave.iter().all(|v| far(v).sqrt() <= tolerance));
    }
    // An enclave in a bay: the border goes round it still.
    let q = split(&p, 2, &[pt(5_200, 2_390), pt(5_220, 2_390), pt(5_220, 2_410), pt(5_200, 2_390)], None, 2.0, 3);
    let q = q.unwrap().partition;
    let both = std::collections::BTreeSet::from([1, 2]);
    let inner = |l: Owner, r: Owner| l != OUTSIDE && r != OUTSIDE;
    let thin = simplify(&q, Which::Of(&|l, r, _| both.contains(&l) || both.contains(&r)), Plainer::Thin(950.0), &inner)
        .unwrap()
        .0;
    valid(&thin);
    let n = border(&thin).len();
    assert!(n > 2 && n < 30, "{n}");
    assert_eq!(thin.face(WORLD).unwrap().area2, q.face(WORLD).unwrap().area2);
    assert_eq!(area(&thin, 3), area(&q, 3));
}

#[test]
fn corners_are_made_right_within_the_shift_allowed() {
    let p = outline(square(0, 0, 100_000, 100_000));
    let ring = vec![pt(20_000, 20_000), pt(60_000, 21_000), pt(59_000, 50_500), pt(20_700, 50_000)];
    let p = draw_free(&p, ring, 1).unwrap().partition;
    let q = simplify(&p, Which::Of(&|l, r, _| l == 1 || r == 1), Plainer::Square(2_000.0), ANY).unwrap().0;
    valid(&q);
    let r = &q.polygons(1)[0][0];
    assert_eq!(r.len(), 4);
    for k in 0..4 {
        let (a, b, c) = (r[k], r[(k + 1) % 4], r[(k + 2) % 4]);
        let dot = i64::from(a.x - b.x) * i64::from(c.x - b.x) + i64::from(a.y - b.y) * i64::from(c.y - b.y);
        // Less than 2 mm beside the leg.
        assert!((dot.abs() as f64) < 2.0 * a.dist(b).max(c.dist(b)), "{a:?} {b:?} {c:?}");
    }
    // What would have to move further stays.
    let same = simplify(&p, Which::Of(&|l, r, _| l == 1 || r == 1), Plainer::Square(20.0), ANY).unwrap().0;
    assert_eq!(same.polygons(1), p.polygons(1));
}

#[test]
fn corners_that_cannot_be_made_right_stay_and_hold_up_no_others() {
    // Teeth of 85°, each off by most of a metre, and one corner off by 2 mm.
    let teeth: Vec<Pt> =
        (0..=1500).map(|k| pt(80_000 + 9_163 * k, if k % 2 == 0 { -20_000 } else { -10_000 })).collect();
    let right = teeth[teeth.len() - 1].x;
    let corner = pt(50_000, 60_003);
    let mut ring = vec![pt(0, -100_000), pt(right, -100_000)];
    ring.extend(teeth.iter().rev());
    ring.extend([pt(50_000, 30_000), corner, pt(0, 60_000)]);
    let n = ring.len();
    let p = outline(square(0, -100_000, right, 300_000));
    let p = draw_free(&p, ring, 1).unwrap().partition;
    let on = Which::On((teeth[3], teeth[4]));
    let q = simplify(&p, on, Plainer::Square(5.0), ANY).unwrap().0;
    valid(&q);
    let new = &q.polygons(1)[0][0];
    assert_eq!(new.len(), n);
    assert!(new.contains(&pt(49_999, 60_002)) && teeth.iter().all(|v| new.contains(v)));
}
