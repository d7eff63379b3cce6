//! Bringing rows and borders: file → source → rows on the grid → segments → edit.

use super::args::{Common, Import, What};
use super::project::{Opened, one_layer, open};
use super::report::Report;
use super::stop::Stop;
use super::tables::table;
use crate::crs::CrsDef;
use crate::exchange::{Finding, ReadOptions, Severity, Source, read, read_table};
use crate::model::{Kind, Lang};
use crate::plan::{EditError, state_text};
use crate::session::{import as session, redrawn};
use crate::store::{cells_table, shown_plan};
use serde_json::{Value, json};
use std::path::Path;

/// What an import found and did.
pub(super) struct Outcome {
    read: u32,
    imported: usize,
    repaired: u32,
    pub refused: u32,
    findings: Vec<Value>,
    crs: String,
    encoding: String,
}

impl Outcome {
    fn of(i: &session::Incoming, source: &Source, lang: Lang) -> Outcome {
        let p = &i.prepared;
        Outcome {
            read: p.read,
            imported: i.rows,
            repaired: p.repaired,
            refused: p.refused,
            findings: p.findings.iter().map(|f| finding(f, lang)).collect(),
            crs: p.source_crs.text().to_owned(),
            encoding: source.encoding.to_owned(),
        }
    }

    /// The whole import was refused.
    fn refuse(&mut self, e: &EditError, lang: Lang) {
        self.refused += self.imported as u32;
        self.imported = 0;
        let places = match e {
            EditError::Misfit { places, .. } => places.clone(),
            e => e.at().into_iter().collect(),
        };
        let message = e.said();
        let row = |at: Value| {
            json!({
                "kind": e.kind(), "severity": "error", "feature": null, "row": null, "field": null,
                "message": message.get(lang), "action": "refused", "at": at,
            })
        };
        if places.is_empty() {
            self.findings.push(row(Value::Null));
        }
        self.findings.extend(places.iter().map(|p| row(json!(p.metres()))));
    }

    /// The findings, for people.
    pub fn tell(&self, lang: Lang) {
        if !self.findings.is_empty() {
            super::report::tell(&self.list(lang));
        }
    }

    fn list(&self, lang: Lang) -> String {
        let rows: Vec<Vec<String>> = self
            .findings
            .iter()
            .map(|f| ["severity", "kind", "feature", "message"].iter().map(|k| super::ask::cell(&f[*k])).collect())
            .collect();
        let header = match lang {
            Lang::Zh => ["程度", "问题", "要素", "说明"],
            Lang::En => ["severity", "kind", "feature", "message"],
        };
        table(&header, &rows)
    }
}

fn finding(f: &Finding, lang: Lang) -> Value {
    let message = match lang {
        Lang::Zh => &f.message_zh,
        Lang::En => &f.message_en,
    };
    let severity = match f.severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    json!({
        "kind": f.kind, "severity": severity, "feature": f.feature, "row": f.row, "field": f.field,
        "message": message, "action": f.action, "at": f.at,
    })
}

/// What is imported.
fn target(what: What, level: Option<&str>) -> Result<session::What, Stop> {
    let kind = match what {
        What::Outline => return Ok(session::What::Outline),
        What::Units => {
            let named = level.map(|l| session::What::Units(l.to_owned()));
            return named.ok_or_else(|| {
                Stop::new(
                    "导入上级单位须指明层级。没有导入任何数据。请加 --level，如 --level 社区。",
                    "The level of the units must be named. Nothing was imported. Add --level, such as --level 社区.",
                )
            });
        }
        What::Cells => Kind::Cells,
        what => what.table().ok_or_else(|| {
            Stop::not_yet(
                "从文件导入人员、岗位、指定和组织（请用 getu edit 的 member、post、pin）",
                "import members, posts, assignments and organisations from files (use member, post, pin of getu edit)",
            )
        })?,
    };
    Ok(session::What::Rows(kind))
}

pub(super) fn import(a: &Import, common: &Common, r: &mut Report) -> Result<i32, Stop> {
    let target = target(a.kind, common.level.as_deref())?;
    if a.redraw {
        return redraw(a, common, r);
    }
    if let Some(by) = &a.matched {
        return super::matched::fill(a, by, common, r);
    }
    if a.source_layer.is_some() {
        return Err(one_layer_only());
    }
    let mut o = open(&a.file, common, r)?;
    if matches!(a.kind, What::Outline | What::Cells | What::Units) {
        one_layer(o.session.project(), common)?;
    }
    let unchanged = o.session.project().state;
    let crs = a.crs.as_deref().map(CrsDef::parse).transpose()?;
    let options = ReadOptions { crs, encoding: a.encoding.clone(), map: a.map.clone(), ..ReadOptions::default() };
    let source = read(&a.source, &options, &mut |_| true)?;
    let outcome = bring(&mut o, &source, &a.source, &target, common.layer()?, &a.map, common, r)?;
    let done = outcome.imported > 0;
    if done && !a.dry_run {
        o.save(r)?;
    }
    let state = if a.dry_run { unchanged } else { o.session.project().state };
    let mut answer = json!({
        "read": outcome.read, "imported": outcome.imported, "repaired": outcome.repaired, "refused": outcome.refused,
        "findings": outcome.findings, "crs": outcome.crs, "encoding": outcome.encoding, "state": state_text(state),
        "project_crs": o.session.project().facts.head.crs,
    });
    if a.dry_run {
        answer["dry_run"] = json!(true);
    }
    r.print(answer, |lang| {
        let (read, imported, repaired, refused) = (outcome.read, outcome.imported, outcome.repaired, outcome.refused);
        let sum = match lang {
            Lang::Zh => format!("读到 {read}，导入 {imported}，修复 {repaired}，拒绝 {refused}"),
            Lang::En => format!("{read} read, {imported} imported, {repaired} repaired, {refused} refused"),
        };
        if outcome.findings.is_empty() { sum } else { format!("{}\n{sum}", outcome.list(lang)) }
    })?;
    Ok(i32::from(outcome.refused > 0 || !done))
}

fn one_layer_only() -> Stop {
    Stop::new(
        "GeoJSON 和文本文件只有一个图层。没有导入任何数据。请去掉 --source-layer。",
        "GeoJSON and text files have one layer. Nothing was imported. Leave --source-layer out.",
    )
}

/// Cells that are there get the ground that a source draws.
fn redraw(a: &Import, common: &Common, r: &mut Report) -> Result<i32, Stop> {
    let is_gpkg = a.source.extension().is_some_and(|e| e.eq_ignore_ascii_case("gpkg"));
    if a.source_layer.is_some() && !is_gpkg {
        return Err(one_layer_only());
    }
    if a.kind != What::Cells {
        return Err(Stop::new(
            "--redraw 只用于网格。没有导入任何数据。请用 --as cells。",
            "--redraw is for cells. Nothing was imported. Use --as cells.",
        ));
    }
    let mut o = open(&a.file, common, r)?;
    one_layer(o.session.project(), common)?;
    let unchanged = o.session.project().state;
    let p = o.session.project();
    let layer = p.facts.layers.get(usize::from(o.session.layer()));
    let table = layer.map(cells_table).unwrap_or_default();
    // The tables of a file show one plan.
    let last = p.plan(o.session.plan()).map(|p| p.meta.name.clone()).unwrap_or_default();
    let shown = shown_plan(p, &last).map(|p| p.meta.name.clone()).filter(|_| is_gpkg && common.plan.is_none());
    let source = match is_gpkg {
        true => read_table(&a.source, a.source_layer.as_ref().unwrap_or(&table))?,
        false => {
            let crs = a.crs.as_deref().map(CrsDef::parse).transpose()?;
            let options =
                ReadOptions { crs, encoding: a.encoding.clone(), map: a.map.clone(), ..ReadOptions::default() };
            read(&a.source, &options, &mut |_| true)?
        }
    };
    let how = session::How {
        map: &a.map,
        offset_minutes: common.tz.minutes,
        layer: layer.map(|l| l.id.clone()),
        plan: Some(shown.unwrap_or(last)),
        source: String::new(),
    };
    let found = redrawn(p, &source, &how, &mut |_| true)?;
    let prepared = &found.prepared;
    let mut outcome = Outcome {
        read: prepared.read,
        imported: found.changed.len(),
        repaired: prepared.repaired,
        refused: prepared.refused,
        findings: prepared.findings.iter().map(|f| finding(f, common.lang())).collect(),
        crs: prepared.source_crs.text().to_owned(),
        encoding: source.encoding.to_owned(),
    };
    if let Some(edit) = found.edit
        && let Err(e) = o.perform(edit, r)
    {
        outcome.refuse(&e, common.lang());
    }
    let done = outcome.imported > 0;
    if done && !a.dry_run {
        o.save(r)?;
    }
    let state = if a.dry_run { unchanged } else { o.session.project().state };
    let changed = if done { found.changed } else { vec![] };
    let mut answer = json!({
        "read": outcome.read, "imported": outcome.imported, "repaired": outcome.repaired, "refused": outcome.refused,
        "findings": outcome.findings, "crs": outcome.crs, "encoding": outcome.encoding, "state": state_text(state),
        "project_crs": o.session.project().facts.head.crs, "changed": changed,
    });
    if a.dry_run {
        answer["dry_run"] = json!(true);
    }
    r.print(answer, |lang| {
        let (read, changed, refused) = (outcome.read, changed.join(", "), outcome.refused);
        let sum = match (lang, changed.is_empty()) {
            (Lang::Zh, false) => format!("读到 {read}，重划 {changed}，略过 {refused}"),
            (Lang::En, false) => format!("{read} read, {changed} redrawn, {refused} left out"),
            (Lang::Zh, true) => format!("读到 {read}，没有网格的范围不同，略过 {refused}"),
            (Lang::En, true) => format!("{read} read, no cell has other ground, {refused} left out"),
        };
        if outcome.findings.is_empty() { sum } else { format!("{}\n{sum}", outcome.list(lang)) }
    })?;
    Ok(i32::from(outcome.refused > 0))
}

/// The outline of all layers of a new project.
pub(super) fn outline(
    o: &mut Opened,
    path: &Path,
    layers: &[String],
    common: &Common,
    r: &Report,
) -> Result<Outcome, Stop> {
    let source = read(path, &ReadOptions::default(), &mut |_| true)?;
    let mut last = None;
    for layer in layers {
        let outcome = bring(o, &source, path, &session::What::Outline, Some(layer), &[], common, r)?;
        if outcome.imported == 0 {
            outcome.tell(common.lang());
            return Err(Stop::new(
                format!("{} 里没有可用作范围的面。没有写出文件。请检查数据，或先不写 --outline。", path.display()),
                format!(
                    "{} has no polygon that can be an outline. No file was written. Look at the data, or leave --outline \
                     out.",
                    path.display()
                ),
            ));
        }
        last = Some(outcome);
    }
    last.ok_or_else(|| Stop::from(EditError::WhichLayer))
}

#[allow(clippy::too_many_arguments)] // one call, made in two places
fn bring(
    o: &mut Opened,
    source: &Source,
    path: &Path,
    what: &session::What,
    layer: Option<&str>,
    map: &[(String, String)],
    common: &Common,
    r: &Report,
) -> Result<Outcome, Stop> {
    let plan = o.session.project().plan(o.session.plan()).map(|p| p.meta.name.clone());
    let how = session::How {
        map,
        offset_minutes: common.tz.minutes,
        layer: layer.map(str::to_owned),
        plan,
        source: path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
    };
    let incoming = session::incoming(o.session.project(), source, what, &how, &mut |_| true)?;
    let mut outcome = Outcome::of(&incoming, source, common.lang());
    for s in incoming.segments {
        o.session.hold(s);
    }
    if let Some(edit) = incoming.edit {
        match o.perform(edit, r) {
            Ok(_) => {}
            // What does not fit is a finding with its places; the rest concerns the whole command.
            Err(e @ (EditError::Misfit { .. } | EditError::Border { .. } | EditError::Duplicate { .. })) => {
                outcome.refuse(&e, common.lang());
            }
            Err(e) => return Err(e.into()),
        }
    }
    Ok(outcome)
}
