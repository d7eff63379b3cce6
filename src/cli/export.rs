//! Rows to other formats.

use super::args::{Common, Export, Format, Profile, What};
use super::files::{extension, write};
use super::project::{crs_of, level, one_layer, open};
use super::report::Report;
use super::stop::Stop;
use crate::assign::{By, is_cell};
use crate::crs::{CrsDef, Transform};
use crate::exchange::{OutFeature, write_csv, write_geojson};
use crate::geom::{Pt, anchor_of_polygons};
use crate::model::{Field, Id, Kind, Lang, Shape, Target, Value as Held, masked_phone};
use crate::plan::{Project, state_text};
use crate::session::{Session, answers};
use crate::store::dissolve;
use crate::topology::OUTSIDE;
use serde_json::{Value, json};

/// A thing on its way out.
struct Thing {
    shape: Shape,
    anchor: Option<Pt>,
    props: Vec<(String, Value)>,
}

impl Thing {
    fn bare(props: Vec<(&str, Value)>) -> Thing {
        Thing { shape: Shape::None, anchor: None, props: named(props) }
    }
}

fn named(props: Vec<(&str, Value)>) -> Vec<(String, Value)> {
    props.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
}

pub(super) fn export(a: &Export, common: &Common, r: &mut Report) -> Result<i32, Stop> {
    let format = match (a.format, extension(&a.out).as_str()) {
        (Some(f), _) => f,
        (None, "geojson" | "json") => Format::Geojson,
        (None, "csv") => Format::Csv,
        _ => {
            return Err(Stop::not_yet(
                "写这种格式（请用 .geojson 或 .csv）",
                "write this format (use .geojson or .csv)",
            ));
        }
    };
    if a.profile == Profile::Public && matches!(a.what, What::Members | What::Posts | What::Incidents) {
        return Err(Stop::new(
            "公开的文件里不写人员、岗位和逐条事件。没有写出文件。请换 --profile masked，或导出其他内容。",
            "Persons, posts and single incidents are not written to public files. No file was written. Use --profile masked, \
             or export something else.",
        ));
    }
    let o = open(&a.file, common, r)?;
    let s = &o.session;
    let p = s.project();
    let own = match (&p.facts.head.origin, a.what) {
        (Some(_), _) => Some(crs_of(p)?),
        (None, _) => None,
    };
    let things = things(s, a, common)?;
    let to = match (&a.crs, format) {
        (Some(text), _) => CrsDef::parse(text)?,
        (None, Format::Geojson) => CrsDef::wgs84(),
        (None, Format::Csv) => own.clone().unwrap_or_else(CrsDef::wgs84),
    };
    let own = own.unwrap_or_else(|| to.clone());
    let mut bytes = Vec::new();
    match format {
        Format::Geojson => {
            let features = things.iter().map(|t| OutFeature { shape: t.shape.as_ref(), props: t.props.clone() });
            write_geojson(&mut bytes, features, p.origin(), &own, &to)?;
        }
        Format::Csv => csv(&mut bytes, p, &things, &own, &to)?,
    }
    write(&a.out, &a.file, &bytes)?;
    let answer = json!({
        "file": a.out.display().to_string(), "state": state_text(p.state), "what": a.what.name(),
        "written": things.len(), "crs": to.text(),
    });
    r.print(answer, |lang| match lang {
        Lang::Zh => format!("已写出 {}，{} 条", a.out.display(), things.len()),
        Lang::En => format!("{} written, {} rows", a.out.display(), things.len()),
    })?;
    Ok(0)
}

fn csv(out: &mut Vec<u8>, p: &Project, things: &[Thing], own: &CrsDef, to: &CrsDef) -> Result<(), Stop> {
    let mut header: Vec<&str> = Vec::new();
    for (key, _) in things.iter().flat_map(|t| &t.props) {
        if !header.contains(&key.as_str()) {
            header.push(key);
        }
    }
    let placed = things.iter().any(|t| t.anchor.is_some());
    let transform = Transform::new(own, to)?;
    let mut rows = Vec::with_capacity(things.len());
    for t in things {
        let value =
            |k: &str| t.props.iter().find(|(key, _)| key == k).map_or(String::new(), |(_, v)| super::ask::cell(v));
        let mut row: Vec<String> = header.iter().map(|k| value(k)).collect();
        if placed {
            let at = t.anchor.map(|q| transform.point(p.origin().metres(q))).transpose()?;
            row.extend(at.map_or([String::new(), String::new()], |[x, y]| [place(x), place(y)]));
        }
        rows.push(row);
    }
    if placed {
        header.extend(["x", "y"]);
    }
    Ok(write_csv(out, &header, rows, true)?)
}

/// A coordinate: metres to the millimetre, degrees to a tenth of one.
fn place(v: f64) -> String {
    if v.abs() <= 360.0 { format!("{v:.9}") } else { format!("{v:.3}") }
}

fn things(s: &Session, a: &Export, common: &Common) -> Result<Vec<Thing>, Stop> {
    let p = s.project();
    let Some(kind) = a.what.table() else {
        match a.what {
            What::Members => return Ok(members(p, a.profile)),
            What::Posts => return Ok(posts(s, a.profile)),
            What::Orgs => return Ok(orgs(p)),
            _ => one_layer(p, common)?,
        }
        return match a.what {
            What::Outline => Ok(outline(s)),
            What::Assignments => Ok(assignments(s)),
            what => units(s, what == What::Units, common),
        };
    };
    let held = |v: Held| match (v, kind) {
        (Held::Text(t), _) => json!(t),
        (Held::Count(n), _) => json!(n),
        (Held::Float(f), _) => json!(f),
        (Held::Int(t), _) => json!(common.tz.text(t)),
    };
    let cell_of = |slot: u32| match kind {
        Kind::Buildings => s.assignment().building(slot),
        Kind::Incidents => s.assignment().incident(slot),
        _ => None,
    };
    let assigned = matches!(kind, Kind::Buildings | Kind::Incidents);
    Ok(p.table(kind)
        .iter()
        .map(|(slot, row)| {
            let mut props = vec![("code".to_owned(), json!(row.code())), ("name".to_owned(), json!(row.name()))];
            for f in Field::ALL {
                if let Some(v) = row.value(f) {
                    props.push((f.name().to_owned(), held(v)));
                }
            }
            if assigned {
                let code = cell_of(slot).filter(|o| is_cell(p, s.plan(), s.layer(), *o));
                let code = code.and_then(|o| p.layer(s.plan(), s.layer())?.units.get(&Id(o))).map(|u| u.code.clone());
                props.push(("cell".to_owned(), json!(code)));
            }
            Thing { shape: row.shape().to_shape(), anchor: row.anchor(), props }
        })
        .collect())
}

fn outline(s: &Session) -> Vec<Thing> {
    let p = s.project();
    let Some(l) = p.layer(s.plan(), s.layer()) else { return vec![] };
    let parts = dissolve(&l.partition, |o| (o != OUTSIDE).then_some(())).remove(&()).unwrap_or_default();
    if parts.is_empty() {
        return vec![];
    }
    let layer = p.facts.layers.get(s.layer() as usize);
    let props = named(vec![("layer", json!(layer.map(|d| &d.id))), ("name", json!(layer.map(|d| &d.name)))]);
    vec![Thing { anchor: anchor_of_polygons(&parts), shape: Shape::Polygons(parts), props }]
}

fn units(s: &Session, higher: bool, common: &Common) -> Result<Vec<Thing>, Stop> {
    let p = s.project();
    let lowest = p.facts.layers.get(s.layer() as usize).map_or(0, |d| d.cell_level());
    let levels: Vec<u8> = match level(s, common)? {
        Some(l) => vec![l],
        None if higher => (0..lowest).collect(),
        None => vec![lowest],
    };
    let Some(l) = p.layer(s.plan(), s.layer()) else { return Ok(vec![]) };
    let def = p.facts.layers.get(s.layer() as usize);
    let mut out = Vec::new();
    for level in levels {
        let mut ground = dissolve(&l.partition, |o| l.ancestor(Id(o), level));
        for r in answers::unit_rows(p, s.assignment(), Some(level), common.on) {
            let parts = ground.remove(&r.unit.id).unwrap_or_default();
            let props = named(vec![
                ("layer", json!(def.map(|d| &d.id))),
                ("code", json!(r.unit.code)),
                ("name", json!(r.unit.name)),
                ("level", json!(def.and_then(|d| d.level_name(level)))),
                ("parent", json!(r.parent)),
                ("area_m2", json!(r.area_m2)),
                ("households", json!(r.tally.households)),
                ("residents", json!(r.tally.residents)),
                ("buildings", json!(r.tally.buildings)),
            ]);
            let shape = if parts.is_empty() { Shape::None } else { Shape::Polygons(parts) };
            out.push(Thing { anchor: shape.anchor(), shape, props });
        }
    }
    Ok(out)
}

/// A phone as the profile shows it.
fn phone(text: &str, profile: Profile) -> String {
    if profile == Profile::Full { text.to_owned() } else { masked_phone(text) }
}

fn members(p: &Project, profile: Profile) -> Vec<Thing> {
    let mut all: Vec<_> = p.facts.members.values().collect();
    all.sort_by(|a, b| a.code.cmp(&b.code));
    all.into_iter()
        .map(|m| {
            let phone = m.phone.as_deref().map(|t| phone(t, profile));
            Thing::bare(vec![
                ("code", json!(m.code)),
                ("name", json!(m.name)),
                ("phone", json!(phone)),
                ("org", json!(m.org)),
            ])
        })
        .collect()
}

fn posts(s: &Session, profile: Profile) -> Vec<Thing> {
    let p = s.project();
    let in_plan = p.plan(s.plan()).map(|x| x.posts.values()).into_iter().flatten();
    let mut all: Vec<_> = p.facts.posts.values().chain(in_plan).collect();
    all.sort_by(|a, b| a.code.cmp(&b.code));
    all.into_iter()
        .map(|x| {
            let member = p.facts.members.get(&x.member);
            let (on, layer, code) = match &x.target {
                Target::Cell { layer, unit } => {
                    let id = p.facts.layers.get(*layer as usize).map(|d| d.id.clone());
                    let code = p.layer(s.plan(), *layer).and_then(|l| l.units.get(unit)).map(|u| u.code.clone());
                    ("cell", id, code.unwrap_or_default())
                }
                Target::Courtyard(c) => ("courtyard", None, c.clone()),
                Target::Building(c) => ("building", None, c.clone()),
                Target::Org(c) => ("org", None, c.clone()),
            };
            Thing::bare(vec![
                ("code", json!(x.code)),
                ("member", json!(member.map(|m| &m.code))),
                ("name", json!(member.map(|m| &m.name))),
                ("phone", json!(member.and_then(|m| m.phone.as_deref()).map(|t| phone(t, profile)))),
                ("post", json!(x.post)),
                ("on", json!(on)),
                ("layer", json!(layer)),
                ("target", json!(code)),
                ("from", json!(x.from)),
                ("to", json!(x.to)),
            ])
        })
        .collect()
}

fn orgs(p: &Project) -> Vec<Thing> {
    let mut all: Vec<_> = p.facts.orgs.values().collect();
    all.sort_by(|a, b| a.code.cmp(&b.code));
    let row = |o: &&std::sync::Arc<crate::model::Org>| {
        let parent = o.parent.and_then(|x| p.facts.orgs.get(&x)).map(|x| &x.code);
        Thing::bare(vec![
            ("code", json!(o.code)),
            ("name", json!(o.name)),
            ("kind", json!(o.kind)),
            ("parent", json!(parent)),
        ])
    };
    all.iter().map(row).collect()
}

/// Every building with its cell and why.
fn assignments(s: &Session) -> Vec<Thing> {
    let p = s.project();
    let layer = p.facts.layers.get(s.layer() as usize).map(|d| d.id.clone());
    p.table(Kind::Buildings)
        .iter()
        .map(|(slot, row)| {
            let owner = s.assignment().building(slot).filter(|o| is_cell(p, s.plan(), s.layer(), *o));
            let cell = owner.and_then(|o| p.layer(s.plan(), s.layer())?.units.get(&Id(o)));
            let by = match s.assignment().by(p, slot) {
                By::Place => "place",
                By::Courtyard => "courtyard",
                By::Pin => "pin",
            };
            let props = named(vec![
                ("building", json!(row.code())),
                ("layer", json!(layer)),
                ("cell", json!(cell.map(|u| &u.code))),
                ("by", json!(by)),
                ("households", json!(row.count(Field::Households))),
            ]);
            Thing { shape: row.anchor().map_or(Shape::None, Shape::Point), anchor: row.anchor(), props }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_masked() {
        assert_eq!(phone("13912340216", Profile::Masked), "139****0216");
        assert_eq!(phone("13912340216", Profile::Full), "13912340216");
        assert_eq!(phone("13912340216", Profile::Public), "139****0216");
        assert_eq!(phone("110", Profile::Masked), "***");
    }
}
