//! GeoJSON and delimited text out.

use super::ExchangeError;
use crate::crs::{CrsDef, Transform, is_geographic};
use crate::geom::{Origin, Pt};
use crate::model::{Said, ShapeRef};
use std::borrow::Cow;
use std::io::Write;

/// A feature on its way out.
pub struct OutFeature<'a> {
    /// Its shape in grid millimetres.
    pub shape: ShapeRef<'a>,
    /// Its properties, in order.
    pub props: Vec<(String, serde_json::Value)>,
}

/// Writes a whole file: beside it first, then in its place, so that a file of that name is never half written.
///
/// # Errors
/// What the file system says; a file that was there is then as it was.
pub fn write_file(path: &std::path::Path, bytes: &[u8]) -> Result<(), ExchangeError> {
    let at = |e: std::io::Error| ExchangeError::Io { path: path.display().to_string(), reason: e.into() };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let written = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, path));
    if written.is_err() {
        // Nothing is left beside the file; that it could not be removed adds nothing to what is said.
        let _ = std::fs::remove_file(&part);
    }
    written.map_err(at)
}

fn failed(e: impl ToString) -> ExchangeError {
    ExchangeError::Io { path: "output".to_owned(), reason: Said::new(e.to_string(), e.to_string()) }
}

/// Writes a FeatureCollection (RFC 7946: outer rings counter-clockwise, closed) and answers how many features it has.
///
/// `to` is the CRS of the file, WGS 84 unless the caller wishes otherwise; another one is named in a `crs` member as in
/// GeoJSON 2008, which GDAL and QGIS read. Degrees have nine decimals (a tenth of a millimetre), metres three. One
/// feature a line.
pub fn write_geojson<'a>(
    out: &mut dyn Write,
    features: impl IntoIterator<Item = OutFeature<'a>>,
    origin: Origin,
    from: &CrsDef,
    to: &CrsDef,
) -> Result<u64, ExchangeError> {
    let transform = Transform::new(from, to)?;
    let decimals = if is_geographic(to)? { 9 } else { 3 };
    out.write_all(b"{\"type\":\"FeatureCollection\",").map_err(failed)?;
    if *to != CrsDef::wgs84() {
        let name = match to.epsg_code() {
            Some(code) => format!("urn:ogc:def:crs:EPSG::{code}"),
            None => to.text().to_owned(),
        };
        let crs = serde_json::json!({ "type": "name", "properties": { "name": name } });
        write!(out, "\"crs\":{crs},").map_err(failed)?;
    }
    out.write_all(b"\"features\":[\n").map_err(failed)?;
    let mut n = 0;
    let mut text = String::new();
    for f in features {
        text.clear();
        if n > 0 {
            text.push_str(",\n");
        }
        text.push_str("{\"type\":\"Feature\",\"properties\":");
        let props: serde_json::Map<String, serde_json::Value> = f.props.into_iter().collect();
        text.push_str(&serde_json::Value::Object(props).to_string());
        text.push_str(",\"geometry\":");
        geometry(&mut text, &f.shape, origin, &transform, decimals)?;
        text.push('}');
        out.write_all(text.as_bytes()).map_err(failed)?;
        n += 1;
    }
    out.write_all(b"\n]}\n").map_err(failed)?;
    out.flush().map_err(failed)?;
    Ok(n)
}

fn geometry(
    text: &mut String,
    shape: &ShapeRef<'_>,
    origin: Origin,
    transform: &Transform,
    decimals: usize,
) -> Result<(), ExchangeError> {
    let rings = |text: &mut String, part: &[&[Pt]], closed: bool| -> Result<(), ExchangeError> {
        for (i, ring) in part.iter().enumerate() {
            if i > 0 {
                text.push(',');
            }
            let mut xy: Vec<[f64; 2]> = ring.iter().map(|p| origin.metres(*p)).collect();
            transform.convert(&mut xy)?;
            text.push('[');
            for (k, p) in xy.iter().chain(xy.first().filter(|_| closed)).enumerate() {
                if k > 0 {
                    text.push(',');
                }
                position(text, *p, decimals);
            }
            text.push(']');
        }
        Ok(())
    };
    let single = shape.parts.len() == 1;
    let kind = match (shape.tag, single) {
        (1, _) => "Point",
        (2, true) => "LineString",
        (2, false) => "MultiLineString",
        (3, true) => "Polygon",
        (3, false) => "MultiPolygon",
        _ => {
            text.push_str("null");
            return Ok(());
        }
    };
    text.push_str("{\"type\":\"");
    text.push_str(kind);
    text.push_str("\",\"coordinates\":");
    if shape.tag == 1 {
        let point = shape.parts.first().and_then(|p| p.first()).and_then(|r| r.first());
        let p = point.map(|p| transform.point(origin.metres(*p))).transpose()?.unwrap_or_default();
        position(text, p, decimals);
    } else {
        // A line's part is one ring and needs no brackets of its own; a polygon's rings do.
        let polygon = shape.tag == 3;
        if !single {
            text.push('[');
        }
        for (i, part) in shape.parts.iter().enumerate() {
            if i > 0 {
                text.push(',');
            }
            if polygon {
                text.push('[');
            }
            rings(text, part, polygon)?;
            if polygon {
                text.push(']');
            }
        }
        if !single {
            text.push(']');
        }
    }
    text.push('}');
    Ok(())
}

fn position(text: &mut String, [x, y]: [f64; 2], decimals: usize) {
    text.push('[');
    number(text, x, decimals);
    text.push(',');
    number(text, y, decimals);
    text.push(']');
}

/// A number with at most so many decimals, without trailing zeros and without −0.
fn number(text: &mut String, v: f64, decimals: usize) {
    let t = format!("{v:.decimals$}");
    let t = if t.contains('.') { t.trim_end_matches('0').trim_end_matches('.') } else { &t };
    text.push_str(if t == "-0" { "0" } else { t });
}

/// Writes delimited text (RFC 4180, UTF-8), each cell guarded by [`guard_cell`]. `mark` puts the byte order mark before
/// it without which spreadsheets read Chinese wrongly.
pub fn write_csv(
    out: &mut dyn Write,
    header: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
    mark: bool,
) -> Result<(), ExchangeError> {
    if mark {
        out.write_all("\u{feff}".as_bytes()).map_err(failed)?;
    }
    let mut w = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(out);
    w.write_record(header.iter().map(|c| guard_cell(c).into_owned())).map_err(failed)?;
    for row in rows {
        w.write_record(row.iter().map(|c| guard_cell(c).into_owned())).map_err(failed)?;
    }
    w.flush().map_err(failed)
}

/// A cell that no spreadsheet takes for a formula: what begins with = + - @ or a tabulator and is no number gets an
/// apostrophe before it.
pub fn guard_cell(text: &str) -> Cow<'_, str> {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    if risky && !text.parse::<f64>().is_ok_and(f64::is_finite) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::pt;
    use crate::model::Shape;

    #[test]
    fn formulas_are_taken_out_of_cells_and_numbers_left_in() {
        for (cell, want) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-cmd", "'-cmd"),
            ("-12.5", "-12.5"),
            ("+8", "+8"),
            ("-inf", "'-inf"),
            ("滨江", "滨江"),
            ("", ""),
        ] {
            assert_eq!(guard_cell(cell), want, "{cell}");
        }
        let mut out = Vec::new();
        write_csv(&mut out, &["编码", "名称"], [vec!["B1".to_owned(), "a,\"b\"\n=c".to_owned()]], true).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "\u{feff}编码,名称\r\nB1,\"a,\"\"b\"\"\n=c\"\r\n");
    }

    #[test]
    fn geojson_closes_rings_names_its_crs_and_reads_back() {
        let crs = CrsDef::parse("EPSG:4549").unwrap();
        let origin = Origin { e_m: 607_000, n_m: 3_482_000 };
        let square = vec![pt(0, 0), pt(10_000, 0), pt(10_000, 10_001), pt(0, 10_000)];
        let hole = vec![pt(1000, 1000), pt(1000, 2000), pt(2000, 1000)];
        let shapes = [
            Shape::Polygons(vec![vec![square.clone(), hole], vec![vec![pt(20_000, 0), pt(21_000, 0), pt(20_000, 1)]]]),
            Shape::Polygons(vec![vec![square]]),
            Shape::Lines(vec![vec![pt(0, 0), pt(5, 5)], vec![pt(-1, 0), pt(5, 6)]]),
            Shape::Lines(vec![vec![pt(0, 0), pt(5, 5), pt(7, 7)]]),
            Shape::Point(pt(-7, 9)),
            Shape::None,
        ];
        for to in [CrsDef::wgs84(), crs.clone(), CrsDef::parse("+proj=tmerc +lon_0=121 +ellps=GRS80").unwrap()] {
            let mut out = Vec::new();
            let all = shapes.iter().map(|s| OutFeature {
                shape: s.as_ref(),
                props: vec![("code".to_owned(), "B1".into()), ("name".to_owned(), serde_json::Value::Null)],
            });
            assert_eq!(write_geojson(&mut out, all, origin, &crs, &to).unwrap(), 6);
            let source =
                super::super::read_bytes(&out, None, &super::super::ReadOptions::default(), &mut |_| true).unwrap();
            assert_eq!(source.crs, Some(to.clone()));
            assert_eq!((source.read, source.refused, source.findings.len()), (6, 0, 0));
            let back = Transform::new(&to, &crs).unwrap();
            let any = super::super::clean::Allowed { none: true, point: true, lines: true, polygons: true };
            for (f, s) in source.features.iter().zip(&shapes) {
                let clean =
                    super::super::clean::clean(&f.geometry, &back, origin, any, super::super::clean::Mend::No).unwrap();
                assert_eq!(&clean.shape, s);
                assert_eq!(f.values.len(), 1);
            }
        }
    }
}
