//! Pictures of underlays: beside the project in a folder of its own, and until it is saved in the data folder.
//!
//! A picture is a file like any other, whole and as it came, so that people can look at it without this program. It is named
//! by the underlay and the hash of its bytes; another file under that name is not taken for it.

use super::publish::{folder_of, write_whole};
use super::{StoreError, Warning};
use crate::model::Underlay;
use crate::plan::Project;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Largest picture that is read, bytes.
const MOST_BYTES: u64 = 512 << 20;
/// Bytes of pictures kept in the data folder at most; the oldest go first.
const KEPT_BYTES: u64 = 2 << 30;
/// Folders beside the project that are looked through for pictures of a project that was renamed.
const FOLDERS: usize = 64;
/// The end of the name of a folder with pictures.
const ENDING: &str = ".底稿";

/// The folder with the pictures of a project: `柳塘.底稿` beside `柳塘.gpkg`.
pub fn pictures_folder(project: &Path) -> PathBuf {
    let mut name = project.file_stem().unwrap_or_default().to_owned();
    name.push(ENDING);
    project.with_file_name(name)
}

/// Where pictures wait until their project is saved.
fn waiting(data: Option<&Path>) -> PathBuf {
    data.map_or_else(|| std::env::temp_dir().join("getu"), Path::to_owned).join("pictures")
}

/// Keeps a picture in the data folder (in the system's temporary one where there is none), and says its hash.
///
/// # Errors
/// Of the file system.
pub fn keep_picture(data: Option<&Path>, bytes: &[u8]) -> Result<String, StoreError> {
    let hash = blake3::hash(bytes).to_hex().to_string();
    let folder = waiting(data);
    let path = folder.join(&hash);
    // One that is there is written again: it may have been cut short, and is no longer among the oldest.
    write_whole(&path, bytes)?;
    drop_oldest(&folder, &hash);
    Ok(hash)
}

/// Takes out the oldest pictures beyond what is kept, never `but`. What cannot be looked at or taken out stays.
fn drop_oldest(folder: &Path, but: &str) {
    let Ok(all) = std::fs::read_dir(folder) else { return };
    let mut files: Vec<_> = all
        .filter_map(|e| {
            let e = e.ok()?;
            let m = e.metadata().ok()?;
            Some((m.modified().ok()?, m.len(), e.path()))
        })
        .collect();
    files.sort();
    let mut total: u64 = files.iter().map(|f| f.1).sum();
    for (_, size, path) in files {
        if total <= KEPT_BYTES {
            return;
        }
        if path.file_name().is_some_and(|n| n != but) && std::fs::remove_file(&path).is_ok() {
            total -= size;
        }
    }
}

/// The bytes of a file, if they are those of the underlay's picture; `Err(true)` if another file lies there.
fn read_if(path: &Path, u: &Underlay) -> Result<Vec<u8>, bool> {
    let file = std::fs::File::open(path).map_err(|_| false)?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|_| true)?;
    if blake3::hash(&bytes).to_hex().as_str() == u.picture { Ok(bytes) } else { Err(true) }
}

/// The picture's file of an underlay: from the folder beside the project, else from the data folder, else from the folder
/// of a project of another name in the same place (a project that was renamed).
///
/// # Errors
/// `NoPicture`, naming where it should be.
pub fn read_picture(u: &Underlay, project: Option<&Path>, data: Option<&Path>) -> Result<Vec<u8>, StoreError> {
    let name = u.file_name();
    let kept = waiting(data).join(&u.picture);
    let beside = project.map(|p| pictures_folder(p).join(&name));
    let mut changed = false;
    for path in beside.iter().chain([&kept]) {
        match read_if(path, u) {
            Ok(bytes) => return Ok(bytes),
            Err(other) => changed |= other,
        }
    }
    let others =
        project.and_then(|p| std::fs::read_dir(folder_of(p)).ok()).into_iter().flatten().filter_map(Result::ok);
    let others = others.filter(|e| e.file_name().to_string_lossy().ends_with(ENDING)).take(FOLDERS);
    let found = others.into_iter().find_map(|e| read_if(&e.path().join(&name), u).ok());
    found.ok_or_else(|| StoreError::NoPicture { name: u.name.clone(), path: beside.unwrap_or(kept), changed })
}

/// Puts the pictures of a project beside its file, where they are not there yet. Nothing is ever taken away: an underlay
/// that was removed may come back by undo, and a file that was changed is someone's work.
pub(super) fn settle(project: &Project, path: &Path, from: Option<&Path>, data: Option<&Path>) -> Vec<Warning> {
    let one = |u: &Underlay| -> Result<(), StoreError> {
        let to = pictures_folder(path).join(u.file_name());
        match read_if(&to, u) {
            Ok(_) => return Ok(()),
            Err(true) => return Err(StoreError::NoPicture { name: u.name.clone(), path: to, changed: true }),
            Err(false) => {}
        }
        let bytes = read_picture(u, Some(path), data).or_else(|e| match from {
            Some(from) => read_picture(u, Some(from), data),
            None => Err(e),
        })?;
        write_whole(&to, &bytes)
    };
    let all = project.underlays().into_iter();
    all.filter_map(|u| one(u).err().map(|e| Warning::PictureNotKept { name: u.name.clone(), why: e.said() })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::{Affine, Fit};
    use crate::model::PictureFormat;

    fn underlay(bytes: &[u8]) -> Underlay {
        Underlay {
            name: "总平面.png".into(),
            picture: blake3::hash(bytes).to_hex().to_string(),
            format: PictureFormat::Png,
            size: [4, 4],
            place: Affine([1.0, 0.0, 0.0, 0.0, -1.0, 0.0]),
            points: vec![],
            fit: Fit::Similarity,
            opacity: 60,
            shown: true,
            order: 1,
        }
    }

    #[test]
    fn a_picture_waits_in_the_data_folder_and_is_found_wherever_its_project_is() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let project = dir.path().join("柳塘.gpkg");
        let u = underlay(b"a picture");
        assert_eq!(pictures_folder(&project), dir.path().join("柳塘.底稿"));
        let gone = read_picture(&u, Some(&project), Some(&data)).unwrap_err();
        assert!(matches!(&gone, StoreError::NoPicture { changed: false, path, .. } if path.starts_with(dir.path())));
        assert!(gone.said().zh.contains("总平面.png") && gone.said().en.contains("总平面.png"));
        assert_eq!(keep_picture(Some(&data), b"a picture").unwrap(), u.picture);
        assert_eq!(read_picture(&u, None, Some(&data)).unwrap(), b"a picture");
        // Beside the project it needs the data folder no more.
        let beside = pictures_folder(&project).join(u.file_name());
        write_whole(&beside, b"a picture").unwrap();
        assert_eq!(read_picture(&u, Some(&project), Some(&dir.path().join("other"))).unwrap(), b"a picture");
        // The project was renamed, its folder was not.
        let renamed = dir.path().join("柳塘社区.gpkg");
        assert_eq!(read_picture(&u, Some(&renamed), Some(&dir.path().join("other"))).unwrap(), b"a picture");
        // Another file under its name is not taken for it.
        write_whole(&beside, b"another").unwrap();
        let changed = read_picture(&u, Some(&project), Some(&dir.path().join("other"))).unwrap_err();
        assert!(matches!(changed, StoreError::NoPicture { changed: true, .. }));
        assert_eq!(read_picture(&u, Some(&project), Some(&data)).unwrap(), b"a picture");
    }

    #[test]
    fn a_picture_that_someone_changed_is_never_written_over() {
        use crate::model::{GridLayer, Id};
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let path = dir.path().join("柳塘.gpkg");
        let u = underlay(b"a picture");
        keep_picture(Some(&data), b"a picture").unwrap();
        let layer = GridLayer::new("grid", "网格", vec!["网格".into()]).unwrap();
        let head = crate::plan::Head { name: "柳塘".into(), crs: "EPSG:4549".into(), origin: None };
        let mut p = Project::new(head, vec![layer], Id(1));
        let all = std::sync::Arc::make_mut(&mut p.facts.underlays);
        all.insert(crate::plan::underlay_number(&u.name), std::sync::Arc::new(u.clone()));
        assert!(settle(&p, &path, None, Some(&data)).is_empty());
        let beside = pictures_folder(&path).join(u.file_name());
        assert_eq!(std::fs::read(&beside).unwrap(), b"a picture");
        std::fs::write(&beside, b"marked with red ink").unwrap();
        let told = settle(&p, &path, None, Some(&data));
        assert!(matches!(&told[..], [Warning::PictureNotKept { name, .. }] if name == "总平面.png"), "{told:?}");
        assert_eq!(std::fs::read(&beside).unwrap(), b"marked with red ink");
    }
}
