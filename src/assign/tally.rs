//! What is counted of a unit.

use crate::model::{Field, RowRef};

/// Counts of a unit; as a difference the numbers may be negative.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// 户
    pub households: i64,
    /// 人
    pub residents: i64,
    /// 栋
    pub buildings: i64,
    /// Buildings whose households are estimated.
    pub estimated: i64,
    /// 院落
    pub courtyards: i64,
    /// 事件
    pub incidents: i64,
}

impl Tally {
    /// This tally and `times` another.
    #[must_use]
    pub fn plus(self, o: &Tally, times: i64) -> Tally {
        Tally {
            households: self.households + times * o.households,
            residents: self.residents + times * o.residents,
            buildings: self.buildings + times * o.buildings,
            estimated: self.estimated + times * o.estimated,
            courtyards: self.courtyards + times * o.courtyards,
            incidents: self.incidents + times * o.incidents,
        }
    }

    /// Adds a building `times` times.
    #[inline]
    pub(crate) fn add_building(&mut self, row: RowRef<'_>, times: i64) {
        let count = |f| times * i64::from(row.count(f).unwrap_or(0));
        self.households += count(Field::Households);
        self.residents += count(Field::Residents);
        self.estimated += count(Field::HouseholdsEstimated);
        self.buildings += times;
    }
}
