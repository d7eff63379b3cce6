//! The skeleton drawn by hand: streets, river and dividing walls, and the rings of the cells that run along them.
//!
//! Every line goes through named controls; a cell's ring is a list of stretches between such names, so a border
//! between two cells is one and the same chain of vertices, and it is the street's own centre line.

use super::plane::{Frame, V, beside, spline, v};

/// Turn of the neighbourhood's fabric against east, whole degrees.
pub(super) const FABRIC_DEG: i32 = 13;

/// The frame in which streets and blocks are written down.
pub(super) fn fabric() -> Frame {
    Frame::turned(v(0.0, 0.0), FABRIC_DEG)
}

/// What a line is; streets by class, with the land they take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Class {
    Arterial,
    Secondary,
    Tertiary,
    Street,
    Lane,
    Path,
    Rail,
    River,
    /// A small river.
    Creek,
    Wall,
}

impl Class {
    /// Name in `Field::Kind`; rivers and walls are rows of other tables.
    pub fn name(self) -> &'static str {
        match self {
            Class::Arterial => "arterial",
            Class::Secondary => "secondary",
            Class::Tertiary => "tertiary",
            Class::Street => "street",
            Class::Lane => "lane",
            Class::Path => "path",
            Class::Rail => "rail",
            Class::River => "river",
            Class::Creek => "stream",
            Class::Wall => "wall",
        }
    }

    /// The class of a name.
    #[cfg(test)]
    pub fn named(name: &str) -> Option<Class> {
        use Class::*;
        [Arterial, Secondary, Tertiary, Street, Lane, Path, Rail, River, Creek, Wall]
            .into_iter()
            .find(|c| c.name() == name)
    }

    /// Width kerb to kerb (river: bank to bank) in metres.
    pub fn width_m(self) -> f64 {
        match self {
            Class::Arterial => 30.0,
            Class::Secondary => 22.0,
            Class::Tertiary => 16.0,
            Class::Street => 10.0,
            Class::Lane => 5.0,
            Class::Path => 2.5,
            Class::Rail | Class::Wall => 0.0,
            Class::River => 22.0,
            Class::Creek => 12.0,
        }
    }

    /// From the centre line to the nearest plot: half the width, pavement, trees or the green bank.
    pub fn setback_m(self) -> f64 {
        match self {
            Class::Arterial => 19.0,
            Class::Secondary => 14.5,
            Class::Tertiary => 11.5,
            Class::Street => 7.5,
            Class::Lane => 4.0,
            Class::River => 25.0,
            Class::Creek => 17.0,
            Class::Path | Class::Rail | Class::Wall => 0.6,
        }
    }
}

struct Spec {
    key: &'static str,
    name: &'static str,
    class: Class,
    /// Name ("" = only a shape point), a, b in the fabric frame, metres.
    controls: &'static [(&'static str, f64, f64)],
}

#[rustfmt::skip]
const SPECS: &[Spec] = &[
    Spec { key: "north", name: "清荷大道", class: Class::Arterial, controls: &[
        ("", -960.0, 396.0), ("NX", -650.0, 364.0), ("NW", -372.0, 330.0), ("", -246.0, 329.0), ("J1", -118.0, 322.0),
        ("", 12.0, 313.0), ("J2", 138.0, 300.0), ("G1", 276.0, 280.0), ("NE", 362.0, 262.0), ("NY", 650.0, 187.0),
        ("", 980.0, 78.0)] },
    Spec { key: "south", name: "迎宾大道", class: Class::Arterial, controls: &[
        ("", -980.0, 196.0), ("SX", -650.0, 28.0), ("SW", -338.0, -118.0), ("J3", -96.0, -246.0), ("J4", 124.0, -356.0),
        ("SE", 362.0, -470.0), ("SY", 650.0, -606.0), ("", 960.0, -760.0)] },
    Spec { key: "west", name: "望湖路", class: Class::Secondary, controls: &[
        ("", -398.0, 820.0), ("WN", -382.0, 505.0), ("NW", -372.0, 330.0), ("W3", -366.0, 196.0), ("WR", -358.0, 66.0),
        ("SW", -338.0, -118.0), ("WS", -300.0, -312.0), ("", -276.0, -560.0), ("", -268.0, -820.0)] },
    Spec { key: "east", name: "东塘路", class: Class::Secondary, controls: &[
        ("", 338.0, 820.0), ("EN", 352.0, 452.0), ("NE", 362.0, 262.0), ("G2", 367.0, 202.0), ("E3", 372.0, 146.0),
        ("ER", 380.0, 22.0), ("E5", 378.0, -190.0), ("SE", 362.0, -470.0), ("ES", 352.0, -636.0), ("", 346.0, -860.0)] },
    Spec { key: "wutong", name: "梧桐路", class: Class::Tertiary, controls: &[
        ("", -152.0, 820.0), ("MN", -126.0, 486.0), ("J1", -118.0, 322.0), ("X1", -116.0, 178.0), ("H0", -114.0, 118.0),
        ("MR", -108.0, 10.0), ("", -104.0, -100.0), ("J3", -96.0, -246.0), ("MS", -62.0, -424.0), ("", -28.0, -620.0),
        ("", -4.0, -860.0)] },
    Spec { key: "xuelin", name: "学林路", class: Class::Tertiary, controls: &[
        ("J2", 138.0, 300.0), ("X2", 134.0, 164.0), ("H2", 132.0, 66.0), ("LR", 130.0, -40.0), ("X4", 128.0, -190.0),
        ("J4", 124.0, -356.0)] },
    Spec { key: "zaoyuan", name: "枣园街", class: Class::Street, controls: &[
        ("W3", -366.0, 196.0), ("", -242.0, 191.0), ("X1", -116.0, 178.0)] },
    Spec { key: "heping", name: "和平街", class: Class::Street, controls: &[
        ("H0", -114.0, 118.0), ("", -50.0, 121.0), ("H1", 20.0, 121.0)] },
    Spec { key: "xinghua", name: "杏花街", class: Class::Street, controls: &[
        ("X2", 134.0, 164.0), ("", 250.0, 152.0), ("E3", 372.0, 146.0)] },
    Spec { key: "lianhua", name: "莲花街", class: Class::Street, controls: &[
        ("X4", 128.0, -190.0), ("", 250.0, -197.0), ("E5", 378.0, -190.0)] },
    Spec { key: "river", name: "柳塘河", class: Class::River, controls: &[
        ("", -980.0, 300.0), ("", -760.0, 168.0), ("RX", -622.0, 132.0), ("", -470.0, 98.0), ("WR", -358.0, 66.0),
        ("", -228.0, 58.0), ("MR", -108.0, 10.0), ("", 10.0, -46.0), ("LR", 130.0, -40.0), ("", 250.0, 8.0),
        ("ER", 380.0, 22.0), ("", 520.0, -28.0), ("RY", 648.0, -44.0), ("", 980.0, 10.0)] },
    // Walls that part two cells.
    Spec { key: "wall-east", name: "", class: Class::Wall, controls: &[
        ("H1", 20.0, 121.0), ("", 23.0, 82.0), ("", 84.0, 80.0), ("", 85.0, 66.0), ("H2", 132.0, 66.0)] },
    Spec { key: "wall-gap", name: "", class: Class::Wall, controls: &[
        ("G1", 276.0, 280.0), ("", 283.0, 204.0), ("G2", 367.0, 202.0)] },
    // The neighbours' streets.
    Spec { key: "wenchang", name: "文昌街", class: Class::Tertiary, controls: &[
        ("", -960.0, 590.0), ("", -660.0, 536.0), ("WN", -382.0, 505.0), ("MN", -126.0, 486.0), ("EN", 352.0, 452.0),
        ("", 640.0, 400.0), ("", 980.0, 300.0)] },
    Spec { key: "jingsi", name: "经四路", class: Class::Secondary, controls: &[
        ("", -672.0, 820.0), ("NX", -650.0, 364.0), ("RX", -622.0, 132.0), ("SX", -650.0, 28.0), ("", -700.0, -180.0),
        ("", -690.0, -560.0)] },
    Spec { key: "xingye", name: "兴业路", class: Class::Secondary, controls: &[
        ("", 628.0, 760.0), ("NY", 650.0, 187.0), ("RY", 648.0, -44.0), ("", 652.0, -300.0), ("SY", 650.0, -606.0),
        ("", 640.0, -860.0)] },
    Spec { key: "lianhuaeast", name: "莲花东街", class: Class::Tertiary, controls: &[
        ("E5", 378.0, -190.0), ("", 510.0, -208.0), ("", 652.0, -300.0)] },
    Spec { key: "nanyuan", name: "南苑街", class: Class::Tertiary, controls: &[
        ("WS", -300.0, -312.0), ("MS", -62.0, -424.0), ("", 140.0, -528.0), ("ES", 352.0, -636.0), ("", 640.0, -770.0)] },
];

/// Key, name, class, ends.
type Lane = (&'static str, &'static str, Class, &'static [(f64, f64)]);

/// Lanes with their ends in the fabric frame; each end is carried to the nearest vertex of an earlier line.
#[rustfmt::skip]
const LANES: &[Lane] = &[
    ("zaoyuan1", "枣园弄", Class::Lane, &[(-236.0, 191.0), (-240.0, 329.0)]),
    ("liuan", "柳岸弄", Class::Lane, &[(-262.0, 192.0), (-256.0, 80.0)]),
    ("hepingli", "和平里", Class::Lane, &[(20.0, 121.0), (8.0, 313.0)]),
    ("heping1", "和平北弄", Class::Lane, &[(-117.0, 244.0), (12.0, 236.0)]),
    ("heping2", "和平东弄", Class::Lane, &[(12.0, 236.0), (136.0, 226.0)]),
    ("xinghua1", "杏花弄", Class::Lane, &[(262.0, 152.0), (264.0, 30.0)]),
    ("fangji", "纺机弄", Class::Lane, &[(-103.0, -104.0), (-346.0, -46.0)]),
    ("shichang", "市场弄", Class::Lane, &[(-99.0, -172.0), (126.0, -176.0)]),
    ("shichang2", "市场南弄", Class::Lane, &[(14.0, -174.0), (20.0, -304.0)]),
    ("xuelin1", "学林弄", Class::Lane, &[(240.0, -196.0), (236.0, -14.0)]),
    ("lianhua1", "莲花弄", Class::Lane, &[(252.0, -197.0), (246.0, -414.0)]),
    ("w1", "望湖西弄", Class::Street, &[(-366.0, 210.0), (-640.0, 246.0)]),
    ("n1", "文昌一弄", Class::Lane, &[(-250.0, 329.0), (-254.0, 496.0)]),
    ("n2", "文昌二弄", Class::Street, &[(112.0, 303.0), (120.0, 470.0)]),
    ("n3", "文昌三弄", Class::Lane, &[(504.0, 227.0), (498.0, 427.0)]),
    ("n4", "文昌四弄", Class::Street, &[(-12.0, 479.0), (-40.0, 760.0)]),
    ("n5", "文昌五弄", Class::Street, &[(-510.0, 519.0), (-520.0, 760.0)]),
    ("n6", "文昌六弄", Class::Street, &[(200.0, 464.0), (190.0, 760.0)]),
    ("e1", "东塘东弄", Class::Street, &[(374.0, 118.0), (650.0, 92.0)]),
    ("e2", "兴业弄", Class::Lane, &[(520.0, 105.0), (520.0, -6.0)]),
    ("e3", "兴业二弄", Class::Lane, &[(510.0, -208.0), (500.0, -536.0)]),
    ("e4", "兴业三弄", Class::Street, &[(650.0, -120.0), (960.0, -150.0)]),
    ("e5", "兴业四弄", Class::Street, &[(652.0, -380.0), (960.0, -420.0)]),
    ("s1", "南苑一弄", Class::Lane, &[(-190.0, -196.0), (-170.0, -373.0)]),
    ("s2", "南苑二弄", Class::Lane, &[(140.0, -364.0), (140.0, -528.0)]),
    ("s3", "南苑三弄", Class::Lane, &[(250.0, -584.0), (236.0, -820.0)]),
    ("s4", "南苑四弄", Class::Street, &[(-284.0, -480.0), (-44.0, -530.0)]),
];

/// Rings of the cells, counter-clockwise: line key and the named controls from and to which it is followed.
type Walk = &'static [(&'static str, &'static str, &'static str)];

/// The ten cells: name and ring. Numbered from west to east, then from north to south.
#[rustfmt::skip]
pub(super) const CELLS: [(&str, Walk); 10] = [
    ("枣园", &[("west", "NW", "W3"), ("zaoyuan", "W3", "X1"), ("wutong", "X1", "J1"), ("north", "J1", "NW")]),
    ("和平里", &[("wutong", "J1", "H0"), ("heping", "H0", "H1"), ("wall-east", "H1", "H2"), ("xuelin", "H2", "J2"), ("north", "J2", "J1")]),
    ("杏花街", &[("xuelin", "J2", "X2"), ("xinghua", "X2", "E3"), ("east", "E3", "G2"), ("wall-gap", "G2", "G1"), ("north", "G1", "J2")]),
    ("望湖路", &[("west", "W3", "WR"), ("river", "WR", "MR"), ("wutong", "MR", "X1"), ("zaoyuan", "X1", "W3")]),
    ("菱塘", &[("wutong", "H0", "MR"), ("river", "MR", "LR"), ("xuelin", "LR", "H2"), ("wall-east", "H2", "H1"), ("heping", "H1", "H0")]),
    ("枫林", &[("xuelin", "X2", "LR"), ("river", "LR", "ER"), ("east", "ER", "E3"), ("xinghua", "E3", "X2")]),
    ("纺机", &[("west", "WR", "SW"), ("south", "SW", "J3"), ("wutong", "J3", "MR"), ("river", "MR", "WR")]),
    ("学林路", &[("wutong", "MR", "J3"), ("south", "J3", "J4"), ("xuelin", "J4", "LR"), ("river", "LR", "MR")]),
    ("水岸", &[("xuelin", "LR", "X4"), ("lianhua", "X4", "E5"), ("east", "E5", "ER"), ("river", "ER", "LR")]),
    ("莲花街", &[("xuelin", "X4", "J4"), ("south", "J4", "SE"), ("east", "SE", "E5"), ("lianhua", "E5", "X4")]),
];

/// Ground of the community without a cell.
pub(super) const GAP: Walk = &[("wall-gap", "G1", "G2"), ("east", "G2", "NE"), ("north", "NE", "G1")];

/// The community's outline, counter-clockwise.
pub(super) const OUTLINE: Walk =
    &[("west", "NW", "SW"), ("south", "SW", "SE"), ("east", "SE", "NE"), ("north", "NE", "NW")];

/// A line of the skeleton with its vertices in metres.
pub(super) struct Line {
    pub key: &'static str,
    pub name: String,
    pub class: Class,
    pub pts: Vec<V>,
    marks: Vec<(&'static str, usize)>,
}

impl Line {
    /// A line without named controls.
    pub fn plain(key: &'static str, name: &str, class: Class, pts: Vec<V>) -> Line {
        Line { key, name: name.to_owned(), class, pts, marks: vec![] }
    }
}

/// All lines of the map.
pub(super) struct Streets {
    pub lines: Vec<Line>,
}

impl Streets {
    /// Streets, river, walls, river paths, lanes, metro.
    pub fn draw() -> Streets {
        let f = fabric();
        let mut lines: Vec<Line> = SPECS
            .iter()
            .map(|s| {
                let controls: Vec<V> = s.controls.iter().map(|c| f.at(c.1, c.2)).collect();
                let step = if s.class == Class::Wall { 1e9 } else { 13.0 };
                let (pts, marks) = spline(&controls, step);
                let marks = s.controls.iter().zip(marks).map(|(c, i)| (c.0, i)).collect();
                Line { key: s.key, name: s.name.to_owned(), class: s.class, pts, marks }
            })
            .collect();
        let mut all = Streets { lines: std::mem::take(&mut lines) };
        all.bank_paths();
        for &(key, name, class, ends) in LANES {
            let controls: Vec<V> = ends.iter().map(|e| all.nearest_vertex(f.at(e.0, e.1), 30.0)).collect();
            all.lines.push(Line::plain(key, name, class, spline(&controls, 12.0).0));
        }
        // The metro lies under the southern avenue, on one side of its middle.
        let south: Vec<V> = all.line("south").map(|l| l.pts.clone()).unwrap_or_default();
        let pts = beside(&south, |_| 5.0);
        all.lines.push(Line::plain("metro", "轨道交通 6 号线", Class::Rail, pts));
        all
    }

    /// Walks on both banks between the bridges, tied to the streets they meet.
    fn bank_paths(&mut self) {
        for (from, to, west, east) in
            [("WR", "MR", "west", "wutong"), ("MR", "LR", "wutong", "xuelin"), ("LR", "ER", "xuelin", "east")]
        {
            let reach = self.span("river", from, to);
            for by in [17.5, -17.5] {
                let side = beside(&reach, |_| by);
                let Some(inner) = side.get(2..side.len().saturating_sub(2)) else { continue };
                let tie = |key: &str, near: V| {
                    let line = self.line(key).map(|l| l.pts.as_slice()).unwrap_or_default();
                    nearest(line.iter().copied().filter(|p| super::plane::to_chain(*p, &reach) > 12.0), near)
                };
                let (Some(a), Some(b)) = (tie(west, side[0]), tie(east, side[side.len() - 1])) else { continue };
                let pts = [&[a], inner, &[b]].concat();
                let name = if by > 0.0 { "柳塘河北岸步道" } else { "柳塘河南岸步道" };
                self.lines.push(Line::plain("bank", name, Class::Path, pts));
            }
        }
    }

    /// The line of a key.
    pub fn line(&self, key: &str) -> Option<&Line> {
        self.lines.iter().find(|l| l.key == key)
    }

    /// The vertex of a street nearest to `p`, if within `reach` metres; else `p` itself.
    pub fn nearest_vertex(&self, p: V, reach: f64) -> V {
        let streets =
            self.lines.iter().filter(|l| !matches!(l.class, Class::River | Class::Creek | Class::Wall | Class::Rail));
        nearest(streets.flat_map(|l| l.pts.iter().copied()), p)
            .filter(|q| q.minus(p).len() < reach)
            .unwrap_or(p.snapped())
    }

    /// The vertex nearest to `p` of a street or lane that carriages use.
    pub fn nearest_street(&self, p: V) -> Option<V> {
        let streets =
            self.lines.iter().filter(|l| l.class.width_m() >= 5.0 && !matches!(l.class, Class::River | Class::Creek));
        nearest(streets.flat_map(|l| l.pts.iter().copied()), p)
    }

    /// The vertices of a line between two named controls, in the direction asked for; empty if a name is unknown.
    pub fn span(&self, key: &str, from: &str, to: &str) -> Vec<V> {
        let Some(l) = self.line(key) else { return vec![] };
        let at = |n: &str| l.marks.iter().find(|m| m.0 == n).map(|m| m.1);
        match (at(from), at(to)) {
            (Some(i), Some(j)) if i <= j => l.pts[i..=j].to_vec(),
            (Some(i), Some(j)) => l.pts[j..=i].iter().rev().copied().collect(),
            _ => vec![],
        }
    }

    /// The ring of a walk (not closed).
    pub fn ring(&self, walk: Walk) -> Vec<V> {
        walk.iter()
            .flat_map(|w| {
                let mut s = self.span(w.0, w.1, w.2);
                s.pop();
                s
            })
            .collect()
    }

    /// The ground of a walk's ring that is left for plots: each side moved in by the setback of its line.
    pub fn plot(&self, walk: Walk) -> Vec<V> {
        let by: Vec<f64> = walk
            .iter()
            .flat_map(|w| {
                let setback = self.line(w.0).map_or(0.0, |l| l.class.setback_m());
                let n = self.span(w.0, w.1, w.2).len().saturating_sub(1);
                std::iter::repeat_n(setback, n)
            })
            .collect();
        super::plane::inset(&self.ring(walk), &by)
    }
}

fn nearest(points: impl Iterator<Item = V>, p: V) -> Option<V> {
    points.min_by(|a, b| a.minus(p).len().total_cmp(&b.minus(p).len()))
}
