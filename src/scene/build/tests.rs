use super::*;
use crate::assign::Changes;
use crate::geom::{Box2, Origin, Place, pt};
use crate::model::{EditId, Field, GridLayer, Id, Kind, Row, Segment, SegmentHash, Shape, Value};
use crate::plan::{Context, Edit, Hash, Head, NoSegments, Op, Segments, Take, apply};
use crate::scene::{FillClass, LabelClass, Layer, LineClass, Stack, StyleSheet, SymbolKind, Theme, Tone, paint};
use std::sync::Arc;

struct One(Arc<Segment>);

impl Segments for One {
    fn segment(&self, hash: SegmentHash) -> Option<Arc<Segment>> {
        (hash == self.0.hash()).then(|| self.0.clone())
    }
}

const ORIGIN: Origin = Origin { e_m: 500_000, n_m: 3_000_000 };

fn ring(x0: i32, y0: i32, x1: i32, y1: i32) -> Vec<Place> {
    [(x0, y0), (x1, y0), (x1, y1), (x0, y1)].map(|(x, y)| ORIGIN.place(pt(x * 1000, y * 1000))).to_vec()
}

fn square(x: i32, y: i32) -> Shape {
    let p = |dx: i32, dy: i32| pt((x + dx) * 1000, (y + dy) * 1000);
    Shape::Polygons(vec![vec![vec![p(0, 0), p(12, 0), p(12, 12), p(0, 12)]]])
}

struct Made {
    project: Project,
    next: u32,
}

impl Made {
    fn new() -> Made {
        let levels = vec!["社区".to_owned(), "网格".to_owned()];
        let layer = GridLayer::new("grid", "治理网格", levels).unwrap();
        let head = Head { name: "试".into(), crs: "EPSG:4549".into(), origin: Some(ORIGIN) };
        Made { project: Project::new(head, vec![layer], EditId { replica: 1, sequence: 0 }.id(0)), next: 1 }
    }

    fn with(mut self, op: Op, segments: &dyn Segments) -> Made {
        let ctx = Context { id: EditId { replica: 1, sequence: self.next }, given: 0, segments };
        self.project = apply(&self.project, &Edit::from(op), &ctx).unwrap().project;
        self.next += 1;
        self
    }

    fn rows(self, kind: Kind, rows: Vec<Row>) -> Made {
        let s = One(Segment::pack(kind, rows));
        let segments = vec![Hash(s.0.hash())];
        self.with(Op::Import { kind, segments, source: "t".into(), crs: None, level: None }, &s)
    }

    fn draw(self, code: &str, name: &str, rings: Vec<Place>) -> Made {
        let (code, name) = (Some(code.to_owned()), Some(name.to_owned()));
        self.with(Op::Draw { code, name, rings: vec![rings], take: Take::Free, parent: None }, &NoSegments)
    }
}

fn row(code: &str, name: &str, fields: &[(Field, &str)], shape: Shape) -> Row {
    let fields = fields.iter().map(|(f, v)| (*f, Value::Text((*v).to_owned()))).collect();
    Row::new(code, name, fields, shape).unwrap()
}

/// An outline of 300 × 100 m with a community, two cells and 100 m of free ground to the east.
fn town() -> Project {
    let outline = vec![ring(0, 0, 300, 100)];
    let community = Op::Unit {
        code: "310115005021".into(),
        name: "梅园社区".into(),
        level: "社区".into(),
        parent: None,
        rings: outline.clone(),
    };
    let line = |points: &[(i32, i32)]| Shape::Lines(vec![points.iter().map(|p| pt(p.0 * 1000, p.1 * 1000)).collect()]);
    let mut homes: Vec<Row> = [(10, "residential"), (130, "residential"), (150, "office"), (230, ""), (400, "")]
        .iter()
        .zip(1..)
        .map(|((x, u), i)| row(&format!("B{i:06}"), &format!("柳营新村 {i} 号楼"), &[(Field::Use, u)], square(*x, 40)))
        .collect();
    homes[0].set(Field::Households, Some(Value::Count(400)));
    let mut incidents = vec![row("I1", "", &[(Field::State, "办结")], Shape::Point(pt(20_000, 20_000)))];
    let mut fresh = row("I2", "", &[(Field::State, "已受理")], Shape::Point(pt(40_000, 20_000)));
    fresh.set(Field::Time, Some(Value::Int(10_000)));
    incidents.push(fresh);
    Made::new()
        .with(Op::Outline { rings: outline, crs: None }, &NoSegments)
        .with(community, &NoSegments)
        .draw("310115005021006", "南泉北路网格", ring(0, 0, 100, 100))
        .draw("310115005021110", "栖霞路", ring(100, 0, 200, 100))
        .rows(Kind::Buildings, homes)
        .rows(
            Kind::Roads,
            vec![
                row("R1", "栖霞路", &[(Field::Kind, "tertiary")], line(&[(-50, 0), (350, 0)])),
                row("R2", "", &[(Field::Kind, "footway")], line(&[(10, 10), (90, 10)])),
            ],
        )
        .rows(Kind::Landuse, vec![row("L1", "", &[(Field::Kind, "park")], square(60, 60))])
        .rows(Kind::Courtyards, vec![row("Y1", "向阳院", &[], square(20, 70))])
        .rows(Kind::Facilities, vec![row("F1", "梅园党群服务站", &[], Shape::Point(pt(50_000, 50_000)))])
        .rows(Kind::Incidents, incidents)
        .project
}

fn assigned(p: &Project) -> Assignment {
    Assignment::count(p, p.plans[0].id, 0)
}

fn of(layers: &[Arc<Layer>], stack: Stack) -> Vec<&Arc<Layer>> {
    layers.iter().filter(|l| l.key.stack == stack).collect()
}

fn slot_of(p: &Project, code: &str) -> usize {
    p.table(Kind::Buildings).find(code).unwrap() as usize
}

fn unit(p: &Project, code: &str) -> Id {
    p.plans[0].layers[0].unit(code).unwrap().id
}

#[test]
fn rows_stand_in_the_stacks_of_their_kind() {
    let p = town();
    let g = ground_layers(&p, &[]);
    let count = |s: Stack| of(&g, s).iter().map(|l| (l.fills.len(), l.lines.len())).next().unwrap_or((0, 0));
    assert_eq!(count(Stack::Green), (1, 0));
    assert_eq!(count(Stack::Roads), (0, 1));
    assert_eq!(count(Stack::Paths), (0, 1));
    assert_eq!(count(Stack::Courtyards), (0, 1));
    assert_eq!(count(Stack::Buildings), (5, 0));
    // Asked again, every layer is the same one.
    let again = ground_layers(&p, &g);
    assert!(g.len() == again.len() && g.iter().zip(&again).all(|(a, b)| Arc::ptr_eq(a, b)));
    let keys: std::collections::BTreeSet<_> = g.iter().map(|l| l.key).collect();
    assert_eq!(keys.len(), g.len());
}

#[test]
fn a_dwelling_wears_the_tone_of_its_cell() {
    let p = town();
    let a = assigned(&p);
    let c = CellColours::default().next(&p, a.plan(), 0);
    let (left, right) = (c.tone(unit(&p, "310115005021006").0), c.tone(unit(&p, "310115005021110").0));
    assert!(left.is_some() && right.is_some() && left != right);
    let slots = building_slots(&p, &Owners::of(&a), &c);
    let class = |code: &str| slots[slot_of(&p, code)];
    assert_eq!(class("B000001"), FillClass::Dwelling(left.unwrap()));
    assert_eq!(class("B000002"), FillClass::Dwelling(right.unwrap()));
    assert_eq!(class("B000003"), FillClass::Commercial);
    assert_eq!(class("B000004"), FillClass::DwellingUnassigned);
    assert_eq!(class("B000005"), FillClass::DwellingOutside);
    let mut g = ground_layers(&p, &[]);
    tint_buildings(&mut g, &p, &Owners::of(&a), &c, None);
    assert_eq!(*of(&g, Stack::Buildings)[0].slots, slots);
    // Tinted again the same way, nothing is made anew; with a moved border one layer is.
    let before = g.clone();
    tint_buildings(&mut g, &p, &Owners::of(&a), &c, None);
    assert!(before.iter().zip(&g).all(|(a, b)| Arc::ptr_eq(a, b)));
    let at = |x: i32, y: i32| ORIGIN.place(pt(x * 1000, y * 1000));
    let step = |p: &Project, op: Op, sequence: u32| {
        let ctx = Context { id: EditId { replica: 1, sequence }, given: 0, segments: &NoSegments };
        apply(p, &Edit::from(op), &ctx).unwrap()
    };
    let p = step(&p, Op::Insert { on: [at(100, 0), at(100, 100)], at: at(100, 50) }, 98).project;
    let moved = step(&p, Op::Move { at: at(100, 50), to: at(170, 50) }, 99);
    let staged: Changes = a.changes(&p, &moved.project, &moved.patch, false);
    assert!(!staged.buildings.is_empty());
    let only: Vec<u32> = staged.buildings.iter().map(|m| m.slot).collect();
    tint_buildings(&mut g, &moved.project, &Owners::staged(&a, &staged), &c, Some(&only));
    let now = &of(&g, Stack::Buildings)[0].slots;
    assert_eq!(now[slot_of(&p, "B000002")], FillClass::Dwelling(left.unwrap()));
    assert_eq!(now[slot_of(&p, "B000001")], FillClass::Dwelling(left.unwrap()));
    // What the hand sees of it: ghosts, staged borders, one building in the outline of a newcomer.
    let from = Some(unit(&p, "310115005021110"));
    let s = staged_layers((&p, &moved.project), a.plan(), 0, &moved.patch, &staged, from);
    let classes = |k| of(&s, k).iter().flat_map(|l| l.lines.iter()).map(|l| l.class).collect::<Vec<_>>();
    assert!(
        classes(Stack::Borders).contains(&LineClass::Ghost) && classes(Stack::Borders).contains(&LineClass::Staged)
    );
    assert!(classes(Stack::Changed).iter().all(|c| *c == LineClass::ChangedOut));
    assert_eq!(classes(Stack::Changed).len(), staged.buildings.len());
}

#[test]
fn borders_are_drawn_once_by_their_highest_level() {
    let p = town();
    let a = assigned(&p);
    let c = CellColours::default().next(&p, a.plan(), 0);
    let layers = cell_layers(&p, a.plan(), 0, &c, &[]);
    let length = |class: LineClass| -> f64 {
        let lines = layers.iter().flat_map(|l| l.lines.iter()).filter(|l| l.class == class);
        lines.map(|l| crate::geom::chain_length(&l.points)).sum::<f64>() / 1000.0
    };
    assert_eq!(length(LineClass::Community), 800.0);
    assert_eq!(length(LineClass::Cell), 200.0);
    let fills: Vec<FillClass> =
        of(&layers, Stack::CellFill).iter().flat_map(|l| l.fills.iter().map(|f| l.class_of(f))).collect();
    assert_eq!(fills.iter().filter(|f| **f == FillClass::Unassigned).count(), 1);
    assert_eq!(fills.iter().filter(|f| matches!(f, FillClass::Cell(_))).count(), 2);
    assert_eq!(of(&layers, Stack::Band).iter().map(|l| l.bands.len()).sum::<usize>(), 2);
    let again = cell_layers(&p, a.plan(), 0, &c, &layers);
    assert!(layers.iter().zip(&again).all(|(a, b)| Arc::ptr_eq(a, b)));
    // The selected cell: its whole border and the band of the hand.
    let m = marked_layers(
        &p,
        a.plan(),
        0,
        &Marked { units: vec![unit(&p, "310115005021006")], rows: vec![(Kind::Buildings, 0)] },
    );
    assert_eq!(of(&m, Stack::Band)[0].bands.len(), 1);
    let ring: f64 = of(&m, Stack::Borders)[0]
        .lines
        .iter()
        .filter(|l| l.class == LineClass::Selected && !l.closed)
        .map(|l| crate::geom::chain_length(&l.points))
        .sum();
    assert_eq!(ring, 400_000.0);
}

#[test]
fn what_a_step_touches_is_made_anew_and_nothing_else() {
    let at = |x: i32, y: i32| ORIGIN.place(pt(x * 1000, y * 1000));
    let mut p = town();
    let a = assigned(&p);
    let (plan, colours) = (a.plan(), CellColours::default().next(&p, a.plan(), 0));
    let all =
        |p: &Project| -> ByKey { cell_layers(p, plan, 0, &colours, &[]).into_iter().map(|l| (l.key, l)).collect() };
    let same = |x: &ByKey, y: &ByKey| {
        let name = |l: &Arc<Layer>| (l.key, l.version, l.slots.clone());
        x.values().map(name).eq(y.values().map(name))
    };
    let mut kept = all(&p);
    let cells = ["310115005021006", "310115005021110"].map(str::to_owned).to_vec();
    let split = vec![at(-10, 30), at(60, 35), at(140, 30)];
    let ops = vec![
        Op::Insert { on: [at(100, 0), at(100, 100)], at: at(100, 50) },
        Op::Move { at: at(100, 50), to: at(130, 50) },
        Op::Split {
            cell: cells[0].clone(),
            line: split,
            code: Some("310115005021111".to_owned()),
            name: None,
            keep: Some(at(50, 10)),
            attach_m: Some(0.002),
        },
        Op::Merge { keep: Some(cells[0].clone()), cells, apart: false },
    ];
    let mut n = 0;
    for (i, op) in ops.into_iter().enumerate() {
        let id = EditId { replica: 1, sequence: 200 + i as u32 };
        let ctx = Context { id, segments: &NoSegments, given: 0 };
        let out = apply(&p, &Edit::from(op), &ctx).unwrap_or_else(|e| panic!("step {i}: {e:?}"));
        n += 1;
        let mut touched = Touched::default();
        for (_, _, patch) in &out.patch.partitions {
            touched.patch(patch, &out.project.layer(plan, 0).unwrap().partition);
        }
        assert!(!touched.is_empty());
        touch_cells(&mut kept, &out.project, plan, 0, &colours, &touched);
        assert!(same(&kept, &all(&out.project)), "step {i}");
        // Taken back, the layers are those that were there; done again, the new ones.
        let mut back = kept.clone();
        touch_cells(&mut back, &p, plan, 0, &colours, &touched);
        assert!(same(&back, &all(&p)), "step {i} taken back");
        p = out.project;
    }
    assert_eq!(n, 4);
    // Nothing touched, nothing made.
    let before = kept.clone();
    touch_cells(&mut kept, &p, plan, 0, &colours, &Touched::default());
    assert!(before.values().zip(kept.values()).all(|(x, y)| Arc::ptr_eq(x, y)));
}

#[test]
fn cells_are_named_as_the_office_says_them() {
    let p = town();
    let a = assigned(&p);
    let view = Box2::of_two(pt(-500_000, -500_000), pt(500_000, 500_000));
    let mut o = LabelOptions { lang: Lang::Zh, scale: ScaleClass::S2000, view };
    let mut poles = Poles::default();
    let all = labels(&p, &a, &o, &mut poles);
    let cells: Vec<_> = all.iter().filter(|l| l.class == LabelClass::Cell).collect();
    let parts = |i: usize| (cells[i].chip.as_deref(), cells[i].text.as_str(), cells[i].note.as_deref());
    assert_eq!(parts(0), (Some("06"), "南泉北路", Some("400 户 ✓")));
    assert_eq!(parts(1), (Some("110"), "栖霞路", Some("0 户 ▼")));
    let has = |class, text: &str| all.iter().any(|l| l.class == class && l.text == text);
    assert!(has(LabelClass::Community, "梅园社区"));
    assert!(has(LabelClass::Road, "栖霞路"));
    assert!(has(LabelClass::Courtyard, "向阳院"));
    assert!(has(LabelClass::Facility, "梅园党群服务站"));
    assert!(has(LabelClass::Building, "1 号楼"));
    o.scale = ScaleClass::S10000;
    let far = labels(&p, &a, &o, &mut poles);
    assert!(far.iter().all(|l| !matches!(l.class, LabelClass::Building | LabelClass::Courtyard)));
    // Only what is in view.
    o.view = Box2::of_two(pt(-500_000, -500_000), pt(-400_000, -400_000));
    assert!(labels(&p, &a, &o, &mut poles).is_empty());
}

#[test]
fn incidents_are_marked_by_state_and_age() {
    let p = town();
    let view = Box2::of_two(pt(-500_000, -500_000), pt(500_000, 500_000));
    assert_eq!(incident_list(&p, None, &view), [(pt(40_000, 20_000), crate::scene::Incident::Open)]);
    assert_eq!(incident_list(&p, Some(10_060), &view)[0].1, crate::scene::Incident::Accepted);
    assert_eq!(incident_list(&p, Some(99_999), &view)[0].1, crate::scene::Incident::Open);
    let s = symbols(&p, &view);
    assert_eq!(s.len(), 1);
    assert_eq!(s[0].kind, SymbolKind::Facility(crate::scene::Facility::Party));
}

#[test]
fn a_project_is_painted() {
    let p = town();
    let a = assigned(&p);
    let camera = Camera::at_scale((150_000.0, 50_000.0), 2000.0, (700.0, 300.0), 1.0);
    let scene = scene_of(&p, &a, &camera, &SceneOptions { incidents: true, ..SceneOptions::default() });
    let sheet = StyleSheet::new(Theme::Light, 2000.0);
    let picture = paint(&scene, &camera, &sheet, None).unwrap();
    let at = |x: i32, y: i32| {
        let (px, py) = camera.to_screen(pt(x * 1000, y * 1000));
        picture.pixel(px as u32, py as u32)
    };
    // A home wears the deep tone, an office does not; the two cells differ; outside is paper.
    assert_ne!(at(16, 46), at(136, 46));
    assert_ne!(at(30, 30), at(170, 30));
    assert_eq!(at(-30, 90), picture.pixel(0, 0));
    assert!(CellColours::default().is_empty() && Tone::a(0) != Tone::a(1));
}

#[test]
fn what_is_pinned_hangs_on_its_cell_by_a_tether_unless_it_stands_there() {
    let p = town();
    let a = assigned(&p);
    assert!(tether_layer(&p, a.plan(), 0).is_none());
    let ctx = |sequence| Context { id: EditId { replica: 1, sequence }, given: 0, segments: &NoSegments };
    let pin = |p: &Project, building: &str, cell: &str, n: u32| {
        let op = Op::Pin { building: building.into(), cell: Some(cell.into()) };
        apply(p, &Edit::from(op), &ctx(n)).unwrap().project
    };
    // B000001 stands in …006, B000002 in …110; a pin to where one stands has no tether.
    let at_home = pin(&p, "B000002", "310115005021110", 90);
    assert!(tether_layer(&at_home, a.plan(), 0).is_none());
    let p = pin(&at_home, "B000001", "310115005021110", 91);
    let layer = tether_layer(&p, a.plan(), 0).unwrap();
    assert_eq!(layer.lines.len(), 1);
    let line = &layer.lines[0];
    assert_eq!((line.class, layer.key.stack), (LineClass::Tether, Stack::Handles));
    let table = p.table(Kind::Buildings);
    assert_eq!(Some(line.points[0]), table.get(table.find("B000001").unwrap()).and_then(|r| r.anchor()));
    let l = p.layer(a.plan(), 0).unwrap();
    let end = line.points[1];
    assert_eq!(l.unit_at(end).map(|u| u.code.as_str()), Some("310115005021110"), "it ends within its cell");
    // The picture of the command line has it too.
    let camera = crate::scene::Camera::at_scale((100_000.0, 50_000.0), 1000.0, (400.0, 400.0), 1.0);
    let scene = scene_of(&p, &assigned(&p), &camera, &SceneOptions::default());
    assert!(scene.layers.iter().flat_map(|l| l.lines.iter()).any(|l| l.class == LineClass::Tether));
}
