//! A file as read: features with shapes in its own coordinates and the values of its columns.

use super::finding::{Finding, Findings};
use super::{ExchangeError, delimited, geojson_in, workbook};
use crate::crs::CrsDef;
use crate::model::Said;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

/// The formats that are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// GeoJSON (RFC 7946 and the older form with a `crs` member; also one feature a line).
    GeoJson,
    /// Comma, semicolon or tabulator separated text with a header line.
    Delimited,
    /// A table of a GeoPackage.
    GeoPackage,
}

/// The shape of a feature in the coordinates of its file, easting or longitude first.
#[derive(Clone, PartialEq, Debug)]
pub enum Geometry {
    /// No place.
    None,
    /// A point.
    Point([f64; 2]),
    /// Lines.
    Lines(Vec<Vec<[f64; 2]>>),
    /// Polygons → rings, the outer first → points, closed or not.
    Polygons(Vec<Vec<Vec<[f64; 2]>>>),
}

impl Geometry {
    /// Calls `f` for every point.
    pub fn each_point(&self, mut f: impl FnMut([f64; 2])) {
        match self {
            Geometry::None => {}
            Geometry::Point(p) => f(*p),
            Geometry::Lines(l) => l.iter().flatten().for_each(|p| f(*p)),
            Geometry::Polygons(g) => g.iter().flatten().flatten().for_each(|p| f(*p)),
        }
    }
}

/// A value of a column. Empty texts and nulls are not kept.
#[derive(Clone, PartialEq, Debug)]
pub enum PropValue {
    /// Text, trimmed.
    Text(Box<str>),
    /// A whole number.
    Int(i64),
    /// A decimal number.
    Float(f64),
    /// Yes or no.
    Bool(bool),
}

impl PropValue {
    /// The value as text; whole numbers without a decimal point.
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            PropValue::Text(t) => Cow::Borrowed(t),
            PropValue::Int(i) => Cow::Owned(i.to_string()),
            PropValue::Float(f) => Cow::Owned(f.to_string()),
            PropValue::Bool(b) => Cow::Owned(b.to_string()),
        }
    }
}

/// One feature or row.
#[derive(Clone, PartialEq, Debug)]
pub struct Feature {
    /// Number in the file, from 1.
    pub number: u32,
    /// Line on which it begins, from 1; only for delimited text.
    pub line: Option<u32>,
    /// Its shape.
    pub geometry: Geometry,
    /// Number of the column and value, ascending by column.
    pub values: Vec<(u32, PropValue)>,
    /// Whether something of it was mended while reading.
    pub repaired: bool,
}

impl Feature {
    /// The value of a column.
    pub fn value(&self, column: u32) -> Option<&PropValue> {
        self.values.binary_search_by_key(&column, |(c, _)| *c).ok().and_then(|i| self.values.get(i)).map(|(_, v)| v)
    }
}

/// A file as read.
#[derive(Clone, PartialEq, Debug)]
pub struct Source {
    /// Format found.
    pub format: Format,
    /// CRS that the file names or that its coordinates show; `None` where neither does.
    pub crs: Option<CrsDef>,
    /// Text encoding found.
    pub encoding: &'static str,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Good features.
    pub features: Vec<Feature>,
    /// Features in the file, good or not.
    pub read: u32,
    /// Features that could not be read.
    pub refused: u32,
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Source {
    /// Box round the shapes: xmin, ymin, xmax, ymax; `None` if there is none.
    ///
    /// Shapes with coordinates that no place has are left out; where the others lie further apart than one project
    /// reaches, those far from the most: further than [`REACH`] from the median of the shapes' middles. O(points).
    pub fn extent(&self) -> Option<[f64; 4]> {
        let mut boxes: Vec<[f64; 4]> = Vec::with_capacity(self.features.len());
        for f in &self.features {
            let mut b = NOTHING;
            f.geometry.each_point(|[x, y]| b = join(b, [x, y, x, y]));
            // NaN is no number up to the limit either.
            if b[0] <= b[2] && b[1] <= b[3] && b.iter().all(|v| v.abs() <= FARTHEST) {
                boxes.push(b);
            }
        }
        let all = boxes.iter().fold(NOTHING, |a, b| join(a, *b));
        if boxes.is_empty() {
            return None;
        }
        // What names no CRS and keeps within these numbers is in degrees as far as a box goes.
        let degrees = match &self.crs {
            Some(crs) => crate::crs::is_geographic(crs).unwrap_or(false),
            None => all.iter().all(|v| v.abs() <= 360.0),
        };
        let valid = |b: &[f64; 4]| !degrees || b[0] >= -180.0 && b[2] <= 180.0 && b[1] >= -90.0 && b[3] <= 90.0;
        boxes.retain(valid);
        let all = boxes.iter().fold(NOTHING, |a, b| join(a, *b));
        let reach = if degrees { REACH.1 } else { REACH.0 };
        if boxes.is_empty() || all[2] - all[0] <= 2.0 * reach && all[3] - all[1] <= 2.0 * reach {
            return (!boxes.is_empty()).then_some(all);
        }
        let median = |low: usize| {
            let mut v: Vec<f64> = boxes.iter().map(|b| (b[low] + b[low + 2]) / 2.0).collect();
            let middle = v.len() / 2;
            *v.select_nth_unstable_by(middle, f64::total_cmp).1
        };
        let (x, y) = (median(0), median(1));
        let near = |b: &&[f64; 4]| b[0] >= x - reach && b[2] <= x + reach && b[1] >= y - reach && b[3] <= y + reach;
        let near = boxes.iter().filter(near).fold(NOTHING, |a, b| join(a, *b));
        Some(if near[0] <= near[2] { near } else { all })
    }
}

/// Coordinates beyond this are those of no place in any system, in its units.
const FARTHEST: f64 = 1e8;

/// How far from its middle a project may reach: metres, degrees. Within the 1,073 km of the grid.
const REACH: (f64, f64) = (1e6, 9.0);

const NOTHING: [f64; 4] = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];

fn join(a: [f64; 4], b: [f64; 4]) -> [f64; 4] {
    // `min` and `max` would pass over what is no number.
    if b.iter().any(|v| v.is_nan()) {
        return [f64::NAN; 4];
    }
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

/// What the caller knows better than the file.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// CRS of the file, whatever it says itself.
    pub crs: Option<CrsDef>,
    /// Label of the text encoding (gb18030, utf-8 …), whatever the bytes look like.
    pub encoding: Option<String>,
    /// field=column; here only `x`, `y` (or `lon`, `lat`) matter.
    pub map: Vec<(String, String)>,
    /// Largest file that is read, in bytes.
    pub limit_bytes: u64,
}

impl Default for ReadOptions {
    fn default() -> Self {
        ReadOptions { crs: None, encoding: None, map: Vec::new(), limit_bytes: 1 << 30 }
    }
}

/// Reads a file. `keep_going` is told the share done (0–1) and answers whether to go on.
pub fn read(path: &Path, o: &ReadOptions, keep_going: &mut dyn FnMut(f32) -> bool) -> Result<Source, ExchangeError> {
    let all = read_limited(path, o.limit_bytes)?;
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    let format = match extension.as_str() {
        "geojson" | "json" | "geojsonl" | "geojsons" => Some(Format::GeoJson),
        "csv" | "tsv" => Some(Format::Delimited),
        _ => None,
    };
    read_bytes(&all, format, o, keep_going).map_err(|e| match e {
        ExchangeError::Workbook { sheet, row, why, .. } => {
            let file = path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
            ExchangeError::Workbook { file, sheet, row, why }
        }
        e => e,
    })
}

/// The bytes of a file that has no more than `limit`.
pub(super) fn read_limited(path: &Path, limit: u64) -> Result<Vec<u8>, ExchangeError> {
    let failed = |e: std::io::Error| ExchangeError::Io { path: path.display().to_string(), reason: e.into() };
    let file = std::fs::File::open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    let too_large = |bytes| ExchangeError::TooLarge { bytes, limit };
    if bytes > limit {
        return Err(too_large(bytes));
    }
    // A file may grow while it is read, and a pipe has no length.
    let mut all = Vec::with_capacity(bytes as usize);
    file.take(limit + 1).read_to_end(&mut all).map_err(failed)?;
    if all.len() as u64 > limit { Err(too_large(all.len() as u64)) } else { Ok(all) }
}

/// Reads the bytes of a file; without a format it is found from the first character.
pub fn read_bytes(
    bytes: &[u8],
    format: Option<Format>,
    o: &ReadOptions,
    keep_going: &mut dyn FnMut(f32) -> bool,
) -> Result<Source, ExchangeError> {
    if bytes.len() as u64 > o.limit_bytes {
        return Err(ExchangeError::TooLarge { bytes: bytes.len() as u64, limit: o.limit_bytes });
    }
    if workbook::is_workbook(bytes) {
        return from_workbook(bytes, o, keep_going);
    }
    if let Some((looks, instead)) = binary(bytes, o.encoding.is_some()) {
        return Err(ExchangeError::Binary { looks, instead });
    }
    let mut findings = Findings::default();
    let (text, encoding) = decode(bytes, o.encoding.as_deref(), &mut findings)?;
    let first = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{1e}').chars().next();
    let format = format.unwrap_or(if matches!(first, Some('{' | '[')) { Format::GeoJson } else { Format::Delimited });
    let mut source = match format {
        Format::GeoJson => geojson_in::read(&text, o.crs.is_some(), findings, keep_going)?,
        Format::Delimited => delimited::read(&text, o, findings, keep_going)?,
        // Its bytes are no text.
        Format::GeoPackage => return Err(ExchangeError::NotGeoJson("GeoPackage".to_owned())),
    };
    source.encoding = encoding;
    if o.crs.is_some() {
        source.crs.clone_from(&o.crs);
    }
    Ok(source)
}

/// Rows of a sheet that are read as features.
const SHEET_ROWS: usize = 200_000;

/// The first sheet of a workbook that has places.
fn from_workbook(
    bytes: &[u8],
    o: &ReadOptions,
    keep_going: &mut dyn FnMut(f32) -> bool,
) -> Result<Source, ExchangeError> {
    let mut why = None;
    for sheet in workbook::sheets(bytes, "", SHEET_ROWS)? {
        match delimited::read(&sheet.text, o, Findings::default(), keep_going) {
            Ok(mut source) => {
                if o.crs.is_some() {
                    source.crs.clone_from(&o.crs);
                }
                return Ok(source);
            }
            Err(e) => why = why.or(Some(e)),
        }
    }
    Err(why.unwrap_or(ExchangeError::NoHeader))
}

/// What a file that is no text looks like, by its first bytes, and what to do with it.
pub(super) fn binary(bytes: &[u8], encoding_given: bool) -> Option<(Said, Said)> {
    let table = ("请另存为 .xlsx 或 CSV（UTF-8）再导入", "save it as .xlsx or CSV (UTF-8) and import that");
    let map = ("请用 QGIS 等软件另存为 GeoJSON 再导入", "save it as GeoJSON, with QGIS for one, and import that");
    let inside = ("请解压后导入其中的文件", "unpack it and import the file inside");
    let other = ("请导入 GeoJSON 或 CSV 文件", "import GeoJSON or CSV");
    let known: [(&[u8], (&str, &str), (&str, &str)); 14] = [
        (b"\x89PNG", ("PNG 图片", "a PNG picture"), other),
        (b"\xff\xd8\xff", ("JPEG 图片", "a JPEG picture"), other),
        (b"GIF8", ("GIF 图片", "a GIF picture"), other),
        (b"II*\0", ("TIFF 图片", "a TIFF picture"), other),
        (b"MM\0*", ("TIFF 图片", "a TIFF picture"), other),
        (b"%PDF", ("PDF 文档", "a PDF document"), other),
        (b"SQLite format 3\0", ("GeoPackage 或 SQLite 数据库", "a GeoPackage or SQLite database"), map),
        (b"\0\0\x27\x0a", ("Shapefile", "a shapefile"), map),
        (b"FGB\x03", ("FlatGeobuf 文件", "a FlatGeobuf file"), map),
        (
            b"\xd0\xcf\x11\xe0",
            ("旧版 Excel（.xls）、Word 或加密的文件", "an old file of Excel (.xls) or Word, or one with a password"),
            table,
        ),
        (b"\x1f\x8b", ("gzip 压缩文件", "a gzip archive"), inside),
        (b"7z\xbc\xaf", ("7z 压缩文件", "a 7z archive"), inside),
        (b"Rar!", ("RAR 压缩文件", "a RAR archive"), inside),
        (b"BZh", ("bzip2 压缩文件", "a bzip2 archive"), inside),
    ];
    let said = |(zh, en): (&str, &str)| Said::new(zh, en);
    if bytes.starts_with(b"PK\x03\x04") {
        let holds = |name: &[u8]| {
            bytes.iter().take(4096).collect::<Vec<_>>().windows(name.len()).any(|w| w.iter().copied().eq(name))
        };
        return Some(match holds(b"[Content_Types].xml") || holds(b"xl/") || holds(b"opendocument") {
            true => (said(("Excel 或其他办公软件的文件", "a file of Excel or another office program")), said(table)),
            false => (said(("ZIP 压缩文件", "a ZIP archive")), said(inside)),
        });
    }
    if let Some((_, looks, instead)) = known.iter().find(|(magic, ..)| bytes.starts_with(magic)) {
        return Some((said(*looks), said(*instead)));
    }
    // No text but UTF-16 and UTF-32 has zero bytes; those begin with a mark, or the caller knows.
    let marked = encoding_given || encoding_rs::Encoding::for_bom(bytes).is_some();
    let zero = !marked && bytes.iter().take(1 << 16).any(|b| *b == 0);
    zero.then(|| (said(("二进制文件", "a binary file")), said(other)))
}

/// Bytes as text: by the label if given, else by a byte order mark, else UTF-8, else GB18030 (which holds GBK and
/// GB 2312).
pub(super) fn decode<'b>(
    bytes: &'b [u8],
    label: Option<&str>,
    findings: &mut Findings,
) -> Result<(Cow<'b, str>, &'static str), ExchangeError> {
    let named = match label {
        Some(l) => Some(
            encoding_rs::Encoding::for_label(l.trim().as_bytes())
                .ok_or_else(|| ExchangeError::Encoding(l.chars().take(40).collect()))?,
        ),
        None => None,
    };
    let marked = encoding_rs::Encoding::for_bom(bytes).map(|(e, _)| e);
    let encoding = named
        .or(marked)
        .unwrap_or_else(|| if std::str::from_utf8(bytes).is_ok() { encoding_rs::UTF_8 } else { encoding_rs::GB18030 });
    let (text, used, damaged) = encoding.decode(bytes);
    if damaged {
        use super::finding::{Action, Severity};
        let n = text.matches('\u{fffd}').count();
        findings.add(Finding::new(
            "encoding",
            Severity::Warning,
            Action::Kept,
            format!("按 {} 读取，有 {n} 个字符无法识别，以“\u{fffd}”代替；可用 --encoding 指明编码", used.name()),
            format!(
                "read as {}; {n} characters could not be read and stand as \u{fffd}; give the encoding with --encoding",
                used.name()
            ),
        ));
    }
    Ok((text, used.name()))
}

/// Numbers columns in the order in which they are first met.
#[derive(Default)]
pub(super) struct ColumnNames {
    names: Vec<String>,
    index: HashMap<String, u32>,
}

impl ColumnNames {
    pub(super) fn number(&mut self, name: &str) -> u32 {
        if let Some(&i) = self.index.get(name) {
            return i;
        }
        let i = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.index.insert(name.to_owned(), i);
        i
    }

    pub(super) fn into_names(self) -> Vec<String> {
        self.names
    }
}
