//! Questions that the window asks: unsaved work, a path, the kind of an import.

use super::App;
use super::files::{KINDS, Purpose};
use crate::jobs::Job;
use crate::model::Kind;
use crate::session::import::What;
use crate::ui::theme::Tokens;
use crate::ui::widgets::{action_button, body, choice, primary_button, strong};
use egui::{Align2, Area, Id, Key, Order, Ui, vec2};
use std::path::PathBuf;

/// A question on the window.
pub enum Dialog {
    /// Unsaved work: save, leave it, stay.
    Unsaved,
    /// A path typed by hand, where the system has no dialog of its own.
    Path(Purpose, String),
    /// The system's own dialog is open.
    System(Purpose, Job<Option<PathBuf>>),
    /// What a file holds.
    Kind(PathBuf, usize),
    /// A file is in the way of a save.
    Replace(PathBuf),
}

impl Dialog {
    /// Asks what a file holds, with a guess from its name.
    pub fn kind_of(path: PathBuf) -> Dialog {
        let name = path.file_name().map(|f| f.to_string_lossy().to_lowercase()).unwrap_or_default();
        let words: [(&[&str], What); 9] = [
            (&["building", "楼"], What::Rows(Kind::Buildings)),
            (&["courtyard", "院", "小区"], What::Rows(Kind::Courtyards)),
            (&["road", "street", "道路", "路网"], What::Rows(Kind::Roads)),
            (&["water", "水"], What::Rows(Kind::Water)),
            (&["landuse", "land_use", "用地"], What::Rows(Kind::Landuse)),
            (&["facilit", "poi", "设施"], What::Rows(Kind::Facilities)),
            (&["outline", "boundar", "范围", "边界"], What::Outline),
            (&["grid", "cell", "网格"], What::Rows(Kind::Cells)),
            (&["311", "incident", "accident", "crime", "事件", "工单"], What::Rows(Kind::Incidents)),
        ];
        let guess = words.iter().find(|(any, _)| any.iter().any(|w| name.contains(w))).map(|(_, what)| what.clone());
        let table = name.ends_with(".csv") || name.ends_with(".tsv") || name.ends_with(".txt");
        let what = guess.unwrap_or(if table { What::Rows(Kind::Incidents) } else { What::Rows(Kind::Buildings) });
        let i = KINDS.iter().position(|(k, _, _)| *k == what).unwrap_or(2);
        Dialog::Kind(path, i)
    }
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
            Ok(match p {
                Purpose::Open => d.add_filter("GeoPackage", &["gpkg"]).pick_file(),
                Purpose::Import(_) => {
                    d.add_filter("GeoJSON, CSV", &["geojson", "json", "csv", "tsv", "txt"]).pick_file()
                }
                Purpose::Save => d.add_filter("GeoPackage", &["gpkg"]).set_file_name(name).save_file(),
                Purpose::Export => d.add_filter("GeoJSON", &["geojson"]).set_file_name(name).save_file(),
                Purpose::Picture => d.add_filter("PNG", &["png"]).set_file_name(name).save_file(),
            })
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
            Purpose::Open | Purpose::Import(_) => String::new(),
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
            Purpose::Picture => ("存为图片（PNG）", "Save as picture (PNG)"),
        };
        self.lang.pick(zh, en).to_owned()
    }

    fn chosen(&mut self, purpose: Purpose, mut path: PathBuf) {
        let with = |p: &mut PathBuf, e: &str| {
            if p.extension().is_none() {
                p.set_extension(e);
            }
        };
        match purpose {
            Purpose::Open => self.leave(super::Leave::Open(path)),
            Purpose::Save => {
                with(&mut path, "gpkg");
                let own = self.doc.as_ref().is_some_and(|d| d.path.as_deref() == Some(path.as_path()));
                if !own && crate::store::is_there(&path) {
                    self.dialog = Some(Dialog::Replace(path));
                } else {
                    self.save_to(path, false);
                }
            }
            Purpose::Import(Some(kind)) => self.import_file(path, What::Rows(kind)),
            Purpose::Import(None) => self.dialog = Some(Dialog::kind_of(path)),
            Purpose::Export => {
                with(&mut path, "geojson");
                self.export_to(&path);
            }
            Purpose::Picture => {
                with(&mut path, "png");
                self.picture_to(&path);
            }
        }
    }

    /// Shows the question that is open, if one is.
    pub(super) fn dialogs(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let Some(dialog) = self.dialog.take() else { return };
        let lang = self.lang;
        let closed = ctx.input_mut(|i| i.consume_key(egui::Modifiers::NONE, Key::Escape));
        match dialog {
            Dialog::System(purpose, mut job) => match job.poll() {
                None => self.dialog = Some(Dialog::System(purpose, job)),
                Some(Ok(Some(path))) => self.chosen(purpose, path),
                Some(Ok(None)) => {}
                // No dialog could be had from the system: type the path.
                Some(Err(_)) => {
                    let name = self.suggested(&purpose);
                    self.dialog = Some(Dialog::Path(purpose, name));
                }
            },
            Dialog::Unsaved => {
                if closed {
                    self.leaving = None;
                    return;
                }
                let mut pick = 0;
                sheet(ui, &ctx, |ui| {
                    strong(ui, lang.pick("有未保存的修改", "There are unsaved changes"));
                    body(ui, lang.pick("保存后再离开吗？", "Save before leaving?"));
                    ui.add_space(8.0);
                    ui.horizontal(|ui| {
                        let save = lang.pick("保存", "Save");
                        if primary_button(ui, None, save, 88.0, 28.0, true).clicked() {
                            pick = 1;
                        }
                        if action_button(ui, None, lang.pick("不保存", "Don't save"), None, None, true).clicked() {
                            pick = 2;
                        }
                        if action_button(ui, None, lang.pick("留下", "Stay"), None, None, true).clicked() {
                            pick = 3;
                        }
                    });
                });
                match pick {
                    1 => self.save(false),
                    2 => {
                        if let Some(leave) = self.leaving.take() {
                            self.doc = None;
                            self.leave(leave);
                        }
                    }
                    3 => self.leaving = None,
                    _ => self.dialog = Some(Dialog::Unsaved),
                }
            }
            Dialog::Replace(path) => {
                let mut pick = if closed { 2 } else { 0 };
                sheet(ui, &ctx, |ui| {
                    strong(ui, lang.pick("那里已经有一个文件", "A file is there already"));
                    body(ui, &path.to_string_lossy());
                    ui.add_space(8.0);
                    ui.horizontal(|ui| {
                        if primary_button(ui, None, lang.pick("替换它", "Replace it"), 88.0, 28.0, true).clicked() {
                            pick = 1;
                        }
                        if action_button(ui, None, lang.pick("取消", "Cancel"), None, None, true).clicked() {
                            pick = 2;
                        }
                    });
                });
                match pick {
                    1 => self.save_to(path, true),
                    2 => self.leaving = None,
                    _ => self.dialog = Some(Dialog::Replace(path)),
                }
            }
            Dialog::Path(purpose, mut text) => {
                let title = self.title_of(&purpose);
                let mut pick = if closed { 2 } else { 0 };
                sheet(ui, &ctx, |ui| {
                    strong(ui, &title);
                    let hint = lang.pick("文件的完整路径", "Full path of the file");
                    let edit = egui::TextEdit::singleline(&mut text).desired_width(460.0).hint_text(hint);
                    let r = ui.add(edit).accessible_name(hint);
                    if r.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter)) {
                        pick = 1;
                    } else if !r.has_focus() {
                        r.request_focus();
                    }
                    ui.add_space(8.0);
                    ui.horizontal(|ui| {
                        let ok = lang.pick("确定", "OK");
                        if primary_button(ui, None, ok, 88.0, 28.0, !text.trim().is_empty()).clicked() {
                            pick = 1;
                        }
                        if action_button(ui, None, lang.pick("取消", "Cancel"), None, None, true).clicked() {
                            pick = 2;
                        }
                    });
                });
                match pick {
                    1 if !text.trim().is_empty() => self.chosen(purpose, PathBuf::from(text.trim())),
                    2 => self.leaving = None,
                    _ => self.dialog = Some(Dialog::Path(purpose, text)),
                }
            }
            Dialog::Kind(path, mut at) => {
                let mut pick = if closed { 2 } else { 0 };
                let name = path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
                sheet(ui, &ctx, |ui| {
                    strong(ui, &lang.pick("“{}” 里是什么？", "What is in \"{}\"?").replace("{}", &name));
                    ui.add_space(6.0);
                    let names: Vec<String> = KINDS.iter().map(|(_, zh, en)| lang.pick(zh, en).to_owned()).collect();
                    if let Some(i) = choice(ui, "import_kind", lang.pick("内容", "Contents"), &names, at, 220.0) {
                        at = i;
                    }
                    ui.add_space(8.0);
                    ui.horizontal(|ui| {
                        if primary_button(ui, None, lang.pick("导入", "Import"), 88.0, 28.0, true).clicked() {
                            pick = 1;
                        }
                        if action_button(ui, None, lang.pick("取消", "Cancel"), None, None, true).clicked() {
                            pick = 2;
                        }
                    });
                });
                match pick {
                    1 => self.import_file(path, KINDS[at].0.clone()),
                    2 => {}
                    _ => self.dialog = Some(Dialog::Kind(path, at)),
                }
            }
        }
    }
}

/// A sheet in the middle of the window, with the rest a little darker.
fn sheet(ui: &Ui, ctx: &egui::Context, content: impl FnOnce(&mut Ui)) {
    let t = Tokens::of(ui);
    let whole = ctx.content_rect();
    let shade = egui::Color32::from_black_alpha(70);
    ctx.layer_painter(egui::LayerId::new(Order::Middle, Id::unique("shade"))).rect_filled(whole, 0.0, shade);
    Area::new(Id::unique("sheet")).order(Order::Foreground).anchor(Align2::CENTER_CENTER, vec2(0.0, -60.0)).show(
        ctx,
        |ui| {
            egui::Frame::new()
                .fill(t.panel)
                .stroke(egui::Stroke::new(1.0, t.line2))
                .corner_radius(6)
                .inner_margin(16)
                .show(ui, content);
        },
    );
}

/// Whether the system can show dialogs of its own: always on Windows; elsewhere where a session bus is there to ask.
fn system_dialogs() -> bool {
    cfg!(windows) || std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some()
}
