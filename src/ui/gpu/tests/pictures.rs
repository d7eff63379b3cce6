//! The same scene painted by the GPU and off screen looks the same.

use super::town::{middle, town};
use super::*;
use crate::scene::{Theme, paint};

/// Mean difference of a channel, and the greatest mean of a block of 16 × 16 pixels.
fn differ(a: &Picture, b: &Picture) -> (f64, f64, (u32, u32)) {
    let (mut sum, mut worst, mut at) = (0.0, 0.0, (0, 0));
    for y in (0..a.height).step_by(16) {
        for x in (0..a.width).step_by(16) {
            let (mut block, mut n) = (0.0, 0.0);
            for v in y..(y + 16).min(a.height) {
                for u in x..(x + 16).min(a.width) {
                    let (p, q) = (a.pixel(u, v).0, b.pixel(u, v).0);
                    block += (0..3).map(|k| f64::from(p[k].abs_diff(q[k]))).sum::<f64>() / 3.0;
                    n += 1.0;
                }
            }
            sum += block;
            if block / n > worst {
                (worst, at) = (block / n, (x, y));
            }
        }
    }
    (sum / f64::from(a.width * a.height), worst, at)
}

fn compare(painter: &mut MapPainter, scene: &Scene, camera: &Camera, sheet: &StyleSheet, name: &str) {
    painter.set_scene(scene);
    let gpu = picture(painter, camera, sheet);
    let cpu = paint(scene, camera, sheet, None).unwrap();
    save(&format!("{name}-gpu.png"), &gpu);
    save(&format!("{name}-cpu.png"), &cpu);
    let (mean, worst, at) = differ(&gpu, &cpu);
    println!("{name}: mean {mean:.2}, worst block {worst:.1} at {at:?}");
    assert!(mean < 1.5, "{name}: mean difference {mean:.2}");
    assert!(worst < 16.0, "{name}: a block differs by {worst:.1} at {at:?}");
}

#[test]
fn the_gpu_paints_what_the_painter_off_screen_paints() {
    let Some(state) = device("the_gpu_paints_what_the_painter_off_screen_paints") else { return };
    let mut painter = MapPainter::new(&state);
    let plain = town(None);
    let at = middle(&plain);
    for (den, ppp) in [(900.0, 1.0), (2000.0, 2.0), (5000.0, 1.0), (10_000.0, 1.5), (25_000.0, 1.0), (60_000.0, 1.0)] {
        let camera = Camera::at_scale(at, den, (1000.0, 700.0), ppp);
        let sheet = StyleSheet::new(Theme::Light, den);
        compare(&mut painter, &plain, &camera, &sheet, &format!("light-{den}"));
    }
    let camera = Camera::at_scale(at, 5000.0, (1000.0, 700.0), 1.0);
    let dark = StyleSheet { by_cell: true, ..StyleSheet::new(Theme::Dark, 5000.0) };
    compare(&mut painter, &plain, &camera, &dark, "dark");
    let grey = StyleSheet { grey: true, ..StyleSheet::new(Theme::Print, 5000.0) };
    compare(&mut painter, &plain, &camera, &grey, "grey");
    for theme in [Theme::Light, Theme::Dark] {
        let hot = town(Some(theme));
        let sheet = StyleSheet { heat: true, by_cell: false, ..StyleSheet::new(theme, 5000.0) };
        compare(&mut painter, &hot, &camera, &sheet, &format!("heat-{theme:?}"));
    }
}

#[test]
fn nothing_trembles_a_thousand_kilometres_from_the_origin() {
    let Some(state) = device("nothing_trembles_a_thousand_kilometres_from_the_origin") else { return };
    let mut painter = MapPainter::new(&state);
    let far = 1_000_000_000;
    let near = town(None);
    let mut moved = near.clone();
    for layer in &mut moved.layers {
        let l = (**layer).clone();
        let shift = |p: &mut crate::geom::Pt| (p.x, p.y) = (p.x + far, p.y - far);
        let (mut fills, mut bands, mut lines) = ((*l.fills).clone(), (*l.bands).clone(), (*l.lines).clone());
        fills.iter_mut().flat_map(|f| f.rings.iter_mut().flatten()).for_each(shift);
        bands.iter_mut().flat_map(|b| &mut b.ring).for_each(shift);
        lines.iter_mut().flat_map(|b| &mut b.points).for_each(shift);
        let (slots, v) = (l.slots.clone(), l.slots_version);
        *layer = Arc::new(Layer::new(l.key, 2, fills, bands, lines).with_slots(slots, v));
    }
    let (x, y) = middle(&near);
    let sheet = StyleSheet::new(Theme::Light, 700.0);
    let here = Camera::at_scale((x, y), 700.0, (640.0, 480.0), 1.0);
    painter.set_scene(&near);
    let a = picture(&mut painter, &here, &sheet);
    painter.set_scene(&moved);
    let there = Camera { centre: (x + f64::from(far), y - f64::from(far)), ..here };
    let b = picture(&mut painter, &there, &sheet);
    // The hatch is fixed to the grid's origin and may fall otherwise; all else is the same.
    let (mean, worst, at) = differ(&a, &b);
    assert!(mean < 0.8 && worst < 12.0, "{mean} {worst} {at:?}");
}

#[test]
fn a_scanned_plan_lies_where_the_painter_off_screen_puts_it() {
    let Some(state) = device("a_scanned_plan_lies_where_the_painter_off_screen_puts_it") else { return };
    let mut painter = MapPainter::new(&state);
    let mut scene = town(None);
    let at = middle(&scene);
    // Lines of three widths on white, 1200 × 900 pixels of which each is four of the scan.
    let (w, h) = (1200u32, 900u32);
    let pixel = |i: u32| {
        let (x, y) = (i % w, i / w);
        let line = x % 60 < 2 || y % 75 < 3 || (x + y) % 150 < 4;
        if line { [30, 40, 60, 255] } else { [250, 246, 236, 255] }
    };
    let rgba = Arc::new((0..w * h).flat_map(pixel).collect::<Vec<u8>>());
    let pyramid = Arc::new(crate::scene::Pyramid::new(rgba, [w, h], 2, [2 * w - 1, 2 * h]).unwrap());
    let (sin, cos) = 20f64.to_radians().sin_cos();
    let s = 150.0;
    let to_grid = crate::geom::Affine([s * cos, s * sin, at.0 - 170_000.0, s * sin, -s * cos, at.1 + 60_000.0]);
    scene.backdrops = vec![
        crate::scene::Backdrop { pyramid: pyramid.clone(), to_grid, opacity: 0.7, over: false },
        crate::scene::Backdrop { pyramid, to_grid: to_grid.shifted([90_000.0, 40_000.0]), opacity: 0.5, over: true },
    ];
    for (den, ppp) in [(200.0, 1.0), (900.0, 1.0), (2500.0, 2.0), (10_000.0, 1.0), (40_000.0, 1.0)] {
        let camera = Camera::at_scale(at, den, (900.0, 600.0), ppp);
        let sheet = StyleSheet { underlay: true, ..StyleSheet::new(Theme::Light, den) };
        compare(&mut painter, &scene, &camera, &sheet, &format!("underlay-{den}"));
    }
    // Moved and dimmed it is another picture; the pixels stay where they are.
    let camera = Camera::at_scale(at, 2500.0, (900.0, 600.0), 1.0);
    let sheet = StyleSheet::new(Theme::Light, 2500.0);
    compare(&mut painter, &scene, &camera, &sheet, "underlay-here");
    let before = read(&painter);
    scene.backdrops.truncate(1);
    scene.backdrops[0].to_grid = to_grid.shifted([20_000.0, 0.0]);
    compare(&mut painter, &scene, &camera, &sheet, "underlay-there");
    assert_ne!(before.rgba, read(&painter).rgba);
}
