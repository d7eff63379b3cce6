//! Edits of the ground: what is left open is filled, and what was done is said.

use super::*;
use crate::geom::{Pt, anchor_of_polygons, pt};
use crate::topology::neighbours;

const CELL: &str = "320599012006007";

fn layer(s: &Session) -> crate::plan::Layer {
    s.project().layer(s.plan(), 0).unwrap().clone()
}

fn inside(s: &Session, code: &str) -> Place {
    let l = layer(s);
    let at = anchor_of_polygons(&l.partition.polygons(l.unit(code).unwrap().id.0)).unwrap();
    s.project().origin().place(at)
}

/// Does an edit; the edit as it was filled, and its sentence.
fn told(s: &mut Session, op: Op) -> (Op, crate::model::Said) {
    done(s, op);
    assert!(*s.assignment() == Assignment::count(s.project(), s.plan(), 0));
    assert_eq!(s.project().state, s.project().recount_state());
    let (step, _) = s.history().log().last().unwrap();
    (step.edit.op.clone(), step.sentence.clone())
}

#[test]
fn a_dissolved_cell_is_named_with_what_it_loses_and_its_gap_goes_to_the_longest_neighbour() {
    let mut s = sample();
    let first = s.project().state;
    let at = inside(&s, CELL);
    // One that stands in another cell goes back to that.
    let l = layer(&s);
    let elsewhere = |slot: u32| {
        let owner = s.assignment().building(slot).and_then(|o| l.unit_of(o));
        owner.is_some_and(|u| u.level == 1 && u.code != CELL)
    };
    let building = {
        let mut buildings = s.project().table(Kind::Buildings).iter();
        buildings.find(|(slot, _)| elsewhere(*slot)).map(|(_, r)| r.code().to_owned()).unwrap()
    };
    done(&mut s, Op::Pin { building: building.clone(), cell: Some(CELL.into()) });
    let before = s.assignment().unassigned(s.project());
    let (_, said) = told(&mut s, Op::Dissolve { cell: CELL.into() });
    let after = s.assignment().unassigned(s.project());
    let [b, h] = [after.buildings - before.buildings, after.households - before.households];
    assert!(b > 0 && said.zh.starts_with(&format!("撤销网格 07，{b} 栋 {h} 户未划入，")), "{b} {h} {said:?}");
    assert!(said.zh.contains(&format!("去掉指定 1 个（{building}）")), "{said:?}");
    assert!(said.en.contains(&format!("1 pins dropped ({building})")), "{said:?}");
    let l = layer(&s);
    let face = l.partition.locate(s.project().origin().grid(at).unwrap());
    let (longest, _) = neighbours(&l.partition, face)
        .into_iter()
        .filter(|(o, _)| l.unit_of(*o).is_some_and(|u| u.level == 1))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap();
    let (op, said) = told(&mut s, Op::Fill { at, cell: None });
    let code = l.unit_of(longest).unwrap().code.clone();
    assert_eq!(op, Op::Fill { at, cell: Some(code.clone()) });
    assert!(said.zh.contains(&format!("空白并入 {}", &code[code.len() - 2..])), "{said:?}");
    while s.project().state != first {
        s.dispatch(Command::Undo, 9);
    }
    assert!(*s.assignment() == Assignment::count(s.project(), s.plan(), 0));
}

#[test]
fn a_strip_that_changes_hands_and_a_piece_that_is_detached_are_told_with_their_households() {
    let mut s = sample();
    let l = layer(&s);
    // A tongue from a border of the cell into the neighbour with whom that is longest.
    let unit = |o: u64| l.unit_of(o).filter(|u| u.level == 1);
    let (_, e) = l
        .partition
        .edges()
        .filter(|(_, e)| unit(l.partition.owner(e.left)).is_some() && unit(l.partition.owner(e.right)).is_some())
        .max_by_key(|(_, e)| crate::geom::chain_length(&e.points) as i64)
        .unwrap();
    let (left, right) = l.partition.sides(e);
    let (a, b) = (e.points[0], e.points[e.points.len() - 1]);
    let deep = inside(&s, &unit(left).unwrap().code);
    let o = s.project().origin();
    let code = unit(right).unwrap().code.clone();
    let before = l.partition.faces_of(right).iter().map(|&f| l.partition.face(f).unwrap().area2).sum::<i128>();
    let line = vec![o.place(a), deep, o.place(b)];
    let (op, said) = told(&mut s, Op::Reshape { line, cell: Some(code), keep: None, attach_m: None });
    assert!(matches!(op, Op::Reshape { attach_m: Some(m), .. } if m == 0.002));
    assert!(said.zh.starts_with("改划边界 ") && said.zh.contains("户换格"), "{said:?}");
    let g = layer(&s).partition;
    assert!(g.faces_of(right).iter().map(|&f| g.face(f).unwrap().area2).sum::<i128>() > before);
    // Two cells far apart made one, the smaller is detached again.
    let apart = vec!["320599012006001".to_owned(), "320599012006010".to_owned()];
    let (op, _) = told(&mut s, Op::Merge { cells: apart, keep: None, apart: true });
    let Op::Merge { keep: Some(kept), .. } = op else { panic!() };
    let l = layer(&s);
    let pieces = l.partition.polygons(l.unit(&kept).unwrap().id.0);
    assert_eq!(pieces.len(), 2);
    let at: Pt = anchor_of_polygons(&pieces[1..]).unwrap_or(pt(0, 0));
    let (op, said) = told(&mut s, Op::Detach { cell: kept, at: o.place(at), code: None, name: None });
    assert!(matches!(op, Op::Detach { code: Some(_), .. }));
    assert!(said.zh.starts_with("从 ") && said.zh.contains("分出网格") && said.zh.contains('户'), "{said:?}");
}

#[test]
fn borders_that_slide_follow_or_are_simplified_are_told_by_what_was_done() {
    let mut s = sample();
    let first = s.project().state;
    let (at, _) = inner_vertex(&s);
    let o = s.project().origin();
    let l = layer(&s);
    let v = o.grid(at).unwrap();
    let (_, e) = l.partition.edges().find(|(_, e)| e.points.contains(&v)).unwrap();
    let k = e.points.iter().position(|p| *p == v).unwrap();
    let on = [o.place(v), o.place(e.points[k + 1])];
    let ends = [e.points[0], e.points[e.points.len() - 1]].map(|p| o.place(p));
    // To the side on which there is room.
    let aside = [1.5, -1.5, 0.5, -0.5, 0.1, -0.1].map(|m| Op::Slide { on, by: None, offset_m: Some(m) });
    let room = |op: &&Op| {
        let mut try_out = sample();
        refused(&try_out.dispatch(Command::Do((*op).clone().into()), 1)).is_none()
    };
    let (_, said) = told(&mut s, aside.iter().find(room).unwrap().clone());
    assert!(said.zh.starts_with("平移边界 ") && said.en.starts_with("Border slid between "), "{said:?}");
    s.dispatch(Command::Undo, 9);
    let (_, said) = told(&mut s, Op::Follow { from: ends[0], to: ends[1], line: vec![at], on: None });
    assert!(said.zh.starts_with("边界改沿新线 "), "{said:?}");
    s.dispatch(Command::Undo, 9);
    assert_eq!(s.project().state, first);
    let (op, said) = told(&mut s, Op::Simplify { cells: vec![], on: Some(on), tolerance_m: None, square: false });
    assert!(matches!(op, Op::Simplify { tolerance_m: Some(m), .. } if m == 0.5), "{op:?}");
    assert!(said.zh.starts_with("简化边界 "), "{said:?}");
}

#[test]
fn cells_beside_a_border_that_slides_are_not_named() {
    let origin = crate::geom::Origin { e_m: 500_000, n_m: 3_000_000 };
    let head = crate::plan::Head { name: "t".into(), crs: "EPSG:4549".into(), origin: Some(origin) };
    let levels = vec!["社区".into(), "网格".into()];
    let layer = crate::model::GridLayer::new("grid", "治理网格", levels).unwrap();
    let p = Project::new(head, vec![layer], crate::model::EditId { replica: 5, sequence: 0 }.id(0));
    let mut s = Session::new(History::new(p, 5), None, Lang::Zh, "张某");
    let m = |x: i32, y: i32| origin.place(pt(x * 1000, y * 1000));
    let rect = |x: i32, y: i32, w: i32, h: i32| vec![vec![m(x, y), m(x + w, y), m(x + w, y + h), m(x, y + h)]];
    done(&mut s, Op::Outline { rings: rect(0, 0, 300, 300), crs: None });
    let cells = [("W1", rect(0, 0, 100, 200)), ("W2", rect(100, 0, 110, 200)), ("E3", rect(210, 0, 90, 200))];
    for (code, rings) in cells.into_iter().chain([("N4", rect(0, 200, 300, 100))]) {
        let code = Some(code.into());
        done(&mut s, Op::Draw { code, name: None, rings, take: crate::plan::Take::Free, parent: None });
    }
    // W1 becomes the larger of the two; the border of N4 has another node now.
    let slide = Op::Slide { on: [m(100, 0), m(100, 200)], by: None, offset_m: Some(-30.0) };
    let (_, said) = told(&mut s, slide);
    assert_eq!((said.zh.as_str(), said.en.as_str()), ("平移边界 W1 / W2", "Border slid between W1 / W2"));
    // Where no area changes, the cells beside are told.
    let (_, said) = told(&mut s, Op::Insert { on: [m(130, 0), m(130, 200)], at: m(130, 100) });
    assert_eq!(said.zh, "在边界上加点 W1 / W2");
}
