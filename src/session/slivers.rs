//! Slivers: narrow ground that an edit leaves and that its line did not ask for, told before it is kept; lines led along
//! the border instead.

use super::Session;
use crate::geom::{Box2, Place, Pt, ring_area2};
use crate::model::Id;
use crate::plan::{Context, Edit, EditError, Layer, Op, Outcome, Project, apply};
use crate::topology::{self, Edge, Line, Narrow, NarrowKind, Partition, PartitionPatch, TopologyError};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Width under which ground is a sliver where nobody said, metres.
pub const SLIVER_M: f64 = 1.0;

/// The widest that can be asked for, metres.
const WIDEST_M: f64 = 100.0;

/// A narrow place that an edit leaves.
#[derive(Clone, PartialEq, Debug)]
pub struct Sliver {
    /// The plan whose ground it is; of an edit that makes a draft first, the plan that the draft is made from.
    pub plan: Id,
    /// The layer.
    pub layer: u16,
    /// Code of the cell or unit whose ground it is; `None` where it is the layer's own.
    pub code: Option<String>,
    /// What is narrow, where, how.
    pub narrow: Narrow,
}

/// What is to be done with an edit that leaves slivers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnSlivers {
    /// They are kept and told.
    #[default]
    Keep,
    /// The edit's lines are led along the borders beside them.
    Attach,
    /// The edit is refused.
    Refuse,
}

impl Sliver {
    /// As the command line tells it: kind, place in metres of the project's CRS, width and length in metres to the
    /// millimetre, layer, code.
    pub fn json(&self, p: &Project) -> Value {
        let metres = |mm: f64| mm.round() / 1000.0;
        let kind = match self.narrow.kind {
            NarrowKind::Face => "face",
            NarrowKind::Neck => "neck",
            NarrowKind::Spike => "spike",
        };
        json!({
            "kind": kind, "at": p.origin().place(self.narrow.at).metres(),
            "width_m": metres(self.narrow.width_mm), "length_m": metres(self.narrow.length_mm),
            "layer": p.facts.layers.get(usize::from(self.layer)).map(|l| &l.id), "code": self.code,
        })
    }
}

impl Session {
    /// Width under which ground is a sliver, metres; 0 = none is.
    pub fn sliver_m(&self) -> f64 {
        self.sliver_m
    }

    /// Sets it; at most 100.
    pub fn set_sliver_m(&mut self, width_m: f64) {
        self.sliver_m = width_m.clamp(0.0, WIDEST_M);
    }

    /// The slivers that the staged edit leaves. Counted when asked, not while an edit is dragged.
    pub fn slivers(&self) -> Vec<Sliver> {
        let staged = self.history.staged();
        staged.map_or_else(Vec::new, |s| self.left_by(self.history.stable(), &s.edit, &s.outcome))
    }

    /// The edit to be done instead, so that it leaves slivers only as `how` allows.
    ///
    /// # Errors
    /// What refuses the edit, and the slivers that it would leave: [`EditError::Slivers`] where they are to refuse it;
    /// where its lines were to be led along the borders, that nothing is left of the edit then.
    pub fn settled(&self, edit: Edit, how: OnSlivers) -> Result<Edit, (EditError, Vec<Sliver>)> {
        if how == OnSlivers::Keep || self.sliver_m == 0.0 {
            return Ok(edit);
        }
        let (base, filled, outcome) = self.tried(edit.clone()).map_err(|e| (e, vec![]))?;
        let found = self.left_by(&base, &filled, &outcome);
        match found.first() {
            None => Ok(edit),
            Some(first) if how == OnSlivers::Refuse => {
                let at = found.iter().map(|s| base.origin().place(s.narrow.at)).collect();
                let [width_m, length_m] = [first.narrow.width_mm, first.narrow.length_mm].map(|mm| mm / 1000.0);
                Err((EditError::Slivers { at, width_m, length_m }, found))
            }
            Some(_) => self.attached(&base, edit, &found).map_err(|e| (e, found)),
        }
    }

    /// The edit with its lines led along the borders where they leave the slivers found. What cannot be led stays.
    fn attached(&self, base: &Project, edit: Edit, found: &[Sliver]) -> Result<Edit, EditError> {
        let mut best = edit;
        let mut grounds: Vec<(Id, u16)> = found.iter().map(|s| (s.plan, s.layer)).collect();
        grounds.dedup();
        for (plan, layer) in grounds {
            let here = |all: &[Sliver]| -> Vec<Narrow> {
                all.iter().filter(|s| (s.plan, s.layer) == (plan, layer)).map(|s| s.narrow.clone()).collect()
            };
            let Some(l) = base.layer(plan, layer) else { continue };
            let moved = as_reshape(base, l, &best);
            let from = moved.as_ref().unwrap_or(&best);
            let lines = lines_of(base, &mut from.clone(), layer);
            let retry = |lines: &[Line]| -> Result<Vec<Narrow>, EditError> {
                let (base, filled, outcome) = self.tried(with_lines(base, from, layer, lines))?;
                Ok(here(&self.left_by(&base, &filled, &outcome)))
            };
            let width_mm = self.sliver_m * 1000.0;
            let led = topology::attach(&l.partition, &lines, width_mm, &here(found), retry, is_nothing)?;
            if led.lines != lines {
                best = with_lines(base, from, layer, &led.lines);
            }
        }
        Ok(best)
    }

    /// Why an edit would be refused now; nothing if it would be done.
    pub fn refusal_of(&self, edit: Edit) -> Option<EditError> {
        self.tried(edit).err()
    }

    /// The edit with every choice made, as it would be done now.
    ///
    /// # Errors
    /// Why it would be refused.
    pub fn filled(&self, edit: Edit) -> Result<Edit, EditError> {
        self.tried(edit).map(|(_, filled, _)| filled)
    }

    /// What an edit would make, on what it would be done.
    fn tried(&self, edit: Edit) -> Result<(Project, Edit, Outcome), EditError> {
        let stable = self.history.stable();
        let edit = self.limited(edit);
        let base = self.draft_for(&edit).map_or_else(|| stable.clone(), |d| stable.as_draft(d.of));
        let id = self.history.next_id();
        let edit = super::fill(&base, &self.assignment, self.plan, edit, id, &self.segments)?;
        let outcome = apply(&base, &edit, &Context { id, given: 0, segments: &self.segments })?;
        Ok((base, edit, outcome))
    }

    /// The slivers that a filled edit leaves of `old`.
    fn left_by(&self, old: &Project, edit: &Edit, outcome: &Outcome) -> Vec<Sliver> {
        // Whoever brings whole partitions is told of their slivers by the import.
        if self.sliver_m == 0.0 || edit.ops().any(|op| matches!(op, Op::Import { .. })) {
            return vec![];
        }
        let mut out = Vec::new();
        for (plan, layer, patch) in &outcome.patch.partitions {
            let (Some(before), Some(after)) = (old.layer(*plan, *layer), outcome.project.layer(*plan, *layer)) else {
                continue;
            };
            // On empty ground there is only what was drawn.
            if before.partition.is_empty() {
                continue;
            }
            let drawn = drawn(&outcome.project, edit, *layer, &after.partition, patch);
            let found = topology::narrow(&before.partition, &after.partition, patch, &drawn, self.sliver_m * 1000.0);
            out.extend(found.into_iter().map(|narrow| {
                let code = after.unit_of(narrow.owner).map(|u| u.code.clone());
                Sliver { plan: *plan, layer: *layer, code, narrow }
            }));
        }
        out
    }
}

/// Whether a refusal says that nothing is left of an edit.
fn is_nothing(e: &EditError) -> bool {
    use TopologyError::{NoGround, NotDivided, TooFew};
    match e {
        EditError::Border { why, .. } => matches!(why, NoGround { .. } | NotDivided { .. } | TooFew { .. }),
        EditError::Nothing => true,
        _ => false,
    }
}

/// Does something to each line that an edit draws on a layer; `closed`: it is a ring.
fn each_line(p: &Project, edit: &mut Edit, layer: u16, f: &mut dyn FnMut(&mut Vec<Place>, bool)) {
    if let Op::Together { edits } = &mut edit.op {
        for e in edits.iter_mut() {
            e.layer = e.layer.take().or_else(|| edit.layer.clone());
            each_line(p, e, layer, f);
        }
        return;
    }
    if edit.layer.as_ref().is_some_and(|l| p.layer_index(l) != Some(layer)) {
        return;
    }
    match &mut edit.op {
        Op::Outline { rings, .. } | Op::Draw { rings, .. } | Op::Unit { rings, .. } | Op::Give { rings, .. } => {
            rings.iter_mut().for_each(|r| f(r, true));
        }
        Op::Split { line, .. } | Op::Cut { line, .. } | Op::Reshape { line, .. } => f(line, false),
        _ => {}
    }
}

/// The lines that an edit draws on a layer, on the grid.
fn lines_of(p: &Project, edit: &mut Edit, layer: u16) -> Vec<Line> {
    let mut out = Vec::new();
    each_line(p, edit, layer, &mut |line, closed| {
        let mut points: Vec<Pt> = line.iter().filter_map(|&q| p.grid(q)).collect();
        if closed && points.len() > 1 && points.first() == points.last() {
            points.pop();
        }
        out.push(Line { points, closed });
    });
    out
}

/// The edit with other lines, in the order of [`lines_of`].
fn with_lines(p: &Project, edit: &Edit, layer: u16, lines: &[Line]) -> Edit {
    let mut edit = edit.clone();
    let mut next = lines.iter();
    each_line(p, &mut edit, layer, &mut |line, _| {
        if let Some(l) = next.next() {
            *line = l.points.iter().map(|&q| p.origin().place(q)).collect();
        }
    });
    edit
}

/// The reshaping that does what moving or putting in a vertex does, with the two segments beside it as its line: a
/// vertex has no line to be led. `None` for a node, and where no cell gains ground.
fn as_reshape(p: &Project, l: &Layer, edit: &Edit) -> Option<Edit> {
    let (named, to) = match &edit.op {
        Op::Move { at, to } => (vec![p.grid(*at)?], p.grid(*to)?),
        Op::Insert { on, at } => (vec![p.grid(on[0])?, p.grid(on[1])?], p.grid(*at)?),
        _ => return None,
    };
    let near = l.partition.edges_near(&Box2::of(&named));
    let mut found = near.into_iter().filter_map(|e| l.partition.edge(e)).filter_map(|e| {
        let at = |q: Pt| e.points.iter().position(|&v| v == q);
        match named[..] {
            [q] => {
                let i = at(q).filter(|&i| i > 0 && i + 1 < e.points.len())?;
                Some((e, e.points[i - 1], Some(q), e.points[i + 1]))
            }
            _ => e.points.windows(2).find(|w| named.iter().all(|q| w.contains(q))).map(|w| (e, w[0], None, w[1])),
        }
    });
    let (edge, before, old, after) = found.next()?;
    let (left, right) = l.partition.sides(edge);
    let moved: Vec<Pt> = [Some(before), Some(to), Some(after), old].into_iter().flatten().collect();
    // Moved to the right, the left side gains.
    let gains = if ring_area2(&moved) > 0 { left } else { right };
    let cell = l.unit_of(gains)?.code.clone();
    let line = [before, to, after].map(|q| p.origin().place(q)).to_vec();
    Some(Edit { op: Op::Reshape { line, cell: Some(cell), keep: None, attach_m: None }, ..edit.clone() })
}

/// What an edit drew on a layer, rings closed: its lines, and the segments at the vertices that it moved.
fn drawn(p: &Project, edit: &Edit, layer: u16, after: &Partition, patch: &PartitionPatch) -> Vec<Vec<Pt>> {
    let mut out: Vec<Vec<Pt>> = lines_of(p, &mut edit.clone(), layer)
        .into_iter()
        .map(|l| l.points.iter().copied().chain(l.points.first().copied().filter(|_| l.closed)).collect())
        .collect();
    for op in edit.ops() {
        let at = match op {
            Op::Move { to, .. } => *to,
            Op::Insert { at, .. } => *at,
            Op::Follow { from, to, line, .. } => {
                let line = [from].into_iter().chain(line).chain([to]);
                out.push(line.filter_map(|&q| p.grid(q)).collect());
                continue;
            }
            Op::Slide { .. } => {
                let segments = |e: &Edge| e.points.windows(2).map(<[Pt]>::to_vec).collect::<Vec<_>>();
                let old: BTreeSet<Vec<Pt>> =
                    patch.edges.iter().filter_map(|c| c.before.as_ref()).flat_map(segments).collect();
                let new = patch.edges.iter().filter_map(|c| c.after.as_ref()).flat_map(segments);
                out.extend(new.filter(|s| !old.contains(s)));
                continue;
            }
            _ => continue,
        };
        let Some(at) = p.grid(at) else { continue };
        for e in after.edges_near(&Box2::of_two(at, at)) {
            let segments = after.edge(e).into_iter().flat_map(|e| e.points.windows(2));
            out.extend(segments.filter(|w| w.contains(&at)).map(<[Pt]>::to_vec));
        }
    }
    out
}

#[cfg(test)]
mod tests;
