//! What the texts promise exists.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn is_executable(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 == 0o111)
    }
    #[cfg(not(unix))]
    path.is_file()
}

/// The lines of all fenced blocks, without their comments.
fn commands(text: &str) -> Vec<String> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if inside {
            lines.push(line.split('#').next().unwrap_or("").trim().to_owned());
        }
    }
    lines.retain(|l| !l.is_empty());
    lines
}

#[test]
fn the_readmes_begin_with_the_same_two_commands_and_they_run() {
    for readme in ["README.md", "README.zh.md"] {
        let commands = commands(&text(readme));
        assert_eq!(commands.get(..2), Some(&["./run.sh".to_owned(), "./test.sh".to_owned()][..]), "{readme}");
        for command in commands.iter().filter(|c| c.starts_with("./")) {
            let program = command.split_whitespace().next().unwrap();
            assert!(is_executable(&root().join(program)), "{readme}: {program} is missing or not executable");
        }
    }
    assert!(is_executable(&root().join("scripts/setup.sh")));
    for script in ["run.sh", "test.sh", ".ci/run"] {
        assert!(text(script).contains("scripts/setup.sh"), "{script} does not set up first");
    }
    assert!(is_executable(&root().join(".ci/run")) && text(".ci/run").contains("./test.sh"));
}

#[test]
fn links_in_the_readmes_lead_somewhere() {
    for readme in ["README.md", "README.zh.md"] {
        let text = text(readme);
        for part in text.split("](").skip(1) {
            let target = part.split(')').next().unwrap();
            if !target.contains("://") {
                assert!(root().join(target).exists(), "{readme}: {target}");
            }
        }
    }
}

/// `src/<name>` anywhere, and the first code word of each row of the table of rooms.
fn rooms_named(text: &str) -> Vec<String> {
    let word = |t: &str| t.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    let mut names: Vec<String> = text.split("src/").skip(1).map(word).collect();
    for line in text.lines().filter(|l| l.starts_with('|')) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if cells.get(1).is_some_and(|floor| floor.parse::<u8>().is_ok()) {
            names.extend(cells.get(2).into_iter().flat_map(|c| c.split('`').skip(1).step_by(2)).map(word));
        }
    }
    names.retain(|n| !n.is_empty() && n != "main" && n != "lib");
    names
}

#[test]
fn the_architecture_names_the_rooms_that_exist() {
    assert_eq!(rooms_named("see src/geom/mod.rs\n| 0 | `index` | x |\n| floor | `no` |"), ["geom", "index"]);
    if !root().join("docs/ARCHITECTURE.md").exists() {
        return println!("skipped: docs/ARCHITECTURE.md is not written yet");
    }
    let named = rooms_named(&text("docs/ARCHITECTURE.md"));
    let rooms: Vec<String> = text("src/lib.rs")
        .lines()
        .filter_map(|l| l.trim().strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned))
        .collect();
    for name in &named {
        assert!(rooms.contains(name), "docs/ARCHITECTURE.md names `{name}`, which is no room");
    }
    for room in &rooms {
        assert!(named.contains(room), "docs/ARCHITECTURE.md does not name the room `{room}`");
    }
}
