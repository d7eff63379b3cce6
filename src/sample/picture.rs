//! A picture of a sample for the eye of whoever changes it: `GETU_SAMPLE=street-office GETU_SAMPLE_PNG=file.png cargo
//! test sample::picture`; `GETU_SAMPLE_SCALE`, `_X`, `_Y`: pixels a metre and the middle, metres.

use super::*;
use crate::geom::rings_contain;
use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Stroke, StrokeDash, Transform};

const W: u32 = 1700;
const H: u32 = 1300;

fn paint(hex: u32, alpha: f32) -> Paint<'static> {
    let c = |s: u32| ((hex >> s) & 255) as f32 / 255.0;
    let mut p = Paint::default();
    p.set_color(Color::from_rgba(c(16), c(8), c(0), alpha).unwrap());
    p.anti_alias = true;
    p
}

struct Canvas {
    map: Pixmap,
    scale: f32,
    mid: (f32, f32),
}

impl Canvas {
    fn xy(&self, p: Pt) -> (f32, f32) {
        (
            W as f32 / 2.0 + (p.x as f32 / 1000.0 - self.mid.0) * self.scale,
            H as f32 / 2.0 - (p.y as f32 / 1000.0 - self.mid.1) * self.scale,
        )
    }
    fn path(&self, pts: &[Pt], close: bool) -> Option<tiny_skia::Path> {
        let mut b = PathBuilder::new();
        for (i, &p) in pts.iter().enumerate() {
            let (x, y) = self.xy(p);
            if i == 0 { b.move_to(x, y) } else { b.line_to(x, y) }
        }
        if close {
            b.close();
        }
        b.finish()
    }
    fn fill(&mut self, ring: &[Pt], hex: u32, alpha: f32) {
        if let Some(p) = self.path(ring, true) {
            self.map.fill_path(&p, &paint(hex, alpha), FillRule::EvenOdd, Transform::identity(), None);
        }
    }
    fn line(&mut self, pts: &[Pt], close: bool, hex: u32, alpha: f32, width: f32, dash: &[f32]) {
        if let Some(p) = self.path(pts, close) {
            let s = Stroke {
                width,
                line_cap: if dash.is_empty() { tiny_skia::LineCap::Round } else { tiny_skia::LineCap::Butt },
                line_join: tiny_skia::LineJoin::Round,
                dash: StrokeDash::new(dash.to_vec(), 0.0),
                ..Stroke::default()
            };
            self.map.stroke_path(&p, &paint(hex, alpha), &s, Transform::identity(), None);
        }
    }
}

fn rings(row: &Row) -> Vec<Vec<Pt>> {
    match &row.shape {
        Shape::Polygons(p) => p.iter().flatten().cloned().collect(),
        Shape::Lines(l) => l.clone(),
        Shape::Point(p) => vec![vec![*p]],
        Shape::None => vec![],
    }
}

fn word(row: &Row, field: Field) -> &str {
    match row.get(field) {
        Some(Value::Text(t)) => t,
        _ => "",
    }
}

#[test]
fn a_picture_if_asked() {
    let Ok(file) = std::env::var("GETU_SAMPLE_PNG") else {
        println!("skipped: GETU_SAMPLE_PNG names no file");
        return;
    };
    let num = |k: &str, d: f32| std::env::var(k).ok().and_then(|v| v.parse().ok()).unwrap_or(d);
    let name = std::env::var("GETU_SAMPLE").unwrap_or_else(|_| "neighbourhood".into());
    let m = (SAMPLES.iter().find(|s| s.name == name).unwrap().make)().unwrap();
    let mut c = Canvas {
        map: Pixmap::new(W, H).unwrap(),
        scale: num("GETU_SAMPLE_SCALE", 1.45),
        mid: (num("GETU_SAMPLE_X", 10.0), num("GETU_SAMPLE_Y", -20.0)),
    };
    let k = c.scale;
    c.map.fill(Color::from_rgba8(0xF6, 0xF4, 0xEF, 255));
    for want in ["residential", "commercial", "school", "green", "pitch"] {
        for r in m.table(Kind::Landuse).iter().filter(|r| word(r, Field::Kind) == want) {
            let hex = match want {
                "green" => 0xDCE8C9,
                "pitch" => 0xCBDDB2,
                "school" => 0xEFE6F2,
                "commercial" => 0xECEDF0,
                _ => 0xF2EEE6,
            };
            rings(r).iter().for_each(|g| c.fill(g, hex, 1.0));
        }
    }
    for r in m.table(Kind::Water) {
        for g in rings(r) {
            c.fill(&g, 0xC3DCEA, 1.0);
            c.line(&g, true, 0x8FB6CB, 1.0, 1.0, &[]);
        }
    }
    let fills = [0xE0D690, 0xC6DBFA, 0xDBAFCB, 0x9FD4BA];
    let tone = [0xB0A661, 0x97ABC9, 0xAB819C, 0x71A48C];
    let pick = [1, 0, 2, 3, 1, 0, 1, 2, 3, 0];
    for (i, cell) in m.cells.iter().enumerate() {
        c.fill(&cell.rings[0], fills[pick[i % 10]], 0.46);
    }
    m.gaps.iter().for_each(|g| c.fill(g, 0xFFFFFF, 0.8));
    for pass in 0..2 {
        for (class, width) in [
            ("path", 2.5),
            ("lane", 5.0),
            ("street", 10.0),
            ("tertiary", 16.0),
            ("secondary", 22.0),
            ("arterial", 30.0),
        ] {
            for r in m.table(Kind::Roads).iter().filter(|r| word(r, Field::Kind) == class) {
                for g in rings(r) {
                    match (class, pass) {
                        ("path", 0) => c.line(&g, false, 0xD8D2C6, 1.0, 1.2, &[3.0, 2.4]),
                        ("path", _) => {}
                        (_, 0) => c.line(&g, false, 0xCFC9BE, 1.0, width * k + 1.6, &[]),
                        _ => c.line(&g, false, 0xFFFFFF, 1.0, width * k, &[]),
                    }
                }
            }
        }
    }
    for r in m.table(Kind::Roads).iter().filter(|r| word(r, Field::Kind) == "rail") {
        rings(r).iter().for_each(|g| c.line(g, false, 0xA9A39A, 0.75, 2.0, &[6.0, 4.0]));
    }
    for r in m.table(Kind::Courtyards) {
        rings(r).iter().for_each(|g| c.line(g, true, 0x8B7F6D, 0.35, 0.9, &[4.0, 2.5]));
    }
    for r in m.table(Kind::Walls) {
        rings(r).iter().for_each(|g| c.line(g, false, 0x8B7F6D, 0.9, 1.1, &[]));
    }
    for r in m.table(Kind::Buildings) {
        let at = r.anchor.unwrap();
        let cell = m.cells.iter().position(|cl| rings_contain(cl.rings.iter().map(Vec::as_slice), at));
        let (hex, edge) = match (word(r, Field::Use), cell) {
            ("office" | "commercial" | "industrial", _) => (0xC9CCD3, 0x9AA0AB),
            ("school" | "public", _) => (0xD9C6E0, 0xA78BB3),
            (_, Some(i)) => (tone[pick[i % 10]], 0x6E6A60),
            _ => (0xDCD7CE, 0xC3BCB0),
        };
        for g in rings(r) {
            c.fill(&g, hex, 1.0);
            c.line(&g, true, edge, 1.0, 0.7, &[]);
        }
    }
    for cell in &m.cells {
        c.line(&cell.rings[0], true, 0xFFFFFF, 0.9, 4.4, &[]);
    }
    for cell in &m.cells {
        c.line(&cell.rings[0], true, 0x9B1B4A, 1.0, 1.7, &[]);
    }
    for ring in m.units.iter().flat_map(|u| &u.rings).chain(&m.outline) {
        c.line(ring, true, 0x9B1B4A, 1.0, 3.2, &[]);
    }
    for r in m.table(Kind::Facilities) {
        if let Shape::Point(p) = r.shape {
            let d = 2500;
            let ring = [(-d, -d), (d, -d), (d, d), (-d, d)].map(|(x, y)| crate::geom::pt(p.x + x, p.y + y));
            c.fill(&ring, 0xB3261E, 1.0);
        }
    }
    if std::env::var("GETU_SAMPLE_INCIDENTS").is_ok() {
        for r in m.table(Kind::Incidents) {
            if let Shape::Point(p) = r.shape {
                let d = 1500;
                let ring = [(-d, -d), (d, -d), (d, d), (-d, d)].map(|(x, y)| crate::geom::pt(p.x + x, p.y + y));
                c.fill(&ring, 0x20252B, 0.8);
            }
        }
    }
    let mut png = png::Encoder::new(std::io::BufWriter::new(std::fs::File::create(file).unwrap()), W, H);
    png.set_color(png::ColorType::Rgba);
    // The picture is opaque, so premultiplied bytes are plain ones.
    png.write_header().unwrap().write_image_data(c.map.data()).unwrap();
}
