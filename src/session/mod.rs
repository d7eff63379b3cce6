//! The whole application without pixels: commands in, effects out.
//!
//! Owns: [`Session`] = history, assignment, what is shown and selected; [`Command`], [`Effect`]; the answers to
//! questions ([`answers`]). It fills the choices a user left open ([`fill`]) and words what was done ([`sentence`]).
//! Never: egui, IO, clock; times and random numbers are arguments, so that a whole day can be replayed.
//! Start at [`Session::dispatch`].

pub mod answers;
pub mod begin;
mod build;
pub mod buildings;
mod fill;
pub mod import;
mod import_fit;
pub mod listing;
pub mod mends;
pub mod mine;
pub mod network;
pub mod paint;
pub mod posts;
mod redraw;
mod selected;
mod sentence;
pub mod slivers;
pub mod snap;
pub mod tools;
pub mod underlay;
pub mod tour;
pub mod words;

pub use build::{BuildError, empty_project, layer_from_text, sample_project, sample_titles};
pub use fill::{fill, next_code, next_member_code, next_post_code};
pub use redraw::{Redrawn, redrawn};
pub use sentence::{area_text, kind_name, place_of, sentence};
pub use slivers::{OnSlivers, SLIVER_M, Sliver};

use crate::assign::{Assignment, Changes};
use crate::model::{EditId, Id, Lang, Said, Segment, SegmentHash};
use crate::plan::{Edit, EditError, History, Op, PlanOp, Project, Segments, Step};
use crate::store::{UnitTally, shown_plan};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What is selected. Never a step of the history.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Selection {
    /// Nothing.
    #[default]
    None,
    /// Cells or higher units.
    Units(Vec<Id>),
    /// Buildings, by slot.
    Buildings(Vec<u32>),
    /// A courtyard, by slot.
    Courtyard(u32),
    /// A facility, by slot.
    Facility(u32),
}

/// What the application can be told.
#[derive(Clone, Debug)]
pub enum Command {
    /// Try an edit; what was tried before is dropped.
    Stage(Edit),
    /// Make what was tried a step.
    Commit,
    /// Drop what was tried.
    Revert,
    /// Do an edit at once.
    Do(Edit),
    /// Take back the last step.
    Undo,
    /// Do it again.
    Redo,
    /// Work on another plan.
    ShowPlan(Id),
    /// Look at another layer.
    ShowLayer(u16),
    /// Select.
    Select(Selection),
    /// Open a level deliberately (`outline` or a level's name), or close it.
    OpenLevel(String, bool),
    /// Change only the ground of this unit (只在本社区), or of all again.
    OnlyWithin(Option<Id>),
    /// Take only ground without a cell (只填空白), or any again.
    OnlyGaps(bool),
    /// Everything up to this state is saved.
    Saved(u128),
}

/// What came of a command.
#[derive(Clone, Debug)]
pub enum Effect {
    /// A step was made.
    Committed {
        /// The step.
        step: Arc<Step>,
        /// Units it made: layer, identity.
        created: Vec<(u16, Id)>,
        /// What moved.
        changes: Changes,
        /// The slivers that it left.
        slivers: Vec<Sliver>,
    },
    /// A step was taken back or done again.
    Stepped {
        /// The step.
        step: Arc<Step>,
        /// Whether it was undone.
        undone: bool,
        /// What moved.
        changes: Changes,
    },
    /// The edit was refused; nothing changed.
    Refused(EditError),
    /// Something to tell the user.
    Say(Said),
    /// There is nothing to undo or redo.
    Nothing,
}

/// Rows of segments in memory, by hash.
#[derive(Clone, Debug, Default)]
pub struct Store(HashMap<SegmentHash, Arc<Segment>>);

impl Segments for Store {
    fn segment(&self, hash: SegmentHash) -> Option<Arc<Segment>> {
        self.0.get(&hash).cloned()
    }
}

/// The draft that an edit of a plan in force goes to; made when the edit is committed, not before.
#[derive(Clone, Debug)]
struct Draft {
    /// The plan in force.
    of: Id,
    /// Its name.
    old: String,
    /// Name of the draft.
    new: String,
}

/// What a step moved in one layer of one plan: taken back or done again, it moves the same.
#[derive(Clone, Debug)]
struct Flow {
    step: EditId,
    plan: Id,
    layer: u16,
    changes: Changes,
}

/// Steps whose flow is kept, and the rows of one of them at most; those of others are found anew.
const FLOWS: usize = 100;
const FLOW_ROWS: usize = 2_000;

/// An opened project with everything that follows it.
#[derive(Clone, Debug)]
pub struct Session {
    history: History,
    assignment: Arc<Assignment>,
    /// What the staged edit moves; empty if nothing is staged.
    staged: Changes,
    /// What the last steps moved.
    flows: VecDeque<Flow>,
    segments: Store,
    plan: Id,
    layer: u16,
    opened: Vec<String>,
    within: Option<Id>,
    gaps: bool,
    selection: Selection,
    lang: Lang,
    author: String,
    saved: u128,
    /// Steps that stood when the project was opened.
    opening: Arc<BTreeSet<u32>>,
    /// The draft that committing what is staged makes first.
    draft: Option<Draft>,
    /// Counts every change of what is to be seen.
    generation: u64,
    /// Width under which ground is a sliver, metres.
    sliver_m: f64,
}

impl Session {
    /// A session on a history. `plan`: name of the plan to work on; without it the last one in the list.
    pub fn new(history: History, plan: Option<&str>, lang: Lang, author: &str) -> Session {
        let project = history.stable();
        let shown = plan.and_then(|n| project.plan_named(n)).or(project.plans.last());
        let plan = shown.map_or(Id::LAYER, |p| p.id);
        let segments = project.facts.tables.iter().flat_map(|t| t.segments()).map(|p| p.segment.clone());
        let segments = Store(segments.map(|s| (s.hash(), s)).collect());
        let assignment = Arc::new(Assignment::count(project, plan, 0));
        let saved = project.state;
        let opening = Arc::new(history.done().map(|s| s.id.sequence).collect());
        Session {
            opening,
            assignment,
            staged: Changes::default(),
            flows: VecDeque::new(),
            segments,
            plan,
            layer: 0,
            opened: Vec::new(),
            within: None,
            gaps: false,
            selection: Selection::None,
            lang,
            author: author.to_owned(),
            saved,
            draft: None,
            generation: 1,
            sliver_m: SLIVER_M,
            history,
        }
    }

    /// The project as it looks, staged edit included.
    pub fn project(&self) -> &Project {
        self.history.current()
    }

    /// The history.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// What led from the project as it was opened to what it is: steps that stood and do not any more, taken back the last
    /// one first, then those that stand and did not. O(steps).
    pub fn deeds_since_opening(&self) -> Vec<(Arc<Step>, bool)> {
        let stood = |s: &Arc<Step>| self.opening.contains(&s.id.sequence);
        let gone = self.history.log().filter(|(s, undone)| *undone && stood(s)).map(|(s, _)| (s.clone(), true));
        let mut out: Vec<(Arc<Step>, bool)> = gone.collect();
        out.reverse();
        out.extend(self.history.done().filter(|s| !stood(s)).map(|s| (s.clone(), false)));
        out
    }

    /// The assignment of the stable project in the shown plan and layer.
    pub fn assignment(&self) -> &Assignment {
        &self.assignment
    }

    /// The same, to be kept by work beside the window. While another holds it, the next step copies it.
    pub fn shared_assignment(&self) -> Arc<Assignment> {
        self.assignment.clone()
    }

    /// What the staged edit moves.
    pub fn staged(&self) -> &Changes {
        &self.staged
    }

    /// The plan that is worked on.
    pub fn plan(&self) -> Id {
        self.plan
    }

    /// The layer that is looked at.
    pub fn layer(&self) -> u16 {
        self.layer
    }

    /// What is selected.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Language of what is said.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// Sets the language.
    pub fn set_lang(&mut self, lang: Lang) {
        self.lang = lang;
    }

    /// Levels whose borders are open.
    pub fn opened(&self) -> &[String] {
        &self.opened
    }

    /// The unit whose ground alone is changed, if that is switched on and the unit is still there.
    pub fn only_within(&self) -> Option<Id> {
        self.within.filter(|id| self.project().layer(self.plan, self.layer).is_some_and(|l| l.units.contains_key(id)))
    }

    /// Whether only ground without a cell is taken.
    pub fn only_gaps(&self) -> bool {
        self.gaps
    }

    /// An edit with what is opened and what changes are limited to, where it says nothing of them itself.
    pub fn limited(&self, mut edit: Edit) -> Edit {
        if edit.opened.is_empty() {
            edit.opened.clone_from(&self.opened);
        }
        let p = self.project();
        let layer = p.facts.layers.get(usize::from(self.layer)).map(|l| &l.id);
        let plan = p.plan(self.plan).map(|x| &x.meta.name);
        let here =
            edit.layer.as_ref().is_none_or(|l| Some(l) == layer) && edit.plan.as_ref().is_none_or(|n| Some(n) == plan);
        if edit.within.is_none() && here && edit.ops().any(Op::changes_borders) {
            let unit = self.only_within().and_then(|id| self.project().layer(self.plan, self.layer)?.units.get(&id));
            edit.within = unit.map(|u| u.code.clone());
        }
        edit.gaps |= self.gaps && edit.ops().any(Op::takes_ground);
        edit
    }

    /// Counts every change of what is to be seen.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether there is something to save.
    pub fn is_dirty(&self) -> bool {
        self.history.stable().state != self.saved
    }

    /// Keeps a segment in memory, so that an edit may name it.
    pub fn hold(&mut self, segment: Arc<Segment>) {
        self.segments.0.insert(segment.hash(), segment);
    }

    /// Segments in memory.
    pub fn segments(&self) -> &Store {
        &self.segments
    }

    /// Does a command at a time (seconds since 1970-01-01 UTC). Edits are applied to values, so a panic inside refuses
    /// the command and leaves the project whole; what follows from it is counted anew.
    pub fn dispatch(&mut self, command: Command, now: i64) -> Vec<Effect> {
        if let Ok(effects) = catch_unwind(AssertUnwindSafe(|| self.run(command, now))) {
            return effects;
        }
        self.revert();
        self.follow_plan();
        self.recount();
        self.generation += 1;
        vec![Effect::Say(Said::new(
            "这一步没有做成，程序内部出了问题。项目没有变化，请换一种做法。",
            "This was not done: something went wrong inside the program. The project is unchanged; try another way.",
        ))]
    }

    fn run(&mut self, command: Command, now: i64) -> Vec<Effect> {
        match command {
            Command::Stage(edit) => self.stage(edit),
            Command::Commit => self.commit(now),
            Command::Revert => {
                self.revert();
                vec![]
            }
            Command::Do(edit) => {
                let mut effects = self.stage(edit);
                if !effects.iter().any(|e| matches!(e, Effect::Refused(_))) {
                    effects.extend(self.commit(now));
                }
                effects
            }
            Command::Undo => self.step(true),
            Command::Redo => self.step(false),
            Command::ShowPlan(id) => {
                self.show(id, self.layer);
                vec![]
            }
            Command::ShowLayer(layer) => {
                self.show(self.plan, layer);
                vec![]
            }
            Command::Select(s) => {
                self.selection = s;
                self.generation += 1;
                vec![]
            }
            Command::OpenLevel(level, open) => {
                self.opened.retain(|l| *l != level);
                if open {
                    self.opened.push(level);
                }
                vec![]
            }
            Command::OnlyWithin(unit) => {
                self.within = unit;
                self.generation += 1;
                vec![]
            }
            Command::OnlyGaps(on) => {
                self.gaps = on;
                self.generation += 1;
                vec![]
            }
            Command::Saved(state) => {
                self.saved = state;
                vec![]
            }
        }
    }

    fn show(&mut self, plan: Id, layer: u16) {
        self.revert();
        let p = self.history.stable();
        if p.layer(plan, layer).is_some() || p.plan(plan).is_some_and(|_| p.facts.layers.is_empty()) {
            if (plan, layer) != (self.plan, self.layer) {
                (self.plan, self.layer) = (plan, layer);
                self.recount();
                self.selection = Selection::None;
            }
            self.generation += 1;
        }
    }

    fn recount(&mut self) {
        self.assignment = Arc::new(Assignment::count(self.history.stable(), self.plan, self.layer));
    }

    fn revert(&mut self) {
        if self.history.staged().is_some() {
            self.generation += 1;
        }
        self.history.revert();
        self.staged = Changes::default();
        self.draft = None;
    }

    fn stage(&mut self, edit: Edit) -> Vec<Effect> {
        self.revert();
        self.generation += 1;
        match self.try_edit(edit) {
            Ok(()) => vec![],
            Err(e) => vec![Effect::Refused(e)],
        }
    }

    /// Stages an edit. One of the ground of a plan that is or was in force is tried on that plan as though it were a
    /// draft; the draft is made with it when it is committed, so that an edit that is dropped leaves no trace.
    fn try_edit(&mut self, mut edit: Edit) -> Result<(), EditError> {
        edit = self.limited(edit);
        edit = begin::with_waiting_unit(self.history.stable(), (self.plan, self.layer), edit);
        let stable = self.history.stable();
        let draft = self.draft_for(&edit);
        let base = draft.as_ref().map_or_else(|| stable.clone(), |d| stable.as_draft(d.of));
        let edit = fill(&base, &self.assignment, self.plan, edit, self.history.next_id(), &self.segments)?;
        let staged = match &draft {
            Some(d) => self.history.preview(edit, d.of, &self.segments)?,
            None => self.history.stage(edit, &self.segments)?,
        };
        self.staged = self.assignment.changes(&base, &staged.outcome.project, &staged.outcome.patch, false);
        self.draft = draft;
        Ok(())
    }

    /// The draft that an edit needs: it changes the ground of a plan that is or was in force.
    fn draft_for(&self, edit: &Edit) -> Option<Draft> {
        let p = self.history.stable();
        edit.parts().iter().filter(|e| e.op.changes_ground()).find_map(|e| {
            let plan = match &e.plan {
                Some(name) => p.plan_named(name),
                None => p.plan(self.plan),
            }?;
            let old = plan.meta.name.clone();
            plan.meta.protected().then(|| Draft { of: plan.id, old, new: free_plan_name(p) })
        })
    }

    fn show_quietly(&mut self, plan: Id) {
        self.plan = plan;
        self.recount();
        self.generation += 1;
    }

    fn commit(&mut self, now: i64) -> Vec<Effect> {
        // Before the draft is made: what was tried is there to be looked at.
        let slivers = self.slivers();
        let draft = self.draft.take();
        if let Some(d) = &draft
            && let Err(e) = self.stage_on_draft(d)
        {
            self.revert();
            return vec![Effect::Refused(e)];
        }
        let Some(s) = self.history.staged() else { return vec![] };
        let (old, new) = (self.history.stable().clone(), s.outcome.project.clone());
        let made = draft.as_ref().and_then(|d| new.plan_named(&d.new)).map(|p| p.id);
        let (assignment, changes) = match (s.outcome.parts.first(), made) {
            // Things move on the draft, from where they are on it as it was copied.
            (Some(copy), Some(plan)) => {
                let base = &copy.outcome.project;
                let a = Assignment::count(base, plan, self.layer);
                let changes = a.changes(base, &new, &s.outcome.patch, false);
                (Some(a), changes)
            }
            _ => (None, std::mem::take(&mut self.staged)),
        };
        let said = sentence(&old, &new, &s.edit, &s.outcome, &changes, self.plan);
        let place = place_of(&old, &new, &s.outcome.patch);
        let created = s.outcome.created.clone();
        let author = self.author.clone();
        let Some(step) = self.history.commit(said, now, &author, place) else { return vec![] };
        self.staged = Changes::default();
        if let Some(a) = assignment {
            self.plan = a.plan();
            self.assignment = Arc::new(a);
        }
        Arc::make_mut(&mut self.assignment).apply(&changes);
        if changes.rows() <= FLOW_ROWS {
            self.flows.truncate(FLOWS - 1);
            let (plan, layer) = (self.plan, self.layer);
            self.flows.push_front(Flow { step: step.id, plan, layer, changes: changes.clone() });
        }
        self.generation += 1;
        if self.history.stable().plan(self.plan).is_none() {
            self.follow_plan();
        }
        self.reselect(&step.edit, false);
        let mut effects = vec![Effect::Committed { step, created, changes, slivers }];
        effects.extend(draft.map(|Draft { old, new, .. }| {
            Effect::Say(Said::new(
                format!("“{old}”受保护，已另建“{new}”，修改记在“{new}”上。"),
                format!("\"{old}\" is protected; \"{new}\" was made from it and the change goes there."),
            ))
        }));
        effects
    }

    /// Stages the copy of a plan in force and, on the copy, what was tried on the plan itself: one step.
    fn stage_on_draft(&mut self, d: &Draft) -> Result<(), EditError> {
        let tried = self.history.staged().map_or_else(Vec::new, |s| s.edit.parts());
        let mut edits: Vec<Edit> = vec![Op::Plan(PlanOp::Copy { old: d.old.clone(), new: d.new.clone() }).into()];
        edits.extend(tried.into_iter().map(|e| {
            let on_draft = e.op.changes_ground() && e.plan.as_ref() == Some(&d.old);
            Edit { plan: if on_draft { Some(d.new.clone()) } else { e.plan }, ..e }
        }));
        self.history.stage(Op::Together { edits }.into(), &self.segments).map(|_| ())
    }

    fn step(&mut self, undo: bool) -> Vec<Effect> {
        self.revert();
        let next = if undo { self.history.next_undo() } else { self.history.next_redo() };
        let Some(next) = next.cloned() else { return vec![Effect::Nothing] };
        let mut effects = Vec::new();
        // A step of another plan first switches to it and names it.
        self.go_to_plan_of(&next, &mut effects);
        let old = self.history.stable().clone();
        let step = if undo { self.history.undo() } else { self.history.redo() };
        let Some(step) = step else { return vec![Effect::Nothing] };
        self.generation += 1;
        let mut changes = Changes::default();
        if self.history.stable().plan(self.plan).is_none() {
            // The draft that the step had made is gone: back to the plan it was made from.
            let source = copied_from(&step.edit).and_then(|n| self.history.stable().plan_named(n)).map(|p| p.id);
            match source {
                Some(id) => self.show_and_say(id, &mut effects),
                None => self.follow_plan(),
            }
        } else if let Some(patch) = &step.patch {
            let anew = || self.assignment.changes(&old, self.history.stable(), patch, undo);
            let here = |f: &&Flow| (f.step, f.plan, f.layer) == (step.id, self.plan, self.layer);
            let known = self.flows.iter().find(here).map(|f| &f.changes);
            let known = known.and_then(|c| if undo { c.reversed() } else { Some(c.clone()) });
            changes = known.unwrap_or_else(anew);
            debug_assert!({
                let a = anew();
                (&a.buildings, &a.courtyards, &a.incidents)
                    == (&changes.buildings, &changes.courtyards, &changes.incidents)
                    && (&a.delta, a.unlocated) == (&changes.delta, changes.unlocated)
            });
            Arc::make_mut(&mut self.assignment).apply(&changes);
            // Done again, it may have made the plan it belongs to.
            self.go_to_plan_of(&step, &mut effects);
        }
        self.reselect(&step.edit, undo);
        effects.push(Effect::Stepped { step, undone: undo, changes });
        effects
    }

    fn go_to_plan_of(&mut self, step: &Step, effects: &mut Vec<Effect>) {
        let id = step.plan.as_ref().and_then(|n| self.history.stable().plan_named(n)).map(|p| p.id);
        if let Some(id) = id.filter(|id| *id != self.plan) {
            self.show_and_say(id, effects);
        }
    }

    fn show_and_say(&mut self, plan: Id, effects: &mut Vec<Effect>) {
        let name = self.history.stable().plan(plan).map(|p| p.meta.name.clone()).unwrap_or_default();
        self.show_quietly(plan);
        effects.push(Effect::Say(Said::new(format!("已切换到“{name}”。"), format!("Switched to \"{name}\"."))));
    }

    /// The plan that was worked on is gone: work on the last one.
    fn follow_plan(&mut self) {
        if self.history.stable().plan(self.plan).is_none()
            && let Some(p) = self.history.stable().plans.last()
        {
            let id = p.id;
            self.show_quietly(id);
        }
    }

    /// Numbers of the units that the file's feature tables show: of the plan in force, else of the one worked on.
    pub fn unit_tallies(&self) -> Vec<UnitTally> {
        let p = self.history.stable();
        let last = p.plan(self.plan).map_or("", |x| x.meta.name.as_str());
        let Some(plan) = shown_plan(p, last) else { return vec![] };
        let mut out = Vec::new();
        for (i, l) in (0u16..).zip(plan.layers.iter()) {
            let counted;
            let a = if (plan.id, i) == (self.plan, self.layer) {
                &self.assignment
            } else {
                counted = Assignment::count(p, plan.id, i);
                &counted
            };
            let lowest = p.facts.layers.get(i as usize).map_or(0, |d| d.cell_level());
            let gathered = crate::assign::gathered(p, a.courtyards(), l);
            out.extend(l.units.values().map(|u| {
                let t = match gathered.get(&u.id) {
                    Some(t) => *t,
                    None if u.level >= lowest => a.own(u.id.0),
                    None => a.of_unit(p, u.id),
                };
                let n = |v: i64| v.max(0) as u64;
                UnitTally {
                    layer: i,
                    unit: u.id,
                    households: n(t.households),
                    residents: n(t.residents),
                    buildings: n(t.buildings),
                }
            }));
        }
        out
    }
}

/// The first free name of a draft: 方案A … 方案Z, 方案1 …
pub fn free_plan_name(p: &Project) -> String {
    let letters = ('A'..='Z').map(|c| format!("方案{c}"));
    letters.chain((1u64..).map(|n| format!("方案{n}"))).find(|n| p.plan_named(n).is_none()).unwrap_or_default()
}

/// The plan that an edit copies on the way to something else.
fn copied_from(edit: &Edit) -> Option<&str> {
    edit.ops().find_map(|op| if let Op::Plan(PlanOp::Copy { old, .. }) = op { Some(old.as_str()) } else { None })
}

/// What a kind is called in a language.
pub fn kind_title(kind: crate::model::Kind, lang: Lang) -> &'static str {
    let (zh, en) = kind_name(kind);
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

#[cfg(test)]
mod tests;
