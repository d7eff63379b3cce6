//! Edits of the ground: outline, draw, split, merge, vertices, units.

use super::{Applying, no_such};
use crate::geom::{Box2, Place, Pt};
use crate::model::{Extent, Id, Target, Unit, check_code, check_text};
use crate::plan::edit::{CutCell, Ring, Take};
use crate::plan::error::EditError;
use crate::plan::patch::{Item, Key};
use crate::plan::project::{Layer, Plan};
use crate::topology::{
    Cut, DrawRules, OUTSIDE, Owner, Partition, PartitionPatch, Plainer, Reshaping, Shift, TopologyError, Which,
};
use std::collections::BTreeSet;
use std::sync::Arc;

type Moved = Result<(Partition, PartitionPatch), TopologyError>;

impl<'a> Applying<'a> {
    fn rings(&self, rings: &[Ring]) -> Result<Vec<Vec<Pt>>, EditError> {
        rings.iter().map(|r| self.grid_line(r)).collect()
    }

    /// A topology error in the words of this layer.
    pub(super) fn border(&self, layer: &Layer, why: TopologyError) -> EditError {
        let at = self.tx.new.origin().place(why.at());
        let code = |o: Owner| layer.unit_of(o).map(|u| u.code.clone());
        if let TopologyError::Protected { left, right, .. } = &why {
            return match (self.closed_line(layer, *left, *right), self.border_held(layer, *left, *right)) {
                (None, Some(by)) => EditError::Held { by, at },
                (line, _) => EditError::Protected { line: line.unwrap_or_default(), at },
            };
        }
        let units = match &why {
            TopologyError::WouldVanish { owner, .. }
            | TopologyError::OnlyPiece { owner, .. }
            | TopologyError::Apart { owner, .. } => code(*owner),
            _ => None,
        };
        EditError::Border { why, at, units: units.into_iter().collect() }
    }

    pub(super) fn levels(&self) -> &'a [String] {
        let i = self.layer_ix().unwrap_or(0);
        self.project.facts.layers.get(i as usize).map_or(&[], |l| &l.levels)
    }

    /// What was outside and lies inside the rings goes to the layer, what lies outside them goes to the outside.
    pub(super) fn outline(&mut self, rings: &[Ring]) -> Result<(), EditError> {
        let (plan, i) = (self.draft()?, self.layer_ix()?);
        let layer = self.layer_of(plan, i)?;
        let rings = self.rings(rings)?;
        let mut now = layer.partition.clone();
        let b = now.extent().union(Box2::of(rings.iter().flatten())).grown(10_000);
        let frame = vec![b.min, Pt { x: b.max.x, y: b.min.y }, b.max, Pt { x: b.min.x, y: b.max.y }];
        let beyond: Vec<Vec<Pt>> = std::iter::once(frame).chain(rings.iter().cloned()).collect();
        let mut patch = PartitionPatch::default();
        let cell_level = self.project.facts.layers[i as usize].cell_level();
        let is_cell = |o: Owner| layer.unit_of(o).is_some_and(|u| u.level >= cell_level);
        let mut taken: BTreeSet<Owner> = BTreeSet::new();
        for (rings, to) in [(&rings, 0), (&beyond, OUTSIDE)] {
            let takes = |o: Owner| (to == OUTSIDE || o == OUTSIDE).then_some(to);
            let rules = DrawRules { take: &takes, may_vanish: &|o| !is_cell(o), across: &|_| true };
            match crate::topology::draw(&now, rings, &rules) {
                Ok(d) => {
                    (now, patch) = (d.partition.with_fitted_locator(), patch.then(d.patch));
                    taken.extend(d.taken.keys());
                }
                Err(TopologyError::NoGround { .. }) => {}
                Err(e) => return Err(self.border(layer, e)),
            }
        }
        self.all_stand(layer, &now, taken)?;
        self.set_partition((plan, i), layer, (now, patch))
    }

    /// Refuses where one of the owners has lost all ground: a cell its own, a higher unit its own and that of the units
    /// below it.
    fn all_stand(
        &self,
        layer: &Layer,
        now: &Partition,
        lost: impl IntoIterator<Item = Owner>,
    ) -> Result<(), EditError> {
        let units = now.faces().filter_map(|(_, f)| layer.unit_of(f.owner));
        let standing: BTreeSet<Id> = units.flat_map(|u| layer.chain(u.id)).map(|u| u.id).collect();
        if let Some(lost) = lost.into_iter().filter_map(|o| layer.unit_of(o)).find(|u| !standing.contains(&u.id)) {
            let at = layer.ground(lost.id).iter().flatten().flatten().next().copied().unwrap_or_default();
            return Err(self.border(layer, TopologyError::WouldVanish { at, owner: lost.id.0 }));
        }
        Ok(())
    }

    /// Sets the ground that an editor made. Where protected borders were opened a higher unit may have lost some; a cell
    /// that the edit takes away (`goes`) may lose all.
    fn set_ground(
        &mut self,
        (plan, i): (&Plan, u16),
        layer: &Layer,
        (now, patch): (Partition, PartitionPatch),
        goes: Option<Id>,
    ) -> Result<(), EditError> {
        if !self.edit.opened.is_empty() {
            let lost: BTreeSet<Owner> = patch.faces.iter().filter_map(|c| c.before.as_ref()).map(|f| f.owner).collect();
            let above = lost.iter().filter_map(|&o| layer.unit_of(o)).flat_map(|u| layer.chain(u.id));
            let above = above.filter(|u| Some(u.id) != goes);
            self.all_stand(layer, &now, above.map(|u| u.id.0).collect::<BTreeSet<_>>())?;
        }
        self.set_partition((plan, i), layer, (now, patch))
    }

    /// Who may lose all ground: the layer, and units above the cells.
    fn may_vanish(&self, layer: &Layer, owner: Owner) -> bool {
        layer.unit_of(owner).is_none_or(|u| usize::from(u.level) + 1 < self.levels().len())
    }

    /// Whether a border between two owners may move: outline and borders of higher levels only if opened, none of what is
    /// held.
    fn may_move(&self, layer: &Layer, left: Owner, right: Owner) -> bool {
        self.closed_line(layer, left, right).is_none() && self.border_held(layer, left, right).is_none()
    }

    /// The protected line that a border between two owners is part of, if the edit has not opened it.
    pub(super) fn closed_line(&self, layer: &Layer, left: Owner, right: Owner) -> Option<String> {
        layer.protected_line(self.levels(), left, right).filter(|line| !self.edit.opened.contains(line))
    }

    pub(super) fn vertex(
        &mut self,
        f: impl Fn(&Partition, &[Pt], &dyn Fn(Owner, Owner) -> bool) -> Moved,
        at: &[Place],
    ) -> Result<(), EditError> {
        let (plan, i) = (self.draft()?, self.layer_ix()?);
        let layer = self.layer_of(plan, i)?;
        let at = self.grid_line(at)?;
        let may = |l: Owner, r: Owner| self.may_move(layer, l, r);
        let moved = f(&layer.partition, &at, &may).map_err(|e| self.border(layer, e))?;
        self.set_ground((plan, i), layer, moved, None)
    }

    pub(super) fn slide(&mut self, on: &[Place; 2], by: Option<Place>, offset_m: Option<f64>) -> Result<(), EditError> {
        let wrong = |field: &str| EditError::Field { field: field.into() };
        let shift = match (by, offset_m) {
            (Some(by), None) => {
                let mm = |v: i64| i32::try_from(v).map_err(|_| wrong("by"));
                Shift::By(mm(by.e_mm)?, mm(by.n_mm)?)
            }
            (None, Some(m)) if m.abs() <= 1e6 => Shift::Aside(m * 1000.0),
            (None, Some(_)) => return Err(wrong("offset_m")),
            _ => return Err(wrong("by")),
        };
        self.vertex(|p, a, may| crate::topology::slide(p, (a[0], a[1]), shift, may), on)
    }

    pub(super) fn follow(
        &mut self,
        ends: (Place, Place),
        line: &[Place],
        on: Option<&[Place; 2]>,
    ) -> Result<(), EditError> {
        let at: Vec<Place> = [ends.0, ends.1].iter().chain(line).chain(on.map_or(&[][..], |on| on)).copied().collect();
        let n = 2 + line.len();
        self.vertex(
            |p, a, may| {
                let on = (a.len() > n).then(|| (a[n], a[n + 1]));
                crate::topology::follow(p, (a[0], a[1]), &a[2..n], on, may)
            },
            &at,
        )
    }

    pub(super) fn simplify(
        &mut self,
        cells: &[String],
        on: Option<&[Place; 2]>,
        tolerance_m: Option<f64>,
        square: bool,
    ) -> Result<(), EditError> {
        let wrong = |field: &str| EditError::Field { field: field.into() };
        let mm = tolerance_m.ok_or(EditError::NotFilled { field: "tolerance_m" })? * 1000.0;
        // Squared corners are rounded to the grid: within less than a millimetre none can move.
        let least = if square { 1.0 } else { 0.0 };
        if !(least..=1e6).contains(&mm) {
            return Err(wrong("tolerance_m"));
        }
        let how = if square { Plainer::Square(mm) } else { Plainer::Thin(mm) };
        let layer = self.layer_of(self.draft()?, self.layer_ix()?)?;
        let of: BTreeSet<Owner> =
            cells.iter().map(|c| Ok(self.cell(layer, c)?.id.0)).collect::<Result<_, EditError>>()?;
        match (on, of.is_empty()) {
            (Some(on), true) => {
                self.vertex(|p, a, may| crate::topology::simplify(p, Which::On((a[0], a[1])), how, may), on)
            }
            (None, false) => {
                let which = |left: Owner, right: Owner, border: &[Pt]| {
                    (of.contains(&left) || of.contains(&right)) && Self::is_free(layer, border)
                };
                self.vertex(|p, _, may| crate::topology::simplify(p, Which::Of(&which), how, may), &[])
            }
            _ => Err(wrong("cells")),
        }
    }

    /// A code that no unit of the layer has yet.
    pub(super) fn free_code(&self, layer: &Layer, code: Option<&str>) -> Result<String, EditError> {
        let code = check_code(code.ok_or(EditError::NotFilled { field: "code" })?)?;
        if layer.unit(&code).is_some() { Err(EditError::Duplicate { code }) } else { Ok(code) }
    }

    /// The unit of higher level on whose ground an owner's ground lies: itself, or a cell's parent.
    fn ground_unit(layer: &Layer, cell_level: u8, owner: Owner) -> Option<Id> {
        layer.unit_of(owner).and_then(|u| if u.level < cell_level { Some(u.id) } else { u.parent })
    }

    pub(super) fn draw(
        &mut self,
        code: Option<&str>,
        name: Option<&str>,
        rings: &[Ring],
        take: Take,
        parent: Option<&str>,
    ) -> Result<(), EditError> {
        let (plan, i) = (self.draft()?, self.layer_ix()?);
        let layer = self.layer_of(plan, i)?;
        let cell_level = self.project.facts.layers[i as usize].cell_level();
        let code = self.free_code(layer, code)?;
        let name = check_text(name.unwrap_or_default())?;
        // None = whatever unit's ground; Some(None) = ground of none.
        let only = match parent {
            None => None,
            Some("") => Some(None),
            Some(c) => Some(Some(layer.unit(c).ok_or_else(|| no_such("上级", "unit", c))?.id)),
        };
        let rings = self.rings(rings)?;
        let id = self.new_id(0);
        let takes = |o: Owner| {
            let is_cell = layer.unit_of(o).is_some_and(|u| u.level >= cell_level);
            let allowed = o != OUTSIDE && (!is_cell || take == Take::All);
            let fits = only.is_none_or(|p| Self::ground_unit(layer, cell_level, o) == p);
            (allowed && fits && self.may_take(layer, o)).then_some(id.0)
        };
        let rules = DrawRules {
            take: &takes,
            may_vanish: &|o| self.may_vanish(layer, o),
            across: &|border| Self::is_free(layer, border),
        };
        let d = crate::topology::draw(&layer.partition, &rings, &rules).map_err(|e| self.border(layer, e))?;
        let parents: BTreeSet<Option<Id>> = d.taken.keys().map(|&o| Self::ground_unit(layer, cell_level, o)).collect();
        if parents.len() > 1 {
            let code = |p: &Option<Id>| p.and_then(|p| layer.units.get(&p)).map_or(String::new(), |u| u.code.clone());
            let units = parents.iter().map(code).collect();
            return Err(EditError::Spans { units, at: self.project.origin().place(rings[0][0]) });
        }
        let parent = parents.into_iter().next().flatten();
        let unit = Unit { id, code, name, level: cell_level, parent, extent: Extent::Drawn };
        self.set_partition((plan, i), layer, (d.partition, d.patch))?;
        self.tx.put(Key::Unit(plan.id, i, id), Some(Item::Unit(Arc::new(unit))));
        self.created.push((i, id));
        Ok(())
    }

    pub(super) fn unit(
        &mut self,
        code: &str,
        name: &str,
        level: &str,
        parent: Option<&str>,
        rings: &[Ring],
    ) -> Result<(), EditError> {
        let (plan, i) = (self.draft()?, self.layer_ix()?);
        let layer = self.layer_of(plan, i)?;
        let level = self.levels().iter().position(|l| l == level).ok_or_else(|| no_such("层级", "level", level))? as u8;
        // One that was made without extent is drawn now.
        let waits =
            |u: &&Arc<Unit>| u.level == level && u.extent == Extent::None && layer.children(u.id).next().is_none();
        let waiting = layer.unit(code).filter(|_| !rings.is_empty()).filter(waits);
        let code = if waiting.is_some() { code.to_owned() } else { self.free_code(layer, Some(code))? };
        let mut parent = match parent {
            None => None,
            Some(c) => Some(layer.unit(c).filter(|u| u.level < level).ok_or_else(|| no_such("上级", "unit", c))?.id),
        };
        let id = waiting.map_or_else(|| self.new_id(0), |u| u.id);
        let mut extent = Extent::None;
        if !rings.is_empty() {
            let rings = self.rings(rings)?;
            let takes = |o: Owner| {
                let higher = layer.unit_of(o).is_none_or(|u| u.level < level);
                let fits = parent.is_none() || layer.unit_of(o).map(|u| u.id) == parent;
                (o != OUTSIDE && higher && fits && self.may_take(layer, o)).then_some(id.0)
            };
            let rules =
                DrawRules { take: &takes, may_vanish: &|_| true, across: &|border| Self::is_free(layer, border) };
            let d = crate::topology::draw(&layer.partition, &rings, &rules).map_err(|e| self.border(layer, e))?;
            let from: BTreeSet<Option<Id>> = d.taken.keys().map(|&o| layer.unit_of(o).map(|u| u.id)).collect();
            if from.len() > 1 {
                let units = from.iter().flatten().filter_map(|p| layer.units.get(p)).map(|u| u.code.clone()).collect();
                return Err(EditError::Spans { units, at: self.project.origin().place(rings[0][0]) });
            }
            parent = from.into_iter().next().flatten();
            extent = Extent::Drawn;
            self.set_partition((plan, i), layer, (d.partition, d.patch))?;
        }
        let unit = Unit { id, code, name: check_text(name)?, level, parent, extent };
        self.tx.put(Key::Unit(plan.id, i, id), Some(Item::Unit(Arc::new(unit))));
        self.created.push((i, id));
        Ok(())
    }

    /// The cell with a code; a unit above or below the cells is refused.
    pub(super) fn cell(&self, layer: &'a Layer, code: &str) -> Result<&'a Arc<Unit>, EditError> {
        let unit = layer.unit(code).ok_or_else(|| no_such("网格", "cell", code))?;
        let def = &self.project.facts.layers[usize::from(self.layer_ix()?)];
        match def.level_name(unit.level) {
            Some(level) if unit.level != def.cell_level() => {
                Err(EditError::NotACell { code: code.to_owned(), level: level.clone() })
            }
            _ => Ok(unit),
        }
    }

    pub(super) fn split(
        &mut self,
        cell: &str,
        line: &[Place],
        code: Option<&str>,
        name: Option<&str>,
        keep: Option<Place>,
        attach_m: Option<f64>,
    ) -> Result<(), EditError> {
        let (plan, i) = (self.draft()?, self.layer_ix()?);
        let layer = self.layer_of(plan, i)?;
        let old = self.cell(layer, cell)?;
        let code = self.free_code(layer, code)?;
        let keep = keep.map(|k| self.grid(k)).transpose()?;
        let attach_mm = attach_mm(attach_m)?;
        let id = self.new_id(0);
        let line = self.grid_line(line)?;
        let parted = crate::topology::split(&layer.partition, old.id.0, &line, keep, attach_mm, id.0)
            .map_err(|e| self.border(layer, e))?;
        let unit = Unit { id, code, name: check_text(name.unwrap_or_default())?, ..(**old).clone() };
        self.set_part((plan, i), layer, old.id, unit, (parted.partition, parted.patch))
    }

    pub(super) fn cut(
        &mut self,
        line: &[Place],
        cells: Option<&[CutCell]>,
        attach_m: Option<f64>,
    ) -> Result<(), EditError> {
        let (plan, i) = (self.draft()?, self.layer_ix()?);
        let layer = self.layer_of(plan, i)?;
        let cells = cells.ok_or(EditError::NotFilled { field: "cells" })?;
        let (mut cuts, mut units): (Vec<Cut>, Vec<(Id, Unit)>) = (Vec::new(), Vec::new());
        for (n, c) in cells.iter().enumerate() {
            let old = self.cell(layer, &c.cell)?;
            let code = self.free_code(layer, c.code.as_deref())?;
            if units.iter().any(|(id, _)| *id == old.id) {
                return Err(EditError::Duplicate { code: c.cell.clone() });
            }
            if units.iter().any(|(_, u)| u.code == code) {
                return Err(EditError::Duplicate { code });
            }
            let id = self.new_id(n);
            let keep = c.keep.map(|k| self.grid(k)).transpose()?;
            cuts.push(Cut { owner: old.id.0, keep, new: id.0 });
            let name = check_text(c.name.as_deref().unwrap_or_default())?;
            units.push((old.id, Unit { id, code, name, ..(**old).clone() }));
        }
        let line = self.grid_line(line)?;
        if cuts.is_empty() {
            let at = line.first().copied().unwrap_or_default();
            return Err(self.border(layer, TopologyError::NotDivided { at }));
        }
        let parted = crate::topology::cut(&layer.partition, &cuts, &line, attach_mm(attach_m)?)
            .map_err(|e| self.border(layer, e))?;
        for (old, unit) in units {
            self.add_part((plan, i), layer, old, unit, &parted.partition);
        }
        self.set_partition((plan, i), layer, (parted.partition, parted.patch))
    }

    pub(super) fn detach(
        &mut self,
        cell: &str,
        at: Place,
        code: Option<&str>,
        name: Option<&str>,
    ) -> Result<(), EditError> {
        let (plan, i) = (self.draft()?, self.layer_ix()?);
        let layer = self.layer_of(plan, i)?;
        let old = self.cell(layer, cell)?;
        let code = self.free_code(layer, code)?;
        let id = self.new_id(0);
        let (g, at) = (&layer.partition, self.grid(at)?);
        let face = g.locate(at);
        if g.owner(face) != old.id.0 {
            return Err(self.border(layer, TopologyError::NotOnGround { at }));
        }
        if g.faces_of(old.id.0).len() < 2 {
            return Err(self.border(layer, TopologyError::OnlyPiece { at, owner: old.id.0 }));
        }
        let unit = Unit { id, code, name: check_text(name.unwrap_or_default())?, ..(**old).clone() };
        self.set_part((plan, i), layer, old.id, unit, crate::topology::give(g, &[face], id.0))
    }

    /// Sets ground of which a part belongs to a new unit now. A pin to the old one follows its place: to the new one if
    /// the building stands there.
    fn set_part(
        &mut self,
        (plan, i): (&Plan, u16),
        layer: &Layer,
        old: Id,
        new: Unit,
        (now, patch): (Partition, PartitionPatch),
    ) -> Result<(), EditError> {
        self.add_part((plan, i), layer, old, new, &now);
        self.set_partition((plan, i), layer, (now, patch))
    }

    fn add_part(&mut self, (plan, i): (&Plan, u16), layer: &Layer, old: Id, new: Unit, now: &Partition) {
        let id = new.id;
        self.children_follow((plan, i), layer, old, id, now);
        let buildings = self.project.table(crate::model::Kind::Buildings);
        for (&slot, _) in layer.pins.iter().filter(|(_, u)| **u == old) {
            let at = buildings.get(slot).and_then(|b| b.anchor());
            if at.is_some_and(|a| now.owner(now.locate(a)) == id.0) {
                self.tx.put(Key::Pin(plan.id, i, slot), Some(Item::Pin(id)));
            }
        }
        self.tx.put(Key::Unit(plan.id, i, id), Some(Item::Unit(Arc::new(new))));
        self.created.push((i, id));
    }

    /// A face without a cell goes whole to a cell that has a border with it.
    pub(super) fn fill(&mut self, at: Place, cell: Option<&str>) -> Result<(), EditError> {
        let (plan, i) = (self.draft()?, self.layer_ix()?);
        let layer = self.layer_of(plan, i)?;
        let (g, at) = (&layer.partition, self.grid(at)?);
        let face = g.locate(at);
        let owner = g.owner(face);
        if owner == OUTSIDE || !self.may_vanish(layer, owner) {
            return Err(self.border(layer, TopologyError::NoGround { at }));
        }
        let to = self.cell(layer, cell.ok_or(EditError::NotFilled { field: "cell" })?)?.id.0;
        if !crate::topology::neighbours(g, face).contains_key(&to) {
            return Err(self.border(layer, TopologyError::Apart { at, owner: to }));
        }
        if !self.may_move(layer, owner, to) {
            return Err(self.border(layer, TopologyError::Protected { at, left: owner, right: to }));
        }
        self.set_ground((plan, i), layer, crate::topology::give(g, &[face], to), None)
    }

    /// Ground inside rings goes to a cell that is there, as far as it is of the same unit above; or, if it is a cell's, to
    /// none.
    pub(super) fn give(&mut self, cell: Option<&str>, rings: &[Ring]) -> Result<(), EditError> {
        let (plan, i) = (self.draft()?, self.layer_ix()?);
        let layer = self.layer_of(plan, i)?;
        let cell_level = self.project.facts.layers[usize::from(i)].cell_level();
        let to = cell.map(|c| self.cell(layer, c)).transpose()?;
        to.map_or(Ok(()), |u| self.not_locked(layer, u.id))?;
        let rings = self.rings(rings)?;
        let goes = |o: Owner| match to {
            Some(u) => (Self::ground_unit(layer, cell_level, o) == u.parent).then_some(u.id.0),
            None => layer.unit_of(o).filter(|u| u.level >= cell_level).map(|u| Self::ground_above(layer, u.id)),
        };
        let takes = |o: Owner| goes(o).filter(|_| o != OUTSIDE && self.may_take(layer, o));
        let rules = DrawRules {
            take: &takes,
            may_vanish: &|o| self.may_vanish(layer, o),
            across: &|border| Self::is_free(layer, border),
        };
        let d = crate::topology::draw(&layer.partition, &rings, &rules).map_err(|e| self.border(layer, e))?;
        let held = d.taken.keys().find_map(|&o| goes(o).filter(|&n| !self.may_move(layer, o, n)).map(|n| (o, n)));
        if let Some((left, right)) = held {
            return Err(self.border(layer, TopologyError::Protected { at: rings[0][0], left, right }));
        }
        self.set_ground((plan, i), layer, (d.partition, d.patch), None)
    }

    /// Who has the ground of a cell that is one no more: the lowest unit above it that has ground of its own, else the layer.
    fn ground_above(layer: &Layer, cell: Id) -> Owner {
        layer.chain(cell).into_iter().skip(1).find(|u| u.extent == Extent::Drawn).map_or(0, |u| u.id.0)
    }

    /// A cell's ground goes to the lowest unit above it that has ground of its own, else to the layer.
    pub(super) fn dissolve(&mut self, cell: &str) -> Result<(), EditError> {
        let (plan, i) = (self.draft()?, self.layer_ix()?);
        let layer = self.layer_of(plan, i)?;
        let unit = layer.unit(cell).ok_or_else(|| no_such("网格", "cell", cell))?;
        self.not_locked(layer, unit.id)?;
        if matches!(unit.extent, Extent::Gathered(_)) {
            self.take_away((plan, i), layer, unit);
            return Ok(());
        }
        let id = self.cell(layer, cell)?.id;
        let to = Self::ground_above(layer, id);
        let g = &layer.partition;
        if !self.may_move(layer, id.0, to) {
            // The unit above has no ground but that of its cells.
            let at = g.polygons(id.0).iter().flatten().flatten().next().copied().unwrap_or_default();
            return Err(self.border(layer, TopologyError::Protected { at, left: id.0, right: to }));
        }
        let moved = crate::topology::give(g, &g.faces_of(id.0), to);
        self.set_ground((plan, i), layer, moved, Some(id))?;
        self.take_away((plan, i), layer, unit);
        Ok(())
    }

    /// Takes a unit away with pins to it and posts on it; units below it come under the one above.
    fn take_away(&mut self, (plan, i): (&Plan, u16), layer: &Layer, unit: &Unit) {
        let id = unit.id;
        for (&slot, _) in layer.pins.iter().filter(|(_, u)| **u == id) {
            self.tx.put(Key::Pin(plan.id, i, slot), None);
        }
        for post in plan.posts.values().filter(|p| p.target == Target::Cell { layer: i, unit: id }) {
            self.tx.put(Key::CellPost(plan.id, post.id), None);
        }
        self.children_to((plan, i), layer, id, unit.parent);
        self.tx.put(Key::Unit(plan.id, i, id), None);
    }

    pub(super) fn reshape(
        &mut self,
        line: &[Place],
        cell: Option<&str>,
        keep: Option<Place>,
        attach_m: Option<f64>,
    ) -> Result<(), EditError> {
        let (plan, i) = (self.draft()?, self.layer_ix()?);
        let layer = self.layer_of(plan, i)?;
        let owner = cell.map(|c| self.cell(layer, c)).transpose()?.map(|u| u.id.0);
        let keep = keep.map(|k| self.grid(k)).transpose()?;
        let line = self.grid_line(line)?;
        let how = Reshaping {
            owner,
            keep,
            attach_mm: attach_mm(attach_m)?,
            may: &|l, r| self.may_move(layer, l, r),
            may_vanish: &|o| self.may_vanish(layer, o),
        };
        let moved = crate::topology::reshape(&layer.partition, &line, &how).map_err(|e| self.border(layer, e))?;
        self.set_ground((plan, i), layer, moved, None)
    }

    pub(super) fn merge(&mut self, cells: &[String], keep: Option<&str>, apart: bool) -> Result<(), EditError> {
        let (plan, i) = (self.draft()?, self.layer_ix()?);
        let layer = self.layer_of(plan, i)?;
        let mut units: Vec<&Arc<Unit>> = Vec::new();
        for c in cells {
            let u = self.cell(layer, c)?;
            if !units.iter().any(|x| x.id == u.id) {
                units.push(u);
            }
        }
        if units.len() < 2 {
            return Err(EditError::Nothing);
        }
        // Ground that is held would be told by its borders; a cell may have none.
        units.iter().try_for_each(|u| self.not_locked(layer, u.id))?;
        let keep = keep.ok_or(EditError::NotFilled { field: "keep" })?;
        let survivor = units.iter().copied().find(|u| u.code == keep).ok_or_else(|| no_such("网格", "cell", keep))?;
        if units.iter().any(|u| u.parent != survivor.parent) {
            return Err(EditError::Parents { cells: cells.to_vec() });
        }
        let gone: Vec<Id> = units.iter().map(|u| u.id).filter(|u| *u != survivor.id).collect();
        let others: Vec<Owner> = gone.iter().map(|u| u.0).collect();
        let (partition, patch) = crate::topology::merge(&layer.partition, survivor.id.0, &others, apart)
            .map_err(|e| self.border(layer, e))?;
        self.set_partition((plan, i), layer, (partition, patch))?;
        for (&slot, unit) in layer.pins.iter() {
            if gone.contains(unit) {
                self.tx.put(Key::Pin(plan.id, i, slot), Some(Item::Pin(survivor.id)));
            }
        }
        for post in plan.posts.values() {
            let on_gone = matches!(&post.target, Target::Cell { layer, unit } if *layer == i && gone.contains(unit));
            if on_gone {
                let mut moved = (**post).clone();
                moved.target = Target::Cell { layer: i, unit: survivor.id };
                self.tx.put(Key::CellPost(plan.id, post.id), Some(Item::Post(Arc::new(moved))));
            }
        }
        for id in gone {
            self.children_to((plan, i), layer, id, Some(survivor.id));
            self.tx.put(Key::Unit(plan.id, i, id), None);
        }
        Ok(())
    }
}

/// How far a loose end may be from the border, mm.
fn attach_mm(attach_m: Option<f64>) -> Result<f64, EditError> {
    let mm = attach_m.unwrap_or(0.002) * 1000.0;
    if (0.0..=1e6).contains(&mm) { Ok(mm) } else { Err(EditError::Field { field: "attach_m".into() }) }
}
