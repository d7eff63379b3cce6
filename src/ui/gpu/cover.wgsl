@group(2) @binding(0) var mask: texture_2d<u32>;

struct Edge {
    @builtin(position) at: vec4<f32>,
    @location(0) @interpolate(flat) ab: vec4<f32>,
    @location(1) @interpolate(flat) width: f32,
    @location(2) @interpolate(flat) area: u32,
};

struct Joint {
    @builtin(vertex_index) corner: u32,
    @location(0) before: vec2<f32>,
    @location(1) a: vec2<f32>,
    @location(2) arc: f32,
    @location(3) tag: u32,
    @location(4) b: vec2<f32>,
    @location(5) after: vec2<f32>,
};

// The area lies to the left of its rings: up to the band's width on that side, a pixel on the other.
@vertex
fn vs_cover(in: Joint) -> Edge {
    var out: Edge;
    let a = to_px(in.a);
    let b = to_px(in.b);
    out.ab = vec4<f32>(a, b);
    out.width = look.bands[in.tag & 15u].width.x;
    out.area = area_of(in.tag);
    let ab = b - a;
    let l = length(ab);
    if (in.tag & 128u) != 0u || out.width <= 0.0 || l == 0.0 {
        out.at = NOWHERE;
        return out;
    }
    let dir = ab / l;
    let ext = out.width + 1.0;
    let along = f32(in.corner & 1u);
    let aside = select(-1.0, ext, (in.corner >> 1u) == 1u);
    // Left of the direction on a screen whose y runs down.
    let left = vec2<f32>(dir.y, -dir.x);
    out.at = to_clip(select(a, b, along > 0.5) + dir * (along * 2.0 - 1.0) * ext + left * aside);
    return out;
}

@fragment
fn fs_cover(in: Edge) -> @location(0) vec4<f32> {
    let p = in.at.xy;
    if textureLoad(mask, vec2<i32>(p), 0).r != in.area {
        discard;
    }
    let d = distance_to(p, in.ab.xy, in.ab.zw);
    return vec4<f32>(clamp(in.width - d + 0.5, 0.0, 1.0), 0.0, 0.0, 1.0);
}
