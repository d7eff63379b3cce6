//! What a plot is filled with: estates of slabs and towers, old lanes, villages; what else there is stands in `places`.

use super::fabric::{put_near, sheds, terraces, village};
use super::places;
use crate::sample::fill::{Court, Form, House, Points, Site, Slabs, house, outline};
use crate::sample::plane::{Dice, Frame, V, area, holds, middle, spline, to_ring, v};

/// A plot to be filled.
pub(super) struct Lot {
    pub ring: Vec<V>,
    pub deg: i32,
    /// Name of the estate, lane or village; of other ground a word for names.
    pub name: String,
    pub address: String,
    /// Households aimed at.
    pub target: u32,
    /// How often an estate may be drawn to come near them.
    pub tries: usize,
    pub west_gate: bool,
    /// Name of a service centre that stands here.
    pub hall: Option<String>,
}

/// Places of facilities: kind, name, point.
pub(super) type Spots = Vec<(&'static str, String, V)>;

/// How far the households of an estate may be from those aimed at without another try, percent.
const NEAR_PERCENT: u32 = 10;

/// Fills a plot. Estates are drawn again, as slabs and as towers, until the households aimed at are met well enough; the
/// best try stays.
pub(super) fn fill(site: &mut Site, kind: char, lot: &Lot, spots: &mut Spots) {
    if !matches!(kind, 's' | 't') {
        return once(site, kind, lot, spots);
    }
    let other = if kind == 's' { 't' } else { 's' };
    let mut best: Option<(u32, char, u64)> = None;
    for k in 0..lot.tries {
        let (kind, seed) = (if k % 3 == 2 { other } else { kind }, site.dice.next());
        let before = Mark::of(site, spots);
        site.dice = Dice::new(seed);
        once(site, kind, lot, spots);
        let made: u32 = site.houses[before.houses..].iter().filter_map(|h| h.households).sum();
        let off = made.abs_diff(lot.target);
        if off * 100 <= lot.target * NEAR_PERCENT {
            return;
        }
        before.rewind(site, spots);
        site.dice = Dice::new(seed ^ 1);
        if best.is_none_or(|b| off < b.0) {
            best = Some((off, kind, seed));
        }
    }
    if let Some((_, kind, seed)) = best {
        site.dice = Dice::new(seed);
        once(site, kind, lot, spots);
    }
}

/// How much of a site there was.
struct Mark {
    houses: usize,
    courts: usize,
    land: usize,
    walls: usize,
    gates: usize,
    ponds: usize,
    lines: usize,
    spots: usize,
}

impl Mark {
    fn of(site: &Site, spots: &Spots) -> Mark {
        Mark {
            houses: site.houses.len(),
            courts: site.courts.len(),
            land: site.land.len(),
            walls: site.walls.len(),
            gates: site.gates.len(),
            ponds: site.ponds.len(),
            lines: site.streets.lines.len(),
            spots: spots.len(),
        }
    }

    fn rewind(&self, site: &mut Site, spots: &mut Spots) {
        site.houses.truncate(self.houses);
        site.courts.truncate(self.courts);
        site.land.truncate(self.land);
        site.walls.truncate(self.walls);
        site.gates.truncate(self.gates);
        site.ponds.truncate(self.ponds);
        site.streets.lines.truncate(self.lines);
        spots.truncate(self.spots);
    }
}

fn once(site: &mut Site, kind: char, lot: &Lot, spots: &mut Spots) {
    match kind {
        's' => slab_estate(site, lot, spots),
        't' => tower_estate(site, lot),
        'l' => lanes(site, lot, spots),
        'v' => old_village(site, lot),
        'e' => places::school(site, lot),
        'h' => places::hospital(site, lot, spots),
        'p' => places::park(site, lot, spots),
        'm' => places::market(site, lot, spots),
        'o' => places::offices(site, lot),
        'i' => places::works(site, lot),
        'c' => site.land.push(("construction", format!("{}地块", lot.name), lot.ring.clone())),
        _ => places::waste(site, lot),
    }
}

/// A soft round shape in the middle of a plot that reaches the share `share` of the way to its edge.
pub(super) fn soft(ring: &[V], share: f64) -> Vec<V> {
    let m = middle(ring);
    let rays = outline(Form::Round, &Frame { o: v(0.0, 0.0), e: v(1.0, 0.0) }, 2.0, 2.0);
    let reach = |d: V| -> f64 {
        let hits = (0..ring.len()).filter_map(|i| {
            let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
            let side = b.minus(a);
            let across = d.cross(side);
            let (t, s) = (a.minus(m).cross(side) / across, a.minus(m).cross(d) / across);
            (t > 0.0 && (0.0..=1.0).contains(&s)).then_some(t)
        });
        hits.fold(f64::MAX, f64::min)
    };
    let far: Vec<f64> = rays.iter().map(|&d| reach(d)).collect();
    let n = rays.len();
    // Each ray as long as its neighbours on the mean: no corner is left.
    let mean = |k: usize| (far[(k + n - 1) % n] + 2.0 * far[k] + far[(k + 1) % n]) / 4.0;
    let corners: Vec<V> = (0..n).map(|k| m.plus(rays[k].times(mean(k).min(far[k] * 1.1) * share))).collect();
    rounded(&corners)
}

/// A closed curve through the corners of a ring.
fn rounded(corners: &[V]) -> Vec<V> {
    let n = corners.len();
    let controls: Vec<V> = (0..n + 3).map(|k| corners[k % n]).collect();
    let (curve, marks) = spline(&controls, 8.0);
    curve[marks[1]..marks[n + 1]].to_vec()
}

fn court(site: &mut Site, lot: &Lot, kind: &'static str) -> usize {
    site.land.push(("residential", lot.name.clone(), lot.ring.clone()));
    site.courts.push(Court {
        ring: lot.ring.clone(),
        name: lot.name.clone(),
        kind,
        address: lot.address.clone(),
        whole: false,
    });
    site.courts.len() - 1
}

/// Gives every house inside the courtyard its courtyard, and the dwellings among them numbers and addresses.
fn number(site: &mut Site, lot: &Lot, court: usize) {
    let mut n = 0;
    for h in site.houses.iter_mut().filter(|h| holds(&lot.ring, middle(&h.ring))) {
        h.courtyard = Some(court);
        if h.usage == "residential" {
            n += 1;
            h.name = format!("{n}号楼");
            h.address = format!("{} {n} 号", lot.address);
        }
    }
}

/// The community's service centre, where it is to stand here and fits.
fn service_centre(site: &mut Site, lot: &Lot, size: (f64, f64), spots: &mut Spots) -> bool {
    let Some(name) = &lot.hall else { return false };
    let goal = middle(&lot.ring).plus(v(20.0, -30.0));
    let mut hall = house("public", name, 3, Some(0));
    hall.address.clone_from(&lot.address);
    let put = put_near(site, &lot.ring, (goal, lot.deg), (size, Form::Rect), (5.0, 5.0, 44.0), hall);
    if let (true, Some(h)) = (put, site.houses.last()) {
        spots.push(("党群服务站", name.clone(), middle(&h.ring)));
    }
    put
}

fn slab_estate(site: &mut Site, lot: &Lot, spots: &mut Spots) {
    let mut dice = Dice::new(site.dice.next());
    let court = court(site, lot, ["老旧小区", "老旧小区", "商品房", "单位家属院", "保障房"][dice.below(5)]);
    if service_centre(site, lot, (26.0, 16.0), spots) {
    } else if area(&lot.ring) > 16_000.0 && dice.percent(45) {
        let goal = middle(&lot.ring).plus(v(dice.between(-40.0, 40.0), dice.between(-40.0, 20.0)));
        let nursery = house("school", format!("{}幼儿园", lot.name), 3, Some(0));
        put_near(site, &lot.ring, (goal, lot.deg), ((24.0, 17.0), Form::Ell), (8.0, 8.0, 30.0), nursery);
    }
    let first = site.houses.len();
    let unit = [13.8, 15.0, 15.6, 16.4][dice.below(4)];
    let form = [Form::Rect, Form::Step, Form::Bays(unit), Form::Rect][dice.below(4)];
    let plan = Slabs {
        deg: lot.deg,
        storeys: 6,
        depth: dice.between(11.2, 12.8),
        unit,
        units: 3 + dice.below(2),
        light: 1.08,
        form,
        free: &[],
    };
    let mut units: Vec<u32> = Vec::new();
    let ends = site.slabs(&lot.ring, &plan, 6.0, |_, n| {
        units.push(n as u32);
        house("residential", "", plan.storeys, Some(0))
    });
    // Too much for the households aimed at: a garden instead of the slabs nearest to some place.
    let mut slabs: Vec<(usize, u32)> = (first..).zip(units).collect();
    let sum = |s: &[(usize, u32)]| s.iter().map(|p| p.1).sum::<u32>();
    let garden = middle(&lot.ring).plus(v(dice.between(-30.0, 30.0), dice.between(-30.0, 30.0)));
    let far = |site: &Site, i: usize| middle(&site.houses[i].ring).minus(garden).len();
    let mut gone: Vec<usize> = Vec::new();
    while slabs.len() > 2 && sum(&slabs) * 8 > lot.target + lot.target / 8 {
        let near = (0..slabs.len()).min_by(|&p, &q| far(site, slabs[p].0).total_cmp(&far(site, slabs[q].0)));
        gone.push(slabs.remove(near.unwrap_or(0)).0);
    }
    let total = sum(&slabs).max(1);
    let choice = [(6, 2), (5, 2), (7, 2), (6, 3), (5, 3), (7, 3), (4, 2)];
    let off = |&(s, f): &(u32, u32)| (total * s * f).abs_diff(lot.target);
    let (storeys, flats) = choice.into_iter().min_by_key(off).unwrap_or((6, 2));
    for &(i, n) in &slabs {
        site.houses[i].storeys = storeys;
        site.houses[i].households = Some(storeys * n * flats - dice.below(4) as u32);
    }
    if let Some(wide) = gone.iter().map(|&i| far(site, i)).reduce(f64::max) {
        let room = to_ring(garden, &lot.ring) - 5.0;
        let size = 2.0 * (wide - 4.0).min(room).max(8.0);
        let round = outline(Form::Round, &Frame { o: garden, e: Frame::turned(garden, lot.deg).e }, size, size * 0.8);
        site.land.push(("green", String::new(), rounded(&round)));
    }
    gone.sort_unstable();
    for &i in gone.iter().rev() {
        site.houses.remove(i);
    }
    let slabs: Vec<usize> = (first..site.houses.len()).collect();
    number(site, lot, court);
    sheds(site, &lot.ring, lot.deg, &slabs, &mut dice);
    number(site, lot, court);
    let gate = site.paths(&lot.ring, &ends, lot.west_gate);
    if dice.percent(72) {
        match gate {
            Some(g) => site.wall(&lot.ring, g, &lot.name),
            None => site.gate_and_wall(&lot.ring, &lot.name),
        }
    }
}

fn tower_estate(site: &mut Site, lot: &Lot) {
    let mut dice = Dice::new(site.dice.next());
    let court = court(site, lot, "商品房");
    let first = site.houses.len();
    let size = dice.between(25.0, 30.0);
    let plan = Points {
        deg: lot.deg,
        storeys: 18,
        size,
        flats: 4,
        apart: (size + dice.between(20.0, 27.0), size + dice.between(18.0, 26.0)),
        form: [Form::Cross, Form::Cross, Form::Rect][dice.below(3)],
    };
    site.land.push(("green", String::new(), soft(&lot.ring, 0.55)));
    site.points(&lot.ring, &plan, 8.0, |_| house("residential", "", 18, Some(0)));
    // Towers of at least eleven storeys: as many as the households need, the rest is garden.
    while site.houses.len() > first + 3 && (site.houses.len() - first) as u32 * 46 > lot.target {
        let k = first + dice.below(site.houses.len() - first);
        site.houses.remove(k);
    }
    let n = (site.houses.len() - first).max(1) as u32;
    let mut best = (u32::MAX, 11, 4);
    for flats in [4, 2, 6] {
        let storeys = ((lot.target + n * flats / 2) / (n * flats)).clamp(11, 30);
        let off = (n * flats * storeys).abs_diff(lot.target) + storeys.abs_diff(18);
        if off < best.0 {
            best = (off, storeys, flats);
        }
    }
    for h in &mut site.houses[first..] {
        let storeys = (best.1 + dice.below(3) as u32).saturating_sub(1).max(11);
        h.storeys = storeys;
        h.households = Some(storeys * best.2 - dice.below(4) as u32);
    }
    let goal = middle(&lot.ring);
    let club = house("commercial", format!("{}会所", lot.name), 2, Some(0));
    put_near(site, &lot.ring, (goal, lot.deg), ((20.0, 12.0), Form::Rect), (6.0, 8.0, 36.0), club);
    let garage = house("other", "", 1, Some(0));
    put_near(site, &lot.ring, (goal.plus(v(30.0, 20.0)), lot.deg), ((7.0, 14.0), Form::Rect), (4.0, 5.0, 40.0), garage);
    number(site, lot, court);
    if dice.percent(88) {
        site.gate_and_wall(&lot.ring, &lot.name);
    }
}

/// Gross floor area below which no household of a small house lives, m².
const LEAST_HOME_M2: f64 = 26.0;

/// Shares the households aimed at among small houses by lot, as their floors allow.
fn share(site: &mut Site, houses: &[usize], target: u32, dice: &mut Dice) {
    let room = |h: &House| (area(&h.ring) * f64::from(h.storeys) / LEAST_HOME_M2) as u32;
    let all = |site: &Site| -> u32 { houses.iter().map(|&i| room(&site.houses[i])).sum() };
    if all(site) * 4 < target * 5 {
        // Crowded ground is built higher: every second house by a storey.
        houses.iter().step_by(2).for_each(|&i| site.houses[i].storeys += 1);
    }
    let mut free = all(site);
    let mut left = target.min(free);
    for &i in houses {
        let own = room(&site.houses[i]);
        // Of every home that could be, one by one: as many as are left to give among those that are left.
        let n = (0..own)
            .filter(|_| {
                let hit = (dice.below(free as usize) as u32) < left;
                free -= 1;
                left -= u32::from(hit);
                hit
            })
            .count();
        site.houses[i].households = Some(n as u32);
    }
}

fn lanes(site: &mut Site, lot: &Lot, spots: &mut Spots) {
    let mut dice = Dice::new(site.dice.next());
    let court = court(site, lot, "里弄");
    if !service_centre(site, lot, (22.0, 13.0), spots) && dice.percent(30) {
        let hall = house("public", format!("{}文化活动室", lot.name), 2, Some(0));
        put_near(site, &lot.ring, (middle(&lot.ring), lot.deg), ((15.0, 11.0), Form::Ell), (4.0, 3.0, 20.0), hall);
    }
    let houses = terraces(site, &lot.ring, lot.deg, &mut dice);
    share(site, &houses, lot.target, &mut dice);
    number(site, lot, court);
    for &i in &houses {
        site.houses[i].name.clear();
    }
}

fn old_village(site: &mut Site, lot: &Lot) {
    let mut dice = Dice::new(site.dice.next());
    site.land.push(("residential", lot.name.clone(), lot.ring.clone()));
    if dice.percent(45) {
        let hall = house("public", format!("{}文化礼堂", lot.name), 2, Some(0));
        put_near(site, &lot.ring, (middle(&lot.ring), lot.deg), ((18.0, 22.0), Form::U), (4.0, 4.0, 30.0), hall);
    }
    let houses = village(site, &lot.ring, lot.deg, &mut dice);
    share(site, &houses, lot.target, &mut dice);
    for (n, &i) in houses.iter().enumerate() {
        site.houses[i].address = format!("{} {} 号", lot.name, n + 1);
    }
}
