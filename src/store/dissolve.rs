//! Ground of units as valid polygons: borders inside a unit are left out, rings that touch themselves are cut.

use super::geometry::Polygons;
use crate::geom::{Pt, ring_area2, ring_contains};
use crate::topology::{Half, Owner, Partition};
use std::collections::{BTreeMap, HashMap, HashSet};

/// For each group of owners its ground as polygons that touch each other and themselves in single points at most
/// (outer rings counter-clockwise, holes clockwise). `group` gives `None` for ground that belongs to none.
///
/// The borders of a group are walked as the rings of a face are: at each node the next border clockwise, those within
/// the group passed over. So what is joined by more than a point becomes one polygon. O(borders · degree + holes ·
/// polygons of their group).
pub fn dissolve<K: Copy + Ord>(p: &Partition, group: impl Fn(Owner) -> Option<K>) -> BTreeMap<K, Polygons> {
    let groups: HashMap<u32, Option<K>> = p.faces().map(|(i, f)| (i, group(f.owner))).collect();
    let of = |h: Half| groups.get(&p.left(h)).copied().flatten();
    let mut rings: BTreeMap<K, Vec<Vec<Pt>>> = BTreeMap::new();
    let mut seen: HashSet<Half> = HashSet::new();
    for (i, _) in p.edges() {
        for first in [Half::new(i, false), Half::new(i, true)] {
            let Some(k) = of(first) else { continue };
            let border = |h: Half| of(h) == Some(k) && of(h.twin()) != Some(k);
            if !border(first) || seen.contains(&first) {
                continue;
            }
            let mut points = Vec::new();
            let mut at = first;
            while seen.insert(at) {
                let line = p.points(at);
                points.extend_from_slice(&line[..line.len().saturating_sub(1)]);
                at = next(p, at, &border);
            }
            rings.entry(k).or_default().push(points);
        }
    }
    rings.into_iter().map(|(k, r)| (k, nest(r))).collect()
}

/// The next border clockwise from the way back, seen from the end of `h`.
fn next(p: &Partition, h: Half, border: &impl Fn(Half) -> bool) -> Half {
    let Some(node) = p.node(p.start(h.twin())) else { return h };
    let n = node.halves.len();
    let back = node.halves.iter().position(|&x| x == h.twin()).unwrap_or(0);
    (1..=n).map(|k| node.halves[(back + n - k) % n]).find(|&g| border(g)).unwrap_or(h)
}

/// Cuts a ring where it comes back to a point it has visited.
fn simple(ring: &[Pt]) -> Vec<Vec<Pt>> {
    let mut out = Vec::new();
    let mut path: Vec<Pt> = Vec::new();
    let mut place: HashMap<Pt, usize> = HashMap::new();
    for &q in ring {
        if let Some(&from) = place.get(&q) {
            let cut = path.split_off(from);
            cut[1..].iter().for_each(|p| {
                place.remove(p);
            });
            out.push(cut);
        } else {
            place.insert(q, path.len());
        }
        path.push(q);
    }
    out.push(path);
    out
}

/// Outer rings with their holes.
fn nest(rings: Vec<Vec<Pt>>) -> Polygons {
    let mut parts: Vec<(i128, Vec<Vec<Pt>>)> = Vec::new();
    let mut apart: Vec<Vec<Vec<Pt>>> = Vec::new();
    for ring in rings {
        let (outer, holes): (Vec<_>, Vec<_>) = simple(&ring).into_iter().partition(|r| ring_area2(r) > 0);
        let mut outer = outer.into_iter();
        match outer.next() {
            // A hole that touches the outer ring is cut from it and lies in it.
            Some(first) => parts.push((ring_area2(&first), std::iter::once(first).chain(holes).collect())),
            None => apart.push(holes),
        }
        parts.extend(outer.map(|r| (ring_area2(&r), vec![r])));
    }
    for holes in apart {
        let area = -holes.iter().map(|r| ring_area2(r)).sum::<i128>();
        let at = holes.first().and_then(|r| r.first()).copied().unwrap_or_default();
        let around = parts.iter_mut().filter(|(a, p)| *a > area && p.first().is_some_and(|r| ring_contains(r, at)));
        if let Some((_, part)) = around.min_by_key(|(a, _)| *a) {
            part.extend(holes);
        }
    }
    parts.into_iter().map(|(_, p)| p).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::pt;
    use crate::topology::{DrawRules, OUTSIDE, draw};

    fn square(x: i32, y: i32, w: i32) -> Vec<Pt> {
        vec![pt(x, y), pt(x + w, y), pt(x + w, y + w), pt(x, y + w)]
    }

    fn area(p: &Polygons) -> i128 {
        p.iter().flatten().map(|r| ring_area2(r)).sum()
    }

    /// 3 × 3 squares of 100 with owners 1…9, row by row.
    fn chessboard() -> Partition {
        let start =
            draw(&Partition::new(), &[square(0, 0, 300)], &DrawRules::new(&|o| (o == OUTSIDE).then_some(0), &|_| true));
        let mut p = start.unwrap().partition;
        for k in 0..9 {
            let ring = square(k % 3 * 100, k / 3 * 100, 100);
            p = draw(&p, &[ring], &DrawRules::new(&|o| (o == 0).then_some(k as u64 + 1), &|o| o == 0))
                .unwrap()
                .partition;
        }
        p
    }

    #[test]
    fn ground_in_several_faces_becomes_one_polygon_with_its_holes() {
        let p = chessboard();
        let all = dissolve(&p, |o| (o != OUTSIDE).then_some(()));
        assert_eq!(
            all[&()],
            vec![vec![square(0, 0, 300)]].into_iter().map(|p| rotate(&all[&()][0][0], p)).collect::<Vec<_>>()
        );
        // Everything but the middle: a ring.
        let ring = &dissolve(&p, |o| (o != OUTSIDE && o != 5).then_some(()))[&()];
        assert_eq!((ring.len(), ring[0].len(), area(ring)), (1, 2, 2 * 80_000));
        // Two squares that touch in a corner are two polygons; around the middle, four corners: four.
        let two = &dissolve(&p, |o| matches!(o, 1 | 5).then_some(()))[&()];
        assert_eq!((two.len(), area(two)), (2, 2 * 20_000));
        // Black squares 1 3 5 7 9 and white squares 2 4 6 8: every ring simple.
        let groups = dissolve(&p, |o| (o != OUTSIDE).then_some(o % 2));
        assert_eq!((groups[&1].len(), groups[&0].len()), (5, 4));
        for r in groups.values().flatten().flatten() {
            assert_eq!(r.len(), r.iter().collect::<HashSet<_>>().len(), "no point twice in a ring");
        }
    }

    #[test]
    fn a_hole_that_touches_the_outer_ring_is_a_hole() {
        // A U of squares whose two ends meet in a corner: 1 2 3 6 8 4 around 5, with 7 and 9 outside.
        let p = chessboard();
        let u = &dissolve(&p, |o| matches!(o, 1 | 2 | 3 | 4 | 6 | 8).then_some(()))[&()];
        assert_eq!(area(u), 2 * 60_000);
        for part in u {
            assert!(ring_area2(&part[0]) > 0);
            assert!(part[1..].iter().all(|r| ring_area2(r) < 0));
            for r in part {
                assert_eq!(r.len(), r.iter().collect::<HashSet<_>>().len(), "no point twice in a ring");
            }
        }
    }

    fn rotate(like: &[Pt], part: Vec<Vec<Pt>>) -> Vec<Vec<Pt>> {
        // Points in the middle of sides (nodes of inner borders) stay in the outer ring.
        assert_eq!(ring_area2(like), ring_area2(&part[0]));
        vec![like.to_vec()]
    }
}
