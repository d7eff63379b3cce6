//! V3: a building cut by a border, its footprint less than 99 % on one side.
//!
//! Buildings are looked for along the borders, not borders along the buildings; only footprints that a border really
//! enters are clipped.

use super::Issue;
use super::seen::{Seen, warning};
use crate::geom::{Box2, Meet, Pt, meet, ring_area2, rings_contain};
use crate::model::{Kind, Said, ShapeRef};
use crate::topology::{OUTSIDE, Owner};
use geo::{Area, BooleanOps, Coord, LineString, MultiPolygon, Polygon};
use std::collections::{BTreeMap, BTreeSet};

/// Share of a footprint that must lie on one owner's ground.
const WHOLE: f64 = 0.99;
/// Borders are searched along in pieces of this length, so that a slanting one has no wide box.
const PIECE_MM: i64 = 50_000;

pub(super) fn check(seen: &Seen<'_>) -> Vec<Issue> {
    let table = seen.project.table(Kind::Buildings);
    let mut out = Vec::new();
    for slot in near_borders(seen) {
        let Some(row) = table.get(slot) else { continue };
        let shares = shares(seen, &row.shape(), &row.bbox());
        let total: f64 = shares.values().sum();
        let Some((&most, &area)) = shares.iter().rev().max_by(|a, b| a.1.total_cmp(b.1)) else { continue };
        if total <= 0.0 || area / total >= WHOLE {
            continue;
        }
        let percent = (100.0 * area / total + 1e-6).floor();
        let name = seen.owner_name(most);
        let said = Said::new(
            format!("楼栋 {} 被边界切开，{percent} % 在{}，请移动边界", row.code(), spaced(&name.zh)),
            format!("A border cuts building {}, {percent} % lie in {}: move the border", row.code(), name.en),
        );
        let mut cells: Vec<(f64, &str)> =
            shares.iter().filter_map(|(&o, &a)| Some((a, seen.layer.unit_of(o)?.code.as_str()))).collect();
        cells.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        out.push(Issue {
            at: row.anchor(),
            cells: cells.into_iter().map(|(_, c)| (seen.def.id.clone(), c.to_owned())).collect(),
            buildings: vec![row.code().to_owned()],
            ..warning("V3", said)
        });
    }
    out
}

/// A blank between Chinese and figures, none between Chinese and Chinese.
fn spaced(name: &str) -> String {
    if name.starts_with(|c: char| c.is_ascii()) { format!(" {name}") } else { name.to_owned() }
}

/// Slots of buildings whose box a border enters, ascending.
fn near_borders(seen: &Seen<'_>) -> BTreeSet<u32> {
    let table = seen.project.table(Kind::Buildings);
    let mut found = BTreeSet::new();
    if table.is_empty() {
        return found;
    }
    for (_, e) in seen.layer.partition.edges() {
        for w in e.points.windows(2) {
            let (a, b) = (w[0], w[1]);
            let span = Box2::of_two(a, b);
            let n = span.width().max(span.height()) / PIECE_MM + 1;
            let along = |p: i32, q: i32, i: i64| (i64::from(p) + (i64::from(q) - i64::from(p)) * i / n) as i32;
            for i in 0..n {
                let piece = Box2::of_two(
                    Pt { x: along(a.x, b.x, i), y: along(a.y, b.y, i) },
                    Pt { x: along(a.x, b.x, i + 1), y: along(a.y, b.y, i + 1) },
                );
                table.search(&piece.grown(1), |slot, row| {
                    if enters(a, b, &row.bbox()) {
                        found.insert(slot);
                    }
                });
            }
        }
    }
    found
}

/// Whether a segment has a point in a box.
fn enters(a: Pt, b: Pt, area: &Box2) -> bool {
    if area.contains(a) || area.contains(b) {
        return true;
    }
    let (min, max) = (area.min, area.max);
    let corners = [min, Pt { x: max.x, y: min.y }, max, Pt { x: min.x, y: max.y }];
    (0..4).any(|i| meet(a, b, corners[i], corners[(i + 1) % 4]) != Meet::Apart)
}

/// Area of a footprint by owner of the ground, mm²; empty if no border enters it.
fn shares(seen: &Seen<'_>, shape: &ShapeRef<'_>, area: &Box2) -> BTreeMap<Owner, f64> {
    let p = &seen.layer.partition;
    let mut out = BTreeMap::new();
    if shape.tag != 3 {
        return out;
    }
    let rings = || shape.parts.iter().flatten().copied();
    let mut faces: BTreeSet<u32> = BTreeSet::new();
    for e in p.edges_near(area) {
        let Some(edge) = p.edge(e) else { continue };
        let inside = edge.points.windows(2).any(|w| enters(w[0], w[1], area) && goes_into(w[0], w[1], rings()));
        if inside {
            faces.extend([edge.left, edge.right]);
        }
    }
    if faces.is_empty() {
        return out;
    }
    // The face with the most points is not clipped: it has what the others leave. The world always is that one.
    let points = |f: u32| match p.face(f) {
        Some(face) if f != crate::topology::WORLD => {
            face.rings.iter().flat_map(|&h| p.ring(h)).filter_map(|h| p.edge(h.edge())).map(|e| e.points.len()).sum()
        }
        _ => usize::MAX,
    };
    let rest = faces.iter().copied().max_by_key(|&f| points(f)).unwrap_or(crate::topology::WORLD);
    let origin = area.centre();
    let parts = shape.parts.iter().map(|part| polygon(part.iter().copied(), origin)).collect();
    let footprint: MultiPolygon<f64> = MultiPolygon::new(parts);
    let total = rings().map(ring_area2).sum::<i128>().abs() as f64 / 2.0;
    let mut left = total;
    for f in faces.into_iter().filter(|&f| f != rest) {
        let ground = p.rings(f);
        let ground = MultiPolygon::new(vec![polygon(ground.iter().map(Vec::as_slice), origin)]);
        let a = footprint.intersection(&ground).unsigned_area();
        *out.entry(p.owner(f)).or_insert(0.0) += a;
        left -= a;
    }
    *out.entry(if rest == crate::topology::WORLD { OUTSIDE } else { p.owner(rest) }).or_insert(0.0) += left.max(0.0);
    out
}

/// Whether a segment has a point in the inside of a polygon; one that only runs along its border has none.
fn goes_into<'a>(a: Pt, b: Pt, rings: impl Iterator<Item = &'a [Pt]> + Clone) -> bool {
    let sides = rings.clone().flat_map(|r| (0..r.len()).map(move |i| (r[i], r[(i + 1) % r.len()])));
    sides.into_iter().any(|(c, d)| meet(a, b, c, d) == Meet::Cross)
        || [a, b].into_iter().any(|v| rings_contain(rings.clone(), v))
        || touches_twice(a, b, rings)
}

/// Whether a segment enters a polygon through its vertices: it touches in two places or more.
fn touches_twice<'a>(a: Pt, b: Pt, rings: impl Iterator<Item = &'a [Pt]>) -> bool {
    let sides = rings.flat_map(|r| (0..r.len()).map(move |i| (r[i], r[(i + 1) % r.len()])));
    let mut first = None;
    for (c, d) in sides {
        if let Meet::Touch(q) = meet(a, b, c, d)
            && *first.get_or_insert(q) != q
        {
            return true;
        }
    }
    false
}

/// Rings, the first the outer one, as a polygon about an origin.
fn polygon<'a>(mut rings: impl Iterator<Item = &'a [Pt]>, origin: Pt) -> Polygon<f64> {
    let line = |r: &[Pt]| -> LineString<f64> {
        let about = |v: i32, o: i32| f64::from(v) - f64::from(o);
        r.iter().map(|q| Coord { x: about(q.x, origin.x), y: about(q.y, origin.y) }).collect()
    };
    let outer = rings.next().map_or_else(|| LineString::new(vec![]), line);
    Polygon::new(outer, rings.map(line).collect())
}
