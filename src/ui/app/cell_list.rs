//! What the list of cells shows beside its rows: communities, chips, what the sums are called; and its keys.

use super::App;
use super::doc::Doc;
use crate::model::{Id, Lang as Language, Target};
use crate::plan::{Layer, Project};
use crate::session::{Command, Selection};
use crate::ui::panels::cell_list::{Chip, GroupRow, Line, lines, page};
use crate::ui::panels::cells::{CellsAction, CellsView, Pick};
use crate::ui::widgets::nav::Nav;
use std::collections::{BTreeSet, HashMap, HashSet};

/// How the list of an opened project stands.
#[derive(Default)]
pub struct CellList {
    chips: BTreeSet<Chip>,
    folded: BTreeSet<u64>,
    /// Where a range begins, and where the keys are.
    anchor: Option<u64>,
    cursor: Option<u64>,
    follow: bool,
}

impl CellList {
    /// Puts it into the view.
    pub fn view(&self, view: &mut CellsView) {
        if view.chips != self.chips {
            view.chips.clone_from(&self.chips);
        }
        view.follow = self.cursor.filter(|_| self.follow);
        let revealed = view.reveal.and_then(|key| view.cells.iter().find(|c| c.key == key)).map(|c| c.group);
        for g in &mut view.groups {
            // What is gone to is never hidden in a fold.
            g.folded = self.folded.contains(&g.key) && revealed != Some(g.key);
        }
    }

    /// What was asked for once is done with the frame.
    pub fn shown(&mut self) {
        self.follow = false;
    }
}

/// The communities of the cells, by code, where there are several. O(units).
pub fn groups(l: &Layer, lowest: u8) -> Vec<GroupRow> {
    let parents: BTreeSet<Id> = l.units.values().filter(|u| u.level >= lowest).filter_map(|u| u.parent).collect();
    let mut units: Vec<_> = parents.iter().filter_map(|id| l.units.get(id)).filter(|u| u.level < lowest).collect();
    if units.len() < 2 {
        return vec![];
    }
    units.sort_by(|a, b| a.code.cmp(&b.code));
    let name = |u: &crate::model::Unit| if u.name.is_empty() { u.code.clone() } else { u.name.clone() };
    units.into_iter().map(|u| GroupRow { key: u.id.0, name: name(u), folded: false }).collect()
}

/// What the sums over all cells are called: of one community 全社区, of several 全街道.
pub fn whole(p: &Project, (plan, layer): (Id, u16), lang: Language) -> String {
    let (Some(l), Some(def)) = (p.layer(plan, layer), p.facts.layers.get(usize::from(layer))) else {
        return String::new();
    };
    let highest = l.units.values().filter(|u| u.level == 0).count();
    let level = def.level_name(0).map_or("", String::as_str);
    let (zh, en) = match (def.cell_level(), highest, level) {
        // Cells without anything above them.
        (0, ..) => ("全范围".to_owned(), "All cells"),
        (_, 0 | 1, "社区") => ("全社区".to_owned(), "Whole community"),
        (_, 0 | 1, "街道") | (_, _, "社区") => ("全街道".to_owned(), "Whole street office"),
        (_, 0 | 1, level) => (format!("全{level}"), "Whole area"),
        _ => ("全范围".to_owned(), "Whole area"),
    };
    if lang == Language::Zh { zh } else { en.to_owned() }
}

/// Cells that have one in charge and one who works there. O(posts).
pub fn staffed(p: &Project, (plan, layer): (Id, u16)) -> HashSet<Id> {
    let mut has: HashMap<Id, (bool, bool)> = HashMap::new();
    for x in p.plan(plan).map(|x| x.posts.values()).into_iter().flatten().filter(|x| x.to.is_none()) {
        if let Target::Cell { layer: on, unit } = x.target
            && on == layer
        {
            let of = has.entry(unit).or_default();
            of.0 |= x.post == "网格长";
            of.1 |= matches!(x.post.as_str(), "网格员" | "专职网格员");
        }
    }
    has.into_iter().filter(|(_, (head, worker))| *head && *worker).map(|(id, _)| id).collect()
}

/// Keys of the cells as they are listed.
fn listed(doc: &Doc) -> Vec<u64> {
    let view = &doc.lists.cells;
    let cell = |l: Line| match l {
        Line::Cell(i) => view.cells.get(i).map(|c| c.key),
        Line::Group(_) => None,
    };
    lines(view).into_iter().filter_map(cell).collect()
}

/// Puts it in, or takes it out.
fn flip<T: Ord>(set: &mut BTreeSet<T>, x: T) {
    if !set.remove(&x) {
        set.insert(x);
    }
}

impl App {
    /// A row was clicked, or gone to with the keys.
    pub(super) fn pick_cell(&mut self, key: u64, pick: Pick) {
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        let id = Id(key);
        let before = match doc.session.selection() {
            Selection::Units(ids) => ids.clone(),
            _ => vec![],
        };
        let ids = match pick {
            Pick::One => vec![id],
            Pick::Toggle if before.contains(&id) => before.into_iter().filter(|x| *x != id).collect(),
            Pick::Toggle => before.into_iter().chain([id]).collect(),
            Pick::Add => {
                let all = listed(doc);
                let of = |key: u64| all.iter().position(|k| *k == key);
                // A range begins where the last click was, else at what is selected.
                let from = doc.list.anchor.and_then(of).or_else(|| before.first().and_then(|id| of(id.0)));
                match (from, of(key)) {
                    (Some(a), Some(b)) => all[a.min(b)..=a.max(b)].iter().map(|k| Id(*k)).collect(),
                    _ => vec![id],
                }
            }
        };
        if pick != Pick::Add || doc.list.anchor.is_none() {
            doc.list.anchor = Some(key);
        }
        doc.list.cursor = Some(key);
        let next = if ids.is_empty() { Selection::None } else { Selection::Units(ids) };
        doc.dispatch(Command::Select(next), now);
    }

    /// Keys pressed while the list had the focus.
    pub(super) fn cell_keys(&mut self, ctx: &egui::Context, keys: Vec<(Nav, bool)>, time: f64) {
        for (nav, shift) in keys {
            let Some(doc) = &mut self.doc else { return };
            let all = listed(doc);
            let selected = match doc.session.selection() {
                Selection::Units(ids) => ids.last().map(|id| id.0),
                _ => None,
            };
            // The keys go on from what is selected, wherever that was done.
            let cursor = doc.list.cursor.filter(|k| doc.lists.cells.selected.contains(k)).or(selected);
            let at = cursor.and_then(|key| all.iter().position(|k| *k == key));
            let group = cursor.and_then(|key| doc.lists.cells.cells.iter().find(|c| c.key == key)).map(|c| c.group);
            match nav {
                Nav::Open => {
                    if let Some(key) = cursor {
                        self.cells_action(CellsAction::FlyTo(key), time);
                    }
                }
                Nav::Left => doc.list.folded.extend(group),
                Nav::Right => {
                    doc.list.folded.retain(|g| Some(*g) != group);
                }
                Nav::All => {
                    let ids = all.into_iter().map(Id).collect();
                    let now = self.now();
                    if let Some(doc) = &mut self.doc {
                        doc.dispatch(Command::Select(Selection::Units(ids)), now);
                    }
                }
                _ => {
                    if let Some(&key) = nav.step(at, all.len(), page(ctx)).and_then(|i| all.get(i)) {
                        self.pick_cell(key, if shift { Pick::Add } else { Pick::One });
                        if let Some(doc) = &mut self.doc {
                            doc.list.follow = true;
                        }
                    }
                }
            }
        }
    }

    /// Chips and communities.
    pub(super) fn cell_list_action(&mut self, action: &CellsAction, time: f64) {
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        let cells_of = |doc: &Doc, group: u64| -> Vec<Id> {
            doc.lists.cells.cells.iter().filter(|c| c.group == group).map(|c| Id(c.key)).collect()
        };
        match action {
            CellsAction::Chip(chip) => flip(&mut doc.list.chips, *chip),
            CellsAction::Fold(key) => flip(&mut doc.list.folded, *key),
            CellsAction::SelectGroup(key) | CellsAction::FlyToGroup(key) => {
                let ids = cells_of(doc, *key);
                doc.dispatch(Command::Select(Selection::Units(ids)), now);
                if matches!(action, CellsAction::FlyToGroup(_)) {
                    doc.list.folded.remove(key);
                    let b = doc.session.selection_box();
                    doc.fly_to(b, time);
                }
            }
            _ => {}
        }
    }
}
