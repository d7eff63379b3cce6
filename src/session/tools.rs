//! The tools of the map as small state machines: pointer and keys in, commands out. No pixels.
//!
//! A point is a grid point already snapped by the caller. Every tool keeps only the gesture it is in; what is drawn so
//! far is shown by staging the edit it would make, so that what is seen is what will be done.

use super::{Command, OnSlivers, Selection, Session, Sliver};
use crate::geom::{Box2, Place, Pt, dist2_to_segment};
use crate::model::{Id, Said};
use crate::plan::{Edit, EditError, Op, Take};
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
    /// Moves, adds and deletes points of borders.
    Move,
}

/// What a drag of a border moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grip {
    /// A vertex or node.
    Point(Pt),
    /// A segment, by its ends; dragging puts a new vertex into it.
    Segment(Pt, Pt),
}

/// The tool in the hand and the gesture it is in.
#[derive(Clone, Debug, Default)]
pub struct Hand {
    tool: Tool,
    /// Points of the line being drawn.
    line: Vec<Pt>,
    /// Border being dragged.
    grip: Option<Grip>,
    /// Where the drag last was valid.
    good: Option<Pt>,
    /// Why the gesture cannot be finished here.
    refusal: Option<EditError>,
    /// Cells picked for a merge.
    picked: Vec<Id>,
    /// The edit that waits for an answer, with the slivers that it would leave; it is staged.
    asked: Option<(Edit, Vec<Sliver>)>,
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
        self.asked.is_some() || !self.line.is_empty() || self.grip.is_some() || !self.picked.is_empty()
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
        } else if self.tool == Tool::Select {
            s.dispatch(Command::Select(Selection::None), now);
        } else {
            self.tool = Tool::Select;
        }
    }

    fn drop_gesture(&mut self, s: &mut Session, now: i64) {
        self.line.clear();
        self.grip = None;
        self.good = None;
        self.refusal = None;
        self.picked.clear();
        self.asked = None;
        s.dispatch(Command::Revert, now);
    }

    /// What could be dragged at `at` within `radius_mm`: a vertex or node first, else a segment. In Select only borders
    /// of selected cells.
    pub fn grip_at(&self, s: &Session, at: Pt, radius_mm: i32) -> Option<Grip> {
        let p = s.history().stable();
        let l = p.layer(s.plan(), s.layer())?;
        let allowed = |e: &crate::topology::Edge| match (self.tool, s.selection()) {
            (Tool::Move, _) => true,
            (Tool::Select, Selection::Units(ids)) => {
                let (a, b) = l.partition.sides(e);
                ids.iter().any(|id| id.0 == a || id.0 == b)
            }
            _ => false,
        };
        let area = Box2::of_two(at, at).grown(radius_mm);
        let r2 = f64::from(radius_mm) * f64::from(radius_mm);
        let (mut point, mut segment): (Option<(f64, Pt)>, Option<(f64, Pt, Pt)>) = (None, None);
        for e in l.partition.edges_near(&area) {
            let Some(edge) = l.partition.edge(e).filter(|e| allowed(e)) else { continue };
            for w in edge.points.windows(2) {
                for &v in w {
                    let d2 = at.dist2(v) as f64;
                    if d2 <= r2 && point.is_none_or(|(d, _)| d2 < d) {
                        point = Some((d2, v));
                    }
                }
                let d2 = dist2_to_segment(at, w[0], w[1]);
                if d2 <= r2 && segment.is_none_or(|(d, _, _)| d2 < d) {
                    segment = Some((d2, w[0], w[1]));
                }
            }
        }
        point.map(|(_, v)| Grip::Point(v)).or(segment.map(|(_, a, b)| Grip::Segment(a, b)))
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
        if self.asked.is_some() {
            return;
        }
        if let Some(grip) = self.grip {
            let refused = self.stage(s, drag_edit(s, grip, at), now);
            match refused {
                None => self.good = Some(at),
                Some(EditError::Nothing) => {
                    self.refusal = None;
                    self.good = None;
                }
                Some(e) => {
                    self.refusal = Some(e);
                    if let Some(good) = self.good {
                        let edit = drag_edit(s, grip, good);
                        s.dispatch(Command::Stage(edit), now);
                    }
                }
            }
            return;
        }
        if self.line.is_empty() {
            return;
        }
        let mut line = self.line.clone();
        if line.last() != Some(&at) {
            line.push(at);
        }
        match self.drawn_edit(s, &line, attach_m) {
            Some(edit) => self.refusal = self.stage(s, edit, now),
            None => {
                s.dispatch(Command::Revert, now);
                self.refusal = None;
            }
        }
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
        if self.ask(s, drag_edit(s, grip, good)) { vec![] } else { s.dispatch(Command::Commit, now) }
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
        let done = effects.iter().any(|e| matches!(e, super::Effect::Committed { .. }));
        if !self.line.is_empty() && done {
            self.drawn(s, &effects, now);
        } else if self.line.is_empty() && !done {
            s.dispatch(Command::Revert, now);
        }
        effects
    }

    /// A click with a drawing tool adds a point, with Merge it picks a cell.
    pub fn click(&mut self, s: &mut Session, at: Pt, attach_m: f64, now: i64) -> Vec<super::Effect> {
        if self.asked.is_some() {
            return vec![];
        }
        match self.tool {
            Tool::Outline | Tool::Draw | Tool::Split => {
                // Back on the first point the ring is closed.
                if self.tool != Tool::Split && self.line.len() > 2 && self.line.first() == Some(&at) {
                    return self.finish(s, attach_m, now);
                }
                if self.line.last() != Some(&at) {
                    self.line.push(at);
                }
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
            Tool::Select | Tool::Move => vec![],
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
        let kept = effects.iter().find_map(|e| match e {
            super::Effect::Committed { step, .. } => step.edit.ops().find_map(|op| match op {
                Op::Merge { keep, .. } => keep.clone(),
                _ => None,
            }),
            _ => None,
        });
        if let Some(keep) = &kept
            && let Some(u) = s.project().layer(s.plan(), s.layer()).and_then(|l| l.unit(keep)).map(|u| u.id)
        {
            s.dispatch(Command::Select(Selection::Units(vec![u])), now);
        }
        effects
    }

    /// Double-click, Enter or right button: the line is done.
    pub fn finish(&mut self, s: &mut Session, attach_m: f64, now: i64) -> Vec<super::Effect> {
        if self.asked.is_some() {
            return vec![];
        }
        let line = self.line.clone();
        let Some(edit) = self.drawn_edit(s, &line, attach_m) else {
            return vec![];
        };
        let staged = s.dispatch(Command::Stage(edit.clone()), now);
        // Where it is refused the line stays, so that a point can be taken back.
        self.refusal =
            staged.iter().find_map(|e| if let super::Effect::Refused(e) = e { Some(e.clone()) } else { None });
        if self.refusal.is_some() {
            return staged;
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
        self.line.clear();
        self.refusal = None;
        if self.tool == Tool::Outline {
            // There is one outline; what comes next is its cells.
            self.tool = Tool::Draw;
        }
        let made = effects.iter().find_map(|e| match e {
            super::Effect::Committed { created, .. } => created.first().map(|(_, id)| *id),
            _ => None,
        });
        if let Some(id) = made {
            s.dispatch(Command::Select(Selection::Units(vec![id])), now);
        }
    }

    /// Backspace or undo while drawing: takes the last point back. True if there was one.
    pub fn take_back(&mut self, s: &mut Session, now: i64) -> bool {
        let had = self.asked.is_none() && self.line.pop().is_some();
        if had {
            self.refusal = None;
            s.dispatch(Command::Revert, now);
        }
        had
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

    /// The edit that a drawn line makes; `None` while it is too short.
    fn drawn_edit(&self, s: &Session, line: &[Pt], attach_m: f64) -> Option<Edit> {
        let o = s.project().origin();
        let places: Vec<Place> = line.iter().map(|&q| o.place(q)).collect();
        let op = match self.tool {
            Tool::Outline if line.len() > 2 => Op::Outline { rings: vec![places], crs: None },
            Tool::Draw if line.len() > 2 => {
                Op::Draw { code: None, name: None, rings: vec![places], take: Take::Free, parent: None }
            }
            Tool::Split if line.len() > 1 => {
                let cell = self.cell_to_split(s, line)?;
                Op::Split { cell, line: places, code: None, name: None, keep: None, attach_m: Some(attach_m) }
            }
            _ => return None,
        };
        let mut edit = here(s, op);
        if self.tool == Tool::Outline {
            // Drawing the outline is opening it.
            edit.opened.push("outline".into());
        }
        Some(edit)
    }

    /// The cell a line runs through: the selected one if it does, else the one in the middle of the first stretch that
    /// lies in a cell.
    fn cell_to_split(&self, s: &Session, line: &[Pt]) -> Option<String> {
        let p = s.history().stable();
        let l = p.layer(s.plan(), s.layer())?;
        let lowest = p.facts.layers.get(s.layer() as usize)?.cell_level();
        let through = line.windows(2).flat_map(|w| {
            [0.5, 0.25, 0.75, 0.1, 0.9].map(|t| Pt {
                x: (f64::from(w[0].x) + t * (f64::from(w[1].x) - f64::from(w[0].x))).round() as i32,
                y: (f64::from(w[0].y) + t * (f64::from(w[1].y) - f64::from(w[0].y))).round() as i32,
            })
        });
        let cells: Vec<_> = through.filter_map(|q| l.unit_at(q)).filter(|u| u.level >= lowest).collect();
        let selected = match s.selection() {
            Selection::Units(ids) => cells.iter().find(|u| ids.contains(&u.id)),
            _ => None,
        };
        selected.or(cells.first()).map(|u| u.code.clone())
    }

    /// What the tool expects next: a lead and the keys that help.
    pub fn hint(&self) -> (Said, Said) {
        let keys = |zh: &str, en: &str| Said::new(zh, en);
        let drawing = !self.line.is_empty();
        match (self.tool, drawing) {
            _ if self.grip.is_some() => (
                Said::new("拖动边界 · 松手生效", "Dragging a border · let go to keep"),
                keys("Alt 暂停吸附　Esc 放回原处", "Alt no snapping　Esc put back"),
            ),
            (Tool::Select, _) => (
                Said::new("点选网格或楼栋 · 拖动地图", "Click a cell or building · drag the map"),
                keys("Shift 加选　双击列表飞到", "Shift adds　double-click the list to fly"),
            ),
            (Tool::Move, _) => (
                Said::new("拖动边界上的点，或拖边加点", "Drag a border point, or a border to add one"),
                keys("Delete 删点　Alt 暂停吸附", "Delete removes a point　Alt no snapping"),
            ),
            (Tool::Draw, false) => (
                Said::new("点出网格的一圈", "Click round the cell"),
                keys("沿边界会自动共用　Esc 退出", "borders are shared　Esc leave"),
            ),
            (Tool::Outline, false) => {
                (Said::new("点出整个范围的一圈", "Click round the outline"), keys("Esc 退出", "Esc leave"))
            }
            (Tool::Split, false) => {
                (Said::new("从边界到边界画一条线", "Draw a line from border to border"), keys("Esc 退出", "Esc leave"))
            }
            (Tool::Draw | Tool::Outline | Tool::Split, true) => (
                Said::new("继续点 · 双击或回车完成", "Go on · double-click or Enter to finish"),
                keys("退格 退一点　Esc 放弃", "Backspace takes a point back　Esc drops"),
            ),
            (Tool::Merge, _) if self.picked.len() == 1 => {
                (Said::new("再点相邻的一个网格", "Click the neighbour to merge with"), keys("Esc 放弃", "Esc drops"))
            }
            (Tool::Merge, _) => {
                (Said::new("点第一个要合并的网格", "Click the first cell to merge"), keys("Esc 退出", "Esc leave"))
            }
        }
    }
}

/// An edit for the shown layer.
pub fn here(s: &Session, op: Op) -> Edit {
    let layer = s.project().facts.layers.get(s.layer() as usize).map(|l| l.id.clone());
    let plan = s.project().plan(s.plan()).map(|p| p.meta.name.clone());
    s.limited(Edit { layer, plan, ..op.into() })
}

fn drag_edit(s: &Session, grip: Grip, to: Pt) -> Edit {
    let o = s.project().origin();
    let op = match grip {
        Grip::Point(at) => Op::Move { at: o.place(at), to: o.place(to) },
        Grip::Segment(a, b) => Op::Insert { on: [o.place(a), o.place(b)], at: o.place(to) },
    };
    here(s, op)
}
