//! Gathered units: lists of courtyards and buildings below the cells.

use super::each::post;
use super::town::{Town, draw, empty, house, m, merge, polygon, rect, split};
use crate::model::{Extent, GridLayer, Kind, Row};
use crate::plan::{Edit, History, Op, Project, SetOp};

fn gather(code: &str, parent: Option<&str>, courtyards: &[&str], buildings: &[&str]) -> Op {
    let list = |c: &[&str]| c.iter().map(|c| (*c).to_owned()).collect();
    let (code, level) = (code.to_owned(), "微网格".to_owned());
    Op::Gather {
        code,
        name: String::new(),
        level,
        parent: parent.map(Into::into),
        courtyards: list(courtyards),
        buildings: list(buildings),
    }
}

/// Cells A and B side by side under no community, with houses and two courtyards; levels 社区 > 网格 > 微网格*.
fn town() -> Town {
    let head = (*empty().stable().facts.head).clone();
    let levels = ["社区", "网格", "微网格*"].map(str::to_owned).to_vec();
    let layer = GridLayer::new("grid", "治理网格", levels).unwrap();
    let plan = empty().stable().plans[0].id;
    let mut t = Town::new();
    t.h = History::new(Project::new(head, vec![layer], plan), 5);
    let houses = (0..8).map(|i| house(&format!("B{i}"), 10 + i * 24, 20)).collect();
    t.bring(Kind::Buildings, houses);
    let yard = |c: &str, x: i32| Row::new(c, "", vec![], polygon(x, 0, 50, 90)).unwrap();
    t.bring(Kind::Courtyards, vec![yard("Y1", 0), yard("Y2", 55)]);
    t.does(Op::Outline { rings: vec![rect(0.0, 0.0, 200.0, 100.0)], crs: None });
    t.does(draw("A", rect(0.0, 0.0, 100.0, 100.0)));
    t.does(draw("B", rect(100.0, 0.0, 100.0, 100.0)));
    t
}

fn parent(t: &Town, code: &str) -> Option<String> {
    let l = t.layer();
    l.unit(code).unwrap().parent.and_then(|p| l.units.get(&p)).map(|u| u.code.clone())
}

fn set(code: &str, fields: serde_json::Value) -> Op {
    Op::Set(SetOp { cell: Some(code.into()), fields: fields.as_object().cloned().unwrap(), ..SetOp::default() })
}

#[test]
fn a_gathered_unit_lists_places_once_a_level_and_has_no_ground() {
    let mut t = town();
    let ground = format!("{:?}", t.layer().partition.faces().collect::<Vec<_>>());
    t.does(gather("M1", Some("A"), &["Y1"], &["B7", "B5", "B7"]));
    let Extent::Gathered(g) = &t.layer().unit("M1").unwrap().extent else { panic!() };
    assert_eq!((g.courtyards.join(","), g.buildings.join(",")), ("Y1".into(), "B5,B7".into()));
    assert_eq!(format!("{:?}", t.layer().partition.faces().collect::<Vec<_>>()), ground);
    t.refuses("duplicate", gather("M1", None, &[], &[]));
    t.refuses("duplicate", gather("M2", None, &["Y1"], &[]));
    t.refuses("duplicate", gather("M2", None, &[], &["B5"]));
    t.refuses("not_found", gather("M2", None, &["Y9"], &[]));
    t.refuses("not_found", gather("M2", None, &[], &["Y1"]));
    t.refuses("not_found", gather("M2", Some("M1"), &[], &[]));
    let level = |level: &str| match gather("M2", None, &[], &[]) {
        Op::Gather { code, name, parent, courtyards, buildings, .. } => {
            Op::Gather { code, name, level: level.into(), parent, courtyards, buildings }
        }
        _ => unreachable!(),
    };
    t.refuses("not_found", level("网格"));
    t.refuses("not_found", level("楼栋"));
    t.does(gather("M2", None, &["Y2"], &["B0"]));
    t.refuses("duplicate", set("M2", serde_json::json!({"courtyards": ["Y1", "Y2"]})));
    t.refuses("not_found", set("M2", serde_json::json!({"parent": "M1"})));
    t.refuses("field", set("M2", serde_json::json!({"buildings": "B0"})));
    t.refuses("field", set("A", serde_json::json!({"buildings": []})));
    t.does(set("M2", serde_json::json!({"parent": "B", "buildings": []})));
    assert_eq!(parent(&t, "M2").as_deref(), Some("B"));
    // No cell.
    t.refuses("not_a_cell", split("M1", "X", vec![m(50.0, -1.0), m(50.0, 101.0)]));
    t.refuses("not_a_cell", merge(&["A", "M1"]));
    t.refuses("not_a_cell", super::each::pin("B1", Some("M1")));
    t.does(Op::Member { code: "P".into(), name: "张某".into(), phone: None, org: None });
    t.does(post("D1", "P", "楼栋长", "M1"));
    t.does(Op::Lock { cell: Some("M1".into()), on: None, value: true });
    t.refuses("locked", Op::Dissolve { cell: "M1".into() });
    t.does(Op::Lock { cell: Some("M1".into()), on: None, value: false });
    t.does(Op::Dissolve { cell: "M1".into() });
    assert!(t.layer().unit("M1").is_none() && t.project().plans[0].posts.is_empty());
}

#[test]
fn units_below_a_cell_go_where_it_goes() {
    let mut t = town();
    t.does(gather("M1", Some("A"), &["Y1"], &[]));
    t.does(gather("M2", Some("A"), &["Y2"], &[]));
    t.does(gather("M3", Some("B"), &[], &["B5", "B6", "B7"]));
    t.does(gather("M4", Some("B"), &[], &[]));
    // East of 52 m stands Y2, west of it Y1.
    let Op::Split { cell, line, code, name, attach_m, .. } = split("A", "A2", vec![m(52.0, -1.0), m(52.0, 101.0)])
    else {
        panic!()
    };
    t.does(Op::Split { cell, line, code, name, keep: Some(m(10.0, 50.0)), attach_m });
    assert_eq!([parent(&t, "M1"), parent(&t, "M2")], [Some("A".into()), Some("A2".into())]);
    t.does(merge(&["A", "A2", "B"]));
    for m in ["M1", "M2", "M3", "M4"] {
        assert_eq!(parent(&t, m).as_deref(), Some("A"), "{m}");
    }
    let opened = |op: Op| Edit { opened: vec!["社区".into()], ..op.into() };
    t.does(opened(Op::Dissolve { cell: "A".into() }));
    assert_eq!(parent(&t, "M3"), None);
    t.h.undo();
    assert_eq!(parent(&t, "M3").as_deref(), Some("A"));
}
