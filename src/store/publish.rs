//! Files as files: what was read, the lock, temporary copies, taking another's place, earlier generations.

use super::error::Holder;
use super::{StoreError, Warning};
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::UNIX_EPOCH;

/// Earlier generations kept in the data folder.
const KEPT: usize = 5;

/// What a file was when it was read; a save compares it with what the file is then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Generation {
    /// Name of the save that wrote it: 32 hexadecimal digits.
    pub id: String,
    /// Who saved it.
    pub by: Holder,
    /// SQLite's header of the file: change counter, number of pages, schema cookie and all.
    pub(super) header: [u8; 100],
    /// Bytes.
    pub(super) size: u64,
    /// Nanoseconds since 1970-01-01 UTC of the last change, where the system says so.
    pub(super) modified_ns: Option<u128>,
    /// Hash of the rows of `getu_touched`: in WAL mode another program may write without a change of the header.
    pub(super) touched: [u8; 32],
}

impl Generation {
    /// SQLite's change counter (bytes 24–27 of the header): other programs raise it with every transaction.
    pub fn change_counter(&self) -> u32 {
        let [a, b, c, d] = [24, 25, 26, 27].map(|i| self.header[i]);
        u32::from_be_bytes([a, b, c, d])
    }
}

/// Header, size and time of a file as it lies there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Outside {
    pub header: [u8; 100],
    pub size: u64,
    pub modified_ns: Option<u128>,
}

impl Outside {
    /// Bytes that the file must have by its header: pages times page size. `None` where the header does not say (it was
    /// last written by an old SQLite).
    pub fn pages_bytes(&self) -> Option<u64> {
        let number = |i: usize| u32::from_be_bytes([0, 1, 2, 3].map(|k| self.header[i + k]));
        let page = match u16::from_be_bytes([self.header[16], self.header[17]]) {
            1 => 65_536,
            n => u64::from(n),
        };
        // The count is right if it was written together with the change counter.
        (number(24) == number(92)).then(|| u64::from(number(28)) * page)
    }
}

/// Looks at a file from outside.
///
/// # Errors
/// `Gone`, `NoRights` …, `Empty`, `NotGeoPackage` if it does not begin as a SQLite file.
pub(super) fn look(path: &Path) -> Result<Outside, StoreError> {
    let io = |e: std::io::Error| StoreError::io(path, &e);
    let mut file = File::open(path).map_err(io)?;
    let meta = file.metadata().map_err(io)?;
    if meta.is_dir() {
        return Err(StoreError::NotGeoPackage { path: path.to_owned() });
    }
    if meta.len() == 0 {
        return Err(StoreError::Empty { path: path.to_owned() });
    }
    let mut header = [0u8; 100];
    let mut got = 0;
    while got < header.len() {
        match file.read(&mut header[got..]).map_err(io)? {
            0 => break,
            n => got += n,
        }
    }
    if !header.starts_with(b"SQLite format 3\0") {
        return Err(StoreError::NotGeoPackage { path: path.to_owned() });
    }
    if got < header.len() {
        return Err(StoreError::Corrupt { path: path.to_owned(), why: "the header is cut off".to_owned() });
    }
    Ok(Outside { header, size: meta.len(), modified_ns: modified_ns(&meta) })
}

/// Nanoseconds since 1970-01-01 UTC of a file's last change, where the system says so.
fn modified_ns(meta: &fs::Metadata) -> Option<u128> {
    meta.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok()).map(|d| d.as_nanos())
}

/// The file that a path means: a symbolic link is followed, so that its target is replaced and not the link.
pub(super) fn real_path(path: &Path) -> Result<PathBuf, StoreError> {
    match fs::symlink_metadata(path) {
        Ok(m) if m.file_type().is_symlink() => fs::canonicalize(path).map_err(|e| StoreError::io(path, &e)),
        _ => Ok(path.to_owned()),
    }
}

/// The path with letters added to its name: `plan.gpkg` → `plan.gpkg-wal`.
pub(super) fn beside(path: &Path, added: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(added);
    PathBuf::from(name)
}

/// Side files of an unfinished write that have bytes in them: a WAL with frames, a rollback journal.
pub(super) fn side_files(path: &Path) -> Vec<PathBuf> {
    // A WAL of 32 bytes is a header without frames.
    let has = |added: &str, over: u64| {
        let p = beside(path, added);
        fs::metadata(&p).is_ok_and(|m| m.len() > over).then_some(p)
    };
    [has("-wal", 32), has("-journal", 0)].into_iter().flatten().collect()
}

static COUNTER: AtomicU32 = AtomicU32::new(0);

/// A number that this process gives only once.
pub(super) fn once() -> u32 {
    COUNTER.fetch_add(1, Ordering::Relaxed)
}

/// A temporary file or folder, taken away when dropped.
#[derive(Debug)]
pub(super) struct Temporary {
    path: PathBuf,
    folder: bool,
}

impl Temporary {
    /// A new empty file in the folder of `path`, with a name made from its name.
    pub fn beside(path: &Path) -> Result<Temporary, StoreError> {
        let folder = folder_of(path);
        for _ in 0..100 {
            let mut name = OsString::from(".");
            name.push(path.file_name().unwrap_or_default());
            name.push(format!(".{}-{}.tmp", std::process::id(), once()));
            let at = folder.join(name);
            match OpenOptions::new().write(true).create_new(true).open(&at) {
                Ok(_) => return Ok(Temporary { path: at, folder: false }),
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(StoreError::io(&folder, &e)),
            }
        }
        Err(StoreError::Other { path: folder, why: "no free name for a temporary file".to_owned() })
    }

    /// A new empty folder in the system's folder for temporary files.
    pub fn folder() -> Result<Temporary, StoreError> {
        let base = std::env::temp_dir();
        for _ in 0..100 {
            let at = base.join(format!("getu-{}-{}", std::process::id(), once()));
            match fs::create_dir(&at) {
                Ok(()) => return Ok(Temporary { path: at, folder: true }),
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(StoreError::io(&base, &e)),
            }
        }
        Err(StoreError::Other { path: base, why: "no free name for a temporary folder".to_owned() })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// It has a new name now and stays.
    fn keep(mut self) {
        self.path = PathBuf::new();
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if self.path.as_os_str().is_empty() {
            return;
        }
        // Nothing more can be done about a temporary file that will not go.
        let _ = if self.folder { fs::remove_dir_all(&self.path) } else { fs::remove_file(&self.path) };
        for side in ["-journal", "-wal", "-shm"] {
            let _ = fs::remove_file(beside(&self.path, side));
        }
    }
}

/// The folder in which a file lies.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(p) if !p.as_os_str().is_empty() => p.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The lock beside a file, taken away when dropped.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    text: Vec<u8>,
}

/// What stands in a lock.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct LockText {
    #[serde(flatten)]
    by: Holder,
    /// The running system in which the number of the process means that process ([`this_system`]); empty where unknown.
    system: String,
    /// Which of its process' locks it is, so that no two have the same text.
    number: u32,
}

/// Texts of the locks that this process holds.
static HELD: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// The locks of this process. They are whole even if a thread ended badly while it held them.
fn held() -> std::sync::MutexGuard<'static, Vec<Vec<u8>>> {
    HELD.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// This start of this system and the processes that see each other in it; empty where the system does not say. Cloned
/// computers and containers may have one host name, and a container one boot with its neighbours.
fn this_system() -> String {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
    let processes = fs::read_link("/proc/self/ns/pid").ok();
    let both = boot.zip(processes);
    both.map(|(b, p)| format!("{} {}", b.trim(), p.display())).unwrap_or_default()
}

/// A lock as it lies there.
#[derive(PartialEq, Eq, Debug, Default)]
struct Seen {
    text: Vec<u8>,
    modified_ns: Option<u128>,
}

/// Looks at a lock; the time is asked for first, so that what is written meanwhile makes a difference.
fn see(lock: &Path) -> std::io::Result<Seen> {
    let mut file = File::open(lock)?;
    let modified_ns = modified_ns(&file.metadata()?);
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    Ok(Seen { text, modified_ns })
}

impl Lock {
    /// Takes the lock of a file. One that a killed save left behind ([`abandoned`]) is taken over, with a warning.
    ///
    /// # Errors
    /// `Locked` with its holder if there is one already; a lock is never taken from anybody who may still be at it.
    pub fn take(path: &Path, holder: &Holder) -> Result<(Lock, Option<Warning>), StoreError> {
        let lock = beside(path, ".lock");
        let io = |e: std::io::Error| StoreError::io(&lock, &e);
        let create = || OpenOptions::new().write(true).create_new(true).open(&lock);
        let (mut made, mut warning) = (create(), None);
        if matches!(&made, Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists) {
            let seen = see(&lock).unwrap_or_default();
            let text: Option<LockText> = serde_json::from_slice(&seen.text).ok();
            let by = || text.clone().unwrap_or_default().by;
            let locked = || StoreError::Locked { by: by(), lock: lock.clone() };
            if !abandoned(text.as_ref(), &seen, holder, &this_system()) || !put_aside(&lock, &seen) {
                return Err(locked());
            }
            warning = Some(Warning::LockTakenOver { by: by() });
            // Another program may have been quicker.
            made = create();
            if matches!(&made, Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists) {
                return Err(locked());
            }
        }
        let mut file = made.map_err(|e| StoreError::io(&folder_of(path), &e))?;
        let text = LockText { by: holder.clone(), system: this_system(), number: once() };
        let text = serde_json::to_vec(&text).unwrap_or_default();
        held().push(text.clone());
        let taken = Lock { path: lock.clone(), text };
        if let Err(e) = file.write_all(&taken.text).and_then(|()| file.sync_all()) {
            // It is ours still, though it may be cut off: nobody takes over a young lock.
            let _ = fs::remove_file(&lock);
            return Err(io(e));
        }
        Ok((taken, warning))
    }
}

/// Whether a lock was left behind: its process was one of this very system and is no more, or is this one, which does not
/// hold it. Where that cannot be told (it was cut off while it was written, it comes from an earlier start of the system
/// or from a container, processes cannot be asked for) it is left behind once it is older than [`ABANDONED_S`].
fn abandoned(text: Option<&LockText>, seen: &Seen, me: &Holder, system: &str) -> bool {
    let written_s = seen.modified_ns.and_then(|ns| i64::try_from(ns / 1_000_000_000).ok());
    let old = written_s.is_some_and(|t| me.time.saturating_sub(t) > ABANDONED_S);
    let Some(LockText { by, system: its, .. }) = text else { return old };
    if by.host.is_empty() || by.host != me.host || by.pid == 0 || held().contains(&seen.text) {
        return false;
    }
    let runs = if by.pid == std::process::id() { Some(false) } else { is_running(Path::new("/proc"), by.pid) };
    match runs {
        Some(runs) if its == system && !its.is_empty() => !runs,
        // A number of a process means nothing in another system, and everything in one that is not named.
        Some(true) if its.is_empty() => false,
        _ => old,
    }
}

/// Age from which a lock that tells nothing more is left behind, in seconds: longer than any save takes.
const ABANDONED_S: i64 = 600;

/// Whether a process of this system runs, by its folder of processes; `None` where there is none or it does not show
/// those of others.
fn is_running(all: &Path, pid: u32) -> Option<bool> {
    // Only where our own process and the first one, which is another's, stand there too is an absence an answer.
    if ![std::process::id(), 1].iter().all(|p| all.join(p.to_string()).is_dir()) {
        return None;
    }
    let Ok(stat) = fs::read_to_string(all.join(pid.to_string()).join("stat")) else {
        return Some(all.join(pid.to_string()).is_dir());
    };
    // The state stands after the name in brackets; one that ended but was not waited for runs no more.
    let state = stat.rsplit(')').next().and_then(|rest| rest.trim_start().chars().next());
    Some(!matches!(state, Some('Z' | 'X')))
}

/// Takes away a lock that is still the one seen; false if it is another's by now. Two that saw the same empty lock are
/// told apart by its time.
fn put_aside(lock: &Path, seen: &Seen) -> bool {
    let aside = beside(lock, &format!(".{}-{}", std::process::id(), once()));
    if fs::rename(lock, &aside).is_err() {
        return false;
    }
    let same = see(&aside).is_ok_and(|now| now == *seen);
    // Otherwise somebody took the lock between our look and the rename: it goes back.
    if same || give_back(&aside, lock, |from, to| fs::hard_link(from, to)) {
        let _ = fs::remove_file(&aside);
    }
    same
}

/// Puts a lock back into its place, unless there is a third by now. File systems without links (FAT, shares) get a
/// copy. False if there is no lock then.
fn give_back(aside: &Path, lock: &Path, link: impl Fn(&Path, &Path) -> std::io::Result<()>) -> bool {
    let copy = || {
        let text = fs::read(aside)?;
        let mut file = OpenOptions::new().write(true).create_new(true).open(lock)?;
        // Even an empty lock keeps others away.
        let _ = file.write_all(&text).and_then(|()| file.sync_all());
        Ok(())
    };
    let there = |done: &std::io::Result<()>| {
        done.as_ref().map_or_else(|e| e.kind() == std::io::ErrorKind::AlreadyExists, |()| true)
    };
    there(&link(aside, lock)) || there(&copy())
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Only our own: another may stand there if ours was taken over. One that cannot be removed is reported to the
        // next who saves.
        if fs::read(&self.path).is_ok_and(|text| text == self.text) {
            let _ = fs::remove_file(&self.path);
        }
        held().retain(|text| *text != self.text);
    }
}

/// This process, for locks and generations.
pub(super) fn holder(author: &str, time: i64) -> Holder {
    let named = ["COMPUTERNAME", "HOSTNAME"].iter().find_map(|v| std::env::var(v).ok());
    let host = named.or_else(|| fs::read_to_string("/etc/hostname").ok()).unwrap_or_default();
    Holder { author: author.to_owned(), host: host.trim().to_owned(), pid: std::process::id(), time }
}

/// Writes a file's bytes through to the disk.
pub(super) fn sync(path: &Path) -> Result<(), StoreError> {
    // Windows flushes only files opened for writing.
    let file = OpenOptions::new().read(true).write(true).open(path);
    file.and_then(|f| f.sync_all()).map_err(|e| StoreError::io(path, &e))
}

/// Puts a synced temporary file into a file's place and syncs the folder. Once the name is changed it is no error any
/// more if the folder cannot be synced.
pub(super) fn publish(temporary: Temporary, path: &Path) -> Result<Option<Warning>, StoreError> {
    // One step on every system: rename(2), MoveFileExW with MOVEFILE_REPLACE_EXISTING.
    fs::rename(temporary.path(), path).map_err(|e| StoreError::io(path, &e))?;
    temporary.keep();
    Ok(sync_folder(&folder_of(path)).err().map(|e| Warning::NotSynced { why: e.to_string() }))
}

/// Makes a rename in a folder durable. Windows has no such call; NTFS journals the rename.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Writes a small file whole or not at all.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let folder = folder_of(path);
    fs::create_dir_all(&folder).map_err(|e| StoreError::io(&folder, &e))?;
    let temporary = Temporary::beside(path)?;
    fs::write(temporary.path(), bytes).map_err(|e| StoreError::io(temporary.path(), &e))?;
    sync(temporary.path())?;
    publish(temporary, path).map(drop)
}

/// Whether there is a file at a path.
pub fn is_there(path: &Path) -> bool {
    path.exists()
}

/// The data folder: `GETU_DATA_DIR`, else the platform's (`$XDG_DATA_HOME/getu` or `~/.local/share/getu`,
/// `%LOCALAPPDATA%\Getu`, `~/Library/Application Support/Getu`). `None` where the system names none.
pub fn data_dir() -> Option<PathBuf> {
    data_dir_of(&|name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from))
}

fn data_dir_of(var: &dyn Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    if let Some(own) = var("GETU_DATA_DIR") {
        return Some(own);
    }
    if cfg!(windows) {
        return var("LOCALAPPDATA").map(|p| p.join("Getu"));
    }
    if cfg!(target_os = "macos") {
        return var("HOME").map(|p| p.join("Library/Application Support/Getu"));
    }
    // Relative paths are to be ignored (XDG Base Directory Specification).
    let xdg = var("XDG_DATA_HOME").filter(|p| p.is_absolute());
    xdg.or_else(|| var("HOME").map(|p| p.join(".local/share"))).map(|p| p.join("getu"))
}

/// The folder with the earlier generations of a file, named by its absolute path without links in it.
pub(super) fn generations_folder(data: &Path, path: &Path) -> PathBuf {
    let folder = fs::canonicalize(folder_of(path)).or_else(|_| std::path::absolute(folder_of(path)));
    let whole = match (folder, path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    };
    let name = blake3::hash(whole.as_os_str().as_encoded_bytes()).to_hex();
    data.join("generations").join(&name[..16])
}

/// Keeps a copy of a published file before another takes its place, and drops all but the last five. A failure is a
/// warning: it must not keep anybody from saving.
pub(super) fn keep_generation(data: &Path, path: &Path, id: &str) -> Option<Warning> {
    let keep = || -> Result<(), Box<dyn std::error::Error>> {
        let folder = generations_folder(data, path);
        fs::create_dir_all(&folder)?;
        let mut kept: Vec<(u64, PathBuf)> = fs::read_dir(&folder)?
            .filter_map(|e| {
                let p = e.ok()?.path();
                let number = p.file_name()?.to_str()?.strip_suffix(".gpkg")?.split('-').next()?.parse().ok()?;
                Some((number, p))
            })
            .collect();
        kept.sort();
        let next = kept.last().map_or(1, |(n, _)| n + 1);
        let short: String = id.chars().filter(char::is_ascii_hexdigit).take(8).collect();
        let to = folder.join(format!("{next:06}-{short}.gpkg"));
        let half = Temporary::beside(&to)?;
        fs::copy(path, half.path())?;
        File::open(half.path())?.sync_all().or_else(|e| if cfg!(windows) { Ok(()) } else { Err(e) })?;
        fs::rename(half.path(), &to)?;
        half.keep();
        fs::write(folder.join("path.txt"), path.display().to_string())?;
        let too_many = (kept.len() + 1).saturating_sub(KEPT);
        Ok(kept.iter().take(too_many).try_for_each(|(_, p)| fs::remove_file(p))?)
    };
    keep().err().map(|e| Warning::NotKept { why: e.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_folder_is_where_the_system_wants_it() {
        let of =
            |vars: &[(&str, &str)]| data_dir_of(&|n| vars.iter().find(|(k, _)| *k == n).map(|(_, v)| PathBuf::from(v)));
        assert_eq!(of(&[("GETU_DATA_DIR", "/x/y"), ("HOME", "/h")]), Some("/x/y".into()));
        if cfg!(target_os = "linux") {
            assert_eq!(of(&[("HOME", "/h")]), Some("/h/.local/share/getu".into()));
            assert_eq!(of(&[("HOME", "/h"), ("XDG_DATA_HOME", "/d")]), Some("/d/getu".into()));
            assert_eq!(of(&[("HOME", "/h"), ("XDG_DATA_HOME", "d")]), Some("/h/.local/share/getu".into()));
            assert_eq!(of(&[]), None);
        }
    }

    #[test]
    fn a_lock_is_respected_names_its_holder_and_goes_when_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.gpkg");
        let (lock, warning) = Lock::take(&path, &holder("王敏", 5)).unwrap();
        assert_eq!(warning, None);
        match Lock::take(&path, &holder("另一人", 6)) {
            Err(StoreError::Locked { by, .. }) => {
                assert_eq!((by.author.as_str(), by.time, by.pid), ("王敏", 5, std::process::id()));
            }
            other => panic!("{other:?}"),
        }
        drop(lock);
        Lock::take(&path, &holder("另一人", 6)).unwrap();
    }

    #[test]
    fn a_lock_left_behind_is_taken_over_and_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.gpkg");
        let lock = beside(&path, ".lock");
        let written = |text: &str| {
            fs::write(&lock, text).unwrap();
            fs::metadata(&lock).unwrap().modified().unwrap().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64
        };
        let me = |time: i64| Holder { host: "pc7".into(), ..holder("王敏", time) };
        let of = |host: &str, pid: u32| format!(r#"{{"author":"赵强","host":"{host}","pid":{pid},"time":5}}"#);
        let refused = |time: i64| matches!(Lock::take(&path, &me(time)), Err(StoreError::Locked { .. }));
        let here = |pid: u32| of("pc7", pid).replace('}', &format!(r#","system":"{}"}}"#, this_system()));
        // Another computer, this very process before locks named their system, nobody's.
        let now = written(&of("pc8", 4_000_000_000));
        assert!(refused(now + 100_000));
        written(&of("pc7", std::process::id()));
        assert!(refused(now + 1));
        written(&of("", 4_000_000_000));
        assert!(refused(now + 100_000));
        // What cannot be read, until it is old.
        let now = written("\0\0garbage");
        assert!(refused(now + ABANDONED_S));
        assert!(refused(now - 100_000), "a clock that was put back");
        let (taken, warning) = Lock::take(&path, &me(now + ABANDONED_S + 2)).unwrap();
        assert_eq!(warning, Some(Warning::LockTakenOver { by: Holder::default() }));
        assert!(serde_json::from_slice::<Holder>(&fs::read(&lock).unwrap()).unwrap().author == "王敏");
        drop(taken);
        if cfg!(target_os = "linux") {
            // No process has a number as high as this. A lock of another system tells so only by its age, and so does one
            // that names none.
            let now = written(&of("pc7", 4_000_000_000));
            assert!(refused(now));
            let now = written(&here(4_000_000_000).replace("pid:", "other:"));
            assert!(refused(now + ABANDONED_S));
            drop(Lock::take(&path, &me(now + ABANDONED_S + 2)).unwrap());
            let now = written(&here(4_000_000_000));
            let (_taken, warning) = Lock::take(&path, &me(now)).unwrap();
            assert!(matches!(warning, Some(Warning::LockTakenOver { by }) if by.author == "赵强"));
            let mut child = std::process::Command::new("sleep").arg("100").spawn().unwrap();
            drop(_taken);
            written(&of("pc7", child.id()));
            assert!(refused(now + 100_000), "it runs, and its system is not named");
            written(&here(child.id()));
            assert!(refused(now + 100_000));
            child.kill().unwrap();
            child.wait().unwrap();
            Lock::take(&path, &me(now)).unwrap();
            // Our number, but not held by us.
            written(&here(std::process::id()));
            let (own, warning) = Lock::take(&path, &me(now)).unwrap();
            assert!(warning.is_some());
            assert!(matches!(Lock::take(&path, &me(now + 100_000)), Err(StoreError::Locked { .. })), "held by us");
            // What another put into its place is not ours to remove.
            written(&of("pc8", 7));
            drop(own);
            assert_eq!(fs::read_to_string(&lock).unwrap(), of("pc8", 7));
            fs::remove_file(&lock).unwrap();
        }
        let left: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }

    #[test]
    fn processes_are_asked_for_only_where_those_of_others_are_shown() {
        let dir = tempfile::tempdir().unwrap();
        let add = |pid: u32, stat: &str| {
            fs::create_dir(dir.path().join(pid.to_string())).unwrap();
            fs::write(dir.path().join(pid.to_string()).join("stat"), stat).unwrap();
        };
        assert_eq!(is_running(dir.path(), 4_000_000_000), None);
        add(std::process::id(), "7 (getu) R 1");
        assert_eq!(is_running(dir.path(), 4_000_000_000), None, "hidepid: others may run");
        add(1, "1 (init) S 0");
        assert_eq!(is_running(dir.path(), 4_000_000_000), Some(false));
        add(4_000_000_001, "4000000001 (a) b) S 1");
        add(4_000_000_002, "4000000002 (a) R b) Z 1");
        assert_eq!(is_running(dir.path(), 4_000_000_001), Some(true));
        assert_eq!(is_running(dir.path(), 4_000_000_002), Some(false));
    }

    #[test]
    fn a_lock_taken_meanwhile_goes_back_even_where_there_are_no_links() {
        let dir = tempfile::tempdir().unwrap();
        let (lock, aside) = (dir.path().join("a.lock"), dir.path().join("a.lock.1"));
        let no_links = |_: &Path, _: &Path| Err(std::io::Error::from(std::io::ErrorKind::Unsupported));
        fs::write(&aside, "live").unwrap();
        assert!(give_back(&aside, &lock, no_links));
        assert_eq!(fs::read_to_string(&lock).unwrap(), "live");
        // A third one's is left alone.
        fs::write(&lock, "third").unwrap();
        assert!(give_back(&aside, &lock, no_links) && give_back(&aside, &lock, |a, b| fs::hard_link(a, b)));
        assert_eq!(fs::read_to_string(&lock).unwrap(), "third");
        assert!(!give_back(&dir.path().join("none"), &dir.path().join("no/a.lock"), no_links));
        fs::remove_file(&aside).unwrap();
        // Two saw the same empty lock; one took it over and has not written yet.
        let seen = Seen { modified_ns: Some(0), ..Seen::default() };
        fs::write(&lock, "").unwrap();
        assert!(!put_aside(&lock, &seen));
        assert!(lock.exists());
        assert!(put_aside(&lock, &see(&lock).unwrap()));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn five_generations_are_kept_the_oldest_go_first() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.gpkg");
        for i in 0..8 {
            fs::write(&path, format!("content {i}")).unwrap();
            assert_eq!(keep_generation(dir.path(), &path, &format!("{i:032x}")), None);
        }
        let folder = generations_folder(dir.path(), &path);
        let mut texts: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.extension().is_some_and(|e| e == "gpkg"))
            .map(|p| fs::read_to_string(p).unwrap())
            .collect();
        texts.sort();
        assert_eq!(texts, (3..8).map(|i| format!("content {i}")).collect::<Vec<_>>());
    }

    #[test]
    fn generations_belong_to_the_file_however_its_path_is_typed() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b, data) = (dir.path().join("a"), dir.path().join("b"), dir.path().join("data"));
        fs::create_dir_all(&a).unwrap();
        fs::create_dir_all(&b).unwrap();
        let of = |p: &Path| generations_folder(&data, p);
        assert_eq!(of(&a.join("x.gpkg")), of(&a.join("../a/./x.gpkg")));
        assert_ne!(of(&a.join("x.gpkg")), of(&b.join("x.gpkg")));
        // The same words typed in two folders are two files.
        let here = std::env::current_dir().unwrap();
        assert_eq!(of(Path::new("x.gpkg")), of(&here.join("x.gpkg")));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&a, dir.path().join("link")).unwrap();
            assert_eq!(of(&dir.path().join("link/x.gpkg")), of(&a.join("x.gpkg")));
        }
    }

    #[test]
    fn generations_kept_at_the_same_time_do_not_spoil_each_other() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.gpkg");
        let bytes = vec![7u8; 3_000_000];
        fs::write(&path, &bytes).unwrap();
        std::thread::scope(|s| {
            for i in 0..4u32 {
                let (path, data) = (&path, dir.path());
                s.spawn(move || {
                    assert_eq!(keep_generation(data, path, &format!("{:032x}", u128::from(i) << 96)), None)
                });
            }
        });
        let kept: Vec<_> =
            fs::read_dir(generations_folder(dir.path(), &path)).unwrap().map(|e| e.unwrap().path()).collect();
        let copies: Vec<_> = kept.iter().filter(|p| p.extension().is_some_and(|e| e == "gpkg")).collect();
        assert_eq!((copies.len(), kept.len()), (4, 5), "{kept:?}");
        assert!(copies.iter().all(|p| fs::read(p).unwrap() == bytes));
    }

    #[test]
    fn temporary_files_go_and_whole_writes_stay() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        write_whole(&path, b"one").unwrap();
        write_whole(&path, b"two").unwrap();
        drop(Temporary::beside(&path).unwrap());
        let names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["a.json"]);
        assert_eq!(fs::read(&path).unwrap(), b"two");
    }
}
