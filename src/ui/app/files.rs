//! Opening, saving, importing, exporting: jobs beside the window.

use super::doc::Doc;
use super::{App, Leave, Work};
use crate::exchange::{OutFeature, ReadOptions, Source, read, write_file, write_geojson};
use crate::jobs::JobError;
use crate::model::{GridLayer, Kind, Lang, Segment, Shape};
use crate::plan::{Edit, History};
use crate::scene::{Camera, FontSet, SceneOptions, StyleSheet, Theme, paint, scene_of};
use crate::session::import::{How, What, incoming};
use crate::session::{Command, Session, empty_project, sample_project};
use crate::store::{Generation, SaveInput, StoreError, Warning, open, save};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a path that was asked for is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Open a project.
    Open,
    /// Save the project there.
    Save,
    /// Import a file; the kind is asked for next.
    Import(Option<Kind>),
    /// Write the cells as GeoJSON.
    Export,
    /// Write a picture of the map.
    Picture,
}

/// A project read beside the window.
pub struct Loaded {
    pub history: History,
    pub segments: Vec<Arc<Segment>>,
    pub generation: Generation,
    pub last_plan: Option<String>,
    pub warnings: Vec<Warning>,
    pub path: PathBuf,
}

/// A save that was done.
pub struct Stored {
    pub generation: Generation,
    pub path: PathBuf,
    pub state: u128,
    pub warnings: Vec<Warning>,
}

/// An import that was prepared.
pub struct Brought {
    pub edit: Option<Edit>,
    pub segments: Vec<Arc<Segment>>,
    pub rows: usize,
    pub refused: u32,
    pub first: Option<(String, String)>,
    pub name: String,
}

/// The kinds offered for an import, with their names.
pub const KINDS: [(What, &str, &str); 10] = [
    (What::Outline, "范围（外框）", "outline"),
    (What::Rows(Kind::Cells), "网格", "cells"),
    (What::Rows(Kind::Buildings), "楼栋", "buildings"),
    (What::Rows(Kind::Courtyards), "院落", "courtyards"),
    (What::Rows(Kind::Facilities), "设施", "facilities"),
    (What::Rows(Kind::Roads), "道路", "roads"),
    (What::Rows(Kind::Water), "水系", "water"),
    (What::Rows(Kind::Landuse), "用地", "land use"),
    (What::Rows(Kind::Walls), "围墙", "walls"),
    (What::Rows(Kind::Incidents), "事件", "incidents"),
];

fn both(zh: &str, en: &str) -> JobError {
    JobError::failed(Words(format!("{zh}\n{en}")))
}

#[derive(Debug)]
struct Words(String);

impl std::fmt::Display for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Words {}

fn words_of_store(e: &StoreError) -> JobError {
    let said = e.said();
    both(&said.zh, &said.en)
}

impl App {
    /// Opens a project file beside the window.
    pub(super) fn open_file(&mut self, path: PathBuf) {
        let replica = self.replica;
        let label = self.lang.pick("正在打开", "Opening").to_owned();
        let job = self.jobs.spawn(&label, move |token| {
            let opened = open(&path, replica, Some(token)).map_err(|e| words_of_store(&e))?;
            Ok(Loaded {
                history: opened.history,
                segments: opened.segments.into_values().collect(),
                generation: opened.generation,
                last_plan: opened.last_plan,
                warnings: opened.warnings,
                path,
            })
        });
        self.work.push(Work::Open(job));
    }

    /// Shows a project that was read.
    pub(super) fn show_loaded(&mut self, l: Loaded) {
        let mut session = Session::new(l.history, l.last_plan.as_deref(), self.language(), &self.author);
        for s in l.segments {
            session.hold(s);
        }
        let title = session.project().facts.head.name.clone();
        self.remember(&l.path, &title);
        for w in &l.warnings {
            let said = w.said();
            self.warn(said.get(self.language()));
        }
        self.doc = Some(Doc::new(session, Some(l.path), Some(l.generation)));
        self.plans_open = false;
        self.layers_open = false;
    }

    /// A copy of a shipped sample, unsaved.
    pub(super) fn open_sample(&mut self, name: &str) {
        match sample_project(name, self.replica) {
            Ok(p) => {
                let history = History::new(p, self.replica);
                let session = Session::new(history, None, self.language(), &self.author);
                self.doc = Some(Doc::new(session, None, None));
            }
            Err(e) => self.error(&e.to_string()),
        }
    }

    /// A new empty project with one layer.
    pub(super) fn new_project(&mut self) {
        if self.doc.as_ref().is_some_and(|d| d.session.is_dirty()) {
            return self.leave(Leave::New);
        }
        let name = self.lang.pick("新项目", "New project");
        let layer = GridLayer::new("grid", "治理网格", vec!["社区".to_owned(), "网格".to_owned()]);
        match layer.and_then(|l| empty_project(name, "auto", None, vec![l], self.replica)) {
            Ok(p) => {
                let history = History::new(p, self.replica);
                let session = Session::new(history, None, self.language(), &self.author);
                self.doc = Some(Doc::new(session, None, None));
                let what = self.lang.pick("新项目是空的", "The new project is empty");
                let todo = self.lang.pick(
                    "把楼栋、道路等文件拖进窗口，或用 文件 › 导入…",
                    "Drop files on the window, or File › Import…",
                );
                self.say(what, "", todo);
            }
            Err(e) => self.error(&e.to_string()),
        }
    }

    pub(super) fn ask_open(&mut self, _ctx: &egui::Context) {
        self.ask_path(Purpose::Open);
    }

    pub(super) fn ask_import(&mut self, kind: Option<Kind>) {
        if self.doc.is_none() {
            self.new_project();
        }
        self.ask_path(Purpose::Import(kind));
    }

    /// Saves; `elsewhere` asks for a new place.
    pub(super) fn save(&mut self, elsewhere: bool) {
        let Some(doc) = &self.doc else { return };
        match (&doc.path, elsewhere) {
            (Some(path), false) => {
                let path = path.clone();
                self.save_to(path, false);
            }
            _ => self.ask_path(Purpose::Save),
        }
    }

    /// Saves to a path beside the window. `replace`: a person agreed that a file there is replaced.
    pub(super) fn save_to(&mut self, path: PathBuf, replace: bool) {
        if self.work.iter().any(|w| matches!(w, Work::Save(_))) {
            return;
        }
        let (now, data, author) = (self.now(), self.data.clone(), self.author.clone());
        let Some(doc) = &self.doc else { return };
        let history = doc.session.history().clone();
        let tallies = doc.session.unit_tallies();
        let segments = doc.session.segments().clone();
        let last = history.stable().plan(doc.session.plan()).map(|p| p.meta.name.clone()).unwrap_or_default();
        let base = doc.base.clone().filter(|_| doc.path.as_deref() == Some(path.as_path()));
        let state = history.stable().state;
        let label = self.lang.pick("正在保存", "Saving").to_owned();
        let job = self.jobs.spawn(&label, move |token| {
            let input = SaveInput {
                history: &history,
                last_plan: &last,
                tallies: &tallies,
                segments: &segments,
                author: &author,
                time: now,
                data: data.as_deref(),
                replace,
                token: Some(token),
            };
            let saved = save(&path, &input, base.as_ref()).map_err(|e| words_of_store(&e))?;
            Ok(Stored { generation: saved.generation, path, state, warnings: saved.warnings })
        });
        self.work.push(Work::Save(job));
    }

    /// A save is done.
    pub(super) fn show_stored(&mut self, s: Stored) {
        let (now, clock) = (self.now(), self.clock());
        for w in &s.warnings {
            let said = w.said();
            self.warn(said.get(self.language()));
        }
        let lang = self.lang;
        let Some(doc) = &mut self.doc else { return };
        doc.base = Some(s.generation);
        doc.path = Some(s.path.clone());
        doc.saved_at = format!("{} {}", lang.pick("已保存", "Saved"), clock(now));
        doc.session.dispatch(Command::Saved(s.state), now);
        let title = doc.session.project().facts.head.name.clone();
        self.remember(&s.path, &title);
        if let Some(leave) = self.leaving.take() {
            self.leave(leave);
        }
    }

    /// Reads a file and prepares it for the project, beside the window.
    pub(super) fn import_file(&mut self, path: PathBuf, what: What) {
        let Some(doc) = &self.doc else { return };
        let project = doc.session.history().stable().clone();
        let layer = project.facts.layers.get(doc.session.layer() as usize).map(|l| l.id.clone());
        let plan = project.plan(doc.session.plan()).map(|p| p.meta.name.clone());
        let name = path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
        let label = format!("{} {name}", self.lang.pick("正在导入", "Importing"));
        let job = self.jobs.spawn(&label, move |token| {
            let mut go_on = |share: f32| {
                token.progress((share * 1000.0) as u64, 1000);
                token.check().is_ok()
            };
            let source: Source = read(&path, &ReadOptions::default(), &mut go_on).map_err(JobError::failed)?;
            let how = How { map: &[], offset_minutes: 480, layer, plan, source: name.clone() };
            let i = incoming(&project, &source, &what, &how, &mut go_on).map_err(JobError::failed)?;
            let first = i.prepared.findings.first().map(|f| (f.message_zh.clone(), f.message_en.clone()));
            let refused = i.prepared.refused;
            Ok(Brought { edit: i.edit, segments: i.segments, rows: i.rows, refused, first, name })
        });
        self.work.push(Work::Import(job));
    }

    /// An import was prepared: one edit brings it.
    pub(super) fn show_brought(&mut self, b: Brought, time: f64) {
        let lang = self.language();
        let first = b.first.map(|(zh, en)| if lang == Lang::Zh { zh } else { en }).unwrap_or_default();
        let Some(edit) = b.edit else {
            let what = self.lang.pick("没有可以导入的内容", "There was nothing to import");
            return self.push_toast(crate::ui::widgets::ToastKind::Error, what, &b.name, &first);
        };
        let Some(doc) = &mut self.doc else { return };
        let had_view = !doc.session.project().facts.tables.iter().all(|t| t.is_empty());
        b.segments.into_iter().for_each(|s| doc.session.hold(s));
        self.edit(edit, time);
        if let Some(doc) = &mut self.doc {
            if !had_view {
                // The first data of an empty project: there was nothing to look at before.
                doc.camera = None;
            }
            let anchors = doc.incidents(None);
            if doc.heat.ready.is_none()
                && let Some(m) = crate::heat::suggest_bandwidth_m(&anchors)
            {
                doc.heat.bandwidth_m = m;
            }
        }
        let rows = crate::session::number(b.rows as i64);
        let what = self.lang.pick("已导入 {} 条", "Imported {} rows").replace("{}", &rows);
        if b.refused > 0 {
            let kept = self.lang.pick("{} 条没有导入", "{} rows were left out").replace("{}", &b.refused.to_string());
            self.push_toast(crate::ui::widgets::ToastKind::Warning, &what, &kept, &first);
        } else {
            self.push_toast(crate::ui::widgets::ToastKind::Done, &what, &b.name, "");
        }
    }

    pub(super) fn export(&mut self) {
        self.ask_path(Purpose::Export);
    }

    pub(super) fn export_picture(&mut self) {
        self.ask_path(Purpose::Picture);
    }

    /// Writes the cells of the shown plan as GeoJSON in WGS 84.
    pub(super) fn export_to(&mut self, path: &Path) {
        let Some(doc) = &self.doc else { return };
        let p = doc.session.project();
        let rows = crate::session::answers::unit_rows(p, doc.session.assignment(), None, None);
        let Some(l) = p.layer(doc.session.plan(), doc.session.layer()) else { return };
        let shapes: Vec<(Shape, Vec<(String, serde_json::Value)>)> = rows
            .iter()
            .map(|r| {
                let props = vec![
                    ("code".to_owned(), r.unit.code.clone().into()),
                    ("name".to_owned(), r.unit.name.clone().into()),
                    ("parent".to_owned(), r.parent.clone().into()),
                    ("households".to_owned(), r.tally.households.into()),
                    ("residents".to_owned(), r.tally.residents.into()),
                    ("buildings".to_owned(), r.tally.buildings.into()),
                ];
                (Shape::Polygons(l.partition.polygons(r.unit.id.0)), props)
            })
            .collect();
        let result = (|| -> anyhow::Result<u64> {
            let crs = crate::crs::CrsDef::parse(&p.facts.head.crs)?;
            let mut out = Vec::new();
            let features = shapes.iter().map(|(s, props)| OutFeature { shape: s.as_ref(), props: props.clone() });
            let n = write_geojson(&mut out, features, p.origin(), &crs, &crate::crs::CrsDef::wgs84())?;
            write_file(path, &out)?;
            Ok(n)
        })();
        match result {
            Ok(n) => {
                let what = self.lang.pick("已导出 {} 个网格", "Exported {} cells").replace("{}", &n.to_string());
                self.say(&what, &path.to_string_lossy(), "");
            }
            Err(e) => self.error(&e.to_string()),
        }
    }

    /// Writes what the map shows as PNG at twice the window's resolution.
    pub(super) fn picture_to(&mut self, path: &Path) {
        let dark = self.dark;
        let language = self.language();
        let Some(doc) = &self.doc else { return };
        let Some(camera) = doc.camera else { return };
        let fine = Camera {
            mm_per_px: camera.mm_per_px / 2.0,
            size_px: (camera.size_px.0 * 2.0, camera.size_px.1 * 2.0),
            pixels_per_point: camera.pixels_per_point * 2.0,
            ..camera
        };
        let images = doc.heat.ready.iter().filter(|_| doc.heat.on).map(|r| r.image.clone()).collect();
        let options = SceneOptions {
            lang: language,
            colours: doc.picture.colours.clone(),
            incidents: doc.shows(super::doc::Shown::Incidents),
            now: Some(self.now()),
            images,
        };
        let scene = scene_of(doc.session.project(), doc.session.assignment(), &fine, &options);
        let theme = if dark { Theme::Dark } else { Theme::Light };
        let mut sheet = StyleSheet::new(theme, fine.scale_denominator());
        sheet.heat = doc.heat.on && doc.heat.ready.is_some();
        let result = (|| -> anyhow::Result<()> {
            let fonts = FontSet::embedded()?;
            let picture = paint(&scene, &fine, &sheet, Some(&fonts))?;
            Ok(write_file(path, &picture.png(192.0)?)?)
        })();
        match result {
            Ok(()) => {
                let what = self.lang.pick("已存为图片", "Picture saved").to_owned();
                self.say(&what, &path.to_string_lossy(), "");
            }
            Err(e) => self.error(&e.to_string()),
        }
    }

    fn remember(&mut self, path: &Path, title: &str) {
        let now = self.now();
        let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        self.settings.remember(&full, title, now);
        self.store_settings();
    }
}

/// A picture of a sample for its card: width, height, straight RGBA.
pub fn sample_picture(name: &str, replica: u32, lang: Lang, (w, h): (u32, u32)) -> Option<(u32, u32, Vec<u8>)> {
    let project = sample_project(name, replica).ok()?;
    let session = Session::new(History::new(project, replica), None, lang, "");
    let p = session.project();
    let extent = p.layer(session.plan(), 0)?.partition.extent();
    let camera = Camera::at_scale((0.0, 0.0), 8000.0, (w as f32, h as f32), 1.0).fit(extent, 4.0);
    let mut scene = scene_of(p, session.assignment(), &camera, &SceneOptions { lang, ..SceneOptions::default() });
    scene.labels.clear();
    scene.symbols.clear();
    let sheet = StyleSheet::new(Theme::Light, camera.scale_denominator());
    let picture = paint(&scene, &camera, &sheet, None).ok()?;
    Some((picture.width, picture.height, picture.rgba))
}
