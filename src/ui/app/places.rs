//! Several buildings, or a courtyard with its buildings, in the inspector.

use super::doc::Doc;
use crate::model::{Field, Kind, RowRef, Value};
use crate::plan::{Op, Project};
use crate::session::buildings::{called, households, number_of, set_all};
use crate::ui::panels::inspector::InspectorView;
use crate::ui::panels::places::{PlaceRow, PlacesView, YardView};
use serde_json::{Map, json};

/// Courtyards that are offered to buildings at most.
const YARDS: usize = 300;

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
    all.truncate(YARDS);
    all
}

/// Several selected buildings.
pub fn several(doc: &Doc, slots: &[u32]) -> InspectorView {
    let p = doc.session.project();
    if slots.is_empty() {
        return InspectorView::Nothing;
    }
    InspectorView::Places(PlacesView { yard: None, rows: rows(p, slots), yards: yards(p) })
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
    let slots = doc.session.assignment().courtyards().buildings(slot);
    InspectorView::Places(PlacesView { yard: Some(yard), rows: rows(p, slots), yards: vec![] })
}

/// The edit that gives an attribute to buildings; `None` clears it. Nothing where the value is no value of it.
pub fn setting(p: &Project, keys: &[u64], field: &'static str, value: Option<&str>) -> Option<Op> {
    let t = p.table(Kind::Buildings);
    let known = Field::ALL.into_iter().find(|f| f.name() == field)?;
    let json = match (value, known.sample()) {
        (None, _) if known == Field::Courtyard => json!(""),
        (None, _) => serde_json::Value::Null,
        (Some(v), Value::Count(_)) => json!(v.trim().parse::<u32>().ok()?),
        (Some(v), _) => json!(v),
    };
    let of = |key: &u64| {
        let slot = *key as u32;
        let code = t.get(slot)?.code().to_owned();
        let fields: Map<String, serde_json::Value> = match (known, json.as_u64()) {
            (Field::Households, Some(n)) => households(p, slot, n as u32),
            _ => [(field.to_owned(), json.clone())].into_iter().collect(),
        };
        Some((code, fields))
    };
    set_all(keys.iter().filter_map(of).collect())
}
