//! The list of cells: chips, ranges, keys, communities.

use super::*;
use egui::Key;
use egui::accesskit::Role;

/// The window on the street office of ten communities.
fn street_office(test: &str) -> Option<Window> {
    let mut h = start_page(test)?;
    app(&mut h).begin_sample("street-office");
    wait(&mut h);
    Some(h)
}

/// Rows of cells in the list, from the top.
fn rows(h: &Window) -> Vec<String> {
    let list = h.get_by_role_and_label(Role::List, "网格列表").rect();
    let all = h.root().children_recursive().filter(|n| n.accesskit_node().role() == Role::ListItem);
    let mine = all.filter(|n| n.rect().intersects(list) && n.rect().right() < list.right() + 1.0);
    let mut out: Vec<(f32, String)> =
        mine.filter_map(|n| Some((n.rect().top(), n.accesskit_node().label()?))).collect();
    out.sort_by(|a, b| a.0.total_cmp(&b.0));
    out.into_iter().map(|(_, name)| name).collect()
}

/// Clicks a thing whose label begins so.
fn push_begin(h: &mut Window, start: &str, modifiers: Modifiers) {
    let all: Vec<_> = h
        .root()
        .children_recursive()
        .filter(|n| n.accesskit_node().label().is_some_and(|l| l.starts_with(start)))
        .collect();
    all.first().unwrap_or_else(|| panic!("{start}")).click_modifiers(modifiers);
    rest(h);
}

fn codes(h: &Window) -> Vec<String> {
    let l = layer(h);
    selected_units(h).iter().map(|id| l.units[id].code.clone()).collect()
}

#[test]
fn chips_pick_out_cells_and_show_all_again() {
    let Some(mut h) = sample("chips_pick_out_cells_and_show_all_again") else { return };
    let all = rows(&h);
    let over: Vec<String> = all.iter().filter(|r| r.contains('超')).cloned().collect();
    let under: Vec<String> = all.iter().filter(|r| r.contains('缺')).cloned().collect();
    assert!(!over.is_empty() && !under.is_empty() && over.len() + under.len() < all.len());
    push_begin(&mut h, "只看超户的网格", Modifiers::NONE);
    assert_eq!(rows(&h), over);
    // Two chips are either.
    push_begin(&mut h, "只看缺户的网格", Modifiers::NONE);
    assert_eq!(rows(&h).len(), over.len() + under.len());
    push_begin(&mut h, "只看超户的网格", Modifiers::NONE);
    assert_eq!(rows(&h), under);
    push_begin(&mut h, "只看缺户的网格", Modifiers::NONE);
    assert_eq!(rows(&h), all);
    // A cell that is locked has a chip of its own as long as it is.
    assert!(h.query_by_label("只看锁定的网格 1").is_none());
    push(&mut h, &all[0]);
    key(&mut h, Key::L);
    push(&mut h, "只看锁定的网格 1");
    assert_eq!(rows(&h).len(), 1);
    let before = told(&mut h);
    push(&mut h, "撤销");
    assert!(rows(&h).is_empty(), "{before}");
    assert!(painted(&h).iter().any(|t| t.starts_with("没有这样的网格")), "and says how to see all");
    push_begin(&mut h, "只看锁定的网格", Modifiers::NONE);
    assert_eq!(rows(&h), all);
}

#[test]
fn ranges_toggles_and_keys_choose_cells() {
    let Some(mut h) = sample("ranges_toggles_and_keys_choose_cells") else { return };
    let all = rows(&h);
    push(&mut h, &all[1]);
    let camera = doc(&h).camera.map(|c| c.centre);
    push_begin(&mut h, &all[4], Modifiers::SHIFT);
    assert_eq!(selected_units(&h).len(), 4, "Shift reaches from the last click to this one");
    push_begin(&mut h, &all[2], Modifiers::COMMAND | Modifiers::CTRL);
    assert_eq!(selected_units(&h).len(), 3);
    key(&mut h, Key::Home);
    let first = codes(&h);
    assert_eq!(first.len(), 1);
    key(&mut h, Key::ArrowDown);
    assert_ne!(codes(&h), first);
    h.key_press_modifiers(Modifiers::SHIFT, Key::ArrowDown);
    h.run();
    assert_eq!(codes(&h).len(), 2);
    key(&mut h, Key::End);
    let last = codes(&h);
    assert!(last.len() == 1 && last > first, "{last:?} {first:?}");
    assert_eq!(doc(&h).camera.map(|c| c.centre), camera, "choosing in the list never moves the map");
    key(&mut h, Key::Enter);
    rest(&mut h);
    assert_ne!(doc(&h).camera.map(|c| c.centre), camera, "Enter flies there");
    // A click on the map ends the list's hold on the keys.
    let id = unit(&h, "320599012006007");
    let at = inside(&h, id);
    look_at(&mut h, at, 4000.0);
    click(&mut h, at);
    let selected = selected_units(&h);
    key(&mut h, Key::ArrowDown);
    assert_eq!(selected_units(&h), selected, "the arrows are the map's again");
}

#[test]
fn a_street_office_is_listed_by_community() {
    let Some(mut h) = street_office("a_street_office_is_listed_by_community") else { return };
    let heads = |h: &Window| -> Vec<String> {
        let all = h.root().children_recursive().filter(|n| n.accesskit_node().role() == Role::TreeItem);
        all.filter_map(|n| n.accesskit_node().label()).collect()
    };
    assert!(painted(&h).iter().any(|t| t == "全街道"), "the sums are named after what they are of");
    assert!(!painted(&h).iter().any(|t| t == "全社区"));
    let first = heads(&h)[0].clone();
    let name = first.split(' ').next().unwrap().to_owned();
    let before = rows(&h);
    push(&mut h, &first);
    assert!(heads(&h).len() > 1 && rows(&h)[0] != before[0], "folded: the next community comes up");
    push_begin(&mut h, &name, Modifiers::NONE);
    assert_eq!(rows(&h), before);
    push_begin(&mut h, &name, Modifiers::COMMAND | Modifiers::CTRL);
    let l = layer(&h);
    let chosen = selected_units(&h);
    let parent = l.units[&chosen[0]].parent;
    assert!(chosen.len() > 3 && chosen.iter().all(|id| l.units[id].parent == parent), "all of the community");
    assert_eq!(parent.map(|p| l.units[&p].name.clone()), Some(name.clone()));
    assert!(chosen.len() == l.units.values().filter(|u| u.parent == parent).count());
    // Left folds the community of the cell, and what is gone to opens it again.
    let row = rows(&h)[0].clone();
    push(&mut h, &row);
    key(&mut h, Key::ArrowLeft);
    assert_ne!(rows(&h)[0], before[0]);
    key(&mut h, Key::ArrowRight);
    assert_eq!(rows(&h)[0], before[0]);
    // Chips pick out across communities; those without such a cell are not listed.
    let all = heads(&h).len();
    push_begin(&mut h, "只看超户的网格", Modifiers::NONE);
    assert!(rows(&h).iter().all(|r| r.contains('超')) && !rows(&h).is_empty() && all > 0);
    app(&mut h).set_lang(crate::ui::l10n::Lang::En);
    h.run();
    assert!(painted(&h).iter().any(|t| t == "Whole street office"));
}
