//! Several buildings, or a courtyard with its buildings: a table typed down its columns, and attributes of all at once.
#![allow(missing_docs, reason = "what a name says in full is not said again; the rest is documented")]

use egui::{Align2, Key, Margin, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::inspector::InspectorAction;
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::{self, Lang};
use crate::ui::theme::{SMALL, TITLE, Tokens};
use crate::ui::widgets::{
    Fact, ask_field, checkbox, choice, facts, field, field_hinted, field_left, hint, labelled, put, put_within, rule,
    section,
};

/// A building in the table.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PlaceRow {
    pub key: u64,
    pub name: String,
    pub use_: String,
    pub storeys: Option<u32>,
    pub households: Option<u32>,
    pub estimated: bool,
    pub residents: Option<u32>,
}

/// The courtyard that is selected.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct YardView {
    pub key: u64,
    pub code: String,
    pub name: String,
    /// Whether all its buildings go to one cell.
    pub whole: bool,
}

/// Several buildings, or a courtyard with its buildings.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PlacesView {
    pub yard: Option<YardView>,
    /// By number.
    pub rows: Vec<PlaceRow>,
    /// Courtyards that may be given to all: code, name.
    pub yards: Vec<(String, String)>,
    /// Cells to which all may be pinned.
    pub cells: Vec<(u64, String)>,
    /// What they have in common.
    pub shared: Vec<SharedField>,
    /// Households, residents.
    pub sums: [i64; 2],
    /// Whether any number of households is an estimate.
    pub estimated: bool,
}

/// An attribute of several buildings.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SharedField {
    /// As tables name it; `cell` is the cell they belong to.
    pub field: &'static str,
    /// What all of them have; empty where they differ or have none.
    pub value: String,
    /// Whether they differ.
    pub mixed: bool,
}

/// Height of a row, and widths of the columns of figures.
const ROW: f32 = 28.0;
const WIDE: f32 = 52.0;

/// Shows them.
pub(super) fn places_view(ui: &mut Ui, lang: Lang, view: &PlacesView, out: &mut Vec<InspectorAction>) {
    let t = Tokens::of(ui);
    let text = lang.t();
    ui.add_space(10.0);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::hover());
    let icon = if view.yard.is_some() { Icon::Courtyard } else { Icon::Building };
    let at = egui::Rect::from_center_size(pos2(rect.left() + 9.0, rect.center().y), vec2(17.0, 17.0));
    icon.paint(ui.painter(), at, t.t2);
    let count = l10n::buildings(lang, view.rows.len() as i64);
    let title = match &view.yard {
        Some(y) if y.name.is_empty() => y.code.clone(),
        Some(y) => y.name.clone(),
        None => count.clone(),
    };
    let x = rect.left() + 26.0;
    let place = pos2(x, rect.center().y);
    put_within(ui.painter(), place, Align2::LEFT_CENTER, rect.right() - x, &title, semi(TITLE), t.t1);
    if let Some(yard) = &view.yard {
        hint(ui, &format!("{}　{count}", yard.code));
        ui.add_space(6.0);
        labelled(ui, text.name, |ui| {
            let width = ui.available_width();
            if let Some(name) = field(ui, ("yard", yard.key), text.name, &yard.name, width) {
                out.push(InspectorAction::RenameCourtyard(yard.key, name));
            }
        });
        ui.add_space(4.0);
        if checkbox(ui, yard.whole, text.kept_whole, true) {
            out.push(InspectorAction::KeepWhole(yard.key, !yard.whole));
        }
    }
    rule(ui, 10.0);
    let list = [
        Fact { name: text.households, value: l10n::num(view.sums[0]) },
        Fact { name: text.residents, value: l10n::num(view.sums[1]) },
        Fact { name: text.buildings, value: l10n::num(view.rows.len() as i64) },
    ];
    facts(ui, 3, &list, false);
    rule(ui, 8.0);
    if view.rows.is_empty() {
        hint(ui, lang.pick("院里还没有楼栋。按 K 画一栋。", "No buildings yet. Press K to draw one."));
        return;
    }
    table(ui, lang, view, out);
    rule(ui, 10.0);
    all_at_once(ui, lang, view, out);
}

/// The columns typed into: attribute, heading.
fn columns(lang: Lang) -> [(&'static str, &'static str); 3] {
    let text = lang.t();
    [("storeys", text.storeys), ("households", text.households), ("residents", text.residents)]
}

fn table(ui: &mut Ui, lang: Lang, view: &PlacesView, out: &mut Vec<InspectorAction>) {
    let t = Tokens::of(ui);
    let columns = columns(lang);
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::hover());
    put(ui.painter(), head.left_center(), Align2::LEFT_CENTER, lang.t().name, semi(SMALL), t.t2);
    for (i, (_, name)) in columns.iter().enumerate() {
        let left = head.right() - (WIDE + 4.0) * (2 - i) as f32 - WIDE + 6.0;
        put(ui.painter(), pos2(left, head.center().y), Align2::LEFT_CENTER, name, semi(SMALL), t.t2);
    }
    // The column whose field was left, and the row below it.
    let mut down: Option<(usize, usize)> = None;
    // Only the rows in sight, and a few beside them to which the keys may go, are built.
    let (all, _) = ui.allocate_exact_size(vec2(ui.available_width(), view.rows.len() as f32 * ROW), Sense::hover());
    let seen = ui.clip_rect().expand(3.0 * ROW);
    let first = ((seen.top() - all.top()) / ROW).max(0.0) as usize;
    let last = ((seen.bottom() - all.top()) / ROW).max(0.0) as usize;
    for (n, row) in view.rows.iter().enumerate().take(last).skip(first) {
        let corner = pos2(all.left(), all.top() + n as f32 * ROW);
        let line = egui::Rect::from_min_size(corner, vec2(all.width(), ROW));
        let response = ui.interact(line, ui.scope_id().with(("place", row.key)), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &row.name));
        let room = line.width() - 3.0 * (WIDE + 4.0) - 6.0;
        let color = if response.hovered() { t.accent } else { t.t1 };
        put_within(ui.painter(), line.left_center(), Align2::LEFT_CENTER, room, &row.name, regular(13.0), color);
        if response.clicked() {
            out.push(InspectorAction::SelectBuilding(row.key));
        }
        for (i, (attribute, heading)) in columns.iter().enumerate() {
            let value = match i {
                0 => row.storeys,
                1 => row.households,
                _ => row.residents,
            };
            let shown = value.map_or_else(String::new, |v| v.to_string());
            let right = line.right() - (WIDE + 4.0) * (2 - i) as f32;
            let cell = egui::Rect::from_min_max(pos2(right - WIDE, line.top() + 1.0), pos2(right, line.bottom() - 1.0));
            let mut child = ui.new_child(egui::UiBuilder::new().max_rect(cell));
            if i == 1 && row.estimated {
                child.visuals_mut().override_text_color = Some(t.t3);
            }
            let label = format!("{heading} {}", row.name);
            let (new, left, here) =
                field_left(&mut child, row.key, &label, &shown, WIDE - 12.0, Margin::symmetric(6, 4));
            if here {
                ui.scroll_to_rect(line.expand(ROW), None);
            }
            let went_on = ui.input(|i| i.key_pressed(Key::Enter) || (i.key_pressed(Key::Tab) && !i.modifiers.shift));
            if left && went_on {
                down = Some((i, n + 1));
            }
            out.extend(new.map(|new| match new.is_empty() || new.parse::<u32>().is_ok() {
                true => InspectorAction::SetBuildings(vec![row.key], attribute, Some(new).filter(|v| !v.is_empty())),
                false => InspectorAction::NoNumber(new),
            }));
        }
        ui.painter().hline(line.x_range(), line.bottom() - 0.5, egui::Stroke::new(1.0, t.line));
    }
    // Down the column, then on at the head of the next.
    if let Some((i, n)) = down {
        let (i, n) = if n < view.rows.len() { (i, n) } else { (i + 1, 0) };
        if let (Some((_, heading)), Some(row)) = (columns.get(i), view.rows.get(n)) {
            let value = [row.storeys, row.households, row.residents].get(i).copied().flatten();
            let value = value.map_or_else(String::new, |v| v.to_string());
            ask_field(ui.ctx(), row.key, &format!("{heading} {}", row.name), &value);
        }
    }
    if view.estimated {
        ui.add_space(4.0);
        let words = lang.pick("灰色户数为估算", "Grey households are estimates");
        ui.label(RichText::new(words).font(regular(SMALL)).color(t.t3));
    }
}

/// What all of them have, and one for all: a field that shows 多个值 where they differ.
fn all_at_once(ui: &mut Ui, lang: Lang, view: &PlacesView, out: &mut Vec<InspectorAction>) {
    let text = lang.t();
    let count = l10n::buildings(lang, view.rows.len() as i64);
    section(ui, lang.pick("全部改为", "Set for all"), &count);
    let keys = || view.rows.iter().map(|r| r.key).collect::<Vec<_>>();
    let salt = view.rows.first().map_or(0, |r| r.key) ^ ((view.rows.len() as u64) << 32);
    let many = lang.pick("多个值", "several values");
    for shared in &view.shared {
        let name = shared_name(lang, shared.field);
        let label = match lang {
            Lang::Zh => format!("全部的{name}"),
            Lang::En => format!("{name} of all"),
        };
        labelled(ui, name, |ui| {
            let width = ui.available_width() - 2.0;
            let of = |words: &str| if shared.mixed { many.to_owned() } else { words.to_owned() };
            let pick = |ui: &mut Ui, options: Vec<String>, on: usize| {
                choice(ui, (shared.field, salt), &label, &options, on, width).and_then(|i| i.checked_sub(1))
            };
            match shared.field {
                "use" => {
                    let words = l10n::uses().map(|u| l10n::use_word(lang, u).to_owned());
                    let on = l10n::uses().position(|u| u == shared.value).filter(|_| !shared.mixed);
                    let none = of(l10n::use_word(lang, &shared.value));
                    let options = std::iter::once(none).chain(words).collect();
                    if let Some(to) = pick(ui, options, on.map_or(0, |i| i + 1)).and_then(|i| l10n::uses().nth(i)) {
                        out.push(InspectorAction::SetBuildings(keys(), "use", Some(to.to_owned())));
                    }
                }
                "courtyard" => {
                    let by_place = lang.pick("按所在位置", "where they stand").to_owned();
                    let names = view.yards.iter().map(|(_, name)| name.clone());
                    let options = [of(&shared.value), by_place].into_iter().chain(names).collect();
                    if let Some(i) = pick(ui, options, 0) {
                        let to = i.checked_sub(1).and_then(|i| view.yards.get(i)).map(|(code, _)| code.clone());
                        out.push(InspectorAction::SetBuildings(keys(), "courtyard", to));
                    }
                }
                "cell" => {
                    let names = view.cells.iter().map(|(_, name)| name.clone());
                    let options = [of(&shared.value), text.no_pin.to_owned()].into_iter().chain(names).collect();
                    if let Some(i) = pick(ui, options, 0) {
                        let to = i.checked_sub(1).and_then(|i| view.cells.get(i)).map(|(key, _)| *key);
                        out.push(InspectorAction::PinAll(keys(), to));
                    }
                }
                field => {
                    let hint = if shared.mixed { many } else { "" };
                    if let Some(new) = field_hinted(ui, (field, salt), &label, &shared.value, hint, width - 14.0) {
                        let new = Some(new).filter(|v| !v.is_empty());
                        out.push(InspectorAction::SetBuildings(keys(), field, new));
                    }
                }
            }
        });
        ui.add_space(4.0);
    }
}

/// What an attribute is called.
pub fn shared_name(lang: Lang, field: &str) -> &'static str {
    let text = lang.t();
    match field {
        "use" => text.use_,
        "kind" => lang.pick("类别", "Kind"),
        "storeys" => text.storeys,
        "staircases" => text.staircases,
        "households" => text.households,
        "residents" => text.residents,
        "height" => lang.pick("高度", "Height"),
        "address" => text.address,
        "courtyard" => text.courtyard,
        _ => text.belongs_to,
    }
}
