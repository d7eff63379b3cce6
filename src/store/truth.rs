//! Which rows a project is, and the project of rows.

use super::StoreError;
use super::bytes::{hex, read_all, read_sealed, sealed};
use crate::geom::{LIMIT, Origin, Pt};
use crate::model::{Extent, Id, Kind, Rules, Segment, SegmentHash, Shape, Table, Target};
use crate::plan::{Coded, Facts, Ignored, Item, Key, Layer, Plan, Project, underlay_number};
use crate::topology::{Edge, Face, Node, OUTSIDE, Partition};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Segments in memory by hash.
pub type Shelf = BTreeMap<SegmentHash, Arc<Segment>>;

/// A table of the truth; each has a key and a sealed value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Part {
    /// Place in the list of plans (u32, big-endian) → identity.
    Plans,
    /// [`Key`] → [`Item`], both postcard.
    Items,
    /// Plan (u64), layer (u16), slot (u32), big-endian → node.
    Nodes,
    /// The same → edge.
    Edges,
    /// The same → face.
    Faces,
}

impl Part {
    pub const ALL: [Part; 5] = [Part::Plans, Part::Items, Part::Nodes, Part::Edges, Part::Faces];

    /// Name of the table.
    pub fn table(self) -> &'static str {
        match self {
            Part::Plans => "getu_plans",
            Part::Items => "getu_items",
            Part::Nodes => "getu_nodes",
            Part::Edges => "getu_edges",
            Part::Faces => "getu_faces",
        }
    }
}

/// All rows of a project: table and key → value.
pub(super) type Rows = BTreeMap<(Part, Vec<u8>), Vec<u8>>;

/// Keys of all items of a project, ascending.
fn keys(p: &Project) -> Vec<Key> {
    let mut out = vec![Key::Head, Key::Rules];
    out.extend((0..p.facts.layers.len()).map(|i| Key::Layer(i as u16)));
    for t in p.facts.tables.iter() {
        out.extend(t.segments().iter().map(|s| Key::Segment(t.kind(), s.base)));
        out.extend(t.overlay().iter().map(|(s, _)| Key::Row(t.kind(), s)));
    }
    out.extend(p.facts.members.keys().map(|&i| Key::Member(i)));
    out.extend(p.facts.posts.keys().map(|&i| Key::Post(i)));
    out.extend(p.facts.orgs.keys().map(|&i| Key::Org(i)));
    out.extend(p.facts.ignored.keys().map(|&n| Key::Ignored(n)));
    out.extend(p.facts.underlays.keys().map(|&n| Key::Underlay(n)));
    for plan in p.plans.iter() {
        out.push(Key::Plan(plan.id));
        out.extend(plan.posts.keys().map(|&i| Key::CellPost(plan.id, i)));
        for (n, l) in plan.layers.iter().enumerate() {
            out.extend(l.units.keys().map(|&u| Key::Unit(plan.id, n as u16, u)));
            out.extend(l.pins.keys().map(|&s| Key::Pin(plan.id, n as u16, s)));
            out.extend(l.locks.units.iter().map(|&u| Key::LockedUnit(plan.id, n as u16, u)));
            out.extend(l.locks.lines.iter().map(|&(a, b)| Key::LockedLine(plan.id, n as u16, a, b)));
        }
    }
    out.sort_unstable();
    out
}

fn slot_key(plan: Id, layer: u16, slot: u32) -> Vec<u8> {
    let mut k = plan.0.to_be_bytes().to_vec();
    k.extend(layer.to_be_bytes());
    k.extend(slot.to_be_bytes());
    k
}

fn read_slot_key(key: &[u8]) -> Option<(Id, u16, u32)> {
    let (plan, rest) = key.split_first_chunk::<8>()?;
    let (layer, rest) = rest.split_first_chunk::<2>()?;
    let slot: [u8; 4] = rest.try_into().ok()?;
    Some((Id(u64::from_be_bytes(*plan)), u16::from_be_bytes(*layer), u32::from_be_bytes(slot)))
}

/// The rows of a project. O(items + borders); rows of segments are not touched.
pub(super) fn rows_of(p: &Project) -> Rows {
    fn put<T: Serialize>(out: &mut Rows, part: Part, key: Vec<u8>, value: &T) {
        let bytes = sealed(part.table(), &key, value);
        out.insert((part, key), bytes);
    }
    let mut out = Rows::new();
    for (i, plan) in p.plans.iter().enumerate() {
        put(&mut out, Part::Plans, (i as u32).to_be_bytes().to_vec(), &plan.id);
        for (n, l) in plan.layers.iter().enumerate() {
            let key = |slot: u32| slot_key(plan.id, n as u16, slot);
            l.partition.nodes().for_each(|(s, v)| put(&mut out, Part::Nodes, key(s), v));
            l.partition.edges().for_each(|(s, v)| put(&mut out, Part::Edges, key(s), v));
            l.partition.faces().for_each(|(s, v)| put(&mut out, Part::Faces, key(s), v));
        }
    }
    for key in keys(p) {
        if let Some(item) = p.item(&key) {
            put(&mut out, Part::Items, postcard::to_stdvec(&key).unwrap_or_default(), &item);
        }
    }
    out
}

/// The key of an item's row.
pub(super) fn item_key(key: &[u8]) -> Result<Key, StoreError> {
    read_all(key).map_err(|why| StoreError::damaged(Part::Items.table(), hex(key), why))
}

/// Whether a value is of the sort that a key names.
pub(super) fn fits(key: &Key, item: &Item) -> bool {
    matches!(
        (key, item),
        (Key::Head, Item::Head(_))
            | (Key::Rules, Item::Rules(_))
            | (Key::Layer(_), Item::Layer(_))
            | (Key::Segment(..), Item::Segment(_))
            | (Key::Row(..), Item::Row(_))
            | (Key::Member(_), Item::Member(_))
            | (Key::Post(_) | Key::CellPost(..), Item::Post(_))
            | (Key::Org(_), Item::Org(_))
            | (Key::Plan(_), Item::Plan(_))
            | (Key::Unit(..), Item::Unit(_))
            | (Key::Pin(..), Item::Pin(_))
            | (Key::LockedUnit(..) | Key::LockedLine(..), Item::Locked)
            | (Key::Ignored(_), Item::Ignored(_))
            | (Key::Underlay(_), Item::Underlay(_))
    )
}

/// Whether an origin or an underlay is one that an edit may have set; crafted numbers may be any.
pub(super) fn possible(item: &Item) -> bool {
    match item {
        Item::Head(head) => head.origin.is_none_or(|o| Origin::at(o.e_m, o.n_m).is_some()),
        Item::Underlay(u) => u.flaw().is_none(),
        _ => true,
    }
}

/// Whether points lie in the exact range; a damaged number may be any `i32`.
pub(super) fn in_range<'a>(points: impl IntoIterator<Item = &'a Pt>) -> bool {
    let near = |v: i32| v.unsigned_abs() < LIMIT as u32;
    points.into_iter().all(|p| near(p.x) && near(p.y))
}

type Slots<T> = BTreeMap<(Id, u16), Vec<(u32, T)>>;

fn slots<T: DeserializeOwned>(rows: &Rows, part: Part) -> Result<Slots<T>, StoreError> {
    let mut out: Slots<T> = BTreeMap::new();
    for ((_, key), value) in rows.range((part, Vec::new())..).take_while(|((p, _), _)| *p == part) {
        let (plan, layer, slot) =
            read_slot_key(key).ok_or_else(|| StoreError::damaged(part.table(), hex(key), "no such key"))?;
        out.entry((plan, layer)).or_default().push((slot, read_sealed(part.table(), key, value)?));
    }
    Ok(out)
}

/// The project that rows are; its `state` is counted from them.
///
/// # Errors
/// [`StoreError::Damaged`] with table and row for anything that cannot be read or leads nowhere.
pub(super) fn project_of(rows: &Rows, shelf: &Shelf) -> Result<Project, StoreError> {
    const ITEMS: &str = "getu_items";
    let mut items: BTreeMap<Key, (Item, &[u8])> = BTreeMap::new();
    for ((_, key), value) in rows.range((Part::Items, Vec::new())..).take_while(|((p, _), _)| *p == Part::Items) {
        let item: Item = read_sealed(ITEMS, key, value)?;
        let k = item_key(key)?;
        if !fits(&k, &item) {
            return Err(StoreError::damaged(ITEMS, hex(key), "the value does not belong to the key"));
        }
        items.insert(k, (item, key));
    }
    let missing = |what: &str| StoreError::damaged(ITEMS, what, "the row is missing");
    let Some((Item::Head(head), _)) = items.remove(&Key::Head) else { return Err(missing("head")) };
    if !possible(&Item::Head(head.clone())) {
        return Err(StoreError::damaged(ITEMS, "head", "the origin is not possible"));
    }
    let rules = match items.remove(&Key::Rules) {
        Some((Item::Rules(r), _)) => r,
        _ => Rules::default(),
    };
    let mut layers = Vec::new();
    while let Some((Item::Layer(l), _)) = items.remove(&Key::Layer(layers.len() as u16)) {
        layers.push(l);
    }
    let mut nodes: Slots<Node> = slots(rows, Part::Nodes)?;
    let mut edges: Slots<Edge> = slots(rows, Part::Edges)?;
    let mut faces: Slots<Face> = slots(rows, Part::Faces)?;
    let mut plans: Vec<Arc<Plan>> = Vec::new();
    for ((_, key), value) in rows.range((Part::Plans, Vec::new())..).take_while(|((p, _), _)| *p == Part::Plans) {
        let id: Id = read_sealed(Part::Plans.table(), key, value)?;
        let Some((Item::Plan(meta), _)) = items.remove(&Key::Plan(id)) else {
            return Err(missing(&format!("plan {}", id.0)));
        };
        let mut own = Vec::with_capacity(layers.len());
        for n in 0..layers.len() as u16 {
            let at = (id, n);
            let (n, e, f) = (nodes.remove(&at), edges.remove(&at), faces.remove(&at));
            let points =
                n.iter().flatten().map(|(_, n)| &n.at).chain(e.iter().flatten().flat_map(|(_, e)| e.points.iter()));
            if !in_range(points) {
                let row = format!("plan {}, layer {}", at.0.0, at.1);
                return Err(StoreError::damaged(Part::Edges.table(), row, "a point is out of range"));
            }
            let partition = Partition::from_parts(n.unwrap_or_default(), e.unwrap_or_default(), f.unwrap_or_default())
                .map_err(|why| {
                    StoreError::damaged(Part::Faces.table(), format!("plan {}, layer {}", at.0.0, at.1), why)
                })?;
            own.push(Layer { partition, ..Layer::default() });
        }
        plans.push(Arc::new(Plan { id, meta, layers: Arc::new(own), posts: Coded::default() }));
    }
    if plans.is_empty() {
        return Err(StoreError::damaged(Part::Plans.table(), "", "there is no plan"));
    }
    if let Some((plan, layer)) =
        [nodes.keys().next(), edges.keys().next(), faces.keys().next()].into_iter().flatten().next()
    {
        return Err(StoreError::damaged(
            Part::Nodes.table(),
            format!("plan {}, layer {layer}", plan.0),
            "no such plan or layer",
        ));
    }
    let mut project = Project {
        facts: Facts {
            head: Arc::new(head),
            rules: Arc::new(rules),
            layers: Arc::new(layers),
            tables: Arc::new(Kind::TABLES.iter().map(|&k| Table::new(k)).collect()),
            members: Coded::default(),
            posts: Coded::default(),
            orgs: Arc::default(),
            ignored: Arc::default(),
            underlays: Arc::default(),
        },
        plans: Arc::new(plans),
        state: 0,
    };
    // Ascending by key, so segments come before the rows that hide theirs.
    for (k, (mut item, key)) in items {
        let bad = |why: &str| StoreError::damaged(ITEMS, hex(key), why);
        check_item(&project, &k, &item).map_err(bad)?;
        if let (Key::Segment(kind, base), Item::Segment(s)) = (&k, &mut item) {
            let rows = shelf.get(&s.hash).ok_or_else(|| bad("its segment is missing"))?;
            let end = u64::from(*base) + rows.len() as u64;
            if rows.kind() != *kind || project.table(*kind).end() > *base || end >= u64::from(u32::MAX) {
                return Err(bad("the segment does not fit into its table"));
            }
            s.rows = Some(rows.clone());
        }
        project.put(&k, Some(item));
    }
    for t in project.facts.tables.iter() {
        // Slots are used from the first on; a list by slot is as long as the last. Rows that were taken out leave gaps.
        let rows: usize = t.segments().iter().map(|p| p.segment.len()).sum::<usize>() + t.overlay().len();
        if t.end() as usize > rows * 4 + (1 << 20) {
            return Err(StoreError::damaged(ITEMS, t.kind().name(), "slots are too far apart"));
        }
    }
    check_units(&project)?;
    project.state = project.recount_state();
    Ok(project)
}

/// Whether an item names a plan, layer and identity that are there.
fn check_item(p: &Project, key: &Key, item: &Item) -> Result<(), &'static str> {
    let ok = match (key, item) {
        (Key::Member(id), Item::Member(m)) => m.id == *id,
        (Key::Org(id), Item::Org(o)) => o.id == *id,
        (Key::Ignored(number), Item::Ignored(i)) => Ignored::number(&i.issue) == *number,
        (Key::Underlay(number), Item::Underlay(u)) => underlay_number(&u.name) == *number && u.flaw().is_none(),
        (Key::Post(id), Item::Post(x)) => x.id == *id && !matches!(x.target, Target::Cell { .. }),
        (Key::CellPost(plan, id), Item::Post(x)) => {
            let layer = |l: &u16| p.layer(*plan, *l).is_some();
            x.id == *id && matches!(&x.target, Target::Cell { layer: l, .. } if layer(l))
        }
        (Key::Unit(plan, layer, id), Item::Unit(u)) => {
            let def = p.facts.layers.get(*layer as usize);
            let (drawn, levels) = def.map_or((0, 0), |l| (l.levels.len(), l.all_levels().count()));
            let gathered = matches!(u.extent, Extent::Gathered(_)) == (usize::from(u.level) >= drawn);
            p.layer(*plan, *layer).is_some() && u.id == *id && id.is_unit() && usize::from(u.level) < levels && gathered
        }
        (Key::Pin(plan, layer, _), _) | (Key::LockedUnit(plan, layer, _), _) => p.layer(*plan, *layer).is_some(),
        (Key::LockedLine(plan, layer, a, b), _) => p.layer(*plan, *layer).is_some() && a < b && in_range([a, b]),
        (Key::Segment(kind, _), _) => Kind::TABLES.contains(kind),
        (Key::Row(kind, slot), Item::Row(r)) => {
            let near = |s: &Shape| match s {
                Shape::None => true,
                Shape::Point(p) => in_range([p]),
                Shape::Lines(l) => in_range(l.iter().flatten()),
                Shape::Polygons(p) => in_range(p.iter().flatten().flatten()),
            };
            let whole = r.as_ref().is_none_or(|r| near(&r.shape) && in_range(&r.anchor));
            Kind::TABLES.contains(kind) && *slot < u32::MAX && whole
        }
        _ => false,
    };
    if ok { Ok(()) } else { Err("it names something that is not there or out of range") }
}

/// Whether units lie under units of a higher level, and faces, pins and posts name units that are there.
fn check_units(p: &Project) -> Result<(), StoreError> {
    for plan in p.plans.iter() {
        for (n, l) in plan.layers.iter().enumerate() {
            let n = n as u16;
            for u in l.units.values() {
                let parent = u.parent.map(|id| l.units.get(&id).map(|x| x.level));
                if matches!(parent, Some(None)) || matches!(parent, Some(Some(level)) if level >= u.level) {
                    return Err(StoreError::damaged(
                        "getu_items",
                        format!("unit {}", u.code),
                        "its parent is not there",
                    ));
                }
            }
            for (slot, f) in l.partition.faces() {
                if f.owner != OUTSIDE && f.owner != 0 && !l.units.contains_key(&Id(f.owner)) {
                    let key = hex(&slot_key(plan.id, n, slot));
                    return Err(StoreError::damaged(Part::Faces.table(), key, "its unit is not there"));
                }
            }
            if let Some(id) = l.locks.units.iter().find(|u| !l.units.contains_key(u)) {
                return Err(StoreError::damaged("getu_items", format!("lock {}", id.0), "its cell is not there"));
            }
            if let Some((slot, _)) = l.pins.iter().find(|(_, u)| !l.units.contains_key(u)) {
                return Err(StoreError::damaged("getu_items", format!("pin {slot}"), "its cell is not there"));
            }
        }
    }
    Ok(())
}
