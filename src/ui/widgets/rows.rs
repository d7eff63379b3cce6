//! Rows of lists and of the inspector.

use egui::{Align2, CursorIcon, Pos2, Rect, Response, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::{cut, put, put_within};
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::theme::{BODY, CHIP, SMALL, Tokens, size};

/// Paints a cell's code in its colour, left middle at `at`; returns the chip. `tone` is 0–7 = A1–A4, B1–B4.
pub fn code_chip(ui: &Ui, at: Pos2, code: &str, tone: u8, large: bool) -> Rect {
    let t = Tokens::of(ui);
    let chip = t.chip(tone);
    let font = semi(if large { BODY } else { SMALL });
    let galley = cut(ui.painter(), code, font, chip.text, 96.0);
    let (least, height) = if large { (28.0, 22.0) } else { (23.0, 17.0) };
    let width = (galley.size().x + 8.0).max(least);
    let rect = Rect::from_min_size(pos2(at.x, at.y - height / 2.0), vec2(width, height));
    ui.painter().rect(rect, CHIP, chip.fill, Stroke::new(1.0, chip.edge), StrokeKind::Inside);
    let corner = rect.center() - galley.size() / 2.0;
    ui.painter().galley(corner, galley, chip.text);
    rect
}

/// The ground of a list row: hover fill, selected fill with the accent bar, hairline below. Returns rectangle and response;
/// the caller paints the content and gives the accessible name.
pub fn list_row(
    ui: &mut Ui,
    height: f32,
    selected: bool,
    lit: bool,
    ground: Option<egui::Color32>,
) -> (Rect, Response) {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let fill = if selected {
        Some(t.accent_soft)
    } else if response.hovered() || lit {
        Some(if ground.is_some() { t.warn_soft.lerp_to_gamma(t.warn, 0.08) } else { t.app })
    } else {
        ground
    };
    if let Some(fill) = fill {
        ui.painter().rect_filled(rect, 0.0, fill);
    }
    if selected {
        ui.painter().rect_filled(rect.with_max_x(rect.left() + 3.0), 0.0, t.accent);
    }
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, t.line));
    if response.has_focus() {
        ui.painter().rect_stroke(rect.shrink(1.0), 0.0, Stroke::new(2.0, t.accent), StrokeKind::Inside);
    }
    (rect, response)
}

/// A name with its value under it, in a grid of columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact<'a> {
    pub name: &'a str,
    pub value: String,
}

/// Facts in columns of equal width, name over value. `strong` sets the values in weight 600.
pub fn facts(ui: &mut Ui, columns: usize, facts: &[Fact<'_>], strong: bool) {
    let t = Tokens::of(ui);
    let columns = columns.max(1);
    let width = ui.available_width();
    for row in facts.chunks(columns) {
        let (rect, _) = ui.allocate_exact_size(vec2(width, 38.0), Sense::hover());
        for (i, fact) in row.iter().enumerate() {
            let x = rect.left() + width / columns as f32 * i as f32;
            let room = width / columns as f32 - 6.0;
            let at = pos2(x, rect.top());
            put_within(ui.painter(), at, Align2::LEFT_TOP, room, fact.name, regular(SMALL), t.t3);
            let font = if strong { semi(BODY) } else { regular(BODY) };
            put_within(ui.painter(), at + vec2(0.0, 16.0), Align2::LEFT_TOP, room, &fact.value, font, t.t1);
        }
    }
}

/// A heading at the left and a remark at the right, 24 points high. Returns the response of the row.
pub fn section(ui: &mut Ui, heading: &str, remark: &str) -> Response {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    let y = rect.center().y;
    let left = put(ui.painter(), pos2(rect.left(), y), Align2::LEFT_CENTER, heading, semi(SMALL + 0.5), t.t2);
    let room = rect.right() - left.right() - 12.0;
    put_within(ui.painter(), pos2(rect.right(), y), Align2::RIGHT_CENTER, room, remark, regular(SMALL), t.t3);
    response
}

/// A post and who holds it. `name` None = vacant. Hovering shows × at the right; returns (row clicked, × clicked).
pub fn person_row(
    ui: &mut Ui,
    post: &str,
    name: Option<&str>,
    right: &str,
    vacant: &str,
    remove: Option<&str>,
) -> (bool, bool) {
    let t = Tokens::of(ui);
    let (rect, row) = ui.allocate_exact_size(vec2(ui.available_width(), size::PERSON_ROW), Sense::click());
    let y = rect.center().y;
    let mut removed = false;
    let cross = Rect::from_center_size(pos2(rect.right() - 8.0, y), vec2(18.0, 18.0));
    // The cross has a column of its own: it must not come up under a pointer that goes for the number.
    let end = if remove.is_some() { cross.left() - 2.0 } else { rect.right() };
    if let Some(label) = remove {
        let response = ui.interact(cross, row.id.with("remove"), Sense::click());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, label));
        if row.hovered() || response.hovered() || response.has_focus() {
            let color = if response.hovered() { t.err } else { t.t3 };
            Icon::Close.paint(ui.painter(), Rect::from_center_size(cross.center(), vec2(11.0, 11.0)), color);
        }
        removed = response.clicked();
        response.on_hover_text(label);
    }
    let p = ui.painter();
    put_within(p, pos2(rect.left(), y), Align2::LEFT_CENTER, 78.0, post, regular(BODY), t.t2);
    let x = rect.left() + 84.0;
    let text =
        put(p, pos2(end, y), Align2::RIGHT_CENTER, right, regular(BODY), if name.is_some() { t.t2 } else { t.accent });
    match name {
        Some(name) => {
            put_within(p, pos2(x, y), Align2::LEFT_CENTER, text.left() - x - 8.0, name, regular(BODY), t.t1);
        }
        None => {
            Icon::Warning.paint(p, Rect::from_center_size(pos2(x + 7.0, y), vec2(13.0, 13.0)), t.warn);
            put(p, pos2(x + 18.0, y), Align2::LEFT_CENTER, vacant, regular(BODY), t.warn);
        }
    }
    p.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, t.line));
    let said = format!("{post} {}", name.unwrap_or(vacant));
    row.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListItem, true, &said));
    let clicked = row.clicked();
    row.on_hover_cursor(CursorIcon::PointingHand);
    (clicked && !removed, removed)
}
