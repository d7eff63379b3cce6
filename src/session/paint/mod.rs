//! Painting: buildings brushed into a cell or out of it, and the border that re-forms round them.
//!
//! Owns: which ground goes with painted buildings ([`reformed`]): the blocks between streets, banks, walls and old borders
//! in which they stand; where a block holds others too, a line in the middle between them; of empty ground what makes the
//! border short and lets it follow what is there. What is too far off gets no ground.
//! Never: edits, strokes (`tools::brush`), pixels. Start at [`reformed`]; `around` finds what stands there, `plane` cuts a drawing into
//! faces, `middle` draws lines between houses.

mod around;
mod middle;
mod plane;

use crate::assign::{Assignment, is_cell};
use crate::geom::{Box2, Pt, dist2_to_segment, foot_on_segment, rings_contain};
use crate::model::{Id, Kind, Said};
use crate::plan::{Layer, Project};
use crate::scene::cell_chip;
use crate::session::tools::{middle as middle_of, thinned};
use crate::topology::{OUTSIDE, Owner, Spot, spot};
use around::{Item, items, nearest, noded, rectangle_round, surroundings};
use middle::Footprint;
use pathfinding::directed::dijkstra::dijkstra;
use pathfinding::directed::edmonds_karp::edmonds_karp_sparse;
use plane::{Line, Plane, WORLD};
use std::collections::{BTreeMap, BTreeSet};

/// How far round the painted buildings lines are looked at, and how far a cell may be for its border to reach them, mm.
const ROUND_MM: i32 = 240_000;
const REACH_MM: i32 = 150_000;
/// How far a line round buildings in the open keeps from them, mm.
const KEEP_MM: f64 = 7_000.0;
/// A block larger than this, m², and so many times as large as what is painted in it is not taken whole.
const LARGE_M2: f64 = 30_000.0;
const LARGE_TIMES: f64 = 6.0;
/// What taking empty ground from a cell costs, in metres of border for each metre of its side; and ground of none.
const TAKING: (f64, f64) = (0.3, 0.05);
/// Common border under which two pieces of ground do not hang together, m.
const JOINED_M: f64 = 1.5;
/// Ground narrower than this goes with what is beside it, m.
const NARROW_M: f64 = 2.0;
/// A point off the straight way by less is one that noding put there, mm.
const NODED_MM: f64 = 0.8;

/// What changes are limited to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Limits {
    /// Only ground of this unit.
    pub within: Option<Id>,
    /// Only ground without a cell.
    pub gaps: bool,
}

/// What is wished.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wish {
    /// Plan and layer.
    pub of: (Id, u16),
    /// The cell that gets the buildings; none: they are in no cell then.
    pub to: Option<Id>,
    /// The only cell that gives ground, if it is but one.
    pub from: Option<Id>,
    /// Slots of buildings, ascending, of courtyards kept whole all of them.
    pub painted: Vec<u32>,
    /// Limits.
    pub limits: Limits,
}

/// The ground that goes with what is painted.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Reformed {
    /// Rings of the ground, outer and holes; empty: no border can reach any of the buildings.
    pub rings: Vec<Vec<Pt>>,
    /// Slots of the painted buildings inside, ascending.
    pub inside: Vec<u32>,
    /// Slots of those too far off for a border.
    pub far: Vec<u32>,
}

/// Why an owner's ground, and what stands on it, cannot go to a cell (or to none); nothing if it can.
pub fn held(p: &Project, wish: &Wish, owner: Owner) -> Option<Said> {
    let (plan, layer) = wish.of;
    let l = p.layer(plan, layer)?;
    let cell = |o: Owner| is_cell(p, plan, layer, o);
    let unit = l.unit_of(owner);
    let chip = |id: Id| l.units.get(&id).map(|u| cell_chip(l, u)).unwrap_or_default();
    let named = |id: Id| l.units.get(&id).map(|u| if u.name.is_empty() { &u.code } else { &u.name }).cloned();
    let above = |o: Owner| l.unit_of(o).and_then(|u| if cell(o) { u.parent } else { Some(u.id) });
    if owner == OUTSIDE {
        return Some(Said::new("在范围之外", "outside the outline"));
    }
    if let Some(locked) = wish.to.into_iter().chain(unit.map(|u| u.id)).find(|id| l.is_locked(*id)) {
        let c = if cell(locked.0) { chip(locked) } else { named(locked).unwrap_or_default() };
        return Some(Said::new(format!("{c} 已锁定，请先解锁"), format!("{c} is locked; unlock it first")));
    }
    if wish.to.is_some_and(|to| above(owner) != above(to.0)) {
        return Some(match above(owner).and_then(named) {
            Some(name) => Said::new(format!("属于 {name}，不能跨社区"), format!("of {name}, another community")),
            None => Said::new("不在同一社区", "not of the same community"),
        });
    }
    if wish.to.is_none() && !cell(owner) {
        return Some(Said::new("已经未划入", "in no cell already"));
    }
    let chain = unit.map(|u| l.chain(u.id)).unwrap_or_default();
    if let Some(name) = wish.limits.within.filter(|w| chain.iter().all(|u| u.id != *w)).and_then(named) {
        return Some(Said::new(format!("现在只动 {name}"), format!("only {name} changes now")));
    }
    if wish.limits.gaps && cell(owner) {
        return Some(Said::new("现在只填空白，不动别的网格", "only gaps are filled now; cells stay"));
    }
    None
}

/// What becomes of a face.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// Ground of the cell already.
    Own,
    /// It goes to the cell.
    Taken,
    /// It stays.
    Stays,
    /// As the border likes it best.
    Free,
}

/// The ground that goes with painted buildings. `go_on` is asked now and then; where it says no there is none.
///
/// Blocks are the faces between the lines of the surroundings, noded. Empty ones are shared out by a minimal cut (Ford and
/// Fulkerson 1956) over the lengths of border, dear where it follows nothing. O(lines near log lines near) and the cut.
pub fn reformed(p: &Project, a: &Assignment, wish: &Wish, go_on: &dyn Fn() -> bool) -> Option<Reformed> {
    let none = || Reformed { far: wish.painted.clone(), ..Reformed::default() };
    let Some(l) = p.layer(wish.of.0, wish.of.1) else { return Some(none()) };
    let table = p.table(Kind::Buildings);
    let painted: BTreeSet<u32> = wish.painted.iter().copied().collect();
    let place = painted.iter().filter_map(|s| table.get(*s)).fold(Box2::EMPTY, |b, r| b.union(r.bbox()));
    if place.is_empty() {
        return Some(none());
    }
    let mut area = place.grown(ROUND_MM);
    if let Some(to) = wish.to {
        let Some(foot) = nearest(l, to, &place) else { return Some(none()) };
        area = area.union(Box2::of_two(foot, foot).grown(ROUND_MM / 3));
    }
    let items = items(p, a, l, &area, &painted);
    let (mut lines, fine): (Vec<_>, Vec<_>) =
        surroundings(p, l, &area).into_iter().partition(|(_, line)| !matches!(line, Line::Wall | Line::Path));
    let blocks = Plane::of(&noded(&lines, &area, go_on)?);
    let mut work = Work { p, l, wish, items: &items, plane: blocks, owners: vec![], state: vec![], in_face: vec![] };
    // Walls and paths within a block count only where the block must be divided.
    let open = work.look();
    if !open.is_empty() {
        for &face in &open {
            if !go_on() {
                return None;
            }
            lines.extend(work.lines_in(face).into_iter().map(|line| (line, Line::Between)));
        }
        lines.extend(fine);
        let mut all = noded(&lines, &area, go_on)?;
        let of_block = |line: Line| matches!(line, Line::Wall | Line::Path | Line::Between);
        all.retain(|(a, b, line)| !of_block(*line) || open.contains(&work.plane.at(middle_of(*a, *b))));
        work.plane = Plane::of(&all);
        work.look();
    }
    work.share_out();
    work.join();
    work.smooth();
    work.enclose();
    Some(work.found())
}

struct Work<'a> {
    p: &'a Project,
    l: &'a Layer,
    wish: &'a Wish,
    items: &'a [Item],
    plane: Plane,
    /// Whose ground each face is, and what becomes of it.
    owners: Vec<Owner>,
    state: Vec<State>,
    /// Items in each face.
    in_face: Vec<Vec<usize>>,
}

impl Work<'_> {
    fn may(&self, owner: Owner) -> bool {
        self.wish.from.is_none_or(|from| from.0 == owner) && held(self.p, self.wish, owner).is_none()
    }

    fn is_gap(&self, owner: Owner) -> bool {
        owner != OUTSIDE && !is_cell(self.p, self.wish.of.0, self.wish.of.1, owner)
    }

    fn touches_frame(&self, face: usize) -> bool {
        self.plane.faces[face].halves.iter().any(|&h| self.plane.line(h) == Line::Frame)
    }

    /// Says of each face what must become of it; those that must be divided first.
    fn look(&mut self) -> Vec<u32> {
        let n = self.plane.faces.len();
        self.owners = vec![OUTSIDE; n];
        let mut known: BTreeMap<Owner, bool> = BTreeMap::new();
        for (i, f) in self.plane.faces.iter().enumerate() {
            if let Some(at) = f.inner {
                self.owners[i] = self.l.partition.owner(self.l.partition.locate(at));
            }
        }
        self.in_face = vec![Vec::new(); n];
        for (k, item) in self.items.iter().enumerate() {
            self.in_face[self.plane.at(item.anchor) as usize].push(k);
        }
        self.state = vec![State::Stays; n];
        let mut open = Vec::new();
        for i in 1..n {
            let owner = self.owners[i];
            let may = *known.entry(owner).or_insert_with(|| self.may(owner));
            let ours = self.in_face[i].iter().any(|&k| self.items[k].ours);
            let theirs = self.in_face[i].iter().any(|&k| !self.items[k].ours);
            self.state[i] = match (ours, theirs) {
                _ if self.wish.to.is_some_and(|to| to.0 == owner) => State::Own,
                _ if self.wish.to.is_none() && self.is_gap(owner) => State::Own,
                _ if !may => State::Stays,
                (true, true) => State::Stays,
                (true, false) => State::Taken,
                (false, true) => State::Stays,
                // What the frame cuts is larger than is known.
                (false, false) if self.touches_frame(i) || self.plane.faces[i].area > LARGE_M2 * 1e6 => State::Stays,
                (false, false) => State::Free,
            };
            let must = may && ours && self.state[i] != State::Own;
            if must && (theirs || self.is_large(i)) {
                open.push(i as u32);
            }
        }
        open
    }

    fn footprints(&self, face: usize, ours: bool) -> Vec<Footprint> {
        let of = self.in_face[face].iter().map(|&k| &self.items[k]).filter(|i| i.ours == ours);
        of.map(|i| i.footprint.clone()).collect()
    }

    /// Whether a face is too large to be taken for what is painted in it.
    fn is_large(&self, face: usize) -> bool {
        let m2 = self.plane.faces[face].area / 1e6;
        if self.touches_frame(face) {
            return true;
        }
        let mut points: Vec<Pt> = self.footprints(face, true).into_iter().flatten().flatten().collect();
        let b = Box2::of(&points).grown(KEEP_MM as i32);
        points.clear();
        m2 > LARGE_M2 && m2 > LARGE_TIMES * (b.width() as f64 * b.height() as f64) / 1e6
    }

    /// Lines that divide a face: in the middle between what is painted and what is not, and round what stands in the open.
    fn lines_in(&self, face: u32) -> Vec<Vec<Pt>> {
        let i = face as usize;
        let (ours, theirs) = (self.footprints(i, true), self.footprints(i, false));
        let mut out = middle::between(&self.plane.faces[i].rings, &ours, &theirs);
        if self.is_large(i) {
            let mut points: Vec<Pt> = ours.iter().flatten().flatten().copied().collect();
            points.extend(self.feet(i));
            out.extend(rectangle_round(points, KEEP_MM).map(|r| {
                let first = r[0];
                r.into_iter().chain([first]).collect()
            }));
        }
        out
    }

    /// The feet of what is painted in a face on the border of the cell, where that is a side of the face.
    fn feet(&self, face: usize) -> Vec<Pt> {
        let own = |h: &u32| {
            let beyond = self.plane.left[(*h ^ 1) as usize];
            beyond != WORLD && self.state[beyond as usize] == State::Own
        };
        let sides: Vec<(Pt, Pt)> = self.plane.faces[face]
            .halves
            .iter()
            .filter(|h| own(h))
            .map(|&h| (self.plane.from(h), self.plane.to(h)))
            .collect();
        let ours = self.in_face[face].iter().map(|&k| &self.items[k]).filter(|i| i.ours);
        let foot = |at: Pt| {
            let feet = sides.iter().map(|(a, b)| foot_on_segment(at, *a, *b));
            feet.min_by_key(|q| q.dist2(at))
        };
        ours.filter_map(|i| foot(i.anchor)).collect()
    }

    /// Shares out what is free by the cheapest border.
    fn share_out(&mut self) {
        const CELL: u32 = 0;
        const REST: u32 = 1;
        let number = |i: u32| match self.state[i as usize] {
            State::Own | State::Taken => CELL,
            State::Stays => REST,
            State::Free => i + 2,
        };
        let mut caps: BTreeMap<(u32, u32), i64> = BTreeMap::new();
        let mut put = |from: u32, to: u32, metres: f64| {
            *caps.entry((from, to)).or_default() += (metres * 1000.0).ceil() as i64;
        };
        for ((f, g), (_, cost)) in self.plane.beside() {
            let (m, n) = (number(f), number(g));
            let (a, b) = (self.owners[f as usize], self.owners[g as usize]);
            let of_cell = [f, g].iter().any(|i| self.state[*i as usize] == State::Own);
            // Where two others meet there is a border whatever becomes of them.
            if m == n || (m, n) == (CELL, REST) || (m, n) == (REST, CELL) || (a != b && !of_cell) {
                continue;
            }
            for (from, to) in [(m, n), (n, m)] {
                if from != REST && to != CELL {
                    put(from, to, cost);
                }
            }
        }
        let free: Vec<u32> = (1..self.state.len() as u32).filter(|i| self.state[*i as usize] == State::Free).collect();
        for &i in &free {
            let side_m = self.plane.faces[i as usize].area.max(0.0).sqrt() / 1000.0;
            let gap = self.is_gap(self.owners[i as usize]);
            put(i + 2, REST, side_m * if gap { TAKING.1 } else { TAKING.0 });
        }
        if free.is_empty() {
            return;
        }
        let all: Vec<u32> = [CELL, REST].into_iter().chain(free.iter().map(|i| i + 2)).collect();
        let (_, _, cut) = edmonds_karp_sparse(&all, &CELL, &REST, caps.iter().map(|(k, v)| (*k, *v)));
        let cut: BTreeSet<(u32, u32)> = cut.into_iter().map(|(ends, _)| ends).collect();
        let mut seen = BTreeSet::from([CELL]);
        let mut queue = vec![CELL];
        while let Some(at) = queue.pop() {
            for (&(_, to), &cap) in caps.range((at, 0)..=(at, u32::MAX)) {
                if cap > 0 && !cut.contains(&(at, to)) && seen.insert(to) {
                    queue.push(to);
                }
            }
        }
        for i in free {
            self.state[i as usize] = if seen.contains(&(i + 2)) { State::Taken } else { State::Stays };
        }
    }

    /// Joins what is taken to the cell, over empty ground where it must be; what cannot be joined stays.
    fn join(&mut self) {
        if self.wish.to.is_none() {
            return;
        }
        let mut beside: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for ((f, g), (metres, _)) in self.plane.beside() {
            if metres >= JOINED_M && f != WORLD {
                beside.entry(f).or_default().push(g);
                beside.entry(g).or_default().push(f);
            }
        }
        let n = self.state.len() as u32;
        let empty = |i: u32, w: &Self| {
            w.in_face[i as usize].is_empty() && w.may(w.owners[i as usize]) && !w.touches_frame(i as usize)
        };
        let may: Vec<bool> = (0..n).map(|i| i != WORLD && empty(i, self)).collect();
        let mut joined: BTreeSet<u32> = BTreeSet::new();
        let mut queue: Vec<u32> = (1..n).filter(|i| self.state[*i as usize] == State::Own).collect();
        joined.extend(&queue);
        loop {
            while let Some(at) = queue.pop() {
                for &g in beside.get(&at).into_iter().flatten() {
                    if self.state[g as usize] == State::Taken && joined.insert(g) {
                        queue.push(g);
                    }
                }
            }
            let left = (1..n).find(|i| self.state[*i as usize] == State::Taken && !joined.contains(i));
            let Some(left) = left else { break };
            let side = |i: u32| (self.plane.faces[i as usize].area.max(0.0).sqrt()).ceil() as u64 + 1;
            let next = |at: &u32| -> Vec<(u32, u64)> {
                let to = beside.get(at).into_iter().flatten();
                let cost = |g: &&u32| match self.state[**g as usize] {
                    _ if joined.contains(*g) => Some(0),
                    State::Taken => Some(0),
                    _ if may[**g as usize] => Some(side(**g)),
                    _ => None,
                };
                to.filter_map(|g| Some((*g, cost(&g)?))).collect()
            };
            let way = dijkstra(&left, next, |at| joined.contains(at));
            match way.filter(|(_, cost)| *cost <= REACH_MM as u64) {
                Some((way, _)) => {
                    for i in way {
                        if self.state[i as usize] != State::Own {
                            self.state[i as usize] = State::Taken;
                            joined.insert(i);
                            queue.push(i);
                        }
                    }
                }
                None => self.state[left as usize] = State::Stays,
            }
        }
    }

    /// Narrow empty ground goes with what it lies along.
    fn smooth(&mut self) {
        let beside = self.plane.beside();
        for i in 1..self.state.len() as u32 {
            let f = &self.plane.faces[i as usize];
            let rim: f64 = f.rings.iter().map(|r| crate::geom::chain_length(r)).sum();
            let narrow = 2.0 * f.area / rim.max(1.0) < NARROW_M * 1000.0;
            let free = self.state[i as usize] != State::Own
                && self.in_face[i as usize].is_empty()
                && self.may(self.owners[i as usize]);
            if !narrow || !free {
                continue;
            }
            let mut along = [0.0, 0.0];
            for ((f, g), (metres, _)) in &beside {
                let other = if *f == i { *g } else { *f };
                if (*f == i || *g == i) && other != WORLD {
                    let cell = matches!(self.state[other as usize], State::Own | State::Taken);
                    along[usize::from(cell)] += metres;
                }
            }
            self.state[i as usize] = if along[1] > along[0] { State::Taken } else { State::Stays };
        }
    }

    /// Ground that is cut off from the rest of its owner's goes too: empty, or a pocket with what stands in it that is smaller
    /// than what is taken. Nobody wants a cell in pieces.
    fn enclose(&mut self) {
        let n = self.state.len() as u32;
        let stays = |i: u32, w: &Self| i != WORLD && matches!(w.state[i as usize], State::Stays);
        let mut beside: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for ((f, g), (metres, _)) in self.plane.beside() {
            let same = self.owners[f as usize] == self.owners[g as usize];
            if metres >= JOINED_M && same && stays(f, self) && stays(g, self) {
                beside.entry(f).or_default().push(g);
                beside.entry(g).or_default().push(f);
            }
        }
        let touched: BTreeSet<u32> = self
            .plane
            .beside()
            .into_keys()
            .flat_map(|(f, g)| {
                let taken = |i: u32| i != WORLD && self.state[i as usize] == State::Taken;
                [(f, g), (g, f)].into_iter().filter(|(a, _)| taken(*a)).map(|(_, b)| b).collect::<Vec<_>>()
            })
            .collect();
        let mut seen: BTreeSet<u32> = BTreeSet::new();
        let mut parts: BTreeMap<Owner, Vec<Vec<u32>>> = BTreeMap::new();
        for start in 1..n {
            if !stays(start, self) || !seen.insert(start) {
                continue;
            }
            let mut part = vec![start];
            let mut next = 0;
            while let Some(&at) = part.get(next) {
                next += 1;
                part.extend(beside.get(&at).into_iter().flatten().filter(|g| seen.insert(**g)));
            }
            parts.entry(self.owners[start as usize]).or_default().push(part);
        }
        let all = (1..n).filter(|i| self.state[*i as usize] == State::Taken);
        let taken: f64 = all.map(|i| self.plane.faces[i as usize].area).sum();
        for (owner, mut parts) in parts {
            let size = |part: &Vec<u32>| part.iter().map(|&i| self.plane.faces[i as usize].area).sum::<f64>();
            // The largest is what the others are cut off from.
            parts.sort_by(|a, b| size(b).total_cmp(&size(a)));
            for part in parts.into_iter().skip(1) {
                let empty = part.iter().all(|i| self.in_face[*i as usize].is_empty());
                let known = part.iter().all(|i| !self.touches_frame(*i as usize));
                let pocket = known && (empty || size(&part) < taken);
                if pocket && part.iter().any(|i| touched.contains(i)) && self.may(owner) {
                    part.iter().for_each(|&i| self.state[i as usize] = State::Taken);
                }
            }
        }
    }

    fn found(&self) -> Reformed {
        let taken = |i: u32| i != WORLD && self.state[i as usize] == State::Taken;
        let rings = self.plane.rings_round(&taken).into_iter().map(|r| self.without_noding(r));
        let rings: Vec<Vec<Pt>> = rings.filter(|r| r.len() > 2).collect();
        let (mut inside, mut far) = (Vec::new(), Vec::new());
        for item in self.items.iter().filter(|i| i.ours) {
            // On ground of the cell already it needs none.
            let face = self.plane.at(item.anchor) as usize;
            let there = self.state[face] == State::Own || rings_contain(rings.iter().map(Vec::as_slice), item.anchor);
            let slots = item.slots.iter().filter(|s| self.wish.painted.binary_search(s).is_ok());
            if there { &mut inside } else { &mut far }.extend(slots);
        }
        let known: BTreeSet<u32> = inside.iter().chain(&far).copied().collect();
        far.extend(self.wish.painted.iter().filter(|s| !known.contains(s)));
        inside.sort_unstable();
        far.sort_unstable();
        Reformed { rings, inside, far }
    }

    /// A ring without the points that noding put into straight stretches; points of borders stay.
    fn without_noding(&self, ring: Vec<Pt>) -> Vec<Pt> {
        let keep = |p: &Pt| spot(&self.l.partition, *p) != Spot::Free && spot(&self.l.partition, *p) != Spot::Border;
        let n = ring.len();
        let bends =
            |i: usize| dist2_to_segment(ring[i], ring[(i + n - 1) % n], ring[(i + 1) % n]) > NODED_MM * NODED_MM;
        let Some(start) = (0..n).find(|i| keep(&ring[*i]) || bends(*i)) else { return ring };
        let turned: Vec<Pt> = (0..=n).map(|i| ring[(start + i) % n]).collect();
        let mut out: Vec<Pt> = Vec::new();
        let mut from = 0;
        for i in 1..=n {
            if i == n || keep(&turned[i]) {
                let piece = thinned(&turned[from..=i], NODED_MM);
                out.extend(&piece[..piece.len() - 1]);
                from = i;
            }
        }
        out
    }
}

#[cfg(test)]
mod tests;
