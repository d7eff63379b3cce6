//! The brush that gives buildings to a cell (B) or takes them out of it (E).
//!
//! Strokes gather buildings; nothing is staged while the pen is down. Once it is lifted the caller has the border looked
//! for ([`Hand::wish`], [`reformed`](super::super::paint::reformed)) and hands it back ([`Hand::reform`]); it is staged and waits for a yes.

use super::{Hand, Tool, here};
use crate::assign::is_cell;
use crate::geom::{Box2, Place, Pt, dist2_to_segment};
use crate::model::{Field, Id, Kind, Said};
use crate::plan::{Edit, EditError, Op};
use crate::scene::cell_chip;
use crate::session::buildings::touches;
use crate::session::paint::{Limits, Reformed, Wish, held};
use crate::session::{Command, Selection, Session};
use crate::topology::{Owner, TopologyError};
use std::collections::{BTreeMap, BTreeSet};

/// Diameters of the brush, metres.
pub const BRUSHES_M: [u32; 10] = [5, 8, 12, 18, 26, 40, 60, 90, 130, 200];
const FIRST: usize = 3;
/// How far a building may be from the border of the cell it goes to when it is painted out, mm.
const BESIDE_MM: i32 = 400_000;

/// What is painted so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Brushed {
    /// Which brush, counted from [`FIRST`].
    size: i32,
    to: Option<Id>,
    from: Option<Id>,
    /// Painted out to no cell at all.
    to_none: bool,
    /// Buildings of each stroke, and all.
    strokes: Vec<Vec<u32>>,
    all: BTreeSet<u32>,
    /// The last place of the stroke under the pen.
    down: Option<Pt>,
    /// Buildings that the brush met and may not take, and why.
    kept: BTreeMap<u32, Said>,
    /// Whether a border is to be looked for.
    wanted: bool,
    /// How many of the painted buildings no border reaches.
    far: usize,
    /// Why nothing can be painted here.
    told: Option<Said>,
}

/// What moves while painting, before any border does.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Painted {
    /// By owner: households that come or go.
    pub households: BTreeMap<Owner, i64>,
    /// In all.
    pub all_households: i64,
    /// Residents.
    pub residents: i64,
    /// Buildings.
    pub buildings: i64,
}

impl Brushed {
    /// Whether nothing is painted and the pen is up.
    pub(super) fn idle(&self) -> bool {
        self.all.is_empty() && self.down.is_none() && self.told.is_none() && self.kept.is_empty()
    }
}

impl Tool {
    /// Whether it is a brush.
    pub fn paints(self) -> bool {
        matches!(self, Tool::Paint | Tool::Erase)
    }
}

impl Hand {
    /// Diameter of the brush, metres.
    pub fn brush_m(&self) -> u32 {
        let i = (FIRST as i32 + self.brushed.size).clamp(0, BRUSHES_M.len() as i32 - 1);
        BRUSHES_M[i as usize]
    }

    /// The next larger or smaller brush.
    pub fn resize_brush(&mut self, larger: bool) {
        let size = self.brushed.size + if larger { 1 } else { -1 };
        self.brushed.size = size.clamp(-(FIRST as i32), (BRUSHES_M.len() - 1 - FIRST) as i32);
    }

    /// Slots of what is painted.
    pub fn painted(&self) -> &BTreeSet<u32> {
        &self.brushed.all
    }

    /// Whether the pen of the brush is down.
    pub fn is_painting(&self) -> bool {
        self.brushed.down.is_some()
    }

    /// Whether the border is still looked for.
    pub fn waits_for_border(&self) -> bool {
        self.brushed.wanted
    }

    /// Drops what is painted; the brush keeps its size.
    pub(super) fn drop_paint(&mut self) {
        self.brushed = Brushed { size: self.brushed.size, ..Brushed::default() };
    }

    /// The brush goes down at a place. The cell that is painted into, or out of, is the selected one, else the one under the
    /// brush, which is then selected. `to_none`: what is painted out is in no cell then.
    pub fn brush_down(&mut self, s: &mut Session, at: Pt, to_none: bool, now: i64) {
        if self.asked.is_some() {
            return;
        }
        if self.trial.take().is_some() || self.refusal.take().is_some() {
            s.dispatch(Command::Revert, now);
        }
        let b = &mut self.brushed;
        (b.told, b.wanted, b.far) = (None, false, 0);
        b.kept.clear();
        if b.all.is_empty() {
            b.to_none = to_none && self.tool == Tool::Erase;
            let under = s.history().stable().layer(s.plan(), s.layer()).and_then(|l| l.unit_at(at)).map(|u| u.id);
            let cell = |id: &Id| is_cell(s.history().stable(), s.plan(), s.layer(), id.0);
            let selected = match s.selection() {
                Selection::Units(ids) if ids.len() == 1 => ids.first().copied(),
                _ => None,
            };
            let Some(of) = selected.filter(cell).or(under.filter(cell)) else {
                b.told = Some(match self.tool {
                    Tool::Erase => {
                        Said::new("先选一个网格，或从它里面开始涂出。", "Select a cell, or begin inside one.")
                    }
                    _ => Said::new(
                        "先选要划入的网格，或从它里面开始涂。",
                        "Select the cell to paint into, or begin inside it.",
                    ),
                });
                return;
            };
            let wish = Wish { of: (s.plan(), s.layer()), to: Some(of), from: None, painted: vec![], limits: limits(s) };
            if held(s.history().stable(), &Wish { limits: Limits::default(), ..wish }, of.0).is_some() {
                let chip = chip(s, of);
                let said =
                    Said::new(format!("{chip} 已锁定，请先解锁。"), format!("{chip} is locked. Unlock it first."));
                self.brushed.told = Some(said);
                return;
            }
            (b.to, b.from) = if self.tool == Tool::Erase { (None, Some(of)) } else { (Some(of), None) };
            if selected != Some(of) {
                s.dispatch(Command::Select(Selection::Units(vec![of])), now);
            }
        }
        self.brushed.strokes.push(Vec::new());
        self.brushed.down = Some(at);
        self.brush_along(s, &[at]);
    }

    /// The brush goes by some places. O(buildings under it).
    pub fn brush_along(&mut self, s: &Session, way: &[Pt]) {
        let Some(mut last) = self.brushed.down else { return };
        let radius_mm = (self.brush_m() * 500) as i32;
        let p = s.history().stable();
        let table = p.table(Kind::Buildings);
        for &to in way {
            let mut met: Vec<u32> = Vec::new();
            let area = Box2::of_two(last, to).grown(radius_mm);
            table.search(&area, |slot, _| met.push(slot));
            // Along the way, not only where the pointer was seen.
            let steps = (last.dist(to) / f64::from(radius_mm)).ceil().max(1.0);
            for k in 1..=steps as i64 {
                let t = k as f64 / steps;
                let mix = |a: i32, b: i32| (f64::from(a) + t * (f64::from(b) - f64::from(a))).round() as i32;
                let at = Pt { x: mix(last.x, to.x), y: mix(last.y, to.y) };
                met.retain(|&slot| {
                    let known = self.brushed.all.contains(&slot) || self.brushed.kept.contains_key(&slot);
                    let under = !known && touches(p, slot, at, radius_mm);
                    if under {
                        self.meet(s, slot);
                    }
                    !known && !under
                });
            }
            last = to;
        }
        self.brushed.down = Some(last);
    }

    /// The brush meets a building: with it the whole courtyard, where it is kept whole.
    fn meet(&mut self, s: &Session, slot: u32) {
        let (p, a) = (s.history().stable(), s.assignment());
        let Some(l) = p.layer(s.plan(), s.layer()) else { return };
        let b = &mut self.brushed;
        let belongs = a.building(slot);
        let fits = match (b.from, b.to) {
            (Some(from), _) => belongs == Some(from.0),
            (None, to) => belongs != to.map(|t| t.0),
        };
        if !fits {
            return;
        }
        let yard = a.courtyards().of_building(slot).filter(|y| p.is_whole(*y) && !l.pins.contains_key(&slot));
        let anchor = match yard {
            Some(y) => p.table(Kind::Courtyards).get(y).and_then(|r| r.anchor()),
            None => p.table(Kind::Buildings).get(slot).and_then(|r| r.anchor()),
        };
        let slots: Vec<u32> = match yard {
            Some(y) => a.courtyards().buildings(y).iter().copied().filter(|x| a.building(*x) == belongs).collect(),
            None => vec![slot],
        };
        let wish = Wish { of: (s.plan(), s.layer()), to: b.to, from: b.from, painted: vec![], limits: limits(s) };
        let ground = anchor.map_or(crate::topology::OUTSIDE, |at| l.partition.owner(l.partition.locate(at)));
        // What is pinned moves by its pin, whatever ground it stands on.
        let pinned = l.pins.contains_key(&slot);
        match held(p, &wish, ground).filter(|_| !pinned) {
            Some(why) => b.kept.extend(slots.into_iter().map(|x| (x, why.clone()))),
            None => {
                let new: Vec<u32> = slots.into_iter().filter(|x| b.all.insert(*x)).collect();
                if let Some(stroke) = b.strokes.last_mut() {
                    stroke.extend(new);
                }
            }
        }
    }

    /// The brush is lifted: from now on a border is to be looked for.
    pub fn brush_up(&mut self, s: &Session) {
        if self.brushed.down.take().is_none() {
            return;
        }
        if self.brushed.strokes.last().is_some_and(Vec::is_empty) {
            self.brushed.strokes.pop();
        }
        self.look_for_border(s);
    }

    fn look_for_border(&mut self, s: &Session) {
        let b = &mut self.brushed;
        b.wanted = !b.all.is_empty();
        if let (Some(from), true, false) = (b.from, b.wanted, b.to_none) {
            b.to = beside(s, from, &b.all);
            if b.to.is_none() {
                b.wanted = false;
                b.told = Some(Said::new(
                    "旁边没有可接收的网格。按住 Shift 涂出，就改为未划入。",
                    "No cell beside can take them. Hold Shift while painting out to leave them in no cell.",
                ));
            }
        }
    }

    /// Takes the last stroke back. True if there was one.
    pub(super) fn take_stroke_back(&mut self, s: &mut Session, now: i64) -> bool {
        let Some(stroke) = self.brushed.strokes.pop() else { return false };
        // If it is the one being drawn, the pen is lifted with it.
        self.brushed.down = None;
        self.trial = None;
        self.refusal = None;
        s.dispatch(Command::Revert, now);
        stroke.iter().for_each(|x| {
            self.brushed.all.remove(x);
        });
        (self.brushed.far, self.brushed.told) = (0, None);
        self.look_for_border(s);
        true
    }

    /// What a border is to be looked for with, while one is.
    pub fn wish(&self, s: &Session) -> Option<Wish> {
        let b = &self.brushed;
        let painted = || b.all.iter().copied().collect();
        let of = (s.plan(), s.layer());
        b.wanted.then(|| Wish { of, to: b.to, from: b.from, painted: painted(), limits: limits(s) })
    }

    /// The ground was found: the edit that it means is staged, to be looked at. Where no border can be led round it, pins
    /// are offered instead.
    pub fn reform(&mut self, s: &mut Session, found: &Reformed, now: i64) {
        self.brushed.wanted = false;
        let Some(edit) = self.meant(s, found) else {
            self.brushed.told = Some(Said::new(
                "这些楼栋离边界太远，没有改动。",
                "These buildings are too far from the border; nothing is changed.",
            ));
            return;
        };
        self.brushed.far = found.far.len();
        let refused = self.stage(s, edit.clone(), now);
        self.refusal = refused;
        self.trial = s.history().staged().is_some().then_some(edit);
        let by_border = self.refusal.as_ref().is_some_and(|e| {
            use TopologyError::{NoGround, SelfCrossing, TooClose, TooFew, WouldVanish};
            let no_way = |why: &TopologyError| {
                matches!(why, NoGround { .. } | SelfCrossing { .. } | TooClose { .. } | TooFew { .. })
            };
            matches!(e, EditError::Border { why, .. } if no_way(why) && !matches!(why, WouldVanish { .. }))
        });
        if by_border {
            let far = self.brushed.all.iter().copied().collect();
            if let Some(edit) = self.meant(s, &Reformed { far, ..Reformed::default() }) {
                self.brushed.far = self.brushed.all.len();
                self.refusal = self.stage(s, edit.clone(), now);
                self.trial = s.history().staged().is_some().then_some(edit);
            }
        }
    }

    /// The edit that ground means: it goes to the cell, and what it does not reach is pinned.
    fn meant(&self, s: &Session, found: &Reformed) -> Option<Edit> {
        let p = s.history().stable();
        let l = p.layer(s.plan(), s.layer())?;
        let o = p.origin();
        let code = |id: Id| l.units.get(&id).map(|u| u.code.clone());
        let to = self.brushed.to.and_then(code);
        let mut ops: Vec<Op> = Vec::new();
        if !found.rings.is_empty() {
            let places = |r: &Vec<Pt>| -> Vec<Place> { r.iter().map(|&q| o.place(q)).collect() };
            ops.push(Op::Give { cell: to.clone(), rings: found.rings.iter().map(places).collect() });
        }
        let pin = |slot: &u32, cell: Option<String>| {
            let building = p.table(Kind::Buildings).get(*slot)?.code().to_owned();
            Some(Op::Pin { building, cell })
        };
        let pinned = |slot: &u32| l.pins.contains_key(slot);
        ops.extend(found.inside.iter().filter(|x| pinned(x)).filter_map(|x| pin(x, None)));
        for x in &found.far {
            // One that only a pin holds in the cell it is painted out of is let go.
            let let_go = self.brushed.from.is_some() && pinned(x);
            ops.extend(if let_go { pin(x, None) } else { to.clone().and_then(|c| pin(x, Some(c))) });
        }
        match ops.len() {
            0 => None,
            1 => ops.pop().map(|op| here(s, op)),
            _ => Some(here(s, Op::Together { edits: ops.into_iter().map(Edit::from).collect() })),
        }
    }

    /// What would move by what is painted so far. O(painted).
    pub fn painted_tally(&self, s: &Session) -> Painted {
        let mut out = Painted::default();
        let table = s.history().stable().table(Kind::Buildings);
        for &slot in &self.brushed.all {
            let Some(row) = table.get(slot) else { continue };
            let n = |f: Field| i64::from(row.count(f).unwrap_or(0));
            if let Some(owner) = s.assignment().building(slot) {
                *out.households.entry(owner).or_default() -= n(Field::Households);
            }
            out.all_households += n(Field::Households);
            out.residents += n(Field::Residents);
            out.buildings += 1;
        }
        if let Some(to) = self.brushed.to {
            *out.households.entry(to.0).or_default() += out.all_households;
        }
        out
    }

    /// Why the brush takes nothing, or not everything.
    pub fn brush_told(&self) -> Option<Said> {
        let b = &self.brushed;
        if b.told.is_some() {
            return b.told.clone();
        }
        let why = b.kept.values().next()?;
        let n = b.kept.len();
        Some(Said::new(format!("{n} 栋没有涂入：{}。", why.zh), format!("{n} buildings are left out: {}.", why.en)))
    }

    /// What the brush expects next.
    pub(super) fn brush_hint(&self) -> (Said, Said) {
        let b = &self.brushed;
        let out = self.tool == Tool::Erase;
        let keys = Said::new(
            "回车 生效　接着涂可以加　退格 退一笔　Esc 放弃",
            "Enter do it　paint on to add　Backspace takes a stroke back　Esc drops",
        );
        if b.down.is_some() {
            return (
                Said::new("松手后边界跟着改", "The border follows when you let go"),
                Said::new("[ ] 改笔的大小　Esc 放弃", "[ ] size of the brush　Esc drops"),
            );
        }
        if b.wanted {
            return (Said::new("正在找合适的边界…", "Looking for a border…"), Said::new("Esc 放弃", "Esc drops"));
        }
        if self.trial.is_some() {
            let (n, all) = (b.far, b.all.len());
            let lead = match n {
                0 => Said::new("预览 · 蓝线是新边界", "Preview · the blue line is the new border"),
                _ if n == all => Said::new(
                    "离得太远，边界够不着 · 可以改为逐栋指定归属（虚线）",
                    "Too far for a border · assign them by hand instead (dashed lines)",
                ),
                _ => Said::new(
                    format!("预览 · 有 {n} 栋边界够不着，改为指定归属（虚线）"),
                    format!("Preview · {n} that no border reaches are assigned by hand (dashed lines)"),
                ),
            };
            return (lead, keys);
        }
        if !b.all.is_empty() {
            return (
                Said::new("这样划不成 · 接着涂或退一笔", "This cannot be done · paint on or take a stroke back"),
                Said::new("退格 退一笔　Esc 放弃", "Backspace takes a stroke back　Esc drops"),
            );
        }
        match out {
            true => (
                Said::new(
                    "按住涂过楼栋，从选中的网格划出",
                    "Paint over buildings to take them out of the selected cell",
                ),
                Said::new(
                    "归到相邻的网格　按住 Shift 改为未划入　[ ] 笔的大小　Esc 退出",
                    "to the cell beside　Shift: to none　[ ] size of the brush　Esc leave",
                ),
            ),
            false => (
                Said::new("按住涂过楼栋，划入选中的网格", "Paint over buildings to take them into the selected cell"),
                Said::new(
                    "没有选中就从网格里开始涂　[ ] 笔的大小　E 划出　Esc 退出",
                    "none selected: begin inside one　[ ] size of the brush　E takes out　Esc leave",
                ),
            ),
        }
    }
}

fn limits(s: &Session) -> Limits {
    Limits { within: s.only_within(), gaps: s.only_gaps() }
}

fn chip(s: &Session, id: Id) -> String {
    let l = s.history().stable().layer(s.plan(), s.layer());
    l.and_then(|l| Some(cell_chip(l, l.units.get(&id)?))).unwrap_or_default()
}

/// The cell beside `from` that painted buildings go to: each is for the one whose border with `from` is nearest to it, the
/// most win. O(buildings · borders of the cell).
fn beside(s: &Session, from: Id, painted: &BTreeSet<u32>) -> Option<Id> {
    let p = s.history().stable();
    let l = p.layer(s.plan(), s.layer())?;
    let table = p.table(Kind::Buildings);
    let mut borders: BTreeMap<Id, Vec<(Pt, Pt)>> = BTreeMap::new();
    let area = painted.iter().filter_map(|x| table.get(*x)).fold(Box2::EMPTY, |b, r| b.union(r.bbox()));
    for e in l.partition.edges_near(&area.grown(BESIDE_MM)).into_iter().filter_map(|e| l.partition.edge(e)) {
        let (a, b) = l.partition.sides(e);
        let other = if a == from.0 { b } else { a };
        if (a == from.0) == (b == from.0) || !is_cell(p, s.plan(), s.layer(), other) {
            continue;
        }
        let wish = Wish {
            of: (s.plan(), s.layer()),
            to: Some(Id(other)),
            from: Some(from),
            painted: vec![],
            limits: limits(s),
        };
        if held(p, &wish, from.0).is_none() {
            borders.entry(Id(other)).or_default().extend(e.points.windows(2).map(|w| (w[0], w[1])));
        }
    }
    let mut votes: BTreeMap<Id, (usize, i64)> = BTreeMap::new();
    for at in painted.iter().filter_map(|x| table.get(*x)?.anchor()) {
        let far = |sides: &Vec<(Pt, Pt)>| {
            sides.iter().map(|(a, b)| dist2_to_segment(at, *a, *b)).fold(f64::INFINITY, f64::min)
        };
        let nearest = borders.iter().map(|(id, sides)| (far(sides), *id)).min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((d2, id)) = nearest {
            let v = votes.entry(id).or_default();
            *v = (v.0 + 1, v.1 - d2.sqrt() as i64);
        }
    }
    votes.into_iter().max_by_key(|(_, v)| *v).map(|(id, _)| id)
}
