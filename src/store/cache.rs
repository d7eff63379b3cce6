//! What can be made again but takes a while: files in the user's cache folder, each with the program's version in its name.

use super::publish::write_whole;
use std::path::{Path, PathBuf};

/// Bytes of a file that is taken back; a larger one is not ours.
const LARGEST: u64 = 16 << 20;

/// The cache folder: `cache` in `GETU_DATA_DIR`, else the platform's (`$XDG_CACHE_HOME/getu` or `~/.cache/getu`,
/// `%LOCALAPPDATA%\Getu\cache`, `~/Library/Caches/Getu`). `None` where the system names none.
pub fn cache_dir() -> Option<PathBuf> {
    cache_dir_of(&|name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from))
}

fn cache_dir_of(var: &dyn Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    if let Some(own) = var("GETU_DATA_DIR") {
        return Some(own.join("cache"));
    }
    if cfg!(windows) {
        return var("LOCALAPPDATA").map(|p| p.join("Getu").join("cache"));
    }
    if cfg!(target_os = "macos") {
        return var("HOME").map(|p| p.join("Library/Caches/Getu"));
    }
    // Relative paths are to be ignored (XDG Base Directory Specification).
    let xdg = var("XDG_CACHE_HOME").filter(|p| p.is_absolute());
    xdg.or_else(|| var("HOME").map(|p| p.join(".cache"))).map(|p| p.join("getu"))
}

/// What tells this program from one built before or after: its version and when it was built.
pub fn build_stamp() -> String {
    let changed = std::env::current_exe().and_then(std::fs::metadata).and_then(|m| m.modified()).ok();
    let since = changed.and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok()).map_or(0, |d| d.as_secs());
    format!("{}-{since:x}", env!("CARGO_PKG_VERSION"))
}

/// The bytes of a file that was kept; `None` if it is not there or cannot be read.
pub fn kept(folder: &Path, name: &str) -> Option<Vec<u8>> {
    let path = folder.join(name);
    let size = std::fs::metadata(&path).ok()?.len();
    if size > LARGEST {
        return None;
    }
    std::fs::read(path).ok()
}

/// Keeps a file, and lets those go whose names begin alike: they are of another build. That it cannot be kept is no loss worth a word.
pub fn keep(folder: &Path, like: &str, name: &str, bytes: &[u8]) {
    if let Err(e) = write_whole(&folder.join(name), bytes) {
        log::info!("not kept in the cache: {e}");
        return;
    }
    let Ok(files) = std::fs::read_dir(folder) else { return };
    for file in files.filter_map(Result::ok) {
        let other = file.file_name();
        if other.to_str().is_some_and(|n| n.starts_with(like) && n != name) {
            // Somebody else may have taken it away already.
            let _ = std::fs::remove_file(file.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_back_and_those_of_other_builds_go() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("not yet there");
        assert_eq!(kept(&folder, "a-light-1.png"), None);
        keep(&folder, "a-light-", "a-light-1.png", b"one");
        keep(&folder, "a-dark-", "a-dark-1.png", b"dark");
        keep(&folder, "a-light-", "a-light-2.png", b"two");
        assert_eq!(kept(&folder, "a-light-1.png"), None);
        assert_eq!(kept(&folder, "a-light-2.png").as_deref(), Some(&b"two"[..]));
        assert_eq!(kept(&folder, "a-dark-1.png").as_deref(), Some(&b"dark"[..]));
        // Where nothing can be kept nothing is said.
        keep(&folder.join("a-dark-1.png"), "x", "x", b"");
    }

    #[test]
    fn the_folder_is_the_one_that_the_system_names() {
        let of = |vars: &[(&str, &str)]| {
            let vars: Vec<(String, PathBuf)> = vars.iter().map(|(k, v)| ((*k).to_owned(), PathBuf::from(v))).collect();
            cache_dir_of(&move |name| vars.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()))
        };
        assert_eq!(of(&[("GETU_DATA_DIR", "/d")]), Some(PathBuf::from("/d/cache")));
        if cfg!(all(unix, not(target_os = "macos"))) {
            assert_eq!(of(&[("XDG_CACHE_HOME", "/c"), ("HOME", "/h")]), Some(PathBuf::from("/c/getu")));
            assert_eq!(of(&[("XDG_CACHE_HOME", "c"), ("HOME", "/h")]), Some(PathBuf::from("/h/.cache/getu")));
        }
        assert_eq!(of(&[]), None);
        assert!(build_stamp().starts_with(env!("CARGO_PKG_VERSION")));
    }
}
