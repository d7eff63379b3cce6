//! From shapes to triangles and joints, without a GPU.
//!
//! A chunk is a run of a layer's shapes that lie together. Its coordinates are metres from its own origin in `f32`,
//! so that they are exact to well under a millimetre wherever it lies; the camera is subtracted in `f64` per chunk.

use super::class::{band_id, fill_id, line_id};
use crate::geom::{Box2, Pt, ring_contains};
use crate::scene::{BandClass, Fill, FillClass, Layer, LineClass, NO_SLOT, Stack};
use bytemuck::{Pod, Zeroable};
use earcut::Earcut;
use std::ops::Range;

/// Most shapes of a chunk: as many as the scene puts into a layer of rows.
pub const MOST_SHAPES: usize = 2048;
/// Most points of a chunk, if it holds more than one shape.
const MOST_POINTS: usize = 32_000;
/// In a tag: no segment starts at this joint.
const STOP: u32 = 128;
/// Steps of the level of detail: shapes of at least 4^k m².
const STEPS: usize = 12;

/// A corner of a triangle.
#[derive(Clone, Copy, Pod, Zeroable, Debug, PartialEq)]
#[repr(C)]
pub struct Corner {
    /// Metres east and north of the chunk's origin.
    pub at: [f32; 2],
    /// Class in the low byte; above it the slot, or the number of the area of a band.
    pub tag: u32,
}

/// A point of a chain of segments. Four in a row make an instance: before, a, b, after.
#[derive(Clone, Copy, Pod, Zeroable, Debug, PartialEq)]
#[repr(C)]
pub struct Joint {
    /// Metres east and north of the chunk's origin.
    pub at: [f32; 2],
    /// Metres along the line from its start.
    pub arc: f32,
    /// Class and [`STOP`] in the low byte; above it the slot, the area's number or the width in mm.
    pub tag: u32,
}

/// What of a layer a chunk holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// Fills and their outlines.
    Fills,
    /// Lines.
    Lines,
    /// Bands of cells.
    CellBands,
    /// Bands of selected cells: painted over the others, so clipped on their own.
    SelectedBands,
}

/// A run of shapes.
#[derive(Clone, PartialEq, Debug)]
pub struct Run {
    /// What they are.
    pub part: Part,
    /// Which, in painting order: places in [`Order`].
    pub shapes: Range<usize>,
    /// Box round them, mm.
    pub bounds: Box2,
}

/// The shapes of a layer in the order of its chunks.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// Indices into [`Layer::fills`].
    pub fills: Vec<u32>,
    /// Indices into [`Layer::lines`].
    pub lines: Vec<u32>,
    /// Bands by area: indices into [`Layer::bands`], and the number of the area in the picture (from 1).
    pub bands: Vec<(u32, u16)>,
    /// The chunks.
    pub runs: Vec<Run>,
}

impl Order {
    /// How many areas have bands of a part.
    pub fn areas(&self, part: Part) -> u32 {
        let last = self.runs.iter().rfind(|r| r.part == part).and_then(|r| self.bands.get(r.shapes.end - 1));
        last.map_or(0, |b| u32::from(b.1))
    }
}

/// Triangles and joints of a chunk.
#[derive(Clone, Debug, Default)]
pub struct Mesh {
    /// Where its coordinates are measured from.
    pub origin: Pt,
    /// Corners of triangles.
    pub corners: Vec<Corner>,
    /// Three a triangle.
    pub indices: Vec<u32>,
    /// How many indices belong to shapes of at least 4^k m² (buildings only: there the order does not matter).
    pub steps: [u32; STEPS],
    /// Outlines of fills, edges of bands, or lines.
    pub joints: Vec<Joint>,
    /// Lines of each class: instances.
    pub classes: Vec<(LineClass, Range<u32>)>,
}

/// Cuts a layer into chunks. Few shapes keep their order; of many, those of one class lie in any order (sorted along
/// a Hilbert curve), the classes in theirs. O(n log n).
pub fn order(layer: &Layer) -> Order {
    let mut out = Order::default();
    let boxes: Vec<Box2> = layer.fills.iter().map(|f| Box2::of(f.rings.iter().flatten())).collect();
    let buildings = layer.key.stack == Stack::Buildings;
    out.fills = sorted(layer, &boxes, |i| if buildings { 0 } else { u64::from(fill_id(layer.fills[i].class)) });
    let points = |f: &Fill| f.rings.iter().map(Vec::len).sum();
    cut(&mut out.runs, Part::Fills, &out.fills, |i| (boxes[i], points(&layer.fills[i])));

    let boxes: Vec<Box2> = layer.lines.iter().map(|l| Box2::of(&l.points)).collect();
    out.lines = sorted(layer, &boxes, |_| 0);
    cut(&mut out.runs, Part::Lines, &out.lines, |i| (boxes[i], layer.lines[i].points.len()));

    for part in [Part::CellBands, Part::SelectedBands] {
        let chosen = part == Part::SelectedBands;
        let mut of: Vec<u32> = (0..layer.bands.len() as u32)
            .filter(|&i| (layer.bands[i as usize].class == BandClass::Selected) == chosen)
            .collect();
        of.sort_by_key(|&i| layer.bands[i as usize].area);
        let start = out.bands.len();
        let mut number = 0u16;
        for (k, &i) in of.iter().enumerate() {
            // A chunk never ends inside an area.
            if k == 0 || layer.bands[i as usize].area != layer.bands[of[k - 1] as usize].area {
                number = number.wrapping_add(1).max(1);
            }
            out.bands.push((i, number));
        }
        let (mut from, mut bounds, mut points) = (start, Box2::EMPTY, 0);
        for k in start..out.bands.len() {
            let ring = &layer.bands[out.bands[k].0 as usize].ring;
            if k > from && points + ring.len() > MOST_POINTS && out.bands[k].1 != out.bands[k - 1].1 {
                out.runs.push(Run { part, shapes: from..k, bounds });
                (from, bounds, points) = (k, Box2::EMPTY, 0);
            }
            bounds = bounds.union(Box2::of(ring));
            points += ring.len();
        }
        if out.bands.len() > from {
            out.runs.push(Run { part, shapes: from..out.bands.len(), bounds });
        }
    }
    out
}

/// The indices of shapes: as they are if few, else by rank, then along the curve.
fn sorted(layer: &Layer, boxes: &[Box2], rank: impl Fn(usize) -> u64) -> Vec<u32> {
    if boxes.len() <= MOST_SHAPES {
        return (0..boxes.len() as u32).collect();
    }
    let b = layer.bounds;
    let scale = 65_535.0 / (b.width().max(b.height()).max(1) as f64);
    let key = |i: usize| {
        let c = boxes[i].centre();
        let place = |v: i32, min: i32| (f64::from(v) - f64::from(min)) * scale;
        let at = if boxes[i].is_empty() { 0 } else { hilbert(place(c.x, b.min.x) as u32, place(c.y, b.min.y) as u32) };
        rank(i) << 32 | u64::from(at)
    };
    let mut keyed: Vec<(u64, u32)> = (0..boxes.len()).map(|i| (key(i), i as u32)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|k| k.1).collect()
}

/// Place along the Hilbert curve of 2^16 × 2^16 cells (Hilbert 1891; the usual iteration from the top bit down).
fn hilbert(x: u32, y: u32) -> u32 {
    let (mut x, mut y, mut d) = (x & 0xFFFF, y & 0xFFFF, 0u32);
    for bit in (0..16).rev() {
        let s = 1 << bit;
        let (rx, ry) = (u32::from(x & s > 0), u32::from(y & s > 0));
        d |= ((3 * rx) ^ ry) << (2 * bit);
        if ry == 0 {
            if rx == 1 {
                (x, y) = (!x & 0xFFFF, !y & 0xFFFF);
            }
            (x, y) = (y, x);
        }
    }
    d
}

fn cut(runs: &mut Vec<Run>, part: Part, order: &[u32], of: impl Fn(usize) -> (Box2, usize)) {
    let (mut from, mut bounds, mut points) = (0, Box2::EMPTY, 0);
    for (k, &i) in order.iter().enumerate() {
        let (b, n) = of(i as usize);
        if k > from && (k - from >= MOST_SHAPES || points + n > MOST_POINTS) {
            runs.push(Run { part, shapes: from..k, bounds });
            (from, bounds, points) = (k, Box2::EMPTY, 0);
        }
        bounds = bounds.union(b);
        points += n;
    }
    if order.len() > from {
        runs.push(Run { part, shapes: from..order.len(), bounds });
    }
}

/// Triangles and joints of one chunk. `outlines`: also those of fills. Linear in the points but for the triangulation.
pub fn build(layer: &Layer, order: &Order, run: &Run, outlines: bool) -> Mesh {
    let mut maker = Maker {
        mesh: Mesh { origin: run.bounds.centre(), ..Mesh::default() },
        earcut: Earcut::new(),
        flat: Vec::new(),
        triangles: Vec::new(),
    };
    match run.part {
        Part::Fills => {
            let mut fills: Vec<&Fill> =
                order.fills[run.shapes.clone()].iter().map(|&i| &layer.fills[i as usize]).collect();
            let buildings = layer.key.stack == Stack::Buildings;
            if buildings {
                fills.sort_by_cached_key(|f| std::cmp::Reverse((area_m2(f) * 100.0) as u64));
            }
            for f in fills {
                let slot = if f.slot == NO_SLOT { 0xFF_FFFF } else { f.slot.min(0xFF_FFFE) };
                let tag = u32::from(fill_id(f.class)) | slot << 8;
                let rings: Vec<&[Pt]> = f.rings.iter().map(Vec::as_slice).collect();
                maker.area(&rings, tag);
                if buildings {
                    let area = area_m2(f);
                    for (k, step) in maker.mesh.steps.iter_mut().enumerate() {
                        if area >= 4f64.powi(k as i32) {
                            *step = maker.mesh.indices.len() as u32;
                        }
                    }
                }
                if outlines && (f.slot != NO_SLOT || may_be_outlined(f.class)) {
                    rings.iter().for_each(|r| maker.chain(r, true, tag));
                }
            }
        }
        Part::Lines => {
            let mut lines: Vec<u32> = order.lines[run.shapes.clone()].to_vec();
            lines.sort_by_key(|&i| layer.lines[i as usize].class);
            for i in lines {
                let line = &layer.lines[i as usize];
                let start = maker.mesh.joints.len() as u32;
                maker.chain(&line.points, line.closed, line_id(line.class) | line.width_mm.min(0xFF_FFFF) << 8);
                let end = (maker.mesh.joints.len() as u32).saturating_sub(3);
                match maker.mesh.classes.last_mut() {
                    Some((class, range)) if *class == line.class => range.end = end.max(range.end),
                    _ if end > start => maker.mesh.classes.push((line.class, start..end)),
                    _ => {}
                }
            }
        }
        Part::CellBands | Part::SelectedBands => {
            let bands = &order.bands[run.shapes.clone()];
            for group in bands.chunk_by(|a, b| a.1 == b.1) {
                let rings: Vec<&[Pt]> = group.iter().map(|b| layer.bands[b.0 as usize].ring.as_slice()).collect();
                let Some(first) = group.first() else { continue };
                let tag = band_id(layer.bands[first.0 as usize].class) | u32::from(first.1) << 8;
                maker.area(&rings, tag);
                rings.iter().for_each(|r| maker.chain(r, true, tag));
            }
        }
    }
    maker.mesh
}

/// Whether some style outlines the class.
fn may_be_outlined(class: FillClass) -> bool {
    use FillClass::{Gathered, RoadArea, Unassigned, Water};
    class.is_building() || matches!(class, Water | RoadArea | Unassigned | Gathered(_))
}

fn area_m2(f: &Fill) -> f64 {
    f.rings.first().map_or(0.0, |r| crate::geom::ring_area2(r).unsigned_abs() as f64 / 2e6)
}

struct Maker {
    mesh: Mesh,
    earcut: Earcut<f64>,
    flat: Vec<[f64; 2]>,
    triangles: Vec<u32>,
}

impl Maker {
    fn local(&self, p: Pt) -> [f64; 2] {
        let o = self.mesh.origin;
        [(f64::from(p.x) - f64::from(o.x)) / 1000.0, (f64::from(p.y) - f64::from(o.y)) / 1000.0]
    }

    /// An even-odd area of any number of rings.
    fn area(&mut self, rings: &[&[Pt]], tag: u32) {
        if let [ring] = rings {
            return self.polygon(&[ring], tag);
        }
        for polygon in polygons(rings) {
            self.polygon(&polygon, tag);
        }
    }

    /// An outer ring and its holes.
    fn polygon(&mut self, rings: &[&[Pt]], tag: u32) {
        self.flat.clear();
        let mut holes: Vec<u32> = Vec::new();
        for (k, ring) in rings.iter().enumerate().filter(|(_, r)| r.len() >= 3) {
            if k > 0 {
                holes.push(self.flat.len() as u32);
            }
            for &p in *ring {
                let q = self.local(p);
                self.flat.push(q);
            }
        }
        let base = self.mesh.corners.len() as u32;
        let at = |p: &[f64; 2]| Corner { at: [p[0] as f32, p[1] as f32], tag };
        if holes.is_empty() && self.flat.len() == 4 && convex(&self.flat) {
            self.mesh.indices.extend([0, 1, 2, 0, 2, 3].map(|i| base + i));
        } else {
            self.earcut.earcut(self.flat.iter().copied(), &holes, &mut self.triangles);
            self.mesh.indices.extend(self.triangles.iter().map(|i| base + i));
        }
        self.mesh.corners.extend(self.flat.iter().map(at));
    }

    /// The joints of a chain, so that instance i reads joints i to i + 3.
    fn chain(&mut self, points: &[Pt], closed: bool, tag: u32) {
        let mut points: Vec<Pt> = points.to_vec();
        points.dedup();
        while closed && points.len() > 1 && points.first() == points.last() {
            points.pop();
        }
        let (Some(&first), Some(&last)) = (points.first(), points.last()) else { return };
        if points.len() < 2 {
            return;
        }
        let closed = closed && points.len() > 2;
        let mut arc = 0.0;
        let joint = |p: Pt, arc: f64, stop: u32, maker: &Maker| {
            let q = maker.local(p);
            Joint { at: [q[0] as f32, q[1] as f32], arc: arc as f32, tag: tag | stop }
        };
        self.mesh.joints.push(joint(if closed { last } else { first }, 0.0, STOP, self));
        for k in 0..points.len() {
            if k > 0 {
                arc += points[k].dist(points[k - 1]) / 1000.0;
            }
            let stop = if !closed && k + 1 == points.len() { STOP } else { 0 };
            self.mesh.joints.push(joint(points[k], arc, stop, self));
        }
        if closed {
            self.mesh.joints.push(joint(first, 0.0, STOP, self));
            self.mesh.joints.push(joint(points[1], 0.0, STOP, self));
        } else {
            self.mesh.joints.push(joint(last, 0.0, STOP, self));
        }
    }
}

fn convex(p: &[[f64; 2]]) -> bool {
    let turn = |i: usize| {
        let (a, b, c) = (p[i], p[(i + 1) % 4], p[(i + 2) % 4]);
        (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])
    };
    let turns = [0, 1, 2, 3].map(turn);
    turns.iter().all(|&t| t >= 0.0) || turns.iter().all(|&t| t <= 0.0)
}

/// Sorts rings into polygons by how deep they lie in one another: even = outer ring, odd = hole of the ring round it.
/// O(n²) tests of boxes; rings that touch are judged by the majority of their points.
fn polygons<'a>(rings: &[&'a [Pt]]) -> Vec<Vec<&'a [Pt]>> {
    let boxes: Vec<Box2> = rings.iter().map(|r| Box2::of(*r)).collect();
    let inside = |inner: usize, outer: usize| {
        let (a, b) = (&boxes[inner], &boxes[outer]);
        if inner == outer || !(b.contains(a.min) && b.contains(a.max)) {
            return false;
        }
        let step = (rings[inner].len() / 7).max(1);
        let (mut tried, mut held) = (0, 0);
        for &p in rings[inner].iter().step_by(step) {
            tried += 1;
            held += i32::from(ring_contains(rings[outer], p));
        }
        2 * held > tried
    };
    let round: Vec<Vec<usize>> =
        (0..rings.len()).map(|i| (0..rings.len()).filter(|&o| inside(i, o)).collect()).collect();
    let mut out: Vec<Vec<&[Pt]>> = Vec::new();
    let mut place = vec![usize::MAX; rings.len()];
    for i in (0..rings.len()).filter(|&i| round[i].len().is_multiple_of(2)) {
        place[i] = out.len();
        out.push(vec![rings[i]]);
    }
    for i in (0..rings.len()).filter(|&i| !round[i].len().is_multiple_of(2)) {
        // The deepest of the rings round it.
        if let Some(&o) = round[i].iter().max_by_key(|&&o| round[o].len())
            && let Some(polygon) = out.get_mut(place[o])
        {
            polygon.push(rings[i]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::pt;
    use crate::scene::{LayerKey, Line};

    fn square(x: i32, y: i32, r: i32) -> Vec<Pt> {
        vec![pt(x - r, y - r), pt(x + r, y - r), pt(x + r, y + r), pt(x - r, y + r)]
    }

    fn meshes(layer: &Layer) -> Vec<Mesh> {
        let order = order(layer);
        order.runs.iter().map(|r| build(layer, &order, r, true)).collect()
    }

    fn area_m2(mesh: &Mesh) -> f64 {
        let at = |i: u32| mesh.corners[i as usize].at.map(f64::from);
        let twice = |t: &[u32]| {
            let (a, b, c) = (at(t[0]), at(t[1]), at(t[2]));
            ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])).abs()
        };
        mesh.indices.chunks_exact(3).map(twice).sum::<f64>() / 2.0
    }

    fn layer(stack: Stack, fills: Vec<Fill>, lines: Vec<Line>) -> Layer {
        Layer::new(LayerKey { stack, part: 0 }, 1, fills, vec![], lines)
    }

    #[test]
    fn holes_islands_and_parts_are_found_whatever_their_order_and_direction() {
        let mut island = square(0, 0, 10_000);
        island.reverse();
        let rings = vec![
            square(0, 0, 20_000),
            square(200_000, 0, 5_000),
            island,
            square(0, 0, 40_000),
            square(4_000, 0, 2_000),
        ];
        let fills = vec![Fill::new(rings, FillClass::Green)];
        let made = meshes(&layer(Stack::Green, fills, vec![]));
        let want = 80.0 * 80.0 - 40.0 * 40.0 + 20.0 * 20.0 - 4.0 * 4.0 + 10.0 * 10.0;
        assert!((area_m2(&made[0]) - want).abs() < 1e-3, "{}", area_m2(&made[0]));
    }

    #[test]
    fn every_segment_is_one_instance_and_knows_its_neighbours() {
        let p = [pt(0, 0), pt(3_000, 0), pt(3_000, 4_000), pt(9_000, 4_000)];
        let lines = vec![
            Line::ring(p.to_vec(), LineClass::Cell),
            Line::open(vec![p[0], p[0], p[1], p[2], p[2], p[3]], LineClass::Lane),
            Line::open(vec![p[0]], LineClass::Lane),
        ];
        let made = meshes(&layer(Stack::Roads, vec![], lines));
        let mesh = &made[0];
        let of = |class: LineClass| {
            let (_, range) = mesh.classes.iter().find(|c| c.0 == class).unwrap();
            let windows: Vec<&[Joint]> = mesh.joints.windows(4).collect();
            windows[range.start as usize..range.end as usize].iter().filter(|w| w[1].tag & STOP == 0).copied().collect()
        };
        let open: Vec<&[Joint]> = of(LineClass::Lane);
        assert_eq!(open.len(), 3);
        assert_eq!(open.iter().map(|w| w[1].arc).collect::<Vec<_>>(), [0.0, 3.0, 7.0]);
        // A line's ends are their own neighbours: there it is round.
        assert!(open[0][0].at == open[0][1].at && open[2][2].at == open[2][3].at);
        assert!(open[1][0].at == open[0][1].at && open[1][3].at == open[2][2].at);
        let ring: Vec<&[Joint]> = of(LineClass::Cell);
        assert_eq!(ring.len(), 4);
        assert!(ring[0][0].at == ring[3][1].at && ring[3][2].at == ring[0][1].at && ring[3][3].at == ring[0][2].at);
    }

    #[test]
    fn many_shapes_make_chunks_that_lie_together_and_lose_none() {
        let n = 9_000;
        let fills: Vec<Fill> = (0..n)
            .map(|i| Fill::new(vec![square(i * 7919 % 95 * 30_000, i / 95 * 30_000, 500 + i)], FillClass::Commercial))
            .collect();
        let layer = layer(Stack::Buildings, fills, vec![]);
        let order = order(&layer);
        let mut all = order.fills.clone();
        all.sort_unstable();
        assert!(all.iter().copied().eq(0..n as u32));
        assert!(order.runs.len() >= 5 && order.runs.iter().all(|r| r.shapes.len() <= MOST_SHAPES));
        let whole = layer.bounds.width() as f64 * layer.bounds.height() as f64;
        let sum: f64 = order.runs.iter().map(|r| r.bounds.width() as f64 * r.bounds.height() as f64).sum();
        assert!(sum < 2.0 * whole, "chunks overlap little: {}", sum / whole);
        // Larger buildings first; the steps count them.
        let mesh = build(&layer, &order, &order.runs[0], false);
        assert!(mesh.joints.is_empty() && mesh.steps[0] as usize == mesh.indices.len());
        assert!(mesh.steps.windows(2).all(|w| w[0] >= w[1]) && mesh.steps[11] == 0);
    }

    #[test]
    fn coordinates_keep_their_millimetres_far_from_the_origin() {
        let far = 1_073_000_000;
        let ring = vec![pt(far, -far), pt(far + 1, -far), pt(far + 1_001, -far + 777), pt(far, -far + 3)];
        let made = meshes(&layer(Stack::Green, vec![Fill::new(vec![ring.clone()], FillClass::Green)], vec![]));
        for (p, c) in ring.iter().zip(&made[0].corners) {
            let back = |v: f32, o: i32| (f64::from(v) * 1000.0 + f64::from(o)).round() as i32;
            assert_eq!(*p, pt(back(c.at[0], made[0].origin.x), back(c.at[1], made[0].origin.y)));
        }
    }
}
