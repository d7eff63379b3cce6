//! A building in the inspector: counts, and which cell it belongs to and why.

use egui::{Align2, Margin, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::inspector::InspectorAction;
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::{self, Lang};
use crate::ui::theme::{BODY, TITLE, Tokens};
use crate::ui::widgets::{
    Fact, checkbox, choice_by, code_chip, facts, field, field_left, hint, labelled, link, list_row, put_within, rule,
    section,
};

/// A cell to belong to.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CellRef {
    pub key: u64,
    pub code: String,
    pub name: String,
    pub tone: u8,
}

/// Why a building belongs where it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum By {
    #[default]
    Place,
    Courtyard,
    Pin,
}

/// A building's courtyard.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CourtyardRef {
    pub key: u64,
    pub name: String,
    /// Whether all its buildings go to one cell.
    pub whole: bool,
}

/// The selected building.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct BuildingView {
    pub key: u64,
    pub code: String,
    pub name: String,
    /// `住宅`, empty where unknown.
    pub use_: String,
    pub address: String,
    pub households: i64,
    /// Whether the households were estimated from the footprint.
    pub estimated: bool,
    pub residents: i64,
    pub storeys: Option<u32>,
    pub staircases: Option<u32>,
    pub courtyard: Option<CourtyardRef>,
    /// None = unassigned.
    pub cell: Option<CellRef>,
    /// Beyond the outline: no cell of this layer is to have it.
    pub outside: bool,
    pub by: By,
    /// Cells it may be pinned to.
    pub cells: Vec<CellRef>,
}

/// Shows the building.
pub(super) fn building_view(ui: &mut Ui, lang: Lang, view: &BuildingView, out: &mut Vec<InspectorAction>) {
    let t = Tokens::of(ui);
    let text = lang.t();
    ui.add_space(10.0);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::hover());
    Icon::Building.paint(
        ui.painter(),
        egui::Rect::from_center_size(pos2(rect.left() + 9.0, rect.center().y), vec2(17.0, 17.0)),
        t.t2,
    );
    let title = if view.name.is_empty() { &view.code } else { &view.name };
    let x = rect.left() + 26.0;
    put_within(ui.painter(), pos2(x, rect.center().y), Align2::LEFT_CENTER, rect.right() - x, title, semi(TITLE), t.t1);
    let line: Vec<&str> = [view.code.as_str(), l10n::use_word(lang, &view.use_), view.address.as_str()]
        .into_iter()
        .filter(|s| !s.is_empty())
        .collect();
    hint(ui, &line.join("　"));
    rule(ui, 10.0);

    let storeys = view.storeys.map_or_else(|| "—".to_owned(), |s| s.to_string());
    let mut households = Fact { name: text.households, value: l10n::num(view.households) };
    if view.estimated {
        households.value = format!("{} {}", households.value, text.estimated);
    }
    let list = [
        households,
        Fact { name: text.residents, value: l10n::num(view.residents) },
        Fact { name: text.storeys, value: storeys },
    ];
    facts(ui, 3, &list, false);
    ui.add_space(4.0);
    form(ui, lang, view, out);
    rule(ui, 10.0);

    section(ui, text.belongs_to, by_words(lang, view));
    belongs(ui, lang, view, out);
    ui.add_space(8.0);
    pin(ui, lang, view, out);
    rule(ui, 10.0);

    section(ui, text.courtyard, "");
    match &view.courtyard {
        None => hint(ui, text.no_courtyard),
        Some(yard) => {
            ui.horizontal(|ui| {
                Icon::Courtyard.show(ui, 15.0, t.t2);
                ui.label(RichText::new(&yard.name).font(regular(BODY)).color(t.t1));
            });
            if link(ui, lang.pick("看全院楼栋", "All its buildings")).clicked() {
                out.push(InspectorAction::SelectCourtyard(yard.key));
            }
            ui.add_space(4.0);
            if checkbox(ui, yard.whole, text.kept_whole, true) {
                out.push(InspectorAction::KeepWhole(yard.key, !yard.whole));
            }
        }
    }
}

fn form(ui: &mut Ui, lang: Lang, view: &BuildingView, out: &mut Vec<InspectorAction>) {
    let text = lang.t();
    labelled(ui, text.name, |ui| {
        let width = ui.available_width();
        if let Some(name) = field(ui, view.key, text.name, &view.name, width) {
            out.push(InspectorAction::RenameBuilding(view.key, name));
        }
    });
    ui.add_space(4.0);
    labelled(ui, text.households, |ui| {
        let shown = view.households.to_string();
        let (new, left, _) = field_left(ui, view.key, text.households, &shown, 72.0, Margin::symmetric(8, 6));
        // Entered as it stands, an estimate is one no more.
        let sure = left && view.estimated && ui.input(|i| i.key_pressed(egui::Key::Enter));
        match new.map(|s| s.parse::<u32>().map_err(|_| s)) {
            Some(Ok(n)) => out.push(InspectorAction::SetHouseholds(view.key, n)),
            Some(Err(s)) => out.push(InspectorAction::NoNumber(s)),
            None if sure => out.push(InspectorAction::SetHouseholds(view.key, view.households.max(0) as u32)),
            None => {}
        }
        if view.estimated {
            hint(ui, text.estimated);
        }
    });
    ui.add_space(4.0);
    let count = |n: Option<u32>| n.map_or_else(String::new, |n| n.to_string());
    for (field_, name, value) in [
        ("residents", text.residents, view.residents.to_string()),
        ("storeys", text.storeys, count(view.storeys)),
        ("staircases", text.staircases, count(view.staircases)),
    ] {
        labelled(ui, name, |ui| {
            let new = field(ui, view.key, name, &value, 72.0);
            out.extend(new.map(|new| match new.is_empty() || new.parse::<u32>().is_ok() {
                true => InspectorAction::SetBuildings(vec![view.key], field_, Some(new).filter(|n| !n.is_empty())),
                false => InspectorAction::NoNumber(new),
            }));
        });
        ui.add_space(4.0);
    }
    labelled(ui, text.use_, |ui| {
        let width = ui.available_width();
        if let Some(new) = field(ui, view.key, text.use_, l10n::use_word(lang, &view.use_), width) {
            out.push(InspectorAction::SetUse(view.key, l10n::use_of(&new).to_owned()));
        }
    });
}

fn by_words(lang: Lang, view: &BuildingView) -> &'static str {
    let text = lang.t();
    match (view.by, &view.cell) {
        (By::Pin, _) => text.by_pin,
        (_, None) => "",
        (By::Courtyard, _) => text.by_courtyard,
        (By::Place, _) => text.by_place,
    }
}

fn belongs(ui: &mut Ui, lang: Lang, view: &BuildingView, out: &mut Vec<InspectorAction>) {
    let t = Tokens::of(ui);
    match &view.cell {
        None if view.outside => hint(ui, lang.pick("范围外", "Outside the outline")),
        None => {
            ui.horizontal(|ui| {
                Icon::Warning.show(ui, 14.0, t.warn);
                ui.label(RichText::new(lang.t().unassigned).font(regular(BODY)).color(t.warn));
            });
        }
        Some(cell) => {
            let (rect, response) = list_row(ui, 32.0, false, false, None);
            let y = rect.center().y;
            let chip = code_chip(ui, pos2(rect.left(), y), &cell.code, cell.tone, false);
            let x = chip.right() + 8.0;
            put_within(
                ui.painter(),
                pos2(x, y),
                Align2::LEFT_CENTER,
                rect.right() - x - 20.0,
                &cell.name,
                regular(BODY),
                t.t1,
            );
            let arrow = egui::Rect::from_center_size(pos2(rect.right() - 8.0, y), vec2(12.0, 12.0));
            Icon::ChevronRight.paint(ui.painter(), arrow, t.t2);
            if view.by == By::Pin {
                let pin = egui::Rect::from_center_size(pos2(rect.right() - 26.0, y), vec2(13.0, 13.0));
                Icon::Pin.paint(ui.painter(), pin, t.t2);
            }
            response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, format!("{} {}", cell.code, cell.name)));
            if response.clicked() {
                out.push(InspectorAction::SelectCell(cell.key));
            }
        }
    }
}

fn pin(ui: &mut Ui, lang: Lang, view: &BuildingView, out: &mut Vec<InspectorAction>) {
    let text = lang.t();
    let option = |i: usize| match i.checked_sub(1).and_then(|i| view.cells.get(i)) {
        Some(c) => format!("{} {}", c.code, c.name),
        None => text.no_pin.to_owned(),
    };
    let pinned = view.cell.as_ref().filter(|_| view.by == By::Pin);
    let on = pinned.and_then(|cell| view.cells.iter().position(|c| c.key == cell.key)).map_or(0, |i| i + 1);
    labelled(ui, text.pin_to, |ui| {
        let width = ui.available_width() - 2.0;
        if let Some(i) = choice_by(ui, ("pin", view.key), text.pin_to, (view.cells.len() + 1, &option), on, width) {
            let cell = i.checked_sub(1).and_then(|i| view.cells.get(i)).map(|c| c.key);
            out.push(InspectorAction::Pin(view.key, cell));
        }
    });
}
