//! Transverse Mercator by Krüger's series: longitude and latitude ↔ easting and northing, on our own.
//!
//! L. Krüger, "Konforme Abbildung des Erdellipsoids in der Ebene" (1912), with the series carried to n⁶ as printed in
//! C. F. F. Karney, "Transverse Mercator with an accuracy of a few nanometers", J. Geodesy 85 (2011) 475–485,
//! equations (7)–(11), (14), (21), (35), (36). The error is a few nanometres within 35° of the meridian.

use super::CrsDef;

/// The two ellipsoids we convert on ourselves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ellipsoid {
    /// CGCS2000, the same numbers as GRS 80: a = 6378137 m, 1/f = 298.257222101.
    Cgcs2000,
    /// WGS 84: a = 6378137 m, 1/f = 298.257223563.
    Wgs84,
}

impl Ellipsoid {
    /// Half the great axis in metres.
    pub fn a_m(self) -> f64 {
        6_378_137.0
    }

    /// Inverse flattening.
    pub fn inverse_flattening(self) -> f64 {
        match self {
            Ellipsoid::Cgcs2000 => 298.257_222_101,
            Ellipsoid::Wgs84 => 298.257_223_563,
        }
    }
}

/// A transverse Mercator projection; degrees and metres.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TransverseMercator {
    /// Ellipsoid.
    pub ellipsoid: Ellipsoid,
    /// Central meridian in degrees.
    pub lon_0: f64,
    /// Latitude of the origin in degrees.
    pub lat_0: f64,
    /// Scale on the central meridian.
    pub k_0: f64,
    /// False easting in metres.
    pub x_0_m: f64,
    /// False northing in metres.
    pub y_0_m: f64,
}

/// A system that our own engine converts.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Own {
    LonLat(Ellipsoid),
    Plane(TransverseMercator),
}

/// The parameters of a CRS, if it is a transverse Mercator that we know ourselves: EPSG:4491–4554 (CGCS2000 in
/// 3-degree and 6-degree zones, with and without the zone's number before the easting) or a PROJ string `+proj=tmerc`
/// on GRS80 or WGS84 in metres.
pub fn transverse_mercator(crs: &CrsDef) -> Option<TransverseMercator> {
    match own(crs)? {
        Own::Plane(tm) => Some(tm),
        Own::LonLat(_) => None,
    }
}

/// What our own engine knows of a CRS.
pub(super) fn own(crs: &CrsDef) -> Option<Own> {
    match crs.epsg_code() {
        Some(code) => own_epsg(code),
        None => own_string(crs.text()),
    }
}

/// EPSG codes of CGCS2000 (EPSG registry; zones as in the titles of the codes).
fn own_epsg(code: u32) -> Option<Own> {
    let zone = |meridian: u32, false_easting: f64| {
        Some(Own::Plane(TransverseMercator {
            ellipsoid: Ellipsoid::Cgcs2000,
            lon_0: f64::from(meridian),
            lat_0: 0.0,
            k_0: 1.0,
            x_0_m: false_easting,
            y_0_m: 0.0,
        }))
    };
    let prefixed = |zone: u32| f64::from(zone) * 1e6 + 5e5;
    match code {
        4326 => Some(Own::LonLat(Ellipsoid::Wgs84)),
        4490 => Some(Own::LonLat(Ellipsoid::Cgcs2000)),
        4491..=4501 => zone(6 * (code - 4491 + 13) - 3, prefixed(code - 4491 + 13)),
        4502..=4512 => zone(6 * (code - 4502 + 13) - 3, 5e5),
        4513..=4533 => zone(3 * (code - 4513 + 25), prefixed(code - 4513 + 25)),
        4534..=4554 => zone(3 * (code - 4534 + 25), 5e5),
        _ => None,
    }
}

/// PROJ strings of longitude/latitude and transverse Mercator with nothing in them that we do not know.
fn own_string(text: &str) -> Option<Own> {
    let (mut proj, mut ellipsoid) = ("", None);
    let mut tm =
        TransverseMercator { ellipsoid: Ellipsoid::Wgs84, lon_0: 0.0, lat_0: 0.0, k_0: 1.0, x_0_m: 0.0, y_0_m: 0.0 };
    let mut plane_only = false;
    for word in text.split(' ') {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let mut number = |slot: &mut f64| {
            plane_only = true;
            *slot = value.parse().ok().filter(|v: &f64| v.is_finite())?;
            Some(())
        };
        match (key, value) {
            ("+proj", "tmerc" | "longlat" | "latlong") => proj = value,
            ("+ellps", "GRS80") => ellipsoid = Some(Ellipsoid::Cgcs2000),
            ("+ellps" | "+datum", "WGS84") => ellipsoid = Some(Ellipsoid::Wgs84),
            ("+lon_0", _) => number(&mut tm.lon_0)?,
            ("+lat_0", _) => number(&mut tm.lat_0)?,
            ("+k" | "+k_0", _) => number(&mut tm.k_0)?,
            ("+x_0", _) => number(&mut tm.x_0_m)?,
            ("+y_0", _) => number(&mut tm.y_0_m)?,
            ("+units", "m") | ("+no_defs", "") | ("+type", "crs") => {}
            _ => return None,
        }
    }
    let usual = tm.lon_0.abs() <= 360.0 && tm.lat_0.abs() <= 90.0 && tm.k_0 > 0.5 && tm.k_0 < 2.0;
    match (proj, ellipsoid) {
        ("tmerc", Some(e)) if usual => Some(Own::Plane(TransverseMercator { ellipsoid: e, ..tm })),
        ("longlat" | "latlong", Some(e)) if !plane_only => Some(Own::LonLat(e)),
        _ => None,
    }
}

/// The projection with its series computed, ready for use.
#[derive(Clone, Debug)]
pub(super) struct Series {
    tm: TransverseMercator,
    /// First eccentricity.
    e: f64,
    /// k₀ times the rectifying radius, metres.
    scale_m: f64,
    alpha: [f64; 6],
    beta: [f64; 6],
    /// ξ at lat_0.
    xi_0: f64,
}

impl Series {
    pub(super) fn new(tm: TransverseMercator) -> Series {
        let f = 1.0 / tm.ellipsoid.inverse_flattening();
        let n = f / (2.0 - f);
        let (n2, n3) = (n * n, n * n * n);
        let (n4, n5, n6) = (n2 * n2, n2 * n3, n3 * n3);
        // Karney (14): A = a/(1+n) (1 + n²/4 + n⁴/64 + n⁶/256 + …).
        let radius_m = tm.ellipsoid.a_m() / (1.0 + n) * (1.0 + n2 / 4.0 + n4 / 64.0 + n6 / 256.0);
        // Karney (35).
        let alpha = [
            n / 2.0 - n2 * 2.0 / 3.0 + n3 * 5.0 / 16.0 + n4 * 41.0 / 180.0 - n5 * 127.0 / 288.0 + n6 * 7891.0 / 37800.0,
            n2 * 13.0 / 48.0 - n3 * 3.0 / 5.0 + n4 * 557.0 / 1440.0 + n5 * 281.0 / 630.0 - n6 * 1983433.0 / 1935360.0,
            n3 * 61.0 / 240.0 - n4 * 103.0 / 140.0 + n5 * 15061.0 / 26880.0 + n6 * 167603.0 / 181440.0,
            n4 * 49561.0 / 161280.0 - n5 * 179.0 / 168.0 + n6 * 6601661.0 / 7257600.0,
            n5 * 34729.0 / 80640.0 - n6 * 3418889.0 / 1995840.0,
            n6 * 212378941.0 / 319334400.0,
        ];
        // Karney (36).
        let beta = [
            n / 2.0 - n2 * 2.0 / 3.0 + n3 * 37.0 / 96.0 - n4 / 360.0 - n5 * 81.0 / 512.0 + n6 * 96199.0 / 604800.0,
            n2 / 48.0 + n3 / 15.0 - n4 * 437.0 / 1440.0 + n5 * 46.0 / 105.0 - n6 * 1118711.0 / 3870720.0,
            n3 * 17.0 / 480.0 - n4 * 37.0 / 840.0 - n5 * 209.0 / 4480.0 + n6 * 5569.0 / 90720.0,
            n4 * 4397.0 / 161280.0 - n5 * 11.0 / 504.0 - n6 * 830251.0 / 7257600.0,
            n5 * 4583.0 / 161280.0 - n6 * 108847.0 / 3991680.0,
            n6 * 20648693.0 / 638668800.0,
        ];
        let e = (f * (2.0 - f)).sqrt();
        let mut s = Series { tm, e, scale_m: tm.k_0 * radius_m, alpha, beta, xi_0: 0.0 };
        s.xi_0 = s.forward_angles(0.0, tm.lat_0).map_or(0.0, |(xi, _)| xi);
        s
    }

    /// Longitude, latitude in degrees → easting, northing in metres. `None` beyond 80° from the meridian.
    pub(super) fn forward(&self, [lon, lat]: [f64; 2]) -> Option<[f64; 2]> {
        // The difference of longitudes in −180..180.
        let d = (lon - self.tm.lon_0 + 180.0).rem_euclid(360.0) - 180.0;
        let (xi, eta) = self.forward_angles(d, lat)?;
        Some([self.tm.x_0_m + self.scale_m * eta, self.tm.y_0_m + self.scale_m * (xi - self.xi_0)])
    }

    /// Karney (7)–(11): to the conformal sphere, across, and by the series to the plane; ξ north, η east, in radians.
    fn forward_angles(&self, d_lon: f64, lat: f64) -> Option<(f64, f64)> {
        if !(d_lon.abs() <= 80.0 && lat.abs() <= 90.0) {
            return None;
        }
        let (sin_l, cos_l) = d_lon.to_radians().sin_cos();
        let tau_c = self.conformal(lat.to_radians().tan());
        let xi_c = tau_c.atan2(cos_l);
        let eta_c = (sin_l / tau_c.hypot(cos_l)).asinh();
        let (d_xi, d_eta) = sine_series(&self.alpha, xi_c, eta_c);
        Some((xi_c + d_xi, eta_c + d_eta))
    }

    /// Easting, northing in metres → longitude, latitude in degrees. `None` where no place has such coordinates.
    pub(super) fn inverse(&self, [x, y]: [f64; 2]) -> Option<[f64; 2]> {
        let xi = (y - self.tm.y_0_m) / self.scale_m + self.xi_0;
        let eta = (x - self.tm.x_0_m) / self.scale_m;
        if !(xi.abs() <= std::f64::consts::FRAC_PI_2 + 1e-9 && eta.abs() < 2.4) {
            return None;
        }
        let (d_xi, d_eta) = sine_series(&self.beta, xi, eta);
        let (xi_c, eta_c) = (xi - d_xi, eta - d_eta);
        let tau_c = xi_c.sin() / eta_c.sinh().hypot(xi_c.cos());
        let lon = self.tm.lon_0 + eta_c.sinh().atan2(xi_c.cos()).to_degrees();
        let lon = if lon > 180.0 {
            lon - 360.0
        } else if lon < -180.0 {
            lon + 360.0
        } else {
            lon
        };
        let p = [lon, self.geographic(tau_c).atan().to_degrees()];
        (p[0].is_finite() && p[1].is_finite()).then_some(p)
    }

    /// Karney (7)–(9): tangent of the conformal latitude from that of the latitude.
    fn conformal(&self, tau: f64) -> f64 {
        let sigma = (self.e * (self.e * tau / 1.0f64.hypot(tau)).atanh()).sinh();
        tau * 1.0f64.hypot(sigma) - sigma * 1.0f64.hypot(tau)
    }

    /// The inverse of [`Series::conformal`] by Newton's method, Karney (19)–(21); three steps reach full precision.
    fn geographic(&self, tau_c: f64) -> f64 {
        let e2 = self.e * self.e;
        let mut tau = tau_c / (1.0 - e2);
        for _ in 0..5 {
            let t = self.conformal(tau);
            let step =
                (tau_c - t) / 1.0f64.hypot(t) * (1.0 + (1.0 - e2) * tau * tau) / ((1.0 - e2) * 1.0f64.hypot(tau));
            tau += step;
            // At the pole τ is beyond all numbers and one more step changes nothing.
            if step.is_nan() || step.abs() <= 1e-16 * tau.abs() {
                break;
            }
        }
        tau
    }
}

/// Σ cⱼ sin 2jζ for j = 1…6 and ζ = ξ + iη, by Clenshaw's recurrence in complex numbers: real and imaginary part.
fn sine_series(c: &[f64; 6], xi: f64, eta: f64) -> (f64, f64) {
    let ((sin, cos), (sinh, cosh)) = ((2.0 * xi).sin_cos(), ((2.0 * eta).sinh(), (2.0 * eta).cosh()));
    // 2 cos 2ζ
    let (re, im) = (2.0 * cos * cosh, -2.0 * sin * sinh);
    let (mut y1, mut y2) = ((0.0, 0.0), (0.0, 0.0));
    for c in c.iter().rev() {
        let y = (re * y1.0 - im * y1.1 - y2.0 + c, re * y1.1 + im * y1.0 - y2.1);
        (y1, y2) = (y, y1);
    }
    // y₁ sin 2ζ
    let (s, t) = (sin * cosh, cos * sinh);
    (y1.0 * s - y1.1 * t, y1.0 * t + y1.1 * s)
}
