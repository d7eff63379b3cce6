//! The small fabric: terraces of old lanes, village houses, shop rows, sheds, and single buildings put where they fit.

use crate::sample::fill::{Form, House, Mask, Site, house, outline};
use crate::sample::plane::{Dice, Frame, V, beside, clearance, holds, middle, to_ring, v};
use crate::sample::streets::{Class, Line};

/// Clear width of an alley between two terraces and of every fourth one, m.
const ALLEY_M: f64 = 2.8;
const MAIN_ALLEY_M: f64 = 5.2;
/// Room from a footprint to the edge of its plot, m.
const EDGE_M: f64 = 1.6;

/// Rows of terrace houses facing south, with a path along every fourth alley; gives the houses' indices.
pub(super) fn terraces(site: &mut Site, ring: &[V], deg: i32, dice: &mut Dice) -> Vec<usize> {
    let frame = Frame::turned(middle(ring).snapped(), deg);
    let mask = Mask::of(ring, &frame, EDGE_M, &site.keep_off(ring));
    let (a1, first) = (mask.a0 + mask.across as f64, site.houses.len());
    let mut b = mask.b0 + mask.up as f64 - EDGE_M;
    let mut row = 0;
    while b > mask.b0 + 8.0 {
        let d = dice.between(7.8, 10.2);
        let (mut a, mut left, mut ends) = (mask.a0, 4 + dice.below(6), None::<(f64, f64)>);
        while a < a1 {
            let w = dice.between(3.9, 6.2);
            if !mask.free(a, b - d, w, d) {
                a += 1.0;
                continue;
            }
            let deep = d - dice.between(0.0, 1.7);
            let form = if w > 5.4 && dice.percent(25) { Form::Ell } else { Form::Rect };
            let at = Frame { o: frame.at(a + w / 2.0, b - deep / 2.0), e: frame.e };
            let mut h = house("residential", "", 2 + u32::from(dice.percent(42)), Some(0));
            h.ring = outline(form, &at, w, deep);
            site.houses.push(h);
            ends = Some((ends.map_or(a, |e| e.0), a + w));
            left -= 1;
            // A party wall, or after some houses a passage.
            a += w + if left == 0 { 2.4 } else { 0.25 };
            if left == 0 {
                left = 4 + dice.below(6);
            }
        }
        row += 1;
        let main = row % 4 == 0;
        b -= d + if main { MAIN_ALLEY_M } else { ALLEY_M };
        if let (true, Some((from, to))) = (main, ends) {
            let y = b + MAIN_ALLEY_M / 2.0;
            let line = [frame.at(from, y).snapped(), frame.at(to, y).snapped()];
            path_if_free(site, ring, &line);
        }
    }
    (first..site.houses.len()).collect()
}

/// Houses of a village grown of itself: no two alike, not quite in line; gives their indices.
pub(super) fn village(site: &mut Site, ring: &[V], deg: i32, dice: &mut Dice) -> Vec<usize> {
    const PITCH_M: f64 = 13.4;
    let frame = Frame::turned(middle(ring).snapped(), deg);
    let mask = Mask::of(ring, &frame, EDGE_M, &site.keep_off(ring));
    let first = site.houses.len();
    let (a1, b1) = (mask.a0 + mask.across as f64, mask.b0 + mask.up as f64);
    let (mut b, mut row) = (mask.b0 + dice.between(0.0, 4.0), 0);
    while b < b1 {
        let mut a = mask.a0 + dice.between(0.0, 9.0);
        while a < a1 {
            if dice.percent(6) || !mask.free(a, b, PITCH_M - 1.0, PITCH_M - 1.0) {
                a += if dice.percent(50) { PITCH_M } else { 3.0 };
                continue;
            }
            let (w, d) = (dice.between(7.2, 10.4), dice.between(7.8, 10.6));
            let form = [Form::Rect, Form::Rect, Form::Rect, Form::Ell, Form::Step][dice.below(5)];
            let slack = (PITCH_M - 1.0 - 11.4) / 2.0;
            let o = frame.at(
                a + (PITCH_M - 1.0) / 2.0 + dice.between(-slack, slack),
                b + (PITCH_M - 1.0) / 2.0 + dice.between(-slack, slack),
            );
            let turned = Frame::turned(o, (deg + dice.below(9) as i32 - 4).clamp(-15, 15));
            let mut h = house("residential", "", 2 + dice.below(4) as u32, Some(0));
            h.ring = outline(form, &turned, w, d);
            site.houses.push(h);
            a += PITCH_M - 0.4 + if dice.percent(18) { 2.4 } else { 0.0 };
        }
        row += 1;
        b += PITCH_M + if row % 3 == 0 { 4.0 } else { 0.0 };
        if row % 3 == 0 && b < b1 {
            let y = b - 2.8;
            let (from, to) = run_at(&frame, ring, y);
            if to - from > 30.0 {
                let bow = (0..=6).map(|k| {
                    let t = f64::from(k) / 6.0;
                    frame.at(from + (to - from) * t, y + 1.2 * (t * (1.0 - t)) - 0.2).snapped()
                });
                let line: Vec<V> = bow.collect();
                path_if_free(site, ring, &line);
            }
        }
    }
    (first..site.houses.len()).collect()
}

/// From where to where the line b = `y` of a frame runs inside a ring, two metres from its edge: the longest stretch.
fn run_at(frame: &Frame, ring: &[V], y: f64) -> (f64, f64) {
    let local: Vec<V> = ring.iter().map(|&p| frame.of(p)).collect();
    let mut xs: Vec<f64> = (0..local.len())
        .map(|i| (local[i], local[(i + 1) % local.len()]))
        .filter(|(p, q)| (p.y > y) != (q.y > y))
        .map(|(p, q)| p.x + (y - p.y) / (q.y - p.y) * (q.x - p.x))
        .collect();
    xs.sort_by(f64::total_cmp);
    let best = xs.chunks_exact(2).max_by(|p, q| (p[1] - p[0]).total_cmp(&(q[1] - q[0])));
    best.map_or((0.0, 0.0), |w| (w[0] + 2.0, w[1] - 2.0))
}

/// A path, if it keeps 1.5 m from all houses and lies inside.
fn path_if_free(site: &mut Site, ring: &[V], line: &[V]) {
    let clear = |h: &House| clearance(&h.ring, line, false) >= 1.5;
    if line.iter().all(|&p| holds(ring, p)) && site.houses.iter().all(clear) {
        site.streets.lines.push(Line::plain("alley", "", Class::Path, line.to_vec()));
    }
}

/// Shops along a chain whose left side is the plot's, `off` from it, from `from` to `short` before its end, all inside
/// `ring`.
pub(super) fn shops(site: &mut Site, ring: &[V], chain: &[V], off: f64, (from, short): (f64, f64)) {
    let mut dice = Dice::new(site.dice.next());
    let front = beside(chain, |_| off);
    let total: f64 = front.windows(2).map(|w| w[1].minus(w[0]).len()).sum();
    let at = |s: f64| -> V {
        let mut rest = s;
        for w in front.windows(2) {
            let l = w[1].minus(w[0]).len();
            if rest <= l {
                return w[0].plus(w[1].minus(w[0]).times(rest / l.max(1e-6)));
            }
            rest -= l;
        }
        front[front.len() - 1]
    };
    let mut s = from;
    while s + 8.0 < total - short {
        let w = dice.between(7.0, 14.0).min(total - short - s);
        if w > 6.0 && !dice.percent(7) {
            let (p, q) = (at(s), at(s + w - 0.8));
            let e = q.minus(p).unit();
            let (long, deep) = (q.minus(p).len(), SHOP_DEEP_M - dice.between(0.0, 1.6));
            let o = p.plus(q.minus(p).times(0.5)).plus(e.left().times(deep / 2.0));
            let shape = outline(Form::Rect, &Frame { o, e }, long, deep);
            if shape.iter().all(|&p| holds(ring, p)) && site.houses.iter().all(|h| apart(&h.ring, &shape, 0.3)) {
                let mut h = house("commercial", "", 1 + dice.below(3) as u32, Some(0));
                h.ring = shape;
                site.houses.push(h);
            }
        }
        s += w;
    }
}

/// Depth of a row of shops, m.
pub(super) const SHOP_DEEP_M: f64 = 9.0;

/// Whether two rings keep `by` metres; far ones are told by their corners.
pub(super) fn apart(a: &[V], b: &[V], by: f64) -> bool {
    let box_of = |r: &[V]| {
        r.iter().fold((f64::MAX, f64::MAX, f64::MIN, f64::MIN), |t, p| {
            (t.0.min(p.x), t.1.min(p.y), t.2.max(p.x), t.3.max(p.y))
        })
    };
    let (p, q) = (box_of(a), box_of(b));
    p.2 + by < q.0 || q.2 + by < p.0 || p.3 + by < q.1 || q.3 + by < p.1 || clearance(a, b, true) >= by
}

/// A building of a size and form, turned by `deg`, as near to `goal` as the ground is free, up to `reach` metres away:
/// `margin` from the plot's edge, `by` from other houses. Whether it was put.
pub(super) fn put_near(
    site: &mut Site,
    ring: &[V],
    (goal, deg): (V, i32),
    ((w, d), form): ((f64, f64), Form),
    (margin, by, reach): (f64, f64, f64),
    mut made: House,
) -> bool {
    let frame = Frame::turned(goal, deg);
    let steps = (reach / 4.0) as i32;
    let mut places: Vec<(i32, i32)> = (-steps..=steps).flat_map(|a| (-steps..=steps).map(move |b| (a, b))).collect();
    places.sort_by_key(|&(a, b)| (a * a + b * b, a, b));
    for (a, b) in places {
        let o = frame.at(f64::from(a) * 4.0, f64::from(b) * 4.0);
        let shape = outline(form, &Frame { o, e: frame.e }, w, d);
        if stands(site, ring, &shape, margin, by) {
            made.ring = shape;
            site.houses.push(made);
            return true;
        }
    }
    false
}

/// Whether a footprint lies in a plot, `margin` from its edge and `by` from houses and paths.
pub(super) fn stands(site: &Site, ring: &[V], shape: &[V], margin: f64, by: f64) -> bool {
    let box_of = |r: &[V]| {
        r.iter().fold((f64::MAX, f64::MAX, f64::MIN, f64::MIN), |t, p| {
            (t.0.min(p.x), t.1.min(p.y), t.2.max(p.x), t.3.max(p.y))
        })
    };
    let q = box_of(shape);
    let near = |a: V, b: V| {
        a.x.min(b.x) < q.2 + 20.0 && a.x.max(b.x) > q.0 - 20.0 && a.y.min(b.y) < q.3 + 20.0 && a.y.max(b.y) > q.1 - 20.0
    };
    shape.iter().all(|&p| holds(ring, p) && to_ring(p, ring) >= margin)
        && ring.iter().all(|&p| !holds(shape, p))
        && site.houses.iter().all(|h| apart(&h.ring, shape, by))
        && site
            .streets
            .lines
            .iter()
            .filter(|l| l.class == Class::Path)
            .all(|l| l.pts.windows(2).filter(|w| near(w[0], w[1])).all(|w| clearance(shape, w, false) >= 2.2))
}

/// Sheds for bicycles south of some slabs, a gatehouse's worth of small buildings: what every estate has.
pub(super) fn sheds(site: &mut Site, ring: &[V], deg: i32, slabs: &[usize], dice: &mut Dice) {
    for &i in slabs {
        if !dice.percent(55) {
            continue;
        }
        let m = middle(&site.houses[i].ring);
        let depth = half_size(&site.houses[i].ring, deg).y;
        let frame = Frame::turned(m, deg);
        let (w, d) = (dice.between(9.0, 18.0), dice.between(2.6, 3.4));
        let o = frame.at(dice.between(-12.0, 12.0), -depth - 6.2 - d / 2.0);
        let shape = outline(Form::Rect, &Frame { o, e: frame.e }, w, d);
        if stands(site, ring, &shape, 2.0, 2.0) {
            let mut h = house("other", "", 1, Some(0));
            h.ring = shape;
            site.houses.push(h);
        }
    }
    // A gatehouse, a substation, a room for waste.
    for size in [(5.2, 4.0), (6.4, 5.2), (7.0, 4.2)] {
        let goal = middle(ring).plus(v(dice.between(-60.0, 60.0), dice.between(-60.0, 60.0)));
        put_near(site, ring, (goal, deg), (size, Form::Rect), (1.6, 3.0, 28.0), house("other", "", 1, Some(0)));
    }
}

/// Half the width and depth of a ring in a frame of the given turn.
fn half_size(ring: &[V], deg: i32) -> V {
    let f = Frame::turned(middle(ring), deg);
    ring.iter().map(|&p| f.of(p)).fold(v(0.0, 0.0), |t, p| v(t.x.max(p.x.abs()), t.y.max(p.y.abs())))
}
