//! The Patch: before and after of what an edit changed, the only thing that moves through the house.

use super::project::{Head, Ignored, Layer, Plan, PlanMeta, Project};
use crate::geom::Pt;
use crate::model::{GridLayer, Id, Kind, Member, Org, Post, Row, Rules, Segment, SegmentHash, Underlay, Unit};
use crate::topology::PartitionPatch;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Names an item of a project.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Key {
    /// Name, CRS and origin.
    Head,
    /// The rules.
    Rules,
    /// A grid layer, by number.
    Layer(u16),
    /// A segment of a table, by its first slot.
    Segment(Kind, u32),
    /// An overlay entry of a table.
    Row(Kind, u32),
    /// A member.
    Member(Id),
    /// A post among the facts.
    Post(Id),
    /// An organisation.
    Org(Id),
    /// Name and standing of a plan.
    Plan(Id),
    /// A unit: plan, layer, unit.
    Unit(Id, u16, Id),
    /// A pin: plan, layer, slot of the building.
    Pin(Id, u16, u32),
    /// A post on a cell: plan, post.
    CellPost(Id, Id),
    /// The lock on a unit: plan, layer, unit.
    LockedUnit(Id, u16, Id),
    /// The lock on a segment of a border: plan, layer, its ends, the smaller first.
    LockedLine(Id, u16, Pt, Pt),
    /// A problem that was set aside, by number.
    Ignored(u128),
    /// An underlay, by [`underlay_number`](super::underlay_number).
    Underlay(u128),
}

/// The value of an item.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Item {
    /// Of [`Key::Head`].
    Head(Head),
    /// Of [`Key::Rules`].
    Rules(Rules),
    /// Of [`Key::Layer`].
    Layer(GridLayer),
    /// Of [`Key::Segment`]: its hash and number of rows; the rows are kept by hash.
    Segment(SegmentRef),
    /// Of [`Key::Row`]; `None` = the row is removed.
    Row(Option<Arc<Row>>),
    /// Of [`Key::Member`].
    Member(Arc<Member>),
    /// Of [`Key::Post`] and [`Key::CellPost`].
    Post(Arc<Post>),
    /// Of [`Key::Org`].
    Org(Arc<Org>),
    /// Of [`Key::Plan`].
    Plan(PlanMeta),
    /// Of [`Key::Unit`].
    Unit(Arc<Unit>),
    /// Of [`Key::Pin`].
    Pin(Id),
    /// Of [`Key::LockedUnit`] and [`Key::LockedLine`].
    Locked,
    /// Of [`Key::Ignored`].
    Ignored(Arc<Ignored>),
    /// Of [`Key::Underlay`].
    Underlay(Arc<Underlay>),
}

/// A segment named by hash, with its rows while it is in memory (never serialised).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SegmentRef {
    /// The hash.
    pub hash: SegmentHash,
    /// The rows; `None` in a patch just read, until the store has filled it.
    #[serde(skip)]
    pub rows: Option<Arc<Segment>>,
}

/// A plan made or taken away as a whole.
#[derive(Clone, Debug)]
pub struct PlanChange {
    /// Its place in the list of plans.
    pub at: usize,
    /// Before.
    pub before: Option<Arc<Plan>>,
    /// After.
    pub after: Option<Arc<Plan>>,
}

/// What an edit changed.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    /// Items: key, before, after; ascending by key.
    pub items: Vec<(Key, Option<Item>, Option<Item>)>,
    /// Partitions: plan, layer, changes.
    pub partitions: Vec<(Id, u16, PartitionPatch)>,
    /// Plans made or taken away.
    pub plans: Vec<PlanChange>,
    /// `state` before and after.
    pub state: (u128, u128),
}

impl Patch {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.partitions.is_empty() && self.plans.is_empty()
    }

    /// This patch and then `next`, as one. A plan that one of them makes or takes away as a whole stands in it as it was
    /// made or taken; items and partitions say what happened to it otherwise.
    #[must_use]
    pub fn then(self, next: &Patch) -> Patch {
        Patch::joined([&self, next])
    }

    /// Patches one after the other, as one (see [`Patch::then`]). O(n log n) in what their items are; their partitions are
    /// joined one by one.
    #[must_use]
    pub fn joined<'a>(patches: impl IntoIterator<Item = &'a Patch>) -> Patch {
        let mut out = Patch::default();
        let mut items: BTreeMap<Key, (Option<Item>, Option<Item>)> = BTreeMap::new();
        let mut first = true;
        for next in patches.into_iter().filter(|p| !p.is_empty()) {
            out.state = (if std::mem::take(&mut first) { next.state.0 } else { out.state.0 }, next.state.1);
            for (key, before, after) in &next.items {
                items.entry(*key).or_insert_with(|| (before.clone(), None)).1.clone_from(after);
            }
            for (plan, layer, change) in &next.partitions {
                match out.partitions.iter_mut().find(|(p, l, _)| (p, l) == (plan, layer)) {
                    Some((_, _, first)) => *first = std::mem::take(first).then(change.clone()),
                    None => out.partitions.push((*plan, *layer, change.clone())),
                }
            }
            out.plans.extend(next.plans.iter().cloned());
        }
        // What came and went again never was.
        let net = items.into_iter().filter(|(_, (b, a))| b.is_some() || a.is_some());
        out.items = net.map(|(k, (b, a))| (k, b, a)).collect();
        out
    }

    /// The patch backwards.
    #[must_use]
    pub fn back(&self) -> Patch {
        Patch {
            items: self.items.iter().map(|(k, b, a)| (*k, a.clone(), b.clone())).collect(),
            partitions: self.partitions.iter().map(|(p, l, c)| (*p, *l, c.back())).collect(),
            plans: (self.plans.iter().rev())
                .map(|c| PlanChange { at: c.at, before: c.after.clone(), after: c.before.clone() })
                .collect(),
            state: (self.state.1, self.state.0),
        }
    }

    /// Whether it changes the content of a plan: ground, units, pins or posts on cells.
    pub fn touches_a_plan(&self) -> bool {
        let of_plan = |k: &Key| {
            matches!(k, Key::Unit(..) | Key::Pin(..) | Key::CellPost(..) | Key::LockedUnit(..) | Key::LockedLine(..))
        };
        !self.partitions.is_empty() || self.items.iter().any(|(k, _, _)| of_plan(k))
    }

    /// Names of the segments that the patch brings or takes away.
    pub fn segments(&self) -> impl Iterator<Item = &SegmentRef> {
        self.items.iter().flat_map(|(_, b, a)| [b, a]).filter_map(|i| match i {
            Some(Item::Segment(s)) => Some(s),
            _ => None,
        })
    }
}

impl Project {
    /// The project after a patch (`back`: before it). O(change).
    pub fn patched(&self, patch: &Patch, back: bool) -> Project {
        let mut p = self.clone();
        let plans = |p: &mut Project, removing: bool| {
            let each: Box<dyn Iterator<Item = &PlanChange>> =
                if back { Box::new(patch.plans.iter().rev()) } else { Box::new(patch.plans.iter()) };
            for c in each {
                let new = if back { &c.before } else { &c.after };
                let list = Arc::make_mut(&mut p.plans);
                match new {
                    Some(plan) if !removing => list.insert(c.at.min(list.len()), plan.clone()),
                    None if removing => {
                        let gone = if back { &c.after } else { &c.before };
                        list.retain(|x| gone.as_ref().is_none_or(|g| g.id != x.id));
                    }
                    _ => {}
                }
            }
        };
        plans(&mut p, false);
        // Overlay entries hide rows of segments: they come after segments do, and go before they go.
        if back {
            patch.items.iter().rev().for_each(|(key, before, _)| p.put(key, before.clone()));
        } else {
            patch.items.iter().for_each(|(key, _, after)| p.put(key, after.clone()));
        }
        for (plan, layer, change) in &patch.partitions {
            p.with_layer(*plan, *layer, |l| l.partition = l.partition.patched(change, back));
        }
        plans(&mut p, true);
        let (from, to) = if back { (patch.state.1, patch.state.0) } else { patch.state };
        p.state = p.state.wrapping_sub(from).wrapping_add(to);
        p
    }

    /// The item with a key.
    pub fn item(&self, key: &Key) -> Option<Item> {
        Some(match *key {
            Key::Head => Item::Head((*self.facts.head).clone()),
            Key::Rules => Item::Rules((*self.facts.rules).clone()),
            Key::Layer(i) => Item::Layer(self.facts.layers.get(i as usize)?.clone()),
            Key::Segment(kind, base) => {
                let s = &self.table(kind).segments().iter().find(|s| s.base == base)?.segment;
                Item::Segment(SegmentRef { hash: s.hash(), rows: Some(s.clone()) })
            }
            Key::Row(kind, slot) => Item::Row(self.table(kind).overlay().get(slot)?.clone()),
            Key::Member(id) => Item::Member(self.facts.members.get(&id)?.clone()),
            Key::Post(id) => Item::Post(self.facts.posts.get(&id)?.clone()),
            Key::Org(id) => Item::Org(self.facts.orgs.get(&id)?.clone()),
            Key::Ignored(number) => Item::Ignored(self.facts.ignored.get(&number)?.clone()),
            Key::Underlay(number) => Item::Underlay(self.facts.underlays.get(&number)?.clone()),
            Key::Plan(id) => Item::Plan(self.plan(id)?.meta.clone()),
            Key::Unit(plan, layer, id) => Item::Unit(self.layer(plan, layer)?.units.get(&id)?.clone()),
            Key::Pin(plan, layer, slot) => Item::Pin(*self.layer(plan, layer)?.pins.get(&slot)?),
            Key::CellPost(plan, id) => Item::Post(self.plan(plan)?.posts.get(&id)?.clone()),
            Key::LockedUnit(plan, layer, id) => {
                self.layer(plan, layer)?.locks.units.get(&id)?;
                Item::Locked
            }
            Key::LockedLine(plan, layer, a, b) => {
                self.layer(plan, layer)?.locks.lines.get(&(a, b))?;
                Item::Locked
            }
        })
    }

    /// Sets or takes away an item. `state` is not touched. A value of the wrong sort changes nothing.
    pub(crate) fn put(&mut self, key: &Key, item: Option<Item>) {
        fn map<V>(m: &mut Arc<BTreeMap<Id, Arc<V>>>, id: Id, v: Option<Arc<V>>) {
            let m = Arc::make_mut(m);
            match v {
                Some(v) => m.insert(id, v),
                None => m.remove(&id),
            };
        }
        fn set<T: Ord>(of: &mut BTreeSet<T>, one: T, item: Option<Item>) {
            match item {
                Some(_) => of.insert(one),
                None => of.remove(&one),
            };
        }
        let f = &mut self.facts;
        match (*key, item) {
            (Key::Head, Some(Item::Head(h))) => f.head = Arc::new(h),
            (Key::Rules, Some(Item::Rules(r))) => f.rules = Arc::new(r),
            (Key::Layer(i), Some(Item::Layer(l))) => {
                let list = Arc::make_mut(&mut f.layers);
                if (i as usize) < list.len() {
                    list[i as usize] = l;
                } else {
                    list.push(l);
                    for plan in Arc::make_mut(&mut self.plans) {
                        Arc::make_mut(&mut Arc::make_mut(plan).layers).push(Layer::default());
                    }
                }
            }
            (Key::Layer(i), None) => {
                Arc::make_mut(&mut f.layers).truncate(i as usize);
                for plan in Arc::make_mut(&mut self.plans) {
                    Arc::make_mut(&mut Arc::make_mut(plan).layers).truncate(i as usize);
                }
            }
            (Key::Segment(kind, base), item) => {
                let tables = Arc::make_mut(&mut f.tables);
                if let Some(t) = tables.iter_mut().find(|t| t.kind() == kind) {
                    t.remove_segment(base);
                    if let Some(Item::Segment(SegmentRef { rows: Some(rows), .. })) = item {
                        t.add_segment(base, rows);
                    }
                }
            }
            (Key::Row(kind, slot), item) => {
                let tables = Arc::make_mut(&mut f.tables);
                if let Some(t) = tables.iter_mut().find(|t| t.kind() == kind) {
                    match item {
                        Some(Item::Row(r)) => t.set_overlay(slot, Some(r)),
                        _ => t.set_overlay(slot, None),
                    }
                }
            }
            (Key::Member(id), Some(Item::Member(v))) => f.members.set(id, Some(v)),
            (Key::Member(id), None) => f.members.set(id, None),
            (Key::Post(id), Some(Item::Post(v))) => f.posts.set(id, Some(v)),
            (Key::Post(id), None) => f.posts.set(id, None),
            (Key::Org(id), Some(Item::Org(v))) => map(&mut f.orgs, id, Some(v)),
            (Key::Org(id), None) => map(&mut f.orgs, id, None),
            (Key::Ignored(number), item) => {
                let ignored = Arc::make_mut(&mut f.ignored);
                match item {
                    Some(Item::Ignored(i)) => ignored.insert(number, i),
                    _ => ignored.remove(&number),
                };
            }
            (Key::Underlay(number), item) => {
                let underlays = Arc::make_mut(&mut f.underlays);
                match item {
                    Some(Item::Underlay(u)) => underlays.insert(number, u),
                    _ => underlays.remove(&number),
                };
            }
            (Key::Plan(id), Some(Item::Plan(meta))) => self.with_plan(id, |p| p.meta = meta),
            (Key::Unit(plan, layer, id), item) => self.with_layer(plan, layer, |l| {
                map(&mut l.units, id, item.and_then(|i| if let Item::Unit(u) = i { Some(u) } else { None }));
            }),
            (Key::Pin(plan, layer, slot), item) => self.with_layer(plan, layer, |l| {
                let pins = Arc::make_mut(&mut l.pins);
                match item {
                    Some(Item::Pin(unit)) => pins.insert(slot, unit),
                    _ => pins.remove(&slot),
                };
            }),
            (Key::CellPost(plan, id), item) => self.with_plan(plan, |p| {
                p.posts.set(id, item.and_then(|i| if let Item::Post(x) = i { Some(x) } else { None }));
            }),
            (Key::LockedUnit(plan, layer, id), item) => {
                self.with_layer(plan, layer, |l| set(&mut Arc::make_mut(&mut l.locks).units, id, item));
            }
            (Key::LockedLine(plan, layer, a, b), item) => {
                self.with_layer(plan, layer, |l| set(&mut Arc::make_mut(&mut l.locks).lines, (a, b), item));
            }
            _ => {}
        }
    }

    /// Changes a plan in place (its own copy).
    pub(crate) fn with_plan(&mut self, id: Id, f: impl FnOnce(&mut Plan)) {
        if let Some(plan) = Arc::make_mut(&mut self.plans).iter_mut().find(|p| p.id == id) {
            f(Arc::make_mut(plan));
        }
    }

    /// Changes a layer of a plan in place (its own copy).
    pub(crate) fn with_layer(&mut self, plan: Id, layer: u16, f: impl FnOnce(&mut Layer)) {
        self.with_plan(plan, |p| {
            if let Some(l) = Arc::make_mut(&mut p.layers).get_mut(layer as usize) {
                f(l);
            }
        });
    }
}
