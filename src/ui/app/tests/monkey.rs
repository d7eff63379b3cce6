//! Seeded random input over the whole window. Nothing panics, what is shown is true, undo leads back to where it began,
//! and memory does not grow from one project to the next.
//!
//! The ordinary run is short. Long ones: `GETU_MONKEY_S=7200 GETU_SEED=1 cargo test --release --lib monkey -- --nocapture`.

use super::*;
use crate::assign::Assignment;
use crate::plan::tests::walk::Rng;
use crate::session::Command;
use crate::topology::check;
use crate::ui::verbs::{VERBS, Verb};
use egui::{MouseWheelSource, MouseWheelUnit, TouchPhase, Vec2};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Inputs to one project, and how many between two looks at the whole state.
const A_PROJECT: usize = 1500;
const A_LOOK: usize = 150;
/// Inputs of the ordinary run.
const ORDINARY: usize = 1500;

/// What a hurried person, a wrong paste or an input method may type.
const TEXTS: [&str; 22] = [
    "3",
    "12.5",
    "40<30",
    "@5,-3",
    "120.62,31.30",
    "-1",
    "0",
    "99999999999",
    "1e400",
    "西苑",
    "幸福里 3 号院",
    "xfl",
    "jg",
    "05",
    "网格长",
    "13912345611",
    "👨‍👩‍👧\u{202e}",
    "\u{feff} ",
    "=1+1",
    "a,b\tc",
    "长得放不下的名字长得放不下的名字长得放不下的名字",
    "NaN",
];

/// A file let fall on the window.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|e| e.to_string())
    }
}

/// The last inputs, told when something breaks.
#[derive(Default)]
struct Told(Vec<String>);

impl Told {
    fn push(&mut self, what: String) {
        if self.0.len() > 60 {
            self.0.drain(..30);
        }
        self.0.push(what);
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("the last inputs:\n{}", self.0.join("\n"));
        }
    }
}

/// Resident memory of the process in MiB; None where the system does not tell.
fn memory_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kib| kib / 1024.0)
}

fn somewhere(rng: &mut Rng, r: Rect) -> Pos2 {
    let part = |rng: &mut Rng| rng.below(1001) as f32 / 1000.0;
    r.min + vec2(part(rng) * r.width(), part(rng) * r.height())
}

fn modifiers(rng: &mut Rng) -> Modifiers {
    match rng.below(10) {
        0 => Modifiers::SHIFT,
        1 => Modifiers::COMMAND | Modifiers::CTRL,
        2 => Modifiers::ALT,
        3 => Modifiers::SHIFT | Modifiers::COMMAND | Modifiers::CTRL,
        _ => Modifiers::NONE,
    }
}

/// Something of the project as it stands in the window: a place of a border, or a building.
fn thing(h: &Window, rng: &mut Rng, map: Rect) -> Option<Pos2> {
    let doc = h.state().as_ref()?.doc.as_ref()?;
    let s = &doc.session;
    let at = if rng.below(4) == 0 {
        let table = s.project().table(Kind::Buildings);
        table.get(rng.below(table.len().max(1)) as u32)?.anchor()?
    } else {
        let l = s.project().layer(s.plan(), s.layer())?;
        let edges = l.partition.edges().count();
        let (_, e) = l.partition.edges().nth(rng.below(edges))?;
        let i = rng.below(e.points.len() - 1);
        // A vertex, or the place nearest to the middle of a side.
        if rng.below(2) == 0 { e.points[i] } else { Box2::of_two(e.points[i], e.points[i + 1]).centre() }
    };
    let near = vec2(rng.below(13) as f32 - 6.0, rng.below(13) as f32 - 6.0);
    let at = map::on_screen(map, &doc.camera?, at) + if rng.below(3) == 0 { near } else { Vec2::ZERO };
    map.contains(at).then_some(at)
}

/// A thing of the map, a place on it, or one of the whole window now and then or where there is no map.
fn aim(h: &Window, rng: &mut Rng) -> Pos2 {
    let map = h.query_by_label("地图").or_else(|| h.query_by_label("Map")).map(|n| n.rect());
    if let Some(map) = map
        && rng.below(2) == 0
        && let Some(at) = thing(h, rng, map)
    {
        return at;
    }
    let whole = h.ctx.content_rect();
    let area = map.filter(|r| r.is_positive() && rng.below(10) < 7).unwrap_or(whole);
    somewhere(rng, area)
}

fn press(h: &mut Window, at: Pos2, with: PointerButton, modifiers: Modifiers, times: usize) {
    h.event(Event::PointerMoved(at));
    h.step();
    for _ in 0..times {
        button(h, at, with, true, modifiers);
        button(h, at, with, false, modifiers);
    }
}

/// One input; says what it was.
fn input(h: &mut Window, rng: &mut Rng, folder: &Path) -> String {
    match rng.below(100) {
        0..8 => {
            let tools: Vec<Verb> = VERBS.iter().map(|v| v.verb).filter(|v| matches!(v, Verb::Tool(_))).collect();
            let tool = tools[rng.below(tools.len())];
            let ctx = h.ctx.clone();
            app(h).verb(&ctx, tool);
            let mut places = vec![];
            for _ in 0..2 + rng.below(6) {
                let at = aim(h, rng);
                places.push(at);
                press(h, at, PointerButton::Primary, Modifiers::NONE, 1);
                h.run_steps(20);
            }
            h.key_press(egui::Key::Enter);
            h.step();
            format!("{tool:?} by {places:?} and Enter")
        }
        8..24 => {
            let (at, with, times) = (aim(h, rng), modifiers(rng), 1 + usize::from(rng.below(6) == 0));
            press(h, at, PointerButton::Primary, with, times);
            format!("click {times} at {at:?} with {with:?}")
        }
        24..30 => {
            let at = aim(h, rng);
            press(h, at, PointerButton::Secondary, Modifiers::NONE, 1);
            format!("right click at {at:?}")
        }
        30..44 => {
            let (from, to, with) = (aim(h, rng), aim(h, rng), modifiers(rng));
            let to = if rng.below(2) == 0 { from + (to - from) * 0.1 } else { to };
            let which = if rng.below(8) == 0 { PointerButton::Middle } else { PointerButton::Primary };
            h.event(Event::PointerMoved(from));
            h.step();
            button(h, from, which, true, with);
            let n = 2 + rng.below(6);
            for i in 1..=n {
                h.event(Event::PointerMoved(from + (to - from) * (i as f32 / n as f32)));
                h.step();
            }
            // Now and then something else comes before the button is let go.
            let between = (rng.below(5) == 0).then(|| key_of(h, rng));
            button(h, to, which, false, with);
            format!("drag {which:?} {from:?} to {to:?} with {with:?}, between: {between:?}")
        }
        44..48 => {
            let at = aim(h, rng);
            h.event(Event::PointerMoved(at));
            h.step();
            format!("move to {at:?}")
        }
        48..52 => {
            let delta = Vec2::new(0.0, (rng.below(7) as f32 - 3.0) * 60.0);
            let modifiers = modifiers(rng);
            h.event(Event::MouseWheel {
                unit: MouseWheelUnit::Point,
                delta,
                phase: TouchPhase::Move,
                modifiers,
                source: MouseWheelSource::Wheel,
            });
            h.step();
            format!("wheel {delta:?} with {modifiers:?}")
        }
        52..67 => key_of(h, rng),
        67..77 => {
            let text = TEXTS[rng.below(TEXTS.len())];
            h.event(Event::Text(text.to_owned()));
            h.step();
            format!("text {text:?}")
        }
        77..80 => {
            h.event(Event::Paste(TEXTS[rng.below(TEXTS.len())].repeat(1 + rng.below(3))));
            h.step();
            "paste".to_owned()
        }
        80..88 => {
            let nodes: Vec<_> = h.root().children_recursive().collect();
            let Some(n) = nodes.get(rng.below(nodes.len())) else { return "no node".to_owned() };
            let said = format!("push {:?} {:?}", n.accesskit_node().role(), n.accesskit_node().label());
            n.click_accesskit();
            h.step();
            said
        }
        88..94 => {
            let verb = VERBS[rng.below(VERBS.len())].verb;
            let ctx = h.ctx.clone();
            app(h).verb(&ctx, verb);
            h.step();
            format!("verb {verb:?}")
        }
        94..96 => {
            h.run_steps(20);
            std::thread::sleep(Duration::from_millis(2));
            "time".to_owned()
        }
        96..97 => {
            let size = vec2(900.0 + rng.below(1100) as f32, 600.0 + rng.below(600) as f32);
            h.set_size(size);
            h.step();
            format!("size {size:?}")
        }
        97..98 => {
            let scale = [1.0, 1.25, 1.5, 2.0][rng.below(4)];
            h.set_pixels_per_point(scale);
            h.step();
            format!("scale {scale}")
        }
        _ => {
            let (name, text) = [
                (
                    "好.csv",
                    "lon,lat,class,time\n120.6201,31.3001,市容,2026-05-01 08:00\n120.6203,31.3002,噪声,2026-05-02 09:00\n",
                ),
                (
                    "buildings.geojson",
                    r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"households":3},"geometry":{"type":"Polygon","coordinates":[[[120.62,31.3],[120.6201,31.3],[120.6201,31.3001],[120.62,31.3]]]}}]}"#,
                ),
                ("broken.geojson", "{\"type\":\"FeatureCollection\",\"features\":[{"),
                ("bits.csv", "\u{0}\u{1}\u{ffff},,,\n\"open"),
                ("no.gpkg", "not a database"),
            ][rng.below(5)];
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            h.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(path)));
            h.step();
            format!("drop {name}")
        }
    }
}

fn key_of(h: &mut Window, rng: &mut Rng) -> String {
    use egui::Key::{ArrowDown, ArrowUp, Backspace, Delete, Enter, Escape, Space, Tab};
    let often = [Enter, Enter, Escape, Escape, Backspace, Delete, Tab, Space, ArrowDown, ArrowUp];
    let key = match rng.below(3) {
        0 => often[rng.below(often.len())],
        _ => egui::Key::ALL[rng.below(egui::Key::ALL.len())],
    };
    let with = modifiers(rng);
    h.key_press_modifiers(with, key);
    h.step();
    format!("key {key:?} with {with:?}")
}

/// What no input may lead to: files outside the folder of the run, keys of other tests changed, a closed window.
fn keep_in(h: &mut Window, folder: &Path, alone: bool) {
    let app = app(h);
    if let Some(super::super::dialogs::Dialog::Path(_, path)) = &mut app.dialog
        && !Path::new(path.as_str()).starts_with(folder)
    {
        let name: String = path.chars().filter(|c| c.is_alphanumeric() || *c == '.').take(40).collect();
        *path = folder.join(name).to_string_lossy().into_owned();
    }
    app.keys_open &= alone;
    app.may_close = false;
}

/// The partition of every plan is valid, `state` and tallies are those of a recount, the camera is somewhere.
fn look(h: &Window) {
    let Some(doc) = h.state().as_ref().and_then(|a| a.doc.as_ref()) else { return };
    if let Some(c) = doc.camera {
        assert!(
            c.centre.0.is_finite() && c.centre.1.is_finite() && c.mm_per_px.is_finite() && c.mm_per_px > 0.0,
            "{c:?}"
        );
    }
    let s = &doc.session;
    let p = s.history().stable();
    assert_eq!(p.state, p.recount_state());
    for l in p.plans.iter().flat_map(|p| p.layers.iter()) {
        assert_eq!(check(&l.partition), vec![]);
        for u in l.units.values() {
            assert!(u.parent.is_none_or(|parent| l.units.contains_key(&parent)), "{} has lost its parent", u.code);
        }
    }
    assert!(*s.assignment() == Assignment::count(p, s.plan(), s.layer()), "tallies differ from a recount");
}

/// Undo to the start gives the first `state`, redo the last.
fn back_and_forth(h: &mut Window, first: Option<u128>) -> usize {
    let Some(doc) = app(h).doc.as_mut() else { return 0 };
    doc.dispatch(Command::Revert, 0);
    let s = &mut doc.session;
    let (last, mut n) = (s.project().state, 0);
    while s.history().log().any(|(_, undone)| !undone) {
        s.dispatch(Command::Undo, 0);
        n += 1;
        assert!(n < 100_000, "undo leads nowhere");
    }
    if let Some(first) = first {
        assert_eq!(s.project().state, first, "undo of {n} steps");
    }
    assert_eq!(s.project().state, s.project().recount_state());
    for _ in 0..n {
        s.dispatch(Command::Redo, 0);
    }
    // What had been undone before is redone too.
    if s.history().log().all(|(_, undone)| !undone) || n > 0 {
        assert_eq!(s.project().state, last, "redo of {n} steps");
    }
    n
}

#[test]
fn random_input_breaks_nothing() {
    let Some(mut h) = start_page("random_input_breaks_nothing") else { return };
    // People paste what no font has; the harness would rather have it fail.
    h.ctx.set_missing_glyph_policy(egui::MissingGlyphPolicy::Tofu);
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse::<u64>().ok());
    let (long, seed) = (number("GETU_MONKEY_S").map(Duration::from_secs), number("GETU_SEED").unwrap_or(1));
    let folder = tempfile::tempdir().unwrap();
    let (began, mut round, mut inputs, mut steps) = (Instant::now(), 0_u64, 0, 0);
    let mut sizes = Vec::new();
    loop {
        let mut rng = Rng(seed << 20 | round);
        let mut told = Told::default();
        told.push(format!("seed {seed}, round {round}"));
        h.set_pixels_per_point(1.0);
        h.set_size(vec2(1600.0, 1000.0));
        {
            let app = app(&mut h);
            (app.dialog, app.palette, app.side, app.leaving) = (None, None, None, None);
            app.imports.clear();
            app.toasts.clear();
            app.begin_sample(if round % 8 == 7 { "street-office" } else { "neighbourhood" });
        }
        h.run_steps(3);
        wait(&mut h);
        let (number, first) = (doc(&h).number, state(&h));
        let n = if long.is_some() { A_PROJECT } else { ORDINARY };
        for i in 0..n {
            let what = input(&mut h, &mut rng, folder.path());
            told.push(what);
            keep_in(&mut h, folder.path(), long.is_some());
            if i % A_LOOK == A_LOOK - 1 {
                look(&h);
            }
        }
        inputs += n;
        h.key_press(egui::Key::Escape);
        h.step();
        wait_a_while(&mut h);
        let same = app(&mut h).doc.as_ref().is_some_and(|d| d.number == number);
        steps += back_and_forth(&mut h, same.then_some(first));
        look(&h);
        round += 1;
        app(&mut h).doc = None;
        sizes.extend(memory_mib());
        if let Some(limit) = long {
            let mib = sizes.last().copied().unwrap_or_default();
            println!(
                "seed {seed}, {round} projects, {inputs} inputs, {steps} steps, {mib:.0} MiB, {:?}",
                began.elapsed()
            );
            if began.elapsed() < limit {
                continue;
            }
        }
        break;
    }
    assert!(steps > 0, "no input did anything");
    // Flat: the last quarter against the second; the first has the caches filled.
    if sizes.len() >= 32 {
        let q = sizes.len() / 4;
        let middle = |s: &[f64]| {
            let mut s = s.to_vec();
            s.sort_by(f64::total_cmp);
            s[s.len() / 2]
        };
        let (early, late) = (middle(&sizes[q..2 * q]), middle(&sizes[3 * q..]));
        assert!(late < early * 1.1 + 16.0, "memory grew from {early:.0} to {late:.0} MiB");
    }
}

/// Lets work beside the window end, or cancels it.
fn wait_a_while(h: &mut Window) {
    for _ in 0..500 {
        if app(h).work.is_empty() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
        h.step();
    }
}

/// Every command is one that the monkey can give: it takes them from the one table.
#[test]
fn the_table_of_commands_has_each_once() {
    let mut seen: Vec<Verb> = Vec::new();
    for v in VERBS {
        assert!(!seen.contains(&v.verb), "{:?} stands twice", v.verb);
        seen.push(v.verb);
    }
}
