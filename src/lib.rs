//! The rooms of Getu, in dependency order; each imports only from rooms above it.

pub mod geom;
pub mod index;
pub mod jobs;
pub mod crs;
pub mod model;
pub mod topology;
pub mod plan;
pub mod heat;
pub mod sample;
pub mod assign;
pub mod rules;
pub mod store;
pub mod exchange;
pub mod scene;
pub mod session;
#[cfg(feature = "gui")]
pub mod ui;
pub mod cli;
