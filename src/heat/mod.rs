//! How dense the incidents are: an honest kernel-density surface.
//!
//! Owns: [`density`] (events per km² on a [`Grid`]), [`peak`] (its largest value anywhere), [`Scale`] (a fixed legend),
//! [`suggest_bandwidth_m`], [`filter`] (by time).
//! Never: colours, pixels on a screen, threads, counts per cell; no default place for an incident without one: the
//! caller counts those and leaves them out.
//! Start at [`density`].
//!
//! What makes it honest: the bandwidth is a length on the ground, the values are events per km² over the period
//! chosen, and the legend comes from [`peak`], which no pan or zoom can change. There is no edge correction: near the
//! border of the data the surface falls off, because nothing is known outside.
//!
//! The kernel is the Gaussian exp(−d²/2σ²)/(2πσ²), cut at 5σ on each axis (6·10⁻⁷ of its mass); σ is the bandwidth.

mod error;
mod lattice;
mod peak;
mod scale;
mod splat;
mod suggest;
mod surface;
#[cfg(test)]
mod tests;

pub use error::HeatError;
pub use peak::peak;
pub use scale::Scale;
pub use suggest::{filter, suggest_bandwidth_m};
pub use surface::{Grid, MAX_TEXELS, Surface, density};

/// Where the Gaussian is cut, in σ.
const CUT: f64 = 5.0;
