//! How long the window's own thread works for a frame: processor time, so that neither the graphics device nor other
//! programs count. Printed with `--timings`; a frame over [`LONG`] is logged at level `debug`.

use cpu_time::ThreadTime;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A frame that takes longer is logged.
const LONG: Duration = Duration::from_millis(8);
/// Most frames kept: more than an hour of them.
const MOST: usize = 1 << 18;

/// Parts of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Layers, labels and symbols brought up to date.
    pub scene: Duration,
    /// What the painter prepares: buffers, passes.
    pub painter: Duration,
}

/// Times of the frames so far.
pub struct Timings {
    /// When the process began, until the first frame that shows what was asked for.
    started: Option<Instant>,
    /// Whether the last frame showed what was asked for.
    ready: bool,
    began: (ThreadTime, Instant),
    ended: Option<ThreadTime>,
    /// Milliseconds of each frame: our code, of that scene and painter, the toolkit after it, wall time of our code.
    frames: Vec<[f32; 5]>,
}

const NAMES: [&str; 5] = ["frame", "scene", "painter", "toolkit", "wall"];

impl Timings {
    /// Times of a process that began at `started`.
    pub fn new(started: Instant) -> Timings {
        let began = (ThreadTime::now(), Instant::now());
        Timings { started: Some(started), ready: false, began, ended: None, frames: Vec::new() }
    }

    /// A frame begins.
    pub fn begin(&mut self) {
        let toolkit = self.ended.take().map(|t| ms(t.elapsed()));
        if let (Some(ms), Some(last)) = (toolkit, self.frames.last_mut()) {
            last[3] = ms;
        }
        self.began = (ThreadTime::now(), Instant::now());
    }

    /// A frame ends. `idle`: nothing that was asked for is still on its way.
    pub fn end(&mut self, spent: Spent, idle: bool) {
        let (own, wall) = (self.began.0.elapsed(), self.began.1.elapsed());
        if own > LONG {
            let n = self.frames.len();
            log::info!("frame {n}: {own:?} of processor time, scene {:?}, painter {:?}", spent.scene, spent.painter);
        }
        if self.frames.len() < MOST {
            self.frames.push([ms(own), ms(spent.scene), ms(spent.painter), 0.0, ms(wall)]);
        }
        self.ended = Some(ThreadTime::now());
        // What was asked for was on the screen in the frame before this one.
        let seen = std::mem::replace(&mut self.ready, idle);
        if seen
            && idle
            && let Some(started) = self.started.take()
        {
            println!("{{\"first_frame\":{:.1}}}", started.elapsed().as_secs_f64() * 1000.0);
        }
    }

    /// Frames with median, 95th percentile and greatest of each part, ms; `null` without a frame.
    pub fn summary(&self) -> Value {
        let mut out = json!({ "frames": self.frames.len() });
        for (i, name) in NAMES.iter().enumerate() {
            let mut v: Vec<f32> = self.frames.iter().map(|f| f[i]).collect();
            v.sort_by(f32::total_cmp);
            let at = |share: f64| {
                let k = ((v.len() as f64 * share) as usize).min(v.len().saturating_sub(1));
                v.get(k).map(|ms| (f64::from(*ms) * 1000.0).round() / 1000.0)
            };
            out[format!("{name}_ms")] = json!({ "median": at(0.5), "p95": at(0.95), "max": at(1.0) });
        }
        out
    }
}

/// Processor time of this thread from now on.
pub fn clock() -> ThreadTime {
    ThreadTime::now()
}

fn ms(d: Duration) -> f32 {
    d.as_secs_f32() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_tells_work_from_waiting() {
        let mut t = Timings::new(Instant::now());
        t.begin();
        std::thread::sleep(Duration::from_millis(30));
        t.end(Spent { scene: Duration::from_millis(2), painter: Duration::from_millis(1) }, true);
        t.begin();
        let s = t.summary();
        assert_eq!(s["frames"], 1);
        assert!(s["wall_ms"]["max"].as_f64().unwrap() >= 30.0);
        assert!(s["frame_ms"]["max"].as_f64().unwrap() < 20.0, "{s}");
        assert_eq!(s["scene_ms"]["median"], 2.0);
        assert_eq!(Timings::new(Instant::now()).summary()["frame_ms"]["max"], Value::Null);
    }
}
