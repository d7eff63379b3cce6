//! Several buildings or cells at once: what they share, and one value for all.

use super::*;
use crate::model::Field;
use egui::Key;
use egui::accesskit::Role;

/// Selects some buildings of a cell.
fn choose(h: &mut Window, n: usize) -> Vec<u32> {
    let id = unit(h, "320599012006007");
    let slots: Vec<u32> = session(h).assignment().buildings_of(id.0).into_iter().take(n).collect();
    assert_eq!(slots.len(), n);
    doc_mut(h).dispatch(crate::session::Command::Select(Selection::Buildings(slots.clone())), 1);
    h.run();
    slots
}

fn text(h: &Window, slot: u32, field: Field) -> Option<String> {
    session(h).project().table(Kind::Buildings).get(slot).and_then(|r| r.text(field).map(str::to_owned))
}

fn count(h: &Window, slot: u32, field: Field) -> Option<u32> {
    session(h).project().table(Kind::Buildings).get(slot).and_then(|r| r.count(field))
}

#[test]
fn several_buildings_show_what_they_share_and_take_one_value_in_one_step() {
    let Some(mut h) = sample("several_buildings_show_what_they_share_and_take_one_value_in_one_step") else { return };
    let slots = choose(&mut h, 5);
    let first = state(&h);
    let op = crate::plan::Op::Set(crate::plan::SetOp {
        building: session(&h).project().table(Kind::Buildings).get(slots[0]).map(|r| r.code().to_owned()),
        fields: [("address".to_owned(), "清荷路 1 号".into())].into_iter().collect(),
        ..crate::plan::SetOp::default()
    });
    doc_mut(&mut h).dispatch(crate::session::Command::Do(op.into()), 1);
    choose(&mut h, 5);
    assert!(painted(&h).iter().any(|t| t == "多个值"), "where they differ it says so");
    let before = state(&h);
    type_into(&mut h, "全部的地址", "清荷路 8 号");
    key(&mut h, Key::Enter);
    assert!(slots.iter().all(|s| text(&h, *s, Field::Address).as_deref() == Some("清荷路 8 号")));
    assert_eq!(steps(&h), 2, "one step for all");
    assert!(told(&mut h).contains("已改 5 栋的地址"), "{}", told(&mut h));
    push(&mut h, "撤销");
    assert_eq!(state(&h), before);
    // Figures too; what is none is told and nothing changes.
    type_into(&mut h, "全部的高度", "１８.5");
    key(&mut h, Key::Enter);
    let height = |h: &Window, s: u32| session(h).project().table(Kind::Buildings).get(s).unwrap().value(Field::Height);
    assert!(slots.iter().all(|s| height(&h, *s) == Some(crate::model::Value::Float(18.5))));
    let before = state(&h);
    type_into(&mut h, "全部的层数", "很多");
    key(&mut h, Key::Enter);
    assert_eq!(state(&h), before);
    assert!(told(&mut h).contains("不是数"), "{}", told(&mut h));
    type_into(&mut h, "全部的层数", "7");
    key(&mut h, Key::Enter);
    assert!(slots.iter().all(|s| count(&h, *s, Field::Storeys) == Some(7)));
    assert_ne!(state(&h), first);
}

#[test]
fn several_buildings_are_pinned_to_a_cell_together() {
    let Some(mut h) = sample("several_buildings_are_pinned_to_a_cell_together") else { return };
    let slots = choose(&mut h, 3);
    let to = unit(&h, "320599012006002");
    let name = layer(&h).units[&to].name.clone();
    let before = state(&h);
    let combo = h.get_by_label("全部的所属网格");
    combo.scroll_to_me();
    h.run();
    push(&mut h, "全部的所属网格");
    let label = h
        .root()
        .children_recursive()
        .filter_map(|n| n.accesskit_node().label())
        .find(|l| l.ends_with(&name) && l.starts_with(|c: char| c.is_ascii_digit()) && l.split(' ').count() == 2)
        .expect("the cell is offered");
    h.get_all_by_label(&label).last().expect("it is").click();
    rest(&mut h);
    assert_eq!(steps(&h), 1, "{label}: {}", told(&mut h));
    assert!(slots.iter().all(|s| session(&h).assignment().building(*s) == Some(to.0)));
    push(&mut h, "撤销");
    assert_eq!(state(&h), before);
}

#[test]
fn several_cells_show_their_sum_and_are_locked_together() {
    let Some(mut h) = sample("several_cells_show_their_sum_and_are_locked_together") else { return };
    let (a, b) = neighbours(&h);
    doc_mut(&mut h).dispatch(crate::session::Command::Select(Selection::Units(vec![a, b])), 1);
    h.run();
    assert!(painted(&h).iter().any(|t| t == "2 个网格"));
    let households: i64 = [a, b].iter().map(|id| session(&h).assignment().own(id.0).households).sum();
    assert!(painted(&h).contains(&crate::ui::l10n::num(households)));
    let locked = |h: &Window| [a, b].iter().filter(|id| layer(h).is_locked(**id)).count();
    h.get_by_role_and_label(Role::CheckBox, "全部锁定").click();
    rest(&mut h);
    assert_eq!((locked(&h), steps(&h)), (2, 1), "both, in one step");
    h.get_by_role_and_label(Role::CheckBox, "全部锁定").click();
    rest(&mut h);
    assert_eq!(locked(&h), 0);
    // One of two: it says how many.
    doc_mut(&mut h).dispatch(crate::session::Command::Select(Selection::Units(vec![a])), 1);
    key(&mut h, Key::L);
    doc_mut(&mut h).dispatch(crate::session::Command::Select(Selection::Units(vec![a, b])), 1);
    h.run();
    assert!(h.query_by_role_and_label(Role::CheckBox, "多个值：1 格已锁定").is_some());
    app(&mut h).set_lang(crate::ui::l10n::Lang::En);
    h.run();
    assert!(h.query_by_role_and_label(Role::CheckBox, "several values: 1 locked").is_some());
}
