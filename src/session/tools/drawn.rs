//! Lines under the hand: points put and taken back, and the edit that a line makes.

use super::{Hand, Tool, here, thinned};
use crate::geom::{Box2, Place, Pt, foot_on_segment};
use crate::model::Said;
use crate::plan::{CutCell, Edit, EditError, Op, Take};
use crate::session::{Command, Effect, Selection, Session};
use crate::topology::{TopologyError, divided};
use std::collections::BTreeSet;

impl Hand {
    /// Adds points to the line as one stroke: they are taken back together.
    pub(super) fn put(&mut self, points: &[Pt]) {
        let before = self.line.len();
        for &q in points {
            if self.line.last() != Some(&q) {
                self.line.push(q);
            }
        }
        if self.line.len() > before {
            self.strokes.push(before);
            self.undone.clear();
        }
    }

    /// Backspace or undo while drawing: takes the last point or stroke back; what is only tried is dropped. True if there
    /// was anything.
    pub fn take_back(&mut self, s: &mut Session, now: i64) -> bool {
        if self.asked.is_some() {
            return false;
        }
        if self.tool.paints() {
            return self.take_stroke_back(s, now);
        }
        let tried = self.trial.take().is_some();
        let had = self.strokes.pop();
        if let Some(before) = had {
            self.undone.push(self.line.split_off(before));
        }
        if tried || had.is_some() {
            self.refusal = None;
            s.dispatch(Command::Revert, now);
        }
        tried || had.is_some()
    }

    /// Whether [`Hand::put_back`] has anything to bring back.
    pub fn can_put_back(&self) -> bool {
        !self.undone.is_empty() && self.tool.draws() && self.asked.is_none()
    }

    /// Redo while drawing: what was taken back last comes again. True if there was anything.
    pub fn put_back(&mut self) -> bool {
        let Some(points) = self.undone.pop().filter(|_| self.tool.draws() && self.asked.is_none()) else {
            return false;
        };
        let rest = std::mem::take(&mut self.undone);
        self.put(&points);
        self.undone = rest;
        true
    }

    /// The pen goes down at `at` (snapped) to draw without being lifted.
    pub fn pen_down(&mut self, at: Pt) {
        self.stroke.clear();
        if self.tool.draws() && !self.tool.builds() && self.asked.is_none() {
            self.stroke.push(at);
        }
    }

    /// The pen went along `way` (as it is, not snapped), and what is drawn so far is staged. Points nearer to the line than
    /// `coarse_mm`, which the screen would not show, are left out.
    pub fn pen_along(&mut self, s: &mut Session, way: &[Pt], coarse_mm: f64, attach_m: f64, now: i64) {
        let before = self.stroke.len();
        for &at in way {
            if self.stroke.last().is_some_and(|last| last.dist(at) >= coarse_mm / 2.0) {
                self.stroke.push(at);
            }
        }
        if self.stroke.len() == before {
            return;
        }
        let mut line = self.line.clone();
        line.extend(thinned(&self.stroke, coarse_mm));
        line.dedup();
        self.stage_open(s, &line, attach_m, now);
    }

    /// The pen is lifted at `at` (snapped). A ring that comes back to its first point is done.
    pub fn pen_up(&mut self, s: &mut Session, at: Pt, coarse_mm: f64, attach_m: f64, now: i64) -> Vec<Effect> {
        let mut stroke = std::mem::take(&mut self.stroke);
        if stroke.is_empty() {
            return vec![];
        }
        if stroke.len() > 1 {
            stroke.pop();
        }
        stroke.push(at);
        let mut points = thinned(&stroke, coarse_mm);
        let first = self.line.first().or(points.first()).copied();
        let closes = self.tool.closes() && first == Some(at) && self.line.len() + points.len() > 3;
        if closes {
            points.pop();
        }
        self.put(&points);
        if closes {
            return self.finish(s, attach_m, now);
        }
        self.hover(s, at, attach_m, now);
        vec![]
    }

    /// A point given in numbers. With a tool that builds it may be the last, and makes a step.
    pub fn put_typed(&mut self, s: &mut Session, at: Pt, attach_m: f64, now: i64) -> Vec<Effect> {
        if self.tool.builds() {
            return self.click_building(s, at, now);
        }
        if self.tool.draws() && self.asked.is_none() {
            self.put(&[at]);
            self.hover(s, at, attach_m, now);
        }
        vec![]
    }

    /// Stages what a line makes that is still drawn: not to have reached a border yet is no fault of it.
    pub(super) fn stage_open(&mut self, s: &mut Session, line: &[Pt], attach_m: f64, now: i64) {
        self.stage_line(s, line, attach_m, now);
        let short = |e: &EditError| {
            let why = if let EditError::Border { why, .. } = e { Some(why) } else { None };
            let short = matches!(why, Some(TopologyError::NotDivided { .. } | TopologyError::Dangling { .. }));
            // On the way from one place of a border to another nothing is wrong with being at none yet.
            let on_the_way = matches!(
                why,
                Some(
                    TopologyError::NotFound { .. } | TopologyError::NotOneBorder { .. } | TopologyError::TooFew { .. }
                )
            );
            short || self.tool == Tool::Follow && on_the_way
        };
        self.open = self.refusal.as_ref().is_some_and(short);
        if self.open {
            self.refusal = None;
        }
    }

    /// Stages what a line makes, and keeps why it cannot be. The edit that is staged or was refused; `None` while the line
    /// is too short.
    pub(super) fn stage_line(&mut self, s: &mut Session, line: &[Pt], attach_m: f64, now: i64) -> Option<Edit> {
        let mut ways = self.ways(s, line, attach_m).into_iter();
        let Some(mut edit) = ways.next() else {
            s.dispatch(Command::Revert, now);
            // Where there is no cell at all, it is said how to begin.
            self.refusal = (self.tool == Tool::Split && line.len() > 1 && !has_cells(s)).then(|| EditError::NoSuch {
                what: Said::new("网格：还没有网格，先按 A 画一个", "cell yet; press A and draw one first:"),
                name: String::new(),
            });
            return None;
        };
        let first = self.stage(s, edit.clone(), now);
        self.refusal = first.clone();
        for other in ways {
            if !self.refusal.as_ref().is_some_and(is_elsewhere) {
                break;
            }
            let refused = self.stage(s, other.clone(), now);
            match refused {
                Some(e) if self.tool == Tool::Draw && !is_elsewhere(&e) => self.refusal = Some(e),
                Some(_) => self.refusal.clone_from(&first),
                None => (self.refusal, edit) = (None, other),
            }
        }
        Some(edit)
    }

    /// The edits that a line may mean, the likeliest first; the next is tried where the one before finds nothing to change.
    fn ways(&self, s: &Session, line: &[Pt], attach_m: f64) -> Vec<Edit> {
        let o = s.project().origin();
        let places = || -> Vec<Place> { line.iter().map(|&q| o.place(q)).collect() };
        match self.tool {
            Tool::Outline if line.len() > 2 => {
                let mut edit = here(s, Op::Outline { rings: vec![places()], crs: None });
                // Drawing the outline is opening it.
                edit.opened.push("outline".into());
                vec![edit]
            }
            Tool::Draw if line.len() > 2 => {
                // Ground without a cell; where the ring has none, it cuts a cell out of those it lies in.
                [Take::Free, Take::All]
                    .map(|take| here(s, Op::Draw { code: None, name: None, rings: vec![places()], take, parent: None }))
                    .into()
            }
            Tool::Split if line.len() > 1 => self.split(s, line, places(), attach_m).into_iter().collect(),
            Tool::Reshape if line.len() > 1 => {
                let reshape = |cell| Op::Reshape { line: places(), cell, keep: None, attach_m: Some(attach_m) };
                let selected = the_selected(s);
                let all = selected.is_none().then_some(None);
                let each = selected.map(|cell| [Some(cell), None]).into_iter().flatten().chain(all);
                each.map(|cell| here(s, reshape(cell))).collect()
            }
            Tool::Follow if line.len() > 1 => {
                let ends = [line[0], line[line.len() - 1]].map(|end| o.place(on_a_border(s, end, attach_m)));
                let op =
                    Op::Follow { from: ends[0], to: ends[1], line: places()[1..line.len() - 1].to_vec(), on: None };
                vec![here(s, op)]
            }
            _ => vec![],
        }
    }

    /// Of cells that a line divides the selected ones, else all: one is split, several are cut. A line that divides none yet
    /// is one through the cell it runs in.
    fn split(&self, s: &Session, line: &[Pt], places: Vec<Place>, attach_m: f64) -> Option<Edit> {
        let mut cells = divided_cells(s, line, attach_m);
        if cells.len() < 2 {
            let cell = cells.pop().or_else(|| through(s, line))?;
            let op = Op::Split { cell, line: places, code: None, name: None, keep: None, attach_m: Some(attach_m) };
            return Some(here(s, op));
        }
        let each = |cell| CutCell { cell, code: None, name: None, keep: None };
        let cells = Some(cells.into_iter().map(each).collect());
        Some(here(s, Op::Cut { line: places, cells, attach_m: Some(attach_m) }))
    }
}

/// The place of a border nearest to `at` within `attach_m`, else `at`. O(borders near).
fn on_a_border(s: &Session, at: Pt, attach_m: f64) -> Pt {
    let reach_mm = (attach_m * 1000.0).clamp(0.0, 1e8);
    let p = s.history().stable();
    let Some(l) = p.layer(s.plan(), s.layer()) else { return at };
    let near = l.partition.edges_near(&Box2::of_two(at, at).grown(reach_mm as i32));
    let chains = near.into_iter().filter_map(|e| l.partition.edge(e));
    let feet = chains.flat_map(|e| e.points.windows(2).map(|w| foot_on_segment(at, w[0], w[1])).collect::<Vec<_>>());
    feet.filter(|q| at.dist(*q) <= reach_mm).min_by_key(|q| at.dist2(*q)).unwrap_or(at)
}

/// Whether an edit found nothing that it could change here.
fn is_elsewhere(e: &EditError) -> bool {
    matches!(
        e,
        EditError::Border { why: TopologyError::NoGround { .. } | TopologyError::NotDivided { .. }, .. }
            | EditError::Nothing
    )
}

/// Whether the layer has a cell. O(units).
fn has_cells(s: &Session) -> bool {
    let p = s.history().stable();
    let lowest = p.facts.layers.get(usize::from(s.layer())).map_or(0, |d| d.cell_level());
    p.layer(s.plan(), s.layer()).is_some_and(|l| l.units.values().any(|u| u.level == lowest))
}

/// Code of the cell that alone is selected.
pub(super) fn the_selected(s: &Session) -> Option<String> {
    let Selection::Units(ids) = s.selection() else { return None };
    let [id] = ids[..] else { return None };
    let p = s.history().stable();
    let unit = p.layer(s.plan(), s.layer())?.units.get(&id)?;
    (unit.level == p.facts.layers.get(usize::from(s.layer()))?.cell_level()).then(|| unit.code.clone())
}

/// Codes of the cells that a line divides and that may be changed, the first first; of selected ones only those.
/// O(borders near the line).
fn divided_cells(s: &Session, line: &[Pt], attach_m: f64) -> Vec<String> {
    let p = s.history().stable();
    let Some(l) = p.layer(s.plan(), s.layer()) else { return vec![] };
    let lowest = p.facts.layers.get(usize::from(s.layer())).map_or(0, |d| d.cell_level());
    let reach_mm = (attach_m * 1000.0).clamp(0.0, 1e8) as i32;
    let mut owners = BTreeSet::new();
    for e in l.partition.edges_near(&Box2::of(line).grown(reach_mm)) {
        if let Some(e) = l.partition.edge(e) {
            owners.extend(<[u64; 2]>::from(l.partition.sides(e)));
        }
    }
    let within = |id| s.only_within().is_none_or(|w| l.chain(id).iter().any(|u| u.id == w));
    owners.retain(|o| l.unit_of(*o).is_some_and(|u| u.level == lowest && !l.is_locked(u.id) && within(u.id)));
    let Ok(parted) = divided(&l.partition, &owners, line, f64::from(reach_mm)) else { return vec![] };
    let units: Vec<_> = parted.into_iter().filter_map(|o| l.unit_of(o)).collect();
    let chosen = |ids: &[crate::model::Id]| units.iter().filter(|u| ids.contains(&u.id)).copied().collect();
    let selected: Vec<_> = match s.selection() {
        Selection::Units(ids) => chosen(ids),
        _ => vec![],
    };
    let units = if selected.is_empty() { units } else { selected };
    let mut codes: Vec<String> = units.into_iter().map(|u| u.code.clone()).collect();
    codes.sort_unstable();
    codes
}

/// The cell a line runs through: the selected one if it does, else the one in the middle of the first stretch that lies in
/// a cell.
fn through(s: &Session, line: &[Pt]) -> Option<String> {
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
