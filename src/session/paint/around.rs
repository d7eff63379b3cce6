//! What stands round painted buildings: other buildings, lines that a border can follow, the nearest place of the cell.

use super::REACH_MM;
use super::middle::Footprint;
use super::plane::Line;
use crate::assign::Assignment;
use crate::geom::{Box2, Pt, foot_on_segment};
use crate::model::{Field, Id, Kind};
use crate::plan::{Layer, Project};
use crate::scene::LineClass;
use crate::scene::kinds::road_class;
use crate::session::buildings::hull;
use crate::session::network::Network;
use std::collections::{BTreeMap, BTreeSet};

/// A building, or a courtyard kept whole, that belongs where its anchor lies.
pub(super) struct Item {
    pub slots: Vec<u32>,
    pub anchor: Pt,
    pub footprint: Footprint,
    pub ours: bool,
}

/// The place on a cell's border nearest to a box, within reach.
pub(super) fn nearest(l: &Layer, cell: Id, to: &Box2) -> Option<Pt> {
    let corner = |p: Pt| Pt { x: p.x.clamp(to.min.x, to.max.x), y: p.y.clamp(to.min.y, to.max.y) };
    let near = l.partition.edges_near(&to.grown(REACH_MM));
    let edges = near.into_iter().filter_map(|e| l.partition.edge(e)).filter(|e| {
        let (a, b) = l.partition.sides(e);
        a == cell.0 || b == cell.0
    });
    let mut best: Option<(i64, Pt)> = None;
    for w in edges.flat_map(|e| e.points.windows(2).map(|w| (w[0], w[1])).collect::<Vec<_>>()) {
        for q in [w.0, w.1, foot_on_segment(to.centre(), w.0, w.1), foot_on_segment(corner(w.0), w.0, w.1)] {
            let d2 = corner(q).dist2(q);
            if best.is_none_or(|(d, _)| d2 < d) {
                best = Some((d2, q));
            }
        }
    }
    let reach2 = i64::from(REACH_MM).pow(2);
    best.filter(|(d2, _)| *d2 <= reach2).map(|(_, q)| q)
}

/// What stands in the surroundings and follows the ground. What is pinned and not painted does not.
pub(super) fn items(p: &Project, a: &Assignment, l: &Layer, area: &Box2, painted: &BTreeSet<u32>) -> Vec<Item> {
    let (table, yards) = (p.table(Kind::Buildings), p.table(Kind::Courtyards));
    let whole = |slot: u32| a.courtyards().of_building(slot).filter(|y| p.is_whole(*y));
    let mut slots: BTreeSet<u32> = painted.clone();
    table.search(area, |slot, _| {
        slots.insert(slot);
    });
    let mut by_yard: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut out = Vec::new();
    let rings = |slot: u32| -> Footprint {
        let row = table.get(slot);
        let rings = row.map(|r| r.shape()).into_iter().flat_map(|s| s.parts.into_iter().flatten());
        rings.map(<[Pt]>::to_vec).collect()
    };
    for slot in slots {
        let ours = painted.contains(&slot);
        // A pinned building of a courtyard that is kept whole does not take the others along: it is pinned anew.
        if l.pins.contains_key(&slot) && (!ours || whole(slot).is_some()) {
            continue;
        }
        if let Some(yard) = whole(slot) {
            by_yard.entry(yard).or_default().push(slot);
            continue;
        }
        let Some(anchor) = table.get(slot).and_then(|r| r.anchor()) else { continue };
        let mut footprint = rings(slot);
        if footprint.is_empty() {
            footprint.push(vec![anchor]);
        }
        out.push(Item { slots: vec![slot], anchor, footprint, ours });
    }
    for (yard, slots) in by_yard {
        let Some(row) = yards.get(yard) else { continue };
        let Some(anchor) = row.anchor() else { continue };
        let ground = row.shape().parts.into_iter().flatten().map(<[Pt]>::to_vec);
        let footprint = ground.chain(slots.iter().flat_map(|s| rings(*s))).collect();
        let ours = slots.iter().any(|s| painted.contains(s));
        out.push(Item { slots, anchor, footprint, ours });
    }
    out
}

/// Lines of the surroundings that a border can follow, and their end.
pub(super) fn surroundings(p: &Project, l: &Layer, area: &Box2) -> Vec<(Vec<Pt>, Line)> {
    let mut out: Vec<(Vec<Pt>, Line)> = Vec::new();
    let mut put = |line: &[Pt], closed: bool, kind: Line| {
        let mut open: Vec<Pt> = Vec::new();
        let first = line.first().copied().filter(|_| closed);
        let all: Vec<Pt> = line.iter().copied().chain(first).collect();
        for w in all.windows(2).filter(|w| w[0] != w[1]) {
            if !Box2::of_two(w[0], w[1]).meets(area) {
                out.extend((open.len() > 1).then(|| (std::mem::take(&mut open), kind)));
                open.clear();
                continue;
            }
            if open.is_empty() {
                open.push(w[0]);
            }
            open.push(w[1]);
        }
        out.extend((open.len() > 1).then_some((open, kind)));
    };
    for e in l.partition.edges_near(area) {
        if let Some(edge) = l.partition.edge(e) {
            put(&edge.points, false, Line::Border);
        }
    }
    let of = [
        (Kind::Roads, Line::Street),
        (Kind::Water, Line::Bank),
        (Kind::Walls, Line::Wall),
        (Kind::Courtyards, Line::Wall),
    ];
    for (kind, line) in of {
        p.table(kind).search(area, |_, row| {
            let line = match (kind, road_class(row.text(Field::Kind).unwrap_or_default())) {
                (Kind::Roads, Some(LineClass::Path)) => Line::Path,
                // Nobody walks along these.
                (Kind::Roads, None | Some(LineClass::Metro | LineClass::Ferry | LineClass::Tunnel)) => return,
                _ => line,
            };
            let shape = row.shape();
            let closed = shape.tag == 3;
            shape.parts.into_iter().flatten().for_each(|part| put(part, closed, line));
        });
    }
    let (a, b) = (area.min, area.max);
    put(&[a, Pt { x: b.x, y: a.y }, b, Pt { x: a.x, y: b.y }], true, Line::Frame);
    out
}

/// The stretches of lines within an area, each once.
pub(super) fn noded(lines: &[(Vec<Pt>, Line)], area: &Box2, go_on: &dyn Fn() -> bool) -> Option<Vec<(Pt, Pt, Line)>> {
    let given: Vec<(Vec<Pt>, f32)> = lines.iter().map(|(l, kind)| (l.clone(), f32::from(*kind as u8))).collect();
    let once = Network::of_lines(&given, go_on)?;
    // Rounding may have laid a stretch over another.
    let again: Vec<(Vec<Pt>, f32)> = once.stretches().map(|(a, b, kind)| (vec![a, b], kind)).collect();
    let twice = Network::of_lines(&again, go_on)?;
    let within = |(a, b, kind): (Pt, Pt, f32)| (area.contains(a) && area.contains(b)).then_some((a, b, Line::of(kind)));
    Some(twice.stretches().filter_map(within).collect())
}

/// The smallest rectangle round points, grown by `by_mm`; `None` where they lie on one line. O(points · hull).
pub(super) fn rectangle_round(mut points: Vec<Pt>, by_mm: f64) -> Option<Vec<Pt>> {
    if points.len() == 1 || Box2::of(&points).width() == 0 || Box2::of(&points).height() == 0 {
        let b = Box2::of(&points).grown(1000);
        points = vec![b.min, Pt { x: b.max.x, y: b.min.y }, b.max, Pt { x: b.min.x, y: b.max.y }];
    }
    let hull = hull(&mut points)?;
    let mut best: Option<(f64, Vec<Pt>)> = None;
    for i in 0..hull.len() {
        let (a, b) = (hull[i], hull[(i + 1) % hull.len()]);
        let d = a.dist(b);
        let (ux, uy) = ((f64::from(b.x) - f64::from(a.x)) / d, (f64::from(b.y) - f64::from(a.y)) / d);
        let along = |p: &Pt| {
            let (x, y) = (f64::from(p.x) - f64::from(a.x), f64::from(p.y) - f64::from(a.y));
            (x * ux + y * uy, y * ux - x * uy)
        };
        let mut range = [f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY];
        for (u, v) in hull.iter().map(along) {
            range = [range[0].min(u), range[1].max(u), range[2].min(v), range[3].max(v)];
        }
        let [u0, u1, v0, v1] = [range[0] - by_mm, range[1] + by_mm, range[2] - by_mm, range[3] + by_mm];
        let at = |u: f64, v: f64| Pt {
            x: (f64::from(a.x) + u * ux - v * uy).round() as i32,
            y: (f64::from(a.y) + u * uy + v * ux).round() as i32,
        };
        let size = (u1 - u0) * (v1 - v0);
        if best.as_ref().is_none_or(|(s, _)| size < *s) {
            best = Some((size, vec![at(u0, v0), at(u1, v0), at(u1, v1), at(u0, v1)]));
        }
    }
    best.map(|(_, r)| r)
}
