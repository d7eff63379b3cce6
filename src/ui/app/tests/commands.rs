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
        Verb::Square | Verb::Simplify => d.hand.trial().is_some() || words(),
        Verb::OnlyWithin => s.only_within().is_some(),
        Verb::OnlyGaps => s.only_gaps(),
        Verb::PasteList => matches!(app.dialog, Some(Dialog::List)),
        Verb::Enclose => d.hand.tool() == crate::session::tools::Tool::Courtyard && d.hand.proposed(s).is_some(),
        Verb::PlaceMenu => d.menu.is_some(),
        Verb::Tool(button) => d.hand.tool() == place_menu::tool(button),
        Verb::Snapping => !d.snapping,
        Verb::BrushLarger => d.hand.brush_m() > 18,
        Verb::BrushSmaller => d.hand.brush_m() < 18,
        Verb::ZoomIn | Verb::ZoomOut | Verb::ZoomSelection | Verb::Home => changed,
        Verb::Layers => app.layers_open,
        Verb::Search => h.get_by_role_and_label(Role::TextInput, "查找").is_focused(),
        Verb::NextUnassigned | Verb::PreviousIssue | Verb::PreviousCell | Verb::NextCell => {
            changed && *s.selection() != Selection::None
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
