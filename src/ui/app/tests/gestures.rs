//! Borders dragged by ghosts and whole, lines drawn across them, lines given in numbers or drawn freehand.

use super::*;
use crate::geom::{dist2_to_segment, pt};
use crate::plan::Op;
use crate::session::tools::{Grip, Tool};
use egui::Key;

/// The longest segment of a border between two cells, and the cells beside it, the one on the left first.
pub(super) fn long_segment(h: &Window) -> (Pt, Pt, Id, Id) {
    let l = layer(h);
    let cell = |o| l.unit_of(o).filter(|u| u.level == 1).map(|u| u.id);
    let all = l.partition.edges().filter_map(|(_, e)| {
        let (a, b) = l.partition.sides(e);
        Some((e, cell(a)?, cell(b)?))
    });
    let segments = all.flat_map(|(e, a, b)| e.points.windows(2).map(move |w| (w[0], w[1], a, b)));
    segments.max_by_key(|(p, q, ..)| p.dist2(*q)).expect("cells touch")
}

fn between(a: Pt, b: Pt, t: f64) -> Pt {
    let mix = |a: i32, b: i32| (f64::from(a) + t * (f64::from(b) - f64::from(a))).round() as i32;
    pt(mix(a.x, b.x), mix(a.y, b.y))
}

/// The place `off_m` metres to the left of a segment's place at `t`.
fn beside(a: Pt, b: Pt, t: f64, off_m: f64) -> Pt {
    let at = between(a, b, t);
    let d = a.dist(b);
    let (dx, dy) = (f64::from(b.x - a.x) / d, f64::from(b.y - a.y) / d);
    pt(at.x - (dy * off_m * 1000.0) as i32, at.y + (dx * off_m * 1000.0) as i32)
}

/// The last step's edit.
fn last_op(h: &Window) -> Op {
    session(h).history().next_undo().expect("a step was made").edit.op.clone()
}

fn drag(h: &mut Window, from: Pt, to: Pt) {
    let (a, b) = (place(h, from), place(h, to));
    press_and_move(h, a, b - a);
    let_go(h, b);
}

fn snapping_off(h: &mut Window) {
    if doc(h).snapping {
        key(h, Key::S);
    }
}

#[test]
fn the_ghost_in_the_middle_pulls_out_a_vertex_and_elsewhere_the_border_slides() {
    let test = "the_ghost_in_the_middle_pulls_out_a_vertex_and_elsewhere_the_border_slides";
    let Some(mut h) = sample(test) else { return };
    let (a, b, left, _) = long_segment(&h);
    look_at(&mut h, between(a, b, 0.5), 1500.0);
    let first = state(&h);
    for tool in [Tool::Move, Tool::Select] {
        if tool == Tool::Move {
            push(&mut h, "改边界");
        } else {
            key(&mut h, Key::V);
            let row = row_label(&h, left);
            push(&mut h, &row);
        }
        snapping_off(&mut h);
        let middle = place(&h, between(a, b, 0.5));
        h.hover_at(middle);
        h.run_steps(2);
        assert_eq!(doc(&h).grip, Some(Grip::Ghost(a, b)), "{tool:?}");
        drag(&mut h, between(a, b, 0.5), beside(a, b, 0.5, 4.0));
        assert!(matches!(last_op(&h), Op::Insert { .. }), "{:?}", last_op(&h));
        ctrl(&mut h, Key::Z);
        assert_eq!(state(&h), first);
        let quarter = between(a, b, 0.25);
        let at = place(&h, quarter);
        h.hover_at(at);
        h.run_steps(2);
        assert!(matches!(doc(&h).grip, Some(Grip::Border(..))), "{:?}", doc(&h).grip);
        let to = place(&h, beside(a, b, 0.25, 3.0));
        press_and_move(&mut h, at, to - at);
        assert!(painted(&h).iter().any(|t| t == "Δ户"), "the read-out follows the hand");
        assert!(painted(&h).iter().any(|t| t.starts_with("整条边界平移")), "{:?}", painted(&h));
        assert_eq!(steps(&h), 0);
        let_go(&mut h, to);
        assert!(matches!(last_op(&h), Op::Slide { .. }), "{:?} {}", last_op(&h), told(&mut h));
        // The whole border went: its old segment is not there any more.
        assert_eq!(layer(&h).partition.border_of(a, b), None);
        ctrl(&mut h, Key::Z);
        assert_eq!(state(&h), first);
    }
}

#[test]
fn a_click_on_a_vertex_chooses_it_and_delete_removes_it() {
    let Some(mut h) = sample("a_click_on_a_vertex_chooses_it_and_delete_removes_it") else { return };
    let (v, id) = inner_vertex(&h);
    look_at(&mut h, v, 800.0);
    let row = row_label(&h, id);
    push(&mut h, &row);
    click(&mut h, v);
    assert_eq!(doc(&h).hand.vertex(), Some(v));
    assert_eq!(selected_units(&h), [id], "the cell stays selected");
    let away = place(&h, v) + vec2(160.0, 140.0);
    h.hover_at(away);
    h.run_steps(2);
    key(&mut h, Key::Delete);
    assert!(matches!(last_op(&h), Op::Delete { .. }), "{}", told(&mut h));
    assert_eq!(doc(&h).hand.vertex(), None);
    assert_eq!(cells(&h), 10);
}

#[test]
fn a_line_over_a_border_and_back_gives_the_ground_between_to_the_other_side() {
    let test = "a_line_over_a_border_and_back_gives_the_ground_between_to_the_other_side";
    let Some(mut h) = sample(test) else { return };
    let (a, b, left, right) = long_segment(&h);
    look_at(&mut h, between(a, b, 0.5), 2000.0);
    let first = state(&h);
    let line = [beside(a, b, 0.2, 0.0), beside(a, b, 0.3, 12.0), beside(a, b, 0.7, 12.0), beside(a, b, 0.8, 0.0)];
    for select in [None, Some(right), Some(left)] {
        if let Some(id) = select {
            let row = row_label(&h, id);
            push(&mut h, &row);
        }
        push(&mut h, "画线改边界");
        for p in line {
            click(&mut h, p);
        }
        assert!(session(&h).history().staged().is_some(), "it is shown before it is done");
        let area = |h: &Window, id: Id| -> i128 {
            let p = &layer(h).partition;
            p.faces_of(id.0).iter().filter_map(|&f| p.face(f)).map(|f| f.area2).sum()
        };
        key(&mut h, Key::Enter);
        assert!(matches!(last_op(&h), Op::Reshape { .. }), "{}", told(&mut h));
        assert_eq!(cells(&h), 10);
        let (l1, r1) = (area(&h, left), area(&h, right));
        ctrl(&mut h, Key::Z);
        assert_eq!(state(&h), first);
        assert!(area(&h, left) > l1 && area(&h, right) < r1, "the strip on the left went to the right: {select:?}");
        key(&mut h, Key::V);
        key(&mut h, Key::Escape);
    }
}

#[test]
fn a_line_across_several_cells_cuts_them_all_and_across_a_selected_one_only_that() {
    let test = "a_line_across_several_cells_cuts_them_all_and_across_a_selected_one_only_that";
    let Some(mut h) = sample(test) else { return };
    let (a, b, left, right) = long_segment(&h);
    let (p, q) = (inside(&h, left), inside(&h, right));
    // Through both, and out at both ends.
    let far = |from: Pt, to: Pt| between(from, to, 1.9);
    let line = [far(q, p), far(p, q)];
    let _ = (a, b);
    key(&mut h, Key::X);
    snapping_off(&mut h);
    let draw = |h: &mut Window| {
        let doc = doc_mut(h);
        for p in line {
            doc.hand.click(&mut doc.session, p, 0.5, 0);
        }
        h.run();
        key(h, Key::Enter);
    };
    draw(&mut h);
    assert!(matches!(last_op(&h), Op::Cut { .. }), "{:?} {}", last_op(&h), told(&mut h));
    let made = cells(&h) - 10;
    assert!(made >= 2, "{made}");
    assert_eq!((steps(&h), selected_units(&h).len()), (1, made), "one step; the new cells are selected");
    ctrl(&mut h, Key::Z);
    assert_eq!(cells(&h), 10);
    key(&mut h, Key::V);
    let row = row_label(&h, left);
    push(&mut h, &row);
    key(&mut h, Key::X);
    draw(&mut h);
    assert!(matches!(last_op(&h), Op::Split { .. }), "{:?}", last_op(&h));
    assert_eq!(cells(&h), 11);
}

#[test]
fn undo_and_redo_walk_through_the_points_of_a_line() {
    let Some(mut h) = sample("undo_and_redo_walk_through_the_points_of_a_line") else { return };
    let c = map_rect(&h).center();
    key(&mut h, Key::A);
    snapping_off(&mut h);
    for d in [vec2(-90.0, 0.0), vec2(0.0, -70.0), vec2(90.0, 0.0)] {
        click_at(&mut h, c + d);
    }
    let all = doc(&h).hand.line().to_vec();
    assert_eq!(all.len(), 3);
    ctrl(&mut h, Key::Z);
    key(&mut h, Key::Backspace);
    assert_eq!(doc(&h).hand.line(), &all[..1]);
    ctrl(&mut h, Key::Y);
    assert_eq!(doc(&h).hand.line(), &all[..2]);
    h.key_press_modifiers(Modifiers::COMMAND | Modifiers::CTRL | Modifiers::SHIFT, Key::Z);
    h.run();
    assert_eq!(doc(&h).hand.line(), all);
    // A new point ends what could come again.
    ctrl(&mut h, Key::Z);
    click_at(&mut h, c + vec2(40.0, 60.0));
    ctrl(&mut h, Key::Y);
    assert_eq!(doc(&h).hand.line().len(), 3);
    assert_eq!(steps(&h), 0);
}

#[test]
fn a_drag_with_a_drawing_tool_draws_and_the_middle_button_still_pans() {
    let test = "a_drag_with_a_drawing_tool_draws_and_the_middle_button_still_pans";
    let Some(mut h) = sample(test) else { return };
    let id = unit(&h, "320599012006007");
    let c = doc(&h).camera.unwrap().fit(ground(&h, id), 120.0);
    doc_mut(&mut h).camera = Some(c);
    h.run();
    let first = state(&h);
    key(&mut h, Key::X);
    snapping_off(&mut h);
    let camera = doc(&h).camera;
    let b = ground(&h, id);
    let y = b.centre().y;
    let (from, to) = (place(&h, pt(b.min.x - 3000, y)), place(&h, pt(b.max.x + 3000, y)));
    h.hover_at(from);
    h.step();
    button(&mut h, from, PointerButton::Primary, true, Modifiers::NONE);
    // In small steps with a bow and a tremble of half a point.
    for i in 1..=200 {
        let t = i as f32 / 200.0;
        let bow = (t * std::f32::consts::PI).sin() * 40.0;
        h.hover_at(from + (to - from) * t + vec2(0.0, bow + if i % 2 == 0 { 0.5 } else { 0.0 }));
        h.step();
    }
    assert!(doc(&h).hand.stroke().len() > 50);
    assert!(session(&h).history().staged().is_some(), "what it makes is shown while it is drawn");
    let_go(&mut h, to);
    let n = doc(&h).hand.line().len();
    assert!((4..30).contains(&n), "only what the screen shows stays: {n} points");
    assert_eq!(doc(&h).camera, camera, "the map did not move");
    // The stroke is taken back as one.
    ctrl(&mut h, Key::Z);
    assert!(doc(&h).hand.line().is_empty());
    ctrl(&mut h, Key::Y);
    assert_eq!(doc(&h).hand.line().len(), n);
    key(&mut h, Key::Enter);
    assert_eq!((cells(&h), steps(&h)), (11, 1), "{}", told(&mut h));
    ctrl(&mut h, Key::Z);
    assert_eq!(state(&h), first);
    // The middle button pans.
    let at = map_rect(&h).center();
    h.hover_at(at);
    h.step();
    button(&mut h, at, PointerButton::Middle, true, Modifiers::NONE);
    h.hover_at(at + vec2(60.0, 30.0));
    h.step();
    button(&mut h, at + vec2(60.0, 30.0), PointerButton::Middle, false, Modifiers::NONE);
    rest(&mut h);
    assert_ne!(doc(&h).camera, camera);
    assert!(doc(&h).hand.line().is_empty());
}

#[test]
fn a_ring_drawn_freehand_inside_a_cell_is_an_enclave() {
    let Some(mut h) = sample("a_ring_drawn_freehand_inside_a_cell_is_an_enclave") else { return };
    let id = unit(&h, "320599012006008");
    let at = inside(&h, id);
    look_at(&mut h, at, 2000.0);
    key(&mut h, Key::A);
    snapping_off(&mut h);
    let c = place(&h, at);
    let on = |i: i32| {
        let a = i as f32 / 40.0 * std::f32::consts::TAU;
        c + vec2(a.cos(), a.sin()) * 24.0
    };
    h.hover_at(on(0));
    h.step();
    button(&mut h, on(0), PointerButton::Primary, true, Modifiers::NONE);
    for i in 1..=40 {
        h.hover_at(on(i));
        h.step();
    }
    let_go(&mut h, on(40));
    assert_eq!((cells(&h), steps(&h)), (11, 1), "{} {:?}", told(&mut h), doc(&h).hand.line().len());
    let made = selected_units(&h)[0];
    let partition = &layer(&h).partition;
    assert_eq!(partition.polygons(id.0)[0].len(), 2, "the cell has a hole");
    assert_eq!(layer(&h).unit_at(at).map(|u| u.id), Some(made));
}

#[test]
fn figures_typed_while_drawing_set_points() {
    let Some(mut h) = sample("figures_typed_while_drawing_set_points") else { return };
    let write = |h: &mut Window, text: &str| {
        for c in text.chars() {
            h.event(Event::Text(c.to_string()));
            h.run_steps(2);
        }
    };
    let c = map_rect(&h).center();
    write(&mut h, "7");
    assert!(doc(&h).typing.is_none(), "only with a drawing tool");
    key(&mut h, Key::X);
    snapping_off(&mut h);
    click_at(&mut h, c);
    let from = doc(&h).hand.line()[0];
    write(&mut h, "25<90");
    h.get_by_role_and_label(egui::accesskit::Role::TextInput, "输入点的位置");
    assert!(doc(&h).hand.line().len() == 1, "it is a field, nothing is set yet");
    key(&mut h, Key::Enter);
    rest(&mut h);
    assert_eq!(doc(&h).hand.line(), [from, pt(from.x + 25_000, from.y)], "90° from north is east");
    assert!(doc(&h).typing.is_none());
    // Towards the pointer.
    h.hover_at(c + vec2(0.0, -200.0));
    h.run_steps(2);
    let (last, to) = (doc(&h).hand.line()[1], doc(&h).pointer.unwrap());
    write(&mut h, "10");
    key(&mut h, Key::Enter);
    rest(&mut h);
    let third = doc(&h).hand.line()[2];
    assert!((last.dist(third) - 10_000.0).abs() < 2.0 && dist2_to_segment(third, last, to) < 4.0);
    write(&mut h, "@-3.5,2");
    key(&mut h, Key::Enter);
    rest(&mut h);
    assert_eq!(doc(&h).hand.line()[3], pt(third.x + 2_000, third.y - 3_500));
    let [e, n] = session(&h).project().origin().metres(pt(1_000, 2_000));
    write(&mut h, &format!("{n:.3},{e:.3}"));
    key(&mut h, Key::Enter);
    rest(&mut h);
    assert_eq!(doc(&h).hand.line()[4], pt(1_000, 2_000), "X is north, as in the status bar");
    // What cannot be read sets nothing, Esc closes the field and keeps the line.
    write(&mut h, "5<x");
    key(&mut h, Key::Enter);
    rest(&mut h);
    assert_eq!(doc(&h).hand.line().len(), 5);
    assert!(painted(&h).iter().any(|t| t.starts_with("读不懂")), "{:?}", painted(&h));
    key(&mut h, Key::Escape);
    rest(&mut h);
    assert!(doc(&h).typing.is_none());
    assert_eq!((doc(&h).hand.line().len(), doc(&h).hand.tool()), (5, Tool::Split));
    key(&mut h, Key::Backspace);
    assert_eq!(doc(&h).hand.line().len(), 4);
}

#[test]
fn shift_holds_a_line_to_angles() {
    let Some(mut h) = sample("shift_holds_a_line_to_angles") else { return };
    let c = map_rect(&h).center();
    key(&mut h, Key::A);
    click_at(&mut h, c);
    let to = c + vec2(120.0, -9.0);
    h.hover_at(to);
    h.step();
    h.event(Event::ModifiersChanged(Modifiers::SHIFT));
    button(&mut h, to, PointerButton::Primary, true, Modifiers::SHIFT);
    button(&mut h, to, PointerButton::Primary, false, Modifiers::SHIFT);
    h.event(Event::ModifiersChanged(Modifiers::NONE));
    rest(&mut h);
    let line = doc(&h).hand.line();
    assert_eq!(line.len(), 2);
    assert_eq!(line[0].y, line[1].y, "due east");
    assert!(line[1].x > line[0].x);
}

#[test]
fn snapping_finds_the_foot_and_is_suspended_by_alt_and_by_ctrl() {
    let Some(mut h) = sample("snapping_finds_the_foot_and_is_suspended_by_alt_and_by_ctrl") else { return };
    use crate::session::snap::SnapKind;
    // A long straight side of a border, and a place beside it from which its foot is well within it.
    let (a, b) = layer(&h)
        .partition
        .edges()
        .flat_map(|(_, e)| e.points.windows(2).map(|w| (w[0], w[1])).collect::<Vec<_>>())
        .max_by_key(|(a, b)| a.dist2(*b))
        .expect("there are borders");
    let part = |t: f64, aside: f64| {
        let (dx, dy) = (f64::from(b.x) - f64::from(a.x), f64::from(b.y) - f64::from(a.y));
        let d = dx.hypot(dy);
        crate::geom::pt(
            (f64::from(a.x) + t * dx - aside * dy / d).round() as i32,
            (f64::from(a.y) + t * dy + aside * dx / d).round() as i32,
        )
    };
    let (from, foot) = (part(0.3, 25_000.0), part(0.3, 0.0));
    look_at(&mut h, foot, 1000.0);
    key(&mut h, egui::Key::X);
    key(&mut h, egui::Key::S);
    click(&mut h, from);
    key(&mut h, egui::Key::S);
    let at = place(&h, foot) + vec2(3.0, 2.0);
    h.hover_at(at);
    h.run_steps(2);
    let snapped = doc(&h).snapped.expect("it snaps");
    assert!(matches!(snapped.kind, SnapKind::BorderFoot | SnapKind::BorderRoad), "{snapped:?}");
    assert!(painted(&h).iter().any(|t| t.starts_with("吸附 ")));
    for held in [Modifiers::ALT, Modifiers::COMMAND | Modifiers::CTRL] {
        h.event(Event::ModifiersChanged(held));
        h.run_steps(2);
        assert!(doc(&h).snapped.is_none(), "{held:?} suspends it");
        h.event(Event::ModifiersChanged(Modifiers::NONE));
        h.run_steps(2);
        assert!(doc(&h).snapped.is_some());
    }
}
