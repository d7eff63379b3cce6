// Areas: colour by class, the class by slot where there is one; hatches are lines fixed to the ground.

@group(2) @binding(0) var slots: texture_2d<u32>;

fn class_of(tag: u32) -> u32 {
    let slot = tag >> 8u;
    let size = textureDimensions(slots);
    if slot < size.x * size.y {
        let now = textureLoad(slots, vec2<u32>(slot % size.x, slot / size.x), 0).r;
        if now < 64u {
            return now;
        }
    }
    return tag & 63u;
}

struct Area {
    @builtin(position) at: vec4<f32>,
    @location(0) @interpolate(flat) color: vec4<f32>,
    @location(1) @interpolate(flat) kind: u32,
};

// Colours alone; hatches follow in a pass of their own, so that most pixels need no look-up.
@vertex
fn vs_fill(@location(0) p: vec2<f32>, @location(1) tag: u32) -> Area {
    let kind = class_of(tag);
    let color = look.fills[kind].color;
    var out: Area;
    out.kind = kind;
    out.color = vec4<f32>(color.rgb * color.a, color.a);
    out.at = to_clip(to_px(p));
    if color.a == 0.0 {
        out.at = NOWHERE;
    }
    return out;
}

@fragment
fn fs_fill(in: Area) -> @location(0) vec4<f32> {
    return in.color;
}

@vertex
fn vs_hatch(@location(0) p: vec2<f32>, @location(1) tag: u32) -> Area {
    let kind = class_of(tag);
    let color = look.fills[kind].hatch;
    var out: Area;
    out.kind = kind;
    out.color = vec4<f32>(color.rgb * color.a, color.a);
    out.at = to_clip(to_px(p));
    if look.fills[kind].pattern.x == 0.0 {
        out.at = NOWHERE;
    }
    return out;
}

fn from_lines(d: f32, gap: f32, half: f32) -> f32 {
    let m = d - gap * floor(d / gap);
    return coverage(min(m, gap - m), half);
}

fn hatch(p: vec2<f32>, kind: u32) -> f32 {
    let row = look.fills[kind];
    let gap = row.pattern.y;
    let half = row.pattern.z;
    let q = p + vec2<f32>(row.pattern.w, row.more.x);
    switch u32(row.pattern.x) {
        case 1u: { return from_lines((p.x + p.y) * 0.70710678 + row.pattern.w, gap, half); }
        case 2u: { return from_lines((p.y - p.x) * 0.70710678 + row.pattern.w, gap, half); }
        case 3u: {
            let one = from_lines((p.x + p.y) * 0.70710678 + row.pattern.w, gap, half);
            return max(one, from_lines((p.y - p.x) * 0.70710678 + row.more.x, gap, half));
        }
        case 4u: { return from_lines(p.y + row.pattern.w, gap, half); }
        case 5u: { return from_lines(p.x + row.pattern.w, gap, half); }
        case 6u: { return max(from_lines(p.y + row.pattern.w, gap, half), from_lines(p.x + row.more.x, gap, half)); }
        default: {
            let near = q - gap * round(q / gap);
            return clamp(half - length(near) + 0.5, 0.0, 1.0);
        }
    }
}

@fragment
fn fs_hatch(in: Area) -> @location(0) vec4<f32> {
    return in.color * hatch(in.at.xy, in.kind);
}
