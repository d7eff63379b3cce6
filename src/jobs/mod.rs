//! Slow work off the window's thread: threads, progress, cancel, and a slot where the newest request wins.
//!
//! Owns: [`Jobs`] (at most [`MAX_RUNNING`] threads, at most [`MAX_WAITING`] jobs in the queue), [`Token`] (the
//! job's side: cancel and progress), [`Job`] (the asker's side: poll and cancel), [`Latest`].
//! Never: domain words, results kept after they were taken, a thread that outlives its work.
//! Start at [`Jobs::spawn`].
//!
//! A job asks [`Token::check`] at least every 50 ms; then a cancel is answered within that time. A panic inside a
//! job becomes [`JobError::Panicked`] and reaches nobody else.

mod error;
mod job;
mod latest;
mod pool;
mod token;

#[cfg(test)]
mod tests;

pub use error::{Cancelled, JobError};
pub use job::Job;
pub use latest::Latest;
pub use pool::{Jobs, MAX_RUNNING, MAX_WAITING};
pub use token::{Progress, Token};

/// The guarded value; a lock that a panic left behind is taken over, because nothing here is changed in two steps.
fn lock<T>(m: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    m.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
