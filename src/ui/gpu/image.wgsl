// A raster over the ground, premultiplied, bilinear.

@group(2) @binding(0) var pixels: texture_2d<f32>;
@group(2) @binding(1) var smooth_: sampler;

struct Corner {
    @builtin(position) at: vec4<f32>,
    @location(0) uv: vec2<f32>,
};

@vertex
fn vs_image(@builtin(vertex_index) i: u32) -> Corner {
    let uv = vec2<f32>(f32(i & 1u), f32(i >> 1u));
    var out: Corner;
    out.uv = uv;
    out.at = to_clip(tile.offset + uv * tile.scale);
    return out;
}

@fragment
fn fs_image(in: Corner) -> @location(0) vec4<f32> {
    return textureSample(pixels, smooth_, in.uv);
}
