//! The tools of the map as small state machines: pointer and keys in, commands out. No pixels.
//!
//! A point is a grid point already snapped by the caller. Every tool keeps only the gesture it is in; what is drawn so
//! far is shown by staging the edit it would make, so that what is seen is what will be done.
//! Start at [`Hand`]: [`grips`](Grip) are what a border is dragged by, `drawn` makes edits of lines, `tried` holds edits that
//! wait for a yes, `offers` is the menu of a place, `typed` reads numbers, `thin` a line drawn without lifting the pen,
//! `led` one that runs along streets.

mod brush;
mod building;
mod drawn;
mod grips;
mod hints;
mod led;
mod offers;
mod thin;
mod tried;
mod typed;

pub use brush::{BRUSHES_M, Painted};
pub use building::{MOST_COPIES, Sketch};
pub use grips::{Grip, middle};
pub use hints::why;
use led::Led;
pub use offers::{Deed, Offer, Offered, What, offers};
pub use thin::thinned;
pub use typed::{constrained, typed};

use super::{Command, OnSlivers, Selection, Session, Sliver};
use crate::geom::Pt;
use crate::model::Id;
use crate::plan::{Edit, EditError, Op};
use crate::topology::{Spot, spot};

/// A tool.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum Tool {
    /// Selects; drags borders of what is selected.
    #[default]
    Select,
    /// Draws the outline.
    Outline,
    /// Draws a cell.
    Draw,
    /// Splits a cell by a line.
    Split,
    /// Merges cells.
    Merge,
    /// Moves, adds and deletes points of borders, slides whole borders.
    Move,
    /// Draws a line across borders; the ground between changes hands.
    Reshape,
    /// Gives a gap to a cell.
    Fill,
    /// Makes a cell of one piece of a cell.
    Detach,
    /// Makes a building: a rectangle by three points.
    Rectangle,
    /// Makes a building: its footprint corner by corner.
    Footprint,
    /// Makes a building of which only the place is known.
    Spot,
    /// Puts copies of a building along a line.
    Copies,
    /// Makes a courtyard.
    Courtyard,
    /// Leads a border along streets.
    Follow,
    /// Takes buildings into a cell under a brush.
    Paint,
    /// Takes buildings out of a cell.
    Erase,
}

impl Tool {
    /// Whether points are put one after another.
    pub fn draws(self) -> bool {
        matches!(self, Tool::Outline | Tool::Draw | Tool::Split | Tool::Reshape | Tool::Follow) || self.builds()
    }

    /// Whether borders can be dragged.
    pub fn drags(self) -> bool {
        matches!(self, Tool::Select | Tool::Move)
    }

    /// Whether what is drawn is a ring.
    pub fn closes(self) -> bool {
        matches!(self, Tool::Outline | Tool::Draw | Tool::Footprint | Tool::Courtyard)
    }
}

/// The tool in the hand and the gesture it is in.
#[derive(Clone, Debug, Default)]
pub struct Hand {
    tool: Tool,
    /// Points of the line being drawn.
    line: Vec<Pt>,
    /// How long the line was before each click, typed point or stroke.
    strokes: Vec<usize>,
    /// What was taken back of it, the last first to come again.
    undone: Vec<Vec<Pt>>,
    /// A stroke drawn without lifting the pen, not yet part of the line.
    stroke: Vec<Pt>,
    /// Border being dragged.
    grip: Option<Grip>,
    /// Where the drag last was valid.
    good: Option<Pt>,
    /// Why the gesture cannot be finished here.
    refusal: Option<EditError>,
    /// The point under the pointer with which what is staged was made.
    shown: Option<Pt>,
    /// Whether the line in the hand does not reach a border yet.
    open: bool,
    /// Cells picked for a merge.
    picked: Vec<Id>,
    /// The edit that waits for an answer, with the slivers that it would leave; it is staged.
    asked: Option<(Edit, Vec<Sliver>)>,
    /// The vertex that a click chose.
    vertex: Option<Pt>,
    /// The edit that is staged to be looked at, and waits for a yes.
    trial: Option<Edit>,
    /// The ground that Fill or Detach points at.
    aim: Option<tried::Aim>,
    /// Buildings being dragged.
    carried: Option<building::Carried>,
    /// How many copies are made; 0 = nobody said yet.
    copies: u32,
    /// How far copies stand from each other, mm, where that was said.
    apart_mm: Option<f64>,
    /// Name of the courtyard to come, and whether it is kept whole.
    yard_name: String,
    yard_whole: bool,
    /// The courtyard proposed round selected buildings, and the state it was found for.
    proposal: Option<(u128, Vec<u32>, Option<Vec<Pt>>)>,
    /// The building made last, whose name goes on.
    last_made: Option<u32>,
    /// How near the pointer must be, mm, as the last click had it.
    reach_mm: i32,
    /// Where streets lead the line.
    led: Led,
    /// What is painted.
    brushed: brush::Brushed,
}

/// What is to be done with an edit that leaves slivers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Its line is led along the border beside it.
    Attach,
    /// It is done as it is.
    Keep,
    /// It is not done: a line is drawn on, a dragged border is where it was.
    Back,
}

impl Hand {
    /// The tool.
    pub fn tool(&self) -> Tool {
        self.tool
    }

    /// Points drawn so far.
    pub fn line(&self) -> &[Pt] {
        &self.line
    }

    /// The stroke that is being drawn without lifting the pen.
    pub fn stroke(&self) -> &[Pt] {
        &self.stroke
    }

    /// The border point that a click chose.
    pub fn vertex(&self) -> Option<Pt> {
        self.vertex
    }

    /// Chooses a border point, or none.
    pub fn choose(&mut self, vertex: Option<Pt>) {
        self.vertex = vertex;
    }

    /// Where a drag last was valid.
    pub fn good(&self) -> Option<Pt> {
        self.good
    }

    /// What is being dragged.
    pub fn grip(&self) -> Option<Grip> {
        self.grip
    }

    /// Why the gesture cannot be finished where the pointer is.
    pub fn refusal(&self) -> Option<&EditError> {
        self.refusal.as_ref()
    }

    /// Cells picked for a merge.
    pub fn picked(&self) -> &[Id] {
        &self.picked
    }

    /// Slivers that the finished gesture would leave: it waits for [`Hand::answer`]. Empty if nothing is asked.
    pub fn asked(&self) -> &[Sliver] {
        self.asked.as_ref().map_or(&[], |a| &a.1)
    }

    /// Whether a gesture is on its way.
    pub fn busy(&self) -> bool {
        self.asked.is_some()
            || self.trial.is_some()
            || !self.line.is_empty()
            || !self.stroke.is_empty()
            || self.grip.is_some()
            || self.carried.is_some()
            || !self.brushed.idle()
            || !self.picked.is_empty()
    }

    /// Takes another tool; the gesture is dropped. Merging with several cells selected merges them at once.
    pub fn take(&mut self, tool: Tool, s: &mut Session, now: i64) -> Vec<super::Effect> {
        self.drop_gesture(s, now);
        self.tool = tool;
        if tool == Tool::Merge
            && let Selection::Units(ids) = s.selection()
            && ids.len() > 1
        {
            self.picked.clone_from(ids);
            return self.merge(s, now);
        }
        vec![]
    }

    /// Esc: drops the gesture, else the tool, else the selection. Committed work stays.
    pub fn escape(&mut self, s: &mut Session, now: i64) {
        if self.busy() {
            self.drop_gesture(s, now);
        } else if self.vertex.is_some() {
            self.vertex = None;
        } else if self.tool == Tool::Select {
            s.dispatch(Command::Select(Selection::None), now);
        } else {
            self.drop_gesture(s, now);
            self.tool = Tool::Select;
        }
    }

    fn drop_line(&mut self) {
        self.line.clear();
        self.strokes.clear();
        self.undone.clear();
        self.stroke.clear();
    }

    fn drop_gesture(&mut self, s: &mut Session, now: i64) {
        self.drop_line();
        self.drop_paint();
        self.vertex = None;
        self.trial = None;
        self.aim = None;
        self.carried = None;
        self.grip = None;
        self.good = None;
        self.refusal = None;
        self.picked.clear();
        self.asked = None;
        s.dispatch(Command::Revert, now);
    }

    /// Whether a border or buildings are being dragged.
    pub fn holds(&self) -> bool {
        self.grip.is_some() || self.carried.is_some()
    }

    /// Lets go of what is being dragged: it is where it was.
    pub fn let_go(&mut self, s: &mut Session, now: i64) {
        if self.holds() {
            self.drop_gesture(s, now);
        }
    }

    /// Begins to drag a border.
    pub fn grab(&mut self, grip: Grip) {
        self.grip = Some(grip);
        self.good = None;
        self.refusal = None;
    }

    /// The pointer is at `at` (snapped). While a border is dragged or a line drawn, the edit it would make is staged; an
    /// invalid place leaves the last valid one staged and says why.
    pub fn hover(&mut self, s: &mut Session, at: Pt, attach_m: f64, now: i64) {
        if self.asked.is_some() || self.trial.is_some() {
            return;
        }
        if let Some(grip) = self.grip {
            let refused = self.stage(s, grip.edit(s, at), now);
            match refused {
                None => self.good = Some(at),
                Some(EditError::Nothing) => {
                    self.refusal = None;
                    self.good = None;
                }
                Some(e) => {
                    self.refusal = Some(e);
                    if let Some(good) = self.good {
                        let edit = grip.edit(s, good);
                        s.dispatch(Command::Stage(edit), now);
                    }
                }
            }
            return;
        }
        if matches!(self.tool, Tool::Fill | Tool::Detach) {
            self.aim_at(s, at, now);
            return;
        }
        if self.line.is_empty() || self.tool.builds() {
            return;
        }
        let mut line = self.line.clone();
        line.extend(self.piece(at));
        line.dedup();
        self.stage_open(s, &line, attach_m, now);
        self.shown = Some(at).filter(|_| s.history().staged().is_some());
    }

    fn stage(&mut self, s: &mut Session, edit: Edit, now: i64) -> Option<EditError> {
        self.refusal = None;
        let effects = s.dispatch(Command::Stage(edit), now);
        effects.into_iter().find_map(|e| if let super::Effect::Refused(e) = e { Some(e) } else { None })
    }

    /// The button went up after a drag: what is staged becomes a step, unless it leaves slivers; then it waits for an
    /// answer.
    pub fn release(&mut self, s: &mut Session, now: i64) -> Vec<super::Effect> {
        let Some(grip) = self.grip.take() else { return vec![] };
        self.refusal = None;
        let Some(good) = self.good.take() else {
            s.dispatch(Command::Revert, now);
            return vec![];
        };
        if self.ask(s, grip.edit(s, good)) { vec![] } else { s.dispatch(Command::Commit, now) }
    }

    /// Keeps the staged edit for an answer if it leaves slivers. `edit`: the same as it was given, choices left open.
    fn ask(&mut self, s: &Session, edit: Edit) -> bool {
        let slivers = s.slivers();
        let some = !slivers.is_empty();
        self.asked = some.then_some((edit, slivers));
        some
    }

    /// What is to be done with the gesture that waits. An edit of which nothing is left once it is attached is refused;
    /// its line stays.
    pub fn answer(&mut self, s: &mut Session, answer: Answer, now: i64) -> Vec<super::Effect> {
        let Some((edit, _)) = self.asked.take() else { return vec![] };
        let effects = match answer {
            Answer::Keep => s.dispatch(Command::Commit, now),
            Answer::Attach => match s.settled(edit, OnSlivers::Attach) {
                Ok(edit) => s.dispatch(Command::Do(edit), now),
                Err((e, _)) => vec![super::Effect::Refused(e)],
            },
            Answer::Back => vec![],
        };
        self.drop_paint();
        let done = effects.iter().any(|e| matches!(e, super::Effect::Committed { .. }));
        if !self.line.is_empty() && done {
            self.drawn(s, &effects, now);
        } else if self.line.is_empty() && !done {
            s.dispatch(Command::Revert, now);
        }
        effects
    }

    /// A click with a drawing tool adds a point, with Merge it picks a cell, with Fill and Detach it does what is shown.
    pub fn click(&mut self, s: &mut Session, at: Pt, attach_m: f64, now: i64) -> Vec<super::Effect> {
        if self.asked.is_some() {
            return vec![];
        }
        match self.tool {
            tool if tool.builds() => {
                self.reach_mm = (attach_m * 1000.0).clamp(1.0, 1e8) as i32;
                self.click_building(s, at, now)
            }
            Tool::Outline | Tool::Draw | Tool::Split | Tool::Reshape | Tool::Follow => {
                // Back on the first point the ring is closed.
                if self.tool.closes() && self.line.len() > 2 && self.line.first() == Some(&at) {
                    let way = self.between(at).to_vec();
                    self.put(&way);
                    return self.finish(s, attach_m, now);
                }
                self.put(&self.piece(at));
                self.hover(s, at, attach_m, now);
                vec![]
            }
            Tool::Merge => {
                let p = s.history().stable();
                let Some(unit) = p.layer(s.plan(), s.layer()).and_then(|l| l.unit_at(at)).map(|u| u.id) else {
                    return vec![];
                };
                if !self.picked.contains(&unit) {
                    self.picked.push(unit);
                }
                let picked = self.picked.clone();
                s.dispatch(Command::Select(Selection::Units(picked)), now);
                if self.picked.len() < 2 { vec![] } else { self.merge(s, now) }
            }
            Tool::Fill | Tool::Detach => self.click_aimed(s, at, now),
            _ => vec![],
        }
    }

    fn merge(&mut self, s: &mut Session, now: i64) -> Vec<super::Effect> {
        let ids = std::mem::take(&mut self.picked);
        let p = s.history().stable();
        let Some(l) = p.layer(s.plan(), s.layer()) else { return vec![] };
        let cells = ids.iter().filter_map(|id| l.units.get(id)).map(|u| u.code.clone()).collect();
        let edit = here(s, Op::Merge { cells, keep: None, apart: false });
        let effects = s.dispatch(Command::Do(edit), now);
        self.tool = Tool::Select;
        effects
    }

    /// Double-click, Enter or right button: the line is done, or what is tried.
    pub fn finish(&mut self, s: &mut Session, attach_m: f64, now: i64) -> Vec<super::Effect> {
        if self.asked.is_some() {
            return vec![];
        }
        if self.trial.is_some() {
            return self.confirm(s, now);
        }
        if self.tool.paints() {
            return vec![];
        }
        if self.tool.builds() {
            return self.finish_building(s, now);
        }
        let shown = self.shown.take();
        let line = self.line.clone();
        let mut edit = self.stage_line(s, &line, attach_m, now);
        // A line that is whole only with the point under the pointer is meant with it: so it was shown.
        if let Some(at) = shown.filter(|at| (edit.is_none() || self.refusal.is_some()) && line.last() != Some(at)) {
            let why = self.refusal.take();
            let piece = self.piece(at);
            let longer: Vec<Pt> = line.iter().chain(&piece).copied().collect();
            let with = self.stage_line(s, &longer, attach_m, now);
            if self.refusal.is_none() && with.is_some() {
                edit = with;
                self.put(&piece);
            } else {
                self.refusal = why;
            }
        }
        let Some(edit) = edit else { return vec![] };
        // Where it is refused the line stays, so that a point can be taken back.
        if let Some(e) = &self.refusal {
            return vec![super::Effect::Refused(e.clone())];
        }
        if self.ask(s, edit) {
            return vec![];
        }
        let effects = s.dispatch(Command::Commit, now);
        self.drawn(s, &effects, now);
        effects
    }

    /// A line became a step.
    fn drawn(&mut self, s: &mut Session, effects: &[super::Effect], now: i64) {
        if let Some(e) = effects.iter().find_map(|e| if let super::Effect::Refused(e) = e { Some(e) } else { None }) {
            self.refusal = Some(e.clone());
            return;
        }
        self.drop_line();
        self.refusal = None;
        if self.tool == Tool::Outline {
            // There is one outline; what comes next is its cells.
            self.tool = Tool::Draw;
        }
        let made: Vec<Id> = effects
            .iter()
            .find_map(|e| match e {
                super::Effect::Committed { created, .. } => Some(created.iter().map(|(_, id)| *id).collect()),
                _ => None,
            })
            .unwrap_or_default();
        if !made.is_empty() {
            s.dispatch(Command::Select(Selection::Units(made)), now);
        }
    }

    /// Deletes the border point at `at`.
    pub fn delete(&mut self, s: &mut Session, at: Pt, now: i64) -> Vec<super::Effect> {
        let p = s.history().stable();
        let Some(l) = p.layer(s.plan(), s.layer()) else { return vec![] };
        if matches!(spot(&l.partition, at), Spot::Free | Spot::Border) {
            return vec![];
        }
        let edit = here(s, Op::Delete { at: p.origin().place(at) });
        s.dispatch(Command::Do(edit), now)
    }
}

/// An edit for the shown layer.
pub fn here(s: &Session, op: Op) -> Edit {
    let layer = s.project().facts.layers.get(s.layer() as usize).map(|l| l.id.clone());
    let plan = s.project().plan(s.plan()).map(|p| p.meta.name.clone());
    s.limited(Edit { layer, plan, ..op.into() })
}
