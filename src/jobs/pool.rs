//! The threads and their queue.

use super::token::Shared;
use super::{Job, JobError, Token, lock};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// Most jobs that run at once; the rest wait in the order they came.
pub const MAX_RUNNING: usize = 4;
/// Most jobs that wait; one more is refused with [`JobError::Full`].
pub const MAX_WAITING: usize = 64;
/// Shortest time between two wakes for progress.
const WAKE_EVERY_MS: u64 = 50;
/// Longest wait for running jobs when [`Jobs`] is dropped.
const FAREWELL: Duration = Duration::from_secs(2);

type Task = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Task>,
    workers: usize,
}

/// What the pool, its threads and its tokens share.
pub(super) struct Core {
    wake: Box<dyn Fn() + Send + Sync>,
    start: Instant,
    /// When progress last woke the asker, in ms after `start`, plus one; 0 = never.
    last_wake: AtomicU64,
    closing: AtomicBool,
    queue: Mutex<Queue>,
    idle: Condvar,
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let q = lock(&self.queue);
        f.debug_struct("Jobs").field("running", &q.workers).field("waiting", &q.waiting.len()).finish()
    }
}

impl Core {
    pub fn closing(&self) -> bool {
        self.closing.load(Relaxed)
    }

    /// Whether a wake for progress is due; if so its turn is taken.
    pub fn may_wake(&self) -> bool {
        let now = self.start.elapsed().as_millis() as u64 + 1;
        let last = self.last_wake.load(Relaxed);
        (last == 0 || now.saturating_sub(last) >= WAKE_EVERY_MS)
            && self.last_wake.compare_exchange(last, now, Relaxed, Relaxed).is_ok()
    }

    /// Wakes the asker. A panic in its closure must not take a worker with it.
    pub fn wake(&self) {
        if catch_unwind(AssertUnwindSafe(|| (self.wake)())).is_err() {
            log::error!("the wake of a job panicked");
        }
    }
}

/// The pool. Threads are started when there is work and end when there is none.
///
/// Dropping it cancels every job and waits for the running ones, at most two seconds.
#[derive(Debug)]
pub struct Jobs {
    core: Arc<Core>,
}

impl Jobs {
    /// A pool that calls `wake` from its own threads: for progress at most every 50 ms, and once as each job ends,
    /// after its result can be polled.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Jobs {
        Jobs {
            core: Arc::new(Core {
                wake: Box::new(wake),
                start: Instant::now(),
                last_wake: AtomicU64::new(0),
                closing: AtomicBool::new(false),
                queue: Mutex::default(),
                idle: Condvar::new(),
            }),
        }
    }

    /// Runs `f` on another thread as soon as one of [`MAX_RUNNING`] is free. Never blocks; a job that cannot be
    /// taken ends at once with [`JobError::Full`] or [`JobError::NoThread`]. Dropping the [`Job`] cancels it.
    pub fn spawn<T: Send + 'static>(
        &self,
        label: &str,
        f: impl FnOnce(&Token) -> Result<T, JobError> + Send + 'static,
    ) -> Job<T> {
        let token = Token { shared: Arc::new(Shared::new(label)), core: self.core.clone() };
        let job = Job::new(token.shared.clone());
        let result = job.result.clone();
        let task: Task = Box::new(move || {
            let end = catch_unwind(AssertUnwindSafe(|| {
                token.check()?;
                f(&token)
            }));
            *lock(&result) = Some(end.unwrap_or_else(|panic| Err(JobError::Panicked(panic_text(panic.as_ref())))));
            token.core.wake();
        });
        if let Err(e) = self.enqueue(task) {
            *lock(&job.result) = Some(Err(e));
            self.core.wake();
        }
        job
    }

    /// Gives up a value on another thread: what holds a million pieces takes long to go. Where no thread is free soon it
    /// goes here and now.
    pub fn let_go(&self, value: impl Send + 'static) {
        // A task that is not taken is dropped, and the value with it.
        let _ = self.enqueue(Box::new(move || drop(value)));
    }

    /// How many jobs run and how many wait.
    pub fn load(&self) -> (usize, usize) {
        let q = lock(&self.core.queue);
        (q.workers, q.waiting.len())
    }

    fn enqueue(&self, task: Task) -> Result<(), JobError> {
        let mut q = lock(&self.core.queue);
        if q.waiting.len() >= MAX_WAITING {
            return Err(JobError::Full);
        }
        q.waiting.push_back(task);
        if q.workers < MAX_RUNNING {
            let core = self.core.clone();
            match std::thread::Builder::new().name("job".into()).spawn(move || work(&core)) {
                Ok(_) => q.workers += 1,
                // With no worker at all nobody would ever come for it.
                Err(e) if q.workers == 0 => {
                    q.waiting.pop_back();
                    return Err(JobError::NoThread(e.to_string()));
                }
                Err(e) => log::warn!("a job waits, no thread could be started: {e}"),
            }
        }
        Ok(())
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.core.closing.store(true, Relaxed);
        let q = lock(&self.core.queue);
        let wait = self.core.idle.wait_timeout_while(q, FAREWELL, |q| q.workers > 0);
        if let Ok((q, _)) = wait
            && q.workers > 0
        {
            log::warn!("{} jobs did not answer the cancel and are left to themselves", q.workers);
        }
    }
}

/// One thread: takes tasks until there are none. A task never panics.
fn work(core: &Core) {
    loop {
        let mut q = lock(&core.queue);
        let Some(task) = q.waiting.pop_front() else {
            q.workers -= 1;
            core.idle.notify_all();
            return;
        };
        drop(q);
        task();
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").to_owned()
}
