//! Delimited text in: comma, semicolon, tabulator or bar, quoted or not, with a header line and columns of coordinates.

use super::ExchangeError;
use super::columns::plain;
use super::finding::{Action, Finding, Findings, Severity};
use super::numbers::number;
use super::source::{Feature, Format, Geometry, PropValue, ReadOptions, Source};
use crate::crs::CrsDef;

/// Headers of longitude and latitude, in order of preference; `plain` forms.
const DEGREES: [(&str, &str); 7] = [
    ("longitude", "latitude"),
    ("lon", "lat"),
    ("lng", "lat"),
    ("long", "lat"),
    ("经度", "纬度"),
    ("wgs84lon", "wgs84lat"),
    ("wgs84lng", "wgs84lat"),
];
/// Headers of easting and northing.
const METRES: [(&str, &str); 7] = [
    ("x", "y"),
    ("easting", "northing"),
    ("east", "north"),
    ("pointx", "pointy"),
    ("xcoord", "ycoord"),
    ("x坐标", "y坐标"),
    ("横坐标", "纵坐标"),
];

/// Reads a whole text.
pub(super) fn read(
    text: &str,
    o: &ReadOptions,
    mut findings: Findings,
    keep_going: &mut dyn FnMut(f32) -> bool,
) -> Result<Source, ExchangeError> {
    let delimiter = delimiter(text);
    let reader_from = |start: usize, quoting: bool| {
        let rest = text.get(start..).unwrap_or_default().as_bytes();
        let mut builder = csv::ReaderBuilder::new();
        builder.delimiter(delimiter).has_headers(false).flexible(true).quoting(quoting).from_reader(rest)
    };
    let mut reader = reader_from(0, true);
    let mut record = csv::StringRecord::new();
    // The text is valid, and quoting is forgiven by the parser, so no record fails; if one does, the file ends there.
    if !reader.read_record(&mut record).unwrap_or(false) || record.iter().all(|c| c.trim().is_empty()) {
        return Err(ExchangeError::NoHeader);
    }
    let columns: Vec<String> = record.iter().map(|c| c.trim().to_owned()).collect();
    let (x_column, y_column, degrees_by_name) = coordinate_columns(&columns, &o.map)?;

    let mut features: Vec<Feature> = Vec::new();
    let mut raw: Vec<Option<[f64; 2]>> = Vec::new();
    let (mut number_of_row, mut refused) = (0u32, 0u32);
    // Byte and line from which the reader began: it begins anew after a row that is left out.
    let (mut base, mut lines) = (0usize, 0u32);
    let (mut quoting, mut reread) = (true, 0usize);
    while reader.read_record(&mut record).unwrap_or(false) {
        number_of_row += 1;
        let start = base + record.position().map_or(0, |p| p.byte() as usize);
        if number_of_row.is_multiple_of(4096) && !keep_going(start as f32 / text.len().max(1) as f32) {
            return Err(ExchangeError::Stopped);
        }
        let raw_row = text.get(start..base + reader.position().byte() as usize).unwrap_or_default();
        let blank = raw_row.len() - raw_row.trim_start_matches(['\r', '\n']).len();
        // The parser says where the break before the row stands.
        let breaks = raw_row[..blank].matches('\n').count() as u32;
        let line = record.position().map(|p| p.line() as u32 + breaks + lines);
        let row = raw_row.trim_matches(['\r', '\n']);
        if quoting && swallows(row, delimiter) {
            refused += 1;
            if !keep_going(start as f32 / text.len().max(1) as f32) {
                return Err(ExchangeError::Stopped);
            }
            let read_to = base + reader.position().byte() as usize;
            findings.add(
                Finding::new(
                    "quote",
                    Severity::Error,
                    Action::Refused,
                    format!("第 {number_of_row} 行的引号没有配对，会把后面的行吞进来，这一行未导入；其后各行照常读取"),
                    format!(
                        "a quote of row {number_of_row} is not closed and would swallow the rows after it; the row is left \
                         out, those after it are read"
                    ),
                )
                .of_row(number_of_row, line),
            );
            let first = row.find(['\r', '\n']).unwrap_or(row.len());
            base = start + blank + first;
            base += text.get(base..).map_or(0, |t| if t.starts_with("\r\n") { 2 } else { t.len().min(1) });
            lines = line.unwrap_or(0);
            reread += read_to.saturating_sub(base);
            quoting = reread <= text.len().saturating_mul(4).max(REREAD);
            if !quoting {
                findings.add(
                    Finding::new(
                        "quotes_plain",
                        Severity::Warning,
                        Action::Kept,
                        format!("没有配对的引号太多，第 {number_of_row} 行以后引号按普通字符读取，请核对含逗号的单元格"),
                        format!(
                            "too many quotes are not closed: after row {number_of_row} they are read as plain characters; \
                             look at cells with delimiters in them"
                        ),
                    )
                    .of_row(number_of_row, line),
                );
            }
            reader = reader_from(base, quoting);
            continue;
        }
        let cell = |i: usize| {
            let text = record.get(i).unwrap_or_default().trim();
            if quoting { text } else { unquoted(text) }
        };
        raw.push(coordinates(cell(x_column), cell(y_column), &mut findings, number_of_row, line));
        let mut values = Vec::new();
        for (i, text) in record.iter().enumerate() {
            let text = text.trim();
            let text = if quoting { text } else { unquoted(text) };
            if i != x_column && i != y_column && !text.is_empty() && i < columns.len() {
                values.push((i as u32, PropValue::Text(text.into())));
            }
        }
        if record.iter().skip(columns.len()).any(|c| !c.trim().is_empty()) {
            findings.add(
                Finding::new(
                    "extra_cells",
                    Severity::Warning,
                    Action::Dropped,
                    format!("第 {number_of_row} 行的单元格比表头多，多出的未导入"),
                    format!("row {number_of_row} has more cells than the header; the surplus is left out"),
                )
                .of_row(number_of_row, line),
            );
        }
        features.push(Feature { number: number_of_row, line, geometry: Geometry::None, values, repaired: false });
    }
    // Spreadsheets leave empty rows at the end; an empty row between others is a row that says nothing.
    let full =
        features.iter().zip(&raw).rposition(|(f, p)| !f.values.is_empty() || p.is_some()).map_or(0, |last| last + 1);
    if full < features.len() {
        let n = features.len() - full;
        findings.add(Finding::new(
            "empty_rows",
            Severity::Info,
            Action::Dropped,
            format!("文件末尾有 {n} 个空行，未导入"),
            format!("{n} empty rows at the end of the file are left out"),
        ));
        features.truncate(full);
        raw.truncate(full);
    }
    let crs = place(&mut features, &raw, degrees_by_name, o.crs.is_some(), &mut findings);
    Ok(Source {
        format: Format::Delimited,
        crs,
        encoding: "UTF-8",
        columns,
        read: features.len() as u32 + refused,
        refused,
        features,
        findings: findings.finish(),
    })
}

/// Whether a quote that is not closed where it should be takes more into a row than its own line: the row breaks off
/// within quotes, or has several lines and a quote amid a quoted cell. O(row).
fn swallows(row: &str, delimiter: u8) -> bool {
    let several = row.contains(['\r', '\n']);
    let mut bytes = row.bytes().peekable();
    let (mut quoted, mut begins, mut loose) = (false, true, false);
    while let Some(b) = bytes.next() {
        if quoted && b == b'"' {
            if bytes.peek() == Some(&b'"') {
                bytes.next();
            } else {
                quoted = false;
                loose |= bytes.peek().is_some_and(|c| ![delimiter, b'\r', b'\n', b' '].contains(c));
            }
        } else if !quoted {
            quoted = begins && b == b'"';
            begins = b == delimiter;
        }
    }
    quoted || several && loose
}

/// Bytes that may be read again in any file because of quotes that are not closed; more in files over 4 MiB: four times
/// their size. What is read stays linear in the file.
const REREAD: usize = 16 << 20;

/// A cell without the quotes around it.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text)
}

/// The delimiter that stands most often in the first line outside quotes.
pub(super) fn delimiter(text: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b'\t', 0), (b';', 0), (b'|', 0)];
    for b in text.trim_start().bytes() {
        match b {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if !quoted => counts.iter_mut().filter(|(d, _)| *d == b).for_each(|(_, n)| *n += 1),
            _ => {}
        }
    }
    // The first of equals wins, so a text of one column counts as comma separated.
    let most = counts.iter().map(|(_, n)| *n).max().unwrap_or(0);
    counts.iter().find(|(_, n)| *n == most).map_or(b',', |(d, _)| *d)
}

/// The columns of x and y, and whether their names say degrees.
fn coordinate_columns(columns: &[String], map: &[(String, String)]) -> Result<(usize, usize, bool), ExchangeError> {
    let given = |fields: [&str; 2]| -> Result<Option<usize>, ExchangeError> {
        match map.iter().find(|(f, _)| fields.contains(&f.as_str())) {
            None => Ok(None),
            Some((_, name)) => columns
                .iter()
                .position(|c| c == name.trim())
                .map(Some)
                .ok_or_else(|| ExchangeError::NoColumn(name.clone())),
        }
    };
    let plains: Vec<String> = columns.iter().map(|c| plain(c)).collect();
    let find = |name: &str| plains.iter().position(|p| p == name);
    let pair = |names: &[(&str, &str)]| names.iter().find_map(|(a, b)| Some((find(a)?, find(b)?)));
    match (given(["x", "lon"])?, given(["y", "lat"])?) {
        (Some(x), Some(y)) => return Ok((x, y, false)),
        (None, None) => {}
        _ => return Err(ExchangeError::NoCoordinates { columns: columns.join(", ") }),
    }
    if let Some((x, y)) = pair(&DEGREES) {
        return Ok((x, y, true));
    }
    pair(&METRES)
        .map(|(x, y)| (x, y, false))
        .ok_or_else(|| ExchangeError::NoCoordinates { columns: columns.join(", ").chars().take(400).collect() })
}

/// Two cells as coordinates; `None` where there are none. A text that is no number is a finding.
fn coordinates(x: &str, y: &str, findings: &mut Findings, row: u32, line: Option<u32>) -> Option<[f64; 2]> {
    let nothing = |t: &str| {
        t.is_empty() || ["na", "n/a", "nan", "null", "none", "-", "无", "—"].contains(&t.to_lowercase().as_str())
    };
    if nothing(x) && nothing(y) {
        return None;
    }
    match (number(x), number(y)) {
        (Some(x), Some(y)) => Some([x, y]),
        _ => {
            findings.add(
                Finding::new(
                    "coordinates",
                    Severity::Warning,
                    Action::Dropped,
                    format!("第 {row} 行的坐标不是数，按无位置处理"),
                    format!("the coordinates of row {row} are no numbers; it has no place"),
                )
                .of_row(row, line),
            );
            None
        }
    }
}

/// Gives the features their points, and finds out from the numbers what system they are in.
fn place(
    features: &mut [Feature],
    raw: &[Option<[f64; 2]>],
    degrees_by_name: bool,
    crs_given: bool,
    findings: &mut Findings,
) -> Option<CrsDef> {
    let located: Vec<[f64; 2]> = raw.iter().flatten().copied().filter(|p| *p != [0.0, 0.0]).collect();
    let share = |f: &dyn Fn(&[f64; 2]) -> bool| located.iter().filter(|p| f(p)).count() * 2 > located.len();
    let degrees =
        !crs_given && (located.is_empty() && degrees_by_name || share(&|p| p[0].abs() <= 180.0 && p[1].abs() <= 90.0));
    // In Chinese surveying X is north. A northing of China has seven digits (2 to 6 million), an easting six, or eight
    // with the number of the 3-degree zone (25 to 45) before it.
    let northing = |v: f64| (1.9e6..6.1e6).contains(&v);
    let easting = |v: f64| (1e5..1e6).contains(&v) || (25e6..46e6).contains(&v);
    let swapped = !degrees && !degrees_by_name && share(&|p| northing(p[0]) && easting(p[1]));
    if swapped {
        findings.add(Finding::new(
            "axes",
            Severity::Info,
            Action::Kept,
            "X 列是纵坐标（北），Y 列是横坐标（东），已按测绘习惯读取".to_owned(),
            "column X holds northings and column Y eastings, as in Chinese surveying; read accordingly".to_owned(),
        ));
    }
    for (f, p) in features.iter_mut().zip(raw) {
        let Some(mut p) = *p else { continue };
        if swapped {
            p.swap(0, 1);
        }
        // 0, 0 is what programs write where they know no place.
        if p == [0.0, 0.0] {
            continue;
        }
        if degrees && (p[0].abs() > 180.0 || p[1].abs() > 90.0) {
            let n = f.number;
            findings.add(
                Finding::new(
                    "coordinates",
                    Severity::Warning,
                    Action::Dropped,
                    format!("第 {n} 行的经纬度超出范围，按无位置处理"),
                    format!("longitude or latitude of row {n} is out of range; it has no place"),
                )
                .of_row(n, f.line),
            );
            continue;
        }
        f.geometry = Geometry::Point(p);
    }
    if degrees {
        return Some(CrsDef::wgs84());
    }
    let zone_of = |p: &[f64; 2]| {
        let (e, n) = if swapped { (p[1], p[0]) } else { (p[0], p[1]) };
        northing(n).then_some((e / 1e6).floor())
    };
    let zone = located.iter().find_map(zone_of)?;
    // One row in twenty may be wrong; where it lies in another zone it is far off and refused later.
    let in_zone = located.iter().filter(|p| zone_of(p) == Some(zone)).count();
    if (25.0..=45.0).contains(&zone) && in_zone * 20 >= located.len() * 19 {
        let code = 4513 + zone as u32 - 25;
        findings.add(Finding::new(
            "crs_guessed",
            Severity::Info,
            Action::Kept,
            format!("横坐标带有带号 {zone}，按 CGCS2000 三度带 EPSG:{code} 读取"),
            format!("the eastings begin with zone {zone}: read as CGCS2000 3-degree zone EPSG:{code}"),
        ));
        return CrsDef::parse(&format!("EPSG:{code}")).ok();
    }
    None
}
