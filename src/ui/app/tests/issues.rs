//! The panel of problems: found, walked through, mended after a look, set aside with a reason.

use super::*;
use crate::plan::{Op, SetOp};
use crate::session::Command;
use egui::Key;
use egui::accesskit::Role;

/// Waits until the check that is asked for is there.
fn checked(h: &mut Window) {
    for _ in 0..3000 {
        h.step();
        let i = &doc(h).issues;
        if i.view.checked && !i.view.busy {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    h.run();
    let view = &doc(h).issues.view;
    assert!(view.checked && !view.busy, "{:?}", view.failed);
}

fn open(h: &mut Window) {
    key(h, Key::F8);
    checked(h);
}

/// Rows of the panel: name of the kind, key, title, sentence.
fn rows(h: &Window) -> Vec<(String, usize, String, String)> {
    let list = doc(h).issues.view.list.clone();
    let row = |g: &crate::ui::panels::issues::IssueGroup| {
        let name = g.name.clone();
        g.rows.iter().map(|r| (name.clone(), r.key, r.title.clone(), r.sentence.clone())).collect::<Vec<_>>()
    };
    list.groups.iter().flat_map(row).collect()
}

fn of(h: &Window, kind: &str) -> Vec<(String, usize, String, String)> {
    rows(h).into_iter().filter(|r| r.0 == kind).collect()
}

fn does(h: &mut Window, op: Op) {
    let edit = crate::session::tools::here(session(h), op);
    let before = state(h);
    doc_mut(h).dispatch(Command::Do(edit), 1);
    assert_ne!(state(h), before);
    h.run();
}

/// Clicks the row of a problem, wherever it is in the list.
fn look(h: &mut Window, key: usize) {
    for _ in 0..rows(h).len() + 1 {
        if doc(h).issues.view.on == Some(key) {
            break;
        }
        self::key(h, Key::N);
    }
    assert_eq!(doc(h).issues.view.on, Some(key));
    rest(h);
}

#[test]
fn f8_lists_what_the_check_finds_and_a_click_goes_there() {
    let Some(mut h) = sample("f8_lists_what_the_check_finds_and_a_click_goes_there") else { return };
    open(&mut h);
    let s = session(&h);
    let want = crate::rules::check(s.project(), s.plan(), s.layer(), s.assignment());
    assert!(!want.is_empty());
    assert_eq!(rows(&h).len(), want.len());
    assert_eq!(h.get_all_by_role(Role::Heading).count(), doc(&h).issues.view.list.groups.len());
    let (kind, key_, title, sentence) = rows(&h).remove(0);
    let found = h
        .get_all_by_role(Role::ListItem)
        .find(|n| n.accesskit_node().label().is_some_and(|l| l.ends_with(&format!("{title} {sentence}"))));
    found.unwrap_or_else(|| panic!("{kind} {title}")).click();
    rest(&mut h);
    assert_eq!(doc(&h).issues.view.on, Some(key_));
    let at = want[key_].at.expect("it has a place");
    assert!(doc(&h).camera.expect("a camera").visible().contains(at));
    assert_ne!((session(&h).selection().clone(), doc(&h).mark.is_some()), (Selection::None, false));
    // N and Shift N go on and back, and round the end.
    let order: Vec<usize> = rows(&h).iter().map(|r| r.1).collect();
    key(&mut h, Key::N);
    assert_eq!(doc(&h).issues.view.on, Some(order[1]));
    let back = |h: &mut Window| {
        h.key_press_modifiers(Modifiers::SHIFT, Key::N);
        h.run();
    };
    back(&mut h);
    back(&mut h);
    assert_eq!(doc(&h).issues.view.on, order.last().copied());
    key(&mut h, Key::F8);
    assert!(app(&mut h).side.is_none());
    assert_eq!(steps(&h), 0, "looking changes nothing");
}

#[test]
fn a_gap_is_filled_after_a_look_and_taken_back_by_one_undo() {
    let Some(mut h) = sample("a_gap_is_filled_after_a_look_and_taken_back_by_one_undo") else { return };
    let (a, _) = neighbours(&h);
    let code = layer(&h).units[&a].code.clone();
    does(&mut h, Op::Dissolve { cell: code });
    let gone = state(&h);
    open(&mut h);
    let gaps = of(&h, "空白");
    let (_, gap, ..) = gaps.first().cloned().expect("the dissolved cell is a gap");
    look(&mut h, gap);
    assert!(doc(&h).mark.as_ref().is_some_and(|m| m.problem && !m.rings.is_empty()));
    let preview = |h: &Window| {
        let all = h.root().children_recursive().filter_map(|n| n.accesskit_node().label());
        all.filter(|l| l.starts_with("看看：空白并入")).collect::<Vec<_>>()
    };
    let name = preview(&h).pop().expect("it can be mended");
    push(&mut h, &name);
    assert!(session(&h).history().staged().is_some(), "it is shown");
    assert_eq!(session(&h).history().stable().state, gone, "and not done");
    assert!(doc(&h).issues.view.figures.iter().any(|f| f.households > 0), "{:?}", doc(&h).issues.view.figures);
    // Esc drops it, Enter does it.
    key(&mut h, Key::Escape);
    assert!(session(&h).history().staged().is_none());
    look(&mut h, gap);
    let name = preview(&h).pop().expect("it can be mended");
    push(&mut h, &name);
    assert!(h.query_by_label("采用").is_some());
    key(&mut h, Key::Enter);
    assert_ne!(state(&h), gone);
    checked(&mut h);
    assert!(of(&h, "空白").len() < gaps.len());
    ctrl(&mut h, Key::Z);
    assert_eq!(state(&h), gone);
}

#[test]
fn a_building_without_a_cell_is_given_to_one_by_the_button() {
    let Some(mut h) = sample("a_building_without_a_cell_is_given_to_one_by_the_button") else { return };
    open(&mut h);
    let free = of(&h, "未划入的楼栋");
    assert!(!free.is_empty(), "the sample has one");
    look(&mut h, free[0].1);
    assert!(matches!(session(&h).selection(), Selection::Buildings(b) if b.len() == 1));
    let all: Vec<String> = h.root().children_recursive().filter_map(|n| n.accesskit_node().label()).collect();
    let name = all.iter().find(|l| l.starts_with("看看：指定归")).expect("it can be pinned").clone();
    push(&mut h, &name);
    push(&mut h, "采用");
    assert_eq!(steps(&h), 1);
    checked(&mut h);
    assert_eq!(of(&h, "未划入的楼栋").len(), free.len() - 1);
}

#[test]
fn a_problem_is_set_aside_with_a_reason_and_comes_back() {
    let Some(mut h) = sample("a_problem_is_set_aside_with_a_reason_and_comes_back") else { return };
    open(&mut h);
    let all = rows(&h);
    let (kind, on, title, _) = all[0].clone();
    look(&mut h, on);
    push(&mut h, "忽略，写明原因…");
    type_into(&mut h, "忽略的原因", "历来如此，街道已确认");
    key(&mut h, Key::Enter);
    rest(&mut h);
    assert_eq!(steps(&h), 1);
    checked(&mut h);
    assert_eq!(rows(&h).len(), all.len() - 1);
    let ignored = doc(&h).issues.view.list.ignored.clone();
    assert_eq!(ignored.len(), 1);
    assert!(ignored[0].title.starts_with(&kind) && ignored[0].title.contains(&title), "{ignored:?}");
    assert_eq!(ignored[0].reason, "历来如此，街道已确认");
    // It belongs to the project, and undo brings it back like anything else.
    assert_eq!(session(&h).project().facts.ignored.len(), 1);
    ctrl(&mut h, Key::Z);
    checked(&mut h);
    assert_eq!(rows(&h).len(), all.len());
    h.key_press_modifiers(Modifiers::COMMAND | Modifiers::CTRL | Modifiers::SHIFT, Key::Z);
    h.run();
    checked(&mut h);
    // The list of what was set aside stands at its end.
    let ignored = doc(&h).issues.view.list.ignored.clone();
    app(&mut h).issues_action(crate::ui::panels::issues::IssuesAction::Heed(ignored[0].issue.clone()), 0.0);
    checked(&mut h);
    assert_eq!(rows(&h).len(), all.len());
    assert!(session(&h).project().facts.ignored.is_empty());
}

#[test]
fn without_problems_it_says_so_and_in_english() {
    let Some(mut h) = start_page("without_problems_it_says_so_and_in_english") else { return };
    app(&mut h).begin_new();
    h.run();
    open(&mut h);
    assert!(rows(&h).is_empty());
    assert!(h.query_by_label_contains("没有发现问题").is_some());
    push(&mut h, "视图");
    push(&mut h, "English");
    checked(&mut h);
    assert!(h.query_by_label_contains("No problems found").is_some());
    push(&mut h, "Close problems");
    assert!(app(&mut h).side.is_none());
}

#[test]
fn a_detached_part_and_a_divided_courtyard_can_be_mended() {
    let Some(h) = sample("a_detached_part_and_a_divided_courtyard_can_be_mended") else { return };
    let mut s = session(&h).clone();
    let (a, b) = neighbours(&h);
    let of = |id: Id| layer(&h).units[&id].code.clone();
    // Two cells that do not touch are made one: it has two parts.
    let touch = |x: Id, y: Id| {
        let l = layer(&h);
        l.partition.edges().any(|(_, e)| {
            let (p, q) = l.partition.sides(e);
            (p, q) == (x.0, y.0) || (p, q) == (y.0, x.0)
        })
    };
    let far = layer(&h)
        .units
        .values()
        .map(|u| u.id)
        .find(|&u| layer(&h).units[&u].level == 1 && u != a && u != b && !touch(a, u));
    let far = far.expect("there are ten cells");
    let merge = Op::Merge { cells: vec![of(a), of(far)], keep: Some(of(a)), apart: true };
    s.dispatch(Command::Do(crate::session::tools::here(&s, merge)), 1);
    let find = |s: &Session, rule: &str| {
        let all = crate::rules::check(s.project(), s.plan(), s.layer(), s.assignment());
        all.into_iter().filter(|i| i.rule == rule).collect::<Vec<_>>()
    };
    let issue = find(&s, "V14").pop().expect("it is detached");
    let ways = crate::session::mends::mends(&s, &issue);
    assert_eq!(ways.len(), 2, "{ways:?}");
    for way in ways {
        let mut s = s.clone();
        let effects = s.dispatch(Command::Do(way.edit), 2);
        assert!(effects.iter().any(|e| matches!(e, crate::session::Effect::Committed { .. })), "{effects:?}");
        assert_eq!(find(&s, "V14"), vec![], "{}", way.said.zh);
    }
    // A code that is not its parent's.
    let fields = [("code".to_owned(), "777".into())].into_iter().collect();
    let set = Op::Set(SetOp { cell: Some(of(b)), fields, ..SetOp::default() });
    s.dispatch(Command::Do(crate::session::tools::here(&s, set)), 3);
    if let Some(issue) = find(&s, "V8").pop() {
        let way = crate::session::mends::mends(&s, &issue).pop().expect("the code is free");
        s.dispatch(Command::Do(way.edit), 4);
        assert_eq!(find(&s, "V8"), vec![]);
    }
}
