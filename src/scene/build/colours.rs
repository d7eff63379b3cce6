//! Which of the four colours each cell wears, kept while the plan is edited.

use crate::assign::is_cell;
use crate::model::Id;
use crate::plan::Project;
use crate::scene::{Tone, four_colouring};
use crate::topology::{Owner, neighbours};
use std::collections::{BTreeMap, BTreeSet};

/// The colours of the cells of one layer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CellColours(BTreeMap<Id, u8>);

impl CellColours {
    /// Colours for the cells as they are now: a cell keeps what it wore wherever no neighbour wears it too.
    /// O(borders + cells) where the old colours still hold.
    #[must_use]
    pub fn next(&self, project: &Project, plan: Id, layer: u16) -> CellColours {
        let Some(l) = project.layer(plan, layer) else { return CellColours::default() };
        let cells: Vec<Id> = l.units.keys().copied().filter(|u| is_cell(project, plan, layer, u.0)).collect();
        let number = |o: Owner| cells.binary_search(&Id(o)).ok().map(|i| i as u32);
        let mut near: Vec<(u32, u32)> = l
            .partition
            .edges()
            .filter_map(|(_, e)| {
                let (a, b) = l.partition.sides(e);
                Some((number(a)?, number(b)?)).filter(|(a, b)| a != b)
            })
            .collect();
        near.sort_unstable();
        near.dedup();
        let before: Vec<Option<u8>> = cells.iter().map(|c| self.0.get(c).copied()).collect();
        let colours = four_colouring(cells.len(), &near, &before);
        CellColours(cells.into_iter().zip(colours).collect())
    }

    /// Lends colours to cells that an edit makes which is only tried: to each the first that no neighbour wears.
    /// O(faces) a cell.
    pub fn lend(&mut self, project: &Project, plan: Id, layer: u16, cells: &[Id]) {
        let Some(l) = project.layer(plan, layer) else { return };
        for id in cells {
            self.0.remove(id);
        }
        for &id in cells.iter().filter(|id| is_cell(project, plan, layer, id.0)) {
            let faces = l.partition.faces_of(id.0);
            let beside = faces.into_iter().flat_map(|f| neighbours(&l.partition, f).into_keys());
            let worn: BTreeSet<u8> = beside.filter_map(|o| self.number(o)).collect();
            self.0.insert(id, (0..4).find(|c| !worn.contains(c)).unwrap_or(0));
        }
    }

    /// The tone of a cell; `None` for ground without one.
    pub fn tone(&self, owner: Owner) -> Option<Tone> {
        self.0.get(&Id(owner)).map(|&c| Tone::a(c))
    }

    /// Cells that wear one colour here and another, or none, there. O(cells).
    pub fn differing(&self, other: &CellColours) -> BTreeSet<Owner> {
        let lone = |a: &CellColours, b: &CellColours| -> Vec<Owner> {
            a.0.iter().filter(|(id, c)| b.0.get(id) != Some(c)).map(|(id, _)| id.0).collect()
        };
        lone(self, other).into_iter().chain(lone(other, self)).collect()
    }

    /// Number 0–3 of a cell's colour in its set.
    pub fn number(&self, owner: Owner) -> Option<u8> {
        self.0.get(&Id(owner)).copied()
    }

    /// Whether no cell has a colour.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
