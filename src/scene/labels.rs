//! Where labels stand: greedy by rank, never over another label, a border or the view's edge.

use super::camera::Camera;
use super::colour::Rgba;
use super::list::{Label, LabelClass, LineClass, Scene, Stack, SymbolKind};
use super::style::{ScaleClass, StyleSheet};
use super::symbols::symbol_radius;
use super::text::{FontSet, is_wide, set_along};
use super::tokens::Theme;
use crate::geom::{Pt, rings_contain};
use std::collections::{BTreeMap, HashMap};

/// Look of a label.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LabelStyle {
    /// Size of the name in points.
    pub size_pt: f32,
    /// Whether the name is bold.
    pub bold: bool,
    /// Colour of the text.
    pub color: Rgba,
    /// Colour and whole width in points of the stroke under the text.
    pub halo: Option<(Rgba, f32)>,
    /// Distance between the middles of neighbouring characters in em; 0 = as the font says.
    pub pitch_em: f32,
    /// Plate under the text.
    pub plate: Option<Rgba>,
}

/// A piece of a label that has found its place, in points from [`PlacedLabel::at`], y down.
#[derive(Clone, PartialEq, Debug)]
pub enum Part {
    /// A plate: left, top, right, bottom; radius of its corners; fill.
    Plate([f32; 4], f32, Rgba),
    /// A text.
    Text {
        /// The text, one line.
        text: String,
        /// Its middle (see [`TextLine`](super::TextLine)).
        at: (f32, f32),
        /// Clockwise, radians.
        angle: f32,
        /// Size in points.
        size_pt: f32,
        /// Bold.
        bold: bool,
        /// Extra space after each character, points.
        spacing_pt: f32,
        /// Colour.
        color: Rgba,
        /// Halo: colour and whole width.
        halo: Option<(Rgba, f32)>,
    },
}

/// A label that has found its place. It stays fixed to the ground, so a moved camera may go on using it.
#[derive(Clone, PartialEq, Debug)]
pub struct PlacedLabel {
    /// Index in [`Scene::labels`].
    pub source: usize,
    /// What it names.
    pub class: LabelClass,
    /// Ground coordinate from which the parts are measured, mm.
    pub at: (f64, f64),
    /// What is drawn, in this order.
    pub parts: Vec<Part>,
    /// Boxes it covers (left, top, right, bottom), points from `at`.
    pub boxes: Vec<[f32; 4]>,
}

impl StyleSheet {
    /// Look of a label's name; `None` = not at this scale.
    pub fn resolve_label(&self, class: LabelClass) -> Option<LabelStyle> {
        use LabelClass::*;
        use ScaleClass::*;
        let pick = |light, dark, print| match self.theme {
            Theme::Light => Rgba::hex(light),
            Theme::Dark => Rgba::hex(dark),
            Theme::Print => Rgba::hex(print),
        };
        let t = self.theme.tokens();
        // Size, bold, colour, last class that shows it, pitch.
        let (size, bold, color, last, pitch_em) = match class {
            Readout => (12.0, true, t.on_accent, S50000, 0.0),
            Cell => (13.5, true, t.t1, S25000, 0.0),
            Selected => (13.0, true, t.accent, S50000, 0.0),
            Community => (15.0, true, t.t1, S50000, 0.0),
            Facility => (10.5, false, t.t1, S2000, 0.0),
            Road => (10.5, false, pick(0x6A655C, 0xA3ADB7, 0x57524A), S25000, 1.55),
            Water => (11.0, false, pick(0x2C5F7C, 0x6FA3C0, 0x2C5F7C), S50000, 1.55),
            Landmark => (9.5, false, pick(0x6B675F, 0x8893A0, 0x57524A), S10000, 0.0),
            Neighbour => (13.0, false, pick(0x7A7268, 0x7F8B97, 0x6E675D), S25000, 1.3),
            Station => (9.8, false, pick(0x5D5A54, 0xA3ADB7, 0x57524A), S10000, 0.0),
            Courtyard => (10.0, false, pick(0x5D5444, 0x98A2AD, 0x57524A), S5000, 0.0),
            Building => (9.0, false, pick(0x3F3A31, 0xAAB4BE, 0x3F3A31), S2000, 0.0),
        };
        let community_now = self.class >= S25000;
        if self.class > last || (class == Community && !community_now) {
            return None;
        }
        let size_pt = size * self.label_factor;
        let halo = match class {
            Readout => None,
            Cell | Selected | Community => Some((self.halo(), 4.0 * self.label_factor)),
            _ => Some((self.halo().faded(0.9), size_pt * 0.3)),
        };
        Some(LabelStyle { size_pt, bold, color, halo, pitch_em, plate: (class == Readout).then_some(t.accent) })
    }

    /// Plate and text of a cell's code.
    pub fn chip(&self) -> (Rgba, Rgba) {
        match self.theme {
            Theme::Dark => (Rgba::hex(0xF4F0EA), Rgba::hex(0x171C22)),
            _ => (Rgba::hex(0x9B1B4A), Rgba::WHITE),
        }
    }
}

/// Finds places for the scene's labels as seen by `camera`. Symbols stand where they are and are avoided.
///
/// In order of class, weight and position in the list. A label tries its place, then up to 28 pt round it, then a
/// cell's label leaves out its count and its name; what still fits nowhere is dropped. Names along lines are set at
/// most twice a name in the view; where a border follows the line they move 1.2 em to one side.
/// Deterministic. About O(labels × tries), each try against the few neighbours of its place.
pub fn place_labels(scene: &Scene, camera: &Camera, sheet: &StyleSheet, fonts: &FontSet<'_>) -> Vec<PlacedLabel> {
    let mut desk = Desk::new(scene, camera, sheet);
    let mut order: Vec<usize> = (0..scene.labels.len()).collect();
    order.sort_by(|&a, &b| {
        let (a, b) = (&scene.labels[a], &scene.labels[b]);
        a.class.cmp(&b.class).then(b.weight.total_cmp(&a.weight))
    });
    let mut placed = Vec::new();
    // Places of each name along lines, so that no name stands too often or too close to itself.
    let mut named: BTreeMap<&str, Vec<(f32, f32)>> = BTreeMap::new();
    for i in order {
        let label = &scene.labels[i];
        let Some(style) = sheet.resolve_label(label.class) else { continue };
        if let Some(line) = &label.along {
            let points: Vec<(f32, f32)> = line.iter().map(|&p| desk.point(p)).collect();
            let places = named.entry(&label.text).or_default();
            while places.len() < 2 {
                let Some((at, label)) = desk.along(i, label, &points, &style, places, fonts) else { break };
                places.push(at);
                placed.push(label);
            }
        } else if let Some(label) = desk.stand(i, label, &style, sheet, fonts) {
            placed.push(label);
        }
    }
    placed
}

/// Boxes and border segments in view, in points from the view's top left corner.
struct Desk<'a> {
    camera: &'a Camera,
    size: (f32, f32),
    boxes: Vec<[f32; 4]>,
    box_grid: HashMap<(i32, i32), Vec<u32>>,
    borders: Vec<Segment>,
    border_grid: HashMap<(i32, i32), Vec<u32>>,
}

/// Two ends and half the painted width.
type Segment = ((f32, f32), (f32, f32), f32);

const BUCKET: f32 = 48.0;
/// Names further than this from the same name, points.
const SAME_NAME: f32 = 320.0;

fn buckets(b: [f32; 4]) -> impl Iterator<Item = (i32, i32)> {
    let f = |v: f32| (v / BUCKET).floor() as i32;
    let (x0, y0, x1, y1) = (f(b[0]), f(b[1]), f(b[2]), f(b[3]));
    (x0..=x1).flat_map(move |x| (y0..=y1).map(move |y| (x, y)))
}

impl<'a> Desk<'a> {
    fn new(scene: &Scene, camera: &'a Camera, sheet: &StyleSheet) -> Desk<'a> {
        let ppp = camera.pixels_per_point;
        let size = (camera.size_px.0 / ppp, camera.size_px.1 / ppp);
        let mut desk = Desk {
            camera,
            size,
            boxes: Vec::new(),
            box_grid: HashMap::new(),
            borders: Vec::new(),
            border_grid: HashMap::new(),
        };
        for s in &scene.symbols {
            let (x, y) = desk.point(s.at);
            let r = symbol_radius(&s.kind, sheet);
            // Small dots may lie under a name; plates, handles and pins may not.
            let small = matches!(s.kind, SymbolKind::Incident(_) | SymbolKind::Midpoint) && r < 6.0;
            if r > 0.0 && !small && x > -r && y > -r && x < size.0 + r && y < size.1 + r {
                desk.take([x - r, y - r, x + r, y + r]);
            }
        }
        let view = camera.visible();
        for layer in scene.layers.iter().filter(|l| l.key.stack == Stack::Borders && l.bounds.meets(&view)) {
            for line in layer.lines.iter().filter(|l| l.class >= LineClass::SecondLayer) {
                let Some(style) = sheet.resolve_line(line.class) else { continue };
                let half = style.width_pt / 2.0 + style.casing.map_or(0.0, |c| c.1 * 0.5);
                let n = line.points.len();
                let last = if line.closed { n } else { n.saturating_sub(1) };
                for k in 0..last {
                    let (a, b) = (line.points[k], line.points[(k + 1) % n]);
                    if crate::geom::Box2::of_two(a, b).meets(&view) {
                        desk.border(desk.point(a), desk.point(b), half);
                    }
                }
            }
        }
        desk
    }

    fn point(&self, p: Pt) -> (f32, f32) {
        let (x, y) = self.camera.to_screen(p);
        (x / self.camera.pixels_per_point, y / self.camera.pixels_per_point)
    }

    fn ground(&self, (x, y): (f32, f32)) -> (f64, f64) {
        self.camera.to_ground((x * self.camera.pixels_per_point, y * self.camera.pixels_per_point))
    }

    fn take(&mut self, b: [f32; 4]) {
        let n = self.boxes.len() as u32;
        self.boxes.push(b);
        for key in buckets(b) {
            self.box_grid.entry(key).or_default().push(n);
        }
    }

    fn border(&mut self, a: (f32, f32), b: (f32, f32), half: f32) {
        // Only the part in view is entered, in pieces no longer than a bucket.
        let Some((a, b)) = clip(a, b, [-BUCKET, -BUCKET, self.size.0 + BUCKET, self.size.1 + BUCKET]) else { return };
        let pieces = ((b.0 - a.0).hypot(b.1 - a.1) / BUCKET).ceil().max(1.0);
        let at = |t: f32| (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
        for k in 0..pieces as u32 {
            let (p, q) = (at(k as f32 / pieces), at((k + 1) as f32 / pieces));
            let n = self.borders.len() as u32;
            self.borders.push((p, q, half));
            let h = half + 1.0;
            for key in buckets([p.0.min(q.0) - h, p.1.min(q.1) - h, p.0.max(q.0) + h, p.1.max(q.1) + h]) {
                self.border_grid.entry(key).or_default().push(n);
            }
        }
    }

    fn inside(&self, b: [f32; 4]) -> bool {
        b[0] >= 0.0 && b[1] >= 0.0 && b[2] <= self.size.0 && b[3] <= self.size.1
    }

    fn free(&self, b: [f32; 4]) -> bool {
        let hit = |&n: &u32| {
            let o = self.boxes[n as usize];
            b[0] < o[2] && o[0] < b[2] && b[1] < o[3] && o[1] < b[3]
        };
        self.inside(b) && !buckets(b).any(|key| self.box_grid.get(&key).is_some_and(|v| v.iter().any(hit)))
    }

    fn crosses_border(&self, b: [f32; 4]) -> bool {
        let hit = |&n: &u32| {
            let (p, q, half) = self.borders[n as usize];
            clip(p, q, [b[0] - half, b[1] - half, b[2] + half, b[3] + half]).is_some()
        };
        buckets(b).any(|key| self.border_grid.get(&key).is_some_and(|v| v.iter().any(hit)))
    }

    /// A label at a point.
    fn stand(
        &mut self,
        source: usize,
        label: &Label,
        style: &LabelStyle,
        sheet: &StyleSheet,
        fonts: &FontSet<'_>,
    ) -> Option<PlacedLabel> {
        let wish = self.point(label.at);
        let beside = matches!(label.class, LabelClass::Facility | LabelClass::Station);
        for (parts, boxes) in variants(label, style, sheet, fonts) {
            let [l, t, r, b] = union(&boxes)?;
            let (w, h) = (r - l, b - t);
            let tries: Vec<(f32, f32)> = if beside {
                let gap = 11.0 * sheet.label_factor;
                vec![(w / 2.0 + gap, 0.0), (-w / 2.0 - gap, 0.0), (0.0, h / 2.0 + gap), (0.0, -h / 2.0 - gap)]
            } else {
                TRIES.to_vec()
            };
            for (dx, dy) in tries {
                let at = (wish.0 + dx, wish.1 + dy);
                let moved = |b: &[f32; 4]| [b[0] + at.0, b[1] + at.1, b[2] + at.0, b[3] + at.1];
                let fits = boxes.iter().map(moved).all(|b| self.free(b) && !self.crosses_border(b));
                if fits && self.in_its_area(label, at) {
                    for b in boxes.iter().map(moved) {
                        self.take(b);
                    }
                    return Some(PlacedLabel { source, class: label.class, at: self.ground(at), parts, boxes });
                }
            }
        }
        None
    }

    fn in_its_area(&self, label: &Label, at: (f32, f32)) -> bool {
        let (x, y) = self.ground(at);
        let p = Pt { x: x.round() as i32, y: y.round() as i32 };
        label.within.is_empty() || rings_contain(label.within.iter().map(Vec::as_slice), p)
    }

    /// One more name along a line: its middle in the view and the label.
    fn along(
        &mut self,
        source: usize,
        label: &Label,
        line: &[(f32, f32)],
        style: &LabelStyle,
        taken: &[(f32, f32)],
        fonts: &FontSet<'_>,
    ) -> Option<((f32, f32), PlacedLabel)> {
        let size = style.size_pt;
        let wide = label.text.chars().any(is_wide);
        let pitch = |c: char| {
            if wide {
                style.pitch_em * size
            } else {
                fonts.layout(c.encode_utf8(&mut [0; 4]), size, style.bold, 0.0).width + 0.06 * size
            }
        };
        let length: f32 = label.text.chars().map(pitch).sum();
        let mut middles = self.middles(line, length);
        // Nearest to the middle of a visible stretch first.
        middles.sort_by(|a, b| a.1.total_cmp(&b.1));
        for (middle, _) in middles.into_iter().take(40) {
            for aside in [0.0, 1.2 * size, -1.2 * size] {
                let Some(chars) = set_along(line, &label.text, pitch, middle, aside) else { continue };
                let r = if wide { size * 0.56 } else { size * 0.5 };
                let boxes: Vec<[f32; 4]> =
                    chars.iter().map(|c| [c.at.0 - r, c.at.1 - r, c.at.0 + r, c.at.1 + r]).collect();
                let at = chars[chars.len() / 2].at;
                let far = taken.iter().all(|t| (t.0 - at.0).hypot(t.1 - at.1) > SAME_NAME);
                if !far || !boxes.iter().all(|&b| self.free(b) && !self.crosses_border(b)) {
                    continue;
                }
                boxes.iter().for_each(|&b| self.take(b));
                let parts = chars
                    .iter()
                    .map(|c| Part::Text {
                        text: c.ch.to_string(),
                        at: (c.at.0 - at.0, c.at.1 - at.1),
                        angle: c.angle,
                        size_pt: size,
                        bold: style.bold,
                        spacing_pt: 0.0,
                        color: style.color,
                        halo: style.halo,
                    })
                    .collect();
                let boxes = boxes.iter().map(|b| [b[0] - at.0, b[1] - at.1, b[2] - at.0, b[3] - at.1]).collect();
                return Some((at, PlacedLabel { source, class: label.class, at: self.ground(at), parts, boxes }));
            }
        }
        None
    }

    /// Places along a line for the middle of a name: distance along it and how far from the middle of its stretch.
    fn middles(&self, line: &[(f32, f32)], length: f32) -> Vec<(f32, f32)> {
        let view = [0.0, 0.0, self.size.0, self.size.1];
        let (mut at, mut stretches): (f32, Vec<(f32, f32)>) = (0.0, Vec::new());
        for w in line.windows(2) {
            let len = (w[1].0 - w[0].0).hypot(w[1].1 - w[0].1);
            if let Some((p, q)) = clip(w[0], w[1], view) {
                let from = at + (p.0 - w[0].0).hypot(p.1 - w[0].1);
                let to = at + (q.0 - w[0].0).hypot(q.1 - w[0].1);
                match stretches.last_mut() {
                    Some(s) if from - s.1 < 1.0 => s.1 = to,
                    _ => stretches.push((from, to)),
                }
            }
            at += len;
        }
        let mut out = Vec::new();
        for (from, to) in stretches {
            let room = to - from - length;
            if room < 0.0 {
                continue;
            }
            let step = (room / 2.0).clamp(1.0, 14.0_f32.max(room / 40.0));
            let n = (room / 2.0 / step).floor() as i32;
            for k in -n..=n {
                out.push(((from + to) / 2.0 + step * k as f32, step * k.abs() as f32));
            }
        }
        out
    }
}

/// Steps a label tries, nearest first: up to 28 pt in both directions.
const TRIES: [(f32, f32); 25] = {
    const D: [f32; 25] = [
        0.0, 0.0, 0.0, 14.0, -14.0, 14.0, -14.0, 14.0, -14.0, 0.0, 0.0, 28.0, -28.0, 14.0, -14.0, 14.0, -14.0, 28.0,
        -28.0, 28.0, -28.0, 28.0, -28.0, 28.0, -28.0,
    ];
    const E: [f32; 25] = [
        0.0, 14.0, -14.0, 0.0, 0.0, 14.0, -14.0, -14.0, 14.0, 28.0, -28.0, 0.0, 0.0, 28.0, -28.0, -28.0, 28.0, 14.0,
        -14.0, -14.0, 14.0, 28.0, -28.0, -28.0, 28.0,
    ];
    let mut out = [(0.0, 0.0); 25];
    let mut i = 0;
    while i < 25 {
        out[i] = (D[i], E[i]);
        i += 1;
    }
    out
};

type Variant = (Vec<Part>, Vec<[f32; 4]>);

/// The forms a label may take, the fullest first: parts and the boxes they cover, round (0, 0).
fn variants(label: &Label, style: &LabelStyle, sheet: &StyleSheet, fonts: &FontSet<'_>) -> Vec<Variant> {
    let cell = label.class == LabelClass::Cell;
    let code_only = cell && sheet.class >= ScaleClass::S25000;
    let name = Some(label.text.as_str()).filter(|t| !t.is_empty() && !code_only);
    let note = label.note.as_deref().filter(|_| sheet.class <= ScaleClass::S5000);
    let chip = label.chip.as_deref();
    let mut forms = vec![(chip, name, note)];
    if note.is_some() {
        forms.push((chip, name, None));
    }
    if chip.is_some() && name.is_some() {
        forms.push((chip, None, None));
    }
    forms.into_iter().filter_map(|(chip, name, note)| form(chip, name, note, style, sheet, fonts)).collect()
}

fn form(
    chip: Option<&str>,
    name: Option<&str>,
    note: Option<&str>,
    style: &LabelStyle,
    sheet: &StyleSheet,
    fonts: &FontSet<'_>,
) -> Option<Variant> {
    // At 1:25,000 cells are small and only their code is left.
    let small = style.plate.is_none() && chip.is_some() && sheet.class >= ScaleClass::S25000;
    let (size, f) = (style.size_pt, sheet.label_factor * if small { 0.82 } else { 1.0 });
    let spacing = if style.pitch_em > 0.0 { (style.pitch_em - 1.0) * size } else { 0.0 };
    let text = |text: &str, at, size_pt, bold, color, halo, spacing_pt| Part::Text {
        text: text.to_owned(),
        at,
        angle: 0.0,
        size_pt,
        bold,
        spacing_pt,
        color,
        halo,
    };
    let width = |s: &str, size, bold, spacing| fonts.layout(s, size, bold, spacing).width;
    let name_w = name.map_or(0.0, |n| width(n, size, style.bold, spacing));
    let chip_size = 11.5 * f;
    let chip_w = chip.map_or(0.0, |c| width(c, chip_size, true, 0.0) + 12.0 * f);
    let gap = if chip.is_some() && name.is_some() { 5.0 * f } else { 0.0 };
    let row = chip_w + gap + name_w;
    if row <= 0.0 {
        return None;
    }
    let half = if chip.is_some() { 9.5 * f } else { size * 0.6 };
    // Name above, count below, both round the middle.
    let y = if note.is_some() { -7.5 * f } else { 0.0 };
    let (mut parts, mut boxes) =
        (Vec::new(), vec![[-row / 2.0 - 2.0, y - half - 1.0, row / 2.0 + 2.0, y + half + 1.0]]);
    if let Some(plate) = style.plate {
        boxes[0] = [-row / 2.0 - 7.0, y - half - 3.0, row / 2.0 + 7.0, y + half + 3.0];
        parts.push(Part::Plate(boxes[0], 3.0, plate));
    }
    if let Some(n) = name {
        let at = (-row / 2.0 + chip_w + gap + name_w / 2.0, y);
        parts.push(text(n, at, size, style.bold, style.color, style.halo, spacing));
    }
    if let Some(n) = note {
        let note_size = 11.0 * f;
        let w = width(n, note_size, false, 0.0);
        let at = y + half + note_size * 0.62;
        parts.insert(0, text(n, (0.0, at), note_size, false, style.color, style.halo, 0.0));
        boxes.push([-w / 2.0 - 2.0, at - note_size * 0.6, w / 2.0 + 2.0, at + note_size * 0.65]);
    }
    if let Some(c) = chip {
        let (plate, ink) = sheet.chip();
        let left = -row / 2.0;
        let h = 8.5 * f;
        // An edge in the ground's colour lifts the plate off borders and dwellings.
        if let Some((edge, _)) = style.halo {
            let e = 1.5 * f;
            parts.push(Part::Plate([left - e, y - h - e, left + chip_w + e, y + h + e], 3.0 * f + e, edge));
        }
        parts.push(Part::Plate([left, y - h, left + chip_w, y + h], 3.0 * f, plate));
        parts.push(text(c, (left + chip_w / 2.0, y), chip_size, true, ink, None, 0.0));
    }
    Some((parts, boxes))
}

fn union(boxes: &[[f32; 4]]) -> Option<[f32; 4]> {
    let all = |a: [f32; 4], b: &[f32; 4]| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])];
    boxes.first().map(|&first| boxes.iter().fold(first, all))
}

/// The part of a segment in a box (Liang and Barsky 1984).
fn clip(a: (f32, f32), b: (f32, f32), r: [f32; 4]) -> Option<((f32, f32), (f32, f32))> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut t0, mut t1) = (0.0f32, 1.0f32);
    for (p, q) in [(-dx, a.0 - r[0]), (dx, r[2] - a.0), (-dy, a.1 - r[1]), (dy, r[3] - a.1)] {
        if p == 0.0 {
            if q < 0.0 {
                return None;
            }
        } else if p < 0.0 {
            t0 = t0.max(q / p);
        } else {
            t1 = t1.min(q / p);
        }
    }
    (t0 <= t1).then_some(((a.0 + dx * t0, a.1 + dy * t0), (a.0 + dx * t1, a.1 + dy * t1)))
}
