//! Every crate of the lock file, on every system, is under a licence that lets the program be passed on.

use std::process::Command;

/// Licences that ask for no more than their own text and the names of the authors.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crate, licence, and why it may stay.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("colored", "MPL-2.0", "test builds only (egui_kittest → dify), unchanged, not in the program"),
    ("epaint_default_fonts", "OFL-1.1", "fonts, embedded unchanged; the licence allows it inside a program"),
    ("epaint_default_fonts", "Ubuntu-font-1.0", "fonts, embedded unchanged; the licence allows it inside a program"),
];

fn may_stay(name: &str, licence: &str) -> bool {
    ALLOWED.contains(&licence) || EXCEPTIONS.iter().any(|(crate_, l, _)| *crate_ == name && *l == licence)
}

/// Whether an SPDX expression can be met. `/` is the old way to write OR. AND binds closer than OR, WITH closest.
fn can_be_met(name: &str, expression: &str) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    let met = either(name, &mut words)?;
    match words.next() {
        None => Ok(met),
        Some(word) => Err(format!("\"{word}\" is one too many in \"{expression}\"")),
    }
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn either(name: &str, words: &mut Words) -> Result<bool, String> {
    let mut met = both(name, words)?;
    while words.next_if_eq(&"OR").is_some() {
        met |= both(name, words)?;
    }
    Ok(met)
}

fn both(name: &str, words: &mut Words) -> Result<bool, String> {
    let mut met = one(name, words)?;
    while words.next_if_eq(&"AND").is_some() {
        met &= one(name, words)?;
    }
    Ok(met)
}

fn one(name: &str, words: &mut Words) -> Result<bool, String> {
    match words.next() {
        Some("(") => {
            let met = either(name, words)?;
            words.next_if_eq(&")").map(|_| met).ok_or_else(|| "a bracket is not closed".to_owned())
        }
        Some(word) if !["OR", "AND", "WITH", ")"].contains(&word) => match words.next_if_eq(&"WITH") {
            None => Ok(may_stay(name, word)),
            Some(_) => {
                let exception = words.next().ok_or("nothing stands after WITH")?;
                Ok(may_stay(name, &format!("{word} WITH {exception}")))
            }
        },
        other => Err(format!("a licence is missing before {other:?}")),
    }
}

#[test]
fn licence_expressions_are_read_as_spdx_means_them() {
    for good in [
        "MIT",
        "MIT/Apache-2.0",
        "MIT / Apache-2.0",
        "GPL-3.0-only OR MIT",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR GPL-2.0-only",
        "MIT AND BSD-3-Clause OR GPL-2.0-only",
    ] {
        assert_eq!(can_be_met("x", good), Ok(true), "{good}");
    }
    for bad in [
        "GPL-3.0-or-later",
        "MIT AND GPL-3.0-only",
        "MPL-2.0",
        "GPL-2.0-only WITH LLVM-exception",
        "MIT AND (GPL-2.0-only OR AGPL-3.0-only)",
        "GPL-2.0-only OR MIT AND LGPL-2.1-or-later",
    ] {
        assert_eq!(can_be_met("x", bad), Ok(false), "{bad}");
    }
    assert_eq!(can_be_met("colored", "MPL-2.0"), Ok(true));
    for broken in ["", "MIT OR", "(MIT", "MIT)", "MIT Apache-2.0", "OR MIT", "MIT WITH"] {
        assert!(can_be_met("x", broken).is_err(), "{broken}");
    }
}

#[test]
fn every_crate_is_under_an_allowed_licence() {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "cargo metadata failed; run `cargo fetch --locked` first.\n{said}");
    let tree: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let crates = tree["packages"].as_array().unwrap();
    assert!(crates.len() > 100, "{} crates only", crates.len());
    let mut offenders = Vec::new();
    for c in crates {
        let (name, licence) = (c["name"].as_str().unwrap(), c["license"].as_str());
        match licence.ok_or_else(|| "no licence is named".to_owned()).and_then(|l| can_be_met(name, l)) {
            Ok(true) => {}
            Ok(false) => offenders.push(format!("{name} {}: {}", c["version"], licence.unwrap_or(""))),
            Err(why) => offenders.push(format!("{name} {}: {why}", c["version"])),
        }
    }
    assert!(offenders.is_empty(), "not allowed:\n{}", offenders.join("\n"));
    for (name, licence, _) in EXCEPTIONS {
        let used = |c: &serde_json::Value| c["name"] == *name && c["license"].as_str().unwrap_or("").contains(licence);
        assert!(crates.iter().any(used), "the exception for {name} ({licence}) is no longer needed: delete it");
    }
}
