//! Filling the choices that a user left open, from the tallies, before `apply` sees the edit.

use crate::assign::{Assignment, Courtyards, Tally};
use crate::geom::{Pt, anchor_of_polygons};
use crate::model::{EditId, GridLayer, Id, Unit};
use crate::plan::{Context, CutCell, Edit, EditError, Layer, Op, Project, Segments, apply};
use crate::topology::{divided, neighbours};

/// How far a loose end may be from the border where nobody said, metres.
const ATTACH_M: f64 = 0.002;

/// How far a simplified border may go from where it was, where nobody said, metres.
const TOLERANCE_M: f64 = 0.5;

/// The edit with every choice made. `plan`: the plan that is worked on.
///
/// - no `plan` = the plan worked on, if the edit is of a plan at all; no `code` = the next free number
/// - `draw` over ground of several higher units goes to the one with most ground in it
/// - `split` and `cut` without `keep`: the larger part keeps (more households, then buildings, then area)
/// - `cut` without `cells`: all cells that the line divides and that are not locked
/// - `merge` without `keep`: the larger cell keeps
/// - `add`: codes, and households by estimate; `shift` with a turn: the middle round which is turned
/// - `fill` without `cell`: the cell with the longest border with the gap, of those that may take it
///
/// # Errors
/// What [`apply`] refuses when it is tried.
pub fn fill(
    project: &Project,
    assignment: &Assignment,
    plan: Id,
    edit: Edit,
    id: EditId,
    segments: &dyn Segments,
) -> Result<Edit, EditError> {
    let mut ctx = Context { id, given: 0, segments };
    if !matches!(edit.op, Op::Together { .. }) {
        return fill_one(project, Some(assignment), plan, edit, &ctx);
    }
    // Each is filled on what those before it make.
    let mut filled: Vec<Edit> = Vec::new();
    let mut now = project.clone();
    for part in edit.parts() {
        let known = filled.is_empty().then_some(assignment);
        let part = fill_one(&now, known, plan, part, &ctx)?;
        let made = apply(&now, &part, &ctx)?;
        (now, ctx.given) = (made.project, made.given);
        filled.push(part);
    }
    Ok(Op::Together { edits: filled }.into())
}

/// Fills a single edit. `assignment`: that of `project` in the shown plan and layer, if it is known.
fn fill_one(
    project: &Project,
    assignment: Option<&Assignment>,
    plan: Id,
    mut edit: Edit,
    ctx: &Context<'_>,
) -> Result<Edit, EditError> {
    if edit.plan.is_none() && is_of_a_plan(&edit.op) {
        edit.plan = project.plan(plan).map(|p| p.meta.name.clone());
    }
    let index = match &edit.layer {
        Some(id) => project.layer_index(id),
        None => (project.facts.layers.len() == 1).then_some(0),
    };
    let target = edit.plan.as_ref().and_then(|n| project.plan_named(n)).map_or(plan, |p| p.id);
    let layer = index.and_then(|i| Some((i, project.layer(target, i)?)));
    match (&mut edit.op, layer) {
        (Op::Draw { code, .. }, Some((i, _))) => {
            let chosen = code.is_some();
            if !chosen {
                // The parent gives the code its prefix; it is known once the ground is.
                *code = Some(next_code(project, target, i, None));
            }
            let edit = most_ground(project, edit, ctx)?;
            return Ok(if chosen { edit } else { recoded(project, target, i, edit, ctx) });
        }
        (Op::Split { cell, code, keep, attach_m, .. }, Some((i, l))) => {
            let parent = l.unit(cell).and_then(|u| u.parent);
            code.get_or_insert_with(|| next_code(project, target, i, parent));
            attach_m.get_or_insert(ATTACH_M);
            if keep.is_none() {
                let place = larger_parts(project, assignment, (target, i), &edit, ctx)?.into_iter().next().flatten();
                let place = place.map(|at| project.origin().place(at));
                if let Op::Split { keep, .. } = &mut edit.op {
                    *keep = place;
                }
            }
        }
        (Op::Cut { line, cells, attach_m }, Some((i, l))) => {
            let attach_m = *attach_m.get_or_insert(ATTACH_M);
            if cells.is_none() {
                if let Some(&at) = line.iter().find(|p| project.grid(**p).is_none()) {
                    return Err(if project.facts.head.origin.is_some() {
                        EditError::Far { at }
                    } else {
                        EditError::NoCrs
                    });
                }
                let line: Option<Vec<Pt>> = line.iter().map(|&p| project.grid(p)).collect();
                let within = edit.within.as_deref();
                *cells = line.map(|line| crossed(project, i, l, &line, attach_m, within)).transpose()?;
            }
            let mut taken: Vec<String> = cells.iter().flatten().filter_map(|c| c.code.clone()).collect();
            for c in cells.iter_mut().flatten() {
                let parent = l.unit(&c.cell).and_then(|u| u.parent);
                let code = c.code.get_or_insert_with(|| next_code_after(project, target, i, parent, &taken));
                taken.push(code.clone());
            }
            if cells.iter().flatten().any(|c| c.keep.is_none()) {
                let places = larger_parts(project, assignment, (target, i), &edit, ctx)?;
                if let Op::Cut { cells, .. } = &mut edit.op {
                    for (c, at) in cells.iter_mut().flatten().zip(places) {
                        c.keep = c.keep.or_else(|| at.map(|at| project.origin().place(at)));
                    }
                }
            }
        }
        (Op::Detach { cell, code, .. }, Some((i, l))) => {
            let parent = l.unit(cell).and_then(|u| u.parent);
            code.get_or_insert_with(|| next_code(project, target, i, parent));
        }
        (Op::Merge { cells, keep, .. }, Some((i, l))) if keep.is_none() => {
            let counted;
            let a = match assignment.filter(|a| (a.plan(), a.layer()) == (target, i)) {
                Some(a) => a,
                None => {
                    counted = Assignment::count(project, target, i);
                    &counted
                }
            };
            let size = |code: &String| {
                l.unit(code).map(|u| (rank(&a.own(u.id.0)), area2(l, u.id), std::cmp::Reverse(code.clone())))
            };
            *keep = cells.iter().max_by_key(|c| size(c)).cloned();
        }
        (Op::Fill { at, cell }, Some((i, l))) if cell.is_none() => {
            let levels = project.facts.layers.get(usize::from(i)).map_or(&[][..], |l| &l.levels);
            *cell = project.grid(*at).and_then(|at| filler(l, levels, &edit.opened, edit.within.as_deref(), at));
        }
        (Op::Reshape { attach_m, .. }, _) => {
            attach_m.get_or_insert(ATTACH_M);
        }
        (Op::Simplify { tolerance_m, .. }, _) => {
            tolerance_m.get_or_insert(TOLERANCE_M);
        }
        (Op::Add { kind, rows }, _) => super::buildings::fill_rows(project, *kind, rows),
        (Op::Shift { buildings, turn_deg: Some(_), about, .. }, _) if about.is_none() => {
            *about = super::buildings::middle_of(project, buildings).map(|at| project.origin().place(at));
        }
        (Op::Post { code, .. }, _) => {
            code.get_or_insert_with(|| next_post_code(project));
        }
        _ => {}
    }
    Ok(edit)
}

/// Whether an edit is meant for a plan, not for facts that all plans share.
fn is_of_a_plan(op: &Op) -> bool {
    match op {
        // Its parts are asked one by one.
        Op::Together { .. } => false,
        Op::Remove { post, .. } => post.is_some(),
        // Codes of posts are unique in a plan with the facts.
        Op::Post { .. } => true,
        op => op.changes_ground(),
    }
}

fn rank(t: &Tally) -> (i64, i64) {
    (t.households, t.buildings)
}

fn area2(l: &Layer, unit: Id) -> i128 {
    l.partition.faces_of(unit.0).iter().filter_map(|&f| l.partition.face(f)).map(|f| f.area2).sum()
}

/// The cell with the longest border round a gap, before all others one that may take it; of equal ones the first by code.
fn filler(l: &Layer, levels: &[String], opened: &[String], within: Option<&str>, at: Pt) -> Option<String> {
    let face = l.partition.locate(at);
    let gap = l.partition.owner(face);
    let beside = neighbours(&l.partition, face).into_iter();
    let cells = beside.filter_map(|(o, length_mm)| Some((l.unit_of(o)?, length_mm)));
    let cells = cells.filter(|(u, _)| usize::from(u.level) + 1 == levels.len()).map(|(u, length_mm)| {
        let may = l.protected_line(levels, gap, u.id.0).is_none_or(|line| opened.contains(&line));
        let may = may && !l.is_locked(u.id) && is_within(l, u, within);
        (may, length_mm, u)
    });
    let longest = cells.max_by(|a, b| (a.0.cmp(&b.0)).then(a.1.total_cmp(&b.1)).then(b.2.code.cmp(&a.2.code)));
    longest.map(|(_, _, u)| u.code.clone())
}

/// If the drawing covers several higher units: the same edit with the one as parent that gives it most ground.
fn most_ground(project: &Project, edit: Edit, ctx: &Context<'_>) -> Result<Edit, EditError> {
    let units = match apply(project, &edit, ctx) {
        Err(EditError::Spans { units, .. }) => units,
        _ => return Ok(edit),
    };
    let with = |unit: &String| {
        let mut e = edit.clone();
        if let Op::Draw { parent, .. } = &mut e.op {
            *parent = Some(unit.clone());
        }
        e
    };
    let ground = |e: &Edit| {
        let o = apply(project, e, ctx).ok()?;
        let (i, id) = *o.created.first()?;
        let plan = e.plan.as_ref().and_then(|n| o.project.plan_named(n))?.id;
        Some(area2(o.project.layer(plan, i)?, id))
    };
    Ok(units.iter().map(with).max_by_key(|e| ground(e)).unwrap_or(edit))
}

/// The drawing with the code that its parent's ground asks for.
fn recoded(project: &Project, plan: Id, i: u16, mut edit: Edit, ctx: &Context<'_>) -> Edit {
    let Ok(o) = apply(project, &edit, ctx) else { return edit };
    let made = o.created.first().and_then(|(_, id)| o.project.layer(plan, i)?.units.get(id).cloned());
    if let (Some(unit), Op::Draw { code, .. }) = (made, &mut edit.op)
        && unit.parent.is_some()
    {
        *code = Some(next_code(project, plan, i, unit.parent));
    }
    edit
}

/// A place in the larger part of each cell that a split or a cut divides, in their order.
fn larger_parts(
    project: &Project,
    assignment: Option<&Assignment>,
    (plan, i): (Id, u16),
    edit: &Edit,
    ctx: &Context<'_>,
) -> Result<Vec<Option<Pt>>, EditError> {
    let o = apply(project, edit, ctx)?;
    let yards = assignment.map_or_else(|| Courtyards::of(project), |a| a.courtyards().clone());
    let Some(l) = o.project.layer(plan, i) else { return Ok(vec![]) };
    let cells: Vec<&String> = match &edit.op {
        Op::Split { cell, .. } => vec![cell],
        Op::Cut { cells, .. } => cells.iter().flatten().map(|c| &c.cell).collect(),
        _ => vec![],
    };
    let pairs: Vec<[Id; 2]> =
        cells.into_iter().zip(&o.created).filter_map(|(cell, &(_, new))| Some([l.unit(cell)?.id, new])).collect();
    let a = Assignment::count_units(&o.project, &yards, plan, i, pairs.as_flattened());
    let size = |id: Id| (rank(&a[&id]), area2(l, id));
    Ok(pairs
        .into_iter()
        .map(|[old, new]| {
            let keeper = if size(new) > size(old) { new } else { old };
            anchor_of_polygons(&l.partition.polygons(keeper.0))
        })
        .collect())
}

/// Whether a unit is the one that an edit keeps within, or below it.
fn is_within(l: &Layer, u: &Unit, within: Option<&str>) -> bool {
    within.is_none_or(|w| l.chain(u.id).iter().any(|x| x.code == w))
}

/// The cells that a line divides, the first by code first; none that is locked.
fn crossed(
    project: &Project,
    i: u16,
    l: &Layer,
    line: &[Pt],
    attach_m: f64,
    within: Option<&str>,
) -> Result<Vec<CutCell>, EditError> {
    let level = project.facts.layers.get(usize::from(i)).map_or(0, GridLayer::cell_level);
    let owners = l.units.values().filter(|u| u.level == level && !l.is_locked(u.id) && is_within(l, u, within));
    let owners = owners.map(|u| u.id.0).collect();
    let metres = attach_m * 1000.0;
    let divided = divided(&l.partition, &owners, line, metres).map_err(|why| {
        let at = project.origin().place(why.at());
        EditError::Border { why, at, units: vec![] }
    })?;
    let mut codes: Vec<String> = divided.into_iter().filter_map(|o| Some(l.unit_of(o)?.code.clone())).collect();
    codes.sort_unstable();
    Ok(codes.into_iter().map(|cell| CutCell { cell, code: None, name: None, keep: None }).collect())
}

/// The next free code of a cell under a parent: the parent's code and a running number, as wide as those in use
/// (else three digits under a 12-digit code, two under any other, three without a parent). Numbers of cells that were
/// merged away in one plan but live in another are not used again.
pub fn next_code(project: &Project, plan: Id, layer: u16, parent: Option<Id>) -> String {
    next_code_after(project, plan, layer, parent, &[])
}

/// The same where other codes are given out already.
fn next_code_after(project: &Project, plan: Id, layer: u16, parent: Option<Id>, taken: &[String]) -> String {
    let parent_code =
        parent.and_then(|p| project.layer(plan, layer)?.units.get(&p)).map_or(String::new(), |u| u.code.clone());
    let mut width = match parent_code.len() {
        0 | 12 => 3,
        _ => 2,
    };
    let mut largest = 0u64;
    let mut seen = false;
    // Units above and below the cells have numbers of their own.
    let level = project.facts.layers.get(usize::from(layer)).map_or(0, GridLayer::cell_level);
    let units = project.plans.iter().filter_map(|p| p.layers.get(layer as usize)).flat_map(|l| l.units.values());
    let units = units.filter(|u| u.level == level);
    for code in units.map(|u| &u.code).chain(taken) {
        let tail = match code.strip_prefix(&parent_code) {
            Some(t) if !t.is_empty() && t.len() <= 9 && t.bytes().all(|b| b.is_ascii_digit()) => t,
            _ => continue,
        };
        if let Ok(n) = tail.parse::<u64>() {
            largest = largest.max(n);
            width = if seen { width.max(tail.len()) } else { tail.len() };
            seen = true;
        }
    }
    format!("{parent_code}{:0width$}", largest + 1)
}

/// The next free code of a member: M001 …
pub fn next_member_code(project: &Project) -> String {
    let numbers = project.facts.members.values().filter_map(|m| m.code.strip_prefix('M')?.parse::<u32>().ok());
    format!("M{:03}", u64::from(numbers.max().unwrap_or(0)) + 1)
}

/// The next free code of a post: P0001 …
pub fn next_post_code(project: &Project) -> String {
    let all = project.facts.posts.values().chain(project.plans.iter().flat_map(|p| p.posts.values()));
    let numbers = all.filter_map(|p| p.code.strip_prefix('P')?.parse::<u32>().ok());
    format!("P{:04}", u64::from(numbers.max().unwrap_or(0)) + 1)
}
