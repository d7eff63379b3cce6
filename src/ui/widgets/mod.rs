//! Small parts of the window. Each takes what it shows, paints itself in the theme of its `Ui`, carries an accessible name,
//! and returns the `Response` or the answer; none keeps a state of the project.
#![allow(missing_docs, reason = "what a name says in full is not said again; the rest is documented")]

mod bars;
mod buttons;
mod fields;
mod floats;
pub mod nav;
mod rows;

pub use bars::{DeviationBar, delta_chip, deviation_bar, deviation_words, progress, scale_bar, scale_bar_length_m};
pub use buttons::{
    Toggle, action_button, checkbox, icon_button, link, menu_item, primary_button, segmented, slider, tall_button,
    tool_button, zoom_buttons,
};
pub use fields::{ask_field, choice, choice_by, field, field_hinted, field_left, labelled, search_box};
pub use floats::{
    Delta, DeltaSide, HeatLegend, Toast, ToastKind, When, delta_float, float_frame, heat_legend, hint_plate,
    nothing_yet, toasts,
};
pub use rows::{Fact, code_chip, facts, list_row, person_row, section};

use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Color32, FontId, Galley, Painter, Pos2, Rect, RichText, Ui, vec2};

use super::fonts::{regular, semi};
use super::theme::{BODY, SMALL, Tokens};

/// Paints one line of text with `anchor` of its box at `pos`; returns the box.
pub fn put(painter: &Painter, pos: Pos2, anchor: Align2, text: &str, font: FontId, color: Color32) -> Rect {
    let galley = painter.layout_no_wrap(text.to_owned(), font, color);
    put_galley(painter, pos, anchor, galley, color)
}

/// The same, cut with … where it is wider than `width`.
pub fn put_within(
    painter: &Painter,
    pos: Pos2,
    anchor: Align2,
    width: f32,
    text: &str,
    font: FontId,
    color: Color32,
) -> Rect {
    let galley = cut(painter, text, font, color, width);
    put_galley(painter, pos, anchor, galley, color)
}

fn put_galley(painter: &Painter, pos: Pos2, anchor: Align2, galley: Arc<Galley>, color: Color32) -> Rect {
    let rect = anchor.anchor_size(pos, galley.size());
    painter.galley(rect.min, galley, color);
    rect
}

/// One line cut with … at `width`.
pub fn cut(painter: &Painter, text: &str, font: FontId, color: Color32, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = TextWrapping::truncate_at_width(width.max(8.0));
    painter.layout_job(job)
}

/// Text wrapped at `width`, with … at the end where it has more than `rows` lines.
pub fn lines(painter: &Painter, text: &str, font: FontId, color: Color32, width: f32, rows: usize) -> Arc<Galley> {
    let mut job = LayoutJob::simple(text.to_owned(), font, color, width.max(8.0));
    job.wrap.max_rows = rows;
    painter.layout_job(job)
}

/// A label of the weakest tone: units, hints, dates.
pub fn hint(ui: &mut Ui, text: &str) {
    let color = Tokens::of(ui).t3;
    ui.label(RichText::new(text).font(regular(SMALL)).color(color));
}

/// A label of 13 points.
pub fn body(ui: &mut Ui, text: &str) {
    let color = Tokens::of(ui).t1;
    ui.label(RichText::new(text).font(regular(BODY)).color(color));
}

/// A label of 13 points, weight 600.
pub fn strong(ui: &mut Ui, text: &str) {
    let color = Tokens::of(ui).t1;
    ui.label(RichText::new(text).font(semi(BODY)).color(color));
}

/// A hairline across the whole panel, with the design's space above and below.
pub fn rule(ui: &mut Ui, space: f32) {
    ui.add_space(space);
    let t = Tokens::of(ui);
    let y = ui.cursor().top();
    ui.painter().hline(ui.clip_rect().x_range(), y, egui::Stroke::new(1.0, t.line));
    ui.add_space(space);
}

/// Draws a hatch of 45° lines `step` apart inside `rect`.
pub fn hatch(painter: &Painter, rect: Rect, step: f32, stroke: egui::Stroke) {
    let painter = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let mut x = rect.left() - rect.height();
    while x < rect.right() {
        painter.line_segment([Pos2::new(x, rect.bottom()), Pos2::new(x + rect.height(), rect.top())], stroke);
        x += step;
    }
}

/// The mark of the program: a square of plum with four cells, `side` points.
pub fn logo(painter: &Painter, min: Pos2, side: f32) {
    let plum = super::theme::LIGHT.plum;
    let rect = Rect::from_min_size(min, vec2(side, side));
    painter.rect_filled(rect, side / 5.0, plum);
    let s = side / 18.0;
    let block = |x: f32, y: f32, w: f32, h: f32| {
        let r = Rect::from_min_size(min + vec2(x * s, y * s), vec2(w * s, h * s));
        painter.rect_filled(r, 0.6 * s, Color32::WHITE);
    };
    block(4.0, 4.0, 4.6, 6.6);
    block(10.0, 4.0, 4.0, 3.6);
    block(4.0, 12.0, 4.6, 2.0);
    block(10.0, 9.0, 4.0, 5.0);
}
