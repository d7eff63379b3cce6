//! The painter off screen: a scene to pixels, for PNG, print, pictures in reports and tests.

use super::SceneError;
use super::camera::Camera;
use super::colour::Rgba;
use super::labels::{Part, PlacedLabel, place_labels};
use super::list::{Band, Fill, Image, Layer, LineClass, Scene, Stack, SymbolKind};
use super::style::{Hatch, HatchKind, LineStyle, StyleSheet};
use super::symbols::{Drawing, symbol};
use super::text::{FontSet, Glyph};
use crate::geom::{Box2, Pt};
use std::collections::{BTreeMap, HashMap};
use tiny_skia::{
    Color, FillRule, FilterQuality, LineCap, LineJoin, Paint, Path, PathBuilder, Pattern, Pixmap, PixmapPaint, Shader,
    SpreadMode, Stroke, StrokeDash, Transform,
};

/// Longest side of a picture, pixels.
const MAX_SIDE: u32 = 20_000;
/// Shapes reaching farther out of the picture than this are cut first, pixels: beyond it `f32` gets coarse.
const FAR: f32 = 16_000.0;

/// A painted picture: opaque sRGB rows from top to bottom, four bytes a pixel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Picture {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Red, green, blue, 255.
    pub rgba: Vec<u8>,
}

impl Picture {
    /// The picture as a PNG file in memory that says how large a pixel is (dpi), so that it prints to scale.
    ///
    /// # Errors
    /// [`SceneError::Png`] from the encoder.
    pub fn png(&self, dpi: f64) -> Result<Vec<u8>, SceneError> {
        let failed = |e: png::EncodingError| SceneError::Png(e.to_string());
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, self.width, self.height);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_source_srgb(png::SrgbRenderingIntent::RelativeColorimetric);
        let per_metre = (dpi / 0.0254).round().clamp(1.0, 1e6) as u32;
        encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit: png::Unit::Meter }));
        let mut writer = encoder.write_header().map_err(failed)?;
        writer.write_image_data(&self.rgba).map_err(failed)?;
        writer.finish().map_err(failed)?;
        Ok(out)
    }

    /// The colour of a pixel; clear outside.
    pub fn pixel(&self, x: u32, y: u32) -> Rgba {
        let at = (y as usize * self.width as usize + x as usize) * 4;
        match self.rgba.get(at..at + 4) {
            Some(&[r, g, b, a]) if x < self.width => Rgba([r, g, b, a]),
            _ => Rgba::CLEAR,
        }
    }
}

/// Paints a scene. Without fonts there are no labels.
///
/// # Errors
/// [`SceneError::Size`] if the camera's view has no pixel or a side above 20,000.
pub fn paint(
    scene: &Scene,
    camera: &Camera,
    sheet: &StyleSheet,
    fonts: Option<&FontSet<'_>>,
) -> Result<Picture, SceneError> {
    let (width, height) = (camera.size_px.0.round() as u32, camera.size_px.1.round() as u32);
    let sized = (1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height);
    let pixmap = sized.then(|| Pixmap::new(width, height)).flatten().ok_or(SceneError::Size(width, height))?;
    let mut painter = Painter {
        camera,
        sheet,
        s: camera.pixels_per_point,
        view: camera.visible().grown((camera.mm_per_pt() * 32.0).min(1e8) as i32),
        pixmap,
        hatches: Vec::new(),
        glyphs: HashMap::new(),
    };
    painter.pixmap.fill(color(sheet.theme.paper()));
    for stack in Stack::ALL {
        painter.stack(scene, stack, fonts);
    }
    if let Some(fonts) = fonts {
        for label in place_labels(scene, camera, sheet, fonts) {
            painter.label(&label, fonts);
        }
    }
    let mut rgba = painter.pixmap.take();
    // The ground is opaque, so premultiplied and straight colours are the same; rounding may leave 254.
    rgba.iter_mut().skip(3).step_by(4).for_each(|a| *a = 255);
    Ok(Picture { width, height, rgba })
}

struct Painter<'a> {
    camera: &'a Camera,
    sheet: &'a StyleSheet,
    /// Pixels of a point.
    s: f32,
    /// The ground in view and a little more.
    view: Box2,
    pixmap: Pixmap,
    /// One picture-sized pattern for each hatch in use.
    hatches: Vec<(Hatch, Pixmap)>,
    glyphs: HashMap<(u8, u32), Option<Path>>,
}

fn color(c: Rgba) -> Color {
    let [r, g, b, a] = c.0;
    Color::from_rgba8(r, g, b, a)
}

fn solid(c: Rgba) -> Paint<'static> {
    Paint { shader: Shader::SolidColor(color(c)), ..Paint::default() }
}

fn stroke(width: f32, dash: &[f32], s: f32) -> Stroke {
    let dashed = !dash.is_empty();
    Stroke {
        width,
        line_cap: if dashed { LineCap::Butt } else { LineCap::Round },
        line_join: LineJoin::Round,
        dash: if dashed { StrokeDash::new(dash.iter().map(|d| d * s).collect(), 0.0) } else { None },
        ..Stroke::default()
    }
}

impl Painter<'_> {
    fn stack(&mut self, scene: &Scene, stack: Stack, fonts: Option<&FontSet<'_>>) {
        let mut layers: Vec<&Layer> =
            scene.layers.iter().map(|l| &**l).filter(|l| l.key.stack == stack && l.bounds.meets(&self.view)).collect();
        layers.sort_by_key(|l| l.key);
        let width = self.pixmap.width();
        for b in scene.backdrops.iter().filter(|b| b.before() == stack) {
            b.paint(self.camera, width, self.pixmap.data_mut());
        }
        for layer in &layers {
            for fill in layer.fills.iter() {
                self.fill(layer, fill);
            }
            self.bands(&layer.bands);
        }
        self.lines(&layers);
        if stack == Stack::Heat {
            scene.images.iter().for_each(|i| self.image(i));
            if !scene.images.is_empty() {
                self.outlines_over_heat(scene);
            }
        }
        let seen = self.view;
        let mut symbols: Vec<_> =
            scene.symbols.iter().filter(|s| s.kind.stack() == stack && seen.contains(s.at)).collect();
        symbols.sort_by_key(|s| match s.kind {
            SymbolKind::Incident(i) => i as u8,
            _ => u8::MAX,
        });
        for s in symbols {
            self.symbol(&s.kind, self.camera.to_screen(s.at), fonts);
        }
    }

    /// A ring in pixels; rings that reach far out of the picture are cut near its edge.
    fn ring(&self, ring: &[Pt], out: &mut PathBuilder) {
        let mut points: Vec<(f32, f32)> = ring.iter().map(|&p| self.camera.to_screen(p)).collect();
        if points.iter().any(|p| p.0.abs() > FAR || p.1.abs() > FAR) {
            points = cut_ring(points, self.camera.size_px);
        }
        let mut it = points.into_iter();
        let Some((x, y)) = it.next() else { return };
        out.move_to(x, y);
        it.for_each(|(x, y)| out.line_to(x, y));
        out.close();
    }

    fn path(&self, rings: &[Vec<Pt>]) -> Option<Path> {
        let mut out = PathBuilder::new();
        rings.iter().for_each(|r| self.ring(r, &mut out));
        out.finish()
    }

    /// A line in pixels; segments out of view are left out of lines that reach far.
    fn chain(&self, points: &[Pt], closed: bool, out: &mut PathBuilder) {
        let mut px: Vec<(f32, f32)> = points.iter().map(|&p| self.camera.to_screen(p)).collect();
        let far = px.iter().any(|p| p.0.abs() > FAR || p.1.abs() > FAR);
        if closed && far {
            px.extend(px.first().copied());
        }
        let margin = 64.0 * self.s;
        let (w, h) = self.camera.size_px;
        let mut pen_down = false;
        for (i, &(x, y)) in px.iter().enumerate() {
            if far && i > 0 {
                let b = px[i - 1];
                let away =
                    x.max(b.0) < -margin || x.min(b.0) > w + margin || y.max(b.1) < -margin || y.min(b.1) > h + margin;
                if away {
                    pen_down = false;
                } else if !pen_down {
                    out.move_to(b.0, b.1);
                    pen_down = true;
                }
            }
            if pen_down {
                out.line_to(x, y);
            } else if !far {
                out.move_to(x, y);
                pen_down = true;
            }
        }
        if closed && !far && px.len() > 1 {
            out.close();
        }
    }

    fn fill_path(&mut self, path: &Path, paint: &Paint<'_>, rule: FillRule) {
        self.pixmap.fill_path(path, paint, rule, Transform::identity(), None);
    }

    fn stroke_path(&mut self, path: &Path, c: Rgba, width: f32, dash: &[f32]) {
        self.pixmap.stroke_path(path, &solid(c), &stroke(width, dash, self.s), Transform::identity(), None);
    }

    fn fill(&mut self, layer: &Layer, fill: &Fill) {
        let Some(style) = self.sheet.resolve_fill(layer.class_of(fill)) else { return };
        if !Box2::of(fill.rings.iter().flatten()).meets(&self.view) {
            return;
        }
        let Some(path) = self.path(&fill.rings) else { return };
        if style.color.0[3] > 0 {
            self.fill_path(&path, &solid(style.color), FillRule::EvenOdd);
        }
        if let Some(h) = style.hatch {
            let i = self.hatch(h);
            let (_, pattern) = &self.hatches[i];
            let shader =
                Pattern::new(pattern.as_ref(), SpreadMode::Pad, FilterQuality::Nearest, 1.0, Transform::identity());
            let paint = Paint { shader, ..Paint::default() };
            self.pixmap.fill_path(&path, &paint, FillRule::EvenOdd, Transform::identity(), None);
        }
        if let Some((c, w)) = style.outline {
            self.stroke_path(&path, c, w * self.s, &[]);
        }
    }

    /// The pattern of a hatch, made once a picture; its number.
    fn hatch(&mut self, hatch: Hatch) -> usize {
        if let Some(i) = self.hatches.iter().position(|(h, _)| *h == hatch) {
            return i;
        }
        let mut pattern = self.pixmap.clone();
        pattern.fill(Color::TRANSPARENT);
        let (w, h) = self.camera.size_px;
        let gap = (hatch.gap_pt * self.s).max(1.0);
        // Lines are fixed to the ground: one goes through the pixel of grid coordinate (0, 0).
        let (ox, oy) = {
            let (x, y) = (-self.camera.centre.0 / self.camera.mm_per_px, self.camera.centre.1 / self.camera.mm_per_px);
            (x + f64::from(w) / 2.0, y + f64::from(h) / 2.0)
        };
        let mut path = PathBuilder::new();
        let reach = w.hypot(h);
        for &angle in hatch.kind.angles() {
            let (sin, cos) = f64::from(-angle).to_radians().sin_cos();
            // Signed distance of the picture's middle from the line through the origin, reduced to one gap.
            let d = (f64::from(w) / 2.0 - ox) * -sin + (f64::from(h) / 2.0 - oy) * cos;
            let first = -(d.rem_euclid(f64::from(gap))) as f32;
            let n = (reach / 2.0 / gap).ceil() as i32 + 1;
            let (sin, cos) = (sin as f32, cos as f32);
            for k in -n..=n {
                let off = first + gap * k as f32;
                let (x, y) = (w / 2.0 - sin * off, h / 2.0 + cos * off);
                path.move_to(x - cos * reach, y - sin * reach);
                path.line_to(x + cos * reach, y + sin * reach);
            }
        }
        if hatch.kind == HatchKind::Dots {
            let first = |o: f64| o.rem_euclid(f64::from(gap)) as f32;
            let (columns, rows) = ((w / gap) as i32 + 1, (h / gap) as i32 + 1);
            for i in 0..=columns {
                for j in 0..=rows {
                    let (x, y) = (first(ox) + gap * i as f32, first(oy) + gap * j as f32);
                    path.push_circle(x, y, hatch.width_pt * self.s / 2.0);
                }
            }
            if let Some(p) = path.finish() {
                pattern.fill_path(&p, &solid(hatch.color), FillRule::Winding, Transform::identity(), None);
            }
        } else if let Some(p) = path.finish() {
            let pen = stroke(hatch.width_pt * self.s, &[], self.s);
            pattern.stroke_path(&p, &solid(hatch.color), &pen, Transform::identity(), None);
        }
        self.hatches.push((hatch, pattern));
        self.hatches.len() - 1
    }

    /// Bands: a wide stroke of an area's rings, cut to the area. Painted as the area filled with a picture of the
    /// stroke, which cuts it with a smooth edge.
    fn bands(&mut self, bands: &[Band]) {
        let mut areas: BTreeMap<(u32, super::BandClass), Vec<Vec<Pt>>> = BTreeMap::new();
        for b in bands {
            areas.entry((b.area, b.class)).or_default().push(b.ring.clone());
        }
        for ((_, class), rings) in areas {
            let Some((c, width)) = self.sheet.band(class) else { continue };
            let bounds = Box2::of(rings.iter().flatten());
            if !bounds.meets(&self.view) {
                continue;
            }
            let Some(path) = self.path(&rings) else { continue };
            let b = path.bounds();
            let (w, h) = self.camera.size_px;
            let (x0, y0) = (b.left().max(0.0).floor(), b.top().max(0.0).floor());
            let (x1, y1) = (b.right().min(w).ceil(), b.bottom().min(h).ceil());
            if x1 <= x0 || y1 <= y0 {
                continue;
            }
            let Some(mut local) = Pixmap::new((x1 - x0) as u32, (y1 - y0) as u32) else { continue };
            let pen = stroke(2.0 * width * self.s, &[], self.s);
            let opaque = Rgba([c.0[0], c.0[1], c.0[2], 255]);
            local.stroke_path(&path, &solid(opaque), &pen, Transform::from_translate(-x0, -y0), None);
            let opacity = f32::from(c.0[3]) / 255.0;
            let at = Transform::from_translate(x0, y0);
            let shader = Pattern::new(local.as_ref(), SpreadMode::Pad, FilterQuality::Nearest, opacity, at);
            let paint = Paint { shader, ..Paint::default() };
            self.pixmap.fill_path(&path, &paint, FillRule::EvenOdd, Transform::identity(), None);
        }
    }

    /// All lines of one stack entry: casings of all, then the lines by class. Lines of one look are one path, so
    /// that half-transparent ones do not darken each other.
    fn lines(&mut self, layers: &[&Layer]) {
        let mm_per_pt = self.camera.mm_per_pt();
        let mut looks: BTreeMap<(LineClass, u32), (LineStyle, f32, PathBuilder)> = BTreeMap::new();
        for line in layers.iter().flat_map(|l| l.lines.iter()) {
            let Some(style) = self.sheet.resolve_line(line.class) else { continue };
            if !Box2::of(&line.points).meets(&self.view) {
                continue;
            }
            let width = style.width_of(line.width_mm, mm_per_pt) * self.s;
            let key = (line.class, (width * 16.0).round().max(0.0) as u32);
            let (_, _, path) = looks.entry(key).or_insert_with(|| (style, width, PathBuilder::new()));
            self.chain(&line.points, line.closed, path);
        }
        let looks: Vec<(LineStyle, f32, Path)> =
            looks.into_values().filter_map(|(style, width, path)| Some((style, width, path.finish()?))).collect();
        for (style, width, path) in &looks {
            if let Some((c, side)) = style.casing {
                self.stroke_path(path, c, width + 2.0 * side * self.s, &[]);
            }
        }
        for (style, width, path) in &looks {
            self.stroke_path(path, style.color, *width, style.dash);
            if let Some((w, dash)) = style.ticks {
                self.stroke_path(path, style.color, w * self.s, dash);
            }
        }
    }

    fn image(&mut self, image: &Image) {
        let fits = image.width as usize * image.height as usize * 4 == image.rgba.len();
        let Some(mut pixels) = Pixmap::new(image.width, image.height).filter(|_| fits) else { return };
        for (to, from) in pixels.pixels_mut().iter_mut().zip(image.rgba.chunks_exact(4)) {
            *to = color(Rgba([from[0], from[1], from[2], from[3]])).premultiply().to_color_u8();
        }
        let (x0, y0) = self.camera.to_screen_f((f64::from(image.bounds.min.x), f64::from(image.bounds.max.y)));
        let (x1, y1) = self.camera.to_screen_f((f64::from(image.bounds.max.x), f64::from(image.bounds.min.y)));
        let (sx, sy) = ((x1 - x0) / image.width as f32, (y1 - y0) / image.height as f32);
        let paint = PixmapPaint { quality: FilterQuality::Bilinear, ..PixmapPaint::default() };
        self.pixmap.draw_pixmap(0, 0, pixels.as_ref(), &paint, Transform::from_row(sx, 0.0, 0.0, sy, x0, y0), None);
    }

    fn outlines_over_heat(&mut self, scene: &Scene) {
        let (c, w) = self.sheet.over_heat();
        let mut all = PathBuilder::new();
        for layer in scene.layers.iter().filter(|l| l.key.stack == Stack::Buildings && l.bounds.meets(&self.view)) {
            for fill in layer.fills.iter().filter(|f| layer.class_of(f).is_building()) {
                if Box2::of(fill.rings.iter().flatten()).meets(&self.view) {
                    fill.rings.iter().for_each(|r| self.ring(r, &mut all));
                }
            }
        }
        if let Some(path) = all.finish() {
            self.stroke_path(&path, c, w * self.s, &[]);
        }
    }

    fn symbol(&mut self, kind: &SymbolKind, (x, y): (f32, f32), fonts: Option<&FontSet<'_>>) {
        let s = self.s;
        for drawing in symbol(kind, self.sheet) {
            match drawing {
                Drawing::Shape { points, closed, fill, stroke } => {
                    let mut path = PathBuilder::new();
                    for (i, p) in points.iter().enumerate() {
                        let (px, py) = (x + p[0] * s, y + p[1] * s);
                        if i == 0 { path.move_to(px, py) } else { path.line_to(px, py) }
                    }
                    if closed {
                        path.close();
                    }
                    let Some(path) = path.finish() else { continue };
                    if let Some(c) = fill {
                        self.fill_path(&path, &solid(c), FillRule::Winding);
                    }
                    if let Some((c, w)) = stroke {
                        self.stroke_path(&path, c, w * s, &[]);
                    }
                }
                Drawing::Text(text, size_pt, color) => {
                    if let Some(fonts) = fonts {
                        let part = Part::Text {
                            text,
                            at: (0.0, 0.0),
                            angle: 0.0,
                            size_pt,
                            bold: true,
                            spacing_pt: 0.0,
                            color,
                            halo: None,
                        };
                        self.part(&part, (x, y), fonts, Pass::Ink);
                    }
                }
            }
        }
    }

    fn label(&mut self, label: &PlacedLabel, fonts: &FontSet<'_>) {
        let at = self.camera.to_screen_f(label.at);
        for pass in [Pass::Halo, Pass::Ink] {
            label.parts.iter().for_each(|p| self.part(p, at, fonts, pass));
        }
    }

    fn part(&mut self, part: &Part, (ax, ay): (f32, f32), fonts: &FontSet<'_>, pass: Pass) {
        let s = self.s;
        match part {
            Part::Plate([l, t, r, b], radius, c) => {
                if pass == Pass::Ink
                    && let Some(path) = rounded_rect([ax + l * s, ay + t * s, ax + r * s, ay + b * s], radius * s)
                {
                    self.fill_path(&path, &solid(*c), FillRule::Winding);
                }
            }
            Part::Text { text, at, angle, size_pt, bold, spacing_pt, color, halo } => {
                let line = fonts.layout(text, *size_pt, *bold, *spacing_pt);
                let turn = Transform::from_translate(ax + at.0 * s, ay + at.1 * s)
                    .pre_concat(Transform::from_rotate(angle.to_degrees()))
                    .pre_scale(s, s);
                for g in &line.glyphs {
                    let Some(outline) = self.outline(fonts, g) else { continue };
                    let em = Transform::from_row(line.size_pt, 0.0, 0.0, -line.size_pt, g.x - line.width / 2.0, g.y);
                    let Some(path) = outline.transform(turn.pre_concat(em)) else { continue };
                    let thicker = if g.thicken { line.size_pt * 0.045 * s } else { 0.0 };
                    match (pass, halo) {
                        (Pass::Halo, Some((c, w))) => self.stroke_path(&path, *c, w * s + thicker, &[]),
                        (Pass::Halo, None) => {}
                        (Pass::Ink, _) => {
                            self.fill_path(&path, &solid(*color), FillRule::Winding);
                            if thicker > 0.0 {
                                self.stroke_path(&path, *color, thicker, &[]);
                            }
                        }
                    }
                }
            }
        }
    }

    fn outline(&mut self, fonts: &FontSet<'_>, g: &Glyph) -> Option<Path> {
        self.glyphs.entry((g.face, g.id)).or_insert_with(|| fonts.outline(g)).clone()
    }
}

/// Halos of a label lie under all its ink.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    Halo,
    Ink,
}

pub(super) fn rounded_rect([l, t, r, b]: [f32; 4], radius: f32) -> Option<Path> {
    let q = radius.min((r - l) / 2.0).min((b - t) / 2.0).max(0.0);
    let mut p = PathBuilder::new();
    p.move_to(l + q, t);
    p.line_to(r - q, t);
    p.quad_to(r, t, r, t + q);
    p.line_to(r, b - q);
    p.quad_to(r, b, r - q, b);
    p.line_to(l + q, b);
    p.quad_to(l, b, l, b - q);
    p.line_to(l, t + q);
    p.quad_to(l, t, l + q, t);
    p.close();
    p.finish()
}

/// Cuts a ring to the picture and a margin (Sutherland and Hodgman 1974).
fn cut_ring(mut ring: Vec<(f32, f32)>, (w, h): (f32, f32)) -> Vec<(f32, f32)> {
    let m = 256.0;
    // Each side keeps the points whose product with (x, y, 1) is not negative.
    for [nx, ny, c] in [[1.0, 0.0, m], [-1.0, 0.0, w + m], [0.0, 1.0, m], [0.0, -1.0, h + m]] {
        let side = |p: (f32, f32)| nx * p.0 + ny * p.1 + c;
        let mut out = Vec::with_capacity(ring.len() + 4);
        for i in 0..ring.len() {
            let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
            let (da, db) = (side(a), side(b));
            if da >= 0.0 {
                out.push(a);
            }
            if (da >= 0.0) != (db >= 0.0) {
                let t = da / (da - db);
                out.push((a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t));
            }
        }
        ring = out;
    }
    ring
}
