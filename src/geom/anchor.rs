//! Anchors: the one grid point by which a thing is assigned.

use super::{Pt, chain_length, cross, ring_area2, rings_contain};

/// Centroid of a ring (closing point optional), rounded to the grid; `None` if its area is zero, or if the ring crosses
/// itself so that its centroid lies beyond all numbers.
///
/// The usual shoelace centroid, taken relative to the first vertex so that it is exact up to the final rounding.
pub fn centroid_of_ring(ring: &[Pt]) -> Option<Pt> {
    let o = *ring.first()?;
    let (mut sx, mut sy, mut s2) = (0i128, 0i128, 0i128);
    for i in 0..ring.len() {
        let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
        let w = i128::from(cross(o, a, b));
        sx += w * (i128::from(a.x) - i128::from(o.x) + i128::from(b.x) - i128::from(o.x));
        sy += w * (i128::from(a.y) - i128::from(o.y) + i128::from(b.y) - i128::from(o.y));
        s2 += w;
    }
    if s2 == 0 {
        return None;
    }
    let mean = |s: i128| -> i128 {
        let (num, den) = if s2 < 0 { (-s, -3 * s2) } else { (s, 3 * s2) };
        if num >= 0 { (2 * num + den) / (2 * den) } else { -((-2 * num + den) / (2 * den)) }
    };
    let at = |o: i32, s: i128| i32::try_from(i128::from(o) + mean(s)).ok();
    Some(Pt { x: at(o.x, sx)?, y: at(o.y, sy)? })
}

/// The anchor of a set of polygons (parts → rings, first ring the outer): the centroid of the largest part if it
/// lies strictly inside, else the middle of the widest stretch of that part on a horizontal line through its middle.
/// `None` if there is no point at all.
pub fn anchor_of_polygons(parts: &[Vec<Vec<Pt>>]) -> Option<Pt> {
    let area = |p: &Vec<Vec<Pt>>| p.first().map_or(0, |r| ring_area2(r).abs());
    let part = parts.iter().rev().max_by_key(|p| area(p))?;
    let outer = part.first()?;
    if let Some(c) = centroid_of_ring(outer)
        && strictly_inside(part, c)
    {
        return Some(c);
    }
    interior_point(part).or_else(|| outer.first().copied())
}

/// The anchor of a line: the point at half its length, rounded to the grid.
pub fn anchor_of_line(line: &[Pt]) -> Option<Pt> {
    let half = chain_length(line) / 2.0;
    let mut gone = 0.0;
    for w in line.windows(2) {
        let len = w[0].dist(w[1]);
        if gone + len >= half && len > 0.0 {
            let t = (half - gone) / len;
            let at = |a: i32, b: i32| (f64::from(a) + t * (f64::from(b) - f64::from(a))).round() as i32;
            return Some(Pt { x: at(w[0].x, w[1].x), y: at(w[0].y, w[1].y) });
        }
        gone += len;
    }
    line.first().copied()
}

/// Inside, and on no ring.
fn strictly_inside(part: &[Vec<Pt>], p: Pt) -> bool {
    let on = part.iter().any(|r| (0..r.len()).any(|i| super::on_segment(p, r[i], r[(i + 1) % r.len()])));
    !on && rings_contain(part.iter().map(Vec::as_slice), p)
}

/// A strictly inside grid point on one of a few horizontal lines, the middle of the widest stretch found; `None` if
/// the polygon is thinner than the grid there.
fn interior_point(part: &[Vec<Pt>]) -> Option<Pt> {
    let b = super::Box2::of(part.first()?);
    let mut best: Option<(i64, Pt)> = None;
    for k in [4, 2, 6, 1, 3, 5, 7] {
        let y = (i64::from(b.min.y) + b.height() * k / 8) as i32;
        let mut xs: Vec<f64> = Vec::new();
        for ring in part {
            for i in 0..ring.len() {
                let (p, q) = (ring[i], ring[(i + 1) % ring.len()]);
                if (p.y > y) != (q.y > y) {
                    let t = (f64::from(y) + 0.5 - f64::from(p.y)) / (f64::from(q.y) - f64::from(p.y));
                    xs.push(f64::from(p.x) + t * (f64::from(q.x) - f64::from(p.x)));
                }
            }
        }
        xs.sort_by(f64::total_cmp);
        for w in xs.chunks_exact(2) {
            let c = Pt { x: ((w[0] + w[1]) / 2.0).round() as i32, y };
            let wide = (w[1] - w[0]) as i64;
            if best.is_none_or(|(v, _)| wide > v) && strictly_inside(part, c) {
                best = Some((wide, c));
            }
        }
        if best.is_some() {
            break;
        }
    }
    best.map(|(_, c)| c)
}
