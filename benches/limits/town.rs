//! The peers' synthetic towns, brought into a session by the road that `getu import` takes.
//!
//! `GETU_PERF_DATA`, else `PERF_DATA`, names the folder that holds them (how they are made: `docs/EVIDENCE.md`).

use getu::crs::CrsDef;
use getu::exchange::{Feature, Format, Geometry, PropValue, Source};
use getu::model::{Kind, Lang};
use getu::plan::History;
use getu::session::import::{How, What, incoming};
use getu::session::{Command, Effect, Session, empty_project, layer_from_text};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What a bench may fail with.
pub type Res<T> = Result<T, Box<dyn Error>>;

/// The towns that are reported: folder, buildings, cells.
const TOWNS: [(&str, usize, usize); 3] = [("s", 10_000, 100), ("m", 100_000, 500), ("l", 1_000_000, 5_000)];

/// Any metric system that the kernel knows without PROJ: the towns lie on a plane.
const CRS: &str = "EPSG:4547";

/// A town in a session: one draft with its cells, the buildings in segments.
pub struct Town {
    pub session: Session,
    /// `10000x100`: buildings, cells.
    pub name: String,
    pub buildings: usize,
    /// Path of the buildings' files, without what follows the dot.
    pub stem: PathBuf,
    pub cells: usize,
    /// Where the cells lie, without the ending.
    pub cells_at: PathBuf,
}

/// Calls `f` with each town that is there; the others are skipped by name.
pub fn each(mut f: impl FnMut(Town) -> Res<()>) -> Res<()> {
    let root = ["GETU_PERF_DATA", "PERF_DATA"].iter().find_map(std::env::var_os).map(PathBuf::from);
    for (folder, buildings, cells) in TOWNS {
        let name = format!("{buildings}x{cells}");
        let files = root.as_ref().map(|r| {
            let dir = r.join(folder);
            [dir.join(format!("buildings_{buildings}")), dir.join(format!("cells_{cells}"))]
        });
        match files {
            None => println!("skipped: limits {name}: GETU_PERF_DATA names no folder of towns"),
            Some([b, _]) if !b.with_extension("xy.f64").is_file() => {
                println!("skipped: limits {name}: {} is not there", b.with_extension("xy.f64").display());
            }
            Some([_, c]) if !c.with_extension("xy.f64").is_file() => {
                println!("skipped: limits {name}: {} is not there", c.with_extension("xy.f64").display());
            }
            Some([b, c]) => f(open(name, &b, &c, buildings, cells)?)?,
        }
    }
    Ok(())
}

fn open(name: String, buildings_at: &Path, cells_at: &Path, buildings: usize, cells: usize) -> Res<Town> {
    let start = Instant::now();
    let layer = layer_from_text("grid=网格")?;
    let project = empty_project("town", CRS, None, vec![layer], 1)?;
    let mut session = Session::new(History::new(project, 1), None, Lang::En, "");
    let rings = |stem: &Path, n: usize| -> Res<Vec<Vec<[f64; 2]>>> {
        let found = rings(stem)?;
        if found.len() == n { Ok(found) } else { Err(format!("{}: {} rings", stem.display(), found.len()).into()) }
    };
    let households = halves(&buildings_at.with_extension("hh.u16"))?;
    let source = source(rings(buildings_at, buildings)?, |i| ('B', households.get(i).copied().map(i64::from)))?;
    import(&mut session, &source, Kind::Buildings)?;
    let source = self::source(rings(cells_at, cells)?, |_| ('C', None))?;
    import(&mut session, &source, Kind::Cells)?;
    eprintln!("{name}: brought in within {:.1} s", start.elapsed().as_secs_f64());
    // The steps of the import are no part of what is measured.
    let history = History::new(session.project().clone(), 2);
    Ok(Town {
        session: Session::new(history, None, Lang::En, ""),
        name,
        buildings,
        stem: buildings_at.to_owned(),
        cells,
        cells_at: cells_at.to_owned(),
    })
}

/// Rings as features, with a code (a letter and the ring's number) and perhaps households.
fn source(rings: Vec<Vec<[f64; 2]>>, about: impl Fn(usize) -> (char, Option<i64>)) -> Res<Source> {
    let feature = |(i, ring): (usize, Vec<[f64; 2]>)| {
        let (letter, households) = about(i);
        let code = (0, PropValue::Text(format!("{letter}{i:07}").into()));
        let households = households.map(|h| (1, PropValue::Int(h)));
        Feature {
            number: i as u32 + 1,
            line: None,
            geometry: Geometry::Polygons(vec![vec![ring]]),
            values: std::iter::once(code).chain(households).collect(),
            repaired: false,
        }
    };
    let features: Vec<Feature> = rings.into_iter().enumerate().map(feature).collect();
    Ok(Source {
        format: Format::GeoJson,
        crs: Some(CrsDef::parse(CRS)?),
        encoding: "utf-8",
        columns: vec!["code".into(), "households".into()],
        read: features.len() as u32,
        features,
        refused: 0,
        findings: vec![],
    })
}

fn import(session: &mut Session, source: &Source, kind: Kind) -> Res<()> {
    let how = How { map: &[], offset_minutes: 0, layer: None, plan: None, source: "town".into() };
    let brought = incoming(session.project(), source, &What::Rows(kind), &how, &mut |_| true)?;
    if brought.rows != source.features.len() {
        return Err(format!("{} of {} rows came in", brought.rows, source.features.len()).into());
    }
    for s in brought.segments {
        session.hold(s);
    }
    let edit = brought.edit.ok_or("nothing to bring")?;
    done(session.dispatch(Command::Do(edit), 0)).map(|_| ())
}

/// The effects of a command, unless it was refused.
pub fn done(effects: Vec<Effect>) -> Res<Vec<Effect>> {
    match effects.iter().find_map(|e| if let Effect::Refused(e) = e { Some(e.to_string()) } else { None }) {
        Some(why) => Err(why.into()),
        None => Ok(effects),
    }
}

fn numbers<const N: usize, T>(path: &Path, of: impl Fn([u8; N]) -> T) -> Res<Vec<T>> {
    let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(bytes.chunks_exact(N).filter_map(|c| c.try_into().ok()).map(of).collect())
}

fn halves(path: &Path) -> Res<Vec<u16>> {
    numbers(path, u16::from_le_bytes)
}

/// Rings end to end (`.xy.f64`), cut at the offsets (`.off.u32`).
pub fn rings(stem: &Path) -> Res<Vec<Vec<[f64; 2]>>> {
    let xy = numbers(&stem.with_extension("xy.f64"), f64::from_le_bytes)?;
    let ends = numbers(&stem.with_extension("off.u32"), u32::from_le_bytes)?;
    let ring = |w: &[u32]| -> Res<Vec<[f64; 2]>> {
        let part = xy.get(2 * w[0] as usize..2 * w[1] as usize).ok_or("the offsets do not fit the coordinates")?;
        Ok(part.chunks_exact(2).map(|p| [p[0], p[1]]).collect())
    };
    ends.windows(2).map(ring).collect()
}

/// xorshift64 (Marsaglia 2003): the same places every time.
pub struct Rng(pub u64);

impl Rng {
    /// 0 … n − 1.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}
