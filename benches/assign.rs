//! All buildings to their cells, as opening a file does it, and what is under the pointer.
//!
//! With `GETU_PERF_ANCHORS=DIR` the anchors are written there in the peers' form, so that they can count the same points.

// Shared with the other bench, which uses the rest.
#[allow(dead_code)]
mod town;

use criterion::{BenchmarkId, Throughput};
use getu::assign::Assignment;
use getu::geom::Pt;
use getu::model::{Id, Kind};
use getu::session::answers::building_at;
use getu::topology::Finder;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use town::{Res, Rng, Town};

fn main() -> Res<()> {
    let mut c = town::criterion();
    town::each("assign", |town| {
        let (project, plan) = (town.session.project().clone(), town.session.plan());
        let partition = &project.layer(plan, 0).ok_or("no layer")?.partition;
        let counted = counts(&town)?;
        let sum: i64 = counted.iter().sum();
        println!("{}: {sum} buildings in cells, checksum {}", town.name, checksum(&counted));
        if sum != town.buildings as i64 {
            return Err(format!("{} buildings are in no cell", town.buildings as i64 - sum).into());
        }
        let anchors: Vec<Pt> = project.table(Kind::Buildings).iter().filter_map(|(_, r)| r.anchor()).collect();
        if let Some(dir) = std::env::var_os("GETU_PERF_ANCHORS") {
            write_anchors(&PathBuf::from(dir), &anchors, |p| project.origin().metres(p))?;
        }
        let mut g = c.benchmark_group("assign");
        g.throughput(Throughput::Elements(town.buildings as u64));
        let all = |b: &mut criterion::Bencher<'_, town::Cpu>| b.iter(|| Assignment::count(&project, plan, 0));
        g.bench_function(BenchmarkId::new("all buildings", &town.name), all);
        g.bench_function(BenchmarkId::new("places of all buildings", &town.name), |b| {
            b.iter(|| {
                let mut finder = Finder::new(partition);
                anchors.iter().map(|&p| u64::from(finder.face(p))).sum::<u64>()
            });
        });
        g.throughput(Throughput::Elements(town.cells as u64));
        g.bench_function(BenchmarkId::new("index of the borders", &town.name), |b| {
            b.iter(|| partition.clone().with_fitted_locator());
        });
        let mut rng = Rng(7);
        let asked: Vec<Pt> = (0..10_000).map(|_| anchors[rng.below(anchors.len())]).collect();
        g.throughput(Throughput::Elements(asked.len() as u64));
        g.bench_function(BenchmarkId::new("cell under the pointer", &town.name), |b| {
            b.iter(|| asked.iter().map(|&p| u64::from(partition.locate(black_box(p)))).sum::<u64>());
        });
        g.bench_function(BenchmarkId::new("building under the pointer", &town.name), |b| {
            b.iter(|| asked.iter().filter(|&&p| building_at(&project, black_box(p)).is_some()).count());
        });
        g.finish();
        Ok(())
    })?;
    c.final_summary();
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
