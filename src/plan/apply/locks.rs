//! Locks and limits: ground and borders that an edit may not touch, and how they are kept.
//!
//! One check serves every editor: what the edit made of the borders is compared with what they were.

use super::{Applying, no_such};
use crate::geom::{Place, Pt, dist2_to_segment};
use crate::model::Id;
use crate::plan::error::{EditError, Held};
use crate::plan::patch::{Item, Key};
use crate::plan::project::{Layer, Plan};
use crate::topology::{Edge, Face, Half, OUTSIDE, Owner, Partition, PartitionPatch, TopologyError};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// How far from a segment, mm², a point is that rounding alone put into it: half the grid's diagonal, 0.71 mm, squared.
const ROUNDING2_MM2: f64 = 0.5001;
/// How far from the straight way, mm², several such points may come to lie.
const BEND2_MM2: f64 = 2.0;
/// Steps after which a way is given up.
const TRIES: usize = 100_000;
/// Nodes in one segment whose order of coming is looked for.
const FEW: usize = 40;
/// What rounding may take of a cell's ground, mm for each mm of border that was bent.
const BEND_MM: f64 = 0.7072;

/// A piece of border with whose ground lies left of it.
type Side = (Pt, Pt, Owner);

impl<'a> Applying<'a> {
    /// What keeps an owner's ground as it is: a lock on its unit or one above, or the limit that the edit itself names.
    pub(super) fn held(&self, layer: &Layer, owner: Owner) -> Option<Held> {
        let chain = layer.unit_of(owner).map(|u| layer.chain(u.id)).unwrap_or_default();
        if let Some(u) = chain.iter().find(|u| layer.locks.units.contains(&u.id)) {
            return Some(Held::Unit(u.code.clone()));
        }
        let within = self.edit.within.as_ref().filter(|w| chain.iter().all(|u| u.code != **w));
        within.map(|w| Held::Within(w.clone()))
    }

    /// Refuses to take a locked unit away.
    pub(super) fn not_locked(&self, layer: &Layer, unit: Id) -> Result<(), EditError> {
        match layer.chain(unit).into_iter().find(|u| layer.locks.units.contains(&u.id)) {
            None => Ok(()),
            Some(u) => {
                let at = layer.partition.polygons(unit.0).iter().flatten().flatten().next().copied();
                Err(self.held_error(Held::Unit(u.code.clone()), at.unwrap_or_default()))
            }
        }
    }

    /// Whether anything is held at all.
    fn holds(&self, layer: &Layer) -> bool {
        !layer.locks.is_empty() || self.edit.within.is_some() || self.edit.gaps
    }

    fn is_cell(&self, layer: &Layer, owner: Owner) -> bool {
        layer.unit_of(owner).is_some_and(|u| usize::from(u.level) + 1 >= self.levels().len())
    }

    /// Whether an edit may take an owner's ground.
    pub(super) fn may_take(&self, layer: &Layer, owner: Owner) -> bool {
        !self.holds(layer) || (self.held(layer, owner).is_none() && !(self.edit.gaps && self.is_cell(layer, owner)))
    }

    /// Why a border between two owners is held, if it is by them; where only gaps are filled, also that between two cells.
    pub(super) fn border_held(&self, layer: &Layer, left: Owner, right: Owner) -> Option<Held> {
        if !self.holds(layer) {
            return None;
        }
        let between = self.edit.gaps && self.is_cell(layer, left) && self.is_cell(layer, right);
        let by = self.held(layer, left).or_else(|| self.held(layer, right));
        by.or(between.then_some(Held::Cells))
    }

    /// Whether no piece of a border is locked. A node that an edit is just putting into it does not hide it.
    pub(super) fn is_free(layer: &Layer, border: &[Pt]) -> bool {
        let lines = &layer.locks.lines;
        if lines.is_empty() {
            return true;
        }
        border.windows(2).all(|w| {
            !lines.contains(&line_of(w[0], w[1]))
                && !lines.iter().any(|&(a, b)| [w[0], w[1]].iter().all(|&p| dist2_to_segment(p, a, b) <= BEND2_MM2))
        })
    }

    /// Sets the ground that an edit made, if it leaves what is held as it was.
    ///
    /// Held ground must keep its borders, point by point; a held line its points in order. Between two of them there may
    /// be nodes, which have moved it by what rounding takes. O(borders changed) where anything is held, else nothing.
    pub(super) fn set_partition(
        &mut self,
        (plan, i): (&Plan, u16),
        layer: &Layer,
        (now, patch): (Partition, PartitionPatch),
    ) -> Result<(), EditError> {
        if self.holds(layer) {
            let was = &layer.partition;
            let touched = touched(was, &now, &patch);
            let (before, after) = (sides(was, &touched), sides(&now, &touched));
            let gone: BTreeSet<Side> = before.difference(&after).copied().collect();
            let new: BTreeSet<Side> = after.difference(&before).copied().collect();
            // The edit's own new units are nobody's yet.
            let old = |o: Owner| o == OUTSIDE || o == 0 || layer.unit_of(o).is_some();
            let by = |o: Owner| if old(o) { self.held(layer, o) } else { None };
            ground_is_kept(&by, &gone, &new).map_err(|(by, at)| self.held_error(by, at))?;
            self.no_cell_loses(layer, &now, &patch, &gone)?;
            if self.edit.gaps {
                self.cells_keep_their_borders(layer, &before, &after)?;
            }
            let lines = lines_are_kept(&|l| layer.locks.lines.contains(l), &before, &after)
                .map_err(|at| self.held_error(Held::Line, at))?;
            for (old, into) in lines {
                self.tx.put(Key::LockedLine(plan.id, i, old.0, old.1), None);
                for w in into.windows(2) {
                    let (a, b) = line_of(w[0], w[1]);
                    self.tx.put(Key::LockedLine(plan.id, i, a, b), Some(Item::Locked));
                }
            }
        }
        self.tx.set_partition(plan.id, i, now, patch);
        Ok(())
    }

    fn held_error(&self, by: Held, at: Pt) -> EditError {
        EditError::Held { by, at: self.tx.new.origin().place(at) }
    }

    /// Where only gaps are filled: no cell's ground may have become smaller, but for what rounding takes.
    fn no_cell_loses(
        &self,
        layer: &Layer,
        now: &Partition,
        patch: &PartitionPatch,
        gone: &BTreeSet<Side>,
    ) -> Result<(), EditError> {
        if !self.edit.gaps {
            return Ok(());
        }
        let cells: BTreeSet<Owner> = patch.faces.iter().filter_map(|c| Some(c.before.as_ref()?.owner)).collect();
        for owner in cells.into_iter().filter(|&o| self.is_cell(layer, o)) {
            let area2 = |p: &Partition| -> i128 {
                p.faces_of(owner).into_iter().filter_map(|f| p.face(f)).map(|f| f.area2).sum()
            };
            let bent_mm: f64 =
                gone.iter().filter(|s| s.2 == owner).map(|s| crate::geom::chain_length(&[s.0, s.1])).sum();
            if ((area2(&layer.partition) - area2(now)) as f64) > 2.0 * BEND_MM * bent_mm {
                let at = gone.iter().find(|s| s.2 == owner).map_or(Pt::default(), |s| s.0);
                return Err(self.held_error(Held::Cells, at));
            }
        }
        Ok(())
    }

    /// Where only gaps are filled: borders between two cells are where they were.
    fn cells_keep_their_borders(
        &self,
        layer: &Layer,
        before: &BTreeSet<Side>,
        after: &BTreeSet<Side>,
    ) -> Result<(), EditError> {
        let of_cells: BTreeSet<(Pt, Pt, Owner)> = before.iter().filter(|s| self.is_cell(layer, s.2)).copied().collect();
        let with_cell_beyond = |s: &&Side| of_cells.range((s.1, s.0, 0)..=(s.1, s.0, Owner::MAX)).next().is_some();
        let between: BTreeSet<(Pt, Pt)> = of_cells.iter().filter(with_cell_beyond).map(|s| line_of(s.0, s.1)).collect();
        let kept = lines_are_kept(&|l| between.contains(l), before, after);
        kept.map(drop).map_err(|at| self.held_error(Held::Cells, at))
    }

    /// Whether what an import may not touch stands as it did: ground of `fixed` owners, the outline and borders of higher
    /// units that the edit has not opened. `Err`: a place where it does not. O(borders changed).
    pub(super) fn stands(
        &self,
        layer: &Layer,
        fixed: &dyn Fn(Owner) -> bool,
        (now, patch): (&Partition, &PartitionPatch),
    ) -> Result<(), Pt> {
        let was = &layer.partition;
        if was.is_empty() {
            return Ok(());
        }
        let touched = touched(was, now, patch);
        let (before, after) = (sides(was, &touched), sides(now, &touched));
        let gone: BTreeSet<Side> = before.difference(&after).copied().collect();
        let new: BTreeSet<Side> = after.difference(&before).copied().collect();
        ground_is_kept(&|o| fixed(o).then_some(Held::Line), &gone, &new).map_err(|(_, at)| at)?;
        let mut protected: BTreeSet<(Pt, Pt)> = BTreeSet::new();
        for e in touched.iter().filter_map(|&e| was.edge(e)) {
            let (left, right) = was.sides(e);
            if self.closed_line(layer, left, right).is_some() {
                protected.extend(e.points.windows(2).map(|w| line_of(w[0], w[1])));
            }
        }
        lines_are_kept(&|l| protected.contains(l), &before, &after).map(drop)
    }

    /// Locks or unlocks a unit's ground, or the border with a segment.
    pub(super) fn lock(&mut self, cell: Option<&str>, on: Option<&[Place; 2]>, value: bool) -> Result<(), EditError> {
        let (plan, i) = (self.draft()?, self.layer_ix()?);
        let layer = self.layer_of(plan, i)?;
        let item = value.then_some(Item::Locked);
        match (cell, on) {
            (Some(code), None) => {
                let unit = layer.unit(code).ok_or_else(|| no_such("网格", "cell", code))?;
                self.tx.put(Key::LockedUnit(plan.id, i, unit.id), item);
            }
            (None, Some(on)) => {
                let on = [self.grid(on[0])?, self.grid(on[1])?];
                let Some(border) = layer.partition.border_of(on[0], on[1]) else {
                    return Err(self.border(layer, TopologyError::NotFound { at: on[0] }));
                };
                let points = layer.partition.edge(border).map(|e| e.points.clone()).unwrap_or_else(|| Arc::from([]));
                for w in points.windows(2) {
                    let (a, b) = line_of(w[0], w[1]);
                    self.tx.put(Key::LockedLine(plan.id, i, a, b), item.clone());
                }
            }
            _ => return Err(EditError::Field { field: "cell".into() }),
        }
        Ok(())
    }
}

/// Whether the borders of held ground are what they were, but for nodes put into them. `Err`: by what it is held, where.
fn ground_is_kept(
    held_by: &dyn Fn(Owner) -> Option<Held>,
    gone: &BTreeSet<Side>,
    new: &BTreeSet<Side>,
) -> Result<(), (Held, Pt)> {
    // By owner: what is gone and what is new.
    let mut of: BTreeMap<Owner, [Vec<(Pt, Pt)>; 2]> = BTreeMap::new();
    for (k, sides) in [gone, new].into_iter().enumerate() {
        for &(a, b, owner) in sides {
            of.entry(owner).or_default()[k].push((a, b));
        }
    }
    for (owner, [gone, new]) in of {
        let Some(by) = held_by(owner) else { continue };
        let mut left: BTreeMap<Pt, Vec<Pt>> = BTreeMap::new();
        for &(a, b) in &new {
            left.entry(a).or_default().push(b);
        }
        let mut count = new.len() as i64;
        for (a, b) in gone {
            match course(&left, a, b) {
                Some(into) => count -= into.len() as i64 - 1,
                None => return Err((by, a)),
            }
        }
        if count != 0 {
            return Err((by, new.first().map_or(Pt::default(), |s| s.0)));
        }
    }
    Ok(())
}

/// Lines to be kept that have nodes in them now, each with its new points. `Err`: where one is no border any more.
fn lines_are_kept(
    keep: &dyn Fn(&(Pt, Pt)) -> bool,
    before: &BTreeSet<Side>,
    after: &BTreeSet<Side>,
) -> Result<Vec<((Pt, Pt), Vec<Pt>)>, Pt> {
    let of = |sides: &BTreeSet<Side>| sides.iter().map(|s| line_of(s.0, s.1)).collect::<BTreeSet<_>>();
    let (before, after) = (of(before), of(after));
    let mut left: BTreeMap<Pt, Vec<Pt>> = BTreeMap::new();
    for &(a, b) in after.difference(&before) {
        left.entry(a).or_default().push(b);
        left.entry(b).or_default().push(a);
    }
    let mut out = Vec::new();
    for &line in before.difference(&after).filter(|l| keep(l)) {
        let way = course(&left, line.0, line.1).ok_or(line.0)?;
        // A new segment is of one old line.
        for w in way.windows(2) {
            for (from, to) in [(w[0], w[1]), (w[1], w[0])] {
                left.entry(from).or_default().retain(|p| *p != to);
            }
        }
        out.push((line, way));
    }
    Ok(out)
}

/// A segment whichever way it is walked: the smaller end first.
pub(crate) fn line_of(a: Pt, b: Pt) -> (Pt, Pt) {
    if b < a { (b, a) } else { (a, b) }
}

/// Borders that a patch changed and those round ground that it gave to somebody else.
fn touched(was: &Partition, now: &Partition, patch: &PartitionPatch) -> BTreeSet<u32> {
    let mut out: BTreeSet<u32> = patch.edges.iter().map(|c| c.slot).collect();
    let owner = |f: &Option<Face>| f.as_ref().map(|f| f.owner);
    for c in patch.faces.iter().filter(|c| owner(&c.before) != owner(&c.after)) {
        for p in [was, now] {
            let rings: Vec<Half> = p.face(c.slot).map_or_else(Vec::new, |f| f.rings.to_vec());
            out.extend(rings.into_iter().flat_map(|r| p.ring(r)).map(Half::edge));
        }
    }
    out
}

/// Both sides of every segment of some borders.
fn sides(p: &Partition, edges: &BTreeSet<u32>) -> BTreeSet<Side> {
    let of = |e: &Edge| {
        let (left, right) = p.sides(e);
        let both = e.points.windows(2).flat_map(|w| [(w[0], w[1], left), (w[1], w[0], right)]);
        both.collect::<Vec<Side>>()
    };
    edges.iter().filter_map(|&e| p.edge(e)).flat_map(of).collect()
}

/// The way from a point to another along new segments that lie within rounding of the straight one.
fn course(left: &BTreeMap<Pt, Vec<Pt>>, a: Pt, b: Pt) -> Option<Vec<Pt>> {
    let along = |p: Pt| {
        let (dx, dy) = (i128::from(b.x - a.x), i128::from(b.y - a.y));
        i128::from(p.x - a.x) * dx + i128::from(p.y - a.y) * dy
    };
    // From each point those ahead, the nearest last, so that it is tried first; a way that ends is gone back on.
    let ahead = |at: Pt| -> Vec<Pt> {
        let near = |p: &Pt| {
            *p == b || (dist2_to_segment(*p, a, b) <= BEND2_MM2 && along(*p) > along(at) && along(*p) < along(b))
        };
        let mut all: Vec<Pt> = left.get(&at).into_iter().flatten().copied().filter(near).collect();
        all.sort_by_key(|&p| std::cmp::Reverse(along(p)));
        all
    };
    // The way of fewest points: where borders lie a millimetre apart a longer one may take in those of another.
    let mut from: BTreeMap<Pt, Pt> = BTreeMap::from([(a, a)]);
    let mut queue = VecDeque::from([a]);
    while let Some(at) = queue.pop_front().filter(|_| !from.contains_key(&b)) {
        for p in ahead(at) {
            if let Entry::Vacant(v) = from.entry(p) {
                v.insert(at);
                queue.push_back(p);
            }
        }
    }
    if !from.contains_key(&b) {
        return None;
    }
    let mut way = vec![b];
    while let Some(&at) = way.last().filter(|p| **p != a) {
        way.push(from[&at]);
    }
    way.reverse();
    if by_rounding(&way) {
        return Some(way);
    }
    let mut way = vec![a];
    let mut open = vec![ahead(a)];
    let mut tries = 0;
    while let Some(next) = open.last_mut() {
        tries += 1;
        match next.pop() {
            Some(p) if p == b => {
                way.push(b);
                if by_rounding(&way) {
                    return Some(way);
                }
                way.pop();
            }
            Some(p) => {
                way.push(p);
                open.push(ahead(p));
            }
            None => {
                open.pop();
                way.pop();
            }
        }
        if tries > TRIES {
            return None;
        }
    }
    None
}

/// Whether a way comes of its ends by putting in one point after the other, each no further from the segment it is put
/// into than rounding takes it. O(points³) up to [`FEW`]; of more each was near enough to the straight way to be found.
fn by_rounding(way: &[Pt]) -> bool {
    let n = way.len();
    if n > FEW {
        return true;
    }
    let mut ok = vec![vec![false; n]; n];
    for width in 1..n {
        for i in 0..n - width {
            let j = i + width;
            let near = |k: usize| dist2_to_segment(way[k], way[i], way[j]) <= ROUNDING2_MM2;
            ok[i][j] = width == 1 || (i + 1..j).any(|k| ok[i][k] && ok[k][j] && near(k));
        }
    }
    ok[0][n - 1]
}
