//! What QGIS sees of the places: a table for each kind of rows, written only where rows changed.

use super::StoreError;
use super::bytes::read_sealed;
use super::geometry::shape_blob;
use super::tables::{Book, Def, Out, Pen, join, time_text};
use super::truth::{Part, item_key};
use crate::geom::Box2;
use crate::model::{Field, Kind, RowRef, Table, Value as Cell};
use crate::plan::{Item, Key, Project};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension};
use std::collections::{BTreeMap, BTreeSet};

/// Slots of one table whose rows may differ from those in the file.
#[derive(Default, Debug)]
pub(super) struct Touched {
    /// First slot and one past the last, of segments that came or went.
    ranges: Vec<(u32, u32)>,
    slots: BTreeSet<u32>,
}

/// Slots touched, by kind, of a difference of rows: key, value in the file, value now.
pub(super) fn touched<'a>(
    conn: &Connection,
    changes: impl Iterator<Item = (&'a (Part, Vec<u8>), Option<&'a Vec<u8>>, Option<&'a Vec<u8>>)>,
    project: &Project,
) -> Result<BTreeMap<Kind, Touched>, StoreError> {
    let mut out: BTreeMap<Kind, Touched> = BTreeMap::new();
    let mut rows = conn.prepare("SELECT rows FROM getu_segments WHERE hash = ?1")?;
    for ((part, key), before, after) in changes {
        if *part != Part::Items {
            continue;
        }
        match item_key(key)? {
            Key::Row(kind, slot) => drop(out.entry(kind).or_default().slots.insert(slot)),
            Key::Segment(kind, base) => {
                let t = out.entry(kind).or_default();
                if let Some(bytes) = before
                    && let Item::Segment(s) = read_sealed::<Item>(part.table(), key, bytes)?
                {
                    let n: Option<u32> = rows.query_row([&s.hash.0[..]], |r| r.get(0)).optional()?;
                    t.ranges.push((base, base.saturating_add(n.unwrap_or(0))));
                }
                if after.is_some()
                    && let Some(p) = project.table(kind).segments().iter().find(|p| p.base == base)
                {
                    t.ranges.push((base, base + p.segment.len() as u32));
                }
            }
            _ => {}
        }
    }
    Ok(out)
}

/// Table name, name for people, fields, geometry type while there is no row.
fn layout(kind: Kind) -> (&'static str, &'static [Field], &'static str) {
    use Field as F;
    const AREA: &str = "MULTIPOLYGON";
    const LINE: &str = "MULTILINESTRING";
    match kind {
        Kind::Buildings => (
            "楼栋",
            &[
                F::Use,
                F::Kind,
                F::Households,
                F::Residents,
                F::Storeys,
                F::Height,
                F::Courtyard,
                F::Address,
                F::HouseholdsEstimated,
                F::Staircases,
            ],
            AREA,
        ),
        Kind::Courtyards => ("院落", &[F::Kind, F::Address, F::Whole], AREA),
        Kind::Facilities => ("设施", &[F::Kind, F::Address], "POINT"),
        Kind::Roads => ("道路", &[F::Kind], LINE),
        Kind::Water => ("水系", &[F::Kind], AREA),
        Kind::Landuse => ("用地", &[F::Kind, F::Use], AREA),
        Kind::Walls => ("围墙", &[F::Kind], LINE),
        Kind::Incidents => ("事件", &[F::Class, F::Source, F::State, F::Time, F::Address], "POINT"),
        Kind::Reference | Kind::Cells => ("参考区域", &[F::Kind, F::Level, F::Parent], AREA),
    }
}

fn column_type(field: Field) -> &'static str {
    match (field, field.sample()) {
        (Field::Whole | Field::HouseholdsEstimated, _) => "BOOLEAN",
        (Field::Time, _) => "DATETIME",
        (_, Cell::Text(_)) => "TEXT",
        (_, Cell::Float(_)) => "REAL",
        _ => "INTEGER",
    }
}

fn def(kind: Kind, geometry: &'static str) -> Def {
    let (identifier, fields, _) = layout(kind);
    let own = fields.iter().map(|&f| (f.name(), column_type(f)));
    Def {
        name: kind.name().into(),
        identifier: identifier.into(),
        geometry: Some(geometry),
        columns: [("code", "TEXT NOT NULL"), ("name", "TEXT")].into_iter().chain(own).collect(),
    }
}

/// The geometry type of a table that holds rows of one type and then another.
fn widened(a: Option<&'static str>, tag: u8) -> Option<&'static str> {
    let b = match tag {
        1 => "POINT",
        2 => "MULTILINESTRING",
        3 => "MULTIPOLYGON",
        _ => return a,
    };
    Some(a.map_or(b, |a| if a == b { a } else { "GEOMETRY" }))
}

/// The name of a geometry type as ours to compare.
fn known_type(name: &str) -> Option<&'static str> {
    ["POINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRY"].into_iter().find(|t| *t == name)
}

fn out_of(row: RowRef<'_>, fields: &[Field], origin: crate::geom::Origin, srs_id: i32) -> Out {
    let text = |t: &str| Value::Text(t.to_owned());
    let value = |f: Field| match (f, row.value(f)) {
        (_, None) => Value::Null,
        (Field::Time, Some(Cell::Int(t))) => Value::Text(time_text(t)),
        (_, Some(Cell::Text(t))) => Value::Text(t),
        (_, Some(Cell::Count(c))) => Value::Integer(i64::from(c)),
        (_, Some(Cell::Int(i))) => Value::Integer(i),
        (_, Some(Cell::Float(f))) => Value::Real(f),
    };
    let values = [text(row.code()), text(row.name())].into_iter().chain(fields.iter().map(|&f| value(f))).collect();
    Out { blob: shape_blob(origin, srs_id, &row.shape()), values }
}

/// Brings the table of one kind up to date; the number of a row is its slot + 1. With `anew` (or if the table does not
/// stand as it should) every row is written. Returns how many rows were written or taken out.
pub(super) fn write_kind(
    conn: &Connection,
    project: &Project,
    kind: Kind,
    touched: &Touched,
    anew: bool,
    (srs_id, time): (i32, i64),
    book: &mut Book,
) -> Result<usize, StoreError> {
    let table = project.table(kind);
    let (_, fields, empty_type) = layout(kind);
    let stored: Option<String> = conn
        .query_row("SELECT geometry_type_name FROM gpkg_geometry_columns WHERE table_name = ?1", [kind.name()], |r| {
            r.get(0)
        })
        .optional()?;
    let stored = stored.as_deref().and_then(known_type);
    let stands = match stored {
        Some(t) => def(kind, t).stands(conn, srs_id, book)?,
        None => false,
    };
    let mut slots: BTreeSet<u32> = touched.slots.clone();
    for &(from, to) in &touched.ranges {
        slots.extend(from..to);
    }
    let some = stands && !anew;
    let had = if some { def(kind, stored.unwrap_or(empty_type)).count(conn)? } else { 0 };
    let mut geometry = stored.filter(|_| some && had > 0);
    if some {
        let rows = slots.iter().filter_map(|&s| table.get(s));
        geometry = rows.fold(geometry, |g, r| widened(g, r.shape().tag));
    }
    if !some || geometry.is_some_and(|g| Some(g) != stored) {
        return write_all(conn, project, table, (srs_id, time), book);
    }
    if slots.is_empty() {
        return Ok(0);
    }
    let def = def(kind, stored.unwrap_or(empty_type));
    let mut wrote = 0;
    let mut pen = Pen::new(conn, &def)?;
    for &(from, to) in &touched.ranges {
        // What a segment that went had; whatever is there now is written below.
        wrote += def.clear_range(conn, i64::from(from) + 1, i64::from(to))?;
    }
    for &slot in &slots {
        let fid = i64::from(slot) + 1;
        match table.get(slot) {
            Some(row) => {
                pen.put(fid, out_of(row, fields, project.origin(), srs_id), false)?;
                wrote += 1;
            }
            None => wrote += usize::from(pen.remove(fid)?),
        }
    }
    finish(conn, &def, project, table, time)?;
    Ok(wrote)
}

fn write_all(
    conn: &Connection,
    project: &Project,
    table: &Table,
    (srs_id, time): (i32, i64),
    book: &mut Book,
) -> Result<usize, StoreError> {
    let (_, fields, empty_type) = layout(table.kind());
    let geometry = table.iter().fold(None, |g, (_, r)| widened(g, r.shape().tag)).unwrap_or(empty_type);
    let def = def(table.kind(), geometry);
    if def.stands(conn, srs_id, book)? {
        def.clear(conn)?;
    } else {
        def.create(conn, srs_id, book)?;
    }
    let mut pen = Pen::new(conn, &def)?;
    for (slot, row) in table.iter() {
        pen.put(i64::from(slot) + 1, out_of(row, fields, project.origin(), srs_id), true)?;
    }
    finish(conn, &def, project, table, time)?;
    Ok(table.len())
}

/// Extent, time and the count.
fn finish(conn: &Connection, def: &Def, project: &Project, table: &Table, time: i64) -> Result<(), StoreError> {
    let area = table.iter().fold(Box2::EMPTY, |b, (_, r)| b.union(r.bbox()));
    let extent = (!area.is_empty()).then(|| {
        let ([x0, y0], [x1, y1]) = (project.origin().metres(area.min), project.origin().metres(area.max));
        join(None, [x0, x1, y0, y1])
    });
    def.note(conn, time, extent)?;
    let there = def.count(conn)?;
    if there != table.len() as u64 {
        return Err(StoreError::CheckFailed { why: format!("{}: {there} rows, not {}", def.name, table.len()) });
    }
    Ok(())
}
