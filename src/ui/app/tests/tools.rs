//! Each tool, with pointer and keys.

use super::*;
use crate::geom::pt;
use crate::model::GridLayer;
use crate::plan::History;
use crate::session::tools::Tool;
use egui::Key;

#[test]
fn a_click_selects_the_cell_and_a_second_one_the_building_in_it() {
    let Some(mut h) = sample("a_click_selects_the_cell_and_a_second_one_the_building_in_it") else { return };
    let id = unit(&h, "320599012006007");
    let (slot, at) = building_in(&h, id);
    click(&mut h, at);
    assert_eq!(selected_units(&h), [id]);
    let row = row_label(&h, id);
    assert!(is_on(&h, &row), "the row is shown selected");
    click(&mut h, at);
    assert_eq!(*session(&h).selection(), Selection::Buildings(vec![slot]));
    let households = session(&h).project().table(Kind::Buildings).get(slot).unwrap();
    let shown = households.count(crate::model::Field::Households).unwrap_or(0).to_string();
    let field = h.get_by_role_and_label(egui::accesskit::Role::TextInput, "户数");
    assert_eq!(field.value().as_deref(), Some(shown.as_str()), "the inspector shows the building");
    key(&mut h, Key::Escape);
    assert_eq!(*session(&h).selection(), Selection::None);
    assert_eq!(steps(&h), 0);
}

#[test]
fn a_vertex_is_dragged_in_one_step_and_undone_by_the_button() {
    let Some(mut h) = sample("a_vertex_is_dragged_in_one_step_and_undone_by_the_button") else { return };
    let (v, _) = inner_vertex(&h);
    look_at(&mut h, v, 1000.0);
    push(&mut h, "改边界");
    assert_eq!(doc(&h).hand.tool(), Tool::Move);
    let first = state(&h);
    let from = place(&h, v);
    press_and_move(&mut h, from, vec2(14.0, -9.0));
    assert!(painted(&h).iter().any(|t| t == "Δ户"), "the read-out follows the hand");
    assert_ne!(state(&h), first, "what is seen is what will be done");
    assert_eq!(steps(&h), 0, "nothing is done before the hand lets go");
    let_go(&mut h, from + vec2(14.0, -9.0));
    assert_eq!(steps(&h), 1);
    assert!(!painted(&h).iter().any(|t| t == "Δ户"));
    assert_ne!(state(&h), first);
    push(&mut h, "撤销");
    assert_eq!((state(&h), steps(&h)), (first, 0));
    push(&mut h, "重做");
    assert_ne!(state(&h), first);
}

#[test]
fn select_drags_the_border_of_what_is_selected_only() {
    let Some(mut h) = sample("select_drags_the_border_of_what_is_selected_only") else { return };
    let (v, id) = inner_vertex(&h);
    look_at(&mut h, v, 1000.0);
    let first = state(&h);
    let from = place(&h, v);
    press_and_move(&mut h, from, vec2(20.0, 12.0));
    let_go(&mut h, from + vec2(20.0, 12.0));
    assert_eq!(state(&h), first, "without a selection the map is panned");
    assert_ne!(place(&h, v), from);
    let row = row_label(&h, id);
    push(&mut h, &row);
    let from = place(&h, v);
    press_and_move(&mut h, from, vec2(14.0, -9.0));
    let_go(&mut h, from + vec2(14.0, -9.0));
    assert_eq!(steps(&h), 1);
}

#[test]
fn a_drag_under_four_points_moves_nothing_however_long_it_is_held() {
    let Some(mut h) = sample("a_drag_under_four_points_moves_nothing_however_long_it_is_held") else { return };
    let (v, _) = inner_vertex(&h);
    look_at(&mut h, v, 1000.0);
    push(&mut h, "改边界");
    let first = state(&h);
    let from = place(&h, v);
    for held in [0, 90] {
        press_and_move(&mut h, from, vec2(2.5, 1.0));
        h.run_steps(held);
        assert_eq!(state(&h), first);
        let_go(&mut h, from + vec2(2.5, 1.0));
        assert_eq!((state(&h), steps(&h)), (first, 0));
    }
    // Five points are enough.
    press_and_move(&mut h, from, vec2(5.0, 0.0));
    h.run_steps(2);
    let_go(&mut h, from + vec2(5.0, 0.0));
    assert_eq!(steps(&h), 1);
}

#[test]
fn escape_during_a_drag_puts_the_border_back() {
    let Some(mut h) = sample("escape_during_a_drag_puts_the_border_back") else { return };
    let (v, _) = inner_vertex(&h);
    look_at(&mut h, v, 1000.0);
    push(&mut h, "改边界");
    let first = state(&h);
    let camera = doc(&h).camera;
    let from = place(&h, v);
    press_and_move(&mut h, from, vec2(14.0, -9.0));
    assert_ne!(state(&h), first);
    key(&mut h, Key::Escape);
    assert_eq!(state(&h), first);
    h.hover_at(from + vec2(40.0, 10.0));
    h.step();
    let_go(&mut h, from + vec2(40.0, 10.0));
    assert_eq!((state(&h), steps(&h)), (first, 0));
    assert_eq!(doc(&h).camera, camera, "the rest of the drag does not pan");
    assert_eq!(doc(&h).hand.tool(), Tool::Move);
}

#[test]
fn a_drag_to_where_borders_would_cross_says_why_and_keeps_the_last_valid_place() {
    let test = "a_drag_to_where_borders_would_cross_says_why_and_keeps_the_last_valid_place";
    let Some(mut h) = sample(test) else { return };
    let (v, _) = inner_vertex(&h);
    look_at(&mut h, v, 4000.0);
    push(&mut h, "改边界");
    let from = place(&h, v);
    press_and_move(&mut h, from, vec2(8.0, -5.0));
    let map = map_rect(&h).shrink(60.0);
    let mut stopped = None;
    for at in [map.left_center(), map.right_center(), map.center_top(), map.center_bottom()] {
        let good = state(&h);
        h.hover_at(at);
        h.run_steps(2);
        if doc(&h).hand.refusal().is_some() {
            stopped = Some((at, good));
            break;
        }
    }
    let (at, good) = stopped.expect("somewhere borders would cross");
    assert!(painted(&h).iter().any(|t| t == "不能这样改"));
    assert_eq!(state(&h), good);
    let_go(&mut h, at);
    assert_eq!((state(&h), steps(&h)), (good, 1));
}

#[test]
fn alt_suspends_snapping() {
    let Some(mut h) = sample("alt_suspends_snapping") else { return };
    let (v, _) = inner_vertex(&h);
    look_at(&mut h, v, 1000.0);
    push(&mut h, "画网格");
    let near = place(&h, v) + vec2(5.0, 3.0);
    h.hover_at(near);
    h.run_steps(2);
    assert_eq!(doc(&h).snapped.map(|s| s.at), Some(v));
    h.event(Event::ModifiersChanged(Modifiers::ALT));
    h.run_steps(2);
    assert!(doc(&h).snapped.is_none());
    button(&mut h, near, PointerButton::Primary, true, Modifiers::ALT);
    button(&mut h, near, PointerButton::Primary, false, Modifiers::ALT);
    assert_ne!(doc(&h).hand.line(), [v]);
    h.event(Event::ModifiersChanged(Modifiers::NONE));
    rest(&mut h);
    key(&mut h, Key::Backspace);
    click_at(&mut h, near);
    assert_eq!(doc(&h).hand.line(), [v], "without Alt the point is the border's");
}

/// Looks at the ground without a cell and returns its corners.
fn open_ground(h: &mut Window) -> Vec<Pt> {
    let owner = unit(h, "320599012006");
    let ring = layer(h).partition.polygons(owner.0)[0][0].clone();
    let b = Box2::of(ring.iter());
    let c = doc(h).camera.unwrap().fit(b, 120.0);
    app(h).doc.as_mut().unwrap().camera = Some(c);
    h.run();
    ring
}

#[test]
fn a_cell_is_drawn_point_by_point_over_the_open_ground() {
    let Some(mut h) = sample("a_cell_is_drawn_point_by_point_over_the_open_ground") else { return };
    let ring = open_ground(&mut h);
    let (first, free) = (state(&h), session(&h).assignment().unassigned(session(&h).project()).buildings);
    push(&mut h, "画网格");
    for &p in &ring[..3] {
        click(&mut h, p);
    }
    assert_eq!(doc(&h).hand.line(), &ring[..3]);
    key(&mut h, Key::Backspace);
    assert_eq!(doc(&h).hand.line(), &ring[..2], "Backspace takes a point back");
    key(&mut h, Key::Escape);
    assert!(doc(&h).hand.line().is_empty(), "Esc drops the line");
    assert_eq!((state(&h), doc(&h).hand.tool()), (first, Tool::Draw));
    for &p in &ring {
        click(&mut h, p);
    }
    key(&mut h, Key::Enter);
    assert_eq!((cells(&h), steps(&h)), (11, 1), "{}", told(&mut h));
    let made = selected_units(&h);
    assert_eq!(made.len(), 1, "the new cell is selected");
    let row = row_label(&h, made[0]);
    assert!(is_on(&h, &row));
    assert!(session(&h).assignment().unassigned(session(&h).project()).buildings < free);
    push(&mut h, "撤销");
    assert_eq!((cells(&h), state(&h)), (10, first));
}

#[test]
fn a_cell_that_leaves_a_sliver_is_asked_about_first() {
    let Some(mut h) = sample("a_cell_that_leaves_a_sliver_is_asked_about_first") else { return };
    let ring = open_ground(&mut h);
    let first = state(&h);
    // Along the longest side of the open ground, 0.4 m from it.
    let n = ring.len();
    let side = (0..n).map(|i| (ring[i], ring[(i + 1) % n])).max_by(|a, b| a.0.dist(a.1).total_cmp(&b.0.dist(b.1)));
    let (a, b) = side.unwrap();
    let len = a.dist(b);
    let (dx, dy) = (f64::from(b.x - a.x) / len, f64::from(b.y - a.y) / len);
    let at = |along: f64, off: f64| {
        let (x, y) = (dx * along * len - dy * off, dy * along * len + dx * off);
        pt(a.x + x.round() as i32, a.y + y.round() as i32)
    };
    let inward = if crate::geom::ring_contains(&ring, at(0.5, 3_000.0)) { 1.0 } else { -1.0 };
    let line = [(0.2, 400.0), (0.8, 400.0), (0.8, 6_000.0), (0.2, 6_000.0)].map(|(t, off)| at(t, off * inward));
    let drawn = |h: &mut Window| {
        push(h, "画网格");
        let doc = app(h).doc.as_mut().unwrap();
        for p in line {
            doc.hand.click(&mut doc.session, p, 0.002, 0);
        }
        h.run();
        key(h, Key::Enter);
    };
    drawn(&mut h);
    for label in ["贴合边界", "保留", "返回"] {
        h.get_by_label(label);
    }
    let painted_now = painted(&h);
    assert!(
        painted_now.iter().any(|t| t.starts_with("会留下 0.4 米宽、") && t.ends_with("米长的窄条")),
        "{painted_now:?}"
    );
    assert_eq!(steps(&h), 0, "nothing is done before the answer");
    // Back to the drawing.
    key(&mut h, Key::Escape);
    assert!(h.query_by_label("贴合边界").is_none());
    assert_eq!((doc(&h).hand.line(), steps(&h)), (&line[..], 0));
    // Enter attaches.
    key(&mut h, Key::Enter);
    key(&mut h, Key::Enter);
    assert_eq!((cells(&h), steps(&h)), (11, 1), "{}", told(&mut h));
    assert!(doc(&h).hand.line().is_empty() && doc(&h).hand.asked().is_empty());
    let made = selected_units(&h)[0];
    let on_side = |p: Pt| crate::geom::dist2_to_segment(p, a, b) <= 1.0;
    let touches = |h: &Window| layer(h).partition.polygons(made.0)[0][0].iter().filter(|&&p| on_side(p)).count();
    assert!(touches(&h) >= 2, "the new cell lies on the border");
    push(&mut h, "撤销");
    assert_eq!(state(&h), first);
    // Kept as it is.
    drawn(&mut h);
    push(&mut h, "保留");
    assert_eq!((cells(&h), steps(&h)), (11, 1), "{}", told(&mut h));
    let made = selected_units(&h)[0];
    assert!(layer(&h).partition.polygons(made.0)[0][0].iter().all(|&p| !on_side(p)));
}

#[test]
fn a_ring_is_closed_by_a_click_on_its_first_point() {
    let Some(mut h) = sample("a_ring_is_closed_by_a_click_on_its_first_point") else { return };
    let ring = open_ground(&mut h);
    push(&mut h, "画网格");
    for &p in ring.iter().chain(&ring[..1]) {
        click(&mut h, p);
    }
    assert_eq!((cells(&h), steps(&h)), (11, 1), "{}", told(&mut h));
    assert!(doc(&h).hand.line().is_empty());
}

#[test]
fn undo_while_drawing_takes_back_a_point_and_no_step() {
    let Some(mut h) = sample("undo_while_drawing_takes_back_a_point_and_no_step") else { return };
    let ring = open_ground(&mut h);
    push(&mut h, "画网格");
    click(&mut h, ring[0]);
    click(&mut h, ring[1]);
    ctrl(&mut h, Key::Z);
    assert_eq!(doc(&h).hand.line(), &ring[..1]);
}

#[test]
fn a_line_across_a_cell_splits_it_with_a_double_click() {
    let Some(mut h) = sample("a_line_across_a_cell_splits_it_with_a_double_click") else { return };
    let id = unit(&h, "320599012006007");
    let b = ground(&h, id);
    let c = doc(&h).camera.unwrap().fit(b, 120.0);
    app(&mut h).doc.as_mut().unwrap().camera = Some(c);
    h.run();
    let first = state(&h);
    push(&mut h, "切分");
    let y = b.centre().y;
    click(&mut h, pt(b.min.x - 400, y));
    let end = place(&h, pt(b.max.x + 400, y));
    tap(&mut h, end);
    tap(&mut h, end);
    rest(&mut h);
    assert_eq!((cells(&h), steps(&h)), (11, 1), "{}", told(&mut h));
    assert!(doc(&h).hand.line().is_empty());
    push(&mut h, "撤销");
    assert_eq!(state(&h), first);
}

#[test]
fn two_clicks_merge_and_c_merges_what_is_selected() {
    let Some(mut h) = sample("two_clicks_merge_and_c_merges_what_is_selected") else { return };
    let (a, b) = neighbours(&h);
    let first = state(&h);
    push(&mut h, "合并");
    let (at, to) = (inside(&h, a), inside(&h, b));
    click(&mut h, at);
    assert_eq!(cells(&h), 10);
    click(&mut h, to);
    assert_eq!((cells(&h), steps(&h)), (9, 1), "{}", told(&mut h));
    assert_eq!(doc(&h).hand.tool(), Tool::Select);
    let merged = state(&h);
    push(&mut h, "撤销");
    assert_eq!((cells(&h), state(&h)), (10, first));
    let (ra, rb) = (row_label(&h, a), row_label(&h, b));
    push(&mut h, &ra);
    h.get_by_label(&rb).click_modifiers(Modifiers::COMMAND);
    rest(&mut h);
    assert_eq!(selected_units(&h), [a, b]);
    key(&mut h, Key::C);
    assert_eq!((cells(&h), steps(&h)), (9, 1), "{}", told(&mut h));
    assert_eq!(state(&h), merged, "both ways make the same");
}

/// Clicks a square round the middle of the map, and Enter.
fn draw_square(h: &mut Window) {
    let c = map_rect(h).center();
    for d in [vec2(-150.0, -120.0), vec2(150.0, -120.0), vec2(150.0, 120.0), vec2(-150.0, 120.0)] {
        click_at(h, c + d);
    }
    key(h, Key::Enter);
}

#[test]
fn an_outline_is_refused_in_words_while_there_is_no_crs() {
    let Some(mut h) = start_page("an_outline_is_refused_in_words_while_there_is_no_crs") else { return };
    app(&mut h).begin_new();
    h.run();
    app(&mut h).toasts.clear();
    let first = state(&h);
    key(&mut h, Key::O);
    draw_square(&mut h);
    assert_eq!((state(&h), steps(&h)), (first, 0));
    assert!(told(&mut h).contains("坐标系"), "{}", told(&mut h));
    assert!(h.query_all_by_label_contains("请先导入一份数据").next().is_some(), "it can be read in the window");
    key(&mut h, Key::Escape);
    assert!(doc(&h).hand.line().is_empty());
}

#[test]
fn an_outline_is_drawn_on_an_empty_project_with_a_crs() {
    let Some(mut h) = start_page("an_outline_is_drawn_on_an_empty_project_with_a_crs") else { return };
    let grid = GridLayer::new("grid", "治理网格", vec!["社区".to_owned(), "网格".to_owned()]).unwrap();
    let origin = crate::geom::Origin { e_m: 586_000, n_m: 3_476_000 };
    let p = crate::session::empty_project("空", "EPSG:4549", Some(origin), vec![grid], 3).unwrap();
    let s = Session::new(History::new(p, 3), None, crate::model::Lang::Zh, "");
    app(&mut h).doc = Some(Doc::new(s, None, None));
    h.run();
    push(&mut h, "网格");
    push(&mut h, "画范围");
    assert_eq!(doc(&h).hand.tool(), Tool::Outline);
    draw_square(&mut h);
    assert_eq!(steps(&h), 1, "{}", told(&mut h));
    assert!(!layer(&h).partition.is_empty());
}
