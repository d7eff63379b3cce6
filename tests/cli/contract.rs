//! Each subcommand with each of its fields.

use super::{Place, X, Y, collection, keys, square};
use serde_json::{Value, json};

const PHASES: [&str; 6] = ["read", "index", "assign", "paint", "save", "total"];

fn list(v: &Value) -> &Vec<Value> {
    v.as_array().unwrap_or_else(|| panic!("no list: {v}"))
}

#[test]
fn wrong_arguments_exit_with_two_and_words() {
    let place = Place::new();
    place.sample("s.gpkg");
    let state = place.ask(&["info", "s.gpkg"])["state"].clone();
    for args in [
        &["frobnicate", "s.gpkg"][..],
        &["recover", "s.gpkg"],
        &["info"],
        &["info", "nothing.gpkg"],
        &["info", "s.gpkg", "--plan", "无"],
        &["stats", "s.gpkg", "--layer", "no"],
        &["stats", "s.gpkg", "--level", "no"],
        &["stats", "s.gpkg", "--on", "2026-02-30"],
        &["stats", "s.gpkg", "--from", "yesterday"],
        &["stats", "s.gpkg", "--layer", "grid", "--layer", "grid"],
        &["where", "s.gpkg"],
        &["where", "s.gpkg", "--at", "1;2"],
        &["where", "s.gpkg", "--at", "1e30,2"],
        &["log", "s.gpkg", "--tz", "Mars"],
        &["undo", "s.gpkg"],
        &["undo", "s.gpkg", "0"],
        &["edit", "s.gpkg", "nothing.jsonl"],
        &["plan", "s.gpkg", "delete", "无"],
        &["plan", "s.gpkg", "adopt", "方案A"],
        &["sample", "neighbourhood"],
        &["sample", "nowhere", "x.gpkg"],
        &["sample", "neighbourhood", "s.gpkg"],
        &["new", "s.gpkg", "--name", "x"],
        &["new", "x.gpkg"],
        &["new", "x.gpkg", "--name", "x", "--crs", "EPSG:4326"],
        &["new", "x.gpkg", "--name", "x", "--crs", "nonsense"],
        &["new", "x.gpkg", "--name", "x", "--at", "here"],
        &["new", "x.gpkg", "--name", "x", "--households", "500-300"],
        &["new", "x.gpkg", "--name", "x", "--community", "11010519491231002X"],
        &["new", "x.gpkg", "--name", "x", "--layer", "A B=x"],
        &["new", "x.gpkg", "--name", "x", "--layer", "a=x", "--layer", "a=y"],
        &["import", "s.gpkg", "s.gpkg", "--as", "nothing"],
        &["import", "s.gpkg", "gone.geojson", "--as", "roads"],
        &["import", "s.gpkg", "gone.geojson", "--as", "members"],
        &["import", "s.gpkg", "gone.geojson", "--as", "units"],
        &["heatmap", "s.gpkg", "x.jpg"],
        &["heatmap", "s.gpkg", "x.png", "--bandwidth", "0"],
        &["heatmap", "s.gpkg", "x.png", "--from", "2026-02-01", "--to", "2026-01-01"],
        &["heatmap", "s.gpkg", "x.png", "--size", "100000x100000"],
        &["render", "s.gpkg", "x.svg"],
        &["render", "s.gpkg", "x.png", "--size", "big"],
        &["render", "s.gpkg", "x.png", "--bbox", "1,2,3"],
        &["export", "s.gpkg", "x.shp"],
        &["export", "s.gpkg", "s.gpkg", "--format", "csv"],
        &["export", "s.gpkg", "x.csv", "--what", "members", "--profile", "public"],
        &["s.gpkg", "info", "s.gpkg"],
    ] {
        place.refused(args);
    }
    assert!(!place.path("x.gpkg").exists() && !place.path("x.png").exists() && !place.path("x.csv").exists());
    assert_eq!(place.ask(&["info", "s.gpkg"])["state"], state);
    // A message has its three parts in both languages.
    let zh = place.refused(&["info", "nothing.gpkg"]);
    let en = place.refused(&["info", "nothing.gpkg", "--lang", "en"]);
    assert!(zh.contains("没有改动") && en.contains("No file was changed"), "{zh} {en}");
    assert_eq!(place.run(&["--help"]).code, 0);
    assert_eq!(place.run(&["--version"]).code, 0);
}

#[test]
fn sample_lists_and_copies() {
    let place = Place::new();
    let all = place.ask(&["sample"]);
    keys(&all[0], &["name", "title", "description", "cells", "buildings"], &[]);
    assert_eq!((&all[0]["name"], &all[0]["cells"]), (&json!("neighbourhood"), &json!(10)));
    let made = place.ask(&["sample", "neighbourhood", "a.gpkg"]);
    keys(&made, &["file", "state", "name"], &[]);
    let info = place.ask(&["info", "a.gpkg"]);
    assert_eq!(info["state"], made["state"]);
    // The same content on every run, whatever random number it was made with.
    assert_eq!(place.ask(&["sample", "neighbourhood", "b.gpkg"])["state"], made["state"]);
}

#[test]
fn info_says_what_is_there() {
    let place = Place::new();
    place.sample("s.gpkg");
    let info = place.ask(&["info", "s.gpkg"]);
    keys(&info, &["file_version", "name", "crs", "origin", "state", "extent", "layers", "plans", "counts"], &[]);
    keys(&info["layers"][0], &["id", "name", "levels", "gathered"], &[]);
    assert_eq!(info["layers"][0]["levels"], json!(["社区", "网格"]));
    keys(&info["plans"][0], &["id", "name", "in_force", "from"], &[]);
    let counts = [
        "cells",
        "buildings",
        "courtyards",
        "facilities",
        "members",
        "orgs",
        "incidents",
        "incidents_unlocated",
        "edits",
    ];
    keys(&info["counts"], &counts, &[]);
    assert_eq!(info["counts"]["cells"], 10);
    assert_eq!(list(&info["extent"]).len(), 4);
    assert_eq!(info["state"].as_str().unwrap().len(), 32);
    let human = place.run(&["info", "s.gpkg"]);
    assert!(human.out.contains("EPSG:4549") && human.out.contains("名称"));
    assert!(place.run(&["info", "s.gpkg", "--lang", "en"]).out.contains("buildings"));
    // A project of nothing has unknowns, not gaps.
    place.ask(&["new", "e.gpkg", "--name", "空"]);
    let empty = place.ask(&["info", "e.gpkg"]);
    assert!(empty["extent"].is_null() && empty["origin"].is_null());
    assert_eq!(empty["crs"], "auto");
}

#[test]
fn timings_have_the_same_phases_everywhere() {
    let place = Place::new();
    place.sample("s.gpkg");
    for args in [&["info", "s.gpkg"][..], &["stats", "s.gpkg"], &["check", "s.gpkg"], &["render", "s.gpkg", "m.png"]] {
        let v = place.ask(&[args, &["--timings"]].concat());
        for of in ["timings_ms", "cpu_ms"] {
            keys(&v[of], &PHASES, &[]);
        }
        let t = |k: &str| v["timings_ms"][k].as_f64().unwrap();
        assert!(t("read") > 0.0 && t("index") > 0.0 && t("assign") > 0.0 && t("total") >= t("read"), "{v}");
        assert_eq!(t("paint") > 0.0, args[0] == "render");
    }
}

#[test]
fn stats_are_the_sum_of_the_cells_and_the_rest() {
    let place = Place::new();
    place.sample("s.gpkg");
    let stats = place.ask(&["stats", "s.gpkg"]);
    let fields = [
        "layer",
        "code",
        "name",
        "level",
        "parent",
        "area_m2",
        "perimeter_m",
        "households",
        "residents",
        "buildings",
        "courtyards",
        "members",
        "incidents",
        "compactness",
        "deviation",
    ];
    list(&stats["cells"]).iter().for_each(|c| keys(c, &fields, &[]));
    for key in ["households", "residents", "buildings", "courtyards", "members", "incidents"] {
        let sum: i64 = list(&stats["cells"]).iter().map(|c| c[key].as_i64().unwrap()).sum();
        let rest = stats["totals"]["unassigned"][key].as_i64().unwrap();
        assert_eq!(stats["totals"][key].as_i64().unwrap(), sum + rest, "{key}");
    }
    assert!(stats["totals"]["estimated"].is_u64() || stats["totals"]["estimated"].is_i64());
    let deviations: Vec<i64> = list(&stats["cells"]).iter().map(|c| c["deviation"].as_i64().unwrap()).collect();
    assert!(deviations.iter().any(|d| *d > 0) && deviations.iter().any(|d| *d < 0), "{deviations:?}");
    let up = place.ask(&["stats", "s.gpkg", "--level", "社区"]);
    assert_eq!(list(&up["cells"]).len(), 1);
    assert_eq!(up["cells"][0]["level"], "社区");
    let down: i64 = list(&stats["cells"]).iter().map(|c| c["households"].as_i64().unwrap()).sum();
    assert!(up["cells"][0]["households"].as_i64().unwrap() >= down);
    // A period counts its incidents only; together the parts are the whole.
    let count =
        |args: &[&str]| place.ask(&[&["stats", "s.gpkg"], args].concat())["totals"]["incidents"].as_i64().unwrap();
    let (first, last) = (count(&["--to", "2026-06-01"]), count(&["--from", "2026-06-01"]));
    assert!(first > 0 && last > 0);
    assert_eq!(first + last, stats["totals"]["incidents"].as_i64().unwrap());
    // Before anybody had a post nobody had one.
    let early = place.ask(&["stats", "s.gpkg", "--on", "1990-01-01"]);
    assert_eq!(early["totals"]["members"], 0);
    assert!(stats["totals"]["members"].as_i64().unwrap() > 0);
}

#[test]
fn where_names_the_chain_and_who_is_in_charge() {
    let place = Place::new();
    place.sample("s.gpkg");
    place.ask(&["export", "s.gpkg", "b.csv", "--what", "assignments"]);
    let text = std::fs::read_to_string(place.path("b.csv")).unwrap();
    let row = text.lines().find(|l| l.contains(",grid,3205")).unwrap();
    let f: Vec<&str> = row.split(',').collect();
    let (code, cell, at) = (f[0], f[2], format!("{},{}", f[5], f[6]));
    let answer = place.ask(&["where", "s.gpkg", "--at", &at, "--at", "586000,3900000"]);
    let r = &answer["results"][0];
    keys(r, &["at", "places", "building", "courtyard"], &[]);
    keys(&r["places"][0], &["layer", "chain", "by", "in_charge"], &[]);
    keys(&r["places"][0]["chain"][0], &["level", "code", "name"], &[]);
    let chain = list(&r["places"][0]["chain"]);
    assert_eq!(chain.last().unwrap()["code"], cell);
    assert_eq!(r["building"]["code"], code);
    keys(&r["building"], &["code", "name"], &[]);
    keys(&r["places"][0]["in_charge"][0], &["name", "post", "level"], &[]);
    let far = &answer["results"][1];
    assert!(far["building"].is_null() && far["courtyard"].is_null() && list(&far["places"][0]["chain"]).is_empty());
    // The same place in longitude and latitude.
    place.ask(&["export", "s.gpkg", "d.csv", "--what", "assignments", "--crs", "EPSG:4326"]);
    let text = std::fs::read_to_string(place.path("d.csv")).unwrap();
    let row: Vec<&str> = text.lines().find(|l| l.starts_with(&format!("{code},"))).unwrap().split(',').collect();
    let at = format!("{},{}", row[5], row[6]);
    let same = place.ask(&["where", "s.gpkg", "--at", &at, "--crs", "EPSG:4326"]);
    assert_eq!(same["results"][0]["building"]["code"], code);
}

#[test]
fn check_names_rules_and_only_errors_change_the_exit_code() {
    let place = Place::new();
    place.sample("s.gpkg");
    let check = place.ask(&["check", "s.gpkg"]);
    keys(&check, &["summary", "issues"], &[]);
    keys(&check["summary"], &["errors", "warnings"], &[]);
    let issues = list(&check["issues"]);
    issues.iter().for_each(|i| {
        keys(i, &["rule", "severity", "message", "at", "cells"], &["buildings", "courtyard"]);
        list(&i["cells"]).iter().for_each(|c| keys(c, &["layer", "code"], &[]));
    });
    // The sample has one cell over, one under its range: warnings.
    assert!(issues.iter().any(|i| i["severity"] == "warning" && i["message"].as_str().unwrap().contains('户')));
    assert_eq!(check["summary"]["errors"], 0);
    assert!(place.run(&["check", "s.gpkg", "--lang", "en"]).out.contains("warnings"));
}

#[test]
fn plans_are_copied_adopted_and_protected() {
    let place = Place::new();
    place.sample("s.gpkg");
    let plans = place.ask(&["plan", "s.gpkg", "list"]);
    keys(&plans[0], &["id", "name", "in_force", "from", "last"], &[]);
    assert_eq!((&plans[0]["name"], &plans[0]["last"]), (&json!("方案A"), &json!(true)));
    place.ask(&["plan", "s.gpkg", "copy", "方案A", "方案B"]);
    place.ask(&["plan", "s.gpkg", "rename", "方案B", "春"]);
    place.ask(&["plan", "s.gpkg", "adopt", "春", "--from", "2026-07-01"]);
    let plans = place.ask(&["plan", "s.gpkg", "list"]);
    let spring = list(&plans).iter().find(|p| p["name"] == "春").unwrap();
    assert_eq!((&spring["in_force"], &spring["from"]), (&json!(true), &json!("2026-07-01")));
    place.refused(&["plan", "s.gpkg", "delete", "春"]);
    // A refused edit of the plan in force changes nothing, and says nothing of a draft.
    let state = place.ask(&["info", "s.gpkg"])["state"].clone();
    let ran = place.run_with(&["edit", "s.gpkg", "-"], r#"{"op":"delete","at":[1,1],"plan":"春"}"#);
    assert_eq!((ran.code, &ran.lines()[1]["state"], &ran.lines()[1]["saved"]), (1, &state, &json!(false)));
    assert!(ran.err.is_empty(), "{}", ran.err);
    // An edit of the plan in force goes to a new draft, and says so: one step.
    let steps = list(&place.ask(&["log", "s.gpkg"])).len();
    let merge = r#"{"op":"pin","building":"B000001","cell":"320599012006010","plan":"春"}"#;
    let ran = place.run_with(&["edit", "s.gpkg", "-"], merge);
    assert_eq!((ran.code, &ran.lines()[0]["flow"][0]["to"]), (0, &json!("320599012006010")), "{} {}", ran.out, ran.err);
    assert!(ran.lines()[0]["flow"][0]["from"].is_string(), "{}", ran.out);
    assert_eq!(list(&place.ask(&["log", "s.gpkg"])).len(), steps + 1);
    assert_eq!(place.ask(&["undo", "s.gpkg"])["state"], state);
    let edit = r#"{"op":"set","cell":"320599012006001","name":"新","plan":"春"}"#;
    let ran = place.run_with(&["edit", "s.gpkg", "-"], edit);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.lines()[0]["plan"] != "春" && ran.err.contains('春'), "{} {}", ran.out, ran.err);
    place.ask(&["plan", "s.gpkg", "delete", "方案A"]);
    assert!(list(&place.ask(&["plan", "s.gpkg", "list"])).iter().all(|p| p["name"] != "方案A"));
    let old = place.ask(&["stats", "s.gpkg", "--plan", "春"]);
    assert_ne!(old["cells"][0]["name"], "新");
}

#[test]
fn several_layers_must_be_told_apart() {
    let place = Place::new();
    place.write("o.geojson", &collection(&[(json!({}), square(0.0, 0.0, 300.0, 100.0))]));
    let layers = ["--layer", "gov=治理网格:街道>社区>网格", "--layer", "fire=消防:片区"];
    place.ask(&[&["new", "p.gpkg", "--name", "两层", "--outline", "o.geojson"], &layers[..]].concat());
    let info = place.ask(&["info", "p.gpkg"]);
    assert_eq!(info["layers"][1], json!({"id": "fire", "name": "消防", "levels": ["片区"], "gathered": []}));
    assert_eq!(info["layers"][0]["levels"], json!(["街道", "社区", "网格"]));
    place.refused(&["stats", "p.gpkg"]);
    place.refused(&["check", "p.gpkg"]);
    let ring = json!([[X, Y], [X + 100.0, Y], [X + 100.0, Y + 100.0], [X, Y + 100.0]]);
    let draw = json!({"op": "draw", "rings": [ring]}).to_string();
    let ran = place.run_with(&["edit", "p.gpkg", "-"], &draw);
    assert_eq!((ran.code, &ran.lines()[0]["error"]["kind"]), (1, &json!("layer")));
    let ran = place.run_with(&["edit", "p.gpkg", "-", "--layer", "fire"], &draw);
    assert_eq!(ran.lines()[0]["created"], json!([{"layer": "fire", "code": "001"}]), "{}", ran.out);
    let at = format!("{},{}", X + 50.0, Y + 50.0);
    let places = place.ask(&["where", "p.gpkg", "--at", &at])["results"][0]["places"].clone();
    let chains: Vec<_> = list(&places).iter().map(|p| (p["layer"].clone(), list(&p["chain"]).len())).collect();
    assert_eq!(chains, [(json!("gov"), 0), (json!("fire"), 1)]);
    assert_eq!(list(&place.ask(&["stats", "p.gpkg", "--layer", "fire"])["cells"]).len(), 1);
}

#[test]
fn imports_say_what_they_found() {
    let place = Place::new();
    place.ask(&["new", "p.gpkg", "--name", "试"]);
    let empty = place.ask(&["info", "p.gpkg"])["state"].clone();
    let rows = collection(&[
        (json!({"code": "B1", "storeys": 6}), square(0.0, 0.0, 30.0, 10.0)),
        (json!({"code": "B1"}), square(50.0, 0.0, 30.0, 10.0)),
        (json!({"name": "无号", "use": "office"}), square(100.0, 0.0, 30.0, 10.0)),
    ]);
    place.write("b.geojson", &rows);
    let dry = place.run(&["import", "p.gpkg", "b.geojson", "--as", "buildings", "--dry-run", "--json"]);
    assert_eq!((dry.code, &dry.json()["imported"], &dry.json()["state"]), (1, &json!(2), &empty));
    assert_eq!(place.ask(&["info", "p.gpkg"])["state"], empty);
    let ran = place.run(&["import", "p.gpkg", "b.geojson", "--as", "buildings", "--json"]);
    let v = ran.json();
    keys(&v, &["read", "imported", "repaired", "refused", "findings", "crs", "encoding", "state"], &["project_crs"]);
    assert_eq!((ran.code, &v["read"], &v["imported"], &v["refused"]), (1, &json!(3), &json!(2), &json!(1)));
    let f = list(&v["findings"]).iter().find(|f| f["kind"] == "duplicate").unwrap();
    keys(f, &["kind", "severity", "feature", "row", "field", "message", "action", "at"], &[]);
    assert_eq!((&f["action"], &f["feature"]), (&json!("refused"), &json!(2)));
    assert_eq!((&v["crs"], &v["project_crs"]), (&json!("EPSG:4549"), &json!("EPSG:4549")));
    assert_eq!(place.ask(&["info", "p.gpkg"])["origin"], json!([520_000, 3_450_000]));
    // Estimated: 300 m² of six storeys at 80 % and 90 m² a household.
    let stats = place.ask(&["stats", "p.gpkg"]);
    assert_eq!((&stats["totals"]["households"], &stats["totals"]["estimated"]), (&json!(16), &json!(2)));
    // The same codes again: nothing is brought, the file is not touched.
    let again = place.run(&["import", "p.gpkg", "b.geojson", "--as", "buildings", "--json", "--map", "name="]);
    assert_eq!((again.code, again.json()["refused"].as_u64().unwrap() >= 2), (1, true));
    // Cells that fit come in with their parents' codes; those that do not are made to, and it is said where.
    let at = |x: f64, y: f64| json!([X + x, Y + y]);
    let ring = [(0, 0), (95, 0), (100, 0), (200, 0), (200, 100), (100, 100), (95, 100), (0, 100), (0, 0)];
    let ring: Vec<Value> = ring.iter().map(|(x, y)| at(f64::from(*x), f64::from(*y))).collect();
    let sheet = json!({"type": "Polygon", "coordinates": [ring]});
    place.write("o.geojson", &collection(&[(json!({}), sheet.clone())]));
    place.ask(&["import", "p.gpkg", "o.geojson", "--as", "outline"]);
    place.write("u.geojson", &collection(&[(json!({"code": "C", "name": "柳塘"}), sheet)]));
    place.ask(&["import", "p.gpkg", "u.geojson", "--as", "units", "--level", "社区"]);
    // The second reaches so far into the first; both have every corner of the outline beside them.
    let two = |over: f64| {
        let closed = |corners: &[(f64, f64)]| {
            let ring: Vec<Value> = corners.iter().chain(&corners[..1]).map(|&(x, y)| at(x, y)).collect();
            json!({"type": "Polygon", "coordinates": [ring]})
        };
        let west = [(0.0, 0.0), (95.0, 0.0), (100.0, 0.0), (100.0, 100.0), (95.0, 100.0), (0.0, 100.0)];
        let mut east = vec![(100.0, 0.0), (200.0, 0.0), (200.0, 100.0), (100.0, 100.0)];
        if over > 0.0 {
            east.extend([(100.0 - over, 100.0), (100.0 - over, 0.0)]);
        }
        collection(&[(json!({"code": "C01"}), closed(&west)), (json!({"code": "C02"}), closed(&east))])
    };
    place.write("bad.geojson", &two(5.0));
    let bad = place.ask(&["import", "p.gpkg", "bad.geojson", "--as", "cells", "--dry-run"]);
    let f = bad["findings"].clone();
    assert_eq!((&bad["imported"], &bad["repaired"], &bad["refused"]), (&json!(2), &json!(1), &json!(0)));
    assert_eq!((&f[0]["kind"], &f[0]["action"], &f[0]["feature"]), (&json!("overlap"), &json!("repaired"), &json!(2)));
    assert_eq!(list(&f[0]["at"]).len(), 2);
    place.write("good.geojson", &two(0.0));
    assert_eq!(place.ask(&["import", "p.gpkg", "good.geojson", "--as", "cells"])["imported"], 2);
    let cells = place.ask(&["stats", "p.gpkg"])["cells"].clone();
    assert_eq!(
        (&cells[0]["code"], &cells[0]["parent"], &cells[1]["code"]),
        (&json!("C01"), &json!("C"), &json!("C02"))
    );
    assert_eq!(cells[0]["area_m2"], 10_000.0);
    // A second import of the same cells is refused row by row.
    let again = place.run(&["import", "p.gpkg", "good.geojson", "--as", "cells", "--json"]);
    assert_eq!((again.code, &again.json()["refused"]), (1, &json!(2)));
    // A table without CRS and places cannot be the first.
    place.ask(&["new", "q.gpkg", "--name", "试"]);
    place.write("i.csv", "code,x,y,class\nI1,520010,3450010,噪音\n");
    place.refused(&["import", "q.gpkg", "i.csv", "--as", "incidents"]);
    assert_eq!(place.ask(&["import", "q.gpkg", "i.csv", "--as", "incidents", "--crs", "EPSG:4549"])["imported"], 1);
}

#[test]
fn heatmaps_are_honest() {
    let place = Place::new();
    place.sample("s.gpkg");
    let v = place.ask(&["heatmap", "s.gpkg", "h.tif"]);
    let fields = ["file", "state", "crs", "bbox", "size", "bandwidth_m", "period_days", "count", "unlocated", "max"];
    keys(&v, &fields, &["scale_max"]);
    assert!(v["period_days"].is_null() && v["max"].as_f64().unwrap() > 0.0);
    let counts = place.ask(&["info", "s.gpkg"])["counts"].clone();
    assert_eq!(v["unlocated"], counts["incidents_unlocated"]);
    assert_eq!(v["count"].as_i64().unwrap() + v["unlocated"].as_i64().unwrap(), counts["incidents"].as_i64().unwrap());
    let tif = std::fs::read(place.path("h.tif")).unwrap();
    assert_eq!(&tif[..4], b"II*\0");
    // Exactly the ground and pixels asked for; the volume under the surface is the number of incidents.
    let at = ["--bbox", "583000,3474000,589000,3478000", "--size", "600x400", "--bandwidth", "120"];
    let v = place.ask(&[&["heatmap", "s.gpkg", "w.tif"], &at[..]].concat());
    assert_eq!((&v["size"], &v["bandwidth_m"]), (&json!([600, 400]), &json!(120.0)));
    assert_eq!(v["bbox"], json!([583_000.0, 3_474_000.0, 589_000.0, 3_478_000.0]));
    let tif = std::fs::read(place.path("w.tif")).unwrap();
    let values = &tif[tif.len() - 600 * 400 * 4..];
    let first = values_of(&tif, 600 * 400);
    let sum: f64 = first.iter().map(|v| f64::from(*v)).sum::<f64>() * 0.01 * 0.01;
    assert!(
        (sum - v["count"].as_f64().unwrap()).abs() < 0.01 * v["count"].as_f64().unwrap(),
        "{sum} {v} {}",
        values.len()
    );
    let png =
        place.ask(&["heatmap", "s.gpkg", "h.png", "--from", "2026-06-01", "--to", "2026-06-11", "--size", "200x200"]);
    assert_eq!((&png["period_days"], &png["size"]), (&json!(10.0), &json!([200, 200])));
    let b: Vec<f64> = serde_json::from_value(png["bbox"].clone()).unwrap();
    assert!(((b[2] - b[0]) - (b[3] - b[1])).abs() < 0.002);
    assert_eq!(&std::fs::read(place.path("h.png")).unwrap()[1..4], b"PNG");
    // A picture too small for a legend says so beside the answer; a larger one has it.
    let small = place.run(&["heatmap", "s.gpkg", "h.png", "--size", "200x200"]);
    assert!(small.code == 0 && small.err.contains("图例"), "{}", small.err);
    let large = place.run(&["heatmap", "s.gpkg", "h.png", "--size", "640x480"]);
    assert!(large.code == 0 && !large.err.contains("图例"), "{}", large.err);
    let none = place.ask(&["heatmap", "s.gpkg", "n.png", "--class", "没有这一类"]);
    assert_eq!((&none["count"], &none["max"]), (&json!(0), &json!(0.0)));
}

/// The float32 strip data of our own TIFF: the offsets of tag 273, taken in order.
fn values_of(tif: &[u8], n: usize) -> Vec<f32> {
    let u16_at = |i: usize| u16::from_le_bytes([tif[i], tif[i + 1]]);
    let u32_at = |i: usize| u32::from_le_bytes([tif[i], tif[i + 1], tif[i + 2], tif[i + 3]]);
    let ifd = u32_at(4) as usize;
    let entry = |tag: u16| (0..u16_at(ifd) as usize).map(|k| ifd + 2 + 12 * k).find(|&e| u16_at(e) == tag).unwrap();
    let longs = |tag: u16| -> Vec<usize> {
        let e = entry(tag);
        let count = u32_at(e + 4) as usize;
        let at = if count == 1 { e + 8 } else { u32_at(e + 8) as usize };
        (0..count).map(|k| u32_at(at + 4 * k) as usize).collect()
    };
    let mut out = Vec::new();
    for (start, len) in longs(273).into_iter().zip(longs(279)) {
        out.extend(tif[start..start + len].chunks_exact(4).map(|c| f32::from_le_bytes([c[0], c[1], c[2], c[3]])));
    }
    assert_eq!(out.len(), n);
    out
}

#[test]
fn the_map_is_painted() {
    let place = Place::new();
    place.sample("s.gpkg");
    let v = place.ask(&["render", "s.gpkg", "m.png", "--size", "640x400", "--theme", "dark"]);
    keys(&v, &["file", "state", "crs", "bbox", "size", "scale"], &[]);
    assert_eq!(v["size"], json!([640, 400]));
    let bytes = std::fs::read(place.path("m.png")).unwrap();
    assert!(bytes.len() > 5_000 && &bytes[1..4] == b"PNG");
    let v = place.ask(&["render", "s.gpkg", "p.png", "--size", "A4", "--lang", "en"]);
    assert_eq!(v["size"], json!([2339, 1654]));
    // Painted again, the same bytes.
    place.ask(&["render", "s.gpkg", "n.png", "--size", "640x400", "--theme", "dark"]);
    assert_eq!(std::fs::read(place.path("n.png")).unwrap(), bytes);
}

#[test]
fn exports_come_in_again_and_hide_phones() {
    let place = Place::new();
    place.sample("s.gpkg");
    for what in [
        "outline",
        "cells",
        "units",
        "buildings",
        "courtyards",
        "walls",
        "facilities",
        "members",
        "posts",
        "assignments",
        "orgs",
        "incidents",
        "roads",
        "water",
        "landuse",
        "reference",
    ] {
        for ext in ["geojson", "csv"] {
            let out = format!("{what}.{ext}");
            let v = place.ask(&["export", "s.gpkg", &out, "--what", what]);
            keys(&v, &["file", "state", "what", "written", "crs"], &[]);
            assert_eq!(v["what"], what);
            let text = std::fs::read_to_string(place.path(&out)).unwrap();
            if ext == "geojson" {
                let all: Value = serde_json::from_str(&text).unwrap();
                assert_eq!(list(&all["features"]).len() as u64, v["written"].as_u64().unwrap());
            }
        }
    }
    // What went out comes in again: the same cells with the same numbers.
    place.ask(&["new", "t.gpkg", "--name", "回", "--crs", "EPSG:4549"]);
    let crs = ["--crs", "EPSG:4549"];
    for (what, more) in [("outline", &[][..]), ("units", &["--level", "社区"]), ("cells", &[]), ("buildings", &[])] {
        let out = format!("{what}.geojson");
        place.ask(&[&["export", "s.gpkg", &out, "--what", what], &crs[..]].concat());
        place.ask(&[&["import", "t.gpkg", &out, "--as", what], more].concat());
    }
    let pick = |v: &Value| -> Vec<(Value, Value, Value)> {
        list(&v["cells"]).iter().map(|c| (c["code"].clone(), c["households"].clone(), c["area_m2"].clone())).collect()
    };
    assert_eq!(pick(&place.ask(&["stats", "s.gpkg"])), pick(&place.ask(&["stats", "t.gpkg"])));
    // Phones are masked unless the whole is asked for.
    let edit = r#"{"op":"member","code":"M999","name":"赵某","phone":"021-58880216"}"#;
    assert_eq!(place.run_with(&["edit", "s.gpkg", "-"], edit).code, 0);
    place.ask(&["export", "s.gpkg", "m.csv", "--what", "members"]);
    place.ask(&["export", "s.gpkg", "f.csv", "--what", "members", "--profile", "full"]);
    let read = |n: &str| std::fs::read_to_string(place.path(n)).unwrap();
    assert!(!read("m.csv").contains("58880216") && read("m.csv").contains("021*****0216"), "{}", read("m.csv"));
    assert!(read("f.csv").contains("021-58880216"));
}

#[test]
fn words_are_of_one_language() {
    let place = Place::new();
    let (zh, en) = (place.refused(&["info"]), place.refused(&["info", "--lang", "en"]));
    assert!(zh.contains("缺少参数") && !zh.contains("required"), "{zh}");
    assert!(en.contains("required") && en.is_ascii(), "{en}");
    let help = place.run(&["import", "--help"]);
    assert!(help.code == 0 && help.out.contains("用法：") && !help.out.contains("Usage"), "{}", help.out);
    assert!(place.run(&["--lang", "en", "import", "--help"]).out.contains("Usage:"));
    place.sample("s.gpkg");
    assert!(place.refused(&["import", "s.gpkg", "gone.csv", "--as", "roads"]).contains("找不到"));
    std::fs::create_dir(place.path("folder.csv")).unwrap();
    assert!(place.refused(&["import", "s.gpkg", "folder.csv", "--as", "roads"]).contains("文件夹"));
    let said = place.refused(&["import", "s.gpkg", "s.gpkg", "--as", "roads"]);
    assert!(said.contains("GeoPackage") && said.contains("GeoJSON"), "{said}");
    let broken = place.run_with(&["edit", "s.gpkg", "-"], "\n\n{\"op\":}\n").lines();
    let message = broken[0]["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("第 3 行第 7 列"), "{message}");
    let name = place.run(&["info", "no\u{1b}[2J\u{202e}.gpkg"]);
    assert!(!name.err.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{:?}", name.err);
}
