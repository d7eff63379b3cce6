// Bands: which area a pixel lies in, how much of it is near that area's own border, and at last the colour.

struct Inside {
    @builtin(position) at: vec4<f32>,
    @location(0) @interpolate(flat) area: u32,
    @location(1) @interpolate(flat) color: vec4<f32>,
};

@vertex
fn vs_area(@location(0) p: vec2<f32>, @location(1) tag: u32) -> Inside {
    var out: Inside;
    out.at = to_clip(to_px(p));
    out.area = area_of(tag);
    let color = look.bands[tag & 15u].color;
    out.color = vec4<f32>(color.rgb * color.a, color.a);
    return out;
}

@fragment
fn fs_mask(in: Inside) -> @location(0) vec4<u32> {
    return vec4<u32>(in.area, 0u, 0u, 0u);
}
