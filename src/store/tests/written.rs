//! The ground as it is written, read back by a reader of its own and held to rules by arithmetic of its own: nothing
//! here uses the predicates, the faces' order or the locator that it checks.

use crate::geom::{Origin, Pt};
use crate::store::dissolve;
use crate::store::geometry::polygons_blob;
use crate::topology::{OUTSIDE, Owner, Partition};
use std::collections::{BTreeMap, BTreeSet};

/// Polygons by whose they are, with their boxes (west, south, east, north).
pub struct Ground<K> {
    pub blobs: BTreeMap<K, Vec<u8>>,
    parts: Vec<(K, [i32; 4], Vec<Vec<Pt>>)>,
}

impl<K: Copy + Ord + std::fmt::Debug> Ground<K> {
    /// Ground by group, written as the file has it and read back.
    pub fn of(p: &Partition, origin: Origin, srs: i32, group: impl Fn(Owner) -> Option<K>) -> Ground<K> {
        let blobs: BTreeMap<K, Vec<u8>> = dissolve(p, group)
            .iter()
            .map(|(k, polygons)| (*k, polygons_blob(origin, srs, polygons).unwrap().bytes))
            .collect();
        let mut parts = Vec::new();
        for (k, blob) in &blobs {
            for polygon in read(blob, origin) {
                let all = || polygon.iter().flatten();
                let (x, y) = (|| all().map(|p| p.x), || all().map(|p| p.y));
                let area = [x().min().unwrap(), y().min().unwrap(), x().max().unwrap(), y().max().unwrap()];
                parts.push((*k, area, polygon));
            }
        }
        Ground { blobs, parts }
    }

    pub fn rings(&self) -> impl Iterator<Item = (K, &Vec<Pt>)> {
        self.parts.iter().flat_map(|(k, _, rings)| rings.iter().map(|r| (*k, r)))
    }

    /// Twice the area of all of it.
    pub fn area2(&self) -> i128 {
        self.rings().map(|(_, r)| shoelace2(r)).sum()
    }

    /// Whose ground a point is, each polygon asked: the point is taken as moved a little east, and much less north.
    pub fn holders(&self, p: Pt) -> Vec<K> {
        let inside = |(_, [west, south, east, north], rings): &&(K, [i32; 4], Vec<Vec<Pt>>)| {
            (*west..=*east).contains(&p.x)
                && (*south..=*north).contains(&p.y)
                && rings.iter().map(|r| east_of(p, r)).sum::<usize>() % 2 == 1
        };
        self.parts.iter().filter(inside).map(|(k, _, _)| *k).collect()
    }
}

/// A GeoPackage blob of a MULTIPOLYGON in grid coordinates, rings without their closing point.
pub fn read(blob: &[u8], origin: Origin) -> Vec<Vec<Vec<Pt>>> {
    struct Reader<'a>(&'a [u8], Origin);
    impl Reader<'_> {
        fn take<const N: usize>(&mut self) -> [u8; N] {
            let (head, rest) = self.0.split_at(N);
            self.0 = rest;
            head.try_into().unwrap()
        }
        fn count(&mut self) -> u32 {
            u32::from_le_bytes(self.take())
        }
        fn begins(&mut self, kind: u32) {
            assert_eq!(self.take::<1>(), [1], "little-endian");
            assert_eq!(self.count(), kind);
        }
        fn coordinate(&mut self, from_m: i64) -> i32 {
            let mm = f64::from_le_bytes(self.take()) * 1000.0;
            assert!((mm - mm.round()).abs() < 0.01, "{mm} is off the grid");
            i32::try_from(mm.round() as i64 - from_m * 1000).unwrap()
        }
        fn point(&mut self) -> Pt {
            let (e, n) = (self.1.e_m, self.1.n_m);
            Pt { x: self.coordinate(e), y: self.coordinate(n) }
        }
    }
    let mut r = Reader(blob, origin);
    assert_eq!(&r.take::<4>(), b"GP\0\x03");
    r.take::<4>();
    r.take::<32>();
    r.begins(6);
    let polygons = (0..r.count()).map(|_| {
        r.begins(3);
        let rings = (0..r.count()).map(|_| {
            let mut ring: Vec<Pt> = (0..r.count()).map(|_| r.point()).collect();
            assert!(ring.len() > 3 && ring.first() == ring.last(), "a ring closes");
            ring.pop();
            ring
        });
        rings.collect()
    });
    let polygons = polygons.collect();
    assert!(r.0.is_empty());
    polygons
}

fn wide(p: Pt) -> (i128, i128) {
    (i128::from(p.x), i128::from(p.y))
}

/// Twice the signed area, mm².
pub fn shoelace2(ring: &[Pt]) -> i128 {
    let turned = ring[1..].iter().chain(&ring[..1]);
    ring.iter().zip(turned).map(|(&a, &b)| (wide(a).0 - wide(b).0) * (wide(a).1 + wide(b).1)).sum()
}

/// −1, 0, 1: `p` right of the way from `a` to `b`, on its line, left of it.
fn hand(a: Pt, b: Pt, p: Pt) -> i128 {
    let ((ax, ay), (bx, by), (px, py)) = (wide(a), wide(b), wide(p));
    (ax * (by - py) + bx * (py - ay) + px * (ay - by)).signum()
}

/// How many sides of a ring lie east of a point that was moved by the tie rule.
fn east_of(p: Pt, ring: &[Pt]) -> usize {
    let sides = (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()]));
    let east = |(a, b): &(Pt, Pt)| {
        let (low, high) = if a.y < b.y { (*a, *b) } else { (*b, *a) };
        // Moved north by next to nothing: a corner at its height is below it. Moved east: on the side is east of it.
        low.y <= p.y && p.y < high.y && hand(low, high, p) > 0
    };
    sides.filter(east).count()
}

/// The sides of a partition's borders with the owners to the left and to the right, as it stores them.
fn sides(p: &Partition) -> Vec<(Pt, Pt, Owner, Owner)> {
    let of = |e: &crate::topology::Edge| -> Vec<_> {
        let (l, r) = p.sides(e);
        e.points.windows(2).map(|w| (w[0], w[1], l, r)).collect()
    };
    p.edges().flat_map(|(_, e)| of(e)).collect()
}

/// The outline traced from side to side, land on the left; its directed sides and twice the area within.
pub fn outline(p: &Partition) -> (BTreeSet<(Pt, Pt)>, i128) {
    let mut all = BTreeSet::new();
    let mut from: BTreeMap<Pt, Vec<Pt>> = BTreeMap::new();
    for (a, b, l, r) in sides(p) {
        let side = match (l == OUTSIDE, r == OUTSIDE) {
            (false, true) => (a, b),
            (true, false) => (b, a),
            _ => continue,
        };
        assert!(all.insert(side), "a side of the outline twice: {side:?}");
        from.entry(side.0).or_default().push(side.1);
    }
    let mut area2 = 0;
    while let Some((&first, _)) = from.iter().find(|(_, to)| !to.is_empty()) {
        let mut ring = vec![first];
        loop {
            let at = ring[ring.len() - 1];
            let to = from.get_mut(&at).and_then(Vec::pop).unwrap_or_else(|| panic!("the outline ends at {at:?}"));
            if to == first {
                break;
            }
            ring.push(to);
        }
        from.retain(|_, to| !to.is_empty());
        area2 += shoelace2(&ring);
    }
    (all, area2)
}

/// Every written side lies once on its own side, and on the other side lies another ground's or the outside: no gap and
/// no overlap can be written.
pub fn fits<K: Copy + Ord + std::fmt::Debug>(g: &Ground<K>, outline: &BTreeSet<(Pt, Pt)>) {
    let mut all: BTreeMap<(Pt, Pt), K> = BTreeMap::new();
    for (k, r) in g.rings() {
        for i in 0..r.len() {
            let side = (r[i], r[(i + 1) % r.len()]);
            assert!(all.insert(side, k).is_none(), "a side twice: {side:?}");
        }
    }
    for (&(a, b), k) in &all {
        match all.get(&(b, a)) {
            Some(other) => assert!(other != k, "{k:?} on both sides of {a:?} {b:?}"),
            None => assert!(outline.contains(&(a, b)), "nothing beyond {a:?} {b:?} of {k:?}"),
        }
    }
    assert!(outline.iter().all(|s| all.contains_key(s)), "the outline has a side of nobody");
}

/// No two sides have a point in common that is not an end of both. From west to east, the sides under way held in a
/// list.
pub fn crosses_nothing<'a>(rings: impl Iterator<Item = &'a Vec<Pt>>) {
    let mut all: Vec<(Pt, Pt)> = Vec::new();
    for r in rings {
        all.extend(
            (0..r.len()).map(|i| (r[i], r[(i + 1) % r.len()])).map(|(a, b)| if a < b { (a, b) } else { (b, a) }),
        );
    }
    all.sort_unstable();
    all.dedup();
    let mut under_way: Vec<(Pt, Pt)> = Vec::new();
    for (a, b) in all {
        under_way.retain(|(_, d)| d.x >= a.x);
        for &(c, d) in &under_way {
            if c.y.min(d.y) > a.y.max(b.y) || c.y.max(d.y) < a.y.min(b.y) {
                continue;
            }
            let (hc, hd, ha, hb) = (hand(a, b, c), hand(a, b, d), hand(c, d, a), hand(c, d, b));
            let wrong = if (hc, hd, ha, hb) == (0, 0, 0, 0) {
                // On one line, from west to east: they may follow each other.
                a < d && c < b
            } else {
                hc * hd <= 0 && ha * hb <= 0 && ![c, d].contains(&a) && ![c, d].contains(&b)
            };
            assert!(!wrong, "{a:?} {b:?} meets {c:?} {d:?}");
        }
        under_way.push((a, b));
    }
}

/// Every half-edge is in exactly one ring of its face, found by turning at each place to the next side by its
/// direction; and places − borders + faces = 1 + pieces.
pub fn rings_and_euler(p: &Partition) {
    // Half-edges that leave a place, by direction from east counter-clockwise: (towards, border, back).
    let mut leave: BTreeMap<Pt, Vec<(Pt, u32, bool)>> = BTreeMap::new();
    let mut group: BTreeMap<Pt, Pt> = BTreeMap::new();
    for (i, e) in p.edges() {
        let n = e.points.len();
        leave.entry(e.points[0]).or_default().push((e.points[1], i, false));
        leave.entry(e.points[n - 1]).or_default().push((e.points[n - 2], i, true));
        let (a, b) = (root(&group, e.points[0]), root(&group, e.points[n - 1]));
        group.entry(b).or_insert(b);
        group.insert(a, b);
    }
    for (&at, list) in &mut leave {
        let lower = |q: Pt| (q.y, q.x) < (at.y, at.x);
        list.sort_by(|x, y| lower(x.0).cmp(&lower(y.0)).then(0.cmp(&hand(at, x.0, y.0))));
        for w in list.windows(2) {
            let same = lower(w[0].0) == lower(w[1].0) && hand(at, w[0].0, w[1].0) == 0;
            assert!(!same, "two borders leave {at:?} in one direction");
        }
    }
    let mut met: BTreeSet<(u32, bool)> = BTreeSet::new();
    for (i, f) in p.faces() {
        for &first in &f.rings {
            let mut half = (first.edge(), first.back());
            loop {
                assert!(met.insert(half), "{half:?} is on two rings");
                let e = p.edge(half.0).unwrap();
                assert_eq!(if half.1 { e.right } else { e.left }, i, "{half:?} is on a ring of another face");
                let end = if half.1 { e.points[0] } else { e.points[e.points.len() - 1] };
                let list = &leave[&end];
                let back = list.iter().position(|x| (x.1, x.2) == (half.0, !half.1)).unwrap();
                let next = list[(back + list.len() - 1) % list.len()];
                half = (next.1, next.2);
                if half == (first.edge(), first.back()) {
                    break;
                }
            }
        }
    }
    let borders = p.edges().count();
    assert_eq!(met.len(), 2 * borders, "half-edges on no ring");
    let pieces = group.iter().filter(|(a, b)| a == b).count();
    assert_eq!(leave.len() + p.faces().count(), borders + 1 + pieces, "Euler");
    assert_eq!(leave.len(), p.nodes().count(), "nodes");
}

fn root(group: &BTreeMap<Pt, Pt>, mut p: Pt) -> Pt {
    while let Some(&q) = group.get(&p).filter(|q| **q != p) {
        p = q;
    }
    p
}
