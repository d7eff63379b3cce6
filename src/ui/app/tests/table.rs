//! The table of any kind of thing: order, filter, selection both ways, typing, copying.

use super::*;
use crate::model::Field;
use egui::Key;
use egui::accesskit::Role;

/// Opens the table and shows a kind.
fn open(h: &mut Window, kind: &str) {
    if !app(h).table_open {
        key(h, Key::F7);
    }
    show(h, kind);
}

pub(super) fn show(h: &mut Window, kind: &str) {
    let name = h
        .root()
        .children_recursive()
        .filter_map(|n| n.accesskit_node().label())
        .find(|n| n.starts_with("表格内容") || n.starts_with("What the table shows"))
        .expect("the table is open");
    if name.ends_with(&format!(" {kind}")) {
        return;
    }
    push(h, &name);
    // The menu bar has items of these names too.
    let item = h.get_all_by_role_and_label(Role::MenuItem, kind).find(|n| n.rect().top() > 100.0);
    item.expect("the kind is offered").click();
    rest(h);
}

/// Rows in sight, from the top: what they say, and whether they are chosen.
fn rows(h: &Window) -> Vec<(String, bool)> {
    let all = h.root().children_recursive().filter(|n| n.accesskit_node().role() == Role::Row);
    let mut out: Vec<(f32, String, bool)> = all
        .filter_map(|n| {
            let top = n.rect().top();
            let n = n.accesskit_node();
            let on = n.is_selected() == Some(true) || n.toggled() == Some(egui::accesskit::Toggled::True);
            Some((top, n.label()?, on))
        })
        .collect();
    out.sort_by(|a, b| a.0.total_cmp(&b.0));
    out.into_iter().map(|(_, name, on)| (name, on)).collect()
}

pub(super) fn head(h: &mut Window, title: &str) {
    let n = h
        .root()
        .children_recursive()
        .filter(|n| n.accesskit_node().role() == Role::ColumnHeader)
        .find(|n| n.accesskit_node().label().is_some_and(|l| l.trim_end_matches([' ', '▲', '▼']) == title))
        .unwrap_or_else(|| panic!("a column {title}"));
    n.click();
    rest(h);
}

/// The middle of a cell of a row: below the head of its column.
fn cell(h: &Window, row: &str, title: &str) -> Pos2 {
    let head = h
        .root()
        .children_recursive()
        .find(|n| {
            let n = n.accesskit_node();
            n.role() == Role::ColumnHeader && n.label().is_some_and(|l| l.trim_end_matches([' ', '▲', '▼']) == title)
        })
        .unwrap_or_else(|| panic!("a column {title}"));
    let row = h.get_by_role_and_label(Role::Row, row).rect();
    egui::pos2(head.rect().center().x, row.center().y)
}

fn double(h: &mut Window, at: Pos2) {
    tap(h, at);
    button(h, at, PointerButton::Primary, true, Modifiers::NONE);
    button(h, at, PointerButton::Primary, false, Modifiers::NONE);
    rest(h);
}

fn chosen(h: &Window) -> Vec<u32> {
    match session(h).selection() {
        Selection::Buildings(slots) => slots.clone(),
        _ => vec![],
    }
}

fn building(h: &Window, row: &str) -> u32 {
    let code = row.split(' ').next().unwrap_or_default();
    session(h).project().table(Kind::Buildings).find(code).expect("a building")
}

fn count(h: &Window, slot: u32, field: Field) -> Option<u32> {
    session(h).project().table(Kind::Buildings).get(slot).and_then(|r| r.count(field))
}

fn words(h: &mut Window, text: &str) {
    type_into(h, "筛选表格", text);
}

#[test]
fn a_key_opens_it_below_the_map_and_it_shows_what_the_project_holds() {
    let Some(mut h) = sample("a_key_opens_it_below_the_map_and_it_shows_what_the_project_holds") else { return };
    let before = map_rect(&h);
    key(&mut h, Key::F7);
    assert!(app(&mut h).table_open);
    let now = map_rect(&h);
    let table = h.get_by_role_and_label(Role::List, "表格").rect();
    assert!(now.bottom() <= table.top() && now.height() < before.height(), "it covers nothing of the map");
    assert_eq!(rows(&h).len(), cells(&h).min(rows(&h).len()), "cells stand first");
    let id = unit(&h, "320599012006002");
    let name = layer(&h).units[&id].name.clone();
    assert!(rows(&h).iter().any(|(r, _)| r.contains(&name)), "{:?}", rows(&h));
    for kind in ["楼栋", "院落", "道路", "人员", "岗位", "社区", "设施"] {
        show(&mut h, kind);
        assert!(!rows(&h).is_empty(), "{kind}");
    }
    // Only rows in sight are built.
    show(&mut h, "楼栋");
    assert!(rows(&h).len() < 20 && doc(&h).session.project().table(Kind::Buildings).len() > 100);
    push(&mut h, "关闭表格");
    assert!(!app(&mut h).table_open);
    assert_eq!(map_rect(&h), before);
    // In the menu and, as every command, in the palette.
    push(&mut h, "视图");
    h.get_by_role_and_label(Role::MenuItem, "表格").click();
    rest(&mut h);
    assert!(app(&mut h).table_open);
}

#[test]
fn a_head_orders_the_rows_and_words_leave_those_that_hold_them() {
    let Some(mut h) = sample("a_head_orders_the_rows_and_words_leave_those_that_hold_them") else { return };
    open(&mut h, "楼栋");
    let of = |h: &Window, row: &str| count(h, building(h, row), Field::Households);
    head(&mut h, "户数");
    let up: Vec<Option<u32>> = rows(&h).iter().map(|(r, _)| of(&h, r)).collect();
    head(&mut h, "户数");
    let down: Vec<Option<u32>> = rows(&h).iter().map(|(r, _)| of(&h, r)).collect();
    assert!(up.is_sorted() && down.iter().rev().is_sorted(), "{up:?} {down:?}");
    assert!(down[0] > up[0]);
    let made = doc(&h).table.made;
    h.run_steps(5);
    assert_eq!(doc(&h).table.made, made, "nothing is ordered again while nothing changes");
    head(&mut h, "户数");
    let name = session(&h).project().table(Kind::Courtyards).get(0).expect("a courtyard").name().to_owned();
    words(&mut h, &name);
    let found = rows(&h);
    assert!(!found.is_empty() && found.iter().all(|(r, _)| r.contains(&name)), "{name} {found:?}");
    words(&mut h, "zhuzhai");
    assert!(!rows(&h).is_empty() && rows(&h).iter().all(|(r, _)| r.contains("住宅")), "{:?}", rows(&h));
    words(&mut h, "qqqq");
    assert!(rows(&h).is_empty());
    assert!(painted(&h).iter().any(|t| t == "没有找到「qqqq」。试试拼音首字母。"));
}

#[test]
fn rows_and_map_select_each_other() {
    let Some(mut h) = sample("rows_and_map_select_each_other") else { return };
    open(&mut h, "楼栋");
    let all: Vec<String> = rows(&h).into_iter().map(|(r, _)| r).collect();
    push(&mut h, &all[1]);
    assert_eq!(chosen(&h), [building(&h, &all[1])]);
    // Shift chooses a range, Ctrl one more or less; arrows go on.
    h.get_by_role_and_label(Role::Row, &all[3]).click_modifiers(Modifiers::SHIFT);
    rest(&mut h);
    assert_eq!(chosen(&h).len(), 3);
    h.get_by_role_and_label(Role::Row, &all[2]).click_modifiers(Modifiers::COMMAND | Modifiers::CTRL);
    rest(&mut h);
    assert_eq!(chosen(&h), [building(&h, &all[1]), building(&h, &all[3])]);
    key(&mut h, Key::ArrowDown);
    h.key_press_modifiers(Modifiers::SHIFT, Key::ArrowDown);
    h.run();
    let two = chosen(&h);
    assert_eq!(two.len(), 2, "an arrow chooses one, with Shift the range grows");
    let camera = doc(&h).camera;
    key(&mut h, Key::End);
    let last = chosen(&h);
    assert!(rows(&h).last().is_some_and(|(r, on)| *on && building(&h, r) == last[0]), "End brings the last into sight");
    assert_eq!(doc(&h).camera.map(|c| c.centre), camera.map(|c| c.centre), "choosing never moves the map");
    key(&mut h, Key::Home);
    assert!(rows(&h)[0].1, "Home is the list's while it has the focus");
    assert_eq!(doc(&h).camera.map(|c| c.mm_per_px), camera.map(|c| c.mm_per_px));
    // Enter flies there.
    key(&mut h, Key::Enter);
    rest(&mut h);
    let at = session(&h).project().table(Kind::Buildings).get(chosen(&h)[0]).unwrap().bbox();
    assert!(
        doc(&h).camera.unwrap().visible().meets(&at) && doc(&h).camera.map(|c| c.centre) != camera.map(|c| c.centre)
    );
    // What is selected on the map is chosen here and brought into sight.
    let (slot, _) = building_in(&h, unit(&h, "320599012006007"));
    doc_mut(&mut h).dispatch(crate::session::Command::Select(Selection::Buildings(vec![slot])), 1);
    h.run();
    let on: Vec<String> = rows(&h).into_iter().filter(|r| r.1).map(|r| r.0).collect();
    assert_eq!(on.len(), 1);
    assert_eq!(building(&h, &on[0]), slot);
    push(&mut h, "只看选中");
    assert_eq!(rows(&h).len(), 1);
    push(&mut h, "只看选中");
    push(&mut h, "只看视野内");
    let seen = doc(&h).camera.unwrap().visible();
    assert!(!rows(&h).is_empty());
    for (row, _) in rows(&h) {
        let slot = building(&h, &row);
        assert!(session(&h).project().table(Kind::Buildings).get(slot).unwrap().bbox().meets(&seen));
    }
    // A cell selected on the map chooses the posts on it.
    push(&mut h, "只看视野内");
    show(&mut h, "岗位");
    let id = unit(&h, "320599012006007");
    doc_mut(&mut h).dispatch(crate::session::Command::Select(Selection::Units(vec![id])), 1);
    h.run();
    let name = layer(&h).units[&id].name.clone();
    let on: Vec<String> = rows(&h).into_iter().filter(|r| r.1).map(|r| r.0).collect();
    assert!(!on.is_empty() && on.iter().all(|r| r.contains(&name)), "{on:?}");
}

#[test]
fn values_are_typed_down_a_column_and_along_a_row() {
    let Some(mut h) = sample("values_are_typed_down_a_column_and_along_a_row") else { return };
    open(&mut h, "楼栋");
    let all: Vec<String> = rows(&h).into_iter().map(|(r, _)| r).collect();
    let slots: Vec<u32> = all.iter().map(|r| building(&h, r)).collect();
    let first = state(&h);
    let at = cell(&h, &all[0], "户数");
    double(&mut h, at);
    h.event(Event::Text("41".to_owned()));
    h.run();
    key(&mut h, Key::Enter);
    assert_eq!((count(&h, slots[0], Field::Households), steps(&h)), (Some(41), 1), "one step");
    // Enter leads down, Tab along the row.
    h.event(Event::Text("42".to_owned()));
    h.run();
    key(&mut h, Key::Tab);
    assert_eq!((count(&h, slots[1], Field::Households), steps(&h)), (Some(42), 2));
    h.event(Event::Text("111".to_owned()));
    h.run();
    key(&mut h, Key::Enter);
    assert_eq!((count(&h, slots[1], Field::Residents), steps(&h)), (Some(111), 3));
    key(&mut h, Key::Escape);
    assert_eq!(steps(&h), 3);
    // F2 opens the cell of the cursor; what cannot be is told at the field and nothing is lost.
    key(&mut h, Key::F2);
    h.event(Event::Text("很多".to_owned()));
    h.run();
    key(&mut h, Key::Enter);
    assert!(h.query_by_role(Role::Alert).is_some(), "the reason stands at the field");
    assert!(painted(&h).iter().any(|t| t.contains("不是数")));
    assert_eq!(steps(&h), 3);
    h.event(Event::Text("7".to_owned()));
    h.run();
    assert!(h.query_by_role(Role::Alert).is_none());
    key(&mut h, Key::Enter);
    assert_eq!(steps(&h), 4);
    key(&mut h, Key::Escape);
    for _ in 0..4 {
        ctrl(&mut h, Key::Z);
    }
    assert_eq!(state(&h), first);
    // A reckoned column says that it cannot be typed into.
    key(&mut h, Key::F7);
    key(&mut h, Key::F7);
    let row = rows(&h)[0].0.clone();
    push(&mut h, &row);
    let at = cell(&h, &rows(&h)[0].0, "归属方式");
    click_at(&mut h, at);
    key(&mut h, Key::F2);
    assert!(told(&mut h).contains("不能在表里改"), "{}", told(&mut h));
}

#[test]
fn a_row_that_is_typed_into_stays_where_it_is() {
    let Some(mut h) = sample("a_row_that_is_typed_into_stays_where_it_is") else { return };
    open(&mut h, "楼栋");
    head(&mut h, "户数");
    head(&mut h, "户数");
    let all: Vec<String> = rows(&h).into_iter().map(|(r, _)| r).collect();
    let slot = building(&h, &all[1]);
    let at = cell(&h, &all[1], "户数");
    double(&mut h, at);
    h.event(Event::Text("1".to_owned()));
    h.run();
    key(&mut h, Key::Enter);
    assert_eq!(building(&h, &rows(&h)[1].0), slot, "sorting waits while a row is typed into");
    key(&mut h, Key::Escape);
    assert!(rows(&h).iter().all(|(r, _)| building(&h, r) != slot), "then it goes where it belongs");
}

#[test]
fn chosen_rows_are_copied_as_text_that_holds_no_formula() {
    let Some(mut h) = sample("chosen_rows_are_copied_as_text_that_holds_no_formula") else { return };
    open(&mut h, "楼栋");
    let all: Vec<String> = rows(&h).into_iter().map(|(r, _)| r).collect();
    let code = all[0].split(' ').next().unwrap().to_owned();
    let op = crate::plan::Op::Set(crate::plan::SetOp {
        building: Some(code.clone()),
        fields: [("name".to_owned(), "=1+1".into())].into_iter().collect(),
        ..crate::plan::SetOp::default()
    });
    doc_mut(&mut h).dispatch(crate::session::Command::Do(op.into()), 1);
    h.run();
    let all: Vec<String> = rows(&h).into_iter().map(|(r, _)| r).collect();
    push(&mut h, &all[0]);
    h.get_by_role_and_label(Role::Row, &all[1]).click_modifiers(Modifiers::SHIFT);
    rest(&mut h);
    h.event(Event::Copy);
    h.step();
    let copied = h.output().platform_output.commands.iter().find_map(|c| match c {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.expect("the rows are on the clipboard");
    let lines: Vec<&str> = copied.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("编号\t名称\t所属网格"), "{}", lines[0]);
    assert!(lines[1].starts_with(&format!("{code}\t'=1+1\t")), "{}", lines[1]);
    assert!(lines.iter().all(|l| l.split('\t').count() == lines[0].split('\t').count()));
}

#[test]
fn members_show_masked_phones_and_english_is_whole() {
    let Some(mut h) = sample("members_show_masked_phones_and_english_is_whole") else { return };
    open(&mut h, "人员");
    let shown = painted(&h);
    assert!(shown.iter().any(|t| t.contains("****")), "{shown:?}");
    let long = |t: &String| t.len() == 11 && t.bytes().all(|b| b.is_ascii_digit());
    assert!(!shown.iter().any(long));
    app(&mut h).set_lang(crate::ui::l10n::Lang::En);
    h.run();
    show(&mut h, "Buildings");
    for title in ["Code", "Name", "Cell", "Assigned by", "Use", "Households", "Residents", "Storeys"] {
        assert!(h.query_by_role_and_label(Role::ColumnHeader, title).is_some(), "{title}");
    }
    assert!(h.query_by_label("Selected only").is_some() && h.query_by_label("In view only").is_some());
    push(&mut h, "Selected only");
    assert!(painted(&h).iter().any(|t| t.starts_with("Nothing is selected")));
}

#[test]
fn a_table_of_ten_thousand_is_ordered_beside_the_window_and_built_only_where_it_is_seen() {
    let test = "a_table_of_ten_thousand_is_ordered_beside_the_window_and_built_only_where_it_is_seen";
    let Some(mut h) = start_page(test) else { return };
    app(&mut h).begin_sample("street-office");
    wait(&mut h);
    let ready = |h: &mut Window| {
        for _ in 0..3000 {
            if !doc(h).table.is_busy() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
            h.step();
        }
        h.run();
    };
    open(&mut h, "楼栋");
    ready(&mut h);
    let all = session(&h).project().table(Kind::Buildings).len();
    assert!(all > 8_000 && (5..20).contains(&rows(&h).len()));
    let count = format!("{} 行", crate::ui::l10n::num(all as i64));
    assert!(painted(&h).contains(&count), "{count}");
    head(&mut h, "户数");
    head(&mut h, "户数");
    ready(&mut h);
    let most =
        session(&h).project().table(Kind::Buildings).iter().filter_map(|(_, r)| r.count(Field::Households)).max();
    assert_eq!(self::count(&h, building(&h, &rows(&h)[0].0), Field::Households), most);
    let made = doc(&h).table.made;
    key(&mut h, Key::End);
    assert!((5..20).contains(&rows(&h).len()) && rows(&h).last().is_some_and(|r| r.1), "the last is in sight");
    h.run_steps(10);
    assert_eq!(doc(&h).table.made, made, "choosing and scrolling order nothing");
    words(&mut h, "没有这样的楼");
    ready(&mut h);
    assert!(rows(&h).is_empty());
}
