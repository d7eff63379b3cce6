//! Finding the owners of many points at once.

use super::{NO_FACE, Owner, Partition};
use crate::geom::{Box2, Pt, cross};

/// Points that are looked up singly before anything is remembered: what a drag asks is not worth a table.
const FEW: usize = 64;
/// Marks the number of a [`Crossed`] among faces.
const CROSSED: u32 = 1 << 31;

/// Finds the faces of many points, remembering what it learns of each locator square: in one that no border passes all
/// points have one face; in another the border segments lead from a point whose face is known to any other.
pub struct Finder<'a> {
    p: &'a Partition,
    asked: usize,
    /// Face of an open square, or [`CROSSED`] and a number; [`NO_FACE`] = not yet known.
    squares: Vec<u32>,
    crossed: Vec<Crossed>,
    segments: Vec<Side>,
}

/// A square that borders pass.
struct Crossed {
    /// The first point asked in it, and its face.
    at: Pt,
    face: u32,
    /// The square's segments; `None` until a second point is asked.
    segments: Option<(u32, u32)>,
}

/// A piece of border with the faces beside it.
#[derive(Clone, Copy)]
struct Side {
    a: Pt,
    b: Pt,
    left: u32,
    right: u32,
}

impl<'a> Finder<'a> {
    /// A finder for one partition. O(1) until it is asked.
    pub fn new(p: &'a Partition) -> Finder<'a> {
        Finder { p, asked: 0, squares: Vec::new(), crossed: Vec::new(), segments: Vec::new() }
    }

    /// The face at a point, as [`Partition::locate`] says. O(segments in its square) but for the first in a square.
    pub fn face(&mut self, at: Pt) -> u32 {
        self.asked += 1;
        let Some(square) = self.p.locator.square(at).filter(|_| self.asked > FEW) else {
            return self.p.locate(at);
        };
        if self.squares.is_empty() {
            let (nx, ny) = self.p.locator.size();
            self.squares = vec![NO_FACE; nx as usize * ny as usize];
        }
        match self.squares[square] {
            NO_FACE => {
                let face = self.p.locate(at);
                self.squares[square] = if self.p.locator.is_open(square) {
                    face
                } else {
                    self.crossed.push(Crossed { at, face, segments: None });
                    CROSSED | (self.crossed.len() - 1) as u32
                };
                face
            }
            known if known & CROSSED == 0 => known,
            known => self.beside(square, (known & !CROSSED) as usize, at).unwrap_or_else(|| self.p.locate(at)),
        }
    }

    /// The owner at a point.
    pub fn owner(&mut self, at: Pt) -> Owner {
        self.p.owner(self.face(at))
    }

    /// The face at a point of a square, from the border nearest to it on the way to the point that is known; `None` if
    /// the way touches a vertex or begins or ends on a border. Exact.
    fn beside(&mut self, square: usize, number: usize, at: Pt) -> Option<u32> {
        let (from, face) = (self.crossed[number].at, self.crossed[number].face);
        let (start, end) = match self.crossed[number].segments {
            Some(range) => range,
            None => *self.crossed[number].segments.insert(gather(self.p, square, &mut self.segments)),
        };
        // How far along the way the nearest crossing lies, as a fraction, and the face on this side of it.
        let mut nearest: Option<(i64, i64, u32)> = None;
        for s in &self.segments[start as usize..end as usize] {
            let (a, b) = (cross(at, from, s.a), cross(at, from, s.b));
            if (a > 0 && b > 0) || (a < 0 && b < 0) {
                continue;
            }
            let (here, there) = (cross(s.a, s.b, at), cross(s.a, s.b, from));
            if (here > 0 && there > 0) || (here < 0 && there < 0) {
                continue;
            }
            if a == 0 || b == 0 || here == 0 || there == 0 {
                return None;
            }
            let (part, whole) = (here.abs(), here.abs() + there.abs());
            let closer =
                |(p, w, _): (i64, i64, u32)| i128::from(part) * i128::from(w) < i128::from(p) * i128::from(whole);
            if nearest.is_none_or(closer) {
                nearest = Some((part, whole, if here > 0 { s.left } else { s.right }));
            }
        }
        Some(nearest.map_or(face, |(_, _, f)| f))
    }
}

/// Appends the border segments that may pass a square; their range.
fn gather(p: &Partition, square: usize, into: &mut Vec<Side>) -> (u32, u32) {
    let start = into.len() as u32;
    let area = p.locator.square_box(square);
    for e in p.locator.in_square(square).iter().filter_map(|&e| p.edge(e)) {
        let near = e.points.windows(2).filter(|w| Box2::of_two(w[0], w[1]).meets(&area));
        into.extend(near.map(|w| Side { a: w[0], b: w[1], left: e.left, right: e.right }));
    }
    (start, into.len() as u32)
}
