//! Saving, opening, leaving, importing, and work that is stopped.

use super::*;
use crate::session::import::What;
use crate::ui::app::work::{Leave, Work};
use egui::Key;
use std::path::{Path, PathBuf};

/// Writes `n` small buildings round the middle of what is shown, in the project's own system.
pub(super) fn geojson(h: &Window, folder: &Path, n: i32) -> PathBuf {
    let p = session(h).project();
    let middle = doc(h).extent().centre();
    let features: Vec<String> = (0..n)
        .map(|i| {
            let corner = |dx: i32, dy: i32| {
                let [e, n] = p.origin().metres(crate::geom::pt(middle.x + i * 20_000 + dx, middle.y + dy));
                format!("[{e:.3},{n:.3}]")
            };
            let ring =
                [(0, 0), (9000, 0), (9000, 9000), (0, 9000), (0, 0)].map(|(x, y)| corner(x, y)).join(",");
            format!(
                r#"{{"type":"Feature","properties":{{"code":"NEW{i:03}","name":"新楼 {i}","households":12}},"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}"#
            )
        })
        .collect();
    let crs = r#"{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4549"}}"#;
    let text = format!(r#"{{"type":"FeatureCollection","crs":{crs},"features":[{}]}}"#, features.join(","));
    let path = folder.join("buildings.geojson");
    std::fs::write(&path, text).unwrap();
    path
}

/// Merges two neighbours.
fn change(h: &mut Window) {
    let (a, b) = neighbours(h);
    let (ra, rb) = (row_label(h, a), row_label(h, b));
    push(h, &ra);
    h.get_by_label(&rb).click_modifiers(Modifiers::COMMAND);
    rest(h);
    key(h, Key::C);
    assert!(session(h).is_dirty());
}

#[test]
fn what_is_saved_opens_with_the_same_state_and_its_history() {
    let Some(mut h) = sample("what_is_saved_opens_with_the_same_state_and_its_history") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("柳塘.gpkg");
    change(&mut h);
    let kept = state(&h);
    app(&mut h).save_to(path.clone(), false);
    wait(&mut h);
    assert!(path.is_file(), "{}", told(&mut h));
    assert!(!session(&h).is_dirty());
    assert!(painted(&h).iter().any(|t| t.starts_with("已保存 ")));
    app(&mut h).doc = None;
    h.run();
    app(&mut h).open_file(path.clone());
    wait(&mut h);
    assert_eq!((state(&h), steps(&h), cells(&h)), (kept, 1, 9), "{}", told(&mut h));
    assert_eq!(doc(&h).path.as_deref(), Some(path.as_path()));
    push(&mut h, "撤销");
    assert_eq!(cells(&h), 10, "the history came along");
}

#[test]
fn borders_that_another_program_moved_are_asked_about_and_taken_in() {
    let Some(mut h) = sample("borders_that_another_program_moved_are_asked_about_and_taken_in") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("柳塘.gpkg");
    app(&mut h).save_to(path.clone(), false);
    wait(&mut h);
    let kept = state(&h);
    let (a, b) = neighbours(&h);
    let code = |h: &Window, id: Id| layer(h).units[&id].code.clone();
    let codes = [code(&h, a), code(&h, b)];
    let (was_a, was_b) = (ground(&h, a), ground(&h, b));
    crate::store::tests::swap_geometry(&path, "cells_grid_1", [&codes[0], &codes[1]]);
    app(&mut h).doc = None;
    h.run();
    app(&mut h).open_file(path.clone());
    wait(&mut h);
    assert_eq!(state(&h), kept, "nothing is done before the answer");
    assert!(h.query_by_label("其他程序改过网格边界").is_some());
    assert!(painted(&h).iter().any(|t| t.contains("平方米（")), "{:?}", painted(&h));
    push(&mut h, "采用改动");
    rest(&mut h);
    let (a, b) = (unit(&h, &codes[0]), unit(&h, &codes[1]));
    assert_eq!((ground(&h, a), ground(&h, b)), (was_b, was_a), "{}", told(&mut h));
    assert!(session(&h).is_dirty() && h.query_by_label("其他程序改过网格边界").is_none());
    push(&mut h, "撤销");
    assert_eq!(state(&h), kept);
    // Not taken in, all stays as it was.
    app(&mut h).doc = None;
    h.run();
    app(&mut h).open_file(path);
    wait(&mut h);
    push(&mut h, "不采用");
    assert_eq!((state(&h), steps(&h)), (kept, 0));
}

#[test]
fn a_file_that_is_none_is_refused_in_words_and_the_project_stays() {
    let Some(mut h) = sample("a_file_that_is_none_is_refused_in_words_and_the_project_stays") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.gpkg");
    std::fs::write(&path, b"no database").unwrap();
    let before = state(&h);
    app(&mut h).open_file(path);
    wait(&mut h);
    assert_eq!(state(&h), before);
    assert!(!told(&mut h).is_empty());
}

fn close_requested(h: &mut Window) {
    let root = h.input_mut().viewports.entry(egui::ViewportId::ROOT).or_default();
    root.events.push(egui::ViewportEvent::Close);
    // A window that is to close asks for it in every frame, and so never rests.
    h.run_steps(4);
}

#[test]
fn closing_with_unsaved_work_asks_first() {
    let Some(mut h) = sample("closing_with_unsaved_work_asks_first") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gpkg");
    app(&mut h).save_to(path.clone(), false);
    wait(&mut h);
    change(&mut h);
    let kept = state(&h);
    close_requested(&mut h);
    assert!(h.query_by_label("有未保存的修改").is_some());
    assert!(!app(&mut h).may_close);
    push(&mut h, "留下");
    assert!(h.query_by_label("有未保存的修改").is_none());
    assert!(!app(&mut h).may_close && session(&h).is_dirty());
    // Keys go to the question, not to the map.
    close_requested(&mut h);
    key(&mut h, Key::X);
    assert_eq!(doc(&h).hand.tool(), crate::session::tools::Tool::Select);
    key(&mut h, Key::Escape);
    assert!(!app(&mut h).may_close);
    assert!(h.query_by_label("有未保存的修改").is_none() && app(&mut h).leaving.is_none(), "Esc stays");
    // Enter gives the filled button's answer.
    close_requested(&mut h);
    key(&mut h, Key::Enter);
    for _ in 0..1000 {
        h.step();
        if app(&mut h).may_close {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(app(&mut h).may_close, "saved, then closed");
    // And it is all in the file.
    app(&mut h).may_close = false;
    app(&mut h).open_file(path);
    wait(&mut h);
    assert_eq!(state(&h), kept);
}

#[test]
fn closing_without_saving_is_possible_and_a_clean_window_just_closes() {
    let Some(mut h) = sample("closing_without_saving_is_possible_and_a_clean_window_just_closes") else { return };
    change(&mut h);
    app(&mut h).leave(Leave::Start);
    h.run();
    push(&mut h, "不保存");
    assert!(app(&mut h).doc.is_none(), "back on the start page");
    close_requested(&mut h);
    assert!(app(&mut h).may_close);
}

#[test]
fn a_geojson_file_is_imported_in_one_step() {
    let Some(mut h) = sample("a_geojson_file_is_imported_in_one_step") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = geojson(&h, folder.path(), 2);
    let first = state(&h);
    app(&mut h).import_file(path, What::Rows(Kind::Buildings));
    wait(&mut h);
    let t = session(&h).project().table(Kind::Buildings);
    let row = t.get(t.find("NEW001").expect("it is there")).unwrap();
    assert_eq!((row.name(), row.count(crate::model::Field::Households)), ("新楼 1", Some(12)));
    assert_eq!(steps(&h), 1);
    assert!(told(&mut h).contains("已导入 2 条"), "{}", told(&mut h));
    push(&mut h, "撤销");
    assert_eq!(state(&h), first);
}

#[test]
fn work_is_stopped_by_its_button() {
    let Some(mut h) = sample("work_is_stopped_by_its_button") else { return };
    let first = state(&h);
    let job = app(&mut h).jobs.spawn("正在导入 大文件", |token| {
        loop {
            token.check()?;
            token.progress(1, 2);
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    });
    app(&mut h).work.push(Work::Import(job, 0));
    h.step();
    h.step();
    // The window stays usable meanwhile.
    key(&mut h, Key::A);
    assert_eq!(doc(&h).hand.tool(), crate::session::tools::Tool::Draw);
    push(&mut h, "取消 正在导入 大文件");
    wait(&mut h);
    assert_eq!(state(&h), first);
    assert!(app(&mut h).toasts.is_empty(), "a stop that was asked for is no error");
    assert!(h.query_by_label("取消 正在导入 大文件").is_none());
}

#[test]
fn a_save_belongs_to_the_project_it_was_begun_for() {
    let Some(mut h) = sample("a_save_belongs_to_the_project_it_was_begun_for") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gpkg");
    app(&mut h).save_to(path.clone(), false);
    app(&mut h).begin_new();
    wait(&mut h);
    assert!(path.is_file(), "{}", told(&mut h));
    assert!(doc(&h).path.is_none() && doc(&h).base.is_none(), "the new project is not that file");
}

#[test]
fn work_done_while_another_file_is_read_is_asked_about() {
    let Some(mut h) = sample("work_done_while_another_file_is_read_is_asked_about") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gpkg");
    app(&mut h).save_to(path.clone(), false);
    wait(&mut h);
    let saved = state(&h);
    change(&mut h);
    app(&mut h).open_file(path.clone());
    wait(&mut h);
    let changed = state(&h);
    assert_ne!(changed, saved, "the changed project is still there");
    push(&mut h, "留下");
    assert_eq!(state(&h), changed);
    app(&mut h).leave(Leave::Open(path.clone()));
    h.run();
    push(&mut h, "不保存");
    wait(&mut h);
    assert_eq!(state(&h), saved);
    // A file that cannot be read does not take the project away, even when its changes were given up.
    change(&mut h);
    let changed = state(&h);
    app(&mut h).leave(Leave::Open(folder.path().join("none.gpkg")));
    h.run();
    push(&mut h, "不保存");
    wait(&mut h);
    assert_eq!(state(&h), changed);
}

#[test]
fn imports_into_a_new_project_stand_on_one_origin() {
    let Some(mut h) = sample("imports_into_a_new_project_stand_on_one_origin") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    std::fs::create_dir(&a).unwrap();
    std::fs::create_dir(&b).unwrap();
    // The second file lies 60 km east: alone it would have got an origin of its own.
    let near = geojson(&h, &a, 2);
    let far = geojson(&h, &b, 3003);
    let wanted: Vec<[f64; 2]> = {
        let p = session(&h).project();
        let middle = doc(&h).extent().centre();
        [0, 3002].map(|i| p.origin().metres(crate::geom::pt(middle.x + i * 20_000, middle.y))).to_vec()
    };
    app(&mut h).begin_new();
    app(&mut h).import_file(near, What::Rows(Kind::Buildings));
    app(&mut h).import_file(far, What::Rows(Kind::Buildings));
    wait(&mut h);
    let p = session(&h).project();
    let t = p.table(Kind::Buildings);
    // Codes of the second file that the first had already are found and left out.
    for (code, [e, n]) in [("NEW000", wanted[0]), ("NEW3002", wanted[1])] {
        let row = t.get(t.find(code).expect("both files came in")).unwrap();
        let [x, y] = p.origin().metres(row.bbox().centre());
        assert!((x - e - 4.5).abs() < 1.0 && (y - n - 4.5).abs() < 1.0, "{code}: {x} {y}, not {e} {n}");
    }
}

#[test]
fn a_refused_import_is_not_announced_as_done() {
    let Some(mut h) = sample("a_refused_import_is_not_announced_as_done") else { return };
    let folder = tempfile::tempdir().unwrap();
    // Buildings read as cells: they lie on ground that cells have already.
    let path = geojson(&h, folder.path(), 2);
    let before = (state(&h), steps(&h));
    app(&mut h).import_file(path, What::Rows(Kind::Cells));
    wait(&mut h);
    assert_eq!((state(&h), steps(&h)), before);
    let said = told(&mut h);
    assert!(!said.is_empty() && !said.contains("已导入"), "{said}");
}

#[test]
fn rows_that_stay_out_are_listed_with_their_reason() {
    let Some(mut h) = sample("rows_that_stay_out_are_listed_with_their_reason") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = geojson(&h, folder.path(), 3);
    app(&mut h).import_file(path.clone(), What::Rows(Kind::Buildings));
    wait(&mut h);
    // The same codes again.
    app(&mut h).import_file(path, What::Rows(Kind::Buildings));
    wait(&mut h);
    assert!(h.query_by_label("导入时发现的问题").is_some(), "{}", told(&mut h));
    key(&mut h, Key::Escape);
    assert!(h.query_by_label("导入时发现的问题").is_none());
}
