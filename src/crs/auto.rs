//! Choosing the metric CRS and the origin of a new project.

use super::{CrsDef, CrsError, Transform, is_metric};
use crate::geom::Origin;

/// What `auto` chose.
#[derive(Clone, PartialEq, Debug)]
pub struct AutoChoice {
    /// CRS of the project.
    pub crs: CrsDef,
    /// Where grid coordinate (0, 0) lies: the middle of the extent to the nearest 1,000 m.
    pub origin: Origin,
    /// Why.
    pub reason: AutoReason,
}

/// Why `auto` chose as it did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AutoReason {
    /// The source is in a metric CRS already.
    SourceKept,
    /// The whole extent lies within 1.5° of a CGCS2000 3-degree zone's meridian.
    ChinaZone,
    /// In China, but across the edge of a zone or wider than one: a meridian of its own on CGCS2000.
    ChinaCustom,
    /// Outside China: a meridian of its own on WGS 84.
    World,
}

impl AutoReason {
    /// In Chinese.
    pub fn message_zh(self) -> &'static str {
        match self {
            AutoReason::SourceKept => "沿用数据本身以米为单位的坐标系",
            AutoReason::ChinaZone => "数据全部落在一个 CGCS2000 三度带内；WGS 84 经纬度按 CGCS2000 处理",
            AutoReason::ChinaCustom => {
                "数据跨三度带，采用 CGCS2000 椭球、中央经线过数据中部的高斯投影；WGS 84 经纬度按 CGCS2000 处理"
            }
            AutoReason::World => "采用 WGS 84 椭球、中央经线过数据中部的横轴墨卡托投影",
        }
    }

    /// In English.
    pub fn message_en(self) -> &'static str {
        match self {
            AutoReason::SourceKept => "the source's own metric system is kept",
            AutoReason::ChinaZone => {
                "all data lie in one CGCS2000 3-degree zone; WGS 84 longitude and latitude are taken as CGCS2000"
            }
            AutoReason::ChinaCustom => {
                "the data cross a 3-degree zone's edge: Gauss-Krüger on CGCS2000 with the meridian through the middle of \
                 the data; WGS 84 longitude and latitude are taken as CGCS2000"
            }
            AutoReason::World => "transverse Mercator on WGS 84 with the meridian through the middle of the data",
        }
    }
}

/// Chooses CRS and origin for data whose coordinates in `source` fill `extent` (xmin, ymin, xmax, ymax).
///
/// A metric CRS of the source is kept. Else, with the extent in longitude and latitude: wholly in 73–136°E, 3–54°N it is
/// the CGCS2000 3-degree zone without prefix (EPSG:4534–4554) if the whole extent lies within 1.5° of its meridian,
/// else a transverse Mercator on the CGCS2000 ellipsoid; elsewhere one on WGS 84; both with the meridian through the
/// middle of the extent rounded to 1′.
pub fn auto(source: &CrsDef, extent: [f64; 4]) -> Result<AutoChoice, CrsError> {
    let [xmin, ymin, xmax, ymax] = extent;
    let middle = [(xmin + xmax) / 2.0, (ymin + ymax) / 2.0];
    if !extent.iter().all(|v| v.is_finite()) || xmin > xmax || ymin > ymax {
        return Err(CrsError::OutOfDomain { x: xmin, y: ymin });
    }
    if is_metric(source)? {
        return Ok(AutoChoice {
            crs: source.clone(),
            origin: Origin::near(middle[0], middle[1]),
            reason: AutoReason::SourceKept,
        });
    }
    // The outline of the extent in longitude and latitude: its corners and points along its sides.
    let mut outline = vec![middle];
    for i in 0..=8 {
        let t = f64::from(i) / 8.0;
        let (x, y) = (xmin + t * (xmax - xmin), ymin + t * (ymax - ymin));
        outline.extend([[x, ymin], [x, ymax], [xmin, y], [xmax, y]]);
    }
    Transform::new(source, &CrsDef::wgs84())?.convert(&mut outline)?;
    let fold = |i: usize, f: fn(f64, f64) -> f64, from: f64| outline.iter().map(|p| p[i]).fold(from, f);
    let (west, east) = (fold(0, f64::min, f64::MAX), fold(0, f64::max, f64::MIN));
    let (south, north) = (fold(1, f64::min, f64::MAX), fold(1, f64::max, f64::MIN));
    if west < -180.0 || east > 180.0 || south < -90.0 || north > 90.0 {
        return Err(CrsError::OutOfDomain { x: west, y: south });
    }
    let mid_lon = (west + east) / 2.0;
    let zone = (mid_lon / 3.0).round();
    let china = west >= 73.0 && east <= 136.0 && south >= 3.0 && north <= 54.0;
    let in_zone = west >= zone * 3.0 - 1.5 && east <= zone * 3.0 + 1.5 && (25.0..=45.0).contains(&zone);
    let custom = |ellipsoid: &str| {
        let lon_0 = (mid_lon * 60.0).round() / 60.0;
        CrsDef::parse(&format!(
            "+proj=tmerc +lat_0=0 +lon_0={lon_0} +k=1 +x_0=500000 +y_0=0 +ellps={ellipsoid} +units=m +no_defs"
        ))
    };
    let (crs, reason) = match (china, in_zone) {
        (true, true) => (CrsDef::epsg(4534 + zone as u32 - 25), AutoReason::ChinaZone),
        (true, false) => (custom("GRS80")?, AutoReason::ChinaCustom),
        (false, _) => (custom("WGS84")?, AutoReason::World),
    };
    let [e, n] = Transform::new(source, &crs)?.point(middle)?;
    Ok(AutoChoice { crs, origin: Origin::near(e, n), reason })
}
