//! Changing: edits a line each, undo, redo, plans.

use super::args::{Common, Edit as Args, Plan, PlanWhat, Steps};
use super::ask::cell;
use super::clock::now;
use super::project::{Done, Opened, no_such, open};
use super::report::{Report, line};
use super::stop::Stop;
use super::tables::table;
use crate::assign::is_cell;
use crate::model::{Id, Kind, Lang};
use crate::plan::{Edit, EditError, Op, PlanOp, Project, state_text};
use crate::session::{Command, Effect, OnSlivers, Session, Sliver, answers};
use crate::topology::Owner;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{BufRead, Read};
use std::path::Path;

/// A line: an edit, and what is to be done where it leaves slivers.
#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    slivers: OnSlivers,
    #[serde(flatten)]
    edit: Edit,
}

/// Longest line of an edit, bytes: an outline of a million points.
const LINE_LIMIT: u64 = 64 << 20;

pub(super) fn edit(a: &Args, common: &Common, r: &mut Report) -> Result<i32, Stop> {
    let mut o = open(&a.file, common, r)?;
    let mut source = reader(&a.edits)?;
    let mut home = (o.session.plan(), o.session.layer());
    let (mut number, mut applied, mut refused) = (0u64, 0u64, 0u64);
    let mut unsaid: Option<std::io::Error> = None;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let read =
            source.by_ref().take(LINE_LIMIT).read_until(b'\n', &mut bytes).map_err(|e| Stop::file(&a.edits, e))?;
        if read == 0 {
            break;
        }
        number += 1;
        if bytes.len() as u64 == LINE_LIMIT && bytes.last() != Some(&b'\n') {
            // The rest of a line that is too long is no edit of its own.
            skip_line(&mut source).map_err(|e| Stop::file(&a.edits, e))?;
        }
        let text = std::str::from_utf8(&bytes).map(|t| t.trim_start_matches('\u{feff}').trim());
        if text == Ok("") {
            continue;
        }
        let answer = one(&mut o, &mut home, text, number, common, r)?;
        let ok = answer["ok"] == json!(true);
        if ok {
            applied += 1;
        } else {
            refused += 1;
        }
        // What was done is saved whether or not anybody can be told.
        unsaid = unsaid.or(line(&answer.to_string()).err());
        if !ok && a.stop {
            break;
        }
    }
    let saved = if applied > 0 { o.save(r).map(|()| true) } else { Ok(false) };
    let (timings, cpu) = r.timings();
    let last = json!({
        "done": true, "applied": applied, "refused": refused, "saved": *saved.as_ref().unwrap_or(&false),
        "state": state_text(o.session.project().state), "timings_ms": timings, "cpu_ms": cpu,
    });
    unsaid = unsaid.or(line(&last.to_string()).err());
    saved?;
    if let Some(e) = unsaid {
        return Err(r.unsaid(&e));
    }
    Ok(i32::from(refused > 0))
}

fn reader(path: &Path) -> Result<Box<dyn BufRead>, Stop> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(std::io::BufReader::new(std::io::stdin())));
    }
    let file = std::fs::File::open(path).map_err(|e| Stop::file(path, e))?;
    Ok(Box::new(std::io::BufReader::new(file)))
}

fn skip_line(source: &mut dyn BufRead) -> std::io::Result<()> {
    loop {
        let seen = source.fill_buf()?;
        if seen.is_empty() {
            return Ok(());
        }
        let end = seen.iter().position(|b| *b == b'\n');
        let n = end.map_or(seen.len(), |i| i + 1);
        source.consume(n);
        if end.is_some() {
            return Ok(());
        }
    }
}

/// One line: parsed, done, answered.
///
/// `home`: the plan and layer for lines that name none.
fn one(
    o: &mut Opened,
    home: &mut (Id, u16),
    text: Result<&str, std::str::Utf8Error>,
    number: u64,
    common: &Common,
    r: &Report,
) -> Result<Value, Stop> {
    let failed = |kind: &str, message: String, at: Value, slivers: Vec<Value>| {
        json!({
            "line": number, "ok": false, "step": null, "plan": null, "sentence": null, "created": [], "flow": [],
            "slivers": slivers, "error": { "kind": kind, "message": message, "at": at },
        })
    };
    let Ok(text) = text else {
        // Reading on with signs in place of what cannot be read would write those into the project.
        let message = match common.lang() {
            Lang::Zh => format!("第 {number} 行不是 UTF-8 编码。没有改动。请把文件另存为 UTF-8 再试。"),
            Lang::En => {
                format!("Line {number} is not UTF-8. Nothing was changed. Save the file as UTF-8 and try again.")
            }
        };
        return Ok(failed("parse", message, Value::Null, vec![]));
    };
    let Line { slivers, mut edit } = match serde_json::from_str(text) {
        Ok(line) => line,
        Err(e) => {
            // The parser saw one line; which of the file it is we know.
            let reason = e.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            let column = e.column();
            let message = match common.lang() {
                Lang::Zh => {
                    format!(
                        "第 {number} 行第 {column} 列：这一行不是修改（{reason}）。没有改动。请对照 docs/EDITS.md。"
                    )
                }
                Lang::En => format!(
                    "Line {number}, column {column}: this is no edit ({reason}). Nothing was changed. See docs/EDITS.md."
                ),
            };
            return Ok(failed("parse", message, Value::Null, vec![]));
        }
    };
    if edit.layer.is_none() {
        edit.layer = common.layer()?.map(str::to_owned);
    }
    let named = go_to(&mut o.session, &edit, *home);
    let before = (o.session.project().clone(), o.session.plan());
    let refusal = |o: &Opened, e: &EditError, slivers: &[Sliver]| {
        let at = e.at().map_or(Value::Null, |p| json!(p.metres()));
        let slivers = slivers.iter().map(|s| s.json(o.session.project())).collect();
        failed(e.kind(), e.said().get(common.lang()).to_owned(), at, slivers)
    };
    let edit = match o.session.settled(edit, slivers) {
        Ok(edit) => edit,
        Err((e, slivers)) => return Ok(refusal(o, &e, &slivers)),
    };
    let done = o.perform(edit, r);
    // A draft that was made for lines without a plan is where such lines go on.
    if !named || o.session.project().plan(home.0).is_none() {
        home.0 = o.session.plan();
    }
    match done {
        Ok(done) => Ok(done_line(&o.session, (&before.0, before.1), &done, number, common.lang())),
        Err(e) => Ok(refusal(o, &e, &[])),
    }
}

/// Shows the plan and layer that an edit is meant for, so that its flow is counted there: those it names, else those of
/// `home`. Whether it names a plan.
fn go_to(s: &mut Session, edit: &Edit, home: (Id, u16)) -> bool {
    let parts = edit.parts();
    let (plan, layer) = (parts.iter().find_map(|e| e.plan.as_ref()), parts.iter().find_map(|e| e.layer.as_ref()));
    let p = s.project();
    let to_plan = plan.and_then(|n| p.plan_named(n)).map_or(home.0, |x| x.id);
    let to_layer = layer.and_then(|l| p.layer_index(l)).unwrap_or(home.1);
    s.dispatch(Command::ShowPlan(to_plan), now());
    s.dispatch(Command::ShowLayer(to_layer), now());
    plan.is_some()
}

/// `before`: the project before the edit, and the plan shown then; the edit may have made a draft of it.
fn done_line(s: &Session, (before, was): (&Project, Id), done: &Done, number: u64, lang: Lang) -> Value {
    let p = s.project();
    let (plan, layer) = (s.plan(), s.layer());
    let code = |p: &Project, plan: Id, o: Option<Owner>| {
        let o = o.filter(|o| is_cell(p, plan, layer, *o))?;
        p.layer(plan, layer)?.units.get(&Id(o)).map(|u| u.code.clone())
    };
    let building = |slot: u32| {
        let of = |p: &Project| p.table(Kind::Buildings).get(slot).map(|r| r.code().to_owned());
        of(p).or_else(|| of(before))
    };
    let flow: Vec<Value> = done
        .changes
        .buildings
        .iter()
        .filter_map(|m| {
            let (from, to) = (code(before, was, m.from), code(p, plan, m.to));
            (from != to).then(|| json!({ "building": building(m.slot), "from": from, "to": to }))
        })
        .collect();
    let created: Vec<Value> = done
        .created
        .iter()
        .filter_map(|&(l, id)| {
            let named = done.step.as_ref().and_then(|s| s.plan.as_ref()).and_then(|n| p.plan_named(n));
            let unit = p.layer(named.map_or(plan, |x| x.id), l)?.units.get(&id)?.code.clone();
            Some(json!({ "layer": p.facts.layers.get(l as usize).map(|d| &d.id), "code": unit }))
        })
        .collect();
    let step = done.step.as_ref();
    json!({
        "line": number, "ok": true, "step": step.map(|s| s.id.sequence), "plan": step.and_then(|s| s.plan.clone()),
        "sentence": step.map(|s| s.sentence.get(lang)), "created": created, "flow": flow,
        "slivers": done.slivers.iter().map(|s| s.json(p)).collect::<Vec<_>>(), "error": null,
    })
}

pub(super) fn step(a: &Steps, undo: bool, common: &Common, r: &mut Report) -> Result<i32, Stop> {
    let mut o = open(&a.file, common, r)?;
    let mut steps = Vec::new();
    'all: for _ in 0..a.n {
        let command = if undo { Command::Undo } else { Command::Redo };
        for e in o.session.dispatch(command, now()) {
            match e {
                Effect::Stepped { step, .. } => steps.push(step),
                Effect::Nothing => break 'all,
                Effect::Say(s) => r.note(&s),
                Effect::Committed { .. } | Effect::Refused(_) => {}
            }
        }
    }
    if steps.is_empty() {
        return Err(if undo {
            Stop::new(
                "没有可以撤销的步骤。文件未改动。用 getu log 查看步骤。",
                "There is no step to undo. The file is as it was. See getu log for the steps.",
            )
        } else {
            Stop::new(
                "没有可以重做的步骤。文件未改动。用 getu log 查看步骤。",
                "There is no step to redo. The file is as it was. See getu log for the steps.",
            )
        });
    }
    o.save(r)?;
    let lang = common.lang();
    let list: Vec<Value> = steps
        .iter()
        .map(|s| json!({ "step": s.id.sequence, "sentence": s.sentence.get(lang), "plan": s.plan }))
        .collect();
    let answer =
        json!({ "file": a.file.display().to_string(), "state": state_text(o.session.project().state), "steps": list });
    r.print(answer, |lang| {
        let header = if lang == Lang::Zh { ["步骤", "内容"] } else { ["step", "what"] };
        table(&header, &list.iter().map(|s| vec![cell(&s["step"]), cell(&s["sentence"])]).collect::<Vec<_>>())
    })?;
    // Fewer steps than were asked for.
    Ok(i32::from((steps.len() as u64) < u64::from(a.n)))
}

pub(super) fn plan(a: &Plan, common: &Common, r: &mut Report) -> Result<i32, Stop> {
    let mut o = open(&a.file, common, r)?;
    let op = match &a.what {
        PlanWhat::List => {
            let answer = answers::plans(o.session.project(), o.session.plan());
            r.print(answer.clone(), |lang| {
                let mark = |v: &Value| if v.as_bool() == Some(true) { "✓".to_owned() } else { String::new() };
                let rows: Vec<Vec<String>> = answer
                    .as_array()
                    .map_or(&[][..], Vec::as_slice)
                    .iter()
                    .map(|p| vec![cell(&p["name"]), mark(&p["in_force"]), cell(&p["from"]), mark(&p["last"])])
                    .collect();
                let header = match lang {
                    Lang::Zh => ["方案", "现行", "自", "最近编辑"],
                    Lang::En => ["plan", "in force", "from", "last worked on"],
                };
                table(&header, &rows)
            })?;
            return Ok(0);
        }
        PlanWhat::Copy { old, new } => PlanOp::Copy { old: old.clone(), new: new.clone() },
        PlanWhat::Rename { old, new } => PlanOp::Rename { old: old.clone(), new: new.clone() },
        PlanWhat::Delete { name } => PlanOp::Delete { name: name.clone() },
        PlanWhat::Adopt { name, from } => PlanOp::Adopt { name: name.clone(), from: *from },
    };
    let new = match &op {
        PlanOp::Copy { new, .. } => Some(new.clone()),
        _ => None,
    };
    let done = o.perform(Op::Plan(op).into(), r).map_err(|e| match e {
        EditError::NoSuch { name, .. } => no_such("方案", "plan", &name),
        e => e.into(),
    })?;
    // A copy is made to be worked on.
    if let Some(id) = new.and_then(|n| o.session.project().plan_named(&n).map(|p| p.id)) {
        o.session.dispatch(Command::ShowPlan(id), now());
    }
    o.save(r)?;
    let sentence = done.step.as_ref().map(|s| s.sentence.get(common.lang()).to_owned());
    let answer = json!({
        "file": a.file.display().to_string(), "state": state_text(o.session.project().state),
        "step": done.step.as_ref().map(|s| s.id.sequence), "sentence": sentence,
    });
    r.print(answer, |_| sentence.unwrap_or_default())?;
    Ok(0)
}
