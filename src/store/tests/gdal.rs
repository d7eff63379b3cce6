//! What another program makes of the file: GDAL, where it is installed.

use super::*;
use std::process::Command;

fn ogrinfo(args: &[&str], path: &Path) -> Option<String> {
    let out = Command::new("ogrinfo").args(args).arg(path).output();
    match out {
        Ok(o) => {
            let text = String::from_utf8_lossy(&o.stdout).into_owned();
            let err = String::from_utf8_lossy(&o.stderr).into_owned();
            assert!(o.status.success() && err.is_empty(), "{text}{err}");
            Some(text)
        }
        Err(_) => {
            println!("skipped: GDAL is not installed");
            None
        }
    }
}

#[test]
fn gdal_sees_the_layers_their_crs_counts_and_valid_geometry() {
    let (dir, path) = file();
    let d = Desk::town();
    save(&path, &d.input(), None).unwrap();
    let Some(text) = ogrinfo(&["-ro", "-al", "-so"], &path) else { return };
    let count = |layer: &str| {
        let part = text
            .split("Layer name: ")
            .find(|p| p.starts_with(&format!("{layer}\n")))
            .unwrap_or_else(|| panic!("{layer}: {text}"));
        let n = part.lines().find_map(|l| l.strip_prefix("Feature Count: ")).unwrap();
        (n.parse::<usize>().unwrap(), part.to_owned())
    };
    for (layer, n) in [
        ("cells_grid_0", 2),
        ("cells_grid_1", 6),
        ("outline_grid", 1),
        ("levels", 2),
        ("buildings", 120),
        ("courtyards", 1),
        ("facilities", 0),
        ("roads", 1),
        ("water", 2),
        ("landuse", 0),
        ("walls", 0),
        ("incidents", 2),
        ("reference", 0),
    ] {
        assert_eq!(count(layer).0, n, "{layer}");
    }
    assert!(!text.contains("getu_"), "our own tables stay hidden");
    let (_, cells) = count("cells_grid_1");
    for part in [
        "Geometry: Multi Polygon",
        "IDENTIFIER=治理网格·网格",
        "CGCS2000 / 3-degree Gauss-Kruger CM 120E",
        "ID[\"EPSG\",4549]",
    ] {
        assert!(cells.contains(part), "{part}: {cells}");
    }
    assert!(cells.contains("Extent: (500000.000000, 3450000.000000) - (500600.000000, 3450350.000000)"), "{cells}");
    for layer in ["cells_grid_0", "cells_grid_1", "outline_grid", "buildings", "courtyards", "water"] {
        let sql = format!(
            "SELECT count(*) AS bad FROM {layer} WHERE geom IS NOT NULL AND (ST_IsValid(geom) <> 1 OR HasSpatialIndex('{layer}', 'geom') <> 1)"
        );
        let Some(text) = ogrinfo(&["-ro", "-sql", &sql], &path) else { return };
        if text.contains("no such function") {
            println!("skipped: GDAL without SpatiaLite cannot judge geometry");
            break;
        }
        assert!(text.contains("bad (Integer) = 0"), "{layer}: {text}");
    }
    // The whole ground, in GDAL's own arithmetic: 600 m × 400 m.
    let sql = "SELECT sum(area_m2) AS ours, sum(ST_Area(geom)) AS theirs FROM outline_grid";
    let Some(text) = ogrinfo(&["-ro", "-sql", sql], &path) else { return };
    assert!(text.contains("ours (Real) = 240000") && text.contains("theirs (Real) = 240000"), "{text}");
    // GDAL writes: its functions feed the standard's triggers, ours note it, the R-tree stays right.
    let sql = "UPDATE buildings SET geom = (SELECT geom FROM buildings WHERE code = 'B000002'), name = '移' WHERE code = 'B000001'";
    ogrinfo(&["-sql", sql], &path);
    let opened = open(&path, 1, None).unwrap();
    assert_eq!(opened.warnings, [Warning::EditedElsewhere { tables: vec![("buildings".into(), 1)] }]);
    assert_eq!(names(dir.path()).len(), 1);
}

#[test]
fn a_custom_crs_reaches_gdal_by_its_wkt() {
    let (_dir, path) = file();
    let mut d = Desk::new();
    let crs = "+proj=tmerc +lat_0=0 +lon_0=121.5 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs";
    let head = Head { name: "n".into(), crs: crs.into(), origin: Some(Origin { e_m: 500_000, n_m: 3_450_000 }) };
    let layer = GridLayer::new("grid", "治理网格", vec!["网格".into()]).unwrap();
    d.history = History::new(Project::new(head, vec![layer], Id(1)), 1);
    d.import(Kind::Buildings, buildings(0, 3));
    save(&path, &d.input(), None).unwrap();
    let Some(text) = ogrinfo(&["-ro", "-al", "-so"], &path) else { return };
    assert!(text.contains("PARAMETER[\"Longitude of natural origin\",121.5"), "{text}");
    let cells = text.split("Layer name: ").find(|p| p.starts_with("cells_grid_0\n")).unwrap();
    assert!(cells.contains("CGCS2000") && !cells.contains("(unknown)"), "{cells}");
}
