//! The layers a painter keeps between frames: which chunks there are and what of them lies on the GPU.

use super::class::fill_id;
use super::mesh::{Joint, Mesh, Order, Part, Run};
use crate::geom::{Box2, Pt};
use crate::scene::{FillClass, Layer, LineClass};
use egui_wgpu::wgpu;
use std::ops::Range;
use std::sync::Arc;

/// Columns of a texture of slots.
const SLOT_COLUMNS: u32 = 2048;

/// A buffer that may be filled again; it grows by half more than asked.
#[derive(Debug)]
pub struct Buffer {
    raw: wgpu::Buffer,
    size: u64,
}

impl Buffer {
    /// Puts `bytes` into `old` if they fit, else into a new buffer.
    pub fn put(
        gpu: (&wgpu::Device, &wgpu::Queue),
        old: Option<Buffer>,
        bytes: &[u8],
        usage: wgpu::BufferUsages,
    ) -> Option<Buffer> {
        if bytes.is_empty() {
            return None;
        }
        // Copies are made in steps of four bytes.
        let len = bytes.len() as u64;
        let padded: Vec<u8>;
        let bytes = if bytes.len().is_multiple_of(4) {
            bytes
        } else {
            padded = bytes.iter().copied().chain([0; 2]).collect();
            &padded
        };
        if let Some(b) = old.filter(|b| b.raw.size() >= bytes.len() as u64) {
            gpu.1.write_buffer(&b.raw, 0, bytes);
            return Some(Buffer { size: len, ..b });
        }
        let raw = gpu.0.create_buffer(&wgpu::BufferDescriptor {
            label: Some("map"),
            size: (bytes.len() as u64).next_multiple_of(256),
            usage: usage | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        gpu.1.write_buffer(&raw, 0, bytes);
        Some(Buffer { raw, size: len })
    }

    /// The filled part.
    pub fn whole(&self) -> wgpu::BufferSlice<'_> {
        self.raw.slice(..self.size)
    }

    /// The filled part from a byte on.
    pub fn from(&self, byte: u64) -> wgpu::BufferSlice<'_> {
        self.raw.slice(byte.min(self.size)..self.size)
    }
}

/// A chunk on the GPU.
#[derive(Debug, Default)]
pub struct Ready {
    /// Where its coordinates are measured from.
    pub origin: Pt,
    pub corners: Option<Buffer>,
    pub indices: Option<Buffer>,
    pub joints: Option<Buffer>,
    /// Indices of two bytes instead of four.
    pub short: bool,
    /// All indices, and those of shapes of at least 4^k m² (buildings).
    pub count: u32,
    pub steps: [u32; 12],
    /// Instances of all joints.
    pub instances: u32,
    /// Instances of each class of lines.
    pub classes: Vec<(LineClass, Range<u32>)>,
    /// Whether outlines of fills were made.
    pub outlines: bool,
    pub bytes: u64,
    /// Frame in which it was last seen.
    pub seen: u64,
}

impl Ready {
    /// Puts a mesh on the GPU, into the buffers of `old` where they are large enough.
    pub fn upload(gpu: (&wgpu::Device, &wgpu::Queue), mesh: &Mesh, outlines: bool, old: Option<Ready>) -> Ready {
        let old = old.unwrap_or_default();
        let short = mesh.corners.len() <= 1 << 16;
        let small: Vec<u16>;
        let indices: &[u8] = if short {
            small = mesh.indices.iter().map(|&i| i as u16).collect();
            bytemuck::cast_slice(&small)
        } else {
            bytemuck::cast_slice(&mesh.indices)
        };
        let corners: &[u8] = bytemuck::cast_slice(&mesh.corners);
        let joints: &[u8] = bytemuck::cast_slice(&mesh.joints);
        use wgpu::BufferUsages as Use;
        Ready {
            origin: mesh.origin,
            corners: Buffer::put(gpu, old.corners, corners, Use::VERTEX),
            indices: Buffer::put(gpu, old.indices, indices, Use::INDEX),
            joints: Buffer::put(gpu, old.joints, joints, Use::VERTEX),
            short,
            count: mesh.indices.len() as u32,
            steps: mesh.steps,
            instances: (mesh.joints.len() as u32).saturating_sub(3),
            classes: mesh.classes.clone(),
            outlines,
            bytes: (corners.len() + indices.len() + joints.len()) as u64,
            seen: old.seen,
        }
    }

    /// How many indices to draw where a pixel covers `pixel_m2` of ground: buildings smaller than it are left out.
    pub fn count_at(&self, pixel_m2: f64) -> u32 {
        if pixel_m2 < 1.0 || self.steps[0] == 0 {
            return self.count;
        }
        self.steps[(pixel_m2.log(4.0) as usize).min(self.steps.len() - 1)]
    }
}

/// A chunk and whether it is on the GPU.
#[derive(Debug)]
pub struct Chunk {
    pub run: Run,
    pub ready: Option<Ready>,
    /// A thread is building it.
    pub asked: bool,
}

/// A layer kept. Nothing is worked out before it comes into view.
#[derive(Debug)]
pub struct Slab {
    pub layer: Arc<Layer>,
    /// Its chunks, once they were cut.
    pub cut: Option<Cut>,
    /// A thread is cutting it.
    pub asked: bool,
    /// What was shown before, until the new one is ready.
    pub before: Option<Box<Slab>>,
}

/// A layer cut into chunks.
#[derive(Debug)]
pub struct Cut {
    pub order: Arc<Order>,
    pub chunks: Vec<Chunk>,
    /// The classes of the slots.
    pub slots: Slots,
    /// Classes that fills have without their slots, a bit each.
    own: u64,
}

impl Cut {
    /// The chunks of `order`, nothing of them on the GPU yet.
    pub fn new(layer: &Layer, order: Arc<Order>, slots: Slots) -> Cut {
        let chunks = order.runs.iter().map(|run| Chunk { run: run.clone(), ready: None, asked: false }).collect();
        let own = layer.fills.iter().fold(0, |bits, f| bits | 1u64 << fill_id(f.class));
        Cut { order, chunks, slots, own }
    }

    /// Classes that fills may have, a bit each.
    pub fn classes(&self) -> u64 {
        self.own | self.slots.classes
    }

    /// Whether a chunk is on the GPU with all that is asked.
    pub fn has(&self, chunk: usize, outlines: bool) -> bool {
        self.chunks.get(chunk).is_some_and(|c| {
            let outlines = outlines && c.run.part == Part::Fills;
            c.ready.as_ref().is_some_and(|r| r.outlines || !outlines)
        })
    }
}

impl Slab {
    /// A layer; what `old` shows stays until it is ready.
    pub fn new(layer: Arc<Layer>, old: Option<Slab>) -> Slab {
        // Of one that never came to be shown, what it was to replace is still there.
        let before = old.and_then(|mut o| {
            let shown = o.cut.as_ref().is_some_and(|c| c.chunks.iter().any(|c| c.ready.is_some()));
            let earlier = o.before.take();
            if shown { Some(Box::new(o)) } else { earlier }
        });
        Slab { layer, cut: None, asked: false, before }
    }

    /// Small enough to be built within a frame without being noticed: a few cells, borders, what the hand moves.
    pub fn is_small(&self) -> bool {
        self.layer.fills.len() + self.layer.lines.len() + self.layer.bands.len() <= 2000
    }

    /// The chunks; none before the layer was cut.
    pub fn chunks(&self) -> &[Chunk] {
        self.cut.as_ref().map_or(&[], |c| &c.chunks)
    }

    /// A chunk, for change.
    pub fn chunk_mut(&mut self, chunk: usize) -> Option<&mut Chunk> {
        self.cut.as_mut()?.chunks.get_mut(chunk)
    }

    /// Whether all of it that meets a box is on the GPU.
    pub fn is_whole(&self, view: &Box2) -> bool {
        match &self.cut {
            Some(c) => c.chunks.iter().all(|c| c.ready.is_some() || !c.run.bounds.meets(view)),
            None => !self.layer.bounds.meets(view),
        }
    }

    /// Numbers of the chunks that meet a box.
    pub fn in_view(&self, view: &Box2) -> impl Iterator<Item = usize> {
        let chunks = self.chunks();
        (0..chunks.len()).filter(move |&i| chunks[i].run.bounds.meets(view))
    }
}

/// The classes of a layer's slots as a texture of one byte each: recolouring a building changes one byte.
#[derive(Debug)]
pub struct Slots {
    texture: wgpu::Texture,
    pub group: wgpu::BindGroup,
    version: u64,
    of: Arc<Vec<FillClass>>,
    /// Classes the table has held, a bit each.
    classes: u64,
}

impl Slots {
    /// A table for `of`; 255 where a fill's own class holds.
    pub fn new(
        gpu: (&wgpu::Device, &wgpu::Queue),
        layout: &wgpu::BindGroupLayout,
        of: &Arc<Vec<FillClass>>,
        version: u64,
    ) -> Slots {
        let columns = SLOT_COLUMNS.min(gpu.0.limits().max_texture_dimension_2d).min((of.len() as u32).max(1));
        let rows = (of.len() as u32).div_ceil(columns).clamp(1, gpu.0.limits().max_texture_dimension_2d);
        let texture = gpu.0.create_texture(&wgpu::TextureDescriptor {
            label: Some("map slots"),
            size: wgpu::Extent3d { width: columns, height: rows, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::R8Uint,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let group = gpu.0.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("map slots"),
            layout,
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::TextureView(&view) }],
        });
        let mut slots = Slots { texture, group, version, of: of.clone(), classes: 0 };
        slots.write(gpu.1, of, 0..rows);
        slots
    }

    /// Whether the table can hold `of`.
    pub fn fits(&self, of: &[FillClass]) -> bool {
        of.len() as u64 <= u64::from(self.texture.width()) * u64::from(self.texture.height())
            && of.is_empty() == self.of.is_empty()
    }

    /// Brings the table up to date; only rows that changed travel. Says whether anything did.
    pub fn update(&mut self, queue: &wgpu::Queue, of: &Arc<Vec<FillClass>>, version: u64) -> bool {
        if self.version == version {
            return false;
        }
        self.version = version;
        let columns = self.texture.width() as usize;
        let rows = self.texture.height() as usize;
        let same = |i: usize| {
            let (from, to) = (i * columns, (i + 1) * columns);
            let part = |v: &'_ [FillClass]| (from.min(v.len()), to.min(v.len()));
            let (a, b) = (part(&self.of), part(of));
            self.of[a.0..a.1] == of[b.0..b.1]
        };
        let changed: Vec<usize> = (0..rows).filter(|&i| !same(i)).collect();
        for run in changed.chunk_by(|a, b| a + 1 == *b) {
            let (Some(&first), Some(&last)) = (run.first(), run.last()) else { continue };
            self.write(queue, of, first as u32..last as u32 + 1);
        }
        self.of = of.clone();
        !changed.is_empty()
    }

    fn write(&mut self, queue: &wgpu::Queue, of: &[FillClass], rows: Range<u32>) {
        let columns = self.texture.width();
        let bytes: Vec<u8> = (rows.start as usize * columns as usize..rows.end as usize * columns as usize)
            .map(|i| of.get(i).map_or(255, |&c| fill_id(c)))
            .collect();
        self.classes |= bytes.iter().filter(|&&b| b < 64).fold(0, |bits, &b| bits | 1u64 << b);
        queue.write_texture(
            wgpu::TexelCopyTextureInfo {
                texture: &self.texture,
                mip_level: 0,
                origin: wgpu::Origin3d { x: 0, y: rows.start, z: 0 },
                aspect: wgpu::TextureAspect::All,
            },
            &bytes,
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(columns), rows_per_image: None },
            wgpu::Extent3d { width: columns, height: rows.end - rows.start, depth_or_array_layers: 1 },
        );
    }
}

/// Bytes of a joint: the step from one instance to the next.
pub const JOINT: u64 = size_of::<Joint>() as u64;
