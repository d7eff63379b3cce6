//! Tests on real files: what is saved is what is opened, whatever is in the way is refused and harms nothing.

mod damage;
mod files;
mod gdal;
mod journal;
mod patches;
mod refusals;
mod walk;
mod written;

use super::*;
use crate::geom::{Origin, pt};
use crate::model::{Field, GridLayer, Id, Kind, Lang, Row, Said, Segment, SegmentHash, Shape, Value};
use crate::plan::{Edit, Head, History, Project, Segments};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Segments in memory.
#[derive(Default)]
pub struct Bag(pub BTreeMap<SegmentHash, Arc<Segment>>);

impl Segments for Bag {
    fn segment(&self, hash: SegmentHash) -> Option<Arc<Segment>> {
        self.0.get(&hash).cloned()
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): enough for tests.
pub struct Rng(pub u64);

impl Rng {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n.max(1)
    }
}

/// A project on its way, as `session` will have it.
pub struct Desk {
    pub history: History,
    pub bag: Bag,
    pub time: i64,
}

const E0: f64 = 500_000.0;
const N0: f64 = 3_450_000.0;

/// A place in JSON from metres east and north of the origin.
fn at(x: f64, y: f64) -> Json {
    json!([E0 + x, N0 + y])
}

fn rect(x: f64, y: f64, w: f64, h: f64) -> Json {
    json!([at(x, y), at(x + w, y), at(x + w, y + h), at(x, y + h)])
}

impl Desk {
    /// An empty project in CGCS2000, 120° E.
    pub fn new() -> Desk {
        let head = Head {
            name: "柳塘社区".into(),
            crs: "EPSG:4549".into(),
            origin: Some(Origin { e_m: E0 as i64, n_m: N0 as i64 }),
        };
        let layer = GridLayer::new("grid", "治理网格", vec!["社区".into(), "网格".into()]).unwrap();
        let project = Project::new(head, vec![layer], Id(7));
        Desk { history: History::new(project, 0xABCDE), bag: Bag::default(), time: 1_780_000_000 }
    }

    /// Commits an edit; `false` if it was refused.
    pub fn edit(&mut self, edit: Json) -> bool {
        let text = edit.to_string();
        let edit: Edit = serde_json::from_value(edit).unwrap_or_else(|e| panic!("{text}: {e}"));
        if self.history.stage(edit, &self.bag).is_err() {
            return false;
        }
        self.time += 60;
        let said = Said::new(format!("第 {} 步", self.time), format!("step {text}"));
        let place = crate::geom::Box2::of_two(pt(-5, 6), pt(70, 800));
        self.history.commit(said, self.time, "王敏", (self.time % 120 == 40).then_some(place)).is_some()
    }

    /// Commits an edit that must succeed.
    pub fn must(&mut self, edit: Json) {
        assert!(self.edit(edit.clone()), "{edit}: {:?}", {
            let e: Edit = serde_json::from_value(edit.clone()).unwrap();
            self.history.stage(e, &self.bag).err()
        });
    }

    /// Puts rows into a segment and imports it.
    pub fn import(&mut self, kind: Kind, rows: Vec<Row>) {
        let s = Segment::pack(kind, rows);
        self.bag.0.insert(s.hash(), s.clone());
        self.must(
            json!({"op": "import", "kind": kind.name(), "segments": [s.hash().to_string()], "source": "a.geojson"}),
        );
    }

    /// Two communities, six cells, buildings and all other kinds of rows, members and posts, a pin, two plans.
    pub fn town() -> Desk {
        let mut d = Desk::new();
        d.must(json!({"op": "outline", "rings": [rect(0.0, 0.0, 600.0, 400.0)]}));
        for (i, code) in ["C1", "C2"].iter().enumerate() {
            let ring = rect(300.0 * i as f64, 0.0, 300.0, 400.0);
            d.must(json!({"op": "unit", "code": code, "name": "社区", "level": "社区", "rings": [ring]}));
        }
        for i in 0..6 {
            let (x, y) = (f64::from(i % 3) * 200.0, f64::from(i / 3) * 200.0);
            // The middle cells lie in both communities: they take the ground of one.
            let parent = if x < 300.0 { "C1" } else { "C2" };
            d.must(json!({"op": "draw", "code": format!("00{i}"), "name": format!("网格{i}"), "parent": parent,
                "rings": [rect(x, y, 200.0, 150.0)]}));
        }
        d.import(Kind::Buildings, buildings(0, 120));
        d.import(Kind::Courtyards, vec![area("Y000001", 10_000, 10_000, 80_000, vec![(Field::Kind, text("小区"))])]);
        let line = Shape::Lines(vec![vec![pt(0, 150_000), pt(300_000, 151_000), pt(600_000, 150_000)]]);
        d.import(Kind::Roads, vec![Row::new("R000001", "南泉路", vec![(Field::Kind, text("primary"))], line).unwrap()]);
        let water =
            vec![area("W000001", 0, 350_000, 20_000, vec![]), Row::new("W000002", "", vec![], river()).unwrap()];
        d.import(Kind::Water, water);
        let spot = |c: &str, s: Shape| {
            let fields = vec![(Field::Class, text("消防")), (Field::Time, Value::Int(1_781_754_061))];
            Row::new(c, "", fields, s).unwrap()
        };
        d.import(Kind::Incidents, vec![spot("I1", Shape::Point(pt(1234, 5678))), spot("I2", Shape::None)]);
        d.must(json!({"op": "member", "code": "M1", "name": "李娜", "phone": "021-0000"}));
        d.must(json!({"op": "member", "code": "M2", "name": "O'Neil \"x\""}));
        d.must(
            json!({"op": "post", "code": "P1", "member": "M1", "post": "网格长", "cell": "001", "from": "2026-06-18"}),
        );
        d.must(json!({"op": "post", "code": "P2", "member": "M2", "post": "楼栋长", "building": "B000003"}));
        d.must(json!({"op": "pin", "building": "B000005", "cell": "002"}));
        d.must(json!({"op": "whole", "courtyard": "Y000001", "value": true}));
        d.must(json!({"op": "set", "building": "B000007", "households": 42, "name": "七号楼"}));
        d.must(json!({"op": "plan", "copy": {"old": "方案A", "new": "方案B"}}));
        d
    }

    /// Up to `n` random edits, undos and redos, some refused.
    pub fn wander(&mut self, rng: &mut Rng, n: u32) {
        for i in 0..n {
            let plans: Vec<String> = self.history.stable().plans.iter().map(|p| p.meta.name.clone()).collect();
            let plan = plans[rng.below(plans.len() as u64) as usize].clone();
            let tag = self.history.next_id().sequence;
            let cell = {
                let p = self.history.stable().plan_named(&plan).unwrap();
                let cells: Vec<_> = p.layers[0].units.values().filter(|u| u.level == 1).collect();
                match cells.len() {
                    0 => "none".to_owned(),
                    n => cells[rng.below(n as u64) as usize].code.clone(),
                }
            };
            let (x, y) = (rng.below(600) as f64, rng.below(400) as f64);
            let building = format!("B{:06}", rng.below(120));
            let edit = match rng.below(19) {
                0 | 1 => {
                    json!({"op": "split", "cell": cell, "code": format!("s{tag}"), "line": [at(x, -10.0), at(x + 7.0, 410.0)]})
                }
                2 => json!({"op": "merge", "cells": [cell, "001"], "keep": "001"}),
                3 => json!({"op": "move", "at": at(200.0, 150.0), "to": at(195.0 + x / 60.0, 145.0 + y / 40.0)}),
                4 => json!({"op": "draw", "code": format!("d{tag}"), "rings": [rect(x, y, 60.0, 50.0)], "take": "all"}),
                5 => json!({"op": "set", "cell": cell, "code": format!("n{tag}")}),
                6 => json!({"op": "set", "building": building, "residents": rng.below(99)}),
                7 => json!({"op": "pin", "building": building, "cell": cell}),
                8 => json!({"op": "plan", "copy": {"old": plan, "new": format!("草案{tag}")}}),
                9 => json!({"op": "plan", "delete": {"name": plan}}),
                10 => json!({"op": "plan", "rename": {"old": plan, "new": format!("改{tag}")}}),
                11 => json!({"op": "layer", "id": format!("l{tag}"), "name": "环卫", "levels": ["片"]}),
                12 => json!({"op": "set", "rules": {"households_max": 400 + tag}}),
                13 => json!({"op": "remove", "member": "M2"}),
                14 => json!({"op": "lock", "cell": cell, "value": rng.below(3) > 0}),
                15 => {
                    let p = self.history.stable().plan_named(&plan).unwrap();
                    let borders: Vec<_> = p.layers[0].partition.edges().map(|(_, e)| e.points.clone()).collect();
                    let b = &borders[rng.below(borders.len() as u64) as usize];
                    let m = |p: crate::geom::Pt| at(f64::from(p.x) / 1000.0, f64::from(p.y) / 1000.0);
                    json!({"op": "lock", "on": [m(b[0]), m(b[1])], "value": rng.below(3) > 0})
                }
                _ if rng.below(2) == 0 => {
                    self.history.undo();
                    continue;
                }
                _ if rng.below(3) == 0 => {
                    let s = Segment::pack(Kind::Buildings, buildings(1000 + tag * 100, 3));
                    self.bag.0.insert(s.hash(), s.clone());
                    json!({"op": "import", "kind": "buildings", "segments": [s.hash().to_string()]})
                }
                _ => {
                    self.history.redo();
                    continue;
                }
            };
            let (mut edit, named) = (edit, ["plan", "layer", "import"]);
            if !named.contains(&edit["op"].as_str().unwrap()) && edit["op"] != "remove" {
                edit["plan"] = json!(plan);
                edit["layer"] = json!("grid");
            }
            self.edit(edit);
            let _ = i;
        }
    }

    /// What is given to [`save`].
    pub fn input(&self) -> SaveInput<'_> {
        SaveInput {
            history: &self.history,
            last_plan: "方案B",
            tallies: &[],
            segments: &self.bag,
            author: "王敏",
            time: self.time,
            data: None,
            pictures_from: None,
            replace: false,
            token: None,
        }
    }
}

fn text(t: &str) -> Value {
    Value::Text(t.into())
}

fn area(code: &str, x: i32, y: i32, w: i32, fields: Vec<(Field, Value)>) -> Row {
    let ring = vec![pt(x, y), pt(x + w, y), pt(x + w, y + w), pt(x, y + w)];
    Row::new(code, "", fields, Shape::Polygons(vec![vec![ring]])).unwrap()
}

fn river() -> Shape {
    Shape::Lines(vec![vec![pt(0, 360_000), pt(90_000, 361_001)], vec![pt(100_000, 360_000), pt(190_000, 361_001)]])
}

fn buildings(from: u32, n: u32) -> Vec<Row> {
    (from..from + n)
        .map(|i| {
            let (x, y) = ((i % 25) as i32 * 23_000 + 3001, (i / 25 % 15) as i32 * 25_000 + 2003);
            let fields = vec![
                (Field::Use, text(["residential", "office"][i as usize % 2])),
                (Field::Households, Value::Count(i % 40)),
                (Field::Height, Value::Float(f64::from(i % 3000) / 3.0)),
                (Field::HouseholdsEstimated, Value::Count(i % 2)),
            ];
            area(&format!("B{i:06}"), x, y, 12_345, fields)
        })
        .collect()
}

/// Everything a project holds, and in which order.
fn content(p: &Project) -> (u128, super::truth::Rows) {
    assert_eq!(p.state, p.recount_state());
    (p.state, super::truth::rows_of(p))
}

/// A log as it can be compared.
fn log_of(h: &History) -> Vec<(String, bool, Option<Vec<u8>>)> {
    h.log()
        .map(|(s, undone)| {
            let words =
                (s.id, &s.sentence, s.time, &s.author, &s.plan, s.place, serde_json::to_string(&s.edit).unwrap());
            (format!("{words:?}"), undone, s.patch.as_deref().map(patch_bytes))
        })
        .collect()
}

fn file() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("柳塘 社区.gpkg");
    (dir, path)
}

/// Names in a folder, sorted.
fn names(dir: &Path) -> Vec<String> {
    let mut v: Vec<String> =
        std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    v.sort();
    v
}

#[cfg(feature = "gui")]
/// Lets two rows of a table change their geometry, as another program might.
pub(crate) fn swap_geometry(path: &Path, table: &str, codes: [&str; 2]) {
    let c = rusqlite::Connection::open(path).unwrap();
    // The triggers of the R-tree call functions that only programs for GeoPackage have.
    let triggers: Vec<String> = c
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 AND name LIKE 'rtree%'")
        .unwrap()
        .query_map([table], |r| r.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for t in triggers {
        c.execute_batch(&format!("DROP TRIGGER \"{t}\"")).unwrap();
    }
    let geom = |code: &str| -> Vec<u8> {
        c.query_row(&format!("SELECT geom FROM {table} WHERE code = ?1"), [code], |r| r.get(0)).unwrap()
    };
    let [a, b] = codes.map(geom);
    for (code, geom) in [(codes[0], b), (codes[1], a)] {
        c.execute(&format!("UPDATE {table} SET geom = ?1 WHERE code = ?2"), rusqlite::params![geom, code]).unwrap();
    }
}
