//! The list of cells in the left panel: filter chips, communities that fold, rows, keys.

use egui::{Align2, Id, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::cells::{CellRow, CellsAction, CellsView, order, row_content};
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::{self, Lang};
use crate::ui::theme::{BODY, SMALL, Tokens, size};
use crate::ui::widgets::nav::{focus_place, seen_bar};
use crate::ui::widgets::{put, put_within};

/// Height of a community's row.
const GROUP_ROW: f32 = 30.0;
/// Height of the line of chips.
pub const CHIPS: f32 = 30.0;

/// A unit above cells, as the head of its cells.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct GroupRow {
    pub key: u64,
    pub name: String,
    pub folded: bool,
}

/// A reason for which cells are picked out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Chip {
    Over,
    Under,
    Vacant,
    Locked,
    Warning,
}

impl Chip {
    /// All, in the order in which they stand.
    pub const ALL: [Chip; 5] = [Chip::Over, Chip::Under, Chip::Vacant, Chip::Locked, Chip::Warning];

    /// Whether a cell has it; while an edit is under way as it was before, so that no row goes away under the hand.
    pub fn of(self, c: &CellRow, settled: i64) -> bool {
        match self {
            Chip::Over => settled > 0,
            Chip::Under => settled < 0,
            Chip::Vacant => c.vacant,
            Chip::Locked => c.locked,
            Chip::Warning => c.warning.is_some(),
        }
    }

    fn name(self, lang: Lang) -> &'static str {
        match self {
            Chip::Over => lang.pick("超", "Over"),
            Chip::Under => lang.pick("缺", "Under"),
            Chip::Vacant => lang.pick("空缺", "Vacant"),
            Chip::Locked => lang.pick("锁定", "Locked"),
            Chip::Warning => lang.pick("警告", "Warnings"),
        }
    }

    /// In full, for the tooltip and for those who hear the window.
    fn said(self, lang: Lang) -> &'static str {
        match self {
            Chip::Over => lang.pick("只看超户的网格", "Only cells over target"),
            Chip::Under => lang.pick("只看缺户的网格", "Only cells under target"),
            Chip::Vacant => lang.pick("只看岗位空缺的网格", "Only cells with a vacant post"),
            Chip::Locked => lang.pick("只看锁定的网格", "Only locked cells"),
            Chip::Warning => lang.pick("只看有警告的网格", "Only cells with warnings"),
        }
    }
}

/// A line of the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Line {
    /// The head of a group, by its place in the view.
    Group(usize),
    /// A cell, by its place in the view.
    Cell(usize),
}

/// Households outside the range before the edit under way.
fn settled(view: &CellsView, c: &CellRow) -> i64 {
    let rules = crate::model::Rules {
        households_min: view.range.0,
        households_max: view.range.1,
        ..crate::model::Rules::default()
    };
    rules.deviation(u64::try_from(c.before.unwrap_or(c.households)).unwrap_or(0))
}

fn fits(view: &CellsView, c: &CellRow) -> bool {
    view.chips.is_empty() || view.chips.iter().any(|chip| chip.of(c, settled(view, c)))
}

/// The lines in the order in which they are shown: groups, under each its cells unless it is folded. A group of which
/// the chips leave nothing is not shown. O(n log n), O(n) where the cells stand in order.
pub fn lines(view: &CellsView) -> Vec<Line> {
    let order = order(&view.cells, view.sort, view.descending, view.range);
    let shown = order.into_iter().filter(|&i| fits(view, &view.cells[i]));
    if view.groups.is_empty() {
        return shown.map(Line::Cell).collect();
    }
    let mut of: Vec<Vec<usize>> = vec![Vec::new(); view.groups.len() + 1];
    for i in shown {
        let g = view.groups.iter().position(|g| g.key == view.cells[i].group).unwrap_or(view.groups.len());
        of[g].push(i);
    }
    let mut out = Vec::new();
    for (g, cells) in of.into_iter().enumerate().filter(|(_, cells)| !cells.is_empty()) {
        let folded = view.groups.get(g).is_some_and(|g| g.folded);
        out.extend(view.groups.get(g).map(|_| Line::Group(g)));
        if !folded {
            out.extend(cells.into_iter().map(Line::Cell));
        }
    }
    out
}

/// The id that has the focus while the list's keys are its own.
pub fn list_id() -> Id {
    Id::unique("cell-list")
}

/// Cells to a page in the height last shown.
pub fn page(ctx: &egui::Context) -> usize {
    ctx.data(|d| d.get_temp::<f32>(list_id())).map_or(8, |h| (h / size::CELL_ROW) as usize).max(1)
}

/// How high the lines are in all.
pub fn needed(lines: &[Line]) -> f32 {
    lines.iter().map(height).sum()
}

fn height(line: &Line) -> f32 {
    if matches!(line, Line::Group(_)) { GROUP_ROW } else { size::CELL_ROW }
}

/// Chips that any cell has, each with how many; none where there is nothing to pick out.
pub fn chips(ui: &mut Ui, lang: Lang, view: &CellsView, out: &mut Vec<CellsAction>) {
    let count = |chip: Chip| view.cells.iter().filter(|c| chip.of(c, settled(view, c))).count();
    let shown: Vec<(Chip, usize)> =
        Chip::ALL.into_iter().map(|c| (c, count(c))).filter(|(c, n)| *n > 0 || view.chips.contains(c)).collect();
    if shown.is_empty() {
        return;
    }
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), CHIPS), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, t.line));
    let galleys: Vec<_> = shown
        .iter()
        .map(|(c, n)| {
            let color = if view.chips.contains(c) { t.accent } else { t.t2 };
            ui.painter().layout_no_wrap(format!("{} {}", c.name(lang), l10n::num(*n as i64)), regular(SMALL), color)
        })
        .collect();
    let icons = |c: Chip| match c {
        Chip::Over => Some((Icon::Up, t.err)),
        Chip::Under => Some((Icon::Down, t.into)),
        Chip::Vacant => None,
        Chip::Locked => Some((Icon::Lock, t.t2)),
        Chip::Warning => Some((Icon::Warning, t.warn)),
    };
    let wide = |c: Chip, text: f32, pad: f32| text + pad + if icons(c).is_some() { 14.0 } else { 0.0 };
    // In a narrow panel the chips lose their air before they lose their words.
    let room = rect.width() - 2.0 * size::PAD;
    let sum = |pad: f32, gap: f32| {
        shown.iter().zip(&galleys).map(|((c, _), g)| wide(*c, g.size().x, pad) + gap).sum::<f32>() - gap
    };
    let (pad, gap) = if sum(14.0, 6.0) <= room { (14.0, 6.0) } else { (8.0, 3.0) };
    let mut x = rect.left() + size::PAD;
    for ((chip, n), galley) in shown.into_iter().zip(galleys) {
        let on = view.chips.contains(&chip);
        let w = wide(chip, galley.size().x, pad);
        let place = Rect::from_min_size(pos2(x, rect.top() + 4.0), vec2(w, 22.0));
        x = place.right() + gap;
        let response = ui.interact(place, list_id().with(("chip", chip)), Sense::click());
        let fill = match (on, response.hovered()) {
            (true, _) => t.accent_soft,
            (_, true) => t.app,
            _ => t.panel,
        };
        let edge = if on { t.accent } else { t.line2 };
        ui.painter().rect(place, 11.0, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
        if response.has_focus() {
            ui.painter().rect_stroke(place.expand(1.0), 12.0, Stroke::new(2.0, t.accent), StrokeKind::Outside);
        }
        let mut left = place.left() + pad / 2.0;
        if let Some((icon, color)) = icons(chip) {
            icon.paint(
                ui.painter(),
                Rect::from_center_size(pos2(left + 4.5, place.center().y), vec2(10.0, 10.0)),
                color,
            );
            left += 13.0;
        }
        let corner = pos2(left, place.center().y - galley.size().y / 2.0);
        ui.painter().galley(corner, galley, t.t2);
        let said = format!("{} {}", chip.said(lang), l10n::num(n as i64));
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &said));
        if response.clicked() {
            out.push(CellsAction::Chip(chip));
        }
        response.on_hover_text(chip.said(lang));
    }
}

/// The list itself, `height` points high.
pub fn list(ui: &mut Ui, lang: Lang, view: &CellsView, lines: &[Line], tall: f32, out: &mut Vec<CellsAction>) {
    let place = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), tall));
    ui.data_mut(|d| d.insert_temp(list_id(), tall));
    let focus = focus_place(ui, place, list_id(), lang.pick("网格列表", "List of cells"));
    if lines.is_empty() {
        let t = Tokens::of(ui);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 2.0 * size::CELL_ROW), Sense::hover());
        let words = if view.cells.is_empty() {
            lang.t().no_cells
        } else {
            lang.pick("没有这样的网格。再点一次筛选，看全部。", "No such cell. Click the filter again to see all.")
        };
        let galley = ui.painter().layout(words.to_owned(), regular(BODY), t.t2, rect.width() - 40.0);
        let corner = rect.center() - galley.size() / 2.0;
        ui.painter().galley(corner, galley, t.t2);
        return;
    }
    let mut tops = Vec::with_capacity(lines.len() + 1);
    let mut y = 0.0_f32;
    for line in lines {
        tops.push(y);
        y += height(line);
    }
    ui.scope(|ui| {
        seen_bar(ui);
        let mut area = ScrollArea::vertical().id_salt("cells").auto_shrink([false, false]).max_height(tall);
        let of = |key: u64| lines.iter().position(|l| matches!(l, Line::Cell(i) if view.cells[*i].key == key));
        if let Some(at) = view.reveal.and_then(of) {
            area = area.vertical_scroll_offset(tops[at] + 0.5 * size::CELL_ROW - tall / 2.0);
        } else if let Some(at) = view.follow.and_then(of) {
            // A step with the keys: no further than it must.
            let offset = ui.data(|d| d.get_temp::<f32>(list_id().with("offset"))).unwrap_or(0.0);
            let (top, bottom) = (tops[at], tops[at] + size::CELL_ROW);
            if top < offset {
                area = area.vertical_scroll_offset(top);
            } else if bottom > offset + tall {
                area = area.vertical_scroll_offset(bottom - tall);
            }
        }
        let shown = area.show_viewport(ui, |ui, seen| {
            ui.set_min_size(vec2(ui.available_width(), y));
            let origin = ui.min_rect().min;
            let width = ui.available_width();
            let first = tops.partition_point(|top| *top <= seen.min.y).saturating_sub(1);
            for (line, top) in lines.iter().zip(&tops).skip(first).take_while(|(_, top)| **top < seen.max.y) {
                let rect = Rect::from_min_size(origin + vec2(0.0, *top), vec2(width, height(line)));
                let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(match line {
                    Line::Group(g) => (0, view.groups[*g].key),
                    Line::Cell(i) => (1, view.cells[*i].key),
                }));
                match line {
                    Line::Group(g) => group(&mut child, lang, view, &view.groups[*g], out),
                    Line::Cell(i) => row_content(&mut child, lang, view, &view.cells[*i], out),
                }
            }
        });
        ui.data_mut(|d| d.insert_temp(list_id().with("offset"), shown.state.clamped_offset().y));
    });
    if focus.has_focus() {
        let t = Tokens::of(ui);
        ui.painter().rect_stroke(place.shrink(1.0), 0.0, Stroke::new(1.5, t.accent), StrokeKind::Inside);
    }
}

/// The head of a community: name, cells, households, how many are off target.
fn group(ui: &mut Ui, lang: Lang, view: &CellsView, g: &GroupRow, out: &mut Vec<CellsAction>) {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), GROUP_ROW), Sense::CLICK);
    ui.painter().rect_filled(rect, 0.0, if response.hovered() { t.line } else { t.app });
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, t.line));
    let y = rect.center().y;
    let icon = if g.folded { Icon::ChevronRight } else { Icon::ChevronDown };
    icon.paint(ui.painter(), Rect::from_center_size(pos2(rect.left() + 17.0, y), vec2(12.0, 12.0)), t.t2);
    let (mut cells, mut households, mut off) = (0i64, 0i64, 0i64);
    for c in view.cells.iter().filter(|c| c.group == g.key) {
        (cells, households, off) = (cells + 1, households + c.households, off + i64::from(c.deviation != 0));
    }
    let p = ui.painter();
    let right = rect.right() - 33.0;
    let sum = put(p, pos2(right, y), Align2::RIGHT_CENTER, &l10n::num(households), semi(BODY), t.t1);
    let mut words = match lang {
        Lang::Zh => format!("{cells} 格"),
        Lang::En => format!("{cells} cells"),
    };
    if off > 0 {
        words += &lang.pick(" · {} 偏", " · {} off").replace("{}", &off.to_string());
    }
    let room = (sum.left() - rect.left() - 43.0).max(40.0);
    let name = put_within(p, pos2(rect.left() + 30.0, y), Align2::LEFT_CENTER, room * 0.6, &g.name, semi(BODY), t.t1);
    let left = sum.left() - name.right() - 18.0;
    put_within(p, pos2(name.right() + 8.0, y), Align2::LEFT_CENTER, left, &words, regular(SMALL), t.t2);
    let said = format!("{} {words} {}", g.name, l10n::households(lang, households));
    response.widget_info(|| WidgetInfo::selected(Role::TreeItem, true, !g.folded, &said));
    if response.double_clicked() {
        out.push(CellsAction::FlyToGroup(g.key));
    } else if response.clicked() {
        let whole = ui.input(|i| i.modifiers.command || i.modifiers.shift);
        out.push(if whole { CellsAction::SelectGroup(g.key) } else { CellsAction::Fold(g.key) });
    }
    let tip =
        lang.pick("点一下收起或展开，Ctrl 点选全社区", "Click to fold or unfold, Ctrl-click to select all its cells");
    response.on_hover_text(tip);
}
