//! The command palette: every command by its name.

use super::*;
use crate::session::tools::Tool;
use crate::ui::verbs::{VERBS, Verb};
use egui::Key;
use egui::accesskit::Role;

const FIELD: &str = "查命令";

fn type_words(h: &mut Window, text: &str) {
    h.event(Event::Text(text.to_owned()));
    h.run();
}

/// Rows of the palette that are painted, with whether they are chosen. Other lists of the window stand beside it.
fn listed(h: &Window) -> Vec<(String, bool)> {
    let all = h.root().children_recursive().filter(|n| n.accesskit_node().role() == Role::ListItem);
    let mine = all.filter(|n| n.rect().left() > 450.0 && n.rect().right() < 1150.0);
    mine.filter_map(|n| {
        let n = n.accesskit_node();
        Some((n.label()?, n.toggled() == Some(egui::accesskit::Toggled::True) || n.is_selected() == Some(true)))
    })
    .collect()
}

/// Labels of the rows, in order.
fn rows(h: &Window) -> Vec<String> {
    listed(h).into_iter().map(|(name, _)| name).collect()
}

fn open(h: &mut Window) {
    ctrl(h, Key::K);
    assert!(h.get_by_role_and_label(Role::TextInput, FIELD).is_focused());
}

#[test]
fn every_command_is_in_the_palette_with_its_key() {
    let Some(mut h) = sample("every_command_is_in_the_palette_with_its_key") else { return };
    open(&mut h);
    let rows = app(&mut h).palette.as_ref().expect("it is open").rows().to_vec();
    for info in VERBS.iter().filter(|v| v.verb != Verb::Palette) {
        let name = info.verb.name(crate::ui::l10n::Lang::Zh);
        let row = rows.iter().find(|r| r.name == name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(row.key, info.key);
    }
    // What cannot be done says why; the rest can.
    let off = |name: &str| rows.iter().find(|r| r.name == name).and_then(|r| r.off.clone());
    assert_eq!(off("锁定或解锁网格").as_deref(), Some("先选网格"));
    assert_eq!(off("撤销").as_deref(), Some("还没有可撤销的修改"));
    assert_eq!(off("画网格"), None);
    key(&mut h, Key::Escape);
    assert!(app(&mut h).palette.is_none());
    assert_eq!(doc(&h).hand.tool(), Tool::Select);
}

#[test]
fn words_initials_and_english_find_a_command_and_enter_runs_it() {
    let Some(mut h) = sample("words_initials_and_english_find_a_command_and_enter_runs_it") else { return };
    for words in ["hwg", "画网格", "huawang", "Draw cell"] {
        open(&mut h);
        type_words(&mut h, words);
        assert!(rows(&h).iter().any(|r| r.starts_with("画网格 A")), "{words}: {:?}", rows(&h));
        key(&mut h, Key::Enter);
        assert!(app(&mut h).palette.is_none(), "{words}");
        assert_eq!(doc(&h).hand.tool(), Tool::Draw, "{words}");
        key(&mut h, Key::V);
    }
    // What was run last stands first.
    open(&mut h);
    key(&mut h, Key::Enter);
    assert_eq!(doc(&h).hand.tool(), Tool::Draw);
    key(&mut h, Key::V);
    // Arrows go down and up, and do not leave the list.
    open(&mut h);
    key(&mut h, Key::ArrowUp);
    key(&mut h, Key::ArrowDown);
    key(&mut h, Key::ArrowDown);
    key(&mut h, Key::ArrowUp);
    assert_eq!(listed(&h).iter().map(|r| r.1).collect::<Vec<_>>()[..3], [false, true, false]);
    // Its own key closes it.
    ctrl(&mut h, Key::K);
    assert!(app(&mut h).palette.is_none());
}

#[test]
fn what_cannot_be_done_is_not_run_and_nothing_found_says_so() {
    let Some(mut h) = sample("what_cannot_be_done_is_not_run_and_nothing_found_says_so") else { return };
    let before = state(&h);
    open(&mut h);
    type_words(&mut h, "锁定");
    assert!(rows(&h).iter().any(|r| r == "锁定或解锁网格 L 先选网格"), "{:?}", rows(&h));
    key(&mut h, Key::Enter);
    assert!(app(&mut h).palette.is_some(), "it stays, the reason is in the row");
    assert_eq!(state(&h), before);
    type_words(&mut h, "qqqq");
    assert!(painted(&h).iter().any(|t| t.contains("没有找到「锁定qqqq」")), "{:?}", painted(&h));
    key(&mut h, Key::Enter);
    key(&mut h, Key::Escape);
    assert!(app(&mut h).palette.is_none());
}

#[test]
fn plans_units_and_places_are_gone_to() {
    let Some(mut h) = sample("plans_units_and_places_are_gone_to") else { return };
    let id = unit(&h, "320599012006007");
    let name = layer(&h).units[&id].name.clone();
    open(&mut h);
    type_words(&mut h, &name);
    let label = rows(&h).into_iter().find(|r| r.contains(&name)).expect("the cell is listed");
    push(&mut h, &label);
    assert_eq!(selected_units(&h), [id]);
    let copy =
        crate::plan::PlanOp::Copy { old: session(&h).project().plans[0].meta.name.clone(), new: "试划".into() };
    doc_mut(&mut h).dispatch(crate::session::Command::Do(crate::plan::Op::Plan(copy).into()), 1);
    h.run();
    let shown = session(&h).plan();
    let other = session(&h).project().plans.iter().find(|p| p.id != shown).map(|p| (p.id, p.meta.name.clone()));
    let (plan, name) = other.expect("the sample has two plans");
    open(&mut h);
    type_words(&mut h, "切换到");
    let label = rows(&h).into_iter().find(|r| r.contains(&name)).expect("the plan is listed");
    push(&mut h, &label);
    assert_eq!(session(&h).plan(), plan);
    // A place in figures, north first as the status bar says it.
    let goal = inside(&h, unit(&h, "320599012006002"));
    let [e, n] = session(&h).project().origin().place(goal).metres();
    ctrl(&mut h, Key::G);
    assert!(rows(&h).iter().any(|r| r.contains("输入两个数")), "{:?}", rows(&h));
    type_words(&mut h, "柳塘");
    key(&mut h, Key::Enter);
    assert!(app(&mut h).palette.is_some(), "words are no place");
    key(&mut h, Key::Escape);
    ctrl(&mut h, Key::G);
    type_words(&mut h, &format!("{n}，{e}"));
    key(&mut h, Key::Enter);
    rest(&mut h);
    let c = doc(&h).camera.expect("a camera").centre;
    assert!((c.0 - f64::from(goal.x)).abs() < 2.0 && (c.1 - f64::from(goal.y)).abs() < 2.0, "{c:?} {goal:?}");
    assert_eq!(doc(&h).mark.as_ref().map(|m| m.at), Some(goal));
    key(&mut h, Key::Escape);
    assert_eq!(doc(&h).mark, None);
}

#[test]
fn without_a_project_and_in_english_it_works_too() {
    let Some(mut h) = start_page("without_a_project_and_in_english_it_works_too") else { return };
    push(&mut h, "English");
    ctrl(&mut h, Key::K);
    assert!(h.query_by_role_and_label(Role::TextInput, "Find a command").is_some());
    type_words(&mut h, "undo");
    assert!(rows(&h).iter().any(|r| r == "Undo Ctrl Z Open a project first, or make one"), "{:?}", rows(&h));
    let chinese = |t: &String| t.chars().any(|c| ('\u{3400}'..='\u{9fff}').contains(&c));
    assert_eq!(rows(&h).into_iter().filter(chinese).collect::<Vec<_>>(), Vec::<String>::new());
    key(&mut h, Key::Escape);
    ctrl(&mut h, Key::K);
    type_words(&mut h, "All keys");
    key(&mut h, Key::Enter);
    assert!(app(&mut h).keys_open);
}

#[test]
fn a_menu_greys_what_cannot_be_done() {
    let Some(mut h) = sample("a_menu_greys_what_cannot_be_done") else { return };
    push(&mut h, "网格");
    let off = |h: &Window, name: &str| h.get_by_role_and_label(Role::MenuItem, name).accesskit_node().is_disabled();
    assert!(off(&h, "锁定或解锁网格") && !off(&h, "画网格"));
    key(&mut h, Key::Escape);
    let row = row_label(&h, unit(&h, "320599012006007"));
    push(&mut h, &row);
    push(&mut h, "网格");
    assert!(!off(&h, "锁定或解锁网格"));
}
