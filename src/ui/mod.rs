//! The window: egui and wgpu draw, and turn input into commands. This room decides nothing about the grid.
//!
//! The look is made of pure functions: `theme`, `fonts`, `icons`, `l10n`, `verbs` (what can be said, with its key),
//! `widgets` (small parts) and `panels` (a panel = a function from a view struct to painted pixels and a list of actions).
//! A panel keeps nothing but half-typed text, which lives in egui's memory. `gpu` paints the map, `app` is the window
//! that puts all of it together. Start reading in `app`.

pub mod app;
pub mod fonts;
pub mod gpu;
pub mod icons;
pub mod keymap;
pub mod l10n;
pub mod panels;
pub mod theme;
pub mod verbs;
pub mod widgets;

pub use app::run;

#[cfg(test)]
mod testing;
