//! Questions: info, check, stats, where, log.

use super::args::{Common, OneFile, Stats, Where};
use super::project::{Door, grid, level, one_layer, open};
use super::report::{Phase, Report};
use super::stop::Stop;
use super::tables::{pairs, table};
use crate::assign::Assignment;
use crate::model::Lang;
use crate::rules::{self, Severity};
use crate::session::answers;
use serde_json::{Value, json};

/// A field of a JSON answer as a cell of a table.
pub(super) fn cell(v: &Value) -> String {
    match v {
        Value::Null => String::new(),
        Value::String(s) => s.clone(),
        v => v.to_string(),
    }
}

fn list(v: &Value) -> &[Value] {
    v.as_array().map_or(&[], Vec::as_slice)
}

pub(super) fn info(a: &OneFile, common: &Common, r: &mut Report) -> Result<i32, Stop> {
    let o = open(&a.file, common, r)?;
    let s = &o.session;
    let mut info = answers::info(s.project(), s.plan(), s.history().log().count());
    info["file_version"] = json!(o.version);
    r.print(info.clone(), |lang| {
        let zh = lang == Lang::Zh;
        let name = |zh_name: &'static str, en_name: &'static str| if zh { zh_name } else { en_name };
        let join = |v: &Value, key: &str| list(v).iter().map(|x| cell(&x[key])).collect::<Vec<_>>().join(", ");
        let count = |key: &str| cell(&info["counts"][key]);
        pairs(&[
            (name("名称", "name"), cell(&info["name"])),
            (name("坐标系", "crs"), cell(&info["crs"])),
            (name("图层", "layers"), join(&info["layers"], "id")),
            (name("方案", "plans"), join(&info["plans"], "name")),
            (name("网格", "cells"), count("cells")),
            (name("楼栋", "buildings"), count("buildings")),
            (name("院落", "courtyards"), count("courtyards")),
            (name("设施", "facilities"), count("facilities")),
            (name("人员", "members"), count("members")),
            (name("事件", "incidents"), count("incidents")),
            (name("无位置事件", "unlocated"), count("incidents_unlocated")),
            (name("步骤", "edits"), count("edits")),
            (name("状态", "state"), cell(&info["state"])),
        ])
    })?;
    Ok(0)
}

pub(super) fn check(a: &OneFile, common: &Common, r: &mut Report) -> Result<i32, Stop> {
    let o = open(&a.file, common, r)?;
    let s = &o.session;
    let p = s.project();
    one_layer(p, common)?;
    let issues = rules::check(p, s.plan(), s.layer(), s.assignment());
    let errors = issues.iter().filter(|i| i.severity == Severity::Error).count();
    let warnings = issues.len() - errors;
    let rows: Vec<Value> = issues
        .iter()
        .map(|i| {
            json!({
                "rule": i.rule, "severity": i.severity.name(), "message": i.said.get(common.lang()),
                "at": i.at.map(|q| p.origin().metres(q)),
                "cells": i.cells.iter().map(|(layer, code)| json!({"layer": layer, "code": code})).collect::<Vec<_>>(),
                "buildings": i.buildings, "courtyard": i.courtyard,
            })
        })
        .collect();
    let answer = json!({ "summary": { "errors": errors, "warnings": warnings }, "issues": rows });
    r.print(answer, |lang| {
        let rows: Vec<Vec<String>> = issues
            .iter()
            .map(|i| {
                let cells = i.cells.iter().map(|c| c.1.as_str()).collect::<Vec<_>>().join(" ");
                vec![i.rule.to_owned(), i.severity.name().to_owned(), cells, i.said.get(lang).to_owned()]
            })
            .collect();
        let (header, sum) = match lang {
            Lang::Zh => (["规则", "程度", "网格", "说明"], format!("{errors} 个必须处理，{warnings} 个请留意")),
            Lang::En => (["rule", "severity", "cells", "message"], format!("{errors} errors, {warnings} warnings")),
        };
        if rows.is_empty() { sum } else { format!("{}\n{sum}", table(&header, &rows)) }
    })?;
    Ok(i32::from(errors > 0))
}

pub(super) fn stats(a: &Stats, common: &Common, r: &mut Report) -> Result<i32, Stop> {
    let read = |t: &Option<String>| t.as_deref().map(|t| common.tz.read(t)).transpose();
    let (from, to) = (read(&a.from)?, read(&a.to)?);
    let period = (from.is_some() || to.is_some()).then_some((from, to));
    let o = open(&a.file, common, r)?;
    one_layer(o.session.project(), common)?;
    let level = level(&o.session, common)?;
    let answer = answers::stats(o.session.project(), o.session.assignment(), level, common.on, period);
    r.print(answer.clone(), |lang| {
        let keys = ["code", "name", "households", "residents", "buildings", "courtyards", "members", "incidents"];
        let zh = ["编码", "名称", "户数", "人口", "楼栋", "院落", "人员", "事件", "面积（公顷）", "偏差"];
        let en = [
            "code",
            "name",
            "households",
            "residents",
            "buildings",
            "courtyards",
            "members",
            "incidents",
            "ha",
            "deviation",
        ];
        let row = |v: &Value, first: [String; 2], deviation: String| {
            let mut out: Vec<String> = first.into();
            out.extend(keys[2..].iter().map(|k| cell(&v[*k])));
            out.push(format!("{:.2}", v["area_m2"].as_f64().unwrap_or(0.0) / 1e4));
            out.push(deviation);
            out
        };
        let mut rows: Vec<Vec<String>> = list(&answer["cells"])
            .iter()
            .map(|c| {
                let deviation = answers::deviation_text(c["deviation"].as_i64().unwrap_or(0), lang);
                row(c, [cell(&c["code"]), cell(&c["name"])], deviation)
            })
            .collect();
        let (free, all) = if lang == Lang::Zh { ("未划入", "合计") } else { ("unassigned", "total") };
        rows.push(row(&answer["totals"]["unassigned"], [free.into(), String::new()], String::new()));
        rows.push(row(&answer["totals"], [all.into(), String::new()], String::new()));
        table(if lang == Lang::Zh { &zh } else { &en }, &rows)
    })?;
    Ok(0)
}

pub(super) fn place(a: &Where, common: &Common, r: &mut Report) -> Result<i32, Stop> {
    let o = open(&a.file, common, r)?;
    let s = &o.session;
    let p = s.project();
    let door = Door::new(p, a.crs.as_deref())?;
    let others: Vec<Assignment> = if common.layer()?.is_some() {
        vec![]
    } else {
        let others = (0..p.facts.layers.len() as u16).filter(|l| *l != s.layer());
        r.phase(Phase::Assign, || others.map(|l| Assignment::count(p, s.plan(), l)).collect())
    };
    let mut all: Vec<&Assignment> = std::iter::once(s.assignment()).chain(&others).collect();
    all.sort_by_key(|a| a.layer());
    let mut results = Vec::new();
    for &at in &a.at {
        let mut answer = answers::place(p, &all, grid(p, door.inward(at)?)?, common.on);
        if a.crs.is_some() {
            answer["at"] = json!(at);
        }
        results.push(answer);
    }
    r.print(json!({ "results": results }), |lang| {
        let mut rows = Vec::new();
        for x in &results {
            let at = list(&x["at"]).iter().map(cell).collect::<Vec<_>>().join(", ");
            for place in list(&x["places"]) {
                let chain = list(&place["chain"]).iter().map(|u| format!("{} {}", cell(&u["code"]), cell(&u["name"])));
                let who =
                    list(&place["in_charge"]).iter().map(|m| format!("{} {}", cell(&m["post"]), cell(&m["name"])));
                rows.push(vec![
                    at.clone(),
                    cell(&place["layer"]),
                    chain.collect::<Vec<_>>().join(" › "),
                    cell(&x["building"]["name"]),
                    who.collect::<Vec<_>>().join("，"),
                ]);
            }
        }
        let header = match lang {
            Lang::Zh => ["位置", "图层", "所属", "楼栋", "负责人"],
            Lang::En => ["at", "layer", "belongs to", "building", "in charge"],
        };
        table(&header, &rows)
    })?;
    Ok(0)
}

pub(super) fn log(a: &OneFile, common: &Common, r: &mut Report) -> Result<i32, Stop> {
    let o = open(&a.file, common, r)?;
    let answer = answers::log(o.session.history(), common.lang(), &|t| common.tz.text(t));
    r.print(answer.clone(), |lang| {
        let rows: Vec<Vec<String>> = list(&answer)
            .iter()
            .map(|s| {
                let undone = match (s["undone"].as_bool() == Some(true), lang) {
                    (false, _) => "",
                    (true, Lang::Zh) => "已撤销",
                    (true, Lang::En) => "undone",
                };
                vec![cell(&s["step"]), cell(&s["time"]), cell(&s["plan"]), cell(&s["sentence"]), undone.to_owned()]
            })
            .collect();
        let header = match lang {
            Lang::Zh => ["步骤", "时间", "方案", "内容", ""],
            Lang::En => ["step", "time", "plan", "what", ""],
        };
        table(&header, &rows)
    })?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::super::{Asked, project, report::Report, run};
    use crate::plan::Layer;
    use crate::session::sample_project;
    use crate::topology::Partition;
    use clap::Parser;

    /// No edit makes a partition that is not in order; a damaged file can hold one.
    #[test]
    fn a_rule_broken_for_good_ends_with_one() {
        let folder = tempfile::tempdir().unwrap();
        let check = |name: &str, damage: &dyn Fn(&mut Layer)| {
            let path = folder.path().join(name);
            let mut p = sample_project("neighbourhood", 5).unwrap();
            let plan = p.plans[0].id;
            p.with_layer(plan, 0, damage);
            p.state = p.recount_state();
            let cli = super::super::Cli::try_parse_from(["getu", "new", "x.gpkg", "--name", "x"]).unwrap();
            let mut r = Report::new(&cli.common);
            project::fresh(&path, p, &cli.common).save(&mut r).unwrap();
            match run(["getu", "check", &path.to_string_lossy()].map(Into::into)) {
                Asked::Done(code) => code,
                Asked::Window(_) => panic!("a window"),
            }
        };
        assert_eq!(check("whole.gpkg", &|_| ()), 0);
        // A border one point of which lies far beyond the others.
        let wrong = |l: &mut Layer| {
            let nodes = l.partition.nodes().map(|(i, n)| (i, n.clone())).collect();
            let mut edges: Vec<(u32, crate::topology::Edge)> =
                l.partition.edges().map(|(i, e)| (i, e.clone())).collect();
            let bent = edges.iter_mut().map(|(_, e)| e).find(|e| e.points.len() > 2).unwrap();
            let mut points = bent.points.to_vec();
            points[1] = crate::geom::pt(points[1].x + 5_000_000, points[1].y + 3_000_000);
            bent.points = points.into();
            let faces = l.partition.faces().map(|(i, f)| (i, f.clone())).collect();
            l.partition = Partition::from_parts(nodes, edges, faces).unwrap();
        };
        assert_eq!(check("damaged.gpkg", &wrong), 1);
    }
}
