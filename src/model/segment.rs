//! Segments: immutable blocks of rows in columns, named by the hash of their bytes.

use super::{Field, Kind, ModelError, Row, ShapeRef, Value};
use crate::geom::{Box2, Pt, pt};
use crate::index::{PackedTree, hilbert};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::{Arc, OnceLock};

/// BLAKE3 of a segment's bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct SegmentHash(pub [u8; 32]);

impl std::fmt::Display for SegmentHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

/// A column of optional values of one field.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Column {
    /// Number of the text in the column's dictionary + 1; 0 = none.
    Text {
        words: Vec<String>,
        index: Vec<u32>,
    },
    Count(Counts),
    Int(Vec<Option<i64>>),
    Float(Vec<Option<f64>>),
}

/// Optional counts, written as a list of them; in memory side by side, so that many are added up fast.
#[derive(Clone, Debug)]
struct Counts {
    /// 0 where there is none.
    values: Vec<u32>,
    /// A bit for each value: whether there is one.
    given: Vec<u64>,
}

impl FromIterator<Option<u32>> for Counts {
    fn from_iter<I: IntoIterator<Item = Option<u32>>>(counts: I) -> Counts {
        let mut out = Counts { values: Vec::new(), given: Vec::new() };
        for (i, count) in counts.into_iter().enumerate() {
            if i % 64 == 0 {
                out.given.push(0);
            }
            out.given[i / 64] |= u64::from(count.is_some()) << (i % 64);
            out.values.push(count.unwrap_or(0));
        }
        out
    }
}

impl Counts {
    fn get(&self, i: usize) -> Option<u32> {
        (self.given[i / 64] >> (i % 64) & 1 == 1).then_some(self.values[i])
    }
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq((0..self.values.len()).map(|i| self.get(i)))
    }
}

impl<'de> Deserialize<'de> for Counts {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Counts, D::Error> {
        Ok(Vec::<Option<u32>>::deserialize(d)?.into_iter().collect())
    }
}

/// Texts end to end.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Texts {
    bytes: String,
    ends: Vec<u32>,
}

impl Texts {
    fn push(&mut self, t: &str) {
        self.bytes.push_str(t);
        self.ends.push(self.bytes.len() as u32);
    }
    fn get(&self, i: usize) -> &str {
        let start = if i == 0 { 0 } else { self.ends[i - 1] as usize };
        &self.bytes[start..self.ends[i] as usize]
    }
}

/// Geometry of all rows: points end to end, cut into rings, parts and rows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Shapes {
    tags: Vec<u8>,
    row_ends: Vec<u32>,
    part_ends: Vec<u32>,
    ring_ends: Vec<u32>,
    /// Differences from the point before, so that postcard's variable-length numbers stay short.
    #[serde(with = "deltas")]
    points: Vec<Pt>,
}

mod deltas {
    use super::Pt;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(points: &[Pt], s: S) -> Result<S::Ok, S::Error> {
        let mut last = Pt::default();
        let d: Vec<(i64, i64)> = points
            .iter()
            .map(|&p| {
                let d = (i64::from(p.x) - i64::from(last.x), i64::from(p.y) - i64::from(last.y));
                last = p;
                d
            })
            .collect();
        d.serialize(s)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Pt>, D::Error> {
        let mut last = (0i64, 0i64);
        Vec::<(i64, i64)>::deserialize(d)?
            .into_iter()
            .map(|(dx, dy)| {
                last = (last.0.saturating_add(dx), last.1.saturating_add(dy));
                let fit = |v: i64| i32::try_from(v).ok().filter(|v| v.abs() < crate::geom::LIMIT);
                match (fit(last.0), fit(last.1)) {
                    (Some(x), Some(y)) => Ok(Pt { x, y }),
                    _ => Err(serde::de::Error::custom("a coordinate is out of range")),
                }
            })
            .collect()
    }
}

/// The place of a row without an anchor; it lies beyond the grid, so no anchor is there.
const NOWHERE: Pt = pt(i32::MIN, i32::MIN);

/// Optional anchors, written as a list of them; in memory [`NOWHERE`] stands for none.
mod anchors {
    use super::{NOWHERE, Pt};
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(places: &[Pt], s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(places.iter().map(|&p| super::anchor(p)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Pt>, D::Error> {
        let anchors = Vec::<Option<Pt>>::deserialize(d)?;
        if !anchors.iter().flatten().all(|a| a.in_range()) {
            return Err(serde::de::Error::custom("an anchor is out of range"));
        }
        Ok(anchors.into_iter().map(|a| a.unwrap_or(NOWHERE)).collect())
    }
}

fn anchor(place: Pt) -> Option<Pt> {
    (place != NOWHERE).then_some(place)
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Columns {
    kind: Kind,
    codes: Texts,
    names: Texts,
    #[serde(with = "anchors")]
    anchors: Vec<Pt>,
    fields: Vec<(Field, Column)>,
    shapes: Shapes,
}

/// An immutable block of rows in Hilbert order of their anchors.
///
/// Equal rows in equal order give equal bytes and so the same [`SegmentHash`].
#[derive(Debug)]
pub struct Segment {
    hash: SegmentHash,
    cols: Columns,
    boxes: Vec<Box2>,
    sum: u128,
    tree: OnceLock<PackedTree>,
    by_code: OnceLock<Vec<u32>>,
    largest: OnceLock<u32>,
}

impl Segment {
    /// Packs rows into a segment; they are put in Hilbert order of their anchors (rows without one come last).
    pub fn pack(kind: Kind, mut rows: Vec<Row>) -> Arc<Segment> {
        let all = rows.iter().filter_map(|r| r.anchor).fold(Box2::EMPTY, Box2::with);
        rows.sort_by_cached_key(|r| (r.anchor.map_or(u64::MAX, |a| u64::from(hilbert(a, &all))), r.code.clone()));
        let mut cols = Columns {
            kind,
            codes: Texts::default(),
            names: Texts::default(),
            anchors: Vec::with_capacity(rows.len()),
            fields: Vec::new(),
            shapes: Shapes::default(),
        };
        for field in Field::ALL {
            if let Some(c) = column_of(field, &rows) {
                cols.fields.push((field, c));
            }
        }
        for r in &rows {
            cols.codes.push(&r.code);
            cols.names.push(&r.name);
            cols.anchors.push(r.anchor.unwrap_or(NOWHERE));
            let s = &mut cols.shapes;
            let shape = r.shape.as_ref();
            s.tags.push(shape.tag);
            for part in &shape.parts {
                for ring in part {
                    s.points.extend_from_slice(ring);
                    s.ring_ends.push(s.points.len() as u32);
                }
                s.part_ends.push(s.ring_ends.len() as u32);
            }
            s.row_ends.push(s.part_ends.len() as u32);
        }
        let bytes = postcard::to_stdvec(&cols).unwrap_or_default();
        let sum = rows.iter().fold(0u128, |a, r| a.wrapping_add(r.sum(kind)));
        Arc::new(Segment::assemble(SegmentHash(*blake3::hash(&bytes).as_bytes()), cols, sum))
    }

    /// The segment's bytes, as stored and hashed.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(&self.cols).unwrap_or_default()
    }

    /// Reads a segment from its bytes; every count and offset is checked.
    pub fn from_bytes(bytes: &[u8]) -> Result<Arc<Segment>, ModelError> {
        let bad = |what: &str| ModelError::Text(format!("segment: {what}"));
        let cols: Columns = postcard::from_bytes(bytes).map_err(|e| bad(&e.to_string()))?;
        let n = cols.anchors.len();
        let ascending = |v: &[u32], end: usize| {
            v.windows(2).all(|w| w[0] <= w[1]) && v.last().copied().unwrap_or(0) as usize == end
        };
        let texts = |t: &Texts| {
            t.ends.len() == n
                && ascending(&t.ends, t.bytes.len())
                && t.ends.iter().all(|&e| t.bytes.is_char_boundary(e as usize))
        };
        let s = &cols.shapes;
        let shapes = s.tags.len() == n
            && s.row_ends.len() == n
            && s.tags.iter().all(|&t| t <= 3)
            && ascending(&s.row_ends, s.part_ends.len())
            && ascending(&s.part_ends, s.ring_ends.len())
            && ascending(&s.ring_ends, s.points.len());
        let fields = cols.fields.iter().all(|(_, c)| match c {
            Column::Text { words, index } => index.len() == n && index.iter().all(|&i| i as usize <= words.len()),
            Column::Count(v) => v.values.len() == n,
            Column::Int(v) => v.len() == n,
            Column::Float(v) => v.len() == n,
        });
        if !(texts(&cols.codes) && texts(&cols.names) && shapes && fields) {
            return Err(bad("columns do not fit together"));
        }
        let hash = SegmentHash(*blake3::hash(bytes).as_bytes());
        let mut seg = Segment::assemble(hash, cols, 0);
        seg.sum = (0..n).fold(0u128, |a, i| a.wrapping_add(seg.row(i).sum(seg.kind())));
        Ok(Arc::new(seg))
    }

    fn assemble(hash: SegmentHash, cols: Columns, sum: u128) -> Segment {
        let (tree, by_code, largest) = Default::default();
        let mut seg = Segment { hash, cols, boxes: Vec::new(), sum, tree, by_code, largest };
        seg.boxes = (0..seg.len())
            .map(|i| {
                let (start, end) = seg.points_of(i);
                Box2::of(&seg.cols.shapes.points[start..end])
            })
            .collect();
        seg
    }

    /// Name of the segment.
    pub fn hash(&self) -> SegmentHash {
        self.hash
    }

    /// What its rows are.
    pub fn kind(&self) -> Kind {
        self.cols.kind
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.cols.anchors.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Share of all rows in the project's `state`.
    pub fn sum(&self) -> u128 {
        self.sum
    }

    /// Code of row `i`.
    pub fn code(&self, i: usize) -> &str {
        self.cols.codes.get(i)
    }

    /// Name of row `i`.
    pub fn name(&self, i: usize) -> &str {
        self.cols.names.get(i)
    }

    /// Anchor of row `i`.
    pub fn anchor(&self, i: usize) -> Option<Pt> {
        anchor(self.cols.anchors[i])
    }

    /// Anchors of all rows; where there is none, a point beyond the grid.
    pub fn anchors(&self) -> &[Pt] {
        &self.cols.anchors
    }

    /// Boxes of all rows.
    pub fn boxes(&self) -> &[Box2] {
        &self.boxes
    }

    /// The packed tree over [`Segment::boxes`], built at first use.
    pub fn tree(&self) -> &PackedTree {
        self.tree.get_or_init(|| PackedTree::build(&self.boxes))
    }

    /// Counts of all rows, 0 where there is none; empty where no row has any.
    pub fn counts(&self, field: Field) -> &[u32] {
        match self.column(field) {
            Some(Column::Count(v)) => &v.values,
            _ => &[],
        }
    }

    /// A count of row `i`.
    pub fn count(&self, i: usize, field: Field) -> Option<u32> {
        match self.column(field)? {
            Column::Count(v) => v.get(i),
            _ => None,
        }
    }

    /// A text of row `i`.
    pub fn text(&self, i: usize, field: Field) -> Option<&str> {
        match self.column(field)? {
            Column::Text { words, index } => index[i].checked_sub(1).map(|w| words[w as usize].as_str()),
            _ => None,
        }
    }

    /// Rows whose text of a field is `word`, ascending. O(different words), and O(rows) where it is one of them.
    pub fn rows_with(&self, field: Field, word: &str) -> impl Iterator<Item = usize> {
        let found = match self.column(field) {
            Some(Column::Text { words, index }) => {
                words.iter().position(|w| w == word).map(|at| (at as u32 + 1, index.as_slice()))
            }
            _ => None,
        };
        let (word, index) = found.unwrap_or((0, &[]));
        index.iter().enumerate().filter(move |(_, w)| **w == word).map(|(i, _)| i)
    }

    /// Any field of row `i`.
    pub fn value(&self, i: usize, field: Field) -> Option<Value> {
        match self.column(field)? {
            Column::Text { .. } => self.text(i, field).map(|t| Value::Text(t.to_owned())),
            Column::Count(v) => v.get(i).map(Value::Count),
            Column::Int(v) => v[i].map(Value::Int),
            Column::Float(v) => v[i].map(Value::Float),
        }
    }

    /// Shape of row `i`, borrowed.
    pub fn shape(&self, i: usize) -> ShapeRef<'_> {
        let s = &self.cols.shapes;
        let start = |ends: &[u32], i: usize| if i == 0 { 0 } else { ends[i - 1] as usize };
        let parts = (start(&s.row_ends, i)..s.row_ends[i] as usize)
            .map(|p| {
                (start(&s.part_ends, p)..s.part_ends[p] as usize)
                    .map(|r| &s.points[start(&s.ring_ends, r)..s.ring_ends[r] as usize])
                    .collect()
            })
            .collect();
        ShapeRef { tag: s.tags[i], parts }
    }

    /// Row `i` as a value of its own.
    pub fn row(&self, i: usize) -> Row {
        Row {
            code: self.code(i).to_owned(),
            name: self.name(i).to_owned(),
            fields: self.cols.fields.iter().filter_map(|(f, _)| Some((*f, self.value(i, *f)?))).collect(),
            shape: self.shape(i).to_shape(),
            anchor: self.anchor(i),
        }
    }

    /// The row with a code; O(log n) after an index made at first use.
    pub fn find(&self, code: &str) -> Option<usize> {
        let order = self.by_code.get_or_init(|| {
            let mut v: Vec<u32> = (0..self.len() as u32).collect();
            v.sort_unstable_by(|&a, &b| self.code(a as usize).cmp(self.code(b as usize)));
            v
        });
        let k = order.partition_point(|&i| self.code(i as usize) < code);
        order.get(k).map(|&i| i as usize).filter(|&i| self.code(i) == code)
    }

    /// The largest number of a code that is the letter of the kind and a number; 0 where there is none. O(1) once it was found.
    pub fn largest_number(&self) -> u32 {
        *self.largest.get_or_init(|| {
            let number = |i: usize| self.code(i).strip_prefix(self.cols.kind.letter())?.parse::<u32>().ok();
            (0..self.len()).filter_map(number).max().unwrap_or(0)
        })
    }

    /// Makes what is otherwise made at first use, so that it costs a job its time and not the window. O(n log n).
    pub fn ready(&self) {
        self.tree();
        self.find("");
        self.largest_number();
    }

    fn column(&self, field: Field) -> Option<&Column> {
        self.cols.fields.iter().find(|(f, _)| *f == field).map(|(_, c)| c)
    }

    fn points_of(&self, i: usize) -> (usize, usize) {
        let s = &self.cols.shapes;
        let at = |row: usize| -> usize {
            if row == 0 {
                return 0;
            }
            let part = s.row_ends[row - 1] as usize;
            let ring = if part == 0 { 0 } else { s.part_ends[part - 1] as usize };
            if ring == 0 { 0 } else { s.ring_ends[ring - 1] as usize }
        };
        (at(i), at(i + 1))
    }
}

fn column_of(field: Field, rows: &[Row]) -> Option<Column> {
    if rows.iter().all(|r| r.get(field).is_none()) {
        return None;
    }
    Some(match field.sample() {
        Value::Text(_) => {
            let mut words: Vec<String> = Vec::new();
            let mut seen: std::collections::HashMap<&str, u32> = std::collections::HashMap::new();
            let index = rows
                .iter()
                .map(|r| match r.get(field) {
                    Some(Value::Text(t)) => *seen.entry(t).or_insert_with(|| {
                        words.push(t.clone());
                        words.len() as u32
                    }),
                    _ => 0,
                })
                .collect();
            Column::Text { words, index }
        }
        Value::Count(_) => Column::Count(
            rows.iter().map(|r| if let Some(Value::Count(c)) = r.get(field) { Some(*c) } else { None }).collect(),
        ),
        Value::Int(_) => Column::Int(
            rows.iter().map(|r| if let Some(Value::Int(c)) = r.get(field) { Some(*c) } else { None }).collect(),
        ),
        Value::Float(_) => Column::Float(
            rows.iter().map(|r| if let Some(Value::Float(c)) = r.get(field) { Some(*c) } else { None }).collect(),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::pt;
    use crate::model::Shape;

    fn rows() -> Vec<Row> {
        (0..50)
            .map(|i| {
                let p = pt(i * 977 % 400, i * 331 % 500);
                let ring = vec![p, pt(p.x + 9, p.y), pt(p.x + 9, p.y + 9), pt(p.x, p.y + 9)];
                let fields = if i % 3 == 0 {
                    vec![(Field::Use, Value::Text("residential".into())), (Field::Households, Value::Count(i as u32))]
                } else {
                    vec![(Field::Height, Value::Float(3.5))]
                };
                let shape = if i == 7 { Shape::None } else { Shape::Polygons(vec![vec![ring]]) };
                Row::new(&format!("B{i:06}"), "楼", fields, shape).unwrap()
            })
            .collect()
    }

    #[test]
    fn a_segment_gives_back_its_rows_and_its_bytes() {
        let seg = Segment::pack(Kind::Buildings, rows());
        for r in rows() {
            let i = seg.find(&r.code).unwrap();
            assert_eq!(seg.row(i), r);
            assert_eq!(seg.boxes()[i], r.shape.bbox());
        }
        let again = Segment::from_bytes(&seg.to_bytes()).unwrap();
        assert_eq!((again.hash(), again.sum()), (seg.hash(), seg.sum()));
        assert!(seg.find("B9").is_none());
    }

    #[test]
    fn counts_and_anchors_are_written_as_lists_of_options() {
        let counts: Vec<Option<u32>> = (0..200).map(|i| (i % 3 > 0).then_some(i * 1_000_003)).collect();
        let column: Counts = counts.iter().copied().collect();
        let bytes = postcard::to_stdvec(&counts).unwrap();
        assert_eq!(postcard::to_stdvec(&column).unwrap(), bytes);
        let again: Counts = postcard::from_bytes(&bytes).unwrap();
        assert!((0..200).all(|i| again.get(i) == counts[i]));

        let seg = Segment::pack(Kind::Buildings, rows());
        let anchors: Vec<Option<Pt>> = (0..seg.len()).map(|i| seg.anchor(i)).collect();
        assert!(anchors.contains(&None) && seg.anchors().iter().filter(|p| !p.in_range()).count() == 1);
        let bytes = postcard::to_stdvec(&anchors).unwrap();
        assert!(seg.to_bytes().windows(bytes.len()).any(|w| w == bytes));
        #[derive(Serialize, Deserialize)]
        struct Anchors(#[serde(with = "super::anchors")] Vec<Pt>);
        let read = |a: &[Option<Pt>]| postcard::from_bytes::<Anchors>(&postcard::to_stdvec(a).unwrap());
        assert_eq!(read(&anchors).unwrap().0, seg.anchors());
        assert!(read(&[Some(NOWHERE)]).is_err(), "beyond the grid");
    }

    #[test]
    fn damaged_bytes_are_refused_and_never_panic() {
        let bytes = Segment::pack(Kind::Buildings, rows()).to_bytes();
        for i in 0..bytes.len() {
            let mut b = bytes.clone();
            b[i] ^= 0x55;
            if let Ok(s) = Segment::from_bytes(&b) {
                for k in 0..s.len() {
                    let _ = s.row(k);
                }
            }
            let _ = Segment::from_bytes(&bytes[..i]);
        }
    }
}
