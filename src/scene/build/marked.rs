//! What the hand marks: the selected, the thing under the pointer, a staged edit with the buildings it moves.

use super::Version;
use super::cells::border_line;
use crate::assign::{Changes, Moved};
use crate::geom::{Pt, foot_on_segment, ring_area2};
use crate::model::{Id, Kind};
use crate::plan::{Layer as Ground, Patch, Project};
use crate::scene::{Band, BandClass, Fill, FillClass, Layer, LayerKey, Line, LineClass, Stack};
use crate::topology::Edge;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Marks of the hand are told from other parts by this.
const PART: u32 = 0x8000_0000;
/// And what is under the pointer, from those.
const HOVER: u32 = 2;

/// What is marked.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Marked {
    /// Selected units.
    pub units: Vec<Id>,
    /// Selected rows.
    pub rows: Vec<(Kind, u32)>,
}

/// The outline of the unit under the pointer. O(units + faces).
pub fn hover_layer(project: &Project, plan: Id, layer: u16, unit: Id) -> Option<Arc<Layer>> {
    let l = project.layer(plan, layer)?;
    let lines = border_of(l, unit).into_iter().map(|e| border_line(e, LineClass::Hover)).collect();
    let mut out = Layer::clone(&*made(Stack::Borders, vec![], vec![], lines)?);
    out.key.part = PART | HOVER;
    Some(Arc::new(out))
}

/// Outlines of the selected, and the band inside selected cells; at most two layers.
/// O(units + faces + what is marked).
pub fn marked_layers(project: &Project, plan: Id, layer: u16, marked: &Marked) -> Vec<Arc<Layer>> {
    let mut lines = Vec::new();
    let mut bands = Vec::new();
    if let Some(l) = project.layer(plan, layer) {
        for &u in &marked.units {
            lines.extend(border_of(l, u).into_iter().map(|e| border_line(e, LineClass::Selected)));
        }
        for &u in &marked.units {
            for (area, rings) in l.partition.polygons(u.0).into_iter().enumerate() {
                let class = BandClass::Selected;
                bands.extend(rings.into_iter().map(|ring| Band { ring, class, area: area as u32 }));
            }
        }
    }
    for (kind, slot) in &marked.rows {
        lines.extend(rings_of(project, *kind, *slot).into_iter().map(|r| Line::ring(r, LineClass::Selected)));
    }
    [made(Stack::Band, vec![], bands, vec![]), made(Stack::Borders, vec![], vec![], lines)]
        .into_iter()
        .flatten()
        .collect()
}

/// The borders round a unit's whole ground, ascending by slot. O(units + faces + its borders): all borders are many more.
fn border_of(l: &Ground, unit: Id) -> Vec<&Edge> {
    let mut own = BTreeSet::from([unit]);
    loop {
        let below = l.units.values().filter(|u| u.parent.is_some_and(|p| own.contains(&p)) && !own.contains(&u.id));
        let below: Vec<Id> = below.map(|u| u.id).collect();
        if below.is_empty() {
            break;
        }
        own.extend(below);
    }
    let p = &l.partition;
    let within = |face: u32| Id(p.owner(face)).is_unit() && own.contains(&Id(p.owner(face)));
    let faces = p.faces().filter(|(i, _)| within(*i));
    let halves = faces.flat_map(|(_, f)| &f.rings).flat_map(|&h| p.ring(h));
    let edges: BTreeSet<u32> = halves.filter(|h| !within(p.left(h.twin()))).map(|h| h.edge()).collect();
    edges.into_iter().filter_map(|e| p.edge(e)).collect()
}

/// A staged edit: the borders it leaves as ghosts, those it makes in the colour of the hand, and the buildings that
/// change hands; out or in as seen from the unit `from` (without one, all are marked as coming in).
/// `old` is the project before the edit, `new` after. O(change).
pub fn staged_layers(
    (old, new): (&Project, &Project),
    plan: Id,
    layer: u16,
    patch: &Patch,
    moved: &Changes,
    from: Option<Id>,
) -> Vec<Arc<Layer>> {
    let mut lines: Vec<Line> = Vec::new();
    for (_, _, p) in patch.partitions.iter().filter(|(p, l, _)| (*p, *l) == (plan, layer)) {
        for c in &p.edges {
            let points = |e: &Option<Edge>| e.as_ref().map(|e| e.points.clone());
            if points(&c.before) == points(&c.after) {
                continue;
            }
            let sides = |project: &Project, e: &Edge| {
                project.layer(plan, layer).map(|l| l.partition.sides(e)).filter(|(a, b)| a != b)
            };
            if let Some(e) = &c.before
                && sides(old, e).is_some()
            {
                lines.push(border_line(e, LineClass::Ghost));
            }
            if let Some(e) = &c.after
                && sides(new, e).is_some()
            {
                lines.push(border_line(e, LineClass::Staged));
            }
        }
    }
    let mut fills = Vec::new();
    let mut edges = Vec::new();
    for Moved { slot, from: was, .. } in &moved.buildings {
        let out = from.is_some_and(|u| *was == Some(u.0));
        let class = if out { LineClass::ChangedOut } else { LineClass::ChangedIn };
        let rings = rings_of(new, Kind::Buildings, *slot);
        edges.extend(rings.iter().map(|r| Line::ring(r.clone(), class)));
        fills.push(Fill::new(rings, FillClass::Moved));
    }
    [made(Stack::Borders, vec![], vec![], lines).map(renumbered), made(Stack::Changed, fills, vec![], edges)]
        .into_iter()
        .flatten()
        .collect()
}

/// Hatch over the ground of locked cells and units; none where nothing is locked. O(ground that is locked).
pub fn locked_layer(project: &Project, plan: Id, layer: u16) -> Option<Arc<Layer>> {
    let l = project.layer(plan, layer).filter(|l| !l.locks.units.is_empty())?;
    // A cell that is locked twice is hatched once.
    let above = |u: Id| l.chain(u).iter().skip(1).any(|x| l.locks.units.contains(&x.id));
    let fills = l.locks.units.iter().filter(|u| !above(**u)).flat_map(|&u| l.ground(u));
    let fills: Vec<Fill> = fills.map(|rings| Fill::new(rings, FillClass::Locked)).collect();
    // With the fills of the cells, which the panel switches, and after them.
    let mut hatch = Layer::clone(&*made(Stack::Band, fills, vec![], vec![])?);
    hatch.key.part += 2;
    Some(Arc::new(hatch))
}

/// Another part than that of the marks, so that both may stand in one scene.
fn renumbered(layer: Arc<Layer>) -> Arc<Layer> {
    let mut layer = Layer::clone(&layer);
    layer.key.part += 1;
    Arc::new(layer)
}

fn rings_of(project: &Project, kind: Kind, slot: u32) -> Vec<Vec<Pt>> {
    let Some(row) = project.table(kind).get(slot) else { return vec![] };
    let shape = row.shape();
    if let (1, Kind::Buildings, Some(at)) = (shape.tag, kind, row.anchor()) {
        return vec![super::spot(at)];
    }
    if shape.tag != 3 {
        return vec![];
    }
    shape.parts.iter().flatten().filter(|r| ring_area2(r) != 0).map(|r| r.to_vec()).collect()
}

/// How far a tether reaches beyond the border of its cell, so that it is seen to end there, mm.
const INTO_MM: f64 = 5_000.0;

/// Tethers: from each building that is pinned to a cell and does not stand there to the nearest place of the cell. None where
/// there is none. O(pins · borders of their cells).
pub fn tether_layer(project: &Project, plan: Id, layer: u16) -> Option<Arc<Layer>> {
    let l = project.layer(plan, layer).filter(|l| !l.pins.is_empty())?;
    let table = project.table(Kind::Buildings);
    let mut borders: BTreeMap<Id, Vec<&Edge>> = BTreeMap::new();
    let mut lines = Vec::new();
    for (&slot, &unit) in l.pins.iter() {
        let Some(at) = table.get(slot).and_then(|r| r.anchor()) else { continue };
        let owner = |q: Pt| l.partition.owner(l.partition.locate(q));
        if owner(at) == unit.0 {
            continue;
        }
        let edges = borders.entry(unit).or_insert_with(|| border_of(l, unit));
        let feet = edges.iter().flat_map(|e| e.points.windows(2)).map(|w| foot_on_segment(at, w[0], w[1]));
        let Some(foot) = feet.min_by_key(|q| q.dist2(at)) else { continue };
        let d = at.dist(foot).max(1.0);
        let on = |from: i32, to: i32| (f64::from(to) + (f64::from(to) - f64::from(from)) * INTO_MM / d).round() as i32;
        let beyond = Pt { x: on(at.x, foot.x), y: on(at.y, foot.y) };
        let end = if owner(beyond) == unit.0 { beyond } else { foot };
        lines.push(Line { points: vec![at, end], closed: false, class: LineClass::Tether, width_mm: 0 });
    }
    made(Stack::Handles, vec![], vec![], lines)
}

fn made(stack: Stack, fills: Vec<Fill>, bands: Vec<Band>, lines: Vec<Line>) -> Option<Arc<Layer>> {
    if fills.is_empty() && bands.is_empty() && lines.is_empty() {
        return None;
    }
    let classes: Vec<LineClass> = lines.iter().map(|l| l.class).collect();
    let v = Version::new().with(&classes).rings(lines.iter().map(|l| l.points.as_slice()));
    let v = v.rings(bands.iter().map(|b| b.ring.as_slice()));
    let v = v.rings(fills.iter().flat_map(|f| &f.rings).map(Vec::as_slice));
    Some(Arc::new(Layer::new(LayerKey { stack, part: PART }, v.get(), fills, bands, lines)))
}
