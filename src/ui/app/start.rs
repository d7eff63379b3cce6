//! The start page: samples as pictures, recent files.

use super::{App, Leave, files};
use crate::session::sample_titles;
use crate::ui::l10n::Lang;
use crate::ui::panels::start::{RecentFile, SampleCard, StartAction, StartView, start_page};
use crate::ui::widgets::{Toast, toasts};
use egui::{CentralPanel, ThemePreference, Ui, vec2};
use std::path::PathBuf;

impl App {
    pub(super) fn start(&mut self, ui: &mut Ui, ctx: &egui::Context) {
        let now = self.now();
        self.draw_cards(ctx);
        self.look_for_recent();
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
                missing: self.lost.contains(&r.path),
            })
            .collect();
        let attribution = self.lang.pick("示例为虚构的街区", "The samples are made-up places").to_owned();
        let view = StartView { samples, recent, dark: self.dark, attribution };
        let mut out = Vec::new();
        let mut dismissed = None;
        CentralPanel::no_frame().show(ui, |ui| {
            start_page(ui, self.lang, &view, &mut out);
            let rect = ui.max_rect();
            let list: Vec<Toast> = self.toasts.iter().map(|(t, _)| t.clone()).collect();
            dismissed = toasts(ui, self.lang, rect.center_bottom() - vec2(0.0, 16.0), &list);
        });
        self.toasts.retain(|(t, _)| Some(t.key) != dismissed);
        for a in out {
            match a {
                StartAction::Do(verb) => self.verb(ctx, verb),
                StartAction::Sample(name) => self.leave(Leave::Sample(name)),
                StartAction::Recent(key) => {
                    if let Some(r) = self.settings.recent.get(key as usize) {
                        let path = r.path.clone();
                        self.leave(Leave::Open(path));
                    }
                }
                StartAction::Lang(lang) => self.set_lang(lang),
                StartAction::Dark(dark) => {
                    self.set_theme(ctx, if dark { ThemePreference::Dark } else { ThemePreference::Light });
                }
            }
        }
    }

    /// Looks which of the recent files are still there, once each time the page is opened and beside the window: a
    /// share that is gone may take half a minute to say so.
    fn look_for_recent(&mut self) {
        match &mut self.looking {
            None => {
                let paths: Vec<PathBuf> = self.settings.recent.iter().map(|r| r.path.clone()).collect();
                let gone = |p: &PathBuf| !crate::store::is_there(p);
                self.looking = Some(self.jobs.spawn("recent", move |_| Ok(paths.into_iter().filter(gone).collect())));
            }
            Some(job) => {
                if let Some(Ok(lost)) = job.poll() {
                    self.lost = lost;
                }
            }
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
