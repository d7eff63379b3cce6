//! The street office 临棠街道: ten communities, eighty cells, about ten thousand buildings, all made up.
//!
//! `net` bends a lattice of streets and water, `plan` says what each block is and which blocks make a cell, `plots` cuts
//! ground and joins it again, `build` with `estates`, `places` and `fabric` fills it, `life` brings people's posts and incidents.
//! Borders of cells are the centre lines of streets, lanes, river, creek and walls, vertex for vertex.

mod build;
mod estates;
mod fabric;
mod life;
mod names;
mod net;
mod places;
mod plan;
mod plots;
#[cfg(test)]
mod tests;

use super::{SampleCell, SampleError, SampleMap, SampleUnit};
use crate::geom::{Origin, Pt};
use crate::model::{Date, GridLayer, Kind};
use crate::sample::plane::{Dice, V};
use crate::sample::streets::Line;
use build::Builder;
use net::Net;
use plan::Plan;

/// Code of the street office: six digits of a district that does not exist, three of its own.
const OFFICE: (&str, &str) = ("320599013", "临棠街道");
const SEED: u64 = 0x4C69_6E74_616E_6707;

/// How far beyond the outline the neighbours' houses are drawn, m.
const REACH_M: f64 = 170.0;

/// The street office 临棠街道.
pub(super) fn lintang() -> Result<SampleMap, SampleError> {
    let mut dice = Dice::new(SEED);
    let net = Net::draw(&mut dice);
    let plan = Plan::draw(&net, &mut dice);
    let mut lines = net.lines();
    lines.extend(plan.lines.iter().map(|l| Line::plain(l.key, &l.name, l.class, l.pts.clone())));
    let mut builder = Builder::new(lines, dice);
    // Households that found no room in one piece of a cell are aimed at in the next.
    let mut short = vec![0_i64; plan.cells.len()];
    for g in plan.grounds.iter().filter(|g| g.owner != '.') {
        let before = builder.households();
        let goal = i64::from(g.target) + g.cell.map_or(0, |c| short[c]);
        builder.ground(g, goal.max(0) as u32);
        if let Some(c) = g.cell {
            short[c] = goal - i64::from(builder.households() - before);
        }
    }
    let (own, spots) = (builder.site.houses.len(), builder.spots.len());
    for g in plan.grounds.iter().filter(|g| g.owner == '.') {
        builder.ground(g, 0);
    }
    builder.spots.truncate(spots);
    build::banks(&net, &mut builder.site);
    let outline = plots::union(&plan::rings(plan.grounds.iter().filter(|g| g.owner != '.'))).remove(0);
    let mut i = 0;
    builder.site.houses.retain(|h| {
        i += 1;
        i <= own || super::plane::to_ring(super::fill::spot(h), &outline) < REACH_M
    });
    let (units, cells) = tree(&plan, &outline);
    let site = &builder.site;
    let mut rows = vec![
        (Kind::Buildings, super::buildings(site, &outline, 900_000)?),
        (Kind::Courtyards, super::courtyards(site)?),
        (Kind::Roads, super::roads(site)?),
        (Kind::Water, super::water(site)?),
        (Kind::Landuse, super::landuse(site)?),
        (Kind::Walls, super::walls(site)?),
        (Kind::Facilities, life::facilities(&builder, &plan, &[net.node(7, 7), net.node(7, 4), net.node(7, 1)])?),
    ];
    let today = Date::parse("2026-06-18")?;
    rows.push((Kind::Incidents, life::incidents(&mut builder, &outline, today)?));
    let (members, posts) = life::posts(&cells)?;
    Ok(SampleMap {
        info: super::STREET_OFFICE,
        crs: "EPSG:4549",
        origin: Origin { e_m: 604_000, n_m: 3_468_000 },
        layer: GridLayer::new("grid", "治理网格", vec!["街道".into(), "社区".into(), "网格".into()])?,
        outline: vec![grid(&outline)],
        units,
        cells,
        gaps: plan.grounds.iter().filter(|g| g.owner != '.' && g.cell.is_none()).map(|g| grid(&g.plot.ring)).collect(),
        rows,
        members,
        posts,
        in_force: Some(("现行方案", Date::parse("2025-01-01")?)),
        today,
    })
}

fn grid(ring: &[V]) -> Vec<Pt> {
    ring.iter().map(|p| p.pt()).collect()
}

/// The units and cells with the rings that their ground makes.
fn tree(plan: &Plan, outline: &[V]) -> (Vec<SampleUnit>, Vec<SampleCell>) {
    let mut units = vec![SampleUnit {
        code: OFFICE.0.to_owned(),
        name: OFFICE.1.to_owned(),
        level: "街道",
        parent: None,
        rings: vec![grid(outline)],
    }];
    let mut cells = Vec::new();
    for (n, (letter, name)) in names::COMMUNITIES.into_iter().enumerate() {
        let code = format!("{}{:03}", OFFICE.0, n + 1);
        let all = plots::union(&plan::rings(plan.grounds.iter().filter(|g| g.owner == letter)));
        let rings = all.iter().map(|r| grid(r)).collect();
        let own = plan.cells.iter().enumerate().filter(|c| c.1.0 == letter);
        for (k, (cell, _)) in own.enumerate() {
            let all = plots::union(&plan::rings(plan.grounds.iter().filter(|g| g.cell == Some(cell))));
            cells.push(SampleCell {
                code: format!("{code}{:03}", k + 1),
                name: format!("{}网格", names::PLACES[cell % names::PLACES.len()]),
                parent: Some(code.clone()),
                rings: all.iter().map(|r| grid(r)).collect(),
            });
        }
        units.push(SampleUnit {
            code, name: name.to_owned(), level: "社区", parent: Some(OFFICE.0.to_owned()), rings
        });
    }
    (units, cells)
}
