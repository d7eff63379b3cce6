//! Writing other files: whole or not at all, and never over the project.

use super::stop::Stop;
use crate::exchange::write_file;
use std::path::Path;

/// Writes a file. The project itself is never written over.
pub(super) fn write(out: &Path, project: &Path, bytes: &[u8]) -> Result<(), Stop> {
    let same = |p: &Path| std::fs::canonicalize(p).ok();
    if same(out).is_some() && same(out) == same(project) {
        return Err(Stop::new(
            format!("{} 就是项目本身。没有写出文件。请换一个文件名。", out.display()),
            format!("{} is the project itself. No file was written. Choose another name.", out.display()),
        ));
    }
    Ok(write_file(out, bytes)?)
}

/// The letters after the last dot, small.
pub(super) fn extension(path: &Path) -> String {
    path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase()
}
