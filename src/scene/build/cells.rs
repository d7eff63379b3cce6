//! Layers of one partition: cells with their bands, ground without a cell, borders by level.

use super::colours::CellColours;
use super::{Version, kept};
use crate::geom::Pt;
use crate::model::Id;
use crate::plan::Project;
use crate::scene::kinds::border_class;
use crate::scene::{Band, BandClass, Fill, FillClass, Layer, LayerKey, Line, LineClass, Stack};
use crate::topology::{Edge, OUTSIDE, Owner};
use std::collections::BTreeMap;
use std::sync::Arc;

type Rings = Vec<Vec<Pt>>;

/// Faces or borders of a layer.
const FACES: u32 = 64;
/// Parts of cells are told from parts of rows by this.
const PART: u32 = 0x4000_0000;

/// Fills and bands of the cells, the hatch over ground without one, and the borders of one layer of a plan, each border
/// once as that of the highest level that it divides. Layers of `before` with the same content are given back as they
/// are; colours stand in slots, so a cell that changes only its colour keeps its triangles (its band does not).
/// O(vertices).
pub fn cell_layers(
    project: &Project,
    plan: Id,
    layer: u16,
    colours: &CellColours,
    before: &[Arc<Layer>],
) -> Vec<Arc<Layer>> {
    let Some(l) = project.layer(plan, layer) else { return vec![] };
    let mut out = Vec::new();
    let mut faces: BTreeMap<u32, Vec<(Owner, Rings)>> = BTreeMap::new();
    for (i, f) in l.partition.faces().filter(|(_, f)| f.owner != OUTSIDE) {
        faces.entry(i / FACES).or_default().push((f.owner, l.partition.rings(i)));
    }
    for (chunk, faces) in faces {
        let part = PART | u32::from(layer) << 24 | chunk;
        let all = || faces.iter().flat_map(|(_, r)| r.iter().map(Vec::as_slice));
        let version = Version::new().with(faces.iter().map(|f| f.1.len()).collect::<Vec<_>>()).rings(all()).get();
        let class = |o: Owner| colours.tone(o).map_or(FillClass::Unassigned, FillClass::Cell);
        let slots: Vec<FillClass> = faces.iter().map(|f| class(f.0)).collect();
        let mut fills = kept(before, LayerKey { stack: Stack::CellFill, part }, version, || {
            let fill = |(slot, (owner, rings)): (u32, &(Owner, Rings))| Fill {
                rings: rings.clone(),
                class: class(*owner),
                slot,
            };
            let fills = (0u32..).zip(&faces).map(fill).collect();
            Layer::new(LayerKey { stack: Stack::CellFill, part }, version, fills, vec![], vec![])
        });
        if *fills.slots != slots {
            let of = Version::new().with(&slots).get();
            fills = Arc::new(Layer::clone(&fills).with_slots(Arc::new(slots.clone()), of));
        }
        out.push(fills);
        let version = Version::new().with(version).with(&slots).get();
        let bands = kept(before, LayerKey { stack: Stack::Band, part }, version, || {
            let mut bands = Vec::new();
            for (area, (owner, rings)) in (0u32..).zip(&faces) {
                if let Some(tone) = colours.tone(*owner) {
                    let class = BandClass::Cell(tone);
                    bands.extend(rings.iter().map(|r| Band { ring: r.clone(), class, area: chunk * FACES + area }));
                }
            }
            Layer::new(LayerKey { stack: Stack::Band, part }, version, vec![], bands, vec![])
        });
        out.push(bands);
    }
    let mut borders: BTreeMap<u32, Vec<(LineClass, &Edge)>> = BTreeMap::new();
    for (i, e) in l.partition.edges() {
        let (left, right) = l.partition.sides(e);
        if left != right {
            borders.entry(i / FACES).or_default().push((class_between(project, plan, layer, left, right), e));
        }
    }
    for (chunk, edges) in borders {
        let key = LayerKey { stack: Stack::Borders, part: PART | u32::from(layer) << 24 | chunk };
        let classes: Vec<LineClass> = edges.iter().map(|e| e.0).collect();
        let version = Version::new().with(&classes).rings(edges.iter().map(|e| &*e.1.points)).get();
        out.push(kept(before, key, version, || {
            let lines = edges.iter().map(|(class, e)| border_line(e, *class)).collect();
            Layer::new(key, version, vec![], vec![], lines)
        }));
    }
    out
}

/// A border as a line; one that closes on itself as a ring.
pub(super) fn border_line(e: &Edge, class: LineClass) -> Line {
    let mut points = e.points.to_vec();
    let closed = points.len() > 3 && points.first() == points.last();
    if closed {
        points.pop();
    }
    Line { points, closed, class, width_mm: 0 }
}

/// What the border between two owners is drawn as: that of the highest level on which they differ.
fn class_between(project: &Project, plan: Id, layer: u16, left: Owner, right: Owner) -> LineClass {
    let levels = project.facts.layers.get(layer as usize).map_or(&[][..], |d| &d.levels);
    let lowest = (levels.len().max(1) - 1) as u8;
    let class =
        |level: usize| levels.get(level).map_or(LineClass::Cell, |name| border_class(name, level as u8, lowest));
    if left == OUTSIDE || right == OUTSIDE {
        return class(0).max(LineClass::Community);
    }
    let Some(l) = project.layer(plan, layer) else { return class(lowest.into()) };
    let at = |o: Owner, level: u8| if Id(o).is_unit() { l.ancestor(Id(o), level) } else { None };
    let differ = (0..lowest).find(|&level| at(left, level) != at(right, level));
    class(differ.unwrap_or(lowest).into())
}
