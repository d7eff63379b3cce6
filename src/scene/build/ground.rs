//! Layers of rows: land use, water, roads, courtyards, buildings. They change only when rows do.

use super::Version;
use crate::geom::Pt;
use crate::model::{Field, Kind, RowRef, ShapeRef, Table};
use crate::plan::Project;
use crate::scene::kinds::{building_class, ground_class, line_stack, road_class};
use crate::scene::{Fill, FillClass, Layer, LayerKey, Line, LineClass, Stack};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows of a table that make one layer. Rows stand in Hilbert order, so these lie together on the ground.
pub const ROWS_A_LAYER: u32 = 2048;

/// The tables that are drawn as ground, in drawing order.
const DRAWN: [Kind; 7] =
    [Kind::Landuse, Kind::Water, Kind::Reference, Kind::Roads, Kind::Courtyards, Kind::Walls, Kind::Buildings];

/// All rows as layers of at most [`ROWS_A_LAYER`] rows. Layers of `before` whose rows are unchanged are given back as
/// they are (with the tint of their buildings). A building's fill has its slot less the first slot of its layer as slot;
/// the layer's key says which: part × [`ROWS_A_LAYER`] modulo 2^24. O(changed rows + all rows / 2048).
pub fn ground_layers(project: &Project, before: &[Arc<Layer>]) -> Vec<Arc<Layer>> {
    ground_layers_while(project, before, &|| true).unwrap_or_default()
}

/// The same; `None` as soon as `go_on`, asked for each layer, says no.
pub fn ground_layers_while(
    project: &Project,
    before: &[Arc<Layer>],
    go_on: &dyn Fn() -> bool,
) -> Option<Vec<Arc<Layer>>> {
    let mut old: BTreeMap<u32, Vec<&Arc<Layer>>> = BTreeMap::new();
    for l in before {
        old.entry(l.key.part).or_default().push(l);
    }
    let mut out = Vec::new();
    for (number, kind) in DRAWN.into_iter().enumerate() {
        let table = project.table(kind);
        for chunk in 0..table.end().div_ceil(ROWS_A_LAYER) {
            if !go_on() {
                return None;
            }
            let part = ((number as u32) << 24) | chunk;
            let version = version_of(table, chunk);
            let same = old.get(&part).map_or(&[][..], Vec::as_slice);
            let same: Vec<_> = same.iter().filter(|l| l.version == version).map(|l| (*l).clone()).collect();
            if same.is_empty() {
                out.extend(layers_of(table, chunk, part, version));
            } else {
                out.extend(same);
            }
        }
    }
    Some(out)
}

/// The first slot of the buildings of a layer; `None` if it holds no buildings.
pub(super) fn first_building(key: LayerKey) -> Option<u32> {
    let number = DRAWN.iter().position(|k| *k == Kind::Buildings)? as u32;
    (key.stack == Stack::Buildings && key.part >> 24 == number).then_some((key.part & 0xFF_FFFF) * ROWS_A_LAYER)
}

fn version_of(table: &Table, chunk: u32) -> u64 {
    let (start, end) = (chunk * ROWS_A_LAYER, (chunk + 1) * ROWS_A_LAYER);
    let mut v = Version::new().with(chunk);
    for p in segments_of(table, start, end) {
        v = v.with(p.segment.hash().0).with(p.base);
    }
    for (slot, row) in table.overlay().range(start..end) {
        v = v.with(slot).with(row.as_ref().map(|r| r.sum(table.kind())));
    }
    v.get()
}

/// The segments with slots of a range; they are ascending.
fn segments_of(table: &Table, start: u32, end: u32) -> impl Iterator<Item = &crate::model::Placed> {
    let all = table.segments();
    let from = all.partition_point(|p| p.base + p.segment.len() as u32 <= start);
    all.get(from..).unwrap_or_default().iter().take_while(move |p| p.base < end)
}

#[derive(Default)]
struct Shapes {
    fills: Vec<Fill>,
    lines: Vec<Line>,
}

fn layers_of(table: &Table, chunk: u32, part: u32, version: u64) -> Vec<Arc<Layer>> {
    let mut stacks: BTreeMap<Stack, Shapes> = BTreeMap::new();
    let first = chunk * ROWS_A_LAYER;
    for slot in first..(first + ROWS_A_LAYER).min(table.end()) {
        if let Some(row) = table.get(slot) {
            put(&mut stacks, table.kind(), slot - first, row);
        }
    }
    let layer =
        |(stack, s): (Stack, Shapes)| Arc::new(Layer::new(LayerKey { stack, part }, version, s.fills, vec![], s.lines));
    stacks.into_iter().map(layer).collect()
}

fn put(stacks: &mut BTreeMap<Stack, Shapes>, kind: Kind, slot: u32, row: RowRef<'_>) {
    let shape = row.shape();
    let word = row.text(Field::Kind).unwrap_or_default();
    match kind {
        Kind::Buildings => {
            let class = building_class(row.text(Field::Use).unwrap_or_default(), None);
            match (shape.tag, row.anchor()) {
                (1, Some(at)) => {
                    let spot = Fill { rings: vec![super::spot(at)], class, slot };
                    stacks.entry(Stack::Buildings).or_default().fills.push(spot);
                }
                _ => fill(stacks, Stack::Buildings, &shape, class, slot),
            }
        }
        Kind::Landuse => {
            if let Some((stack, class)) = ground_class(word) {
                fill(stacks, stack, &shape, class, crate::scene::NO_SLOT);
            }
        }
        Kind::Water => fill(stacks, Stack::Water, &shape, FillClass::Water, crate::scene::NO_SLOT),
        Kind::Reference => fill(stacks, Stack::Courtyards, &shape, FillClass::Reference, crate::scene::NO_SLOT),
        Kind::Roads if shape.tag == 3 => {
            fill(stacks, Stack::LandUse, &shape, FillClass::RoadArea, crate::scene::NO_SLOT)
        }
        Kind::Roads => {
            if let Some(class) = road_class(word) {
                lines(stacks, line_stack(class), &shape, class);
            }
        }
        Kind::Courtyards => lines(stacks, Stack::Courtyards, &shape, LineClass::Courtyard),
        Kind::Walls => lines(stacks, Stack::Courtyards, &shape, LineClass::Wall),
        Kind::Facilities | Kind::Incidents | Kind::Cells => {}
    }
}

fn fill(stacks: &mut BTreeMap<Stack, Shapes>, stack: Stack, shape: &ShapeRef<'_>, class: FillClass, slot: u32) {
    if shape.tag == 3 {
        let rings: Vec<Vec<Pt>> = shape.parts.iter().flatten().map(|r| r.to_vec()).collect();
        stacks.entry(stack).or_default().fills.push(Fill { rings, class, slot });
    }
}

fn lines(stacks: &mut BTreeMap<Stack, Shapes>, stack: Stack, shape: &ShapeRef<'_>, class: LineClass) {
    let closed = match shape.tag {
        2 => false,
        3 => true,
        _ => return,
    };
    for points in shape.parts.iter().flatten() {
        let line = Line { points: points.to_vec(), closed, class, width_mm: 0 };
        stacks.entry(stack).or_default().lines.push(line);
    }
}
