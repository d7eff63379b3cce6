//! Snap rounding: segments that cross anywhere become segments that meet only at their ends.
//!
//! Hobby (1999), Guibas and Marimont (1998): every end and every crossing makes its grid square (side 1 mm, its south
//! and west sides part of it) a hot pixel, and every segment that passes through a hot pixel gets its middle as a
//! vertex. Repeated with the parts until no part passes through a hot pixel but at its ends (Halperin and Packer 2002).
//! A segment moves by 0.71 mm at most each time.

use super::{Progress, RepairError};
use crate::geom::{Box2, Pt, cross};
use crate::index::{PackedTree, hilbert};

/// Crossings beyond which the drawing is taken as no map: 4 for each segment, and these.
const CROSSINGS: usize = 1_000_000;
/// Rounds after which no more are made; each leaves a drawing without crossings.
const ROUNDS: usize = 32;

/// A side of a polygon part, from its smaller to its larger end.
pub(super) type Side = (Pt, Pt, u32);

/// Sides that meet only at their ends, sorted; of each part an even number of equal ones has gone.
pub(super) struct Noded {
    pub sides: Vec<Side>,
    /// Vertices put into sides of each part.
    pub put: Vec<u32>,
}

/// Nodes everything with everything. O((n + k) log n) for n sides with k crossings and vertices on sides.
pub(super) fn node(sides: Vec<Side>, parts: usize, go: &mut Progress<'_>) -> Result<Noded, RepairError> {
    let sides = odd(sides);
    let mut segments: Vec<(Pt, Pt)> = sides.iter().map(|s| (s.0, s.1)).collect();
    segments.dedup();
    let pieces = Pieces::of(&segments);
    go.at(0.1)?;
    let mut hot = crossings(&segments, &pieces, &sides, parts, go)?;
    hot.extend(segments.iter().flat_map(|s| [s.0, s.1]));
    to_hot(sides, segments, pieces, hot, parts, go)
}

/// Sides with the ends of others put into them through whose squares they pass; they may still cross. O(n log n).
pub(super) fn snap(sides: Vec<Side>, parts: usize, go: &mut Progress<'_>) -> Result<Noded, RepairError> {
    let sides = odd(sides);
    let mut segments: Vec<(Pt, Pt)> = sides.iter().map(|s| (s.0, s.1)).collect();
    segments.dedup();
    let (pieces, hot) = (Pieces::of(&segments), segments.iter().flat_map(|s| [s.0, s.1]).collect());
    to_hot(sides, segments, pieces, hot, parts, go)
}

/// Sides with the middles of the hot pixels that they pass put into them. `segments`: their ends, once each.
fn to_hot(
    sides: Vec<Side>,
    segments: Vec<(Pt, Pt)>,
    pieces: Pieces,
    mut hot: Vec<Pt>,
    parts: usize,
    go: &mut Progress<'_>,
) -> Result<Noded, RepairError> {
    hot.sort_unstable();
    hot.dedup();
    // For each segment its vertices, where there are more than its ends.
    let mut paths: Vec<Vec<Pt>> = vec![Vec::new(); segments.len()];
    let mut fresh: Vec<(Pt, Pt)> = segments.clone();
    let mut of: Vec<u32> = (0..segments.len() as u32).collect();
    let mut index = pieces;
    for round in 0..ROUNDS {
        go.at(0.3 + 0.02 * round as f32)?;
        let mut hits: Vec<(u32, Pt)> = Vec::new();
        for &v in &hot {
            index.near(&Box2::of_two(v, v).grown(1), &mut |i| {
                let (a, b) = fresh[i as usize];
                if v != a && v != b && passes(a, b, v) {
                    hits.push((i, v));
                }
            });
        }
        if hits.is_empty() {
            break;
        }
        hits.sort_unstable();
        hits.dedup();
        // The vertices in their order along the part; the pixels of a straight line lie in order both ways.
        let mut next: Vec<(Pt, Pt)> = Vec::new();
        let mut next_of: Vec<u32> = Vec::new();
        for run in hits.chunk_by(|x, y| x.0 == y.0) {
            let (a, b) = fresh[run[0].0 as usize];
            let whole = of[run[0].0 as usize];
            let mut points: Vec<Pt> = run.iter().map(|h| h.1).collect();
            points.sort_unstable_by_key(|p| along(a, b, *p));
            let path = &mut paths[whole as usize];
            if path.is_empty() {
                *path = vec![segments[whole as usize].0, segments[whole as usize].1];
            }
            // A path may come back to a point it has passed, but no two parts of it have the same two ends in the
            // same order unless they are alike.
            if let Some(k) = path.windows(2).position(|w| (w[0], w[1]) == (a, b)) {
                path.splice(k + 1..k + 1, points.iter().copied());
            }
            let mut last = a;
            for p in points.into_iter().chain([b]) {
                next.push((last, p));
                next_of.push(whole);
                last = p;
            }
        }
        index = Pieces::of(&next);
        (fresh, of) = (next, next_of);
    }
    go.at(0.5)?;
    let mut put = vec![0u32; parts];
    let mut out: Vec<Side> = Vec::with_capacity(sides.len());
    let mut k = 0;
    for s in &sides {
        while segments[k] != (s.0, s.1) {
            k += 1;
        }
        if paths[k].is_empty() {
            out.push(*s);
            continue;
        }
        put[s.2 as usize] += paths[k].len() as u32 - 2;
        out.extend(paths[k].windows(2).filter(|w| w[0] != w[1]).map(|w| (w[0].min(w[1]), w[0].max(w[1]), s.2)));
    }
    Ok(Noded { sides: odd(out), put })
}

/// How far along a–b a point lies: the part of the way, times its squared length.
fn along(a: Pt, b: Pt, p: Pt) -> i128 {
    let (dx, dy) = (i128::from(b.x) - i128::from(a.x), i128::from(b.y) - i128::from(a.y));
    (i128::from(p.x) - i128::from(a.x)) * dx + (i128::from(p.y) - i128::from(a.y)) * dy
}

/// Of each run of equal sides one if their number is odd, none if it is even; sorted.
fn odd(mut sides: Vec<Side>) -> Vec<Side> {
    sides.sort_unstable();
    let mut out = Vec::with_capacity(sides.len());
    for run in sides.chunk_by(|x, y| x == y) {
        if run.len() % 2 == 1 {
            out.push(run[0]);
        }
    }
    out
}

/// The grid squares in which segments cross.
fn crossings(
    segments: &[(Pt, Pt)],
    pieces: &Pieces,
    sides: &[Side],
    parts: usize,
    go: &mut Progress<'_>,
) -> Result<Vec<Pt>, RepairError> {
    let mut found: Vec<(Pt, u32, u32)> = Vec::new();
    let limit = CROSSINGS + 4 * segments.len();
    for (n, (area, &i)) in pieces.boxes.iter().zip(&pieces.of).enumerate() {
        if n % 65_536 == 0 {
            go.at(0.1 + 0.2 * n as f32 / pieces.of.len() as f32)?;
        }
        let (a, b) = segments[i as usize];
        pieces.near(area, &mut |j| {
            let (c, d) = segments[j as usize];
            if j > i && found.len() <= limit && crosses(a, b, c, d) {
                found.push((pixel_of_crossing(a, b, c, d), i, j));
            }
        });
        if found.len() > limit {
            // Two long segments may have been met in several of their pieces.
            found.sort_unstable();
            found.dedup();
            if found.len() > limit / 2 {
                return Err(tangled(&found, segments, sides, parts));
            }
        }
    }
    Ok(found.into_iter().map(|f| f.0).collect())
}

/// The part that takes part in most crossings.
fn tangled(found: &[(Pt, u32, u32)], segments: &[(Pt, Pt)], sides: &[Side], parts: usize) -> RepairError {
    let mut counts = vec![0u32; parts];
    for f in found {
        for i in [f.1, f.2] {
            let (a, b) = segments[i as usize];
            let from = sides.partition_point(|s| (s.0, s.1) < (a, b));
            for s in sides[from..].iter().take_while(|s| (s.0, s.1) == (a, b)) {
                counts[s.2 as usize] += 1;
            }
        }
    }
    let part = (0..parts).rev().max_by_key(|&p| counts[p]).unwrap_or(0);
    RepairError::Tangled { row: part, at: found.first().map_or(Pt::default(), |f| f.0) }
}

fn crosses(a: Pt, b: Pt, c: Pt, d: Pt) -> bool {
    let (oc, od) = (cross(a, b, c), cross(a, b, d));
    if !((oc > 0 && od < 0) || (oc < 0 && od > 0)) {
        return false;
    }
    let (oa, ob) = (cross(c, d, a), cross(c, d, b));
    (oa > 0 && ob < 0) || (oa < 0 && ob > 0)
}

/// The middle of the grid square that holds the crossing of two segments that cross. Exact; a square holds its south
/// and west sides.
fn pixel_of_crossing(a: Pt, b: Pt, c: Pt, d: Pt) -> Pt {
    let na = i128::from(cross(c, d, a));
    let den = na - i128::from(cross(c, d, b));
    let along = |p: i32, q: i32| {
        let (num, den) = if den < 0 { (-na, -den) } else { (na, den) };
        let num = num * (i128::from(q) - i128::from(p));
        // Rounded down from half a millimetre more.
        p.wrapping_add((2 * num + den).div_euclid(2 * den) as i32)
    };
    Pt { x: along(a.x, b.x), y: along(a.y, b.y) }
}

/// Whether segment a–b has a point in the grid square round `p` (south and west sides in it, north and east not).
///
/// The stretch of the segment between the square's two verticals and that between its two horizontals, as fractions of
/// the way from a to b, must have a common point. Exact.
fn passes(a: Pt, b: Pt, p: Pt) -> bool {
    // A fraction (n/d, d > 0) and whether it belongs to the stretch itself.
    type End = (i128, i128, bool);
    fn stretch(from: i64, step: i64) -> Option<(End, End)> {
        // Where from + t·step (doubled, the square reaching from −1 to 1) lies in −1 ≤ v < 1.
        let (n0, n1, d) = (i128::from(-1 - from), i128::from(1 - from), i128::from(step));
        match step.signum() {
            0 if (-1..1).contains(&from) => Some(((0, 1, true), (1, 1, true))),
            0 => None,
            1 => Some(((n0, d, true), (n1, d, false))),
            _ => Some(((-n1, -d, false), (-n0, -d, true))),
        }
    }
    let doubled = |v: i32, o: i32| 2 * (i64::from(v) - i64::from(o));
    let (ax, ay, bx, by) = (doubled(a.x, p.x), doubled(a.y, p.y), doubled(b.x, p.x), doubled(b.y, p.y));
    // Most candidates lie beside the segment's own box.
    if ax.min(bx) >= 1 || ax.max(bx) < -1 || ay.min(by) >= 1 || ay.max(by) < -1 {
        return false;
    }
    let (Some(x), Some(y)) = (stretch(ax, bx - ax), stretch(ay, by - ay)) else { return false };
    let later = |s: End, t: End| {
        let (l, r) = (s.0 * t.1, t.0 * s.1);
        if l > r || (l == r && !s.2) { s } else { t }
    };
    let sooner = |s: End, t: End| {
        let (l, r) = (s.0 * t.1, t.0 * s.1);
        if l < r || (l == r && !s.2) { s } else { t }
    };
    let lo = later(later(x.0, y.0), (0, 1, true));
    let hi = sooner(sooner(x.1, y.1), (1, 1, true));
    let (l, r) = (lo.0 * hi.1, hi.0 * lo.1);
    l < r || (l == r && lo.2 && hi.2)
}

/// An index of segments: long ones are entered in several boxes, so that no box holds much beside its segment.
pub(super) struct Pieces {
    boxes: Vec<Box2>,
    of: Vec<u32>,
    tree: PackedTree,
    /// Greater side of a segment's box, on average, mm.
    pub mean_mm: i64,
    pub extent: Box2,
}

impl Pieces {
    /// O(n log n).
    pub fn of(segments: &[(Pt, Pt)]) -> Pieces {
        let size = |s: &(Pt, Pt)| {
            let b = Box2::of_two(s.0, s.1);
            b.width().max(b.height())
        };
        let total: i64 = segments.iter().map(size).sum();
        let mean_mm = (total / segments.len().max(1) as i64).max(16);
        let extent = Box2::of(segments.iter().flat_map(|s| [&s.0, &s.1]));
        let mut all: Vec<(u32, u32, Box2)> = Vec::with_capacity(segments.len() * 5 / 4);
        for (i, s) in segments.iter().enumerate() {
            let k = 1 + size(s) / mean_mm;
            let at = |p: i32, q: i32, n: i64| {
                (i64::from(p) + (i128::from(i64::from(q) - i64::from(p)) * i128::from(n) / i128::from(k)) as i64) as i32
            };
            let point = |n: i64| Pt { x: at(s.0.x, s.1.x, n), y: at(s.0.y, s.1.y, n) };
            for n in 0..k {
                let b = Box2::of_two(point(n), point(n + 1));
                let b = if k == 1 { b } else { b.grown(1) };
                all.push((hilbert(b.centre(), &extent), i as u32, b));
            }
        }
        all.sort_unstable_by_key(|p| (p.0, p.1));
        let boxes: Vec<Box2> = all.iter().map(|p| p.2).collect();
        Pieces { tree: PackedTree::build(&boxes), of: all.iter().map(|p| p.1).collect(), boxes, mean_mm, extent }
    }

    /// Calls `f` with the number of every segment that may have a point in `area`, some more than once.
    pub fn near(&self, area: &Box2, f: &mut impl FnMut(u32)) {
        self.tree.search(&self.boxes, area, &mut |i| f(self.of[i]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::pt;
    use proptest::prelude::*;

    #[test]
    fn a_square_holds_its_south_and_west_sides_only() {
        // From (0, 1) to (1, 0) the line touches the corner that four squares share; it belongs to that of (1, 1).
        let (a, b) = (pt(0, 1), pt(1, 0));
        assert!(passes(a, b, pt(1, 1)));
        assert!(!passes(a, b, pt(0, 0)));
        let (a, b) = (pt(-10, 0), pt(10, 1));
        // Half way it stands on the side between the squares of (0, 0) and (0, 1).
        assert!(passes(a, b, pt(-1, 0)) && passes(a, b, pt(0, 0)) && passes(a, b, pt(0, 1)));
        assert!(passes(a, b, pt(1, 1)) && !passes(a, b, pt(1, 0)) && !passes(a, b, pt(-1, 1)));
        assert!(passes(pt(0, 0), pt(0, 9), pt(0, 5)) && !passes(pt(0, 0), pt(0, 9), pt(1, 5)));
    }

    proptest! {
        /// Along a segment its points, one by one, are in the square that says so; every point is in one.
        #[test]
        fn the_squares_a_segment_passes(ax in -4i32..5, ay in -4i32..5, bx in -4i32..5, by in -4i32..5) {
            prop_assume!((ax, ay) != (bx, by));
            let (a, b) = (pt(ax, ay), pt(bx, by));
            // Squares are entered and left at fractions of twice 1 to 8; all of them, and some between, are tried.
            let n = 3360i32;
            let mut seen = std::collections::BTreeSet::new();
            for t in 0..=n {
                let at = |p: i32, q: i32| (2 * (p * n + (q - p) * t) + n).div_euclid(2 * n);
                seen.insert(pt(at(ax, bx), at(ay, by)));
            }
            for x in -6..7 {
                for y in -6..7 {
                    prop_assert_eq!(passes(a, b, pt(x, y)), seen.contains(&pt(x, y)), "{:?}", (x, y));
                }
            }
        }

        #[test]
        fn nothing_crosses_after_noding(points in proptest::collection::vec((0i32..30, 0i32..30), 4..40)) {
            let p: Vec<Pt> = points.iter().map(|&(x, y)| pt(x, y)).collect();
            let sides = p.windows(2).filter(|w| w[0] != w[1]).map(|w| (w[0].min(w[1]), w[0].max(w[1]), 0)).collect();
            let noded = node(sides, 1, &mut Progress::silent()).unwrap();
            for (i, s) in noded.sides.iter().enumerate() {
                for t in &noded.sides[i + 1..] {
                    match crate::geom::meet(s.0, s.1, t.0, t.1) {
                        crate::geom::Meet::Apart => {}
                        crate::geom::Meet::Touch(q) => {
                            prop_assert!((q == s.0 || q == s.1) && (q == t.0 || q == t.1));
                        }
                        m => prop_assert!(false, "{:?} {:?} {:?}", s, t, m),
                    }
                }
            }
        }
    }
}
