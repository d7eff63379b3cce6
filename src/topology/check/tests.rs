use super::*;
use crate::geom::{Box2, Meet, meet, pt};
use crate::index::Buckets;
use crate::topology::tests::Rng;
use crate::topology::{DrawRules, Edge, Face, Node, Owner, draw, merge};
use std::collections::BTreeSet;

fn square(x: i32, y: i32, w: i32) -> Vec<Pt> {
    vec![pt(x, y), pt(x + w, y), pt(x + w, y + w), pt(x, y + w)]
}

/// n × n cells of 1 m with the owners 1…, in each an island of 20 cm.
fn town(n: i32) -> Partition {
    let start = draw(
        &Partition::new(),
        &[square(0, 0, 1000 * n)],
        &DrawRules::new(&|o| (o == OUTSIDE).then_some(0), &|_| true),
    );
    let mut p = start.unwrap().partition.with_fitted_locator();
    for k in 0..n * n {
        let (x, y, new) = (k % n * 1000, k / n * 1000, k as Owner + 1);
        p = draw(&p, &[square(x, y, 1000)], &DrawRules::new(&|o| (o == 0).then_some(new), &|o| o == 0))
            .unwrap()
            .partition;
        let island = |o: Owner| (o == new).then_some(1000 + new);
        p = draw(&p, &[square(x + 400, y + 400, 200)], &DrawRules::new(&island, &|_| true)).unwrap().partition;
    }
    p
}

fn change_edge(p: &mut Partition, e: u32, f: impl FnOnce(&mut Edge)) {
    let mut edge = p.edge(e).unwrap().clone();
    f(&mut edge);
    p.edges.set(e as usize, Some(edge));
}

fn change_node(p: &mut Partition, n: u32, f: impl FnOnce(&mut Node)) {
    let mut node = p.node(n).unwrap().clone();
    f(&mut node);
    p.nodes.set(n as usize, Some(node));
}

fn change_face(p: &mut Partition, i: u32, f: impl FnOnce(&mut Face)) {
    let mut face = p.face(i).unwrap().clone();
    f(&mut face);
    p.faces.set(i as usize, Some(face));
}

/// The border with a segment through a point.
fn border_at(p: &Partition, at: Pt) -> u32 {
    let on = |e: &Edge| e.points.windows(2).any(|w| crate::geom::on_segment(at, w[0], w[1]));
    p.edges().find(|(_, e)| on(e)).unwrap().0
}

fn face_of(p: &Partition, owner: Owner) -> u32 {
    p.faces_of(owner)[0]
}

fn broken(f: impl FnOnce(&mut Partition)) -> Vec<Fault> {
    let mut p = town(4);
    assert_eq!(check(&p), vec![]);
    f(&mut p);
    check(&p)
}

#[test]
fn a_border_through_others_is_told_with_its_crossings_even_where_the_locator_is_wrong() {
    let mut p = town(4);
    // From the island in the first cell across two borders, and back.
    let e = border_at(&p, pt(500, 400));
    change_edge(&mut p, e, |e| {
        let mut points = e.points.to_vec();
        points.insert(1, pt(2500, 450));
        e.points = points.into();
    });
    let at = |p: &Partition| check(p).into_iter().filter(|f| matches!(f, Fault::Crosses(_))).collect::<Vec<_>>();
    let found = at(&p);
    let columns: BTreeSet<i32> = found.iter().filter_map(Fault::at).map(|q| q.x).collect();
    assert!(columns.contains(&1000) && columns.contains(&2000), "{found:?}");
    p.locator = Buckets::new(Box2::EMPTY, 64);
    assert_eq!(at(&p), found);
}

#[test]
fn borders_that_touch_or_lie_on_each_other_away_from_nodes_are_told() {
    let touch = broken(|p| {
        let e = border_at(p, pt(400, 500));
        change_edge(p, e, |e| {
            let n = e.points.len();
            let mut points = e.points.to_vec();
            let k = (0..n - 1).find(|&k| crate::geom::on_segment(pt(400, 500), points[k], points[k + 1])).unwrap();
            points.insert(k + 1, pt(0, 500));
            e.points = points.into();
        });
    });
    assert!(touch.contains(&Fault::Crosses(pt(0, 500))), "{touch:?}");
    // A border that turns back on itself.
    let back = broken(|p| {
        let e = border_at(p, pt(1000, 1500));
        change_edge(p, e, |e| {
            let (a, b) = (e.points[0], e.points[1]);
            e.points = [a, pt((a.x + b.x) / 2, b.y - 100), pt((a.x + b.x) / 2, a.y + 100), b].into();
        });
    });
    assert!(back.iter().any(|f| matches!(f, Fault::Crosses(q) if q.x == 1000)), "{back:?}");
}

#[test]
fn nodes_out_of_turn_or_with_others_borders_are_told() {
    let n = |p: &Partition| p.nodes().find(|(_, n)| n.at == pt(2000, 2000)).unwrap().0;
    let at = [Fault::Turn(pt(2000, 2000))];
    assert_eq!(broken(|p| change_node(p, n(p), |n| n.halves.swap(0, 1)))[0], at[0]);
    assert_eq!(broken(|p| change_node(p, n(p), |n| n.halves[0] = n.halves[0].twin()))[0], at[0]);
    assert_eq!(broken(|p| change_node(p, n(p), |n| n.halves.clear()))[0], at[0]);
    assert_eq!(broken(|p| change_node(p, n(p), |n| n.halves[0] = Half::new(9999, false)))[0], at[0]);
    // A half-edge that no node names, and a border that does not begin at its node.
    assert_eq!(broken(|p| change_node(p, n(p), |n| n.halves.truncate(n.halves.len() - 1))).len(), 1);
    let away = broken(|p| {
        let e = border_at(p, pt(2000, 1500));
        change_edge(p, e, |e| {
            let mut points = e.points.to_vec();
            points[0].x += 1;
            e.points = points.into();
        });
    });
    assert!(matches!(away[..], [Fault::Turn(_)]), "{away:?}");
    assert!(!broken(|p| assert!(p.nodes.set(n(p) as usize, None))).is_empty());
    assert!(!broken(|p| assert!(p.edges.set(border_at(p, pt(2000, 1500)) as usize, None))).is_empty());
    assert!(!broken(|p| change_edge(p, border_at(p, pt(2000, 1500)), |e| e.points = [].into())).is_empty());
}

#[test]
fn half_edges_of_other_faces_or_of_no_ring_are_told() {
    let other = broken(|p| {
        let e = border_at(p, pt(2000, 1500));
        let wrong = face_of(p, 1);
        change_edge(p, e, |e| e.left = wrong);
    });
    assert!(other.iter().any(|f| matches!(f, Fault::Ring(q) if q.x == 2000)), "{other:?}");
    let none = broken(|p| change_face(p, face_of(p, 6), |f| f.rings.truncate(f.rings.len() - 1)));
    assert!(none.iter().any(|f| matches!(f, Fault::Ring(_))), "{none:?}");
    let twice = broken(|p| {
        change_face(p, face_of(p, 6), |f| {
            let h = f.rings[0];
            f.rings.push(h);
        });
    });
    assert!(twice.iter().any(|f| matches!(f, Fault::Ring(_))), "{twice:?}");
    let unknown = broken(|p| change_face(p, face_of(p, 6), |f| f.rings[0] = Half::new(9999, true)));
    assert!(unknown.iter().any(|f| matches!(f, Fault::Ring(_))), "{unknown:?}");
}

#[test]
fn wrong_areas_and_owners_of_the_world_are_told() {
    let area = broken(|p| change_face(p, face_of(p, 6), |f| f.area2 += 1));
    assert!(matches!(area[..], [Fault::Area(q)] if q.x >= 1000 && q.y >= 1000), "{area:?}");
    let world = broken(|p| change_face(p, WORLD, |f| f.owner = 0));
    assert!(world.iter().any(|f| matches!(f, Fault::Area(_))), "{world:?}");
    let swapped = broken(|p| change_face(p, face_of(p, 6), |f| f.rings.reverse()));
    assert!(swapped.iter().any(|f| matches!(f, Fault::Area(_))), "{swapped:?}");
    let empty = broken(|p| p.faces.push(Some(Face { owner: 99, rings: smallvec::smallvec![], area2: 0 })));
    assert!(empty.iter().any(|f| matches!(f, Fault::Area(_))), "{empty:?}");
}

#[test]
fn a_hole_that_lies_in_another_face_is_told() {
    // The island of the cell 6 said to be in the cell 1, with all numbers fitting.
    let faults = broken(|p| {
        let (six, one) = (face_of(p, 6), face_of(p, 1));
        let hole = p.face(six).unwrap().rings[1];
        change_face(p, six, |f| f.rings.truncate(f.rings.len() - 1));
        change_face(p, one, |f| f.rings.push(hole));
        change_edge(p, hole.edge(), |e| if hole.back() { e.right = one } else { e.left = one });
        change_face(p, six, |f| f.area2 += 2 * 200 * 200);
        change_face(p, one, |f| f.area2 -= 2 * 200 * 200);
    });
    assert!(matches!(faults[..], [Fault::Hole(q)] if q.x > 1000 && q.y > 1000), "{faults:?}");
    // An island moved out of the map: its hole is no longer in the face.
    let faults = broken(|p| {
        let e = border_at(p, pt(1500, 1400));
        let n = p.edge(e).unwrap().from;
        change_edge(p, e, |e| e.points = e.points.iter().map(|q| pt(q.x + 50_000, q.y)).collect());
        change_node(p, n, |n| n.at.x += 50_000);
    });
    assert!(matches!(faults[..], [Fault::Hole(q)] if q.x > 50_000), "{faults:?}");
    // Deep in another island of the same face.
    let faults = broken(|p| {
        let (a, b) = (border_at(p, pt(1500, 1400)), border_at(p, pt(500, 400)));
        let (n, by) = (p.edge(a).unwrap().from, pt(-1000, -1000));
        let inner = |q: &Pt| pt(500 + (q.x + by.x - 500) / 4, 500 + (q.y + by.y - 500) / 4);
        assert_ne!(a, b);
        let at = inner(&p.node(n).unwrap().at);
        change_edge(p, a, |e| e.points = e.points.iter().map(inner).collect());
        change_node(p, n, |n| n.at = at);
        let (six, small) = (face_of(p, 6), face_of(p, 1006));
        change_face(p, six, |f| f.area2 += 2 * (200 * 200 - 50 * 50));
        change_face(p, small, |f| f.area2 = 2 * 50 * 50);
    });
    assert!(matches!(faults[..], [Fault::Hole(q)] if q.x < 600), "{faults:?}");
}

#[test]
fn what_is_not_clean_is_told() {
    let same = broken(|p| {
        let owner = p.owner(face_of(p, 6));
        change_face(p, face_of(p, 7), |f| f.owner = owner);
    });
    assert!(!same.is_empty() && same.iter().all(|f| matches!(f, Fault::Unclean(_))), "{same:?}");
    let twice = broken(|p| {
        let e = border_at(p, pt(2000, 1500));
        change_edge(p, e, |e| {
            let mut points = e.points.to_vec();
            points.insert(1, points[1]);
            e.points = points.into();
        });
    });
    assert!(twice.iter().any(|f| matches!(f, Fault::Unclean(q) if q.x == 2000)), "{twice:?}");
    // A border that closes on itself cut in two by a node.
    let node = broken(|p| {
        let e = border_at(p, pt(500, 400));
        let (mut edge, k) = (p.edge(e).unwrap().clone(), p.edges.len() as u32);
        let (from, points) = (edge.from, edge.points.to_vec());
        let n = p.nodes.len() as u32;
        edge.to = n;
        edge.points = points[..3].into();
        p.edges.push(Some(Edge { from: n, to: from, points: points[2..].into(), ..edge.clone() }));
        p.edges.set(e as usize, Some(edge));
        let sorted = |p: &Partition, at: Pt, mut h: [Half; 2]| {
            if !super::super::draft::before_in_turn(at, p.second(h[0]), p.second(h[1])) {
                h.reverse();
            }
            smallvec::SmallVec::from_slice(&h)
        };
        let halves = sorted(p, points[2], [Half::new(e, true), Half::new(k, false)]);
        p.nodes.push(Some(Node { at: points[2], halves }));
        let halves = sorted(p, points[0], [Half::new(e, false), Half::new(k, true)]);
        change_node(p, from, |n| n.halves = halves);
    });
    assert!(node.len() == 2 && node.iter().all(|f| matches!(f, Fault::Unclean(_))), "{node:?}");
}

#[test]
fn faces_that_are_not_counted_are_told_by_eulers_formula() {
    let p = town(2);
    let mut q = p.clone();
    let f = face_of(&q, 1001);
    q.faces.set(f as usize, None);
    assert!(check(&q).contains(&Fault::Euler), "{:?}", check(&q));
}

/// All pairs, one by one.
fn all_pairs(p: &Partition) -> usize {
    let mut sides: Vec<(Pt, Pt, u32, usize, bool, bool)> = Vec::new();
    for (i, e) in p.edges() {
        let n = e.points.len();
        for (k, w) in e.points.windows(2).enumerate().filter(|(_, w)| w[0] != w[1]) {
            sides.push((w[0], w[1], i, k, k == 0, k + 2 == n));
        }
    }
    let mut n = 0;
    for (i, s) in sides.iter().enumerate() {
        for t in &sides[i + 1..] {
            let ends = |x: &(Pt, Pt, u32, usize, bool, bool), q: Pt| (x.4 && x.0 == q) || (x.5 && x.1 == q);
            n += usize::from(match meet(s.0, s.1, t.0, t.1) {
                Meet::Apart => false,
                Meet::Touch(q) => !(s.2 == t.2 && s.3 + 1 == t.3 && q == s.1 || ends(s, q) && ends(t, q)),
                _ => true,
            });
        }
    }
    n
}

#[test]
fn squares_miss_no_crossing_and_tell_none_twice() {
    let mut rng = Rng(5);
    let mut all = 0;
    for round in 0..60 {
        let mut p = town(3 + round % 4);
        // Any vertices but nodes thrown anywhere: near, far, or to the end of the world.
        for _ in 0..1 + rng.below(30) {
            let e = rng.below(p.edges.len() as i32) as u32;
            if p.edge(e).is_none() {
                continue;
            }
            let far = [5, 400, 9_000, 1 << 29][rng.below(4) as usize];
            change_edge(&mut p, e, |e| {
                let n = e.points.len();
                let k = 1 + rng.below(n as i32 - 1) as usize;
                let at = e.points[k - 1];
                let to = pt(at.x + rng.below(2 * far) - far, at.y + rng.below(2 * far) - far);
                let mut points = e.points.to_vec();
                points.insert(k, to);
                e.points = points.into();
            });
        }
        let found = Sides::of(&p).crossings(&p).len();
        assert_eq!(found, all_pairs(&p), "round {round}");
        all += found;
    }
    assert!(all > 1000, "{all}");
}

#[test]
fn many_long_borders_side_by_side_are_soon_looked_at() {
    // Strips of 1 mm, slanting over a kilometre: no square parts them.
    let start = draw(
        &Partition::new(),
        &[square(0, 0, 1_000_000)],
        &DrawRules::new(&|o| (o == OUTSIDE).then_some(0), &|_| true),
    );
    let mut p = start.unwrap().partition.with_fitted_locator();
    for k in 0..60 {
        let ring = vec![pt(-9, 10 + k), pt(1_000_009, 500_010 + k), pt(1_000_009, 500_011 + k), pt(-9, 11 + k)];
        p = draw(&p, &[ring], &DrawRules::new(&|o| (o == 0).then_some(k as Owner + 1), &|o| o == 0)).unwrap().partition;
    }
    assert_eq!(check(&p), vec![]);
    let merged = merge(&p, 30, &[31], false).unwrap().0;
    assert_eq!(check(&merged), vec![]);
}
