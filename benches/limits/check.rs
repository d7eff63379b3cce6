//! Full validity of the towns' partitions, beside shapely's `coverage_is_valid` on the same cells in the same run.
//!
//! `GETU_PYTHON` names a Python with numpy and shapely; without it the peer is skipped.

use crate::measure::{Line, timed};
use crate::town::{Res, Town};
use getu::topology::{Fault, Partition, WORLD, check};
use std::process::Command;

/// How often each is timed.
const TIMES: usize = 100;
/// How often the peer is.
const PEER_TIMES: &str = "20";

pub fn run(town: &Town) -> Res<()> {
    let p = &town.session.project().layer(town.session.plan(), 0).ok_or("no layer")?.partition;
    must_tell(p)?;
    let vertices: usize =
        p.faces().filter(|(i, _)| *i != WORLD).flat_map(|(i, _)| p.rings(i)).map(|r| r.len() + 1).sum();
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let (faults, time) = timed(|| check(p));
        times.push(time);
        if let Some(f) = faults.first() {
            return Err(format!("{}: {f:?} and {} more", town.name, faults.len() - 1).into());
        }
    }
    Line::new("check", town).with("cells", town.cells.into()).with("vertices", vertices.into()).spread(times);
    peer(town)
}

/// A check that cannot say no measures nothing: one border sent across the map must be told, a face less too.
fn must_tell(p: &Partition) -> Res<()> {
    let edges: Vec<_> = p.edges().map(|(i, e)| (i, e.clone())).collect();
    let mut bent = edges.clone();
    let far = p.extent().max;
    let (_, e) = bent.iter_mut().max_by_key(|(_, e)| e.points.len()).ok_or("no border")?;
    let mut points = e.points.to_vec();
    let middle = points.len() / 2;
    points.insert(middle, far);
    e.points = points.into();
    let nodes = p.nodes().map(|(i, n)| (i, n.clone())).collect();
    let faces = p.faces().map(|(i, f)| (i, f.clone())).collect();
    let bent = Partition::from_parts(nodes, bent, faces)?;
    let crossings = check(&bent).iter().filter(|f| matches!(f, Fault::Crosses(_))).count();
    if crossings < 2 { Err("a border across the map was not told".into()) } else { Ok(()) }
}

fn peer(town: &Town) -> Res<()> {
    let Some(python) = std::env::var_os("GETU_PYTHON") else {
        println!("skipped: shapely: GETU_PYTHON names no Python");
        return Ok(());
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/oracles/coverage.py");
    let status = Command::new(python).arg(script).arg(&town.cells_at).arg(PEER_TIMES).status()?;
    if status.success() { Ok(()) } else { Err(format!("{script}: {status}").into()) }
}
