//! Rows of a list matched with buildings by courtyard and number, and the edits that fill and place them.

use super::{courtyard_at, number_of};
use crate::assign::Courtyards;
use crate::exchange::{BuildingList, ListedBuilding};
use crate::geom::Pt;
use crate::model::{Field, Kind, Value};
use crate::plan::{NewRow, Op, Project, SetOp};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, HashMap};

/// What a row of a list was matched with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Match {
    /// One building, by slot.
    One(u32),
    /// No building.
    None,
    /// Several buildings would fit, or several rows fit the building.
    Several(Vec<u32>),
}

/// How a list goes with the buildings of a project.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Matching {
    /// Of each row.
    pub rows: Vec<Match>,
    /// What is to be set: code of the building, attributes that are not so yet.
    pub changes: Vec<(String, Map<String, Json>)>,
}

impl Matching {
    /// How many rows were matched, are not, are not in one way.
    pub fn counts(&self) -> (usize, usize, usize) {
        let n = |f: fn(&Match) -> bool| self.rows.iter().filter(|m| f(m)).count();
        (n(|m| matches!(m, Match::One(_))), n(|m| *m == Match::None), n(|m| matches!(m, Match::Several(_))))
    }
}

/// A name without blanks, full-width letters made narrow.
fn bare(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            c => c,
        })
        .collect()
}

/// The courtyard that a list names: by code or name, else the only one whose name holds the other.
fn yard_named(p: &Project, name: &str) -> Option<u32> {
    let t = p.table(Kind::Courtyards);
    let name = bare(name);
    if let Some(slot) = t.find(&name) {
        return Some(slot);
    }
    let mut near = Vec::new();
    for (slot, row) in t.iter() {
        let own = bare(row.name());
        if own == name {
            return Some(slot);
        }
        if !own.is_empty() && (own.contains(&name) || name.contains(&own)) {
            near.push(slot);
        }
    }
    if let [one] = near[..] { Some(one) } else { None }
}

/// Matches the rows of a list with buildings: by courtyard and number; a list without courtyards by number alone.
/// O((buildings + rows) · log + courtyards · names of courtyards in the list + what begins with such a name).
pub fn matching(p: &Project, yards: &Courtyards, list: &BuildingList) -> Matching {
    let t = p.table(Kind::Buildings);
    let name_of = |yard: u32| p.table(Kind::Courtyards).get(yard).map_or("", |r| r.name());
    // Numbers within courtyards, and whole names of those in none.
    let mut in_yard: HashMap<(u32, String), Vec<u32>> = HashMap::new();
    let mut alone: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    let mut any: HashMap<String, Vec<u32>> = HashMap::new();
    for (slot, row) in t.iter() {
        let yard = yards.of_building(slot);
        let Some(n) = number_of(row.name(), yard.map_or("", name_of)) else { continue };
        match yard {
            Some(y) => in_yard.entry((y, n.clone())).or_default().push(slot),
            None => alone.entry(bare(row.name())).or_default().push(slot),
        }
        any.entry(n).or_default().push(slot);
    }
    let mut named: BTreeMap<&str, Option<u32>> = BTreeMap::new();
    let mut of_building: HashMap<u32, usize> = HashMap::new();
    let mut rows: Vec<Match> = Vec::new();
    for row in &list.rows {
        let Some(n) = number_of(&row.number, &row.yard) else {
            rows.push(Match::None);
            continue;
        };
        let found: Vec<u32> = if row.yard.is_empty() {
            any.get(&n).cloned().unwrap_or_default()
        } else {
            let yard = *named.entry(&row.yard).or_insert_with(|| yard_named(p, &row.yard));
            let inside = yard.and_then(|y| in_yard.get(&(y, n.clone()))).cloned();
            // Where there are no courtyards yet, a building may have the courtyard in its name.
            inside.unwrap_or_else(|| {
                let yard = bare(&row.yard);
                let from = alone.range(yard.clone()..).map_while(|(k, v)| Some((k.strip_prefix(&yard)?, v)));
                let fit = from.filter(|(rest, _)| number_of(rest, "").as_ref() == Some(&n));
                let mut all: Vec<u32> = fit.flat_map(|(_, v)| v).copied().collect();
                all.sort_unstable();
                all
            })
        };
        rows.push(match found[..] {
            [] => Match::None,
            [one] => {
                *of_building.entry(one).or_default() += 1;
                Match::One(one)
            }
            _ => Match::Several(found),
        });
    }
    for m in &mut rows {
        if let Match::One(slot) = *m
            && of_building.get(&slot).is_some_and(|n| *n > 1)
        {
            *m = Match::Several(vec![slot]);
        }
    }
    let changes = rows.iter().zip(&list.rows).filter_map(|(m, row)| match m {
        Match::One(slot) => changed(p, *slot, row),
        _ => None,
    });
    Matching { changes: changes.collect(), rows }
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::Text(t) => json!(t),
        Value::Count(n) => json!(n),
        Value::Int(n) => json!(n),
        Value::Float(v) => json!(v),
    }
}

/// The attributes of a row that its building has not, with the building's code; `None` if there is nothing to change.
fn changed(p: &Project, slot: u32, row: &ListedBuilding) -> Option<(String, Map<String, Json>)> {
    let r = p.table(Kind::Buildings).get(slot)?;
    let mut fields = Map::new();
    for (field, value) in &row.fields {
        let estimated = *field == Field::Households && r.count(Field::HouseholdsEstimated) == Some(1);
        if r.value(*field).as_ref() == Some(value) && !estimated {
            continue;
        }
        if let (Field::Households, Value::Count(n)) = (field, value) {
            fields.extend(super::households(p, slot, *n));
        } else {
            fields.insert(field.name().into(), json_of(value));
        }
    }
    // What the list says of residents goes before what is reckoned.
    for (field, value) in row.fields.iter().filter(|(f, _)| *f == Field::Residents) {
        if fields.contains_key(field.name()) {
            fields.insert(field.name().into(), json_of(value));
        }
    }
    if r.value(Field::Residents) == row.fields.iter().find(|(f, _)| *f == Field::Residents).map(|(_, v)| v.clone())
        && r.value(Field::Residents).is_some()
    {
        fields.remove("residents");
    }
    (!fields.is_empty()).then(|| (r.code().to_owned(), fields))
}

/// The name of a building that a list calls so: figures narrow, a bare number is 号楼.
pub fn name_of(row: &ListedBuilding) -> String {
    let text = bare(&row.number);
    if text.chars().all(|c| c.is_ascii_digit()) { format!("{text}号楼") } else { text }
}

/// The edit that puts a row of a list on the map as a building without footprint.
pub fn placed(p: &Project, row: &ListedBuilding, at: Pt) -> Op {
    let mut new = NewRow { at: Some(p.origin().place(at)), ..NewRow::default() };
    new.fields.insert("name".into(), name_of(row).into());
    new.fields.insert("use".into(), "residential".into());
    new.fields.extend(row.fields.iter().map(|(f, v)| (f.name().to_owned(), json_of(v))));
    let yard = Some(&row.yard).filter(|y| !y.is_empty()).and_then(|y| yard_named(p, y));
    let yard = yard.filter(|y| courtyard_at(p, at) != Some(*y));
    if let Some(yard) = yard.and_then(|y| p.table(Kind::Courtyards).get(y)) {
        new.fields.insert("courtyard".into(), yard.code().into());
    }
    Op::Add { kind: Kind::Buildings, rows: vec![new] }
}

/// The edit that gives a building what a row of a list says, its name too; `None` if it is so already or no more there.
pub fn bound(p: &Project, row: &ListedBuilding, slot: u32) -> Option<Op> {
    let r = p.table(Kind::Buildings).get(slot)?;
    let mut fields = changed(p, slot, row).map(|(_, f)| f).unwrap_or_default();
    if number_of(r.name(), &row.yard) != number_of(&row.number, &row.yard) {
        fields.insert("name".into(), name_of(row).into());
    }
    let building = Some(r.code().to_owned());
    (!fields.is_empty()).then(|| Op::Set(SetOp { building, fields, ..SetOp::default() }))
}
