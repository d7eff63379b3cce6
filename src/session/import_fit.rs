//! Cells on their way into a layer: those that fit stay as they are, foreign ones are repaired, and all is said.

use super::redraw::sides;
use crate::exchange::{Action, ExchangeError, Finding, Findings, Origins, Prepared, Severity};
use crate::geom::Origin;
use crate::model::{Row, Said, Shape};
use crate::plan::{Ground, Layer};
use crate::topology::repair::{Limits, Note, RepairError, Repaired, What, has_slivers, repair};
use crate::topology::{OUTSIDE, Owner, Partition, Polygons};

/// Rows that are refused one by one for their crossings; after so many the rest stay as they are.
const TANGLED: usize = 16;

/// Makes the rows of a table of cells fit each other and the ground of the layer, by the rules of [`crate::topology::repair`]; rows that
/// get no ground are refused. Where nothing can be made of them they stay as they are, for the edit to be refused.
///
/// # Errors
/// Only that the caller stopped it.
pub(super) fn fit_on(
    layer: &Layer,
    ground: &Ground,
    origin: Origin,
    prepared: &mut Prepared,
    keep_going: &mut dyn FnMut(f32) -> bool,
) -> Result<(), ExchangeError> {
    let limits = Limits::default();
    let mut findings = Findings::default();
    for _ in 0..TANGLED {
        let claims: Vec<Polygons> = prepared.rows.iter().map(polygons).collect();
        if claims.is_empty() {
            break;
        }
        if !prepared.origins.iter().any(|o| o.crossed) {
            let first = OUTSIDE - claims.len() as u64;
            let new: Vec<(Owner, Polygons)> = (first..).zip(claims.iter().cloned()).collect();
            // What fits is taken as it is.
            if let Ok(p) = crate::topology::assemble(ground.open.as_deref(), &with(ground, &new), 0)
                && !has_slivers(&p, |o| o >= first && o != OUTSIDE, limits)
            {
                if ground.open.is_none() {
                    gaps(&p, origin, &mut findings);
                }
                break;
            }
        }
        if !keep_going(0.2) {
            return Err(ExchangeError::Stopped);
        }
        match repair(ground.standing(), &claims, limits, &mut |s| keep_going(0.2 + 0.8 * s)) {
            Ok(repaired) => {
                take(layer, origin, prepared, &claims, repaired, &mut findings);
                break;
            }
            Err(RepairError::Stopped) => return Err(ExchangeError::Stopped),
            Err(RepairError::Tangled { row, at }) => {
                let words = Said::new("边界互相交叉太多，无法修复", "its border crosses others too often to be mended");
                refuse(prepared, row, "tangled", Some(origin.metres(at)), words, &mut findings);
                prepared.rows.remove(row);
                prepared.origins.remove(row);
            }
            Err(RepairError::Misfits(_)) => break,
        }
    }
    prepared.findings.extend(findings.finish());
    Ok(())
}

fn with(ground: &Ground, new: &[(Owner, Polygons)]) -> Vec<(Owner, Polygons)> {
    ground.fixed.iter().chain(new).cloned().collect()
}

fn polygons(row: &Row) -> Polygons {
    if let Shape::Polygons(p) = &row.shape { p.clone() } else { Polygons::new() }
}

/// Puts what was repaired in the place of what was read.
fn take(
    layer: &Layer,
    origin: Origin,
    prepared: &mut Prepared,
    claims: &[Polygons],
    repaired: Repaired,
    findings: &mut Findings,
) {
    for note in &repaired.notes {
        // Of a row that got nothing it is said once.
        let lost = matches!(note.what, What::Void { row, .. } if repaired.polygons[row].is_empty());
        if !lost {
            findings.add(said(layer, origin, prepared, note));
        }
    }
    let rows = std::mem::take(&mut prepared.rows);
    let origins = std::mem::take(&mut prepared.origins);
    for ((mut row, from), (now, was)) in rows.into_iter().zip(origins).zip(repaired.polygons.into_iter().zip(claims)) {
        if now.is_empty() {
            prepared.refused += 1;
            // It was counted among those mended.
            prepared.repaired -= u32::from(from.mended);
            continue;
        }
        let changed = sides(&now) != sides(was);
        prepared.repaired += u32::from(changed && !from.mended);
        if changed {
            row.shape = Shape::Polygons(now);
            row.anchor = row.shape.anchor();
        }
        prepared.rows.push(row);
        prepared.origins.push(Origins { mended: from.mended || changed, crossed: false, ..from });
    }
}

fn refuse(
    prepared: &mut Prepared,
    row: usize,
    kind: &'static str,
    at: Option<[f64; 2]>,
    why: Said,
    findings: &mut Findings,
) {
    let Some(o) = prepared.origins.get(row) else { return };
    let n = o.number;
    let (zh, en) = (format!("第 {n} 行未导入：{}", why.zh), format!("row {n} is left out: {}", why.en));
    findings.add(Finding::new(kind, Severity::Error, Action::Refused, zh, en).of_row(n, o.line).at(at));
    prepared.refused += 1;
    prepared.repaired -= u32::from(o.mended);
}

/// Gaps between polygons that fit each other: they stay.
fn gaps(p: &Partition, origin: Origin, findings: &mut Findings) {
    for (f, face) in p.faces().filter(|(_, f)| f.owner == 0) {
        let at = crate::geom::anchor_of_polygons(&[p.rings(f)]).map(|a| origin.metres(a));
        let mut beside = face.rings.iter().flat_map(|&h| p.ring(h)).map(|h| p.owner(p.left(h.twin())));
        let first = beside.next();
        findings.add(gap(face.area2, beside.all(|o| Some(o) == first)).at(at));
    }
}

/// A gap that stays. `hole`: it lies in one polygon only, and was probably meant.
fn gap(area2: i128, hole: bool) -> Finding {
    let area = area(area2);
    let (severity, zh, en) = match hole {
        true => (
            Severity::Info,
            format!("面内有 {area} 平方米的洞，保留为未划入"),
            format!("a hole of {area} m² in a polygon stays without a cell"),
        ),
        false => (
            Severity::Warning,
            format!("各面之间有 {area} 平方米空隙，保留为未划入"),
            format!("a gap of {area} m² between polygons stays without a cell"),
        ),
    };
    Finding::new("gap", severity, Action::Kept, zh, en)
}

/// Square metres, small ones with their fractions.
fn area(area2: i128) -> String {
    let m2 = area2 as f64 / 2e6;
    match m2 {
        m2 if m2 >= 100.0 => format!("{m2:.0}"),
        m2 if m2 >= 0.01 => format!("{m2:.2}"),
        m2 => format!("{m2:.6}"),
    }
}

/// What the repair did, for a person.
fn said(layer: &Layer, origin: Origin, prepared: &Prepared, note: &Note) -> Finding {
    let row = |r: usize| -> (u32, Option<u32>, String) {
        let code = prepared.rows.get(r).map(|r| r.code.to_string()).unwrap_or_default();
        prepared.origins.get(r).map_or((0, None, code.clone()), |o| (o.number, o.line, code))
    };
    let name = |r: usize| {
        let (n, _, code) = row(r);
        (format!("第 {n} 行（{code}）"), format!("row {n} ({code})"))
    };
    let m2 = area(note.area2);
    let at = Some(origin.metres(note.at));
    let warn = |kind, zh, en, of: usize| {
        let (n, line, _) = row(of);
        Finding::new(kind, Severity::Warning, Action::Repaired, zh, en).of_row(n, line).at(at)
    };
    let error = |kind, zh: String, en: String, of: usize| {
        let (n, line, _) = row(of);
        let (zh, en) = (format!("第 {n} 行未导入：{zh}"), format!("row {n} is left out: {en}"));
        Finding::new(kind, Severity::Error, Action::Refused, zh, en).of_row(n, line).at(at)
    };
    match &note.what {
        What::Overlap { rows, to } => {
            let names = |pick: &dyn Fn(usize) -> String, and: &str| -> String {
                let few: Vec<String> = rows.iter().take(5).map(|&r| pick(r)).collect();
                format!("{}{}", few.join(and), if rows.len() > 5 { " …" } else { "" })
            };
            let (zh, en) = (names(&|r| name(r).0, "、"), names(&|r| name(r).1, ", "));
            let (to_zh, to_en) = name(*to);
            // Of the one that gave ground, so that a list by feature leads to it.
            let loser = rows.iter().copied().find(|r| r != to).unwrap_or(*to);
            let (narrow_zh, narrow_en) = if note.sliver { ("狭缝", "a sliver of ") } else { ("", "") };
            warn(
                if note.sliver { "sliver" } else { "overlap" },
                format!("{zh}重叠{narrow_zh} {m2} 平方米，归{to_zh}"),
                format!("{en} overlap by {narrow_en}{m2} m²; it goes to {to_en}"),
                loser,
            )
        }
        What::Gap { to: Some(to), .. } => {
            let (zh, en) = name(*to);
            warn(
                "sliver",
                format!("空隙狭缝 {m2} 平方米并入{zh}"),
                format!("a sliver of a gap, {m2} m², joins {en}"),
                *to,
            )
        }
        What::Gap { to: None, beside } => {
            let (n, line, _) = row(beside.first().copied().unwrap_or(0));
            gap(note.area2, beside.len() == 1).of_row(n, line).at(at)
        }
        What::Void { row: r, of } => {
            let (zh, en) = name(*r);
            let unit = layer.unit_of(*of).map(|u| u.code.to_string());
            let (there_zh, there_en) = match (&unit, *of) {
                (Some(code), _) => (format!("已属 {code}"), format!("is {code}'s")),
                (None, OUTSIDE) => ("在范围之外".to_owned(), "lies beyond the outline".to_owned()),
                (None, _) => ("在所属上级之外".to_owned(), "lies beyond its unit".to_owned()),
            };
            warn(
                "beyond",
                format!("{zh}有 {m2} 平方米{there_zh}，已切去"),
                format!("{m2} m² of {en} {there_en} and is cut off"),
                *r,
            )
        }
        What::Duplicate { row: r, of } => {
            let (zh, en) = name(*of);
            error("duplicate_polygon", format!("与{zh}的面完全相同"), format!("its polygon is that of {en}"), *r)
        }
        What::Covered { row: r, by: Some(by) } => {
            let (zh, en) = name(*by);
            error("covered", format!("它的地面已归{zh}等"), format!("all its ground went to {en} or others"), *r)
        }
        What::Covered { row: r, by: None } => {
            let (zh, en) =
                ("范围内没有可用的地面", "there is no ground for it within the outline that is not another cell's");
            error("covered", zh.to_owned(), en.to_owned(), *r)
        }
        What::Empty { row: r } => {
            let (zh, en) = ("取整到毫米后没有面积", "it has no area after rounding to the millimetre");
            let f = error("no_extent", zh.to_owned(), en.to_owned(), *r);
            f.at(None)
        }
        What::Joined { row: r, vertices } => {
            let (zh, en) = name(*r);
            let (n, line, _) = row(*r);
            let zh = format!("{zh}的边界在与相邻边界相接处加了 {vertices} 个顶点");
            let en = format!("the border of {en} got {vertices} vertices where others meet it");
            Finding::new("border", Severity::Info, Action::Repaired, zh, en).of_row(n, line).at(at)
        }
    }
}

#[cfg(test)]
mod tests;
