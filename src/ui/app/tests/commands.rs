//! Every command, by its key, by the palette and by the menus, each by its accessible label: it does what it says.

use super::*;
use crate::model::Kind;
use crate::plan::{Op, SetOp};
use crate::session::Command;
use crate::ui::app::dialogs::Dialog;
use crate::ui::app::files::Purpose;
use crate::ui::app::{Side, place_menu};
use crate::ui::keymap::read;
use crate::ui::l10n::Lang;
use crate::ui::verbs::{Tool, VERBS, Verb};
use egui::accesskit::Role;
use egui::{Key, OutputCommand, ViewportCommand};

/// What the window tells the system within some frames.
#[derive(Default)]
struct Heard {
    viewport: Vec<ViewportCommand>,
    copied: bool,
}

impl Heard {
    /// Frames until the work beside the window is done, with what they tell.
    fn frames(h: &mut Window) -> Heard {
        let mut out = Heard::default();
        let mut after = 0;
        while after < 8 {
            h.step();
            let all = &h.output().viewport_output;
            out.viewport.extend(all.values().flat_map(|v| v.commands.iter().cloned()));
            let copied = |c: &OutputCommand| matches!(c, OutputCommand::CopyImage(_));
            out.copied |= h.output().platform_output.commands.iter().any(copied);
            let busy = h.state().as_ref().is_some_and(|a| !a.work.is_empty());
            after += usize::from(!busy);
            if busy {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
        }
        out
    }
}

/// A project as every command may find it, with a hand that is free and a pointer over the map.
struct Ground {
    session: Session,
    /// Two neighbours, and buildings without a courtyard.
    cells: Vec<Id>,
    buildings: Vec<u32>,
    /// The first cell of the list, the one behind it, and the last.
    first: Id,
    second: Id,
    last: Id,
    at: Pt,
}

impl Ground {
    /// Puts the project in its first state, and what the command works on beside it.
    fn ready(&self, h: &mut Window, verb: Verb) {
        let app = app(h);
        (app.dialog, app.palette, app.side, app.keys_open, app.tour, app.guide) = (None, None, None, false, None, None);
        (app.layers_open, app.plans_open, app.underlays_open, app.table_open) = (false, false, false, false);
        (app.leaving, app.given_up, app.may_close) = (None, None, false);
        app.toasts.clear();
        app.show(Doc::new(self.session.clone(), None, None));
        h.run_steps(3);
        look_at(h, self.at, 3000.0);
        h.ctx.memory_mut(|m| {
            if let Some(id) = m.focused() {
                m.surrender_focus(id)
            }
        });
        h.hover_at(place(h, self.at));
        h.step();
        let step = |h: &mut Window| {
            let code = self.session.project().table(Kind::Buildings).get(0).expect("a building").code().to_owned();
            let fields = [("households".to_owned(), 77.into())].into_iter().collect();
            doc_mut(h)
                .dispatch(Command::Do(Op::Set(SetOp { building: Some(code), fields, ..SetOp::default() }).into()), 1);
        };
        let select = |h: &mut Window, what: Selection| drop(doc_mut(h).dispatch(Command::Select(what), 1));
        match verb {
            Verb::Undo | Verb::MyEdits => step(h),
            Verb::Redo => {
                step(h);
                doc_mut(h).dispatch(Command::Undo, 1);
            }
            Verb::Delete => select(h, Selection::Units(self.cells[..1].to_vec())),
            Verb::Square | Verb::Simplify | Verb::Lock | Verb::ZoomSelection | Verb::OnlyWithin => {
                select(h, Selection::Units(self.cells.clone()))
            }
            Verb::NextCell | Verb::PreviousCell => select(h, Selection::Units(vec![self.first])),
            Verb::Enclose => select(h, Selection::Buildings(self.buildings.clone())),
            Verb::BrushLarger | Verb::BrushSmaller => {
                let ctx = h.ctx.clone();
                super::app(h).verb(&ctx, Verb::Tool(Tool::Paint));
            }
            Verb::Tool(Tool::Select) => {
                let ctx = h.ctx.clone();
                super::app(h).verb(&ctx, Verb::Tool(Tool::Move));
            }
            _ => {}
        }
        h.run_steps(2);
    }
}

/// What of the window a command may change, in words that can be compared.
fn told_by(h: &Window) -> Option<String> {
    let app = h.state().as_ref()?;
    let d = app.doc.as_ref()?;
    let s = &d.session;
    Some(format!(
        "{:?} {:?} {:?} {} {} {:x}",
        d.hand.tool(),
        d.camera.map(|c| (c.centre.0.round(), c.centre.1.round(), (c.mm_per_px * 100.0).round())),
        s.selection(),
        d.snapping,
        s.only_gaps(),
        s.project().state,
    ))
}

/// Whether the command came about, seen by what it is for. No `_`: a new command needs its line.
fn came(h: &Window, ground: &Ground, verb: Verb, before: &str, heard: &Heard) -> bool {
    let app = h.state().as_ref().expect("a window");
    let Some(d) = app.doc.as_ref() else { return verb == Verb::StartPage };
    let s = &d.session;
    let asks = |p: &Purpose| matches!(&app.dialog, Some(Dialog::Path(q, _)) if q == p);
    let steps = s.history().done().len();
    let changed = told_by(h).is_none_or(|now| now != before);
    let scale = || d.camera.map_or(1.0, |c| c.scale_denominator() / 3000.0);
    let in_sight = |b: Box2| d.camera.is_some_and(|c| c.visible().union(b) == c.visible());
    let words = || app.toasts.iter().any(|(t, _)| !t.what.is_empty());
    match verb {
        Verb::New => app.guide.is_some(),
        Verb::Open => asks(&Purpose::Open),
        Verb::Save | Verb::SaveAs => asks(&Purpose::Save),
        Verb::Import => asks(&Purpose::Import(None)),
        Verb::ImportIncidents => asks(&Purpose::Import(Some(Kind::Incidents))),
        Verb::Export => asks(&Purpose::Export),
        Verb::ExportPicture => asks(&Purpose::Picture),
        Verb::AddUnderlay => asks(&Purpose::Underlay),
        Verb::CopyPicture => heard.copied && words(),
        Verb::StartPage => false,
        Verb::Quit => heard.viewport.contains(&ViewportCommand::Close),
        Verb::FullScreen => heard.viewport.contains(&ViewportCommand::Fullscreen(true)),
        Verb::Undo => steps == 0 && s.history().next_redo().is_some(),
        Verb::Redo => steps == 1,
        Verb::Delete => s.project().layer(s.plan(), s.layer()).is_some_and(|l| !l.units.contains_key(&ground.cells[0])),
        Verb::Square => d.hand.trial().is_some(),
        // The borders of the sample are as plain as can be; it says so.
        Verb::Simplify => d.hand.trial().is_some() || words(),
        Verb::OnlyWithin => s.only_within().is_some(),
        Verb::OnlyGaps => s.only_gaps(),
        Verb::PasteList => matches!(app.dialog, Some(Dialog::List)),
        Verb::Enclose => d.hand.tool() == crate::session::tools::Tool::Courtyard && d.hand.proposed(s).is_some(),
        Verb::PlaceMenu => d.menu.is_some(),
        Verb::Tool(button) => d.hand.tool() == place_menu::tool(button),
        Verb::Snapping => !d.snapping,
        Verb::BrushLarger => d.hand.brush_m() > 18,
        Verb::BrushSmaller => d.hand.brush_m() < 18,
        Verb::ZoomIn => scale() < 1.0 / 1.5,
        Verb::ZoomOut => scale() > 1.5,
        Verb::ZoomSelection => in_sight(s.selection_box()) && scale() < 1.0,
        Verb::Home => in_sight(d.extent()) && scale() > 1.0,
        Verb::Layers => app.layers_open,
        Verb::Search => h.get_by_role_and_label(Role::TextInput, "查找").is_focused(),
        Verb::NextCell => *s.selection() == Selection::Units(vec![ground.second]),
        Verb::PreviousCell => *s.selection() == Selection::Units(vec![ground.last]),
        Verb::NextUnassigned | Verb::PreviousIssue => {
            changed && matches!(s.selection(), Selection::Buildings(slots) if slots.len() == 1)
        }
        Verb::Lock => steps == 1 && s.project().layer(s.plan(), s.layer()).is_some_and(|l| l.locks.units.len() == 2),
        Verb::Heat => d.heat.on,
        Verb::MyEdits => d.mine.on && painted(h).iter().any(|t| t == "本次修改 1 步 · 1 处地物"),
        Verb::Underlays => app.underlays_open,
        Verb::CopyPlan => s.project().plans.len() == ground.session.project().plans.len() + 1,
        Verb::Plans => app.plans_open,
        Verb::Keys => app.keys_open,
        Verb::Tour => app.tour.is_some(),
        Verb::Palette => app.palette.is_some(),
        Verb::GoTo => app.palette.is_some() && h.get_by_role_and_label(Role::TextInput, "查命令").is_focused(),
        Verb::Issues => app.side == Some(Side::Issues),
        Verb::History => app.side == Some(Side::History),
        Verb::Table => app.table_open,
    }
}

fn by_key(h: &mut Window, verb: Verb) {
    let key = read(verb.key()).expect("a key");
    if verb == Verb::CopyPicture {
        // What the system makes of Ctrl C.
        return h.event(Event::Copy);
    }
    let ctrl = if key.modifiers.command { Modifiers::CTRL } else { Modifiers::NONE };
    // The press alone: the harness gives each event a frame, and what the first one told would be gone.
    let (modifiers, key) = (key.modifiers | ctrl, key.logical_key);
    h.event(Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers });
}

fn by_palette(h: &mut Window, verb: Verb) {
    ctrl(h, Key::K);
    h.event(Event::Text(verb.name(Lang::Zh).trim_end_matches('…').to_owned()));
    h.run_steps(3);
    let name = [verb.name(Lang::Zh), verb.key()].join(" ");
    let rows = h.root().children_recursive().filter(|n| n.accesskit_node().role() == Role::ListItem);
    let label = |n: &egui_kittest::Node<'_>| n.accesskit_node().label().unwrap_or_default();
    let mine = rows.filter(|n| n.rect().left() > 450.0 && label(n).starts_with(name.trim_end())).collect::<Vec<_>>();
    // `保存` begins as `存为` does not; the shortest is the one that is meant.
    let row = mine.into_iter().min_by_key(|n| label(n).len()).unwrap_or_else(|| panic!("{verb:?} is listed"));
    assert!(!row.accesskit_node().is_disabled(), "{verb:?} can be chosen: {}", label(&row));
    row.click();
}

/// Opens the menus one after the other and takes the entry of the command; whether there is one.
fn by_menu(h: &mut Window, verb: Verb) -> bool {
    for menu in ["文件", "编辑", "视图", "网格", "楼栋", "底稿", "事件", "方案", "帮助"] {
        let bar = h.get_all_by_label(menu).min_by(|a, b| a.rect().top().total_cmp(&b.rect().top()));
        bar.unwrap_or_else(|| panic!("{menu}")).click();
        h.run_steps(3);
        if let Some(entry) = h.query_by_role_and_label(Role::MenuItem, verb.name(Lang::Zh)) {
            assert!(!entry.accesskit_node().is_disabled(), "{verb:?} can be chosen");
            entry.click();
            return true;
        }
        h.key_press(Key::Escape);
        h.run_steps(3);
    }
    false
}

#[test]
fn every_command_does_what_it_says_by_key_palette_and_menu() {
    let Some(mut h) = sample("every_command_does_what_it_says_by_key_palette_and_menu") else { return };
    let (a, b) = neighbours(&h);
    let s = session(&h);
    let table = s.project().table(Kind::Buildings);
    let free = s.assignment().courtyards();
    // Buildings without a courtyard that stand together.
    let first = table.iter().map(|(slot, _)| slot).filter(|slot| free.of_building(*slot).is_none());
    let cluster = first
        .filter_map(|slot| {
            Some(crate::session::buildings::enclose::cluster_at(s.project(), free, table.get(slot)?.anchor()?))
        })
        .find(|c| c.len() > 1);
    let ground = Ground {
        session: s.clone(),
        cells: vec![a, b],
        buildings: cluster.expect("some stand alone"),
        first: unit(&h, "320599012006001"),
        second: unit(&h, "320599012006002"),
        last: unit(&h, "320599012006010"),
        at: inside(&h, a),
    };
    let mut seen = Vec::new();
    for info in VERBS {
        let verb = info.verb;
        for way in ["key", "palette", "menu"] {
            if way == "key" && info.key.is_empty() || way == "palette" && verb == Verb::Palette {
                continue;
            }
            ground.ready(&mut h, verb);
            let before = told_by(&h).expect("a project");
            let none = Heard::default();
            assert!(!came(&h, &ground, verb, &before, &none), "{verb:?} has not come yet");
            let there = match way {
                "key" => {
                    by_key(&mut h, verb);
                    true
                }
                "palette" => {
                    by_palette(&mut h, verb);
                    true
                }
                _ => by_menu(&mut h, verb),
            };
            if !there {
                continue;
            }
            let heard = Heard::frames(&mut h);
            rest(&mut h);
            let tells: Vec<_> = app(&mut h).toasts.iter().map(|(t, _)| t.what.clone()).collect();
            assert!(came(&h, &ground, verb, &before, &heard), "{verb:?} by {way}: {tells:?}");
            seen.push((verb, way));
        }
    }
    // What has no key of its own is in a menu or the palette; what is in no menu is a key of the hand.
    let without: Vec<_> = VERBS.iter().map(|v| v.verb).filter(|v| !seen.contains(&(*v, "menu"))).collect();
    println!("in no menu: {without:?}");
    assert_eq!(without, [Verb::BrushLarger, Verb::BrushSmaller]);
    assert!(seen.len() > VERBS.len() * 2, "{}", seen.len());
}

#[test]
fn delete_means_what_is_selected_last() {
    let Some(mut h) = sample("delete_means_what_is_selected_last") else { return };
    let before = state(&h);
    let n = session(&h).project().table(Kind::Buildings).len();
    let (at, cell) = inner_vertex(&h);
    look_at(&mut h, at, 800.0);
    let row = row_label(&h, cell);
    push(&mut h, &row);
    click(&mut h, at);
    assert_eq!(doc(&h).hand.vertex(), Some(at));
    // A building chosen elsewhere than on the map takes its place.
    let (slot, _) = building_in(&h, cell);
    doc_mut(&mut h).dispatch(Command::Select(Selection::Buildings(vec![slot])), 1);
    h.run();
    by_palette(&mut h, Verb::Delete);
    rest(&mut h);
    assert_eq!(session(&h).project().table(Kind::Buildings).len(), n - 1, "{}", told(&mut h));
    assert!(layer(&h).partition.edges().any(|(_, e)| e.points.contains(&at)), "the border is as it was");
    ctrl(&mut h, Key::Z);
    assert_eq!(state(&h), before);
}

#[test]
fn no_command_acts_behind_the_keys_sheet_or_an_open_menu() {
    let Some(mut h) = sample("no_command_acts_behind_the_keys_sheet_or_an_open_menu") else { return };
    let (_, cell) = inner_vertex(&h);
    let (slot, _) = building_in(&h, cell);
    doc_mut(&mut h).dispatch(Command::Select(Selection::Buildings(vec![slot])), 1);
    h.run();
    let before = state(&h);
    h.key_press_modifiers(Modifiers::SHIFT, Key::Questionmark);
    h.run();
    assert!(app(&mut h).keys_open);
    for k in [Key::Delete, Key::B, Key::F7] {
        key(&mut h, k);
    }
    assert_eq!((state(&h), doc(&h).hand.tool()), (before, crate::session::tools::Tool::Select));
    assert!(!app(&mut h).table_open);
    key(&mut h, Key::Escape);
    push(&mut h, "网格");
    key(&mut h, Key::B);
    assert_eq!(doc(&h).hand.tool(), crate::session::tools::Tool::Select);
}

#[test]
fn undo_in_the_middle_of_a_drag_takes_back_the_drag() {
    let Some(mut h) = sample("undo_in_the_middle_of_a_drag_takes_back_the_drag") else { return };
    let code = session(&h).project().table(Kind::Buildings).get(0).expect("a building").code().to_owned();
    let fields = [("households".to_owned(), 77.into())].into_iter().collect();
    let op = Op::Set(SetOp { building: Some(code), fields, ..SetOp::default() });
    doc_mut(&mut h).dispatch(Command::Do(op.into()), 1);
    h.run();
    let before = state(&h);
    let (at, _) = inner_vertex(&h);
    look_at(&mut h, at, 1000.0);
    key(&mut h, Key::M);
    let from = place(&h, at);
    press_and_move(&mut h, from, vec2(14.0, 6.0));
    assert!(session(&h).history().staged().is_some());
    ctrl(&mut h, Key::Z);
    assert_eq!((state(&h), steps(&h)), (before, 1), "the step before stands");
    let_go(&mut h, from + vec2(14.0, 6.0));
    assert_eq!((state(&h), steps(&h)), (before, 1));
}

/// A value that stands in a field, not left yet, belongs to what is saved and to what is asked about on leaving.
#[test]
fn what_is_still_typed_is_taken_along_by_save_and_quit() {
    let Some(mut h) = sample("what_is_still_typed_is_taken_along_by_save_and_quit") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gpkg");
    app(&mut h).save_to(path.clone(), false);
    wait(&mut h);
    let (_, cell) = inner_vertex(&h);
    let (slot, _) = building_in(&h, cell);
    let households = |h: &Window| {
        let row = session(h).project().table(Kind::Buildings).get(slot).expect("a building");
        row.count(crate::model::Field::Households)
    };
    doc_mut(&mut h).dispatch(Command::Select(Selection::Buildings(vec![slot])), 1);
    h.run();
    type_into(&mut h, "户数", "77");
    assert_ne!(households(&h), Some(77), "it stands in the field only");
    ctrl(&mut h, Key::S);
    wait(&mut h);
    assert_eq!((households(&h), session(&h).is_dirty()), (Some(77), false), "{}", told(&mut h));
    type_into(&mut h, "户数", "78");
    h.input_mut().viewports.entry(egui::ViewportId::ROOT).or_default().events.push(egui::ViewportEvent::Close);
    h.run();
    h.input_mut().viewports.entry(egui::ViewportId::ROOT).or_default().events.clear();
    h.run();
    assert_eq!(households(&h), Some(78));
    assert!(!app(&mut h).may_close, "the window waits for it");
}

#[test]
fn what_is_not_finished_is_not_left_without_a_word() {
    let Some(mut h) = sample("what_is_not_finished_is_not_left_without_a_word") else { return };
    let (a, b) = neighbours(&h);
    let (from, to) = (inside(&h, a), inside(&h, b));
    let old = session(&h).project().plans[0].meta.name.clone();
    let copy = crate::plan::PlanOp::Copy { old, new: "试划".into() };
    doc_mut(&mut h).dispatch(Command::Do(Op::Plan(copy).into()), 1);
    app(&mut h).give_up();
    h.run();
    key(&mut h, Key::A);
    click(&mut h, from);
    click(&mut h, to);
    assert_eq!(doc(&h).hand.line().len(), 2);
    let shown = session(&h).plan();
    let other = session(&h).project().plans.iter().find(|p| p.id != shown).expect("two plans").id;
    app(&mut h).plans_action(crate::ui::panels::plans::PlansAction::Switch(other.0), 0.0);
    h.run();
    assert!(told(&mut h).contains("还有没完成的操作"), "{}", told(&mut h));
    assert_eq!((session(&h).plan(), doc(&h).hand.line().len()), (shown, 2));
    let ctx = h.ctx.clone();
    app(&mut h).verb(&ctx, Verb::StartPage);
    h.run();
    assert!(h.state().as_ref().is_some_and(|a| a.doc.is_some()), "it is still there");
    for _ in 0..3 {
        key(&mut h, Key::Escape);
    }
    app(&mut h).verb(&ctx, Verb::StartPage);
    h.run();
    assert!(h.state().as_ref().is_some_and(|a| a.doc.is_none()));
}

#[test]
fn the_tour_is_never_on_somebodys_own_project() {
    let Some(mut h) = sample("the_tour_is_never_on_somebodys_own_project") else { return };
    let own = session(&h).clone();
    app(&mut h).show(Doc::new(own, None, None));
    let code = session(&h).project().table(Kind::Buildings).get(0).expect("a building").code().to_owned();
    let fields = [("households".to_owned(), 77.into())].into_iter().collect();
    let op = Op::Set(SetOp { building: Some(code), fields, ..SetOp::default() });
    doc_mut(&mut h).dispatch(Command::Do(op.into()), 1);
    h.run();
    let ctx = h.ctx.clone();
    app(&mut h).verb(&ctx, Verb::Tour);
    h.run();
    assert!(app(&mut h).tour.is_none() && matches!(app(&mut h).dialog, Some(Dialog::Unsaved)));
    push(&mut h, "不保存");
    assert!(app(&mut h).tour.is_some() && doc(&h).sample && steps(&h) == 0);
    // Another project ends it.
    let own = session(&h).clone();
    app(&mut h).show(Doc::new(own, None, None));
    h.run();
    assert!(app(&mut h).tour.is_none());
}

#[test]
fn a_community_is_not_measured_by_the_range_of_cells_and_has_ground() {
    let Some(mut h) = sample("a_community_is_not_measured_by_the_range_of_cells_and_has_ground") else { return };
    let id = layer(&h).units.values().find(|u| u.level == 0).expect("a community").id;
    doc_mut(&mut h).dispatch(Command::Select(Selection::Units(vec![id])), 1);
    h.run();
    let crate::ui::panels::inspector::InspectorView::Cell(view) = &doc(&h).lists.inspector else { panic!() };
    assert!(view.above && view.area_m2 > 100_000.0 && view.perimeter_m > 1000.0, "{view:?}");
    // 3,862 households are no deviation from 300 to 500.
    assert!(!painted(&h).iter().any(|t| t.contains("3,362")));
}
