//! The menu bar: mark, menus, title of the project, the way to all keys. Menus of later rooms join here.

use egui::{Align2, Frame, MenuBar, Popup, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{Edge, paint_edge};
use crate::ui::fonts::regular;
use crate::ui::icons::Icon;
use crate::ui::l10n::Lang;
use crate::ui::theme::{BODY, CONTROL, SMALL, Tokens, size};
use crate::ui::verbs::{Tool, Verb};
use crate::ui::widgets::{logo, menu_item, put_within};

/// The menu bar's view.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct MenuView {
    /// File name without folder, empty where nothing is open.
    pub title: String,
    pub unsaved: bool,
    /// Whether a project is open: without one, menus hold only what works without.
    pub open: bool,
    /// What undo and redo would take back, None = nothing.
    pub undo: Option<String>,
    pub redo: Option<String>,
    pub tool: Tool,
    pub snapping: bool,
    /// Whether only one community may change, and whether only gaps are filled.
    pub within: bool,
    pub gaps: bool,
    pub layers: bool,
    pub table: bool,
    pub underlays: bool,
    pub heat: bool,
    /// Whether what was changed since opening is shown.
    pub mine: bool,
    /// What cannot be done now, and why.
    pub off: Vec<(Verb, &'static str)>,
    pub theme: egui::ThemePreference,
}

/// What the menu bar asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum MenuAction {
    Do(Verb),
    Lang(Lang),
    Theme(egui::ThemePreference),
}

/// Shows the menu bar.
pub fn menu_bar(ui: &mut Ui, lang: Lang, view: &MenuView, out: &mut Vec<MenuAction>) {
    let t = Tokens::of(ui);
    let text = lang.t();
    let bar = ui.max_rect();
    let mut menus_end = 0.0;
    MenuBar::new().ui(ui, |ui| {
        ui.set_height(size::MENU);
        ui.spacing_mut().item_spacing.x = 0.0;
        let (mark, _) = ui.allocate_exact_size(vec2(30.0, size::MENU), Sense::hover());
        logo(ui.painter(), pos2(mark.left(), mark.center().y - 9.0), 18.0);
        menu(ui, text.menu_file, |ui| file_menu(ui, lang, view, out));
        if view.open {
            menu(ui, text.menu_edit, |ui| edit_menu(ui, lang, view, out));
        }
        menu(ui, text.menu_view, |ui| view_menu(ui, lang, view, out));
        if view.open {
            menu(ui, text.menu_grid, |ui| {
                let tools = [Tool::Select, Tool::DrawCell, Tool::Split, Tool::Merge, Tool::Move, Tool::Reshape];
                let more = [Tool::Follow, Tool::Paint, Tool::Erase, Tool::Fill, Tool::Detach, Tool::Outline];
                for tool in tools.into_iter().chain(more) {
                    item(ui, lang, view, Verb::Tool(tool), view.tool == tool, out);
                }
                gap(ui);
                for verb in [Verb::Square, Verb::Simplify, Verb::Lock] {
                    item(ui, lang, view, verb, false, out);
                }
                gap(ui);
                item(ui, lang, view, Verb::OnlyWithin, view.within, out);
                item(ui, lang, view, Verb::OnlyGaps, view.gaps, out);
                gap(ui);
                let steps = [Verb::PreviousCell, Verb::NextCell, Verb::Issues, Verb::NextUnassigned];
                for verb in steps.into_iter().chain([Verb::PreviousIssue]) {
                    item(ui, lang, view, verb, false, out);
                }
            });
            menu(ui, text.menu_building, |ui| {
                for tool in Tool::BUILDING {
                    item(ui, lang, view, Verb::Tool(tool), view.tool == tool, out);
                }
                gap(ui);
                item(ui, lang, view, Verb::Enclose, false, out);
                item(ui, lang, view, Verb::PasteList, false, out);
            });
            menu(ui, lang.pick("底稿", "Underlay"), |ui| {
                item(ui, lang, view, Verb::AddUnderlay, false, out);
                item(ui, lang, view, Verb::Underlays, view.underlays, out);
            });
            menu(ui, text.menu_incidents, |ui| {
                item(ui, lang, view, Verb::ImportIncidents, false, out);
                item(ui, lang, view, Verb::Heat, view.heat, out);
            });
            menu(ui, text.menu_plan, |ui| {
                item(ui, lang, view, Verb::CopyPlan, false, out);
                item(ui, lang, view, Verb::Plans, false, out);
            });
        }
        menu(ui, text.menu_help, |ui| {
            item(ui, lang, view, Verb::Tour, false, out);
            item(ui, lang, view, Verb::Keys, false, out);
        });
        menus_end = ui.cursor().left();
    });
    title(ui, lang, view, bar, menus_end);
    // The way to all keys.
    let galley = ui.painter().layout_no_wrap(text.see_keys.to_owned(), regular(SMALL), t.t2);
    let w = galley.size().x + 24.0;
    let y = bar.center().y;
    let rect = Rect::from_center_size(pos2(bar.right() - w / 2.0, y), vec2(w, 24.0));
    let response = ui.interact(rect, ui.scope_id().with("see-keys"), Sense::click());
    let color = if response.hovered() { t.t1 } else { t.t2 };
    Icon::Help.paint(ui.painter(), Rect::from_center_size(pos2(rect.left() + 7.0, y), vec2(14.0, 14.0)), color);
    ui.painter().galley_with_override_text_color(pos2(rect.left() + 20.0, y - galley.size().y / 2.0), galley, color);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text.see_keys));
    if response.clicked() {
        out.push(MenuAction::Do(Verb::Keys));
    }
    paint_edge(ui, Edge::Bottom);
}

fn title(ui: &Ui, lang: Lang, view: &MenuView, bar: Rect, menus_end: f32) {
    let t = Tokens::of(ui);
    let text = if view.title.is_empty() { lang.t().app } else { &view.title };
    let room = bar.right() - 170.0 - menus_end - 40.0;
    let wanted = ui.painter().layout_no_wrap(text.to_owned(), regular(BODY), t.t1).size().x.min(room);
    let left = (bar.center().x - wanted / 2.0).max(menus_end + 24.0);
    let at = put_within(ui.painter(), pos2(left, bar.center().y), Align2::LEFT_CENTER, room, text, regular(BODY), t.t1);
    if view.unsaved {
        ui.painter().circle_filled(pos2(at.right() + 11.0, bar.center().y), 3.5, t.accent);
    }
}

/// A menu of the bar: its name, and what opens below.
fn menu(ui: &mut Ui, name: &str, content: impl FnOnce(&mut Ui)) {
    let t = Tokens::of(ui);
    let galley = ui.painter().layout_no_wrap(name.to_owned(), regular(BODY), t.t1);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 18.0, size::MENU), Sense::click());
    let open = Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
    if open || response.hovered() {
        ui.painter().rect_filled(rect.shrink2(vec2(0.0, 3.0)), CONTROL, if open { t.accent_soft } else { t.line });
    }
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, t.t1);
    response.widget_info(|| WidgetInfo::labeled(Role::MenuItem, true, name));
    // A menu that stands open hands over to the one under the pointer.
    let mut popup = Popup::menu(&response).gap(1.0);
    if response.hovered() && !open && ui.ctx().any_popup_open() && !response.clicked() {
        popup = popup.open_memory(egui::SetOpenCommand::Bool(true));
    }
    popup.frame(Frame::menu(ui.style())).show(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.set_width(240.0);
        content(ui);
    });
}

fn gap(ui: &mut Ui) {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 9.0), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, egui::Stroke::new(1.0, t.line));
}

fn item(ui: &mut Ui, lang: Lang, view: &MenuView, verb: Verb, checked: bool, out: &mut Vec<MenuAction>) {
    let why = view.off.iter().find(|(v, _)| *v == verb).map(|(_, why)| *why);
    let response = menu_item(ui, verb.icon(), verb.name(lang), verb.key(), checked, why.is_none());
    if response.clicked() {
        out.push(MenuAction::Do(verb));
        ui.close();
    }
    if let Some(why) = why {
        response.on_hover_text(why);
    }
}

fn file_menu(ui: &mut Ui, lang: Lang, view: &MenuView, out: &mut Vec<MenuAction>) {
    item(ui, lang, view, Verb::New, false, out);
    item(ui, lang, view, Verb::Open, false, out);
    if view.open {
        item(ui, lang, view, Verb::Save, false, out);
        item(ui, lang, view, Verb::SaveAs, false, out);
        gap(ui);
        item(ui, lang, view, Verb::Import, false, out);
        item(ui, lang, view, Verb::Export, false, out);
        item(ui, lang, view, Verb::ExportPicture, false, out);
        gap(ui);
        item(ui, lang, view, Verb::StartPage, false, out);
    }
    item(ui, lang, view, Verb::Quit, false, out);
}

fn edit_menu(ui: &mut Ui, lang: Lang, view: &MenuView, out: &mut Vec<MenuAction>) {
    for (verb, sentence) in [(Verb::Undo, &view.undo), (Verb::Redo, &view.redo)] {
        let response = menu_item(ui, verb.icon(), verb.name(lang), verb.key(), false, sentence.is_some());
        if response.clicked() {
            out.push(MenuAction::Do(verb));
            ui.close();
        }
        if let Some(sentence) = sentence {
            response.on_hover_text(sentence);
        }
    }
    gap(ui);
    item(ui, lang, view, Verb::Delete, false, out);
    item(ui, lang, view, Verb::PlaceMenu, false, out);
    item(ui, lang, view, Verb::Snapping, view.snapping, out);
    gap(ui);
    item(ui, lang, view, Verb::CopyPicture, false, out);
    item(ui, lang, view, Verb::Search, false, out);
    item(ui, lang, view, Verb::Palette, false, out);
    item(ui, lang, view, Verb::History, false, out);
}

fn view_menu(ui: &mut Ui, lang: Lang, view: &MenuView, out: &mut Vec<MenuAction>) {
    let text = lang.t();
    if view.open {
        for verb in [Verb::ZoomIn, Verb::ZoomOut, Verb::ZoomSelection, Verb::Home, Verb::GoTo] {
            item(ui, lang, view, verb, false, out);
        }
        gap(ui);
        item(ui, lang, view, Verb::Layers, view.layers, out);
        item(ui, lang, view, Verb::Table, view.table, out);
        item(ui, lang, view, Verb::Underlays, view.underlays, out);
        item(ui, lang, view, Verb::MyEdits, view.mine, out);
    }
    item(ui, lang, view, Verb::FullScreen, false, out);
    gap(ui);
    for (lang_of, name) in [(Lang::Zh, "中文"), (Lang::En, "English")] {
        if menu_item(ui, Some(Icon::Language), name, "", lang == lang_of, true).clicked() {
            out.push(MenuAction::Lang(lang_of));
            ui.close();
        }
    }
    gap(ui);
    use egui::ThemePreference::{Dark, Light, System};
    for (theme, name) in [(Light, text.light), (Dark, text.dark), (System, text.follow_system)] {
        if menu_item(ui, Some(Icon::Theme), name, "", view.theme == theme, true).clicked() {
            out.push(MenuAction::Theme(theme));
            ui.close();
        }
    }
}
