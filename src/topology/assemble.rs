//! A partition from polygons that already fit: every common border shared vertex by vertex.

use super::draft::Draft;
use super::{Half, OUTSIDE, Owner, Partition, WORLD};
use crate::geom::{Box2, Meet, Pt, crossing_point, meet, on_segment, right_of_point};
use crate::index::Buckets;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A place where polygons do not fit together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Misfit {
    /// Two borders cross, or one ends on another between two of its vertices.
    Crosses {
        /// Where.
        at: Pt,
    },
    /// The same ground is claimed twice.
    Overlaps {
        /// On the border of it.
        at: Pt,
        /// The two that claim it.
        owners: (Owner, Owner),
    },
    /// A ring has fewer than three points or no area.
    Empty {
        /// A point of it.
        at: Pt,
    },
}

impl Misfit {
    /// Where.
    pub fn at(&self) -> Pt {
        match self {
            Misfit::Crosses { at } | Misfit::Overlaps { at, .. } | Misfit::Empty { at } => *at,
        }
    }
}

/// Misfits after which the search ends.
const ENOUGH: usize = 200;

/// Parts → rings → points.
pub type Polygons = Vec<Vec<Vec<Pt>>>;

#[derive(Default, Clone, Copy)]
struct Sides {
    /// Who claims the left of the segment from its smaller to its larger end, and the right.
    claims: [Option<Owner>; 2],
    /// Whose open ground is on the left, on the right.
    ground: [Option<Owner>; 2],
}

/// Puts polygons together. `units`: owner and polygons (parts → rings, the outer counter-clockwise, holes clockwise).
/// `grounds`: owners of open ground with their polygons, in the same sense; ground that no unit claims goes to them,
/// what is beyond all of them is outside, and units must not reach there, nor lie on two of them. Without `grounds`, unclaimed ground that
/// units enclose goes to `rest`.
///
/// O(n log n) for n segments in general position.
///
/// # Errors
/// Every place where two borders cross, one ends within another, or ground is claimed twice (up to 200).
pub fn assemble(
    grounds: Option<&[(Owner, Polygons)]>,
    units: &[(Owner, Polygons)],
    rest: Owner,
) -> Result<Partition, Vec<Misfit>> {
    let mut misfits = Vec::new();
    let mut sides: HashMap<(Pt, Pt), Sides> = HashMap::new();
    let mut claim = |ring: &[Pt], owner: Owner, open: bool, misfits: &mut Vec<Misfit>| {
        if ring.len() < 3 {
            misfits.push(Misfit::Empty { at: ring.first().copied().unwrap_or_default() });
            return;
        }
        for i in 0..ring.len() {
            let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
            let (key, side) = if a < b { ((a, b), 0) } else { ((b, a), 1) };
            let s = sides.entry(key).or_default();
            let slot = if open { &mut s.ground[side] } else { &mut s.claims[side] };
            if let Some(was) = slot.replace(owner)
                && misfits.len() < ENOUGH
            {
                misfits.push(Misfit::Overlaps { at: a, owners: (was, owner) });
            }
        }
    };
    for (owner, parts) in units {
        for ring in parts.iter().flatten() {
            claim(ring, *owner, false, &mut misfits);
        }
    }
    for (owner, parts) in grounds.unwrap_or_default() {
        for ring in parts.iter().flatten() {
            claim(ring, *owner, true, &mut misfits);
        }
    }
    let mut segments: Vec<(Pt, Pt)> = sides.keys().copied().collect();
    segments.sort_unstable();
    find_crossings(&segments, &mut misfits);
    if !misfits.is_empty() {
        return Err(misfits);
    }
    let mut d = Draft::new(&Partition::new());
    d.p.locator = Buckets::new(Box2::of(segments.iter().flat_map(|(a, b)| [a, b])), super::LOCATOR_SIDE_MM);
    d.mark(WORLD);
    for chain in chains(&segments) {
        let n = d.node_named(chain[0]);
        // A ring on its own ends at the node where it starts, which no border leads to yet.
        let last = chain[chain.len() - 1];
        let m = if last == chain[0] { n } else { d.node_named(last) };
        d.add_edge(n, m, chain.into(), WORLD);
    }
    d.trace();
    let sides_of = |a: Pt, b: Pt| {
        let (key, left) = if a < b { ((a, b), 0) } else { ((b, a), 1) };
        sides.get(&key).map(|s| (s.claims[left], s.ground[left], s.ground[1 - left])).unwrap_or_default()
    };
    let faces: Vec<u32> = d.p.faces().map(|(i, _)| i).collect();
    // Faces of each unit, with the open ground that is known to lie there.
    let mut lies: BTreeMap<Owner, Vec<(u32, Option<Owner>)>> = BTreeMap::new();
    for f in faces {
        let halves: Vec<Half> = d.p.face(f).map_or(&[][..], |f| &f.rings).iter().flat_map(|&r| d.p.ring(r)).collect();
        let mut claimed: BTreeMap<Option<Owner>, Pt> = BTreeMap::new();
        let (mut within, mut beyond) = (None, false);
        for h in &halves {
            let points = d.p.points(*h);
            for w in points.windows(2) {
                let (c, inside, outside) = sides_of(w[0], w[1]);
                claimed.entry(c).or_insert(w[0]);
                within = within.or(inside);
                beyond |= outside.is_some() && inside.is_none();
            }
        }
        let mut owners = claimed.keys().copied();
        let owner = match (owners.next(), owners.next()) {
            (Some(Some(o)), None) => {
                lies.entry(o).or_default().push((f, within.or(beyond.then_some(OUTSIDE))));
                o
            }
            (Some(None) | None, None) => {
                if let Some(ground) = within {
                    ground
                } else if f == WORLD || beyond {
                    // Beside a unit this may be ground the unit stands on; only grounds can tell.
                    OUTSIDE
                } else {
                    match grounds {
                        None => rest,
                        Some(g) => ground_of(&d.p, f, g),
                    }
                }
            }
            _ => {
                let mut both = claimed.iter().rev();
                let (a, b) = (both.next(), both.next());
                let at = a.map(|(_, p)| *p).unwrap_or_default();
                let name = |x: Option<(&Option<Owner>, &Pt)>| x.and_then(|(o, _)| *o).unwrap_or(rest);
                misfits.push(Misfit::Overlaps { at, owners: (name(a), name(b)) });
                continue;
            }
        };
        if f == WORLD && owner != OUTSIDE {
            // A ring the wrong way round claims the whole world.
            misfits.push(Misfit::Overlaps {
                at: segments.first().map_or(Pt::default(), |s| s.0),
                owners: (owner, OUTSIDE),
            });
        }
        d.give(f, owner);
    }
    for (owner, faces) in lies.iter().filter(|(_, faces)| faces.len() > 1) {
        let Some(grounds) = grounds else { break };
        let of = |(f, known): &(u32, Option<Owner>)| known.unwrap_or_else(|| ground_of(&d.p, *f, grounds));
        let first = of(&faces[0]);
        if let Some((f, other)) = faces.iter().map(|f| (f.0, of(f))).find(|(_, g)| *g != first) {
            let at = d.p.rings(f).into_iter().flatten().next().unwrap_or_default();
            misfits.push(Misfit::Overlaps { at, owners: (*owner, if other == OUTSIDE { first } else { other }) });
        }
    }
    if !misfits.is_empty() {
        return Err(misfits);
    }
    let all: BTreeSet<u32> = d.p.faces().map(|(i, _)| i).collect();
    d.clean(all);
    Ok(d.finish().0.with_fitted_locator())
}

impl Draft {
    /// The node with exactly this place among those made so far, or a new one.
    fn node_named(&mut self, at: Pt) -> u32 {
        for e in self.p.edges_near(&Box2::of_two(at, at)) {
            if let Some(e) = self.p.edge(e) {
                if e.points.first() == Some(&at) {
                    return e.from;
                }
                if e.points.last() == Some(&at) {
                    return e.to;
                }
            }
        }
        self.add_node(at)
    }
}

fn find_crossings(segments: &[(Pt, Pt)], misfits: &mut Vec<Misfit>) {
    let mut grid = Buckets::new(Box2::of(segments.iter().flat_map(|(a, b)| [a, b])), super::LOCATOR_SIDE_MM / 2);
    for (i, (a, b)) in segments.iter().enumerate() {
        grid.insert(i as u32, &[*a, *b]);
    }
    for (i, &(a, b)) in segments.iter().enumerate() {
        let area = Box2::of_two(a, b);
        for j in grid.items(&area) {
            let (c, d) = segments[j as usize];
            if j as usize <= i || !Box2::of_two(c, d).meets(&area) {
                continue;
            }
            let at = match meet(a, b, c, d) {
                Meet::Apart => continue,
                Meet::Touch(p) if (p == a || p == b) && (p == c || p == d) => continue,
                Meet::Touch(p) | Meet::Overlap(p, _) => p,
                Meet::Cross => crossing_point(a, b, c, d),
            };
            misfits.push(Misfit::Crosses { at });
            if misfits.len() >= ENOUGH {
                return;
            }
        }
    }
}

/// Segments joined into chains between points where not exactly two meet; a ring without one starts at its least point.
fn chains(segments: &[(Pt, Pt)]) -> Vec<Vec<Pt>> {
    let mut beside: HashMap<Pt, Vec<Pt>> = HashMap::new();
    for &(a, b) in segments {
        beside.entry(a).or_default().push(b);
        beside.entry(b).or_default().push(a);
    }
    let mut used: BTreeSet<(Pt, Pt)> = BTreeSet::new();
    let mut out = Vec::new();
    let mut walk = |from: Pt, to: Pt, used: &mut BTreeSet<(Pt, Pt)>| {
        let mut chain = vec![from, to];
        used.insert((from.min(to), from.max(to)));
        loop {
            let (last, at) = (chain[chain.len() - 2], chain[chain.len() - 1]);
            let next = match beside.get(&at).map(Vec::as_slice) {
                Some([p, q]) if at != from => {
                    if *p == last {
                        *q
                    } else {
                        *p
                    }
                }
                _ => break,
            };
            used.insert((at.min(next), at.max(next)));
            chain.push(next);
        }
        out.push(chain);
    };
    let mut points: Vec<&Pt> = beside.keys().collect();
    points.sort_unstable();
    for corners in [true, false] {
        for &&p in &points {
            if (beside[&p].len() != 2) == corners {
                for &q in &beside[&p] {
                    if !used.contains(&(p.min(q), p.max(q))) {
                        walk(p, q, &mut used);
                    }
                }
            }
        }
    }
    out
}

/// The open ground on which an unclaimed face lies that does not run along its border: asked of a point of its ring
/// that is on no border of the grounds.
fn ground_of(p: &Partition, f: u32, grounds: &[(Owner, Vec<Vec<Vec<Pt>>>)]) -> Owner {
    let Some(ring) = p.rings(f).into_iter().next() else { return OUTSIDE };
    let middles = (0..ring.len()).map(|i| {
        let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
        Pt { x: a.x / 2 + b.x / 2, y: a.y / 2 + b.y / 2 }
    });
    let segments = |r: &[Pt]| (0..r.len()).map(|k| (r[k], r[(k + 1) % r.len()])).collect::<Vec<_>>();
    let on_border = |m: &Pt| {
        grounds
            .iter()
            .flat_map(|(_, g)| g.iter().flatten())
            .any(|r| segments(r).iter().any(|&(a, b)| on_segment(*m, a, b)))
    };
    let Some(m) = ring.iter().copied().chain(middles).find(|m| !on_border(m)) else { return OUTSIDE };
    grounds
        .iter()
        .find(|(_, g)| {
            g.iter()
                .flatten()
                .map(|r| segments(r).iter().filter(|&&(a, b)| right_of_point(m, a, b)).count())
                .sum::<usize>()
                % 2
                == 1
        })
        .map_or(OUTSIDE, |(o, _)| *o)
}
