//! From a project to what is drawn: the layers, symbols and labels of one plan and layer of it.
//!
//! Each function makes the part of a [`Scene`] that changes for one reason: the ground with its buildings when rows
//! come or change ([`ground_layers`]), the tint of the buildings when they change hands ([`tint_buildings`]), cells and
//! borders when the partition changes ([`cell_layers`]), what is marked by the hand ([`marked_layers`],
//! [`staged_layers`]). Layers are given back as they were where nothing changed, so a painter keeps its buffers.
//! [`scene_of`] makes all of it at once.

mod buildings;
mod cells;
mod colours;
mod ground;
mod labels;
mod marked;
mod symbols;

pub use buildings::{Owners, building_slots, tint_buildings};
pub use cells::{ByKey, Touched, cell_layers, cell_layers_anew, touch_cells};
pub use colours::CellColours;
pub use ground::{ROWS_A_LAYER, ground_layers, ground_layers_while};
pub use labels::{LabelOptions, Poles, cell_chip, cell_name, labels};
pub use marked::{Marked, hover_layer, locked_layer, marked_layers, staged_layers, tether_layer};
pub use symbols::{heat_image, incident_list, symbols};

use super::backdrop::{Backdrop, Pyramid};
use super::camera::Camera;
use super::list::{Image, Scene};
use super::marks::incident_marks;
use super::style::ScaleClass;
use crate::assign::Assignment;
use crate::geom::{Affine, Pt};
use crate::model::{Lang, Underlay};
use crate::plan::Project;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The diamond by which a building without footprint is drawn, half as wide as a small house is long: 5 m.
fn spot(at: Pt) -> Vec<Pt> {
    const HALF_MM: i32 = 5_000;
    let [e, w] = [HALF_MM, -HALF_MM].map(|d| Pt { x: at.x.saturating_add(d), y: at.y });
    let [n, s] = [HALF_MM, -HALF_MM].map(|d| Pt { x: at.x, y: at.y.saturating_add(d) });
    vec![e, n, w, s]
}

/// What a picture shows besides the map.
#[derive(Clone, Debug, Default)]
pub struct SceneOptions {
    /// Language of the labels.
    pub lang: Lang,
    /// Colours of the cells; those of an empty value are found anew.
    pub colours: CellColours,
    /// Whether incidents are marked.
    pub incidents: bool,
    /// Seconds since 1970-01-01 UTC, by which incidents are new or old; unknown = all are older.
    pub now: Option<i64>,
    /// Heat or a base map.
    pub images: Vec<Image>,
    /// Scanned plans, the lowest first.
    pub backdrops: Vec<Backdrop>,
}

/// Everything of one plan and layer as seen by `camera`. O(rows + vertices); labels and symbols only of what is in view.
pub fn scene_of(project: &Project, assignment: &Assignment, camera: &Camera, options: &SceneOptions) -> Scene {
    let (plan, layer) = (assignment.plan(), assignment.layer());
    let colours = options.colours.next(project, plan, layer);
    let owners = Owners::of(assignment);
    let mut layers = ground_layers(project, &[]);
    tint_buildings(&mut layers, project, &owners, &colours, None);
    layers.extend(cell_layers(project, plan, layer, &colours, &[]));
    layers.extend(tether_layer(project, plan, layer));
    let (view, scale) = (camera.visible(), ScaleClass::of(camera.scale_denominator()));
    let mut symbols = symbols(project, &view);
    if options.incidents {
        symbols.extend(incident_marks(&incident_list(project, options.now, &view), camera));
    }
    let wanted = LabelOptions { lang: options.lang, scale, view };
    let labels = labels(project, assignment, &wanted, &mut Poles::default());
    Scene { layers, backdrops: options.backdrops.clone(), images: options.images.clone(), symbols, labels }
}

/// A scanned plan on the grid of its project, where `place` says or else where it lies.
pub fn backdrop_of(project: &Project, u: &Underlay, place: Option<&Affine>, pyramid: &Arc<Pyramid>) -> Backdrop {
    let origin = project.origin();
    // Metres of the CRS to millimetres from the origin.
    let door = Affine([1e3, 0.0, -(origin.e_m as f64) * 1e3, 0.0, 1e3, -(origin.n_m as f64) * 1e3]);
    let to_grid = place.unwrap_or(&u.place).then(&door);
    Backdrop { pyramid: pyramid.clone(), to_grid, opacity: f32::from(u.opacity.min(100)) / 100.0, over: false }
}

/// A number for the content of a layer's geometry: equal numbers, equal geometry (but for one chance in 2^64).
struct Version(blake3::Hasher);

impl Hasher for Version {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let mut first = [0u8; 8];
        first.copy_from_slice(&self.0.finalize().as_bytes()[..8]);
        u64::from_le_bytes(first)
    }
}

impl Version {
    fn new() -> Version {
        Version(blake3::Hasher::new())
    }

    fn with(mut self, what: impl Hash) -> Version {
        what.hash(&mut self);
        self
    }

    fn rings<'a>(mut self, rings: impl IntoIterator<Item = &'a [Pt]>) -> Version {
        // A coordinate at a time the hash is several times slower.
        let mut block = [0u8; 1024];
        for r in rings {
            self = self.with(r.len());
            for points in r.chunks(block.len() / 8) {
                for (to, p) in block.chunks_exact_mut(8).zip(points) {
                    to[..4].copy_from_slice(&p.x.to_le_bytes());
                    to[4..].copy_from_slice(&p.y.to_le_bytes());
                }
                self.0.update(&block[..points.len() * 8]);
            }
        }
        self
    }

    fn get(&self) -> u64 {
        self.finish()
    }
}

#[cfg(test)]
mod tests;
