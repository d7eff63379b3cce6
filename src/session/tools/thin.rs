//! A line drawn without lifting the pen has a point for every move of the pointer: only those that are seen stay.

use crate::geom::{Pt, dist2_to_segment};

/// The line without points that are nearer than `coarse_mm` to what is left (Douglas and Peucker 1973). Its ends stay; points
/// that follow themselves go. O(points²) at worst, O(points · log points) for usual strokes.
pub fn thinned(line: &[Pt], coarse_mm: f64) -> Vec<Pt> {
    let mut line = line.to_vec();
    line.dedup();
    if line.len() < 3 {
        return line;
    }
    let mut keep = vec![false; line.len()];
    let last = line.len() - 1;
    (keep[0], keep[last]) = (true, true);
    let mut open = vec![(0, last)];
    while let Some((from, to)) = open.pop() {
        let off = |i: usize| dist2_to_segment(line[i], line[from], line[to]);
        let far = (from + 1..to).max_by(|&i, &j| off(i).total_cmp(&off(j)));
        if let Some(i) = far.filter(|&i| off(i) > coarse_mm * coarse_mm) {
            keep[i] = true;
            open.extend([(from, i), (i, to)]);
        }
    }
    line.into_iter().zip(keep).filter_map(|(p, keep)| keep.then_some(p)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::pt;
    use proptest::prelude::*;

    #[test]
    fn a_shaky_straight_line_becomes_two_points_and_a_corner_stays() {
        let shaky: Vec<Pt> = (0..100).map(|i| pt(i * 100, if i % 2 == 0 { 0 } else { 90 })).collect();
        assert_eq!(thinned(&shaky, 100.0), [shaky[0], shaky[99]]);
        let corner: Vec<Pt> = (0..50).map(|i| pt(i * 100, 0)).chain((0..50).map(|i| pt(4900, i * 100))).collect();
        assert_eq!(thinned(&corner, 10.0), [pt(0, 0), pt(4900, 0), pt(4900, 4900)]);
        assert_eq!(thinned(&[pt(1, 1), pt(1, 1)], 5.0), [pt(1, 1)]);
        // A loop comes back to where it began.
        let ring = [pt(0, 0), pt(1000, 0), pt(1000, 1000), pt(0, 0)];
        assert_eq!(thinned(&ring, 10.0), ring);
    }

    proptest! {
        #[test]
        fn no_point_is_further_off_than_allowed(
            points in prop::collection::vec((-10_000..10_000i32, -10_000..10_000i32), 2..60), coarse in 1.0..3000.0f64,
        ) {
            let line: Vec<Pt> = points.into_iter().map(|(x, y)| pt(x, y)).collect();
            let left = thinned(&line, coarse);
            prop_assert_eq!((left.first(), left.last()), (line.first(), line.last()));
            for p in &line {
                let near = left.windows(2).any(|w| dist2_to_segment(*p, w[0], w[1]) <= coarse * coarse * 1.000_001);
                prop_assert!(near || left.contains(p));
            }
        }
    }
}
