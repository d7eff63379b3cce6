//! Fields to type into. What is half typed lives in egui's memory under the field's id and is given out once, when Enter
//! is pressed or the field is left; Esc forgets it.

use egui::{
    Align, Align2, Id, Key, Layout, Margin, Rect, Response, RichText, Sense, TextEdit, Ui, UiBuilder, pos2, vec2,
};

use super::{buttons::key_cap, put};
use crate::ui::fonts::regular;
use crate::ui::icons::Icon;
use crate::ui::theme::{BODY, SMALL, Tokens, size};

/// A field with an accessible name that shows `value` and returns what the user made of it. `key` must differ from thing to
/// thing, so that half a name is never given to another cell.
pub fn field(
    ui: &mut Ui,
    key: impl std::hash::Hash + std::fmt::Debug,
    label: &str,
    value: &str,
    width: f32,
) -> Option<String> {
    field_left(ui, key, label, value, width, Margin::symmetric(8, 6)).0
}

/// The same with words that stand in it while it is empty.
pub fn field_hinted(
    ui: &mut Ui,
    key: impl std::hash::Hash + std::fmt::Debug,
    label: &str,
    value: &str,
    hint: &str,
    width: f32,
) -> Option<String> {
    shown_field(ui, key, label, (value, hint), width, Margin::symmetric(8, 6)).0
}

/// The same with a margin of its own; also says whether it was left in this frame, and whether it has the keys.
pub fn field_left(
    ui: &mut Ui,
    key: impl std::hash::Hash + std::fmt::Debug,
    label: &str,
    value: &str,
    width: f32,
    margin: Margin,
) -> (Option<String>, bool, bool) {
    shown_field(ui, key, label, (value, ""), width, margin)
}

fn shown_field(
    ui: &mut Ui,
    key: impl std::hash::Hash + std::fmt::Debug,
    label: &str,
    (value, hint): (&str, &str),
    width: f32,
    margin: Margin,
) -> (Option<String>, bool, bool) {
    let id = Id::unique(("field", key, label));
    let mut draft = ui.data(|d| d.get_temp::<String>(id)).unwrap_or_else(|| value.to_owned());
    let mut edit = TextEdit::singleline(&mut draft).id(id.with("edit")).desired_width(width).margin(margin);
    if !hint.is_empty() {
        edit = edit.hint_text(RichText::new(hint).color(Tokens::of(ui).t3));
    }
    let response = ui.add(edit).accessible_name(label);
    if response.lost_focus() {
        ui.data_mut(|d| d.remove::<String>(id));
        let dropped = ui.input(|i| i.key_pressed(Key::Escape));
        let new = draft.trim();
        return ((!dropped && new != value).then(|| new.to_owned()), !dropped, false);
    }
    if response.changed() {
        ui.data_mut(|d| d.insert_temp(id, draft));
    }
    (None, false, response.has_focus())
}

/// Gives the keys to a field, with all that stands in it chosen, so that typing takes its place.
pub fn ask_field(ctx: &egui::Context, key: impl std::hash::Hash + std::fmt::Debug, label: &str, value: &str) {
    let id = Id::unique(("field", key, label)).with("edit");
    let mut state = TextEdit::load_state(ctx, id).unwrap_or_default();
    let all =
        egui::text::CCursorRange::two(egui::text::CCursor::new(0), egui::text::CCursor::new(value.chars().count()));
    state.cursor.set_char_range(Some(all));
    TextEdit::store_state(ctx, id, state);
    ctx.memory_mut(|m| m.request_focus(id));
}

/// A row of a form: label of fixed width, then what `content` adds.
pub fn labelled<R>(ui: &mut Ui, label: &str, content: impl FnOnce(&mut Ui) -> R) -> R {
    let t = Tokens::of(ui);
    ui.horizontal(|ui| {
        ui.set_min_height(size::CONTROL);
        let (rect, _) = ui.allocate_exact_size(vec2(76.0, size::CONTROL), Sense::hover());
        put(ui.painter(), pos2(rect.left(), rect.center().y), Align2::LEFT_CENTER, label, regular(BODY), t.t2);
        content(ui)
    })
    .inner
}

/// Entries of a drop-down from which on only those in sight are laid out.
const LONG: usize = 60;

/// A drop-down of `n` entries; returns the index chosen in this frame. Only what is seen is put into words.
pub fn choice_by(
    ui: &mut Ui,
    key: impl std::hash::Hash + std::fmt::Debug,
    label: &str,
    (n, option): (usize, &dyn Fn(usize) -> String),
    on: usize,
    width: f32,
) -> Option<usize> {
    let mut chosen = None;
    let shown = if on < n { option(on) } else { String::new() };
    let out = egui::ComboBox::from_id_salt(Id::unique(("choice", key)))
        .width(width)
        .selected_text(shown)
        .truncate()
        .show_ui(ui, |ui| {
            let row = ui.spacing().interact_size.y + ui.spacing().item_spacing.y;
            let (top, seen) = (ui.cursor().top(), ui.clip_rect());
            let at = |y: f32| ((y - top) / row).max(0.0) as usize;
            let some = if n > LONG { at(seen.top()).min(n)..(at(seen.bottom()) + 2).min(n) } else { 0..n };
            ui.add_space(some.start as f32 * row);
            for i in some.clone() {
                if ui.selectable_label(i == on, option(i)).clicked() {
                    chosen = Some(i);
                }
            }
            ui.add_space((n - some.end) as f32 * row);
        });
    out.response.accessible_name(label);
    chosen.filter(|&i| i != on)
}

/// The same of texts that are there.
pub fn choice(
    ui: &mut Ui,
    key: impl std::hash::Hash + std::fmt::Debug,
    label: &str,
    options: &[String],
    on: usize,
    width: f32,
) -> Option<usize> {
    choice_by(ui, key, label, (options.len(), &|i| options.get(i).cloned().unwrap_or_default()), on, width)
}

/// The search box: magnifier, field, key. Returns its response and the text when it changed. The text is the caller's.
pub fn search_box(
    ui: &mut Ui,
    id: Id,
    label: &str,
    hint: &str,
    key: &str,
    text: &str,
    width: f32,
) -> (Response, Option<String>) {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(width, size::TOOL), Sense::hover());
    let focused = ui.memory(|m| m.has_focus(id));
    let edge = if focused { egui::Stroke::new(2.0, t.accent) } else { egui::Stroke::new(1.0, t.line2) };
    ui.painter().rect(rect, 5.0, t.raise, edge, egui::StrokeKind::Inside);
    let glass = Rect::from_center_size(pos2(rect.left() + 17.0, rect.center().y), vec2(14.0, 14.0));
    Icon::Search.paint(ui.painter(), glass, t.t2);
    let cap = ui.painter().layout_no_wrap(key.to_owned(), regular(SMALL), t.t3);
    let cap_w = cap.size().x + 16.0;
    let inner =
        Rect::from_min_max(pos2(rect.left() + 32.0, rect.top()), pos2(rect.right() - cap_w - 6.0, rect.bottom()));
    let mut typed = text.to_owned();
    // In a narrow window the hint would be cut: then the name says enough.
    let wide = ui.painter().layout_no_wrap(hint.to_owned(), regular(BODY), t.t3).size().x;
    let hint = if wide < inner.width() - 2.0 { hint } else { label };
    let mut child = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)));
    let edit = TextEdit::singleline(&mut typed)
        .id(id)
        .frame(egui::Frame::NONE)
        .margin(Margin::ZERO)
        .align(Align2::LEFT_CENTER)
        .desired_width(inner.width())
        .hint_text(RichText::new(hint).color(t.t3));
    let response = child.add(edit).accessible_name(label);
    if !focused && text.is_empty() && !key.is_empty() {
        key_cap(ui, pos2(rect.right() - cap_w, rect.center().y), cap);
    }
    let changed = response.changed().then_some(typed);
    (response.with_new_rect(rect), changed)
}
