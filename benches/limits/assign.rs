//! All buildings to their cells, as opening a file does it, and what is under the pointer.
//!
//! With `GETU_PERF_ANCHORS=DIR` the anchors are written there in the peers' form, so that they can count the same points.

use crate::measure::{Line, each, repeat};
use crate::town::{Res, Rng, Town};
use getu::assign::Assignment;
use getu::geom::Pt;
use getu::model::{Id, Kind};
use getu::session::answers::building_at;
use serde_json::json;
use std::hint::black_box;
use std::path::{Path, PathBuf};

/// Places asked one by one.
const ASKED: usize = 10_000;

pub fn run(town: &Town) -> Res<()> {
    let (project, plan) = (town.session.project().clone(), town.session.plan());
    let partition = &project.layer(plan, 0).ok_or("no layer")?.partition;
    let counted = counts(town)?;
    let sum: i64 = counted.iter().sum();
    if sum != town.buildings as i64 {
        return Err(format!("{} buildings are in no cell", town.buildings as i64 - sum).into());
    }
    let checksum = json!(checksum(&counted));
    let anchors: Vec<Pt> = project.table(Kind::Buildings).iter().filter_map(|(_, r)| r.anchor()).collect();
    let finder = Assignment::finder(&project, partition);
    if let Some(p) = anchors.iter().find(|p| finder.face(**p) != partition.locate(**p)) {
        return Err(format!("the finder errs at {p:?}").into());
    }
    if let Some(dir) = std::env::var_os("GETU_PERF_ANCHORS") {
        write_anchors(&PathBuf::from(dir), &anchors, |p| project.origin().metres(p))?;
    }
    Line::new("assign: index", town).spread(repeat(|| Assignment::finder(&project, partition)));
    Line::new("assign: assign", town)
        .with("sum", checksum.clone())
        .spread(repeat(|| Assignment::count_by(&project, plan, 0, &finder)));
    Line::new("assign: index and assign", town)
        .with("sum", checksum)
        .spread(repeat(|| Assignment::count(&project, plan, 0)));
    Line::new("assign: places alone", town)
        .spread(repeat(|| anchors.iter().map(|&p| u64::from(finder.face(p))).sum::<u64>()));
    Line::new("assign: locator that follows edits", town).spread(repeat(|| partition.clone().with_fitted_locator()));
    let mut rng = Rng(7);
    let asked: Vec<Pt> = (0..ASKED).map(|_| anchors[rng.below(anchors.len())]).collect();
    let cell = |&p: &Pt| {
        black_box(partition.locate(p));
    };
    let building = |&p: &Pt| {
        black_box(building_at(&project, p));
    };
    Line::new("pointer: cell", town).spread(each(&asked, cell));
    Line::new("pointer: building", town).spread(each(&asked, building));
    Ok(())
}

/// Buildings of each cell, in the cells' order.
fn counts(town: &Town) -> Res<Vec<i64>> {
    let (s, p) = (&town.session, town.session.project());
    let l = p.layer(s.plan(), 0).ok_or("no layer")?;
    let mut cells: Vec<(&str, Id)> = l.units.values().map(|u| (u.code.as_str(), u.id)).collect();
    cells.sort_unstable();
    Ok(cells.iter().map(|(_, id)| s.assignment().own(id.0).buildings).collect())
}

/// The peers' checksum of counts by cell: Σ n·(2654435761·i + 1) modulo 2^48.
fn checksum(counts: &[i64]) -> u64 {
    let share =
        |(i, n): (usize, &i64)| (*n as u64).wrapping_mul((i as u64).wrapping_mul(2_654_435_761).wrapping_add(1));
    counts.iter().enumerate().map(share).fold(0u64, u64::wrapping_add) & 0xffff_ffff_ffff
}

fn write_anchors(dir: &Path, anchors: &[Pt], metres: impl Fn(Pt) -> [f64; 2]) -> Res<()> {
    std::fs::create_dir_all(dir)?;
    for (k, axis) in ["x", "y"].into_iter().enumerate() {
        let bytes: Vec<u8> = anchors.iter().flat_map(|&p| metres(p)[k].to_le_bytes()).collect();
        std::fs::write(dir.join(format!("incidents_{}.{axis}.f64", anchors.len())), bytes)?;
    }
    Ok(())
}
