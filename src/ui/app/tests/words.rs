//! Both languages.

use super::*;
use std::collections::BTreeSet;

fn chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{3400}'..='\u{9fff}').contains(&c))
}

/// Words of the project itself, longest first: they stay in the language of its makers.
fn data(h: &Window) -> Vec<String> {
    let p = session(h).project();
    let mut out: BTreeSet<String> = BTreeSet::new();
    out.insert(p.facts.head.name.clone());
    for l in p.facts.layers.iter() {
        out.insert(l.name.clone());
        out.extend(l.levels.iter().cloned());
    }
    for plan in p.plans.iter() {
        out.insert(plan.meta.name.clone());
        out.extend(plan.posts.values().map(|x| x.post.clone()));
        out.extend(plan.layers.iter().flat_map(|l| l.units.values()).map(|u| u.name.clone()));
    }
    out.extend(p.facts.members.values().map(|m| m.name.clone()));
    for kind in Kind::TABLES {
        for (_, row) in p.table(kind).iter() {
            out.insert(row.name().to_owned());
            for f in [crate::model::Field::Address, crate::model::Field::Use, crate::model::Field::Class] {
                out.extend(row.text(f).map(str::to_owned));
            }
        }
    }
    // Duties that the window proposes are words of the trade here, not of the window.
    out.extend(["网格长", "网格员", "专职网格员", "党支部书记", "楼栋长", "志愿者"].map(str::to_owned));
    let mut out: Vec<String> = out.into_iter().filter(|s| chinese(s)).collect();
    out.sort_by_key(|s| std::cmp::Reverse(s.chars().count()));
    out
}

/// Accessible names that hold Chinese beyond the data.
fn strange(h: &Window) -> Vec<String> {
    let data = data(h);
    let names = h.root().children_recursive().flat_map(|n| {
        let n = n.accesskit_node();
        [n.label(), n.value()]
    });
    names
        .flatten()
        .filter(|name| {
            let mut rest = name.clone();
            for word in &data {
                rest = rest.replace(word, "");
            }
            chinese(&rest)
        })
        .collect()
}

#[test]
fn in_english_nothing_but_data_is_chinese() {
    let Some(mut h) = sample("in_english_nothing_but_data_is_chinese") else { return };
    assert!(!strange(&h).is_empty(), "it begins in Chinese");
    push(&mut h, "视图");
    push(&mut h, "English");
    assert!(h.query_by_label("Map").is_some() && h.query_by_label("地图").is_none());
    assert_eq!(strange(&h), Vec::<String>::new());
    // With a cell, with a building, with steps in the history, layers and plans.
    let id = unit(&h, "320599012006007");
    let row = row_label(&h, id);
    push(&mut h, &row);
    assert_eq!(strange(&h), Vec::<String>::new(), "a cell");
    let (slot, _) = building_in(&h, id);
    let select = crate::session::Command::Select(Selection::Buildings(vec![slot]));
    app(&mut h).doc.as_mut().unwrap().dispatch(select, 1);
    h.run();
    assert_eq!(strange(&h), Vec::<String>::new(), "a building");
    type_into(&mut h, "Households", "33");
    key(&mut h, egui::Key::Enter);
    assert_eq!(steps(&h), 1);
    assert_eq!(strange(&h), Vec::<String>::new(), "a step");
    push(&mut h, "Layers");
    assert_eq!(strange(&h), Vec::<String>::new(), "layers");
    for (menu, shown) in [("File", "Save as…"), ("Edit", "Delete what is selected"), ("Help", "All keys")] {
        push(&mut h, menu);
        assert!(h.query_by_label(shown).is_some(), "{menu}");
        assert_eq!(strange(&h), Vec::<String>::new(), "{menu}");
        key(&mut h, egui::Key::Escape);
    }
    // And back.
    push(&mut h, "View");
    push(&mut h, "中文");
    assert!(h.query_by_label("地图").is_some() && h.query_by_label("Map").is_none());
}

#[test]
fn the_start_page_changes_its_language_too() {
    let Some(mut h) = start_page("the_start_page_changes_its_language_too") else { return };
    push(&mut h, "English");
    let title = crate::session::sample_titles()[0];
    assert!(h.query_by_label(title.title_en).is_some());
    assert!(h.query_by_label(title.title_zh).is_none());
    let names: Vec<String> = h.root().children_recursive().filter_map(|n| n.accesskit_node().label()).collect();
    let left: Vec<&String> = names.iter().filter(|n| chinese(n) && *n != "中文").collect();
    assert!(left.is_empty(), "{left:?}");
}
