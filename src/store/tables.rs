//! Derived tables as GeoPackage wants them: table, contents, geometry column, R-tree with its triggers.

use super::StoreError;
use super::geometry::Blob;
use crate::model::Date;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Statement, params, params_from_iter};
use std::collections::BTreeMap;

/// Tables that we derived, with the layout each was made by. Kept in `getu_meta`.
pub(super) type Book = BTreeMap<String, String>;

/// A derived table.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Def {
    pub name: String,
    /// Name for people, unique in the file.
    pub identifier: String,
    /// GeoPackage's name of the geometry type; `None` = attributes only.
    pub geometry: Option<&'static str>,
    /// Columns besides `fid` and `geom`; the first names the row.
    pub columns: Vec<(&'static str, &'static str)>,
}

/// A row to be written.
pub(super) struct Out {
    pub blob: Option<Blob>,
    pub values: Vec<Value>,
}

/// A name in SQL. Names are ours or checked (layer ids), and quoted all the same.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Seconds since 1970 as GeoPackage writes times.
pub(super) fn time_text(time: i64) -> String {
    let (day, s) = (time.div_euclid(86_400), time.rem_euclid(86_400));
    let day = Date::from_days(day.clamp(-700_000, 2_900_000));
    format!("{day}T{:02}:{:02}:{:02}.000Z", s / 3600, s / 60 % 60, s % 60)
}

impl Def {
    fn rtree(&self) -> String {
        format!("rtree_{}_geom", self.name)
    }

    /// Table, columns, types and CRS: what makes a table another table.
    fn layout(&self, srs_id: i32) -> String {
        let columns: Vec<String> = self.columns.iter().map(|(n, t)| format!("{n} {t}")).collect();
        format!("1|{srs_id}|{}|{}", self.geometry.unwrap_or("-"), columns.join(","))
    }

    /// Whether the table lies there as this program made it, so that its rows can be taken over.
    pub fn stands(&self, conn: &Connection, srs_id: i32, book: &Book) -> Result<bool, StoreError> {
        if book.get(&self.name) != Some(&self.layout(srs_id)) {
            return Ok(false);
        }
        let mut wanted = vec![self.name.clone()];
        wanted.extend(self.geometry.map(|_| self.rtree()));
        for name in wanted {
            let there = conn
                .query_row("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1", [&name], |_| Ok(()))
                .optional()?;
            if there.is_none() {
                return Ok(false);
            }
        }
        let columns: Vec<String> = conn
            .prepare("SELECT name FROM pragma_table_info(?1)")?
            .query_map([&self.name], |r| r.get(0))?
            .collect::<Result<_, _>>()?;
        let geom = self.geometry.map(|_| "geom");
        let all = self.columns.iter().map(|(n, _)| *n).chain(["fid"]).chain(geom);
        Ok(all.into_iter().all(|n| columns.iter().any(|c| c == n)))
    }

    /// Makes the table anew, empty.
    pub fn create(&self, conn: &Connection, srs_id: i32, book: &mut Book) -> Result<(), StoreError> {
        drop_table(conn, &self.name)?;
        let t = quoted(&self.name);
        let geom = self.geometry.map_or(String::new(), |g| format!(", geom {g}"));
        let columns: String = self.columns.iter().map(|(n, ty)| format!(", {} {ty}", quoted(n))).collect();
        conn.execute_batch(&format!(
            "CREATE TABLE {t} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL{geom}{columns})"
        ))?;
        let kind = if self.geometry.is_some() { "features" } else { "attributes" };
        let srs = self.geometry.map(|_| srs_id);
        // An identifier is unique: another table (of another program too) may have it already.
        let taken = conn
            .query_row("SELECT 1 FROM gpkg_contents WHERE identifier = ?1", [&self.identifier], |_| Ok(()))
            .optional()?
            .is_some();
        let identifier = if taken { format!("{} ({})", self.identifier, self.name) } else { self.identifier.clone() };
        conn.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?1, ?2, ?3, ?4)",
            params![self.name, kind, identifier, srs],
        )?;
        if let Some(geometry) = self.geometry {
            conn.execute(
                "INSERT INTO gpkg_geometry_columns (table_name, column_name, geometry_type_name, srs_id, z, m)
                 VALUES (?1, 'geom', ?2, ?3, 0, 0)",
                params![self.name, geometry, srs_id],
            )?;
            conn.execute(
                "INSERT INTO gpkg_extensions (table_name, column_name, extension_name, definition, scope)
                 VALUES (?1, 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
                [&self.name],
            )?;
            let r = quoted(&self.rtree());
            conn.execute_batch(&format!("CREATE VIRTUAL TABLE {r} USING rtree(id, minx, maxx, miny, maxy)"))?;
            conn.execute_batch(&self.rtree_triggers())?;
        }
        conn.execute_batch(&self.seen_triggers())?;
        book.insert(self.name.clone(), self.layout(srs_id));
        Ok(())
    }

    /// The triggers of the R-tree extension as GeoPackage 1.3 has them, for other programs. (Ours writes with triggers
    /// off and keeps the R-tree itself.)
    fn rtree_triggers(&self) -> String {
        let (t, r) = (quoted(&self.name), quoted(&self.rtree()));
        let name = |n: &str| quoted(&format!("{}_{n}", self.rtree()));
        let put = format!(
            "INSERT OR REPLACE INTO {r} VALUES (NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), \
             ST_MaxY(NEW.geom));"
        );
        let (full, empty) =
            ("(NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))", "(NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))");
        format!(
            "CREATE TRIGGER {} AFTER INSERT ON {t} WHEN {full} BEGIN {put} END;
             CREATE TRIGGER {} AFTER UPDATE OF geom ON {t} WHEN OLD.fid = NEW.fid AND {full} BEGIN {put} END;
             CREATE TRIGGER {} AFTER UPDATE OF geom ON {t} WHEN OLD.fid = NEW.fid AND {empty}
               BEGIN DELETE FROM {r} WHERE id = OLD.fid; END;
             CREATE TRIGGER {} AFTER UPDATE ON {t} WHEN OLD.fid != NEW.fid AND {full}
               BEGIN DELETE FROM {r} WHERE id = OLD.fid; {put} END;
             CREATE TRIGGER {} AFTER UPDATE ON {t} WHEN OLD.fid != NEW.fid AND {empty}
               BEGIN DELETE FROM {r} WHERE id IN (OLD.fid, NEW.fid); END;
             CREATE TRIGGER {} AFTER DELETE ON {t} WHEN OLD.geom NOTNULL
               BEGIN DELETE FROM {r} WHERE id = OLD.fid; END;",
            name("insert"),
            name("update1"),
            name("update2"),
            name("update3"),
            name("update4"),
            name("delete"),
        )
    }

    /// Triggers that note which rows another program changed.
    fn seen_triggers(&self) -> String {
        let (t, text) = (quoted(&self.name), self.name.replace('\'', "''"));
        [("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")]
            .iter()
            .map(|(what, row)| {
                let name = quoted(&format!("getu_seen_{}_{what}", self.name));
                format!(
                    "CREATE TRIGGER {name} AFTER {what} ON {t}
                     BEGIN INSERT OR IGNORE INTO getu_touched VALUES ('{text}', {row}.fid); END;"
                )
            })
            .collect()
    }

    /// Takes all rows out.
    pub fn clear(&self, conn: &Connection) -> Result<(), StoreError> {
        conn.execute(&format!("DELETE FROM {}", quoted(&self.name)), [])?;
        if self.geometry.is_some() {
            conn.execute(&format!("DELETE FROM {}", quoted(&self.rtree())), [])?;
        }
        Ok(())
    }

    /// Takes the rows with numbers in a range out; returns how many.
    pub fn clear_range(&self, conn: &Connection, from: i64, to: i64) -> Result<usize, StoreError> {
        let n = conn.execute(&format!("DELETE FROM {} WHERE fid BETWEEN ?1 AND ?2", quoted(&self.name)), [from, to])?;
        conn.execute(&format!("DELETE FROM {} WHERE id BETWEEN ?1 AND ?2", quoted(&self.rtree())), [from, to])?;
        Ok(n)
    }

    /// Notes when and how far the table reaches; `extent` is min x, max x, min y, max y.
    pub fn note(&self, conn: &Connection, time: i64, extent: Option<[f64; 4]>) -> Result<(), StoreError> {
        let [x0, x1, y0, y1] = extent.map_or([None; 4], |e| e.map(Some));
        conn.execute(
            "UPDATE gpkg_contents SET last_change = ?2, min_x = ?3, max_x = ?4, min_y = ?5, max_y = ?6 WHERE table_name = ?1",
            params![self.name, time_text(time), x0, x1, y0, y1],
        )?;
        Ok(())
    }

    /// Number of rows.
    pub fn count(&self, conn: &Connection) -> Result<u64, StoreError> {
        Ok(conn.query_row(&format!("SELECT count(*) FROM {}", quoted(&self.name)), [], |r| r.get(0))?)
    }
}

/// Writes single rows of one table.
pub(super) struct Pen<'c> {
    put: Statement<'c>,
    remove: Statement<'c>,
    tree_put: Option<Statement<'c>>,
    tree_remove: Option<Statement<'c>>,
}

impl<'c> Pen<'c> {
    pub fn new(conn: &'c Connection, def: &Def) -> Result<Pen<'c>, StoreError> {
        let t = quoted(&def.name);
        let geom = def.geometry.map(|_| "geom".to_owned());
        let columns: Vec<String> = geom.into_iter().chain(def.columns.iter().map(|(n, _)| quoted(n))).collect();
        let marks: String = (0..columns.len()).map(|i| format!(", ?{}", i + 2)).collect();
        let sets: Vec<String> = columns.iter().map(|c| format!("{c} = excluded.{c}")).collect();
        let r = quoted(&def.rtree());
        let tree = |sql: String| def.geometry.map(|_| conn.prepare(&sql)).transpose();
        Ok(Pen {
            // Not REPLACE: columns that another program added keep their values.
            put: conn.prepare(&format!(
                "INSERT INTO {t} (fid, {}) VALUES (?1{marks}) ON CONFLICT (fid) DO UPDATE SET {}",
                columns.join(", "),
                sets.join(", ")
            ))?,
            remove: conn.prepare(&format!("DELETE FROM {t} WHERE fid = ?1"))?,
            tree_put: tree(format!("INSERT OR REPLACE INTO {r} VALUES (?1, ?2, ?3, ?4, ?5)"))?,
            tree_remove: tree(format!("DELETE FROM {r} WHERE id = ?1"))?,
        })
    }

    /// Writes a row; `new` says that none with this number is there.
    pub fn put(&mut self, fid: i64, row: Out, new: bool) -> Result<(), StoreError> {
        let envelope = row.blob.as_ref().map(|b| b.envelope);
        let geom = self.tree_put.is_some().then(|| row.blob.map_or(Value::Null, |b| Value::Blob(b.bytes)));
        self.put.execute(params_from_iter(std::iter::once(Value::Integer(fid)).chain(geom).chain(row.values)))?;
        match (envelope, &mut self.tree_put, &mut self.tree_remove) {
            (Some([x0, x1, y0, y1]), Some(put), _) => drop(put.execute(params![fid, x0, x1, y0, y1])?),
            (None, _, Some(remove)) if !new => drop(remove.execute([fid])?),
            _ => {}
        }
        Ok(())
    }

    /// Takes a row out; says whether it was there.
    pub fn remove(&mut self, fid: i64) -> Result<bool, StoreError> {
        if let Some(tree) = &mut self.tree_remove {
            tree.execute([fid])?;
        }
        Ok(self.remove.execute([fid])? > 0)
    }
}

/// Drops a table with everything that names it.
pub(super) fn drop_table(conn: &Connection, name: &str) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM gpkg_extensions WHERE table_name = ?1",
        "DELETE FROM gpkg_geometry_columns WHERE table_name = ?1",
        "DELETE FROM gpkg_contents WHERE table_name = ?1",
    ] {
        conn.execute(sql, [name])?;
    }
    let rtree = format!("rtree_{name}_geom");
    conn.execute_batch(&format!("DROP TABLE IF EXISTS {}; DROP TABLE IF EXISTS {}", quoted(&rtree), quoted(name)))?;
    Ok(())
}

/// Brings a small table to `rows` by comparing it with what stands there; rows keep their numbers. Returns how many rows
/// were written or taken out.
pub(super) fn write_small(
    conn: &Connection,
    def: &Def,
    rows: Vec<Out>,
    (srs_id, time): (i32, i64),
    book: &mut Book,
) -> Result<usize, StoreError> {
    let fresh = !def.stands(conn, srs_id, book)?;
    if fresh {
        def.create(conn, srs_id, book)?;
    }
    let mut there: BTreeMap<String, (i64, Vec<Value>)> = BTreeMap::new();
    let mut gone: Vec<i64> = Vec::new();
    let mut last = 0;
    let geom = def.geometry.map(|_| "geom".to_owned());
    let columns: Vec<String> = geom.into_iter().chain(def.columns.iter().map(|(n, _)| quoted(n))).collect();
    let code = def.columns.first().map_or("fid", |(n, _)| *n);
    let sql = format!("SELECT fid, CAST({} AS TEXT), {} FROM {}", quoted(code), columns.join(", "), quoted(&def.name));
    let mut get = conn.prepare(&sql)?;
    let mut each = get.query([])?;
    while let Some(r) = each.next()? {
        let (fid, key): (i64, Option<String>) = (r.get(0)?, r.get(1)?);
        last = last.max(fid);
        let values = (0..columns.len()).map(|i| r.get(i + 2)).collect::<Result<Vec<Value>, _>>()?;
        match key {
            Some(key) if !there.contains_key(&key) => drop(there.insert(key, (fid, values))),
            _ => gone.push(fid),
        }
    }
    drop(each);
    let mut pen = Pen::new(conn, def)?;
    let (mut wrote, mut extent) = (0, None::<[f64; 4]>);
    for row in rows {
        if let Some(e) = row.blob.as_ref().map(|b| b.envelope) {
            extent = Some(join(extent, e));
        }
        let key = match row.values.first() {
            Some(Value::Text(t)) => t.clone(),
            _ => String::new(),
        };
        let old = there.remove(&key);
        let blob = row.blob.as_ref().map_or(Value::Null, |b| Value::Blob(b.bytes.clone()));
        let now = def.geometry.map(|_| blob).into_iter().chain(row.values.iter().cloned());
        if old.as_ref().is_some_and(|(_, v)| now.eq(v.iter().cloned())) {
            continue;
        }
        let fid = old.map_or_else(
            || {
                last += 1;
                last
            },
            |(fid, _)| fid,
        );
        pen.put(fid, row, fresh)?;
        wrote += 1;
    }
    gone.extend(there.into_values().map(|(fid, _)| fid));
    for fid in gone {
        wrote += usize::from(pen.remove(fid)?);
    }
    if fresh || wrote > 0 {
        def.note(conn, time, extent)?;
    }
    Ok(wrote)
}

/// The envelope round both.
pub(super) fn join(a: Option<[f64; 4]>, b: [f64; 4]) -> [f64; 4] {
    a.map_or(b, |a| [a[0].min(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].max(b[3])])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_geopackage_wants_them() {
        assert_eq!(time_text(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(time_text(1_781_754_061), "2026-06-18T03:41:01.000Z");
        assert_eq!(time_text(-1), "1969-12-31T23:59:59.000Z");
        time_text(i64::MAX);
    }
}
