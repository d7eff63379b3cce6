//! What is done to whole cells and gaps: squared, filled, detached, dissolved, locked, limited; the menu of the right button.

use super::gestures::long_segment;
use super::*;
use crate::plan::{Edit, Op};
use crate::session::Command;
use crate::session::tools::{Tool, here};
use egui::Key;

fn done(h: &mut Window, op: Op) {
    let doc = doc_mut(h);
    let edit: Edit = here(&doc.session, op);
    let effects = doc.dispatch(Command::Do(edit), 1);
    assert!(!effects.iter().any(|e| matches!(e, crate::session::Effect::Refused(_))), "{effects:?}");
    h.run();
}

fn last_op(h: &Window) -> Op {
    session(h).history().next_undo().expect("a step was made").edit.op.clone()
}

/// The ground without a cell, and a place in it.
fn gap(h: &Window) -> Pt {
    inside(h, unit(h, "320599012006"))
}

fn right_click(h: &mut Window, p: Pt) {
    let at = place(h, p);
    h.hover_at(at);
    h.step();
    button(h, at, PointerButton::Secondary, true, Modifiers::NONE);
    button(h, at, PointerButton::Secondary, false, Modifiers::NONE);
    rest(h);
}

fn select(h: &mut Window, id: Id) {
    let row = row_label(h, id);
    push(h, &row);
    assert_eq!(selected_units(h), [id]);
}

fn enabled(h: &Window, label: &str) -> bool {
    !h.get_by_label(label).accesskit_node().is_disabled()
}

#[test]
fn q_shows_square_borders_and_q_again_does_it() {
    let Some(mut h) = sample("q_shows_square_borders_and_q_again_does_it") else { return };
    key(&mut h, Key::Q);
    assert!(told(&mut h).contains("先选网格"), "{}", told(&mut h));
    let first = state(&h);
    let id = unit(&h, "320599012006005");
    select(&mut h, id);
    let c = map_rect(&h).center();
    h.hover_at(c);
    h.run_steps(2);
    key(&mut h, Key::Q);
    assert!(session(&h).history().staged().is_some(), "{}", told(&mut h));
    assert_eq!(steps(&h), 0, "shown, not done");
    assert!(painted(&h).iter().any(|t| t == "Δ户") && painted(&h).iter().any(|t| t == "回车生效"));
    assert!(painted(&h).iter().any(|t| t.starts_with("取直角")), "{:?}", painted(&h));
    key(&mut h, Key::Escape);
    assert_eq!((state(&h), steps(&h)), (first, 0));
    key(&mut h, Key::Q);
    key(&mut h, Key::Q);
    answer_slivers(&mut h);
    assert_eq!(steps(&h), 1, "{}", told(&mut h));
    assert!(matches!(last_op(&h), Op::Simplify { square: true, .. }));
    ctrl(&mut h, Key::Z);
    // Plainer, done by Enter; a click elsewhere is no yes.
    h.key_press_modifiers(Modifiers::SHIFT, Key::Q);
    h.run();
    assert!(session(&h).history().staged().is_some(), "{}", told(&mut h));
    ctrl(&mut h, Key::Z);
    assert_eq!((state(&h), steps(&h)), (first, 0), "undo drops what is only shown");
    h.key_press_modifiers(Modifiers::SHIFT, Key::Q);
    h.run();
    key(&mut h, Key::Enter);
    answer_slivers(&mut h);
    assert!(matches!(last_op(&h), Op::Simplify { square: false, .. }), "{}", told(&mut h));
}

/// Keeps slivers where it is asked about them.
fn answer_slivers(h: &mut Window) {
    h.run();
    if h.query_by_label("保留").is_some() {
        push(h, "保留");
    }
}

#[test]
fn f_gives_gaps_to_the_neighbour_or_to_the_selected_cell() {
    let Some(mut h) = sample("f_gives_gaps_to_the_neighbour_or_to_the_selected_cell") else { return };
    let gone = unit(&h, "320599012006005");
    let at = inside(&h, gone);
    done(&mut h, Op::Dissolve { cell: "320599012006005".into() });
    let first = state(&h);
    key(&mut h, Key::F);
    assert_eq!(doc(&h).hand.tool(), Tool::Fill);
    let to = place(&h, at);
    h.hover_at(to);
    h.run_steps(2);
    assert!(session(&h).history().staged().is_some(), "it is shown under the pointer");
    assert!(painted(&h).iter().any(|t| t == "点一下生效"));
    // Away from the gap nothing is shown.
    let other = inside(&h, unit(&h, "320599012006008"));
    let away = place(&h, other);
    h.hover_at(away);
    h.run_steps(2);
    assert!(session(&h).history().staged().is_none());
    click(&mut h, at);
    let Op::Fill { cell: Some(longest), .. } = last_op(&h) else { panic!("{:?}", last_op(&h)) };
    ctrl(&mut h, Key::Z);
    // Under the pointer it is shown again at once.
    assert_eq!(session(&h).history().stable().state, first);
    h.remove_cursor();
    h.run();
    assert_eq!(state(&h), first, "not where the pointer has left the map");
    // A cell that is clicked first gets it, if it lies beside it.
    let face = layer(&h).partition.locate(at);
    let beside = crate::topology::neighbours(&layer(&h).partition, face);
    let beside: Vec<Id> =
        beside.into_keys().filter_map(|o| layer(&h).unit_of(o)).filter(|u| u.level == 1).map(|u| u.id).collect();
    let other = beside.into_iter().find(|id| layer(&h).units[id].code != longest).expect("two cells lie beside it");
    let inner = inside(&h, other);
    click(&mut h, inner);
    assert_eq!(selected_units(&h), [other]);
    click(&mut h, at);
    let Op::Fill { cell: Some(cell), .. } = last_op(&h) else { panic!("{:?}", last_op(&h)) };
    assert_eq!(cell, layer(&h).units[&other].code);
    assert_eq!(steps(&h), 2);
}

#[test]
fn d_makes_a_cell_of_one_piece() {
    let Some(mut h) = sample("d_makes_a_cell_of_one_piece") else { return };
    let (one, far) = ("320599012006001", "320599012006010");
    let at = inside(&h, unit(&h, far));
    key(&mut h, Key::D);
    click(&mut h, at);
    assert!(told(&mut h).contains("只有这一块"), "{}", told(&mut h));
    assert!(!told(&mut h).contains(far), "the cell is called as on the map");
    done(&mut h, Op::Merge { cells: vec![one.into(), far.into()], keep: Some(one.into()), apart: true });
    h.remove_cursor();
    h.run();
    assert_eq!(cells(&h), 9);
    let to = place(&h, at);
    h.hover_at(to + vec2(1.0, 1.0));
    h.run_steps(2);
    assert!(session(&h).history().staged().is_some());
    click(&mut h, at);
    assert!(matches!(last_op(&h), Op::Detach { .. }), "{}", told(&mut h));
    assert_eq!(cells(&h), 10);
}

#[test]
fn delete_dissolves_the_selected_cell_and_says_what_became_of_it() {
    let Some(mut h) = sample("delete_dissolves_the_selected_cell_and_says_what_became_of_it") else { return };
    key(&mut h, Key::Delete);
    assert!(told(&mut h).contains("没有可删的"), "{}", told(&mut h));
    app(&mut h).toasts.clear();
    let first = state(&h);
    let id = unit(&h, "320599012006005");
    select(&mut h, id);
    key(&mut h, Key::Delete);
    assert_eq!((cells(&h), steps(&h)), (9, 1));
    assert!(told(&mut h).contains("撤销网格 05") && told(&mut h).contains("未划入"), "{}", told(&mut h));
    assert_eq!(*session(&h).selection(), Selection::None, "nothing that is gone stays selected");
    ctrl(&mut h, Key::Z);
    assert_eq!(state(&h), first);
}

#[test]
fn the_right_button_lists_what_can_be_done_at_a_place() {
    let Some(mut h) = sample("the_right_button_lists_what_can_be_done_at_a_place") else { return };
    let at = gap(&h);
    right_click(&mut h, at);
    for label in ["整块划为新网格", "在这里画网格"] {
        assert!(enabled(&h, label), "{label}");
    }
    let fill = h.get_all_by_label_contains("填给").next().and_then(|n| n.accesskit_node().label()).unwrap();
    key(&mut h, Key::Escape);
    assert!(h.query_by_label("整块划为新网格").is_none(), "Esc closes it");
    right_click(&mut h, at);
    push(&mut h, &fill);
    assert!(matches!(last_op(&h), Op::Fill { .. }), "{}", told(&mut h));
    assert!(told(&mut h).contains("空白并入"), "{}", told(&mut h));
    ctrl(&mut h, Key::Z);
    right_click(&mut h, at);
    push(&mut h, "整块划为新网格");
    assert_eq!(cells(&h), 11, "{}", told(&mut h));
    ctrl(&mut h, Key::Z);
    // A cell: what cannot be done says why.
    let id = unit(&h, "320599012006008");
    let p = inside(&h, id);
    right_click(&mut h, p);
    assert!(!enabled(&h, "把这一块分出为新网格") && !enabled(&h, "合并选中的网格"));
    let texts = painted(&h);
    assert!(texts.iter().any(|t| t.contains("只有这一块")) && texts.iter().any(|t| t.contains("先选一个相邻的网格")));
    push(&mut h, "锁定 08");
    assert!(layer(&h).is_locked(id));
    right_click(&mut h, p);
    assert!(!enabled(&h, "画线切分"), "a locked cell is not split");
    push(&mut h, "解锁 08");
    assert!(!layer(&h).is_locked(id));
    // With another selected: merging, by name.
    let (a, b) = neighbours(&h);
    select(&mut h, a);
    let (p, other) = (inside(&h, b), crate::scene::cell_chip(layer(&h), &layer(&h).units[&a]));
    right_click(&mut h, p);
    push(&mut h, &format!("与 {other} 合并"));
    assert_eq!(cells(&h), 9, "{}", told(&mut h));
    assert_eq!(selected_units(&h).len(), 1, "the cell that stays is selected");
    ctrl(&mut h, Key::Z);
    // A tool, and the menu by its key.
    h.key_press_modifiers(Modifiers::SHIFT, Key::F10);
    rest(&mut h);
    let here = layer(&h).unit_at(doc(&h).pointer.expect("the pointer is over the map")).map(|u| u.id);
    push(&mut h, "画线切分");
    assert_eq!(doc(&h).hand.tool(), Tool::Split);
    assert_eq!(selected_units(&h), [here.expect("a cell is there")], "the cell that the menu was opened on");
    // While a line is drawn the right button finishes it.
    key(&mut h, Key::A);
    let c = map_rect(&h).center();
    click_at(&mut h, c);
    let q = doc(&h).hand.line()[0];
    right_click(&mut h, q);
    assert!(doc(&h).menu.is_none());
}

#[test]
fn a_border_is_locked_from_the_menu_and_the_refusal_names_it() {
    let Some(mut h) = sample("a_border_is_locked_from_the_menu_and_the_refusal_names_it") else { return };
    let (a, b, left, right) = long_segment(&h);
    let mid =
        crate::geom::pt(((i64::from(a.x) + i64::from(b.x)) / 2) as i32, ((i64::from(a.y) + i64::from(b.y)) / 2) as i32);
    look_at(&mut h, mid, 1500.0);
    let chip = |h: &Window, id: Id| crate::scene::cell_chip(layer(h), &layer(h).units[&id]);
    let mut names = [chip(&h, left), chip(&h, right)];
    names.sort_unstable();
    right_click(&mut h, mid);
    assert!(painted(&h).iter().any(|t| *t == format!("边界 {}", names.join(" / "))), "{:?}", painted(&h));
    push(&mut h, "锁定这条边界");
    assert!(!layer(&h).locks.lines.is_empty());
    let camera = doc(&h).camera.unwrap();
    assert_eq!(super::super::gestures::padlocks(doc(&h), &camera).len(), 1, "a padlock stands on it");
    push(&mut h, "改边界");
    let (before, from) = (state(&h), place(&h, mid));
    press_and_move(&mut h, from, vec2(30.0, 20.0));
    let texts = painted(&h);
    assert!(texts.iter().any(|t| t == "不能这样改"), "{texts:?}");
    assert!(texts.iter().any(|t| names.iter().all(|n| t.contains(n)) && t.contains("已锁定")), "{texts:?}");
    assert!(!texts.iter().any(|t| t.starts_with("吸附 ") && !t.contains('·')), "no other plate lies on the refusal");
    let_go(&mut h, from + vec2(30.0, 20.0));
    assert_eq!(state(&h), before);
    key(&mut h, Key::V);
    right_click(&mut h, mid);
    push(&mut h, "解锁这条边界");
    assert!(layer(&h).locks.lines.is_empty());
}

#[test]
fn locked_ground_is_hatched_and_a_lock_from_above_stays() {
    let Some(mut h) = sample("locked_ground_is_hatched_and_a_lock_from_above_stays") else { return };
    let (id, community) = (unit(&h, "320599012006005"), unit(&h, "320599012006"));
    let hatched = |h: &Window| {
        let layers = &doc(h).picture.scene().layers;
        layers.iter().flat_map(|l| l.fills.iter()).filter(|f| f.class == crate::scene::FillClass::Locked).count()
    };
    assert_eq!(hatched(&h), 0);
    select(&mut h, id);
    key(&mut h, Key::L);
    rest(&mut h);
    assert_eq!(hatched(&h), 1);
    let camera = doc(&h).camera.unwrap();
    assert_eq!(super::super::gestures::padlocks(doc(&h), &camera).len(), 1, "beside its name");
    let code = layer(&h).units[&community].code.clone();
    done(&mut h, Op::Lock { cell: Some(code), on: None, value: true });
    key(&mut h, Key::L);
    assert!(told(&mut h).contains("仍锁定"), "{}", told(&mut h));
    assert!(layer(&h).is_locked(id));
}

#[test]
fn only_this_community_and_only_gaps_are_switches_with_plates() {
    let Some(mut h) = sample("only_this_community_and_only_gaps_are_switches_with_plates") else { return };
    let id = unit(&h, "320599012006005");
    select(&mut h, id);
    key(&mut h, Key::W);
    assert_eq!(session(&h).only_within(), Some(unit(&h, "320599012006")));
    assert!(is_on(&h, "只动本社区"));
    let plate = "只动 柳塘社区 取消限制";
    h.get_by_label(plate);
    push(&mut h, plate);
    assert_eq!(session(&h).only_within(), None);
    push(&mut h, "只填空白");
    assert!(session(&h).only_gaps() && is_on(&h, "只填空白"));
    // A border between two cells stays.
    let (v, _) = inner_vertex(&h);
    look_at(&mut h, v, 1000.0);
    push(&mut h, "改边界");
    let (before, from) = (state(&h), place(&h, v));
    press_and_move(&mut h, from, vec2(14.0, -9.0));
    assert!(painted(&h).iter().any(|t| t.contains("只填空白") && t.contains("不动已有的网格")), "{:?}", painted(&h));
    let_go(&mut h, from + vec2(14.0, -9.0));
    assert_eq!(state(&h), before);
    push(&mut h, "只填空白 取消限制");
    assert!(!session(&h).only_gaps());
}

#[test]
fn the_inspectors_merge_selects_what_stays() {
    let Some(mut h) = sample("the_inspectors_merge_selects_what_stays") else { return };
    let (a, b) = neighbours(&h);
    let (ra, rb) = (row_label(&h, a), row_label(&h, b));
    push(&mut h, &ra);
    h.get_by_label(&rb).click_modifiers(Modifiers::COMMAND);
    rest(&mut h);
    let time = 0.0;
    app(&mut h).inspector_action(crate::ui::panels::inspector::InspectorAction::Merge, time);
    h.run();
    assert_eq!((cells(&h), selected_units(&h).len()), (9, 1), "{}", told(&mut h));
    ctrl(&mut h, Key::Z);
    assert_eq!(selected_units(&h).len(), 2, "taken back, both are selected again");
}

#[test]
fn each_tool_says_what_it_expects_in_both_languages() {
    let Some(mut h) = sample("each_tool_says_what_it_expects_in_both_languages") else { return };
    let mut seen = std::collections::BTreeSet::new();
    for k in [Key::V, Key::M, Key::A, Key::X, Key::R, Key::C, Key::F, Key::D, Key::O] {
        key(&mut h, k);
        let c = map_rect(&h).left_bottom() + vec2(40.0, -90.0);
        for stage in 0..3 {
            let (lead, keys) = doc(&h).hand.hint();
            for said in [&lead, &keys] {
                assert!(!said.zh.is_empty() && !said.en.is_empty() && said.zh != said.en);
                assert!(said.en.is_ascii() || said.en.contains(['·', '\u{3000}']), "{}", said.en);
            }
            assert!(painted(&h).contains(&lead.zh), "{}", lead.zh);
            if stage == 0 {
                assert!(seen.insert(lead.zh.clone()), "{} is said twice", lead.zh);
            }
            if doc(&h).hand.tool().draws() {
                click_at(&mut h, c + vec2(stage as f32 * 30.0, stage as f32 * stage as f32 * 12.0));
            }
        }
        key(&mut h, Key::Escape);
    }
}
