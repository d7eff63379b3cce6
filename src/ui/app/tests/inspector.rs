//! What the inspector changes: each thing one step.

use super::*;
use crate::model::Field;
use egui::Key;

fn on_cell(test: &str) -> Option<(Window, Id)> {
    let mut h = sample(test)?;
    let id = unit(&h, "320599012006007");
    let row = row_label(&h, id);
    push(&mut h, &row);
    Some((h, id))
}

#[test]
fn a_cell_is_renamed_in_one_step() {
    let Some((mut h, id)) = on_cell("a_cell_is_renamed_in_one_step") else { return };
    push(&mut h, "改名称 / 改编号");
    type_into(&mut h, "名称", "新桥网格");
    key(&mut h, Key::Enter);
    assert_eq!((layer(&h).units[&id].name.as_str(), steps(&h)), ("新桥网格", 1));
    assert!(row_label(&h, id).contains("新桥网格"), "the list shows the new name");
    push(&mut h, "撤销");
    assert_ne!(layer(&h).units[&id].name, "新桥网格");
}

#[test]
fn the_whole_code_is_edited_not_only_its_last_digits() {
    let Some((mut h, id)) = on_cell("the_whole_code_is_edited_not_only_its_last_digits") else { return };
    let code = layer(&h).units[&id].code.clone();
    push(&mut h, "改名称 / 改编号");
    let shown = h.get_by_role_and_label(egui::accesskit::Role::TextInput, "编号");
    assert_eq!(shown.accesskit_node().value().map(|v| v.replace(' ', "")), Some(code.clone()));
    let new = format!("{}17", &code[..code.len() - 2]);
    type_into(&mut h, "编号", &new);
    key(&mut h, Key::Enter);
    assert_eq!((layer(&h).units[&id].code.as_str(), steps(&h)), (new.as_str(), 1));
}

#[test]
fn assigning_again_gives_the_name_field_the_keys_again() {
    let Some((mut h, _)) = on_cell("assigning_again_gives_the_name_field_the_keys_again") else { return };
    let lead = {
        let mut named = h.get_all_by_label_contains("网格长 ").filter_map(|n| n.accesskit_node().label());
        named.find(|l| l.starts_with("网格长 ")).expect("the cell has a lead")
    };
    push(&mut h, &format!("免去 {lead}"));
    for _ in 0..2 {
        push(&mut h, "网格长 空缺");
        let field = h.get_by_role_and_label(egui::accesskit::Role::TextInput, "姓名");
        assert!(field.accesskit_node().is_focused(), "the name is what is asked for");
        h.get_by_label("地图").focus();
        h.run();
    }
}

#[test]
fn a_new_member_with_a_post_is_one_step_and_so_is_a_known_one() {
    let test = "a_new_member_with_a_post_is_one_step_and_so_is_a_known_one";
    let Some((mut h, _)) = on_cell(test) else { return };
    let add = |h: &mut Window| {
        push(h, "添加人员…");
        for (label, text) in [("岗位", "志愿者"), ("姓名", "钱某某"), ("电话", "13900001234")] {
            type_into(h, label, text);
        }
        push(h, "指派");
    };
    let posts = |h: &Window| session(h).project().plan(session(h).plan()).unwrap().posts.len();
    let before = posts(&h);
    add(&mut h);
    assert_eq!((posts(&h), steps(&h)), (before + 1, 1), "{}", told(&mut h));
    assert!(h.query_by_label("志愿者 钱某某").is_some());
    assert!(!painted(&h).iter().any(|t| t.contains("13900001234")), "the screen shows phones masked");
    // The same person on another cell.
    let other = unit(&h, "320599012006003");
    let row = row_label(&h, other);
    push(&mut h, &row);
    add(&mut h);
    assert_eq!((posts(&h), steps(&h)), (before + 2, 2), "{}", told(&mut h));
    // And the post ends again.
    push(&mut h, "免去 志愿者 钱某某");
    assert_eq!((posts(&h), steps(&h)), (before + 1, 3));
}

#[test]
fn a_vacant_lead_is_appointed_through_the_form() {
    let Some((mut h, _)) = on_cell("a_vacant_lead_is_appointed_through_the_form") else { return };
    let lead = {
        let mut named = h.get_all_by_label_contains("网格长 ").filter_map(|n| n.accesskit_node().label());
        named.find(|l| l.starts_with("网格长 ")).expect("the cell has a lead")
    };
    push(&mut h, &format!("免去 {lead}"));
    assert_eq!(steps(&h), 1);
    push(&mut h, "网格长 空缺");
    type_into(&mut h, "姓名", "赵某某");
    type_into(&mut h, "起始", "2026-03-01");
    push(&mut h, "指派");
    assert_eq!(steps(&h), 2, "{}", told(&mut h));
    assert!(h.query_by_label("网格长 赵某某").is_some());
    assert!(h.query_by_label("网格长 空缺").is_none());
}

#[test]
fn a_building_is_pinned_and_its_households_corrected() {
    let Some((mut h, id)) = on_cell("a_building_is_pinned_and_its_households_corrected") else { return };
    let (slot, at) = building_in(&h, id);
    click(&mut h, at);
    assert_eq!(*session(&h).selection(), Selection::Buildings(vec![slot]));
    type_into(&mut h, "户数", "77");
    key(&mut h, Key::Enter);
    let count = |h: &Window| session(h).project().table(Kind::Buildings).get(slot).unwrap().count(Field::Households);
    assert_eq!((count(&h), steps(&h)), (Some(77), 1), "{}", told(&mut h));
    type_into(&mut h, "户数", "many");
    key(&mut h, Key::Enter);
    assert_eq!((count(&h), steps(&h)), (Some(77), 1), "no number, no step");
    let to = unit(&h, "320599012006003");
    let u = layer(&h).units[&to].clone();
    let option = format!("{} {}", crate::scene::cell_chip(layer(&h), &u), u.name);
    push(&mut h, "指定到网格");
    push(&mut h, &option);
    assert_eq!(steps(&h), 2, "{}", told(&mut h));
    assert_eq!(session(&h).assignment().building(slot), Some(to.0));
    push(&mut h, "撤销");
    push(&mut h, "撤销");
    assert_eq!(session(&h).assignment().building(slot), Some(id.0));
    assert_eq!(steps(&h), 0);
}

#[test]
fn taking_back_in_a_field_leaves_the_map_alone_and_esc_closes_the_form() {
    let test = "taking_back_in_a_field_leaves_the_map_alone_and_esc_closes_the_form";
    let Some((mut h, _)) = on_cell(test) else { return };
    push(&mut h, "添加人员…");
    for (label, text) in [("岗位", "志愿者"), ("姓名", "钱某某")] {
        type_into(&mut h, label, text);
    }
    push(&mut h, "指派");
    assert_eq!(steps(&h), 1);
    push(&mut h, "添加人员…");
    type_into(&mut h, "姓名", "王");
    ctrl(&mut h, Key::Z);
    ctrl(&mut h, Key::Y);
    assert_eq!(steps(&h), 1, "the field had the keys");
    assert!(h.query_by_label("姓名").is_some());
    key(&mut h, Key::Escape);
    assert!(h.query_by_label("姓名").is_none(), "the form is closed");
    assert_eq!(app(&mut h).doc.as_ref().unwrap().hand.tool(), crate::session::tools::Tool::Select);
}

#[test]
fn history_names_people_as_they_were_at_each_step() {
    let test = "history_names_people_as_they_were_at_each_step";
    let Some((mut h, _)) = on_cell(test) else { return };
    let add = |h: &mut Window, name: &str| {
        push(h, "添加人员…");
        for (label, text) in [("岗位", "志愿者"), ("姓名", name)] {
            type_into(h, label, text);
        }
        push(h, "指派");
    };
    add(&mut h, "孙某丽");
    h.get_by_label("地图").focus();
    push(&mut h, "撤销");
    let said = |h: &Window| painted(h).join("\n");
    assert!(said(&h).contains("孙某丽"), "{}", said(&h));
    // The next one gets the code that is free again.
    add(&mut h, "王某明");
    assert!(said(&h).contains("孙某丽") && said(&h).contains("王某明"), "{}", said(&h));
    push(&mut h, "免去 志愿者 王某明");
    assert!(said(&h).contains("不再任"), "{}", said(&h));
    assert!(!said(&h).contains("移除岗位 P"), "{}", said(&h));
}
