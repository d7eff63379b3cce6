//! Edits of whole cells and borders: reshape, dissolve, detach, fill, slide, follow, simplify.

use super::each::{pin, post};
use super::town::{Rows, Town, draw, empty, m, merge, opened, rect, split, vertices};
use crate::geom::{Place, pt};
use crate::model::{Kind, Unit};
use crate::plan::{Edit, EditError, History, Item, Key, Op};
use std::sync::Arc;

fn reshape(cell: Option<&str>, line: Vec<Place>) -> Op {
    Op::Reshape { line, cell: cell.map(Into::into), keep: None, attach_m: None }
}

#[test]
fn a_reshaped_cell_takes_the_strip_within_its_community_only() {
    let mut t = Town::new();
    t.does(pin("B2", Some("W1")));
    // A tongue from W1 into W2; the pin stays.
    let tongue = vec![m(90.0, 10.0), m(130.0, 10.0), m(130.0, 110.0), m(90.0, 110.0)];
    t.does(reshape(Some("W1"), tongue));
    assert_eq!((t.area_m2("W1"), t.area_m2("W2"), t.at(125.0, 25.0)), (23_000.0, 17_000.0, "W1".into()));
    assert_eq!(t.layer().pins.len(), 1);
    // Into the other community only where that is opened.
    let tongue = vec![m(190.0, 120.0), m(230.0, 120.0), m(230.0, 150.0), m(190.0, 150.0)];
    for cell in [None, Some("W2"), Some("E1")] {
        let why = t.refuses("protected", reshape(cell, tongue.clone()));
        assert!(matches!(&why, EditError::Protected { line, .. } if line == "社区"), "{why:?}");
    }
    t.does(opened(reshape(Some("W2"), tongue), &["社区"]));
    assert_eq!((t.area_m2("W2"), t.area_m2("E1")), (17_900.0, 19_100.0));
    // From rim to rim, and ground without a cell.
    t.does(reshape(Some("E1"), vec![m(350.0, -10.0), m(350.0, 210.0)]));
    assert_eq!((t.area_m2("E1"), t.area_m2("SQ2")), (29_100.0, 10_000.0));
    t.refuses("not_found", reshape(Some("E7"), vec![m(350.0, -10.0), m(350.0, 210.0)]));
    t.refuses("not_a_cell", reshape(Some("SQ2"), vec![m(320.0, -10.0), m(320.0, 210.0)]));
    t.refuses("not_divided", reshape(None, vec![m(320.0, 10.0), m(320.0, 50.0)]));
    let all = vec![m(399.0, -10.0), m(399.0, 210.0)];
    let why = t.refuses("would_vanish", opened(reshape(Some("W2"), all), &["社区"]));
    assert!(matches!(&why, EditError::Border { units, .. } if units == &["E1"]), "{why:?}");
}

#[test]
fn given_ground_goes_to_the_cell_as_far_as_its_community_has_it() {
    let give = |cell: Option<&str>, ring| Op::Give { cell: cell.map(Into::into), rings: vec![ring] };
    let mut t = Town::new();
    t.does(pin("B2", Some("W1")));
    // A piece that reaches into the other community and into what the cell has already.
    t.does(give(Some("W2"), rect(80.0, 10.0, 150.0, 50.0)));
    assert_eq!((t.area_m2("W1"), t.area_m2("W2"), t.area_m2("E1")), (19_000.0, 21_000.0, 20_000.0));
    assert_eq!(t.layer().pins.len(), 1, "pins stay");
    t.refuses("no_ground", give(Some("W2"), rect(210.0, 10.0, 20.0, 50.0)));
    t.refuses("would_vanish", give(Some("W2"), rect(-10.0, -10.0, 120.0, 220.0)));
    t.refuses("not_found", give(Some("W7"), rect(10.0, 10.0, 20.0, 20.0)));
    t.refuses("not_a_cell", give(Some("SQ1"), rect(10.0, 10.0, 20.0, 20.0)));
    t.refuses("self_crossing", give(Some("W2"), vec![m(10.0, 10.0), m(30.0, 20.0), m(10.0, 20.0), m(20.0, 10.0)]));
    // To none: the ground is the community's, and any cell of it may have it again.
    t.does(give(None, rect(10.0, 10.0, 20.0, 20.0)));
    assert_eq!((t.area_m2("W1"), t.area_m2("SQ1"), t.at(15.0, 15.0)), (18_600.0, 400.0, "SQ1".into()));
    t.does(give(Some("W2"), rect(10.0, 10.0, 20.0, 20.0)));
    assert_eq!((t.area_m2("W2"), t.area_m2("SQ1")), (21_400.0, 0.0));
    // Where only gaps are filled no cell loses any, and what is locked stays.
    let gaps = |op: Op| Edit { gaps: true, ..op.into() };
    t.refuses("no_ground", gaps(give(Some("W1"), rect(90.0, 100.0, 60.0, 50.0))));
    t.does(Op::Lock { cell: Some("W1".into()), on: None, value: true });
    t.refuses("no_ground", give(Some("W2"), rect(40.0, 10.0, 20.0, 20.0)));
    t.refuses("locked", give(Some("W1"), rect(90.0, 100.0, 60.0, 50.0)));
}

#[test]
fn a_dissolved_cell_leaves_its_ground_to_the_community_and_drops_pins_and_posts() {
    let mut t = Town::new();
    t.does(pin("B4", Some("W1")));
    t.does(pin("B1", Some("W2")));
    t.does(post("P1", "M1", "网格长", "W1"));
    t.does(post("P2", "M1", "网格员", "W2"));
    t.does(Op::Dissolve { cell: "W1".into() });
    assert_eq!((t.at(50.0, 50.0), t.area_m2("SQ1"), t.area_m2("W2")), ("SQ1".into(), 20_000.0, 20_000.0));
    assert!(t.layer().unit("W1").is_none());
    let plan = &t.project().plans[0];
    assert_eq!(plan.posts.values().map(|p| p.code.clone()).collect::<Vec<_>>(), ["P2"]);
    assert_eq!(t.layer().pins.len(), 1);
    // The last one too: the community keeps the ground.
    t.does(Op::Dissolve { cell: "W2".into() });
    assert_eq!(t.area_m2("SQ1"), 40_000.0);
    t.refuses("not_found", Op::Dissolve { cell: "W1".into() });
    t.refuses("not_a_cell", Op::Dissolve { cell: "SQ1".into() });
}

#[test]
fn a_cell_of_a_community_without_ground_of_its_own_is_dissolved_once_that_border_is_opened() {
    let mut t = Town { h: empty(), rows: Rows::default() };
    t.does(Op::Outline { rings: vec![rect(0.0, 0.0, 200.0, 200.0)], crs: None });
    t.does(Op::Unit { code: "SQ".into(), name: "".into(), level: "社区".into(), parent: None, rings: vec![] });
    t.does(draw("W1", rect(0.0, 0.0, 100.0, 200.0)));
    t.does(draw("W2", rect(100.0, 0.0, 100.0, 100.0)));
    // As imported cells name it, above them.
    let mut p = t.h.stable().clone();
    let above = t.layer().unit("SQ").unwrap().id;
    for code in ["W1", "W2"] {
        let unit = Unit { parent: Some(above), ..(**t.layer().unit(code).unwrap()).clone() };
        p.put(&Key::Unit(p.plans[0].id, 0, unit.id), Some(Item::Unit(Arc::new(unit))));
    }
    p.state = p.recount_state();
    t.h = History::new(p, 6);
    let dissolve = |cell: &str| Op::Dissolve { cell: cell.into() };
    let why = t.refuses("protected", dissolve("W1"));
    assert!(matches!(&why, EditError::Protected { line, .. } if line == "社区"), "{why:?}");
    t.does(opened(dissolve("W1"), &["社区"]));
    assert_eq!((t.at(50.0, 50.0), t.at(150.0, 50.0), t.area_m2("W2")), ("".into(), "W2".into(), 10_000.0));
    // Its last one stays: the community would have no ground.
    let why = t.refuses("would_vanish", opened(dissolve("W2"), &["社区"]));
    assert!(matches!(&why, EditError::Border { units, .. } if units == &["SQ"]), "{why:?}");
    let at = t.project().grid(why.at().unwrap()).unwrap();
    assert!((100_000..=200_000).contains(&at.x) && at != pt(0, 0), "{at:?}");
}

#[test]
fn cells_apart_become_one_and_a_piece_becomes_a_cell_again() {
    let mut t = Town::new();
    t.does(split("W1", "W0", vec![m(50.0, -1.0), m(50.0, 201.0)]));
    // Whichever half kept the code: W1 and W2 may be neighbours or not.
    let (far, near) = if t.at(25.0, 100.0) == "W1" { ("W1", "W0") } else { ("W0", "W1") };
    t.does(pin("B1", Some("W2")));
    t.does(pin("B2", Some("W2")));
    t.does(pin("B3", Some(far)));
    let Op::Merge { cells, keep, .. } = merge(&["W2", far]) else { panic!() };
    t.refuses("no_common_border", Op::Merge { cells: cells.clone(), keep: keep.clone(), apart: false });
    t.does(Op::Merge { cells, keep, apart: true });
    assert_eq!((t.area_m2("W2"), t.at(25.0, 100.0)), (30_000.0, "W2".into()));
    let detach = |cell: &str, x: f64, code: &str| Op::Detach {
        cell: cell.into(),
        at: m(x, 100.0),
        code: Some(code.into()),
        name: Some("新".into()),
    };
    t.refuses("not_found", detach("W2", 75.0, "W5"));
    t.refuses("duplicate", detach("W2", 25.0, "W2"));
    t.refuses("only_piece", detach(near, 75.0, "W5"));
    t.refuses("not_a_cell", detach("SQ1", 25.0, "W5"));
    // The ID number is made up; its check digit is right.
    t.refuses("private", detach("W2", 25.0, "11010519491231002X"));
    t.does(detach("W2", 25.0, "W5"));
    assert_eq!((t.area_m2("W2"), t.area_m2("W5"), t.area_m2(near)), (20_000.0, 10_000.0, 10_000.0));
    let l = t.layer();
    assert_eq!(l.unit("W5").unwrap().parent, l.unit("W2").unwrap().parent);
    // B1 stands in the piece; B2 and B3 do not.
    let at = |code: &str| {
        let slot = t.project().table(Kind::Buildings).find(code).unwrap();
        l.units[&l.pins[&slot]].code.clone()
    };
    assert_eq!((at("B1"), at("B2"), at("B3")), ("W5".into(), "W2".into(), "W2".into()));
}

#[test]
fn a_gap_goes_to_a_cell_beside_it() {
    let mut t = Town::new();
    let fill = |x: f64, cell: Option<&str>| Op::Fill { at: m(x, 100.0), cell: cell.map(Into::into) };
    t.refuses("not_filled", fill(350.0, None));
    t.refuses("no_common_border", fill(350.0, Some("W1")));
    t.refuses("no_ground", fill(250.0, Some("E1")));
    t.refuses("no_ground", fill(450.0, Some("E1")));
    t.refuses("not_found", fill(350.0, Some("E9")));
    t.refuses("not_a_cell", fill(350.0, Some("SQ2")));
    t.does(Op::Dissolve { cell: "W2".into() });
    // Ground of the one community is not for a cell of the other.
    let why = t.refuses("protected", fill(150.0, Some("E1")));
    assert!(matches!(&why, EditError::Protected { line, .. } if line == "社区"), "{why:?}");
    t.does(fill(350.0, Some("E1")));
    assert_eq!((t.area_m2("E1"), t.area_m2("SQ2"), t.at(350.0, 100.0)), (40_000.0, 0.0, "E1".into()));
    t.does(opened(fill(150.0, Some("E1")), &["社区"]));
    assert_eq!((t.area_m2("E1"), t.area_m2("W1")), (60_000.0, 20_000.0));
    // The last ground of a community is not filled away.
    t.does(Op::Dissolve { cell: "W1".into() });
    t.refuses("would_vanish", opened(fill(50.0, Some("E1")), &["社区"]));
}

#[test]
fn borders_between_nodes_slide_follow_and_are_made_plainer() {
    let mut t = Town::new();
    let on = |x: f64| [m(x, 0.0), m(x, 200.0)];
    let slide = |x: f64, by: Option<Place>, offset_m: Option<f64>| Op::Slide { on: on(x), by, offset_m };
    let by = |e: i64, n: i64| Some(Place { e_mm: e, n_mm: n });
    t.does(slide(100.0, by(10_000, 0), None));
    assert_eq!((t.area_m2("W1"), t.area_m2("W2")), (22_000.0, 18_000.0));
    t.does(slide(110.0, None, Some(10.0)));
    assert_eq!(t.area_m2("W1"), 20_000.0);
    t.refuses("protected", slide(200.0, by(10_000, 0), None));
    t.refuses("protected", slide(0.0, None, Some(1.0)));
    t.refuses("past_node", slide(100.0, by(100_000, 0), None));
    t.refuses("field", slide(100.0, by(1, 0), Some(1.0)));
    t.refuses("field", slide(100.0, None, None));
    t.refuses("field", slide(100.0, None, Some(1e9)));
    t.refuses("not_found", slide(105.0, None, Some(1.0)));
    t.refuses("nothing", slide(100.0, by(0, 0), None));
    let follow = |line: Vec<Place>| Op::Follow { from: m(100.0, 0.0), to: m(100.0, 200.0), line, on: None };
    t.refuses("nothing", follow(vec![]));
    let bent = vec![m(110.0, 60.0), m(120.0, 70.5), m(110.0, 80.0), m(110.3, 120.0)];
    t.does(follow(bent));
    let n = vertices(&t.layer().partition).len();
    let plain = |tolerance_m: Option<f64>, square: bool, cells: &[&str]| Op::Simplify {
        cells: cells.iter().map(|c| (*c).to_owned()).collect(),
        on: None,
        tolerance_m,
        square,
    };
    t.does(plain(Some(3.0), true, &["W1", "W2"]));
    assert_eq!(vertices(&t.layer().partition).len(), n);
    t.does(plain(Some(5.0), false, &["W1"]));
    assert!(vertices(&t.layer().partition).len() < n);
    t.refuses("not_filled", plain(None, false, &["W1"]));
    t.refuses("field", plain(Some(-1.0), false, &["W1"]));
    // Squares are rounded to the millimetre.
    t.refuses("field", plain(Some(0.0005), true, &["W1"]));
    t.refuses("field", plain(Some(1.0), false, &[]));
    t.refuses("not_found", plain(Some(1.0), false, &["W9"]));
    t.refuses("nothing", plain(Some(0.0), false, &["E1"]));
    t.does(follow(vec![]));
    assert_eq!(t.area_m2("W1"), 20_000.0);
    let apart = Op::Follow { from: m(100.0, 0.0), to: m(200.0, 200.0), line: vec![], on: None };
    t.refuses("not_one_border", apart);
}

#[test]
fn a_refusal_speaks_of_what_was_tried() {
    let mut t = Town::new();
    let told = |t: &mut Town, kind: &str, op: Op| t.refuses(kind, op).said();
    // Past the end of the border beside: no enclave is there.
    let far = Op::Slide { on: [m(100.0, 0.0), m(100.0, 200.0)], by: None, offset_m: Some(-150.0) };
    let said = told(&mut t, "past_node", far);
    assert!(said.zh.contains("尽头") && !said.zh.contains("飞地") && !said.en.contains("enclave"), "{said:?}");
    // Ground is named, no border point.
    let detach = |x: f64| Op::Detach { cell: "W1".into(), at: m(x, 100.0), code: Some("W5".into()), name: None };
    let keep = Op::Reshape {
        line: vec![m(90.0, 10.0), m(130.0, 10.0), m(130.0, 110.0), m(90.0, 110.0)],
        cell: Some("W1".into()),
        keep: Some(m(150.0, 50.0)),
        attach_m: None,
    };
    let line = vec![m(50.0, -1.0), m(50.0, 201.0)];
    let Op::Split { cell, line, code, name, attach_m, .. } = split("W1", "W5", line) else { panic!() };
    let other = Op::Split { cell, line, code, name, keep: Some(m(150.0, 50.0)), attach_m };
    for op in [detach(150.0), keep, other] {
        let said = told(&mut t, "not_found", op);
        assert!(said.zh.contains("范围") && !said.zh.contains("边界点") && !said.en.contains("border"), "{said:?}");
    }
    let said = told(&mut t, "only_piece", detach(50.0));
    assert!(said.zh.contains("W1 只有这一块") && !said.zh.contains("合并"), "{said:?}");
    // Nothing is being dragged.
    let across = vec![m(250.0, 100.0)];
    let follow = Op::Follow { from: m(100.0, 0.0), to: m(100.0, 200.0), line: across, on: None };
    let said = told(&mut t, "crosses", follow);
    assert!(!said.zh.contains("停在") && !said.en.contains("last valid"), "{said:?}");
}

fn cut(cells: &[(&str, &str)], line: Vec<Place>) -> Op {
    let part = |&(cell, code): &(&str, &str)| crate::plan::CutCell {
        cell: cell.into(),
        code: Some(code.into()),
        name: None,
        keep: None,
    };
    Op::Cut { line, cells: Some(cells.iter().map(part).collect()), attach_m: None }
}

#[test]
fn one_line_divides_several_cells_and_their_parts_meet_in_one_node() {
    let mut t = Town::new();
    t.does(pin("B1", Some("W2")));
    // Not along the grid: the crossings are rounded. It ends in the open of W1 and in the gap of SQ2.
    let line = vec![m(-7.0, 33.333), m(150.0, 61.777), m(350.0, 97.131)];
    t.does(cut(&[("W1", "W3"), ("W2", "W4"), ("E1", "E2")], line.clone()));
    let parts = ["W1", "W3", "W2", "W4", "E1", "E2"].map(|c| t.area_m2(c));
    assert!(parts.iter().all(|a| *a > 1_000.0), "{parts:?}");
    // What rounding took of one went to its neighbour.
    assert!((parts.iter().sum::<f64>() - 60_000.0).abs() < 0.2, "{parts:?}");
    assert_eq!((t.at(50.0, 10.0), t.at(50.0, 190.0)), ("W3".into(), "W1".into()));
    // The ends in the gap left no trace; where two cells meet the line crosses their border in one node of four borders.
    let g = &t.layer().partition;
    for x in [100_000, 200_000] {
        let nodes: Vec<_> =
            g.nodes().filter(|(_, n)| (n.at.x - x).abs() < 5 && (1..199_000).contains(&n.at.y)).collect();
        assert_eq!(nodes.len(), 1, "{nodes:?}");
        assert_eq!(nodes[0].1.halves.len(), 4);
    }
    assert_eq!(t.at(320.0, 100.0), "SQ2");
    // B1 is pinned to W2 and stands in none of its parts: it stays with W2.
    let w2 = t.layer().unit("W2").unwrap().id;
    assert_eq!(t.layer().pins.values().copied().collect::<Vec<_>>(), vec![w2]);
    let mut t = Town::new();
    let why = t.refuses("not_divided", cut(&[("W1", "W3"), ("E1", "E2")], line[..2].to_vec()));
    assert!(why.at().is_some_and(|p| t.project().grid(p).unwrap().x >= 200_000), "at the cell that is not: {why:?}");
    t.refuses("duplicate", cut(&[("W1", "X"), ("W2", "X")], line.clone()));
    t.refuses("duplicate", cut(&[("W1", "X"), ("W1", "Y")], line.clone()));
    t.refuses("duplicate", cut(&[("W1", "W2")], line.clone()));
    t.refuses("not_a_cell", cut(&[("SQ1", "X")], line.clone()));
    t.refuses("not_divided", cut(&[], line.clone()));
    t.refuses("not_filled", Op::Cut { line: line.clone(), cells: None, attach_m: None });
    t.does(cut(&[("W2", "W5")], line));
    assert_eq!(t.area_m2("W1"), 20_000.0);
}

#[test]
fn cells_get_the_ground_that_is_drawn_for_them_where_it_fits() {
    let mut t = Town::new();
    t.does(pin("B1", Some("W2")));
    let redraw = |cells: &[(&str, Vec<Vec<Place>>)]| Op::Redraw {
        cells: cells.iter().map(|(c, r)| crate::plan::RedrawnCell { cell: (*c).into(), rings: r.clone() }).collect(),
    };
    let west = vec![rect(0.0, 0.0, 120.0, 200.0)];
    let east = vec![rect(120.0, 0.0, 80.0, 200.0)];
    t.does(redraw(&[("W1", west.clone()), ("W2", east.clone())]));
    assert_eq!((t.area_m2("W1"), t.area_m2("W2"), t.layer().pins.len()), (24_000.0, 16_000.0, 1));
    // A hole, and a second piece in it; what nobody has any more is the community's.
    let ring = vec![rect(0.0, 0.0, 100.0, 200.0), rect(40.0, 40.0, 40.0, 40.0)];
    t.does(redraw(&[("W1", ring), ("W2", vec![rect(120.0, 0.0, 80.0, 200.0), rect(40.0, 40.0, 40.0, 40.0)])]));
    assert_eq!((t.at(60.0, 60.0), t.at(110.0, 60.0)), ("W2".into(), "SQ1".into()));
    // A hole that touches the ring round it with its first vertex, on the eastern side.
    let pinched = vec![rect(0.0, 0.0, 100.0, 200.0), vec![m(100.0, 100.0), m(60.0, 140.0), m(60.0, 90.0)]];
    t.does(redraw(&[("W1", pinched), ("W2", vec![rect(120.0, 0.0, 80.0, 200.0)])]));
    assert_eq!((t.at(70.0, 110.0), t.at(50.0, 110.0)), ("SQ1".into(), "W1".into()));
    t.h.undo();
    t.refuses("nothing", redraw(&[("W2", vec![rect(120.0, 0.0, 80.0, 200.0), rect(40.0, 40.0, 40.0, 40.0)])]));
    // Over a neighbour that is not named, over the community's border, onto the other community.
    t.refuses("misfit", redraw(&[("W1", vec![rect(0.0, 0.0, 130.0, 200.0)])]));
    t.refuses("misfit", redraw(&[("E1", vec![rect(190.0, 0.0, 100.0, 200.0)])]));
    t.refuses("misfit", redraw(&[("W1", vec![rect(310.0, 0.0, 50.0, 200.0)])]));
    t.refuses("too_few_points", redraw(&[("W1", vec![])]));
    t.refuses("not_a_cell", redraw(&[("SQ1", west.clone())]));
    t.refuses("duplicate", redraw(&[("W1", west.clone()), ("W1", east)]));
    t.refuses("not_found", redraw(&[("W9", west.clone())]));
    t.does(Op::Lock { cell: Some("W1".into()), on: None, value: true });
    t.refuses("locked", redraw(&[("W1", vec![rect(0.0, 0.0, 90.0, 200.0), rect(40.0, 40.0, 40.0, 40.0)])]));
}
