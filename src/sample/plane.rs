//! Plane helpers of the generator: vectors in metres, splines, insets, cuts, clearances, and its random numbers.
//!
//! Only `+ − × ÷` and `sqrt` are used, which IEEE 754 rounds correctly everywhere, and every drawn point is rounded
//! to the millimetre: the map has the same bytes on every platform.

use crate::geom::{Pt, pt};

/// A point or vector in metres.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct V {
    pub x: f64,
    pub y: f64,
}

pub(super) const fn v(x: f64, y: f64) -> V {
    V { x, y }
}

impl V {
    pub fn plus(self, o: V) -> V {
        v(self.x + o.x, self.y + o.y)
    }
    pub fn minus(self, o: V) -> V {
        v(self.x - o.x, self.y - o.y)
    }
    pub fn times(self, k: f64) -> V {
        v(self.x * k, self.y * k)
    }
    pub fn dot(self, o: V) -> f64 {
        self.x * o.x + self.y * o.y
    }
    pub fn cross(self, o: V) -> f64 {
        self.x * o.y - self.y * o.x
    }
    pub fn len(self) -> f64 {
        self.dot(self).sqrt()
    }
    /// The vector of length 1 in the same direction; the null vector stays.
    pub fn unit(self) -> V {
        let l = self.len();
        if l > 0.0 { self.times(1.0 / l) } else { self }
    }
    /// Turned left by a right angle.
    pub fn left(self) -> V {
        v(-self.y, self.x)
    }
    /// Rounded to the millimetre.
    pub fn snapped(self) -> V {
        v((self.x * 1000.0).round() / 1000.0, (self.y * 1000.0).round() / 1000.0)
    }
    /// The grid point; the map spans a few kilometres, far inside the range.
    pub fn pt(self) -> Pt {
        pt((self.x * 1000.0).round() as i32, (self.y * 1000.0).round() as i32)
    }
}

/// A right-angled frame: `at(a, b)` = origin + a·east + b·north, turned counter-clockwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub o: V,
    pub e: V,
}

impl Frame {
    /// A frame turned by whole degrees, −15 to 15 (cosine and sine as decimal literals: no library decides a last bit).
    pub fn turned(o: V, degrees: i32) -> Frame {
        const UNIT: [(f64, f64); 16] = [
            (1.0, 0.0),
            (0.999_847_695_2, 0.017_452_406_4),
            (0.999_390_827_0, 0.034_899_496_7),
            (0.998_629_534_8, 0.052_335_956_2),
            (0.997_564_050_3, 0.069_756_473_7),
            (0.996_194_698_1, 0.087_155_742_7),
            (0.994_521_895_4, 0.104_528_463_3),
            (0.992_546_151_6, 0.121_869_343_4),
            (0.990_268_068_7, 0.139_173_101_0),
            (0.987_688_340_6, 0.156_434_465_0),
            (0.984_807_753_0, 0.173_648_177_7),
            (0.981_627_183_4, 0.190_808_995_4),
            (0.978_147_600_7, 0.207_911_690_8),
            (0.974_370_064_8, 0.224_951_054_3),
            (0.970_295_726_3, 0.241_921_895_6),
            (0.965_925_826_3, 0.258_819_045_1),
        ];
        let (c, s) = UNIT[degrees.unsigned_abs().min(15) as usize];
        Frame { o, e: v(c, if degrees < 0 { -s } else { s }) }
    }
    pub fn at(&self, a: f64, b: f64) -> V {
        self.o.plus(self.e.times(a)).plus(self.e.left().times(b))
    }
    /// The coordinates (a, b) of a point in this frame.
    pub fn of(&self, p: V) -> V {
        let d = p.minus(self.o);
        v(d.dot(self.e), d.dot(self.e.left()))
    }
}

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014; constants by Vigna).
pub(super) struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    /// A whole number below `n` (0 for `n` = 0); the modulo bias of small `n` does not matter here.
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { (self.next() % n as u64) as usize }
    }
    /// A number from `a` to `b`.
    pub fn between(&mut self, a: f64, b: f64) -> f64 {
        a + (b - a) * ((self.next() >> 11) as f64 / 9_007_199_254_740_992.0)
    }
    /// Whether an event of the given probability in percent happens.
    pub fn percent(&mut self, p: usize) -> bool {
        self.below(100) < p
    }
}

/// Centripetal Catmull–Rom spline through the controls (Barry & Goldman 1988), sampled about every `step` metres.
/// Every control is a vertex; the second value gives the index of each control among the vertices.
pub(super) fn spline(controls: &[V], step: f64) -> (Vec<V>, Vec<usize>) {
    let mut out: Vec<V> = Vec::new();
    let mut marks = Vec::new();
    for (i, &p1) in controls.iter().enumerate() {
        marks.push(out.len());
        out.push(p1.snapped());
        let Some(&p2) = controls.get(i + 1) else { break };
        let p0 = if i > 0 { controls[i - 1] } else { p1.plus(p1.minus(p2)) };
        let p3 = controls.get(i + 2).copied().unwrap_or(p2.plus(p2.minus(p1)));
        let knot = |t: f64, a: V, b: V| t + b.minus(a).len().sqrt().max(1e-3);
        let (t0, t1) = (0.0, knot(0.0, p0, p1));
        let t2 = knot(t1, p1, p2);
        let t3 = knot(t2, p2, p3);
        let n = (p2.minus(p1).len() / step).round().max(1.0) as usize;
        for k in 1..n {
            let t = t1 + (t2 - t1) * (k as f64 / n as f64);
            let mix = |a: V, b: V, s: f64, e: f64| a.times((e - t) / (e - s)).plus(b.times((t - s) / (e - s)));
            let (a1, a2, a3) = (mix(p0, p1, t0, t1), mix(p1, p2, t1, t2), mix(p2, p3, t2, t3));
            let (b1, b2) = (mix(a1, a2, t0, t2), mix(a2, a3, t1, t3));
            out.push(mix(b1, b2, t1, t2).snapped());
        }
    }
    (out, marks)
}

/// The line moved to its left by `by` metres (negative: right), mitred.
pub(super) fn beside(line: &[V], by: impl Fn(usize) -> f64) -> Vec<V> {
    let n = line.len();
    let dir = |i: usize| line[(i + 1).min(n - 1)].minus(line[(i + 1).min(n - 1) - 1]).unit();
    (0..n)
        .map(|i| {
            let (d0, d1) = (if i == 0 { dir(0) } else { dir(i - 1) }, dir(i.min(n - 2)));
            let m = d0.left().plus(d1.left()).unit();
            let k = m.dot(d1.left()).max(0.4);
            line[i].plus(m.times(by(i) / k)).snapped()
        })
        .collect()
}

/// A counter-clockwise ring moved inwards, each side by its own distance; sides that vanish are left out.
pub(super) fn inset(ring: &[V], by: &[f64]) -> Vec<V> {
    let n = ring.len();
    // Sides of one direction and distance become one, so that a mitre never runs away along a straight street.
    let side = |i: usize| {
        let (p, q) = (ring[i], ring[(i + 1) % n]);
        let d = q.minus(p).unit();
        (p.plus(d.left().times(by[i])), q.plus(d.left().times(by[i])), d)
    };
    let mut out = Vec::new();
    for i in 0..n {
        let (a, b) = (side((i + n - 1) % n), side(i));
        let turn = a.2.cross(b.2);
        if turn.abs() < 0.08 && a.2.dot(b.2) > 0.0 {
            // Nearly straight on: the further of both distances holds.
            let k = by[(i + n - 1) % n].max(by[i]);
            out.push(ring[i].plus(a.2.plus(b.2).unit().left().times(k)));
        } else {
            let t = b.0.minus(a.0).cross(b.2) / turn;
            out.push(a.0.plus(a.2.times(t)));
        }
    }
    // Behind a corner of a wide street the inset of short sides would run back: those points are too near and go.
    out.retain(|&p| (0..n).all(|i| to_segment(p, ring[i], ring[(i + 1) % n]) > by[i] - 0.3));
    out
}

/// The part of a ring left of the line p→q.
pub(super) fn left_part(ring: &[V], p: V, q: V) -> Vec<V> {
    let d = q.minus(p);
    let mut out: Vec<V> = Vec::new();
    for i in 0..ring.len() {
        let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
        let (sa, sb) = (d.cross(a.minus(p)), d.cross(b.minus(p)));
        if sa >= 0.0 {
            out.push(a);
        }
        if (sa > 0.0 && sb < 0.0) || (sa < 0.0 && sb > 0.0) {
            out.push(a.plus(b.minus(a).times(sa / (sa - sb))));
        }
    }
    out
}

/// Drops points closer than `eps` metres to the one before, or on the straight between their neighbours.
pub(super) fn tidy(ring: &[V], eps: f64) -> Vec<V> {
    let mut r: Vec<V> = Vec::new();
    for &p in ring {
        if r.last().is_none_or(|l| l.minus(p).len() > eps) {
            r.push(p);
        }
    }
    while r.len() > 3 && r[0].minus(r[r.len() - 1]).len() <= eps {
        r.pop();
    }
    let mut i = 0;
    while r.len() > 3 && i < r.len() {
        let n = r.len();
        let (a, b, c) = (r[(i + n - 1) % n], r[i], r[(i + 1) % n]);
        if to_segment(b, a, c) < 0.05 {
            r.remove(i);
        } else {
            i += 1;
        }
    }
    r.into_iter().map(V::snapped).collect()
}

/// Distance of a point to a segment.
pub(super) fn to_segment(p: V, a: V, b: V) -> f64 {
    let d = b.minus(a);
    let l2 = d.dot(d);
    let t = if l2 > 0.0 { (p.minus(a).dot(d) / l2).clamp(0.0, 1.0) } else { 0.0 };
    p.minus(a.plus(d.times(t))).len()
}

/// Distance of two segments, 0 where they cross.
pub(super) fn between(a: V, b: V, c: V, d: V) -> f64 {
    let side = |p: V, q: V, r: V| q.minus(p).cross(r.minus(p));
    if side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0 {
        return 0.0;
    }
    to_segment(a, c, d).min(to_segment(b, c, d)).min(to_segment(c, a, b)).min(to_segment(d, a, b))
}

/// Even-odd containment.
pub(super) fn holds(ring: &[V], p: V) -> bool {
    let mut inside = false;
    for i in 0..ring.len() {
        let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
        if (a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x) {
            inside = !inside;
        }
    }
    inside
}

/// Distance of a point to a ring's line.
pub(super) fn to_ring(p: V, ring: &[V]) -> f64 {
    (0..ring.len()).map(|i| to_segment(p, ring[i], ring[(i + 1) % ring.len()])).fold(f64::MAX, f64::min)
}

/// Distance of a ring to a chain of points (closed or not), 0 where they meet or the chain begins inside.
pub(super) fn clearance(ring: &[V], chain: &[V], closed: bool) -> f64 {
    if chain.first().is_some_and(|&p| holds(ring, p)) || (closed && ring.first().is_some_and(|&p| holds(chain, p))) {
        return 0.0;
    }
    let m = if closed { chain.len() } else { chain.len().saturating_sub(1) };
    let mut best = f64::MAX;
    for i in 0..ring.len() {
        for j in 0..m {
            best = best.min(between(ring[i], ring[(i + 1) % ring.len()], chain[j], chain[(j + 1) % chain.len()]));
        }
    }
    best
}

/// Signed area in m², > 0 counter-clockwise.
pub(super) fn area(ring: &[V]) -> f64 {
    let n = ring.len();
    (0..n).map(|i| ring[i].cross(ring[(i + 1) % n])).sum::<f64>() / 2.0
}

/// Mean of the vertices.
pub(super) fn middle(ring: &[V]) -> V {
    ring.iter().fold(v(0.0, 0.0), |s, &p| s.plus(p)).times(1.0 / ring.len().max(1) as f64)
}

/// Distance of a point to an open chain.
pub(super) fn to_chain(p: V, chain: &[V]) -> f64 {
    chain.windows(2).map(|w| to_segment(p, w[0], w[1])).fold(f64::MAX, f64::min)
}
