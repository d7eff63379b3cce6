//! The left panel: cells with their deviation, the unassigned on top, the whole community, the history.

use egui::{Align2, Popup, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::cell_list::{Chip, GroupRow, chips, lines, list as list_of, list_id, needed};
use super::{Edge, paint_edge};
use crate::model::Rules;
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::{self, Lang};
use crate::ui::theme::{BODY, CHIP, SMALL, Tokens, size};
use crate::ui::widgets::{
    DeviationBar, Fact, code_chip, delta_chip, deviation_bar, deviation_words, facts, hatch, list_row, menu_item, put,
    put_within, section,
};
use std::collections::BTreeSet;

/// A cell as its row shows it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CellRow {
    pub key: u64,
    /// Short code, as on the map.
    pub code: String,
    pub name: String,
    /// 0–7 = A1–A4, B1–B4.
    pub tone: u8,
    pub households: i64,
    /// Households before the edit under way; None where the edit does not touch this cell.
    pub before: Option<i64>,
    /// Households outside the range, signed.
    pub deviation: i64,
    pub locked: bool,
    /// What is wrong, in a sentence.
    pub warning: Option<String>,
    /// Whether a post that every cell should have is vacant.
    pub vacant: bool,
    /// The group it stands in.
    pub group: u64,
}

/// What no cell holds.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct UnassignedRow {
    pub buildings: i64,
    pub households: i64,
    /// Where, in a few words.
    pub place: String,
    /// Ground without a cell, m².
    pub area_m2: f64,
}

/// Sums over all cells.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Totals {
    pub households: i64,
    pub residents: i64,
    pub buildings: i64,
    /// Buildings whose households are estimated.
    pub estimated: i64,
    /// Mean households a cell.
    pub average: f64,
    /// Most households of a cell over fewest; None without cells or with an empty one.
    pub most_least: Option<f64>,
    /// Cells within the range.
    pub within: u32,
    pub cells: u32,
}

/// How a step stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum StepState {
    /// The gesture of this moment.
    Staged,
    #[default]
    Done,
    Undone,
}

/// A step of the log.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct StepRow {
    pub step: u64,
    /// `12:03`.
    pub time: String,
    pub sentence: String,
    pub state: StepState,
}

/// What the list is ordered by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SortBy {
    #[default]
    Code,
    Name,
    Households,
    Deviation,
}

/// The left panel's view.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CellsView {
    /// Grid layers: key and name; the second is switched to in the head of the list.
    pub layers: Vec<(u64, String)>,
    /// Index of the layer shown.
    pub layer: usize,
    pub cells: Vec<CellRow>,
    pub unassigned: Option<UnassignedRow>,
    pub selected: Vec<u64>,
    /// The cell under the pointer on the map.
    pub hovered: Option<u64>,
    /// A cell to scroll to in this frame, into the middle.
    pub reveal: Option<u64>,
    /// A cell that the keys went to: it is kept in sight.
    pub follow: Option<u64>,
    /// Communities with cells, where there are several.
    pub groups: Vec<GroupRow>,
    /// Only cells with one of these.
    pub chips: BTreeSet<Chip>,
    /// What the sums are of: 全社区, 全街道.
    pub whole: String,
    pub sort: SortBy,
    pub descending: bool,
    /// Range of households of a cell.
    pub range: (u32, u32),
    pub totals: Totals,
    /// Newest first.
    pub history: Vec<StepRow>,
    pub plan: String,
}

/// How a row was clicked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pick {
    /// Only this one.
    One,
    /// As far as this one (Shift).
    Add,
    /// This one the other way round (Ctrl).
    Toggle,
}

/// What the left panel asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum CellsAction {
    Select(u64, Pick),
    /// The row under the pointer, once a frame while there is one.
    Hover(u64),
    FlyTo(u64),
    NextUnassigned,
    /// Pick out cells with this, or no more.
    Chip(Chip),
    /// Fold or unfold a group.
    Fold(u64),
    SelectGroup(u64),
    FlyToGroup(u64),
    Sort(SortBy, bool),
    Layer(u64),
    UndoTo(u64),
    RedoTo(u64),
}

/// The order in which rows are shown, as indices. While an edit is under way the values before it count, so that no row
/// moves under the hand. O(n log n).
pub fn order(cells: &[CellRow], by: SortBy, descending: bool, range: (u32, u32)) -> Vec<usize> {
    let rules = Rules { households_min: range.0, households_max: range.1, ..Rules::default() };
    let settled = |c: &CellRow| c.before.unwrap_or(c.households);
    let strayed = |c: &CellRow| rules.deviation(u64::try_from(settled(c)).unwrap_or(0));
    let mut out: Vec<usize> = (0..cells.len()).collect();
    out.sort_by(|&i, &j| {
        let (a, b) = (&cells[i], &cells[j]);
        let codes = a.code.cmp(&b.code);
        let first = match by {
            SortBy::Code => codes,
            SortBy::Name => a.name.cmp(&b.name),
            SortBy::Households => settled(a).cmp(&settled(b)),
            SortBy::Deviation => strayed(a).cmp(&strayed(b)),
        };
        let first = if descending { first.reverse() } else { first };
        first.then(codes).then(i.cmp(&j))
    });
    out
}

/// Shows the left panel.
pub fn cells_panel(ui: &mut Ui, lang: Lang, view: &CellsView, out: &mut Vec<CellsAction>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    head(ui, lang, view, out);
    columns(ui, lang, view, out);
    if let Some(row) = &view.unassigned {
        unassigned_row(ui, lang, row, out);
    }
    // The lower blocks have their height from what they show; the list takes the rest and scrolls.
    let steps = view.history.len().clamp(1, 4) as f32;
    let foot = 24.0 + 2.0 * 38.0 + 22.0 + 24.0 + steps * 24.0 + 24.0;
    chips(ui, lang, view, out);
    let list = (ui.available_height() - foot).max(2.0 * size::CELL_ROW);
    let lines = lines(view);
    let needed = needed(&lines).max(size::CELL_ROW);
    list_of(ui, lang, view, &lines, list.min(needed), out);
    ui.add_space(10.0);
    padded(ui, |ui| {
        totals(ui, lang, view);
        ui.add_space(10.0);
        history(ui, lang, view, out);
    });
    paint_edge(ui, Edge::Right);
}

/// Content with the panel's padding at both sides.
pub(super) fn padded<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let rect = ui.available_rect_before_wrap();
    let inner = rect.shrink2(vec2(size::PAD + 2.0, 0.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(inner));
    let result = content(&mut child);
    ui.advance_cursor_after_rect(Rect::from_min_max(rect.min, pos2(rect.right(), child.min_rect().bottom())));
    result
}

fn head(ui: &mut Ui, lang: Lang, view: &CellsView, out: &mut Vec<CellsAction>) {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 34.0), Sense::hover());
    let y = rect.center().y;
    let name =
        put(ui.painter(), pos2(rect.left() + size::PAD, y), Align2::LEFT_CENTER, lang.t().cells, semi(14.0), t.t1);
    let count = l10n::num(view.cells.len() as i64);
    put(ui.painter(), pos2(name.right() + 8.0, y), Align2::LEFT_CENTER, &count, regular(14.0), t.t3);
    let Some((_, layer)) = view.layers.get(view.layer) else { return };
    if view.layers.len() < 2 {
        put(ui.painter(), pos2(rect.right() - size::PAD, y), Align2::RIGHT_CENTER, layer, regular(SMALL), t.t2);
        return;
    }
    let galley = ui.painter().layout_no_wrap(layer.clone(), regular(SMALL), t.t2);
    let w = galley.size().x + 22.0;
    let button = Rect::from_center_size(pos2(rect.right() - size::PAD - w / 2.0, y), vec2(w, 24.0));
    let response = ui.interact(button, ui.scope_id().with("layer"), Sense::click());
    ui.painter().galley(pos2(button.left(), y - galley.size().y / 2.0), galley, t.t2);
    let arrow = Rect::from_center_size(pos2(button.right() - 6.0, y), vec2(13.0, 13.0));
    Icon::ChevronDown.paint(ui.painter(), arrow, t.t2);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, layer));
    Popup::menu(&response).show(|ui| {
        for (i, (key, name)) in view.layers.iter().enumerate() {
            if menu_item(ui, None, name, "", i == view.layer, true).clicked() {
                out.push(CellsAction::Layer(*key));
                ui.close();
            }
        }
    });
}

/// Where the parts of a row stand, from its rectangle.
struct Slots {
    chip: f32,
    name: f32,
    number: f32,
    glyph: f32,
}

fn slots(rect: Rect) -> Slots {
    let right = rect.right() - 11.0;
    Slots { chip: rect.left() + size::PAD, name: rect.left() + 43.0, number: right - 22.0, glyph: right }
}

fn columns(ui: &mut Ui, lang: Lang, view: &CellsView, out: &mut Vec<CellsAction>) {
    let t = Tokens::of(ui);
    let text = lang.t();
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 25.0), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, t.app);
    let hair = Stroke::new(1.0, t.line);
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, hair);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, hair);
    let s = slots(rect);
    let mut column = |by: SortBy, name: &str, x: f32, anchor: Align2| {
        let on = view.sort == by;
        let font = if on { semi(SMALL) } else { regular(SMALL) };
        let at = put(ui.painter(), pos2(x, rect.center().y), anchor, name, font, if on { t.t1 } else { t.t2 });
        let response = ui.interact(at.expand2(vec2(5.0, 5.0)), ui.scope_id().with(("sort", by as u8)), Sense::click());
        if on && (by != SortBy::Code || view.descending) {
            let icon = if view.descending { Icon::Down } else { Icon::Up };
            let mark = Rect::from_center_size(pos2(at.left() - 7.0, rect.center().y), vec2(6.0, 6.0));
            let mark = if anchor == Align2::LEFT_CENTER { mark.translate(vec2(at.width() + 14.0, 0.0)) } else { mark };
            icon.paint(ui.painter(), mark, t.t2);
        }
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{} {name}", text.sort_by)));
        if response.clicked() {
            out.push(CellsAction::Sort(by, on && !view.descending));
        }
        at
    };
    column(SortBy::Code, text.code, s.chip, Align2::LEFT_CENTER);
    let x = if lang == Lang::Zh { s.name + 4.0 } else { s.name + 8.0 };
    column(SortBy::Name, text.name, x, Align2::LEFT_CENTER);
    let deviation = column(SortBy::Deviation, text.deviation, s.glyph, Align2::RIGHT_CENTER);
    column(SortBy::Households, text.households, deviation.left() - 22.0, Align2::RIGHT_CENTER);
}

fn unassigned_row(ui: &mut Ui, lang: Lang, row: &UnassignedRow, out: &mut Vec<CellsAction>) {
    let t = Tokens::of(ui);
    let (rect, response) = list_row(ui, 40.0, false, false, Some(t.warn_soft));
    let s = slots(rect);
    let y = rect.center().y;
    let p = ui.painter();
    let chip = Rect::from_center_size(pos2(s.chip + 11.5, y), vec2(23.0, 17.0));
    p.rect_filled(chip, CHIP, t.raise);
    hatch(p, chip.shrink(1.0), 5.0, Stroke::new(1.0, t.warn.gamma_multiply(0.6)));
    p.rect_stroke(chip, CHIP, Stroke::new(1.0, t.warn), StrokeKind::Inside);
    let name = put(p, pos2(s.name, y), Align2::LEFT_CENTER, lang.t().unassigned, semi(BODY), t.t1);
    let number = put(p, pos2(s.number, y), Align2::RIGHT_CENTER, &l10n::num(row.households), semi(BODY), t.t1);
    let mut place = l10n::buildings(lang, row.buildings);
    if row.buildings == 0 {
        place = l10n::area(lang, row.area_m2);
    } else if !row.place.is_empty() {
        place = format!("{place} · {}", row.place);
    }
    let room = number.left() - name.right() - 16.0;
    put_within(p, pos2(name.right() + 8.0, y), Align2::LEFT_CENTER, room, &place, regular(SMALL), t.t2);
    Icon::Pin.paint(p, Rect::from_center_size(pos2(s.glyph - 6.0, y - 1.0), vec2(14.0, 14.0)), t.warn);
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, format!("{} {place}", lang.t().unassigned)));
    if response.clicked() {
        out.push(CellsAction::NextUnassigned);
    }
}

/// A cell: chip, name, households, deviation.
pub(super) fn row_content(ui: &mut Ui, lang: Lang, view: &CellsView, row: &CellRow, out: &mut Vec<CellsAction>) {
    let t = Tokens::of(ui);
    let selected = view.selected.contains(&row.key);
    let (rect, response) = list_row(ui, size::CELL_ROW, selected, view.hovered == Some(row.key), None);
    if response.clicked() {
        ui.memory_mut(|m| m.request_focus(list_id()));
    }
    let s = slots(rect);
    let first = rect.top() + 16.0;
    let second = rect.top() + 34.0;
    // A long code pushes its name to the right; short ones leave the names in one column.
    let name_x = s.name.max(code_chip(ui, pos2(s.chip, first), &row.code, row.tone, false).right() + 8.0);
    let p = ui.painter();
    let font = || if selected { semi(BODY) } else { regular(BODY) };
    let number = put(p, pos2(s.number, first), Align2::RIGHT_CENTER, &l10n::num(row.households), font(), t.t1);
    deviation_words(ui, lang, pos2(s.glyph, first), row.deviation, false);
    let mut room = number.left() - 8.0;
    if let Some(before) = row.before.filter(|b| *b != row.households) {
        room = delta_chip(ui, pos2(number.left() - 10.0, first), row.households - before, "").left() - 6.0;
    }
    let marks = [(row.warning.is_some(), Icon::Warning, t.warn), (row.locked, Icon::Lock, t.t2)];
    let mark_w = marks.iter().filter(|m| m.0).count() as f32 * 19.0;
    let name = put_within(p, pos2(name_x, first), Align2::LEFT_CENTER, room - name_x - mark_w, &row.name, font(), t.t1);
    let mut x = name.right() + 6.0;
    for (_, icon, color) in marks.iter().filter(|m| m.0) {
        icon.paint(p, Rect::from_center_size(pos2(x + 7.0, first), vec2(13.0, 13.0)), *color);
        x += 19.0;
    }
    let words = l10n::deviation(lang, row.deviation);
    put(p, pos2(s.glyph, second), Align2::RIGHT_CENTER, &words, regular(SMALL), t.t2);
    let bar = Rect::from_min_max(pos2(s.name + 3.0, second - 5.0), pos2(rect.right() - 90.0, second + 5.0));
    let (value, before) = (row.households, row.before);
    deviation_bar(ui, bar, DeviationBar { value, before, range: view.range, deviation: row.deviation, numbers: false });
    response.widget_info(|| {
        let said = format!("{} {} {} {words}", row.code, row.name, l10n::households(lang, row.households));
        WidgetInfo::selected(Role::ListItem, true, selected, said)
    });
    if response.hovered() {
        out.push(CellsAction::Hover(row.key));
    }
    if response.double_clicked() {
        out.push(CellsAction::FlyTo(row.key));
    } else if response.clicked() {
        let keys = ui.input(|i| i.modifiers);
        let pick = match (keys.command, keys.shift) {
            (true, _) => Pick::Toggle,
            (_, true) => Pick::Add,
            _ => Pick::One,
        };
        out.push(CellsAction::Select(row.key, pick));
    }
    if let Some(why) = &row.warning {
        response.on_hover_text(why);
    } else if row.locked {
        response.on_hover_text(lang.t().locked);
    }
}

fn totals(ui: &mut Ui, lang: Lang, view: &CellsView) {
    let text = lang.t();
    let sum = &view.totals;
    let whole = if view.whole.is_empty() { text.whole } else { &view.whole };
    section(ui, whole, &l10n::range(lang, view.range));
    let none = || "—".to_owned();
    let list = [
        Fact { name: text.households, value: l10n::num(sum.households) },
        Fact { name: text.residents, value: l10n::num(sum.residents) },
        Fact { name: text.buildings, value: l10n::num(sum.buildings) },
        Fact {
            name: text.average,
            value: if sum.cells == 0 { none() } else { l10n::households(lang, sum.average.round() as i64) },
        },
        Fact {
            name: text.most_least,
            value: sum.most_least.map_or_else(none, |r| format!("{r:.2} {}", lang.pick("倍", "×"))),
        },
        Fact { name: lang.pick("目标内", "On target"), value: format!("{} / {}", sum.within, sum.cells) },
    ];
    facts(ui, 3, &list, true);
    if sum.estimated > 0 {
        let n = l10n::num(sum.estimated);
        let words = lang.pick("其中 {} 栋户数为估算", "{} buildings with estimated households").replace("{}", &n);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::hover());
        put(ui.painter(), rect.left_center(), Align2::LEFT_CENTER, &words, regular(SMALL), Tokens::of(ui).t3);
    }
}

fn history(ui: &mut Ui, lang: Lang, view: &CellsView, out: &mut Vec<CellsAction>) {
    let t = Tokens::of(ui);
    let text = lang.t();
    let done = view.history.iter().filter(|s| s.state != StepState::Undone).count() as i64;
    let steps =
        format!("{} · {} {}", view.plan, l10n::num(done), lang.pick("步", if done == 1 { "step" } else { "steps" }));
    section(ui, text.history, &steps);
    if view.history.is_empty() {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
        put(ui.painter(), rect.left_center(), Align2::LEFT_CENTER, text.no_history, regular(SMALL), t.t3);
        return;
    }
    let newest_done = view.history.iter().find(|s| s.state == StepState::Done).map(|s| s.step);
    ScrollArea::vertical().id_salt("history").auto_shrink([false, false]).show_rows(
        ui,
        24.0,
        view.history.len(),
        |ui, rows| {
            for row in view.history.get(rows).unwrap_or_default() {
                step_row(ui, lang, row, newest_done == Some(row.step), out);
            }
        },
    );
}

fn step_row(ui: &mut Ui, lang: Lang, row: &StepRow, newest: bool, out: &mut Vec<CellsAction>) {
    let t = Tokens::of(ui);
    let text = lang.t();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::click());
    let y = rect.center().y;
    let p = ui.painter();
    if response.hovered() || response.has_focus() {
        p.rect_filled(rect.expand2(vec2(4.0, 0.0)), CHIP, t.app);
    }
    let (mark, mark_color, color) = match row.state {
        StepState::Staged => (text.in_progress, t.accent, t.t1),
        StepState::Done => ("", t.t3, if newest { t.t1 } else { t.t2 }),
        StepState::Undone => (text.undone, t.t3, t.t3),
    };
    put(p, pos2(rect.left(), y), Align2::LEFT_CENTER, &row.time, regular(SMALL), t.t3);
    let right = put(p, pos2(rect.right(), y), Align2::RIGHT_CENTER, mark, regular(SMALL), mark_color);
    let x = rect.left() + 42.0;
    let line =
        put_within(p, pos2(x, y), Align2::LEFT_CENTER, right.left() - x - 8.0, &row.sentence, regular(12.0), color);
    if row.state == StepState::Undone {
        p.hline(line.x_range(), line.center().y, Stroke::new(1.0, t.t3));
    }
    response.widget_info(|| {
        WidgetInfo::labeled(Role::ListItem, true, format!("{} {} {mark}", row.time, row.sentence).trim_end())
    });
    if response.clicked() && row.state != StepState::Staged {
        let undone = row.state == StepState::Undone;
        out.push(if undone { CellsAction::RedoTo(row.step) } else { CellsAction::UndoTo(row.step) });
    }
    let full = if row.state == StepState::Done && !newest {
        format!("{}\n{}", row.sentence, text.undo_to_here)
    } else {
        row.sentence.clone()
    };
    response.on_hover_text(full);
}
