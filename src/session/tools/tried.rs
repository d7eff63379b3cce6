//! Edits that are shown before they are done: they wait for a yes.

use super::drawn::the_selected;
use super::{Hand, Tool, here};
use crate::assign::is_cell;
use crate::geom::Pt;
use crate::plan::{Edit, EditError, Op};
use crate::session::{Command, Effect, Selection, Session};
use crate::topology::{OUTSIDE, TopologyError};

/// The ground that Fill or Detach points at.
#[derive(Clone, Debug)]
pub(super) struct Aim {
    face: u32,
    /// State of the project that it is a face of.
    state: u128,
    /// What is staged for it.
    edit: Option<Edit>,
}

impl Hand {
    /// The edit that is staged to be looked at.
    pub fn trial(&self) -> Option<&Edit> {
        self.trial.as_ref()
    }

    /// Whether what is staged would be done by a click here.
    pub fn aims(&self) -> bool {
        self.aim.as_ref().is_some_and(|a| a.edit.is_some())
    }

    /// Shows an edit, to be done by [`Hand::confirm`] or dropped by [`Hand::escape`]. One that is refused is not shown.
    pub fn try_out(&mut self, s: &mut Session, edit: Edit, now: i64) -> Vec<Effect> {
        self.drop_gesture(s, now);
        let effects = s.dispatch(Command::Stage(edit.clone()), now);
        self.trial = s.history().staged().is_some().then_some(edit);
        effects
    }

    /// Shows the borders of the selected cells plainer, or with `square` their corners made right; a second time, it is
    /// done.
    pub fn simplify(&mut self, s: &mut Session, square: bool, now: i64) -> Vec<Effect> {
        if matches!(self.trial.as_ref().map(|e| &e.op), Some(Op::Simplify { square: q, .. }) if *q == square) {
            return self.confirm(s, now);
        }
        let p = s.history().stable();
        let Some(l) = p.layer(s.plan(), s.layer()) else { return vec![] };
        let cells: Vec<String> = match s.selection() {
            Selection::Units(ids) => ids.iter().filter_map(|id| l.units.get(id)).map(|u| u.code.clone()).collect(),
            _ => vec![],
        };
        if cells.is_empty() {
            return vec![Effect::Say(crate::model::Said::new(
                "先选网格，再取直角或简化它的边界。",
                "Select cells first, then square or simplify their borders.",
            ))];
        }
        let edit = plainer(s, cells, None, square);
        self.try_out(s, edit, now)
    }

    /// What waits for a yes is done, unless it leaves slivers; then it waits for an answer.
    pub fn confirm(&mut self, s: &mut Session, now: i64) -> Vec<Effect> {
        let aimed = self.aim.take().and_then(|a| a.edit);
        let Some(edit) = self.trial.take().or(aimed) else { return vec![] };
        if let Some(e) = self.refusal.take() {
            return vec![Effect::Refused(e)];
        }
        if s.history().staged().is_none() || self.ask(s, edit) {
            return vec![];
        }
        self.drop_paint();
        s.dispatch(Command::Commit, now)
    }

    /// Drops a trial that something else has taken from the screen.
    pub fn keep(&mut self, s: &Session) {
        self.keep_proposal(s);
        if s.history().staged().is_none() && self.trial.take().is_some() {
            self.drop_paint();
        }
    }

    /// The pointer has left the map.
    pub fn away(&mut self, s: &mut Session, now: i64) {
        if self.aim.take().is_some() {
            self.refusal = None;
            s.dispatch(Command::Revert, now);
        }
    }

    /// Shows what Fill or Detach would do at a place; where that is nothing, nothing. O(1) while the pointer stays over the
    /// same ground, else O(faces).
    pub(super) fn aim_at(&mut self, s: &mut Session, at: Pt, now: i64) {
        let p = s.history().stable();
        let Some(l) = p.layer(s.plan(), s.layer()) else { return };
        let (face, state) = (l.partition.locate(at), p.state);
        let shown = s.history().staged().is_some() || self.refusal.is_some();
        if self.aim.as_ref().is_some_and(|a| (a.face, a.state) == (face, state) && (shown || a.edit.is_none())) {
            return;
        }
        let owner = l.partition.owner(face);
        let fits = match self.tool {
            Tool::Fill => owner != OUTSIDE && !is_cell(p, s.plan(), s.layer(), owner),
            _ => is_cell(p, s.plan(), s.layer(), owner) && l.partition.faces_of(owner).len() > 1,
        };
        self.away(s, now);
        let mut edit = None;
        for way in self.aimed(s, at).into_iter().filter(|_| fits) {
            self.refusal = self.stage(s, way.clone(), now);
            edit = Some(way);
            let apart = matches!(
                self.refusal,
                Some(EditError::Border { why: TopologyError::Apart { .. }, .. } | EditError::Protected { .. })
            );
            if !apart {
                break;
            }
        }
        self.aim = Some(Aim { face, state, edit });
    }

    /// A click with Fill or Detach: what is shown is done. On a cell Fill chooses the one that is to get the gaps.
    pub(super) fn click_aimed(&mut self, s: &mut Session, at: Pt, now: i64) -> Vec<Effect> {
        self.aim_at(s, at, now);
        if self.aims() {
            return self.confirm(s, now);
        }
        let p = s.history().stable();
        let unit = p.layer(s.plan(), s.layer()).and_then(|l| l.unit_at(at)).map(|u| u.id);
        match unit.filter(|u| self.tool == Tool::Fill && is_cell(p, s.plan(), s.layer(), u.0)) {
            Some(cell) => s.dispatch(Command::Select(Selection::Units(vec![cell])), now),
            None => match self.aimed(s, at).pop() {
                Some(edit) => s.dispatch(Command::Do(edit), now),
                None => vec![],
            },
        }
    }

    /// The edits that Fill or Detach may mean at a place, the likeliest first.
    fn aimed(&self, s: &Session, at: Pt) -> Vec<Edit> {
        let place = s.project().origin().place(at);
        match self.tool {
            Tool::Fill => {
                let to = |cell| here(s, Op::Fill { at: place, cell });
                the_selected(s).map(|c| to(Some(c))).into_iter().chain([to(None)]).collect()
            }
            Tool::Detach => {
                let p = s.history().stable();
                let unit = p.layer(s.plan(), s.layer()).and_then(|l| l.unit_at(at));
                let op = unit.map(|u| Op::Detach { cell: u.code.clone(), at: place, code: None, name: None });
                op.map(|op| here(s, op)).into_iter().collect()
            }
            _ => vec![],
        }
    }
}

/// The edit that makes borders plainer, or with `square` their corners right: of cells, or of the one with a segment.
pub(super) fn plainer(s: &Session, cells: Vec<String>, on: Option<(Pt, Pt)>, square: bool) -> Edit {
    let o = s.project().origin();
    let on = on.map(|(a, b)| [o.place(a), o.place(b)]);
    // Corners of blocks and walls are off by a metre or two where a border follows them by hand.
    let tolerance_m = if square { 2.0 } else { 1.0 };
    here(s, Op::Simplify { cells, on, tolerance_m: Some(tolerance_m), square })
}
