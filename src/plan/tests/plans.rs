//! Plans: copied, renamed, deleted, put in force; posts on the plan in force.

use super::town::{Town, m, merge, opened};
use crate::model::{Date, Target};
use crate::plan::{Edit, EditError, Op, PlanOp};

fn copy(old: &str, new: &str) -> Op {
    Op::Plan(PlanOp::Copy { old: old.into(), new: new.into() })
}

fn rename(old: &str, new: &str) -> Op {
    Op::Plan(PlanOp::Rename { old: old.into(), new: new.into() })
}

fn delete(name: &str) -> Op {
    Op::Plan(PlanOp::Delete { name: name.into() })
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn adopt(name: &str, from: &str) -> Op {
    Op::Plan(PlanOp::Adopt { name: name.into(), from: day(from) })
}

fn on(plan: &str, op: Op) -> Edit {
    Edit { plan: Some(plan.into()), ..op.into() }
}

fn post(code: &str, cell: &str) -> Op {
    let json = serde_json::json!({ "op": "post", "code": code, "member": "M1", "post": "网格长", "cell": cell });
    serde_json::from_value(json).unwrap()
}

fn codes(t: &Town, plan: &str) -> Vec<String> {
    t.project().plan_named(plan).unwrap().posts.values().map(|p| p.code.clone()).collect()
}

#[test]
fn plans_are_copied_renamed_and_deleted() {
    let mut t = Town::new();
    t.refuses("keep_plan", delete("方案A"));
    t.does(post("P1", "W1"));
    t.does(copy("方案A", "方案B"));
    assert_eq!(codes(&t, "方案B"), ["P1"]);
    t.refuses("duplicate", copy("方案A", "方案B"));
    t.refuses("not_found", copy("方案X", "方案C"));
    t.refuses("text", copy("方案A", ""));
    t.refuses("not_filled", merge(&["W1", "W2"]));
    t.does(on("方案B", merge(&["W1", "W2"])));
    assert_eq!(t.project().plans.iter().map(|p| p.layers[0].units.len()).collect::<Vec<_>>(), [5, 4]);
    t.does(rename("方案B", "大网格"));
    t.refuses("duplicate", rename("大网格", "方案A"));
    t.refuses("not_found", rename("方案B", "方案C"));
    t.does(delete("方案A"));
    t.refuses("not_found", delete("方案A"));
    t.refuses("keep_plan", delete("大网格"));
}

#[test]
fn a_plan_in_force_is_protected_and_gives_way_to_a_later_one() {
    let mut t = Town::new();
    t.refuses("not_found", adopt("方案X", "2026-06-18"));
    t.does(adopt("方案A", "2026-06-18"));
    let a = t.project().plan_in_force().unwrap();
    assert_eq!((a.meta.name.as_str(), a.meta.from, a.meta.to), ("方案A", Some(day("2026-06-18")), None));
    let why = t.refuses("in_force", merge(&["W1", "W2"]));
    assert_eq!(why, EditError::InForce { plan: "方案A".into() });
    for op in [
        Op::Outline { rings: vec![super::town::rect(0.0, 0.0, 500.0, 200.0)], crs: None },
        super::town::draw("E2", super::town::rect(300.0, 0.0, 10.0, 10.0)),
        super::town::split("W1", "W3", vec![m(50.0, 0.0), m(50.0, 200.0)]),
        super::town::community("SQ9", vec![]),
        Op::Insert { on: [m(100.0, 0.0), m(100.0, 200.0)], at: m(110.0, 100.0) },
        serde_json::from_str(r#"{"op":"set","cell":"W1","code":"W9"}"#).unwrap(),
        Op::Pin { building: "B1".into(), cell: Some("W2".into()) },
    ] {
        t.refuses("in_force", opened(op, &["outline"]));
    }
    t.refuses("in_force", adopt("方案A", "2026-07-01"));
    t.refuses("keep_plan", delete("方案A"));
    t.does(copy("方案A", "方案B"));
    let b = t.project().plan_named("方案B").unwrap();
    assert!(!b.meta.protected() && b.meta.from.is_none(), "a copy is a draft");
    t.does(on("方案B", merge(&["W1", "W2"])));
    for early in ["2026-06-18", "2026-06-01"] {
        let why = t.refuses("too_early", adopt("方案B", early));
        assert_eq!(why, EditError::TooEarly { since: day("2026-06-18") });
    }
    t.does(adopt("方案B", "2026-09-01"));
    let a = &t.project().plan_named("方案A").unwrap().meta;
    assert_eq!((a.in_force, a.from, a.to), (false, Some(day("2026-06-18")), Some(day("2026-08-31"))));
    assert_eq!(t.project().plan_in_force().unwrap().meta.name, "方案B");
    t.refuses("in_force", on("方案A", merge(&["W1", "W2"])));
    t.refuses("keep_plan", delete("方案A"));
    t.does(rename("方案A", "2026 年方案"));
}

#[test]
fn a_post_on_the_plan_in_force_is_written_in_every_draft_that_has_the_cell() {
    let mut t = Town::new();
    t.does(adopt("方案A", "2026-06-18"));
    t.does(copy("方案A", "方案B"));
    t.does(copy("方案A", "方案C"));
    t.does(on("方案C", merge(&["W1", "W2"])));
    t.does(on("方案A", post("P1", "W2")));
    assert_eq!([codes(&t, "方案A"), codes(&t, "方案B"), codes(&t, "方案C")], [vec!["P1"], vec!["P1"], Vec::new()]);
    t.does(on("方案A", post("P1", "W1")));
    assert_eq!([codes(&t, "方案A"), codes(&t, "方案B"), codes(&t, "方案C")], [vec!["P1"], vec!["P1"], vec!["P1"]]);
    // A draft's own post stays in it.
    t.does(on("方案B", post("P2", "W1")));
    assert_eq!([codes(&t, "方案A"), codes(&t, "方案B")], [vec!["P1"], vec!["P1", "P2"]]);
    t.does(on("方案A", Op::Remove { member: None, post: Some("P1".into()), buildings: vec![], courtyard: None }));
    assert_eq!([codes(&t, "方案A"), codes(&t, "方案B"), codes(&t, "方案C")], [vec![], vec!["P2".to_owned()], vec![]]);
    t.does(on("方案A", post("P3", "W1")));
    t.does(Op::Remove { member: Some("M1".into()), post: None, buildings: vec![], courtyard: None });
    assert!(t.project().plans.iter().all(|p| p.posts.is_empty()));
}

#[test]
fn a_post_moved_or_removed_on_the_plan_in_force_is_left_nowhere() {
    let mut t = Town::new();
    t.does(adopt("方案A", "2026-06-18"));
    t.does(on("方案A", post("P1", "W1")));
    t.does(copy("方案A", "方案B"));
    t.does(copy("方案A", "方案C"));
    // B moves the post to the cell that will be left, C has no W2 any more.
    t.does(on("方案C", merge(&["W1", "W2"])));
    t.does(on("方案B", merge(&["W2", "W1"])));
    let target = |t: &Town, plan: &str| {
        let p = t.project().plan_named(plan).unwrap();
        let Target::Cell { unit, .. } = p.posts.values().next()?.target else { panic!() };
        Some(p.layers[0].units[&unit].code.clone())
    };
    assert_eq!((target(&t, "方案B").as_deref(), target(&t, "方案C").as_deref()), (Some("W2"), Some("W1")));
    // To a cell that C has not: there it goes. In B it moves along.
    t.does(on("方案A", post("P1", "W2")));
    assert_eq!((target(&t, "方案A").as_deref(), target(&t, "方案B").as_deref()), (Some("W2"), Some("W2")));
    assert_eq!(target(&t, "方案C"), None);
    // To one that B has not.
    t.does(on("方案A", post("P1", "W1")));
    assert_eq!((target(&t, "方案B"), target(&t, "方案C").as_deref()), (None, Some("W1")));
    // Removed: also where the draft has it on another cell.
    t.does(on("方案C", post("P1", "E1")));
    t.does(on("方案A", Op::Remove { member: None, post: Some("P1".into()), buildings: vec![], courtyard: None }));
    assert!(t.project().plans.iter().all(|p| p.posts.is_empty()));
}

#[test]
fn a_code_that_a_draft_has_given_away_is_not_given_again_from_the_plan_in_force() {
    let mut t = Town::new();
    t.does(adopt("方案A", "2026-06-18"));
    t.does(copy("方案A", "方案B"));
    t.does(on("方案B", post("P1", "W1")));
    t.refuses("duplicate", on("方案A", post("P1", "W2")));
    t.does(on("方案A", post("P2", "W2")));
}
