//! The command palette: every command by its name, what cannot be done now greyed with its reason.

use egui::{
    Align, Align2, Id, Key, Modal, Modifiers, Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::Lang;
use crate::ui::theme::{BODY, SMALL, Tokens};
use crate::ui::widgets::{float_frame, put, put_within, search_box};

/// Height of a row.
const ROW: f32 = 34.0;
/// Rows that are seen at once.
const ROWS: f32 = 12.0;

/// A command as its row shows it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PaletteRow {
    pub name: String,
    /// Where it belongs: its menu, the kind of thing.
    pub of: String,
    pub key: String,
    pub icon: Option<Icon>,
    /// Why it cannot be done now.
    pub off: Option<String>,
}

/// The palette's view.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PaletteView {
    pub words: String,
    pub rows: Vec<PaletteRow>,
    /// The row that Enter runs.
    pub on: usize,
    /// Whether `on` was moved by a key and is to be seen.
    pub reveal: bool,
    /// What may be typed.
    pub hint: String,
    /// What is said where there is no row.
    pub nothing: String,
}

/// What the palette asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum PaletteAction {
    /// Other words stand in the field.
    Words(String),
    /// Another row is the one that Enter runs.
    On(usize),
    /// The row is to be run.
    Run(usize),
    Close,
}

/// Shows the palette over the window.
pub fn palette(ui: &Ui, lang: Lang, view: &PaletteView, out: &mut Vec<PaletteAction>) {
    let ctx = ui.ctx().clone();
    let id = Id::unique("palette");
    let frame = float_frame(ui).inner_margin(egui::Margin::symmetric(0, 10));
    let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, 84.0));
    let modal = Modal::new(id).area(area).frame(frame).show(&ctx, |ui| {
        ui.set_width((ctx.content_rect().width() - 80.0).min(600.0));
        ui.spacing_mut().item_spacing.y = 0.0;
        // Before the field sees them.
        let last = view.rows.len().saturating_sub(1);
        let pressed = |k: Key| ui.input_mut(|i| i.count_and_consume_key(Modifiers::NONE, k));
        let (down, up, enter) = (pressed(Key::ArrowDown), pressed(Key::ArrowUp), pressed(Key::Enter));
        let page = pressed(Key::PageDown) * 10;
        let back = pressed(Key::PageUp) * 10;
        let on = (view.on + down + page).min(last).saturating_sub(up + back);
        if on != view.on {
            out.push(PaletteAction::On(on));
        }
        if enter > 0 && on < view.rows.len() {
            out.push(PaletteAction::Run(on));
        }
        field(ui, lang, view, out);
        ui.add_space(8.0);
        let t = Tokens::of(ui);
        if view.rows.is_empty() {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
            let at = pos2(rect.left() + 16.0, rect.center().y);
            put_within(ui.painter(), at, Align2::LEFT_CENTER, rect.width() - 32.0, &view.nothing, regular(BODY), t.t2);
        }
        let room = (ctx.content_rect().height() - 220.0).clamp(2.0 * ROW, ROWS * ROW);
        ScrollArea::vertical().max_height(room).auto_shrink([false, true]).show(ui, |ui| {
            for (i, row) in view.rows.iter().enumerate() {
                let response = command(ui, row, i == on);
                if i == on && (view.reveal || on != view.on) {
                    response.scroll_to_me(None::<Align>);
                }
                if response.clicked() {
                    out.push(PaletteAction::Run(i));
                }
            }
        });
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
        ui.painter().hline(rect.x_range(), rect.top() + 0.5, Stroke::new(1.0, t.line));
        let at = pos2(rect.left() + 16.0, rect.bottom() - 8.0);
        let keys = lang.pick("↑ ↓ 选 · 回车执行 · Esc 关闭", "↑ ↓ choose · Enter runs · Esc closes");
        put(ui.painter(), at, Align2::LEFT_CENTER, keys, regular(SMALL), t.t3);
    });
    if modal.should_close() {
        out.push(PaletteAction::Close);
    }
}

fn field(ui: &mut Ui, lang: Lang, view: &PaletteView, out: &mut Vec<PaletteAction>) {
    let id = Id::unique("palette-words");
    let label = lang.pick("查命令", "Find a command");
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(12.0);
        let width = ui.available_width() - 12.0;
        let (_, typed) = search_box(ui, id, label, &view.hint, "", &view.words, width);
        ui.memory_mut(|m| m.request_focus(id));
        if let Some(typed) = typed {
            out.push(PaletteAction::Words(typed));
        }
    });
}

fn command(ui: &mut Ui, row: &PaletteRow, on: bool) -> egui::Response {
    let t = Tokens::of(ui);
    let enabled = row.off.is_none();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    if on {
        ui.painter().rect_filled(rect, 0.0, t.accent_soft);
        ui.painter().rect_filled(rect.with_max_x(rect.left() + 3.0), 0.0, t.accent);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, t.app);
    }
    let dim = |c: egui::Color32| if enabled { c } else { c.gamma_multiply(0.4) };
    let p = ui.painter();
    let y = rect.center().y;
    if let Some(icon) = row.icon {
        icon.paint(p, Rect::from_center_size(pos2(rect.left() + 25.0, y), vec2(15.0, 15.0)), dim(t.t2));
    }
    let right = rect.right() - 16.0;
    let key = put(p, pos2(right, y), Align2::RIGHT_CENTER, &row.key, regular(SMALL), dim(t.t2));
    let x = rect.left() + 42.0;
    let font = if on { semi(BODY) } else { regular(BODY) };
    let room = key.left() - x - 12.0;
    let name = put_within(p, pos2(x, y), Align2::LEFT_CENTER, room, &row.name, font, dim(t.t1));
    let (more, color) = row.off.as_ref().map_or((&row.of, t.t3), |why| (why, t.t2));
    let from = name.right() + 12.0;
    if key.left() - from > 40.0 {
        let end = pos2(key.left() - 16.0, y);
        put_within(p, end, Align2::RIGHT_CENTER, key.left() - 16.0 - from, more, regular(SMALL), color);
    }
    response.widget_info(|| {
        let said = [&row.name, &row.key, row.off.as_ref().unwrap_or(&row.of)];
        let said: Vec<&str> = said.iter().map(|s| s.as_str()).filter(|s| !s.is_empty()).collect();
        WidgetInfo::selected(Role::ListItem, enabled, on, said.join(" "))
    });
    match &row.off {
        Some(why) => response.on_hover_text(why),
        None => response,
    }
}
