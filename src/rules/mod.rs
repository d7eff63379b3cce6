//! What is not in order in a plan: one file a rule, (project, plan, layer, assignment) → issues.
//!
//! Owns: [`Issue`], [`check`] and the rules V2, V3, V6–V9, V14, V16 of the list of validation rules, `unassigned`, and
//! the names of the topology's faults. V1 (closed, simple) and the overlap half of V2 are the topology's; V4 (a cell
//! inside its community) and V5 (a community is the union of its cells) hold by construction: a face names the lowest
//! unit that owns its ground. Of V8 the order of codes (west to east, north to south) is not checked: offices number by
//! streets as often as by position, and no text says how cells of one row are told apart.
//! Never: edits, IO.
//! Start at [`check`]; each rule is a function from [`Seen`](seen::Seen) to issues.

mod codes;
mod courtyards;
mod cut;
mod detached;
mod extent;
mod gaps;
mod households;
mod seen;
mod staff;
#[cfg(test)]
mod tests;
mod topology;
mod unassigned;

pub use unassigned::UNASSIGNED_LISTED;

use crate::assign::Assignment;
use crate::geom::Pt;
use crate::model::{Id, Said};
use crate::plan::Project;
use seen::Seen;

/// How grave an issue is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// The plan is not valid.
    Error,
    /// Something to look at.
    Warning,
}

impl Severity {
    /// Name in files and commands.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// Something that is not in order.
#[derive(Clone, PartialEq, Debug)]
pub struct Issue {
    /// `V2` … `V16`, `unassigned`, or a topology rule: `crosses` `turn` `ring` `area` `hole` `unclean` `euler`.
    pub rule: &'static str,
    /// How grave.
    pub severity: Severity,
    /// State first, then the number, then what to do.
    pub said: Said,
    /// A place to look at, on the project's grid.
    pub at: Option<Pt>,
    /// Cells or units concerned: id of the layer, code.
    pub cells: Vec<(String, String)>,
    /// Codes of the buildings concerned.
    pub buildings: Vec<String>,
    /// Code of the courtyard concerned.
    pub courtyard: Option<String>,
}

impl Issue {
    /// Its name, by which it is set aside: the rule and what it is about. It stays while numbers change, and where it is
    /// about nothing with a code it is the place.
    pub fn name(&self) -> String {
        let mut out = self.rule.to_owned();
        let cell = |(layer, code): &(String, String)| format!(" {layer}/{code}");
        match (&self.courtyard, self.rule, &self.buildings[..]) {
            (Some(yard), ..) => out += &format!(" {yard}"),
            (None, _, [first, ..]) => out += &format!(" {first}"),
            // A unit may have several gaps.
            (None, "V2", _) => {}
            _ => out.extend(self.cells.iter().map(cell)),
        }
        if out == self.rule
            && let Some(at) = self.at
        {
            out += &format!(" @{},{}", at.x, at.y);
        }
        out
    }
}

/// Everything that is not in order in one layer of one plan: errors first, then rule by rule as listed here, within a
/// rule by code or slot. Nothing if there is no such plan or layer.
///
/// `assignment` must be that of the same plan and layer. O(buildings + faces + posts + border length · log buildings).
pub fn check(project: &Project, plan: Id, layer: u16, assignment: &Assignment) -> Vec<Issue> {
    let Some(seen) = Seen::new(project, plan, layer, assignment) else { return Vec::new() };
    let mut out = topology::check(&seen);
    for rule in [
        households::check,
        gaps::check,
        cut::check,
        courtyards::check,
        codes::check,
        staff::check,
        detached::check,
        extent::check,
        unassigned::check,
    ] {
        out.extend(rule(&seen));
    }
    out
}
