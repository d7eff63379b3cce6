//! A list of buildings that is pasted: the question that shows what it would fill, and the tray of rows that found no building.

use super::App;
use super::dialogs::{Dialog, sheet};
use super::doc::Doc;
use super::files::Purpose;
use super::map::{Asked, REACH_PT};
use super::upkeep::is_small;
use super::work::Work;
use crate::exchange::{BuildingList, ListedBuilding, Sheet, read_building_list, read_sheets};
use crate::geom::Pt;
use crate::jobs::{JobError, Latest};
use crate::model::{EditId, Field, Kind, Lang as Language, Said, Value};
use crate::scene::Camera;
use crate::session::buildings::list::{Match, Matching, bound, matching, name_of, placed};
use crate::session::buildings::{building_near, called, number_of, set_all};
use crate::session::tools::Tool;
use crate::session::{Command, Effect, Selection, Session};
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::Lang;
use crate::ui::theme::{BODY, SMALL, Tokens};
use crate::ui::widgets::{action_button, body, choice, float_frame, icon_button, labelled, put_within, strong};
use egui::{Align2, Area, Key, Margin, Modifiers, Order, Rect, RichText, ScrollArea, Sense, TextEdit, Ui, WidgetInfo};
use egui::{Role, pos2, vec2};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Rows of a kind that the question names at most.
const NAMED: usize = 6;
/// Buildings that are filled in at once, and bytes of a text that is matched at once; more is done beside the window.
const AT_ONCE: usize = 300;
const SHORT: usize = 100_000;
/// Height of a row of the tray.
const ROW: f32 = 26.0;

/// A row that found no building, and what placed it.
struct Waiting {
    row: ListedBuilding,
    placed: Placed,
}

/// What became of a row.
enum Placed {
    No,
    /// A step placed it.
    By(EditId),
    /// The building it was put on was as it says.
    AsItWas,
}

/// What was read of a text, and how it goes with the buildings of a state.
type ReadFor = (String, u128, Result<(BuildingList, Matching), Said>);

/// A list that was filled in beside the window: the session with it, what came of it, the rows that wait; and the session's
/// generation for which that holds.
pub struct Filled {
    session: Session,
    effects: Vec<Effect>,
    rows: Vec<ListedBuilding>,
    matched: usize,
    of: u64,
}

/// A list that is being read, and rows of one that wait to be placed. Kept while the project is open, not in its file.
#[derive(Default)]
pub struct Tray {
    rows: Vec<Waiting>,
    /// The row that the next click on the map places.
    on: Option<usize>,
    text: String,
    /// Sheets of the workbook that was opened, and the one whose rows are the text.
    sheets: Vec<Sheet>,
    sheet: usize,
    read: Option<ReadFor>,
    /// The text and state that are being matched beside the window.
    asked: Option<(String, u128)>,
    job: Latest<ReadFor>,
    /// The rows that wait now, and what of the history they were found for.
    waits: (Option<u64>, Vec<usize>),
}

fn title(row: &ListedBuilding) -> String {
    format!("{} {}", row.yard, name_of(row)).trim().to_owned()
}

fn count(row: &ListedBuilding, field: Field) -> Option<u32> {
    row.fields
        .iter()
        .find(|(f, _)| *f == field)
        .and_then(|(_, v)| if let Value::Count(n) = v { Some(*n) } else { None })
}

impl Tray {
    /// How many rows wait, as they were last looked at.
    pub fn waiting(&self) -> usize {
        self.waits.1.len()
    }

    /// Puts rows behind those that wait. None of them is in the hand: a click on the map must not change a building unasked.
    fn put(&mut self, rows: impl Iterator<Item = ListedBuilding>) -> usize {
        let first = self.rows.len();
        self.rows.extend(rows.map(|row| Waiting { row, placed: Placed::No }));
        self.waits.0 = None;
        self.rows.len() - first
    }

    /// Brings the rows that wait up to date: one whose step was undone waits again. O(steps · log) after a change.
    fn keep(&mut self, s: &crate::session::Session) {
        if self.waits.0 == Some(s.generation()) {
            return;
        }
        let done: BTreeSet<EditId> = s.history().done().map(|step| step.id).collect();
        let waits = self.rows.iter().enumerate().filter(|(_, w)| match &w.placed {
            Placed::No => true,
            Placed::By(id) => !done.contains(id),
            Placed::AsItWas => false,
        });
        self.waits = (Some(s.generation()), waits.map(|(i, _)| i).collect());
        self.on = self.on.filter(|i| self.waits.1.contains(i));
    }
}

/// Puts the chosen row back among those that wait. True if there was one.
pub fn put_back(doc: &mut Doc) -> bool {
    doc.tray.on.take().is_some()
}

/// What the next click on the map does while a row is chosen.
pub fn hint(doc: &Doc) -> Option<(Said, Said)> {
    let row = doc.tray.on.filter(|_| drops(doc)).and_then(|i| doc.tray.rows.get(i))?;
    let name = title(&row.row);
    let lead = Said::new(format!("点图上放「{name}」"), format!("Click to place {name}"));
    Some((
        lead,
        Said::new(
            "点在没有楼号的楼栋上就填进去；Esc 放下",
            "On a building without a number it is filled in; Esc lets go",
        ),
    ))
}

/// Whether a click on the map places a row.
pub fn drops(doc: &Doc) -> bool {
    doc.tray.on.is_some() && doc.hand.tool() == Tool::Select
}

/// Places the row that is chosen: on the building there, else as a new one. The next row is chosen then. A building that has
/// another number is renamed only by a row that was dragged there.
pub fn drop_at(doc: &mut Doc, at: Pt, reach_mm: i32, dragged: bool, now: i64) -> Vec<Effect> {
    let Some(i) = doc.tray.on else { return vec![] };
    let Some(row) = doc.tray.rows.get(i).map(|w| w.row.clone()) else { return vec![] };
    let p = doc.session.history().stable();
    let under = building_near(p, at, reach_mm);
    let number = |name: &str| number_of(name, &row.yard);
    let other = under.and_then(|slot| p.table(Kind::Buildings).get(slot)).map(|r| r.name().to_owned());
    if let Some(name) = other.filter(|n| !dragged && number(n).is_some() && number(n) != number(&row.number)) {
        return vec![Effect::Say(Said::new(
            format!("这里已是 {name}，没有改动。要改成 {}，把这一行拖到它上面。", name_of(&row)),
            format!("This is {name} already and stays. Drag the row onto it to make it {}.", name_of(&row)),
        ))];
    }
    let op = match under {
        Some(slot) => bound(p, &row, slot),
        None => Some(placed(p, &row, at)),
    };
    let as_it_was = op.is_none();
    let mut effects = op.map_or_else(Vec::new, |op| doc.session.dispatch(Command::Do(op.into()), now));
    let step =
        effects.iter().find_map(|e| if let Effect::Committed { step, .. } = e { Some(step.clone()) } else { None });
    if let (true, Some(w)) = (step.is_some() || as_it_was, doc.tray.rows.get_mut(i)) {
        w.placed = step.as_ref().map_or(Placed::AsItWas, |s| Placed::By(s.id));
        if as_it_was {
            effects.push(Effect::Say(Said::new("这栋楼已与清单一致", "The building is as the list says")));
        }
        let patch = step.as_ref().and_then(|s| s.patch.as_ref());
        let made = patch.map_or_else(Vec::new, |p| crate::session::buildings::brought(p, Kind::Buildings));
        let slots = if made.is_empty() { under.into_iter().collect() } else { made };
        doc.session.dispatch(Command::Select(Selection::Buildings(slots)), now);
        doc.tray.waits.0 = None;
        doc.tray.keep(&doc.session);
        let next = doc.tray.waits.1.iter().copied();
        doc.tray.on = next.clone().find(|k| *k > i).or(next.clone().next());
    }
    effects
}

/// Shows the tray while rows wait: a click chooses one, which the next click on the map places; a drag drops it there.
pub fn tray(ui: &Ui, doc: &mut Doc, rect: Rect, camera: &Camera, (lang, now): (Lang, i64), asked: &mut Asked) {
    if doc.tray.rows.is_empty() {
        return;
    }
    let session = &doc.session;
    doc.tray.keep(session);
    let waits = doc.tray.waits.1.clone();
    if waits.is_empty() {
        return;
    }
    let t = Tokens::of(ui);
    let (mut closed, mut dropped) = (false, None);
    let shown = Area::new(egui::Id::unique("tray")).order(Order::Middle).pivot(Align2::RIGHT_TOP);
    let name = lang.pick("待放的楼栋", "Buildings to place");
    shown.fixed_pos(rect.right_top() + vec2(-13.0, 13.0)).accessible_name(name).show(ui.ctx(), |ui| {
        float_frame(ui).inner_margin(Margin::symmetric(0, 8)).show(ui, |ui| {
            ui.set_width(248.0);
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.horizontal(|ui| {
                ui.add_space(12.0);
                ui.label(RichText::new(format!("{name} {}", waits.len())).font(semi(BODY)).color(t.t1));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    ui.add_space(8.0);
                    closed =
                        icon_button(ui, Icon::Close, lang.pick("收起清单", "Close the list"), 22.0, t.t2).clicked();
                });
            });
            let words = lang.pick("点一行再点图上，或拖到图上", "Click a row and then the map, or drag it there");
            ui.horizontal(|ui| {
                ui.add_space(12.0);
                ui.label(RichText::new(words).font(regular(SMALL)).color(t.t3));
            });
            ui.add_space(4.0);
            let most = (rect.height() - 150.0).clamp(ROW * 3.0, ROW * 14.0);
            ScrollArea::vertical().max_height(most).auto_shrink([false, true]).show_rows(
                ui,
                ROW,
                waits.len(),
                |ui, range| {
                    for &i in &waits[range] {
                        let Some(row) = doc.tray.rows.get(i).map(|w| w.row.clone()) else { continue };
                        let (line, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
                        let r = ui.interact(line, ui.scope_id().with(("waits", i)), Sense::click_and_drag());
                        let on = doc.tray.on == Some(i);
                        if on || r.hovered() {
                            ui.painter().rect_filled(line, 0.0, if on { t.accent_soft } else { t.app });
                        }
                        if on {
                            ui.painter().rect_filled(line.with_max_x(line.left() + 3.0), 0.0, t.accent);
                        }
                        let households = count(&row, Field::Households)
                            .map_or(String::new(), |n| crate::ui::l10n::households(lang, i64::from(n)));
                        let right = pos2(line.right() - 12.0, line.center().y);
                        let end = put_within(
                            ui.painter(),
                            right,
                            Align2::RIGHT_CENTER,
                            80.0,
                            &households,
                            regular(SMALL),
                            t.t3,
                        );
                        let left = pos2(line.left() + 12.0, line.center().y);
                        let font = if on { semi(BODY) } else { regular(BODY) };
                        put_within(
                            ui.painter(),
                            left,
                            Align2::LEFT_CENTER,
                            end.left() - left.x - 8.0,
                            &title(&row),
                            font,
                            t.t1,
                        );
                        let label = format!("{} {households}", title(&row));
                        r.widget_info(|| WidgetInfo::selected(Role::ListItem, true, on, label.trim()));
                        if r.clicked() || r.drag_started() {
                            doc.tray.on = if on && r.clicked() { None } else { Some(i) };
                        }
                        if r.drag_stopped() {
                            dropped = ui.input(|i| i.pointer.latest_pos());
                        }
                        if r.dragged()
                            && let Some(at) = ui.input(|i| i.pointer.latest_pos())
                        {
                            let above = ui
                                .ctx()
                                .layer_painter(egui::LayerId::new(Order::Tooltip, egui::Id::unique("dragged-row")));
                            let galley = above.layout_no_wrap(title(&row), semi(BODY), t.on_plate);
                            let plate = Rect::from_min_size(at + vec2(12.0, -10.0), galley.size() + vec2(14.0, 6.0));
                            above.rect_filled(plate, 4.0, t.plate);
                            above.galley(plate.min + vec2(7.0, 3.0), galley, t.on_plate);
                        }
                    }
                },
            );
        });
    });
    if closed {
        let text = std::mem::take(&mut doc.tray.text);
        doc.tray = Tray { text, ..Tray::default() };
        return;
    }
    // Dropped on the map, not back on the tray.
    let tray = Rect::from_min_max(pos2(rect.right() - 290.0, rect.top()), rect.right_bottom());
    let tall = 70.0 + ROW * waits.len().min(14) as f32;
    if let Some(at) = dropped.filter(|at| rect.contains(*at) && !tray.with_max_y(tray.top() + tall).contains(*at)) {
        let d = (at - rect.min) * camera.pixels_per_point;
        let reach_mm = (REACH_PT * camera.mm_per_pt()).clamp(1.0, 1e8) as i32;
        if let Some(place) = camera.to_grid((d.x, d.y)) {
            let effects = drop_at(doc, place, reach_mm, true, now);
            doc.follow(&effects);
            asked.effects.extend(effects);
        }
    }
}

impl App {
    /// Reads a list from a file beside the window, for the question that is shown again then.
    pub(super) fn read_list(&mut self, path: PathBuf) {
        let Some(number) = self.doc.as_ref().map(|d| d.number) else { return };
        let label = self.lang.pick("正在读清单", "Reading the list").to_owned();
        let job = self.jobs.spawn(&label, move |token| {
            let sheets = read_sheets(&path).map_err(|e| JobError::failed(e.said().into_pair()))?;
            token.check()?;
            // Of several sheets the first that can be read as a list is meant, rather than one with notes.
            let list = sheets.iter().position(|s| read_building_list(&s.text).is_ok()).unwrap_or(0);
            Ok((sheets, list))
        });
        self.work.push(Work::List(job, number));
    }

    /// A list was read from a file: its rows are the text of the question.
    pub(super) fn show_list(&mut self, (sheets, sheet): (Vec<Sheet>, usize), of: u64) {
        let Some(doc) = self.doc.as_mut().filter(|d| d.number == of) else { return };
        doc.tray.text = sheets.get(sheet).map(|s| s.text.clone()).unwrap_or_default();
        (doc.tray.sheets, doc.tray.sheet) = (sheets, sheet);
        self.dialog = Some(Dialog::List);
    }

    /// The question of a pasted list: what it fills, what it does not find.
    pub(super) fn list_dialog(&mut self, ui: &Ui) {
        let (lang, language) = (self.lang, self.language());
        let Some(doc) = &mut self.doc else { return };
        let state = doc.session.history().stable().state;
        match doc.tray.job.poll(&self.jobs) {
            Some((_, Ok(read))) => doc.tray.read = Some(read),
            Some((_, Err(_))) => doc.tray.asked = None,
            None => {}
        }
        let fresh = |r: &ReadFor| r.0 == doc.tray.text && r.1 == state;
        let asked = |a: &(String, u128)| a.0 == doc.tray.text && a.1 == state;
        if !doc.tray.read.as_ref().is_some_and(fresh) && !doc.tray.asked.as_ref().is_some_and(asked) {
            doc.tray.asked = Some((doc.tray.text.clone(), state));
            let (text, project, assignment) =
                (doc.tray.text.clone(), doc.session.history().stable().clone(), doc.session.shared_assignment());
            let small = is_small(&project) && text.len() < SHORT;
            let read = move || {
                let read = read_building_list(&text).map(|list| {
                    let m = matching(&project, assignment.courtyards(), &list);
                    (list, m)
                });
                (text, state, read)
            };
            if small {
                doc.tray.job.clear();
                doc.tray.read = Some(read());
            } else {
                doc.tray.job.request(&self.jobs, "list", move |_| Ok(read()));
            }
        }
        let title_ = lang.pick("导入清单", "Fill from a list");
        let waits = doc.tray.job.busy();
        let fresh = |r: &&ReadFor| r.0 == doc.tray.text && r.1 == state;
        let read = doc.tray.read.as_ref().filter(fresh).map(|r| &r.2);
        let (matched, unmatched, changes) = match read {
            Some(Ok((_, m))) => (m.counts().0, m.counts().1, m.changes.len()),
            _ => (0, 0, 0),
        };
        let ready = changes > 0 || unmatched > 0;
        let fill = match (changes, unmatched) {
            (0, 0) => lang.pick("填入", "Fill in").to_owned(),
            (0, n) => lang.pick("{} 行放进待放栏", "Put {} rows in the tray").replace("{}", &n.to_string()),
            (n, _) => lang.pick("填入 {} 栋", "Fill in {} buildings").replace("{}", &n.to_string()),
        };
        let buttons = [fill.as_str(), lang.pick("取消", "Cancel")];
        let mut text = doc.tray.text.clone();
        let mut open_file = false;
        let (mut sheet_chosen, sheet_on) = (None, doc.tray.sheet);
        let names: Vec<String> = doc.tray.sheets.iter().map(|s| s.name.clone()).collect();
        let p = doc.session.history().stable();
        let answer = sheet(ui, title_, &buttons, ready, |ui| {
            ui.set_width(560.0);
            let hint = lang.pick(
                "在 Excel 里连同表头一起选中、复制，再粘贴到这里，或打开 .xlsx、CSV 文件。表头如：院落、楼号、户数、人数、层数。",
                "Select the cells with their header in Excel, copy, and paste them here, or open an .xlsx or CSV file: courtyard, number, households, residents, storeys.",
            );
            body(ui, hint);
            ui.add_space(6.0);
            ScrollArea::vertical().id_salt("list-text").max_height(170.0).show(ui, |ui| {
                let edit = TextEdit::multiline(&mut text).desired_rows(8).desired_width(548.0);
                let r = ui.add(edit).accessible_name(lang.pick("清单", "List"));
                if ui.memory(|m| m.focused().is_none()) {
                    r.request_focus();
                }
                // Enter is a line of the text here, not the answer.
                if r.has_focus() {
                    ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Enter));
                }
            });
            ui.add_space(6.0);
            ui.horizontal(|ui| {
                let words = lang.pick("打开文件…", "Open a file…");
                open_file = action_button(ui, None, words, None, None, true).clicked();
                if names.len() > 1 {
                    ui.add_space(12.0);
                    let label = lang.pick("工作表", "Sheet");
                    sheet_chosen = labelled(ui, label, |ui| choice(ui, "list-sheet", label, &names, sheet_on, 220.0));
                }
            });
            ui.add_space(8.0);
            match read {
                Some(Err(why)) if !doc.tray.text.trim().is_empty() => body(ui, why.get(language)),
                Some(Ok((list, m))) => preview(ui, p, (list, m), (lang, language)),
                None if waits => body(ui, lang.pick("正在与楼栋比对 …", "Comparing with the buildings …")),
                _ => {}
            }
        });
        doc.tray.text = text;
        if let Some((i, s)) = sheet_chosen.and_then(|i| Some((i, doc.tray.sheets.get(i)?))) {
            (doc.tray.text, doc.tray.sheet) = (s.text.clone(), i);
        }
        let time = ui.input(|i| i.time);
        if open_file {
            self.ask_path(Purpose::List);
            return;
        }
        match answer {
            None => self.dialog = Some(Dialog::List),
            Some(0) => self.fill_list(matched, time),
            Some(_) => {}
        }
    }

    /// Fills in what was matched; much of it beside the window. What cannot be filled in stays in the question.
    fn fill_list(&mut self, matched: usize, time: f64) {
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        let Some((_, _, Ok((list, m)))) = doc.tray.read.take() else { return };
        doc.tray.asked = None;
        let many = m.changes.len() > AT_ONCE;
        let left = list.rows.into_iter().zip(&m.rows).filter(|(_, m)| **m == Match::None).map(|(row, _)| row);
        let rows: Vec<ListedBuilding> = left.collect();
        let op = set_all(m.changes);
        let (mut session, of, number) = (doc.session.clone(), doc.session.generation(), doc.number);
        let fill = move || {
            let effects = op.map_or_else(Vec::new, |op| session.dispatch(Command::Do(op.into()), now));
            Filled { session, effects, rows, matched, of }
        };
        if !many {
            let filled = fill();
            return self.show_filled(filled, number, time);
        }
        let label = self.lang.pick("正在填入清单", "Filling the list in").to_owned();
        let job = self.jobs.spawn(&label, move |token| {
            token.check()?;
            Ok(fill())
        });
        self.work.push(Work::Fill(job, number));
    }

    /// A list was filled in: the session with it takes the place of that without, unless something else was done meanwhile.
    pub(super) fn show_filled(&mut self, filled: Filled, of: u64, time: f64) {
        let now = self.now();
        let Some(doc) = self.doc.as_mut().filter(|d| d.number == of) else { return };
        let refused = filled.effects.iter().any(|e| matches!(e, Effect::Refused(_)));
        if doc.session.generation() != filled.of || refused {
            // The text is still there: it is looked at once more.
            self.dialog = Some(Dialog::List);
            if !refused {
                let said = "清单还没有填入：填入时项目有改动。请核对后再填一次。";
                let en = "The list is not filled in: the project changed meanwhile. Look at it and fill it in again.";
                return self.warn(self.lang.pick(said, en));
            }
            return self.heed(filled.effects, time);
        }
        doc.session = filled.session;
        doc.follow(&filled.effects);
        (doc.tray.text, doc.tray.sheets, doc.tray.sheet) = (String::new(), vec![], 0);
        let n = doc.tray.put(filled.rows.into_iter());
        if n > 0 {
            // The next click on the map places the first of them.
            let effects = doc.hand.take(Tool::Select, &mut doc.session, now);
            doc.follow(&effects);
        }
        let effects = filled.effects;
        self.tell(&effects);
        if effects.is_empty() && filled.matched > 0 {
            let said = self.lang.pick("对上的楼栋已与清单一致", "The buildings that were found are as the list says");
            self.say(said, "", "");
        }
        self.heed(effects, time);
    }
}

/// What a list would do: counts, and rows by name.
fn preview(
    ui: &mut Ui,
    p: &crate::plan::Project,
    (list, m): (&BuildingList, &Matching),
    (lang, language): (Lang, Language),
) {
    let (one, none, several) = m.counts();
    let words = lang
        .pick(
            "对上 {a} 栋 · 有改动 {b} 栋 · 没对上 {c} 行 · 不唯一 {d} 行",
            "{a} found · {b} change · {c} not found · {d} not in one way",
        )
        .replace("{a}", &one.to_string())
        .replace("{b}", &m.changes.len().to_string())
        .replace("{c}", &none.to_string())
        .replace("{d}", &several.to_string());
    strong(ui, &words);
    let between = lang.pick("、", ", ");
    let columns: Vec<String> = list.columns.iter().map(|(h, s)| format!("{h} → {}", s.get(language))).collect();
    body(ui, &format!("{}{}", lang.pick("列：", "Columns: "), columns.join(between)));
    let t = p.table(Kind::Buildings);
    let named = |f: &dyn Fn(&Match) -> bool| -> Vec<String> {
        list.rows
            .iter()
            .zip(&m.rows)
            .filter(|(_, m)| f(m))
            .take(NAMED + 1)
            .map(|(row, m)| match m {
                Match::Several(slots) => {
                    let fit: Vec<String> =
                        slots.iter().filter_map(|&s| t.get(s)).map(|r| format!("{} {}", r.code(), called(r))).collect();
                    format!("{}（{}）", title(row), fit.join(between))
                }
                _ => title(row),
            })
            .collect()
    };
    let mut told = |heading: &str, names: Vec<String>| {
        if !names.is_empty() {
            let more = if names.len() > NAMED { " …" } else { "" };
            let few: Vec<String> = names.into_iter().take(NAMED).collect();
            body(ui, &format!("{heading}{}{more}", few.join(between)));
        }
    };
    told(lang.pick("没对上，放进待放栏：", "Not found, to the tray: "), named(&|m| *m == Match::None));
    told(lang.pick("不唯一，不填：", "Not in one way, left out: "), named(&|m| matches!(m, Match::Several(_))));
    for said in list.told.iter().take(NAMED) {
        body(ui, said.get(language));
    }
}
