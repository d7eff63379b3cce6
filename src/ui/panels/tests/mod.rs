//! The panels as a person meets them: by accessible name, and as pictures. `GETU_PICTURES=folder` saves what is shown.

mod scene;

use egui::{Key, Rect, Ui, pos2, vec2};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, SnapshotOptions, SnapshotResults};

use super::cells::{CellRow, CellsAction, Pick, SortBy, order};
use super::inspector::{InspectorAction, InspectorView};
use super::layers::LayersAction;
use super::menu_bar::MenuAction;
use super::plans::PlansAction;
use super::start::{self, RecentFile, SampleCard, StartAction, StartView};
use super::status::StatusAction;
use super::tool_bar::{Hit, HitKind, ToolBarAction, search_id};
use crate::ui::l10n::Lang;
use crate::ui::theme::Tokens;
use crate::ui::verbs::{Tool, Verb};
use crate::ui::widgets::{Delta, HeatLegend, Toast, ToastKind, delta_float, heat_legend};
use scene::*;

fn legend() -> HeatLegend {
    let unit = "起/km²·月".into();
    HeatLegend { max: 1710.0, unit, bandwidth_m: 150.0, pinned: true, count: 604, unlocated: 27 }
}

#[test]
fn the_window_is_painted_in_both_themes_and_languages_and_when_small() {
    let full = Show::default();
    let small = Show { size: vec2(1024.0, 640.0), ..full };
    let fine = Show { size: vec2(1280.0, 800.0), pixels_per_point: 1.5, ..full };
    let dark = Show { dark: true, ..full };
    let cases = [
        (full, Lang::Zh, "main-light"),
        (dark, Lang::Zh, "main-dark"),
        (full, Lang::En, "main-en"),
        (small, Lang::Zh, "main-small"),
        (fine, Lang::Zh, "main-fine"),
    ];
    for (show, lang, name) in cases {
        let mut s = scene();
        s.lang = lang;
        s.delta = Some(delta());
        if show.dark {
            s.inspector = InspectorView::Building(building());
            s.legend = Some(legend());
        }
        let Some(mut h) = harness("the_window_is_painted", show, window, s) else { return };
        picture(&mut h, name);
        let shown = Rect::from_min_size(egui::Pos2::ZERO, show.size);
        for label in [Verb::Tool(Tool::DrawCell), Verb::Undo, Verb::Home] {
            assert!(shown.contains_rect(h.get_by_label(label.name(lang)).rect()), "{label:?} is in the window");
        }
        assert!(shown.contains_rect(h.get_by_label(lang.t().search).rect()));
    }
}

#[test]
fn alt_held_names_the_tools() {
    let Some(mut h) = shown("alt_held_names_the_tools", scene()) else { return };
    let named = |h: &Harness<'_, Scene>| {
        let says = |shape: &egui::Shape| matches!(shape, egui::Shape::Text(t) if t.galley.text() == "切分　X");
        h.output().shapes.iter().any(|s| says(&s.shape))
    };
    h.event(egui::Event::ModifiersChanged(egui::Modifiers::ALT));
    h.step();
    assert!(!named(&h), "not at once: Alt also suspends snapping");
    h.run_steps(4);
    assert!(named(&h));
    picture(&mut h, "alt");
    h.event(egui::Event::ModifiersChanged(egui::Modifiers::NONE));
    h.run_steps(2);
    assert!(!named(&h));
}

/// Pixel snapshots are tied to the faces they were taken with.
fn faces_of_the_snapshots(test: &str) -> bool {
    let there = crate::ui::testing::fonts(test).is_some_and(|f| f.latin_regular.is_some() && f.cjk_bold.is_some());
    if !there {
        println!("skipped: {test}: the snapshots are taken with Inter and Noto Sans CJK");
    }
    there
}

#[test]
fn small_parts_look_as_they_did() {
    if !faces_of_the_snapshots("small_parts_look_as_they_did") {
        return;
    }
    let mut results = SnapshotResults::new();
    for dark in [false, true] {
        let app = |ui: &mut Ui, (): &mut ()| {
            let bounds = ui.max_rect();
            delta_float(ui, Lang::Zh, pos2(-14.0, 180.0), bounds, &delta());
            heat_legend(ui, Lang::Zh, pos2(250.0, 104.0), &legend());
            crate::ui::widgets::scale_bar(ui, Lang::Zh, pos2(252.0, 148.0), 1.5);
        };
        let show = Show { size: vec2(516.0, 168.0), dark, pixels: true, ..Show::default() };
        let Some(mut h) = harness("small_parts_look_as_they_did", show, app, ()) else { return };
        h.snapshot_options(if dark { "parts-dark" } else { "parts-light" }, &SnapshotOptions::default());
        results.extend_harness(&mut h);
    }
}

#[test]
fn floats_are_painted() {
    let mut s = scene();
    s.layers = Some(layers_view());
    s.plans = Some(plans_view());
    s.delta = Some(Delta {
        refusal: Some("这里会压过 02 网格的边界，停在最后可行的位置。".into()), ..delta()
    });
    s.toasts = vec![
        Toast {
            key: 1,
            kind: ToastKind::Error,
            what: "没有保存：文件夹不能写。".into(),
            kept: "你的改动都还在这里，也在恢复记录里。".into(),
            todo: "换一个文件夹另存，或请管理员开放写入。".into(),
        },
        Toast {
            key: 2,
            kind: ToastKind::Done,
            what: "已导出 10 个网格".into(),
            kept: String::new(),
            todo: String::new(),
        },
    ];
    let Some(mut h) = shown("floats_are_painted", s) else { return };
    picture(&mut h, "floats");
    h.get_by_label("知道了 没有保存：文件夹不能写。").click();
    h.run();
    h.state_mut().keys = true;
    h.run();
    picture(&mut h, "keys");
    h.get_by_label("关闭").click();
    h.run();
    assert!(h.state().asked.keys_closed);
}

#[test]
fn a_tool_a_plan_and_undo_are_clicked() {
    let Some(mut h) = shown("a_tool_a_plan_and_undo_are_clicked", scene()) else { return };
    h.get_by_label("切分").click();
    h.run();
    h.get_by_label("撤销").click();
    h.run();
    // Nothing to redo: the button is there, and says nothing.
    h.get_by_label("重做").click();
    h.run();
    h.get_by_label("方案B").click();
    h.run();
    h.get_by_label("复制出新方案").click();
    h.run();
    let asked = &h.state().asked.tools;
    assert_eq!(
        *asked,
        [
            ToolBarAction::Do(Verb::Tool(Tool::Split)),
            ToolBarAction::Do(Verb::Undo),
            ToolBarAction::Plan(3),
            ToolBarAction::Do(Verb::CopyPlan),
        ]
    );
}

#[test]
fn a_menu_opens_and_its_line_is_clicked() {
    let Some(mut h) = shown("a_menu_opens_and_its_line_is_clicked", scene()) else { return };
    h.get_by_label("文件").click();
    h.run();
    picture(&mut h, "menu");
    h.get_by_label("另存为…").click();
    h.run();
    assert_eq!(h.state().asked.menu, [MenuAction::Do(Verb::SaveAs)]);
    assert!(h.query_by_label("另存为…").is_none(), "the menu closes");
}

#[test]
fn search_is_typed_and_a_result_opened_by_key_and_by_click() {
    let mut s = scene();
    s.tools.focus_search = true;
    let app = |ui: &mut Ui, s: &mut Scene| {
        window(ui, s);
        s.tools.focus_search = false;
        for action in &s.asked.tools {
            if let ToolBarAction::Search(text) = action {
                s.tools.search = text.clone();
                let hit = |key: u64, kind: HitKind, name: &str| Hit {
                    key,
                    kind,
                    name: name.into(),
                    code: if kind == HitKind::Cell { "06".into() } else { String::new() },
                    detail: "梅园社区".into(),
                    tone: 3,
                    more: false,
                };
                s.tools.hits = vec![hit(6, HitKind::Cell, "南泉北路网格"), hit(9, HitKind::Building, "南泉苑 3 号楼")];
            }
        }
    };
    let test = "search_is_typed_and_a_result_opened_by_key_and_by_click";
    let Some(mut h) = harness(test, Show::default(), app, s) else { return };
    h.get_by_label("查找").type_text("南泉");
    h.run();
    assert!(h.state().asked.tools.contains(&ToolBarAction::Search("南泉".into())));
    picture(&mut h, "search");
    h.get_by_label("南泉苑 3 号楼 梅园社区").click();
    h.run();
    let opened = |h: &Harness<'_, Scene>| match h.state().asked.tools.last() {
        Some(ToolBarAction::Open(hit)) => Some(hit.key),
        _ => None,
    };
    assert_eq!(opened(&h), Some(9));
    assert!(h.query_by_label("南泉苑 3 号楼 梅园社区").is_none(), "the list closes");
    h.ctx.memory_mut(|m| m.request_focus(search_id()));
    h.run();
    h.key_press(Key::Enter);
    h.run();
    assert_eq!(opened(&h), Some(6));
}

#[test]
fn rows_are_picked_flown_to_and_sorted() {
    let Some(mut h) = shown("rows_are_picked_flown_to_and_sorted", scene()) else { return };
    let row = "03 昌邑路网格 471 户 目标内";
    h.get_by_label(row).click();
    h.run();
    h.get_by_label(row).click_modifiers(egui::Modifiers::COMMAND);
    h.run();
    let picked: Vec<_> =
        h.state().asked.cells.iter().filter(|a| matches!(a, CellsAction::Select(..))).cloned().collect();
    assert_eq!(picked[0], CellsAction::Select(3, Pick::One));
    assert!(h.state().asked.cells.contains(&CellsAction::Hover(3)));
    h.get_by_label("未划入 2 栋 · 昌邑路 27 号院").click();
    h.get_by_label("排序 偏差").click();
    h.run();
    assert!(h.state().asked.cells.contains(&CellsAction::NextUnassigned));
    assert!(h.state().asked.cells.contains(&CellsAction::Sort(SortBy::Deviation, false)));
    h.get_by_label("11:58 沿 栖霞路 重描 07 / 10 边界").click();
    h.run();
    assert_eq!(h.state().asked.cells.iter().filter(|a| matches!(a, CellsAction::UndoTo(11))).count(), 1);
}

#[test]
fn rows_stay_where_they_are_while_a_border_moves() {
    let mut cells = scene().cells.cells;
    let codes = |cells: &[CellRow], by| {
        order(cells, by, true, (300, 500)).into_iter().map(|i| cells[i].key).collect::<Vec<_>>()
    };
    let before: Vec<CellRow> = cells
        .iter()
        .map(|c| CellRow { households: c.before.unwrap_or(c.households), before: None, ..c.clone() })
        .collect();
    for by in [SortBy::Code, SortBy::Name, SortBy::Households, SortBy::Deviation] {
        assert_eq!(codes(&cells, by), codes(&before, by), "{by:?}");
    }
    cells.iter_mut().for_each(|c| c.before = None);
    assert_ne!(codes(&cells, SortBy::Households), codes(&before, SortBy::Households));
}

#[test]
fn a_cell_is_renamed_and_esc_drops_the_draft() {
    let Some(mut h) = shown("a_cell_is_renamed_and_esc_drops_the_draft", scene()) else { return };
    h.get_by_label("改名称 / 改编号").click();
    h.run();
    let name =
        |h: &Harness<'_, Scene>| h.get_all_by_label("名称").map(|n| n.rect()).next().expect("the field is shown");
    assert!(name(&h).width() > 100.0);
    h.get_by_role_and_label(egui::accesskit::Role::TextInput, "名称").focus();
    h.run();
    h.get_by_role_and_label(egui::accesskit::Role::TextInput, "名称").type_text("·甲");
    h.run();
    assert!(h.state().asked.inspector.is_empty(), "nothing is said while typing");
    h.key_press(Key::Enter);
    h.run();
    assert_eq!(h.state().asked.inspector, [InspectorAction::RenameCell(6, "南泉北路网格·甲".into())]);
    h.get_by_role_and_label(egui::accesskit::Role::TextInput, "编号").focus();
    h.run();
    h.get_by_role_and_label(egui::accesskit::Role::TextInput, "编号").type_text("9");
    h.run();
    h.key_press(Key::Escape);
    h.run();
    assert_eq!(h.state().asked.inspector.len(), 1);
    picture(&mut h, "rename");
}

#[test]
fn a_member_is_put_on_a_vacant_post() {
    let Some(mut h) = shown("a_member_is_put_on_a_vacant_post", scene()) else { return };
    h.get_by_label("社区民警 空缺").click();
    h.run();
    h.run();
    picture(&mut h, "post-form");
    let input = egui::accesskit::Role::TextInput;
    assert!(h.get_by_role_and_label(input, "姓名").is_focused());
    h.get_by_role_and_label(input, "姓名").type_text("赵某");
    h.run();
    h.get_by_role_and_label(input, "起始").focus();
    h.run();
    h.get_by_role_and_label(input, "起始").type_text("2026-02-30");
    h.run();
    h.get_by_label("指派").click();
    h.run();
    assert!(h.state().asked.inspector.is_empty(), "no such day");
    h.get_by_label("取消").click();
    h.run();
    h.get_by_label("添加人员…").click();
    h.run();
    for (label, text) in [("岗位", "网格员"), ("姓名", "钱某"), ("电话", "139****0000")] {
        h.get_by_role_and_label(input, label).focus();
        h.run();
        h.get_by_role_and_label(input, label).type_text(text);
        h.run();
    }
    h.get_by_label("指派").click();
    h.run();
    let asked = &h.state().asked.inspector;
    let [InspectorAction::AddPost(6, new)] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!((new.post.as_str(), new.name.as_str(), new.from.as_str()), ("网格员", "钱某", ""));
}

#[test]
fn a_member_is_corrected_without_touching_the_phone_and_a_post_ended() {
    let test = "a_member_is_corrected_without_touching_the_phone_and_a_post_ended";
    let Some(mut h) = shown(test, scene()) else { return };
    h.get_by_label("专职网格员 李某").click();
    h.run();
    let input = egui::accesskit::Role::TextInput;
    h.get_by_role_and_label(input, "姓名").type_text("甲");
    h.run();
    h.get_by_label("保存").click();
    h.run();
    let asked = &h.state().asked.inspector;
    let [InspectorAction::EditPost(2, new)] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!((new.name.as_str(), new.phone.as_str()), ("李某甲", ""));
    h.get_by_label("免去 网格长 张某").click();
    h.run();
    assert_eq!(h.state().asked.inspector.last(), Some(&InspectorAction::RemovePost(1)));
}

#[test]
fn a_long_list_paints_only_what_is_seen() {
    let mut s = scene();
    let first = s.cells.cells[0].clone();
    s.cells.cells = (1..=20_000)
        .map(|key| CellRow { key, code: format!("{key:05}"), name: format!("网格 {key}"), ..first.clone() })
        .collect();
    s.cells.reveal = Some(15_000);
    let Some(mut h) = shown("a_long_list_paints_only_what_is_seen", s) else { return };
    assert!(h.query_by_label("15000 网格 15000 318 户 目标内").is_some(), "the revealed row is in sight");
    assert!(h.query_by_label("00001 网格 1 318 户 目标内").is_none());
    assert!(h.output().shapes.len() < 3000, "{}", h.output().shapes.len());
    picture(&mut h, "long");
}

#[test]
fn a_building_is_corrected_pinned_and_its_courtyard_let_go() {
    let mut s = scene();
    s.inspector = InspectorView::Building(building());
    let Some(mut h) = shown("a_building_is_corrected_pinned_and_its_courtyard_let_go", s) else { return };
    picture(&mut h, "building");
    let input = egui::accesskit::Role::TextInput;
    h.get_by_role_and_label(input, "户数").focus();
    h.run();
    h.get_by_role_and_label(input, "户数").type_text("0");
    h.run();
    h.key_press(Key::Enter);
    h.run();
    h.get_by_label("整院划入一个网格").click();
    h.run();
    h.get_by_label("指定到网格").click();
    h.run();
    h.get_by_label("08 崂山路网格").click();
    h.run();
    let asked = &h.state().asked.inspector;
    assert_eq!(
        *asked,
        [
            InspectorAction::SetHouseholds(41, 90),
            InspectorAction::KeepWhole(5, false),
            InspectorAction::Pin(41, Some(8))
        ]
    );
}

#[test]
fn a_job_is_cancelled_and_layers_are_switched() {
    let mut s = scene();
    s.layers = Some(layers_view());
    let Some(mut h) = shown("a_job_is_cancelled_and_layers_are_switched", s) else { return };
    h.get_by_label("取消 正在重算事件密度").click();
    h.run();
    h.get_by_label("未划入 2 栋").click();
    h.run();
    assert_eq!(h.state().asked.status, [StatusAction::Cancel(7), StatusAction::Do(Verb::NextUnassigned)]);
    h.get_by_label("水域").click();
    h.run();
    h.get_by_label("事件密度").click();
    h.run();
    let asked = &h.state().asked.layers;
    assert_eq!(asked[0], LayersAction::Show(4, false));
    assert!(matches!(&asked[1], LayersAction::Heat(h) if !h.visible));
    h.get_by_label("看全图").click();
    h.run();
    assert_eq!(h.state().asked.map, [Verb::Home]);
}

#[test]
fn a_plan_is_deleted_only_when_asked_twice_and_adopted_with_a_date() {
    let mut s = scene();
    s.plans = Some(plans_view());
    let Some(mut h) = shown("a_plan_is_deleted_only_when_asked_twice_and_adopted_with_a_date", s) else { return };
    h.get_by_label("删除 方案B").click();
    h.run();
    assert!(h.state().asked.plans.is_empty());
    h.get_by_label("再点一次删除 方案B").click();
    h.run();
    h.get_by_label("设为现行 方案A").click();
    h.run();
    h.get_by_label("设为现行").click();
    h.run();
    assert_eq!(h.state().asked.plans, [PlansAction::Delete(3), PlansAction::Adopt(2, "2026-06-18".into())]);
    assert!(h.query_by_label("删除 现行方案").is_none(), "the plan in force is not deleted");
}

struct Start {
    view: StartView,
    asked: Vec<StartAction>,
}

#[test]
fn the_start_page_opens_a_sample_and_a_file() {
    let view = StartView {
        samples: vec![SampleCard {
            name: "meiyuan".into(),
            title: "梅园社区".into(),
            description: "10 个网格　132 栋　边界沿路".into(),
            picture: None,
        }],
        recent: vec![
            RecentFile {
                key: 1,
                name: "陆家嘴街道·梅园社区.gpkg".into(),
                folder: "D:\\网格\\2026".into(),
                when: "今天 12:20".into(),
                missing: false,
            },
            RecentFile {
                key: 2,
                name: "东昌社区.gpkg".into(),
                folder: "E:\\".into(),
                when: "6月12日".into(),
                missing: true,
            },
        ],
        dark: false,
        attribution: String::new(),
    };
    let app = |ui: &mut Ui, s: &mut Start| start::start_page(ui, Lang::Zh, &s.view, &mut s.asked);
    let state = Start { view, asked: Vec::new() };
    let Some(mut h) = harness("the_start_page", Show::default(), app, state) else { return };
    picture(&mut h, "start");
    for label in ["梅园社区", "陆家嘴街道·梅园社区.gpkg", "在自己的数据上画", "English"] {
        h.get_by_label(label).click();
        h.run();
    }
    assert_eq!(
        h.state().asked,
        [
            StartAction::Sample("meiyuan".into()),
            StartAction::Recent(1),
            StartAction::Do(Verb::New),
            StartAction::Lang(Lang::En)
        ]
    );
}

#[test]
fn icons_are_drawn() {
    let app = |ui: &mut Ui, (): &mut ()| {
        let t = Tokens::of(ui);
        for (i, icon) in crate::ui::icons::Icon::ALL.iter().enumerate() {
            let at = pos2(20.0 + 64.0 * (i % 10) as f32, 20.0 + 64.0 * (i / 10) as f32);
            icon.paint(ui.painter(), Rect::from_min_size(at, vec2(48.0, 48.0)), t.t1);
        }
    };
    let Some(mut h) = harness("icons_are_drawn", Show { size: vec2(660.0, 340.0), ..Show::default() }, app, ()) else {
        return;
    };
    picture(&mut h, "icons");
    let mut all = crate::ui::icons::Icon::ALL.to_vec();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), crate::ui::icons::Icon::ALL.len());
}
