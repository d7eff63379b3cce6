//! The status bar: scale, pointer, coordinate system, unassigned, snapping; jobs and saving at the right.

use egui::{Align, Layout, RichText, Role, Sense, Stroke, Ui, WidgetInfo, vec2};

use super::{Edge, paint_edge};
use crate::ui::fonts::regular;
use crate::ui::l10n::{self, Lang};
use crate::ui::theme::{SMALL, Tokens};
use crate::ui::verbs::Verb;
use crate::ui::widgets::progress;

/// A job under way.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct JobView {
    pub key: u64,
    pub sentence: String,
    /// 0–1, None = no end known.
    pub done: Option<f32>,
    pub can_cancel: bool,
}

/// The status bar's view.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct StatusView {
    /// n of 1:n, None without a map.
    pub scale: Option<f64>,
    /// Easting, northing in metres under the pointer; shown as X = north, Y = east, as surveyors here write.
    pub pointer: Option<[f64; 2]>,
    /// Name of the coordinate system.
    pub crs: String,
    pub unassigned: i64,
    pub snapping: bool,
    /// What snapping holds to now or may hold to: `点·边·路口·院墙`.
    pub snaps_to: String,
    pub jobs: Vec<JobView>,
    /// `已保存 12:03`, made by the caller, who knows the clock.
    pub saved: String,
}

/// What the status bar asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum StatusAction {
    Do(Verb),
    Cancel(u64),
}

/// Shows the status bar.
pub fn status_bar(ui: &mut Ui, lang: Lang, view: &StatusView, out: &mut Vec<StatusAction>) {
    let t = Tokens::of(ui);
    let text = lang.t();
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 9.0;
        let mut first = true;
        if let Some(n) = view.scale.filter(|n| n.is_finite()) {
            part(ui, &format!("1:{}", l10n::num(n.round() as i64)), &mut first);
        }
        if let Some([east, north]) = view.pointer {
            part(ui, &format!("X {}　Y {}", l10n::coordinate(north), l10n::coordinate(east)), &mut first);
        }
        if !view.crs.is_empty() {
            part(ui, &view.crs, &mut first);
        }
        if view.unassigned > 0 {
            let words = format!("{} {}", text.unassigned, l10n::buildings(lang, view.unassigned));
            if clickable(ui, &words, t.warn, &mut first) {
                out.push(StatusAction::Do(Verb::NextUnassigned));
            }
        }
        let words =
            if view.snapping { format!("{} {}", text.snapping, view.snaps_to) } else { text.snapping_off.to_owned() };
        if view.scale.is_some() && clickable(ui, words.trim_end(), t.t2, &mut first) {
            out.push(StatusAction::Do(Verb::Snapping));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let mut first = true;
            if !view.saved.is_empty() {
                part(ui, &view.saved, &mut first);
            }
            for job in &view.jobs {
                if !std::mem::take(&mut first) {
                    divider(ui);
                }
                if progress(ui, lang, &job.sentence, job.done, job.can_cancel) {
                    out.push(StatusAction::Cancel(job.key));
                }
            }
        });
    });
    paint_edge(ui, Edge::Top);
}

fn divider(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(1.0, 14.0), Sense::hover());
    ui.painter().vline(rect.center().x, rect.y_range(), Stroke::new(1.0, Tokens::of(ui).line2));
}

fn part(ui: &mut Ui, text: &str, first: &mut bool) {
    if !std::mem::take(first) {
        divider(ui);
    }
    ui.label(RichText::new(text).font(regular(SMALL)).color(Tokens::of(ui).t2));
}

fn clickable(ui: &mut Ui, text: &str, color: egui::Color32, first: &mut bool) -> bool {
    if !std::mem::take(first) {
        divider(ui);
    }
    let galley = ui.painter().layout_no_wrap(text.to_owned(), regular(SMALL), color);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x, 22.0), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect.expand2(vec2(4.0, 0.0)), 3.0, Tokens::of(ui).line);
    }
    ui.painter().galley(egui::pos2(rect.left(), rect.center().y - galley.size().y / 2.0), galley, color);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
    response.clicked()
}
