//! Work beside the window: what is under way, what becomes of it, and leaving with some of it unsaved.
//!
//! Every piece of work knows the project it was begun for ([`Doc::number`](super::doc::Doc)): what was meant for one
//! project is never given to another that was opened meanwhile.

use super::App;
use super::dialogs::Dialog;
use super::files::{Brought, Loaded, Stored, Written};
use crate::jobs::{Job, Progress};
use crate::model::{Id, Said};
use crate::session::import::What;
use crate::session::{Effect, Session};
use crate::ui::panels::status::JobView;
use std::path::PathBuf;

/// What happens once unsaved work is looked after.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Leave {
    /// The window closes.
    Quit,
    /// The start page is shown.
    Start,
    /// The guide to a new project is opened.
    New,
    /// What the guide made is shown.
    Made,
    /// A shipped sample is opened.
    Sample(String),
    /// The sample of the tour is opened, and the tour begins.
    Tour,
    /// Another file is read, then shown.
    Open(PathBuf),
    /// The file that was read ([`App::arrived`]) is shown.
    Arrived,
}

/// A session that shows another plan, and the generation of the one it was made of.
pub struct Shown {
    pub session: Session,
    pub effects: Vec<Effect>,
    pub of: u64,
    pub id: Id,
}

/// What is copied, with what is then told.
pub enum Clip {
    Picture(egui::ColorImage, Said),
    Text(String, Said),
}

/// Work on its way beside the window; a number is that of the project it was begun for.
pub enum Work {
    Open(Job<Loaded>),
    Save(Job<Stored>, u64),
    Import(Job<Brought>, u64),
    Write(Job<Written>),
    /// A list that is filled in.
    Fill(Job<super::building_list::Filled>, u64),
    /// Another plan that is counted.
    Show(Job<Shown>, u64),
    /// Something for the clipboard.
    Copy(Job<Clip>),
    Underlay(Job<super::underlays::Added>, u64),
    /// Sheets of a list, and the one that is shown first.
    List(Job<(Vec<crate::exchange::Sheet>, usize)>, u64),
}

impl Work {
    fn progress(&self) -> Progress {
        match self {
            Work::Open(j) => j.progress(),
            Work::Save(j, _) => j.progress(),
            Work::Import(j, _) => j.progress(),
            Work::Write(j) => j.progress(),
            Work::Copy(j) => j.progress(),
            Work::Show(j, _) => j.progress(),
            Work::Fill(j, _) => j.progress(),
            Work::Underlay(j, _) => j.progress(),
            Work::List(j, _) => j.progress(),
        }
    }
}

impl App {
    /// Whether there is unsaved work about which nothing has been decided.
    pub(super) fn has_unsaved(&self) -> bool {
        self.doc.as_ref().is_some_and(|d| {
            d.session.is_dirty() && self.given_up != Some((d.number, d.session.history().stable().state))
        })
    }

    /// Rows of a list that were not placed yet, and about which nothing has been decided: they are in no file.
    pub(super) fn rows_wait(&self) -> usize {
        let of = |d: &super::doc::Doc| (d.number, d.session.history().stable().state);
        self.doc.as_ref().filter(|d| self.given_up != Some(of(d))).map_or(0, |d| d.tray.waiting())
    }

    /// Leaves the project once unsaved work is looked after.
    pub(super) fn leave(&mut self, leave: Leave) {
        if self.doc.as_ref().is_some_and(|d| d.hand.busy()) {
            let said = super::act::unfinished(self.lang);
            self.leaving = None;
            return self.warn(said);
        }
        if self.has_unsaved() || self.rows_wait() > 0 {
            self.leaving = Some(leave);
            self.dialog = Some(Dialog::Unsaved);
            return;
        }
        self.leaving = None;
        match leave {
            Leave::Quit => self.may_close = true,
            Leave::Start => {
                self.doc = None;
                self.looking = None;
            }
            Leave::New => self.begin_guide(),
            Leave::Made => self.finish_guide(),
            Leave::Sample(name) => self.begin_sample(&name),
            Leave::Tour => self.tour_on_sample(),
            // The project that is shown stays until the other one is read.
            Leave::Open(path) => self.open_file(path),
            Leave::Arrived => {
                if let Some(l) = self.arrived.take() {
                    self.show_loaded(l);
                }
            }
        }
    }

    /// The question about leaving was answered with "stay", or what it waited for did not happen.
    pub(super) fn stay(&mut self) {
        self.leaving = None;
        self.arrived = None;
    }

    /// Unsaved work is given up as it stands now; changed once more, it is asked about again.
    pub(super) fn give_up(&mut self) {
        self.given_up = self.doc.as_ref().map(|d| (d.number, d.session.history().stable().state));
        if let Some(leave) = self.leaving.take() {
            self.leave(leave);
        }
    }

    /// Takes over what was done, and begins the next import that waits.
    pub(super) fn poll(&mut self, time: f64) {
        let mut left = Vec::new();
        for w in std::mem::take(&mut self.work) {
            match w {
                Work::Open(mut j) => match j.poll() {
                    None => left.push(Work::Open(j)),
                    Some(Ok(l)) => self.show_loaded(l),
                    Some(Err(e)) => self.job_error(&e),
                },
                Work::Save(mut j, of) => match j.poll() {
                    None => left.push(Work::Save(j, of)),
                    Some(Ok(s)) => self.show_stored(s, of),
                    Some(Err(e)) => {
                        self.stay();
                        self.job_error(&e);
                    }
                },
                Work::Import(mut j, of) => match j.poll() {
                    None => left.push(Work::Import(j, of)),
                    Some(Ok(b)) => self.show_brought(b, of, time),
                    Some(Err(e)) => self.job_error(&e),
                },
                Work::Underlay(mut j, of) => match j.poll() {
                    None => left.push(Work::Underlay(j, of)),
                    Some(Ok(a)) => self.show_added(a, of, time),
                    Some(Err(e)) => self.job_error(&e),
                },
                // A question that is open is answered first, but for the list's own.
                Work::List(j, of) if self.dialog.as_ref().is_some_and(|d| !matches!(d, Dialog::List)) => {
                    left.push(Work::List(j, of));
                }
                Work::List(mut j, of) => match j.poll() {
                    None => left.push(Work::List(j, of)),
                    Some(Ok(read)) => self.show_list(read, of),
                    Some(Err(e)) => self.job_error(&e),
                },
                Work::Fill(mut j, of) => match j.poll() {
                    None => left.push(Work::Fill(j, of)),
                    Some(Ok(filled)) => self.show_filled(filled, of, time),
                    Some(Err(e)) => self.job_error(&e),
                },
                Work::Show(mut j, of) => match j.poll() {
                    None => left.push(Work::Show(j, of)),
                    Some(Ok(shown)) => self.show_counted(shown, of),
                    Some(Err(e)) => self.job_error(&e),
                },
                Work::Copy(mut j) => match j.poll() {
                    None => left.push(Work::Copy(j)),
                    Some(Ok(clip)) => self.clipboard = Some(clip),
                    Some(Err(e)) => self.job_error(&e),
                },
                Work::Write(mut j) => match j.poll() {
                    None => left.push(Work::Write(j)),
                    Some(Ok(w)) => self.say(w.what.get(self.language()), &w.path.to_string_lossy(), ""),
                    Some(Err(e)) => self.job_error(&e),
                },
            }
        }
        left.append(&mut self.work);
        self.work = left;
        self.next_import();
        self.toasts.retain(|(_, since)| since.is_none_or(|s| s.elapsed() < super::TOAST));
    }

    /// Imports go one after the other: the first into an empty project decides its CRS and origin for all.
    fn next_import(&mut self) {
        if self.work.iter().any(|w| matches!(w, Work::Import(..))) {
            return;
        }
        if let Some((path, what)) = self.imports.pop_front() {
            self.read_import(path, what);
        }
    }

    /// Asks for an import; it begins when those before it are done.
    pub(super) fn import_file(&mut self, path: PathBuf, what: What) {
        self.imports.push_back((path, what));
        self.next_import();
    }

    /// Work as the status bar shows it.
    pub(super) fn job_views(&self) -> Vec<JobView> {
        let waiting = self.imports.len();
        let one = |(key, w): (u64, &Work)| {
            let p = w.progress();
            let mut sentence = p.label.to_string();
            if waiting > 0 && matches!(w, Work::Import(..)) {
                sentence += &self.lang.pick("（还有 {} 个）", " ({} more)").replace("{}", &waiting.to_string());
            }
            let done = (p.total > 0).then(|| p.done as f32 / p.total as f32);
            // A save is short and is not stopped half-way by a hand that slips.
            JobView { key, sentence, done, can_cancel: !matches!(w, Work::Save(..)) }
        };
        let mut out: Vec<JobView> = (0u64..).zip(&self.work).map(one).collect();
        if let Some(doc) = &self.doc
            && doc.heat.job.busy()
        {
            let sentence = self.lang.pick("正在重算事件密度", "Reckoning the density").to_owned();
            out.push(JobView { key: u64::MAX, sentence, done: None, can_cancel: true });
        }
        out
    }

    /// Stops a piece of work; with an import go those that wait behind it.
    pub(super) fn cancel(&mut self, key: u64) {
        if key == u64::MAX {
            if let Some(doc) = &mut self.doc {
                doc.heat.job.clear();
                doc.heat.asked = None;
                doc.heat.on = false;
            }
            return;
        }
        match self.work.get(key as usize) {
            Some(Work::Open(j)) => j.cancel(),
            Some(Work::Import(j, _)) => {
                j.cancel();
                self.imports.clear();
            }
            Some(Work::Write(j)) => j.cancel(),
            Some(Work::Copy(j)) => j.cancel(),
            Some(Work::Show(j, _)) => j.cancel(),
            Some(Work::Fill(j, _)) => j.cancel(),
            Some(Work::Underlay(j, _)) => j.cancel(),
            Some(Work::List(j, _)) => j.cancel(),
            Some(Work::Save(..)) | None => {}
        }
    }
}
