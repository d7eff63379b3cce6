//! What may not move under an edit that does not name it: the outline, the borders between communities, locked borders and
//! those of locked ground. [`protected`] says which segments these are and what lies beside them.

use crate::geom::{Pt, dist2_to_segment};
use crate::plan::{Edit, Layer, Op};
use crate::topology::{OUTSIDE, Owner};
use std::collections::{BTreeMap, BTreeSet};

/// Half a diagonal of the grid: what rounding may do to a border, mm, and a little for the floats.
const ROUNDING_MM: f64 = 0.7072;

/// Whether an edit may change outline or communities: it says so.
pub(crate) fn deliberate(e: &Edit) -> bool {
    e.parts().iter().any(|e| {
        let names =
            matches!(e.op, Op::Outline { .. } | Op::Unit { .. } | Op::Lock { .. } | Op::Import { level: Some(_), .. });
        names || !e.opened.is_empty()
    })
}

/// The community on whose ground an owner's ground lies; the owner itself where its ground is locked.
fn community(l: &Layer, o: Owner) -> Option<u64> {
    if l.unit_of(o).is_some_and(|u| l.is_locked(u.id)) {
        return Some(o);
    }
    if o == OUTSIDE { Some(OUTSIDE) } else { l.unit_of(o).and_then(|u| l.ancestor(u.id, 0)).map(|i| i.0) }
}

/// Segments of the outline and of borders between communities, from the smaller to the larger end, with the communities
/// on the left and on the right.
pub(crate) type Protected = BTreeMap<Side, (Option<u64>, Option<u64>)>;

/// A segment from its smaller to its larger end.
type Side = (Pt, Pt);

pub(crate) fn protected(l: &Layer) -> Protected {
    let mut out = BTreeMap::new();
    for (_, e) in l.partition.edges() {
        let (a, b) = l.partition.sides(e);
        let (a, b) = (community(l, a), community(l, b));
        for w in e.points.windows(2) {
            let (key, sides) = if w[0] < w[1] { ((w[0], w[1]), (a, b)) } else { ((w[1], w[0]), (b, a)) };
            if a != b || l.locks.lines.contains(&key) {
                out.insert(key, sides);
            }
        }
    }
    out
}

/// Every old segment is there, or is a chain of new ones that ran off it by rounding only; no other is new.
pub(crate) fn protected_stay(old: &Protected, new: &Protected, e: &Edit) {
    let mut used: BTreeSet<Side> = BTreeSet::new();
    let mut next: BTreeMap<Pt, Vec<(Pt, Side)>> = BTreeMap::new();
    for &(a, b) in new.keys().filter(|s| !old.contains_key(s)) {
        next.entry(a).or_default().push((b, (a, b)));
        next.entry(b).or_default().push((a, (a, b)));
    }
    for (&(a, b), sides) in old {
        if let Some(now) = new.get(&(a, b)) {
            assert_eq!(now, sides, "other communities beside {a:?} {b:?}");
            used.insert((a, b));
            continue;
        }
        let beside = |at: Pt, s: &Side| {
            let (l, r) = new[s];
            if s.0 == at { (l, r) } else { (r, l) }
        };
        let ahead = |at: Pt| -> Vec<(Pt, Side)> {
            let near = |q: Pt| at.dist(b) > q.dist(b) && dist2_to_segment(q, a, b).sqrt() <= 4.0 * ROUNDING_MM;
            let all = next.get(&at).into_iter().flatten().filter(|(q, s)| near(*q) && !used.contains(s));
            // Where borders lie millimetres apart several are near enough: those with the same communities are meant.
            all.filter(|(_, s)| beside(at, s) == *sides).copied().collect()
        };
        // Every way by unused segments, until one comes of rounding only.
        let mut ways: Vec<(Vec<Pt>, Vec<Side>)> = vec![(vec![a], vec![])];
        let found = loop {
            let Some((chain, by)) = ways.pop() else {
                panic!("the protected border {a:?} {b:?} is lost, or other communities lie beside it, after {e:?}");
            };
            let at = chain[chain.len() - 1];
            if at == b {
                if by_rounding_only(&chain) {
                    break by;
                }
                continue;
            }
            for (q, s) in ahead(at) {
                ways.push(([&chain[..], &[q]].concat(), [&by[..], &[s]].concat()));
            }
        };
        used.extend(found);
    }
    let more: Vec<_> = new.iter().filter(|(s, _)| !used.contains(s)).take(4).collect();
    assert!(more.is_empty(), "new protected borders {more:?} after {e:?}");
}

/// Whether a chain comes of its first and last point by putting in one point after the other, each no further from the
/// segment it is put into than rounding takes it. An edit may put several nodes into one border.
fn by_rounding_only(chain: &[Pt]) -> bool {
    let n = chain.len();
    let mut ok = vec![vec![false; n]; n];
    for width in 1..n {
        for i in 0..n - width {
            let j = i + width;
            let off = |k: usize| dist2_to_segment(chain[k], chain[i], chain[j]).sqrt();
            ok[i][j] = width == 1 || (i + 1..j).any(|k| ok[i][k] && ok[k][j] && off(k) <= ROUNDING_MM);
        }
    }
    ok[0][n - 1]
}
