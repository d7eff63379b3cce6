//! The text that names a CRS.

use super::{CrsError, check};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A coordinate reference system by its text: `EPSG:n` or a PROJ string.
///
/// Two texts for the same system are different values; nothing is looked up in a registry to compare them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CrsDef {
    text: String,
}

/// Longest PROJ string that is read, in bytes.
const LONGEST: usize = 1000;

impl CrsDef {
    /// Reads `EPSG:n`, `urn:ogc:def:crs:EPSG::n`, `http://www.opengis.net/def/crs/EPSG/0/n`, `CRS84` in these forms
    /// (taken as EPSG:4326, our order being longitude first anyway) or a PROJ string, and checks that the system
    /// exists. Without PROJ only the systems we know ourselves can be checked; others are [`CrsError::NoProj`].
    pub fn parse(text: &str) -> Result<CrsDef, CrsError> {
        let def = CrsDef::of_text(text)?;
        check(&def)?;
        Ok(def)
    }

    /// WGS 84 longitude and latitude in degrees.
    pub fn wgs84() -> CrsDef {
        CrsDef { text: "EPSG:4326".to_owned() }
    }

    /// An EPSG code; not looked up.
    pub(super) fn epsg(code: u32) -> CrsDef {
        CrsDef { text: format!("EPSG:{code}") }
    }

    /// The text: `EPSG:n` or a PROJ string with single blanks.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The EPSG code, if the text is one.
    pub fn epsg_code(&self) -> Option<u32> {
        self.text.strip_prefix("EPSG:")?.parse().ok()
    }

    /// The form alone, without looking whether such a system exists.
    fn of_text(text: &str) -> Result<CrsDef, CrsError> {
        let unreadable = || CrsError::Unreadable(text.trim().chars().take(80).collect());
        if text.len() > LONGEST || text.chars().any(|c| c.is_control() && !c.is_ascii_whitespace()) {
            return Err(unreadable());
        }
        let t = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if t.starts_with('+') {
            return if t.contains("+proj=") && !t.contains("+init=") {
                Ok(CrsDef { text: t })
            } else {
                Err(unreadable())
            };
        }
        let upper = t.to_ascii_uppercase();
        if matches!(upper.as_str(), "CRS84" | "OGC:CRS84" | "WGS84")
            || (upper.starts_with("URN:OGC:DEF:CRS:OGC:") && upper.ends_with(":CRS84"))
            || upper.ends_with("/DEF/CRS/OGC/1.3/CRS84")
        {
            return Ok(CrsDef::wgs84());
        }
        let digits = upper
            .strip_prefix("EPSG:")
            .or_else(|| upper.strip_prefix("URN:OGC:DEF:CRS:EPSG:").and_then(|rest| rest.rsplit(':').next()))
            .or_else(|| upper.contains("/DEF/CRS/EPSG/").then(|| upper.rsplit('/').next()).flatten());
        match digits {
            Some(d) if (1..=6).contains(&d.len()) && d.bytes().all(|b| b.is_ascii_digit()) => {
                d.parse().map(CrsDef::epsg).map_err(|_| unreadable())
            }
            _ => Err(unreadable()),
        }
    }
}

impl std::fmt::Display for CrsDef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for CrsDef {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for CrsDef {
    /// Checks the form only: a stored project must open even where this build lacks PROJ.
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        CrsDef::of_text(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}
