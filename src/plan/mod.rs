//! Projects and what can be done to them: Edit, apply, Patch, History.
//!
//! Owns: [`Project`] = facts + plans, [`Edit`] as data, [`apply`], [`Patch`], [`History`].
//! Never: IO, clock, randomness, threads; it decides nothing that the Edit does not say.
//! Start at [`Project`], then [`apply`].

mod apply;
mod coded;
mod edit;
mod error;
mod history;
mod patch;
mod project;
mod tx;

pub use apply::{Context, Ground, NoSegments, Outcome, Part, Segments, apply, turned};
pub use coded::{Coded, HasCode};
pub use edit::{CutCell, Edit, Hash, NewRow, Op, PlanOp, RedrawnCell, Ring, SetOp, Take, UnderlayOp};
pub use error::{EditError, Held};
pub use history::{History, Staged, Step};
pub use patch::{Item, Key, Patch, PlanChange};
pub use project::{Facts, Head, Ignored, Layer, Locks, Plan, PlanMeta, Project, state_text, underlay_number};

#[cfg(test)]
pub(crate) mod tests;
