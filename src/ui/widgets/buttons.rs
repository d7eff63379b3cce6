//! Things to click.

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, Key, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    pos2, vec2,
};

use super::put;
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::Lang;
use crate::ui::theme::{BODY, CHIP, CONTROL, FLOAT, SMALL, Tokens, size};
use crate::ui::verbs::Verb;

/// How a tool-bar button stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Toggle {
    /// A plain button.
    Off,
    /// The tool in hand: accent with a ring.
    Tool,
    /// A switch that is on: accent without a ring.
    Switch,
}

/// The keyboard's ring, 2 points of accent.
fn focus_ring(ui: &Ui, response: &Response, radius: CornerRadius) {
    if response.has_focus() {
        let t = Tokens::of(ui);
        ui.painter().rect_stroke(response.rect, radius, Stroke::new(2.0, t.accent), StrokeKind::Outside);
    }
}

fn ground(ui: &Ui, response: &Response) -> Color32 {
    let t = Tokens::of(ui);
    if response.is_pointer_button_down_on() {
        if t.dark { t.line2 } else { t.line }
    } else if response.hovered() {
        t.app
    } else {
        Color32::TRANSPARENT
    }
}

/// A 30-point button with an icon. `label` is its accessible name, `tip` what hovering shows (name and key, or the reason
/// why it is off).
pub fn tool_button(ui: &mut Ui, icon: Icon, label: &str, tip: &str, toggle: Toggle, enabled: bool) -> Response {
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(size::TOOL, size::TOOL), sense);
    let t = Tokens::of(ui);
    let on = toggle != Toggle::Off;
    let fill = if on { t.accent_soft } else { ground(ui, &response) };
    ui.painter().rect_filled(rect, CONTROL, fill);
    if toggle == Toggle::Tool {
        ui.painter().rect_stroke(rect, CONTROL, Stroke::new(1.0, t.accent), StrokeKind::Inside);
    }
    let color = if on { t.accent } else { t.t2 };
    let color = if enabled { color } else { color.gamma_multiply(0.4) };
    icon.paint(ui.painter(), Rect::from_center_size(rect.center(), vec2(16.0, 16.0)), color);
    focus_ring(ui, &response, CONTROL);
    response.widget_info(|| match toggle {
        Toggle::Off => WidgetInfo::labeled(Role::Button, enabled, label),
        _ => WidgetInfo::selected(Role::Button, enabled, true, label),
    });
    response.on_hover_text(tip)
}

/// A small button that is only an icon, `side` points, in tone `color`.
pub fn icon_button(ui: &mut Ui, icon: Icon, label: &str, side: f32, color: Color32) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::click());
    ui.painter().rect_filled(rect, CONTROL, ground(ui, &response));
    icon.paint(ui.painter(), Rect::from_center_size(rect.center(), vec2(13.0, 13.0)), color);
    focus_ring(ui, &response, CONTROL);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, label));
    response.on_hover_text(label)
}

/// A button with an edge: icon, text, key. `width` None = as wide as it needs.
pub fn action_button(
    ui: &mut Ui,
    icon: Option<Icon>,
    text: &str,
    key: Option<&str>,
    width: Option<f32>,
    enabled: bool,
) -> Response {
    edged(ui, icon, text, key, width, size::CONTROL, enabled)
}

fn edged(
    ui: &mut Ui,
    icon: Option<Icon>,
    text: &str,
    key: Option<&str>,
    width: Option<f32>,
    height: f32,
    enabled: bool,
) -> Response {
    let t = Tokens::of(ui);
    let dim = |c: Color32| if enabled { c } else { c.gamma_multiply(0.4) };
    let galley = ui.painter().layout_no_wrap(text.to_owned(), regular(BODY), dim(t.t1));
    let cap = key.map(|k| ui.painter().layout_no_wrap(k.to_owned(), regular(SMALL), dim(t.t3)));
    let icon_w = if icon.is_some() { 14.0 + 6.0 } else { 0.0 };
    let cap_w = cap.as_ref().map_or(0.0, |c| c.size().x + 8.0 + 8.0);
    let inner = icon_w + galley.size().x + cap_w;
    let (rect, response) = ui.allocate_exact_size(
        vec2(width.unwrap_or(inner + 22.0), height),
        if enabled { Sense::click() } else { Sense::hover() },
    );
    let fill = match ground(ui, &response) {
        Color32::TRANSPARENT => t.raise,
        other => other,
    };
    ui.painter().rect(rect, CONTROL, fill, Stroke::new(1.0, t.line2), StrokeKind::Inside);
    let mut x = rect.center().x - inner / 2.0;
    if let Some(icon) = icon {
        let at = Rect::from_center_size(pos2(x + 7.0, rect.center().y), vec2(14.0, 14.0));
        icon.paint(ui.painter(), at, dim(t.t1));
        x += icon_w;
    }
    let y = rect.center().y - galley.size().y / 2.0;
    let text_w = galley.size().x;
    ui.painter().galley(pos2(x, y), galley, t.t1);
    if let Some(cap) = cap {
        key_cap(ui, pos2(x + text_w + 8.0, rect.center().y), cap);
    }
    focus_ring(ui, &response, CONTROL);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, text));
    response
}

/// A key in its small frame, its left middle at `pos`.
pub(super) fn key_cap(ui: &Ui, pos: egui::Pos2, galley: std::sync::Arc<egui::Galley>) {
    let t = Tokens::of(ui);
    let rect = Rect::from_min_size(pos2(pos.x, pos.y - 8.0), vec2(galley.size().x + 8.0, 16.0));
    ui.painter().rect(rect, CornerRadius::same(3), t.app, Stroke::new(1.0, t.line2), StrokeKind::Inside);
    ui.painter().galley(pos2(rect.left() + 4.0, pos.y - galley.size().y / 2.0), galley, t.t3);
}

/// The same as high as the start page wants it: 36 points.
pub fn tall_button(ui: &mut Ui, icon: Icon, text: &str, key: &str, width: f32) -> Response {
    edged(ui, Some(icon), text, Some(key).filter(|k| !k.is_empty()), Some(width), 36.0, true)
}

/// The one button of a dialog or of the start page, on accent, `height` points.
pub fn primary_button(ui: &mut Ui, icon: Option<Icon>, text: &str, width: f32, height: f32, enabled: bool) -> Response {
    let t = Tokens::of(ui);
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), sense);
    let fill = if !enabled {
        t.accent.gamma_multiply(0.4)
    } else if response.is_pointer_button_down_on() {
        t.accent.lerp_to_gamma(t.t1, 0.25)
    } else if response.hovered() {
        t.accent.lerp_to_gamma(t.t1, 0.12)
    } else {
        t.accent
    };
    ui.painter().rect_filled(rect, CONTROL, fill);
    let galley =
        ui.painter().layout_no_wrap(text.to_owned(), semi(if height > 34.0 { 14.0 } else { BODY }), t.on_accent);
    let icon_w = if icon.is_some() { 20.0 } else { 0.0 };
    let mut x = rect.center().x - (galley.size().x + icon_w) / 2.0;
    if let Some(icon) = icon {
        icon.paint(ui.painter(), Rect::from_center_size(pos2(x + 7.0, rect.center().y), vec2(14.0, 14.0)), t.on_accent);
        x += icon_w;
    }
    ui.painter().galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, t.on_accent);
    focus_ring(ui, &response, CONTROL);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, text));
    response
}

/// Text in accent that can be clicked, 24 points high.
pub fn link(ui: &mut Ui, text: &str) -> Response {
    let t = Tokens::of(ui);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), regular(BODY), t.accent);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x, 22.0), Sense::click());
    if response.hovered() {
        let y = rect.center().y + galley.size().y / 2.0;
        ui.painter().hline(rect.x_range(), y, Stroke::new(1.0, t.accent));
    }
    ui.painter().galley(pos2(rect.left(), rect.center().y - galley.size().y / 2.0), galley, t.accent);
    focus_ring(ui, &response, CONTROL);
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, text));
    response.on_hover_cursor(CursorIcon::PointingHand)
}

/// A line of a menu: icon, name, key at the right; closes the menu by egui's own rule.
pub fn menu_item(ui: &mut Ui, icon: Option<Icon>, text: &str, key: &str, checked: bool, enabled: bool) -> Response {
    let t = Tokens::of(ui);
    let width = ui.available_width().max(220.0);
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, 26.0), sense);
    let dim = |c: Color32| if enabled { c } else { c.gamma_multiply(0.4) };
    if enabled && (response.hovered() || response.has_focus()) {
        ui.painter().rect_filled(rect, CONTROL, t.accent_soft);
    }
    let mark = if checked { Some(Icon::Check) } else { icon };
    if let Some(mark) = mark {
        let at = Rect::from_center_size(pos2(rect.left() + 15.0, rect.center().y), vec2(14.0, 14.0));
        mark.paint(ui.painter(), at, dim(if checked { t.accent } else { t.t2 }));
    }
    put(ui.painter(), pos2(rect.left() + 30.0, rect.center().y), Align2::LEFT_CENTER, text, regular(BODY), dim(t.t1));
    put(ui.painter(), pos2(rect.right() - 8.0, rect.center().y), Align2::RIGHT_CENTER, key, regular(SMALL), dim(t.t3));
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, enabled, checked, text));
    response
}

/// A check box with its text; true when it was switched in this frame.
pub fn checkbox(ui: &mut Ui, on: bool, text: &str, enabled: bool) -> bool {
    let t = Tokens::of(ui);
    let dim = |c: Color32| if enabled { c } else { c.gamma_multiply(0.4) };
    let galley = ui.painter().layout_no_wrap(text.to_owned(), regular(BODY), dim(t.t1));
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 22.0, 24.0), sense);
    let side = Rect::from_center_size(pos2(rect.left() + 7.0, rect.center().y), vec2(14.0, 14.0));
    if on {
        ui.painter().rect_filled(side, CHIP, dim(t.accent));
        Icon::Check.paint(ui.painter(), side.shrink(1.0), t.on_accent);
    } else {
        let edge = if response.hovered() { t.t3 } else { t.line2 };
        ui.painter().rect(side, CHIP, t.raise, Stroke::new(1.0, dim(edge)), StrokeKind::Inside);
    }
    ui.painter().galley(pos2(rect.left() + 21.0, rect.center().y - galley.size().y / 2.0), galley, t.t1);
    focus_ring(ui, &response, CONTROL);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, enabled, on, text));
    response.clicked()
}

/// A slider with its value written at the right by `write`; returns the value when it changed. Where the range spans more
/// than ten times its lower end, equal ways are equal ratios. Arrow keys move it by a fiftieth.
pub fn slider(
    ui: &mut Ui,
    label: &str,
    value: f64,
    range: std::ops::RangeInclusive<f64>,
    write: impl Fn(f64) -> String,
) -> Option<f64> {
    let t = Tokens::of(ui);
    let (low, high) = (*range.start(), *range.end());
    let ratio = low > 0.0 && high / low > 10.0;
    let share_of = |v: f64| if ratio { (v / low).ln() / (high / low).ln() } else { (v - low) / (high - low) };
    let value_at = |s: f64| if ratio { low * (high / low).powf(s) } else { low + (high - low) * s };
    let width = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(vec2(width, 24.0), Sense::click_and_drag());
    let rail = Rect::from_center_size(pos2(rect.center().x - 27.0, rect.center().y), vec2(width - 66.0, 4.0));
    let mut share = share_of(value.clamp(low, high)).clamp(0.0, 1.0);
    let before = share;
    if let Some(at) = response.interact_pointer_pos() {
        share = f64::from(egui::remap_clamp(at.x, rail.x_range(), 0.0..=1.0));
    }
    if response.has_focus() {
        let step = ui.input(|i| i.num_presses(Key::ArrowRight) as f64 - i.num_presses(Key::ArrowLeft) as f64);
        share = (share + step / 50.0).clamp(0.0, 1.0);
    }
    let x = rail.left() + rail.width() * share as f32;
    ui.painter().rect_filled(rail, 2.0, t.rail);
    ui.painter().rect_filled(rail.with_max_x(x), 2.0, t.accent);
    let held = response.dragged() || response.hovered();
    let knob = if t.dark { t.t1 } else { t.accent };
    ui.painter().circle(pos2(x, rail.center().y), 6.0, knob, Stroke::new(if held { 2.0 } else { 1.0 }, t.raise));
    let shown = value_at(share);
    put(ui.painter(), rect.right_center(), Align2::RIGHT_CENTER, &write(shown), regular(BODY), t.t1);
    focus_ring(ui, &response, CONTROL);
    response.widget_info(|| WidgetInfo::slider(true, shown, label));
    (share != before).then_some(shown)
}

/// Segments in one frame, one of which is on. Returns the segment clicked. `icons[i]` stands before text `i`.
pub fn segmented(ui: &mut Ui, segments: &[(Option<Icon>, &str)], on: Option<usize>, label: &str) -> Option<usize> {
    let t = Tokens::of(ui);
    let width_of = |ui: &Ui, icon: &Option<Icon>, text: &str, strong: bool| {
        let font = if strong { semi(BODY) } else { regular(BODY) };
        let text_w = ui.painter().layout_no_wrap(text.to_owned(), font, t.t1).size().x;
        let icon_w = match (icon.is_some(), text.is_empty()) {
            (true, false) => 20.0,
            (true, true) => 14.0,
            _ => 0.0,
        };
        text_w + icon_w + if text.is_empty() { 16.0 } else { 26.0 }
    };
    let widths: Vec<f32> =
        segments.iter().enumerate().map(|(i, (icon, text))| width_of(ui, icon, text, on == Some(i)).round()).collect();
    let mut clicked = None;
    let (frame, _) = ui.allocate_exact_size(vec2(widths.iter().sum(), size::CONTROL), Sense::hover());
    ui.painter().rect_filled(frame, CONTROL, t.raise);
    let mut x = frame.left();
    for (i, (icon, text)) in segments.iter().enumerate() {
        let rect = Rect::from_min_size(pos2(x, frame.top()), vec2(widths[i], frame.height()));
        let response = ui.interact(rect, ui.scope_id().with((label, i)), Sense::click());
        let round = |first: bool, last: bool| CornerRadius {
            nw: if first { 5 } else { 0 },
            sw: if first { 5 } else { 0 },
            ne: if last { 5 } else { 0 },
            se: if last { 5 } else { 0 },
        };
        let is_on = on == Some(i);
        let fill = if is_on { t.accent_soft } else { ground(ui, &response) };
        ui.painter().rect_filled(rect, round(i == 0, i + 1 == segments.len()), fill);
        let color = if is_on { t.accent } else { t.t2 };
        let mut tx = rect.left() + if text.is_empty() { 8.0 } else { 13.0 };
        if let Some(icon) = icon {
            let at = Rect::from_center_size(pos2(tx + 7.0, rect.center().y), vec2(13.0, 13.0));
            icon.paint(ui.painter(), at, color);
            tx += 20.0;
        }
        let font = if is_on { semi(BODY) } else { regular(BODY) };
        put(ui.painter(), pos2(tx, rect.center().y), Align2::LEFT_CENTER, text, font, color);
        if i > 0 {
            ui.painter().vline(rect.left(), rect.y_range(), Stroke::new(1.0, t.line2));
        }
        focus_ring(ui, &response, CONTROL);
        let name = if text.is_empty() { label } else { text };
        response.widget_info(|| WidgetInfo::selected(Role::Tab, true, is_on, name));
        if response.clicked() {
            clicked = Some(i);
        }
        if text.is_empty() {
            response.on_hover_text(label);
        }
        x += widths[i];
    }
    ui.painter().rect_stroke(frame, CONTROL, Stroke::new(1.0, t.line2), StrokeKind::Inside);
    clicked
}

/// The column of buttons at the map's lower right corner, its bottom right at `corner`.
pub fn zoom_buttons(ui: &mut Ui, lang: Lang, corner: egui::Pos2) -> Option<Verb> {
    let t = Tokens::of(ui);
    let verbs = [Verb::ZoomIn, Verb::ZoomOut, Verb::Home, Verb::Layers];
    let side = 32.0;
    let rect = Rect::from_min_max(corner - vec2(side, side * verbs.len() as f32), corner);
    let shadow = ui.visuals().window_shadow;
    ui.painter().add(shadow.as_shape(rect, FLOAT));
    ui.painter().rect(rect, FLOAT, t.panel, Stroke::new(1.0, t.line2), StrokeKind::Inside);
    let mut said = None;
    for (i, verb) in verbs.into_iter().enumerate() {
        let at = Rect::from_min_size(rect.min + vec2(0.0, side * i as f32), vec2(side, side));
        let response = ui.interact(at, ui.scope_id().with(("zoom", i)), Sense::click());
        if response.hovered() {
            ui.painter().rect_filled(at.shrink(2.0), CONTROL, t.app);
        }
        if let Some(icon) = verb.icon() {
            icon.paint(ui.painter(), Rect::from_center_size(at.center(), vec2(16.0, 16.0)), t.t2);
        }
        focus_ring(ui, &response, CONTROL);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, verb.name(lang)));
        if response.clicked() {
            said = Some(verb);
        }
        response.on_hover_text(verb.tip(lang));
    }
    said
}
