//! Point symbols as shapes in points round (0, 0), y down: the same drawing for every painter.

use super::colour::Rgba;
use super::list::{Facility, Incident, Snap, SymbolKind};
use super::style::{ScaleClass, StyleSheet};
use super::tokens::Theme;

/// A piece of a symbol; pieces are painted in order.
#[derive(Clone, PartialEq, Debug)]
pub enum Drawing {
    /// A polygon or polyline.
    Shape {
        /// Points, curves already flattened.
        points: Vec<[f32; 2]>,
        /// Whether it closes.
        closed: bool,
        /// Fill.
        fill: Option<Rgba>,
        /// Stroke and its width, with round caps and joins.
        stroke: Option<(Rgba, f32)>,
    },
    /// A text round its middle, bold.
    Text(String, f32, Rgba),
}

/// Half the extent of a symbol in points, with its edge; 0 = not drawn at this scale.
pub fn symbol_radius(kind: &SymbolKind, sheet: &StyleSheet) -> f32 {
    let extent = |d: &Drawing| match d {
        Drawing::Shape { points, stroke, .. } => {
            let half = stroke.map_or(0.0, |s| s.1 / 2.0);
            points.iter().flatten().fold(0.0f32, |m, v| m.max(v.abs())) + half
        }
        Drawing::Text(t, size, _) => t.chars().count() as f32 * size * 0.3,
    };
    symbol(kind, sheet).iter().map(extent).fold(0.0, f32::max)
}

/// What a symbol looks like; empty = not drawn at this scale.
pub fn symbol(kind: &SymbolKind, sheet: &StyleSheet) -> Vec<Drawing> {
    let (t, edge) = (sheet.theme.tokens(), sheet.edge());
    match kind {
        SymbolKind::Facility(f) => facility(*f, sheet),
        SymbolKind::Incident(i) => incident(*i, sheet),
        SymbolKind::Count(n) => {
            let text = n.to_string();
            let r = 8.0 + 1.6 * text.len() as f32;
            vec![
                filled(circle(r + 1.6), edge),
                Drawing::Shape { points: circle(r), closed: true, fill: Some(edge), stroke: Some((t.t1, 1.4)) },
                Drawing::Text(text, 10.5, t.t1),
            ]
        }
        SymbolKind::Station if sheet.class > ScaleClass::S10000 => Vec::new(),
        SymbolKind::Station => vec![
            filled(rounded(7.5, 4.0), edge),
            filled(
                rounded(6.5, 3.0),
                if sheet.theme == Theme::Dark { Rgba::hex(0x5B6672) } else { Rgba::hex(0x6F6A62) },
            ),
            Drawing::Text("M".into(), 9.5, Rgba::WHITE),
        ],
        SymbolKind::Vertex => vec![outlined(circle(4.0), edge, t.accent, 1.8)],
        SymbolKind::Midpoint => {
            vec![outlined(vec![[0.0, -3.4], [3.4, 0.0], [0.0, 3.4], [-3.4, 0.0]], edge, t.accent, 1.3)]
        }
        SymbolKind::Junction => {
            vec![outlined(circle(5.5), edge, t.accent, 1.8), filled(rounded(2.0, 0.0), t.accent)]
        }
        SymbolKind::Snap(s) => snap(*s).into_iter().flat_map(|(p, c)| twice(p, c, edge, t.accent)).collect(),
        SymbolKind::Padlock => {
            let ink = t.t2;
            let mut shackle = arc(2.6, 180.0, 360.0);
            shackle.iter_mut().for_each(|p| p[1] -= 1.2);
            shackle.insert(0, [-2.6, 0.6]);
            shackle.push([2.6, 0.6]);
            vec![
                outlined(rounded(8.0, 3.0), t.raise, t.line2, 1.0),
                stroked(shackle, false, ink, 1.4),
                filled(vec![[-3.8, 0.2], [3.8, 0.2], [3.8, 5.0], [-3.8, 5.0]], ink),
            ]
        }
        SymbolKind::Warning => vec![
            outlined(vec![[0.0, -8.0], [8.5, 7.0], [-8.5, 7.0]], t.err_soft, t.err, 1.6),
            stroked(vec![[0.0, -2.6], [0.0, 1.8]], false, t.err, 1.8),
            filled(moved(circle(1.1), 0.0, 4.6), t.err),
        ],
        SymbolKind::Ask => vec![stroked(circle(14.0), true, edge, 4.4), stroked(circle(14.0), true, t.err, 2.0)],
        SymbolKind::MovedPin(n, into) => vec![
            filled(circle(10.5), edge),
            filled(circle(9.0), if *into { t.in_ } else { t.out }),
            Drawing::Text(
                n.to_string(),
                11.0,
                if sheet.theme == Theme::Dark { Rgba::hex(0x0B1522) } else { Rgba::WHITE },
            ),
        ],
        SymbolKind::Pin => {
            let mut drop = arc(4.6, 150.0, 390.0);
            drop.iter_mut().for_each(|p| p[1] -= 9.0);
            drop.push([0.0, 0.0]);
            vec![outlined(drop, t.warn, edge, 1.4), filled(moved(circle(1.6), 0.0, -9.0), edge)]
        }
    }
}

fn facility(kind: Facility, sheet: &StyleSheet) -> Vec<Drawing> {
    let plate = match kind {
        Facility::Party => 0xB3261E,
        Facility::Hall => 0x6B4AA0,
        Facility::Police => 0x1B4F9C,
        Facility::Health => 0x0A6D7F,
        Facility::Fire => 0xC4500A,
        Facility::Charging => 0x1B7449,
        Facility::Other => 0x545C65,
    };
    let (plate, edge) = (Rgba::hex(plate), sheet.edge());
    let size = match sheet.class {
        ScaleClass::S500 => 20.0,
        ScaleClass::S2000 | ScaleClass::S5000 => 16.0,
        ScaleClass::S10000 => {
            return vec![filled(circle(5.2), edge), filled(circle(4.0), plate)];
        }
        ScaleClass::S25000 if kind == Facility::Party => 13.0,
        _ => return Vec::new(),
    };
    let half = size / 2.0;
    // Where people meet: a square; where a service is given: a circle.
    let shape = |r: f32, radius: f32| {
        if matches!(kind, Facility::Party | Facility::Hall) { rounded(r, radius) } else { circle(r) }
    };
    let k = size / 16.0;
    let mut out = vec![filled(shape(half + 1.6, 4.6), edge), filled(shape(half, 3.0), plate)];
    let white = Rgba::WHITE;
    let glyph: Vec<Drawing> = match kind {
        Facility::Party => vec![
            stroked(vec![[-2.6, -4.4], [-2.6, 4.6]], false, white, 1.4),
            filled(vec![[-2.6, -4.6], [4.0, -4.2], [2.6, -2.0], [4.0, 0.4], [-2.6, 0.4]], white),
        ],
        Facility::Hall => vec![filled(
            vec![
                [-3.8, -4.0],
                [3.8, -4.0],
                [4.5, -3.3],
                [4.5, 1.0],
                [3.8, 1.7],
                [0.2, 1.7],
                [-2.6, 4.4],
                [-2.6, 1.7],
                [-3.8, 1.7],
                [-4.5, 1.0],
                [-4.5, -3.3],
            ],
            white,
        )],
        Facility::Police => vec![stroked(
            vec![
                [0.0, -4.4],
                [1.8, -3.4],
                [3.8, -3.0],
                [3.8, 0.0],
                [2.9, 2.2],
                [1.5, 3.6],
                [0.0, 4.6],
                [-1.5, 3.6],
                [-2.9, 2.2],
                [-3.8, 0.0],
                [-3.8, -3.0],
                [-1.8, -3.4],
            ],
            true,
            white,
            1.8,
        )],
        Facility::Health => vec![
            filled(vec![[-1.3, -4.2], [1.3, -4.2], [1.3, 4.2], [-1.3, 4.2]], white),
            filled(vec![[-4.2, -1.3], [4.2, -1.3], [4.2, 1.3], [-4.2, 1.3]], white),
        ],
        Facility::Fire => vec![
            filled(
                vec![
                    [0.4, -5.0],
                    [2.4, -2.6],
                    [3.6, -0.2],
                    [3.6, 2.0],
                    [2.4, 3.9],
                    [0.0, 4.7],
                    [-2.4, 3.9],
                    [-3.6, 2.0],
                    [-3.4, -0.2],
                    [-2.2, -1.6],
                    [-1.3, -0.8],
                    [-0.6, -2.8],
                ],
                white,
            ),
            filled(moved(circle(1.5), 0.0, 2.2), plate),
        ],
        Facility::Charging => {
            vec![filled(vec![[1.2, -5.0], [-3.2, 0.8], [-0.3, 0.8], [-1.2, 5.0], [3.2, -1.0], [0.3, -1.0]], white)]
        }
        Facility::Other => vec![filled(circle(2.6), white)],
    };
    out.extend(glyph.into_iter().map(|d| scaled(d, k)));
    out
}

fn incident(state: Incident, sheet: &StyleSheet) -> Vec<Drawing> {
    if sheet.class >= ScaleClass::S10000 {
        // One circle a cell instead, made by whoever lists the symbols.
        return Vec::new();
    }
    let dark = sheet.theme == Theme::Dark;
    let edge = if dark { Rgba::hex(0x0E1216) } else { Rgba::WHITE };
    let pick = |light, on_dark| Rgba::hex(if dark { on_dark } else { light });
    let dot = |size: f32, color| vec![filled(circle(size / 2.0 + 2.0), edge), filled(circle(size / 2.0), color)];
    match state {
        Incident::New => {
            let c = pick(0x8A4B00, 0xFCBD59);
            let mut out: Vec<Drawing> = [(18.0, 25), (13.0, 45), (8.6, 75)]
                .into_iter()
                .map(|(r, percent)| stroked(circle(r), true, c.at(percent), 1.6))
                .collect();
            out.extend(dot(8.5, c));
            out
        }
        Incident::Accepted => dot(5.5, pick(0x20252B, 0xFFFFFF)),
        Incident::Open => dot(4.5, pick(0x5A6470, 0x7F8B97)),
        Incident::Overdue => {
            let triangle = |r: f32| vec![[0.0, -r], [r * 0.94, r * 0.7], [-r * 0.94, r * 0.7]];
            vec![
                Drawing::Shape { points: triangle(5.0), closed: true, fill: Some(edge), stroke: Some((edge, 4.0)) },
                filled(triangle(5.0), pick(0xB3261E, 0xFF9086)),
            ]
        }
        Incident::Closed => vec![stroked(circle(1.9), true, pick(0x5A6470, 0x7F8B97), 1.1)],
    }
}

fn snap(kind: Snap) -> Vec<(Vec<[f32; 2]>, bool)> {
    let square = vec![[-5.5, -5.5], [5.5, -5.5], [5.5, 5.5], [-5.5, 5.5]];
    match kind {
        Snap::Vertex => vec![(square, true)],
        Snap::Edge => vec![(vec![[0.0, -6.5], [6.2, 4.8], [-6.2, 4.8]], true)],
        Snap::Crossing => vec![(vec![[-5.0, -5.0], [5.0, 5.0]], false), (vec![[-5.0, 5.0], [5.0, -5.0]], false)],
        Snap::Foot => vec![(vec![[-6.0, 5.0], [6.0, 5.0]], false), (vec![[0.0, 5.0], [0.0, -6.0]], false)],
        Snap::Corner => vec![(square, true), (circle(0.9), true)],
    }
}

/// Accent 2 on white 5.
fn twice(points: Vec<[f32; 2]>, closed: bool, under: Rgba, over: Rgba) -> [Drawing; 2] {
    let shape = |points, c, w| Drawing::Shape { points, closed, fill: None, stroke: Some((c, w)) };
    [shape(points.clone(), under, 5.0), shape(points, over, 2.0)]
}

fn filled(points: Vec<[f32; 2]>, fill: Rgba) -> Drawing {
    Drawing::Shape { points, closed: true, fill: Some(fill), stroke: None }
}

fn stroked(points: Vec<[f32; 2]>, closed: bool, color: Rgba, width: f32) -> Drawing {
    Drawing::Shape { points, closed, fill: None, stroke: Some((color, width)) }
}

fn outlined(points: Vec<[f32; 2]>, fill: Rgba, color: Rgba, width: f32) -> Drawing {
    Drawing::Shape { points, closed: true, fill: Some(fill), stroke: Some((color, width)) }
}

fn moved(mut points: Vec<[f32; 2]>, dx: f32, dy: f32) -> Vec<[f32; 2]> {
    points.iter_mut().for_each(|p| *p = [p[0] + dx, p[1] + dy]);
    points
}

fn scaled(drawing: Drawing, k: f32) -> Drawing {
    match drawing {
        Drawing::Shape { mut points, closed, fill, stroke } => {
            points.iter_mut().flatten().for_each(|v| *v *= k);
            Drawing::Shape { points, closed, fill, stroke: stroke.map(|(c, w)| (c, w * k)) }
        }
        Drawing::Text(t, size, c) => Drawing::Text(t, size * k, c),
    }
}

/// An arc round (0, 0) in degrees, clockwise on a screen from east.
fn arc(r: f32, from: f32, to: f32) -> Vec<[f32; 2]> {
    let n = (((to - from).abs() / 9.0).ceil() as i32).max(2);
    (0..=n)
        .map(|i| {
            let (sin, cos) = (from + (to - from) * i as f32 / n as f32).to_radians().sin_cos();
            [r * cos, r * sin]
        })
        .collect()
}

fn circle(r: f32) -> Vec<[f32; 2]> {
    let mut points = arc(r, 0.0, 360.0);
    points.pop();
    points
}

/// A square of half side `half` with rounded corners.
fn rounded(half: f32, radius: f32) -> Vec<[f32; 2]> {
    let c = half - radius;
    let corner = |x: f32, y: f32, from: f32| moved(arc(radius, from, from + 90.0), x, y);
    [corner(c, c, 0.0), corner(-c, c, 90.0), corner(-c, -c, 180.0), corner(c, -c, 270.0)].concat()
}
