//! The painter against the painter off screen, its caches, its speed. Needs a device: Mesa's software Vulkan or GL do.

mod bench;
mod pictures;
mod retained;
mod town;
mod window;

use super::*;
use crate::scene::{Picture, Stack};
use egui_kittest::wgpu::{create_render_state, default_wgpu_setup};

/// A device without a window; says so and gives none where there is not even a software one.
fn device(test: &str) -> Option<RenderState> {
    let made = std::panic::catch_unwind(|| {
        let mut setup = default_wgpu_setup();
        if let egui_wgpu::WgpuSetup::CreateNew(new) = &mut setup {
            new.device_descriptor = Arc::new(device_descriptor);
        }
        create_render_state(setup, egui_wgpu::RendererOptions::PREDICTABLE)
    });
    if made.is_err() {
        println!("skipped: {test}: no graphics device");
    }
    made.ok()
}

/// Paints until nothing is missing and the picture is fine, and reads it back.
fn picture(painter: &mut MapPainter, camera: &Camera, sheet: &StyleSheet) -> Picture {
    let options = PaintOptions { budget: Duration::from_secs(60), ..PaintOptions::default() };
    let size = (camera.size_px.0 as u32, camera.size_px.1 as u32);
    let mut frames = 0;
    while painter.render(size, camera, sheet, &options).1 {
        frames += 1;
        assert!(frames < 100, "never done");
    }
    read(painter)
}

fn read(painter: &MapPainter) -> Picture {
    let target = painter.target.as_ref().unwrap();
    let ((width, height), gpu) = (target.size, &painter.gpu);
    let row = (width * 4).next_multiple_of(256);
    let buffer = gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: u64::from(row) * u64::from(height),
        usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
        mapped_at_creation: false,
    });
    let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    encoder.copy_texture_to_buffer(
        target.view.texture().as_image_copy(),
        wgpu::TexelCopyBufferInfo {
            buffer: &buffer,
            layout: wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(row), rows_per_image: None },
        },
        wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
    );
    gpu.queue.submit([encoder.finish()]);
    buffer.slice(..).map_async(wgpu::MapMode::Read, |r| r.unwrap());
    wait(painter);
    let bytes = buffer.slice(..).get_mapped_range().unwrap();
    let rgba = bytes.chunks_exact(row as usize).flat_map(|r| r[..width as usize * 4].to_vec()).collect();
    Picture { width, height, rgba }
}

fn wait(painter: &MapPainter) {
    painter.gpu.device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
}

fn save(name: &str, picture: &Picture) {
    let folder = std::env::temp_dir().join("getu-gpu");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), picture.png(96.0).unwrap()).unwrap();
}
