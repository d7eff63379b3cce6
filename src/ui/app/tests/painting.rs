//! The brush: buildings painted into a cell and out of it.

use super::*;
use crate::session::tools::Tool;
use crate::session::{Command, Selection};
use egui::Key;

/// Waits until the border is found.
fn wait_for_border(h: &mut Window) {
    for _ in 0..3000 {
        h.step();
        if !doc(h).hand.waits_for_border() {
            h.run_steps(2);
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("no border is ever found");
}

/// A building of another cell that stands near a cell, and where.
fn near(h: &Window, cell: Id) -> (u32, Pt) {
    let s = session(h);
    let middle = inside(h, cell);
    let l = layer(h);
    let rows = s.project().table(Kind::Buildings).iter();
    let of_cell = |o: u64| l.unit_of(o).is_some_and(|u| u.level == 1 && u.id != cell);
    let other = rows.filter(|(x, _)| s.assignment().building(*x).is_some_and(of_cell));
    let all = other.filter_map(|(x, r)| Some((x, r.anchor()?)));
    all.min_by_key(|(_, at)| at.dist2(middle)).expect("there are others")
}

fn paint_over(h: &mut Window, at: Pt) {
    let to = place(h, at);
    press_and_move(h, to - vec2(6.0, 0.0), vec2(6.0, 0.0));
    let_go(h, to);
}

#[test]
fn buildings_painted_into_the_selected_cell_are_its_own_after_enter() {
    let Some(mut h) = sample("buildings_painted_into_the_selected_cell_are_its_own_after_enter") else { return };
    let cell = unit(&h, "320599012006005");
    let row = row_label(&h, cell);
    push(&mut h, &row);
    let (slot, at) = near(&h, cell);
    look_at(&mut h, at, 2500.0);
    let first = state(&h);
    key(&mut h, Key::B);
    assert!(is_on(&h, "涂入楼栋"));
    let to = place(&h, at);
    press_and_move(&mut h, to - vec2(6.0, 0.0), vec2(6.0, 0.0));
    assert!(doc(&h).hand.painted().contains(&slot), "it lights up under the brush");
    let shown = painted(&h);
    assert!(shown.iter().any(|t| t == "Δ户") && shown.iter().any(|t| t == "松手看边界"), "{shown:?}");
    assert!(shown.iter().any(|t| t == "18 m"), "the size of the brush is read: {shown:?}");
    assert_eq!(state(&h), first, "no border moves while the pen is down");
    let_go(&mut h, to);
    wait_for_border(&mut h);
    assert_eq!(steps(&h), 0, "it is shown first");
    assert_ne!(state(&h), first);
    let camera = doc(&h).camera;
    key(&mut h, Key::Enter);
    assert_eq!((steps(&h), doc(&h).camera), (1, camera));
    let marks = [crate::scene::LineClass::Ghost, crate::scene::LineClass::Staged, crate::scene::LineClass::ChangedIn];
    let scene = doc(&h).picture.scene();
    assert!(!scene.layers.iter().any(|l| l.lines.iter().any(|l| marks.contains(&l.class))), "no ghost stays behind");
    assert!(!painted(&h).iter().any(|t| t.starts_with("调入")), "the inspector shows what is");
    assert_eq!(session(&h).assignment().building(slot), Some(cell.0));
    let said = session(&h).history().next_undo().expect("a step").sentence.clone();
    assert!(said.zh.contains("划入 05") && said.en.contains("taken into 05"), "{said:?}");
    assert_eq!(doc(&h).hand.tool(), Tool::Paint, "the brush stays in the hand");
    assert!(doc(&h).hand.painted().is_empty());
    ctrl(&mut h, Key::Z);
    assert_eq!(state(&h), first);
}

#[test]
fn strokes_add_up_backspace_takes_one_back_and_escape_drops_all() {
    let Some(mut h) = sample("strokes_add_up_backspace_takes_one_back_and_escape_drops_all") else { return };
    let cell = unit(&h, "320599012006005");
    let row = row_label(&h, cell);
    push(&mut h, &row);
    let (_, at) = near(&h, cell);
    let first = state(&h);
    push(&mut h, "涂入楼栋");
    look_at(&mut h, at, 2500.0);
    paint_over(&mut h, at);
    wait_for_border(&mut h);
    let one = doc(&h).hand.painted().len();
    // A second stroke over its neighbours, with a larger brush; a click is a stroke too.
    for _ in 0..7 {
        key(&mut h, Key::CloseBracket);
    }
    assert_eq!(doc(&h).hand.brush_m(), 200);
    click(&mut h, at);
    wait_for_border(&mut h);
    assert!(doc(&h).hand.painted().len() > one);
    key(&mut h, Key::Backspace);
    wait_for_border(&mut h);
    assert_eq!(doc(&h).hand.painted().len(), one);
    assert!(doc(&h).hand.trial().is_some(), "the first stroke is shown again");
    key(&mut h, Key::Escape);
    assert!(doc(&h).hand.painted().is_empty() && doc(&h).hand.tool() == Tool::Paint);
    assert_eq!((state(&h), steps(&h)), (first, 0));
    key(&mut h, Key::OpenBracket);
    assert_eq!(doc(&h).hand.brush_m(), 130);
    key(&mut h, Key::Escape);
    assert_eq!(doc(&h).hand.tool(), Tool::Select);
}

#[test]
fn what_is_painted_out_goes_to_the_cell_beside_or_with_shift_to_none() {
    let Some(mut h) = sample("what_is_painted_out_goes_to_the_cell_beside_or_with_shift_to_none") else { return };
    let (id, _) = neighbours(&h);
    let (slot, at) = building_in(&h, id);
    look_at(&mut h, at, 2500.0);
    key(&mut h, Key::E);
    assert!(doc(&h).hand.tool() == Tool::Erase && is_on(&h, "涂入楼栋"), "one button for both brushes");
    click(&mut h, at);
    assert_eq!(selected_units(&h), [id], "the cell under the brush is meant");
    wait_for_border(&mut h);
    key(&mut h, Key::Enter);
    assert_eq!(steps(&h), 1);
    let to = session(&h).assignment().building(slot).expect("it has a place");
    assert!(to != id.0 && layer(&h).unit_of(to).is_some_and(|u| u.level == 1));
    ctrl(&mut h, Key::Z);
    let to = place(&h, at);
    h.hover_at(to);
    h.step();
    h.event(Event::ModifiersChanged(Modifiers::SHIFT));
    button(&mut h, to, PointerButton::Primary, true, Modifiers::SHIFT);
    h.step();
    button(&mut h, to, PointerButton::Primary, false, Modifiers::SHIFT);
    rest(&mut h);
    h.event(Event::ModifiersChanged(Modifiers::NONE));
    wait_for_border(&mut h);
    key(&mut h, Key::Enter);
    let to = session(&h).assignment().building(slot).expect("it has a place");
    assert!(layer(&h).unit_of(to).is_none_or(|u| u.level != 1), "in no cell");
    let said = session(&h).history().next_undo().expect("a step").sentence.clone();
    assert!(said.zh.contains("未划入"), "{said:?}");
}

#[test]
fn a_locked_neighbour_is_left_out_in_words_and_the_brush_needs_a_cell() {
    let Some(mut h) = sample("a_locked_neighbour_is_left_out_in_words_and_the_brush_needs_a_cell") else { return };
    let cell = unit(&h, "320599012006005");
    let (slot, at) = near(&h, cell);
    let owner = session(&h).assignment().building(slot).expect("a place");
    let code = layer(&h).unit_of(owner).expect("a cell").code.clone();
    let lock = crate::plan::Op::Lock { cell: Some(code), on: None, value: true };
    doc_mut(&mut h).dispatch(Command::Do(lock.into()), 1);
    doc_mut(&mut h).dispatch(Command::Select(Selection::Units(vec![cell])), 1);
    h.run();
    key(&mut h, Key::B);
    look_at(&mut h, at, 2500.0);
    click(&mut h, at);
    h.run_steps(2);
    assert!(doc(&h).hand.painted().is_empty());
    assert!(painted(&h).iter().any(|t| t.contains("已锁定")), "{:?}", painted(&h));
    key(&mut h, Key::Escape);
    key(&mut h, Key::Escape);
    key(&mut h, Key::Escape);
    assert_eq!(*session(&h).selection(), Selection::None);
    // Nothing selected and no cell under the brush.
    key(&mut h, Key::B);
    let b = ground(&h, unit(&h, "320599012006"));
    let far = crate::geom::pt(b.max.x + 30_000, b.max.y + 30_000);
    look_at(&mut h, far, 2500.0);
    click(&mut h, far);
    h.run_steps(2);
    assert!(painted(&h).iter().any(|t| t.contains("先选要划入的网格")), "{:?}", painted(&h));
    assert_eq!(steps(&h), 1, "but for the lock nothing was done");
}

#[test]
fn what_no_border_reaches_is_offered_as_a_pin_and_hangs_on_a_tether() {
    let Some(mut h) = sample("what_no_border_reaches_is_offered_as_a_pin_and_hangs_on_a_tether") else { return };
    // The building furthest from the cell.
    let cell = unit(&h, "320599012006001");
    let row = row_label(&h, cell);
    push(&mut h, &row);
    let middle = inside(&h, cell);
    let l = layer(&h);
    let of_cell = |o: u64| l.unit_of(o).is_some_and(|u| u.level == 1);
    let s = session(&h);
    let rows = s.project().table(Kind::Buildings).iter();
    let rows = rows.filter(|(x, _)| s.assignment().building(*x).is_some_and(of_cell));
    let (slot, at) =
        rows.filter_map(|(x, r)| Some((x, r.anchor()?))).max_by_key(|(_, at)| at.dist2(middle)).expect("a building");
    look_at(&mut h, at, 2500.0);
    key(&mut h, Key::B);
    key(&mut h, Key::OpenBracket);
    click(&mut h, at);
    wait_for_border(&mut h);
    let offered = painted(&h);
    assert!(offered.iter().any(|t| t.contains("指定归属")), "{offered:?}");
    let tethers = |h: &Window| {
        let lines =
            doc(h).picture.scene().layers.iter().flat_map(|l| l.lines.iter().map(|l| l.class).collect::<Vec<_>>());
        lines.filter(|c| *c == crate::scene::LineClass::Tether).count()
    };
    let n = doc(&h).hand.painted().len();
    assert_eq!(tethers(&h), n, "shown before it is done");
    key(&mut h, Key::Enter);
    assert_eq!((steps(&h), session(&h).assignment().building(slot)), (1, Some(cell.0)));
    assert_eq!(tethers(&h), n);
    ctrl(&mut h, Key::Z);
    assert_eq!(tethers(&h), 0);
}

#[test]
fn undo_while_the_brush_is_down_lifts_it() {
    let Some(mut h) = sample("undo_while_the_brush_is_down_lifts_it") else { return };
    let (a, b) = neighbours(&h);
    doc_mut(&mut h).dispatch(crate::session::Command::Select(Selection::Units(vec![a])), 1);
    let (_, at) = building_in(&h, b);
    look_at(&mut h, at, 1500.0);
    key(&mut h, Key::B);
    let from = place(&h, at);
    press_and_move(&mut h, from, vec2(6.0, 2.0));
    assert!(!doc(&h).hand.painted().is_empty());
    ctrl(&mut h, Key::Z);
    assert!(doc(&h).hand.painted().is_empty() && !doc(&h).hand.is_painting());
    for i in 1..6 {
        h.hover_at(from + vec2(10.0 * i as f32, 3.0));
        h.step();
    }
    let_go(&mut h, from + vec2(60.0, 3.0));
    assert!(doc(&h).hand.painted().is_empty(), "the pen is lifted until it is set down again");
    assert_eq!(steps(&h), 0);
}
