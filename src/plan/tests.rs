//! What every edit does and refuses, on a small town; long random walks; the examples of the documentation.
//!
//! `town` is the fixture; `each` goes through the edits; `together` makes several of them one step; `walk` is a random walk that other rooms' tests may follow.

mod each;
mod ground;
mod edits_md;
mod gathered;
mod imports;
mod locks;
mod plans;
mod town;
mod together;
pub(crate) mod walk;
