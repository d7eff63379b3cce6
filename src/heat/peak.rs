//! The largest density anywhere.

use super::lattice::{self, Window, smoothed};
use super::{HeatError, surface::check_bandwidth};
use crate::geom::Pt;

/// Side of a tile, nodes: more than the filter reaches, so that only the eight tiles round a tile touch it.
const TILE: i64 = 64;

/// The largest density of the points anywhere, events per km², at most 1 % below the true one; 0 without points.
///
/// It depends on the points and the bandwidth alone, on no view or texel: a legend made from it stays put. (Nodes
/// are σ/5 apart, so one lies within 0.1σ of the top on either axis; and no sum of Gaussians falls faster from
/// its top than a single one, 1 − exp(−0.01).) The lattice is smoothed tile by tile in the order of how many points
/// could reach the tile, until no other tile has enough of them to beat the best. O(n log n) and 1.5 million
/// multiplications a tile tried.
pub fn peak(points: &[Pt], bandwidth_m: f64, go_on: &dyn Fn() -> bool) -> Result<f32, HeatError> {
    check_bandwidth(bandwidth_m)?;
    let texel_mm = bandwidth_m * 1000.0 / lattice::NODES;
    let tile = |v: i32| ((f64::from(v) / texel_mm).floor() as i64).div_euclid(TILE);
    let mut sorted: Vec<((i64, i64), Pt)> = points.iter().map(|&p| ((tile(p.y), tile(p.x)), p)).collect();
    if !go_on() {
        return Err(HeatError::Stopped);
    }
    sorted.sort_unstable();

    let run = |key: (i64, i64), wide: i64| {
        let from = sorted.partition_point(|(k, _)| *k < key);
        let len = sorted[from..].partition_point(|(k, _)| *k <= (key.0, key.1 + wide));
        &sorted[from..from + len]
    };
    // Three tiles of a row lie side by side in the order.
    let round = |(ty, tx): (i64, i64)| [-1, 0, 1].map(|dy| run((ty + dy, tx - 1), 2));

    let mut tiles: Vec<(i64, i64)> = Vec::new();
    for chunk in sorted.chunk_by(|a, b| a.0 == b.0) {
        let Some(&((ty, tx), _)) = chunk.first() else { continue };
        tiles.extend((-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (ty + dy, tx + dx))));
    }
    tiles.sort_unstable();
    tiles.dedup();
    let mut tiles: Vec<(usize, (i64, i64))> =
        tiles.into_iter().map(|t| (round(t).iter().map(|r| r.len()).sum(), t)).collect();
    tiles.sort_unstable_by(|a, b| b.cmp(a));

    // One point gives a node at most the middle of the kernel.
    let most = 1.0 / (std::f64::consts::TAU * lattice::NODES * lattice::NODES);
    let mut best = 0f32;
    for (count, (ty, tx)) in tiles {
        if count as f64 * most <= f64::from(best) {
            break;
        }
        let win = Window { x0: tx * TILE, y0: ty * TILE, w: TILE as usize, h: TILE as usize };
        let near = round((ty, tx));
        let nodes = smoothed(near.iter().copied().flatten().map(|(_, p)| *p), texel_mm, win, go_on)?;
        best = nodes.into_iter().fold(best, f32::max);
    }
    Ok((f64::from(best) * 1e12 / (texel_mm * texel_mm)) as f32)
}
