//! What the rules look at, gathered once.

use super::{Issue, Severity};
use crate::assign::Assignment;
use crate::geom::{Pt, anchor_of_polygons};
use crate::model::{GridLayer, Id, Said, Unit};
use crate::plan::{Layer, Plan, Project};
use crate::topology::{OUTSIDE, Owner};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One layer of one plan with its assignment.
pub(super) struct Seen<'a> {
    pub project: &'a Project,
    pub plan: &'a Plan,
    pub number: u16,
    pub def: &'a GridLayer,
    pub layer: &'a Layer,
    pub assignment: &'a Assignment,
    /// Units of the lowest level, by code.
    pub cells: Vec<&'a Arc<Unit>>,
    /// Faces by owner, both ascending; the world is left out.
    pub faces: BTreeMap<Owner, Vec<u32>>,
}

impl<'a> Seen<'a> {
    pub fn new(project: &'a Project, plan: Id, number: u16, assignment: &'a Assignment) -> Option<Seen<'a>> {
        let plan = project.plan(plan)?;
        let layer = plan.layers.get(number as usize)?;
        let def = project.facts.layers.get(number as usize)?;
        let mut cells: Vec<&Arc<Unit>> = layer.units.values().filter(|u| u.level == def.cell_level()).collect();
        cells.sort_by(|a, b| a.code.cmp(&b.code));
        let mut faces: BTreeMap<Owner, Vec<u32>> = BTreeMap::new();
        for (i, f) in layer.partition.faces().filter(|(i, _)| *i != crate::topology::WORLD) {
            faces.entry(f.owner).or_default().push(i);
        }
        Some(Seen { project, plan, number, def, layer, assignment, cells, faces })
    }

    /// Whether an owner is a cell.
    pub fn is_cell(&self, owner: Owner) -> bool {
        self.layer.unit_of(owner).is_some_and(|u| u.level >= self.def.cell_level())
    }

    /// Code of an owner's unit, or the words for ground without one.
    pub fn owner_name(&self, owner: Owner) -> Said {
        match (self.layer.unit_of(owner), owner) {
            (Some(u), _) => Said::new(&u.code, &u.code),
            (None, OUTSIDE) => Said::new("范围外", "outside the outline"),
            (None, _) => Said::new("未划入", "ground without a cell"),
        }
    }

    /// The faces of a unit, ascending.
    pub fn faces_of(&self, owner: Owner) -> &[u32] {
        self.faces.get(&owner).map_or(&[], Vec::as_slice)
    }

    /// A point inside the largest of some faces.
    pub fn point_in(&self, faces: &[u32]) -> Option<Pt> {
        let p = &self.layer.partition;
        let largest = faces.iter().rev().max_by_key(|&&f| p.face(f).map_or(0, |f| f.area2))?;
        anchor_of_polygons(&[p.rings(*largest)])
    }

    /// Twice the area of some faces, mm².
    pub fn area2(&self, faces: &[u32]) -> i128 {
        faces.iter().filter_map(|&f| self.layer.partition.face(f)).map(|f| f.area2).sum()
    }

    /// A warning that names some units, with a place in the first that has ground.
    pub fn of_units<'u>(
        &self,
        rule: &'static str,
        units: impl IntoIterator<Item = &'u Arc<Unit>>,
        said: Said,
    ) -> Issue {
        let units: Vec<&Arc<Unit>> = units.into_iter().collect();
        Issue {
            at: units.iter().find_map(|u| self.point_in(self.faces_of(u.id.0))),
            cells: units.iter().map(|u| (self.def.id.clone(), u.code.clone())).collect(),
            ..warning(rule, said)
        }
    }
}

/// A warning without a place.
pub(super) fn warning(rule: &'static str, said: Said) -> Issue {
    let severity = Severity::Warning;
    Issue { rule, severity, said, at: None, cells: Vec::new(), buildings: Vec::new(), courtyard: None }
}

/// A number with thousands grouped.
pub(super) fn grouped(n: i128) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::from(if n < 0 { "-" } else { "" });
    for (i, d) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(d);
    }
    out
}

/// Square metres of a double area in mm²: whole ones from 10 m² on, below with as many decimals as say anything.
pub(super) fn square_metres(area2: i128) -> String {
    let m2 = area2 as f64 / 2e6;
    match m2.abs() {
        x if x >= 9.95 => grouped((area2 + 1_000_000).div_euclid(2_000_000)),
        x if x >= 0.095 => format!("{m2:.1}"),
        x if x >= 0.0095 => format!("{m2:.2}"),
        _ => format!("{m2:.6}"),
    }
}
