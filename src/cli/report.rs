//! What is printed, and how long each phase took.

use super::args::Common;
use super::stop::Stop;
use crate::model::{Lang, is_bidi, shown};
use cpu_time::ProcessTime;
use serde_json::{Value, json};
use std::io::Write;
use std::time::Instant;

/// A phase of a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    /// File → project.
    Read,
    /// The point locator.
    Index,
    /// All anchors placed anew.
    Assign,
    /// Display list → image.
    Paint,
    /// Project → file.
    Save,
}

const PHASES: [(Phase, &str); 5] = [
    (Phase::Read, "read"),
    (Phase::Index, "index"),
    (Phase::Assign, "assign"),
    (Phase::Paint, "paint"),
    (Phase::Save, "save"),
];

/// Collects timings and prints the answer.
pub(super) struct Report {
    json: bool,
    timed: bool,
    pub lang: Lang,
    start: (Instant, Option<ProcessTime>),
    /// Wall and processor milliseconds of each phase.
    spent: [(f64, f64); PHASES.len()],
    /// Whether the project was saved.
    pub saved: bool,
}

impl Report {
    pub fn new(common: &Common) -> Report {
        Report {
            json: common.json,
            timed: common.timings,
            lang: common.lang(),
            start: (Instant::now(), ProcessTime::try_now().ok()),
            spent: [(0.0, 0.0); PHASES.len()],
            saved: false,
        }
    }

    /// Whether timings were asked for.
    pub fn timed(&self) -> bool {
        self.timed
    }

    /// Does something as part of a phase.
    pub fn phase<T>(&mut self, phase: Phase, work: impl FnOnce() -> T) -> T {
        let start = (Instant::now(), ProcessTime::try_now().ok());
        let out = work();
        let (wall, cpu) = since(&start);
        if let Some(i) = PHASES.iter().position(|p| p.0 == phase) {
            self.spent[i].0 += wall;
            self.spent[i].1 += cpu;
        }
        out
    }

    /// `timings_ms` and `cpu_ms`, milliseconds to three decimals.
    pub fn timings(&self) -> (Value, Value) {
        let total = since(&self.start);
        let of = |f: &dyn Fn(&(f64, f64)) -> f64| {
            let round = |v: f64| (v * 1000.0).round() / 1000.0;
            let mut map = serde_json::Map::new();
            for ((_, name), spent) in PHASES.iter().zip(&self.spent) {
                map.insert((*name).to_owned(), json!(round(f(spent))));
            }
            map.insert("total".to_owned(), json!(round(f(&total))));
            Value::Object(map)
        };
        (of(&|s| s.0), of(&|s| s.1))
    }

    /// Prints the answer: with `--json` the document, with the timings if they were asked for (a list then stands in
    /// `items`); else `text`.
    pub fn print(&self, mut document: Value, text: impl FnOnce(Lang) -> String) -> Result<(), Stop> {
        let (wall, cpu) = self.timings();
        if self.timed {
            if document.is_array() {
                document = json!({ "items": document });
            }
            document["timings_ms"] = wall.clone();
            document["cpu_ms"] = cpu;
        }
        let mut out = if self.json { document.to_string() } else { text(self.lang) };
        if !self.json && self.timed {
            out.push_str(&format!("\ntimings_ms {wall}"));
        }
        line(&out).map_err(|e| self.unsaid(&e))
    }

    /// What is to be said where the answer could not be written.
    pub fn unsaid(&self, e: &std::io::Error) -> Stop {
        let (zh, en) = if self.saved {
            ("修改已保存在项目文件里", "The changes are saved in the project file")
        } else {
            ("项目文件未改动", "The project file is as it was")
        };
        let why = crate::model::Said::from(e);
        Stop::new(
            format!("结果没有写出去：{}。{zh}。请换一个地方接收结果。", why.zh),
            format!("The answer could not be written: {}. {en}. Send the answer elsewhere.", why.en),
        )
    }

    /// A remark beside the answer.
    pub fn note(&self, said: &crate::model::Said) {
        tell(said.get(self.lang));
    }
}

/// Text as it may be printed: what steers a terminal or turns the direction of a line is a sign or, within JSON, its
/// number. Everything that is printed goes through here.
pub fn printable(text: &str) -> String {
    if text.starts_with(['{', '[']) {
        // A document holds such characters only within texts. Other text may begin so too, with any of them.
        let steers = |c: char| c.is_control() && c != '\n' || is_bidi(c);
        if text.contains(steers) {
            let c = |c: char| if steers(c) { format!("\\u{:04x}", c as u32) } else { c.to_string() };
            return text.chars().map(c).collect();
        }
        return text.to_owned();
    }
    text.split('\n').map(shown).collect::<Vec<_>>().join("\n")
}

/// Prints a line and flushes it. A reader that has gone (`… | head`) has what it wanted: that is no error.
pub(super) fn line(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{}", printable(text)).and_then(|()| out.flush()) {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// Says something on stderr. What cannot be said there cannot be said at all.
pub(super) fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", printable(text));
}

fn since(start: &(Instant, Option<ProcessTime>)) -> (f64, f64) {
    let ms = |d: std::time::Duration| d.as_secs_f64() * 1000.0;
    let cpu = start.1.and_then(|s| Some(ProcessTime::try_now().ok()?.duration_since(s)));
    (ms(start.0.elapsed()), cpu.map_or(0.0, ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_printed_steers_a_terminal() {
        assert_eq!(printable("一\n\u{1b}[2J二\u{9b}3m\u{202e}\r"), "一\n\u{fffd}[2J二\u{fffd}3m\u{fffd}\u{fffd}");
        let json = json!({ "a": "\u{1b}\u{9b}\u{7f}\u{202e}网" });
        let text = printable(&json.to_string());
        assert!(!text.chars().any(|c| c.is_control() || is_bidi(c)), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json);
        assert_eq!(printable("[a]\u{1b}]0;x\u{7}.geojson\n二\r"), "[a]\\u001b]0;x\\u0007.geojson\n二\\u000d");
        assert_eq!(printable("[1,\n2]"), "[1,\n2]");
    }
}
