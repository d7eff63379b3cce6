//! Scanned plans on the GPU: their levels as a texture, where the view sees them as a uniform.

use super::device::{FORMAT, Gpu};
use crate::scene::{Pyramid, Seen};
use egui_wgpu::wgpu;
use std::sync::Arc;

/// Bytes of the uniform: four vectors.
const UNIFORM: u64 = 64;

/// A picture on the GPU.
#[derive(Debug)]
pub struct Plan {
    /// What it was made of.
    pub pyramid: Arc<Pyramid>,
    uniform: wgpu::Buffer,
    pub group: wgpu::BindGroup,
}

impl Plan {
    /// Puts a picture on the GPU; levels larger than the device takes are left out.
    pub fn new(gpu: &Gpu, pyramid: &Arc<Pyramid>) -> Option<Plan> {
        let most = gpu.device.limits().max_texture_dimension_2d;
        let levels = pyramid.levels();
        let first = levels.iter().position(|l| l.width <= most && l.height <= most)?;
        let levels = levels.get(first..)?;
        let finest = levels.first()?;
        let texture = gpu.device.create_texture(&wgpu::TextureDescriptor {
            label: Some("map underlay"),
            size: wgpu::Extent3d { width: finest.width, height: finest.height, depth_or_array_layers: 1 },
            mip_level_count: levels.len() as u32,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: FORMAT,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        for (mip_level, l) in (0..).zip(levels) {
            gpu.queue.write_texture(
                wgpu::TexelCopyTextureInfo {
                    texture: &texture,
                    mip_level,
                    origin: wgpu::Origin3d::ZERO,
                    aspect: wgpu::TextureAspect::All,
                },
                &l.rgba,
                wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(l.width * 4), rows_per_image: None },
                wgpu::Extent3d { width: l.width, height: l.height, depth_or_array_layers: 1 },
            );
        }
        let uniform = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("map underlay"),
            size: UNIFORM,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("map underlay"),
            layout: &gpu.layouts.plan,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::TextureView(&view) },
                wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::Sampler(&gpu.levels) },
                wgpu::BindGroupEntry { binding: 2, resource: uniform.as_entire_binding() },
            ],
        });
        Some(Plan { pyramid: pyramid.clone(), uniform, group })
    }

    /// Says where the view sees it.
    pub fn look(&self, gpu: &Gpu, seen: &Seen) {
        let [mx, my] = seen.middle;
        let [ex, ey] = seen.edge;
        let all: [[f32; 4]; 4] = [seen.rect, seen.steps, [mx, my, ex, ey], [seen.opacity, 0.0, 0.0, 0.0]];
        gpu.queue.write_buffer(&self.uniform, 0, bytemuck::cast_slice(&all));
    }
}
