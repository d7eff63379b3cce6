//! Layers of one partition: cells with their bands, ground without a cell, borders by level.

use super::Version;
use super::colours::CellColours;
use crate::geom::Pt;
use crate::model::Id;
use crate::plan::Project;
use crate::scene::kinds::border_class;
use crate::scene::{Band, BandClass, Fill, FillClass, Layer, LayerKey, Line, LineClass, Stack};
use crate::topology::{Edge, OUTSIDE, Owner, Partition, PartitionPatch, WORLD};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

type Rings = Vec<Vec<Pt>>;

/// Faces or borders of a layer.
const FACES: u32 = 32;
/// Parts of cells are told from parts of rows by this.
const PART: u32 = 0x4000_0000;

/// Faces and borders of a partition that changed since layers of it were made.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    faces: BTreeSet<u32>,
    edges: BTreeSet<u32>,
}

impl Touched {
    /// What a patch changes. `now`: the partition with the patch or without it. O(change).
    pub fn patch(&mut self, patch: &PartitionPatch, now: &Partition) {
        for c in &patch.edges {
            self.edges.insert(c.slot / FACES);
            // A point more on a border changes the ground beside it, but neither its area nor its rings.
            let beside = [&c.before, &c.after].into_iter().flatten().flat_map(|e| [e.left, e.right]);
            self.faces.extend(beside.filter(|f| *f != WORLD).map(|f| f / FACES));
        }
        for c in &patch.faces {
            self.face(c.slot, now);
        }
    }

    /// A face with the borders round it.
    pub fn face(&mut self, face: u32, now: &Partition) {
        self.faces.insert(face / FACES);
        // The world's border is that of all the rest.
        if let Some(f) = now.face(face).filter(|_| face != WORLD) {
            let halves = f.rings.iter().flat_map(|&h| now.ring(h));
            self.edges.extend(halves.map(|h| h.edge() / FACES));
        }
    }

    /// What another has, too.
    pub fn join(&mut self, other: &Touched) {
        self.faces.extend(&other.faces);
        self.edges.extend(&other.edges);
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.faces.is_empty() && self.edges.is_empty()
    }

    /// How many layers there are to be made anew, at most.
    pub fn layers(&self) -> usize {
        2 * self.faces.len() + self.edges.len()
    }
}

/// Layers by their keys.
pub type ByKey = BTreeMap<LayerKey, Arc<Layer>>;

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
    let mut layers: ByKey = before.iter().map(|l| (l.key, l.clone())).collect();
    cell_layers_anew(&mut layers, project, plan, layer, colours);
    layers.into_values().collect()
}

/// Makes `layers` those of one layer of a plan, as [`cell_layers`] does.
pub fn cell_layers_anew(layers: &mut ByKey, project: &Project, plan: Id, layer: u16, colours: &CellColours) {
    let Some(l) = project.layer(plan, layer) else { return layers.clear() };
    layers.retain(|k, _| k.part & !0xFF_FFFF == part(layer, 0));
    let mut all = Touched::default();
    let chunks = |slots: &dyn Fn(&mut dyn FnMut(u32))| {
        let mut out = BTreeSet::new();
        slots(&mut |i| {
            out.insert(i / FACES);
        });
        out
    };
    all.faces = chunks(&|f| l.partition.faces().for_each(|(i, _)| f(i)));
    all.edges = chunks(&|f| l.partition.edges().for_each(|(i, _)| f(i)));
    layers.retain(|k, _| match k.stack {
        Stack::Borders => all.edges.contains(&(k.part & 0xFF_FFFF)),
        _ => all.faces.contains(&(k.part & 0xFF_FFFF)),
    });
    touch_cells(layers, project, plan, layer, colours, &all);
}

/// Brings `layers` (of [`cell_layers`]) up to date where something changed. O(vertices of the layers touched).
pub fn touch_cells(
    layers: &mut ByKey,
    project: &Project,
    plan: Id,
    layer: u16,
    colours: &CellColours,
    touched: &Touched,
) {
    let Some(l) = project.layer(plan, layer) else { return };
    let slots = |chunk: u32| chunk * FACES..(chunk + 1) * FACES;
    for &chunk in &touched.faces {
        let faces = slots(chunk).filter_map(|i| Some((i, l.partition.face(i)?))).filter(|(_, f)| f.owner != OUTSIDE);
        let faces: Vec<(Owner, Rings)> = faces.map(|(i, f)| (f.owner, l.partition.rings(i))).collect();
        ground_of(layers, part(layer, chunk), chunk, &faces, colours);
    }
    for &chunk in &touched.edges {
        let edges = slots(chunk).filter_map(|i| l.partition.edge(i)).filter_map(|e| {
            let (left, right) = l.partition.sides(e);
            (left != right).then(|| (class_between(project, plan, layer, left, right), e))
        });
        borders_of(layers, part(layer, chunk), &edges.collect::<Vec<_>>());
    }
}

fn part(layer: u16, chunk: u32) -> u32 {
    PART | u32::from(layer) << 24 | chunk
}

/// Fills and bands of a few faces.
fn ground_of(layers: &mut ByKey, part: u32, chunk: u32, faces: &[(Owner, Rings)], colours: &CellColours) {
    let key = LayerKey { stack: Stack::CellFill, part };
    let band = LayerKey { stack: Stack::Band, part };
    if faces.is_empty() {
        layers.remove(&key);
        layers.remove(&band);
        return;
    }
    let all = || faces.iter().flat_map(|(_, r)| r.iter().map(Vec::as_slice));
    let version = Version::new().with(faces.iter().map(|f| f.1.len()).collect::<Vec<_>>()).rings(all()).get();
    let class = |o: Owner| colours.tone(o).map_or(FillClass::Unassigned, FillClass::Cell);
    let slots: Vec<FillClass> = faces.iter().map(|f| class(f.0)).collect();
    let mut fills = kept_of(layers, key, version, || {
        let fill =
            |(slot, (owner, rings)): (u32, &(Owner, Rings))| Fill { rings: rings.clone(), class: class(*owner), slot };
        let fills = (0u32..).zip(faces).map(fill).collect();
        Layer::new(key, version, fills, vec![], vec![])
    });
    if *fills.slots != slots {
        let of = Version::new().with(&slots).get();
        fills = Arc::new(Layer::clone(&fills).with_slots(Arc::new(slots.clone()), of));
    }
    layers.insert(key, fills);
    let version = Version::new().with(version).with(&slots).get();
    let bands = kept_of(layers, band, version, || {
        let mut bands = Vec::new();
        for (area, (owner, rings)) in (0u32..).zip(faces) {
            if let Some(tone) = colours.tone(*owner) {
                let class = BandClass::Cell(tone);
                bands.extend(rings.iter().map(|r| Band { ring: r.clone(), class, area: chunk * FACES + area }));
            }
        }
        Layer::new(band, version, vec![], bands, vec![])
    });
    layers.insert(band, bands);
}

fn borders_of(layers: &mut ByKey, part: u32, edges: &[(LineClass, &Edge)]) {
    let key = LayerKey { stack: Stack::Borders, part };
    if edges.is_empty() {
        layers.remove(&key);
        return;
    }
    let classes: Vec<LineClass> = edges.iter().map(|e| e.0).collect();
    let version = Version::new().with(&classes).rings(edges.iter().map(|e| &*e.1.points)).get();
    let borders = kept_of(layers, key, version, || {
        let lines = edges.iter().map(|(class, e)| border_line(e, *class)).collect();
        Layer::new(key, version, vec![], vec![], lines)
    });
    layers.insert(key, borders);
}

/// The layer that is there if it is the same as the one that `make` would make, or the new one.
fn kept_of(layers: &ByKey, key: LayerKey, version: u64, make: impl FnOnce() -> Layer) -> Arc<Layer> {
    layers.get(&key).filter(|l| l.version == version).cloned().unwrap_or_else(|| Arc::new(make()))
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
