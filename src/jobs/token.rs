//! The job's side: is it still wanted, and how far is it.

use super::pool::Core;
use super::{Cancelled, lock};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

/// How far a job is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Units of work done, as the job counts them.
    pub done: u64,
    /// Units of work in all; 0 while unknown.
    pub total: u64,
    /// The job's present stage, a fixed key to be put into words by the window; empty before the first.
    pub stage: &'static str,
    /// What the job was called when it was asked for.
    pub label: Arc<str>,
}

/// What the job and its asker share besides the result.
#[derive(Debug)]
pub(super) struct Shared {
    pub cancelled: AtomicBool,
    pub done: AtomicU64,
    pub total: AtomicU64,
    pub stage: Mutex<&'static str>,
    pub label: Arc<str>,
    /// Something changed that the asker has not been woken for.
    owed: AtomicBool,
}

impl Shared {
    pub fn new(label: &str) -> Shared {
        Shared {
            cancelled: AtomicBool::new(false),
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
            stage: Mutex::new(""),
            label: label.into(),
            owed: AtomicBool::new(false),
        }
    }

    pub fn progress(&self) -> Progress {
        Progress {
            done: self.done.load(Relaxed),
            total: self.total.load(Relaxed),
            stage: *lock(&self.stage),
            label: self.label.clone(),
        }
    }
}

/// A running job's line to its asker. Clones speak for the same job, so a job may hand them to its own helpers.
#[derive(Clone, Debug)]
pub struct Token {
    pub(super) shared: Arc<Shared>,
    pub(super) core: Arc<Core>,
}

impl Token {
    /// `Err` once the job was cancelled, dropped, or the program closes. Cheap: two atomic reads; to be called at least
    /// every 50 ms. It also pays a wake that progress still owes.
    pub fn check(&self) -> Result<(), Cancelled> {
        self.pay();
        if self.shared.cancelled.load(Relaxed) || self.core.closing() { Err(Cancelled) } else { Ok(()) }
    }

    /// Says that `done` of `total` units of work are done (`total` 0: unknown). The asker is woken when the
    /// thousandth shown changes (each change, if the total is unknown), at most every 50 ms.
    pub fn progress(&self, done: u64, total: u64) {
        let s = &self.shared;
        let (old, old_total) = (s.done.swap(done, Relaxed), s.total.swap(total, Relaxed));
        let shown = |d: u64, t: u64| (u128::from(d) * 1000).checked_div(u128::from(t)).unwrap_or(u128::from(d));
        if total != old_total || shown(done, total) != shown(old, old_total) {
            s.owed.store(true, Relaxed);
        }
        self.pay();
    }

    /// Begins a stage, named by a fixed key; done and total start again at 0.
    pub fn stage(&self, stage: &'static str) {
        *lock(&self.shared.stage) = stage;
        self.shared.done.store(0, Relaxed);
        self.shared.total.store(0, Relaxed);
        self.shared.owed.store(true, Relaxed);
        self.pay();
    }

    /// Wakes the asker if something changed and 50 ms have passed since the last wake; else it stays owed.
    fn pay(&self) {
        if self.shared.owed.load(Relaxed) && self.core.may_wake() {
            self.shared.owed.store(false, Relaxed);
            self.core.wake();
        }
    }
}
