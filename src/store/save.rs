//! Saving: lock, compare, copy, change the copy, check it, sync it, put it in the file's place.

use super::error::{Holder, Warning};
use super::features::{Srs, UnitTally, shown_plan, write_grid};
use super::open::{check_file, read_rows, saved_by};
use super::places::{touched, write_kind};
use super::publish::{
    Generation, Lock, Outside, Temporary, holder, keep_generation, look, once, publish, real_path, side_files, sync,
};
use super::tables::Book;
use super::truth::{Part, Rows, Shelf, rows_of};
use super::{FILE_VERSION, StoreError, log, schema};
use crate::jobs::Token;
use crate::model::Kind;
use crate::plan::{History, Segments, state_text};
use rusqlite::{Connection, OpenFlags, params};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What is saved.
pub struct SaveInput<'a> {
    /// The project (`history.stable()`), its log and what can be redone.
    pub history: &'a History,
    /// Name of the plan last worked on.
    pub last_plan: &'a str,
    /// Numbers of the units of the plan that is shown ([`crate::plan::Project::plan_in_force`], else `last_plan`); a
    /// unit without numbers has none in the tables.
    pub tallies: &'a [UnitTally],
    /// Where segments are that steps name but neither the project nor a patch holds (imported cells).
    pub segments: &'a dyn Segments,
    /// Who saves.
    pub author: &'a str,
    /// When: seconds since 1970-01-01 UTC.
    pub time: i64,
    /// The data folder, where the last five generations are kept; none are without it.
    pub data: Option<&'a Path>,
    /// A person agreed that another file at the path is replaced. Only looked at where there is no `base`.
    pub replace: bool,
    /// Where the project was opened from: the pictures of its underlays lie beside that file.
    pub pictures_from: Option<&'a Path>,
    /// Cancels; nothing is published then.
    pub token: Option<&'a Token>,
}

/// What a save did.
#[derive(Clone, PartialEq, Debug)]
pub struct Saved {
    /// What the file is now, for the next save.
    pub generation: Generation,
    /// Rows of items, borders and log written or taken out.
    pub truth_rows: usize,
    /// Rows of derived tables written or taken out.
    pub derived_rows: usize,
    /// Segments written.
    pub segments: usize,
    /// What a person should know.
    pub warnings: Vec<Warning>,
}

/// Saves a project. With `base` (from [`super::open`] or the last save) the file at `path` must still be that one; only
/// what changed is written, into a copy that then takes the file's place in one step. Without it the file is made new.
///
/// # Errors
/// `Changed`, `Locked`, `Exists`, `Gone`, `NoRights`, `NoRoom`, `HeldOpen` …; the published file is then as it was, and
/// nothing is left beside it. O(items + borders + changed rows) besides copying, checking and syncing the file.
pub fn save(path: &Path, input: &SaveInput<'_>, base: Option<&Generation>) -> Result<Saved, StoreError> {
    let real = real_path(path)?;
    save_inner(&real, input, base).map_err(|e| e.at(path))
}

fn save_inner(path: &Path, input: &SaveInput<'_>, base: Option<&Generation>) -> Result<Saved, StoreError> {
    let by = holder(input.author, input.time);
    let there = present(path, input.replace, base)?;
    let (_lock, taken_over) = Lock::take(path, &by)?;
    if base.is_some() {
        compare(path, base)?;
    }
    let temporary = Temporary::beside(path)?;
    if base.is_some() {
        std::fs::copy(path, temporary.path()).map_err(|e| StoreError::io(path, &e))?;
        compare_outside(&look(temporary.path())?, path, base)?;
    }
    let id = new_id(input, base, &by);
    let mut saved = write(temporary.path(), path, input, base, &by, &id).map_err(|e| e.at(path))?;
    saved.warnings.extend(taken_over);
    stopped(input.token)?;
    sync(temporary.path())?;
    let outside = look(temporary.path())?;
    if let (Some(data), Some(_)) = (input.data, &there) {
        let old = base.map_or("replaced", |b| &b.id);
        saved.warnings.extend(keep_generation(data, path, old));
    }
    // Once more: somebody without our lock may have been at it while we wrote.
    match &there {
        Some(was) if base.is_some() && look(path).ok().as_ref() != Some(was) => return Err(changed(path)),
        None if path.exists() => return Err(StoreError::Exists { path: path.to_owned() }),
        _ => {}
    }
    saved.warnings.extend(publish(temporary, path)?);
    saved.warnings.extend(super::pictures::settle(input.history.stable(), path, input.pictures_from, input.data));
    let Outside { header, size, modified_ns } = outside;
    saved.generation = Generation { header, size, modified_ns, ..saved.generation };
    Ok(saved)
}

/// The file that lies there, if there is one, and if it may be replaced.
fn present(path: &Path, replace: bool, base: Option<&Generation>) -> Result<Option<Outside>, StoreError> {
    let meta = match std::fs::metadata(path) {
        Ok(m) => m,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && base.is_none() => return Ok(None),
        Err(e) => return Err(StoreError::io(path, &e)),
    };
    if base.is_none() && !replace || meta.is_dir() {
        return Err(StoreError::Exists { path: path.to_owned() });
    }
    if meta.permissions().readonly() {
        return Err(StoreError::NoRights { path: path.to_owned() });
    }
    match look(path) {
        Ok(o) => Ok(Some(o)),
        // What a person agreed to replace need not be ours, or whole.
        Err(_) if base.is_none() => {
            let modified_ns = None;
            Ok(Some(Outside { header: [0; 100], size: meta.len(), modified_ns }))
        }
        Err(StoreError::Empty { .. } | StoreError::NotGeoPackage { .. } | StoreError::Corrupt { .. }) => {
            Err(changed(path))
        }
        Err(e) => Err(e),
    }
}

fn changed(path: &Path) -> StoreError {
    // Who it was is said only if the file can be asked; it may be anything now.
    let ask = || -> Option<Holder> {
        let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
        schema::defend(&conn).ok()?;
        Some(saved_by(&schema::read_meta(&conn).ok()??))
    };
    let by = if side_files(path).is_empty() { ask().unwrap_or_default() } else { Holder::default() };
    StoreError::Changed { by, path: path.to_owned() }
}

/// Whether the file is still the one that was read, as far as can be told from outside.
fn compare(path: &Path, base: Option<&Generation>) -> Result<(), StoreError> {
    if !side_files(path).is_empty() {
        return Err(changed(path));
    }
    compare_outside(&look(path)?, path, base)
}

/// The time of change alone is no change: copying and syncing programs set it. Every transaction of any SQLite changes
/// the header.
fn compare_outside(now: &Outside, path: &Path, base: Option<&Generation>) -> Result<(), StoreError> {
    match base {
        Some(b) if b.header != now.header || b.size != now.size => Err(changed(path)),
        _ => Ok(()),
    }
}

/// A name for this generation that no other save gives.
fn new_id(input: &SaveInput<'_>, base: Option<&Generation>, by: &Holder) -> String {
    let mut h = blake3::Hasher::new();
    h.update(base.map_or(&[][..], |b| b.id.as_bytes()));
    h.update(&input.history.stable().state.to_le_bytes());
    h.update(&(input.history.log().count() as u64).to_le_bytes());
    h.update(&input.history.next_id().replica.to_le_bytes());
    h.update(format!("{}|{}|{}|{}|{}", by.author, by.host, by.pid, by.time, once()).as_bytes());
    h.finalize().to_hex()[..32].to_owned()
}

fn stopped(token: Option<&Token>) -> Result<(), StoreError> {
    token.map_or(Ok(()), |t| t.check().map_err(|_| StoreError::Cancelled))
}

/// Writes the copy: one transaction, then the check.
fn write(
    at: &Path,
    path: &Path,
    input: &SaveInput<'_>,
    base: Option<&Generation>,
    by: &Holder,
    id: &str,
) -> Result<Saved, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(at, flags)?;
    schema::defend(&conn)?;
    conn.pragma_update(None, "foreign_keys", false)?;
    conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    if base.is_none() {
        conn.pragma_update(None, "page_size", 4096)?;
    }
    // The copy is thrown away if anything fails, and synced as a whole at the end.
    conn.pragma_update_and_check(None, "journal_mode", "MEMORY", |_| Ok(()))?;
    conn.pragma_update(None, "synchronous", "OFF")?;
    conn.pragma_update(None, "cache_size", -64_000)?;
    let tx = conn.transaction()?;
    let mut old = BTreeMap::new();
    if let Some(base) = base {
        old = schema::read_meta(&tx)?.ok_or_else(|| changed(path))?;
        if old.get("generation") != Some(&base.id) {
            return Err(changed(path));
        }
        if schema::touched(&tx)? != base.touched {
            return Err(changed(path));
        }
        schema::climb(&tx, schema::version(&old)?)?;
    } else {
        schema::create(&tx)?;
    }
    let saved = write_all(&tx, input, &old, by, id)?;
    tx.commit()?;
    check(&conn, at, input, id)?;
    conn.close().map_err(|(_, e)| StoreError::from(e))?;
    Ok(saved)
}

fn write_all(
    conn: &Connection,
    input: &SaveInput<'_>,
    old: &BTreeMap<String, String>,
    by: &Holder,
    id: &str,
) -> Result<Saved, StoreError> {
    let project = input.history.stable();
    let was = read_rows(conn)?;
    let is = rows_of(project);
    let changes = differences(&was, &is);
    let (srs, warning) = Srs::of(project);
    srs.write(conn)?;
    // Segments that came must be there, and those that went still be, while the tables of places are written.
    let needed = needed_segments(input);
    let segments = put_segments(conn, &needed)?;
    stopped(input.token)?;
    let mut book: Book = old.get("derived").and_then(|t| serde_json::from_str(t).ok()).unwrap_or_default();
    let edited: BTreeSet<String> = conn
        .prepare("SELECT DISTINCT table_name FROM getu_touched")?
        .query_map([], |r| r.get(0))?
        .collect::<Result<_, _>>()?;
    let mut derived_rows = 0;
    if let Some(plan) = shown_plan(project, input.last_plan) {
        derived_rows += write_grid(conn, project, plan, input.tallies, (srs.id, input.time), &mut book)?;
    }
    let mut slots = touched(conn, changes.iter().copied(), project)?;
    for kind in Kind::TABLES {
        stopped(input.token)?;
        let touched = slots.remove(&kind).unwrap_or_default();
        let anew = edited.contains(kind.name());
        derived_rows += write_kind(conn, project, kind, &touched, anew, (srs.id, input.time), &mut book)?;
    }
    conn.execute("DELETE FROM getu_touched", [])?;
    let mut truth_rows = put_rows(conn, &changes)?;
    drop_segments(conn, &needed)?;
    truth_rows += log::write(conn, input.history)?;
    let redo: Vec<String> = input.history.redoable().iter().map(u32::to_string).collect();
    let meta = [
        ("file_version", FILE_VERSION.to_string()),
        ("program", env!("CARGO_PKG_VERSION").to_owned()),
        ("generation", id.to_owned()),
        ("state", state_text(project.state)),
        ("saved_by", json(by)),
        ("last_plan", input.last_plan.to_owned()),
        ("redo", redo.join(" ")),
        ("derived", json(&book)),
    ];
    let mut put = conn.prepare("INSERT OR REPLACE INTO getu_meta VALUES (?1, ?2)")?;
    for (key, value) in meta {
        if old.get(key) != Some(&value) {
            put.execute(params![key, value])?;
        }
    }
    let generation = Generation {
        id: id.to_owned(),
        by: by.clone(),
        header: [0; 100],
        size: 0,
        modified_ns: None,
        touched: schema::touched(conn)?,
    };
    Ok(Saved { generation, truth_rows, derived_rows, segments, warnings: warning.into_iter().collect() })
}

fn json(value: &impl serde::Serialize) -> String {
    // Names and numbers always serialise.
    serde_json::to_string(value).unwrap_or_default()
}

type Changed<'a> = (&'a (Part, Vec<u8>), Option<&'a Vec<u8>>, Option<&'a Vec<u8>>);

/// Rows that differ: key, before, after.
fn differences<'a>(was: &'a Rows, is: &'a Rows) -> Vec<Changed<'a>> {
    let mut out: Vec<Changed<'a>> =
        was.iter().filter(|(k, _)| !is.contains_key(*k)).map(|(k, v)| (k, Some(v), None)).collect();
    out.extend(is.iter().filter(|(k, v)| was.get(*k) != Some(v)).map(|(k, v)| (k, was.get(k), Some(v))));
    out
}

fn put_rows(conn: &Connection, changes: &[Changed<'_>]) -> Result<usize, StoreError> {
    for part in Part::ALL {
        let table = part.table();
        let mut put = conn.prepare(&format!("INSERT OR REPLACE INTO {table} VALUES (?1, ?2)"))?;
        let mut remove = conn.prepare(&format!("DELETE FROM {table} WHERE key = ?1"))?;
        for ((p, key), _, after) in changes {
            match after {
                _ if *p != part => continue,
                Some(value) => put.execute(params![key, value])?,
                None => remove.execute([key])?,
            };
        }
    }
    Ok(changes.len())
}

/// Segments that the tables of the project or the last steps name.
fn needed_segments(input: &SaveInput<'_>) -> Shelf {
    let mut out = log::segments_of_steps(input.history, input.segments);
    for t in input.history.stable().facts.tables.iter() {
        out.extend(t.segments().iter().map(|p| (p.segment.hash(), p.segment.clone())));
    }
    out
}

fn put_segments(conn: &Connection, needed: &Shelf) -> Result<usize, StoreError> {
    let there: BTreeSet<Vec<u8>> =
        conn.prepare("SELECT hash FROM getu_segments")?.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
    let mut put = conn.prepare("INSERT INTO getu_segments (hash, kind, rows, data) VALUES (?1, ?2, ?3, ?4)")?;
    let mut n = 0;
    for (hash, s) in needed.iter().filter(|(h, _)| !there.contains(&h.0[..])) {
        put.execute(params![&hash.0[..], s.kind().name(), s.len() as i64, s.to_bytes()])?;
        n += 1;
    }
    Ok(n)
}

fn drop_segments(conn: &Connection, needed: &Shelf) -> Result<(), StoreError> {
    let there: Vec<Vec<u8>> =
        conn.prepare("SELECT hash FROM getu_segments")?.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
    let wanted: BTreeSet<&[u8]> = needed.keys().map(|h| &h.0[..]).collect();
    let mut remove = conn.prepare("DELETE FROM getu_segments WHERE hash = ?1")?;
    for hash in there.iter().filter(|h| !wanted.contains(&h[..])) {
        remove.execute([hash])?;
    }
    Ok(())
}

/// The written copy: SQLite's check, number of rows of the truth and the log, the generation.
fn check(conn: &Connection, at: &Path, input: &SaveInput<'_>, id: &str) -> Result<(), StoreError> {
    let failed = |why: String| StoreError::CheckFailed { why };
    match check_file(conn, at, input.token) {
        Ok(_) => {}
        Err(StoreError::Corrupt { why, .. }) => return Err(failed(why)),
        Err(e) => return Err(e),
    }
    let rows = rows_of(input.history.stable());
    let counts = Part::ALL.map(|part| (part.table(), rows.keys().filter(|(p, _)| *p == part).count()));
    for (table, expected) in counts.into_iter().chain([("getu_log", input.history.log().count())]) {
        let there: i64 = conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0))?;
        if there != expected as i64 {
            return Err(failed(format!("{table}: {there} rows, not {expected}")));
        }
    }
    let meta = schema::read_meta(conn)?.unwrap_or_default();
    if meta.get("generation").map(String::as_str) == Some(id) { Ok(()) } else { Err(failed("generation".into())) }
}
