//! The camera: which ground is seen, and how large.

use crate::geom::{Box2, LIMIT, Pt, pt};

/// Size of a style point on paper and on a 96 dpi screen, mm.
pub const MM_PER_PT: f64 = 25.4 / 96.0;

/// Smallest and largest ground millimetres of a pixel: 1:4 to 1:40,000,000 or so, far beyond any use.
const MM_PER_PX: (f64, f64) = (1e-3, 1e7);

/// A view straight down, north up. Screen pixels count right and down from the top left corner of the map.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Camera {
    /// Grid coordinate in the middle of the view, mm east and north.
    pub centre: (f64, f64),
    /// Ground millimetres of one pixel.
    pub mm_per_px: f64,
    /// Size of the view in pixels, width and height.
    pub size_px: (f32, f32),
    /// Pixels of one style point: 1 at 100 %, 2 on a fine screen, dpi / 96 on paper.
    pub pixels_per_point: f32,
}

impl Camera {
    /// A camera at a scale of 1:`scale_den` over `centre` (mm).
    pub fn at_scale(centre: (f64, f64), scale_den: f64, size_px: (f32, f32), pixels_per_point: f32) -> Camera {
        let mm_per_px = clamp_zoom(scale_den * MM_PER_PT / f64::from(pixels_per_point));
        Camera { centre, mm_per_px, size_px, pixels_per_point }
    }

    /// Pixel of a grid point. Computed in `f64`, so that no jitter shows far from the origin.
    pub fn to_screen(&self, p: Pt) -> (f32, f32) {
        self.to_screen_f((f64::from(p.x), f64::from(p.y)))
    }

    /// Pixel of a coordinate in mm.
    pub fn to_screen_f(&self, (x, y): (f64, f64)) -> (f32, f32) {
        (
            ((x - self.centre.0) / self.mm_per_px) as f32 + self.size_px.0 / 2.0,
            ((self.centre.1 - y) / self.mm_per_px) as f32 + self.size_px.1 / 2.0,
        )
    }

    /// Coordinate in mm of a pixel.
    pub fn to_ground(&self, (x, y): (f32, f32)) -> (f64, f64) {
        (
            self.centre.0 + f64::from(x - self.size_px.0 / 2.0) * self.mm_per_px,
            self.centre.1 - f64::from(y - self.size_px.1 / 2.0) * self.mm_per_px,
        )
    }

    /// Nearest grid point of a pixel; `None` outside the grid's exact range.
    pub fn to_grid(&self, px: (f32, f32)) -> Option<Pt> {
        let (x, y) = self.to_ground(px);
        let limit = f64::from(LIMIT);
        (x.abs() < limit - 1.0 && y.abs() < limit - 1.0).then(|| pt(x.round() as i32, y.round() as i32))
    }

    /// Ground millimetres of one style point.
    pub fn mm_per_pt(&self) -> f64 {
        self.mm_per_px * f64::from(self.pixels_per_point)
    }

    /// The n of 1:n.
    pub fn scale_denominator(&self) -> f64 {
        self.mm_per_pt() / MM_PER_PT
    }

    /// The ground in view, rounded outwards and cut to the grid's range.
    pub fn visible(&self) -> Box2 {
        let (x0, y1) = self.to_ground((0.0, 0.0));
        let (x1, y0) = self.to_ground(self.size_px);
        let cut = |v: f64| v.clamp(f64::from(-LIMIT), f64::from(LIMIT)) as i32;
        Box2 { min: pt(cut(x0.floor()), cut(y0.floor())), max: pt(cut(x1.ceil()), cut(y1.ceil())) }
    }

    /// The camera `factor` times nearer (> 1) or farther, with the ground under pixel `at` staying there.
    #[must_use]
    pub fn zoomed(mut self, factor: f64, at: (f32, f32)) -> Camera {
        if !(factor.is_finite() && factor > 0.0) {
            return self;
        }
        let under = self.to_ground(at);
        self.mm_per_px = clamp_zoom(self.mm_per_px / factor);
        let now = self.to_ground(at);
        self.centre.0 += under.0 - now.0;
        self.centre.1 += under.1 - now.1;
        self
    }

    /// The camera moved so that the ground follows a drag of the pointer by (`dx`, `dy`) pixels.
    #[must_use]
    pub fn panned(mut self, dx: f32, dy: f32) -> Camera {
        self.centre.0 -= f64::from(dx) * self.mm_per_px;
        self.centre.1 += f64::from(dy) * self.mm_per_px;
        self
    }

    /// The longest round distance (1, 2 or 5 times a power of ten, metres) that is at most `max_pt` points long, and
    /// its length in points: the scale bar.
    pub fn scale_bar(&self, max_pt: f32) -> (f64, f32) {
        let m_per_pt = self.mm_per_pt() / 1000.0;
        let metres = round_length_m((f64::from(max_pt) * m_per_pt).max(1e-6));
        (metres, (metres / m_per_pt) as f32)
    }

    /// The camera that shows all of `b` with `margin_pt` style points round it; unchanged for an empty box. A box
    /// without extent is centred at the scale there is.
    #[must_use]
    pub fn fit(mut self, b: Box2, margin_pt: f32) -> Camera {
        if b.is_empty() {
            return self;
        }
        self.centre =
            ((f64::from(b.min.x) + f64::from(b.max.x)) / 2.0, (f64::from(b.min.y) + f64::from(b.max.y)) / 2.0);
        let room = |px: f32| f64::from((px - 2.0 * margin_pt * self.pixels_per_point).max(1.0));
        let need = (b.width() as f64 / room(self.size_px.0)).max(b.height() as f64 / room(self.size_px.1));
        if need > 0.0 {
            self.mm_per_px = clamp_zoom(need);
        }
        self
    }
}

/// The longest of 1, 2 and 5 times a power of ten that is at most `most_m` (above 0).
pub fn round_length_m(most_m: f64) -> f64 {
    let decade = 10f64.powf(most_m.log10().floor());
    [5.0, 2.0, 1.0].into_iter().map(|k| k * decade).find(|&m| m <= most_m).unwrap_or(decade)
}

fn clamp_zoom(mm_per_px: f64) -> f64 {
    if mm_per_px.is_finite() { mm_per_px.clamp(MM_PER_PX.0, MM_PER_PX.1) } else { MM_PER_PX.1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camera() -> Camera {
        Camera::at_scale((1_000_000.0, -500_000.0), 5000.0, (800.0, 600.0), 2.0)
    }

    #[test]
    fn a_scale_is_what_a_ruler_on_the_screen_says() {
        let c = camera();
        assert!((c.scale_denominator() - 5000.0).abs() < 1e-6);
        // 100 m of ground at 1:5,000 are 20 mm of screen.
        let (a, b) = (c.to_screen(pt(1_000_000, -500_000)), c.to_screen(pt(1_100_000, -500_000)));
        let mm = f64::from(b.0 - a.0) / 2.0 * MM_PER_PT;
        assert!((mm - 20.0).abs() < 1e-4, "{mm}");
    }

    #[test]
    fn zooming_keeps_the_ground_under_the_pointer() {
        let c = camera();
        let at = (123.0, 456.0);
        let (before, after) = (c.to_ground(at), c.zoomed(1.7, at).to_ground(at));
        assert!((before.0 - after.0).abs() < 1e-6 && (before.1 - after.1).abs() < 1e-6);
        assert_eq!(c.zoomed(f64::NAN, at), c);
        assert!(c.zoomed(1e300, at).mm_per_px >= MM_PER_PX.0);
    }

    #[test]
    fn fit_shows_all_and_screen_and_ground_are_inverse() {
        let b = Box2::of_two(pt(-40_000, 10_000), pt(900_000, 300_000));
        let c = camera().fit(b, 20.0);
        let v = c.visible();
        assert!(v.contains(b.min) && v.contains(b.max));
        for p in [b.min, b.max, pt(3, 4)] {
            let q = c.to_grid(c.to_screen(p)).unwrap();
            assert!(q.dist(p) <= c.mm_per_px, "{p:?} {q:?}");
        }
        assert_eq!(camera().fit(Box2::EMPTY, 20.0), camera());
        let one = camera().fit(Box2::of_two(pt(5, 5), pt(5, 5)), 20.0);
        assert_eq!(one.mm_per_px, camera().mm_per_px);
    }

    #[test]
    fn a_scale_bar_is_round_and_fits() {
        // 150 pt at 1:5,000 are 198 m.
        let (m, length) = camera().scale_bar(150.0);
        assert_eq!(m, 100.0);
        assert!((f64::from(length) - 75.59).abs() < 0.01);
        assert_eq!(camera().scale_bar(152.0).0, 200.0);
    }

    #[test]
    fn the_ground_follows_a_drag() {
        let c = camera();
        let (a, b) = (c.to_ground((100.0, 100.0)), c.panned(7.0, -3.0).to_ground((107.0, 97.0)));
        assert!((a.0 - b.0).abs() < 1e-6 && (a.1 - b.1).abs() < 1e-6);
    }
}
