//! The window put together: state of the application, the frame, and what is said to the user.
//!
//! A frame: jobs that finished are taken over, keys and panels give actions, actions become commands of the session,
//! the map is painted. Start at [`App::frame`].

mod act;
mod dialogs;
mod doc;
mod files;
mod heat;
mod map;
mod picture;
#[cfg(test)]
mod tests;
mod view;

use crate::jobs::{Job, JobError, Jobs};
use crate::model::Lang as Language;
use crate::scene::FontSet;
use crate::session::{Effect, sample_titles};
use crate::store::settings::{self, Settings, Theme};
use crate::ui::fonts::FontBytes;
use crate::ui::gpu::{MapPainter, device_descriptor};
use crate::ui::l10n::Lang;
use crate::ui::panels::menu_bar::MenuAction;
use crate::ui::panels::start::{RecentFile, SampleCard, StartAction, StartView};
use crate::ui::panels::status::{JobView, StatusAction};
use crate::ui::panels::tool_bar::ToolBarAction;
use crate::ui::panels::{
    cells, inspector, keys, layers, left_place, menu_bar, menu_place, plans, right_place, start, status, status_place,
    tool_bar, tools_place,
};
use crate::ui::theme;
use crate::ui::verbs;
use crate::ui::widgets::{Toast, ToastKind, toasts};
use dialogs::Dialog;
use doc::Doc;
use egui::{Area, CentralPanel, Order, ThemePreference, Ui, pos2, vec2};
use files::{Brought, Loaded, Stored};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How long a message that asks for nothing stays.
const TOAST: Duration = Duration::from_secs(6);

/// What happens once unsaved work is looked after.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Leave {
    /// The window closes.
    Quit,
    /// The start page is shown.
    Start,
    /// A new project is begun.
    New,
    /// Another file is opened.
    Open(PathBuf),
}

/// Work on its way beside the window.
enum Work {
    Open(Job<Loaded>),
    Save(Job<Stored>),
    Import(Job<Brought>),
}

/// The application in the window.
pub struct App {
    /// The opened project; `None` = the start page.
    doc: Option<Doc>,
    lang: Lang,
    dark: bool,
    theme: ThemePreference,
    settings: Settings,
    data: Option<PathBuf>,
    author: String,
    replica: u32,
    jobs: Jobs,
    work: Vec<Work>,
    painter: Option<MapPainter>,
    fonts: Option<FontSet<'static>>,
    toasts: Vec<(Toast, Option<Instant>)>,
    next_toast: u64,
    keys_open: bool,
    layers_open: bool,
    plans_open: bool,
    dialog: Option<Dialog>,
    leaving: Option<Leave>,
    /// The window may close: nothing unsaved is left.
    may_close: bool,
    /// Pictures of the samples on the start page.
    cards: Vec<(String, Option<egui::TextureHandle>)>,
    /// When the process started, while the first frame is still to be reported.
    report: Option<Instant>,
    /// Whether the last frame showed what was asked for.
    ready: bool,
    frames: u64,
    /// A time that tests fix.
    fixed_now: Option<i64>,
}

/// Opens the window. `started`: when the process began; with `timings` the time to the first frame is printed.
///
/// # Errors
/// No graphics device could be had, in words.
pub fn run(file: Option<PathBuf>, started: Instant, timings: bool) -> anyhow::Result<()> {
    let data = crate::store::data_dir();
    let (settings, warning) = data.as_deref().map(settings::load).unwrap_or_default();
    let mut viewport = egui::ViewportBuilder::default()
        .with_title("格图 Getu")
        .with_app_id("getu")
        .with_min_inner_size([900.0, 600.0])
        .with_inner_size(settings.window.size.unwrap_or([1600.0, 1000.0]));
    if let Some([x, y]) = settings.window.position {
        viewport = viewport.with_position([x, y]);
    }
    if settings.window.maximised {
        viewport = viewport.with_maximized(true);
    }
    let mut wgpu = egui_wgpu::WgpuConfiguration::default();
    if let egui_wgpu::WgpuSetup::CreateNew(setup) = &mut wgpu.wgpu_setup {
        setup.device_descriptor = std::sync::Arc::new(device_descriptor);
    }
    let options = eframe::NativeOptions { viewport, wgpu_options: wgpu, ..eframe::NativeOptions::default() };
    let result = eframe::run_native(
        "getu",
        options,
        Box::new(move |cc| {
            let mut app = App::new(&cc.egui_ctx, settings, data);
            app.painter = cc.wgpu_render_state.as_ref().map(MapPainter::new);
            app.report = timings.then_some(started);
            if let Some(w) = warning {
                app.warn(w.said().get(app.language()));
            }
            if let Some(path) = file {
                app.open_file(path);
            }
            Ok(Box::new(app))
        }),
    );
    result.map_err(|e| {
        anyhow::anyhow!(
            "窗口没有打开：{e}。项目文件没有改动。请更新显卡驱动，或设置 WGPU_BACKEND=gl 再试。\n\
             The window could not be opened: {e}. No file was changed. Update the graphics driver, or set \
             WGPU_BACKEND=gl and try again."
        )
    })
}

impl App {
    /// The application with its fonts and theme in an egui context.
    pub fn new(ctx: &egui::Context, settings: Settings, data: Option<PathBuf>) -> App {
        let theme = match settings.theme {
            Theme::System => ThemePreference::System,
            Theme::Light => ThemePreference::Light,
            Theme::Dark => ThemePreference::Dark,
        };
        theme::install(ctx, theme, &FontBytes::EMBEDDED);
        // A system that says nothing gets the light one: offices work by day.
        ctx.options_mut(|o| {
            o.fallback_theme = egui::Theme::Light;
            o.input_options.max_click_dist = map::DRAG_PT;
        });
        let wake = ctx.clone();
        let lang = match settings.language {
            Language::Zh => Lang::Zh,
            Language::En => Lang::En,
        };
        App {
            doc: None,
            lang,
            dark: ctx.theme() == egui::Theme::Dark,
            theme,
            settings,
            data,
            author: std::env::var("USER").or_else(|_| std::env::var("USERNAME")).unwrap_or_default(),
            replica: random() & 0xF_FFFF,
            jobs: Jobs::new(move || wake.request_repaint()),
            work: Vec::new(),
            painter: None,
            fonts: FontSet::embedded().ok(),
            toasts: Vec::new(),
            next_toast: 1,
            keys_open: false,
            layers_open: false,
            plans_open: false,
            dialog: None,
            leaving: None,
            may_close: false,
            cards: Vec::new(),
            report: None,
            ready: false,
            frames: 0,
            fixed_now: None,
        }
    }

    /// Seconds since 1970-01-01 UTC.
    fn now(&self) -> i64 {
        let real = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs() as i64);
        self.fixed_now.unwrap_or_else(real)
    }

    /// Hours and minutes of a time, local to the project (UTC+8).
    fn clock(&self) -> impl Fn(i64) -> String + use<> {
        |time| {
            let t = (time + 8 * 3600).rem_euclid(86_400);
            if time == 0 { String::new() } else { format!("{:02}:{:02}", t / 3600, t / 60 % 60) }
        }
    }

    fn today(&self) -> String {
        crate::model::Date::from_days((self.now() + 8 * 3600).div_euclid(86_400)).to_string()
    }

    fn language(&self) -> Language {
        match self.lang {
            Lang::Zh => Language::Zh,
            Lang::En => Language::En,
        }
    }

    fn set_lang(&mut self, lang: Lang) {
        self.lang = lang;
        self.settings.language = self.language();
        let language = self.language();
        if let Some(doc) = &mut self.doc {
            doc.session.set_lang(language);
        }
        self.store_settings();
    }

    fn set_theme(&mut self, ctx: &egui::Context, theme: ThemePreference) {
        self.theme = theme;
        ctx.set_theme(theme);
        self.settings.theme = match theme {
            ThemePreference::System => Theme::System,
            ThemePreference::Light => Theme::Light,
            ThemePreference::Dark => Theme::Dark,
        };
        self.store_settings();
    }

    fn store_settings(&mut self) {
        let Some(data) = self.data.clone() else { return };
        if let Err(e) = settings::save(&data, &self.settings) {
            let said = e.said();
            self.warn(said.get(self.language()));
        }
    }

    fn push_toast(&mut self, kind: ToastKind, what: &str, kept: &str, todo: &str) {
        let stays = kind == ToastKind::Error;
        let toast =
            Toast { key: self.next_toast, kind, what: what.to_owned(), kept: kept.to_owned(), todo: todo.to_owned() };
        self.next_toast += 1;
        self.toasts.push((toast, (!stays).then(Instant::now)));
        if self.toasts.len() > 4 {
            self.toasts.remove(0);
        }
    }

    /// Something was done.
    fn say(&mut self, what: &str, kept: &str, todo: &str) {
        self.push_toast(ToastKind::Done, what, kept, todo);
    }

    fn warn(&mut self, what: &str) {
        self.push_toast(ToastKind::Warning, what, "", "");
    }

    /// Something could not be done; stays until dismissed. Sentences end with what to do.
    fn error(&mut self, what: &str) {
        let mut parts = what.splitn(2, ['。', ';']);
        let (first, rest) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        self.push_toast(ToastKind::Error, first.trim(), rest.trim(), "");
    }

    fn job_error(&mut self, e: &JobError) {
        if matches!(e, JobError::Cancelled) {
            return;
        }
        let [zh, en] = e.words();
        let text = self.lang.pick(&zh, &en).to_owned();
        // Both languages in one text, Chinese first.
        let mut lines = text.lines();
        let (a, b) = (lines.next().unwrap_or_default().to_owned(), lines.next().map(str::to_owned));
        let one = match (self.lang, b) {
            (Lang::En, Some(en)) => en,
            _ => a,
        };
        self.error(&one);
    }

    /// Says what came of commands, and pans to a change outside the view.
    fn heed(&mut self, effects: Vec<Effect>, time: f64) {
        let language = self.language();
        for e in effects {
            match e {
                Effect::Refused(e) => {
                    let said = e.said();
                    self.push_toast(ToastKind::Warning, said.get(language), "", "");
                }
                Effect::Say(said) => self.push_toast(ToastKind::Done, said.get(language), "", ""),
                Effect::Stepped { step, .. } => {
                    if let (Some(doc), Some(place)) = (&mut self.doc, step.place) {
                        doc.pan_to_see(place, time);
                    }
                }
                Effect::Committed { .. } | Effect::Nothing => {}
            }
        }
    }

    /// Leaves the project once unsaved work is looked after.
    fn leave(&mut self, leave: Leave) {
        if self.doc.as_ref().is_some_and(|d| d.session.is_dirty()) {
            self.leaving = Some(leave);
            self.dialog = Some(Dialog::Unsaved);
            return;
        }
        self.leaving = None;
        match leave {
            Leave::Quit => self.may_close = true,
            Leave::Start => self.doc = None,
            Leave::New => {
                self.doc = None;
                self.new_project();
            }
            Leave::Open(path) => {
                self.open_file(path);
            }
        }
    }

    fn poll(&mut self, time: f64) {
        let mut left = Vec::new();
        for w in std::mem::take(&mut self.work) {
            match w {
                Work::Open(mut j) => match j.poll() {
                    None => left.push(Work::Open(j)),
                    Some(Ok(l)) => self.show_loaded(l),
                    Some(Err(e)) => self.job_error(&e),
                },
                Work::Save(mut j) => match j.poll() {
                    None => left.push(Work::Save(j)),
                    Some(Ok(s)) => self.show_stored(s),
                    Some(Err(e)) => {
                        self.leaving = None;
                        self.job_error(&e);
                    }
                },
                Work::Import(mut j) => match j.poll() {
                    None => left.push(Work::Import(j)),
                    Some(Ok(b)) => self.show_brought(b, time),
                    Some(Err(e)) => self.job_error(&e),
                },
            }
        }
        left.append(&mut self.work);
        self.work = left;
        self.toasts.retain(|(_, since)| since.is_none_or(|s| s.elapsed() < TOAST));
    }

    /// A whole frame of the window.
    pub fn frame(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let time = ctx.input(|i| i.time);
        self.frames += 1;
        self.dark = ctx.theme() == egui::Theme::Dark;
        self.poll(time);
        self.dropped(&ctx);
        if ctx.input(|i| i.viewport().close_requested()) && !self.may_close {
            self.leave(Leave::Quit);
            if !self.may_close {
                ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            }
        }
        let typing = ctx.text_edit_focused();
        if self.dialog.is_none()
            && let Some(verb) = ctx.input_mut(|i| verbs::pressed(i, typing))
        {
            self.verb(&ctx, verb);
        }
        if self.keys_open && ctx.input_mut(|i| i.consume_key(egui::Modifiers::NONE, egui::Key::Escape)) {
            self.keys_open = false;
        }
        self.menu(ui, &ctx);
        if self.doc.is_some() {
            self.window(ui, &ctx, time);
        } else {
            self.start(ui, &ctx);
        }
        if self.keys_open && keys::keys_sheet(&ctx, ui, self.lang) {
            self.keys_open = false;
        }
        self.dialogs(ui);
        if self.may_close {
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        }
        self.report();
        let soon =
            if self.toasts.iter().any(|(_, s)| s.is_some()) { Duration::from_millis(500) } else { Duration::MAX };
        if soon < Duration::MAX {
            ctx.request_repaint_after(soon);
        }
    }

    /// Prints the time to the first frame that shows what was asked for.
    fn report(&mut self) {
        // What was asked for was on the screen in the frame before this one.
        let seen = std::mem::replace(&mut self.ready, self.work.is_empty());
        if seen
            && self.ready
            && let Some(started) = self.report.take()
        {
            let ms = started.elapsed().as_secs_f64() * 1000.0;
            println!("{{\"first_frame\":{ms:.1}}}");
        }
    }

    fn menu(&mut self, ui: &mut Ui, ctx: &egui::Context) {
        let view = view::menu(self.doc.as_ref(), self.language(), self.theme, self.layers_open);
        let mut out = Vec::new();
        menu_place(ui).show(ui, |ui| menu_bar::menu_bar(ui, self.lang, &view, &mut out));
        for a in out {
            match a {
                MenuAction::Do(verb) => self.verb(ctx, verb),
                MenuAction::Lang(lang) => self.set_lang(lang),
                MenuAction::Theme(theme) => self.set_theme(ctx, theme),
            }
        }
    }

    fn start(&mut self, ui: &mut Ui, ctx: &egui::Context) {
        let now = self.now();
        self.draw_cards(ctx);
        let samples = sample_titles()
            .iter()
            .map(|s| SampleCard {
                name: s.name.to_owned(),
                title: self.lang.pick(s.title_zh, s.title_en).to_owned(),
                description: self.lang.pick(s.description_zh, s.description_en).to_owned(),
                picture: self.cards.iter().find(|(n, _)| n == s.name).and_then(|(_, t)| t.as_ref()).map(|t| t.id()),
            })
            .collect();
        let recent = (0u64..)
            .zip(&self.settings.recent)
            .map(|(key, r)| RecentFile {
                key,
                name: r.path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default(),
                folder: r.path.parent().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default(),
                when: when(now, r.time, self.lang),
                missing: !crate::store::is_there(&r.path),
            })
            .collect();
        let attribution = self.lang.pick("示例为虚构的街区", "The samples are made-up places").to_owned();
        let view = StartView { samples, recent, dark: self.dark, attribution };
        let mut out = Vec::new();
        let mut dismissed = None;
        CentralPanel::no_frame().show(ui, |ui| {
            start::start_page(ui, self.lang, &view, &mut out);
            let rect = ui.max_rect();
            let list: Vec<Toast> = self.toasts.iter().map(|(t, _)| t.clone()).collect();
            dismissed = toasts(ui, self.lang, rect.center_bottom() - vec2(0.0, 16.0), &list);
        });
        self.toasts.retain(|(t, _)| Some(t.key) != dismissed);
        for a in out {
            match a {
                StartAction::Do(verb) => self.verb(ctx, verb),
                StartAction::Sample(name) => self.open_sample(&name),
                StartAction::Recent(key) => {
                    if let Some(r) = self.settings.recent.get(key as usize) {
                        let path = r.path.clone();
                        self.open_file(path);
                    }
                }
                StartAction::Lang(lang) => self.set_lang(lang),
                StartAction::Dark(dark) => {
                    self.set_theme(ctx, if dark { ThemePreference::Dark } else { ThemePreference::Light });
                }
            }
        }
    }

    /// Files dropped on the window: projects are opened, others imported.
    fn dropped(&mut self, ctx: &egui::Context) {
        let files: Vec<PathBuf> = ctx.input(|i| i.raw.dropped_files.iter().map(|f| f.path().to_owned()).collect());
        for path in files {
            let project = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gpkg"));
            if project {
                self.leave(Leave::Open(path));
            } else {
                if self.doc.is_none() {
                    self.new_project();
                }
                self.dialog = Some(Dialog::kind_of(path));
            }
        }
    }

    fn window(&mut self, ui: &mut Ui, ctx: &egui::Context, time: f64) {
        let (lang, language, dark) = (self.lang, self.language(), self.dark);
        let clock = self.clock();
        if let Some(doc) = &mut self.doc {
            heat::keep(doc, &self.jobs, dark);
        }
        let Some(doc) = &self.doc else { return };
        let tools_view = view::tools(doc, language);
        let mut status_view = view::status(doc, lang);
        status_view.jobs = self.job_views();
        let (mut tools, mut status_out) = (Vec::new(), Vec::new());
        tools_place(ui).show(ui, |ui| tool_bar::tool_bar(ui, lang, &tools_view, &mut tools));
        status_place(ui).show(ui, |ui| status::status_bar(ui, lang, &status_view, &mut status_out));
        let cells_view = view::cells(doc, language, &clock);
        let mut cells_out = Vec::new();
        left_place(ui).show(ui, |ui| cells::cells_panel(ui, lang, &cells_view, &mut cells_out));
        let inspector_view = view::inspector(doc);
        let mut inspector_out = Vec::new();
        right_place(ui).show(ui, |ui| inspector::inspector_panel(ui, lang, &inspector_view, &mut inspector_out));
        let mut asked = map::Asked::default();
        let mut dismissed = None;
        CentralPanel::no_frame().show(ui, |ui| {
            let rect = ui.max_rect();
            let now = self.now();
            if let (Some(doc), Some(fonts)) = (&mut self.doc, &self.fonts) {
                doc.focus_search = false;
                doc.reveal = None;
                let around =
                    map::Around { lang, language, dark, now, painter: self.painter.as_mut(), fonts, jobs: &self.jobs };
                asked = map::map_ui(ui, doc, around);
            }
            let list: Vec<Toast> = self.toasts.iter().map(|(t, _)| t.clone()).collect();
            dismissed = toasts(ui, lang, rect.center_bottom() - vec2(0.0, 16.0), &list);
            self.floats(ctx, rect, time);
        });
        self.toasts.retain(|(t, _)| Some(t.key) != dismissed);
        for a in tools {
            match a {
                ToolBarAction::Do(verb) => self.verb(ctx, verb),
                ToolBarAction::Plan(key) => self.plans_action(plans::PlansAction::Switch(key), time),
                ToolBarAction::Search(words) => {
                    if let Some(doc) = &mut self.doc {
                        doc.search = words;
                    }
                }
                ToolBarAction::Open(hit) => self.open_hit(&hit, time),
            }
        }
        for a in status_out {
            match a {
                StatusAction::Do(verb) => self.verb(ctx, verb),
                StatusAction::Cancel(key) => self.cancel(key),
            }
        }
        cells_out.into_iter().for_each(|a| self.cells_action(a, time));
        inspector_out.into_iter().for_each(|a| self.inspector_action(a, time));
        asked.verbs.into_iter().for_each(|v| self.verb(ctx, v));
        if asked.pin_scale
            && let Some(doc) = &mut self.doc
        {
            doc.heat.pinned = match doc.heat.pinned {
                Some(_) => None,
                None => doc.heat.ready.as_ref().map(|r| r.top),
            };
        }
        self.heed(asked.effects, time);
    }

    /// Layers and plans, floating beside what they belong to.
    fn floats(&mut self, ctx: &egui::Context, rect: egui::Rect, time: f64) {
        let (lang, language) = (self.lang, self.language());
        if self.layers_open
            && let Some(doc) = &self.doc
        {
            let view = view::layers(doc, language, self.dark);
            let mut out = Vec::new();
            Area::new(egui::Id::unique("layers_float"))
                .order(Order::Middle)
                .pivot(egui::Align2::RIGHT_BOTTOM)
                .fixed_pos(rect.right_bottom() - vec2(56.0, 13.0))
                .show(ctx, |ui| layers::layers_panel(ui, lang, &view, &mut out));
            out.into_iter().for_each(|a| self.layers_action(ctx, a));
        }
        if self.plans_open
            && let Some(doc) = &self.doc
        {
            let view = view::plans(doc, lang, self.today());
            let mut out = Vec::new();
            Area::new(egui::Id::unique("plans_float"))
                .order(Order::Middle)
                .fixed_pos(pos2(rect.min.x + 40.0, rect.min.y + 60.0))
                .show(ctx, |ui| plans::plans_panel(ui, lang, &view, &mut out));
            out.into_iter().for_each(|a| self.plans_action(a, time));
        }
    }

    fn job_views(&self) -> Vec<JobView> {
        let one = |key: u64, p: crate::jobs::Progress, can_cancel: bool| JobView {
            key,
            sentence: p.label.to_string(),
            done: (p.total > 0).then(|| p.done as f32 / p.total as f32),
            can_cancel,
        };
        let mut out: Vec<JobView> = (0u64..)
            .zip(&self.work)
            .map(|(i, w)| match w {
                Work::Open(j) => one(i, j.progress(), true),
                // A save is short and is not stopped half-way by a hand that slips.
                Work::Save(j) => one(i, j.progress(), false),
                Work::Import(j) => one(i, j.progress(), true),
            })
            .collect();
        if let Some(doc) = &self.doc
            && doc.heat.job.busy()
        {
            let sentence = self.lang.pick("正在重算事件密度", "Reckoning the density").to_owned();
            out.push(JobView { key: u64::MAX, sentence, done: None, can_cancel: true });
        }
        out
    }

    fn cancel(&mut self, key: u64) {
        if key == u64::MAX {
            if let Some(doc) = &mut self.doc {
                doc.heat.job.clear();
                doc.heat.on = false;
            }
            return;
        }
        match self.work.get(key as usize) {
            Some(Work::Open(j)) => j.cancel(),
            Some(Work::Import(j)) => j.cancel(),
            Some(Work::Save(_)) | None => {}
        }
    }

    /// Pictures of the samples, painted from the samples themselves, one a frame.
    fn draw_cards(&mut self, ctx: &egui::Context) {
        let Some(next) = sample_titles().iter().find(|s| !self.cards.iter().any(|(n, _)| n == s.name)) else { return };
        if self.frames < 3 {
            ctx.request_repaint();
            return;
        }
        let picture = files::sample_picture(next.name, self.replica, self.language(), (560, 360));
        let texture = picture.map(|(w, h, rgba)| {
            let image = egui::ColorImage::from_rgba_unmultiplied([w as usize, h as usize], &rgba);
            ctx.load_texture(next.name, image, egui::TextureOptions::LINEAR)
        });
        self.cards.push((next.name.to_owned(), texture));
        ctx.request_repaint();
    }
}

/// When something was, in words.
fn when(now: i64, then: i64, lang: Lang) -> String {
    let minutes = (now - then) / 60;
    match minutes {
        ..=0 => lang.pick("刚刚", "just now").to_owned(),
        1..60 => lang.pick("{} 分钟前", "{} minutes ago").replace("{}", &minutes.to_string()),
        _ => crate::model::Date::from_days((then + 8 * 3600).div_euclid(86_400)).to_string(),
    }
}

/// A random number, from the seed that the standard library takes for its hash maps.
fn random() -> u32 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos())) as u32
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.frame(ui);
        let ctx = ui.ctx();
        let (size, full) = ctx.input(|i| {
            let v = i.viewport();
            (v.inner_rect.map(|r| [r.width(), r.height()]), v.maximized.unwrap_or(false))
        });
        self.settings.window.maximised = full;
        if !full && size.is_some() {
            self.settings.window.size = size;
        }
    }

    fn on_exit(&mut self) {
        self.store_settings();
    }
}
