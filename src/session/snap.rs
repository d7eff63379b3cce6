//! Snapping: what the pointer means when it is near something.

use crate::geom::{Box2, Pt, dist2_to_segment, foot_on_segment};
use crate::model::{Id, Kind, Said};
use crate::plan::Project;
use crate::topology::{Spot, spot};

/// To what the pointer snapped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SnapKind {
    /// A point of a border.
    Vertex,
    /// A node where borders meet.
    Node,
    /// A border, at the foot of the pointer.
    Border,
    /// Corner of a building, courtyard or wall.
    Corner,
    /// A crossing or end of roads.
    Crossing,
    /// A point of a road.
    RoadPoint,
    /// A road, at the foot of the pointer.
    Road,
    /// The side of a building, courtyard or wall, at the foot of the pointer.
    Side,
}

impl SnapKind {
    /// The plate at the pointer: 吸附 院墙角.
    pub fn said(self) -> Said {
        match self {
            SnapKind::Vertex => Said::new("吸附 边界点", "Snap: border point"),
            SnapKind::Node => Said::new("吸附 交点", "Snap: node"),
            SnapKind::Border => Said::new("吸附 边界", "Snap: border"),
            SnapKind::Corner => Said::new("吸附 墙角", "Snap: corner"),
            SnapKind::Crossing => Said::new("吸附 路口", "Snap: crossing"),
            SnapKind::RoadPoint => Said::new("吸附 路上点", "Snap: road point"),
            SnapKind::Road => Said::new("吸附 道路", "Snap: road"),
            SnapKind::Side => Said::new("吸附 墙边", "Snap: wall"),
        }
    }

    /// Lower wins within the radius: what is of the partition before what is not, so that a new line attaches to the
    /// border it runs along instead of leaving a strip beside it; then points before lines, roads before walls.
    fn rank(self) -> u8 {
        match self {
            SnapKind::Node => 0,
            SnapKind::Vertex => 1,
            SnapKind::Border => 2,
            SnapKind::Crossing => 3,
            SnapKind::Corner => 4,
            SnapKind::RoadPoint => 5,
            SnapKind::Road => 6,
            SnapKind::Side => 7,
        }
    }
}

/// Where the pointer snapped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Snapped {
    /// The grid point.
    pub at: Pt,
    /// To what.
    pub kind: SnapKind,
}

/// What the pointer at `at` snaps to within `radius_mm`, or nothing. `not`: a vertex that is being dragged, `own`: a segment
/// of the border that is; neither is a target. What counts over what: [`SnapKind`]; of equals the nearest. O(things within the radius).
pub fn snap(
    p: &Project,
    (plan, layer): (Id, u16),
    at: Pt,
    radius_mm: i32,
    not: Option<Pt>,
    own: Option<(Pt, Pt)>,
) -> Option<Snapped> {
    let area = Box2::of_two(at, at).grown(radius_mm);
    let r2 = f64::from(radius_mm) * f64::from(radius_mm);
    let mut best: Option<(u8, f64, Snapped)> = None;
    let mut offer = |q: Pt, kind: SnapKind| {
        let d2 = at.dist2(q) as f64;
        // Lines lose to points: their feet are always nearer.
        if d2 <= r2 && Some(q) != not && best.as_ref().is_none_or(|(r, d, _)| (kind.rank(), d2) < (*r, *d)) {
            best = Some((kind.rank(), d2, Snapped { at: q, kind }));
        }
    };
    if let Some(l) = p.layer(plan, layer) {
        let own = own.and_then(|(a, b)| l.partition.border_of(a, b));
        for e in l.partition.edges_near(&area).into_iter().filter(|e| Some(*e) != own) {
            let Some(edge) = l.partition.edge(e) else { continue };
            for w in edge.points.windows(2) {
                if !Box2::of_two(w[0], w[1]).meets(&area) || not.is_some_and(|n| w.contains(&n)) {
                    continue;
                }
                for &v in w {
                    if area.contains(v) {
                        let node = spot(&l.partition, v) == Spot::Node;
                        offer(v, if node { SnapKind::Node } else { SnapKind::Vertex });
                    }
                }
                if dist2_to_segment(at, w[0], w[1]) <= r2 {
                    offer(foot_on_segment(at, w[0], w[1]), SnapKind::Border);
                }
            }
        }
    }
    let roads = p.table(Kind::Roads);
    roads.search(&area, |_, row| {
        for line in row.shape().parts.into_iter().flatten() {
            for (i, w) in line.windows(2).enumerate() {
                if !Box2::of_two(w[0], w[1]).meets(&area) {
                    continue;
                }
                let last = i + 2 == line.len();
                for (v, end) in [(w[0], i == 0), (w[1], last)] {
                    offer(v, if end { SnapKind::Crossing } else { SnapKind::RoadPoint });
                }
                if dist2_to_segment(at, w[0], w[1]) <= r2 {
                    offer(foot_on_segment(at, w[0], w[1]), SnapKind::Road);
                }
            }
        }
    });
    for kind in [Kind::Walls, Kind::Courtyards, Kind::Buildings, Kind::Water] {
        p.table(kind).search(&area, |_, row| {
            let shape = row.shape();
            let closed = shape.tag == 3;
            for line in shape.parts.into_iter().flatten() {
                let n = line.len();
                for i in 0..if closed { n } else { n.saturating_sub(1) } {
                    let (a, b) = (line[i], line[(i + 1) % n]);
                    if !Box2::of_two(a, b).meets(&area) {
                        continue;
                    }
                    offer(a, SnapKind::Corner);
                    offer(b, SnapKind::Corner);
                    if dist2_to_segment(at, a, b) <= r2 {
                        offer(foot_on_segment(at, a, b), SnapKind::Side);
                    }
                }
            }
        });
    }
    best.map(|(_, _, s)| s)
}
