//! A random walk over a map with communities and cells: every edit that changes ground, done or refused.
//!
//! What must hold after each is in `store::tests::walk`, the lowest room that sees all of it.

use super::starts::Start;
use super::town::{Rows, content, empty, vertices};
use crate::geom::{Box2, Place, Pt, pt};
use crate::model::{Field, Kind, Row, Said, Segment, Shape, Value};
use crate::plan::{Edit, Hash, History, Layer, Op, Project, Ring, SetOp, Step, Take};
use crate::topology::{OUTSIDE, Owner, WORLD};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// SplitMix64 (Steele, Lea, Flood 2014).
pub(crate) struct Rng(pub u64);

impl Rng {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }
}

/// From so many cells on, the walk merges more than it divides.
const MANY: usize = 40;
/// Name of the level above the cells.
const LEVEL: &str = "社区";
/// Houses and courtyards on a map.
const HOUSES: usize = 300;
const YARDS: usize = 12;

/// A history on its way.
pub(crate) struct Walk {
    pub h: History,
    /// Segments that edits name.
    pub rows: Rows,
    /// What sort of map it began on.
    pub start: &'static str,
    /// Where places are thrown.
    pub area: Box2,
    rng: Rng,
    first: Project,
    number: usize,
    pub refused: BTreeMap<&'static str, usize>,
    pub done: BTreeMap<&'static str, usize>,
}

/// A step of a walk.
pub(crate) struct Stepped {
    pub before: Project,
    pub step: Arc<Step>,
}

impl Walk {
    /// One of eight sorts of maps by the seed, with houses and courtyards.
    pub fn new(seed: u64) -> Walk {
        let (mut rng, mut rows, mut h) = (Rng(seed), Rows::default(), empty());
        let Start { name, area, outline, communities, cells } = Start::of(seed);
        let mut ops: Vec<Op> = Vec::new();
        for (kind, codes, n, mm) in [(Kind::Courtyards, 'Y', YARDS, 10), (Kind::Buildings, 'B', HOUSES, 80)] {
            let list = (0..n).map(|i| {
                // Of a size that suits the map: a tenth or an eightieth of it, less by chance.
                let side = |rng: &mut Rng| (area.width() / mm / (1 + rng.below(4) as i64)) as i32 + 1;
                let (w, d) = (side(&mut rng), side(&mut rng));
                let at =
                    |rng: &mut Rng, v: i32, room: i64, s: i32| v + rng.below((room - i64::from(s)) as usize) as i32;
                let (x, y) = (at(&mut rng, area.min.x, area.width(), w), at(&mut rng, area.min.y, area.height(), d));
                let ring = vec![pt(x, y), pt(x + w, y), pt(x + w, y + d), pt(x, y + d)];
                let fields = match kind {
                    Kind::Courtyards if i % 2 == 0 => vec![(Field::Whole, Value::Count(1))],
                    Kind::Courtyards => vec![],
                    _ => vec![(Field::Households, Value::Count(10)), (Field::HouseholdsEstimated, Value::Count(1))],
                };
                Row::new(&format!("{codes}{i}"), "", fields, Shape::Polygons(vec![vec![ring]])).unwrap()
            });
            let s = Segment::pack(kind, list.collect());
            let segments = vec![Hash(s.hash())];
            rows.0.push(s);
            ops.push(Op::Import { kind, segments, source: String::new(), crs: None, level: None });
        }
        let origin = h.stable().origin();
        let places = |rings: &[Vec<Pt>]| -> Vec<Ring> {
            rings.iter().map(|r| r.iter().map(|&p| origin.place(p)).collect()).collect()
        };
        ops.push(Op::Outline { rings: places(&outline), crs: None });
        for (i, ring) in communities.into_iter().enumerate() {
            let (code, level) = (format!("SQ{i}"), LEVEL.to_owned());
            ops.push(Op::Unit { code, name: String::new(), level, parent: None, rings: places(&[ring]) });
        }
        for (i, rings) in cells.iter().enumerate() {
            let code = Some(format!("C{i:03}"));
            ops.push(Op::Draw { code, name: None, rings: places(rings), take: Take::Free, parent: None });
        }
        for op in ops {
            // A cell over two communities takes the ground of the first that has some there.
            let on = |parent: &str| match op.clone() {
                Op::Draw { code, name, rings, take, .. } => {
                    Op::Draw { code, name, rings, take, parent: Some(parent.to_owned()) }
                }
                other => other,
            };
            let tries = [op.clone(), on("SQ0"), on("SQ1")];
            let done = tries.into_iter().any(|op| h.stage(op.into(), &rows).is_ok());
            assert!(done, "{name}: {op:?}: {:?}", h.stage(op.clone().into(), &rows).err());
            h.commit(Said::default(), 0, "", None).unwrap();
        }
        let first = h.stable().clone();
        Walk { h, rows, start: name, area, rng, first, number: 0, refused: BTreeMap::new(), done: BTreeMap::new() }
    }

    pub fn layer(&self) -> &Layer {
        &self.h.stable().plans[0].layers[0]
    }

    /// Tries one edit; `None` if it was refused, which is checked to change nothing.
    pub fn step(&mut self) -> Option<Stepped> {
        self.number += 1;
        let e = self.edit();
        let before = self.h.stable().clone();
        let names: Vec<&'static str> = e.parts().iter().chain([&e]).map(|e| name_of(&e.op)).collect();
        match self.h.stage(e, &self.rows) {
            Err(why) => {
                assert!(before.state == self.h.stable().state && self.h.staged().is_none());
                *self.refused.entry(why.kind()).or_default() += 1;
                None
            }
            Ok(_) => {
                names
                    .into_iter()
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .for_each(|n| *self.done.entry(n).or_default() += 1);
                let step = self.h.commit(Said::default(), 0, "", None).unwrap();
                Some(Stepped { before, step })
            }
        }
    }

    /// Undoes every step since the beginning, does all again, and compares `state` and all content at both ends.
    pub fn back_to_the_first_and_forth(&mut self) {
        let last = self.h.stable().clone();
        let mut n = 0;
        while self.h.stable().state != self.first.state && self.h.undo().is_some() {
            n += 1;
        }
        assert!(content(self.h.stable()) == content(&self.first), "undo of all");
        assert_eq!(self.h.stable().recount_state(), self.first.state);
        (0..n).for_each(|_| drop(self.h.redo().unwrap()));
        assert!(content(self.h.stable()) == content(&last), "redo of all");
        assert_eq!((self.h.stable().state, self.h.stable().recount_state()), (last.state, last.state));
    }

    /// Any place of the map.
    fn anywhere(&mut self) -> Pt {
        let at = |rng: &mut Rng, v: i32, room: i64| (i64::from(v) + rng.below(room as usize + 1) as i64) as i32;
        let a = self.area;
        pt(at(&mut self.rng, a.min.x, a.width()), at(&mut self.rng, a.min.y, a.height()))
    }

    fn point(&mut self, vertices: &[Pt]) -> Place {
        let origin = self.h.stable().origin();
        let any = self.anywhere();
        let v = self.rng.pick(vertices).copied().unwrap_or(any);
        origin.place(match self.rng.below(8) {
            0 => v,
            // As near as the grid allows, or some metres off.
            1 => pt(v.x + self.off(2), v.y + self.off(2)),
            2 => pt(v.x + self.off(10_000), v.y + self.off(10_000)),
            3 => pt(any.x / 50_000 * 50_000, any.y / 50_000 * 50_000),
            _ => any,
        })
    }

    /// −n … n.
    fn off(&mut self, n: usize) -> i32 {
        self.rng.below(2 * n + 1) as i32 - n as i32
    }

    fn ring(&mut self, vertices: &[Pt]) -> Ring {
        let a = self.point(vertices);
        if self.rng.below(2) == 0 {
            return vec![a, self.point(vertices), self.point(vertices), self.point(vertices)];
        }
        let third = (self.area.width() / 3) as usize;
        let (w, h) = (self.rng.below(third) as i64 + 1, self.rng.below(third) as i64 + 1);
        let at = |dx: i64, dy: i64| Place { e_mm: a.e_mm + dx, n_mm: a.n_mm + dy };
        vec![at(0, 0), at(w, 0), at(w, h), at(0, h)]
    }

    /// An edit of one border between its nodes.
    fn of_border(&mut self, vertices: &[Pt], cell: String) -> Op {
        let origin = self.h.stable().origin();
        let edges: Vec<Arc<[Pt]>> = self.layer().partition.edges().map(|(_, e)| e.points.clone()).collect();
        let e = self.rng.pick(&edges).cloned().unwrap_or_else(|| Arc::from([pt(0, 0), pt(1, 1)]));
        let k = self.rng.below(e.len() - 1);
        let on = [origin.place(e[k]), origin.place(e[k + 1])];
        let far = [100, 5_000, 60_000][self.rng.below(3)];
        let off = |rng: &mut Rng| rng.below(2 * far) as i64 - far as i64;
        match self.rng.below(6) {
            0 => {
                let by = Place { e_mm: off(&mut self.rng), n_mm: off(&mut self.rng) };
                Op::Slide { on, by: Some(by), offset_m: None }
            }
            1 => Op::Slide { on, by: None, offset_m: Some(off(&mut self.rng) as f64 / 1000.0) },
            2 | 3 => {
                let [from, to] = [self.rng.below(e.len()), self.rng.below(e.len())].map(|k| origin.place(e[k]));
                // Beside the border, or anywhere.
                let line = (0..self.rng.below(3)).map(|_| match self.rng.below(4) {
                    0 => self.point(vertices),
                    _ => Place {
                        e_mm: from.e_mm.midpoint(to.e_mm) + off(&mut self.rng),
                        n_mm: from.n_mm.midpoint(to.n_mm) + off(&mut self.rng),
                    },
                });
                let line = line.collect();
                Op::Follow { from, to, line, on: (self.rng.below(3) == 0).then_some(on) }
            }
            _ => {
                let one = self.rng.below(2) == 0;
                Op::Simplify {
                    cells: if one { vec![] } else { vec![cell] },
                    on: one.then_some(on),
                    tolerance_m: Some(far as f64 / 2000.0),
                    square: self.rng.below(2) == 0,
                }
            }
        }
    }

    /// An edit that a line or a border is given to.
    fn by_line(&mut self, vertices: &[Pt], cell: String) -> Op {
        let origin = self.h.stable().origin();
        let edges: Vec<Arc<[Pt]>> = self.layer().partition.edges().map(|(_, e)| e.points.clone()).collect();
        let border = self.rng.pick(&edges).cloned().unwrap_or_else(|| Arc::from([pt(0, 0), pt(1, 1)]));
        // A tongue out of a border and back to it, or any line.
        let n = 1 + self.rng.below(3);
        let mut line: Vec<Place> = (0..n).map(|_| self.point(vertices)).collect();
        if self.rng.below(3) > 0 {
            let [a, b] = [self.rng.below(border.len()), self.rng.below(border.len())].map(|k| origin.place(border[k]));
            line.insert(0, a);
            line.push(b);
        } else {
            line.push(self.point(vertices));
        }
        let keep = (self.rng.below(4) == 0).then(|| self.point(vertices));
        let attach_m = Some(self.rng.below(20) as f64);
        Op::Reshape { line, cell: (self.rng.below(3) > 0).then_some(cell), keep, attach_m }
    }

    /// Cells as a file brings them: open ground as it is, part of it, or any rings.
    fn import(&mut self, vertices: &[Pt]) -> Op {
        let g = &self.layer().partition;
        let free = |o: Owner| o != OUTSIDE && self.layer().unit_of(o).is_none_or(|u| u.level == 0);
        let gaps: Vec<Vec<Vec<Pt>>> = g.faces().filter(|(_, f)| free(f.owner)).map(|(i, _)| g.rings(i)).collect();
        let origin = self.h.stable().origin();
        let mut rows = Vec::new();
        for i in 0..1 + self.rng.below(3) {
            let gap = self.rng.pick(&gaps).cloned();
            let polygon = match (gap, self.rng.below(3)) {
                (Some(gap), 0) => gap,
                (Some(gap), 1) => vec![gap[0].iter().step_by(2).copied().collect::<Vec<_>>()],
                _ => vec![self.ring(vertices).into_iter().filter_map(|p| origin.grid(p)).collect()],
            };
            let code = format!("I{:06}-{i}", self.number);
            rows.extend(Row::new(&code, "", vec![], Shape::Polygons(vec![polygon])).ok());
        }
        let s = Segment::pack(Kind::Cells, rows);
        let segments = vec![Hash(s.hash())];
        self.rows.0.push(s);
        let level = (self.rng.below(20) == 0).then(|| LEVEL.to_owned());
        Op::Import { kind: Kind::Cells, segments, source: String::new(), crs: None, level }
    }

    fn edit(&mut self) -> Edit {
        if self.rng.below(15) > 0 {
            let mut e = self.one();
            match self.rng.below(40) {
                0 => e.gaps = true,
                1 | 2 => {
                    let units: Vec<String> = self.layer().units.values().map(|u| u.code.clone()).collect();
                    e.within = self.rng.pick(&units).cloned();
                }
                _ => {}
            }
            return e;
        }
        let edits = (0..2 + self.rng.below(2)).map(|_| {
            self.number += 1;
            self.one()
        });
        Op::Together { edits: edits.collect() }.into()
    }

    /// Locks or unlocks a cell, a border, or now and then a community; few at a time, so that something can still be done.
    fn lock(&mut self, cells: &[String], communities: &[String]) -> Op {
        let locks = self.layer().locks.clone();
        let held: Vec<String> =
            locks.units.iter().filter_map(|u| self.layer().units.get(u)).map(|u| u.code.clone()).collect();
        let origin = self.h.stable().origin();
        if held.len() > 1 {
            return Op::Lock { cell: self.rng.pick(&held).cloned(), on: None, value: false };
        }
        if locks.lines.len() > 30 || (!locks.lines.is_empty() && self.rng.below(3) == 0) {
            let lines: Vec<(Pt, Pt)> = locks.lines.iter().copied().collect();
            let on = self.rng.pick(&lines).map(|&(a, b)| [origin.place(a), origin.place(b)]);
            return Op::Lock { cell: None, on, value: false };
        }
        if self.rng.below(2) == 0 {
            let all = if self.rng.below(8) == 0 { communities } else { cells };
            return Op::Lock { cell: self.rng.pick(all).cloned(), on: None, value: true };
        }
        let edges: Vec<Arc<[Pt]>> = self.layer().partition.edges().map(|(_, e)| e.points.clone()).collect();
        let on = self.rng.pick(&edges).map(|e| [origin.place(e[0]), origin.place(e[1])]);
        Op::Lock { cell: None, on, value: true }
    }

    /// Two cells change grounds, or one gives up a piece of ground or all holes in it.
    fn swap(&mut self, cell: String, cells: &[String]) -> Op {
        let other = self.rng.pick(cells).cloned().unwrap_or_default();
        let origin = self.h.stable().origin();
        let l = self.layer();
        let rings = |code: &String| -> Vec<Ring> {
            let own = l.unit(code).map(|u| l.partition.polygons(u.id.0)).unwrap_or_default();
            own.iter().flatten().map(|r| r.iter().map(|&q| origin.place(q)).collect()).collect()
        };
        let (mine, its) = (rings(&cell), rings(&other));
        let redrawn = |cell: String, rings: Vec<Ring>| crate::plan::RedrawnCell { cell, rings };
        match self.rng.below(3) {
            0 => Op::Redraw { cells: vec![redrawn(cell, mine.into_iter().take(1).collect())] },
            _ if cell == other => Op::Redraw { cells: vec![redrawn(cell, its)] },
            _ => Op::Redraw { cells: vec![redrawn(cell, its), redrawn(other, mine)] },
        }
    }

    fn one(&mut self) -> Edit {
        let vertices = vertices(&self.layer().partition);
        let cells: Vec<String> = self.layer().units.values().filter(|u| u.level == 1).map(|u| u.code.clone()).collect();
        let communities: Vec<String> =
            self.layer().units.values().filter(|u| u.level == 0).map(|u| u.code.clone()).collect();
        let code = Some(format!("{:06}", self.number));
        let cell = self.rng.pick(&cells).cloned().unwrap_or_default();
        let origin = self.h.stable().origin();
        let many = cells.len() > MANY;
        match self.rng.below(30) {
            0 => return self.lock(&cells, &communities).into(),
            1 if !many => {
                let n = 2 + self.rng.below(3);
                let line: Vec<Place> = (0..n).map(|_| self.point(&vertices)).collect();
                let attach_m = self.rng.below(50) as f64;
                // Of the cells the line divides those that nobody keeps out.
                let on_grid: Vec<Pt> = line.iter().filter_map(|&q| self.h.stable().grid(q)).collect();
                let l = self.layer();
                let owners = cells.iter().filter_map(|c| l.unit(c)).filter(|u| !l.is_locked(u.id)).map(|u| u.id.0);
                let metres = attach_m * 1000.0;
                let cut =
                    crate::topology::divided(&l.partition, &owners.collect(), &on_grid, metres).unwrap_or_default();
                let codes: Vec<String> = cut.into_iter().filter_map(|o| l.unit_of(o)).map(|u| u.code.clone()).collect();
                let number = self.number;
                let part = |(i, cell): (usize, String)| crate::plan::CutCell {
                    cell,
                    code: Some(format!("{number:06}-{i}")),
                    name: None,
                    keep: None,
                };
                return Op::Cut {
                    line,
                    cells: Some(codes.into_iter().enumerate().map(part).collect()),
                    attach_m: Some(attach_m),
                }
                .into();
            }
            2 => return self.swap(cell, &cells).into(),
            _ => {}
        }
        let op = match self.rng.below(37) {
            36 if !many => self.import(&vertices),
            30..=36 => self.of_border(&vertices, cell),
            24 if self.rng.below(4) == 0 => Op::Dissolve { cell },
            26 if self.rng.below(2) == 0 => {
                let g = &self.layer().partition;
                let free = |o: Owner| o != OUTSIDE && self.layer().unit_of(o).is_none_or(|u| u.level == 0);
                let gaps: Vec<u32> = g.faces().filter(|(_, f)| free(f.owner)).map(|(i, _)| i).collect();
                let gap = self.rng.pick(&gaps).copied().unwrap_or(WORLD);
                let g = &self.layer().partition;
                let at = origin.place(anchor_of(&g.rings(gap)).unwrap_or_default());
                let beside = crate::topology::neighbours(g, gap).into_keys();
                let beside: Vec<String> =
                    beside.filter_map(|o| self.layer().unit_of(o)).map(|u| u.code.clone()).collect();
                Op::Fill { at, cell: Some(self.rng.pick(&beside).cloned().unwrap_or(cell)) }
            }
            25 if self.rng.below(2) == 0 => {
                let l = self.layer();
                let ground = |c: &&String| l.unit(c).map_or(0, |u| l.partition.faces_of(u.id.0).len());
                let several = cells.iter().filter(|c| ground(c) > 1).cloned().collect::<Vec<_>>();
                let cell = self.rng.pick(&several).cloned().unwrap_or(cell);
                let id = self.layer().unit(&cell).map_or(0, |u| u.id.0);
                let corners: Vec<Pt> =
                    self.layer().partition.polygons(id).iter().filter_map(|g| anchor_of(g)).collect();
                let at = origin.place(self.rng.pick(&corners).copied().unwrap_or_default());
                Op::Detach { cell, at, code, name: None }
            }
            24..=29 => self.by_line(&vertices, cell),
            3 if self.rng.below(2) == 0 => {
                let to = (self.rng.below(4) > 0).then_some(cell);
                Op::Give { cell: to, rings: vec![self.ring(&vertices)] }
            }
            0..=3 if !many => {
                let take = if self.rng.below(3) == 0 { Take::All } else { Take::Free };
                let parent = if self.rng.below(2) == 0 { self.rng.pick(&communities).cloned() } else { None };
                Op::Draw { code, name: None, rings: vec![self.ring(&vertices)], take, parent }
            }
            4..=7 if !many => {
                let n = 2 + self.rng.below(3);
                let line: Vec<Place> = (0..n).map(|_| self.point(&vertices)).collect();
                let keep = (self.rng.below(2) == 0).then(|| self.point(&vertices));
                let attach_m = Some(self.rng.below(200) as f64);
                Op::Split { cell, line, code, name: None, keep, attach_m }
            }
            0..=8 => {
                // Two neighbours, or any two.
                let edges: Vec<(Owner, Owner)> =
                    self.layer().partition.edges().map(|(_, e)| self.layer().partition.sides(e)).collect();
                let (a, b) = self.rng.pick(&edges).copied().unwrap_or_default();
                let code = |o: Owner| self.layer().unit_of(o).filter(|u| u.level == 1).map(|u| u.code.clone());
                let beside = code(a).zip(code(b));
                let (a, b) = beside.unwrap_or_else(|| (cell, cells.first().cloned().unwrap_or_default()));
                Op::Merge { keep: Some(a.clone()), cells: vec![a, b], apart: self.rng.below(4) == 0 }
            }
            9 => Op::Pin {
                building: format!("B{}", self.rng.below(HOUSES)),
                cell: (self.rng.below(4) > 0).then_some(cell),
            },
            10 => Op::Whole { courtyard: format!("Y{}", self.rng.below(YARDS)), value: self.rng.below(2) == 0 },
            11 => {
                let fields = [("households".to_owned(), self.rng.below(90).into())].into_iter().collect();
                Op::Set(SetOp { building: Some(format!("B{}", self.rng.below(HOUSES))), fields, ..SetOp::default() })
            }
            12 => {
                let fields = [("code".to_owned(), format!("N{}", self.number).into())].into_iter().collect();
                let any = if self.rng.below(5) == 0 { self.rng.pick(&communities).cloned() } else { Some(cell) };
                Op::Set(SetOp { cell: any, fields, ..SetOp::default() })
            }
            13..=15 => {
                let edges: Vec<Arc<[Pt]>> = self.layer().partition.edges().map(|(_, e)| e.points.clone()).collect();
                let e = self.rng.pick(&edges).cloned().unwrap_or_else(|| Arc::from([pt(0, 0), pt(1, 1)]));
                let k = self.rng.below(e.len() - 1);
                let (a, b) = (e[k], e[k + 1]);
                let by = [3, 60_001][self.rng.below(2)];
                let mut off = || self.rng.below(by) as i32 - by as i32 / 2;
                let at = crate::geom::Box2::of_two(a, b).centre();
                let at = pt(at.x + off(), at.y + off());
                Op::Insert { on: [origin.place(a), origin.place(b)], at: origin.place(at) }
            }
            16 | 17 => Op::Delete { at: origin.place(self.rng.pick(&vertices).copied().unwrap_or_default()) },
            18 if self.rng.below(6) == 0 => {
                let (a, n) = (self.area, 20_000);
                let corners = [a.min, pt(a.max.x, a.min.y), a.max, pt(a.min.x, a.max.y)];
                let ring =
                    corners.map(|c| origin.place(pt(c.x.saturating_add(self.off(n)), c.y.saturating_add(self.off(n)))));
                Op::Outline { rings: vec![ring.to_vec()], crs: None }
            }
            18 if self.rng.below(5) == 0 => {
                let (code, level) = (format!("SQ-{}", self.number), LEVEL.to_owned());
                Op::Unit { code, name: String::new(), level, parent: None, rings: vec![self.ring(&vertices)] }
            }
            _ => {
                let v = self.rng.pick(&vertices).copied().unwrap_or_default();
                let to = match self.rng.below(3) {
                    0 => self.point(&vertices),
                    _ => origin.place(pt(v.x + self.off(20_000), v.y + self.off(20_000))),
                };
                Op::Move { at: origin.place(v), to }
            }
        };
        let opened = match self.rng.below(60) {
            0 => vec!["outline".to_owned()],
            1 => vec![LEVEL.to_owned()],
            2 => vec!["outline".to_owned(), LEVEL.to_owned()],
            _ => vec![],
        };
        Edit { opened, ..op.into() }
    }
}

/// What a walk does.
pub(crate) const NAMES: &[&str] = &[
    "outline", "draw", "split", "merge", "move", "insert", "delete", "set", "pin", "whole", "unit", "reshape",
    "dissolve", "detach", "fill", "give", "slide", "follow", "simplify", "import", "together", "lock", "cut", "redraw",
];

fn name_of(op: &Op) -> &'static str {
    let name = serde_json::to_value(op).unwrap()["op"].as_str().map(str::to_owned).unwrap_or_default();
    NAMES.iter().find(|n| **n == name).unwrap()
}

/// A point inside a polygon.
fn anchor_of(polygon: &[Vec<Pt>]) -> Option<Pt> {
    crate::geom::anchor_of_polygons(&[polygon.to_vec()])
}

/// How many edits are to be done: `GETU_EDITS`.
pub(crate) fn edits() -> usize {
    std::env::var("GETU_EDITS").ok().and_then(|s| s.parse().ok()).unwrap_or(2_000)
}
