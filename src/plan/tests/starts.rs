//! Maps on which a walk begins: one of eight sorts by its seed, each of what is hard for a partition.

use super::walk::Rng;
use crate::geom::{Box2, LIMIT, Pt, pt};

/// Side of the maps but one, mm.
const SIDE_MM: i32 = 800_000;

/// Where a walk begins.
pub(super) struct Start {
    pub name: &'static str,
    /// Where places are thrown.
    pub area: Box2,
    /// Rings of the outline.
    pub outline: Vec<Vec<Pt>>,
    /// Rings of the communities.
    pub communities: Vec<Vec<Pt>>,
    /// Cells, each by its rings (even-odd).
    pub cells: Vec<Vec<Vec<Pt>>>,
}

pub(super) const SORTS: u64 = 8;

fn square(x: i32, y: i32, w: i32, h: i32) -> Vec<Pt> {
    vec![pt(x, y), pt(x + w, y), pt(x + w, y + h), pt(x, y + h)]
}

/// A square standing on a corner.
fn diamond(x: i32, y: i32, r: i32) -> Vec<Pt> {
    vec![pt(x - r, y), pt(x, y - r), pt(x + r, y), pt(x, y + r)]
}

fn metres(ring: &[(f64, f64)]) -> Vec<Pt> {
    ring.iter().map(|&(x, y)| pt((x * 1000.0).round() as i32, (y * 1000.0).round() as i32)).collect()
}

/// A ring with a vertex every `step` on its straight sides.
fn dotted(ring: &[Pt], step: i32) -> Vec<Pt> {
    let mut out = Vec::new();
    for (i, &a) in ring.iter().enumerate() {
        let b = ring[(i + 1) % ring.len()];
        let n = (b.x - a.x).abs().max((b.y - a.y).abs()) / step;
        out.extend((0..n.max(1)).map(|k| pt(a.x + (b.x - a.x) / n.max(1) * k, a.y + (b.y - a.y) / n.max(1) * k)));
    }
    out
}

impl Start {
    pub fn of(seed: u64) -> Start {
        let mut rng = Rng(seed ^ 0x5EED);
        let area = Box2 { min: pt(0, 0), max: pt(SIDE_MM, SIDE_MM) };
        let s = SIDE_MM;
        let halves = |x: i32| vec![square(-10, -10, x + 10, s + 20), square(x, -10, s - x + 10, s + 20)];
        let mut at = |n: i32| rng.below(n as usize) as i32;
        match seed % SORTS {
            0 => Start::town(area),
            1 => {
                // Every corner on a line with others.
                let step = 100_000;
                let cells = (0..25).map(|k| vec![square(step * (1 + k % 5), step * (1 + k / 5), step, step)]).collect();
                let outline = vec![dotted(&square(0, 0, s, s), step)];
                let communities = halves(s / 2).iter().map(|r| dotted(&[r[0], r[1], r[2], r[3]], step)).collect();
                Start { name: "collinear lattice", area, outline, communities, cells }
            }
            2 => {
                // Bricks: all nodes are those of three borders.
                let (w, h) = (200_000, 100_000 + at(60_000));
                let brick = |k: i32| {
                    let row = k / 4;
                    vec![square(k % 4 * w + row % 2 * w / 2, row * h, w, h)]
                };
                let cells = (0..20).map(brick).collect();
                let outline = vec![square(0, 0, s, s)];
                Start { name: "T-junctions", area, outline, communities: halves(w * 2), cells }
            }
            3 => {
                // Bands a millimetre apart or wide, and wedges of one millimetre over the whole map.
                let rise = 1 + at(200_000);
                let mut cells = Vec::new();
                for k in 0..8 {
                    let y = 20_000 + k * 70_000;
                    let band = |low: i32, left: i32, right: i32| {
                        vec![vec![
                            pt(-5, low),
                            pt(s + 5, low + rise),
                            pt(s + 5, low + rise + right),
                            pt(-5, low + left),
                        ]]
                    };
                    cells.push(band(y, 50_000, 50_000));
                    cells.push(band(y + 50_000, 1, 1));
                    cells.push(band(y + 50_002, 1, 2));
                }
                let outline = vec![square(0, 0, s, s)];
                Start { name: "lines a millimetre apart", area, outline, communities: halves(333_333), cells }
            }
            4 => {
                // Holes that touch each other, their ring and the outline in single points.
                let mid = s / 2;
                let outline = vec![square(0, 0, s, s), diamond(s - 50_000, mid, 50_000)];
                let (a, b) = (diamond(200_000, mid, 90_000), diamond(380_000, mid, 90_000));
                let c = diamond(290_000, mid + 90_000, 40_000);
                let big = vec![square(110_000, 200_000, 400_000, 400_000), a.clone(), b, c];
                let cells =
                    vec![big, vec![a], vec![diamond(380_000, mid, 40_000)], vec![diamond(600_000, 100_000, 100_000)]];
                Start { name: "holes that touch", area, outline, communities: halves(600_000), cells }
            }
            5 => {
                // The black squares of a board are one cell, the white ones another; islands in some.
                let w = 150_000 + at(40_000);
                let of = |colour: i32| (0..16).filter(|k| (k % 4 + k / 4) % 2 == colour).collect::<Vec<i32>>();
                let board = |colour: i32| of(colour).iter().map(|k| square(k % 4 * w, k / 4 * w, w, w)).collect();
                let mut black: Vec<Vec<Pt>> = board(0);
                black.push(square(w / 3, w / 3, w / 3, w / 3));
                let cells = vec![black, board(1), vec![square(w / 3, w / 3, w / 3, w / 3)]];
                let outline = vec![square(0, 0, s, s)];
                let communities = vec![square(-5, -5, s + 10, w * 4 + 5)];
                Start { name: "four-way nodes", area, outline, communities, cells }
            }
            6 => {
                // A star, cells round one node, and needles a millimetre thick at their foot.
                let (c, n) = (s / 2, 24);
                let ray = |k: i32, r: f64| {
                    let a = std::f64::consts::TAU * f64::from(k) / f64::from(n);
                    pt(c + (r * a.cos()).round() as i32, c + (r * a.sin()).round() as i32)
                };
                let far = f64::from(c);
                let outline = vec![(0..n).map(|k| ray(k, if k % 2 == 0 { far } else { far / 3.0 })).collect()];
                let mut cells: Vec<Vec<Vec<Pt>>> = (0..n / 2)
                    .map(|k| vec![vec![pt(c, c), ray(2 * k, far * 0.6), ray(2 * k + 1, far * 0.6)]])
                    .collect();
                for k in 0..6 {
                    let tip = ray(4 * k + 2, far * 0.95);
                    cells.push(vec![vec![ray(4 * k + 1, far / 4.0), tip, {
                        let foot = ray(4 * k + 1, far / 4.0);
                        pt(foot.x + 1, foot.y)
                    }]]);
                }
                let communities = vec![square(-5, -5, c + 5, s + 10)];
                Start { name: "spikes", area, outline, communities, cells }
            }
            _ => Start::limit(seed / SORTS),
        }
    }

    /// An outline with bends, three communities with slanting borders and some ground of none.
    fn town(area: Box2) -> Start {
        let outline =
            [(10.0, 0.0), (420.0, 35.0), (800.0, 3.0), (770.0, 410.0), (800.0, 800.0), (333.0, 780.0), (0.0, 795.0)];
        let grounds: [&[(f64, f64)]; 3] = [
            &[(-10.0, -10.0), (390.0, -10.0), (410.123, 400.0), (371.0, 520.5), (-10.0, 455.0)],
            &[(390.0, -10.0), (900.0, -10.0), (900.0, 380.0), (410.123, 400.0)],
            &[(-10.0, 455.0), (371.0, 520.5), (410.123, 400.0), (900.0, 380.0), (900.0, 600.0), (-10.0, 700.0)],
        ];
        let communities = grounds.iter().map(|r| metres(r)).collect();
        Start { name: "slanting communities", area, outline: vec![metres(&outline)], communities, cells: vec![] }
    }

    /// At a corner of the range of coordinates, or over all of it.
    fn limit(which: u64) -> Start {
        // An outline is drawn within a frame 10 m away, and room is left for rounding.
        let (end, s) = (LIMIT - 10_003, SIDE_MM);
        let area = match which % 3 {
            0 => Box2 { min: pt(end - s, end - s), max: pt(end, end) },
            1 => Box2 { min: pt(-end, end - s), max: pt(-end + s, end) },
            _ => Box2 { min: pt(-end, -end), max: pt(end, end) },
        };
        let w = (area.width() / 5) as i32;
        let at = |k: i32| vec![square(area.min.x + k % 4 * w, area.min.y + k / 4 * w, w, w)];
        let ring = |b: &Box2| vec![b.min, pt(b.max.x, b.min.y), b.max, pt(b.min.x, b.max.y)];
        let west = Box2 { min: area.min, max: pt(area.centre().x, area.max.y) };
        let east = Box2 { min: pt(area.centre().x, area.min.y), max: area.max };
        Start {
            name: "coordinates at the limit",
            area,
            outline: vec![ring(&area)],
            communities: vec![ring(&west), ring(&east)],
            cells: (0..16).map(at).collect(),
        }
    }
}
