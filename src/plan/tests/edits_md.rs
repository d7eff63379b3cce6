//! `docs/EDITS.md` says what is so.

use crate::geom::Place;
use crate::model::{ModelError, Said};
use crate::plan::{Edit, EditError, Held, Op, PlanOp, SetOp};
use crate::topology::TopologyError;
use std::collections::BTreeSet;

const TEXT: &str = include_str!("../../../docs/EDITS.md");

/// The heading above, and the lines, of every block of JSON.
fn examples() -> Vec<(String, String)> {
    let (mut heading, mut block, mut out) = (String::new(), None, Vec::new());
    for line in TEXT.lines() {
        match (&mut block, line) {
            (None, "```json") => block = Some(String::new()),
            (Some(b), "```") => {
                out.push((heading.clone(), std::mem::take(b)));
                block = None;
            }
            (Some(b), line) => b.push_str(line),
            (None, line) => {
                if let Some(h) = line.strip_prefix("## ") {
                    heading = h.to_owned();
                }
            }
        }
    }
    out
}

/// The word of an edit. A new edit must be added here, and in the text.
fn word(op: &Op) -> &'static str {
    match op {
        Op::Outline { .. } => "outline",
        Op::Draw { .. } => "draw",
        Op::Split { .. } => "split",
        Op::Cut { .. } => "cut",
        Op::Merge { .. } => "merge",
        Op::Detach { .. } => "detach",
        Op::Give { .. } => "give",
        Op::Dissolve { .. } => "dissolve",
        Op::Fill { .. } => "fill",
        Op::Reshape { .. } => "reshape",
        Op::Redraw { .. } => "redraw",
        Op::Slide { .. } => "slide",
        Op::Follow { .. } => "follow",
        Op::Simplify { .. } => "simplify",
        Op::Move { .. } => "move",
        Op::Insert { .. } => "insert",
        Op::Delete { .. } => "delete",
        Op::Set(_) => "set",
        Op::Pin { .. } => "pin",
        Op::Lock { .. } => "lock",
        Op::Whole { .. } => "whole",
        Op::Ignore { .. } => "ignore",
        Op::Underlay(_) => "underlay",
        Op::Member { .. } => "member",
        Op::Post { .. } => "post",
        Op::Add { .. } => "add",
        Op::Shift { .. } => "shift",
        Op::Remove { .. } => "remove",
        Op::Layer { .. } => "layer",
        Op::Unit { .. } => "unit",
        Op::Gather { .. } => "gather",
        Op::Import { .. } => "import",
        Op::Plan(_) => "plan",
        Op::Together { .. } => "together",
    }
}

const WORDS: usize = 34;

#[test]
fn every_example_is_an_edit_and_every_edit_has_one() {
    let (mut words, mut plans, mut sets) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (heading, json) in examples() {
        let e: Edit = serde_json::from_str(&json).unwrap_or_else(|why| panic!("{json}: {why}"));
        assert_eq!(heading, word(&e.op), "{json}");
        // What is written is what was read: no field is misspelt or forgotten.
        let (read, written): (serde_json::Value, _) =
            (serde_json::from_str(&json).unwrap(), serde_json::to_value(&e).unwrap());
        let keys = |v: &serde_json::Value| v.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
        assert!(keys(&read).is_subset(&keys(&written)), "{read} is written as {written}");
        match &e.op {
            Op::Plan(PlanOp::Copy { .. }) => drop(plans.insert("copy")),
            Op::Plan(PlanOp::Rename { .. }) => drop(plans.insert("rename")),
            Op::Plan(PlanOp::Delete { .. }) => drop(plans.insert("delete")),
            Op::Plan(PlanOp::Adopt { .. }) => drop(plans.insert("adopt")),
            Op::Set(SetOp { cell, building, courtyard, facility, member, rules, .. }) => {
                let named = [cell, building, courtyard, facility, member].map(Option::is_some);
                sets.insert((named, rules.is_some()));
            }
            _ => {}
        }
        words.insert(word(&e.op));
    }
    assert_eq!((words.len(), plans.len(), sets.len()), (WORDS, 4, 6), "{words:?} {plans:?} {sets:?}");
}

#[test]
fn fields_that_the_tables_name_exist() {
    let rules = serde_json::to_value(crate::model::Rules::default()).unwrap();
    let line = TEXT.lines().find(|l| l.starts_with("| `rules` |")).unwrap();
    for key in rules.as_object().unwrap().keys() {
        assert!(line.contains(&format!("`{key}`")), "{key} is missing");
    }
    let line = TEXT.lines().find(|l| l.starts_with("| `kind` | needed |")).unwrap();
    for kind in crate::model::Kind::TABLES.into_iter().chain([crate::model::Kind::Cells]) {
        assert!(line.contains(&format!("`{}`", kind.name())), "{kind:?} is missing");
    }
}

/// One of every refusal. A new one must be added here, and in the text.
fn refusals() -> Vec<EditError> {
    use TopologyError as T;
    let at = crate::geom::pt(0, 0);
    let place = Place::default();
    let borders = [
        T::NotFound { at },
        T::NotOnGround { at },
        T::Crosses { at },
        T::Engulfs { at },
        T::PastNode { at },
        T::TooClose { at },
        T::SelfCrossing { at },
        T::Dangling { at, gap_mm: 5.0 },
        T::NotDivided { at },
        T::NoGround { at },
        T::WouldVanish { at, owner: 1 },
        T::OnlyPiece { at, owner: 1 },
        T::Apart { at, owner: 1 },
        T::Protected { at, left: 1, right: 2 },
        T::TooFew { at },
        T::IsNode { at },
        T::NotOneBorder { at },
        T::OutOfRange { at },
    ];
    let text = String::new;
    let mut all: Vec<EditError> =
        borders.into_iter().map(|why| EditError::Border { why, at: place, units: vec![] }).collect();
    all.extend([
        EditError::Protected { line: "社区".into(), at: place },
        EditError::InForce { plan: text() },
        EditError::NoSuch { what: Said::new("网格", "cell"), name: text() },
        EditError::Duplicate { code: text() },
        EditError::Spans { units: vec![], at: place },
        EditError::NotACell { code: text(), level: "社区".into() },
        EditError::WhichLayer,
        EditError::Text(ModelError::Code(text())),
        EditError::Field { field: text() },
        EditError::Private { field: text(), what: crate::model::Private::Mobile },
        EditError::NotFilled { field: "code" },
        EditError::Far { at: place },
        EditError::NoCrs,
        EditError::OtherCrs { crs: text(), project: text() },
        EditError::NoSegment { hash: text() },
        EditError::Misfit { places: vec![place], what: Said::default() },
        EditError::Slivers { at: vec![place], width_m: 0.4, length_m: 12.0 },
        EditError::Held { by: Held::Unit(text()), at: place },
        EditError::Held { by: Held::Line, at: place },
        EditError::Held { by: Held::Within(text()), at: place },
        EditError::Held { by: Held::Cells, at: place },
        EditError::Nothing,
        EditError::KeepPlan { plan: text() },
        EditError::TooEarly { since: crate::model::Date::from_days(0) },
        EditError::Fit(crate::geom::FitError::TooFew { need: 3, got: 2 }),
        EditError::Fit(crate::geom::FitError::OneSpot),
        EditError::Fit(crate::geom::FitError::OneLine),
        EditError::Parents { cells: vec![] },
    ]);
    // The compiler asks here for a variant that is not among them.
    for e in &all {
        match e {
            EditError::Border { .. } | EditError::Protected { .. } | EditError::InForce { .. } => {}
            EditError::NoSuch { .. } | EditError::Duplicate { .. } | EditError::Spans { .. } => {}
            EditError::WhichLayer | EditError::Text(_) | EditError::Field { .. } | EditError::NotFilled { .. } => {}
            EditError::Far { .. } | EditError::NoCrs | EditError::NoSegment { .. } | EditError::Misfit { .. } => {}
            EditError::Slivers { .. } | EditError::Fit(_) => {}
            EditError::Nothing | EditError::KeepPlan { .. } | EditError::TooEarly { .. } => {}
            EditError::Parents { .. } | EditError::NotACell { .. } | EditError::OtherCrs { .. } => {}
            EditError::Private { .. } | EditError::Held { .. } => {}
        }
    }
    all
}

#[test]
fn every_refusal_is_listed_and_has_words_in_both_languages() {
    let rows: Vec<(&str, &str)> = TEXT
        .split("## Refusals")
        .nth(1)
        .unwrap()
        .lines()
        .filter_map(|l| l.strip_prefix("| `")?.split_once("` | "))
        .map(|(kind, rest)| (kind, rest.split(" |").next().unwrap_or_default()))
        .collect();
    let listed: BTreeSet<&str> = rows.iter().map(|r| r.0).collect();
    assert_eq!(listed.len(), rows.len(), "one row a kind");
    let refusals = refusals();
    let kinds: BTreeSet<&str> = refusals.iter().map(EditError::kind).collect();
    assert_eq!(listed, kinds);
    for e in refusals {
        let row = rows.iter().find(|r| r.0 == e.kind()).unwrap();
        assert_eq!(e.at().is_some(), row.1 != "no" && !matches!(e, EditError::NoSuch { .. }), "{}", e.kind());
        let said = e.said();
        assert!(!said.zh.is_empty() && said.zh.chars().any(|c| c as u32 > 0x2E80), "{said:?}");
        assert!(!said.en.is_empty() && said.en != said.zh, "{said:?}");
    }
}
