//! The smoothed lattice: counts on nodes that are fixed to the ground, a fifth of the bandwidth apart.
//!
//! A point gives its weight to the 4×4 nodes round it by cubic Lagrange weights, and a value between nodes is read
//! with the same weights. They keep the moments 0 to 3 of the point, so its variance too (plain linear binning adds
//! up to a quarter texel² and flattens peaks): what is left is of fourth order in the texel. On one axis at most
//! G⁗(0)/24·(9/16)·t⁴ = 0.07·(t/σ)⁴ of the peak; binned and read on two axes at t = σ/5 that is at most 0.05 %.
//! (Hall & Wand 1996, "On the accuracy of binned kernel density estimators", argues the order; the bound is the
//! remainder of cubic interpolation.)
//!
//! Because the nodes are multiples of the texel from the project's origin, a place has the same value in every view.

use super::{CUT, HeatError};
use crate::geom::Pt;

/// Nodes to a bandwidth.
pub(super) const NODES: f64 = 5.0;
/// Half width of the filter, nodes.
pub(super) const REACH: usize = (CUT * NODES) as usize;

/// A rectangle of nodes: columns x0 … x0 + w − 1, rows (northwards) y0 … y0 + h − 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Window {
    pub x0: i64,
    pub y0: i64,
    pub w: usize,
    pub h: usize,
}

/// The first of the four nodes round `u` (in nodes) and their weights, which sum to 1.
pub(super) fn cubic(u: f64) -> (i64, [f64; 4]) {
    let b = u.floor();
    let f = u - b;
    let (p, m, n) = (f + 1.0, f - 1.0, f - 2.0);
    (b as i64 - 1, [-f * m * n / 6.0, p * m * n / 2.0, -p * f * n / 2.0, p * f * m / 6.0])
}

/// The expected number of points for each node of the window after smoothing (row by row, from the south);
/// divided by the area of a node's square it is the density.
///
/// O(16·points + 102·nodes), 16 bytes a node. Points outside the window count as far as the kernel reaches.
pub(super) fn smoothed(
    points: impl Iterator<Item = Pt>,
    texel_mm: f64,
    win: Window,
    go_on: &dyn Fn() -> bool,
) -> Result<Vec<f32>, HeatError> {
    let wide =
        Window { x0: win.x0 - REACH as i64, y0: win.y0 - REACH as i64, w: win.w + 2 * REACH, h: win.h + 2 * REACH };
    let bins = binned(points, texel_mm, wide, go_on)?;
    let taps = taps();

    // Along the rows. A row without points stays empty and is passed over below.
    let mut across = vec![0f32; win.w * wide.h];
    let mut filled = vec![false; wide.h];
    let mut line = vec![0f32; wide.w];
    for (y, out) in across.chunks_exact_mut(win.w).enumerate() {
        stop_unless(y, go_on)?;
        let row = &bins[y * wide.w..][..wide.w];
        filled[y] = row.iter().any(|&v| v != 0.0);
        if filled[y] {
            line.iter_mut().zip(row).for_each(|(l, &v)| *l = v as f32);
            add(out, &line[REACH..], taps[0]);
            for (k, &tap) in taps.iter().enumerate().skip(1) {
                add_two(out, &line[REACH - k..], &line[REACH + k..], tap);
            }
        }
    }
    drop(bins);

    // Across the rows.
    let mut out = vec![0f32; win.w * win.h];
    let row = |y: usize| &across[y * win.w..][..win.w];
    for (y, out) in out.chunks_exact_mut(win.w).enumerate() {
        stop_unless(y, go_on)?;
        let mid = y + REACH;
        if filled[mid] {
            add(out, row(mid), taps[0]);
        }
        for (k, &tap) in taps.iter().enumerate().skip(1) {
            match (filled[mid - k], filled[mid + k]) {
                (true, true) => add_two(out, row(mid - k), row(mid + k), tap),
                (true, false) => add(out, row(mid - k), tap),
                (false, true) => add(out, row(mid + k), tap),
                (false, false) => {}
            }
        }
    }
    Ok(out)
}

/// Points shared out among the nodes of the window. In f64, so that a hundred thousand incidents on one spot (an
/// address that stands for a whole street) lose nothing.
fn binned(
    points: impl Iterator<Item = Pt>,
    texel_mm: f64,
    win: Window,
    go_on: &dyn Fn() -> bool,
) -> Result<Vec<f64>, HeatError> {
    let mut bins = vec![0f64; win.w * win.h];
    for (n, p) in points.enumerate() {
        if n.is_multiple_of(1 << 16) && !go_on() {
            return Err(HeatError::Stopped);
        }
        let (x, wx) = cubic(f64::from(p.x) / texel_mm);
        let (y, wy) = cubic(f64::from(p.y) / texel_mm);
        let (x, y) = (x - win.x0, y - win.y0);
        if x <= -4 || y <= -4 || x >= win.w as i64 || y >= win.h as i64 {
            continue;
        }
        for (j, wy) in (y..).zip(wy) {
            if j < 0 || j >= win.h as i64 {
                continue;
            }
            let row = &mut bins[j as usize * win.w..][..win.w];
            for (i, wx) in (x..).zip(wx) {
                if let Some(bin) = usize::try_from(i).ok().and_then(|i| row.get_mut(i)) {
                    *bin += wx * wy;
                }
            }
        }
    }
    Ok(bins)
}

/// The filter from its middle outwards; both sides together sum to 1.
fn taps() -> [f32; REACH + 1] {
    let g: [f64; REACH + 1] = std::array::from_fn(|k| (-(k as f64 / NODES).powi(2) / 2.0).exp());
    let sum = 2.0 * g.iter().sum::<f64>() - g[0];
    g.map(|v| (v / sum) as f32)
}

fn add(out: &mut [f32], a: &[f32], tap: f32) {
    out.iter_mut().zip(a).for_each(|(o, a)| *o += tap * a);
}

fn add_two(out: &mut [f32], a: &[f32], b: &[f32], tap: f32) {
    out.iter_mut().zip(a).zip(b).for_each(|((o, a), b)| *o += tap * (a + b));
}

/// Asks every 16 rows.
pub(super) fn stop_unless(row: usize, go_on: &dyn Fn() -> bool) -> Result<(), HeatError> {
    if row.is_multiple_of(16) && !go_on() { Err(HeatError::Stopped) } else { Ok(()) }
}
