//! Bringing rows that stand in segments: places into tables, cells and units into a partition.

use super::{Applying, no_such};
use crate::geom::{Origin, Pt, anchor_of_polygons, ring_area2, ring_contains};
use crate::model::{Extent, Field, Id, Kind, Said, Segment, Unit, check_code, check_text};
use crate::plan::edit::{Hash, RedrawnCell};
use crate::plan::error::EditError;
use crate::plan::patch::{Item, Key, SegmentRef};
use crate::plan::project::Layer;
use crate::plan::project::{Head, Plan};
use crate::topology::repair::{Standing, assemble_onto};
use crate::topology::{Misfit, OUTSIDE, Owner, Polygons, TopologyError};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The ground of a layer on which units of a level come to lie.
pub struct Ground {
    /// What stays as it is: units of that level or below.
    pub fixed: Vec<(Owner, Polygons)>,
    /// What they may take; `None` where the layer has no ground at all, so that all is open.
    pub open: Option<Vec<(Owner, Polygons)>>,
}

impl Ground {
    /// The ground of a layer for units of a level. O(borders).
    pub fn of(layer: &Layer, level: u8) -> Ground {
        let mut owners: BTreeMap<Owner, Polygons> = BTreeMap::new();
        for (f, face) in layer.partition.faces().filter(|(_, f)| f.owner != OUTSIDE) {
            owners.entry(face.owner).or_default().push(layer.partition.rings(f));
        }
        let (mut fixed, mut open) = (Vec::new(), Vec::new());
        for (owner, polygons) in owners {
            let stays = layer.unit_of(owner).is_some_and(|u| u.level >= level);
            if stays { &mut fixed } else { &mut open }.push((owner, polygons));
        }
        let open = (!open.is_empty() || !layer.partition.is_empty()).then_some(open);
        Ground { fixed, open }
    }

    /// The same, borrowed.
    pub fn standing(&self) -> Standing<'_> {
        Standing { grounds: self.open.as_deref(), fixed: &self.fixed }
    }
}

impl Layer {
    /// The same where the ground of these cells belongs to the units above them that have ground, else to the layer.
    pub fn without(&self, cells: &BTreeSet<Id>) -> Layer {
        let above =
            |id: Id| self.chain(id).into_iter().skip(1).find(|u| u.extent == Extent::Drawn).map_or(0, |u| u.id.0);
        let mut faces: BTreeMap<Owner, Vec<u32>> = BTreeMap::new();
        for (i, f) in self.partition.faces().filter(|(_, f)| cells.contains(&Id(f.owner))) {
            faces.entry(above(Id(f.owner))).or_default().push(i);
        }
        let mut partition = self.partition.clone();
        for (to, faces) in faces {
            partition = crate::topology::give(&partition, &faces, to).0;
        }
        Layer { partition, ..self.clone() }
    }
}

/// Rings, outer ones and holes in any order, as polygons: a ring in an odd number of others is a hole of the smallest of
/// them. O(rings²).
pub(super) fn polygons_of(rings: Vec<Vec<Pt>>) -> Polygons {
    let mut rings = rings;
    for r in &mut rings {
        r.dedup();
        while r.len() > 1 && r.first() == r.last() {
            r.pop();
        }
    }
    let turned = |r: &Vec<Pt>, outer: bool| {
        let mut r = r.clone();
        if (ring_area2(&r) > 0) != outer {
            r.reverse();
        }
        r
    };
    let mut out: Vec<(usize, Vec<Vec<Pt>>)> = Vec::new();
    // By a point within it: a hole may touch the ring round it with any of its vertices.
    let within: Vec<Option<Pt>> = rings.iter().map(|r| anchor_of_polygons(&[vec![turned(r, true)]])).collect();
    let holders = |i: usize| -> Vec<usize> {
        let Some(at) = within[i] else { return vec![] };
        let larger = |j: &usize| ring_area2(&rings[*j]).abs() > ring_area2(&rings[i]).abs();
        (0..rings.len()).filter(larger).filter(|&j| ring_contains(&rings[j], at)).collect()
    };
    let inside: Vec<Vec<usize>> = (0..rings.len()).map(holders).collect();
    for (i, r) in rings.iter().enumerate().filter(|(i, _)| inside[*i].len().is_multiple_of(2)) {
        out.push((i, vec![turned(r, true)]));
    }
    for (i, r) in rings.iter().enumerate().filter(|(i, _)| inside[*i].len() % 2 == 1) {
        let smallest = inside[i].iter().copied().min_by_key(|&j| ring_area2(&rings[j]).abs());
        if let Some((_, p)) = out.iter_mut().find(|(j, _)| Some(*j) == smallest) {
            p.push(turned(r, false));
        }
    }
    out.into_iter().map(|(_, p)| p).collect()
}

impl<'a> Applying<'a> {
    /// Takes over CRS and origin that the first import decided; refused while there are none, or where the project's are
    /// others than those that the edit was made for: its coordinates would mean other places.
    pub(super) fn decide_crs(&mut self, crs: Option<&(String, [i64; 2])>) -> Result<(), EditError> {
        let head = &self.project.facts.head;
        if let Some((crs, [e_m, n_m])) = crs {
            let origin = Origin::at(*e_m, *n_m).ok_or_else(|| EditError::Field { field: "crs".into() })?;
            let crs = check_text(crs)?;
            let agrees = (head.crs == "auto" && head.origin.is_none()) || head.crs == crs;
            if !agrees || head.origin.is_some_and(|o| o != origin) {
                return Err(EditError::OtherCrs { crs, project: head.crs.clone() });
            }
            if head.origin.is_none() {
                self.tx.put(Key::Head, Some(Item::Head(Head { crs, origin: Some(origin), ..(**head).clone() })));
            }
        }
        if self.tx.new.facts.head.origin.is_some() { Ok(()) } else { Err(EditError::NoCrs) }
    }

    pub(super) fn import(
        &mut self,
        kind: Kind,
        hashes: &[Hash],
        crs: Option<&(String, [i64; 2])>,
        level: Option<&str>,
    ) -> Result<(), EditError> {
        self.decide_crs(crs)?;
        let segments = hashes
            .iter()
            .map(|h| self.ctx.segments.segment(h.0).ok_or_else(|| EditError::NoSegment { hash: h.0.to_string() }))
            .collect::<Result<Vec<_>, _>>()?;
        if kind == Kind::Cells {
            return self.import_cells(&segments, level);
        }
        for s in segments {
            let t = self.tx.new.table(kind);
            if s.kind() != kind {
                return Err(EditError::Field { field: "kind".into() });
            }
            let mut codes: Vec<&str> = (0..s.len()).map(|i| s.code(i)).collect();
            codes.sort_unstable();
            let twice = codes.windows(2).find(|w| w[0] == w[1]).map(|w| w[0]);
            let known = || codes.iter().copied().find(|c| !t.is_empty() && t.find(c).is_some());
            if let Some(code) = twice.or_else(known) {
                return Err(EditError::Duplicate { code: code.to_owned() });
            }
            let key = Key::Segment(kind, t.end());
            self.tx.put(key, Some(Item::Segment(SegmentRef { hash: s.hash(), rows: Some(s) })));
        }
        Ok(())
    }

    fn import_cells(&mut self, segments: &[Arc<Segment>], level: Option<&str>) -> Result<(), EditError> {
        let (plan, i) = (self.draft()?, self.layer_ix()?);
        let layer = self.layer_of(plan, i)?;
        let def = &self.project.facts.layers[i as usize];
        let level = match level {
            None => def.cell_level(),
            Some(l) => def.levels.iter().position(|x| x == l).ok_or_else(|| no_such("层级", "level", l))? as u8,
        };
        let ground = Ground::of(layer, level);
        let mut new: Vec<(Owner, Polygons)> = Vec::new();
        let mut units: Vec<Unit> = Vec::new();
        let mut seen: BTreeMap<String, ()> = layer.units.values().map(|u| (u.code.clone(), ())).collect();
        for s in segments {
            for r in 0..s.len() {
                let code = check_code(s.code(r))?;
                if seen.insert(code.clone(), ()).is_some() {
                    return Err(EditError::Duplicate { code });
                }
                let polygons: Polygons =
                    s.shape(r).parts.iter().map(|p| p.iter().map(|r| r.to_vec()).collect()).collect();
                let anchor = anchor_of_polygons(&polygons);
                let stands_on = anchor.and_then(|a| layer.unit_at(a)).filter(|u| u.level < level).map(|u| u.id);
                let parent = match s.text(r, Field::Parent) {
                    Some(c) => {
                        let higher = layer.unit(c).filter(|u| u.level < level);
                        let named = higher.ok_or_else(|| no_such("上级", "unit", c))?;
                        let within = stands_on.is_some_and(|u| layer.chain(u).iter().any(|x| x.id == named.id));
                        if named.extent == Extent::Drawn && !within {
                            return Err(self.elsewhere(&code, c, anchor));
                        }
                        Some(named.id)
                    }
                    None => stands_on,
                };
                let id = self.new_id(units.len());
                let name = s.name(r).to_owned();
                units.push(Unit { id, code, name, level, parent, extent: Extent::Drawn });
                new.push((id.0, polygons));
            }
        }
        if units.len() > usize::from(u16::MAX) {
            return Err(EditError::Field { field: "cells".into() });
        }
        let partition = assemble_onto(ground.standing(), &new, 0).map_err(|m| self.misfit(plan, &units, &m))?;
        let patch = layer.partition.whole_change(&partition);
        let fixed = |o: Owner| layer.unit_of(o).is_some_and(|u| u.level >= level);
        self.stands(layer, &fixed, (&partition, &patch))
            .map_err(|at| self.misfit(plan, &units, &[Misfit::Crosses { at }]))?;
        self.set_partition((plan, i), layer, (partition, patch))?;
        for u in units {
            self.created.push((i, u.id));
            self.tx.put(Key::Unit(plan.id, i, u.id), Some(Item::Unit(Arc::new(u))));
        }
        Ok(())
    }

    /// Puts cells onto other ground: all of theirs becomes open, then each comes to lie where it is to be.
    pub(super) fn redraw(&mut self, cells: &[RedrawnCell]) -> Result<(), EditError> {
        let (plan, i) = (self.draft()?, self.layer_ix()?);
        let layer = self.layer_of(plan, i)?;
        let (mut new, mut units): (Vec<(Owner, Polygons)>, Vec<Unit>) = (Vec::new(), Vec::new());
        for c in cells {
            let unit = self.cell(layer, &c.cell)?;
            if units.iter().any(|u| u.id == unit.id) {
                return Err(EditError::Duplicate { code: c.cell.clone() });
            }
            let rings: Vec<Vec<Pt>> = c.rings.iter().map(|r| self.grid_line(r)).collect::<Result<_, _>>()?;
            let polygons = polygons_of(rings);
            if polygons.is_empty() {
                let at = layer.partition.polygons(unit.id.0).iter().flatten().flatten().next().copied();
                return Err(self.border(layer, TopologyError::TooFew { at: at.unwrap_or_default() }));
            }
            new.push((unit.id.0, polygons));
            units.push((**unit).clone());
        }
        let ids: BTreeSet<Id> = units.iter().map(|u| u.id).collect();
        let open = layer.without(&ids);
        let level = self.project.facts.layers[usize::from(i)].cell_level();
        for (unit, (_, polygons)) in units.iter().zip(&new) {
            // A cell stays under its parent.
            let at = anchor_of_polygons(polygons);
            let ground = at.and_then(|a| open.unit_at(a)).filter(|u| u.level < level).map(|u| u.id);
            let drawn = unit.parent.filter(|p| layer.units.get(p).is_some_and(|p| p.extent == Extent::Drawn));
            if at.is_some() && drawn.is_some_and(|p| ground.is_none_or(|g| layer.chain(g).iter().all(|u| u.id != p))) {
                let parent = drawn.and_then(|p| layer.units.get(&p)).map_or("", |p| p.code.as_str());
                return Err(self.elsewhere(&unit.code, parent, at));
            }
        }
        let ground = Ground::of(&open, level);
        let partition = assemble_onto(ground.standing(), &new, 0).map_err(|m| self.misfit(plan, &units, &m))?;
        if let Some(&id) = ids.iter().find(|id| partition.faces_of(id.0).is_empty()) {
            let at = layer.partition.polygons(id.0).iter().flatten().flatten().next().copied().unwrap_or_default();
            return Err(self.border(layer, TopologyError::WouldVanish { at, owner: id.0 }));
        }
        let patch = layer.partition.whole_change(&partition);
        let fixed = |o: Owner| layer.unit_of(o).is_some_and(|u| u.level >= level && !ids.contains(&u.id));
        self.stands(layer, &fixed, (&partition, &patch))
            .map_err(|at| self.misfit(plan, &units, &[Misfit::Crosses { at }]))?;
        self.set_partition((plan, i), layer, (partition, patch))
    }

    /// A cell that does not stand on the ground of the unit it names as its parent.
    fn elsewhere(&self, code: &str, parent: &str, at: Option<Pt>) -> EditError {
        let what = Said::new(
            format!("{code} 不在上级 {parent} 的范围内。请改正上级编码，或先调整 {parent} 的边界。"),
            format!(
                "{code} does not stand on the ground of {parent}. Correct its parent, or the border of {parent} first."
            ),
        );
        EditError::Misfit { places: at.map(|a| self.tx.new.origin().place(a)).into_iter().collect(), what }
    }

    fn misfit(&self, plan: &Plan, new: &[Unit], misfits: &[Misfit]) -> EditError {
        let origin = self.tx.new.origin();
        let code = |o: Owner| {
            let old = plan.layers.iter().find_map(|l| l.units.get(&Id(o)).map(|u| u.code.clone()));
            new.iter().find(|u| u.id.0 == o).map(|u| u.code.clone()).or(old).unwrap_or_default()
        };
        let what = match misfits.first() {
            Some(Misfit::Overlaps { owners: (a, b), .. }) => Said::new(
                format!("{} 与 {} 重叠，或超出范围。", code(*a), code(*b)),
                format!("{} and {} overlap, or leave the outline.", code(*a), code(*b)),
            ),
            Some(Misfit::Empty { .. }) => Said::new("一个环没有面积。", "A ring has no area."),
            _ => Said::new(
                "边界在这里没有逐点重合。请先在原软件中修好共用边界。",
                "Borders are not shared point by point here. Mend the common borders in the program they come from.",
            ),
        };
        EditError::Misfit { places: misfits.iter().map(|m| origin.place(m.at())).collect(), what }
    }
}
