//! Classes as small numbers, and the look of all of them at one moment as the bytes of a uniform buffer.

use crate::scene::{BandClass, Camera, FillClass, HatchKind, LineClass, Rgba, StyleSheet, Tone};

/// How many fill classes there are; the shaders have this many rows.
pub const FILLS: usize = 64;
/// Rows of the shaders' table of lines: three (casing, line, ticks) for each of up to 32 classes.
const LINE_ROWS: usize = 96;

/// All line classes, in painting order; a class's number is its place.
pub const LINES: [LineClass; 29] = {
    use LineClass::*;
    [
        Ferry,
        Path,
        Lane,
        Street,
        Tertiary,
        Secondary,
        Arterial,
        Tunnel,
        Rail,
        Metro,
        Courtyard,
        Wall,
        Neighbour,
        SecondLayer,
        MicroCell,
        Cell,
        Community,
        Subdistrict,
        Hover,
        Selected,
        Ghost,
        Staged,
        ChangedOut,
        ChangedIn,
        Warning,
        Refused,
        Tether,
        Sketch,
        RadiusRing,
    ]
};

/// Number of a line class.
pub fn line_id(class: LineClass) -> u32 {
    class as u32
}

/// Number of a fill class. The shaders know that 10–14 and 42–49 are buildings.
pub fn fill_id(class: FillClass) -> u8 {
    use FillClass::*;
    match class {
        Paper => 0,
        ResidentialGround => 1,
        Green => 2,
        Pitch => 3,
        Water => 4,
        Unassigned => 5,
        Locked => 6,
        Reference => 7,
        SmallBase => 8,
        RoadArea => 9,
        DwellingOutside => 10,
        DwellingUnassigned => 11,
        Commercial => 12,
        Public => 13,
        OtherBuilding => 14,
        Moved => 15,
        Gap => 16,
        Overlap => 17,
        Cell(t) => 18 + t.index() as u8,
        CellHover(t) => 26 + t.index() as u8,
        Gathered(t) => 34 + t.index() as u8,
        Dwelling(t) => 42 + t.index() as u8,
        Rate(n) => 50 + n.min(6),
        Change(n) => 57 + n.min(6),
    }
}

/// The fill class of a number.
fn fill_of(id: u8) -> FillClass {
    use FillClass::*;
    const PLAIN: [FillClass; 18] = [
        Paper,
        ResidentialGround,
        Green,
        Pitch,
        Water,
        Unassigned,
        Locked,
        Reference,
        SmallBase,
        RoadArea,
        DwellingOutside,
        DwellingUnassigned,
        Commercial,
        Public,
        OtherBuilding,
        Moved,
        Gap,
        Overlap,
    ];
    let tone = |n: u8| if n < 4 { Tone::a(n) } else { Tone::b(n - 4) };
    match id {
        0..18 => PLAIN[id as usize],
        18..26 => Cell(tone(id - 18)),
        26..34 => CellHover(tone(id - 26)),
        34..42 => Gathered(tone(id - 34)),
        42..50 => Dwelling(tone(id - 42)),
        50..57 => Rate(id - 50),
        _ => Change(id - 57),
    }
}

/// Sets of fill classes, a bit each: those with a hatch and those with an outline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Details {
    pub hatched: u64,
    pub outlined: u64,
}

/// Which classes have a hatch or an outline at a style.
pub fn details(sheet: &StyleSheet) -> Details {
    let mut out = Details::default();
    for id in 0..FILLS as u8 {
        if let Some(style) = sheet.resolve_fill(fill_of(id)) {
            out.hatched |= u64::from(style.hatch.is_some()) << id;
            out.outlined |= u64::from(style.outline.is_some()) << id;
        }
    }
    out
}

/// Number of a band class: 0–7 the tones, 8 the selected cell.
pub fn band_id(class: BandClass) -> u32 {
    match class {
        BandClass::Cell(t) => t.index() as u32,
        BandClass::Selected => 8,
    }
}

fn rgba(c: Rgba) -> [f32; 4] {
    c.0.map(|v| f32::from(v) / 255.0)
}

/// The shaders' `Look` at a style and a camera. About 10 µs.
pub fn look(sheet: &StyleSheet, camera: &Camera) -> Vec<[f32; 4]> {
    let s = camera.pixels_per_point;
    let mut out = Vec::with_capacity(3 + FILLS * 5 + LINE_ROWS * 3 + 18);
    out.push([camera.size_px.0, camera.size_px.1, (1.0 / camera.mm_per_px) as f32, 0.0]);
    let (over, over_pt) = sheet.over_heat();
    out.push(rgba(over));
    out.push([over_pt * s / 2.0, 0.0, 0.0, 0.0]);
    for id in 0..FILLS as u8 {
        let mut rows = [[0.0; 4]; 5];
        if let Some(style) = sheet.resolve_fill(fill_of(id)) {
            rows[0] = rgba(style.color);
            if let Some(h) = style.hatch {
                let gap = (h.gap_pt * s).max(1.0);
                let [p, q] = phases(h.kind, gap, camera);
                rows[1] = rgba(h.color);
                rows[2] = [kind_id(h.kind), gap, h.width_pt * s / 2.0, p];
                rows[3][0] = q;
            }
            if let Some((color, width)) = style.outline {
                rows[3][1] = width * s / 2.0;
                rows[4] = rgba(color);
            }
        }
        out.extend(rows);
    }
    let lines = out.len();
    for class in &LINES {
        let mut rows = [[0.0; 4]; 9];
        if let Some(style) = sheet.resolve_line(*class) {
            let width = style.width_pt * s;
            if let Some((color, side)) = style.casing {
                rows[0] = rgba(color);
                rows[1] = [width, style.ground, 2.0 * side * s, 0.0];
            }
            rows[3] = rgba(style.color);
            rows[4] = [width, style.ground, 0.0, 0.0];
            rows[5] = dashes(style.dash, s);
            if let Some((width, dash)) = style.ticks {
                rows[6] = rgba(style.color);
                rows[7] = [width * s, 0.0, 0.0, 0.0];
                rows[8] = dashes(dash, s);
            }
        }
        out.extend(rows);
    }
    out.resize(lines + LINE_ROWS * 3, [0.0; 4]);
    let bands = (0..8).map(|n| BandClass::Cell(if n < 4 { Tone::a(n) } else { Tone::b(n - 4) }));
    for class in bands.chain([BandClass::Selected]) {
        let (color, width) = sheet.band(class).unwrap_or_default();
        out.extend([rgba(color), [width * s, 0.0, 0.0, 0.0]]);
    }
    out
}

/// A pattern of one or two dashes as two, in pixels.
fn dashes(pattern: &[f32], s: f32) -> [f32; 4] {
    match *pattern {
        [a, b] => [a * s, b * s, a * s, b * s],
        [a, b, c, d] => [a * s, b * s, c * s, d * s],
        _ => [0.0; 4],
    }
}

fn kind_id(kind: HatchKind) -> f32 {
    match kind {
        HatchKind::Slash => 1.0,
        HatchKind::Backslash => 2.0,
        HatchKind::Cross => 3.0,
        HatchKind::Horizontal => 4.0,
        HatchKind::Vertical => 5.0,
        HatchKind::Plus => 6.0,
        HatchKind::Dots => 7.0,
    }
}

/// What to add to a pixel's distance along each normal so that a line goes through grid coordinate (0, 0), within
/// one gap. In `f64`, because the origin may lie millions of pixels away.
fn phases(kind: HatchKind, gap: f32, camera: &Camera) -> [f32; 2] {
    let (ox, oy) = (
        f64::from(camera.size_px.0) / 2.0 - camera.centre.0 / camera.mm_per_px,
        f64::from(camera.size_px.1) / 2.0 + camera.centre.1 / camera.mm_per_px,
    );
    let reduced = |v: f64| (-v).rem_euclid(f64::from(gap)) as f32;
    if kind == HatchKind::Dots {
        return [reduced(ox), reduced(oy)];
    }
    let mut out = [0.0; 2];
    for (phase, angle) in out.iter_mut().zip(kind.angles()) {
        let (sin, cos) = f64::from(*angle).to_radians().sin_cos();
        *phase = reduced(ox * sin + oy * cos);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Theme;

    #[test]
    fn every_class_has_its_own_row() {
        for id in 0..FILLS as u8 {
            assert_eq!(fill_id(fill_of(id)), id);
            let building = (10..=14).contains(&id) || (42..50).contains(&id);
            assert_eq!(fill_of(id).is_building(), building, "the shaders' buildings");
        }
        for (i, class) in LINES.iter().enumerate() {
            assert_eq!(line_id(*class) as usize, i);
        }
    }

    #[test]
    fn a_look_fits_the_smallest_uniform_buffer_any_device_has() {
        let camera = Camera::at_scale((0.0, 0.0), 5000.0, (800.0, 600.0), 1.0);
        let look = look(&StyleSheet::new(Theme::Light, 5000.0), &camera);
        assert_eq!(look.len(), 3 + 64 * 5 + 96 * 3 + 9 * 2);
        assert!(look.len() * 16 <= 16 << 10);
    }
}
