//! V8: a unit below one with a 12-digit code (the national code of a community) begins with that code. Codes are
//! unique by construction.

use super::Issue;
use super::seen::Seen;
use crate::model::{Said, Unit};
use std::sync::Arc;

pub(super) fn check(seen: &Seen<'_>) -> Vec<Issue> {
    let mut units: Vec<&Arc<Unit>> = seen.layer.units.values().collect();
    units.sort_by(|a, b| a.code.cmp(&b.code));
    let each = units.into_iter().filter_map(|unit| {
        let above = &seen.layer.units.get(&unit.parent?)?.code;
        let national = above.len() == 12 && above.bytes().all(|b| b.is_ascii_digit());
        if !national || unit.code.starts_with(above.as_str()) {
            return None;
        }
        let said = Said::new(
            format!("编码 {} 与上级 {above} 不符，请以 {above} 开头", unit.code),
            format!("Code {} is not that of its parent {above}: begin it with {above}", unit.code),
        );
        Some(seen.of_units("V8", [unit], said))
    });
    each.collect()
}
