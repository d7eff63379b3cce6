//! The segments of a line, found by place: whether a line meets itself, and what it goes round.

use crate::geom::{Box2, Meet, Pt, crossing_point, dist2_to_segment, meet, right_of_point};
use crate::index::PackedTree;
use smallvec::SmallVec;

/// Segments that are looked at one by one; of more a tree is made.
const FEW: usize = 16;

/// How far from a crossing everything else must be, mm, for it to be one whatever rounding does: what two borders that
/// are too close for the grid may push a line aside at most, several times over.
const CLEAR_MM: f64 = 500.0;

/// Sine, squared, of the angle from which on two segments that cross are no longer beside each other further than that.
const STEEP: f64 = 0.25;

/// Segments in the order of their line, in a tree over their boxes: what a piece of the line is near is found without
/// walking all of it.
pub(super) struct Segments {
    ends: SmallVec<[(Pt, Pt); 8]>,
    boxes: SmallVec<[Box2; 8]>,
    tree: PackedTree,
}

impl Segments {
    /// Of segments that mostly follow each other. O(n).
    pub fn of(ends: impl IntoIterator<Item = (Pt, Pt)>) -> Segments {
        let ends: SmallVec<[(Pt, Pt); 8]> = ends.into_iter().collect();
        let boxes: SmallVec<[Box2; 8]> = ends.iter().map(|&(a, b)| Box2::of_two(a, b)).collect();
        let tree = if ends.len() > FEW { PackedTree::build(&boxes) } else { PackedTree::default() };
        Segments { ends, boxes, tree }
    }

    /// Of a line from point to point.
    pub fn of_line(line: &[Pt]) -> Segments {
        Segments::of(line.windows(2).map(|w| (w[0], w[1])))
    }

    /// Calls `f` with the number of each segment whose box meets `area`, ascending, and its ends.
    pub fn near(&self, area: &Box2, mut f: impl FnMut(usize, (Pt, Pt))) {
        if self.ends.len() > FEW {
            self.tree.search(&self.boxes, area, &mut |i| f(i, self.ends[i]));
        } else {
            let met = |(i, b): (usize, &Box2)| b.meets(area).then_some(i);
            self.boxes.iter().enumerate().filter_map(met).for_each(|i| f(i, self.ends[i]));
        }
    }

    /// Whether `f` says so of a segment whose box meets `area`.
    pub fn any_near(&self, area: &Box2, f: impl Fn(usize, (Pt, Pt)) -> bool) -> bool {
        let mut any = false;
        self.near(area, |i, s| any = any || f(i, s));
        any
    }

    /// A segment by its number.
    pub fn get(&self, i: usize) -> Option<(Pt, Pt)> {
        self.ends.get(i).copied()
    }

    /// The first answer of `f` for two segments that meet, told their numbers, the smaller first, and how they do; pairs
    /// come by the first, then by the second. O(n log n + pairs of boxes that meet).
    pub fn first_meeting<T>(&self, f: impl Fn(usize, usize, Meet) -> Option<T>) -> Option<T> {
        (0..self.ends.len()).find_map(|i| {
            let (a, b) = self.ends[i];
            let mut found = None;
            self.near(&self.boxes[i], |j, (c, d)| {
                if j > i && found.is_none() {
                    found = Some(meet(a, b, c, d)).filter(|m| *m != Meet::Apart).and_then(|m| f(i, j, m));
                }
            });
            found
        })
    }

    /// Whether closed rings made of these segments contain a point by parity.
    pub fn contains(&self, p: Pt) -> bool {
        let mut inside = false;
        self.near(&Box2 { min: p, max: Pt { x: i32::MAX, y: p.y } }, |_, (a, b)| inside ^= right_of_point(p, a, b));
        inside
    }

    /// Where two segments cross so clearly that no rounding can undo it: steeply, and all ends and all other segments
    /// are well away. One of several such places; there may be crossings where there is none.
    pub fn clear_crossing(&self) -> Option<Pt> {
        self.first_meeting(|i, j, m| {
            let ((a, b), (c, d)) = (self.ends[i], self.ends[j]);
            let far = |p: Pt, s: (Pt, Pt)| dist2_to_segment(p, s.0, s.1) > CLEAR_MM * CLEAR_MM;
            if m != Meet::Cross || !steep((a, b), (c, d)) {
                return None;
            }
            let at = crossing_point(a, b, c, d);
            let ends_far = far(a, (c, d)) && far(b, (c, d)) && far(c, (a, b)) && far(d, (a, b));
            let mut alone = ends_far;
            self.near(&Box2::of_two(at, at).grown(CLEAR_MM as i32), |k, s| {
                alone &= k == i || k == j || far(at, s);
            });
            alone.then_some(at)
        })
    }
}

fn steep((a, b): (Pt, Pt), (c, d): (Pt, Pt)) -> bool {
    let run = |p: Pt, q: Pt| (f64::from(q.x) - f64::from(p.x), f64::from(q.y) - f64::from(p.y));
    let ((ux, uy), (vx, vy)) = (run(a, b), run(c, d));
    let turn = ux * vy - uy * vx;
    turn * turn >= STEEP * (ux * ux + uy * uy) * (vx * vx + vy * vy)
}

/// Where a line crosses or touches itself; its two ends may meet. The first such place along the line.
pub(super) fn self_crossing(line: &[Pt]) -> Option<Pt> {
    let last = line.len().saturating_sub(2);
    let closed = line.first() == line.last();
    let point = |i: usize| (line[i], line[i + 1]);
    Segments::of_line(line).first_meeting(|i, j, m| {
        let ((a, b), (c, d)) = (point(i), point(j));
        match m {
            Meet::Touch(q) if j == i + 1 && q == b => None,
            Meet::Touch(q) if closed && (i, j) == (0, last) && q == a => None,
            Meet::Apart => None,
            Meet::Touch(q) | Meet::Overlap(q, _) => Some(q),
            Meet::Cross => Some(crossing_point(a, b, c, d)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::pt;
    use proptest::prelude::*;

    proptest! {
        /// Few points on a small grid: they touch, overlap and come twice.
        #[test]
        fn a_line_meets_itself_where_all_pairs_do(line in prop::collection::vec((0i32..40, 0i32..40), 2..24), p in (0i32..40, 0i32..40)) {
            let mut line: Vec<Pt> = line.into_iter().map(|(x, y)| pt(x * 1000, y * 1000)).collect();
            line.dedup();
            prop_assume!(line.len() > 1);
            let segments = Segments::of_line(&line);
            let pairs = (0..line.len() - 1).flat_map(|i| (i + 1..line.len() - 1).map(move |j| (i, j)));
            let all: Vec<(usize, usize)> =
                pairs.filter(|&(i, j)| meet(line[i], line[i + 1], line[j], line[j + 1]) != Meet::Apart).collect();
            let mut wrong = None;
            for &(i, j) in &all {
                let next = Segments::first_meeting(&segments, |a, b, _| ((a, b) >= (i, j)).then_some((a, b)));
                if next != Some((i, j)) {
                    wrong = Some((i, j));
                }
            }
            prop_assert_eq!(wrong, None);
            prop_assert_eq!(segments.first_meeting(|a, b, _| (!all.contains(&(a, b))).then_some(())), None);
            let ring: Vec<Pt> = line.iter().copied().chain([line[0]]).collect();
            let p = pt(p.0 * 1000, p.1 * 1000);
            prop_assert_eq!(Segments::of_line(&ring).contains(p), crate::geom::ring_contains(&line, p));
        }
    }
}
