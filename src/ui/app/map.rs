//! The map in the window: pointer and keys become camera moves and commands; the painter and the floats are called.

use super::doc::Doc;
use super::gestures::{self, floats, sketch};
use super::picture::{Lettering, refresh};
use super::table::{MOST_SELECTED, only_first};
use super::timing::{Spent, clock};
use super::{building_list, buildings, numbers, painting, place_menu, streets, underlays};
use crate::geom::{Box2, Pt};
use crate::model::{Id, Kind, Lang as Language, Said};
use crate::scene::{Camera, FontSet, Stack, StyleSheet, Theme};
use crate::session::buildings::building_near;
use crate::session::snap::snap;
use crate::session::tools::{Grip, Tool, constrained};
use crate::session::{Command, Effect, Selection};
use crate::ui::fonts;
use crate::ui::gpu::{Faces, MapPainter, PaintOptions, paint_labels, paint_symbols};
use crate::ui::l10n::Lang;
use crate::ui::theme::Tokens;
use crate::ui::widgets::{hint_plate, nothing_yet, scale_bar, zoom_buttons};
use egui::{Key, PointerButton, Pos2, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, vec2};

/// How near the pointer must be, points.
pub const REACH_PT: f64 = 11.0;
/// How far the pointer goes before a press is a drag, points.
pub const DRAG_PT: f32 = 4.0;
/// What of a stroke the screen does not show, points.
const COARSE_PT: f64 = 2.0;
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
    /// What was done was chosen from a menu: it is told in words.
    pub told: bool,
    /// Where the frame's time went.
    pub spent: Spent,
    /// A picture was placed: the edit that says so.
    pub placed: Option<crate::plan::UnderlayOp>,
    /// What could not be done, or not all of it.
    pub refused: Option<Said>,
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
    doc.hand.keep(&doc.session);
    place_menu::show(ui, doc, rect, &around, &mut asked);
    let typing = doc.typing.is_some();
    let effects = numbers::show(ui, doc, &around);
    buildings::after(doc, &effects);
    doc.follow(&effects);
    asked.effects.extend(effects);
    streets::keep(ui, doc, around.jobs, &response);
    let moved = pointer(ui, doc, &response, rect, &around, &mut asked);
    painting::keep(doc, around.jobs, around.now);
    if !typing {
        // Enter and Esc in the field are the field's.
        keys(ui, doc, &around, &mut asked);
    }
    if doc.session.generation() != before && ui.input(|i| !i.events.is_empty()) {
        // The panels were laid out before the hand changed something: they follow at once, also when it rests.
        ui.ctx().request_repaint();
    }
    paint(ui, doc, rect, around, moved, &mut asked);
    asked
}

/// Keeps the ground under each pixel when the map changes size; the first time the whole map is shown.
fn lay_out(ui: &Ui, doc: &mut Doc, rect: Rect) {
    let ppp = ui.pixels_per_point();
    let size = (rect.width().max(1.0) * ppp, rect.height().max(1.0) * ppp);
    let was = doc.map_rect.replace(rect);
    match &mut doc.camera {
        Some(c) => {
            // Panels that open or close cover and uncover the map; what is seen of it stays where it is.
            if let Some(was) = was.filter(|w| *w != rect && c.pixels_per_point == ppp) {
                let d = (was.center() - rect.center()) * ppp;
                *c = c.panned(d.x, d.y);
            }
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
    if doc.underlays.placing.is_some() {
        let press = ui.input(|i| i.pointer.press_origin()).and_then(place);
        return moving | underlays::pointer(ui, doc, r, (at, press), reach_mm, (space, free), asked);
    }
    let Some(raw) = at else {
        if !r.dragged() {
            (doc.hovered, doc.grip, doc.snapped, doc.point) = (None, None, None, None);
            doc.hand.away(&mut doc.session, around.now);
        }
        return moving;
    };
    // What the point means: as typed, else held to an angle, else snapped, unless Alt is held.
    let drawing = doc.hand.tool().draws();
    let snapped = |doc: &Doc, at: Pt| {
        let (not, own) = match doc.hand.grip() {
            Some(Grip::Point(p)) => (Some(p), None),
            grip => (None, grip.and_then(Grip::segment)),
        };
        let wanted = doc.snapping && !free && !ctrl && (drawing || doc.hand.grip().is_some());
        let p = doc.session.history().stable();
        let here = (doc.session.plan(), doc.session.layer());
        let from = doc.hand.line().last().copied().filter(|_| drawing);
        wanted.then(|| snap(p, here, at, reach_mm, not, own, from)).flatten()
    };
    let line = doc.hand.line();
    let held = line.last().filter(|_| drawing && shift).map(|last| {
        let before = line.len().checked_sub(2).and_then(|i| line.get(i)).copied();
        constrained(before, *last, raw)
    });
    doc.snapped = if held.is_some() { None } else { snapped(doc, raw) };
    // The first point of the ring being drawn closes it.
    let begun = doc.hand.line().first().or(doc.hand.stroke().first());
    let far = doc.hand.line().len() > 2 || doc.hand.stroke().len() > 8;
    let close = begun.filter(|f| doc.hand.tool().closes() && far && f.dist(raw) <= f64::from(reach_mm));
    let given = numbers::given(doc, raw);
    let point = given.or(close.copied()).or(held).or(doc.snapped.map(|s| s.at)).unwrap_or(raw);
    doc.point = Some(point);
    if given.is_none() {
        streets::lead(doc, point, reach_mm);
    }

    if r.drag_started_by(PointerButton::Primary) && !space {
        let origin = ui.input(|i| i.pointer.press_origin()).and_then(place).unwrap_or(raw);
        let tried = doc.hand.trial().is_some();
        match doc.hand.grip_at(&doc.session, origin, reach_mm).filter(|_| !tried) {
            Some(grip) => doc.hand.grab(grip),
            None if !shift && !tried && doc.hand.lift(&doc.session, origin, reach_mm) => {}
            None if doc.hand.tool().paints() => doc.hand.brush_down(&mut doc.session, origin, shift, around.now),
            None if shift && doc.hand.tool() == Tool::Select => doc.box_from = Some(origin),
            None if drawing && !doc.hand.tool().builds() => {
                let from = snapped(doc, origin).map_or(origin, |s| s.at);
                doc.hand.pen_down(from);
            }
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
    if r.dragged_by(PointerButton::Primary) && doc.hand.carries() && moved {
        doc.hand.carry(raw, shift);
        moving = true;
    }
    let coarse_mm = COARSE_PT * camera.mm_per_pt();
    if r.dragged_by(PointerButton::Primary) && !space {
        // Every place it came by since the last frame, so that a slow frame cuts no corner.
        let way = || -> Vec<Pt> {
            ui.input(|i| {
                let down = |e: &egui::Event| matches!(e, egui::Event::PointerButton { pressed: true, .. });
                let since = i.events.iter().rposition(down).map_or(0, |k| k + 1);
                let moves = i.events[since..].iter().filter_map(|e| match e {
                    egui::Event::PointerMoved(at) => Some(*at),
                    _ => None,
                });
                moves.filter_map(place).collect()
            })
        };
        if !doc.hand.stroke().is_empty() {
            doc.hand.pen_along(&mut doc.session, &way(), coarse_mm, attach_m, around.now);
            moving = true;
        } else if doc.hand.is_painting() {
            doc.hand.brush_along(&doc.session, &way());
            moving = true;
        }
    }
    if r.drag_stopped_by(PointerButton::Primary) {
        doc.panning = false;
        if let Some(from) = doc.box_from.take() {
            asked.refused = select_box(doc, Box2::of_two(from, raw), around.now);
        }
        let mut effects = doc.hand.release(&mut doc.session, around.now);
        effects.extend(doc.hand.put_down(&mut doc.session, around.now));
        effects.extend(doc.hand.pen_up(&mut doc.session, point, coarse_mm, attach_m, around.now));
        doc.hand.brush_up(&doc.session);
        doc.follow(&effects);
        asked.effects.extend(effects);
    }
    if !r.dragged() {
        doc.grip = doc.hand.grip_at(&doc.session, raw, reach_mm).filter(|_| doc.hand.trial().is_none());
        let p = doc.session.history().stable();
        let over = p.layer(doc.session.plan(), doc.session.layer()).and_then(|l| l.unit_at(raw));
        doc.hovered = over.map(|u| u.id).filter(|id| is_cell(doc, *id));
        let aims = matches!(doc.hand.tool(), Tool::Fill | Tool::Detach);
        if (aims || !doc.hand.line().is_empty()) && (r.hovered() || given.is_some()) {
            doc.hand.hover(&mut doc.session, point, attach_m, around.now);
            moving |= !aims;
        }
    }
    let mut effects = Vec::new();
    let waits = doc.hand.trial().is_some();
    let finishes = waits && r.secondary_clicked()
        || drawing && (r.double_clicked() || r.secondary_clicked() && !doc.hand.line().is_empty());
    if finishes {
        effects = doc.hand.finish(&mut doc.session, attach_m, around.now);
    } else if r.secondary_clicked() {
        let corner = ui.input(|i| i.pointer.latest_pos()).unwrap_or(rect.center());
        place_menu::open(ui, doc, raw, corner, reach_mm);
    } else if r.clicked_by(PointerButton::Primary) {
        // By the pointer only: Enter on a map that has the keys ends a drawing and is no click.
        if waits && !doc.hand.tool().paints() {
            // A click elsewhere is no yes.
            doc.hand.escape(&mut doc.session, around.now);
        }
        match (doc.hand.tool(), doc.grip) {
            (Tool::Paint | Tool::Erase, _) => {
                doc.hand.brush_down(&mut doc.session, raw, shift, around.now);
                doc.hand.brush_up(&doc.session);
            }
            _ if building_list::drops(doc) => effects = building_list::drop_at(doc, raw, reach_mm, false, around.now),
            (Tool::Select | Tool::Move, Some(Grip::Point(v))) if !shift && !ctrl => doc.hand.choose(Some(v)),
            (Tool::Select | Tool::Move, _) => {
                doc.hand.choose(None);
                select_at(doc, raw, reach_mm, (shift, ctrl), around.now);
                // The list follows.
                doc.reveal = match doc.session.selection() {
                    Selection::Units(ids) => ids.last().copied(),
                    _ => None,
                };
                ui.ctx().request_repaint();
            }
            _ => effects = doc.hand.click(&mut doc.session, point, attach_m, around.now),
        }
    }
    buildings::after(doc, &effects);
    doc.follow(&effects);
    asked.effects.extend(effects);
    match doc.hand.grip().or(doc.grip) {
        Some(Grip::Border(..)) => ui.ctx().set_cursor_icon(egui::CursorIcon::Grab),
        Some(_) => ui.ctx().set_cursor_icon(egui::CursorIcon::Move),
        None => {}
    }
    let free = doc.hand.grip().or(doc.grip).is_none();
    if free && matches!(doc.hand.tool(), Tool::Fill | Tool::Detach) {
        ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
    } else if free && (drawing || doc.hand.tool().paints()) {
        ui.ctx().set_cursor_icon(egui::CursorIcon::Crosshair);
    } else if free && (doc.panning || space) {
        ui.ctx().set_cursor_icon(egui::CursorIcon::Grabbing);
    }
    moving
}

fn is_cell(doc: &Doc, id: Id) -> bool {
    crate::assign::is_cell(doc.session.history().stable(), doc.session.plan(), doc.session.layer(), id.0)
}

/// A click selects the cell; on a building of the selected cell, or of no cell, the building.
fn select_at(doc: &mut Doc, at: Pt, reach_mm: i32, (add, toggle): (bool, bool), now: i64) {
    let p = doc.session.history().stable();
    let cell = p.layer(doc.session.plan(), doc.session.layer()).and_then(|l| l.unit_at(at)).map(|u| u.id);
    let cell = cell.filter(|id| is_cell(doc, *id));
    let building = building_near(p, at, reach_mm);
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

/// Selects the buildings in a box; says so where they are too many.
fn select_box(doc: &mut Doc, area: Box2, now: i64) -> Option<Said> {
    let p = doc.session.history().stable();
    let mut slots = Vec::new();
    p.table(Kind::Buildings).search(&area, |slot, row| {
        if row.anchor().is_some_and(|a| area.contains(a)) {
            slots.push(slot);
        }
    });
    slots.sort_unstable();
    let all = slots.len();
    slots.truncate(MOST_SELECTED);
    let next = if slots.is_empty() { Selection::None } else { Selection::Buildings(slots) };
    doc.dispatch(Command::Select(next), now);
    (all > MOST_SELECTED).then(|| only_first(all))
}

/// Keys that belong to the map: Enter, Backspace, Esc, Delete, arrows.
fn keys(ui: &Ui, doc: &mut Doc, around: &Around<'_>, asked: &mut Asked) {
    if around.busy || ui.ctx().text_edit_focused() {
        return;
    }
    let pressed = |k: Key| ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, k));
    let attach_m = doc.camera.map_or(0.002, |c| REACH_PT * c.mm_per_pt() / 1000.0);
    let mut effects = Vec::new();
    if underlays::keys(ui, doc, asked) {
        return;
    }
    if pressed(Key::Escape) && !building_list::put_back(doc) {
        doc.mark = None;
        doc.hand.escape(&mut doc.session, around.now);
        doc.panning = false;
        doc.box_from = None;
    }
    if pressed(Key::Enter) {
        // What was shown first is told when it is done: nothing moves any more.
        asked.told |= doc.hand.trial().is_some();
        effects = doc.hand.finish(&mut doc.session, attach_m, around.now);
    }
    streets::tab(ui, doc);
    if pressed(Key::Backspace) {
        doc.hand.take_back(&mut doc.session, around.now);
    }
    if doc.hand.tool().draws() && doc.hand.asked().is_empty() {
        numbers::begin(ui, doc);
    }
    buildings::after(doc, &effects);
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
    sheet.underlay = !doc.hidden.contains(&super::doc::Shown::Underlays) && !underlays::backdrops(doc).is_empty();
    let began = clock();
    let lettering = Lettering { sheet: &sheet, fonts: around.fonts, lang: around.language };
    refresh(doc, &lettering, around.jobs, around.now, !moving);
    if doc.picture.layers.holds_old() {
        ui.ctx().request_repaint();
    }
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
    super::mine::paint(doc, &painter, rect, &camera, t);
    buildings::paint(doc, &painter, rect, &camera, t);
    painting::lit(doc, &painter, rect, &camera, t);
    super::mark::paint(doc, &painter, rect, &camera, t);
    underlays::paint(doc, &painter, rect, &camera, t);
    let locks = gestures::padlocks(doc, &camera);
    let symbols = &doc.picture.scene().symbols;
    paint_symbols(&painter, rect, &camera, &sheet, symbols, &[Stack::Facilities, Stack::Incidents], &faces);
    if doc.picture.labels_fit(&camera) {
        paint_labels(&painter, rect, &camera, &doc.placed, &faces);
    }
    paint_symbols(&painter, rect, &camera, &sheet, &locks, &[Stack::Handles], &faces);
    paint_symbols(&painter, rect, &camera, &sheet, symbols, &[Stack::Handles], &faces);
    painting::brush(doc, &painter, rect, &camera, t);
    if let Some(from) = doc.box_from
        && let Some(to) = doc.pointer
    {
        let b = Rect::from_two_pos(on_screen(rect, &camera, from), on_screen(rect, &camera, to));
        painter.rect(b, 0.0, t.accent.gamma_multiply(0.12), Stroke::new(1.5, t.accent), egui::StrokeKind::Middle);
    }
    let own = underlays::hint(doc).or_else(|| building_list::hint(doc));
    let (lead, more) = own.unwrap_or_else(|| doc.hand.hint());
    let plate = hint_plate(ui, rect.min + vec2(13.0, 13.0), lead.get(around.language), more.get(around.language));
    let below = buildings::ways(ui, doc, around.lang, plate.left_bottom() + vec2(0.0, 7.0), &mut asked.verbs);
    let below = painting::left_out(doc, &painter, around.language, below, t);
    asked.verbs.extend(gestures::limits(ui, doc, around.lang, below));
    scale_bar(ui, around.lang, rect.left_bottom() + vec2(15.0, -14.0), camera.mm_per_pt() / 1000.0);
    asked.verbs.extend(zoom_buttons(ui, around.lang, rect.right_bottom() - vec2(13.0, 13.0)));
    if doc.heat.on
        && let Some(ready) = &doc.heat.ready
    {
        let legend = super::heat::legend(doc, ready, around.language);
        let corner = rect.left_bottom() + vec2(13.0, -50.0);
        asked.pin_scale = crate::ui::widgets::heat_legend(ui, around.lang, corner, &legend);
    }
    buildings::read_out(doc, &painter, rect, &camera, t);
    building_list::tray(ui, doc, rect, &camera, (around.lang, around.now), asked);
    floats(ui, doc, rect, &camera, around.lang, around.language);
    if is_bare(doc) && doc.hand.tool() == Tool::Select {
        let placed = doc.session.project().facts.head.origin.is_some();
        asked.verbs.extend(nothing_yet(ui, around.lang, rect.center(), placed));
    }
}

/// Whether there is nothing on the map.
fn is_bare(doc: &Doc) -> bool {
    let p = doc.session.project();
    p.facts.tables.iter().all(|t| t.is_empty())
        && p.facts.underlays.is_empty()
        && p.plans.iter().all(|x| x.layers.iter().all(|l| l.partition.extent().is_empty()))
}
