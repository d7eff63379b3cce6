//! Where a picture lies on the ground: plane maps, and the one that fits control points best.
//!
//! The picture's coordinates are pixels, x to the right and y down from its upper left corner; the ground's are metres,
//! easting and northing. Least squares in closed form (Wolf and Ghilani, Adjustment Computations, ch. 18), about the
//! centroids, so that coordinates of millions of metres lose nothing.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A plane affine map: x' = a·x + b·y + c, y' = d·x + e·y + f, as `[a, b, c, d, e, f]`.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Affine(pub [f64; 6]);

/// A place in the picture and the place on the ground that it is.
pub type Pair = ([f64; 2], [f64; 2]);

/// Least ratio of the squared spreads across and along points that do not lie on one line: 1 : 100 of the lengths.
const LEAST_SPREAD: f64 = 1e-4;

impl Affine {
    /// The map that changes nothing.
    pub const IDENTITY: Affine = Affine([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);

    /// Where a point goes.
    pub fn apply(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [a, b, c, d, e, f] = self.0;
        [a * x + b * y + c, d * x + e * y + f]
    }

    /// How areas grow; negative where left and right change places.
    pub fn determinant(&self) -> f64 {
        let [a, b, _, d, e, _] = self.0;
        a * e - b * d
    }

    /// Whether the map is finite and turns no area into a line.
    pub fn is_sound(&self) -> bool {
        let [a, b, _, d, e, _] = self.0;
        let size = a * a + b * b + d * d + e * e;
        self.0.iter().all(|v| v.is_finite()) && size > 0.0 && self.determinant().abs() > size * LEAST_SPREAD
    }

    /// The way back; `None` if the map is not sound.
    pub fn inverse(&self) -> Option<Affine> {
        let [a, b, c, d, e, f] = self.0;
        let det = self.determinant();
        let out = Affine([e / det, -b / det, (b * f - e * c) / det, -d / det, a / det, (d * c - a * f) / det]);
        (self.is_sound() && out.0.iter().all(|v| v.is_finite())).then_some(out)
    }

    /// This map and then `next`.
    #[must_use]
    pub fn then(&self, next: &Affine) -> Affine {
        let [x, y] = next.apply([self.0[2], self.0[5]]);
        let ([a, b, _, d, e, _], [p, q, _, r, s, _]) = (self.0, next.0);
        Affine([p * a + q * d, p * b + q * e, x, r * a + s * d, r * b + s * e, y])
    }

    /// The map followed by a shift.
    #[must_use]
    pub fn shifted(mut self, [dx, dy]: [f64; 2]) -> Affine {
        self.0[2] += dx;
        self.0[5] += dy;
        self
    }

    /// Length on the ground of a pixel: the root of its area.
    pub fn pixel_size(&self) -> f64 {
        self.determinant().abs().sqrt()
    }
}

/// What kind of map is fitted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// 相似变换: shift, turn, one scale. From 2 points.
    #[default]
    Similarity,
    /// 仿射变换: two scales and a slant too, as of paper that has stretched. From 3 points.
    Affine,
}

/// Why no map fits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum FitError {
    /// Fewer points than the kind of map needs.
    #[error("{need} points are needed and there are {got}")]
    TooFew {
        /// Points needed.
        need: usize,
        /// Points given.
        got: usize,
    },
    /// In the picture or on the ground all points lie on one spot.
    #[error("the points lie on one spot")]
    OneSpot,
    /// In the picture or on the ground the points lie on one line, or nearly.
    #[error("the points lie on one line")]
    OneLine,
}

impl Fit {
    /// How many points it needs at least.
    pub fn least(self) -> usize {
        match self {
            Fit::Similarity => 2,
            Fit::Affine => 3,
        }
    }

    /// The map from the picture to the ground that leaves the least sum of squared distances. O(points).
    ///
    /// # Errors
    /// [`FitError`] where there are too few points, or they determine nothing.
    pub fn solve(self, pairs: &[Pair]) -> Result<Affine, FitError> {
        if pairs.len() < self.least() {
            return Err(FitError::TooFew { need: self.least(), got: pairs.len() });
        }
        let n = pairs.len() as f64;
        let mean = |f: &dyn Fn(&Pair) -> f64| pairs.iter().map(f).sum::<f64>() / n;
        let from = [mean(&|p| p.0[0]), mean(&|p| p.0[1])];
        let to = [mean(&|p| p.1[0]), mean(&|p| p.1[1])];
        let about = |f: &dyn Fn([f64; 2], [f64; 2]) -> f64| {
            let one = |p: &Pair| f([p.0[0] - from[0], p.0[1] - from[1]], [p.1[0] - to[0], p.1[1] - to[1]]);
            pairs.iter().map(one).sum::<f64>()
        };
        let (sxx, syy) = (about(&|p, _| p[0] * p[0]), about(&|p, _| p[1] * p[1]));
        let ground = about(&|_, q| q[0] * q[0] + q[1] * q[1]);
        // Half a pixel, half a millimetre: nearer together they are one spot.
        if !(sxx + syy > 0.25 && ground > 2.5e-7) {
            return Err(FitError::OneSpot);
        }
        let [a, b, d, e] = match self {
            Fit::Similarity => {
                // The picture's y runs down: of (x, −y) the map is a turn and a scale.
                let s = sxx + syy;
                let cos = about(&|p, q| p[0] * q[0] - p[1] * q[1]) / s;
                let sin = about(&|p, q| p[0] * q[1] + p[1] * q[0]) / s;
                [cos, sin, sin, -cos]
            }
            Fit::Affine => {
                let sxy = about(&|p, _| p[0] * p[1]);
                let det = sxx * syy - sxy * sxy;
                if det <= (sxx + syy).powi(2) * LEAST_SPREAD {
                    return Err(FitError::OneLine);
                }
                let row = |i: usize| {
                    let (u, v) = (about(&|p, q| p[0] * q[i]), about(&|p, q| p[1] * q[i]));
                    [(u * syy - v * sxy) / det, (v * sxx - u * sxy) / det]
                };
                let ([a, b], [d, e]) = (row(0), row(1));
                [a, b, d, e]
            }
        };
        let map = Affine([a, b, to[0] - a * from[0] - b * from[1], d, e, to[1] - d * from[0] - e * from[1]]);
        match (self, map.is_sound()) {
            (_, true) => Ok(map),
            (Fit::Similarity, _) => Err(FitError::OneSpot),
            (Fit::Affine, _) => Err(FitError::OneLine),
        }
    }
}

/// How far each point is from where the map takes it, metres, in the order of the pairs.
pub fn residuals(map: &Affine, pairs: &[Pair]) -> Vec<f64> {
    let one = |(from, to): &Pair| {
        let [x, y] = map.apply(*from);
        (x - to[0]).hypot(y - to[1])
    };
    pairs.iter().map(one).collect()
}

/// Root of the mean of the squares; 0 of nothing.
pub fn rms(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { (values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A picture of 0.2 m a pixel, turned by `deg` counter-clockwise, its upper left corner at `at`.
    fn turned(deg: f64, m_per_px: f64, at: [f64; 2]) -> Affine {
        let (sin, cos) = deg.to_radians().sin_cos();
        Affine([m_per_px * cos, m_per_px * sin, at[0], m_per_px * sin, -m_per_px * cos, at[1]])
    }

    fn close(a: &Affine, b: &Affine, at: [f64; 2]) -> bool {
        let (p, q) = (a.apply(at), b.apply(at));
        (p[0] - q[0]).hypot(p[1] - q[1]) < 1e-5
    }

    #[test]
    fn two_points_give_the_similarity_that_takes_them_over_exactly() {
        // East is right: the upper left pixel at (500 000, 3 300 000), 0.5 m a pixel.
        let pairs = [([0.0, 0.0], [500_000.0, 3_300_000.0]), ([1000.0, 0.0], [500_500.0, 3_300_000.0])];
        let m = Fit::Similarity.solve(&pairs).unwrap();
        assert_eq!(m.apply([1000.0, 400.0]), [500_500.0, 3_299_800.0]);
        assert_eq!(m.pixel_size(), 0.5);
        assert!(residuals(&m, &pairs).iter().all(|r| *r < 1e-9));
        // The same points do for no affine map.
        assert_eq!(Fit::Affine.solve(&pairs), Err(FitError::TooFew { need: 3, got: 2 }));
    }

    #[test]
    fn the_residuals_of_a_known_misfit_are_those_of_the_closed_form() {
        // A square of side 100 px at 1 m, one corner of which is 4 m too far east and 4 m too far north: the similarity
        // meets the middle; by symmetry the residuals are known.
        let corner = |x: f64, y: f64| ([x, y], [x, -y]);
        let mut pairs = [corner(0.0, 0.0), corner(100.0, 0.0), corner(100.0, 100.0), corner(0.0, 100.0)];
        pairs[1].1 = [104.0, 4.0];
        let m = Fit::Similarity.solve(&pairs).unwrap();
        // Σ(dx·dX + …)/Σ(…): 20 000 + 50·4 + 50·4 over 20 000.
        assert!((m.0[0] - 1.02).abs() < 1e-12 && m.0[1].abs() < 1e-12, "{m:?}");
        let r = residuals(&m, &pairs);
        let sq = |v: f64| v * v;
        // Corner 1 goes to (102, 2) of (104, 4); corner 3 to (0, −100)·1.02 + … = (0, −100); corners 0 and 2 to (0, 2), (102, −100).
        let want = [2.0, (sq(2.0) + sq(2.0)).sqrt(), 2.0, 0.0];
        assert!(r.iter().zip(want).all(|(r, w)| (r - w).abs() < 1e-9), "{r:?}");
        assert!((rms(&r) - 2.0).abs() < 1e-9, "{}", rms(&r));
        // An affine map takes half of it up: each residual is the quarter of the misfit, 4·√2/4.
        let m = Fit::Affine.solve(&pairs).unwrap();
        let r = residuals(&m, &pairs);
        assert!(r.iter().all(|r| (r - 2f64.sqrt()).abs() < 1e-9), "{r:?}");
    }

    #[test]
    fn points_that_determine_nothing_are_refused() {
        let at = |x: f64, y: f64| ([x, y], [x, -y]);
        let line = [at(0.0, 0.0), at(100.0, 100.0), at(300.0, 300.5)];
        assert_eq!(Fit::Affine.solve(&line), Err(FitError::OneLine));
        assert!(Fit::Similarity.solve(&line).is_ok());
        let spot = [([5.0, 5.0], [0.0, 0.0]), ([5.0, 5.0], [10.0, 0.0])];
        assert_eq!(Fit::Similarity.solve(&spot), Err(FitError::OneSpot));
        let same_ground = [([5.0, 5.0], [7.0, 7.0]), ([50.0, 5.0], [7.0, 7.0])];
        assert_eq!(Fit::Similarity.solve(&same_ground), Err(FitError::OneSpot));
        let ground_line = [([0.0, 0.0], [0.0, 0.0]), ([100.0, 0.0], [50.0, 0.0]), ([0.0, 100.0], [100.0, 0.0])];
        assert_eq!(Fit::Affine.solve(&ground_line), Err(FitError::OneLine));
        let nan = [([0.0, 0.0], [f64::NAN, 0.0]), ([100.0, 0.0], [50.0, 0.0])];
        assert!(Fit::Similarity.solve(&nan).is_err());
    }

    proptest! {
        #[test]
        fn exact_points_give_the_map_back(
            deg in -180.0..180.0f64, m in 0.01..20.0f64, e in -1e6..1e6f64, n in 0.0..9e6f64,
            more in proptest::collection::vec((0.0..6000.0f64, 0.0..6000.0f64), 0..4),
        ) {
            let map = turned(deg, m, [e, n]);
            let mut at = vec![[10.0, 20.0], [5000.0, 300.0], [900.0, 4000.0]];
            at.extend(more.into_iter().map(|(x, y)| [x, y]));
            let pairs: Vec<Pair> = at.iter().map(|p| (*p, map.apply(*p))).collect();
            for fit in [Fit::Similarity, Fit::Affine] {
                let found = fit.solve(&pairs).unwrap();
                prop_assert!(close(&found, &map, [6000.0, 6000.0]), "{fit:?} {found:?} {map:?}");
                prop_assert!(rms(&residuals(&found, &pairs)) < 1e-5);
                let back = found.inverse().unwrap();
                let p = back.apply(found.apply([123.0, 456.0]));
                prop_assert!((p[0] - 123.0).abs() < 1e-3 && (p[1] - 456.0).abs() < 1e-3);
            }
        }

        /// No map near the one found leaves a smaller sum of squares.
        #[test]
        fn nothing_near_fits_better(
            off in proptest::collection::vec((-3.0..3.0f64, -3.0..3.0f64), 5),
            nudge in proptest::collection::vec(-1.0..1.0f64, 4),
        ) {
            let map = turned(30.0, 0.25, [1000.0, 2000.0]);
            let at = [[0.0, 0.0], [4000.0, 100.0], [3900.0, 3000.0], [50.0, 2900.0], [2000.0, 1500.0]];
            let pairs: Vec<Pair> = at.iter().zip(&off).map(|(p, (dx, dy))| {
                let [x, y] = map.apply(*p);
                (*p, [x + dx, y + dy])
            }).collect();
            let sum = |m: &Affine| residuals(m, &pairs).iter().map(|r| r * r).sum::<f64>();
            let s = Fit::Similarity.solve(&pairs).unwrap();
            let [k, l] = [nudge[0] * 1e-4, nudge[1] * 1e-4];
            let other = Affine([s.0[0] + k, s.0[1] + l, s.0[2] + nudge[2], s.0[3] + l, s.0[4] - k, s.0[5] + nudge[3]]);
            prop_assert!(sum(&s) <= sum(&other) + 1e-9);
            let a = Fit::Affine.solve(&pairs).unwrap();
            prop_assert!(sum(&a) <= sum(&s) + 1e-9);
            let other = Affine([a.0[0] + k, a.0[1] - l, a.0[2] + nudge[2], a.0[3] + l, a.0[4] + k, a.0[5] + nudge[3]]);
            prop_assert!(sum(&a) <= sum(&other) + 1e-9);
        }
    }
}
