//! What single pixels of a picture must be.

use super::fonts;
use crate::geom::{Pt, pt};
use crate::scene::*;
use std::sync::Arc;

/// 96 × 96 pixels, one metre each, grid (0, 0) in the middle; 1:3,780 or so.
fn camera() -> Camera {
    Camera { centre: (0.0, 0.0), mm_per_px: 1000.0, size_px: (96.0, 96.0), pixels_per_point: 1.0 }
}

/// A rectangle given in pixels.
fn rect(x0: f64, y0: f64, x1: f64, y1: f64) -> Vec<Pt> {
    let p = |x: f64, y: f64| pt(((x - 48.0) * 1000.0) as i32, ((48.0 - y) * 1000.0) as i32);
    vec![p(x0, y1), p(x1, y1), p(x1, y0), p(x0, y0)]
}

fn one(stack: Stack, fills: Vec<Fill>, bands: Vec<Band>, lines: Vec<Line>) -> Scene {
    let layer = Layer::new(LayerKey { stack, part: 0 }, 1, fills, bands, lines);
    Scene { layers: vec![Arc::new(layer)], ..Scene::default() }
}

fn light() -> StyleSheet {
    StyleSheet::new(Theme::Light, camera().scale_denominator())
}

fn near(a: Rgba, b: Rgba, by: u8) -> bool {
    a.0.iter().zip(b.0).all(|(x, y)| x.abs_diff(y) <= by)
}

#[test]
fn a_square_covers_what_it_covers() {
    let ring = rect(10.25, 20.0, 40.0, 50.5);
    let picture = paint(
        &one(Stack::Green, vec![Fill::new(vec![ring], FillClass::Green)], vec![], vec![]),
        &camera(),
        &light(),
        None,
    )
    .unwrap();
    let (green, paper) = (light().resolve_fill(FillClass::Green).unwrap().color, Theme::Light.paper());
    for y in 0..96 {
        for x in 0..96 {
            let share = |p: u32, from: f64, to: f64| (to.min(f64::from(p) + 1.0) - from.max(f64::from(p))).max(0.0);
            let cover = share(x, 10.25, 40.0) * share(y, 20.0, 50.5);
            let want = green.faded(cover as f32).over(paper);
            assert!(near(picture.pixel(x, y), want, 1), "{x} {y} {:?} {want:?}", picture.pixel(x, y));
        }
    }
}

#[test]
fn holes_stay_open_and_slots_recolour() {
    let rings = vec![rect(8.0, 8.0, 80.0, 80.0), rect(30.0, 30.0, 50.0, 50.0)];
    let fill = Fill { rings, class: FillClass::Green, slot: 1 };
    let layer = Layer::new(LayerKey { stack: Stack::Green, part: 0 }, 1, vec![fill], vec![], vec![]);
    let mut scene = Scene { layers: vec![Arc::new(layer.clone())], ..Scene::default() };
    let at = |s: &Scene, x, y| paint(s, &camera(), &light(), None).unwrap().pixel(x, y);
    let color = |c| light().resolve_fill(c).unwrap().color;
    assert_eq!(at(&scene, 40, 40), Theme::Light.paper());
    assert_eq!(at(&scene, 20, 20), color(FillClass::Green));
    scene.layers[0] = Arc::new(layer.with_slots(Arc::new(vec![FillClass::Green, FillClass::Pitch]), 1));
    assert_eq!(at(&scene, 20, 20), color(FillClass::Pitch));
    assert_eq!(at(&scene, 40, 40), Theme::Light.paper());
}

#[test]
fn a_hatch_stays_in_its_polygon_and_moves_with_the_ground() {
    let triangle = vec![pt(-40_000, -40_000), pt(40_000, -40_000), pt(-40_000, 40_000)];
    let scene = one(Stack::CellFill, vec![Fill::new(vec![triangle], FillClass::Locked)], vec![], vec![]);
    let picture = paint(&scene, &camera(), &light(), None).unwrap();
    let (mut marked, mut clear) = (0, 0);
    for y in 0..96u32 {
        for x in 0..96u32 {
            let (e, n) = (f64::from(x) - 47.5, 47.5 - f64::from(y));
            let touched = picture.pixel(x, y) != Theme::Light.paper();
            if e < -41.0 || n < -41.0 || e + n > 1.5 {
                assert!(!touched, "{x} {y}");
            } else if e > -39.0 && n > -39.0 && e + n < -1.5 {
                *(if touched { &mut marked } else { &mut clear }) += 1;
            }
        }
    }
    // Lines 1.4 wide every 9 points, each touching up to 3.4 pixels across.
    let share = f64::from(marked) / f64::from(marked + clear);
    assert!((0.15..0.45).contains(&share), "{share}");
    // Moved by a whole number of pixels, the picture is the same, moved.
    let moved = paint(&scene, &Camera { centre: (5000.0, -3000.0), ..camera() }, &light(), None).unwrap();
    for y in 20..80u32 {
        for x in 20..80u32 {
            assert!(near(picture.pixel(x, y), moved.pixel(x - 5, y - 3), 2), "{x} {y}");
        }
    }
}

#[test]
fn a_band_lies_inside_and_as_wide_as_the_style_says() {
    let ring = rect(16.0, 16.0, 80.0, 80.0);
    let band = Band { ring, class: BandClass::Cell(Tone::a(0)), area: 0 };
    let picture = paint(&one(Stack::Band, vec![], vec![band], vec![]), &camera(), &light(), None).unwrap();
    let (color, width) = light().band(BandClass::Cell(Tone::a(0))).unwrap();
    let inside = color.over(Theme::Light.paper());
    for x in 0..96u32 {
        let d = f64::from(x) + 0.5 - 16.0;
        let p = picture.pixel(x, 48);
        if d < 0.0 || (d > f64::from(width) + 1.0 && d < 32.0) {
            assert_eq!(p, Theme::Light.paper(), "{x}");
        } else if d < f64::from(width) - 1.0 {
            assert!(near(p, inside, 1), "{x} {p:?} {inside:?}");
        }
    }
}

#[test]
fn no_casing_cuts_a_line() {
    let cross = vec![
        Line::open(vec![pt(-40_000, 0), pt(40_000, 0)], LineClass::Cell),
        Line::open(vec![pt(0, -40_000), pt(0, 40_000)], LineClass::Community),
    ];
    let sheet = light();
    let picture = paint(&one(Stack::Borders, vec![], vec![], cross), &camera(), &sheet, None).unwrap();
    let plum = sheet.resolve_line(LineClass::Cell).unwrap().color;
    for k in 12..84u32 {
        let (row, column) = (picture.pixel(k, 47), picture.pixel(47, k));
        // Two rows share a line of about two points, so each is at least half covered.
        assert!(row.contrast(plum) < 2.6, "{k} {row:?}");
        assert!(near(column, plum, 1), "{k} {column:?}");
    }
}

#[test]
fn shapes_far_larger_than_the_view_are_cut_right() {
    let far = 1_000_000_000;
    let big = vec![pt(-far, -far), pt(far, -far), pt(far, 0), pt(-far, 0)];
    let line = Line::open(vec![pt(-far, 20_000), pt(far, 20_000)], LineClass::Community);
    let ring = Line::ring(vec![pt(-far, -far), pt(-10_000, -far), pt(-10_000, far), pt(-far, far)], LineClass::Cell);
    let scene = Scene {
        layers: vec![
            one(Stack::Green, vec![Fill::new(vec![big], FillClass::Green)], vec![], vec![]).layers[0].clone(),
            one(Stack::Borders, vec![], vec![], vec![line, ring]).layers[0].clone(),
        ],
        ..Scene::default()
    };
    let fine = Camera { mm_per_px: 500.0, ..camera() };
    let sheet = StyleSheet::new(Theme::Light, fine.scale_denominator());
    let picture = paint(&scene, &fine, &sheet, None).unwrap();
    let green = sheet.resolve_fill(FillClass::Green).unwrap().color;
    assert_eq!(picture.pixel(70, 60), green);
    assert_eq!(picture.pixel(70, 40), Theme::Light.paper());
    let plum = sheet.resolve_line(LineClass::Cell).unwrap().color;
    assert!(near(picture.pixel(70, 7), plum, 1), "20 m north is 40 pixels up");
    assert!(near(picture.pixel(27, 60), plum, 60), "10 m west is 20 pixels left");
}

#[test]
fn a_label_has_its_halo_and_no_more() {
    let Some(fonts) = fonts() else { return };
    let mut scene =
        one(Stack::Water, vec![Fill::new(vec![rect(-9.0, -9.0, 105.0, 105.0)], FillClass::Pitch)], vec![], vec![]);
    let sheet = light();
    let ground = paint(&scene, &camera(), &sheet, Some(&fonts)).unwrap();
    scene.labels.push(Label::at(LabelClass::Courtyard, "紫藤院", pt(0, 0)));
    let picture = paint(&scene, &camera(), &sheet, Some(&fonts)).unwrap();
    let style = sheet.resolve_label(LabelClass::Courtyard).unwrap();
    let halo = style.halo.unwrap().0.over(ground.pixel(0, 0));
    let (mut haloed, mut inked) = (0, 0);
    for y in 0..96u32 {
        for x in 0..96u32 {
            let p = picture.pixel(x, y);
            let (dx, dy) = ((f64::from(x) - 47.5).abs(), (f64::from(y) - 47.5).abs());
            if dx > 20.0 || dy > 9.0 {
                assert_eq!(p, ground.pixel(x, y), "{x} {y}");
            }
            haloed += u32::from(near(p, halo, 3));
            inked += u32::from(p.contrast(Rgba::WHITE) > 3.0);
        }
    }
    assert!(haloed > 60 && inked > 40, "{haloed} {inked}");
}

#[test]
fn marks_are_where_they_stand() {
    let mut scene = Scene::default();
    scene.symbols.push(Symbol { at: pt(10_000, 0), kind: SymbolKind::Facility(Facility::Charging) });
    let picture = paint(&scene, &camera(), &light(), None).unwrap();
    let plate = Rgba::hex(0x1B7449);
    let hits: Vec<(u32, u32)> =
        (0..96).flat_map(|y| (0..96).map(move |x| (x, y))).filter(|&(x, y)| picture.pixel(x, y) == plate).collect();
    let (x0, x1) = (hits.iter().map(|h| h.0).min().unwrap(), hits.iter().map(|h| h.0).max().unwrap());
    assert!(x0.abs_diff(50) <= 1 && x1.abs_diff(65) <= 1, "{x0} {x1}");
}

#[test]
fn bad_input_is_refused_or_ignored() {
    let wide = Camera { size_px: (30_000.0, 10.0), ..camera() };
    assert!(matches!(paint(&Scene::default(), &wide, &light(), None), Err(SceneError::Size(30_000, 10))));
    let none = Camera { size_px: (f32::NAN, 10.0), ..camera() };
    assert!(paint(&Scene::default(), &none, &light(), None).is_err());
    assert!(FontSet::new(Some(FontData { bytes: b"no font", index: 0 }), None, None, None).is_err());
    let odd = one(
        Stack::Borders,
        vec![Fill::new(vec![vec![], vec![pt(0, 0)], vec![pt(0, 0), pt(5, 5)]], FillClass::Unassigned)],
        vec![Band { ring: vec![pt(1, 1)], class: BandClass::Selected, area: 3 }],
        vec![Line::ring(vec![], LineClass::Cell), Line::open(vec![pt(0, 0)], LineClass::Ghost)],
    );
    let mut scene = odd;
    scene.images.push(Image {
        bounds: crate::geom::Box2::EMPTY,
        rgba: Arc::new(vec![1, 2, 3]),
        width: 9,
        height: 9,
        version: 0,
    });
    assert!(paint(&scene, &camera(), &light(), None).is_ok());
}

#[test]
fn a_png_reads_back_with_its_resolution() {
    let scene = one(Stack::Green, vec![Fill::new(vec![rect(3.0, 3.0, 60.0, 40.0)], FillClass::Green)], vec![], vec![]);
    let picture = paint(&scene, &camera(), &light(), None).unwrap();
    let bytes = picture.png(300.0).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let dims = reader.info().pixel_dims.unwrap();
    assert_eq!(dims.xppu, 11_811);
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    assert_eq!(pixels, picture.rgba);
}
