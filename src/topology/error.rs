//! Why an editor refused.

use super::Owner;
use crate::geom::Pt;
use thiserror::Error;

/// Why an editor refused; nothing was changed. `at` is the place of the trouble.
#[derive(Clone, PartialEq, Debug, Error)]
pub enum TopologyError {
    /// There is no vertex or border at the place that was named.
    #[error("there is no border point at the place named")]
    NotFound {
        /// The place named.
        at: Pt,
    },
    /// A point that is to be on an owner's ground is not.
    #[error("the place named is not on the ground that is changed")]
    NotOnGround {
        /// The place named.
        at: Pt,
    },
    /// A border would cross or touch another.
    #[error("the border would cross another")]
    Crosses {
        /// Where.
        at: Pt,
    },
    /// An island would change sides.
    #[error("the border would pass over an island")]
    Engulfs {
        /// A point of the island.
        at: Pt,
    },
    /// An end that slides comes to the end of the border beside it.
    #[error("the border beside ends before")]
    PastNode {
        /// The node at that end.
        at: Pt,
    },
    /// A border passes nearer than the grid can tell apart.
    #[error("two borders are too close to each other here")]
    TooClose {
        /// Where.
        at: Pt,
    },
    /// The drawn line crosses or touches itself.
    #[error("the line crosses itself")]
    SelfCrossing {
        /// Where.
        at: Pt,
    },
    /// A line ends within a face.
    #[error("the line ends {gap_mm:.0} mm before the border")]
    Dangling {
        /// The loose end.
        at: Pt,
        /// Distance to the nearest border of the face, mm.
        gap_mm: f64,
    },
    /// A line does not cut its owner's ground in two.
    #[error("the line does not divide the ground")]
    NotDivided {
        /// Where the line begins.
        at: Pt,
    },
    /// No ground could be taken.
    #[error("there is no ground to take")]
    NoGround {
        /// A point of the drawing.
        at: Pt,
    },
    /// An owner would lose all its ground.
    #[error("a unit would lose all its ground")]
    WouldVanish {
        /// Where it is.
        at: Pt,
        /// Who.
        owner: Owner,
    },
    /// An owner has no other ground than the piece that is to be parted from it.
    #[error("a unit has no other piece of ground")]
    OnlyPiece {
        /// The place named.
        at: Pt,
        /// Who.
        owner: Owner,
    },
    /// Owners that are to be one have no common border.
    #[error("no common border")]
    Apart {
        /// A point of the one that is apart.
        at: Pt,
        /// Who.
        owner: Owner,
    },
    /// A protected border is in the way.
    #[error("this border is protected")]
    Protected {
        /// A point of it.
        at: Pt,
        /// Owner on one side.
        left: Owner,
        /// Owner on the other.
        right: Owner,
    },
    /// Too few points are left.
    #[error("too few points")]
    TooFew {
        /// Where.
        at: Pt,
    },
    /// A node where borders meet cannot be deleted.
    #[error("borders meet here")]
    IsNode {
        /// Where.
        at: Pt,
    },
    /// Two points that are to be on one border are not.
    #[error("the two points are not on one border")]
    NotOneBorder {
        /// The second.
        at: Pt,
    },
    /// A point lies beyond the exact range.
    #[error("too far from the project's origin")]
    OutOfRange {
        /// The point.
        at: Pt,
    },
}

impl TopologyError {
    /// The place of the trouble.
    pub fn at(&self) -> Pt {
        use TopologyError as T;
        match self {
            T::NotFound { at }
            | T::NotOnGround { at }
            | T::Crosses { at }
            | T::Engulfs { at }
            | T::PastNode { at }
            | T::TooClose { at }
            | T::SelfCrossing { at }
            | T::Dangling { at, .. }
            | T::NotDivided { at }
            | T::NoGround { at }
            | T::WouldVanish { at, .. }
            | T::OnlyPiece { at, .. }
            | T::Apart { at, .. }
            | T::Protected { at, .. }
            | T::TooFew { at }
            | T::IsNode { at }
            | T::NotOneBorder { at }
            | T::OutOfRange { at } => *at,
        }
    }
}
