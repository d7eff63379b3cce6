//! What is kept between frames, and what is not done twice.

use super::town::{middle, town};
use super::*;
use crate::geom::pt;
use crate::scene::{Fill, FillClass, Line, LineClass, Theme, Tone};

fn camera(scene: &Scene) -> Camera {
    Camera::at_scale(middle(scene), 5000.0, (640.0, 480.0), 1.0)
}

#[test]
fn an_unchanged_picture_is_not_painted_again() {
    let Some(state) = device("an_unchanged_picture_is_not_painted_again") else { return };
    let mut painter = MapPainter::new(&state);
    let scene = town(None);
    let (camera, sheet) = (camera(&scene), StyleSheet::new(Theme::Light, 5000.0));
    let options = PaintOptions::default();
    let size = (640, 480);
    painter.set_scene(&scene);
    let first = painter.render(size, &camera, &sheet, &options);
    assert!(first.0.drawn.is_some() && first.0.waiting == 0, "{first:?}");
    // On a software device the resting picture is made fine once.
    let second = painter.render(size, &camera, &sheet, &options);
    assert_eq!(second.0.drawn.is_some(), painter.gpu.is_software);
    for _ in 0..3 {
        painter.set_scene(&scene);
        let still = painter.render(size, &camera, &sheet, &options);
        assert_eq!(still, (Painted { waiting: 0, drawn: None }, false));
    }
    let moved = camera.panned(3.0, 0.0);
    assert!(painter.render(size, &moved, &sheet, &options).0.drawn.is_some());
    let dark = StyleSheet::new(Theme::Dark, 5000.0);
    assert!(painter.render(size, &moved, &dark, &options).0.drawn.is_some());
}

#[test]
fn a_recoloured_building_needs_no_new_triangles() {
    let Some(state) = device("a_recoloured_building_needs_no_new_triangles") else { return };
    let mut painter = MapPainter::new(&state);
    let mut scene = town(None);
    let (camera, sheet) = (camera(&scene), StyleSheet::new(Theme::Light, 5000.0));
    painter.set_scene(&scene);
    let before = picture(&mut painter, &camera, &sheet);
    let old = scene.layers[0].clone();
    let slots = Arc::new(vec![FillClass::Commercial; old.slots.len()]);
    scene.layers[0] = Arc::new((*old).clone().with_slots(slots, 2));
    painter.set_scene(&scene);
    let ready = |p: &MapPainter| p.slabs[&old.key].chunks().iter().all(|c| c.ready.is_some());
    assert!(ready(&painter), "the chunks stay");
    let after = picture(&mut painter, &camera, &sheet);
    let grey = sheet.resolve_fill(FillClass::Commercial).unwrap().color;
    let count = |p: &Picture| p.rgba.chunks_exact(4).filter(|c| **c == grey.0).count();
    assert!(count(&before) < 10 && count(&after) > 2000, "{} {}", count(&before), count(&after));
    // Back to the old table: the same picture.
    scene.layers[0] = Arc::new((*scene.layers[0]).clone().with_slots(old.slots.clone(), 3));
    painter.set_scene(&scene);
    assert!(picture(&mut painter, &camera, &sheet) == before);
}

#[test]
fn a_translucent_line_does_not_darken_at_its_corners() {
    let Some(state) = device("a_translucent_line_does_not_darken_at_its_corners") else { return };
    let mut painter = MapPainter::new(&state);
    // Metro on light: 75 % opaque, here wide. No dash reaches over a whole period, so the darkest pixel tells.
    let points = (0..40).map(|i| pt(i * 6_000, if i % 2 == 0 { 0 } else { 9_000 })).collect();
    let key = LayerKey { stack: Stack::Rail, part: 0 };
    let layer = Layer::new(key, 1, vec![], vec![], vec![Line::open(points, LineClass::Wall)]);
    let scene = Scene { layers: vec![Arc::new(layer)], ..Scene::default() };
    painter.set_scene(&scene);
    let camera = Camera::at_scale((120_000.0, 4_500.0), 5000.0, (300.0, 80.0), 4.0);
    let sheet = StyleSheet::new(Theme::Light, 5000.0);
    let shown = picture(&mut painter, &camera, &sheet);
    let style = sheet.resolve_line(LineClass::Wall).unwrap();
    assert!(style.color.0[3] < 200, "still translucent");
    let full = style.color.over(Theme::Light.paper()).0;
    let darkest = shown.rgba.chunks_exact(4).map(|p| p[0]).min().unwrap();
    assert!(darkest.abs_diff(full[0]) <= 2, "{darkest} is not {full:?}");
}

#[test]
fn bands_stay_in_their_own_cell() {
    let Some(state) = device("bands_stay_in_their_own_cell") else { return };
    let mut painter = MapPainter::new(&state);
    // An L beside a square: the reflex corner and the shared border are where a band could leak.
    let m = |x: i32, y: i32| pt(x * 1000, y * 1000);
    let l = vec![m(0, 0), m(200, 0), m(200, 100), m(100, 100), m(100, 200), m(0, 200)];
    let square = vec![m(100, 100), m(200, 100), m(200, 200), m(100, 200)];
    let band = |ring: &Vec<crate::geom::Pt>, tone, area| crate::scene::Band {
        ring: ring.clone(),
        class: crate::scene::BandClass::Cell(tone),
        area,
    };
    let key = LayerKey { stack: Stack::Band, part: 0 };
    let bands = vec![band(&l, Tone::a(0), 7), band(&square, Tone::a(1), 9)];
    let scene = Scene { layers: vec![Arc::new(Layer::new(key, 1, vec![], bands, vec![]))], ..Scene::default() };
    painter.set_scene(&scene);
    let camera = Camera::at_scale((100_000.0, 100_000.0), 2000.0, (480.0, 480.0), 1.0);
    let sheet = StyleSheet::new(Theme::Light, 2000.0);
    let shown = picture(&mut painter, &camera, &sheet);
    save("bands.png", &shown);
    let colour = |t: Tone| sheet.band(crate::scene::BandClass::Cell(t)).unwrap().0.over(Theme::Light.paper()).0;
    let at = |x: i32, y: i32| {
        let (x, y) = camera.to_screen(m(x, y));
        shown.pixel(x as u32, y as u32).0
    };
    let near = |a: [u8; 4], b: [u8; 4]| (0..3).all(|i| a[i].abs_diff(b[i]) <= 2);
    // Two metres on each side of the shared border, along both arms, and round the reflex corner.
    for v in [105, 130, 190] {
        assert!(near(at(98, v), colour(Tone::a(0))), "{v} {:?}", at(98, v));
        assert!(near(at(102, v), colour(Tone::a(1))), "{v} {:?}", at(102, v));
        assert!(near(at(v, 98), colour(Tone::a(0))) && near(at(v, 102), colour(Tone::a(1))), "{v}");
    }
    assert!(near(at(98, 98), colour(Tone::a(0))), "the L's band goes round its reflex corner");
    assert!(near(at(50, 50), Theme::Light.paper().0), "the middle of the arm is free");
}

#[test]
fn a_large_layer_comes_in_pieces_and_goes_when_room_is_short() {
    let Some(state) = device("a_large_layer_comes_in_pieces_and_goes_when_room_is_short") else { return };
    let mut painter = MapPainter::new(&state);
    let house = |i: i32| {
        let (x, y) = (i % 100 * 20_000, i / 100 * 20_000);
        let ring = vec![pt(x, y), pt(x + 12_000, y), pt(x + 12_000, y + 9_000), pt(x, y + 9_000)];
        Fill::new(vec![ring], FillClass::Commercial)
    };
    let key = LayerKey { stack: Stack::Buildings, part: 0 };
    let layer = |version| Arc::new(Layer::new(key, version, (0..10_000).map(house).collect(), vec![], vec![]));
    painter.set_layer(&layer(1));
    let camera = Camera::at_scale((1_000_000.0, 1_000_000.0), 9000.0, (900.0, 900.0), 1.0);
    let sheet = StyleSheet::new(Theme::Light, 9000.0);
    let none = PaintOptions { budget: Duration::ZERO, ..PaintOptions::default() };
    assert!(painter.slabs[&key].cut.is_none(), "nothing is made before it is seen");
    painter.render((900, 900), &camera, &sheet, &none);
    let chunks = painter.slabs[&key].chunks().len();
    assert!(chunks >= 4, "{chunks}");
    for k in 2..=chunks {
        let (painted, again) = painter.render((900, 900), &camera, &sheet, &none);
        assert_eq!(painted.waiting, chunks - k, "one a frame");
        assert!(again || k == chunks);
    }
    let whole = picture(&mut painter, &camera, &sheet);
    // A new version: the old one stays in sight while pieces are missing.
    painter.set_layer(&layer(2));
    painter.render((900, 900), &camera, &sheet, &none);
    let dark = |p: &Picture| p.rgba.chunks_exact(4).filter(|c| c[0] < 215).count();
    assert!(dark(&read(&painter)) * 10 > dark(&whole) * 9);
    assert!(picture(&mut painter, &camera, &sheet) == whole);
    // Seen from another street with little room, what is far away goes.
    let street = Camera::at_scale((100_000.0, 100_000.0), 500.0, (900.0, 900.0), 1.0);
    let near = StyleSheet::new(Theme::Light, 500.0);
    let tight = PaintOptions { keep_bytes: 0, ..none };
    let all = painter.bytes();
    while painter.render((900, 900), &street, &near, &tight).1 {}
    assert!(painter.bytes() < all, "{} {all}", painter.bytes());
    // Through jobs the same picture comes.
    let jobs = Jobs::new(|| {});
    painter.set_layer(&layer(3));
    let through = PaintOptions { jobs: Some(&jobs), ..PaintOptions::default() };
    let start = Instant::now();
    while painter.render((900, 900), &camera, &sheet, &through).1 {
        assert!(start.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(read(&painter) == whole);
}

#[test]
fn a_layer_from_a_job_is_painted_and_a_newer_one_wins() {
    let Some(state) = device("a_layer_from_a_job_is_painted_and_a_newer_one_wins") else { return };
    let mut painter = MapPainter::new(&state);
    let house = |i: i32, side: i32| {
        let (x, y) = (i % 60 * 20_000, i / 60 * 20_000);
        Fill::new(vec![vec![pt(x, y), pt(x + side, y), pt(x + side, y + side), pt(x, y + side)]], FillClass::Commercial)
    };
    let key = LayerKey { stack: Stack::Buildings, part: 0 };
    let layer = |version: u64, side| {
        let fills = (0..3000).map(|i| house(i, side)).collect();
        Arc::new(Layer::new(key, version, fills, vec![], vec![]))
    };
    let camera = Camera::at_scale((600_000.0, 500_000.0), 9000.0, (700.0, 600.0), 1.0);
    let sheet = StyleSheet::new(Theme::Light, 9000.0);
    let jobs = Jobs::new(|| {});
    let through = PaintOptions { jobs: Some(&jobs), ..PaintOptions::default() };
    let until_done = |painter: &mut MapPainter| {
        let start = Instant::now();
        while painter.render((700, 600), &camera, &sheet, &through).1 {
            assert!(start.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(2));
        }
        read(painter)
    };
    painter.set_layer(&layer(1, 4_000));
    let first = painter.render((700, 600), &camera, &sheet, &through).0;
    assert!(first.waiting > 0 && painter.slabs[&key].cut.is_none(), "nothing of it is made on this thread");
    // While the job is on its way a newer layer comes, and a third.
    painter.set_layer(&layer(2, 8_000));
    painter.render((700, 600), &camera, &sheet, &through);
    painter.set_layer(&layer(3, 15_000));
    let newest = until_done(&mut painter);
    let mut alone = MapPainter::new(&state);
    alone.set_layer(&layer(7, 15_000));
    assert!(newest == picture(&mut alone, &camera, &sheet));
    // What is shown stays until the next is whole.
    painter.set_layer(&layer(4, 4_000));
    painter.render((700, 600), &camera.panned(1.0, 0.0), &sheet, &through);
    let grey = |p: &Picture| p.rgba.chunks_exact(4).filter(|c| c[0] < 225).count();
    let shown = grey(&read(&painter));
    assert!(shown * 10 > grey(&newest) * 9, "{shown} of {}", grey(&newest));
    assert!(grey(&until_done(&mut painter)) * 2 < grey(&newest));
}

#[test]
fn broken_shapes_and_images_are_passed_over() {
    let Some(state) = device("broken_shapes_and_images_are_passed_over") else { return };
    let mut painter = MapPainter::new(&state);
    let p = pt(5, 5);
    let fills = vec![
        Fill::new(vec![], FillClass::Green),
        Fill::new(vec![vec![]], FillClass::Green),
        Fill::new(vec![vec![p], vec![p, p]], FillClass::Green),
        Fill::new(vec![vec![p, p, p, p]], FillClass::Water),
    ];
    let lines = vec![
        Line::open(vec![], LineClass::Cell),
        Line::open(vec![p], LineClass::Cell),
        Line::ring(vec![p, p], LineClass::Cell),
    ];
    let key = LayerKey { stack: Stack::Green, part: 0 };
    let image =
        Image { bounds: crate::geom::Box2::EMPTY, rgba: Arc::new(vec![1, 2, 3]), width: 7, height: 7, version: 1 };
    let layers = vec![Arc::new(Layer::new(key, 1, fills, vec![], lines))];
    painter.set_scene(&Scene { layers, images: vec![image], ..Scene::default() });
    let camera = Camera::at_scale((0.0, 0.0), 500.0, (64.0, 64.0), 1.0);
    let shown = picture(&mut painter, &camera, &StyleSheet::new(Theme::Light, 500.0));
    assert_eq!(shown.pixel(3, 3), Theme::Light.paper());
}
