//! Every text of the window in both languages, on a usual screen and on a full-HD one at 200 %: none is missing, none is
//! cut off at the side of what it stands in, none is shortened but names of the project.

use super::*;
use crate::ui::l10n::Lang;
use crate::ui::verbs::{VERBS, Verb};
use egui::Key;

/// Sizes of the window in points, with pixels a point.
const SCREENS: [(f32, f32, f32); 2] = [(1600.0, 1000.0, 1.0), (960.0, 540.0, 2.0)];

/// Ends of sentences about things of the project that are told in full when the pointer is over them.
const TOLD_ON_HOVER: [&str; 1] = ["; give it to a cell"];

/// A painted text with what it is clipped by.
struct Painted {
    text: String,
    rect: Rect,
    clip: Rect,
    elided: bool,
}

fn all_painted(h: &Window) -> Vec<Painted> {
    fn walk(s: &egui::Shape, clip: Rect, out: &mut Vec<Painted>) {
        match s {
            egui::Shape::Vec(all) => all.iter().for_each(|s| walk(s, clip, out)),
            egui::Shape::Text(t) => out.push(Painted {
                text: t.galley.text().to_owned(),
                rect: t.galley.rect.translate(t.pos.to_vec2()),
                clip,
                elided: t.galley.elided,
            }),
            _ => {}
        }
    }
    let mut out = Vec::new();
    h.output().shapes.iter().for_each(|s| walk(&s.shape, s.clip_rect, &mut out));
    out
}

/// Names, codes, numbers and places: what the project brought, which may be longer than any place for it.
fn is_data(text: &str, names: &[String]) -> bool {
    let mut rest = text.to_owned();
    for n in names {
        rest = rest.replace(n.as_str(), "");
    }
    rest.chars().all(|c| !c.is_alphabetic())
}

/// Whether two fifths of a text are of the project: a name may be longer than any place for it.
fn mostly_data(text: &str, names: &[String]) -> bool {
    let mut rest = text.to_owned();
    for n in names.iter().filter(|n| n.chars().count() > 1) {
        rest = rest.replace(n.as_str(), "");
    }
    let letters = |t: &str| t.chars().filter(|c| c.is_alphanumeric()).count();
    let own = rest.chars().filter(|c| c.is_alphabetic()).count();
    own * 5 <= letters(text) * 3
}

/// What of the window's own words is cut or shortened.
fn cut(h: &Window, names: &[String]) -> Vec<String> {
    let screen = h.ctx.content_rect();
    let mut out = Vec::new();
    let map = h.query_by_label("地图").or_else(|| h.query_by_label("Map")).map(|n| n.rect());
    let all = all_painted(h);
    let mut times: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    all.iter().for_each(|p| *times.entry(&p.text).or_default() += 1);
    for p in &all {
        // Names on the map have halos: they are painted many times. They end where the map does.
        if map.is_some_and(|m| m == p.clip) && times[p.text.as_str()] > 4 {
            continue;
        }
        let seen = p.clip.intersect(screen);
        if !seen.is_positive() || !seen.intersects(p.rect) || p.text.trim().is_empty() || is_data(&p.text, names) {
            continue;
        }
        let told = TOLD_ON_HOVER.iter().any(|end| p.text.ends_with(end));
        if p.elided && !told && !mostly_data(&p.text, names) {
            out.push(format!("shortened: {:?}", p.text));
        }
        // A table wider than its place is moved sideways under its heads.
        let head = p.clip.height() < 30.0;
        if !head && (p.rect.left() < seen.left() - 1.5 || p.rect.right() > seen.right() + 1.5) {
            out.push(format!("cut: {:?} {:?} in {seen:?}", p.text, p.rect));
        }
    }
    out.sort();
    out.dedup();
    out
}

fn run(h: &mut Window, verb: Verb) {
    let ctx = h.ctx.clone();
    app(h).verb(&ctx, verb);
    h.run_steps(4);
}

#[test]
fn no_word_is_cut_off_in_either_language_at_100_and_200_percent() {
    let Some(mut h) = start_page("no_word_is_cut_off_in_either_language_at_100_and_200_percent") else { return };
    let mut found: Vec<String> = Vec::new();
    let mut looked = 0;
    for (width, height, scale) in SCREENS {
        for lang in [Lang::Zh, Lang::En] {
            app(&mut h).doc = None;
            app(&mut h).set_lang(lang);
            h.set_pixels_per_point(scale);
            h.run_steps(2);
            h.set_size(vec2(width, height));
            h.run_steps(4);
            assert_eq!(h.ctx.content_rect().size(), vec2(width, height));
            let mut look = |h: &mut Window, what: &str, names: &[String]| {
                h.run_steps(3);
                looked += all_painted(h).len();
                found.extend(cut(h, names).into_iter().map(|c| format!("{width}×{height} {lang:?}, {what}: {c}")));
            };
            look(&mut h, "start page", &[]);
            run(&mut h, Verb::New);
            look(&mut h, "guide", &[]);
            h.key_press(Key::Escape);
            h.run_steps(4);
            app(&mut h).guide = None;
            app(&mut h).begin_sample("neighbourhood");
            h.run_steps(4);
            let names = names(&h);
            look(&mut h, "sample", &names);
            let id = unit(&h, "320599012006007");
            let (slot, _) = building_in(&h, id);
            let select = |s| crate::session::Command::Select(s);
            doc_mut(&mut h).dispatch(select(Selection::Units(vec![id])), 0);
            look(&mut h, "a cell", &names);
            let other = neighbours(&h);
            doc_mut(&mut h).dispatch(select(Selection::Units(vec![other.0, other.1])), 0);
            look(&mut h, "two cells", &names);
            doc_mut(&mut h).dispatch(select(Selection::Buildings(vec![slot])), 0);
            look(&mut h, "a building", &names);
            for info in VERBS {
                // What opens the system's own question, leaves the project or needs a time of its own is looked at above.
                let elsewhere = matches!(
                    info.verb,
                    Verb::New | Verb::Quit | Verb::StartPage | Verb::FullScreen | Verb::Save | Verb::Undo | Verb::Redo
                );
                if elsewhere {
                    continue;
                }
                run(&mut h, info.verb);
                look(&mut h, &format!("{:?}", info.verb), &names);
                let app = app(&mut h);
                (app.dialog, app.palette, app.side, app.keys_open) = (None, None, None, false);
                (app.layers_open, app.plans_open, app.underlays_open, app.table_open) = (false, false, false, false);
                app.tour = None;
                app.toasts.clear();
                h.key_press(Key::Escape);
                h.run_steps(2);
            }
            for menu in match lang {
                Lang::Zh => ["文件", "编辑", "楼栋", "视图", "网格", "帮助"],
                Lang::En => ["File", "Edit", "Buildings", "View", "Grid", "Help"],
            } {
                if let Some(n) = h.query_by_label(menu) {
                    n.click();
                    h.run_steps(4);
                    look(&mut h, menu, &names);
                    h.key_press(Key::Escape);
                    h.run_steps(2);
                }
            }
        }
    }
    assert!(looked > 5000, "{looked} texts were looked at");
    assert!(found.is_empty(), "{} texts:\n{}", found.len(), found.join("\n"));
}

/// Names that the project brought, longest first.
fn names(h: &Window) -> Vec<String> {
    let p = session(h).project();
    let mut out: Vec<String> = vec![p.facts.head.name.clone(), p.facts.head.crs.clone()];
    for l in p.facts.layers.iter() {
        out.push(l.name.clone());
        out.extend(l.levels.iter().cloned());
    }
    for plan in p.plans.iter() {
        out.push(plan.meta.name.clone());
        out.extend(plan.posts.values().map(|x| x.post.clone()));
        out.extend(plan.layers.iter().flat_map(|l| l.units.values()).map(|u| u.name.clone()));
    }
    out.extend(p.facts.members.values().map(|m| m.name.clone()));
    for kind in Kind::TABLES {
        for (_, row) in p.table(kind).iter() {
            out.push(row.name().to_owned());
            out.push(row.code().to_owned());
            out.extend(row.text(crate::model::Field::Address).map(str::to_owned));
        }
    }
    out.sort_by_key(|n| std::cmp::Reverse(n.chars().count()));
    out.dedup();
    out.retain(|n| !n.is_empty());
    out
}

#[test]
fn every_command_has_words_in_both_languages() {
    for v in VERBS {
        let (zh, en) = (v.verb.name(Lang::Zh), v.verb.name(Lang::En));
        assert!(zh.chars().any(|c| ('\u{3400}'..='\u{9fff}').contains(&c)), "{:?}: {zh}", v.verb);
        assert!(en.is_ascii() || en.ends_with('…'), "{:?}: {en}", v.verb);
        assert!(!en.is_empty());
    }
}
