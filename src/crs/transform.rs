//! Converting coordinates from one CRS to another.

use super::kruger::{Own, Series, own};
use super::{CrsDef, CrsError};

/// A conversion between two systems, made once and used for many coordinates.
pub struct Transform {
    way: Way,
}

enum Way {
    /// The same system, or two of longitude and latitude on WGS 84 and CGCS2000.
    Identity,
    /// Through longitude and latitude by our own series: back from the source's plane, forward to the target's.
    Own(Option<Box<Series>>, Option<Box<Series>>),
    #[cfg(feature = "proj")]
    Proj(super::pj::Pipeline),
}

impl Transform {
    /// The conversion from one system to another.
    ///
    /// Refused where a system needs PROJ and this build has none, and between Beijing 1954 or Xian 1980 and any other
    /// datum, since the parameters of that shift are not public. Costs microseconds on our own engine, up to some
    /// hundred milliseconds in PROJ.
    pub fn new(from: &CrsDef, to: &CrsDef) -> Result<Transform, CrsError> {
        if from == to {
            super::check(from)?;
            return Ok(Transform { way: Way::Identity });
        }
        let way = match (own(from), own(to)) {
            (Some(Own::LonLat(_)), Some(Own::LonLat(_))) => Way::Identity,
            (Some(a), Some(b)) => {
                let series = |o: Own| match o {
                    Own::Plane(tm) => Some(Box::new(Series::new(tm))),
                    Own::LonLat(_) => None,
                };
                Way::Own(series(a), series(b))
            }
            _ => Transform::by_proj(from, to)?,
        };
        Ok(Transform { way })
    }

    #[cfg(feature = "proj")]
    fn by_proj(from: &CrsDef, to: &CrsDef) -> Result<Way, CrsError> {
        let (a, b) = (super::pj::describe(from)?, super::pj::describe(to)?);
        let old = ["Beijing 1954", "New Beijing", "Xian 1980"];
        if a.datum_crs != b.datum_crs && (old.contains(&a.datum_crs.as_str()) || old.contains(&b.datum_crs.as_str())) {
            return Err(CrsError::DatumShift { from: a.name, to: b.name });
        }
        Ok(Way::Proj(super::pj::Pipeline::new(from, to)?))
    }

    #[cfg(not(feature = "proj"))]
    fn by_proj(from: &CrsDef, to: &CrsDef) -> Result<Way, CrsError> {
        let unknown = if own(from).is_none() { from } else { to };
        Err(CrsError::NoProj(unknown.text().to_owned()))
    }

    /// Converts in place: easting, northing in the system's unit, or longitude, latitude in degrees. If a coordinate
    /// lies outside the domain of either system the first such is named and the slice is left as it was.
    pub fn convert(&self, xy: &mut [[f64; 2]]) -> Result<(), CrsError> {
        match &self.way {
            Way::Identity => match xy.iter().find(|p| !(p[0].is_finite() && p[1].is_finite())) {
                Some(p) => Err(CrsError::OutOfDomain { x: p[0], y: p[1] }),
                None => Ok(()),
            },
            Way::Own(back, forth) => {
                let step = |p: [f64; 2]| {
                    let lonlat = back.as_ref().map_or(Some(p), |s| s.inverse(p))?;
                    forth.as_ref().map_or(Some(lonlat), |s| s.forward(lonlat))
                };
                replace(xy, |all| all.iter().map(|&p| step(p)).collect())
            }
            #[cfg(feature = "proj")]
            Way::Proj(p) => replace(xy, |all| {
                let mut moved = all.to_vec();
                p.convert(&mut moved);
                moved.into_iter().map(|p| (p[0].is_finite() && p[1].is_finite()).then_some(p)).collect()
            }),
        }
    }

    /// One coordinate converted.
    pub fn point(&self, p: [f64; 2]) -> Result<[f64; 2], CrsError> {
        let mut one = [p];
        self.convert(&mut one)?;
        Ok(one[0])
    }
}

/// All or nothing: the results are written only if every coordinate has one.
fn replace(xy: &mut [[f64; 2]], f: impl FnOnce(&[[f64; 2]]) -> Vec<Option<[f64; 2]>>) -> Result<(), CrsError> {
    let moved = f(xy);
    if let Some((p, _)) = xy.iter().zip(&moved).find(|(_, m)| m.is_none()) {
        return Err(CrsError::OutOfDomain { x: p[0], y: p[1] });
    }
    for (p, m) in xy.iter_mut().zip(moved.into_iter().flatten()) {
        *p = m;
    }
    Ok(())
}
