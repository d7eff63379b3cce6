//! The guide to a new project: one page a question, errors in words at their field, nothing kept until the end.

use egui::{
    Align, Align2, Color32, CornerRadius, Frame, Id, Key, Layout, Modal, Modifiers, Rect, RichText, ScrollArea, Sense,
    Stroke, TextEdit, Ui, UiBuilder, pos2, vec2,
};

use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::Lang;
use crate::ui::theme::{BODY, SMALL, TITLE, Tokens};
use crate::ui::widgets::{action_button, icon_button, primary_button, put, segmented};

/// Pages of the guide.
pub const PAGES: usize = 4;
/// Width of what is asked, and of the list of pages beside it.
const WIDTH: f32 = 470.0;
const SIDE: f32 = 168.0;
const HEIGHT: f32 = 366.0;

/// What is said below a field.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Note {
    #[default]
    None,
    /// What it is for.
    Hint(String),
    /// It can be so, but rarely is.
    Warn(String),
    /// It cannot be so.
    Error(String),
    /// It was understood, and how.
    Good(String),
}

/// The guide's view.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct GuideView {
    pub page: usize,
    /// The page was just turned to: its first field takes the keys.
    pub turned: bool,
    pub name: String,
    pub name_note: Note,
    pub community: String,
    pub community_note: Note,
    /// 0 typed, 1 from a file, 2 later.
    pub way: usize,
    pub place: String,
    pub place_note: Note,
    /// Name of the file that says where it is.
    pub place_file: String,
    pub crs: String,
    pub crs_note: Note,
    /// 0 drawn later, 1 from a file.
    pub outline_way: usize,
    pub outline_file: String,
    pub outline_note: Note,
    pub from: String,
    pub to: String,
    pub range_note: Note,
    /// What will be, line by line: what it is, how it is.
    pub summary: Vec<(String, String)>,
    /// The same for the command line.
    pub command: String,
    /// A file is being read.
    pub busy: bool,
}

/// What the guide asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum GuideAction {
    Name(String),
    Community(String),
    Way(usize),
    Place(String),
    PickPlace,
    Crs(String),
    OutlineWay(usize),
    PickOutline,
    From(String),
    To(String),
    /// A page that was seen before.
    Page(usize),
    Back,
    Next,
    Finish,
    Cancel,
}

/// Names of the pages.
fn pages(lang: Lang) -> [&'static str; PAGES] {
    [
        lang.pick("名称与编码", "Name and code"),
        lang.pick("位置与坐标系", "Place and system"),
        lang.pick("范围", "Outline"),
        lang.pick("户数与核对", "Households, and all"),
    ]
}

/// Shows the guide in the middle of the window. Enter goes on, Esc drops it.
pub fn guide(ui: &Ui, lang: Lang, view: &GuideView, out: &mut Vec<GuideAction>) {
    let t = Tokens::of(ui);
    let ctx = ui.ctx().clone();
    let popup = egui::Popup::is_any_open(&ctx);
    let escaped = !popup && ctx.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape));
    let id = Id::unique("guide");
    let area = Modal::default_area(id).anchor(Align2::CENTER_CENTER, vec2(0.0, -30.0));
    let frame = Frame::new().fill(t.panel).stroke(Stroke::new(1.0, t.line2)).corner_radius(6);
    Modal::new(id).area(area).frame(frame).backdrop_color(Color32::from_black_alpha(70)).show(&ctx, |ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(SIDE + WIDTH, HEIGHT), Sense::hover());
        let side = Rect::from_min_size(rect.min, vec2(SIDE, HEIGHT));
        let round = CornerRadius { nw: 6, sw: 6, ne: 0, se: 0 };
        ui.painter().rect_filled(side, round, t.app);
        ui.painter().vline(side.right(), rect.y_range(), Stroke::new(1.0, t.line));
        list(ui, lang, view, side, out);
        let body = Rect::from_min_max(pos2(side.right() + 24.0, rect.top() + 22.0), rect.max - vec2(24.0, 66.0));
        let mut page = ui.new_child(UiBuilder::new().max_rect(body).layout(Layout::top_down(Align::Min)));
        page.spacing_mut().item_spacing.y = 4.0;
        let title = pages(lang)[view.page.min(PAGES - 1)];
        page.label(RichText::new(title).font(semi(TITLE)).color(t.t1));
        page.add_space(10.0);
        match view.page {
            0 => name_page(&mut page, lang, view, out),
            1 => place_page(&mut page, lang, view, out),
            2 => outline_page(&mut page, lang, view, out),
            _ => last_page(&mut page, lang, view, out),
        }
        let foot = Rect::from_min_max(pos2(side.right() + 1.0, rect.bottom() - 54.0), rect.max);
        ui.painter().hline(foot.x_range(), foot.top(), Stroke::new(1.0, t.line));
        let inner = foot.shrink2(vec2(23.0, 12.0));
        let mut foot = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::right_to_left(Align::Center)));
        let last = view.page + 1 >= PAGES;
        let words = if last { lang.pick("建好项目", "Make the project") } else { lang.pick("下一步", "Next") };
        if primary_button(&mut foot, None, words, if last { 110.0 } else { 96.0 }, 28.0, !view.busy).clicked() {
            out.push(if last { GuideAction::Finish } else { GuideAction::Next });
        }
        if view.page > 0 && action_button(&mut foot, None, lang.pick("上一步", "Back"), None, None, true).clicked() {
            out.push(GuideAction::Back);
        }
        foot.with_layout(Layout::left_to_right(Align::Center), |ui| {
            if action_button(ui, None, lang.t().cancel, None, None, true).clicked() {
                out.push(GuideAction::Cancel);
            }
        });
    });
    let on_button = ctx.memory(|m| m.focused()).is_some() && !ctx.text_edit_focused();
    if out.is_empty() && !popup && !view.busy && !on_button && ctx.input(|i| i.key_pressed(Key::Enter)) {
        out.push(if view.page + 1 >= PAGES { GuideAction::Finish } else { GuideAction::Next });
    }
    if escaped {
        out.clear();
        out.push(GuideAction::Cancel);
    }
}

/// The pages with their numbers: those behind can be gone back to.
fn list(ui: &mut Ui, lang: Lang, view: &GuideView, side: Rect, out: &mut Vec<GuideAction>) {
    let t = Tokens::of(ui);
    let title = lang.pick("新建项目", "New project");
    put(ui.painter(), side.min + vec2(20.0, 36.0), Align2::LEFT_CENTER, title, semi(TITLE), t.t1);
    for (i, name) in pages(lang).into_iter().enumerate() {
        let y = side.top() + 84.0 + 36.0 * i as f32;
        let row = Rect::from_min_max(pos2(side.left(), y - 16.0), pos2(side.right(), y + 16.0));
        let (on, past) = (i == view.page, i < view.page);
        let response = ui.interact(row, ui.scope_id().with(("guide-page", i)), Sense::click());
        let hot = past && (response.hovered() || response.has_focus());
        if on || hot {
            ui.painter().rect_filled(row, 0.0, if on { t.accent_soft } else { t.raise });
        }
        let middle = pos2(row.left() + 30.0, y);
        let (fill, ink) = match (on, past) {
            (true, _) => (t.accent, t.panel),
            (_, true) => (t.ok, t.panel),
            _ => (t.line2, t.t2),
        };
        ui.painter().circle_filled(middle, 10.0, fill);
        let mark = if past { "✓".to_owned() } else { (i + 1).to_string() };
        put(ui.painter(), middle, Align2::CENTER_CENTER, &mark, semi(SMALL), ink);
        let (font, color) = if on { (semi(BODY), t.t1) } else { (regular(BODY), t.t2) };
        put(ui.painter(), pos2(row.left() + 50.0, y), Align2::LEFT_CENTER, name, font, color);
        response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Tab, past || on, on, name));
        if past && response.clicked() {
            out.push(GuideAction::Page(i));
        }
    }
}

/// What is said below a field, in the room of one to three lines.
fn note(ui: &mut Ui, note: &Note) {
    let t = Tokens::of(ui);
    let (text, color) = match note {
        Note::None => return ui.add_space(6.0),
        Note::Hint(text) => (text, t.t3),
        Note::Warn(text) => (text, t.warn),
        Note::Error(text) => (text, t.err),
        Note::Good(text) => (text, t.ok),
    };
    let mark = match note {
        Note::Good(_) => "✓ ",
        Note::Warn(_) | Note::Error(_) => "▲ ",
        _ => "",
    };
    ui.label(RichText::new(format!("{mark}{text}")).font(regular(SMALL)).color(color));
    ui.add_space(6.0);
}

/// A field below its label; whether it was changed, and to what.
fn entry(ui: &mut Ui, label: &str, hint: &str, value: &str, width: f32, first: bool) -> Option<String> {
    caption(ui, label);
    field(ui, label, hint, value, width, first)
}

/// The label of a field, painted only: the field has the name.
fn caption(ui: &mut Ui, label: &str) {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::hover());
    put(ui.painter(), rect.left_center(), Align2::LEFT_CENTER, label, regular(BODY), t.t2);
}

fn field(ui: &mut Ui, label: &str, hint: &str, value: &str, width: f32, first: bool) -> Option<String> {
    let t = Tokens::of(ui);
    let mut text = value.to_owned();
    let hint = RichText::new(hint).color(t.t3);
    let edit =
        TextEdit::singleline(&mut text).desired_width(width).hint_text(hint).margin(egui::Margin::symmetric(8, 6));
    let response = ui.add(edit).accessible_name(label);
    if first {
        response.request_focus();
    }
    response.changed().then_some(text)
}

fn name_page(ui: &mut Ui, lang: Lang, view: &GuideView, out: &mut Vec<GuideAction>) {
    let label = lang.pick("社区或项目的名称", "Name of the community or project");
    let hint = lang.pick("如：和平社区", "such as Heping Community");
    out.extend(entry(ui, label, hint, &view.name, 400.0, view.turned).map(GuideAction::Name));
    note(ui, &view.name_note);
    let label = lang.pick("社区编码（可以以后再填）", "Code of the community (may come later)");
    let hint = lang.pick("12 位数字", "12 digits");
    out.extend(entry(ui, label, hint, &view.community, 220.0, false).map(GuideAction::Community));
    note(ui, &view.community_note);
}

fn file_row(ui: &mut Ui, lang: Lang, file: &str, label: &str, busy: bool) -> bool {
    let t = Tokens::of(ui);
    ui.horizontal(|ui| {
        let clicked = action_button(ui, Some(Icon::Folder), label, None, None, !busy).clicked();
        ui.add_space(6.0);
        let name = match (busy, file.is_empty()) {
            (true, _) => lang.pick("正在读…", "Reading…"),
            (_, true) => lang.pick("还没有选文件", "No file chosen yet"),
            _ => file,
        };
        let color = if file.is_empty() || busy { t.t3 } else { t.t1 };
        ui.add(egui::Label::new(RichText::new(name).font(regular(BODY)).color(color)).truncate());
        clicked
    })
    .inner
}

fn place_page(ui: &mut Ui, lang: Lang, view: &GuideView, out: &mut Vec<GuideAction>) {
    let ways = [
        (None, lang.pick("输入经纬度", "Type coordinates")),
        (None, lang.pick("从文件", "From a file")),
        (None, lang.pick("以后再定", "Later")),
    ];
    out.extend(segmented(ui, &ways, Some(view.way), lang.pick("位置", "Place")).map(GuideAction::Way));
    ui.add_space(10.0);
    match view.way {
        0 => {
            let label = lang.pick("社区中心的经度、纬度", "Longitude, latitude of its middle");
            out.extend(entry(ui, label, "121.474, 31.230", &view.place, 240.0, view.turned).map(GuideAction::Place));
            note(ui, &view.place_note);
        }
        1 => {
            if file_row(ui, lang, &view.place_file, lang.pick("选位置文件…", "Choose a file…"), view.busy) {
                out.push(GuideAction::PickPlace);
            }
            note(ui, &view.place_note);
        }
        _ => note(ui, &view.place_note),
    }
    if view.way == 2 {
        return;
    }
    ui.add_space(4.0);
    let label = lang.pick("坐标系（空着就用建议的）", "Coordinate system (empty: the proposed one)");
    out.extend(entry(ui, label, "EPSG:4549", &view.crs, 240.0, false).map(GuideAction::Crs));
    note(ui, &view.crs_note);
}

fn outline_page(ui: &mut Ui, lang: Lang, view: &GuideView, out: &mut Vec<GuideAction>) {
    let ways = [(None, lang.pick("建好后再画", "Drawn afterwards")), (None, lang.pick("从文件", "From a file"))];
    out.extend(segmented(ui, &ways, Some(view.outline_way), lang.pick("范围", "Outline")).map(GuideAction::OutlineWay));
    ui.add_space(10.0);
    if view.outline_way == 1
        && file_row(ui, lang, &view.outline_file, lang.pick("选范围文件…", "Choose an outline…"), view.busy)
    {
        out.push(GuideAction::PickOutline);
    }
    note(ui, &view.outline_note);
}

fn last_page(ui: &mut Ui, lang: Lang, view: &GuideView, out: &mut Vec<GuideAction>) {
    let t = Tokens::of(ui);
    let label = lang.pick("每个网格的户数", "Households of a cell");
    caption(ui, label);
    ui.horizontal(|ui| {
        let (from, to) = (lang.pick("户数下限", "At least"), lang.pick("户数上限", "At most"));
        out.extend(field(ui, from, "300", &view.from, 70.0, view.turned).map(GuideAction::From));
        ui.label(RichText::new("–").color(t.t2));
        out.extend(field(ui, to, "500", &view.to, 70.0, false).map(GuideAction::To));
        ui.label(RichText::new(lang.pick("户", "households")).font(regular(BODY)).color(t.t2));
    });
    note(ui, &view.range_note);
    ui.add_space(2.0);
    ScrollArea::vertical().max_height(120.0).auto_shrink([false, true]).show(ui, |ui| {
        egui::Grid::new("guide-summary").num_columns(2).spacing(vec2(14.0, 5.0)).show(ui, |ui| {
            for (what, how) in &view.summary {
                ui.label(RichText::new(what).font(regular(BODY)).color(t.t2));
                ui.add(egui::Label::new(RichText::new(how).font(regular(BODY)).color(t.t1)).wrap());
                ui.end_row();
            }
        });
    });
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let copy = lang.pick("复制命令", "Copy the command");
        if icon_button(ui, Icon::Copy, copy, 22.0, t.t3).clicked() {
            ui.ctx().copy_text(view.command.clone());
        }
        let text = RichText::new(&view.command).font(regular(SMALL)).color(t.t3);
        ui.add(egui::Label::new(text).truncate()).on_hover_text(&view.command);
    });
}
