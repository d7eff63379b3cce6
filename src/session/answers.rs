//! Answers to questions, in the words and fields of the command line: info, stats, where, log, plans.

use crate::assign::{Assignment, By, Tally, holders, is_cell};
use crate::geom::{Box2, Pt};
use crate::model::{Date, Extent, Field, Id, Kind, Lang, RowRef, Target, Unit, number};
use crate::plan::{History, Layer, Project, state_text};
use crate::store::FILE_VERSION;
use crate::topology::{OUTSIDE, Owner, WORLD};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A unit as tables show it.
#[derive(Clone, Debug)]
pub struct UnitRow {
    /// The unit.
    pub unit: Unit,
    /// Code of the one above.
    pub parent: Option<String>,
    /// Area in m², planar.
    pub area_m2: f64,
    /// Length of its border in m, all rings.
    pub perimeter_m: f64,
    /// Counts.
    pub tally: Tally,
    /// Distinct members with a post on it.
    pub members: usize,
    /// Households outside the rules' range, signed.
    pub deviation: i64,
    /// Number of faces.
    pub faces: usize,
}

impl UnitRow {
    /// 4πA/P² over all rings (Polsby and Popper 1991).
    pub fn compactness(&self) -> Option<f64> {
        let p2 = self.perimeter_m * self.perimeter_m;
        (p2 > 0.0).then(|| 4.0 * std::f64::consts::PI * self.area_m2 / p2)
    }
}

/// Rows of the units of a level (without one: of the lowest), ascending by code. O(units + faces + borders).
pub fn unit_rows(p: &Project, a: &Assignment, level: Option<u8>, on: Option<Date>) -> Vec<UnitRow> {
    let (plan, layer) = (a.plan(), a.layer());
    let Some(l) = p.layer(plan, layer) else { return vec![] };
    let lowest = p.facts.layers.get(layer as usize).map_or(0, |d| d.cell_level());
    let level = level.unwrap_or(lowest);
    let mut measures: BTreeMap<Id, (i128, f64, usize)> = BTreeMap::new();
    let owner_at = |o: u64| Some(Id(o)).filter(|i| i.is_unit()).and_then(|i| l.ancestor(i, level));
    for (i, f) in l.partition.faces().filter(|(i, _)| *i != WORLD) {
        if let Some(unit) = owner_at(f.owner) {
            let m = measures.entry(unit).or_default();
            m.0 += f.area2;
            m.2 += 1;
        }
        let _ = i;
    }
    for (_, e) in l.partition.edges() {
        let (left, right) = l.partition.sides(e);
        let (left, right) = (owner_at(left), owner_at(right));
        if left != right {
            let len = crate::geom::chain_length(&e.points);
            for u in [left, right].into_iter().flatten() {
                measures.entry(u).or_default().1 += len;
            }
        }
    }
    let gathered = if level > lowest { crate::assign::gathered(p, a.courtyards(), l) } else { BTreeMap::new() };
    let mut rows: Vec<UnitRow> = l
        .units
        .values()
        .filter(|u| u.level == level)
        .map(|u| {
            let (area2, perimeter, faces) = measures.get(&u.id).copied().unwrap_or_default();
            let tally = match gathered.get(&u.id) {
                Some(t) => *t,
                None if level == lowest => a.own(u.id.0),
                None => a.of_unit(p, u.id),
            };
            UnitRow {
                unit: (**u).clone(),
                parent: u.parent.and_then(|x| l.units.get(&x)).map(|x| x.code.clone()),
                area_m2: area2 as f64 / 2e6,
                perimeter_m: perimeter / 1000.0,
                tally,
                members: holders(p, plan, layer, u.id, on).len(),
                // The range is that of cells; a unit below them has none.
                deviation: if level > lowest { 0 } else { p.facts.rules.deviation(tally.households.max(0) as u64) },
                faces,
            }
        })
        .collect();
    rows.sort_by(|x, y| x.unit.code.cmp(&y.unit.code));
    rows
}

fn round(v: f64, digits: i32) -> f64 {
    let k = 10f64.powi(digits);
    (v * k).round() / k
}

/// Incidents by owner whose time lies in [from, to) (seconds since 1970-01-01 UTC; an incident without a time belongs to
/// no period), those without a place left out. O(incidents).
pub fn incidents_between(p: &Project, a: &Assignment, from: Option<i64>, to: Option<i64>) -> BTreeMap<Owner, i64> {
    let mut out = BTreeMap::new();
    for (slot, row) in p.table(Kind::Incidents).iter() {
        let within = match row.value(Field::Time) {
            Some(crate::model::Value::Int(t)) => from.is_none_or(|f| f <= t) && to.is_none_or(|u| t < u),
            _ => from.is_none() && to.is_none(),
        };
        if let (true, Some(owner)) = (within, a.incident(slot)) {
            *out.entry(owner).or_default() += 1;
        }
    }
    out
}

/// `getu stats`: units of a level (without one: the cells), their sum with what is in none of them. `period`: count only
/// incidents of [from, to).
pub fn stats(
    p: &Project,
    a: &Assignment,
    level: Option<u8>,
    on: Option<Date>,
    period: Option<(Option<i64>, Option<i64>)>,
) -> Value {
    let layer = p.facts.layers.get(a.layer() as usize);
    let id = layer.map_or("", |l| l.id.as_str());
    let lowest = layer.map_or(0, |d| d.cell_level());
    let mut rows = unit_rows(p, a, level, on);
    let mut total = a.total();
    if let Some((from, to)) = period {
        let counted = incidents_between(p, a, from, to);
        total.incidents = counted.values().sum();
        let level = level.unwrap_or(lowest);
        let unit_of = |o: Owner| p.layer(a.plan(), a.layer()).and_then(|l| l.ancestor(Id(o), level));
        let mut of: BTreeMap<Id, i64> = BTreeMap::new();
        for (owner, n) in counted {
            if let Some(unit) = unit_of(owner) {
                *of.entry(unit).or_default() += n;
            }
        }
        for r in &mut rows {
            r.tally.incidents = of.get(&r.unit.id).copied().unwrap_or(0);
        }
    }
    let cells: Vec<Value> = rows
        .iter()
        .map(|r| {
            json!({
                "layer": id, "code": r.unit.code, "name": r.unit.name,
                "level": layer.and_then(|l| l.level_name(r.unit.level)),
                "parent": r.parent, "area_m2": round(r.area_m2, 3), "perimeter_m": round(r.perimeter_m, 3),
                "households": r.tally.households, "residents": r.tally.residents, "buildings": r.tally.buildings,
                "courtyards": r.tally.courtyards, "members": r.members, "incidents": r.tally.incidents,
                "compactness": r.compactness().map(|c| round(c, 4)), "deviation": r.deviation,
            })
        })
        .collect();
    let listed = rows.iter().fold(Tally::default(), |s, r| s.plus(&r.tally, 1));
    let rest = total.plus(&listed, -1);
    let ground = p.layer(a.plan(), a.layer()).into_iter().flat_map(|l| l.partition.faces());
    let all_m2 = ground.filter(|(_, f)| f.owner != OUTSIDE).map(|(_, f)| f.area2).sum::<i128>() as f64 / 2e6;
    let listed_m2: f64 = rows.iter().map(|r| r.area_m2).sum();
    let t = |t: &Tally, members: usize, area_m2: f64| {
        json!({
            "households": t.households, "residents": t.residents, "buildings": t.buildings,
            "courtyards": t.courtyards, "members": members, "incidents": t.incidents, "area_m2": round(area_m2, 3),
        })
    };
    let mut totals = t(&total, rows.iter().map(|r| r.members).sum(), all_m2);
    totals["unassigned"] = t(&rest, 0, (all_m2 - listed_m2).max(0.0));
    totals["estimated"] = json!(total.estimated);
    json!({ "totals": totals, "cells": cells })
}

/// `getu info`; cells are counted in `plan`. `edits`: steps in the log.
pub fn info(p: &Project, plan: Id, edits: usize) -> Value {
    let origin = p.facts.head.origin;
    let b = extent(p);
    let corner = |q: Pt| p.origin().metres(q);
    let extent = (!b.is_empty()).then(|| {
        let ([x0, y0], [x1, y1]) = (corner(b.min), corner(b.max));
        [x0, y0, x1, y1]
    });
    let cells: usize = p.plan(plan).map_or(0, |plan| {
        (0u16..)
            .zip(plan.layers.iter())
            .map(|(i, l)| l.units.values().filter(|u| is_cell(p, plan.id, i, u.id.0)).count())
            .sum()
    });
    let incidents = p.table(Kind::Incidents);
    json!({
        "file_version": FILE_VERSION, "name": p.facts.head.name, "crs": p.facts.head.crs,
        "origin": origin.map(|o| [o.e_m, o.n_m]), "state": state_text(p.state), "extent": extent,
        "layers": p.facts.layers.iter().map(|l| json!({"id": l.id, "name": l.name, "levels": l.levels, "gathered": l.gathered})).collect::<Vec<_>>(),
        "plans": p.plans.iter().map(|p| json!({
            "id": id_text(p.id), "name": p.meta.name, "in_force": p.meta.in_force, "from": p.meta.from,
        })).collect::<Vec<_>>(),
        "counts": {
            "cells": cells, "buildings": p.table(Kind::Buildings).len(), "courtyards": p.table(Kind::Courtyards).len(),
            "facilities": p.table(Kind::Facilities).len(), "members": p.facts.members.len(), "orgs": p.facts.orgs.len(),
            "incidents": incidents.len(),
            "incidents_unlocated": incidents.iter().filter(|(_, r)| r.anchor().is_none()).count(),
            "edits": edits,
        },
    })
}

/// Box of everything that has a place. O(rows + vertices).
pub fn extent(p: &Project) -> Box2 {
    let mut b = Box2::EMPTY;
    for t in p.facts.tables.iter() {
        b = t.iter().map(|(_, r)| r.bbox()).filter(|x| !x.is_empty()).fold(b, Box2::union);
    }
    for plan in p.plans.iter() {
        b = plan.layers.iter().map(|l| l.partition.extent()).filter(|x| !x.is_empty()).fold(b, Box2::union);
    }
    b
}

/// The building whose footprint covers a point; of several the smallest slot.
pub fn building_at(p: &Project, at: Pt) -> Option<(u32, RowRef<'_>)> {
    row_at(p, Kind::Buildings, at)
}

/// The row of a kind whose polygon covers a point.
pub fn row_at(p: &Project, kind: Kind, at: Pt) -> Option<(u32, RowRef<'_>)> {
    let mut found: Option<u32> = None;
    p.table(kind).search(&Box2::of_two(at, at), |slot, r| {
        let shape = r.shape();
        let covers = match shape.tag {
            1 => r.anchor() == Some(at),
            3 => crate::geom::rings_contain(shape.parts.iter().flatten().copied(), at),
            _ => false,
        };
        if covers && found.is_none_or(|f| slot < f) {
            found = Some(slot);
        }
    });
    found.and_then(|s| Some((s, p.table(kind).get(s)?)))
}

/// `getu where` for one point: every layer's chain, by what, and who is in charge.
pub fn place(p: &Project, assignments: &[&Assignment], at: Pt, on: Option<Date>) -> Value {
    let building = building_at(p, at);
    let yard = row_at(p, Kind::Courtyards, at);
    let places: Vec<Value> = assignments
        .iter()
        .filter_map(|a| {
            let l = p.layer(a.plan(), a.layer())?;
            let def = p.facts.layers.get(a.layer() as usize)?;
            let (owner, by) = match building {
                Some((slot, _)) => (a.building(slot)?, a.by(p, slot)),
                None => (l.partition.owner(l.partition.locate(at)), By::Place),
            };
            let mut chain: Vec<_> = if Id(owner).is_unit() { l.chain(Id(owner)) } else { vec![] };
            // The lowest first: gathered units stand below the cells.
            let mut gathered = gathered_units(l, building.map(|(_, b)| b.code()), yard.map(|(_, y)| y.code()));
            gathered.sort_by_key(|u| std::cmp::Reverse(u.level));
            chain.splice(0..0, gathered);
            let levels = |u: &Unit| def.level_name(u.level).cloned().unwrap_or_default();
            let chain_json: Vec<Value> =
                chain.iter().rev().map(|u| json!({"level": levels(u), "code": u.code, "name": u.name})).collect();
            let charge: Vec<Value> = chain
                .iter()
                .flat_map(|u| {
                    posts_on(p, a, u.id, on).into_iter().map(|(name, post)| {
                        json!({
                            "name": name, "post": post, "level": levels(u),
                        })
                    })
                })
                .collect();
            let by = match by {
                By::Place => "place",
                By::Courtyard => "courtyard",
                By::Pin => "pin",
            };
            Some(json!({"layer": def.id, "chain": chain_json, "by": by, "in_charge": charge}))
        })
        .collect();
    let named = |r: Option<(u32, RowRef<'_>)>| r.map(|(_, r)| json!({"code": r.code(), "name": r.name()}));
    json!({
        "at": p.origin().metres(at), "places": places, "building": named(building), "courtyard": named(yard),
    })
}

/// The gathered units that a building is in, by itself or with its courtyard; of each level one.
fn gathered_units<'a>(l: &'a Layer, building: Option<&str>, yard: Option<&str>) -> Vec<&'a Arc<Unit>> {
    let has = |of: &Vec<String>, code: Option<&str>| code.is_some_and(|c| of.iter().any(|x| x == c));
    let mut of_level: BTreeMap<u8, (bool, &Arc<Unit>)> = BTreeMap::new();
    for u in l.units.values() {
        let Extent::Gathered(g) = &u.extent else { continue };
        let itself = has(&g.buildings, building);
        if itself || (has(&g.courtyards, yard) && of_level.get(&u.level).is_none_or(|(it, _)| !it)) {
            of_level.insert(u.level, (itself, u));
        }
    }
    of_level.into_values().map(|(_, u)| u).collect()
}

/// Names and duties of those who hold a post on a unit, by duty.
pub fn posts_on(p: &Project, a: &Assignment, unit: Id, on: Option<Date>) -> Vec<(String, String)> {
    let target = Target::Cell { layer: a.layer(), unit };
    let posts = p.plan(a.plan()).map(|x| x.posts.values()).into_iter().flatten();
    let mut out: Vec<(String, String)> = posts
        .filter(|x| x.target == target && x.held_on(on))
        .filter_map(|x| Some((p.facts.members.get(&x.member)?.name.clone(), x.post.clone())))
        .collect();
    out.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
    out
}

/// `getu log`.
pub fn log(h: &History, lang: Lang, time_text: &dyn Fn(i64) -> String) -> Value {
    h.log()
        .map(|(s, undone)| {
            json!({
                "step": s.id.sequence, "time": time_text(s.time), "author": s.author, "plan": s.plan,
                "sentence": s.sentence.get(lang), "edit": s.edit, "undone": undone,
            })
        })
        .collect()
}

/// An identity as answers write it: 16 hexadecimal digits, since a JSON number would not hold it everywhere.
fn id_text(id: Id) -> String {
    format!("{:016x}", id.0)
}

/// `getu plan list`. `last`: the plan last worked on.
pub fn plans(p: &Project, last: Id) -> Value {
    p.plans
        .iter()
        .map(|x| {
            json!({
                "id": id_text(x.id), "name": x.meta.name, "in_force": x.meta.in_force, "from": x.meta.from, "last": x.id == last,
            })
        })
        .collect()
}

/// Households against the rules' range, in words: "超 63 户", "缺 14 户", "目标内"; "63 over", "14 under", "on target".
pub fn deviation_text(deviation: i64, lang: Lang) -> String {
    let n = number(deviation.saturating_abs());
    match (deviation.signum(), lang) {
        (1, Lang::Zh) => format!("超 {n} 户"),
        (-1, Lang::Zh) => format!("缺 {n} 户"),
        (_, Lang::Zh) => "目标内".to_owned(),
        (1, Lang::En) => format!("{n} over"),
        (-1, Lang::En) => format!("{n} under"),
        (_, Lang::En) => "on target".to_owned(),
    }
}
