//! The window put together: state of the application, the frame, and what is said to the user.
//!
//! A frame: jobs that finished are taken over, keys and panels give actions, actions become commands of the session,
//! the map is painted. Start at [`App::frame`].

mod act;
mod building_list;
mod buildings;
mod cell_list;
mod dialogs;
mod doc;
mod files;
mod gestures;
mod guide;
mod heat;
mod issues;
mod keys;
mod lists;
mod map;
mod mark;
mod mine;
mod numbers;
mod painting;
mod palette;
mod picture;
mod place_menu;
mod places;
mod search;
mod start;
mod steps;
mod streets;
mod table;
#[cfg(test)]
mod tests;
mod timing;
mod told;
mod underlays;
mod tour;
mod upkeep;
mod view;
mod why;
mod work;

use crate::jobs::{Job, Jobs};
use crate::model::Lang as Language;
use crate::scene::FontSet;
use crate::session::import::What;
use crate::store::settings::{self, Settings, Theme};
use crate::ui::fonts::FontBytes;
use crate::ui::gpu::{MapPainter, device_descriptor};
use crate::ui::l10n::Lang;
use crate::ui::panels::menu_bar::MenuAction;
use crate::ui::panels::status::StatusAction;
use crate::ui::panels::tool_bar::ToolBarAction;
use crate::ui::panels::{
    cell_list::list_id as cell_list_id, issues::issues_panel, steps::steps_panel, table::table_id,
    underlays::underlays_panel,
};
use crate::ui::panels::{
    cells, inspector, is_narrow, layers, left_place, menu_bar, menu_place, plans, right_place, side_place, status,
    status_place, table_place, tool_bar, tools_place,
};
use crate::ui::theme;
use crate::ui::verbs;
use crate::ui::widgets::{Toast, ask_field, nav, toasts};
use dialogs::Dialog;
use doc::Doc;
use egui::{Area, CentralPanel, Order, ThemePreference, Ui, pos2, vec2};
use files::Loaded;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use work::{Clip, Leave, Work};

/// How long a message that asks for nothing stays.
const TOAST: Duration = Duration::from_secs(6);

/// What may stand beside the list of cells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    Issues,
    History,
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
    fonts: Option<std::sync::Arc<FontSet<'static>>>,
    toasts: Vec<(Toast, Option<Instant>)>,
    next_toast: u64,
    keys_open: bool,
    keys: crate::ui::panels::keys::KeysView,
    layers_open: bool,
    underlays_open: bool,
    plans_open: bool,
    /// Whether the table stands below the map.
    table_open: bool,
    /// What stands beside the list of cells.
    side: Option<Side>,
    palette: Option<palette::Palette>,
    /// The five-minute tour while it is on.
    tour: Option<crate::session::tour::Tour>,
    /// The guide to a new project while it is open.
    guide: Option<guide::Guide>,
    /// Commands run from the palette, the latest first.
    lately: Vec<verbs::Verb>,
    dialog: Option<Dialog>,
    leaving: Option<Leave>,
    /// A project that was read while unsaved work came up in the one that is shown.
    arrived: Option<Loaded>,
    /// The project and state whose unsaved work a person gave up.
    given_up: Option<(u64, u128)>,
    /// Imports that wait for those before them.
    imports: VecDeque<(PathBuf, What)>,
    /// The window may close: nothing unsaved is left.
    may_close: bool,
    /// Pictures of the samples on the start page.
    cards: Vec<start::Card>,
    /// Where they are kept from one run to the next.
    cache: Option<PathBuf>,
    /// Looking for the recent files, once each time the start page is opened.
    looking: Option<Job<Vec<PathBuf>>>,
    /// Recent files that are not there any more.
    lost: Vec<PathBuf>,
    /// Times of the frames, if they were asked for.
    timings: Option<timing::Timings>,
    spent: timing::Spent,
    frames: u64,
    /// What is on its way into the clipboard.
    clipboard: Option<Clip>,
    /// A command that waits until the field that is typed into has given what it holds.
    after_fields: Option<verbs::Verb>,
    /// A time that tests fix.
    fixed_now: Option<i64>,
}

/// Opens the window. `started`: when the process began; with `timings` the time to the first frame is printed, and at
/// the end the times of all frames.
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
            app.cache = crate::store::cache::cache_dir();
            app.timings = timings.then(|| timing::Timings::new(started));
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
        crate::ui::keymap::set(&settings.keys);
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
            fonts: FontSet::embedded().ok().map(std::sync::Arc::new),
            toasts: Vec::new(),
            next_toast: 1,
            keys_open: false,
            keys: crate::ui::panels::keys::KeysView::default(),
            layers_open: false,
            underlays_open: false,
            plans_open: false,
            table_open: false,
            side: None,
            palette: None,
            guide: None,
            tour: None,
            lately: Vec::new(),
            dialog: None,
            leaving: None,
            arrived: None,
            given_up: None,
            imports: VecDeque::new(),
            may_close: false,
            cards: Vec::new(),
            cache: None,
            looking: None,
            lost: Vec::new(),
            timings: None,
            spent: timing::Spent::default(),
            frames: 0,
            clipboard: None,
            after_fields: None,
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

    /// What is being typed belongs to what is saved or left: the field gives it first, and the command comes a frame later.
    /// True if it has to wait.
    fn fields_first(&mut self, ctx: &egui::Context, verb: verbs::Verb) -> bool {
        if !ctx.text_edit_focused() && !self.doc.as_ref().is_some_and(Doc::typing_in_table) {
            return false;
        }
        ctx.memory_mut(|m| {
            if let Some(id) = m.focused() {
                m.surrender_focus(id);
            }
        });
        self.after_fields = Some(verb);
        ctx.request_repaint();
        true
    }

    /// A whole frame of the window.
    pub fn frame(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let time = ctx.input(|i| i.time);
        self.frames += 1;
        self.dark = ctx.theme() == egui::Theme::Dark;
        self.poll(time);
        self.dropped(&ctx);
        if let Some(verb) = self.after_fields.take() {
            if self.doc.as_ref().is_some_and(Doc::typing_in_table) {
                self.warn(self.lang.pick(
                    "表格里有一格没有写进去。请改好，或按 Esc 放弃，再试一次。",
                    "A cell of the table is not taken over. Mend it or press Esc, then try again.",
                ));
            } else {
                self.verb(&ctx, verb);
            }
        }
        if ctx.input(|i| i.viewport().close_requested()) && !self.may_close {
            if !self.fields_first(&ctx, verbs::Verb::Quit) {
                self.leave(Leave::Quit);
            }
            if !self.may_close {
                ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            }
        }
        // A field that was opened a frame ago may not have the keys yet.
        let opened = self.doc.as_ref().is_some_and(|d| d.typing.is_some());
        let typing = ctx.text_edit_focused() || opened;
        let over = self.dialog.is_some() || self.palette.is_some() || self.guide.is_some();
        let popup = egui::Popup::is_any_open(&ctx);
        let busy = over || self.keys_open || typing || popup;
        let drawing = |d: &Doc| !d.hand.line().is_empty() || d.hand.trial().is_some() || d.hand.busy();
        if !busy && self.doc.as_ref().is_some_and(|d| !drawing(d)) {
            // A list that has the focus takes its keys before the commands do, but none from a drawing.
            let keys = nav::pressed(&ctx, cell_list_id());
            self.cell_keys(&ctx, keys, time);
            let keys = nav::pressed(&ctx, table_id());
            self.table_keys(&ctx, keys, time);
        }
        if self.dialog.is_none()
            && self.guide.is_none()
            && !(self.keys_open && self.keys.catching.is_some())
            // A menu that is open has the keys without Ctrl.
            && let Some((verb, times)) = ctx.input_mut(|i| verbs::pressed(i, typing || popup))
            && (!self.keys_open || verb == verbs::Verb::Keys)
            // The palette has the keys while it is open; its own closes it.
            && (self.palette.is_none() || verb == verbs::Verb::Palette)
        {
            (0..times).for_each(|_| self.verb(&ctx, verb));
        }
        let floats = (self.plans_open || self.layers_open) && !busy;
        if floats && ctx.input_mut(|i| i.consume_key(egui::Modifiers::NONE, egui::Key::Escape)) {
            (self.plans_open, self.layers_open) = (false, false);
        }
        let catching = self.keys_open && self.keys.catching.is_some();
        if self.keys_open && !catching && ctx.input_mut(|i| i.consume_key(egui::Modifiers::NONE, egui::Key::Escape)) {
            self.keys_open = false;
        }
        self.menu(ui, &ctx);
        if self.doc.is_some() {
            self.window(ui, &ctx, time, busy);
        } else {
            self.start(ui, &ctx);
        }
        self.show_keys(&ctx, ui);
        self.show_palette(ui, time);
        self.show_guide(ui);
        self.dialogs(ui);
        if let Some(clip) = self.clipboard.take() {
            let said = match clip {
                Clip::Picture(picture, said) => {
                    ctx.copy_image(picture);
                    said
                }
                Clip::Text(text, said) => {
                    ctx.copy_text(text);
                    said
                }
            };
            self.say(said.get(self.language()), "", "");
        }
        if self.may_close {
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        }
        let soon =
            if self.toasts.iter().any(|(_, s)| s.is_some()) { Duration::from_millis(500) } else { Duration::MAX };
        if soon < Duration::MAX {
            ctx.request_repaint_after(soon);
        }
    }

    fn menu(&mut self, ui: &mut Ui, ctx: &egui::Context) {
        let mut view = view::menu(self.doc.as_ref(), self.language(), self.theme, self.layers_open);
        view.table = self.table_open;
        view.underlays = self.underlays_open;
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

    /// Files dropped on the window: projects are opened, others imported.
    fn dropped(&mut self, ctx: &egui::Context) {
        let files: Vec<PathBuf> = ctx.input(|i| i.raw.dropped_files.iter().map(|f| f.path().to_owned()).collect());
        let mut others = Vec::new();
        let (pictures, files): (Vec<PathBuf>, _) = files.into_iter().partition(|p| crate::exchange::is_picture(p));
        if !pictures.is_empty() && self.doc.is_none() {
            self.begin_new();
        }
        pictures.into_iter().for_each(|p| self.add_underlay(p));
        let files: Vec<PathBuf> = files;
        for path in files {
            let project = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gpkg"));
            if project {
                self.leave(Leave::Open(path));
            } else {
                others.push(path);
            }
        }
        if !others.is_empty() {
            if self.doc.is_none() {
                self.begin_new();
            }
            self.ask_kinds(others);
        }
    }

    /// `busy`: a question, a menu or a text field had the keys when the frame began.
    fn window(&mut self, ui: &mut Ui, ctx: &egui::Context, time: f64, busy: bool) {
        let (lang, language, dark) = (self.lang, self.language(), self.dark);
        let clock = self.clock();
        if let Some(doc) = &mut self.doc {
            let failed = heat::keep(doc, &self.jobs, dark);
            search::keep(doc, language, &self.jobs);
            lists::keep(doc, (lang, language), self.layers_open, &clock);
            issues::keep(doc, lang, &self.jobs, self.side == Some(Side::Issues));
            if self.side == Some(Side::History) {
                steps::keep(doc, lang);
            }
            if self.table_open {
                table::keep(doc, language, &self.jobs);
            }
            mine::keep(doc, &self.jobs);
            let missing = underlays::keep(doc, &self.jobs, self.data.as_deref());
            if let Some(e) = failed {
                self.job_error(&e);
            }
            missing.into_iter().for_each(|said| self.warn(said.get(language)));
        }
        let Some(doc) = &self.doc else { return };
        let tools_view = view::tools(doc, language);
        let mut status_view = view::status(doc, lang);
        status_view.jobs = self.job_views();
        let (mut tools, mut status_out) = (Vec::new(), Vec::new());
        tools_place(ui).show(ui, |ui| tool_bar::tool_bar(ui, lang, &tools_view, &mut tools));
        status_place(ui).show(ui, |ui| status::status_bar(ui, lang, &status_view, &mut status_out));
        let mut cells_out = Vec::new();
        if self.side.is_none() || !is_narrow(ui) {
            left_place(ui).show(ui, |ui| cells::cells_panel(ui, lang, &doc.lists.cells, &mut cells_out));
        }
        if doc.ask_households
            && let inspector::InspectorView::Building(b) = &doc.lists.inspector
        {
            ask_field(ctx, b.key, lang.t().households, &b.households.to_string());
        }
        let (mut issues_out, mut steps_out) = (Vec::new(), Vec::new());
        match self.side {
            Some(Side::Issues) => {
                side_place(ui).show(ui, |ui| issues_panel(ui, lang, &doc.issues.view, &mut issues_out));
            }
            Some(Side::History) => {
                side_place(ui).show(ui, |ui| steps_panel(ui, lang, &doc.steps.view, &mut steps_out));
            }
            None => {}
        }
        let mut inspector_out = Vec::new();
        right_place(ui).show(ui, |ui| inspector::inspector_panel(ui, lang, &doc.lists.inspector, &mut inspector_out));
        let mut table_out = Vec::new();
        if self.table_open {
            // Between the side panels: neither list nor inspector loses height, and the map is never covered.
            table_place(ui).show(ui, |ui| table::show(ui, doc, lang, &mut table_out));
        }
        let mut asked = map::Asked::default();
        let mut dismissed = None;
        CentralPanel::no_frame().show(ui, |ui| {
            let rect = ui.max_rect();
            let now = self.now();
            if let (Some(doc), Some(fonts)) = (&mut self.doc, &self.fonts) {
                doc.focus_search = false;
                doc.ask_households = false;
                doc.reveal = None;
                doc.issues.view.reveal = false;
                doc.steps.view.reveal = false;
                table::shown(doc);
                doc.list.shown();
                let around = map::Around {
                    lang,
                    language,
                    dark,
                    now,
                    painter: self.painter.as_mut(),
                    fonts,
                    busy,
                    jobs: &self.jobs,
                };
                asked = map::map_ui(ui, doc, around);
            }
            let list: Vec<Toast> = self.toasts.iter().map(|(t, _)| t.clone()).collect();
            dismissed = toasts(ui, lang, rect.center_bottom() - vec2(0.0, 16.0), &list);
            self.floats(ctx, rect, time);
            self.show_tour(ui, rect);
        });
        self.toasts.retain(|(t, _)| Some(t.key) != dismissed);
        let looked = tools.iter().rev().find_map(|a| if let ToolBarAction::Look(hit) = a { Some(hit) } else { None });
        if let Some(doc) = &mut self.doc {
            let look = looked.and_then(|hit| search::look(doc, hit));
            if doc.look != look {
                doc.outline = look.as_ref().map_or(vec![], |l| search::outline(doc, l));
                doc.look = look;
                ctx.request_repaint();
            }
        }
        for a in tools {
            match a {
                ToolBarAction::Look(_) => {}
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
        issues_out.into_iter().for_each(|a| self.issues_action(a, time));
        steps_out.into_iter().for_each(|a| self.steps_action(a, time));
        inspector_out.into_iter().for_each(|a| self.inspector_action(a, time));
        table_out.into_iter().for_each(|a| self.table_action(ctx, a, time));
        self.follow_placing(&asked, time);
        asked.verbs.into_iter().for_each(|v| self.verb(ctx, v));
        if asked.pin_scale
            && let Some(doc) = &mut self.doc
        {
            doc.heat.pinned = match doc.heat.pinned {
                Some(_) => None,
                None => doc.heat.ready.as_ref().map(|r| r.top),
            };
        }
        self.spent = asked.spent;
        if self.dialog.is_none() && self.doc.as_ref().is_some_and(|d| !d.hand.asked().is_empty()) {
            self.dialog = Some(dialogs::Dialog::Slivers);
        }
        if asked.told {
            self.tell(&asked.effects);
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
        if self.underlays_open
            && let Some(doc) = &self.doc
        {
            let view = underlays::view(doc, lang);
            let mut out = Vec::new();
            Area::new(egui::Id::unique("underlays_float"))
                .order(Order::Middle)
                .pivot(egui::Align2::RIGHT_TOP)
                .fixed_pos(rect.right_top() + vec2(-13.0, 13.0))
                .show(ctx, |ui| underlays_panel(ui, lang, &view, &mut out));
            out.into_iter().for_each(|a| self.underlays_action(a, time));
        }
        self.settle_opacity(ctx, time);
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
}

/// A random number, from the seed that the standard library takes for its hash maps.
fn random() -> u32 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos())) as u32
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        if let Some(t) = &mut self.timings {
            t.begin();
        }
        self.spent = timing::Spent::default();
        self.frame(ui);
        if let Some(t) = &mut self.timings {
            t.end(self.spent, self.work.is_empty());
        }
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
        if let Some(t) = &self.timings {
            println!("{}", t.summary());
        }
    }
}
