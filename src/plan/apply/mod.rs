//! Applying an edit: pure, filled, all or nothing.

mod facts;
mod gathered;
mod ground;
mod import;
mod locks;
mod plans;
mod rows;
mod underlay;

pub use import::Ground;
pub use rows::turned;

use super::edit::{Edit, Op};
use super::error::EditError;
use super::patch::Patch;
use super::project::{Layer, Plan, Project};
use super::tx::Tx;
use crate::geom::{Place, Pt};
use crate::model::{EditId, Id, Said, Segment, SegmentHash};
use std::cell::Cell;
use std::sync::Arc;

/// Where the rows of segments that an edit names come from.
pub trait Segments {
    /// The segment with a hash.
    fn segment(&self, hash: SegmentHash) -> Option<Arc<Segment>>;
}

/// No segments: for edits that bring no rows.
pub struct NoSegments;

impl Segments for NoSegments {
    fn segment(&self, _: SegmentHash) -> Option<Arc<Segment>> {
        None
    }
}

/// What an edit may use besides the project.
pub struct Context<'a> {
    /// The edit's own identity; new identities come from it.
    pub id: EditId,
    /// Identities given from it already: 0, but for the later ones of edits made together.
    pub given: u16,
    /// Segments.
    pub segments: &'a dyn Segments,
}

/// What an edit made of a project.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The project after it.
    pub project: Project,
    /// What changed.
    pub patch: Patch,
    /// Units that the edit made: layer, identity.
    pub created: Vec<(u16, Id)>,
    /// Identities given from the context's, those before this edit included.
    pub given: u16,
    /// What each of several edits made together made of what was there before it; empty for a single edit.
    pub parts: Vec<Part>,
}

/// One of several edits made together.
#[derive(Clone, Debug)]
pub struct Part {
    /// The edit, with the layer and plan it is meant for.
    pub edit: Edit,
    /// What it made.
    pub outcome: Outcome,
}

/// Applies a filled edit.
///
/// # Errors
/// [`EditError`] says why the edit was refused; the project given is whole as it was.
pub fn apply(project: &Project, edit: &Edit, ctx: &Context<'_>) -> Result<Outcome, EditError> {
    facts::guard(&edit.op)?;
    let given = Cell::new(usize::from(ctx.given));
    let mut a = Applying { tx: Tx::new(project), project, edit, ctx, created: Vec::new(), given };
    match &edit.op {
        Op::Together { .. } => return together(project, edit, ctx),
        Op::Outline { rings, crs } => {
            a.decide_crs(crs.as_ref())?;
            a.outline(rings)?;
        }
        Op::Draw { code, name, rings, take, parent } => {
            a.draw(code.as_deref(), name.as_deref(), rings, *take, parent.as_deref())?;
        }
        Op::Split { cell, line, code, name, keep, attach_m } => {
            a.split(cell, line, code.as_deref(), name.as_deref(), *keep, *attach_m)?;
        }
        Op::Cut { line, cells, attach_m } => a.cut(line, cells.as_deref(), *attach_m)?,
        Op::Merge { cells, keep, apart } => a.merge(cells, keep.as_deref(), *apart)?,
        Op::Detach { cell, at, code, name } => a.detach(cell, *at, code.as_deref(), name.as_deref())?,
        Op::Fill { at, cell } => a.fill(*at, cell.as_deref())?,
        Op::Give { cell, rings } => a.give(cell.as_deref(), rings)?,
        Op::Dissolve { cell } => a.dissolve(cell)?,
        Op::Reshape { line, cell, keep, attach_m } => a.reshape(line, cell.as_deref(), *keep, *attach_m)?,
        Op::Redraw { cells } => a.redraw(cells)?,
        Op::Slide { on, by, offset_m } => a.slide(on, *by, *offset_m)?,
        Op::Follow { from, to, line, on } => a.follow((*from, *to), line, on.as_ref())?,
        Op::Simplify { cells, on, tolerance_m, square } => a.simplify(cells, on.as_ref(), *tolerance_m, *square)?,
        Op::Move { at, to } => a.vertex(|p, a, may| crate::topology::move_point(p, a[0], a[1], may), &[*at, *to])?,
        Op::Insert { on, at } => {
            a.vertex(|p, a, may| crate::topology::insert_vertex(p, (a[0], a[1]), a[2], may), &[on[0], on[1], *at])?
        }
        Op::Delete { at } => a.vertex(|p, a, may| crate::topology::delete_vertex(p, a[0], may), &[*at])?,
        Op::Unit { code, name, level, parent, rings } => a.unit(code, name, level, parent.as_deref(), rings)?,
        Op::Gather { .. } => a.gather()?,
        Op::Set(set) => a.set(set)?,
        Op::Pin { building, cell } => a.pin(building, cell.as_deref())?,
        Op::Lock { cell, on, value } => a.lock(cell.as_deref(), on.as_ref(), *value)?,
        Op::Whole { courtyard, value } => a.whole(courtyard, *value)?,
        Op::Ignore { issue, reason } => a.ignore(issue, reason.as_deref())?,
        Op::Underlay(op) => a.underlay(op)?,
        Op::Member { code, name, phone, org } => a.member(code, name, phone.as_deref(), org.as_deref())?,
        Op::Post { .. } => a.post()?,
        Op::Add { kind, rows } => a.add_rows(*kind, rows)?,
        Op::Shift { buildings, by, turn_deg, about } => a.shift(buildings, *by, *turn_deg, *about)?,
        Op::Remove { member: None, post: None, buildings, courtyard } => {
            a.remove_rows(buildings, courtyard.as_deref())?;
        }
        Op::Remove { member, post, buildings, courtyard } if buildings.is_empty() && courtyard.is_none() => {
            a.remove(member.as_deref(), post.as_deref())?;
        }
        Op::Remove { .. } => return Err(EditError::Field { field: "remove".into() }),
        Op::Layer { id, name, levels } => a.layer(id, name, levels)?,
        Op::Import { kind, segments, crs, level, .. } => {
            a.import(*kind, segments, crs.as_ref(), level.as_deref())?;
        }
        Op::Plan(op) => a.plans(op)?,
    }
    let created = a.created;
    let given = u16::try_from(a.given.get()).map_err(|_| EditError::Field { field: "edits".into() })?;
    let (project, patch) = a.tx.finish();
    if patch.is_empty() || patch.state.0 == patch.state.1 {
        return Err(EditError::Nothing);
    }
    Ok(Outcome { project, patch, created, given, parts: Vec::new() })
}

/// Several edits as one: each is applied to what those before it made, and their patches are joined.
fn together(project: &Project, edit: &Edit, ctx: &Context<'_>) -> Result<Outcome, EditError> {
    // Layers and plans that come, go or change places within one patch could not be put back in their order.
    let alone =
        |op: &Op| matches!(op, Op::Together { .. } | Op::Layer { .. }) || matches!(op, Op::Plan(p) if !p.is_copy());
    if edit.ops().next().is_none() || edit.ops().any(alone) {
        return Err(EditError::Field { field: "edits".into() });
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut given = ctx.given;
    for edit in edit.parts() {
        let before = parts.last().map_or(project, |p| &p.outcome.project);
        let outcome = apply(before, &edit, &Context { given, ..*ctx })?;
        given = outcome.given;
        parts.push(Part { edit, outcome });
    }
    let patch = Patch::joined(parts.iter().map(|p| &p.outcome.patch));
    if patch.state.0 == patch.state.1 {
        return Err(EditError::Nothing);
    }
    let created = parts.iter().flat_map(|p| p.outcome.created.iter().copied()).collect();
    let project = parts.last().map_or_else(|| project.clone(), |p| p.outcome.project.clone());
    Ok(Outcome { project, patch, created, given, parts })
}

/// An edit on its way.
struct Applying<'a> {
    tx: Tx<'a>,
    project: &'a Project,
    edit: &'a Edit,
    ctx: &'a Context<'a>,
    created: Vec<(u16, Id)>,
    /// Identities given from the context's.
    given: Cell<usize>,
}

impl<'a> Applying<'a> {
    /// The plan that the edit is meant for.
    fn the_plan(&self) -> Result<&'a Arc<Plan>, EditError> {
        match (&self.edit.plan, &self.project.plans[..]) {
            (Some(name), _) => self.project.plan_named(name).ok_or_else(|| no_such("方案", "plan", name)),
            (None, [only]) => Ok(only),
            (None, _) => Err(EditError::NotFilled { field: "plan" }),
        }
    }

    /// The same, refused if the plan is or was in force.
    fn draft(&self) -> Result<&'a Arc<Plan>, EditError> {
        let plan = self.the_plan()?;
        if plan.meta.protected() { Err(EditError::InForce { plan: plan.meta.name.clone() }) } else { Ok(plan) }
    }

    /// Number of the layer that the edit is meant for.
    fn layer_ix(&self) -> Result<u16, EditError> {
        match (&self.edit.layer, self.project.facts.layers.len()) {
            (Some(id), _) => self.project.layer_index(id).ok_or_else(|| no_such("图层", "layer", id)),
            (None, 1) => Ok(0),
            (None, _) => Err(EditError::WhichLayer),
        }
    }

    fn layer_of(&self, plan: &'a Plan, layer: u16) -> Result<&'a Layer, EditError> {
        let layer = plan.layers.get(layer as usize).ok_or(EditError::WhichLayer)?;
        match &self.edit.within {
            Some(w) if layer.unit(w).is_none() => Err(no_such("单位", "unit", w)),
            _ => Ok(layer),
        }
    }

    fn grid(&self, at: Place) -> Result<Pt, EditError> {
        let origin = self.tx.new.facts.head.origin.ok_or(EditError::NoCrs)?;
        origin.grid(at).ok_or(EditError::Far { at })
    }

    fn grid_line(&self, line: &[Place]) -> Result<Vec<Pt>, EditError> {
        line.iter().map(|&p| self.grid(p)).collect()
    }

    fn new_id(&self, ordinal: usize) -> Id {
        let n = usize::from(self.ctx.given) + ordinal;
        self.given.set(self.given.get().max(n + 1));
        // More than fit are refused once the edit is done.
        self.ctx.id.id(n as u16)
    }
}

fn no_such(zh: &str, en: &str, name: &str) -> EditError {
    EditError::NoSuch { what: Said::new(zh, en), name: name.to_owned() }
}
