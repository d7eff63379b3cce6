//! Labels and symbols over the picture, painted with egui.

use crate::geom::Pt;
use crate::scene::{Camera, Drawing, Part, PlacedLabel, Rgba, Stack, StyleSheet, Symbol, SymbolKind, symbol};
use earcut::Earcut;
use egui::epaint::{Mesh, PathShape, PathStroke, TextShape, Vertex, WHITE_UV};
use egui::{Color32, FontFamily, FontId, Pos2, Rect, Shape, Stroke, Vec2, pos2, vec2};

/// The font families of labels.
#[derive(Clone, Debug)]
pub struct Faces {
    /// Weight 400.
    pub regular: FontFamily,
    /// Weight 600.
    pub bold: FontFamily,
}

fn color(c: Rgba) -> Color32 {
    let [r, g, b, a] = c.0;
    Color32::from_rgba_unmultiplied(r, g, b, a)
}

/// Directions in which a text is painted in the halo's colour under itself.
const ROUND: [Vec2; 8] = {
    const D: f32 = std::f32::consts::FRAC_1_SQRT_2;
    [
        vec2(1.0, 0.0),
        vec2(D, D),
        vec2(0.0, 1.0),
        vec2(-D, D),
        vec2(-1.0, 0.0),
        vec2(-D, -D),
        vec2(0.0, -1.0),
        vec2(D, -D),
    ]
};

/// Paints labels that have found their places ([`crate::scene::place_labels`]) over the map in `rect`: halos first,
/// then plates and ink. Layouts are kept by egui from frame to frame, so this costs about a microsecond a glyph.
pub fn paint_labels(painter: &egui::Painter, rect: Rect, camera: &Camera, labels: &[PlacedLabel], faces: &Faces) {
    let painter = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    for halo in [true, false] {
        for label in labels {
            let at = on_screen(rect, camera, camera.to_screen_f(label.at));
            if label.boxes.iter().any(|b| rect.intersects(moved(b, at))) {
                label.parts.iter().for_each(|p| part(&painter, p, at, faces, halo));
            }
        }
    }
}

/// Place in the window of a pixel of the picture.
fn on_screen(rect: Rect, camera: &Camera, (x, y): (f32, f32)) -> Pos2 {
    rect.min + vec2(x, y) / camera.pixels_per_point
}

fn moved(b: &[f32; 4], at: Pos2) -> Rect {
    Rect::from_min_max(at + vec2(b[0], b[1]), at + vec2(b[2], b[3]))
}

fn part(painter: &egui::Painter, part: &Part, origin: Pos2, faces: &Faces, halo_pass: bool) {
    match part {
        Part::Plate(b, radius, fill) if !halo_pass => {
            painter.rect_filled(moved(b, origin), *radius, color(*fill));
        }
        Part::Plate(..) => {}
        Part::Text { text, at, angle, size_pt, bold, spacing_pt, color: ink, halo } => {
            let paint = match (halo_pass, halo) {
                (true, Some((c, w))) => Ink { color: color(*c), spread: w / 2.0 },
                (true, None) => return,
                (false, _) => Ink { color: color(*ink), spread: 0.0 },
            };
            let family = if *bold { &faces.bold } else { &faces.regular };
            let font = FontId::new(*size_pt, family.clone());
            let middle = origin + vec2(at.0, at.1);
            if *spacing_pt == 0.0 {
                line(painter, text, font, middle, *angle, paint);
                return;
            }
            // Spaced out: each character on its own, its pitch its width and the space.
            let widths: Vec<f32> = text.chars().map(|c| width(painter, c, &font) + spacing_pt).collect();
            let mut x = -(widths.iter().sum::<f32>() - spacing_pt) / 2.0;
            let along = Vec2::angled(*angle);
            for (c, w) in text.chars().zip(widths) {
                let mid = middle + along * (x + (w - spacing_pt) / 2.0);
                line(painter, c.encode_utf8(&mut [0; 4]), font.clone(), mid, *angle, paint);
                x += w;
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Ink {
    color: Color32,
    /// How far it reaches round the text; 0 = the text itself.
    spread: f32,
}

fn width(painter: &egui::Painter, c: char, font: &FontId) -> f32 {
    painter.layout_no_wrap(c.to_string(), font.clone(), Color32::PLACEHOLDER).size().x
}

/// One line round its middle.
fn line(painter: &egui::Painter, text: &str, font: FontId, middle: Pos2, angle: f32, ink: Ink) {
    let size = font.size;
    let galley = painter.layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
    // The middle of capitals and of 汉 lies on the middle of the row, or a little below it.
    let from_middle = egui::emath::Rot2::from_angle(angle) * (galley.size() / -2.0);
    let shape = |by: Vec2| {
        let mut shape = TextShape::new(middle + from_middle + by, galley.clone(), ink.color).with_angle(angle);
        shape.override_text_color = Some(ink.color);
        Shape::Text(shape)
    };
    if ink.spread == 0.0 {
        painter.add(shape(Vec2::ZERO));
    } else {
        painter.extend(ROUND.iter().map(|d| shape(*d * ink.spread.min(size * 0.25))));
    }
}

/// Paints the symbols of a scene that belong to `stacks`, in drawing order.
pub fn paint_symbols(
    painter: &egui::Painter,
    rect: Rect,
    camera: &Camera,
    sheet: &StyleSheet,
    symbols: &[Symbol],
    stacks: &[Stack],
    faces: &Faces,
) {
    let painter = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let near = rect.expand(32.0);
    let mut cut = Earcut::new();
    // Drawings of kinds met before: hundreds of incidents are of five kinds.
    let mut known: Vec<(&SymbolKind, Vec<Drawing>)> = Vec::new();
    for stack in stacks {
        let mut here: Vec<(&Symbol, Pos2)> = symbols
            .iter()
            .filter(|s| s.kind.stack() == *stack)
            .map(|s| (s, at(rect, camera, s.at)))
            .filter(|s| near.contains(s.1))
            .collect();
        here.sort_by_key(|(s, _)| match s.kind {
            SymbolKind::Incident(i) => i as u8,
            _ => u8::MAX,
        });
        for (s, place) in here {
            let k = known.iter().position(|k| *k.0 == s.kind).unwrap_or_else(|| {
                known.push((&s.kind, symbol(&s.kind, sheet)));
                known.len() - 1
            });
            for drawing in &known[k].1 {
                piece(&painter, drawing, place, faces, &mut cut);
            }
        }
    }
}

fn at(rect: Rect, camera: &Camera, p: Pt) -> Pos2 {
    on_screen(rect, camera, camera.to_screen(p))
}

fn piece(painter: &egui::Painter, drawing: &Drawing, at: Pos2, faces: &Faces, cut: &mut Earcut<f32>) {
    match drawing {
        Drawing::Text(text, size, ink) => {
            let font = FontId::new(*size, faces.bold.clone());
            line(painter, text, font, at, 0.0, Ink { color: color(*ink), spread: 0.0 });
        }
        Drawing::Shape { points, closed, fill, stroke } => {
            let placed: Vec<Pos2> = points.iter().map(|p| pos2(at.x + p[0], at.y + p[1])).collect();
            let stroke = stroke.map_or(Stroke::NONE, |(c, w)| Stroke::new(w, color(c)));
            let fill = fill.map_or(Color32::TRANSPARENT, color);
            if fill != Color32::TRANSPARENT && !is_convex(points) {
                // egui fills convex shapes only; a hairline of the same colour smooths the edge.
                painter.add(Shape::mesh(triangles(cut, &placed, fill)));
                painter.add(path(placed.clone(), true, Color32::TRANSPARENT, Stroke::new(0.5, fill)));
                if !stroke.is_empty() {
                    painter.add(path(placed, *closed, Color32::TRANSPARENT, stroke));
                }
            } else {
                painter.add(path(placed, *closed, fill, stroke));
            }
        }
    }
}

fn path(points: Vec<Pos2>, closed: bool, fill: Color32, stroke: Stroke) -> Shape {
    Shape::Path(PathShape { points, closed, fill, stroke: PathStroke::from(stroke) })
}

fn is_convex(p: &[[f32; 2]]) -> bool {
    let n = p.len();
    let turn = |i: usize| {
        let (a, b, c) = (p[i], p[(i + 1) % n], p[(i + 2) % n]);
        (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])
    };
    (0..n).all(|i| turn(i) >= -1e-3) || (0..n).all(|i| turn(i) <= 1e-3)
}

/// A concave shape as triangles.
fn triangles(cut: &mut Earcut<f32>, points: &[Pos2], fill: Color32) -> Mesh {
    let mut indices = Vec::new();
    cut.earcut(points.iter().map(|p| [p.x, p.y]), &[] as &[u32], &mut indices);
    let vertices = points.iter().map(|&pos| Vertex { pos, uv: WHITE_UV, color: fill }).collect();
    Mesh { indices, vertices, ..Mesh::default() }
}
