//! What of the layers is made when: small pieces in the frame, the rest by jobs, uploads within the frame's time.

use super::device::Gpu;
use super::frame::outlined;
use super::mesh::{Mesh, Order, build, order};
use super::store::{Cut, Ready, Slab, Slots};
use super::{MapPainter, PaintOptions};
use crate::geom::Box2;
use crate::jobs::{Job, JobError, Jobs};
use crate::scene::{Camera, Layer, LayerKey, ScaleClass, Stack, StyleSheet};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

/// Pieces and shapes of one job, at most.
const PIECES_A_JOB: usize = 256;
const SHAPES_A_JOB: usize = 16_384;
/// Jobs of this room at a time: others want threads too.
const JOBS: usize = 2;

/// What is in sight and not on the GPU, in the order in which it is wanted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Missing {
    is_large: bool,
    rank: u8,
    /// From the middle of the view, mm.
    distance: i64,
    key: LayerKey,
    /// Without a number the layer is not cut yet.
    chunk: Option<usize>,
    outlines: bool,
}

/// A layer of which a job makes something.
struct Piece {
    key: LayerKey,
    layer: Arc<Layer>,
    /// Without it the layer is cut first, and what meets the view is built.
    order: Option<Arc<Order>>,
    chunks: Vec<usize>,
    outlines: bool,
}

/// What a job made of a layer.
struct Made {
    key: LayerKey,
    version: u64,
    outlines: bool,
    order: Arc<Order>,
    meshes: Vec<(usize, Mesh)>,
}

/// What a job was asked for: layer, version, chunks (none: to cut it).
type Wanted = (LayerKey, u64, Vec<usize>);

/// Jobs on their way, and what they made that is not on the GPU yet.
#[derive(Default)]
pub struct Work {
    asked: Vec<(Vec<Wanted>, Job<Vec<Made>>)>,
    made: VecDeque<Made>,
    /// Whether something of it is on the GPU that the picture does not show yet.
    pub arrived: bool,
}

impl Work {
    /// Whether only jobs can bring the picture on.
    pub fn is_waited_for(&self) -> bool {
        !self.asked.is_empty() && self.made.is_empty()
    }
}

/// What is to be ready: the view and what lines at its edge reach over.
pub fn view_of(camera: &Camera) -> Box2 {
    camera.visible().grown((camera.mm_per_pt() * 32.0).min(1e8) as i32)
}

impl Gpu {
    /// The slots of a layer as a texture.
    pub fn slots(&self, layer: &Layer) -> Slots {
        Slots::new((&self.device, &self.queue), &self.layouts.numbers, &layer.slots, layer.slots_version)
    }
}

impl Made {
    /// Cuts the layer if need be, and builds.
    fn of(p: Piece, view: &Box2, go_on: impl Fn() -> Result<(), JobError>) -> Result<Made, JobError> {
        let (order, chunks) = match p.order {
            Some(order) => (order, p.chunks),
            None => {
                let order = Arc::new(order(&p.layer));
                let seen = (0..order.runs.len()).filter(|&i| order.runs[i].bounds.meets(view)).collect();
                (order, seen)
            }
        };
        let mut meshes = Vec::with_capacity(chunks.len());
        for i in chunks {
            go_on()?;
            meshes.extend(order.runs.get(i).map(|run| (i, build(&p.layer, &order, run, p.outlines))));
        }
        Ok(Made { key: p.key, version: p.layer.version, outlines: p.outlines, order, meshes })
    }
}

impl MapPainter {
    /// Builds what is in sight: small layers within the budget (without jobs all of them), large ones through jobs or
    /// as many as the time allows; cells first, then the nearest to the middle. Returns how much is missing.
    pub(super) fn build(&mut self, camera: &Camera, sheet: &StyleSheet, options: &PaintOptions<'_>) -> usize {
        let start = Instant::now();
        let late = || start.elapsed() > options.budget;
        self.collect();
        let mut took = 0;
        while let Some(made) = self.work.made.pop_front() {
            self.take(made);
            took += 1;
            if late() {
                break;
            }
        }
        let view = view_of(camera);
        let missing = self.missing(camera, sheet, &view, options.jobs.is_none());
        let mut done = 0;
        let mut large = 0;
        for m in &missing {
            let beyond = late() && done + took > 0;
            let wait = match (m.is_large, options.jobs) {
                (true, Some(_)) => true,
                (true, None) => large > 0 && late(),
                (false, Some(_)) => beyond,
                (false, None) => false,
            };
            if wait {
                break;
            }
            large += usize::from(m.is_large);
            done += 1;
            self.at_once(m, &view);
        }
        if let Some(jobs) = options.jobs {
            let shapes: usize = self.gone.iter().map(|l| l.fills.len() + l.lines.len() + l.bands.len()).sum();
            if shapes > SHAPES_A_JOB {
                let gone = std::mem::take(&mut self.gone);
                // Nobody waits for it, and cancelled it frees them all the same.
                drop(jobs.spawn("free", move |_| {
                    drop(gone);
                    Ok(())
                }));
            }
            self.ask(jobs, &missing[done..], view);
        }
        self.gone.clear();
        missing.len() - done + self.work.made.len()
    }

    fn missing(&mut self, camera: &Camera, sheet: &StyleSheet, view: &Box2, cut: bool) -> Vec<Missing> {
        let heat = !self.rasters.is_empty();
        let mut missing = Vec::new();
        for (&key, slab) in &mut self.slabs {
            let far = sheet.class == ScaleClass::S50000;
            let invisible = far && matches!(key.stack, Stack::Buildings | Stack::Band);
            if invisible || !slab.layer.bounds.meets(view) {
                continue;
            }
            if cut && slab.cut.is_none() {
                slab.cut = Some(Cut::new(&slab.layer, Arc::new(order(&slab.layer)), self.gpu.slots(&slab.layer)));
            }
            let outlines = outlined(slab, sheet) || heat && sheet.class <= ScaleClass::S10000;
            let rank = match key.stack {
                Stack::CellFill | Stack::Band | Stack::Borders => 0,
                Stack::Buildings => 2,
                _ => 1,
            };
            let is_large = !slab.is_small();
            let want = |bounds: Box2, chunk| {
                let c = bounds.centre();
                let d = (f64::from(c.x) - camera.centre.0).hypot(f64::from(c.y) - camera.centre.1);
                Missing { is_large, rank, distance: d as i64, key, chunk, outlines }
            };
            let frame = self.frame;
            let Some(cut) = &mut slab.cut else {
                missing.push(want(slab.layer.bounds, None));
                continue;
            };
            for i in 0..cut.chunks.len() {
                let chunk = &mut cut.chunks[i];
                if !chunk.run.bounds.meets(view) {
                    continue;
                }
                let bounds = chunk.run.bounds;
                if let Some(r) = &mut chunk.ready {
                    r.seen = frame;
                }
                if !cut.has(i, outlines) {
                    missing.push(want(bounds, Some(i)));
                }
            }
        }
        missing.sort_unstable();
        missing
    }

    /// Builds one missing thing in this frame.
    fn at_once(&mut self, m: &Missing, view: &Box2) {
        let Some(slab) = self.slabs.get_mut(&m.key) else { return };
        let gpu = (&self.gpu.device, &self.gpu.queue);
        // All that is in view is made now, so the buffers of what was there before can be filled again.
        let mut before = if m.chunk.is_none() { slab.before.take() } else { None };
        let cut = slab
            .cut
            .get_or_insert_with(|| Cut::new(&slab.layer, Arc::new(order(&slab.layer)), self.gpu.slots(&slab.layer)));
        let wanted = m.chunk.map_or(0..cut.chunks.len(), |i| i..i + 1);
        for i in wanted {
            let Some(chunk) = cut.chunks.get_mut(i).filter(|c| c.run.bounds.meets(view)) else { continue };
            let mesh = build(&slab.layer, &cut.order, &chunk.run, m.outlines);
            let spare = before.as_mut().and_then(|b| b.chunk_mut(i)?.ready.take());
            put(gpu, &mut chunk.ready, &mesh, m.outlines, spare, self.frame);
        }
        self.last = None;
    }

    /// What a job made goes to the GPU, if it is still wanted.
    fn take(&mut self, made: Made) {
        let current = self.slabs.get_mut(&made.key).filter(|s| s.layer.version == made.version);
        let Some(slab) = current else { return };
        let cut = slab.cut.get_or_insert_with(|| Cut::new(&slab.layer, made.order, self.gpu.slots(&slab.layer)));
        let gpu = (&self.gpu.device, &self.gpu.queue);
        for (i, mesh) in made.meshes {
            if let Some(chunk) = cut.chunks.get_mut(i) {
                chunk.asked = false;
                put(gpu, &mut chunk.ready, &mesh, made.outlines, None, self.frame);
            }
        }
        slab.asked = false;
        self.work.arrived = true;
    }

    /// Spawns jobs for what is missing.
    fn ask(&mut self, jobs: &Jobs, missing: &[Missing], view: Box2) {
        let mut rest = missing.iter();
        while self.work.asked.len() < JOBS {
            let mut pieces: Vec<Piece> = Vec::new();
            let (mut number, mut shapes) = (0, 0);
            while number < PIECES_A_JOB && shapes < SHAPES_A_JOB {
                let Some(m) = rest.next() else { break };
                let Some(slab) = self.slabs.get_mut(&m.key) else { continue };
                let Some(weight) = claim(slab, m.chunk) else { continue };
                number += 1;
                shapes += weight;
                match pieces.last_mut().filter(|p| p.key == m.key && p.outlines == m.outlines) {
                    Some(p) => p.chunks.extend(m.chunk),
                    None => pieces.push(Piece {
                        key: m.key,
                        layer: slab.layer.clone(),
                        order: slab.cut.as_ref().map(|c| c.order.clone()),
                        chunks: m.chunk.into_iter().collect(),
                        outlines: m.outlines,
                    }),
                }
            }
            if pieces.is_empty() {
                return;
            }
            let wanted = pieces.iter().map(|p| (p.key, p.layer.version, p.chunks.clone())).collect();
            let job = jobs.spawn("map", move |token| {
                let go_on = || Ok(token.check()?);
                pieces.into_iter().map(|p| Made::of(p, &view, go_on)).collect()
            });
            self.work.asked.push((wanted, job));
        }
    }

    /// Takes what jobs have built.
    fn collect(&mut self) {
        let mut i = 0;
        while i < self.work.asked.len() {
            let Some(result) = self.work.asked[i].1.poll() else {
                i += 1;
                continue;
            };
            let (wanted, _) = self.work.asked.swap_remove(i);
            match result {
                Ok(made) => self.work.made.extend(made),
                Err(e) => wanted.into_iter().for_each(|w| self.failed(w, &e)),
            }
        }
    }

    /// What a job could not make is asked for again; but where building fails inside, that would go on for ever, and
    /// the rest of the map matters more.
    fn failed(&mut self, (key, version, chunks): Wanted, e: &JobError) {
        let Some(slab) = self.slabs.get_mut(&key).filter(|s| s.layer.version == version) else { return };
        slab.asked = false;
        chunks.iter().for_each(|&c| slab.chunk_mut(c).into_iter().for_each(|c| c.asked = false));
        if matches!(e, JobError::Panicked(_)) {
            log::error!("a part of {key:?} cannot be drawn: {e}");
            let order = slab.cut.as_ref().map_or_else(Arc::default, |c| c.order.clone());
            let meshes = chunks.into_iter().map(|c| (c, Mesh::default())).collect();
            self.work.made.push_back(Made { key, version, outlines: true, order, meshes });
        }
    }
}

/// Marks a layer or its chunk as asked for; how many shapes that is, `None` if it was asked for already.
fn claim(slab: &mut Slab, chunk: Option<usize>) -> Option<usize> {
    let of_layer = slab.layer.fills.len() + slab.layer.lines.len() + slab.layer.bands.len();
    let (asked, weight) = match chunk {
        None => (&mut slab.asked, of_layer),
        Some(i) => {
            let c = slab.chunk_mut(i)?;
            (&mut c.asked, c.run.shapes.len())
        }
    };
    (!std::mem::replace(asked, true)).then_some(weight)
}

fn put(
    gpu: (&egui_wgpu::wgpu::Device, &egui_wgpu::wgpu::Queue),
    place: &mut Option<Ready>,
    mesh: &Mesh,
    outlines: bool,
    spare: Option<Ready>,
    frame: u64,
) {
    let mut ready = Ready::upload(gpu, mesh, outlines, place.take().or(spare));
    ready.seen = frame;
    *place = Some(ready);
}
