//! The faces of the window: Latin first, Chinese behind it, figures of equal width.

use std::borrow::Cow;
use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily, FontId, FontTweak};

/// Name of the second family: 600 for Latin, bold for Chinese.
pub const SEMIBOLD: &str = "semibold";

/// Font files as bytes; whoever embeds or reads them fills this in. What is absent falls back on what is there.
#[derive(Clone, Copy, Default, Debug)]
pub struct FontBytes {
    /// Inter 400 or another Latin face.
    pub latin_regular: Option<&'static [u8]>,
    /// Inter 600.
    pub latin_semibold: Option<&'static [u8]>,
    /// Noto Sans SC 400 or another Chinese face.
    pub cjk_regular: Option<&'static [u8]>,
    /// Noto Sans SC 700.
    pub cjk_bold: Option<&'static [u8]>,
    /// Face number within the Chinese files: 2 = SC in Noto's collections, 0 in a single face.
    pub cjk_index: u32,
}

/// The fonts that the build has found and embedded, each a single face.
mod embedded {
    include!(concat!(env!("OUT_DIR"), "/fonts.rs"));
}

impl FontBytes {
    /// The fonts that this program carries. With the feature `gui` a Chinese one is always among them.
    pub const EMBEDDED: FontBytes = FontBytes {
        latin_regular: embedded::LATIN_REGULAR,
        latin_semibold: embedded::LATIN_SEMIBOLD,
        cjk_regular: embedded::CJK_REGULAR,
        cjk_bold: embedded::CJK_BOLD,
        cjk_index: 0,
    };
}

/// A font id of weight 400, in points.
pub fn regular(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// A font id of weight 600, in points.
pub fn semi(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(SEMIBOLD.into()))
}

/// The two families from `bytes`. Where no file is given at all, egui's own faces serve both.
pub fn definitions(bytes: &FontBytes) -> FontDefinitions {
    let mut out = FontDefinitions::default();
    let shipped = out.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let mut add = |name: &str, file: Option<&'static [u8]>, index: u32| -> Option<String> {
        let mut data = match tabular(file?) {
            Cow::Borrowed(same) => FontData::from_static(same),
            Cow::Owned(patched) => FontData::from_owned(patched),
        };
        data.index = index;
        let lift = if name.starts_with("cjk") { cjk_shift(file, index) } else { 0.0 };
        data = data.tweak(FontTweak { y_offset_factor: lift, ..FontTweak::default() });
        out.font_data.insert(name.to_owned(), Arc::new(data));
        Some(name.to_owned())
    };
    let latin = add("latin", bytes.latin_regular, 0);
    let latin_semi = add("latin-semibold", bytes.latin_semibold, 0).or_else(|| latin.clone());
    let cjk = add("cjk", bytes.cjk_regular, bytes.cjk_index);
    let cjk_bold = add("cjk-bold", bytes.cjk_bold, bytes.cjk_index).or_else(|| cjk.clone());
    // egui's own faces stay last: they hold a handful of symbols that its widgets draw.
    let chain = |first: Option<String>, second: Option<String>| {
        first.into_iter().chain(second).chain(shipped.iter().cloned()).collect::<Vec<_>>()
    };
    out.families.insert(FontFamily::Proportional, chain(latin.clone(), cjk.clone()));
    out.families.insert(FontFamily::Monospace, chain(latin, cjk));
    out.families.insert(FontFamily::Name(SEMIBOLD.into()), chain(latin_semi, cjk_bold));
    out
}

/// How far down to move Chinese glyphs, in parts of the size (negative = up). egui puts the middle of a fallback face's line
/// on the middle of the row; in a Chinese face that is not the middle of the glyphs, which is 0.38 em above the baseline.
fn cjk_shift(cjk: Option<&[u8]>, index: u32) -> f32 {
    let Some((ascent, descent)) = cjk.and_then(|f| line(f, index)) else { return 0.0 };
    (0.38 - (ascent + descent) / 2.0).clamp(-0.2, 0.2)
}

/// Ascent and descent (negative) of a line in parts of the size: from `hhea`, or from OS/2 where the face says that its
/// typographic metrics are to be used (bit 7 of fsSelection). None where a table is missing or broken.
fn line(font: &[u8], index: u32) -> Option<(f32, f32)> {
    let per_em = u16_at(font, table(font, index, b"head")?.checked_add(18)?).filter(|&n| n > 0)?;
    let hhea = table(font, index, b"hhea")?;
    let os2 = table(font, index, b"OS/2").filter(|&t| u16_at(font, t + 62).is_some_and(|f| f & 0x80 != 0));
    let at = os2.map_or(hhea + 4, |t| t + 68);
    let metric = |at: usize| Some(f32::from(u16_at(font, at)? as i16) / f32::from(per_em));
    Some((metric(at)?, metric(at + 2)?))
}

/// The same face with figures of equal width as its default. egui shapes text but cannot be asked for a feature, and Inter
/// keeps such figures behind `tnum`; here that feature record is renamed to `rclt`, which every shaper applies unasked. A
/// face without `tnum`, or whose figures are equal already, comes back as it is.
pub fn tabular(font: &[u8]) -> Cow<'_, [u8]> {
    let Some(places) = feature_tags(font, b"tnum").filter(|p| !p.is_empty()) else {
        return Cow::Borrowed(font);
    };
    let mut copy = font.to_vec();
    for at in places {
        if let Some(tag) = copy.get_mut(at..at + 4) {
            tag.copy_from_slice(b"rclt");
        }
    }
    Cow::Owned(copy)
}

/// Offsets of the tags equal to `tag` in the feature list of GSUB (OpenType 1.9, "Feature List Table"), single faces only.
fn feature_tags(font: &[u8], tag: &[u8; 4]) -> Option<Vec<usize>> {
    let gsub = table(font, 0, b"GSUB")?;
    let list = gsub.checked_add(usize::from(u16_at(font, gsub.checked_add(6)?)?))?;
    let count = usize::from(u16_at(font, list)?);
    let records = (0..count).map(|i| list + 2 + 6 * i);
    Some(records.filter(|&at| font.get(at..at + 4) == Some(tag)).collect())
}

/// Offset of a table in a face or in the `index`-th face of a collection.
fn table(font: &[u8], index: u32, tag: &[u8; 4]) -> Option<usize> {
    let start =
        if font.get(..4)? == b"ttcf" { u32_at(font, 12 + 4 * usize::try_from(index).ok()?)? as usize } else { 0 };
    let count = usize::from(u16_at(font, start.checked_add(4)?)?);
    let record = (0..count).map(|i| start + 12 + 16 * i).find(|&at| font.get(at..at + 4) == Some(tag))?;
    Some(u32_at(font, record + 8)? as usize)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::testing;

    #[test]
    fn broken_files_are_left_alone() {
        for bytes in [&b""[..], b"ttcf", b"OTTO\0\x01", &[0xff; 64]] {
            assert!(matches!(tabular(bytes), Cow::Borrowed(_)));
            assert_eq!(line(bytes, 3), None);
        }
    }

    #[test]
    fn chinese_stands_in_the_middle_of_a_latin_row() {
        let Some(fonts) = testing::fonts("chinese_stands_in_the_middle_of_a_latin_row") else { return };
        // Middle of the ink below the top of the row, from the painted mesh.
        let middle = |ui: &egui::Ui, text: &str| {
            let galley = ui.painter().layout_no_wrap(text.to_owned(), regular(64.0), egui::Color32::BLACK);
            let bounds = galley.rows.iter().fold(egui::Rect::NOTHING, |r, row| r.union(row.visuals.mesh_bounds));
            (bounds.center().y, galley.size().y)
        };
        let mut found = Vec::new();
        testing::once(fonts, |ui| found = vec![middle(ui, "国"), middle(ui, "H")]);
        for (middle, row) in &found {
            assert!((middle - row / 2.0).abs() < 0.05 * 64.0, "{found:?}");
        }
    }

    #[test]
    fn figures_have_equal_widths() {
        let Some(fonts) = testing::fonts("figures_have_equal_widths") else { return };
        if fonts.latin_regular.is_none() {
            return println!("skipped: figures_have_equal_widths: no Inter on this machine");
        }
        let mut widths = Vec::new();
        testing::once(fonts, |ui| {
            for font in [regular(13.0), semi(13.0), semi(20.0)] {
                let row: Vec<f32> = ["0000", "1111", "4747", "8901"]
                    .iter()
                    .map(|s| ui.painter().layout_no_wrap((*s).to_owned(), font.clone(), egui::Color32::BLACK).size().x)
                    .collect();
                widths.push(row);
            }
        });
        for row in widths {
            assert!(row.iter().all(|w| (w - row[0]).abs() < 0.1), "{row:?}");
        }
    }
}
