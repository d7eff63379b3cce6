//! A table of places: segments in order and a small overlay of later changes.

use super::{Field, Kind, Row, Segment, ShapeRef, Value};
use crate::geom::{Box2, Pt};
use crate::index::Sparse;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// A segment in a table: its rows have the slots `base .. base + len`.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Slot of the first row.
    pub base: u32,
    /// The rows.
    pub segment: Arc<Segment>,
}

/// Rows of one kind. A slot names a row within this value; it is never written into an Edit.
///
/// `clone` is O(1).
#[derive(Clone, Debug)]
pub struct Table {
    kind: Kind,
    segments: Arc<Vec<Placed>>,
    /// Rows changed, added (`Some`) or removed (`None`) since; slots beyond all segments are added rows.
    overlay: Sparse<Option<Arc<Row>>>,
    astray: Arc<Astray>,
    live: usize,
}

/// Rows of the overlay that the segments do not lead to: those whose code or box is not that of the row they hide. Few:
/// a changed attribute leaves both. The R-tree is made when it is first asked after a change.
#[derive(Debug, Default)]
struct Astray {
    at: BTreeMap<u32, (String, Box2)>,
    codes: BTreeSet<(String, u32)>,
    tree: OnceLock<RTree<Placard>>,
}

/// A slot at its box; floats hold every grid coordinate exactly, and areas of large boxes without overflow.
type Placard = GeomWithData<Rectangle<[f64; 2]>, u32>;

fn corner(p: Pt) -> [f64; 2] {
    [f64::from(p.x), f64::from(p.y)]
}

impl Clone for Astray {
    /// The copy is about to change, so it begins without a tree.
    fn clone(&self) -> Astray {
        Astray { at: self.at.clone(), codes: self.codes.clone(), tree: OnceLock::new() }
    }
}

impl Astray {
    fn tree(&self) -> &RTree<Placard> {
        self.tree.get_or_init(|| {
            let boxes = self.at.iter().filter(|(_, (_, b))| !b.is_empty());
            let placed = boxes
                .map(|(&slot, (_, b))| GeomWithData::new(Rectangle::from_corners(corner(b.min), corner(b.max)), slot));
            RTree::bulk_load(placed.collect())
        })
    }
}

/// A row borrowed from its table.
#[derive(Clone, Copy, Debug)]
pub enum RowRef<'a> {
    /// In a segment.
    In(&'a Segment, usize),
    /// In the overlay.
    Own(&'a Row),
}

impl Table {
    /// An empty table.
    pub fn new(kind: Kind) -> Table {
        Table { kind, segments: Arc::default(), overlay: Sparse::default(), astray: Arc::default(), live: 0 }
    }

    /// What the rows are.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// The segments with their first slots.
    pub fn segments(&self) -> &[Placed] {
        &self.segments
    }

    /// The overlay: slot → changed row, or `None` where removed.
    pub fn overlay(&self) -> &Sparse<Option<Arc<Row>>> {
        &self.overlay
    }

    /// One past the largest slot in use; where the next segment or row goes.
    pub fn end(&self) -> u32 {
        let seg = self.segments.iter().map(|p| p.base + p.segment.len() as u32).max().unwrap_or(0);
        seg.max(self.overlay.last().map_or(0, |s| s + 1))
    }

    /// The row at a slot.
    pub fn get(&self, slot: u32) -> Option<RowRef<'_>> {
        if let Some(changed) = self.overlay.get(slot) {
            return changed.as_deref().map(RowRef::Own);
        }
        self.in_segment(slot).map(|(s, i)| RowRef::In(s, i))
    }

    /// The row that the segments alone have at a slot.
    pub fn in_segment(&self, slot: u32) -> Option<(&Segment, usize)> {
        let k = self.segments.partition_point(|p| p.base <= slot).checked_sub(1)?;
        let placed = &self.segments[k];
        let i = (slot - placed.base) as usize;
        (i < placed.segment.len()).then_some((&*placed.segment, i))
    }

    /// All rows with their slots, ascending by slot.
    pub fn iter(&self) -> impl Iterator<Item = (u32, RowRef<'_>)> {
        let overlay = &self.overlay;
        let own = move |from: u32, to: u32| {
            overlay.range(from..to).filter_map(|(s, r)| r.as_deref().map(|r| (s, RowRef::Own(r))))
        };
        let end = |p: &Placed| p.base + p.segment.len() as u32;
        let ends = std::iter::once(0).chain(self.segments.iter().map(end));
        let pieces = self.segments.iter().zip(ends).flat_map(move |(p, before)| {
            let rows = (p.base..).zip(0..p.segment.len()).filter_map(move |(slot, i)| {
                let changed = if overlay.is_empty() { None } else { overlay.get(slot) };
                match changed {
                    None => Some((slot, RowRef::In(&p.segment, i))),
                    Some(row) => row.as_deref().map(|r| (slot, RowRef::Own(r))),
                }
            });
            own(before, p.base).chain(rows)
        });
        pieces.chain(own(self.segments.last().map_or(0, end), u32::MAX))
    }

    /// The slot of the row with a code; O(segments · log n).
    pub fn find(&self, code: &str) -> Option<u32> {
        if let Some((_, slot)) = self.astray.codes.range((code.to_owned(), 0)..).next().filter(|(c, _)| c == code) {
            return Some(*slot);
        }
        self.segments.iter().find_map(|p| {
            let slot = p.base + p.segment.find(code)? as u32;
            self.get(slot).filter(|r| r.code() == code).map(|_| slot)
        })
    }

    /// The largest number of a code that is the letter of the kind and a number, of rows that went too; 0 where there is
    /// none. O(segments + rows that changed).
    pub fn largest_number(&self) -> u32 {
        let number = |r: &Arc<Row>| r.code.strip_prefix(self.kind.letter())?.parse::<u32>().ok();
        let own = self.overlay.iter().filter_map(|(_, r)| r.as_ref()).filter_map(number);
        self.segments.iter().map(|p| p.segment.largest_number()).chain(own).max().unwrap_or(0)
    }

    /// Calls `f` for every row whose box meets `area`, segments through their packed trees.
    pub fn search(&self, area: &Box2, mut f: impl FnMut(u32, RowRef<'_>)) {
        for p in self.segments.iter() {
            p.segment.tree().search(p.segment.boxes(), area, &mut |i| {
                let slot = p.base + i as u32;
                match self.overlay.get(slot) {
                    None => f(slot, RowRef::In(&p.segment, i)),
                    Some(Some(row)) if !self.astray.at.contains_key(&slot) => f(slot, RowRef::Own(row)),
                    Some(_) => {}
                }
            });
        }
        if self.astray.at.is_empty() || area.is_empty() {
            return;
        }
        let window = AABB::from_corners(corner(area.min), corner(area.max));
        for at in self.astray.tree().locate_in_envelope_intersecting(&window) {
            if let Some(Some(row)) = self.overlay.get(at.data) {
                f(at.data, RowRef::Own(row));
            }
        }
    }

    /// Adds a segment at a base slot (from a patch).
    pub fn add_segment(&mut self, base: u32, segment: Arc<Segment>) {
        self.live += segment.len();
        let v = Arc::make_mut(&mut self.segments);
        let k = v.partition_point(|p| p.base < base);
        let end = base.saturating_add(segment.len() as u32);
        v.insert(k, Placed { base, segment });
        // Rows that an overlay sets there, if any, hide rows now.
        for slot in self.overlay.range(base..end).map(|(slot, _)| slot).collect::<Vec<_>>() {
            self.follow(slot);
        }
    }

    /// Takes the segment at a base slot away; its rows must not be in the overlay any more.
    pub fn remove_segment(&mut self, base: u32) -> Option<Arc<Segment>> {
        let k = self.segments.iter().position(|p| p.base == base)?;
        let gone = Arc::make_mut(&mut self.segments).remove(k).segment;
        self.live -= gone.len();
        Some(gone)
    }

    /// Sets the overlay at a slot: `None` = as in the segment, `Some(None)` = removed, `Some(Some(row))` = changed.
    /// O(log n + √n) for n entries; O(rows that moved or changed their codes) for one that does.
    pub fn set_overlay(&mut self, slot: u32, entry: Option<Option<Arc<Row>>>) {
        let before = usize::from(self.get(slot).is_some());
        self.overlay.set(slot, entry);
        self.follow(slot);
        self.live = self.live + usize::from(self.get(slot).is_some()) - before;
    }

    /// Brings what leads to an overlay's row up to date.
    fn follow(&mut self, slot: u32) {
        let row = self.overlay.get(slot).and_then(Option::as_deref).map(|r| (r.code.as_str(), r.shape.bbox()));
        let hidden = self.in_segment(slot).map(|(s, i)| (s.code(i), s.boxes()[i]));
        let now = row.filter(|r| hidden != Some(*r));
        if now == self.astray.at.get(&slot).map(|(code, b)| (code.as_str(), *b)) {
            return;
        }
        let now = now.map(|(code, b)| (code.to_owned(), b));
        let astray = Arc::make_mut(&mut self.astray);
        astray.tree = OnceLock::new();
        if let Some((code, _)) = astray.at.remove(&slot) {
            astray.codes.remove(&(code, slot));
        }
        if let Some((code, b)) = now {
            astray.codes.insert((code.clone(), slot));
            astray.at.insert(slot, (code, b));
        }
    }
}

impl<'a> RowRef<'a> {
    /// Code.
    pub fn code(self) -> &'a str {
        match self {
            RowRef::In(s, i) => s.code(i),
            RowRef::Own(r) => &r.code,
        }
    }

    /// Name, may be empty.
    pub fn name(self) -> &'a str {
        match self {
            RowRef::In(s, i) => s.name(i),
            RowRef::Own(r) => &r.name,
        }
    }

    /// Anchor.
    pub fn anchor(self) -> Option<Pt> {
        match self {
            RowRef::In(s, i) => s.anchor(i),
            RowRef::Own(r) => r.anchor,
        }
    }

    /// Box round the shape.
    pub fn bbox(self) -> Box2 {
        match self {
            RowRef::In(s, i) => s.boxes()[i],
            RowRef::Own(r) => r.shape.bbox(),
        }
    }

    /// A count.
    pub fn count(self, field: Field) -> Option<u32> {
        match self {
            RowRef::In(s, i) => s.count(i, field),
            RowRef::Own(r) => match r.get(field) {
                Some(Value::Count(c)) => Some(*c),
                _ => None,
            },
        }
    }

    /// A text.
    pub fn text(self, field: Field) -> Option<&'a str> {
        match self {
            RowRef::In(s, i) => s.text(i, field),
            RowRef::Own(r) => match r.get(field) {
                Some(Value::Text(t)) => Some(t),
                _ => None,
            },
        }
    }

    /// Any field.
    pub fn value(self, field: Field) -> Option<Value> {
        match self {
            RowRef::In(s, i) => s.value(i, field),
            RowRef::Own(r) => r.get(field).cloned(),
        }
    }

    /// Shape, borrowed.
    pub fn shape(self) -> ShapeRef<'a> {
        match self {
            RowRef::In(s, i) => s.shape(i),
            RowRef::Own(r) => r.shape.as_ref(),
        }
    }

    /// The row as a value of its own.
    pub fn to_row(self) -> Row {
        match self {
            RowRef::In(s, i) => s.row(i),
            RowRef::Own(r) => r.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::pt;
    use crate::model::Shape;
    use proptest::prelude::*;

    #[test]
    fn changed_rows_are_found_where_they_are_now() {
        let row = |i: i32| {
            let ring = vec![pt(i * 10, 0), pt(i * 10 + 5, 0), pt(i * 10 + 5, 5), pt(i * 10, 5)];
            Row::new(&format!("B{i}"), "", vec![], Shape::Polygons(vec![vec![ring]])).unwrap()
        };
        let mut t = Table::new(Kind::Buildings);
        t.add_segment(0, Segment::pack(Kind::Buildings, (0..100).map(row).collect()));
        let found = |t: &Table, x: i32| {
            let mut out = Vec::new();
            t.search(&Box2::of_two(pt(x, 0), pt(x + 5, 5)), |_, r| out.push(r.code().to_owned()));
            out
        };
        assert_eq!(found(&t, 30), ["B3"]);
        let before = t.clone();
        let slot = t.find("B3").unwrap();
        t.set_overlay(slot, Some(Some(Arc::new(Row { code: "B3".into(), ..row(500) }))));
        assert_eq!((found(&t, 30), found(&t, 5000)), (vec![], vec!["B3".to_owned()]));
        t.set_overlay(slot, Some(None));
        assert_eq!((found(&t, 5000), t.len()), (vec![], 99));
        assert_eq!((found(&before, 30), before.len()), (vec!["B3".to_owned()], 100));
        t.set_overlay(slot, None);
        assert_eq!((found(&t, 30), t.len()), (vec!["B3".to_owned()], 100));
    }

    /// The rows of a table as a list that is looked through from end to end.
    type Plain = std::collections::BTreeMap<u32, Row>;

    proptest! {
        #[test]
        fn rows_are_found_by_code_and_place_whatever_changed(ops in prop::collection::vec((0u8..6, 0u32..60, 0i32..80), 0..60)) {
            let row = |code: i32, x: i32| {
                let ring = vec![pt(x * 10, 0), pt(x * 10 + 5, 0), pt(x * 10 + 5, 5), pt(x * 10, 5)];
                Row::new(&format!("B{code}"), "", vec![], Shape::Polygons(vec![vec![ring]])).unwrap()
            };
            let mut t = Table::new(Kind::Buildings);
            t.add_segment(0, Segment::pack(Kind::Buildings, (0..40).map(|i| row(i, i)).collect()));
            let first: Plain = t.iter().map(|(s, r)| (s, r.to_row())).collect();
            let mut plain = first.clone();
            let mut kept: Vec<(Table, Plain)> = Vec::new();
            for (op, slot, x) in ops {
                let now = match op {
                    0 => { t.set_overlay(slot, None); first.get(&slot).cloned() }
                    1 => { t.set_overlay(slot, Some(None)); None }
                    2 => { kept.push((t.clone(), plain.clone())); continue }
                    // An attribute, the place, or code and place of its own.
                    3 => plain.get(&slot).cloned().map(|mut r| { r.name = format!("{x}"); r }),
                    4 => plain.get(&slot).map(|r| Row { code: r.code.clone(), ..row(0, x) }),
                    _ => Some(row(1000 + slot as i32, x)),
                };
                if op > 2 && now.is_some() {
                    t.set_overlay(slot, Some(now.clone().map(Arc::new)));
                }
                match now {
                    Some(r) => drop(plain.insert(slot, r)),
                    None if op > 2 => {}
                    None => drop(plain.remove(&slot)),
                }
            }
            kept.push((t, plain));
            for (t, plain) in kept {
                prop_assert_eq!(t.len(), plain.len());
                let rows: Vec<(u32, Row)> = t.iter().map(|(s, r)| (s, r.to_row())).collect();
                prop_assert!(rows.iter().map(|(s, r)| (s, r)).eq(plain.iter()));
                for (slot, r) in &plain {
                    prop_assert_eq!(t.find(&r.code), Some(*slot));
                }
                for code in ["B0", "B7", "B39", "B1003", "B1050"] {
                    prop_assert_eq!(t.find(code), plain.iter().find(|(_, r)| r.code == code).map(|(s, _)| *s));
                }
                for x in [0, 7, 33, 55, 79] {
                    let area = Box2::of_two(pt(x * 10, 0), pt(x * 10 + 40, 5));
                    let mut found = Vec::new();
                    t.search(&area, |slot, r| found.push((slot, r.to_row())));
                    found.sort_by_key(|(s, _)| *s);
                    let there = plain.iter().filter(|(_, r)| r.shape.bbox().meets(&area));
                    prop_assert!(found.iter().map(|(s, r)| (s, r)).eq(there));
                }
            }
        }
    }
}
