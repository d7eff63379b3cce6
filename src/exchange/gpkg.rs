//! A table of a GeoPackage in: feature by feature, as any other source.

use super::ExchangeError;
use super::finding::{Action, Finding, Findings, Severity};
use super::source::{Feature, Format, Geometry, PropValue, Source};
use crate::crs::CrsDef;
use crate::store::reader;
use rusqlite::OptionalExtension;
use rusqlite::types::ValueRef;
use std::path::Path;

/// Points of a table at most; geometries beyond are left out.
const POINTS: usize = 5_000_000;

/// Reads a feature table. The file is not written; one in WAL mode or with side files is read in a copy.
///
/// # Errors
/// The file cannot be read, or has no such table with polygons; a row whose geometry cannot be read is a finding.
pub fn read_table(path: &Path, table: &str) -> Result<Source, ExchangeError> {
    let r = reader(path)?;
    let none = || ExchangeError::NoTable { table: table.chars().take(80).collect() };
    let found: Option<(String, String, i64)> = r
        .conn
        .query_row(
            "SELECT g.column_name, s.organization, s.organization_coordsys_id FROM gpkg_geometry_columns g
             JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id WHERE g.table_name = ?1",
            [table],
            |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
        )
        .optional()?;
    let (geom, organization, code) = found.ok_or_else(none)?;
    let crs =
        if organization.eq_ignore_ascii_case("EPSG") { CrsDef::parse(&format!("EPSG:{code}")).ok() } else { None };
    // Only what is in the catalogue comes here, and no name reaches SQL unquoted.
    let mut get = r.conn.prepare(&format!("SELECT * FROM {} ORDER BY rowid", quoted(table)))?;
    let names: Vec<String> = get.column_names().into_iter().map(str::to_owned).collect();
    let shape = names.iter().position(|n| *n == geom).ok_or_else(none)?;
    let mut findings = Findings::default();
    let (mut features, mut read, mut refused) = (Vec::new(), 0u32, 0u32);
    let mut room = POINTS;
    let mut rows = get.query([])?;
    while let Some(row) = rows.next()? {
        read += 1;
        let geometry = match row.get_ref(shape)? {
            ValueRef::Null => Some(Geometry::None),
            ValueRef::Blob(b) => polygons(b, &mut room),
            _ => None,
        };
        let Some(geometry) = geometry else {
            refused += 1;
            let (zh, en) = (
                format!("第 {read} 行的几何不是可读的面，已略过"),
                format!("the geometry of row {read} is no polygon that can be read; it is left out"),
            );
            findings.add(Finding::new("geometry", Severity::Error, Action::Refused, zh, en).of_row(read, None));
            continue;
        };
        let mut values = Vec::new();
        for i in (0..names.len()).filter(|i| *i != shape) {
            let value = match row.get_ref(i)? {
                ValueRef::Integer(v) => Some(PropValue::Int(v)),
                ValueRef::Real(v) => Some(PropValue::Float(v)),
                ValueRef::Text(t) => {
                    let t = String::from_utf8_lossy(t);
                    (!t.trim().is_empty()).then(|| PropValue::Text(t.trim().into()))
                }
                _ => None,
            };
            values.extend(value.map(|v| (i as u32, v)));
        }
        features.push(Feature { number: read, line: None, geometry, values, repaired: false });
    }
    Ok(Source {
        format: Format::GeoPackage,
        crs,
        encoding: "UTF-8",
        columns: names,
        features,
        read,
        refused,
        findings: findings.finish(),
    })
}

/// A name in SQL.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The polygons of a geometry blob (OGC 12-128r15, 2.1.3); `None` for anything else. Coordinates beyond x and y are left
/// out. Nothing is allocated that the bytes cannot hold.
fn polygons(blob: &[u8], room: &mut usize) -> Option<Geometry> {
    let (head, _) = blob.split_first_chunk::<8>()?;
    let [b'G', b'P', 0, flags, ..] = *head else { return None };
    let envelope = match flags >> 1 & 7 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return None,
    };
    let mut w = Wkb { bytes: blob.get(8 + envelope..)?, little: true, room };
    if flags & 16 != 0 {
        return Some(Geometry::None);
    }
    let all = w.geometry(0)?;
    w.bytes.is_empty().then_some(Geometry::Polygons(all))
}

struct Wkb<'a> {
    bytes: &'a [u8],
    little: bool,
    room: &'a mut usize,
}

impl Wkb<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.bytes.split_first_chunk::<N>()?;
        self.bytes = rest;
        Some(*head)
    }

    fn u32(&mut self) -> Option<u32> {
        let b = self.take()?;
        Some(if self.little { u32::from_le_bytes(b) } else { u32::from_be_bytes(b) })
    }

    fn f64(&mut self) -> Option<f64> {
        let b = self.take()?;
        Some(if self.little { f64::from_le_bytes(b) } else { f64::from_be_bytes(b) })
    }

    fn count(&mut self, least_bytes: usize) -> Option<usize> {
        let n = self.u32()? as usize;
        (n <= self.bytes.len() / least_bytes).then_some(n)
    }

    fn geometry(&mut self, depth: u32) -> Option<Vec<Vec<Vec<[f64; 2]>>>> {
        self.little = match self.take::<1>()? {
            [0] => false,
            [1] => true,
            _ => return None,
        };
        let kind = self.u32()?;
        // ISO: thousands for Z and M; EWKB: the top bits.
        let (base, ewkb) = (kind & 0x0fff_ffff, kind >> 28);
        if ewkb & 2 != 0 {
            // The number of a CRS.
            self.u32()?;
        }
        let (base, more) = match base / 1000 {
            0 => (base, (ewkb >> 3 & 1) + (ewkb >> 2 & 1)),
            t @ 1..=3 => (base % 1000, if t == 3 { 2 } else { 1 }),
            _ => return None,
        };
        match base {
            3 => {
                let rings = self.count(4)?;
                let ring = |w: &mut Self| {
                    let n = w.count(16 + 8 * more as usize)?;
                    *w.room = w.room.checked_sub(n)?;
                    (0..n).map(|_| w.point(more)).collect::<Option<Vec<[f64; 2]>>>()
                };
                let rings = (0..rings).map(|_| ring(self)).collect::<Option<Vec<_>>>()?;
                Some(if rings.is_empty() { vec![] } else { vec![rings] })
            }
            6 if depth == 0 => {
                let parts = self.count(9)?;
                let parts = (0..parts).map(|_| self.geometry(1)).collect::<Option<Vec<_>>>()?;
                Some(parts.into_iter().flatten().collect())
            }
            _ => None,
        }
    }

    fn point(&mut self, more: u32) -> Option<[f64; 2]> {
        let p = [self.f64()?, self.f64()?];
        for _ in 0..more {
            self.f64()?;
        }
        Some(p)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(blob: &[u8]) -> Option<Geometry> {
        polygons(blob, &mut 1000)
    }

    fn blob(wkb: &[u8]) -> Vec<u8> {
        [&b"GP\0\x01\0\0\0\0"[..], wkb].concat()
    }

    fn polygon(little: bool, kind: u32, more: usize) -> Vec<u8> {
        let u = |v: u32| if little { v.to_le_bytes() } else { v.to_be_bytes() };
        let f = |v: f64| if little { v.to_le_bytes() } else { v.to_be_bytes() };
        let mut out = vec![u8::from(little)];
        out.extend(u(kind));
        out.extend(u(1));
        out.extend(u(4));
        for p in [[0.0, 0.0], [5.0, 0.0], [5.0, 5.0], [0.0, 0.0]] {
            out.extend(p.into_iter().chain(vec![9.0; more]).flat_map(f));
        }
        out
    }

    #[test]
    fn polygons_of_both_byte_orders_and_all_dimensions_are_read() {
        let ring = vec![[0.0, 0.0], [5.0, 0.0], [5.0, 5.0], [0.0, 0.0]];
        for (little, kind, more) in
            [(true, 3, 0), (false, 3, 0), (true, 1003, 1), (false, 2003, 1), (true, 3003, 2), (true, 0x8000_0003, 1)]
        {
            let one = polygon(little, kind, more);
            assert_eq!(read(&blob(&one)), Some(Geometry::Polygons(vec![vec![ring.clone()]])), "{kind}");
            let mut multi = vec![1];
            multi.extend(6u32.to_le_bytes());
            multi.extend(2u32.to_le_bytes());
            multi.extend([one.clone(), one.clone()].concat());
            assert_eq!(read(&blob(&multi)), Some(Geometry::Polygons(vec![vec![ring.clone()]; 2])));
            for cut in 0..one.len() {
                assert_eq!(read(&blob(&one[..cut])), None, "cut at {cut}");
            }
        }
        // A count that the bytes cannot hold, another kind, a collection in a collection, something left over.
        let mut many = polygon(true, 3, 0);
        many[9..13].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(read(&blob(&many)), None);
        assert_eq!(read(&blob(&polygon(true, 2, 0))), None);
        assert_eq!(read(&blob(&[polygon(true, 3, 0), vec![0]].concat())), None);
        let deep = [&[1, 6, 0, 0, 0, 1, 0, 0, 0, 1, 6, 0, 0, 0, 1, 0, 0, 0][..], &polygon(true, 3, 0)].concat();
        assert_eq!(read(&blob(&deep)), None);
        assert_eq!(read(b"GP\0\x11\0\0\0\0"), Some(Geometry::None));
        for bad in [&b""[..], b"GP", b"XX\0\x01\0\0\0\0", b"GP\0\x0f\0\0\0\0"] {
            assert_eq!(read(bad), None);
        }
    }
}
