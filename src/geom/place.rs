//! Absolute coordinates of the project CRS and their origin: the door between metres and the grid.

use super::{LIMIT, Pt};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An absolute coordinate of the project CRS in whole millimetres: easting, northing.
///
/// In JSON it is `[easting, northing]` in metres, read to the nearest millimetre, written with at most three decimals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Place {
    /// Easting in mm.
    pub e_mm: i64,
    /// Northing in mm.
    pub n_mm: i64,
}

impl Place {
    /// From metres, to the nearest millimetre. `None` if not finite or beyond ±10^10 m.
    pub fn from_metres(easting_m: f64, northing_m: f64) -> Option<Place> {
        let mm = |v: f64| (v.is_finite() && v.abs() < 1e10).then(|| (v * 1000.0).round() as i64);
        Some(Place { e_mm: mm(easting_m)?, n_mm: mm(northing_m)? })
    }

    /// Easting, northing in metres.
    pub fn metres(self) -> [f64; 2] {
        [self.e_mm as f64 / 1000.0, self.n_mm as f64 / 1000.0]
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() { self.metres().serialize(s) } else { (self.e_mm, self.n_mm).serialize(s) }
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        if d.is_human_readable() {
            let [e, n] = <[f64; 2]>::deserialize(d)?;
            Place::from_metres(e, n).ok_or_else(|| serde::de::Error::custom("a coordinate is out of range"))
        } else {
            let (e_mm, n_mm) = Deserialize::deserialize(d)?;
            Ok(Place { e_mm, n_mm })
        }
    }
}

/// Where grid coordinate (0, 0) lies in the project CRS: whole metres, a multiple of 1,000.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Origin {
    /// Easting in metres.
    pub e_m: i64,
    /// Northing in metres.
    pub n_m: i64,
}

impl Origin {
    /// Largest easting or northing of an origin, m: more than any CRS of this earth has.
    const FARTHEST_M: i64 = 100_000_000;

    /// The origin at a coordinate in metres; `None` if that is no multiple of 1,000 or beyond ±10^8.
    pub fn at(e_m: i64, n_m: i64) -> Option<Origin> {
        let fits = |v: i64| v % 1000 == 0 && (-Self::FARTHEST_M..=Self::FARTHEST_M).contains(&v);
        (fits(e_m) && fits(n_m)).then_some(Origin { e_m, n_m })
    }

    /// The origin nearest to a coordinate in metres.
    pub fn near(easting_m: f64, northing_m: f64) -> Origin {
        let km = |v: f64| ((v / 1000.0).round() as i64).saturating_mul(1000);
        Origin { e_m: km(easting_m), n_m: km(northing_m) }
    }

    /// The grid point of an absolute coordinate; `None` outside the exact range.
    pub fn grid(self, p: Place) -> Option<Pt> {
        let fit = |v: i64, from_m: i64| {
            let mm = v.checked_sub(from_m.checked_mul(1000)?)?;
            i32::try_from(mm).ok().filter(|v| v.unsigned_abs() < LIMIT as u32)
        };
        Some(Pt { x: fit(p.e_mm, self.e_m)?, y: fit(p.n_mm, self.n_m)? })
    }

    /// The grid point of a coordinate in metres, to the nearest millimetre; `None` outside the exact range.
    pub fn grid_of_metres(self, easting_m: f64, northing_m: f64) -> Option<Pt> {
        self.grid(Place::from_metres(easting_m, northing_m)?)
    }

    /// The absolute coordinate of a grid point.
    pub fn place(self, p: Pt) -> Place {
        let mm = |from_m: i64, v: i32| from_m.saturating_mul(1000).saturating_add(i64::from(v));
        Place { e_mm: mm(self.e_m, p.x), n_mm: mm(self.n_m, p.y) }
    }

    /// Easting, northing in metres of a grid point.
    pub fn metres(self, p: Pt) -> [f64; 2] {
        self.place(p).metres()
    }
}
