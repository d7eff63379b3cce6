//! GeoJSON in, feature by feature, so that one broken feature costs one row.
//!
//! RFC 7946, and the `crs` member of the older GeoJSON 2008. Read with a streaming parser of our own over `serde_json`,
//! because a typed GeoJSON reader gives up the file at the first broken feature.

use super::ExchangeError;
use super::finding::{Action, Finding, Findings, Severity};
use super::source::{ColumnNames, Feature, Format, Geometry, PropValue, Source};
use crate::crs::CrsDef;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// Reads a whole text: one object, or several one after another (one feature a line). `crs_given`: the caller knows the
/// CRS, so one that the file names need not be known.
pub(super) fn read(
    text: &str,
    crs_given: bool,
    findings: Findings,
    keep_going: &mut dyn FnMut(f32) -> bool,
) -> Result<Source, ExchangeError> {
    let given = findings.clone();
    let mut reader = Reader {
        names: ColumnNames::default(),
        features: Vec::new(),
        findings,
        read: 0,
        refused: 0,
        crs: None,
        keep_going,
        stopped: false,
        unlike: None,
    };
    // RFC 8142 puts a record separator before every text of a sequence; in JSON it can stand nowhere else.
    let plain;
    let text = if text.contains('\u{1e}') {
        plain = text.replace('\u{1e}', " ");
        &plain
    } else {
        text
    };
    let tamed = std::cell::OnceCell::new();
    let mut stream = serde_json::Deserializer::from_str(text);
    let mut as_it_is = true;
    loop {
        let end = TopSeed(&mut reader).deserialize(&mut stream);
        if reader.stopped {
            return Err(ExchangeError::Stopped);
        }
        if as_it_is && matches!(&end, Err(e) if e.to_string().starts_with("number out of range")) {
            // One number that no computer number holds is no reason to give up the file: it is null, and all is read anew.
            reader.findings = given.clone();
            (reader.names, reader.read, reader.refused) = (ColumnNames::default(), 0, 0);
            (reader.features, reader.crs, reader.unlike) = (Vec::new(), None, None);
            stream = serde_json::Deserializer::from_str(tamed.get_or_init(|| without_endless(text)));
            as_it_is = false;
            continue;
        }
        if let Err(e) = end {
            let (line, column) = (e.line(), e.column());
            if reader.features.is_empty() {
                return Err(ExchangeError::NotJson { line, column, reason: e.to_string() });
            }
            let n = reader.features.len();
            // What breaks off is a feature, or the end of the list, of which nobody knows what should have followed.
            reader.read += 1;
            reader.refused += 1;
            let number = reader.read;
            reader.findings.add(
                Finding::new(
                    "syntax",
                    Severity::Error,
                    Action::Refused,
                    format!(
                        "第 {number} 个要素未导入：文件从第 {line} 行第 {column} 列起损坏或中断，其后的内容未读入；此前的 {n} 个要素已保留"
                    ),
                    format!(
                        "feature {number} is left out: the file is broken or cut off from line {line}, column {column} on; \
                         the {n} features before are kept"
                    ),
                )
                .of_row(number, u32::try_from(line).ok()),
            );
            break;
        }
        if stream.end().is_ok() {
            break;
        }
    }
    if reader.read == 0
        && let Some(what) = reader.unlike
    {
        return Err(ExchangeError::NotGeoJson(what));
    }
    let crs = match reader.crs.take() {
        None => Some(CrsDef::wgs84()),
        Some(Ok(crs)) => Some(crs),
        Some(Err(_)) if crs_given => None,
        Some(Err(e)) => return Err(e.into()),
    };
    Ok(Source {
        format: Format::GeoJson,
        crs,
        encoding: "UTF-8",
        columns: reader.names.into_names(),
        features: reader.features,
        read: reader.read,
        refused: reader.refused,
        findings: reader.findings.finish(),
    })
}

/// The text with `null` for every number that is too large for a computer number (1e400), in the same columns.
fn without_endless(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let (mut from, mut i, mut quoted) = (0, 0, false);
    while let Some(&b) = bytes.get(i) {
        if quoted {
            quoted = b != b'"';
            i += if b == b'\\' { 2 } else { 1 };
        } else if b == b'-' || b.is_ascii_digit() {
            let len = bytes[i..].iter().take_while(|c| c.is_ascii_digit() || b"+-.eE".contains(c)).count();
            let token = text.get(i..i + len).unwrap_or_default();
            if token.parse::<f64>().is_ok_and(f64::is_infinite) {
                out.push_str(text.get(from..i).unwrap_or_default());
                out.push_str(&format!("{:len$}", "null"));
                from = i + len;
            }
            i += len;
        } else {
            quoted = b == b'"';
            i += 1;
        }
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

struct Reader<'k> {
    names: ColumnNames,
    features: Vec<Feature>,
    findings: Findings,
    read: u32,
    refused: u32,
    crs: Option<Result<CrsDef, crate::crs::CrsError>>,
    keep_going: &'k mut dyn FnMut(f32) -> bool,
    stopped: bool,
    /// What the first top-level value was, if it was no GeoJSON.
    unlike: Option<String>,
}

/// Why a feature could not be read: word, Chinese, English.
type Problem = (&'static str, &'static str, &'static str);

impl Reader<'_> {
    /// Takes one feature (or bare geometry); false = stop.
    fn take(&mut self, value: Value) -> bool {
        self.read += 1;
        let number = self.read;
        match self.feature(value, number) {
            Ok(f) => self.features.push(f),
            Err((kind, zh, en)) => {
                self.refused += 1;
                self.findings.add(
                    Finding::new(
                        kind,
                        Severity::Error,
                        Action::Refused,
                        format!("第 {number} 个要素未导入：{zh}"),
                        format!("feature {number} is left out: {en}"),
                    )
                    .of_row(number, None),
                );
            }
        }
        if number.is_multiple_of(1024) && !(self.keep_going)(0.0) {
            self.stopped = true;
        }
        !self.stopped
    }

    fn feature(&mut self, value: Value, number: u32) -> Result<Feature, Problem> {
        let Value::Object(mut object) = value else {
            return Err(("not_a_feature", "不是 GeoJSON 要素", "it is no GeoJSON feature"));
        };
        let mut properties = None;
        let geometry = match object.get("type").and_then(Value::as_str) {
            Some("Feature") => {
                properties = object.remove("properties");
                object.remove("geometry").ok_or(("no_geometry", "缺少 geometry", "it has no member \"geometry\""))?
            }
            Some(_) => Value::Object(object),
            None => return Err(("not_a_feature", "缺少 type", "it has no member \"type\"")),
        };
        let mut closed = true;
        let geometry = geometry_of(&geometry, &mut closed)?;
        if !closed {
            self.findings.add(
                Finding::new(
                    "unclosed_ring",
                    Severity::Warning,
                    Action::Repaired,
                    format!("第 {number} 个要素的环未闭合，已闭合"),
                    format!("a ring of feature {number} was not closed and has been closed"),
                )
                .of_row(number, None),
            );
        }
        let mut values = Vec::new();
        match properties {
            Some(Value::Object(map)) => {
                for (name, value) in map {
                    if let Some(v) = value_of(value) {
                        values.push((self.names.number(&name), v));
                    }
                }
                values.sort_by_key(|(c, _)| *c);
            }
            None | Some(Value::Null) => {}
            Some(_) => self.findings.add(
                Finding::new(
                    "properties",
                    Severity::Warning,
                    Action::Dropped,
                    format!("第 {number} 个要素的 properties 不是对象，只导入图形"),
                    format!("the properties of feature {number} are no object; only its shape is imported"),
                )
                .of_row(number, None),
            ),
        }
        Ok(Feature { number, line: None, geometry, values, repaired: !closed })
    }

    /// What an object that is not a collection amounts to.
    fn lone(&mut self, object: Map<String, Value>) -> bool {
        const KNOWN: [&str; 8] = [
            "Feature",
            "Point",
            "MultiPoint",
            "LineString",
            "MultiLineString",
            "Polygon",
            "MultiPolygon",
            "GeometryCollection",
        ];
        match object.get("type").and_then(Value::as_str) {
            Some(t) if KNOWN.contains(&t) => self.take(Value::Object(object)),
            other => {
                let what = match other {
                    Some(t) => format!("type \"{}\"", t.chars().take(40).collect::<String>()),
                    None => "no member \"type\"".to_owned(),
                };
                self.unlike.get_or_insert(what);
                true
            }
        }
    }
}

/// Nothing for null, empty text, lists and objects: no field can hold them.
fn value_of(value: Value) -> Option<PropValue> {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        Value::Bool(b) => Some(PropValue::Bool(b)),
        Value::Number(n) => match n.as_i64() {
            Some(i) => Some(PropValue::Int(i)),
            None => n.as_f64().map(PropValue::Float),
        },
        Value::String(s) => {
            let t = s.trim();
            (!t.is_empty()).then(|| PropValue::Text(t.into()))
        }
    }
}

fn geometry_of(value: &Value, closed: &mut bool) -> Result<Geometry, Problem> {
    let object = match value {
        Value::Null => return Ok(Geometry::None),
        Value::Object(o) => o,
        _ => return Err(("geometry", "geometry 不是对象", "its geometry is no object")),
    };
    let Some(kind) = object.get("type").and_then(Value::as_str) else {
        return Err(("geometry", "geometry 缺少 type", "its geometry has no member \"type\""));
    };
    if kind == "GeometryCollection" {
        let Some(parts) = object.get("geometries").and_then(Value::as_array) else {
            return Err(("geometry", "GeometryCollection 缺少 geometries", "its collection has no \"geometries\""));
        };
        let parts = parts.iter().map(|p| geometry_of(p, closed)).collect::<Result<Vec<_>, _>>()?;
        return merge(parts);
    }
    let known = matches!(kind, "Point" | "MultiPoint" | "LineString" | "MultiLineString" | "Polygon" | "MultiPolygon");
    if !known {
        return Err(("geometry", "未知的几何类型", "its geometry is of no known type"));
    }
    let Some(list) = object.get("coordinates").and_then(Value::as_array) else {
        return Err(("coordinates", "缺少 coordinates", "its geometry has no coordinates"));
    };
    if list.is_empty() {
        // An empty geometry says that there is no place (RFC 7946, 3.1).
        return Ok(Geometry::None);
    }
    match kind {
        "Point" => Ok(Geometry::Point(position(list)?)),
        "MultiPoint" => match line_of(list)?.as_slice() {
            [one] => Ok(Geometry::Point(*one)),
            _ => Err((
                "several_points",
                "一个要素含多个点，请拆分为多个要素",
                "it has several points; make each a feature",
            )),
        },
        "LineString" => Ok(Geometry::Lines(vec![line(list)?])),
        "MultiLineString" => {
            let lines = list.iter().map(|l| line(array(l)?)).collect::<Result<_, _>>()?;
            Ok(Geometry::Lines(lines))
        }
        "Polygon" => Ok(Geometry::Polygons(vec![rings(list, closed)?])),
        _ => {
            let parts = list.iter().map(|p| rings(array(p)?, closed)).collect::<Result<_, _>>()?;
            Ok(Geometry::Polygons(parts))
        }
    }
}

/// The parts of a collection as one shape, if they are all of one dimension.
fn merge(parts: Vec<Geometry>) -> Result<Geometry, Problem> {
    let mut all = Geometry::None;
    for part in parts {
        all = match (all, part) {
            (a, Geometry::None) => a,
            (Geometry::None, b) => b,
            (Geometry::Lines(mut a), Geometry::Lines(b)) => {
                a.extend(b);
                Geometry::Lines(a)
            }
            (Geometry::Polygons(mut a), Geometry::Polygons(b)) => {
                a.extend(b);
                Geometry::Polygons(a)
            }
            (Geometry::Point(_), Geometry::Point(_)) => {
                return Err((
                    "several_points",
                    "一个要素含多个点，请拆分为多个要素",
                    "it has several points; make each a feature",
                ));
            }
            _ => {
                return Err((
                    "mixed_geometry",
                    "几何集合混有点、线、面，请拆分",
                    "its collection mixes points, lines and polygons; split it",
                ));
            }
        };
    }
    Ok(all)
}

fn array(value: &Value) -> Result<&[Value], Problem> {
    value.as_array().map(Vec::as_slice).ok_or((
        "coordinates",
        "坐标的层次不对",
        "its coordinates are not nested rightly",
    ))
}

/// The first two numbers of a position; heights and measures are left out.
fn position(list: &[Value]) -> Result<[f64; 2], Problem> {
    match list {
        [x, y, ..] => match (x.as_f64(), y.as_f64()) {
            (Some(x), Some(y)) if x.is_finite() && y.is_finite() => Ok([x, y]),
            _ => Err(("coordinates", "坐标不是数", "a coordinate is no number")),
        },
        _ => Err(("coordinates", "坐标不足两个数", "a position has fewer than two numbers")),
    }
}

fn line_of(list: &[Value]) -> Result<Vec<[f64; 2]>, Problem> {
    list.iter().map(|p| position(array(p)?)).collect()
}

fn line(list: &[Value]) -> Result<Vec<[f64; 2]>, Problem> {
    let l = line_of(list)?;
    if l.len() < 2 { Err(("too_few_points", "线少于两个点", "a line has fewer than two points")) } else { Ok(l) }
}

fn rings(list: &[Value], closed: &mut bool) -> Result<Vec<Vec<[f64; 2]>>, Problem> {
    let mut out = Vec::with_capacity(list.len());
    for r in list {
        let mut ring = line_of(array(r)?)?;
        if ring.len() > 1 && ring.first() == ring.last() {
            ring.pop();
        } else {
            *closed = false;
        }
        // A hole without extent is left out later, where that is said; an outer ring without is no polygon.
        if ring.len() < 3 && out.is_empty() {
            return Err(("too_few_points", "环少于三个不同的点", "a ring has fewer than three points"));
        }
        out.push(ring);
    }
    if out.is_empty() { Err(("coordinates", "面没有环", "a polygon has no ring")) } else { Ok(out) }
}

/// The CRS of a `crs` member of GeoJSON 2008; null means that none is known and stands for WGS 84 here.
fn crs_of(value: &Value) -> Option<Result<CrsDef, crate::crs::CrsError>> {
    let name = value.get("properties").and_then(|p| p.get("name")).and_then(Value::as_str)?;
    Some(CrsDef::parse(name))
}

/// A top-level value.
struct TopSeed<'r, 'k>(&'r mut Reader<'k>);

impl<'de> DeserializeSeed<'de> for TopSeed<'_, '_> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_any(self)
    }
}

impl TopSeed<'_, '_> {
    fn unlike<E>(self, what: &str) -> Result<(), E> {
        self.0.unlike.get_or_insert(what.to_owned());
        Ok(())
    }
}

impl<'de> Visitor<'de> for TopSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GeoJSON object")
    }
    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.unlike("true or false")
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.unlike("a number")
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.unlike("a number")
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.unlike("a number")
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.unlike("a text")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        self.unlike("null")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        self.unlike("a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut rest = Map::new();
        let mut collection = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "features" => {
                    collection |= map.next_value_seed(FeaturesSeed(self.0))?;
                    if self.0.stopped {
                        // Ends the parser; the caller looks at `stopped` first.
                        return Err(serde::de::Error::custom("stopped"));
                    }
                }
                "crs" => {
                    let value = map.next_value::<Value>()?;
                    if let Some(crs) = crs_of(&value) {
                        self.0.crs = Some(crs);
                    }
                }
                "type" | "geometry" | "properties" | "coordinates" | "geometries" => {
                    rest.insert(key, map.next_value()?);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        match rest.get("type").and_then(Value::as_str) {
            Some("FeatureCollection") if !collection => {
                self.0.unlike.get_or_insert("a FeatureCollection without a list of features".to_owned());
            }
            // What calls itself a collection in another spelling but has a list of features is taken as one.
            _ if collection => {}
            _ => {
                if !self.0.lone(rest) {
                    return Err(serde::de::Error::custom("stopped"));
                }
            }
        }
        Ok(())
    }
}

/// The member `features`; answers whether it was a list.
struct FeaturesSeed<'r, 'k>(&'r mut Reader<'k>);

impl<'de> DeserializeSeed<'de> for FeaturesSeed<'_, '_> {
    type Value = bool;
    fn deserialize<D: serde::Deserializer<'de>>(self, d: D) -> Result<bool, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for FeaturesSeed<'_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of features")
    }
    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_str<E>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(false)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        while let Some(value) = list.next_element::<Value>()? {
            if !self.0.take(value) {
                return Err(serde::de::Error::custom("stopped"));
            }
        }
        Ok(true)
    }
}
