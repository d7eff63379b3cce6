//! The map in the window: pointer and keys become camera moves and commands; the painter and the floats are called.

use super::doc::Doc;
use super::picture::{Lettering, refresh};
use super::timing::{Spent, clock};
use crate::geom::{Box2, Pt};
use crate::model::{Id, Kind, Lang as Language};
use crate::scene::{Camera, FontSet, Stack, StyleSheet, Theme};
use crate::session::snap::snap;
use crate::session::tools::{Grip, Tool};
use crate::session::{Command, Effect, Selection, answers};
use crate::topology::NarrowKind;
use crate::ui::fonts;
use crate::ui::gpu::{Faces, MapPainter, PaintOptions, paint_labels, paint_symbols};
use crate::ui::l10n::Lang;
use crate::ui::theme::Tokens;
use crate::ui::widgets::{Delta, DeltaSide, delta_float, hint_plate, nothing_yet, scale_bar, zoom_buttons};
use egui::{Key, PointerButton, Pos2, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

/// How near the pointer must be, points.
const REACH_PT: f64 = 11.0;
/// How far the pointer goes before a press is a drag, points.
pub const DRAG_PT: f32 = 4.0;
/// Seconds of a flight.
const FLIGHT_S: f64 = 0.35;

/// What the map asked for.
#[derive(Default)]
pub struct Asked {
    /// Verbs of the zoom buttons.
    pub verbs: Vec<crate::ui::verbs::Verb>,
    /// Effects of commands that the map gave.
    pub effects: Vec<Effect>,
    /// The legend's padlock was clicked.
    pub pin_scale: bool,
    /// Where the frame's time went.
    pub spent: Spent,
}

/// What the map needs from the window.
pub struct Around<'a> {
    /// Language.
    pub lang: Lang,
    /// The same, of other rooms.
    pub language: Language,
    /// Light or dark.
    pub dark: bool,
    /// Seconds since 1970-01-01 UTC.
    pub now: i64,
    /// The painter on the graphics device; without one the map is paper with labels.
    pub painter: Option<&'a mut MapPainter>,
    /// Fonts that place labels.
    pub fonts: &'a std::sync::Arc<FontSet<'static>>,
    /// A question, a menu or a text field had the keys when the frame began.
    pub busy: bool,
    /// Threads for tessellation.
    pub jobs: &'a crate::jobs::Jobs,
}

/// Shows the map of an opened project in the rest of the window.
pub fn map_ui(ui: &mut Ui, doc: &mut Doc, around: Around<'_>) -> Asked {
    let mut asked = Asked::default();
    let rect = ui.max_rect();
    let response = ui.interact(rect, ui.scope_id().with("map"), Sense::click_and_drag());
    let title = around.lang.pick("地图", "Map");
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, title));
    lay_out(ui, doc, rect);
    let time = ui.input(|i| i.time);
    fly(ui, doc, time);
    let before = doc.session.generation();
    let moved = pointer(ui, doc, &response, rect, &around, &mut asked);
    keys(ui, doc, &around, &mut asked);
    if doc.session.generation() != before && ui.input(|i| !i.events.is_empty()) {
        // The panels were laid out before the hand changed something: they follow at once, also when it rests.
        ui.ctx().request_repaint();
    }
    paint(ui, doc, rect, around, moved, &mut asked);
    asked
}

/// Keeps the camera's centre when the window changes size; the first time the whole map is shown.
fn lay_out(ui: &Ui, doc: &mut Doc, rect: Rect) {
    let ppp = ui.pixels_per_point();
    let size = (rect.width().max(1.0) * ppp, rect.height().max(1.0) * ppp);
    match &mut doc.camera {
        Some(c) => {
            let factor = f64::from(c.pixels_per_point / ppp);
            c.mm_per_px *= factor;
            (c.size_px, c.pixels_per_point) = (size, ppp);
        }
        None => {
            let start = Camera::at_scale((0.0, 0.0), 5000.0, size, ppp);
            doc.camera = Some(start.fit(doc.extent(), 48.0));
        }
    }
}

fn fly(ui: &Ui, doc: &mut Doc, time: f64) {
    let Some((from, to, since)) = doc.flight else { return };
    let still = ui.style().animation_time <= 0.0;
    let t = if still { 1.0 } else { ((time - since) / FLIGHT_S).clamp(0.0, 1.0) };
    let ease = t * t * (3.0 - 2.0 * t);
    if let Some(c) = &mut doc.camera {
        let mix = |a: f64, b: f64| a + (b - a) * ease;
        c.centre = (mix(from.centre.0, to.centre.0), mix(from.centre.1, to.centre.1));
        c.mm_per_px = (mix(from.mm_per_px.ln(), to.mm_per_px.ln())).exp();
    }
    if t >= 1.0 {
        // Exactly where it was to go, not where the last step's rounding left it.
        let size = doc.camera.map(|c| (c.size_px, c.pixels_per_point));
        doc.camera = size.map(|(size_px, pixels_per_point)| Camera { size_px, pixels_per_point, ..to });
        doc.flight = None;
    } else {
        ui.ctx().request_repaint();
    }
}

fn to_px(rect: Rect, camera: &Camera, at: Pos2) -> (f32, f32) {
    let d = (at - rect.min) * camera.pixels_per_point;
    (d.x, d.y)
}

/// Place in the window of a grid point.
pub fn on_screen(rect: Rect, camera: &Camera, p: Pt) -> Pos2 {
    let (x, y) = camera.to_screen(p);
    rect.min + vec2(x, y) / camera.pixels_per_point
}

/// Pointer and wheel. Returns whether the view or a drag moves.
fn pointer(ui: &Ui, doc: &mut Doc, r: &Response, rect: Rect, around: &Around<'_>, asked: &mut Asked) -> bool {
    let Some(mut camera) = doc.camera else { return false };
    let mut moving = doc.flight.is_some();
    let (space, shift, ctrl, free) =
        ui.input(|i| (i.key_down(Key::Space), i.modifiers.shift, i.modifiers.command, i.modifiers.alt));
    let hover = r.hover_pos();
    if let Some(at) = hover.filter(|_| r.contains_pointer()) {
        let (scroll, zoom) = ui.input(|i| (i.smooth_scroll_delta.y, i.zoom_delta()));
        let factor = f64::from(zoom) * (f64::from(scroll) / 240.0).exp();
        if (factor - 1.0).abs() > 1e-4 {
            camera = camera.zoomed(factor, to_px(rect, &camera, at));
            doc.flight = None;
            moving = true;
        }
    }
    let pan = r.dragged_by(PointerButton::Middle) || (r.dragged_by(PointerButton::Primary) && (space || doc.panning));
    if pan {
        let d = r.drag_delta() * camera.pixels_per_point;
        camera = camera.panned(d.x, d.y);
        doc.flight = None;
        moving = true;
    }
    doc.camera = Some(camera);
    let reach_mm = (REACH_PT * camera.mm_per_pt()).clamp(1.0, 1e8) as i32;
    let attach_m = f64::from(reach_mm) / 1000.0;
    let place = |at: Pos2| camera.to_grid(to_px(rect, &camera, at));
    let at = r.interact_pointer_pos().or(hover).and_then(place);
    doc.pointer = hover.and_then(place);
    let Some(raw) = at else {
        if !r.dragged() {
            (doc.hovered, doc.grip, doc.snapped) = (None, None, None);
        }
        return moving;
    };
    // What the point means: snapped, unless Alt is held.
    let drawing = matches!(doc.hand.tool(), Tool::Draw | Tool::Split | Tool::Outline);
    let dragged = match doc.hand.grip() {
        Some(Grip::Point(p)) => Some(p),
        _ => None,
    };
    doc.snapped = (doc.snapping && !free && (drawing || doc.hand.grip().is_some()))
        .then(|| {
            let p = doc.session.history().stable();
            snap(p, doc.session.plan(), doc.session.layer(), raw, reach_mm, dragged)
        })
        .flatten();
    // The first point of the line being drawn closes it.
    let close = doc.hand.line().first().filter(|f| doc.hand.line().len() > 2 && f.dist(raw) <= f64::from(reach_mm));
    let point = close.copied().or(doc.snapped.map(|s| s.at)).unwrap_or(raw);

    if r.drag_started_by(PointerButton::Primary) && !space {
        let origin = ui.input(|i| i.pointer.press_origin()).and_then(place).unwrap_or(raw);
        match doc.hand.grip_at(&doc.session, origin, reach_mm) {
            Some(grip) => doc.hand.grab(grip),
            None if shift && doc.hand.tool() == Tool::Select => doc.box_from = Some(origin),
            None => doc.panning = true,
        }
    }
    // egui also calls a long press a drag; a border only moves once the pointer has.
    let ends = ui.input(|i| i.pointer.press_origin().zip(i.pointer.latest_pos()));
    let moved = doc.session.history().staged().is_some() || ends.is_some_and(|(a, b)| a.distance(b) > DRAG_PT);
    if r.dragged_by(PointerButton::Primary) && doc.hand.grip().is_some() && moved {
        doc.hand.hover(&mut doc.session, point, attach_m, around.now);
        moving = true;
    }
    if r.drag_stopped_by(PointerButton::Primary) {
        doc.panning = false;
        if let Some(from) = doc.box_from.take() {
            select_box(doc, Box2::of_two(from, raw), around.now);
        }
        let effects = doc.hand.release(&mut doc.session, around.now);
        doc.follow(&effects);
        asked.effects.extend(effects);
    }
    if !r.dragged() {
        doc.grip = doc.hand.grip_at(&doc.session, raw, reach_mm);
        let p = doc.session.history().stable();
        let over = p.layer(doc.session.plan(), doc.session.layer()).and_then(|l| l.unit_at(raw));
        doc.hovered = over.map(|u| u.id).filter(|id| is_cell(doc, *id));
        if !doc.hand.line().is_empty() && r.hovered() {
            doc.hand.hover(&mut doc.session, point, attach_m, around.now);
            moving = true;
        }
    }
    let mut effects = Vec::new();
    if drawing && (r.double_clicked() || r.secondary_clicked()) {
        effects = doc.hand.finish(&mut doc.session, attach_m, around.now);
    } else if r.clicked() {
        match doc.hand.tool() {
            Tool::Select | Tool::Move => select_at(doc, raw, shift, ctrl, around.now),
            _ => effects = doc.hand.click(&mut doc.session, point, attach_m, around.now),
        }
    }
    doc.follow(&effects);
    asked.effects.extend(effects);
    if doc.grip.is_some() || doc.hand.grip().is_some() {
        ui.ctx().set_cursor_icon(egui::CursorIcon::Move);
    } else if drawing {
        ui.ctx().set_cursor_icon(egui::CursorIcon::Crosshair);
    } else if doc.panning || space {
        ui.ctx().set_cursor_icon(egui::CursorIcon::Grabbing);
    }
    moving
}

fn is_cell(doc: &Doc, id: Id) -> bool {
    crate::assign::is_cell(doc.session.history().stable(), doc.session.plan(), doc.session.layer(), id.0)
}

/// A click selects the cell; on a building of the selected cell, or of no cell, the building.
fn select_at(doc: &mut Doc, at: Pt, add: bool, toggle: bool, now: i64) {
    let p = doc.session.history().stable();
    let cell = p.layer(doc.session.plan(), doc.session.layer()).and_then(|l| l.unit_at(at)).map(|u| u.id);
    let cell = cell.filter(|id| is_cell(doc, *id));
    let building = answers::building_at(p, at).map(|(slot, _)| slot);
    let current = doc.session.selection().clone();
    let inside = match (&current, cell) {
        (Selection::Units(ids), Some(c)) => ids.contains(&c),
        (Selection::Buildings(_), _) => true,
        (_, None) => true,
        _ => false,
    };
    let next = match (building.filter(|_| inside), cell) {
        (Some(b), _) => match current {
            Selection::Buildings(mut slots) if add || toggle => {
                match slots.iter().position(|s| *s == b) {
                    Some(i) if toggle => {
                        slots.remove(i);
                    }
                    None => slots.push(b),
                    _ => {}
                }
                Selection::Buildings(slots)
            }
            _ => Selection::Buildings(vec![b]),
        },
        (None, Some(c)) => match current {
            Selection::Units(mut ids) if add || toggle => {
                match ids.iter().position(|x| *x == c) {
                    Some(i) if toggle => {
                        ids.remove(i);
                    }
                    None => ids.push(c),
                    _ => {}
                }
                Selection::Units(ids)
            }
            _ => Selection::Units(vec![c]),
        },
        (None, None) => Selection::None,
    };
    doc.dispatch(Command::Select(next), now);
}

fn select_box(doc: &mut Doc, area: Box2, now: i64) {
    let p = doc.session.history().stable();
    let mut slots = Vec::new();
    p.table(Kind::Buildings).search(&area, |slot, row| {
        if row.anchor().is_some_and(|a| area.contains(a)) {
            slots.push(slot);
        }
    });
    slots.sort_unstable();
    let next = if slots.is_empty() { Selection::None } else { Selection::Buildings(slots) };
    doc.dispatch(Command::Select(next), now);
}

/// Keys that belong to the map: Enter, Backspace, Esc, Delete, arrows.
fn keys(ui: &Ui, doc: &mut Doc, around: &Around<'_>, asked: &mut Asked) {
    if around.busy || ui.ctx().text_edit_focused() {
        return;
    }
    let pressed = |k: Key| ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, k));
    let attach_m = doc.camera.map_or(0.002, |c| REACH_PT * c.mm_per_pt() / 1000.0);
    let mut effects = Vec::new();
    if pressed(Key::Escape) {
        doc.hand.escape(&mut doc.session, around.now);
        doc.panning = false;
        doc.box_from = None;
    }
    if pressed(Key::Enter) {
        effects = doc.hand.finish(&mut doc.session, attach_m, around.now);
    }
    if pressed(Key::Backspace) {
        doc.hand.take_back(&mut doc.session, around.now);
    }
    doc.follow(&effects);
    asked.effects.extend(effects);
    if let Some(c) = &mut doc.camera {
        let step = 60.0 * c.pixels_per_point;
        let mut by = (0.0, 0.0);
        for (key, dx, dy) in [
            (Key::ArrowLeft, step, 0.0),
            (Key::ArrowRight, -step, 0.0),
            (Key::ArrowUp, 0.0, step),
            (Key::ArrowDown, 0.0, -step),
        ] {
            if pressed(key) {
                by = (by.0 + dx, by.1 + dy);
            }
        }
        if by != (0.0, 0.0) {
            *c = c.panned(by.0, by.1);
            doc.flight = None;
        }
    }
}

fn paint(ui: &mut Ui, doc: &mut Doc, rect: Rect, around: Around<'_>, moving: bool, asked: &mut Asked) {
    let Some(camera) = doc.camera else { return };
    let theme = if around.dark { Theme::Dark } else { Theme::Light };
    let mut sheet = StyleSheet::new(theme, camera.scale_denominator());
    sheet.heat = doc.heat.on && doc.heat.ready.is_some();
    sheet.by_cell = !around.dark || !sheet.heat;
    let began = clock();
    let lettering = Lettering { sheet: &sheet, fonts: around.fonts, lang: around.language };
    refresh(doc, &lettering, around.jobs, around.now, !moving);
    asked.spent.scene = began.elapsed();
    let t = Tokens::of(ui);
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(rect, 0.0, t.paper);
    let began = clock();
    if let Some(gpu) = around.painter {
        gpu.set_scene(doc.picture.scene());
        gpu.paint(
            &painter,
            rect,
            &camera,
            &sheet,
            &PaintOptions { jobs: Some(around.jobs), ..PaintOptions::default() },
        );
    }
    asked.spent.painter = began.elapsed();
    let faces = Faces { regular: fonts::regular(13.0).family, bold: fonts::semi(13.0).family };
    sketch(doc, &painter, rect, &camera, t);
    let symbols = &doc.picture.scene().symbols;
    paint_symbols(&painter, rect, &camera, &sheet, symbols, &[Stack::Facilities, Stack::Incidents], &faces);
    if doc.picture.labels_fit(&camera) {
        paint_labels(&painter, rect, &camera, &doc.placed, &faces);
    }
    paint_symbols(&painter, rect, &camera, &sheet, symbols, &[Stack::Handles], &faces);
    if let Some(from) = doc.box_from
        && let Some(to) = doc.pointer
    {
        let b = Rect::from_two_pos(on_screen(rect, &camera, from), on_screen(rect, &camera, to));
        painter.rect(b, 0.0, t.accent.gamma_multiply(0.12), Stroke::new(1.5, t.accent), egui::StrokeKind::Middle);
    }
    let (lead, more) = doc.hand.hint();
    hint_plate(ui, rect.min + vec2(13.0, 13.0), lead.get(around.language), more.get(around.language));
    scale_bar(ui, around.lang, rect.left_bottom() + vec2(15.0, -14.0), camera.mm_per_pt() / 1000.0);
    asked.verbs.extend(zoom_buttons(ui, around.lang, rect.right_bottom() - vec2(13.0, 13.0)));
    if doc.heat.on
        && let Some(ready) = &doc.heat.ready
    {
        let legend = super::heat::legend(doc, ready, around.language);
        let corner = rect.left_bottom() + vec2(13.0, -50.0);
        asked.pin_scale = crate::ui::widgets::heat_legend(ui, around.lang, corner, &legend);
    }
    floats(ui, doc, rect, &camera, around.lang, around.language);
    if is_bare(doc) && doc.hand.tool() == Tool::Select {
        asked.verbs.extend(nothing_yet(ui, around.lang, rect.center()));
    }
}

/// Whether there is nothing on the map.
fn is_bare(doc: &Doc) -> bool {
    let p = doc.session.project();
    p.facts.tables.iter().all(|t| t.is_empty())
        && p.plans.iter().all(|x| x.layers.iter().all(|l| l.partition.extent().is_empty()))
}

/// The line being drawn, and from the last valid place to a refused one.
fn sketch(doc: &Doc, painter: &egui::Painter, rect: Rect, camera: &Camera, t: &Tokens) {
    let mut line: Vec<Pos2> = doc.hand.line().iter().map(|&p| on_screen(rect, camera, p)).collect();
    if let (false, true, Some(p)) = (line.is_empty(), doc.hand.asked().is_empty(), doc.pointer) {
        line.push(on_screen(rect, camera, doc.snapped.map_or(p, |s| s.at)));
    }
    if line.len() > 1 {
        painter.line(line.clone(), Stroke::new(5.0, t.raise));
        painter.line(line, Stroke::new(2.6, t.accent));
    }
    // Slivers that it would leave: their length, hatched, and their narrowest place.
    for s in doc.hand.asked() {
        let mut along: Vec<Pos2> = s.narrow.along.iter().map(|&p| on_screen(rect, camera, p)).collect();
        if s.narrow.kind == NarrowKind::Face {
            along.extend(along.first().copied());
        }
        painter.line(along.clone(), Stroke::new(9.0, t.raise));
        painter.line(along.clone(), Stroke::new(7.0, t.warn_soft));
        painter.extend(egui::Shape::dashed_line(&along, Stroke::new(7.0, t.warn), 3.0, 4.0));
        let at = on_screen(rect, camera, s.narrow.at);
        painter.circle_stroke(at, 13.0, Stroke::new(4.5, t.raise));
        painter.circle_stroke(at, 13.0, Stroke::new(2.4, t.warn));
    }
    // Where it is refused, if that is a place.
    let origin = doc.session.project().origin();
    if let Some(at) = doc.hand.refusal().and_then(|e| e.at()).and_then(|p| origin.grid(p)) {
        let at = on_screen(rect, camera, at);
        painter.circle_stroke(at, 11.0, Stroke::new(4.0, t.raise));
        painter.circle_stroke(at, 11.0, Stroke::new(2.2, t.err));
    }
    if doc.hand.refusal().is_some()
        && let (Some(p), Some(Grip::Point(at))) = (doc.pointer, doc.hand.grip())
    {
        let ends = [on_screen(rect, camera, at), on_screen(rect, camera, p)];
        painter.extend(egui::Shape::dashed_line(&ends, Stroke::new(1.8, t.err), 5.0, 4.0));
    }
}

/// The name of what the pointer snapped to, and the read-out of what moves.
fn floats(ui: &Ui, doc: &Doc, rect: Rect, camera: &Camera, lang: Lang, language: Language) {
    let Some(at) = doc.pointer.map(|p| on_screen(rect, camera, p)) else { return };
    let t = Tokens::of(ui);
    if doc.hand.grip().is_some() || !doc.hand.line().is_empty() {
        if let Some(s) = doc.snapped {
            let said = s.kind.said();
            let galley = ui.painter().layout_no_wrap(said.get(language).to_owned(), fonts::regular(11.5), t.on_accent);
            let foot = on_screen(rect, camera, s.at);
            let size = galley.size() + vec2(12.0, 5.0);
            let plate = Rect::from_min_size(pos2(foot.x - size.x - 12.0, foot.y - size.y - 8.0), size);
            ui.painter().rect_filled(plate, 3.0, t.accent);
            ui.painter().galley(plate.min + vec2(6.0, 2.5), galley, t.on_accent);
        }
        if let Some(delta) = delta(doc, language) {
            delta_float(ui, lang, at, rect, &delta);
        }
    }
}

/// What the staged edit moves, or why it cannot be.
fn delta(doc: &Doc, language: Language) -> Option<Delta> {
    if let Some(e) = doc.hand.refusal() {
        return Some(Delta { refusal: Some(e.said().get(language).to_owned()), ..Delta::default() });
    }
    let staged = doc.session.history().staged()?;
    let s = &doc.session;
    let project = &staged.outcome.project;
    let l = project.layer(s.plan(), s.layer())?;
    let old = s.history().stable();
    let rules = &project.facts.rules;
    let lowest = project.facts.layers.get(s.layer() as usize).map_or(0, |d| d.cell_level());
    let unassigned = if language == Language::Zh { "未划入" } else { "None" };
    let changes = s.staged();
    // Those whose households change, and the two sides of the border that moves.
    let mut owners: Vec<u64> = changes.delta.keys().copied().collect();
    for (_, _, p) in &staged.outcome.patch.partitions {
        for e in p.edges.iter().filter_map(|c| c.after.as_ref()) {
            let (a, b) = l.partition.sides(e);
            owners.extend([a, b].into_iter().filter(|_| p.edges.len() < 3));
        }
    }
    owners.sort_unstable();
    owners.dedup();
    let mut sides: Vec<(i64, DeltaSide)> = owners
        .iter()
        .filter_map(|owner| {
            let unit = l.unit_of(*owner).or_else(|| old.layer(s.plan(), s.layer())?.unit_of(*owner))?;
            let d = changes.delta.get(owner).map_or(0, |d| d.households);
            let before = s.assignment().own(*owner).households;
            // Ground of a higher unit is ground that no cell has: it wears no cell's code and has no range to keep.
            let cell = unit.level >= lowest;
            let side = DeltaSide {
                code: if cell { crate::scene::cell_chip(l, unit) } else { unassigned.to_owned() },
                tone: doc.picture.layers.colours.number(*owner).unwrap_or(0),
                before,
                after: before + d,
                deviation: cell.then(|| rules.deviation((before + d).max(0) as u64)),
            };
            (cell || d != 0).then_some((d, side))
        })
        .collect();
    sides.sort_by_key(|(d, _)| *d);
    let moved = &changes.buildings;
    let table = project.table(Kind::Buildings);
    let sum = |f: crate::model::Field| -> i64 {
        moved.iter().filter_map(|m| table.get(m.slot)?.count(f)).map(i64::from).sum()
    };
    let yard = moved.iter().find_map(|m| {
        let yard = s.assignment().courtyards().of_building(m.slot)?;
        project.table(Kind::Courtyards).get(yard).map(|r| r.name().to_owned())
    });
    let incidents = !project.table(Kind::Incidents).is_empty();
    Some(Delta {
        sides: sides.into_iter().map(|(_, s)| s).collect(),
        place: yard.unwrap_or_default(),
        households: sum(crate::model::Field::Households),
        residents: sum(crate::model::Field::Residents),
        buildings: moved.len() as i64,
        incidents: incidents.then_some(changes.incidents.len() as i64),
        refusal: None,
        drawing: !doc.hand.line().is_empty(),
    })
}
