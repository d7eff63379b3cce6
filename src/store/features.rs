//! What QGIS sees of the grid: units by level, outlines, the list of levels; and the CRS.

use super::StoreError;
use super::dissolve::dissolve;
use super::error::Warning;
use super::geometry::{Polygons, polygons_blob};
use super::tables::{Book, Def, Out, drop_table, write_small};
use crate::crs;
use crate::geom::ring_area2;
use crate::model::{Extent, GridLayer, Id};
use crate::plan::{Layer, Plan, Project};
use crate::topology::{OUTSIDE, Owner};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;

/// Numbers of a unit, counted by the caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct UnitTally {
    /// Number of the layer.
    pub layer: u16,
    /// The unit.
    pub unit: Id,
    /// Households.
    pub households: u64,
    /// Residents.
    pub residents: u64,
    /// Buildings.
    pub buildings: u64,
}

/// The plan whose cells the feature tables show: the one in force, else the one last worked on, else the first.
pub fn shown_plan<'a>(project: &'a Project, last: &str) -> Option<&'a Plan> {
    let plan = project.plan_in_force().or_else(|| project.plan_named(last)).or_else(|| project.plans.first());
    plan.map(|p| &**p)
}

/// Name of the table in which a file shows the cells of a layer.
pub fn cells_table(def: &GridLayer) -> String {
    format!("cells_{}_{}", def.id, def.cell_level())
}

/// The CRS of the feature tables.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Srs {
    pub id: i32,
    organization: &'static str,
    organization_id: i32,
    name: String,
    definition: String,
}

/// Number of a CRS without EPSG code.
const OWN_SRS: i32 = 100_000;

impl Srs {
    /// The CRS of a project; with a warning where its definition is not known to this build.
    pub fn of(project: &Project) -> (Srs, Option<Warning>) {
        let head = &project.facts.head;
        let undecided = Srs {
            id: -1,
            organization: "NONE",
            organization_id: -1,
            name: "Undefined Cartesian SRS".into(),
            definition: "undefined".into(),
        };
        if head.origin.is_none() {
            return (undecided, None);
        }
        let unknown = Some(Warning::NoWkt { crs: head.crs.clone() });
        // A build without PROJ cannot check every CRS, but the project keeps its text: the form is enough here.
        let def: Option<crs::CrsDef> = serde_json::from_value(head.crs.clone().into()).ok();
        let (code, wkt, name) = match &def {
            None => (None, None, None),
            Some(d) => (d.epsg_code().and_then(|c| i32::try_from(c).ok()), crs::wkt(d).ok(), crs::name(d).ok()),
        };
        let warning = if wkt.is_none() { unknown } else { None };
        let name = name.unwrap_or_else(|| head.crs.clone());
        let definition = wkt.unwrap_or_else(|| "undefined".into());
        let (id, organization) = code.map_or((OWN_SRS, "GETU"), |c| (c, "EPSG"));
        (Srs { id, organization, organization_id: id, name, definition }, warning)
    }

    /// Writes the CRS and those that every GeoPackage has.
    pub fn write(&self, conn: &Connection) -> Result<(), StoreError> {
        let fixed = |id: i32, name: &str| Srs {
            id,
            organization: "NONE",
            organization_id: id,
            name: name.to_owned(),
            definition: "undefined".to_owned(),
        };
        let wgs = crs::CrsDef::wgs84();
        let world = Srs {
            id: 4326,
            organization: "EPSG",
            organization_id: 4326,
            name: "WGS 84".into(),
            definition: crs::wkt(&wgs).unwrap_or_else(|_| "undefined".into()),
        };
        for s in [&fixed(-1, "Undefined Cartesian SRS"), &fixed(0, "Undefined geographic SRS"), &world, self] {
            let old: Option<String> = conn
                .query_row("SELECT definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?1", [s.id], |r| r.get(0))
                .optional()?;
            // A definition that another build wrote is better than none.
            if old.is_some_and(|d| d == s.definition || s.definition == "undefined") {
                continue;
            }
            conn.execute(
                "INSERT INTO gpkg_spatial_ref_sys VALUES (?1, ?2, ?3, ?4, ?5, NULL)
                 ON CONFLICT (srs_id) DO UPDATE SET srs_name = ?1, definition = ?5",
                params![s.name, s.id, s.organization, s.organization_id, s.definition],
            )?;
        }
        Ok(())
    }
}

fn text(t: &str) -> Value {
    Value::Text(t.to_owned())
}

/// Area in m² of polygons in mm.
fn area_m2(p: &Polygons) -> f64 {
    p.iter().flatten().map(|r| ring_area2(r)).sum::<i128>() as f64 / 2e6
}

fn cells_def(def: &GridLayer, level: usize, level_name: &str) -> Def {
    Def {
        name: format!("cells_{}_{level}", def.id),
        identifier: format!("{}·{level_name}", def.name),
        geometry: Some("MULTIPOLYGON"),
        columns: vec![
            ("code", "TEXT NOT NULL"),
            ("name", "TEXT"),
            ("level", "TEXT"),
            ("parent", "TEXT"),
            ("extent", "TEXT"),
            ("households", "INTEGER"),
            ("residents", "INTEGER"),
            ("buildings", "INTEGER"),
            ("area_m2", "REAL"),
        ],
    }
}

fn outline_def(def: &GridLayer) -> Def {
    Def {
        name: format!("outline_{}", def.id),
        identifier: format!("{}·范围", def.name),
        geometry: Some("MULTIPOLYGON"),
        columns: vec![("code", "TEXT NOT NULL"), ("name", "TEXT"), ("area_m2", "REAL")],
    }
}

/// Not of features, so that programs which list every table when there is no such one leave ours alone.
fn levels_def() -> Def {
    Def {
        name: "levels".into(),
        identifier: "图层与层级".into(),
        geometry: None,
        columns: vec![
            ("table_name", "TEXT NOT NULL"),
            ("layer", "TEXT"),
            ("layer_name", "TEXT"),
            ("level", "INTEGER"),
            ("level_name", "TEXT"),
            ("plan", "TEXT"),
        ],
    }
}

/// Brings the tables of units, outlines and levels up to date. Returns how many rows were written or taken out.
pub(super) fn write_grid(
    conn: &Connection,
    project: &Project,
    plan: &Plan,
    tallies: &[UnitTally],
    (srs_id, time): (i32, i64),
    book: &mut Book,
) -> Result<usize, StoreError> {
    let counted: BTreeMap<(u16, Id), &UnitTally> = tallies.iter().map(|t| ((t.layer, t.unit), t)).collect();
    let mut wanted: Vec<(Def, Vec<Out>)> = Vec::new();
    let mut levels = Vec::new();
    for (n, (def, layer)) in project.facts.layers.iter().zip(plan.layers.iter()).enumerate() {
        let inside = dissolve(&layer.partition, |o| (o != OUTSIDE).then_some(()));
        let rows = inside.values().map(|ground| Out {
            blob: polygons_blob(project.origin(), srs_id, ground),
            values: vec![text(&def.id), text(&def.name), Value::Real(area_m2(ground))],
        });
        wanted.push((outline_def(def), rows.collect()));
        for (level, level_name) in def.all_levels().enumerate() {
            let table = cells_def(def, level, level_name);
            levels.push(Out {
                blob: None,
                values: vec![
                    text(&table.name),
                    text(&def.id),
                    text(&def.name),
                    Value::Integer(level as i64),
                    text(level_name),
                    text(&plan.meta.name),
                ],
            });
            let tally = |unit: Id| counted.get(&(n as u16, unit)).copied();
            wanted.push((table, units_of(project, layer, level as u8, level_name, srs_id, &tally)));
        }
    }
    wanted.push((levels_def(), levels));
    // Tables of layers that are no more (the edit that added one was undone).
    let gone: Vec<String> = book
        .keys()
        .filter(|t| t.starts_with("cells_") || t.starts_with("outline_"))
        .filter(|t| wanted.iter().all(|(d, _)| d.name != **t))
        .cloned()
        .collect();
    for t in gone {
        drop_table(conn, &t)?;
        book.remove(&t);
    }
    let mut wrote = 0;
    for (def, rows) in wanted {
        let expected = rows.len() as u64;
        wrote += write_small(conn, &def, rows, (srs_id, time), book)?;
        let there = def.count(conn)?;
        if there != expected {
            return Err(StoreError::CheckFailed { why: format!("{}: {there} rows, not {expected}", def.name) });
        }
    }
    Ok(wrote)
}

fn units_of<'a>(
    project: &Project,
    layer: &Layer,
    level: u8,
    level_name: &str,
    srs_id: i32,
    tally: &dyn Fn(Id) -> Option<&'a UnitTally>,
) -> Vec<Out> {
    let at_level = |o: Owner| layer.unit_of(o).and_then(|u| layer.ancestor(u.id, level));
    let ground = dissolve(&layer.partition, at_level);
    let units = layer.units.values().filter(|u| u.level == level);
    units
        .map(|u| {
            let own = ground.get(&u.id).filter(|_| u.extent == Extent::Drawn);
            let number = |f: fn(&UnitTally) -> u64| tally(u.id).map_or(Value::Null, |t| Value::Integer(f(t) as i64));
            let parent = u.parent.and_then(|p| layer.units.get(&p)).map_or(Value::Null, |p| text(&p.code));
            let extent = match u.extent {
                Extent::Drawn => "drawn",
                Extent::Gathered(_) => "gathered",
                Extent::None => "none",
            };
            Out {
                blob: own.and_then(|g| polygons_blob(project.origin(), srs_id, g)),
                values: vec![
                    text(&u.code),
                    text(&u.name),
                    text(level_name),
                    parent,
                    text(extent),
                    number(|t| t.households),
                    number(|t| t.residents),
                    number(|t| t.buildings),
                    own.map_or(Value::Null, |g| Value::Real(area_m2(g))),
                ],
            }
        })
        .collect()
}
