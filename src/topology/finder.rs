//! Finding the faces of many points at once: a raster of faces.
//!
//! The extent is cut into square pixels. A pixel that no border passes is *open* and has one face. In any other a point
//! asks the borders of its pixel, then those of the pixels east of it, which of them the ray to the east meets first, as
//! [`Partition::locate`] does; it has its answer at the first open pixel at the latest.

use super::{Owner, Partition, WORLD, crossing_x, nearer};
use crate::geom::{Box2, LIMIT, Pt, pt, right_of_point};

/// Points from which on a raster is made: what a drag asks is not worth one.
const FEW: usize = 64;
/// Pixels of the largest raster.
const MOST: u64 = 1 << 22;
/// Marks a pixel that borders pass; the rest is the number of its first [`Link`], 0 = none.
const CROSSED: u32 = 1 << 31;

/// Finds the faces of many points; nothing in it changes once it is made.
///
/// Memory: 4 bytes for each of at most 4,194,304 pixels, and at most 16 pixels a border segment; 20 bytes a segment; 8
/// for each place where a segment passes a pixel, at most 12 a segment and 3,145,728 (2 to 3 a segment on usual maps).
#[derive(Debug)]
pub struct Finder<'a> {
    p: &'a Partition,
    /// The ground of the raster.
    area: Box2,
    /// Whether no border lies beyond it.
    whole: bool,
    shift: u32,
    cols: u64,
    rows: u64,
    /// Row by row from south-west: face + 1, or [`CROSSED`] and a list of segments; 0 = not known yet.
    pixels: Vec<u32>,
    links: Vec<Link>,
    sides: Vec<Side>,
}

/// An entry in the list of a pixel's segments.
#[derive(Clone, Copy, Debug)]
struct Link {
    side: u32,
    next: u32,
}

/// A piece of border that is not level, upwards, with the face west of it.
#[derive(Clone, Copy, Debug)]
struct Side {
    low: Pt,
    high: Pt,
    west: u32,
}

impl<'a> Finder<'a> {
    /// A finder for a whole partition. O(segments + pixels).
    pub fn new(p: &'a Partition) -> Finder<'a> {
        Finder::over(p, &EVERYWHERE, usize::MAX)
    }

    /// A finder for so many points in an area: for few it makes no raster and is O(1). It is right for all points, but
    /// slower beyond the area.
    pub fn over(p: &'a Partition, area: &Box2, points: usize) -> Finder<'a> {
        let mut f = Finder {
            p,
            area: Box2::EMPTY,
            whole: false,
            shift: 0,
            cols: 0,
            rows: 0,
            pixels: Vec::new(),
            links: Vec::new(),
            sides: Vec::new(),
        };
        if points < FEW {
            return f;
        }
        let all = clipped(area) == EVERYWHERE;
        let edges: Vec<u32> = if all { p.edges().map(|(i, _)| i).collect() } else { p.edges_near(area).into_vec() };
        let chains = || edges.iter().filter_map(|&e| p.edge(e));
        let (mut count, mut length_mm, mut extent) = (0u64, 0u64, Box2::EMPTY);
        for e in chains() {
            for w in e.points.windows(2) {
                length_mm += u64::from(w[0].x.abs_diff(w[1].x)) + u64::from(w[0].y.abs_diff(w[1].y));
                count += 1;
            }
            extent = extent.union(Box2::of(e.points.iter()));
        }
        if count > (points as u64).saturating_mul(16) {
            return f;
        }
        f.whole = all;
        f.area = if all { extent } else { clipped(area) };
        if f.area.is_empty() {
            return f;
        }
        f.fit(count, length_mm, points as u64);
        f.sides.reserve(count as usize);
        f.links.reserve(3 * count as usize);
        f.links.push(Link { side: 0, next: 0 });
        for e in chains() {
            for w in e.points.windows(2) {
                if all || Box2::of_two(w[0], w[1]).meets(&f.area) {
                    f.enter(w[0], w[1], e.left, e.right);
                }
            }
        }
        f.fill();
        f
    }

    /// Chooses the side of a pixel: the smallest power of two that keeps to the bounds.
    fn fit(&mut self, segments: u64, length_mm: u64, points: u64) {
        let most = MOST.min(points.saturating_mul(4)).min(16 * segments + 1024);
        loop {
            (self.cols, self.rows) = (pixels(self.area.width(), self.shift), pixels(self.area.height(), self.shift));
            // A segment passes no more pixels than it has steps east, three times those north, and six.
            if self.cols * self.rows <= most && length_mm >> self.shift <= 2 * segments + MOST / 4 {
                break;
            }
            self.shift += 1;
        }
        self.pixels = vec![0; (self.cols * self.rows) as usize];
    }

    /// Enters a segment into every pixel that it passes or passes within a millimetre of in its rows.
    fn enter(&mut self, a: Pt, b: Pt, left: u32, right: u32) {
        let (low, high, west) = if a.y < b.y { (a, b, left) } else { (b, a, right) };
        let side = self.sides.len() as u32;
        let level = a.y == b.y;
        if !level {
            self.sides.push(Side { low, high, west });
        }
        let from = |v: i64, v0: i32| (v - i64::from(v0)) >> self.shift;
        let (first, last) = (from(low.y.into(), self.area.min.y), from(high.y.into(), self.area.min.y));
        let slope =
            if level { 0.0 } else { (f64::from(high.x) - f64::from(low.x)) / (f64::from(high.y) - f64::from(low.y)) };
        // x where the segment enters a row from the south.
        let mut x = f64::from(low.x);
        if first < 0 {
            x += slope * (f64::from(self.area.min.y) - f64::from(low.y));
        }
        for row in first.max(0)..=last.min(self.rows as i64 - 1) {
            let north = i64::from(self.area.min.y) + ((row + 1) << self.shift);
            let to = if row == last {
                f64::from(high.x)
            } else {
                f64::from(low.x) + slope * (north as f64 - f64::from(low.y))
            };
            let west_col = from(x.min(to).floor() as i64 - 1, self.area.min.x).max(0);
            let east_col = from(x.max(to).ceil() as i64 + 1, self.area.min.x).min(self.cols as i64 - 1);
            x = to;
            for col in west_col..=east_col {
                let pixel = &mut self.pixels[(row * self.cols as i64 + col) as usize];
                if level {
                    *pixel |= CROSSED;
                } else {
                    self.links.push(Link { side, next: *pixel & !CROSSED });
                    *pixel = CROSSED | (self.links.len() - 1) as u32;
                }
            }
        }
    }

    /// Finds the faces of the open pixels: that of an open neighbour in the south or the east, else by a ray.
    fn fill(&mut self) {
        let cols = self.cols as usize;
        for row in 0..self.rows as usize {
            let start = row * cols;
            let mut east = CROSSED;
            for i in (start..start + cols).rev() {
                if self.pixels[i] & CROSSED == 0 {
                    let south = if row > 0 { self.pixels[i - cols] } else { CROSSED };
                    self.pixels[i] = match (east & CROSSED, south & CROSSED) {
                        (0, _) => east,
                        (_, 0) => south,
                        _ => self.ray(i + 1, start + cols, self.corner(i)).wrapping_add(1),
                    };
                }
                east = self.pixels[i];
            }
        }
    }

    /// The south-eastern point of a pixel, within the area.
    fn corner(&self, i: usize) -> Pt {
        let (col, row) = (i as i64 % self.cols as i64, i as i64 / self.cols as i64);
        let x = i64::from(self.area.min.x) + ((col + 1) << self.shift) - 1;
        let y = i64::from(self.area.min.y) + (row << self.shift);
        Pt { x: x.min(self.area.max.x.into()) as i32, y: y as i32 }
    }

    /// The face at a point, as [`Partition::locate`] says. O(segments in its pixel and those east of it to the first
    /// that is open).
    pub fn face(&self, at: Pt) -> u32 {
        let from = |v: i32, v0: i32| ((i64::from(v) - i64::from(v0)) >> self.shift) as u64;
        let (col, row) = (from(at.x, self.area.min.x), from(at.y, self.area.min.y));
        if col >= self.cols || row >= self.rows {
            return if self.whole { WORLD } else { self.p.locate(at) };
        }
        let i = (row * self.cols + col) as usize;
        match self.pixels[i] {
            open if open & CROSSED == 0 => open.wrapping_sub(1),
            _ => self.ray(i, ((row + 1) * self.cols) as usize, at),
        }
    }

    /// The partition in which it finds.
    pub fn partition(&self) -> &'a Partition {
        self.p
    }

    /// The owner at a point.
    pub fn owner(&self, at: Pt) -> Owner {
        self.p.owner(self.face(at))
    }

    /// The face at a point whose ray to the east meets no border before pixel `first` of its row, which ends before
    /// `end`.
    fn ray(&self, first: usize, end: usize, at: Pt) -> u32 {
        let mut best: Option<&Side> = None;
        for i in first..end {
            // While the raster is filled, pixels that are not known yet lie west.
            let pixel = self.pixels[i];
            if pixel & CROSSED == 0 {
                return pixel.wrapping_sub(1);
            }
            let mut k = pixel & !CROSSED;
            while k != 0 {
                let link = self.links[k as usize];
                let s = &self.sides[link.side as usize];
                if right_of_point(at, s.low, s.high)
                    && best.is_none_or(|b| nearer(at, (s.low, s.high), (b.low, b.high)))
                {
                    best = Some(s);
                }
                k = link.next;
            }
            // What is met further east than this pixel cannot be nearer than what is met within it: a segment is in the
            // lists of all pixels within a millimetre, and no crossing is computed as wrong as that.
            if let Some(b) = best {
                let cols_east = (end - i) as i64 - 1;
                let east = i64::from(self.area.min.x) + ((self.cols as i64 - cols_east) << self.shift);
                if crossing_x(at, b.low, b.high) < east as f64 {
                    return b.west;
                }
            }
        }
        match best {
            Some(b) if self.whole => b.west,
            None if self.whole => WORLD,
            _ => self.p.locate(at),
        }
    }
}

/// The box of all points of the grid.
pub const EVERYWHERE: Box2 = Box2 { min: pt(1 - LIMIT, 1 - LIMIT), max: pt(LIMIT - 1, LIMIT - 1) };

/// A box without what lies beyond the grid.
fn clipped(b: &Box2) -> Box2 {
    let (min, max) = (EVERYWHERE.min, EVERYWHERE.max);
    Box2 { min: pt(b.min.x.max(min.x), b.min.y.max(min.y)), max: pt(b.max.x.min(max.x), b.max.y.min(max.y)) }
}

/// Pixels on a length.
fn pixels(length_mm: i64, shift: u32) -> u64 {
    (length_mm as u64 >> shift) + 1
}
