//! Pipelines and layouts: made once a painter, for one sample a pixel and for four.

use super::mesh::{Corner, Joint};
use egui_wgpu::wgpu;

/// Colour format of the picture: bytes of sRGB, blended as they are, like the painter off screen does.
pub const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;
/// Numbers of areas.
pub const MASK: wgpu::TextureFormat = wgpu::TextureFormat::R16Uint;
/// How much of a pixel a band covers.
pub const COVER: wgpu::TextureFormat = wgpu::TextureFormat::R8Unorm;
/// Bytes of a tile's uniform.
pub const TILE: u64 = 32;

/// Layouts of bind groups.
#[derive(Debug)]
pub struct Layouts {
    pub look: wgpu::BindGroupLayout,
    pub tile: wgpu::BindGroupLayout,
    /// A texture of numbers: slots or areas.
    pub numbers: wgpu::BindGroupLayout,
    /// A texture that is read pixel by pixel.
    pub pixels: wgpu::BindGroupLayout,
    /// A texture with a sampler.
    pub image: wgpu::BindGroupLayout,
    /// The same with a uniform.
    pub plan: wgpu::BindGroupLayout,
}

/// Pipelines that paint into the picture.
#[derive(Debug)]
pub struct Pipelines {
    pub fill: wgpu::RenderPipeline,
    pub hatch: wgpu::RenderPipeline,
    pub outline: wgpu::RenderPipeline,
    pub over_heat: wgpu::RenderPipeline,
    /// Casing, line, ticks.
    pub lines: [wgpu::RenderPipeline; 3],
    pub tint: wgpu::RenderPipeline,
    pub image: wgpu::RenderPipeline,
    pub plan: wgpu::RenderPipeline,
}

/// Everything that does not depend on the scene.
#[derive(Debug)]
pub struct Gpu {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    pub layouts: Layouts,
    /// With one sample a pixel and with four.
    pub painting: [Pipelines; 2],
    /// Numbers of areas, one sample.
    pub mask: wgpu::RenderPipeline,
    /// Bands of areas, one sample.
    pub cover: wgpu::RenderPipeline,
    pub sampler: wgpu::Sampler,
    /// Linear between levels too.
    pub levels: wgpu::Sampler,
    /// Whether this is a processor pretending to be a GPU.
    pub is_software: bool,
}

fn entry(binding: u32, visibility: wgpu::ShaderStages, ty: wgpu::BindingType) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry { binding, visibility, ty, count: None }
}

fn texture(sample_type: wgpu::TextureSampleType) -> wgpu::BindingType {
    wgpu::BindingType::Texture { sample_type, view_dimension: wgpu::TextureViewDimension::D2, multisampled: false }
}

fn uniform(dynamic: bool) -> wgpu::BindingType {
    wgpu::BindingType::Buffer {
        ty: wgpu::BufferBindingType::Uniform,
        has_dynamic_offset: dynamic,
        min_binding_size: dynamic.then(|| std::num::NonZeroU64::new(TILE)).flatten(),
    }
}

impl Layouts {
    fn new(device: &wgpu::Device) -> Layouts {
        let both = wgpu::ShaderStages::VERTEX_FRAGMENT;
        let one = |label, entries: &[wgpu::BindGroupLayoutEntry]| {
            device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(label), entries })
        };
        let unfiltered = wgpu::TextureSampleType::Float { filterable: false };
        let filtered = wgpu::TextureSampleType::Float { filterable: true };
        let sampler = wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering);
        Layouts {
            look: one("map look", &[entry(0, both, uniform(false))]),
            tile: one("map tile", &[entry(0, wgpu::ShaderStages::VERTEX, uniform(true))]),
            numbers: one("map numbers", &[entry(0, both, texture(wgpu::TextureSampleType::Uint))]),
            pixels: one("map pixels", &[entry(0, wgpu::ShaderStages::FRAGMENT, texture(unfiltered))]),
            image: one(
                "map image",
                &[
                    entry(0, wgpu::ShaderStages::FRAGMENT, texture(filtered)),
                    entry(1, wgpu::ShaderStages::FRAGMENT, sampler),
                ],
            ),
            plan: one(
                "map underlay",
                &[
                    entry(0, wgpu::ShaderStages::FRAGMENT, texture(filtered)),
                    entry(1, wgpu::ShaderStages::FRAGMENT, sampler),
                    entry(2, both, uniform(false)),
                ],
            ),
        }
    }
}

/// Source over destination, both premultiplied.
const OVER: wgpu::BlendState = wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING;

/// The greater value stays.
const GREATER: wgpu::BlendState = {
    let c = wgpu::BlendComponent {
        src_factor: wgpu::BlendFactor::One,
        dst_factor: wgpu::BlendFactor::One,
        operation: wgpu::BlendOperation::Max,
    };
    wgpu::BlendState { color: c, alpha: c }
};

/// Corners of triangles as vertices, or joints as instances, or nothing.
#[derive(Clone, Copy, PartialEq)]
enum From {
    Corners,
    Joints,
    Nothing,
}

struct Kit<'a> {
    device: &'a wgpu::Device,
    samples: u32,
}

impl Kit<'_> {
    #[allow(clippy::too_many_arguments)]
    fn pipeline(
        &self,
        module: &wgpu::ShaderModule,
        entries: (&str, &str),
        groups: &[&wgpu::BindGroupLayout],
        from: From,
        format: wgpu::TextureFormat,
        blend: Option<wgpu::BlendState>,
    ) -> wgpu::RenderPipeline {
        let groups: Vec<Option<&wgpu::BindGroupLayout>> = groups.iter().copied().map(Some).collect();
        let layout = self.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(entries.0),
            bind_group_layouts: &groups,
            immediate_size: 0,
        });
        let corner = wgpu::vertex_attr_array![0 => Float32x2, 1 => Uint32];
        // One buffer bound four times, each a joint later: before, a, b, after.
        let before = wgpu::vertex_attr_array![0 => Float32x2];
        let a = wgpu::vertex_attr_array![1 => Float32x2, 2 => Float32, 3 => Uint32];
        let b = wgpu::vertex_attr_array![4 => Float32x2];
        let after = wgpu::vertex_attr_array![5 => Float32x2];
        let joint = |attributes| {
            Some(wgpu::VertexBufferLayout {
                array_stride: size_of::<Joint>() as u64,
                step_mode: wgpu::VertexStepMode::Instance,
                attributes,
            })
        };
        let corners = [Some(wgpu::VertexBufferLayout {
            array_stride: size_of::<Corner>() as u64,
            step_mode: wgpu::VertexStepMode::Vertex,
            attributes: &corner,
        })];
        let joints = [joint(&before), joint(&a), joint(&b), joint(&after)];
        let buffers: &[Option<wgpu::VertexBufferLayout<'_>>] = match from {
            From::Corners => &corners,
            From::Joints => &joints,
            From::Nothing => &[],
        };
        let topology = if from == From::Corners {
            wgpu::PrimitiveTopology::TriangleList
        } else {
            wgpu::PrimitiveTopology::TriangleStrip
        };
        self.device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some(entries.0),
            layout: Some(&layout),
            vertex: wgpu::VertexState {
                module,
                entry_point: Some(entries.0),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                buffers,
            },
            primitive: wgpu::PrimitiveState { topology, ..wgpu::PrimitiveState::default() },
            depth_stencil: None,
            multisample: wgpu::MultisampleState { count: self.samples, ..wgpu::MultisampleState::default() },
            fragment: Some(wgpu::FragmentState {
                module,
                entry_point: Some(entries.1),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                targets: &[Some(wgpu::ColorTargetState { format, blend, write_mask: wgpu::ColorWrites::ALL })],
            }),
            multiview_mask: None,
            cache: None,
        })
    }
}

impl Gpu {
    /// Compiles the shaders for a device.
    pub fn new(device: &wgpu::Device, queue: &wgpu::Queue, is_software: bool) -> Gpu {
        let module = |label, source: &'static str| {
            device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(label),
                source: wgpu::ShaderSource::Wgsl(source.into()),
            })
        };
        let fill = module("map fill", concat!(include_str!("common.wgsl"), include_str!("fill.wgsl")));
        let line = module("map line", concat!(include_str!("common.wgsl"), include_str!("line.wgsl")));
        let outline = module(
            "map outline",
            concat!(
                include_str!("common.wgsl"),
                include_str!("fill.wgsl"),
                include_str!("line.wgsl"),
                include_str!("outline.wgsl")
            ),
        );
        let band = module("map band", concat!(include_str!("common.wgsl"), include_str!("band.wgsl")));
        let cover = module("map cover", concat!(include_str!("common.wgsl"), include_str!("cover.wgsl")));
        let tint = module(
            "map tint",
            concat!(include_str!("common.wgsl"), include_str!("band.wgsl"), include_str!("tint.wgsl")),
        );
        let plan = module("map underlay", concat!(include_str!("common.wgsl"), include_str!("underlay.wgsl")));
        let image = module("map image", concat!(include_str!("common.wgsl"), include_str!("image.wgsl")));
        let layouts = Layouts::new(device);
        let l = &layouts;
        let painting = [1, 4].map(|samples| {
            let kit = Kit { device, samples };
            let make = |module, entries, groups: &[&wgpu::BindGroupLayout], from| {
                kit.pipeline(module, entries, groups, from, FORMAT, Some(OVER))
            };
            Pipelines {
                fill: make(&fill, ("vs_fill", "fs_fill"), &[&l.look, &l.tile, &l.numbers], From::Corners),
                hatch: make(&fill, ("vs_hatch", "fs_hatch"), &[&l.look, &l.tile, &l.numbers], From::Corners),
                outline: make(&outline, ("vs_outline", "fs_line"), &[&l.look, &l.tile, &l.numbers], From::Joints),
                over_heat: make(&outline, ("vs_over_heat", "fs_line"), &[&l.look, &l.tile, &l.numbers], From::Joints),
                lines: ["vs_casing", "vs_line", "vs_ticks"]
                    .map(|vs| make(&line, (vs, "fs_line"), &[&l.look, &l.tile], From::Joints)),
                tint: make(&tint, ("vs_area", "fs_tint"), &[&l.look, &l.tile, &l.pixels], From::Corners),
                image: make(&image, ("vs_image", "fs_image"), &[&l.look, &l.tile, &l.image], From::Nothing),
                plan: make(&plan, ("vs_plan", "fs_plan"), &[&l.look, &l.tile, &l.plan], From::Nothing),
            }
        });
        let kit = Kit { device, samples: 1 };
        let mask = kit.pipeline(&band, ("vs_area", "fs_mask"), &[&l.look, &l.tile], From::Corners, MASK, None);
        let cover = kit.pipeline(
            &cover,
            ("vs_cover", "fs_cover"),
            &[&l.look, &l.tile, &l.numbers],
            From::Joints,
            COVER,
            Some(GREATER),
        );
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            label: Some("map image"),
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            ..wgpu::SamplerDescriptor::default()
        });
        let levels = device.create_sampler(&wgpu::SamplerDescriptor {
            label: Some("map underlay"),
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            mipmap_filter: wgpu::MipmapFilterMode::Linear,
            ..wgpu::SamplerDescriptor::default()
        });
        Gpu {
            device: device.clone(),
            queue: queue.clone(),
            layouts,
            painting,
            mask,
            cover,
            sampler,
            levels,
            is_software,
        }
    }

    /// A texture that can be painted into and read by shaders.
    pub fn target(&self, size: (u32, u32), format: wgpu::TextureFormat, samples: u32) -> wgpu::Texture {
        let extra = if samples == 1 {
            wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_SRC
        } else {
            wgpu::TextureUsages::empty()
        };
        self.device.create_texture(&wgpu::TextureDescriptor {
            label: Some("map"),
            size: wgpu::Extent3d { width: size.0, height: size.1, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: samples,
            dimension: wgpu::TextureDimension::D2,
            format,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | extra,
            view_formats: &[],
        })
    }
}
