use super::*;
use crate::geom::{Origin, Place, pt};
use crate::model::{EditId, Field, GridLayer, Row, Segment, SegmentHash, Shape, Value};
use crate::plan::{Edit, Hash, Head, History, NewRow, Op, Segments, Take};
use std::sync::Arc;

struct Rng(u64);

impl Rng {
    fn below(&mut self, n: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % n.max(1) as u64) as i64
    }
}

struct One(Vec<Arc<Segment>>);

impl Segments for One {
    fn segment(&self, hash: SegmentHash) -> Option<Arc<Segment>> {
        self.0.iter().find(|s| s.hash() == hash).cloned()
    }
}

const SIDE: i64 = 1_000_000;

fn place(e_mm: i64, n_mm: i64) -> Place {
    Place { e_mm: 500_000_000 + e_mm, n_mm: 3_000_000_000 + n_mm }
}

fn building(i: i64, rng: &mut Rng) -> Row {
    let (x, y) = (rng.below(SIDE) as i32, rng.below(SIDE) as i32);
    let ring = vec![pt(x, y), pt(x + 9000, y), pt(x + 9000, y + 7000), pt(x, y + 7000)];
    let fields = vec![
        (Field::Households, Value::Count(rng.below(40) as u32)),
        (Field::Residents, Value::Count(rng.below(100) as u32)),
    ];
    Row::new(&format!("B{i:05}"), "", fields, Shape::Polygons(vec![vec![ring]])).unwrap()
}

fn yard(i: i64, rng: &mut Rng) -> Row {
    let (x, y) = (rng.below(SIDE - 150_000) as i32, rng.below(SIDE - 150_000) as i32);
    let ring = vec![pt(x, y), pt(x + 120_000, y), pt(x + 120_000, y + 120_000), pt(x, y + 120_000)];
    let whole = if i % 2 == 0 { vec![(Field::Whole, Value::Count(1))] } else { vec![] };
    Row::new(&format!("Y{i:03}"), "", whole, Shape::Polygons(vec![vec![ring]])).unwrap()
}

fn start(rng: &mut Rng) -> (History, One) {
    let head =
        Head { name: "t".into(), crs: "EPSG:4549".into(), origin: Some(Origin { e_m: 500_000, n_m: 3_000_000 }) };
    let layer = GridLayer::new("grid", "治理网格", vec!["社区".into(), "网格".into()]).unwrap();
    let first = EditId { replica: 7, sequence: 0 }.id(0);
    let mut h = History::new(Project::new(head, vec![layer], first), 7);
    let kinds = [
        (Kind::Courtyards, (0..12).map(|i| yard(i, rng)).collect::<Vec<_>>()),
        (Kind::Buildings, (0..400).map(|i| building(i, rng)).collect()),
        (
            Kind::Incidents,
            (0..60)
                .map(|i| {
                    let at = pt(rng.below(SIDE) as i32, rng.below(SIDE) as i32);
                    Row::new(&format!("I{i}"), "", vec![], if i % 9 == 0 { Shape::None } else { Shape::Point(at) })
                        .unwrap()
                })
                .collect(),
        ),
    ];
    let one = One(kinds.into_iter().map(|(k, rows)| Segment::pack(k, rows)).collect());
    for s in &one.0 {
        let op = Op::Import {
            kind: s.kind(),
            segments: vec![Hash(s.hash())],
            source: String::new(),
            crs: None,
            level: None,
        };
        commit(&mut h, op, &one).unwrap();
    }
    (h, one)
}

fn commit(h: &mut History, op: Op, s: &dyn Segments) -> Result<(), crate::plan::EditError> {
    h.stage(op.into(), s)?;
    h.commit(Default::default(), 0, "", None);
    Ok(())
}

/// Code of any building.
fn house(rng: &mut Rng, p: &Project) -> String {
    let codes: Vec<&str> = p.table(Kind::Buildings).iter().map(|(_, r)| r.code()).collect::<Vec<_>>();
    codes.get(rng.below(codes.len() as i64) as usize).map_or("none", |c| c).to_owned()
}

fn edit(h: &History, rng: &mut Rng, n: usize) -> Op {
    let p = h.stable();
    let l = p.layer(p.plans[0].id, 0).unwrap();
    let cells: Vec<String> = l.units.values().map(|u| u.code.clone()).collect();
    let cell = |rng: &mut Rng| cells.get(rng.below(cells.len() as i64) as usize).cloned().unwrap_or_default();
    let any = |rng: &mut Rng| place(rng.below(SIDE), rng.below(SIDE));
    let code = Some(format!("{n:04}"));
    let vertices: Vec<_> = l.partition.edges().flat_map(|(_, e)| e.points.to_vec()).collect();
    let vertex = |rng: &mut Rng| vertices.get(rng.below(vertices.len() as i64) as usize).copied().unwrap_or_default();
    let near = |v: crate::geom::Pt, rng: &mut Rng| {
        place(i64::from(v.x) + rng.below(200_001) - 100_000, i64::from(v.y) + rng.below(200_001) - 100_000)
    };
    match rng.below(20) {
        14 | 15 => {
            // A house: new ones on any place, some by the name of a courtyard that may be there or come later.
            let (x, y) = (rng.below(SIDE), rng.below(SIDE));
            let ring = [(x, y), (x + 9000, y), (x + 9000, y + 7000), (x, y + 7000)].map(|(x, y)| place(x, y)).to_vec();
            let point = rng.below(3) == 0;
            let (rings, at) = if point { (vec![], Some(place(x, y))) } else { (vec![ring], None) };
            let mut fields = serde_json::Map::new();
            if rng.below(2) == 0 {
                fields.insert("courtyard".into(), format!("Y{:03}", rng.below(24)).into());
            }
            fields.insert("households".into(), rng.below(50).into());
            let code = Some(format!("N{n:04}"));
            Op::Add { kind: Kind::Buildings, rows: vec![NewRow { code, rings, at, fields }] }
        }
        16 => {
            let (x, y, w) = (rng.below(SIDE), rng.below(SIDE), rng.below(200_000) + 20_000);
            let rings = vec![square(x, y, w)];
            let mut fields = serde_json::Map::new();
            fields.insert("whole".into(), (rng.below(2) == 0).into());
            let code = Some(format!("Y{:03}", rng.below(24)));
            Op::Add { kind: Kind::Courtyards, rows: vec![NewRow { code, rings, at: None, fields }] }
        }
        17 => Op::Shift {
            buildings: (0..1 + rng.below(4)).map(|_| house(rng, p)).collect(),
            by: Some(Place { e_mm: rng.below(200_001) - 100_000, n_mm: rng.below(200_001) - 100_000 }),
            turn_deg: None,
            about: None,
        },
        18 => {
            let yard = rng.below(3) == 0;
            let buildings = if yard { vec![] } else { vec![house(rng, p)] };
            let courtyard = yard.then(|| format!("Y{:03}", rng.below(24)));
            Op::Remove { member: None, post: None, buildings, courtyard }
        }
        19 => {
            let fields = serde_json::json!({ "courtyard": format!("Y{:03}", rng.below(24)) });
            let fields = fields.as_object().unwrap().clone();
            Op::Set(crate::plan::SetOp { building: Some(house(rng, p)), fields, ..Default::default() })
        }
        12 | 13 => {
            // The outline shifted, sometimes with a hole: ground comes and goes without a face of its own.
            let (x, y) = (rng.below(200_001) - 100_000, rng.below(200_001) - 100_000);
            let mut rings = vec![square(x, y, SIDE)];
            if rng.below(2) == 0 {
                let (dx, dy) = (rng.below(SIDE / 2) + 1, rng.below(SIDE / 2) + 1);
                rings.push(square(x + dx, y + dy, rng.below(SIDE / 3) + 1));
            }
            Op::Outline { rings, crs: None }
        }
        0 | 1 => {
            let (a, w, h) = ((rng.below(SIDE), rng.below(SIDE)), rng.below(SIDE / 2) + 1, rng.below(SIDE / 2) + 1);
            let ring = vec![place(a.0, a.1), place(a.0 + w, a.1), place(a.0 + w, a.1 + h), place(a.0, a.1 + h)];
            let take = if rng.below(3) == 0 { Take::All } else { Take::Free };
            Op::Draw { code, name: None, rings: vec![ring], take, parent: None }
        }
        2 | 3 => Op::Split {
            cell: cell(rng),
            line: vec![any(rng), any(rng)],
            code,
            name: None,
            keep: None,
            attach_m: Some(300.0),
        },
        4 => {
            let (a, b) = (cell(rng), cell(rng));
            Op::Merge { keep: Some(a.clone()), cells: vec![a, b], apart: false }
        }
        5 => Op::Pin { building: format!("B{:05}", rng.below(400)), cell: (rng.below(4) > 0).then(|| cell(rng)) },
        6 => Op::Whole { courtyard: format!("Y{:03}", rng.below(12)), value: rng.below(2) == 0 },
        7 => {
            let f = serde_json::json!({ "households": rng.below(90) });
            let fields = f.as_object().unwrap().clone();
            Op::Set(crate::plan::SetOp {
                building: Some(format!("B{:05}", rng.below(400))),
                fields,
                ..Default::default()
            })
        }
        8 => {
            let e: Vec<_> = l.partition.edges().map(|(_, e)| e.points.clone()).collect();
            let Some(e) = e.get(rng.below(e.len() as i64) as usize) else { return Op::Delete { at: any(rng) } };
            let k = rng.below(e.len() as i64 - 1) as usize;
            let o = p.origin();
            Op::Insert { on: [o.place(e[k]), o.place(e[k + 1])], at: near(e[k], rng) }
        }
        9 => Op::Delete { at: p.origin().place(vertex(rng)) },
        _ => {
            let v = vertex(rng);
            Op::Move { at: p.origin().place(v), to: near(v, rng) }
        }
    }
}

/// Applies an edit, its undo and its redo to an assignment, each held to a recount; the edit's patch.
fn follows(h: &mut History, one: &One, op: Op) -> Arc<crate::plan::Patch> {
    let plan = h.stable().plans[0].id;
    let mut a = Assignment::count(h.stable(), plan, 0);
    let (text, mut old) = (format!("{op:?}"), h.stable().clone());
    h.stage(op.into(), one).unwrap();
    let patch = h.commit(Default::default(), 0, "", None).unwrap().patch.clone().unwrap();
    for (back, what) in [(false, "done"), (true, "undone"), (false, "done again")] {
        match what {
            "undone" => drop(h.undo().unwrap()),
            "done again" => drop(h.redo().unwrap()),
            _ => {}
        }
        let c = a.changes(&old, h.stable(), &patch, back);
        a.apply(&c);
        assert!(a == Assignment::count(h.stable(), plan, 0), "{text}, {what}");
        old = h.stable().clone();
    }
    patch
}

fn square(x: i64, y: i64, w: i64) -> Vec<Place> {
    vec![place(x, y), place(x + w, y), place(x + w, y + w), place(x, y + w)]
}

#[test]
fn an_outline_drawn_anew_with_equal_area_is_counted() {
    let (mut h, one) = start(&mut Rng(3));
    let outline = |rings: Vec<Vec<Place>>| Op::Outline { rings, crs: None };
    commit(&mut h, outline(vec![square(0, 0, SIDE)]), &one).unwrap();
    let all = Op::Draw {
        code: Some("A".into()),
        name: None,
        rings: vec![square(0, 0, SIDE)],
        take: Take::Free,
        parent: None,
    };
    commit(&mut h, all, &one).unwrap();
    follows(&mut h, &one, outline(vec![square(SIDE / 10, 0, SIDE)]));
    // A hole is ground of the outside too; it moves without the outermost ring.
    let hole = |x: i64| outline(vec![square(SIDE / 10, 0, SIDE), square(x, 400_000, 200_000)]);
    follows(&mut h, &one, hole(400_000));
    follows(&mut h, &one, hole(500_000));
}

#[test]
fn ground_that_passes_from_one_cell_to_another_in_one_step_is_counted() {
    let (mut h, one) = start(&mut Rng(5));
    commit(&mut h, Op::Outline { rings: vec![square(0, 0, SIDE)], crs: None }, &one).unwrap();
    let half = |code: &str, x: i64| {
        let rings = vec![vec![place(x, 0), place(x + SIDE / 2, 0), place(x + SIDE / 2, SIDE), place(x, SIDE)]];
        Op::Draw { code: Some(code.into()), name: None, rings, take: Take::Free, parent: None }
    };
    commit(&mut h, half("A", 0), &one).unwrap();
    commit(&mut h, half("C", SIDE / 2), &one).unwrap();
    // A gives its eastern part to C by a cell that is not there before nor after.
    let split = Op::Split {
        cell: "A".into(),
        line: vec![place(SIDE / 4, -1000), place(SIDE / 4, SIDE + 1000)],
        code: Some("B".into()),
        name: None,
        keep: Some(place(1000, 1000)),
        attach_m: None,
    };
    let merge = Op::Merge { cells: vec!["C".into(), "B".into()], keep: Some("C".into()), apart: false };
    let before = Assignment::count(h.stable(), h.stable().plans[0].id, 0);
    follows(&mut h, &one, Op::Together { edits: vec![split.into(), merge.into()] });
    assert!(before != Assignment::count(h.stable(), h.stable().plans[0].id, 0));
}

/// The assignment is that of a recount; says where it is not.
fn agrees(a: &Assignment, p: &Project, what: &str) {
    let b = Assignment::count(p, a.plan, a.layer);
    let differ = |x: &Owners, y: &Owners| {
        (0..x.end().max(y.end())).filter(|s| x.at(*s) != y.at(*s)).map(|s| (s, x.at(s), y.at(s))).collect::<Vec<_>>()
    };
    assert_eq!(differ(&a.buildings, &b.buildings), [], "buildings {what}");
    assert_eq!(differ(&a.yards, &b.yards), [], "courtyards {what}");
    assert_eq!(differ(&a.incidents, &b.incidents), [], "incidents {what}");
    let slots = 0..a.buildings.end().max(b.buildings.end());
    let yards = slots.map(|s| (s, a.courtyards.of_building(s), b.courtyards.of_building(s)));
    assert_eq!(yards.filter(|(_, x, y)| x != y).collect::<Vec<_>>(), [], "courtyards of buildings {what}");
    assert_eq!(a.tallies, b.tallies, "tallies {what}");
    assert!(*a == b, "{what}");
}

/// Any edit, its undo and its redo give the tallies that a recount gives, and `state` is that of a recount.
#[test]
fn flows_equal_a_full_recount_after_every_edit() {
    let mut rng = Rng(11);
    let (mut h, one) = start(&mut rng);
    let plan = h.stable().plans[0].id;
    let outline = vec![place(20_000, 20_000), place(SIDE, 0), place(SIDE - 50_000, SIDE), place(0, SIDE - 30_000)];
    let mut a = Assignment::count(h.stable(), plan, 0);
    let (mut done, mut moved) = (0, 0);
    for n in 0..600 {
        let before = h.stable().clone();
        let mut op = edit(&h, &mut rng, n);
        if n == 0 {
            op = Op::Outline { rings: vec![outline.clone()], crs: None };
        }
        let mut e: Edit = op.into();
        e.opened = if rng.below(30) == 0 { vec!["outline".into()] } else { vec![] };
        if h.stage(e, &one).is_err() {
            continue;
        }
        let Some(step) = h.commit(Default::default(), 0, "", None) else { continue };
        let patch = step.patch.clone().unwrap();
        let c = a.changes(&before, h.stable(), &patch, false);
        moved += c.buildings.len();
        a.apply(&c);
        done += 1;
        agrees(&a, h.stable(), &format!("after {:?}", step.edit));
        assert_eq!(h.stable().state, h.stable().recount_state(), "after {:?}", step.edit);
        if rng.below(4) == 0 {
            let here = h.stable().clone();
            h.undo();
            let c = a.changes(&here, h.stable(), &patch, true);
            a.apply(&c);
            agrees(&a, h.stable(), &format!("undo of {:?}", step.edit));
            assert_eq!((h.stable().state, h.stable().recount_state()), (before.state, before.state));
            let back = h.stable().clone();
            h.redo();
            let c = a.changes(&back, h.stable(), &patch, false);
            a.apply(&c);
            agrees(&a, h.stable(), &format!("redo of {:?}", step.edit));
        }
    }
    println!("{done} edits, {moved} buildings changed hands");
    assert!(done > 120 && moved > 200, "{done} edits, {moved} buildings changed hands");
    while h.undo().is_some() {}
    assert_eq!(h.stable().state, h.stable().recount_state());
    assert_eq!(h.stable().table(Kind::Buildings).len(), 0);
}

/// Counting a few units alone gives what a full recount gives, and looks only at what is near them.
#[test]
fn a_few_units_are_counted_from_what_is_near_them() {
    let mut rng = Rng(23);
    let (mut h, one) = start(&mut rng);
    let plan = h.stable().plans[0].id;
    let side = SIDE + 200_000;
    let outline = vec![place(-1000, -1000), place(side, -1000), place(side, side), place(-1000, side)];
    let op = Op::Outline { rings: vec![outline], crs: None };
    h.stage(Edit { opened: vec!["outline".into()], ..op.into() }, &one).unwrap();
    h.commit(Default::default(), 0, "", None);
    let (mut compared, mut small) = (0, 0);
    for n in 0..150 {
        let op = edit(&h, &mut rng, n);
        if h.stage(op.into(), &one).is_ok() {
            h.commit(Default::default(), 0, "", None);
        }
        let p = h.stable();
        let all = Assignment::count(p, plan, 0);
        let l = p.layer(plan, 0).unwrap();
        let units: Vec<Id> = l.units.keys().copied().collect();
        for pair in units.windows(2) {
            let few = Assignment::count_units(p, all.courtyards(), plan, 0, pair);
            for id in pair {
                let full = all.own(id.0);
                // Courtyards and incidents are not asked for.
                assert_eq!(few[id], Tally { courtyards: 0, incidents: 0, ..full }, "{:?}", l.units[id]);
                compared += usize::from(full.buildings > 0);
            }
            let boxes: Vec<_> =
                pair.iter().flat_map(|u| l.partition.faces_of(u.0)).map(|f| l.partition.face_box(f)).collect();
            let near = |b: crate::geom::Box2| boxes.iter().any(|x| meets(x, &b));
            let looked = rows_near(p, all.courtyards(), l, pair);
            for &slot in &looked {
                let yard = all.courtyards().of_building(slot).filter(|y| p.is_whole(*y));
                let yard = yard.and_then(|y| p.table(Kind::Courtyards).get(y)).is_some_and(|y| near(y.bbox()));
                let pinned = l.pins.get(&slot).is_some_and(|u| pair.contains(u));
                let here = near(p.table(Kind::Buildings).get(slot).unwrap().bbox());
                assert!(here || yard || pinned, "building {slot} is far away and was looked at");
            }
            small += usize::from(looked.len() < 200);
        }
    }
    assert!(compared > 100 && small > 50, "{compared} {small}");
}

fn meets(a: &crate::geom::Box2, b: &crate::geom::Box2) -> bool {
    a.min.x <= b.max.x && b.min.x <= a.max.x && a.min.y <= b.max.y && b.min.y <= a.max.y
}
