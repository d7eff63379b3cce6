//! The five-minute tour, played from the start page to the last lesson.

use super::*;
use egui::Key;

fn said(h: &Window, words: &str) -> bool {
    painted(h).iter().any(|t| t.contains(words))
}

#[test]
fn the_tour_goes_on_by_what_was_done_and_is_taken_up_where_it_was_left() {
    let Some(mut h) = start_page("the_tour_goes_on_by_what_was_done_and_is_taken_up_where_it_was_left") else { return };
    push(&mut h, "五分钟入门");
    assert_eq!(cells(&h), 10, "it is played on the sample");
    assert!(said(&h, "1 / 8") && said(&h, "放大、平移地图"), "{:?}", painted(&h));
    // Zooming, by the key.
    key(&mut h, Key::Plus);
    h.run_steps(40);
    h.run();
    assert!(said(&h, "2 / 8") && said(&h, "做到了：放大、平移地图"), "{:?}", painted(&h));
    // Selecting, on the map.
    let (inner, id) = inner_vertex(&h);
    let row = row_label(&h, id);
    push(&mut h, &row);
    assert!(said(&h, "3 / 8"));
    // Dragging a vertex of its border.
    look_at(&mut h, inner, 1000.0);
    let from = place(&h, inner);
    press_and_move(&mut h, from, vec2(14.0, 9.0));
    assert!(said(&h, "3 / 8"), "not before the hand lets go");
    let_go(&mut h, from + vec2(14.0, 9.0));
    assert_eq!(steps(&h), 1, "{}", told(&mut h));
    assert!(said(&h, "4 / 8"), "{:?}", painted(&h));
    // Left, and taken up again from the menu.
    push(&mut h, "收起入门");
    assert!(!said(&h, "4 / 8"));
    assert_eq!(app(&mut h).settings.tour, 3);
    push(&mut h, "帮助");
    push(&mut h, "五分钟入门");
    assert!(said(&h, "4 / 8") && said(&h, "切分网格"));
    // The map is not blocked: a step of another kind is done, and does not count.
    ctrl(&mut h, Key::Z);
    assert!(said(&h, "4 / 8"));
    ctrl(&mut h, Key::Y);
    push(&mut h, "跳过这一步");
    assert!(said(&h, "5 / 8"));
    ctrl(&mut h, Key::Z);
    h.run();
    assert!(said(&h, "6 / 8") && said(&h, "指派网格长"), "{:?}", painted(&h));
    push(&mut h, "跳过这一步");
    key(&mut h, Key::F8);
    h.run();
    assert!(said(&h, "8 / 8"), "{:?}", painted(&h));
    let folder = tempfile::tempdir().expect("a folder");
    app(&mut h).save_to(folder.path().join("入门.gpkg"), false);
    wait(&mut h);
    assert!(said(&h, "入门完成"), "{:?}", painted(&h));
    assert_eq!(app(&mut h).settings.tour, 8);
    push(&mut h, "从头再来");
    assert!(said(&h, "1 / 8"));
}

#[test]
fn in_english_the_tour_is_english_and_stays_away_until_it_is_asked_for() {
    let Some(mut h) = sample("in_english_the_tour_is_english_and_stays_away_until_it_is_asked_for") else { return };
    assert!(!said(&h, "五分钟入门"));
    app(&mut h).set_lang(crate::ui::l10n::Lang::En);
    h.run();
    push(&mut h, "Help");
    push(&mut h, "Five-minute tour");
    assert!(said(&h, "Zoom and pan the map") && said(&h, "1 / 8"));
    for i in 2..=8 {
        push(&mut h, "Skip this one");
        assert!(said(&h, &format!("{i} / 8")));
    }
    push(&mut h, "Skip this one");
    assert!(said(&h, "That is all of it") && h.query_by_label("Once more").is_some());
    push(&mut h, "Close the tour");
    assert!(!said(&h, "That is all of it"));
}
