//! From the session to what the panels show.

use super::doc::{Doc, Shown};
use super::why::why_not;
use crate::assign::{By as AssignedBy, Tally};
use crate::model::{Field, Id, Kind, Lang as Language, RowRef, Target, masked_phone};
use crate::plan::Layer;
use crate::scene::cell_chip;
use crate::session::Selection;
use crate::ui::l10n::Lang;
use crate::ui::panels::building::{BuildingView, By, CellRef, CourtyardRef};
use crate::ui::panels::inspector::{CellView, InspectorView, ManyCells, MovedRow, PostRow};
use crate::ui::panels::layers::{HeatSettings, LayerRow, LayersView};
use crate::ui::panels::menu_bar::MenuView;
use crate::ui::panels::plans::{PlanRow, PlansView};
use crate::ui::panels::status::StatusView;
use crate::ui::panels::tool_bar::{PlanTab, ToolBarView};
use crate::ui::verbs::{Tool as Button, VERBS};
use std::collections::BTreeSet;

/// The tool of the session as the tool bar names it.
pub fn button(tool: crate::session::tools::Tool) -> Button {
    use crate::session::tools::Tool as T;
    match tool {
        T::Select => Button::Select,
        T::Outline => Button::Outline,
        T::Draw => Button::DrawCell,
        T::Split => Button::Split,
        T::Merge => Button::Merge,
        T::Move => Button::Move,
        T::Reshape => Button::Reshape,
        T::Fill => Button::Fill,
        T::Detach => Button::Detach,
        T::Rectangle => Button::BuildRectangle,
        T::Footprint => Button::BuildPolygon,
        T::Spot => Button::BuildPoint,
        T::Copies => Button::BuildCopies,
        T::Courtyard => Button::Courtyard,
        T::Follow => Button::Follow,
        T::Paint => Button::Paint,
        T::Erase => Button::Erase,
    }
}

fn undo_text(doc: &Doc, lang: Language) -> (Option<String>, Option<String>) {
    let h = doc.session.history();
    let said = |s: &std::sync::Arc<crate::plan::Step>| s.sentence.get(lang).to_owned();
    (h.next_undo().map(said), h.next_redo().map(said))
}

/// The menu bar.
pub fn menu(doc: Option<&Doc>, lang: Language, theme: egui::ThemePreference, layers_open: bool) -> MenuView {
    let pick = |[zh, en]: [&'static str; 2]| if lang == Language::Zh { zh } else { en };
    let off = VERBS.iter().filter_map(|v| Some((v.verb, pick(why_not(doc, v.verb)?)))).collect();
    let Some(doc) = doc else { return MenuView { theme, off, ..MenuView::default() } };
    let (undo, redo) = undo_text(doc, lang);
    MenuView {
        title: doc.title(),
        unsaved: doc.session.is_dirty() || doc.path.is_none(),
        open: true,
        undo,
        redo,
        tool: button(doc.hand.tool()),
        snapping: doc.snapping,
        within: doc.session.only_within().is_some(),
        gaps: doc.session.only_gaps(),
        layers: layers_open,
        table: false,
        underlays: false,
        heat: doc.heat.on,
        mine: doc.mine.on,
        off,
        theme,
    }
}

/// The tool bar with what the search box found.
pub fn tools(doc: &Doc, lang: Language) -> ToolBarView {
    let (undo, redo) = undo_text(doc, lang);
    let p = doc.session.project();
    let plans: Vec<PlanTab> =
        p.plans.iter().map(|x| PlanTab { key: x.id.0, name: x.meta.name.clone(), in_force: x.meta.in_force }).collect();
    let plan = p.plans.iter().position(|x| x.id == doc.session.plan());
    ToolBarView {
        tool: button(doc.hand.tool()),
        snapping: doc.snapping,
        leads: doc.hand.leads(),
        within: doc.session.only_within().is_some(),
        gaps: doc.session.only_gaps(),
        undo,
        redo,
        plans,
        plan,
        search: doc.search.clone(),
        hits: doc.search_hits.hits.clone(),
        searching: doc.search_hits.busy(),
        focus_search: doc.focus_search,
    }
}

/// The inspector of what is selected.
pub fn inspector(doc: &Doc) -> InspectorView {
    let s = &doc.session;
    match s.selection() {
        Selection::Units(ids) => match ids[..] {
            [id] => cell(doc, id).map_or(InspectorView::Nothing, InspectorView::Cell),
            _ => several(doc, ids),
        },
        Selection::Buildings(slots) => match slots[..] {
            [slot] => building(doc, slot).map_or(InspectorView::Nothing, InspectorView::Building),
            _ => super::places::several(doc, slots),
        },
        Selection::Courtyard(slot) => super::places::courtyard(doc, *slot),
        _ => InspectorView::Nothing,
    }
}

fn ground(l: &Layer, id: Id) -> (f64, f64) {
    let mut area2 = 0i128;
    let mut length = 0.0;
    for f in l.partition.faces_of(id.0) {
        area2 += l.partition.face(f).map_or(0, |f| f.area2);
        length += l.partition.perimeter_mm(f);
    }
    (area2 as f64 / 2e6, length / 1000.0)
}

/// Area in m² and length of the border in m of a unit with the ground of all below it. O(units + faces + borders).
fn ground_below(l: &Layer, id: Id) -> (f64, f64) {
    let own: BTreeSet<u64> =
        l.units.values().filter(|u| l.chain(u.id).iter().any(|x| x.id == id)).map(|u| u.id.0).collect();
    let area2: i128 = l.partition.faces().filter(|(_, f)| own.contains(&f.owner)).map(|(_, f)| f.area2).sum();
    let outer = l.partition.edges().filter(|(_, e)| {
        let (a, b) = l.partition.sides(e);
        own.contains(&a) != own.contains(&b)
    });
    (area2 as f64 / 2e6, outer.map(|(_, e)| crate::geom::chain_length(&e.points)).sum::<f64>() / 1000.0)
}

fn several(doc: &Doc, ids: &[Id]) -> InspectorView {
    let s = &doc.session;
    let p = s.project();
    let Some(l) = p.layer(s.plan(), s.layer()) else { return InspectorView::Nothing };
    if ids.is_empty() {
        return InspectorView::Nothing;
    }
    let def = p.facts.layers.get(usize::from(s.layer()));
    let delta = |id: &Id| s.staged().delta.get(&id.0).copied().unwrap_or_default();
    let own = |id: &Id| s.assignment().own(id.0).plus(&delta(id), 1);
    let t = ids.iter().fold(Tally::default(), |t, id| t.plus(&own(id), 1));
    let mut deviations = [0; 3];
    for id in ids {
        let d = p.facts.rules.deviation(own(id).households.max(0) as u64);
        deviations[if d > 0 { 0 } else { usize::from(d == 0) + 1 }] += 1;
    }
    let units = || ids.iter().filter_map(|id| l.units.get(id));
    let all_same = |mut texts: Vec<String>| {
        texts.dedup();
        if texts.len() == 1 { texts.pop() } else { None }
    };
    let level = |u: &std::sync::Arc<crate::model::Unit>| def.and_then(|d| d.level_name(u.level)).cloned();
    let parent = |u: &std::sync::Arc<crate::model::Unit>| Some(l.units.get(&u.parent?)?.name.clone());
    InspectorView::Cells(ManyCells {
        count: ids.len() as u32,
        households: t.households,
        residents: t.residents,
        buildings: t.buildings,
        area_m2: ids.iter().map(|id| ground(l, *id).0).sum(),
        deviations,
        locked: units().filter(|u| l.is_locked(u.id)).count() as u32,
        level: all_same(units().map(|u| level(u).unwrap_or_default()).collect()),
        parent: all_same(units().map(|u| parent(u).unwrap_or_default()).collect()),
    })
}

/// A full code in groups, easier to read: 310115 005 021 006.
fn grouped(code: &str) -> String {
    if code.len() == 15 && code.bytes().all(|b| b.is_ascii_digit()) {
        return format!("{} {} {} {}", &code[..6], &code[6..9], &code[9..12], &code[12..]);
    }
    code.to_owned()
}

fn cell(doc: &Doc, id: Id) -> Option<CellView> {
    let s = &doc.session;
    let p = s.project();
    let l = p.layer(s.plan(), s.layer())?;
    let u = l.units.get(&id)?;
    let def = p.facts.layers.get(s.layer() as usize)?;
    let delta = s.staged().delta.get(&id.0).copied().unwrap_or_default();
    let lowest = def.cell_level();
    let was = if u.level >= lowest { s.assignment().own(id.0) } else { s.assignment().of_unit(p, id) };
    let t = was.plus(&delta, 1);
    let (area_m2, perimeter_m) = if u.level < lowest { ground_below(l, id) } else { ground(l, id) };
    let target = Target::Cell { layer: s.layer(), unit: id };
    let plan = p.plan(s.plan())?;
    let mut posts: Vec<PostRow> = plan
        .posts
        .values()
        .filter(|x| x.target == target && x.to.is_none())
        .filter_map(|x| {
            let m = p.facts.members.get(&x.member)?;
            Some(PostRow {
                key: x.id.0,
                post: x.post.clone(),
                name: Some(m.name.clone()),
                phone: masked_phone(m.phone.as_deref().unwrap_or_default()),
                from: x.from.map(|d| d.to_string()).unwrap_or_default(),
            })
        })
        .collect();
    let order = |post: &str| ["网格长", "专职网格员", "网格员"].iter().position(|x| *x == post).unwrap_or(9);
    posts.sort_by_key(|x| (order(&x.post), x.post.clone(), x.key));
    if u.level >= lowest {
        // What every cell should have and this one has not.
        let has = |names: &[&str]| posts.iter().any(|x| names.contains(&x.post.as_str()));
        let vacant: Vec<&str> = [("网格长", &["网格长"][..]), ("网格员", &["网格员", "专职网格员"][..])]
            .into_iter()
            .filter(|(_, any)| !has(any))
            .map(|(name, _)| name)
            .collect();
        posts.extend(vacant.into_iter().map(|n| PostRow { post: n.to_owned(), ..PostRow::default() }));
    }
    let mut names: Vec<String> =
        ["网格长", "网格员", "专职网格员", "党支部书记", "楼栋长", "志愿者"].map(str::to_owned).into();
    for x in plan.posts.values() {
        if !names.contains(&x.post) {
            names.push(x.post.clone());
        }
    }
    let (moved_out, moved_in) = moved(doc, id);
    let parent = u.parent.and_then(|x| l.units.get(&x)).map(|x| x.name.clone());
    let level = def.level_name(u.level).cloned().unwrap_or_default();
    Some(CellView {
        key: id.0,
        code: cell_chip(l, u),
        full_code: grouped(&u.code),
        name: u.name.clone(),
        tone: doc.picture.layers.colours.number(id.0).unwrap_or(0),
        place: parent.map_or(level.clone(), |x| format!("{level} · {x}")),
        locked: l.is_locked(id),
        above: u.level < lowest,
        households: t.households,
        before: (was.households != t.households).then_some(was.households),
        deviation: p.facts.rules.deviation(t.households.max(0) as u64),
        range: (p.facts.rules.households_min, p.facts.rules.households_max),
        residents: t.residents,
        buildings: t.buildings,
        estimated: t.estimated,
        courtyards: t.courtyards,
        area_m2,
        perimeter_m,
        incidents: (!p.table(Kind::Incidents).is_empty()).then_some(t.incidents),
        posts,
        post_names: names,
        moved_out,
        moved_in,
    })
}

/// Buildings that the staged edit takes from a cell, and those it brings.
fn moved(doc: &Doc, id: Id) -> (Vec<MovedRow>, Vec<MovedRow>) {
    let table = doc.session.project().table(Kind::Buildings);
    let row = |slot: u32| {
        table.get(slot).map(|r| MovedRow {
            key: u64::from(slot),
            name: building_name(r),
            households: i64::from(r.count(Field::Households).unwrap_or(0)),
            storeys: r.count(Field::Storeys),
        })
    };
    let changes = &doc.session.staged().buildings;
    let pick = |from: bool| {
        let it = changes.iter().filter(|m| if from { m.from == Some(id.0) } else { m.to == Some(id.0) });
        it.filter_map(|m| row(m.slot)).collect()
    };
    (pick(true), pick(false))
}

/// A building as people name it: its courtyard or address before a bare number.
pub fn building_name(r: RowRef<'_>) -> String {
    match (r.name(), r.text(Field::Address)) {
        ("", _) => r.code().to_owned(),
        (name, _) => name.to_owned(),
    }
}

fn building(doc: &Doc, slot: u32) -> Option<BuildingView> {
    let s = &doc.session;
    let p = s.project();
    let l = p.layer(s.plan(), s.layer())?;
    let r = p.table(Kind::Buildings).get(slot)?;
    let lowest = p.facts.layers.get(s.layer() as usize)?.cell_level();
    let cell_ref = |u: &std::sync::Arc<crate::model::Unit>| CellRef {
        key: u.id.0,
        code: cell_chip(l, u),
        name: match super::places::community(doc, u) {
            Some(above) => format!("{} · {above}", u.name),
            None => u.name.clone(),
        },
        tone: doc.picture.layers.colours.number(u.id.0).unwrap_or(0),
    };
    let owner = s.assignment().building(slot).and_then(|o| l.unit_of(o)).filter(|u| u.level >= lowest);
    let yard = s.assignment().courtyards().of_building(slot);
    let courtyard = yard.and_then(|y| {
        let row = p.table(Kind::Courtyards).get(y)?;
        let name = if row.name().is_empty() { row.code() } else { row.name() };
        Some(CourtyardRef { key: u64::from(y), name: name.to_owned(), whole: p.is_whole(y) })
    });
    let mut cells: Vec<CellRef> = l.units.values().filter(|u| u.level >= lowest).map(cell_ref).collect();
    cells.sort_by(|a, b| a.code.cmp(&b.code));
    Some(BuildingView {
        key: u64::from(slot),
        code: r.code().to_owned(),
        name: building_name(r),
        use_: r.text(Field::Use).unwrap_or_default().to_owned(),
        address: r.text(Field::Address).unwrap_or_default().to_owned(),
        households: i64::from(r.count(Field::Households).unwrap_or(0)),
        estimated: r.count(Field::HouseholdsEstimated) == Some(1),
        residents: i64::from(r.count(Field::Residents).unwrap_or(0)),
        storeys: r.count(Field::Storeys),
        staircases: r.count(Field::Staircases),
        courtyard,
        cell: owner.map(cell_ref),
        outside: s.assignment().building(slot) == Some(crate::topology::OUTSIDE),
        by: match s.assignment().by(p, slot) {
            AssignedBy::Place => By::Place,
            AssignedBy::Courtyard => By::Courtyard,
            AssignedBy::Pin => By::Pin,
        },
        cells,
    })
}

/// The layers panel.
pub fn layers(doc: &Doc, lang: Language, dark: bool) -> LayersView {
    let rows = (0u64..)
        .zip(Shown::ALL)
        .map(|(key, s)| LayerRow { key, name: s.name(lang).to_owned(), visible: doc.shows(s) })
        .collect();
    let classes = doc.lists.classes.clone();
    let has = !doc.session.project().table(Kind::Incidents).is_empty();
    let heat = has.then(|| HeatSettings {
        visible: doc.heat.on,
        bandwidth_m: doc.heat.bandwidth_m,
        widest_m: doc.heat.widest_m,
        class: doc.heat.class.as_ref().and_then(|c| classes.iter().position(|x| x == c)),
        opacity: doc.heat.opacity,
    });
    let opened = doc.session.opened();
    let levels = levels(doc).into_iter().map(|(key, zh, en)| {
        let name = if lang == Language::Zh { zh } else { en };
        (name, opened.contains(&key))
    });
    LayersView { rows, heat, classes, levels: levels.collect(), dark }
}

/// What is protected until it is opened: key, name in Chinese, name in English. The outline, then the higher levels.
pub fn levels(doc: &Doc) -> Vec<(String, String, String)> {
    let mut out = vec![("outline".to_owned(), "范围（外框）".to_owned(), "Outline".to_owned())];
    if let Some(l) = doc.session.project().facts.layers.get(doc.session.layer() as usize) {
        let higher = l.levels.iter().take(l.cell_level() as usize);
        out.extend(higher.map(|n| (n.clone(), format!("{n}界"), format!("{n} borders"))));
    }
    out
}

/// Classes of the incidents, sorted. O(incidents).
pub fn classes(doc: &Doc) -> Vec<String> {
    let t = doc.session.project().table(Kind::Incidents);
    let names: std::collections::BTreeSet<&str> = t.iter().filter_map(|(_, r)| r.text(Field::Class)).collect();
    names.into_iter().map(str::to_owned).collect()
}

/// The plans panel.
pub fn plans(doc: &Doc, lang: Lang, today: String) -> PlansView {
    let p = doc.session.project();
    let plans = p
        .plans
        .iter()
        .map(|x| PlanRow {
            key: x.id.0,
            name: x.meta.name.clone(),
            in_force: x.meta.in_force,
            detail: match (x.meta.from, x.meta.to) {
                (Some(f), Some(t)) => format!("{f} – {t}"),
                (Some(f), None) => lang.pick("自 {} 起施行", "in force from {}").replace("{}", &f.to_string()),
                _ => lang.pick("草案", "draft").to_owned(),
            },
            current: x.id == doc.session.plan(),
        })
        .collect();
    PlansView { plans, today }
}

/// The status bar without jobs.
pub fn status(doc: &Doc, lang: Lang) -> StatusView {
    StatusView {
        scale: doc.camera.map(|c| c.scale_denominator()),
        pointer: doc.pointer.map(|q| doc.session.project().origin().metres(q)),
        crs: doc.lists.crs.clone(),
        unassigned: doc.lists.unassigned,
        snapping: doc.snapping,
        snaps_to: lang.pick("点·边·路口·墙角", "points, borders, crossings, corners").to_owned(),
        jobs: vec![],
        saved: doc.saved_at.clone(),
    }
}

/// A CRS as the status bar names it. May ask PROJ, so not for every frame.
pub fn crs_name(text: &str, lang: Lang) -> String {
    let plain = || match crate::crs::CrsDef::parse(text) {
        Ok(def) => crate::crs::name(&def).unwrap_or_else(|_| text.to_owned()),
        Err(_) if text == "auto" => lang.pick("坐标系未定", "no CRS yet").to_owned(),
        Err(_) => text.to_owned(),
    };
    let plain = plain();
    match plain.strip_prefix("CGCS2000 / 3-degree Gauss-Kruger CM ") {
        Some(meridian) => format!("CGCS2000 / 3° {meridian}"),
        None => plain,
    }
}
