//! What moves the camera and what never does.

use super::*;
use crate::session::import::What;
use egui::Key;

fn camera(h: &Window) -> Camera {
    doc(h).camera.unwrap()
}

#[test]
fn selecting_hovering_undoing_and_importing_leave_the_view_as_it_is() {
    let Some(mut h) = sample("selecting_hovering_undoing_and_importing_leave_the_view_as_it_is") else { return };
    let view = camera(&h);
    let (a, b) = neighbours(&h);
    let (at, to) = (inside(&h, a), inside(&h, b));
    click(&mut h, at);
    assert_eq!(selected_units(&h), [a]);
    assert_eq!(camera(&h), view, "selecting on the map");
    let row = row_label(&h, b);
    push(&mut h, &row);
    assert_eq!(selected_units(&h), [b]);
    assert_eq!(camera(&h), view, "selecting in the list");
    for p in [at, to] {
        h.hover_at(place(&h, p));
        h.run();
    }
    assert_eq!(doc(&h).hovered, Some(b));
    assert_eq!(camera(&h), view, "hovering");
    key(&mut h, Key::C);
    click(&mut h, at);
    click(&mut h, to);
    assert_eq!(cells(&h), 9, "{}", told(&mut h));
    assert_eq!(camera(&h), view, "merging");
    push(&mut h, "撤销");
    assert_eq!((cells(&h), camera(&h)), (10, view), "undoing what is in view");
    let folder = tempfile::tempdir().unwrap();
    let path = super::files::geojson(&h, folder.path(), 3);
    let before = session(&h).project().table(Kind::Buildings).len();
    app(&mut h).import_file(path, What::Rows(Kind::Buildings));
    wait(&mut h);
    assert_eq!(session(&h).project().table(Kind::Buildings).len(), before + 3, "{}", told(&mut h));
    assert_eq!(camera(&h), view, "data never moves the camera");
}

#[test]
fn undoing_what_is_out_of_view_pans_and_does_not_zoom() {
    let Some(mut h) = sample("undoing_what_is_out_of_view_pans_and_does_not_zoom") else { return };
    let (a, b) = neighbours(&h);
    let (ra, rb) = (row_label(&h, a), row_label(&h, b));
    push(&mut h, &ra);
    h.get_by_label(&rb).click_modifiers(Modifiers::COMMAND);
    rest(&mut h);
    key(&mut h, Key::C);
    let far = pt_beside(&h);
    look_at(&mut h, far, 1000.0);
    let view = camera(&h);
    ctrl(&mut h, Key::Z);
    rest(&mut h);
    assert_eq!(cells(&h), 10);
    assert!((camera(&h).mm_per_px / view.mm_per_px - 1.0).abs() < 1e-9);
    assert_ne!(camera(&h).centre, view.centre);
}

fn pt_beside(h: &Window) -> Pt {
    let all = doc(h).extent();
    crate::geom::pt(all.max.x + 3_000_000, all.max.y + 3_000_000)
}

#[test]
fn what_was_asked_for_is_flown_to() {
    let Some(mut h) = sample("what_was_asked_for_is_flown_to") else { return };
    let whole = camera(&h);
    let id = unit(&h, "320599012006004");
    let centre = |h: &Window, b: Box2| {
        let (c, m) = (camera(h).centre, b.centre());
        (c.0 - f64::from(m.x)).abs() < 2.0 && (c.1 - f64::from(m.y)).abs() < 2.0
    };
    let b = ground(&h, id);
    let row = row_label(&h, id);
    let at = h.get_by_label(&row).rect().center();
    tap(&mut h, at);
    tap(&mut h, at);
    rest(&mut h);
    assert!(centre(&h, b) && camera(&h).mm_per_px < whole.mm_per_px, "a double click in the list");
    // Home is the list's as long as that has the keys.
    h.ctx.memory_mut(|m| m.surrender_focus(crate::ui::panels::cell_list::list_id()));
    key(&mut h, Key::Home);
    rest(&mut h);
    assert!(centre(&h, doc(&h).extent()), "Home");
    assert!((camera(&h).mm_per_px / whole.mm_per_px - 1.0).abs() < 1e-6);
    key(&mut h, Key::Z);
    rest(&mut h);
    assert!(centre(&h, b), "Z");
    push(&mut h, "看全图");
    assert!(centre(&h, doc(&h).extent()), "the button");
    key(&mut h, Key::N);
    rest(&mut h);
    assert!(centre(&h, session(&h).selection_box()), "next unassigned");
    key(&mut h, Key::Home);
    rest(&mut h);
    let name = layer(&h).units[&id].name.clone();
    ctrl(&mut h, Key::F);
    h.run();
    h.event(Event::Text(name));
    h.run();
    key(&mut h, Key::Enter);
    rest(&mut h);
    assert_eq!(selected_units(&h), [id]);
    assert!(centre(&h, b), "a search result");
}

/// Only these may move it: fly-to, Home, zooms, go-to, next and previous, a problem's place.
#[test]
fn no_command_moves_the_view_but_those_that_say_so() {
    use crate::ui::verbs::{VERBS, Verb};
    let Some(mut h) = sample("no_command_moves_the_view_but_those_that_say_so") else { return };
    let (a, b) = neighbours(&h);
    let at = inside(&h, a);
    look_at(&mut h, at, 4000.0);
    for info in VERBS {
        let moves = matches!(
            info.verb,
            Verb::Home
                | Verb::ZoomIn
                | Verb::ZoomOut
                | Verb::ZoomSelection
                | Verb::NextUnassigned
                | Verb::PreviousIssue
                | Verb::NextCell
                | Verb::PreviousCell
        );
        // These leave the project or the window.
        let leaves = matches!(info.verb, Verb::New | Verb::StartPage | Verb::Quit | Verb::Tour);
        if moves || leaves {
            continue;
        }
        for selected in [Selection::None, Selection::Units(vec![a, b])] {
            doc_mut(&mut h).dispatch(crate::session::Command::Select(selected), 0);
            h.run_steps(2);
            let (view, seen) = (camera(&h), place(&h, at));
            let ctx = h.ctx.clone();
            app(&mut h).verb(&ctx, info.verb);
            h.run_steps(6);
            let now = camera(&h);
            assert!((now.mm_per_px / view.mm_per_px - 1.0).abs() < 1e-12, "{:?} zooms", info.verb);
            // A panel beside the map may take ground from it; what is seen stays where it is.
            assert!(place(&h, at).distance(seen) < 0.01, "{:?} moves the view", info.verb);
            let app = app(&mut h);
            (app.dialog, app.palette, app.side, app.keys_open) = (None, None, None, false);
            (app.layers_open, app.plans_open, app.underlays_open, app.table_open) = (false, false, false, false);
            for _ in 0..4 {
                h.key_press(Key::Escape);
                h.run_steps(2);
            }
            look_at(&mut h, at, 4000.0);
        }
    }
}
