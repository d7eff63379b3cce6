//! Buildings by hand: drawn, copied, moved, removed, and filled from a list.

use super::*;
use crate::geom::pt;
use crate::model::Field;
use crate::session::tools::Tool;
use egui::Key;

fn count(h: &Window) -> usize {
    session(h).project().table(Kind::Buildings).len()
}

fn chosen(h: &Window) -> Vec<u32> {
    match session(h).selection() {
        Selection::Buildings(slots) => slots.clone(),
        _ => vec![],
    }
}

fn value(h: &Window, slot: u32, field: Field) -> Option<u32> {
    session(h).project().table(Kind::Buildings).get(slot).and_then(|r| r.count(field))
}

fn name(h: &Window, slot: u32) -> String {
    session(h).project().table(Kind::Buildings).get(slot).map_or(String::new(), |r| r.name().to_owned())
}

fn anchor(h: &Window, slot: u32) -> Pt {
    session(h).project().table(Kind::Buildings).get(slot).and_then(|r| r.anchor()).expect("it stands somewhere")
}

/// The middle of a square of 120 m without a building, looked at closely and without snapping.
fn open_square(h: &mut Window) -> Pt {
    let table = session(h).project().table(Kind::Buildings).clone();
    let b = layer(h).partition.extent();
    let half = 60_000;
    let (mut x, mut y) = (b.min.x - half, b.max.y + 3 * half);
    loop {
        let mut any = false;
        table.search(&Box2::of_two(pt(x, y), pt(x, y)).grown(half), |_, _| any = true);
        if !any {
            break;
        }
        x += half;
        if x > b.max.x {
            (x, y) = (b.min.x, y - half);
        }
    }
    doc_mut(h).snapping = false;
    look_at(h, pt(x, y), 1000.0);
    pt(x, y)
}

fn rectangle(h: &mut Window, c: Pt) {
    for (dx, dy) in [(-20_000, 0), (20_000, 0), (20_000, 12_000)] {
        click(h, pt(c.x + dx, c.y + dy));
    }
}

#[test]
fn three_clicks_make_a_building_and_its_households_are_typed_at_once() {
    let Some(mut h) = sample("three_clicks_make_a_building_and_its_households_are_typed_at_once") else { return };
    let (first, before) = (state(&h), count(&h));
    let c = open_square(&mut h);
    push(&mut h, "画楼栋");
    assert_eq!(doc(&h).hand.tool(), Tool::Rectangle);
    click(&mut h, pt(c.x - 20_000, c.y));
    click(&mut h, pt(c.x + 20_000, c.y));
    let at = place(&h, pt(c.x + 20_000, c.y + 12_000));
    h.hover_at(at);
    h.run_steps(2);
    let shown = painted(&h);
    assert!(shown.iter().any(|t| t.starts_with("40.") && t.ends_with(" m") && t.contains(" × ")), "{shown:?}");
    ctrl(&mut h, Key::Z);
    assert_eq!((doc(&h).hand.line().len(), steps(&h)), (1, 0), "undo inside a drawing takes back a point");
    click(&mut h, pt(c.x + 20_000, c.y));
    click(&mut h, pt(c.x + 20_000, c.y + 12_000));
    assert_eq!((count(&h), steps(&h)), (before + 1, 1), "{}", told(&mut h));
    let slot = chosen(&h)[0];
    assert_eq!(value(&h, slot, Field::HouseholdsEstimated), Some(1), "an estimate, said to be one");
    let field = h.get_by_role_and_label(egui::accesskit::Role::TextInput, "户数");
    assert!(field.is_focused(), "the households are asked for");
    h.event(Event::Text("48".to_owned()));
    h.run();
    key(&mut h, Key::Enter);
    assert_eq!((value(&h, slot, Field::Households), steps(&h)), (Some(48), 2), "typing takes the estimate's place");
    assert_eq!(value(&h, slot, Field::Residents), Some(120), "the residents were only reckoned");
    assert_eq!(doc(&h).hand.tool(), Tool::Rectangle, "the next one can be drawn");
    push(&mut h, "撤销");
    push(&mut h, "撤销");
    assert_eq!((state(&h), count(&h)), (first, before));
}

#[test]
fn a_length_can_be_typed_and_escape_drops_the_drawing() {
    let Some(mut h) = sample("a_length_can_be_typed_and_escape_drops_the_drawing") else { return };
    let c = open_square(&mut h);
    let before = count(&h);
    key(&mut h, Key::K);
    click(&mut h, c);
    let type_length = |h: &mut Window, to: Pt, text: &str| {
        let at = place(h, to);
        h.hover_at(at);
        h.run_steps(2);
        h.event(Event::Text(text.to_owned()));
        h.run();
        key(h, Key::Enter);
    };
    type_length(&mut h, pt(c.x + 30_000, c.y), "40");
    assert_eq!(doc(&h).hand.line().len(), 2);
    assert!(doc(&h).hand.line()[0].dist(doc(&h).hand.line()[1]) - 40_000.0 < 2.0);
    key(&mut h, Key::Escape);
    assert!(doc(&h).hand.line().is_empty());
    assert_eq!((doc(&h).hand.tool(), count(&h)), (Tool::Rectangle, before));
    key(&mut h, Key::Escape);
    assert_eq!(doc(&h).hand.tool(), Tool::Select);
}

#[test]
fn footprints_points_copies_and_courtyards_have_their_ways_on_the_map() {
    let test = "footprints_points_copies_and_courtyards_have_their_ways_on_the_map";
    let Some(mut h) = sample(test) else { return };
    let c = open_square(&mut h);
    let before = count(&h);
    push(&mut h, "画楼栋");
    push(&mut h, "轮廓");
    assert_eq!(doc(&h).hand.tool(), Tool::Footprint);
    for (dx, dy) in [(-40_000, -40_000), (-10_000, -40_000), (-10_000, -20_000), (-25_000, -30_000)] {
        click(&mut h, pt(c.x + dx, c.y + dy));
    }
    key(&mut h, Key::Enter);
    assert_eq!((count(&h), steps(&h)), (before + 1, 1), "{}", told(&mut h));
    assert!(h.get_by_role_and_label(egui::accesskit::Role::TextInput, "户数").is_focused());
    push(&mut h, "点");
    click(&mut h, pt(c.x + 30_000, c.y - 40_000));
    assert_eq!((count(&h), steps(&h)), (before + 2, 2), "{}", told(&mut h));
    // The point is given a name and picked by a click near it.
    let point = chosen(&h)[0];
    type_into(&mut h, "名称", "1号楼");
    key(&mut h, Key::Enter);
    push(&mut h, "沿线复制");
    type_into(&mut h, "份数", "4");
    key(&mut h, Key::Enter);
    assert_eq!(doc(&h).hand.copies(), 4);
    click(&mut h, pt(c.x - 40_000, c.y));
    click(&mut h, pt(c.x + 50_000, c.y));
    assert_eq!((count(&h), steps(&h)), (before + 6, 4), "{}", told(&mut h));
    let all: Vec<String> = (point + 1..point + 5).map(|s| name(&h, s)).collect();
    assert_eq!(all, ["2号楼", "3号楼", "4号楼", "5号楼"]);
    let apart = anchor(&h, point + 1).dist(anchor(&h, point + 2));
    assert!((apart - 30_000.0).abs() < 300.0, "{apart}");
    // A courtyard, proposed round what is selected.
    let yards = session(&h).project().table(Kind::Courtyards).len();
    let all = crate::session::Command::Select(Selection::Buildings((point - 1..point).collect()));
    doc_mut(&mut h).dispatch(all, 1);
    push(&mut h, "院落轮廓");
    h.get_by_label("地图").focus();
    key(&mut h, Key::Enter);
    assert_eq!(session(&h).project().table(Kind::Courtyards).len(), yards + 1, "{}", told(&mut h));
    let now = session(&h).assignment().courtyards().of_building(point - 1);
    assert_eq!(Selection::Courtyard(now.expect("it stands in the new courtyard")), *session(&h).selection());
    push(&mut h, "撤销");
    assert_eq!(session(&h).project().table(Kind::Courtyards).len(), yards);
}

#[test]
fn selected_buildings_are_dragged_turned_and_removed_each_in_one_step() {
    let test = "selected_buildings_are_dragged_turned_and_removed_each_in_one_step";
    let Some(mut h) = sample(test) else { return };
    let c = open_square(&mut h);
    let before = count(&h);
    push(&mut h, "画楼栋");
    rectangle(&mut h, c);
    let slot = chosen(&h)[0];
    key(&mut h, Key::Escape);
    push(&mut h, "选择");
    assert_eq!(chosen(&h), [slot]);
    let first = anchor(&h, slot);
    let from = place(&h, first);
    press_and_move(&mut h, from, vec2(30.0, 24.0));
    assert_eq!((steps(&h), anchor(&h, slot)), (1, first), "nothing is done before the hand lets go");
    assert!(painted(&h).iter().any(|t| t.ends_with(" m")));
    key(&mut h, Key::Escape);
    let_go(&mut h, from + vec2(30.0, 24.0));
    assert_eq!((steps(&h), anchor(&h, slot)), (1, first), "Esc puts it back");
    press_and_move(&mut h, from, vec2(30.0, 24.0));
    let_go(&mut h, from + vec2(30.0, 24.0));
    let moved = anchor(&h, slot);
    assert_eq!(steps(&h), 2, "{}", told(&mut h));
    assert!(moved.x > first.x && moved.y < first.y);
    // By the handle, a quarter turn round its middle.
    let reach = (map::REACH_PT * doc(&h).camera.unwrap().mm_per_pt()) as i32;
    let handle = doc(&h).hand.turn_handle(&doc(&h).session, reach).expect("what is selected can be turned");
    let (at, middle) = (place(&h, handle), place(&h, moved));
    let arm = middle.y - at.y;
    press_and_move(&mut h, at, middle + vec2(arm, 0.0) - at);
    let_go(&mut h, middle + vec2(arm, 0.0));
    assert_eq!(steps(&h), 3, "{}", told(&mut h));
    let b = session(&h).project().table(Kind::Buildings).get(slot).unwrap().bbox();
    assert!(b.height() > 3 * b.width(), "it stands upright now: {b:?}");
    key(&mut h, Key::Delete);
    assert_eq!((count(&h), steps(&h)), (before, 4));
    assert!(told(&mut h).contains("删除楼栋"), "{}", told(&mut h));
    push(&mut h, "撤销");
    assert_eq!(count(&h), before + 1);
}

fn paste(h: &mut Window, text: &str) {
    push(h, "楼栋");
    push(h, "导入清单…");
    h.get_by_label("清单").focus();
    h.run();
    h.event(Event::Paste(text.to_owned()));
    h.run();
}

#[test]
fn a_pasted_list_fills_households_and_what_it_does_not_find_is_dropped_on_the_map() {
    let test = "a_pasted_list_fills_households_and_what_it_does_not_find_is_dropped_on_the_map";
    let Some(mut h) = sample(test) else { return };
    // Two buildings of a courtyard of the sample that have numbers of their own there.
    let found = {
        let s = session(&h);
        let p = s.project();
        let yards = s.assignment().courtyards();
        let number = |slot: u32| {
            let row = p.table(Kind::Buildings).get(slot)?;
            let yard = yards.of_building(slot).and_then(|y| p.table(Kind::Courtyards).get(y))?;
            let n = crate::session::buildings::number_of(row.name(), yard.name())?;
            (!yard.name().is_empty()).then(|| (yard.name().to_owned(), n))
        };
        let all: Vec<(u32, (String, String))> =
            p.table(Kind::Buildings).iter().filter_map(|(s, _)| Some((s, number(s)?))).collect();
        let once = |n: &(String, String)| all.iter().filter(|(_, m)| m == n).count() == 1;
        all.iter().find(|(_, n)| once(n)).cloned()
    };
    let (slot, (yard, n)) = found.expect("a building of the sample has a number in its courtyard");
    let (first, before) = (state(&h), count(&h));
    let text =
        format!("小区\t幢号\t户数\t户主姓名\n{yard}\t{n}幢\t77\t张三\n{yard}\t901号楼\t12\t李四\n\t902#\t13\t王五\n");
    paste(&mut h, &text);
    assert!(painted(&h).iter().any(|t| t.contains("对上 1 栋") && t.contains("没对上 2 行")), "{:?}", painted(&h));
    assert!(painted(&h).iter().any(|t| t.contains("户主姓名") && t.contains("个人信息")));
    assert_eq!(steps(&h), 0, "it is only looked at");
    push(&mut h, "填入 1 栋");
    assert_eq!((value(&h, slot, Field::Households), steps(&h)), (Some(77), 1), "{}", told(&mut h));
    // The rest waits in the tray; none is in the hand until it is chosen.
    let row = |k: u32, n: u32| format!("{yard} {k}号楼 {n} 户");
    assert!(!is_on(&h, &row(901, 12)));
    push(&mut h, &row(901, 12));
    assert!(painted(&h).iter().any(|t| t.contains("点图上放") && t.contains("901号楼")), "{:?}", painted(&h));
    // On a building with another number nothing happens, and that is said.
    let other = place(&h, anchor(&h, slot));
    if map_rect(&h).contains(other) {
        click_at(&mut h, other);
        assert_eq!(steps(&h), 1);
        assert!(told(&mut h).contains("把这一行拖到它上面"), "{}", told(&mut h));
    }
    let c = open_square(&mut h);
    click(&mut h, c);
    assert_eq!((count(&h), steps(&h)), (before + 1, 2), "{}", told(&mut h));
    assert!(h.query_by_label(&row(901, 12)).is_none(), "it has left the tray");
    let made = chosen(&h)[0];
    assert_eq!((name(&h, made).as_str(), value(&h, made, Field::Households)), ("901号楼", Some(12)));
    // Undone, it waits again.
    push(&mut h, "撤销");
    assert!(h.query_by_label(&row(901, 12)).is_some());
    push(&mut h, "重做");
    // The other is dragged onto the building just made: it is bound to it.
    let last = format!("{yard} 902# 13 户");
    let from = h.get_by_label(&last).rect().center();
    let to = place(&h, anchor(&h, made));
    press_and_move(&mut h, from, to - from);
    let_go(&mut h, to);
    assert_eq!((count(&h), steps(&h)), (before + 1, 3), "{}", told(&mut h));
    assert_eq!((name(&h, made).as_str(), value(&h, made, Field::Households)), ("902#", Some(13)));
    assert!(h.query_by_label_contains("待放的楼栋").is_none(), "the tray is empty and gone");
    for _ in 0..3 {
        push(&mut h, "撤销");
    }
    assert_eq!(state(&h), first);
    push(&mut h, "收起清单");
    assert!(h.query_by_label(&row(901, 12)).is_none());
}

#[test]
fn a_list_without_numbers_is_refused_in_words() {
    let Some(mut h) = sample("a_list_without_numbers_is_refused_in_words") else { return };
    paste(&mut h, "1号楼\t48\n2号楼\t36\n");
    assert!(painted(&h).iter().any(|t| t.contains("第一行须是列名")), "{:?}", painted(&h));
    key(&mut h, Key::Escape);
    assert!(h.query_by_label("清单").is_none());
    assert_eq!(steps(&h), 0);
}

#[test]
fn households_are_typed_down_the_column_of_several_buildings() {
    let Some(mut h) = sample("households_are_typed_down_the_column_of_several_buildings") else { return };
    let yard = {
        let s = session(&h);
        let yards = s.assignment().courtyards();
        let t = s.project().table(Kind::Courtyards);
        t.iter().map(|(y, _)| y).find(|y| yards.buildings(*y).len() > 3).expect("a courtyard has buildings")
    };
    let slots = session(&h).assignment().courtyards().buildings(yard).to_vec();
    let select = crate::session::Command::Select(Selection::Courtyard(yard));
    doc_mut(&mut h).dispatch(select, 1);
    h.run();
    let mut rows: Vec<String> = (h.root().children_recursive())
        .filter_map(|n| n.accesskit_node().label())
        .filter(|l| l.starts_with("户数 "))
        .collect();
    rows.dedup();
    assert!(rows.len() > 3, "{rows:?}");
    type_into(&mut h, &rows[0], "31");
    key(&mut h, Key::Enter);
    assert_eq!(steps(&h), 1, "{}", told(&mut h));
    let focused =
        |h: &Window, label: &str| h.get_by_role_and_label(egui::accesskit::Role::TextInput, label).is_focused();
    assert!(focused(&h, &rows[1]), "Enter goes down the column");
    h.event(Event::Text("32".to_owned()));
    h.run();
    key(&mut h, Key::Tab);
    assert!(focused(&h, &rows[2]), "Tab goes down the column");
    let typed = |h: &Window, n| slots.iter().filter(|s| value(h, **s, Field::Households) == Some(n)).count();
    assert!(typed(&h, 31) >= 1 && typed(&h, 32) >= 1 && steps(&h) == 2, "{}", told(&mut h));
    // What is no number stays unsaid.
    h.event(Event::Text("x".to_owned()));
    h.run();
    key(&mut h, Key::Enter);
    assert_eq!(steps(&h), 2);
    // All at once.
    let first = state(&h);
    type_into(&mut h, "全部的层数", "7");
    key(&mut h, Key::Enter);
    assert_eq!(steps(&h), 3, "{}", told(&mut h));
    assert!(slots.iter().all(|s| value(&h, *s, Field::Storeys) == Some(7)));
    push(&mut h, "撤销");
    assert_eq!(state(&h), first, "one step for all");
    // The courtyard itself.
    push(&mut h, "整院划入一个网格");
    type_into(&mut h, "名称", "新院");
    key(&mut h, Key::Enter);
    assert_eq!(
        session(&h).project().table(Kind::Courtyards).get(yard).map(|r| r.name().to_owned()),
        Some("新院".into())
    );
    // Several buildings that are selected have the same table, and go to another courtyard together.
    let select = crate::session::Command::Select(Selection::Buildings(slots[..2].to_vec()));
    doc_mut(&mut h).dispatch(select, 1);
    h.run();
    assert!(
        h.query_by_label("全部的院落").is_some() && h.query_by_label("2 栋").is_some()
            || painted(&h).iter().any(|t| t == "2 栋")
    );
    key(&mut h, Key::Delete);
    assert!(told(&mut h).contains("删除楼栋"), "{}", told(&mut h));
}

#[test]
fn in_english_the_ways_to_make_buildings_hold_no_chinese() {
    let Some(mut h) = sample("in_english_the_ways_to_make_buildings_hold_no_chinese") else { return };
    push(&mut h, "视图");
    push(&mut h, "English");
    let chinese = |h: &Window, what: &[&str]| {
        let shown = painted(h);
        for label in what {
            let there = h.query_by_label(label).is_some() || shown.iter().any(|t| t.contains(label));
            assert!(there, "{label}: {shown:?}");
        }
    };
    push(&mut h, "Draw building");
    chinese(&h, &["Rectangle", "Footprint", "Point", "Copies", "Courtyard outline", "Click one end"]);
    push(&mut h, "Buildings");
    chinese(&h, &["Draw footprint", "Building as a point", "Copy along a line", "Draw courtyard"]);
    push(&mut h, "Fill from a list…");
    chinese(&h, &["Select the cells with their header in Excel", "Open a file…", "Cancel"]);
    key(&mut h, Key::Escape);
    assert_eq!(steps(&h), 0);
}

#[test]
fn a_long_list_is_filled_in_beside_the_window_and_a_second_one_joins_what_waits() {
    let test = "a_long_list_is_filled_in_beside_the_window_and_a_second_one_joins_what_waits";
    let Some(mut h) = start_page(test) else { return };
    app(&mut h).begin_sample("street-office");
    wait(&mut h);
    let (mut lines, mut slots) = (vec!["院落\t楼号\t户数\t单元数".to_owned()], vec![]);
    {
        let s = session(&h);
        let (p, yards) = (s.project(), s.assignment().courtyards());
        for (slot, row) in p.table(Kind::Buildings).iter() {
            let Some(yard) = yards.of_building(slot).and_then(|y| p.table(Kind::Courtyards).get(y)) else { continue };
            let Some(n) = crate::session::buildings::number_of(row.name(), yard.name()) else { continue };
            lines.push(format!("{}\t{n}\t{}\t9", yard.name(), 1000 + slot));
            slots.push(slot);
        }
    }
    assert!(slots.len() > 400, "{}", slots.len());
    lines.push("没有的院\t1\t12\t1".to_owned());
    let began = cpu_time::ThreadTime::now();
    frames();
    paste(&mut h, &lines.join("\n"));
    let matched = |h: &mut Window, label: &str| {
        for _ in 0..2000 {
            h.step();
            if h.query_by_label_contains(label).is_some() {
                h.run_steps(5);
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    };
    matched(&mut h, "填入 ");
    let fill = h.get_by_label_contains("填入 ").accesskit_node().label().expect("a label");
    push(&mut h, &fill);
    wait(&mut h);
    println!("{} rows: {:?} of the window's thread, longest frame {:?}", slots.len(), began.elapsed(), longest());
    assert_eq!(steps(&h), 1, "{}", told(&mut h));
    let given = |h: &Window, slot: u32| (value(h, slot, Field::Households), value(h, slot, Field::Staircases));
    let right = slots.iter().filter(|s| given(&h, **s) == (Some(1000 + **s), Some(9))).count();
    assert!(right * 10 > slots.len() * 9, "{right} of {}", slots.len());
    let waits = |h: &Window| doc(h).tray.waiting();
    assert_eq!(waits(&h), 1);
    // Another list does not throw away what waits of the first.
    paste(&mut h, "院落\t楼号\t户数\n没有的院\t2\t13\n");
    matched(&mut h, "1 行放进待放栏");
    push(&mut h, "1 行放进待放栏");
    let said: Vec<_> = painted(&h).into_iter().filter(|t| t.contains('行') || t.contains('栋')).collect();
    assert_eq!(waits(&h), 2, "{} {said:?}", told(&mut h));
    ctrl(&mut h, Key::Z);
    assert_eq!((steps(&h), waits(&h)), (0, 2));
}

#[test]
fn rows_that_wait_are_asked_about_on_leaving_and_esc_stays() {
    let Some(mut h) = sample("rows_that_wait_are_asked_about_on_leaving_and_esc_stays") else { return };
    paste(&mut h, "院落\t楼号\t户数\n没有的院\t2\t13\n");
    push(&mut h, "1 行放进待放栏");
    assert_eq!((doc(&h).tray.waiting(), session(&h).is_dirty()), (1, false));
    let ctx = h.ctx.clone();
    let leave = |h: &mut Window| {
        app(h).verb(&ctx, crate::ui::verbs::Verb::StartPage);
        h.run();
    };
    leave(&mut h);
    assert!(painted(&h).iter().any(|t| t.contains("待放栏里的 1 行")), "{:?}", painted(&h));
    key(&mut h, Key::Escape);
    assert_eq!(doc(&h).tray.waiting(), 1, "it is all still there");
    leave(&mut h);
    push(&mut h, "离开");
    assert!(h.state().as_ref().is_some_and(|a| a.doc.is_none()));
}
