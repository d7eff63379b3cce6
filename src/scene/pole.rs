//! The most spacious place of an area, where its label stands.

use crate::geom::{Box2, Pt, pt, rings_contain};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// The point of an area (all rings, even-odd) that is farthest from its border, to `precision_mm`, and that distance
/// in mm. Distances east–west count `1 / aspect`: with an aspect of 3 the place suits a label three times as wide as
/// high. `None` if the area is empty.
///
/// The pole of inaccessibility by best-first subdivision into squares, after V. Agafonkin, "A new algorithm for
/// finding a visual center of a polygon" (2016), itself after D. Garcia-Castellanos and U. Lombardo (2007).
/// O(points × squares looked at), of which there are some dozens for usual areas; at most 4,096.
pub fn pole(rings: &[Vec<Pt>], precision_mm: f64, aspect: f64) -> Option<(Pt, f64)> {
    let b = Box2::of(rings.iter().flatten());
    if b.is_empty() || b.width() == 0 || b.height() == 0 {
        return None;
    }
    let aspect = if aspect.is_finite() && aspect > 0.0 { aspect } else { 1.0 };
    let area = Area { rings, aspect };
    // Everything below is in the squeezed plane: x divided by the aspect.
    let (w, h) = (b.width() as f64 / aspect, b.height() as f64);
    let half = w.min(h) / 2.0;
    let precision = precision_mm.max(half / 1000.0).max(1.0);
    let mut open = BinaryHeap::new();
    let (x0, y0) = (f64::from(b.min.x) / aspect, f64::from(b.min.y));
    let (columns, rows) = ((w / (2.0 * half)).ceil().min(64.0) as i32, (h / (2.0 * half)).ceil().min(64.0) as i32);
    let half = (w / f64::from(columns)).max(h / f64::from(rows)) / 2.0;
    for i in 0..columns {
        for j in 0..rows {
            let middle = (x0 + half * f64::from(2 * i + 1), y0 + half * f64::from(2 * j + 1));
            open.push(area.square(middle, half));
        }
    }
    // The box's middle first: an area with no better place than its middle is labelled there.
    let mut best = area.square((x0 + w / 2.0, y0 + h / 2.0), 0.0);
    let mut looked_at = 0;
    while let Some(s) = open.pop() {
        looked_at += 1;
        if s.reach - best.distance <= precision || looked_at > 4096 {
            break;
        }
        if s.distance > best.distance {
            best = s;
        }
        let q = s.half / 2.0;
        for (dx, dy) in [(-q, -q), (q, -q), (-q, q), (q, q)] {
            let child = area.square((s.middle.0 + dx, s.middle.1 + dy), q);
            if child.distance > best.distance {
                best = child;
            }
            open.push(child);
        }
    }
    (best.distance > 0.0).then(|| (area.grid(best.middle), best.distance))
}

struct Area<'a> {
    rings: &'a [Vec<Pt>],
    aspect: f64,
}

#[derive(Clone, Copy)]
struct Square {
    middle: (f64, f64),
    half: f64,
    /// Signed distance of the middle from the border, > 0 inside.
    distance: f64,
    /// The most any point of the square could have.
    reach: f64,
}

impl Area<'_> {
    fn grid(&self, (x, y): (f64, f64)) -> Pt {
        pt((x * self.aspect).round() as i32, y.round() as i32)
    }

    fn square(&self, middle: (f64, f64), half: f64) -> Square {
        let inside = rings_contain(self.rings.iter().map(Vec::as_slice), self.grid(middle));
        let squeezed = |p: Pt| (f64::from(p.x) / self.aspect, f64::from(p.y));
        let mut d2 = f64::INFINITY;
        for ring in self.rings {
            for (i, &a) in ring.iter().enumerate() {
                let b = ring[(i + 1) % ring.len()];
                d2 = d2.min(dist2(middle, squeezed(a), squeezed(b)));
            }
        }
        let distance = if inside { d2.sqrt() } else { -d2.sqrt() };
        Square { middle, half, distance, reach: distance + half * std::f64::consts::SQRT_2 }
    }
}

fn dist2(p: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let len2 = dx * dx + dy * dy;
    let t = if len2 > 0.0 { (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / len2).clamp(0.0, 1.0) } else { 0.0 };
    (p.0 - a.0 - t * dx).powi(2) + (p.1 - a.1 - t * dy).powi(2)
}

impl PartialEq for Square {
    fn eq(&self, o: &Square) -> bool {
        self.cmp(o) == Ordering::Equal
    }
}
impl Eq for Square {}
impl PartialOrd for Square {
    fn partial_cmp(&self, o: &Square) -> Option<Ordering> {
        Some(self.cmp(o))
    }
}
impl Ord for Square {
    fn cmp(&self, o: &Square) -> Ordering {
        let place = |s: &Square| (s.middle.0, s.middle.1);
        let ((ax, ay), (bx, by)) = (place(self), place(o));
        self.reach.total_cmp(&o.reach).then(ax.total_cmp(&bx)).then(ay.total_cmp(&by))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_l_is_labelled_in_its_thick_part() {
        let l = vec![vec![
            pt(0, 0),
            pt(100_000, 0),
            pt(100_000, 20_000),
            pt(40_000, 20_000),
            pt(40_000, 100_000),
            pt(0, 100_000),
        ]];
        let (p, d) = pole(&l, 50.0, 1.0).unwrap();
        // Tangent to both outer sides and to the inner corner: r = 100000 − … solved by hand: (r, r) with
        // |(40000 − r, 20000 − r)| = r, or the limb's own 20,000: the larger of the two.
        let corner = 60_000.0 - (60_000.0f64.powi(2) - 2_000_000_000.0).sqrt();
        assert!((d - corner.max(20_000.0)).abs() < 100.0, "{p:?} {d} {corner}");
    }

    #[test]
    fn a_wide_label_prefers_the_wide_part() {
        // A tall slab 40 × 100 m joined to a flat one 100 × 35 m.
        let shape = vec![vec![
            pt(0, 0),
            pt(140_000, 0),
            pt(140_000, 35_000),
            pt(40_000, 35_000),
            pt(40_000, 100_000),
            pt(0, 100_000),
        ]];
        let (wide, _) = pole(&shape, 50.0, 4.0).unwrap();
        assert!(wide.y < 35_000 && wide.x > 40_000, "{wide:?}");
    }

    #[test]
    fn holes_are_avoided_and_nothing_gives_nothing() {
        let ring = |a: i32, b: i32| vec![pt(a, a), pt(b, a), pt(b, b), pt(a, b)];
        let (p, d) = pole(&[ring(0, 100_000), ring(30_000, 70_000)], 10.0, 1.0).unwrap();
        assert!(rings_contain([ring(0, 100_000).as_slice(), ring(30_000, 70_000).as_slice()], p));
        // In the corner: from both sides and from the hole's corner, r = 30000 √2 / (1 + √2) measured on the diagonal.
        let exact = 30_000.0 * 2f64.sqrt() / (1.0 + 2f64.sqrt());
        assert!((d - exact).abs() < 40.0, "{d} {exact}");
        assert!(pole(&[], 10.0, 1.0).is_none());
        assert!(pole(&[vec![pt(0, 0), pt(5, 5)]], 10.0, 1.0).is_none());
    }
}
