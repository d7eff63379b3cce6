//! An immutable R-tree, packed level by level over boxes that already lie in Hilbert order.

use crate::geom::{Box2, Pt};

const FAN: usize = 16;

/// A packed R-tree over boxes in the order given: item numbers are positions in that order.
///
/// Built in O(n) where the caller's rows are in [`hilbert`] order (as segments are); correct for any order.
#[derive(Clone, Debug, Default)]
pub struct PackedTree {
    /// Boxes of all levels: level 0 are groups of [`FAN`] items, then groups of groups.
    levels: Vec<Vec<Box2>>,
    items: usize,
}

impl PackedTree {
    /// Builds the tree over the items' boxes.
    pub fn build(boxes: &[Box2]) -> PackedTree {
        let mut levels: Vec<Vec<Box2>> = Vec::new();
        let mut below: &[Box2] = boxes;
        while below.len() > 1 {
            let up: Vec<Box2> = below.chunks(FAN).map(|c| c.iter().fold(Box2::EMPTY, |a, b| a.union(*b))).collect();
            let done = up.len() == 1;
            levels.push(up);
            if done {
                break;
            }
            below = levels.last().map_or(&[], Vec::as_slice);
        }
        PackedTree { levels, items: boxes.len() }
    }

    /// Calls `f` with the number of every item whose box (as given to [`PackedTree::build`]) meets `area`.
    pub fn search(&self, boxes: &[Box2], area: &Box2, f: &mut impl FnMut(usize)) {
        if self.levels.is_empty() {
            for (i, b) in boxes.iter().enumerate().take(self.items) {
                if b.meets(area) {
                    f(i);
                }
            }
            return;
        }
        self.descend(self.levels.len() - 1, 0, boxes, area, f);
    }

    fn descend(&self, level: usize, group: usize, boxes: &[Box2], area: &Box2, f: &mut impl FnMut(usize)) {
        if !self.levels[level].get(group).is_some_and(|b| b.meets(area)) {
            return;
        }
        let range = group * FAN..(group + 1) * FAN;
        if level == 0 {
            for (i, b) in boxes.iter().enumerate().take(range.end.min(self.items)).skip(range.start) {
                if b.meets(area) {
                    f(i);
                }
            }
        } else {
            for g in range.start..range.end.min(self.levels[level - 1].len()) {
                self.descend(level - 1, g, boxes, area, f);
            }
        }
    }
}

/// Position of a point on the Hilbert curve of order 16 over the square box that holds `extent`.
///
/// The classic bit-by-bit walk (Hilbert 1891; Hamilton's formulation of the rotation).
pub fn hilbert(p: Pt, extent: &Box2) -> u32 {
    let side = extent.width().max(extent.height()).max(1) as f64;
    let scale = |v: i32, lo: i32| (((f64::from(v) - f64::from(lo)) / side * 65535.0).clamp(0.0, 65535.0)) as u32;
    let (mut x, mut y) = (scale(p.x, extent.min.x), scale(p.y, extent.min.y));
    let mut d = 0u32;
    let mut s = 1u32 << 15;
    while s > 0 {
        let rx = u32::from(x & s > 0);
        let ry = u32::from(y & s > 0);
        d = d.wrapping_add(s.wrapping_mul(s).wrapping_mul((3 * rx) ^ ry));
        if ry == 0 {
            if rx == 1 {
                x = 65535 - x;
                y = 65535 - y;
            }
            std::mem::swap(&mut x, &mut y);
        }
        s >>= 1;
    }
    d
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::pt;

    #[test]
    fn finds_what_a_scan_finds() {
        for n in [0usize, 1, 15, 16, 17, 1000] {
            let mut boxes: Vec<Box2> = (0..n as i32)
                .map(|i| {
                    let p = pt(i.wrapping_mul(7919) % 1000, i.wrapping_mul(104_729) % 1000);
                    Box2 { min: p, max: pt(p.x + i % 13, p.y + i % 7) }
                })
                .collect();
            let all = boxes.iter().fold(Box2::EMPTY, |a, b| a.union(*b));
            boxes.sort_by_key(|b| hilbert(b.centre(), &all));
            let tree = PackedTree::build(&boxes);
            for w in [Box2::of_two(pt(100, 100), pt(300, 200)), Box2::of_two(pt(-5, -5), pt(2000, 2000))] {
                let mut got = Vec::new();
                tree.search(&boxes, &w, &mut |i| got.push(i));
                let want: Vec<usize> = (0..n).filter(|&i| boxes[i].meets(&w)).collect();
                assert_eq!(got, want);
            }
        }
    }

    #[test]
    fn the_hilbert_curve_visits_neighbours_one_after_the_other() {
        let e = Box2::of_two(pt(0, 0), pt(65535, 65535));
        let mut cells: Vec<Pt> = (0..16).flat_map(|x| (0..16).map(move |y| pt(x * 4369, y * 4369))).collect();
        cells.sort_by_key(|&p| hilbert(p, &e));
        assert!(cells.windows(2).all(|w| (w[0].x - w[1].x).abs() + (w[0].y - w[1].y).abs() == 4369));
    }
}
