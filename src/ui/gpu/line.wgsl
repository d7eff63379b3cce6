// Lines: an instance is a segment that knows its neighbours. A pixel belongs to the nearest of them, so a line that
// is half transparent does not darken itself at its corners; ends and corners are round, dashes run by arc length.

struct Joint {
    @builtin(vertex_index) corner: u32,
    @location(0) before: vec2<f32>,
    @location(1) a: vec2<f32>,
    @location(2) arc: f32,
    @location(3) tag: u32,
    @location(4) b: vec2<f32>,
    @location(5) after: vec2<f32>,
};

struct Stroke {
    @builtin(position) at: vec4<f32>,
    @location(0) @interpolate(flat) ab: vec4<f32>,
    @location(1) @interpolate(flat) ends: vec4<f32>,
    @location(2) @interpolate(flat) color: vec4<f32>,
    // Half width, arc length at a in pixels, 1 = goes on before a, 1 = goes on after b.
    @location(3) @interpolate(flat) how: vec4<f32>,
    @location(4) @interpolate(flat) dash: vec4<f32>,
};

fn stroke(in: Joint, color: vec4<f32>, half: f32, dash: vec4<f32>) -> Stroke {
    var out: Stroke;
    let a = to_px(in.a);
    let b = to_px(in.b);
    out.ab = vec4<f32>(a, b);
    out.ends = vec4<f32>(to_px(in.before), to_px(in.after));
    out.color = vec4<f32>(color.rgb * color.a, color.a);
    let joined = vec2<f32>(select(0.0, 1.0, any(in.before != in.a)), select(0.0, 1.0, any(in.after != in.b)));
    out.how = vec4<f32>(half, in.arc * tile.scale.x, joined);
    out.dash = dash;
    if (in.tag & 128u) != 0u || half <= 0.0 || color.a == 0.0 {
        out.at = NOWHERE;
        return out;
    }
    var dir = vec2<f32>(1.0, 0.0);
    let ab = b - a;
    let l = length(ab);
    if l > 0.0 {
        dir = ab / l;
    }
    let ext = half + 1.0;
    let along = f32(in.corner & 1u);
    let aside = f32(in.corner >> 1u) * 2.0 - 1.0;
    let px = select(a, b, along > 0.5) + dir * (along * 2.0 - 1.0) * ext + vec2<f32>(-dir.y, dir.x) * aside * ext;
    out.at = to_clip(px);
    return out;
}

fn classed(in: Joint, pass_: u32) -> Stroke {
    let row = look.lines[(in.tag & 127u) * 3u + pass_];
    let own = f32(in.tag >> 8u) * look.frame.z;
    var w = row.width.x;
    if own > 0.0 {
        w = w + (own - w) * row.width.y;
    }
    return stroke(in, row.color, (w + row.width.z) * 0.5, row.dash);
}

@vertex
fn vs_casing(in: Joint) -> Stroke {
    return classed(in, 0u);
}

@vertex
fn vs_line(in: Joint) -> Stroke {
    return classed(in, 1u);
}

@vertex
fn vs_ticks(in: Joint) -> Stroke {
    return classed(in, 2u);
}

fn in_dash(s: f32, dash: vec4<f32>) -> f32 {
    let period = dash.x + dash.y + dash.z + dash.w;
    let m = s - period * floor(s / period);
    let third = dash.x + dash.y;
    let first_on = min(m, dash.x - m);
    let second_on = min(m - third, third + dash.z - m);
    // The next period's first dash begins here.
    let again = m - period;
    return clamp(max(max(first_on, second_on), again) + 0.5, 0.0, 1.0);
}

@fragment
fn fs_line(in: Stroke) -> @location(0) vec4<f32> {
    let p = in.at.xy;
    let d = distance_to(p, in.ab.xy, in.ab.zw);
    if d > in.how.x + 0.5 {
        discard;
    }
    if in.how.z > 0.0 && distance_to(p, in.ends.xy, in.ab.xy) < d {
        discard;
    }
    if in.how.w > 0.0 && distance_to(p, in.ab.zw, in.ends.zw) <= d {
        discard;
    }
    var cover = coverage(d, in.how.x);
    if in.dash.x > 0.0 {
        let ab = in.ab.zw - in.ab.xy;
        let l = max(length(ab), 1e-6);
        let along = dot(p - in.ab.xy, ab) / l;
        if in.how.z == 0.0 {
            cover *= clamp(along + 0.5, 0.0, 1.0);
        }
        if in.how.w == 0.0 {
            cover *= clamp(l - along + 0.5, 0.0, 1.0);
        }
        cover *= in_dash(in.how.y + clamp(along, 0.0, l), in.dash);
    }
    return in.color * cover;
}
