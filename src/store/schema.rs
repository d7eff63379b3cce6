//! Tables of the file: our own, those of the GeoPackage standard; what kind of file it is; the upgrade ladder.

use super::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeMap;

/// Version of the file's own tables that this program writes (`file_version`).
pub const FILE_VERSION: u32 = 2;

/// `GPKG` as a number: the application id of every GeoPackage since 1.2.
pub(super) const APPLICATION_ID: u32 = 0x4750_4B47;
/// GeoPackage 1.3.0.
const USER_VERSION: u32 = 10_300;

/// One rung of the ladder: leads from a version to the next, on a copy.
type Rung = fn(&Connection) -> Result<(), StoreError>;
/// `RUNGS[i]` leads from version i + 1 to i + 2. Version 2 added locks: items of a new sort, and a place for them in whole
/// plans of a patch, which has a version of its own; and levels of gathered units, written with a `*`.
const RUNGS: &[Rung] = &[to_2];

/// Nothing but the number changes; only the name of a level means something else if it ends in `*`.
fn to_2(conn: &Connection) -> Result<(), StoreError> {
    let mut get = conn.prepare("SELECT key, value FROM getu_items")?;
    let mut rows = get.query([])?;
    while let Some(r) = rows.next()? {
        let (key, value): (Vec<u8>, Vec<u8>) = (r.get(0)?, r.get(1)?);
        // Key 2, Layer: its item has the names of the levels as they are written.
        let starred = value.windows(3).any(|w| w == "＊".as_bytes()) || value.contains(&b'*');
        if key.first() == Some(&2) && starred {
            let why = "a layer whose name or level has a * cannot be taken over from version 1; rename it there";
            return Err(StoreError::damaged("getu_items", super::bytes::hex(&key), why));
        }
    }
    Ok(())
}

const OWN: &str = "
CREATE TABLE getu_meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE getu_segments (hash BLOB PRIMARY KEY NOT NULL, kind TEXT NOT NULL, rows INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE getu_plans (key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE getu_items (key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE getu_nodes (key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE getu_edges (key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE getu_faces (key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE getu_log (
  n INTEGER PRIMARY KEY, step INTEGER NOT NULL, replica INTEGER NOT NULL, time INTEGER NOT NULL, author TEXT NOT NULL,
  plan TEXT, sentence_zh TEXT NOT NULL, sentence_en TEXT NOT NULL, place TEXT, edit TEXT NOT NULL, crc INTEGER NOT NULL,
  patch BLOB, undone INTEGER NOT NULL);
CREATE TABLE getu_touched (table_name TEXT NOT NULL, fid INTEGER NOT NULL, PRIMARY KEY (table_name, fid)) WITHOUT ROWID;
";

const STANDARD: &str = "
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
";

/// Makes the tables of an empty file. The page size must be set before.
pub(super) fn create(conn: &Connection) -> Result<(), StoreError> {
    conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    conn.pragma_update(None, "user_version", USER_VERSION)?;
    conn.execute_batch(STANDARD)?;
    conn.execute_batch(OWN)?;
    Ok(())
}

/// Settings for a file that others may have written: no triggers, views or functions of its own, no memory maps,
/// pages looked at before they are trusted, and limits.
pub(super) fn defend(conn: &Connection) -> Result<(), StoreError> {
    for (what, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
    ] {
        conn.set_db_config(what, on)?;
    }
    for (limit, most) in [
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 200_000),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_VDBE_OP, 100_000),
        (Limit::SQLITE_LIMIT_LENGTH, 900_000_000),
    ] {
        conn.set_limit(limit, most)?;
    }
    conn.pragma_update(None, "cell_size_check", true)?;
    conn.pragma_update(None, "mmap_size", 0)?;
    Ok(())
}

/// Everything in `getu_meta`; `None` if the file has no such table.
pub(super) fn read_meta(conn: &Connection) -> Result<Option<BTreeMap<String, String>>, StoreError> {
    let is_ours = conn
        .query_row("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'getu_meta'", [], |_| Ok(()))
        .optional()?
        .is_some();
    if !is_ours {
        return Ok(None);
    }
    let mut get = conn.prepare("SELECT key, value FROM getu_meta")?;
    let rows = get.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(Some(rows.collect::<Result<_, _>>()?))
}

/// Hash of the rows that triggers noted in `getu_touched`.
pub(super) fn touched(conn: &Connection) -> Result<[u8; 32], StoreError> {
    let mut get = conn.prepare("SELECT quote(table_name), quote(fid) FROM getu_touched ORDER BY table_name, fid")?;
    let mut rows = get.query([])?;
    let mut h = blake3::Hasher::new();
    while let Some(r) = rows.next()? {
        for i in 0..2 {
            h.update(r.get::<_, String>(i)?.as_bytes());
        }
        h.update(b"\n");
    }
    Ok(*h.finalize().as_bytes())
}

/// The file's version as it stands in `getu_meta`.
pub(super) fn version(meta: &BTreeMap<String, String>) -> Result<u32, StoreError> {
    let text = meta.get("file_version").map_or("", String::as_str);
    match text.parse() {
        Ok(0) | Err(_) => Err(StoreError::damaged("getu_meta", "file_version", format!("\"{text}\" is no version"))),
        Ok(v) if v > FILE_VERSION => Err(StoreError::Newer { found: v, known: FILE_VERSION }),
        Ok(v) => Ok(v),
    }
}

/// Brings the tables of a copy from `from` to [`FILE_VERSION`].
pub(super) fn climb(conn: &Connection, from: u32) -> Result<(), StoreError> {
    climb_by(conn, from, RUNGS)
}

fn climb_by(conn: &Connection, from: u32, rungs: &[Rung]) -> Result<(), StoreError> {
    for (i, rung) in rungs.iter().enumerate().skip(from.max(1) as usize - 1) {
        rung(conn)?;
        conn.execute("UPDATE getu_meta SET value = ?1 WHERE key = 'file_version'", [(i + 2).to_string()])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_is_climbed_from_the_files_own_rung() {
        let conn = Connection::open_in_memory().unwrap();
        create(&conn).unwrap();
        conn.execute("INSERT INTO getu_meta VALUES ('file_version', '2')", []).unwrap();
        fn never(_: &Connection) -> Result<(), StoreError> {
            Err(StoreError::Cancelled)
        }
        fn adds(c: &Connection) -> Result<(), StoreError> {
            Ok(c.execute_batch("ALTER TABLE getu_log ADD COLUMN extra TEXT")?)
        }
        climb_by(&conn, 2, &[never, adds]).unwrap();
        assert_eq!(read_meta(&conn).unwrap().unwrap()["file_version"], "3");
        assert!(conn.prepare("SELECT extra FROM getu_log").is_ok());
        assert_eq!(climb_by(&conn, 1, &[never, adds]), Err(StoreError::Cancelled));
        assert_eq!(RUNGS.len() + 1, FILE_VERSION as usize);
    }

    #[test]
    fn versions_are_numbers_that_this_program_knows() {
        let of = |t: &str| version(&BTreeMap::from([("file_version".to_owned(), t.to_owned())]));
        assert_eq!(of("1"), Ok(1));
        assert_eq!(of("7"), Err(StoreError::Newer { found: 7, known: FILE_VERSION }));
        for bad in ["", "0", "-1", "1.5", "x"] {
            assert_eq!(of(bad).unwrap_err().kind(), "damaged");
        }
    }
}
