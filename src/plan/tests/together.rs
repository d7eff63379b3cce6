//! Several edits as one step.

use super::town::{Town, draw, m, merge, rect, split};
use crate::model::Date;
use crate::plan::{Edit, Op, PlanOp};

fn together(edits: Vec<Op>) -> Op {
    Op::Together { edits: edits.into_iter().map(Edit::from).collect() }
}

fn copy(old: &str, new: &str) -> Op {
    Op::Plan(PlanOp::Copy { old: old.into(), new: new.into() })
}

fn json(text: &str) -> Op {
    serde_json::from_str(text).unwrap()
}

fn on(plan: &str, op: Op) -> Edit {
    Edit { plan: Some(plan.into()), ..op.into() }
}

#[test]
fn all_are_done_or_none() {
    let mut t = Town::new();
    let member = || json(r#"{"op":"member","code":"M9","name":"李某"}"#);
    let post =
        |member: &str| json(&format!(r#"{{"op":"post","code":"P9","member":"{member}","post":"网格员","cell":"W1"}}"#));
    t.refuses("not_found", together(vec![member(), post("M8")]));
    assert!(t.project().member("M9").is_none());
    let steps = t.h.log().count();
    t.does(together(vec![member(), post("M9")]));
    assert_eq!(t.h.log().count(), steps + 1);
    // A member and a post made in one step are two things.
    let p = t.project().plans[0].posts.values().next().unwrap();
    assert_ne!(p.id, p.member);
    assert_eq!(p.member, t.project().member("M9").unwrap().id);
    t.refuses("nothing", together(vec![member()]));
    t.refuses("field", together(vec![]));
    t.refuses("field", together(vec![together(vec![member()])]));
    t.refuses("field", together(vec![json(r#"{"op":"layer","id":"b","name":"b","levels":["x"]}"#)]));
    let delete = Op::Plan(PlanOp::Delete { name: "方案A".into() });
    t.refuses("field", together(vec![copy("方案A", "方案B"), delete]));
    // There and back again is nothing.
    let rename = |name: &str| json(&format!(r#"{{"op":"set","cell":"W1","name":"{name}"}}"#));
    let old = t.layer().unit("W1").unwrap().name.clone();
    t.refuses("nothing", together(vec![rename("别名"), rename(&old)]));
}

#[test]
fn the_same_ground_is_changed_twice_in_one_step() {
    let mut t = Town::new();
    let line = |y: f64| vec![m(-1.0, y), m(101.0, y)];
    let area = t.area_m2("W1");
    t.does(together(vec![split("W1", "W8", line(80.0)), split("W1", "W9", line(140.0))]));
    let sum: f64 = ["W1", "W8", "W9"].iter().map(|c| t.area_m2(c)).sum();
    assert!((sum - area).abs() < 0.01, "{sum} {area}");
    let ids: std::collections::BTreeSet<_> = ["W1", "W8", "W9"].iter().map(|c| t.layer().unit(c).unwrap().id).collect();
    assert_eq!(ids.len(), 3);
    t.does(together(vec![merge(&["W8", "W1"]), merge(&["W8", "W9"])]));
    assert!((t.area_m2("W8") - area).abs() < 0.01);
    // What was done first frees what the second takes.
    t.does(together(vec![merge(&["W8", "W2"]), draw("W2", rect(310.0, 0.0, 50.0, 50.0))]));
}

#[test]
fn a_copy_and_a_change_of_it_are_one_step() {
    let mut t = Town::new();
    t.does(Op::Plan(PlanOp::Adopt { name: "方案A".into(), from: Date::parse("2026-06-18").unwrap() }));
    let edits = vec![copy("方案A", "方案B").into(), on("方案B", merge(&["W1", "W2"]))];
    let step = t.does(Op::Together { edits });
    assert_eq!(step.plan.as_deref(), Some("方案B"));
    assert_eq!(t.project().plans.iter().map(|p| p.layers[0].units.len()).collect::<Vec<_>>(), [5, 4]);
    t.does(on("方案B", split("W1", "W8", vec![m(-1.0, 80.0), m(201.0, 80.0)])));
    let edits = vec![copy("方案B", "方案C").into(), copy("方案B", "方案D").into(), on("方案C", merge(&["W1", "W8"]))];
    t.does(Op::Together { edits });
    let names: Vec<_> = t.project().plans.iter().map(|p| p.meta.name.clone()).collect();
    assert_eq!(names, ["方案A", "方案B", "方案C", "方案D"]);
}
