//! The project file, its log, the journal's records, settings and recent files.
//!
//! Owns: the GeoPackage with our own tables and the tables derived from them for QGIS ([`open`], [`save`]), the bytes
//! of a Patch ([`patch_bytes`], [`read_patch`]), the records of the journal ([`journal`]), [`settings`].
//! Never: UI, recomputation (numbers of cells are given by the caller), a write into a published file.
//! Start at [`open`] and [`save`]; `truth` says which rows a project is, `features` what QGIS sees, `publish` how a file
//! takes another's place. The format is specified in `docs/FILE_FORMAT.md`; a change of one is a change of the other.

mod bytes;
mod dissolve;
mod error;
pub mod cache;
mod features;
mod geometry;
pub mod journal;
mod log;
mod open;
mod patch_bytes;
mod pictures;
mod places;
mod publish;
mod save;
mod schema;
pub mod settings;
mod tables;
mod truth;

pub use dissolve::dissolve;
pub use error::{Holder, StoreError, Warning};
pub use features::{UnitTally, cells_table, shown_plan};
pub use open::{Opened, Reader, open, reader};
pub use patch_bytes::{fill_segments, patch_bytes, read_patch};
pub use pictures::{keep_picture, pictures_folder, read_picture};
pub use publish::{Generation, data_dir, is_there};
pub use save::{SaveInput, Saved, save};
pub use schema::FILE_VERSION;

#[cfg(test)]
pub(crate) mod tests;
