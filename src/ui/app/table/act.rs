//! What is done in the table: choosing, typing, copying, and its keys.

use super::*;
use crate::exchange::guard_cell;
use crate::geom::{Box2, Pt};
use crate::model::{Said, number};
use crate::session::tools::{here, why};
use crate::session::{Command, Effect};
use crate::ui::app::App;
use crate::ui::app::mark::Mark;
use crate::ui::app::work::{Clip, Work};
use crate::ui::panels::cells::Pick;
use crate::ui::panels::table::{Next, TableAction, page, table_id};
use crate::ui::widgets::nav::Nav;

/// Rows that are copied at most: what a clipboard takes without harm.
const COPIED: usize = 100_000;
/// Rows that are put into words at once.
const COPIED_AT_ONCE: usize = 500;

impl App {
    /// Opens the table, or closes it.
    pub(in crate::ui::app) fn toggle_table(&mut self, ctx: &egui::Context) {
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
    pub(in crate::ui::app) fn table_keys(&mut self, ctx: &egui::Context, keys: Vec<(Nav, bool)>, time: f64) {
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
    pub(in crate::ui::app) fn table_action(&mut self, ctx: &egui::Context, action: TableAction, time: f64) {
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
            TableAction::Copy => self.table_copies(),
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
        let too_many = keys.len() > MOST_SELECTED && what == What::Rows(Kind::Buildings);
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
            let said = only_first(keys.len());
            self.warn(said.get(self.language()));
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
        let from = source(doc, what, &doc.table.list.reckoned);
        let layer = from.layer_of(e.key).and_then(|i| doc.session.project().facts.layers.get(usize::from(i)));
        let layer = layer.map(|l| l.id.clone());
        let op = from.setting(e.key, e.column, &e.text);
        let refused = match op {
            Err(said) => Some(said),
            Ok(None) => None,
            Ok(Some(op)) => {
                let mut edit = here(&doc.session, op);
                edit.layer = layer.or(edit.layer);
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

    /// The chosen rows with their headings, as text that spreadsheets take; many of them beside the window.
    fn table_copies(&mut self) {
        let (lang, language) = (self.lang, self.language());
        let Some(doc) = &self.doc else { return };
        let Some(what) = doc.table.what else { return };
        let t = &doc.table;
        let chosen = t.list.keys.iter().copied().filter(|k| t.chosen.contains(k));
        let keys: Vec<u64> = chosen.take(COPIED).collect();
        if keys.is_empty() {
            let said = lang.pick("先选行，再复制", "Select rows first, then copy them");
            return self.warn(said);
        }
        let few = keys.len() <= COPIED_AT_ONCE;
        let (session, reckoned) = (doc.session.clone(), t.list.reckoned.clone());
        let (columns, all) = (t.columns.clone(), t.chosen.len());
        let text = move || {
            let (project, assignment) = (session.history().stable(), session.assignment());
            let from = Source { project, assignment, reckoned: &reckoned, what };
            let plain = |text: &str| guard_cell(&text.replace(['\t', '\n', '\r'], " ")).into_owned();
            let head: Vec<&str> = columns.iter().map(|c| c.title(language)).collect();
            let mut out = head.join("\t") + "\n";
            for key in &keys {
                let cells = columns.iter().map(|c| plain(&from.datum(*key, *c).plain(language)));
                out += &cells.collect::<Vec<_>>().join("\t");
                out.push('\n');
            }
            let n = number(keys.len() as i64);
            let said = match keys.len() < all {
                false => Said::new(format!("已复制 {n} 行"), format!("{n} rows copied")),
                true => Said::new(
                    format!("已复制前 {n} 行，其余没有复制。请筛选后再复制。"),
                    format!("The first {n} rows were copied, the others not. Filter them, then copy again."),
                ),
            };
            Clip::Text(out, said)
        };
        if few {
            self.clipboard = Some(text());
            return;
        }
        let label = lang.pick("正在复制", "Copying");
        let job = self.jobs.spawn(label, move |_| Ok(text()));
        self.work.push(Work::Copy(job));
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
