//! Opening: identify, read a copy or read-only, check, build the project. Never writes beside or into the file.

use super::error::{Holder, Warning};
use super::publish::{Generation, Outside, Temporary, beside, look, real_path, side_files};
use super::truth::{Part, Rows, Shelf, project_of};
use super::{StoreError, log, schema};
use crate::jobs::Token;
use crate::model::{Segment, SegmentHash};
use crate::plan::{History, Project};
use crate::topology;
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Steps of SQLite's machine between two looks at the clock of a check.
const STEPS: i32 = 1000;
/// Looks after which the full check is broken off. Measured: a file of 316 MB (1,000,000 buildings) needs 28,000 looks
/// and about a second.
const LOOKS: u64 = 300_000;

/// A project read from a file.
#[derive(Debug)]
pub struct Opened {
    /// The project (`history.stable()`) with the log; undo and redo work.
    pub history: History,
    /// Every segment in the file, also those that only steps name.
    pub segments: BTreeMap<SegmentHash, Arc<Segment>>,
    /// What the file was; to be given to [`super::save`].
    pub generation: Generation,
    /// What a person should know.
    pub warnings: Vec<Warning>,
    /// Name of the plan last worked on, if it still exists.
    pub last_plan: Option<String>,
    /// Version of the file as it lies there.
    pub version: u32,
}

impl Opened {
    /// The project.
    pub fn project(&self) -> &Project {
        self.history.stable()
    }
}

/// Opens a project file. Nothing is written beside it or into it: a file with side files of an unfinished write, or in
/// WAL mode, or of an older version is copied to a temporary folder and read there.
///
/// `replica` is this program's random number for the identities of its edits. `token` cancels and may be `None`.
///
/// # Errors
/// See [`StoreError`]; never panics, whatever the file holds. O(file).
pub fn open(path: &Path, replica: u32, token: Option<&Token>) -> Result<Opened, StoreError> {
    let real = real_path(path)?;
    open_inner(&real, replica, token).map_err(|e| e.at(path))
}

fn open_inner(path: &Path, replica: u32, token: Option<&Token>) -> Result<Opened, StoreError> {
    let outside = look(path)?;
    let mut warnings = Vec::new();
    let sides = side_files(path);
    // Bytes 18 and 19 are 2 in WAL mode: SQLite would make side files even to read it.
    let wal = outside.header[18] == 2 || outside.header[19] == 2;
    if sides.is_empty() {
        // SQLite takes a last page that is cut short as if it ended in zeros.
        let missing = outside.pages_bytes().is_some_and(|whole| outside.size < whole);
        if missing {
            return Err(StoreError::Corrupt { path: path.to_owned(), why: "the file is cut off".to_owned() });
        }
    } else {
        warnings.push(Warning::SideFiles);
    }
    let copy = if wal || !sides.is_empty() { Some(copied(path)?) } else { None };
    let conn = match &copy {
        Some((_, at)) => connect(at, OpenFlags::SQLITE_OPEN_READ_WRITE)?,
        None => connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?,
    };
    // One transaction: what is read is one state of the file.
    conn.execute_batch("BEGIN")?;
    let opened = read(&conn, path, outside.clone(), replica, token, warnings);
    // While the transaction is open nobody else can write the file; before it began somebody may have.
    if opened.is_ok() && look(path)? != outside {
        return Err(StoreError::HeldOpen { path: path.to_owned() });
    }
    drop(conn);
    drop(copy);
    opened
}

/// A GeoPackage opened to be read, whoever wrote it.
pub struct Reader {
    /// The connection: nothing is written, no code of the file runs.
    pub conn: Connection,
    // After the connection: a copy goes once nothing reads it.
    _copy: Option<(Temporary, std::path::PathBuf)>,
}

/// Opens a GeoPackage for reading its tables; one with side files or in WAL mode in a copy.
///
/// # Errors
/// The file cannot be read, is cut off or is no SQLite file.
pub fn reader(path: &Path) -> Result<Reader, StoreError> {
    let real = real_path(path)?;
    let open = || {
        let outside = look(&real)?;
        let aside = outside.header[18] == 2 || outside.header[19] == 2 || !side_files(&real).is_empty();
        let copy = if aside { Some(copied(&real)?) } else { None };
        let conn = match &copy {
            Some((_, at)) => connect(at, OpenFlags::SQLITE_OPEN_READ_WRITE)?,
            None => connect(&real, OpenFlags::SQLITE_OPEN_READ_ONLY)?,
        };
        if !check_file(&conn, &real, None)? {
            return Err(StoreError::Corrupt { path: real.clone(), why: "the check took too long".to_owned() });
        }
        Ok(Reader { conn, _copy: copy })
    };
    open().map_err(|e| e.at(path))
}

/// A copy with its side files in a temporary folder, and its path.
fn copied(path: &Path) -> Result<(Temporary, std::path::PathBuf), StoreError> {
    let folder = Temporary::folder()?;
    let at = folder.path().join("copy.gpkg");
    let copy = |from: &Path, to: &Path| std::fs::copy(from, to).map_err(|e| StoreError::io(from, &e)).map(drop);
    copy(path, &at)?;
    for side in ["-wal", "-journal"] {
        let from = beside(path, side);
        if from.exists() {
            copy(&from, &beside(&at, side))?;
        }
    }
    let mut rights = std::fs::metadata(&at).map_err(|e| StoreError::io(&at, &e))?.permissions();
    if rights.readonly() {
        // The copy is ours alone and goes at once; a rollback must be able to write it.
        #[allow(clippy::permissions_set_readonly_false)]
        rights.set_readonly(false);
        std::fs::set_permissions(&at, rights).map_err(|e| StoreError::io(&at, &e))?;
    }
    Ok((folder, at))
}

fn connect(path: &Path, how: OpenFlags) -> Result<Connection, StoreError> {
    let conn = Connection::open_with_flags(path, how | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(std::time::Duration::from_millis(500))?;
    schema::defend(&conn)?;
    Ok(conn)
}

fn read(
    conn: &Connection,
    path: &Path,
    outside: Outside,
    replica: u32,
    token: Option<&Token>,
    mut warnings: Vec<Warning>,
) -> Result<Opened, StoreError> {
    let id: u32 = conn.pragma_query_value(None, "application_id", |r| r.get(0))?;
    let mut meta = schema::read_meta(conn)?.ok_or_else(|| {
        let path = path.to_owned();
        if id == schema::APPLICATION_ID { StoreError::NotOurs { path } } else { StoreError::NotGeoPackage { path } }
    })?;
    let version = schema::version(&meta)?;
    let mut _climbed = None;
    let mut upgraded = None;
    if version < schema::FILE_VERSION {
        let (folder, at) = copied(path)?;
        let own = connect(&at, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        schema::climb(&own, version)?;
        meta = schema::read_meta(&own)?.unwrap_or_default();
        (_climbed, upgraded) = (Some(folder), Some(own));
    }
    let conn = upgraded.as_ref().unwrap_or(conn);
    if !check_file(conn, path, token)? {
        warnings.push(Warning::NotChecked);
    }
    check(token)?;
    let shelf = read_segments(conn, token)?;
    let rows = read_rows(conn)?;
    check(token)?;
    let project = project_of(&rows, &shelf)?;
    let stored = meta_state(&meta)?;
    let whole = stored == project.state;
    if !whole {
        check_ground(&project)?;
        warnings.push(Warning::StateDiffers { stored, counted: project.state });
    }
    check(token)?;
    let steps = log::read(conn, &shelf, whole)?;
    let redo = log::read_redo(meta.get("redo").map_or("", String::as_str))?;
    let tables: Vec<(String, u64)> = conn
        .prepare("SELECT table_name, count(*) FROM getu_touched GROUP BY table_name")?
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?
        .collect::<Result<_, _>>()?;
    if !tables.is_empty() {
        warnings.push(Warning::EditedElsewhere { tables });
    }
    let last_plan = meta.get("last_plan").filter(|p| project.plan_named(p).is_some()).cloned();
    let generation = Generation {
        id: meta.get("generation").cloned().unwrap_or_default(),
        by: saved_by(&meta),
        header: outside.header,
        size: outside.size,
        modified_ns: outside.modified_ns,
        touched: schema::touched(conn)?,
    };
    let history = History::new(project, replica).with_log(steps, &redo);
    Ok(Opened { history, segments: shelf, generation, warnings, last_plan, version })
}

/// Who saved a file, as its `getu_meta` says.
pub(super) fn saved_by(meta: &BTreeMap<String, String>) -> Holder {
    meta.get("saved_by").and_then(|t| serde_json::from_str(t).ok()).unwrap_or_default()
}

fn meta_state(meta: &BTreeMap<String, String>) -> Result<u128, StoreError> {
    let text = meta.get("state").map_or("", String::as_str);
    let digits = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let state = u128::from_str_radix(text, 16).ok().filter(|_| digits);
    state.ok_or_else(|| StoreError::damaged("getu_meta", "state", "32 hexadecimal digits are missing"))
}

fn check(token: Option<&Token>) -> Result<(), StoreError> {
    token.map_or(Ok(()), |t| t.check().map_err(|_| StoreError::Cancelled))
}

/// SQLite's `quick_check`. `Ok(false)` if it was broken off because it took too long (counted in steps of SQLite's
/// machine, so that the same file gives the same answer on every machine).
pub(super) fn check_file(conn: &Connection, path: &Path, token: Option<&Token>) -> Result<bool, StoreError> {
    let looks = Arc::new(AtomicU64::new(0));
    let (counter, asker) = (looks.clone(), token.cloned());
    let stop =
        move || counter.fetch_add(1, Ordering::Relaxed) > LOOKS || asker.as_ref().is_some_and(|t| t.check().is_err());
    conn.progress_handler(STEPS, Some(stop));
    let said = conn.query_row("PRAGMA quick_check(1)", [], |r| r.get::<_, String>(0));
    conn.progress_handler(0, None::<fn() -> bool>);
    check(token)?;
    match said {
        Ok(s) if s == "ok" => Ok(true),
        Ok(why) => Err(StoreError::Corrupt { path: path.to_owned(), why }),
        Err(_) if looks.load(Ordering::Relaxed) > LOOKS => Ok(false),
        Err(e) => Err(e.into()),
    }
}

fn read_segments(conn: &Connection, token: Option<&Token>) -> Result<Shelf, StoreError> {
    let mut get = conn.prepare("SELECT hash, data FROM getu_segments")?;
    let mut rows = get.query([])?;
    let mut shelf = Shelf::new();
    while let Some(r) = rows.next()? {
        check(token)?;
        let hash: Vec<u8> = r.get(0)?;
        let bad = |why: String| StoreError::damaged("getu_segments", super::bytes::hex(&hash), why);
        let data = r.get_ref(1)?.as_blob().map_err(|e| bad(e.to_string()))?;
        // The hash first: nothing is unpacked that is not what was written.
        if blake3::hash(data).as_bytes()[..] != hash[..] {
            return Err(bad("the bytes do not give the hash".into()));
        }
        let segment = Segment::from_bytes(data).map_err(|e| bad(e.to_string()))?;
        let anchors = (0..segment.len()).filter_map(|i| segment.anchor(i)).collect::<Vec<_>>();
        if !super::truth::in_range(&anchors) {
            return Err(bad("an anchor is out of range".into()));
        }
        shelf.insert(segment.hash(), segment);
    }
    Ok(shelf)
}

/// All rows of the truth.
pub(super) fn read_rows(conn: &Connection) -> Result<Rows, StoreError> {
    let mut out = Rows::new();
    for part in Part::ALL {
        let mut get = conn.prepare(&format!("SELECT key, value FROM {}", part.table()))?;
        let mut rows = get.query([])?;
        while let Some(r) = rows.next()? {
            let blob = |i: usize, row: &str| -> Result<Vec<u8>, StoreError> {
                let v = r.get_ref(i)?.as_blob().map_err(|e| StoreError::damaged(part.table(), row, e))?;
                Ok(v.to_vec())
            };
            let key = blob(0, "")?;
            let value = blob(1, &super::bytes::hex(&key))?;
            out.insert((part, key), value);
        }
    }
    Ok(out)
}

/// Every partition of every plan, in full.
fn check_ground(p: &Project) -> Result<(), StoreError> {
    for plan in p.plans.iter() {
        for (def, l) in p.facts.layers.iter().zip(plan.layers.iter()) {
            if let Some(fault) = topology::check(&l.partition).first() {
                return Err(StoreError::Ground {
                    plan: plan.meta.name.clone(),
                    layer: def.id.clone(),
                    at: fault.at().map(|q| p.origin().place(q)),
                });
            }
        }
    }
    Ok(())
}
