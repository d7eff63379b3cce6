//! The tools that make buildings and courtyards, and the hand that moves, turns and removes them.
//!
//! Nothing is staged while a building is drawn or carried: the window paints the [`Sketch`], and what comes of it is done at once.

use super::{Hand, Tool};
use crate::geom::{Box2, Pt};
use crate::model::{Kind, Said};
use crate::plan::Op;
use crate::session::buildings::enclose::{enclosure, new_courtyard};
use crate::session::buildings::{
    building_near, copies, copy_names, moved, new_building, overlapped, places_along, places_apart, rectangle, touches,
    turned,
};
use crate::session::{Command, Effect, Selection, Session};

/// Copies that are made at once at most.
pub const MOST_COPIES: u32 = 200;
/// Buildings round which a courtyard is proposed at most: it is found while the window waits.
const MOST_ENCLOSED: usize = 300;
/// Buildings that are turned at once at most: all of them are looked at in every frame.
const MOST_TURNED: usize = 2_000;
/// How far the handle that turns stands from what it turns, in reaches of the hand.
const HANDLE_REACHES: f64 = 2.4;
/// Copies nearer to each other than this are none of buildings, mm; and farther.
const APART_MM: (f64, f64) = (1_000.0, 1_000_000.0);

/// Buildings in the hand.
#[derive(Clone, Debug)]
pub(super) struct Carried {
    slots: Vec<u32>,
    from: Pt,
    to: Pt,
    /// Turned round this point, not moved.
    about: Option<Pt>,
    /// Shift is held: turned by whole 15°.
    held: bool,
}

/// What is painted of buildings in the making.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Sketch {
    /// Footprints to be; one of a single point is a building without.
    pub rings: Vec<Vec<Pt>>,
    /// Lengths of its sides, metres, or the angle in degrees.
    pub said: String,
    /// Names they will have.
    pub names: Vec<String>,
}

impl Tool {
    /// Whether it makes buildings or courtyards.
    pub fn builds(self) -> bool {
        matches!(self, Tool::Rectangle | Tool::Footprint | Tool::Spot | Tool::Copies | Tool::Courtyard)
    }
}

fn metres(mm: f64) -> String {
    format!("{:.1}", mm / 1000.0)
}

fn angle_deg(about: Pt, at: Pt) -> f64 {
    (f64::from(at.y) - f64::from(about.y)).atan2(f64::from(at.x) - f64::from(about.x)).to_degrees()
}

fn selected(s: &Session) -> &[u32] {
    if let Selection::Buildings(slots) = s.selection() { slots } else { &[] }
}

fn box_of(s: &Session, slots: &[u32]) -> Box2 {
    let t = s.history().stable().table(Kind::Buildings);
    slots.iter().filter_map(|&x| t.get(x)).fold(Box2::EMPTY, |b, r| b.union(r.bbox()))
}

impl Carried {
    /// By how many degrees it is turned.
    fn turn_deg(&self) -> Option<f64> {
        let about = self.about?;
        let mut deg = angle_deg(about, self.to) - angle_deg(about, self.from);
        deg = (deg + 180.0).rem_euclid(360.0) - 180.0;
        let step = if self.held { 15.0 } else { 0.1 };
        Some((deg / step).round() * step)
    }

    fn op(&self, s: &Session) -> Option<Op> {
        let p = s.history().stable();
        match (self.about, self.turn_deg()) {
            (Some(about), Some(deg)) => (deg != 0.0).then(|| turned(p, &self.slots, deg, about)),
            _ => (self.from != self.to).then(|| moved(p, &self.slots, self.from, self.to)),
        }
    }
}

impl Hand {
    /// How many copies are made along a line.
    pub fn copies(&self) -> u32 {
        if self.copies == 0 { 3 } else { self.copies.min(MOST_COPIES) }
    }

    /// Sets how many copies are made along a line.
    pub fn set_copies(&mut self, n: u32) {
        self.copies = n.clamp(1, MOST_COPIES);
    }

    /// How far copies stand from each other, mm, where that was said rather than how many.
    pub fn apart_mm(&self) -> Option<f64> {
        self.apart_mm
    }

    /// Sets how far copies stand from each other; `None`: how many there are counts.
    pub fn set_apart_mm(&mut self, apart: Option<f64>) {
        self.apart_mm = apart.map(|mm| mm.clamp(APART_MM.0, APART_MM.1));
    }

    /// Where copies stand along a line.
    fn stands(&self, from: Pt, to: Pt) -> Vec<Pt> {
        match self.apart_mm {
            Some(apart) => places_apart(from, to, apart, MOST_COPIES),
            None => places_along(from, to, self.copies()),
        }
    }

    /// Name of the courtyard to come, and whether it is kept whole.
    pub fn yard(&self) -> (&str, bool) {
        (&self.yard_name, self.yard_whole)
    }

    /// Sets the name of the courtyard to come, and whether it is kept whole.
    pub fn set_yard(&mut self, name: &str, whole: bool) {
        (self.yard_name, self.yard_whole) = (name.to_owned(), whole);
    }

    /// Brings the proposed courtyard up to date. O(1) while nothing changes.
    pub(super) fn keep_proposal(&mut self, s: &Session) {
        let slots = selected(s);
        if self.tool != Tool::Courtyard || !self.line.is_empty() || slots.is_empty() || slots.len() > MOST_ENCLOSED {
            return;
        }
        let p = s.history().stable();
        if self.proposal.as_ref().is_none_or(|(state, of, _)| (*state, &of[..]) != (p.state, slots)) {
            self.proposal = Some((p.state, slots.to_vec(), enclosure(p, slots)));
        }
    }

    /// Whether buildings are being dragged.
    pub fn carries(&self) -> bool {
        self.carried.is_some()
    }

    /// The handle by which the selected buildings are turned; none while another tool is in the hand, or of very many.
    pub fn turn_handle(&self, s: &Session, reach_mm: i32) -> Option<Pt> {
        if self.tool != Tool::Select || selected(s).len() > MOST_TURNED {
            return None;
        }
        let b = box_of(s, selected(s));
        let up = (f64::from(reach_mm) * HANDLE_REACHES).min(1e8) as i32;
        // A single point has nothing that turns.
        (b.width() > 0 && b.height() > 0).then(|| Pt { x: b.centre().x, y: b.max.y.saturating_add(up) })
    }

    /// Takes hold of the selected buildings at `at`, or of the handle that turns them. True if there was anything.
    pub fn lift(&mut self, s: &Session, at: Pt, reach_mm: i32) -> bool {
        let slots = selected(s);
        if self.tool != Tool::Select || slots.is_empty() || self.busy() {
            return false;
        }
        let p = s.history().stable();
        let on_handle = self.turn_handle(s, reach_mm).is_some_and(|h| h.dist(at) <= f64::from(reach_mm));
        let about = on_handle.then(|| box_of(s, slots).centre());
        if !on_handle
            && !slots.iter().any(|&x| {
                touches(
                    p,
                    x,
                    at,
                    if p.table(Kind::Buildings).get(x).is_some_and(|r| r.shape().tag == 1) { reach_mm } else { 0 },
                )
            })
        {
            return false;
        }
        self.carried = Some(Carried { slots: slots.to_vec(), from: at, to: at, about, held: false });
        true
    }

    /// The buildings in the hand go to `to`; `held`: they are turned by whole 15°.
    pub fn carry(&mut self, to: Pt, held: bool) {
        if let Some(c) = &mut self.carried {
            (c.to, c.held) = (to, held);
        }
    }

    /// The buildings in the hand are let go where they are: one step.
    pub fn put_down(&mut self, s: &mut Session, now: i64) -> Vec<Effect> {
        let Some(c) = self.carried.take() else { return vec![] };
        let Some(op) = c.op(s) else { return vec![] };
        let effects = s.dispatch(Command::Do(op.into()), now);
        with_overlaps(s, effects)
    }

    /// A click with a tool that builds.
    pub(super) fn click_building(&mut self, s: &mut Session, at: Pt, now: i64) -> Vec<Effect> {
        if self.tool == Tool::Copies && selected(s).len() != 1 {
            let reach = self.reach_mm;
            let found = building_near(s.history().stable(), at, reach);
            return match found {
                Some(slot) => s.dispatch(Command::Select(Selection::Buildings(vec![slot])), now),
                None => vec![Effect::Refused(crate::plan::EditError::NoSuch {
                    what: Said::new("楼栋（先点一栋作样板）", "building here to copy; click one first,"),
                    name: String::new(),
                })],
            };
        }
        if self.tool == Tool::Courtyard && self.line.is_empty() && !selected(s).is_empty() {
            // Selected buildings are a proposal: the click elsewhere drops it and begins a drawing.
            s.dispatch(Command::Select(Selection::None), now);
        }
        if self.tool.closes() && self.line.len() > 2 && self.line.first() == Some(&at) {
            return self.finish_building(s, now);
        }
        self.put(&[at]);
        let full = match self.tool {
            Tool::Spot => 1,
            Tool::Rectangle => 3,
            Tool::Copies => 2,
            _ => usize::MAX,
        };
        if self.line.len() >= full { self.finish_building(s, now) } else { vec![] }
    }

    /// What is drawn becomes a step: the ring, with the point under the pointer where only that makes it whole; for a
    /// courtyard also the one proposed round the selected buildings.
    pub(super) fn finish_building(&mut self, s: &mut Session, now: i64) -> Vec<Effect> {
        self.keep_proposal(s);
        let (p, yards) = (s.history().stable(), s.assignment().courtyards());
        let line = self.line.clone();
        let op = match (self.tool, &line[..]) {
            (Tool::Rectangle, &[a, b, to, ..]) => {
                rectangle(a, b, to).and_then(|ring| new_building(p, yards, &ring, self.last_made))
            }
            (Tool::Footprint, ring) if ring.len() > 2 => new_building(p, yards, ring, self.last_made),
            (Tool::Spot, &[at, ..]) => new_building(p, yards, &[at], self.last_made),
            (Tool::Copies, &[from, to, ..]) => {
                let of = selected(s).first().copied();
                of.and_then(|slot| copies(p, yards, slot, &self.stands(from, to)))
            }
            (Tool::Courtyard, ring) if ring.len() > 2 => Some(new_courtyard(p, ring, &self.yard_name, self.yard_whole)),
            (Tool::Courtyard, []) => {
                self.proposed(s).map(|ring| new_courtyard(p, &ring, &self.yard_name, self.yard_whole))
            }
            _ => None,
        };
        let Some(op) = op else {
            // A rectangle without depth: its last point is taken back.
            if self.tool == Tool::Rectangle && line.len() > 2 {
                self.strokes.pop();
                self.line.truncate(2);
            }
            return vec![];
        };
        let effects = s.dispatch(Command::Do(op.into()), now);
        if let Some(Effect::Refused(e)) = effects.first() {
            self.refusal = Some(e.clone());
            return effects;
        }
        self.drop_line();
        self.refusal = None;
        let patch = effects.iter().find_map(|e| match e {
            Effect::Committed { step, .. } => step.patch.clone(),
            _ => None,
        });
        let made = |kind| patch.as_ref().map_or_else(Vec::new, |p| crate::session::buildings::brought(p, kind));
        if let [yard, ..] = made(Kind::Courtyards)[..] {
            s.dispatch(Command::Select(Selection::Courtyard(yard)), now);
            // The next one has a name of its own.
            self.yard_name.clear();
        }
        let slots = made(Kind::Buildings);
        if let Some(&last) = slots.last() {
            self.last_made = Some(last);
            if self.tool != Tool::Copies {
                s.dispatch(Command::Select(Selection::Buildings(slots)), now);
            }
        }
        with_overlaps(s, effects)
    }

    /// The courtyard proposed round the selected buildings.
    pub fn proposed(&self, s: &Session) -> Option<Vec<Pt>> {
        let slots = selected(s);
        let wanted = self.tool == Tool::Courtyard && self.line.is_empty() && !slots.is_empty();
        let kept =
            self.proposal.as_ref().filter(|(state, of, _)| (*state, &of[..]) == (s.history().stable().state, slots));
        kept.filter(|_| wanted).and_then(|(.., ring)| ring.clone())
    }

    /// What is painted of buildings in the making, the pointer at `at`. O(points).
    pub fn building_sketch(&self, s: &Session, at: Option<Pt>) -> Sketch {
        let p = s.history().stable();
        let t = p.table(Kind::Buildings);
        let mut out = Sketch::default();
        if let Some(c) = &self.carried {
            let by = match c.about {
                None => (i64::from(c.to.x) - i64::from(c.from.x), i64::from(c.to.y) - i64::from(c.from.y)),
                Some(_) => (0, 0),
            };
            let deg = c.turn_deg().unwrap_or(0.0);
            for row in c.slots.iter().filter_map(|&x| t.get(x)) {
                let shape = crate::plan::turned(&row.shape().to_shape(), deg, c.about.unwrap_or_default(), by);
                out.rings.extend(shape.map(rings_of).into_iter().flatten());
            }
            out.said = match c.about {
                None => format!("{} m", metres(c.from.dist(c.to))),
                Some(_) => format!("{deg:.1}°"),
            };
            return out;
        }
        let line = &self.line[..];
        match (self.tool, line, at) {
            (Tool::Rectangle, &[a], Some(at)) => out.said = format!("{} m", metres(a.dist(at))),
            (Tool::Rectangle, &[a, b], Some(at)) => {
                if let Some(ring) = rectangle(a, b, at) {
                    out.said = format!("{} × {} m", metres(a.dist(b)), metres(ring[1].dist(ring[2])));
                    out.rings.push(ring.to_vec());
                }
            }
            (Tool::Footprint | Tool::Courtyard, [.., last], Some(at)) => {
                out.said = format!("{} m", metres(last.dist(at)));
                if line.len() > 1 {
                    out.rings.push(line.iter().copied().chain([at]).collect());
                }
            }
            (Tool::Courtyard, [], _) => out.rings.extend(self.proposed(s)),
            (Tool::Copies, _, Some(at)) => {
                let Some((slot, row)) = selected(s).first().and_then(|&x| Some((x, t.get(x)?))) else { return out };
                let places = match line {
                    [from] => self.stands(*from, at),
                    _ => vec![at],
                };
                let Some(anchor) = row.anchor() else { return out };
                let shape = row.shape().to_shape();
                out.names = copy_names(p, s.assignment().courtyards(), slot, places.len());
                for place in &places {
                    let by = (i64::from(place.x) - i64::from(anchor.x), i64::from(place.y) - i64::from(anchor.y));
                    let moved = crate::plan::turned(&shape, 0.0, anchor, by);
                    out.rings.extend(moved.map(rings_of).into_iter().flatten());
                }
                if let ([from], true) = (line, places.len() > 1) {
                    let apart = self.apart_mm.unwrap_or(from.dist(at) / (places.len() - 1) as f64);
                    out.said = format!("{} × {} m", places.len(), metres(apart));
                }
            }
            _ => {}
        }
        out
    }

    /// What the tools that build expect next: a lead and the keys that help. `some`: buildings are selected.
    pub(super) fn building_hint(&self) -> (Said, Said) {
        let pair = |zh: &str, en: &str, keys_zh: &str, keys_en: &str| (Said::new(zh, en), Said::new(keys_zh, keys_en));
        if let Some(c) = &self.carried {
            return match c.about {
                None => {
                    pair("移动楼栋 · 松手生效", "Moving buildings · let go to keep", "Esc 放回原处", "Esc put back")
                }
                Some(_) => pair(
                    "旋转楼栋 · 松手生效",
                    "Turning buildings · let go to keep",
                    "Shift 每 15°　Esc 放回原处",
                    "Shift by 15°　Esc put back",
                ),
            };
        }
        match (self.tool, self.line.len()) {
            (Tool::Rectangle, 0) => pair(
                "点楼栋长边的一端",
                "Click one end of the building's long side",
                "Alt 暂停吸附　Esc 退出",
                "Alt no snapping　Esc leave",
            ),
            (Tool::Rectangle, 1) => pair(
                "点长边的另一端",
                "Click the other end of the long side",
                "Shift 限角度　输数字给长度（米）　退格 退一点",
                "Shift holds angles　type a length (m)　Backspace takes back",
            ),
            (Tool::Rectangle, _) => pair(
                "拉出进深，点一下完成",
                "Pull out the depth and click",
                "输数字给进深（米）　退格 退一点　Esc 放弃",
                "type the depth (m)　Backspace takes back　Esc drops",
            ),
            (Tool::Footprint, 0) => {
                pair("点楼栋的第一个角", "Click the building's first corner", "Esc 退出", "Esc leave")
            }
            (Tool::Footprint, _) => pair(
                "继续点墙角 · 双击或回车完成",
                "Go on along the walls · double-click or Enter to finish",
                "Shift 直角　输数字给长度（米）　退格 退一点",
                "Shift right angles　type a length (m)　Backspace takes back",
            ),
            (Tool::Spot, _) => pair(
                "点楼栋所在的位置（不画轮廓）",
                "Click where the building stands (no footprint)",
                "右边填户数，回车后接着点　Esc 退出",
                "type its households at the right, then go on　Esc leave",
            ),
            (Tool::Copies, 0) => pair(
                "选一栋作样板，再点第一份放哪里",
                "Select a building, then click where its first copy goes",
                "楼号自动接下去　Esc 退出",
                "numbers go on　Esc leave",
            ),
            (Tool::Copies, _) => pair(
                "点最后一份放哪里",
                "Click where the last copy goes",
                "左上改份数　Shift 限角度　退格 退一点",
                "set their number at the top left　Shift holds angles",
            ),
            (Tool::Courtyard, 0) => pair(
                "点院落的一圈；已选楼栋时回车采用虚线",
                "Click round the courtyard; with buildings selected Enter takes the proposal",
                "Esc 退出",
                "Esc leave",
            ),
            _ => pair(
                "继续点 · 双击或回车完成",
                "Go on · double-click or Enter to finish",
                "Shift 限角度　退格 退一点　Esc 放弃",
                "Shift holds angles　Backspace takes back　Esc drops",
            ),
        }
    }
}

fn rings_of(shape: crate::model::Shape) -> Vec<Vec<Pt>> {
    match shape {
        crate::model::Shape::Point(at) => vec![vec![at]],
        crate::model::Shape::Polygons(parts) => parts.into_iter().flatten().collect(),
        _ => vec![],
    }
}

/// Adds a word on footprints that overlap others: it is no fault, but rarely meant.
fn with_overlaps(s: &Session, mut effects: Vec<Effect>) -> Vec<Effect> {
    let rows = effects.iter().find_map(|e| match e {
        Effect::Committed { step, .. } => step.patch.clone(),
        _ => None,
    });
    let Some(patch) = rows else { return effects };
    let slots: Vec<u32> = (patch.items.iter())
        .filter_map(|(k, _, _)| if let crate::plan::Key::Row(Kind::Buildings, slot) = k { Some(*slot) } else { None })
        .collect();
    let over = overlapped(s.history().stable(), &slots);
    if !over.is_empty() {
        let few: Vec<&str> = over.iter().take(3).map(String::as_str).collect();
        let (zh, en) = (few.join("、"), few.join(", "));
        let more = over.len() > few.len();
        effects.push(Effect::Say(Said::new(
            format!("与 {zh}{} 的轮廓重叠，请核对", if more { " 等" } else { "" }),
            format!("Overlaps {en}{}; check it", if more { " and others" } else { "" }),
        )));
    }
    effects
}
