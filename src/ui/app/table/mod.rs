//! The table of any kind of thing: what it lists, kept from frame to frame, and what is done in it.
//!
//! Its order is reckoned once for a state, an order and a filter: at once where there are few rows, else by a job, while
//! the old one stays. Cells are read from the project as their rows come into sight.

mod act;

use super::doc::Doc;
use crate::jobs::{JobError, Jobs, Latest};
use crate::model::{Id, Kind, Lang as Language, Said, Target, number};
use crate::session::Selection;
use crate::session::listing::{Column, Reckoned, Source, What, Wish, arrange, columns, editable, kinds, title};
use crate::ui::l10n::Lang;
use crate::ui::panels::table::{Editing, Rows, TableAction, TableColumn, TableView, table_panel};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Rows that are ordered within a frame; more are a job's.
const AT_ONCE: usize = 4_000;
/// Buildings that are selected on the map at most.
pub const MOST_SELECTED: usize = 20_000;

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
    pub editing: Option<Typing>,
    reveal: Option<u64>,
    focus: bool,
}

/// A cell that is typed into.
pub struct Typing {
    key: u64,
    column: Column,
    text: String,
    error: Option<String>,
    fresh: bool,
}

fn source<'a>(doc: &'a Doc, what: What, reckoned: &'a Reckoned) -> Source<'a> {
    Source { project: doc.session.history().stable(), assignment: doc.session.assignment(), reckoned, what }
}

/// Says that of so many only the first are selected.
pub fn only_first(all: usize) -> Said {
    let (all, n) = (number(all as i64), number(MOST_SELECTED as i64));
    Said::new(
        format!("共 {all} 栋，图上只选中前 {n} 栋。请缩小范围或先筛选。"),
        format!("Of {all} buildings only the first {n} are selected on the map. Choose a smaller part."),
    )
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
        Column::Households | Column::Of(Field::Households) => 94.0,
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
    let slots = || keys.iter().take(MOST_SELECTED).map(|k| *k as u32).collect::<Vec<_>>();
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
