use super::kruger::Series;
use super::*;
use crate::geom::Origin;
use proptest::prelude::*;

fn crs(text: &str) -> CrsDef {
    CrsDef::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn near(a: [f64; 2], b: [f64; 2], tolerance: f64) -> bool {
    (a[0] - b[0]).abs() <= tolerance && (a[1] - b[1]).abs() <= tolerance
}

#[test]
fn texts_are_read_in_all_usual_forms_or_refused() {
    for (text, want) in [
        ("EPSG:4549", "EPSG:4549"),
        (" epsg:4549 ", "EPSG:4549"),
        ("urn:ogc:def:crs:EPSG::4549", "EPSG:4549"),
        ("urn:ogc:def:crs:EPSG:9.6:4549", "EPSG:4549"),
        ("http://www.opengis.net/def/crs/EPSG/0/4326", "EPSG:4326"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("OGC:CRS84", "EPSG:4326"),
        ("+proj=longlat  +datum=WGS84 +no_defs", "+proj=longlat +datum=WGS84 +no_defs"),
    ] {
        let def = crs(text);
        assert_eq!(def.text(), want);
        assert_eq!(CrsDef::parse(def.text()).unwrap(), def);
    }
    assert_eq!(crs("EPSG:4549").epsg_code(), Some(4549));
    assert_eq!(crs("+proj=longlat +ellps=GRS80").epsg_code(), None);
    for bad in [
        "",
        "4549",
        "EPSG:",
        "EPSG:45x",
        "EPSG:4549000",
        "ESRI:102100",
        "+init=epsg:4549",
        "+towgs84=0",
        "米",
        "+proj=\u{0}",
    ] {
        assert!(matches!(CrsDef::parse(bad), Err(CrsError::Unreadable(_))), "{bad}");
    }
    let back: CrsDef = serde_json::from_str("\"EPSG:2237\"").unwrap();
    assert_eq!(serde_json::to_string(&back).unwrap(), "\"EPSG:2237\"");
    assert!(serde_json::from_str::<CrsDef>("\"nothing\"").is_err());
}

/// Places of `domain.md` 3.1: computed independently from published formulas; northing, easting there.
#[test]
fn places_fall_where_the_published_series_puts_them() {
    for (lon, lat, target, n, e) in [
        (104.43, 30.86, "EPSG:4544", 3415591.869, 445482.774),
        (112.26, 31.72, "EPSG:4546", 3511495.299, 619426.095),
        (121.13, 31.46, "EPSG:4549", 3482528.892, 607401.495),
        (
            121.13,
            31.46,
            "+proj=tmerc +lat_0=0 +lon_0=120.783333333333333 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m",
            3482028.122,
            532948.243,
        ),
        (117.25, 34.25, "EPSG:4548", 3791420.879, 523028.343),
        (116.83, 32.63, "EPSG:4548", 3611727.371, 484046.965),
        (117.25, 31.84, "EPSG:4548", 3524138.005, 523664.250),
        (117.06, 30.52, "EPSG:4548", 3377760.486, 505758.757),
        (119.41, 36.00, "EPSG:4549", 3985703.666, 446803.131),
        (121.55, 31.18, "EPSG:4550", 3451836.773, 361772.723),
    ] {
        let there = Transform::new(&CrsDef::wgs84(), &crs(target)).unwrap();
        let got = there.point([lon, lat]).unwrap();
        assert!(near(got, [e, n], 0.000_6), "{target} {lon} {lat}: {got:?}");
        let back = Transform::new(&crs(target), &CrsDef::wgs84()).unwrap().point(got).unwrap();
        assert!(near(back, [lon, lat], 1e-12), "{back:?}");
    }
}

/// Bounds printed by epsg.io (`domain.md` 3.1), which are rounded to the centimetre.
#[test]
fn zones_have_the_bounds_that_the_registry_prints() {
    for (code, lon, lat, e, n) in [
        (4522, 100.5, 21.13, Some(34344166.57), None),
        (4522, 103.5, 42.69, None, Some(4729373.22)),
        (4522, 102.0, 21.13, Some(34500000.0), Some(2337470.19)),
        (4522, 102.0, 31.91, Some(34500000.0), Some(3531872.69)),
        (4530, 124.5, 40.19, Some(42372262.47), None),
        (4530, 127.5, 53.2, None, Some(5897928.74)),
        (4530, 126.0, 40.19, None, Some(4450625.96)),
        (4502, 73.62, 35.42, Some(374665.41), None),
        (4502, 78.01, 41.07, None, Some(4552715.22)),
    ] {
        let t = Transform::new(&CrsDef::wgs84(), &crs(&format!("EPSG:{code}"))).unwrap();
        let got = t.point([lon, lat]).unwrap();
        assert!(e.is_none_or(|e: f64| (got[0] - e).abs() < 0.006), "EPSG:{code} {got:?}");
        assert!(n.is_none_or(|n: f64| (got[1] - n).abs() < 0.006), "EPSG:{code} {got:?}");
    }
}

#[test]
fn auto_takes_a_zone_where_the_extent_fits_and_a_meridian_of_its_own_elsewhere() {
    let wgs84 = CrsDef::wgs84();
    // Lujiazui lies on both sides of 121.5°E, the edge between the zones of 120°E and 123°E.
    let lujiazui = auto(&wgs84, [121.4815, 31.2279, 121.5205, 31.2461]).unwrap();
    assert_eq!(
        lujiazui.crs.text(),
        "+proj=tmerc +lat_0=0 +lon_0=121.5 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs"
    );
    assert_eq!(lujiazui.reason, AutoReason::ChinaCustom);
    assert_eq!(lujiazui.origin, Origin { e_m: 500_000, n_m: 3_457_000 });
    let beijing = auto(&wgs84, [116.3, 39.85, 116.5, 40.0]).unwrap();
    assert_eq!((beijing.crs.text(), beijing.reason), ("EPSG:4548", AutoReason::ChinaZone));
    assert_eq!((beijing.origin.e_m % 1000, beijing.origin.n_m), (0, 4_421_000));
    // Up to 1.5° from the meridian and no further.
    assert_eq!(auto(&wgs84, [115.5, 30.0, 118.5, 31.0]).unwrap().crs.text(), "EPSG:4548");
    assert_eq!(auto(&wgs84, [115.49, 30.0, 118.5, 31.0]).unwrap().reason, AutoReason::ChinaCustom);
    let london = auto(&wgs84, [-0.2, 51.4, 0.06, 51.6]).unwrap();
    assert_eq!(london.reason, AutoReason::World);
    assert!(london.crs.text().contains("+lon_0=-0.06666666666666667 ") && london.crs.text().contains("+ellps=WGS84"));
    let new_york = auto(&wgs84, [-74.04, 40.6, -73.9, 40.8]).unwrap();
    assert!(new_york.crs.text().contains(&format!("+lon_0={} ", -4438.0 / 60.0)), "{}", new_york.crs);
    // The same from CGCS2000 and from a foreign zone's point of view.
    assert_eq!(auto(&crs("EPSG:4490"), [116.3, 39.85, 116.5, 40.0]).unwrap().crs.text(), "EPSG:4548");
    let kept = auto(&crs("EPSG:4549"), [607_401.0, 3_482_000.0, 608_900.0, 3_483_100.0]).unwrap();
    assert_eq!((kept.crs.text(), kept.reason), ("EPSG:4549", AutoReason::SourceKept));
    assert_eq!(kept.origin, Origin { e_m: 608_000, n_m: 3_483_000 });
    for bad in [[1.0, 1.0, 0.0, 2.0], [f64::NAN, 0.0, 1.0, 1.0], [0.0, 0.0, 400.0, 1.0]] {
        assert!(matches!(auto(&wgs84, bad), Err(CrsError::OutOfDomain { .. })));
    }
}

#[test]
fn outside_its_domain_a_conversion_is_refused_and_changes_nothing() {
    let t = Transform::new(&CrsDef::wgs84(), &crs("EPSG:4549")).unwrap();
    for bad in [[120.0, 91.0], [-60.0, 10.0], [f64::NAN, 10.0], [f64::INFINITY, 0.0]] {
        let mut two = [[120.0, 30.0], bad];
        assert!(matches!(t.convert(&mut two), Err(CrsError::OutOfDomain { .. })), "{bad:?}");
        assert_eq!(two[0], [120.0, 30.0]);
    }
    let back = Transform::new(&crs("EPSG:4549"), &CrsDef::wgs84()).unwrap();
    assert!(back.point([5e5, 2e7]).is_err() && back.point([1e9, 0.0]).is_err() && back.point([f64::NAN, 0.0]).is_err());
    t.convert(&mut []).unwrap();
}

#[test]
fn the_poles_and_the_date_line_are_no_special_case() {
    let tm =
        |lon_0| TransverseMercator { ellipsoid: Ellipsoid::Wgs84, lon_0, lat_0: 0.0, k_0: 1.0, x_0_m: 0.0, y_0_m: 0.0 };
    let s = Series::new(tm(179.0));
    let [x, _] = s.forward([-179.0, 10.0]).unwrap();
    assert!(x > 200_000.0);
    assert!(near(s.inverse(s.forward([-179.0, 10.0]).unwrap()).unwrap(), [-179.0, 10.0], 1e-11));
    let [x, y] = Series::new(tm(0.0)).forward([0.0, 90.0]).unwrap();
    // A quarter of the meridian: 10 001 965.729 m on WGS 84.
    assert!(x.abs() < 1e-6 && (y - 10_001_965.729).abs() < 1e-3, "{x} {y}");
    let top = Series::new(tm(0.0)).inverse([0.0, y]).unwrap();
    assert!((top[1] - 90.0).abs() < 1e-9);
}

#[test]
fn names_and_kinds_are_known_without_proj() {
    assert_eq!(name(&crs("EPSG:4549")).unwrap(), "CGCS2000 / 3-degree Gauss-Kruger CM 120E");
    assert_eq!(name(&crs("EPSG:4528")).unwrap(), "CGCS2000 / 3-degree Gauss-Kruger zone 40");
    let custom = crs("+proj=tmerc +lon_0=121.5 +x_0=500000 +ellps=GRS80");
    assert_eq!(name(&custom).unwrap(), "CGCS2000 / Transverse Mercator CM 121d30'E");
    assert!(is_metric(&custom).unwrap() && !is_metric(&CrsDef::wgs84()).unwrap());
    assert!(is_geographic(&crs("EPSG:4490")).unwrap() && !is_geographic(&custom).unwrap());
    assert!(wkt(&custom).unwrap().contains("AUTHORITY[\"EPSG\",\"4490\"]"));
}

#[cfg(not(feature = "proj"))]
#[test]
fn without_proj_other_systems_are_refused_by_name() {
    assert!(matches!(CrsDef::parse("EPSG:3857"), Err(CrsError::NoProj(_))));
    assert!(matches!(CrsDef::parse("+proj=lcc +lat_1=30"), Err(CrsError::NoProj(_))));
    let stored: CrsDef = serde_json::from_str("\"EPSG:2263\"").unwrap();
    assert_eq!(Transform::new(&stored, &CrsDef::wgs84()).err(), Some(CrsError::NoProj("EPSG:2263".to_owned())));
}

proptest! {
    #[test]
    fn there_and_back_is_the_same_place(lon in -25.0..25.0f64, lat in -89.0..89.0f64, lon_0 in -180.0..180.0f64) {
        let tm = TransverseMercator {
            ellipsoid: Ellipsoid::Cgcs2000, lon_0, lat_0: 12.0, k_0: 0.9996, x_0_m: 5e5, y_0_m: -1e4,
        };
        let s = Series::new(tm);
        let p = [(lon_0 + lon + 180.0).rem_euclid(360.0) - 180.0, lat];
        let back = s.inverse(s.forward(p).unwrap()).unwrap();
        prop_assert!((back[1] - p[1]).abs() < 1e-11);
        let d = (back[0] - p[0] + 180.0).rem_euclid(360.0) - 180.0;
        prop_assert!(d.abs() < 1e-9, "{d}");
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,60}", n in 0u32..2_000_000) {
        let _ = CrsDef::parse(&text);
        let _ = CrsDef::parse(&format!("+proj={text}"));
        let _ = CrsDef::parse(&format!("EPSG:{n}"));
    }
}

#[cfg(feature = "proj")]
mod with_proj {
    use super::super::pj::Pipeline;
    use super::*;

    /// Both engines side by side, from CGCS2000 longitude and latitude so that no datum comes in.
    #[test]
    fn our_series_and_proj_agree_to_a_tenth_of_a_millimetre() {
        let cgcs2000 = crs("EPSG:4490");
        for code in [4491, 4501, 4502, 4513, 4533, 4534, 4548, 4549, 4554] {
            let target = CrsDef::epsg(code);
            let tm = transverse_mercator(&target).unwrap();
            let ours = Series::new(tm);
            let (there, back) =
                (Pipeline::new(&cgcs2000, &target).unwrap(), Pipeline::new(&target, &cgcs2000).unwrap());
            for i in 0..400 {
                let p = [tm.lon_0 - 4.0 + f64::from(i % 20) * 0.4, f64::from(i / 20) * 4.3 - 20.0];
                let mut theirs = [p];
                there.convert(&mut theirs);
                let got = ours.forward(p).unwrap();
                assert!(near(got, theirs[0], 1e-4), "EPSG:{code} {p:?}: {got:?} {theirs:?}");
                back.convert(&mut theirs);
                assert!(near(theirs[0], p, 1e-9), "EPSG:{code} {p:?}: {theirs:?}");
            }
        }
    }

    /// WGS 84 into a custom zone as `auto` writes it: PROJ applies no shift of the datum either.
    #[test]
    fn a_custom_zone_means_the_same_to_proj() {
        let target = auto(&CrsDef::wgs84(), [121.48, 31.22, 121.53, 31.25]).unwrap().crs;
        let t = Transform::new(&CrsDef::wgs84(), &target).unwrap();
        let p = Pipeline::new(&CrsDef::wgs84(), &target).unwrap();
        let mut theirs = [[121.49, 31.24]];
        p.convert(&mut theirs);
        assert!(near(t.point([121.49, 31.24]).unwrap(), theirs[0], 2e-4), "{theirs:?}");
    }

    #[test]
    fn our_wkt_is_what_proj_writes() {
        for code in [4326, 4490, 4491, 4507, 4520, 4549] {
            let def = CrsDef::epsg(code);
            assert_eq!(wkt(&def).unwrap(), super::super::pj::wkt(&def).unwrap());
            assert_eq!(name(&def).unwrap(), super::super::pj::describe(&def).unwrap().name);
        }
        assert!(wkt(&crs("EPSG:2263")).unwrap().starts_with("PROJCS[\"NAD83 / New York Long Island"));
    }

    #[test]
    fn kinds_of_systems_are_told_apart() {
        for (text, metric, geographic) in [
            ("EPSG:32650", true, false),
            ("EPSG:3857", false, false),
            ("EPSG:2263", false, false),
            ("EPSG:27700", true, false),
            ("EPSG:4610", false, true),
            ("EPSG:2364", true, false),
            ("+proj=lcc +lat_1=30 +lat_2=60 +lat_0=40 +lon_0=105 +ellps=GRS80", true, false),
            ("+proj=tmerc +lon_0=120d47 +x_0=500000 +ellps=GRS80 +towgs84=0,0,0", true, false),
        ] {
            let def = crs(text);
            assert_eq!((is_metric(&def).unwrap(), is_geographic(&def).unwrap()), (metric, geographic), "{text}");
        }
        for (text, plane) in
            [("EPSG:5703", false), ("EPSG:4978", false), ("EPSG:999999", true), ("+proj=nonsense", true)]
        {
            match CrsDef::parse(text) {
                Err(CrsError::Unreadable(_)) => assert!(plane, "{text}"),
                Err(CrsError::NotPlane(_)) => assert!(!plane, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    /// EPSG:2364 (Xian 1980) may be projected, not shifted; its northing bound is from `domain.md` 3.1.
    #[test]
    fn old_datums_are_projected_and_never_shifted() {
        let t = Transform::new(&crs("EPSG:4610"), &crs("EPSG:2364")).unwrap();
        assert!((t.point([118.5, 24.43]).unwrap()[0] - 40_347_872.18).abs() < 0.006);
        assert!((t.point([121.5, 53.33]).unwrap()[1] - 5_912_397.96).abs() < 0.006);
        for (a, b) in [("EPSG:2364", "EPSG:4549"), ("EPSG:4214", "EPSG:4326"), ("EPSG:4490", "EPSG:2411")] {
            assert!(matches!(Transform::new(&crs(a), &crs(b)), Err(CrsError::DatumShift { .. })), "{a} {b}");
        }
    }

    #[test]
    fn foreign_systems_convert_easting_first() {
        // New York Long Island, US feet; the city's own figures for one address.
        let t = Transform::new(&crs("EPSG:2263"), &CrsDef::wgs84()).unwrap();
        let p = t.point([1_026_839.0, 190_733.0]).unwrap();
        assert!(near(p, [-73.846_427_559, 40.690_092_328], 2e-6), "{p:?}");
    }

    fn is_send<T: Send>(_: &T) {}

    #[test]
    fn a_transform_may_go_to_another_thread() {
        let t = Transform::new(&crs("EPSG:2263"), &CrsDef::wgs84()).unwrap();
        is_send(&t);
    }
}
