//! Lines in the middle between two sets of footprints: straight where there is room, few vertices.
//!
//! The ground is looked at in squares; each has the way to the nearest footprint of either set (two passes of vectors:
//! Danielsson 1980). Where the nearest changes sets the middle runs. Its stairs are then replaced by the fewest straight
//! pieces that keep away from the footprints of both sides.

use crate::geom::{Box2, Pt, dist2_to_segment, right_of_point, ring_contains};
use crate::session::tools::thinned;
use std::collections::BTreeMap;

/// Squares at most, and the smallest, mm.
const SQUARES: f64 = 60_000.0;
const SMALLEST_MM: f64 = 400.0;
/// Squares round the face.
const RIM: i64 = 3;
/// The least part of the way from one side to the other that a piece keeps from either, and what of a square it may be off.
const KEPT: f64 = 0.27;
const SLACK: f64 = 0.6;
/// Vertices of stairs from which on the fewest pieces are looked for among fewer.
const MANY: usize = 260;

/// A footprint: its rings, or a single point.
pub(super) type Footprint = Vec<Vec<Pt>>;

struct Squares {
    min: Pt,
    side_mm: f64,
    w: i64,
    h: i64,
}

impl Squares {
    fn over(b: &Box2) -> Squares {
        let side_mm = ((b.width() as f64 * b.height() as f64) / SQUARES).sqrt().max(SMALLEST_MM);
        let squares = |mm: i64| (mm as f64 / side_mm).ceil() as i64 + 2 * RIM + 1;
        let back = (RIM as f64 * side_mm) as i32;
        let min = Pt { x: b.min.x.saturating_sub(back), y: b.min.y.saturating_sub(back) };
        Squares { min, side_mm, w: squares(b.width()), h: squares(b.height()) }
    }

    fn len(&self) -> usize {
        (self.w * self.h) as usize
    }

    fn number(&self, x: i64, y: i64) -> Option<usize> {
        ((0..self.w).contains(&x) && (0..self.h).contains(&y)).then_some((y * self.w + x) as usize)
    }

    fn square_of(&self, p: Pt) -> (i64, i64) {
        let at = |v: i32, from: i32| ((f64::from(v) - f64::from(from)) / self.side_mm).floor() as i64;
        (at(p.x, self.min.x), at(p.y, self.min.y))
    }

    /// A place by squares from the corner.
    fn place(&self, x: f64, y: f64) -> Pt {
        let at = |v: f64, from: i32| (f64::from(from) + v * self.side_mm).round() as i32;
        Pt { x: at(x, self.min.x), y: at(y, self.min.y) }
    }

    fn centre(&self, x: i64, y: i64) -> Pt {
        self.place(x as f64 + 0.5, y as f64 + 0.5)
    }

    /// Squares on a footprint.
    fn cover(&self, footprint: &Footprint, on: &mut [bool]) {
        for ring in footprint {
            for i in 0..ring.len() {
                let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
                let steps = (a.dist(b) / (self.side_mm * 0.5)).ceil().max(1.0);
                for k in 0..=steps as i64 {
                    let t = k as f64 / steps;
                    let mix = |a: i32, b: i32| (f64::from(a) + t * (f64::from(b) - f64::from(a))).round() as i32;
                    let (x, y) = self.square_of(Pt { x: mix(a.x, b.x), y: mix(a.y, b.y) });
                    if let Some(n) = self.number(x, y) {
                        on[n] = true;
                    }
                }
            }
            let b = Box2::of(ring);
            let ((x0, y0), (x1, y1)) = (self.square_of(b.min), self.square_of(b.max));
            for (y, x) in (y0..=y1).flat_map(|y| (x0..=x1).map(move |x| (y, x))) {
                if let Some(n) = self.number(x, y).filter(|n| !on[*n]) {
                    on[n] = ring.len() > 2 && ring_contains(ring, self.centre(x, y));
                }
            }
        }
    }

    /// Squares whose centre lies in a face, row by row.
    fn inside(&self, face: &[Vec<Pt>]) -> Vec<bool> {
        let mut out = vec![false; self.len()];
        let sides = face.iter().flat_map(|r| (0..r.len()).map(move |i| (r[i], r[(i + 1) % r.len()])));
        let sides: Vec<(Pt, Pt)> = sides.collect();
        for y in 0..self.h {
            let at = self.centre(0, y).y;
            let met = sides.iter().filter(|(a, b)| (a.y > at) != (b.y > at)).map(|(a, b)| {
                let t = (f64::from(at) - f64::from(a.y)) / (f64::from(b.y) - f64::from(a.y));
                let x = f64::from(a.x) + t * (f64::from(b.x) - f64::from(a.x));
                (x - f64::from(self.min.x)) / self.side_mm - 0.5
            });
            let mut met: Vec<f64> = met.collect();
            met.sort_by(f64::total_cmp);
            for w in met.chunks_exact(2) {
                for x in w[0].ceil().max(0.0) as i64..=w[1].floor().min(self.w as f64) as i64 {
                    if let Some(n) = self.number(x, y) {
                        out[n] = true;
                    }
                }
            }
        }
        out
    }

    /// The distance of each square to the nearest that is on, in squares.
    fn distances(&self, on: &[bool]) -> Vec<f32> {
        const FAR: i32 = 1 << 14;
        let mut way: Vec<(i32, i32)> = on.iter().map(|on| if *on { (0, 0) } else { (FAR, FAR) }).collect();
        let look = |way: &mut Vec<(i32, i32)>, x: i64, y: i64, dx: i64, dy: i64| {
            let (Some(here), Some(there)) = (self.number(x, y), self.number(x + dx, y + dy)) else { return };
            let (vx, vy) = way[there];
            let v = (vx + dx as i32, vy + dy as i32);
            let far = |v: (i32, i32)| i64::from(v.0).pow(2) + i64::from(v.1).pow(2);
            if vx < FAR && far(v) < far(way[here]) {
                way[here] = v;
            }
        };
        for y in 0..self.h {
            for x in 0..self.w {
                for (dx, dy) in [(-1, 0), (0, -1), (-1, -1), (1, -1)] {
                    look(&mut way, x, y, dx, dy);
                }
            }
            (0..self.w).rev().for_each(|x| look(&mut way, x, y, 1, 0));
        }
        for y in (0..self.h).rev() {
            for x in (0..self.w).rev() {
                for (dx, dy) in [(1, 0), (0, 1), (1, 1), (-1, 1)] {
                    look(&mut way, x, y, dx, dy);
                }
            }
            (0..self.w).for_each(|x| look(&mut way, x, y, -1, 0));
        }
        way.into_iter().map(|(x, y)| (x as f32).hypot(y as f32)).collect()
    }
}

/// Lines between the footprints of `ours` and those of `theirs` within a face, each running a little beyond its border.
/// O(squares + pieces²).
pub(super) fn between(face: &[Vec<Pt>], ours: &[Footprint], theirs: &[Footprint]) -> Vec<Vec<Pt>> {
    let area = Box2::of(face.iter().flatten());
    if area.is_empty() || ours.is_empty() || theirs.is_empty() {
        return vec![];
    }
    let s = Squares::over(&area);
    let far = |of: &[Footprint]| {
        let mut on = vec![false; s.len()];
        of.iter().for_each(|f| s.cover(f, &mut on));
        s.distances(&on)
    };
    let (a, b) = (far(ours), far(theirs));
    let mut inside = s.inside(face);
    // Two squares further, so that what is drawn meets the border.
    for _ in 0..2 {
        let before = inside.clone();
        for (y, x) in (0..s.h).flat_map(|y| (0..s.w).map(move |x| (y, x))) {
            let near = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)];
            let near = near.into_iter().filter_map(|(dx, dy)| s.number(x + dx, y + dy)).any(|n| before[n]);
            if let Some(n) = s.number(x, y) {
                inside[n] = near;
            }
        }
    }
    // Points that a straight piece must leave on the side on which the stairs have them.
    let stand: Vec<Pt> =
        ours.iter().chain(theirs).flatten().flat_map(|r| [r.first(), r.get(r.len() / 2)]).flatten().copied().collect();
    let ours = |n: usize| a[n] < b[n];
    let mut sides: BTreeMap<(i64, i64), Vec<(i64, i64)>> = BTreeMap::new();
    for (y, x) in (0..s.h).flat_map(|y| (0..s.w).map(move |x| (y, x))) {
        for (dx, dy) in [(1, 0), (0, 1)] {
            let (Some(m), Some(n)) = (s.number(x, y), s.number(x + dx, y + dy)) else { continue };
            if inside[m] && inside[n] && ours(m) != ours(n) {
                let ends = if dx == 1 { ((x + 1, y), (x + 1, y + 1)) } else { ((x, y + 1), (x + 1, y + 1)) };
                sides.entry(ends.0).or_default().push(ends.1);
                sides.entry(ends.1).or_default().push(ends.0);
            }
        }
    }
    let free = |p: Pt| {
        let (x, y) = s.square_of(p);
        s.number(x, y).is_none_or(|n| {
            let (a, b) = (f64::from(a[n]), f64::from(b[n]));
            a.min(b) + SLACK >= KEPT * (a + b)
        })
    };
    let straight = |p: Pt, q: Pt| {
        let steps = (p.dist(q) / (s.side_mm * 0.5)).ceil().max(1.0);
        (0..=steps as i64).all(|k| {
            let t = k as f64 / steps;
            let mix = |a: i32, b: i32| (f64::from(a) + t * (f64::from(b) - f64::from(a))).round() as i32;
            free(Pt { x: mix(p.x, q.x), y: mix(p.y, q.y) })
        })
    };
    let chains = chains(sides);
    let to_place = |chain: Vec<(i64, i64)>| chain.into_iter().map(|(x, y)| s.place(x as f64, y as f64)).collect();
    chains
        .into_iter()
        .map(|c| plain(to_place(c), s.side_mm, &straight, &stand))
        .filter(|l: &Vec<Pt>| l.len() > 1)
        .collect()
}

/// Chains of sides: from ends and forks, then those that close.
fn chains(mut sides: BTreeMap<(i64, i64), Vec<(i64, i64)>>) -> Vec<Vec<(i64, i64)>> {
    let ends: Vec<(i64, i64)> = sides.iter().filter(|(_, to)| to.len() != 2).map(|(at, _)| *at).collect();
    let stops: std::collections::BTreeSet<(i64, i64)> = ends.iter().copied().collect();
    let mut out = Vec::new();
    let starts: Vec<(i64, i64)> = ends.into_iter().chain(sides.keys().copied().collect::<Vec<_>>()).collect();
    for start in starts {
        while let Some(first) = sides.get_mut(&start).and_then(Vec::pop) {
            let mut chain = vec![start];
            let (mut at, mut next) = (start, first);
            loop {
                if let Some(back) = sides.get_mut(&next) {
                    back.retain(|p| *p != at);
                }
                chain.push(next);
                at = next;
                if at == start || stops.contains(&at) {
                    break;
                }
                match sides.get_mut(&at).and_then(Vec::pop) {
                    Some(n) => next = n,
                    None => break,
                }
            }
            out.push(chain);
        }
    }
    out
}

/// A line of stairs by the fewest straight pieces between points of it, each of which may be; one that closes keeps a point
/// opposite its first, and three pieces at least.
fn plain(stairs: Vec<Pt>, side_mm: f64, straight: &dyn Fn(Pt, Pt) -> bool, stand: &[Pt]) -> Vec<Pt> {
    let mut line = thinned(&stairs, side_mm * 0.75);
    let mut coarse = side_mm * 0.75;
    while line.len() > MANY {
        coarse *= 1.5;
        line = thinned(&stairs, coarse);
    }
    let (Some(&first), Some(&last)) = (line.first(), line.last()) else { return line };
    if first != last || line.len() < 4 {
        return fewest(&line, straight, stand);
    }
    let farthest = |from: &[Pt], of: Pt| (0..from.len()).max_by_key(|&i| from[i].dist2(of)).unwrap_or(0);
    let k = farthest(&line, first).clamp(1, line.len() - 2);
    let (mut out, back) = (fewest(&line[..=k], straight, stand), fewest(&line[k..], straight, stand));
    if out.len() + back.len() < 5 {
        // Two pieces there and back enclose nothing.
        let aside = (1..line.len() - 1).filter(|i| *i != k);
        let third = aside.max_by(|&i, &j| {
            dist2_to_segment(line[i], first, line[k]).total_cmp(&dist2_to_segment(line[j], first, line[k]))
        });
        return match third {
            Some(i) if i < k => vec![first, line[i], line[k], first],
            Some(i) => vec![first, line[k], line[i], first],
            None => line,
        };
    }
    out.extend(&back[1..]);
    out
}

/// The fewest straight pieces from the first to the last point, so that none of the points `stand` changes sides; of equally
/// many the shortest. O(points² · stand).
fn fewest(line: &[Pt], straight: &dyn Fn(Pt, Pt) -> bool, stand: &[Pt]) -> Vec<Pt> {
    let n = line.len();
    if n < 3 {
        return line.to_vec();
    }
    let area = Box2::of(line);
    let stand: Vec<Pt> = stand.iter().copied().filter(|p| area.contains(*p)).collect();
    // How often a ray from each of them meets the line up to each of its points.
    let met: Vec<Vec<bool>> = stand
        .iter()
        .map(|&p| {
            let mut odd = vec![false];
            for w in line.windows(2) {
                odd.push(odd[odd.len() - 1] != right_of_point(p, w[0], w[1]));
            }
            odd
        })
        .collect();
    let same_side = |i: usize, j: usize| {
        stand.iter().zip(&met).all(|(&p, odd)| (odd[i] != odd[j]) == right_of_point(p, line[i], line[j]))
    };
    let mut best: Vec<(u32, f64, usize)> = vec![(0, 0.0, 0)];
    for j in 1..n {
        let mut to = (u32::MAX, f64::INFINITY, j - 1);
        for i in (0..j).rev() {
            let by = (best[i].0.saturating_add(1), best[i].1 + line[i].dist(line[j]), i);
            let less = by.0 < to.0 || by.0 == to.0 && by.1 < to.1;
            if less && (i + 1 == j || same_side(i, j) && straight(line[i], line[j])) {
                to = by;
            }
        }
        best.push(to);
    }
    let mut out = vec![line[n - 1]];
    let mut at = n - 1;
    while at > 0 {
        at = best[at].2;
        out.push(line[at]);
    }
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::pt;

    fn house(x: i32, y: i32, w: i32, d: i32) -> Footprint {
        let m = |x: i32, y: i32| pt(x * 1000, y * 1000);
        vec![vec![m(x, y), m(x + w, y), m(x + w, y + d), m(x, y + d)]]
    }

    #[test]
    fn between_two_rows_of_houses_the_line_is_straight_and_in_the_middle() {
        let row = |y: i32| -> Vec<Footprint> { (0..5).map(|i| house(5 + i * 20, y, 15, 10)).collect() };
        let face = house(0, 0, 110, 60).remove(0);
        let lines = between(&[face], &row(10), &row(34));
        assert_eq!(lines.len(), 1);
        assert!(lines[0].len() <= 3, "{:?}", lines[0]);
        for p in &lines[0] {
            assert!((p.y - 27_000).abs() < 2500, "{p:?}");
        }
        let (first, last) = (lines[0][0].x, lines[0][lines[0].len() - 1].x);
        assert!(first.min(last) < 0 && first.max(last) > 110_000, "it reaches beyond the face");
    }

    #[test]
    fn round_a_single_house_the_line_closes_and_touches_nothing() {
        let face = house(0, 0, 100, 100).remove(0);
        let ring = [(40, 10), (10, 40), (70, 40), (40, 70)];
        let others: Vec<Footprint> = ring.iter().map(|&(x, y)| house(x, y, 20, 20)).collect();
        let ours = [house(44, 44, 12, 12)];
        let lines = between(&[face], &ours, &others);
        let closed: Vec<&Vec<Pt>> = lines.iter().filter(|l| l.first() == l.last()).collect();
        assert_eq!((lines.len(), closed.len()), (1, 1), "{lines:?}");
        assert!(closed[0].len() < 14 && ring_contains(closed[0], pt(50_000, 50_000)), "{closed:?}");
        for f in others.iter().chain(&ours) {
            for (w, side) in closed[0].windows(2).flat_map(|w| (0..4).map(move |i| (w, i))) {
                let (a, b) = (f[0][side], f[0][(side + 1) % 4]);
                assert_eq!(crate::geom::meet(w[0], w[1], a, b), crate::geom::Meet::Apart);
            }
        }
        assert!(between(&[vec![]], &ours, &others).is_empty());
    }
}
