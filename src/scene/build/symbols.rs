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
    let time = match row.value(Field::Time) {
        Some(Value::Int(t)) => Some(t),
        _ => None,
    };
    let fresh = matches!((now, time), (Some(n), Some(t)) if (0..=FRESH_S).contains(&(n - t)));
    marked(row.text(Field::State).unwrap_or_default(), fresh)
}

/// How a state is marked. A word that is denied (未办结, not closed, unresolved) does not count; 超期办结 is closed.
fn marked(state: &str, fresh: bool) -> Incident {
    let state = state.to_lowercase();
    let clauses = || state.split(|c: char| ",，.。;；:：、/|()（）[]【】".contains(c)).map(str::trim);
    let says = |zh: &[&str], en: &[&str]| clauses().any(|c| says_zh(c, zh) || says_en(c, en));
    // 结案审核中 is on its way, not closed.
    let over = |c: &str| !c.ends_with('中') && says_zh(c, &["办结", "已结", "结案", "关闭"]);
    if clauses().any(|c| over(c) || says_en(c, &["closed", "done", "resolved"])) {
        Incident::Closed
    } else if says(&["超期", "超时", "逾期"], &["overdue"]) {
        Incident::Overdue
    } else if state.contains("待受理") || state.contains("未受理") || says(&["新建"], &["new"]) {
        Incident::New
    } else if says(&["受理", "处理中"], &["accepted", "assigned"]) && fresh {
        Incident::Accepted
    } else {
        Incident::Open
    }
}

/// Whether a clause says one of the words and does not deny it before.
fn says_zh(clause: &str, words: &[&str]) -> bool {
    words.iter().flat_map(|w| clause.match_indices(w)).any(|(at, _)| {
        // What 已 stands after was denied of something else: 不予受理已办结.
        let before = clause[..at].rsplit('已').next().unwrap_or_default();
        let refused = ["不", "不予", "不能", "不可", "不得"].iter().any(|n| before.ends_with(n));
        !refused && !before.contains(['未', '没', '待'])
    })
}

/// The same of words of English.
fn says_en(clause: &str, words: &[&str]) -> bool {
    const DENIES: [&str; 18] = [
        "not", "no", "never", "non", "un", "cannot", "can", "isn", "wasn", "hasn", "haven", "aren", "pending",
        "awaiting", "waiting", "until", "be", "being",
    ];
    let tokens: Vec<&str> = clause.split(|c: char| !c.is_ascii_alphanumeric()).filter(|t| !t.is_empty()).collect();
    tokens.iter().enumerate().any(|(i, t)| {
        let denied = tokens[..i].iter().any(|d| DENIES.contains(d));
        let prefix = |w: &str| t.strip_suffix(w).is_some_and(|p| !["un", "non", "not", "re"].contains(&p));
        !denied && words.iter().any(|w| prefix(w))
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_state_are_read_with_what_denies_them() {
        let of = |text: &str| marked(text, true);
        for text in [
            "已办结",
            "办结",
            "结案",
            "已结案",
            "已关闭",
            "超期办结",
            "逾期已结案",
            "不予受理已办结",
            "不属实结案",
            "已结案，待回访",
            "无效关闭",
            "按期办结",
            "Closed",
            "closed",
            "case closed",
            "Resolved",
            "DONE",
            "autoclosed",
            "closed - not satisfied",
            "Closed (overdue)",
        ] {
            assert_eq!(of(text), Incident::Closed, "{text}");
        }
        for text in [
            "未办结",
            "未结案",
            "没有办结",
            "尚未结案",
            "未能办结",
            "待结案",
            "等待办结",
            "不予结案",
            "结案审核中",
            "未关闭",
            "unresolved",
            "Not closed",
            "not yet resolved",
            "not_closed",
            "isn't resolved",
            "pending - to be closed",
            "un-resolved",
            "undone",
            "awaiting resolved",
            "abandoned",
            "open",
            "处置",
            "",
            "reopened",
        ] {
            assert_eq!(of(text), Incident::Open, "{text}");
        }
        for text in
            ["超期未办结", "逾期", "超时未结案", "处理超期", "Overdue", "overdue, not closed", "OVERDUE unresolved"]
        {
            assert_eq!(of(text), Incident::Overdue, "{text}");
        }
        for text in ["未超期", "not overdue"] {
            assert_eq!(of(text), Incident::Open, "{text}");
        }
        for text in ["待受理", "未受理", "新建", "new"] {
            assert_eq!(of(text), Incident::New, "{text}");
        }
        for text in ["已受理", "处理中", "accepted", "Assigned"] {
            assert_eq!((of(text), marked(text, false)), (Incident::Accepted, Incident::Open), "{text}");
        }
        assert_eq!((of("not accepted"), of("renewed")), (Incident::Open, Incident::Open));
    }
}
