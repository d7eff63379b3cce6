//! Colour ramps: heat, rates, changes.

use super::colour::Rgba;
use super::tokens::Theme;

/// Rates (5–7 classes), light to dark.
pub const RATE: [Rgba; 7] = hexes([0xEEF4F6, 0xBED8E4, 0x8ABAD3, 0x5B9BC1, 0x3C7FAE, 0x246494, 0x17476F]);

/// Changes and deviations; the middle is no change.
pub const CHANGE: [Rgba; 7] = hexes([0x8C4A0B, 0xC57F3B, 0xEBC491, 0xF5F2EB, 0xA2CBD0, 0x46919F, 0x0F5B6B]);

/// Heat on a light map.
pub const HEAT_LIGHT: [Rgba; 9] =
    hexes([0xFFF6D6, 0xFCDC8F, 0xF5B159, 0xEA8942, 0xD7643F, 0xBF4847, 0x9E314D, 0x721F4F, 0x3C1142]);

/// Heat on a dark map.
pub const HEAT_DARK: [Rgba; 9] =
    hexes([0x1A1733, 0x43216B, 0x852C78, 0xB43A6A, 0xD45058, 0xEC6B45, 0xF6903C, 0xFCBD59, 0xFCE9A0]);

const fn hexes<const N: usize>(h: [u32; N]) -> [Rgba; N] {
    let mut out = [Rgba::CLEAR; N];
    let mut i = 0;
    while i < N {
        out[i] = Rgba::hex(h[i]);
        i += 1;
    }
    out
}

/// A ramp in 256 steps, interpolated in OKLab.
#[derive(Clone, PartialEq, Debug)]
pub struct Ramp {
    steps: Vec<Rgba>,
}

impl Ramp {
    /// The ramp through evenly spaced colours.
    pub fn through(colours: &[Rgba]) -> Ramp {
        let labs: Vec<[f64; 3]> = colours.iter().map(|c| c.oklab()).collect();
        let spans = labs.len().saturating_sub(1);
        let step = |i: usize| {
            let at = i as f64 / 255.0 * spans as f64;
            let k = (at.floor() as usize).min(spans.saturating_sub(1));
            let t = at - k as f64;
            match (labs.get(k), labs.get(k + 1)) {
                (Some(a), Some(b)) => Rgba::from_oklab([0, 1, 2].map(|j| a[j] + (b[j] - a[j]) * t)),
                (Some(a), None) => Rgba::from_oklab(*a),
                _ => Rgba::CLEAR,
            }
        };
        Ramp { steps: (0..256).map(step).collect() }
    }

    /// The heat's ramp over a theme's map.
    pub fn heat(theme: Theme) -> Ramp {
        Ramp::through(if theme == Theme::Dark { &HEAT_DARK } else { &HEAT_LIGHT })
    }

    /// Opaque colour at `share` of the scale (cut to 0–1).
    pub fn at(&self, share: f32) -> Rgba {
        let i = (share.clamp(0.0, 1.0) * 255.0).round() as usize;
        self.steps.get(i).copied().unwrap_or_default()
    }

    /// Pixels of a field of values (rows from the north) where `full` is the upper end of the scale: straight-alpha
    /// sRGB for an [`Image`](super::Image). Values at or below zero, and values that are no number, are clear.
    pub fn shade(&self, values: &[f32], full: f32, theme: Theme) -> Vec<u8> {
        let mut out = Vec::with_capacity(values.len() * 4);
        for v in values {
            let share = if full > 0.0 && v.is_finite() { v / full } else { 0.0 };
            out.extend(self.at(share).faded(heat_alpha(share, theme)).0);
        }
        out
    }
}

/// Opacity of heat at a share of the scale: nothing at 1.5 %, rising evenly to full at 27 %, so that the heat has no
/// hard edge and streets stay readable. Full is 80 %, in the dark theme 86 %.
pub fn heat_alpha(share: f32, theme: Theme) -> f32 {
    let full = if theme == Theme::Dark { 0.86 } else { 0.80 };
    full * ((share - 0.015) / (0.27 - 0.015)).clamp(0.0, 1.0)
}
