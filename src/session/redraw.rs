//! Cells whose ground another program changed: matched by code, made to fit, told, and one edit.

use super::import::{How, layer_of, options};
use super::import_fit::fit_on;
use crate::exchange::{Action, As, ExchangeError, Finding, Findings, Prepared, Severity, Source, prepare};
use crate::geom::{Pt, ring_area2};
use crate::model::{Id, Kind, Shape};
use crate::plan::{Edit, Ground, Op, Project, RedrawnCell};
use std::collections::{BTreeMap, BTreeSet};

/// What a source means for the cells that are there.
pub struct Redrawn {
    /// The edit; `None` if no cell's ground is another.
    pub edit: Option<Edit>,
    /// What was read and found. Its rows are those of the cells as they would be, changed or not.
    pub prepared: Prepared,
    /// Codes of the cells whose ground is another, ascending.
    pub changed: Vec<String>,
}

/// Compares polygons of another program with the cells of a layer, by code, and makes them fit: each other, the outline,
/// the borders of higher units, locked cells. Rows of other codes and cells without a row are told and left alone.
/// `keep_going` gets a share of 0–1 and cancels by false.
///
/// # Errors
/// What concerns the whole source; a row that cannot be had is a finding.
pub fn redrawn(
    project: &Project,
    source: &Source,
    how: &How<'_>,
    keep_going: &mut dyn FnMut(f32) -> bool,
) -> Result<Redrawn, ExchangeError> {
    let Some((layer, level)) = layer_of(project, how) else { return Err(ExchangeError::NoPlace) };
    let origin = project.facts.head.origin.ok_or(ExchangeError::NoCrs)?;
    let mut prepared =
        options(project, how, &|_| false, |o| prepare(As::Rows(Kind::Cells), source, o, &mut |s| keep_going(0.2 * s)))?;
    let mut findings = Findings::default();
    let of_code = |code: &str| layer.unit(code).filter(|u| u.level == level && !layer.is_locked(u.id)).map(|u| u.id);
    let as_it_is = |id: Id, shape: &Shape| matches!(shape, Shape::Polygons(p) if sides(p) == sides(&layer.partition.polygons(id.0)));
    let mut kept: BTreeMap<Id, usize> = BTreeMap::new();
    let rows = std::mem::take(&mut prepared.rows);
    let origins = std::mem::take(&mut prepared.origins);
    for (row, from) in rows.into_iter().zip(origins) {
        let known = of_code(&row.code);
        match known.filter(|id| !kept.contains_key(id)) {
            Some(id) => {
                kept.insert(id, prepared.rows.len());
                prepared.rows.push(row);
                prepared.origins.push(from);
            }
            // What is locked may stand in the data as it is.
            None if known.is_none() && layer.unit(&row.code).is_some_and(|u| as_it_is(u.id, &row.shape)) => {}
            None => {
                prepared.refused += 1;
                let code = &row.code;
                let (kind, zh, en) = match (known, layer.unit(code)) {
                    (Some(_), _) => ("duplicate", "重复出现", "stands there twice"),
                    (None, Some(u)) if u.level == level => {
                        ("locked", "已锁定，保持不变", "is locked and stays as it is")
                    }
                    _ => (
                        "unknown_cell",
                        "不在本方案中，未导入；新网格请另行导入",
                        "is no cell of this plan; import new cells by themselves",
                    ),
                };
                let (zh, en) = (format!("网格 {code} {zh}"), format!("cell {code} {en}"));
                findings
                    .add(Finding::new(kind, Severity::Warning, Action::Refused, zh, en).of_row(from.number, from.line));
            }
        }
    }
    let cells = layer.units.values().filter(|u| u.level == level && !layer.partition.faces_of(u.id.0).is_empty());
    for u in cells.filter(|u| !kept.contains_key(&u.id) && !layer.is_locked(u.id)) {
        let (zh, en) = (
            format!("数据里没有网格 {}，保持不变", u.code),
            format!("cell {} is not in the data and stays as it is", u.code),
        );
        findings.add(Finding::new("missing_cell", Severity::Warning, Action::Kept, zh, en));
    }
    prepared.findings.extend(findings.finish());
    let ids: BTreeSet<Id> = kept.keys().copied().collect();
    let ground = Ground::of(&layer.without(&ids), level);
    fit_on(layer, &ground, origin, &mut prepared, &mut |s| keep_going(0.2 + 0.8 * s))?;
    let mut cells = Vec::new();
    for row in &prepared.rows {
        let (Some(unit), Shape::Polygons(now)) = (layer.unit(&row.code), &row.shape) else { continue };
        if !as_it_is(unit.id, &row.shape) {
            let rings = now.iter().flatten().map(|r| r.iter().map(|&p| origin.place(p)).collect()).collect();
            cells.push(RedrawnCell { cell: row.code.clone(), rings });
        }
    }
    cells.sort_by(|a, b| a.cell.cmp(&b.cell));
    let changed: Vec<String> = cells.iter().map(|c| c.cell.clone()).collect();
    let op = (!cells.is_empty()).then_some(Op::Redraw { cells });
    let edit = op.map(|op| Edit { layer: how.layer.clone(), plan: how.plan.clone(), ..op.into() });
    Ok(Redrawn { edit, prepared, changed })
}

/// The sides with the ground on their left: equal for equal ground with equal vertices.
pub(super) fn sides(p: &[Vec<Vec<Pt>>]) -> Vec<(Pt, Pt)> {
    let mut all = Vec::new();
    for part in p {
        for (k, r) in part.iter().enumerate() {
            // Outer rings counter-clockwise, holes clockwise.
            let turned = (ring_area2(r) > 0) != (k == 0);
            let n = r.len();
            all.extend((0..n).map(|i| if turned { (r[(i + 1) % n], r[i]) } else { (r[i], r[(i + 1) % n]) }));
        }
    }
    all.sort_unstable();
    all
}
