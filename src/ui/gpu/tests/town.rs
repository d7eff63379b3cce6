//! A made-up neighbourhood with something of everything that can be painted.

use crate::geom::{Box2, Pt, pt, ring_area2};
use crate::scene::*;
use std::sync::Arc;

/// Metres along its bent streets to grid millimetres.
fn m(u: f64, v: f64) -> Pt {
    let (sin, cos) = (16.0f64).to_radians().sin_cos();
    let (u, v) = (u - 560.0, v - 330.0 + 25.0 * (u / 170.0).sin());
    pt(((u * cos - v * sin) * 1000.0) as i32, ((u * sin + v * cos) * 1000.0) as i32)
}

/// A line through places, bent with the streets: a point every 20 m.
fn way(stops: &[(f64, f64)]) -> Vec<Pt> {
    let mut out = Vec::new();
    for w in stops.windows(2) {
        let n = ((w[1].0 - w[0].0).hypot(w[1].1 - w[0].1) / 20.0).ceil().max(1.0);
        out.extend((0..n as i32).map(|k| {
            let t = f64::from(k) / n;
            m(w[0].0 + (w[1].0 - w[0].0) * t, w[0].1 + (w[1].1 - w[0].1) * t)
        }));
    }
    out.extend(stops.last().map(|s| m(s.0, s.1)));
    out
}

fn ring(u: f64, v: f64, w: f64, h: f64) -> Vec<Pt> {
    let mut r = way(&[(u, v), (u + w, v), (u + w, v + h), (u, v + h), (u, v)]);
    r.pop();
    r
}

fn slab(u: f64, v: f64, w: f64, h: f64) -> Vec<Pt> {
    vec![m(u, v), m(u + w, v), m(u + w, v + h), m(u, v + h)]
}

fn round(u: f64, v: f64, r: f64) -> Vec<Pt> {
    (0..24).map(|k| f64::from(k) * 0.2618).map(|a| m(u + r * a.cos(), v + r * a.sin())).collect()
}

fn layer(stack: Stack, fills: Vec<Fill>, bands: Vec<Band>, lines: Vec<Line>) -> Arc<Layer> {
    Arc::new(Layer::new(LayerKey { stack, part: 0 }, 1, fills, bands, lines))
}

const W: f64 = 280.0;
const H: f64 = 220.0;

/// Eleven cells and ground without one, buildings in and around them, streets, a river, a pond in a park and an
/// island in the pond; a locked cell, a ghost and a staged border, a gap, an overlap, a warning; heat if asked.
pub fn town(heat: Option<Theme>) -> Scene {
    let tone = |i: usize| if i.is_multiple_of(2) { Tone::a(i as u8 / 2) } else { Tone::b(i as u8 / 2) };
    let (mut cells, mut land, mut yards) = (Vec::new(), Vec::new(), Vec::new());
    let (mut buildings, mut slots) = (Vec::new(), Vec::new());
    for j in -1..4i32 {
        for i in -2..6i32 {
            let (u, v) = (f64::from(i) * W, f64::from(j) * H);
            let own = (0..4).contains(&i) && (0..3).contains(&j) && (i, j) != (3, 2);
            if own {
                cells.push(ring(u, v, W, H));
                assert!(ring_area2(&ring(u, v, W, H)) > 0);
            }
            let class = if own { FillClass::Dwelling(tone(cells.len() - 1)) } else { FillClass::DwellingOutside };
            land.push(Fill::new(vec![ring(u + 12.0, v + 12.0, W - 24.0, H - 24.0)], FillClass::ResidentialGround));
            for half in 0..2 {
                let c = u + 16.0 + 128.0 * f64::from(half);
                yards.push(Line::ring(slab(c, v + 16.0, 118.0, H - 32.0), LineClass::Courtyard));
                for row in 0..5 {
                    let b = v + 26.0 + 38.0 * f64::from(row);
                    let shapes = match (i + j + half + row).rem_euclid(7) {
                        0 => vec![vec![
                            m(c + 8.0, b),
                            m(c + 90.0, b),
                            m(c + 90.0, b + 9.0),
                            m(c + 20.0, b + 9.0),
                            m(c + 20.0, b + 30.0),
                            m(c + 8.0, b + 30.0),
                        ]],
                        1 => vec![round(c + 40.0, b + 10.0, 13.0)],
                        _ => vec![slab(c + 8.0, b, 44.0, 12.0), slab(c + 60.0, b, 46.0, 12.0)],
                    };
                    for s in shapes {
                        slots.push(class);
                        let slot = slots.len() as u32 - 1;
                        buildings.push(Fill { rings: vec![s], class: FillClass::OtherBuilding, slot });
                    }
                }
            }
        }
    }
    let gap = ring(3.0 * W, 2.0 * H, W, H);
    let green = vec![
        Fill::new(
            vec![slab(-500.0, 60.0, 420.0, 330.0), slab(-420.0, 110.0, 220.0, 180.0), round(-320.0, 200.0, 40.0)],
            FillClass::Green,
        ),
        Fill::new(vec![slab(-180.0, 80.0, 80.0, 60.0)], FillClass::Pitch),
    ];
    let mut bank = way(&[(-900.0, 40.0), (2000.0, 40.0)]);
    bank.extend(way(&[(2000.0, 75.0), (-900.0, 75.0)]));
    let water = vec![
        Fill::new(vec![bank], FillClass::Water),
        Fill::new(vec![slab(-410.0, 120.0, 200.0, 160.0), round(-320.0, 200.0, 38.0)], FillClass::Water),
    ];
    let mut roads = Vec::new();
    for (k, class) in
        [LineClass::Arterial, LineClass::Street, LineClass::Lane, LineClass::Secondary, LineClass::Tertiary]
            .into_iter()
            .enumerate()
    {
        let (u, v) = (k as f64 * W, (k as f64 - 1.0) * H);
        let width_mm = if k % 2 == 0 { 0 } else { 14_000 };
        roads.push(Line { width_mm, ..Line::open(way(&[(-800.0, v), (1900.0, v)]), class) });
        roads.push(Line { width_mm, ..Line::open(way(&[(u, -700.0), (u, 1400.0)]), class) });
    }
    let paths = vec![
        Line::open(way(&[(-480.0, 80.0), (-120.0, 370.0)]), LineClass::Path),
        Line::open(way(&[(-460.0, 370.0), (-120.0, 90.0)]), LineClass::Ferry),
    ];
    yards.push(Line::ring(slab(300.0, 240.0, 240.0, 180.0), LineClass::Wall));
    let mut fills: Vec<Fill> = cells
        .iter()
        .enumerate()
        .map(|(i, c)| Fill { rings: vec![c.clone()], class: FillClass::Cell(tone(i)), slot: i as u32 })
        .collect();
    fills.push(Fill::new(vec![gap], FillClass::Unassigned));
    fills.push(Fill::new(vec![cells[1].clone()], FillClass::Locked));
    fills.push(Fill::new(vec![slab(180.0, 460.0, 70.0, 60.0)], FillClass::Gap));
    fills.push(Fill::new(vec![slab(400.0, 460.0, 70.0, 60.0)], FillClass::Overlap));
    let mut bands: Vec<Band> = cells
        .iter()
        .enumerate()
        .map(|(i, c)| Band { ring: c.clone(), class: BandClass::Cell(tone(i)), area: i as u32 })
        .collect();
    bands.push(Band { ring: cells[5].clone(), class: BandClass::Selected, area: 5 });
    let mut borders: Vec<Line> = cells.iter().map(|c| Line::ring(c.clone(), LineClass::Cell)).collect();
    borders.push(Line::ring(ring(0.0, 0.0, 4.0 * W, 3.0 * H), LineClass::Community));
    borders.push(Line::ring(cells[5].clone(), LineClass::Selected));
    let zigzag = |v: f64| -> Vec<Pt> {
        (0..14).map(|i| m(40.0 * f64::from(i) + 250.0, v + if i % 2 == 0 { 0.0 } else { 30.0 })).collect()
    };
    for (v, class) in [
        (330.0, LineClass::Ghost),
        (390.0, LineClass::Staged),
        (100.0, LineClass::Warning),
        (-60.0, LineClass::Subdistrict),
        (520.0, LineClass::MicroCell),
        (570.0, LineClass::Neighbour),
        (160.0, LineClass::Refused),
        (610.0, LineClass::SecondLayer),
    ] {
        borders.push(Line::open(zigzag(v), class));
    }
    let rail = vec![Line::open(zigzag(-130.0), LineClass::Rail), Line::open(zigzag(-190.0), LineClass::Metro)];
    let mut scene = Scene::default();
    if let Some(theme) = heat {
        let bounds = Box2::of(cells.iter().flatten());
        let (n, top) = (120u32, 900.0f32);
        let values: Vec<f32> = (0..n * n)
            .map(|k| {
                let (x, y) = ((k % n) as f32 / n as f32 - 0.4, (k / n) as f32 / n as f32 - 0.55);
                top * (1.0 - (x * x + y * y) * 7.0).max(0.0).powi(2)
            })
            .collect();
        let rgba = Ramp::heat(theme).shade(&values, top, theme);
        let version = 1 + theme as u64;
        scene.images.push(Image { bounds, rgba: Arc::new(rgba), width: n, height: n, version });
    }
    let key = LayerKey { stack: Stack::Buildings, part: 0 };
    let buildings = Layer::new(key, 1, buildings, vec![], vec![]).with_slots(Arc::new(slots), 1);
    scene.layers = vec![
        Arc::new(buildings),
        layer(Stack::LandUse, land, vec![], vec![]),
        layer(Stack::Green, green, vec![], vec![]),
        layer(Stack::Water, water, vec![], vec![]),
        layer(Stack::CellFill, fills, vec![], vec![]),
        layer(Stack::Band, vec![], bands, vec![]),
        layer(Stack::Paths, vec![], vec![], paths),
        layer(Stack::Roads, vec![], vec![], roads),
        layer(Stack::Rail, vec![], vec![], rail),
        layer(Stack::Courtyards, vec![], vec![], yards),
        layer(Stack::Borders, vec![], vec![], borders),
    ];
    scene
}

/// The middle of the town.
pub fn middle(scene: &Scene) -> (f64, f64) {
    let c = scene.layers[4].bounds.centre();
    (f64::from(c.x), f64::from(c.y))
}
