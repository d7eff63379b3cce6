//! Every edit of ground, places and people: what it does and what it refuses.

use super::town::{self, Town, community, draw, draw_over, m, merge, opened, rect, split};
use crate::geom::Place;
use crate::model::{Date, Field, Id, Kind, Target};
use crate::plan::{EditError, Op, PlanOp, SetOp, Take};

fn set(what: &str, code: &str, fields: serde_json::Value) -> Op {
    let mut json = fields;
    json["op"] = "set".into();
    json[what] = code.into();
    serde_json::from_value(json).unwrap()
}

pub fn post(code: &str, member: &str, duty: &str, cell: &str) -> Op {
    let json = serde_json::json!({ "op": "post", "code": code, "member": member, "post": duty, "cell": cell });
    serde_json::from_value(json).unwrap()
}

pub fn pin(building: &str, cell: Option<&str>) -> Op {
    Op::Pin { building: building.into(), cell: cell.map(Into::into) }
}

#[test]
fn the_outline_takes_and_gives_ground_but_leaves_every_cell_some() {
    let mut t = Town::new();
    assert_eq!(t.at(390.0, 100.0), "SQ2");
    t.does(Op::Outline { rings: vec![rect(0.0, 0.0, 350.0, 200.0)], crs: None });
    assert_eq!((t.at(390.0, 100.0), t.at(340.0, 100.0)), (String::new(), "SQ2".into()));
    t.does(Op::Outline { rings: vec![rect(-50.0, 0.0, 400.0, 200.0)], crs: None });
    assert_eq!((t.at(-10.0, 10.0), t.at(10.0, 10.0)), (String::new(), "W1".into()));
    t.refuses("nothing", Op::Outline { rings: vec![rect(-50.0, 0.0, 400.0, 200.0)], crs: None });
    let why = t.refuses("would_vanish", Op::Outline { rings: vec![rect(150.0, 0.0, 200.0, 200.0)], crs: None });
    assert!(matches!(&why, EditError::Border { units, .. } if units == &["W1"]), "{why:?}");
    t.refuses("too_few_points", Op::Outline { rings: vec![vec![m(0.0, 0.0), m(1.0, 1.0)]], crs: None });
    t.refuses(
        "self_crossing",
        Op::Outline { rings: vec![vec![m(0.0, 0.0), m(99.0, 99.0), m(99.0, 0.0), m(0.0, 50.0)]], crs: None },
    );
    t.refuses("out_of_range", Op::Outline { rings: vec![rect(0.0, 0.0, 2_000_000.0, 10.0)], crs: None });
    t.refuses("too_few_points", Op::Outline { rings: vec![], crs: None });
}

#[test]
fn a_cell_takes_free_ground_only_or_that_of_others_too() {
    let mut t = Town::new();
    // Over E1, the free 100 m beside it and beyond the outline: only the free ground is taken.
    t.does(draw("E2", rect(250.0, 0.0, 100.0, 300.0)));
    assert_eq!((t.area_m2("E1"), t.area_m2("E2")), (20_000.0, 10_000.0));
    assert_eq!(t.layer().unit("E2").unwrap().parent, Some(t.layer().unit("SQ2").unwrap().id));
    t.does(draw_over("E3", rect(250.0, 0.0, 75.0, 200.0)));
    assert_eq!((t.area_m2("E1"), t.area_m2("E2"), t.area_m2("E3")), (10_000.0, 5_000.0, 15_000.0));
    assert_eq!((t.at(260.0, 10.0), t.at(330.0, 10.0), t.at(360.0, 10.0)), ("E3".into(), "E2".into(), "SQ2".into()));
}

#[test]
fn a_drawing_that_would_take_the_last_ground_of_a_cell_names_it() {
    let mut t = Town::new();
    let why = t.refuses("would_vanish", draw_over("E9", rect(200.0, 0.0, 120.0, 200.0)));
    assert!(matches!(&why, EditError::Border { units, .. } if units == &["E1"]), "{why:?}");
    assert!(why.said().zh.starts_with("E1 "));
}

#[test]
fn a_drawing_on_two_communities_is_refused_or_kept_to_the_one_named() {
    let mut t = Town::new();
    t.does(Op::Outline { rings: vec![rect(0.0, -100.0, 400.0, 300.0)], crs: None });
    t.does(community("SQ3", rect(0.0, -100.0, 350.0, 100.0)));
    let over = |take, parent: Option<&str>| Op::Draw {
        code: Some("X".into()),
        name: Some("新".into()),
        rings: vec![rect(280.0, -50.0, 110.0, 100.0)],
        take,
        parent: parent.map(Into::into),
    };
    let why = t.refuses("spans_units", over(Take::Free, None));
    let EditError::Spans { mut units, at } = why else { panic!() };
    units.sort();
    assert_eq!((units, at), (vec![String::new(), "SQ2".to_owned(), "SQ3".to_owned()], m(280.0, -50.0)));
    t.refuses("not_found", over(Take::Free, Some("SQ9")));
    t.does(over(Take::Free, Some("SQ2")));
    assert_eq!((t.area_m2("X"), t.area_m2("E1")), (90.0 * 50.0, 20_000.0));
    t.h.undo();
    t.does(over(Take::All, Some("SQ2")));
    assert_eq!((t.area_m2("X"), t.area_m2("E1")), (110.0 * 50.0, 19_000.0));
    t.refuses("duplicate", draw("SQ1", rect(310.0, 50.0, 10.0, 10.0)));
    t.refuses("text", draw(" ", rect(310.0, 50.0, 10.0, 10.0)));
    t.refuses("no_ground", draw("Z", rect(10.0, 10.0, 10.0, 10.0)));
    t.refuses("no_ground", draw("Z", rect(1010.0, 10.0, 10.0, 10.0)));
    let bare = Op::Draw { code: None, name: None, rings: vec![], take: Take::Free, parent: None };
    t.refuses("not_filled", bare);
    t.refuses("too_few_points", draw("Z", vec![]));
}

#[test]
fn a_drawing_may_be_kept_to_the_ground_of_no_community() {
    let mut t = Town::new();
    t.does(Op::Outline { rings: vec![rect(0.0, 0.0, 600.0, 200.0)], crs: None });
    let over = |parent: Option<&str>| Op::Draw {
        code: Some("X".into()),
        name: None,
        rings: vec![rect(390.0, 0.0, 100.0, 100.0)],
        take: Take::Free,
        parent: parent.map(Into::into),
    };
    let why = t.refuses("spans_units", over(None));
    assert!(matches!(&why, EditError::Spans { units, .. } if units == &["", "SQ2"]), "{why:?}");
    let said = why.said();
    assert!(said.zh.contains("SQ2") && said.zh.contains("未划入"), "{said:?}");
    t.does(over(Some("")));
    assert_eq!((t.area_m2("X"), t.layer().unit("X").unwrap().parent), (9_000.0, None));
    t.h.undo();
    t.does(over(Some("SQ2")));
    assert_eq!(t.area_m2("X"), 1_000.0);
}

#[test]
fn a_community_divided_into_cells_may_lose_the_strip_that_is_no_cells() {
    let mut t = Town::new();
    // Of SQ1 only a strip of 10 m at the rim is no cell's.
    t.does(Op::Outline { rings: vec![rect(-10.0, 0.0, 410.0, 200.0)], crs: None });
    t.does(community("SQ0", rect(-10.0, 0.0, 10.0, 200.0)));
    t.does(draw("W0", rect(-5.0, 0.0, 5.0, 200.0)));
    let cut = Op::Outline { rings: vec![rect(-5.0, 0.0, 405.0, 200.0)], crs: None };
    t.does(cut);
    assert_eq!((t.at(-2.0, 10.0), t.at(-7.0, 10.0)), ("W0".into(), String::new()));
    assert!(t.layer().unit("SQ0").is_some());
    // With its last cell it would be gone altogether.
    let gone = Op::Outline { rings: vec![rect(0.0, 0.0, 400.0, 200.0)], crs: None };
    let why = t.refuses("would_vanish", gone);
    assert!(matches!(&why, EditError::Border { units, .. } if units == &["W0"]), "{why:?}");
    // One without cells that would lose all it has is named itself.
    t.does(Op::Outline { rings: vec![rect(-5.0, 0.0, 505.0, 200.0)], crs: None });
    t.does(community("SQ5", rect(400.0, 0.0, 100.0, 200.0)));
    let why = t.refuses("would_vanish", Op::Outline { rings: vec![rect(-5.0, 0.0, 405.0, 200.0)], crs: None });
    assert!(matches!(&why, EditError::Border { units, .. } if units == &["SQ5"]), "{why:?}");
}

#[test]
fn split_merge_and_pin_are_for_cells() {
    let mut t = Town::new();
    t.does(Op::Outline { rings: vec![rect(0.0, 0.0, 400.0, 300.0)], crs: None });
    t.does(community("SQ3", rect(0.0, 200.0, 400.0, 100.0)));
    let why = t.refuses("not_a_cell", split("SQ3", "X", vec![m(200.0, 200.0), m(200.0, 300.0)]));
    assert_eq!(why, EditError::NotACell { code: "SQ3".into(), level: "社区".into() });
    assert!(why.said().zh.contains("社区") && why.said().en.contains("SQ3"));
    t.refuses("not_a_cell", merge(&["SQ1", "SQ3"]));
    t.refuses("not_a_cell", merge(&["W1", "SQ1"]));
    t.refuses("not_a_cell", pin("B1", Some("SQ1")));
    t.does(pin("B1", Some("W2")));
}

#[test]
fn higher_borders_move_only_when_they_are_opened() {
    let mut t = Town::new();
    t.does(Op::Insert { on: [m(100.0, 0.0), m(100.0, 200.0)], at: m(110.0, 100.0) });
    t.does(Op::Move { at: m(110.0, 100.0), to: m(90.0, 100.0) });
    assert_eq!(t.area_m2("W1"), 19_000.0);
    // The border between the communities, bent, is refused; a vertex on its line is not.
    let bend = Op::Insert { on: [m(200.0, 0.0), m(200.0, 200.0)], at: m(210.0, 100.0) };
    let why = t.refuses("protected", bend.clone());
    assert_eq!(why, EditError::Protected { line: "社区".into(), at: m(210.0, 100.0) });
    assert!(why.said().zh.contains("社区界"));
    t.refuses("protected", opened(bend.clone(), &["outline"]));
    t.does(Op::Insert { on: [m(200.0, 0.0), m(200.0, 200.0)], at: m(200.0, 100.0) });
    t.refuses("protected", Op::Move { at: m(200.0, 100.0), to: m(201.0, 100.0) });
    t.refuses("protected", Op::Delete { at: m(200.0, 100.0) });
    t.does(opened(Op::Move { at: m(200.0, 100.0), to: m(210.0, 100.0) }, &["社区"]));
    t.does(opened(Op::Delete { at: m(210.0, 100.0) }, &["社区"]));
    t.does(opened(bend, &["社区"]));
    // A corner of the outline.
    let corner = Op::Move { at: m(400.0, 200.0), to: m(410.0, 210.0) };
    let why = t.refuses("protected", opened(corner.clone(), &["社区"]));
    assert_eq!(why, EditError::Protected { line: "outline".into(), at: m(400.0, 200.0) });
    t.does(opened(corner, &["outline"]));
    // A node where the communities' border meets the outline is part of both.
    let both = Op::Move { at: m(200.0, 0.0), to: m(205.0, 0.0) };
    t.refuses("protected", opened(both.clone(), &["outline"]));
    t.refuses("protected", opened(both.clone(), &["社区"]));
    t.does(opened(both, &["社区", "outline"]));
}

#[test]
fn vertices_are_refused_where_nothing_is_or_borders_would_cross() {
    let mut t = Town::new();
    t.refuses("not_found", Op::Move { at: m(50.0, 50.0), to: m(51.0, 50.0) });
    t.refuses("not_found", Op::Delete { at: m(50.0, 50.0) });
    t.refuses("not_found", Op::Insert { on: [m(50.0, 0.0), m(50.0, 200.0)], at: m(50.0, 100.0) });
    t.refuses("is_node", Op::Delete { at: m(100.0, 0.0) });
    t.refuses("out_of_range", Op::Move { at: m(100.0, 0.0), to: Place { e_mm: 1 << 50, n_mm: 0 } });
    let on = [m(100.0, 0.0), m(100.0, 200.0)];
    t.refuses("too_few_points", Op::Insert { on, at: m(100.0, 0.0) });
    t.refuses("crosses", Op::Insert { on, at: m(250.0, 100.0) });
    t.does(Op::Insert { on, at: m(110.0, 100.0) });
    t.refuses("nothing", Op::Move { at: m(110.0, 100.0), to: m(110.0, 100.0) });
    t.refuses("crosses", Op::Move { at: m(110.0, 100.0), to: m(-10.0, 100.0) });
    t.does(Op::Split {
        cell: "W2".into(),
        line: vec![m(150.0, 90.0), m(160.0, 90.0), m(160.0, 110.0), m(150.0, 110.0), m(150.0, 90.0)],
        code: Some("I".into()),
        name: None,
        keep: Some(m(110.5, 5.0)),
        attach_m: None,
    });
    let why = t.refuses("engulfs", Op::Move { at: m(110.0, 100.0), to: m(199.0, 100.0) });
    assert!(why.at().is_some());
}

#[test]
fn a_split_keeps_the_part_named_and_pins_follow_their_place() {
    let mut t = Town::new();
    t.does(pin("B1", Some("W1")));
    t.does(pin("B2", Some("W1")));
    t.does(pin("B3", Some("W1")));
    // B1 stands west of x = 50, B2 east of it, B3 in W2.
    let line = vec![m(50.0, -10.0), m(50.0, 210.0)];
    let keep_east = Op::Split {
        cell: "W1".into(),
        line: line.clone(),
        code: Some("W3".into()),
        name: Some("西".into()),
        keep: Some(m(60.0, 10.0)),
        attach_m: None,
    };
    let old = t.layer().unit("W1").unwrap().id;
    t.does(keep_east);
    let new = t.layer().unit("W3").unwrap().clone();
    assert_eq!((t.at(60.0, 10.0), t.at(40.0, 10.0)), ("W1".into(), "W3".into()));
    assert_eq!((t.layer().unit("W1").unwrap().id, new.name.as_str(), new.level), (old, "西", 1));
    assert_eq!(new.parent, Some(t.layer().unit("SQ1").unwrap().id));
    let pinned = |t: &Town, b: &str| t.layer().pins.get(&t.project().table(Kind::Buildings).find(b).unwrap()).copied();
    assert_eq!([pinned(&t, "B1"), pinned(&t, "B2"), pinned(&t, "B3")], [Some(new.id), Some(old), Some(old)]);
    t.does(pin("B1", None));
    assert_eq!(pinned(&t, "B1"), None);
}

#[test]
fn a_split_that_does_not_divide_is_refused_with_the_gap() {
    let mut t = Town::new();
    let short = vec![m(50.0, 0.0), m(50.0, 199.5)];
    let why = t.refuses("dangling", split("W1", "W3", short.clone()));
    assert!(why.said().zh.contains("0.500 米") && why.at() == Some(m(50.0, 199.5)), "{why:?}");
    let attach = |attach_m| Op::Split {
        cell: "W1".into(),
        line: short.clone(),
        code: Some("W3".into()),
        name: None,
        keep: None,
        attach_m: Some(attach_m),
    };
    t.refuses("dangling", attach(0.4));
    t.refuses("field", attach(-1.0));
    t.refuses("field", attach(1e9));
    t.does(attach(0.5));
    t.refuses("not_divided", split("W2", "W4", vec![m(300.0, 0.0), m(300.0, 200.0)]));
    t.refuses("too_few_points", split("W2", "W4", vec![m(150.0, 0.0)]));
    t.refuses(
        "self_crossing",
        split("W2", "W4", vec![m(150.0, 0.0), m(150.0, 99.0), m(170.0, 50.0), m(120.0, 50.0), m(120.0, 200.0)]),
    );
    t.refuses("not_found", split("W9", "W4", vec![m(150.0, 0.0), m(150.0, 200.0)]));
    t.refuses("duplicate", split("W2", "E1", vec![m(150.0, 0.0), m(150.0, 200.0)]));
    let bare = Op::Split {
        cell: "W2".into(),
        line: vec![m(150.0, 0.0), m(150.0, 200.0)],
        code: None,
        name: None,
        keep: None,
        attach_m: None,
    };
    t.refuses("not_filled", bare);
}

#[test]
fn two_borders_closer_than_the_grid_are_refused() {
    let mut t = Town::new();
    // A border 1 mm east of the one at x = 100, and one slanting between the two: no grid point lies beside it.
    t.does(split("W2", "W3", vec![m(100.001, 0.0), m(100.001, 199.0), m(101.0, 200.0)]));
    t.does(split("W3", "W4", vec![m(100.0, 0.0), m(100.001, 200.0)]));
    let why = t.refuses("too_close", split("W4", "W5", vec![m(90.0, 50.0), m(110.0, 50.0)]));
    assert!(why.at().is_some_and(|at| at.metres()[0] - 500_100.0 < 0.002), "{why:?}");
    // Where there is room the same line does.
    t.does(split("W2", "W5", vec![m(100.0, 150.0), m(210.0, 150.0)]));
}

#[test]
fn a_merge_moves_pins_and_posts_and_needs_a_common_border_and_parent() {
    let mut t = Town::new();
    t.does(pin("B4", Some("W2")));
    t.does(post("P1", "M1", "网格长", "W2"));
    t.does(split("W1", "W0", vec![m(40.0, 0.0), m(40.0, 200.0)]));
    let w1 = t.layer().unit("W1").unwrap().id;
    let why = t.refuses("no_common_border", merge(&["W0", "W2"]));
    assert!(matches!(why, EditError::Border { .. }));
    let why = t.refuses("parents", merge(&["W2", "E1"]));
    assert_eq!(why, EditError::Parents { cells: vec!["W2".into(), "E1".into()] });
    t.refuses("nothing", merge(&["W1", "W1"]));
    t.refuses("nothing", merge(&[]));
    t.refuses("not_found", merge(&["W1", "W9"]));
    t.refuses("not_filled", Op::Merge { cells: vec!["W1".into(), "W2".into()], keep: None, apart: false });
    t.refuses("not_found", Op::Merge { cells: vec!["W1".into(), "W2".into()], keep: Some("E1".into()), apart: false });
    t.does(merge(&["W1", "W2", "W0"]));
    assert_eq!(t.area_m2("W1"), 40_000.0);
    assert!(t.layer().unit("W2").is_none() && t.layer().unit("W0").is_none());
    assert_eq!(t.layer().pins.values().copied().collect::<Vec<Id>>(), vec![w1]);
    let p = t.project().post(t.project().plans[0].id, "P1").unwrap();
    assert_eq!(p.target, Target::Cell { layer: 0, unit: w1 });
}

#[test]
fn an_island_that_other_borders_come_to_and_leave_again_counts_the_same() {
    let mut t = Town::new();
    // The island's border begins at its south-eastern corner; that is not where its bytes begin.
    let ring = [(160.0, 90.0), (160.0, 110.0), (150.0, 110.0), (150.0, 90.0), (160.0, 90.0)];
    t.does(split("W2", "I", ring.map(|(x, y)| m(x, y)).to_vec()));
    let alone = t.project().state;
    t.does(split("W2", "W3", vec![m(100.0, 0.0), m(160.0, 90.0), m(200.0, 0.0)]));
    t.does(merge(&["W2", "W3"]));
    assert_eq!(t.project().state, alone, "equal ground, equal state");
}

#[test]
fn units_take_ground_of_the_layer_or_of_the_unit_above() {
    let mut t = Town::new();
    t.does(Op::Outline { rings: vec![rect(0.0, 0.0, 500.0, 200.0)], crs: None });
    let unit = |code: &str, level: &str, parent: Option<&str>, rings: Vec<Vec<Place>>| Op::Unit {
        code: code.into(),
        name: "名".into(),
        level: level.into(),
        parent: parent.map(Into::into),
        rings,
    };
    t.does(unit("SQ4", "社区", None, vec![]));
    t.does(unit("SQ5", "社区", None, vec![rect(350.0, 0.0, 200.0, 200.0)]));
    assert_eq!((t.area_m2("SQ5"), t.area_m2("SQ2")), (20_000.0, 20_000.0), "a community takes none of another");
    t.does(unit("E7", "网格", Some("SQ2"), vec![rect(350.0, 0.0, 200.0, 200.0)]));
    assert_eq!(t.area_m2("E7"), 10_000.0);
    t.refuses("spans_units", unit("E8", "网格", None, vec![rect(320.0, 10.0, 150.0, 10.0)]));
    t.refuses("no_ground", unit("SQ6", "社区", None, vec![rect(0.0, 0.0, 200.0, 200.0)]));
    t.refuses("not_found", unit("X", "街道", None, vec![]));
    t.refuses("not_found", unit("X", "社区", Some("W1"), vec![]));
    t.refuses("not_found", unit("X", "网格", Some("SQ9"), vec![]));
    t.refuses("duplicate", unit("SQ4", "社区", None, vec![]));
}

#[test]
fn attributes_are_set_and_unknown_fields_refused() {
    let mut t = Town::new();
    t.does(set("cell", "W1", serde_json::json!({ "name": "南泉北路", "code": "W10" })));
    assert_eq!(t.layer().unit("W10").unwrap().name, "南泉北路");
    t.does(set("cell", "SQ1", serde_json::json!({ "code": "SQ10" })));
    t.does(set("cell", "W10", serde_json::json!({ "name": null })));
    t.refuses("duplicate", set("cell", "W10", serde_json::json!({ "code": "E1" })));
    t.refuses("text", set("cell", "W10", serde_json::json!({ "code": "" })));
    t.refuses("text", set("cell", "W10", serde_json::json!({ "name": "换\u{7}行" })));
    t.refuses("field", set("cell", "W10", serde_json::json!({ "name": 5 })));
    t.refuses("field", set("cell", "W10", serde_json::json!({ "colour": "red" })));
    t.refuses("not_found", set("cell", "W1", serde_json::json!({ "name": "x" })));
    t.refuses("nothing", set("cell", "W10", serde_json::json!({})));

    t.does(set(
        "building",
        "B1",
        serde_json::json!({ "households": 42, "use": "residential", "height": 9.5, "name": "1 号楼" }),
    ));
    let slot = t.project().table(Kind::Buildings).find("B1").unwrap();
    let row = t.project().table(Kind::Buildings).get(slot).unwrap();
    assert_eq!((row.count(Field::Households), row.count(Field::HouseholdsEstimated)), (Some(42), None), "known now");
    assert_eq!((row.name(), row.text(Field::Use)), ("1 号楼", Some("residential")));
    t.does(set("building", "B1", serde_json::json!({ "use": null })));
    for bad in [
        "{\"households\":-1}",
        "{\"households\":1.5}",
        "{\"households\":\"9\"}",
        "{\"use\":3}",
        "{\"height\":\"x\"}",
        "{\"whole\":1}",
        "{\"anchor\":[0,0]}",
        "{\"households\":5000000000}",
    ] {
        t.refuses("field", set("building", "B1", serde_json::from_str(bad).unwrap()));
    }
    t.refuses("not_found", set("building", "B9", serde_json::json!({ "households": 1 })));
    t.does(set("courtyard", "Y1", serde_json::json!({ "kind": "老旧", "address": "幸福路" })));
    t.refuses("field", set("courtyard", "Y1", serde_json::json!({ "households": 1 })));
    t.refuses("not_found", set("courtyard", "Y9", serde_json::json!({})));
    t.does(set("facility", "F1", serde_json::json!({ "kind": "充电棚" })));
    t.refuses("not_found", set("facility", "F9", serde_json::json!({})));
    t.does(set("member", "M1", serde_json::json!({ "phone": "02100000000", "org": "O1" })));
    t.does(set("member", "M1", serde_json::json!({ "phone": null, "name": "李某" })));
    t.refuses("field", set("member", "M1", serde_json::json!({ "name": "" })));
    t.refuses("field", set("member", "M1", serde_json::json!({ "id_number": "1" })));
    t.refuses("not_found", set("member", "M1", serde_json::json!({ "org": "O9" })));
    t.refuses("not_found", set("member", "M9", serde_json::json!({})));
}

#[test]
fn twenty_thousand_buildings_are_set_one_by_one() {
    const N: i32 = 20_000;
    let mut t = Town::new();
    t.bring(
        Kind::Buildings,
        (0..N).map(|i| town::house(&format!("C{i:05}"), i % 200 * 12, 300 + i / 200 * 12)).collect(),
    );
    let started = std::time::Instant::now();
    for i in 0..N {
        let op = set("building", &format!("C{i:05}"), serde_json::json!({ "residents": i }));
        t.h.stage(op.into(), &t.rows).unwrap();
        t.h.commit(Default::default(), 0, "", None).unwrap();
    }
    println!("{N} edits in {:?}", started.elapsed());
    let buildings = t.project().table(Kind::Buildings);
    assert_eq!((buildings.len(), buildings.overlay().len()), (N as usize + 4, N as usize));
    let last = buildings.get(buildings.find("C19999").unwrap()).unwrap();
    assert_eq!(last.count(Field::Residents), Some(19_999));
    assert_eq!(t.project().state, t.project().recount_state());
}

#[test]
fn rules_are_set_within_sense() {
    let mut t = Town::new();
    let rules =
        |json: serde_json::Value| Op::Set(SetOp { rules: Some(json.as_object().unwrap().clone()), ..SetOp::default() });
    t.does(rules(serde_json::json!({ "households_min": 200, "households_max": 400 })));
    assert_eq!(t.project().facts.rules.households_max, 400);
    t.refuses("nothing", rules(serde_json::json!({ "households_min": 200 })));
    t.refuses("field", rules(serde_json::json!({ "households_min": 500 })));
    t.refuses("field", rules(serde_json::json!({ "households": 500 })));
    t.refuses("field", rules(serde_json::json!({ "household_m2": 0 })));
    t.refuses("field", rules(serde_json::json!({ "household_m2": null })));
    let mixed = SetOp { cell: Some("W1".into()), building: Some("B1".into()), ..SetOp::default() };
    t.refuses("field", Op::Set(mixed));
    t.refuses("field", Op::Set(SetOp::default()));
}

#[test]
fn pins_and_courtyards_kept_whole() {
    let mut t = Town::new();
    t.refuses("nothing", pin("B1", None));
    t.refuses("not_found", pin("B9", Some("W1")));
    t.refuses("not_found", pin("B1", Some("W9")));
    t.does(pin("B1", Some("E1")));
    t.refuses("nothing", pin("B1", Some("E1")));
    let whole = |value| Op::Whole { courtyard: "Y1".into(), value };
    t.refuses("nothing", whole(false));
    t.does(whole(true));
    assert!(t.project().is_whole(0));
    t.refuses("nothing", whole(true));
    t.does(whole(false));
    t.refuses("not_found", Op::Whole { courtyard: "Y9".into(), value: true });
}

#[test]
fn a_problem_is_set_aside_with_a_reason_and_taken_back() {
    let mut t = Town::new();
    let ignore = |reason: Option<&str>| Op::Ignore { issue: "V14 grid/W1".into(), reason: reason.map(Into::into) };
    t.refuses("nothing", ignore(None));
    t.refuses("field", ignore(Some(" ")));
    t.refuses("private", ignore(Some("打 13912345678")));
    t.does(ignore(Some("河对岸")));
    assert_eq!(t.project().ignored("V14 grid/W1").map(|i| i.reason.as_str()), Some("河对岸"));
    t.refuses("nothing", ignore(Some("河对岸")));
    t.does(ignore(Some("历来如此")));
    t.does(ignore(None));
    assert!(t.project().ignored("V14 grid/W1").is_none());
}

#[test]
fn members_and_posts_come_change_and_go() {
    let mut t = Town::new();
    let member = |code: &str, name: &str, phone: Option<&str>, org: Option<&str>| Op::Member {
        code: code.into(),
        name: name.into(),
        phone: phone.map(Into::into),
        org: org.map(Into::into),
    };
    t.does(member("M2", "李某", Some("139****0216"), Some("O1")));
    t.does(member("M2", "李某某", None, None));
    let m2 = t.project().member("M2").unwrap();
    assert_eq!((m2.name.as_str(), m2.phone.as_deref(), m2.org.as_deref()), ("李某某", Some("139****0216"), Some("O1")));
    t.refuses("nothing", member("M2", "李某某", None, None));
    t.refuses("field", member("M3", "", None, None));
    t.refuses("text", member("", "王某", None, None));
    t.refuses("not_found", member("M3", "王某", None, Some("O9")));

    t.does(post("P1", "M2", "网格长", "W1"));
    t.does(post("P1", "M1", "网格长", "W2"));
    let one = |t: &Town, code: &str| t.project().post(t.project().plans[0].id, code).unwrap().clone();
    let (w2, m1) = (t.layer().unit("W2").unwrap().id, t.project().member("M1").unwrap().id);
    assert_eq!((one(&t, "P1").target.clone(), one(&t, "P1").member), (Target::Cell { layer: 0, unit: w2 }, m1));
    let with = |mut op: Op, f: &dyn Fn(&mut Op)| {
        f(&mut op);
        op
    };
    let on = |c: Option<&str>, b: Option<&str>, o: Option<&str>| {
        let (c, b, o) = (c.map(Into::into), b.map(Into::into), o.map(Into::into));
        with(post("P2", "M2", "楼栋长", "W1"), &|op| {
            if let Op::Post { cell, courtyard, building, org, .. } = op {
                (*cell, *courtyard, *building, *org) = (None, c.clone(), b.clone(), o.clone());
            }
        })
    };
    t.does(on(Some("Y1"), None, None));
    t.does(on(None, Some("B1"), None));
    t.does(on(None, None, Some("O1")));
    assert_eq!(one(&t, "P2").target, Target::Org("O1".into()));
    for missing in [on(Some("Y9"), None, None), on(None, Some("B9"), None), on(None, None, Some("O9"))] {
        t.refuses("not_found", missing);
    }
    t.refuses("field", on(Some("Y1"), Some("B1"), None));
    t.refuses("field", on(None, None, None));
    t.refuses("field", post("P2", "M2", "网格员", "W1"));
    t.refuses("field", post("P3", "M2", "", "W1"));
    t.refuses("not_found", post("P3", "M9", "网格员", "W1"));
    t.refuses("not_found", post("P3", "M2", "网格员", "W9"));
    let term = |from: &str, to: &str| {
        with(post("P3", "M2", "网格员", "W1"), &|op| {
            if let Op::Post { from: f, to: t, .. } = op {
                (*f, *t) = (Some(Date::parse(from).unwrap()), Some(Date::parse(to).unwrap()));
            }
        })
    };
    t.refuses("field", term("2026-06-18", "2026-06-17"));
    t.does(term("2026-06-18", "2026-06-18"));
    t.refuses(
        "not_filled",
        with(post("P4", "M2", "网格员", "W1"), &|op| {
            if let Op::Post { code, .. } = op {
                *code = None;
            }
        }),
    );

    let remove = |member: Option<&str>, post: Option<&str>| Op::Remove {
        member: member.map(Into::into),
        post: post.map(Into::into),
        buildings: vec![],
        courtyard: None,
    };
    t.does(remove(None, Some("P1")));
    t.does(remove(Some("M2"), None));
    assert!(t.project().member("M2").is_none() && t.project().facts.posts.is_empty());
    assert!(t.project().plans[0].posts.is_empty(), "the posts go with the member");
    t.refuses("not_found", remove(Some("M2"), None));
    t.refuses("not_found", remove(None, Some("P1")));
    t.refuses("field", remove(None, None));
    t.refuses("field", remove(Some("M1"), Some("P1")));
}

#[test]
fn layers_are_added_and_must_then_be_named() {
    let mut t = Town::new();
    let layer = |id: &str, levels: &[&str]| Op::Layer {
        id: id.into(),
        name: "建管网格".into(),
        levels: levels.iter().map(|l| (*l).to_owned()).collect(),
    };
    t.does(Op::Plan(PlanOp::Copy { old: "方案A".into(), new: "方案B".into() }));
    t.does(layer("build", &["片区", "网格"]));
    assert!(t.project().plans.iter().all(|p| p.layers.len() == 2));
    t.refuses("duplicate", layer("grid", &["网格"]));
    t.refuses("text", layer("Bad Id", &["网格"]));
    t.refuses("text", layer("empty", &[]));
    let mut e: crate::plan::Edit = Op::Outline { rings: vec![rect(0.0, 0.0, 100.0, 100.0)], crs: None }.into();
    t.refuses("not_filled", e.clone());
    e.plan = Some("方案B".into());
    t.refuses("layer", e.clone());
    e.layer = Some("nothing".into());
    t.refuses("not_found", e.clone());
    e.layer = Some("build".into());
    t.does(e.clone());
    e.plan = Some("方案C".into());
    t.refuses("not_found", e);
    assert!(
        t.project().plans[0].layers[1].partition.is_empty() && !t.project().plans[1].layers[1].partition.is_empty()
    );
}
