//! Ground without estates: schools, the hospital, parks, markets, offices, works, and what nobody has been given yet.

use super::estates::{Lot, Spots, soft};
use super::fabric::put_near;
use crate::sample::blocks::track;
use crate::sample::fill::{Form, House, Site, Slabs, house};
use crate::sample::plane::{Dice, Frame, holds, middle, v};
use crate::sample::streets::{Class, Line};

/// A building of an institution, put near a place given in metres from the plot's middle.
fn wing(site: &mut Site, lot: &Lot, at: (f64, f64), mass: ((f64, f64), Form), made: House) -> bool {
    let goal = Frame::turned(middle(&lot.ring), lot.deg).at(at.0, at.1);
    let h = House { address: lot.address.clone(), ..made };
    put_near(site, &lot.ring, (goal, lot.deg), mass, (5.0, 7.0, 44.0), h)
}

pub(super) fn school(site: &mut Site, lot: &Lot) {
    let name = format!("{}学校", lot.name);
    site.land.push(("school", name.clone(), lot.ring.clone()));
    // The running track first; it keeps its ground while the houses look for theirs.
    let goal = Frame::turned(middle(&lot.ring), lot.deg).at(0.0, -30.0);
    for (w, d) in [(84.0, 40.0), (66.0, 34.0), (48.0, 28.0)] {
        if put_near(
            site,
            &lot.ring,
            (goal, lot.deg),
            ((w, d), Form::Rect),
            (4.0, 2.0, 24.0),
            house("other", "", 1, None),
        ) {
            let o = site.houses.last().map_or(goal, |h| middle(&h.ring));
            let at = Frame { o, e: Frame::turned(o, lot.deg).e };
            site.land.push(("pitch", format!("{name}操场"), track(&at, w - 2.0, d - 2.0)));
            break;
        }
    }
    wing(site, lot, (0.0, 34.0), ((58.0, 30.0), Form::U), house("school", format!("{name}教学楼"), 4, Some(0)));
    wing(site, lot, (0.0, 62.0), ((46.0, 13.0), Form::Rect), house("school", format!("{name}综合楼"), 4, Some(0)));
    wing(site, lot, (-40.0, 4.0), ((22.0, 30.0), Form::Rect), house("school", format!("{name}体育馆"), 2, Some(0)));
    wing(site, lot, (40.0, 4.0), ((26.0, 15.0), Form::Rect), house("school", format!("{name}食堂"), 2, Some(0)));
    site.houses.retain(|h| !(h.usage == "other" && h.households.is_none()));
    site.gate_and_wall(&lot.ring, &name);
}

pub(super) fn hospital(site: &mut Site, lot: &Lot, spots: &mut Spots) {
    let name = "临棠医院";
    site.land.push(("commercial", name.to_owned(), lot.ring.clone()));
    wing(site, lot, (0.0, 20.0), ((62.0, 40.0), Form::U), house("public", format!("{name}住院楼"), 12, Some(0)));
    wing(site, lot, (0.0, -36.0), ((58.0, 28.0), Form::Rect), house("public", format!("{name}门诊楼"), 5, Some(0)));
    wing(site, lot, (-10.0, 62.0), ((50.0, 30.0), Form::Rect), house("public", format!("{name}医技楼"), 6, Some(0)));
    if let Some(h) = site.houses.first() {
        spots.push(("医院", name.to_owned(), middle(&h.ring)));
    }
    site.gate_and_wall(&lot.ring, name);
}

pub(super) fn park(site: &mut Site, lot: &Lot, spots: &mut Spots) {
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
            put_near(site, &lot.ring, (goal, lot.deg), ((13.0, 9.0), Form::Rect), (3.0, 3.0, 8.0), h);
        }
    }
    spots.push(("口袋公园", format!("{}公园", lot.name), m));
}

pub(super) fn market(site: &mut Site, lot: &Lot, spots: &mut Spots) {
    let name = format!("{}集贸市场", lot.name);
    site.land.push(("commercial", name.clone(), lot.ring.clone()));
    wing(site, lot, (0.0, 26.0), ((44.0, 32.0), Form::Rect), house("commercial", name.clone(), 2, Some(0)));
    wing(
        site,
        lot,
        (0.0, -30.0),
        ((40.0, 22.0), Form::Rect),
        house("commercial", format!("{}百货", lot.name), 4, Some(0)),
    );
    if let Some(h) = site.houses.iter().find(|h| h.name == name) {
        spots.push(("集贸市场", name, middle(&h.ring)));
    }
    let mut dice = Dice::new(site.dice.next());
    for _ in 0..14 {
        let goal = middle(&lot.ring).plus(v(dice.between(-46.0, 46.0), dice.between(-70.0, 70.0)));
        let stall = house("commercial", "", 1 + dice.below(2) as u32, Some(0));
        let size = (dice.between(7.0, 13.0), dice.between(6.0, 8.0));
        put_near(site, &lot.ring, (goal, lot.deg), (size, Form::Rect), (2.5, 3.5, 16.0), stall);
    }
}

pub(super) fn offices(site: &mut Site, lot: &Lot) {
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
        put_near(site, &lot.ring, (frame.at(a, b), lot.deg), ((w, d), form), (4.0, 11.0, 24.0), h);
    }
}

pub(super) fn works(site: &mut Site, lot: &Lot) {
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
    put_near(site, &lot.ring, (middle(&lot.ring), lot.deg), ((16.0, 12.0), Form::Rect), (5.0, 6.0, 60.0), store);
    site.gate_and_wall(&lot.ring, &name);
}

/// Ground that nobody has been given yet: a few huts.
pub(super) fn waste(site: &mut Site, lot: &Lot) {
    let mut dice = Dice::new(site.dice.next());
    site.land.push(("green", String::new(), soft(&lot.ring, 0.55)));
    for _ in 0..4 {
        let goal = middle(&lot.ring).plus(v(dice.between(-30.0, 30.0), dice.between(-60.0, 60.0)));
        let mut hut = house("residential", "", 2, Some(1 + dice.below(3) as u32));
        hut.address = format!("{} {} 号", lot.address, dice.below(40) + 1);
        let size = (dice.between(9.0, 14.0), dice.between(8.0, 10.0));
        put_near(site, &lot.ring, (goal, lot.deg), (size, Form::Rect), (4.0, 5.0, 30.0), hut);
    }
}
