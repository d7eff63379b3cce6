//! What was found in a file besides good rows.

use serde::Serialize;
use std::collections::BTreeMap;

/// How grave a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is lost.
    Info,
    /// Something was left out or guessed.
    Warning,
    /// A row was left out.
    Error,
}

/// What was done about it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// The row is imported as it is.
    Kept,
    /// The row is imported mended.
    Repaired,
    /// A field or column is left out.
    Dropped,
    /// The row is left out.
    Refused,
}

/// One finding. Texts never hold a value from the file that the guard refused.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Finding {
    /// Fixed English word: duplicate, self_crossing, identity_number …
    pub kind: &'static str,
    /// How grave.
    pub severity: Severity,
    /// Number of the feature or data row, from 1.
    pub feature: Option<u32>,
    /// Line of the text file on which the row begins, from 1.
    pub row: Option<u32>,
    /// Column or field concerned.
    pub field: Option<String>,
    /// In Chinese.
    #[serde(skip)]
    pub message_zh: String,
    /// In English.
    #[serde(skip)]
    pub message_en: String,
    /// What was done.
    pub action: Action,
    /// Place in the project CRS, easting and northing in metres.
    pub at: Option<[f64; 2]>,
}

impl Finding {
    /// A finding about the file as a whole.
    pub fn new(kind: &'static str, severity: Severity, action: Action, zh: String, en: String) -> Finding {
        Finding {
            kind,
            severity,
            feature: None,
            row: None,
            field: None,
            message_zh: zh,
            message_en: en,
            action,
            at: None,
        }
    }

    /// Names the row.
    pub fn of_row(mut self, number: u32, line: Option<u32>) -> Finding {
        self.feature = Some(number);
        self.row = line;
        self
    }

    /// Names the column or field.
    pub(super) fn of_field(mut self, field: &str) -> Finding {
        self.field = Some(field.to_owned());
        self
    }

    /// Names the place.
    pub fn at(mut self, at: Option<[f64; 2]>) -> Finding {
        self.at = at;
        self
    }
}

/// Findings of one kind that are listed one by one; the rest are counted.
const LISTED: usize = 1000;

/// Collects findings; of each kind the first thousand are kept and the others counted.
#[derive(Clone, Default, Debug)]
pub struct Findings {
    list: Vec<Finding>,
    counts: BTreeMap<&'static str, usize>,
}

impl Findings {
    /// One more.
    pub fn add(&mut self, finding: Finding) {
        let n = self.counts.entry(finding.kind).or_default();
        *n += 1;
        if *n <= LISTED {
            self.list.push(finding);
        }
    }

    /// The list, with a closing line for every kind of which more were found than are listed.
    pub fn finish(mut self) -> Vec<Finding> {
        for (&kind, &n) in self.counts.iter().filter(|(_, n)| **n > LISTED) {
            let Some(like) = self.list.iter().find(|f| f.kind == kind).cloned() else { continue };
            let more = n - LISTED;
            self.list.push(Finding::new(
                kind,
                like.severity,
                like.action,
                format!("另有 {more} 处同类问题未逐条列出"),
                format!("{more} more of the same kind are not listed"),
            ));
        }
        self.list
    }
}
