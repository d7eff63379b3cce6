mod editors;
mod long;

use super::*;
use crate::geom::{pt, ring_area2, rings_contain};

/// SplitMix64 (Steele, Lea, Flood 2014): enough for tests.
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    pub fn below(&mut self, n: i32) -> i32 {
        (self.next() % n.max(1) as u64) as i32
    }
}

const LAYER: Owner = 0;

fn square(x: i32, y: i32, w: i32, h: i32) -> Vec<Pt> {
    vec![pt(x, y), pt(x + w, y), pt(x + w, y + h), pt(x, y + h)]
}

fn outline(ring: Vec<Pt>) -> Partition {
    let take = |o: Owner| (o == OUTSIDE).then_some(LAYER);
    draw(&Partition::new(), &[ring], &DrawRules::new(&take, &|_| true)).unwrap().partition.with_fitted_locator()
}

fn draw_free(p: &Partition, ring: Vec<Pt>, new: Owner) -> Result<Drawn, TopologyError> {
    draw(p, &[ring], &DrawRules::new(&|o| (o == LAYER).then_some(new), &|o| o == LAYER))
}

fn valid(p: &Partition) {
    assert_eq!(check(p), vec![]);
}

#[test]
fn a_cell_drawn_along_a_border_shares_it() {
    let p = outline(square(0, 0, 1000, 1000));
    let a = draw_free(&p, square(0, 0, 400, 1000), 1).unwrap().partition;
    valid(&a);
    // The second one overlaps the first and sticks out of the outline: only free ground is taken.
    let b = draw_free(&a, square(300, -50, 400, 2000), 2).unwrap().partition;
    valid(&b);
    assert_eq!(b.polygons(1), a.polygons(1));
    assert_eq!(b.polygons(2).iter().flatten().map(|r| ring_area2(r)).sum::<i128>(), 2 * 300 * 1000);
    assert_eq!(b.owner(b.locate(pt(500, 500))), 2);
    assert_eq!(b.owner(b.locate(pt(400, 500))), 2, "a point on the border belongs to the east");
    assert_eq!(b.owner(b.locate(pt(900, 500))), LAYER);
    assert_eq!(b.owner(b.locate(pt(900, 1500))), OUTSIDE);
}

#[test]
fn drawing_over_everything_takes_from_others_and_names_who_would_vanish() {
    let p = outline(square(0, 0, 1000, 1000));
    let p = draw_free(&p, square(0, 0, 500, 1000), 1).unwrap().partition;
    let take = |o: Owner| (o != OUTSIDE).then_some(2);
    let d = draw(&p, &[square(400, 200, 300, 300)], &DrawRules::new(&take, &|o| o == LAYER)).unwrap();
    valid(&d.partition);
    assert_eq!(d.taken.iter().map(|(k, v)| (*k, *v)).collect::<Vec<_>>(), vec![(0, 2 * 200 * 300), (1, 2 * 100 * 300)]);
    let all = draw(&p, &[square(-10, -10, 600, 1200)], &DrawRules::new(&take, &|o| o == LAYER));
    assert!(matches!(all, Err(TopologyError::WouldVanish { owner: 1, .. })));
}

/// A ring of `n` points round the origin, each up to `noise` mm off it.
fn coast(n: usize, seed: u64, noise: i32) -> Vec<Pt> {
    let mut rng = Rng(seed);
    let mut at = |k: usize| {
        let (a, r) = (std::f64::consts::TAU * k as f64 / n as f64, f64::from(1_000_000 + rng.below(noise)));
        pt((r * a.cos()).round() as i32, (r * a.sin()).round() as i32)
    };
    (0..n).map(&mut at).collect()
}

#[test]
fn outlines_of_many_points_are_drawn_and_redrawn_soon() {
    let start = std::time::Instant::now();
    let ring = coast(20_000, 1, 100);
    let p = outline(ring.clone());
    valid(&p);
    assert_eq!((p.nodes().count(), p.edges().count()), (1, 1));
    // Drawn over itself and round a larger frame, as an outline is redrawn: nothing changes, not even a slot.
    let frame = square(-2_000_000, -2_000_000, 4_000_000, 4_000_000);
    let again = draw(&p, &[frame, ring], &DrawRules::new(&|o| (o == OUTSIDE).then_some(7), &|_| true)).unwrap();
    valid(&again.partition);
    let (_, was) = p.edges().next().unwrap();
    assert!(again.partition.edges().any(|(_, e)| e.points == was.points), "the border is as it was");
    // Another coast along it: the cell has the ground of both, and no border more than it needs.
    let other = draw_free(&p, coast(5_000, 2, 100), 1).unwrap().partition;
    valid(&other);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn an_island_and_a_ring_with_a_hole() {
    let p = outline(square(0, 0, 1000, 1000));
    let d = draw(
        &p,
        &[square(200, 200, 600, 600), square(400, 400, 100, 100)],
        &DrawRules::new(&|o| (o == LAYER).then_some(1), &|_| true),
    )
    .unwrap();
    valid(&d.partition);
    assert_eq!(d.partition.faces_of(LAYER).len(), 2);
    assert_eq!(d.partition.owner(d.partition.locate(pt(450, 450))), LAYER);
    let m = merge(&d.partition, 1, &[LAYER], false).unwrap().0;
    valid(&m);
    assert_eq!(m.faces().count(), 2);
}

#[test]
fn a_split_needs_both_ends_on_the_border() {
    let p = outline(square(0, 0, 1000, 1000));
    let p = draw_free(&p, square(0, 0, 1000, 1000), 1).unwrap().partition;
    let line = [pt(500, -100), pt(500, 995)];
    let e = split(&p, 1, &line, None, 2.0, 2).unwrap_err();
    assert!(matches!(e, TopologyError::Dangling { gap_mm, .. } if (gap_mm - 5.0).abs() < 1e-9), "{e:?}");
    let s = split(&p, 1, &line, Some(pt(700, 500)), 6.0, 2).unwrap();
    valid(&s.partition);
    assert_eq!(s.partition.owner(s.partition.locate(pt(700, 500))), 1);
    assert_eq!(s.partition.owner(s.partition.locate(pt(300, 500))), 2);
    assert!(matches!(split(&p, 1, &[pt(-5, 5), pt(-50, 50)], None, 2.0, 2), Err(TopologyError::NotDivided { .. })));
    // A line that crosses a U-shaped cell twice gives one side to the new owner.
    let u =
        vec![pt(0, 0), pt(900, 0), pt(900, 900), pt(600, 900), pt(600, 300), pt(300, 300), pt(300, 900), pt(0, 900)];
    let q = outline(u);
    let q = draw_free(&q, square(-10, -10, 2000, 2000), 1).unwrap().partition;
    let s = split(&q, 1, &[pt(-50, 600), pt(950, 600)], Some(pt(450, 100)), 2.0, 2).unwrap();
    valid(&s.partition);
    assert_eq!((s.faces.0.len(), s.faces.1.len()), (1, 2));
}

#[test]
fn moving_is_refused_where_it_would_cross_or_engulf() {
    let p = outline(square(0, 0, 1000, 1000));
    let p = draw_free(&p, square(0, 0, 500, 1000), 1).unwrap().partition;
    let p = draw_free(&p, square(700, 400, 50, 50), 2).unwrap().partition;
    let any = |_: Owner, _: Owner| true;
    let (p, _) = insert_vertex(&p, (pt(500, 0), pt(500, 1000)), pt(500, 425), &any).unwrap();
    valid(&p);
    let (q, patch) = move_point(&p, pt(500, 425), pt(600, 425), &any).unwrap();
    valid(&q);
    assert_eq!(patch.edges.len(), 1);
    assert!(matches!(move_point(&p, pt(500, 425), pt(720, 425), &any), Err(TopologyError::Crosses { .. })));
    assert!(matches!(move_point(&p, pt(500, 425), pt(990, 425), &any), Err(TopologyError::Engulfs { .. })));
    assert!(matches!(move_point(&p, pt(500, 0), pt(600, 300), &any), Err(TopologyError::Crosses { .. }) | Ok(_)));
    assert!(matches!(move_point(&p, pt(1, 1), pt(5, 5), &any), Err(TopologyError::NotFound { .. })));
    let locked = |l: Owner, r: Owner| l != OUTSIDE && r != OUTSIDE;
    assert!(matches!(move_point(&p, pt(1000, 0), pt(900, 0), &locked), Err(TopologyError::Protected { .. })));
    let (r, _) = delete_vertex(&q, pt(600, 425), &any).unwrap();
    valid(&r);
    assert!(matches!(delete_vertex(&r, pt(500, 0), &any), Err(TopologyError::IsNode { .. })));
    let (r, _) = delete_vertex(&r, pt(700, 400), &any).unwrap();
    valid(&r);
    assert!(matches!(delete_vertex(&r, pt(750, 400), &any), Err(TopologyError::TooFew { .. })));
}

#[test]
fn polygons_that_fit_are_assembled_and_others_named_by_place() {
    let units = vec![(1, vec![vec![square(0, 0, 500, 1000)]]), (2, vec![vec![square(500, 0, 500, 1000)]])];
    let p = assemble(None, &units, LAYER).unwrap();
    valid(&p);
    assert_eq!(p.edges().count(), 3);
    let ring = vec![pt(0, 0), pt(500, 0), pt(1000, 0), pt(1000, 1000), pt(1000, 1500), pt(0, 1500), pt(0, 1000)];
    let p = assemble(Some(&[(LAYER, vec![vec![ring]])]), &units, LAYER).unwrap();
    valid(&p);
    assert_eq!(p.owner(p.locate(pt(800, 1200))), LAYER);
    // One unit on the whole of the ground: a single ring without a corner.
    let whole = vec![vec![square(0, 0, 500, 500)]];
    let p = assemble(Some(&[(LAYER, whole.clone())]), &[(1, whole)], LAYER).unwrap();
    valid(&p);
    assert_eq!((p.owner(p.locate(pt(250, 250))), p.edges().count()), (1, 1));
    let apart = vec![(1, vec![vec![square(0, 0, 500, 1000)]]), (2, vec![vec![square(500, 100, 500, 500)]])];
    let bad = assemble(None, &apart, LAYER).unwrap_err();
    assert!(bad.iter().any(|m| m.at() == pt(500, 100)), "{bad:?}");
    let over = vec![(1, vec![vec![square(0, 0, 500, 500)]]), (2, vec![vec![square(0, 0, 500, 500)]])];
    assert!(matches!(assemble(None, &over, LAYER).unwrap_err()[0], Misfit::Overlaps { owners: (1, 2), .. }));
}

#[test]
fn a_polygon_on_two_grounds_or_half_beyond_them_does_not_fit() {
    let grounds = [(10, vec![vec![square(0, 0, 500, 1000)]]), (11, vec![vec![square(500, 0, 500, 1000)]])];
    let put = |polygons: Polygons| assemble(Some(&grounds), &[(1, polygons)], LAYER);
    let within = vec![vec![vec![pt(0, 0), pt(500, 0), pt(500, 1000), pt(100, 500)]]];
    valid(&put(within).unwrap());
    // Over the border between two, each corner on a vertex.
    let over = vec![pt(500, 0), pt(900, 500), pt(500, 1000), pt(100, 500)];
    assert!(put(vec![vec![over]]).is_err());
    let apart = vec![vec![square(100, 100, 100, 100)], vec![square(700, 100, 100, 100)]];
    assert!(matches!(put(apart).unwrap_err()[..], [Misfit::Overlaps { owners: (1, _), .. }]));
    let beyond = vec![pt(0, 0), pt(400, 500), pt(0, 1000), pt(-400, 500)];
    assert!(put(vec![vec![beyond]]).is_err());
    let both = vec![vec![square(100, 100, 100, 100)], vec![square(100, 300, 100, 100)]];
    valid(&put(both).unwrap());
}

#[test]
fn parts_that_would_lead_round_for_ever_are_refused() {
    let p = outline(square(0, 0, 1000, 1000));
    let p = draw_free(&p, square(0, 0, 500, 1000), 1).unwrap().partition;
    type Parts = (Vec<(u32, Node)>, Vec<(u32, Edge)>, Vec<(u32, Face)>);
    let parts = || -> Parts {
        (
            p.nodes().map(|(i, n)| (i, n.clone())).collect(),
            p.edges().map(|(i, e)| (i, e.clone())).collect(),
            p.faces().map(|(i, f)| (i, f.clone())).collect(),
        )
    };
    let with = |change: &dyn Fn(&mut Parts)| {
        let mut parts = parts();
        change(&mut parts);
        Partition::from_parts(parts.0, parts.1, parts.2)
    };
    assert!(with(&|_| {}).is_ok());
    // A half-edge twice at a node, at a node that it does not leave, or missing from its ring.
    let [first, second] = [0, 1].map(|n| parts().0[n].1.halves[0]);
    let ring = parts().2[1].1.rings[0];
    assert!(with(&|x| x.0[0].1.halves.push(first)).is_err());
    assert!(with(&|x| x.0[1].1.halves.push(first)).is_err());
    assert!(with(&|x| x.0[0].1.halves[0] = second).is_err());
    // A ring named twice, or not at all, or of another face.
    assert!(with(&|x| x.2[1].1.rings.push(ring)).is_err());
    assert!(with(&|x| x.2[0].1.rings.clear()).is_err());
    assert!(with(&|x| x.2[2].1.rings[0] = ring).is_err());
    assert!(
        with(&|x| {
            let e = &mut x.1[0].1;
            (e.left, e.right) = (e.right, e.left);
        })
        .is_err()
    );
    // An area is counted, not believed.
    let q = with(&|x| x.2[1].1.area2 = i128::MAX).unwrap();
    assert_eq!(check(&q), vec![]);
}

#[test]
fn a_node_put_into_a_border_bends_it_by_rounding_only() {
    let (a, b) = (pt(343_307, 808_236), pt(347_895, 808_156));
    let p = outline(vec![pt(343_307, 700_000), pt(500_000, 700_000), pt(500_000, 900_000), b, a]);
    let (mut drawn, mut bent) = (0, 0);
    for (dx, dy) in (-400..6).step_by(3).flat_map(|dx| (-5..8).map(move |dy| (dx, dy))) {
        for (w, h) in [(190_705, 208_594), (100_000, -70_000), (900, 800), (-900, 800)] {
            let q = pt(b.x + dx, b.y + dy);
            let ring = vec![q, pt(q.x + w, q.y), pt(q.x + w, q.y + h), pt(q.x, q.y + h)];
            let Ok(d) = draw_free(&p, ring, 1) else { continue };
            drawn += 1;
            let on = |v: &Pt| v.x > a.x && v.x < b.x && crate::geom::dist2_to_segment(*v, a, b) < 9.0;
            let outer = |e: &Edge| d.partition.owner(e.left) == OUTSIDE || d.partition.owner(e.right) == OUTSIDE;
            let edges = d.partition.edges().filter(|(_, e)| outer(e));
            let put: std::collections::BTreeSet<Pt> = edges.flat_map(|(_, e)| e.points.to_vec()).filter(on).collect();
            bent += usize::from(!put.is_empty());
            let far = put.iter().map(|v| crate::geom::dist2_to_segment(*v, a, b).sqrt()).fold(0.0, f64::max);
            assert!(far <= 0.7072 * put.len() as f64, "{far} mm at {q:?}, {w} × {h}: {put:?}");
        }
    }
    assert!(drawn > 1000 && bent > 1000, "{drawn} {bent}");
}

#[test]
fn a_keep_outside_the_cell_is_refused() {
    let p = outline(square(0, 0, 1000, 1000));
    let p = draw_free(&p, square(0, 0, 500, 1000), 1).unwrap().partition;
    let line = [pt(250, 0), pt(250, 1000)];
    for at in [pt(700, 500), pt(2000, 500)] {
        assert_eq!(split(&p, 1, &line, Some(at), 2.0, 2).unwrap_err(), TopologyError::NotOnGround { at });
    }
    assert!(split(&p, 1, &line, Some(pt(300, 500)), 2.0, 2).is_ok());
}

#[test]
fn a_patch_that_draws_far_from_the_grid_brings_its_own() {
    // An empty partition as it is read from a file, and the outline done again.
    let empty = Partition::from_parts(vec![], vec![], Partition::new().faces().map(|(i, f)| (i, f.clone())).collect());
    let empty = empty.unwrap();
    let take = |o: Owner| (o == OUTSIDE).then_some(LAYER);
    let ring = square(40_000_000, 40_000_000, 3_000_000, 2_000_000);
    let d = draw(&empty, &[ring], &DrawRules::new(&take, &|_| true)).unwrap();
    let again = empty.patched(&d.patch, false);
    let fitted = again.clone().with_fitted_locator();
    assert_eq!(again.locator.size(), fitted.locator.size());
    assert!(again.locator.size().0 > 40, "{:?}", again.locator.size());
    assert_eq!(again.owner(again.locate(pt(41_000_000, 41_000_000))), LAYER);
    assert!(again.patched(&d.patch, true).is_empty());
}

/// What must hold after any edit.
fn invariants(p: &Partition, outline_area2: i128, rng: &mut Rng, span: i32) {
    valid(p);
    let owners: std::collections::BTreeSet<Owner> = p.faces().map(|(_, f)| f.owner).filter(|o| *o != OUTSIDE).collect();
    let polygons: Vec<(Owner, Vec<Vec<Vec<Pt>>>)> = owners.iter().map(|&o| (o, p.polygons(o))).collect();
    let sum: i128 = polygons.iter().flat_map(|(_, g)| g.iter().flatten()).map(|r| ring_area2(r)).sum();
    assert_eq!(sum, outline_area2, "the cells' areas do not add up to the outline's");
    let mut probes: Vec<Pt> = (0..20).map(|_| pt(rng.below(span + 200) - 100, rng.below(span + 200) - 100)).collect();
    probes.extend(p.nodes().take(5).map(|(_, n)| n.at));
    probes.extend(p.edges().take(5).map(|(_, e)| e.points[e.points.len() / 2]));
    for q in probes {
        let holders: Vec<Owner> = polygons
            .iter()
            .flat_map(|(o, g)| g.iter().map(move |part| (*o, part)))
            .filter(|(_, part)| rings_contain(part.iter().map(Vec::as_slice), q))
            .map(|(o, _)| o)
            .collect();
        let here = p.owner(p.locate(q));
        assert_eq!(holders, if here == OUTSIDE { vec![] } else { vec![here] }, "at {q:?}");
    }
    // What is remembered of one point must be true of the next.
    let (finder, mut rng) = (Finder::new(p), Rng(rng.0));
    for i in 0..200 {
        let q = match p.edge(rng.below(p.edges.len() as i32) as u32) {
            Some(e) if i % 3 > 0 => {
                let v = e.points[rng.below(e.points.len() as i32) as usize];
                pt(v.x + rng.below(5) - 2, v.y + rng.below(5) - 2)
            }
            _ => pt(rng.below(span + 200) - 100, rng.below(span + 200) - 100),
        };
        assert_eq!(finder.face(q), p.locate(q), "at {q:?}");
    }
    // Equal ground gives equal edges: the parts read back are the whole.
    let again = Partition::from_parts(
        p.nodes().map(|(i, n)| (i, n.clone())).collect(),
        p.edges().map(|(i, e)| (i, e.clone())).collect(),
        p.faces().map(|(i, f)| (i, f.clone())).collect(),
    );
    assert!(again.is_ok());
}

/// One random edit; points come from the grid of the map, from its vertices, or near them.
fn random_edit(
    p: &Partition,
    rng: &mut Rng,
    span: i32,
    new: Owner,
) -> Result<(Partition, PartitionPatch), TopologyError> {
    let vertices: Vec<Pt> = p.edges().flat_map(|(_, e)| e.points.to_vec()).collect();
    let point = |rng: &mut Rng| match rng.below(6) {
        0 if !vertices.is_empty() => vertices[rng.below(vertices.len() as i32) as usize],
        1 if !vertices.is_empty() => {
            let v = vertices[rng.below(vertices.len() as i32) as usize];
            pt(v.x + rng.below(5) - 2, v.y + rng.below(5) - 2)
        }
        2 => pt(rng.below(span / 50) * 50, rng.below(span / 50) * 50),
        _ => pt(rng.below(span), rng.below(span)),
    };
    let owners: Vec<Owner> = {
        let s: std::collections::BTreeSet<Owner> =
            p.faces().map(|(_, f)| f.owner).filter(|o| *o != OUTSIDE && *o != LAYER).collect();
        s.into_iter().collect()
    };
    let any = |_: Owner, _: Owner| true;
    let inner = |l: Owner, r: Owner| l != OUTSIDE && r != OUTSIDE;
    let owner = |rng: &mut Rng| owners.get(rng.below(owners.len() as i32) as usize).copied().unwrap_or(LAYER);
    match rng.below(19) {
        14..=18 if !vertices.is_empty() => {
            let edges: Vec<&Edge> = p.edges().map(|(_, e)| e).collect();
            let e = edges[rng.below(edges.len() as i32) as usize];
            let n = e.points.len();
            let k = rng.below(n as i32 - 1) as usize;
            let on = (e.points[k], e.points[k + 1]);
            let by = span / [4, 20, 1000][rng.below(3) as usize] + 2;
            let may: MayMove<'_> = if rng.below(10) == 0 { &any } else { &inner };
            match rng.below(4) {
                0 => slide(p, on, Shift::By(rng.below(2 * by) - by, rng.below(2 * by) - by), may),
                1 => slide(p, on, Shift::Aside(f64::from(rng.below(2 * by) - by)), may),
                2 => {
                    let ends = (e.points[rng.below(n as i32) as usize], e.points[rng.below(n as i32) as usize]);
                    let line: Vec<Pt> = (0..rng.below(3)).map(|_| point(rng)).collect();
                    follow(p, ends, &line, (rng.below(3) == 0).then_some(on), may)
                }
                _ => {
                    let one = owner(rng);
                    let of = |l: Owner, r: Owner, _: &[Pt]| l == one || r == one;
                    let which = if rng.below(2) == 0 { Which::On(on) } else { Which::Of(&of) };
                    let mm = f64::from(rng.below(by));
                    simplify(p, which, if rng.below(2) == 0 { Plainer::Thin(mm) } else { Plainer::Square(mm) }, may)
                }
            }
        }
        10..=12 => {
            // A line through the map, or a tongue out of a border and back to it.
            let mut line: Vec<Pt> = (0..2 + rng.below(4)).map(|_| point(rng)).collect();
            if let Some((_, e)) =
                p.edges().nth(rng.below(p.edges().count() as i32) as usize).filter(|_| rng.below(2) == 0)
            {
                line.insert(0, e.points[0]);
                line.push(e.points[e.points.len() / 2]);
            }
            let named = (rng.below(3) > 0).then(|| owner(rng));
            let keep = (rng.below(4) == 0).then(|| point(rng));
            let may: MayMove<'_> = if rng.below(10) == 0 { &any } else { &inner };
            let attach_mm = f64::from(rng.below(60));
            reshape(p, &line, &Reshaping { owner: named, keep, attach_mm, may, may_vanish: &|o| o == LAYER })
        }
        0 | 1 | 13 => {
            let a = point(rng);
            let (w, h) = (rng.below(span / 3) + 1, rng.below(span / 3) + 1);
            let ring =
                if rng.below(2) == 0 { square(a.x, a.y, w, h) } else { vec![a, point(rng), point(rng), point(rng)] };
            let take_all = rng.below(3) == 0;
            let take = move |o: Owner| if o == OUTSIDE || (o != LAYER && !take_all) { None } else { Some(new) };
            draw(p, &[ring], &DrawRules::new(&take, &|o| o == LAYER)).map(|d| (d.partition, d.patch))
        }
        2 | 3 if !owners.is_empty() => {
            let o = owners[rng.below(owners.len() as i32) as usize];
            let line: Vec<Pt> = (0..2 + rng.below(4)).map(|_| point(rng)).collect();
            split(p, o, &line, None, f64::from(rng.below(60)), new).map(|s| (s.partition, s.patch))
        }
        4 if owners.len() > 1 => {
            let a = owners[rng.below(owners.len() as i32) as usize];
            let b = owners[rng.below(owners.len() as i32) as usize];
            match rng.below(8) {
                0 => Ok(give(p, &p.faces_of(a), LAYER)),
                n => merge(p, a, &[b], n < 3),
            }
        }
        5 if !vertices.is_empty() => {
            let e: Vec<&Edge> = p.edges().map(|(_, e)| e).collect();
            let e = e[rng.below(e.len() as i32) as usize];
            let k = rng.below(e.points.len() as i32 - 1) as usize;
            let (a, b) = (e.points[k], e.points[k + 1]);
            let m = pt((a.x + b.x) / 2 + rng.below(21) - 10, (a.y + b.y) / 2 + rng.below(21) - 10);
            insert_vertex(p, (a, b), m, &inner)
        }
        6 if !vertices.is_empty() => delete_vertex(p, vertices[rng.below(vertices.len() as i32) as usize], &inner),
        7..=9 if !vertices.is_empty() => {
            let v = vertices[rng.below(vertices.len() as i32) as usize];
            let to =
                if rng.below(2) == 0 { point(rng) } else { pt(v.x + rng.below(101) - 50, v.y + rng.below(101) - 50) };
            move_point(p, v, to, if rng.below(20) == 0 { &any } else { &inner })
        }
        _ => Err(TopologyError::NoGround { at: pt(0, 0) }),
    }
}

/// Twice the area within the outline: what is not beyond it.
fn inside_area2(p: &Partition) -> i128 {
    -p.faces().filter(|(_, f)| f.owner == OUTSIDE).map(|(_, f)| f.area2).sum::<i128>()
}

fn random_walk(seed: u64, edits: usize, span: i32) -> (usize, usize) {
    let mut rng = Rng(seed);
    let ring = match seed % 3 {
        0 => square(0, 0, span, span),
        1 => vec![pt(0, 0), pt(span, span / 7), pt(span - 3, span), pt(span / 2, span / 2), pt(1, span)],
        _ => vec![pt(0, 0), pt(span / 2, 0), pt(span, 0), pt(span, span), pt(span / 2, span - 1), pt(0, span)],
    };
    let mut p = outline(ring);
    let mut done: Vec<(Partition, PartitionPatch)> = Vec::new();
    let mut refused = 0;
    for i in 0..edits {
        match random_edit(&p, &mut rng, span, 1 + i as Owner) {
            Ok((q, patch)) => {
                if !check(&q).is_empty() {
                    println!("seed {seed}, edit {i}");
                }
                invariants(&q, inside_area2(&q), &mut rng, span);
                let forth = p.patched(&patch, false);
                assert!(
                    forth.nodes == q.nodes && forth.edges == q.edges && forth.faces == q.faces,
                    "the patch gives the edit"
                );
                done.push((p, patch));
                p = q;
            }
            Err(_) => refused += 1,
        }
    }
    let n = done.len();
    for (before, patch) in done.into_iter().rev() {
        p = p.patched(&patch, true);
        assert!(
            p.nodes == before.nodes && p.edges == before.edges && p.faces == before.faces,
            "undo gives the value before"
        );
    }
    invariants(&p, inside_area2(&p), &mut rng, span);
    (n, refused)
}

#[test]
fn random_edits_never_break_the_partition() {
    let (mut done, mut refused) = (0, 0);
    // More by `GETU_SEEDS=2000 cargo test --release random_edits`.
    let seeds = std::env::var("GETU_SEEDS").ok().and_then(|s| s.parse().ok()).unwrap_or(24);
    for seed in 0..seeds {
        // Small spans crowd everything onto few grid points; large ones look like a map.
        let span = [60, 400, 5_000, 800_000][seed as usize % 4];
        let (d, r) = random_walk(seed, 90, span);
        done += d;
        refused += r;
    }
    println!("{done} edits done, {refused} refused");
    assert!(done > 500);
}

/// An outline side that no grid point lies on, as it was on a real map, and a cell whose corner is a point of that side
/// rounded to the grid.
fn beside_the_outline() -> (Partition, Vec<Pt>) {
    let ring = [(-124055, 1360718), (-1212659, 1360718), (-1212659, -383019), (987292, -189821), (971938, 1360718)];
    let p = outline(ring.map(|(x, y)| pt(x, y)).to_vec());
    let cell = [(971938, 1360718), (-124055, 1360718), (-165480, 934172), (376485, 671224), (978303, 717914)];
    (p, cell.map(|(x, y)| pt(x, y)).to_vec())
}

const ACROSS: [Pt; 4] = [pt(489_601, 509_588), pt(1_057_021, 509_588), pt(1_057_021, 1_168_793), pt(489_601, 985_270)];

#[test]
fn a_corner_rounded_off_a_border_is_on_it() {
    let (p, cell) = beside_the_outline();
    let p = draw_free(&p, cell, 2).unwrap().partition;
    valid(&p);
    // No sliver between the cell and the outline: their common border is one.
    assert_eq!(p.owner(p.locate(pt(1_000_000, 1_000_000))), OUTSIDE);
    assert!(p.edges().any(|(_, e)| p.sides(e) == (2, OUTSIDE) || p.sides(e) == (OUTSIDE, 2)));
    assert_eq!((p.faces().count(), p.edges().count()), (3, 3));
    valid(&draw_free(&p, ACROSS.to_vec(), 3).unwrap().partition);
}

#[test]
fn a_sliver_thinner_than_the_grid_is_crossed() {
    let (p, cell) = beside_the_outline();
    let ring = p.rings(1);
    // As it lies in files where such a corner was left off the border.
    let p = assemble(Some(&[(LAYER, vec![ring])]), &[(2, vec![vec![cell]])], LAYER).unwrap();
    assert_eq!((p.faces().count(), p.edges().count()), (3, 3));
    valid(&p);
    let q = draw_free(&p, ACROSS.to_vec(), 3).unwrap().partition;
    valid(&q);
    assert_eq!(q.owner(q.locate(pt(900_000, 600_000))), 3);
}

/// A map two kilometres wide on which corners are put on borders, as snapping does, or beside them by millimetres; then
/// rings, lines and an outline drawn across it. How many were tried, and the refusals by kind.
fn crowded_walk(seed: u64, tried: &mut usize, refused: &mut std::collections::BTreeMap<String, usize>) {
    let mut rng = Rng(seed);
    let span = 2_000_000;
    let near = |rng: &mut Rng, mm: i32| rng.below(2 * mm + 1) - mm;
    let corner = |rng: &mut Rng, x: i32, y: i32| pt(x + near(rng, 200_000), y + near(rng, 200_000));
    let ring = [(0, 0), (span / 2, 0), (span, 0), (span, span), (0, span)];
    let mut p = outline(ring.map(|(x, y)| corner(&mut rng, x, y)).to_vec());
    for i in 0..32 {
        // A corner of a border, a point of one as snapping gives it, or one that missed it.
        let beside = |rng: &mut Rng, off_mm: i32| {
            let edges: Vec<&Edge> = p.edges().map(|(_, e)| e).collect();
            let e = edges[rng.below(edges.len() as i32) as usize];
            let k = rng.below(e.points.len() as i32 - 1) as usize;
            let (a, b) = (e.points[k], e.points[k + 1]);
            let t = f64::from(rng.below(1000)) / 1000.0;
            let along = |a: i32, b: i32| a + (t * f64::from(b - a)).round() as i32;
            let at = crate::geom::foot_on_segment(pt(along(a.x, b.x), along(a.y, b.y)), a, b);
            match rng.below(4) {
                0 => a,
                1 => pt(at.x + near(rng, off_mm), at.y + near(rng, off_mm)),
                _ => at,
            }
        };
        let new = 1 + i as Owner;
        let open = |rng: &mut Rng| pt(rng.below(span), rng.below(span));
        *tried += 1;
        let result = if i % 4 < 3 {
            // A ring two corners of which follow borders.
            let off = [1, 3, 30][i % 4];
            let mut corners = vec![beside(&mut rng, off), beside(&mut rng, off), open(&mut rng), open(&mut rng)];
            let middle = pt(corners.iter().map(|c| c.x / 4).sum::<i32>(), corners.iter().map(|c| c.y / 4).sum::<i32>());
            corners.sort_by_key(|c| {
                let turn = f64::from(c.y - middle.y).atan2(f64::from(c.x - middle.x));
                (turn * 1e9) as i64
            });
            // A cell on open ground, one that takes from others, or more ground for the outline.
            let kind = rng.below(5);
            let take = move |o: Owner| match (o, kind) {
                (OUTSIDE, 0) => Some(LAYER),
                (OUTSIDE, _) | (_, 0) => None,
                (LAYER, _) | (_, 1) => Some(new),
                _ => None,
            };
            draw(&p, &[corners], &DrawRules::new(&take, &|o| o == LAYER)).map(|d| d.partition)
        } else {
            let owners: std::collections::BTreeSet<Owner> =
                p.faces().map(|(_, f)| f.owner).filter(|o| *o != OUTSIDE).collect();
            let owner = *owners.iter().nth(rng.below(owners.len() as i32) as usize).unwrap();
            let line = [beside(&mut rng, 3), beside(&mut rng, 3)];
            split(&p, owner, &line, None, 2.0, new).map(|s| s.partition)
        };
        match result {
            Ok(q) => {
                valid(&q);
                p = q;
            }
            Err(e) => {
                let kind = format!("{e:?}");
                if kind.starts_with("TooClose") && std::env::var_os("GETU_SEEDS").is_some() {
                    println!("seed {seed} edit {i}: {kind}");
                }
                *refused.entry(kind.split(' ').next().unwrap_or_default().to_owned()).or_default() += 1;
            }
        }
    }
}

#[test]
fn random_drawing_beside_borders_is_hardly_ever_too_close() {
    let (mut tried, mut refused) = (0, std::collections::BTreeMap::new());
    let seeds = std::env::var("GETU_SEEDS").ok().and_then(|s| s.parse().ok()).unwrap_or(40);
    for seed in 0..seeds {
        crowded_walk(seed, &mut tried, &mut refused);
    }
    println!("{tried} tried; refused: {refused:?}");
    let too_close = refused.get("TooClose").copied().unwrap_or(0);
    assert!(too_close * 100 < tried, "{too_close} of {tried} refused as too close");
}
