//! The command line: the subcommands of the program, on the same session as the window.
//!
//! Owns: arguments ([`Cli`]), what is printed, exit codes, the clock and the random replica number.
//! Never: domain decisions, the window. Fields, options and codes are a contract: scripts rely on them.
//! Start at [`run`].
//!
//! Exit code 0 = done and clean, 1 = done and something is wrong (rules broken, rows or edits refused), 2 = could not be
//! done. With `--json` one document goes to stdout (`edit`: JSON Lines, always); all else goes to stderr.

mod args;
mod ask;
mod clock;
mod edit;
mod export;
mod files;
mod import;
mod make;
mod matched;
mod picture;
mod project;
mod report;
mod stop;
mod tables;
mod underlay;
mod words;

pub use args::{Cli, Window};
pub use report::printable;
pub use stop::Stop;

use args::{Command, Common};
use clap::Parser;
use report::Report;
use std::ffi::OsString;

/// What the program was asked for.
pub enum Asked {
    /// The window, on a file or the start page.
    Window(Window),
    /// A subcommand has run; its exit code.
    Done(i32),
}

/// Reads the arguments and runs the subcommand, if there is one. Help goes to stdout, everything wrong to stderr.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Asked {
    let args: Vec<OsString> = args.into_iter().collect();
    let zh = words::is_chinese(&args);
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(e) if !e.use_stderr() => {
            let text = if zh { words::help(&e.to_string()) } else { e.to_string() };
            // Nobody listens to a closed pipe.
            let _ = report::line(text.trim_end());
            return Asked::Done(0);
        }
        Err(e) => {
            let (what, kept) = if zh {
                (words::error(&e), "没有改动任何文件。用 getu --help 查看用法。")
            } else {
                (e.to_string(), "No file was changed. See getu --help.")
            };
            report::tell(&format!("{}\n{kept}", what.trim_end()));
            return Asked::Done(2);
        }
    };
    let Cli { command, common, file } = cli;
    let Some(command) = command else {
        return Asked::Window(Window { file, timings: common.timings });
    };
    if let Some(file) = file {
        let text = format!("{}", file.display());
        let said = crate::model::Said::new(
            format!("“{text}”后面不能再写子命令。没有改动任何文件。用 getu --help 查看用法。"),
            format!("No subcommand can follow \"{text}\". No file was changed. See getu --help."),
        );
        report::tell(said.get(common.lang()));
        return Asked::Done(2);
    }
    let mut report = Report::new(&common);
    match perform(&command, &common, &mut report) {
        Ok(code) => Asked::Done(code),
        Err(stop) => {
            report::tell(stop.said().get(common.lang()));
            Asked::Done(2)
        }
    }
}

fn perform(command: &Command, common: &Common, r: &mut Report) -> Result<i32, Stop> {
    match command {
        Command::Sample(a) => make::sample(a, common, r),
        Command::New(a) => make::new(a, common, r),
        Command::Import(a) => import::import(a, common, r),
        Command::Info(a) => ask::info(a, common, r),
        Command::Check(a) => ask::check(a, common, r),
        Command::Stats(a) => ask::stats(a, common, r),
        Command::Where(a) => ask::place(a, common, r),
        Command::Log(a) => ask::log(a, common, r),
        Command::Edit(a) => edit::edit(a, common, r),
        Command::Undo(a) => edit::step(a, true, common, r),
        Command::Redo(a) => edit::step(a, false, common, r),
        Command::Plan(a) => edit::plan(a, common, r),
        Command::Heatmap(a) => picture::heatmap(a, common, r),
        Command::Render(a) => picture::render(a, common, r),
        Command::Export(a) => export::export(a, common, r),
        Command::Underlay(a) => underlay::underlay(a, common, r),
    }
}
