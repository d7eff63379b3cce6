//! Scanned plans: added, placed by points with a known answer, seen through, ordered, removed, undone, saved and opened.

use super::*;
use crate::geom::Affine;
use crate::model::Underlay;
use crate::scene::Theme;
use crate::ui::app::underlays as own;
use egui::Key;
use std::path::{Path, PathBuf};

/// A plan of `w` × `h` pixels as PNG: white, with a dark frame.
fn png(folder: &Path, name: &str, w: u32, h: u32) -> PathBuf {
    let pixel = |i: u32| {
        let (x, y) = (i % w, i / w);
        let dark = x < 4 || y < 4 || x + 4 >= w || y + 4 >= h;
        if dark { [40, 40, 40, 255] } else { [255, 255, 255, 255] }
    };
    let rgba: Vec<u8> = (0..w * h).flat_map(pixel).collect();
    let picture = crate::scene::Picture { width: w, height: h, rgba };
    let path = folder.join(name);
    std::fs::write(&path, picture.png(96.0).unwrap()).unwrap();
    path
}

/// The sample with a data folder of its own.
fn with_data(test: &str) -> Option<(Window, tempfile::TempDir)> {
    let mut h = sample(test)?;
    let folder = tempfile::tempdir().unwrap();
    app(&mut h).data = Some(folder.path().join("data"));
    Some((h, folder))
}

fn added(h: &mut Window, path: PathBuf) {
    app(h).add_underlay(path);
    wait(h);
    rest(h);
}

fn underlay(h: &Window, name: &str) -> Underlay {
    (**session(h).project().underlay(name).expect("it was added")).clone()
}

/// Runs frames until all pictures were read.
fn read(h: &mut Window) {
    for _ in 0..2000 {
        h.step();
        if !own::reading(doc(h)) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    h.run();
}

/// A grid point from its metres in the project.
fn at(h: &Window, [e, n]: [f64; 2]) -> Pt {
    session(h).project().origin().grid_of_metres(e, n).expect("near")
}

#[test]
fn a_picture_is_added_in_sight_and_placed_by_three_points() {
    let Some((mut h, folder)) = with_data("a_picture_is_added_in_sight_and_placed_by_three_points") else { return };
    let middle = doc(&h).extent().centre();
    look_at(&mut h, middle, 2000.0);
    let camera = doc(&h).camera;
    let before = state(&h);
    added(&mut h, png(folder.path(), "总平面.png", 800, 600));
    assert_eq!(doc(&h).camera, camera, "a picture never moves the camera");
    let u = underlay(&h, "总平面.png");
    assert_eq!((u.size, u.opacity, steps(&h)), ([800, 600], 60, 1));
    let seen = doc(&h).picture.scene().backdrops.clone();
    assert_eq!(seen.len(), 1);
    assert!(
        (seen[0].opacity - 0.6).abs() < 1e-6 && seen[0].seen(&camera.unwrap()).is_some(),
        "in the middle of the view"
    );
    assert!(h.query_by_label("完成定位").is_some() && h.query_by_label("全部底稿").is_none());
    // Three points: half of its scale on the ground, turned by 90° to the left, off to one side. As a person clicks:
    // a place on the picture, then its place on the map.
    let half = u.place.pixel_size() / 2.0;
    let corner = session(&h).project().origin().metres(middle);
    let truth = Affine([0.0, half, corner[0] - 120.0, half, 0.0, corner[1] + 20.0]);
    for (k, pixel) in [[80.0, 60.0], [320.0, 60.0], [80.0, 360.0]].into_iter().enumerate() {
        let shown = doc(&h).underlays.placing.as_ref().unwrap().place();
        let (from, to) = (at(&h, shown.apply(pixel)), at(&h, truth.apply(pixel)));
        click(&mut h, from);
        let pending = doc(&h).underlays.placing.as_ref().unwrap().pending.expect("waits for its place");
        assert!((pending[0] - pixel[0]).hypot(pending[1] - pixel[1]) < 4.0, "{pending:?} {pixel:?}");
        // Exactly where it was meant, whatever pixel the pointer hit.
        app(&mut h).doc.as_mut().unwrap().underlays.placing.as_mut().unwrap().pending = Some(pixel);
        app(&mut h).doc.as_mut().unwrap().snapping = false;
        click(&mut h, to);
        assert_eq!(doc(&h).underlays.placing.as_ref().unwrap().points.len(), k + 1);
    }
    // Coordinates typed to the millimetre, X north first; the residuals go to nothing.
    for (i, pixel) in [[80.0, 60.0], [320.0, 60.0], [80.0, 360.0]].into_iter().enumerate() {
        let [e, n] = truth.apply(pixel);
        type_into(&mut h, &format!("第 {} 点坐标", i + 1), &format!("{n:.3},{e:.3}"));
        key(&mut h, Key::Enter);
    }
    let (each, rms) = doc(&h).underlays.placing.as_ref().unwrap().residuals();
    assert!(each.len() == 3 && rms < 0.002, "{each:?}");
    assert!(painted(&h).iter().any(|t| t == "中误差 0.00 米"), "{:?}", painted(&h));
    // The third point 2 m off: it is seen in figures, and less with an affine map.
    let [e, n] = truth.apply([80.0, 360.0]);
    type_into(&mut h, "第 3 点坐标", &format!("{:.3},{e:.3}", n + 2.0));
    key(&mut h, Key::Enter);
    let off = doc(&h).underlays.placing.as_ref().unwrap().residuals().1;
    assert!(off > 0.3, "{off}");
    assert!(painted(&h).contains(&format!("中误差 {off:.2} 米")), "{off} {:?}", painted(&h));
    push(&mut h, "仿射变换");
    assert!(doc(&h).underlays.placing.as_ref().unwrap().residuals().1 < 1e-6);
    push(&mut h, "相似变换");
    type_into(&mut h, "第 3 点坐标", &format!("{n:.3},{e:.3}"));
    key(&mut h, Key::Enter);
    assert_eq!(steps(&h), 1, "nothing is done before it is done");
    push(&mut h, "完成定位");
    assert!(doc(&h).underlays.placing.is_none() && steps(&h) == 2, "{}", told(&mut h));
    let u = underlay(&h, "总平面.png");
    for p in [[0.0, 0.0], [800.0, 600.0]] {
        let (a, b) = (u.place.apply(p), truth.apply(p));
        assert!((a[0] - b[0]).hypot(a[1] - b[1]) < 0.01, "{a:?} {b:?}");
    }
    assert!(told(&mut h).contains("按 3 个控制点定位，中误差 0.00 米"), "{}", told(&mut h));
    // Two steps back, and there is none.
    push(&mut h, "撤销");
    assert_eq!(underlay(&h, "总平面.png").points.len(), 0);
    push(&mut h, "撤销");
    assert_eq!(state(&h), before);
    assert!(doc(&h).picture.scene().backdrops.is_empty());
    push(&mut h, "重做");
    push(&mut h, "重做");
    assert_eq!(underlay(&h, "总平面.png"), u);
}

#[test]
fn it_is_dragged_by_hand_and_esc_leaves_it_where_it_was() {
    let Some((mut h, folder)) = with_data("it_is_dragged_by_hand_and_esc_leaves_it_where_it_was") else { return };
    added(&mut h, png(folder.path(), "a.png", 400, 300));
    let u = underlay(&h, "a.png");
    let middle = at(&h, u.place.apply([200.0, 150.0]));
    let from = place(&h, middle);
    press_and_move(&mut h, from, vec2(60.0, 30.0));
    let_go(&mut h, from + vec2(60.0, 30.0));
    let moved = doc(&h).underlays.placing.as_ref().unwrap().place();
    assert_ne!(moved, u.place);
    assert_eq!(underlay(&h, "a.png").place, u.place, "not yet done");
    key(&mut h, Key::Escape);
    assert!(doc(&h).underlays.placing.is_none() && steps(&h) == 1);
    // Again, and by Enter it is done; the corner turns and scales.
    push(&mut h, "定位 a.png");
    press_and_move(&mut h, from, vec2(60.0, 30.0));
    let_go(&mut h, from + vec2(60.0, 30.0));
    let corner = {
        let p = doc(&h).underlays.placing.as_ref().unwrap().corners()[2];
        let p = at(&h, p);
        place(&h, p)
    };
    press_and_move(&mut h, corner, vec2(-80.0, -60.0));
    let_go(&mut h, corner + vec2(-80.0, -60.0));
    key(&mut h, Key::Enter);
    let now = underlay(&h, "a.png").place;
    assert!(steps(&h) == 2 && now.pixel_size() < u.place.pixel_size() * 0.95, "{now:?}");
    // A point taken back by Backspace, a click beside the picture answered in words, a tool ends it.
    push(&mut h, "定位 a.png");
    let p = at(&h, now.apply([100.0, 100.0]));
    click(&mut h, p);
    assert!(doc(&h).underlays.placing.as_ref().unwrap().pending.is_some());
    key(&mut h, Key::Backspace);
    assert!(doc(&h).underlays.placing.as_ref().unwrap().pending.is_none());
    let beside = map_rect(&h).left_top() + vec2(6.0, 400.0);
    click_at(&mut h, beside);
    assert!(told(&mut h).contains("这里没有图"), "{}", told(&mut h));
    key(&mut h, Key::A);
    assert!(doc(&h).underlays.placing.is_none());
    assert_eq!(steps(&h), 2);
}

#[test]
fn opacity_order_and_sight_are_steps_and_removal_can_be_taken_back() {
    let Some((mut h, folder)) = with_data("opacity_order_and_sight_are_steps_and_removal_can_be_taken_back") else {
        return;
    };
    for name in ["a.png", "b.png"] {
        added(&mut h, png(folder.path(), name, 300, 200 + name.len() as u32 * u32::from(name.as_bytes()[0])));
        push(&mut h, "放弃定位");
    }
    assert_eq!(steps(&h), 2);
    let names = |h: &Window| session(h).project().underlays().iter().map(|u| u.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&h), ["a.png", "b.png"]);
    push(&mut h, "上移 a.png");
    assert_eq!((names(&h), steps(&h)), (vec!["b.png".to_owned(), "a.png".to_owned()], 3));
    // A slider: many values while it is held, one step when it is let go.
    let slider = h.get_by_label("不透明度 a.png").rect();
    let rail = slider.width() - 66.0;
    let (from, by) = (egui::pos2(slider.left() + 6.0 + rail * 0.6, slider.center().y), vec2(-0.25 * rail, 0.0));
    press_and_move(&mut h, from, by);
    let shown = doc(&h).picture.scene().backdrops.last().unwrap().opacity;
    assert!(shown < 0.5 && underlay(&h, "a.png").opacity == 60, "{shown}");
    let_go(&mut h, from + by);
    assert_eq!(steps(&h), 4);
    let opacity = underlay(&h, "a.png").opacity;
    assert!((33..=37).contains(&opacity), "{opacity}");
    push(&mut h, "隐藏底稿 a.png");
    assert_eq!((steps(&h), doc(&h).picture.scene().backdrops.len()), (5, 1));
    push(&mut h, "显示底稿 a.png");
    assert_eq!(doc(&h).picture.scene().backdrops.len(), 2);
    // The switch of the layers is of the view only.
    key(&mut h, Key::U);
    assert!(h.query_by_label("添加扫描图…").is_none(), "the float is closed by its key");
    push(&mut h, "图层");
    let before = steps(&h);
    push(&mut h, "扫描底稿");
    assert!(doc(&h).picture.scene().backdrops.is_empty() && steps(&h) == before);
    push(&mut h, "扫描底稿");
    assert_eq!(doc(&h).picture.scene().backdrops.len(), 2);
    key(&mut h, Key::U);
    assert!(h.query_by_label("扫描底稿").is_none(), "one float at a time");
    let kept = state(&h);
    push(&mut h, "移除 a.png");
    assert_eq!(names(&h), ["b.png"]);
    assert!(told(&mut h).contains("移除底稿“a.png”"), "{}", told(&mut h));
    push(&mut h, "撤销");
    assert_eq!(state(&h), kept);
    read(&mut h);
    assert_eq!(doc(&h).picture.scene().backdrops.len(), 2, "its picture was not thrown away");
}

#[test]
fn the_whole_map_holds_a_scan_that_lies_beside_the_buildings_while_it_is_shown() {
    let test = "the_whole_map_holds_a_scan_that_lies_beside_the_buildings_while_it_is_shown";
    let Some((mut h, folder)) = with_data(test) else { return };
    let rows = doc(&h).extent();
    look_at(&mut h, crate::geom::pt(rows.max.x + 900_000, rows.max.y), 2000.0);
    added(&mut h, png(folder.path(), "a.png", 300, 200));
    push(&mut h, "放弃定位");
    let scan = own::extent(doc(&h));
    assert!(scan.min.x > rows.max.x);
    key(&mut h, Key::Home);
    rest(&mut h);
    let seen = |h: &Window, b: Box2| doc(h).camera.unwrap().visible().union(b) == doc(h).camera.unwrap().visible();
    assert!(seen(&h, scan) && seen(&h, rows));
    push(&mut h, "隐藏底稿 a.png");
    key(&mut h, Key::Home);
    rest(&mut h);
    assert!(!seen(&h, scan) && seen(&h, rows));
}

#[test]
fn it_opens_again_with_the_project_and_a_missing_picture_is_told() {
    let Some((mut h, folder)) = with_data("it_opens_again_with_the_project_and_a_missing_picture_is_told") else {
        return;
    };
    added(&mut h, png(folder.path(), "总平面.png", 320, 240));
    push(&mut h, "放弃定位");
    let path = folder.path().join("柳塘.gpkg");
    app(&mut h).save_to(path.clone(), false);
    wait(&mut h);
    let kept = state(&h);
    let beside = folder.path().join("柳塘.底稿").join(underlay(&h, "总平面.png").file_name());
    assert!(beside.is_file(), "{}", told(&mut h));
    // Without the data folder: the copy beside the project is enough.
    app(&mut h).data = Some(folder.path().join("elsewhere"));
    app(&mut h).doc = None;
    h.run();
    app(&mut h).open_file(path.clone());
    wait(&mut h);
    read(&mut h);
    assert_eq!((state(&h), doc(&h).picture.scene().backdrops.len()), (kept, 1), "{}", told(&mut h));
    assert!(own::missing(doc(&h), crate::model::Lang::Zh).is_empty());
    // Saved elsewhere, it comes along.
    let other = folder.path().join("b").join("副本.gpkg");
    std::fs::create_dir_all(other.parent().unwrap()).unwrap();
    app(&mut h).save_to(other.clone(), false);
    wait(&mut h);
    assert!(other.with_file_name("副本.底稿").join(beside.file_name().unwrap()).is_file());
    // Gone: words, and everything else opens.
    std::fs::remove_dir_all(other.with_file_name("副本.底稿")).unwrap();
    app(&mut h).doc = None;
    h.run();
    app(&mut h).open_file(other.clone());
    wait(&mut h);
    read(&mut h);
    assert_eq!((state(&h), cells(&h)), (kept, 10));
    assert!(doc(&h).picture.scene().backdrops.is_empty());
    let said = own::missing(doc(&h), crate::model::Lang::Zh).join("");
    assert!(said.contains("总平面.png") && said.contains("副本.底稿"), "{said}");
    assert!(told(&mut h).contains("总平面.png"), "{}", told(&mut h));
    // Put back, it is found when the float is opened again.
    std::fs::create_dir_all(other.with_file_name("副本.底稿")).unwrap();
    std::fs::copy(&beside, other.with_file_name("副本.底稿").join(beside.file_name().unwrap())).unwrap();
    push(&mut h, "底稿");
    push(&mut h, "管理底稿");
    read(&mut h);
    assert_eq!(doc(&h).picture.scene().backdrops.len(), 1);
}

#[test]
fn what_is_no_picture_is_refused_and_a_world_file_places_one_at_once() {
    let Some((mut h, folder)) = with_data("what_is_no_picture_is_refused_and_a_world_file_places_one_at_once") else {
        return;
    };
    let pdf = folder.path().join("图.pdf");
    std::fs::write(&pdf, "%PDF-1.7").unwrap();
    added(&mut h, pdf);
    assert!(told(&mut h).contains("图.pdf") && told(&mut h).contains("PDF"), "{}", told(&mut h));
    assert_eq!(steps(&h), 0);
    let [e, n] = session(&h).project().origin().metres(doc(&h).extent().centre());
    let path = png(folder.path(), "b.png", 200, 100);
    std::fs::write(folder.path().join("b.pgw"), format!("0.5\n0\n0\n-0.5\n{}\n{}\n", e + 0.25, n - 0.25)).unwrap();
    let camera = doc(&h).camera;
    added(&mut h, path);
    let u = underlay(&h, "b.png");
    assert_eq!(u.place, Affine([0.5, 0.0, e, 0.0, -0.5, n]));
    assert!(doc(&h).underlays.placing.is_none() && doc(&h).camera == camera, "it lies where it is; nothing is asked");
    assert!(h.query_by_label("定位 b.png").is_some(), "the float is open");
    // What is seen is what is saved as a picture.
    let scene = doc(&h).picture.scene().clone();
    let mut sheet = crate::scene::StyleSheet::new(Theme::Light, 5000.0);
    sheet.underlay = true;
    let painted = crate::scene::paint(&scene, &camera.unwrap(), &sheet, None).unwrap();
    let plain = crate::scene::Scene { backdrops: vec![], ..scene };
    assert_ne!(painted.rgba, crate::scene::paint(&plain, &camera.unwrap(), &sheet, None).unwrap().rgba);
}
