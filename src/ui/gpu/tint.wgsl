@group(2) @binding(0) var covered: texture_2d<f32>;

@fragment
fn fs_tint(in: Inside) -> @location(0) vec4<f32> {
    return in.color * textureLoad(covered, vec2<i32>(in.at.xy), 0).r;
}
