//! The value that everything is about: facts that all plans share, and plans.

use super::coded::Coded;
use crate::geom::{Origin, Place, Pt};
use crate::model::{
    Date, Field, GridLayer, Id, Kind, Member, Org, Post, Rules, Table, Target, Underlay, Unit, item_sum,
};
use crate::topology::{OUTSIDE, Owner, Partition};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Name, reference system and origin.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Head {
    /// Name of the project.
    pub name: String,
    /// `EPSG:n`, a PROJ string, or `auto` until the first import decides.
    pub crs: String,
    /// Grid origin; `None` while the CRS is `auto`.
    pub origin: Option<Origin>,
}

/// What all plans share.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Name, CRS, origin.
    pub head: Arc<Head>,
    /// The project's rules.
    pub rules: Arc<Rules>,
    /// Grid layers; a layer is named by its place in this list.
    pub layers: Arc<Vec<GridLayer>>,
    /// Tables of places, in the order of [`Kind::TABLES`].
    pub tables: Arc<Vec<Table>>,
    /// Post holders.
    pub members: Coded<Member>,
    /// Posts on courtyards, buildings and organisations.
    pub posts: Coded<Post>,
    /// Organisations.
    pub orgs: Arc<BTreeMap<Id, Arc<Org>>>,
    /// Problems that were set aside, by [`Ignored::number`].
    pub ignored: Arc<BTreeMap<u128, Arc<Ignored>>>,
    /// Underlays, by [`underlay_number`].
    pub underlays: Arc<BTreeMap<u128, Arc<Underlay>>>,
}

/// The number under which an underlay is kept.
pub fn underlay_number(name: &str) -> u128 {
    item_sum(&("underlay name", name))
}

/// A problem that was set aside.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Ignored {
    /// Which, as `rules` names it.
    pub issue: String,
    /// Why.
    pub reason: String,
}

impl Ignored {
    /// The number under which a problem is kept.
    pub fn number(issue: &str) -> u128 {
        item_sum(&("issue", issue))
    }
}

/// Name and standing of a plan.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PlanMeta {
    /// Name, unique.
    pub name: String,
    /// Whether it is the plan in force (现行方案).
    pub in_force: bool,
    /// Since when it is, or was, in force.
    pub from: Option<Date>,
    /// The day before another plan took its place.
    pub to: Option<Date>,
}

impl PlanMeta {
    /// Whether borders, units and codes of the plan are protected: it is or was in force.
    pub fn protected(&self) -> bool {
        self.in_force || self.from.is_some()
    }
}

/// One version of the grid: a partition with its units for every layer, pins, and posts on cells.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Identity.
    pub id: Id,
    /// Name and standing.
    pub meta: PlanMeta,
    /// One for each of [`Facts::layers`].
    pub layers: Arc<Vec<Layer>>,
    /// Posts on cells.
    pub posts: Coded<Post>,
}

/// A grid layer as one plan draws it.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// The ground.
    pub partition: Partition,
    /// The units by identity; a face's owner is a unit's identity, 0 (the layer) or outside.
    pub units: Arc<BTreeMap<Id, Arc<Unit>>>,
    /// Buildings assigned by hand: slot → cell.
    pub pins: Arc<BTreeMap<u32, Id>>,
    /// What may not be changed until it is unlocked.
    pub locks: Arc<Locks>,
}

/// What is locked (锁定) in a layer of a plan.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Locks {
    /// Units whose ground stays as it is, with that of the units below them.
    pub units: BTreeSet<Id>,
    /// Segments of borders that stay where they are; the smaller end first.
    pub lines: BTreeSet<(Pt, Pt)>,
}

impl Locks {
    /// Whether nothing is locked.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty() && self.lines.is_empty()
    }
}

/// An opened project: an immutable value, cloned by a few reference counts.
#[derive(Clone, Debug)]
pub struct Project {
    /// What all plans share.
    pub facts: Facts,
    /// The plans, in the order they were made.
    pub plans: Arc<Vec<Arc<Plan>>>,
    /// Sum mod 2^128 of the shares of every item; equal for equal content.
    pub state: u128,
}

/// A state as people and files write it: 32 hexadecimal digits.
pub fn state_text(state: u128) -> String {
    format!("{state:032x}")
}

impl Layer {
    /// The unit with a code. O(units).
    pub fn unit(&self, code: &str) -> Option<&Arc<Unit>> {
        self.units.values().find(|u| u.code == code)
    }

    /// The unit that owns a face; `None` for the layer itself and outside.
    pub fn unit_of(&self, owner: Owner) -> Option<&Arc<Unit>> {
        self.units.get(&Id(owner)).filter(|_| owner != OUTSIDE)
    }

    /// A unit and those above it, the lowest first.
    pub fn chain(&self, unit: Id) -> Vec<&Arc<Unit>> {
        let mut out: Vec<&Arc<Unit>> = Vec::new();
        let mut at = self.units.get(&unit);
        while let Some(u) = at {
            // A tree is at most nine levels deep; anything longer is a damaged file.
            if out.len() > 16 {
                break;
            }
            out.push(u);
            at = u.parent.and_then(|p| self.units.get(&p));
        }
        out
    }

    /// Whether a unit's ground is locked: itself, or by a unit above it.
    pub fn is_locked(&self, unit: Id) -> bool {
        !self.locks.units.is_empty() && self.chain(unit).iter().any(|u| self.locks.units.contains(&u.id))
    }

    /// A unit or the one above it that has this level.
    pub fn ancestor(&self, unit: Id, level: u8) -> Option<Id> {
        self.chain(unit).iter().find(|u| u.level == level).map(|u| u.id)
    }

    /// The unit at a place; `None` where no unit is.
    pub fn unit_at(&self, at: Pt) -> Option<&Arc<Unit>> {
        self.unit_of(self.partition.owner(self.partition.locate(at)))
    }

    /// Units directly below one.
    pub fn children(&self, of: Id) -> impl Iterator<Item = &Arc<Unit>> {
        self.units.values().filter(move |u| u.parent == Some(of))
    }

    /// The protected line that a border between two owners is part of: `outline`, or the highest of the levels whose
    /// units differ on its two sides. Borders between cells of one parent are not protected.
    pub fn protected_line(&self, levels: &[String], left: Owner, right: Owner) -> Option<String> {
        if left == OUTSIDE || right == OUTSIDE {
            return Some("outline".to_owned());
        }
        let above = |o: Owner, level: u8| self.unit_of(o).and_then(|u| self.ancestor(u.id, level));
        (0..levels.len().saturating_sub(1))
            .find(|&l| above(left, l as u8) != above(right, l as u8))
            .and_then(|l| levels.get(l).cloned())
    }

    /// Polygons of a unit's whole ground: its own faces and those of its descendants, borders between them dissolved
    /// only in the sense that each face is a part. O(faces).
    pub fn ground(&self, unit: Id) -> Vec<Vec<Vec<Pt>>> {
        let p = &self.partition;
        let level = self.units.get(&unit).map(|u| u.level);
        p.faces()
            .filter(|(_, f)| {
                Id(f.owner).is_unit() && level.is_some_and(|l| self.ancestor(Id(f.owner), l) == Some(unit))
            })
            .map(|(i, _)| p.rings(i))
            .collect()
    }
}

impl Project {
    /// An empty project with its layers and one draft, 方案 A, whose identity is `plan`.
    pub fn new(head: Head, layers: Vec<GridLayer>, plan: Id) -> Project {
        let empty = layers.iter().map(|_| Layer::default()).collect();
        let meta = PlanMeta { name: "方案A".to_owned(), in_force: false, from: None, to: None };
        let mut p = Project {
            facts: Facts {
                head: Arc::new(head),
                rules: Arc::default(),
                layers: Arc::new(layers),
                tables: Arc::new(Kind::TABLES.iter().map(|&k| Table::new(k)).collect()),
                members: Coded::default(),
                posts: Coded::default(),
                orgs: Arc::default(),
                ignored: Arc::default(),
                underlays: Arc::default(),
            },
            plans: Arc::new(vec![Arc::new(Plan { id: plan, meta, layers: Arc::new(empty), posts: Coded::default() })]),
            state: 0,
        };
        p.state = p.recount_state();
        p
    }

    /// The table of a kind.
    pub fn table(&self, kind: Kind) -> &Table {
        let i = Kind::TABLES.iter().position(|&k| k == kind).unwrap_or(0);
        &self.facts.tables[i]
    }

    /// A plan by identity.
    pub fn plan(&self, id: Id) -> Option<&Arc<Plan>> {
        self.plans.iter().find(|p| p.id == id)
    }

    /// A plan by name.
    pub fn plan_named(&self, name: &str) -> Option<&Arc<Plan>> {
        self.plans.iter().find(|p| p.meta.name == name)
    }

    /// The same with a plan that is or was in force as a draft. Its `state` is not that of its content: for trying edits
    /// only.
    pub(crate) fn as_draft(&self, plan: Id) -> Project {
        let mut p = self.clone();
        p.with_plan(plan, |x| x.meta = PlanMeta { in_force: false, from: None, to: None, ..x.meta.clone() });
        p
    }

    /// The plan in force, if there is one.
    pub fn plan_in_force(&self) -> Option<&Arc<Plan>> {
        self.plans.iter().find(|p| p.meta.in_force)
    }

    /// Number of a layer by its id.
    pub fn layer_index(&self, id: &str) -> Option<u16> {
        self.facts.layers.iter().position(|l| l.id == id).map(|i| i as u16)
    }

    /// A layer of a plan.
    pub fn layer(&self, plan: Id, layer: u16) -> Option<&Layer> {
        self.plan(plan)?.layers.get(layer as usize)
    }

    /// The project's origin; the zero origin while the CRS is not decided.
    pub fn origin(&self) -> Origin {
        self.facts.head.origin.unwrap_or_default()
    }

    /// The grid point of an absolute coordinate.
    pub fn grid(&self, p: Place) -> Option<Pt> {
        self.origin().grid(p)
    }

    /// A member by code.
    pub fn member(&self, code: &str) -> Option<&Arc<Member>> {
        self.facts.members.coded(code)
    }

    /// The post with a code, in the facts or in a plan.
    pub fn post(&self, plan: Id, code: &str) -> Option<&Arc<Post>> {
        let in_plan = self.plan(plan).and_then(|p| p.posts.coded(code));
        in_plan.or_else(|| self.facts.posts.coded(code))
    }

    /// The largest step number of a replica among all identities in the project.
    pub(super) fn last_sequence(&self, replica: u32) -> u32 {
        let f = &self.facts;
        let facts = f.members.keys().chain(f.posts.keys()).chain(f.orgs.keys());
        let plans = self.plans.iter().flat_map(|p| {
            let units = p.layers.iter().flat_map(|l| l.units.keys());
            std::iter::once(&p.id).chain(p.posts.keys()).chain(units)
        });
        facts.chain(plans).filter_map(|id| id.sequence_of(replica)).max().unwrap_or(0)
    }

    /// The `state` counted anew from every item. O(everything).
    pub fn recount_state(&self) -> u128 {
        let mut sum = item_sum(&("head", &*self.facts.head)).wrapping_add(item_sum(&("rules", &*self.facts.rules)));
        let mut add = |s: u128| sum = sum.wrapping_add(s);
        for l in self.facts.layers.iter() {
            add(item_sum(&("layer", l)));
        }
        for t in self.facts.tables.iter() {
            for p in t.segments() {
                add(p.segment.sum());
            }
            for (slot, row) in t.overlay().iter() {
                add(self.row_sum(t.kind(), slot, row.as_deref()));
            }
        }
        for m in self.facts.members.values() {
            add(self.member_sum(m));
        }
        for o in self.facts.orgs.values() {
            add(self.org_sum(o));
        }
        for p in self.facts.posts.values() {
            add(self.post_sum(None, p));
        }
        for i in self.facts.ignored.values() {
            add(item_sum(&("ignored", i)));
        }
        for u in self.facts.underlays.values() {
            add(item_sum(&("underlay", u)));
        }
        for plan in self.plans.iter() {
            add(self.plan_sum(plan));
        }
        sum
    }

    /// Share of a whole plan.
    pub(super) fn plan_sum(&self, plan: &Plan) -> u128 {
        let mut sum = meta_sum(&plan.meta);
        let mut add = |s: u128| sum = sum.wrapping_add(s);
        for p in plan.posts.values() {
            add(self.post_sum(Some(plan), p));
        }
        for (i, l) in plan.layers.iter().enumerate() {
            let i = i as u16;
            for u in l.units.values() {
                add(self.unit_sum(plan, i, u));
            }
            for (&slot, &unit) in l.pins.iter() {
                add(self.pin_sum(plan, i, slot, unit));
            }
            for &unit in &l.locks.units {
                add(self.locked_sum(plan, i, unit));
            }
            for &line in &l.locks.lines {
                add(self.locked_line_sum(plan, i, line));
            }
            for (e, _) in l.partition.edges() {
                add(self.edge_sum(plan, i, e));
            }
        }
        sum
    }

    /// Share of an overlay entry: the row it sets less the segment's row that it hides.
    pub(super) fn row_sum(&self, kind: Kind, slot: u32, row: Option<&crate::model::Row>) -> u128 {
        let hidden = self.table(kind).in_segment(slot).map_or(0, |(s, i)| s.row(i).sum(kind));
        row.map_or(0, |r| r.sum(kind)).wrapping_sub(hidden)
    }

    pub(super) fn member_sum(&self, m: &Member) -> u128 {
        item_sum(&("member", &m.code, &m.name, &m.phone, &m.org))
    }

    pub(super) fn org_sum(&self, o: &Org) -> u128 {
        let parent = o.parent.and_then(|p| self.facts.orgs.get(&p)).map(|p| &p.code);
        item_sum(&("org", &o.code, &o.name, &o.kind, parent))
    }

    pub(super) fn post_sum(&self, plan: Option<&Plan>, p: &Post) -> u128 {
        let member = self.facts.members.get(&p.member).map_or("", |m| m.code.as_str());
        let (kind, on) = match &p.target {
            Target::Cell { layer, unit } => {
                let id = self.facts.layers.get(*layer as usize).map_or("", |l| l.id.as_str());
                let layers = plan.map(|p| &p.layers);
                let unit = layers.and_then(|l| l.get(*layer as usize)).and_then(|l| l.units.get(unit));
                ("cell", format!("{id}/{}", unit.map_or("", |u| u.code.as_str())))
            }
            Target::Courtyard(c) => ("courtyard", c.clone()),
            Target::Building(c) => ("building", c.clone()),
            Target::Org(c) => ("org", c.clone()),
        };
        let plan = plan.map(|p| p.meta.name.as_str());
        item_sum(&("post", plan, &p.code, member, &p.post, kind, on, p.from, p.to))
    }

    pub(super) fn unit_sum(&self, plan: &Plan, layer: u16, u: &Unit) -> u128 {
        let parent = u.parent.and_then(|p| plan.layers.get(layer as usize)?.units.get(&p)).map(|p| p.code.as_str());
        item_sum(&("unit", &plan.meta.name, self.layer_id(layer), &u.code, &u.name, u.level, parent, &u.extent))
    }

    pub(super) fn pin_sum(&self, plan: &Plan, layer: u16, slot: u32, unit: Id) -> u128 {
        let building = self.table(Kind::Buildings).get(slot).map_or("", |r| r.code());
        let unit = plan.layers.get(layer as usize).and_then(|l| l.units.get(&unit)).map(|u| u.code.as_str());
        item_sum(&("pin", &plan.meta.name, self.layer_id(layer), building, unit))
    }

    pub(super) fn locked_sum(&self, plan: &Plan, layer: u16, unit: Id) -> u128 {
        let unit = plan.layers.get(layer as usize).and_then(|l| l.units.get(&unit)).map(|u| u.code.as_str());
        item_sum(&("locked", &plan.meta.name, self.layer_id(layer), unit))
    }

    pub(super) fn locked_line_sum(&self, plan: &Plan, layer: u16, line: (Pt, Pt)) -> u128 {
        item_sum(&("locked line", &plan.meta.name, self.layer_id(layer), line))
    }

    /// Share of a border: its points from the smaller end on and whose ground lies left and right.
    pub(super) fn edge_sum(&self, plan: &Plan, layer: u16, e: u32) -> u128 {
        let Some(l) = plan.layers.get(layer as usize) else { return 0 };
        let Some(edge) = l.partition.edge(e) else { return 0 };
        let name = |o: Owner| match o {
            OUTSIDE => "<",
            0 => ">",
            o => l.units.get(&Id(o)).map_or("?", |u| u.code.as_str()),
        };
        let (left, right) = l.partition.sides(edge);
        let mut points = edge.points.to_vec();
        let (mut left, mut right) = (name(left), name(right));
        if edge.from == edge.to && l.partition.node(edge.from).is_some_and(|n| n.halves.len() == 2) {
            // A border that closes on itself starts where it was first drawn: turn it to its least point.
            points.pop();
            let least = points.iter().enumerate().min_by_key(|(_, p)| **p).map_or(0, |(i, _)| i);
            points.rotate_left(least);
            points.push(points[0]);
        }
        let n = points.len();
        if (points[n - 1], points[n - 2]) < (points[0], points[1]) {
            points.reverse();
            std::mem::swap(&mut left, &mut right);
        }
        item_sum(&("edge", &plan.meta.name, self.layer_id(layer), left, right, points))
    }

    fn layer_id(&self, layer: u16) -> &str {
        self.facts.layers.get(layer as usize).map_or("", |l| l.id.as_str())
    }

    /// Why a problem was set aside, if it was.
    pub fn ignored(&self, issue: &str) -> Option<&Arc<Ignored>> {
        self.facts.ignored.get(&Ignored::number(issue))
    }

    /// The underlay with a name.
    pub fn underlay(&self, name: &str) -> Option<&Arc<Underlay>> {
        self.facts.underlays.get(&underlay_number(name))
    }

    /// All underlays, the lowest first.
    pub fn underlays(&self) -> Vec<&Arc<Underlay>> {
        let mut all: Vec<_> = self.facts.underlays.values().collect();
        all.sort_by(|a, b| (a.order, &a.name).cmp(&(b.order, &b.name)));
        all
    }

    /// Whether a courtyard is kept whole.
    pub fn is_whole(&self, courtyard_slot: u32) -> bool {
        self.table(Kind::Courtyards).get(courtyard_slot).and_then(|r| r.count(Field::Whole)) == Some(1)
    }
}

pub(super) fn meta_sum(m: &PlanMeta) -> u128 {
    item_sum(&("plan", &m.name, m.in_force, m.from, m.to))
}
