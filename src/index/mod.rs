//! Search structures that know nothing of maps: shared pages, bucket grids, packed trees.
//!
//! Owns: [`Paged`] (a persistent vector), [`Buckets`] (a persistent grid of item numbers, the edge locator's
//! body), [`Sparse`] (a persistent map from few numbers of many), [`Sorted`] (a persistent list in order), [`PackedTree`] (an immutable R-tree over boxes).
//! Never: domain words, IO, mutation that another holder of a clone could see.

mod buckets;
mod packed;
mod paged;
mod sorted;
mod sparse;

pub use buckets::Buckets;
pub use packed::{PackedTree, hilbert};
pub use paged::Paged;
pub use sorted::Sorted;
pub use sparse::Sparse;
