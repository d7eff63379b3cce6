//! Buildings by hand on the map: what is painted of them, the ways to make them, what follows when one is made.

use super::doc::Doc;
use super::map::{REACH_PT, on_screen};
use super::place_menu::tool;
use crate::model::Kind;
use crate::plan::Op;
use crate::scene::Camera;
use crate::session::buildings::removal as removal_of;
use crate::session::tools::{MOST_COPIES, Tool};
use crate::session::{Effect, Selection, Session};
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::Lang;
use crate::ui::theme::{BODY, SMALL, Tokens};
use crate::ui::verbs::{Tool as Button, Verb};
use crate::ui::widgets::{field, float_frame, segmented};
use egui::{Area, Margin, Order, Painter, Pos2, Rect, RichText, Shape, Stroke, Ui, pos2, vec2};

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
                    let t = Tokens::of(ui);
                    let name = lang.pick("份数", "Copies to make");
                    ui.label(RichText::new(name).font(regular(BODY)).color(t.t2));
                    let n = doc.hand.copies();
                    if let Some(Ok(n)) = field(ui, ("copies", n), name, &n.to_string(), 44.0).map(|s| s.parse::<u32>())
                    {
                        doc.hand.set_copies(n.min(MOST_COPIES));
                    }
                }
            });
        });
    });
    shown.response.rect.left_bottom() + vec2(0.0, 7.0)
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
