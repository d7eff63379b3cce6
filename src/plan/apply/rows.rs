//! Edits of rows of places: buildings and courtyards added, moved, removed.

use super::facts::{bad_field, field_of};
use super::import::polygons_of;
use super::{Applying, no_such};
use crate::geom::{Meet, Place, Pt, meet};
use crate::model::{Extent, Field, Gathered, Kind, Row, Shape, Target, Unit, check_code};
use crate::plan::edit::NewRow;
use crate::plan::error::EditError;
use crate::plan::patch::{Item, Key};
use crate::topology::TopologyError;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Sine and cosine of an angle in degrees, by their series (Abramowitz and Stegun 4.3.65, 4.3.66) within 45°: only sums and
/// products, so that every machine gets the same bits.
fn sin_cos(deg: f64) -> (f64, f64) {
    let quarter = (deg / 90.0).round();
    let x = (deg - 90.0 * quarter) * (std::f64::consts::PI / 180.0);
    let x2 = x * x;
    let series = |first: f64, n0: f64| {
        let (mut term, mut sum, mut n) = (first, first, n0);
        while n < n0 + 20.0 {
            term = -term * x2 / ((n + 1.0) * (n + 2.0));
            sum += term;
            n += 2.0;
        }
        sum
    };
    let (s, c) = (series(x, 1.0), series(1.0, 0.0));
    match (quarter.rem_euclid(4.0)) as i32 {
        0 => (s, c),
        1 => (c, -s),
        2 => (-s, -c),
        _ => (-c, s),
    }
}

/// A shape turned by an angle (degrees, counter-clockwise) round a point and then moved by millimetres; `None` where it would
/// leave the grid. O(points).
pub fn turned(shape: &Shape, deg: f64, about: Pt, by: (i64, i64)) -> Option<Shape> {
    let (sin, cos) = sin_cos(deg);
    let place = |p: &Pt| {
        let (dx, dy) = (f64::from(p.x) - f64::from(about.x), f64::from(p.y) - f64::from(about.y));
        let x = i64::from(about.x) + (dx * cos - dy * sin).round() as i64 + by.0;
        let y = i64::from(about.y) + (dx * sin + dy * cos).round() as i64 + by.1;
        let p = Pt { x: i32::try_from(x).ok()?, y: i32::try_from(y).ok()? };
        p.in_range().then_some(p)
    };
    let ring = |r: &Vec<Pt>| r.iter().map(place).collect::<Option<Vec<Pt>>>();
    Some(match shape {
        Shape::None => Shape::None,
        Shape::Point(p) => Shape::Point(place(p)?),
        Shape::Lines(lines) => Shape::Lines(lines.iter().map(ring).collect::<Option<_>>()?),
        Shape::Polygons(parts) => {
            let part = |rings: &Vec<Vec<Pt>>| rings.iter().map(ring).collect::<Option<Vec<_>>>();
            Shape::Polygons(parts.iter().map(part).collect::<Option<_>>()?)
        }
    })
}

/// Where a ring (not closed) crosses or touches itself. O(points²).
fn crosses_itself(ring: &[Pt]) -> Option<Pt> {
    let n = ring.len();
    let side = |i: usize| (ring[i % n], ring[(i + 1) % n]);
    for i in 0..n {
        for j in i + 1..n {
            let ((a, b), (c, d)) = (side(i), side(j));
            let beside = j == i + 1 || (i == 0 && j + 1 == n);
            match meet(a, b, c, d) {
                Meet::Apart => {}
                Meet::Touch(_) if beside => {}
                Meet::Touch(p) | Meet::Overlap(p, _) => return Some(p),
                Meet::Cross => return Some(crate::geom::crossing_point(a, b, c, d)),
            }
        }
    }
    None
}

impl<'a> Applying<'a> {
    fn of_shape(&self, why: TopologyError, at: Pt) -> EditError {
        EditError::Border { why, at: self.tx.new.origin().place(at), units: vec![] }
    }

    fn ground_of(&self, row: &NewRow) -> Result<Shape, EditError> {
        if let (Some(at), true) = (row.at, row.rings.is_empty()) {
            return Ok(Shape::Point(self.grid(at)?));
        }
        if row.at.is_some() {
            return Err(bad_field("at"));
        }
        let rings: Vec<Vec<Pt>> = row.rings.iter().map(|r| self.grid_line(r)).collect::<Result<_, _>>()?;
        let first = rings.iter().flatten().next().copied().unwrap_or_default();
        let few = || self.of_shape(TopologyError::TooFew { at: first }, first);
        for ring in &rings {
            let mut open = ring.clone();
            open.dedup();
            while open.len() > 1 && open.first() == open.last() {
                open.pop();
            }
            if open.len() < 3 {
                return Err(few());
            }
            if let Some(at) = crosses_itself(&open) {
                return Err(self.of_shape(TopologyError::SelfCrossing { at }, at));
            }
        }
        let polygons = polygons_of(rings);
        if polygons.is_empty() {
            return Err(few());
        }
        Ok(Shape::Polygons(polygons))
    }

    /// Adds buildings or courtyards.
    pub(super) fn add_rows(&mut self, kind: Kind, rows: &[NewRow]) -> Result<(), EditError> {
        let known: Vec<Field> = match kind {
            Kind::Buildings => Field::OF_BUILDINGS.into_iter().chain([Field::HouseholdsEstimated]).collect(),
            Kind::Courtyards => vec![Field::Kind, Field::Address, Field::Whole],
            _ => return Err(bad_field("kind")),
        };
        if rows.is_empty() {
            return Err(bad_field("rows"));
        }
        for new in rows {
            let code = check_code(new.code.as_deref().ok_or(EditError::NotFilled { field: "code" })?)?;
            if self.tx.new.table(kind).find(&code).is_some() {
                return Err(EditError::Duplicate { code });
            }
            let shape = self.ground_of(new)?;
            if kind == Kind::Courtyards && !matches!(shape, Shape::Polygons(_)) {
                return Err(bad_field("at"));
            }
            let (mut name, mut fields) = ("", Vec::new());
            for (field, value) in &new.fields {
                if field == "name" {
                    name = value.as_str().ok_or_else(|| bad_field("name"))?;
                    continue;
                }
                let (field, value) = field_of(field, value, &known)?;
                fields.extend(value.map(|v| (field, v)));
            }
            let row = Row::new(&code, name, fields, shape)?;
            let slot = self.tx.new.table(kind).end();
            self.put_row(kind, slot, row);
        }
        Ok(())
    }

    /// Moves buildings, and turns them.
    pub(super) fn shift(
        &mut self,
        buildings: &[String],
        by: Option<Place>,
        turn_deg: Option<f64>,
        about: Option<Place>,
    ) -> Result<(), EditError> {
        let deg = turn_deg.unwrap_or(0.0);
        if buildings.is_empty() {
            return Err(bad_field("buildings"));
        }
        if !(deg.is_finite() && deg.abs() <= 360.0) {
            return Err(bad_field("turn_deg"));
        }
        let about = match (about, turn_deg) {
            (Some(at), _) => self.grid(at)?,
            (None, None) => Pt::default(),
            (None, Some(_)) => return Err(EditError::NotFilled { field: "about" }),
        };
        let by_mm = by.map_or((0, 0), |by| (by.e_mm, by.n_mm));
        for code in buildings.iter().collect::<BTreeSet<_>>() {
            let (slot, row) = self.row(Kind::Buildings, code)?;
            let at = || self.tx.new.origin().place(row.anchor.unwrap_or_default());
            let far = by_mm.0.abs() > i64::from(i32::MAX) || by_mm.1.abs() > i64::from(i32::MAX);
            let shape = turned(&row.shape, deg, about, by_mm).filter(|_| !far);
            let shape = shape.ok_or_else(|| EditError::Far { at: at() })?;
            let anchor = shape.anchor();
            self.put_row(Kind::Buildings, slot, Row { shape, anchor, ..row });
        }
        Ok(())
    }

    /// Removes buildings or a courtyard, with the posts on them; what is pinned or gathered goes from every plan.
    pub(super) fn remove_rows(&mut self, buildings: &[String], courtyard: Option<&str>) -> Result<(), EditError> {
        let codes: BTreeSet<&String> = buildings.iter().collect();
        match (codes.is_empty(), courtyard) {
            (false, None) => {
                for code in &codes {
                    let (slot, _) = self.row(Kind::Buildings, code)?;
                    for plan in self.project.plans.iter() {
                        for (i, l) in (0u16..).zip(plan.layers.iter()) {
                            if l.pins.contains_key(&slot) {
                                self.tx.put(Key::Pin(plan.id, i, slot), None);
                            }
                        }
                    }
                    self.no_row(Kind::Buildings, slot);
                }
                self.not_listed(|g| &mut g.buildings, &|c| codes.contains(c));
                self.no_posts(&|t| matches!(t, Target::Building(c) if codes.contains(c)));
                Ok(())
            }
            (true, Some(code)) => {
                let t = self.project.table(Kind::Courtyards);
                let slot = t.find(code).ok_or_else(|| no_such("院落", "courtyard", code))?;
                let named: Vec<(u32, Row)> = (self.project.table(Kind::Buildings).iter())
                    .filter(|(_, r)| r.text(Field::Courtyard) == Some(code))
                    .map(|(slot, r)| (slot, r.to_row()))
                    .collect();
                for (slot, mut row) in named {
                    row.set(Field::Courtyard, None);
                    self.put_row(Kind::Buildings, slot, row);
                }
                self.no_row(Kind::Courtyards, slot);
                self.not_listed(|g| &mut g.courtyards, &|c| c == code);
                self.no_posts(&|t| matches!(t, Target::Courtyard(c) if c == code));
                Ok(())
            }
            _ => Err(bad_field("remove")),
        }
    }

    /// Takes a row away: one of a segment is hidden, an added one is no more.
    fn no_row(&mut self, kind: Kind, slot: u32) {
        let in_segment = self.tx.new.table(kind).in_segment(slot).is_some();
        self.tx.put(Key::Row(kind, slot), in_segment.then_some(Item::Row(None)));
    }

    fn not_listed(&mut self, list: fn(&mut Gathered) -> &mut Vec<String>, gone: &dyn Fn(&String) -> bool) {
        for plan in self.project.plans.iter() {
            for (i, l) in (0u16..).zip(plan.layers.iter()) {
                for unit in l.units.values() {
                    let Extent::Gathered(g) = &unit.extent else { continue };
                    let mut left = g.clone();
                    list(&mut left).retain(|c| !gone(c));
                    if left != *g {
                        let unit = Unit { extent: Extent::Gathered(left), ..(**unit).clone() };
                        self.tx.put(Key::Unit(plan.id, i, unit.id), Some(Item::Unit(Arc::new(unit))));
                    }
                }
            }
        }
    }

    fn no_posts(&mut self, on: &dyn Fn(&Target) -> bool) {
        for p in self.project.facts.posts.values().filter(|p| on(&p.target)) {
            self.tx.put(Key::Post(p.id), None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::pt;

    #[test]
    fn turns_are_exact_by_quarters_and_near_the_sine_between() {
        for (deg, want) in [(0.0, (0.0, 1.0)), (90.0, (1.0, 0.0)), (-90.0, (-1.0, 0.0)), (180.0, (0.0, -1.0))] {
            assert_eq!(sin_cos(deg), want, "{deg}");
        }
        for i in -720..720 {
            let deg = f64::from(i) / 2.0;
            let (s, c) = sin_cos(deg);
            assert!((s - deg.to_radians().sin()).abs() < 1e-14 && (c - deg.to_radians().cos()).abs() < 1e-14, "{deg}");
        }
        let square = Shape::Polygons(vec![vec![vec![pt(0, 0), pt(10, 0), pt(10, 4), pt(0, 4)]]]);
        let up = turned(&square, 90.0, pt(0, 0), (100, 0)).unwrap();
        assert_eq!(up, Shape::Polygons(vec![vec![vec![pt(100, 0), pt(100, 10), pt(96, 10), pt(96, 0)]]]));
        assert_eq!(turned(&square, 0.0, pt(0, 0), (i64::from(i32::MAX), 0)), None);
    }

    #[test]
    fn a_ring_that_crosses_or_touches_itself_is_seen() {
        assert_eq!(crosses_itself(&[pt(0, 0), pt(10, 0), pt(10, 10), pt(0, 10)]), None);
        assert_eq!(crosses_itself(&[pt(0, 0), pt(10, 10), pt(10, 0), pt(0, 10)]), Some(pt(5, 5)));
        assert!(crosses_itself(&[pt(0, 0), pt(10, 0), pt(5, 0), pt(5, 5)]).is_some());
        assert_eq!(crosses_itself(&[pt(0, 0), pt(10, 0), pt(5, 9)]), None);
    }
}
