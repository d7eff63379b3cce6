//! The density of incidents in the window.

use super::*;
use crate::session::import::What;

/// Runs frames until the density that was asked for is ready.
fn ready(h: &mut Window) {
    for _ in 0..2000 {
        h.step();
        let heat = &doc(h).heat;
        if !heat.job.busy() && heat.ready.as_ref().is_some_and(|r| Some(&r.of) == heat.asked.as_ref()) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("no density came: {}", told(h));
}

fn alpha(h: &Window) -> u8 {
    let ready = doc(h).heat.ready.clone().expect("there is one");
    ready.image.rgba.iter().skip(3).step_by(4).copied().max().unwrap_or(0)
}

#[test]
fn every_class_has_a_picture_of_its_own_and_opacity_shows() {
    let Some(mut h) = sample("every_class_has_a_picture_of_its_own_and_opacity_shows") else { return };
    let heat = |h: &mut Window, f: &dyn Fn(&mut crate::ui::app::doc::Heat)| {
        f(&mut app(h).doc.as_mut().expect("a project is open").heat);
        ready(h);
    };
    heat(&mut h, &|heat| heat.on = true);
    let classes = crate::ui::app::view::classes(doc(&h));
    // Two names as long as each other: only their words differ.
    let pair = classes
        .iter()
        .enumerate()
        .find_map(|(i, a)| classes[i + 1..].iter().find(|b| b.len() == a.len()).map(|b| (a.clone(), b.clone())));
    let (a, b) = pair.expect("the sample has classes of equal length");
    let mut seen = vec![];
    for class in [a, b] {
        heat(&mut h, &|heat| heat.class = Some(class.clone()));
        let r = doc(&h).heat.ready.clone().expect("ready");
        assert_eq!(r.of.class(), Some(class.as_str()));
        seen.push((r.image.version, r.surface.count));
    }
    assert_ne!(seen[0].0, seen[1].0, "the painter sees another picture");
    let full = alpha(&h);
    heat(&mut h, &|heat| heat.opacity = 0.5);
    assert!(alpha(&h) < full && alpha(&h) > 0, "{} of {full}", alpha(&h));
}

#[test]
fn a_density_that_was_stopped_can_be_asked_for_again() {
    let Some(mut h) = sample("a_density_that_was_stopped_can_be_asked_for_again") else { return };
    app(&mut h).doc.as_mut().unwrap().heat.on = true;
    h.step();
    app(&mut h).cancel(u64::MAX);
    h.run();
    assert!(!doc(&h).heat.on && doc(&h).heat.asked.is_none());
    app(&mut h).doc.as_mut().unwrap().heat.on = true;
    ready(&mut h);
}

#[test]
fn incidents_that_come_in_are_seen_at_once() {
    let Some(mut h) = sample("incidents_that_come_in_are_seen_at_once") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("incidents.csv");
    std::fs::write(&path, "类别,经度,纬度\n垃圾,118.7601,32.0402\n路灯,118.7611,32.0412\n").unwrap();
    app(&mut h).begin_new();
    app(&mut h).import_file(path, What::Rows(Kind::Incidents));
    wait(&mut h);
    let said = told(&mut h);
    assert!(doc(&h).heat.on, "{said}");
    ready(&mut h);
    assert_eq!(doc(&h).heat.ready.as_ref().map(|r| r.surface.count), Some(2));
}

#[test]
fn taking_the_incidents_back_leaves_no_complaint_and_redo_shows_them_again() {
    let Some(mut h) = sample("taking_the_incidents_back_leaves_no_complaint_and_redo_shows_them_again") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("incidents.csv");
    std::fs::write(&path, "类别,经度,纬度\n垃圾,118.7601,32.0402\n路灯,118.7611,32.0412\n").unwrap();
    app(&mut h).begin_new();
    app(&mut h).import_file(path, What::Rows(Kind::Incidents));
    wait(&mut h);
    ready(&mut h);
    push(&mut h, "撤销");
    h.run();
    assert!(doc(&h).heat.ready.is_none() && doc(&h).heat.on);
    let said = told(&mut h);
    assert!(!said.contains("热力图"), "{said}");
    push(&mut h, "重做");
    ready(&mut h);
}
