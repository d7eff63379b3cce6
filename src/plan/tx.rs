//! A project being edited: puts items, remembers what was there before, and reckons `state`.

use super::patch::{Item, Key, Patch, PlanChange};
use super::project::{Plan, Project, meta_sum};
use crate::model::{Id, Target};
use crate::topology::{Half, Owner, Partition, PartitionPatch};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A project in the making.
pub(super) struct Tx<'a> {
    old: &'a Project,
    /// The project as it is now; `state` is set by [`Tx::finish`].
    pub new: Project,
    before: BTreeMap<Key, Option<Item>>,
    partitions: Vec<(Id, u16, PartitionPatch)>,
    plans: Vec<PlanChange>,
}

/// Something that has a share in `state`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Item(Key),
    Edge(Id, u16, u32),
}

impl<'a> Tx<'a> {
    pub fn new(old: &'a Project) -> Tx<'a> {
        Tx { old, new: old.clone(), before: BTreeMap::new(), partitions: Vec::new(), plans: Vec::new() }
    }

    /// Sets or takes away an item.
    pub fn put(&mut self, key: Key, item: Option<Item>) {
        self.before.entry(key).or_insert_with(|| self.new.item(&key));
        self.new.put(&key, item);
    }

    /// Replaces a layer's partition. Once an edit.
    pub fn set_partition(&mut self, plan: Id, layer: u16, partition: Partition, patch: PartitionPatch) {
        self.new.with_layer(plan, layer, |l| l.partition = partition);
        self.partitions.push((plan, layer, patch));
    }

    /// Adds a plan at the end of the list.
    pub fn add_plan(&mut self, plan: Arc<Plan>) {
        let list = Arc::make_mut(&mut self.new.plans);
        self.plans.push(PlanChange { at: list.len(), before: None, after: Some(plan.clone()) });
        list.push(plan);
    }

    /// Takes a plan away.
    pub fn remove_plan(&mut self, id: Id) {
        let list = Arc::make_mut(&mut self.new.plans);
        if let Some(at) = list.iter().position(|p| p.id == id) {
            let before = Some(list.remove(at));
            self.plans.push(PlanChange { at, before, after: None });
        }
    }

    /// The edited project and its patch.
    pub fn finish(mut self) -> (Project, Patch) {
        let mut parts: BTreeSet<Part> = self.before.keys().map(|&k| Part::Item(k)).collect();
        for (plan, layer, patch) in &self.partitions {
            self.edges_of_change(*plan, *layer, patch, &mut parts);
        }
        self.dependents(&mut parts);
        let share = |p: &Project| parts.iter().fold(0u128, |a, part| a.wrapping_add(part_sum(p, part)));
        let (was, is) = (share(self.old), share(&self.new));
        let mut state = self.old.state.wrapping_sub(was).wrapping_add(is);
        for c in &self.plans {
            if let Some(p) = &c.before {
                state = state.wrapping_sub(self.old.plan_sum(p));
            }
            if let Some(p) = &c.after {
                state = state.wrapping_add(self.new.plan_sum(p));
            }
        }
        self.new.state = state;
        let items = self
            .before
            .into_iter()
            .map(|(key, before)| {
                let after = self.new.item(&key);
                (key, before, after)
            })
            .collect();
        let patch =
            Patch { items, partitions: self.partitions, plans: self.plans, state: (self.old.state, self.new.state) };
        (self.new, patch)
    }

    /// Borders whose points changed, those round faces that changed hands, and those at nodes that changed: whether a
    /// border closes on itself, and so where its bytes begin, depends on what else comes to its node.
    fn edges_of_change(&self, plan: Id, layer: u16, patch: &PartitionPatch, parts: &mut BTreeSet<Part>) {
        parts.extend(patch.edges.iter().map(|c| Part::Edge(plan, layer, c.slot)));
        let at_nodes = patch.nodes.iter().flat_map(|c| [&c.before, &c.after]).flatten().flat_map(|n| &n.halves);
        parts.extend(at_nodes.map(|h| Part::Edge(plan, layer, h.edge())));
        for c in &patch.faces {
            let owner = |f: &Option<crate::topology::Face>| f.as_ref().map(|f| f.owner);
            if owner(&c.before) == owner(&c.after) {
                continue;
            }
            for project in [self.old, &self.new] {
                let Some(l) = project.layer(plan, layer) else { continue };
                let rings: Vec<Half> = l.partition.face(c.slot).map_or_else(Vec::new, |f| f.rings.to_vec());
                for h in rings {
                    parts.extend(l.partition.ring(h).into_iter().map(|h| Part::Edge(plan, layer, h.edge())));
                }
            }
        }
    }

    /// Items whose bytes name another item that changed its code: they count as changed too.
    fn dependents(&self, parts: &mut BTreeSet<Part>) {
        let mut more = BTreeSet::new();
        for part in parts.iter() {
            let Part::Item(key) = part else { continue };
            match (key, self.before.get(key).cloned().flatten(), self.new.item(key)) {
                (Key::Plan(id), Some(Item::Plan(a)), Some(Item::Plan(b))) if a.name != b.name => {
                    if let Some(p) = self.old.plan(*id) {
                        all_parts(p, &mut more);
                    }
                    if let Some(p) = self.new.plan(*id) {
                        all_parts(p, &mut more);
                    }
                }
                (Key::Unit(plan, layer, id), Some(Item::Unit(a)), Some(Item::Unit(b))) if a.code != b.code => {
                    for project in [self.old, &self.new] {
                        unit_dependents(project, *plan, *layer, *id, &mut more);
                    }
                }
                (Key::Member(id), Some(_), None) => {
                    let named = |p: &&Arc<crate::model::Post>| p.member == *id;
                    more.extend(self.old.facts.posts.values().filter(named).map(|p| Part::Item(Key::Post(p.id))));
                    for plan in self.old.plans.iter() {
                        let posts = plan.posts.values().filter(named);
                        more.extend(posts.map(|p| Part::Item(Key::CellPost(plan.id, p.id))));
                    }
                }
                _ => {}
            }
        }
        parts.extend(more);
    }
}

fn unit_dependents(project: &Project, plan: Id, layer: u16, id: Id, out: &mut BTreeSet<Part>) {
    let (Some(p), Some(l)) = (project.plan(plan), project.layer(plan, layer)) else { return };
    for f in l.partition.faces_of(id.0 as Owner) {
        for &r in l.partition.face(f).map_or(&[][..], |f| &f.rings) {
            out.extend(l.partition.ring(r).into_iter().map(|h| Part::Edge(plan, layer, h.edge())));
        }
    }
    out.extend(l.pins.iter().filter(|(_, u)| **u == id).map(|(&s, _)| Part::Item(Key::Pin(plan, layer, s))));
    out.extend(l.locks.units.get(&id).map(|&u| Part::Item(Key::LockedUnit(plan, layer, u))));
    out.extend(l.children(id).map(|u| Part::Item(Key::Unit(plan, layer, u.id))));
    let on = Target::Cell { layer, unit: id };
    out.extend(p.posts.values().filter(|x| x.target == on).map(|x| Part::Item(Key::CellPost(plan, x.id))));
}

fn all_parts(p: &Plan, out: &mut BTreeSet<Part>) {
    out.extend(p.posts.keys().map(|&x| Part::Item(Key::CellPost(p.id, x))));
    for (i, l) in p.layers.iter().enumerate() {
        let i = i as u16;
        out.extend(l.units.keys().map(|&u| Part::Item(Key::Unit(p.id, i, u))));
        out.extend(l.pins.keys().map(|&s| Part::Item(Key::Pin(p.id, i, s))));
        out.extend(l.locks.units.iter().map(|&u| Part::Item(Key::LockedUnit(p.id, i, u))));
        out.extend(l.locks.lines.iter().map(|&(a, b)| Part::Item(Key::LockedLine(p.id, i, a, b))));
        out.extend(l.partition.edges().map(|(e, _)| Part::Edge(p.id, i, e)));
    }
}

/// Share of one part in a project's `state`; 0 if it is not there.
fn part_sum(p: &Project, part: &Part) -> u128 {
    use crate::model::item_sum;
    let key = match part {
        Part::Item(key) => key,
        Part::Edge(plan, layer, e) => return p.plan(*plan).map_or(0, |plan| p.edge_sum(plan, *layer, *e)),
    };
    match (key, p.item(key)) {
        (_, None) => 0,
        (_, Some(Item::Head(h))) => item_sum(&("head", &h)),
        (_, Some(Item::Rules(r))) => item_sum(&("rules", &r)),
        (_, Some(Item::Layer(l))) => item_sum(&("layer", &l)),
        (_, Some(Item::Segment(s))) => s.rows.map_or(0, |s| s.sum()),
        (Key::Row(kind, slot), Some(Item::Row(r))) => p.row_sum(*kind, *slot, r.as_deref()),
        (_, Some(Item::Member(m))) => p.member_sum(&m),
        (_, Some(Item::Org(o))) => p.org_sum(&o),
        (Key::CellPost(plan, _), Some(Item::Post(x))) => p.post_sum(p.plan(*plan).map(|p| &**p), &x),
        (_, Some(Item::Post(x))) => p.post_sum(None, &x),
        (_, Some(Item::Ignored(i))) => item_sum(&("ignored", &i)),
        (_, Some(Item::Underlay(u))) => item_sum(&("underlay", &u)),
        (_, Some(Item::Plan(m))) => meta_sum(&m),
        (Key::Unit(plan, layer, _), Some(Item::Unit(u))) => {
            p.plan(*plan).map_or(0, |plan| p.unit_sum(plan, *layer, &u))
        }
        (Key::Pin(plan, layer, slot), Some(Item::Pin(u))) => {
            p.plan(*plan).map_or(0, |plan| p.pin_sum(plan, *layer, *slot, u))
        }
        (Key::LockedUnit(plan, layer, id), Some(Item::Locked)) => {
            p.plan(*plan).map_or(0, |plan| p.locked_sum(plan, *layer, *id))
        }
        (Key::LockedLine(plan, layer, a, b), Some(Item::Locked)) => {
            p.plan(*plan).map_or(0, |plan| p.locked_line_sum(plan, *layer, (*a, *b)))
        }
        _ => 0,
    }
}
