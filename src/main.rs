//! The program: arguments, logging, panic hook; nothing else.

use getu::cli::{Asked, Window, printable};
use std::process::ExitCode;

fn main() -> ExitCode {
    let started = std::time::Instant::now();
    let level = std::env::var("GETU_LOG").ok().and_then(|l| l.parse().ok()).unwrap_or(log::LevelFilter::Warn);
    log::set_max_level(level);
    // Setting it fails only if there is a logger already, and there is none.
    let _ = log::set_logger(&ToStderr);
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|l| format!("{}:{}", l.file(), l.line())).unwrap_or_default();
        eprintln!(
            "程序内部出了问题（{place}）。已保存的文件未受影响。请记下这一行，附上做法反馈给我们。\n\
             Something went wrong inside the program ({place}). Saved files are as they were. Please report this line."
        );
        log::error!("{info}");
    }));
    let code = std::panic::catch_unwind(|| match getu::cli::run(std::env::args_os()) {
        Asked::Done(code) => code,
        Asked::Window(asked) => window(asked, started),
    });
    ExitCode::from(u8::try_from(code.unwrap_or(2)).unwrap_or(2))
}

#[cfg(feature = "gui")]
fn window(asked: Window, started: std::time::Instant) -> i32 {
    match getu::ui::run(asked.file, started, asked.timings) {
        Ok(()) => 0,
        Err(e) => {
            eprintln!("{}", printable(&e.to_string()));
            2
        }
    }
}

#[cfg(not(feature = "gui"))]
fn window(_: Window, _: std::time::Instant) -> i32 {
    eprintln!(
        "这个程序没有带窗口。没有改动任何文件。请用带窗口的版本，或用 getu --help 里的子命令。\n\
         This build has no window. No file was changed. Use one with a window, or the subcommands of getu --help."
    );
    2
}

/// What is logged goes to stderr, so that stdout holds answers only.
struct ToStderr;

impl log::Log for ToStderr {
    fn enabled(&self, m: &log::Metadata<'_>) -> bool {
        m.level() <= log::max_level()
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            // What is logged may quote a file's name.
            let text = format!("{} {}: {}", record.level(), record.target(), record.args());
            eprintln!("{}", printable(&text));
        }
    }

    fn flush(&self) {}
}
