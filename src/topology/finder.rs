//! Finding the faces of many points at once: a raster of faces.
//!
//! The extent is cut into square pixels. A pixel that no border passes is *open* and has one face. In any other a point
//! asks the borders of its pixel, then those of the pixels east of it, which of them the ray to the east meets first, as
//! [`Partition::locate`] does; it has its answer at the first open pixel at the latest.

use super::{Owner, Partition, WORLD, crossing_x, nearer};
use crate::geom::{Box2, LIMIT, Pt, cross, pt, right_of_point};

/// Points from which on a raster is made: what a drag asks is not worth one.
const FEW: usize = 64;
/// Points that are found together.
const AT_ONCE: usize = 128;
/// Pixels of the largest raster.
const MOST: u64 = 1 << 22;
/// Marks a pixel that borders pass; the rest is the number of its first [`Side`].
const CROSSED: u32 = 1 << 31;
/// No pixel. It would have more sides than there can be.
const BEYOND: u32 = u32::MAX;
/// Marks the last side of a pixel.
const LAST: u32 = 1 << 31;

/// Finds the faces of many points; nothing in it changes once it is made.
///
/// Memory: 4 bytes for each of at most 4,194,304 pixels, of which there are no more than 16 a border segment; 20 bytes for
/// each place where a segment passes a pixel (about 2 a segment on usual maps, at most 12 a segment and 3,145,728).
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
    /// Row by row from south-west: face + 1, or [`CROSSED`] and where its sides are; 0 = not known yet.
    pixels: Vec<u32>,
    /// Pixel by pixel, the last of each marked. The first stands for those with level borders only: no ray meets it.
    sides: Vec<Side>,
}

/// A piece of border that is not level, upwards, with the face west of it and perhaps [`LAST`].
#[derive(Clone, Copy, Debug)]
struct Side {
    low: Pt,
    high: Pt,
    west: u32,
}

impl Side {
    /// Whether a ray from a point to the east meets it: [`right_of_point`] of a segment that goes up, without branches.
    fn is_met(&self, from: Pt) -> bool {
        let met = (self.low.y <= from.y) & (from.y < self.high.y) & (cross(self.low, self.high, from) > 0);
        debug_assert_eq!(met, right_of_point(from, self.low, self.high));
        met
    }
}

/// A side that no ray meets.
const UNMET: Side = Side { low: pt(0, 0), high: pt(0, 0), west: LAST };

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
        let mut entries = Vec::with_capacity(2 * count as usize);
        for e in chains() {
            for w in e.points.windows(2) {
                if all || Box2::of_two(w[0], w[1]).meets(&f.area) {
                    f.enter(w[0], w[1], e.left, e.right, &mut entries);
                }
            }
        }
        f.gather(&entries);
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

    /// Marks and counts a segment in every pixel that it passes, or passes within a millimetre of in its rows.
    fn enter(&mut self, a: Pt, b: Pt, left: u32, right: u32, entries: &mut Vec<(u32, Side)>) {
        let (low, high, west) = if a.y < b.y { (a, b, left) } else { (b, a, right) };
        let level = a.y == b.y;
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
                let i = row * self.cols as i64 + col;
                let pixel = &mut self.pixels[i as usize];
                *pixel |= CROSSED;
                if !level {
                    *pixel += 1;
                    entries.push((i as u32, Side { low, high, west }));
                }
            }
        }
    }

    /// Puts the sides of each pixel together; its count becomes their place.
    fn gather(&mut self, entries: &[(u32, Side)]) {
        self.sides = vec![UNMET; entries.len() + 1];
        let mut end = 1;
        for pixel in self.pixels.iter_mut().filter(|p| **p > CROSSED) {
            end += *pixel & !CROSSED;
            *pixel = CROSSED | end;
        }
        // Each goes before those that are there, the first of a pixel to its end.
        let mut place = |i: u32, side: Side| {
            let pixel = &mut self.pixels[i as usize];
            *pixel -= 1;
            self.sides[(*pixel & !CROSSED) as usize] = side;
        };
        for &(i, side) in entries {
            place(i, side);
        }
        for pixel in self.pixels.iter().filter(|p| **p > CROSSED) {
            if let Some(before) = (*pixel & !CROSSED).checked_sub(1) {
                self.sides[before as usize].west |= LAST;
            }
        }
        if let Some(last) = self.sides.last_mut() {
            last.west |= LAST;
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
        self.known(at, self.pixel(self.number(at)))
    }

    /// The faces at as many points as there is room for: as [`Finder::face`], but the memory that one point waits for is
    /// fetched while others wait for theirs.
    pub fn faces(&self, at: &[Pt], out: &mut [u32]) {
        for (at, out) in at.chunks(AT_ONCE).zip(out.chunks_mut(AT_ONCE)) {
            let (mut crossed, mut many) = ([0; AT_ONCE], 0);
            for (number, &p) in out.iter_mut().zip(at) {
                *number = self.number(p);
            }
            for (k, face) in out.iter_mut().enumerate() {
                let pixel = self.pixel(*face);
                crossed[many] = k;
                many += (pixel >> 31) as usize;
                *face = if pixel & CROSSED == 0 { pixel.wrapping_sub(1) } else { pixel };
            }
            // The first sides of each pixel are asked for here, so that they come all at once: a ray hardly waits for more.
            let first = |pixel: u32| {
                let i = (pixel & !CROSSED) as usize;
                self.sides.get(i..i + 3).map_or(0, |s| s[0].low.x as u32 ^ s[2].west)
            };
            std::hint::black_box(crossed[..many].iter().fold(0, |a, &k| a ^ first(out[k])));
            for &k in &crossed[..many] {
                out[k] = self.known(at[k], out[k]);
            }
        }
    }

    /// Column and row of a point on the ground of the raster.
    #[inline]
    fn square(&self, at: Pt) -> (u32, u32) {
        let from = |v: i32, v0: i32| v.wrapping_sub(v0) as u32 >> self.shift;
        (from(at.x, self.area.min.x), from(at.y, self.area.min.y))
    }

    /// The number of the pixel at a point, `u32::MAX` outside the raster.
    #[inline]
    fn number(&self, at: Pt) -> u32 {
        // The last pixels of a row or column reach beyond the ground of the raster, where borders are not entered.
        let (min, max) = (self.area.min, self.area.max);
        let within = (at.x >= min.x) & (at.y >= min.y) & (at.x <= max.x) & (at.y <= max.y);
        let (col, row) = self.square(at);
        if within { row.wrapping_mul(self.cols as u32).wrapping_add(col) } else { u32::MAX }
    }

    /// A pixel by its number, [`BEYOND`] where there is none.
    #[inline]
    fn pixel(&self, number: u32) -> u32 {
        self.pixels.get(number as usize).copied().unwrap_or(BEYOND)
    }

    /// The face at a point whose pixel is known.
    #[inline]
    fn known(&self, at: Pt, pixel: u32) -> u32 {
        match pixel {
            open if open & CROSSED == 0 => open.wrapping_sub(1),
            BEYOND if self.whole || !at.in_range() => WORLD,
            BEYOND => self.p.locate(at),
            _ => {
                let ((col, row), cols) = (self.square(at), self.cols as usize);
                self.ray(row as usize * cols + col as usize, (row as usize + 1) * cols, at)
            }
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
            for s in &self.sides[(pixel & !CROSSED) as usize..] {
                if s.is_met(at) && best.is_none_or(|b| nearer(at, (s.low, s.high), (b.low, b.high))) {
                    best = Some(s);
                }
                if s.west & LAST != 0 {
                    break;
                }
            }
            // What is met further east than this pixel cannot be nearer than what is met within it: a segment is in the
            // lists of all pixels within a millimetre, and no crossing is computed as wrong as that.
            if let Some(b) = best {
                let cols_east = (end - i) as i64 - 1;
                let east = i64::from(self.area.min.x) + ((self.cols as i64 - cols_east) << self.shift);
                // The last pixel reaches beyond the ground of the raster, where borders are not entered.
                let east = if self.whole { east } else { east.min(self.area.max.x.into()) };
                let within = i64::from(b.low.x.max(b.high.x)) < east;
                if within || crossing_x(at, b.low, b.high) < east as f64 {
                    return b.west & !LAST;
                }
            }
        }
        match best {
            Some(b) if self.whole => b.west & !LAST,
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

#[cfg(test)]
mod tests {
    use super::super::{DrawRules, OUTSIDE, draw};
    use super::*;
    use proptest::prelude::*;

    /// A ground of `side` mm each way from the middle, with triangles and rectangles drawn over it on a lattice of 16 steps.
    fn drawn(side: i32, rings: &[Vec<(i32, i32)>]) -> Partition {
        let step = f64::from(side) / 8.0;
        let on = |v: i32| ((f64::from(v) * step).round() as i32).clamp(-side, side);
        let ground = vec![pt(-side, -side), pt(side, -side), pt(side, side), pt(-side, side)];
        let free = |o: u64| (o == OUTSIDE).then_some(7);
        let mut p = draw(&Partition::new(), &[ground], &DrawRules::new(&free, &|_| true))
            .unwrap()
            .partition
            .with_fitted_locator();
        for (owner, ring) in (8u64..).zip(rings) {
            let ring: Vec<Pt> = ring.iter().map(|&(x, y)| pt(on(x), on(y))).collect();
            let take = |o: u64| (o != OUTSIDE && (owner % 3 > 0 || o == 7)).then_some(owner);
            if let Ok(d) = draw(&p, &[ring], &DrawRules::new(&take, &|_| true)) {
                p = d.partition;
            }
        }
        p
    }

    fn ring() -> impl Strategy<Value = Vec<(i32, i32)>> {
        let any = || (-8i32..=8, -8i32..=8);
        prop_oneof![
            (any(), any(), any()).prop_map(|(a, b, c)| vec![a, b, c]),
            (any(), any()).prop_map(|(a, b)| vec![a, (b.0, a.1), b, (a.0, b.1)]),
        ]
    }

    proptest! {
        /// On borders, at nodes, beside them, in holes, far away, at the ends of the grid: always what `locate` says.
        #[test]
        fn many_points_are_found_as_single_ones(
            side in prop_oneof![Just(2), Just(8), Just(1000), Just(40_000_000), Just(LIMIT - 3)],
            rings in prop::collection::vec(ring(), 0..12),
            window in (-10f64..10.0, -10f64..10.0, -10f64..10.0, -10f64..10.0),
            points in prop_oneof![0usize..200, Just(1 << 20)],
            more in prop::collection::vec((-1.2f64..1.2, -1.2f64..1.2), 40),
        ) {
            let p = drawn(side, &rings);
            let far = |v: f64| (v * f64::from(side)).clamp(f64::from(1 - LIMIT), f64::from(LIMIT - 1)) as i32;
            let mut probes: Vec<Pt> = more.iter().map(|&(x, y)| pt(far(x), far(y))).collect();
            for (_, e) in p.edges() {
                for w in e.points.windows(2) {
                    let middle = Box2::of_two(w[0], w[1]).centre();
                    for at in [w[0], w[1], middle] {
                        probes.extend((-1..2).flat_map(|dx| (-1..2).map(move |dy| pt(at.x + dx, at.y + dy))));
                    }
                }
            }
            probes.retain(|p| p.in_range());
            let corner = |x: f64, y: f64| pt(far(x / 8.0), far(y / 8.0));
            let area = Box2::of_two(corner(window.0, window.1), corner(window.2, window.3));
            for f in [Finder::new(&p), Finder::over(&p, &area, points), Finder::over(&p, &EVERYWHERE, points)] {
                // Beyond the grid there is nothing.
                for far in [pt(i32::MIN, i32::MIN), pt(i32::MAX, 0), pt(0, LIMIT)] {
                    prop_assert_eq!(f.face(far), WORLD);
                }
                let mut found = vec![0; probes.len()];
                f.faces(&probes, &mut found);
                for (q, face) in probes.iter().zip(found) {
                    prop_assert_eq!(face, p.locate(*q), "at {:?} of {}", q, side);
                    prop_assert_eq!(face, f.face(*q));
                }
                // What the raster holds keeps to what is promised.
                let segments: usize = p.edges().map(|(_, e)| e.points.len() - 1).sum();
                prop_assert!(f.pixels.len() <= 16 * segments + 1024);
                prop_assert!(f.sides.len() <= 12 * segments + 3 * (MOST as usize / 4) + 1);
            }
        }
    }

    #[test]
    fn what_lies_beyond_the_ground_of_a_raster_is_asked_of_the_partition() {
        // East of the square of 1 m the cell's western side stands between the point and its eastern side; only the latter
        // reaches into the square.
        let ring =
            [(950, 100), (1040, 900), (1040, 5000), (1003, 5000), (1003, 600), (940, 400)].map(|(x, y)| pt(x, y));
        let ground = [(-9000, -9000), (9000, -9000), (9000, 9000), (-9000, 9000)].map(|(x, y)| pt(x, y)).to_vec();
        let free = |o: u64| (o == OUTSIDE).then_some(7);
        let p = draw(&Partition::new(), &[ground], &DrawRules::new(&free, &|_| true)).unwrap().partition;
        let p = draw(&p, &[ring.to_vec()], &DrawRules::new(&|o| (o == 7).then_some(8), &|_| true)).unwrap().partition;
        let f = Finder::over(&p, &Box2::of_two(pt(0, 0), pt(1000, 1000)), 1 << 20);
        assert!(!f.pixels.is_empty());
        for at in (0..1100).step_by(20).flat_map(|x| (0..1100).step_by(20).map(move |y| pt(x, y))) {
            assert_eq!(f.face(at), p.locate(at), "{at:?}");
        }
    }

    #[test]
    fn long_lines_through_a_large_ground_take_no_more_memory_than_promised() {
        // Strips from side to side: each border would pass a thousand pixels of the smallest size allowed.
        let s = LIMIT - 3;
        let rings: Vec<Vec<Pt>> = (0..200)
            .map(|i| {
                let y = -s + 1000 + i * (s / 200 * 2 - 1000);
                vec![pt(-s + 1, y), pt(s - 1, y + 900), pt(s - 1, y + 901), pt(-s + 1, y + 1)]
            })
            .collect();
        let ground = vec![pt(-s, -s), pt(s, -s), pt(s, s), pt(-s, s)];
        let free = |o: u64| (o == OUTSIDE).then_some(7);
        let mut p = draw(&Partition::new(), &[ground], &DrawRules::new(&free, &|_| true))
            .unwrap()
            .partition
            .with_fitted_locator();
        let mut there = 0;
        for (owner, ring) in (8u64..).zip(&rings) {
            if let Ok(d) =
                draw(&p, std::slice::from_ref(ring), &DrawRules::new(&|o| (o == 7).then_some(owner), &|_| true))
            {
                p = d.partition;
                there += 1;
            }
        }
        assert!(there > 150, "{there} strips");
        let f = Finder::new(&p);
        let segments: usize = p.edges().map(|(_, e)| e.points.len() - 1).sum();
        assert!(f.sides.len() <= 12 * segments + 3 * (MOST as usize / 4), "{} sides of {segments}", f.sides.len());
        for ring in &rings {
            for q in [ring[0], pt(0, ring[0].y + 450), pt(0, ring[0].y + 451), pt(0, ring[0].y + 452)] {
                assert_eq!(f.face(q), p.locate(q), "{q:?}");
            }
        }
    }
}
