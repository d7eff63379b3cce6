//! Exact plane geometry on a 1 mm integer grid.
//!
//! Owns: points, boxes, predicates (orientation, crossing, containment), areas, anchors of polygons; plane maps fitted to
//! control points ([`Fit`]), the one thing here that is reckoned in floating point: it decides nothing.
//! Never: domain words, floating-point decisions, IO.
//! Start at [`Pt`] and [`orient`].
//!
//! Coordinates are `i32` millimetres east and north of the project's origin, |v| < 2^30, so that an
//! orientation is exact in `i64` and an area in `i128`; no epsilon is used anywhere.
//! A point exactly on a line is taken as moved by (+ε east, then +ε² north): one rule for every question
//! of containment in the house ([`right_of_point`], [`ring_contains`]).

mod anchor;
mod fit;
mod place;
mod segment;

pub use anchor::{anchor_of_line, anchor_of_polygons, centroid_of_ring};
pub use fit::{Affine, Fit, FitError, Pair, residuals, rms};
pub use place::{Origin, Place};
pub use segment::{Meet, crossing_point, dist2_to_segment, foot_on_segment, meet, on_segment};

use serde::{Deserialize, Serialize};

/// Largest absolute coordinate, exclusive: 2^30 mm, about 1,073 km from the origin.
pub const LIMIT: i32 = 1 << 30;

/// A point of the grid: millimetres east (`x`) and north (`y`) of the project's origin.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Pt {
    /// Millimetres east of the origin.
    pub x: i32,
    /// Millimetres north of the origin.
    pub y: i32,
}

/// A point from its millimetres east and north.
pub const fn pt(x: i32, y: i32) -> Pt {
    Pt { x, y }
}

impl Pt {
    /// Whether the point lies inside the range in which every predicate is exact.
    pub fn in_range(self) -> bool {
        self.x.unsigned_abs() < LIMIT as u32 && self.y.unsigned_abs() < LIMIT as u32
    }

    /// Squared distance in mm².
    pub fn dist2(self, other: Pt) -> i64 {
        let dx = i64::from(self.x) - i64::from(other.x);
        let dy = i64::from(self.y) - i64::from(other.y);
        dx * dx + dy * dy
    }

    /// Distance in mm.
    pub fn dist(self, other: Pt) -> f64 {
        (self.dist2(other) as f64).sqrt()
    }
}

/// An axis-parallel box, both ends inclusive. [`Box2::EMPTY`] contains nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Box2 {
    /// South-west corner.
    pub min: Pt,
    /// North-east corner.
    pub max: Pt,
}

impl Box2 {
    /// The box of nothing; growing it by a point gives the box of that point.
    pub const EMPTY: Box2 = Box2 { min: pt(i32::MAX, i32::MAX), max: pt(i32::MIN, i32::MIN) };

    /// The smallest box round the points.
    pub fn of<'a>(points: impl IntoIterator<Item = &'a Pt>) -> Box2 {
        points.into_iter().fold(Box2::EMPTY, |b, &p| b.with(p))
    }

    /// The smallest box round two points.
    pub fn of_two(a: Pt, b: Pt) -> Box2 {
        Box2 { min: pt(a.x.min(b.x), a.y.min(b.y)), max: pt(a.x.max(b.x), a.y.max(b.y)) }
    }

    /// Whether the box holds no point.
    pub fn is_empty(&self) -> bool {
        self.min.x > self.max.x || self.min.y > self.max.y
    }

    /// The box grown to hold `p`.
    #[must_use]
    pub fn with(self, p: Pt) -> Box2 {
        Box2 { min: pt(self.min.x.min(p.x), self.min.y.min(p.y)), max: pt(self.max.x.max(p.x), self.max.y.max(p.y)) }
    }

    /// The smallest box round both.
    #[must_use]
    pub fn union(self, o: Box2) -> Box2 {
        Box2 {
            min: pt(self.min.x.min(o.min.x), self.min.y.min(o.min.y)),
            max: pt(self.max.x.max(o.max.x), self.max.y.max(o.max.y)),
        }
    }

    /// The box grown by `by_mm` on every side (saturating).
    #[must_use]
    pub fn grown(self, by_mm: i32) -> Box2 {
        if self.is_empty() {
            return self;
        }
        Box2 {
            min: pt(self.min.x.saturating_sub(by_mm), self.min.y.saturating_sub(by_mm)),
            max: pt(self.max.x.saturating_add(by_mm), self.max.y.saturating_add(by_mm)),
        }
    }

    /// Whether the two boxes share a point.
    pub fn meets(&self, o: &Box2) -> bool {
        self.min.x <= o.max.x && o.min.x <= self.max.x && self.min.y <= o.max.y && o.min.y <= self.max.y
    }

    /// Whether `p` lies in the box (borders included).
    pub fn contains(&self, p: Pt) -> bool {
        self.min.x <= p.x && p.x <= self.max.x && self.min.y <= p.y && p.y <= self.max.y
    }

    /// Middle of the box, rounded down.
    pub fn centre(&self) -> Pt {
        let mid = |a: i32, b: i32| ((i64::from(a) + i64::from(b)) >> 1) as i32;
        pt(mid(self.min.x, self.max.x), mid(self.min.y, self.max.y))
    }

    /// Width in mm (0 for an empty box).
    pub fn width(&self) -> i64 {
        (i64::from(self.max.x) - i64::from(self.min.x)).max(0)
    }

    /// Height in mm (0 for an empty box).
    pub fn height(&self) -> i64 {
        (i64::from(self.max.y) - i64::from(self.min.y)).max(0)
    }
}

/// Twice the signed area of the triangle a, b, c in mm²: > 0 if `c` lies left of a→b. Exact.
pub fn cross(a: Pt, b: Pt, c: Pt) -> i64 {
    let (abx, aby) = (i64::from(b.x) - i64::from(a.x), i64::from(b.y) - i64::from(a.y));
    let (acx, acy) = (i64::from(c.x) - i64::from(a.x), i64::from(c.y) - i64::from(a.y));
    abx * acy - aby * acx
}

/// Sign of [`cross`]: 1 left, 0 on the line, −1 right.
pub fn orient(a: Pt, b: Pt, c: Pt) -> i32 {
    cross(a, b, c).signum() as i32
}

/// The share of segment a→b in the shoelace sum (twice the signed area against the origin), mm².
pub fn shoelace(a: Pt, b: Pt) -> i128 {
    i128::from(a.x) * i128::from(b.y) - i128::from(b.x) * i128::from(a.y)
}

/// Twice the signed area of a ring (given without or with its closing point) in mm²: > 0 if counter-clockwise.
pub fn ring_area2(ring: &[Pt]) -> i128 {
    let n = ring.len();
    (0..n).map(|i| shoelace(ring[i], ring[(i + 1) % n])).sum()
}

/// Twice the shoelace sum along an open chain, mm²; sums over a ring's chains give its double area.
pub fn chain_area2(chain: &[Pt]) -> i128 {
    chain.windows(2).map(|w| shoelace(w[0], w[1])).sum()
}

/// Length of a chain in mm.
pub fn chain_length(chain: &[Pt]) -> f64 {
    chain.windows(2).map(|w| w[0].dist(w[1])).sum()
}

/// Whether segment a–b crosses the ray from `p` (moved by +ε, +ε²) to the east. Exact; the one tie rule.
pub fn right_of_point(p: Pt, a: Pt, b: Pt) -> bool {
    if (a.y > p.y) == (b.y > p.y) {
        return false;
    }
    if a.x <= p.x && b.x <= p.x {
        return false;
    }
    if a.x > p.x && b.x > p.x {
        return true;
    }
    // The crossing lies strictly east of p. For an upward segment p must be strictly left of it.
    let o = cross(a, b, p);
    if b.y > a.y { o > 0 } else { o < 0 }
}

/// Whether the ring (closing point optional) contains `p` by the even-odd rule and the house's tie rule.
pub fn ring_contains(ring: &[Pt], p: Pt) -> bool {
    let n = ring.len();
    (0..n).filter(|&i| right_of_point(p, ring[i], ring[(i + 1) % n])).count() % 2 == 1
}

/// Whether a polygon given by all its rings (outer and holes, even-odd) contains `p`, by the tie rule.
pub fn rings_contain<'a>(rings: impl IntoIterator<Item = &'a [Pt]>, p: Pt) -> bool {
    rings.into_iter().filter(|r| ring_contains(r, p)).count() % 2 == 1
}

#[cfg(test)]
mod tests;
