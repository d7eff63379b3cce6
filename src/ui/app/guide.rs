//! The guide to a new project: what is typed and read, what is wrong with it, and the project it ends in.

use super::App;
use super::doc::Doc;
use super::files::Purpose;
use crate::exchange::{Geometry, ReadOptions, read};
use crate::jobs::{Job, JobError};
use crate::model::Said;
use crate::plan::History;
use crate::session::begin::{
    Beginning, NewProject, in_system, is_national, new_project, proposed, read_community, read_households, read_name,
    read_place, usual_households,
};
use crate::session::import::What;
use crate::session::{Session, layer_from_text};
use crate::ui::l10n::Lang;
use crate::ui::panels::guide::{GuideAction, GuideView, Note, PAGES, guide};
use egui::Ui;
use std::path::PathBuf;

/// What a file says of the place.
#[derive(Clone)]
pub struct Seen {
    path: PathBuf,
    /// Where its contents lie.
    place: Result<Beginning, Said>,
    /// Rows with ground.
    polygons: usize,
    rows: usize,
}

/// Which of the two files is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum For {
    Place,
    Outline,
}

/// The guide while it is open; nothing of it is kept before the end.
pub struct Guide {
    page: usize,
    /// The page was just turned to.
    turned: bool,
    /// It was tried to go on from this page: what is missing is said.
    tried: bool,
    name: String,
    community: String,
    way: usize,
    place: String,
    /// What was read of the text of the place.
    read: Option<(String, Result<Beginning, Said>)>,
    crs: String,
    /// What was made of a system's name, for a place.
    system: Option<(String, Beginning, Result<Beginning, Said>)>,
    place_file: Option<Seen>,
    outline_way: usize,
    outline_file: Option<Seen>,
    from: String,
    to: String,
    job: Option<(For, Job<Seen>)>,
}

impl Default for Guide {
    fn default() -> Self {
        let (from, to) = usual_households();
        Guide {
            page: 0,
            turned: true,
            tried: false,
            name: String::new(),
            community: String::new(),
            way: 0,
            place: String::new(),
            read: None,
            crs: String::new(),
            system: None,
            place_file: None,
            outline_way: 0,
            outline_file: None,
            from: from.to_string(),
            to: to.to_string(),
            job: None,
        }
    }
}

fn file_name(seen: Option<&Seen>) -> String {
    seen.and_then(|s| s.path.file_name()).map(|f| f.to_string_lossy().into_owned()).unwrap_or_default()
}

impl Guide {
    /// The place as it is proposed: typed or of the file.
    fn proposal(&self) -> Option<&Result<Beginning, Said>> {
        match self.way {
            0 => self.read.as_ref().map(|(_, r)| r),
            1 => self.place_file.as_ref().map(|s| &s.place),
            _ => None,
        }
    }

    /// The place in the system that a person chose, else in the proposed one.
    fn chosen(&self) -> Option<&Result<Beginning, Said>> {
        match &self.system {
            Some((.., chosen)) if !self.crs.trim().is_empty() => Some(chosen),
            _ => self.proposal(),
        }
    }

    /// Reads what was typed anew where it changed.
    fn keep(&mut self) {
        let text = self.place.trim();
        if self.read.as_ref().is_none_or(|(t, _)| t != text) {
            self.read = (!text.is_empty()).then(|| (text.to_owned(), read_place(text)));
        }
        let crs = self.crs.trim().to_owned();
        let base = self.proposal().and_then(|p| p.as_ref().ok()).cloned();
        let fresh = self.system.as_ref().is_some_and(|(t, b, _)| *t == crs && Some(b) == base.as_ref());
        if !fresh {
            self.system = base.filter(|_| !crs.is_empty()).map(|b| {
                let read = in_system(&b, &crs);
                (crs, b, read)
            });
        }
    }

    /// What hinders to go on from a page.
    fn wrong(&self, page: usize) -> bool {
        match page {
            0 => read_name(&self.name).is_err() || read_community(&self.community).is_err(),
            1 => self.way < 2 && !self.chosen().is_some_and(Result::is_ok),
            2 => {
                self.outline_way == 1 && !self.outline_file.as_ref().is_some_and(|s| s.polygons > 0 && s.place.is_ok())
            }
            _ => read_households(&self.from, &self.to).is_err(),
        }
    }

    fn project(&self) -> Option<NewProject> {
        Some(NewProject {
            name: read_name(&self.name).ok()?,
            community: read_community(&self.community).ok()?,
            place: self.chosen().and_then(|p| p.as_ref().ok()).filter(|_| self.way < 2).cloned(),
            households: read_households(&self.from, &self.to).ok(),
            layers: layer_from_text("grid=治理网格:社区>网格").into_iter().collect(),
        })
    }

    fn view(&self, lang: Lang) -> GuideView {
        let language = lang.spoken();
        let said = |s: &Said| s.get(language).to_owned();
        let missing = |e: Result<(), Said>, empty: bool, hint: &str| match e {
            Err(e) if self.tried || !empty => Note::Error(said(&e)),
            _ => Note::Hint(hint.to_owned()),
        };
        let name_hint =
            lang.pick("也是范围内这个社区的名称。", "It is also the name of the community inside the outline.");
        let community = read_community(&self.community);
        let community_note = match &community {
            Err(e) => Note::Error(said(e)),
            Ok(c) if c.is_empty() => Note::Hint(
                lang.pick(
                    "统计用区划代码，网格编码以它开头，如 310101001001 → 310101001001001。",
                    "The national code; codes of cells begin with it: 310101001001 → 310101001001001.",
                )
                .to_owned(),
            ),
            Ok(c) if is_national(c) => Note::Good(
                lang.pick("第一个网格将编为 {}", "The first cell will be {}").replace("{}", &format!("{c}001")),
            ),
            Ok(_) => Note::Warn(
                lang.pick(
                    "不是 12 位统计用区划代码：可以用，但不按国标检查。",
                    "Not the national code of 12 digits: it can be used, but is not checked as one.",
                )
                .to_owned(),
            ),
        };
        let place_note = match (self.way, self.proposal()) {
            (2, _) => Note::Hint(
                lang.pick(
                    "由第一个导入的文件决定。要先画图或放扫描图，请现在写上大致的经纬度。",
                    "The first file that is imported decides. To draw first, or on a scanned plan, give rough coordinates now.",
                )
                .to_owned(),
            ),
            (_, Some(Err(e))) => Note::Error(said(e)),
            (0, None) if self.tried => Note::Error(
                lang.pick("请写上经纬度，或选“以后再定”", "Give coordinates, or choose \"Later\"").to_owned(),
            ),
            (1, None) if self.tried => {
                Note::Error(lang.pick("请选一个文件，或改用别的方式", "Choose a file, or another way").to_owned())
            }
            (0, _) => Note::Hint(
                lang.pick("地图软件上点一下就能看到；大致即可，先后都行。", "As maps show it; roughly will do, in either order.")
                    .to_owned(),
            ),
            (_, None) => Note::Hint(
                lang.pick("楼栋、道路或范围的 GeoJSON、带坐标的 CSV 或 XLSX。", "GeoJSON, or CSV or XLSX with coordinates.")
                    .to_owned(),
            ),
            (_, Some(Ok(_))) => Note::Good(
                lang.pick("读到 {} 条", "{} rows")
                    .replace("{}", &self.place_file.as_ref().map_or(0, |s| s.rows).to_string()),
            ),
        };
        let crs_note = match (self.chosen(), self.proposal()) {
            (_, None | Some(Err(_))) => Note::Hint(
                lang.pick("有了位置就给出建议和理由。", "Proposed, with the reason, once there is a place.").to_owned(),
            ),
            (Some(Err(e)), _) => Note::Error(said(e)),
            (Some(Ok(b)), _) => Note::Good(said(&b.said)),
            (None, _) => Note::None,
        };
        let outline_note = match (self.outline_way, &self.outline_file) {
            (0, _) => Note::Hint(
                lang.pick(
                    "建好后按 O 在图上画一圈，双击完成。",
                    "Press O then and click round it; double-click ends it.",
                )
                .to_owned(),
            ),
            (_, None) if self.tried => {
                Note::Error(lang.pick("请选一个文件，或建好后再画", "Choose a file, or draw it afterwards").to_owned())
            }
            (_, None) => Note::Hint(lang.pick("含有面的 GeoJSON。", "GeoJSON with polygons.").to_owned()),
            (_, Some(Seen { place: Err(e), .. })) => Note::Error(said(e)),
            (_, Some(Seen { polygons: 0, .. })) => Note::Error(
                lang.pick("文件里没有面，不能作范围", "There is no polygon in it that could be an outline").to_owned(),
            ),
            (_, Some(s)) => Note::Good(
                lang.pick("{} 个面，建好后作为第一步导入", "{} polygons, brought in as the first step")
                    .replace("{}", &s.polygons.to_string()),
            ),
        };
        let range = read_households(&self.from, &self.to);
        let range_note = match &range {
            Err(e) => Note::Error(said(e)),
            Ok(_) => Note::Hint(
                lang.pick(
                    "超出的网格在列表里标出；以后可以改。",
                    "Cells beyond it are marked; it can be changed later.",
                )
                .to_owned(),
            ),
        };
        GuideView {
            page: self.page,
            turned: self.turned,
            name: self.name.clone(),
            name_note: missing(read_name(&self.name).map(|_| ()), self.name.is_empty(), name_hint),
            community: self.community.clone(),
            community_note,
            way: self.way,
            place: self.place.clone(),
            place_note,
            place_file: file_name(self.place_file.as_ref()),
            crs: self.crs.clone(),
            crs_note,
            outline_way: self.outline_way,
            outline_file: file_name(self.outline_file.as_ref()),
            outline_note,
            from: self.from.clone(),
            to: self.to.clone(),
            range_note,
            summary: if self.page + 1 == PAGES { self.summary(lang) } else { vec![] },
            command: if self.page + 1 == PAGES { self.command() } else { String::new() },
            busy: self.job.is_some(),
        }
    }

    fn summary(&self, lang: Lang) -> Vec<(String, String)> {
        let later = lang.pick("以后再定", "Later").to_owned();
        let place = self.chosen().and_then(|p| p.as_ref().ok()).filter(|_| self.way < 2);
        let crs = place.map_or(later.clone(), Beginning::system);
        let outline = match self.outline_way {
            0 => lang.pick("建好后再画", "Drawn afterwards").to_owned(),
            _ => file_name(self.outline_file.as_ref()),
        };
        let code = Some(self.community.trim().to_owned()).filter(|c| !c.is_empty());
        let row = |zh: &str, en: &str, value: String| (lang.pick(zh, en).to_owned(), value);
        vec![
            row("名称", "Name", self.name.trim().to_owned()),
            row("社区编码", "Code", code.unwrap_or(later)),
            row("坐标系", "System", crs),
            row("范围", "Outline", outline),
        ]
    }

    /// What makes the same on the command line.
    fn command(&self) -> String {
        let quoted = |t: &str| {
            let plain = !t.is_empty() && t.chars().all(|c| c.is_alphanumeric() || "._-/:,".contains(c));
            if plain { t.to_owned() } else { format!("\"{}\"", t.replace('"', "")) }
        };
        let name = self.name.trim();
        let file: String = name.chars().filter(|c| !"/\\: \"".contains(*c)).collect();
        let mut out = format!("getu new {} --name {}", quoted(&format!("{file}.gpkg")), quoted(name));
        let mut add = |option: &str, value: &str| out += &format!(" --{option} {}", quoted(value));
        if !self.community.trim().is_empty() {
            add("community", self.community.trim());
        }
        if self.way == 0 && !self.place.trim().is_empty() {
            add("at", &self.place.split_whitespace().collect::<String>());
        }
        let crs = match (self.way, self.crs.trim()) {
            (2, _) => None,
            (1, "") => self.chosen().and_then(|p| p.as_ref().ok()).map(|b| b.crs.text().to_owned()),
            (_, "") => None,
            (_, text) => Some(text.to_owned()),
        };
        if let Some(crs) = crs {
            add("crs", &crs);
        }
        if let Some(s) = self.outline_file.as_ref().filter(|_| self.outline_way == 1) {
            add("outline", &s.path.to_string_lossy());
        }
        add("households", &format!("{}-{}", self.from.trim(), self.to.trim()));
        out
    }
}

impl App {
    /// Shows the guide if it is open, and does what it asks for.
    pub(super) fn show_guide(&mut self, ui: &Ui) {
        let lang = self.lang;
        let Some(g) = &mut self.guide else { return };
        let polled = match &mut g.job {
            Some((of, job)) => job.poll().map(|r| (*of, r)),
            None => None,
        };
        if let Some((of, read)) = polled {
            g.job = None;
            match read {
                Ok(seen) => take_file(g, of, seen),
                Err(e) => self.job_error(&e),
            }
        }
        let Some(g) = &mut self.guide else { return };
        g.keep();
        // The question for a file stands above the guide.
        if self.dialog.is_some() {
            return;
        }
        let mut out = Vec::new();
        guide(ui, lang, &g.view(lang), &mut out);
        g.turned = false;
        if !out.is_empty() {
            ui.ctx().request_repaint();
        }
        for a in out {
            self.guide_action(a);
        }
    }

    fn guide_action(&mut self, action: GuideAction) {
        let Some(g) = &mut self.guide else { return };
        let turn = |g: &mut Guide, to: usize| (g.page, g.turned, g.tried) = (to, true, false);
        match action {
            GuideAction::Name(t) => g.name = t,
            GuideAction::Community(t) => g.community = t,
            GuideAction::Way(i) => (g.way, g.tried, g.turned) = (i, false, true),
            GuideAction::Place(t) => g.place = t,
            GuideAction::Crs(t) => g.crs = t,
            GuideAction::OutlineWay(i) => (g.outline_way, g.tried) = (i, false),
            GuideAction::From(t) => g.from = t,
            GuideAction::To(t) => g.to = t,
            GuideAction::PickPlace => self.ask_path(Purpose::Guide(For::Place)),
            GuideAction::PickOutline => self.ask_path(Purpose::Guide(For::Outline)),
            GuideAction::Page(i) if i < g.page => turn(g, i),
            GuideAction::Page(_) => {}
            GuideAction::Back => turn(g, g.page.saturating_sub(1)),
            GuideAction::Cancel => {
                self.guide = None;
                // The project that was to be left is worked on again.
                self.given_up = None;
            }
            GuideAction::Next | GuideAction::Finish => {
                g.keep();
                // The first page with something wrong is shown, with what it is.
                let last = if action == GuideAction::Finish { PAGES - 1 } else { g.page };
                if let Some(bad) = (0..=last).find(|&i| g.wrong(i)) {
                    (g.page, g.tried, g.turned) = (bad, true, true);
                } else if action == GuideAction::Next {
                    turn(g, (g.page + 1).min(PAGES - 1));
                } else {
                    // Work that ended meanwhile may have changed the project that is left.
                    self.leave(super::Leave::Made);
                }
            }
        }
    }

    /// Reads a file for the guide, beside the window.
    pub(super) fn read_for_guide(&mut self, path: PathBuf, of: For) {
        let label = self.lang.pick("正在读文件", "Reading the file").to_owned();
        let job = self.jobs.spawn(&label, move |token| {
            let mut go_on = |_: f32| token.check().is_ok();
            let source =
                read(&path, &ReadOptions::default(), &mut go_on).map_err(|e| JobError::failed(e.said().into_pair()))?;
            let polygons = source.features.iter().filter(|f| matches!(f.geometry, Geometry::Polygons(_))).count();
            let nowhere = || Said::new("文件里没有一条有位置的数据", "Nothing in the file has a place; choose another");
            let unknown = || {
                Said::new(
                    "文件没有说明坐标系，请改为输入经纬度",
                    "The file names no coordinate system; type coordinates",
                )
            };
            let place = match (source.crs.clone(), source.extent()) {
                (_, None) => Err(nowhere()),
                (None, _) => Err(unknown()),
                (Some(crs), Some(extent)) => proposed(&crs, extent, None),
            };
            Ok(Seen { place, polygons, rows: source.features.len(), path })
        });
        if let Some(g) = &mut self.guide {
            g.job = Some((of, job));
        }
    }

    /// Makes the project and shows it; files that were named come in as its first steps.
    pub(super) fn finish_guide(&mut self) {
        let Some(g) = self.guide.take() else { return };
        let Some(new) = g.project() else { return };
        match new_project(&new, self.replica) {
            Err(e) => {
                let said = e.said().get(self.language()).to_owned();
                self.error(&said);
                self.guide = Some(g);
            }
            Ok(p) => {
                let session = Session::new(History::new(p, self.replica), None, self.language(), &self.author);
                let mut doc = Doc::new(session, None, None);
                doc.first_look = new.place.as_ref().and_then(|b| b.at);
                self.show(doc);
                let outline = g.outline_file.as_ref().filter(|_| g.outline_way == 1).map(|s| s.path.clone());
                let first = g.place_file.as_ref().filter(|_| g.way == 1).map(|s| s.path.clone());
                if let Some(path) = &outline {
                    self.import_file(path.clone(), What::Outline);
                }
                if let Some(path) = first.filter(|p| Some(p) != outline.as_ref()) {
                    self.ask_kinds(vec![path]);
                }
            }
        }
    }

    /// Opens the guide with nothing in it.
    pub(super) fn begin_guide(&mut self) {
        self.guide = Some(Guide::default());
    }
}

/// A file was read: of the place, and where it has but few polygons also of the outline.
fn take_file(g: &mut Guide, of: For, seen: Seen) {
    match of {
        For::Place => {
            if (1..=3).contains(&seen.polygons) && seen.polygons == seen.rows && g.outline_file.is_none() {
                (g.outline_file, g.outline_way) = (Some(seen.clone()), 1);
            }
            g.place_file = Some(seen);
        }
        For::Outline => g.outline_file = Some(seen),
    }
}
