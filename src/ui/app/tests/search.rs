//! The search box: results by kind, outlined before they are opened.

use super::*;
use crate::model::Target;
use crate::ui::app::search::Look;
use egui::Key;

fn type_words(h: &mut Window, text: &str) {
    ctrl(h, Key::F);
    ctrl(h, Key::A);
    h.event(Event::Text(text.to_owned()));
    h.run();
}

#[test]
fn results_stand_by_kind_and_the_keys_go_through_them() {
    let Some(mut h) = sample("results_stand_by_kind_and_the_keys_go_through_them") else { return };
    let (selected, camera) = (session(&h).selection().clone(), doc(&h).camera.map(|c| c.centre));
    // Two letters that many names hold.
    type_words(&mut h, "l");
    let kinds: Vec<_> = doc(&h).search_hits.hits.iter().map(|x| x.kind).collect();
    let mut once = kinds.clone();
    once.dedup();
    assert!(once.len() >= 3, "{kinds:?}");
    for (i, k) in once.iter().enumerate() {
        assert!(!once[i + 1..].contains(k), "each kind stands together: {kinds:?}");
        let name = k.heading(crate::ui::l10n::Lang::Zh);
        assert!(painted(&h).iter().any(|t| t == name), "{name}");
    }
    let look = |h: &Window| doc(h).look.clone();
    h.step();
    let first = look(&h).expect("the first is outlined");
    key(&mut h, Key::ArrowDown);
    h.step();
    let second = look(&h).expect("the second is outlined");
    assert_ne!(first, second);
    key(&mut h, Key::ArrowUp);
    h.step();
    assert_eq!(look(&h), Some(first));
    assert_eq!(*session(&h).selection(), selected, "looking selects nothing");
    assert_eq!(doc(&h).camera.map(|c| c.centre), camera, "and moves nothing");
    key(&mut h, Key::Escape);
    h.run();
    assert_eq!(look(&h), None);
}

#[test]
fn enter_opens_a_cell_and_people_lead_to_theirs() {
    let Some(mut h) = sample("enter_opens_a_cell_and_people_lead_to_theirs") else { return };
    let id = unit(&h, "320599012006007");
    let name = layer(&h).units[&id].name.clone();
    type_words(&mut h, &name);
    key(&mut h, Key::Enter);
    rest(&mut h);
    assert_eq!(selected_units(&h), [id]);
    assert_eq!(doc(&h).look, None);
    assert!(doc(&h).search.is_empty());
    // A member, then a duty.
    let p = session(&h).project().clone();
    let plan = p.plan(session(&h).plan()).expect("a plan is shown").clone();
    let on = |target: &Target| match target {
        Target::Cell { unit, .. } => Some(*unit),
        _ => None,
    };
    let post = plan.posts.values().find(|x| on(&x.target).is_some_and(|u| u != id)).expect("posts on cells");
    let member = p.facts.members.get(&post.member).expect("held by somebody");
    type_words(&mut h, &member.code);
    key(&mut h, Key::Enter);
    rest(&mut h);
    let selected = selected_units(&h);
    let theirs = plan.posts.values().filter(|x| x.member == member.id).filter_map(|x| on(&x.target));
    assert!(selected.len() == 1 && theirs.into_iter().any(|u| u == selected[0]), "{}", told(&mut h));
    type_words(&mut h, &post.code);
    assert_eq!(h.state().as_ref().and_then(|a| a.doc.as_ref()).map(|d| d.search_hits.hits.len()), Some(1));
    assert_eq!(doc(&h).look, on(&post.target).map(Look::Unit));
    key(&mut h, Key::Enter);
    rest(&mut h);
    assert_eq!(selected_units(&h), on(&post.target).into_iter().collect::<Vec<_>>());
    type_words(&mut h, "查无此处");
    assert!(painted(&h).iter().any(|t| t.starts_with("没有找到「查无此处」")), "{:?}", painted(&h));
}
