//! A slot for work of which only the newest request matters.

use super::{Job, JobError, Jobs, Progress, Token};

type Work<T> = Box<dyn FnOnce(&Token) -> Result<T, JobError> + Send>;

/// At most one request runs and at most one waits; a newer one takes the waiting one's place, which then never runs.
///
/// The running one is let finish and its result delivered, so that a slider being dragged or a time being played
/// shows what it can instead of nothing until it rests; [`Latest::clear`] says that what runs is wrong by now:
/// it is cancelled, and no result asked for before that is ever delivered.
pub struct Latest<T> {
    running: Option<(u64, Job<T>)>,
    waiting: Option<(u64, String, Work<T>)>,
    newest: u64,
    /// Results of this generation or an older one are dropped.
    void: u64,
}

impl<T> Default for Latest<T> {
    fn default() -> Latest<T> {
        Latest { running: None, waiting: None, newest: 0, void: 0 }
    }
}

impl<T: Send + 'static> Latest<T> {
    /// Asks for work; it starts at once if nothing runs, else it waits, in place of what waited. Returns its
    /// generation: 1, 2, 3, …
    pub fn request(
        &mut self,
        jobs: &Jobs,
        label: &str,
        f: impl FnOnce(&Token) -> Result<T, JobError> + Send + 'static,
    ) -> u64 {
        self.newest += 1;
        if self.running.is_none() {
            self.running = Some((self.newest, jobs.spawn(label, f)));
        } else {
            self.waiting = Some((self.newest, label.to_owned(), Box::new(f)));
        }
        self.newest
    }

    /// Cancels what runs, forgets what waits; none of it is delivered.
    pub fn clear(&mut self) {
        self.void = self.newest;
        self.waiting = None;
        if let Some((_, job)) = &self.running {
            job.cancel();
        }
    }

    /// The next result with its generation, in the order asked for; starts what waits. To be called after every wake.
    pub fn poll(&mut self, jobs: &Jobs) -> Option<(u64, Result<T, JobError>)> {
        let (generation, job) = self.running.as_mut()?;
        let (generation, result) = (*generation, job.poll()?);
        self.running = self.waiting.take().map(|(g, label, f)| (g, jobs.spawn(&label, f)));
        (generation > self.void).then_some((generation, result))
    }

    /// Whether a request that will be delivered runs or waits.
    pub fn busy(&self) -> bool {
        self.waiting.is_some() || self.running.as_ref().is_some_and(|(g, _)| *g > self.void)
    }

    /// How far the running request is.
    pub fn progress(&self) -> Option<Progress> {
        self.running.as_ref().filter(|(g, _)| *g > self.void).map(|(_, job)| job.progress())
    }
}
