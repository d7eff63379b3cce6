//! What is selected, followed through the steps.

use super::{Selection, Session};
use crate::geom::Box2;
use crate::model::{Id, Kind};
use crate::plan::{Edit, Op};

impl Session {
    /// After a step: what a merge or a redrawing left is selected, units that are gone no more. A merge taken back selects
    /// the cells that are there again.
    pub(super) fn reselect(&mut self, edit: &Edit, undone: bool) {
        let Some(l) = self.history.stable().layer(self.plan, self.layer) else { return };
        let named = edit.ops().find_map(|op| match op {
            Op::Merge { cells, .. } if undone => Some(cells.clone()),
            Op::Merge { keep, .. } => Some(keep.iter().cloned().collect()),
            Op::Redraw { cells } => Some(cells.iter().map(|c| c.cell.clone()).collect()),
            _ => None,
        });
        if let Some(codes) = named {
            let ids: Vec<Id> = codes.iter().filter_map(|c| l.unit(c)).map(|u| u.id).collect();
            self.selection = if ids.is_empty() { Selection::None } else { Selection::Units(ids) };
        } else if let Selection::Units(ids) = &self.selection {
            let left: Vec<Id> = ids.iter().copied().filter(|id| l.units.contains_key(id)).collect();
            self.selection = if left.is_empty() { Selection::None } else { Selection::Units(left) };
        }
    }

    /// Where the selection lies; empty if nothing is selected.
    pub fn selection_box(&self) -> Box2 {
        let p = self.project();
        let rows = |kind, slots: &[u32]| {
            slots.iter().filter_map(|&s| p.table(kind).get(s)).fold(Box2::EMPTY, |b, r| b.union(r.bbox()))
        };
        match &self.selection {
            Selection::None => Box2::EMPTY,
            Selection::Units(ids) => {
                let Some(l) = p.layer(self.plan, self.layer) else { return Box2::EMPTY };
                let ground = ids.iter().flat_map(|&id| l.ground(id));
                ground.flatten().fold(Box2::EMPTY, |b, r| b.union(Box2::of(r.iter())))
            }
            Selection::Buildings(slots) => rows(Kind::Buildings, slots),
            Selection::Courtyard(slot) => rows(Kind::Courtyards, &[*slot]),
            Selection::Facility(slot) => rows(Kind::Facilities, &[*slot]),
        }
    }
}
