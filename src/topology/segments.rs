//! The segments of a line, found by place: whether a line meets itself, and what it goes round.

use crate::geom::{Box2, Meet, Pt, crossing_point, dist2_to_segment, meet, right_of_point};
use crate::index::{PackedTree, hilbert};
use smallvec::SmallVec;

/// Segments that are looked at one by one; of more a tree is made.
const FEW: usize = 16;

/// Boxes that a long segment which runs aslant is divided into at most: one box round all of it holds much that is
/// nowhere near it.
const BOXES: f64 = 32.0;

/// How far a crossing's ends, and what runs along it, must be for it to be one whatever rounding does, mm: what two
/// borders that are too close for the grid may push a line aside, several times over.
const CLEAR_MM: f64 = 500.0;

/// How far anything else must be, mm, so that rounding does not make one point of several crossings.
const ALONE_MM: f64 = 20.0;

/// Sine, squared, of the angle from which on two segments that cross are no longer beside each other further than
/// [`CLEAR_MM`], and of that up to which two may be led along each other.
const STEEP: f64 = 0.25;
const ALONG: f64 = 2.5e-5;

/// Segments in the order of their line, in a tree over their boxes: what a piece of the line is near is found without
/// walking all of it.
pub(super) struct Segments {
    ends: SmallVec<[(Pt, Pt); 8]>,
    /// One of each segment, in their order; where `whose` says whose they are several of some, those that are beside each
    /// other together.
    boxes: SmallVec<[Box2; 8]>,
    whose: Vec<u32>,
    /// Side of a square of which there are as many as segments, mm.
    side_mm: f64,
    tree: PackedTree,
}

impl Segments {
    /// Of segments that mostly follow each other. O(n), O(n log n) where long ones run aslant.
    pub fn of(ends: impl IntoIterator<Item = (Pt, Pt)>) -> Segments {
        let ends: SmallVec<[(Pt, Pt); 8]> = ends.into_iter().collect();
        let boxes: SmallVec<[Box2; 8]> = ends.iter().map(|&(a, b)| Box2::of_two(a, b)).collect();
        let mut s = Segments { ends, boxes, whose: Vec::new(), side_mm: f64::MAX, tree: PackedTree::default() };
        if s.ends.len() <= FEW {
            return s;
        }
        let all = s.boxes.iter().fold(Box2::EMPTY, |x, y| x.union(*y));
        s.side_mm = (all.width() as f64 * all.height() as f64 / s.ends.len() as f64).sqrt().max(1.0);
        if s.boxes.iter().any(|b| parts(b, s.side_mm) > 1.0) {
            let divided = (0..s.ends.len()).flat_map(|i| s.boxes_of(i).map(move |b| (b, i as u32)));
            let mut divided: Vec<(u32, u32, Box2)> = divided.map(|(b, i)| (hilbert(b.centre(), &all), i, b)).collect();
            divided.sort_unstable_by_key(|d| (d.0, d.1));
            s.whose = divided.iter().map(|d| d.1).collect();
            s.boxes = divided.into_iter().map(|d| d.2).collect();
        }
        s.tree = PackedTree::build(&s.boxes);
        s
    }

    /// Of a line from point to point.
    pub fn of_line(line: &[Pt]) -> Segments {
        Segments::of(line.windows(2).map(|w| (w[0], w[1])))
    }

    /// Calls `f` with the number of each segment that may have a point in `area`, ascending, and its ends.
    pub fn near(&self, area: &Box2, mut f: impl FnMut(usize, (Pt, Pt))) {
        if self.ends.len() <= FEW {
            let met = |(i, b): (usize, &Box2)| b.meets(area).then_some(i);
            self.boxes.iter().enumerate().filter_map(met).for_each(|i| f(i, self.ends[i]));
        } else if self.whose.is_empty() {
            self.tree.search(&self.boxes, area, &mut |i| f(i, self.ends[i]));
        } else {
            let mut found: SmallVec<[u32; 32]> = SmallVec::new();
            self.tree.search(&self.boxes, area, &mut |k| found.push(self.whose[k]));
            found.sort_unstable();
            found.dedup();
            found.into_iter().for_each(|i| f(i as usize, self.ends[i as usize]));
        }
    }

    /// The boxes of a segment.
    fn boxes_of(&self, i: usize) -> impl Iterator<Item = Box2> {
        let (a, b) = self.ends[i];
        let whole = Box2::of_two(a, b);
        let parts = parts(&whole, self.side_mm);
        let at = move |from: i32, to: i32, part: f64| {
            (f64::from(from) + (f64::from(to) - f64::from(from)) * part / parts).round() as i32
        };
        let place = move |k: f64| Pt { x: at(a.x, b.x, k), y: at(a.y, b.y, k) };
        (0..parts as u32)
            .map(f64::from)
            .map(move |k| if parts == 1.0 { whole } else { Box2::of_two(place(k), place(k + 1.0)).grown(1) })
    }

    /// Whether `f` says so of a segment that may have a point in `area`.
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
        let mut beside: SmallVec<[usize; 32]> = SmallVec::new();
        (0..self.ends.len()).find_map(|i| {
            beside.clear();
            for area in self.boxes_of(i) {
                self.near(&area, |j, _| beside.extend((j > i).then_some(j)));
            }
            beside.sort_unstable();
            beside.dedup();
            let (a, b) = self.ends[i];
            beside.iter().find_map(|&j| {
                let (c, d) = self.ends[j];
                Some(meet(a, b, c, d)).filter(|m| *m != Meet::Apart).and_then(|m| f(i, j, m))
            })
        })
    }

    /// Whether closed rings made of these segments contain a point by parity.
    pub fn contains(&self, p: Pt) -> bool {
        let mut inside = false;
        self.near(&Box2 { min: p, max: Pt { x: i32::MAX, y: p.y } }, |_, (a, b)| inside ^= right_of_point(p, a, b));
        inside
    }

    /// Where two segments cross so clearly that no rounding can undo it: steeply, all ends well away, nothing else quite
    /// near and nothing that runs along one of them. One of several such places; there may be crossings where there is
    /// none.
    pub fn clear_crossing(&self) -> Option<Pt> {
        self.first_meeting(|i, j, m| {
            let (s, t) = (self.ends[i], self.ends[j]);
            if m != Meet::Cross || sine2(s, t) < STEEP {
                return None;
            }
            let at = crossing_point(s.0, s.1, t.0, t.1);
            let beyond = |p: Pt, s: (Pt, Pt), mm: f64| dist2_to_segment(p, s.0, s.1) > mm * mm;
            let ends_far = [(s.0, t), (s.1, t), (t.0, s), (t.1, s)].into_iter().all(|(p, x)| beyond(p, x, CLEAR_MM));
            let in_the_way = |k: usize, x: (Pt, Pt)| {
                let apart =
                    beyond(at, x, CLEAR_MM) || (beyond(at, x, ALONE_MM) && sine2(x, s) > ALONG && sine2(x, t) > ALONG);
                k != i && k != j && !apart
            };
            let around = Box2::of_two(at, at).grown(CLEAR_MM as i32);
            (ends_far && !self.any_near(&around, in_the_way)).then_some(at)
        })
    }
}

/// How many boxes a segment with this box has.
fn parts(whole: &Box2, side_mm: f64) -> f64 {
    (whole.width().min(whole.height()) as f64 / side_mm).ceil().clamp(1.0, BOXES)
}

/// Sine, squared, of the angle between two segments; 0 for one without length.
fn sine2((a, b): (Pt, Pt), (c, d): (Pt, Pt)) -> f64 {
    let run = |p: Pt, q: Pt| (f64::from(q.x) - f64::from(p.x), f64::from(q.y) - f64::from(p.y));
    let ((ux, uy), (vx, vy)) = (run(a, b), run(c, d));
    let turn = ux * vy - uy * vx;
    let lengths2 = (ux * ux + uy * uy) * (vx * vx + vy * vy);
    if lengths2 > 0.0 { turn * turn / lengths2 } else { 0.0 }
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
        fn a_line_meets_itself_where_all_pairs_do(line in prop::collection::vec((0i32..40, 0i32..40), 2..32), p in (0i32..40, 0i32..40)) {
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
