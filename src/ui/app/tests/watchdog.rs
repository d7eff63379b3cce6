//! No frame holds the window up: the processor time of each, over the things people do all day.
//!
//! The ordinary run is on 10,000 buildings, in a build that is not fast, and held to what such a build can keep. What the
//! window promises is shown by
//! `GETU_WATCHDOG=1000000 cargo test --release --lib watchdog -- --nocapture`.

use super::*;
use crate::crs::CrsDef;
use crate::exchange::{Feature, Format, Geometry, PropValue, Source};
use crate::geom::pt;
use crate::model::{Field, Lang as Language, Row, Segment, Shape, Value};
use crate::plan::{Hash, History, Op};
use crate::session::import::{How, What, incoming};
use crate::session::{Command, Effect, empty_project, layer_from_text};
use crate::ui::verbs::Verb;
use egui::Key;
use std::time::Duration;

/// What a frame may take at a million buildings, and in the ordinary run of a build that is not fast.
const LIMIT: Duration = Duration::from_millis(16);
const SLOW_BUILD: Duration = Duration::from_millis(250);
/// Metres between buildings, and buildings along the side of a cell.
const STEP_M: usize = 14;
const ALONG: usize = 14;

fn did(s: &mut Session, edit: crate::plan::Edit) {
    let effects = s.dispatch(Command::Do(edit), 0);
    let refused = effects.iter().find(|e| matches!(e, Effect::Refused(_)));
    assert!(refused.is_none(), "{refused:?}");
}

/// A town of so many buildings in rows, streets between square cells of 196 of them, a walled courtyard of nine in each.
fn town(n: usize) -> Session {
    const CRS: &str = "EPSG:4547";
    let side = (n as f64).sqrt().ceil() as usize;
    let layer = layer_from_text("grid=网格").unwrap();
    let origin = crate::geom::Origin { e_m: 500_000, n_m: 3_000_000 };
    let project = empty_project("大城", CRS, Some(origin), vec![layer], 1).unwrap();
    let mut s = Session::new(History::new(project, 1), None, Language::Zh, "");
    let home = |i: usize| {
        let (x, y) = ((i % side * STEP_M) as i32 * 1000, (i / side * STEP_M) as i32 * 1000);
        let ring = vec![pt(x, y), pt(x + 9000, y), pt(x + 9000, y + 9000), pt(x, y + 9000)];
        let fields = vec![
            (Field::Use, Value::Text("residential".into())),
            (Field::Households, Value::Count((i * 7919 % 40) as u32)),
        ];
        Row::new(&format!("B{i:07}"), &format!("{}号楼", i % 400 + 1), fields, Shape::Polygons(vec![vec![ring]]))
            .unwrap()
    };
    let cells = side.div_ceil(ALONG);
    let block = (ALONG * STEP_M) as i32 * 1000;
    let far = block * cells as i32;
    // The middles of the streets are the borders of the cells.
    let streets = (0..=cells as i32).flat_map(|i| {
        let at = i * block - 2500;
        [vec![pt(at, -2500), pt(at, far)], vec![pt(-2500, at), pt(far, at)]]
    });
    let road = |(i, line): (usize, Vec<Pt>)| {
        Row::new(&format!("R{i:06}"), &format!("第{i}街"), vec![], Shape::Lines(vec![line])).unwrap()
    };
    let yard = |i: usize| {
        let (x, y) = ((i % cells) as i32 * block - 2000, (i / cells) as i32 * block - 2000);
        let to = 3 * STEP_M as i32 * 1000;
        let ring = vec![pt(x, y), pt(x + to, y), pt(x + to, y + to), pt(x, y + to)];
        Row::new(&format!("Y{i:06}"), &format!("{i}号院"), vec![], Shape::Polygons(vec![vec![ring]])).unwrap()
    };
    for (kind, rows) in [
        (Kind::Buildings, (0..n).map(home).collect::<Vec<_>>()),
        (Kind::Roads, streets.enumerate().map(road).collect()),
        (Kind::Courtyards, (0..cells * cells).map(yard).collect()),
    ] {
        let segment = Segment::pack(kind, rows);
        let segments = vec![Hash(segment.hash())];
        // As the job of an import or of opening a file does.
        segment.ready();
        s.hold(segment);
        did(&mut s, Op::Import { kind, segments, source: "t".into(), crs: None, level: None }.into());
    }
    let cell = |i: usize| {
        let w = (ALONG * STEP_M) as f64;
        let at = |dx: usize, dy: usize| {
            [500_000.0 - 2.5 + w * (i % cells + dx) as f64, 3_000_000.0 - 2.5 + w * (i / cells + dy) as f64]
        };
        Feature {
            number: i as u32 + 1,
            line: None,
            geometry: Geometry::Polygons(vec![vec![vec![at(0, 0), at(1, 0), at(1, 1), at(0, 1), at(0, 0)]]]),
            values: vec![(0, PropValue::Text(format!("C{i:06}").into()))],
            repaired: false,
        }
    };
    let features: Vec<Feature> = (0..cells * cells).map(cell).collect();
    let source = Source {
        format: Format::GeoJson,
        crs: Some(CrsDef::parse(CRS).unwrap()),
        encoding: "utf-8",
        columns: vec!["code".into()],
        read: features.len() as u32,
        features,
        refused: 0,
        findings: vec![],
    };
    let how = How { map: &[], offset_minutes: 0, layer: None, plan: None, source: "town".into() };
    let brought = incoming(s.project(), &source, &What::Rows(Kind::Cells), &how, &mut |_| true).unwrap();
    brought.segments.into_iter().for_each(|g| s.hold(g));
    did(&mut s, brought.edit.expect("cells come in"));
    // What was done so far is no part of it.
    Session::new(History::new(s.project().clone(), 2), None, Language::Zh, "")
}

/// What was done, with the longest frame of it.
struct Log(Vec<(&'static str, Duration)>);

impl Log {
    /// Does something, waits until nothing more is on its way, and notes the longest frame.
    fn of(&mut self, h: &mut Window, what: &'static str, act: impl FnOnce(&mut Window)) {
        longest();
        act(h);
        for _ in 0..2000 {
            h.step();
            let looks = app(h).doc.as_ref().is_some_and(|d| d.hand.waits_for_border());
            if app(h).work.is_empty() && !looks && !h.ctx.has_requested_repaint() {
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        self.0.push((what, longest()));
    }
}

fn drag(h: &mut Window, from: Pos2, by: egui::Vec2, n: usize) {
    h.hover_at(from);
    h.step();
    button(h, from, PointerButton::Primary, true, Modifiers::NONE);
    for i in 1..=n {
        h.hover_at(from + by * (i as f32 / n as f32));
        h.step();
    }
    button(h, from + by, PointerButton::Primary, false, Modifiers::NONE);
}

#[test]
fn no_frame_holds_the_window_up() {
    let Some(mut h) = start_page("no_frame_holds_the_window_up") else { return };
    let asked = std::env::var("GETU_WATCHDOG").ok().and_then(|v| v.parse::<usize>().ok());
    let (n, limit) = asked.map_or((10_000, SLOW_BUILD), |n| (n, LIMIT));
    let session = town(n);
    let middle = {
        let l = session.project().layer(session.plan(), session.layer()).unwrap();
        let c = l.partition.extent().centre();
        l.unit_at(c).map(|u| u.id).expect("the middle has a cell")
    };
    app(&mut h).show(Doc::new(session, None, None));
    let mut log = Log(vec![]);
    log.of(&mut h, "opened", |_| {});
    log.of(&mut h, "the whole town", |h| key(h, Key::Home));
    let centre = inside(&h, middle);
    log.of(&mut h, "looked closely", |h| look_at(h, centre, 2000.0));
    log.of(&mut h, "hovered", |h| {
        let r = map_rect(h);
        for i in 0..20 {
            h.hover_at(r.min + r.size() * (0.1 + 0.04 * i as f32));
            h.step();
        }
    });
    log.of(&mut h, "cell selected on the map", |h| click(h, centre));
    log.of(&mut h, "zoomed by the wheel", |h| {
        for d in [80.0, -80.0, 80.0, -80.0] {
            let (unit, source, modifiers) =
                (egui::MouseWheelUnit::Point, egui::MouseWheelSource::Wheel, Modifiers::NONE);
            h.event(Event::MouseWheel { unit, delta: vec2(0.0, d), phase: egui::TouchPhase::Move, modifiers, source });
            h.step();
        }
    });
    look_at(&mut h, centre, 2000.0);
    let b = ground(&h, middle);
    let corner = place(&h, b.max);
    log.of(&mut h, "node dragged", |h| drag(h, corner, vec2(22.0, -14.0), 30));
    log.of(&mut h, "undone", |h| ctrl(h, Key::Z));
    log.of(&mut h, "done again", |h| ctrl(h, Key::Y));
    log.of(&mut h, "cell split", |h| {
        key(h, Key::X);
        for p in [pt(b.min.x - 3000, centre.y), pt(b.max.x + 30_000, centre.y)] {
            click(h, p);
        }
        key(h, Key::Enter);
    });
    log.of(&mut h, "split undone", |h| ctrl(h, Key::Z));
    log.of(&mut h, "looked at between houses", |h| {
        doc_mut(h).snapping = false;
        look_at(h, centre, 200.0);
    });
    log.of(&mut h, "building drawn", |h| {
        key(h, Key::K);
        for (dx, dy) in [(-2000, -2000), (1000, -2000), (1000, 1000)] {
            click(h, pt(centre.x + dx, centre.y + dy));
        }
    });
    let made = session_buildings(&h);
    assert_eq!(made, n + 1, "{}", told(&mut h));
    log.of(&mut h, "drawing undone", |h| ctrl(h, Key::Z));
    log.of(&mut h, "drawing done again", |h| ctrl(h, Key::Y));
    let (slot, _) = building_in(&h, middle);
    log.of(&mut h, "building selected", |h| {
        key(h, Key::V);
        doc_mut(h).dispatch(Command::Select(Selection::Buildings(vec![slot])), 0);
        h.step();
    });
    log.of(&mut h, "households set", |h| {
        type_into(h, "户数", "33");
        key(h, Key::Enter);
    });
    log.of(&mut h, "building removed", |h| key(h, Key::Delete));
    log.of(&mut h, "removal undone", |h| ctrl(h, Key::Z));
    log.of(&mut h, "many selected by a box", |h| {
        app(h).after_fields = Some(Verb::Tool(crate::ui::verbs::Tool::Select));
        h.step();
        look_at(h, centre, 2000.0);
        let from = place(h, b.min) + vec2(24.0, -24.0);
        let by = place(h, b.max) - from - vec2(24.0, -24.0);
        h.hover_at(from);
        h.event(Event::ModifiersChanged(Modifiers::SHIFT));
        h.step();
        button(h, from, PointerButton::Primary, true, Modifiers::SHIFT);
        for i in 1..=10 {
            h.hover_at(from + by * (i as f32 / 10.0));
            h.step();
        }
        button(h, from + by, PointerButton::Primary, false, Modifiers::SHIFT);
        h.event(Event::ModifiersChanged(Modifiers::NONE));
        h.step();
    });
    let chosen = |h: &Window| match doc(h).session.selection() {
        Selection::Buildings(slots) => slots.len(),
        _ => 0,
    };
    assert!(chosen(&h) > 100, "{} {:?} {:?}", chosen(&h), doc(&h).hand.tool(), h.ctx.memory(|m| m.focused()));
    log.of(&mut h, "all given storeys", |h| {
        type_into(h, "全部的层数", "6");
        key(h, Key::Enter);
    });
    log.of(&mut h, "storeys undone", |h| ctrl(h, Key::Z));
    log.of(&mut h, "courtyard proposed", |h| {
        doc_mut(h).dispatch(Command::Select(Selection::Buildings(vec![slot])), 0);
        app(h).after_fields = Some(Verb::Enclose);
        h.step();
    });
    log.of(&mut h, "courtyard made", |h| {
        app(h).after_fields = Some(Verb::Enclose);
        h.step();
    });
    log.of(&mut h, "proposal left", |h| (0..3).for_each(|_| key(h, Key::Escape)));
    log.of(&mut h, "street followed", |h| {
        doc_mut(h).snapping = true;
        key(h, Key::A);
        key(h, Key::T);
        let corner = pt(b.min.x, b.min.y);
        for p in [corner, pt(b.max.x, b.max.y), pt(b.max.x + 2 * (b.max.x - b.min.x), b.max.y)] {
            h.hover_at(place(h, p));
            h.run_steps(3);
            click(h, p);
        }
    });
    log.of(&mut h, "drawing left", |h| (0..4).for_each(|_| key(h, Key::Escape)));
    log.of(&mut h, "painted", |h| {
        let ids = vec![middle];
        doc_mut(h).dispatch(Command::Select(Selection::Units(ids)), 0);
        key(h, Key::B);
        let from = place(h, pt(b.max.x + 10_000, centre.y));
        drag(h, from, vec2(0.0, 60.0), 20);
    });
    assert!(!doc(&h).hand.painted().is_empty());
    let before = steps(&h);
    log.of(&mut h, "painting done", |h| key(h, Key::Enter));
    assert_eq!(steps(&h), before + 1, "{}", told(&mut h));
    log.of(&mut h, "painting undone", |h| {
        key(h, Key::V);
        ctrl(h, Key::Z);
    });
    log.of(&mut h, "my changes", |h| key(h, Key::H));
    log.of(&mut h, "my changes left", |h| key(h, Key::H));
    log.of(&mut h, "table of cells", |h| key(h, Key::F7));
    log.of(&mut h, "table of buildings", |h| table::show(h, "楼栋"));
    log.of(&mut h, "table put in order", |h| table::head(h, "户数"));
    log.of(&mut h, "table scrolled", |h| {
        let r = map_rect(h);
        h.hover_at(egui::pos2(r.center().x, r.bottom() + 200.0));
        for _ in 0..10 {
            let (unit, source, modifiers) =
                (egui::MouseWheelUnit::Point, egui::MouseWheelSource::Wheel, Modifiers::NONE);
            h.event(Event::MouseWheel {
                unit,
                delta: vec2(0.0, -900.0),
                phase: egui::TouchPhase::Move,
                modifiers,
                source,
            });
            h.step();
        }
    });
    log.of(&mut h, "table left", |h| key(h, Key::F7));
    log.of(&mut h, "searched", |h| {
        ctrl(h, Key::F);
        for t in ["1", "2", "3", "号", "楼"] {
            h.event(Event::Text(t.to_owned()));
            h.step();
        }
    });
    log.of(&mut h, "search left", |h| key(h, Key::Escape));
    log.of(&mut h, "problems", |h| key(h, Key::F8));
    log.of(&mut h, "history", |h| ctrl(h, Key::H));
    log.of(&mut h, "palette", |h| ctrl(h, Key::K));
    log.of(&mut h, "palette left", |h| key(h, Key::Escape));
    log.of(&mut h, "plan copied", |h| {
        app(h).after_fields = Some(Verb::CopyPlan);
        h.step();
    });
    log.of(&mut h, "English", |h| app(h).set_lang(crate::ui::l10n::Lang::En));
    log.of(&mut h, "dark", |h| {
        let ctx = h.ctx.clone();
        app(h).set_theme(&ctx, egui::ThemePreference::Dark);
    });
    for (what, took) in &log.0 {
        println!("{{\"frame\":{what:?},\"buildings\":{n},\"longest_ms\":{:.2}}}", took.as_secs_f64() * 1000.0);
    }
    let long: Vec<_> = log.0.iter().filter(|(_, took)| *took > limit).collect();
    assert!(long.is_empty(), "over {limit:?}: {long:?}");
}

/// What dragging may take in a frame, outside painting, at a street office; and in a build that is not fast.
const DRAG: Duration = Duration::from_millis(4);
const SLOW_DRAG: Duration = Duration::from_millis(60);

#[test]
fn a_border_of_a_street_office_is_dragged_and_painted_without_lag() {
    let test = "a_border_of_a_street_office_is_dragged_and_painted_without_lag";
    let Some(mut h) = start_page(test) else { return };
    app(&mut h).begin_sample("street-office");
    wait(&mut h);
    rest(&mut h);
    assert!(session_buildings(&h) > 9000, "{}", session_buildings(&h));
    let limit = if cfg!(debug_assertions) { SLOW_DRAG } else { DRAG };
    // The border with the most vertices: the hardest to move.
    let found = {
        let l = layer(&h);
        let s = session(&h);
        let lowest = s.project().facts.layers[usize::from(s.layer())].cell_level();
        let cell = |o| l.unit_of(o).filter(|u| u.level == lowest);
        let inner = l.partition.edges().filter(|(_, e)| {
            let (a, b) = l.partition.sides(e);
            cell(a).is_some() && cell(b).is_some() && cell(a).map(|u| u.parent) == cell(b).map(|u| u.parent)
        });
        let e = inner.max_by_key(|(_, e)| e.points.len()).expect("borders").1;
        let owner = cell(l.partition.sides(e).0).map(|u| u.id);
        (e.points[e.points.len() / 2], owner.expect("a cell"))
    };
    let (at, cell) = found;
    look_at(&mut h, at, 1500.0);
    key(&mut h, Key::M);
    let tell = |what: &str, all: Vec<Duration>, limit: Duration| {
        let ms = |part: usize| all[(all.len() - 1) * part / 100].as_secs_f64() * 1000.0;
        let (n, p50, p99, most) = (all.len(), ms(50), ms(99), ms(100));
        println!(
            "{{\"drag\":{what:?},\"frames\":{n},\"p50_ms\":{p50:.2},\"p99_ms\":{p99:.2},\"longest_ms\":{most:.2}}}"
        );
        assert!(p99 <= limit.as_secs_f64() * 1000.0, "{what}: {p99} ms");
    };
    let from = place(&h, at);
    h.hover_at(from);
    h.step();
    button(&mut h, from, PointerButton::Primary, true, Modifiers::NONE);
    h.hover_at(from + vec2(6.0, 2.0));
    h.step();
    frames();
    for i in 0..120 {
        let turn = i as f32 / 12.0;
        h.hover_at(from + vec2(12.0 * turn.cos(), 12.0 * turn.sin()));
        h.step();
    }
    let moved = frames();
    assert!(session(&h).history().staged().is_some(), "the border follows the pointer: {}", told(&mut h));
    button(&mut h, from + vec2(10.0, 3.0), PointerButton::Primary, false, Modifiers::NONE);
    tell("a vertex", moved, limit);
    h.run();
    ctrl(&mut h, Key::Z);
    // A brush over the buildings on the other side.
    doc_mut(&mut h).dispatch(Command::Select(Selection::Units(vec![cell])), 0);
    key(&mut h, Key::B);
    h.hover_at(from);
    h.step();
    button(&mut h, from, PointerButton::Primary, true, Modifiers::NONE);
    frames();
    for i in 0..120 {
        let turn = i as f32 / 12.0;
        h.hover_at(from + vec2(90.0 * turn.cos(), 90.0 * turn.sin()));
        h.step();
    }
    tell("the brush", frames(), limit);
    button(&mut h, from + vec2(90.0, 0.0), PointerButton::Primary, false, Modifiers::NONE);
    assert!(!doc(&h).hand.painted().is_empty());
}

fn session_buildings(h: &Window) -> usize {
    session(h).project().table(Kind::Buildings).len()
}
