//! What panels ask for, as commands.

use super::App;
use super::doc::Shown;
use super::place_menu::{open_here, tool};
use super::search::{Look, look};
use crate::geom::Box2;
use crate::model::{Id, Kind};
use crate::plan::{Edit, Op, PlanOp, SetOp};
use crate::session::listing::no_number;
use crate::session::tools::{Tool, here};
use crate::session::{Command, Selection, free_plan_name, posts};
use crate::ui::panels::cells::CellsAction;
use crate::ui::panels::inspector::InspectorAction;
use crate::ui::panels::layers::LayersAction;
use crate::ui::panels::plans::PlansAction;
use crate::ui::panels::post_form::NewPost;
use crate::ui::panels::tool_bar::Hit;
use crate::ui::verbs::{Tool as Button, Verb};

/// Buildings that are changed by one step from the inspector at most: each is an edit of its own in it.
const MOST_AT_ONCE: usize = 2_000;

impl App {
    /// A command without an argument, from a menu, a button or a key.
    pub(super) fn verb(&mut self, ctx: &egui::Context, verb: Verb) {
        let (now, time) = (self.now(), ctx.input(|i| i.time));
        let takes_all = matches!(verb, Verb::Save | Verb::SaveAs | Verb::New | Verb::Open | Verb::StartPage);
        if takes_all && self.after_fields.is_none() && self.dialog.is_none() && self.fields_first(ctx, verb) {
            return;
        }
        match verb {
            Verb::New => self.leave(super::Leave::New),
            Verb::Open => self.ask_open(ctx),
            Verb::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            Verb::FullScreen => {
                let full = ctx.input(|i| i.viewport().fullscreen.unwrap_or(false));
                ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(!full));
            }
            Verb::Tour => self.begin_tour(),
            Verb::Keys => self.keys_open = !self.keys_open,
            Verb::Layers => {
                self.layers_open = !self.layers_open;
                self.underlays_open &= !self.layers_open;
            }
            Verb::Underlays if self.doc.is_some() => self.show_underlays(!self.underlays_open),
            Verb::AddUnderlay => self.ask_underlay(),
            Verb::Plans => self.plans_open = !self.plans_open,
            Verb::Palette => self.open_palette(false),
            Verb::Issues => self.show_side(super::Side::Issues),
            Verb::History => self.show_side(super::Side::History),
            Verb::Table if self.doc.is_some() => self.toggle_table(ctx),
            Verb::GoTo if self.doc.is_some() => self.open_palette(true),
            Verb::Import => self.ask_import(None),
            Verb::ImportIncidents => self.ask_import(Some(Kind::Incidents)),
            _ => {}
        }
        let Some(doc) = &mut self.doc else { return };
        match verb {
            Verb::Save => self.save(false),
            Verb::SaveAs => self.save(true),
            Verb::Export => self.export(),
            Verb::ExportPicture => self.export_picture(),
            Verb::CopyPicture => self.copy_picture(),
            Verb::MyEdits => doc.mine.on = !doc.mine.on,
            Verb::StartPage => self.leave(super::Leave::Start),
            // Inside a drawing undo and redo are of its points.
            // Nor is anything else undone while a picture is placed.
            Verb::Undo if doc.underlays.placing.is_some() => {
                doc.underlays.placing.as_mut().map(|x| x.take_back());
            }
            // In the middle of a drag it is the drag that is taken back.
            Verb::Undo | Verb::Redo if doc.hand.holds() => doc.hand.let_go(&mut doc.session, now),
            Verb::Undo if doc.hand.take_back(&mut doc.session, now) => {}
            Verb::Undo => {
                let effects = doc.dispatch(Command::Undo, now);
                self.heed(effects, time);
            }
            Verb::Redo if doc.hand.put_back() => {}
            Verb::Redo => {
                let effects = doc.dispatch(Command::Redo, now);
                self.heed(effects, time);
            }
            Verb::Delete => self.delete(time),
            Verb::Square | Verb::Simplify => {
                let effects = doc.hand.simplify(&mut doc.session, verb == Verb::Square, now);
                doc.follow(&effects);
                match &effects[..] {
                    // Nothing is selected: that is no success.
                    [crate::session::Effect::Say(said)] => {
                        let said = said.get(self.language()).to_owned();
                        self.warn(&said);
                    }
                    _ => self.heed(effects, time),
                }
            }
            Verb::OnlyWithin => self.only_within(now),
            Verb::OnlyGaps => {
                let on = !doc.session.only_gaps();
                doc.dispatch(Command::OnlyGaps(on), now);
            }
            Verb::PasteList => self.dialog = Some(super::Dialog::List),
            Verb::Enclose => self.enclose(time),
            Verb::PlaceMenu => open_here(ctx, doc),
            // While a line is drawn T leads it, or lets it go straight again.
            Verb::Tool(Button::Follow) if doc.hand.tool().draws() && !doc.hand.tool().builds() => {
                let on = !doc.hand.leads();
                if doc.hand.tool() != Tool::Follow {
                    doc.hand.lead(on);
                }
            }
            Verb::Tool(button) => {
                // The keys are the map's again.
                ctx.memory_mut(|m| {
                    m.surrender_focus(crate::ui::panels::cell_list::list_id());
                    m.surrender_focus(crate::ui::panels::table::table_id());
                });
                doc.underlays.placing = None;
                let effects = doc.hand.take(tool(button), &mut doc.session, now);
                doc.follow(&effects);
                self.heed(effects, time);
            }
            Verb::Snapping => doc.snapping = !doc.snapping,
            Verb::BrushLarger | Verb::BrushSmaller => doc.hand.resize_brush(verb == Verb::BrushLarger),
            Verb::ZoomIn | Verb::ZoomOut => {
                if let Some(c) = doc.camera {
                    let middle = (c.size_px.0 / 2.0, c.size_px.1 / 2.0);
                    let to = c.zoomed(if verb == Verb::ZoomIn { 1.6 } else { 1.0 / 1.6 }, middle);
                    doc.flight = Some((c, to, time));
                }
            }
            Verb::ZoomSelection => {
                let b = doc.session.selection_box();
                doc.fly_to(b, time);
            }
            Verb::Home => {
                if let Some(c) = doc.camera {
                    let to = c.fit(doc.extent(), 48.0);
                    doc.flight = Some((c, to, time));
                }
            }
            Verb::Search => doc.focus_search = true,
            Verb::NextUnassigned => self.next_issue(true, time),
            Verb::PreviousIssue => self.next_issue(false, time),
            Verb::Lock => self.lock_selected(time),
            Verb::PreviousCell => next_cell(doc, false, now, time),
            Verb::NextCell => next_cell(doc, true, now, time),
            Verb::Heat => {
                doc.heat.on = !doc.heat.on;
            }
            Verb::CopyPlan => {
                let p = doc.session.project();
                let old = p.plan(doc.session.plan()).map(|x| x.meta.name.clone()).unwrap_or_default();
                let new = free_plan_name(doc.session.project());
                self.edit(Op::Plan(PlanOp::Copy { old, new: new.clone() }).into(), time);
                self.show_plan_named(&new);
            }
            _ => {}
        }
    }

    /// Deletes the chosen border point, else the one under the pointer, else dissolves the selected cells.
    fn delete(&mut self, time: f64) {
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        if doc.hand.busy() {
            return;
        }
        let under = match doc.grip {
            Some(crate::session::tools::Grip::Point(at)) => Some(at),
            _ => None,
        };
        if let Some(at) = doc.hand.vertex().or(under) {
            let effects = doc.hand.delete(&mut doc.session, at, now);
            doc.hand.choose(None);
            doc.follow(&effects);
            self.tell(&effects);
            return self.heed(effects, time);
        }
        let s = &doc.session;
        if let Some(op) = super::buildings::removal(s) {
            let effects = doc.dispatch(Command::Do(op.into()), now);
            self.tell(&effects);
            return self.heed(effects, time);
        }
        let layer = s.project().layer(s.plan(), s.layer());
        let codes: Vec<String> = match s.selection() {
            Selection::Units(ids) => ids.iter().filter_map(|id| Some(layer?.units.get(id)?.code.clone())).collect(),
            _ => vec![],
        };
        let mut edits: Vec<Edit> = codes.into_iter().map(|cell| here(s, Op::Dissolve { cell })).collect();
        let edit = match edits.len() {
            0 => {
                let said = self.lang.pick(
                    "没有可删的：先选一个边界点、要撤销的网格或要删的楼栋",
                    "Nothing to delete: choose a border point, a cell to dissolve or buildings",
                );
                return self.warn(said);
            }
            1 => edits.remove(0),
            _ => Op::Together { edits }.into(),
        };
        let effects = doc.dispatch(Command::Do(edit), now);
        self.tell(&effects);
        self.heed(effects, time);
    }

    /// Changes only the ground of the community of what is selected, or all again.
    fn only_within(&mut self, now: i64) {
        let Some(doc) = &mut self.doc else { return };
        let s = &doc.session;
        let unit = match (s.only_within(), s.selection()) {
            (Some(_), _) => None,
            (None, Selection::Units(ids)) => ids.first().copied(),
            (None, _) => doc.hovered,
        };
        let layer = s.project().layer(s.plan(), s.layer());
        let lowest = s.project().facts.layers.get(usize::from(s.layer())).map_or(0, |d| d.cell_level());
        let all: Vec<Id> =
            layer.into_iter().flat_map(|l| l.units.values()).filter(|u| u.level < lowest).map(|u| u.id).collect();
        let of = unit
            .and_then(|id| layer?.units.get(&id))
            .map(|u| if u.level < lowest { u.id } else { u.parent.unwrap_or(u.id) });
        // Where there is but one community, it is meant.
        let only = if let [one] = all[..] { Some(one) } else { None };
        let to = of.or(only).filter(|_| s.only_within().is_none());
        if to.is_none() && s.only_within().is_none() {
            let said = self
                .lang
                .pick("先选一个网格，再只动它所在的社区", "Select a cell first; then only its community changes");
            return self.warn(said);
        }
        doc.dispatch(Command::OnlyWithin(to), now);
    }

    /// Locks the selected cells, or unlocks them if all are locked.
    fn lock_selected(&mut self, time: f64) {
        let Some(doc) = &self.doc else { return };
        let s = &doc.session;
        let layer = s.project().layer(s.plan(), s.layer());
        let units: Vec<_> = match s.selection() {
            crate::session::Selection::Units(ids) => {
                ids.iter().filter_map(|id| layer?.units.get(id)).cloned().collect()
            }
            _ => vec![],
        };
        if units.is_empty() {
            let said =
                self.lang.pick("先选网格，再锁定或解锁", "Select cells first, then lock or unlock them").to_owned();
            return self.warn(&said);
        }
        let is_locked = |id| layer.is_some_and(|l| l.locks.units.contains(&id));
        let value = !units.iter().all(|u| is_locked(u.id));
        let lock = |u: &std::sync::Arc<crate::model::Unit>| {
            crate::session::tools::here(s, Op::Lock { cell: Some(u.code.clone()), on: None, value })
        };
        let mut edits: Vec<Edit> = units.iter().filter(|u| is_locked(u.id) != value).map(lock).collect();
        let edit = if edits.len() == 1 { edits.remove(0) } else { Op::Together { edits }.into() };
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        let effects = doc.dispatch(Command::Do(edit), now);
        self.tell(&effects);
        self.heed(effects, time);
    }

    /// Does an edit and says what came of it.
    pub(super) fn edit(&mut self, edit: Edit, time: f64) {
        let now = self.now();
        if let Some(doc) = &mut self.doc {
            let effects = doc.dispatch(Command::Do(edit), now);
            self.heed(effects, time);
        }
    }

    fn show_plan_named(&mut self, name: &str) {
        if let Some(id) = self.doc.as_ref().and_then(|d| d.session.project().plan_named(name)).map(|p| p.id) {
            self.show_plan(id);
        }
    }

    /// Shows another plan. Everything is counted in it anew: of many rows beside the window, where the old one stays shown
    /// until then.
    fn show_plan(&mut self, id: Id) {
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        if doc.session.plan() == id || super::upkeep::is_small(doc.session.history().stable()) {
            doc.dispatch(Command::ShowPlan(id), now);
            return;
        }
        doc.hand.choose(None);
        let (mut session, of, number) = (doc.session.clone(), doc.session.generation(), doc.number);
        let label = self.lang.pick("正在切换方案", "Switching the plan").to_owned();
        let job = self.jobs.spawn(&label, move |_| {
            let effects = session.dispatch(Command::ShowPlan(id), now);
            Ok(super::work::Shown { session, effects, of, id })
        });
        self.work.push(super::work::Work::Show(job, number));
    }

    /// Another plan was counted: it is shown, unless something else was done meanwhile; then it is counted here.
    pub(super) fn show_counted(&mut self, shown: super::work::Shown, of: u64) {
        let now = self.now();
        let Some(doc) = self.doc.as_mut().filter(|d| d.number == of) else { return };
        if doc.session.generation() != shown.of {
            doc.dispatch(Command::ShowPlan(shown.id), now);
            return;
        }
        doc.session = shown.session;
        doc.follow(&shown.effects);
    }

    /// The list of cells.
    pub(super) fn cells_action(&mut self, action: CellsAction, time: f64) {
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        match action {
            CellsAction::Select(key, pick) => self.pick_cell(key, pick),
            CellsAction::Chip(_) | CellsAction::Fold(_) | CellsAction::SelectGroup(_) | CellsAction::FlyToGroup(_) => {
                self.cell_list_action(&action, time)
            }
            CellsAction::Hover(key) => doc.hovered = Some(Id(key)),
            CellsAction::FlyTo(key) => {
                doc.dispatch(Command::Select(Selection::Units(vec![Id(key)])), now);
                let b = doc.session.selection_box();
                doc.fly_to(b, time);
            }
            CellsAction::NextUnassigned => {
                next_unassigned(doc, true, now, time);
            }
            CellsAction::Sort(by, descending) => doc.sort = (by, descending),
            CellsAction::Layer(i) => {
                doc.dispatch(Command::ShowLayer(i as u16), now);
            }
            CellsAction::UndoTo(step) => {
                let mut all = Vec::new();
                while doc.session.history().next_undo().is_some_and(|s| u64::from(s.id.sequence) > step) {
                    all.extend(doc.dispatch(Command::Undo, now));
                }
                self.heed(all, time);
            }
            CellsAction::RedoTo(step) => {
                let mut all = Vec::new();
                while doc.session.history().next_redo().is_some_and(|s| u64::from(s.id.sequence) <= step) {
                    all.extend(doc.dispatch(Command::Redo, now));
                }
                self.heed(all, time);
            }
        }
    }

    /// The inspector.
    pub(super) fn inspector_action(&mut self, action: InspectorAction, time: f64) {
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        let s = &doc.session;
        let p = s.project();
        let unit = |key: u64| p.layer(s.plan(), s.layer()).and_then(|l| l.units.get(&Id(key))).map(|u| u.code.clone());
        let building = |key: u64| p.table(Kind::Buildings).get(key as u32).map(|r| r.code().to_owned());
        // Of how many what was changed.
        let mut changed = (0, "");
        let fields = |name: &str, value: serde_json::Value| {
            let mut m = serde_json::Map::new();
            m.insert(name.to_owned(), value);
            m
        };
        let op = match action {
            InspectorAction::NoNumber(typed) => {
                let said = no_number(&typed);
                return self.warn(said.get(self.language()));
            }
            InspectorAction::RenameCell(key, name) => {
                Op::Set(SetOp { cell: unit(key), fields: fields("name", name.into()), ..SetOp::default() })
            }
            InspectorAction::RecodeCell(key, code) => {
                let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
                Op::Set(SetOp { cell: unit(key), fields: fields("code", code.into()), ..SetOp::default() })
            }
            InspectorAction::RenameBuilding(key, name) => {
                Op::Set(SetOp { building: building(key), fields: fields("name", name.into()), ..SetOp::default() })
            }
            InspectorAction::SetHouseholds(key, n) => {
                let fields = crate::session::buildings::households(p, key as u32, n);
                Op::Set(SetOp { building: building(key), fields, ..SetOp::default() })
            }
            InspectorAction::SetBuildings(keys, ..) | InspectorAction::PinAll(keys, _) if keys.len() > MOST_AT_ONCE => {
                let n = crate::ui::l10n::num(MOST_AT_ONCE as i64);
                let said = self.lang.pick(
                    "一次最多改 {} 栋，没有改动；请分几次选",
                    "At most {} buildings are changed at once; nothing was changed, select fewer",
                );
                return self.warn(&said.replace("{}", &n));
            }
            InspectorAction::SetBuildings(keys, field, value) => {
                let op = match super::places::setting(doc, &keys, field, value.as_deref()) {
                    Ok(Some(op)) => op,
                    Ok(None) => return,
                    Err(said) => {
                        let said = said.get(self.language()).to_owned();
                        return self.warn(&said);
                    }
                };
                changed = (keys.len(), super::super::panels::places::shared_name(self.lang, field));
                op
            }
            InspectorAction::PinAll(keys, cell) => {
                let Some(op) = super::places::pinning(doc, &keys, cell) else { return };
                changed = (keys.len(), self.lang.t().belongs_to);
                op
            }
            InspectorAction::Lock => return self.lock_selected(time),
            InspectorAction::RenameCourtyard(key, name) => {
                let courtyard = p.table(Kind::Courtyards).get(key as u32).map(|r| r.code().to_owned());
                Op::Set(SetOp { courtyard, fields: fields("name", name.into()), ..SetOp::default() })
            }
            InspectorAction::SelectCourtyard(key) => {
                doc.dispatch(Command::Select(Selection::Courtyard(key as u32)), now);
                return;
            }
            InspectorAction::SetUse(key, text) => {
                Op::Set(SetOp { building: building(key), fields: fields("use", text.into()), ..SetOp::default() })
            }
            InspectorAction::Pin(key, cell) => {
                Op::Pin { building: building(key).unwrap_or_default(), cell: cell.and_then(unit) }
            }
            InspectorAction::KeepWhole(key, value) => {
                let yard = p.table(Kind::Courtyards).get(key as u32).map(|r| r.code().to_owned());
                Op::Whole { courtyard: yard.unwrap_or_default(), value }
            }
            InspectorAction::Merge => {
                let Selection::Units(ids) = s.selection() else { return };
                let cells = ids.iter().filter_map(|id| unit(id.0)).collect();
                Op::Merge { cells, keep: None, apart: false }
            }
            InspectorAction::SelectCell(key) => {
                doc.dispatch(Command::Select(Selection::Units(vec![Id(key)])), now);
                return;
            }
            InspectorAction::SelectBuilding(key) => {
                doc.dispatch(Command::Select(Selection::Buildings(vec![key as u32])), now);
                return;
            }
            InspectorAction::RemovePost(key) => {
                let code = p.plan(s.plan()).and_then(|x| x.posts.get(&Id(key))).map(|x| x.code.clone());
                Op::Remove { member: None, post: code, buildings: vec![], courtyard: None }
            }
            InspectorAction::AddPost(key, form) => {
                let cell = unit(key);
                return self.add_post(cell, &form, None, time);
            }
            InspectorAction::EditPost(key, form) => {
                let post = p.plan(s.plan()).and_then(|x| x.posts.get(&Id(key))).cloned();
                let Some(post) = post else { return };
                let crate::model::Target::Cell { unit: on, .. } = post.target else { return };
                let cell = unit(on.0);
                return self.add_post(cell, &form, Some(&post), time);
            }
        };
        let removed = matches!(op, Op::Remove { .. });
        let (edit, before) = (here(s, op), p.state);
        self.edit(edit, time);
        let done = self.doc.as_ref().is_some_and(|d| d.session.project().state != before);
        if let (n @ 2.., name) = changed
            && done
        {
            let n = crate::ui::l10n::buildings(self.lang, n as i64);
            let what = self.lang.pick("已改 {n}的{f}", "{f} of {n} changed").replace("{n}", &n).replace("{f}", name);
            let back = self.lang.pick("Ctrl+Z 撤销", "Ctrl+Z to undo");
            self.say(&what, back, "");
        }
        if removed && self.doc.as_ref().is_some_and(|d| d.session.project().state != before) {
            // It is done by one click beside the name: say so, and how to take it back.
            let (what, back) =
                (self.lang.pick("已移除岗位", "The post was removed"), self.lang.pick("Ctrl+Z 撤销", "Ctrl+Z to undo"));
            self.say(what, back, "");
        }
    }

    /// A person on a cell, new or corrected.
    fn add_post(&mut self, cell: Option<String>, form: &NewPost, old: Option<&crate::model::Post>, time: f64) {
        let (Some(doc), Some(cell)) = (&self.doc, cell) else { return };
        let from = match crate::model::Date::read(form.from.trim()) {
            Ok(d) => Some(d),
            Err(_) if form.from.trim().is_empty() => None,
            Err(e) => return self.error(&e.to_string()),
        };
        let text = |t: &str| t.trim().to_owned();
        let holder = posts::Holder { name: text(&form.name), phone: text(&form.phone), duty: text(&form.post), from };
        let edit = here(&doc.session, posts::holding(doc.session.project(), &cell, &holder, old));
        self.edit(edit, time);
    }

    /// The layers panel.
    pub(super) fn layers_action(&mut self, ctx: &egui::Context, action: LayersAction) {
        match action {
            LayersAction::Dark(dark) => {
                let theme = if dark { egui::ThemePreference::Dark } else { egui::ThemePreference::Light };
                self.set_theme(ctx, theme);
            }
            LayersAction::Show(key, on) => {
                if let (Some(doc), Some(what)) = (&mut self.doc, Shown::ALL.get(key as usize)) {
                    doc.hidden.retain(|h| h != what);
                    if !on {
                        doc.hidden.push(*what);
                    }
                }
            }
            LayersAction::Level(i, open) => {
                let now = self.now();
                if let Some(doc) = &mut self.doc
                    && let Some((key, _, _)) = super::view::levels(doc).into_iter().nth(i)
                {
                    doc.dispatch(Command::OpenLevel(key, open), now);
                }
            }
            LayersAction::Heat(h) => {
                let Some(doc) = &mut self.doc else { return };
                let classes = super::view::classes(doc);
                doc.heat.on = h.visible;
                doc.heat.bandwidth_m = h.bandwidth_m.clamp(1.0, 100_000.0);
                doc.heat.opacity = h.opacity;
                doc.heat.class = h.class.and_then(|i| classes.get(i).cloned());
            }
        }
    }

    /// The plans panel.
    pub(super) fn plans_action(&mut self, action: PlansAction, time: f64) {
        let Some(doc) = &mut self.doc else { return };
        let name = |key: u64| doc.session.project().plan(Id(key)).map(|p| p.meta.name.clone()).unwrap_or_default();
        let op = match action {
            PlansAction::Switch(_) if doc.hand.busy() => {
                let said = unfinished(self.lang);
                return self.warn(said);
            }
            PlansAction::Switch(key) => return self.show_plan(Id(key)),
            PlansAction::Copy(key) => PlanOp::Copy { old: name(key), new: free_plan_name(doc.session.project()) },
            PlansAction::Rename(key, new) => PlanOp::Rename { old: name(key), new: new.trim().to_owned() },
            PlansAction::Delete(key) => PlanOp::Delete { name: name(key) },
            PlansAction::Adopt(key, day) => match crate::model::Date::read(&day) {
                Ok(from) => PlanOp::Adopt { name: name(key), from },
                Err(e) => return self.error(&e.to_string()),
            },
        };
        let shown = if let PlanOp::Copy { new, .. } = &op { Some(new.clone()) } else { None };
        self.edit(Op::Plan(op).into(), time);
        if let Some(new) = shown {
            self.show_plan_named(&new);
        }
    }

    /// A search result was chosen: it is selected, and flown to.
    pub(super) fn open_hit(&mut self, hit: &Hit, time: f64) {
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        let looked = look(doc, hit);
        doc.search.clear();
        let selection = match &looked {
            Some(Look::Unit(id)) => Selection::Units(vec![*id]),
            Some(Look::Row(Kind::Buildings, slot)) => Selection::Buildings(vec![*slot]),
            Some(Look::Row(Kind::Courtyards, slot)) => Selection::Courtyard(*slot),
            Some(Look::Row(Kind::Facilities, slot)) => Selection::Facility(*slot),
            Some(Look::Row(..)) => Selection::None,
            None => {
                let said = self.lang.pick("还没有岗位，图上没有位置", "No post yet, so there is no place on the map");
                return self.warn(&format!("{} {said}", hit.name));
            }
        };
        let place = match looked {
            Some(Look::Row(kind, slot)) => {
                doc.session.project().table(kind).get(slot).map_or(Box2::EMPTY, |r| r.bbox())
            }
            _ => Box2::EMPTY,
        };
        if let Selection::Units(ids) = &selection {
            doc.reveal = ids.first().copied();
        }
        doc.dispatch(Command::Select(selection), now);
        let b = if place.is_empty() { doc.session.selection_box() } else { place };
        doc.fly_to(b, time);
    }
}

/// What is said where a gesture that is not finished would be lost.
pub(super) fn unfinished(lang: crate::ui::l10n::Lang) -> &'static str {
    lang.pick(
        "还有没完成的操作。按回车完成，或按 Esc 放弃，再试一次。",
        "Something is not finished. Press Enter to finish it or Esc to give it up, then try again.",
    )
}

fn next_cell(doc: &mut super::doc::Doc, forward: bool, now: i64, time: f64) {
    let p = doc.session.project();
    let Some(l) = p.layer(doc.session.plan(), doc.session.layer()) else { return };
    let lowest = p.facts.layers.get(doc.session.layer() as usize).map_or(0, |d| d.cell_level());
    let mut cells: Vec<(&str, Id)> =
        l.units.values().filter(|u| u.level >= lowest).map(|u| (u.code.as_str(), u.id)).collect();
    cells.sort_unstable();
    if cells.is_empty() {
        return;
    }
    let at = match doc.session.selection() {
        Selection::Units(ids) => cells.iter().position(|(_, id)| ids.first() == Some(id)),
        _ => None,
    };
    let n = cells.len();
    let next = match (at, forward) {
        (None, _) => 0,
        (Some(i), true) => (i + 1) % n,
        (Some(i), false) => (i + n - 1) % n,
    };
    let id = cells[next].1;
    doc.dispatch(Command::Select(Selection::Units(vec![id])), now);
    doc.reveal = Some(id);
    let b = doc.session.selection_box();
    doc.fly_to(b, time);
}

/// Walks through the buildings without a cell, or ground without one. Whether there is any.
pub(super) fn next_unassigned(doc: &mut super::doc::Doc, forward: bool, now: i64, time: f64) -> bool {
    let turn = |next: &mut usize, all: usize| {
        let i = if forward { *next % all } else { (*next % all + 2 * all - 2) % all };
        *next = i + 1;
        i
    };
    let p = doc.session.history().stable();
    let outside = crate::topology::OUTSIDE;
    let a = doc.session.assignment();
    let free: Vec<u32> = a.unassigned_buildings(p).into_iter().filter(|s| a.building(*s) != Some(outside)).collect();
    if free.is_empty() {
        // No building, but ground that no cell has.
        let Some(l) = p.layer(doc.session.plan(), doc.session.layer()) else { return false };
        let lowest = p.facts.layers.get(doc.session.layer() as usize).map_or(0, |d| d.cell_level());
        let cell = |o: u64| o == outside || l.unit_of(o).is_some_and(|u| u.level >= lowest);
        let least = (super::lists::LEAST_GROUND_M2 * 2e6) as i128;
        let open = l.partition.faces().filter(|(_, f)| !cell(f.owner) && f.area2 >= least);
        let open: Vec<u32> = open.map(|(i, _)| i).collect();
        if open.is_empty() {
            return false;
        }
        let b = l.partition.face_box(open[turn(&mut doc.next_unassigned, open.len())]);
        doc.fly_to(b, time);
        return true;
    }
    let slot = free[turn(&mut doc.next_unassigned, free.len())];
    doc.dispatch(Command::Select(Selection::Buildings(vec![slot])), now);
    let b = doc.session.selection_box();
    doc.fly_to(b, time);
    true
}
