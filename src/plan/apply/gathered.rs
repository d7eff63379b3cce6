//! Gathered units: lists of courtyards and buildings, and whose children they are.

use super::{Applying, no_such};
use crate::model::{Extent, Gathered, Id, Kind, Unit, check_text};
use crate::plan::edit::Op;
use crate::plan::error::EditError;
use crate::plan::patch::{Item, Key};
use crate::plan::project::{Layer, Plan};
use crate::topology::Partition;
use std::sync::Arc;

impl<'a> Applying<'a> {
    pub(super) fn gather(&mut self) -> Result<(), EditError> {
        let Op::Gather { code, name, level, parent, courtyards, buildings } = &self.edit.op else { return Ok(()) };
        let (plan, i) = (self.draft()?, self.layer_ix()?);
        let layer = self.layer_of(plan, i)?;
        let code = self.free_code(layer, Some(code))?;
        let def = &self.project.facts.layers[usize::from(i)];
        let level = def
            .level_named(level)
            .filter(|&l| l > def.cell_level())
            .ok_or_else(|| no_such("由院落、楼栋组成的层级", "level of gathered units", level))?;
        let parent = parent.as_deref().map(|c| self.above(layer, level, c)).transpose()?;
        let id = self.new_id(0);
        let extent = Extent::Gathered(self.gathered(layer, (id, level), courtyards, buildings)?);
        let unit = Unit { id, code, name: check_text(name)?, level, parent, extent };
        self.tx.put(Key::Unit(plan.id, i, id), Some(Item::Unit(Arc::new(unit))));
        self.created.push((i, id));
        Ok(())
    }

    /// The unit of a smaller level number with a code.
    pub(super) fn above(&self, layer: &Layer, level: u8, code: &str) -> Result<Id, EditError> {
        let above = layer.unit(code).filter(|u| u.level < level);
        Ok(above.ok_or_else(|| no_such("上级", "unit", code))?.id)
    }

    /// The list of a gathered unit: every code is there, and in no other unit of the level.
    pub(super) fn gathered(
        &self,
        layer: &Layer,
        (id, level): (Id, u8),
        courtyards: &[String],
        buildings: &[String],
    ) -> Result<Gathered, EditError> {
        let others = || {
            layer.units.values().filter(|u| u.level == level && u.id != id).filter_map(|u| match &u.extent {
                Extent::Gathered(g) => Some(g),
                _ => None,
            })
        };
        let list = |kind: Kind, codes: &[String], of: fn(&Gathered) -> &Vec<String>| {
            let mut codes = codes.to_vec();
            codes.sort_unstable();
            codes.dedup();
            for c in &codes {
                if self.tx.new.table(kind).find(c).is_none() {
                    return Err(match kind {
                        Kind::Buildings => no_such("楼栋", "building", c),
                        _ => no_such("院落", "courtyard", c),
                    });
                }
                if others().any(|g| of(g).binary_search(c).is_ok()) {
                    return Err(EditError::Duplicate { code: c.clone() });
                }
            }
            Ok(codes)
        };
        Ok(Gathered {
            courtyards: list(Kind::Courtyards, courtyards, |g| &g.courtyards)?,
            buildings: list(Kind::Buildings, buildings, |g| &g.buildings)?,
        })
    }

    /// Puts the units directly below one under another.
    pub(super) fn children_to(&mut self, (plan, i): (&Plan, u16), layer: &Layer, of: Id, to: Option<Id>) {
        for child in layer.children(of) {
            let unit = Unit { parent: to, ..(**child).clone() };
            self.tx.put(Key::Unit(plan.id, i, child.id), Some(Item::Unit(Arc::new(unit))));
        }
    }

    /// Where a part of a unit has become a unit of its own: those below it follow their places, if more of them stand in
    /// the new part than not.
    pub(super) fn children_follow(
        &mut self,
        (plan, i): (&Plan, u16),
        layer: &Layer,
        old: Id,
        new: Id,
        now: &Partition,
    ) {
        for child in layer.children(old) {
            let Extent::Gathered(g) = &child.extent else { continue };
            let lists = [(Kind::Courtyards, &g.courtyards), (Kind::Buildings, &g.buildings)];
            let places = lists.iter().flat_map(|(kind, codes)| codes.iter().map(move |c| (*kind, c)));
            let anchors = places.filter_map(|(kind, c)| {
                let t = self.project.table(kind);
                t.get(t.find(c)?)?.anchor()
            });
            let there: i64 = anchors.map(|a| if now.owner(now.locate(a)) == new.0 { 1 } else { -1 }).sum();
            if there > 0 {
                let unit = Unit { parent: Some(new), ..(**child).clone() };
                self.tx.put(Key::Unit(plan.id, i, child.id), Some(Item::Unit(Arc::new(unit))));
            }
        }
    }
}
