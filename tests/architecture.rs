//! The walls between the rooms. One crate has none by itself, so this test reads the sources: every path outside
//! comments and strings, held against the order of the rooms. `scan` is tried below on texts that must be refused.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The rooms in the order of the house; a room may use those that stand before it.
const ROOMS: &[&str] = &[
    "geom", "index", "jobs", // knowing no domain word
    "crs", "model", "topology", // the nouns and the partition
    "plan", "heat", "sample", // pure values
    "assign", //
    "rules", "store", "exchange", "scene", //
    "report", "session", //
    "ui", "cli",
];

/// Rooms that may use less than what stands before them.
const NARROW: &[(&str, &[&str])] = &[
    ("sample", &["geom", "index", "model"]),
    ("cli", &["!ui"]), // the two faces of the program do not know each other
];

/// A thing that only some rooms may touch. A name with `::` is the beginning of a path, one with `.` a method, one
/// alone any word.
struct Reserved {
    rule: &'static str,
    names: &'static [&'static str],
    /// Rooms, and `main` for the program's own file.
    rooms: &'static [&'static str],
    /// Whether test modules may use it anyway.
    tests: bool,
}

const RESERVED: &[Reserved] = &[
    Reserved {
        rule: "window",
        names: &["egui", "eframe", "wgpu", "egui_wgpu", "egui_kittest", "winit", "rfd"],
        rooms: &["ui"],
        tests: false,
    },
    Reserved { rule: "database", names: &["rusqlite"], rooms: &["store", "exchange"], tests: false },
    Reserved { rule: "proj", names: &["proj::", "proj_sys"], rooms: &["crs"], tests: false },
    Reserved {
        rule: "files",
        names: &[
            "std::fs",
            ".is_file",
            ".is_dir",
            ".read_dir",
            ".read_link",
            ".canonicalize",
            ".try_exists",
            ".symlink_metadata",
        ],
        rooms: &["store", "exchange", "report", "cli", "main"],
        tests: true,
    },
    Reserved {
        rule: "clock",
        // UNIX_EPOCH is a constant: times of files are counted from it.
        names: &["SystemTime", "Instant"],
        rooms: &["jobs", "ui", "cli", "main"],
        tests: true,
    },
    Reserved {
        rule: "randomness",
        names: &["RandomState", "DefaultHasher", "rand::", "fastrand", "getrandom"],
        rooms: &["jobs", "ui", "cli", "main"],
        tests: true,
    },
    Reserved {
        rule: "threads",
        names: &["std::thread", "rayon", "crossbeam"],
        rooms: &["jobs", "session", "ui", "cli", "main"],
        tests: true,
    },
];

#[derive(Debug, PartialEq, Eq)]
struct Offence {
    rule: &'static str,
    text: String,
}

// ---- from text to words ----------------------------------------------------------------------------------------

/// The text with everything in comments, strings and character literals blanked; lines stay where they are.
fn blank(text: &str) -> String {
    let c: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let hide = |out: &mut String, part: &[char]| out.extend(part.iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
    let is_word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric() || *c == '_');
    let mut i = 0;
    while i < c.len() {
        let end = match c[i] {
            '/' if c.get(i + 1) == Some(&'/') => c[i..].iter().position(|c| *c == '\n').map_or(c.len(), |n| i + n),
            '/' if c.get(i + 1) == Some(&'*') => end_of_comment(&c, i),
            '"' => end_of_string(&c, i),
            // r"…", r#"…"#, and with b or c before; r#name is a word. A word that only ends in r is none of these.
            'r' | 'b' | 'c' if i == 0 || !is_word(c.get(i - 1)) => {
                let raw = i + usize::from(c[i] != 'r');
                let hashes = c.get(raw + 1..).unwrap_or(&[]).iter().take_while(|c| **c == '#').count();
                if c.get(raw) == Some(&'r') && c.get(raw + 1 + hashes) == Some(&'"') {
                    end_of_raw(&c, raw + 1 + hashes, hashes)
                } else {
                    i
                }
            }
            // 'x' and '\…' are characters, 'name a lifetime.
            '\'' if c.get(i + 1) == Some(&'\\') => {
                c.get(i + 3..).and_then(|rest| rest.iter().position(|c| *c == '\'')).map_or(c.len(), |n| i + 4 + n)
            }
            '\'' if c.get(i + 2) == Some(&'\'') => i + 3,
            _ => i,
        };
        if end > i {
            hide(&mut out, &c[i..end.min(c.len())]);
            i = end;
        } else {
            out.push(c[i]);
            i += 1;
        }
    }
    out
}

fn end_of_comment(c: &[char], from: usize) -> usize {
    let (mut depth, mut i) = (0, from);
    while i < c.len() {
        match (c[i], c.get(i + 1)) {
            ('/', Some('*')) => (depth, i) = (depth + 1, i + 2),
            ('*', Some('/')) => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
    c.len()
}

fn end_of_string(c: &[char], quote: usize) -> usize {
    let mut i = quote + 1;
    while i < c.len() && c[i] != '"' {
        i += 1 + usize::from(c[i] == '\\');
    }
    i + 1
}

fn end_of_raw(c: &[char], quote: usize, hashes: usize) -> usize {
    let closes = |i: usize| c[i] == '"' && c[i + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
    (quote + 1..c.len()).find(|i| closes(*i)).map_or(c.len(), |i| i + 1 + hashes)
}

#[derive(Clone, Debug)]
struct Word {
    text: String,
    line: usize,
    /// Inside an item under `#[cfg(test)]`.
    test: bool,
}

/// Names, `::`, and every other sign by itself.
fn words(text: &str) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::new();
    for (line, content) in blank(text).lines().enumerate() {
        let mut rest = content.replace("r#", "");
        while let Some(first) = rest.chars().next() {
            let len = if first.is_alphanumeric() || first == '_' {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            let tail = rest.split_off(len);
            if !first.is_whitespace() {
                out.push(Word { text: rest, line: line + 1, test: false });
            }
            rest = tail;
        }
    }
    mark_tests(&mut out);
    out
}

fn is(words: &[Word], at: usize, text: &str) -> bool {
    words.get(at).is_some_and(|w| w.text == text)
}

/// Past the bracket that closes the one at `at`.
fn past_bracket(words: &[Word], at: usize) -> usize {
    let mut depth = 0;
    for (i, word) in words.iter().enumerate().skip(at) {
        match word.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return i + 1;
        }
    }
    words.len()
}

/// `#[cfg(test)]`, `#[cfg(all(test, …))]` and `#[test]`: the attribute ends at the number given back.
fn test_attribute(words: &[Word], at: usize) -> Option<usize> {
    if !is(words, at, "#") || !is(words, at + 1, "[") {
        return None;
    }
    let end = past_bracket(words, at + 1);
    let inner: Vec<&str> = words[at + 2..end - 1].iter().map(|w| w.text.as_str()).collect();
    let cfg =
        inner.first() == Some(&"cfg") && inner.contains(&"test") && !inner.iter().any(|w| ["not", "any"].contains(w));
    (cfg || inner == ["test"]).then_some(end)
}

fn mark_tests(words: &mut [Word]) {
    let mut i = 0;
    while i < words.len() {
        let Some(mut end) = test_attribute(words, i) else {
            i += 1;
            continue;
        };
        // The item: up to its `;` or its closing brace, brackets before it (arguments, attributes) included.
        while end < words.len() && !is(words, end, ";") && !is(words, end, "{") {
            end = if is(words, end, "(") || is(words, end, "[") { past_bracket(words, end) } else { end + 1 };
        }
        // `use a::{b, c};` has braces before its `;`.
        end = if is(words, end, "{") { past_bracket(words, end) } else { end + 1 }.min(words.len());
        words[i..end].iter_mut().for_each(|w| w.test = true);
        i = end;
    }
}

// ---- from words to paths ---------------------------------------------------------------------------------------

struct PathUse {
    parts: Vec<String>,
    /// The number of the word it begins with.
    at: usize,
    alias: Option<String>,
}

/// Words that no path goes on from.
const KEYWORDS: &[&str] = &["use", "as", "dyn", "else", "for", "if", "impl", "in", "match", "mut", "return", "where"];

/// Every path, those of a group written out one by one.
fn paths(words: &[Word]) -> Vec<PathUse> {
    let mut out = Vec::new();
    let is_name = |i: usize| {
        words.get(i).is_some_and(|w| {
            w.text.starts_with(|c: char| c.is_alphabetic() || c == '_') && !KEYWORDS.contains(&w.text.as_str())
        })
    };
    let mut i = 0;
    while i < words.len() {
        // `::name` at the beginning is a crate's name; `.name` is a method or field.
        let rooted = is(words, i, "::") && !(i > 0 && (is_name(i - 1) || is(words, i - 1, ">")));
        if (rooted && is_name(i + 1)) || (is_name(i) && !(i > 0 && is(words, i - 1, "."))) {
            i = tree(words, i + usize::from(rooted), &[], &mut out);
        } else {
            i += 1;
        }
    }
    out
}

/// Reads one path or tree of paths from `at`; gives back where it ends.
fn tree(words: &[Word], at: usize, before: &[String], out: &mut Vec<PathUse>) -> usize {
    let mut parts = before.to_vec();
    let mut i = at;
    loop {
        match words.get(i) {
            Some(w) if w.text == "{" && i > at => {
                let end = past_bracket(words, i);
                let mut k = i + 1;
                while k + 1 < end {
                    k = tree(words, k, &parts, out).max(k + 1);
                    while k + 1 < end && !is(words, k, ",") {
                        k += 1; // an alias
                    }
                    k += 1;
                }
                return end;
            }
            Some(w) => parts.push(w.text.clone()),
            None => break,
        }
        i += 1;
        if !is(words, i, "::") {
            break;
        }
        i += 1;
        if is(words, i, "<") {
            break; // `::<T>`; what stands in it is read on its own
        }
    }
    let alias = is(words, i, "as").then(|| words.get(i + 1).map(|w| w.text.clone())).flatten();
    out.push(PathUse { parts, at, alias });
    i
}

// ---- the rules -------------------------------------------------------------------------------------------------

/// Room and depth of the module of a file of src/: `geom/segment.rs` is `geom`, 2.
fn module_of(path: &str) -> (String, usize) {
    let mut names: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
    if names.last() == Some(&"mod") {
        names.pop();
    }
    match names.as_slice() {
        ["lib"] => ("lib".to_owned(), 0),
        ["main"] => ("main".to_owned(), 0),
        names => (names.first().copied().unwrap_or_default().to_owned(), names.len()),
    }
}

/// How many modules inside the file each word stands.
fn depths(words: &[Word]) -> Vec<usize> {
    let mut out = Vec::with_capacity(words.len());
    let mut ends: Vec<usize> = Vec::new();
    for i in 0..words.len() {
        ends.retain(|end| *end > i);
        out.push(ends.len());
        if is(words, i, "mod") && is(words, i + 2, "{") {
            ends.push(past_bracket(words, i + 2));
        }
    }
    out
}

fn may_use(room: &str, other: &str, test: bool) -> bool {
    let floor = |name: &str| ROOMS.iter().position(|r| *r == name);
    if test && other == "sample" {
        return true; // a test may draw its map from the generator
    }
    let narrow = NARROW.iter().find(|(r, _)| *r == room).is_none_or(|(_, list)| {
        list.contains(&other) || list.iter().any(|l| l.strip_prefix('!').is_some_and(|not| not != other))
    });
    floor(other).is_some() && (room == other || narrow && (floor(other) < floor(room)))
}

/// What is wrong in one file of src/. `test_file`: it is declared under `#[cfg(test)]`.
fn scan(path: &str, text: &str, test_file: bool) -> Vec<Offence> {
    let (room, depth) = module_of(path);
    let mut words = words(text);
    if test_file {
        words.iter_mut().for_each(|w| w.test = true);
    }
    let depths = depths(&words);
    let mut found = Vec::new();
    let mut say = |rule, line: usize, what: String| {
        let offence = Offence { rule, text: format!("src/{path}:{line}: {what}") };
        if !found.contains(&offence) {
            found.push(offence);
        }
    };

    let all = paths(&words);
    // Names under which another room is known in this file: `use crate::geom as g;`.
    let mut whole_rooms: BTreeSet<String> = BTreeSet::new();
    for p in &all {
        let named = |text: &str| p.parts.get(1).is_some_and(|n| n == text);
        if p.parts.len() == 2 && p.parts[0] == "crate" && !named(&room) && ROOMS.iter().any(|r| named(r)) {
            whole_rooms.insert(p.alias.clone().unwrap_or_else(|| p.parts[1].clone()));
        }
    }

    for p in &all {
        let word = &words[p.at];
        // `crate::…`, or `super::…` so often that it is the same.
        let ups = p.parts.iter().take_while(|n| *n == "super").count();
        let at_root = p.parts[0] == "crate" || p.parts[0] == "getu" || ups > 0 && ups >= depth + depths[p.at];
        let public = is_public_use(&words, p.at);
        if at_root && !(room == "lib" && ups > 0) {
            let skip = ups.max(1);
            match p.parts.get(skip).map(String::as_str) {
                None if p.parts[0] == "getu" => {}
                None if is_visibility(&words, p.at) => {}
                None | Some("*" | "self") => say("root", word.line, "the root of the crate is nobody's to use".into()),
                Some("main" | "lib") => {}
                Some(other) if room == "main" => {
                    if !["ui", "cli"].contains(&other) {
                        say("arrow", word.line, format!("main may use ui and cli only, not {other}"));
                    }
                }
                Some(other) => {
                    if !may_use(&room, other, word.test) {
                        say("arrow", word.line, format!("{room} may not use {other}"));
                    }
                    if public && other != room {
                        say("re-export", word.line, format!("{room} passes on what belongs to {other}"));
                    }
                }
            }
        } else if public && (room == "lib" || whole_rooms.contains(&p.parts[0])) {
            say("re-export", word.line, format!("{room} passes on {}", p.parts.join("::")));
        }
    }

    for r in RESERVED {
        if r.rooms.contains(&room.as_str()) {
            continue;
        }
        for name in r.names {
            let mut hits: Vec<usize> = Vec::new();
            if let Some(method) = name.strip_prefix('.') {
                hits.extend(
                    (1..words.len())
                        .filter(|i| is(&words, *i, method) && is(&words, i - 1, ".") && is(&words, i + 1, "(")),
                );
            } else if name.contains("::") {
                let start: Vec<&str> = name.split("::").filter(|n| !n.is_empty()).collect();
                let wanted = if start.len() == 1 { 2 } else { start.len() };
                let begins = |p: &&PathUse| p.parts.len() >= wanted && p.parts.iter().zip(&start).all(|(a, b)| a == b);
                hits.extend(all.iter().filter(begins).map(|p| p.at));
            } else {
                hits.extend((0..words.len()).filter(|i| is(&words, *i, name) && !(*i > 0 && is(&words, i - 1, "."))));
            }
            for hit in hits.into_iter().filter(|h| !(r.tests && words[*h].test)) {
                say(r.rule, words[hit].line, format!("{room} may not use {name}"));
            }
        }
    }
    if room == "lib" {
        let mods: Vec<&str> = (0..words.len())
            .filter(|i| is(&words, *i, "mod") && is(&words, i + 2, ";"))
            .map(|i| words[i + 1].text.as_str())
            .collect();
        let places: Vec<Option<usize>> = mods.iter().map(|m| ROOMS.iter().position(|r| r == m)).collect();
        for (name, place) in mods.iter().zip(&places) {
            if place.is_none() {
                say("rooms", 1, format!("{name} has no place in the order of the house"));
            }
        }
        if !places.is_sorted() {
            say("rooms", 1, "the rooms do not stand in the order of the house".into());
        }
    }
    found
}

/// Whether the path that begins at `at` stands in a `pub use …` or `pub(…) use …`.
fn is_public_use(words: &[Word], at: usize) -> bool {
    let Some(from) = words[..at].iter().rposition(|w| w.text == ";" || w.text == "use") else { return false };
    if words[from].text == ";" || words[from + 1..at].iter().any(|w| ["=", "(", "fn"].contains(&w.text.as_str())) {
        return false;
    }
    from > 0 && (is(words, from - 1, "pub") || is(words, from - 1, ")"))
}

/// `pub(crate)` and `pub(in crate::…)`.
fn is_visibility(words: &[Word], at: usize) -> bool {
    at >= 2 && is(words, at - 1, "(") && is(words, at - 2, "pub")
}

/// Names of the files that a file declares under `#[cfg(test)] mod name;`.
fn test_files(path: &str, text: &str) -> Vec<String> {
    let words = words(text);
    let stem = path.trim_end_matches(".rs");
    let folder = match stem.rsplit_once('/') {
        Some((folder, "mod")) => format!("{folder}/"),
        _ if ["lib", "main"].contains(&stem) => String::new(),
        _ => format!("{stem}/"),
    };
    (0..words.len())
        .filter(|i| words[*i].test && is(&words, *i, "mod") && is(&words, i + 2, ";"))
        .flat_map(|i| [format!("{folder}{}.rs", words[i + 1].text), format!("{folder}{}/", words[i + 1].text)])
        .collect()
}

fn scan_all(files: &[(String, String)]) -> Vec<Offence> {
    let tests: Vec<String> = files.iter().flat_map(|(path, text)| test_files(path, text)).collect();
    let in_tests = |path: &str| tests.iter().any(|t| path == t || t.ends_with('/') && path.starts_with(t.as_str()));
    files.iter().flat_map(|(path, text)| scan(path, text, in_tests(path))).collect()
}

// ---- tried on the house, and on texts that must be refused -----------------------------------------------------

fn read(folder: &Path, below: &str, out: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{below}{}", path.file_name().unwrap().to_string_lossy());
        if path.is_dir() {
            read(&path, &format!("{name}/"), out);
        } else if name.ends_with(".rs") {
            out.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn the_house_keeps_its_walls() {
    let mut files = Vec::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut files);
    files.sort();
    assert!(files.iter().any(|(path, _)| path == "lib.rs") && files.len() > 10, "{} files", files.len());
    let found = scan_all(&files);
    let lines: Vec<String> = found.iter().map(|o| format!("{} ({})", o.text, o.rule)).collect();
    assert!(found.is_empty(), "{} offences:\n{}", found.len(), lines.join("\n"));
}

#[test]
fn each_rule_refuses_what_breaks_it() {
    let must_fail = [
        ("arrow", "plan/apply.rs", "use crate::session::Session;"),
        ("arrow", "plan/apply.rs", "use crate::{geom::Pt, store};"),
        ("arrow", "plan/apply.rs", "use crate::{geom::{Pt, pt}, model::Row, assign::{self, Flow}};"),
        ("arrow", "geom/mod.rs", "fn f() { crate::model::check_code(\"\"); }"),
        ("arrow", "geom/segment.rs", "type A = Vec<crate::index::Paged<u8>>;"),
        ("arrow", "geom/segment.rs", "use super::super::plan::Edit;"),
        ("arrow", "geom/mod.rs", "use super::plan::Edit;"),
        ("arrow", "geom/mod.rs", "mod a { use super::super::plan::Edit; }"),
        ("arrow", "geom/mod.rs", "macro_rules! m { () => { $crate::plan::Edit } }"),
        ("arrow", "geom/mod.rs", "use getu::plan::Edit;"),
        ("arrow", "geom/mod.rs", "use ::getu::plan::Edit;"),
        ("arrow", "geom/mod.rs", "#[cfg(test)] mod tests { use crate::plan::Edit; }"),
        ("arrow", "geom/mod.rs", "fn f(x: crate::nowhere::X) {}"),
        ("arrow", "sample/mod.rs", "use crate::topology::Face;"),
        ("arrow", "ui/mod.rs", "use crate::cli::run;"),
        ("arrow", "cli/mod.rs", "use crate::ui::run;"),
        ("arrow", "main.rs", "fn main() { getu::session::run() }"),
        ("root", "plan/mod.rs", "use crate::*;"),
        ("root", "plan/mod.rs", "use crate as root;"),
        ("root", "plan/mod.rs", "use crate::{self as root};"),
        ("re-export", "plan/mod.rs", "pub use crate::geom::Pt;"),
        ("re-export", "plan/mod.rs", "pub(crate) use crate::{geom::Pt};"),
        ("re-export", "plan/mod.rs", "use crate::geom; pub use geom::Pt;"),
        ("re-export", "plan/mod.rs", "use crate::geom as g; pub use g::*;"),
        ("re-export", "lib.rs", "pub mod geom; pub use geom::Pt;"),
        ("rooms", "lib.rs", "pub mod cellar;"),
        ("rooms", "lib.rs", "pub mod model; pub mod geom;"),
        ("window", "scene/mod.rs", "use egui::Pos2;"),
        ("window", "session/mod.rs", "fn f(c: &eframe::CreationContext) {}"),
        ("window", "scene/mod.rs", "use {egui_wgpu as w, std::fmt};"),
        ("window", "main.rs", "use egui as e;"),
        ("window", "scene/mod.rs", "#[cfg(test)] mod tests { use egui::Pos2; }"),
        ("database", "plan/mod.rs", "fn f(c: &rusqlite::Connection) {}"),
        ("proj", "exchange/mod.rs", "use proj::Proj;"),
        ("files", "plan/mod.rs", "use std::fs;"),
        ("files", "session/mod.rs", "use std::{collections::HashMap, fs::{self, File}};"),
        ("files", "scene/mod.rs", "fn f() { ::std::fs::read(\"x\"); }"),
        ("files", "ui/mod.rs", "fn f(p: &std::path::Path) -> bool { p.is_file() }"),
        ("files", "plan/mod.rs", "#[cfg(not(test))] mod real { use std::fs; }"),
        ("files", "plan/mod.rs", "#[cfg(test)] mod tests {} use std::fs;"),
        ("files", "plan/mod.rs", "#[cfg(test)] use std::{fs, io}; fn f() { std::fs::read(\"\"); }"),
        ("clock", "plan/mod.rs", "use std::time::{Duration, Instant};"),
        ("clock", "session/mod.rs", "fn f() { std::time::SystemTime::now(); }"),
        ("randomness", "plan/mod.rs", "use std::hash::RandomState;"),
        ("threads", "assign/mod.rs", "fn f() { std::thread::spawn(|| {}); }"),
        // Nothing hides behind a string, a comment, a character or a lifetime.
        ("files", "plan/mod.rs", "const A: &str = \"\\\"\"; use std::fs;"),
        ("files", "plan/mod.rs", "const A: &str = r#\"\"quoted\" //\"#; use std::fs;"),
        ("files", "plan/mod.rs", "/* a /* nested */ comment */ use std::fs;"),
        ("files", "plan/mod.rs", "const A: char = '\"'; use std::fs; const B: char = '\"';"),
        ("files", "plan/mod.rs", "const A: char = '\\''; use std::fs; const B: char = '\\u{27}';"),
        ("files", "plan/mod.rs", "fn f<'a>(x: &'a str) { std::fs::read(x); } fn g<'b>(x: &'b u8) {}"),
        ("files", "plan/mod.rs", "const A: &[u8] = br##\"\"#\"##; use std::fs;"),
    ];
    for (rule, path, text) in must_fail {
        let found = scan(path, text, false);
        assert!(found.iter().any(|o| o.rule == rule), "{path} passed, but breaks \"{rule}\": {text}\n{found:?}");
        assert!(found.iter().all(|o| o.rule == rule), "{path} breaks \"{rule}\" only: {text}\n{found:?}");
    }
}

#[test]
fn what_is_allowed_passes() {
    let must_pass = [
        ("plan/apply.rs", "use crate::{geom::{self, Pt}, model::Row, topology}; pub use crate::plan::edit::Edit;"),
        ("plan/apply.rs", "use super::edit::Edit; use std::{fmt, collections::BTreeMap};"),
        ("plan/mod.rs", "mod a { use super::b::C; } pub(crate) mod b; pub(in crate::plan) fn f() {}"),
        ("plan/mod.rs", "// use crate::session;\n/* use std::fs; /* egui */ */\nconst A: &str = \"use std::fs;\";"),
        (
            "plan/mod.rs",
            "const A: &str = r#\"crate::ui \" std::fs\"#; const B: &[u8] = b\"std::fs\"; const C: u8 = b'\"';",
        ),
        ("plan/mod.rs", "/// [`crate::session`] dispatches\nfn f() { let r#fs = 1; let instant = 2; }"),
        ("plan/mod.rs", "fn f(x: &Thing) { x.egui(); x.fs(); let proj = 3; g(proj); }"),
        (
            "plan/mod.rs",
            "#[cfg(test)] mod tests { use super::*; use std::{fs, time::Instant}; use crate::sample::town; }",
        ),
        (
            "plan/mod.rs",
            "#[cfg(all(test, feature = \"proj\"))] use std::{fs, io}; #[test] fn t() { std::thread::yield_now(); }",
        ),
        ("plan/mod.rs", "use crate::geom; use geom::Pt; pub fn f() -> crate::geom::Pt { g() }"),
        ("store/file.rs", "use rusqlite::Connection; use std::fs::File;"),
        ("crs/mod.rs", "use proj::Proj;"),
        ("jobs/mod.rs", "use std::{thread, time::Instant};"),
        ("session/mod.rs", "use crate::{plan, store, report}; use std::thread;"),
        ("ui/map.rs", "use egui_wgpu::wgpu; use crate::session::Session; use std::time::Instant;"),
        ("cli/mod.rs", "use crate::{geom, session::Session}; use std::fs;"),
        ("main.rs", "fn main() { getu::cli::run(); getu::ui::run(); }"),
        ("lib.rs", "//! Rooms.\npub mod geom;\n/// x\npub mod plan;\n#[cfg(feature = \"gui\")] pub mod ui;"),
    ];
    for (path, text) in must_pass {
        assert_eq!(scan(path, text, false), [], "{path}: {text}");
    }
}

#[test]
fn a_file_declared_for_tests_counts_as_one() {
    let files = |attribute: &str| {
        vec![
            ("geom/mod.rs".to_owned(), format!("{attribute} mod tests;")),
            ("geom/tests.rs".to_owned(), "use std::fs;".to_owned()),
            ("geom/tests/more.rs".to_owned(), "use std::fs;".to_owned()),
        ]
    };
    assert_eq!(scan_all(&files("#[cfg(test)]")), []);
    assert_eq!(scan_all(&files("")).len(), 2);
}
