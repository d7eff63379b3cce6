//! The keys sheet: every verb with its key, to be found and changed, and what the mouse does.

use egui::{Align2, Event, Id, Key, Modal, RichText, ScrollArea, Sense, Ui, pos2, vec2};

use crate::session::words::Words;
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::keymap::{Preset, write};
use crate::ui::l10n::Lang;
use crate::ui::theme::{BODY, SMALL, TITLE, Tokens};
use crate::ui::verbs::{Group, VERBS, Verb};
use crate::ui::widgets::{
    action_button, float_frame, icon_button, link, put, put_within, search_box, section, segmented,
};

/// What hand and mouse do: Chinese, English, key.
const MOUSE: &[(&str, &str, &str, &str)] = &[
    ("移动地图", "Pan", "空格或中键拖动，方向键", "Space/middle drag, arrows"),
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

/// The sheet's view.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct KeysView {
    pub words: String,
    /// The verb whose new key is waited for.
    pub catching: Option<Verb>,
    /// The key that was pressed for it, and the verb that has it.
    pub clash: Option<(String, Verb)>,
    /// The key that was pressed cannot be given away.
    pub refused: bool,
    /// Place of the preset that is in use.
    pub preset: Option<usize>,
}

/// What the sheet asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum KeysAction {
    Words(String),
    /// Wait for a new key of a verb.
    Catch(Verb),
    /// This key was pressed for it; empty = it is to have none.
    Pressed(Verb, String),
    /// A key that belongs to the gesture was pressed.
    Refused,
    /// The verb gets the key that another has; that one then has none.
    Take,
    /// No new key.
    Stop,
    Preset(Preset),
    Close,
}

/// Shows the sheet over the window.
pub fn keys_sheet(ctx: &egui::Context, ui: &Ui, lang: Lang, view: &KeysView, out: &mut Vec<KeysAction>) {
    let t = Tokens::of(ui);
    let modal = Modal::new(Id::unique("keys-sheet")).frame(float_frame(ui).inner_margin(20)).show(ctx, |ui| {
        if let Some(verb) = view.catching {
            catch(ui, verb, out);
        }
        ui.set_width(820.0);
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.horizontal(|ui| {
            ui.label(RichText::new(lang.t().keys).font(semi(TITLE)).color(t.t1));
            ui.add_space(12.0);
            let (id, label) = (Id::unique("keys-words"), lang.pick("查按键", "Find a key"));
            let hint = lang.pick("命令或按键", "A command or a key");
            if let (_, Some(words)) = search_box(ui, id, label, hint, "", &view.words, 220.0) {
                out.push(KeysAction::Words(words));
            }
            ui.add_space(12.0);
            let names = Preset::ALL.map(|p| (None, p.name(lang)));
            if let Some(i) = segmented(ui, &names, view.preset, lang.pick("按键方案", "Presets")) {
                out.extend(Preset::ALL.get(i).map(|p| KeysAction::Preset(*p)));
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if icon_button(ui, Icon::Close, lang.t().close, 24.0, t.t2).clicked() {
                    out.push(KeysAction::Close);
                }
                if view.preset != Some(0) && link(ui, lang.pick("全部恢复默认", "Reset all")).clicked() {
                    out.push(KeysAction::Preset(Preset::Default));
                }
            });
        });
        ui.add_space(6.0);
        said(ui, lang, view, out);
        ui.add_space(6.0);
        let words = Words::new(&view.words);
        let room = ctx.content_rect().height() - 210.0;
        ScrollArea::vertical().max_height(room).min_scrolled_height(room).auto_shrink([false, true]).show(ui, |ui| {
            ui.columns_const(|[a, b, c]: &mut [Ui; 3]| {
                for ui in [&mut *a, &mut *b, &mut *c] {
                    ui.spacing_mut().item_spacing.y = 0.0;
                }
                let mut any = false;
                for (ui, groups) in [
                    (&mut *a, [Group::Tools, Group::Edit, Group::Help]),
                    (&mut *b, [Group::View, Group::File, Group::Grid]),
                ] {
                    for g in groups {
                        any |= group(ui, lang, g, &words, view, out);
                    }
                }
                let mouse: Vec<_> = MOUSE.iter().filter(|m| [m.0, m.1, m.2].iter().any(|x| words.are_in(x))).collect();
                if !mouse.is_empty() {
                    section(c, lang.pick("鼠标和手势", "Mouse and gestures"), "");
                }
                for (zh, en, key_zh, key_en) in &mouse {
                    let _ = row(c, lang.pick(zh, en), lang.pick(key_zh, key_en), Sense::hover(), false);
                }
                if !any && mouse.is_empty() {
                    let words = match lang {
                        Lang::Zh => format!("没有找到「{}」", view.words.trim()),
                        Lang::En => format!("Nothing found for “{}”", view.words.trim()),
                    };
                    a.label(RichText::new(words).font(regular(BODY)).color(t.t2));
                }
            });
        });
    });
    if view.catching.is_none() && modal.should_close() {
        out.push(KeysAction::Close);
    }
}

/// The key that is waited for; it does nothing else.
fn catch(ui: &Ui, verb: Verb, out: &mut Vec<KeysAction>) {
    let pressed = ui.input_mut(|i| {
        let key = i.events.iter().find_map(|e| match e {
            Event::Key { key, pressed: true, modifiers, .. } => Some((*key, *modifiers)),
            _ => None,
        });
        if key.is_some() {
            i.events.retain(|e| !matches!(e, Event::Key { .. } | Event::Text(_)));
        }
        key
    });
    out.extend(pressed.map(|(key, modifiers)| match (key, write(key, modifiers)) {
        (Key::Escape, _) => KeysAction::Stop,
        (Key::Backspace, _) => KeysAction::Pressed(verb, String::new()),
        (_, Some(written)) => KeysAction::Pressed(verb, written),
        (_, None) => KeysAction::Refused,
    }));
}

/// The line that says what to do, or what stands against it.
fn said(ui: &mut Ui, lang: Lang, view: &KeysView, out: &mut Vec<KeysAction>) {
    let t = Tokens::of(ui);
    let name = |v: Verb| v.name(lang).trim_end_matches('…').to_owned();
    let (text, color) = match (&view.clash, view.catching) {
        (Some((key, of)), Some(verb)) => {
            let (zh, en) =
                ("{k} 已用于「{of}」。给「{v}」后它就没有按键", "{k} is the key of {of}, which then has none");
            let text = lang.pick(zh, en).replace("{k}", key).replace("{of}", &name(*of)).replace("{v}", &name(verb));
            (text, t.warn)
        }
        (_, Some(_)) if view.refused => {
            let (zh, en) = (
                "这个键留给画图的手势，请按别的键；退格 = 不要按键，Esc 放弃",
                "This key belongs to drawing; press another. Backspace = no key, Esc = give up",
            );
            (lang.pick(zh, en).to_owned(), t.warn)
        }
        (_, Some(verb)) => {
            let (zh, en) = (
                "按下「{v}」的新键；退格 = 不要按键，Esc 放弃",
                "Press the new key of {v}; Backspace = none, Esc = give up",
            );
            (lang.pick(zh, en).replace("{v}", &name(verb)), t.accent)
        }
        _ => (lang.pick("点一行可改按键", "Click a row to change its key").to_owned(), t.t3),
    };
    ui.horizontal(|ui| {
        ui.set_min_height(28.0);
        let galley = ui.painter().layout_no_wrap(text.clone(), regular(SMALL + 0.5), color);
        let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 8.0, 28.0), Sense::hover());
        ui.painter().galley(pos2(rect.left(), rect.center().y - galley.size().y / 2.0), galley, color);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
        if view.clash.is_some() {
            if action_button(ui, None, lang.pick("换到这里", "Take it"), None, None, true).clicked() {
                out.push(KeysAction::Take);
            }
            if action_button(ui, None, lang.t().cancel, None, None, true).clicked() {
                out.push(KeysAction::Stop);
            }
        }
    });
}

/// A group, if any of it holds the words.
fn group(ui: &mut Ui, lang: Lang, group: Group, words: &Words, view: &KeysView, out: &mut Vec<KeysAction>) -> bool {
    let holds = |v: Verb| [v.name(Lang::Zh), v.name(Lang::En), v.key()].iter().any(|t| words.are_in(t));
    let mut found = VERBS.iter().map(|v| v.verb).filter(|v| v.info().group == group && holds(*v)).peekable();
    if found.peek().is_none() {
        return false;
    }
    section(ui, group.name(lang), "");
    for verb in found {
        let on = view.catching == Some(verb);
        let key = if on { lang.pick("按键…", "press…") } else { verb.key() };
        if row(ui, verb.name(lang).trim_end_matches('…'), key, Sense::click(), on) {
            out.push(KeysAction::Catch(verb));
        }
    }
    ui.add_space(12.0);
    true
}

fn row(ui: &mut Ui, name: &str, key: &str, sense: Sense, on: bool) -> bool {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - 12.0, 26.0), sense);
    let y = rect.center().y;
    if on {
        ui.painter().rect_filled(rect, 0.0, t.accent_soft);
    } else if sense.senses_click() && response.hovered() {
        ui.painter().rect_filled(rect, 0.0, t.app);
    }
    if response.has_focus() {
        let edge = egui::Stroke::new(2.0, t.accent);
        ui.painter().rect_stroke(rect, 3.0, edge, egui::StrokeKind::Inside);
    }
    let color = if on { t.accent } else { t.t2 };
    let at = put(ui.painter(), pos2(rect.right(), y), Align2::RIGHT_CENTER, key, regular(BODY), color);
    let room = at.left() - rect.left() - 8.0;
    put_within(ui.painter(), pos2(rect.left(), y), Align2::LEFT_CENTER, room, name, regular(BODY), t.t1);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, egui::Stroke::new(1.0, t.line));
    let role = if sense.senses_click() { egui::Role::Button } else { egui::Role::Label };
    response.widget_info(|| egui::WidgetInfo::labeled(role, true, format!("{name} {key}").trim_end()));
    response.clicked()
}
