//! What is locked stays, whatever the edit; limits of a single edit.

use super::town::{Town, content, draw, draw_over, m, merge, rect, split};
use crate::geom::{Place, Pt, dist2_to_segment};
use crate::model::Id;
use crate::plan::{Edit, EditError, Held, Op, PlanOp, Project, SetOp, Take};
use std::collections::BTreeSet;

fn lock(cell: &str, value: bool) -> Op {
    Op::Lock { cell: Some(cell.into()), on: None, value }
}

fn lock_line(a: Place, b: Place, value: bool) -> Op {
    Op::Lock { cell: None, on: Some([a, b]), value }
}

fn shift(at: Place, to: Place) -> Op {
    Op::Move { at, to }
}

fn bend(a: Place, b: Place, at: Place) -> Op {
    Op::Insert { on: [a, b], at }
}

/// With the outline and the communities' borders opened.
fn opened(op: Op) -> Edit {
    super::town::opened(op, &["outline", "社区"])
}

fn held(t: &mut Town, edit: impl Into<Edit>) -> Held {
    match t.refuses("locked", edit) {
        EditError::Held { by, .. } => by,
        other => panic!("{other:?}"),
    }
}

fn sound(p: &Project) {
    assert_eq!(p.state, p.recount_state());
    for l in p.plans.iter().flat_map(|p| p.layers.iter()) {
        let drawn: BTreeSet<(Pt, Pt)> = l
            .partition
            .edges()
            .flat_map(|(_, e)| e.points.windows(2).map(|w| (w[0].min(w[1]), w[0].max(w[1]))).collect::<Vec<_>>())
            .collect();
        assert!(l.locks.lines.is_subset(&drawn), "a locked line is no border");
        assert!(l.locks.units.iter().all(|u| l.units.contains_key(u)));
    }
}

#[test]
fn a_locked_cell_keeps_its_ground_whatever_is_done() {
    let mut t = Town::new();
    let before = t.project().state;
    t.does(lock("W1", true));
    assert_ne!(t.project().state, before);
    t.refuses("nothing", lock("W1", true));
    let w1 = || Held::Unit("W1".into());
    let (s, n) = (m(100.0, 0.0), m(100.0, 200.0));
    assert_eq!(held(&mut t, bend(s, n, m(110.0, 90.0))), w1());
    assert_eq!(held(&mut t, bend(s, n, m(90.0, 90.0))), w1());
    assert_eq!(held(&mut t, opened(shift(n, m(105.0, 200.0)))), w1());
    assert_eq!(held(&mut t, split("W1", "W3", vec![m(0.0, 50.0), m(100.0, 50.0)])), w1());
    assert_eq!(held(&mut t, merge(&["W1", "W2"])), w1());
    assert_eq!(held(&mut t, merge(&["W2", "W1"])), w1());
    assert_eq!(held(&mut t, Op::Dissolve { cell: "W1".into() }), w1());
    let slide = Op::Slide { on: [s, n], by: Some(Place { e_mm: 1_000, n_mm: 0 }), offset_m: None };
    assert_eq!(held(&mut t, slide), w1());
    let follow = Op::Follow { from: s, to: n, line: vec![m(95.0, 80.0)], on: None };
    assert_eq!(held(&mut t, follow), w1());
    let outline = Op::Outline { rings: vec![rect(20.0, 0.0, 380.0, 200.0)], crs: None };
    assert_eq!(held(&mut t, opened(outline)), w1());
    // A line that takes of W1 gives it to nobody; a drawing takes of the others only.
    let tongue = vec![m(100.0, 50.0), m(80.0, 80.0), m(100.0, 110.0)];
    let reshape = Op::Reshape { line: tongue, cell: Some("W2".into()), keep: None, attach_m: Some(0.002) };
    assert_eq!(held(&mut t, reshape), w1());
    t.does(draw_over("W4", rect(50.0, 50.0, 80.0, 50.0)));
    assert_eq!((t.area_m2("W1"), t.area_m2("W4")), (20_000.0, 1_500.0));
    t.refuses("no_ground", draw_over("W5", rect(20.0, 20.0, 30.0, 30.0)));
    // What touches it only by putting a node into its border is done.
    t.does(split("W2", "W6", vec![m(100.0, 20.0), m(200.0, 33.333)]));
    assert_eq!(t.area_m2("W1"), 20_000.0);
    sound(t.project());
    // Its name, and posts and pins on it, are free.
    let name = serde_json::json!({ "op": "set", "cell": "W1", "name": "一号", "code": "W01" });
    t.does(serde_json::from_value::<Op>(name).unwrap());
    t.does(super::each::pin("B3", Some("W01")));
    sound(t.project());
    t.does(lock("W01", false));
    t.does(bend(m(100.0, 100.0), n, m(90.0, 150.0)));
    sound(t.project());
}

#[test]
fn a_locked_community_keeps_all_its_cells_even_when_its_level_is_opened() {
    let mut t = Town::new();
    t.does(lock("SQ2", true));
    let sq2 = || Held::Unit("SQ2".into());
    t.refuses("no_ground", draw("E2", rect(310.0, 10.0, 50.0, 50.0)));
    assert_eq!(held(&mut t, bend(m(300.0, 0.0), m(300.0, 200.0), m(290.0, 90.0))), sq2());
    assert_eq!(held(&mut t, opened(bend(m(200.0, 0.0), m(200.0, 200.0), m(190.0, 90.0)))), sq2());
    assert_eq!(held(&mut t, split("E1", "E2", vec![m(200.0, 50.0), m(300.0, 50.0)])), sq2());
    t.does(bend(m(100.0, 0.0), m(100.0, 200.0), m(110.0, 90.0)));
    t.does(lock("SQ2", false));
    t.does(draw("E2", rect(310.0, 10.0, 50.0, 50.0)));
    sound(t.project());
}

#[test]
fn a_locked_border_stays_and_is_told_when_others_put_nodes_into_it() {
    let mut t = Town::new();
    let first = content(t.project());
    let (s, n) = (m(100.0, 0.0), m(100.0, 200.0));
    t.refuses("not_found", lock_line(s, m(100.0, 100.0), true));
    t.does(bend(s, n, m(107.0, 90.0)));
    t.does(lock_line(s, m(107.0, 90.0), true));
    assert_eq!(t.layer().locks.lines.len(), 2, "the border from node to node");
    assert_eq!(held(&mut t, shift(m(107.0, 90.0), m(108.0, 90.0))), Held::Line);
    assert_eq!(held(&mut t, Op::Delete { at: m(107.0, 90.0) }), Held::Line);
    assert_eq!(held(&mut t, opened(shift(n, m(101.0, 200.0)))), Held::Line);
    assert_eq!(held(&mut t, merge(&["W1", "W2"])), Held::Line);
    // A node in it bends it by rounding only, and the pieces are locked.
    t.does(split("W2", "W3", vec![m(103.0, 150.0), m(200.0, 151.0)]));
    assert_eq!(t.layer().locks.lines.len(), 3);
    let (a, b) = (m(107.0, 90.0), n);
    let grid = |p: Place| t.project().grid(p).unwrap();
    for &(p, q) in &t.layer().locks.lines {
        for p in [p, q] {
            let near = dist2_to_segment(p, grid(a), grid(b)).min(dist2_to_segment(p, grid(s), grid(a)));
            assert!(near <= 0.5001, "{near}");
        }
    }
    let piece = *t.layer().locks.lines.iter().max().unwrap();
    let origin = t.project().origin();
    sound(t.project());
    let (p, q) = (origin.place(piece.0), origin.place(piece.1));
    assert_eq!(held(&mut t, bend(p, q, Place { e_mm: p.e_mm - 2_000, n_mm: (p.n_mm + q.n_mm) / 2 })), Held::Line);
    // Drawn over both sides, a cell takes that with more ground.
    t.does(draw_over("W8", rect(60.0, 20.0, 60.0, 20.0)));
    assert_eq!((t.at(62.0, 30.0), t.at(118.0, 30.0)), ("W8".into(), "W2".into()));
    sound(t.project());
    // All plainer but the locked border.
    t.does(Op::Simplify { cells: vec!["W8".into(), "W2".into()], on: None, tolerance_m: Some(20.0), square: false });
    assert!(t.project().plans[0].layers[0].partition.border_of(grid_of(&t, s), grid_of(&t, m(107.0, 90.0))).is_none());
    sound(t.project());
    let last = content(t.project());
    while t.h.undo().is_some() {}
    assert_eq!(content(t.project()), first);
    while t.h.redo().is_some() {}
    assert_eq!(content(t.project()), last);
}

fn grid_of(t: &Town, p: Place) -> Pt {
    t.project().grid(p).unwrap()
}

#[test]
fn an_edit_can_be_kept_within_a_unit_or_to_gaps() {
    let mut t = Town::new();
    let within = |op: Op, unit: &str| Edit { within: Some(unit.into()), opened: vec!["社区".into()], ..op.into() };
    let gaps = |op: Op| Edit { gaps: true, ..op.into() };
    t.refuses("not_found", within(draw("X", rect(0.0, 0.0, 9.0, 9.0)), "SQ9"));
    // Over both communities: of the one named only.
    t.does(within(draw_over("W3", rect(150.0, 50.0, 100.0, 50.0)), "SQ1"));
    assert_eq!((t.area_m2("W3"), t.area_m2("E1")), (2_500.0, 20_000.0));
    let by = held(&mut t, within(bend(m(200.0, 0.0), m(200.0, 50.0), m(190.0, 25.0)), "SQ1"));
    assert_eq!(by, Held::Within("SQ1".into()));
    let by = held(&mut t, within(split("E1", "E9", vec![m(200.0, 20.0), m(300.0, 20.0)]), "SQ1"));
    assert_eq!(by, Held::Within("SQ1".into()));
    t.does(within(split("E1", "E9", vec![m(200.0, 20.0), m(300.0, 20.0)]), "SQ2"));

    assert_eq!(held(&mut t, gaps(bend(m(100.0, 0.0), m(100.0, 200.0), m(90.0, 90.0)))), Held::Cells);
    // Into the gap: done. Into the cell: it would lose.
    t.does(gaps(bend(m(300.0, 20.0), m(300.0, 200.0), m(310.0, 90.0))));
    assert_eq!(held(&mut t, gaps(shift(m(310.0, 90.0), m(305.0, 90.0)))), Held::Cells);
    let over = Op::Draw {
        code: Some("E5".into()),
        name: None,
        rings: vec![rect(290.0, 120.0, 60.0, 40.0)],
        take: Take::All,
        parent: None,
    };
    let e1 = t.area_m2("E1");
    t.does(gaps(over));
    // A node in a slanting border takes what rounding takes.
    assert!((t.area_m2("E1") - e1).abs() < 0.2, "{}", t.area_m2("E1"));
    assert_eq!(t.at(340.0, 130.0), "E5");
    sound(t.project());
}

#[test]
fn locks_belong_to_the_plan_and_go_with_its_copies() {
    let mut t = Town::new();
    t.does(lock("W1", true));
    t.does(lock_line(m(300.0, 0.0), m(300.0, 200.0), true));
    t.does(Op::Plan(PlanOp::Copy { old: "方案A".into(), new: "方案B".into() }));
    t.does(Op::Plan(PlanOp::Rename { old: "方案B".into(), new: "乙".into() }));
    sound(t.project());
    let on = |plan: &str, op: Op| Edit { plan: Some(plan.into()), ..op.into() };
    t.does(on("方案A", lock("W1", false)));
    let border = bend(m(100.0, 0.0), m(100.0, 200.0), m(110.0, 90.0));
    t.does(on("方案A", border.clone()));
    assert_eq!(held(&mut t, on("乙", border)), Held::Unit("W1".into()));
    t.does(on("乙", Op::Set(SetOp { cell: Some("W2".into()), ..name("二") })));
    sound(t.project());
    let ids: BTreeSet<Id> = t.project().plans[1].layers[0].locks.units.clone();
    assert_eq!(ids.len(), 1);
    t.refuses("not_found", on("乙", lock("W99", true)));
    let both = Op::Lock { cell: Some("W1".into()), on: Some([m(0.0, 0.0), m(1.0, 1.0)]), value: true };
    t.refuses("field", on("乙", both));
    t.does(Op::Plan(PlanOp::Adopt { name: "乙".into(), from: crate::model::Date::parse("2026-01-01").unwrap() }));
    t.refuses("in_force", on("乙", lock("W2", true)));
}

fn name(text: &str) -> SetOp {
    let fields = serde_json::json!({ "name": text });
    SetOp { fields: fields.as_object().cloned().unwrap_or_default(), ..SetOp::default() }
}

#[test]
fn a_locked_unit_without_ground_is_not_taken_away() {
    let mut t = Town::new();
    let unit = |code: &str| Op::Unit {
        code: code.into(),
        name: String::new(),
        level: "网格".into(),
        parent: Some("SQ1".into()),
        rings: vec![],
    };
    t.does(unit("W7"));
    t.does(lock("W7", true));
    let apart = Op::Merge { cells: vec!["W1".into(), "W7".into()], keep: Some("W1".into()), apart: true };
    assert_eq!(held(&mut t, apart.clone()), Held::Unit("W7".into()));
    assert_eq!(held(&mut t, Op::Dissolve { cell: "W7".into() }), Held::Unit("W7".into()));
    t.does(lock("W7", false));
    t.does(apart);
    sound(t.project());
}

#[test]
fn a_drawing_over_a_locked_border_keeps_what_is_not_beside_it() {
    let mut t = Town::new();
    t.does(lock_line(m(100.0, 0.0), m(100.0, 200.0), true));
    // Two pieces of SQ1 on both sides of the locked border, and a third apart from them: the smaller side is left.
    let rings = vec![rect(80.0, 20.0, 60.0, 20.0), rect(20.0, 100.0, 20.0, 20.0)];
    t.does(Op::Draw { code: Some("W8".into()), name: None, rings, take: Take::All, parent: None });
    assert_eq!([t.at(82.0, 30.0), t.at(120.0, 30.0), t.at(30.0, 110.0)], ["W1", "W8", "W8"].map(str::to_owned));
    sound(t.project());
}

#[test]
fn two_locked_borders_a_millimetre_apart_are_told_apart() {
    let mut t = Town::new();
    // A cell like a needle, its border locked, and a line through it.
    let needle = vec![m(10.0, 190.0), m(90.0, 150.0), m(90.001, 149.999)];
    t.does(draw_over("N", needle));
    t.does(lock_line(m(10.0, 190.0), m(90.0, 150.0), true));
    let cut = |cell: &str, code: &str| crate::plan::CutCell {
        cell: cell.into(),
        code: Some(code.into()),
        name: None,
        keep: None,
    };
    let before = t.layer().locks.lines.len();
    let line = vec![m(35.123, 201.0), m(40.377, -1.0)];
    t.does(Op::Cut { line, cells: Some(vec![cut("W1", "W8"), cut("N", "N2")]), attach_m: None });
    assert_eq!(t.layer().locks.lines.len(), before + 2, "{:?}", t.layer().locks.lines);
    sound(t.project());
}
