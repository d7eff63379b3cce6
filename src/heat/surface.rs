//! The surface on a grid of texels.

use super::lattice::{self, Window, cubic, smoothed, stop_unless};
use super::{HeatError, splat};
use crate::geom::{Box2, Pt, pt};

/// Most texels of a surface.
pub const MAX_TEXELS: u64 = 1 << 24;
/// Below so many texels to a bandwidth the kernel is drawn point by point.
const COARSE: f64 = 3.0;

/// Which texels: an area of the ground cut into equal columns and rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Grid {
    area: Box2,
    width: u32,
    height: u32,
}

impl Grid {
    /// The area (mm of the project) in `width` columns and `height` rows; a texel need not be square.
    pub fn new(area: Box2, width: u32, height: u32) -> Result<Grid, HeatError> {
        let texels = u64::from(width) * u64::from(height);
        if area.width() == 0 || area.height() == 0 || texels == 0 {
            return Err(HeatError::Empty);
        }
        if texels > MAX_TEXELS {
            return Err(HeatError::TooLarge(width.into(), height.into()));
        }
        Ok(Grid { area, width, height })
    }

    /// Square texels of `cell_mm`, their borders at multiples of it, as many as cover the area: however the view is
    /// moved, the same texels come again.
    pub fn of_cell(area: Box2, cell_mm: i32) -> Result<Grid, HeatError> {
        if area.is_empty() || cell_mm <= 0 {
            return Err(HeatError::Empty);
        }
        let c = i64::from(cell_mm);
        let span = |min: i32, max: i32| {
            let first = i64::from(min).div_euclid(c);
            (first, (i64::from(max) + c - 1).div_euclid(c).max(first + 1))
        };
        let (x, y) = (span(area.min.x, area.max.x), span(area.min.y, area.max.y));
        let (w, h) = ((x.1 - x.0) as u64, (y.1 - y.0) as u64);
        if w.saturating_mul(h) > MAX_TEXELS {
            return Err(HeatError::TooLarge(w, h));
        }
        let corner = |x: i64, y: i64| Some(pt(i32::try_from(x * c).ok()?, i32::try_from(y * c).ok()?));
        let area = corner(x.0, y.0).zip(corner(x.1, y.1)).ok_or(HeatError::TooLarge(w, h))?;
        Grid::new(Box2 { min: area.0, max: area.1 }, w as u32, h as u32)
    }

    /// The ground covered.
    pub fn area(&self) -> Box2 {
        self.area
    }

    /// Columns.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Width and height of a texel, mm.
    pub fn cell_mm(&self) -> [f64; 2] {
        [self.area.width() as f64 / f64::from(self.width), self.area.height() as f64 / f64::from(self.height)]
    }

    /// Centre of a texel, mm east and north; row 0 is the northernmost.
    pub fn centre(&self, column: u32, row: u32) -> [f64; 2] {
        let [dx, dy] = self.cell_mm();
        [
            f64::from(self.area.min.x) + (f64::from(column) + 0.5) * dx,
            f64::from(self.area.max.y) - (f64::from(row) + 0.5) * dy,
        ]
    }
}

/// A kernel-density surface.
#[derive(Clone, PartialEq, Debug)]
pub struct Surface {
    /// Its texels.
    pub grid: Grid,
    /// Standard deviation of the Gaussian, metres.
    pub bandwidth_m: f64,
    /// Length of the period the points were chosen from, days; `None`: all there are (legend 总计).
    pub period_days: Option<f64>,
    /// Events per km² over that period (not per day), row by row from the north, west to east; never negative.
    pub values: Vec<f32>,
    /// Points given.
    pub count: usize,
    /// Those of them in the area, borders included.
    pub inside: usize,
    /// Largest of the values, for this area only; a legend takes [`super::peak`].
    pub max: f32,
}

/// The density of points (each of weight 1) at the centre of each texel, without edge correction.
///
/// Points outside the area count as far as the kernel reaches. Where the bandwidth is shorter than a texel the value is
/// the mean over the texel. `period_days` is only carried along for the legend: the caller chooses the points. `go_on`
/// is asked every few milliseconds and ends the work with [`HeatError::Stopped`] when it says no.
///
/// Error against the exact sum: at most 0.05 % of the peak for points anywhere, even if all kernels err alike (shown
/// in `lattice.rs`). Cost: O(16·points + 8·texels + 102·nodes) with (5·texel/bandwidth)² nodes to a texel, so the wider
/// the kernel the cheaper; with fewer than three texels to a bandwidth O(points·(10·bandwidth/texel)²).
pub fn density(
    points: &[Pt],
    grid: &Grid,
    bandwidth_m: f64,
    period_days: Option<f64>,
    go_on: &dyn Fn() -> bool,
) -> Result<Surface, HeatError> {
    check_bandwidth(bandwidth_m)?;
    if let Some(days) = period_days
        && !(days.is_finite() && days > 0.0)
    {
        return Err(HeatError::Period(days));
    }
    let sigma_mm = bandwidth_m * 1000.0;
    let [dx, dy] = grid.cell_mm();
    let values = if sigma_mm < COARSE * dx.max(dy) {
        let per_km2 = 1e12 / (dx * dy);
        splat::splatted(points, grid, sigma_mm, go_on)?.into_iter().map(|v| (v * per_km2) as f32).collect()
    } else {
        from_lattice(points, grid, sigma_mm / lattice::NODES, go_on)?
    };
    Ok(Surface {
        grid: *grid,
        bandwidth_m,
        period_days,
        max: values.iter().copied().fold(0.0, f32::max),
        values,
        count: points.len(),
        inside: points.iter().filter(|p| grid.area.contains(**p)).count(),
    })
}

/// The bandwidth, if it is one.
pub(super) fn check_bandwidth(m: f64) -> Result<(), HeatError> {
    if (1.0..=100_000.0).contains(&m) { Ok(()) } else { Err(HeatError::Bandwidth(m)) }
}

/// The smoothed lattice under the grid, read at the centres of the texels.
fn from_lattice(points: &[Pt], grid: &Grid, texel_mm: f64, go_on: &dyn Fn() -> bool) -> Result<Vec<f32>, HeatError> {
    let columns: Vec<_> = (0..grid.width).map(|i| cubic(grid.centre(i, 0)[0] / texel_mm)).collect();
    let rows: Vec<_> = (0..grid.height).map(|j| cubic(grid.centre(0, j)[1] / texel_mm)).collect();
    // A grid has at least one column and one row; the rows run southwards.
    let (Some(west), Some(east)) = (columns.first(), columns.last()) else { return Err(HeatError::Empty) };
    let (Some(north), Some(south)) = (rows.first(), rows.last()) else { return Err(HeatError::Empty) };
    let win =
        Window { x0: west.0, y0: south.0, w: (east.0 - west.0) as usize + 4, h: (north.0 - south.0) as usize + 4 };
    let nodes = smoothed(points.iter().copied(), texel_mm, win, go_on)?;

    let per_km2 = 1e12 / (texel_mm * texel_mm);
    let columns: Vec<(usize, [f32; 4])> =
        columns.iter().map(|(x, w)| ((x - win.x0) as usize, w.map(|v| (v * per_km2) as f32))).collect();
    let mut values = Vec::with_capacity(grid.width as usize * grid.height as usize);
    let mut line = vec![0f32; win.w];
    for (j, (y, wy)) in rows.iter().enumerate() {
        stop_unless(j, go_on)?;
        let [a, b, c, d] = wy.map(|v| v as f32);
        let four = &nodes[(y - win.y0) as usize * win.w..][..4 * win.w];
        let (south, north) = four.split_at(2 * win.w);
        let ((r0, r1), (r2, r3)) = (south.split_at(win.w), north.split_at(win.w));
        for ((((o, r0), r1), r2), r3) in line.iter_mut().zip(r0).zip(r1).zip(r2).zip(r3) {
            *o = a * r0 + b * r1 + c * r2 + d * r3;
        }
        // Lagrange weights may dip a hair below zero far out in the tail, where the density is 10⁻⁶ of the peak.
        values.extend(columns.iter().map(|(x, w)| {
            let n = &line[*x..*x + 4];
            (w[0] * n[0] + w[1] * n[1] + w[2] * n[2] + w[3] * n[3]).max(0.0)
        }));
    }
    Ok(values)
}
