//! New projects: shipped samples and empty ones.

use super::args::{Common, New, Sample};
use super::clock::replica;
use super::import;
use super::project::{Opened, fresh};
use super::report::{Phase, Report};
use super::stop::Stop;
use super::tables::table;
use crate::crs::{CrsDef, CrsError, is_metric};
use crate::model::{Kind, Lang, Said};
use crate::plan::state_text;
use crate::session::begin::{
    Beginning, NewProject, in_system, new_project, read_community, read_households, read_name, read_place,
};
use crate::session::{layer_from_text, sample_project, sample_titles};
use crate::store::StoreError;
use serde_json::{Value, json};
use std::path::Path;

/// Refuses a file that exists before any work is done; the save refuses it again.
fn must_be_new(out: &Path) -> Result<(), Stop> {
    if out.exists() { Err(StoreError::Exists { path: out.to_owned() }.into()) } else { Ok(()) }
}

fn saved(mut o: Opened, out: &Path, extra: &[(&str, Value)], r: &mut Report) -> Result<(), Stop> {
    o.save(r)?;
    let state = state_text(o.session.project().state);
    let mut answer = json!({ "file": out.display().to_string(), "state": state });
    for (key, value) in extra {
        answer[*key] = value.clone();
    }
    r.print(answer, |lang| match lang {
        Lang::Zh => format!("已写出 {}", out.display()),
        Lang::En => format!("{} written", out.display()),
    })
}

pub(super) fn sample(a: &Sample, common: &Common, r: &mut Report) -> Result<i32, Stop> {
    let (Some(name), Some(out)) = (&a.name, &a.out) else {
        let zh = common.lang() == Lang::Zh;
        let mut list = Vec::new();
        for s in sample_titles() {
            let map = (s.make)().map_err(crate::session::BuildError::from)?;
            let buildings = map.rows.iter().find(|(k, _)| *k == Kind::Buildings).map_or(0, |(_, rows)| rows.len());
            let (title, description) = if zh { (s.title_zh, s.description_zh) } else { (s.title_en, s.description_en) };
            list.push(json!({
                "name": s.name, "title": title, "description": description, "cells": map.cells.len(),
                "buildings": buildings,
            }));
        }
        r.print(Value::Array(list.clone()), |lang| {
            let keys = ["name", "title", "cells", "buildings", "description"];
            let rows: Vec<Vec<String>> =
                list.iter().map(|s| keys.iter().map(|k| super::ask::cell(&s[*k])).collect()).collect();
            let header = if lang == Lang::Zh { ["名称", "标题", "网格", "楼栋", "说明"] } else { keys };
            table(&header, &rows)
        })?;
        return Ok(0);
    };
    must_be_new(out)?;
    let project = sample_project(name, replica())?;
    let o = r.phase(Phase::Assign, || fresh(out, project, common));
    saved(o, out, &[("name", json!(name))], r)?;
    Ok(0)
}

pub(super) fn new(a: &New, common: &Common, r: &mut Report) -> Result<i32, Stop> {
    must_be_new(&a.out)?;
    let refused =
        |why: Said| Stop::new(format!("{}。没有写出文件。", why.zh), format!("{}. No file was written.", why.en));
    let at = a.at.as_deref().map(read_place).transpose().map_err(refused)?;
    let given = Some(a.crs.as_str()).filter(|c| *c != "auto");
    let place = match (at, given) {
        (Some(at), Some(crs)) => Some(in_system(&at, crs).map_err(refused)?),
        (Some(at), None) => Some(at),
        (None, Some(text)) => {
            let crs = CrsDef::parse(text)?;
            if !is_metric(&crs)? {
                return Err(CrsError::NotMetric(text.to_owned()).into());
            }
            Some(Beginning { crs, origin: None, at: None, said: Said::default() })
        }
        (None, None) => None,
    };
    let texts: Vec<&str> = match &common.layers[..] {
        [] => vec!["grid=治理网格:社区>网格"],
        given => given.iter().map(String::as_str).collect(),
    };
    let layers = texts.iter().map(|t| layer_from_text(t)).collect::<Result<Vec<_>, _>>()?;
    for (i, l) in layers.iter().enumerate() {
        if layers[..i].iter().any(|x| x.id == l.id) {
            return Err(Stop::new(
                format!("图层“{}”给了两次。没有写出文件。每个图层请用不同的编号。", l.id),
                format!(
                    "The layer \"{}\" is given twice. No file was written. Give each layer an id of its own.",
                    l.id
                ),
            ));
        }
    }
    let ids: Vec<String> = layers.iter().map(|l| l.id.clone()).collect();
    let households = match a.households.as_deref().map(|t| t.split_once(['-', '–', '~']).unwrap_or((t, ""))) {
        Some((from, to)) => Some(read_households(from, to).map_err(refused)?),
        None => None,
    };
    let new = NewProject {
        name: read_name(&a.name).map_err(refused)?,
        community: read_community(a.community.as_deref().unwrap_or_default()).map_err(refused)?,
        place,
        households,
        layers,
    };
    let project = new_project(&new, replica())?;
    let mut o = fresh(&a.out, project, common);
    let mut code = 0;
    if let Some(source) = &a.outline {
        let outcome = import::outline(&mut o, source, &ids, common, r)?;
        code = i32::from(outcome.refused > 0);
        outcome.tell(common.lang());
    }
    let crs = o.session.project().facts.head.crs.clone();
    saved(o, &a.out, &[("crs", json!(crs))], r)?;
    Ok(code)
}
