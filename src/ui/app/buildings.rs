//! Buildings by hand on the map: what is painted of them, the ways to make them, what follows when one is made.

use super::App;
use super::doc::Doc;
use super::map::{REACH_PT, on_screen};
use super::place_menu::tool;
use crate::model::Kind;
use crate::plan::Op;
use crate::scene::Camera;
use crate::session::buildings::enclose::cluster_at;
use crate::session::buildings::removal as removal_of;
use crate::session::tools::{MOST_COPIES, Tool};
use crate::session::{Command, Effect, Selection, Session};
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::Lang;
use crate::ui::theme::{BODY, SMALL, Tokens};
use crate::ui::verbs::{Tool as Button, Verb};
use crate::ui::widgets::{field, float_frame, primary_button, segmented};
use egui::{Area, Margin, Order, Painter, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};

/// How far copies stand apart before a number is typed, mm: a row of six-storey blocks.
const APART_MM: f64 = 20_000.0;
/// How large a building without footprint is drawn in the making, points.
const SPOT_PT: f32 = 6.0;

/// Paints footprints in the making, and the handle that turns.
pub fn paint(doc: &Doc, painter: &Painter, rect: Rect, camera: &Camera, t: &Tokens) {
    let hand = &doc.hand;
    let reach_mm = (REACH_PT * camera.mm_per_pt()).clamp(1.0, 1e8) as i32;
    let screen = |p| on_screen(rect, camera, p);
    if let Some(handle) = hand.turn_handle(&doc.session, reach_mm).filter(|_| !hand.carries()) {
        let at = screen(handle);
        let foot = at + vec2(0.0, REACH_PT as f32 * 2.4);
        painter.line_segment([foot, at], Stroke::new(1.5, t.accent));
        painter.circle(at, 6.0, t.raise, Stroke::new(2.0, t.accent));
        painter.circle_filled(at, 2.0, t.accent);
    }
    if !hand.tool().builds() && !hand.carries() {
        return;
    }
    let sketch = hand.building_sketch(&doc.session, doc.point);
    let soft = t.accent.gamma_multiply(0.16);
    // A proposal is dashed: nothing of it is drawn yet.
    let proposed = hand.tool() == Tool::Courtyard && hand.line().is_empty();
    for ring in &sketch.rings {
        if let [at] = ring[..] {
            let at = screen(at);
            let corners = [vec2(0.0, -SPOT_PT), vec2(SPOT_PT, 0.0), vec2(0.0, SPOT_PT), vec2(-SPOT_PT, 0.0)];
            painter.add(Shape::convex_polygon(corners.map(|d| at + d).into(), soft, Stroke::new(2.0, t.accent)));
            continue;
        }
        let mut points: Vec<Pos2> = ring.iter().map(|&p| screen(p)).collect();
        if points.len() == 4 {
            painter.add(Shape::convex_polygon(points.clone(), soft, Stroke::NONE));
        }
        points.extend(points.first().copied());
        painter.line(points.clone(), Stroke::new(4.5, t.raise));
        if proposed {
            painter.extend(Shape::dashed_line(&points, Stroke::new(2.2, t.accent), 7.0, 5.0));
        } else {
            painter.line(points, Stroke::new(2.2, t.accent));
        }
    }
    let line = hand.line();
    if let (Some(&last), Some(at), true) = (line.last(), doc.point, sketch.rings.is_empty() || line.len() == 1) {
        let ends = [screen(last), screen(at)];
        painter.line_segment(ends, Stroke::new(4.5, t.raise));
        painter.line_segment(ends, Stroke::new(2.2, t.accent));
    }
    for (ring, name) in sketch.rings.iter().zip(&sketch.names) {
        let b = ring.iter().fold(Rect::NOTHING, |b, &p| b.union(Rect::from_min_size(screen(p), vec2(0.0, 0.0))));
        let galley = painter.layout_no_wrap(name.clone(), semi(SMALL), t.accent);
        if galley.size().x < b.width().max(40.0) {
            painter.galley(b.center() - galley.size() / 2.0, galley, t.accent);
        }
    }
}

/// Lengths or the angle of what is in the hand, on a plate beside the pointer.
pub fn read_out(doc: &Doc, painter: &Painter, rect: Rect, camera: &Camera, t: &Tokens) {
    if !doc.hand.tool().builds() && !doc.hand.carries() {
        return;
    }
    let said = doc.hand.building_sketch(&doc.session, doc.point).said;
    if let (false, Some(at)) = (said.is_empty(), doc.pointer) {
        let at = on_screen(rect, camera, at);
        let galley = painter.layout_no_wrap(said, semi(BODY), t.on_plate);
        let size = galley.size() + vec2(16.0, 8.0);
        let mut min = pos2(at.x + 18.0, at.y - 14.0 - size.y);
        min.x = min.x.min(rect.right() - size.x - 4.0);
        min.y = min.y.max(rect.top() + 4.0);
        painter.rect_filled(Rect::from_min_size(min, size), 4.0, t.plate);
        painter.galley(min + vec2(8.0, 4.0), galley, t.on_plate);
    }
}

/// The ways to make buildings, below the hint while one of them is in the hand; of copies also how many. Returns where the
/// next plate goes.
pub fn ways(ui: &Ui, doc: &mut Doc, lang: Lang, at: Pos2, out: &mut Vec<Verb>) -> Pos2 {
    if !doc.hand.tool().builds() {
        return at;
    }
    let names = Button::BUILDING.map(|b| match b {
        Button::BuildRectangle => (Icon::Building, lang.pick("矩形", "Rectangle")),
        Button::BuildPolygon => (Icon::Outline, lang.pick("轮廓", "Footprint")),
        Button::BuildPoint => (Icon::Pin, lang.pick("点", "Point")),
        Button::BuildCopies => (Icon::Copy, lang.pick("沿线复制", "Copies")),
        _ => (Icon::Courtyard, lang.pick("院落轮廓", "Courtyard outline")),
    });
    let segments: Vec<(Option<Icon>, &str)> = names.iter().map(|(i, n)| (Some(*i), *n)).collect();
    let on = Button::BUILDING.iter().position(|b| tool(*b) == doc.hand.tool());
    let shown = Area::new(egui::Id::unique("building-ways")).order(Order::Middle).fixed_pos(at).show(ui.ctx(), |ui| {
        float_frame(ui).inner_margin(Margin::same(5)).show(ui, |ui| {
            ui.horizontal(|ui| {
                let way = lang.pick("怎样画楼栋", "How buildings are made");
                if let Some(b) = segmented(ui, &segments, on, way).and_then(|i| Button::BUILDING.get(i)) {
                    out.push(Verb::Tool(*b));
                }
                if doc.hand.tool() == Tool::Copies {
                    ui.add_space(6.0);
                    copies(ui, doc, lang);
                }
            });
            if doc.hand.tool() == Tool::Courtyard {
                ui.add_space(4.0);
                ui.horizontal(|ui| courtyard(ui, doc, lang, out));
            }
        });
    });
    shown.response.rect.left_bottom() + vec2(0.0, 7.0)
}

/// How many copies, or how far apart.
fn copies(ui: &mut Ui, doc: &mut Doc, lang: Lang) {
    let (count, apart) = (lang.pick("份数", "Copies to make"), lang.pick("间距（米）", "Apart (m)"));
    let by = doc.hand.apart_mm();
    let label = lang.pick("按份数还是按间距", "By number or distance");
    match segmented(ui, &[(None, count), (None, apart)], Some(usize::from(by.is_some())), label) {
        Some(0) => doc.hand.set_apart_mm(None),
        Some(_) => doc.hand.set_apart_mm(Some(by.unwrap_or(APART_MM))),
        None => {}
    }
    match by {
        None => {
            let n = doc.hand.copies();
            let typed = field(ui, ("copies", n), count, &n.to_string(), 44.0);
            if let Some(Ok(n)) = typed.map(|s| s.parse::<u32>()) {
                doc.hand.set_copies(n.min(MOST_COPIES));
            }
        }
        Some(mm) => {
            let shown = format!("{}", (mm / 10.0).round() / 100.0);
            let typed = field(ui, ("apart", shown.clone()), apart, &shown, 56.0);
            let metres =
                typed.and_then(|s| s.replace('，', ".").trim_end_matches(['m', '米', ' ']).parse::<f64>().ok());
            if let Some(m) = metres.filter(|m| m.is_finite() && *m > 0.0) {
                doc.hand.set_apart_mm(Some(m * 1000.0));
            }
        }
    }
}

/// Name of the courtyard to come, whether it is kept whole, and the yes to one that is proposed.
fn courtyard(ui: &mut Ui, doc: &mut Doc, lang: Lang, out: &mut Vec<Verb>) {
    let t = Tokens::of(ui);
    let (name, whole) = doc.hand.yard();
    let (name, whole) = (name.to_owned(), whole);
    let label = lang.pick("院落名称", "Courtyard's name");
    let (rect, _) = ui.allocate_exact_size(vec2(62.0, 28.0), egui::Sense::hover());
    let words = lang.pick("院落名称", "Name");
    crate::ui::widgets::put(ui.painter(), rect.left_center(), egui::Align2::LEFT_CENTER, words, regular(BODY), t.t2);
    if let Some(new) = field(ui, ("yard-name", name.clone()), label, &name, 130.0) {
        doc.hand.set_yard(&new, whole);
    }
    let (one, several) = (lang.pick("整体", "Kept whole"), lang.pick("可分", "Divisible"));
    let what = lang.pick("整体划入一个网格，还是可分", "Kept in one cell, or divisible");
    let on = Some(usize::from(!whole));
    if let Some(i) = segmented(ui, &[(None, one), (None, several)], on, what) {
        let (name, _) = doc.hand.yard();
        let name = name.to_owned();
        doc.hand.set_yard(&name, i == 0);
    }
    if doc.hand.proposed(&doc.session).is_some() {
        let words = lang.pick("确认（回车）", "Confirm (Enter)");
        if primary_button(ui, None, words, 104.0, 28.0, true).clicked() {
            out.push(Verb::Enclose);
        }
    }
}

impl App {
    /// Proposes a courtyard round the selected buildings, else round those that stand together under the pointer; a second time
    /// makes it.
    pub(super) fn enclose(&mut self, time: f64) {
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        if doc.hand.tool() == Tool::Courtyard && doc.hand.proposed(&doc.session).is_some() {
            let effects = doc.hand.finish(&mut doc.session, 0.0, now);
            doc.follow(&effects);
            self.tell(&effects);
            return self.heed(effects, time);
        }
        let chosen = matches!(doc.session.selection(), Selection::Buildings(slots) if !slots.is_empty());
        if !chosen {
            let s = &doc.session;
            let near = doc.pointer.map(|at| cluster_at(s.history().stable(), s.assignment().courtyards(), at));
            match near.filter(|n| !n.is_empty()) {
                Some(slots) => {
                    doc.session.dispatch(Command::Select(Selection::Buildings(slots)), now);
                }
                None => {
                    let said = self.lang.pick(
                        "先选几栋楼，或把指针放在一片不在院落里的楼栋上，再围成院落",
                        "Select buildings first, or point at some that are in no courtyard",
                    );
                    return self.warn(said);
                }
            }
        }
        let effects = doc.hand.take(Tool::Courtyard, &mut doc.session, now);
        doc.hand.keep(&doc.session);
        doc.follow(&effects);
        self.heed(effects, time);
    }
}

/// Follows what a gesture made: a new building's households are asked for.
pub fn after(doc: &mut Doc, effects: &[Effect]) {
    let made = effects.iter().any(|e| match e {
        Effect::Committed { step, .. } => step.edit.ops().any(|op| matches!(op, Op::Add { kind: Kind::Buildings, .. })),
        _ => false,
    });
    let one = matches!(doc.session.selection(), Selection::Buildings(slots) if slots.len() == 1);
    // A row of a list that is placed brings its own, and copies have those of the first.
    doc.ask_households |= made && one && doc.hand.tool().builds() && doc.hand.tool() != Tool::Copies;
}

/// What Delete removes of places: the selected buildings, or the selected courtyard.
pub fn removal(s: &Session) -> Option<Op> {
    let p = s.project();
    match s.selection() {
        Selection::Buildings(slots) if !slots.is_empty() => Some(removal_of(p, slots)),
        Selection::Courtyard(slot) => {
            let courtyard = p.table(Kind::Courtyards).get(*slot).map(|r| r.code().to_owned());
            Some(Op::Remove { member: None, post: None, buildings: vec![], courtyard })
        }
        _ => None,
    }
}
