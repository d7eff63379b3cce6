//! The keys sheet: every verb with its key, and what the mouse does.

use egui::{Align2, Id, Modal, RichText, ScrollArea, Sense, Ui, pos2, vec2};

use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::Lang;
use crate::ui::theme::{BODY, TITLE, Tokens};
use crate::ui::verbs::{Group, VERBS};
use crate::ui::widgets::{float_frame, icon_button, put, section};

/// What hand and mouse do: Chinese, English, key.
const MOUSE: &[(&str, &str, &str, &str)] = &[
    ("移动地图", "Move the map", "空格或中键拖动，方向键", "Space/middle drag, arrows"),
    ("缩放", "Zoom", "滚轮", "Wheel"),
    ("落点", "Add a point", "单击", "Click"),
    ("完成", "Finish", "双击，回车，右键", "Double-click, Enter"),
    ("随手画线", "Draw freehand", "画线时按住拖动", "Drag while drawing"),
    ("用数字给点", "A point in figures", "25　25<90　X,Y", "25　25<90　X,Y"),
    ("画线限 45°", "Hold a line to 45°", "Shift", "Shift"),
    ("此处能做什么", "What can be done", "右键", "Right-click"),
    ("退回一点", "Take back a point", "退格，Ctrl Z", "Backspace, Ctrl Z"),
    ("放弃，退一级", "Give up, one step out", "Esc", "Esc"),
    ("暂停吸附", "No snapping for now", "按住 Alt", "Hold Alt"),
    ("加选 / 反选", "Add / toggle", "Shift / Ctrl 单击", "Shift / Ctrl click"),
];

/// Shows the sheet over the window; true when it is to be closed.
pub fn keys_sheet(ctx: &egui::Context, ui: &Ui, lang: Lang) -> bool {
    let t = Tokens::of(ui);
    let mut close = false;
    let modal = Modal::new(Id::unique("keys-sheet")).frame(float_frame(ui).inner_margin(20)).show(ctx, |ui| {
        ui.set_width(820.0);
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.horizontal(|ui| {
            ui.label(RichText::new(lang.t().keys).font(semi(TITLE)).color(t.t1));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                close |= icon_button(ui, Icon::Close, lang.t().close, 24.0, t.t2).clicked();
            });
        });
        ui.add_space(10.0);
        let room = ctx.content_rect().height() - 160.0;
        ScrollArea::vertical().max_height(room).min_scrolled_height(room).auto_shrink([false, true]).show(ui, |ui| {
            ui.columns_const(|[a, b, c]: &mut [Ui; 3]| {
                for ui in [&mut *a, &mut *b, &mut *c] {
                    ui.spacing_mut().item_spacing.y = 0.0;
                }
                group(a, lang, Group::Tools);
                group(a, lang, Group::Edit);
                group(a, lang, Group::Grid);
                group(b, lang, Group::View);
                group(b, lang, Group::File);
                group(b, lang, Group::Help);
                section(c, lang.pick("鼠标和手势", "Mouse and gestures"), "");
                for (zh, en, key_zh, key_en) in MOUSE {
                    row(c, lang.pick(zh, en), lang.pick(key_zh, key_en));
                }
            });
        });
    });
    close || modal.should_close()
}

fn group(ui: &mut Ui, lang: Lang, group: Group) {
    section(ui, group.name(lang), "");
    for info in VERBS.iter().filter(|v| v.group == group && !v.key.is_empty()) {
        row(ui, info.verb.name(lang).trim_end_matches('…'), info.key);
    }
    ui.add_space(12.0);
}

fn row(ui: &mut Ui, name: &str, key: &str) {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - 12.0, 26.0), Sense::hover());
    let y = rect.center().y;
    put(ui.painter(), pos2(rect.left(), y), Align2::LEFT_CENTER, name, regular(BODY), t.t1);
    put(ui.painter(), pos2(rect.right(), y), Align2::RIGHT_CENTER, key, regular(BODY), t.t2);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, egui::Stroke::new(1.0, t.line));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, format!("{name} {key}")));
}
