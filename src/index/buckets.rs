//! A persistent grid of buckets, each a list of item numbers.

use super::Paged;
use crate::geom::{Box2, Pt};
use std::sync::Arc;

/// Which items pass through which square of a grid. Clones share everything until they change.
///
/// Squares have sides of 2^`shift` mm. Points outside the grid's box fall into its border squares, so that nothing
/// is ever missed; it only costs time.
#[derive(Clone, Debug)]
pub struct Buckets {
    shift: u32,
    x0: i32,
    y0: i32,
    nx: u32,
    ny: u32,
    lists: Paged<Option<Arc<[u32]>>>,
}

impl Buckets {
    /// An empty grid over `extent` with squares near `side_mm` and at most 512 squares a side.
    pub fn new(extent: Box2, side_mm: i32) -> Buckets {
        let extent = if extent.is_empty() { Box2::of_two(Pt::default(), Pt::default()) } else { extent };
        let longest = extent.width().max(extent.height()) + 1;
        let mut shift = (side_mm.max(1) as u32).ilog2();
        while (longest >> shift) + 1 > 512 {
            shift += 1;
        }
        let count = |len: i64| ((len >> shift) + 1) as u32;
        let (nx, ny) = (count(extent.width()), count(extent.height()));
        let lists = std::iter::repeat_n(None, (nx * ny) as usize).collect();
        Buckets { shift, x0: extent.min.x, y0: extent.min.y, nx, ny, lists }
    }

    /// Columns and rows.
    pub fn size(&self) -> (u32, u32) {
        (self.nx, self.ny)
    }

    /// Side of a square in mm.
    pub fn side_mm(&self) -> i64 {
        1i64 << self.shift
    }

    /// Column of an x, clamped into the grid.
    pub fn col(&self, x: i32) -> u32 {
        ((i64::from(x) - i64::from(self.x0)) >> self.shift).clamp(0, i64::from(self.nx) - 1) as u32
    }

    /// Row of a y, clamped into the grid.
    pub fn row(&self, y: i32) -> u32 {
        ((i64::from(y) - i64::from(self.y0)) >> self.shift).clamp(0, i64::from(self.ny) - 1) as u32
    }

    /// The number of the square that really contains `p` (not one that only catches what lies outside the grid).
    pub fn square(&self, p: Pt) -> Option<usize> {
        let at = |v: i32, v0: i32, n: u32| {
            let k = (i64::from(v) - i64::from(v0)) >> self.shift;
            (0..i64::from(n)).contains(&k).then_some(k as usize)
        };
        Some(at(p.y, self.y0, self.ny)? * self.nx as usize + at(p.x, self.x0, self.nx)?)
    }

    /// Whether a box lies within the grid.
    pub fn covers(&self, area: &Box2) -> bool {
        area.is_empty() || self.square(area.min).is_some() && self.square(area.max).is_some()
    }

    /// Whether a square holds no item.
    pub fn is_open(&self, square: usize) -> bool {
        self.lists.get(square).is_none_or(Option::is_none)
    }

    /// The ground of a numbered square, without what a border square catches from beyond the grid.
    pub fn square_box(&self, square: usize) -> Box2 {
        let (col, row) = (square as i64 % i64::from(self.nx), square as i64 / i64::from(self.nx));
        let from = |v0: i32, k: i64| i64::from(v0) + (k << self.shift);
        let fit = |v: i64| v.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
        let (x, y) = (from(self.x0, col), from(self.y0, row));
        let side = self.side_mm() - 1;
        Box2 { min: Pt { x: fit(x), y: fit(y) }, max: Pt { x: fit(x + side), y: fit(y + side) } }
    }

    /// The items of a numbered square.
    pub fn in_square(&self, square: usize) -> &[u32] {
        self.lists.get(square).and_then(|l| l.as_deref()).unwrap_or(&[])
    }

    /// The largest x of a column (the last column reaches to the end of the world).
    pub fn east_of_col(&self, col: u32) -> i64 {
        if col + 1 >= self.nx { i64::MAX } else { i64::from(self.x0) + (i64::from(col + 1) << self.shift) - 1 }
    }

    /// The items of a square.
    pub fn at(&self, col: u32, row: u32) -> &[u32] {
        self.in_square((row * self.nx + col) as usize)
    }

    /// Calls `f` with every item in the squares that `area` meets; an item may come more than once.
    pub fn visit(&self, area: &Box2, mut f: impl FnMut(u32)) {
        if area.is_empty() {
            return;
        }
        for row in self.row(area.min.y)..=self.row(area.max.y) {
            for col in self.col(area.min.x)..=self.col(area.max.x) {
                for &item in self.at(col, row) {
                    f(item);
                }
            }
        }
    }

    /// Every item in the squares that `area` meets, each once, in ascending order.
    pub fn items(&self, area: &Box2) -> smallvec::SmallVec<[u32; 32]> {
        let mut out = smallvec::SmallVec::new();
        self.visit(area, |i| out.push(i));
        out.sort_unstable();
        out.dedup();
        out
    }

    /// Enters `item` into every square that the chain passes through.
    pub fn insert(&mut self, item: u32, chain: &[Pt]) {
        for square in self.squares(chain) {
            if let Some(slot) = self.lists.get_mut(square as usize) {
                let old = slot.as_deref().unwrap_or(&[]);
                *slot = Some(old.iter().copied().chain([item]).collect());
            }
        }
    }

    /// Takes `item` out of every square that the chain passes through (the chain it was entered with).
    pub fn remove(&mut self, item: u32, chain: &[Pt]) {
        for square in self.squares(chain) {
            self.take_out(square, item);
        }
    }

    /// Moves `item` from the squares of one chain to those of another, touching only those that differ.
    pub fn replace(&mut self, item: u32, old: &[Pt], new: &[Pt]) {
        let (old, new) = (self.squares(old), self.squares(new));
        for &square in old.iter().filter(|s| new.binary_search(s).is_err()) {
            self.take_out(square, item);
        }
        for &square in new.iter().filter(|s| old.binary_search(s).is_err()) {
            if let Some(slot) = self.lists.get_mut(square as usize) {
                let had = slot.as_deref().unwrap_or(&[]);
                *slot = Some(had.iter().copied().chain([item]).collect());
            }
        }
    }

    fn take_out(&mut self, square: u32, item: u32) {
        if let Some(slot) = self.lists.get_mut(square as usize) {
            let left: Arc<[u32]> = slot.as_deref().unwrap_or(&[]).iter().copied().filter(|&i| i != item).collect();
            *slot = (!left.is_empty()).then_some(left);
        }
    }

    /// The squares a chain passes through, ascending, each once. A superset: row by row, the stretch of columns that
    /// the segment's box of that row covers.
    fn squares(&self, chain: &[Pt]) -> smallvec::SmallVec<[u32; 32]> {
        let mut out: smallvec::SmallVec<[u32; 32]> = smallvec::SmallVec::new();
        let one = [chain.first().copied().unwrap_or_default(); 2];
        let chain = if chain.len() == 1 { &one[..] } else { chain };
        for w in chain.windows(2) {
            let (a, b) = if w[0].y <= w[1].y { (w[0], w[1]) } else { (w[1], w[0]) };
            let (r0, r1) = (self.row(a.y), self.row(b.y));
            let cols = |xa: f64, xb: f64| {
                let lo = (xa.min(xb).floor() - 1.0).max(f64::from(i32::MIN)) as i32;
                let hi = (xa.max(xb).ceil() + 1.0).min(f64::from(i32::MAX)) as i32;
                (self.col(lo), self.col(hi))
            };
            for row in r0..=r1 {
                let (c0, c1) = if r0 == r1 {
                    cols(f64::from(a.x), f64::from(b.x))
                } else {
                    // x at the row's south and north edges, kept to the segment.
                    let side = self.side_mm() as f64;
                    let south = f64::from(self.y0) + f64::from(row) * side;
                    let slope = (f64::from(b.x) - f64::from(a.x)) / (f64::from(b.y) - f64::from(a.y));
                    let at =
                        |y: f64| f64::from(a.x) + slope * (y.clamp(f64::from(a.y), f64::from(b.y)) - f64::from(a.y));
                    let from = if row == r0 { f64::from(a.x) } else { at(south) };
                    let to = if row == r1 { f64::from(b.x) } else { at(south + side) };
                    cols(from, to)
                };
                out.extend((c0..=c1).map(|c| row * self.nx + c));
            }
        }
        out.sort_unstable();
        out.dedup();
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::pt;
    use proptest::prelude::*;

    fn point() -> impl Strategy<Value = Pt> {
        // Even numbers: half way between two of them is a grid point on the segment.
        (-1500i32..1500, -1500i32..1500).prop_map(|(x, y)| pt(2 * x, 2 * y))
    }

    proptest! {
        #[test]
        fn every_item_is_found_where_its_chain_passes(a in prop::collection::vec(point(), 1..6), b in prop::collection::vec(point(), 1..6), t in 0.0f64..1.0) {
            // The grid is smaller than the chains reach: the border squares must catch what lies outside.
            let mut g = Buckets::new(Box2::of_two(pt(-2000, -1500), pt(1700, 2000)), 64);
            g.insert(7, &a);
            g.replace(7, &a, &b);
            let k = ((b.len() - 1) as f64 * t) as usize;
            let (p, q) = (b[k], b[(k + 1).min(b.len() - 1)]);
            let m = pt((p.x + q.x) / 2, (p.y + q.y) / 2);
            for x in [p, q, m] {
                prop_assert!(g.items(&Box2::of_two(x, x)).contains(&7));
            }
            g.remove(7, &b);
            prop_assert!(g.items(&Box2::of_two(pt(-9000, -9000), pt(9000, 9000))).is_empty());
        }
    }
}
