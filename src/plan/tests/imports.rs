//! Rows and cells brought by segments.

use super::town::{Rows, Town, community, empty, house, m, polygon, rect};
use crate::geom::{Origin, pt};
use crate::model::{Field, Kind, Row, Said, Segment, SegmentHash, Shape, Value};
use crate::plan::{EditError, Hash, Head, History, Op, Project};

fn cell(code: &str, at: Shape, parent: Option<&str>) -> Row {
    let fields = parent.map(|p| (Field::Parent, Value::Text(p.into())));
    Row::new(code, "", fields.into_iter().collect(), at).unwrap()
}

#[test]
fn rows_are_added_and_a_code_that_exists_is_refused() {
    let mut t = Town::new();
    t.bring(Kind::Buildings, vec![house("B5", 220, 20), house("B6", 230, 50)]);
    assert_eq!(t.project().table(Kind::Buildings).len(), 6);
    let again = t.packed(Kind::Buildings, vec![house("B7", 1, 1), house("B5", 2, 2)]);
    let why = t.refuses("duplicate", again);
    assert_eq!(why, EditError::Duplicate { code: "B5".into() });
    let twice = t.packed(Kind::Buildings, vec![house("B8", 1, 1), house("B8", 2, 2)]);
    t.refuses("duplicate", twice);
    let wrong = match t.packed(Kind::Roads, vec![house("B9", 1, 1)]) {
        Op::Import { segments, source, .. } => {
            Op::Import { kind: Kind::Buildings, segments, source, crs: None, level: None }
        }
        other => other,
    };
    t.refuses("field", wrong);
    let segments = vec![Hash(SegmentHash([7; 32]))];
    let lost = Op::Import { kind: Kind::Roads, segments, source: String::new(), crs: None, level: None };
    let why = t.refuses("no_segment", lost);
    assert!(why.said().zh.contains("0707"));
}

#[test]
fn two_segments_in_one_import_may_not_share_a_code() {
    let mut t = Town::new();
    let (a, b) = (
        Segment::pack(Kind::Buildings, vec![house("B5", 1, 1)]),
        Segment::pack(Kind::Buildings, vec![house("B5", 2, 2)]),
    );
    let segments = vec![Hash(a.hash()), Hash(b.hash())];
    t.rows = Rows(vec![a, b]);
    t.refuses(
        "duplicate",
        Op::Import { kind: Kind::Buildings, segments, source: String::new(), crs: None, level: None },
    );
}

#[test]
fn the_first_import_decides_the_crs() {
    let h = empty();
    let head = Head { name: "t".into(), crs: "auto".into(), origin: None };
    let first = h.stable().plans[0].id;
    let p = Project::new(head, h.stable().facts.layers.to_vec(), first);
    let mut t = Town { h: History::new(p, 9), rows: Rows::default() };
    t.refuses("no_crs", Op::Outline { rings: vec![rect(0.0, 0.0, 1.0, 1.0)], crs: None });
    let bare = t.packed(Kind::Buildings, vec![house("B1", 1, 1)]);
    t.refuses("no_crs", bare.clone());
    let Op::Import { segments, .. } = bare else { panic!() };
    for origin in [[500_500, 3_000_000], [i64::MAX, 0], [0, i64::MIN], [200_000_000, 0]] {
        let rings = vec![rect(0.0, 0.0, 1.0, 1.0)];
        t.refuses("field", Op::Outline { rings, crs: Some(("EPSG:4549".to_owned(), origin)) });
    }
    let crs = Some(("EPSG:4549".to_owned(), [500_000, 3_000_000]));
    t.does(Op::Import { kind: Kind::Buildings, segments, source: "b.geojson".into(), crs, level: None });
    assert_eq!(t.project().facts.head.crs, "EPSG:4549");
    assert_eq!(t.project().facts.head.origin, Some(Origin { e_m: 500_000, n_m: 3_000_000 }));
    let more =
        t.packed(Kind::Roads, vec![Row::new("R1", "", vec![], Shape::Lines(vec![vec![pt(0, 0), pt(9, 9)]])).unwrap()]);
    let Op::Import { segments, .. } = more else { panic!() };
    let roads = |crs: &str, origin| {
        let (segments, crs) = (segments.clone(), Some((crs.to_owned(), origin)));
        Op::Import { kind: Kind::Roads, segments, source: String::new(), crs, level: None }
    };
    // Rows that were made for another CRS or origin would land elsewhere.
    t.refuses("other_crs", roads("EPSG:3857", [0, 0]));
    t.refuses("other_crs", roads("EPSG:4549", [501_000, 3_000_000]));
    t.refuses("other_crs", roads("EPSG:4548", [500_000, 3_000_000]));
    let outline = |e_m| Some(("EPSG:4549".to_owned(), [e_m, 3_000_000]));
    t.refuses("other_crs", Op::Outline { rings: vec![rect(0.0, 0.0, 9.0, 9.0)], crs: outline(0) });
    t.does(roads("EPSG:4549", [500_000, 3_000_000]));
    t.does(Op::Outline { rings: vec![rect(0.0, 0.0, 9.0, 9.0)], crs: outline(500_000) });
    assert_eq!(t.project().facts.head.crs, "EPSG:4549", "a project's CRS does not change");
}

#[test]
fn cells_that_fit_are_taken_with_their_parents() {
    let mut t = Town { h: empty(), rows: Rows::default() };
    t.does(Op::Outline {
        rings: vec![vec![m(0.0, 0.0), m(200.0, 0.0), m(200.0, 100.0), m(100.0, 100.0), m(0.0, 100.0)]],
        crs: None,
    });
    let sq = |code: &str, x: i32| cell(code, polygon(x, 0, 100, 100), None);
    // The outline lacks a corner of both at (100, 0); it gets it.
    let Op::Import { kind, segments, source, crs, .. } = t.packed(Kind::Cells, vec![sq("SQ1", 0), sq("SQ2", 100)])
    else {
        panic!()
    };
    let units = |level: &str| {
        let (segments, source, crs) = (segments.clone(), source.clone(), crs.clone());
        Op::Import { kind, segments, source, crs, level: Some(level.into()) }
    };
    t.refuses("not_found", units("街道"));
    t.does(units("社区"));
    assert!(super::town::vertices(&t.layer().partition).contains(&pt(100_000, 0)));
    t.refuses("duplicate", units("社区"));
    let tri = Shape::Polygons(vec![vec![vec![pt(0, 0), pt(100_000, 0), pt(100_000, 100_000)]]]);
    let rest = Shape::Polygons(vec![vec![vec![pt(0, 0), pt(100_000, 100_000), pt(0, 100_000)]]]);
    t.bring(Kind::Cells, vec![cell("C1", tri, None), cell("C2", rest, Some("SQ1"))]);
    let sq1 = t.layer().unit("SQ1").unwrap().id;
    for c in ["C1", "C2"] {
        let u = t.layer().unit(c).unwrap();
        assert_eq!((u.parent, u.level), (Some(sq1), 1));
    }
    assert_eq!((t.at(90.0, 10.0), t.at(10.0, 90.0), t.at(150.0, 50.0)), ("C1".into(), "C2".into(), "SQ2".into()));
    let orphan = t.packed(Kind::Cells, vec![cell("C3", polygon(100, 0, 100, 100), Some("SQ9"))]);
    t.refuses("not_found", orphan);
}

#[test]
fn cells_that_do_not_fit_are_refused_with_the_places() {
    let mut t = Town::new();
    // Over E1 by a metre.
    let over = t.packed(Kind::Cells, vec![cell("X", polygon(299, 0, 101, 200), None)]);
    let EditError::Misfit { places, what } = t.refuses("misfit", over) else { panic!() };
    assert!(!places.is_empty() && !what.zh.is_empty(), "{places:?}");
    let beyond = t.packed(Kind::Cells, vec![cell("X", polygon(300, 0, 150, 200), None)]);
    t.refuses("misfit", beyond);
    let same = t.packed(
        Kind::Cells,
        vec![cell("X", polygon(300, 0, 100, 200), None), cell("Z", polygon(300, 0, 100, 200), None)],
    );
    let EditError::Misfit { what, .. } = t.refuses("misfit", same) else { panic!() };
    assert!(what.zh.contains("重叠"), "{what:?}");
    let twice = t.packed(Kind::Cells, vec![cell("E1", polygon(300, 0, 100, 200), None)]);
    t.refuses("duplicate", twice);
    let level_of_a_cell = t.packed(Kind::Cells, vec![cell("X", polygon(300, 0, 100, 200), Some("E1"))]);
    t.refuses("not_found", level_of_a_cell);
    t.bring(Kind::Cells, vec![cell("X", polygon(300, 0, 100, 200), None)]);
    assert_eq!(t.area_m2("X"), 20_000.0);
    assert_eq!(t.layer().partition.faces_of(0).len(), 0);
}

#[test]
fn an_imported_cell_lies_within_one_community() {
    let mut t = Town { h: empty(), rows: Rows::default() };
    t.does(Op::Outline { rings: vec![rect(0.0, 0.0, 200.0, 100.0)], crs: None });
    t.does(community("SQ1", rect(0.0, 0.0, 100.0, 100.0)));
    t.does(community("SQ2", rect(100.0, 0.0, 100.0, 100.0)));
    let ring = [(0, 0), (100, 0), (200, 0), (200, 100), (100, 100), (0, 100)].map(|(x, y)| pt(x * 1000, y * 1000));
    let both = Shape::Polygons(vec![vec![ring.to_vec()]]);
    let op = t.packed(Kind::Cells, vec![cell("C", both, None)]);
    let why = t.refuses("misfit", op);
    assert!([m(100.0, 0.0), m(100.0, 100.0)].map(Some).contains(&why.at()), "on the communities' border: {why:?}");
    // Of the parent that is named, not of another.
    let op = t.packed(Kind::Cells, vec![cell("C", polygon(0, 0, 100, 100), Some("SQ2"))]);
    t.refuses("misfit", op);
    t.bring(Kind::Cells, vec![cell("C", polygon(0, 0, 100, 100), Some("SQ1"))]);
}

#[test]
fn an_import_undone_leaves_no_trace_of_later_changes() {
    let mut t = Town::new();
    let before = super::town::content(t.project());
    t.bring(Kind::Buildings, vec![house("B5", 220, 20)]);
    t.does(Op::Pin { building: "B5".into(), cell: Some("W1".into()) });
    t.does(serde_json::from_str::<Op>(r#"{"op":"set","building":"B5","households":7}"#).unwrap());
    t.bring(Kind::Buildings, vec![house("B6", 220, 20)]);
    while t.h.undo().is_some() {}
    assert!(super::town::content(t.project()) == before);
    while t.h.redo().is_some() {}
    assert_eq!(t.project().table(Kind::Buildings).len(), 6);
    assert_eq!(t.project().state, t.project().recount_state());
    assert!(t.h.commit(Said::default(), 0, "", None).is_none());
}
