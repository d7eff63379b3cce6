//! Filling the buildings that are there from a list without places, matched by courtyard and number.

use super::args::{Common, Import, What};
use super::project::open;
use super::report::Report;
use super::stop::Stop;
use crate::exchange::{ListedBuilding, choose_sheet, read_building_list, read_sheets};
use crate::model::{Kind, Lang, number};
use crate::plan::state_text;
use crate::session::buildings::list::{Match, matching};
use crate::session::buildings::set_all;
use serde_json::{Value, json};

/// `import --match`: one edit fills all; a row that finds no building, or more than one, is named and makes the exit code 1.
pub(super) fn fill(a: &Import, by: &str, common: &Common, r: &mut Report) -> Result<i32, Stop> {
    let keys: Vec<&str> = by.split(',').map(str::trim).collect();
    if a.kind != What::Buildings || keys != ["courtyard", "number"] {
        return Err(Stop::new(
            "--match 只有 courtyard,number 一种，且只用于楼栋。没有导入任何数据。请写 --as buildings --match courtyard,number。",
            "--match knows courtyard,number only, and only buildings. Nothing was imported. Write --as buildings --match \
             courtyard,number.",
        ));
    }
    let fits = |s: &crate::exchange::Sheet| read_building_list(&s.text).is_ok();
    let sheet = choose_sheet(read_sheets(&a.source)?, a.sheet.as_deref(), &a.source, fits)?;
    let list = read_building_list(&sheet.text).map_err(|why| {
        Stop::new(format!("{} 没有导入任何数据。", why.zh), format!("{} Nothing was imported.", why.en))
    })?;
    let mut o = open(&a.file, common, r)?;
    let unchanged = o.session.project().state;
    let p = o.session.project();
    let m = matching(p, o.session.assignment().courtyards(), &list);
    let codes = |slots: &[u32]| -> Vec<String> {
        slots.iter().filter_map(|&s| p.table(Kind::Buildings).get(s)).map(|b| b.code().to_owned()).collect()
    };
    let row = |l: &ListedBuilding| json!({"line": l.line, "courtyard": l.yard, "number": l.number});
    let (mut unmatched, mut ambiguous): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
    for (l, m) in list.rows.iter().zip(&m.rows) {
        match m {
            Match::One(_) => {}
            Match::None => unmatched.push(row(l)),
            Match::Several(slots) => {
                let mut row = row(l);
                row["buildings"] = json!(codes(slots));
                ambiguous.push(row);
            }
        }
    }
    let (found, changed) = (m.counts().0, m.changes.len());
    if let Some(op) = set_all(m.changes) {
        o.perform(op.into(), r)?;
        if !a.dry_run {
            o.save(r)?;
        }
    }
    let state = if a.dry_run { unchanged } else { o.session.project().state };
    let told: Vec<&str> = list.told.iter().map(|s| s.get(common.lang())).collect();
    let refused = unmatched.len() + ambiguous.len();
    let mut answer = json!({
        "read": list.rows.len(), "matched": found, "imported": changed, "refused": refused,
        "unmatched": unmatched, "ambiguous": ambiguous, "messages": told, "state": state_text(state),
    });
    if a.dry_run {
        answer["dry_run"] = json!(true);
    }
    r.print(answer, |lang| {
        let n = |n: usize| number(n as i64);
        let (read, found, changed) = (n(list.rows.len()), n(found), n(changed));
        let (none, several) = (n(unmatched.len()), n(ambiguous.len()));
        let sum = match lang {
            Lang::Zh => {
                format!("读到 {read} 行，对上 {found} 栋，改 {changed} 栋，没对上 {none} 行，不唯一 {several} 行")
            }
            Lang::En => {
                format!("{read} read, {found} found, {changed} changed, {none} not found, {several} not in one way")
            }
        };
        let lines = unmatched.iter().chain(&ambiguous).map(|v| {
            let text = |k: &str| v[k].as_str().unwrap_or_default().to_owned();
            let line = &v["line"];
            match lang {
                Lang::Zh => format!("第 {line} 行：{} {}", text("courtyard"), text("number")),
                Lang::En => format!("line {line}: {} {}", text("courtyard"), text("number")),
            }
        });
        lines.chain(told.iter().map(|t| (*t).to_owned())).chain([sum]).collect::<Vec<_>>().join("\n")
    })?;
    Ok(i32::from(refused > 0))
}
