//! The ground that a courtyard round some buildings may be: the block of streets and walls they stand in, else their hull, which no
//! street outside of them crosses.

use super::hull_round;
use crate::assign::Courtyards;
use crate::geom::{Box2, Meet, Pt, dist2_to_segment, meet, ring_area2, ring_contains};
use crate::model::{Kind, Value};
use crate::plan::Project;
use crate::session::network::{FOLLOWED, Network};
use geo::algorithm::buffer::{Buffer, BufferStyle, LineCap, LineJoin};
use geo::{BooleanOps, Coord, LineString, MultiLineString, MultiPolygon, Polygon, Simplify};
use std::collections::BTreeSet;

/// How far the hull reaches beyond the buildings, mm.
const BESIDE_MM: f64 = 6_000.0;
/// How far a courtyard stays from the middle of a street, mm: half of a street of a neighbourhood.
const STREET_MM: f64 = 4_000.0;
/// Across farther than this no courtyard is proposed, mm: scattered buildings are no estate.
const MOST_ACROSS_MM: i64 = 1_000_000;
/// Streets and walls that are looked at stand within this of the buildings, mm.
const NEAR_MM: i32 = 300_000;
/// A block this many times as large as the hull is more than a courtyard.
const BLOCK_TIMES: f64 = 6.0;
/// Bends within this of a straight line go, mm.
const PLAIN_MM: f64 = 300.0;
/// Of the buildings in a block this share may be others for it to be theirs.
const OTHERS: f64 = 0.1;
/// Buildings of a cluster at most, and how far they may stand apart, mm.
const CLUSTER: usize = 80;
const APART_MM: i32 = 30_000;

fn coord(p: Pt) -> Coord<f64> {
    Coord { x: f64::from(p.x), y: f64::from(p.y) }
}

fn polygon(ring: &[Pt]) -> Polygon<f64> {
    Polygon::new(LineString::new(ring.iter().map(|&p| coord(p)).collect()), vec![])
}

/// Lines of the streets, banks and walls near a box; of courtyards those that hold none of `inside`. What gives way is told from what
/// stands: a street has a width.
fn lines_near(p: &Project, near: &Box2, inside: &[Pt]) -> Vec<(Vec<Pt>, bool)> {
    let mut out = Vec::new();
    for (kind, _) in FOLLOWED {
        let wide = matches!(kind, Kind::Roads | Kind::Water);
        p.table(kind).search(near, |_, row| {
            let shape = row.shape();
            let closed = shape.tag == 3;
            for part in shape.parts.into_iter().flatten() {
                if kind == Kind::Courtyards && inside.iter().any(|&q| ring_contains(part, q)) {
                    continue;
                }
                let mut line = part.to_vec();
                if closed && line.first() != line.last() {
                    line.extend(part.first());
                }
                line.dedup();
                if line.len() > 1 {
                    out.push((line, wide));
                }
            }
        });
    }
    out
}

fn network(lines: &[(Vec<Pt>, bool)]) -> Network {
    let plain: Vec<(Vec<Pt>, f32)> = lines.iter().map(|(l, _)| (l.clone(), 1.0)).collect();
    Network::of_lines(&plain, &|| true).unwrap_or_default()
}

fn sides(ring: &[Pt]) -> impl Iterator<Item = (Pt, Pt)> + '_ {
    (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()]))
}

/// Anchors of buildings.
fn anchors(p: &Project, slots: &[u32]) -> Vec<Pt> {
    let t = p.table(Kind::Buildings);
    slots.iter().filter_map(|&s| t.get(s)?.anchor()).collect()
}

/// The outline proposed for a courtyard round buildings, counter-clockwise; `None` for none. O(lines within 300 m, log of them).
///
/// Streets between the buildings do not count; those round them and walls are where it ends: if nearly all buildings of the block are
/// among them it is the block, else their hull inside it.
pub fn enclosure(p: &Project, slots: &[u32]) -> Option<Vec<Pt>> {
    let hull = hull_round(p, slots, BESIDE_MM)?;
    let b = Box2::of(hull.iter());
    if b.width().max(b.height()) > MOST_ACROSS_MM {
        return None;
    }
    let core = hull_round(p, slots, 10.0)?;
    let all = anchors(p, slots);
    let at = *all.first()?;
    let near = Box2::of(hull.iter()).grown(NEAR_MM);
    let lines = lines_near(p, &near, &all);
    let through = |a: Pt, b: Pt| {
        ring_contains(&core, a) || ring_contains(&core, b) || sides(&core).any(|(c, d)| meet(a, b, c, d) != Meet::Apart)
    };
    let block = network(&lines).block_round(at, &through);
    let large = |ring: &[Pt]| ring_area2(ring).unsigned_abs() as f64;
    let block = block.filter(|b| all.iter().all(|&q| ring_contains(b, q)));
    let whole = block.as_ref().is_some_and(|b| {
        let own: BTreeSet<u32> = slots.iter().copied().collect();
        let mut others = 0;
        p.table(Kind::Buildings).search(&Box2::of(b.iter()), |slot, row| {
            others += usize::from(!own.contains(&slot) && row.anchor().is_some_and(|q| ring_contains(b, q)));
        });
        others as f64 <= OTHERS * own.len() as f64 && large(b) <= BLOCK_TIMES * large(&hull)
    });
    let ground = match &block {
        Some(b) if whole => MultiPolygon::new(vec![polygon(b)]),
        Some(b) => polygon(&hull).intersection(&polygon(b)),
        None => MultiPolygon::new(vec![polygon(&hull)]),
    };
    // Streets have a width; a wall is where it is.
    let walls = || lines.iter().filter(|(_, wide)| !wide).flat_map(|(l, _)| l.windows(2));
    let on_wall = |a: Pt, b: Pt| {
        let m = Box2::of_two(a, b).centre();
        walls().any(|w| dist2_to_segment(m, w[0], w[1]) < 2_500.0)
    };
    let edge = |ring: &Vec<Pt>| {
        let open = sides(ring).filter(|&(a, b)| !on_wall(a, b));
        open.map(|(a, b)| LineString::new(vec![coord(a), coord(b)])).collect::<Vec<_>>()
    };
    let streets: Vec<LineString<f64>> = match &block {
        Some(b) => edge(b),
        None => {
            let segments = lines.iter().filter(|(_, wide)| *wide).flat_map(|(l, _)| l.windows(2));
            let outside = segments.filter(|w| !through(w[0], w[1]));
            outside.map(|w| LineString::new(vec![coord(w[0]), coord(w[1])])).collect()
        }
    };
    let style = BufferStyle::new(STREET_MM).line_cap(LineCap::Square).line_join(LineJoin::Bevel);
    let kept = ground.difference(&MultiLineString::new(streets).buffer_with_style(style));
    let inside = |ring: &[Pt]| all.iter().filter(|&&q| ring_contains(ring, q)).count();
    let best = kept.iter().map(ring_of).max_by_key(|r| inside(r)).filter(|r| r.len() > 2 && inside(r) == all.len());
    Some(best.unwrap_or(hull))
}

/// The outer ring of a polygon on the grid, without what is hardly a bend.
fn ring_of(p: &Polygon<f64>) -> Vec<Pt> {
    let plain = p.exterior().simplify(PLAIN_MM);
    let mut ring: Vec<Pt> =
        plain.coords().map(|c| Pt { x: c.x.round() as i32, y: c.y.round() as i32 }).filter(|q| q.in_range()).collect();
    ring.dedup();
    if ring.first() == ring.last() {
        ring.pop();
    }
    if ring_area2(&ring) < 0 {
        ring.reverse();
    }
    ring
}

/// The buildings that stand together at a place and belong to no courtyard: those of the block of streets and walls, if they are not too
/// many; else those that stand near each other from the nearest on. Ascending. O(lines within 300 m + buildings near).
pub fn cluster_at(p: &Project, yards: &Courtyards, at: Pt) -> Vec<u32> {
    let t = p.table(Kind::Buildings);
    let free = |slot: u32| yards.of_building(slot).is_none();
    let lines = lines_near(p, &Box2::of_two(at, at).grown(NEAR_MM), &[at]);
    if let Some(block) = network(&lines).block_round(at, &|_, _| false) {
        let mut found = Vec::new();
        t.search(&Box2::of(block.iter()), |slot, row| {
            if free(slot) && row.anchor().is_some_and(|q| ring_contains(&block, q)) {
                found.push(slot);
            }
        });
        found.sort_unstable();
        if !found.is_empty() && found.len() <= CLUSTER {
            return found;
        }
    }
    let mut nearest: Option<(i64, u32)> = None;
    t.search(&Box2::of_two(at, at).grown(APART_MM), |slot, row| {
        let d = row.anchor().filter(|_| free(slot)).map(|a| (a.dist2(at), slot));
        nearest = [nearest, d].into_iter().flatten().min();
    });
    let mut found: BTreeSet<u32> = nearest.into_iter().map(|(_, s)| s).collect();
    let mut next: Vec<u32> = found.iter().copied().collect();
    while let Some(row) = next.pop().and_then(|s| t.get(s)) {
        t.search(&row.bbox().grown(APART_MM), |slot, _| {
            if found.len() < CLUSTER && free(slot) && found.insert(slot) {
                next.push(slot);
            }
        });
    }
    found.into_iter().collect()
}

/// The edit that makes a courtyard of a ring, with its name where one is given; `whole`: it goes to one cell.
pub fn new_courtyard(p: &Project, ring: &[Pt], name: &str, whole: bool) -> crate::plan::Op {
    let o = p.origin();
    let mut row = crate::plan::NewRow {
        rings: vec![ring.iter().map(|&q| o.place(q)).collect()],
        ..crate::plan::NewRow::default()
    };
    if !name.trim().is_empty() {
        row.fields.insert("name".into(), name.trim().into());
    }
    if whole {
        row.fields.insert(crate::model::Field::Whole.name().into(), 1.into());
    }
    debug_assert!(matches!(crate::model::Field::Whole.sample(), Value::Count(_)));
    crate::plan::Op::Add { kind: Kind::Courtyards, rows: vec![row] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::pt;
    use crate::model::{Lang, Row, Segment, Shape};
    use crate::plan::{Hash, History, Op};
    use crate::session::{Command, Session, layer_from_text};

    /// Two rows of three buildings of 40 m by 12 m in a block of streets 200 m by 120 m; a lane between the rows, and others beyond.
    fn ground(walled: bool) -> Session {
        let layer = layer_from_text("grid=x:社区>网格").unwrap();
        let origin = crate::geom::Origin::at(500_000, 3_000_000).unwrap();
        let p = crate::session::empty_project("x", "EPSG:4549", Some(origin), vec![layer], 3).unwrap();
        let mut s = Session::new(History::new(p, 3), None, Lang::Zh, "");
        let m = |x: i32, y: i32| pt(x * 1000, y * 1000);
        let house = |i: usize, x: i32, y: i32| {
            let ring = vec![m(x, y), m(x + 40, y), m(x + 40, y + 12), m(x, y + 12)];
            Row::new(&format!("B{i}"), "", vec![], Shape::Polygons(vec![vec![ring]])).unwrap()
        };
        let places = [(20, 20), (80, 20), (140, 20), (20, 80), (80, 80), (140, 80), (20, 150), (260, 20)];
        let houses = places.iter().enumerate().map(|(i, &(x, y))| house(i, x, y)).collect();
        let line = |code: &str, points: &[(i32, i32)]| {
            let points = points.iter().map(|&(x, y)| m(x, y)).collect();
            Row::new(code, "", vec![], Shape::Lines(vec![points])).unwrap()
        };
        let roads = vec![
            line("R1", &[(-50, 0), (400, 0)]),
            line("R2", &[(-50, 120), (400, 120)]),
            line("R3", &[(0, -50), (0, 200)]),
            line("R4", &[(200, -50), (200, 200)]),
            // A lane between the rows that ends inside, and one that ends nowhere near.
            line("R5", &[(0, 55), (190, 55)]),
            line("R6", &[(200, 60), (250, 60)]),
        ];
        let walls = vec![line("Q1", &[(0, 0), (200, 0), (200, 120), (0, 120), (0, 0)])];
        for (kind, rows) in
            [(Kind::Buildings, houses), (Kind::Roads, roads), (Kind::Walls, if walled { walls } else { vec![] })]
        {
            if rows.is_empty() {
                continue;
            }
            let segment = Segment::pack(kind, rows);
            let segments = vec![Hash(segment.hash())];
            s.hold(segment);
            s.dispatch(
                Command::Do(Op::Import { kind, segments, source: "t".into(), crs: None, level: None }.into()),
                0,
            );
        }
        s
    }

    fn slots(s: &Session, codes: &[usize]) -> Vec<u32> {
        let t = s.project().table(Kind::Buildings);
        codes.iter().map(|i| t.find(&format!("B{i}")).unwrap()).collect()
    }

    #[test]
    fn all_buildings_of_a_block_are_enclosed_by_it_less_half_the_streets() {
        let s = ground(false);
        let ring = enclosure(s.project(), &slots(&s, &[0, 1, 2, 3, 4, 5])).unwrap();
        let b = Box2::of(ring.iter());
        assert_eq!((b.min, b.max), (pt(4000, 4000), pt(196_000, 116_000)), "{ring:?}");
        assert_eq!(ring.len(), 4, "lanes that end inside leave no notch: {ring:?}");
        // A wall along the streets is where it ends.
        let s = ground(true);
        let ring = enclosure(s.project(), &slots(&s, &[0, 1, 2, 3, 4, 5])).unwrap();
        assert_eq!(Box2::of(ring.iter()), Box2::of_two(pt(0, 0), pt(200_000, 120_000)));
    }

    #[test]
    fn some_buildings_of_a_block_get_their_hull_which_stays_within_it() {
        let s = ground(false);
        let one = slots(&s, &[0, 1]);
        let ring = enclosure(s.project(), &one).unwrap();
        let b = Box2::of(ring.iter());
        assert_eq!((b.min.x, b.max.x, b.min.y, b.max.y), (14_000, 126_000, 14_000, 38_000));
        // Buildings of two blocks: the street between them does not count, those round them do.
        let two = slots(&s, &[2, 7]);
        let ring = enclosure(s.project(), &two).unwrap();
        let b = Box2::of(ring.iter());
        assert!(b.min.y >= 4000 && b.max.x > 260_000 && ring_area2(&ring) > 0);
        assert!(anchors(s.project(), &two).iter().all(|&q| ring_contains(&ring, q)));
        assert_eq!(enclosure(s.project(), &[]), None);
    }

    #[test]
    fn a_click_among_buildings_finds_those_of_the_block() {
        let s = ground(false);
        let yards = Courtyards::of(s.project());
        // The lane parts the block where it is closed; here it ends inside, so that all six are one cluster.
        let mut all = slots(&s, &[0, 1, 2, 3, 4, 5]);
        all.sort_unstable();
        assert_eq!(cluster_at(s.project(), &yards, pt(70_000, 40_000)), all);
        assert_eq!(cluster_at(s.project(), &yards, pt(900_000, 900_000)), Vec::<u32>::new());
        // Once they are in a courtyard they are no cluster any more.
        let mut s = s;
        let ring = enclosure(s.project(), &slots(&s, &[0, 1, 2, 3, 4, 5])).unwrap();
        let op = new_courtyard(s.project(), &ring, " 和平里 ", true);
        s.dispatch(Command::Do(op.into()), 1);
        let t = s.project().table(Kind::Courtyards);
        let row = t.get(0).unwrap();
        assert_eq!((row.name(), row.count(crate::model::Field::Whole)), ("和平里", Some(1)));
        assert_eq!(cluster_at(s.project(), &Courtyards::of(s.project()), pt(70_000, 40_000)), Vec::<u32>::new());
    }
}
