//! Questions about a CRS: does it exist, is it metric, its name, its WKT.

use super::kruger::{Ellipsoid, Own, TransverseMercator, own};
use super::{CrsDef, CrsError};

/// Whether the system exists and is one of longitude and latitude or of a plane.
pub fn check(crs: &CrsDef) -> Result<(), CrsError> {
    if own(crs).is_some() {
        return Ok(());
    }
    #[cfg(feature = "proj")]
    return super::pj::describe(crs).map(|_| ());
    #[cfg(not(feature = "proj"))]
    Err(CrsError::NoProj(crs.text().to_owned()))
}

/// Whether the system is projected and its unit is the metre. (Web) Mercator is not counted: its metres are metres
/// on the equator only.
pub fn is_metric(crs: &CrsDef) -> Result<bool, CrsError> {
    if let Some(known) = own(crs) {
        return Ok(matches!(known, Own::Plane(_)));
    }
    #[cfg(feature = "proj")]
    return super::pj::describe(crs).map(|d| d.metric);
    #[cfg(not(feature = "proj"))]
    Err(CrsError::NoProj(crs.text().to_owned()))
}

/// Whether coordinates are longitude and latitude.
pub fn is_geographic(crs: &CrsDef) -> Result<bool, CrsError> {
    if let Some(known) = own(crs) {
        return Ok(matches!(known, Own::LonLat(_)));
    }
    #[cfg(feature = "proj")]
    return super::pj::describe(crs).map(|d| d.geographic);
    #[cfg(not(feature = "proj"))]
    Err(CrsError::NoProj(crs.text().to_owned()))
}

/// The system's name as people know it: "CGCS2000 / 3-degree Gauss-Kruger CM 120E".
pub fn name(crs: &CrsDef) -> Result<String, CrsError> {
    if let Some(known) = own(crs) {
        return Ok(own_name(crs, known));
    }
    #[cfg(feature = "proj")]
    return super::pj::describe(crs).map(|d| d.name);
    #[cfg(not(feature = "proj"))]
    Err(CrsError::NoProj(crs.text().to_owned()))
}

/// The system as WKT 1 in one line, as GeoPackage keeps it and GDAL and QGIS read it (WKT 2 for the few systems that
/// cannot be said in WKT 1). A custom Gauss-Krüger zone on the CGCS2000 ellipsoid is written on datum CGCS2000, so that
/// no program asks for a datum shift.
pub fn wkt(crs: &CrsDef) -> Result<String, CrsError> {
    if let Some(known) = own(crs) {
        return Ok(own_wkt(crs, known));
    }
    #[cfg(feature = "proj")]
    return super::pj::wkt(crs);
    #[cfg(not(feature = "proj"))]
    Err(CrsError::NoProj(crs.text().to_owned()))
}

/// EPSG code of the longitude/latitude under a transverse Mercator that we know ourselves: 4490 or 4326; `None` where its
/// ellipsoid stands for no one datum, and for all other systems.
pub fn geographic_code(crs: &CrsDef) -> Option<u32> {
    match own(crs)? {
        Own::LonLat(Ellipsoid::Wgs84) => Some(4326),
        Own::LonLat(Ellipsoid::Cgcs2000) => Some(4490),
        Own::Plane(tm) => match geographic_of(tm).1 {
            "CGCS2000" => Some(4490),
            "WGS 84" => Some(4326),
            _ => None,
        },
    }
}

/// Names as in the EPSG registry; custom zones in the same manner.
fn own_name(crs: &CrsDef, known: Own) -> String {
    let tm = match known {
        Own::LonLat(Ellipsoid::Wgs84) => return "WGS 84".to_owned(),
        Own::LonLat(Ellipsoid::Cgcs2000) => return "China Geodetic Coordinate System 2000".to_owned(),
        Own::Plane(tm) => tm,
    };
    let meridian = meridian_text(tm.lon_0);
    match crs.epsg_code() {
        Some(code @ 4491..=4501) => format!("CGCS2000 / Gauss-Kruger zone {}", code - 4491 + 13),
        Some(4502..=4512) => format!("CGCS2000 / Gauss-Kruger CM {meridian}"),
        Some(code @ 4513..=4533) => format!("CGCS2000 / 3-degree Gauss-Kruger zone {}", code - 4513 + 25),
        Some(_) => format!("CGCS2000 / 3-degree Gauss-Kruger CM {meridian}"),
        None => format!("{} / Transverse Mercator CM {meridian}", geographic_of(tm).1),
    }
}

/// A meridian as in EPSG names, with minutes where it has any: 120E, 121d30'E.
fn meridian_text(lon: f64) -> String {
    let side = if lon < 0.0 { 'W' } else { 'E' };
    let minutes = lon.abs() * 60.0;
    if lon.abs().fract() == 0.0 {
        format!("{}{side}", lon.abs())
    } else if (minutes - minutes.round()).abs() < 1e-9 {
        let whole = minutes.round() as u64;
        format!("{}d{:02}'{side}", whole / 60, whole % 60)
    } else {
        format!("{}{side}", lon.abs())
    }
}

/// WKT of the underlying longitude/latitude and the short name of its datum.
fn geographic_of(tm: TransverseMercator) -> (&'static str, &'static str) {
    // GRS 80 is the ellipsoid of many datums; without false origin in latitude and with a meridian of China it is
    // CGCS2000's (Korea and Japan use other latitudes of origin).
    let china = tm.lat_0 == 0.0 && (73.0..=136.0).contains(&tm.lon_0);
    match tm.ellipsoid {
        Ellipsoid::Wgs84 => (GEOGCS_WGS84, "WGS 84"),
        Ellipsoid::Cgcs2000 if china => (GEOGCS_CGCS2000, "CGCS2000"),
        Ellipsoid::Cgcs2000 => (GEOGCS_GRS80, "GRS 80"),
    }
}

const GEOGCS_WGS84: &str = "GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563,\
     AUTHORITY[\"EPSG\",\"7030\"]],AUTHORITY[\"EPSG\",\"6326\"]],PRIMEM[\"Greenwich\",0,AUTHORITY[\"EPSG\",\"8901\"]],\
     UNIT[\"degree\",0.0174532925199433,AUTHORITY[\"EPSG\",\"9122\"]],AUTHORITY[\"EPSG\",\"4326\"]]";
const GEOGCS_CGCS2000: &str = "GEOGCS[\"China Geodetic Coordinate System 2000\",DATUM[\"China_2000\",\
     SPHEROID[\"CGCS2000\",6378137,298.257222101,AUTHORITY[\"EPSG\",\"1024\"]],AUTHORITY[\"EPSG\",\"1043\"]],\
     PRIMEM[\"Greenwich\",0,AUTHORITY[\"EPSG\",\"8901\"]],UNIT[\"degree\",0.0174532925199433,\
     AUTHORITY[\"EPSG\",\"9122\"]],AUTHORITY[\"EPSG\",\"4490\"]]";
const GEOGCS_GRS80: &str = "GEOGCS[\"unknown\",DATUM[\"Unknown_based_on_GRS_1980_ellipsoid\",\
     SPHEROID[\"GRS 1980\",6378137,298.257222101,AUTHORITY[\"EPSG\",\"7019\"]]],PRIMEM[\"Greenwich\",0,\
     AUTHORITY[\"EPSG\",\"8901\"]],UNIT[\"degree\",0.0174532925199433,AUTHORITY[\"EPSG\",\"9122\"]]]";

fn own_wkt(crs: &CrsDef, known: Own) -> String {
    let tm = match known {
        Own::LonLat(Ellipsoid::Wgs84) => return GEOGCS_WGS84.to_owned(),
        Own::LonLat(Ellipsoid::Cgcs2000) => return GEOGCS_CGCS2000.to_owned(),
        Own::Plane(tm) => tm,
    };
    // EPSG's zones are north-first, which WKT 1 leaves out; a custom zone says its axes.
    let tail = match crs.epsg_code() {
        Some(code) => format!(",AUTHORITY[\"EPSG\",\"{code}\"]]"),
        None => ",AXIS[\"Easting\",EAST],AXIS[\"Northing\",NORTH]]".to_owned(),
    };
    format!(
        "PROJCS[\"{}\",{},PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"latitude_of_origin\",{}],\
         PARAMETER[\"central_meridian\",{}],PARAMETER[\"scale_factor\",{}],PARAMETER[\"false_easting\",{}],\
         PARAMETER[\"false_northing\",{}],UNIT[\"metre\",1,AUTHORITY[\"EPSG\",\"9001\"]]{tail}",
        own_name(crs, known),
        geographic_of(tm).0,
        tm.lat_0,
        tm.lon_0,
        tm.k_0,
        tm.x_0_m,
        tm.y_0_m,
    )
}
