//! Finds the fonts that the program carries and writes them to `$OUT_DIR/fonts.rs`, so that a packaged program shows
//! Chinese on a machine without a Chinese font. No font file lies in the repository.
//!
//! `GETU_CJK_FONT` and `GETU_LATIN_FONT` name a file to use instead of searching (`GETU_CJK_FONT_BOLD`,
//! `GETU_LATIN_FONT_SEMIBOLD` its heavier companion); set but empty means none. With the feature `gui` a Chinese font
//! is required; without it whatever is found is embedded for the pictures of the command line.
//!
//! Only fonts under a free licence are searched for: those that Windows and macOS come with may not be passed on.

#[path = "build/sfnt.rs"]
mod sfnt;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

/// What one embedded font may be: its name in `fonts.rs`, the variable that names a file, file names in order of
/// preference, and how the face of a collection ends its family name.
struct Wanted {
    name: &'static str,
    about: &'static str,
    variable: &'static str,
    /// The variable of the regular weight: where that is set, nothing is searched.
    regular_variable: &'static str,
    files: &'static [&'static str],
    latin: bool,
}

const WANTED: [Wanted; 4] = [
    Wanted {
        name: "CJK_REGULAR",
        about: "Chinese, weight 400",
        variable: "GETU_CJK_FONT",
        regular_variable: "GETU_CJK_FONT",
        files: &[
            "NotoSansCJK-Regular.ttc",
            "NotoSansCJKsc-Regular.otf",
            "NotoSansSC-Regular.otf",
            "NotoSansSC-Regular.ttf",
            "SourceHanSansSC-Regular.otf",
            "SourceHanSansCN-Regular.otf",
            "SourceHanSans-Regular.ttc",
            "wqy-microhei.ttc",
        ],
        latin: false,
    },
    Wanted {
        name: "CJK_BOLD",
        about: "Chinese for titles and values, weight 600 or 700",
        variable: "GETU_CJK_FONT_BOLD",
        regular_variable: "GETU_CJK_FONT",
        files: &[
            "NotoSansCJK-Bold.ttc",
            "NotoSansCJKsc-Bold.otf",
            "NotoSansSC-SemiBold.ttf",
            "NotoSansSC-Bold.otf",
            "NotoSansSC-Bold.ttf",
            "SourceHanSansSC-Bold.otf",
            "SourceHanSansCN-Bold.otf",
            "SourceHanSans-Bold.ttc",
        ],
        latin: false,
    },
    Wanted {
        name: "LATIN_REGULAR",
        about: "Latin and digits of equal width, weight 400",
        variable: "GETU_LATIN_FONT",
        regular_variable: "GETU_LATIN_FONT",
        files: &["Inter-Regular.otf", "Inter-Regular.ttf"],
        latin: true,
    },
    Wanted {
        name: "LATIN_SEMIBOLD",
        about: "Latin and digits of equal width, weight 600",
        variable: "GETU_LATIN_FONT_SEMIBOLD",
        regular_variable: "GETU_LATIN_FONT",
        files: &["Inter-SemiBold.otf", "Inter-SemiBold.ttf"],
        latin: true,
    },
];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build/sfnt.rs");
    let gui = env::var_os("CARGO_FEATURE_GUI").is_some();
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut installed: Option<Vec<PathBuf>> = None;
    let mut text = String::new();
    for wanted in &WANTED {
        println!("cargo:rerun-if-env-changed={}", wanted.variable);
        let mut notes = Vec::new();
        let found = match (env::var_os(wanted.variable), env::var_os(wanted.regular_variable)) {
            (Some(named), _) if named.is_empty() => {
                notes.push(format!("{} is set and empty", wanted.variable));
                None
            }
            (Some(named), _) => read(wanted, Path::new(&named), &mut notes),
            (None, Some(_)) => None,
            (None, None) => {
                let all = installed.get_or_insert_with(installed_fonts);
                search(wanted, all, &mut notes)
            }
        };
        // A named file that cannot be used is an error for every font; a missing one only for Chinese in the window.
        let named = env::var_os(wanted.variable).is_some_and(|v| !v.is_empty());
        if found.is_none() && gui && (named || wanted.name == "CJK_REGULAR") {
            refuse(wanted, &notes);
        }
        if found.is_none() && named {
            println!("cargo:warning={} is not embedded: {}", wanted.name, notes.join("; "));
        }
        let value = match found {
            None => "None".to_owned(),
            Some(bytes) => {
                let file = format!("{}.otf", wanted.name.to_lowercase());
                if let Err(e) = fs::write(out.join(&file), bytes) {
                    stop(&format!("The font {file} could not be written to {}: {e}.", out.display()));
                }
                format!("Some(include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{file}\")))")
            }
        };
        text += &format!(
            "/// {}: one face, an OpenType file of its own.\npub const {}: Option<&[u8]> = {value};\n",
            wanted.about, wanted.name
        );
    }
    if let Err(e) = fs::write(out.join("fonts.rs"), text) {
        stop(&format!("fonts.rs could not be written to {}: {e}.", out.display()));
    }
}

fn stop(message: &str) -> ! {
    eprintln!("\n{message}\n");
    exit(1)
}

fn refuse(wanted: &Wanted, notes: &[String]) -> ! {
    let notes = if notes.is_empty() { "none of the known ones is installed".to_owned() } else { notes.join("; ") };
    stop(&format!(
        "No font could be embedded for {} ({}): {notes}.\n\
         Nothing was built, because the window would show empty boxes.\n\
         Run scripts/setup.sh, or set {} to a font file (.otf, .ttf, .ttc; not a variable one) that may be passed on \
         with the program, e.g. Noto Sans CJK SC or WenQuanYi Micro Hei.\n\
         没有可以嵌入的字体（{}）；未生成程序，否则窗口里的汉字会显示为空框。\n\
         请运行 scripts/setup.sh，或者把 {} 设为字体文件的路径。",
        wanted.name, wanted.about, wanted.variable, wanted.name, wanted.variable
    ))
}

/// The first of the preferred files that is installed and can be read.
fn search(wanted: &Wanted, installed: &[PathBuf], notes: &mut Vec<String>) -> Option<Vec<u8>> {
    for (rank, name) in wanted.files.iter().enumerate() {
        for path in installed.iter().filter(|p| p.file_name().is_some_and(|f| f.eq_ignore_ascii_case(name))) {
            if let Some(bytes) = read(wanted, path, notes) {
                if rank > 0 {
                    watch_folders(); // a better one may be installed later
                }
                return Some(bytes);
            }
        }
    }
    watch_folders();
    None
}

/// One font file, cut down to the face we want.
fn read(wanted: &Wanted, path: &Path, notes: &mut Vec<String>) -> Option<Vec<u8>> {
    let file = match fs::read(path) {
        Ok(file) => file,
        Err(e) => {
            notes.push(format!("{}: {e}", path.display()));
            return None;
        }
    };
    println!("cargo:rerun-if-changed={}", path.display());
    let cut = (|| {
        let mut faces = sfnt::faces(&file).ok_or("is no OpenType font")?;
        let simplified = |f: &sfnt::Face| f.family().is_some_and(|n| n.ends_with(" SC") || n.ends_with(" CN"));
        let chosen = faces.iter().position(simplified).unwrap_or(0);
        let face = faces.get_mut(chosen).ok_or("holds no face")?;
        if face.is_variable() {
            return Err("is a variable font, of which only one weight could be shown");
        }
        let mut characters = face.characters().ok_or("has no table of Unicode characters")?;
        if wanted.latin {
            face.make_digits_tabular(&mut characters);
            return Ok(face.write(&characters, &[]));
        }
        if !"格图街道社区网格员".chars().all(|c| characters.contains_key(&u32::from(c))) {
            return Err("lacks common Chinese characters");
        }
        // Chinese in a line needs neither substitution nor kerning; glyphs that only those reach are emptied.
        Ok(face.write(&characters, &[*b"GSUB", *b"GPOS", *b"GDEF", *b"BASE"]))
    })();
    cut.map_err(|why| notes.push(format!("{} {why}", path.display()))).ok()
}

/// Where the systems keep fonts.
fn folders() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = ["/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts"].map(Into::into).into();
    for (variable, below) in [
        ("HOME", ".local/share/fonts"),
        ("HOME", ".fonts"),
        ("HOME", "Library/Fonts"),
        ("WINDIR", "Fonts"),
        ("LOCALAPPDATA", "Microsoft/Windows/Fonts"),
    ] {
        all.extend(env::var_os(variable).map(|v| Path::new(&v).join(below)));
    }
    all.retain(|f| f.is_dir());
    all
}

/// Cargo looks at the times of everything below a folder that is watched, so this is done only where a font is missing.
fn watch_folders() {
    for folder in folders() {
        println!("cargo:rerun-if-changed={}", folder.display());
    }
}

/// Every file in the font folders and every file fontconfig knows, in a fixed order.
fn installed_fonts() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = folders();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(t) if t.is_dir() => open.push(entry.path()),
                Ok(_) => files.push(entry.path()),
                Err(_) => {}
            }
        }
    }
    if let Ok(known) = Command::new("fc-list").args(["--format", "%{file}\n"]).output() {
        files.extend(String::from_utf8_lossy(&known.stdout).lines().map(PathBuf::from));
    }
    files.sort();
    files.dedup();
    files
}
