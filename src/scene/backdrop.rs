//! Scanned plans under the map: pictures in levels of half the size each, and where a view sees them.
//!
//! The painter off screen samples as a graphics device does (bilinear within a level, linear between two), so that window,
//! PNG and print show the same picture, sharp near by and calm from afar.

use super::camera::Camera;
use super::list::Stack;
use crate::geom::Affine;
use std::sync::Arc;

/// A picture of one size.
#[derive(Clone, Debug)]
pub struct Level {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Premultiplied sRGB, rows from the top; `width * height * 4` bytes.
    pub rgba: Arc<Vec<u8>>,
}

/// A picture in levels: each is the one before at half its size, down to one pixel.
#[derive(Debug)]
pub struct Pyramid {
    /// The levels, the finest first; never empty.
    levels: Vec<Level>,
    /// Columns and rows of the picture's own pixels that the levels cover; a little more than there are where it was reduced.
    covers: [f64; 2],
    /// Columns and rows of the picture itself.
    size: [f64; 2],
}

impl Pyramid {
    /// The levels of a picture of `size` pixels of which each square of `step` × `step` is one of `rgba`. O(pixels). `None`
    /// if the numbers do not agree.
    pub fn new(rgba: Arc<Vec<u8>>, [w, h]: [u32; 2], step: u32, size: [u32; 2]) -> Option<Pyramid> {
        let fits = |n: u32, kept: u32| n > 0 && kept.checked_mul(step).is_some_and(|most| n <= most);
        if !fits(size[0], w) || !fits(size[1], h) || rgba.len() != w as usize * h as usize * 4 {
            return None;
        }
        let mut levels = vec![Level { width: w, height: h, rgba }];
        while let Some(l) = levels.last().filter(|l| l.width > 1 || l.height > 1) {
            let next = half(l);
            levels.push(next);
        }
        let covers = [f64::from(w) * f64::from(step), f64::from(h) * f64::from(step)];
        Some(Pyramid { levels, covers, size: size.map(f64::from) })
    }

    /// The levels, the finest first.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }
}

/// For each place of half of `n`: the places of `n` that it covers, with their shares.
fn shares(n: u32) -> Vec<Vec<(usize, f32)>> {
    let half = (n / 2).max(1);
    let ratio = f64::from(n) / f64::from(half);
    let one = |i: u32| {
        let (from, to) = (f64::from(i) * ratio, (f64::from(i) + 1.0) * ratio);
        let inside = (from.floor() as u32..to.ceil() as u32).filter(|k| *k < n);
        let share = |k: u32| (to.min(f64::from(k) + 1.0) - from.max(f64::from(k))) / ratio;
        inside.map(|k| (k as usize, share(k) as f32)).filter(|(_, s)| *s > 1e-6).collect()
    };
    (0..half).map(one).collect()
}

fn half(l: &Level) -> Level {
    let (columns, rows) = (shares(l.width), shares(l.height));
    let mut out = Vec::with_capacity(columns.len() * rows.len() * 4);
    let width = l.width as usize;
    if l.width.is_multiple_of(2) && l.height.is_multiple_of(2) {
        // Most levels: the plain mean of four.
        for pair in l.rgba.chunks_exact(width * 8) {
            let (a, b) = pair.split_at(width * 4);
            for (p, q) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
                let sum = |i: usize| u16::from(p[i]) + u16::from(p[i + 4]) + u16::from(q[i]) + u16::from(q[i + 4]);
                out.extend([0, 1, 2, 3].map(|i| ((sum(i) + 2) / 4) as u8));
            }
        }
    } else {
        for row in &rows {
            for column in &columns {
                let mut sum = [0.5f32; 4];
                for (y, a) in row {
                    for (x, b) in column {
                        let at = (y * width + x) * 4;
                        let pixel = l.rgba.get(at..at + 4).unwrap_or(&[0; 4]);
                        sum.iter_mut().zip(pixel).for_each(|(s, v)| *s += f32::from(*v) * a * b);
                    }
                }
                out.extend(sum.map(|v| v as u8));
            }
        }
    }
    Level { width: columns.len() as u32, height: rows.len() as u32, rgba: Arc::new(out) }
}

/// A picture on the ground.
#[derive(Clone, Debug)]
pub struct Backdrop {
    /// Its pixels.
    pub pyramid: Arc<Pyramid>,
    /// From its own pixels (right and down) to grid millimetres.
    pub to_grid: Affine,
    /// 0–1.
    pub opacity: f32,
    /// Whether it lies over buildings too, as while it is being placed: else under what is drawn of cells.
    pub over: bool,
}

/// How a view sees a picture: all a painter needs.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Seen {
    /// Pixels of the view that it may touch: left, top, right, bottom, whole numbers.
    pub rect: [f32; 4],
    /// Where in the levels (0–1 each way) the middle of the view lies.
    pub middle: [f32; 2],
    /// What a pixel to the right and one down add to that: u and v of the first, u and v of the second.
    pub steps: [f32; 4],
    /// The picture's far edge, u and v: 1, or less where it was reduced.
    pub edge: [f32; 2],
    /// 0–1.
    pub opacity: f32,
}

impl Backdrop {
    /// Before which entry of the drawing order it is painted.
    pub fn before(&self) -> Stack {
        if self.over { Stack::Borders } else { Stack::CellFill }
    }

    /// How a camera sees it; `None` if it does not.
    pub fn seen(&self, camera: &Camera) -> Option<Seen> {
        let back = self.to_grid.inverse()?;
        let ([w, h], [cw, ch]) = (self.pyramid.size, self.pyramid.covers);
        let corners = [[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]].map(|p| {
            let [x, y] = self.to_grid.apply(p);
            camera.to_screen_f((x, y))
        });
        let most = |f: fn(f32, f32) -> f32, of: fn(&(f32, f32)) -> f32, from: f32| corners.iter().map(of).fold(from, f);
        let (x0, x1) = (most(f32::min, |p| p.0, f32::MAX), most(f32::max, |p| p.0, f32::MIN));
        let (y0, y1) = (most(f32::min, |p| p.1, f32::MAX), most(f32::max, |p| p.1, f32::MIN));
        let (width, height) = camera.size_px;
        let rect = [
            (x0 - 1.0).max(0.0).floor(),
            (y0 - 1.0).max(0.0).floor(),
            (x1 + 1.0).min(width).ceil(),
            (y1 + 1.0).min(height).ceil(),
        ];
        if !(rect[0] < rect[2] && rect[1] < rect[3]) || self.opacity <= 0.0 {
            return None;
        }
        let [a, b, _, d, e, _] = back.0;
        let s = camera.mm_per_px;
        let [u, v] = back.apply([camera.centre.0, camera.centre.1]);
        Some(Seen {
            rect,
            middle: [(u / cw) as f32, (v / ch) as f32],
            steps: [(a * s / cw) as f32, (d * s / ch) as f32, (-b * s / cw) as f32, (-e * s / ch) as f32],
            edge: [(w / cw) as f32, (h / ch) as f32],
            opacity: self.opacity.min(1.0),
        })
    }

    /// Paints it over premultiplied RGBA rows of `width` pixels.
    pub(super) fn paint(&self, camera: &Camera, width: u32, rgba: &mut [u8]) {
        let Some(seen) = self.seen(camera) else { return };
        let levels = &self.pyramid.levels;
        let Some(first) = levels.first() else { return };
        let [ux, vx, uy, vy] = seen.steps;
        let (w, h) = (first.width as f32, first.height as f32);
        // As a device finds the level: by the longer of the two steps, in pixels of the finest.
        let long = (ux * w).hypot(vx * h).max((uy * w).hypot(vy * h));
        let lod = long.max(1.0).log2().min((levels.len() - 1) as f32);
        let fine = &levels[lod as usize];
        let coarse = levels.get(lod as usize + 1).unwrap_or(fine);
        let between = lod.fract();
        // Lengths of u and v along a pixel of the view, for edges one pixel soft.
        let (du, dv) = (ux.hypot(uy).max(1e-20), vx.hypot(vy).max(1e-20));
        let cover = |t: f32, edge: f32, step: f32| (t.min(edge - t) / step + 0.5).clamp(0.0, 1.0);
        let (cx, cy) = (camera.size_px.0 / 2.0, camera.size_px.1 / 2.0);
        for y in seen.rect[1] as u32..seen.rect[3] as u32 {
            for x in seen.rect[0] as u32..(seen.rect[2] as u32).min(width) {
                let (px, py) = (x as f32 + 0.5 - cx, y as f32 + 0.5 - cy);
                let (u, v) = (seen.middle[0] + px * ux + py * uy, seen.middle[1] + px * vx + py * vy);
                let share = cover(u, seen.edge[0], du) * cover(v, seen.edge[1], dv) * seen.opacity;
                if share <= 0.0 {
                    continue;
                }
                let (a, b) = (texel(fine, u, v), texel(coarse, u, v));
                let color = [0, 1, 2, 3].map(|i| (a[i] + (b[i] - a[i]) * between) * share);
                let at = (y as usize * width as usize + x as usize) * 4;
                let Some(to) = rgba.get_mut(at..at + 4) else { continue };
                let under = 1.0 - color[3] / 255.0;
                to.iter_mut().zip(color).for_each(|(t, c)| *t = (f32::from(*t) * under + c).round().min(255.0) as u8);
            }
        }
    }
}

/// Bilinear; beyond the edge its last pixel goes on.
fn texel(l: &Level, u: f32, v: f32) -> [f32; 4] {
    let (x, y) = (u * l.width as f32 - 0.5, v * l.height as f32 - 0.5);
    let (fx, fy) = (x - x.floor(), y - y.floor());
    let pixel = |x: f32, y: f32| {
        let inside = |v: f32, n: u32| (v.max(0.0) as usize).min(n as usize - 1);
        let at = (inside(y, l.height) * l.width as usize + inside(x, l.width)) * 4;
        l.rgba.get(at..at + 4).map_or([0.0; 4], |p| [p[0], p[1], p[2], p[3]].map(f32::from))
    };
    let mix = |a: [f32; 4], b: [f32; 4], t: f32| [0, 1, 2, 3].map(|i| a[i] + (b[i] - a[i]) * t);
    let (x, y) = (x.floor(), y.floor());
    let top = mix(pixel(x, y), pixel(x + 1.0, y), fx);
    let bottom = mix(pixel(x, y + 1.0), pixel(x + 1.0, y + 1.0), fx);
    mix(top, bottom, fy)
}

#[cfg(test)]
mod tests {
    use super::super::{Fill, FillClass, Layer, LayerKey, Scene, StyleSheet, Theme, paint};
    use super::*;
    use crate::geom::pt;

    /// Left half red, right half green, `w` × `h` pixels.
    fn halves(w: u32, h: u32) -> Arc<Vec<u8>> {
        let pixel = |i: u32| if i % w < w / 2 { [255, 0, 0, 255] } else { [0, 255, 0, 255] };
        Arc::new((0..w * h).flat_map(pixel).collect())
    }

    fn backdrop(w: u32, h: u32, to_grid: Affine, opacity: f32) -> Backdrop {
        Backdrop {
            pyramid: Arc::new(Pyramid::new(halves(w, h), [w, h], 1, [w, h]).unwrap()),
            to_grid,
            opacity,
            over: false,
        }
    }

    fn view() -> Camera {
        Camera { centre: (0.0, 0.0), mm_per_px: 100.0, size_px: (200.0, 100.0), pixels_per_point: 1.0 }
    }

    fn painted(b: Backdrop, camera: &Camera) -> super::super::Picture {
        let scene = Scene { backdrops: vec![b], ..Scene::default() };
        paint(&scene, camera, &StyleSheet::new(Theme::Print, 1000.0), None).unwrap()
    }

    #[test]
    fn levels_halve_down_to_one_pixel_and_keep_the_mean() {
        let p = Pyramid::new(halves(10, 6), [10, 6], 1, [10, 6]).unwrap();
        let sizes: Vec<_> = p.levels().iter().map(|l| (l.width, l.height)).collect();
        assert_eq!(sizes, [(10, 6), (5, 3), (2, 1), (1, 1)]);
        for l in p.levels() {
            assert_eq!(l.rgba.len(), (l.width * l.height * 4) as usize);
        }
        let last = p.levels().last().unwrap();
        assert!(last.rgba[0].abs_diff(128) <= 2 && last.rgba[1].abs_diff(128) <= 2 && last.rgba[3] >= 254);
        // Numbers that do not agree.
        assert!(Pyramid::new(halves(10, 6), [6, 6], 1, [6, 6]).is_none());
        assert!(Pyramid::new(Arc::default(), [0, 0], 1, [0, 0]).is_none());
        assert!(Pyramid::new(halves(4, 4), [4, 4], 1, [5, 4]).is_none());
        assert!(Pyramid::new(halves(4, 4), [4, 4], u32::MAX, [4, 4]).is_none());
    }

    #[test]
    fn a_picture_lies_where_it_is_put_and_is_as_opaque_as_it_is_said() {
        // 40 × 20 pixels of 200 mm: from (−4 m, 2 m) to (4 m, −2 m), 80 × 40 pixels of the view.
        let at = Affine([200.0, 0.0, -4000.0, 0.0, -200.0, 2000.0]);
        let p = painted(backdrop(40, 20, at, 1.0), &view());
        assert_eq!(p.pixel(70, 50).0, [255, 0, 0, 255]);
        assert_eq!(p.pixel(130, 50).0, [0, 255, 0, 255]);
        for (x, y) in [(58, 50), (142, 50), (100, 28), (100, 72)] {
            assert_eq!(p.pixel(x, y).0, [255; 4], "{x} {y}");
        }
        let p = painted(backdrop(40, 20, at, 0.5), &view());
        assert!(p.pixel(70, 50).0[1].abs_diff(128) <= 1 && p.pixel(70, 50).0[0] == 255);
        // A quarter turn to the left: what was right is up.
        let turned = Affine([0.0, 200.0, -2000.0, 200.0, 0.0, -4000.0]);
        let p = painted(backdrop(40, 20, turned, 1.0), &view());
        assert_eq!((p.pixel(100, 30).0, p.pixel(100, 70).0), ([0, 255, 0, 255], [255, 0, 0, 255]));
    }

    #[test]
    fn from_afar_it_is_the_mean_and_out_of_sight_it_costs_nothing() {
        // Stripes of one pixel, 100 pixels of the picture to one of the view.
        let stripes: Vec<u8> =
            (0..1024u32 * 1024).flat_map(|i| [if i % 2 == 0 { 0 } else { 255 }; 3].into_iter().chain([255])).collect();
        let pyramid = Arc::new(Pyramid::new(Arc::new(stripes), [1024, 1024], 1, [1024, 1024]).unwrap());
        let b = Backdrop { pyramid, to_grid: Affine([1.0, 0.0, -512.0, 0.0, -1.0, 512.0]), opacity: 1.0, over: false };
        let p = painted(b.clone(), &view());
        assert!(p.pixel(100, 50).0[0].abs_diff(128) <= 2, "{:?}", p.pixel(100, 50));
        assert!(b.seen(&Camera { centre: (1e9, 0.0), ..view() }).is_none());
        assert!(Backdrop { opacity: 0.0, ..b.clone() }.seen(&view()).is_none());
        assert!(Backdrop { to_grid: Affine([0.0; 6]), ..b }.seen(&view()).is_none());
    }

    #[test]
    fn it_lies_over_land_use_and_under_cells() {
        let ring = vec![pt(-9000, -9000), pt(9000, -9000), pt(9000, 9000), pt(-9000, 9000)];
        let layer = |stack, class| {
            let fills = vec![Fill::new(vec![ring.clone()], class)];
            Arc::new(Layer::new(LayerKey { stack, part: 0 }, 1, fills, vec![], vec![]))
        };
        let at = Affine([400.0, 0.0, -8000.0, 0.0, -400.0, 4000.0]);
        let pixel = |layer: Arc<Layer>, over: bool| {
            let backdrops = vec![Backdrop { over, ..backdrop(40, 20, at, 1.0) }];
            let scene = Scene { backdrops, layers: vec![layer], ..Scene::default() };
            paint(&scene, &view(), &StyleSheet::new(Theme::Light, 1000.0), None).unwrap().pixel(60, 50).0
        };
        assert_eq!(pixel(layer(Stack::Water, FillClass::Water), false), [255, 0, 0, 255]);
        assert_ne!(pixel(layer(Stack::Buildings, FillClass::Commercial), false), [255, 0, 0, 255]);
        // While it is placed it has to be seen.
        assert_eq!(pixel(layer(Stack::Buildings, FillClass::Commercial), true), [255, 0, 0, 255]);
    }
}
