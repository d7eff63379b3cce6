//! The lists of the window, kept from frame to frame: made anew when the project changes, and while an edit is staged
//! only the rows that it touches.

use super::cell_list;
use super::doc::Doc;
use super::view;
use crate::assign::Tally;
use crate::model::{Field, Id, Kind, Lang as Language, Unit};
use crate::plan::{Item, Layer, Project, Step};
use crate::scene::cell_chip;
use crate::session::Selection;
use crate::topology::OUTSIDE;
use crate::ui::l10n::Lang;
use crate::ui::panels::cells::{CellRow, CellsView, SortBy, StepRow, StepState, Totals, UnassignedRow, order};
use crate::ui::panels::inspector::InspectorView;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Ground without a cell that is worth a row: less is what rounding leaves.
pub const LEAST_GROUND_M2: f64 = 1.0;
/// Steps shown in the list's history.
const STEPS: usize = 40;

/// What the list of cells is made of when nothing is staged: state, plan, layer, tones, language, order, and the steps
/// that undo and redo would take.
type MadeFor = (u128, Id, u16, u64, Language, (SortBy, bool), [usize; 2]);

/// The lists and what they were made for.
#[derive(Default)]
pub struct Lists {
    /// The left panel.
    pub cells: CellsView,
    /// The right panel.
    pub inspector: InspectorView,
    /// Classes of the incidents.
    pub classes: Vec<String>,
    /// The CRS as the status bar names it.
    pub crs: String,
    /// Buildings that no cell has.
    pub unassigned: i64,
    /// Units above the cells.
    pub higher: u32,
    /// How often the list of cells was made from nothing.
    pub made: u64,
    made_for: Option<MadeFor>,
    /// State of the staged project that the list shows.
    staged_for: Option<u128>,
    /// Rows as they are without the staged edit.
    settled: Vec<(usize, CellRow)>,
    /// Places of cells in the list.
    places: HashMap<u64, usize>,
    sums: Sums,
    /// The check whose warnings the rows have.
    warned_for: u64,
    /// Cells on which every post is held that a cell should have.
    staffed: HashSet<Id>,
    /// Where the first of the buildings without a cell stands.
    place: String,
    /// Steps as they are told, and what for: state, length of the log, the steps that undo and redo would take, language.
    told: Vec<StepRow>,
    told_for: Option<(u128, usize, [usize; 2], Language)>,
    inspected: Option<([u128; 2], Id, u16, u64, Selection)>,
    classes_for: Option<u64>,
    crs_for: Option<(String, Lang)>,
}

/// Sums without what is staged.
#[derive(Clone, Copy, Default)]
struct Sums {
    cells: Tally,
    free: Tally,
    /// Everything, where there is no outline yet.
    unbound: Tally,
    /// Ground without a cell.
    free_m2: f64,
}

/// Brings the lists of an opened project up to date. O(1) while nothing changed, O(cells) while an edit is staged,
/// O(cells · log cells) after a step. `classes`: those of the incidents are wanted, too.
pub fn keep(doc: &mut Doc, (lang, language): (Lang, Language), classes: bool, clock: &dyn Fn(i64) -> String) {
    let mut lists = std::mem::take(&mut doc.lists);
    lists.keep_cells(doc, language, clock);
    let s = &doc.session;
    // What becomes a step has the state that it had while it was tried.
    let states = [s.project().state, s.history().stable().state];
    let inspected = (states, s.plan(), s.layer(), doc.picture.layers.tones(), s.selection());
    if lists.inspected.as_ref().map(|(a, b, c, d, e)| (*a, *b, *c, *d, e)) != Some(inspected) {
        lists.inspector = view::inspector(doc);
        let (states, plan, layer, tones, selection) = inspected;
        lists.inspected = Some((states, plan, layer, tones, selection.clone()));
    }
    if classes && lists.classes_for != Some(doc.facts) {
        lists.classes = view::classes(doc);
        lists.classes_for = Some(doc.facts);
    }
    let crs = &s.project().facts.head.crs;
    if lists.crs_for.as_ref().is_none_or(|(c, l)| c != crs || *l != lang) {
        lists.crs = view::crs_name(crs, lang);
        lists.crs_for = Some((crs.clone(), lang));
    }
    doc.lists = lists;
}

impl Lists {
    fn keep_cells(&mut self, doc: &Doc, lang: Language, clock: &dyn Fn(i64) -> String) {
        let s = &doc.session;
        let h = s.history();
        let stable = h.stable();
        let at = |step: Option<&Arc<crate::plan::Step>>| step.map_or(0, |x| Arc::as_ptr(x) as usize);
        let steps = [at(h.next_undo()), at(h.next_redo())];
        let want = (stable.state, s.plan(), s.layer(), doc.picture.layers.tones(), lang, doc.sort, steps);
        let staged = h.staged().map(|x| x.outcome.project.state);
        let same = self.made_for == Some(want);
        if !same || self.staged_for != staged {
            let units = |p: &Project| p.layer(s.plan(), s.layer()).map(|l| Arc::as_ptr(&l.units));
            let few = h.staged().is_none_or(|x| units(&x.outcome.project) == units(stable));
            // An edit that makes or takes cells gives another list, to be given up with it.
            if !same || !few {
                let project = if few { stable } else { s.project() };
                self.make(doc, project, !few, lang);
                self.made_for = few.then_some(want);
            } else {
                for (i, row) in self.settled.drain(..) {
                    if let Some(place) = self.cells.cells.get_mut(i) {
                        *place = row;
                    }
                }
            }
            if few {
                self.stage(doc);
            }
            self.history(doc, lang, clock);
            self.staged_for = staged;
        }
        let view = &mut self.cells;
        (view.hovered, view.reveal) = (doc.hovered.map(|h| h.0), doc.reveal.map(|r| r.0));
        if self.warned_for != doc.issues.found() {
            self.warned_for = doc.issues.found();
            let l = s.project().layer(s.plan(), s.layer());
            let settled = self.settled.iter_mut().map(|(_, row)| row);
            for row in view.cells.iter_mut().chain(settled) {
                let unit = l.and_then(|l| l.units.get(&Id(row.key)));
                row.warning = unit.and_then(|u| doc.issues.warning(&u.code)).map(str::to_owned);
            }
        }
        doc.list.view(view);
        view.selected.clear();
        if let Selection::Units(ids) = s.selection() {
            view.selected.extend(ids.iter().map(|i| i.0));
        }
    }

    /// The whole list of `project`; `with`: what is staged is counted.
    fn make(&mut self, doc: &Doc, project: &Project, with: bool, lang: Language) {
        self.made += 1;
        let (s, p) = (&doc.session, project);
        let (plan, layer) = (s.plan(), s.layer());
        let rules = &p.facts.rules;
        self.settled.clear();
        self.sums = Sums::default();
        self.places.clear();
        let mut view = CellsView {
            layers: (0u64..).zip(p.facts.layers.iter()).map(|(i, l)| (i, l.name.clone())).collect(),
            layer: layer as usize,
            sort: doc.sort.0,
            descending: doc.sort.1,
            range: (rules.households_min, rules.households_max),
            plan: p.plan(plan).map_or(String::new(), |x| x.meta.name.clone()),
            ..CellsView::default()
        };
        if let Some(l) = p.layer(plan, layer) {
            let lowest = p.facts.layers.get(layer as usize).map_or(0, |d| d.cell_level());
            self.higher = l.units.values().filter(|u| u.level < lowest).count() as u32;
            view.whole = cell_list::whole(p, (plan, layer), lang);
            view.groups = cell_list::groups(l, lowest);
            self.staffed = cell_list::staffed(p, (plan, layer));
            let delta = |owner: u64| match with {
                true => s.staged().delta.get(&owner).copied().unwrap_or_default(),
                false => Tally::default(),
            };
            for u in l.units.values().filter(|u| u.level >= lowest) {
                let change = delta(u.id.0);
                self.sums.cells = self.sums.cells.plus(&s.assignment().own(u.id.0), 1).plus(&change, 1);
                view.cells.push(row(doc, (l, &self.staffed), u, &change, p));
            }
            // Rows in the order in which they are shown: the panel's own sorting then finds nothing to do.
            let places = order(&view.cells, view.sort, view.descending, view.range);
            let mut rows: Vec<Option<CellRow>> = view.cells.into_iter().map(Some).collect();
            view.cells = places.into_iter().filter_map(|i| rows.get_mut(i)?.take()).collect();
            self.places = view.cells.iter().enumerate().map(|(i, c)| (c.key, i)).collect();
            self.sums.free =
                free(l, lowest).fold(Tally::default(), |x, o| x.plus(&s.assignment().own(o), 1).plus(&delta(o), 1));
            self.place = match self.sums.free.buildings {
                0 => String::new(),
                _ => place_of_free(doc).unwrap_or_default(),
            };
            self.unassigned = free(l, lowest).map(|o| s.assignment().own(o).buildings).sum();
            let open = |o: u64| o == 0 || l.unit_of(o).is_some_and(|u| u.level < lowest);
            let ground = l.partition.faces().filter(|(_, f)| f.owner != OUTSIDE && open(f.owner));
            self.sums.free_m2 = ground.map(|(_, f)| f.area2 as f64 / 2e6).sum();
            if l.partition.is_empty() {
                // Without an outline nothing is outside: what came in is all of the community's.
                self.sums.unbound = s.assignment().own(OUTSIDE);
            }
        }
        self.cells = view;
        let sums = self.sums;
        self.totals(&sums);
    }

    /// The rows that the staged edit touches, and the sums with it.
    fn stage(&mut self, doc: &Doc) {
        let s = &doc.session;
        let p = s.project();
        let mut sums = self.sums;
        let Some(l) = p.layer(s.plan(), s.layer()) else { return };
        for (owner, change) in &s.staged().delta {
            let Some(unit) = l.unit_of(*owner).filter(|u| self.places.contains_key(&u.id.0)) else {
                // Ground of the layer or of a higher unit; what leaves the outline is nobody's.
                if *owner == 0 || l.unit_of(*owner).is_some() {
                    sums.free = sums.free.plus(change, 1);
                }
                continue;
            };
            sums.cells = sums.cells.plus(change, 1);
            if let Some(&i) = self.places.get(owner)
                && let Some(place) = self.cells.cells.get_mut(i)
            {
                let row = row(doc, (l, &self.staffed), unit, change, p);
                self.settled.push((i, std::mem::replace(place, row)));
            }
        }
        self.totals(&sums);
    }

    fn totals(&mut self, sums: &Sums) {
        let view = &mut self.cells;
        let all = sums.cells.plus(&sums.free, 1).plus(&sums.unbound, 1);
        let households = || view.cells.iter().map(|c| c.households);
        let (most, least) = (households().max().unwrap_or(i64::MIN), households().min().unwrap_or(i64::MAX));
        view.totals = Totals {
            // The whole community: also what no cell has yet.
            households: all.households,
            residents: all.residents,
            buildings: all.buildings,
            estimated: all.estimated,
            average: sums.cells.households as f64 / view.cells.len().max(1) as f64,
            most_least: (least > 0 && most >= least).then(|| most as f64 / least as f64),
            within: view.cells.iter().filter(|c| c.deviation == 0).count() as u32,
            cells: view.cells.len() as u32,
        };
        let any = sums.free.buildings > 0 || sums.free_m2 >= LEAST_GROUND_M2;
        view.unassigned = any.then(|| UnassignedRow {
            buildings: sums.free.buildings,
            households: sums.free.households,
            place: self.place.clone(),
            area_m2: sums.free_m2,
        });
    }

    fn history(&mut self, doc: &Doc, lang: Language, clock: &dyn Fn(i64) -> String) {
        let h = doc.session.history();
        let log: Vec<_> = h.log().collect();
        let at = |step: Option<&Arc<Step>>| step.map_or(0, |x| Arc::as_ptr(x) as usize);
        let of = (h.stable().state, log.len(), [at(h.next_undo()), at(h.next_redo())], lang);
        if self.told_for != Some(of) {
            let names = Names::of(h.stable(), &log);
            let told = log.iter().enumerate().rev().take(STEPS).map(|(i, (step, undone))| StepRow {
                step: u64::from(step.id.sequence),
                time: clock(step.time),
                sentence: with_names(step.sentence.get(lang), &|code| names.at(i, *undone, code)),
                state: if *undone { StepState::Undone } else { StepState::Done },
            });
            self.told = told.collect();
            self.told_for = Some(of);
        }
        let rows = &mut self.cells.history;
        rows.clear();
        if let Some(staged) = h.staged() {
            let out = &staged.outcome;
            let said = crate::session::sentence(
                h.stable(),
                &out.project,
                &staged.edit,
                out,
                doc.session.staged(),
                doc.session.plan(),
            );
            rows.push(StepRow {
                step: u64::MAX,
                time: String::new(),
                sentence: said.get(lang).to_owned(),
                state: StepState::Staged,
            });
        }
        rows.extend(self.told.iter().cloned());
    }
}

/// Names of members by code, as they were at each step: a code may have been another's, and who is no longer registered is
/// still named.
pub(super) struct Names<'a> {
    now: HashMap<&'a str, &'a str>,
    /// The steps that gave or took the name of a code, in order.
    changes: HashMap<&'a str, Vec<Renamed<'a>>>,
}

/// Number of the step, whether it is undone, the name before and after it.
type Renamed<'a> = (usize, bool, Option<&'a str>, Option<&'a str>);

impl<'a> Names<'a> {
    pub fn of(p: &'a Project, log: &[(&'a Arc<Step>, bool)]) -> Names<'a> {
        let now = p.facts.members.values().map(|m| (m.code.as_str(), m.name.as_str())).collect();
        let mut changes: HashMap<&str, Vec<Renamed>> = HashMap::new();
        for (i, (step, undone)) in log.iter().enumerate() {
            for (_, before, after) in step.patch.iter().flat_map(|p| &p.items) {
                let member = |item: &'a Option<Item>| match item {
                    Some(Item::Member(m)) => Some(&**m),
                    _ => None,
                };
                let (before, after) = (member(before), member(after));
                if let Some(m) = after.or(before) {
                    let name = |m: Option<&'a crate::model::Member>| m.map(|m| m.name.as_str());
                    changes.entry(&m.code).or_default().push((i, *undone, name(before), name(after)));
                }
            }
        }
        Names { now, changes }
    }

    /// The name of a code at a step. What was done stands on what was done, what is undone on all that led to it.
    pub fn at(&self, step: usize, undone: bool, code: &str) -> Option<&'a str> {
        let all = self.changes.get(code).map_or(&[][..], |c| c);
        let counts = |c: &&Renamed| undone || !c.1;
        let last = all.iter().rev().filter(counts).find(|c| c.0 <= step).and_then(|c| c.3.or(c.2));
        let next = || all.iter().filter(counts).find(|c| c.0 > step).and_then(|c| c.2);
        last.or_else(next).or_else(|| self.now.get(code).copied())
    }
}

/// A sentence with the names of members for their codes. The sentence itself, which lives on in the log, has none.
pub(super) fn with_names<'a>(sentence: &str, name: &dyn Fn(&str) -> Option<&'a str>) -> String {
    let mut out = String::with_capacity(sentence.len());
    for word in sentence.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let code = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        match name(code) {
            Some(name) => {
                out.push_str(name);
                out.push_str(&word[code.len()..]);
            }
            None => out.push_str(word),
        }
    }
    out
}

fn row(doc: &Doc, (l, staffed): (&Layer, &HashSet<Id>), u: &Unit, change: &Tally, p: &Project) -> CellRow {
    let was = doc.session.assignment().own(u.id.0);
    let now = was.plus(change, 1);
    CellRow {
        key: u.id.0,
        code: cell_chip(l, u),
        name: u.name.clone(),
        tone: doc.picture.layers.colours.number(u.id.0).unwrap_or(0),
        households: now.households,
        before: (was.households != now.households).then_some(was.households),
        deviation: p.facts.rules.deviation(now.households.max(0) as u64),
        locked: l.is_locked(u.id),
        warning: doc.issues.warning(&u.code).map(str::to_owned),
        vacant: !staffed.contains(&u.id),
        group: u.parent.map_or(0, |x| x.0),
    }
}

/// Owners of ground without a cell: the layer and the higher units; what lies outside the outline belongs to the
/// neighbours.
fn free(l: &Layer, lowest: u8) -> impl Iterator<Item = u64> + '_ {
    std::iter::once(0).chain(l.units.values().filter(move |u| u.level < lowest).map(|u| u.id.0))
}

/// Where the first of the buildings without a cell stands, in a few words.
fn place_of_free(doc: &Doc) -> Option<String> {
    let s = &doc.session;
    let p = s.project();
    let l = p.layer(s.plan(), s.layer())?;
    let lowest = p.facts.layers.get(s.layer() as usize).map_or(0, |d| d.cell_level());
    let free: HashSet<u64> = free(l, lowest).collect();
    let slot = s.assignment().owners().position(|o| free.contains(&o))?;
    let row = p.table(Kind::Buildings).get(slot as u32)?;
    Some(row.text(Field::Address).unwrap_or(row.name()).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_told_with_the_name_that_its_person_had() {
        let names = |changes: Vec<Renamed<'static>>| Names {
            now: HashMap::from([("M1", "now")]),
            changes: HashMap::from([("M1", changes)]),
        };
        // Renamed before, but that is undone; renamed later.
        assert_eq!(names(vec![(0, true, Some("now"), Some("undone"))]).at(1, false, "M1"), Some("now"));
        let later = names(vec![(1, false, Some("then"), Some("now"))]);
        assert_eq!((later.at(0, false, "M1"), later.at(2, false, "M1")), (Some("then"), Some("now")));
        // Registered, removed; the code given again; an undone step stands on undone ones.
        let given =
            names(vec![(0, true, None, Some("first")), (2, false, None, Some("now")), (4, false, Some("now"), None)]);
        assert_eq!(
            [(0, true), (1, true), (3, false), (4, false)].map(|(i, u)| given.at(i, u, "M1")),
            [Some("first"), Some("first"), Some("now"), Some("now")]
        );
        assert_eq!(given.at(0, false, "M2"), None);
    }
}
