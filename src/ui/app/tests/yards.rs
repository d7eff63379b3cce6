//! Courtyards proposed round buildings, and copies by their distance.

use super::*;
use crate::geom::{pt, ring_contains};
use crate::model::Field;
use crate::session::tools::Tool;
use egui::Key;

fn yards(h: &Window) -> usize {
    session(h).project().table(Kind::Courtyards).len()
}

/// Three buildings made on open ground beyond what is there.
fn three(h: &mut Window) -> (Vec<u32>, Pt) {
    let b = crate::session::answers::extent(session(h).project());
    let c = pt(b.max.x + 200_000, b.centre().y);
    doc_mut(h).snapping = false;
    look_at(h, c, 1500.0);
    let before = session(h).project().table(Kind::Buildings).len() as u32;
    for dx in [-50_000, 0, 50_000] {
        key(h, Key::K);
        for (x, y) in [(-15_000, 0), (15_000, 0), (15_000, 12_000)] {
            click(h, pt(c.x + dx + x, c.y + y));
        }
        key(h, Key::Escape);
    }
    let s = session(h);
    let t = s.project().table(Kind::Buildings);
    let near = |r: crate::model::RowRef<'_>| r.anchor().is_some_and(|a| a.dist(c) < 90_000.0);
    let made: Vec<u32> = t.iter().filter(|(_, r)| near(*r)).map(|(s, _)| s).collect();
    assert_eq!((made.len(), t.len() as u32), (3, before + 3), "{}", told(h));
    (made, c)
}

#[test]
fn selected_buildings_are_enclosed_named_and_kept_whole_in_one_step() {
    let Some(mut h) = sample("selected_buildings_are_enclosed_named_and_kept_whole_in_one_step") else { return };
    let (slots, _) = three(&mut h);
    let (before, first, stood) = (yards(&h), state(&h), steps(&h));
    let select = crate::session::Command::Select(Selection::Buildings(slots.clone()));
    doc_mut(&mut h).dispatch(select, 1);
    push(&mut h, "楼栋");
    push(&mut h, "围成院落");
    assert_eq!(doc(&h).hand.tool(), Tool::Courtyard);
    let ring = doc(&h).hand.proposed(session(&h)).expect("a ring is proposed");
    let anchors: Vec<Pt> =
        slots.iter().filter_map(|s| session(&h).project().table(Kind::Buildings).get(*s)?.anchor()).collect();
    assert!(anchors.iter().all(|a| ring_contains(&ring, *a)));
    assert_eq!((yards(&h), steps(&h)), (before, stood), "it is only shown");
    type_into(&mut h, "院落名称", "东新村");
    key(&mut h, Key::Enter);
    push(&mut h, "整体");
    assert!(is_on(&h, "整体") && !is_on(&h, "可分"));
    push(&mut h, "确认（回车）");
    assert_eq!((yards(&h), steps(&h)), (before + 1, stood + 1), "{}", told(&mut h));
    let s = session(&h);
    let yard = s.assignment().courtyards().of_building(slots[0]).expect("it stands in the new courtyard");
    let row = s.project().table(Kind::Courtyards).get(yard).expect("it is there");
    assert_eq!((row.name(), row.count(Field::Whole)), ("东新村", Some(1)));
    assert!(slots.iter().all(|b| s.assignment().courtyards().of_building(*b) == Some(yard)));
    push(&mut h, "撤销");
    assert_eq!((yards(&h), state(&h)), (before, first));
}

#[test]
fn pointing_at_buildings_is_enough_and_enter_confirms() {
    let Some(mut h) = sample("pointing_at_buildings_is_enough_and_enter_confirms") else { return };
    let (slots, c) = three(&mut h);
    let before = yards(&h);
    doc_mut(&mut h).dispatch(crate::session::Command::Select(Selection::None), 1);
    let at = place(&h, pt(c.x + 25_000, c.y + 6_000));
    h.hover_at(at);
    h.run_steps(2);
    h.key_press_modifiers(Modifiers::SHIFT, Key::Y);
    h.run();
    let chosen = session(&h).selection().clone();
    assert_eq!(chosen, Selection::Buildings(slots), "{}", told(&mut h));
    h.get_by_label("地图").focus();
    h.run();
    key(&mut h, Key::Enter);
    assert_eq!(yards(&h), before + 1, "{}", told(&mut h));
    // Nothing there: it says what to do.
    key(&mut h, Key::Escape);
    doc_mut(&mut h).dispatch(crate::session::Command::Select(Selection::None), 1);
    push(&mut h, "选择");
    push(&mut h, "楼栋");
    push(&mut h, "围成院落");
    assert!(told(&mut h).contains("先选几栋楼"), "{}", told(&mut h));
    assert_eq!(yards(&h), before + 1);
}

#[test]
fn copies_stand_as_far_apart_as_is_typed() {
    let Some(mut h) = sample("copies_stand_as_far_apart_as_is_typed") else { return };
    let (slots, c) = three(&mut h);
    let count = |h: &Window| session(h).project().table(Kind::Buildings).len();
    let before = count(&h);
    let select = crate::session::Command::Select(Selection::Buildings(slots[..1].to_vec()));
    doc_mut(&mut h).dispatch(select, 1);
    h.run();
    type_into(&mut h, "名称", "8号楼");
    key(&mut h, Key::Enter);
    push(&mut h, "楼栋");
    push(&mut h, "沿线复制楼栋");
    push(&mut h, "间距（米）");
    type_into(&mut h, "间距（米）", "22.5");
    key(&mut h, Key::Enter);
    assert_eq!(doc(&h).hand.apart_mm(), Some(22_500.0));
    click(&mut h, pt(c.x - 50_000, c.y - 60_000));
    click(&mut h, pt(c.x + 45_000, c.y - 60_000));
    assert_eq!(count(&h), before + 5, "{}", told(&mut h));
    let t = session(&h).project().table(Kind::Buildings);
    let made: Vec<(String, Pt)> = (t.iter().map(|(_, r)| r))
        .filter_map(|r| Some((r.name().to_owned(), r.anchor()?)))
        .filter(|(_, a)| a.y < c.y - 40_000 && a.dist(c) < 100_000.0)
        .collect();
    let mut names: Vec<&str> = made.iter().map(|(n, _)| n.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["10号楼", "11号楼", "12号楼", "13号楼", "9号楼"]);
    let mut xs: Vec<i32> = made.iter().map(|(_, a)| a.x).collect();
    xs.sort_unstable();
    assert!(xs.windows(2).all(|w| (w[1] - w[0] - 22_500).abs() < 60), "{xs:?}");
    push(&mut h, "撤销");
    assert_eq!(count(&h), before);
}

#[test]
fn in_english_the_ways_to_enclose_hold_no_chinese() {
    let Some(mut h) = sample("in_english_the_ways_to_enclose_hold_no_chinese") else { return };
    let (slots, _) = three(&mut h);
    app(&mut h).set_lang(crate::ui::l10n::Lang::En);
    let select = crate::session::Command::Select(Selection::Buildings(slots));
    doc_mut(&mut h).dispatch(select, 1);
    h.run();
    push(&mut h, "Buildings");
    push(&mut h, "Enclose in a courtyard");
    let shown = painted(&h);
    for words in ["Kept whole", "Divisible", "Confirm (Enter)", "Name"] {
        assert!(shown.iter().any(|t| t == words), "{words}: {shown:?}");
    }
    push(&mut h, "Copies");
    push(&mut h, "Apart (m)");
    assert!(h.query_by_role_and_label(egui::accesskit::Role::TextInput, "Apart (m)").is_some());
}
