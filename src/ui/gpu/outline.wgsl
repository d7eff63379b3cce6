// Outlines of areas: strokes whose colour and width come from the area's class, by slot where there is one.

@vertex
fn vs_outline(in: Joint) -> Stroke {
    let kind = class_of(in.tag & 0xffffff7fu);
    return stroke(in, look.fills[kind].outline, look.fills[kind].more.y, vec4<f32>(0.0));
}

@vertex
fn vs_over_heat(in: Joint) -> Stroke {
    let kind = class_of(in.tag & 0xffffff7fu);
    let building = (kind >= 10u && kind <= 14u) || (kind >= 42u && kind < 50u);
    return stroke(in, look.over_heat, select(0.0, look.over_heat_more.x, building), vec4<f32>(0.0));
}
