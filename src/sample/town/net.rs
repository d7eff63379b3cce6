//! The skeleton of the street office: a bent lattice of streets, the river and a creek, and the blocks between them.
//!
//! Lattice columns 0..14 and rows 0..10; the office's own blocks are 1..=12 × 1..=8, the rest belongs to neighbours.

use super::plots::{Plot, STEP_M};
use crate::sample::plane::{Dice, Frame, V, beside, spline, v};
use crate::sample::streets::{Class, Line};

/// Numbers of lattice lines that run north, and east.
pub(super) const UPRIGHTS: usize = 15;
pub(super) const LEVELS: usize = 11;

/// Where the lines stand before they are bent, m.
const X_M: [f64; UPRIGHTS] = [
    -1490.0, -1270.0, -1052.0, -846.0, -622.0, -424.0, -214.0, 0.0, 212.0, 410.0, 624.0, 836.0, 1034.0, 1246.0, 1460.0,
];
const Y_M: [f64; LEVELS] = [-950.0, -750.0, -560.0, -382.0, -196.0, 0.0, 196.0, 384.0, 572.0, 752.0, 950.0];

/// How far the river swings to the north at each upright, m; its neighbours swing a share of it.
const SWING_M: [f64; UPRIGHTS] =
    [20.0, 52.0, 80.0, 52.0, -10.0, -62.0, -58.0, -8.0, 48.0, 66.0, 26.0, -34.0, -66.0, -40.0, 10.0];

/// How far each upright leans: m to the east at the northern end, to the west at the southern one.
const LEAN_M: [f64; UPRIGHTS] =
    [0.0, 24.0, -26.0, 34.0, -44.0, -4.0, 52.0, 12.0, -48.0, 22.0, 96.0, 40.0, -30.0, 36.0, 0.0];

/// How far each level rises: m to the north at the eastern end.
const RISE_M: [f64; LEVELS] = [0.0, 14.0, 44.0, -22.0, 26.0, 0.0, -34.0, 46.0, 4.0, -18.0, 0.0];

/// Crossings are off their place by up to this, m.
const OFF_M: f64 = 13.0;

/// The row line that is the river, and the upright that is the creek north of it.
const RIVER: usize = 5;
const CREEK: usize = 8;

/// The whole town lies a little turned.
const TURN_DEG: i32 = 7;

/// Name and class of the uprights, from west to east.
const UPRIGHT: [(&str, Class); UPRIGHTS] = [
    ("西塘路", Class::Street),
    ("望棠路", Class::Secondary),
    ("采薇街", Class::Street),
    ("书院路", Class::Tertiary),
    ("钟楼路", Class::Secondary),
    ("槐荫街", Class::Street),
    ("织锦街", Class::Street),
    ("临棠大道", Class::Arterial),
    ("青萍街", Class::Street),
    ("丽泽路", Class::Tertiary),
    ("崇文路", Class::Secondary),
    ("明远街", Class::Street),
    ("杏坛街", Class::Street),
    ("长亭路", Class::Arterial),
    ("东皋路", Class::Street),
];

/// Name and class of the lines that run east, from south to north.
const LEVEL: [(&str, Class); LEVELS] = [
    ("南圃路", Class::Street),
    ("滨南大道", Class::Arterial),
    ("兰台街", Class::Street),
    ("芦汀路", Class::Tertiary),
    ("清和街", Class::Street),
    ("棠溪", Class::River),
    ("文澜街", Class::Street),
    ("棠棣路", Class::Secondary),
    ("云锦街", Class::Street),
    ("北辰大道", Class::Arterial),
    ("北圃路", Class::Street),
];

/// Where a lattice line is no street: (runs north, line, from) and a lane or a wall instead, or (path) nothing but a way
/// across one large block.
#[rustfmt::skip]
const SPECIAL: [(bool, usize, usize, Class); 24] = [
    (true, 9, 8, Class::Path), (true, 12, 7, Class::Path), (true, 3, 1, Class::Path), (false, 6, 1, Class::Path),
    (false, 4, 1, Class::Path), (false, 8, 7, Class::Path),
    (true, 2, 2, Class::Lane), (true, 5, 7, Class::Lane), (true, 6, 6, Class::Lane), (true, 11, 5, Class::Lane),
    (true, 11, 2, Class::Lane), (false, 2, 4, Class::Lane), (false, 2, 9, Class::Lane), (false, 4, 2, Class::Lane),
    (false, 8, 3, Class::Lane), (false, 8, 9, Class::Lane), (true, 6, 3, Class::Lane), (false, 6, 4, Class::Lane),
    (true, 2, 7, Class::Wall), (false, 8, 2, Class::Wall), (true, 12, 5, Class::Wall), (true, 5, 1, Class::Wall),
    (true, 11, 8, Class::Lane), (true, 8, 3, Class::Wall),
];

/// The town's lines and nodes.
pub(super) struct Net {
    nodes: Vec<[V; LEVELS]>,
    uprights: Vec<(Vec<V>, Vec<usize>)>,
    levels: Vec<(Vec<V>, Vec<usize>)>,
}

/// The lattice point (u, w) bent: streets fan out to the north, bow in the middle, and the old town is turned.
fn bend(u: f64, w: f64) -> V {
    let (s, t) = (u / 1300.0, w / 900.0);
    let p = v(u + 46.0 * s * t - 70.0 * t * t + 24.0 * t, w + 58.0 * s * s * (1.0 - 0.5 * t) - 34.0 * s);
    // Round the old town (−480, 120) the ground is turned by up to eleven degrees, less further out.
    let d = p.minus(v(-480.0, 150.0));
    let k = (1.0 - d.dot(d) / (640.0 * 640.0)).max(0.0);
    let off = d.left().times(0.19 * k * k);
    Frame::turned(v(0.0, 0.0), TURN_DEG).at(p.x + off.x, p.y + off.y)
}

impl Net {
    pub fn draw(dice: &mut Dice) -> Net {
        let share = |j: usize| match j.abs_diff(RIVER) {
            0 => 1.0,
            1 => 0.45,
            2 => 0.15,
            _ => 0.0,
        };
        let nodes: Vec<[V; LEVELS]> = (0..UPRIGHTS)
            .map(|i| {
                std::array::from_fn(|j| {
                    let (s, t) = (X_M[i] / 1300.0, Y_M[j] / 900.0);
                    let off = v(dice.between(-OFF_M, OFF_M), dice.between(-OFF_M, OFF_M));
                    let (x, y) =
                        (X_M[i] + LEAN_M[i] * t + off.x, Y_M[j] + RISE_M[j] * s + SWING_M[i] * share(j) + off.y);
                    bend(x, y).snapped()
                })
            })
            .collect();
        let uprights = nodes.iter().map(|column| spline(column, STEP_M)).collect();
        let levels =
            (0..LEVELS).map(|j| spline(&nodes.iter().map(|column| column[j]).collect::<Vec<_>>(), STEP_M)).collect();
        Net { nodes, uprights, levels }
    }

    /// A crossing.
    pub fn node(&self, i: usize, j: usize) -> V {
        self.nodes[i][j]
    }

    fn class(north: bool, line: usize, from: usize) -> Class {
        if north && line == CREEK && from >= RIVER {
            return Class::Creek;
        }
        let special = SPECIAL.iter().find(|s| (s.0, s.1, s.2) == (north, line, from)).map(|s| s.3);
        special.unwrap_or(if north { UPRIGHT[line].1 } else { LEVEL[line].1 })
    }

    /// The vertices of a lattice side, from its first node to the next, and what runs there.
    fn stretch(&self, north: bool, line: usize, from: usize) -> (Vec<V>, Class) {
        let (pts, marks) = if north { &self.uprights[line] } else { &self.levels[line] };
        (pts[marks[from]..=marks[from + 1]].to_vec(), Net::class(north, line, from))
    }

    /// The block between uprights i, i + 1 and levels j, j + 1.
    pub fn block(&self, i: usize, j: usize) -> Plot {
        let back = |(mut pts, class): (Vec<V>, Class)| {
            pts.reverse();
            (pts, class)
        };
        Plot::of([
            self.stretch(false, j, i),
            self.stretch(true, i + 1, j),
            back(self.stretch(false, j + 1, i)),
            back(self.stretch(true, i, j)),
        ])
    }

    /// Name of the street along side `k` of a block; none at the water.
    pub fn street(i: usize, j: usize, k: usize) -> Option<&'static str> {
        let (north, line, from) = match k {
            0 => (false, j, i),
            1 => (true, i + 1, j),
            2 => (false, j + 1, i),
            _ => (true, i, j),
        };
        match Net::class(north, line, from) {
            Class::River | Class::Creek | Class::Path | Class::Wall | Class::Lane => None,
            _ => Some(if north { UPRIGHT[line].0 } else { LEVEL[line].0 }),
        }
    }

    /// Streets, river, creek and metro as lines.
    pub fn lines(&self) -> Vec<Line> {
        let (river, marks) = &self.levels[RIVER];
        let mut out = vec![Line::plain("river", LEVEL[RIVER].0, Class::River, river.clone())];
        let (creek, creek_marks) = &self.uprights[CREEK];
        // The creek ends inside the river, not beyond its far bank.
        out.push(Line::plain("creek", "柳叶浜", Class::Creek, creek[creek_marks[RIVER]..].to_vec()));
        let paths = [1.0, -1.0].map(|by| beside(river, |_| by * 17.5));
        for (pts, name) in paths.iter().zip(["棠溪北岸步道", "棠溪南岸步道"]) {
            // North of the river the walk is parted by the creek.
            let creek_at = pts.iter().position(|p| p.minus(river[marks[CREEK]]).len() < 30.0);
            let parts: Vec<&[V]> = match creek_at.filter(|_| name.contains('北')) {
                Some(k) => vec![&pts[..k - 1], &pts[(k + 4).min(pts.len() - 1)..]],
                None => vec![pts],
            };
            out.extend(parts.iter().map(|p| Line::plain("bank", name, Class::Path, p.to_vec())));
        }
        for j in (0..LEVELS).filter(|&j| j != RIVER) {
            self.runs(false, j, &mut out, &paths);
        }
        for i in 0..UPRIGHTS {
            self.runs(true, i, &mut out, &paths);
        }
        for (k, (north, line, from, class)) in SPECIAL.into_iter().enumerate() {
            let name = if class == Class::Lane {
                format!("{}{}弄", if north { UPRIGHT[line].0 } else { LEVEL[line].0 }, 9 + 2 * k)
            } else {
                String::new()
            };
            out.push(Line::plain("special", &name, class, self.stretch(north, line, from).0));
        }
        let metro = beside(&self.uprights[7].0, |_| 5.0);
        out.push(Line::plain("metro", "轨道交通 3 号线", Class::Rail, metro));
        out
    }

    /// A lattice line as far as it is a street without a break: at open sides, at the creek, and at the river where it is
    /// too small for a bridge.
    fn runs(&self, north: bool, line: usize, out: &mut Vec<Line>, paths: &[Vec<V>; 2]) {
        let (name, class) = if north { UPRIGHT[line] } else { LEVEL[line] };
        let bridge = !north || matches!(class, Class::Arterial | Class::Secondary | Class::Tertiary);
        let last = if north { LEVELS } else { UPRIGHTS } - 1;
        let mut run: Vec<V> = Vec::new();
        let mut close = |run: &mut Vec<V>| {
            if run.len() > 1 {
                out.push(Line::plain("street", name, class, std::mem::take(run)));
            }
            run.clear();
        };
        for from in 0..last {
            let (mut pts, here) = self.stretch(north, line, from);
            if here != class {
                close(&mut run);
                continue;
            }
            if !bridge && from == RIVER {
                close(&mut run);
                pts = self.to_bank(pts, &paths[0], true);
            }
            let ends_here = !bridge && from + 1 == RIVER;
            if ends_here {
                pts = self.to_bank(pts, &paths[1], false);
            }
            run.extend(&pts[usize::from(!run.is_empty())..]);
            if ends_here {
                close(&mut run);
            }
        }
        close(&mut run);
    }

    /// A street that begins (or ends) at the river, cut back to the walk on its bank.
    fn to_bank(&self, mut pts: Vec<V>, path: &[V], begins: bool) -> Vec<V> {
        let river = &self.levels[RIVER].0;
        let Some(&foot) = (if begins { pts.first() } else { pts.last() }) else { return pts };
        pts.retain(|&p| crate::sample::plane::to_chain(p, river) > 24.0);
        let Some(&end) = (if begins { pts.first() } else { pts.last() }) else { return pts };
        let quay = super::build::short_of(end, foot, river, 17.5);
        let tie = path.iter().min_by(|a, b| a.minus(quay).len().total_cmp(&b.minus(quay).len()));
        let quay = [Some(quay), tie.copied()].into_iter().flatten();
        if begins {
            pts = quay.collect::<Vec<_>>().into_iter().rev().chain(pts).collect();
        } else {
            pts.extend(quay);
        }
        pts
    }
}
