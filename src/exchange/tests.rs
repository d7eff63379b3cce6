use super::*;
use crate::crs::{AutoReason, CrsDef, Transform, auto};
use crate::geom::Origin;
use crate::model::{Field, Kind, Row, Rules, Shape, Value};
use std::path::PathBuf;

/// A file or folder of the test data beside the checkout; `None` (said by name) where it is absent.
fn shared(path: &str) -> Option<PathBuf> {
    let base = std::env::var_os("GETU_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")), PathBuf::from);
    let full = base.join("data").join(path);
    if full.exists() {
        return Some(full);
    }
    println!("skipped: {path} is not there");
    None
}

fn go(_: f32) -> bool {
    true
}

fn of_text(text: &str) -> Source {
    read_bytes(text.as_bytes(), None, &ReadOptions::default(), &mut go).unwrap()
}

fn mapped(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(f, c)| ((*f).to_owned(), (*c).to_owned())).collect()
}

fn rows_with(target: As, source: &Source, crs: &CrsDef, origin: Origin, map: &[(String, String)]) -> Prepared {
    let o = PrepareOptions {
        crs,
        origin,
        rules: &Rules::default(),
        map,
        offset_minutes: 480,
        taken: &|code| code == "B000002",
        next_code: 1,
        courtyard_named: &|name| (name == "滨江苑").then(|| "Y7".to_owned()),
        courtyard_at: &|p| (p.x > 0).then(|| "Y8".to_owned()),
    };
    prepare(target, source, &o, &mut go).unwrap()
}

/// As the first import of a project: CRS and origin by `auto`.
fn rows(target: As, source: &Source) -> Prepared {
    let choice = auto(source.crs.as_ref().unwrap(), source.extent().unwrap()).unwrap();
    rows_with(target, source, &choice.crs, choice.origin, &[])
}

fn plane() -> (CrsDef, Origin) {
    (CrsDef::parse("EPSG:4549").unwrap(), Origin { e_m: 607_000, n_m: 3_482_000 })
}

fn kinds(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|f| f.kind).collect()
}

fn text(row: &Row, field: Field) -> Option<&str> {
    match row.get(field) {
        Some(Value::Text(t)) => Some(t),
        _ => None,
    }
}

fn count(row: &Row, field: Field) -> Option<u32> {
    match row.get(field) {
        Some(Value::Count(n)) => Some(*n),
        _ => None,
    }
}

/// A table of buildings in EPSG:4549 with one square of 20 m a row: 400 m².
fn squares(properties: &[&str]) -> Source {
    let features: Vec<String> = properties
        .iter()
        .enumerate()
        .map(|(i, p)| {
            let (x, y) = (607_000 + 30 * i, 3_482_000);
            let (e, n) = (x + 20, y + 20);
            format!(
                "{{\"type\":\"Feature\",\"properties\":{p},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":\
                 [[[{x},{y}],[{e},{y}],[{e},{n}],[{x},{n}],[{x},{y}]]]}}}}"
            )
        })
        .collect();
    of_text(&format!(
        "{{\"type\":\"FeatureCollection\",\"crs\":{{\"type\":\"name\",\"properties\":{{\"name\":\"EPSG:4549\"}}}},\
         \"features\":[{}]}}",
        features.join(",")
    ))
}

#[test]
fn buildings_get_codes_estimates_and_courtyards() {
    let (crs, origin) = plane();
    let source = squares(&[
        r#"{"name":"一号楼","building":"apartments","layers":6,"小区":"滨江苑"}"#,
        r#"{"code":"B000001","户数":12,"building":"yes","小区":"远方"}"#,
        r#"{"kind":"building","kind_detail":"mall","height":9.0,"addr_street":"滨江大道","addr_housenumber":"2727"}"#,
        r#"{"code":"B000001"}"#,
        r#"{"用途":"住宅","层数":"18层","人数":"-3"}"#,
        r#"{"code":"B000002"}"#,
    ]);
    let p = rows_with(As::Rows(Kind::Buildings), &source, &crs, origin, &mapped(&[("storeys", "layers")]));
    assert_eq!((p.read, p.rows.len(), p.refused, p.repaired, p.estimated), (6, 4, 2, 0, 3));
    let codes: Vec<&str> = p.rows.iter().map(|r| r.code.as_str()).collect();
    // B000001 stands in the file and B000002 in the project, so the first free number is 3.
    assert_eq!(codes, ["B000003", "B000001", "B000004", "B000005"]);
    let [a, b, c, d] = p.rows.as_slice() else { panic!() };
    assert_eq!(
        (a.name.as_str(), text(a, Field::Use), text(a, Field::Courtyard)),
        ("一号楼", Some("residential"), Some("Y7"))
    );
    // 400 m² × 6 × 0.8 / 90 = 21.3
    assert_eq!((count(a, Field::Households), count(a, Field::Residents)), (Some(21), Some(53)));
    assert_eq!(count(a, Field::HouseholdsEstimated), Some(1));
    assert_eq!((count(b, Field::Households), count(b, Field::Residents)), (Some(12), Some(30)));
    assert_eq!((count(b, Field::HouseholdsEstimated), text(b, Field::Courtyard)), (None, Some("远方")));
    assert_eq!((text(c, Field::Use), text(c, Field::Kind)), (Some("commercial"), Some("mall")));
    assert_eq!((count(c, Field::Households), text(c, Field::Address)), (Some(0), Some("滨江大道2727号")));
    assert_eq!((text(c, Field::Courtyard), c.get(Field::Height)), (Some("Y8"), Some(&Value::Float(9.0))));
    // `storeys` was mapped to another column, so "18层" is not read; the wrong number of people is said.
    assert_eq!((count(d, Field::Storeys), count(d, Field::Residents)), (None, Some(53)));
    assert_eq!(kinds(&p.findings), ["unknown_courtyard", "duplicate", "number", "duplicate"]);
    assert_eq!(p.findings[1].feature, Some(4));
    assert_eq!(p.next_code, 6);
}

#[test]
fn what_a_project_never_holds_is_refused_and_not_repeated() {
    let (crs, origin) = plane();
    let number = "11010519491231002X";
    let source = squares(&[
        r#"{"户主":"张三","name":"一号楼","address":"滨江大道 11010519491231002X"}"#,
        r#"{"户主":"李四","name":"4111111111111111","address":"滨江大道2号"}"#,
        r#"{"code":"11010519491231002X"}"#,
    ]);
    let p = rows_with(As::Rows(Kind::Buildings), &source, &crs, origin, &mapped(&[("address", "address")]));
    assert_eq!(kinds(&p.findings), ["private_column", "identity_number", "bank_card", "identity_number"]);
    assert_eq!((p.rows.len(), p.refused), (2, 1));
    assert_eq!((text(&p.rows[0], Field::Address), text(&p.rows[1], Field::Address)), (None, Some("滨江大道2号")));
    assert_eq!((p.rows[0].name.as_str(), p.rows[1].name.as_str()), ("一号楼", ""));
    assert_eq!((p.findings[1].feature, p.findings[1].field.as_deref()), (Some(1), Some("address")));
    let said: String = p.findings.iter().map(|f| format!("{}{}{:?}", f.message_zh, f.message_en, f)).collect();
    assert!(!said.contains(number) && !said.contains("4111111111111111") && !said.contains("张三"));
    // A refused column stays refused when it is mapped by hand.
    let p = rows_with(As::Rows(Kind::Buildings), &source, &crs, origin, &mapped(&[("name", "户主")]));
    assert!(p.rows.iter().all(|r| r.name.is_empty()));
    // A column of mobile numbers under an innocent header.
    let source = squares(&[r#"{"name":"13800000000"}"#, r#"{"name":"13900000000"}"#]);
    let p = rows_with(As::Rows(Kind::Buildings), &source, &crs, origin, &[]);
    assert_eq!((kinds(&p.findings), p.rows[0].name.as_str()), (vec!["phone_column"], ""));
    // The same as codes or house numbers, guessed or mapped by hand.
    let source = squares(&[r#"{"编号":"13800000000"}"#, r#"{"编号":"13900000000"}"#]);
    for map in [mapped(&[]), mapped(&[("code", "编号")])] {
        let p = rows_with(As::Rows(Kind::Buildings), &source, &crs, origin, &map);
        assert_eq!(kinds(&p.findings), ["phone_column"]);
        assert!(p.rows.iter().all(|r| r.code.starts_with("B0")), "{:?}", p.rows);
    }
    let source = squares(&[r#"{"addr:street":"滨江大道","addr:housenumber":"13800000000"}"#]);
    let p = rows_with(As::Rows(Kind::Buildings), &source, &crs, origin, &[]);
    assert_eq!((kinds(&p.findings), text(&p.rows[0], Field::Address)), (vec!["phone_column"], Some("滨江大道")));
}

#[test]
fn a_broken_feature_costs_one_row_and_a_broken_end_what_follows() {
    let text = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"a":1},"geometry":{"type":"Point","coordinates":[121.5,31.2,4]}},
        {"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":["121.5",31.2]}},
        7,
        {"type":"Feature","properties":[1],"geometry":{"type":"Point","coordinates":[121.6,31.2]}},
        {"type":"Feature","properties":null,"geometry":{"type":"GeometryCollection","geometries":[
            {"type":"Point","coordinates":[1,2]},{"type":"LineString","coordinates":[[1,2],[2,3]]}]}},
        {"type":"Feature","properties":null,"geometry":{"type":"MultiPoint","coordinates":[[1,2]]}},
        {"type":"Feature","properties":{},"geometry":null}
    "#;
    let whole = of_text(&format!("{text}]}}"));
    assert_eq!((whole.read, whole.refused, whole.features.len()), (7, 3, 4));
    assert_eq!(kinds(&whole.findings), ["coordinates", "not_a_feature", "properties", "mixed_geometry"]);
    assert_eq!(whole.findings.iter().map(|f| f.feature).collect::<Vec<_>>(), [Some(2), Some(3), Some(4), Some(5)]);
    assert_eq!(whole.crs, Some(CrsDef::wgs84()));
    let cut = of_text(text);
    assert_eq!((cut.features.len(), kinds(&cut.findings).last()), (4, Some(&"syntax")));
    assert!(cut.findings.last().unwrap().message_en.contains("broken or cut off from line 10"));
    // One feature a line, with and without record separators.
    let line = r#"{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1,2]}}"#;
    assert_eq!(of_text(&format!("{line}\n{line}\n")).features.len(), 2);
    assert_eq!(of_text(&format!("\u{1e}{line}\n\u{1e}{line}\n")).features.len(), 2);
    for (bad, no_json) in [("{\"type\":\"Topology\"}", false), ("[1]", false), ("{", true), ("{\"type\":", true)] {
        match read_bytes(bad.as_bytes(), Some(Format::GeoJson), &ReadOptions::default(), &mut go) {
            Err(ExchangeError::NotJson { .. }) => assert!(no_json, "{bad}"),
            Err(ExchangeError::NotGeoJson(_)) => assert!(!no_json, "{bad}"),
            other => panic!("{bad}: {other:?}"),
        }
    }
}

#[test]
fn the_crs_member_is_honoured_and_the_caller_knows_better() {
    let with = |crs: &str| {
        format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":{{}},\"geometry\":\
             {{\"type\":\"Point\",\"coordinates\":[1,2]}}}}],\"crs\":{{\"type\":\"name\",\"properties\":{{\"name\":\"{crs}\"}}}}}}"
        )
    };
    assert_eq!(of_text(&with("urn:ogc:def:crs:EPSG::4549")).crs.unwrap().text(), "EPSG:4549");
    assert_eq!(of_text(&with("urn:ogc:def:crs:OGC:1.3:CRS84")).crs, Some(CrsDef::wgs84()));
    let unknown = with("my own system");
    let read = |o: &ReadOptions| read_bytes(unknown.as_bytes(), None, o, &mut go);
    assert!(matches!(read(&ReadOptions::default()), Err(ExchangeError::Crs(_))));
    let given = ReadOptions { crs: Some(CrsDef::parse("EPSG:4549").unwrap()), ..ReadOptions::default() };
    assert_eq!(read(&given).unwrap().crs.unwrap().text(), "EPSG:4549");
}

#[test]
fn tables_are_read_in_all_encodings_and_delimiters() {
    let body = "编号\t经度\t纬度\t事件类别\t上报时间\n1\t121.5\t31.2\t\"噪声\n扰民\"\t2018-07-01 12:30\n2\t0\t0\t市容\t昨天\n\t\t\t\t\n3\t\t\t市容\t\n\t\t\t\t\n";
    let (gbk, _, _) = encoding_rs::GB18030.encode(body);
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(body.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for (bytes, encoding) in [
        (body.as_bytes().to_vec(), "UTF-8"),
        ([b"\xEF\xBB\xBF".as_slice(), body.as_bytes()].concat(), "UTF-8"),
        (gbk.to_vec(), "gb18030"),
        (utf16, "UTF-16LE"),
    ] {
        let source = read_bytes(&bytes, None, &ReadOptions::default(), &mut go).unwrap();
        assert_eq!(source.encoding, encoding);
        assert_eq!(source.columns, ["编号", "经度", "纬度", "事件类别", "上报时间"]);
        // The empty row between others is one that says nothing, the one at the end is none.
        assert_eq!((source.read, kinds(&source.findings)), (4, vec!["empty_rows"]));
        assert_eq!(source.features.iter().map(|f| f.line).collect::<Vec<_>>(), [Some(2), Some(4), Some(5), Some(6)]);
        let p = rows(As::Rows(Kind::Incidents), &source);
        assert_eq!((p.rows.len(), p.unlocated, p.refused), (4, 3, 0));
        assert_eq!(p.rows[0].get(Field::Time), Some(&Value::Int(1_530_419_400)));
        assert_eq!(text(&p.rows[0], Field::Class), Some("噪声 扰民"));
        assert_eq!(kinds(&p.findings), ["empty_rows", "time", "unlocated"]);
        assert_eq!(p.rows.iter().map(|r| r.code.as_str()).collect::<Vec<_>>(), ["1", "2", "I000001", "3"]);
    }
    let o = ReadOptions { encoding: Some("klingon".to_owned()), ..ReadOptions::default() };
    assert!(matches!(read_bytes(b"a,b", None, &o, &mut go), Err(ExchangeError::Encoding(_))));
    // Bytes that are neither: read, and said.
    let source = read_bytes(b"lon,lat,name\n1,2,\xFF\xFF\n", None, &ReadOptions::default(), &mut go).unwrap();
    assert_eq!(kinds(&source.findings), ["encoding"]);
}

#[test]
fn plane_coordinates_of_tables_tell_their_system() {
    // X north, Y east with the number of the zone, as surveyors write.
    let s = of_text("名称;X;Y\n甲;3482528.892;40607401.495\n乙;3482628.892;40607501.495\n");
    assert_eq!(s.crs.as_ref().unwrap().text(), "EPSG:4528");
    assert_eq!(s.features[0].geometry, Geometry::Point([40607401.495, 3482528.892]));
    assert_eq!(kinds(&s.findings), ["axes", "crs_guessed"]);
    // Without the zone nothing says which; the project's system is taken and said.
    let s = of_text("name,x,y\na,607401.495,3482528.892\n");
    assert_eq!(s.crs, None);
    let (crs, origin) = plane();
    let p = rows_with(As::Rows(Kind::Facilities), &s, &crs, origin, &[]);
    assert_eq!(kinds(&p.findings), ["crs_assumed"]);
    assert_eq!(p.rows[0].shape, Shape::Point(crate::geom::pt(401_495, 528_892)));
    // Named by the caller, whatever their headers.
    let o = ReadOptions { map: mapped(&[("x", "横"), ("y", "竖")]), ..ReadOptions::default() };
    let s = read_bytes("竖,横\n31.2,121.5\n".as_bytes(), None, &o, &mut go).unwrap();
    assert_eq!((s.crs, s.features[0].geometry.clone()), (Some(CrsDef::wgs84()), Geometry::Point([121.5, 31.2])));
    for (bad, o) in [("a,b\n1,2\n", ReadOptions::default()), ("lon,b\n1,2\n", ReadOptions::default())] {
        assert!(matches!(read_bytes(bad.as_bytes(), None, &o, &mut go), Err(ExchangeError::NoCoordinates { .. })));
    }
    assert!(matches!(read_bytes(b"", None, &ReadOptions::default(), &mut go), Err(ExchangeError::NoHeader)));
}

#[test]
fn shapes_that_do_not_fit_are_refused_with_place_and_reason() {
    let (crs, origin) = plane();
    let point = r#"{"type":"Point","coordinates":[607010,3482010]}"#;
    let hourglass = r#"{"type":"Polygon","coordinates":[[[607000,3482000],[607010,3482010],[607010,3482000],[607000,3482010],[607000,3482000]]]}"#;
    let open = r#"{"type":"Polygon","coordinates":[[[607000,3482000],[607010,3482000],[607010,3482010]]]}"#;
    let far = r#"{"type":"Point","coordinates":[9607010,3482010]}"#;
    let mut source = of_text(&[point, hourglass, open, far].join("\n"));
    source.crs = Some(crs.clone());
    let run = |target| rows_with(target, &source, &crs, origin, &[]);
    let b = run(As::Rows(Kind::Buildings));
    assert_eq!((b.rows.len(), b.repaired, b.refused), (3, 2, 1));
    assert_eq!(kinds(&b.findings), ["unclosed_ring", "self_crossing", "out_of_range"]);
    assert_eq!(b.findings[1].at, Some([607_005.0, 3_482_005.0]));
    // A cell that crosses itself is handed on, to be mended where it comes to lie; an outline is not mended.
    for (target, taken, severity) in [(As::Rows(Kind::Cells), 2, Severity::Warning), (As::Outline, 1, Severity::Error)]
    {
        let c = run(target);
        assert_eq!((c.rows.len(), c.origins.len(), c.refused), (taken, taken, 4 - taken as u32));
        assert_eq!(kinds(&c.findings), ["unclosed_ring", "wrong_geometry", "self_crossing", "wrong_geometry"]);
        assert_eq!(c.findings[2].severity, severity);
        assert_eq!(c.origins.iter().any(|o| o.crossed), taken == 2);
    }
    assert_eq!(run(As::Rows(Kind::Roads)).rows.len(), 0);
    assert_eq!(run(As::Rows(Kind::Incidents)).rows.len(), 1);
}

#[test]
fn stopping_and_limits_leave_nothing_behind() {
    let many: String = std::iter::once("lon,lat\n".to_owned()).chain((0..9000).map(|i| format!("1.{i},2\n"))).collect();
    let o = ReadOptions::default();
    assert!(matches!(read_bytes(many.as_bytes(), None, &o, &mut |_| false), Err(ExchangeError::Stopped)));
    let line = r#"{"type":"Feature","properties":{},"geometry":null}"#;
    let features = format!("{{\"features\":[{}]}}", vec![line; 1500].join(","));
    assert!(matches!(read_bytes(features.as_bytes(), None, &o, &mut |_| false), Err(ExchangeError::Stopped)));
    assert_eq!(of_text(&features).read, 1500);
    let small = ReadOptions { limit_bytes: 100, ..ReadOptions::default() };
    assert!(matches!(read_bytes(many.as_bytes(), None, &small, &mut go), Err(ExchangeError::TooLarge { .. })));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.csv");
    std::fs::write(&path, &many).unwrap();
    assert!(matches!(read(&path, &small, &mut go), Err(ExchangeError::TooLarge { bytes, limit: 100 }) if bytes > 100));
    assert_eq!(read(&path, &o, &mut go).unwrap().read, 9000);
    assert!(matches!(read(&dir.path().join("none.csv"), &o, &mut go), Err(ExchangeError::Io { .. })));
}

#[test]
fn findings_of_one_kind_are_listed_up_to_a_thousand() {
    let body: String =
        std::iter::once("lon,lat,time\n".to_owned()).chain((0..1500).map(|_| "1,2,soon\n".to_owned())).collect();
    let p = rows(As::Rows(Kind::Incidents), &of_text(&body));
    assert_eq!((p.rows.len(), p.findings.len()), (1500, 1001));
    assert!(p.findings.last().unwrap().message_en.starts_with("500 more"));
}

/// Every row of the reference made with PROJ 9.5.1.
#[test]
fn all_reference_coordinates_of_cgcs2000_agree_to_a_millimetre() {
    let Some(path) = shared("coords/cgcs2000_gk_proj_reference.csv") else { return };
    let mut reader = csv::Reader::from_path(path).unwrap();
    let cgcs2000 = CrsDef::parse("EPSG:4490").unwrap();
    let mut n = 0;
    for record in reader.records() {
        let record = record.unwrap();
        let v = |i: usize| record[i].parse::<f64>().unwrap();
        let target = CrsDef::parse(&format!("EPSG:{}", &record[0])).unwrap();
        for from in [&cgcs2000, &CrsDef::wgs84()] {
            let got = Transform::new(from, &target).unwrap().point([v(2), v(3)]).unwrap();
            assert!((got[0] - v(4)).abs() < 0.001 && (got[1] - v(5)).abs() < 0.001, "{record:?} {got:?}");
            let back = Transform::new(&target, from).unwrap().point([v(4), v(5)]).unwrap();
            assert!((back[0] - v(2)).abs() < 2e-9 && (back[1] - v(3)).abs() < 2e-9, "{record:?} {back:?}");
        }
        n += 1;
    }
    assert_eq!(n, 256);
}

/// PROJ_DATA of another program, and a proj.db in the working folder that is none: neither is read.
#[cfg(feature = "proj")]
#[test]
fn another_programs_proj_does_no_harm() {
    if std::env::var_os("GETU_TEST_CHILD").is_some() {
        let t = Transform::new(&CrsDef::parse("EPSG:2263").unwrap(), &CrsDef::wgs84()).unwrap();
        let p = t.point([1_026_839.0, 190_733.0]).unwrap();
        assert!((p[0] + 73.846_427_559).abs() < 2e-6 && (p[1] - 40.690_092_328).abs() < 2e-6, "{p:?}");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("proj.db"), b"no database").unwrap();
    std::fs::create_dir_all(dir.path().join("proj")).unwrap();
    std::fs::write(dir.path().join("proj/proj.db"), b"nor this").unwrap();
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "exchange::tests::another_programs_proj_does_no_harm", "--nocapture"])
        .current_dir(dir.path())
        .envs([("GETU_TEST_CHILD", "1")])
        .envs(
            ["PROJ_DATA", "PROJ_LIB", "XDG_DATA_HOME", "HOME", "PROJ_USER_WRITABLE_DIRECTORY"].map(|k| (k, dir.path())),
        )
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout).into_owned() + &String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn every_broken_geojson_file_is_read_or_refused_and_never_panics() {
    let mut n = 0;
    for folder in ["dirty/geojsonhint", "dirty/geojson-invalid-geometry"] {
        let Some(root) = shared(folder) else { continue };
        let mut folders = vec![root];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                n += 1;
                let good = path.to_string_lossy().contains("/good/") || path.to_string_lossy().contains("/valid/");
                match read(&path, &ReadOptions::default(), &mut go) {
                    Ok(source) => {
                        assert_eq!(source.read, source.refused + source.features.len() as u32, "{path:?}");
                        assert_eq!(
                            source.refused as usize,
                            source
                                .findings
                                .iter()
                                .filter(|f| f.action == Action::Refused && f.kind != "syntax")
                                .count(),
                            "{path:?}"
                        );
                        let crs = source.crs.clone().unwrap();
                        let Some(choice) = source.extent().and_then(|e| auto(&crs, e).ok()) else { continue };
                        for kind in Kind::TABLES {
                            let p = rows_with(As::Rows(kind), &source, &choice.crs, choice.origin, &[]);
                            assert_eq!(p.read, p.refused + p.rows.len() as u32, "{path:?}");
                        }
                    }
                    Err(e) => {
                        assert!(!good, "{path:?}: {e}");
                        assert!(!e.said().zh.is_empty() && !e.said().en.is_empty());
                    }
                }
            }
        }
    }
    println!("{n} files replayed");
    assert!(n == 0 || n == 136, "{n}");
}

#[test]
fn the_chinese_data_are_imported_whole() {
    for (file, kind, want, reason) in [
        ("shanghai_lujiazui_buildings", Kind::Buildings, 1450, AutoReason::ChinaCustom),
        ("shanghai_lujiazui_roads", Kind::Roads, 1094, AutoReason::ChinaCustom),
        ("shanghai_lujiazui_water", Kind::Water, 7, AutoReason::ChinaCustom),
        ("shanghai_lujiazui_landuse", Kind::Landuse, 175, AutoReason::ChinaCustom),
        ("shanghai_lujiazui_pois", Kind::Facilities, 493, AutoReason::ChinaCustom),
        ("shanghai_lujiazui_boundaries", Kind::Walls, 18, AutoReason::ChinaCustom),
        ("shanghai_lujiazui_places", Kind::Facilities, 6, AutoReason::ChinaCustom),
        ("wuhan_guanggu_buildings", Kind::Buildings, 237, AutoReason::ChinaZone),
        ("wuhan_guanggu_roads", Kind::Roads, 216, AutoReason::ChinaZone),
        ("wuhan_guanggu_water", Kind::Water, 1, AutoReason::ChinaZone),
        ("wuhan_guanggu_boundaries", Kind::Walls, 1, AutoReason::ChinaZone),
    ] {
        let Some(path) = shared(&format!("china/{file}.geojson")) else { continue };
        let source = read(&path, &ReadOptions::default(), &mut go).unwrap();
        let choice = auto(source.crs.as_ref().unwrap(), source.extent().unwrap()).unwrap();
        let p = rows(As::Rows(kind), &source);
        println!(
            "{file}: {} rows, {} refused, {} repaired, {} estimated, {} — {:?}",
            p.rows.len(),
            p.refused,
            p.repaired,
            p.estimated,
            choice.crs,
            kinds(&p.findings)
        );
        assert_eq!((p.read, p.rows.len() + p.refused as usize), (want, want as usize), "{file}");
        assert!(p.refused == 0, "{file}: {:?}", p.findings);
        if file != "shanghai_lujiazui_places" && file != "shanghai_lujiazui_boundaries" {
            assert_eq!(choice.reason, reason, "{file}");
        }
    }
}

#[test]
fn the_incident_data_have_the_places_they_are_said_to_have() {
    for (file, want, located) in [
        ("nyc311_2024_elevator_22k", 22_504, 22_484),
        ("nyc311_2018_titlecase", 1000, 893),
        ("nyc311_2024_snakecase", 1000, 988),
        ("nyc311_2024b_quoted", 1000, 977),
        ("nyc311_2023", 500, 432),
        ("nyc311_2016", 117, 116),
        ("sf311_cases_sample", 4984, 4984),
        ("chicago_crimes_10k", 9999, 9837),
        ("uk_road_accidents_140k_lnglat", 140_056, 140_029),
    ] {
        let Some(path) = shared(&format!("incidents/{file}.csv")) else { continue };
        let start = std::time::Instant::now();
        let source = read(&path, &ReadOptions::default(), &mut go).unwrap();
        let middle = std::time::Instant::now();
        let p = rows(As::Rows(Kind::Incidents), &source);
        let with = |f| p.rows.iter().filter(|r| r.get(f).is_some()).count();
        println!(
            "{file}: {} rows, {} unlocated, {} refused; class {}, time {}, state {}, source {}; read {:?}, prepare {:?}; {:?}",
            p.rows.len(),
            p.unlocated,
            p.refused,
            with(Field::Class),
            with(Field::Time),
            with(Field::State),
            with(Field::Source),
            middle - start,
            middle.elapsed(),
            kinds(&p.findings)
        );
        assert_eq!(p.read, want, "{file}");
        assert_eq!((p.rows.len() as u32, p.refused), (want, 0), "{file}: {:?}", p.findings.last());
        assert_eq!(want - p.unlocated, located, "{file}");
        if !file.starts_with("uk") {
            assert_eq!((with(Field::Class), with(Field::Time)), (want as usize, want as usize), "{file}");
        }
    }
}

/// GDAL's own reading of what we write.
#[test]
fn gdal_reads_our_geotiff_with_place_and_system() {
    let gdal = |args: &[&str]| std::process::Command::new("gdalinfo").args(args).output();
    if gdal(&["--version"]).is_err() {
        println!("skipped: gdalinfo is not installed");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let values: Vec<f32> = (0..12).map(|i| i as f32 * 0.5).collect();
    let r = Raster {
        width: 4,
        height: 3,
        values: &values,
        west_m: 5e5,
        north_m: 3.45e6,
        pixel_m: 12.5,
        nodata: Some(-1.0),
    };
    let mut systems = vec![
        ("EPSG:4549", "CGCS2000 / 3-degree Gauss-Kruger CM 120E"),
        ("+proj=tmerc +lat_0=0 +lon_0=121.5 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs", "121.5"),
        ("+proj=tmerc +lat_0=0 +lon_0=-0.05 +k=1 +x_0=500000 +y_0=0 +ellps=WGS84 +units=m +no_defs", "WGS 84"),
    ];
    if cfg!(feature = "proj") {
        systems.push(("EPSG:27700", "British National Grid"));
        let lcc = CrsDef::parse("+proj=lcc +lat_1=30 +lat_2=60 +lat_0=40 +lon_0=105 +ellps=GRS80").unwrap();
        assert!(matches!(write_geotiff(&mut Vec::new(), &r, &lcc), Err(ExchangeError::NoGeoTiff(_))));
    }
    for (i, (text, want)) in systems.into_iter().enumerate() {
        let crs = CrsDef::parse(text).unwrap();
        let path = dir.path().join(format!("{i}.tif"));
        write_geotiff(&mut std::fs::File::create(&path).unwrap(), &r, &crs).unwrap();
        let out = gdal(&["-stats", path.to_str().unwrap()]).unwrap();
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(out.status.success() && complaint.is_empty(), "{text}: {complaint}");
        for part in [
            want,
            "Size is 4, 3",
            "Origin = (500000.000000000000000,3450000.000000000000000)",
            "Pixel Size = (12.500000000000000,-12.500000000000000)",
            "Type=Float32",
            "NoData Value=-1",
            "Minimum=0.000, Maximum=5.500",
        ] {
            assert!(said.contains(part), "{text}: {part} is missing in {said}");
        }
        if text.contains("121.5") {
            assert!(said.contains("China") && said.contains("Transverse Mercator"), "{said}");
        }
    }
    let wrong = Raster { width: 5, ..r };
    assert!(write_geotiff(&mut Vec::new(), &wrong, &CrsDef::parse("EPSG:4549").unwrap()).is_err());
    assert!(write_geotiff(&mut Vec::new(), &r, &CrsDef::wgs84()).is_err());
}

/// OGR's reading of GeoJSON in a custom zone.
#[test]
fn gdal_reads_our_geojson_in_its_system() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.geojson");
    let crs = auto(&CrsDef::wgs84(), [121.48, 31.22, 121.53, 31.25]).unwrap();
    let square = Shape::Polygons(vec![vec![
        [(0, 0), (10_000, 0), (10_000, 10_000)].map(|(x, y)| crate::geom::pt(x, y)).to_vec(),
    ]]);
    let f = OutFeature { shape: square.as_ref(), props: vec![("名称".to_owned(), "一号楼".into())] };
    write_geojson(&mut std::fs::File::create(&path).unwrap(), [f], crs.origin, &crs.crs, &crs.crs).unwrap();
    let out = match std::process::Command::new("ogrinfo").args(["-ro", "-al"]).arg(&path).output() {
        Ok(out) => out,
        Err(_) => return println!("skipped: ogrinfo is not installed"),
    };
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    for part in ["Feature Count: 1", "Geometry: Polygon", "Transverse Mercator", "121.5", "名称 (String) = 一号楼"]
    {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for format in [None, Some(Format::GeoJson), Some(Format::Delimited)] {
                let _ = read_bytes(&bytes, format, &ReadOptions::default(), &mut go);
            }
        }

        #[test]
        fn no_table_makes_preparing_panic(body in "([a-z0-9,.\"\\- 户号张]{0,30}\n){0,8}") {
            let text = format!("经度,纬度,编码,名称,户数,层数,高度,时间,类别\n{body}");
            let source = of_text(&text);
            let (crs, origin) = plane();
            for kind in [Kind::Buildings, Kind::Incidents, Kind::Facilities] {
                let p = rows_with(As::Rows(kind), &source, &crs, origin, &[]);
                prop_assert_eq!(p.read, p.refused + p.rows.len() as u32);
            }
        }

        #[test]
        fn no_nested_json_makes_the_reader_panic(a in "[\\[\\]{}\",:0-9a-z ]{0,80}") {
            let text = format!("{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":{a}");
            let _ = read_bytes(text.as_bytes(), None, &ReadOptions::default(), &mut go);
        }
    }
}
