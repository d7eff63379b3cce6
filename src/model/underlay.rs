//! Underlays: scanned plans under the map.

use crate::geom::{Affine, Fit, Pair, Place};
use serde::{Deserialize, Serialize};

/// Control points of an underlay at most.
pub const MOST_POINTS: usize = 6;
/// Underlays of a project at most.
pub const MOST_UNDERLAYS: usize = 64;
/// Longest side of a picture, pixels.
pub const MOST_PIXELS: u32 = 100_000;

/// In what format a picture is kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PictureFormat {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// TIFF, GeoTIFF.
    Tiff,
}

impl PictureFormat {
    /// The ending of a file of it.
    pub fn ending(self) -> &'static str {
        match self {
            PictureFormat::Png => "png",
            PictureFormat::Jpeg => "jpg",
            PictureFormat::Tiff => "tif",
        }
    }
}

/// A place in the picture and where on the ground it is.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlPoint {
    /// Pixels right and down from the picture's upper left corner.
    pub pixel: [f64; 2],
    /// The place in the project's CRS.
    pub at: Place,
}

impl ControlPoint {
    /// The pair that is fitted.
    pub fn pair(&self) -> Pair {
        (self.pixel, self.at.metres())
    }
}

/// 底稿: a scanned plan under the map. Its picture is kept beside the project, by hash.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Underlay {
    /// Name, unique: the picture's own, unless somebody gave another.
    pub name: String,
    /// BLAKE3 of the picture's file, 64 hexadecimal digits.
    pub picture: String,
    /// Its format.
    pub format: PictureFormat,
    /// Columns and rows of the picture as it is in its file.
    pub size: [u32; 2],
    /// From pixels (right and down from the upper left corner) to metres of the project's CRS.
    pub place: Affine,
    /// The control points that placed it; none where it was placed otherwise.
    pub points: Vec<ControlPoint>,
    /// What was fitted to them.
    pub fit: Fit,
    /// How opaque it is, per cent.
    pub opacity: u8,
    /// Whether it is shown.
    pub shown: bool,
    /// Of two the one with the greater number lies above.
    pub order: u32,
}

impl Underlay {
    /// The field that has a value it cannot have, if one has. Names are looked at by the edit.
    pub fn flaw(&self) -> Option<&'static str> {
        let hash = self.picture.len() == 64 && self.picture.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let [a, b, c, d, e, f] = self.place.0;
        let near = [a, b, d, e].iter().all(|v| v.abs() <= 1e6) && c.abs() < 1e10 && f.abs() < 1e10;
        let pixel = |p: &ControlPoint| p.pixel.iter().all(|v| v.is_finite() && v.abs() <= 2.0 * f64::from(MOST_PIXELS));
        if !hash {
            Some("picture")
        } else if self.size.iter().any(|s| !(1..=MOST_PIXELS).contains(s)) {
            Some("size")
        } else if !(near && self.place.is_sound()) {
            Some("place")
        } else if self.points.len() > MOST_POINTS || !self.points.iter().all(pixel) {
            Some("points")
        } else if self.opacity > 100 {
            Some("opacity")
        } else {
            None
        }
    }

    /// The corners on the ground, metres: upper left, upper right, lower right, lower left of the picture.
    pub fn corners(&self) -> [[f64; 2]; 4] {
        let [w, h] = self.size.map(f64::from);
        [[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]].map(|p| self.place.apply(p))
    }

    /// Name of the file in which the picture is kept: for people its own, for the program the hash.
    pub fn file_name(&self) -> String {
        let ending = format!(".{}", self.format.ending());
        let stem = self.name.rsplit_once('.').map_or(self.name.as_str(), |(stem, _)| stem);
        // What some system does not let stand in the name of a file.
        let safe = |c: char| if c.is_control() || r#"/\:*?"<>|"#.contains(c) { '_' } else { c };
        let stem: String = stem.chars().map(safe).take(40).collect();
        let stem = stem.trim_matches(|c: char| c == '.' || c.is_whitespace());
        let hash = self.picture.get(..12).unwrap_or("0");
        if stem.is_empty() { format!("{hash}{ending}") } else { format!("{stem}-{hash}{ending}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn underlay(name: &str) -> Underlay {
        Underlay {
            name: name.into(),
            picture: "0123456789abcdef".repeat(4),
            format: PictureFormat::Png,
            size: [400, 300],
            place: Affine([0.5, 0.0, 1000.0, 0.0, -0.5, 2000.0]),
            points: vec![],
            fit: Fit::Similarity,
            opacity: 60,
            shown: true,
            order: 1,
        }
    }

    #[test]
    fn a_name_never_leads_out_of_its_folder() {
        for (name, want) in [
            ("总平面图.png", "总平面图-0123456789ab.png"),
            ("../../etc/passwd", "0123456789ab.png"),
            (r"C:\windows\x.tif", "C__windows_x-0123456789ab.png"),
            ("a/b\nc.jpeg", "a_b_c-0123456789ab.png"),
            ("...", "0123456789ab.png"),
            (" . .png", "0123456789ab.png"),
        ] {
            let got = underlay(name).file_name();
            assert!(!got.contains(['/', '\\', ':']) && !got.starts_with('.'), "{got}");
            if name != "../../etc/passwd" {
                assert_eq!(got, want);
            }
        }
        assert!(underlay(&"长".repeat(300)).file_name().len() < 200);
    }

    #[test]
    fn what_cannot_be_is_named() {
        let with = |f: &dyn Fn(&mut Underlay)| {
            let mut u = underlay("a");
            f(&mut u);
            u.flaw()
        };
        assert_eq!(underlay("a").flaw(), None);
        assert_eq!(with(&|u| u.picture.push('0')), Some("picture"));
        assert_eq!(with(&|u| u.picture.replace_range(0..1, "G")), Some("picture"));
        assert_eq!(with(&|u| u.size = [0, 3]), Some("size"));
        assert_eq!(with(&|u| u.place = Affine([0.0; 6])), Some("place"));
        assert_eq!(with(&|u| u.place.0[2] = f64::NAN), Some("place"));
        assert_eq!(with(&|u| u.opacity = 101), Some("opacity"));
        let p = ControlPoint { pixel: [0.0, f64::INFINITY], at: Place::default() };
        assert_eq!(with(&|u| u.points = vec![p]), Some("points"));
        assert_eq!(underlay("a").corners()[2], [1200.0, 1850.0]);
    }
}
