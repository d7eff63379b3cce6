//! What is said to the user: messages of what was done, refused or went wrong, and what came of commands.

use super::App;
use crate::jobs::JobError;
use crate::session::Effect;
use crate::ui::widgets::{Toast, ToastKind};
use std::time::Instant;

impl App {
    pub(super) fn push_toast(&mut self, kind: ToastKind, what: &str, kept: &str, todo: &str) {
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
    pub(super) fn say(&mut self, what: &str, kept: &str, todo: &str) {
        self.push_toast(ToastKind::Done, what, kept, todo);
    }

    pub(super) fn warn(&mut self, what: &str) {
        self.push_toast(ToastKind::Warning, what, "", "");
    }

    /// Something could not be done; stays until dismissed. Sentences end with what to do.
    pub(super) fn error(&mut self, what: &str) {
        let mut parts = what.splitn(2, ['。', ';']);
        let (first, rest) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        self.push_toast(ToastKind::Error, first.trim(), rest.trim(), "");
    }

    pub(super) fn job_error(&mut self, e: &JobError) {
        if matches!(e, JobError::Cancelled) {
            return;
        }
        let [zh, en] = e.words();
        let text = self.lang.pick(&zh, &en).to_owned();
        self.error(&text);
    }

    /// Says what came of commands, and pans to a change outside the view.
    pub(super) fn heed(&mut self, effects: Vec<Effect>, time: f64) {
        let language = self.language();
        for e in effects {
            match e {
                Effect::Refused(e) => {
                    let s = self.doc.as_ref().map(|d| &d.session);
                    let said = s.map_or_else(|| e.said(), |s| crate::session::tools::why(s, &e));
                    self.push_toast(ToastKind::Warning, said.get(language), "", "");
                }
                Effect::Say(said) => self.push_toast(ToastKind::Done, said.get(language), "", ""),
                Effect::Stepped { step, .. } => {
                    // What was told of steps may not be so any more.
                    self.toasts.retain(|(t, _)| t.kind != ToastKind::Done);
                    if let (Some(doc), Some(place)) = (&mut self.doc, step.place) {
                        doc.pan_to_see(place, time);
                    }
                }
                Effect::Committed { .. } | Effect::Nothing => {}
            }
        }
    }

    /// Says in words what a step did, and how to take it back.
    pub(super) fn tell(&mut self, effects: &[Effect]) {
        let done = effects.iter().find_map(|e| if let Effect::Committed { step, .. } = e { Some(step) } else { None });
        if let Some(step) = done {
            let said = step.sentence.get(self.language()).to_owned();
            let back = self.lang.pick("Ctrl+Z 撤销", "Ctrl+Z to undo");
            self.say(&said, "", back);
        }
    }
}
