//! A hand-made neighbourhood, painted in every theme and at several scales, and what must hold in each picture.

use super::fonts;
use crate::geom::{Box2, Pt, pt, ring_area2, rings_contain};
use crate::scene::*;
use std::sync::Arc;

/// Metres along the tilted streets to grid millimetres.
fn m(u: f64, v: f64) -> Pt {
    let (sin, cos) = (22.0f64).to_radians().sin_cos();
    let (u, v) = (u - 450.0, v - 350.0);
    pt(((u * cos - v * sin) * 1000.0) as i32, ((u * sin + v * cos) * 1000.0) as i32)
}

fn slab(u: f64, v: f64, w: f64, h: f64) -> Vec<Pt> {
    vec![m(u, v), m(u + w, v), m(u + w, v + h), m(u, v + h)]
}

const U: [f64; 4] = [0.0, 300.0, 600.0, 900.0];
const V: [f64; 4] = [0.0, 230.0, 460.0, 700.0];

struct Cell {
    name: &'static str,
    note: &'static str,
    ring: Vec<Pt>,
}

/// Eight cells over nine blocks: the last takes two, with a step in its border round a courtyard.
fn cells() -> Vec<Cell> {
    let block = |i: usize, j: usize| vec![m(U[i], V[j]), m(U[i + 1], V[j]), m(U[i + 1], V[j + 1]), m(U[i], V[j + 1])];
    let names = [
        ("世纪大道", "262 户 ▼"),
        ("乳山路", "496 户 ✓"),
        ("栖霞路", "468 户 ✓"),
        ("小石桥", "338 户 ✓"),
        ("招远路", "421 户 ✓"),
        ("崂山路", "412 户 ✓"),
        ("银城中路", "286 户 ▼"),
        ("昌邑路", "471 户 ✓"),
        ("南泉北路", "495 户 ✓"),
    ];
    let mut out = Vec::new();
    for j in 0..3 {
        for i in 0..3 {
            let (name, note) = names[j * 3 + i];
            let mut ring = block(i, j);
            if (i, j) == (1, 1) {
                // The east border steps in round a courtyard that went to the neighbour.
                ring = vec![
                    m(300.0, 230.0),
                    m(600.0, 230.0),
                    m(600.0, 320.0),
                    m(520.0, 320.0),
                    m(520.0, 460.0),
                    m(300.0, 460.0),
                ];
            }
            if (i, j) == (2, 1) {
                ring = vec![
                    m(600.0, 230.0),
                    m(900.0, 230.0),
                    m(900.0, 460.0),
                    m(520.0, 460.0),
                    m(520.0, 320.0),
                    m(600.0, 320.0),
                ];
            }
            assert!(ring_area2(&ring) > 0);
            out.push(Cell { name, note, ring });
        }
    }
    out
}

const NEXT: [(u32, u32); 12] =
    [(0, 1), (1, 2), (3, 4), (4, 5), (6, 7), (7, 8), (0, 3), (1, 4), (2, 5), (3, 6), (4, 7), (5, 8)];

fn layer(stack: Stack, fills: Vec<Fill>, bands: Vec<Band>, lines: Vec<Line>) -> Arc<Layer> {
    Arc::new(Layer::new(LayerKey { stack, part: 0 }, 1, fills, bands, lines))
}

fn scene(heat: Option<Theme>) -> Scene {
    let cells = cells();
    let mut adjacent = NEXT.to_vec();
    adjacent.push((5, 7));
    let tones: Vec<Tone> = four_colouring(9, &adjacent, &[]).into_iter().map(Tone::a).collect();
    let mut land = vec![
        Fill::new(vec![slab(-600.0, -500.0, 560.0, 480.0)], FillClass::ResidentialGround),
        Fill::new(vec![slab(930.0, 40.0, 500.0, 380.0)], FillClass::ResidentialGround),
    ];
    let green = vec![
        Fill::new(vec![slab(20.0, -70.0, 880.0, 52.0)], FillClass::Green),
        Fill::new(vec![slab(205.0, 25.0, 80.0, 180.0)], FillClass::Green),
        Fill::new(vec![slab(222.0, 60.0, 45.0, 90.0)], FillClass::Pitch),
    ];
    let water = vec![Fill::new(
        vec![vec![
            m(-700.0, -190.0),
            m(-40.0, -170.0),
            m(600.0, -210.0),
            m(1500.0, -160.0),
            m(1500.0, -110.0),
            m(600.0, -160.0),
            m(-40.0, -120.0),
            m(-700.0, -140.0),
        ]],
        FillClass::Water,
    )];
    let (mut buildings, mut yards, mut labels, mut slots) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut changed = (Vec::new(), Vec::new());
    let yard_names = ["向阳院", "源和苑", "银杏院", "紫藤院", "桂花院", "东旭公寓", "香樟院", "玉兰院", "泉东小区"];
    let inside = |p: Pt| cells.iter().position(|c| rings_contain([c.ring.as_slice()], p));
    let mut put = |u: f64, v: f64, w: f64, h: f64, class: Option<FillClass>| {
        let ring = slab(u, v, w, h);
        let here = inside(m(u + w / 2.0, v + h / 2.0));
        let class = class.unwrap_or(here.map_or(FillClass::DwellingOutside, |c| FillClass::Dwelling(tones[c])));
        slots.push(class);
        if here == Some(5) && u + w / 2.0 < 600.0 {
            changed.0.push(Fill::new(vec![ring.clone()], FillClass::Moved));
            changed.1.push(Line::ring(ring.clone(), LineClass::ChangedIn));
        }
        buildings.push(Fill { rings: vec![ring], class, slot: slots.len() as u32 - 1 });
    };
    for j in 0..3 {
        for i in 0..3 {
            let (u0, v0) = (U[i], V[j]);
            let depth = V[j + 1] - v0;
            for half in 0..2 {
                let (cu, cv, cw, ch) = (u0 + 18.0 + 136.0 * half as f64, v0 + 18.0, 128.0, depth - 36.0);
                if (i, j) == (0, 0) && half == 1 {
                    continue;
                }
                land.push(Fill::new(vec![slab(cu, cv, cw, ch)], FillClass::ResidentialGround));
                yards.push(Line::ring(slab(cu, cv, cw, ch), LineClass::Courtyard));
                let name = yard_names[(j * 6 + i * 2 + half) % 9];
                let mut l = Label::at(LabelClass::Courtyard, name, m(cu + cw / 2.0, cv + ch / 2.0));
                l.within = Arc::new(vec![cells[j * 3 + i].ring.clone()]);
                labels.push(l);
                if (i, j, half) == (0, 2, 1) {
                    put(cu + 10.0, cv + 20.0, 108.0, 60.0, Some(FillClass::Commercial));
                    put(cu + 30.0, cv + 100.0, 60.0, 70.0, Some(FillClass::Commercial));
                    continue;
                }
                if (i, j, half) == (2, 0, 0) {
                    put(cu + 14.0, cv + 30.0, 90.0, 26.0, Some(FillClass::Public));
                    put(cu + 14.0, cv + 90.0, 26.0, 70.0, Some(FillClass::Public));
                    continue;
                }
                for row in 0..((ch - 16.0) / 29.0) as i32 {
                    for column in 0..2 {
                        put(cu + 9.0 + 58.0 * f64::from(column), cv + 12.0 + 29.0 * f64::from(row), 49.0, 12.0, None);
                    }
                }
            }
        }
    }
    for (u0, v0, columns, rows) in
        [(-560.0, -470.0, 8, 8), (940.0, 60.0, 7, 9), (-420.0, 60.0, 5, 14), (60.0, 740.0, 11, 6)]
    {
        for i in 0..columns {
            for j in 0..rows {
                put(u0 + 62.0 * f64::from(i), v0 + 34.0 * f64::from(j), 46.0, 14.0, None);
            }
        }
    }
    let road = |points: Vec<Pt>, class, name: &str, labels: &mut Vec<Label>| {
        if !name.is_empty() {
            let mut l = Label::at(LabelClass::Road, name, points[0]);
            l.along = Some(points.clone());
            labels.push(l);
        }
        Line::open(points, class)
    };
    let mut roads = vec![
        road(
            vec![m(-800.0, 0.0), m(0.0, 0.0), m(900.0, 0.0), m(1500.0, 30.0)],
            LineClass::Arterial,
            "世纪大道",
            &mut labels,
        ),
        road(vec![m(0.0, -700.0), m(0.0, 350.0), m(0.0, 1200.0)], LineClass::Secondary, "浦东南路", &mut labels),
        road(vec![m(900.0, -700.0), m(900.0, 700.0), m(880.0, 1200.0)], LineClass::Secondary, "东方路", &mut labels),
        road(vec![m(-800.0, 700.0), m(900.0, 700.0), m(1500.0, 680.0)], LineClass::Secondary, "银城中路", &mut labels),
        road(vec![m(-20.0, 460.0), m(1400.0, 460.0)], LineClass::Tertiary, "浦东大道", &mut labels),
        road(vec![m(300.0, 0.0), m(300.0, 700.0), m(300.0, 1100.0)], LineClass::Tertiary, "南泉北路", &mut labels),
        road(vec![m(600.0, 0.0), m(600.0, 460.0)], LineClass::Street, "福山路", &mut labels),
        road(vec![m(600.0, 460.0), m(600.0, 700.0)], LineClass::Street, "崂山路", &mut labels),
        road(vec![m(0.0, 230.0), m(900.0, 230.0)], LineClass::Street, "栖霞路", &mut labels),
        road(vec![m(-500.0, 230.0), m(0.0, 230.0)], LineClass::Lane, "", &mut labels),
        road(vec![m(150.0, 0.0), m(150.0, 230.0)], LineClass::Lane, "", &mut labels),
    ];
    roads.iter_mut().filter(|r| r.class == LineClass::Tertiary).for_each(|r| r.width_mm = 13_000);
    let paths = vec![Line::open(vec![m(30.0, -45.0), m(300.0, -35.0), m(880.0, -50.0)], LineClass::Path)];
    let rail = vec![Line::open(vec![m(908.0, -700.0), m(908.0, 1200.0)], LineClass::Metro)];
    // The border between blocks once each, as the topology stores it.
    let mut borders: Vec<Line> = Vec::new();
    let outline = vec![m(0.0, 0.0), m(900.0, 0.0), m(900.0, 700.0), m(0.0, 700.0)];
    for line in [
        vec![m(300.0, 0.0), m(300.0, 230.0)],
        vec![m(300.0, 230.0), m(300.0, 460.0)],
        vec![m(300.0, 460.0), m(300.0, 700.0)],
        vec![m(600.0, 0.0), m(600.0, 230.0)],
        vec![m(600.0, 460.0), m(600.0, 700.0)],
        vec![m(0.0, 230.0), m(300.0, 230.0)],
        vec![m(300.0, 230.0), m(600.0, 230.0)],
        vec![m(600.0, 230.0), m(900.0, 230.0)],
        vec![m(0.0, 460.0), m(300.0, 460.0)],
        vec![m(300.0, 460.0), m(520.0, 460.0)],
        vec![m(520.0, 460.0), m(600.0, 460.0)],
        vec![m(600.0, 460.0), m(900.0, 460.0)],
    ] {
        borders.push(Line::open(line, LineClass::Cell));
    }
    borders.push(Line::ring(outline, LineClass::Community));
    borders.push(Line::open(vec![m(0.0, 700.0), m(-700.0, 720.0)], LineClass::Neighbour));
    let editing = heat.is_none();
    if editing {
        borders.push(Line::open(vec![m(600.0, 230.0), m(600.0, 460.0)], LineClass::Ghost));
        let staged = vec![m(600.0, 230.0), m(600.0, 320.0), m(520.0, 320.0), m(520.0, 460.0)];
        borders.push(Line::open(staged, LineClass::Staged));
    } else {
        borders.push(Line::ring(cells[4].ring.clone(), LineClass::Selected));
    }
    let mut fills: Vec<Fill> = cells
        .iter()
        .zip(&tones)
        .enumerate()
        .map(|(i, (c, &t))| Fill { rings: vec![c.ring.clone()], class: FillClass::Cell(t), slot: i as u32 })
        .collect();
    if editing {
        fills.push(Fill::new(vec![cells[3].ring.clone()], FillClass::Locked));
    }
    let bands = cells
        .iter()
        .zip(&tones)
        .enumerate()
        .map(|(i, (c, &t))| Band { ring: c.ring.clone(), class: BandClass::Cell(t), area: i as u32 })
        .collect();
    for (i, c) in cells.iter().enumerate() {
        let rings = vec![c.ring.clone()];
        let (at, _) = pole(&rings, 500.0, 2.5).unwrap();
        let mut l = Label::at(LabelClass::Cell, c.name, at);
        l.chip = Some(format!("{:02}", i + 1));
        l.note = Some(c.note.to_owned());
        l.within = Arc::new(rings);
        labels.push(l);
    }
    labels.push(Label::at(LabelClass::Neighbour, "源深社区", m(1090.0, 420.0)));
    labels.push(Label::at(LabelClass::Neighbour, "东昌社区", m(-260.0, -240.0)));
    labels.push(Label::at(LabelClass::Station, "东昌路", m(908.0, 520.0)));
    let mut symbols = vec![Symbol { at: m(908.0, 520.0), kind: SymbolKind::Station }];
    for (i, f) in Facility::ALL.into_iter().enumerate() {
        symbols.push(Symbol {
            at: m(80.0 + 115.0 * i as f64, 250.0 + 24.0 * (i % 3) as f64),
            kind: SymbolKind::Facility(f),
        });
    }
    if editing {
        for p in [m(600.0, 230.0), m(600.0, 320.0), m(520.0, 320.0)] {
            symbols.push(Symbol { at: p, kind: SymbolKind::Vertex });
        }
        symbols.push(Symbol { at: m(560.0, 320.0), kind: SymbolKind::Midpoint });
        symbols.push(Symbol { at: m(520.0, 460.0), kind: SymbolKind::Snap(Snap::Corner) });
        symbols.push(Symbol { at: m(300.0, 230.0), kind: SymbolKind::Junction });
        symbols.push(Symbol { at: m(60.0, 420.0), kind: SymbolKind::Padlock });
    }
    for (i, state) in
        [Incident::New, Incident::Accepted, Incident::Open, Incident::Overdue, Incident::Closed].into_iter().enumerate()
    {
        symbols.push(Symbol { at: m(660.0 + 45.0 * i as f64, 610.0), kind: SymbolKind::Incident(state) });
    }
    let mut images = Vec::new();
    if let Some(theme) = heat {
        let bounds = Box2::of_two(pt(-700_000, -700_000), pt(700_000, 700_000));
        let (n, step) = (140u32, 10_000.0);
        let hot = [m(400.0, 350.0), m(720.0, 560.0), m(140.0, 600.0), m(520.0, 120.0)];
        let values: Vec<f32> = (0..n * n)
            .map(|k| {
                let x = -700_000.0 + (f64::from(k % n) + 0.5) * step;
                let y = 700_000.0 - (f64::from(k / n) + 0.5) * step;
                hot.iter()
                    .zip([1700.0, 1200.0, 900.0, 700.0])
                    .map(|(p, top)| {
                        let d2 = (x - f64::from(p.x)).powi(2) + (y - f64::from(p.y)).powi(2);
                        top * (1.0 - d2 / 220_000.0f64.powi(2)).max(0.0).powi(2)
                    })
                    .sum::<f64>() as f32
            })
            .collect();
        let rgba = Ramp::heat(theme).shade(&values, 1710.0, theme);
        images.push(Image { bounds, rgba: Arc::new(rgba), width: n, height: n, version: 1 });
    }
    let buildings = Layer::new(LayerKey { stack: Stack::Buildings, part: 0 }, 1, buildings, vec![], vec![]);
    let cell_fill = Layer::new(LayerKey { stack: Stack::CellFill, part: 0 }, 1, fills, vec![], vec![]);
    let mut layers = vec![
        Arc::new(buildings.with_slots(Arc::new(slots), 1)),
        Arc::new(cell_fill),
        layer(Stack::LandUse, land, vec![], vec![]),
        layer(Stack::Green, green, vec![], vec![]),
        layer(Stack::Water, water, vec![], vec![]),
        layer(Stack::Band, vec![], bands, vec![]),
        layer(Stack::Paths, vec![], vec![], paths),
        layer(Stack::Roads, vec![], vec![], roads),
        layer(Stack::Rail, vec![], vec![], rail),
        layer(Stack::Courtyards, vec![], vec![], yards),
        layer(Stack::Borders, vec![], vec![], borders),
    ];
    if editing {
        layers.push(layer(Stack::Changed, changed.0, vec![], changed.1));
    }
    Scene { layers, images, symbols, labels, ..Scene::default() }
}

pub fn save(name: &str, picture: &Picture) {
    let folder = std::env::temp_dir().join("getu-scene");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), picture.png(96.0).unwrap()).unwrap();
}

/// Boxes of placed labels cross neither each other, nor the view's edge, nor a border between cells.
pub fn labels_keep_apart(scene: &Scene, camera: &Camera, sheet: &StyleSheet, fonts: &FontSet<'_>) -> usize {
    let placed = place_labels(scene, camera, sheet, fonts);
    let ppp = camera.pixels_per_point;
    let mut all: Vec<(usize, [f32; 4])> = Vec::new();
    for (i, l) in placed.iter().enumerate() {
        let (x, y) = camera.to_screen_f(l.at);
        all.extend(l.boxes.iter().map(|b| (i, [x / ppp + b[0], y / ppp + b[1], x / ppp + b[2], y / ppp + b[3]])));
    }
    for (k, &(i, a)) in all.iter().enumerate() {
        let e = 0.02;
        assert!(a[0] >= -e && a[1] >= -e && a[2] <= camera.size_px.0 / ppp + e && a[3] <= camera.size_px.1 / ppp + e);
        for &(j, b) in &all[k + 1..] {
            let over = a[0] + e < b[2] && b[0] + e < a[2] && a[1] + e < b[3] && b[1] + e < a[3];
            assert!(i == j || !over, "{:?} and {:?}", placed[i], placed[j]);
        }
        // Sampled along every border, a point never lies in a box.
        for line in scene.layers.iter().filter(|l| l.key.stack == Stack::Borders).flat_map(|l| l.lines.iter()) {
            if line.class < LineClass::SecondLayer {
                continue;
            }
            for w in line.points.windows(2) {
                for t in 0..=200 {
                    let t = f64::from(t) / 200.0;
                    let at = |a: i32, b: i32| f64::from(a) + (f64::from(b) - f64::from(a)) * t;
                    let (x, y) = camera.to_screen_f((at(w[0].x, w[1].x), at(w[0].y, w[1].y)));
                    let (x, y) = (x / ppp, y / ppp);
                    assert!(!(x > a[0] && x < a[2] && y > a[1] && y < a[3]), "a border in {:?}", placed[i]);
                }
            }
        }
    }
    placed.len()
}

#[test]
fn a_neighbourhood_in_every_theme() {
    let Some(fonts) = fonts() else { return };
    let plain = scene(None);
    let camera = Camera::at_scale((0.0, 0.0), 5000.0, (1200.0, 900.0), 1.0);
    let sheet = StyleSheet::new(Theme::Light, 5000.0);
    save("light-5000.png", &paint(&plain, &camera, &sheet, Some(&fonts)).unwrap());
    let placed = place_labels(&plain, &camera, &sheet, &fonts);
    let cells = placed.iter().filter(|l| l.class == LabelClass::Cell).count();
    assert_eq!(cells, 9, "every cell is named");
    assert!(labels_keep_apart(&plain, &camera, &sheet, &fonts) > 25);
    for class in [LabelClass::Road] {
        for name in ["世纪大道", "南泉北路", "栖霞路"] {
            let n = placed.iter().filter(|l| l.class == class && plain.labels[l.source].text == name).count();
            assert!((1..=2).contains(&n), "{name} {n}");
        }
    }

    let fine = Camera::at_scale((0.0, 0.0), 1500.0, (2000.0, 1400.0), 2.0);
    let sheet = StyleSheet::new(Theme::Light, 1500.0);
    save("light-1500.png", &paint(&plain, &fine, &sheet, Some(&fonts)).unwrap());
    labels_keep_apart(&plain, &fine, &sheet, &fonts);

    for (den, name) in [(10_000.0, "light-10000.png"), (25_000.0, "light-25000.png")] {
        let far = Camera::at_scale((0.0, 0.0), den, (800.0, 600.0), 1.0);
        let sheet = StyleSheet::new(Theme::Light, den);
        save(name, &paint(&plain, &far, &sheet, Some(&fonts)).unwrap());
        labels_keep_apart(&plain, &far, &sheet, &fonts);
    }

    let print = Camera::at_scale((0.0, 0.0), 6000.0, (2480.0, 1754.0), 200.0 / 96.0);
    let sheet = StyleSheet::new(Theme::Print, 6000.0);
    save("print-6000.png", &paint(&plain, &print, &sheet, Some(&fonts)).unwrap());
    let grey = StyleSheet { grey: true, ..sheet };
    save("grey-6000.png", &paint(&plain, &print, &grey, Some(&fonts)).unwrap());

    for theme in [Theme::Dark, Theme::Light] {
        let hot = scene(Some(theme));
        let sheet = StyleSheet { heat: true, by_cell: false, ..StyleSheet::new(theme, 5000.0) };
        let picture = paint(&hot, &camera, &sheet, Some(&fonts)).unwrap();
        save(if theme == Theme::Dark { "dark-heat.png" } else { "light-heat.png" }, &picture);
        labels_keep_apart(&hot, &camera, &sheet, &fonts);
        // The same scene gives the same bytes.
        assert_eq!(picture, paint(&hot, &camera, &sheet, Some(&fonts)).unwrap());
    }
    let dark = StyleSheet { by_cell: true, ..StyleSheet::new(Theme::Dark, 5000.0) };
    save("dark-cells.png", &paint(&plain, &camera, &dark, Some(&fonts)).unwrap());
}
