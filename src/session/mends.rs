//! What would mend a problem that `rules` finds: edits to be looked at before they are done.
//!
//! Only what the kernel can do by itself is proposed; where a person must draw or decide there is nothing here.

use super::Session;
use super::tools::here;
use crate::geom::{Pt, chain_length, rings_contain};
use crate::model::{Id, Kind, Said};
use crate::plan::{Edit, Layer, Op, SetOp};
use crate::rules::Issue;
use crate::scene::cell_chip;
use crate::topology::{OUTSIDE, Owner};
use std::collections::BTreeMap;

/// A way to mend a problem.
#[derive(Clone, PartialEq, Debug)]
pub struct Mend {
    /// What it does, as a button says it.
    pub said: Said,
    /// The edit.
    pub edit: Edit,
}

/// The ways to mend a problem, the likeliest first; none where a person must draw. O(border length) at most.
pub fn mends(s: &Session, issue: &Issue) -> Vec<Mend> {
    let p = s.history().stable();
    let Some(l) = p.layer(s.plan(), s.layer()) else { return vec![] };
    match issue.rule {
        "V2" => issue.at.into_iter().filter_map(|at| fill(s, l, at)).collect(),
        "unassigned" => unassigned(s, l, issue),
        "V14" => detached(s, l, issue),
        "V6" => whole(s, issue).into_iter().collect(),
        "V8" => recode(s, l, issue).into_iter().collect(),
        _ => vec![],
    }
}

fn chip(l: &Layer, code: &str) -> String {
    l.unit(code).map_or_else(|| code.to_owned(), |u| cell_chip(l, u))
}

/// The gap at a place goes to the cell with the longest border with it.
fn fill(s: &Session, l: &Layer, at: Pt) -> Option<Mend> {
    let at = s.project().origin().place(at);
    let edit = s.filled(here(s, Op::Fill { at, cell: None })).ok()?;
    let Op::Fill { cell: Some(code), .. } = &edit.op else { return None };
    let to = chip(l, code);
    Some(Mend { said: Said::new(format!("空白并入 {to}"), format!("Give the gap to {to}")), edit })
}

/// A building without a cell goes to that of its courtyard, else to the nearest; or the ground it stands on does.
fn unassigned(s: &Session, l: &Layer, issue: &Issue) -> Vec<Mend> {
    let p = s.history().stable();
    let table = p.table(Kind::Buildings);
    let slot = issue.buildings.first().and_then(|code| table.find(code));
    let (Some(slot), Some(at), Some(code)) = (slot, issue.at, issue.buildings.first()) else { return vec![] };
    let is_cell = |o: Owner| crate::assign::is_cell(p, s.plan(), s.layer(), o);
    let a = s.assignment();
    let mut of_yard: BTreeMap<Owner, u32> = BTreeMap::new();
    let yard = a.courtyards().of_building(slot);
    for owner in yard.into_iter().flat_map(|y| a.courtyards().buildings(y)).filter_map(|&b| a.building(b)) {
        if is_cell(owner) {
            *of_yard.entry(owner).or_default() += 1;
        }
    }
    let most = of_yard.into_iter().max_by_key(|(o, n)| (*n, std::cmp::Reverse(*o))).map(|(o, _)| o);
    let to = most.or_else(|| nearest(l, at, &is_cell)).and_then(|o| l.unit_of(o));
    let mut out = Vec::new();
    if let Some(u) = to {
        let to = cell_chip(l, u);
        let said = Said::new(format!("指定归 {to}"), format!("Assign it to {to} by hand"));
        let op = Op::Pin { building: code.clone(), cell: Some(u.code.clone()) };
        out.push(Mend { said, edit: here(s, op) });
    }
    let ground = l.partition.owner(l.partition.locate(at));
    if ground != OUTSIDE && !is_cell(ground) {
        out.extend(fill(s, l, at));
    }
    out
}

/// The cell whose border comes nearest to a place.
fn nearest(l: &Layer, at: Pt, is_cell: &dyn Fn(Owner) -> bool) -> Option<Owner> {
    let mut best: Option<(f64, Owner)> = None;
    for (_, e) in l.partition.edges() {
        let (left, right) = l.partition.sides(e);
        for owner in [left, right].into_iter().filter(|o| is_cell(*o)) {
            let d = e.points.windows(2).map(|w| away(at, w[0], w[1])).fold(f64::INFINITY, f64::min);
            if best.is_none_or(|(least, o)| (d, owner) < (least, o)) {
                best = Some((d, owner));
            }
        }
    }
    best.map(|(_, o)| o)
}

/// Distance of a place from a segment, mm.
fn away(p: Pt, a: Pt, b: Pt) -> f64 {
    let f = |q: Pt| (f64::from(q.x), f64::from(q.y));
    let ((px, py), (ax, ay), (bx, by)) = (f(p), f(a), f(b));
    let (dx, dy) = (bx - ax, by - ay);
    let along = (dx * dx + dy * dy).max(1.0);
    let t = (((px - ax) * dx + (py - ay) * dy) / along).clamp(0.0, 1.0);
    (px - ax - t * dx).hypot(py - ay - t * dy)
}

/// The detached part goes to the neighbour with the longest border with it, or is a cell of its own.
fn detached(s: &Session, l: &Layer, issue: &Issue) -> Vec<Mend> {
    let (Some(at), Some((_, code))) = (issue.at, issue.cells.first()) else { return vec![] };
    let p = s.history().stable();
    let place = s.project().origin().place(at);
    let piece = Op::Detach { cell: code.clone(), at: place, code: None, name: None };
    let alone = here(s, piece);
    let mut out = Vec::new();
    if let (Some(neighbour), Ok(first)) = (beside(s, l, at), s.filled(alone.clone()))
        && let (Some(u), Op::Detach { code: Some(made), .. }) = (l.units.get(&Id(neighbour)), &first.op)
    {
        let cells = vec![u.code.clone(), made.clone()];
        let merge = here(s, Op::Merge { cells, keep: Some(u.code.clone()), apart: false });
        let to = cell_chip(l, u);
        let said = Said::new(format!("这一块并入 {to}"), format!("Give this part to {to}"));
        out.push(Mend { said, edit: Op::Together { edits: vec![first, merge] }.into() });
    }
    if l.unit(code).is_some_and(|u| crate::assign::is_cell(p, s.plan(), s.layer(), u.id.0)) {
        let said = Said::new("这一块分出为新网格", "Make a cell of this part");
        out.push(Mend { said, edit: alone });
    }
    out
}

/// The other cell with the longest border with the ground at a place.
fn beside(s: &Session, l: &Layer, at: Pt) -> Option<Owner> {
    let p = s.history().stable();
    let face = l.partition.locate(at);
    let own = l.partition.owner(face);
    let mut lengths: BTreeMap<Owner, f64> = BTreeMap::new();
    for &ring in &l.partition.face(face)?.rings {
        for h in l.partition.ring(ring) {
            let other = l.partition.owner(l.partition.left(h.twin()));
            if other != own && crate::assign::is_cell(p, s.plan(), s.layer(), other) {
                *lengths.entry(other).or_default() += chain_length(&l.partition.points(h));
            }
        }
    }
    lengths.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|(o, _)| o)
}

fn whole(s: &Session, issue: &Issue) -> Option<Mend> {
    let courtyard = issue.courtyard.clone()?;
    let said = Said::new("设为整院归属", "Keep the courtyard whole");
    Some(Mend { said, edit: here(s, Op::Whole { courtyard, value: true }) })
}

/// The code of the unit above with the unit's own last three figures, if that is free.
fn recode(s: &Session, l: &Layer, issue: &Issue) -> Option<Mend> {
    let (_, code) = issue.cells.first()?;
    let unit = l.unit(code)?;
    let above = &l.units.get(&unit.parent?)?.code;
    let chars: Vec<char> = code.chars().collect();
    let own: String = chars[chars.len().saturating_sub(3)..].iter().collect();
    let to = format!("{above}{own}");
    if l.unit(&to).is_some() {
        return None;
    }
    let fields = [("code".to_owned(), serde_json::Value::from(to.clone()))].into_iter().collect();
    let said = Said::new(format!("编号改为 {to}"), format!("Change the code to {to}"));
    Some(Mend { said, edit: here(s, Op::Set(SetOp { cell: Some(code.clone()), fields, ..SetOp::default() })) })
}

/// The ground that a problem is about, as rings; empty where it is about no ground of its own.
pub fn ground_of(s: &Session, issue: &Issue) -> Vec<Vec<Pt>> {
    let p = s.history().stable();
    let (Some(l), Some(at)) = (p.layer(s.plan(), s.layer()), issue.at) else { return vec![] };
    if !matches!(issue.rule, "V2" | "V14") {
        return vec![];
    }
    let rings = l.partition.rings(l.partition.locate(at));
    // The list may be of a moment ago: the ground may be another's by now.
    if rings_contain(rings.iter().map(Vec::as_slice), at) { rings } else { vec![] }
}
