//! The start page: samples as pictures, recent files.

use super::{App, Leave, files};
use crate::jobs::{Job, JobError};
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
                picture: self.cards.iter().find(|c| c.name == s.name && c.dark == self.dark).and_then(Card::texture),
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

    /// Pictures of the samples in the theme that is on, painted beside the window from the samples themselves; what was painted
    /// before by this build is taken from the cache.
    fn draw_cards(&mut self, ctx: &egui::Context) {
        let dark = self.dark;
        for s in sample_titles() {
            if self.cards.iter().any(|c| c.name == s.name && c.dark == dark) {
                continue;
            }
            let (name, cache) = (s.name, self.cache.clone());
            let job = self.jobs.spawn(self.lang.pick("正在画示例", "Drawing the samples"), move |token| {
                let like = format!("sample-{name}-{}-", if dark { "dark" } else { "light" });
                let file = format!("{like}{}.png", crate::store::cache::build_stamp());
                let kept = cache.as_deref().and_then(|c| crate::store::cache::kept(c, &file));
                if let Some(image) = kept.as_deref().and_then(decoded) {
                    return Ok(image);
                }
                let png = files::sample_picture(name, dark, PICTURE, token)?;
                if let Some(c) = &cache {
                    crate::store::cache::keep(c, &like, &file, &png);
                }
                decoded(&png).ok_or_else(|| JobError::failed(("图片读不懂".to_owned(), "no picture".to_owned())))
            });
            self.cards.push(Card { name: name.to_owned(), dark, picture: Picture::Coming(job) });
        }
        for card in &mut self.cards {
            let Picture::Coming(job) = &mut card.picture else { continue };
            let Some(done) = job.poll() else { continue };
            card.picture = match done {
                Ok(image) => Picture::There(ctx.load_texture(&card.name, image, egui::TextureOptions::LINEAR)),
                // Left while it was drawn, or a fault of the generator that opening the sample will tell.
                Err(_) => Picture::None,
            };
        }
    }
}

/// Pixels of a picture: as wide to high as it is shown.
const PICTURE: (u32, u32) = (640, 467);

/// The picture of a sample on the start page.
pub struct Card {
    name: String,
    dark: bool,
    picture: Picture,
}

enum Picture {
    Coming(Job<egui::ColorImage>),
    There(egui::TextureHandle),
    None,
}

impl Card {
    /// Whether it is there to be shown.
    pub fn is_there(&self) -> bool {
        matches!(self.picture, Picture::There(_))
    }

    fn texture(&self) -> Option<egui::TextureId> {
        if let Picture::There(t) = &self.picture { Some(t.id()) } else { None }
    }
}

/// A picture of ours; `None` for anything else.
fn decoded(png: &[u8]) -> Option<egui::ColorImage> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().ok()?;
    let size = reader.output_buffer_size().filter(|n| *n == 4 * (PICTURE.0 * PICTURE.1) as usize)?;
    let mut rgba = vec![0; size];
    let info = reader.next_frame(&mut rgba).ok()?;
    let ours = (info.width, info.height) == PICTURE && info.color_type == png::ColorType::Rgba;
    ours.then(|| egui::ColorImage::from_rgba_unmultiplied([info.width as usize, info.height as usize], &rgba))
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
