//! What makes the sample believable, measured.

use super::*;
use crate::geom::rings_contain;

pub(super) fn count(row: &Row, f: Field) -> u64 {
    match row.get(f) {
        Some(Value::Count(n)) => u64::from(*n),
        _ => 0,
    }
}

fn cell_of(m: &SampleMap, p: Pt) -> Option<usize> {
    m.cells.iter().position(|c| rings_contain(c.rings.iter().map(Vec::as_slice), p))
}

#[test]
fn households_tell_a_story() {
    let m = liutang().unwrap();
    let mut sums = [(0u64, 0u64); 10];
    let (mut gap, mut outside) = ((0, 0), 0);
    for b in m.table(Kind::Buildings) {
        let a = b.anchor.unwrap();
        match cell_of(&m, a) {
            Some(i) => {
                sums[i].0 += count(b, Field::Households);
                sums[i].1 += 1;
            }
            None if rings_contain([m.gaps[0].as_slice()], a) => gap = (gap.0 + count(b, Field::Households), gap.1 + 1),
            None => outside += 1,
        }
    }
    for (c, s) in m.cells.iter().zip(sums) {
        println!(
            "{} {} {} households {} buildings {:.2} ha",
            c.code,
            c.name,
            s.0,
            s.1,
            crate::geom::ring_area2(&c.rings[0]) as f64 / 2e10
        );
    }
    println!("gap {gap:?} outside {outside} total {:?}", sums.iter().fold((0, 0), |a, s| (a.0 + s.0, a.1 + s.1)));
    let own: u64 = sums.iter().map(|s| s.1).sum();
    assert!((120..=150).contains(&own) && (80..=260).contains(&outside));
    assert_eq!(sums.iter().filter(|s| (300..=500).contains(&s.0)).count(), 8);
    assert_eq!(sums.iter().filter(|s| (530..=600).contains(&s.0)).count(), 1);
    assert_eq!(sums.iter().filter(|s| (230..=280).contains(&s.0)).count(), 1);
    assert_eq!(gap.1, 2);
}

pub(super) fn polygons(row: &Row) -> Vec<Vec<Pt>> {
    match &row.shape {
        Shape::Polygons(p) => p.iter().flatten().cloned().collect(),
        _ => vec![],
    }
}

pub(super) fn chains(row: &Row) -> Vec<Vec<Pt>> {
    match &row.shape {
        Shape::Lines(l) => l.clone(),
        _ => vec![],
    }
}

pub(super) fn word(row: &Row, f: Field) -> &str {
    match row.get(f) {
        Some(Value::Text(t)) => t,
        _ => "",
    }
}

pub(super) fn sides(ring: &[Pt]) -> impl Iterator<Item = (Pt, Pt)> + '_ {
    (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()]))
}

/// Exact: whether two closed rings share a point.
pub(super) fn touch(a: &[Pt], b: &[Pt]) -> bool {
    crate::geom::Box2::of(a).meets(&crate::geom::Box2::of(b))
        && (crate::geom::ring_contains(a, b[0])
            || crate::geom::ring_contains(b, a[0])
            || sides(a).any(|(p, q)| sides(b).any(|(r, s)| crate::geom::meet(p, q, r, s) != crate::geom::Meet::Apart)))
}

/// Distance in mm of a ring to a segment.
pub(super) fn distance(ring: &[Pt], p: Pt, q: Pt) -> f64 {
    use crate::geom::{Meet, dist2_to_segment, meet};
    sides(ring)
        .map(|(a, b)| {
            if meet(a, b, p, q) != Meet::Apart {
                return 0.0;
            }
            let d = [
                dist2_to_segment(a, p, q),
                dist2_to_segment(b, p, q),
                dist2_to_segment(p, a, b),
                dist2_to_segment(q, a, b),
            ];
            d.into_iter().fold(f64::MAX, f64::min).sqrt()
        })
        .fold(f64::MAX, f64::min)
}

#[test]
fn cells_and_gap_tile_the_outline() {
    use crate::geom::{Meet, meet, ring_area2};
    let m = liutang().unwrap();
    let mut rings: Vec<&Vec<Pt>> = m.cells.iter().flat_map(|c| &c.rings).collect();
    rings.push(&m.gaps[0]);
    let sum: i128 = rings.iter().map(|r| ring_area2(r)).sum();
    assert_eq!(sum, ring_area2(&m.outline[0]));
    assert!(rings.iter().all(|r| ring_area2(r) > 0));
    // Every side of a face is the reverse of exactly one other, or a side of the outline.
    let mut all: std::collections::HashMap<(Pt, Pt), usize> = std::collections::HashMap::new();
    rings.iter().for_each(|r| sides(r).for_each(|s| *all.entry(s).or_default() += 1));
    assert!(all.values().all(|&n| n == 1));
    let border: std::collections::HashSet<(Pt, Pt)> = sides(&m.outline[0]).collect();
    for s in all.keys() {
        assert!(all.contains_key(&(s.1, s.0)) != border.contains(s), "{s:?}");
    }
    assert!(border.iter().all(|s| all.contains_key(s)));
    // Simple rings, nothing shorter than a metre.
    for r in rings.iter().copied().chain([&m.outline[0]]) {
        let e: Vec<_> = sides(r).collect();
        for i in 0..e.len() {
            assert!(e[i].0.dist(e[i].1) > 1000.0);
            for j in i + 1..e.len() {
                let near = j == i + 1 || (i == 0 && j == e.len() - 1);
                let met = meet(e[i].0, e[i].1, e[j].0, e[j].1);
                assert!(if near { matches!(met, Meet::Touch(_)) } else { met == Meet::Apart }, "{:?} {:?}", e[i], e[j]);
            }
        }
    }
    let mut faces: std::collections::HashMap<Pt, usize> = std::collections::HashMap::new();
    rings.iter().for_each(|r| r.iter().for_each(|&p| *faces.entry(p).or_default() += 1));
    let inner = |n: usize| faces.iter().filter(|f| *f.1 == n && !m.outline[0].contains(f.0)).count();
    println!("nodes of three cells {}, of four {}", inner(3), inner(4));
    assert!(inner(3) >= 4 && inner(4) >= 1);
}

#[test]
fn borders_follow_streets_river_or_walls() {
    let m = liutang().unwrap();
    let mut lines: Vec<Vec<Pt>> = m.table(Kind::Roads).iter().chain(m.table(Kind::Walls)).flat_map(chains).collect();
    let bank = Class::River.width_m() * 500.0;
    let river: Vec<Vec<Pt>> = m.table(Kind::Water).iter().take(1).flat_map(polygons).collect();
    lines.retain(|l| l.len() > 1);
    let (mut good, mut all) = (0.0, 0.0);
    for c in &m.cells {
        for (a, b) in sides(&c.rings[0]) {
            let mid = crate::geom::pt((a.x + b.x) / 2, (a.y + b.y) / 2);
            let near = lines
                .iter()
                .flat_map(|l| l.windows(2))
                .any(|w| crate::geom::dist2_to_segment(mid, w[0], w[1]) < 8000.0 * 8000.0);
            // In the river: not further from a bank than half its width.
            let wet = river.iter().any(|r| {
                crate::geom::ring_contains(r, mid)
                    && sides(r).any(|(p, q)| crate::geom::dist2_to_segment(mid, p, q) < (bank + 100.0) * (bank + 100.0))
            });
            all += a.dist(b);
            good += if near || wet { a.dist(b) } else { 0.0 };
        }
    }
    println!("borders along a line: {:.1} %", good / all * 100.0);
    assert!(good / all >= 0.85);
}

#[test]
fn footprints_stand_free() {
    let m = liutang().unwrap();
    let all: Vec<(&Row, Vec<Pt>)> =
        m.table(Kind::Buildings).iter().flat_map(|b| polygons(b).into_iter().map(move |r| (b, r))).collect();
    for (i, (a, ra)) in all.iter().enumerate() {
        for (b, rb) in &all[i + 1..] {
            assert!(!touch(ra, rb), "{} and {} overlap", a.code, b.code);
        }
    }
    for road in m.table(Kind::Roads).iter().filter(|r| word(r, Field::Kind) != "rail") {
        let half = Class::named(word(road, Field::Kind)).unwrap().width_m() * 500.0;
        for line in chains(road) {
            for (b, ring) in &all {
                let far = crate::geom::Box2::of(ring).grown(half as i32 + 1);
                for w in line.windows(2).filter(|w| far.meets(&crate::geom::Box2::of_two(w[0], w[1]))) {
                    assert!(distance(ring, w[0], w[1]) >= half, "{} stands in {} {}", b.code, road.code, road.name);
                }
            }
        }
    }
    for w in m.table(Kind::Water) {
        let ring = &polygons(w)[0];
        assert!(all.iter().all(|(_, r)| !touch(ring, r)));
    }
    // Inside the outline each lies wholly in one face.
    for (b, r) in &all {
        let touching = m.cells.iter().map(|c| &c.rings[0]).chain(&m.gaps).filter(|c| touch(c, r)).count();
        assert!(touching <= 1, "{} lies in {touching} cells", b.code);
    }
}

#[test]
fn everything_is_simple_named_and_the_same_each_time() {
    let m = liutang().unwrap();
    for (kind, rows) in &m.rows {
        let mut codes: Vec<&str> = rows.iter().map(|r| r.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), rows.len(), "{kind:?}");
        for ring in rows.iter().flat_map(polygons) {
            assert!(crate::geom::ring_area2(&ring) > 0, "{kind:?}");
            let e: Vec<_> = sides(&ring).collect();
            for i in 0..e.len() {
                for j in i + 1..e.len() {
                    let near = j == i + 1 || (i == 0 && j == e.len() - 1);
                    let met = crate::geom::meet(e[i].0, e[i].1, e[j].0, e[j].1);
                    let fine =
                        if near { matches!(met, crate::geom::Meet::Touch(_)) } else { met == crate::geom::Meet::Apart };
                    assert!(fine, "{kind:?} {:?} {:?}", e[i], e[j]);
                }
            }
        }
        assert!(rows.iter().all(|r| r.anchor.is_none_or(|a| a.x.abs() < 3_000_000 && a.y.abs() < 3_000_000)));
    }
    let again = liutang().unwrap();
    for (a, b) in m.rows.iter().zip(&again.rows) {
        assert!(a == b);
    }
    // FNV-1a over every code and coordinate: the same on each platform. A wanted change of the map changes it.
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    let mut eat =
        |bytes: &[u8]| bytes.iter().for_each(|&b| sum = (sum ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
    for row in m.rows.iter().flat_map(|r| &r.1) {
        eat(row.code.as_bytes());
        for p in row.shape.as_ref().parts.iter().flatten().flat_map(|r| r.iter()) {
            eat(&p.x.to_le_bytes());
            eat(&p.y.to_le_bytes());
        }
    }
    assert_eq!(sum, 0xc437_07d8_c5d2_6486, "the map is another one: {sum:#x}");
    let begin = std::time::Instant::now();
    liutang().unwrap();
    println!("made in {:?}", begin.elapsed());
    for b in m.table(Kind::Buildings).iter().filter(|b| word(b, Field::Use) == "residential") {
        let area: f64 = b.shape.area_m2();
        assert!((150.0..1200.0).contains(&area), "{} {area}", b.code);
        assert!((4..=18).contains(&count(b, Field::Storeys)));
    }
}

#[test]
fn streets_are_one_network() {
    let m = liutang().unwrap();
    // Every road shares a vertex with another one; lanes and streets are reached from the arterials.
    let roads: Vec<(&Row, Vec<Pt>)> = m
        .table(Kind::Roads)
        .iter()
        .filter(|r| word(r, Field::Kind) != "rail" && !r.name.is_empty())
        .map(|r| (r, chains(r).concat()))
        .collect();
    let mut reached = vec![false; roads.len()];
    reached[0] = true;
    let mut open = vec![0];
    while let Some(i) = open.pop() {
        for j in 0..roads.len() {
            if !reached[j] && roads[i].1.iter().any(|p| roads[j].1.contains(p)) {
                reached[j] = true;
                open.push(j);
            }
        }
    }
    for (r, ok) in roads.iter().zip(&reached) {
        assert!(ok, "{} {} is cut off", r.0.code, r.0.name);
    }
}

#[test]
fn incidents_and_posts() {
    let m = liutang().unwrap();
    let all = m.table(Kind::Incidents);
    let nowhere = all.iter().filter(|r| r.shape == Shape::None).count();
    println!("incidents {} without a place {nowhere}", all.len());
    assert_eq!(all.len(), 300);
    assert!((3..40).contains(&nowhere));
    for r in all {
        assert!(word(r, Field::Class) != "邻里纠纷" || r.shape == Shape::None);
        let Some(Value::Int(t)) = r.get(Field::Time) else { panic!() };
        let day = (t + 8 * 3600).div_euclid(86_400);
        assert!((m.today.days() - 91..m.today.days()).contains(&day));
        if let Shape::Point(p) = r.shape {
            assert!(rings_contain(m.outline.iter().map(Vec::as_slice), p));
        }
    }
    for p in &m.posts {
        assert!(m.members.iter().any(|x| x.code == p.member) && m.cells.iter().any(|c| c.code == p.cell));
    }
    assert!(m.members.iter().all(|x| x.phone.as_ref().is_none_or(|t| t.contains("****"))));
    for c in m.table(Kind::Courtyards) {
        println!("{} {} {:?}", c.code, c.name, c.get(Field::Kind));
    }
    println!("walled {} of {}", m.table(Kind::Walls).len() - 2, m.table(Kind::Courtyards).len());
}

#[test]
fn dwellings_look_south_and_get_light() {
    let m = liutang().unwrap();
    let homes: Vec<(&Row, Vec<Pt>)> = m
        .table(Kind::Buildings)
        .iter()
        .filter(|b| word(b, Field::Use) == "residential")
        .map(|b| (b, polygons(b).remove(0)))
        .collect();
    for (b, r) in &homes {
        let (p, q) = sides(r).max_by_key(|s| s.0.dist2(s.1)).unwrap();
        let (dx, dy) = (f64::from(q.x - p.x).abs(), f64::from(q.y - p.y).abs());
        // 15°: the long side runs east–west; a point block's sides are alike.
        assert!(dx.min(dy) <= dx.max(dy) * 0.27, "{}", b.code);
    }
    let slabs: Vec<_> = homes.iter().filter(|h| count(h.0, Field::Storeys) <= 7).collect();
    let mut least = f64::MAX;
    for (a, ra) in &slabs {
        for (b, rb) in &slabs {
            let (pa, pb) = (a.anchor.unwrap(), b.anchor.unwrap());
            if pb.y - pa.y > 2 * (pb.x - pa.x).abs() && pa.dist(pb) < 60_000.0 {
                let apart = sides(rb).map(|s| distance(ra, s.0, s.1)).fold(f64::MAX, f64::min);
                least = least.min(apart / (count(a, Field::Storeys) as f64 * 3000.0));
            }
        }
    }
    println!("least distance of rows over height {least:.2}");
    assert!(least >= 0.9);
}
