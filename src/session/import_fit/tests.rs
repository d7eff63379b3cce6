//! Foreign cells through the whole import: read, prepared, repaired, brought by one edit.

use super::*;
use crate::crs::CrsDef;
use crate::exchange::{ExchangeError, ReadOptions, read_bytes};
use crate::geom::ring_area2;
use crate::model::{Kind, Lang, Segment};
use crate::plan::{History, Project};
use crate::session::import::{How, Incoming, What as Brings, incoming};
use crate::session::{Command, Effect, Session, empty_project, layer_from_text};
use crate::topology::check;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

fn project(crs: &str) -> Project {
    let origin = (crs != "auto").then_some(Origin { e_m: 520_000, n_m: 3_450_000 });
    empty_project("t", crs, origin, vec![layer_from_text("grid").unwrap()], 7).unwrap()
}

/// What came of an import.
struct Came {
    before: u128,
    session: Session,
    incoming: Incoming,
    rows: Vec<std::sync::Arc<Segment>>,
}

impl Came {
    fn kinds(&self) -> BTreeMap<&'static str, usize> {
        let mut out = BTreeMap::new();
        self.incoming.prepared.findings.iter().for_each(|f| *out.entry(f.kind).or_default() += 1);
        out
    }

    fn areas(&self) -> BTreeMap<String, f64> {
        let layer = &self.session.project().plans[0].layers[0];
        let area = |id: u64| layer.partition.faces().filter(|(_, f)| f.owner == id).map(|(_, f)| f.area2).sum::<i128>();
        layer.units.values().map(|u| (u.code.to_string(), area(u.id.0) as f64 / 2e6)).collect()
    }
}

fn bring(session: Session, bytes: &[u8], options: &ReadOptions, what: &Brings) -> Result<Came, ExchangeError> {
    let mut session = session;
    let source = read_bytes(bytes, None, options, &mut |_| true)?;
    let how = How { map: &[], offset_minutes: 480, layer: None, plan: None, source: "t".into() };
    let mut i = incoming(session.project(), &source, what, &how, &mut |_| true)?;
    let before = session.project().state;
    i.segments.iter().for_each(|s| session.hold(s.clone()));
    if let Some(edit) = i.edit.take() {
        match session.dispatch(Command::Do(edit), 0).first() {
            Some(Effect::Committed { .. }) => {}
            Some(Effect::Refused(e)) => panic!("{e}: {}", e.said().en),
            other => panic!("{other:?}"),
        }
    }
    for layer in session.project().plans.iter().flat_map(|p| p.layers.iter()) {
        assert_eq!(check(&layer.partition), vec![]);
    }
    let rows = i.segments.clone();
    Ok(Came { before, session, incoming: i, rows })
}

fn session_of(project: Project) -> Session {
    Session::new(History::new(project, 9), None, Lang::Zh, "t")
}

fn features(crs: u32, geometries: &[(&str, Value)]) -> Vec<u8> {
    let one = |(code, g): &(&str, Value)| json!({"type": "Feature", "properties": {"code": code}, "geometry": g});
    let crs = json!({"type": "name", "properties": {"name": format!("urn:ogc:def:crs:EPSG::{crs}")}});
    let list: Vec<Value> = geometries.iter().map(one).collect();
    json!({"type": "FeatureCollection", "crs": crs, "features": list}).to_string().into_bytes()
}

fn ring(points: &[(f64, f64)]) -> Value {
    json!(points.iter().chain(&points[..1]).map(|p| [520_000.0 + p.0, 3_450_000.0 + p.1]).collect::<Vec<_>>())
}

fn polygon(points: &[(f64, f64)]) -> Value {
    json!({"type": "Polygon", "coordinates": [ring(points)]})
}

fn square(x: f64, y: f64, w: f64, h: f64) -> Value {
    polygon(&[(x, y), (x + w, y), (x + w, y + h), (x, y + h)])
}

const CELLS: Brings = Brings::Rows(Kind::Cells);

#[test]
fn foreign_cells_are_repaired_said_and_undone_as_one() {
    let bow = polygon(&[(0.0, 100.0), (100.0, 200.0), (100.0, 100.0), (0.0, 200.0)]);
    let spike = polygon(&[(400.0, 0.0), (500.0, 0.0), (600.0, 0.0), (500.0, 0.0), (500.0, 100.0), (400.0, 100.0)]);
    let thin = polygon(&[(0.0, 0.0), (5.0, 5.0), (9.0, 9.0)]);
    let file = features(
        4549,
        &[
            ("A", square(0.0, 0.0, 100.0, 100.0)),
            // 0.4 m short of A, but for a tongue that closes the gap; over D by 5 m.
            (
                "B",
                polygon(&[
                    (100.0, 0.0),
                    (205.0, 0.0),
                    (205.0, 100.0),
                    (100.0, 100.0),
                    (100.0, 99.0),
                    (100.4, 99.0),
                    (100.4, 1.0),
                    (100.0, 1.0),
                ]),
            ),
            ("D", square(200.0, 0.0, 100.0, 100.0)),
            ("E", square(0.0, 0.0, 100.0, 100.0)),
            ("F", bow),
            ("G", spike),
            ("H", thin),
        ],
    );
    let came = bring(session_of(project("EPSG:4549")), &file, &ReadOptions::default(), &CELLS).unwrap();
    let kinds = came.kinds();
    for (kind, n) in
        [("overlap", 1), ("sliver", 1), ("duplicate_polygon", 1), ("self_crossing", 1), ("spike", 1), ("no_extent", 1)]
    {
        // A and E are the same ground: an overlap, too.
        let n = if kind == "overlap" { n + 1 } else { n };
        assert_eq!(kinds.get(kind), Some(&n), "{kind} in {kinds:?}");
    }
    for f in came.incoming.prepared.findings.iter().filter(|f| f.kind != "no_extent" && f.kind != "crs_assumed") {
        let [x, y] = f.at.unwrap();
        assert!((519_999.0..520_700.0).contains(&x) && (3_449_999.0..3_450_300.0).contains(&y), "{f:?}");
        assert!(f.feature.is_some() && !f.message_zh.is_empty() && !f.message_en.is_empty());
    }
    let p = &came.incoming.prepared;
    assert_eq!((p.read, came.incoming.rows, p.refused), (7, 5, 2));
    let areas = came.areas();
    // The spindle of 98 × 0.4 m goes to A or B, the overlap of 500 m² to the lower row, B.
    assert_eq!(areas["A"] + areas["B"], 100.0 * 100.0 + 105.0 * 100.0);
    assert_eq!((areas["D"], areas["F"], areas["G"]), (9_500.0, 5_000.0, 10_000.0));
    let mut session = came.session;
    assert_eq!(session.project().state, session.project().recount_state());
    session.dispatch(Command::Undo, 0);
    assert_eq!(session.project().state, came.before);
    assert!(session.project().plans[0].layers[0].partition.is_empty());
}

#[test]
fn cells_that_fit_come_in_as_they_are() {
    let file = features(4549, &[("A", square(0.0, 0.0, 10.0, 10.0)), ("B", square(10.0, 0.0, 10.0, 10.0))]);
    let came = bring(session_of(project("EPSG:4549")), &file, &ReadOptions::default(), &CELLS).unwrap();
    assert_eq!((came.kinds().len(), came.incoming.prepared.repaired), (0, 0));
    // Point by point what the file says, beginning where it begins.
    let at = |x: i32, y: i32| crate::geom::pt(x * 1000, y * 1000);
    let was = |x: i32| {
        let r = vec![at(x, 0), at(x + 10, 0), at(x + 10, 10), at(x, 10)];
        crate::model::Row::new(if x == 0 { "A" } else { "B" }, "", vec![], Shape::Polygons(vec![vec![r]])).unwrap()
    };
    assert_eq!(came.rows[0].hash(), Segment::pack(Kind::Cells, vec![was(0), was(10)]).hash());
}

#[test]
fn an_outline_and_the_cells_of_before_stay() {
    let outline = features(4549, &[("O", square(0.0, 0.0, 200.0, 100.0))]);
    let s =
        bring(session_of(project("EPSG:4549")), &outline, &ReadOptions::default(), &Brings::Outline).unwrap().session;
    let first = features(4549, &[("A", square(0.0, 0.0, 80.0, 100.0))]);
    let s = bring(s, &first, &ReadOptions::default(), &CELLS).unwrap().session;
    let more = features(
        4549,
        &[
            ("B", square(75.0, -3.0, 60.0, 60.0)),
            ("C", square(500.0, 0.0, 10.0, 10.0)),
            ("D", square(140.0, 0.5, 60.0, 99.5)),
        ],
    );
    let came = bring(s, &more, &ReadOptions::default(), &CELLS).unwrap();
    let areas = came.areas();
    // B loses what is A's and what lies beyond; the half metre between D and the outline is part of a larger gap.
    assert_eq!((areas["A"], areas["B"], areas["D"]), (8_000.0, 55.0 * 57.0, 60.0 * 99.5));
    assert_eq!((came.kinds()["beyond"], came.kinds()["covered"]), (2, 1));
    assert_eq!((came.incoming.prepared.refused, came.incoming.rows), (1, 2));
    let again = features(4549, &[("A2", square(0.0, 0.0, 80.0, 100.0))]);
    let none = bring(came.session, &again, &ReadOptions::default(), &CELLS).unwrap();
    assert_eq!((none.incoming.rows, none.incoming.prepared.refused), (0, 1));
    assert_eq!(none.session.project().state, none.before);
}

#[test]
fn a_file_of_which_nothing_has_a_place_says_why_feature_by_feature() {
    let text = br#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[10,110],[11,110],[11,111],[10,110]]]}},
        {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[10,11],[11,11]]]}}]}"#;
    let came = bring(session_of(project("auto")), text, &ReadOptions::default(), &CELLS).unwrap();
    let p = &came.incoming.prepared;
    assert_eq!((p.read, p.refused, came.incoming.rows, came.incoming.edit.is_none()), (2, 2, 0, true));
    let kinds: Vec<_> = p.findings.iter().map(|f| (f.kind, f.feature)).collect();
    assert!(kinds.contains(&("too_few_points", Some(2))) && kinds.contains(&("out_of_domain", Some(1))), "{kinds:?}");
    assert_eq!(came.session.project().state, came.before);
}

// What follows reads data beside the checkout.

fn shared(path: &str) -> Option<PathBuf> {
    let base = std::env::var_os("GETU_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")), PathBuf::from);
    let full = base.join("data").join(path);
    if !full.exists() {
        println!("skipped: {path} is not there");
    }
    full.exists().then_some(full)
}

/// A file of another format as GeoJSON in longitude and latitude to 10⁻⁹ degrees, by GDAL's `ogr2ogr`; `None` (said by name) without it.
fn converted(path: &Path, from: Option<&str>) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.geojson");
    let zip = path.extension().is_some_and(|e| e == "zip");
    let input = if zip { format!("/vsizip/{}", path.display()) } else { path.display().to_string() };
    let mut command = std::process::Command::new("ogr2ogr");
    command.args(["-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=9", "-t_srs", "EPSG:4326"]);
    if let Some(crs) = from {
        command.args(["-s_srs", crs]);
    }
    let ran = command.arg(&out).arg(&input).output();
    if !ran.as_ref().is_ok_and(|r| r.status.success()) {
        println!("skipped: {} (ogr2ogr: {ran:?})", path.display());
        return None;
    }
    Some(std::fs::read(out).unwrap())
}

/// WKT polygons as GeoJSON coordinates; `None` for anything else.
fn wkt(text: &str) -> Option<Value> {
    let text = text.trim();
    let (kind, rest) = match text.get(..12) {
        Some(t) if t.eq_ignore_ascii_case("MULTIPOLYGON") => ("MultiPolygon", &text[12..]),
        _ if text.get(..7).is_some_and(|t| t.eq_ignore_ascii_case("POLYGON")) => ("Polygon", &text[7..]),
        _ => return None,
    };
    let mut json = String::new();
    for part in rest.split_inclusive(['(', ')', ',']) {
        let (numbers, end) = part.split_at(part.len() - part.ends_with(['(', ')', ',']) as usize);
        let numbers: Vec<&str> = numbers.split_whitespace().collect();
        if numbers.len() >= 2 {
            json += &format!("[{}, {}]", numbers[0], numbers[1]);
        }
        json.push_str(match end {
            "(" => "[",
            ")" => "]",
            other => other,
        });
    }
    Some(json!({"type": kind, "coordinates": serde_json::from_str::<Value>(&json).ok()?}))
}

/// Imports, and holds the areas of what was read against those of what came in; a line of figures.
fn measured(name: &str, bytes: &[u8], crs: &str) {
    let options = ReadOptions { crs: Some(CrsDef::parse(crs).unwrap()), ..ReadOptions::default() };
    // What the file claims, on the grid, before anything is mended.
    let source = read_bytes(bytes, None, &options, &mut |_| true).unwrap();
    let started = Instant::now();
    let whole = bring(session_of(project("auto")), bytes, &options, &CELLS).unwrap();
    let seconds = started.elapsed().as_secs_f64();
    let head = &whole.session.project().facts.head;
    let (crs, rules) = (CrsDef::parse(&head.crs).unwrap(), crate::model::Rules::default());
    let options = crate::exchange::PrepareOptions {
        crs: &crs,
        origin: head.origin.unwrap(),
        rules: &rules,
        map: &[],
        offset_minutes: 480,
        taken: &|_| false,
        next_code: 1,
        courtyard_named: &|_| None,
        courtyard_at: &|_| None,
    };
    let target = crate::exchange::As::Rows(Kind::Cells);
    let raw = crate::exchange::prepare(target, &source, &options, &mut |_| true).unwrap();
    let claims: Vec<Polygons> = raw.rows.iter().map(polygons).collect();
    let area = |p: &Polygons| p.iter().flatten().map(|r| ring_area2(r)).sum::<i128>();
    let length = |p: &Polygons| -> f64 {
        let closed = |r: &Vec<crate::geom::Pt>| crate::geom::chain_length(r) + r[0].dist(r[r.len() - 1]);
        p.iter().flatten().map(closed).sum()
    };
    let ground = crate::topology::repair::Standing { grounds: None, fixed: &[] };
    let r = repair(ground, &claims, Limits::default(), &mut |_| true).unwrap();
    let (s, read2) = (r.sums, claims.iter().map(area).sum::<i128>());
    assert_eq!(s.claimed2, s.given2 + s.overlaps2 + s.void2 - s.filled2);
    assert_eq!(s.given2, s.union2 + s.filled2, "the union and the gaps filled, nothing else");
    assert_eq!(r.polygons.iter().map(area).sum::<i128>(), s.given2);
    let mut worst = 0.0f64;
    let crossed = raw.origins.iter().map(|o| o.crossed);
    for ((c, claimed2), crossed) in claims.iter().zip(&r.claimed2).zip(crossed) {
        let off = (area(c) - claimed2).abs() as f64 / 2.0;
        // What crosses itself has no area by its rings alone.
        if !crossed {
            worst = worst.max(off / length(c));
            assert!(off <= length(c), "{name}: {off} mm² of {} mm", length(c));
        }
    }
    let came: f64 = whole.areas().values().sum();
    // What fits as it is comes in unnoded, which is nearer to the file still.
    assert!((came - s.given2 as f64 / 2e6).abs() < 1e-6 * came, "{came}");
    println!(
        "{name}: read {} in {} refused {} repaired {} | {seconds:.2} s | read {:.3} claimed {:.3} = given {:.3} + overlaps {:.3} − filled {:.3} m²; \
         shift {:.6} m², at most {worst:.4} mm × length; cells {came:.3} m² | {:?}",
        whole.incoming.prepared.read,
        whole.incoming.rows,
        whole.incoming.prepared.refused,
        whole.incoming.prepared.repaired,
        read2 as f64 / 2e6,
        s.claimed2 as f64 / 2e6,
        s.given2 as f64 / 2e6,
        s.overlaps2 as f64 / 2e6,
        s.filled2 as f64 / 2e6,
        (s.claimed2 - read2) as f64 / 2e6,
        whole.kinds()
    );
}

#[test]
#[ignore = "reads ../shared, needs ogr2ogr; a minute"]
fn partitions_of_the_world_come_in() {
    let files = [
        ("partitions/denver_blocks.zip", None),
        ("partitions/iowa_counties_pop.zip", None),
        ("partitions/chicago77/Chicago77.shp", Some("EPSG:3435")),
        ("partitions/nyc_census_tracts_2010_pop.geojson", None),
        ("partitions/denver_precincts2018_orig.zip", None),
        ("partitions/denver_precincts2018_repaired.zip", None),
    ];
    for (name, from) in files {
        if let Some(bytes) = shared(name).and_then(|p| converted(&p, from)) {
            measured(name, &bytes, "EPSG:4326");
        }
    }
    let wkts = [
        ("nl_zones", 4326),
        ("nl_plots", 4326),
        ("norway_main", 4326),
        ("louisiana", 4326),
        ("east_baton_rouge", 4326),
        ("voronoi/uk_cities", 4326),
        ("voronoi/islington", 4326),
    ];
    for (name, crs) in wkts {
        let Some(path) = shared(&format!("dirty/georust_wkt/{name}.wkt")) else { continue };
        let text = std::fs::read_to_string(path).unwrap();
        let Some(g) = wkt(&text) else {
            println!("{name}: no polygons ({})", text.chars().take(20).collect::<String>());
            continue;
        };
        // A part is a zone.
        let parts: Vec<Value> = match (g["type"].as_str(), g["coordinates"].as_array()) {
            (Some("MultiPolygon"), Some(parts)) => parts.clone(),
            _ => vec![g["coordinates"].clone()],
        };
        let codes: Vec<String> = (1..=parts.len()).map(|i| format!("Z{i}")).collect();
        let rows: Vec<(&str, Value)> =
            codes.iter().zip(parts).map(|(c, p)| (c.as_str(), json!({"type": "Polygon", "coordinates": p}))).collect();
        measured(name, &features(crs, &rows), &format!("EPSG:{crs}"));
    }
}

/// Imports a file that may be anything; in with its repairs, or refused in words; nothing in between.
fn tried(name: &str, bytes: &[u8], counts: &mut BTreeMap<&'static str, usize>) {
    let came = bring(session_of(project("auto")), bytes, &ReadOptions::default(), &CELLS);
    let word = match &came {
        Err(e) => {
            assert!(!e.said().zh.is_empty() && !e.to_string().is_empty());
            println!("{name}: refused: {e}");
            "refused"
        }
        Ok(c) => {
            let p = &c.incoming.prepared;
            let state = c.session.project().state;
            assert_eq!(state != c.before, c.incoming.rows > 0, "{name}");
            assert_eq!(c.areas().len(), c.incoming.rows, "{name}");
            assert!(p.read as usize <= c.incoming.rows + p.refused as usize || p.read == 0, "{name}: {p:?}");
            let told: Vec<String> = p
                .findings
                .iter()
                .map(|f| format!("{} {:?} {:?}: {}", f.kind, f.action, f.feature, f.message_en))
                .collect();
            println!(
                "{name}: {} in, {} refused, {} repaired; {}",
                c.incoming.rows,
                p.refused,
                p.repaired,
                told.join(" | ")
            );
            let said = p.findings.iter().any(|f| f.severity == Severity::Error);
            assert!(p.refused == 0 || said, "{name}: refused without a word");
            if c.incoming.rows == 0 {
                "no row"
            } else if p.repaired > 0 {
                "in, repaired"
            } else {
                "in"
            }
        }
    };
    *counts.entry(word).or_default() += 1;
}

/// Coordinates of no place moved to where the CRS is at home.
fn shift(v: &mut Value) {
    match v.as_array_mut() {
        Some(pair) if pair.len() >= 2 && pair.iter().all(Value::is_number) => {
            let at = |i: usize, by: f64| json!(pair[i].as_f64().map(|x| x + by));
            *v = json!([at(0, 520_000.0), at(1, 3_450_000.0)]);
        }
        Some(list) => list.iter_mut().for_each(shift),
        None => {}
    }
}

fn files_under(folder: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for e in entries {
        if e.is_dir() { files_under(&e, out) } else { out.push(e) }
    }
}

#[test]
#[ignore = "reads ../shared"]
fn dirty_polygons_come_in_or_are_refused_in_words() {
    for set in ["geojsonhint", "geojson-invalid-geometry", "earcut_rings", "jts_xml", "georust_wkt"] {
        let Some(folder) = shared(&format!("dirty/{set}")) else { continue };
        let (mut files, mut counts) = (Vec::new(), BTreeMap::new());
        files_under(&folder, &mut files);
        let started = Instant::now();
        for path in &files {
            let name = path.strip_prefix(&folder).unwrap().display().to_string();
            let bytes = std::fs::read(path).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            match set {
                "earcut_rings" => {
                    let Ok(mut rings) = serde_json::from_str::<Value>(&text) else { continue };
                    shift(&mut rings);
                    let g = json!({"type": "Polygon", "coordinates": rings});
                    tried(&format!("{set}/{name}"), &features(4549, &[("A", g)]), &mut counts);
                }
                "jts_xml" => {
                    if !name.contains("Valid") && !name.contains("OverlayAA") && !name.contains("validate/") {
                        continue;
                    }
                    let texts = text.split('>').filter_map(|t| wkt(t.split('<').next()?));
                    for (i, mut g) in texts.enumerate() {
                        shift(&mut g["coordinates"]);
                        tried(&format!("{set}/{name} {}", i + 1), &features(4549, &[("A", g)]), &mut counts);
                    }
                }
                "georust_wkt" => {
                    // A closed line is taken as the ring of a polygon.
                    let ring = text.trim().strip_prefix("LINESTRING").map(|r| format!("POLYGON({r})"));
                    if let Some(g) = wkt(ring.as_deref().unwrap_or(&text)) {
                        // Those in metres of other countries are read as if they lay here.
                        let metres = name.contains("28992") || name.contains("issue-894") || text.contains("e5");
                        let crs = if metres { 4549 } else { 4326 };
                        tried(&format!("{set}/{name}"), &features(crs, &[("A", g)]), &mut counts);
                    }
                }
                _ => tried(&format!("{set}/{name}"), &bytes, &mut counts),
            }
        }
        println!("{set}: {counts:?} in {:?}", started.elapsed());
    }
}
