//! Several buildings, or a courtyard with its buildings, in the inspector.

use super::doc::Doc;
use crate::model::{Field, Id, Kind, RowRef, Said};
use crate::plan::{Op, Project};
use crate::scene::cell_chip;
use crate::session::buildings::{called, number_of};
use crate::session::listing::{Column, Datum, Reckoned, Source, What};
use crate::ui::panels::inspector::InspectorView;
use crate::ui::panels::places::{PlaceRow, PlacesView, SharedField, YardView};

fn row(slot: u32, r: RowRef<'_>) -> PlaceRow {
    PlaceRow {
        key: u64::from(slot),
        name: called(r),
        use_: r.text(Field::Use).unwrap_or_default().to_owned(),
        storeys: r.count(Field::Storeys),
        households: r.count(Field::Households),
        estimated: r.count(Field::HouseholdsEstimated) == Some(1),
        residents: r.count(Field::Residents),
    }
}

/// Rows by number: 2号楼 before 10号楼. O(n log n).
fn rows(p: &Project, slots: &[u32]) -> Vec<PlaceRow> {
    let t = p.table(Kind::Buildings);
    let mut rows: Vec<PlaceRow> = slots.iter().filter_map(|&s| Some(row(s, t.get(s)?))).collect();
    rows.sort_by_cached_key(|r| {
        let n = number_of(&r.name, "").unwrap_or_default();
        let digits: String = n.chars().take_while(char::is_ascii_digit).collect();
        (digits.parse::<u64>().unwrap_or(u64::MAX), r.name.clone(), r.key)
    });
    rows
}

fn yards(p: &Project) -> Vec<(String, String)> {
    let named = |r: RowRef<'_>| (r.code().to_owned(), called(r));
    let mut all: Vec<(String, String)> = p.table(Kind::Courtyards).iter().map(|(_, r)| named(r)).collect();
    all.sort_by(|a, b| a.1.cmp(&b.1));
    all
}

/// Cells to which buildings may be pinned, by code; where there are several communities, each with its own.
fn cells(doc: &Doc) -> Vec<(u64, String)> {
    let s = &doc.session;
    let p = s.project();
    let Some(l) = p.layer(s.plan(), s.layer()) else { return vec![] };
    let lowest = p.facts.layers.get(usize::from(s.layer())).map_or(0, |d| d.cell_level());
    let mut units: Vec<_> = l.units.values().filter(|u| u.level == lowest).collect();
    units.sort_by(|a, b| a.code.cmp(&b.code));
    let named = |u: &&std::sync::Arc<crate::model::Unit>| {
        let own = format!("{} {}", cell_chip(l, u), u.name);
        match community(doc, u) {
            Some(above) => format!("{above} · {own}"),
            None => own,
        }
    };
    units.iter().map(|u| (u.id.0, named(u))).collect()
}

/// The name of the unit above a cell, where chips alone do not tell cells apart: there are several communities.
pub fn community(doc: &Doc, u: &crate::model::Unit) -> Option<String> {
    if doc.lists.cells.groups.is_empty() {
        return None;
    }
    let s = &doc.session;
    let l = s.project().layer(s.plan(), s.layer())?;
    l.units.get(&u.parent?).map(|x| x.name.clone())
}

/// What buildings have in common, attribute by attribute. O(buildings).
fn shared(doc: &Doc, slots: &[u32]) -> Vec<SharedField> {
    let s = &doc.session;
    let reckoned = Reckoned::default();
    let (project, assignment) = (s.project(), s.assignment());
    let from = Source { project, assignment, reckoned: &reckoned, what: What::Rows(Kind::Buildings) };
    let of = |(field, column): (&'static str, Column)| {
        let text = |slot: &u32| match (field, from.datum(u64::from(*slot), column)) {
            // As tables keep it: the panel says it in its language.
            ("use", Datum::Use(u)) => u.to_owned(),
            (_, datum) => datum.plain(s.lang()).into_owned(),
        };
        let first = slots.first().map(text).unwrap_or_default();
        let mixed = slots.iter().skip(1).any(|s| text(s) != first);
        SharedField { field, value: if mixed { String::new() } else { first }, mixed }
    };
    let fields = [
        Field::Use,
        Field::Kind,
        Field::Storeys,
        Field::Staircases,
        Field::Households,
        Field::Residents,
        Field::Height,
    ];
    let fields = fields.into_iter().chain([Field::Address, Field::Courtyard]).map(|f| (f.name(), Column::Of(f)));
    fields.chain([("cell", Column::Cell)]).map(of).collect()
}

fn view(doc: &Doc, yard: Option<YardView>, slots: &[u32]) -> InspectorView {
    let p = doc.session.project();
    let rows = rows(p, slots);
    let sum = |of: fn(&PlaceRow) -> Option<u32>| -> i64 { rows.iter().filter_map(of).map(i64::from).sum() };
    InspectorView::Places(PlacesView {
        yards: if yard.is_none() { yards(p) } else { vec![] },
        cells: cells(doc),
        shared: shared(doc, slots),
        sums: [sum(|r| r.households), sum(|r| r.residents)],
        estimated: rows.iter().any(|r| r.estimated),
        yard,
        rows,
    })
}

/// Several selected buildings.
pub fn several(doc: &Doc, slots: &[u32]) -> InspectorView {
    if slots.is_empty() {
        return InspectorView::Nothing;
    }
    view(doc, None, slots)
}

/// A selected courtyard with its buildings.
pub fn courtyard(doc: &Doc, slot: u32) -> InspectorView {
    let p = doc.session.project();
    let Some(r) = p.table(Kind::Courtyards).get(slot) else { return InspectorView::Nothing };
    let yard = YardView {
        key: u64::from(slot),
        code: r.code().to_owned(),
        name: r.name().to_owned(),
        whole: p.is_whole(slot),
    };
    view(doc, Some(yard), doc.session.assignment().courtyards().buildings(slot))
}

/// The edit that gives an attribute to buildings, one step of all; `None` clears it. Nothing where all have it.
///
/// # Errors
/// The text is no value of the attribute, in words.
pub fn setting(doc: &Doc, keys: &[u64], field: &str, value: Option<&str>) -> Result<Option<Op>, Said> {
    let s = &doc.session;
    let reckoned = Reckoned::default();
    let (project, assignment) = (s.project(), s.assignment());
    let from = Source { project, assignment, reckoned: &reckoned, what: What::Rows(Kind::Buildings) };
    let Some(field) = Field::ALL.into_iter().find(|f| f.name() == field) else { return Ok(None) };
    let mut ops = Vec::new();
    for key in keys {
        ops.extend(from.setting(*key, Column::Of(field), value.unwrap_or_default())?);
    }
    Ok(together(ops))
}

/// The edit that pins buildings to a cell, or to none any more; nothing where they are.
pub fn pinning(doc: &Doc, keys: &[u64], cell: Option<u64>) -> Option<Op> {
    let s = &doc.session;
    let p = s.project();
    let l = p.layer(s.plan(), s.layer())?;
    let code = match cell {
        Some(key) => Some(l.units.get(&Id(key))?.code.clone()),
        None => None,
    };
    let moves = keys.iter().filter(|k| l.pins.get(&(**k as u32)).map(|id| id.0) != cell);
    let building = |key: &u64| p.table(Kind::Buildings).get(*key as u32).map(|r| r.code().to_owned());
    together(moves.filter_map(building).map(|building| Op::Pin { building, cell: code.clone() }).collect())
}

fn together(mut ops: Vec<Op>) -> Option<Op> {
    match ops.len() {
        0 | 1 => ops.pop(),
        _ => Some(Op::Together { edits: ops.into_iter().map(Into::into).collect() }),
    }
}
