//! The history panel: every step, the present one marked; a click goes back to it or forward.

use egui::{Align2, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use std::sync::Arc;

use super::issues::{ground, keep_in_sight};
use super::{Edge, paint_edge};
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::{self, Lang};
use crate::ui::theme::{BODY, SMALL, Tokens, size};
use crate::ui::widgets::{icon_button, put, put_within};

/// Height of a row.
const ROW: f32 = 47.0;

/// A step as its row shows it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct StepLine {
    /// `6月18日 12:03`.
    pub time: String,
    pub sentence: String,
    pub author: String,
    /// The plan it changed.
    pub plan: String,
}

/// The panel's view.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct StepsView {
    /// Steps that stand, the first one first, then those that can be done again.
    pub lines: Arc<Vec<StepLine>>,
    /// How many stand.
    pub done: usize,
    /// How many of the first cannot be taken back.
    pub fixed: usize,
    /// Steps that were undone and have given way to others.
    pub lost: usize,
    /// Scroll to the present one in this frame.
    pub reveal: bool,
}

/// What the panel asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StepsAction {
    /// So many steps are to stand.
    Go(usize),
    Close,
}

/// Shows the panel.
pub fn steps_panel(ui: &mut Ui, lang: Lang, view: &StepsView, out: &mut Vec<StepsAction>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let t = Tokens::of(ui);
    head(ui, lang, view, out);
    if view.lines.is_empty() {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 48.0), Sense::hover());
        let words = lang.pick("还没有修改。每一步都会记在这里。", "No changes yet. Every step is kept here.");
        let at = pos2(rect.left() + 16.0, rect.center().y);
        put_within(ui.painter(), at, Align2::LEFT_CENTER, rect.width() - 32.0, words, regular(BODY), t.t2);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
        paint_edge(ui, Edge::Right);
        return;
    }
    let foot = if view.lost > 0 { 40.0 } else { 0.0 };
    let room = (ui.available_height() - foot).max(2.0 * ROW);
    let mut area = ScrollArea::vertical().id_salt("steps").auto_shrink([false, false]).max_height(room);
    if view.reveal {
        area = area.vertical_scroll_offset((view.done as f32 * ROW - room * 0.6).max(0.0));
    }
    // One row more: before the first step.
    area.show_rows(ui, ROW, view.lines.len() + 1, |ui, rows| {
        for i in rows {
            step(ui, lang, view, i, out);
        }
    });
    if view.lost > 0 {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), foot), Sense::hover());
        let n = l10n::num(view.lost as i64);
        let words = lang
            .pick("另有 {} 步撤销后被新的修改取代，不能再重做", "{} undone steps gave way to later changes")
            .replace("{}", &n);
        let at = pos2(rect.left() + size::PAD, rect.center().y);
        let width = rect.width() - 2.0 * size::PAD;
        put_within(ui.painter(), at, Align2::LEFT_CENTER, width, &words, regular(SMALL), t.t3);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
        response.on_hover_text(words.clone());
    }
    paint_edge(ui, Edge::Right);
}

fn head(ui: &mut Ui, lang: Lang, view: &StepsView, out: &mut Vec<StepsAction>) {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 34.0), Sense::hover());
    let y = rect.center().y;
    let left = pos2(rect.left() + size::PAD, y);
    let name = put(ui.painter(), left, Align2::LEFT_CENTER, lang.t().history, semi(14.0), t.t1);
    let count = l10n::num(view.done as i64);
    put(ui.painter(), pos2(name.right() + 8.0, y), Align2::LEFT_CENTER, &count, regular(14.0), t.t3);
    let button = Rect::from_center_size(pos2(rect.right() - 21.0, y), vec2(26.0, 26.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(button));
    if icon_button(&mut child, Icon::Close, lang.pick("关闭历史", "Close history"), 26.0, t.t2).clicked() {
        out.push(StepsAction::Close);
    }
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, t.line));
}

/// The row after which `i` steps stand.
fn step(ui: &mut Ui, lang: Lang, view: &StepsView, i: usize, out: &mut Vec<StepsAction>) {
    let t = Tokens::of(ui);
    let present = i == view.done;
    let later = i > view.done;
    let fixed = i < view.fixed;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    ground(ui, rect, &response, present);
    let start =
        StepLine { sentence: lang.pick("第一步之前", "Before the first step").to_owned(), ..StepLine::default() };
    let line = i.checked_sub(1).and_then(|n| view.lines.get(n)).unwrap_or(&start);
    let (mark, color) = match () {
        () if present => (lang.pick("现在", "now"), t.accent),
        () if later => (lang.pick("可重做", "can be redone"), t.t3),
        () if fixed => (lang.pick("不能退到这里", "cannot be gone back to"), t.t3),
        () => ("", t.t3),
    };
    let (x, right) = (rect.left() + size::PAD + 20.0, rect.right() - size::PAD);
    let (first, second) = (rect.top() + 16.0, rect.top() + 34.0);
    let icon = Rect::from_center_size(pos2(x - 13.0, first), vec2(12.0, 12.0));
    let p = ui.painter();
    if present {
        Icon::ChevronRight.paint(p, icon, t.accent);
    } else if fixed {
        Icon::Lock.paint(p, icon, t.t3);
    }
    let text = if later || fixed { t.t3 } else { t.t1 };
    let font = if present { semi(BODY) } else { regular(BODY) };
    put_within(p, pos2(x, first), Align2::LEFT_CENTER, right - x, &line.sentence, font, text);
    let mark_at = put(p, pos2(right, second), Align2::RIGHT_CENTER, mark, regular(SMALL), color);
    let more: Vec<&str> =
        [&line.time, &line.plan, &line.author].into_iter().map(String::as_str).filter(|s| !s.is_empty()).collect();
    let more = more.join(" · ");
    put_within(p, pos2(x, second), Align2::LEFT_CENTER, mark_at.left() - x - 8.0, &more, regular(SMALL), t.t3);
    response.widget_info(|| {
        let all = [line.sentence.as_str(), &more, mark];
        let all: Vec<&str> = all.into_iter().filter(|s| !s.is_empty()).collect();
        WidgetInfo::selected(Role::ListItem, !fixed, present, all.join(" "))
    });
    if response.clicked() && !present {
        out.push(StepsAction::Go(i));
    }
    keep_in_sight(ui, &response);
    let tip = match () {
        () if present => line.sentence.clone(),
        () if fixed => format!("{}\n{}", line.sentence, no_way_back(lang)),
        () if later => format!("{}\n{}", line.sentence, lang.pick("重做到这一步", "Redo up to this step")),
        () => format!("{}\n{}", line.sentence, lang.t().undo_to_here),
    };
    response.on_hover_text(tip);
}

/// Why a step cannot be taken back.
pub fn no_way_back(lang: Lang) -> &'static str {
    lang.pick(
        "不能退到这里：文件没有保留之后某一步改动前的样子",
        "There is no way back to here: the file no longer keeps what a later step changed",
    )
}
