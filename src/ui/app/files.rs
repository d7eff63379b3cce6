//! Opening, saving, importing, exporting: jobs beside the window.

use super::App;
use super::dialogs::Dialog;
use super::doc::{Doc, Shown};
use super::picture::stack_shown;
use super::work::{Clip, Leave, Work};
use crate::exchange::{
    Action, ExchangeError, Finding, OutFeature, ReadOptions, Severity, Source, read, read_table, write_file,
    write_geojson,
};
use crate::geom::{Box2, Origin};
use crate::jobs::{JobError, Token};
use crate::model::{GridLayer, Kind, Lang, Said, Segment, Shape};
use crate::plan::{Edit, History};
use crate::scene::{Camera, FontSet, SceneOptions, Stack, StyleSheet, Theme, annotate, paint, scene_of};
use crate::session::import::{How, What, incoming};
use crate::session::{Command, Effect, Redrawn, Session, answers, empty_project, redrawn, sample_project};
use crate::store::{Generation, SaveInput, Warning, cells_table, open, save, shown_plan};
use crate::ui::widgets::ToastKind;
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
    /// Read a list of buildings.
    List,
    /// Add a scanned plan.
    Underlay,
    /// Read a file for the guide to a new project.
    Guide(super::guide::For),
}

/// A project read beside the window, counted and ready to be shown.
pub struct Loaded {
    pub doc: Box<Doc>,
    pub warnings: Vec<Warning>,
    /// What another program did to borders in it, made to fit: to be asked about.
    pub elsewhere: Vec<Redrawn>,
    pub path: PathBuf,
}

/// A save that was done.
pub struct Stored {
    pub generation: Generation,
    pub path: PathBuf,
    pub state: u128,
    pub title: String,
    pub warnings: Vec<Warning>,
}

/// An import that was prepared.
pub struct Brought {
    pub edit: Option<Edit>,
    pub segments: Vec<Arc<Segment>>,
    pub rows: usize,
    pub refused: u32,
    /// What was found in the file, as it is told.
    pub found: Vec<Said>,
    pub name: String,
    pub path: PathBuf,
    pub what: What,
    /// CRS and origin of the project it was prepared for: rows are millimetres from this origin.
    pub head: (String, Option<Origin>),
}

/// A file that was written: what to say, and where it is.
pub struct Written {
    pub what: Said,
    pub path: PathBuf,
}

/// Findings shown one by one; the command line prints them all.
const FOUND: usize = 200;

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

/// The cells whose borders another program changed in the tables that a file shows, as edits that fit. Empty where none is
/// different, or a table cannot be read: the warning of the file stands then alone.
fn moved_elsewhere(session: &Session, warnings: &[Warning], path: &Path, token: &Token) -> Vec<Redrawn> {
    let changed = |table: &str| {
        warnings.iter().any(|w| match w {
            Warning::EditedElsewhere { tables } => tables.iter().any(|(t, _)| t == table),
            _ => false,
        })
    };
    let p = session.project();
    let last = p.plan(session.plan()).map_or("", |x| x.meta.name.as_str());
    let plan = shown_plan(p, last).map(|x| x.meta.name.clone());
    let of_layer = |l: &GridLayer| {
        let table = cells_table(l);
        if !changed(&table) {
            return None;
        }
        let source = read_table(path, &table).ok()?;
        let how =
            How { map: &[], offset_minutes: 480, layer: Some(l.id.clone()), plan: plan.clone(), source: String::new() };
        let found = redrawn(p, &source, &how, &mut |_| token.check().is_ok()).ok()?;
        // Nothing to take in, but something that was not to be had: that is told too.
        let refused = found.prepared.findings.iter().any(|f| f.action == Action::Refused);
        (found.edit.is_some() || refused).then_some(found)
    };
    p.facts.layers.iter().filter_map(of_layer).collect()
}

fn words(said: Said) -> JobError {
    JobError::failed(said.into_pair())
}

impl App {
    /// Opens a project file beside the window; what is shown stays until it is read.
    pub(super) fn open_file(&mut self, path: PathBuf) {
        let (replica, language, author) = (self.replica, self.language(), self.author.clone());
        let label = self.lang.pick("正在打开", "Opening").to_owned();
        let job = self.jobs.spawn(&label, move |token| {
            let opened = open(&path, replica, Some(token)).map_err(|e| words(e.said()))?;
            let mut session = Session::new(opened.history, opened.last_plan.as_deref(), language, &author);
            for s in opened.segments.into_values() {
                s.ready();
                session.hold(s);
            }
            let doc = Box::new(Doc::new(session, Some(path.clone()), Some(opened.generation)));
            let elsewhere = moved_elsewhere(&doc.session, &opened.warnings, &path, token);
            Ok(Loaded { doc, warnings: opened.warnings, elsewhere, path })
        });
        self.work.push(Work::Open(job));
    }

    /// Shows a project that was read; work done meanwhile in the one that is shown is asked about first.
    pub(super) fn show_loaded(&mut self, l: Loaded) {
        if self.has_unsaved() {
            self.arrived = Some(l);
            return self.leave(Leave::Arrived);
        }
        let mut doc = *l.doc;
        doc.session.set_lang(self.language());
        let title = doc.session.project().facts.head.name.clone();
        self.remember(&l.path, &title);
        for w in &l.warnings {
            // What is asked about is not said twice.
            if l.elsewhere.is_empty() || !matches!(w, Warning::EditedElsewhere { .. }) {
                let said = w.said();
                self.warn(said.get(self.language()));
            }
        }
        self.show(doc);
        if !l.elsewhere.is_empty() {
            self.dialog = Some(Dialog::Elsewhere(l.elsewhere));
        }
    }

    /// Puts a project into the window.
    pub(super) fn show(&mut self, doc: Doc) {
        // Pictures that are still drawn are not looked at now.
        self.cards.retain(super::start::Card::is_there);
        if !doc.sample {
            self.tour = None;
        }
        self.doc = Some(doc);
        self.plans_open = false;
        (self.layers_open, self.underlays_open) = (false, false);
        self.looking = None;
        self.imports.clear();
    }

    /// A copy of a shipped sample, unsaved.
    pub(super) fn begin_sample(&mut self, name: &str) {
        match sample_project(name, self.replica) {
            Ok(p) => {
                let history = History::new(p, self.replica);
                let session = Session::new(history, None, self.language(), &self.author);
                let mut doc = Doc::new(session, None, None);
                doc.sample = true;
                self.show(doc);
            }
            Err(e) => self.error(e.said().get(self.language())),
        }
    }

    /// A new empty project with one layer.
    pub(super) fn begin_new(&mut self) {
        let name = self.lang.pick("新项目", "New project");
        let layer = GridLayer::new("grid", "治理网格", vec!["社区".to_owned(), "网格".to_owned()]);
        match layer.and_then(|l| empty_project(name, "auto", None, vec![l], self.replica)) {
            Ok(p) => {
                let history = History::new(p, self.replica);
                let session = Session::new(history, None, self.language(), &self.author);
                self.show(Doc::new(session, None, None));
            }
            Err(e) => self.error(e.said().get(self.language())),
        }
    }

    pub(super) fn ask_open(&mut self, _ctx: &egui::Context) {
        self.ask_path(Purpose::Open);
    }

    pub(super) fn ask_import(&mut self, kind: Option<Kind>) {
        if self.doc.is_none() {
            self.begin_new();
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
        if self.work.iter().any(|w| matches!(w, Work::Save(..))) {
            // The one on its way ends first; what it lacks is still marked unsaved then.
            return self.warn(self.lang.pick("正在保存，请稍候", "A save is under way; wait for it"));
        }
        let (now, data, author) = (self.now(), self.data.clone(), self.author.clone());
        let Some(doc) = &self.doc else { return };
        let (session, number, from) = (doc.session.clone(), doc.number, doc.path.clone());
        let history = session.history().clone();
        let title = history.stable().facts.head.name.clone();
        let last = history.stable().plan(doc.session.plan()).map(|p| p.meta.name.clone()).unwrap_or_default();
        let base = doc.base.clone().filter(|_| doc.path.as_deref() == Some(path.as_path()));
        let state = history.stable().state;
        let label = self.lang.pick("正在保存", "Saving").to_owned();
        let job = self.jobs.spawn(&label, move |token| {
            let input = SaveInput {
                history: &history,
                last_plan: &last,
                tallies: &session.unit_tallies(),
                segments: session.segments(),
                author: &author,
                time: now,
                data: data.as_deref(),
                replace,
                pictures_from: from.as_deref(),
                token: Some(token),
            };
            let saved = save(&path, &input, base.as_ref()).map_err(|e| words(e.said()))?;
            Ok(Stored { generation: saved.generation, path, state, title, warnings: saved.warnings })
        });
        self.work.push(Work::Save(job, number));
    }

    /// A save of the project numbered `of` is done.
    pub(super) fn show_stored(&mut self, s: Stored, of: u64) {
        let (now, clock) = (self.now(), self.clock());
        for w in &s.warnings {
            let said = w.said();
            self.warn(said.get(self.language()));
        }
        self.remember(&s.path, &s.title);
        let saved = self.lang.pick("已保存", "Saved");
        // Another project may be open by now: then only the file is new.
        if self.doc.as_ref().is_none_or(|d| d.number != of) {
            return;
        }
        // What a save could not do before, it has done now.
        self.toasts.retain(|(t, _)| t.kind != ToastKind::Error);
        let Some(doc) = self.doc.as_mut() else { return };
        doc.base = Some(s.generation);
        doc.path = Some(s.path);
        doc.saved_at = format!("{saved} {}", clock(now));
        doc.session.dispatch(Command::Saved(s.state), now);
        if let Some(leave) = self.leaving.take() {
            self.leave(leave);
        }
    }

    /// Reads a file and prepares it for the project, beside the window.
    pub(super) fn read_import(&mut self, path: PathBuf, what: What) {
        let Some(doc) = &self.doc else { return };
        let (project, number) = (doc.session.history().stable().clone(), doc.number);
        let layer = project.facts.layers.get(doc.session.layer() as usize).map(|l| l.id.clone());
        let plan = project.plan(doc.session.plan()).map(|p| p.meta.name.clone());
        let name = path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
        let label = format!("{} {name}", self.lang.pick("正在导入", "Importing"));
        let job = self.jobs.spawn(&label, move |token| {
            let mut go_on = |share: f32| {
                token.progress((share * 1000.0) as u64, 1000);
                token.check().is_ok()
            };
            let source: Source = read(&path, &ReadOptions::default(), &mut go_on).map_err(|e| words(e.said()))?;
            let how = How { map: &[], offset_minutes: 480, layer, plan, source: name.clone() };
            let i = incoming(&project, &source, &what, &how, &mut go_on).map_err(|e| words(e.said()))?;
            i.segments.iter().for_each(|s| s.ready());
            let found =
                i.prepared.findings.iter().filter(|f| f.severity != Severity::Info).take(FOUND).map(told).collect();
            let refused = i.prepared.refused;
            let head = (project.facts.head.crs.clone(), project.facts.head.origin);
            Ok(Brought { edit: i.edit, segments: i.segments, rows: i.rows, refused, found, name, path, what, head })
        });
        self.work.push(Work::Import(job, number));
    }

    /// An import for the project numbered `of` was prepared: one edit brings it.
    pub(super) fn show_brought(&mut self, b: Brought, of: u64, time: f64) {
        let (lang, now) = (self.lang, self.now());
        let Some(doc) = self.doc.as_mut().filter(|d| d.number == of) else {
            let what = lang.pick("项目已换，没有导入", "Another project is open: nothing was imported");
            return self.push_toast(ToastKind::Warning, what, &b.name, "");
        };
        let head = &doc.session.history().stable().facts.head;
        if (&head.crs, head.origin) != (&b.head.0, b.head.1) {
            // Something else decided the CRS meanwhile: the rows stand on another origin.
            return self.import_file(b.path, b.what);
        }
        let Some(edit) = b.edit else {
            let what = lang.pick("没有可以导入的内容", "There was nothing to import");
            self.push_toast(ToastKind::Error, what, &b.name, "");
            return self.list_found(b.name, None, b.found);
        };
        let was_empty = answers::extent(doc.session.project()).is_empty();
        b.segments.into_iter().for_each(|s| doc.session.hold(s));
        let effects = doc.dispatch(Command::Do(edit), now);
        let done = effects.iter().any(|e| matches!(e, Effect::Committed { .. }));
        if done {
            if was_empty {
                // The first data of an empty project: there was nothing to look at before.
                doc.camera = None;
            }
            if doc.heat.ready.is_none() {
                let incidents = doc.incidents(None);
                doc.heat.begin(&incidents);
            }
            // Incidents are seen as heat only: the map would look as if nothing had come.
            doc.heat.on |= b.what == What::Rows(Kind::Incidents);
        }
        self.heed(effects, time);
        if !done {
            return;
        }
        let rows = crate::model::number(b.rows as i64);
        let what = lang.pick("已导入 {} 条", "Imported {} rows").replace("{}", &rows);
        if b.refused > 0 {
            let kept = lang.pick("{} 条没有导入", "{} rows were left out").replace("{}", &b.refused.to_string());
            self.push_toast(ToastKind::Warning, &what, &kept, "");
        } else {
            self.push_toast(ToastKind::Done, &what, &b.name, "");
        }
        self.list_found(b.name, Some(b.refused), b.found);
    }

    /// Lists what was found in a file, of several files one after the other. `refused`: rows left out; `None` = all.
    fn list_found(&mut self, name: String, refused: Option<u32>, found: Vec<Said>) {
        if found.is_empty() {
            return;
        }
        let part = (name, refused, found);
        match &mut self.dialog {
            Some(Dialog::Found(all)) => all.push(part),
            None => self.dialog = Some(Dialog::Found(vec![part])),
            // A question stands open; the toast has said how many.
            Some(_) => {}
        }
    }

    pub(super) fn export(&mut self) {
        self.ask_path(Purpose::Export);
    }

    pub(super) fn export_picture(&mut self) {
        self.ask_path(Purpose::Picture);
    }

    /// Writes the cells of the shown plan as GeoJSON in WGS 84, beside the window.
    pub(super) fn export_to(&mut self, path: PathBuf) {
        let Some(doc) = &self.doc else { return };
        let session = doc.session.clone();
        let label = self.lang.pick("正在导出", "Exporting").to_owned();
        let job = self.jobs.spawn(&label, move |token| {
            let n = write_cells(&session, &path).map_err(|e| words(e.said()))?;
            token.check()?;
            Ok(Written { what: Said::new(format!("已导出 {n} 个网格"), format!("Exported {n} cells")), path })
        });
        self.work.push(Work::Write(job));
    }

    /// Writes what the map shows as PNG at twice the window's resolution, beside the window.
    pub(super) fn picture_to(&mut self, path: PathBuf) {
        let label = self.lang.pick("正在存为图片", "Saving the picture").to_owned();
        let Some(work) = self.picture(2.0) else { return };
        let job = self.jobs.spawn(&label, move |token| {
            let png = work(token)?.png(192.0).map_err(|e| words(e.said()))?;
            token.check()?;
            write_file(&path, &png).map_err(|e| words(e.said()))?;
            Ok(Written { what: Said::new("已存为图片", "Picture saved"), path })
        });
        self.work.push(Work::Write(job));
    }

    /// Puts what the map shows into the clipboard as a picture, beside the window.
    pub(super) fn copy_picture(&mut self) {
        let label = self.lang.pick("正在复制图片", "Copying the picture").to_owned();
        // As the screen has it: the clipboard packs the picture while the window waits.
        let Some(work) = self.picture(1.0) else { return };
        let job = self.jobs.spawn(&label, move |token| {
            let p = work(token)?;
            // It is opaque.
            let picture = egui::ColorImage::from_rgba_premultiplied([p.width as usize, p.height as usize], &p.rgba);
            let said =
                Said::new("已复制地图图片，可粘贴到文档或聊天里", "The map was copied as a picture: paste it anywhere");
            Ok(Clip::Picture(picture, said))
        });
        self.work.push(Work::Copy(job));
    }

    /// What paints the map as it is shown, at so many times the window's resolution.
    fn picture(
        &self,
        times: f32,
    ) -> Option<impl FnOnce(&Token) -> Result<crate::scene::Picture, JobError> + Send + use<>> {
        let (dark, language, now) = (self.dark, self.language(), self.now());
        let doc = self.doc.as_ref()?;
        let camera = doc.camera?;
        let fine = Camera {
            mm_per_px: camera.mm_per_px / f64::from(times),
            size_px: (camera.size_px.0 * times, camera.size_px.1 * times),
            pixels_per_point: camera.pixels_per_point * times,
            ..camera
        };
        let options = SceneOptions {
            lang: language,
            colours: doc.picture.layers.colours.clone(),
            incidents: doc.shows(Shown::Incidents),
            now: Some(now),
            images: doc.heat.ready.iter().filter(|_| doc.heat.on).map(|r| r.image.clone()).collect(),
            backdrops: doc.picture.scene().backdrops.clone(),
        };
        let heat = doc.heat.ready.as_ref().filter(|_| doc.heat.on).map(|r| super::heat::key(r));
        let (session, hidden) = (doc.session.clone(), doc.hidden.clone());
        Some(move |token: &Token| {
            let mut scene = scene_of(session.project(), session.assignment(), &fine, &options);
            scene.layers.retain(|l| stack_shown(&hidden, l.key.stack));
            if hidden.contains(&Shown::Labels) {
                scene.labels.clear();
            }
            if hidden.contains(&Shown::Facilities) {
                scene.symbols.retain(|s| s.kind.stack() != Stack::Facilities);
            }
            token.check()?;
            let theme = if dark { Theme::Dark } else { Theme::Light };
            let mut sheet = StyleSheet::new(theme, fine.scale_denominator());
            sheet.heat = !scene.images.is_empty();
            sheet.underlay = !scene.backdrops.is_empty();
            sheet.by_cell = !dark || !sheet.heat;
            let fonts = FontSet::embedded().map_err(|e| words(e.said()))?;
            let mut picture = paint(&scene, &fine, &sheet, Some(&fonts)).map_err(|e| words(e.said()))?;
            annotate(&mut picture, &fine, theme, language, &fonts, heat.as_ref());
            token.check()?;
            Ok(picture)
        })
    }

    fn remember(&mut self, path: &Path, title: &str) {
        let now = self.now();
        let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        self.settings.remember(&full, title, now);
        self.store_settings();
    }
}

/// A finding as it is told; it names its row itself.
fn told(f: &Finding) -> Said {
    Said::new(f.message_zh.clone(), f.message_en.clone())
}

fn write_cells(session: &Session, path: &Path) -> Result<u64, ExchangeError> {
    let p = session.project();
    let rows = answers::unit_rows(p, session.assignment(), None, None);
    let Some(l) = p.layer(session.plan(), session.layer()) else { return Ok(0) };
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
    let crs = crate::crs::CrsDef::parse(&p.facts.head.crs)?;
    let mut out = Vec::new();
    let features = shapes.iter().map(|(s, props)| OutFeature { shape: s.as_ref(), props: props.clone() });
    let n = write_geojson(&mut out, features, p.origin(), &crs, &crate::crs::CrsDef::wgs84())?;
    write_file(path, &out)?;
    Ok(n)
}

/// A picture of a sample for its card, as PNG.
pub fn sample_picture(name: &str, dark: bool, (w, h): (u32, u32), token: &Token) -> Result<Vec<u8>, JobError> {
    let project = sample_project(name, 0).map_err(|e| words(e.said()))?;
    token.check()?;
    let session = Session::new(History::new(project, 0), None, Lang::Zh, "");
    let p = session.project();
    let extent = p.layer(session.plan(), 0).map(|l| l.partition.extent()).unwrap_or(Box2::EMPTY);
    let camera = Camera::at_scale((0.0, 0.0), 8000.0, (w as f32, h as f32), 1.0).fit(extent, 8.0);
    token.check()?;
    let mut scene = scene_of(p, session.assignment(), &camera, &SceneOptions::default());
    scene.labels.clear();
    scene.symbols.clear();
    token.check()?;
    let mut sheet = StyleSheet::new(if dark { Theme::Dark } else { Theme::Light }, camera.scale_denominator());
    // What tells cells apart is their colour: there are no labels.
    sheet.by_cell = true;
    let picture = paint(&scene, &camera, &sheet, None).map_err(|e| words(e.said()))?;
    picture.png(96.0).map_err(|e| words(e.said()))
}
