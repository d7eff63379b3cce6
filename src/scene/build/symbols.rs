//! Point symbols and heat.

use crate::geom::{Box2, Pt};
use crate::heat::Surface;
use crate::model::{Field, Kind, RowRef, Value};
use crate::plan::Project;
use crate::scene::kinds::facility_kind;
use crate::scene::{Facility, Image, Incident, Ramp, Symbol, SymbolKind, Theme};
use std::sync::Arc;

/// An accepted incident counts as fresh for so long, seconds.
const FRESH_S: i64 = 30 * 60;

/// The facilities in view. O(in view · log all).
pub fn symbols(project: &Project, view: &Box2) -> Vec<Symbol> {
    let mut out: Vec<(u32, Symbol)> = Vec::new();
    project.table(Kind::Facilities).search(view, |slot, row| {
        if let Some(at) = row.anchor() {
            out.push((slot, Symbol { at, kind: SymbolKind::Facility(plate(row)) }));
        }
    });
    out.sort_by_key(|(slot, _)| *slot);
    out.into_iter().map(|(_, s)| s).collect()
}

/// Which plate a facility wears: by its kind, else by its name.
fn plate(row: RowRef<'_>) -> Facility {
    match facility_kind(row.text(Field::Kind).unwrap_or_default()) {
        Facility::Other => facility_kind(row.name()),
        f => f,
    }
}

/// The open incidents in view with their states, in file order. `now`: seconds since 1970-01-01 UTC.
pub fn incident_list(project: &Project, now: Option<i64>, view: &Box2) -> Vec<(Pt, Incident)> {
    let mut out: Vec<(u32, (Pt, Incident))> = Vec::new();
    project.table(Kind::Incidents).search(view, |slot, row| {
        let state = state_of(row, now);
        if let (Some(at), true) = (row.anchor(), state != Incident::Closed) {
            out.push((slot, (at, state)));
        }
    });
    out.sort_by_key(|(slot, _)| *slot);
    out.into_iter().map(|(_, i)| i).collect()
}

/// How an incident is marked, from the words of its state; one without a state is open.
fn state_of(row: RowRef<'_>, now: Option<i64>) -> Incident {
    let state = row.text(Field::State).unwrap_or_default().to_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| state.contains(w));
    let time = match row.value(Field::Time) {
        Some(Value::Int(t)) => Some(t),
        _ => None,
    };
    let fresh = matches!((now, time), (Some(n), Some(t)) if (0..=FRESH_S).contains(&(n - t)));
    if has(&["closed", "done", "resolved", "办结", "已结", "结案", "关闭"]) {
        Incident::Closed
    } else if has(&["overdue", "超期", "超时", "逾期"]) {
        Incident::Overdue
    } else if has(&["new", "待受理", "未受理", "新建"]) {
        Incident::New
    } else if has(&["accepted", "assigned", "受理", "处理中"]) && fresh {
        Incident::Accepted
    } else {
        Incident::Open
    }
}

/// A heat surface as an image; `full` is the upper end of the scale, in events per km².
pub fn heat_image(surface: &Surface, full: f32, theme: Theme, version: u64) -> Image {
    Image {
        bounds: surface.grid.area(),
        rgba: Arc::new(Ramp::heat(theme).shade(&surface.values, full, theme)),
        width: surface.grid.width(),
        height: surface.grid.height(),
        version,
    }
}
