//! A Patch as bytes, exactly.

use super::StoreError;
use super::bytes::{read_all, seal, unseal};
use super::truth::{Shelf, fits, in_range, possible};
use crate::geom::Pt;
use crate::model::{Id, Post, Unit};
use crate::plan::{Item, Key, Layer, Locks, Patch, Plan, PlanChange, PlanMeta};
use crate::topology::{Change, Edge, Face, Node, Partition, PartitionPatch};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Version of the layout; the first byte. In version 1 a whole layer had no locks.
const VERSION: u8 = 2;
/// Largest slot of a node, edge or face that is believed; keeps a damaged number from filling memory.
const MAX_SLOT: u32 = 1 << 24;
/// Largest slot of a row that is believed.
const MAX_ROW: u32 = 1 << 26;
/// What the checksum is said to be of.
const WHAT: &str = "patch";

/// What stands in the bytes, in this order. `L`: a whole layer.
#[derive(Serialize, Deserialize)]
struct Form<L> {
    state: (u128, u128),
    items: Vec<(Key, Option<Item>, Option<Item>)>,
    partitions: Vec<(Id, u16, PartitionPatch)>,
    plans: Vec<PlanForm<L>>,
}

#[derive(Serialize, Deserialize)]
struct PlanForm<L> {
    at: u32,
    before: Option<WholePlan<L>>,
    after: Option<WholePlan<L>>,
}

/// A plan with everything in it.
#[derive(Serialize, Deserialize)]
struct WholePlan<L> {
    id: Id,
    meta: PlanMeta,
    posts: Vec<Arc<Post>>,
    layers: Vec<L>,
}

/// A layer with everything in it but its locks.
#[derive(Serialize, Deserialize)]
struct BareLayer {
    units: Vec<Arc<Unit>>,
    pins: Vec<(u32, Id)>,
    nodes: Vec<(u32, Node)>,
    edges: Vec<(u32, Edge)>,
    faces: Vec<(u32, Face)>,
}

/// A layer with everything in it.
#[derive(Serialize, Deserialize)]
struct WholeLayer {
    bare: BareLayer,
    locked_units: Vec<Id>,
    locked_lines: Vec<(Pt, Pt)>,
}

impl From<BareLayer> for WholeLayer {
    fn from(bare: BareLayer) -> WholeLayer {
        WholeLayer { bare, locked_units: Vec::new(), locked_lines: Vec::new() }
    }
}

impl WholePlan<WholeLayer> {
    fn of(plan: &Plan) -> WholePlan<WholeLayer> {
        fn owned<'a, T: Clone + 'a>(it: impl Iterator<Item = (u32, &'a T)>) -> Vec<(u32, T)> {
            it.map(|(i, t)| (i, t.clone())).collect()
        }
        let layer = |l: &Layer| WholeLayer {
            bare: BareLayer {
                units: l.units.values().cloned().collect(),
                pins: l.pins.iter().map(|(&s, &u)| (s, u)).collect(),
                nodes: owned(l.partition.nodes()),
                edges: owned(l.partition.edges()),
                faces: owned(l.partition.faces()),
            },
            locked_units: l.locks.units.iter().copied().collect(),
            locked_lines: l.locks.lines.iter().copied().collect(),
        };
        WholePlan {
            id: plan.id,
            meta: plan.meta.clone(),
            posts: plan.posts.values().cloned().collect(),
            layers: plan.layers.iter().map(layer).collect(),
        }
    }

    fn plan(self) -> Result<Plan, String> {
        let mut points = self.layers.iter().flat_map(|l| {
            let nodes = l.bare.nodes.iter().map(|(_, n)| &n.at);
            let borders = l.bare.edges.iter().flat_map(|(_, e)| e.points.iter());
            nodes.chain(borders).chain(l.locked_lines.iter().flat_map(|(a, b)| [a, b]))
        });
        if !points.all(|p| in_range([p])) {
            return Err("a point is out of range".to_owned());
        }
        drop(points);
        let layers = self.layers.into_iter().map(|l| {
            let (units, lines) = (l.locked_units.into_iter().collect(), l.locked_lines.into_iter().collect());
            Ok(Layer {
                partition: Partition::from_parts(l.bare.nodes, l.bare.edges, l.bare.faces)?,
                units: Arc::new(l.bare.units.into_iter().map(|u| (u.id, u)).collect()),
                pins: Arc::new(l.bare.pins.into_iter().collect()),
                locks: Arc::new(Locks { units, lines }),
            })
        });
        Ok(Plan {
            id: self.id,
            meta: self.meta,
            layers: Arc::new(layers.collect::<Result<_, &'static str>>()?),
            posts: self.posts.into_iter().collect(),
        })
    }
}

/// The bytes of a patch: a version byte, postcard, CRC-32. Segments stand in it by hash, without their rows.
pub fn patch_bytes(patch: &Patch) -> Vec<u8> {
    let form = Form {
        state: patch.state,
        items: patch.items.clone(),
        partitions: patch.partitions.clone(),
        plans: patch
            .plans
            .iter()
            .map(|c| PlanForm {
                at: c.at as u32,
                before: c.before.as_deref().map(WholePlan::of),
                after: c.after.as_deref().map(WholePlan::of),
            })
            .collect(),
    };
    let mut out = vec![VERSION];
    out.extend(postcard::to_stdvec(&form).unwrap_or_default());
    seal(WHAT, &[], out)
}

/// Reads the bytes of a patch; segments have no rows yet (see [`fill_segments`]).
///
/// # Errors
/// [`StoreError::Damaged`] for anything but the bytes of a patch; never panics.
pub fn read_patch(bytes: &[u8]) -> Result<Patch, StoreError> {
    let body = unseal(WHAT, &[], bytes)?;
    read_body(body).map_err(|why| StoreError::damaged(WHAT, "", why))
}

fn read_body(body: &[u8]) -> Result<Patch, String> {
    match body.split_first() {
        Some((1, rest)) => of_form::<BareLayer>(read_all(rest)?),
        Some((&VERSION, rest)) => of_form::<WholeLayer>(read_all(rest)?),
        _ => Err("an unknown version".to_owned()),
    }
}

fn of_form<L: Into<WholeLayer>>(form: Form<L>) -> Result<Patch, String> {
    if form.items.iter().any(|(k, b, a)| [b, a].into_iter().flatten().any(|i| !fits(k, i))) {
        return Err("a value does not belong to its key".to_owned());
    }
    let far = |k: &Key| matches!(k, Key::Row(_, slot) | Key::Segment(_, slot) if *slot >= MAX_ROW);
    let no_line = |k: &Key| matches!(k, Key::LockedLine(_, _, a, b) if a >= b || !in_range([a, b]));
    let odd = |i: &Option<Item>| i.as_ref().is_some_and(|i| !possible(i));
    if form.items.iter().any(|(k, b, a)| far(k) || no_line(k) || odd(b) || odd(a)) {
        return Err("a number is not possible".to_owned());
    }
    if !form.partitions.iter().all(|(_, _, p)| sound(p)) {
        return Err("a border cannot be as it is written".to_owned());
    }
    let whole = |p: Option<WholePlan<L>>| {
        p.map(|p| {
            let layers = p.layers.into_iter().map(Into::into).collect();
            WholePlan { id: p.id, meta: p.meta, posts: p.posts, layers }.plan().map(Arc::new)
        })
        .transpose()
    };
    let plans = form
        .plans
        .into_iter()
        .map(|c| Ok::<_, String>(PlanChange { at: c.at as usize, before: whole(c.before)?, after: whole(c.after)? }));
    let plans = plans.collect::<Result<_, _>>()?;
    Ok(Patch { items: form.items, partitions: form.partitions, plans, state: form.state })
}

/// Whether slots and points are within what a partition can hold.
fn sound(p: &PartitionPatch) -> bool {
    fn all<T>(changes: &[Change<T>], ok: impl Fn(&T) -> bool) -> bool {
        let one = |v: &Option<T>| v.as_ref().is_none_or(&ok);
        changes.iter().all(|c| c.slot < MAX_SLOT && one(&c.before) && one(&c.after))
    }
    all(&p.nodes, |n| !n.halves.is_empty() && in_range([&n.at]))
        && all(&p.edges, |e| e.points.len() >= 2 && in_range(e.points.iter()))
        && all(&p.faces, |_| true)
}

/// Gives the segments of a patch their rows.
///
/// # Errors
/// [`StoreError::Damaged`] naming the first segment that `shelf` does not have.
pub fn fill_segments(patch: &mut Patch, shelf: &Shelf) -> Result<(), StoreError> {
    for (_, before, after) in &mut patch.items {
        for item in [before, after].into_iter().flatten() {
            if let Item::Segment(s) = item {
                let rows = shelf.get(&s.hash).ok_or_else(|| {
                    StoreError::damaged("getu_segments", s.hash.to_string(), "a segment that a step names is missing")
                })?;
                s.rows = Some(rows.clone());
            }
        }
    }
    Ok(())
}
