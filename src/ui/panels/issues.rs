//! The panel of problems: what is not in order, by kind, with what would mend it; and what was set aside, with its reason.

use egui::{Align2, Id, Rect, Role, ScrollArea, Sense, Stroke, TextEdit, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use std::sync::Arc;

use super::{Edge, paint_edge};
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::{self, Lang};
use crate::ui::theme::{BODY, SMALL, Tokens, size};
use crate::ui::widgets::{action_button, code_chip, icon_button, link, primary_button, put, put_within};

/// Heights: heading of a kind, row of a problem, row of buttons, row of a figure.
const HEAD: f32 = 28.0;
const ROW: f32 = 47.0;
const BUTTONS: f32 = 36.0;
const FIGURE: f32 = 22.0;

/// A problem as its row shows it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct IssueRow {
    /// Its place in the list that was checked.
    pub key: usize,
    /// Short code and tone of the cell it is about.
    pub chip: Option<(String, u8)>,
    /// What it is about.
    pub title: String,
    pub sentence: String,
    pub grave: bool,
}

/// Problems of a kind.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct IssueGroup {
    pub name: String,
    pub rows: Vec<IssueRow>,
}

/// A problem that was set aside.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct IgnoredRow {
    /// Its name in the project.
    pub issue: String,
    pub title: String,
    pub reason: String,
}

/// What is found, and what of it was set aside; made anew when the project changes.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct IssueList {
    pub groups: Vec<IssueGroup>,
    pub ignored: Vec<IgnoredRow>,
}

/// Households that a way to mend moves.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct MendFigure {
    pub chip: String,
    pub tone: u8,
    pub households: i64,
    pub buildings: i64,
}

/// The panel's view.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct IssuesView {
    pub list: Arc<IssueList>,
    /// Whether anything was checked yet.
    pub checked: bool,
    /// A check is on its way.
    pub busy: bool,
    /// Why the check could not be made.
    pub failed: Option<String>,
    /// The problem that is looked at, by key.
    pub on: Option<usize>,
    /// Scroll to it in this frame.
    pub reveal: bool,
    /// What would mend it.
    pub mends: Vec<String>,
    /// The way that is shown on the map.
    pub trying: Option<usize>,
    /// What that would move.
    pub figures: Vec<MendFigure>,
    /// What must be done by hand, where nothing mends it.
    pub by_hand: String,
}

/// What the panel asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum IssuesAction {
    /// Look at a problem.
    Show(usize),
    Next,
    Previous,
    /// Show a way to mend the problem that is looked at.
    Try(usize),
    /// Do what is shown.
    Accept,
    /// Drop it.
    Drop,
    /// Set a problem aside, with the reason.
    Ignore(usize, String),
    /// A problem set aside is one again.
    Heed(String),
    Close,
}

/// A piece of the list from top to bottom.
enum Piece<'a> {
    Head(&'a str, usize),
    Row(&'a IssueRow),
    Ignored(&'a IgnoredRow),
}

/// Shows the panel.
pub fn issues_panel(ui: &mut Ui, lang: Lang, view: &IssuesView, out: &mut Vec<IssuesAction>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    head(ui, lang, view, out);
    let t = Tokens::of(ui);
    if let Some(why) = &view.failed {
        said(ui, why, t.err);
    } else if !view.checked {
        said(ui, lang.pick("正在检查…", "Checking…"), t.t2);
    } else if view.list.groups.is_empty() && view.list.ignored.is_empty() {
        let good = lang
            .pick("没有发现问题。改动以后会重新检查。", "No problems found. It is checked again after every change.");
        said(ui, good, t.t2);
    }
    let mut pieces: Vec<Piece> = Vec::new();
    for g in &view.list.groups {
        pieces.push(Piece::Head(&g.name, g.rows.len()));
        pieces.extend(g.rows.iter().map(Piece::Row));
    }
    if !view.list.ignored.is_empty() {
        pieces.push(Piece::Head(lang.pick("已忽略", "Ignored"), view.list.ignored.len()));
        pieces.extend(view.list.ignored.iter().map(Piece::Ignored));
    }
    // Only what is seen is laid out: there may be thousands.
    let width = ui.available_width();
    let below = |p: &Piece| match p {
        Piece::Head(..) => HEAD,
        Piece::Row(r) if view.on == Some(r.key) => ROW + more(ui, r, width) + opened(ui, view, r.key),
        _ => ROW,
    };
    let mut ends: Vec<f32> = Vec::with_capacity(pieces.len());
    for p in &pieces {
        ends.push(ends.last().copied().unwrap_or(0.0) + below(p));
    }
    let mut area = ScrollArea::vertical().id_salt("issues").auto_shrink([false, false]);
    let at = pieces.iter().position(|p| matches!(p, Piece::Row(r) if Some(r.key) == view.on));
    if let Some(i) = at.filter(|_| view.reveal) {
        let top = i.checked_sub(1).map_or(0.0, |i| ends[i]);
        area = area.vertical_scroll_offset((top - ui.available_height() / 3.0).max(0.0));
    }
    area.show_viewport(ui, |ui, seen| {
        ui.set_height(ends.last().copied().unwrap_or(0.0));
        let (left, top, width) = (ui.min_rect().left(), ui.min_rect().top(), ui.available_width());
        let first = ends.partition_point(|end| *end < seen.top());
        for i in first..pieces.len() {
            let from = i.checked_sub(1).map_or(0.0, |i| ends[i]);
            if from > seen.bottom() {
                break;
            }
            let rect = Rect::from_min_size(pos2(left, top + from), vec2(width, ends[i] - from));
            let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(("piece", i)));
            child.spacing_mut().item_spacing = vec2(8.0, 0.0);
            match &pieces[i] {
                Piece::Head(name, n) => heading(&child, rect, name, *n),
                Piece::Row(row) => issue_row(&mut child, lang, view, row, rect, out),
                Piece::Ignored(row) => ignored_row(&mut child, lang, row, rect, out),
            }
        }
    });
    paint_edge(ui, Edge::Right);
}

fn said(ui: &mut Ui, text: &str, color: egui::Color32) {
    let rect = ui.available_rect_before_wrap();
    let galley = ui.painter().layout(text.to_owned(), regular(BODY), color, rect.width() - 32.0);
    let (rect, response) = ui.allocate_exact_size(vec2(rect.width(), galley.size().y + 28.0), Sense::hover());
    ui.painter().galley(rect.min + vec2(16.0, 14.0), galley, color);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
}

fn head(ui: &mut Ui, lang: Lang, view: &IssuesView, out: &mut Vec<IssuesAction>) {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 34.0), Sense::hover());
    let y = rect.center().y;
    let title = lang.pick("问题", "Problems");
    let name = put(ui.painter(), pos2(rect.left() + size::PAD, y), Align2::LEFT_CENTER, title, semi(14.0), t.t1);
    let n: usize = view.list.groups.iter().map(|g| g.rows.len()).sum();
    let count = if view.checked { l10n::num(n as i64) } else { String::new() };
    let at = put(ui.painter(), pos2(name.right() + 8.0, y), Align2::LEFT_CENTER, &count, regular(14.0), t.t3);
    if view.busy && view.checked {
        let words = lang.pick("正在检查…", "Checking…");
        put(ui.painter(), pos2(at.right() + 10.0, y), Align2::LEFT_CENTER, words, regular(SMALL), t.t3);
    }
    let bar = Rect::from_min_max(pos2(rect.right() - 96.0, y - 13.0), pos2(rect.right() - 8.0, y + 13.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(bar));
    child.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let words = lang.pick("上一处问题（Shift N）", "Previous problem (Shift N)");
        if icon_button(ui, Icon::Up, words, 26.0, t.t2).clicked() {
            out.push(IssuesAction::Previous);
        }
        if icon_button(ui, Icon::Down, lang.pick("下一处问题（N）", "Next problem (N)"), 26.0, t.t2).clicked() {
            out.push(IssuesAction::Next);
        }
        if icon_button(ui, Icon::Close, lang.pick("关闭问题", "Close problems"), 26.0, t.t2).clicked() {
            out.push(IssuesAction::Close);
        }
    });
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, t.line));
}

fn heading(ui: &Ui, rect: Rect, name: &str, n: usize) {
    let t = Tokens::of(ui);
    ui.painter().rect_filled(rect, 0.0, t.app);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, t.line));
    let y = rect.center().y;
    let p = ui.painter();
    put(p, pos2(rect.left() + size::PAD, y), Align2::LEFT_CENTER, name, semi(SMALL + 0.5), t.t2);
    put(p, pos2(rect.right() - size::PAD, y), Align2::RIGHT_CENTER, &l10n::num(n as i64), regular(SMALL), t.t2);
    let heading = ui.interact(rect, ui.scope_id().with("head"), Sense::hover());
    heading.widget_info(|| WidgetInfo::labeled(Role::Heading, true, format!("{name} {n}")));
}

/// Under the field of the reason of a problem.
fn reason_id(key: usize) -> Id {
    Id::unique(("issue-reason", key))
}

/// The sentence of an opened row in full, in as many lines as it takes.
fn sentence(ui: &Ui, row: &IssueRow, width: f32) -> std::sync::Arc<egui::Galley> {
    let room = width - 2.0 * size::PAD - 20.0;
    ui.painter().layout(row.sentence.clone(), regular(SMALL), Tokens::of(ui).t2, room)
}

/// How much higher that makes the row.
fn more(ui: &Ui, row: &IssueRow, width: f32) -> f32 {
    let galley = sentence(ui, row, width);
    let line = galley.size().y / galley.rows.len().max(1) as f32;
    galley.size().y - line
}

/// How high the part below an opened row is.
fn opened(ui: &Ui, view: &IssuesView, key: usize) -> f32 {
    let asking = ui.data(|d| d.get_temp::<String>(reason_id(key))).is_some();
    let mends = view.mends.len().max(1) as f32;
    let figures = if view.trying.is_some() { view.figures.len().clamp(1, 6) as f32 * FIGURE } else { 0.0 };
    mends * BUTTONS + figures + if asking { BUTTONS } else { 26.0 } + 6.0
}

fn issue_row(ui: &mut Ui, lang: Lang, view: &IssuesView, row: &IssueRow, rect: Rect, out: &mut Vec<IssuesAction>) {
    let t = Tokens::of(ui);
    let on = view.on == Some(row.key);
    let tall = ROW + if on { more(ui, row, rect.width()) } else { 0.0 };
    let top = Rect::from_min_size(rect.min, vec2(rect.width(), tall));
    let response = ui.interact(top, ui.scope_id().with("row"), Sense::click());
    ground(ui, rect, &response, on);
    let x = rect.left() + size::PAD;
    let (first, second) = (rect.top() + 16.0, rect.top() + 34.0);
    let color = if row.grave { t.err } else { t.warn };
    Icon::Warning.paint(ui.painter(), Rect::from_center_size(pos2(x + 7.0, first), vec2(13.0, 13.0)), color);
    let mut name_x = x + 20.0;
    if let Some((code, tone)) = &row.chip {
        name_x = code_chip(ui, pos2(name_x, first), code, *tone, false).right() + 7.0;
    }
    let p = ui.painter();
    let room = rect.right() - size::PAD;
    let font = if on { semi(BODY) } else { regular(BODY) };
    put_within(p, pos2(name_x, first), Align2::LEFT_CENTER, room - name_x, &row.title, font, t.t1);
    let sx = x + 20.0;
    if on {
        let galley = sentence(ui, row, rect.width());
        let line = galley.size().y / galley.rows.len().max(1) as f32;
        p.galley(pos2(sx, second - line / 2.0), galley, t.t2);
    } else {
        put_within(p, pos2(sx, second), Align2::LEFT_CENTER, room - sx, &row.sentence, regular(SMALL), t.t2);
    }
    let chip = row.chip.as_ref().map_or("", |c| c.0.as_str());
    response.widget_info(|| {
        let said = format!("{chip} {} {}", row.title, row.sentence);
        WidgetInfo::selected(Role::ListItem, true, on, said.trim())
    });
    if response.clicked() {
        // Enter on the row whose mend is shown is the yes that it waits for.
        let yes = on && view.trying.is_some() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        out.push(if yes { IssuesAction::Accept } else { IssuesAction::Show(row.key) });
    }
    keep_in_sight(ui, &response);
    response.on_hover_text(&row.sentence);
    if on {
        let rest = Rect::from_min_max(pos2(sx, top.bottom()), pos2(room, rect.bottom()));
        let mut child = ui.new_child(UiBuilder::new().max_rect(rest));
        below(&mut child, lang, view, row.key, out);
    }
}

/// What can be done about the problem that is looked at.
fn below(ui: &mut Ui, lang: Lang, view: &IssuesView, key: usize, out: &mut Vec<IssuesAction>) {
    let t = Tokens::of(ui);
    ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
    for (i, name) in view.mends.iter().enumerate() {
        ui.allocate_ui(vec2(ui.available_width(), BUTTONS), |ui| {
            ui.horizontal(|ui| {
                if view.trying == Some(i) {
                    let words = lang.pick("采用", "Do it");
                    if primary_button(ui, Some(Icon::Check), words, 84.0, 28.0, true).clicked() {
                        out.push(IssuesAction::Accept);
                    }
                    if action_button(ui, None, lang.pick("不采用", "Drop it"), None, None, true).clicked() {
                        out.push(IssuesAction::Drop);
                    }
                    put_within_rest(ui, name);
                } else {
                    let words = format!("{}{name}", lang.pick("看看：", "Preview: "));
                    if action_button(ui, Some(Icon::Eye), &words, None, None, true).clicked() {
                        out.push(IssuesAction::Try(i));
                    }
                }
            });
        });
        if view.trying == Some(i) {
            figures(ui, lang, view);
        }
    }
    if view.mends.is_empty() {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), BUTTONS), Sense::hover());
        let at = rect.left_center();
        put_within(ui.painter(), at, Align2::LEFT_CENTER, rect.width(), &view.by_hand, regular(SMALL), t.t2);
    }
    let id = reason_id(key);
    let Some(mut reason) = ui.data(|d| d.get_temp::<String>(id)) else {
        if link(ui, lang.pick("忽略，写明原因…", "Ignore, with a reason…")).clicked() {
            ui.data_mut(|d| d.insert_temp(id, String::new()));
            ui.memory_mut(|m| m.request_focus(id.with("edit")));
        }
        return;
    };
    ui.horizontal(|ui| {
        let label = lang.pick("忽略的原因", "Reason to ignore");
        let width = (ui.available_width() - 84.0).max(60.0);
        let field = TextEdit::singleline(&mut reason)
            .id(id.with("edit"))
            .desired_width(width)
            .hint_text(label)
            .margin(egui::Margin::symmetric(8, 6));
        let response = ui.add(field);
        let (entered, given_up) = ui.input(|i| (i.key_pressed(egui::Key::Enter), i.key_pressed(egui::Key::Escape)));
        let left = response.lost_focus();
        response.accessible_name(label);
        let good = !reason.trim().is_empty();
        let done = primary_button(ui, None, lang.pick("忽略", "Ignore"), 60.0, 28.0, good).clicked();
        if (done || left && entered) && good {
            out.push(IssuesAction::Ignore(key, reason.trim().to_owned()));
            ui.data_mut(|d| d.remove::<String>(id));
        } else if left && given_up {
            ui.data_mut(|d| d.remove::<String>(id));
        } else {
            ui.data_mut(|d| d.insert_temp(id, reason));
        }
    });
}

fn put_within_rest(ui: &mut Ui, text: &str) {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::hover());
    put_within(ui.painter(), rect.left_center(), Align2::LEFT_CENTER, rect.width(), text, regular(SMALL), t.t2);
}

fn figures(ui: &mut Ui, lang: Lang, view: &IssuesView) {
    let t = Tokens::of(ui);
    if view.figures.is_empty() {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), FIGURE), Sense::hover());
        let words = lang.pick("户数不变", "No households move");
        put(ui.painter(), rect.left_center(), Align2::LEFT_CENTER, words, regular(SMALL), t.t2);
    }
    for f in view.figures.iter().take(6) {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), FIGURE), Sense::hover());
        let y = rect.center().y;
        let at = code_chip(ui, pos2(rect.left(), y), &f.chip, f.tone, false);
        let hh = lang.t().d_households;
        let words =
            format!("{hh} {}　{} {}", l10n::signed(f.households), lang.t().d_buildings, l10n::signed(f.buildings));
        put(ui.painter(), pos2(at.right() + 8.0, y), Align2::LEFT_CENTER, &words, regular(SMALL), t.t1);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{} {words}", f.chip)));
    }
}

fn ignored_row(ui: &mut Ui, lang: Lang, row: &IgnoredRow, rect: Rect, out: &mut Vec<IssuesAction>) {
    let t = Tokens::of(ui);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, t.line));
    let words = lang.pick("恢复", "Take back");
    let galley = ui.painter().layout_no_wrap(words.to_owned(), regular(BODY), t.accent);
    let w = galley.size().x;
    let at = Rect::from_min_size(pos2(rect.right() - size::PAD - w, rect.top() + 12.0), vec2(w, 22.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(at));
    let back = link(&mut child, words);
    back.widget_info(|| WidgetInfo::labeled(Role::Link, true, format!("{words} {}", row.title)));
    if back.clicked() {
        out.push(IssuesAction::Heed(row.issue.clone()));
    }
    let x = rect.left() + size::PAD + 20.0;
    let room = at.left() - x - 10.0;
    let p = ui.painter();
    put_within(p, pos2(x, rect.top() + 16.0), Align2::LEFT_CENTER, room, &row.title, regular(BODY), t.t2);
    put_within(p, pos2(x, rect.top() + 34.0), Align2::LEFT_CENTER, room, &row.reason, regular(SMALL), t.t3);
    let response = ui.interact(rect.with_max_x(at.left() - 4.0), ui.scope_id().with("ignored"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, format!("{} {}", row.title, row.reason)));
}

/// Fill, bar and hairline of a row.
pub(super) fn ground(ui: &Ui, rect: Rect, response: &egui::Response, on: bool) {
    let t = Tokens::of(ui);
    if on {
        ui.painter().rect_filled(rect, 0.0, t.accent_soft);
        ui.painter().rect_filled(rect.with_max_x(rect.left() + 3.0), 0.0, t.accent);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, t.app);
    }
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, t.line));
    if response.has_focus() {
        let edge = Stroke::new(2.0, t.accent);
        ui.painter().rect_stroke(rect.shrink(1.0), 0.0, edge, egui::StrokeKind::Inside);
    }
}

/// A row that the keys came to is scrolled to, and the arrows that go from row to row do not move the map.
pub(super) fn keep_in_sight(ui: &Ui, response: &egui::Response) {
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    if response.has_focus() {
        ui.input_mut(|i| {
            for key in [egui::Key::ArrowUp, egui::Key::ArrowDown, egui::Key::Enter] {
                i.consume_key(egui::Modifiers::NONE, key);
            }
        });
    }
}
