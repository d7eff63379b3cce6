//! The guide to a new project, from the start page to the first outline.

use super::*;
use crate::model::Extent;
use crate::ui::l10n::Lang;
use egui::Key;

fn begin(h: &mut Window) {
    push(h, "在自己的数据上画");
    assert!(h.query_by_label("社区或项目的名称").is_some());
}

fn said(h: &Window, words: &str) -> bool {
    painted(h).iter().any(|t| t.contains(words))
}

#[test]
fn the_guide_leads_from_a_name_to_an_empty_map_that_says_what_comes_first() {
    let test = "the_guide_leads_from_a_name_to_an_empty_map_that_says_what_comes_first";
    let Some(mut h) = start_page(test) else { return };
    begin(&mut h);
    // Nothing typed: it says so at the field and stays.
    key(&mut h, Key::Enter);
    assert!(said(&h, "请写上名称") && !said(&h, "社区中心的经度"));
    type_into(&mut h, "社区或项目的名称", "和平社区");
    type_into(&mut h, "社区编码（可以以后再填）", "3101 0100 1001");
    assert!(said(&h, "310101001001001"), "what comes of it is said: {:?}", painted(&h));
    key(&mut h, Key::Enter);
    // The place: what cannot be read, then in either order, with the system and why.
    type_into(&mut h, "社区中心的经度、纬度", "上海");
    assert!(said(&h, "请写经度和纬度"));
    push(&mut h, "下一步");
    assert!(h.query_by_label("社区中心的经度、纬度").is_some(), "it does not go on");
    type_into(&mut h, "社区中心的经度、纬度", "31.230，121.474");
    assert!(said(&h, "CGCS2000 三度带"), "{:?}", painted(&h));
    push(&mut h, "下一步");
    assert!(said(&h, "建好后按 O"));
    push(&mut h, "上一步");
    assert!(said(&h, "31.230，121.474"), "what was typed is kept while it is open");
    push(&mut h, "下一步");
    push(&mut h, "下一步");
    type_into(&mut h, "户数下限", "600");
    assert!(said(&h, "下限须小于上限"));
    key(&mut h, Key::Enter);
    assert!(h.query_by_label("户数下限").is_some());
    type_into(&mut h, "户数下限", "200");
    assert!(said(&h, "getu new 和平社区.gpkg --name 和平社区 --community"), "{:?}", painted(&h));
    push(&mut h, "建好项目");
    let p = session(&h).project();
    assert_eq!((p.facts.head.name.as_str(), p.facts.rules.households_min), ("和平社区", 200));
    assert!(p.facts.head.crs.contains("4549") && p.facts.head.origin.is_some());
    assert!(!session(&h).is_dirty() || steps(&h) == 0, "it is no step");
    // On the map: the first thing to do, and the tool for it.
    assert!(said(&h, "1　按 O 画出社区范围"), "{:?}", painted(&h));
    push(&mut h, "现在画范围");
    let middle = doc(&h).extent().centre();
    for (dx, dy) in [(-300_000, -200_000), (300_000, -200_000), (300_000, 200_000), (-300_000, 200_000)] {
        click(&mut h, crate::geom::pt(middle.x + dx, middle.y + dy));
    }
    key(&mut h, Key::Enter);
    assert_eq!(steps(&h), 1, "{}", told(&mut h));
    let u = layer(&h).unit("310101001001").expect("the community has its ground").clone();
    assert_eq!((u.name.as_str(), u.extent.clone()), ("和平社区", Extent::Drawn));
    push(&mut h, "撤销");
    assert!(layer(&h).partition.extent().is_empty());
}

#[test]
fn escape_keeps_nothing_and_unsaved_work_is_asked_about_first() {
    let Some(mut h) = sample("escape_keeps_nothing_and_unsaved_work_is_asked_about_first") else { return };
    let before = state(&h);
    ctrl(&mut h, Key::N);
    type_into(&mut h, "社区或项目的名称", "别的社区");
    key(&mut h, Key::Escape);
    assert!(h.query_by_label("社区或项目的名称").is_none());
    assert_eq!((state(&h), cells(&h)), (before, 10), "the project that was open stays");
    ctrl(&mut h, Key::N);
    assert!(!said(&h, "别的社区"), "nothing of it was kept");
    // Letters typed into it are no commands of the map.
    type_into(&mut h, "社区或项目的名称", "kx");
    assert_eq!(doc(&h).hand.tool(), crate::session::tools::Tool::Select);
    push(&mut h, "取消");
    let (a, b) = neighbours(&h);
    let (ra, rb) = (row_label(&h, a), row_label(&h, b));
    push(&mut h, &ra);
    h.get_by_label(&rb).click_modifiers(Modifiers::COMMAND);
    rest(&mut h);
    key(&mut h, Key::C);
    assert!(session(&h).is_dirty());
    ctrl(&mut h, Key::N);
    assert!(said(&h, "有未保存的修改") && h.query_by_label("社区或项目的名称").is_none());
    push(&mut h, "留下");
    assert!(h.query_by_label("社区或项目的名称").is_none());
}

#[test]
fn a_file_gives_the_place_and_the_outline() {
    let Some(mut h) = start_page("a_file_gives_the_place_and_the_outline") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("范围.geojson");
    let ring = "[[121.47,31.22],[121.48,31.22],[121.48,31.235],[121.47,31.235],[121.47,31.22]]";
    let text = format!(
        r#"{{"type":"Feature","properties":{{"name":"和平"}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#
    );
    std::fs::write(&path, text).expect("it can be written");
    begin(&mut h);
    type_into(&mut h, "社区或项目的名称", "和平社区");
    type_into(&mut h, "社区编码（可以以后再填）", "310101001001");
    push(&mut h, "下一步");
    push(&mut h, "从文件");
    push(&mut h, "下一步");
    assert!(said(&h, "请选一个文件"));
    let broken = folder.path().join("坏.geojson");
    std::fs::write(&broken, "{").expect("it can be written");
    for file in [broken, path] {
        app(&mut h).read_for_guide(file, crate::ui::app::guide::For::Place);
        for _ in 0..500 {
            h.step();
            if !said(&h, "正在读") {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        h.run();
    }
    assert!(said(&h, "读到 1 条") && said(&h, "CGCS2000"), "{:?}", painted(&h));
    push(&mut h, "下一步");
    assert!(said(&h, "1 个面"), "a file with one polygon is also the outline: {:?}", painted(&h));
    push(&mut h, "下一步");
    push(&mut h, "建好项目");
    assert!(app(&mut h).doc.is_some(), "{} {:?}", told(&mut h), painted(&h));
    wait(&mut h);
    assert_eq!(steps(&h), 1, "{}", told(&mut h));
    let u = layer(&h).unit("310101001001").expect("the community is there");
    assert_eq!(u.extent, Extent::Drawn);
    let b = layer(&h).partition.extent();
    assert!((900_000..1_000_000).contains(&b.width()) && (1_600_000..1_700_000).contains(&b.height()), "{b:?}");
}

#[test]
fn in_english_the_guide_holds_no_chinese() {
    let Some(mut h) = start_page("in_english_the_guide_holds_no_chinese") else { return };
    app(&mut h).set_lang(Lang::En);
    h.run();
    push(&mut h, "Draw on your own data");
    let chinese = |t: &String| t.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let of_guide = |h: &Window| -> Vec<String> {
        let start = ["格", "示", "社区", "街道", "柳", "林", "清荷"];
        painted(h).into_iter().filter(|t| chinese(t) && !start.iter().any(|s| t.contains(s))).collect()
    };
    type_into(&mut h, "Name of the community or project", "Heping");
    type_into(&mut h, "Code of the community (may come later)", "12");
    assert!(said(&h, "is not checked as one"));
    push(&mut h, "Next");
    type_into(&mut h, "Longitude, latitude of its middle", "2.35, 48.85");
    assert!(said(&h, "WGS 84"), "{:?}", painted(&h));
    type_into(&mut h, "Coordinate system (empty: the proposed one)", "EPSG:4326");
    assert!(said(&h, "not a metric system"), "{:?}", painted(&h));
    type_into(&mut h, "Coordinate system (empty: the proposed one)", "EPSG:32631");
    assert!(said(&h, "as you chose"), "{:?}", painted(&h));
    push(&mut h, "Next");
    push(&mut h, "Next");
    let left: Vec<String> = of_guide(&h).into_iter().filter(|t| t != "中文").collect();
    assert!(left.is_empty(), "{left:?}");
    push(&mut h, "Make the project");
    assert!(app(&mut h).doc.is_some(), "{} {:?}", told(&mut h), painted(&h));
    assert!(session(&h).project().facts.head.crs.contains("32631"));
    assert!(said(&h, "Draw it now"));
}
