//! The command line as a user meets it: the real binary, in folders of its own.

mod contract;
mod workflow;

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder with a data folder in it, gone when dropped.
pub struct Place(tempfile::TempDir);

/// What a run gave.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The one JSON document on stdout.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {} {}", self.out, self.err))
    }

    /// The JSON lines on stdout.
    pub fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect()
    }
}

impl Place {
    pub fn new() -> Place {
        Place(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    /// Runs the program in the folder.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, "")
    }

    pub fn run_with(&self, args: &[&str], input: &str) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_getu"))
            .args(args)
            .current_dir(self.0.path())
            .env("GETU_DATA_DIR", self.path("data"))
            .env("USER", "张某")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let out = child.wait_with_output().unwrap();
        let text = |b: Vec<u8>| String::from_utf8(b).unwrap();
        Ran { code: out.status.code().unwrap_or(-1), out: text(out.stdout), err: text(out.stderr) }
    }

    /// A run that must succeed, with `--json`.
    pub fn ask(&self, args: &[&str]) -> Value {
        let ran = self.run(&[args, &["--json"]].concat());
        assert_eq!(ran.code, 0, "{args:?}: {} {}", ran.out, ran.err);
        ran.json()
    }

    /// A run that must exit with 2, say something in words, and print nothing.
    pub fn refused(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, 2, "{args:?}: {} {}", ran.out, ran.err);
        assert!(ran.out.is_empty() && ran.err.trim().chars().count() > 10, "{args:?}: {} {}", ran.out, ran.err);
        ran.err
    }

    /// A sample map under this name.
    pub fn sample(&self, name: &str) {
        self.ask(&["sample", "neighbourhood", name]);
    }
}

/// An object that has exactly these keys, in any order, besides those named in `more`.
pub fn keys(v: &Value, wanted: &[&str], more: &[&str]) {
    let object = v.as_object().unwrap_or_else(|| panic!("no object: {v}"));
    for k in wanted {
        assert!(object.contains_key(*k), "{k} is missing in {v}");
    }
    for k in object.keys() {
        assert!(wanted.contains(&k.as_str()) || more.contains(&k.as_str()), "{k} is one too many in {v}");
    }
}

/// The shared data beside the checkout; a test without it says so and ends.
pub fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("GETU_SHARED").map(PathBuf::from);
    let root = root.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let path = root.join(name);
    let found = path.exists();
    if !found {
        println!("skipped: {} is not there", path.display());
    }
    found.then_some(path)
}

/// A FeatureCollection in EPSG:4549 of (properties, geometry).
pub fn collection(features: &[(Value, Value)]) -> String {
    let features: Vec<Value> =
        features.iter().map(|(p, g)| serde_json::json!({"type": "Feature", "properties": p, "geometry": g})).collect();
    let crs = serde_json::json!({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4549"}});
    serde_json::json!({"type": "FeatureCollection", "crs": crs, "features": features}).to_string()
}

/// A box as a polygon, metres from a corner in the middle of the sheet.
pub fn square(x: f64, y: f64, w: f64, h: f64) -> Value {
    let (x, y) = (X + x, Y + y);
    serde_json::json!({"type": "Polygon", "coordinates": [[[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]]]})
}

/// The corner.
pub const X: f64 = 520_000.0;
/// See [`X`].
pub const Y: f64 = 3_450_000.0;
