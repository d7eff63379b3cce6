//! How a plot is built over: rows of slabs, point blocks, single buildings; with their walls, gates and paths.

use super::plane::{Dice, Frame, V, area, between, clearance, holds, left_part, middle, tidy, to_ring, v};
use super::streets::{Class, Line, Streets, fabric};

/// A building on its way to a row.
pub(super) struct House {
    pub ring: Vec<V>,
    pub usage: &'static str,
    pub name: String,
    pub address: String,
    pub storeys: u32,
    /// Unknown for the neighbours' buildings.
    pub households: Option<u32>,
    pub courtyard: Option<usize>,
}

/// A courtyard on its way to a row.
pub(super) struct Court {
    pub ring: Vec<V>,
    pub name: String,
    pub kind: &'static str,
    pub address: String,
    pub whole: bool,
}

/// Outline of a footprint.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Rect,
    /// Two halves set off by a step.
    Step,
    /// Staircases stand out on the north side, one a unit of the given width.
    Bays(f64),
    /// A wing to the south at the west end.
    Ell,
    /// Two wings to the south.
    U,
    /// A cross: point blocks with four flats a landing.
    Cross,
    /// A sixteen-sided hall.
    Round,
}

/// Rows of slabs.
#[derive(Clone, Copy)]
pub(super) struct Slabs {
    /// Turn against due south, whole degrees.
    pub deg: i32,
    pub storeys: u32,
    pub depth: f64,
    /// Width of a staircase with two flats a landing.
    pub unit: f64,
    /// Staircases a slab, at most.
    pub units: usize,
    /// Clear distance of rows over the height of the southern row.
    pub light: f64,
    pub form: Form,
    /// Places left free for a garden, counted from the north-west.
    pub free: &'static [usize],
}

/// Point blocks.
#[derive(Clone, Copy)]
pub(super) struct Points {
    pub deg: i32,
    pub storeys: u32,
    pub size: f64,
    pub flats: u32,
    pub apart: (f64, f64),
    pub form: Form,
}

/// The map while it is built.
pub(super) struct Site {
    pub streets: Streets,
    pub houses: Vec<House>,
    pub courts: Vec<Court>,
    /// Kind, name, ring.
    pub land: Vec<(&'static str, String, Vec<V>)>,
    pub walls: Vec<(String, Vec<V>)>,
    pub gates: Vec<V>,
    pub ponds: Vec<Vec<V>>,
    pub dice: Dice,
}

/// What must be kept away from near a plot: a stretch of a line and its distance.
pub(super) struct Keep {
    a: V,
    b: V,
    by: f64,
}

/// Which square metres of a plot are free, in the plot's own frame.
pub(super) struct Mask {
    pub a0: f64,
    pub b0: f64,
    pub across: usize,
    pub up: usize,
    taken: Vec<bool>,
    /// How many squares are taken below each one in its column.
    below: Vec<u32>,
}

impl Mask {
    /// Squares whose middle lies in the ring, `margin` from its edge and far enough from everything near.
    pub fn of(ring: &[V], frame: &Frame, margin: f64, keep: &[Keep]) -> Mask {
        let local: Vec<V> = ring.iter().map(|&p| frame.of(p)).collect();
        let lo = |f: fn(&V) -> f64| local.iter().map(f).fold(f64::MAX, f64::min);
        let hi = |f: fn(&V) -> f64| local.iter().map(f).fold(f64::MIN, f64::max);
        let (a0, b0) = (lo(|p| p.x), lo(|p| p.y));
        let (across, up) = ((hi(|p| p.x) - a0).max(0.0) as usize + 1, (hi(|p| p.y) - b0).max(0.0) as usize + 1);
        let mut m = Mask { a0, b0, across, up, taken: vec![true; across * up], below: vec![] };
        // Inside by the crossings of each row's middle line with the ring.
        for j in 0..up {
            let y = b0 + j as f64 + 0.5;
            let mut xs: Vec<f64> = (0..local.len())
                .map(|i| (local[i], local[(i + 1) % local.len()]))
                .filter(|(p, q)| (p.y > y) != (q.y > y))
                .map(|(p, q)| p.x + (y - p.y) / (q.y - p.y) * (q.x - p.x) - a0)
                .collect();
            xs.sort_by(f64::total_cmp);
            for w in xs.chunks_exact(2) {
                let (from, to) = ((w[0] + 0.5).floor() as usize, ((w[1] - 0.5).floor() + 1.0).max(0.0) as usize);
                m.taken[j * across..(j + 1) * across][from.min(across)..to.clamp(from.min(across), across)].fill(false);
            }
        }
        for i in 0..local.len() {
            m.stamp(local[i], local[(i + 1) % local.len()], margin);
        }
        for k in keep {
            m.stamp(frame.of(k.a), frame.of(k.b), k.by);
        }
        m.below = vec![0; across * (up + 1)];
        for j in 0..up {
            for i in 0..across {
                m.below[(j + 1) * across + i] = m.below[j * across + i] + u32::from(m.taken[j * across + i]);
            }
        }
        m
    }

    /// Takes the squares nearer to a stretch than `by`; half a square's diagonal is added.
    fn stamp(&mut self, p: V, q: V, by: f64) {
        let r = by + 0.71;
        let at = |w: f64, n: usize| w.max(0.0).min(n as f64) as usize;
        let (i0, i1) = (at(p.x.min(q.x) - r - self.a0, self.across), at(p.x.max(q.x) + r - self.a0 + 1.0, self.across));
        let (j0, j1) = (at(p.y.min(q.y) - r - self.b0, self.up), at(p.y.max(q.y) + r - self.b0 + 1.0, self.up));
        for j in j0..j1 {
            for i in i0..i1 {
                let c = v(self.a0 + i as f64 + 0.5, self.b0 + j as f64 + 0.5);
                if super::plane::to_segment(c, p, q) < r {
                    self.taken[j * self.across + i] = true;
                }
            }
        }
    }

    /// Whether all squares under the box a..a+w, b..b+d are free.
    pub fn free(&self, a: f64, b: f64, w: f64, d: f64) -> bool {
        let (i0, j0) = (a - self.a0, b - self.b0);
        if i0 < 0.0 || j0 < 0.0 || i0 + w > self.across as f64 || j0 + d > self.up as f64 {
            return false;
        }
        let (i1, j1) = ((i0 + w).ceil() as usize, (j0 + d).ceil() as usize);
        let (j0, j1) = (j0 as usize, j1.min(self.up));
        (i0 as usize..i1.min(self.across)).all(|i| self.below[j1 * self.across + i] == self.below[j0 * self.across + i])
    }
}

/// The outline of a form of width `w` and depth `d`, its middle in the frame's origin, counter-clockwise.
pub(super) fn outline(form: Form, frame: &Frame, w: f64, d: f64) -> Vec<V> {
    let (x, y) = (w / 2.0, d / 2.0);
    let local: Vec<(f64, f64)> = match form {
        Form::Rect => vec![(-x, -y), (x, -y), (x, y), (-x, y)],
        Form::Step => {
            let s = d * 0.16;
            vec![(-x, -y + s), (0.0, -y + s), (0.0, -y), (x, -y), (x, y - s), (0.0, y - s), (0.0, y), (-x, y)]
        }
        Form::Bays(unit) => {
            let mut p = vec![(-x, -y), (x, -y), (x, y - 1.2)];
            let n = (w / unit).round().max(1.0);
            let step = w / n;
            for k in (0..n as usize).rev() {
                let c = -x + step * (k as f64 + 0.5);
                p.extend([(c + 1.5, y - 1.2), (c + 1.5, y), (c - 1.5, y), (c - 1.5, y - 1.2)]);
            }
            p.push((-x, y - 1.2));
            p
        }
        Form::Ell => {
            let t = d * 0.42;
            vec![(-x, -y), (-x + t, -y), (-x + t, y - t), (x, y - t), (x, y), (-x, y)]
        }
        Form::U => {
            let t = (d * 0.36).min(w * 0.28);
            vec![(-x, -y), (-x + t, -y), (-x + t, y - t), (x - t, y - t), (x - t, -y), (x, -y), (x, y), (-x, y)]
        }
        Form::Cross => {
            let (p, q) = (x * 0.46, y * 0.46);
            vec![
                (-p, -y),
                (p, -y),
                (p, -q),
                (x, -q),
                (x, q),
                (p, q),
                (p, y),
                (-p, y),
                (-p, q),
                (-x, q),
                (-x, -q),
                (-p, -q),
            ]
        }
        Form::Round => {
            const C: [(f64, f64); 4] = [(1.0, 0.0), (0.924, 0.383), (0.707, 0.707), (0.383, 0.924)];
            (0..4)
                .flat_map(|q| {
                    C.map(|(c, s)| match q {
                        0 => (x * c, y * s),
                        1 => (-x * s, y * c),
                        2 => (-x * c, -y * s),
                        _ => (x * s, -y * c),
                    })
                })
                .collect()
        }
    };
    local.into_iter().map(|(a, b)| frame.at(a, b).snapped()).collect()
}

/// How many staircases each slab of a run has, and the gap between slabs.
fn split_run(run: f64, s: &Slabs) -> (Vec<usize>, f64) {
    let gap = 9.0;
    let mut best: Option<(f64, usize, usize)> = None;
    for k in 1..12 {
        let n = ((run - gap * (k as f64 - 1.0)) / s.unit) as usize;
        let n = n.min(k * s.units);
        if n < 2 * k && !(k == 1 && n == 1) {
            continue;
        }
        let rest = run - gap * (k as f64 - 1.0) - n as f64 * s.unit;
        let odd = (s.units as f64 - n as f64 / k as f64).abs() * 5.0;
        if best.is_none_or(|b| rest + odd < b.0) {
            best = Some((rest + odd, k, n));
        }
    }
    let Some((_, k, n)) = best else { return (vec![], gap) };
    let parts: Vec<usize> = (0..k).map(|i| n / k + usize::from(i < n % k)).collect();
    let rest = run - n as f64 * s.unit;
    (parts, if k > 1 { (rest / (k as f64 - 1.0)).min(26.0) } else { gap })
}

impl Site {
    /// A site with its streets and nothing else yet.
    pub fn empty(streets: Streets, dice: Dice) -> Site {
        Site {
            streets,
            houses: vec![],
            courts: vec![],
            land: vec![],
            walls: vec![],
            gates: vec![],
            ponds: vec![],
            dice,
        }
    }

    /// The land of a plot: a cell's or block's ground cut by lanes and by straight lines.
    pub fn cut_lane(&self, ring: &[V], lane: &str, left: bool) -> Vec<V> {
        let Some((a, b)) = self.streets.line(lane).and_then(|l| Some((*l.pts.first()?, *l.pts.last()?))) else {
            return ring.to_vec();
        };
        let (a, b) = if left { (a, b) } else { (b, a) };
        let off = b.minus(a).unit().left().times(4.2);
        left_part(ring, a.plus(off), b.plus(off))
    }

    /// The same, left of a straight line of the fabric frame.
    pub fn cut_straight(&self, ring: &[V], (a1, b1, a2, b2): (f64, f64, f64, f64)) -> Vec<V> {
        left_part(ring, fabric().at(a1, b1), fabric().at(a2, b2))
    }

    /// Everything near a plot that a footprint must stay clear of.
    pub fn keep_off(&self, ring: &[V]) -> Vec<Keep> {
        let m = middle(ring);
        let r = ring.iter().map(|p| p.minus(m).len()).fold(0.0, f64::max) + 40.0;
        let mut out = Vec::new();
        let chain = |pts: &[V], by: f64, out: &mut Vec<Keep>| {
            for w in pts.windows(2) {
                if super::plane::to_segment(m, w[0], w[1]) < r {
                    out.push(Keep { a: w[0], b: w[1], by });
                }
            }
        };
        for l in self.streets.lines.iter().filter(|l| l.class != Class::Rail) {
            let more = match l.class {
                Class::Path => 0.8,
                Class::Lane => 1.5,
                Class::Wall => 2.0,
                _ => 3.0,
            };
            chain(&l.pts, l.class.width_m() / 2.0 + more, &mut out);
        }
        for h in &self.houses {
            let mut closed = h.ring.clone();
            closed.extend(h.ring.first().copied());
            chain(&closed, 5.0, &mut out);
        }
        out
    }

    /// Whether a footprint lies in the plot, `margin` from its edge, and clear of everything near.
    fn fits(ring: &[V], shape: &[V], margin: f64, keep: &[Keep]) -> bool {
        let inside = |&p: &V| holds(ring, p) && to_ring(p, ring) >= margin;
        shape.iter().all(inside)
            && ring.iter().all(|&p| !holds(shape, p))
            && keep.iter().all(|k| {
                !holds(shape, k.a)
                    && (0..shape.len()).all(|i| between(shape[i], shape[(i + 1) % shape.len()], k.a, k.b) >= k.by)
            })
    }

    /// Rows of slabs on a plot; gives the row paths' ends (west, east) from north to south.
    pub fn slabs(
        &mut self,
        ring: &[V],
        s: &Slabs,
        margin: f64,
        mut house: impl FnMut(usize, usize) -> House,
    ) -> Vec<(V, V)> {
        let frame = Frame::turned(middle(ring).snapped(), s.deg);
        let local: Vec<V> = ring.iter().map(|&p| frame.of(p)).collect();
        let lo = |f: fn(&V) -> f64| local.iter().map(f).fold(f64::MAX, f64::min);
        let hi = |f: fn(&V) -> f64| local.iter().map(f).fold(f64::MIN, f64::max);
        let (a0, a1, b0, b1) = (lo(|p| p.x), hi(|p| p.x), lo(|p| p.y), hi(|p| p.y));
        let mask = Mask::of(ring, &frame, margin, &self.keep_off(ring));
        let pitch = s.depth + f64::from(s.storeys) * 3.0 * s.light;
        // The runs of a row whose northern face lies at b.
        let runs = |b: f64| -> Vec<(f64, f64)> {
            let mut out: Vec<(f64, f64)> = Vec::new();
            let mut open: Option<f64> = None;
            let mut a = a0;
            while a < a1 {
                match (mask.free(a, b - s.depth, 1.0, s.depth), open) {
                    (true, None) => open = Some(a),
                    (false, Some(from)) => {
                        out.push((from, a));
                        open = None;
                    }
                    _ => {}
                }
                a += 1.0;
            }
            out.extend(open.map(|from| (from, a1)));
            out.retain(|r| r.1 - r.0 >= s.unit * 1.9);
            out
        };
        // The offset of the first row and a little more distance between rows that use the ground best.
        let mut best = (f64::MIN, b1, pitch);
        for stretch in [1.0, 1.06, 1.12, 1.18] {
            let mut off = margin;
            while off < margin + pitch {
                let (mut b, mut sum) = (b1 - off, 0.0);
                while b - s.depth > b0 {
                    sum += runs(b)
                        .iter()
                        .map(|r| split_run(r.1 - r.0, s).0.iter().sum::<usize>() as f64 * s.unit)
                        .sum::<f64>();
                    b -= pitch * stretch;
                }
                sum += stretch * 20.0 - (off - margin) * 0.2;
                if sum > best.0 {
                    best = (sum, b1 - off, pitch * stretch);
                }
                off += 2.0;
            }
        }
        let (mut b, pitch) = (best.1, best.2);
        let (mut count, mut place) = (0, 0);
        let mut ends = Vec::new();
        while b - s.depth > b0 {
            for (from, to) in runs(b) {
                let (parts, gap) = split_run(to - from, s);
                let used: f64 =
                    parts.iter().map(|&n| n as f64 * s.unit).sum::<f64>() + gap * (parts.len().max(1) - 1) as f64;
                let mut a = from + (to - from - used) / 2.0;
                let begin = a;
                for n in parts {
                    let w = n as f64 * s.unit;
                    if !s.free.contains(&place) {
                        let mut h = house(count, n);
                        let at = Frame { o: frame.at(a + w / 2.0, b - s.depth / 2.0), e: frame.e };
                        h.ring = outline(s.form, &at, w, s.depth);
                        self.houses.push(h);
                        count += 1;
                    } else {
                        let at = Frame { o: frame.at(a + w / 2.0, b - s.depth / 2.0), e: frame.e };
                        self.land.push(("green", String::new(), outline(Form::Rect, &at, w, s.depth + 8.0)));
                    }
                    place += 1;
                    a += w + gap;
                }
                ends.push((frame.at(begin - 3.0, b + 3.2).snapped(), frame.at(a - gap + 3.0, b + 3.2).snapped()));
            }
            b -= pitch;
        }
        ends
    }

    /// Point blocks on a plot, each second row set off by half.
    pub fn points(&mut self, ring: &[V], p: &Points, margin: f64, mut house: impl FnMut(usize) -> House) {
        let frame = Frame::turned(middle(ring).snapped(), p.deg);
        let mask = Mask::of(ring, &frame, margin, &self.keep_off(ring));
        let (w, d) = (p.size, p.size * 0.86);
        let (a1, b1) = (mask.a0 + mask.across as f64, mask.b0 + mask.up as f64);
        let grid = |oa: f64, ob: f64| -> Vec<V> {
            let mut out = Vec::new();
            let (mut b, mut row) = (b1 - ob, 0);
            while b > mask.b0 {
                let mut a = mask.a0 + oa - if row % 2 == 1 { p.apart.0 / 2.0 } else { 0.0 };
                while a < a1 {
                    if mask.free(a - w / 2.0, b - d / 2.0, w, d) {
                        out.push(frame.at(a, b));
                    }
                    a += p.apart.0;
                }
                b -= p.apart.1;
                row += 1;
            }
            out
        };
        let mut best: Vec<V> = Vec::new();
        for i in 0..8 {
            for j in 0..8 {
                let g = grid(p.apart.0 * f64::from(i) / 8.0, p.apart.1 * f64::from(j) / 8.0);
                if g.len() > best.len() {
                    best = g;
                }
            }
        }
        for (i, o) in best.into_iter().enumerate() {
            let mut h = house(i);
            h.ring = outline(p.form, &Frame { o, e: frame.e }, w, d);
            self.houses.push(h);
        }
    }

    /// Paths along the rows, one along their ends, and a link through the gate to the nearest street; gives the gate.
    pub fn paths(&mut self, ring: &[V], ends: &[(V, V)], west: bool) -> Option<V> {
        let spine: Vec<V> = ends.iter().map(|e| if west { e.0 } else { e.1 }).filter(|&p| holds(ring, p)).collect();
        let houses: Vec<usize> =
            (0..self.houses.len()).filter(|&i| self.houses[i].ring.iter().any(|&p| holds(ring, p))).collect();
        let clear =
            |site: &Site, a: V, b: V| houses.iter().all(|&i| clearance(&site.houses[i].ring, &[a, b], false) >= 2.0);
        let path = |pts: Vec<V>| Line::plain("estate", "", Class::Path, pts);
        for e in ends {
            if holds(ring, e.0) && holds(ring, e.1) && clear(self, e.0, e.1) {
                self.streets.lines.push(path(vec![e.0, e.1]));
            }
        }
        let mut run: Vec<V> = Vec::new();
        for &p in &spine {
            if let Some(&last) = run.last()
                && !clear(self, last, p)
            {
                if run.len() > 1 {
                    self.streets.lines.push(path(std::mem::take(&mut run)));
                }
                run.clear();
            }
            run.push(p);
        }
        if run.len() > 1 {
            self.streets.lines.push(path(run));
        }
        // The gate: the shortest free way from the spine to a vertex of a street outside.
        let mut best: Option<(f64, V, V)> = None;
        for &p in &spine {
            for l in self
                .streets
                .lines
                .iter()
                .filter(|l| matches!(l.class, Class::Lane | Class::Street | Class::Tertiary | Class::Secondary))
            {
                for &q in &l.pts {
                    let d = q.minus(p).len();
                    if best.is_none_or(|b| d < b.0) && d < 90.0 && clear(self, p, q) && crossings(ring, p, q) == 1 {
                        best = Some((d, p, q));
                    }
                }
            }
        }
        let (_, p, q) = best?;
        let gate = crossing(ring, p, q)?;
        self.streets.lines.push(path(vec![p, gate, q]));
        Some(gate)
    }

    /// A gate to the nearest street with a short drive, and the wall.
    pub fn gate_and_wall(&mut self, ring: &[V], name: &str) {
        let m = middle(ring);
        let Some(street) = self.streets.nearest_street(m) else { return };
        let Some(gate) = crossing(ring, m, street) else { return };
        let inner = gate.plus(m.minus(gate).unit().times(12.0)).snapped();
        let drive = [street, gate, inner];
        if self.houses.iter().all(|h| clearance(&h.ring, &drive, false) >= 2.0) {
            self.streets.lines.push(Line::plain("estate", "", Class::Path, drive.to_vec()));
        }
        self.wall(ring, gate, name);
    }

    /// The wall round a courtyard with an opening of 7 m at the gate.
    pub fn wall(&mut self, ring: &[V], gate: V, name: &str) {
        let n = ring.len();
        let Some(side) = (0..n).min_by(|&i, &j| {
            let d = |i: usize| super::plane::to_segment(gate, ring[i], ring[(i + 1) % n]);
            d(i).total_cmp(&d(j))
        }) else {
            return;
        };
        let (a, b) = (ring[side], ring[(side + 1) % n]);
        let (d, l) = (b.minus(a).unit(), b.minus(a).len());
        let t = gate.minus(a).dot(d).clamp(4.0_f64.min(l / 2.0), (l - 4.0).max(l / 2.0));
        let mut pts = vec![a.plus(d.times((t + 3.5).min(l))).snapped()];
        pts.extend((1..=n).map(|k| ring[(side + k) % n]));
        pts.push(a.plus(d.times((t - 3.5).max(0.0))).snapped());
        self.walls.push((format!("{name}院墙"), tidy_chain(&pts)));
        self.gates.push(a.plus(d.times(t)).snapped());
    }

    /// One building at a place of the fabric frame, if the ground is free; whether it was put.
    pub fn put(&mut self, at: (f64, f64), size: (f64, f64), deg: i32, form: Form, mut house: House) -> bool {
        let o = fabric().at(at.0, at.1);
        let shape = outline(form, &Frame { o, e: Frame::turned(o, deg).e }, size.0, size.1);
        let box_ring: Vec<V> =
            outline(Form::Rect, &Frame { o, e: Frame::turned(o, deg).e }, size.0 + 80.0, size.1 + 80.0);
        let keep = self.keep_off(&box_ring);
        if !Self::fits(&box_ring, &shape, 0.0, &keep) || self.houses.iter().any(|h| holds(&h.ring, o)) {
            return false;
        }
        house.ring = shape;
        self.houses.push(house);
        true
    }
}

fn crossings(ring: &[V], p: V, q: V) -> usize {
    (0..ring.len()).filter(|&i| between(ring[i], ring[(i + 1) % ring.len()], p, q) == 0.0).count()
}

fn crossing(ring: &[V], p: V, q: V) -> Option<V> {
    let i = (0..ring.len()).find(|&i| between(ring[i], ring[(i + 1) % ring.len()], p, q) == 0.0)?;
    let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
    let d = q.minus(p);
    let t = a.minus(p).cross(b.minus(a)) / d.cross(b.minus(a));
    Some(p.plus(d.times(t)).snapped())
}

fn tidy_chain(pts: &[V]) -> Vec<V> {
    let mut out: Vec<V> = Vec::new();
    for &p in pts {
        if out.last().is_none_or(|l| l.minus(p).len() > 0.3) {
            out.push(p);
        }
    }
    out
}

/// A ring as it is kept: tidied, counter-clockwise; nothing if too little is left.
pub(super) fn plot(ring: &[V]) -> Option<Vec<V>> {
    let r = tidy(ring, 0.5);
    (r.len() >= 3 && area(&r) > 400.0).then_some(r)
}

/// A building of the given use, its ring still to come.
pub(super) fn house(usage: &'static str, name: impl Into<String>, storeys: u32, households: Option<u32>) -> House {
    House { ring: vec![], usage, name: name.into(), address: String::new(), storeys, households, courtyard: None }
}

/// Middle of a house, near enough for sorting.
pub(super) fn spot(h: &House) -> V {
    if h.ring.is_empty() { v(0.0, 0.0) } else { middle(&h.ring) }
}
