//! Picture, labels and symbols together in a window of egui.

use super::town::{middle, town};
use super::*;
use crate::geom::{Pt, pt};
use crate::scene::{
    Facility, FontData, FontSet, Incident, Label, LabelClass, Snap, Symbol, SymbolKind, Theme, place_labels,
};
use egui::{FontDefinitions, FontFamily};

/// Inter and Noto Sans SC where Debian puts them: Latin, Latin bold, Chinese, Chinese bold with their face numbers.
fn files() -> Option<[(Vec<u8>, u32); 4]> {
    let read = |path: &str, index| Some((std::fs::read(format!("/usr/share/fonts/opentype/{path}")).ok()?, index));
    Some([
        read("inter/Inter-Regular.otf", 0)?,
        read("inter/Inter-SemiBold.otf", 0)?,
        read("noto/NotoSansCJK-Regular.ttc", 2)?,
        read("noto/NotoSansCJK-Bold.ttc", 2)?,
    ])
}

fn install(ctx: &egui::Context, files: &[(Vec<u8>, u32); 4]) {
    let mut fonts = FontDefinitions::empty();
    for (i, (bytes, index)) in files.iter().enumerate() {
        let mut data = egui::FontData::from_owned(bytes.clone());
        data.index = *index;
        fonts.font_data.insert(i.to_string(), Arc::new(data));
    }
    fonts.families.insert(FontFamily::Proportional, vec!["0".into(), "2".into()]);
    fonts.families.insert(FontFamily::Monospace, vec!["0".into(), "2".into()]);
    fonts.families.insert(FontFamily::Name("semibold".into()), vec!["1".into(), "3".into()]);
    ctx.set_fonts(fonts);
}

fn furnished() -> Scene {
    let mut scene = town(None);
    let (x, y) = middle(&scene);
    let at = |u: i32, v: i32| -> Pt { pt(x as i32 + u * 1000, y as i32 + v * 1000) };
    for (i, (u, v)) in [(-380, 150), (-60, 220), (260, 230), (-330, -180), (20, -200)].into_iter().enumerate() {
        let mut l = Label::at(LabelClass::Cell, "柳塘一网格", at(u, v));
        l.chip = Some(format!("{:02}", i + 1));
        l.note = Some("495 户 ✓".into());
        scene.labels.push(l);
    }
    let mut road = Label::at(LabelClass::Road, "学林路", at(0, 0));
    road.along = Some(vec![at(-650, -330), at(-200, -400), at(500, -520)]);
    scene.labels.push(road);
    scene.labels.push(Label::at(LabelClass::Neighbour, "源深社区", at(-520, -430)));
    scene.labels.push(Label::at(LabelClass::Courtyard, "向阳院", at(120, 60)));
    let mut kinds: Vec<SymbolKind> = Facility::ALL.map(SymbolKind::Facility).to_vec();
    kinds.extend(
        [Incident::New, Incident::Accepted, Incident::Open, Incident::Overdue, Incident::Closed]
            .map(SymbolKind::Incident),
    );
    kinds.extend([Snap::Vertex, Snap::Edge, Snap::Crossing, Snap::Foot, Snap::Corner].map(SymbolKind::Snap));
    kinds.extend([
        SymbolKind::Count(128),
        SymbolKind::Station,
        SymbolKind::Vertex,
        SymbolKind::Midpoint,
        SymbolKind::Junction,
        SymbolKind::Padlock,
        SymbolKind::Warning,
        SymbolKind::Ask,
        SymbolKind::MovedPin(3, true),
        SymbolKind::Pin,
    ]);
    for (i, kind) in kinds.into_iter().enumerate() {
        let (u, v) = (i as i32 % 14, i as i32 / 14);
        scene.symbols.push(Symbol { at: at(-430 + u * 65, 90 - v * 70), kind });
    }
    scene
}

#[test]
fn labels_and_symbols_stand_on_the_picture() {
    let Some(files) = files() else {
        println!("skipped: labels_and_symbols_stand_on_the_picture: no Inter and Noto Sans CJK");
        return;
    };
    if device("labels_and_symbols_stand_on_the_picture").is_none() {
        return;
    }
    let data = |i: usize| Some(FontData { bytes: &files[i].0, index: files[i].1 });
    let fonts = FontSet::new(data(0), data(1), data(2), data(3)).unwrap();
    let scene = furnished();
    let sheet = StyleSheet::new(Theme::Light, 5000.0);
    let camera = Camera::at_scale(middle(&scene), 5000.0, (900.0, 700.0), 1.0);
    let placed = place_labels(&scene, &camera, &sheet, &fonts);
    assert!(placed.len() >= 6, "{}", placed.len());
    save("window-cpu.png", &crate::scene::paint(&scene, &camera, &sheet, Some(&fonts)).unwrap());
    let faces = Faces { regular: FontFamily::Proportional, bold: FontFamily::Name("semibold".into()) };
    struct Window {
        painter: MapPainter,
        installed: bool,
        spent: Vec<Duration>,
    }
    struct Shown<F: FnMut(&mut Window, &mut egui::Ui)>(Window, F);
    impl<F: FnMut(&mut Window, &mut egui::Ui)> eframe::App for Shown<F> {
        fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
            (self.1)(&mut self.0, ui);
        }
    }
    let mut harness =
        egui_kittest::Harness::builder().with_size([900.0, 700.0]).with_pixels_per_point(1.0).wgpu().build_eframe(
            move |cc| {
                install(&cc.egui_ctx, &files);
                let painter = MapPainter::new(cc.wgpu_render_state.as_ref().unwrap());
                let window = Window { painter, installed: false, spent: Vec::new() };
                Shown(window, move |w: &mut Window, ui: &mut egui::Ui| {
                    if !w.installed {
                        // Fonts come into force with the next frame.
                        w.installed = true;
                        ui.ctx().request_repaint();
                        return;
                    }
                    let rect = ui.max_rect();
                    let rect = ui.ctx().content_rect().union(rect);
                    w.painter.set_scene(&scene);
                    w.painter.paint(ui.painter(), rect, &camera, &sheet, &PaintOptions::default());
                    let start = Instant::now();
                    let stacks = [Stack::Handles, Stack::Facilities, Stack::Incidents, Stack::Labels];
                    paint_symbols(ui.painter(), rect, &camera, &sheet, &scene.symbols, &stacks, &faces);
                    paint_labels(ui.painter(), rect, &camera, &placed, &faces);
                    w.spent.push(start.elapsed());
                })
            },
        );
    harness.run();
    harness.run();
    let image = harness.render().unwrap();
    let picture = Picture { width: image.width(), height: image.height(), rgba: image.into_raw() };
    save("window-gpu.png", &picture);
    println!("labels and symbols: {:?}", harness.state().0.spent);
    // A plum chip and its white code, a road name's grey, a facility's plate.
    let has = |hex: u32, least: usize| {
        let c = crate::scene::Rgba::hex(hex);
        let n = picture.rgba.chunks_exact(4).filter(|p| (0..3).all(|k| p[k].abs_diff(c.0[k]) < 6)).count();
        assert!(n >= least, "{hex:06x}: {n}");
    };
    has(0x9B1B4A, 800);
    has(0xB3261E, 60);
    has(0x1B4F9C, 60);
}
