//! Snapping: what the pointer means when it is near something.

use crate::geom::{Box2, Meet, Pt, crossing_point, dist2_to_segment, foot_on_segment, meet};
use crate::model::{Id, Kind, Said};
use crate::plan::Project;
use crate::session::tools::middle;
use crate::topology::{Spot, spot};

/// To what the pointer snapped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SnapKind {
    /// A point of a border.
    Vertex,
    /// A node where borders meet.
    Node,
    /// Where a border and a road cross.
    BorderRoad,
    /// The foot on a border of the last point drawn: from there the line meets it at a right angle.
    BorderFoot,
    /// The middle of a segment of a border.
    Middle,
    /// A border, at the foot of the pointer.
    Border,
    /// Corner of a building, courtyard or wall.
    Corner,
    /// A crossing or end of roads.
    Crossing,
    /// A point of a road.
    RoadPoint,
    /// The foot on a road or wall of the last point drawn.
    Foot,
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
            SnapKind::BorderRoad => Said::new("吸附 边界过路处", "Snap: border and road"),
            SnapKind::BorderFoot | SnapKind::Foot => Said::new("吸附 垂足", "Snap: foot"),
            SnapKind::Middle => Said::new("吸附 边界中点", "Snap: middle of a border"),
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
            SnapKind::BorderRoad => 2,
            SnapKind::BorderFoot => 3,
            SnapKind::Middle => 4,
            SnapKind::Border => 5,
            SnapKind::Crossing => 6,
            SnapKind::Corner => 7,
            SnapKind::RoadPoint => 8,
            SnapKind::Foot => 9,
            SnapKind::Road => 10,
            SnapKind::Side => 11,
        }
    }
}

/// A segment shows its middle where it is longer than so many times the reach: else its ends are meant.
const MIDDLE_REACHES: f64 = 5.0;

/// Where the pointer snapped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Snapped {
    /// The grid point.
    pub at: Pt,
    /// To what.
    pub kind: SnapKind,
}

/// What the pointer at `at` snaps to within `radius_mm`, or nothing. `not`: a vertex that is being dragged, `own`: a segment
/// of the border that is; neither is a target. `from`: the last point drawn. What counts over what: [`SnapKind`]; of equals
/// the nearest. O(things within the radius).
pub fn snap(
    p: &Project,
    (plan, layer): (Id, u16),
    at: Pt,
    radius_mm: i32,
    not: Option<Pt>,
    own: Option<(Pt, Pt)>,
    from: Option<Pt>,
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
    // The foot of the last point drawn, unless it is an end, which is a point already, or the line itself.
    let foot = |a: Pt, b: Pt| {
        let q = foot_on_segment(from?, a, b);
        (q != a && q != b && Some(q) != from).then_some(q)
    };
    let mut borders: Vec<(Pt, Pt)> = Vec::new();
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
                    borders.push((w[0], w[1]));
                    offer(foot_on_segment(at, w[0], w[1]), SnapKind::Border);
                    if w[0].dist(w[1]) > MIDDLE_REACHES * f64::from(radius_mm) {
                        offer(middle(w[0], w[1]), SnapKind::Middle);
                    }
                    if let Some(q) = foot(w[0], w[1]) {
                        offer(q, SnapKind::BorderFoot);
                    }
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
                    if let Some(q) = foot(w[0], w[1]) {
                        offer(q, SnapKind::Foot);
                    }
                    for &(a, b) in borders.iter().filter(|(a, b)| meet(*a, *b, w[0], w[1]) == Meet::Cross) {
                        // On the border as nearly as the grid has it.
                        offer(crossing_point(a, b, w[0], w[1]), SnapKind::BorderRoad);
                    }
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
                        if let Some(q) = foot(a, b) {
                            offer(q, SnapKind::Foot);
                        }
                    }
                }
            }
        });
    }
    best.map(|(_, _, s)| s)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::{Origin, pt};
    use crate::model::{Lang, Row, Segment, Shape};
    use crate::plan::{Hash, History, Op, Take};
    use crate::session::{Command, Effect, Session, empty_project, layer_from_text};

    fn m(x: i32, y: i32) -> Pt {
        pt(x * 1000, y * 1000)
    }

    /// Two cells that meet at x = 100, a road across their border at y = 30, a wall from (20, 50) to (60, 50).
    fn town() -> Session {
        let origin = Origin::at(500_000, 3_000_000).unwrap();
        let layer = layer_from_text("grid=治理网格:社区>网格").unwrap();
        let p = empty_project("t", "EPSG:4549", Some(origin), vec![layer], 5).unwrap();
        let mut s = Session::new(History::new(p, 5), None, Lang::Zh, "");
        let ring = |x: i32| [m(x, 0), m(x + 100, 0), m(x + 100, 100), m(x, 100)].map(|q| origin.place(q)).to_vec();
        let draw = |code: &str, x: i32| Op::Draw {
            code: Some(code.into()),
            name: None,
            rings: vec![ring(x)],
            take: Take::Free,
            parent: None,
        };
        let outline = [m(0, 0), m(200, 0), m(200, 100), m(0, 100)].map(|q| origin.place(q)).to_vec();
        let mut ops = vec![Op::Outline { rings: vec![outline], crs: None }, draw("W", 0), draw("E", 100)];
        let lines = [(Kind::Roads, "R1", [m(40, 30), m(160, 30)]), (Kind::Walls, "Q1", [m(20, 50), m(60, 50)])];
        for (kind, code, line) in lines {
            let row = Row::new(code, "", vec![], Shape::Lines(vec![line.to_vec()])).unwrap();
            let segment = Segment::pack(kind, vec![row]);
            let segments = vec![Hash(segment.hash())];
            s.hold(segment);
            ops.push(Op::Import { kind, segments, source: "t".into(), crs: None, level: None });
        }
        for op in ops {
            let effects = s.dispatch(Command::Do(op.into()), 1);
            assert!(!effects.iter().any(|e| matches!(e, Effect::Refused(_))), "{effects:?}");
        }
        s
    }

    fn near(s: &Session, x: i32, y: i32, from: Option<Pt>) -> Option<(SnapKind, Pt)> {
        let at = pt(x * 1000 + 400, y * 1000 + 300);
        snap(s.project(), (s.plan(), 0), at, 2000, None, None, from).map(|s| (s.kind, s.at))
    }

    #[test]
    fn each_kind_is_found_where_it_is() {
        let s = town();
        assert_eq!(near(&s, 100, 0, None), Some((SnapKind::Node, m(100, 0))));
        assert_eq!(near(&s, 0, 100, None), Some((SnapKind::Vertex, m(0, 100))));
        assert_eq!(near(&s, 100, 30, None), Some((SnapKind::BorderRoad, m(100, 30))), "before the border itself");
        assert_eq!(near(&s, 100, 50, None), Some((SnapKind::Middle, m(100, 50))));
        assert_eq!(near(&s, 100, 80, None).map(|x| x.0), Some(SnapKind::Border));
        assert_eq!(near(&s, 40, 30, None), Some((SnapKind::Crossing, m(40, 30))));
        assert_eq!(near(&s, 70, 30, None).map(|x| x.0), Some(SnapKind::Road));
        assert_eq!(near(&s, 20, 50, None), Some((SnapKind::Corner, m(20, 50))));
        assert_eq!(near(&s, 40, 50, None).map(|x| x.0), Some(SnapKind::Side));
        assert_eq!(near(&s, 150, 80, None), None);
        // A short segment is too crowded for a middle.
        let wide = snap(s.project(), (s.plan(), 0), pt(100_300, 50_300), 25_000, None, None, None);
        assert!(wide.is_some_and(|x| x.kind != SnapKind::Middle), "{wide:?}");
    }

    #[test]
    fn the_foot_of_the_last_point_is_found_and_ends_are_none() {
        let s = town();
        let from = |x, y| Some(m(x, y));
        assert_eq!(near(&s, 100, 80, from(60, 80)), Some((SnapKind::BorderFoot, m(100, 80))));
        assert_eq!(near(&s, 70, 30, from(70, 70)), Some((SnapKind::Foot, m(70, 30))));
        assert_eq!(near(&s, 40, 50, from(40, 90)), Some((SnapKind::Foot, m(40, 50))));
        assert_eq!(near(&s, 70, 30, from(120, 70)).map(|x| x.0), Some(SnapKind::Road), "the foot is elsewhere");
        assert_eq!(near(&s, 20, 50, from(10, 90)), Some((SnapKind::Corner, m(20, 50))));
        assert_eq!(near(&s, 100, 80, from(100, 80)).map(|x| x.0), Some(SnapKind::Border), "it stands there already");
        for k in [SnapKind::BorderFoot, SnapKind::Foot, SnapKind::Middle, SnapKind::BorderRoad] {
            let said = k.said();
            assert!(said.zh.starts_with("吸附 ") && said.en.starts_with("Snap: "));
        }
    }
}
