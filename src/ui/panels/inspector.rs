//! The right panel: what is selected, with its people.

use egui::{Align2, Id, Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::building::{BuildingView, building_view};
use super::cells::padded;
use super::places::{PlacesView, places_view};
use super::post_form::{NewPost, PostDraft, post_form};
use super::{Edge, paint_edge};
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::{self, Lang};
use crate::ui::theme::{BODY, DISPLAY, SMALL, TITLE, Tokens, size};
use crate::ui::widgets::{
    DeviationBar, Fact, checkbox, code_chip, delta_chip, deviation_bar, deviation_words, facts, field, icon_button,
    labelled, link, person_row, put, put_within, rule, section,
};

/// A post on the selected cell.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PostRow {
    /// What the caller finds the post by; meaningless where the post is vacant.
    pub key: u64,
    /// `网格长`.
    pub post: String,
    /// None = vacant: the project's staffing asks for this post and nobody holds it.
    pub name: Option<String>,
    /// As the screen may show it, that is masked.
    pub phone: String,
    /// `2026-03-01`, empty where unknown.
    pub from: String,
}

/// A building that changes hands in the edit under way.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct MovedRow {
    pub key: u64,
    pub name: String,
    pub households: i64,
    pub storeys: Option<u32>,
}

/// The selected cell.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CellView {
    pub key: u64,
    pub code: String,
    /// Code with those of the higher levels, as it is printed.
    pub full_code: String,
    pub name: String,
    pub tone: u8,
    /// `网格 · 梅园社区`.
    pub place: String,
    pub locked: bool,
    /// A unit above cells: the range is not for it.
    pub above: bool,
    pub households: i64,
    pub before: Option<i64>,
    pub deviation: i64,
    pub range: (u32, u32),
    pub residents: i64,
    pub buildings: i64,
    /// Buildings whose households are estimated.
    pub estimated: i64,
    pub courtyards: i64,
    pub area_m2: f64,
    pub perimeter_m: f64,
    /// None where the project has no incidents.
    pub incidents: Option<i64>,
    pub posts: Vec<PostRow>,
    /// Words for the post field of the form: those of the project first.
    pub post_names: Vec<String>,
    /// Buildings that leave and enter in the edit under way.
    pub moved_out: Vec<MovedRow>,
    pub moved_in: Vec<MovedRow>,
}

/// Several selected cells.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ManyCells {
    pub count: u32,
    pub households: i64,
    pub residents: i64,
    pub buildings: i64,
    pub area_m2: f64,
    /// Cells over, under and on target.
    pub deviations: [u32; 3],
    /// How many are locked.
    pub locked: u32,
    /// Level and unit above; None where they differ.
    pub level: Option<String>,
    pub parent: Option<String>,
}

/// What the right panel shows.
#[derive(Clone, Debug, PartialEq, Default)]
#[allow(clippy::large_enum_variant)]
pub enum InspectorView {
    #[default]
    Nothing,
    Cell(CellView),
    Building(BuildingView),
    /// Several buildings, or a courtyard with its buildings.
    Places(PlacesView),
    /// Several cells: what they have in common, and their sum.
    Cells(ManyCells),
}

/// What the right panel asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum InspectorAction {
    RenameCell(u64, String),
    RecodeCell(u64, String),
    /// Cell, and who is put on it.
    AddPost(u64, NewPost),
    /// Post, and what it is to be.
    EditPost(u64, NewPost),
    RemovePost(u64),
    SelectCell(u64),
    SelectBuilding(u64),
    RenameBuilding(u64, String),
    /// Households of a building.
    SetHouseholds(u64, u32),
    SetUse(u64, String),
    /// Buildings, and an attribute that all of them get; None clears it.
    SetBuildings(Vec<u64>, &'static str, Option<String>),
    /// Buildings, and the cell to which all are pinned; None = no pin.
    PinAll(Vec<u64>, Option<u64>),
    /// Lock the selected cells, or unlock them if all are.
    Lock,
    RenameCourtyard(u64, String),
    SelectCourtyard(u64),
    /// Building, and the cell it is pinned to; None = no pin.
    Pin(u64, Option<u64>),
    /// Courtyard, and whether it is kept whole.
    KeepWhole(u64, bool),
    /// Merge the selected cells.
    Merge,
    /// What was typed where a number belongs.
    NoNumber(String),
}

/// Shows the right panel.
pub fn inspector_panel(ui: &mut Ui, lang: Lang, view: &InspectorView, out: &mut Vec<InspectorAction>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().id_salt("inspector").auto_shrink([false, false]).show(ui, |ui| {
        padded(ui, |ui| match view {
            InspectorView::Nothing => {
                ui.add_space(16.0);
                ui.label(RichText::new(lang.t().nothing_selected).color(Tokens::of(ui).t2));
            }
            InspectorView::Cell(cell) => cell_view(ui, lang, cell, out),
            InspectorView::Building(building) => building_view(ui, lang, building, out),
            InspectorView::Places(places) => places_view(ui, lang, places, out),
            InspectorView::Cells(many) => many_cells(ui, lang, many, out),
        });
        ui.add_space(12.0);
    });
    paint_edge(ui, Edge::Left);
}

/// Several cells: sums, what they share, and what is done to all of them.
fn many_cells(ui: &mut Ui, lang: Lang, view: &ManyCells, out: &mut Vec<InspectorAction>) {
    let t = lang.t();
    ui.add_space(12.0);
    let title = format!("{} {}", view.count, lang.pick("个网格", "cells"));
    ui.label(RichText::new(title).font(semi(TITLE)).color(Tokens::of(ui).t1));
    ui.add_space(12.0);
    let [over, under, within] = view.deviations;
    let list = [
        Fact { name: t.households, value: l10n::num(view.households) },
        Fact { name: t.residents, value: l10n::num(view.residents) },
        Fact { name: t.buildings, value: l10n::num(view.buildings) },
        Fact { name: t.area, value: l10n::area(lang, view.area_m2) },
        Fact { name: t.average, value: l10n::households(lang, view.households / i64::from(view.count.max(1))) },
        Fact { name: lang.pick("目标内", "On target"), value: format!("{within} / {}", view.count) },
    ];
    facts(ui, 3, &list, false);
    if over + under > 0 {
        let words = lang
            .pick("超 {o} 格 · 缺 {u} 格", "{o} over · {u} under")
            .replace("{o}", &over.to_string())
            .replace("{u}", &under.to_string());
        ui.label(RichText::new(words).font(regular(SMALL)).color(Tokens::of(ui).t2));
    }
    rule(ui, 10.0);
    let many = || lang.pick("多个值", "several values").to_owned();
    for (name, value) in [(lang.pick("层级", "Level"), &view.level), (lang.pick("上级", "Belongs to"), &view.parent)]
    {
        labelled(ui, name, |ui| {
            let shown = value.clone().unwrap_or_else(many);
            let color = if value.is_some() { Tokens::of(ui).t1 } else { Tokens::of(ui).t3 };
            ui.label(RichText::new(shown).font(regular(BODY)).color(color));
        });
    }
    labelled(ui, t.locked, |ui| {
        let words = match view.locked {
            0 => lang.pick("全部锁定", "Lock all").to_owned(),
            n if n == view.count => lang.pick("全部锁定", "All locked").to_owned(),
            n => lang.pick("多个值：{} 格已锁定", "several values: {} locked").replace("{}", &n.to_string()),
        };
        if checkbox(ui, view.locked == view.count, &words, true) {
            out.push(InspectorAction::Lock);
        }
    });
    rule(ui, 10.0);
    if link(ui, lang.pick("合并成一个网格", "Merge into one cell")).clicked() {
        out.push(InspectorAction::Merge);
    }
}

fn cell_view(ui: &mut Ui, lang: Lang, view: &CellView, out: &mut Vec<InspectorAction>) {
    ui.add_space(10.0);
    cell_head(ui, lang, view, out);
    rule(ui, 10.0);
    counts(ui, lang, view);
    rule(ui, 8.0);
    people(ui, lang, view, out);
    moved(ui, lang, lang.t().moved_out_buildings, &view.moved_out, true, out);
    moved(ui, lang, lang.t().moved_in_buildings, &view.moved_in, false, out);
}

/// Chip, name, codes; the pencil opens name and code for typing.
fn cell_head(ui: &mut Ui, lang: Lang, view: &CellView, out: &mut Vec<InspectorAction>) {
    let t = Tokens::of(ui);
    let text = lang.t();
    let editing_id = Id::unique("editing-cell");
    let mut editing = ui.data(|d| d.get_temp::<u64>(editing_id)) == Some(view.key);
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width() - 64.0, 26.0), Sense::hover());
        let chip = code_chip(ui, rect.left_center(), &view.code, view.tone, true);
        let x = chip.right() + 8.0;
        put_within(
            ui.painter(),
            pos2(x, rect.center().y),
            Align2::LEFT_CENTER,
            rect.right() - x,
            &view.name,
            semi(TITLE),
            t.t1,
        );
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            if view.locked {
                Icon::Lock.show(ui, 15.0, t.t2);
                ui.add_space(4.0);
            }
            let name = format!("{} / {}", text.edit_name, text.edit_code);
            if icon_button(ui, Icon::Edit, &name, 24.0, if editing { t.accent } else { t.t3 }).clicked() {
                editing = !editing;
            }
        });
    });
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 19.0), Sense::hover());
    let code = put(ui.painter(), rect.left_center(), Align2::LEFT_CENTER, &view.full_code, regular(SMALL), t.t3);
    let gap = if view.full_code.is_empty() { 0.0 } else { 12.0 };
    let at = pos2(code.right() + gap, rect.center().y);
    put_within(ui.painter(), at, Align2::LEFT_CENTER, rect.right() - at.x, &view.place, regular(SMALL), t.t3);
    if editing {
        ui.add_space(8.0);
        labelled(ui, text.name, |ui| {
            let width = ui.available_width();
            if let Some(name) = field(ui, view.key, text.name, &view.name, width) {
                out.push(InspectorAction::RenameCell(view.key, name));
            }
        });
        ui.add_space(4.0);
        labelled(ui, text.code, |ui| {
            let width = ui.available_width();
            // The whole code: its last digits alone are only what the chip shows.
            if let Some(code) = field(ui, view.key, text.code, &view.full_code, width) {
                out.push(InspectorAction::RecodeCell(view.key, code));
            }
        });
    }
    ui.data_mut(|d| d.insert_temp(editing_id, if editing { view.key } else { u64::MAX }));
}

/// How far the households are from the range, in words and as a bar.
fn range(ui: &mut Ui, lang: Lang, view: &CellView, at: egui::Pos2) {
    deviation_words(ui, lang, at, view.deviation, true);
    let (bar, _) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), Sense::hover());
    let bar = bar.translate(vec2(0.0, -2.0));
    let (value, before) = (view.households, view.before);
    deviation_bar(ui, bar, DeviationBar { value, before, range: view.range, deviation: view.deviation, numbers: true });
    ui.add_space(14.0);
}

fn counts(ui: &mut Ui, lang: Lang, view: &CellView) {
    let t = Tokens::of(ui);
    let text = lang.t();
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), Sense::hover());
    let y = rect.center().y;
    let number =
        put(ui.painter(), pos2(rect.left(), y), Align2::LEFT_CENTER, &l10n::num(view.households), semi(DISPLAY), t.t1);
    let unit = lang.pick("户", "hh");
    let unit = put(ui.painter(), pos2(number.right() + 5.0, y + 2.0), Align2::LEFT_CENTER, unit, regular(BODY), t.t2);
    if let Some(delta) = view.before.map(|b| view.households - b).filter(|d| *d != 0) {
        let words = if delta < 0 { text.moved_out } else { text.moved_in };
        let galley = ui.painter().layout_no_wrap(format!("{words} {}", l10n::num(delta.abs())), semi(SMALL), t.t1);
        delta_chip(ui, pos2(unit.right() + 18.0 + galley.size().x, y + 1.0), delta, words);
    }
    if !view.above {
        range(ui, lang, view, pos2(rect.right(), y));
    }
    let mut list = vec![
        Fact { name: text.residents, value: l10n::num(view.residents) },
        Fact { name: text.buildings, value: l10n::num(view.buildings) },
        Fact { name: text.courtyards, value: l10n::num(view.courtyards) },
        Fact { name: text.area, value: l10n::area(lang, view.area_m2) },
        Fact { name: text.perimeter, value: l10n::length(lang, view.perimeter_m) },
    ];
    if let Some(n) = view.incidents {
        list.push(Fact { name: text.incidents, value: l10n::num(n) });
    }
    facts(ui, 3, &list, false);
    if view.estimated > 0 {
        let n = l10n::num(view.estimated);
        let words = lang.pick("其中 {} 栋户数为估算", "{} buildings with estimated households").replace("{}", &n);
        ui.label(RichText::new(words).font(regular(SMALL)).color(t.t3));
    }
}

fn people(ui: &mut Ui, lang: Lang, view: &CellView, out: &mut Vec<InspectorAction>) {
    let text = lang.t();
    let held = view.posts.iter().filter(|p| p.name.is_some()).count();
    let vacant = view.posts.len() - held;
    let remark = match lang {
        Lang::Zh => format!("在岗 {held} · 空缺 {vacant}"),
        Lang::En => format!("{held} in post · {vacant} vacant"),
    };
    section(ui, text.people, &remark);
    let open_id = Id::unique(("post-form", view.key));
    let mut open = ui.data(|d| d.get_temp::<PostDraft>(open_id));
    for row in &view.posts {
        ui.push_id((&row.post, row.key, row.name.is_none()), |ui| {
            let remove = row.name.as_ref().map(|n| format!("{} {} {n}", text.remove_post, row.post));
            let right = if row.name.is_some() { row.phone.as_str() } else { text.assign };
            let (clicked, removed) =
                person_row(ui, &row.post, row.name.as_deref(), right, text.vacant, remove.as_deref());
            if removed {
                out.push(InspectorAction::RemovePost(row.key));
            }
            if clicked {
                let start = NewPost {
                    post: row.post.clone(),
                    name: row.name.clone().unwrap_or_default(),
                    phone: String::new(),
                    from: row.from.clone(),
                };
                let edits = row.name.as_ref().map(|_| row.key);
                open = Some(PostDraft { edits, start, masked_phone: row.phone.clone(), focus: true });
            }
        });
    }
    ui.add_space(4.0);
    match &mut open {
        Some(draft) => {
            if let Some(answer) = post_form(ui, lang, view.key, draft, &view.post_names) {
                match (answer, draft.edits) {
                    (Some(new), None) => out.push(InspectorAction::AddPost(view.key, new)),
                    (Some(new), Some(post)) if new != draft.start => out.push(InspectorAction::EditPost(post, new)),
                    _ => {}
                }
                open = None;
            }
        }
        None => {
            let words = if view.posts.is_empty() { text.nobody } else { text.add_member };
            if link(ui, words).clicked() {
                open = Some(PostDraft { focus: true, ..PostDraft::default() });
            }
        }
    }
    ui.data_mut(|d| match open {
        Some(draft) => drop(d.insert_temp(open_id, draft)),
        None => d.remove::<PostDraft>(open_id),
    });
}

fn moved(ui: &mut Ui, lang: Lang, heading: &str, rows: &[MovedRow], leaves: bool, out: &mut Vec<InspectorAction>) {
    if rows.is_empty() {
        return;
    }
    let t = Tokens::of(ui);
    ui.add_space(8.0);
    let sum: i64 = rows.iter().map(|r| r.households).sum();
    let count = l10n::buildings(lang, rows.len() as i64);
    section(ui, heading, &format!("{count} · {}", l10n::households(lang, sum)));
    const SHOWN: usize = 8;
    for row in rows.iter().take(SHOWN) {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::BUILDING_ROW), Sense::click());
        let y = rect.center().y;
        let p = ui.painter();
        let square = Rect::from_center_size(pos2(rect.left() + 5.0, y), vec2(9.0, 9.0));
        let color = if leaves { t.out } else { t.into };
        p.rect_stroke(square, 1.0, egui::Stroke::new(2.0, color), egui::StrokeKind::Inside);
        let storeys = row.storeys.map(|s| format!("{s} {}", lang.pick("层", "fl"))).unwrap_or_default();
        put(p, pos2(rect.right(), y), Align2::RIGHT_CENTER, &storeys, regular(SMALL), t.t3);
        let households = l10n::households(lang, row.households);
        let right = put(p, pos2(rect.right() - 46.0, y), Align2::RIGHT_CENTER, &households, regular(BODY), t.t2);
        let x = rect.left() + 18.0;
        put_within(p, pos2(x, y), Align2::LEFT_CENTER, right.left() - x - 8.0, &row.name, regular(BODY), t.t1);
        p.hline(rect.x_range(), rect.bottom() - 0.5, egui::Stroke::new(1.0, t.line));
        response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, format!("{} {households}", row.name)));
        if response.clicked() {
            out.push(InspectorAction::SelectBuilding(row.key));
        }
    }
    if rows.len() > SHOWN {
        let rest = l10n::buildings(lang, (rows.len() - SHOWN) as i64);
        ui.add_space(4.0);
        ui.label(RichText::new(format!("{} {rest}", lang.pick("另", "and"))).font(regular(SMALL)).color(t.t3));
    }
}
