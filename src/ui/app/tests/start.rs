//! From the start page into a project.

use super::*;

#[test]
fn the_sample_is_opened_by_its_card_and_shows_ten_cells() {
    let Some(mut h) = start_page("the_sample_is_opened_by_its_card_and_shows_ten_cells") else { return };
    let card = crate::session::sample_titles()[0].title_zh;
    assert!(h.query_by_label("地图").is_none());
    push(&mut h, card);
    assert_eq!(cells(&h), 10);
    let ids: Vec<Id> = layer(&h).units.values().filter(|u| u.level == 1).map(|u| u.id).collect();
    let map = map_rect(&h);
    for id in ids {
        let row = row_label(&h, id);
        assert!(row.contains('户'), "{row}");
        // The whole map is in sight.
        assert!(map.contains(place(&h, inside(&h, id))), "{row}");
    }
    assert!(h.query_by_label_contains("没有选中").is_some());
    assert!(!session(&h).is_dirty());
}
