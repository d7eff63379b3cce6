//! GeoPackage geometry blobs (OGC 12-128r15, clause 2.1.3): header with envelope, then WKB, all little-endian.

use crate::geom::{Box2, Origin, Pt};
use crate::model::ShapeRef;

/// Polygons: parts → rings (first the outer) → points, not closed.
pub(super) type Polygons = Vec<Vec<Vec<Pt>>>;

const POINT: u32 = 1;
const LINE: u32 = 2;
const POLYGON: u32 = 3;
const MULTI_LINE: u32 = 5;
const MULTI_POLYGON: u32 = 6;

/// A blob with its envelope in metres: min x, max x, min y, max y.
pub(super) struct Blob {
    pub bytes: Vec<u8>,
    pub envelope: [f64; 4],
}

struct Writer {
    out: Vec<u8>,
    origin: Origin,
}

impl Writer {
    /// Magic, version 0, flags (little-endian, envelope of four numbers, not empty), srs_id, envelope.
    fn new(origin: Origin, srs_id: i32, area: &Box2, room: usize) -> (Writer, [f64; 4]) {
        let ([x0, y0], [x1, y1]) = (origin.metres(area.min), origin.metres(area.max));
        let envelope = [x0, x1, y0, y1];
        let mut out = Vec::with_capacity(room + 64);
        out.extend(*b"GP\0\x03");
        out.extend(srs_id.to_le_bytes());
        envelope.iter().for_each(|v| out.extend(v.to_le_bytes()));
        (Writer { out, origin }, envelope)
    }

    fn begin(&mut self, kind: u32) {
        self.out.push(1);
        self.out.extend(kind.to_le_bytes());
    }

    fn count(&mut self, n: usize) {
        self.out.extend((n as u32).to_le_bytes());
    }

    fn point(&mut self, p: Pt) {
        for v in self.origin.metres(p) {
            self.out.extend(v.to_le_bytes());
        }
    }

    fn points(&mut self, points: &[Pt], closed: bool) {
        self.count(points.len() + usize::from(closed));
        points.iter().for_each(|&p| self.point(p));
        if closed && let Some(&first) = points.first() {
            self.point(first);
        }
    }

    fn polygons<R: AsRef<[Pt]>>(&mut self, parts: &[Vec<R>]) {
        self.begin(MULTI_POLYGON);
        self.count(parts.len());
        for part in parts {
            self.begin(POLYGON);
            self.count(part.len());
            part.iter().for_each(|r| self.points(r.as_ref(), true));
        }
    }
}

/// The blob of polygons, always a MULTIPOLYGON; `None` if there is none.
pub(super) fn polygons_blob(origin: Origin, srs_id: i32, parts: &Polygons) -> Option<Blob> {
    let area = Box2::of(parts.iter().flatten().flatten());
    if area.is_empty() {
        return None;
    }
    let room = parts.iter().flatten().map(|r| 16 * r.len() + 24).sum();
    let (mut w, envelope) = Writer::new(origin, srs_id, &area, room);
    w.polygons(parts);
    Some(Blob { bytes: w.out, envelope })
}

/// The blob of a row's shape: POINT, MULTILINESTRING or MULTIPOLYGON; `None` without a place.
pub(super) fn shape_blob(origin: Origin, srs_id: i32, shape: &ShapeRef<'_>) -> Option<Blob> {
    let rings = || shape.parts.iter().flatten();
    let area = rings().fold(Box2::EMPTY, |b, r| b.union(Box2::of(r.iter())));
    if area.is_empty() {
        return None;
    }
    let (mut w, envelope) = Writer::new(origin, srs_id, &area, rings().map(|r| 16 * r.len() + 24).sum());
    match shape.tag {
        1 => {
            w.begin(POINT);
            w.point(area.min);
        }
        2 => {
            w.begin(MULTI_LINE);
            w.count(rings().count());
            for line in rings() {
                w.begin(LINE);
                w.points(line, false);
            }
        }
        _ => w.polygons(&shape.parts),
    }
    Some(Blob { bytes: w.out, envelope })
}
