//! Making projects: an empty one, and one of a shipped sample.

use crate::geom::{Origin, Pt};
use crate::model::{EditId, GridLayer, Lang, ModelError, Said, Segment};
use crate::plan::{Edit, EditError, Hash, Head, History, Op, PlanOp, Project, Ring, Take};
use crate::sample::{SAMPLES, SampleError, SampleInfo};
use crate::session::{Command, Effect, Session};
use thiserror::Error;

/// Why a project could not be made.
#[derive(Debug, Error)]
pub enum BuildError {
    /// The generator failed.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// A name or layer cannot be kept.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// An edit of the building was refused.
    #[error("{0}")]
    Edit(#[from] EditError),
    /// There is no sample of that name.
    #[error("there is no sample \"{0}\"")]
    NoSample(String),
}

impl BuildError {
    /// What happened, what was kept, what to do, in both languages.
    pub fn said(&self) -> Said {
        match self {
            BuildError::Sample(e) => e.said(),
            BuildError::Model(e) => {
                let e = e.said();
                Said::new(format!("{}。没有写出文件。", e.zh), format!("{}. No file was written.", e.en))
            }
            BuildError::Edit(e) => e.said(),
            BuildError::NoSample(name) => Said::new(
                format!("没有名为“{name}”的示例。没有写出文件。用 getu sample 查看有哪些。"),
                format!("There is no sample \"{name}\". No file was written. See getu sample for the list."),
            ),
        }
    }
}

/// Entries of the shipped samples.
pub fn sample_titles() -> &'static [SampleInfo] {
    &SAMPLES
}

/// The project of a shipped sample, built by edits, its history empty. `replica` as in [`EditId`].
///
/// # Errors
/// No such sample; a fault of the generator.
pub fn sample_project(name: &str, replica: u32) -> Result<Project, BuildError> {
    let info = SAMPLES.iter().find(|s| s.name == name).ok_or_else(|| BuildError::NoSample(name.to_owned()))?;
    let map = (info.make)()?;
    let head = Head { name: info.title_zh.to_owned(), crs: map.crs.to_owned(), origin: Some(map.origin) };
    let first = EditId { replica, sequence: 0 }.id(0);
    let project = Project::new(head, vec![map.layer.clone()], first);
    let mut s = Session::new(History::new(project, replica), None, Lang::Zh, "");
    s.set_sliver_m(0.0);
    let origin = map.origin;
    let ring = |r: &[Pt]| -> Ring { r.iter().map(|&p| origin.place(p)).collect() };
    let outline: Vec<Ring> = map.outline.iter().map(|r| ring(r)).collect();
    doing(&mut s, Op::Outline { rings: outline, crs: None })?;
    for u in &map.units {
        let rings = u.rings.iter().map(|r| ring(r)).collect();
        let (code, name, parent) = (u.code.clone(), u.name.clone(), u.parent.clone());
        doing(&mut s, Op::Unit { code, name, level: u.level.to_owned(), parent, rings })?;
    }
    for c in &map.cells {
        let rings = c.rings.iter().map(|r| ring(r)).collect();
        let (code, name) = (Some(c.code.clone()), Some(c.name.clone()));
        doing(&mut s, Op::Draw { code, name, rings, take: Take::Free, parent: c.parent.clone() })?;
    }
    for (kind, rows) in map.rows {
        let segment = Segment::pack(kind, rows);
        let segments = vec![Hash(segment.hash())];
        s.hold(segment);
        doing(&mut s, Op::Import { kind, segments, source: "sample".into(), crs: None, level: None })?;
    }
    for m in &map.members {
        let phone = m.phone.clone();
        doing(&mut s, Op::Member { code: m.code.clone(), name: m.name.clone(), phone, org: None })?;
    }
    for p in &map.posts {
        let op = Op::Post {
            code: Some(p.code.clone()),
            member: p.member.clone(),
            post: p.post.to_owned(),
            cell: Some(p.cell.clone()),
            courtyard: None,
            building: None,
            org: None,
            from: Some(p.from),
            to: None,
        };
        doing(&mut s, op)?;
    }
    if let Some((name, from)) = map.in_force {
        // The draft comes last in the list: it is what a session opens.
        let draft = s.project().plans.first().map(|p| p.meta.name.clone()).unwrap_or_default();
        let new = name.to_owned();
        doing(&mut s, Op::Plan(PlanOp::Rename { old: draft.clone(), new: new.clone() }))?;
        doing(&mut s, Op::Plan(PlanOp::Copy { old: new.clone(), new: draft }))?;
        doing(&mut s, Op::Plan(PlanOp::Adopt { name: new, from }))?;
    }
    Ok(s.project().clone())
}

fn doing(s: &mut Session, op: Op) -> Result<(), EditError> {
    let effects = s.dispatch(Command::Do(Edit::from(op)), 0);
    effects.into_iter().find_map(|e| if let Effect::Refused(e) = e { Some(e) } else { None }).map_or(Ok(()), Err)
}

/// An empty project with its layers and one draft.
///
/// # Errors
/// A name that cannot be kept.
pub fn empty_project(
    name: &str,
    crs: &str,
    origin: Option<Origin>,
    layers: Vec<GridLayer>,
    replica: u32,
) -> Result<Project, ModelError> {
    let head = Head { name: crate::model::check_text(name)?, crs: crs.to_owned(), origin };
    Ok(Project::new(head, layers, EditId { replica, sequence: 0 }.id(0)))
}

/// A layer from `ID=NAME[:LEVEL>LEVEL…]`; without levels 社区 over 网格.
///
/// # Errors
/// An id with other characters than a–z, 0–9, _.
pub fn layer_from_text(text: &str) -> Result<GridLayer, ModelError> {
    let (id, rest) = text.split_once('=').unwrap_or((text, text));
    let (name, levels) = rest.split_once(':').unwrap_or((rest, "社区>网格"));
    GridLayer::new(id.trim(), name, levels.split('>').map(|l| l.trim().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assign::Assignment;
    use crate::model::{Kind, Shape};
    use crate::{rules, topology};

    #[test]
    fn samples_are_built_valid_with_a_draft_to_work_on() {
        for info in sample_titles() {
            let begin = std::time::Instant::now();
            let p = sample_project(info.name, 5).unwrap();
            let built = begin.elapsed();
            let s = Session::new(History::new(p.clone(), 5), None, Lang::Zh, "");
            let opened = begin.elapsed() - built;
            println!("{}: built in {built:?}, session in {opened:?}", info.name);
            let draft = p.plan(s.plan()).unwrap();
            assert!(!draft.meta.protected() && draft.meta.name == "方案A");
            for plan in p.plans.iter() {
                let layer = &plan.layers[0];
                assert_eq!(topology::check(&layer.partition), vec![], "{}", plan.meta.name);
                let assignment = Assignment::count(&p, plan.id, 0);
                let mut kinds: Vec<&str> = rules::check(&p, plan.id, 0, &assignment).iter().map(|i| i.rule).collect();
                kinds.dedup();
                println!("  {}: issues of {kinds:?}", plan.meta.name);
            }
            assert_eq!(p.plan_in_force().is_some(), info.name == "street-office");
            assert!(p.table(Kind::Buildings).len() > 100);
        }
    }

    /// The stretch of a street inside a ring, from border to border.
    fn inside(map: &crate::sample::SampleMap, ring: &[Pt], street: &str) -> Vec<Pt> {
        let rows = map.table(Kind::Roads).iter().filter(|r| r.name == street);
        let chains = rows.flat_map(|r| if let Shape::Lines(l) = &r.shape { l.clone() } else { vec![] });
        let on = |p: &Pt| ring.contains(p);
        let within = |p: &Pt| on(p) || crate::geom::ring_contains(ring, *p);
        let mut best: Vec<Pt> = Vec::new();
        for chain in chains {
            let (Some(a), Some(b)) = (chain.iter().position(within), chain.iter().rposition(within)) else { continue };
            let mut line = &chain[a..=b];
            while line.len() > 1 && on(&line[0]) && on(&line[1]) {
                line = &line[1..];
            }
            while line.len() > 1 && on(&line[line.len() - 1]) && on(&line[line.len() - 2]) {
                line = &line[..line.len() - 1];
            }
            if line.len() > best.len() {
                best = line.to_vec();
            }
        }
        best
    }

    #[test]
    fn five_cells_over_the_range_are_seven_within_it_after_a_merge_and_four_cuts_along_streets() {
        let map = (SAMPLES[1].make)().unwrap();
        let project = sample_project("street-office", 5).unwrap();
        let mut s = Session::new(History::new(project, 5), None, Lang::Zh, "");
        let unit = map.units.iter().find(|u| u.name == "杏坛社区").unwrap();
        let households = |s: &Session| -> Vec<i64> {
            let l = s.project().layer(s.plan(), 0).unwrap();
            let cells = l.units.values().filter(|u| u.level == 2 && u.code.starts_with(&unit.code));
            cells.map(|u| s.assignment().of_unit(s.project(), u.id).households).collect()
        };
        let rules = crate::model::Rules::default();
        let within = |h: &i64| rules.deviation(*h as u64) == 0;
        let before = households(&s);
        assert!(before.len() == 5 && before.iter().all(|h| rules.deviation(*h as u64) > 0), "{before:?}");
        let cells: Vec<String> = (1..=5).map(|n| format!("{}{n:03}", unit.code)).collect();
        doing(&mut s, Op::Merge { keep: Some(cells[0].clone()), cells, apart: false }).unwrap();
        for street in ["清和街", "崇文路", "明远街", "杏坛街"] {
            let line = inside(&map, &unit.rings[0], street);
            let line = line.into_iter().map(|p| map.origin.place(p)).collect();
            // Some streets end at the walk on the bank; their line is carried on to the border in the river.
            doing(&mut s, Op::Cut { line, cells: None, attach_m: Some(60.0) }).unwrap();
        }
        let after = households(&s);
        println!("{before:?} households, recut: {after:?}");
        assert!(after.len() == 7 && after.iter().all(within));
        assert_eq!(after.iter().sum::<i64>(), before.iter().sum::<i64>());
        assert_eq!(topology::check(&s.project().layer(s.plan(), 0).unwrap().partition), vec![]);
    }
}
