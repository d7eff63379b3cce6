//! The painter of the map in the window: the picture of room `scene` on the GPU, through egui's wgpu device.
//!
//! Owns: triangles and lines of every layer as retained buffers, the shaders, one offscreen picture, labels and
//! symbols painted over it with egui. Never: what is drawn (that is a [`Scene`]), how it looks (a [`StyleSheet`]),
//! where labels stand ([`crate::scene::place_labels`]), input.
//! Start at [`MapPainter`]; then `mesh` (shapes to triangles, no GPU), `store` (what is kept), `build` (what is made
//! when and where), `frame` (the passes), `class` (styles as a uniform buffer), `device` (pipelines), `labels` (text
//! and symbols).
//!
//! How it works
//! - A layer is cut into chunks of at most 2,048 shapes that lie together, and a chunk is tessellated once, when it
//!   first comes into view: small layers (a few cells or borders, what the hand moves) within a frame's budget of
//!   time, the rest on other threads, and what those made goes to the device within the budget too. While a layer is
//!   replaced the old one stays in sight until the new one is ready.
//! - Vertices carry a class and a slot; the look of all classes is one uniform of 10 KB a frame, a layer's slots are
//!   a texture of one byte each. So zoom and theme change no buffer, and a recoloured building changes one byte.
//! - Chunk coordinates are `f32` metres from the chunk's own origin; origin minus camera is computed in `f64`.
//! - Lines are instanced segments whose width, dash and feather are worked out per pixel. The joints of a chain lie
//!   in one buffer that is bound four times, each a joint later. A pixel belongs to the nearest of a segment and its
//!   neighbours, so translucent lines do not darken at corners.
//! - Bands: areas of all layers of one partition are numbered in a mask, the cover of an area's own border is the greatest of its segments there,
//!   and the area is tinted by that. So bands never leave their cell nor darken themselves.
//! - The picture is painted into a texture of its own only if something changed, and shown as an image. On a
//!   software device a moving picture has one sample a pixel; as soon as it rests it is painted once with four.
//! - Scanned plans are textures with all their levels; a pixel finds its place in them, worked out in `f64` a frame.
//! - Buildings below 1:35,000 are not drawn, and at any scale not those smaller than a pixel.
//! - Chunks out of sight are dropped, oldest first, beyond [`PaintOptions::keep_bytes`].

mod build;
mod class;
mod device;
mod frame;
mod labels;
mod mesh;
mod store;
mod underlay;
#[cfg(test)]
mod tests;

pub use frame::Drawn;
pub use labels::{Faces, paint_labels, paint_symbols};

use crate::geom::Box2;
use crate::jobs::Jobs;
use crate::scene::{Backdrop, Camera, Image, Layer, LayerKey, Scene, StyleSheet};
use device::Gpu;
use egui_wgpu::{RenderState, wgpu};
use frame::{Raster, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Slab;
use underlay::Plan;

/// Least time between two pictures that differ only by what jobs brought.
const BETWEEN: Duration = Duration::from_millis(120);

/// How to paint.
#[derive(Clone, Copy, Debug)]
pub struct PaintOptions<'a> {
    /// Time a frame may spend on building chunks and on what jobs have built. At least one is taken however short it is.
    pub budget: Duration,
    /// Threads that build what is large, and what is beyond the budget; without them small layers are built at once.
    pub jobs: Option<&'a Jobs>,
    /// Buffers kept on the GPU, bytes; what is in sight is kept in any case.
    pub keep_bytes: u64,
}

impl Default for PaintOptions<'_> {
    fn default() -> Self {
        PaintOptions { budget: Duration::from_millis(4), jobs: None, keep_bytes: 192 << 20 }
    }
}

/// What a call to [`MapPainter::paint`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Painted {
    /// Chunks in sight that are not ready yet; a repaint was asked for if any.
    pub waiting: usize,
    /// What was drawn; `None` = nothing had changed and the picture was shown again.
    pub drawn: Option<Drawn>,
}

/// What a picture depends on besides the layers.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Sight {
    camera: Camera,
    sheet: StyleSheet,
}

/// The painter of one map view. Dropping it frees its buffers.
pub struct MapPainter {
    state: RenderState,
    gpu: Gpu,
    slabs: BTreeMap<LayerKey, Slab>,
    /// Layers no longer shown. Freeing a million shapes takes its time, so a job does it.
    gone: Vec<Arc<Layer>>,
    /// The layers of the last scene, if none was set apart since.
    layers: Vec<Arc<Layer>>,
    images: Vec<Image>,
    rasters: Vec<Raster>,
    /// Scanned plans, each with where it lies.
    plans: Vec<(Plan, Backdrop)>,
    target: Option<Target>,
    shown: Option<egui::TextureId>,
    /// What the picture shows, and whether with four samples a pixel; `None` = it is out of date.
    last: Option<(Sight, bool)>,
    work: build::Work,
    /// When the picture was painted last.
    painted: Option<Instant>,
    frame: u64,
}

/// A device descriptor that asks for what the adapter can do, for `egui_wgpu`'s setup: its defaults stop at buffers
/// of 256 MiB, and on GL at the limits of a browser.
pub fn device_descriptor(adapter: &wgpu::Adapter) -> wgpu::DeviceDescriptor<'static> {
    wgpu::DeviceDescriptor {
        label: Some("getu"),
        required_limits: adapter.limits(),
        ..wgpu::DeviceDescriptor::default()
    }
}

impl MapPainter {
    /// A painter on egui's device.
    pub fn new(state: &RenderState) -> MapPainter {
        let software = state.adapter.get_info().device_type == wgpu::DeviceType::Cpu;
        MapPainter {
            gpu: Gpu::new(&state.device, &state.queue, software),
            state: state.clone(),
            slabs: BTreeMap::new(),
            gone: Vec::new(),
            layers: Vec::new(),
            images: Vec::new(),
            rasters: Vec::new(),
            plans: Vec::new(),
            target: None,
            shown: None,
            last: None,
            work: build::Work::default(),
            painted: None,
            frame: 0,
        }
    }

    /// Takes over the layers and images of a scene; what is absent from it is dropped. Unchanged layers (same key and
    /// version) cost a look-up each, a scene of the very layers that are there a comparison of addresses.
    pub fn set_scene(&mut self, scene: &Scene) {
        if !self.layers.iter().map(Arc::as_ptr).eq(scene.layers.iter().map(Arc::as_ptr)) {
            let keys: BTreeSet<LayerKey> = scene.layers.iter().map(|l| l.key).collect();
            let gone: Vec<LayerKey> = self.slabs.keys().copied().filter(|k| !keys.contains(k)).collect();
            gone.into_iter().for_each(|k| self.remove_layer(k));
            scene.layers.iter().for_each(|l| self.set_layer(l));
            self.layers.clone_from(&scene.layers);
        }
        self.set_images(&scene.images);
        self.set_backdrops(&scene.backdrops);
    }

    /// Replaces the scanned plans; the same pixels stay on the device wherever they lie.
    fn set_backdrops(&mut self, backdrops: &[Backdrop]) {
        let same = |a: &Backdrop, b: &Backdrop| {
            Arc::ptr_eq(&a.pyramid, &b.pyramid) && (a.to_grid, a.opacity, a.over) == (b.to_grid, b.opacity, b.over)
        };
        if self.plans.len() == backdrops.len() && self.plans.iter().zip(backdrops).all(|((_, a), b)| same(a, b)) {
            return;
        }
        self.last = None;
        let mut old = std::mem::take(&mut self.plans);
        for b in backdrops {
            let kept = old.iter().position(|(p, _)| Arc::ptr_eq(&p.pyramid, &b.pyramid));
            let plan = match kept {
                Some(i) => Some(old.swap_remove(i).0),
                None => Plan::new(&self.gpu, &b.pyramid),
            };
            self.plans.extend(plan.map(|p| (p, b.clone())));
        }
    }

    /// Adds or replaces one layer. Does nothing if its versions are those already there; if only the slots changed,
    /// only rows of their texture that changed travel. O(1): triangles are made when it comes into view.
    pub fn set_layer(&mut self, layer: &Arc<Layer>) {
        self.layers.clear();
        let gpu = &self.gpu;
        if let Some(slab) = self.slabs.get_mut(&layer.key).filter(|s| s.layer.version == layer.version) {
            if let Some(cut) = &mut slab.cut {
                let same = cut.slots.fits(&layer.slots);
                if !same {
                    cut.slots = gpu.slots(layer);
                }
                if cut.slots.update(&gpu.queue, &layer.slots, layer.slots_version) || !same {
                    self.last = None;
                }
            }
            slab.layer = layer.clone();
            return;
        }
        let old = self.slabs.remove(&layer.key);
        self.gone.extend(old.as_ref().map(|s| s.layer.clone()));
        self.slabs.insert(layer.key, Slab::new(layer.clone(), old));
        self.last = None;
    }

    /// Drops a layer.
    pub fn remove_layer(&mut self, key: LayerKey) {
        self.layers.clear();
        if let Some(slab) = self.slabs.remove(&key) {
            self.gone.push(slab.layer);
            self.last = None;
        }
    }

    /// Replaces the images (heat, base map); equal bounds, size and version = the same image.
    pub fn set_images(&mut self, images: &[Image]) {
        let name = |i: &Image| (i.bounds, i.width, i.height, i.version);
        if self.images.iter().map(name).eq(images.iter().map(name)) {
            return;
        }
        self.last = None;
        let mut old = std::mem::take(&mut self.rasters);
        for image in images {
            let kept = old.iter().position(|r| {
                (r.bounds, r.version, r.size) == (image.bounds, image.version, (image.width, image.height))
            });
            self.rasters.extend(match kept {
                Some(i) => Some(old.swap_remove(i)),
                None => Raster::new(&self.gpu, image),
            });
        }
        self.images = images.to_vec();
    }

    /// Paints the map into `rect`, aligned to whole pixels. `camera.size_px` should be the size of `rect` in pixels;
    /// the picture is made in its size. Asks egui for another frame while something is not ready.
    pub fn paint(
        &mut self,
        painter: &egui::Painter,
        rect: egui::Rect,
        camera: &Camera,
        sheet: &StyleSheet,
        options: &PaintOptions<'_>,
    ) -> Painted {
        let most = self.gpu.device.limits().max_texture_dimension_2d;
        let size = [camera.size_px.0, camera.size_px.1].map(|v| (v.round() as u32).clamp(1, most));
        let (painted, again) = self.render((size[0], size[1]), camera, sheet, options);
        // A job wakes the window when it ends; until then frames would only take time from it.
        if again && !self.work.is_waited_for() {
            painter.ctx().request_repaint();
        }
        if let Some(id) = self.shown {
            let ppp = painter.pixels_per_point();
            let min = egui::pos2((rect.min.x * ppp).round() / ppp, (rect.min.y * ppp).round() / ppp);
            let place = egui::Rect::from_min_size(min, egui::vec2(size[0] as f32, size[1] as f32) / ppp);
            let whole = egui::Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(1.0, 1.0));
            painter.with_clip_rect(rect.intersect(painter.clip_rect())).image(id, place, whole, egui::Color32::WHITE);
        }
        painted
    }

    /// Brings the picture up to date. Says also whether another frame is wanted.
    fn render(
        &mut self,
        size: (u32, u32),
        camera: &Camera,
        sheet: &StyleSheet,
        options: &PaintOptions<'_>,
    ) -> (Painted, bool) {
        self.frame += 1;
        let waiting = self.build(camera, sheet, options);
        // What jobs bring piece by piece is not painted piece by piece.
        let due = waiting == 0 || self.painted.is_none_or(|t| t.elapsed() >= BETWEEN);
        if self.work.arrived && due {
            self.last = None;
        }
        let sight = Sight { camera: *camera, sheet: *sheet };
        let resized = self.target.as_ref().is_none_or(|t| t.size != size);
        let fine = match self.last {
            // Nothing moved since the last frame: a coarse picture is made fine.
            Some((last, fine)) if last == sight && !resized => {
                if fine {
                    return (Painted { waiting, drawn: None }, waiting > 0);
                }
                waiting == 0
            }
            _ => !self.gpu.is_software,
        };
        if self.last.is_some_and(|(last, _)| last == sight) && !resized && !fine {
            return (Painted { waiting, drawn: None }, true);
        }
        if resized {
            let target = Target::new(&self.gpu, size);
            let mut renderer = self.state.renderer.write();
            let nearest = wgpu::FilterMode::Nearest;
            match self.shown {
                Some(id) => {
                    renderer.update_egui_texture_from_wgpu_texture(&self.gpu.device, &target.view, nearest, id);
                }
                None => {
                    self.shown = Some(renderer.register_native_texture(&self.gpu.device, &target.view, nearest));
                }
            }
            self.target = Some(target);
        }
        let Some(target) = &mut self.target else { return (Painted::default(), false) };
        let drawn = frame::paint(&self.gpu, target, &self.slabs, &self.rasters, &self.plans, camera, sheet, fine);
        self.last = Some((sight, fine));
        self.work.arrived = false;
        self.painted = Some(Instant::now());
        self.forget(options.keep_bytes, &build::view_of(camera));
        (Painted { waiting, drawn: Some(drawn) }, waiting > 0 || !fine)
    }

    /// Drops what has been out of sight longest, beyond `keep` bytes; and what a ready layer replaced.
    fn forget(&mut self, keep: u64, view: &Box2) {
        let mut total = 0;
        let mut old: Vec<(u64, LayerKey, usize, u64)> = Vec::new();
        for (&key, slab) in &mut self.slabs {
            let frame = self.frame;
            if slab.is_whole(view) {
                slab.before = None;
            }
            for (i, c) in slab.chunks().iter().enumerate() {
                let Some(r) = &c.ready else { continue };
                total += r.bytes;
                if r.seen < frame {
                    old.push((r.seen, key, i, r.bytes));
                }
            }
        }
        old.sort_unstable();
        for (_, key, chunk, bytes) in old {
            if total <= keep {
                return;
            }
            if let Some(c) = self.slabs.get_mut(&key).and_then(|s| s.chunk_mut(chunk)) {
                c.ready = None;
                total -= bytes;
            }
        }
    }

    /// Bytes of shapes on the GPU.
    pub fn bytes(&self) -> u64 {
        self.slabs.values().flat_map(|s| s.chunks()).filter_map(|c| Some(c.ready.as_ref()?.bytes)).sum()
    }
}

impl Drop for MapPainter {
    fn drop(&mut self) {
        if let Some(id) = self.shown {
            self.state.renderer.write().free_texture(&id);
        }
    }
}
