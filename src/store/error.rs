//! What can go wrong with a file, in words.

use crate::geom::Place;
use crate::model::Said;
use rusqlite::ErrorCode;
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Who holds or saved a file.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Holder {
    /// The person, as the program was told.
    pub author: String,
    /// The computer.
    pub host: String,
    /// Number of the process; 0 where unknown.
    pub pid: u32,
    /// Seconds since 1970-01-01 UTC; 0 where unknown.
    pub time: i64,
}

impl Holder {
    fn text(&self, nobody: &str) -> String {
        let name = if self.author.is_empty() { nobody } else { &self.author };
        if self.host.is_empty() { name.to_owned() } else { format!("{name} ({}, {})", self.host, self.pid) }
    }
}

/// Why a file could not be opened or saved. Opening changes no file; a save that fails leaves the published file as it
/// was and takes its temporary file away.
#[derive(Clone, PartialEq, Debug, Error)]
#[error("{}", self.said().en)]
pub enum StoreError {
    /// There is no such file or folder.
    Gone {
        /// Where.
        path: PathBuf,
    },
    /// No right to read or write.
    NoRights {
        /// Where.
        path: PathBuf,
    },
    /// The disk is full.
    NoRoom {
        /// Where.
        path: PathBuf,
    },
    /// Another program holds the file open or is writing it.
    HeldOpen {
        /// Where.
        path: PathBuf,
    },
    /// Another Getu is saving this file, or died while it did.
    Locked {
        /// Who.
        by: Holder,
        /// The lock file.
        lock: PathBuf,
    },
    /// There is a file already, and nobody agreed to replace it.
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// Somebody else changed the file since it was read.
    Changed {
        /// Who, where the file says so.
        by: Holder,
        /// Where.
        path: PathBuf,
    },
    /// The file has no bytes.
    Empty {
        /// Where.
        path: PathBuf,
    },
    /// The file is no GeoPackage.
    NotGeoPackage {
        /// Where.
        path: PathBuf,
    },
    /// A GeoPackage, but no project of ours.
    NotOurs {
        /// Where.
        path: PathBuf,
    },
    /// Written by a newer program.
    Newer {
        /// Version of the file.
        found: u32,
        /// Newest version that this program knows.
        known: u32,
    },
    /// A row that cannot be read.
    Damaged {
        /// Table.
        table: String,
        /// Row: its key as text, or hexadecimal.
        row: String,
        /// What is wrong, for a report.
        why: String,
    },
    /// SQLite finds the file damaged.
    Corrupt {
        /// Where.
        path: PathBuf,
        /// SQLite's words.
        why: String,
    },
    /// The stored borders of a layer are not a valid partition.
    Ground {
        /// Name of the plan.
        plan: String,
        /// Id of the layer.
        layer: String,
        /// A place of the trouble, where there is one.
        at: Option<Place>,
    },
    /// The written copy did not pass its check.
    CheckFailed {
        /// What was wrong.
        why: String,
    },
    /// The job was cancelled.
    Cancelled,
    /// The picture of an underlay is not there, or is another one now.
    NoPicture {
        /// Name of the underlay.
        name: String,
        /// Where it should be.
        path: PathBuf,
        /// Whether another file lies there.
        changed: bool,
    },
    /// Anything else that the system or SQLite reports.
    Other {
        /// Where.
        path: PathBuf,
        /// Its words.
        why: String,
    },
}

/// Something a person should know about a file that was opened or saved all the same.
#[derive(Clone, PartialEq, Debug)]
pub enum Warning {
    /// The file was found with side files of an unfinished write; a copy was read, the file left alone.
    SideFiles,
    /// The items in the file do not give the state that stands in it; undo is not offered for what was before.
    StateDiffers {
        /// As stored.
        stored: u128,
        /// As counted.
        counted: u128,
    },
    /// Another program changed rows that are derived for it; they are written anew at the next save.
    EditedElsewhere {
        /// Tables and number of changed rows.
        tables: Vec<(String, u64)>,
    },
    /// The full check of the file was broken off because it would take too long; all rows of ours were checked.
    NotChecked,
    /// The earlier generation could not be kept in the data folder.
    NotKept {
        /// Why.
        why: String,
    },
    /// The file is saved, but the system did not confirm that its new name is on the disk.
    NotSynced {
        /// Why.
        why: String,
    },
    /// The WKT of the CRS is not known to this build; programs find the CRS by its code only.
    NoWkt {
        /// The CRS.
        crs: String,
    },
    /// A save that was killed had left its lock behind; it was taken over.
    LockTakenOver {
        /// Whose it was.
        by: Holder,
    },
    /// The picture of an underlay could not be put beside the project.
    PictureNotKept {
        /// Name of the underlay.
        name: String,
        /// Why, in words.
        why: Said,
    },
    /// The settings file could not be read; defaults are used, the old file is kept beside.
    SettingsBroken {
        /// Where.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

impl Warning {
    /// The warning in words.
    pub fn said(&self) -> Said {
        match self {
            Warning::SideFiles => Said::new(
                "该文件带有未完成写入的附属文件（-wal 或 -journal），可能正被其他程序打开。已读取副本，原文件未改动。请先在其他程序中关闭它，再保存。",
                "The file has side files of an unfinished write (-wal or -journal); another program may have it open. A \
                 copy was read, the file was left alone. Close it in the other program before you save.",
            ),
            Warning::StateDiffers { .. } => Said::new(
                "文件内容与记录的状态不一致，可能被其他程序改过。现有内容已通过检查并打开；之前的步骤不能再撤销。请核对后另存。",
                "The content does not match the state recorded in the file; another program may have changed it. What is \
                 there passed the checks and is open; earlier steps cannot be undone. Look it over and save.",
            ),
            Warning::EditedElsewhere { tables } => {
                let names = tables.iter().map(|(t, n)| format!("{t} ({n})")).collect::<Vec<_>>().join(", ");
                Said::new(
                    format!(
                        "其他程序改过图层表：{names}。项目本身未受影响；这些表将在下次保存时重写。改过的网格边界，请在保存前采用。"
                    ),
                    format!(
                        "Another program changed layer tables: {names}. The project itself is as it was; these tables are \
                         written anew at the next save. Take in borders of cells that it changed before you save."
                    ),
                )
            }
            Warning::NotChecked => Said::new(
                "文件很大，未做完整检查；项目的每一行都已核对。",
                "The file is large and was not checked in full; every row of the project was.",
            ),
            Warning::NotKept { why } => Said::new(
                format!("已保存，但旧版本没有留存到数据文件夹：{why}。请检查数据文件夹的空间和权限。"),
                format!(
                    "Saved, but the earlier generation was not kept in the data folder: {why}. Check its space and rights."
                ),
            ),
            Warning::NotSynced { why } => Said::new(
                format!("已保存，但系统没有确认写入磁盘：{why}。断电前请再保存一次，或另存一份。"),
                format!(
                    "Saved, but the system did not confirm that it is on the disk: {why}. Save once more, or a copy."
                ),
            ),
            Warning::NoWkt { crs } => Said::new(
                format!(
                    "本程序不能写出坐标系 {crs} 的定义；已保存，其他软件按编号识别。请用带 PROJ 的版本再保存一次。"
                ),
                format!(
                    "This build cannot write the definition of {crs}; saved, other programs find it by its code. Save once \
                     with a build that has PROJ."
                ),
            ),
            Warning::LockTakenOver { by } => Said::new(
                format!(
                    "{}的一次保存中途断了，留下了锁；已接管，并已保存。请核对那次的修改是否在文件里。",
                    by.text("有人")
                ),
                format!(
                    "A save of {} broke off and left its lock; it was taken over and the project is saved. See whether \
                     the changes of that save are in the file.",
                    by.text("somebody")
                ),
            ),
            Warning::PictureNotKept { name, why } => Said::new(
                format!("项目已保存，但底稿“{name}”的图片没有存到旁边：{}", why.zh),
                format!(
                    "The project is saved, but the picture of the underlay \"{name}\" is not beside it: {}",
                    why.en
                ),
            ),
            Warning::SettingsBroken { path, why } => Said::new(
                format!("设置文件 {} 无法读取：{why}。已改用默认设置，原文件已改名保留。", path.display()),
                format!(
                    "The settings {} cannot be read: {why}. Defaults are used, the old file is kept.",
                    path.display()
                ),
            ),
        }
    }
}

impl StoreError {
    /// A fixed English word for scripts.
    pub fn kind(&self) -> &'static str {
        match self {
            StoreError::Gone { .. } => "gone",
            StoreError::NoRights { .. } => "no_rights",
            StoreError::NoRoom { .. } => "no_room",
            StoreError::HeldOpen { .. } => "held_open",
            StoreError::Locked { .. } => "locked",
            StoreError::Exists { .. } => "exists",
            StoreError::Changed { .. } => "changed",
            StoreError::Empty { .. } => "empty",
            StoreError::NotGeoPackage { .. } => "not_geopackage",
            StoreError::NotOurs { .. } => "not_ours",
            StoreError::Newer { .. } => "newer",
            StoreError::Damaged { .. } => "damaged",
            StoreError::Corrupt { .. } => "corrupt",
            StoreError::Ground { .. } => "ground",
            StoreError::CheckFailed { .. } => "check_failed",
            StoreError::NoPicture { .. } => "no_picture",
            StoreError::Cancelled => "cancelled",
            StoreError::Other { .. } => "other",
        }
    }

    /// What happened · what was kept · what to do.
    pub fn said(&self) -> Said {
        let s = |zh: String, en: String| Said::new(zh, en);
        let show = |p: &Path| p.display().to_string();
        match self {
            StoreError::Gone { path } => s(
                format!("找不到 {}。没有改动任何文件。请检查路径，或另存到其他位置。", show(path)),
                format!("{} is not there. No file was changed. Check the path, or save elsewhere.", show(path)),
            ),
            StoreError::NoRights { path } => s(
                format!("没有权限读写 {}。没有改动任何文件。请检查权限，或另存到其他文件夹。", show(path)),
                format!(
                    "No right to read or write {}. No file was changed. Check the rights, or save elsewhere.",
                    show(path)
                ),
            ),
            StoreError::NoRoom { path } => s(
                format!("磁盘已满，{} 没有写成。原文件完好。请腾出空间，或另存到其他磁盘。", show(path)),
                format!(
                    "The disk is full, {} was not written. The file is as it was. Make room, or save elsewhere.",
                    show(path)
                ),
            ),
            StoreError::HeldOpen { path } => s(
                format!("{} 正被其他程序占用。没有改动任何文件。请在其他程序中关闭它，再试一次。", show(path)),
                format!(
                    "{} is held by another program. No file was changed. Close it there and try again.",
                    show(path)
                ),
            ),
            StoreError::Locked { by, lock } => s(
                format!(
                    "{} 正在保存这个文件。原文件完好。请稍后再试；若对方程序已不在运行，请删除 {}。",
                    by.text("另一个格图"),
                    show(lock)
                ),
                format!(
                    "{} is saving this file. The file is as it was. Try again later; if that program no longer runs, \
                     delete {}.",
                    by.text("Another Getu"),
                    show(lock)
                ),
            ),
            StoreError::Exists { path } => s(
                format!("{} 已经存在。没有改动任何文件。请换一个文件名，或确认替换。", show(path)),
                format!(
                    "{} exists already. No file was changed. Choose another name, or agree to replace it.",
                    show(path)
                ),
            ),
            StoreError::Changed { by, path } => s(
                format!(
                    "{} 打开之后被{}改过。没有写入，你的修改仍在。请另存一份，再打开新版本核对。",
                    show(path),
                    by.text("其他人或其他程序")
                ),
                format!(
                    "{} was changed by {} since it was opened. Nothing was written, your edits are still here. Save under \
                     another name, then open the new version and compare.",
                    show(path),
                    by.text("somebody else")
                ),
            ),
            StoreError::Empty { path } => s(
                format!("{} 是空文件。没有改动任何文件。请从备份或数据文件夹中的早期版本恢复。", show(path)),
                format!(
                    "{} is empty. No file was changed. Take a backup or an earlier generation from the data folder.",
                    show(path)
                ),
            ),
            StoreError::NotGeoPackage { path } => s(
                format!(
                    "{} 不是 GeoPackage 项目文件。没有改动任何文件。请选择 .gpkg 项目，或用“导入”读取数据。",
                    show(path)
                ),
                format!(
                    "{} is no GeoPackage. No file was changed. Choose a .gpkg project, or import the data.",
                    show(path)
                ),
            ),
            StoreError::NotOurs { path } => s(
                format!("{} 是 GeoPackage，但不是格图项目。没有改动任何文件。请新建项目，再从中导入图层。", show(path)),
                format!(
                    "{} is a GeoPackage but no Getu project. No file was changed. Make a project and import its layers.",
                    show(path)
                ),
            ),
            StoreError::Newer { found, known } => s(
                format!("文件版本是 {found}，本程序只认识到 {known}。没有改动任何文件。请用新版程序打开。"),
                format!(
                    "The file has version {found}, this program knows up to {known}. No file was changed. Use a newer program."
                ),
            ),
            StoreError::Damaged { table, row, why } => s(
                format!(
                    "文件已损坏：表 {table} 的行 {row}（{why}）。没有改动任何文件。请从备份或数据文件夹中的早期版本恢复。"
                ),
                format!(
                    "The file is damaged: table {table}, row {row} ({why}). No file was changed. Take a backup or an earlier \
                     generation from the data folder."
                ),
            ),
            StoreError::Corrupt { path, why } => s(
                format!("{} 已损坏（{why}）。没有改动任何文件。请从备份或数据文件夹中的早期版本恢复。", show(path)),
                format!(
                    "{} is damaged ({why}). No file was changed. Take a backup or an earlier generation from the data folder.",
                    show(path)
                ),
            ),
            StoreError::Ground { plan, layer, at } => {
                let place = at.map(|p| p.metres()).map_or_else(String::new, |[e, n]| format!(" {e:.3}, {n:.3}"));
                s(
                    format!(
                        "{plan} 的图层 {layer} 边界不成立{place}。没有改动任何文件。请从备份或数据文件夹中的早期版本恢复。"
                    ),
                    format!(
                        "The borders of layer {layer} in {plan} do not fit together{place}. No file was changed. Take a backup \
                         or an earlier generation from the data folder."
                    ),
                )
            }
            StoreError::CheckFailed { why } => s(
                format!(
                    "新写的文件没有通过检查（{why}），已丢弃。原文件完好，你的修改仍在。请再保存一次，或另存到其他磁盘。"
                ),
                format!(
                    "The new file did not pass its check ({why}) and was dropped. The old file is as it was, your edits are \
                     still here. Save again, or on another disk."
                ),
            ),
            StoreError::NoPicture { name, path, changed: false } => s(
                format!(
                    "底稿“{name}”的图片不在。其余内容照常打开，位置还记着。请把它放回 {}，或移除后重新添加。",
                    path.display()
                ),
                format!(
                    "The picture of the underlay \"{name}\" is missing. All else is open and its place is kept. Put it back \
                     as {}, or remove the underlay and add it again.",
                    path.display()
                ),
            ),
            StoreError::NoPicture { name, path, changed: true } => s(
                format!(
                    "底稿“{name}”的图片被改过，没有显示。其余内容照常打开，位置还记着。请把原图放回 {}，或移除后重新添加。",
                    path.display()
                ),
                format!(
                    "The picture of the underlay \"{name}\" was changed and is not shown. All else is open and its place is \
                     kept. Put the first one back as {}, or remove the underlay and add it again.",
                    path.display()
                ),
            ),
            StoreError::Cancelled => s(
                "已取消。没有改动任何文件。可以随时重试。".into(),
                "Cancelled. No file was changed. Try again at any time.".into(),
            ),
            StoreError::Other { path, why } => s(
                format!("{} 读写失败：{why}。原文件完好。请再试一次，或另存到其他位置。", show(path)),
                format!(
                    "{} could not be read or written: {why}. The file is as it was. Try again, or elsewhere.",
                    show(path)
                ),
            ),
        }
    }

    /// A row that cannot be read.
    pub(super) fn damaged(table: &str, row: impl Into<String>, why: impl ToString) -> StoreError {
        StoreError::Damaged { table: table.to_owned(), row: row.into(), why: why.to_string() }
    }

    /// An error of the system at a path.
    pub(super) fn io(path: &Path, e: &std::io::Error) -> StoreError {
        let path = path.to_owned();
        match e.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => StoreError::Gone { path },
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreError::NoRights { path },
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::NoRoom { path },
            ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => StoreError::HeldOpen { path },
            // 32 and 33 on Windows: another program has the file open or locked.
            _ if cfg!(windows) && matches!(e.raw_os_error(), Some(32 | 33)) => StoreError::HeldOpen { path },
            _ => StoreError::Other { path, why: e.to_string() },
        }
    }

    /// The same error with the path, where SQLite's error came without one.
    #[must_use]
    pub(super) fn at(mut self, at: &Path) -> StoreError {
        match &mut self {
            StoreError::NoRights { path }
            | StoreError::NoRoom { path }
            | StoreError::HeldOpen { path }
            | StoreError::Corrupt { path, .. }
            | StoreError::NotGeoPackage { path }
            | StoreError::Other { path, .. }
                if path.as_os_str().is_empty() =>
            {
                *path = at.to_owned();
            }
            _ => {}
        }
        self
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(e: rusqlite::Error) -> StoreError {
        let path = PathBuf::new();
        match e.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::NoRoom { path },
            Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly | ErrorCode::CannotOpen) => {
                StoreError::NoRights { path }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
                StoreError::HeldOpen { path }
            }
            // A page beyond the end of the file: it was cut off.
            Some(ErrorCode::SystemIoFailure)
                if e.sqlite_error().is_some_and(|e| e.extended_code == rusqlite::ffi::SQLITE_IOERR_SHORT_READ) =>
            {
                StoreError::Corrupt { path, why: e.to_string() }
            }
            Some(ErrorCode::DatabaseCorrupt) => StoreError::Corrupt { path, why: e.to_string() },
            Some(ErrorCode::NotADatabase) => StoreError::NotGeoPackage { path },
            Some(ErrorCode::OperationInterrupted) => StoreError::Cancelled,
            _ => StoreError::Other { path, why: e.to_string() },
        }
    }
}
