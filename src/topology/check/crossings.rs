//! All segments of a partition in squares of their own, made for one look and thrown away: which of them cross, and
//! what lies east of a point.

use crate::geom::{Box2, Meet, Pt, cross, crossing_point, meet, right_of_point};
use crate::topology::{Partition, WORLD};
use std::cmp::Ordering;

/// A square with no more segments than this is swept, not divided again.
const FEW: usize = 48;
/// How often a square is divided at most.
const DEEP: u32 = 8;
/// More pairs than any damaged map needs; those after are not kept.
const ENOUGH: usize = 1 << 20;

/// A segment of a border, in the border's direction.
#[derive(Clone, Copy)]
struct Side {
    a: Pt,
    b: Pt,
    edge: u32,
    /// Its number along the border.
    at: u32,
}

impl Side {
    fn area(&self) -> Box2 {
        Box2::of_two(self.a, self.b)
    }
}

/// Segments by squares of 2^`shift` mm.
struct Squares {
    shift: u32,
    min: Pt,
    nx: usize,
    /// Where the list of each square begins in `items`, and the end of the last.
    begins: Vec<u32>,
    items: Vec<u32>,
}

/// All segments of a partition.
pub(super) struct Sides {
    sides: Vec<Side>,
    squares: Squares,
}

impl Squares {
    /// About as many squares as segments, over `area`; a segment is in every square that it passes through, and perhaps
    /// in some beside. What of it lies outside `area` is left out.
    fn of(sides: &[Side], list: &[u32], area: Box2) -> Squares {
        let (width, height) = (area.width(), area.height());
        let size = |shift: u32| (((width >> shift) + 1) as usize, ((height >> shift) + 1) as usize);
        let mut shift = 0;
        while size(shift).0.saturating_mul(size(shift).1) > list.len().max(4) {
            shift += 1;
        }
        let (nx, ny) = size(shift);
        let mut s = Squares { shift, min: area.min, nx, begins: vec![0; nx * ny + 1], items: Vec::new() };
        let mut begins = std::mem::take(&mut s.begins);
        for &i in list {
            s.visit(&sides[i as usize], ny, |square| begins[square + 1] += 1);
        }
        for k in 1..begins.len() {
            begins[k] += begins[k - 1];
        }
        let mut items = vec![0; begins.last().map_or(0, |n| *n as usize)];
        let mut ends = begins.clone();
        for &i in list {
            s.visit(&sides[i as usize], ny, |square| {
                items[ends[square] as usize] = i;
                ends[square] += 1;
            });
        }
        Squares { begins, items, ..s }
    }

    fn col(&self, x: i64) -> i64 {
        (x - i64::from(self.min.x)) >> self.shift
    }

    fn row(&self, y: i64) -> i64 {
        (y - i64::from(self.min.y)) >> self.shift
    }

    /// The squares that a segment passes through.
    fn visit(&self, s: &Side, ny: usize, mut f: impl FnMut(usize)) {
        let (low, high) = if s.a.y <= s.b.y { (s.a, s.b) } else { (s.b, s.a) };
        let (west, east) = (s.a.x.min(s.b.x), s.a.x.max(s.b.x));
        let (c0, c1) = (self.col(west.into()).max(0), self.col(east.into()).min(self.nx as i64 - 1));
        let (r0, r1) = (self.row(low.y.into()).max(0), self.row(high.y.into()).min(ny as i64 - 1));
        if c0 == c1 || r0 == r1 {
            for r in r0..=r1 {
                (c0..=c1).for_each(|c| f(r as usize * self.nx + c as usize));
            }
            return;
        }
        let slope = (f64::from(high.x) - f64::from(low.x)) / (f64::from(high.y) - f64::from(low.y));
        let x_at = |y: i64| {
            let y = (y as f64).clamp(f64::from(low.y), f64::from(high.y));
            f64::from(low.x) + slope * (y - f64::from(low.y))
        };
        for r in r0..=r1 {
            // Where the segment enters the row and leaves it, and a millimetre for the floats.
            let y = i64::from(self.min.y) + (r << self.shift);
            let (p, q) = (x_at(y), x_at(y + (1 << self.shift)));
            let from = self.col(p.min(q).floor() as i64 - 1).max(c0);
            let to = self.col(p.max(q).ceil() as i64 + 1).min(c1);
            (from..=to).for_each(|c| f(r as usize * self.nx + c as usize));
        }
    }

    fn lists(&self) -> impl Iterator<Item = (usize, &[u32])> {
        self.begins.windows(2).map(|w| &self.items[w[0] as usize..w[1] as usize]).enumerate()
    }

    /// The ground of a square.
    fn area(&self, square: usize) -> Box2 {
        let from = |v: i32, k: usize| i64::from(v) + ((k as i64) << self.shift);
        let (x, y) = (from(self.min.x, square % self.nx), from(self.min.y, square / self.nx));
        let fit = |v: i64| v.min(i64::from(i32::MAX)) as i32;
        // The next square's first line is ground of this one too: a crossing may lie between two millimetres.
        let side = 1i64 << self.shift;
        Box2 { min: Pt { x: fit(x), y: fit(y) }, max: Pt { x: fit(x + side), y: fit(y + side) } }
    }
}

impl Sides {
    pub fn of(p: &Partition) -> Sides {
        let mut sides = Vec::with_capacity(p.edges().map(|(_, e)| e.points.len()).sum());
        for (edge, e) in p.edges() {
            let segments = e.points.windows(2).enumerate().filter(|(_, w)| w[0] != w[1]);
            sides.extend(segments.map(|(at, w)| Side { a: w[0], b: w[1], edge, at: at as u32 }));
        }
        let area = sides.iter().fold(Box2::EMPTY, |b, s| b.with(s.a).with(s.b));
        let all: Vec<u32> = (0..sides.len() as u32).collect();
        let squares = Squares::of(&sides, &all, area);
        Sides { sides, squares }
    }

    /// The face just east of `q` from where nothing leads east: that on the west of the nearest segment east of it.
    pub fn face_east_of(&self, p: &Partition, q: Pt) -> u32 {
        let s = &self.squares;
        let mut best: Option<&Side> = None;
        let row = s.row(q.y.into()) as usize;
        for col in s.col(q.x.into()) as usize..s.nx {
            let k = row * s.nx + col;
            let (Some(&from), Some(&to)) = (s.begins.get(k), s.begins.get(k + 1)) else { break };
            for &i in &s.items[from as usize..to as usize] {
                let side = &self.sides[i as usize];
                if right_of_point(q, side.a, side.b) && best.is_none_or(|b| further_west(q, side, b).is_lt()) {
                    best = Some(side);
                }
            }
            // What passes through squares further east only crosses the row there.
            let east = i64::from(s.min.x) + ((col as i64 + 1) << s.shift);
            let nearer = |b: &Side| {
                let (x, one) = crossing_x(q.y, b);
                x < i128::from(east) * one
            };
            if best.is_some_and(nearer) {
                break;
            }
        }
        best.and_then(|b| p.edge(b.edge).map(|e| if b.b.y > b.a.y { e.left } else { e.right })).unwrap_or(WORLD)
    }

    /// Where segments cross, or touch other than two borders at a node and a border in its course; by border.
    pub fn crossings(&self, p: &Partition) -> Vec<Pt> {
        let mut found = Found { p, sides: &self.sides, pairs: Vec::new(), order: Vec::new() };
        found.within(&self.squares, 0);
        let mut pairs = found.pairs;
        pairs.sort_unstable_by_key(|(s, t, _)| (*s, *t));
        pairs.dedup_by_key(|(s, t, _)| (*s, *t));
        pairs.into_iter().map(|(_, _, at)| at).collect()
    }
}

/// East and north from the lower end of a segment to the higher one.
fn run(s: &Side) -> (i128, i128) {
    let (low, high) = if s.a.y <= s.b.y { (s.a, s.b) } else { (s.b, s.a) };
    (i128::from(high.x) - i128::from(low.x), i128::from(high.y) - i128::from(low.y))
}

/// Where a segment crosses the height `y`, as numerator and (positive) denominator. The segment is not level.
fn crossing_x(y: i32, s: &Side) -> (i128, i128) {
    let low = if s.a.y <= s.b.y { s.a } else { s.b };
    let (dx, dy) = run(s);
    (i128::from(low.x) * dy + (i128::from(y) - i128::from(low.y)) * dx, dy)
}

/// Order from west to east of two segments a little above the height of `q`. Exact.
fn further_west(q: Pt, s: &Side, t: &Side) -> Ordering {
    let ((xs, ds), (xt, dt)) = (crossing_x(q.y, s), crossing_x(q.y, t));
    let ((es, ns), (et, nt)) = (run(s), run(t));
    (xs * dt).cmp(&(xt * ds)).then((es * nt).cmp(&(et * ns)))
}

struct Found<'a> {
    p: &'a Partition,
    sides: &'a [Side],
    pairs: Vec<(u32, u32, Pt)>,
    /// Room for the order of one square's segments.
    order: Vec<(i32, u32)>,
}

impl Found<'_> {
    fn within(&mut self, squares: &Squares, depth: u32) {
        for (square, list) in squares.lists() {
            if list.len() > FEW && depth < DEEP && squares.shift > 0 {
                let part = Squares::of(self.sides, list, squares.area(square));
                // Where segments run along each other no square parts them.
                if part.items.len() <= 3 * list.len() {
                    self.within(&part, depth + 1);
                    continue;
                }
            }
            self.swept(list);
        }
    }

    /// Every pair of a list whose boxes meet, from west to east.
    fn swept(&mut self, list: &[u32]) {
        if list.len() < 2 {
            return;
        }
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        order.extend(list.iter().map(|&i| (self.sides[i as usize].area().min.x, i)));
        if list.len() > 8 {
            order.sort_unstable();
        }
        for (k, &(_, i)) in order.iter().enumerate() {
            let area = self.sides[i as usize].area();
            for &(west, j) in &order[k + 1..] {
                if west > area.max.x {
                    if list.len() > 8 {
                        break;
                    }
                    continue;
                }
                if self.sides[j as usize].area().meets(&area) && self.pairs.len() < ENOUGH {
                    self.pair(i.min(j), i.max(j));
                }
            }
        }
        self.order = order;
    }

    fn pair(&mut self, i: u32, j: u32) {
        let (s, t) = (&self.sides[i as usize], &self.sides[j as usize]);
        // A border goes on: only where it turns back on itself is that wrong.
        if s.edge == t.edge && s.b == t.a && s.at + 1 == t.at && cross(s.a, s.b, t.b) != 0 {
            return;
        }
        let at = match meet(s.a, s.b, t.a, t.b) {
            Meet::Apart => return,
            Meet::Touch(q) => {
                let on = s.edge == t.edge && s.b == t.a && q == s.b && s.at + 1 == t.at;
                if on || (self.ends(s, q) && self.ends(t, q)) {
                    return;
                }
                q
            }
            Meet::Overlap(q, _) => q,
            Meet::Cross => crossing_point(s.a, s.b, t.a, t.b),
        };
        self.pairs.push((i, j, at));
    }

    /// Whether a border ends with this segment at `q`, so that a node is there.
    fn ends(&self, s: &Side, q: Pt) -> bool {
        let last = self.p.edge(s.edge).map_or(0, |e| e.points.len() - 2);
        (s.at == 0 && s.a == q) || (s.at as usize == last && s.b == q)
    }
}
