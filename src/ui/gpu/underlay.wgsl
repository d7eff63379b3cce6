// A scanned plan: each pixel finds its place in the picture, so that nothing trembles however large the picture is.

struct Plan {
    // Pixels of the view: left, top, right, bottom.
    rect: vec4<f32>,
    // u and v that a pixel to the right adds, then one down.
    steps: vec4<f32>,
    // u and v in the middle of the view, then of the picture's far edge.
    middle: vec4<f32>,
    // Opacity.
    more: vec4<f32>,
};

@group(2) @binding(0) var pixels: texture_2d<f32>;
@group(2) @binding(1) var smooth_: sampler;
@group(2) @binding(2) var<uniform> plan: Plan;

@vertex
fn vs_plan(@builtin(vertex_index) i: u32) -> @builtin(position) vec4<f32> {
    let x = select(plan.rect.x, plan.rect.z, (i & 1u) == 1u);
    let y = select(plan.rect.y, plan.rect.w, (i >> 1u) == 1u);
    return to_clip(vec2<f32>(x, y));
}

// How much of a pixel lies between 0 and the edge, where a pixel is `step` long.
fn within(t: f32, edge: f32, step: f32) -> f32 {
    return clamp(min(t, edge - t) / step + 0.5, 0.0, 1.0);
}

@fragment
fn fs_plan(@builtin(position) at: vec4<f32>) -> @location(0) vec4<f32> {
    let p = at.xy - look.frame.xy / 2.0;
    let uv = plan.middle.xy + plan.steps.xy * p.x + plan.steps.zw * p.y;
    let color = textureSampleGrad(pixels, smooth_, uv, plan.steps.xy, plan.steps.zw);
    let du = max(length(vec2<f32>(plan.steps.x, plan.steps.z)), 1e-20);
    let dv = max(length(vec2<f32>(plan.steps.y, plan.steps.w)), 1e-20);
    return color * (within(uv.x, plan.middle.z, du) * within(uv.y, plan.middle.w, dv) * plan.more.x);
}
