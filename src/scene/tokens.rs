//! The colours of the house, per theme: window tokens and the eight cell colours.

use super::colour::Rgba;
use super::list::Tone;

/// Where the picture is seen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Theme {
    /// A light window.
    #[default]
    Light,
    /// A dark window and the wall.
    Dark,
    /// Paper.
    Print,
}

/// Colours of the window; the map uses `accent`, `warn`, `err`, `out`, `in_` and `plum` too.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Tokens {
    /// Menu bar, status bar, table head.
    pub app: Rgba,
    /// Panels and floats.
    pub panel: Rgba,
    /// Fields and buttons.
    pub raise: Rgba,
    /// Row hairline.
    pub line: Rgba,
    /// Panel and field edge.
    pub line2: Rgba,
    /// Text.
    pub t1: Rgba,
    /// Labels, icons at rest.
    pub t2: Rgba,
    /// Units, hints, dates.
    pub t3: Rgba,
    /// Selection, focus, links, primary button: the hand.
    pub accent: Rgba,
    /// Text on `accent`.
    pub on_accent: Rgba,
    /// Selected row, tool that is on.
    pub accent_soft: Rgba,
    /// ✓ within target.
    pub ok: Rgba,
    /// Vacancy, unassigned.
    pub warn: Rgba,
    /// Ground of `warn`.
    pub warn_soft: Rgba,
    /// Broken rule, overdue.
    pub err: Rgba,
    /// Ground of `err`.
    pub err_soft: Rgba,
    /// 调出: leaves a cell.
    pub out: Rgba,
    /// Ground of `out`.
    pub out_soft: Rgba,
    /// 调入: enters a cell; under target.
    pub in_: Rgba,
    /// Ground of `in_`.
    pub in_soft: Rgba,
    /// Border, code chip, logo: the plan.
    pub plum: Rgba,
}

const LIGHT: Tokens = Tokens {
    app: Rgba::hex(0xF1EFEB),
    panel: Rgba::hex(0xFBFAF8),
    raise: Rgba::hex(0xFFFFFF),
    line: Rgba::hex(0xE3E0DA),
    line2: Rgba::hex(0xCBC6BD),
    t1: Rgba::hex(0x20252B),
    t2: Rgba::hex(0x545C65),
    t3: Rgba::hex(0x656C74),
    accent: Rgba::hex(0x1B5FC0),
    on_accent: Rgba::hex(0xFFFFFF),
    accent_soft: Rgba::hex(0xE4EDFA),
    ok: Rgba::hex(0x1B7449),
    warn: Rgba::hex(0x8F5200),
    warn_soft: Rgba::hex(0xFBF1DF),
    err: Rgba::hex(0xB3261E),
    err_soft: Rgba::hex(0xFBE9E7),
    out: Rgba::hex(0xA94F07),
    out_soft: Rgba::hex(0xF8E6D6),
    in_: Rgba::hex(0x0A6D7F),
    in_soft: Rgba::hex(0xD9EEF1),
    plum: Rgba::hex(0x9B1B4A),
};

const DARK: Tokens = Tokens {
    app: Rgba::hex(0x101418),
    panel: Rgba::hex(0x181D23),
    raise: Rgba::hex(0x222931),
    line: Rgba::hex(0x2A313A),
    line2: Rgba::hex(0x3A434E),
    t1: Rgba::hex(0xE8ECF0),
    t2: Rgba::hex(0xAAB4BE),
    t3: Rgba::hex(0x8893A0),
    accent: Rgba::hex(0x76ADFF),
    on_accent: Rgba::hex(0x0B1522),
    accent_soft: Rgba::hex(0x1E3352),
    ok: Rgba::hex(0x5CC58F),
    warn: Rgba::hex(0xEAB05A),
    warn_soft: Rgba::hex(0x3A2D16),
    err: Rgba::hex(0xFF9086),
    err_soft: Rgba::hex(0x432321),
    out: Rgba::hex(0xF2A662),
    out_soft: Rgba::hex(0x3D2A17),
    in_: Rgba::hex(0x62C8D8),
    in_soft: Rgba::hex(0x14343A),
    plum: Rgba::hex(0xE58BAE),
};

const PRINT: Tokens = Tokens {
    app: Rgba::hex(0xF1EEE8),
    panel: Rgba::WHITE,
    raise: Rgba::WHITE,
    line: Rgba::hex(0x8F8880),
    line2: Rgba::hex(0x8F8880),
    t1: Rgba::hex(0x15181C),
    t2: Rgba::hex(0x57524A),
    t3: Rgba::hex(0x57524A),
    ..LIGHT
};

impl Theme {
    /// The window's colours; on paper text and rules differ from the light theme.
    pub const fn tokens(self) -> &'static Tokens {
        match self {
            Theme::Light => &LIGHT,
            Theme::Dark => &DARK,
            Theme::Print => &PRINT,
        }
    }

    /// The colour of the ground nobody has said anything about.
    pub const fn paper(self) -> Rgba {
        match self {
            Theme::Light => Rgba::hex(0xF6F4EF),
            Theme::Dark => Rgba::hex(0x14191F),
            Theme::Print => Rgba::WHITE,
        }
    }
}

/// The colours of one cell tone.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ToneColours {
    /// The fill, before it is thinned to 46 % (print 55 %).
    pub colour: Rgba,
    /// The inside band.
    pub band: Rgba,
    /// A dwelling.
    pub dwelling: Rgba,
    /// The outline of a dwelling.
    pub outline: Rgba,
    /// The fill in the dark theme, when it is asked for.
    pub dark: Rgba,
}

const fn tone(colour: u32, band: u32, dwelling: u32, outline: u32, dark: u32) -> ToneColours {
    ToneColours {
        colour: Rgba::hex(colour),
        band: Rgba::hex(band),
        dwelling: Rgba::hex(dwelling),
        outline: Rgba::hex(outline),
        dark: Rgba::hex(dark),
    }
}

const TONES: [ToneColours; 8] = [
    tone(0xE0D690, 0xD0C476, 0xB0A661, 0x7E7221, 0x524700),
    tone(0xC6DBFA, 0xB0CAF0, 0x97ABC9, 0x617799, 0x364B69),
    tone(0xDBAFCB, 0xD09EBE, 0xAB819C, 0x7A4D6B, 0x502B44),
    tone(0x9FD4BA, 0x87C6A8, 0x71A48C, 0x367359, 0x104934),
    tone(0xF8DFC0, 0xEACBA3, 0xC7AF91, 0x957A57, 0x644B2B),
    tone(0xCAC4F3, 0xBBB2E8, 0x9B95C2, 0x696192, 0x413A63),
    tone(0xE9A997, 0xDF9884, 0xB77B6A, 0x864736, 0x5B2415),
    tone(0xC4F0EE, 0xA5DFDD, 0x94BFBD, 0x598C8A, 0x255C5B),
];

impl Tone {
    /// The tone's colours.
    pub const fn colours(self) -> &'static ToneColours {
        &TONES[self.index()]
    }
}
