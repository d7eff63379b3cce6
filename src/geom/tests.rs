use super::*;

fn square(x: i32, y: i32, s: i32) -> Vec<Pt> {
    vec![pt(x, y), pt(x + s, y), pt(x + s, y + s), pt(x, y + s)]
}

#[test]
fn predicates_are_exact_at_the_limit() {
    let m = LIMIT - 1;
    let (a, b) = (pt(-m, -m), pt(m, m));
    assert_eq!(orient(a, b, pt(m, m - 1)), -1);
    assert_eq!(orient(a, b, pt(m - 1, m)), 1);
    assert_eq!(orient(a, b, pt(0, 0)), 0);
    assert_eq!(ring_area2(&square(-m, -m, 2 * m)), 8 * i128::from(m) * i128::from(m));
}

#[test]
fn segments_meet_in_every_way() {
    let m = |a: (i32, i32), b: (i32, i32), c: (i32, i32), d: (i32, i32)| {
        meet(pt(a.0, a.1), pt(b.0, b.1), pt(c.0, c.1), pt(d.0, d.1))
    };
    assert_eq!(m((0, 0), (4, 4), (0, 4), (4, 0)), Meet::Cross);
    assert_eq!(m((0, 0), (4, 0), (4, 0), (9, 3)), Meet::Touch(pt(4, 0)));
    assert_eq!(m((0, 0), (4, 0), (2, 0), (2, 3)), Meet::Touch(pt(2, 0)));
    assert_eq!(m((0, 0), (4, 0), (2, 0), (9, 0)), Meet::Overlap(pt(2, 0), pt(4, 0)));
    assert_eq!(m((0, 0), (4, 0), (5, 0), (9, 0)), Meet::Apart);
    assert_eq!(m((0, 0), (4, 0), (0, 1), (4, 1)), Meet::Apart);
}

#[test]
fn crossings_and_feet_round_to_the_nearest_grid_point() {
    assert_eq!(crossing_point(pt(0, 0), pt(10, 10), pt(0, 10), pt(10, 0)), pt(5, 5));
    assert_eq!(crossing_point(pt(0, 0), pt(3, 1), pt(1, -5), pt(1, 5)), pt(1, 0));
    assert_eq!(foot_on_segment(pt(5, 7), pt(0, 0), pt(10, 0)), pt(5, 0));
    assert_eq!(foot_on_segment(pt(-5, 7), pt(0, 0), pt(10, 0)), pt(0, 0));
}

#[test]
fn a_point_on_a_border_belongs_to_exactly_one_side() {
    // Two squares that share the side x = 10, and a third above both: every grid point of the seams is in one only.
    let rings = [square(0, 0, 10), square(10, 0, 10), square(0, 10, 10), square(10, 10, 10)];
    for x in 0..20 {
        for y in 0..20 {
            let n = rings.iter().filter(|r| ring_contains(r, pt(x, y))).count();
            assert_eq!(n, 1, "point {x},{y}");
        }
    }
}

#[test]
fn anchors_lie_strictly_inside() {
    let l = vec![vec![pt(0, 0), pt(100, 0), pt(100, 10), pt(10, 10), pt(10, 100), pt(0, 100)]];
    let a = anchor_of_polygons(std::slice::from_ref(&l)).unwrap();
    assert!(ring_contains(&l[0], a));
    let c = anchor_of_polygons(&[vec![square(0, 0, 10)], vec![square(100, 100, 50)]]).unwrap();
    assert_eq!(c, pt(125, 125));
    assert_eq!(anchor_of_line(&[pt(0, 0), pt(10, 0), pt(10, 10)]), Some(pt(10, 0)));
}

#[test]
fn places_read_and_write_millimetres() {
    let p: Place = serde_json::from_str("[361772.7734, 3451836.77349]").unwrap();
    assert_eq!(p, Place { e_mm: 361_772_773, n_mm: 3_451_836_773 });
    assert_eq!(serde_json::to_string(&p).unwrap(), "[361772.773,3451836.773]");
    let o = Origin::near(361_772.0, 3_451_836.0);
    assert_eq!((o.e_m, o.n_m), (362_000, 3_452_000));
    assert_eq!(o.place(o.grid(p).unwrap()), p);
    assert!(o.grid(Place { e_mm: 0, n_mm: i64::MAX / 2000 }).is_none());
}

#[test]
fn an_origin_is_whole_kilometres_on_this_earth_and_never_overflows() {
    assert_eq!(Origin::at(586_000, -3_476_000), Some(Origin { e_m: 586_000, n_m: -3_476_000 }));
    assert_eq!(Origin::at(100_000_000, 0), Some(Origin { e_m: 100_000_000, n_m: 0 }));
    for (e, n) in [(586_001, 0), (0, 500), (100_001_000, 0), (0, -100_001_000), (i64::MIN, 0), (0, i64::MAX)] {
        assert_eq!(Origin::at(e, n), None, "{e} {n}");
    }
    // A value that was never checked says "not here" and does not stop the program.
    for v in [i64::MIN, i64::MAX, i64::MAX / 1000] {
        let wild = Origin { e_m: v, n_m: v };
        assert_eq!(wild.grid(Place { e_mm: i64::MAX, n_mm: -5 }), None);
        assert_eq!(wild.grid(Place { e_mm: i64::MIN, n_mm: 5 }), None);
        let _ = wild.place(pt(-1, 1));
    }
    assert_eq!(Origin::at(Origin::near(f64::MAX, 0.0).e_m, 0), None);
}

#[test]
fn a_ring_that_crosses_itself_far_out_has_no_centroid_or_one_on_the_grid() {
    let s = LIMIT - 1;
    // Two wings of nearly equal area: the sum of both is next to nothing.
    let ring = [pt(-s, -s), pt(s, s), pt(s, -s + 1), pt(-s, s)];
    assert!(ring_area2(&ring).abs() < i128::from(s) * 4);
    for r in [ring.to_vec(), ring.iter().rev().copied().collect()] {
        let anchor = anchor_of_polygons(&[vec![r]]);
        assert!(anchor.is_some_and(|a| a.in_range()), "{anchor:?}");
    }
}
