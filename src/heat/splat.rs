//! The kernel drawn point by point, for texels so coarse that a bandwidth has fewer than three of them.

use super::{CUT, Grid, HeatError, lattice::stop_unless};
use crate::geom::Pt;
use std::f64::consts::{SQRT_2, TAU};

/// Expected number of points for each texel, row by row from the north.
///
/// Where a bandwidth has at least one texel the kernel is taken at the texel's centre; below that its mean over the
/// texel, so that no point is lost between two centres. O(points·(10σ/texel)²), 8 bytes a texel.
pub(super) fn splatted(
    points: &[Pt],
    grid: &Grid,
    sigma_mm: f64,
    go_on: &dyn Fn() -> bool,
) -> Result<Vec<f64>, HeatError> {
    let (w, h) = (grid.width() as usize, grid.height() as usize);
    let [dx, dy] = grid.cell_mm();
    let (min, max) = (grid.area().min, grid.area().max);
    let mut out = vec![0f64; w * h];
    let (mut across, mut down) = (Vec::new(), Vec::new());
    for (n, p) in points.iter().enumerate() {
        stop_unless(n, go_on)?;
        let col = weights(&mut across, (f64::from(p.x) - f64::from(min.x)) / dx, sigma_mm / dx, w);
        let row = weights(&mut down, (f64::from(max.y) - f64::from(p.y)) / dy, sigma_mm / dy, h);
        for (row, wy) in (row..).zip(&down) {
            let texels = &mut out[row * w + col..][..across.len()];
            texels.iter_mut().zip(&across).for_each(|(t, wx)| *t += wx * wy);
        }
    }
    Ok(out)
}

/// The share of a point at `u` (texels from the first border) that falls to each texel of 0 … n − 1 within reach;
/// returns the first of them.
fn weights(out: &mut Vec<f64>, u: f64, sigma: f64, n: usize) -> usize {
    out.clear();
    let reach = CUT * sigma + 0.5;
    let first = (u - reach - 0.5).ceil().max(0.0);
    let last = (u + reach - 0.5).floor().min(n as f64 - 1.0);
    if first > last {
        return 0;
    }
    let (first, last) = (first as usize, last as usize);
    if sigma >= 1.0 {
        let top = 1.0 / (sigma * TAU.sqrt());
        out.extend((first..=last).map(|i| top * (-((i as f64 + 0.5 - u) / sigma).powi(2) / 2.0).exp()));
    } else {
        let below = |x: f64| erf((x - u) / (sigma * SQRT_2)) / 2.0;
        out.extend((first..=last).map(|i| below(i as f64 + 1.0) - below(i as f64)));
    }
    first
}

/// The error function, |error| ≤ 1.5·10⁻⁷ (Abramowitz & Stegun 1964, formula 7.1.26).
fn erf(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let poly = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    let y = 1.0 - poly.iter().fold(0.0, |s, c| (s + c) * t) * (-x * x).exp();
    y.copysign(x)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_error_function_agrees_with_its_table() {
        // Abramowitz & Stegun, table 7.1.
        for (x, want) in
            [(0.0, 0.0), (0.1, 0.112_462_916), (0.5, 0.520_499_878), (1.0, 0.842_700_793), (2.0, 0.995_322_265)]
        {
            assert!((super::erf(x) - want).abs() < 1.6e-7, "{x}");
            assert!((super::erf(-x) + want).abs() < 1.6e-7, "-{x}");
        }
    }
}
