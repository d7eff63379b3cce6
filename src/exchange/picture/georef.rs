//! Where a picture says that it lies: world files, and the tags of a GeoTIFF (OGC 19-008r4).

use crate::geom::Affine;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use tiff::decoder::Decoder;
use tiff::tags::Tag;

/// Where a picture lies by its own words.
#[derive(Clone, PartialEq, Debug)]
pub struct Georef {
    /// From pixels, counted from the upper left corner, to coordinates.
    pub place: Affine,
    /// EPSG code of their CRS, where one is named.
    pub epsg: Option<u32>,
}

/// Files in which the place of a picture may stand, in the order in which they are looked for.
pub fn world_files(picture: &Path) -> Vec<PathBuf> {
    let ending = picture.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    let own: &[&str] = match ending.as_str() {
        "png" => &["pgw", "pngw"],
        "jpg" | "jpeg" | "jpe" => &["jgw", "jpgw", "jpegw"],
        _ => &["tfw", "tifw", "tiffw"],
    };
    let names = own.iter().chain(&["wld"]);
    names.flat_map(|n| [picture.with_extension(n), picture.with_extension(n.to_ascii_uppercase())]).collect()
}

/// The place that a world file says: six numbers, a line each, of the middle of the upper left pixel. `None` if it is none.
pub fn world_file(text: &str) -> Option<Affine> {
    let number = |t: &str| t.replace(',', ".").parse::<f64>().ok().filter(|v| v.is_finite());
    let all: Option<Vec<f64>> = text.trim_start_matches('\u{feff}').split_whitespace().map(number).collect();
    let [a, d, b, e, c, f] = <[f64; 6]>::try_from(all?).ok()?;
    let corner = Affine([a, b, c - (a + b) / 2.0, d, e, f - (d + e) / 2.0]);
    corner.is_sound().then_some(corner)
}

/// The place that a TIFF's tags say; `None` where they say none, or none that can be. Of the first picture in it.
pub fn of_tiff(bytes: &[u8]) -> Option<Georef> {
    let mut d = Decoder::new(Cursor::new(bytes)).ok()?;
    let numbers = |d: &mut Decoder<Cursor<&[u8]>>, tag: Tag| {
        let v = d.find_tag(tag).ok()??.into_f64_vec().ok()?;
        (v.len() <= 6 * 4096 && v.iter().all(|x| x.is_finite())).then_some(v)
    };
    let place = if let Some(m) = numbers(&mut d, Tag::ModelTransformationTag).filter(|m| m.len() >= 8) {
        Affine([m[0], m[1], m[3], m[4], m[5], m[7]])
    } else {
        let points = numbers(&mut d, Tag::ModelTiepointTag)?;
        let (first, _) = points.split_first_chunk::<6>()?;
        let [i, j, _, x, y, _] = *first;
        let scale = numbers(&mut d, Tag::ModelPixelScaleTag)?;
        let (&sx, &sy) = (scale.first()?, scale.get(1)?);
        Affine([sx, 0.0, x - sx * i, 0.0, -sy, y + sy * j])
    };
    let keys = keys(&mut d);
    let key = |id: u16| keys.iter().find(|k| k.0 == id).map(|k| k.1);
    // RasterPixelIsPoint: coordinates are those of the middles of pixels.
    let [a, b, _, dd, e, _] = place.0;
    let place = if key(1025) == Some(2) { place.shifted([-(a + b) / 2.0, -(dd + e) / 2.0]) } else { place };
    // Projected, else geographic; 32767 is "its own words".
    let epsg = key(3072).or_else(|| key(2048)).map(u32::from).filter(|c| (1024..32767).contains(c));
    place.is_sound().then_some(Georef { place, epsg })
}

/// Columns and rows of a TIFF.
pub fn size_of_tiff(bytes: &[u8]) -> Option<(u32, u32)> {
    Decoder::new(Cursor::new(bytes)).ok()?.dimensions().ok()
}

/// The geo keys whose value stands in the directory itself: id and value.
fn keys(d: &mut Decoder<Cursor<&[u8]>>) -> Vec<(u16, u16)> {
    let all =
        d.find_tag(Tag::GeoKeyDirectoryTag).ok().flatten().and_then(|v| v.into_u16_vec().ok()).unwrap_or_default();
    let count = all.get(3).map_or(0, |n| usize::from(*n));
    let each = all.get(4..).unwrap_or_default().chunks_exact(4).take(count);
    each.filter(|k| k[1] == 0).map(|k| (k[0], k[3])).collect()
}
