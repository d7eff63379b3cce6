//! Coordinate reference systems: conversion at the door.
//!
//! Owns: reading a CRS text, converting coordinates between two systems, choosing the metric CRS of a new project
//! (`auto`), names and WKT of a CRS for the files we write.
//! Never: is called from an edit path; an edit knows grid millimetres only.
//! Start at [`CrsDef`], [`Transform`] and [`auto`].
//!
//! Order of coordinates is always easting, northing or longitude, latitude (degrees), whatever the registry says
//! of the system's axes (EPSG:4534–4554 are north-first there).
//!
//! Two engines. Longitude/latitude on WGS 84 or CGCS2000 and Gauss-Krüger or any transverse Mercator on their
//! ellipsoids are converted by our own Krüger series, with and without PROJ, so that the same file gives the same
//! millimetres in every build. Everything else goes through PROJ (feature `proj`), which is linked in with its
//! database; nothing of another program's PROJ (`PROJ_DATA`, `PROJ_LIB`, a proj.db in the working folder) is ever
//! read. WGS 84 longitude and latitude are taken as CGCS2000: the datums differ by centimetres to half a metre with
//! the epoch, and no shift is applied between them.

mod auto;
mod def;
mod describe;
mod kruger;
#[cfg(feature = "proj")]
mod pj;
mod transform;

pub use auto::{AutoChoice, AutoReason, auto};
pub use def::CrsDef;
pub use describe::{check, geographic_code, is_geographic, is_metric, name, wkt};
pub use kruger::{Ellipsoid, TransverseMercator, transverse_mercator};
pub use transform::Transform;

use thiserror::Error;

/// What can go wrong with a coordinate reference system.
#[derive(Clone, PartialEq, Debug, Error)]
pub enum CrsError {
    /// The text names no coordinate reference system.
    #[error(
        "\"{0}\" is no coordinate system that can be read; nothing was changed; give EPSG:n (EPSG:4549) or a PROJ \
         string (+proj=tmerc …)"
    )]
    Unreadable(String),
    /// The system is not plane: vertical, geocentric, compound …
    #[error("\"{0}\" is no system of longitude and latitude or of easting and northing; nothing was changed")]
    NotPlane(String),
    /// The system is not metric, and a metric one is needed.
    #[error("\"{0}\" is not a metric system; nothing was changed; give a projected system in metres, or auto")]
    NotMetric(String),
    /// Needs PROJ, which this build does not have.
    #[error(
        "this build has no PROJ and knows \"{0}\" not; nothing was changed; use a build with PROJ, or convert the data \
         to WGS 84 or CGCS2000 first"
    )]
    NoProj(String),
    /// Between old Chinese datums and others only with parameters that nobody may ship.
    #[error(
        "from {from} to {to} a datum shift is needed whose parameters are not public; nothing was changed; have the \
         data converted by the surveying office"
    )]
    DatumShift {
        /// CRS of the source.
        from: String,
        /// CRS asked for.
        to: String,
    },
    /// PROJ knows no way between the two.
    #[error("no conversion from {from} to {to} is known; nothing was changed")]
    NoOperation {
        /// CRS of the source.
        from: String,
        /// CRS asked for.
        to: String,
    },
    /// A coordinate lies outside the domain of the conversion.
    #[error("the coordinate {x}, {y} lies outside the area in which this coordinate system can be used")]
    OutOfDomain {
        /// Easting or longitude as given.
        x: f64,
        /// Northing or latitude as given.
        y: f64,
    },
}

impl CrsError {
    /// The message in Chinese; `Display` gives it in English.
    pub fn message_zh(&self) -> String {
        match self {
            CrsError::Unreadable(t) => {
                format!(
                    "无法识别坐标系“{t}”；数据未改动；请写 EPSG:编号（如 EPSG:4549）或 PROJ 字符串（+proj=tmerc …）"
                )
            }
            CrsError::NotPlane(t) => format!("“{t}”不是经纬度或平面坐标系；数据未改动"),
            CrsError::NotMetric(t) => {
                format!("“{t}”不是以米为单位的坐标系；数据未改动；请选用以米为单位的投影坐标系，或用 auto")
            }
            CrsError::NoProj(t) => {
                format!(
                    "本程序未带 PROJ，不认识“{t}”；数据未改动；请使用带 PROJ 的版本，或先把数据转换为 WGS 84 或 CGCS2000"
                )
            }
            CrsError::DatumShift { from, to } => {
                format!("从 {from} 到 {to} 需要基准转换，其参数不公开；数据未改动；请由测绘部门先行转换")
            }
            CrsError::NoOperation { from, to } => format!("没有从 {from} 到 {to} 的转换方法；数据未改动"),
            CrsError::OutOfDomain { x, y } => format!("坐标 {x}, {y} 超出该坐标系的适用范围"),
        }
    }
}

#[cfg(test)]
mod tests;
