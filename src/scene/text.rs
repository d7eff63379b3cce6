//! Text as outlines: one line laid out over a Latin and a Chinese font.
//!
//! The figures of the Latin font all get the advance of its widest figure, so that 487 and 511 are equally wide
//! without any OpenType feature. Lines are placed by their middle: the middle of an H and of 汉 both lie on y = 0,
//! whatever the two fonts think of baselines.

use super::SceneError;
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::outline::{DrawSettings, OutlineGlyphCollection, OutlinePen};
use skrifa::{FontRef, GlyphId, MetadataProvider};
use tiny_skia::{Path, PathBuilder, Transform};

/// The fonts that the build found and embeds; each may be missing.
mod embedded {
    include!(concat!(env!("OUT_DIR"), "/fonts.rs"));
}

/// A font file (or collection) in memory.
#[derive(Clone, Copy, Debug)]
pub struct FontData<'a> {
    /// The bytes of a ttf, otf, ttc or otc.
    pub bytes: &'a [u8],
    /// Which font of a collection; 0 for a plain file.
    pub index: u32,
}

/// The fonts of a picture.
pub struct FontSet<'a> {
    /// Latin, Chinese; then the same bold. Some may be missing.
    faces: [Option<Face<'a>>; 4],
}

struct Face<'a> {
    characters: Charmap<'a>,
    outlines: OutlineGlyphCollection<'a>,
    metrics: GlyphMetrics<'a>,
    /// Distance from the baseline up to the middle of H or 汉, em.
    middle: f32,
    /// Widest figure, em.
    figure: f32,
}

/// A glyph of a line that was laid out.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Glyph {
    /// Number of the face in its [`FontSet`].
    pub face: u8,
    /// Number of the glyph in its font.
    pub id: u32,
    /// The character it stands for.
    pub ch: char,
    /// Pen position, points right of the line's start.
    pub x: f32,
    /// Baseline, points below the line's middle.
    pub y: f32,
    /// Advance, points.
    pub advance: f32,
    /// Bold was asked for and there is none: thicken the outline by 3 % of the size.
    pub thicken: bool,
}

/// A line of text, laid out. x from 0 to `width`, y = 0 through its middle, downward.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TextLine {
    /// Its glyphs, left to right.
    pub glyphs: Vec<Glyph>,
    /// Width in points.
    pub width: f32,
    /// Font size in points: the height of 汉 and a little, so a box of this height round the middle holds all but
    /// long descenders.
    pub size_pt: f32,
}

impl<'a> Face<'a> {
    fn new(data: FontData<'a>) -> Result<Face<'a>, SceneError> {
        let font = FontRef::from_index(data.bytes, data.index).map_err(|e| SceneError::Font(e.to_string()))?;
        let mut face = Face {
            characters: font.charmap(),
            outlines: font.outline_glyphs(),
            metrics: font.glyph_metrics(Size::new(1.0), LocationRef::default()),
            middle: 0.36,
            figure: 0.0,
        };
        let figures = ('0'..='9').filter_map(|c| face.metrics.advance_width(face.glyph(c)?));
        face.figure = figures.fold(0.0, f32::max);
        let middle = ['汉', 'H'].into_iter().find_map(|c| {
            let path = face.outline(face.glyph(c)?)?;
            let b = path.compute_tight_bounds()?;
            Some((b.top() + b.bottom()) / 2.0)
        });
        face.middle = middle.unwrap_or(face.middle);
        Ok(face)
    }

    fn glyph(&self, c: char) -> Option<GlyphId> {
        self.characters.map(c)
    }

    /// Outline in em, y up.
    fn outline(&self, id: GlyphId) -> Option<Path> {
        let glyph = self.outlines.get(id)?;
        let mut pen = Pen(PathBuilder::new());
        glyph.draw(DrawSettings::unhinted(Size::new(1.0), LocationRef::default()), &mut pen).ok()?;
        pen.0.finish()
    }
}

struct Pen(PathBuilder);

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }
    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.0.quad_to(cx, cy, x, y);
    }
    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.0.cubic_to(ax, ay, bx, by, x, y);
    }
    fn close(&mut self) {
        self.0.close();
    }
}

impl<'a> FontSet<'a> {
    /// A set of fonts. Each may be missing: bold falls back to the plain one thickened, Latin to the Chinese font
    /// and the other way round; without any, text has no width and nothing is drawn.
    ///
    /// # Errors
    /// [`SceneError::Font`] if bytes are no font.
    pub fn new(
        latin: Option<FontData<'a>>,
        latin_bold: Option<FontData<'a>>,
        cjk: Option<FontData<'a>>,
        cjk_bold: Option<FontData<'a>>,
    ) -> Result<FontSet<'a>, SceneError> {
        let face = |d: Option<FontData<'a>>| d.map(Face::new).transpose();
        Ok(FontSet { faces: [face(latin)?, face(cjk)?, face(latin_bold)?, face(cjk_bold)?] })
    }

    /// The fonts embedded in this build: the same on every machine.
    ///
    /// # Errors
    /// [`SceneError::Font`] if one of them is damaged.
    pub fn embedded() -> Result<FontSet<'static>, SceneError> {
        let font = |bytes: Option<&'static [u8]>| bytes.map(|bytes| FontData { bytes, index: 0 });
        FontSet::new(
            font(embedded::LATIN_REGULAR),
            font(embedded::LATIN_SEMIBOLD),
            font(embedded::CJK_REGULAR),
            font(embedded::CJK_BOLD),
        )
    }

    /// Whether Chinese and Latin can be written, each in a font of its own.
    pub fn is_whole(&self) -> bool {
        self.faces[0].is_some() && self.faces[1].is_some()
    }

    /// The first face that has `c`: face number, glyph, whether bold is missing. Latin first, then Chinese.
    fn find(&self, c: char, bold: bool) -> Option<(u8, GlyphId, bool)> {
        let order: &[(u8, bool)] =
            if bold { &[(2, false), (0, true), (3, false), (1, true)] } else { &[(0, false), (1, false)] };
        let has = |&(n, thicken): &(u8, bool)| Some((n, self.faces[n as usize].as_ref()?.glyph(c)?, thicken));
        order.iter().find_map(has).or_else(|| {
            // No font has it: the empty box of the last face says so.
            order.iter().rev().find(|(n, _)| self.faces[*n as usize].is_some()).map(|&(n, t)| (n, GlyphId::new(0), t))
        })
    }

    /// Lays out one line at `size_pt` points with `spacing_pt` extra after each character but the last. Control
    /// characters are skipped. Linear in the characters.
    pub fn layout(&self, text: &str, size_pt: f32, bold: bool, spacing_pt: f32) -> TextLine {
        let mut line = TextLine { size_pt, ..TextLine::default() };
        for ch in text.chars().filter(|c| !c.is_control()) {
            let Some((n, id, thicken)) = self.find(ch, bold) else { continue };
            let Some(face) = &self.faces[n as usize] else { continue };
            let own = face.metrics.advance_width(id).unwrap_or(0.5);
            let em = if ch.is_ascii_digit() { face.figure } else { own };
            line.glyphs.push(Glyph {
                face: n,
                id: id.to_u32(),
                ch,
                x: line.width + (em - own) / 2.0 * size_pt,
                y: face.middle * size_pt,
                advance: em * size_pt,
                thicken,
            });
            line.width += em * size_pt + spacing_pt;
        }
        line.width = (line.width - spacing_pt).max(0.0);
        line
    }

    /// Outline of a glyph in em, y up; `None` for a blank.
    pub fn outline(&self, glyph: &Glyph) -> Option<Path> {
        self.faces.get(glyph.face as usize)?.as_ref()?.outline(GlyphId::new(glyph.id))
    }

    /// The line as one path in points, its middle at (0, 0), y down; `None` if blank. The second path holds the
    /// glyphs to be thickened.
    pub fn path(&self, line: &TextLine) -> (Option<Path>, Option<Path>) {
        let mut paths = [PathBuilder::new(), PathBuilder::new()];
        for g in &line.glyphs {
            let s = line.size_pt;
            let place = Transform::from_row(s, 0.0, 0.0, -s, g.x - line.width / 2.0, g.y);
            if let Some(p) = self.outline(g).and_then(|p| p.transform(place)) {
                paths[usize::from(g.thicken)].push_path(&p);
            }
        }
        let [plain, thick] = paths;
        (plain.finish(), thick.finish())
    }
}

/// A character of a name along a line.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AlongChar {
    /// The character.
    pub ch: char,
    /// Its middle.
    pub at: (f32, f32),
    /// Angle in radians, clockwise on a screen (y down); 0 = upright.
    pub angle: f32,
}

/// Steeper than this the characters of a name stand upright and run downward, as Chinese is read.
const UPRIGHT_DEG: f32 = 53.0;
/// Two neighbouring characters may not be turned against each other by more.
const MAX_BEND_DEG: f32 = 32.0;

/// Sets a name along a polyline (points, y down) with its middle at `middle` along it, `pitch` between neighbouring
/// characters and moved by `aside` to the right of the reading direction (down for a level line).
/// `None` if the line is too short or bends too much.
pub fn set_along(
    line: &[(f32, f32)],
    text: &str,
    pitch: impl Fn(char) -> f32,
    middle: f32,
    aside: f32,
) -> Option<Vec<AlongChar>> {
    let chars: Vec<(char, f32)> = text.chars().filter(|c| !c.is_control()).map(|c| (c, pitch(c))).collect();
    let length: f32 = chars.iter().map(|c| c.1).sum();
    let (from, to) = (middle - length / 2.0, middle + length / 2.0);
    let (a, b) = (point_along(line, from)?.0, point_along(line, to)?.0);
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    // A name on a bend that folds back would pile up on itself.
    if chars.is_empty() || dx.hypot(dy) < length * 0.8 {
        return None;
    }
    let steep = dy.abs().atan2(dx.abs()).to_degrees() > UPRIGHT_DEG;
    let backwards = if steep { dy < 0.0 } else { dx < 0.0 };
    let upright = steep && chars.iter().any(|c| is_wide(c.0));
    let (mut out, mut pen, mut before) = (Vec::with_capacity(chars.len()), 0.0, None);
    for (ch, step) in chars {
        let at = pen + step / 2.0;
        pen += step;
        let (p, mut angle) = point_along(line, if backwards { to - at } else { from + at })?;
        if backwards {
            angle += std::f32::consts::PI;
        }
        let angle = (angle + std::f32::consts::PI).rem_euclid(std::f32::consts::TAU) - std::f32::consts::PI;
        if let Some(last) = before.replace(angle) {
            let bend: f32 = angle - last;
            if bend.sin().atan2(bend.cos()).abs().to_degrees() > MAX_BEND_DEG {
                return None;
            }
        }
        let (sin, cos) = angle.sin_cos();
        let at = (p.0 - sin * aside, p.1 + cos * aside);
        // Upright characters that would stand beside each other instead of below read as two columns.
        if upright && out.last().is_some_and(|c: &AlongChar| at.1 - c.at.1 < step * 0.6) {
            return None;
        }
        out.push(AlongChar { ch, at, angle: if upright { 0.0 } else { angle } });
    }
    Some(out)
}

/// Whether a character fills a square, as Chinese does.
pub fn is_wide(c: char) -> bool {
    matches!(c as u32, 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x20000..=0x3FFFD)
}

/// Point and direction at a distance along a polyline; `None` beyond its ends.
fn point_along(line: &[(f32, f32)], at: f32) -> Option<((f32, f32), f32)> {
    let mut left = at;
    if left < 0.0 {
        return None;
    }
    for w in line.windows(2) {
        let (dx, dy) = (w[1].0 - w[0].0, w[1].1 - w[0].1);
        let len = dx.hypot(dy);
        if len > 0.0 && left <= len {
            let t = left / len;
            return Some(((w[0].0 + dx * t, w[0].1 + dy * t), dy.atan2(dx)));
        }
        left -= len;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::tests::fonts;

    #[test]
    fn figures_are_equally_wide_and_chinese_falls_back() {
        let Some(set) = fonts() else { return };
        for bold in [false, true] {
            let (a, b) = (set.layout("487", 13.0, bold, 0.0), set.layout("511", 13.0, bold, 0.0));
            assert_eq!(a.width, b.width);
            assert!(a.width > 13.0);
        }
        let line = set.layout("495 户 ✓", 11.0, false, 0.0);
        assert_eq!(line.glyphs.len(), 7);
        let household = line.glyphs[4];
        assert_eq!((household.ch, household.face), ('户', 1));
        assert!((household.advance - 11.0).abs() < 0.3, "a Chinese character is one em wide");
        assert!(set.path(&line).0.is_some());
    }

    #[test]
    fn h_and_han_have_one_middle() {
        let Some(set) = fonts() else { return };
        for text in ["H", "汉"] {
            let b = set.path(&set.layout(text, 100.0, false, 0.0)).0.unwrap().compute_tight_bounds().unwrap();
            assert!((b.top() + b.bottom()).abs() < 1.0, "{text} {b:?}");
            assert!(b.height() < 100.0 && b.height() > 60.0);
        }
    }

    #[test]
    fn level_names_run_right_and_steep_ones_down() {
        let pitch = |_| 10.0;
        // Drawn from right to left, still read from left to right.
        let level = set_along(&[(200.0, 5.0), (0.0, 0.0)], "浦东大道", pitch, 100.0, 0.0).unwrap();
        assert!(level.windows(2).all(|w| w[1].at.0 > w[0].at.0));
        assert!(level.iter().all(|c| c.angle.abs() < 0.1));
        let steep = set_along(&[(0.0, 200.0), (20.0, 0.0)], "东方路", pitch, 100.0, 0.0).unwrap();
        assert!(steep.windows(2).all(|w| w[1].at.1 > w[0].at.1));
        assert!(steep.iter().all(|c| c.angle == 0.0));
        // Latin on a steep road is turned, not stacked.
        let latin = set_along(&[(0.0, 200.0), (0.0, 0.0)], "Road", pitch, 100.0, 0.0).unwrap();
        assert!(latin.iter().all(|c| (c.angle - std::f32::consts::FRAC_PI_2).abs() < 1e-3));
    }

    #[test]
    fn names_that_do_not_fit_are_refused_and_asides_keep_their_distance() {
        let pitch = |_| 10.0;
        assert!(set_along(&[(0.0, 0.0), (30.0, 0.0)], "浦东大道", pitch, 15.0, 0.0).is_none());
        let corner = [(0.0, 0.0), (50.0, 0.0), (50.0, 50.0)];
        assert!(set_along(&corner, "浦东大道", pitch, 50.0, 0.0).is_none());
        // Steep on the whole, but it begins level: not stacked.
        let hook = [(0.0, 0.0), (-8.0, 2.0), (-16.0, 10.0), (-20.0, 60.0)];
        assert!(set_along(&hook, "陆家嘴环", pitch, 22.0, 0.0).is_none());
        assert!(set_along(&[], "路", pitch, 0.0, 0.0).is_none());
        let aside = set_along(&[(0.0, 0.0), (100.0, 0.0)], "大道", pitch, 50.0, 12.0).unwrap();
        assert!(aside.iter().all(|c| (c.at.1 - 12.0).abs() < 1e-4));
    }
}
