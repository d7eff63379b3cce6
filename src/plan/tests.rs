//! What every edit does and refuses, on a small town; long random walks; the examples of the documentation.
//!
//! `town` is the fixture; `each` goes through the edits; `together` makes several of them one step; `walk` is a random walk that
//! other rooms' tests follow, from the maps in `starts`; `protects` says what must stay where it is.

mod each;
mod ground;
mod edits_md;
mod gathered;
mod imports;
mod locks;
mod plans;
mod rows;
pub(crate) mod protects;
mod starts;
pub(crate) mod town;
mod together;
pub(crate) mod walk;
