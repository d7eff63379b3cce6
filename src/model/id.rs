//! Identities: given by the edit that made a thing, never by a counter in the value.

use serde::{Deserialize, Serialize};

/// Which edit made a thing: the replica (a random number of the program that works on the file) and its step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct EditId {
    /// Random number of the writing program, 20 bits.
    pub replica: u32,
    /// Number of the step on that replica, from 1, 28 bits.
    pub sequence: u32,
}

/// Identity of a unit, member, post, organisation or plan: replica (20 bits), step (28), number within the edit (16).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Id(pub u64);

impl Id {
    /// The layer itself, as owner of ground without a unit.
    pub const LAYER: Id = Id(0);
    /// Everything outside a layer's outline.
    pub const OUTSIDE: Id = Id(u64::MAX);

    /// The step that gave this identity, if it was this replica's.
    pub fn sequence_of(self, replica: u32) -> Option<u32> {
        let own = self.is_unit() && (self.0 >> 44) as u32 == replica & 0xF_FFFF;
        own.then_some(((self.0 >> 16) & 0xFFF_FFFF) as u32)
    }

    /// Whether this is a real unit, not the layer nor the outside.
    pub fn is_unit(self) -> bool {
        self != Id::LAYER && self != Id::OUTSIDE
    }
}

impl EditId {
    /// Numbers of steps are smaller.
    pub const SEQUENCES: u32 = 1 << 28;

    /// The `ordinal`-th identity that this edit gives.
    pub fn id(self, ordinal: u16) -> Id {
        let replica = u64::from(self.replica & 0xF_FFFF);
        let sequence = u64::from(self.sequence & 0xFFF_FFFF);
        Id((replica << 44) | (sequence << 16) | u64::from(ordinal))
    }
}
