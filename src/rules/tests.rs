//! Each rule fires on a project made to break it and is silent on one in order.

use super::*;
use crate::geom::{Origin, Place, pt};
use crate::model::{EditId, Field, GridLayer, Kind, Row, Segment, SegmentHash, Shape, Value};
use crate::plan::{Edit, Hash, Head, History, Op, Ring, Segments, SetOp, Take};
use crate::topology::{Edge, Fault, Partition};
use std::sync::Arc;

struct Rows(Vec<Arc<Segment>>);

impl Segments for Rows {
    fn segment(&self, hash: SegmentHash) -> Option<Arc<Segment>> {
        self.0.iter().find(|s| s.hash() == hash).cloned()
    }
}

const COMMUNITY: &str = "320102001001";
const WEST: &str = "320102001001001";
const EAST: &str = "320102001001002";

/// Metres from the origin.
fn m(x: f64, y: f64) -> Place {
    Place { e_mm: 500_000_000 + (x * 1000.0) as i64, n_mm: 3_000_000_000 + (y * 1000.0) as i64 }
}

fn rect(x: f64, y: f64, w: f64, h: f64) -> Ring {
    vec![m(x, y), m(x + w, y), m(x + w, y + h), m(x, y + h)]
}

fn shape(x: i32, y: i32, w: i32, h: i32) -> Shape {
    let (x, y, w, h) = (x * 1000, y * 1000, w * 1000, h * 1000);
    Shape::Polygons(vec![vec![vec![pt(x, y), pt(x + w, y), pt(x + w, y + h), pt(x, y + h)]]])
}

fn building(code: &str, households: u32, at: Shape) -> Row {
    Row::new(code, "", vec![(Field::Households, Value::Count(households))], at).unwrap()
}

struct Town {
    history: History,
}

impl Town {
    /// Layer 社区 > 网格 and no ground.
    fn empty() -> Town {
        let origin = Some(Origin { e_m: 500_000, n_m: 3_000_000 });
        let head = Head { name: "t".into(), crs: "EPSG:4549".into(), origin };
        let layer = GridLayer::new("grid", "治理网格", vec!["社区".into(), "网格".into()]).unwrap();
        let first = EditId { replica: 3, sequence: 0 }.id(0);
        Town { history: History::new(Project::new(head, vec![layer], first), 3) }
    }

    /// A community of 400 m × 200 m with two cells, a courtyard and two buildings each, all in order.
    fn in_order() -> Town {
        let mut t = Town::empty();
        t.rows(
            Kind::Courtyards,
            vec![
                Row::new("Y1", "西院", vec![], shape(10, 10, 100, 100)).unwrap(),
                Row::new("Y2", "东院", vec![], shape(210, 10, 100, 100)).unwrap(),
            ],
        );
        t.rows(
            Kind::Buildings,
            vec![
                building("B1", 200, shape(20, 20, 30, 10)),
                building("B2", 200, shape(20, 50, 30, 10)),
                building("B3", 200, shape(220, 20, 30, 10)),
                // Its east wall stands on the border's line: a border beside a building does not cut it.
                building("B4", 200, shape(200, 150, 30, 10)),
            ],
        );
        t.outline(rect(0.0, 0.0, 400.0, 200.0));
        t.community(COMMUNITY, rect(0.0, 0.0, 400.0, 200.0));
        t.cell(WEST, rect(0.0, 0.0, 200.0, 200.0));
        t.cell(EAST, rect(200.0, 0.0, 200.0, 200.0));
        for (i, cell) in [WEST, EAST].into_iter().enumerate() {
            for (k, duty) in ["网格长", "网格员"].into_iter().enumerate() {
                let member = format!("M{i}{k}");
                t.apply(Op::Member { code: member.clone(), name: "张某".into(), phone: None, org: None });
                t.post(&format!("P{i}{k}"), &member, duty, cell);
            }
        }
        t
    }

    fn apply(&mut self, op: Op) {
        self.edit(op.into(), &Rows(vec![]));
    }

    fn edit(&mut self, e: Edit, s: &dyn Segments) {
        let said = format!("{e:?}");
        self.history.stage(e, s).unwrap_or_else(|e| panic!("{e} of {said}"));
        self.history.commit(Said::default(), 0, "", None).unwrap();
    }

    fn rows(&mut self, kind: Kind, rows: Vec<Row>) {
        let one = Rows(vec![Segment::pack(kind, rows)]);
        let segments = vec![Hash(one.0[0].hash())];
        self.edit(Op::Import { kind, segments, source: String::new(), crs: None, level: None }.into(), &one);
    }

    fn outline(&mut self, ring: Ring) {
        self.apply(Op::Outline { rings: vec![ring], crs: None });
    }

    fn community(&mut self, code: &str, ring: Ring) {
        let (code, level) = (code.to_owned(), "社区".to_owned());
        self.apply(Op::Unit { code, name: String::new(), level, parent: None, rings: vec![ring] });
    }

    fn cell(&mut self, code: &str, ring: Ring) {
        let code = Some(code.to_owned());
        self.apply(Op::Draw { code, name: None, rings: vec![ring], take: Take::Free, parent: None });
    }

    fn post(&mut self, code: &str, member: &str, duty: &str, cell: &str) {
        self.apply(Op::Post {
            code: Some(code.into()),
            member: member.into(),
            post: duty.into(),
            cell: Some(cell.into()),
            courtyard: None,
            building: None,
            org: None,
            from: None,
            to: None,
        });
    }

    fn set_building(&mut self, code: &str, field: &str, value: serde_json::Value) {
        let fields = [(field.to_owned(), value)].into_iter().collect();
        self.apply(Op::Set(SetOp { building: Some(code.into()), fields, ..SetOp::default() }));
    }

    fn issues(&self) -> Vec<Issue> {
        of(self.history.stable())
    }

    /// The issues, all of one rule.
    fn only(&self, rule: &str) -> Vec<Issue> {
        let all = self.issues();
        assert!(all.iter().all(|i| i.rule == rule), "{all:#?}");
        all
    }
}

fn of(p: &Project) -> Vec<Issue> {
    let plan = p.plans[0].id;
    let issues = check(p, plan, 0, &Assignment::count(p, plan, 0));
    assert_eq!(issues, check(p, plan, 0, &Assignment::count(p, plan, 0)), "the same twice");
    for i in &issues {
        for (text, strange) in [(&i.said.zh, "。"), (&i.said.zh, "！"), (&i.said.en, "。"), (&i.said.en, "!")] {
            assert!(!text.is_empty() && !text.ends_with(strange), "{i:?}");
        }
    }
    issues
}

fn codes(i: &Issue) -> Vec<&str> {
    assert!(i.cells.iter().all(|(layer, _)| layer == "grid"));
    i.cells.iter().map(|(_, c)| c.as_str()).collect()
}

#[test]
fn a_plan_in_order_has_no_issue() {
    assert_eq!(Town::in_order().issues(), vec![]);
    assert_eq!(Town::empty().issues(), vec![]);
    let p = Town::in_order().history.stable().clone();
    let a = Assignment::count(&p, p.plans[0].id, 0);
    assert_eq!(check(&p, p.plans[0].id, 7, &a), vec![]);
    assert_eq!(check(&p, Id(99), 0, &a), vec![]);
}

#[test]
fn households_outside_the_range_say_how_many_to_move() {
    let mut t = Town::in_order();
    t.set_building("B1", "households", 363.into());
    t.set_building("B3", "households", 60.into());
    let i = t.only("V7");
    assert_eq!(i.len(), 2);
    assert_eq!((codes(&i[0]), i[0].said.zh.as_str()), (vec![WEST], "超 63 户，还需移出 63 户"));
    assert_eq!((codes(&i[1]), i[1].said.zh.as_str()), (vec![EAST], "缺 40 户，还需移入 40 户"));
    assert_eq!(i[0].at, Some(pt(100_000, 100_000)));
    assert!(i.iter().all(|i| i.severity == Severity::Warning));
    t.set_building("B1", "households", 300.into());
    t.set_building("B3", "households", 100.into());
    assert_eq!(t.issues(), vec![], "both ends of the range are in it");
}

#[test]
fn ground_without_a_cell_is_a_gap_once_there_is_a_cell() {
    let mut t = Town::empty();
    t.outline(rect(0.0, 0.0, 400.0, 200.0));
    assert_eq!(t.issues(), vec![]);
    t.cell("001", rect(0.0, 0.0, 399.0, 200.0));
    let gaps: Vec<Issue> = t.issues().into_iter().filter(|i| i.rule == "V2").collect();
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0].said.zh, "空白 200 平方米，请划入一个网格");
    assert_eq!(gaps[0].at, Some(pt(399_500, 100_000)));
    let mut t = Town::in_order();
    t.outline(rect(0.0, 0.0, 401.0, 200.0));
    assert_eq!(t.only("V2").len(), 1);
    assert_eq!(t.only("V2")[0].cells, vec![]);
}

#[test]
fn a_gap_on_the_ground_of_a_community_names_it() {
    let mut t = Town::in_order();
    t.apply(Op::Outline { rings: vec![rect(0.0, 0.0, 500.0, 200.0)], crs: None });
    t.community("320102001002", rect(400.0, 0.0, 100.0, 200.0));
    let i = t.only("V2");
    assert_eq!((i.len(), codes(&i[0])), (1, vec!["320102001002"]));
    assert_eq!(i[0].said.zh, "空白 20,000 平方米，请划入一个网格");
}

#[test]
fn a_building_on_a_border_is_cut_unless_almost_all_of_it_is_on_one_side() {
    let mut t = Town::in_order();
    t.rows(
        Kind::Buildings,
        vec![
            // 100 m long and 10 m wide; the border is at 200.
            building("C1", 0, shape(120, 130, 100, 10)), // 80 % west
            building("C2", 0, shape(101, 110, 100, 10)), // 99 % west: whole
            building("C3", 0, shape(102, 90, 100, 10)),  // 98 % west
            building("C4", 0, shape(370, 150, 40, 10)),  // a quarter outside
        ],
    );
    let i = t.only("V3");
    let found: Vec<_> = i.iter().map(|i| i.buildings.concat()).collect();
    assert_eq!(
        {
            let mut f = found.clone();
            f.sort();
            f
        },
        ["C1", "C3", "C4"]
    );
    let one = |code: &str| &i[found.iter().position(|c| c == code).unwrap()];
    assert_eq!(codes(one("C1")), [WEST, EAST]);
    assert_eq!(one("C1").said.zh, format!("楼栋 C1 被边界切开，80 % 在 {WEST}，请移动边界"));
    assert_eq!(one("C1").at, Some(pt(170_000, 135_000)));
    assert_eq!(codes(one("C4")), [EAST]);
    assert!(one("C3").said.zh.contains("98 %"));
}

#[test]
fn a_footprint_with_a_hole_and_a_border_through_its_corners() {
    let ring = |x: i32, y: i32, s: i32| vec![pt(x, y), pt(x + s, y), pt(x + s, y + s), pt(x, y + s)];
    // A frame 90 m outside and 30 m inside about the border at x = 200: half of what is built is on each side.
    let mut hole = ring(185_000, 85_000, 30_000);
    hole.reverse();
    let frame = Shape::Polygons(vec![vec![ring(155_000, 55_000, 90_000), hole]]);
    // A square on its tip: the border passes through two of its corners and crosses no side.
    let tip = vec![pt(200_000, 160_000), pt(210_000, 170_000), pt(200_000, 180_000), pt(190_000, 170_000)];
    let mut t = Town::in_order();
    t.rows(Kind::Buildings, vec![building("F", 0, frame), building("T", 0, Shape::Polygons(vec![vec![tip]]))]);
    let i = t.only("V3");
    assert_eq!(i.len(), 2);
    assert!(i.iter().all(|i| i.said.zh.contains("，50 % 在")), "{i:#?}");
}

#[test]
fn a_building_in_the_far_corner_of_three_cells_is_cut_in_three() {
    let mut t = Town::empty();
    t.outline(rect(0.0, 0.0, 400.0, 200.0));
    t.cell("1", rect(0.0, 0.0, 200.0, 200.0));
    t.cell("2", rect(200.0, 0.0, 200.0, 100.0));
    t.cell("3", rect(200.0, 100.0, 200.0, 100.0));
    t.rows(Kind::Buildings, vec![building("B", 400, shape(190, 90, 40, 40))]);
    let cut: Vec<Issue> = t.issues().into_iter().filter(|i| i.rule == "V3").collect();
    // 30 × 30 in the north-east, 30 × 10 in the south-east, 10 × 40 in the west, of 1,600 m².
    assert_eq!(codes(&cut[0]), ["3", "1", "2"]);
    assert!(cut[0].said.zh.contains("56 % 在 3"));
}

#[test]
fn a_courtyard_in_two_cells_is_named_unless_it_is_kept_whole() {
    let mut t = Town::in_order();
    t.rows(Kind::Courtyards, vec![Row::new("Y3", "锦绣苑", vec![], shape(150, 120, 100, 70)).unwrap()]);
    // B4 stands in the east of it.
    t.rows(
        Kind::Buildings,
        vec![building("D1", 0, shape(160, 150, 10, 10)), building("D2", 0, shape(180, 150, 10, 10))],
    );
    let i = t.only("V6");
    assert_eq!((i.len(), codes(&i[0]), i[0].courtyard.as_deref()), (1, vec![WEST, EAST], Some("Y3")));
    assert_eq!(i[0].buildings.len(), 3);
    let what = format!("“锦绣苑”分在 2 个网格（{WEST}：2 栋，{EAST}：1 栋），请移动边界，或设为整院归属");
    assert_eq!(i[0].said.zh, what);
    t.apply(Op::Whole { courtyard: "Y3".into(), value: true });
    assert!(t.issues().iter().all(|i| i.rule != "V6"));
}

#[test]
fn a_code_begins_with_that_of_its_community() {
    let mut t = Town::in_order();
    let fields = |code: &str| [("code".to_owned(), code.into())].into_iter().collect();
    t.apply(Op::Set(SetOp { cell: Some(EAST.into()), fields: fields("002"), ..SetOp::default() }));
    let i = t.only("V8");
    assert_eq!((i.len(), codes(&i[0])), (1, vec!["002"]));
    assert_eq!(i[0].said.zh, format!("编码 002 与上级 {COMMUNITY} 不符，请以 {COMMUNITY} 开头"));
    // A parent without a 12-digit code asks for nothing.
    t.apply(Op::Set(SetOp { cell: Some(COMMUNITY.into()), fields: fields("SQ-1"), ..SetOp::default() }));
    assert_eq!(t.issues(), vec![]);
}

#[test]
fn vacant_posts_are_named() {
    let mut t = Town::in_order();
    t.apply(Op::Remove { member: None, post: Some("P00".into()), buildings: vec![], courtyard: None });
    let i = t.only("V9");
    assert_eq!((i.len(), codes(&i[0]), i[0].said.zh.as_str()), (1, vec![WEST], "空缺：网格长，请指派"));
    t.apply(Op::Remove { member: Some("M01".into()), post: None, buildings: vec![], courtyard: None });
    assert_eq!(t.only("V9")[0].said.zh, "空缺：网格长、网格员，请指派");
    let mut t = Town::in_order();
    t.post("P9", "M00", "网格长", EAST);
    assert_eq!(t.only("V9")[0].said.zh, "网格长有 2 人，请只留 1 人");
    // A post that has ended is no longer held.
    let mut t = Town::in_order();
    let day = crate::model::Date::parse("2026-06-18").unwrap();
    t.apply(Op::Post {
        code: Some("P00".into()),
        member: "M00".into(),
        post: "网格长".into(),
        cell: Some(WEST.into()),
        courtyard: None,
        building: None,
        org: None,
        from: None,
        to: Some(day),
    });
    assert_eq!(t.only("V9")[0].said.zh, "空缺：网格长，请指派");
}

#[test]
fn a_cell_of_parts_that_do_not_touch_is_detached() {
    let mut t = Town::empty();
    t.outline(rect(0.0, 0.0, 400.0, 200.0));
    t.cell("1", rect(150.0, 0.0, 50.0, 200.0));
    t.cell("2", rect(0.0, 0.0, 400.0, 200.0));
    let detached = |t: &Town| t.issues().into_iter().filter(|i| i.rule == "V14").collect::<Vec<_>>();
    let i = detached(&t);
    assert_eq!((i.len(), codes(&i[0])), (1, vec!["2"]));
    assert_eq!(i[0].said.zh, "飞地：分成 2 块，主块之外 30,000 平方米，请并入相邻网格，或确认保留");
    assert_eq!(i[0].at, Some(pt(75_000, 100_000)), "in the smaller part");
    // Two faces that meet in a corner touch.
    let mut t = Town::empty();
    t.outline(rect(0.0, 0.0, 400.0, 200.0));
    t.cell("1", rect(0.0, 0.0, 200.0, 100.0));
    t.cell("2", rect(200.0, 100.0, 200.0, 100.0));
    t.cell("3", rect(0.0, 0.0, 400.0, 200.0));
    let faces = t.history.stable().plans[0].layers[0].partition.faces().count();
    assert_eq!((faces, detached(&t)), (5, vec![]));
}

#[test]
fn more_than_25_square_kilometres_in_one_piece() {
    let mut t = Town::empty();
    t.outline(rect(0.0, 0.0, 5000.0, 5000.0));
    assert_eq!(t.issues(), vec![]);
    t.outline(rect(0.0, 0.0, 5001.0, 5000.0));
    let i = t.only("V16");
    assert_eq!(i.len(), 1);
    assert!(i[0].said.zh.starts_with("连片范围 25.0 平方公里，超过 25 平方公里"));
    // As much in two pieces is none.
    let mut t = Town::empty();
    t.apply(Op::Outline { rings: vec![rect(0.0, 0.0, 4000.0, 4000.0), rect(6000.0, 0.0, 4000.0, 4000.0)], crs: None });
    assert_eq!(t.issues(), vec![]);
}

#[test]
fn buildings_in_no_cell_are_one_issue_each() {
    let mut t = Town::empty();
    let rows = |t: &mut Town| {
        t.rows(
            Kind::Buildings,
            vec![
                building("U1", 12, shape(500, 20, 10, 10)),
                building("U2", 0, shape(500, 50, 10, 10)),
                building("U3", 0, shape(700, 50, 10, 10)),
            ],
        );
    };
    // Without an outline all are listed.
    rows(&mut t);
    assert_eq!(t.only("unassigned").len(), 3);
    // With one only those inside: the neighbours' buildings are not ours to assign.
    let mut t = Town::empty();
    t.outline(rect(0.0, 0.0, 600.0, 200.0));
    rows(&mut t);
    let i = t.only("unassigned");
    let mut found: Vec<_> = i.iter().map(|i| i.buildings.concat()).collect();
    found.sort();
    assert_eq!(found, ["U1", "U2"]);
    let u1 = i.iter().find(|i| i.buildings == ["U1"]).unwrap();
    assert_eq!((u1.said.zh.as_str(), u1.at), ("未划入：U1，12 户，请划入一个网格", Some(pt(505_000, 25_000))));
    t.cell(WEST, rect(0.0, 0.0, 200.0, 200.0));
    t.apply(Op::Pin { building: "U1".into(), cell: Some(WEST.into()) });
    let left: Vec<_> = t.issues().into_iter().filter(|i| i.rule == "unassigned").collect();
    assert_eq!(left.iter().map(|i| i.buildings.concat()).collect::<Vec<_>>(), ["U2"]);
}

#[test]
fn so_many_unassigned_buildings_are_counted() {
    let n = UNASSIGNED_LISTED as i32 + 1_234;
    let mut t = Town::empty();
    t.rows(Kind::Buildings, (0..n).map(|i| building(&format!("B{i}"), 1, shape(i % 200, i / 200, 1, 1))).collect());
    let i = t.only("unassigned");
    assert_eq!(i.len(), UNASSIGNED_LISTED + 1);
    assert_eq!(i[UNASSIGNED_LISTED].said.zh, "未划入：另有 1,234 栋，请先画网格");
}

#[test]
fn a_damaged_partition_is_an_error() {
    let mut t = Town::empty();
    t.outline(rect(0.0, 0.0, 400.0, 200.0));
    let mut p = t.history.stable().clone();
    let good = p.plans[0].layers[0].partition.clone();
    let (e, edge) = good.edges().next().unwrap();
    let mut points = edge.points.to_vec();
    // A tip that is drawn through the opposite side.
    let at = points.iter().position(|q| *q == pt(400_000, 0)).unwrap();
    points.insert(at + 1, pt(-50_000, 100_000));
    let bow = Edge { points: points.into(), ..edge.clone() };
    let bad = Partition::from_parts(
        good.nodes().map(|(i, n)| (i, n.clone())).collect(),
        vec![(e, bow)],
        good.faces().map(|(i, f)| (i, f.clone())).collect(),
    );
    let plan = Arc::make_mut(&mut Arc::make_mut(&mut p.plans)[0]);
    Arc::make_mut(&mut plan.layers)[0].partition = bad.unwrap();
    let issues = of(&p);
    assert!(issues.iter().any(|i| i.rule == "crosses" && i.at == Some(pt(0, 88_889))), "{issues:#?}");
    assert!(issues.iter().all(|i| i.severity == Severity::Error));
    let at = pt(1, 2);
    let all = [
        (Fault::Crosses(at), "crosses"),
        (Fault::Turn(at), "turn"),
        (Fault::Ring(at), "ring"),
        (Fault::Area(at), "area"),
        (Fault::Hole(at), "hole"),
        (Fault::Unclean(at), "unclean"),
        (Fault::Euler, "euler"),
    ];
    for (fault, rule) in all {
        let i = topology::issue(&fault);
        assert_eq!((i.rule, i.severity, i.at), (rule, Severity::Error, fault.at()));
    }
}

/// A square of cells over many buildings, borders from `from` m on; how many are cut. Buildings stand every 20 m, are
/// 12 m wide and 10 m deep; cells are 220 m wide.
fn large_town(n: i32, from: i32) -> usize {
    let mut t = Town::empty();
    let side = f64::from(n).sqrt().ceil() as i32;
    let rows = (0..n).map(|i| building(&format!("B{i}"), 4, shape(i % side * 20, i / side * 20, 12, 10)));
    t.rows(Kind::Buildings, rows.collect());
    let k = side * 20 / 220 + 1;
    let corner = |i: i32| f64::from(i * 220 + from);
    // The outline shares the cells' corners, so that they fit.
    let sides = [
        (0..k).map(|i| m(corner(i), corner(0))).collect::<Ring>(),
        (0..k).map(|i| m(corner(k), corner(i))).collect(),
        (1..=k).rev().map(|i| m(corner(i), corner(k))).collect(),
        (1..=k).rev().map(|i| m(corner(0), corner(i))).collect(),
    ];
    t.outline(sides.concat());
    let cell = |i: i32| shape(i / k * 220 + from, i % k * 220 + from, 220, 220);
    t.rows(Kind::Cells, (0..k * k).map(|i| Row::new(&format!("C{i}"), "", vec![], cell(i)).unwrap()).collect());
    let p = t.history.stable();
    let a = Assignment::count(p, p.plans[0].id, 0);
    let started = std::time::Instant::now();
    let issues = check(p, p.plans[0].id, 0, &a);
    let took = started.elapsed();
    let of = |rule: &str| issues.iter().filter(|i| i.rule == rule).count();
    let (cut, all) = (of("V3"), issues.len());
    println!("{n} buildings, {} cells, borders from {from} m: checked in {took:?}: {cut} cut, {all} issues", k * k);
    assert_eq!((of("V9"), of("V2")), ((k * k) as usize, 0));
    cut
}

/// `GETU_ROWS=1000000 cargo test --release a_large_town` measures.
#[test]
fn a_large_town_is_checked_along_its_borders_only() {
    let n: i32 = std::env::var("GETU_ROWS").ok().and_then(|s| s.parse().ok()).unwrap_or(10_000);
    // Borders in the gap of 8 m between two buildings.
    assert_eq!(large_town(n, -5), 0);
    // Borders through the middle of every 11th building of a row and of every building of an 11th row.
    let side = f64::from(n).sqrt().ceil() as i32;
    let cut = (0..n).filter(|i| i % side % 11 == 0 || i / side % 11 == 0).count();
    assert_eq!(large_town(n, 6), cut);
}

/// The flows of a long random walk, and its undo, give the tallies of a recount; no plan on the way has an error.
#[test]
fn tallies_follow_a_random_walk_and_its_undo() {
    let edits = crate::plan::tests::walk::edits() / 4;
    let mut at = crate::plan::tests::walk::Walk::new(96);
    let plan = at.h.stable().plans[0].id;
    let mut a = Assignment::count(at.h.stable(), plan, 0);
    let (mut done, mut moved) = (0, 0);
    while done < edits {
        let Some(s) = at.step() else { continue };
        done += 1;
        let now = at.h.stable().clone();
        let patch = s.step.patch.clone().unwrap();
        let there = a.changes(&s.before, &now, &patch, false);
        moved += there.buildings.len();
        a.apply(&there);
        if done % 20 == 0 {
            assert!(a == Assignment::count(&now, plan, 0), "after {:?}", s.step.edit);
            let back = a.changes(&now, &s.before, &patch, true);
            a.apply(&back);
            assert!(a == Assignment::count(&s.before, plan, 0), "undo of {:?}", s.step.edit);
            a.apply(&a.changes(&s.before, &now, &patch, false));
            let errors: Vec<Issue> =
                check(&now, plan, 0, &a).into_iter().filter(|i| i.severity == Severity::Error).collect();
            assert_eq!(errors, vec![]);
        }
    }
    println!("{done} edits, {moved} buildings changed hands");
    assert!(moved > done / 2, "{done} edits, {moved} buildings changed hands");
}
