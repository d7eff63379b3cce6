//! What a border is dragged by: a point, the ghost in the middle of a segment, the whole border.

use super::{Hand, Tool, here};
use crate::geom::{Box2, Place, Pt, dist2_to_segment, foot_on_segment};
use crate::plan::{Edit, Op};
use crate::session::{Selection, Session};

/// What a drag of a border moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grip {
    /// A vertex or node.
    Point(Pt),
    /// The ghost in the middle of a segment, by the segment's ends: dragging puts a new vertex there.
    Ghost(Pt, Pt),
    /// The whole border from node to node: a segment of it by its ends, and where on it the hand took hold.
    Border(Pt, Pt, Pt),
}

/// A segment shows its ghost where it is longer than so many times the reach of the hand.
pub const GHOST_REACHES: f64 = 3.3;

/// The middle of a segment.
pub fn middle(a: Pt, b: Pt) -> Pt {
    Pt { x: ((i64::from(a.x) + i64::from(b.x)) / 2) as i32, y: ((i64::from(a.y) + i64::from(b.y)) / 2) as i32 }
}

impl Grip {
    /// Where the hand took hold.
    pub fn at(self) -> Pt {
        match self {
            Grip::Point(at) | Grip::Border(_, _, at) => at,
            Grip::Ghost(a, b) => middle(a, b),
        }
    }

    /// The segment that it belongs to, if it is none's end.
    pub fn segment(self) -> Option<(Pt, Pt)> {
        match self {
            Grip::Point(_) => None,
            Grip::Ghost(a, b) | Grip::Border(a, b, _) => Some((a, b)),
        }
    }

    /// The edit of dragging it to a place.
    pub fn edit(self, s: &Session, to: Pt) -> Edit {
        let o = s.project().origin();
        let op = match self {
            Grip::Point(at) => Op::Move { at: o.place(at), to: o.place(to) },
            Grip::Ghost(a, b) => Op::Insert { on: [o.place(a), o.place(b)], at: o.place(to) },
            Grip::Border(a, b, from) => {
                let metres = |to: i32, from: i32| (f64::from(to) - f64::from(from)) / 1000.0;
                let by = Place::from_metres(metres(to.x, from.x), metres(to.y, from.y));
                Op::Slide { on: [o.place(a), o.place(b)], by, offset_m: None }
            }
        };
        here(s, op)
    }
}

impl Hand {
    /// What could be dragged at `at` within `radius_mm`: a vertex or node first, then the ghost of a long segment, else the
    /// border itself. In Select only borders of selected cells; with the other tools nothing. O(borders within reach).
    pub fn grip_at(&self, s: &Session, at: Pt, radius_mm: i32) -> Option<Grip> {
        let p = s.history().stable();
        let l = p.layer(s.plan(), s.layer())?;
        let allowed = |e: &crate::topology::Edge| match (self.tool, s.selection()) {
            (Tool::Move, _) => true,
            (Tool::Select, Selection::Units(ids)) => {
                let (a, b) = l.partition.sides(e);
                ids.iter().any(|id| id.0 == a || id.0 == b)
            }
            _ => false,
        };
        let area = Box2::of_two(at, at).grown(radius_mm);
        let reach = f64::from(radius_mm);
        let nearer = |best: &mut Option<(f64, Grip)>, d2: f64, grip: Grip| {
            if d2 <= reach * reach && best.is_none_or(|(d, _)| d2 < d) {
                *best = Some((d2, grip));
            }
        };
        let (mut point, mut ghost, mut border) = (None, None, None);
        for e in l.partition.edges_near(&area) {
            let Some(edge) = l.partition.edge(e).filter(|e| allowed(e)) else { continue };
            for w in edge.points.windows(2) {
                let (a, b) = (w[0], w[1]);
                for v in [a, b] {
                    nearer(&mut point, at.dist2(v) as f64, Grip::Point(v));
                }
                if a.dist(b) > GHOST_REACHES * reach {
                    nearer(&mut ghost, at.dist2(middle(a, b)) as f64, Grip::Ghost(a, b));
                }
                nearer(&mut border, dist2_to_segment(at, a, b), Grip::Border(a, b, foot_on_segment(at, a, b)));
            }
        }
        point.or(ghost).or(border).map(|(_, grip)| grip)
    }
}
