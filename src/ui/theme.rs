//! Colours, spacing and type of the window: one table a theme, read by every widget.
#![allow(missing_docs, reason = "what a name says in full is not said again; the rest is documented")]

use egui::style::{HandleShape, Selection, WidgetVisuals, Widgets};
use egui::{
    Color32, Context, CornerRadius, FontFamily, Margin, Shadow, Stroke, Style, TextStyle, Theme, Visuals, vec2,
};

use super::fonts::{self, FontBytes, SEMIBOLD};

/// Size of units, dates, captions: the smallest text there is.
pub const SMALL: f32 = 11.5;
/// Size of everything else.
pub const BODY: f32 = 13.0;
/// Size of the name of the selected thing.
pub const TITLE: f32 = 16.0;
/// Size of the one number of a panel.
pub const DISPLAY: f32 = 20.0;

/// Heights of bars and rows, widths of panels, in points.
pub mod size {
    pub const MENU: f32 = 30.0;
    pub const TOOLS: f32 = 43.0;
    pub const STATUS: f32 = 26.0;
    pub const LEFT: f32 = 300.0;
    pub const RIGHT: f32 = 304.0;
    /// Narrowest and widest a side panel may be pulled.
    pub const SIDE: std::ops::RangeInclusive<f32> = 240.0..=420.0;
    /// The least width that the map keeps between panels.
    pub const MAP: f32 = 360.0;
    pub const CELL_ROW: f32 = 47.0;
    pub const PERSON_ROW: f32 = 30.0;
    pub const BUILDING_ROW: f32 = 26.0;
    pub const TOOL: f32 = 30.0;
    pub const CONTROL: f32 = 28.0;
    /// Padding of a panel at its sides.
    pub const PAD: f32 = 12.0;
}

/// Radius of chips.
pub const CHIP: CornerRadius = CornerRadius::same(3);
/// Radius of fields and buttons.
pub const CONTROL: CornerRadius = CornerRadius::same(5);
/// Radius of floats.
pub const FLOAT: CornerRadius = CornerRadius::same(6);

/// The colours of one theme. Names and uses are those of the design's table; text on `panel` and `app` is ≥ 4.5 : 1.
#[derive(Debug, PartialEq)]
pub struct Tokens {
    pub dark: bool,
    /// Menu bar, status bar, table head.
    pub app: Color32,
    /// Panels, floats.
    pub panel: Color32,
    /// Fields, buttons.
    pub raise: Color32,
    /// Row hairline.
    pub line: Color32,
    /// Panel and field edge.
    pub line2: Color32,
    /// Text.
    pub t1: Color32,
    /// Labels, icons at rest.
    pub t2: Color32,
    /// Units, hints, dates.
    pub t3: Color32,
    /// Selection, focus, links, primary button.
    pub accent: Color32,
    /// Text on `accent`.
    pub on_accent: Color32,
    /// Selected row, tool that is on.
    pub accent_soft: Color32,
    /// Within the target.
    pub ok: Color32,
    /// Band of the target on a deviation bar.
    pub ok_soft: Color32,
    pub warn: Color32,
    pub warn_soft: Color32,
    pub err: Color32,
    pub err_soft: Color32,
    /// What leaves a cell.
    pub out: Color32,
    pub out_soft: Color32,
    /// What enters a cell; also under the target.
    pub into: Color32,
    pub into_soft: Color32,
    /// Borders, code chips on the map, the logo.
    pub plum: Color32,
    /// The one dark plate on the map, and text on it.
    pub plate: Color32,
    pub on_plate: Color32,
    pub shadow: Color32,
    /// Rail of bars and progress.
    pub rail: Color32,
    /// Paper of the map.
    pub paper: Color32,
}

const fn c(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// The light theme.
pub static LIGHT: Tokens = Tokens {
    dark: false,
    app: c(0xF1EFEB),
    panel: c(0xFBFAF8),
    raise: c(0xFFFFFF),
    line: c(0xE3E0DA),
    line2: c(0xCBC6BD),
    t1: c(0x20252B),
    t2: c(0x545C65),
    t3: c(0x656C74),
    accent: c(0x1B5FC0),
    on_accent: c(0xFFFFFF),
    accent_soft: c(0xE4EDFA),
    ok: c(0x1B7449),
    ok_soft: c(0xCFE6D8),
    warn: c(0x8F5200),
    warn_soft: c(0xFBF1DF),
    err: c(0xB3261E),
    err_soft: c(0xFBE9E7),
    out: c(0xA94F07),
    out_soft: c(0xF8E6D6),
    into: c(0x0A6D7F),
    into_soft: c(0xD9EEF1),
    plum: c(0x9B1B4A),
    plate: Color32::from_rgba_premultiplied(0x1C, 0x21, 0x26, 0xE0),
    on_plate: c(0xFFFFFF),
    shadow: Color32::from_rgba_premultiplied(3, 4, 4, 33),
    rail: c(0xE3E0DA),
    paper: c(0xF6F4EF),
};

/// The dark theme. Soft tones that the table leaves open (out, in, target band) keep the lightness of the others.
pub static DARK: Tokens = Tokens {
    dark: true,
    app: c(0x101418),
    panel: c(0x181D23),
    raise: c(0x222931),
    line: c(0x2A313A),
    line2: c(0x3A434E),
    t1: c(0xE8ECF0),
    t2: c(0xAAB4BE),
    t3: c(0x8893A0),
    accent: c(0x76ADFF),
    on_accent: c(0x0B1522),
    accent_soft: c(0x1E3352),
    ok: c(0x5CC58F),
    ok_soft: c(0x1E4634),
    warn: c(0xEAB05A),
    warn_soft: c(0x3A2D16),
    err: c(0xFF9086),
    err_soft: c(0x432321),
    out: c(0xF2A662),
    out_soft: c(0x412A17),
    into: c(0x62C8D8),
    into_soft: c(0x14363C),
    plum: c(0xE58BAE),
    plate: Color32::from_rgba_premultiplied(0x1F, 0x26, 0x2D, 0xF0),
    on_plate: c(0xE8ECF0),
    shadow: Color32::from_rgba_premultiplied(0, 0, 0, 115),
    rail: c(0x2F3740),
    paper: c(0x14191F),
};

/// A cell's chip: ground, outline, text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chip {
    pub fill: Color32,
    pub edge: Color32,
    pub text: Color32,
}

/// Colour and outline of A1–A4, B1–B4.
const TONES: [(u32, u32); 8] = [
    (0xE0D690, 0x7E7221),
    (0xC6DBFA, 0x617799),
    (0xDBAFCB, 0x7A4D6B),
    (0x9FD4BA, 0x367359),
    (0xF8DFC0, 0x957A57),
    (0xCAC4F3, 0x696192),
    (0xE9A997, 0x864736),
    (0xC4F0EE, 0x598C8A),
];

/// Heat ramps of nine stops, lowest first.
pub const HEAT_LIGHT: [Color32; 9] = [
    c(0xFFF6D6),
    c(0xFCDC8F),
    c(0xF5B159),
    c(0xEA8942),
    c(0xD7643F),
    c(0xBF4847),
    c(0x9E314D),
    c(0x721F4F),
    c(0x3C1142),
];
/// The dark theme's ramp.
pub const HEAT_DARK: [Color32; 9] = [
    c(0x1A1733),
    c(0x43216B),
    c(0x852C78),
    c(0xB43A6A),
    c(0xD45058),
    c(0xEC6B45),
    c(0xF6903C),
    c(0xFCBD59),
    c(0xFCE9A0),
];

impl Tokens {
    /// The colours that belong to a ui's visuals.
    pub fn of(ui: &egui::Ui) -> &'static Tokens {
        Tokens::named(ui.visuals().dark_mode)
    }

    /// Dark or light.
    pub fn named(dark: bool) -> &'static Tokens {
        if dark { &DARK } else { &LIGHT }
    }

    /// The chip of a cell in tone 0–7 (A1–A4, B1–B4), taken modulo 8. The dark theme has one chip for all: it draws no fills.
    pub fn chip(&self, tone: u8) -> Chip {
        if self.dark {
            return Chip { fill: c(0xF4F0EA), edge: c(0xF4F0EA), text: c(0x171C22) };
        }
        let (fill, edge) = TONES[usize::from(tone) % TONES.len()];
        Chip { fill: c(fill), edge: c(edge), text: self.t1 }
    }

    /// The heat ramp of this theme.
    pub fn heat(&self) -> &'static [Color32; 9] {
        if self.dark { &HEAT_DARK } else { &HEAT_LIGHT }
    }

    /// Colour of a deviation in households: over, under, within.
    pub fn deviation(&self, deviation: i64) -> Color32 {
        match deviation {
            d if d > 0 => self.err,
            d if d < 0 => self.into,
            _ => self.ok,
        }
    }
}

/// Puts both themes and the fonts into a context and picks one theme.
pub fn install(ctx: &Context, theme: egui::ThemePreference, bytes: &FontBytes) {
    ctx.set_fonts(fonts::definitions(bytes));
    ctx.set_style_of(Theme::Light, style(&LIGHT));
    ctx.set_style_of(Theme::Dark, style(&DARK));
    ctx.set_theme(theme);
}

/// The egui style of a theme.
pub fn style(t: &Tokens) -> Style {
    let base = if t.dark { Theme::Dark.default_style() } else { Theme::Light.default_style() };
    let mut s = Style { visuals: visuals(t), animation_time: 0.12, ..base };
    s.text_styles = [
        (TextStyle::Small, fonts::regular(SMALL)),
        (TextStyle::Body, fonts::regular(BODY)),
        (TextStyle::Button, fonts::regular(BODY)),
        (TextStyle::Monospace, fonts::regular(BODY)),
        (TextStyle::Heading, fonts::semi(TITLE)),
        (TextStyle::Name("display".into()), fonts::semi(DISPLAY)),
        (TextStyle::Name("strong".into()), egui::FontId::new(BODY, FontFamily::Name(SEMIBOLD.into()))),
    ]
    .into();
    let sp = &mut s.spacing;
    sp.item_spacing = vec2(8.0, 4.0);
    sp.window_margin = Margin::same(12);
    sp.menu_margin = Margin::same(6);
    sp.button_padding = vec2(10.0, 4.0);
    sp.interact_size = vec2(40.0, size::CONTROL);
    sp.icon_width = 14.0;
    sp.icon_width_inner = 8.0;
    sp.icon_spacing = 6.0;
    sp.slider_rail_height = 4.0;
    sp.slider_width = 160.0;
    sp.combo_width = 120.0;
    sp.menu_width = 320.0;
    sp.tooltip_width = 320.0;
    sp.scroll = egui::style::ScrollStyle::thin();
    sp.scroll.bar_width = 8.0;
    s.interaction.selectable_labels = false;
    s.interaction.tooltip_delay = 0.45;
    s.compact_menu_style = true;
    s
}

fn visuals(t: &Tokens) -> Visuals {
    let base = if t.dark { Visuals::dark() } else { Visuals::light() };
    let state = |fill: Color32, edge: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, edge),
        corner_radius: CONTROL,
        fg_stroke: Stroke::new(1.0, t.t1),
        expansion: 0.0,
    };
    let pressed = if t.dark { t.line2 } else { t.line };
    let float = Shadow { offset: [0, 4], blur: 14, spread: 0, color: t.shadow };
    Visuals {
        dark_mode: t.dark,
        weak_text_color: Some(t.t3),
        widgets: Widgets {
            noninteractive: WidgetVisuals { corner_radius: CONTROL, ..state(t.panel, t.line) },
            inactive: state(t.raise, t.line2),
            hovered: state(t.app, t.line2),
            active: state(pressed, t.line2),
            open: state(t.app, t.line2),
        },
        selection: Selection { bg_fill: t.accent_soft, stroke: Stroke::new(1.0, t.accent) },
        hyperlink_color: t.accent,
        faint_bg_color: t.app,
        extreme_bg_color: t.raise,
        text_edit_bg_color: Some(t.raise),
        code_bg_color: t.app,
        warn_fg_color: t.warn,
        error_fg_color: t.err,
        window_corner_radius: FLOAT,
        menu_corner_radius: FLOAT,
        window_shadow: float,
        popup_shadow: float,
        window_fill: t.panel,
        window_stroke: Stroke::new(1.0, t.line2),
        window_highlight_topmost: false,
        panel_fill: t.panel,
        slider_trailing_fill: true,
        handle_shape: HandleShape::Circle,
        text_cursor: egui::style::TextCursorStyle {
            stroke: Stroke::new(1.5, t.accent),
            blink: false,
            ..base.text_cursor.clone()
        },
        disabled_alpha: 0.4,
        ..base
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance of WCAG 2.
    fn luminance(color: Color32) -> f64 {
        let part = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.03928 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(color.r()) + 0.7152 * part(color.g()) + 0.0722 * part(color.b())
    }

    fn ratio(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        if a > b { a / b } else { b / a }
    }

    #[test]
    fn text_is_read_on_every_ground_it_stands_on() {
        for t in [&LIGHT, &DARK] {
            for text in [t.t1, t.t2, t.t3, t.accent, t.ok, t.warn, t.err, t.out, t.into, t.plum] {
                assert!(ratio(text, t.panel) >= 4.5, "{text:?} on panel, dark {}", t.dark);
            }
            for text in [t.t1, t.t2, t.t3, t.accent, t.warn] {
                assert!(ratio(text, t.app) >= 4.5, "{text:?} on app, dark {}", t.dark);
            }
            for (text, soft) in [
                (t.accent, t.accent_soft),
                (t.warn, t.warn_soft),
                (t.err, t.err_soft),
                (t.out, t.out_soft),
                (t.into, t.into_soft),
                (t.on_accent, t.accent),
                (t.t2, t.accent_soft),
            ] {
                assert!(ratio(text, soft) >= 4.5, "{text:?} on {soft:?}: {}", ratio(text, soft));
            }
            for tone in 0..8 {
                let chip = t.chip(tone);
                assert!(ratio(chip.text, chip.fill) >= 7.0);
            }
        }
    }

    #[test]
    fn no_text_style_is_under_the_smallest_size() {
        for t in [&LIGHT, &DARK] {
            assert!(style(t).text_styles.values().all(|f| f.size >= SMALL));
        }
    }
}
