//! Colours and their arithmetic: sRGB, OKLab, CIELAB, contrast and distance.

/// Straight-alpha sRGB.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Rgba(pub [u8; 4]);

impl Rgba {
    /// Opaque, from 0xRRGGBB.
    pub const fn hex(rgb: u32) -> Rgba {
        Rgba([(rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8, 255])
    }

    /// Opaque white.
    pub const WHITE: Rgba = Rgba::hex(0xFF_FF_FF);
    /// Nothing.
    pub const CLEAR: Rgba = Rgba([0; 4]);

    /// The colour at an opacity of `percent` of its own.
    #[must_use]
    pub const fn at(self, percent: u8) -> Rgba {
        let [r, g, b, a] = self.0;
        Rgba([r, g, b, ((a as u32 * percent as u32 + 50) / 100) as u8])
    }

    /// The colour with its opacity multiplied by `share` (0–1).
    #[must_use]
    pub fn faded(self, share: f32) -> Rgba {
        let [r, g, b, a] = self.0;
        Rgba([r, g, b, (f32::from(a) * share.clamp(0.0, 1.0)).round() as u8])
    }

    /// The colour painted over an opaque one.
    #[must_use]
    pub fn over(self, ground: Rgba) -> Rgba {
        let a = f32::from(self.0[3]) / 255.0;
        let mix = |i: usize| (f32::from(self.0[i]) * a + f32::from(ground.0[i]) * (1.0 - a)).round() as u8;
        Rgba([mix(0), mix(1), mix(2), 255])
    }

    /// Linear light, 0–1, without alpha.
    pub fn linear(self) -> [f64; 3] {
        [0, 1, 2].map(|i| {
            let v = f64::from(self.0[i]) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// Opaque, from linear light; values outside 0–1 are cut.
    pub fn from_linear(rgb: [f64; 3]) -> Rgba {
        let [r, g, b] = rgb.map(|v| {
            let v = v.clamp(0.0, 1.0);
            let s = if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
            (s * 255.0).round() as u8
        });
        Rgba([r, g, b, 255])
    }

    /// OKLab (Björn Ottosson, "A perceptual color space for image processing", 2020).
    pub fn oklab(self) -> [f64; 3] {
        let [r, g, b] = self.linear();
        let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
        let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
        let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
        [
            0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
            1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
            0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
        ]
    }

    /// Opaque, from OKLab (same source).
    pub fn from_oklab([l, a, b]: [f64; 3]) -> Rgba {
        let lc = (l + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let mc = (l - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let sc = (l - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
        Rgba::from_linear([
            4.076_741_662_1 * lc - 3.307_711_591_3 * mc + 0.230_969_929_2 * sc,
            -1.268_438_004_6 * lc + 2.609_757_401_1 * mc - 0.341_319_396_5 * sc,
            -0.004_196_086_3 * lc - 0.703_418_614_7 * mc + 1.707_614_701_0 * sc,
        ])
    }

    /// CIELAB under D65.
    pub fn lab(self) -> [f64; 3] {
        lab_of_linear(self.linear())
    }

    /// Relative luminance of WCAG 2, 0–1.
    pub fn luminance(self) -> f64 {
        let [r, g, b] = self.linear();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// Contrast ratio of WCAG 2 between two opaque colours, 1–21.
    pub fn contrast(self, other: Rgba) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

/// CIELAB under D65 of linear sRGB.
pub(super) fn lab_of_linear([r, g, b]: [f64; 3]) -> [f64; 3] {
    let x = (0.412_390_8 * r + 0.357_584_3 * g + 0.180_480_8 * b) / 0.950_456;
    let y = 0.212_639_0 * r + 0.715_168_7 * g + 0.072_192_3 * b;
    let z = (0.019_330_8 * r + 0.119_194_8 * g + 0.950_532_2 * b) / 1.089_058;
    let f = |t: f64| if t > 216.0 / 24_389.0 { t.cbrt() } else { (24_389.0 / 27.0 * t + 16.0) / 116.0 };
    let (x, y, z) = (f(x), f(y), f(z));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_survive_oklab() {
        for c in [0x000000, 0xFFFFFF, 0x9B1B4A, 0xE0D690, 0x123456, 0xFF0000, 0x00FF00, 0x0000FF] {
            let c = Rgba::hex(c);
            let back = Rgba::from_oklab(c.oklab());
            assert!(c.0.iter().zip(back.0).all(|(a, b)| a.abs_diff(b) <= 1), "{c:?} {back:?}");
        }
        let [l, a, b] = Rgba::WHITE.oklab();
        assert!((l - 1.0).abs() < 1e-4 && a.abs() < 1e-4 && b.abs() < 1e-4);
    }

    #[test]
    fn contrast_and_lab_have_their_known_ends() {
        assert!((Rgba::WHITE.contrast(Rgba::hex(0)) - 21.0).abs() < 1e-9);
        let [l, a, b] = Rgba::hex(0xFF0000).lab();
        assert!((l - 53.24).abs() < 0.02 && (a - 80.09).abs() < 0.05 && (b - 67.20).abs() < 0.05);
    }

    #[test]
    fn half_over_is_the_middle() {
        assert_eq!(Rgba::WHITE.at(50).over(Rgba::hex(0)), Rgba([128, 128, 128, 255]));
        assert_eq!(Rgba::hex(0x102030).at(100).over(Rgba::WHITE), Rgba::hex(0x102030));
    }
}
