//! The table of any kind of thing: what it lists, kept from frame to frame, and what is done in it.
//!
//! Its order is reckoned once for a state, an order and a filter: at once where there are few rows, else by a job, while
//! the old one stays. Cells are read from the project as their rows come into sight.

use super::App;
use super::doc::Doc;
use super::mark::Mark;
use crate::exchange::guard_cell;
use crate::geom::{Box2, Pt};
use crate::jobs::{JobError, Jobs, Latest};
use crate::model::{Id, Kind, Lang as Language, Target};
use crate::session::listing::{Column, Reckoned, Source, What, Wish, arrange, columns, editable, kinds, title};
use crate::session::tools::{here, why};
use crate::session::{Command, Effect, Selection};
use crate::ui::l10n::Lang;
use crate::ui::panels::cells::Pick;
use crate::ui::panels::table::{Editing, Next, Rows, TableAction, TableColumn, TableView, page, table_id, table_panel};
use crate::ui::widgets::nav::Nav;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Rows that are ordered within a frame; more are a job's.
const AT_ONCE: usize = 4_000;
/// Rows that are copied at most: what a clipboard takes without harm.
const COPIED: usize = 100_000;
/// Rows that are given to the map as selected at most.
const SELECTED: usize = 20_000;

/// What a list was made for: state, plan, layer, tones, kind, wish without what is chosen, and the number of the choice
/// where only that is listed.
type Asked = (u128, Id, u16, u64, What, Wish, u64);

/// Rows in the order in which they are listed.
#[derive(Default)]
struct Listed {
    keys: Vec<u64>,
    /// Where each stands.
    at: HashMap<u64, usize>,
    reckoned: Reckoned,
}

impl Listed {
    fn new(keys: Vec<u64>, reckoned: Reckoned) -> Listed {
        Listed { at: keys.iter().enumerate().map(|(i, k)| (*k, i)).collect(), keys, reckoned }
    }
}

/// The table of an opened project.
#[derive(Default)]
pub struct Table {
    kinds: Vec<(What, usize)>,
    what: Option<What>,
    columns: Vec<Column>,
    /// What kinds and columns were found for: facts, state, plan, layer.
    made_for: Option<(u64, u128, Id, u16, Option<What>)>,
    sort: BTreeMap<What, (Column, bool)>,
    widths: BTreeMap<(What, Column), f32>,
    words: BTreeMap<What, String>,
    only_selected: bool,
    only_seen: bool,
    list: Listed,
    asked: Option<Asked>,
    job: Latest<Listed>,
    /// How often an order was reckoned.
    pub made: u64,
    chosen: HashSet<u64>,
    /// Counts changes of what is chosen.
    choice: u64,
    /// The selection that `chosen` was taken from or given to.
    seen: Option<(Selection, What)>,
    /// What was selected elsewhere is to be brought into sight.
    goes: bool,
    /// Where a range begins.
    anchor: Option<u64>,
    cursor: Option<(u64, Column)>,
    editing: Option<Typing>,
    reveal: Option<u64>,
    focus: bool,
}

/// A cell that is typed into.
struct Typing {
    key: u64,
    column: Column,
    text: String,
    error: Option<String>,
    fresh: bool,
}

fn source<'a>(doc: &'a Doc, what: What, reckoned: &'a Reckoned) -> Source<'a> {
    Source { project: doc.session.history().stable(), assignment: doc.session.assignment(), reckoned, what }
}

/// Width of a column that nobody has pulled.
fn width(what: What, column: Column) -> f32 {
    use crate::model::Field;
    match column {
        Column::Code if matches!(what, What::Units(_)) => 150.0,
        Column::Code => 96.0,
        Column::Of(Field::Use) | Column::By | Column::Locked | Column::From | Column::To => 84.0,
        Column::Of(Field::Address) | Column::Duties | Column::Holders => 180.0,
        Column::Of(Field::Time) => 140.0,
        Column::Name | Column::Cell | Column::On | Column::Parent | Column::Phone => 124.0,
        Column::Of(Field::Courtyard) => 110.0,
        c if c.is_number() => 84.0,
        _ => 96.0,
    }
}

/// Brings the table up to date while it is open. O(1) while nothing changed; else O(units), and what [`arrange`] takes.
pub fn keep(doc: &mut Doc, lang: Language, jobs: &Jobs) {
    let mut t = std::mem::take(&mut doc.table);
    t.keep(doc, lang, jobs);
    doc.table = t;
}

impl Table {
    fn keep(&mut self, doc: &Doc, lang: Language, jobs: &Jobs) {
        let s = &doc.session;
        let p = s.history().stable();
        while let Some((_, made)) = self.job.poll(jobs) {
            match made {
                Ok(list) => self.list = list,
                Err(JobError::Cancelled) => {}
                // There was no thread for it: once more, in the next frame.
                Err(_) => self.asked = None,
            }
        }
        let at = (doc.facts, p.state, s.plan(), s.layer(), self.what);
        if self.made_for != Some(at) {
            self.kinds = kinds(p, s.plan(), s.layer());
            let what = self.what.filter(|w| self.kinds.iter().any(|(k, _)| k == w));
            let what = what.or(self.kinds.first().map(|(w, _)| *w));
            let same = self.made_for.is_some_and(|m| m.0 == doc.facts && m.4 == what);
            if !same {
                self.columns = what.map_or(vec![], |w| columns(p, s.layer(), w));
            }
            if self.what != what {
                (self.what, self.editing, self.cursor, self.anchor) = (what, None, None, None);
            }
            self.made_for = Some((doc.facts, p.state, s.plan(), s.layer(), what));
        }
        let Some(what) = self.what else { return };
        self.follow(doc, what);
        // Rows wait while one of them is typed into.
        if self.editing.is_none() || self.asked.as_ref().is_none_or(|a| a.4 != what) {
            self.arrange(doc, what, lang, jobs);
        }
        if self.goes && !self.job.busy() {
            self.goes = false;
            let on = self.cursor.map(|(k, _)| k).filter(|k| self.chosen.contains(k));
            let first = || self.chosen.iter().filter_map(|k| self.list.at.get(k)).min();
            let first = || first().and_then(|i| self.list.keys.get(*i)).copied();
            if let Some(key) = on.or_else(first) {
                self.cursor = Some((key, self.cursor.map_or(Column::Code, |(_, c)| c)));
                (self.anchor, self.reveal) = (Some(key), Some(key));
            }
        }
    }

    /// Asks for the order of the rows if anything that it depends on has changed.
    fn arrange(&mut self, doc: &Doc, what: What, lang: Language, jobs: &Jobs) {
        let s = &doc.session;
        let p = s.history().stable();
        let seen = doc.camera.filter(|_| self.only_seen).map(|c| c.visible());
        let moving = doc.flight.is_some() || doc.panning;
        let before = self.asked.as_ref().and_then(|a| a.5.area);
        let wish = Wish {
            sort: self.sort.get(&what).copied(),
            words: self.words.get(&what).cloned().unwrap_or_default().trim().to_lowercase(),
            only: None,
            // While the map moves the rows stay; they are those in sight when it rests.
            area: if moving && self.only_seen && before.is_some() { before } else { seen },
            lang,
        };
        let choice = if self.only_selected { self.choice } else { u64::MAX };
        let want = (p.state, s.plan(), s.layer(), doc.picture.layers.tones(), what, wish, choice);
        if self.asked.as_ref() == Some(&want) {
            return;
        }
        let other = self.asked.as_ref().is_none_or(|a| (a.1, a.2, a.4) != (want.1, want.2, what));
        self.asked = Some(want.clone());
        self.job.clear();
        self.made += 1;
        let n = self.kinds.iter().find(|(w, _)| *w == what).map_or(0, |(_, n)| *n);
        let columns = self.columns.clone();
        let wish = Wish { only: self.only_selected.then(|| self.chosen.clone()), ..want.5 };
        if n <= AT_ONCE {
            let reckoned = Reckoned::of(p, s.assignment(), what);
            let keys = arrange(&source(doc, what, &reckoned), &columns, &wish, &|| true).unwrap_or_default();
            self.list = Listed::new(keys, reckoned);
            return;
        }
        if other {
            // Keys of another kind would be read as keys of this one.
            self.list = Listed::default();
        }
        let (p, a) = (p.clone(), s.shared_assignment());
        self.job.request(jobs, "table", move |t| {
            t.check()?;
            let reckoned = Reckoned::of(&p, &a, what);
            let from = Source { project: &p, assignment: &a, reckoned: &reckoned, what };
            let keys = arrange(&from, &columns, &wish, &|| t.check().is_ok()).ok_or(JobError::Cancelled)?;
            Ok(Listed::new(keys, reckoned))
        });
    }

    /// Chooses what was selected elsewhere.
    fn follow(&mut self, doc: &Doc, what: What) {
        let selection = doc.session.selection();
        if self.seen.as_ref().is_some_and(|(s, w)| s == selection && *w == what) {
            return;
        }
        self.chosen = chosen(doc, what, selection);
        self.choice += 1;
        (self.seen, self.goes) = (Some((selection.clone(), what)), true);
    }

    /// Whether another order is on its way.
    #[cfg(test)]
    pub fn is_busy(&self) -> bool {
        self.job.busy()
    }

    fn row_of(&self, key: u64) -> Option<usize> {
        self.list.at.get(&key).copied()
    }

    fn column_at(&self, i: usize) -> Option<Column> {
        self.columns.get(i).copied()
    }
}

/// Keys of a kind that a selection means.
fn chosen(doc: &Doc, what: What, selection: &Selection) -> HashSet<u64> {
    let keys = |slots: &[u32]| slots.iter().map(|s| u64::from(*s)).collect();
    match (what, selection) {
        (What::Units(_), Selection::Units(ids)) => ids.iter().map(|i| i.0).collect(),
        (What::Rows(Kind::Buildings), Selection::Buildings(slots)) => keys(slots),
        (What::Rows(Kind::Courtyards), Selection::Courtyard(slot)) => keys(&[*slot]),
        (What::Rows(Kind::Facilities), Selection::Facility(slot)) => keys(&[*slot]),
        (What::Members | What::Posts, selection) => {
            let p = doc.session.history().stable();
            let reckoned = Reckoned::of(p, doc.session.assignment(), what);
            let from = source(doc, what, &reckoned);
            let code = |kind, slot: u32| p.table(kind).get(slot).map(|r| r.code().to_owned());
            let targets: BTreeSet<Target> = match selection {
                Selection::Units(ids) => {
                    ids.iter().map(|id| Target::Cell { layer: doc.session.layer(), unit: *id }).collect()
                }
                Selection::Buildings(slots) if slots.len() < 1000 => {
                    slots.iter().filter_map(|s| code(Kind::Buildings, *s)).map(Target::Building).collect()
                }
                Selection::Courtyard(slot) => {
                    code(Kind::Courtyards, *slot).map(Target::Courtyard).into_iter().collect()
                }
                _ => return HashSet::new(),
            };
            from.keys().into_iter().filter(|k| from.targets(*k).into_iter().any(|t| targets.contains(t))).collect()
        }
        _ => HashSet::new(),
    }
}

/// What is selected on the map with rows of a kind.
fn selection(doc: &Doc, what: What, reckoned: &Reckoned, keys: &[u64]) -> Selection {
    let slots = || keys.iter().take(SELECTED).map(|k| *k as u32).collect::<Vec<_>>();
    let p = doc.session.history().stable();
    match what {
        _ if keys.is_empty() => Selection::None,
        What::Units(_) => Selection::Units(keys.iter().map(|k| Id(*k)).collect()),
        What::Rows(Kind::Buildings) => Selection::Buildings(slots()),
        What::Rows(Kind::Courtyards) => slots().last().map_or(Selection::None, |s| Selection::Courtyard(*s)),
        What::Rows(Kind::Facilities) => slots().last().map_or(Selection::None, |s| Selection::Facility(*s)),
        What::Members | What::Posts => {
            let from = source(doc, what, reckoned);
            let targets = || keys.iter().flat_map(|k| from.targets(*k));
            let units: Vec<Id> = targets()
                .filter_map(|t| match t {
                    Target::Cell { layer, unit } if *layer == doc.session.layer() => Some(*unit),
                    _ => None,
                })
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect();
            if !units.is_empty() {
                return Selection::Units(units);
            }
            let buildings: Vec<u32> = targets()
                .filter_map(|t| match t {
                    Target::Building(code) => p.table(Kind::Buildings).find(code),
                    _ => None,
                })
                .collect();
            if !buildings.is_empty() {
                return Selection::Buildings(buildings);
            }
            let yard = targets().find_map(|t| match t {
                Target::Courtyard(code) => p.table(Kind::Courtyards).find(code),
                _ => None,
            });
            yard.map_or(Selection::None, Selection::Courtyard)
        }
        _ => Selection::None,
    }
}

/// Rows read from a project when they come into sight.
struct Read<'a> {
    from: Source<'a>,
    table: &'a Table,
    lang: Language,
}

impl Rows for Read<'_> {
    fn text(&self, row: usize, column: usize) -> String {
        match (self.table.list.keys.get(row), self.table.column_at(column)) {
            (Some(key), Some(c)) => self.from.datum(*key, c).text(self.lang).into_owned(),
            _ => String::new(),
        }
    }

    fn chosen(&self, row: usize) -> bool {
        self.table.list.keys.get(row).is_some_and(|k| self.table.chosen.contains(k))
    }
}

/// Shows the table of a project.
pub fn show(ui: &mut egui::Ui, doc: &Doc, lang: Lang, out: &mut Vec<TableAction>) {
    let (t, language) = (&doc.table, lang.spoken());
    let Some(what) = t.what else { return };
    let from = source(doc, what, &t.list.reckoned);
    let p = from.project;
    let names: Vec<(String, usize)> =
        t.kinds.iter().map(|(w, n)| (title(p, doc.session.layer(), *w, language), *n)).collect();
    let heads: Vec<TableColumn> = t
        .columns
        .iter()
        .map(|c| TableColumn {
            title: c.title(language).to_owned(),
            width: t.widths.get(&(what, *c)).copied().unwrap_or_else(|| width(what, *c)),
            number: c.is_number(),
            editable: from.editable(*c),
        })
        .collect();
    let place = |c: Column| t.columns.iter().position(|x| *x == c);
    let empty = String::new();
    let editing = t.editing.as_ref().and_then(|e| {
        Some(Editing {
            row: t.row_of(e.key)?,
            column: place(e.column)?,
            text: e.text.clone(),
            error: e.error.clone(),
            fresh: e.fresh,
        })
    });
    let view = TableView {
        kinds: &names,
        kind: t.kinds.iter().position(|(w, _)| *w == what).unwrap_or(0),
        columns: &heads,
        sort: t.sort.get(&what).and_then(|(c, down)| Some((place(*c)?, *down))),
        words: t.words.get(&what).unwrap_or(&empty),
        only_selected: t.only_selected,
        only_seen: t.only_seen,
        listed: t.list.keys.len(),
        chosen: t.chosen.len(),
        busy: t.job.busy(),
        cursor: t.cursor.and_then(|(k, c)| Some((t.row_of(k)?, place(c)?))),
        editing: editing.as_ref(),
        reveal: t.reveal.and_then(|k| t.row_of(k)),
        focus: t.focus,
        rows: &Read { from, table: t, lang: language },
    };
    table_panel(ui, lang, &view, out);
}

/// What was asked for once is done with the frame.
pub fn shown(doc: &mut Doc) {
    (doc.table.reveal, doc.table.focus) = (None, false);
    if let Some(e) = &mut doc.table.editing {
        e.fresh = false;
    }
}

impl App {
    /// Opens the table, or closes it.
    pub(super) fn toggle_table(&mut self, ctx: &egui::Context) {
        self.table_open = !self.table_open;
        if let Some(doc) = &mut self.doc {
            doc.table.editing = None;
            doc.table.seen = None;
        }
        match self.table_open {
            true => ctx.memory_mut(|m| m.request_focus(table_id())),
            false => ctx.memory_mut(|m| m.surrender_focus(table_id())),
        }
    }

    /// Keys pressed while the table had the focus.
    pub(super) fn table_keys(&mut self, ctx: &egui::Context, keys: Vec<(Nav, bool)>, time: f64) {
        for (nav, shift) in keys {
            let Some(doc) = &mut self.doc else { return };
            let t = &doc.table;
            let n = t.list.keys.len();
            let at = t.cursor.and_then(|(k, c)| Some((t.row_of(k)?, t.columns.iter().position(|x| *x == c)?)));
            let (row, column) = (at.map(|a| a.0), at.map_or(0, |a| a.1));
            match nav {
                Nav::Open => {
                    if let Some(row) = row {
                        self.table_action(ctx, TableAction::FlyTo(row), time);
                    }
                }
                Nav::Edit => {
                    if let Some(row) = row {
                        self.table_action(ctx, TableAction::Edit(row, column), time);
                    }
                }
                Nav::Copy => self.table_action(ctx, TableAction::Copy, time),
                Nav::All => {
                    doc.table.chosen = doc.table.list.keys.iter().copied().collect();
                    self.table_selects(time);
                }
                Nav::Left | Nav::Right => {
                    let to = if nav == Nav::Left { column.saturating_sub(1) } else { column + 1 };
                    if let (Some(c), Some((key, _))) = (doc.table.column_at(to), doc.table.cursor) {
                        doc.table.cursor = Some((key, c));
                    }
                }
                Nav::Fold => {
                    if let Some(row) = row {
                        self.table_action(ctx, TableAction::Pick(row, column, Pick::Toggle), time);
                    }
                }
                _ => {
                    if let Some(to) = nav.step(row, n, page(ctx)) {
                        let pick = if shift { Pick::Add } else { Pick::One };
                        self.table_action(ctx, TableAction::Pick(to, column, pick), time);
                        if let Some(doc) = &mut self.doc {
                            doc.table.reveal = doc.table.list.keys.get(to).copied();
                        }
                    }
                }
            }
        }
    }

    /// What the table asks for.
    pub(super) fn table_action(&mut self, ctx: &egui::Context, action: TableAction, time: f64) {
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        let t = &mut doc.table;
        let Some(what) = t.what else { return };
        match action {
            TableAction::Kind(i) => {
                t.what = t.kinds.get(i).map(|(w, _)| *w);
                (t.editing, t.cursor, t.anchor) = (None, None, None);
                // What is selected on the map is looked for among the rows of the other kind.
                t.seen = None;
                ctx.memory_mut(|m| m.request_focus(table_id()));
            }
            TableAction::Sort(i) => {
                let Some(c) = t.column_at(i) else { return };
                ctx.memory_mut(|m| m.request_focus(table_id()));
                // Up, down, and back to the order of the codes.
                match t.sort.get(&what) {
                    Some((on, false)) if *on == c => drop(t.sort.insert(what, (c, true))),
                    Some((on, true)) if *on == c => drop(t.sort.remove(&what)),
                    _ => drop(t.sort.insert(what, (c, false))),
                }
            }
            TableAction::Words(words) => {
                t.words.insert(what, words);
            }
            TableAction::OnlySelected(on) => t.only_selected = on,
            TableAction::OnlySeen(on) => t.only_seen = on,
            TableAction::Widen(i, width) => {
                if let Some(c) = t.column_at(i) {
                    t.widths.insert((what, c), width);
                }
            }
            TableAction::Pick(row, column, pick) => {
                let Some(&key) = t.list.keys.get(row) else { return };
                let column = t.column_at(column).unwrap_or(Column::Code);
                match pick {
                    Pick::One => {
                        t.chosen = HashSet::from([key]);
                        t.anchor = Some(key);
                    }
                    Pick::Toggle => {
                        if !t.chosen.remove(&key) {
                            t.chosen.insert(key);
                        }
                        t.anchor = Some(key);
                    }
                    Pick::Add => {
                        let from = t.anchor.and_then(|a| t.row_of(a)).unwrap_or(row);
                        let (a, b) = (from.min(row), from.max(row));
                        t.chosen = t.list.keys.get(a..=b).into_iter().flatten().copied().collect();
                        t.anchor = t.anchor.or(Some(key));
                    }
                }
                t.cursor = Some((key, column));
                self.table_selects(time);
            }
            TableAction::FlyTo(row) => {
                let Some(&key) = t.list.keys.get(row) else { return };
                if !t.chosen.contains(&key) {
                    t.chosen = HashSet::from([key]);
                    self.table_selects(time);
                }
                self.table_flies(time);
            }
            TableAction::Edit(row, column) => {
                let (Some(&key), Some(c)) = (t.list.keys.get(row), t.column_at(column)) else { return };
                t.cursor = Some((key, c));
                // Two clicks may come in one frame: then the first was none of its own.
                if !t.chosen.contains(&key) {
                    (t.chosen, t.anchor) = (HashSet::from([key]), Some(key));
                    self.table_selects(time);
                }
                let Some(doc) = &mut self.doc else { return };
                if !begin(doc, key, c, self.lang) {
                    let said = self.lang.pick(
                        "这一列是算出来的或来自导入，不能在表里改",
                        "This column is reckoned or imported and cannot be changed here",
                    );
                    self.warn(said);
                }
            }
            TableAction::Typed(text) => {
                if let Some(e) = &mut t.editing {
                    (e.text, e.error) = (text, None);
                }
            }
            TableAction::GiveUp => {
                t.editing = None;
                ctx.memory_mut(|m| m.request_focus(table_id()));
            }
            TableAction::Done(next) => self.table_sets(ctx, next, now),
            TableAction::Copy => self.table_copies(ctx),
            TableAction::Close => self.toggle_table(ctx),
        }
    }

    /// The chosen rows are what is selected; of a kind that the map cannot select the place is marked.
    fn table_selects(&mut self, _time: f64) {
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        let Some(what) = doc.table.what else { return };
        doc.table.choice += 1;
        let t = &doc.table;
        let mut keys: Vec<(usize, u64)> = t.chosen.iter().filter_map(|k| Some((*t.list.at.get(k)?, *k))).collect();
        keys.sort_unstable();
        let keys: Vec<u64> = keys.into_iter().map(|(_, k)| k).collect();
        let next = selection(doc, what, &doc.table.list.reckoned, &keys);
        let too_many = keys.len() > SELECTED && what == What::Rows(Kind::Buildings);
        let marked =
            matches!(what, What::Rows(k) if !matches!(k, Kind::Buildings | Kind::Courtyards | Kind::Facilities));
        doc.table.seen = Some((next.clone(), what));
        if *doc.session.selection() != next {
            doc.dispatch(Command::Select(next), now);
        }
        if marked {
            doc.mark = keys.first().filter(|_| keys.len() == 1).and_then(|k| mark_of(doc, what, *k));
        }
        if too_many {
            let n = crate::ui::l10n::num(SELECTED as i64);
            let said = self.lang.pick("图上只选中前 {} 栋", "Only the first {} are selected on the map");
            self.warn(&said.replace("{}", &n));
        }
    }

    fn table_flies(&mut self, time: f64) {
        let Some(doc) = &mut self.doc else { return };
        let Some(what) = doc.table.what else { return };
        let from = source(doc, what, &doc.table.list.reckoned);
        let b = doc.table.chosen.iter().fold(Box2::EMPTY, |b, k| b.union(from.place(*k)));
        if b.is_empty() {
            let said = self.lang.pick("它在图上没有位置", "It has no place on the map");
            return self.warn(said);
        }
        doc.fly_to(b, time);
    }

    /// Takes over what was typed, as one edit; a refusal stays at the field.
    fn table_sets(&mut self, ctx: &egui::Context, next: Next, now: i64) {
        let lang = self.lang;
        let Some(doc) = &mut self.doc else { return };
        let (Some(what), Some(e)) = (doc.table.what, doc.table.editing.take()) else { return };
        let op = source(doc, what, &doc.table.list.reckoned).setting(e.key, e.column, &e.text);
        let refused = match op {
            Err(said) => Some(said),
            Ok(None) => None,
            Ok(Some(op)) => {
                let edit = here(&doc.session, op);
                let effects = doc.dispatch(Command::Do(edit), now);
                let why = effects.iter().find_map(|x| match x {
                    Effect::Refused(e) => Some(why(&doc.session, e)),
                    Effect::Say(said) => Some(said.clone()),
                    _ => None,
                });
                let s = &doc.session;
                doc.table.list.reckoned = Reckoned::of(s.history().stable(), s.assignment(), what);
                why
            }
        };
        if let Some(said) = refused {
            let error = Some(said.get(lang.spoken()).to_owned());
            // The field keeps what was typed; it is left for good by Esc, or by clicking elsewhere once more.
            if next != Next::Stay || e.error.is_none() {
                doc.table.editing = Some(Typing { error, fresh: true, ..e });
            }
            return;
        }
        let Some((row, column)) = doc.table.row_of(e.key).zip(doc.table.columns.iter().position(|c| *c == e.column))
        else {
            return;
        };
        let can = |i: &usize| doc.table.column_at(*i).is_some_and(|c| editable(what, c));
        let last = doc.table.list.keys.len().saturating_sub(1);
        let to = match next {
            Next::Stay => None,
            Next::Down => (row < last).then(|| (row + 1, column)),
            Next::Up => (row > 0).then(|| (row - 1, column)),
            Next::Right => match (column + 1..doc.table.columns.len()).find(|i| can(i)) {
                Some(c) => Some((row, c)),
                None if row < last => (0..doc.table.columns.len()).find(|i| can(i)).map(|c| (row + 1, c)),
                None => None,
            },
            Next::Left => match (0..column).rev().find(|i| can(i)) {
                Some(c) => Some((row, c)),
                None if row > 0 => (0..doc.table.columns.len()).rev().find(|i| can(i)).map(|c| (row - 1, c)),
                None => None,
            },
        };
        let to = to.and_then(|(r, c)| Some((*doc.table.list.keys.get(r)?, doc.table.column_at(c)?)));
        match to {
            Some((key, column)) => {
                doc.table.cursor = Some((key, column));
                doc.table.chosen = HashSet::from([key]);
                doc.table.reveal = Some(key);
                begin(doc, key, column, lang);
                self.table_selects(0.0);
            }
            None if next != Next::Stay => ctx.memory_mut(|m| m.request_focus(table_id())),
            None => {}
        }
    }

    /// The chosen rows with their headings, as text that spreadsheets take.
    fn table_copies(&mut self, ctx: &egui::Context) {
        let (lang, language) = (self.lang, self.language());
        let Some(doc) = &self.doc else { return };
        let Some(what) = doc.table.what else { return };
        let t = &doc.table;
        let from = source(doc, what, &t.list.reckoned);
        let plain = |text: &str| guard_cell(&text.replace(['\t', '\n', '\r'], " ")).into_owned();
        let keys: Vec<u64> = t.list.keys.iter().copied().filter(|k| t.chosen.contains(k)).take(COPIED).collect();
        if keys.is_empty() {
            let said = lang.pick("先选行，再复制", "Select rows first, then copy them");
            return self.warn(said);
        }
        let mut out: Vec<String> = vec![t.columns.iter().map(|c| c.title(language)).collect::<Vec<_>>().join("\t")];
        for key in &keys {
            let cells = t.columns.iter().map(|c| plain(&from.datum(*key, *c).plain(language)));
            out.push(cells.collect::<Vec<_>>().join("\t"));
        }
        ctx.copy_text(out.join("\n") + "\n");
        let n = crate::ui::l10n::num(keys.len() as i64);
        let said = lang.pick("已复制 {} 行", "{} rows copied").replace("{}", &n);
        self.say(&said, "", "");
    }
}

/// Opens the field over a cell. Whether the column can be typed into.
fn begin(doc: &mut Doc, key: u64, column: Column, lang: Lang) -> bool {
    let Some(what) = doc.table.what.filter(|w| editable(*w, column)) else {
        doc.table.editing = None;
        return false;
    };
    let text = source(doc, what, &doc.table.list.reckoned).datum(key, column).plain(lang.spoken()).into_owned();
    doc.table.editing = Some(Typing { key, column, text, error: None, fresh: true });
    true
}

/// Where a row is marked that the map cannot select: its place, and its outline.
fn mark_of(doc: &Doc, what: What, key: u64) -> Option<Mark> {
    let What::Rows(kind) = what else { return None };
    let r = doc.session.history().stable().table(kind).get(key as u32)?;
    let shape = r.shape();
    let rings: Vec<Vec<Pt>> =
        if shape.tag == 3 { shape.parts.iter().flatten().map(|r| r.to_vec()).collect() } else { vec![] };
    let b = r.bbox();
    let at = r.anchor().or_else(|| (!b.is_empty()).then(|| b.centre()))?;
    Some(Mark { at, rings, problem: false })
}
