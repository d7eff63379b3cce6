//! Settings and recent files: one JSON file in the data folder.

use super::publish::write_whole;
use super::{StoreError, Warning};
use crate::model::Lang;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Most recent files that are remembered.
pub const RECENT: usize = 12;
const FILE: &str = "settings.json";

/// Light or dark.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// A file that was opened.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Recent {
    /// Where it is.
    pub path: PathBuf,
    /// Name of the project.
    pub title: String,
    /// When it was opened or saved last, seconds since 1970-01-01 UTC.
    pub time: i64,
}

/// Where the window was and what it showed.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Window {
    /// Left and upper edge in points; `None` = where the system puts it.
    pub position: Option<[f32; 2]>,
    /// Width and height in points.
    pub size: Option<[f32; 2]>,
    /// Whether it fills the screen.
    pub maximised: bool,
    /// Widths of panels in points by name, whatever names the window uses.
    pub panels: std::collections::BTreeMap<String, f32>,
}

/// What the program remembers between two runs.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Language.
    pub language: Lang,
    /// Light or dark.
    pub theme: Theme,
    /// Files, the latest first.
    pub recent: Vec<Recent>,
    /// The window.
    pub window: Window,
    /// Keys that a person chose, by the name of the command; empty = none.
    pub keys: std::collections::BTreeMap<String, String>,
    /// How many lessons of the tour were done.
    pub tour: u8,
}

impl Settings {
    /// Puts a file first among the recent ones.
    pub fn remember(&mut self, path: &Path, title: &str, time: i64) {
        self.recent.retain(|r| r.path != path);
        self.recent.insert(0, Recent { path: path.to_owned(), title: title.to_owned(), time });
        self.recent.truncate(RECENT);
    }

    /// Takes a file out of the recent ones.
    pub fn forget(&mut self, path: &Path) {
        self.recent.retain(|r| r.path != path);
    }
}

/// Reads the settings of a data folder. A file that is not there gives the defaults; one that cannot be read gives them
/// with a warning, and is renamed so that the next save does not overwrite it.
pub fn load(data: &Path) -> (Settings, Option<Warning>) {
    let path = data.join(FILE);
    let broken = |why: String| {
        // If it cannot be renamed either, the warning still says what is wrong with it.
        let _ = std::fs::rename(&path, data.join("settings.broken.json"));
        (Settings::default(), Some(Warning::SettingsBroken { path: path.clone(), why }))
    };
    let text = match std::fs::read(&path) {
        Ok(t) => t,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return (Settings::default(), None),
        Err(e) => return broken(e.to_string()),
    };
    match serde_json::from_slice::<Settings>(&text) {
        Ok(mut s) => {
            s.recent.truncate(RECENT);
            (s, None)
        }
        Err(e) => broken(e.to_string()),
    }
}

/// Writes the settings whole or not at all.
pub fn save(data: &Path, settings: &Settings) -> Result<(), StoreError> {
    let text = serde_json::to_vec_pretty(settings).unwrap_or_default();
    write_whole(&data.join(FILE), &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_and_recent_files_are_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("not yet there");
        assert_eq!(load(&data), (Settings::default(), None));
        let mut s = Settings { language: Lang::En, theme: Theme::Dark, ..Settings::default() };
        for i in 0..20 {
            s.remember(Path::new(&format!("/maps/{}.gpkg", i % 15)), "柳塘社区", i);
        }
        s.forget(Path::new("/maps/3.gpkg"));
        s.window.panels.insert("cells".into(), 320.5);
        s.window.size = Some([1600.0, 1000.0]);
        assert_eq!((s.recent[0].path.as_path(), s.recent.len()), (Path::new("/maps/4.gpkg"), RECENT - 1));
        save(&data, &s).unwrap();
        assert_eq!(load(&data), (s, None));
    }

    #[test]
    fn a_broken_file_gives_defaults_a_warning_and_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), b"{\"language\": \"zh\", \"theme\": 7").unwrap();
        let (s, warning) = load(dir.path());
        assert_eq!(s, Settings::default());
        assert!(matches!(warning, Some(Warning::SettingsBroken { .. })));
        assert!(dir.path().join("settings.broken.json").exists());
        assert_eq!(load(dir.path()), (Settings::default(), None));
        // Fields of a newer program are passed over, missing ones are defaults.
        std::fs::write(dir.path().join(FILE), b"{\"theme\": \"light\", \"stars\": 5}").unwrap();
        assert_eq!(load(dir.path()).0, Settings { theme: Theme::Light, ..Settings::default() });
    }
}
