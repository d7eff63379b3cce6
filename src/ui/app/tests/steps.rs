//! The history panel.

use super::*;
use crate::plan::{Op, PlanOp, SetOp};
use crate::session::Command;
use egui::Key;
use egui::accesskit::Role;

fn households(h: &mut Window, slot: u32, n: u32) {
    let code = session(h).project().table(Kind::Buildings).get(slot).expect("a building").code().to_owned();
    let fields = [("households".to_owned(), n.into())].into_iter().collect();
    let op = Op::Set(SetOp { building: Some(code), fields, ..SetOp::default() });
    doc_mut(h).dispatch(Command::Do(op.into()), 1_781_769_600);
    h.run();
}

/// Rows of the panel: label, whether it is the present one. The list of cells and its own short history are further left.
fn rows(h: &Window) -> Vec<(String, bool)> {
    let all = h.root().children_recursive().filter(|n| n.accesskit_node().role() == Role::ListItem);
    let mine = all.filter(|n| n.rect().left() >= 299.0 && n.rect().right() < 800.0);
    mine.filter_map(|n| {
        let n = n.accesskit_node();
        Some((n.label()?, n.toggled() == Some(egui::accesskit::Toggled::True) || n.is_selected() == Some(true)))
    })
    .collect()
}

fn click_row(h: &mut Window, i: usize) {
    let label = rows(h)[i].0.clone();
    let at = h.get_all_by_label(&label).map(|n| n.rect()).find(|r| r.left() >= 299.0).expect("the row").center();
    click_at(h, at);
}

#[test]
fn a_click_goes_back_many_steps_at_once_and_forward_again() {
    let Some(mut h) = sample("a_click_goes_back_many_steps_at_once_and_forward_again") else { return };
    ctrl(&mut h, Key::H);
    assert!(h.query_by_label_contains("还没有修改。每一步").is_some());
    let mut states = vec![state(&h)];
    for n in 1..=5 {
        households(&mut h, 0, 100 + n);
        states.push(state(&h));
    }
    let all = rows(&h);
    assert_eq!(all.len(), 6, "{all:?}");
    assert!(all[5].1 && all[5].0.contains("105") && all[5].0.contains("6月18日 16:00"), "{all:?}");
    click_row(&mut h, 2);
    assert_eq!(state(&h), states[2]);
    let all = rows(&h);
    assert!(all[2].1 && all[3].0.ends_with("可重做") && all[5].0.ends_with("可重做"), "{all:?}");
    assert!(told(&mut h).contains("撤销了 3 步"), "{}", told(&mut h));
    click_row(&mut h, 4);
    assert_eq!(state(&h), states[4]);
    click_row(&mut h, 0);
    assert_eq!(state(&h), states[0]);
    // By keys: Tab reaches a row, arrows go on, Enter goes there.
    let label = rows(&h)[2].0.clone();
    h.get_all_by_label(&label).find(|n| n.rect().left() >= 299.0).expect("the row").focus();
    h.run();
    let centre = doc(&h).camera.expect("a camera").centre;
    key(&mut h, Key::ArrowDown);
    key(&mut h, Key::Enter);
    assert_eq!(state(&h), states[3]);
    assert_eq!(doc(&h).camera.expect("a camera").centre, centre, "the arrows do not move the map");
    // A new change takes the place of those that could be redone; that is said.
    households(&mut h, 0, 200);
    assert_eq!(rows(&h).len(), 5);
    assert!(h.query_by_label_contains("另有 2 步撤销后被新的修改取代").is_some());
    push(&mut h, "关闭历史");
    assert!(rows(&h).is_empty() || app(&mut h).side.is_none());
}

#[test]
fn a_step_of_another_plan_switches_to_it_and_says_so() {
    let Some(mut h) = sample("a_step_of_another_plan_switches_to_it_and_says_so") else { return };
    let first = session(&h).plan();
    let old = session(&h).project().plan(first).expect("a plan").meta.name.clone();
    let copy = Op::Plan(PlanOp::Copy { old: old.clone(), new: "试划".into() });
    doc_mut(&mut h).dispatch(Command::Do(copy.into()), 1);
    let other = session(&h).project().plan_named("试划").expect("it was copied").id;
    doc_mut(&mut h).dispatch(Command::ShowPlan(other), 1);
    h.run();
    let code = session(&h).project().layer(other, 0).expect("a layer").units.values().find(|u| u.level == 1);
    let cell = code.expect("a cell").code.clone();
    let edit = crate::session::tools::here(session(&h), Op::Dissolve { cell });
    doc_mut(&mut h).dispatch(Command::Do(edit), 2);
    doc_mut(&mut h).dispatch(Command::ShowPlan(first), 3);
    h.run();
    ctrl(&mut h, Key::H);
    let all = rows(&h);
    assert!(all.last().is_some_and(|r| r.0.contains("试划")), "{all:?}");
    click_row(&mut h, all.len() - 2);
    assert_eq!(session(&h).plan(), other);
    assert!(told(&mut h).contains("试划"), "{}", told(&mut h));
}

#[test]
fn what_a_file_no_longer_keeps_cannot_be_taken_back() {
    let Some(mut h) = sample("what_a_file_no_longer_keeps_cannot_be_taken_back") else { return };
    for n in 1..=3 {
        households(&mut h, 0, 100 + n);
    }
    // As a file that has dropped what the first two steps changed.
    let s = session(&h);
    let log: Vec<_> = s.history().log().map(|(s, undone)| ((**s).clone(), undone)).collect();
    let log = log.into_iter().enumerate().map(|(i, (mut step, undone))| {
        step.patch = step.patch.filter(|_| i >= 2);
        (step, undone)
    });
    let history = crate::plan::History::new(s.project().clone(), 7).with_log(log.collect(), &[]);
    let session_ = Session::new(history, None, crate::model::Lang::Zh, "");
    let old = app(&mut h).doc.take().expect("a project");
    let mut new = Doc::new(session_, None, None);
    new.camera = old.camera;
    app(&mut h).doc = Some(new);
    h.run();
    ctrl(&mut h, Key::H);
    let all = rows(&h);
    assert!(all[0].0.ends_with("不能退到这里") && all[1].0.ends_with("不能退到这里"), "{all:?}");
    assert!(!all[2].0.ends_with("不能退到这里"), "{all:?}");
    let before = state(&h);
    click_row(&mut h, 1);
    assert_eq!(state(&h), before);
    assert!(told(&mut h).contains("不能退到这里"), "{}", told(&mut h));
    click_row(&mut h, 2);
    assert_ne!(state(&h), before);
}
