//! Owners by slot.

use crate::topology::Owner;
use std::collections::BTreeMap;

/// No row at this slot, or no place of its row.
pub(crate) const NOTHING: Owner = u64::MAX - 1;

/// Stands for [`NOTHING`]; a list of owners is never as long.
pub(super) const NONE: u32 = u32::MAX;

/// An owner for each slot, or [`NOTHING`]: 4 bytes a slot.
#[derive(Clone, Debug, Default)]
pub(super) struct Owners {
    /// By slot, the place of its owner in the list, or [`NONE`].
    numbers: Vec<u32>,
    /// Those of the faces that were counted, then those of `later`. An owner may stand there more than once.
    list: Vec<Owner>,
    /// Owners that came by [`Owners::set`].
    later: BTreeMap<Owner, u32>,
}

impl Owners {
    /// Owners of faces; a face that the list does not have is [`NONE`].
    pub fn of_faces(faces: Vec<u32>, owners: &[Owner]) -> Owners {
        Owners { numbers: faces, list: owners.to_vec(), later: BTreeMap::new() }
    }

    /// One past the last slot.
    pub fn end(&self) -> u32 {
        self.numbers.len() as u32
    }

    /// The owner of a slot. O(1).
    pub fn at(&self, slot: u32) -> Owner {
        self.numbers.get(slot as usize).map_or(NOTHING, |n| self.named(*n))
    }

    /// Sets the owner of a slot. O(log owners).
    pub fn set(&mut self, slot: u32, owner: Owner) {
        let i = slot as usize;
        if self.numbers.len() <= i {
            self.numbers.resize(i + 1, NONE);
        }
        self.numbers[i] = match owner {
            NOTHING => NONE,
            _ => *self.later.entry(owner).or_insert_with(|| {
                self.list.push(owner);
                self.list.len() as u32 - 1
            }),
        };
    }

    /// Owners by slot.
    pub fn iter(&self) -> impl Iterator<Item = Owner> + '_ {
        self.numbers.iter().map(|n| self.named(*n))
    }

    /// Owners by slot where there is one.
    pub fn there(&self) -> impl Iterator<Item = (u32, Owner)> + '_ {
        (0u32..).zip(self.iter()).filter(|(_, o)| *o != NOTHING)
    }

    fn named(&self, number: u32) -> Owner {
        self.list.get(number as usize).copied().unwrap_or(NOTHING)
    }
}

impl PartialEq for Owners {
    /// Equal owners; how they are numbered is no matter.
    fn eq(&self, o: &Owners) -> bool {
        self.there().eq(o.there())
    }
}
