//! Reshaping: a line drawn across borders moves the ground between it and the borders to the other side.

use super::draft::Draft;
use super::editors::{carried, carry};
use super::overlay::Rules;
use super::segments::self_crossing;
use super::vertex::MayMove;
use super::{Half, OUTSIDE, Owner, Partition, PartitionPatch, TopologyError, WORLD};
use crate::geom::{Box2, Meet, Pt, chain_length, meet};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What a reshaping is told besides its line.
pub struct Reshaping<'a> {
    /// Whose ground is reshaped; without it that of all whom the line divides.
    pub owner: Option<Owner>,
    /// A point of the part that stays with its owner; without it the one with most ground stays.
    pub keep: Option<Pt>,
    /// How far from a border an end may be and still be carried to it, mm.
    pub attach_mm: f64,
    /// Which owners may exchange ground.
    pub may: MayMove<'a>,
    /// Who may lose all ground.
    pub may_vanish: &'a dyn Fn(Owner) -> bool,
}

/// Moves ground to the other side of a line.
///
/// *Cut off*: a face of the owner that the line divides keeps the part with `keep`, else the largest. Each other part
/// goes to the neighbour with which it has the longest border of those that may take it; with all owners, parts that
/// have a border with each other go together, and to none of those they are cut from.
/// *Beyond the border* (with one owner only): ground that is not the owner's and that it may take, connected before and
/// divided by the line, comes to it where it borders on what stays the owner's, but for the largest of the parts that do
/// if all that the line divides there do or several do.
/// Ends of the line that divide nothing leave no trace.
///
/// O(border of the faces divided); with one owner also that of all ground it may take.
///
/// # Errors
/// A line that crosses itself, one that moves no ground, an owner that would lose all its ground, a protected border, a
/// `keep` that is nobody's.
pub fn reshape(p: &Partition, line: &[Pt], how: &Reshaping<'_>) -> Result<(Partition, PartitionPatch), TopologyError> {
    let mut line = line.to_vec();
    line.dedup();
    let [first, .., last] = line[..] else {
        return Err(TopologyError::TooFew { at: line.first().copied().unwrap_or_default() });
    };
    for &q in &line {
        Draft::in_range(q)?;
    }
    if let Some(at) = self_crossing(&line) {
        return Err(TopologyError::SelfCrossing { at });
    }
    let in_play = |o: Owner| match how.owner {
        Some(owner) => o == owner || (how.may)(owner, o),
        None => o != OUTSIDE || (how.may)(OUTSIDE, OUTSIDE),
    };
    let faces: BTreeSet<u32> = p.faces().filter(|(_, f)| in_play(f.owner)).map(|(i, _)| i).collect();
    if let Some(at) = how.keep.filter(|&at| {
        let o = p.owner(p.locate(at));
        o == OUTSIDE || how.owner.is_some_and(|x| x != o)
    }) {
        return Err(TopologyError::NotOnGround { at });
    }
    let mut d = Draft::new(p);
    if first != last {
        let end = line.len() - 1;
        line[end] = carry(&mut d, last, &faces, how.attach_mm)?;
        line[0] = carry(&mut d, first, &faces, how.attach_mm)?;
        line.dedup();
    }
    let beside = |p: &Partition, e: u32| p.edge(e).is_some_and(|e| faces.contains(&e.left) || faces.contains(&e.right));
    d.overlay(&line, &Rules { obstacle: &beside, inside: &|f| faces.contains(&f) })?;
    let made = d.trace();
    let barred: BTreeSet<u32> = carried(&d).iter().map(|h| h.edge()).collect();
    let parts = Parts { d: &d, barred: &barred };
    let mut moves = parts.cut_off(&made, how)?;
    if let Some(owner) = how.owner {
        let goes: BTreeSet<u32> = moves.iter().map(|(f, _)| *f).collect();
        moves.extend(parts.beyond(owner, &goes, how.may).into_iter().map(|f| (f, owner)));
    }
    if moves.is_empty() {
        return Err(protected_on_the_way(p, &line, how).unwrap_or(TopologyError::NotDivided { at: first }));
    }
    let mut losers: BTreeMap<Owner, Pt> = BTreeMap::new();
    for &(f, _) in &moves {
        losers.entry(d.p.owner(f)).or_insert_with(|| corner(&d, f));
    }
    for (f, to) in &moves {
        d.give(*f, *to);
    }
    for (owner, at) in losers {
        if !(how.may_vanish)(owner) && d.p.faces_of(owner).is_empty() {
            return Err(TopologyError::WouldVanish { at, owner });
        }
    }
    d.clean(made.into_keys().chain(moves.into_iter().map(|(f, _)| f)));
    Ok(d.finish())
}

/// The ground as the line divides it.
struct Parts<'a> {
    d: &'a Draft,
    /// Borders that carry the line.
    barred: &'a BTreeSet<u32>,
}

impl Parts<'_> {
    /// Borders of a face: the edge, the face beyond it, whether the line runs along it.
    fn borders(&self, f: u32) -> impl Iterator<Item = (u32, u32, bool)> {
        let p = &self.d.p;
        let halves: Vec<Half> = p.face(f).map_or(&[][..], |f| &f.rings).iter().flat_map(|&r| p.ring(r)).collect();
        halves.into_iter().map(|h| (h.edge(), p.left(h.twin()), self.barred.contains(&h.edge())))
    }

    /// Order of parts by ground; equal ones by place.
    fn size(&self, f: u32) -> (i128, Reverse<Pt>) {
        let area2 = if f == WORLD { i128::MAX } else { self.d.p.face(f).map_or(0, |f| f.area2) };
        (area2, Reverse(corner(self.d, f)))
    }

    /// The parts that do not stay with their owner, with the neighbours to whom they go.
    fn cut_off(&self, made: &BTreeMap<u32, u32>, how: &Reshaping<'_>) -> Result<Vec<(u32, Owner)>, TopologyError> {
        let p = &self.d.p;
        let kept = how.keep.map(|at| p.locate(at));
        let mut divided: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (&f, &was) in made {
            if how.owner.is_none_or(|o| o == p.owner(f)) {
                divided.entry(was).or_default().push(f);
            }
        }
        let mut cut: BTreeSet<u32> = BTreeSet::new();
        for parts in divided.values().filter(|parts| parts.len() > 1) {
            let named = parts.iter().copied().find(|f| Some(*f) == kept);
            let stays = named.or(parts.iter().copied().max_by_key(|&f| self.size(f)));
            cut.extend(parts.iter().copied().filter(|f| Some(*f) != stays));
        }
        let mut moves = Vec::new();
        let mut left = cut.clone();
        while let Some(first) = left.pop_first() {
            let mut group = vec![first];
            let mut lengths: BTreeMap<Owner, f64> = BTreeMap::new();
            let mut next = 0;
            while let Some(&f) = group.get(next) {
                next += 1;
                for (e, g, barred) in self.borders(f) {
                    if barred || g == f {
                    } else if left.remove(&g) {
                        group.push(g);
                    } else if !cut.contains(&g) {
                        *lengths.entry(p.owner(g)).or_default() += p.edge(e).map_or(0.0, |e| chain_length(&e.points));
                    }
                }
            }
            let from: BTreeSet<Owner> = group.iter().map(|&f| p.owner(f)).collect();
            lengths.retain(|o, _| !from.contains(o));
            // Of equal neighbours the first.
            let longest = |may: bool| {
                let all = lengths.iter().filter(|(o, _)| from.iter().all(|&f| (how.may)(f, **o)) == may);
                all.max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(a.0))).map(|(o, _)| *o)
            };
            let at = corner(self.d, first);
            match (longest(true), longest(false)) {
                (Some(to), _) => moves.extend(group.into_iter().map(|f| (f, to))),
                (None, Some(right)) => return Err(TopologyError::Protected { at, left: p.owner(first), right }),
                (None, None) => return Err(TopologyError::NotDivided { at }),
            }
        }
        Ok(moves)
    }

    /// Ground of others that lies between the owner's border and the line. A border with faces that go from the owner
    /// (`goes`) brings nothing.
    fn beyond(&self, owner: Owner, goes: &BTreeSet<u32>, may: MayMove<'_>) -> Vec<u32> {
        let p = &self.d.p;
        let open = |f: u32| p.owner(f) != owner && may(owner, p.owner(f));
        // Pieces of open ground that no crossing of the line leads between, whether they border on the owner, and on
        // what stays the owner's.
        let mut piece: BTreeMap<u32, usize> = BTreeMap::new();
        let mut pieces: Vec<(Vec<u32>, bool, bool)> = Vec::new();
        let mut across: Vec<(usize, u32)> = Vec::new();
        let beside = |e: &u32| p.edge(*e).map(|e| [e.left, e.right]);
        for start in self.barred.iter().filter_map(beside).flatten().filter(|&f| open(f)) {
            if piece.contains_key(&start) {
                continue;
            }
            let n = pieces.len();
            piece.insert(start, n);
            let (mut faces, mut touches, mut holds, mut next) = (vec![start], false, false, 0);
            while let Some(&f) = faces.get(next) {
                next += 1;
                for (_, g, barred) in self.borders(f) {
                    if barred {
                        across.push((n, g));
                    } else if p.owner(g) == owner {
                        touches = true;
                        holds |= !goes.contains(&g);
                    } else if open(g) && piece.insert(g, n).is_none() {
                        faces.push(g);
                    }
                }
            }
            pieces.push((faces, touches, holds));
        }
        // Pieces on two sides of the line were one.
        let mut whole: Vec<usize> = (0..pieces.len()).collect();
        fn root(whole: &mut [usize], mut n: usize) -> usize {
            while whole[n] != n {
                whole[n] = whole[whole[n]];
                n = whole[n];
            }
            n
        }
        for (n, g) in across {
            if let Some(&m) = piece.get(&g) {
                let (a, b) = (root(&mut whole, n), root(&mut whole, m));
                whole[a.max(b)] = a.min(b);
            }
        }
        let mut wholes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for n in 0..pieces.len() {
            wholes.entry(root(&mut whole, n)).or_default().push(n);
        }
        let mut comes = Vec::new();
        for of in wholes.into_values() {
            let touching: Vec<usize> = of.iter().copied().filter(|&n| pieces[n].1).collect();
            let ground = |n: &usize| {
                let faces = pieces[*n].0.iter().map(|&f| self.size(f));
                faces.fold((0i128, Reverse(Pt { x: i32::MAX, y: i32::MAX })), |a, b| {
                    (a.0.saturating_add(b.0), a.1.max(b.1))
                })
            };
            let stays =
                if touching.len() > 1 || of.len() == 1 { touching.iter().copied().max_by_key(ground) } else { None };
            comes.extend(
                touching.into_iter().filter(|n| Some(*n) != stays && pieces[*n].2).flat_map(|n| pieces[n].0.clone()),
            );
        }
        comes
    }
}

/// The least point of a face's first ring.
fn corner(d: &Draft, f: u32) -> Pt {
    let ring = d.p.face(f).and_then(|f| f.rings.first().copied());
    ring.and_then(|r| d.p.ring_points(r).into_iter().min()).unwrap_or_default()
}

/// The first protected border that the line meets.
fn protected_on_the_way(p: &Partition, line: &[Pt], how: &Reshaping<'_>) -> Option<TopologyError> {
    for s in line.windows(2) {
        for e in p.edges_near(&Box2::of_two(s[0], s[1])).into_iter().filter_map(|e| p.edge(e)) {
            let (left, right) = p.sides(e);
            let concerned = how.owner.is_none_or(|o| o == left || o == right);
            if !concerned || (how.may)(left, right) {
                continue;
            }
            if let Some(w) = e.points.windows(2).find(|w| meet(s[0], s[1], w[0], w[1]) != Meet::Apart) {
                return Some(TopologyError::Protected { at: w[0], left, right });
            }
        }
    }
    None
}
