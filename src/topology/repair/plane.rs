//! The faces of segments that meet only at their ends.

use super::node::Pieces;
use crate::geom::{Box2, Pt, right_of_point, shoelace};
use crate::topology::draft::turn_order;
use crate::topology::{crossing_x, nearer};

/// Rings and faces of a drawing. Half-edge 2i runs along segment i from its smaller to its larger end, 2i + 1 back.
pub(super) struct Plane {
    pub segments: Vec<(Pt, Pt)>,
    /// The next half-edge along the same face, which lies on the left.
    next: Vec<u32>,
    /// Face on the left of each half-edge; 0 is the unbounded one.
    pub left: Vec<u32>,
    /// For each face its rings, each by one half-edge; the outer first (the unbounded one has none).
    pub rings: Vec<Vec<u32>>,
    /// Twice the area of each face in mm², holes taken off (0 for the unbounded one).
    pub area2: Vec<i128>,
}

impl Plane {
    /// Traces the faces. `segments`: smaller end first, sorted, none twice. O(n log n) in general position.
    pub fn of(segments: Vec<(Pt, Pt)>) -> Plane {
        let halves = segments.len() as u32 * 2;
        let start = |h: u32| {
            let s = segments[h as usize / 2];
            if h & 1 == 0 { s.0 } else { s.1 }
        };
        let mut round: Vec<u32> = (0..halves).collect();
        round.sort_unstable_by_key(|&h| start(h));
        let mut next = vec![0u32; halves as usize];
        for node in round.chunk_by_mut(|&g, &h| start(g) == start(h)) {
            let at = start(node[0]);
            node.sort_unstable_by(|&g, &h| turn_order(at, start(g ^ 1), start(h ^ 1)));
            let k = node.len();
            for (i, h) in node.iter().enumerate() {
                next[(h ^ 1) as usize] = node[(i + k - 1) % k];
            }
        }
        // Rings, by their least half-edge.
        let mut ring = vec![u32::MAX; halves as usize];
        let mut firsts: Vec<(u32, i128)> = Vec::new();
        for h in 0..halves {
            if ring[h as usize] != u32::MAX {
                continue;
            }
            let (mut at, mut area2) = (h, 0);
            while ring[at as usize] == u32::MAX {
                ring[at as usize] = firsts.len() as u32;
                area2 += shoelace(start(at), start(at ^ 1));
                at = next[at as usize];
            }
            firsts.push((h, area2));
        }
        // A ring of positive area is the outer ring of a face. The others go round whole drawings from without: each
        // belongs to the face in which its drawing lies, the one on this side of the next border to the east.
        let mut face = vec![0u32; firsts.len()];
        let (mut rings, mut areas) = (vec![Vec::new()], vec![0i128]);
        for (r, &(h, area2)) in firsts.iter().enumerate().filter(|(_, f)| f.1 > 0) {
            face[r] = rings.len() as u32;
            rings.push(vec![h]);
            areas.push(area2);
        }
        let index = Pieces::of(&segments);
        let mut beside: Vec<Option<u32>> = vec![None; firsts.len()];
        for (r, &(h, _)) in firsts.iter().enumerate().filter(|(_, f)| f.1 <= 0) {
            let mut most = start(h);
            let mut at = next[h as usize];
            while at != h {
                most = most.max(start(at));
                at = next[at as usize];
            }
            beside[r] = east_of(&segments, &index, most).map(|h| ring[h as usize]);
        }
        for (r, &(h, area2)) in firsts.iter().enumerate().filter(|(_, f)| f.1 <= 0) {
            // Further and further east until a face is met, or nothing.
            let mut at = r;
            while let Some(to) = beside[at] {
                at = to as usize;
            }
            face[r] = if firsts[at].1 > 0 { face[at] } else { 0 };
            if face[r] != 0 {
                rings[face[r] as usize].push(h);
                areas[face[r] as usize] += area2;
            }
        }
        let left = ring.iter().map(|&r| face[r as usize]).collect();
        Plane { segments, next, left, rings, area2: areas }
    }

    /// Where a half-edge begins.
    pub fn start(&self, h: u32) -> Pt {
        let s = self.segments[h as usize / 2];
        if h & 1 == 0 { s.0 } else { s.1 }
    }

    /// The half-edges of the ring of one, beginning with it.
    pub fn round(&self, first: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(first), move |&h| Some(self.next[h as usize]).filter(|&h| h != first))
    }

    /// The points of the ring of a half-edge, not closed.
    pub fn ring(&self, first: u32) -> Vec<Pt> {
        self.round(first).map(|h| self.start(h)).collect()
    }

    /// A face as a polygon: the outer ring counter-clockwise, then the holes.
    pub fn polygon(&self, face: u32) -> Vec<Vec<Pt>> {
        self.rings.get(face as usize).map_or_else(Vec::new, |r| r.iter().map(|&h| self.ring(h)).collect())
    }
}

/// The half-edge next to the east of a point (moved by the tie rule) that has it on its left.
fn east_of(segments: &[(Pt, Pt)], index: &Pieces, p: Pt) -> Option<u32> {
    let mut reach = i64::from(p.x) + 8 * index.mean_mm;
    loop {
        let end = reach.min(i64::from(index.extent.max.x)) as i32;
        let mut best: Option<(Pt, Pt, u32)> = None;
        index.near(&Box2::of_two(p, Pt { x: end.max(p.x), y: p.y }), &mut |i| {
            let (a, b) = segments[i as usize];
            if right_of_point(p, a, b) && best.is_none_or(|(c, d, j)| j / 2 != i && nearer(p, (a, b), (c, d))) {
                // Going up, the point lies left of the segment.
                best = Some((a, b, 2 * i + u32::from(b.y < a.y)));
            }
        });
        if let Some((a, b, h)) = best
            && (crossing_x(p, a, b) < f64::from(end) - 1.0 || end >= index.extent.max.x)
        {
            return Some(h);
        }
        if end >= index.extent.max.x {
            return None;
        }
        reach = i64::from(p.x) + 4 * (reach - i64::from(p.x));
    }
}
