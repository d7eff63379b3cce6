//! Questions that the window asks: unsaved work, a path, the kind of an import.

use super::App;
use super::doc::Doc;
use super::files::{KINDS, Purpose};
use crate::jobs::Job;
use crate::model::{Kind, Lang, Said, number};
use crate::plan::{Edit, Op};
use crate::scene::cell_chip;
use crate::session::import::What;
use crate::session::tools::Answer;
use crate::session::{Command, Redrawn};
use crate::ui::theme::Tokens;
use crate::ui::widgets::{action_button, body, choice, primary_button, strong};
use egui::{Align2, Color32, Id, Key, Modal, ScrollArea, Ui, vec2};
use std::path::{Path, PathBuf};

/// A question on the window.
pub enum Dialog {
    /// Unsaved work: save, leave it, stay.
    Unsaved,
    /// A path typed by hand, where the system has no dialog of its own.
    Path(Purpose, String),
    /// The system's own dialog is open.
    System(Purpose, Job<Vec<PathBuf>>),
    /// What each of some files holds, as a place in [`KINDS`]; the one after is a list of buildings.
    Kinds(Vec<(PathBuf, usize)>),
    /// What was found in files that were imported: name, rows left out (`None` = all), findings.
    Found(Vec<(String, Option<u32>, Vec<Said>)>),
    /// A file is in the way of a save.
    Replace(PathBuf),
    /// The gesture would leave slivers: attach, keep, back.
    Slivers,
    /// A list of buildings is pasted, looked at and filled in.
    List,
    /// Another program moved borders in the file: take them in, or not.
    Elsewhere(Vec<Redrawn>),
}

/// What a file probably holds, from its name; a place in [`KINDS`], or the one after for a list of buildings.
fn guessed(path: &Path) -> usize {
    let name = path.file_name().map(|f| f.to_string_lossy().to_lowercase()).unwrap_or_default();
    if ["清单", "台账", "一览", "list"].iter().any(|w| name.contains(w)) && !name.ends_with("json") {
        return KINDS.len();
    }
    let words: [(&[&str], What); 9] = [
        (&["311", "incident", "accident", "crime", "事件", "工单"], What::Rows(Kind::Incidents)),
        (&["building", "楼"], What::Rows(Kind::Buildings)),
        (&["courtyard", "院", "小区"], What::Rows(Kind::Courtyards)),
        (&["road", "street", "道路", "路网"], What::Rows(Kind::Roads)),
        (&["water", "水"], What::Rows(Kind::Water)),
        (&["landuse", "land_use", "用地"], What::Rows(Kind::Landuse)),
        (&["facilit", "poi", "设施"], What::Rows(Kind::Facilities)),
        (&["outline", "boundar", "范围", "边界"], What::Outline),
        (&["grid", "cell", "网格"], What::Rows(Kind::Cells)),
    ];
    let guess = words.iter().find(|(any, _)| any.iter().any(|w| name.contains(w))).map(|(_, what)| what.clone());
    let table = name.ends_with(".csv") || name.ends_with(".tsv") || name.ends_with(".txt") || name.ends_with(".xlsx");
    let what = guess.unwrap_or(if table { What::Rows(Kind::Incidents) } else { What::Rows(Kind::Buildings) });
    KINDS.iter().position(|(k, _, _)| *k == what).unwrap_or(2)
}

impl App {
    /// Asks for a path: by the system's dialog, or by a field where there is none.
    pub(super) fn ask_path(&mut self, purpose: Purpose) {
        let name = self.suggested(&purpose);
        if !system_dialogs() {
            self.dialog = Some(Dialog::Path(purpose, name));
            return;
        }
        let p = purpose.clone();
        let title = self.title_of(&purpose);
        let job = self.jobs.spawn(&title.clone(), move |_| {
            let d = rfd::FileDialog::new().set_title(title);
            let one = match p {
                Purpose::Open => d.add_filter("GeoPackage", &["gpkg"]).pick_file(),
                Purpose::Import(_) => {
                    let d = d.add_filter("GeoJSON, CSV, XLSX", &["geojson", "json", "csv", "tsv", "txt", "xlsx"]);
                    return Ok(d.pick_files().unwrap_or_default());
                }
                Purpose::Save => d.add_filter("GeoPackage", &["gpkg"]).set_file_name(name).save_file(),
                Purpose::Export => d.add_filter("GeoJSON", &["geojson"]).set_file_name(name).save_file(),
                Purpose::List => d.add_filter("XLSX, CSV", &["xlsx", "csv", "tsv", "txt"]).pick_file(),
                Purpose::Underlay => {
                    d.add_filter("PNG, JPEG, TIFF", &["png", "jpg", "jpeg", "tif", "tiff"]).pick_file()
                }
                Purpose::Guide(_) => {
                    d.add_filter("GeoJSON, CSV, XLSX", &["geojson", "json", "csv", "tsv", "txt", "xlsx"]).pick_file()
                }
                Purpose::Picture => d.add_filter("PNG", &["png"]).set_file_name(name).save_file(),
            };
            Ok(one.into_iter().collect())
        });
        self.dialog = Some(Dialog::System(purpose, job));
    }

    fn suggested(&self, purpose: &Purpose) -> String {
        let Some(doc) = &self.doc else { return String::new() };
        let stem = match &doc.path {
            Some(p) => p.with_extension("").to_string_lossy().into_owned(),
            None => doc.session.project().facts.head.name.replace(['/', '\\', ':', ' ', '·'], ""),
        };
        match purpose {
            Purpose::Open | Purpose::Import(_) | Purpose::List | Purpose::Underlay | Purpose::Guide(_) => String::new(),
            Purpose::Save => format!("{stem}.gpkg"),
            Purpose::Export => format!("{stem}.geojson"),
            Purpose::Picture => format!("{stem}.png"),
        }
    }

    fn title_of(&self, purpose: &Purpose) -> String {
        let (zh, en) = match purpose {
            Purpose::Open => ("打开项目", "Open a project"),
            Purpose::Save => ("另存为", "Save as"),
            Purpose::Import(_) => ("导入文件", "Import a file"),
            Purpose::Export => ("导出网格（GeoJSON）", "Export the cells (GeoJSON)"),
            Purpose::List => ("打开清单", "Open a list"),
            Purpose::Underlay => ("添加扫描图", "Add a scanned plan"),
            Purpose::Guide(super::guide::For::Place) => ("选位置文件", "File with the place"),
            Purpose::Guide(super::guide::For::Outline) => ("选范围文件", "File with the outline"),
            Purpose::Picture => ("存为图片（PNG）", "Save as picture (PNG)"),
        };
        self.lang.pick(zh, en).to_owned()
    }

    /// Asks what files hold before they are imported.
    pub(super) fn ask_kinds(&mut self, paths: Vec<PathBuf>) {
        let guess = |p: PathBuf| {
            let i = guessed(&p);
            (p, i)
        };
        self.dialog = Some(Dialog::Kinds(paths.into_iter().map(guess).collect()));
    }

    fn chosen(&mut self, purpose: Purpose, paths: Vec<PathBuf>) {
        if let Purpose::Import(kind) = purpose {
            return match kind {
                Some(kind) => paths.into_iter().for_each(|p| self.import_file(p, What::Rows(kind))),
                None => self.ask_kinds(paths),
            };
        }
        let Some(mut path) = paths.into_iter().next() else { return };
        let with = |p: &mut PathBuf, e: &str| {
            if p.extension().is_none() {
                p.set_extension(e);
            }
        };
        match purpose {
            Purpose::Open => self.leave(super::work::Leave::Open(path)),
            Purpose::Save => {
                with(&mut path, "gpkg");
                let own = self.doc.as_ref().is_some_and(|d| d.path.as_deref() == Some(path.as_path()));
                if !own && crate::store::is_there(&path) {
                    self.dialog = Some(Dialog::Replace(path));
                } else {
                    self.save_to(path, false);
                }
            }
            Purpose::Import(_) => {}
            Purpose::Underlay => self.add_underlay(path),
            Purpose::Export => {
                with(&mut path, "geojson");
                self.export_to(path);
            }
            Purpose::List => self.read_list(path),
            Purpose::Guide(of) => self.read_for_guide(path, of),
            Purpose::Picture => {
                with(&mut path, "png");
                self.picture_to(path);
            }
        }
    }

    /// Shows the question that is open, if one is. Enter gives the answer of the filled button, Esc the careful one.
    pub(super) fn dialogs(&mut self, ui: &mut Ui) {
        let Some(dialog) = self.dialog.take() else { return };
        let lang = self.lang;
        match dialog {
            Dialog::System(purpose, mut job) => match job.poll() {
                None => self.dialog = Some(Dialog::System(purpose, job)),
                Some(Ok(paths)) if !paths.is_empty() => self.chosen(purpose, paths),
                Some(Ok(_)) => self.stay(),
                // No dialog could be had from the system: type the path.
                Some(Err(_)) => {
                    let name = self.suggested(&purpose);
                    self.dialog = Some(Dialog::Path(purpose, name));
                }
            },
            Dialog::Unsaved => {
                let (dirty, waits) = (self.has_unsaved(), self.rows_wait());
                let title = match dirty {
                    true => lang.pick("有未保存的修改", "There are unsaved changes"),
                    false => lang.pick("清单里还有楼栋没有放到图上", "Buildings of the list are not placed yet"),
                };
                let leave = lang.pick("不保存", "Don't save");
                let buttons: &[&str] = match dirty {
                    true => &[lang.pick("保存", "Save"), leave, lang.pick("留下", "Stay")],
                    false => &[
                        lang.pick("留下继续放", "Stay and place them"),
                        lang.pick("离开", "Leave"),
                        lang.pick("取消", "Cancel"),
                    ],
                };
                let answer = sheet(ui, title, buttons, true, |ui| {
                    if dirty {
                        body(ui, lang.pick("保存后再离开吗？", "Save before leaving?"));
                    }
                    if waits > 0 {
                        let words = lang.pick(
                            "待放栏里的 {} 行不存进项目，离开后要重新导入清单。",
                            "The {} rows in the tray are in no file; after leaving, the list has to be filled in again.",
                        );
                        body(ui, &words.replace("{}", &waits.to_string()));
                    }
                });
                match answer.map(|i| if dirty || i == 1 { i } else { 2 }) {
                    Some(0) => self.save(false),
                    Some(1) => self.give_up(),
                    Some(_) => self.stay(),
                    None => self.dialog = Some(Dialog::Unsaved),
                }
            }
            Dialog::Slivers => {
                let found = self.doc.as_ref().map_or(&[][..], |d| d.hand.asked());
                let longest = found.iter().max_by(|a, b| a.narrow.length_mm.total_cmp(&b.narrow.length_mm));
                let Some(n) = longest.map(|s| &s.narrow) else { return };
                let metres = |mm: f64, digits: usize| format!("{:.digits$}", mm / 1000.0);
                let title = lang
                    .pick("会留下 {w} 米宽、{l} 米长的窄条", "This leaves a sliver {w} m wide and {l} m long")
                    .replace("{w}", &metres(n.width_mm, if n.width_mm < 50.0 { 3 } else { 1 }))
                    .replace("{l}", &metres(n.length_mm, if n.length_mm < 9_950.0 { 1 } else { 0 }));
                let more = match found.len() {
                    1 => lang.pick("已在图上标出。", "It is marked on the map.").to_owned(),
                    n => lang
                        .pick("共 {} 处，都已在图上标出。", "There are {} of them, marked on the map.")
                        .replace("{}", &n.to_string()),
                };
                let buttons = [
                    lang.pick("贴合边界", "Attach to the border"),
                    lang.pick("保留", "Keep"),
                    lang.pick("返回", "Back"),
                ];
                let answer = sheet(ui, &title, &buttons, true, |ui| body(ui, &more));
                match answer.map(|i| [Answer::Attach, Answer::Keep, Answer::Back][i.min(2)]) {
                    Some(answer) => {
                        let (now, time) = (self.now(), ui.input(|i| i.time));
                        let Some(doc) = &mut self.doc else { return };
                        let effects = doc.hand.answer(&mut doc.session, answer, now);
                        doc.follow(&effects);
                        self.heed(effects, time);
                        ui.ctx().request_repaint();
                    }
                    None => self.dialog = Some(Dialog::Slivers),
                }
            }
            Dialog::List => self.list_dialog(ui),
            Dialog::Elsewhere(found) => {
                let language = self.language();
                let takes = found.iter().any(|r| r.edit.is_some());
                let title = lang.pick("其他程序改过网格边界", "Another program moved borders of cells");
                let both = [lang.pick("采用改动", "Take them in"), lang.pick("不采用", "Leave them")];
                let close = [lang.pick("知道了", "Close")];
                let buttons: &[&str] = if takes { &both } else { &close };
                let name = |code: &str| self.doc.as_ref().map_or_else(|| code.to_owned(), |d| cell_name(d, code));
                let answer = sheet(ui, title, buttons, true, |ui| {
                    ui.set_width(560.0);
                    let (zh, en) = if takes {
                        (
                            "采用后各网格的面积如下，可撤销；不采用则下次保存时写回原样。",
                            "Taken in, the cells have these areas, and it can be undone; else the next save writes them as they were.",
                        )
                    } else {
                        (
                            "这些改动不能采用，原因如下；下次保存时写回原样。",
                            "They cannot be taken in, for these reasons; the next save writes the cells as they were.",
                        )
                    };
                    body(ui, lang.pick(zh, en));
                    ui.add_space(6.0);
                    ScrollArea::vertical().max_height(300.0).auto_shrink([false, true]).show(ui, |ui| {
                        for (code, before, after) in found.iter().flat_map(|r| &r.areas) {
                            let change = number((after - before).round() as i64);
                            let change = if after > before { format!("+{change}") } else { change };
                            let (area, unit) = (number(after.round() as i64), lang.pick("平方米", "m²"));
                            strong(ui, &format!("{}  {area} {unit}（{change}）", name(code)));
                        }
                        // How slivers and overlaps were shared out stands in the areas.
                        let told = found.iter().flat_map(|r| &r.prepared.findings);
                        for f in told.filter(|f| !matches!(f.kind, "sliver" | "overlap" | "missing_cell")).take(200) {
                            body(ui, if language == Lang::Zh { &f.message_zh } else { &f.message_en });
                        }
                    });
                });
                match answer {
                    Some(0) if takes => {
                        let (now, time) = (self.now(), ui.input(|i| i.time));
                        let Some(doc) = &mut self.doc else { return };
                        let edits: Vec<Edit> = found.into_iter().filter_map(|r| r.edit).collect();
                        let edit = match <[Edit; 1]>::try_from(edits) {
                            Ok([one]) => one,
                            Err(edits) => Op::Together { edits }.into(),
                        };
                        let effects = doc.dispatch(Command::Do(edit), now);
                        self.heed(effects, time);
                        ui.ctx().request_repaint();
                    }
                    Some(_) if takes => {
                        let said = lang.pick(
                            "没有采用；下次保存时写回原样。要再看一次，请不保存并重新打开",
                            "Not taken in; the next save writes them as they were. To be asked again open the file anew without saving",
                        );
                        self.warn(said);
                    }
                    Some(_) => {}
                    None => self.dialog = Some(Dialog::Elsewhere(found)),
                }
            }
            Dialog::Replace(path) => {
                let title = lang.pick("那里已经有一个文件", "A file is there already");
                let buttons = [lang.pick("替换它", "Replace it"), lang.pick("取消", "Cancel")];
                match sheet(ui, title, &buttons, true, |ui| body(ui, &path.to_string_lossy())) {
                    Some(0) => self.save_to(path, true),
                    Some(_) => self.stay(),
                    None => self.dialog = Some(Dialog::Replace(path)),
                }
            }
            Dialog::Path(purpose, mut text) => {
                let title = self.title_of(&purpose);
                let buttons = [lang.pick("确定", "OK"), lang.pick("取消", "Cancel")];
                let ready = !text.trim().is_empty();
                let answer = sheet(ui, &title, &buttons, ready, |ui| {
                    let hint = lang.pick("文件的完整路径", "Full path of the file");
                    let edit = egui::TextEdit::singleline(&mut text).desired_width(460.0).hint_text(hint);
                    let r = ui.add(edit).accessible_name(hint);
                    if ui.memory(|m| m.focused().is_none()) {
                        r.request_focus();
                    }
                });
                match answer {
                    Some(0) => self.chosen(purpose, vec![PathBuf::from(text.trim())]),
                    Some(_) => self.stay(),
                    None => self.dialog = Some(Dialog::Path(purpose, text)),
                }
            }
            Dialog::Kinds(mut files) => {
                let name = |p: &Path| p.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
                let title = match &files[..] {
                    [(one, _)] => lang.pick("“{}” 里是什么？", "What is in \"{}\"?").replace("{}", &name(one)),
                    _ => lang.pick("这些文件里是什么？", "What is in these files?").to_owned(),
                };
                let mut kinds: Vec<String> = KINDS.iter().map(|(_, zh, en)| lang.pick(zh, en).to_owned()).collect();
                kinds.push(lang.pick("楼栋清单（没有坐标）", "list of buildings (no places)").to_owned());
                let buttons = [lang.pick("导入", "Import"), lang.pick("取消", "Cancel")];
                let several = files.len() > 1;
                let answer = sheet(ui, &title, &buttons, true, |ui| {
                    ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
                        for (i, (path, at)) in files.iter_mut().enumerate() {
                            let mut row = |ui: &mut Ui| {
                                let label = lang.pick("内容", "Contents");
                                if let Some(to) = choice(ui, format!("import_kind_{i}"), label, &kinds, *at, 180.0) {
                                    *at = to;
                                }
                            };
                            if several {
                                labelled_wide(ui, &name(path), row);
                            } else {
                                row(ui);
                            }
                        }
                    });
                });
                match answer {
                    Some(0) => files.into_iter().for_each(|(p, at)| match KINDS.get(at) {
                        Some((what, ..)) => self.import_file(p, what.clone()),
                        None => self.read_list(p),
                    }),
                    Some(_) => {}
                    None => self.dialog = Some(Dialog::Kinds(files)),
                }
            }
            Dialog::Found(parts) => {
                let title = lang.pick("导入时发现的问题", "Found while importing");
                let buttons = [lang.pick("知道了", "Close")];
                let language = self.language();
                let answer = sheet(ui, title, &buttons, true, |ui| {
                    ui.set_width(560.0);
                    ScrollArea::vertical().max_height(420.0).auto_shrink([false, true]).show(ui, |ui| {
                        for (name, refused, found) in &parts {
                            let left = match refused {
                                None => lang.pick("没有导入", "nothing came in").to_owned(),
                                Some(0) => lang.pick("全部已导入", "all rows came in").to_owned(),
                                Some(n) => lang
                                    .pick("{} 条没有导入，其余已导入", "{} rows were left out, the others came in")
                                    .replace("{}", &n.to_string()),
                            };
                            strong(ui, &format!("{name} · {left}"));
                            found.iter().for_each(|f| body(ui, f.get(language)));
                            ui.add_space(8.0);
                        }
                    });
                });
                if answer.is_none() {
                    self.dialog = Some(Dialog::Found(parts));
                }
            }
        }
    }
}

/// A cell as the list names it: its short number and name.
fn cell_name(doc: &Doc, code: &str) -> String {
    let s = &doc.session;
    let layer = s.project().layer(s.plan(), s.layer());
    let unit = layer.and_then(|l| Some((l, l.unit(code)?)));
    unit.map_or_else(|| code.to_owned(), |(l, u)| format!("{} {}", cell_chip(l, u), u.name).trim().to_owned())
}

/// A row of a list in a sheet: a name on the left, what belongs to it on the right.
fn labelled_wide(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.set_width(520.0);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            add(ui);
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.add(egui::Label::new(name).truncate());
            });
        });
    });
}

/// A sheet in the middle of the window; what is beneath is a little darker and takes neither clicks nor keys. The
/// first button is the filled one, pressed by Enter while `ready`; the last is pressed by Esc. Returns the button.
pub(super) fn sheet(
    ui: &Ui,
    title: &str,
    buttons: &[&str],
    ready: bool,
    content: impl FnOnce(&mut Ui),
) -> Option<usize> {
    let t = Tokens::of(ui);
    let ctx = ui.ctx().clone();
    let frame =
        egui::Frame::new().fill(t.panel).stroke(egui::Stroke::new(1.0, t.line2)).corner_radius(6).inner_margin(16);
    let id = Id::unique("sheet");
    let area = Modal::default_area(id).anchor(Align2::CENTER_CENTER, vec2(0.0, -60.0));
    let modal = Modal::new(id).area(area).frame(frame).backdrop_color(Color32::from_black_alpha(70));
    let mut pressed = None;
    let popup = egui::Popup::is_any_open(&ctx);
    let escaped = !popup && ctx.input_mut(|i| i.consume_key(egui::Modifiers::NONE, Key::Escape));
    modal.show(&ctx, |ui| {
        strong(ui, title);
        ui.add_space(6.0);
        content(ui);
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            for (i, words) in buttons.iter().enumerate() {
                let wide = || {
                    ui.painter()
                        .layout_no_wrap((*words).to_owned(), crate::ui::fonts::semi(crate::ui::theme::BODY), t.t1)
                        .size()
                        .x
                        + 28.0
                };
                let hit = match i {
                    0 => primary_button(ui, None, words, wide().max(88.0), 28.0, ready),
                    _ => action_button(ui, None, words, None, None, true),
                };
                if hit.clicked() {
                    pressed = Some(i);
                }
            }
        });
    });
    let on_button = ctx.memory(|m| m.focused()).is_some() && !ctx.text_edit_focused();
    if pressed.is_none() && !popup && ready && !on_button && ctx.input(|i| i.key_pressed(Key::Enter)) {
        pressed = Some(0);
    }
    pressed.or_else(|| escaped.then(|| buttons.len() - 1))
}

/// Whether the system can show dialogs of its own: always on Windows; elsewhere where a session bus is there to ask. Never in
/// tests: nobody sits there to answer one.
fn system_dialogs() -> bool {
    !cfg!(test) && (cfg!(windows) || std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some())
}
