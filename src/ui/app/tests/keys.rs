//! Each key does what it says.

use super::*;
use crate::session::tools::Tool;
use egui::Key;

#[test]
fn letters_take_tools_and_s_switches_snapping() {
    let Some(mut h) = sample("letters_take_tools_and_s_switches_snapping") else { return };
    let tools = [
        (Key::A, Tool::Draw),
        (Key::X, Tool::Split),
        (Key::C, Tool::Merge),
        (Key::M, Tool::Move),
        (Key::R, Tool::Reshape),
        (Key::F, Tool::Fill),
        (Key::D, Tool::Detach),
        (Key::O, Tool::Outline),
        (Key::V, Tool::Select),
    ];
    for (k, tool) in tools {
        key(&mut h, k);
        assert_eq!(doc(&h).hand.tool(), tool, "{k:?}");
    }
    assert!(is_on(&h, "选择"));
    assert!(doc(&h).snapping);
    key(&mut h, Key::S);
    assert!(!doc(&h).snapping);
    key(&mut h, Key::S);
    assert!(doc(&h).snapping);
    assert_eq!(steps(&h), 0);
}

#[test]
fn comma_stop_and_n_walk_through_cells_and_what_is_unassigned() {
    let Some(mut h) = sample("comma_stop_and_n_walk_through_cells_and_what_is_unassigned") else { return };
    let (first, second) = (unit(&h, "320599012006001"), unit(&h, "320599012006002"));
    key(&mut h, Key::Period);
    assert_eq!(selected_units(&h), [first]);
    key(&mut h, Key::Period);
    assert_eq!(selected_units(&h), [second]);
    key(&mut h, Key::Comma);
    key(&mut h, Key::Comma);
    assert_eq!(selected_units(&h), [unit(&h, "320599012006010")], "round the end");
    let named = |h: &Window| h.get_all_by_label_contains("未划入").count();
    let before = named(&h);
    key(&mut h, Key::N);
    let Selection::Buildings(one) = session(&h).selection().clone() else { panic!("{:?}", session(&h).selection()) };
    assert!(named(&h) > before, "the inspector says so too");
    key(&mut h, Key::N);
    let Selection::Buildings(two) = session(&h).selection().clone() else { panic!() };
    assert_ne!(one, two);
    for slot in one.iter().chain(&two) {
        let owner = session(&h).assignment().building(*slot).unwrap();
        assert!(!crate::assign::is_cell(session(&h).project(), session(&h).plan(), 0, owner));
    }
}

#[test]
fn undo_and_redo_have_their_keys() {
    let Some(mut h) = sample("undo_and_redo_have_their_keys") else { return };
    let (a, b) = neighbours(&h);
    let first = state(&h);
    let (ra, rb) = (row_label(&h, a), row_label(&h, b));
    push(&mut h, &ra);
    h.get_by_label(&rb).click_modifiers(Modifiers::COMMAND);
    rest(&mut h);
    key(&mut h, Key::C);
    let merged = state(&h);
    assert_ne!(first, merged);
    ctrl(&mut h, Key::Z);
    assert_eq!(state(&h), first);
    h.key_press_modifiers(Modifiers::COMMAND | Modifiers::CTRL | Modifiers::SHIFT, Key::Z);
    h.run();
    assert_eq!(state(&h), merged);
    ctrl(&mut h, Key::Z);
    ctrl(&mut h, Key::Y);
    assert_eq!(state(&h), merged);
}

#[test]
fn letters_typed_into_the_search_box_draw_nothing() {
    let Some(mut h) = sample("letters_typed_into_the_search_box_draw_nothing") else { return };
    ctrl(&mut h, Key::F);
    h.run();
    assert!(h.get_by_role_and_label(egui::accesskit::Role::TextInput, "查找").is_focused());
    for (k, text) in [(Key::X, "x"), (Key::A, "a"), (Key::N, "n"), (Key::Z, "z")] {
        h.key_down(k);
        h.event(Event::Text(text.to_owned()));
        h.key_up(k);
        h.run();
    }
    assert_eq!(doc(&h).search, "xanz");
    assert_eq!((doc(&h).hand.tool(), session(&h).selection().clone()), (Tool::Select, Selection::None));
    key(&mut h, Key::Backspace);
    assert_eq!(doc(&h).search, "xan");
}

#[test]
fn the_question_mark_shows_all_keys_and_escape_closes_them() {
    let Some(mut h) = sample("the_question_mark_shows_all_keys_and_escape_closes_them") else { return };
    h.key_press_modifiers(Modifiers::SHIFT, Key::Questionmark);
    h.run();
    assert!(h.query_by_label("画网格 A").is_some());
    key(&mut h, Key::Escape);
    assert!(h.query_by_label("画网格 A").is_none());
}

#[test]
fn a_key_is_changed_by_a_click_and_a_press_and_a_clash_is_named() {
    let Some(mut h) = sample("a_key_is_changed_by_a_click_and_a_press_and_a_clash_is_named") else { return };
    let sheet = |h: &mut Window| {
        h.key_press_modifiers(Modifiers::SHIFT, Key::Questionmark);
        h.run();
    };
    sheet(&mut h);
    push(&mut h, "画网格 A");
    assert!(h.query_by_label_contains("按下「画网格」的新键").is_some());
    // A key of the gesture is not given away.
    key(&mut h, Key::Enter);
    assert!(h.query_by_label_contains("这个键留给画图的手势").is_some());
    key(&mut h, Key::X);
    assert!(h.query_by_label_contains("X 已用于「切分」").is_some());
    assert_eq!(doc(&h).hand.tool(), Tool::Select, "the key does nothing else");
    push(&mut h, "换到这里");
    assert!(h.query_by_label("画网格 X").is_some());
    // The row without a key; the tool bar has a button of that name, too.
    let row = h.get_all_by_label("切分").map(|n| n.rect()).find(|r| r.width() > 100.0).expect("its row");
    click_at(&mut h, row.center());
    key(&mut h, Key::P);
    assert!(h.query_by_label("切分 P").is_some());
    // Esc gives up, and closes the sheet only then.
    push(&mut h, "切分 P");
    key(&mut h, Key::Escape);
    assert!(h.query_by_label("切分 P").is_some());
    key(&mut h, Key::Escape);
    assert!(h.query_by_label("切分 P").is_none());
    key(&mut h, Key::X);
    assert_eq!(doc(&h).hand.tool(), Tool::Draw);
    key(&mut h, Key::P);
    assert_eq!(doc(&h).hand.tool(), Tool::Split);
    key(&mut h, Key::V);
    key(&mut h, Key::A);
    assert_eq!(doc(&h).hand.tool(), Tool::Select);
    let kept = app(&mut h).settings.keys.clone();
    assert_eq!(kept.get("Tool(DrawCell)").map(String::as_str), Some("X"));
    // Found by words; presets and the way back.
    sheet(&mut h);
    type_into(&mut h, "查按键", "hwg");
    assert!(h.query_by_label("画网格 X").is_some() && h.query_by_label("切分 P").is_none());
    type_into(&mut h, "查按键", "qqqq");
    assert!(painted(&h).iter().any(|t| t.contains("没有找到「qqqq」")));
    type_into(&mut h, "查按键", " ");
    push(&mut h, "iD · JOSM");
    assert!(h.query_by_label("切分 P").is_some() && h.query_by_label("选择 S").is_some());
    push(&mut h, "全部恢复默认");
    assert!(h.query_by_label("画网格 A").is_some() && app(&mut h).settings.keys.is_empty());
}
