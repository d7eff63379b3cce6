//! Cells whose ground another program changed: matched by code, made to fit, told, and one edit.

use super::import::{How, layer_of, options};
use super::import_fit::fit_on;
use crate::exchange::{Action, As, ExchangeError, Finding, Findings, Prepared, Severity, Source, prepare};
use crate::geom::{Box2, Origin, Pt, anchor_of_polygons, ring_area2, rings_contain};
use crate::model::{Id, Kind, Row, Shape, number};
use crate::plan::{Edit, Ground, Layer, Op, Project, RedrawnCell};
use crate::topology::repair::assemble_onto;
use crate::topology::{OUTSIDE, Owner, Partition, Polygons, neighbours};
use std::collections::{BTreeMap, BTreeSet};

/// What a source means for the cells that are there.
pub struct Redrawn {
    /// The edit; `None` if no cell's ground is another.
    pub edit: Option<Edit>,
    /// What was read and found. Its rows are those of the cells as they would be, changed or not.
    pub prepared: Prepared,
    /// Codes of the cells whose ground is another, ascending.
    pub changed: Vec<String>,
    /// Their areas before and after, m².
    pub areas: Vec<(String, f64, f64)>,
}

/// Compares polygons of another program with the cells of a layer, by code, and makes them fit: each other, the outline,
/// the borders of higher units, locked cells. A cell that the source has as it is here gives way to one that it changed.
/// Rows of other codes and cells without a row are told and left alone.
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
    let new_ground = |row: &Row| Box2::of(polygons(row).iter().flatten().flatten());
    let mut excluded: BTreeSet<String> = BTreeSet::new();
    loop {
        // What another program changed goes before what it left: the cells beside it give way, as far as they are beside it.
        let is_changed =
            |row: &Row| !excluded.contains(&row.code) && of_code(&row.code).is_some_and(|id| !as_it_is(id, &row.shape));
        let (changed, rest): (Vec<usize>, Vec<usize>) =
            (0..prepared.rows.len()).partition(|&i| is_changed(&prepared.rows[i]));
        let reach = changed.iter().fold(Box2::EMPTY, |b, &i| {
            let old = of_code(&prepared.rows[i].code).map(|id| ground_box(layer, id)).unwrap_or(Box2::EMPTY);
            b.union(new_ground(&prepared.rows[i])).union(old)
        });
        let near: Vec<usize> =
            rest.into_iter().filter(|&i| new_ground(&prepared.rows[i]).grown(NEAR_MM).meets(&reach)).collect();
        if changed.is_empty() {
            let found = prepared;
            return Ok(Redrawn { edit: None, prepared: found, changed: vec![], areas: vec![] });
        }
        let ids: BTreeSet<Id> = changed.iter().chain(&near).filter_map(|&i| of_code(&prepared.rows[i].code)).collect();
        let mut first = only(&prepared, &changed);
        let ground = Ground::of(&layer.without(&ids), level);
        fit_on(layer, &ground, origin, &mut first, &mut |s| keep_going(0.2 + 0.4 * s))?;
        if let Some(lost) = missing(&prepared, &changed, &first) {
            vanishes(&mut prepared, lost, lost);
            excluded.insert(prepared.rows[lost].code.clone());
            continue;
        }
        let placed = |rows: &[Row]| -> Vec<(Owner, Polygons)> {
            rows.iter().filter_map(|r| Some((of_code(&r.code)?.0, polygons(r)))).collect()
        };
        let Ok(between) = assemble_onto(ground.standing(), &placed(&first.rows), 0) else {
            return Ok(cannot(prepared));
        };
        let between = Layer { partition: between, ..layer.clone() };
        let ground = Ground::of(&between, level);
        let mut second = only(&prepared, &near);
        // As they stand here, not as the other program wrote what it did not change.
        for row in &mut second.rows {
            if let Some(id) = of_code(&row.code) {
                row.shape = Shape::Polygons(layer.partition.polygons(id.0));
            }
        }
        fit_on(&between, &ground, origin, &mut second, &mut |s| keep_going(0.6 + 0.4 * s))?;
        if let Some(lost) = missing(&prepared, &near, &second) {
            let at = second_anchor(layer, of_code(&prepared.rows[lost].code));
            let covers = |i: &&usize| {
                at.is_some_and(|at| {
                    let p = polygons(&prepared.rows[**i]);
                    rings_contain(p.iter().flatten().map(Vec::as_slice), at)
                })
            };
            let by = changed.iter().find(covers).copied().unwrap_or(changed[0]);
            vanishes(&mut prepared, by, lost);
            excluded.insert(prepared.rows[by].code.clone());
            continue;
        }
        let Ok(after) = assemble_onto(ground.standing(), &placed(&second.rows), 0) else {
            return Ok(cannot(prepared));
        };
        prepared.repaired = first.repaired + second.repaired;
        let told = first.findings.into_iter().chain(second.findings);
        prepared.findings.extend(told.filter(|f| f.kind != "gap"));
        let mut cells = Vec::new();
        let mut areas = Vec::new();
        for row in first.rows.iter().chain(&second.rows) {
            let Some(unit) = layer.unit(&row.code).filter(|u| !as_it_is(u.id, &row.shape)) else { continue };
            let now = polygons(row);
            let m2 = |p: &Polygons| p.iter().flatten().map(|r| ring_area2(r)).sum::<i128>() as f64 / 2e6;
            areas.push((unit.code.clone(), m2(&layer.partition.polygons(unit.id.0)), m2(&now)));
            let rings = now.iter().flatten().map(|r| r.iter().map(|&p| origin.place(p)).collect()).collect();
            cells.push(RedrawnCell { cell: unit.code.clone(), rings });
        }
        gaps(layer, &after, level, origin, &mut prepared);
        cells.sort_by(|a, b| a.cell.cmp(&b.cell));
        areas.sort_by(|a, b| a.0.cmp(&b.0));
        let codes: Vec<String> = cells.iter().map(|c| c.cell.clone()).collect();
        let op = (!cells.is_empty()).then_some(Op::Redraw { cells });
        let edit = op.map(|op| Edit { layer: how.layer.clone(), plan: how.plan.clone(), ..op.into() });
        return Ok(Redrawn { edit, prepared, changed: codes, areas });
    }
}

/// How far from what was changed a cell may be that gives way, mm.
const NEAR_MM: i32 = 5_000;

fn polygons(row: &Row) -> Polygons {
    if let Shape::Polygons(p) = &row.shape { p.clone() } else { Polygons::new() }
}

fn ground_box(layer: &Layer, id: Id) -> Box2 {
    layer.partition.faces_of(id.0).into_iter().fold(Box2::EMPTY, |b, f| b.union(layer.partition.face_box(f)))
}

fn second_anchor(layer: &Layer, id: Option<Id>) -> Option<Pt> {
    anchor_of_polygons(&layer.partition.polygons(id?.0))
}

/// The same with some rows only, and nothing found yet.
fn only(p: &Prepared, rows: &[usize]) -> Prepared {
    Prepared {
        rows: rows.iter().map(|&i| p.rows[i].clone()).collect(),
        origins: rows.iter().map(|&i| p.origins[i]).collect(),
        findings: vec![],
        repaired: 0,
        refused: 0,
        ..p.clone()
    }
}

/// The first of some rows that is not among those that were made to fit.
fn missing(p: &Prepared, rows: &[usize], fitted: &Prepared) -> Option<usize> {
    let left: BTreeSet<&str> = fitted.rows.iter().map(|r| r.code.as_str()).collect();
    rows.iter().copied().find(|&i| !left.contains(p.rows[i].code.as_str()))
}

/// Tells that a row is left out, because a cell would lose all its ground: itself, or one that it covers.
fn vanishes(p: &mut Prepared, row: usize, lost: usize) {
    let (code, from) = (p.rows[row].code.clone(), p.origins[row]);
    let (zh, en) = if row == lost {
        (
            format!("网格 {code} 会失去全部范围，保持不变"),
            format!("cell {code} would lose all its ground and stays as it is"),
        )
    } else {
        let other = &p.rows[lost].code;
        (
            format!("网格 {code} 会占去 {other} 的全部范围，保持不变"),
            format!("cell {code} would take all ground of {other} and stays as it is"),
        )
    };
    p.refused += 1;
    let finding = Finding::new("would_vanish", Severity::Warning, Action::Refused, zh, en);
    p.findings.push(finding.of_row(from.number, from.line));
}

/// Nothing can be made of it.
fn cannot(mut p: Prepared) -> Redrawn {
    let (zh, en) = (
        "这些边界与不变的边界太近，拼不上，没有采用".to_owned(),
        "the borders are too close to those that stay and do not fit; nothing is taken in".to_owned(),
    );
    p.refused = p.rows.len() as u32;
    p.findings.push(Finding::new("misfit", Severity::Error, Action::Refused, zh, en));
    Redrawn { edit: None, prepared: p, changed: vec![], areas: vec![] }
}

/// Tells of ground that was a cell's and is nobody's after.
fn gaps(layer: &Layer, after: &Partition, level: u8, origin: Origin, p: &mut Prepared) {
    let is_cell = |o: Owner| layer.unit_of(o).is_some_and(|u| u.level >= level);
    for (i, f) in after.faces().filter(|(_, f)| f.owner != OUTSIDE && !is_cell(f.owner)) {
        let rings = vec![after.rings(i)];
        let Some(at) = anchor_of_polygons(&rings).filter(|&at| layer.unit_at(at).is_some_and(|u| u.level >= level))
        else {
            continue;
        };
        let m2 = number((f.area2 as f64 / 2e6).round() as i64);
        let beside: Vec<String> = neighbours(after, i)
            .into_keys()
            .filter_map(|o| layer.unit_of(o))
            .filter(|u| u.level >= level)
            .map(|u| u.code.clone())
            .collect();
        let (zh, en) = (
            format!("{} 旁留出空白 {m2} 平方米，不属于任何网格", beside.join("、")),
            format!("{m2} m² beside {} is left without a cell", beside.join(", ")),
        );
        p.findings.push(Finding::new("gap", Severity::Warning, Action::Kept, zh, en).at(Some(origin.metres(at))));
    }
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
