//! The faces between lines: what a border can be led round.

use crate::geom::{Box2, Pt, anchor_of_polygons, cross, ring_area2, rings_contain};
use std::collections::BTreeMap;

/// The unbounded face.
pub(super) const WORLD: u32 = 0;

/// What a line is, the most telling first: where two run together, the first counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Line {
    /// A border of the partition.
    Border,
    /// A street.
    Street,
    /// A bank of water.
    Bank,
    /// A wall, or the edge of a courtyard.
    Wall,
    /// A footpath.
    Path,
    /// A line between buildings that this room drew itself.
    Between,
    /// The end of the surroundings that are looked at.
    Frame,
}

impl Line {
    /// By the number that stands for it.
    pub(super) fn of(number: f32) -> Line {
        use Line::{Bank, Between, Border, Frame, Path, Street, Wall};
        let all = [Border, Street, Bank, Wall, Path, Between, Frame];
        all.get(number as usize).copied().unwrap_or(Street)
    }

    /// What a metre of new border along it costs: whoever reads the map finds a street or the old border again, a line
    /// between houses not.
    pub(super) fn cost(self) -> f64 {
        match self {
            Line::Border => 0.6,
            Line::Street | Line::Bank => 0.7,
            Line::Wall => 0.85,
            Line::Path => 1.0,
            Line::Between => 1.25,
            Line::Frame => 4.0,
        }
    }
}

/// A bounded face.
#[derive(Clone, Debug)]
pub(super) struct Face {
    /// The outer ring counter-clockwise, holes clockwise.
    pub rings: Vec<Vec<Pt>>,
    /// Its directed sides, as numbers of halves.
    pub halves: Vec<u32>,
    /// A point inside.
    pub inner: Option<Pt>,
    /// mm².
    pub area: f64,
    area_box: Box2,
}

impl Face {
    fn round(rings: Vec<Vec<Pt>>, halves: Vec<u32>) -> Face {
        Face { area_box: Box2::of(rings.iter().flatten()), rings, halves, inner: None, area: 0.0 }
    }
}

/// A drawing cut into faces. Half `2k` runs along stretch `k`, half `2k + 1` back.
#[derive(Clone, Debug, Default)]
pub(super) struct Plane {
    points: Vec<Pt>,
    stretches: Vec<(u32, u32, Line)>,
    /// The face on the left of each half.
    pub left: Vec<u32>,
    /// Faces; the first stands for the world.
    pub faces: Vec<Face>,
}

impl Plane {
    /// The faces between noded stretches. What dangles bounds nothing and is left out. O(stretches · log stretches) and,
    /// for parts that hang together with no other, O(such parts · faces).
    pub(super) fn of(noded: &[(Pt, Pt, Line)]) -> Plane {
        let mut points: Vec<Pt> = noded.iter().flat_map(|(a, b, _)| [*a, *b]).collect();
        points.sort_unstable();
        points.dedup();
        let number = |p: &Pt| points.binary_search(p).unwrap_or_default() as u32;
        let mut stretches: Vec<(u32, u32, Line)> = noded.iter().map(|(a, b, l)| (number(a), number(b), *l)).collect();
        loop {
            let mut degree = vec![0u32; points.len()];
            stretches.iter().for_each(|(a, b, _)| {
                degree[*a as usize] += 1;
                degree[*b as usize] += 1;
            });
            let before = stretches.len();
            stretches.retain(|(a, b, _)| degree[*a as usize] > 1 && degree[*b as usize] > 1);
            if stretches.len() == before {
                break;
            }
        }
        let mut plane = Plane { points, stretches, left: Vec::new(), faces: vec![] };
        plane.trace();
        plane
    }

    /// Where a half starts.
    pub(super) fn from(&self, half: u32) -> Pt {
        let (a, b, _) = self.stretches[half as usize / 2];
        self.points[if half & 1 == 0 { a } else { b } as usize]
    }

    /// Where it ends.
    pub(super) fn to(&self, half: u32) -> Pt {
        self.from(half ^ 1)
    }

    /// What line it is part of.
    pub(super) fn line(&self, half: u32) -> Line {
        self.stretches[half as usize / 2].2
    }

    /// Halves that leave each point, counter-clockwise from the east.
    fn turns(&self) -> Vec<Vec<u32>> {
        let mut out: Vec<Vec<u32>> = vec![Vec::new(); self.points.len()];
        for (k, (a, b, _)) in (0u32..).zip(&self.stretches) {
            out[*a as usize].push(2 * k);
            out[*b as usize].push(2 * k + 1);
        }
        for (at, halves) in self.points.iter().zip(&mut out) {
            let north = |p: Pt| p.y > at.y || p.y == at.y && p.x > at.x;
            halves.sort_by(|&g, &h| {
                let (p, q) = (self.to(g), self.to(h));
                north(q).cmp(&north(p)).then(0.cmp(&cross(*at, p, q)))
            });
        }
        out
    }

    fn trace(&mut self) {
        let turns = self.turns();
        let n = 2 * self.stretches.len();
        let place = |p: Pt| self.points.binary_search(&p).unwrap_or_default();
        let next = |half: u32| -> u32 {
            let around = &turns[place(self.to(half))];
            let k = around.iter().position(|&h| h == half ^ 1).unwrap_or_default();
            around[(k + around.len() - 1) % around.len()]
        };
        let part = self.parts();
        let mut left = vec![u32::MAX; n];
        let mut faces = vec![Face::round(vec![], vec![])];
        // Rings that go round a part from outside: halves, which part.
        let mut outer: Vec<(Vec<u32>, u32)> = Vec::new();
        let mut of_part: Vec<u32> = vec![u32::MAX];
        for start in 0..n as u32 {
            if left[start as usize] != u32::MAX {
                continue;
            }
            let mut halves = vec![start];
            left[start as usize] = WORLD;
            let mut half = next(start);
            while half != start && left[half as usize] == u32::MAX {
                left[half as usize] = WORLD;
                halves.push(half);
                half = next(half);
            }
            let ring: Vec<Pt> = halves.iter().map(|&h| self.from(h)).collect();
            let of = part[place(ring[0])];
            if ring_area2(&ring) > 0 {
                let face = faces.len() as u32;
                halves.iter().for_each(|&h| left[h as usize] = face);
                faces.push(Face::round(vec![ring], halves));
                of_part.push(of);
            } else {
                outer.push((halves, of));
            }
        }
        for (halves, of) in outer {
            let ring: Vec<Pt> = halves.iter().map(|&h| self.from(h)).collect();
            let holds = |i: &usize| {
                let f = &faces[*i];
                of_part[*i] != of && f.area_box.contains(ring[0]) && rings_contain([f.rings[0].as_slice()], ring[0])
            };
            let size = |i: &usize| ring_area2(&faces[*i].rings[0]);
            if let Some(i) = (1..faces.len()).filter(holds).min_by_key(size) {
                halves.iter().for_each(|&h| left[h as usize] = i as u32);
                faces[i].halves.extend(halves);
                faces[i].rings.push(ring);
            }
        }
        for f in &mut faces[1..] {
            f.area = f.rings.iter().map(|r| ring_area2(r)).sum::<i128>() as f64 / 2.0;
            f.inner = anchor_of_polygons(std::slice::from_ref(&f.rings));
        }
        (self.left, self.faces) = (left, faces);
    }

    /// Which part that hangs together each point belongs to.
    fn parts(&self) -> Vec<u32> {
        let mut up: Vec<u32> = (0..self.points.len() as u32).collect();
        fn root(up: &mut [u32], mut i: u32) -> u32 {
            while up[i as usize] != i {
                up[i as usize] = up[up[i as usize] as usize];
                i = up[i as usize];
            }
            i
        }
        for (a, b, _) in &self.stretches {
            let (a, b) = (root(&mut up, *a), root(&mut up, *b));
            up[a as usize] = b;
        }
        (0..up.len() as u32).map(|i| root(&mut up, i)).collect()
    }

    /// The face at a place.
    pub(super) fn at(&self, p: Pt) -> u32 {
        let holds = |f: &Face| f.area_box.contains(p) && rings_contain(f.rings.iter().map(Vec::as_slice), p);
        (1..self.faces.len()).find(|&i| holds(&self.faces[i])).map_or(WORLD, |i| i as u32)
    }

    /// Faces beside each other, the smaller number first: metres of common border, and what they cost.
    pub(super) fn beside(&self) -> BTreeMap<(u32, u32), (f64, f64)> {
        let mut out: BTreeMap<(u32, u32), (f64, f64)> = BTreeMap::new();
        for half in (0..self.left.len() as u32).step_by(2) {
            let (l, r) = (self.left[half as usize], self.left[half as usize + 1]);
            if l != r {
                let metres = self.from(half).dist(self.to(half)) / 1000.0;
                let e = out.entry((l.min(r), l.max(r))).or_default();
                e.0 += metres;
                e.1 += metres * self.line(half).cost();
            }
        }
        out
    }

    /// Rings round some faces: outer ones counter-clockwise, holes clockwise; none touches itself.
    pub(super) fn rings_round(&self, taken: &dyn Fn(u32) -> bool) -> Vec<Vec<Pt>> {
        let turns = self.turns();
        let place = |p: Pt| self.points.binary_search(&p).unwrap_or_default();
        let rim = |h: u32| taken(self.left[h as usize]) && !taken(self.left[(h ^ 1) as usize]);
        let mut open: Vec<bool> = (0..self.left.len() as u32).map(rim).collect();
        let mut rings = Vec::new();
        for start in 0..self.left.len() as u32 {
            let mut ring: Vec<Pt> = Vec::new();
            let mut half = start;
            while open[half as usize] {
                open[half as usize] = false;
                // A place met before closes a ring of its own.
                let from = self.from(half);
                if let Some(k) = ring.iter().position(|p| *p == from) {
                    rings.push(ring.split_off(k));
                }
                ring.push(from);
                // Round the end of it, through ground that is taken, to the next side.
                let around = &turns[place(self.to(half))];
                let k = around.iter().position(|&h| h == half ^ 1).unwrap_or_default();
                let n = around.len();
                let next = (1..=n).map(|i| around[(k + n - i) % n]).find(|&h| rim(h));
                half = next.unwrap_or(half);
            }
            rings.push(ring);
        }
        rings.retain(|r| r.len() > 2);
        rings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::pt;
    use crate::session::network::Network;
    use proptest::prelude::*;

    fn noded(lines: &[Vec<Pt>]) -> Vec<(Pt, Pt, Line)> {
        let lines: Vec<(Vec<Pt>, f32)> = lines.iter().map(|l| (l.clone(), 1.0)).collect();
        let n = Network::of_lines(&lines, &|| true).unwrap();
        n.stretches().map(|(a, b, c)| (a, b, Line::of(c))).collect()
    }

    fn square(x: i32, y: i32, side: i32) -> Vec<Pt> {
        vec![pt(x, y), pt(x + side, y), pt(x + side, y + side), pt(x, y + side), pt(x, y)]
    }

    #[test]
    fn a_street_divides_a_square_and_what_stands_free_in_it_is_a_hole() {
        let lines =
            [square(0, 0, 100_000), vec![pt(50_000, -20_000), pt(50_000, 120_000)], square(10_000, 10_000, 20_000)];
        let p = Plane::of(&noded(&lines));
        assert_eq!(p.faces.len(), 4, "two halves, the square in one of them, the world");
        let (west, inner, east) = (p.at(pt(5_000, 5_000)), p.at(pt(15_000, 15_000)), p.at(pt(60_000, 5_000)));
        assert!(west != inner && west != east && inner != WORLD && p.at(pt(-1, 5)) == WORLD);
        assert_eq!(p.faces[west as usize].rings.len(), 2);
        assert_eq!(p.faces[west as usize].area, 5e9 - 4e8);
        let rings = p.rings_round(&|f| f == west);
        assert_eq!(rings.len(), 2);
        let all = p.rings_round(&|f| f != WORLD);
        assert_eq!(all.len(), 1);
        assert_eq!(ring_area2(&all[0]), 2 * 100_000 * 100_000);
        assert_eq!(p.beside()[&(west.min(east), west.max(east))].0, 100.0);
    }

    proptest! {
        #[test]
        fn faces_cover_the_frame_and_rings_round_some_have_their_area(
            lines in prop::collection::vec(prop::collection::vec((0..100_000i32, 0..100_000i32), 2..6), 0..8), seed: u64,
        ) {
            let mut all: Vec<Vec<Pt>> = lines.iter().map(|l| l.iter().map(|&(x, y)| pt(x, y)).collect()).collect();
            all.push(square(-1000, -1000, 102_000));
            let p = Plane::of(&noded(&all));
            let total: f64 = p.faces.iter().map(|f| f.area).sum();
            prop_assert!((total - 102_000.0f64.powi(2)).abs() < 102_000.0 * 4.0, "{}", total);
            let taken = |f: u32| f != WORLD && seed >> (f % 64) & 1 == 1;
            let rings = p.rings_round(&taken);
            let by_rings: f64 = rings.iter().map(|r| ring_area2(r)).sum::<i128>() as f64 / 2.0;
            let by_faces: f64 = (1..p.faces.len() as u32).filter(|f| taken(*f)).map(|f| p.faces[f as usize].area).sum();
            prop_assert!((by_rings - by_faces).abs() < 1.0, "{} {}", by_rings, by_faces);
        }
    }
}
