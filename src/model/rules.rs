//! Rules of the project: numbers that people may edit.

use serde::{Deserialize, Serialize};

/// The project's rules; every number is editable.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    /// Smallest number of households of a cell.
    pub households_min: u32,
    /// Largest number of households of a cell.
    pub households_max: u32,
    /// Share of the gross floor area that is dwelling, for estimated households.
    pub dwelling_share: f64,
    /// Gross dwelling area of a household in m², for estimated households.
    pub household_m2: f64,
    /// Storeys where neither storeys nor height are known.
    pub storeys_default: u32,
    /// Height of a storey in m.
    pub storey_m: f64,
    /// Residents per household where residents are not known.
    pub residents_per_household: f64,
    /// Footprints under this area in m² have no households.
    pub dwelling_min_m2: f64,
}

impl Default for Rules {
    /// 300–500 households a cell (`domain.md` 1.6); the estimate of `contract.md`.
    fn default() -> Self {
        Rules {
            households_min: 300,
            households_max: 500,
            dwelling_share: 0.8,
            household_m2: 90.0,
            storeys_default: 6,
            storey_m: 3.0,
            residents_per_household: 2.5,
            dwelling_min_m2: 20.0,
        }
    }
}

impl Rules {
    /// Households outside the range, signed: over > 0, under < 0, within = 0.
    pub fn deviation(&self, households: u64) -> i64 {
        let h = households as i64;
        if h > i64::from(self.households_max) {
            h - i64::from(self.households_max)
        } else if h < i64::from(self.households_min) {
            h - i64::from(self.households_min)
        } else {
            0
        }
    }
}
