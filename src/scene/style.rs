//! The look of everything at a theme and a scale: pure functions from class to style.

use super::colour::Rgba;
use super::list::{BandClass, FillClass, LineClass, Tone};
use super::ramp::{CHANGE, RATE};
use super::tokens::{Theme, Tokens};

/// How an area is painted.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FillStyle {
    /// The fill; alpha 0 = none.
    pub color: Rgba,
    /// The outline and its width in points, centred on the ring.
    pub outline: Option<(Rgba, f32)>,
    /// Hatch over the fill.
    pub hatch: Option<Hatch>,
}

/// A hatch. Its lines are fixed to the ground: a line goes through grid coordinate (0, 0), so it moves with the map.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Hatch {
    /// The pattern.
    pub kind: HatchKind,
    /// Distance between neighbouring lines (or dots), points.
    pub gap_pt: f32,
    /// Width of the lines (diameter of the dots), points.
    pub width_pt: f32,
    /// Colour.
    pub color: Rgba,
}

/// Patterns of hatches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)] // each is the sign it is named after
pub enum HatchKind {
    Slash,
    Backslash,
    Cross,
    Horizontal,
    Vertical,
    Plus,
    Dots,
}

impl HatchKind {
    /// Directions of the lines in degrees counter-clockwise from east; empty for dots (a square lattice).
    pub fn angles(self) -> &'static [f32] {
        match self {
            HatchKind::Slash => &[45.0],
            HatchKind::Backslash => &[-45.0],
            HatchKind::Cross => &[45.0, -45.0],
            HatchKind::Horizontal => &[0.0],
            HatchKind::Vertical => &[90.0],
            HatchKind::Plus => &[0.0, 90.0],
            HatchKind::Dots => &[],
        }
    }
}

/// How a line is painted: first the casings of all lines of its stack entry, then the lines.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LineStyle {
    /// Colour.
    pub color: Rgba,
    /// Width in points.
    pub width_pt: f32,
    /// Share of the line's own ground width (if it has one) in its width: 1 at large scales, 0 from 1:5,000.
    pub ground: f32,
    /// Colour of the casing and how many points it shows on each side of the line.
    pub casing: Option<(Rgba, f32)>,
    /// Dashes and gaps in points; empty = solid. A casing is always solid.
    pub dash: &'static [f32],
    /// A second stroke of the same colour, its width in points and dashes: the ticks of a wall, the sleepers of a rail.
    pub ticks: Option<(f32, &'static [f32])>,
}

impl LineStyle {
    const fn solid(color: Rgba, width_pt: f32) -> LineStyle {
        LineStyle { color, width_pt, ground: 0.0, casing: None, dash: &[], ticks: None }
    }

    const fn dashed(self, dash: &'static [f32]) -> LineStyle {
        LineStyle { dash, ..self }
    }

    /// With a casing of `total_pt` points over all, line included.
    fn cased(self, color: Rgba, total_pt: f32) -> LineStyle {
        LineStyle { casing: Some((color, ((total_pt - self.width_pt) / 2.0).max(0.0))), ..self }
    }

    /// Width in points of a line whose ground width is `width_mm` (0 = unknown) where a point covers `mm_per_pt`.
    pub fn width_of(&self, width_mm: u32, mm_per_pt: f64) -> f32 {
        if width_mm == 0 || self.ground == 0.0 {
            return self.width_pt;
        }
        let own = (f64::from(width_mm) / mm_per_pt) as f32;
        self.width_pt + (own - self.width_pt) * self.ground
    }
}

/// Which symbols, labels and details are drawn: the columns of the style's table by scale.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs)] // named after the scale they are made for
pub enum ScaleClass {
    S500,
    S2000,
    S5000,
    S10000,
    S25000,
    S50000,
}

/// Limits between the classes: the geometric means of the scales on both sides.
const LIMITS: [(f64, ScaleClass); 5] = [
    (707.0, ScaleClass::S500),
    (3162.0, ScaleClass::S2000),
    (7071.0, ScaleClass::S5000),
    (15_811.0, ScaleClass::S10000),
    (35_355.0, ScaleClass::S25000),
];

impl ScaleClass {
    /// The class of a scale of 1:`den`.
    pub fn of(den: f64) -> ScaleClass {
        LIMITS.iter().find(|(limit, _)| den < *limit).map_or(ScaleClass::S50000, |&(_, c)| c)
    }

    /// The class of a scale that was `self` a moment ago: it changes only 15 % beyond a limit, so that nothing
    /// flickers on the wheel.
    #[must_use]
    pub fn next(self, den: f64) -> ScaleClass {
        let (fine, coarse) = (ScaleClass::of(den / 1.15), ScaleClass::of(den * 1.15));
        self.clamp(fine.min(coarse), coarse.max(fine))
    }
}

/// The look at a theme and a scale.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct StyleSheet {
    /// Where it is seen.
    pub theme: Theme,
    /// The n of 1:n.
    pub scale_den: f64,
    /// Which details are drawn; normally [`ScaleClass::of`] the scale.
    pub class: ScaleClass,
    /// Whether heat is shown: borders turn darker, dwellings are outlined over it.
    pub heat: bool,
    /// Whether a scanned plan is shown: ground without a cell lets it through.
    pub underlay: bool,
    /// Whether cells are coloured. The dark theme starts without: heat and incidents need the black.
    pub by_cell: bool,
    /// Print in grey: hatches instead of cell colours.
    pub grey: bool,
    /// Factor on the widths of borders: 1, in a meeting 1.7.
    pub emphasis: f32,
    /// Factor on the size of labels: 1, in a meeting 1.75.
    pub label_factor: f32,
}

/// Scales of the table by scale.
const STOPS: [f64; 7] = [500.0, 1000.0, 2000.0, 5000.0, 10_000.0, 25_000.0, 50_000.0];

/// A value between the stops, linear in the logarithm of the scale.
fn by_scale(den: f64, at: [f32; 7]) -> f32 {
    let den = den.clamp(STOPS[0], STOPS[6]);
    let i = STOPS.iter().rposition(|&s| s <= den).unwrap_or(0).min(5);
    let t = ((den / STOPS[i]).ln() / (STOPS[i + 1] / STOPS[i]).ln()) as f32;
    at[i] + (at[i + 1] - at[i]) * t
}

const fn mm(v: f32) -> f32 {
    v * 96.0 / 25.4
}

impl StyleSheet {
    /// The plain look: no heat, cells coloured where the theme does so by default.
    pub fn new(theme: Theme, scale_den: f64) -> StyleSheet {
        StyleSheet {
            theme,
            scale_den,
            class: ScaleClass::of(scale_den),
            heat: false,
            underlay: false,
            by_cell: theme != Theme::Dark,
            grey: false,
            emphasis: 1.0,
            label_factor: 1.0,
        }
    }

    /// One of three colours, by theme.
    fn pick(&self, light: u32, dark: u32, print: u32) -> Rgba {
        match self.theme {
            Theme::Light => Rgba::hex(light),
            Theme::Dark => Rgba::hex(dark),
            Theme::Print => Rgba::hex(print),
        }
    }

    fn tokens(&self) -> &'static Tokens {
        self.theme.tokens()
    }

    /// Colour on which labels stand: their halo.
    pub fn halo(&self) -> Rgba {
        match self.theme {
            Theme::Light | Theme::Print => Rgba::hex(0xFFFFFF).at(95),
            Theme::Dark => Rgba::hex(0x0E1216).at(95),
        }
    }

    /// White edge of marks and casing of borders: the ground's colour on dark.
    pub fn edge(&self) -> Rgba {
        self.pick(0xFFFFFF, 0x0A0D11, 0xFFFFFF)
    }

    /// The band along the inside of a cell: colour and width in points; `None` = not drawn.
    pub fn band(&self, class: BandClass) -> Option<(Rgba, f32)> {
        if self.class == ScaleClass::S50000 {
            return None;
        }
        let width = by_scale(self.scale_den, [18.0, 14.0, 14.0, 9.0, 6.0, 4.0, 2.0]);
        match class {
            BandClass::Cell(_) if !self.by_cell || self.grey => None,
            BandClass::Cell(t) if self.theme == Theme::Dark => Some((t.colours().dark.at(90), width)),
            BandClass::Cell(t) => Some((t.colours().band.at(90), width)),
            BandClass::Selected => Some((self.tokens().accent.at(30), width + 1.0)),
        }
    }

    /// How an area is painted; `None` = not at this scale or theme.
    pub fn resolve_fill(&self, class: FillClass) -> Option<FillStyle> {
        let t = self.tokens();
        let plain = |color| Some(FillStyle { color, outline: None, hatch: None });
        let hatched = |kind, gap_pt, width_pt, color| {
            Some(FillStyle { color: Rgba::CLEAR, outline: None, hatch: Some(Hatch { kind, gap_pt, width_pt, color }) })
        };
        let gap = if self.theme == Theme::Print { mm(2.0) } else { 7.0 };
        match class {
            FillClass::Paper => plain(self.theme.paper()),
            FillClass::ResidentialGround => plain(self.pick(0xF2EEE6, 0x171D24, 0xFAF8F3)),
            FillClass::Green => plain(self.pick(0xDCE8C9, 0x19261F, 0xE0ECD0)),
            FillClass::Pitch => plain(self.pick(0xCBDDB2, 0x203028, 0xD2E2BC)),
            FillClass::Water => Some(FillStyle {
                color: self.pick(0xC3DCEA, 0x10252F, 0xCFE4F0),
                outline: Some((self.pick(0x8FB6CB, 0x24485A, 0x6FA0BC), 1.0)),
                hatch: None,
            }),
            FillClass::RoadArea => Some(FillStyle {
                color: self.pick(0xFFFFFF, 0x2A323B, 0xFFFFFF),
                outline: Some((self.pick(0xCFC9BE, 0x0E1216, 0xB9B2A6), 0.8)),
                hatch: None,
            }),
            FillClass::Cell(tone) => self.cell(tone, 0),
            FillClass::CellHover(tone) => self.cell(tone, 12),
            // From a plan's first minute most ground is without a cell: further out it must be quiet enough to draw on.
            FillClass::Unassigned => {
                let near = self.class <= ScaleClass::S2000 || self.theme == Theme::Print;
                let (paper, gap_pt, width_pt, ink) = match near {
                    // Lines one has to draw along are not to be read through a hatch.
                    _ if self.underlay => (0, 14.0, 1.0, 22),
                    true => (100, gap, 1.2, 70),
                    false => (45, 9.0, 1.0, 32),
                };
                Some(FillStyle {
                    color: self.pick(0xFFFFFF, 0x14191F, 0xFFFFFF).at(paper),
                    outline: Some((t.warn, 1.5)),
                    hatch: Some(Hatch { kind: HatchKind::Slash, gap_pt, width_pt, color: t.warn.at(ink) }),
                })
            }
            FillClass::Locked => hatched(HatchKind::Slash, 9.0, 1.4, t.t1.at(13)),
            FillClass::Gathered(tone) => Some(FillStyle {
                color: if self.theme == Theme::Dark { tone.colours().dark } else { tone.colours().colour.at(30) },
                outline: Some(match self.theme {
                    Theme::Light => (tone.colours().outline, 1.2),
                    Theme::Dark => (Rgba::hex(0xAAB4BE), 1.2),
                    Theme::Print => (tone.colours().outline, mm(0.25)),
                }),
                hatch: None,
            }),
            FillClass::Reference => hatched(HatchKind::Horizontal, gap, 0.8, t.t1.at(30)),
            FillClass::Rate(n) => plain(RATE[usize::from(n).min(6)].at(85)),
            FillClass::Change(n) => plain(CHANGE[usize::from(n).min(6)].at(85)),
            FillClass::SmallBase => hatched(HatchKind::Slash, gap, 1.2, t.t1.at(35)),
            FillClass::Moved => hatched(HatchKind::Slash, gap * 0.7, 1.8, Rgba::WHITE),
            FillClass::Gap => hatched(HatchKind::Cross, gap, 1.4, t.err),
            FillClass::Overlap => hatched(HatchKind::Backslash, gap, 1.4, t.err),
            _ => self.building(class),
        }
    }

    fn cell(&self, tone: Tone, stronger: u8) -> Option<FillStyle> {
        if self.grey {
            return Some(FillStyle { color: Rgba::CLEAR, outline: None, hatch: grey_hatch(tone) });
        }
        let c = tone.colours();
        let color = match self.theme {
            Theme::Dark if !self.by_cell && stronger == 0 => return None,
            Theme::Dark if !self.by_cell => Rgba::WHITE.at(6),
            Theme::Dark => c.dark.at(46 + stronger),
            Theme::Light if !self.by_cell => Rgba::WHITE.at(stronger * 3),
            Theme::Light => c.colour.at(46 + stronger),
            Theme::Print => c.colour.at(55),
        };
        Some(FillStyle { color, outline: None, hatch: None })
    }

    fn building(&self, class: FillClass) -> Option<FillStyle> {
        let outside = (self.pick(0xDCD7CE, 0x1F262E, 0xE4E0D8), self.pick(0xC3BCB0, 0x2E3741, 0xBDB6AA));
        let (color, outline) = match class {
            // Too small for an outline: the fill says it.
            FillClass::DwellingUnassigned if self.class >= ScaleClass::S5000 => {
                (self.pick(0xE3BE83, 0x6B4F1E, 0xE3BE83), self.tokens().warn)
            }
            _ if self.class == ScaleClass::S25000 => outside,
            FillClass::Dwelling(_) if self.grey => outside,
            FillClass::Dwelling(t) if self.theme == Theme::Dark && self.by_cell => {
                (t.colours().outline, t.colours().dwelling)
            }
            FillClass::Dwelling(_) if self.theme == Theme::Dark => (Rgba::hex(0x2B3A4E), Rgba::hex(0x3D4F66)),
            FillClass::Dwelling(_) if !self.by_cell => (Rgba::hex(0xCFC8BC), Rgba::hex(0xA89F90)),
            FillClass::Dwelling(t) => (t.colours().dwelling, t.colours().outline),
            FillClass::DwellingUnassigned => (self.edge(), self.tokens().warn),
            FillClass::Commercial => (self.pick(0xC9CCD3, 0x2A323C, 0xCDD0D6), self.pick(0x9AA0AB, 0x3E4954, 0x8A909B)),
            FillClass::Public => (self.pick(0xD9C6E0, 0x332B3B, 0xDCCBE2), self.pick(0xA78BB3, 0x55485F, 0x9A7EA6)),
            _ => outside,
        };
        let width: f32 = match self.class {
            ScaleClass::S500 => 1.1,
            ScaleClass::S2000 => 0.9,
            ScaleClass::S5000 => 0.7,
            ScaleClass::S10000 | ScaleClass::S25000 => 0.0,
            ScaleClass::S50000 => return None,
        };
        let width = if class == FillClass::DwellingUnassigned && width > 0.8 { width * 1.5 } else { width };
        Some(FillStyle { color, outline: (width > 0.0).then_some((outline, width)), hatch: None })
    }

    /// Outline of dwellings painted over heat: colour and width in points.
    pub fn over_heat(&self) -> (Rgba, f32) {
        (Rgba::WHITE.at(13), 0.8)
    }

    /// How a line is painted; `None` = not at this scale.
    pub fn resolve_line(&self, class: LineClass) -> Option<LineStyle> {
        use LineClass::*;
        match class {
            Lane | Street | Tertiary | Secondary | Arterial => self.road(class),
            Neighbour | SecondLayer | MicroCell | Cell | Community | Subdistrict | Hover => self.border(class),
            Ferry | Path | Tunnel | Rail | Metro | Courtyard | Wall => self.ground_line(class),
            _ => Some(self.hand(class)),
        }
    }

    fn road(&self, class: LineClass) -> Option<LineStyle> {
        // Ground widths (of one carriageway: sources draw both) where a road does not know its own, then points at 1:5,000 … 1:50,000 (0 = not drawn).
        let (metres, small): (f32, [f32; 4]) = match class {
            LineClass::Arterial => (14.0, [10.0, 7.0, 4.0, 3.0]),
            LineClass::Secondary => (11.0, [8.0, 5.5, 3.0, 2.0]),
            LineClass::Tertiary => (8.0, [5.0, 4.0, 2.0, 0.0]),
            LineClass::Street => (6.0, [3.5, 2.6, 0.0, 0.0]),
            _ => (3.5, [1.4, 0.0, 0.0, 0.0]),
        };
        let drawn = match self.class {
            ScaleClass::S500 | ScaleClass::S2000 => true,
            ScaleClass::S5000 => small[0] > 0.0,
            ScaleClass::S10000 => small[1] > 0.0,
            ScaleClass::S25000 => small[2] > 0.0,
            ScaleClass::S50000 => small[3] > 0.0,
        };
        if !drawn {
            return None;
        }
        let pt = |den: f32| metres * 1000.0 / (den * super::camera::MM_PER_PT as f32);
        // A class that ends keeps its last width up to its limit instead of thinning to nothing.
        let mut s = small;
        for i in 1..4 {
            if s[i] == 0.0 {
                s[i] = s[i - 1] * 0.8;
            }
        }
        let at = [pt(500.0), pt(1000.0), pt(2000.0), s[0], s[1], s[2], s[3]];
        // Below 1:500 the width grows with the ground.
        let nearer = (STOPS[0] / self.scale_den).max(1.0) as f32;
        let width_pt = by_scale(self.scale_den, at) * nearer;
        let fill = if class == LineClass::Arterial {
            self.pick(0xFFFDF6, 0x343D47, 0xFFFFFF)
        } else {
            self.pick(0xFFFFFF, 0x2A323B, 0xFFFFFF)
        };
        let side = if width_pt < 2.0 { 0.5 } else { 0.8 };
        Some(LineStyle {
            ground: by_scale(self.scale_den, [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
            casing: Some((self.pick(0xCFC9BE, 0x0E1216, 0xB9B2A6), side)),
            ..LineStyle::solid(fill, width_pt)
        })
    }

    fn ground_line(&self, class: LineClass) -> Option<LineStyle> {
        let print = self.theme == Theme::Print;
        Some(match class {
            LineClass::Ferry => LineStyle::solid(self.pick(0x8FB6CB, 0x24485A, 0x6FA0BC), 1.2).dashed(&[5.0, 4.0]),
            LineClass::Path if self.class <= ScaleClass::S5000 => {
                LineStyle::solid(self.pick(0xD8D2C6, 0x242B33, 0xCFC8BB), 1.2).dashed(&[3.0, 2.4])
            }
            LineClass::Tunnel if self.class <= ScaleClass::S2000 => {
                LineStyle::solid(self.pick(0xCFC9BE, 0x3A434E, 0xB9B2A6), 1.0).dashed(&[4.0, 3.0])
            }
            LineClass::Rail if self.class <= ScaleClass::S25000 => LineStyle {
                ticks: Some((4.0, &[1.0, 6.0])),
                ..LineStyle::solid(self.pick(0xA9A39A, 0x4A545F, 0x8F8880), 1.2)
            },
            LineClass::Metro if self.class <= ScaleClass::S25000 => {
                let c = self.pick(0xA9A39A, 0x4A545F, 0x8F8880);
                LineStyle::solid(c.at(if print { 100 } else { 75 }), 1.3).dashed(&[6.0, 4.0])
            }
            LineClass::Courtyard if self.class <= ScaleClass::S5000 => {
                let c = self.pick(0x8B7F6D, 0x4B5560, 0x8B7F6D).at(match self.theme {
                    Theme::Light => 55,
                    Theme::Dark => 100,
                    Theme::Print => 75,
                });
                LineStyle::solid(c, if print { mm(0.2) } else { 0.9 }).dashed(&[4.0, 2.5])
            }
            LineClass::Wall if self.class <= ScaleClass::S2000 => LineStyle {
                ticks: Some((4.0, &[1.0, 7.0])),
                ..LineStyle::solid(self.pick(0x8B7F6D, 0x5A6570, 0x8B7F6D), if print { mm(0.25) } else { 1.1 })
            },
            LineClass::Wall if self.class == ScaleClass::S5000 => {
                LineStyle::solid(self.pick(0x8B7F6D, 0x4B5560, 0x8B7F6D).at(70), if print { mm(0.2) } else { 0.9 })
            }
            _ => return None,
        })
    }

    fn border(&self, class: LineClass) -> Option<LineStyle> {
        let print = self.theme == Theme::Print;
        let community = by_scale(self.scale_den, [5.0, 4.0, 4.0, 3.2, 2.6, 1.8, 1.4]);
        let cell = by_scale(self.scale_den, [3.0, 2.4, 2.4, 1.7, 1.3, 0.8, 0.8]);
        let micro = by_scale(self.scale_den, [1.6, 1.3, 1.3, 1.0, 0.8, 0.8, 0.8]);
        // Width at this scale, in print (mm), the style's width and casing at 1:5,000.
        let (width, paper_mm, at_5000, casing) = match class {
            LineClass::Subdistrict => (community * 1.25, 1.0, 4.0, 8.0),
            LineClass::Community => (community, 0.8, 3.2, 6.6),
            LineClass::Cell if self.class < ScaleClass::S50000 => (cell, 0.4, 1.7, 4.4),
            LineClass::Hover => (cell * 1.5, 0.6, 2.5, 5.2),
            LineClass::MicroCell if self.class <= ScaleClass::S5000 => (micro, 0.25, 1.0, 3.0),
            LineClass::Neighbour => (1.2, 0.3, 1.2, 0.0),
            LineClass::SecondLayer if self.class < ScaleClass::S50000 => (cell * 1.4, 0.5, 2.4, 5.0),
            _ => return None,
        };
        let width = if print { mm(paper_mm) } else { width * self.emphasis };
        let color = match class {
            LineClass::Neighbour => self.pick(0xA9A29A, 0x46505B, 0xA9A29A),
            LineClass::SecondLayer => self.pick(0x0A6D7F, 0x62C8D8, 0x0A6D7F),
            _ if self.theme == Theme::Dark => Rgba::hex(0xF4F0EA),
            _ if self.heat => Rgba::hex(0x4A0A28),
            LineClass::Subdistrict => Rgba::hex(0x5E0F33),
            _ => Rgba::hex(0x9B1B4A),
        };
        let line = LineStyle::solid(color, width).dashed(match class {
            LineClass::Subdistrict => &[14.0, 4.0, 2.0, 4.0],
            LineClass::MicroCell => &[4.0, 2.0],
            LineClass::Neighbour => &[8.0, 3.0, 1.5, 3.0],
            LineClass::SecondLayer => &[7.0, 3.0],
            _ => &[],
        });
        if casing == 0.0 {
            return Some(line);
        }
        // The white beside a line shrinks with it, but does not grow: a wide casing would hide the street.
        let beside = (casing - at_5000) * (width / at_5000).min(1.0);
        Some(line.cased(self.edge().at(92), width + beside))
    }

    /// Lines of the hand and of what is being changed: the same at every scale.
    fn hand(&self, class: LineClass) -> LineStyle {
        let t = self.tokens();
        let (white, edge) = (Rgba::WHITE, self.edge());
        let e = self.emphasis;
        match class {
            // On dark the accent is light, so its casing is dark: light on light would be lost over hot heat.
            LineClass::Selected => LineStyle::solid(t.accent, 2.6 * e).cased(edge, 5.4 * e),
            LineClass::Ghost => LineStyle::solid(self.pick(0x6D747C, 0x8893A0, 0x6D747C), 1.7 * e)
                .dashed(&[5.0, 4.0])
                .cased(edge.at(92), 4.4 * e),
            LineClass::Staged => LineStyle::solid(t.accent, 3.4 * e).cased(edge.at(92), 6.6 * e),
            LineClass::ChangedOut => LineStyle::solid(t.out, 2.0 * e).cased(edge, 4.0 * e),
            LineClass::ChangedIn => LineStyle::solid(t.in_, 2.0 * e).cased(edge, 4.0 * e),
            LineClass::Warning => LineStyle::solid(t.err, 2.0).dashed(&[1.5, 3.0]),
            LineClass::Refused => LineStyle::solid(t.err, 1.8).dashed(&[4.0, 3.0]).cased(edge.at(92), 4.4),
            LineClass::Tether => LineStyle::solid(t.t2, 1.0).dashed(&[3.0, 3.0]),
            LineClass::RadiusRing => {
                let (line, under) = if self.theme == Theme::Dark { (white, 0x0A0D11) } else { (t.t1, 0xFFFFFF) };
                LineStyle::solid(line, 1.4).dashed(&[4.0, 3.0]).cased(Rgba::hex(under).at(80), 3.4)
            }
            _ => LineStyle::solid(t.accent, 2.0).cased(edge.at(92), 4.4),
        }
    }
}

/// Hatch that stands for a tone in grey print.
fn grey_hatch(tone: Tone) -> Option<Hatch> {
    let (kind, gap_mm) = match tone.index() {
        1 => (HatchKind::Slash, 3.0),
        2 => (HatchKind::Dots, 2.0),
        3 => (HatchKind::Backslash, 3.0),
        4 => (HatchKind::Horizontal, 3.0),
        5 => (HatchKind::Vertical, 3.0),
        6 => (HatchKind::Plus, 3.0),
        7 => (HatchKind::Slash, 5.0),
        _ => return None,
    };
    let width = if kind == HatchKind::Dots { mm(0.5) } else { mm(0.2) };
    Some(Hatch { kind, gap_pt: mm(gap_mm), width_pt: width, color: Rgba::hex(0x15181C).at(45) })
}
