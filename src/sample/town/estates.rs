//! What a plot is filled with: estates of slabs and towers, old lanes, villages, schools, offices, works, parks.

use super::fabric::{half_size, put_near, sheds, terraces, village};
use crate::sample::blocks::track;
use crate::sample::fill::{Court, Form, House, Points, Site, Slabs, house, outline};
use crate::sample::plane::{Dice, Frame, V, area, holds, middle, spline, v};
use crate::sample::streets::{Class, Line};

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
        'l' => lanes(site, lot),
        'v' => old_village(site, lot),
        'e' => school(site, lot),
        'h' => hospital(site, lot, spots),
        'p' => park(site, lot, spots),
        'm' => market(site, lot, spots),
        'o' => offices(site, lot),
        'i' => works(site, lot),
        'c' => site.land.push(("construction", format!("{}地块", lot.name), lot.ring.clone())),
        _ => waste(site, lot),
    }
}

/// A soft round shape in the middle of a plot that reaches the share `share` of the way to its edge.
fn soft(ring: &[V], share: f64) -> Vec<V> {
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
    let controls: Vec<V> =
        (0..n + 3).map(|k| m.plus(rays[k % n].times(mean(k % n).min(far[k % n] * 1.1) * share))).collect();
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

fn slab_estate(site: &mut Site, lot: &Lot, spots: &mut Spots) {
    let mut dice = Dice::new(site.dice.next());
    let court = court(site, lot, ["老旧小区", "老旧小区", "商品房", "单位家属院", "保障房"][dice.below(5)]);
    if let Some(name) = &lot.hall {
        let goal = middle(&lot.ring).plus(v(20.0, -30.0));
        if put_near(
            site,
            &lot.ring,
            goal,
            lot.deg,
            (26.0, 16.0),
            Form::Rect,
            (6.0, 6.0, 40.0),
            house("public", name, 3, Some(0)),
        ) && let Some(h) = site.houses.last()
        {
            spots.push(("党群服务站", name.clone(), middle(&h.ring)));
        }
    } else if area(&lot.ring) > 16_000.0 && dice.percent(45) {
        let goal = middle(&lot.ring).plus(v(dice.between(-40.0, 40.0), dice.between(-40.0, 20.0)));
        let nursery = house("school", format!("{}幼儿园", lot.name), 3, Some(0));
        put_near(site, &lot.ring, goal, lot.deg, (24.0, 17.0), Form::Ell, (8.0, 8.0, 30.0), nursery);
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
    while slabs.len() > 2 && sum(&slabs) * 10 > lot.target + lot.target / 8 {
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
    gone.sort_unstable();
    for &i in gone.iter().rev() {
        let h = site.houses.remove(i);
        let (m, half) = (middle(&h.ring), half_size(&h.ring, lot.deg));
        let at = Frame { o: m, e: Frame::turned(m, lot.deg).e };
        site.land.push(("green", String::new(), outline(Form::Rect, &at, half.x * 2.0, half.y * 2.0 + 9.0)));
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
    put_near(site, &lot.ring, goal, lot.deg, (20.0, 12.0), Form::Rect, (6.0, 8.0, 36.0), club);
    let garage = house("other", "地下车库出入口", 1, Some(0));
    put_near(site, &lot.ring, goal.plus(v(30.0, 20.0)), lot.deg, (7.0, 14.0), Form::Rect, (4.0, 5.0, 40.0), garage);
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
    let free: u32 = houses.iter().map(|&i| room(&site.houses[i])).sum();
    let (mut left, mut free) = (target.min(free), free);
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

fn lanes(site: &mut Site, lot: &Lot) {
    let mut dice = Dice::new(site.dice.next());
    let court = court(site, lot, "里弄");
    if dice.percent(30) {
        let hall = house("public", format!("{}文化活动室", lot.name), 2, Some(0));
        put_near(site, &lot.ring, middle(&lot.ring), lot.deg, (15.0, 11.0), Form::Ell, (4.0, 3.0, 20.0), hall);
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
        put_near(site, &lot.ring, middle(&lot.ring), lot.deg, (18.0, 22.0), Form::U, (4.0, 4.0, 30.0), hall);
    }
    let houses = village(site, &lot.ring, lot.deg, &mut dice);
    share(site, &houses, lot.target, &mut dice);
    for (n, &i) in houses.iter().enumerate() {
        site.houses[i].address = format!("{} {} 号", lot.name, n + 1);
    }
}

/// A building of an institution, put near a place given in metres from the plot's middle.
fn wing(
    site: &mut Site,
    lot: &Lot,
    at: (f64, f64),
    size: (f64, f64),
    form: Form,
    usage: &'static str,
    name: String,
    storeys: u32,
) -> bool {
    let goal = Frame::turned(middle(&lot.ring), lot.deg).at(at.0, at.1);
    let mut h = house(usage, name, storeys, Some(0));
    h.address.clone_from(&lot.address);
    put_near(site, &lot.ring, goal, lot.deg, size, form, (5.0, 7.0, 44.0), h)
}

fn school(site: &mut Site, lot: &Lot) {
    let name = format!("{}学校", lot.name);
    site.land.push(("school", name.clone(), lot.ring.clone()));
    // The running track first; it keeps its ground while the houses look for theirs.
    let goal = Frame::turned(middle(&lot.ring), lot.deg).at(0.0, -30.0);
    for (w, d) in [(84.0, 40.0), (66.0, 34.0), (48.0, 28.0)] {
        if put_near(site, &lot.ring, goal, lot.deg, (w, d), Form::Rect, (4.0, 2.0, 24.0), house("other", "", 1, None)) {
            let o = site.houses.last().map_or(goal, |h| middle(&h.ring));
            let at = Frame { o, e: Frame::turned(o, lot.deg).e };
            site.land.push(("pitch", format!("{name}操场"), track(&at, w - 2.0, d - 2.0)));
            break;
        }
    }
    wing(site, lot, (0.0, 34.0), (58.0, 30.0), Form::U, "school", format!("{name}教学楼"), 4);
    wing(site, lot, (0.0, 62.0), (46.0, 13.0), Form::Rect, "school", format!("{name}综合楼"), 4);
    wing(site, lot, (-40.0, 4.0), (22.0, 30.0), Form::Rect, "school", format!("{name}体育馆"), 2);
    wing(site, lot, (40.0, 4.0), (26.0, 15.0), Form::Rect, "school", format!("{name}食堂"), 2);
    site.houses.retain(|h| !(h.usage == "other" && h.households.is_none()));
    site.gate_and_wall(&lot.ring, &name);
}

fn hospital(site: &mut Site, lot: &Lot, spots: &mut Spots) {
    let name = "临棠医院";
    site.land.push(("commercial", name.to_owned(), lot.ring.clone()));
    wing(site, lot, (0.0, 20.0), (62.0, 40.0), Form::U, "public", format!("{name}住院楼"), 12);
    wing(site, lot, (0.0, -36.0), (58.0, 28.0), Form::Rect, "public", format!("{name}门诊楼"), 5);
    wing(site, lot, (-10.0, 62.0), (50.0, 30.0), Form::Rect, "public", format!("{name}医技楼"), 6);
    if let Some(h) = site.houses.first() {
        spots.push(("卫生服务站", name.to_owned(), middle(&h.ring)));
    }
    site.gate_and_wall(&lot.ring, name);
}

fn park(site: &mut Site, lot: &Lot, spots: &mut Spots) {
    site.land.push(("green", format!("{}公园", lot.name), lot.ring.clone()));
    site.ponds.push(soft(&lot.ring, 0.4));
    let mut walk = soft(&lot.ring, 0.72);
    walk.extend(walk.first().copied());
    site.streets.lines.push(Line::plain("park", &format!("{}公园步道", lot.name), Class::Path, walk));
    let m = middle(&lot.ring);
    for (k, name) in ["茶室", "驿站"].into_iter().enumerate() {
        let goal = Frame::turned(m, lot.deg).at([-62.0, 58.0][k], [26.0, -20.0][k]);
        let h = house("public", format!("{}公园{name}", lot.name), 1, Some(0));
        if !site.ponds.iter().any(|p| holds(p, goal)) {
            put_near(site, &lot.ring, goal, lot.deg, (13.0, 9.0), Form::Rect, (3.0, 3.0, 8.0), h);
        }
    }
    spots.push(("口袋公园", format!("{}公园", lot.name), m));
}

fn market(site: &mut Site, lot: &Lot, spots: &mut Spots) {
    let name = format!("{}集贸市场", lot.name);
    site.land.push(("commercial", name.clone(), lot.ring.clone()));
    wing(site, lot, (0.0, 26.0), (44.0, 32.0), Form::Rect, "commercial", name.clone(), 2);
    wing(site, lot, (0.0, -30.0), (40.0, 22.0), Form::Rect, "commercial", format!("{}百货", lot.name), 4);
    if let Some(h) = site.houses.iter().find(|h| h.name == name) {
        spots.push(("集贸市场", name, middle(&h.ring)));
    }
    let mut dice = Dice::new(site.dice.next());
    for k in 0..14 {
        let goal = middle(&lot.ring).plus(v(dice.between(-46.0, 46.0), dice.between(-70.0, 70.0)));
        let stall = house("commercial", format!("市场商铺 {} 号", k + 1), 1 + dice.below(2) as u32, Some(0));
        let size = (dice.between(7.0, 13.0), dice.between(6.0, 8.0));
        put_near(site, &lot.ring, goal, lot.deg, size, Form::Rect, (2.5, 3.5, 16.0), stall);
    }
}

fn offices(site: &mut Site, lot: &Lot) {
    let mut dice = Dice::new(site.dice.next());
    site.land.push(("commercial", format!("{}商务区", lot.name), lot.ring.clone()));
    let frame = Frame::turned(middle(&lot.ring), lot.deg);
    let ends = ["大厦", "中心", "广场", "商务楼", "国际", "金座", "银座", "酒店"];
    for k in 0..8 {
        let (a, b) = ([-24.0, 24.0][k % 2], 66.0 - 44.0 * (k / 2) as f64);
        let form = [Form::Rect, Form::Ell, Form::Rect, Form::Round, Form::Step][dice.below(5)];
        let w = dice.between(28.0, 46.0);
        let d = if matches!(form, Form::Round) { w } else { dice.between(24.0, 34.0) };
        let usage = if ends[k] == "广场" || ends[k] == "酒店" { "commercial" } else { "office" };
        let mut h: House = house(usage, format!("{}{}", lot.name, ends[k]), 6 + dice.below(20) as u32, Some(0));
        h.address.clone_from(&lot.address);
        put_near(site, &lot.ring, frame.at(a, b), lot.deg, (w, d), form, (4.0, 11.0, 24.0), h);
    }
}

fn works(site: &mut Site, lot: &Lot) {
    let mut dice = Dice::new(site.dice.next());
    let name = format!("{}工业园", lot.name);
    site.land.push(("industrial", name.clone(), lot.ring.clone()));
    let plan = Slabs {
        deg: lot.deg,
        storeys: 3,
        depth: dice.between(22.0, 30.0),
        unit: dice.between(18.0, 24.0),
        units: 3,
        light: 1.5,
        form: [Form::Rect, Form::Ell, Form::Step][dice.below(3)],
        free: &[],
    };
    site.slabs(&lot.ring, &plan, 6.0, |i, _| house("industrial", format!("{name} {} 号厂房", i + 1), 3, Some(0)));
    let store = house("industrial", format!("{name}仓库"), 1, Some(0));
    put_near(site, &lot.ring, middle(&lot.ring), lot.deg, (16.0, 12.0), Form::Rect, (5.0, 6.0, 60.0), store);
    site.gate_and_wall(&lot.ring, &name);
}

/// Ground that nobody has been given yet: a few huts.
fn waste(site: &mut Site, lot: &Lot) {
    let mut dice = Dice::new(site.dice.next());
    site.land.push(("green", String::new(), soft(&lot.ring, 0.55)));
    for _ in 0..4 {
        let goal = middle(&lot.ring).plus(v(dice.between(-30.0, 30.0), dice.between(-60.0, 60.0)));
        let mut hut = house("residential", "", 2, Some(1 + dice.below(3) as u32));
        hut.address = format!("{} {} 号", lot.address, dice.below(40) + 1);
        let size = (dice.between(9.0, 14.0), dice.between(8.0, 10.0));
        put_near(site, &lot.ring, goal, lot.deg, size, Form::Rect, (4.0, 5.0, 30.0), hut);
    }
}
