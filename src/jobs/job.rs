//! The asker's side of a job.

use super::token::Shared;
use super::{JobError, Progress, lock};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};

/// A job asked for. Dropping it cancels the job without waiting for it.
#[derive(Debug)]
#[must_use = "a job is cancelled when it is dropped"]
pub struct Job<T> {
    shared: Arc<Shared>,
    pub(super) result: Arc<Mutex<Option<Result<T, JobError>>>>,
}

impl<T> Job<T> {
    pub(super) fn new(shared: Arc<Shared>) -> Job<T> {
        Job { shared, result: Arc::default() }
    }

    /// The result, once, as soon as there is one; never blocks. Work that was finished before it noticed a cancel
    /// still gives its `Ok`: it was done, and the asker should know.
    pub fn poll(&mut self) -> Option<Result<T, JobError>> {
        lock(&self.result).take()
    }

    /// Asks the job to stop; it ends with [`JobError::Cancelled`] at its next [`super::Token::check`].
    pub fn cancel(&self) {
        self.shared.cancelled.store(true, Relaxed);
    }

    /// How far the job is.
    pub fn progress(&self) -> Progress {
        self.shared.progress()
    }
}

impl<T> Drop for Job<T> {
    fn drop(&mut self) {
        self.cancel();
    }
}
