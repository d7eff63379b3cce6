//! What is built in each piece of ground: it is cut by lanes into plots, and each plot is filled by its recipe.

use super::estates::{self, Lot};
use super::fabric;
use super::names::{NEW, OLD, PLACES, VILLAGES};
use super::net::Net;
use super::plan::{Ground, street};
use super::plots::{Cut, Plot};
use crate::sample::fill::{Site, plot as tidy_plot};
use crate::sample::plane::{Dice, V, inset, to_chain};
use crate::sample::streets::{Class, Line, Streets};
use std::collections::HashMap;

/// Whoever builds the town: what is built so far and which names and numbers are taken.
pub(super) struct Builder {
    pub site: Site,
    /// How many house numbers each street has given.
    numbers: HashMap<&'static str, u32>,
    villages: usize,
    /// Communities that have their service centre.
    halls: Vec<char>,
    /// Where facilities stand: kind, name, place.
    pub spots: Vec<(&'static str, String, V)>,
}

/// Households a square metre of plot beyond which an estate is one of towers.
const DENSE_PER_M2: f64 = 0.027;

/// Households a square metre by which the neighbours' estates are drawn.
const NEIGHBOURS_PER_M2: f64 = 0.019;

impl Builder {
    pub fn new(lines: Vec<Line>, dice: Dice) -> Builder {
        Builder {
            site: Site::empty(Streets { lines }, dice),
            numbers: HashMap::new(),
            villages: 0,
            halls: vec![],
            spots: vec![],
        }
    }

    /// Builds over a piece of ground: cut into plots by kind, each plot with its share of the households.
    pub fn ground(&mut self, g: &Ground, target: u32) {
        let r = |b: &mut Builder, lo: f64, hi: f64| b.site.dice.between(lo, hi);
        let t = f64::from(target);
        let flip = self.site.dice.percent(50);
        match g.kind {
            'S' => match self.site.dice.below(100) {
                0..=34 => self.lot(g, &g.plot, 's', t),
                35..=74 => {
                    let f = r(self, 0.42, 0.58);
                    self.two((g, t), Cut::Upright, f, ('s', 's'), f);
                }
                _ => {
                    let f = r(self, 0.44, 0.56);
                    self.two((g, t), Cut::Level, f, ('s', 's'), f);
                }
            },
            'T' if self.site.dice.percent(45) => {
                let f = if flip { 0.42 } else { 0.58 };
                self.two((g, t), Cut::Upright, f, ('t', 's'), f + 0.1);
            }
            'T' => self.lot(g, &g.plot, 't', t),
            'L' => self.quarters((g, t), 'l'),
            'V' => self.two((g, t), Cut::Level, 0.5, ('v', 'v'), 0.5),
            'E' => self.two((g, t), Cut::Upright, 0.5, ('e', 's'), 0.0),
            'H' => self.two((g, t), Cut::Upright, 0.46, ('h', 's'), 0.0),
            'P' => self.two((g, t), Cut::Level, 0.5, ('p', 't'), 0.0),
            'M' => self.two((g, t), Cut::Upright, 0.42, ('m', 'l'), 0.0),
            'O' => self.two((g, t), Cut::Upright, 0.5, ('o', 't'), 0.0),
            'I' => self.two((g, t), Cut::Level, 0.56, ('i', 's'), 0.0),
            'C' => self.lot(g, &g.plot, 'c', 0.0),
            'W' => self.lot(g, &g.plot, 'w', 0.0),
            k => self.lot(g, &g.plot, k, t),
        }
    }

    /// Two plots; the second takes the households that found no room in the first.
    fn two(&mut self, (g, t): (&Ground, f64), cut: Cut, f: f64, kinds: (char, char), share: f64) {
        let Some((a, b, line)) = g.plot.cut(cut, f, Class::Lane) else { return self.lot(g, &g.plot, kinds.1, t) };
        self.lane(g, line);
        let before = self.households();
        self.lot(g, &a, kinds.0, t * share);
        self.lot(g, &b, kinds.1, (t - f64::from(self.households() - before)).max(0.0));
    }

    pub fn households(&self) -> u32 {
        self.site.houses.iter().filter_map(|h| h.households).sum()
    }

    fn quarters(&mut self, (g, t): (&Ground, f64), kind: char) {
        let t = t / 4.0;
        let f = self.site.dice.between(0.44, 0.56);
        let Some((a, b, line)) = g.plot.cut(Cut::Upright, f, Class::Lane) else { return };
        self.lane(g, line);
        for half in [a, b] {
            let f = self.site.dice.between(0.4, 0.6);
            let Some((c, d, line)) = half.cut(Cut::Level, f, Class::Lane) else { continue };
            self.lane(g, line);
            self.lot(g, &c, kind, t);
            self.lot(g, &d, kind, t);
        }
    }

    fn number(&mut self, street: &'static str) -> u32 {
        let n = self.numbers.entry(street).or_insert(6);
        *n += 4 + 2 * self.site.dice.below(8) as u32;
        *n
    }

    fn lane(&mut self, g: &Ground, line: Vec<V>) {
        let s = street(g.block.0, g.block.1);
        let name = if g.owner == '.' { String::new() } else { format!("{s}{}弄", self.number(s)) };
        let line = self.dry(line);
        self.site.streets.lines.push(Line::plain("lane", &name, Class::Lane, line));
    }

    /// A lane that ends at water, cut back to the walk on the bank.
    fn dry(&self, mut line: Vec<V>) -> Vec<V> {
        for w in self.site.streets.lines.iter().filter(|l| matches!(l.class, Class::River | Class::Creek)) {
            let far = w.class.width_m() / 2.0 + 4.0;
            let wet = |p: Option<&V>| p.is_some_and(|&p| to_chain(p, &w.pts) < 1.0);
            let (first, last) = (wet(line.first()), wet(line.last()));
            if !first && !last {
                continue;
            }
            let Some(&foot) = (if first { line.first() } else { line.last() }) else { continue };
            line.retain(|&p| to_chain(p, &w.pts) > far + 6.0);
            let Some(&end) = (if first { line.first() } else { line.last() }) else { continue };
            let mut quay = vec![short_of(end, foot, &w.pts, far + 2.5)];
            if w.class == Class::River {
                let walks =
                    self.site.streets.lines.iter().filter(|l| l.key == "bank").flat_map(|l| l.pts.iter().copied());
                quay.extend(walks.min_by(|a, b| a.minus(quay[0]).len().total_cmp(&b.minus(quay[0]).len())));
            }
            if first {
                quay.reverse();
                quay.extend(line);
                line = quay;
            } else {
                line.extend(quay);
            }
        }
        line
    }

    /// Fills one plot: shops along a street, then what its kind says, on a site of its own that is then taken over.
    fn lot(&mut self, g: &Ground, plot: &Plot, kind: char, target: f64) {
        let own = g.owner != '.';
        let mut local = Site::empty(Streets { lines: bounds(plot) }, Dice::new(self.site.dice.next()));
        let begun = local.streets.lines.len();
        let shop_side = if own { self.shop_side(plot, kind) } else { None };
        if let Some(k) = shop_side {
            let (before, after) = (plot.class((k + 3) % 4).setback_m(), plot.class((k + 1) % 4).setback_m());
            let off = plot.class(k).setback_m() + 0.6;
            let front = net_ring(plot, None).unwrap_or_default();
            fabric::shops(&mut local, &front, &plot.side(k), off, (before + 4.0, after + 4.0));
        }
        let Some(ring) = net_ring(plot, shop_side) else { return };
        let target = if own { target } else { crate::sample::plane::area(&ring) * NEIGHBOURS_PER_M2 };
        // More than slabs can hold is built as towers.
        let dense = target / crate::sample::plane::area(&ring) > DENSE_PER_M2;
        let kind = if kind == 's' && dense && own { 't' } else { kind };
        let home = street(g.block.0, g.block.1);
        let number = if own { self.number(home) } else { 0 };
        let lot = Lot {
            ring,
            deg: facing(plot),
            name: self.name(g, kind),
            address: format!("{home} {number} 弄"),
            target: target.round() as u32,
            tries: if own { 6 } else { 1 },
            west_gate: local.dice.percent(50),
            hall: (own && matches!(kind, 's' | 'l') && !self.halls.contains(&g.owner)).then(|| hall_name(g.owner)),
        };
        estates::fill(&mut local, kind, &lot, &mut self.spots);
        if lot.hall.is_some_and(|name| self.spots.iter().any(|s| s.1 == name)) {
            self.halls.push(g.owner);
        }
        if !own {
            neighbours(&mut local);
        }
        let mut shop = 0;
        for h in local.houses.iter_mut().filter(|h| own && h.usage == "commercial" && h.address.is_empty()) {
            // Shops stand at the street and are counted along it.
            shop += 2;
            h.address = format!("{home} {} 号", number + shop);
        }
        self.take(local, begun);
    }

    /// The side with shops, for some kinds and not along lanes, water and the widest streets.
    fn shop_side(&mut self, plot: &Plot, kind: char) -> Option<usize> {
        let chance = match kind {
            'l' => 60,
            's' => 55,
            'm' => 100,
            't' | 'v' => 40,
            _ => 0,
        };
        let wanted = self.site.dice.percent(chance);
        let first = self.site.dice.below(4);
        let fit = |k: &usize| matches!(plot.class(*k), Class::Street | Class::Tertiary | Class::Secondary);
        wanted.then(|| (0..4).map(|k| (k + first) % 4).find(fit)).flatten()
    }

    fn name(&mut self, g: &Ground, kind: char) -> String {
        let place = PLACES[g.cell.unwrap_or(100) % PLACES.len()];
        // A second estate of a cell takes a word of the far end of the list.
        let taken = |b: &Builder, n: &str| b.site.courts.iter().any(|c| c.name == n);
        match kind {
            'v' => {
                self.villages += 1;
                VILLAGES[(self.villages - 1) / 2 % VILLAGES.len()].to_owned()
            }
            'l' => {
                let ends = ["里", "坊", "东里", "西里"];
                let n = ends.iter().map(|e| format!("{place}{e}")).find(|n| !taken(self, n));
                n.unwrap_or_else(|| format!("{place}北里"))
            }
            't' | 's' => {
                let ends: &[&str] = if kind == 't' { &NEW } else { &OLD };
                let first = self.site.dice.below(ends.len());
                let n = (0..ends.len()).map(|k| format!("{place}{}", ends[(first + k) % ends.len()]));
                n.into_iter().find(|n| !taken(self, n)).unwrap_or_else(|| format!("{place}东苑"))
            }
            _ => place.to_owned(),
        }
    }

    fn take(&mut self, mut local: Site, begun: usize) {
        let base = self.site.courts.len();
        // A shop in the way of a gate was never built.
        let paths: Vec<Line> = local.streets.lines.drain(begun..).collect();
        local.houses.retain(|h| {
            h.usage != "commercial"
                || paths
                    .iter()
                    .all(|l| l.pts.windows(2).all(|w| crate::sample::plane::clearance(&h.ring, w, false) >= 1.6))
        });
        for mut h in local.houses {
            h.courtyard = h.courtyard.map(|c| c + base);
            self.site.houses.push(h);
        }
        self.site.courts.extend(local.courts);
        self.site.land.extend(local.land);
        self.site.walls.extend(local.walls);
        self.site.gates.extend(local.gates);
        self.site.ponds.extend(local.ponds);
        self.site.streets.lines.extend(paths);
    }
}

/// The point of end → foot, which lies in the water's middle, that is `by` metres from it.
pub(super) fn short_of(end: V, foot: V, water: &[V], by: f64) -> V {
    let t = 1.0 - by / to_chain(end, water).max(by);
    end.plus(foot.minus(end).times(t)).snapped()
}

fn hall_name(owner: char) -> String {
    let name = super::names::COMMUNITIES.iter().find(|c| c.0 == owner).map_or("", |c| c.1);
    format!("{name}党群服务中心")
}

/// An office's base map shows the neighbours' houses and nothing else of them.
fn neighbours(local: &mut Site) {
    for h in &mut local.houses {
        (h.households, h.courtyard) = (None, None);
        h.name.clear();
        h.address.clear();
    }
    local.courts.clear();
    local.walls.clear();
    local.gates.clear();
    local.land.iter_mut().for_each(|l| l.1.clear());
}

/// The lines round a plot, for clearances and gates.
fn bounds(plot: &Plot) -> Vec<Line> {
    (0..4)
        .filter(|&k| {
            !matches!(plot.class(k), Class::Arterial | Class::River | Class::Creek | Class::Path | Class::Wall)
        })
        .map(|k| Line::plain("bound", "", plot.class(k), plot.side(k)))
        .collect()
}

/// The ground of a plot behind pavements, banks and its row of shops.
fn net_ring(plot: &Plot, shop_side: Option<usize>) -> Option<Vec<V>> {
    let n = plot.ring.len();
    let side_of = |i: usize| (0..4).rev().find(|&k| i >= plot.corners[k]).unwrap_or(0);
    let by: Vec<f64> = (0..n)
        .map(|i| {
            let shop = shop_side.is_some_and(|k| k == side_of(i));
            plot.sides[i].setback_m() + if shop { fabric::SHOP_DEEP_M + 1.8 } else { 0.0 }
        })
        .collect();
    tidy_plot(&inset(&plot.ring, &by))
}

/// The turn of houses that look south along a plot's southern and northern sides, whole degrees.
fn facing(plot: &Plot) -> i32 {
    let c: Vec<V> = plot.corners.iter().map(|&i| plot.ring[i]).collect();
    let along = c[1].minus(c[0]).unit().plus(c[2].minus(c[3]).unit());
    let turned = |d: i32| crate::sample::plane::Frame::turned(c[0], d).e.dot(along);
    (-15..=15).max_by(|&p, &q| turned(p).total_cmp(&turned(q))).unwrap_or(0)
}

/// Ground that is only land: river banks.
pub(super) fn banks(net: &Net, site: &mut Site) {
    for l in net.lines().iter().filter(|l| matches!(l.class, Class::River | Class::Creek)) {
        let (near, far) = (l.class.width_m() / 2.0 + 0.3, l.class.setback_m() - 1.5);
        for by in [1.0, -1.0] {
            let mut ring = crate::sample::plane::beside(&l.pts, |_| by * near);
            ring.extend(crate::sample::plane::beside(&l.pts, |_| by * far).into_iter().rev());
            if crate::sample::plane::area(&ring) < 0.0 {
                ring.reverse();
            }
            site.land.push(("green", format!("{}绿带", l.name), ring));
        }
    }
}
