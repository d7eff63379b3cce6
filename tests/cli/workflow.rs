//! Whole ways through the program.

use super::{Place, collection, shared, square};
use serde_json::{Value, json};
use std::path::Path;

type Point = [f64; 2];

/// The larger roads as exported in the project's CRS, the longest line first.
fn roads(place: &Place, file: &str) -> Vec<Vec<Point>> {
    let crs = place.ask(&["info", file])["crs"].as_str().unwrap().to_owned();
    place.ask(&["export", file, "roads.geojson", "--what", "roads", "--crs", &crs]);
    let all: Value = serde_json::from_str(&std::fs::read_to_string(place.path("roads.geojson")).unwrap()).unwrap();
    let mut lines: Vec<Vec<Point>> = all["features"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["geometry"]["type"] == "LineString")
        .filter(|f| ["primary", "secondary", "tertiary"].map(Value::from).contains(&f["properties"]["kind"]))
        .map(|f| serde_json::from_value(f["geometry"]["coordinates"].clone()).unwrap())
        .collect();
    lines.sort_by(|a, b| length(b).total_cmp(&length(a)));
    lines
}

fn length(line: &[Point]) -> f64 {
    line.windows(2).map(|w| (w[1][0] - w[0][0]).hypot(w[1][1] - w[0][1])).sum()
}

/// Ten cells in a row along a road, each between the road and a line beside it: drawn one after the other, so that each
/// meets the border of the one before.
fn cells_along(road: &[Point]) -> Vec<Vec<Point>> {
    let whole = length(road);
    // The road cut into ten at equal lengths, old vertices kept.
    let mut parts: Vec<Vec<Point>> = vec![vec![road[0]]];
    let (mut gone, mut next) = (0.0, whole / 10.0);
    for w in road.windows(2) {
        let (a, b) = (w[0], w[1]);
        let len = (b[0] - a[0]).hypot(b[1] - a[1]);
        while gone + len > next + 1e-6 && parts.len() < 10 {
            let t = (next - gone) / len;
            let cut = [0, 1].map(|i| ((a[i] + t * (b[i] - a[i])) * 1000.0).round() / 1000.0);
            parts.last_mut().unwrap().push(cut);
            parts.push(vec![cut]);
            next += whole / 10.0;
        }
        parts.last_mut().unwrap().push(b);
        gone += len;
    }
    let (first, last) = (road[0], road[road.len() - 1]);
    let (dx, dy) = (last[0] - first[0], last[1] - first[1]);
    let side = [-dy, dx].map(|v| v / dx.hypot(dy) * 180.0);
    let beside = |p: Point| [0, 1].map(|i| ((p[i] + side[i]) * 1000.0).round() / 1000.0);
    parts
        .into_iter()
        .map(|mut p| {
            let (a, b) = (p[0], p[p.len() - 1]);
            p.extend([beside(b), beside(a)]);
            p
        })
        .collect()
}

/// One planner's day on real data; gives the state at the end.
fn day(place: &Place, data: &Path, file: &str) -> String {
    let source = |kind: &str| data.join(format!("shanghai_lujiazui_{kind}.geojson")).display().to_string();
    place.write(
        "outline.geojson",
        &json!({"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[
            [121.478, 31.223], [121.523, 31.223], [121.523, 31.25], [121.478, 31.25], [121.478, 31.223]
        ]]}})
        .to_string(),
    );
    place.ask(&["new", file, "--name", "陆家嘴", "--outline", "outline.geojson"]);
    let buildings = place.ask(&["import", file, &source("buildings"), "--as", "buildings"]);
    assert_eq!((&buildings["read"], &buildings["imported"]), (&json!(1450), &json!(1450)));
    for kind in ["roads", "water", "landuse"] {
        place.ask(&["import", file, &source(kind), "--as", kind]);
    }
    let info = place.ask(&["info", file]);
    // The data lie on both sides of the edge between two zones: a meridian of their own.
    assert!(info["crs"].as_str().unwrap().contains("+proj=tmerc"), "{info}");
    let lines = roads(place, file);
    let road = lines.iter().find(|l| l.len() > 4 && cells_along(l).len() == 10).unwrap();
    let mut edits = String::new();
    for (i, ring) in cells_along(road).iter().enumerate() {
        let name = format!("沿路{}", i + 1);
        edits += &json!({"op": "draw", "name": name, "rings": [ring], "take": "free"}).to_string();
        edits += "\n";
    }
    place.write("draw.jsonl", &edits);
    let ran = place.run(&["edit", file, "draw.jsonl"]);
    assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
    let answers = ran.lines();
    assert_eq!((answers.len(), &answers[10]["applied"]), (11, &json!(10)));
    let codes: Vec<&str> = answers[..10].iter().map(|a| a["created"][0]["code"].as_str().unwrap()).collect();
    assert_eq!((codes[0], codes[9]), ("001", "010"));
    let flowed: usize = answers[..10].iter().map(|a| a["flow"].as_array().unwrap().len()).sum();
    let flow = &answers[..10].iter().flat_map(|a| a["flow"].as_array().unwrap()).next().unwrap();
    assert!(flowed > 3 && flow["from"].is_null() && flow["to"].is_string(), "{flow}");
    let posts = [
        json!({"op": "member", "code": "M1", "name": "张某", "phone": "021-58880216"}),
        json!({"op": "member", "code": "M2", "name": "李某"}),
        json!({"op": "post", "member": "M1", "post": "网格长", "cell": "001", "from": "2026-06-18"}),
        json!({"op": "post", "member": "M2", "post": "网格员", "cell": "001"}),
    ];
    let text: Vec<String> = posts.iter().map(Value::to_string).collect();
    let ran = place.run_with(&["edit", file, "-"], &text.join("\n"));
    assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
    let state = ran.lines()[4]["state"].as_str().unwrap().to_owned();
    // Found again after reopening, and after a step back and forth.
    let info = place.ask(&["info", file]);
    assert_eq!(info["state"], state);
    assert_eq!((&info["counts"]["cells"], &info["counts"]["members"]), (&json!(10), &json!(2)));
    let undone = place.ask(&["undo", file]);
    assert_ne!(undone["state"], state);
    assert_eq!(place.ask(&["redo", file])["state"], state);
    let stats = place.ask(&["stats", file]);
    let sum: u64 = stats["cells"].as_array().unwrap().iter().map(|c| c["buildings"].as_u64().unwrap()).sum();
    assert_eq!(sum, flowed as u64);
    assert_eq!(sum + stats["totals"]["unassigned"]["buildings"].as_u64().unwrap(), 1450);
    assert_eq!(stats["cells"][0]["members"], 2);
    let picture = place.ask(&["render", file, "map.png", "--size", "800x500"]);
    assert_eq!(picture["size"], json!([800, 500]));
    state
}

#[test]
fn a_day_on_real_data_ends_in_the_same_state_twice() {
    let Some(data) = shared("data/china") else { return };
    let place = Place::new();
    assert_eq!(day(&place, &data, "a.gpkg"), day(&place, &data, "b.gpkg"));
}

/// Two homes and a shop on a sheet of 300 × 100 m.
fn small(place: &Place, file: &str) {
    place.write("outline.geojson", &collection(&[(json!({}), square(0.0, 0.0, 300.0, 100.0))]));
    place.write(
        "buildings.geojson",
        &collection(&[
            (json!({"name": "1 号楼", "households": 310, "residents": 800}), square(20.0, 40.0, 12.0, 12.0)),
            (json!({"name": "2 号楼", "households": 30}), square(120.0, 40.0, 12.0, 12.0)),
            (json!({"name": "商店", "use": "shop"}), square(220.0, 40.0, 12.0, 12.0)),
            (json!({"name": "外", "building": "apartments"}), square(400.0, 40.0, 30.0, 12.0)),
        ]),
    );
    let made = place.ask(&["new", file, "--name", "小区", "--outline", "outline.geojson"]);
    assert_eq!(made["crs"], "EPSG:4549");
    let imported = place.ask(&["import", file, "buildings.geojson", "--as", "buildings"]);
    assert_eq!(imported["imported"], 4);
}

fn ring(x0: f64, x1: f64) -> Value {
    let (a, b, s, n) = (super::X + x0, super::X + x1, super::Y, super::Y + 100.0);
    json!([[a, s], [b, s], [b, n], [a, n]])
}

#[test]
fn slivers_are_told_attached_or_refused() {
    let place = Place::new();
    small(&place, "p.gpkg");
    let box_of = |x0: f64, x1: f64| {
        let (a, b, s, n) = (super::X + x0, super::X + x1, super::Y + 10.0, super::Y + 90.0);
        json!([[a, s], [b, s], [b, n], [a, n]])
    };
    let edits = [
        json!({"op": "draw", "code": "A", "rings": [ring(0.0, 50.0)]}),
        json!({"op": "draw", "code": "B", "rings": [box_of(50.4, 80.0)], "slivers": "refuse"}),
        json!({"op": "draw", "code": "B", "rings": [box_of(50.4, 80.0)], "slivers": "attach"}),
        json!({"op": "draw", "code": "C", "rings": [box_of(80.6, 99.0)]}),
        json!({"op": "draw", "code": "D", "rings": [box_of(120.0, 150.0)], "slivers": "refuse"}),
        json!({"op": "split", "cell": "D", "line": [[super::X + 149.5, super::Y], [super::X + 149.5, super::Y + 100.0]], "slivers": "attach"}),
        json!({"op": "set", "cell": "A", "name": "东", "slivers": "maybe"}),
    ];
    place.write("e.jsonl", &edits.map(|e| e.to_string()).join("\n"));
    let ran = place.run(&["edit", "p.gpkg", "e.jsonl", "--lang", "en"]);
    let a = ran.lines();
    let kinds: Vec<&str> = a[..7].iter().map(|l| l["error"]["kind"].as_str().unwrap_or("-")).collect();
    assert_eq!(kinds, ["-", "slivers", "-", "-", "-", "not_divided", "parse"], "{}", ran.out);
    let of = |i: usize| a[i]["slivers"].as_array().unwrap();
    assert_eq!([0, 1, 2, 3, 4, 5, 6].map(|i| of(i).len()), [0, 1, 0, 1, 0, 1, 0], "{}", ran.out);
    let s = &of(1)[0];
    super::keys(s, &["kind", "at", "width_m", "length_m", "layer", "code"], &[]);
    assert_eq!(
        (&s["kind"], &s["width_m"], &s["layer"], &s["code"]),
        (&json!("neck"), &json!(0.4), &json!("grid"), &Value::Null)
    );
    assert!(s["length_m"].as_f64().is_some_and(|l| (80.0..=82.0).contains(&l)), "{s}");
    assert_eq!(a[1]["error"]["at"], s["at"]);
    assert_eq!((&of(3)[0]["kind"], &of(3)[0]["width_m"]), (&json!("neck"), &json!(0.6)));
    assert_eq!(of(5)[0]["kind"], "face");
    // What was attached reaches to the border; what is kept in the file is the line that was led along it.
    let stats = place.ask(&["stats", "p.gpkg"]);
    let cells = stats["cells"].as_array().unwrap();
    let area = |code: &str| cells.iter().find(|c| c["code"] == code).unwrap()["area_m2"].as_f64().unwrap();
    assert_eq!([area("B"), area("C")], [2400.0, 1472.0]);
    place.ask(&["undo", "p.gpkg", "3"]);
    place.ask(&["redo", "p.gpkg", "3"]);
    assert_eq!(place.ask(&["stats", "p.gpkg"])["cells"], stats["cells"]);
}

#[test]
fn edits_answer_line_by_line_and_the_rest_go_on() {
    let place = Place::new();
    small(&place, "p.gpkg");
    let edits = [
        json!({"op": "draw", "code": "A1", "rings": [ring(0.0, 100.0)]}).to_string(),
        "not an edit".to_owned(),
        String::new(),
        json!({"op": "draw", "code": "A1", "rings": [ring(100.0, 200.0)]}).to_string(),
        json!({"op": "draw", "rings": [ring(100.0, 200.0)], "name": "中"}).to_string(),
        json!({"op": "merge", "cells": ["A1", "nobody"]}).to_string(),
        json!({"op": "delete", "at": [super::X + 50.0, super::Y + 50.0]}).to_string(),
    ];
    place.write("e.jsonl", &edits.join("\n"));
    let ran = place.run(&["edit", "p.gpkg", "e.jsonl", "--lang", "en"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let a = ran.lines();
    assert_eq!(a.len(), 7);
    for line in &a[..6] {
        super::keys(line, &["line", "ok", "step", "plan", "sentence", "created", "flow", "slivers", "error"], &[]);
    }
    let kinds: Vec<&str> = a[..6].iter().map(|l| l["error"]["kind"].as_str().unwrap_or("-")).collect();
    assert_eq!(kinds, ["-", "parse", "duplicate", "-", "not_found", "not_found"]);
    // The number is that of the line in the file, empty ones counted.
    assert_eq!(a.iter().filter_map(|l| l["line"].as_u64()).collect::<Vec<_>>(), [1, 2, 4, 5, 6, 7]);
    assert_eq!(a[0]["flow"], json!([{"building": "B000001", "from": null, "to": "A1"}]));
    assert_eq!(a[0]["created"], json!([{"layer": "grid", "code": "A1"}]));
    assert_eq!(a[0]["plan"], "方案A");
    assert_eq!(a[5]["error"]["at"], json!([super::X + 50.0, super::Y + 50.0]));
    assert!(a[1]["error"]["at"].is_null() && a[1]["error"]["message"].is_string());
    super::keys(&a[6], &["done", "applied", "refused", "saved", "state", "timings_ms", "cpu_ms"], &[]);
    assert_eq!((&a[6]["applied"], &a[6]["refused"], &a[6]["saved"]), (&json!(2), &json!(4), &json!(true)));
    assert_eq!(place.ask(&["info", "p.gpkg"])["state"], a[6]["state"]);
    // What is not UTF-8 is refused, not read with signs in its place: here 北京 in GB18030.
    let mut gbk = b"{\"op\":\"set\",\"cell\":\"A1\",\"name\":\"".to_vec();
    gbk.extend([0xB1, 0xB1, 0xBE, 0xA9]);
    gbk.extend(b"\"}\n");
    std::fs::write(place.path("gbk.jsonl"), gbk).unwrap();
    let ran = place.run(&["edit", "p.gpkg", "gbk.jsonl"]);
    assert_eq!((ran.code, ran.lines()[0]["error"]["kind"].as_str()), (1, Some("parse")));
    assert!(ran.lines()[0]["error"]["message"].as_str().unwrap().contains("UTF-8"), "{}", ran.out);
    assert_eq!(place.ask(&["info", "p.gpkg"])["state"], a[6]["state"]);
    // Nor does a project bear a person's number.
    for name in ["11010519491231002X", "张三 13812345678"] {
        let ran = place.run(&["new", "n.gpkg", "--name", name]);
        assert!(ran.code == 2 && !ran.err.contains(name), "{}", ran.err);
    }
    // With --stop nothing after the first refused edit is done, what was done before is kept.
    place.write(
        "stop.jsonl",
        "{\"op\":\"set\",\"cell\":\"A1\",\"name\":\"东\"}\n{}\n{\"op\":\"set\",\"cell\":\"A1\",\"name\":\"西\"}\n",
    );
    let ran = place.run(&["edit", "p.gpkg", "stop.jsonl", "--stop"]);
    let a = ran.lines();
    assert_eq!((ran.code, a.len(), &a[2]["applied"], &a[2]["refused"]), (1, 3, &json!(1), &json!(1)));
    assert_eq!(place.ask(&["stats", "p.gpkg"])["cells"][1]["name"], "东");
    // Nothing done, nothing saved; the file is the same byte by byte.
    let before = std::fs::read(place.path("p.gpkg")).unwrap();
    let ran = place.run_with(&["edit", "p.gpkg", "-"], "{\"op\":\"merge\",\"cells\":[]}\n");
    assert_eq!((ran.code, &ran.lines()[1]["saved"]), (1, &json!(false)));
    assert_eq!(std::fs::read(place.path("p.gpkg")).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_loses_no_work() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::{Command, Stdio};
    let place = Place::new();
    small(&place, "p.gpkg");
    let run = |args: &[&str], out: Stdio| {
        let mut c = Command::new(env!("CARGO_BIN_EXE_getu"));
        c.args(args).current_dir(place.path("")).env("GETU_DATA_DIR", place.path("data"));
        c.stdin(Stdio::piped()).stdout(out).stderr(Stdio::piped()).spawn().unwrap()
    };
    let draw =
        |code: &str, a: f64| json!({"op": "draw", "code": code, "rings": [ring(a, a + 50.0)]}).to_string() + "\n";
    let cells = || place.ask(&["info", "p.gpkg"])["counts"]["cells"].as_u64().unwrap();
    // `… | head -1`: the reader goes after the first line, the rest is done and saved all the same.
    let mut child = run(&["edit", "p.gpkg", "-"], Stdio::piped());
    let mut to = child.stdin.take().unwrap();
    to.write_all(draw("1", 0.0).as_bytes()).unwrap();
    to.flush().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.contains("\"ok\":true"), "{first}");
    to.write_all((draw("2", 50.0) + &draw("3", 100.0)).as_bytes()).unwrap();
    drop(to);
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap()), (Some(0), String::new()));
    assert_eq!(cells(), 3);
    // A question whose answer nobody reads ends quietly.
    for args in [&["check", "p.gpkg"][..], &["stats", "p.gpkg", "--json"]] {
        let mut child = run(args, Stdio::piped());
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        assert_eq!((ended.status.code(), ended.stderr.len()), (Some(0), 0), "{args:?}");
    }
    // Where the answer cannot be written at all, what is said of the file is true.
    let Ok(full) = std::fs::File::create("/dev/full") else { return println!("skipped: no /dev/full") };
    let mut child = run(&["edit", "p.gpkg", "-"], full.try_clone().unwrap().into());
    child.stdin.take().unwrap().write_all(draw("4", 150.0).as_bytes()).unwrap();
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(ended.status.code() == Some(2) && said.contains("已保存"), "{said}");
    assert_eq!(cells(), 4);
    let ended = run(&["stats", "p.gpkg"], full.into()).wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(ended.status.code() == Some(2) && said.contains("未改动"), "{said}");
}

#[test]
fn a_line_that_names_a_plan_or_layer_speaks_for_itself_alone() {
    let place = Place::new();
    small(&place, "p.gpkg");
    let draw = |code: &str, plan: Option<&str>, a: f64| {
        let mut e = json!({"op": "draw", "code": code, "rings": [ring(a, a + 50.0)]});
        if let Some(p) = plan {
            e["plan"] = json!(p);
        }
        e.to_string()
    };
    place.ask(&["plan", "p.gpkg", "copy", "方案A", "方案B"]);
    let edits = [draw("1", None, 0.0), draw("2", Some("方案A"), 50.0), draw("3", None, 100.0)];
    let ran = place.run_with(&["edit", "p.gpkg", "-", "--plan", "方案B"], &edits.join("\n"));
    let plans: Vec<Value> = ran.lines()[..3].iter().map(|l| l["plan"].clone()).collect();
    assert_eq!(plans, ["方案B", "方案A", "方案B"], "{}", ran.out);
    // The same where the default is the plan last worked on; a wrong name is refused and moves nothing either.
    let edits = [draw("4", Some("方案A"), 150.0), draw("5", Some("无"), 150.0), draw("6", None, 150.0)];
    let a = place.run_with(&["edit", "p.gpkg", "-"], &edits.join("\n")).lines();
    assert_eq!((&a[0]["plan"], &a[1]["ok"], &a[2]["plan"]), (&json!("方案A"), &json!(false), &json!("方案B")));
    // Lines for a plan in force go on in the one draft that the first of them made.
    place.ask(&["plan", "p.gpkg", "adopt", "方案B", "--from", "2026-07-01"]);
    let edits = [draw("7", None, 200.0), draw("8", Some("方案A"), 200.0), draw("9", None, 250.0)];
    let ran = place.run_with(&["edit", "p.gpkg", "-", "--plan", "方案B"], &edits.join("\n"));
    let plans: Vec<Value> = ran.lines()[..3].iter().map(|l| l["plan"].clone()).collect();
    assert_eq!(plans, ["方案C", "方案A", "方案C"], "{} {}", ran.out, ran.err);
}

#[test]
fn the_flow_names_cells_before_and_after() {
    let place = Place::new();
    small(&place, "p.gpkg");
    let draw = |code: &str, a, b| json!({"op": "draw", "code": code, "rings": [ring(a, b)]}).to_string();
    place.run_with(&["edit", "p.gpkg", "-"], &[draw("A", 0.0, 100.0), draw("B", 100.0, 200.0)].join("\n"));
    let edits = [
        json!({"op": "pin", "building": "B000002", "cell": "A"}).to_string(),
        json!({"op": "merge", "cells": ["A", "B"], "keep": "B"}).to_string(),
    ];
    let a = place.run_with(&["edit", "p.gpkg", "-"], &edits.join("\n")).lines();
    assert_eq!(a[0]["flow"], json!([{"building": "B000002", "from": "B", "to": "A"}]));
    let flow = |b: &str| json!({"building": b, "from": "A", "to": "B"});
    assert_eq!(a[1]["flow"], json!([flow("B000001"), flow("B000002")]));
    // Undo takes the steps back, the last first; more than there are is said by the exit code.
    let undone = place.ask(&["undo", "p.gpkg", "2"]);
    super::keys(&undone, &["file", "state", "steps"], &[]);
    super::keys(&undone["steps"][0], &["step", "sentence", "plan"], &[]);
    assert_eq!(undone["steps"].as_array().unwrap().len(), 2);
    let log = place.ask(&["log", "p.gpkg"]);
    super::keys(&log[0], &["step", "time", "author", "plan", "sentence", "edit", "undone"], &[]);
    let undone: Vec<bool> = log.as_array().unwrap().iter().map(|s| s["undone"].as_bool().unwrap()).collect();
    // Outline, buildings, two cells; then the two that were undone.
    assert_eq!(undone, [false, false, false, false, true, true]);
    assert_eq!(log[0]["author"], "张某");
    assert!(log[0]["time"].as_str().unwrap().ends_with("+08:00"), "{}", log[0]);
    assert_eq!(place.run(&["redo", "p.gpkg", "5", "--json"]).code, 1);
    place.refused(&["redo", "p.gpkg"]);
    let utc = place.ask(&["log", "p.gpkg", "--tz", "UTC"]);
    assert!(utc[0]["time"].as_str().unwrap().ends_with("+00:00"));
}

#[test]
fn what_a_project_never_holds_is_refused_by_field_and_never_repeated() {
    let place = Place::new();
    small(&place, "p.gpkg");
    let id = "11010519491231002X";
    let spaced = "110105 19491231 002X";
    let mobile = "139 1234 5611";
    let edits = [
        (json!({"op": "draw", "code": "A1", "name": "中", "rings": [ring(0.0, 100.0)]}), "-"),
        (json!({"op": "draw", "code": "A2", "name": spaced, "rings": [ring(100.0, 200.0)]}), "private"),
        (json!({"op": "draw", "code": id, "rings": [ring(100.0, 200.0)]}), "private"),
        (json!({"op": "set", "cell": "A1", "name": id}), "private"),
        (json!({"op": "set", "building": "B000001", "address": format!("联系 {mobile}")}), "private"),
        (json!({"op": "member", "code": id, "name": "赵某"}), "private"),
        (json!({"op": "member", "code": "M1", "name": "赵某", "phone": spaced}), "private"),
        (json!({"op": "member", "code": "M1", "name": format!("赵某 {mobile}")}), "private"),
        (json!({"op": "member", "code": "M1", "name": "赵某", "phone": mobile}), "-"),
        (json!({"op": "set", "member": "M1", "name": id}), "private"),
        (json!({"op": "post", "member": "M1", "post": id, "cell": "A1"}), "private"),
        // The rules of codes and the limits of numbers.
        (json!({"op": "set", "cell": "A1", "code": "A1 "}), "text"),
        (json!({"op": "set", "cell": "A1", "code": "A\u{200b}1"}), "text"),
        (json!({"op": "draw", "code": "\u{feff}A3", "rings": [ring(100.0, 200.0)]}), "text"),
        (json!({"op": "member", "code": "M\u{202e}2", "name": "钱某"}), "text"),
        (json!({"op": "set", "building": "B000001", "height": -5}), "field"),
        (json!({"op": "set", "building": "B000001", "storeys": 10_000}), "field"),
        (json!({"op": "set", "building": "B000001", "households": 1_000_000_000u64}), "field"),
        (json!({"op": "set", "building": "B000001", "households": 1e18}), "field"),
        (json!({"op": "set", "building": "B000001", "households": 1.5}), "field"),
        (json!({"op": "set", "building": "B000001", "households": 12, "height": 18.5}), "-"),
        (
            json!({"op": "post", "member": "M1", "post": "网格长", "cell": "A1", "from": "2026-02-01", "to": "2026-01-01"}),
            "field",
        ),
    ];
    let lines: Vec<String> = edits.iter().map(|(e, _)| e.to_string()).collect();
    place.write("e.jsonl", &lines.join("\n"));
    let ran = place.run(&["edit", "p.gpkg", "e.jsonl"]);
    let answers = ran.lines();
    for ((edit, want), answer) in edits.iter().zip(&answers) {
        assert_eq!(answer["error"]["kind"].as_str().unwrap_or("-"), *want, "{edit} {answer}");
    }
    let said = |i: usize| answers[i]["error"]["message"].as_str().unwrap_or_default().to_owned();
    assert!(said(6).contains("电话") && said(15).contains("1000") && said(21).contains("早于"), "{}", said(21));
    assert!(![id, spaced, mobile].iter().any(|v| ran.out.lines().any(|l| l.contains("\"ok\":false") && l.contains(v))));
    for (layer, want) in [("A B=x", "图层编号"), ("g=x:网格>网格", "两个层级")] {
        assert!(place.refused(&["new", "n.gpkg", "--name", "n", "--layer", layer]).contains(want));
    }
}

#[test]
fn locks_cuts_and_gathered_units_are_kept_in_the_file() {
    let place = Place::new();
    small(&place, "p.gpkg");
    // The levels of a layer are given when it is made: another file with one below the cells.
    let layer = ["--layer", "grid=治理网格:社区>网格>微网格*"];
    place.ask(&[&["new", "q.gpkg", "--name", "小区", "--outline", "outline.geojson"][..], &layer].concat());
    place.ask(&["import", "q.gpkg", "buildings.geojson", "--as", "buildings"]);
    let info = place.ask(&["info", "q.gpkg"]);
    assert_eq!(info["layers"][0]["levels"], json!(["社区", "网格"]));
    assert_eq!(info["layers"][0]["gathered"], json!(["微网格"]));
    let across = |n: f64| json!([[super::X - 5.0, super::Y + n], [super::X + 305.0, super::Y + n]]);
    let edits = [
        json!({"op": "draw", "code": "A", "rings": [ring(0.0, 100.0)]}),
        json!({"op": "draw", "code": "B", "rings": [ring(100.0, 200.0)]}),
        json!({"op": "draw", "code": "C", "rings": [ring(200.0, 300.0)]}),
        json!({"op": "gather", "code": "W1", "level": "微网格", "parent": "A", "buildings": ["B000001", "B000002"]}),
        json!({"op": "lock", "cell": "B", "value": true}),
        json!({"op": "cut", "line": across(30.0)}),
        json!({"op": "merge", "cells": ["A", "B"]}),
        json!({"op": "merge", "cells": ["A", "B"], "within": "C"}),
        json!({"op": "move", "at": [super::X + 300.0, super::Y], "to": [super::X + 290.0, super::Y], "opened": ["outline"], "gaps": true}),
    ];
    place.write("e.jsonl", &edits.map(|e| e.to_string()).join("\n"));
    let a = place.run(&["edit", "q.gpkg", "e.jsonl"]).lines();
    let kinds: Vec<&str> = a[..9].iter().map(|l| l["error"]["kind"].as_str().unwrap_or("-")).collect();
    assert_eq!(kinds, ["-", "-", "-", "-", "-", "-", "locked", "locked", "locked"], "{a:?}");
    // The line lies over three cells; the locked one is whole.
    let made: Vec<&str> = a[5]["created"].as_array().unwrap().iter().map(|c| c["code"].as_str().unwrap()).collect();
    assert_eq!(made.len(), 2, "{}", a[5]);
    assert!(a[5]["sentence"].as_str().unwrap().contains("一线切分 A、C"), "{}", a[5]);
    let stats = place.ask(&["stats", "q.gpkg"]);
    let cells = stats["cells"].as_array().unwrap();
    let area = |code: &str| cells.iter().find(|c| c["code"] == code).unwrap()["area_m2"].as_f64().unwrap();
    assert_eq!((cells.len(), area("B"), area("A"), area(made[0])), (5, 10_000.0, 7_000.0, 3_000.0));
    let small = place.ask(&["stats", "q.gpkg", "--level", "微网格"]);
    let w1 = &small["cells"][0];
    assert_eq!((&w1["code"], &w1["households"], &w1["buildings"]), (&json!("W1"), &json!(340), &json!(2)));
    assert_eq!(small["totals"]["unassigned"]["buildings"], 2);
    // A building in it answers with it; the lock holds in another run, until it is taken away.
    let at = format!("{},{}", super::X + 126.0, super::Y + 46.0);
    let found = place.ask(&["where", "q.gpkg", "--at", &at]);
    let chain = found["results"][0]["places"][0]["chain"].as_array().unwrap();
    assert_eq!(chain.iter().map(|u| u["code"].as_str().unwrap()).collect::<Vec<_>>(), ["B", "W1"]);
    let merge = json!({"op": "merge", "cells": ["A", "B"]}).to_string();
    assert_eq!(place.run_with(&["edit", "q.gpkg", "-"], &merge).lines()[0]["error"]["kind"], "locked");
    let free = json!({"op": "lock", "cell": "B", "value": false}).to_string();
    assert_eq!(place.run_with(&["edit", "q.gpkg", "-"], &[free, merge].join("\n")).lines()[1]["ok"], true);
    let checked = place.run(&["check", "q.gpkg", "--json"]).json();
    assert_eq!(checked["summary"]["errors"], 0, "{checked}");
}

#[test]
fn borders_that_another_program_moved_are_made_to_fit_and_taken_in() {
    let place = Place::new();
    small(&place, "p.gpkg");
    let edits = [
        json!({"op": "draw", "code": "A", "rings": [ring(0.0, 100.0)]}),
        json!({"op": "draw", "code": "B", "rings": [ring(100.0, 200.0)]}),
        json!({"op": "draw", "code": "C", "rings": [ring(200.0, 300.0)]}),
        json!({"op": "lock", "cell": "C", "value": true}),
    ];
    place.run_with(&["edit", "p.gpkg", "-"], &edits.map(|e| e.to_string()).join("\n"));
    // Nothing is different yet.
    let same = place.ask(&["import", "p.gpkg", "p.gpkg", "--as", "cells", "--redraw"]);
    assert_eq!((&same["imported"], &same["changed"]), (&json!(0), &json!([])), "{same}");
    // Another program moves the border of A over B by 10 m and leaves a gap of 0.4 m to C; it knows a cell D.
    let square = |x0: f64, x1: f64| super::square(x0, 0.0, x1 - x0, 100.0);
    let cell = |code: &str, g: Value| (json!({"code": code}), g);
    place.write(
        "out.geojson",
        &collection(&[
            cell("A", square(0.0, 110.0)),
            cell("B", square(100.0, 199.6)),
            cell("C", square(200.0, 280.0)),
            cell("D", square(280.0, 300.0)),
        ]),
    );
    let tried = place.run(&["import", "p.gpkg", "out.geojson", "--as", "cells", "--redraw", "--dry-run", "--json"]);
    assert_eq!(tried.json()["state"], same["state"]);
    let ran = place.run(&["import", "p.gpkg", "out.geojson", "--as", "cells", "--redraw", "--json"]);
    let a = ran.json();
    assert_eq!((ran.code, &a["changed"]), (1, &json!(["A", "B"])), "{a}");
    let kinds: Vec<&str> = a["findings"].as_array().unwrap().iter().map(|f| f["kind"].as_str().unwrap()).collect();
    for kind in ["locked", "unknown_cell", "overlap", "sliver"] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    let area = |file: &str, code: &str| {
        let stats = place.ask(&["stats", file]);
        stats["cells"].as_array().unwrap().iter().find(|c| c["code"] == code).unwrap()["area_m2"].as_f64().unwrap()
    };
    // The overlap went to one of the two, the sliver to B; C, locked, is as it was.
    assert_eq!(area("p.gpkg", "A") + area("p.gpkg", "B"), 20_000.0);
    assert_eq!(area("p.gpkg", "C"), 10_000.0);
    assert_eq!(place.ask(&["check", "p.gpkg"])["summary"]["errors"], 0);
    place.ask(&["undo", "p.gpkg"]);
    assert_eq!(place.ask(&["info", "p.gpkg"])["state"], same["state"], "one step");
    // One polygon made larger and its neighbour left as it was: what was changed is meant. Made smaller it leaves a gap.
    place.write("out.geojson", &collection(&[cell("A", square(0.0, 110.0)), cell("B", square(100.0, 200.0))]));
    let larger = place.ask(&["import", "p.gpkg", "out.geojson", "--as", "cells", "--redraw"]);
    assert_eq!(larger["changed"], json!(["A", "B"]), "{larger}");
    assert_eq!((area("p.gpkg", "A"), area("p.gpkg", "B")), (11_000.0, 9_000.0));
    place.ask(&["undo", "p.gpkg"]);
    place.write("out.geojson", &collection(&[cell("A", square(0.0, 90.0)), cell("B", square(100.0, 200.0))]));
    let smaller = place.ask(&["import", "p.gpkg", "out.geojson", "--as", "cells", "--redraw"]);
    assert_eq!(smaller["changed"], json!(["A"]), "{smaller}");
    let gap = smaller["findings"].as_array().unwrap().iter().find(|f| f["kind"] == "gap").unwrap();
    assert!(gap["message"].as_str().unwrap().contains("1,000") && gap["at"].is_array(), "{gap}");
    place.ask(&["undo", "p.gpkg"]);
    // All of a neighbour: it would have nothing left.
    place.write("out.geojson", &collection(&[cell("A", square(0.0, 200.0)), cell("B", square(100.0, 200.0))]));
    let all = place.run(&["import", "p.gpkg", "out.geojson", "--as", "cells", "--redraw", "--json"]).json();
    assert_eq!((&all["changed"], &all["state"]), (&json!([]), &same["state"]), "{all}");
    assert!(all["findings"].as_array().unwrap().iter().any(|f| f["kind"] == "would_vanish"), "{all}");
    // A copy that went its own way.
    std::fs::copy(place.path("p.gpkg"), place.path("copy.gpkg")).unwrap();
    let (x, s, n) = (super::X + 100.0, super::Y, super::Y + 100.0);
    let moved = json!({"op": "insert", "on": [[x, s], [x, n]], "at": [x - 7.0, s + 50.0]}).to_string();
    assert_eq!(place.run_with(&["edit", "copy.gpkg", "-"], &moved).code, 0);
    let back = place.ask(&["import", "p.gpkg", "copy.gpkg", "--as", "cells", "--redraw"]);
    assert_eq!(back["changed"], json!(["A", "B"]), "{back}");
    assert_eq!(back["state"], place.ask(&["info", "copy.gpkg"])["state"], "equal ground, equal state");
    place.refused(&["import", "p.gpkg", "copy.gpkg", "--as", "buildings", "--redraw"]);
    place.refused(&["import", "p.gpkg", "copy.gpkg", "--as", "cells", "--redraw", "--source-layer", "nothing"]);
}

#[test]
fn a_list_without_places_fills_the_buildings_that_it_names() {
    let place = Place::new();
    place.ask(&["sample", "neighbourhood", "p.gpkg"]);
    let edits = concat!(
        r#"{"op":"add","kind":"courtyards","rows":[{"code":"Y900001","name":"试院","rings":[[[580000,3470000],[580200,3470000],[580200,3470200],[580000,3470200]]]}]}"#,
        "\n",
        r#"{"op":"add","kind":"buildings","rows":[{"name":"1号楼","rings":[[[580010,3470010],[580050,3470010],[580050,3470022],[580010,3470022]]]},{"name":"２幢","at":[580100,3470100]}]}"#,
        "\n",
    );
    std::fs::write(place.path("e.jsonl"), edits).unwrap();
    assert_eq!(place.run(&["edit", "p.gpkg", "e.jsonl"]).code, 0);
    std::fs::write(place.path("l.csv"), "小区,楼号,户数,户主\n试院,1#,48,张三\n,2号楼,36,李四\n,3号楼,9,王五\n")
        .unwrap();
    let args = ["import", "p.gpkg", "l.csv", "--as", "buildings", "--match", "courtyard,number", "--json"];
    let tried = place.run(&[&args[..], &["--dry-run"]].concat());
    assert_eq!(tried.code, 1, "{}", tried.err);
    let before = place.ask(&["info", "p.gpkg"])["state"].clone();
    let ran = place.run(&args);
    assert_eq!(ran.code, 1, "a row found no building: {}", ran.err);
    let out: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&out["read"], &out["matched"], &out["imported"]), (&json!(3), &json!(2), &json!(2)));
    assert_eq!(out["unmatched"], json!([{"line": 4, "courtyard": "试院", "number": "3号楼"}]));
    assert_eq!(out["messages"].as_array().unwrap().len(), 1, "{out}");
    assert!(!ran.out.contains("张三"));
    assert_ne!(place.ask(&["info", "p.gpkg"])["state"], before);
    let bad = place.run(&["import", "p.gpkg", "l.csv", "--as", "roads", "--match", "courtyard,number"]);
    assert_eq!(bad.code, 2);
    place.ask(&["undo", "p.gpkg"]);
    assert_eq!(place.ask(&["info", "p.gpkg"])["state"], before, "one step");

    // The same in a workbook, below a title, beside a sheet that is no list.
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("说明").unwrap().write(0, 0, "2026 年 3 月").unwrap();
    for (name, households) in [("清单", 48), ("旧清单", 7)] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        sheet.write(0, 0, "试院楼栋清单").unwrap();
        for (i, h) in ["小区", "楼号", "户数"].iter().enumerate() {
            sheet.write(1, i as u16, *h).unwrap();
        }
        sheet.write(2, 0, "试院").unwrap();
        sheet.write(2, 1, "1#").unwrap();
        sheet.write(2, 2, households).unwrap();
    }
    book.save(place.path("l.xlsx")).unwrap();
    let args = ["import", "p.gpkg", "l.xlsx", "--as", "buildings", "--match", "courtyard,number"];
    let which = place.run(&args);
    assert!(which.code == 2 && which.err.contains("l.xlsx") && which.err.contains("旧清单"), "{}", which.err);
    let out = place.ask(&[&args[..], &["--sheet", "清单"]].concat());
    assert_eq!((&out["read"], &out["matched"], &out["imported"]), (&json!(1), &json!(1), &json!(1)));
    let none = place.run(&[&args[..], &["--sheet", "没有"]].concat());
    assert!(none.code == 2 && none.err.contains("没有"), "{}", none.err);
}

#[test]
fn a_project_is_begun_with_its_place_community_and_range() {
    let place = Place::new();
    let args = ["new", "p.gpkg", "--name", "和平社区", "--community", "310101001001", "--at", "121.474,31.230"];
    let out = place.ask(&[&args[..], &["--households", "200-400"]].concat());
    assert!(out["crs"].as_str().unwrap().contains("4549"), "{out}");
    // The first outline is the community's ground, whatever brings it.
    let ring = "[[121.47,31.22],[121.48,31.22],[121.48,31.235],[121.47,31.235],[121.47,31.22]]";
    let text =
        format!(r#"{{"type":"Feature","properties":{{}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#);
    std::fs::write(place.path("o.geojson"), text).unwrap();
    place.ask(&["import", "p.gpkg", "o.geojson", "--as", "outline"]);
    let found = place.ask(&["where", "p.gpkg", "--crs", "EPSG:4326", "--at", "121.475,31.23"]);
    assert!(found.to_string().contains("310101001001"), "{found}");
    place.ask(&["undo", "p.gpkg"]);
}

/// A map printed from the project itself, laid under it again: it must lie where it came from.
#[test]
fn a_scanned_plan_is_placed_by_points_or_a_world_file_and_painted_under_the_map() {
    let place = Place::new();
    place.sample("a.gpkg");
    let before = place.ask(&["info", "a.gpkg"])["state"].clone();
    let printed = place.ask(&["render", "a.gpkg", "总图.png", "--size", "900x700"]);
    let b: Vec<f64> = printed["bbox"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    let m = (b[2] - b[0]) / 900.0;
    let at = |x: f64, y: f64| format!("{x},{y}={},{}", b[0] + x * m, b[3] - y * m);
    let points = [at(100.0, 100.0), at(800.0, 120.0), at(450.0, 650.0)];
    let mut args = vec!["underlay", "a.gpkg", "add", "总图.png", "--fit", "affine", "--opacity", "100"];
    points.iter().for_each(|p| args.extend(["--point", p]));
    let added = place.ask(&args);
    let u = &added["underlays"][0];
    assert_eq!((u["name"].as_str(), u["opacity"].as_u64()), (Some("总图.png"), Some(100)));
    assert!(u["rms_m"].as_f64().unwrap() < 0.002 && u["missing"].is_null(), "{u}");
    let want = [m, 0.0, b[0], 0.0, -m, b[3]];
    for (got, want) in u["place"].as_array().unwrap().iter().zip(want) {
        assert!((got.as_f64().unwrap() - want).abs() < 0.01, "{u}");
    }
    assert!(place.path("a.底稿").join(u["kept_as"].as_str().unwrap()).is_file());
    assert_ne!(added["state"], before);
    // Without the picture that was added, from the copy beside the project alone.
    std::fs::remove_dir_all(place.path("data/pictures")).unwrap();
    let size = ["--size", "300x200"];
    place.ask(&[&["render", "a.gpkg", "with.png"], &size[..]].concat());
    place.ask(&["underlay", "a.gpkg", "set", "总图.png", "--show", "false"]);
    place.ask(&[&["render", "a.gpkg", "without.png"], &size[..]].concat());
    let (with, without) =
        (std::fs::read(place.path("with.png")).unwrap(), std::fs::read(place.path("without.png")).unwrap());
    assert_ne!(with, without);
    place.ask(&["undo", "a.gpkg"]);
    place.ask(&[&["render", "a.gpkg", "again.png"], &size[..]].concat());
    assert_eq!(std::fs::read(place.path("again.png")).unwrap(), with);
    // A point that is 3 m off is seen in its residual; two points are too few for an affine map.
    let off = at(800.0, 120.0).replace(&format!("{}", b[3] - 120.0 * m), &format!("{}", b[3] - 120.0 * m + 3.0));
    let four = at(120.0, 640.0);
    let args =
        ["underlay", "a.gpkg", "place", "总图.png", "--fit", "similarity", "--point", &points[0], "--point", &off];
    let moved = place.ask(&[&args[..], &["--point", &points[2], "--point", &four]].concat());
    let points_of = &moved["underlays"][0]["points"];
    let residuals: Vec<f64> = (0..4).map(|i| points_of[i]["residual_m"].as_f64().unwrap()).collect();
    let rms = (residuals.iter().map(|r| r * r).sum::<f64>() / 4.0).sqrt();
    assert!(residuals.iter().all(|r| *r > 0.2) && (0.5..1.5).contains(&rms), "{residuals:?}");
    assert!((moved["underlays"][0]["rms_m"].as_f64().unwrap() - rms).abs() < 1e-9);
    let too_few =
        ["underlay", "a.gpkg", "place", "总图.png", "--fit", "affine", "--point", &points[0], "--point", &points[1]];
    assert!(place.refused(&too_few).contains("3 个控制点"));
    // A world file beside a second one; both change places; one goes; a missing one is told and exits with 1.
    let world = format!("{m}\n0\n0\n{}\n{}\n{}\n", -m, b[0] + m / 2.0, b[3] - m / 2.0);
    std::fs::copy(place.path("总图.png"), place.path("b.png")).unwrap();
    place.write("b.pgw", &world);
    let second = place.ask(&["underlay", "a.gpkg", "add", "b.png"]);
    assert_eq!((second["placed_by"].as_str(), second["underlays"][1]["place"][0].as_f64()), (Some("world"), Some(m)));
    let down = place.ask(&["underlay", "a.gpkg", "set", "b.png", "--down", "--opacity", "30"]);
    assert_eq!(
        (down["underlays"][0]["name"].as_str(), down["underlays"][0]["opacity"].as_u64()),
        (Some("b.png"), Some(30))
    );
    place.ask(&["underlay", "a.gpkg", "remove", "b.png"]);
    let list = place.ask(&["underlay", "a.gpkg", "list"]);
    assert_eq!(list["underlays"].as_array().unwrap().len(), 1);
    std::fs::remove_dir_all(place.path("a.底稿")).unwrap();
    std::fs::remove_dir_all(place.path("data/pictures")).unwrap();
    let ran = place.run(&["underlay", "a.gpkg", "list"]);
    assert!(ran.code == 1 && ran.out.contains("a.底稿"), "{} {}", ran.out, ran.err);
    let ran = place.run(&["render", "a.gpkg", "c.png"]);
    assert!(ran.code == 1 && ran.err.contains("总图.png") && place.path("c.png").is_file(), "{} {}", ran.out, ran.err);
    // What is no picture, and a name that is not there.
    place.write("x.pdf", "%PDF-1.7");
    assert!(place.refused(&["underlay", "a.gpkg", "add", "x.pdf"]).contains("PDF"));
    assert!(place.refused(&["underlay", "a.gpkg", "remove", "无"]).contains("无"));
}
