use super::enclose::new_courtyard;
use super::list::{Match, bound, matching, placed};
use super::*;
use crate::exchange::read_building_list;
use crate::geom::{Origin, pt};
use crate::model::{GridLayer, Lang};
use crate::plan::History;
use crate::session::{Command, Effect, Session, empty_project};

fn session() -> Session {
    let grid = GridLayer::new("grid", "治理网格", vec!["社区".to_owned(), "网格".to_owned()]).unwrap();
    let origin = Origin { e_m: 586_000, n_m: 3_476_000 };
    let p = empty_project("空", "EPSG:4549", Some(origin), vec![grid], 3).unwrap();
    Session::new(History::new(p, 3), None, Lang::Zh, "")
}

fn does(s: &mut Session, op: Op) -> (String, Vec<u32>) {
    let effects = s.dispatch(Command::Do(op.into()), 0);
    let Some(Effect::Committed { step, .. }) = effects.first() else { panic!("{effects:?}") };
    assert_eq!(s.project().state, s.project().recount_state());
    let counted = crate::assign::Assignment::count(s.project(), s.plan(), s.layer());
    assert!(*s.assignment() == counted, "{}", step.sentence.zh);
    (step.sentence.zh.clone(), step.patch.as_ref().map_or_else(Vec::new, |p| brought(p, Kind::Buildings)))
}

fn ring(x: i32, y: i32, w: i32, h: i32) -> Vec<Pt> {
    let (x, y, w, h) = (x * 1000, y * 1000, w * 1000, h * 1000);
    vec![pt(x, y), pt(x + w, y), pt(x + w, y + h), pt(x, y + h)]
}

fn row(s: &Session, slot: u32) -> crate::model::Row {
    s.project().table(Kind::Buildings).get(slot).unwrap().to_row()
}

fn named(s: &mut Session, slot: u32, name: &str) {
    if row(s, slot).name == name {
        return;
    }
    let building = Some(row(s, slot).code);
    let mut fields = Map::new();
    fields.insert("name".into(), name.into());
    does(s, Op::Set(SetOp { building, fields, ..SetOp::default() }));
}

#[test]
fn a_rectangle_has_three_points_and_reaches_to_either_side() {
    let (a, b) = (pt(0, 0), pt(40_000, 0));
    assert_eq!(rectangle(a, b, pt(7, 12_000)).unwrap(), [a, b, pt(40_000, 12_000), pt(0, 12_000)]);
    assert_eq!(rectangle(a, b, pt(90_000, -12_000)).unwrap(), [a, b, pt(40_000, -12_000), pt(0, -12_000)]);
    assert_eq!(rectangle(a, b, pt(9, 0)), None);
    assert_eq!(rectangle(a, a, b), None);
    // Corners stay right, to the millimetre, whichever way it lies.
    let ring = rectangle(pt(0, 0), pt(30_000, 40_000), pt(-8_000, 6_000)).unwrap();
    assert_eq!(ring[3], pt(-8_000, 6_000));
}

#[test]
fn a_drawn_building_gets_code_use_estimate_and_the_next_number_of_its_courtyard() {
    let mut s = session();
    let yard = new_courtyard(s.project(), &ring(0, 0, 200, 200), "", false);
    assert_eq!(does(&mut s, yard).0, "新建院落 Y000001");
    let op = new_building(s.project(), s.assignment().courtyards(), &ring(10, 10, 40, 12), None).unwrap();
    let (said, made) = does(&mut s, op);
    // 480 m² × 6 storeys × 0.8 / 90 m².
    assert_eq!(said, "新建楼栋 1号楼，26 户");
    let first = row(&s, made[0]);
    assert_eq!((first.code.as_str(), first.name.as_str()), ("B000001", "1号楼"));
    assert_eq!(first.get(Field::Use), Some(&Value::Text("residential".into())));
    assert_eq!(first.get(Field::HouseholdsEstimated), Some(&Value::Count(1)));
    assert_eq!(first.get(Field::Residents), Some(&Value::Count(65)));
    assert_eq!(s.assignment().courtyards().of_building(made[0]), Some(0));
    let op = new_building(s.project(), s.assignment().courtyards(), &[pt(100_000, 100_000)], None).unwrap();
    let (said, point) = does(&mut s, op);
    assert_eq!(said, "新建楼栋 2号楼，0 户");
    // Beyond any courtyard the name of the one before goes on.
    let op = new_building(s.project(), s.assignment().courtyards(), &ring(500, 0, 40, 12), Some(point[0])).unwrap();
    assert_eq!(does(&mut s, op).0, "新建楼栋 3号楼，26 户");
    // Households said by hand: the residents that were only reckoned follow.
    let fields = households(s.project(), made[0], 48);
    let op = set_all(vec![(first.code.clone(), fields)]).unwrap();
    does(&mut s, op);
    let now = row(&s, made[0]);
    assert_eq!(
        [Field::Households, Field::Residents].map(|f| now.get(f).cloned()),
        [Some(Value::Count(48)), Some(Value::Count(120))]
    );
    assert_eq!(now.get(Field::HouseholdsEstimated), None);
    while s.history().next_undo().is_some() {
        s.dispatch(Command::Undo, 0);
    }
    assert!(s.project().table(Kind::Buildings).is_empty() && s.project().table(Kind::Courtyards).is_empty());
}

#[test]
fn copies_go_on_with_the_number_and_leave_out_those_that_are_there() {
    let mut s = session();
    let yard = new_courtyard(s.project(), &ring(0, 0, 400, 400), "", false);
    does(&mut s, yard);
    let op = new_building(s.project(), s.assignment().courtyards(), &ring(10, 10, 40, 12), None).unwrap();
    let first = does(&mut s, op).1[0];
    let op = new_building(s.project(), s.assignment().courtyards(), &ring(10, 300, 40, 12), None).unwrap();
    let other = does(&mut s, op).1[0];
    named(&mut s, other, "3#");
    let anchor = row(&s, first).anchor.unwrap();
    let places = places_along(pt(anchor.x, anchor.y + 30_000), pt(anchor.x, anchor.y + 90_000), 3);
    let op = copies(s.project(), s.assignment().courtyards(), first, &places).unwrap();
    let (said, made) = does(&mut s, op);
    assert_eq!(said, "新建楼栋 2号楼、4号楼、5号楼，78 户");
    let names: Vec<String> = made.iter().map(|&m| row(&s, m).name).collect();
    assert_eq!(names, ["2号楼", "4号楼", "5号楼"]);
    assert_eq!(row(&s, made[2]).anchor, Some(pt(anchor.x, anchor.y + 90_000)));
    assert_eq!(overlapped(s.project(), &made), Vec::<String>::new());
    // Moved onto another one it overlaps; a turn round its own middle moves no anchor.
    let op = moved(s.project(), &made[..1], pt(0, 0), pt(0, -28_000));
    assert_eq!(does(&mut s, op).0, "移动楼栋 2号楼，28 米");
    assert_eq!(overlapped(s.project(), &made), ["1号楼"]);
    let op = turned(s.project(), &made[2..], 90.0, row(&s, made[2]).anchor.unwrap());
    assert_eq!(does(&mut s, op).0, "旋转楼栋 5号楼，转 90°");
    assert_eq!(row(&s, made[2]).anchor, Some(pt(anchor.x, anchor.y + 90_000)));
    let op = removal(s.project(), &made);
    assert_eq!(does(&mut s, op).0, "删除楼栋 2号楼、4号楼、5号楼，78 户");
}

#[test]
fn a_list_fills_what_it_names_and_the_rest_waits_to_be_placed() {
    let mut s = session();
    for (x, name) in [(0, "和平里"), (500, "新村")] {
        let yard = new_courtyard(s.project(), &ring(x, 0, 200, 200), "", false);
        does(&mut s, yard);
        let code = format!("Y{:06}", if x == 0 { 1 } else { 2 });
        let mut fields = Map::new();
        fields.insert("name".into(), name.into());
        does(&mut s, Op::Set(SetOp { courtyard: Some(code), fields, ..SetOp::default() }));
        for (i, n) in ["1号楼", "2幢", "甲楼"].into_iter().enumerate() {
            let op =
                new_building(s.project(), s.assignment().courtyards(), &ring(x + 10, 10 + 30 * i as i32, 40, 12), None)
                    .unwrap();
            let made = does(&mut s, op).1[0];
            named(&mut s, made, n);
        }
    }
    let text = "院落\t楼号\t户数\t人数\n和平里\t1#\t48\t\n和平里小区\t２\t36\t99\n和平里\t甲\t12\t\n和平里\t9\t10\t\n新村\t1幢\t20\t\n新村\t1号\t21\t\n";
    let list = read_building_list(text).unwrap();
    let m = matching(s.project(), s.assignment().courtyards(), &list);
    assert_eq!(m.counts(), (3, 1, 2), "{m:?}");
    assert_eq!(m.rows[0], Match::One(0));
    let before = s.project().state;
    let op = set_all(m.changes.clone()).unwrap();
    assert_eq!(does(&mut s, op).0, "修改楼栋 1号楼、2幢、甲楼：户数、人口");
    let counts = |s: &Session, slot: u32| {
        [Field::Households, Field::Residents].map(|f| s.project().table(Kind::Buildings).get(slot).unwrap().count(f))
    };
    assert_eq!([counts(&s, 0), counts(&s, 1)], [[Some(48), Some(120)], [Some(36), Some(99)]]);
    assert!(matching(s.project(), s.assignment().courtyards(), &list).changes.is_empty(), "nothing is left to change");
    s.dispatch(Command::Undo, 0);
    assert_eq!(s.project().state, before, "one step");
    // The row that found nothing: put on the map, or given to a building.
    let op = placed(s.project(), &list.rows[3], pt(900_000, 0));
    let (said, made) = does(&mut s, op);
    assert_eq!(said, "新建楼栋 9号楼，10 户");
    assert_eq!(
        row(&s, made[0]).get(Field::Courtyard),
        Some(&Value::Text("Y000001".into())),
        "it is the list's courtyard"
    );
    let op = bound(s.project(), &list.rows[3], 3).unwrap();
    does(&mut s, op);
    assert_eq!(row(&s, 3).name, "9号楼");
    // A list without courtyards: by number alone, where that is one building.
    let list = read_building_list("楼号,户数\n9,11\n2,5\n").unwrap();
    let m = matching(s.project(), s.assignment().courtyards(), &list);
    assert_eq!(m.counts(), (0, 0, 2));
}

#[test]
fn a_hull_goes_round_the_footprints_at_its_distance() {
    let mut s = session();
    for (x, y) in [(0, 0), (100, 0), (50, 80)] {
        let op = new_building(s.project(), s.assignment().courtyards(), &ring(x, y, 40, 12), None).unwrap();
        does(&mut s, op);
    }
    let hull = hull_round(s.project(), &[0, 1, 2], 6_000.0).unwrap();
    assert!(crate::geom::ring_area2(&hull) > 0);
    let t = s.project().table(Kind::Buildings);
    for (_, r) in t.iter() {
        assert!(r.shape().parts.iter().flatten().flat_map(|r| r.iter()).all(|&q| ring_contains(&hull, q)));
    }
    assert_eq!(Box2::of(&hull), Box2::of_two(pt(-6_000, -6_000), pt(146_000, 98_000)));
    assert_eq!(hull_round(s.project(), &[], 6_000.0), None);
}

#[test]
fn copies_stand_as_far_apart_as_was_said() {
    let at = |x: i32| Pt { x, y: 0 };
    assert_eq!(places_apart(at(0), at(100_000), 30_000.0, 200), [at(0), at(30_000), at(60_000), at(90_000)]);
    assert_eq!(places_apart(at(0), at(89_999), 30_000.0, 200).len(), 4, "a line a millimetre short is meant whole");
    assert_eq!(places_apart(at(0), at(100_000), 10.0, 5).len(), 5);
    assert_eq!(places_apart(at(7), at(7), 30_000.0, 5), [at(7)]);
    assert_eq!(places_apart(at(0), at(9_000), f64::NAN, 5), [at(0)]);
}
