//! The clock, the counting allocator and the lines that are printed.

use crate::town::Town;
use cpu_time::ProcessTime;
use serde_json::{Map, Value, json};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Bytes in use.
static LIVE: AtomicI64 = AtomicI64::new(0);

/// The system's allocator, and how much of it is in use.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// Every call is passed on to the system's allocator as it came; the count is beside it.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size() as i64, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size() as i64, Ordering::Relaxed);
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LIVE.fetch_add(size as i64 - layout.size() as i64, Ordering::Relaxed);
        unsafe { System.realloc(at, layout, size) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as i64, Ordering::Relaxed);
        unsafe { System.dealloc(at, layout) }
    }
}

/// Bytes in use now.
pub fn live_bytes() -> i64 {
    LIVE.load(Ordering::Relaxed)
}

/// Processor time of one call; what it gives back is dropped outside.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let t = ProcessTime::now();
    let out = work();
    (out, t.elapsed())
}

/// Some runs of something that takes long, after one to warm up.
pub fn repeat<T>(mut work: impl FnMut() -> T) -> Vec<Duration> {
    drop(std::hint::black_box(work()));
    (0..15).map(|_| timed(|| std::hint::black_box(work())).1).collect()
}

/// Each of many things that are done one by one.
pub fn each<T>(of: &[T], mut work: impl FnMut(&T)) -> Vec<Duration> {
    of.iter().map(|x| timed(|| work(x)).1).collect()
}

/// A line of the result: name, n, median, p99, unit, and what else there is to say.
pub struct Line(Map<String, Value>);

impl Line {
    pub fn new(name: &str, town: &Town) -> Line {
        let mut m = Map::new();
        m.insert("name".into(), json!(name));
        m.insert("town".into(), json!(town.name));
        Line(m)
    }

    /// One more member.
    pub fn with(mut self, key: &str, value: Value) -> Line {
        self.0.insert(key.into(), value);
        self
    }

    /// Prints the times.
    pub fn spread(self, times: Vec<Duration>) {
        self.shared(times, 1);
    }

    /// Prints the times of runs that each did something so many times over.
    pub fn shared(self, times: Vec<Duration>, times_over: usize) {
        let us = |d: Duration| d.as_nanos() as f64 / 1e3 / times_over as f64;
        self.print(times.into_iter().map(us).collect(), "us");
    }

    /// Prints median and 99th percentile of values.
    pub fn print(mut self, mut values: Vec<f64>, unit: &str) {
        values.sort_unstable_by(f64::total_cmp);
        let last = values.len().saturating_sub(1) as f64;
        let at = |share: f64| values.get((last * share).round() as usize).copied().unwrap_or(0.0);
        let round = |v: f64| (v * 1000.0).round() / 1000.0;
        let spread = [("n", json!(values.len())), ("median", json!(round(at(0.5)))), ("p99", json!(round(at(0.99))))];
        for (key, value) in spread {
            self.0.insert(key.into(), value);
        }
        self.0.insert("unit".into(), json!(unit));
        println!("{}", Value::Object(self.0));
    }
}
