//! From a source that was read to the edits that bring it in: CRS decided, rows prepared, segments packed.

use super::import_fit::fit_on;
use crate::crs::{AutoReason, CrsDef, auto};
use crate::exchange::{
    Action, As, ExchangeError, Feature, Finding, Findings, Geometry, PrepareOptions, Prepared, Severity, Source,
    prepare,
};
use crate::geom::{Box2, Origin, Place, Pt, rings_contain};
use crate::model::{Kind, Segment, Shape};
use crate::plan::{Edit, Ground, Hash, Layer, Op, Project};
use std::collections::HashMap;
use std::sync::Arc;

/// Rows in a segment at most.
pub const ROWS_A_SEGMENT: usize = 100_000;

/// What is imported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// The outline of the layer.
    Outline,
    /// Rows of a table, or cells.
    Rows(Kind),
    /// Units of a higher level, by its name.
    Units(String),
}

/// How it is imported.
pub struct How<'a> {
    /// field=column, over what is guessed.
    pub map: &'a [(String, String)],
    /// Minutes east of UTC for times without offset.
    pub offset_minutes: i32,
    /// Layer and plan for outline and cells.
    pub layer: Option<String>,
    /// Plan; without it the one that is worked on.
    pub plan: Option<String>,
    /// Name of the file, for the log.
    pub source: String,
}

/// Edits with the segments they name, and what was found.
pub struct Incoming {
    /// The edit; `None` if there is nothing to bring.
    pub edit: Option<Edit>,
    /// Segments that the session must hold first.
    pub segments: Vec<Arc<Segment>>,
    /// What was prepared; its rows have gone into the segments.
    pub prepared: Prepared,
    /// Rows to be brought.
    pub rows: usize,
    /// CRS of the project with this import.
    pub crs: CrsDef,
    /// Why, if this import decided it.
    pub reason: Option<AutoReason>,
}

/// Prepares a source for a project. `keep_going` gets a share of 0–1 and cancels by false.
///
/// # Errors
/// What concerns the whole source; a row that cannot be had is a finding.
pub fn incoming(
    project: &Project,
    source: &Source,
    what: &What,
    how: &How<'_>,
    keep_going: &mut dyn FnMut(f32) -> bool,
) -> Result<Incoming, ExchangeError> {
    let head = &project.facts.head;
    let (crs, origin, reason) = match (head.crs.as_str(), head.origin) {
        (text, Some(origin)) => (CrsDef::parse(text)?, origin, None),
        (text, None) => match decide(text, source) {
            // Why nothing has a place is said feature by feature.
            Err(ExchangeError::NoPlace) if source.refused > 0 || source.features.iter().any(drawn) => {
                return nothing(source);
            }
            decided => decided?,
        },
    };
    let kind = match what {
        What::Outline => None,
        What::Rows(kind) => Some(*kind),
        What::Units(_) => Some(Kind::Cells),
    };
    let ground = ground(project, how);
    let taken = |code: &str| kind.is_some_and(|k| taken(project, ground, k, code));
    let next_code = kind.map_or(1, |k| next_number(project, k));
    let target = kind.map_or(As::Outline, As::Rows);
    // Cells are fitted after that, which takes longer.
    let share = if kind == Some(Kind::Cells) { 0.2 } else { 1.0 };
    let mut prepared = with_options(project, (&crs, origin), how, next_code, &taken, |o| {
        prepare(target, source, o, &mut |s| keep_going(share * s))
    })?;
    if let (Some(Kind::Cells), Some(layer)) = (kind, ground) {
        let level = match what {
            What::Units(name) => level_of(project, how, name),
            _ => level_of(project, how, ""),
        };
        if let Some(level) = level {
            fit_on(layer, &Ground::of(layer, level), origin, &mut prepared, &mut |s| {
                keep_going(share + (1.0 - share) * s)
            })?;
        }
    }
    let rows = std::mem::take(&mut prepared.rows);
    let count = rows.len();
    // The rows are in this CRS from this origin, whatever the project's are when the edit is done.
    let text = if head.origin.is_some() { head.crs.clone() } else { crs.text().to_owned() };
    let made_for = Some((text, [origin.e_m, origin.n_m]));
    let mut segments = Vec::new();
    let op = match what {
        _ if rows.is_empty() => None,
        What::Outline => {
            let polygons = rows.iter().filter_map(|r| if let Shape::Polygons(p) = &r.shape { Some(p) } else { None });
            let place = |ring: &Vec<Pt>| ring.iter().map(|&p| origin.place(p)).collect::<Vec<Place>>();
            let rings = polygons.flatten().flatten().map(place).collect();
            Some(Op::Outline { rings, crs: made_for })
        }
        What::Rows(_) | What::Units(_) => {
            let kind = kind.unwrap_or(Kind::Cells);
            let mut rows = rows.into_iter().peekable();
            while rows.peek().is_some() {
                segments.push(Segment::pack(kind, rows.by_ref().take(ROWS_A_SEGMENT).collect()));
            }
            let level = if let What::Units(level) = what { Some(level.clone()) } else { None };
            let hashes = segments.iter().map(|s| Hash(s.hash())).collect();
            // The name of a file stands in the log.
            let source = crate::model::file_name_kept(&how.source);
            Some(Op::Import { kind, segments: hashes, source, crs: made_for, level })
        }
    };
    let cells = matches!(kind, None | Some(Kind::Cells));
    let edit = op.map(|op| Edit {
        layer: how.layer.clone().filter(|_| cells),
        plan: how.plan.clone().filter(|_| cells),
        opened: if *what == What::Outline { vec!["outline".to_owned()] } else { vec![] },
        within: None,
        gaps: false,
        op,
    });
    Ok(Incoming { edit, segments, prepared, rows: count, crs, reason })
}

fn drawn(f: &Feature) -> bool {
    !matches!(f.geometry, Geometry::None)
}

/// What comes of a source none of whose features has a place: all are refused, each with its reason.
fn nothing(source: &Source) -> Result<Incoming, ExchangeError> {
    let crs = match &source.crs {
        Some(crs) => crs.clone(),
        None => CrsDef::parse("EPSG:4490")?,
    };
    let mut findings = Findings::default();
    source.findings.iter().cloned().for_each(|f| findings.add(f));
    for f in &source.features {
        let n = f.number;
        let (kind, zh, en) = match drawn(f) {
            true => ("out_of_domain", "坐标不在坐标系的适用范围内", "its coordinates lie outside the area of its CRS"),
            false => ("no_geometry", "没有图形", "it has no shape"),
        };
        let (zh, en) = (format!("第 {n} 行未导入：{zh}"), format!("row {n} is left out: {en}"));
        findings.add(Finding::new(kind, Severity::Error, Action::Refused, zh, en).of_row(n, f.line));
    }
    let prepared = Prepared {
        rows: vec![],
        origins: vec![],
        findings: findings.finish(),
        read: source.read,
        repaired: 0,
        refused: source.refused + source.features.len() as u32,
        unlocated: 0,
        estimated: 0,
        next_code: 1,
        source_crs: crs.clone(),
        mapping: crate::exchange::Mapping::default(),
    };
    Ok(Incoming { edit: None, segments: vec![], prepared, rows: 0, crs, reason: None })
}

/// CRS and origin of a project without an origin, from its first source.
fn decide(text: &str, source: &Source) -> Result<(CrsDef, Origin, Option<AutoReason>), ExchangeError> {
    let extent = source.extent().ok_or(ExchangeError::NoPlace)?;
    if text == "auto" {
        let from = source.crs.clone().ok_or(ExchangeError::NoCrs)?;
        let choice = auto(&from, extent)?;
        return Ok((choice.crs, choice.origin, Some(choice.reason)));
    }
    let crs = CrsDef::parse(text)?;
    let from = source.crs.clone().unwrap_or_else(|| crs.clone());
    let [x0, y0, x1, y1] = extent;
    let to = crate::crs::Transform::new(&from, &crs)?;
    let [e, n] = to.point([(x0 + x1) / 2.0, (y0 + y1) / 2.0])?;
    Ok((crs, Origin::near(e, n), None))
}

/// Calls `f` with what the project says of rows to come.
fn with_options<T>(
    project: &Project,
    (crs, origin): (&CrsDef, Origin),
    how: &How<'_>,
    next_code: u32,
    taken: &dyn Fn(&str) -> bool,
    f: impl FnOnce(&PrepareOptions<'_>) -> Result<T, ExchangeError>,
) -> Result<T, ExchangeError> {
    let yards = Yards::of(project);
    f(&PrepareOptions {
        crs,
        origin,
        rules: &project.facts.rules,
        map: how.map,
        offset_minutes: how.offset_minutes,
        taken,
        next_code,
        courtyard_named: &|name| yards.named(name),
        courtyard_at: &|at| yards.at(project, at),
    })
}

/// The same for rows that come to a project with a CRS and name what is there.
pub(super) fn options<T>(
    project: &Project,
    how: &How<'_>,
    taken: &dyn Fn(&str) -> bool,
    f: impl FnOnce(&PrepareOptions<'_>) -> Result<T, ExchangeError>,
) -> Result<T, ExchangeError> {
    let head = &project.facts.head;
    let crs = CrsDef::parse(&head.crs)?;
    with_options(project, (&crs, head.origin.ok_or(ExchangeError::NoCrs)?), how, 1, taken, f)
}

/// The layer meant, with the level of its cells.
pub(super) fn layer_of<'a>(project: &'a Project, how: &How<'_>) -> Option<(&'a Layer, u8)> {
    Some((ground(project, how)?, level_of(project, how, "")?))
}

/// The layer of the plan that cells would go to; `None` where it is not said or not there.
fn ground<'a>(project: &'a Project, how: &How<'_>) -> Option<&'a Layer> {
    let plan = match &how.plan {
        Some(name) => project.plan_named(name),
        None => project.plans.last(),
    };
    let layer = how.layer.as_ref().map_or(Some(0), |id| project.layer_index(id));
    plan?.layers.get(layer? as usize)
}

/// The level of imported units by its name; the cells' for none.
fn level_of(project: &Project, how: &How<'_>, name: &str) -> Option<u8> {
    let i = how.layer.as_ref().map_or(Some(0), |id| project.layer_index(id))?;
    let layer = project.facts.layers.get(i as usize)?;
    if name.is_empty() { Some(layer.cell_level()) } else { Some(layer.levels.iter().position(|l| l == name)? as u8) }
}

fn taken(project: &Project, ground: Option<&Layer>, kind: Kind, code: &str) -> bool {
    match kind {
        Kind::Cells => ground.is_some_and(|l| l.unit(code).is_some()),
        kind => project.table(kind).find(code).is_some(),
    }
}

/// The number after the largest generated code of a table, or of the units of all plans.
pub(super) fn next_number(project: &Project, kind: Kind) -> u32 {
    let number = |code: &str| code.strip_prefix(kind.letter())?.parse::<u32>().ok();
    let largest = if kind == Kind::Cells {
        let units = project.plans.iter().flat_map(|p| p.layers.iter()).flat_map(|l| l.units.values());
        units.filter_map(|u| number(&u.code)).max().unwrap_or(0)
    } else {
        project.table(kind).largest_number()
    };
    largest.saturating_add(1)
}

/// Courtyards by code and name.
struct Yards(HashMap<String, String>);

impl Yards {
    fn of(project: &Project) -> Yards {
        let mut names = HashMap::new();
        for (_, r) in project.table(Kind::Courtyards).iter() {
            names.insert(r.code().to_owned(), r.code().to_owned());
            if !r.name().is_empty() {
                names.entry(r.name().to_owned()).or_insert_with(|| r.code().to_owned());
            }
        }
        Yards(names)
    }

    fn named(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    fn at(&self, project: &Project, at: Pt) -> Option<String> {
        let mut found = None;
        project.table(Kind::Courtyards).search(&Box2::of_two(at, at), |_, yard| {
            let shape = yard.shape();
            if found.is_none() && shape.tag == 3 && rings_contain(shape.parts.iter().flatten().copied(), at) {
                found = Some(yard.code().to_owned());
            }
        });
        found
    }
}
