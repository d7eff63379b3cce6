//! The fonts that the build embeds: readable, with Chinese, with digits of equal width; and the build's reader of
//! font files on damaged ones.

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, pen::NullPen};
use skrifa::{FontRef, MetadataProvider};

#[path = "../build/sfnt.rs"]
mod sfnt;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/fonts.rs"));
}

fn each() -> Vec<(&'static str, &'static [u8])> {
    let all = [
        ("CJK_REGULAR", embedded::CJK_REGULAR),
        ("CJK_BOLD", embedded::CJK_BOLD),
        ("LATIN_REGULAR", embedded::LATIN_REGULAR),
        ("LATIN_SEMIBOLD", embedded::LATIN_SEMIBOLD),
    ];
    for (name, _) in all.iter().filter(|(_, font)| font.is_none()) {
        println!("skipped: {name} is not embedded in this build");
    }
    all.into_iter().filter_map(|(name, font)| Some((name, font?))).collect()
}

#[test]
fn embedded_fonts_draw_what_we_write() {
    const { assert!(cfg!(not(feature = "gui")) || embedded::CJK_REGULAR.is_some(), "a window without Chinese") };
    for (name, bytes) in each() {
        let font = FontRef::new(bytes).unwrap();
        let text =
            if name.starts_with("CJK") { "格图网格员未划入镇①㎡，。" } else { "Grid 0123456789−,.%" };
        let outlines = font.outline_glyphs();
        for c in text.chars().filter(|c| *c != ' ') {
            let glyph = font.charmap().map(c).unwrap_or_else(|| panic!("{name} has no {c}"));
            let outline = outlines.get(glyph).unwrap_or_else(|| panic!("{name} draws no {c}"));
            let mut pen = Counting::default();
            outline.draw(DrawSettings::unhinted(Size::new(16.0), LocationRef::default()), &mut pen).unwrap();
            assert!(pen.0 > 2, "{name}: {c} is empty");
        }
        // Whatever a character leads to can be drawn, however the glyph list was thinned out.
        for (c, glyph) in font.charmap().mappings() {
            let settings = DrawSettings::unhinted(Size::new(16.0), LocationRef::default());
            assert!(outlines.get(glyph).unwrap().draw(settings, &mut NullPen).is_ok(), "{name}: U+{c:04X}");
        }
        let whole = bytes.chunks(4).fold(0u32, |sum, w| sum.wrapping_add(u32::from_be_bytes(w.try_into().unwrap())));
        assert_eq!(whole, 0xB1B0_AFBA, "{name}: the checksum of the file");
    }
}

#[derive(Default)]
struct Counting(usize);

impl skrifa::outline::OutlinePen for Counting {
    fn move_to(&mut self, _: f32, _: f32) {
        self.0 += 1;
    }
    fn line_to(&mut self, _: f32, _: f32) {
        self.0 += 1;
    }
    fn quad_to(&mut self, _: f32, _: f32, _: f32, _: f32) {
        self.0 += 1;
    }
    fn curve_to(&mut self, _: f32, _: f32, _: f32, _: f32, _: f32, _: f32) {
        self.0 += 1;
    }
    fn close(&mut self) {}
}

#[test]
fn digits_have_one_width() {
    for (name, bytes) in each().into_iter().filter(|(name, _)| name.starts_with("LATIN")) {
        let font = FontRef::new(bytes).unwrap();
        let metrics = font.glyph_metrics(Size::new(13.0), LocationRef::default());
        let width = |c| metrics.advance_width(font.charmap().map(c).unwrap()).unwrap();
        for c in '0'..='9' {
            assert_eq!(width(c), width('0'), "{name}: {c}");
        }
    }
}

/// The same through the layout of the window, where kerning and contextual forms come in.
#[cfg(feature = "gui")]
#[test]
fn numbers_of_one_length_have_one_width_in_the_window() {
    use egui::{FontData, FontDefinitions, FontFamily, FontId};
    let Some(latin) = embedded::LATIN_REGULAR else { return println!("skipped: LATIN_REGULAR is not embedded") };
    let mut fonts = FontDefinitions::default();
    fonts.font_data.insert("latin".into(), FontData::from_static(latin).into());
    fonts.families.insert(FontFamily::Proportional, vec!["latin".into()]);
    let window = egui::Context::default();
    window.set_fonts(fonts);
    let mut widths = Vec::new();
    let mut output = window.run_ui(egui::RawInput::default(), |ui| {
        widths = ["4,871", "1,111", "7,740"]
            .map(|n| ui.painter().layout_no_wrap(n.into(), FontId::proportional(13.0), egui::Color32::BLACK).size().x)
            .into();
    });
    output.textures_delta.clear();
    assert!(widths.len() == 3 && widths.iter().all(|w| *w == widths[0]), "{widths:?}");
}

#[test]
fn damaged_font_files_are_refused_without_a_panic() {
    assert!(sfnt::faces(b"").is_none());
    assert!(sfnt::faces(b"this is no font at all").is_none());
    let Some((_, bytes)) = each().into_iter().find(|(name, _)| name.starts_with("LATIN")) else { return };
    let face = &sfnt::faces(bytes).unwrap()[0];
    assert!(!face.is_variable() && face.family().is_some());
    let read = |file: &[u8]| {
        for mut face in sfnt::faces(file).into_iter().flatten() {
            face.family();
            if let Some(mut characters) = face.characters() {
                face.make_digits_tabular(&mut characters);
                face.write(&characters, &[]);
            }
        }
    };
    // Cut anywhere, and with one byte changed anywhere in the directory and the tables that are read.
    for end in (0..bytes.len()).step_by(4999) {
        read(&bytes[..end]);
    }
    for at in (0..bytes.len()).step_by(2003).chain(0..400) {
        let mut file = bytes.to_vec();
        file[at] = !file[at];
        read(&file);
    }
}
