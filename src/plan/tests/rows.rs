//! Buildings and courtyards added, moved and removed by hand.

use super::each::{pin, post};
use super::town::{Town, m, rect};
use crate::model::{Extent, Field, Kind};
use crate::plan::Op;

fn op(json: serde_json::Value) -> Op {
    serde_json::from_value(json).unwrap()
}

fn add(code: &str, ring: crate::plan::Ring) -> Op {
    op(serde_json::json!({"op": "add", "kind": "buildings", "rows": [
        {"code": code, "rings": [ring], "name": "1号楼", "use": "residential", "households": 48},
    ]}))
}

#[test]
fn a_building_is_added_moved_and_removed_and_all_of_it_is_undone() {
    let mut t = Town::new();
    let first = t.project().clone();
    t.does(add("B9", rect(130.0, 50.0, 40.0, 12.0)));
    let row = |t: &Town, code: &str| {
        let b = t.project().table(Kind::Buildings);
        b.find(code).and_then(|s| b.get(s)).map(|r| r.to_row())
    };
    let made = row(&t, "B9").unwrap();
    assert_eq!((made.name.as_str(), made.shape.area_m2()), ("1号楼", 480.0));
    assert_eq!(made.get(Field::Households), Some(&crate::model::Value::Count(48)));
    t.refuses("duplicate", add("B9", rect(0.0, 0.0, 9.0, 9.0)));
    t.refuses("duplicate", add("B1", rect(0.0, 0.0, 9.0, 9.0)));
    t.refuses("self_crossing", add("B8", vec![m(0.0, 0.0), m(9.0, 9.0), m(9.0, 0.0), m(0.0, 9.0)]));
    t.refuses("too_few_points", add("B8", vec![m(0.0, 0.0), m(9.0, 9.0)]));
    t.refuses("not_filled", op(serde_json::json!({"op": "add", "kind": "buildings", "rows": [{"at": [1, 2]}]})));
    t.refuses("field", op(serde_json::json!({"op": "add", "kind": "roads", "rows": [{"code": "R1"}]})));
    t.refuses(
        "private",
        op(serde_json::json!({"op": "add", "kind": "buildings", "rows": [
        {"code": "B8", "at": [500001, 3000001], "name": "13812345678"}]})),
    );
    // One of a segment too.
    let shift = |deg: Option<f64>, about| Op::Shift {
        buildings: vec!["B1".into(), "B9".into()],
        by: crate::geom::Place::from_metres(10.0, -5.0),
        turn_deg: deg,
        about,
    };
    t.does(shift(None, None));
    assert_eq!(row(&t, "B9").unwrap().shape.bbox().min, crate::geom::pt(140_000, 45_000));
    assert_eq!(row(&t, "B1").unwrap().anchor, Some(crate::geom::pt(35_000, 20_000)));
    t.refuses("not_filled", shift(Some(90.0), None));
    t.does(shift(Some(90.0), Some(m(0.0, 0.0))));
    t.does(Op::Remove { member: None, post: None, buildings: vec!["B1".into(), "B9".into()], courtyard: None });
    assert!(row(&t, "B1").is_none() && row(&t, "B9").is_none());
    t.refuses("not_found", Op::Remove { member: None, post: None, buildings: vec!["B9".into()], courtyard: None });
    while t.h.next_undo().is_some() && t.h.stable().state != first.state {
        t.h.undo();
    }
    assert_eq!(super::town::content(t.project()), super::town::content(&first));
}

#[test]
fn what_hangs_on_a_building_or_courtyard_goes_with_it() {
    let mut t = Town::new();
    t.does(pin("B1", Some("W2")));
    let mut on = post("P1", "M1", "楼栋长", "W1");
    if let Op::Post { cell, building, .. } = &mut on {
        (*cell, *building) = (None, Some("B1".into()));
    }
    t.does(on);
    t.does(op(serde_json::json!({"op": "set", "building": "B2", "courtyard": "Y1"})));
    t.does(Op::Remove { member: None, post: None, buildings: vec!["B1".into()], courtyard: None });
    assert!(t.layer().pins.is_empty() && t.project().facts.posts.is_empty());
    t.does(Op::Remove { member: None, post: None, buildings: vec![], courtyard: Some("Y1".into()) });
    let b = t.project().table(Kind::Buildings);
    assert_eq!(b.find("B2").and_then(|s| b.get(s)).unwrap().text(Field::Courtyard), None);
    assert_eq!(t.project().table(Kind::Courtyards).len(), 0);
    assert!(t.layer().units.values().all(|u| !matches!(u.extent, Extent::Gathered(_))));
}
