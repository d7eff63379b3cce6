//! One picture: which chunks are drawn, in which passes.

use super::build::view_of;
use super::class::{Details, details, look};
use super::device::{COVER, FORMAT, Gpu, MASK, Pipelines, TILE};
use super::mesh::Part;
use super::store::{Cut, JOINT, Ready, Slab};
use super::underlay::Plan;
use crate::geom::{Box2, Pt};
use crate::scene::{Backdrop, Camera, Image, LayerKey, LineClass, ScaleClass, Stack, StyleSheet};
use egui_wgpu::wgpu;
use std::collections::{BTreeMap, BTreeSet};

/// Room of a tile in its buffer; every device can begin a binding at a multiple of it.
const STEP: u64 = 256;

/// Textures and buffers of the picture's size.
#[derive(Debug)]
pub struct Target {
    pub size: (u32, u32),
    /// The finished picture.
    pub view: wgpu::TextureView,
    /// Four samples a pixel, made when first wanted.
    fine: Option<wgpu::TextureView>,
    /// Numbers of areas and cover, a pair for each group of bands.
    bands: Vec<BandTarget>,
    look: wgpu::Buffer,
    look_group: wgpu::BindGroup,
    tiles: Option<(wgpu::Buffer, wgpu::BindGroup)>,
}

#[derive(Debug)]
struct BandTarget {
    mask: wgpu::TextureView,
    mask_group: wgpu::BindGroup,
    cover: wgpu::TextureView,
    cover_group: wgpu::BindGroup,
}

/// An image on the GPU.
#[derive(Debug)]
pub struct Raster {
    pub bounds: Box2,
    pub version: u64,
    pub size: (u32, u32),
    group: wgpu::BindGroup,
}

/// A chunk in view and where its uniform lies.
struct Seen<'a> {
    key: LayerKey,
    slab: &'a Slab,
    part: Part,
    cut: &'a Cut,
    chunk: &'a Ready,
    offset: u32,
}

/// Bands that are clipped together: those of one partition, or the selected ones over them.
type Group = (u32, Part);

impl Seen<'_> {
    fn group(&self) -> Group {
        (self.key.part >> 24, self.part)
    }
}

/// What was drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Draw calls.
    pub draws: u32,
    /// Chunks in view.
    pub chunks: u32,
}

fn view_group(gpu: &Gpu, layout: &wgpu::BindGroupLayout, view: &wgpu::TextureView) -> wgpu::BindGroup {
    gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("map"),
        layout,
        entries: &[wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::TextureView(view) }],
    })
}

impl Target {
    /// Textures for a picture of `size` pixels.
    pub fn new(gpu: &Gpu, size: (u32, u32)) -> Target {
        let view = gpu.target(size, FORMAT, 1).create_view(&wgpu::TextureViewDescriptor::default());
        let bytes = look(&StyleSheet::new(crate::scene::Theme::Light, 1000.0), &UNIT).len() as u64 * 16;
        let look = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("map look"),
            size: bytes,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let look_group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("map look"),
            layout: &gpu.layouts.look,
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: look.as_entire_binding() }],
        });
        Target { size, view, fine: None, bands: Vec::new(), look, look_group, tiles: None }
    }

    fn bands(&mut self, gpu: &Gpu, n: usize) {
        while self.bands.len() < n {
            let view = |f| gpu.target(self.size, f, 1).create_view(&wgpu::TextureViewDescriptor::default());
            let (mask, cover) = (view(MASK), view(COVER));
            self.bands.push(BandTarget {
                mask_group: view_group(gpu, &gpu.layouts.numbers, &mask),
                cover_group: view_group(gpu, &gpu.layouts.pixels, &cover),
                mask,
                cover,
            });
        }
    }

    /// The uniforms of all tiles.
    fn tiles(&mut self, gpu: &Gpu, tiles: &[[f32; 8]]) {
        let need = (tiles.len().max(1) as u64) * STEP;
        if self.tiles.as_ref().is_none_or(|(b, _)| b.size() < need) {
            let buffer = gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("map tiles"),
                size: need.next_power_of_two().max(16 * STEP),
                usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            });
            let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("map tiles"),
                layout: &gpu.layouts.tile,
                entries: &[wgpu::BindGroupEntry {
                    binding: 0,
                    resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                        buffer: &buffer,
                        offset: 0,
                        size: std::num::NonZeroU64::new(TILE),
                    }),
                }],
            });
            self.tiles = Some((buffer, group));
        }
        let mut bytes = vec![0u8; tiles.len() * STEP as usize];
        for (room, tile) in bytes.chunks_exact_mut(STEP as usize).zip(tiles) {
            room[..TILE as usize].copy_from_slice(bytemuck::bytes_of(tile));
        }
        if let Some((buffer, _)) = &self.tiles {
            gpu.queue.write_buffer(buffer, 0, &bytes);
        }
    }
}

const UNIT: Camera = Camera { centre: (0.0, 0.0), mm_per_px: 1.0, size_px: (1.0, 1.0), pixels_per_point: 1.0 };

impl Raster {
    /// The image on the GPU; `None` if its bytes do not fit its size or it has no pixel.
    pub fn new(gpu: &Gpu, image: &Image) -> Option<Raster> {
        let most = gpu.device.limits().max_texture_dimension_2d;
        let fits = image.width as usize * image.height as usize * 4 == image.rgba.len();
        if !fits || image.width == 0 || image.height == 0 || image.width > most || image.height > most {
            return None;
        }
        let size = wgpu::Extent3d { width: image.width, height: image.height, depth_or_array_layers: 1 };
        let texture = gpu.device.create_texture(&wgpu::TextureDescriptor {
            label: Some("map image"),
            size,
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: FORMAT,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        let mut bytes = image.rgba.to_vec();
        for p in bytes.chunks_exact_mut(4) {
            let a = u16::from(p[3]);
            p[..3].iter_mut().for_each(|v| *v = ((u16::from(*v) * a + 127) / 255) as u8);
        }
        gpu.queue.write_texture(
            texture.as_image_copy(),
            &bytes,
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(image.width * 4), rows_per_image: None },
            size,
        );
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("map image"),
            layout: &gpu.layouts.image,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::TextureView(&view) },
                wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::Sampler(&gpu.sampler) },
            ],
        });
        Some(Raster { bounds: image.bounds, version: image.version, size: (image.width, image.height), group })
    }
}

/// Where a tile lies: the pixel of its origin, computed in `f64`, and pixels of a metre; then how many areas with bands
/// there are before its own.
fn tile(camera: &Camera, origin: Pt, areas: u32) -> [f32; 8] {
    let (x, y) = camera.to_screen(origin);
    let scale = (1000.0 / camera.mm_per_px) as f32;
    [x, y, scale, scale, areas as f32, 0.0, 0.0, 0.0]
}

/// Paints everything that is ready. `plans`: each with where it lies now. `fine`: four samples a pixel.
#[allow(clippy::too_many_arguments)]
pub fn paint(
    gpu: &Gpu,
    target: &mut Target,
    slabs: &BTreeMap<LayerKey, Slab>,
    rasters: &[Raster],
    plans: &[(Plan, Backdrop)],
    camera: &Camera,
    sheet: &StyleSheet,
    fine: bool,
) -> Drawn {
    gpu.queue.write_buffer(&target.look, 0, bytemuck::cast_slice(&look(sheet, camera)));
    let view = view_of(camera);
    let mut tiles: Vec<[f32; 8]> = Vec::new();
    let mut seen: Vec<Seen<'_>> = Vec::new();
    // Areas are numbered through all layers of a group, so that one mask serves them all.
    let mut areas: BTreeMap<Group, u32> = BTreeMap::new();
    for (&key, slab) in slabs {
        let shown = slab.before.as_deref().filter(|_| !slab.is_whole(&view)).unwrap_or(slab);
        let Some(cut) = &shown.cut else { continue };
        for i in shown.in_view(&view) {
            let Some(chunk) = &cut.chunks[i].ready else { continue };
            let mut s = Seen { key, slab: shown, part: cut.chunks[i].run.part, cut, chunk, offset: 0 };
            s.offset = (tiles.len() as u64 * STEP) as u32;
            tiles.push(tile(camera, chunk.origin, areas.get(&s.group()).copied().unwrap_or(0)));
            seen.push(s);
        }
        for part in [Part::CellBands, Part::SelectedBands] {
            *areas.entry((key.part >> 24, part)).or_default() += cut.order.areas(part);
        }
    }
    let chunks = seen.len() as u32;
    let images = tiles.len();
    for r in rasters {
        let (x0, y0) = camera.to_screen_f((f64::from(r.bounds.min.x), f64::from(r.bounds.max.y)));
        let (x1, y1) = camera.to_screen_f((f64::from(r.bounds.max.x), f64::from(r.bounds.min.y)));
        tiles.push([x0, y0, x1 - x0, y1 - y0, 0.0, 0.0, 0.0, 0.0]);
    }
    target.tiles(gpu, &tiles);

    // Bands are clipped to their areas, group by group, before anything is painted.
    let banded = sheet.class != ScaleClass::S50000;
    let mut groups: Vec<Group> = Vec::new();
    for s in &seen {
        if banded && matches!(s.part, Part::CellBands | Part::SelectedBands) && !groups.contains(&s.group()) {
            groups.push(s.group());
        }
    }
    groups.sort_by_key(|g| g.1 == Part::SelectedBands);
    target.bands(gpu, groups.len());
    if fine && target.fine.is_none() {
        let texture = gpu.target(target.size, FORMAT, 4);
        target.fine = Some(texture.create_view(&wgpu::TextureViewDescriptor::default()));
    }
    let target = &*target;
    let Some((_, tile_group)) = &target.tiles else { return Drawn::default() };
    let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("map") });
    let mut drawn = Drawn { draws: 0, chunks };
    for (&group, band) in groups.iter().zip(&target.bands) {
        let of: Vec<&Seen<'_>> = seen.iter().filter(|s| s.group() == group).collect();
        for (view, pipeline) in [(&band.mask, &gpu.mask), (&band.cover, &gpu.cover)] {
            let pass = begin(&mut encoder, view, None, wgpu::Color::TRANSPARENT);
            let mut pen = Pen { pass, tile_group, drawn: &mut drawn };
            pen.pass.set_bind_group(0, &target.look_group, &[]);
            pen.pass.set_pipeline(pipeline);
            if std::ptr::eq(pipeline, &gpu.cover) {
                pen.pass.set_bind_group(2, &band.mask_group, &[]);
                of.iter().for_each(|s| pen.joints(s, 0..s.chunk.instances));
            } else {
                of.iter().for_each(|s| pen.triangles(s, s.chunk.count));
            }
        }
    }

    let [r, g, b, _] = sheet.theme.paper().0.map(|v| f64::from(v) / 255.0);
    let paper = wgpu::Color { r, g, b, a: 1.0 };
    let pass = match &target.fine {
        Some(samples) if fine => begin(&mut encoder, samples, Some(&target.view), paper),
        _ => begin(&mut encoder, &target.view, None, paper),
    };
    let pipes = &gpu.painting[usize::from(fine)];
    let mut pen = Pen { pass, tile_group, drawn: &mut drawn };
    pen.pass.set_bind_group(0, &target.look_group, &[]);
    let details = details(sheet);
    let pixel_m2 = (camera.mm_per_px / 1000.0).powi(2);
    for stack in Stack::ALL {
        for (plan, place) in plans.iter().filter(|(_, b)| b.before() == stack) {
            let Some(seen) = place.seen(camera) else { continue };
            plan.look(gpu, &seen);
            pen.pass.set_pipeline(&pipes.plan);
            pen.pass.set_bind_group(1, tile_group, &[0]);
            pen.pass.set_bind_group(2, &plan.group, &[]);
            pen.pass.draw(0..4, 0..1);
            pen.drawn.draws += 1;
        }
        let here: Vec<&Seen<'_>> = seen.iter().filter(|s| s.key.stack == stack).collect();
        // Layer by layer fills and their outlines, then bands.
        for layer in here.chunk_by(|a, b| a.key == b.key) {
            pen.fills(layer, pipes, sheet, details, pixel_m2);
        }
        for (&group, band) in groups.iter().zip(&target.bands) {
            let mut of = here.iter().filter(|s| s.group() == group).peekable();
            if of.peek().is_some() {
                pen.pass.set_pipeline(&pipes.tint);
                pen.pass.set_bind_group(2, &band.cover_group, &[]);
                of.for_each(|s| pen.triangles(s, s.chunk.count));
            }
        }
        pen.lines(&here, pipes, sheet);
        if stack == Stack::Heat && !rasters.is_empty() {
            pen.pass.set_pipeline(&pipes.image);
            for (k, r) in rasters.iter().enumerate() {
                pen.pass.set_bind_group(1, tile_group, &[((images + k) as u64 * STEP) as u32]);
                pen.pass.set_bind_group(2, &r.group, &[]);
                pen.pass.draw(0..4, 0..1);
                pen.drawn.draws += 1;
            }
            pen.pass.set_pipeline(&pipes.over_heat);
            let near = sheet.class <= ScaleClass::S10000;
            for s in seen.iter().filter(|_| near).filter(|s| s.key.stack == Stack::Buildings && s.part == Part::Fills) {
                pen.pass.set_bind_group(2, &s.cut.slots.group, &[]);
                pen.joints(s, 0..s.chunk.instances);
            }
        }
    }
    drop(pen);
    gpu.queue.submit([encoder.finish()]);
    drawn
}

fn begin(
    encoder: &mut wgpu::CommandEncoder,
    view: &wgpu::TextureView,
    resolve: Option<&wgpu::TextureView>,
    clear: wgpu::Color,
) -> wgpu::RenderPass<'static> {
    let store = if resolve.is_some() { wgpu::StoreOp::Discard } else { wgpu::StoreOp::Store };
    encoder
        .begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("map"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view,
                depth_slice: None,
                resolve_target: resolve,
                ops: wgpu::Operations { load: wgpu::LoadOp::Clear(clear), store },
            })],
            ..wgpu::RenderPassDescriptor::default()
        })
        .forget_lifetime()
}

struct Pen<'a> {
    pass: wgpu::RenderPass<'static>,
    tile_group: &'a wgpu::BindGroup,
    drawn: &'a mut Drawn,
}

impl Pen<'_> {
    fn triangles(&mut self, s: &Seen<'_>, count: u32) {
        let (Some(corners), Some(indices)) = (&s.chunk.corners, &s.chunk.indices) else { return };
        if count == 0 {
            return;
        }
        let format = if s.chunk.short { wgpu::IndexFormat::Uint16 } else { wgpu::IndexFormat::Uint32 };
        self.pass.set_bind_group(1, self.tile_group, &[s.offset]);
        self.pass.set_vertex_buffer(0, corners.whole());
        self.pass.set_index_buffer(indices.whole(), format);
        self.pass.draw_indexed(0..count, 0, 0..1);
        self.drawn.draws += 1;
    }

    /// Segments `range` of a chunk: the buffer is bound four times, each a joint later.
    fn joints(&mut self, s: &Seen<'_>, range: std::ops::Range<u32>) {
        let Some(joints) = s.chunk.joints.as_ref().filter(|_| !range.is_empty()) else { return };
        self.pass.set_bind_group(1, self.tile_group, &[s.offset]);
        for k in 0..4u32 {
            self.pass.set_vertex_buffer(k, joints.from(u64::from(range.start + k) * JOINT));
        }
        self.pass.draw(0..4, 0..range.end - range.start);
        self.drawn.draws += 1;
    }

    /// Colours of a layer's areas, then hatches, then outlines.
    fn fills(&mut self, layer: &[&Seen<'_>], pipes: &Pipelines, sheet: &StyleSheet, details: Details, pixel_m2: f64) {
        let fills: Vec<&&Seen<'_>> = layer.iter().filter(|s| s.part == Part::Fills).collect();
        let Some(first) = fills.first() else { return };
        if first.key.stack == Stack::Buildings && sheet.class == ScaleClass::S50000 {
            return;
        }
        let classes = first.cut.classes();
        self.pass.set_bind_group(2, &first.cut.slots.group, &[]);
        self.pass.set_pipeline(&pipes.fill);
        fills.iter().for_each(|s| self.triangles(s, s.chunk.count_at(pixel_m2)));
        if classes & details.hatched != 0 {
            self.pass.set_pipeline(&pipes.hatch);
            fills.iter().for_each(|s| self.triangles(s, s.chunk.count_at(pixel_m2)));
        }
        if classes & details.outlined != 0 && outlined(first.slab, sheet) {
            self.pass.set_pipeline(&pipes.outline);
            fills.iter().for_each(|s| self.joints(s, 0..s.chunk.instances));
        }
    }

    /// Casings of all lines of a stack entry, then its lines, class by class, each followed by its ticks.
    fn lines(&mut self, here: &[&Seen<'_>], pipes: &Pipelines, sheet: &StyleSheet) {
        let of: Vec<&&Seen<'_>> = here.iter().filter(|s| s.part == Part::Lines).collect();
        let classes: BTreeSet<LineClass> = of.iter().flat_map(|s| s.chunk.classes.iter().map(|c| c.0)).collect();
        let styles: Vec<_> = classes.into_iter().filter_map(|c| Some((c, sheet.resolve_line(c)?))).collect();
        let mut draw = |class: LineClass, pipeline: &wgpu::RenderPipeline| {
            self.pass.set_pipeline(pipeline);
            for s in &of {
                if let Some((_, range)) = s.chunk.classes.iter().find(|c| c.0 == class) {
                    self.joints(s, range.clone());
                }
            }
        };
        let [casing, line, ticks] = &pipes.lines;
        styles.iter().filter(|s| s.1.casing.is_some()).for_each(|s| draw(s.0, casing));
        for (class, style) in &styles {
            draw(*class, line);
            if style.ticks.is_some() {
                draw(*class, ticks);
            }
        }
    }
}

/// Whether outlines of a layer's fills are painted: those of buildings end before 1:10,000.
pub fn outlined(slab: &Slab, sheet: &StyleSheet) -> bool {
    slab.layer.key.stack != Stack::Buildings || sheet.class <= ScaleClass::S5000
}
