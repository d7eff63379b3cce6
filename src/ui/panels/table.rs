//! The table of any kind of thing, docked below the map. Only the rows in sight are built.

use egui::{
    Align2, CursorIcon, Id, Key, Margin, Popup, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, TextEdit, Ui,
    UiBuilder, WidgetInfo, pos2, vec2,
};

use super::cells::Pick;
use super::{Edge, paint_edge};
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::{self, Lang};
use crate::ui::theme::{BODY, SMALL, Tokens, size};
use crate::ui::widgets::nav::{focus_place, seen_bar};
use crate::ui::widgets::{checkbox, float_frame, icon_button, menu_item, put, put_within};

/// Height of a row and of the head.
pub const ROW: f32 = size::BUILDING_ROW;
const HEAD: f32 = 26.0;
const BAR: f32 = 36.0;
/// Widths that a column may be pulled to.
const WIDTHS: std::ops::RangeInclusive<f32> = 48.0..=640.0;

/// A column as its head shows it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct TableColumn {
    pub title: String,
    pub width: f32,
    /// Figures stand at the right.
    pub number: bool,
    /// Whether it can be typed into.
    pub editable: bool,
}

/// A cell that is typed into.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Editing {
    pub row: usize,
    pub column: usize,
    pub text: String,
    /// Why what was typed cannot be, until it is changed.
    pub error: Option<String>,
    /// It was just opened: it takes the focus, with all chosen.
    pub fresh: bool,
}

/// What a row shows, read when it comes into sight.
pub trait Rows {
    /// What stands in a cell.
    fn text(&self, row: usize, column: usize) -> String;
    /// Whether the row is chosen.
    fn chosen(&self, row: usize) -> bool;
}

/// The table's view.
pub struct TableView<'a> {
    /// Kinds that can be shown, with how many there are of each.
    pub kinds: &'a [(String, usize)],
    pub kind: usize,
    pub columns: &'a [TableColumn],
    /// The column it is ordered by, and whether the greatest stand first.
    pub sort: Option<(usize, bool)>,
    pub words: &'a str,
    pub only_selected: bool,
    pub only_seen: bool,
    /// Rows that are listed, and how many are chosen.
    pub listed: usize,
    pub chosen: usize,
    /// Whether another order is on its way.
    pub busy: bool,
    /// Row and column of the cursor.
    pub cursor: Option<(usize, usize)>,
    pub editing: Option<&'a Editing>,
    /// A row to scroll to in this frame.
    pub reveal: Option<usize>,
    /// The words' field takes the focus in this frame.
    pub focus: bool,
    pub rows: &'a dyn Rows,
}

/// Where typing goes on after a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Nowhere: the field was left.
    Stay,
    /// Enter.
    Down,
    /// Shift Enter.
    Up,
    /// Tab.
    Right,
    /// Shift Tab.
    Left,
}

/// What the table asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum TableAction {
    Kind(usize),
    Sort(usize),
    Words(String),
    OnlySelected(bool),
    OnlySeen(bool),
    /// A row was clicked, in a column.
    Pick(usize, usize, Pick),
    FlyTo(usize),
    /// Begin to type into a cell.
    Edit(usize, usize),
    /// What stands in the field by now.
    Typed(String),
    /// The value is done.
    Done(Next),
    GiveUp,
    Copy,
    Widen(usize, f32),
    Close,
}

/// The id that has the focus while the table's keys are its own.
pub fn table_id() -> Id {
    Id::unique("table-rows")
}

/// Rows to a page in the height last shown.
pub fn page(ctx: &egui::Context) -> usize {
    ctx.data(|d| d.get_temp::<f32>(table_id())).map_or(8, |h| (h / ROW) as usize).max(1)
}

/// Shows the table.
pub fn table_panel(ui: &mut Ui, lang: Lang, view: &TableView<'_>, out: &mut Vec<TableAction>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    bar(ui, lang, view, out);
    let t = Tokens::of(ui);
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEAD), Sense::hover());
    let body = ui.available_rect_before_wrap();
    ui.data_mut(|d| d.insert_temp(table_id(), body.height()));
    let focus = focus_place(ui, body, table_id(), lang.pick("表格", "Table"));
    let widths = spread(view.columns, body.width());
    let total: f32 = widths.iter().sum();
    seen_bar(ui);
    let mut area = ScrollArea::both().id_salt(("table", view.kind)).auto_shrink([false, false]);
    if let Some(row) = view.reveal {
        let id = Id::unique(("table-offset", view.kind));
        let now = ui.data(|d| d.get_temp::<f32>(id)).unwrap_or(0.0);
        let (top, bottom) = (row as f32 * ROW, (row + 1) as f32 * ROW);
        let room = body.height() - 10.0;
        if top < now || bottom > now + room {
            area = area.vertical_scroll_offset(if top < now { top } else { bottom - room });
        }
    }
    let shown = area.show_viewport(ui, |ui, seen| {
        ui.set_min_size(vec2(total, view.listed as f32 * ROW));
        let origin = ui.min_rect().min;
        let first = (seen.min.y / ROW).max(0.0) as usize;
        let last = ((seen.max.y / ROW).ceil().max(0.0) as usize).min(view.listed);
        for row in first..last {
            let top = origin.y + row as f32 * ROW;
            let rect = Rect::from_min_size(pos2(origin.x, top), vec2(total.max(seen.width()), ROW));
            show_row(ui, lang, view, row, rect, &widths, out);
        }
        if let Some(e) = view.editing.filter(|e| e.row < view.listed) {
            let left = origin.x + widths.iter().take(e.column).sum::<f32>();
            let width = widths.get(e.column).copied().unwrap_or(80.0).max(90.0);
            let rect = Rect::from_min_size(pos2(left, origin.y + e.row as f32 * ROW), vec2(width, ROW));
            typing(ui, view, e, rect, out);
        }
    });
    ui.data_mut(|d| d.insert_temp(Id::unique(("table-offset", view.kind)), shown.state.clamped_offset().y));
    heads(ui, view, head, &widths, shown.state.clamped_offset().x, out);
    if view.listed == 0 {
        let words = if view.busy { lang.pick("正在整理…", "Sorting…").to_owned() } else { nothing(lang, view) };
        let response = ui.interact(body, table_id().with("empty"), Sense::hover());
        put(ui.painter(), body.center(), Align2::CENTER_CENTER, &words, regular(BODY), t.t2);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    }
    if focus.has_focus() {
        ui.painter().rect_stroke(body.shrink(1.0), 0.0, Stroke::new(1.5, t.accent), StrokeKind::Inside);
    }
    paint_edge(ui, Edge::Top);
}

fn nothing(lang: Lang, view: &TableView<'_>) -> String {
    let words = view.words.trim();
    match lang {
        Lang::Zh if !words.is_empty() => format!("没有找到「{words}」。试试拼音首字母。"),
        Lang::En if !words.is_empty() => format!("Nothing found for “{words}”. Try another word."),
        _ if view.only_selected => {
            lang.pick("没有选中的。在图上或表里选。", "Nothing is selected. Select on the map or here.").to_owned()
        }
        _ if view.only_seen => lang
            .pick("视野内没有。移动地图，或按 Home 看全图。", "Nothing in view. Move the map, or press Home.")
            .to_owned(),
        _ => lang.pick("还没有。先导入或画出来。", "Nothing yet. Import some, or draw them.").to_owned(),
    }
}

/// Widths on the screen: what is left over goes to the widest column of words.
fn spread(columns: &[TableColumn], room: f32) -> Vec<f32> {
    let mut widths: Vec<f32> = columns.iter().map(|c| c.width).collect();
    let spare = room - widths.iter().sum::<f32>();
    let words = columns.iter().enumerate().filter(|(_, c)| !c.number);
    if let Some((i, _)) = words.max_by(|a, b| a.1.width.total_cmp(&b.1.width)).filter(|_| spare > 0.0) {
        widths[i] += spare;
    }
    widths
}

fn bar(ui: &mut Ui, lang: Lang, view: &TableView<'_>, out: &mut Vec<TableAction>) {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), BAR), Sense::hover());
    let inner = rect.shrink2(vec2(size::PAD, 4.0));
    let mut child =
        ui.new_child(UiBuilder::new().max_rect(inner).layout(egui::Layout::left_to_right(egui::Align::Center)));
    let ui = &mut child;
    ui.spacing_mut().item_spacing.x = 12.0;
    kinds(ui, lang, view, out);
    let name = lang.pick("筛选表格", "Filter the table");
    let id = table_id().with("words");
    let mut words = view.words.to_owned();
    // Between the panels of a narrow window there is room for short words only.
    let narrow = inner.width() < 480.0;
    let hint =
        if narrow { lang.pick("筛选", "Filter") } else { lang.pick("筛选，可用拼音首字母", "Filter") };
    let field = TextEdit::singleline(&mut words)
        .id(id)
        .desired_width((inner.width() * 0.2).clamp(if narrow { 50.0 } else { 90.0 }, 200.0))
        .margin(Margin::symmetric(8, 4))
        .align(Align2::LEFT_CENTER)
        .hint_text(egui::RichText::new(hint).color(t.t3));
    let response = ui.add(field).accessible_name(name);
    if view.focus {
        response.request_focus();
    }
    if response.changed() {
        out.push(TableAction::Words(words));
    }
    // From the words down into the rows.
    if response.has_focus() && ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, Key::ArrowDown)) {
        ui.memory_mut(|m| m.request_focus(table_id()));
        if view.listed > 0 {
            out.push(TableAction::Pick(0, 0, Pick::One));
        }
    }
    let picked = if narrow { ("选中", "Chosen") } else { ("只看选中", "Selected only") };
    let seen = if narrow { ("视野", "View") } else { ("只看视野内", "In view only") };
    if checkbox(ui, view.only_selected, lang.pick(picked.0, picked.1), true) {
        out.push(TableAction::OnlySelected(!view.only_selected));
    }
    if checkbox(ui, view.only_seen, lang.pick(seen.0, seen.1), true) {
        out.push(TableAction::OnlySeen(!view.only_seen));
    }
    let (zh, en) = (format!("{} 行", l10n::num(view.listed as i64)), format!("{} rows", l10n::num(view.listed as i64)));
    let mut count = lang.pick(&zh, &en).to_owned();
    if view.chosen > 0 {
        let n = l10n::num(view.chosen as i64);
        count += &lang.pick(" · 选中 {}", " · {} selected").replace("{}", &n);
    }
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        if icon_button(ui, Icon::Close, lang.pick("关闭表格", "Close the table"), 26.0, t.t2).clicked() {
            out.push(TableAction::Close);
        }
        let copy = lang.pick("复制选中的行", "Copy the selected rows");
        if icon_button(ui, Icon::Copy, copy, 26.0, if view.chosen > 0 { t.t2 } else { t.t3 }).clicked() {
            out.push(TableAction::Copy);
        }
        let room = ui.available_width();
        let (rect, response) = ui.allocate_exact_size(vec2(room.max(1.0), 24.0), Sense::hover());
        let at = pos2(rect.right() - 6.0, rect.center().y);
        if room > 60.0 {
            put_within(ui.painter(), at, Align2::RIGHT_CENTER, room - 6.0, &count, regular(SMALL), t.t3);
        }
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &count));
    });
}

/// What is shown, with a menu of all kinds.
fn kinds(ui: &mut Ui, lang: Lang, view: &TableView<'_>, out: &mut Vec<TableAction>) {
    let t = Tokens::of(ui);
    let empty = (String::new(), 0);
    let (name, n) = view.kinds.get(view.kind).unwrap_or(&empty);
    let strong = ui.painter().layout_no_wrap(name.clone(), semi(14.0), t.t1);
    let count = ui.painter().layout_no_wrap(l10n::num(*n as i64), regular(14.0), t.t3);
    let width = strong.size().x + count.size().x + 36.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, size::CONTROL), Sense::click());
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect.expand2(vec2(4.0, 0.0)), crate::ui::theme::CONTROL, t.line);
    }
    let (y, x) = (rect.center().y, rect.left() + strong.size().x + 8.0);
    ui.painter().galley(pos2(rect.left(), y - strong.size().y / 2.0), strong, t.t1);
    ui.painter().galley(pos2(x, y - count.size().y / 2.0), count, t.t3);
    Icon::ChevronDown.paint(ui.painter(), Rect::from_center_size(pos2(rect.right() - 8.0, y), vec2(13.0, 13.0)), t.t2);
    let label = lang.pick("表格内容", "What the table shows");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{label} {name}")));
    Popup::menu(&response).show(|ui| {
        ui.set_width(240.0);
        for (i, (name, n)) in view.kinds.iter().enumerate() {
            if menu_item(ui, None, name, &l10n::num(*n as i64), i == view.kind, true).clicked() {
                out.push(TableAction::Kind(i));
                ui.close();
            }
        }
    });
}

fn heads(ui: &mut Ui, view: &TableView<'_>, rect: Rect, widths: &[f32], offset: f32, out: &mut Vec<TableAction>) {
    let t = Tokens::of(ui);
    ui.painter().rect_filled(rect, 0.0, t.app);
    let hair = Stroke::new(1.0, t.line);
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, hair);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, hair);
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("heads"));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    let ui = &mut child;
    let mut x = rect.left() - offset;
    for (i, (column, width)) in view.columns.iter().zip(widths).enumerate() {
        let cell = Rect::from_min_size(pos2(x, rect.top()), vec2(*width, HEAD));
        x += width;
        if !rect.intersects(cell) {
            continue;
        }
        let on = view.sort.filter(|(c, _)| *c == i);
        let response = ui.interact(cell.with_max_x(cell.right() - 4.0), table_id().with(("head", i)), Sense::click());
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(cell.shrink2(vec2(0.0, 1.0)), 0.0, t.line);
        }
        let (font, color) = if on.is_some() { (semi(SMALL), t.t1) } else { (semi(SMALL), t.t2) };
        let room = cell.width() - 20.0;
        let y = cell.center().y;
        let (at, anchor) = match column.number {
            true => (pos2(cell.right() - 10.0, y), Align2::RIGHT_CENTER),
            false => (pos2(cell.left() + 10.0, y), Align2::LEFT_CENTER),
        };
        let name = put_within(ui.painter(), at, anchor, room, &column.title, font, color);
        if let Some((_, down)) = on {
            let place = if column.number { name.left() - 7.0 } else { name.right() + 7.0 };
            let icon = if down { Icon::Down } else { Icon::Up };
            icon.paint(ui.painter(), Rect::from_center_size(pos2(place, y), vec2(6.0, 6.0)), t.t2);
        }
        response.widget_info(|| {
            let order = match on {
                Some((_, true)) => " ▼",
                Some((_, false)) => " ▲",
                None => "",
            };
            WidgetInfo::labeled(Role::ColumnHeader, true, format!("{}{order}", column.title))
        });
        if response.clicked() {
            out.push(TableAction::Sort(i));
        }
        let edge = Rect::from_center_size(pos2(cell.right(), y), vec2(7.0, HEAD));
        let pull = ui.interact(edge, table_id().with(("edge", i)), Sense::drag());
        if pull.hovered() || pull.dragged() {
            ui.painter().vline(cell.right(), rect.y_range(), Stroke::new(1.5, t.accent));
            ui.ctx().set_cursor_icon(CursorIcon::ResizeColumn);
        } else {
            ui.painter().vline(cell.right() - 0.5, rect.shrink(6.0).y_range(), Stroke::new(1.0, t.line2));
        }
        if pull.dragged() {
            let wide = (column.width + pull.drag_delta().x).clamp(*WIDTHS.start(), *WIDTHS.end());
            out.push(TableAction::Widen(i, wide));
        }
    }
}

fn show_row(
    ui: &mut Ui,
    lang: Lang,
    view: &TableView<'_>,
    row: usize,
    rect: Rect,
    widths: &[f32],
    out: &mut Vec<TableAction>,
) {
    let t = Tokens::of(ui);
    let seen = ui.clip_rect();
    // A row by Tab would be one of thousands: the table as a whole has the focus, the arrows go from row to row.
    let response = ui.interact(rect, table_id().with(("row", row)), Sense::CLICK);
    let chosen = view.rows.chosen(row);
    if chosen {
        ui.painter().rect_filled(rect, 0.0, t.accent_soft);
        ui.painter().rect_filled(rect.with_max_x(rect.left() + 3.0), 0.0, t.accent);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, t.app);
    }
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, t.line));
    let mut said = String::new();
    let mut x = rect.left();
    let mut under = None;
    for (i, (column, width)) in view.columns.iter().zip(widths).enumerate() {
        let cell = Rect::from_min_size(pos2(x, rect.top()), vec2(*width, ROW));
        x += width;
        let text = view.rows.text(row, i);
        if !text.is_empty() {
            said.push_str(if said.is_empty() { "" } else { " " });
            said.push_str(&text);
        }
        if response.interact_pointer_pos().or(response.hover_pos()).is_some_and(|p| cell.x_range().contains(p.x)) {
            under = Some(i);
        }
        if !seen.intersects(cell) {
            continue;
        }
        let y = cell.center().y;
        let (at, anchor) = match column.number {
            true => (pos2(cell.right() - 10.0, y), Align2::RIGHT_CENTER),
            false => (pos2(cell.left() + 10.0, y), Align2::LEFT_CENTER),
        };
        let color = if column.editable { t.t1 } else { t.t2 };
        let font = if chosen && i == 0 { semi(BODY) } else { regular(BODY) };
        put_within(ui.painter(), at, anchor, cell.width() - 20.0, &text, font, color);
        if view.cursor == Some((row, i)) && ui.memory(|m| m.has_focus(table_id())) {
            ui.painter().rect_stroke(cell.shrink(1.0), 2.0, Stroke::new(1.5, t.accent), StrokeKind::Inside);
        }
    }
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, chosen, &said));
    let column = under.unwrap_or(0);
    if response.double_clicked() {
        let editable = view.columns.get(column).is_some_and(|c| c.editable);
        out.push(if editable { TableAction::Edit(row, column) } else { TableAction::FlyTo(row) });
    } else if response.clicked() {
        ui.memory_mut(|m| m.request_focus(table_id()));
        let keys = ui.input(|i| i.modifiers);
        let pick = match (keys.command, keys.shift) {
            (true, _) => Pick::Toggle,
            (_, true) => Pick::Add,
            _ => Pick::One,
        };
        out.push(TableAction::Pick(row, column, pick));
    }
    if under.is_some_and(|i| view.columns.get(i).is_some_and(|c| c.editable)) {
        response
            .on_hover_text(lang.pick("双击或 F2 修改", "Double-click or F2 to change"))
            .on_hover_cursor(CursorIcon::Text);
    }
}

/// The field over a cell that is typed into, and below it why the value cannot be.
fn typing(ui: &mut Ui, view: &TableView<'_>, e: &Editing, rect: Rect, out: &mut Vec<TableAction>) {
    let t = Tokens::of(ui);
    let id = table_id().with("typing");
    let mut text = e.text.clone();
    let column = view.columns.get(e.column);
    let title = column.map_or("", |c| c.title.as_str());
    let label = format!("{title} {}", view.rows.text(e.row, 1));
    ui.painter().rect_filled(rect, 0.0, t.raise);
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("typing"));
    let edit = TextEdit::singleline(&mut text)
        .id(id)
        .frame(egui::Frame::NONE)
        .desired_width(rect.width() - 20.0)
        .margin(Margin::symmetric(10, 4))
        .align(if column.is_some_and(|c| c.number) { Align2::RIGHT_CENTER } else { Align2::LEFT_CENTER });
    if e.fresh {
        let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
        let all = egui::text::CCursorRange::two(
            egui::text::CCursor::new(0),
            egui::text::CCursor::new(e.text.chars().count()),
        );
        state.cursor.set_char_range(Some(all));
        TextEdit::store_state(ui.ctx(), id, state);
        ui.memory_mut(|m| m.request_focus(id));
    }
    let response = child.add(edit).accessible_name(label);
    let edge = if e.error.is_some() { t.err } else { t.accent };
    ui.painter().rect_stroke(rect, 2.0, Stroke::new(2.0, edge), StrokeKind::Inside);
    if response.changed() {
        out.push(TableAction::Typed(text));
    }
    if response.lost_focus() {
        let (enter, tab, escape, shift) = ui.input(|i| {
            (i.key_pressed(Key::Enter), i.key_pressed(Key::Tab), i.key_pressed(Key::Escape), i.modifiers.shift)
        });
        out.push(match (escape, enter, tab) {
            (true, ..) => TableAction::GiveUp,
            (_, true, _) => TableAction::Done(if shift { Next::Up } else { Next::Down }),
            (_, _, true) => TableAction::Done(if shift { Next::Left } else { Next::Right }),
            _ => TableAction::Done(Next::Stay),
        });
    }
    if let Some(why) = &e.error {
        egui::Area::new(id.with("why"))
            .order(egui::Order::Tooltip)
            .fixed_pos(rect.left_top() - vec2(0.0, 4.0))
            .pivot(Align2::LEFT_BOTTOM)
            .show(ui.ctx(), |ui| {
                float_frame(ui).show(ui, |ui| {
                    ui.set_max_width(420.0);
                    let response = ui.label(egui::RichText::new(why).color(t.err));
                    response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, why));
                });
            });
    }
}
