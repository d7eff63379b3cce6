// What every shader of the map shares: the look of this frame and where the tile lies.

struct FillRow {
    color: vec4<f32>,
    hatch: vec4<f32>,
    // Kind, gap, half width, first phase; all in pixels.
    pattern: vec4<f32>,
    // Second phase, half width of the outline.
    more: vec4<f32>,
    outline: vec4<f32>,
};

struct LineRow {
    color: vec4<f32>,
    // Width in pixels, share of the ground width, pixels added to both.
    width: vec4<f32>,
    // Dash, gap, dash, gap in pixels; all 0 = solid.
    dash: vec4<f32>,
};

struct BandRow {
    color: vec4<f32>,
    // Width in pixels.
    width: vec4<f32>,
};

struct Look {
    // Width and height of the picture, pixels of a millimetre of ground.
    frame: vec4<f32>,
    over_heat: vec4<f32>,
    // Half width of the outline over heat.
    over_heat_more: vec4<f32>,
    fills: array<FillRow, 64>,
    // Casing, line and ticks of each class.
    lines: array<LineRow, 96>,
    bands: array<BandRow, 9>,
};

struct Tile {
    // Pixel of the tile's origin.
    offset: vec2<f32>,
    // Pixels of a metre; for an image its size in pixels.
    scale: vec2<f32>,
    // How many areas with bands lie in the layers before this one.
    areas: vec4<f32>,
};

@group(0) @binding(0) var<uniform> look: Look;
@group(1) @binding(0) var<uniform> tile: Tile;

const NOWHERE: vec4<f32> = vec4<f32>(2.0, 2.0, 0.0, 1.0);

// The number of an area with bands in the mask of this picture, of 16 bits; 0 = none.
fn area_of(tag: u32) -> u32 {
    return ((tag >> 8u) + u32(tile.areas.x) - 1u) % 65535u + 1u;
}

fn to_px(p: vec2<f32>) -> vec2<f32> {
    return vec2<f32>(tile.offset.x + p.x * tile.scale.x, tile.offset.y - p.y * tile.scale.y);
}

fn to_clip(px: vec2<f32>) -> vec4<f32> {
    return vec4<f32>(px.x / look.frame.x * 2.0 - 1.0, 1.0 - px.y / look.frame.y * 2.0, 0.0, 1.0);
}

// How much of a pixel at distance d from its middle line a stroke covers (box filter).
fn coverage(d: f32, half: f32) -> f32 {
    return clamp(half - d + 0.5, 0.0, 1.0) - clamp(-half - d + 0.5, 0.0, 1.0);
}

// Distance of a point from a segment. Both segments of a corner give bit-equal values where the corner is nearest.
fn distance_to(p: vec2<f32>, a: vec2<f32>, b: vec2<f32>) -> f32 {
    let ab = b - a;
    let t = dot(p - a, ab);
    let l = dot(ab, ab);
    if t <= 0.0 {
        return length(p - a);
    }
    if t >= l {
        return length(p - b);
    }
    return abs(ab.x * (p.y - a.y) - ab.y * (p.x - a.x)) / sqrt(l);
}
