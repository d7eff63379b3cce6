//! A GeoTIFF of one band of 32-bit floats, north up, uncompressed, as GDAL and QGIS read it.
//!
//! TIFF 6.0 and OGC GeoTIFF 1.1 (19-008r4); the tags and keys are named where they are written.

use super::ExchangeError;
use crate::crs::{CrsDef, Ellipsoid, geographic_code, is_metric, name, transverse_mercator};
use std::io::Write;

/// A picture of numbers over the ground.
pub struct Raster<'a> {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Values row by row from the north, each from the west; `width × height` of them.
    pub values: &'a [f32],
    /// Easting of the west edge in metres.
    pub west_m: f64,
    /// Northing of the north edge in metres.
    pub north_m: f64,
    /// Side of a pixel in metres.
    pub pixel_m: f64,
    /// Value that stands for "not known".
    pub nodata: Option<f32>,
}

/// The value of a directory entry.
enum Entry {
    Shorts(Vec<u16>),
    Longs(Vec<u32>),
    Doubles(Vec<f64>),
    Text(String),
}

impl Entry {
    /// TIFF field type, count and bytes, little-endian.
    fn bytes(&self) -> (u16, u32, Vec<u8>) {
        match self {
            Entry::Text(t) => {
                let mut b = t.clone().into_bytes();
                b.push(0);
                (2, b.len() as u32, b)
            }
            Entry::Shorts(v) => (3, v.len() as u32, v.iter().flat_map(|x| x.to_le_bytes()).collect()),
            Entry::Longs(v) => (4, v.len() as u32, v.iter().flat_map(|x| x.to_le_bytes()).collect()),
            Entry::Doubles(v) => (12, v.len() as u32, v.iter().flat_map(|x| x.to_le_bytes()).collect()),
        }
    }
}

/// Writes the raster in a metric CRS, by its EPSG code or with the parameters of its transverse Mercator; other PROJ strings
/// have no keys that are written here. Refused if the numbers of rows, columns and values do not agree, if the file would pass 4 GiB or
/// if the CRS is not metric.
pub fn write_geotiff(out: &mut dyn Write, r: &Raster<'_>, crs: &CrsDef) -> Result<(), ExchangeError> {
    let failed = |reason: &str| ExchangeError::Io {
        path: "GeoTIFF".to_owned(),
        reason: crate::model::Said::new(reason, reason),
    };
    let pixels = u64::from(r.width) * u64::from(r.height);
    if pixels == 0 || pixels != r.values.len() as u64 || !(r.pixel_m > 0.0 && r.pixel_m.is_finite()) {
        return Err(failed("the raster's size does not agree with its values"));
    }
    if pixels > (u64::from(u32::MAX) - 65_536) / 4 {
        return Err(failed("the raster is larger than 4 GiB"));
    }
    if !is_metric(crs)? {
        return Err(crate::crs::CrsError::NotMetric(crs.text().to_owned()).into());
    }
    let (keys, doubles, text) = geo_keys(crs)?;
    let mut entries = vec![
        (256, Entry::Longs(vec![r.width])),
        (257, Entry::Longs(vec![r.height])),
        (258, Entry::Shorts(vec![32])),
        // No compression, zero is black.
        (259, Entry::Shorts(vec![1])),
        (262, Entry::Shorts(vec![1])),
        // StripOffsets, filled below: one strip after the directory.
        (273, Entry::Longs(vec![0])),
        (277, Entry::Shorts(vec![1])),
        (278, Entry::Longs(vec![r.height])),
        (279, Entry::Longs(vec![(pixels * 4) as u32])),
        (284, Entry::Shorts(vec![1])),
        // SampleFormat: IEEE floating point.
        (339, Entry::Shorts(vec![3])),
        // ModelPixelScale, ModelTiepoint, GeoKeyDirectory, GeoDoubleParams, GeoAsciiParams.
        (33550, Entry::Doubles(vec![r.pixel_m, r.pixel_m, 0.0])),
        (33922, Entry::Doubles(vec![0.0, 0.0, 0.0, r.west_m, r.north_m, 0.0])),
        (34735, Entry::Shorts(keys)),
    ];
    if !doubles.is_empty() {
        entries.push((34736, Entry::Doubles(doubles)));
    }
    entries.push((34737, Entry::Text(text)));
    if let Some(v) = r.nodata {
        // GDAL_NODATA.
        entries.push((42113, Entry::Text(v.to_string())));
    }
    let directory_end = 8 + 2 + 12 * entries.len() as u32 + 4;
    let mut far = Vec::new();
    let far_len: usize = entries.iter().map(|(_, e)| e.bytes().2.len()).filter(|n| *n > 4).map(|n| n + n % 2).sum();
    let data_at = directory_end + far_len as u32;
    for (tag, entry) in &mut entries {
        if *tag == 273 {
            *entry = Entry::Longs(vec![data_at]);
        }
    }
    let mut head: Vec<u8> = b"II\x2a\x00\x08\x00\x00\x00".to_vec();
    head.extend((entries.len() as u16).to_le_bytes());
    for (tag, entry) in &entries {
        let (kind, count, bytes) = entry.bytes();
        head.extend((*tag as u16).to_le_bytes());
        head.extend(kind.to_le_bytes());
        head.extend(count.to_le_bytes());
        if bytes.len() <= 4 {
            let mut four = bytes;
            four.resize(4, 0);
            head.extend(four);
        } else {
            head.extend((directory_end + far.len() as u32).to_le_bytes());
            far.extend(&bytes);
            far.resize(far.len() + far.len() % 2, 0);
        }
    }
    head.extend(0u32.to_le_bytes());
    head.extend(far);
    let io = |e: std::io::Error| failed(&e.to_string());
    out.write_all(&head).map_err(io)?;
    for row in r.values.chunks(r.width as usize) {
        let bytes: Vec<u8> = row.iter().flat_map(|v| v.to_le_bytes()).collect();
        out.write_all(&bytes).map_err(io)?;
    }
    out.flush().map_err(io)
}

/// GeoKeyDirectory, GeoDoubleParams and GeoAsciiParams of a CRS.
fn geo_keys(crs: &CrsDef) -> Result<(Vec<u16>, Vec<f64>, String), ExchangeError> {
    let mut keys: Vec<[u16; 4]> = Vec::new();
    let mut doubles = Vec::new();
    let mut text = String::new();
    // GTModelType projected, GTRasterType pixel is area.
    keys.push([1024, 0, 1, 1]);
    keys.push([1025, 0, 1, 1]);
    let mut cite = |key: u16, words: &str| {
        let at = text.len() as u16;
        let plain: String = words.chars().map(|c| if c.is_ascii() && c != '|' { c } else { '?' }).collect();
        text.push_str(&plain);
        text.push('|');
        [key, 34737, plain.len() as u16 + 1, at]
    };
    let known = transverse_mercator(crs).zip(geographic_code(crs));
    let code = crs.epsg_code().and_then(|c| u16::try_from(c).ok());
    if let Some(code) = code {
        keys.push(cite(1026, &name(crs)?));
        keys.push([3072, 0, 1, code]);
        keys.push([3076, 0, 1, 9001]);
    } else if let Some((tm, geographic)) = known {
        let mut double = |key: u16, v: f64| {
            doubles.push(v);
            [key, 34736, 1, doubles.len() as u16 - 1]
        };
        keys.push(cite(1026, &name(crs)?));
        // GeodeticCRS, its angular unit degree, its ellipsoid.
        keys.push([2048, 0, 1, geographic as u16]);
        keys.push([2054, 0, 1, 9102]);
        keys.push([2056, 0, 1, if tm.ellipsoid == Ellipsoid::Wgs84 { 7030 } else { 1024 }]);
        // ProjectedCRS user-defined, its citation, projection user-defined, method transverse Mercator, metre.
        keys.push([3072, 0, 1, 32767]);
        keys.push(cite(3073, &name(crs)?));
        keys.push([3074, 0, 1, 32767]);
        keys.push([3075, 0, 1, 1]);
        keys.push([3076, 0, 1, 9001]);
        keys.push(double(3080, tm.lon_0));
        keys.push(double(3081, tm.lat_0));
        keys.push(double(3082, tm.x_0_m));
        keys.push(double(3083, tm.y_0_m));
        keys.push(double(3092, tm.k_0));
    } else {
        return Err(ExchangeError::NoGeoTiff(crs.text().to_owned()));
    }
    let mut directory = vec![1, 1, 1, keys.len() as u16];
    directory.extend(keys.iter().flatten());
    Ok((directory, doubles, text))
}
