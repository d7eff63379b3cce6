//! History: base, stable, staging.
//!
//! ```text
//!   steps done ──▶ stable ──stage(edit)──▶ staged ──commit──▶ stable'
//!                    ▲                        │
//!                    └────────revert──────────┘
//! ```
//! A drag stages its edit on `stable` anew each frame, so it cannot drift. Undo takes back the last step, whatever
//! plan it touched, by its patch; it travels the same road as an edit.

use super::apply::{Context, Outcome, apply};
use super::edit::Edit;
use super::error::EditError;
use super::patch::Patch;
use super::project::Project;
use crate::geom::Box2;
use crate::model::{EditId, Id, Said};
use std::sync::Arc;

/// One step of the history.
#[derive(Clone, Debug)]
pub struct Step {
    /// Identity of the edit; its sequence is the step's number.
    pub id: EditId,
    /// The filled edit.
    pub edit: Edit,
    /// What it changed; `None` where a file no longer keeps it (it can then not be undone).
    pub patch: Option<Arc<Patch>>,
    /// What was done, in words with numbers.
    pub sentence: Said,
    /// Seconds since 1970-01-01 UTC.
    pub time: i64,
    /// Who did it.
    pub author: String,
    /// Name of the plan it touched, if it touched one.
    pub plan: Option<String>,
    /// Where on the map.
    pub place: Option<Box2>,
}

/// An edit tried on the stable project but not committed.
#[derive(Clone, Debug)]
pub struct Staged {
    /// The filled edit.
    pub edit: Edit,
    /// What it would make.
    pub outcome: Outcome,
    /// Whether it is only to be looked at (see [`History::preview`]).
    preview: bool,
}

/// The stable project with the steps that led to it, and what is staged.
#[derive(Clone, Debug)]
pub struct History {
    stable: Project,
    staged: Option<Staged>,
    log: Vec<Arc<Step>>,
    /// Numbers in `log` of the steps that are done, in order.
    done: Vec<usize>,
    /// Numbers in `log` of undone steps that can be redone, the next one last.
    undone: Vec<usize>,
    replica: u32,
    next: u32,
}

impl History {
    /// A history that begins at `project`. `replica` is this program's random number (see [`EditId`]).
    ///
    /// Steps are numbered from beyond every number that this replica has used in the project, so that no identity is
    /// given twice. O(units + members + posts).
    pub fn new(project: Project, replica: u32) -> History {
        let next = project.last_sequence(replica) + 1;
        History { stable: project, staged: None, log: Vec::new(), done: Vec::new(), undone: Vec::new(), replica, next }
    }

    /// A history read from a file: all steps in order with whether each is undone; `redo` lists the undone ones that can
    /// be redone, the next one last.
    pub fn with_log(mut self, steps: Vec<(Step, bool)>, redo: &[u32]) -> History {
        self.next = steps.iter().map(|(s, _)| s.id.sequence + 1).max().unwrap_or(1).max(self.next);
        for (i, (step, undone)) in steps.into_iter().enumerate() {
            if !undone {
                self.done.push(i);
            }
            self.log.push(Arc::new(step));
        }
        let number = |seq: &u32| self.log.iter().rposition(|s| s.id.sequence == *seq);
        self.undone = redo.iter().filter_map(number).collect();
        self
    }

    /// The project as committed.
    pub fn stable(&self) -> &Project {
        &self.stable
    }

    /// The project as it looks: staged if something is staged.
    pub fn current(&self) -> &Project {
        self.staged.as_ref().map_or(&self.stable, |s| &s.outcome.project)
    }

    /// What is staged.
    pub fn staged(&self) -> Option<&Staged> {
        self.staged.as_ref()
    }

    /// All steps ever, with whether each is undone.
    pub fn log(&self) -> impl Iterator<Item = (&Arc<Step>, bool)> {
        self.log.iter().enumerate().map(|(i, s)| (s, self.done.binary_search(&i).is_err()))
    }

    /// The steps that stand, the first one first.
    pub fn done(&self) -> impl ExactSizeIterator<Item = &Arc<Step>> {
        self.done.iter().map(|&i| &self.log[i])
    }

    /// The undone steps that can be redone, the next one first.
    pub fn undone(&self) -> impl ExactSizeIterator<Item = &Arc<Step>> {
        self.undone.iter().rev().map(|&i| &self.log[i])
    }

    /// Sequence numbers of the steps that can be redone, the next one last.
    pub fn redoable(&self) -> Vec<u32> {
        self.undone.iter().map(|&i| self.log[i].id.sequence).collect()
    }

    /// Identity of the next edit.
    pub fn next_id(&self) -> EditId {
        EditId { replica: self.replica, sequence: self.next }
    }

    /// Tries a filled edit on the stable project. What was staged before is dropped, also if this one is refused.
    pub fn stage(&mut self, edit: Edit, segments: &dyn super::Segments) -> Result<&Staged, EditError> {
        self.staged = None;
        let outcome = apply(&self.stable, &edit, &Context { id: self.next_id(), given: 0, segments })?;
        Ok(self.staged.insert(Staged { edit, outcome, preview: false }))
    }

    /// Tries a filled edit as though `plan`, which is or was in force, were a draft: to be looked at and never committed.
    /// What was staged before is dropped, also if this one is refused.
    pub fn preview(&mut self, edit: Edit, plan: Id, segments: &dyn super::Segments) -> Result<&Staged, EditError> {
        self.staged = None;
        let ctx = Context { id: self.next_id(), given: 0, segments };
        let mut outcome = apply(&self.stable.as_draft(plan), &edit, &ctx)?;
        if let Some(meta) = self.stable.plan(plan).map(|p| p.meta.clone()) {
            outcome.project.with_plan(plan, |p| p.meta = meta);
        }
        Ok(self.staged.insert(Staged { edit, outcome, preview: true }))
    }

    /// Drops what is staged.
    pub fn revert(&mut self) {
        self.staged = None;
    }

    /// Makes what is staged the stable project and a step; what is staged only to be looked at is dropped.
    pub fn commit(&mut self, sentence: Said, time: i64, author: &str, place: Option<Box2>) -> Option<Arc<Step>> {
        let Staged { edit, outcome, .. } = self.staged.take().filter(|s| !s.preview)?;
        let step = Arc::new(Step {
            id: self.next_id(),
            plan: plan_of(&edit, &outcome),
            edit,
            patch: Some(Arc::new(outcome.patch)),
            sentence,
            time,
            author: author.to_owned(),
            place,
        });
        self.stable = outcome.project;
        self.done.push(self.log.len());
        self.log.push(step.clone());
        self.undone.clear();
        self.next += 1;
        Some(step)
    }

    /// Whether there is a step to undo, and which.
    pub fn next_undo(&self) -> Option<&Arc<Step>> {
        self.done.last().map(|&i| &self.log[i]).filter(|s| s.patch.is_some())
    }

    /// Whether there is a step to redo, and which.
    pub fn next_redo(&self) -> Option<&Arc<Step>> {
        self.undone.last().map(|&i| &self.log[i]).filter(|s| s.patch.is_some())
    }

    /// Takes back the last step.
    pub fn undo(&mut self) -> Option<Arc<Step>> {
        self.staged = None;
        let step = self.next_undo()?.clone();
        self.stable = self.stable.patched(step.patch.as_deref()?, true);
        self.undone.extend(self.done.pop());
        Some(step)
    }

    /// Does the last undone step again.
    pub fn redo(&mut self) -> Option<Arc<Step>> {
        self.staged = None;
        let step = self.next_redo()?.clone();
        self.stable = self.stable.patched(step.patch.as_deref()?, false);
        self.done.extend(self.undone.pop());
        Some(step)
    }
}

/// Name of the plan that an edit changed, if it changed one and not facts that all share; of several edits the last such.
fn plan_of(edit: &Edit, outcome: &Outcome) -> Option<String> {
    match &outcome.parts[..] {
        [] => edit.plan.clone().filter(|_| outcome.patch.touches_a_plan()),
        parts => parts.iter().rev().find_map(|p| plan_of(&p.edit, &p.outcome)),
    }
}
