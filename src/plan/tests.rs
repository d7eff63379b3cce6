//! What every edit does and refuses, on a small town; long random walks; the examples of the documentation.
//!
//! `town` is the fixture; `each` goes through the edits; `walk` is a random walk that other rooms' tests may follow.

mod each;
mod edits_md;
mod imports;
mod plans;
mod town;
pub(crate) mod walk;
