//! Buildings and courtyards made by hand: shapes, names, copies, and the edits that gestures of them mean.
//!
//! Start at [`new_building`] and [`copies`]; [`number`](mod@number) reads what people call a building, `list` matches rows of a list with
//! buildings.

pub mod enclose;
pub mod list;
mod number;
mod uses;

pub use number::{continued, number_of};
pub use uses::{USES, use_of, use_word};

use crate::assign::Courtyards;
use crate::exchange::estimate_households;
use crate::geom::{Box2, Meet, Place, Pt, dist2_to_segment, meet, orient, ring_contains, rings_contain};
use crate::model::{Field, Kind, RowRef, Said, Shape, Value, largest, number as figures};
use crate::plan::{Edit, NewRow, Op, Outcome, Project, SetOp};
use serde_json::{Map, json};
use std::collections::BTreeSet;

/// Things that a sentence names at most.
const NAMED: usize = 3;

/// The rectangle on the side a–b that reaches as far as `to`, counter-clockwise or clockwise as that lies; `None` while it has no
/// area.
pub fn rectangle(a: Pt, b: Pt, to: Pt) -> Option<[Pt; 4]> {
    let length = a.dist(b);
    if length < 1.0 || orient(a, b, to) == 0 {
        return None;
    }
    let (dx, dy) = ((f64::from(b.x) - f64::from(a.x)) / length, (f64::from(b.y) - f64::from(a.y)) / length);
    let (ox, oy) = (f64::from(to.x) - f64::from(a.x), f64::from(to.y) - f64::from(a.y));
    let depth = dx * oy - dy * ox;
    let aside =
        |p: Pt| Pt { x: (f64::from(p.x) - dy * depth).round() as i32, y: (f64::from(p.y) + dx * depth).round() as i32 };
    let ring = [a, b, aside(b), aside(a)];
    (crate::geom::ring_area2(&ring) != 0).then_some(ring)
}

/// What a building is called: its name, else its code.
pub fn called(r: RowRef<'_>) -> String {
    if r.name().is_empty() { r.code().to_owned() } else { r.name().to_owned() }
}

/// The building at a place: one whose footprint covers it, else one that is only a point within `reach_mm`. O(rows near).
pub fn building_near(p: &Project, at: Pt, reach_mm: i32) -> Option<u32> {
    if let Some((slot, _)) = super::answers::building_at(p, at) {
        return Some(slot);
    }
    let mut found: Option<(i64, u32)> = None;
    p.table(Kind::Buildings).search(&Box2::of_two(at, at).grown(reach_mm), |slot, r| {
        let near = r.anchor().filter(|_| r.shape().tag == 1).map(|a| a.dist2(at));
        let near = near.filter(|d| *d <= i64::from(reach_mm) * i64::from(reach_mm)).map(|d| (d, slot));
        found = [found, near].into_iter().flatten().min();
    });
    found.map(|(_, slot)| slot)
}

/// The courtyard whose ground a place is.
pub fn courtyard_at(p: &Project, at: Pt) -> Option<u32> {
    super::answers::row_at(p, Kind::Courtyards, at).map(|(slot, _)| slot)
}

/// Names of a courtyard's buildings. O(its buildings).
fn names_in(p: &Project, yards: &Courtyards, yard: u32) -> Vec<String> {
    let t = p.table(Kind::Buildings);
    yards.buildings(yard).iter().filter_map(|&s| t.get(s)).map(|r| r.name().to_owned()).collect()
}

/// The name of a building to come: the next free number of its courtyard; outside of any, the one that follows the name of
/// `last`. Empty where there is none to follow.
fn next_name(p: &Project, yards: &Courtyards, at: Pt, last: Option<u32>) -> String {
    let follows = |name: &str, taken: &dyn Fn(&str) -> bool| {
        (1..10_000).filter_map(|k| continued(name, k)).find(|n| !taken(n)).unwrap_or_default()
    };
    if let Some(yard) = courtyard_at(p, at) {
        let names = names_in(p, yards, yard);
        let taken: BTreeSet<String> = names.iter().filter_map(|n| number_of(n, "")).collect();
        return follows("0号楼", &|n| number_of(n, "").is_some_and(|n| taken.contains(&n)));
    }
    let name = last.and_then(|s| p.table(Kind::Buildings).get(s)).map_or("", |r| r.name());
    follows(name, &|_| false)
}

/// The edit that makes a dwelling of a ring, or of a single point one without footprint. `last`: the building made before
/// it, whose name it follows.
pub fn new_building(p: &Project, yards: &Courtyards, ring: &[Pt], last: Option<u32>) -> Option<Op> {
    let o = p.origin();
    let mut row = NewRow::default();
    let at = match ring {
        [at] => {
            row.at = Some(o.place(*at));
            *at
        }
        ring => {
            row.rings = vec![ring.iter().map(|&q| o.place(q)).collect()];
            Shape::Polygons(vec![vec![ring.to_vec()]]).anchor()?
        }
    };
    let name = next_name(p, yards, at, last);
    if !name.is_empty() {
        row.fields.insert("name".into(), name.into());
    }
    row.fields.insert("use".into(), "residential".into());
    Some(Op::Add { kind: Kind::Buildings, rows: vec![row] })
}

/// Where copies stand: `count` places from `from` to `to`, both included.
pub fn places_along(from: Pt, to: Pt, count: u32) -> Vec<Pt> {
    let at = |t: f64| Pt {
        x: (f64::from(from.x) + t * (f64::from(to.x) - f64::from(from.x))).round() as i32,
        y: (f64::from(from.y) + t * (f64::from(to.y) - f64::from(from.y))).round() as i32,
    };
    match count {
        0 => vec![],
        1 => vec![to],
        n => (0..n).map(|i| at(f64::from(i) / f64::from(n - 1))).collect(),
    }
}

/// Where copies stand that are `apart_mm` from each other: the first at `from`, the others towards `to` as far as that; `most` at most.
pub fn places_apart(from: Pt, to: Pt, apart_mm: f64, most: u32) -> Vec<Pt> {
    let length = from.dist(to);
    if !(apart_mm >= 1.0 && length >= 1.0) {
        return vec![from];
    }
    let (dx, dy) = ((f64::from(to.x) - f64::from(from.x)) / length, (f64::from(to.y) - f64::from(from.y)) / length);
    // A line that was drawn for a whole number of them may be a millimetre short.
    let count = ((length + 2.0) / apart_mm).floor().min(f64::from(most.max(1) - 1)) as u32;
    let at = |k: u32| {
        let d = apart_mm * f64::from(k);
        Pt { x: (f64::from(from.x) + dx * d).round() as i32, y: (f64::from(from.y) + dy * d).round() as i32 }
    };
    (0..=count).map(at).collect()
}

/// Names of copies of a building: they go on with its number, leaving out those that its courtyard has. Fewer than `count`
/// where it has no number to go on with.
pub fn copy_names(p: &Project, yards: &Courtyards, slot: u32, count: usize) -> Vec<String> {
    let Some(row) = p.table(Kind::Buildings).get(slot) else { return vec![] };
    let yard = row.anchor().and_then(|at| courtyard_at(p, at));
    let mut taken: BTreeSet<String> =
        yard.map_or_else(Vec::new, |y| names_in(p, yards, y)).iter().filter_map(|n| number_of(n, "")).collect();
    taken.extend(number_of(row.name(), ""));
    let follow = (1..).map_while(|k| continued(row.name(), k));
    follow.filter(|name| number_of(name, "").is_none_or(|n| taken.insert(n))).take(count).collect()
}

/// The edit that puts copies of a building with their anchors at places. Names go on with the number of the first, leaving out
/// those that its courtyard has; of the attributes go all but code, name, address and the courtyard that it names. `None` where it is no
/// more there, or has no place.
pub fn copies(p: &Project, yards: &Courtyards, slot: u32, places: &[Pt]) -> Option<Op> {
    let row = p.table(Kind::Buildings).get(slot)?.to_row();
    let anchor = row.anchor?;
    let o = p.origin();
    let mut names = copy_names(p, yards, slot, places.len()).into_iter();
    let mut rows = Vec::new();
    for &at in places {
        let by = (i64::from(at.x) - i64::from(anchor.x), i64::from(at.y) - i64::from(anchor.y));
        let shape = crate::plan::turned(&row.shape, 0.0, anchor, by)?;
        let mut new = NewRow::default();
        match &shape {
            Shape::Point(at) => new.at = Some(o.place(*at)),
            Shape::Polygons(parts) => {
                new.rings = parts.iter().flatten().map(|r| r.iter().map(|&q| o.place(q)).collect()).collect();
            }
            Shape::None | Shape::Lines(_) => return None,
        }
        if let Some(name) = names.next() {
            new.fields.insert("name".into(), name.into());
        }
        for (field, value) in row.fields.iter().filter(|(f, _)| !matches!(f, Field::Courtyard | Field::Address)) {
            let value = match value {
                Value::Text(t) => json!(t),
                Value::Count(n) => json!(n),
                Value::Int(n) => json!(n),
                Value::Float(v) => json!(v),
            };
            new.fields.insert(field.name().into(), value);
        }
        rows.push(new);
    }
    (!rows.is_empty()).then_some(Op::Add { kind: Kind::Buildings, rows })
}

/// Codes of buildings.
fn codes(p: &Project, slots: &[u32]) -> Vec<String> {
    slots.iter().filter_map(|&s| p.table(Kind::Buildings).get(s)).map(|r| r.code().to_owned()).collect()
}

/// The edit that moves buildings by what lies between two points.
pub fn moved(p: &Project, slots: &[u32], from: Pt, to: Pt) -> Op {
    let metres = |to: i32, from: i32| (f64::from(to) - f64::from(from)) / 1000.0;
    let by = Place::from_metres(metres(to.x, from.x), metres(to.y, from.y));
    Op::Shift { buildings: codes(p, slots), by, turn_deg: None, about: None }
}

/// The edit that turns buildings round a point, degrees counter-clockwise.
pub fn turned(p: &Project, slots: &[u32], deg: f64, about: Pt) -> Op {
    let about = Some(p.origin().place(about));
    Op::Shift { buildings: codes(p, slots), by: None, turn_deg: Some(deg), about }
}

/// The edit that removes buildings.
pub fn removal(p: &Project, slots: &[u32]) -> Op {
    Op::Remove { member: None, post: None, buildings: codes(p, slots), courtyard: None }
}

/// The middle of the box round buildings.
pub(super) fn middle_of(p: &Project, codes: &[String]) -> Option<Pt> {
    let t = p.table(Kind::Buildings);
    let b = codes.iter().filter_map(|c| t.get(t.find(c)?)).fold(Box2::EMPTY, |b, r| b.union(r.bbox()));
    (!b.is_empty()).then(|| b.centre())
}

/// The attributes that are set where a person says how many households a building has: the residents go with them where they
/// were only reckoned from the households before.
pub fn households(p: &Project, slot: u32, n: u32) -> Map<String, serde_json::Value> {
    let per = p.facts.rules.residents_per_household;
    let reckoned = |n: u32| (f64::from(n) * per).round().min(largest(Field::Residents).unwrap_or(0.0)) as u32;
    let row = p.table(Kind::Buildings).get(slot);
    let count = |f| row.and_then(|r| r.count(f));
    let mut fields = Map::new();
    fields.insert("households".into(), n.into());
    let known = count(Field::Residents);
    if known.is_none_or(|r| count(Field::Households).is_some_and(|h| r == reckoned(h))) && known != Some(reckoned(n)) {
        fields.insert("residents".into(), reckoned(n).into());
    }
    fields
}

/// The edit that gives attributes to buildings: one of one, several as one step.
pub fn set_all(changes: Vec<(String, Map<String, serde_json::Value>)>) -> Option<Op> {
    let set = |(code, mut fields): (String, Map<String, serde_json::Value>)| {
        // The name of this field is also that of what may be named beside a building.
        let courtyard = fields.remove("courtyard").map(|y| y.as_str().unwrap_or_default().to_owned());
        Op::Set(SetOp { building: Some(code), courtyard, fields, ..SetOp::default() })
    };
    let mut ops: Vec<Op> = changes.into_iter().map(set).collect();
    match ops.len() {
        0 => None,
        1 => ops.pop(),
        _ => Some(Op::Together { edits: ops.into_iter().map(Edit::from).collect() }),
    }
}

/// Fills what rows to be added leave open: codes, households by estimate, residents.
pub(super) fn fill_rows(p: &Project, kind: Kind, rows: &mut [NewRow]) {
    if rows.iter().any(|r| r.code.is_none()) {
        let mut next = super::import::next_number(p, kind);
        for row in rows.iter_mut().filter(|r| r.code.is_none()) {
            row.code = Some(format!("{}{next:06}", kind.letter()));
            next = next.saturating_add(1);
        }
    }
    if kind != Kind::Buildings {
        return;
    }
    let rules = &p.facts.rules;
    for row in rows {
        let count = |f: &str| row.fields.get(f).and_then(serde_json::Value::as_f64);
        let mut households = count("households");
        if households.is_none() && !row.rings.is_empty() {
            let ring = |r: &Vec<Place>| r.iter().map(|&q| p.grid(q)).collect::<Option<Vec<Pt>>>();
            let areas = row.rings.iter().filter_map(ring).map(|r| crate::geom::ring_area2(&r).abs() as f64 / 2e6);
            let use_ = row.fields.get("use").and_then(|u| u.as_str());
            let n = estimate_households(rules, areas.sum(), use_, count("storeys").map(|n| n as u32), count("height"));
            let n = n.min(2_000);
            row.fields.insert("households".into(), n.into());
            row.fields.insert("households_estimated".into(), 1.into());
            households = Some(f64::from(n));
        }
        if let (Some(n), false) = (households, row.fields.contains_key("residents")) {
            row.fields.insert("residents".into(), ((n * rules.residents_per_household).round() as u64).into());
        }
    }
}

/// Rings of a row as lists of points; a point has none.
fn rings<'a>(r: &RowRef<'a>) -> Vec<&'a [Pt]> {
    let shape = r.shape();
    if shape.tag == 3 { shape.parts.into_iter().flatten().collect() } else { vec![] }
}

fn sides(ring: &[Pt]) -> impl Iterator<Item = (Pt, Pt)> + '_ {
    (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()]))
}

/// Whether two footprints have ground in common; walls that touch are none.
fn overlap(a: &[&[Pt]], b: &[&[Pt]]) -> bool {
    let crosses = a
        .iter()
        .any(|a| sides(a).any(|(p, q)| b.iter().any(|b| sides(b).any(|(r, s)| meet(p, q, r, s) == Meet::Cross))));
    // One may lie in the other, or they may be one and the same.
    let centre = |r: &[&[Pt]]| Shape::Polygons(vec![r.iter().map(|r| r.to_vec()).collect()]).anchor();
    let inside = |r: &[&[Pt]], at: Option<Pt>| at.is_some_and(|at| rings_contain(r.iter().copied(), at));
    crosses || inside(a, centre(b)) || inside(b, centre(a))
}

/// What the buildings whose footprints overlap those of some are called. O(rows near).
pub fn overlapped(p: &Project, slots: &[u32]) -> Vec<String> {
    let t = p.table(Kind::Buildings);
    let mut out = BTreeSet::new();
    for (slot, row) in slots.iter().filter_map(|&s| Some((s, t.get(s)?))) {
        let own = rings(&row);
        if own.is_empty() {
            continue;
        }
        t.search(&row.bbox(), |other, r| {
            let theirs = rings(&r);
            if other != slot && !theirs.is_empty() && overlap(&own, &theirs) {
                out.insert(called(r));
            }
        });
    }
    out.into_iter().collect()
}

/// Slots of the buildings or courtyards that an outcome brought.
pub fn brought(out_patch: &crate::plan::Patch, kind: Kind) -> Vec<u32> {
    use crate::plan::{Item, Key};
    let new = |(key, before, after): &(Key, Option<Item>, Option<Item>)| match (key, before, after) {
        (Key::Row(k, slot), None | Some(Item::Row(None)), Some(Item::Row(Some(_)))) if *k == kind => Some(*slot),
        _ => None,
    };
    out_patch.items.iter().filter_map(new).collect()
}

/// The hull round buildings grown by `by_mm`, counter-clockwise: what a courtyard round them may be. `None` for none.
/// Corners are cut: it stays within `by_mm` of the footprints. O(points log points).
pub fn hull_round(p: &Project, slots: &[u32], by_mm: f64) -> Option<Vec<Pt>> {
    let t = p.table(Kind::Buildings);
    let rows = || slots.iter().filter_map(|&s| t.get(s));
    let corners = rows().flat_map(|r| r.shape().parts.into_iter().flatten().flatten().copied());
    // Eight points round each corner, of which the hull takes what it needs.
    let d = by_mm * std::f64::consts::FRAC_1_SQRT_2;
    let round = [(by_mm, 0.0), (d, d), (0.0, by_mm), (-d, d), (-by_mm, 0.0), (-d, -d), (0.0, -by_mm), (d, -d)];
    let mut points: Vec<Pt> = corners
        .flat_map(|c| {
            round.map(|(x, y)| Pt { x: c.x.saturating_add(x.round() as i32), y: c.y.saturating_add(y.round() as i32) })
        })
        .filter(|q| q.in_range())
        .collect();
    hull(&mut points)
}

/// The convex hull of points, counter-clockwise; `None` where they lie on one line. O(points log points).
pub(super) fn hull(points: &mut Vec<Pt>) -> Option<Vec<Pt>> {
    points.sort_unstable();
    points.dedup();
    // Andrew's monotone chain (1979).
    let half = |points: &mut dyn Iterator<Item = Pt>| {
        let mut chain: Vec<Pt> = Vec::new();
        for q in points {
            while chain.len() > 1 && orient(chain[chain.len() - 2], chain[chain.len() - 1], q) <= 0 {
                chain.pop();
            }
            chain.push(q);
        }
        chain.pop();
        chain
    };
    let mut ring = half(&mut points.iter().copied());
    ring.extend(half(&mut points.iter().rev().copied()));
    (ring.len() > 2).then_some(ring)
}

/// What is called in a list: the first few, and how many.
fn listed(names: &[String]) -> (String, String) {
    let few = |between: &str| names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(between);
    let n = figures(names.len() as i64);
    if names.len() > NAMED {
        (format!("{} 等 {n} 栋", few("、")), format!("{} and others, {n} buildings", few(", ")))
    } else {
        (few("、"), few(", "))
    }
}

/// The sentence of an edit of rows.
pub(super) fn told(old: &Project, new: &Project, op: &Op, out: &Outcome) -> Said {
    let names = |p: &Project, kind: Kind, codes: &[String]| -> Vec<String> {
        let t = p.table(kind);
        codes.iter().map(|c| t.find(c).and_then(|s| t.get(s)).map_or_else(|| c.clone(), called)).collect()
    };
    let households = |p: &Project, codes: &[String]| -> i64 {
        let t = p.table(Kind::Buildings);
        let rows = codes.iter().filter_map(|c| t.get(t.find(c)?));
        rows.map(|r| i64::from(r.count(Field::Households).unwrap_or(0))).sum()
    };
    match op {
        Op::Add { kind, rows } => {
            let codes: Vec<String> = rows.iter().filter_map(|r| r.code.clone()).collect();
            let (zh, en) = listed(&names(new, *kind, &codes));
            if *kind == Kind::Courtyards {
                return Said::new(format!("新建院落 {zh}"), format!("Courtyard {en} made"));
            }
            let n = figures(households(new, &codes));
            debug_assert_eq!(brought(&out.patch, *kind).len(), rows.len());
            Said::new(format!("新建楼栋 {zh}，{n} 户"), format!("Building {en} made, {n} households"))
        }
        Op::Shift { buildings, by, turn_deg, .. } => {
            let (zh, en) = listed(&names(new, Kind::Buildings, buildings));
            let way = by.map(|by| ((by.e_mm as f64).hypot(by.n_mm as f64) / 1000.0 * 10.0).round() / 10.0);
            let (mut zh, mut en) = (format!("移动楼栋 {zh}"), format!("Building {en} moved"));
            if let Some(m) = way {
                (zh, en) = (format!("{zh}，{m} 米"), format!("{en} by {m} m"));
            }
            if let Some(deg) = turn_deg {
                let deg = (deg * 10.0).round() / 10.0;
                if way.is_none() {
                    (zh, en) = (zh.replacen("移动", "旋转", 1), en.replacen("moved", "turned", 1));
                }
                (zh, en) = (format!("{zh}，转 {deg}°"), format!("{en} by {deg}°"));
            }
            Said::new(zh, en)
        }
        Op::Remove { courtyard: Some(code), .. } => {
            let (zh, en) = listed(&names(old, Kind::Courtyards, std::slice::from_ref(code)));
            Said::new(format!("删除院落 {zh}，楼栋保留"), format!("Courtyard {en} removed; its buildings stay"))
        }
        Op::Remove { buildings, .. } => {
            let (zh, en) = listed(&names(old, Kind::Buildings, buildings));
            let n = figures(households(old, buildings));
            Said::new(format!("删除楼栋 {zh}，{n} 户"), format!("Building {en} removed, {n} households"))
        }
        _ => Said::default(),
    }
}

/// Whether edits give attributes to several buildings and do nothing else.
pub(super) fn sets_many(edits: &[Edit]) -> bool {
    edits.len() > 1 && edits.iter().all(|e| matches!(&e.op, Op::Set(SetOp { building: Some(_), .. })))
}

/// The sentence of edits that give attributes to several buildings.
pub(super) fn told_of_many(new: &Project, edits: &[Edit]) -> Said {
    let t = new.table(Kind::Buildings);
    let sets = || edits.iter().filter_map(|e| if let Op::Set(s) = &e.op { Some(s) } else { None });
    let codes = sets().filter_map(|s| s.building.as_ref());
    let names: Vec<String> =
        codes.map(|c| t.find(c).and_then(|s| t.get(s)).map_or_else(|| c.clone(), called)).collect();
    let yard = sets().any(|s| s.courtyard.is_some()).then_some("courtyard");
    let fields: BTreeSet<&str> = sets().flat_map(|s| s.fields.keys().map(String::as_str)).chain(yard).collect();
    let words: Vec<(&str, &str)> = fields.into_iter().map(field_word).collect();
    let (zh, en) = listed(&names);
    let (fz, fe): (Vec<&str>, Vec<&str>) = words.into_iter().unzip();
    Said::new(format!("修改楼栋 {zh}：{}", fz.join("、")), format!("Changed building {en}: {}", fe.join(", ")))
}

/// What an attribute of a building is called.
pub fn field_word(name: &str) -> (&'static str, &'static str) {
    crate::model::field_word(name).unwrap_or(("属性", "attributes"))
}

/// Whether a place is on a building, or within `reach_mm` of its walls.
pub fn touches(p: &Project, slot: u32, at: Pt, reach_mm: i32) -> bool {
    let Some(row) = p.table(Kind::Buildings).get(slot) else { return false };
    let reach2 = f64::from(reach_mm) * f64::from(reach_mm);
    match rings(&row)[..] {
        [] => row.anchor().is_some_and(|a| a.dist2(at) as f64 <= reach2),
        ref rings => {
            let near = |r: &&[Pt]| sides(r).any(|(a, b)| dist2_to_segment(at, a, b) <= reach2);
            rings.iter().any(|r| ring_contains(r, at)) || (reach_mm > 0 && rings.iter().any(near))
        }
    }
}

#[cfg(test)]
mod tests;
