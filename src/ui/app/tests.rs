//! The window as a person meets it: buttons by accessible label, the map by pointer positions computed from the camera.
//! There is no graphics device here: the map is paper with labels and symbols, its input is the same.

mod buildings;
mod camera;
mod cells;
mod commands;
mod files;
mod fits;
mod gestures;
mod ground;
mod guide;
mod heat;
mod inspector;
mod issues;
mod keys;
mod large;
mod many;
mod monkey;
mod painting;
mod palette;
mod played;
mod search;
mod sheets;
mod start;
mod steps;
mod streets;
mod table;
mod tools;
mod watchdog;
mod underlays;
mod tour;
mod words;
mod yards;

use super::doc::Doc;
use super::{App, map};
use crate::geom::{Box2, Pt, anchor_of_polygons};
use crate::model::{Id, Kind};
use crate::plan::Layer;
use crate::scene::Camera;
use crate::session::{Selection, Session};
use crate::store::settings::Settings;
use crate::ui::testing;
use crate::ui::theme;
use egui::{Event, Modifiers, PointerButton, Pos2, Rect, UiBuilder, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

/// The application; made in the first frame, when there is a context.
type Window = Harness<'static, Option<App>>;

std::thread_local! {
    /// The frames since they were asked for, processor time of each.
    static FRAMES: std::cell::RefCell<Vec<std::time::Duration>> = const { std::cell::RefCell::new(Vec::new()) };
}

std::thread_local! {
    /// What a test does to the application before every frame.
    static BEFORE: std::cell::RefCell<Option<Box<dyn Fn(&mut App)>>> = const { std::cell::RefCell::new(None) };
}

/// Does something to the application before every frame of this test.
fn before_each_frame(what: impl Fn(&mut App) + 'static) {
    BEFORE.set(Some(Box::new(what)));
}

/// The longest frame of this test since it last asked.
fn longest() -> std::time::Duration {
    frames().last().copied().unwrap_or_default()
}

/// The frames of this test since it last asked, the shortest first.
fn frames() -> Vec<std::time::Duration> {
    let mut all = FRAMES.take();
    all.sort_unstable();
    all
}

/// The window on its start page; None where the build has no Chinese font.
fn start_page(test: &str) -> Option<Window> {
    start_page_on(test, None)
}

/// The same, drawn by a device where there is one.
fn start_page_on(test: &str, device: Option<egui_wgpu::RenderState>) -> Option<Window> {
    let fonts = testing::fonts(test)?;
    let whole = |ui: &mut egui::Ui, app: &mut Option<App>| {
        let Some(app) = app else {
            let mut new = App::new(ui.ctx(), Settings::default(), None);
            new.fixed_now = Some(1_781_769_600);
            *app = Some(new);
            ui.ctx().request_repaint();
            return;
        };
        // The harness keeps a margin round its ui; a window has none.
        let rect = ui.ctx().content_rect();
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect));
        child.set_clip_rect(rect);
        BEFORE.with_borrow(|before| before.iter().for_each(|b| b(app)));
        let began = cpu_time::ThreadTime::now();
        app.frame(&mut child);
        FRAMES.with_borrow_mut(|all| all.push(began.elapsed()));
    };
    let mut builder = Harness::builder();
    if let Some(device) = device {
        builder = builder.renderer(egui_kittest::wgpu::WgpuTestRenderer::from_render_state(device));
    }
    let mut h = builder
        .with_size(vec2(1600.0, 1000.0))
        .with_os(egui::os::OperatingSystem::Nix)
        .with_theme(egui::Theme::Light)
        .with_step_dt(1.0 / 60.0)
        .with_max_steps(200)
        .with_context_setup(move |ctx| theme::install(ctx, egui::ThemePreference::Light, &fonts))
        .build_ui_state(whole, None);
    h.run();
    Some(h)
}

/// The window on the sample, opened without its card.
fn sample(test: &str) -> Option<Window> {
    let mut h = start_page(test)?;
    app(&mut h).begin_sample("neighbourhood");
    h.run();
    Some(h)
}

fn app(h: &mut Window) -> &mut App {
    h.state_mut().as_mut().expect("the first frame made it")
}

fn doc(h: &Window) -> &Doc {
    h.state().as_ref().and_then(|a| a.doc.as_ref()).expect("a project is open")
}

fn doc_mut(h: &mut Window) -> &mut Doc {
    app(h).doc.as_mut().expect("a project is open")
}

fn session(h: &Window) -> &Session {
    &doc(h).session
}

fn layer(h: &Window) -> &Layer {
    let s = session(h);
    s.project().layer(s.plan(), s.layer()).expect("a layer is shown")
}

/// Steps of the history that stand.
fn steps(h: &Window) -> usize {
    session(h).history().log().filter(|(_, undone)| !undone).count()
}

fn state(h: &Window) -> u128 {
    session(h).project().state
}

/// Cells of the lowest level.
fn cells(h: &Window) -> usize {
    layer(h).units.values().filter(|u| u.level == 1).count()
}

fn unit(h: &Window, code: &str) -> Id {
    layer(h).unit(code).expect("the sample has it").id
}

/// A place well inside a unit.
fn inside(h: &Window, id: Id) -> Pt {
    anchor_of_polygons(&layer(h).partition.polygons(id.0)).expect("a unit has ground")
}

fn ground(h: &Window, id: Id) -> Box2 {
    layer(h).ground(id).iter().flatten().fold(Box2::EMPTY, |b, r| b.union(Box2::of(r.iter())))
}

/// Two cells with a common border.
fn neighbours(h: &Window) -> (Id, Id) {
    let l = layer(h);
    let cell = |o| l.unit_of(o).filter(|u| u.level == 1).map(|u| u.id);
    let pair = l.partition.edges().find_map(|(_, e)| {
        let (a, b) = l.partition.sides(e);
        Some((cell(a)?, cell(b)?))
    });
    pair.expect("cells touch")
}

/// A vertex in the middle of a border between two cells.
fn inner_vertex(h: &Window) -> (Pt, Id) {
    let l = layer(h);
    let cell = |o| l.unit_of(o).filter(|u| u.level == 1).map(|u| u.id);
    let found = l.partition.edges().find_map(|(_, e)| {
        let (a, b) = l.partition.sides(e);
        let both = (cell(a)?, cell(b)?);
        (e.points.len() > 3).then(|| (e.points[e.points.len() / 2], both.0))
    });
    found.expect("a border has vertices")
}

/// Buildings on the ground of a cell: slot and a place inside.
fn building_in(h: &Window, id: Id) -> (u32, Pt) {
    let s = session(h);
    let slots = s.assignment().buildings_of(id.0);
    let table = s.project().table(Kind::Buildings);
    let standing = slots.iter().find_map(|&slot| {
        let at = table.get(slot)?.anchor()?;
        (layer(h).unit_at(at).map(|u| u.id) == Some(id)).then_some((slot, at))
    });
    standing.expect("a cell has buildings")
}

fn map_rect(h: &Window) -> Rect {
    h.get_by_label("地图").rect()
}

/// Where a grid point is in the window.
fn place(h: &Window, p: Pt) -> Pos2 {
    map::on_screen(map_rect(h), &doc(h).camera.expect("the map is laid out"), p)
}

/// Brings a place into the middle at a scale, as a test's starting point.
fn look_at(h: &mut Window, p: Pt, scale: f64) {
    let doc = app(h).doc.as_mut().expect("a project is open");
    let c = doc.camera.expect("the map is laid out");
    doc.camera = Some(Camera::at_scale((f64::from(p.x), f64::from(p.y)), scale, c.size_px, c.pixels_per_point));
    h.run();
}

/// Lets time pass, so that the next click is no double-click.
fn rest(h: &mut Window) {
    h.run_steps(20);
    h.run();
}

fn button(h: &mut Window, at: Pos2, button: PointerButton, pressed: bool, modifiers: Modifiers) {
    h.event(Event::PointerButton { pos: at, button, pressed, modifiers });
    h.step();
}

/// Press and release without rest.
fn tap(h: &mut Window, at: Pos2) {
    h.hover_at(at);
    h.step();
    button(h, at, PointerButton::Primary, true, Modifiers::NONE);
    button(h, at, PointerButton::Primary, false, Modifiers::NONE);
}

/// A click on the window.
fn click_at(h: &mut Window, at: Pos2) {
    tap(h, at);
    rest(h);
}

/// A click on a place of the map.
fn click(h: &mut Window, p: Pt) {
    let at = place(h, p);
    click_at(h, at);
}

/// Presses at a place and moves on in steps of a few points, without letting go.
fn press_and_move(h: &mut Window, from: Pos2, by: egui::Vec2) {
    h.hover_at(from);
    h.step();
    button(h, from, PointerButton::Primary, true, Modifiers::NONE);
    for i in 1..=5 {
        h.hover_at(from + by * (i as f32 / 5.0));
        h.step();
    }
}

fn let_go(h: &mut Window, at: Pos2) {
    button(h, at, PointerButton::Primary, false, Modifiers::NONE);
    rest(h);
}

/// Clicks a thing by its label.
fn push(h: &mut Window, label: &str) {
    h.get_by_label(label).click();
    rest(h);
}

fn key(h: &mut Window, key: egui::Key) {
    h.key_press(key);
    h.run();
}

fn ctrl(h: &mut Window, key: egui::Key) {
    h.key_press_modifiers(Modifiers::COMMAND | Modifiers::CTRL, key);
    h.run();
}

/// Label of a cell's row in the list.
fn row_label(h: &Window, id: Id) -> String {
    let l = layer(h);
    let u = &l.units[&id];
    let start = format!("{} {} ", crate::scene::cell_chip(l, u), u.name);
    let rows = h.root().children_recursive().filter(|n| n.accesskit_node().role() == egui::accesskit::Role::ListItem);
    let mut names = rows.filter_map(|n| n.accesskit_node().label());
    names.find(|n| n.starts_with(&start)).expect("the cell has a row")
}

/// Whether a node is shown as selected.
fn is_on(h: &Window, label: &str) -> bool {
    let n = h.get_by_label(label);
    let node = n.accesskit_node();
    node.is_selected() == Some(true) || node.toggled() == Some(egui::accesskit::Toggled::True)
}

/// Types into a field by its label, in place of what stands there.
fn type_into(h: &mut Window, label: &str, text: &str) {
    let input = egui::accesskit::Role::TextInput;
    h.get_by_role_and_label(input, label).focus();
    h.run();
    ctrl(h, egui::Key::A);
    h.event(Event::Text(text.to_owned()));
    h.run();
}

/// Waits for the work beside the window.
fn wait(h: &mut Window) {
    for _ in 0..3000 {
        if app(h).work.is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
        h.step();
    }
    assert!(app(h).work.is_empty(), "the work comes to an end");
    h.run();
}

/// What toasts say.
fn told(h: &mut Window) -> String {
    app(h).toasts.iter().map(|(t, _)| format!("{} {} {}\n", t.what, t.kept, t.todo)).collect()
}

/// All texts painted in the last frame.
fn painted(h: &Window) -> Vec<String> {
    fn walk(s: &egui::Shape, out: &mut Vec<String>) {
        match s {
            egui::Shape::Vec(all) => all.iter().for_each(|s| walk(s, out)),
            egui::Shape::Text(t) => out.push(t.galley.text().to_owned()),
            _ => {}
        }
    }
    let mut out = Vec::new();
    h.output().shapes.iter().for_each(|s| walk(&s.shape, &mut out));
    out
}

fn selected_units(h: &Window) -> Vec<Id> {
    match session(h).selection() {
        Selection::Units(ids) => ids.clone(),
        _ => vec![],
    }
}
