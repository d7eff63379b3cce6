//! The five-minute tour on the open project: the card, and what is remembered of it from one run to the next.

use super::{App, Leave, Side};
use crate::session::tour::{Lesson, Tour, Watched};
use crate::ui::panels::tour::{TourAction, TourView, tour};
use egui::{Rect, Ui, vec2};

/// The sample that the tour is played on.
const SAMPLE: &str = "neighbourhood";

impl App {
    /// Takes the tour up where it was left, on a copy of the sample: never on somebody's own work.
    pub(super) fn begin_tour(&mut self) {
        if self.doc.as_ref().is_some_and(|d| d.sample) {
            return self.take_up_tour();
        }
        self.leave(Leave::Tour);
    }

    /// Opens the sample and begins the tour on it.
    pub(super) fn tour_on_sample(&mut self) {
        self.begin_sample(SAMPLE);
        self.take_up_tour();
    }

    fn take_up_tour(&mut self) {
        let at = usize::from(self.settings.tour);
        self.tour = Some(Tour::from(if at >= Lesson::ALL.len() { 0 } else { at }));
    }

    /// Shows the card over the map while the tour is on, and looks whether the present lesson was done.
    pub(super) fn show_tour(&mut self, ui: &Ui, rect: Rect) {
        let (lang, language) = (self.lang, self.language());
        let issues = self.side == Some(Side::Issues);
        let (Some(t), Some(doc)) = (&mut self.tour, &self.doc) else { return };
        // Only what is done with the hand counts: not a flight of the camera on its way.
        let view = doc.camera.filter(|_| doc.flight.is_none()).map(|c| ([c.centre.0, c.centre.1], c.mm_per_pt()));
        if view.is_some() && t.watch(&doc.session, Watched { view, issues, filed: doc.path.is_some() }) {
            ui.ctx().request_repaint();
            self.remember_tour();
        }
        let Some(t) = &self.tour else { return };
        let (title, task) = match t.lesson() {
            Some(l) => (l.title(), l.task()),
            None => (
                crate::model::Said::new("入门完成", "That is all of it"),
                crate::model::Said::new(
                    "按 ? 看全部按键，Ctrl K 找任何命令。",
                    "Press ? for all keys; Ctrl K finds any command.",
                ),
            ),
        };
        let view = TourView {
            at: t.at(),
            of: Lesson::ALL.len(),
            title: title.get(language).to_owned(),
            task: task.get(language).to_owned(),
            done: t.done().map(|l| l.title().get(language).to_owned()),
        };
        let legend = self.doc.as_ref().is_some_and(|d| d.heat.on && d.heat.ready.is_some());
        let mut out = Vec::new();
        tour(ui, lang, &view, rect.left_bottom() + vec2(13.0, if legend { -210.0 } else { -50.0 }), &mut out);
        for a in out {
            match a {
                TourAction::Skip => {
                    if let Some(t) = &mut self.tour {
                        t.skip();
                    }
                    self.remember_tour();
                }
                TourAction::Again => {
                    self.tour = Some(Tour::from(0));
                    self.remember_tour();
                }
                TourAction::Close => self.tour = None,
            }
            ui.ctx().request_repaint();
        }
    }

    fn remember_tour(&mut self) {
        let at = self.tour.as_ref().map_or(0, |t| t.at() as u8);
        if self.settings.tour != at {
            self.settings.tour = at;
            self.store_settings();
        }
    }
}
