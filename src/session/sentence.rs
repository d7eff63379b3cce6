//! What was done, in words with numbers: one sentence a step, in both languages.

use crate::assign::{Changes, Tally};
use crate::geom::Box2;
use crate::model::{Id, Kind, Lang, Post, Said, Target, number};
use crate::plan::{Edit, Item, Key, Op, Outcome, Patch, PlanOp, Project};
use crate::scene::cell_chip;
use crate::session::buildings::use_word;
use crate::topology::Owner;
use std::collections::{BTreeMap, BTreeSet};

/// The sentence of an edit. `plan` is the plan worked on.
pub fn sentence(old: &Project, new: &Project, edit: &Edit, out: &Outcome, changes: &Changes, plan: Id) -> Said {
    let plan_id = edit.plan.as_ref().and_then(|n| new.plan_named(n)).map_or(plan, |p| p.id);
    let layer = edit.layer.as_ref().and_then(|l| new.layer_index(l)).unwrap_or(0);
    let s = |zh: String, en: String| Said { zh, en };
    match &edit.op {
        Op::Outline { .. } => {
            let area = new.layer(plan_id, layer).map_or(0.0, |l| {
                let world = l.partition.face(crate::topology::WORLD).map_or(0, |f| -f.area2);
                world as f64 / 2e6
            });
            let Said { zh, en } = area_text(area);
            s(format!("划定范围，{zh}"), format!("Outline drawn, {en}"))
        }
        Op::Draw { .. } | Op::Split { .. } | Op::Detach { .. } | Op::Unit { .. } => {
            let made = out.created.first().map(|&(l, id)| (title(new, plan_id, l, id), id));
            let (title, id) = made.unwrap_or_default();
            let got = changes.delta.get(&(id.0 as Owner)).copied().unwrap_or_default();
            let faces = new.layer(plan_id, layer).map_or(1, |l| l.partition.faces_of(id.0).len());
            let (pz, pe) = if faces > 1 {
                (format!("，分 {faces} 块"), format!(", in {faces} parts"))
            } else {
                (String::new(), String::new())
            };
            let (zh, en) = tally_text(&got);
            match &edit.op {
                Op::Split { cell, .. } => s(
                    format!("切分 {}，新网格 {title} 得 {zh}{pz}", chip(old, plan_id, layer, cell)),
                    format!("{} split; the new cell {title} has {en}{pe}", chip(old, plan_id, layer, cell)),
                ),
                Op::Detach { cell, .. } => s(
                    format!("从 {} 分出网格 {title}，{zh}{pz}", chip(old, plan_id, layer, cell)),
                    format!("Cell {title} detached from {} with {en}{pe}", chip(old, plan_id, layer, cell)),
                ),
                Op::Unit { .. } => s(format!("划出 {title}{pz}"), format!("{title} drawn{pe}")),
                _ => s(format!("画出网格 {title}，{zh}{pz}"), format!("Cell {title} drawn with {en}{pe}")),
            }
        }
        Op::Cut { cells, .. } => {
            let cells = cells.as_deref().unwrap_or_default();
            let old_chips: Vec<String> = cells.iter().map(|c| chip(old, plan_id, layer, &c.cell)).collect();
            let parts: Vec<(String, (String, String))> = out
                .created
                .iter()
                .map(|&(l, id)| {
                    let got = changes.delta.get(&(id.0 as Owner)).copied().unwrap_or_default();
                    (title(new, plan_id, l, id), tally_text(&got))
                })
                .collect();
            let zh: Vec<String> = parts.iter().map(|(t, (zh, _))| format!("{t} 得 {zh}")).collect();
            let en: Vec<String> = parts.iter().map(|(t, (_, en))| format!("{t} has {en}")).collect();
            s(
                format!("一线切分 {}；{}", old_chips.join("、"), zh.join("，")),
                format!("{} cut by one line; {}", old_chips.join(", "), en.join(", ")),
            )
        }
        Op::Merge { cells, keep, .. } => {
            let keep = keep.clone().unwrap_or_default();
            let gained = new.layer(plan_id, layer).and_then(|l| l.unit(&keep)).map(|u| u.id);
            let t = gained.and_then(|id| changes.delta.get(&id.0)).copied().unwrap_or_default();
            let (zh, en) = tally_text(&t);
            let chips: Vec<String> = cells.iter().map(|c| chip(old, plan_id, layer, c)).collect();
            let keep = chip(old, plan_id, layer, &keep);
            s(
                format!("合并 {} 为 {keep}，并入 {zh}", chips.join("、")),
                format!("{} merged into {keep}, which gained {en}", chips.join(", ")),
            )
        }
        Op::Move { .. }
        | Op::Insert { .. }
        | Op::Delete { .. }
        | Op::Reshape { .. }
        | Op::Slide { .. }
        | Op::Follow { .. }
        | Op::Simplify { .. } => {
            let sides = sides_of(old, new, &out.patch, plan_id, layer);
            let who = if sides.is_empty() { String::new() } else { format!(" {} ", sides.join(" / ")) };
            let (zh, en) = match &edit.op {
                Op::Insert { .. } => ("在边界上加点", "Point added to the border of"),
                Op::Delete { .. } => ("删去边界上的点", "Point taken from the border of"),
                Op::Reshape { .. } => ("改划边界", "Border drawn anew between"),
                Op::Slide { .. } => ("平移边界", "Border slid between"),
                Op::Follow { line, .. } if line.is_empty() => ("拉直边界", "Border straightened between"),
                Op::Follow { .. } => ("边界改沿新线", "Border led along a line between"),
                Op::Simplify { square: true, .. } => ("边界取直角", "Corners made right on the borders of"),
                Op::Simplify { .. } => ("简化边界", "Borders simplified of"),
                _ => ("拖动边界", "Border moved between"),
            };
            let tail = if changes.buildings.is_empty() {
                (String::new(), String::new())
            } else {
                let (zh, en) = tally_text(&moved(new, changes));
                (format!("，{zh}换格"), format!(": {en} change hands"))
            };
            s(
                format!("{}{}", format!("{zh}{who}").trim_end(), tail.0),
                format!("{}{}", format!("{en}{who}").trim_end(), tail.1),
            )
        }
        Op::Fill { cell, .. } => {
            let (zh, en) = tally_text(&moved(new, changes));
            let cell = chip(new, plan_id, layer, cell.as_deref().unwrap_or_default());
            s(format!("空白并入 {cell}，{zh}划入"), format!("Gap filled by {cell}, which gained {en}"))
        }
        Op::Give { cell, .. } => given(old, new, cell.as_deref(), changes, (plan_id, layer)),
        Op::Dissolve { cell } => {
            // Those that were pinned to it and stand in another cell go back to that.
            let mut left = Tally::default();
            for (_, t) in changes.delta.iter().filter(|(o, _)| !crate::assign::is_cell(old, plan_id, layer, **o)) {
                left = left.plus(t, 1);
            }
            let (zh, en) = tally_text(&left);
            let lost = dropped(old, &out.patch);
            let cell = chip(old, plan_id, layer, cell);
            s(
                format!("撤销网格 {cell}，{zh}未划入{}", lost.zh),
                format!("Cell {cell} dissolved; {en} are in no cell now{}", lost.en),
            )
        }
        Op::Set(set) => {
            let (what_zh, what_en, code) = [
                ("网格", "cell", &set.cell),
                ("楼栋", "building", &set.building),
                ("院落", "courtyard", &set.courtyard),
                ("设施", "facility", &set.facility),
                ("人员", "member", &set.member),
            ]
            .into_iter()
            .find_map(|(zh, en, c)| c.as_ref().map(|c| (zh, en, c.clone())))
            .unwrap_or(("规则", "rules", String::new()));
            // A member's name or phone is not repeated in a sentence that lives on in the log.
            let all = set.rules.as_ref().unwrap_or(&set.fields);
            // Beside a building it is an attribute.
            let yard = set.building.as_ref().and(set.courtyard.as_ref()).map(|y| ("courtyard", y.clone()));
            let named = all.iter().map(|(k, v)| (k.as_str(), plain(v))).chain(yard);
            let (mut fields, mut fields_en): (Vec<String>, Vec<String>) = (vec![], vec![]);
            for (key, value) in named {
                let (zh, en) = crate::model::field_word(key).unwrap_or((key, key));
                let [zh_value, en_value] = match key {
                    "use" => [Lang::Zh, Lang::En].map(|l| use_word(l, &value).to_owned()),
                    _ => [value.clone(), value],
                };
                let said = |word: &str, value: &str| match set.member.is_some() {
                    true => word.to_owned(),
                    false => format!("{word} {value}").trim_end().to_owned(),
                };
                fields.push(said(zh, &zh_value));
                fields_en.push(said(en, &en_value));
            }
            // The two that people do most, as they would say them.
            if let ([(field, value)], Some(_)) =
                (&set.fields.iter().collect::<Vec<_>>()[..], &set.cell.as_ref().or(set.building.as_ref()))
            {
                let title = if set.cell.is_some() { chip(old, plan_id, layer, &code) } else { code.clone() };
                let value = plain(value);
                match field.as_str() {
                    "name" => {
                        return s(
                            format!("{what_zh} {title} 改名为“{value}”"),
                            format!("The {what_en} {title} renamed to \"{value}\""),
                        );
                    }
                    "code" => {
                        return s(
                            format!("{what_zh} {title} 编码改为 {value}"),
                            format!("The {what_en} {title} has the code {value} now"),
                        );
                    }
                    "households" => {
                        return s(
                            format!("{what_zh} {title} 户数改为 {value}"),
                            format!("The {what_en} {title} has {value} households now"),
                        );
                    }
                    _ => {}
                }
            }
            s(
                format!("修改{what_zh} {code}：{}", fields.join("，")).replace("  ", " "),
                format!("Changed {what_en} {code}: {}", fields_en.join(", ")).replace("  ", " "),
            )
        }
        Op::Pin { building, cell: Some(cell) } => {
            let cell = chip(new, plan_id, layer, cell);
            s(format!("指定楼栋 {building} 归 {cell}"), format!("Building {building} assigned to {cell} by hand"))
        }
        Op::Pin { building, cell: None } => {
            s(format!("取消楼栋 {building} 的指定"), format!("Building {building} is assigned by its place again"))
        }
        Op::Redraw { cells } => {
            let chips: Vec<String> = cells.iter().map(|c| chip(old, plan_id, layer, &c.cell)).collect();
            let (zh, en) = (chips.join("、"), chips.join(", "));
            match changes.buildings.len() {
                0 => s(format!("重划 {zh}"), format!("{en} redrawn")),
                n => s(
                    format!("重划 {zh}，{} 栋换了网格", number(n as i64)),
                    format!("{en} redrawn; {} buildings changed hands", number(n as i64)),
                ),
            }
        }
        Op::Gather { courtyards, buildings, .. } => {
            let title = out.created.first().map_or(String::new(), |&(l, id)| title(new, plan_id, l, id));
            // Each once, as it is kept.
            let each = |list: &Vec<String>| list.iter().collect::<std::collections::BTreeSet<_>>().len() as i64;
            let (y, b) = (number(each(courtyards)), number(each(buildings)));
            s(
                format!("新建 {title}，由 {y} 个院落、{b} 栋组成"),
                format!("{title} made of {y} courtyards and {b} buildings"),
            )
        }
        Op::Lock { cell, on, value } => {
            let border = on.and_then(|[a, b]| {
                let l = old.layer(plan_id, layer)?;
                let e = l.partition.border_of(old.grid(a)?, old.grid(b)?).and_then(|e| l.partition.edge(e))?;
                let (a, b) = l.partition.sides(e);
                let mut of: Vec<String> = [a, b].iter().filter_map(|o| Some(cell_chip(l, l.unit_of(*o)?))).collect();
                of.sort_unstable();
                let of = of.join(" / ");
                Some(Said::new(format!("{of} 的边界"), format!("The border of {of}")))
            });
            let border = border.unwrap_or_else(|| Said::new("一段边界", "A border"));
            let what = cell.as_ref().map(|c| chip(old, plan_id, layer, c));
            let (zh, en) = what.map_or((border.zh, border.en), |c| (c.clone(), c));
            match value {
                true => s(format!("锁定 {zh}"), format!("{en} locked")),
                false => {
                    let l = new.layer(plan_id, layer);
                    let unit = cell.as_ref().zip(l).and_then(|(c, l)| Some((l, l.unit(c)?)));
                    let above = unit.filter(|(l, u)| l.is_locked(u.id)).and_then(|(l, u)| {
                        let by = l.chain(u.id).into_iter().find(|x| l.locks.units.contains(&x.id))?;
                        Some(if by.name.is_empty() { by.code.clone() } else { by.name.clone() })
                    });
                    match above {
                        // Its own lock is gone, but not that of the unit above.
                        Some(by) => s(
                            format!("取消 {zh} 自己的锁；{by} 仍锁定，{zh} 也仍锁定"),
                            format!("{en} lost its own lock; {by} is locked and so {en} still is"),
                        ),
                        None => s(format!("解锁 {zh}"), format!("{en} unlocked")),
                    }
                }
            }
        }
        Op::Whole { courtyard, value } => {
            let yard = new.table(Kind::Courtyards).find(courtyard).and_then(|x| new.table(Kind::Courtyards).get(x));
            let name = yard.map_or(courtyard.as_str(), |r| if r.name().is_empty() { courtyard } else { r.name() });
            if *value {
                s(format!("院落 {name} 整院归格"), format!("Courtyard {name} is kept whole"))
            } else {
                s(format!("院落 {name} 不再整院归格"), format!("Courtyard {name} may be divided"))
            }
        }
        Op::Ignore { reason: Some(reason), .. } => {
            s(format!("忽略一处问题：{reason}"), format!("A problem ignored: {reason}"))
        }
        Op::Ignore { reason: None, .. } => s("不再忽略一处问题".into(), "A problem is no longer ignored".into()),
        Op::Underlay(u) => super::underlay::told(old, new, u),
        Op::Member { code, .. } => {
            if old.member(code).is_some() {
                s(format!("修改人员 {code}"), format!("Member {code} changed"))
            } else {
                s(format!("登记人员 {code}"), format!("Member {code} added"))
            }
        }
        Op::Post { member, post, cell, courtyard, building, org, .. } => {
            let cell = cell.as_ref().map(|c| chip(new, plan_id, layer, c));
            let on = [&cell, courtyard, building, org].into_iter().flatten().next().cloned().unwrap_or_default();
            s(format!("{member} 任 {on} {post}"), format!("{member} holds the post {post} on {on}"))
        }
        Op::Add { .. } | Op::Shift { .. } => super::buildings::told(old, new, &edit.op, out),
        Op::Remove { buildings, courtyard, .. } if !buildings.is_empty() || courtyard.is_some() => {
            let said = super::buildings::told(old, new, &edit.op, out);
            let lost = dropped(old, &out.patch);
            s(said.zh + &lost.zh, said.en + &lost.en)
        }
        Op::Remove { member: Some(m), .. } => {
            s(format!("移除人员 {m} 及其岗位"), format!("Member {m} and all posts removed"))
        }
        Op::Remove { post, .. } => {
            let code = post.clone().unwrap_or_default();
            let Some((post, on)) = post_with_place(old, plan_id, &code) else {
                return s(format!("移除岗位 {code}"), format!("Post {code} removed"));
            };
            let holder = old.facts.members.get(&post.member).map_or(code.as_str(), |m| &m.code);
            let title = &post.post;
            s(format!("{holder} 不再任 {on} {title}"), format!("{holder} no longer holds the post {title} on {on}"))
        }
        Op::Layer { name, .. } => s(format!("新建图层 {name}"), format!("Layer {name} added")),
        Op::Import { kind, source, .. } => {
            let n: i64 = out
                .patch
                .segments()
                .filter_map(|r| r.rows.as_ref())
                .map(|r| r.len() as i64)
                .sum::<i64>()
                .max(out.created.len() as i64);
            let (zh, en) = kind_name(*kind);
            s(format!("导入{zh} {}（{source}）", number(n)), format!("Imported {} {en} ({source})", number(n)))
        }
        Op::Plan(PlanOp::Copy { old, new }) => s(format!("由{old}复制出{new}"), format!("{new} copied from {old}")),
        Op::Plan(PlanOp::Rename { old, new }) => s(format!("{old}改名为{new}"), format!("{old} renamed {new}")),
        Op::Plan(PlanOp::Delete { name }) => s(format!("删除{name}"), format!("{name} deleted")),
        Op::Plan(PlanOp::Adopt { name, from }) => {
            s(format!("{name}自 {from} 起施行"), format!("{name} in force from {from}"))
        }
        Op::Together { edits } if super::buildings::sets_many(edits) => super::buildings::told_of_many(new, edits),
        Op::Together { edits } if is_painted(edits) => painted(old, new, edits, changes, (plan_id, layer)),
        Op::Together { .. } => {
            let mut before = old;
            let mut each: Vec<Said> = Vec::new();
            for p in &out.parts {
                each.push(sentence(before, &p.outcome.project, &p.edit, &p.outcome, changes, plan));
                before = &p.outcome.project;
            }
            let (zh, en): (Vec<String>, Vec<String>) = each.into_iter().map(|s| (s.zh, s.en)).unzip();
            s(zh.join("；"), en.join("; "))
        }
    }
}

/// A post with what it is held on, as the office says it.
fn post_with_place<'a>(p: &'a Project, plan: Id, code: &str) -> Option<(&'a Post, String)> {
    let post = p.post(plan, code)?;
    let on = match &post.target {
        Target::Cell { layer, unit } => {
            p.layer(plan, *layer).and_then(|l| Some(cell_chip(l, l.units.get(unit)?))).unwrap_or_default()
        }
        Target::Courtyard(c) | Target::Building(c) | Target::Org(c) => c.to_string(),
    };
    Some((post, on))
}

fn plain(v: &serde_json::Value) -> String {
    match v {
        serde_json::Value::String(s) => s.clone(),
        serde_json::Value::Null => "—".to_owned(),
        v => v.to_string(),
    }
}

/// Whether edits are what painting makes: ground for a cell, and pins.
fn is_painted(edits: &[Edit]) -> bool {
    let of = |e: &Edit| matches!(e.op, Op::Give { .. } | Op::Pin { .. });
    edits.len() > 1 && edits.iter().all(of) && edits[1..].iter().all(|e| matches!(e.op, Op::Pin { .. }))
}

/// What painting did: what came to the cell, and how many of it by pins.
fn painted(old: &Project, new: &Project, edits: &[Edit], changes: &Changes, at: (Id, u16)) -> Said {
    let cell = edits.iter().find_map(|e| match &e.op {
        Op::Give { cell, .. } | Op::Pin { cell: cell @ Some(_), .. } => cell.clone(),
        _ => None,
    });
    let said = given(old, new, cell.as_deref(), changes, at);
    let pinned = edits.iter().filter(|e| matches!(e.op, Op::Pin { cell: Some(_), .. })).count() as i64;
    let freed = edits.iter().filter(|e| matches!(e.op, Op::Pin { cell: None, .. })).count() as i64;
    let mut out = said;
    for (n, zh, en) in [(pinned, "指定归属", "assigned by hand"), (freed, "取消指定", "by their place again")] {
        if n > 0 {
            out.zh += &format!("，{} 栋{zh}", number(n));
            out.en += &format!(", {} {en}", number(n));
        }
    }
    out
}

/// What came to a cell, or to none, from which cells.
fn given(old: &Project, new: &Project, cell: Option<&str>, changes: &Changes, (plan, layer): (Id, u16)) -> Said {
    let l = new.layer(plan, layer);
    let to = cell.and_then(|c| l?.unit(c)).map(|u| u.id.0);
    let got = match to {
        Some(o) => changes.delta.get(&o).copied().unwrap_or_default(),
        None => moved(new, changes),
    };
    let (zh, en) = tally_text(&got);
    let lost = changes.delta.iter().filter(|(o, t)| Some(**o) != to && t.buildings < 0);
    let lost = lost.filter(|(o, _)| crate::assign::is_cell(old, plan, layer, **o));
    let from: Vec<String> = lost.filter_map(|(o, _)| Some(cell_chip(l?, l?.unit_of(*o)?))).collect();
    let (from_zh, from_en) = match from.is_empty() {
        true => (String::new(), String::new()),
        false => (format!("，来自 {}", from.join("、")), format!(" from {}", from.join(", "))),
    };
    match cell {
        Some(c) => {
            let c = chip(new, plan, layer, c);
            Said { zh: format!("{zh}划入 {c}{from_zh}"), en: format!("{en} taken into {c}{from_en}") }
        }
        None => Said { zh: format!("{zh}改为未划入{from_zh}"), en: format!("{en} are in no cell now{from_en}") },
    }
}

/// Buildings that change hands, and their households.
fn moved(new: &Project, changes: &Changes) -> Tally {
    let rows = changes.buildings.iter().filter_map(|m| new.table(Kind::Buildings).get(m.slot));
    let households = rows.map(|r| i64::from(r.count(crate::model::Field::Households).unwrap_or(0))).sum();
    Tally { buildings: changes.buildings.len() as i64, households, ..Tally::default() }
}

/// How many of the things that a sentence drops it names.
const NAMED: usize = 3;

/// Pins and posts that a patch takes away. Members are not named in what the log keeps.
fn dropped(old: &Project, patch: &Patch) -> Said {
    let (mut pins, mut posts) = (Vec::new(), Vec::new());
    for (key, before, after) in &patch.items {
        match (key, before, after) {
            (Key::Pin(_, _, slot), Some(_), None) => {
                pins.extend(old.table(Kind::Buildings).get(*slot).map(|r| r.code().to_owned()));
            }
            (Key::CellPost(..) | Key::Post(_), Some(Item::Post(p)), None) => {
                posts.push(format!("{} {}", p.code, p.post))
            }
            _ => {}
        }
    }
    let some = |all: &[String], between: &str, more: &str| {
        let end = if all.len() > NAMED { more } else { "" };
        format!("{}{end}", all.iter().take(NAMED).cloned().collect::<Vec<_>>().join(between))
    };
    let mut said = Said::default();
    for (all, zh, en) in [(pins, "指定", "pins"), (posts, "岗位", "posts")] {
        if !all.is_empty() {
            let n = number(all.len() as i64);
            said.zh += &format!("，去掉{zh} {n} 个（{}）", some(&all, "、", " 等"));
            said.en += &format!("; {n} {en} dropped ({})", some(&all, ", ", ", …"));
        }
    }
    said
}

/// A cell as the office says it: 06 for …006, and its name.
fn title(p: &Project, plan: Id, layer: u16, id: Id) -> String {
    let unit = p.layer(plan, layer).and_then(|l| Some((l, l.units.get(&id)?)));
    unit.map_or(String::new(), |(l, u)| format!("{} {}", cell_chip(l, u), u.name).trim().to_owned())
}

/// The number of the cell with a code, as the office says it; the code itself if there is none.
fn chip(p: &Project, plan: Id, layer: u16, code: &str) -> String {
    let unit = p.layer(plan, layer).and_then(|l| Some((l, l.unit(code)?)));
    unit.map_or_else(|| code.to_owned(), |(l, u)| cell_chip(l, u))
}

/// Buildings and households of a tally, in both languages.
fn tally_text(t: &Tally) -> (String, String) {
    (
        format!("{} 栋 {} 户", number(t.buildings), number(t.households)),
        format!("{} buildings, {} households", number(t.buildings), number(t.households)),
    )
}

/// An area in the unit that reads best: km² from 1 km², hectares from 1 ha, else m².
pub fn area_text(m2: f64) -> Said {
    let (n, zh, en) = if m2 >= 1e6 {
        (format!("{:.2}", m2 / 1e6), "平方公里", "km²")
    } else if m2 >= 1e4 {
        (format!("{:.1}", m2 / 1e4), "公顷", "ha")
    } else {
        (number(m2.round() as i64), "平方米", "m²")
    };
    Said::new(format!("{n} {zh}"), format!("{n} {en}"))
}

/// What a kind is called.
pub fn kind_name(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Buildings => ("楼栋", "buildings"),
        Kind::Courtyards => ("院落", "courtyards"),
        Kind::Facilities => ("设施", "facilities"),
        Kind::Roads => ("道路", "roads"),
        Kind::Water => ("水系", "water areas"),
        Kind::Landuse => ("用地", "land-use areas"),
        Kind::Walls => ("围墙", "walls"),
        Kind::Incidents => ("事件", "incidents"),
        Kind::Reference => ("参考区域", "reference areas"),
        Kind::Cells => ("网格", "cells"),
    }
}

/// Twice the area, mm², that is no more than rounding: 0.5 m².
const ROUNDED_MM2: i128 = 1_000_000;

/// Numbers of the cells whose area a patch changed, ascending; where it changed none, of those beside the borders that it
/// changed. Of borders alone one could not tell: those beside a new node are others too.
fn sides_of(old: &Project, new: &Project, patch: &Patch, plan: Id, layer: u16) -> Vec<String> {
    let (Some(was), Some(is)) = (old.layer(plan, layer), new.layer(plan, layer)) else { return vec![] };
    let mut area2: BTreeMap<Owner, i128> = BTreeMap::new();
    let mut beside: BTreeSet<Owner> = BTreeSet::new();
    for (_, _, change) in patch.partitions.iter().filter(|(p, l, _)| (*p, *l) == (plan, layer)) {
        for c in &change.faces {
            for (face, sign) in [(&c.before, -1), (&c.after, 1)] {
                if let Some(f) = face {
                    *area2.entry(f.owner).or_default() += sign * f.area2;
                }
            }
        }
        for c in &change.edges {
            for (layer, edge) in [(was, &c.before), (is, &c.after)] {
                if let Some((a, b)) = edge.as_ref().map(|e| layer.partition.sides(e)) {
                    beside.extend([a, b]);
                }
            }
        }
    }
    let named = |owners: &mut dyn Iterator<Item = Owner>| -> BTreeSet<String> {
        owners.filter_map(|o| is.unit_of(o)).map(|u| cell_chip(is, u)).collect()
    };
    // A new node in the border of a third cell moves it by what rounding takes: that is not worth its name.
    let most = area2.values().map(|d| d.abs()).max().unwrap_or(0);
    let least = if most > ROUNDED_MM2 { ROUNDED_MM2 } else { 0 };
    let changed = named(&mut area2.into_iter().filter(|(_, d)| d.abs() > least).map(|(o, _)| o));
    let all = if changed.is_empty() { named(&mut beside.into_iter()) } else { changed };
    all.into_iter().collect()
}

/// Where a patch changed the map: the box of changed borders and rows; `None` if it has no place.
pub fn place_of(old: &Project, new: &Project, patch: &Patch) -> Option<Box2> {
    let mut b = Box2::EMPTY;
    for (_, _, p) in &patch.partitions {
        for c in &p.edges {
            let points = |e: &Option<crate::topology::Edge>| e.as_ref().map(|e| e.points.clone());
            let (was, is) = (points(&c.before), points(&c.after));
            if was != is {
                b = [was, is].into_iter().flatten().fold(b, |b, p| b.union(Box2::of(p.iter())));
            }
        }
    }
    for (key, _, _) in &patch.items {
        if let Key::Underlay(n) = key {
            let there = [old, new].into_iter().filter_map(|p| p.facts.underlays.get(n).map(|u| (p, u)));
            b = there.fold(b, |b, (p, u)| b.union(super::underlay::ground(p, u)));
        }
        let (kind, slot) = match key {
            Key::Row(kind, slot) => (*kind, *slot),
            Key::Pin(_, _, slot) => (Kind::Buildings, *slot),
            _ => continue,
        };
        for p in [old, new] {
            if let Some(r) = p.table(kind).get(slot) {
                b = b.union(r.bbox());
            }
        }
    }
    (!b.is_empty()).then_some(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_read_the_same_everywhere() {
        let zh = |m2: f64| area_text(m2).zh;
        assert_eq!(
            [zh(9_999.0), zh(103_000.0), zh(5e5), zh(2.5e6)],
            ["9,999 平方米", "10.3 公顷", "50.0 公顷", "2.50 平方公里"]
        );
        assert_eq!(area_text(5e5).en, "50.0 ha");
    }
}
