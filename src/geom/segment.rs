//! Segments: how two of them meet, where they cross, feet and distances.

use super::{Box2, Pt, cross, orient};

/// How two segments meet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meet {
    /// No common point.
    Apart,
    /// They cross in the inside of both.
    Cross,
    /// They share exactly one point, which is an end of at least one of them.
    Touch(Pt),
    /// They share a stretch; its two ends.
    Overlap(Pt, Pt),
}

/// Whether `p` lies on the closed segment a–b. Exact.
pub fn on_segment(p: Pt, a: Pt, b: Pt) -> bool {
    Box2::of_two(a, b).contains(p) && cross(a, b, p) == 0
}

/// How segments a–b and c–d meet. Exact. Degenerate segments (a = b) count as points.
pub fn meet(a: Pt, b: Pt, c: Pt, d: Pt) -> Meet {
    if !Box2::of_two(a, b).meets(&Box2::of_two(c, d)) {
        return Meet::Apart;
    }
    let (oc, od) = (orient(a, b, c), orient(a, b, d));
    let (oa, ob) = (orient(c, d, a), orient(c, d, b));
    if oc * od < 0 && oa * ob < 0 {
        return Meet::Cross;
    }
    let mut shared: [Option<Pt>; 2] = [None, None];
    for p in [
        (oc == 0 && on_segment(c, a, b)).then_some(c),
        (od == 0 && on_segment(d, a, b)).then_some(d),
        (oa == 0 && on_segment(a, c, d)).then_some(a),
        (ob == 0 && on_segment(b, c, d)).then_some(b),
    ]
    .into_iter()
    .flatten()
    {
        match shared {
            [None, _] => shared[0] = Some(p),
            [Some(q), None] if q != p => shared[1] = Some(p),
            _ => {}
        }
    }
    match shared {
        [Some(p), Some(q)] => Meet::Overlap(p, q),
        [Some(p), None] => Meet::Touch(p),
        _ => Meet::Apart,
    }
}

/// The crossing of segments that [`Meet::Cross`], rounded to the nearest grid point (halves away from zero).
///
/// Also where segment a–b crosses the whole line through c and d.
pub fn crossing_point(a: Pt, b: Pt, c: Pt, d: Pt) -> Pt {
    // a + t (b − a), t = cross(c, d, a) / (cross(c, d, a) − cross(c, d, b)), all exact.
    let na = i128::from(cross(c, d, a));
    let den = na - i128::from(cross(c, d, b));
    let along = |p: i32, q: i32| p + round_div(na * (i128::from(q) - i128::from(p)), den) as i32;
    Pt { x: along(a.x, b.x), y: along(a.y, b.y) }
}

/// The foot of `p` on the closed segment a–b, rounded to the nearest grid point.
pub fn foot_on_segment(p: Pt, a: Pt, b: Pt) -> Pt {
    let (dx, dy) = (i128::from(b.x) - i128::from(a.x), i128::from(b.y) - i128::from(a.y));
    let den = dx * dx + dy * dy;
    let num = (i128::from(p.x) - i128::from(a.x)) * dx + (i128::from(p.y) - i128::from(a.y)) * dy;
    if num <= 0 || den == 0 {
        return a;
    }
    if num >= den {
        return b;
    }
    // num < 2^63, dx < 2^31: the product fits in i128.
    Pt { x: a.x + round_div(num * dx, den) as i32, y: a.y + round_div(num * dy, den) as i32 }
}

/// Squared distance in mm² from `p` to the closed segment a–b, as a float (for ranking, not for decisions of validity).
pub fn dist2_to_segment(p: Pt, a: Pt, b: Pt) -> f64 {
    let (dx, dy) = (f64::from(b.x) - f64::from(a.x), f64::from(b.y) - f64::from(a.y));
    let (px, py) = (f64::from(p.x) - f64::from(a.x), f64::from(p.y) - f64::from(a.y));
    let len2 = dx * dx + dy * dy;
    let t = if len2 > 0.0 { ((px * dx + py * dy) / len2).clamp(0.0, 1.0) } else { 0.0 };
    let (ex, ey) = (px - t * dx, py - t * dy);
    ex * ex + ey * ey
}

fn round_div(num: i128, den: i128) -> i128 {
    let (num, den) = if den < 0 { (-num, -den) } else { (num, den) };
    if num >= 0 { (2 * num + den) / (2 * den) } else { -((-2 * num + den) / (2 * den)) }
}
