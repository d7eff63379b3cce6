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

/// Waits until the pictures of the samples are there.
fn drawn(h: &mut Window) -> bool {
    for _ in 0..3000 {
        h.step();
        let cards = &app(h).cards;
        if !cards.is_empty() && cards.iter().all(crate::ui::app::start::Card::is_there) {
            return true;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    false
}

#[test]
fn pictures_of_the_samples_come_while_the_page_can_be_used_and_are_kept() {
    let test = "pictures_of_the_samples_come_while_the_page_can_be_used_and_are_kept";
    let folder = tempfile::tempdir().expect("a folder");
    let names = || -> Vec<String> {
        let all = std::fs::read_dir(folder.path()).expect("it is there");
        let mut all: Vec<String> =
            all.filter_map(|f| f.ok()?.file_name().into_string().ok()).filter(|n| n.ends_with(".png")).collect();
        all.sort();
        all
    };
    let Some(mut h) = start_page(test) else { return };
    // The page stands at once; its pictures are drawn beside it.
    assert!(h.query_by_label("打开…").is_some());
    app(&mut h).cards.clear();
    app(&mut h).cache = Some(folder.path().to_owned());
    assert!(drawn(&mut h), "they are there in the end");
    let kept = names();
    assert!(kept.len() == 2 && kept.iter().all(|n| n.contains("-light-")), "{kept:?}");
    let wrong = folder.path().join(&kept[0]);
    let when = |n: &str| std::fs::metadata(folder.path().join(n)).and_then(|m| m.modified()).expect("a time");
    let before = when(&kept[1]);
    // The other theme has its own; a damaged file is drawn anew, a good one is taken.
    std::fs::write(&wrong, b"no picture").expect("it can be written");
    app(&mut h).cards.clear();
    assert!(drawn(&mut h));
    assert_eq!(when(&kept[1]), before);
    assert!(std::fs::metadata(&wrong).expect("it is there").len() > 1000);
    push(&mut h, "深色");
    assert!(drawn(&mut h));
    assert_eq!(names().len(), 4, "{:?}", names());
    // Leaving drops what is under way.
    app(&mut h).cards.clear();
    h.step();
    push(&mut h, crate::session::sample_titles()[0].title_zh);
    assert!(app(&mut h).cards.iter().all(crate::ui::app::start::Card::is_there));
}
