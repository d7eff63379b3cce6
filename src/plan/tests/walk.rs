//! A random walk over a map with communities and cells: any edit, done or refused, and what must hold after each.

use super::town::{Rows, content, empty, house, m, polygon, vertices};
use crate::geom::{Place, Pt, dist2_to_segment, pt, ring_area2, shoelace};
use crate::model::{Field, Kind, Row, Said, Segment, Value};
use crate::plan::{Edit, Hash, History, Layer, Op, Project, Ring, SetOp, Step, Take};
use crate::topology::{OUTSIDE, Owner, Partition, WORLD};
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

const SIDE_MM: usize = 800_000;
/// From so many cells on, the walk merges more than it divides.
const MANY: usize = 40;
/// Half a diagonal of the grid: what rounding may do to a border, mm, and a little for the floats.
const ROUNDING_MM: f64 = 0.7072;

/// A history on its way.
pub(crate) struct Walk {
    pub h: History,
    rows: Rows,
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
    /// An outline with bends, three communities with slanting borders and some ground of none, houses and courtyards.
    pub fn new(seed: u64) -> Walk {
        let (mut rng, mut rows, mut h) = (Rng(seed), Rows::default(), empty());
        let random = |rng: &mut Rng, n: usize| rng.below(n) as i32;
        let houses = (0..300).map(|i| house(&format!("B{i}"), random(&mut rng, 790), random(&mut rng, 790))).collect();
        let yards = (0..12).map(|i| {
            let at = polygon(random(&mut rng, 700), random(&mut rng, 700), 100, 80);
            let fields = if i % 2 == 0 { vec![(Field::Whole, Value::Count(1))] } else { vec![] };
            Row::new(&format!("Y{i}"), "", fields, at).unwrap()
        });
        let mut start: Vec<Op> = Vec::new();
        for (kind, list) in [(Kind::Courtyards, yards.collect()), (Kind::Buildings, houses)] {
            let s = Segment::pack(kind, list);
            let segments = vec![Hash(s.hash())];
            rows.0.push(s);
            start.push(Op::Import { kind, segments, source: String::new(), crs: None, level: None });
        }
        let outline =
            [(10.0, 0.0), (420.0, 35.0), (800.0, 3.0), (770.0, 410.0), (800.0, 800.0), (333.0, 780.0), (0.0, 795.0)];
        start.push(Op::Outline { rings: vec![outline.iter().map(|&(x, y)| m(x, y)).collect()], crs: None });
        let grounds: [&[(f64, f64)]; 3] = [
            &[(-10.0, -10.0), (390.0, -10.0), (410.123, 400.0), (371.0, 520.5), (-10.0, 455.0)],
            &[(390.0, -10.0), (900.0, -10.0), (900.0, 380.0), (410.123, 400.0)],
            &[(-10.0, 455.0), (371.0, 520.5), (410.123, 400.0), (900.0, 380.0), (900.0, 600.0), (-10.0, 700.0)],
        ];
        for (i, ring) in grounds.iter().enumerate() {
            let rings = vec![ring.iter().map(|&(x, y)| m(x, y)).collect()];
            let (code, level) = (format!("SQ{i}"), "社区".to_owned());
            start.push(Op::Unit { code, name: String::new(), level, parent: None, rings });
        }
        for op in start {
            h.stage(op.into(), &rows).unwrap();
            h.commit(Said::default(), 0, "", None).unwrap();
        }
        let first = h.stable().clone();
        Walk { h, rows, rng, first, number: 0, refused: BTreeMap::new(), done: BTreeMap::new() }
    }

    fn layer(&self) -> &Layer {
        &self.h.stable().plans[0].layers[0]
    }

    /// Tries one edit; `None` if it was refused, which is checked to change nothing.
    pub fn step(&mut self) -> Option<Stepped> {
        self.number += 1;
        let e = self.edit();
        let before = self.h.stable().clone();
        let name = serde_json::to_value(&e.op).unwrap()["op"].as_str().map(str::to_owned).unwrap_or_default();
        let name = NAMES.iter().find(|n| **n == name).unwrap();
        match self.h.stage(e, &self.rows) {
            Err(why) => {
                assert!(before.state == self.h.stable().state && self.h.staged().is_none());
                *self.refused.entry(why.kind()).or_default() += 1;
                None
            }
            Ok(_) => {
                *self.done.entry(name).or_default() += 1;
                let step = self.h.commit(Said::default(), 0, "", None).unwrap();
                Some(Stepped { before, step })
            }
        }
    }

    /// Undoes every step since the beginning and compares.
    pub fn back_to_the_first(&mut self) {
        while self.h.stable().state != self.first.state && self.h.undo().is_some() {}
        assert!(content(self.h.stable()) == content(&self.first), "undo of all");
        assert_eq!(self.h.stable().recount_state(), self.first.state);
    }

    fn point(&mut self, vertices: &[Pt]) -> Place {
        let origin = self.h.stable().origin();
        let any = pt(self.rng.below(SIDE_MM) as i32, self.rng.below(SIDE_MM) as i32);
        let v = self.rng.pick(vertices).copied().unwrap_or(any);
        origin.place(match self.rng.below(8) {
            0 => v,
            // As near as the grid allows, or some metres off.
            1 => pt(v.x + self.rng.below(5) as i32 - 2, v.y + self.rng.below(5) as i32 - 2),
            2 => pt(v.x + self.rng.below(20_001) as i32 - 10_000, v.y + self.rng.below(20_001) as i32 - 10_000),
            3 => pt(any.x / 50_000 * 50_000, any.y / 50_000 * 50_000),
            _ => any,
        })
    }

    fn ring(&mut self, vertices: &[Pt]) -> Ring {
        let a = self.point(vertices);
        if self.rng.below(2) == 0 {
            return vec![a, self.point(vertices), self.point(vertices), self.point(vertices)];
        }
        let (w, h) = (self.rng.below(SIDE_MM / 3) as i64 + 1, self.rng.below(SIDE_MM / 3) as i64 + 1);
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
        let mut off = || self.rng.below(2 * far) as i64 - far as i64;
        match (off() % 3, off() % 2) {
            (0, 0) => Op::Slide { on, by: Some(Place { e_mm: off(), n_mm: off() }), offset_m: None },
            (0, _) => Op::Slide { on, by: None, offset_m: Some(off() as f64 / 1000.0) },
            (1 | -1, _) => {
                let [from, to] = [self.rng.below(e.len()), self.rng.below(e.len())].map(|k| origin.place(e[k]));
                let line = (0..self.rng.below(3)).map(|_| self.point(vertices)).collect();
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

    fn edit(&mut self) -> Edit {
        let vertices = vertices(&self.layer().partition);
        let cells: Vec<String> = self.layer().units.values().filter(|u| u.level == 1).map(|u| u.code.clone()).collect();
        let communities: Vec<String> =
            self.layer().units.values().filter(|u| u.level == 0).map(|u| u.code.clone()).collect();
        let code = Some(format!("{:06}", self.number));
        let cell = self.rng.pick(&cells).cloned().unwrap_or_default();
        let origin = self.h.stable().origin();
        let many = cells.len() > MANY;
        let op = match self.rng.below(36) {
            30..=35 => self.of_border(&vertices, cell),
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
            9 => {
                Op::Pin { building: format!("B{}", self.rng.below(300)), cell: (self.rng.below(4) > 0).then_some(cell) }
            }
            10 => Op::Whole { courtyard: format!("Y{}", self.rng.below(12)), value: self.rng.below(2) == 0 },
            11 => {
                let fields = [("households".to_owned(), self.rng.below(90).into())].into_iter().collect();
                Op::Set(SetOp { building: Some(format!("B{}", self.rng.below(300))), fields, ..SetOp::default() })
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
                let at = pt((a.x + b.x) / 2 + off(), (a.y + b.y) / 2 + off());
                Op::Insert { on: [origin.place(a), origin.place(b)], at: origin.place(at) }
            }
            16 | 17 => Op::Delete { at: origin.place(self.rng.pick(&vertices).copied().unwrap_or_default()) },
            18 if self.rng.below(20) == 0 => {
                let bulge = self.rng.below(20_000) as i64;
                let at = |e: i64, n: i64| Place { e_mm: m(0.0, 0.0).e_mm + e, n_mm: m(0.0, 0.0).n_mm + n };
                let s = SIDE_MM as i64;
                Op::Outline {
                    rings: vec![vec![at(-bulge, 0), at(s, -bulge), at(s + bulge, s), at(0, s + bulge)]],
                    crs: None,
                }
            }
            18 if self.rng.below(20) == 0 => {
                let (code, level) = (format!("SQ-{}", self.number), "社区".to_owned());
                Op::Unit { code, name: String::new(), level, parent: None, rings: vec![self.ring(&vertices)] }
            }
            _ => {
                let v = self.rng.pick(&vertices).copied().unwrap_or_default();
                let to = match self.rng.below(3) {
                    0 => self.point(&vertices),
                    _ => origin.place(pt(
                        v.x + self.rng.below(40_001) as i32 - 20_000,
                        v.y + self.rng.below(40_001) as i32 - 20_000,
                    )),
                };
                Op::Move { at: origin.place(v), to }
            }
        };
        let opened = match self.rng.below(60) {
            0 => vec!["outline".to_owned()],
            1 => vec!["社区".to_owned()],
            2 => vec!["outline".to_owned(), "社区".to_owned()],
            _ => vec![],
        };
        Edit { opened, ..op.into() }
    }
}

const NAMES: &[&str] = &[
    "outline", "draw", "split", "merge", "move", "insert", "delete", "set", "pin", "whole", "unit", "reshape",
    "dissolve", "detach", "fill", "slide", "follow", "simplify", "layer",
];

/// A point inside a polygon.
fn anchor_of(polygon: &[Vec<Pt>]) -> Option<Pt> {
    crate::geom::anchor_of_polygons(&[polygon.to_vec()])
}

/// Whether an edit may change outline or communities: it says so.
fn deliberate(e: &Edit) -> bool {
    !e.opened.is_empty() || matches!(e.op, Op::Outline { .. } | Op::Unit { .. })
}

/// The community on whose ground an owner's ground lies.
fn community(l: &Layer, o: Owner) -> Option<u64> {
    if o == OUTSIDE { Some(OUTSIDE) } else { l.unit_of(o).and_then(|u| l.ancestor(u.id, 0)).map(|i| i.0) }
}

/// Segments of the outline and of borders between communities, from the smaller to the larger end, with the communities
/// on the left and on the right.
type Protected = BTreeMap<Side, (Option<u64>, Option<u64>)>;

/// A segment from its smaller to its larger end.
type Side = (Pt, Pt);

fn protected(l: &Layer) -> Protected {
    let mut out = BTreeMap::new();
    for (_, e) in l.partition.edges() {
        let (a, b) = l.partition.sides(e);
        let (a, b) = (community(l, a), community(l, b));
        if a != b {
            for w in e.points.windows(2) {
                let (key, sides) = if w[0] < w[1] { ((w[0], w[1]), (a, b)) } else { ((w[1], w[0]), (b, a)) };
                out.insert(key, sides);
            }
        }
    }
    out
}

/// Every old segment is there, or is a chain of new ones that ran off it by rounding only; no other is new.
fn protected_stay(old: &Protected, new: &Protected, e: &Edit) {
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
        let mut chain = vec![a];
        while chain[chain.len() - 1] != b {
            let at = chain[chain.len() - 1];
            let ahead = |q: Pt| at.dist(b) > q.dist(b) && dist2_to_segment(q, a, b).sqrt() <= 4.0 * ROUNDING_MM;
            let beside = |s: &Side| {
                let (l, r) = new[s];
                if s.0 == at { (l, r) } else { (r, l) }
            };
            let found = || next.get(&at).into_iter().flatten().filter(|(q, s)| ahead(*q) && !used.contains(s));
            // Where borders lie millimetres apart, several may be near enough: that with the same communities is meant.
            let same = found().find(|(_, s)| beside(s) == *sides).or_else(|| found().next());
            let &(q, s) =
                same.unwrap_or_else(|| panic!("the protected border {a:?} {b:?} is lost at {at:?} after {e:?}"));
            assert_eq!(*sides, beside(&s), "other communities beside {s:?} of {a:?} {b:?} after {e:?}");
            used.insert(s);
            chain.push(q);
        }
        assert!(by_rounding_only(&chain), "the protected border {chain:?} was moved by {e:?}");
    }
    assert_eq!(used.len(), new.len(), "a new protected border after {e:?}");
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

/// What must hold after any edit, whatever was before.
fn holds(p: &Project, e: &Edit, thorough: bool) {
    let l = &p.plans[0].layers[0];
    let g: &Partition = &l.partition;
    // Whose ground: the faces' own rings against the outline's segments.
    let mut ground = 0;
    let mut drawn: BTreeSet<Owner> = BTreeSet::new();
    for (i, f) in g.faces().filter(|(i, f)| *i != WORLD && f.owner != OUTSIDE) {
        ground += g.rings(i).iter().map(|r| ring_area2(r)).sum::<i128>();
        assert!(f.owner == 0 || l.unit_of(f.owner).is_some(), "ground of nobody after {e:?}");
        drawn.insert(f.owner);
    }
    let mut outline = 0;
    for (_, e) in g.edges() {
        let (a, b) = g.sides(e);
        let sign = i128::from(b == OUTSIDE) - i128::from(a == OUTSIDE);
        outline += sign * e.points.windows(2).map(|w| shoelace(w[0], w[1])).sum::<i128>();
    }
    assert_eq!(ground, outline, "areas do not add up to the outline's after {e:?}");
    for u in l.units.values() {
        assert!(u.level == 0 || drawn.contains(&u.id.0), "{} has no ground after {e:?}", u.code);
        assert!(u.parent.is_none_or(|p| l.units.contains_key(&p)), "{} has lost its parent after {e:?}", u.code);
    }
    assert!(l.pins.values().all(|u| l.units.contains_key(u)), "a pin to nothing after {e:?}");
    assert_eq!(p.state, p.recount_state(), "after {e:?}");
    if thorough {
        assert_eq!(crate::topology::check(g), vec![], "after {e:?}");
        let twice = g.edges().find(|(_, e)| e.points.windows(2).any(|w| w[0] == w[1]));
        assert!(twice.is_none(), "a point twice after {e:?}: {twice:?}");
    }
}

/// Walks until so many edits are done, holding everything after each.
pub(crate) fn walk(seed: u64, edits: usize, mut see: impl FnMut(usize, &Stepped, &Project)) -> Walk {
    let mut w = Walk::new(seed);
    let mut n = 0;
    while n < edits {
        let Some(s) = w.step() else { continue };
        n += 1;
        let now = w.h.stable().clone();
        holds(&now, &s.step.edit, n % 10 == 0 || n == edits);
        if !deliberate(&s.step.edit) {
            let [old, new] = [&s.before, &now].map(|p| protected(&p.plans[0].layers[0]));
            protected_stay(&old, &new, &s.step.edit);
        }
        see(n, &s, &now);
    }
    w
}

/// `GETU_EDITS=20000 cargo test --release` walks further.
pub(crate) fn edits() -> usize {
    std::env::var("GETU_EDITS").ok().and_then(|s| s.parse().ok()).unwrap_or(2_000)
}

#[test]
fn any_edits_keep_ground_borders_and_state_and_undo_of_all_gives_the_first() {
    let started = std::time::Instant::now();
    let (mut done, mut refused) = (BTreeMap::new(), BTreeMap::new());
    let (all, walks) = (edits(), 4);
    for seed in 0..walks {
        let mut w = walk(seed, all / walks as usize, |_, _, _| {});
        for (sum, part) in [(&mut done, &w.done), (&mut refused, &w.refused)] {
            part.iter().for_each(|(k, n)| *sum.entry(*k).or_insert(0) += n);
        }
        let (units, nodes) = (w.layer().units.len(), w.layer().partition.nodes().count());
        println!("walk {seed}: {units} units, {nodes} nodes at its end, {:?} so far", started.elapsed());
        w.back_to_the_first();
    }
    println!("{all} edits in {:?}: done {done:?}, refused {refused:?}", started.elapsed());
    for op in &NAMES[..NAMES.len() - 1] {
        assert!(done.contains_key(op) || all < 2_000, "no {op} was done");
    }
}
