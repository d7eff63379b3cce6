//! Times of a frame; printed, not judged: `GETU_BENCH=1 cargo test --release ui::gpu::tests::bench -- --nocapture`.

use super::town::town;
use super::*;
use crate::geom::{Pt, pt};
use crate::scene::{Fill, FillClass, Theme, Tone};

/// `n` buildings of 4 to 8 corners in streets, 24 m apart.
fn city(n: usize) -> Scene {
    let side = (n as f64).sqrt().ceil() as usize;
    let mut seed = 7u32;
    let mut dice = move |most: i32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as i32 % most
    };
    let mut slots = Vec::new();
    let house = |i: usize| -> Fill {
        let (x, y) = ((i % side) as i32 * 24_000 + dice(4000), (i / side) as i32 * 24_000 + dice(4000));
        let (w, h) = (7_000 + dice(9000), 6_000 + dice(8000));
        let at = |u: i32, v: i32| -> Pt { pt(x + u + v / 5, y + v - u / 5) };
        let ring = if i.is_multiple_of(3) {
            vec![at(0, 0), at(w, 0), at(w, h / 2), at(w / 2, h / 2), at(w / 2, h), at(0, h)]
        } else {
            vec![at(0, 0), at(w, 0), at(w, h), at(0, h)]
        };
        slots.push(FillClass::Dwelling(Tone::a((i / 500) as u8)));
        Fill { rings: vec![ring], class: FillClass::OtherBuilding, slot: i as u32 }
    };
    let fills: Vec<Fill> = (0..n).map(house).collect();
    let key = LayerKey { stack: Stack::Buildings, part: 0 };
    let layer = Layer::new(key, 1, fills, vec![], vec![]).with_slots(Arc::new(slots), 1);
    Scene { layers: vec![Arc::new(layer)], ..Scene::default() }
}

fn times(painter: &mut MapPainter, name: &str, camera: &Camera, sheet: &StyleSheet) {
    let options = PaintOptions { budget: Duration::from_secs(600), ..PaintOptions::default() };
    let size = (camera.size_px.0 as u32, camera.size_px.1 as u32);
    let start = Instant::now();
    let (first, _) = painter.render(size, camera, sheet, &options);
    wait(painter);
    let cold = start.elapsed();
    let software = painter.gpu.is_software;
    let mut line = format!("{name}: first {:.1} ms", cold.as_secs_f64() * 1e3);
    for fine in [false, true] {
        // A moving picture is fine only on a real GPU.
        painter.gpu.is_software = !fine;
        let (mut cpu, mut wall) = (Vec::new(), Vec::new());
        for k in 0..9 {
            let start = Instant::now();
            painter.render(size, &camera.panned(k as f32 * 3.0 + 1.0, 2.0), sheet, &options);
            cpu.push(start.elapsed().as_secs_f64() * 1e3);
            wait(painter);
            wall.push(start.elapsed().as_secs_f64() * 1e3);
        }
        cpu.sort_by(f64::total_cmp);
        wall.sort_by(f64::total_cmp);
        let samples = if fine { 4 } else { 1 };
        line += &format!(" | {samples}x: encode {:.2} ms, frame {:.1} ms", cpu[4], wall[4]);
    }
    painter.gpu.is_software = software;
    println!("{line} | {:?}, {:.0} MB", first.drawn.unwrap_or_default(), painter.bytes() as f64 / 1e6);
}

#[test]
fn how_long_a_frame_takes() {
    if std::env::var_os("GETU_BENCH").is_none() {
        println!("skipped: how_long_a_frame_takes: GETU_BENCH is not set");
        return;
    }
    let Some(state) = device("how_long_a_frame_takes") else { return };
    println!("{:?}", state.adapter.get_info());
    let size = (1600.0, 1000.0);
    {
        let mut painter = MapPainter::new(&state);
        let scene = town(Some(Theme::Light));
        painter.set_scene(&scene);
        for den in [800.0, 5000.0, 20_000.0] {
            let camera = Camera::at_scale(super::town::middle(&scene), den, size, 1.0);
            times(&mut painter, &format!("town 1:{den}"), &camera, &StyleSheet::new(Theme::Light, den));
        }
        // What each layer costs.
        for l in &scene.layers {
            let alone = Scene { layers: vec![l.clone()], ..Scene::default() };
            painter.set_scene(&alone);
            let camera = Camera::at_scale(super::town::middle(&scene), 5000.0, size, 1.0);
            times(&mut painter, &format!("{:?} alone", l.key.stack), &camera, &StyleSheet::new(Theme::Light, 5000.0));
        }
        painter.set_scene(&scene);
        // A drag: cells, bands and borders are new each frame.
        let camera = Camera::at_scale(super::town::middle(&scene), 3000.0, size, 1.0);
        let sheet = StyleSheet::new(Theme::Light, 3000.0);
        let mut cpu = Vec::new();
        for v in 2..32 {
            let mut now = scene.clone();
            for l in
                now.layers.iter_mut().filter(|l| matches!(l.key.stack, Stack::CellFill | Stack::Band | Stack::Borders))
            {
                let mut new = (**l).clone();
                new.version = v;
                *l = Arc::new(new);
            }
            let start = Instant::now();
            painter.set_scene(&now);
            painter.build(&camera, &sheet, &PaintOptions::default());
            cpu.push(start.elapsed().as_secs_f64() * 1e3);
        }
        cpu.sort_by(f64::total_cmp);
        println!("drag, 10 cells: layers to buffers {:.3} ms (median), {:.3} ms (most)", cpu[15], cpu[29]);
    }
    for n in [10_000, 100_000, 1_000_000] {
        let scene = city(n);
        let mut painter = MapPainter::new(&state);
        let start = Instant::now();
        painter.set_scene(&scene);
        println!("{n} buildings: cut into chunks {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
        let bounds = scene.layers[0].bounds;
        let full = Camera::at_scale((0.0, 0.0), 1000.0, size, 1.0).fit(bounds, 20.0);
        let den = full.scale_denominator();
        // Also where the style would draw none: what drawing all would cost.
        let forced = StyleSheet::new(Theme::Light, 25_000.0);
        let street = Camera::at_scale(full.centre, 1000.0, size, 1.0);
        let block = Camera::at_scale(full.centre, 5000.0, size, 1.0);
        times(&mut painter, &format!("{n} street 1:1000"), &street, &StyleSheet::new(Theme::Light, 1000.0));
        times(&mut painter, &format!("{n} block 1:5000"), &block, &StyleSheet::new(Theme::Light, 5000.0));
        times(&mut painter, &format!("{n} full 1:{den:.0}"), &full, &StyleSheet::new(Theme::Light, den));
        if n < 1_000_000 || std::env::var_os("GETU_BENCH").is_some_and(|v| v == "all") {
            times(&mut painter, &format!("{n} full, all drawn"), &full, &forced);
        }
        let mut slots = (*scene.layers[0].slots).clone();
        slots[n / 2..n / 2 + 40].fill(FillClass::Commercial);
        let recoloured = Arc::new((*scene.layers[0]).clone().with_slots(Arc::new(slots), 2));
        let start = Instant::now();
        painter.set_layer(&recoloured);
        println!("{n}: 40 recoloured {:.3} ms", start.elapsed().as_secs_f64() * 1e3);
    }
}
