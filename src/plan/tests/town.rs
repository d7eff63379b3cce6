//! A small town, and how an edit is tried on it.

use crate::geom::{Origin, Place, Pt, pt};
use crate::model::{EditId, Field, GridLayer, Id, Kind, Org, Row, Said, Segment, SegmentHash, Shape, Value};
use crate::plan::{Edit, EditError, Hash, Head, History, Item, Key, Op, Project, Ring, Segments, Step, Take};
use std::sync::Arc;

/// Segments in memory.
#[derive(Default)]
pub struct Rows(pub Vec<Arc<Segment>>);

impl Segments for Rows {
    fn segment(&self, hash: SegmentHash) -> Option<Arc<Segment>> {
        self.0.iter().find(|s| s.hash() == hash).cloned()
    }
}

/// A place in metres from the origin.
pub fn m(x: f64, y: f64) -> Place {
    Place { e_mm: 500_000_000 + (x * 1000.0).round() as i64, n_mm: 3_000_000_000 + (y * 1000.0).round() as i64 }
}

pub fn rect(x: f64, y: f64, w: f64, h: f64) -> Ring {
    vec![m(x, y), m(x + w, y), m(x + w, y + h), m(x, y + h)]
}

/// A square of 10 m with its south-west corner at whole metres.
pub fn house(code: &str, x: i32, y: i32) -> Row {
    let fields = vec![(Field::Households, Value::Count(10)), (Field::HouseholdsEstimated, Value::Count(1))];
    Row::new(code, "", fields, polygon(x, y, 10, 10)).unwrap()
}

pub fn polygon(x: i32, y: i32, w: i32, h: i32) -> Shape {
    let (x, y, w, h) = (x * 1000, y * 1000, w * 1000, h * 1000);
    Shape::Polygons(vec![vec![vec![pt(x, y), pt(x + w, y), pt(x + w, y + h), pt(x, y + h)]]])
}

/// Everything in a project that counts, as text: partitions slot by slot, tables by segment and overlay.
pub fn content(p: &Project) -> String {
    let mut out = format!("{:?}\n{:?}\n{:?}\n", p.facts.head, p.facts.rules, p.facts.layers);
    for t in p.facts.tables.iter() {
        let segments: Vec<_> = t.segments().iter().map(|s| (s.base, s.segment.hash())).collect();
        out += &format!("{:?} {} {segments:?} {:?}\n", t.kind(), t.len(), t.overlay());
    }
    out += &format!("{:?}\n{:?}\n{:?}\n", p.facts.members, p.facts.posts, p.facts.orgs);
    for plan in p.plans.iter() {
        out += &format!("{:?} {:?} {:?}\n", plan.id, plan.meta, plan.posts);
        for l in plan.layers.iter() {
            let g = &l.partition;
            out += &format!("{:?}\n{:?}\n{:?}\n", l.units, l.pins, l.locks);
            out += &format!("{:?}\n", g.nodes().collect::<Vec<_>>());
            out += &format!("{:?}\n", g.edges().collect::<Vec<_>>());
            out += &format!("{:?}\n", g.faces().collect::<Vec<_>>());
        }
    }
    out + &format!("{:032x}", p.state)
}

/// A history of a project of one layer, 社区 > 网格, with nothing in it.
pub fn empty() -> History {
    let origin = Some(Origin { e_m: 500_000, n_m: 3_000_000 });
    let head = Head { name: "t".into(), crs: "EPSG:4549".into(), origin };
    let layer = GridLayer::new("grid", "治理网格", vec!["社区".into(), "网格".into()]).unwrap();
    History::new(Project::new(head, vec![layer], EditId { replica: 5, sequence: 0 }.id(0)), 5)
}

pub struct Town {
    pub h: History,
    pub rows: Rows,
}

impl Town {
    /// An outline of 400 m × 200 m, two communities SQ1 and SQ2 side by side, cells W1 and W2 (100 m each) in the first
    /// and E1 (100 m) in the second, 100 m of the second without a cell; four houses, a courtyard, a facility, a member
    /// and an organisation.
    pub fn new() -> Town {
        let mut t = Town { h: empty(), rows: Rows::default() };
        t.bring(
            Kind::Buildings,
            vec![house("B1", 20, 20), house("B2", 70, 20), house("B3", 120, 20), house("B4", 320, 20)],
        );
        t.bring(Kind::Courtyards, vec![Row::new("Y1", "", vec![], polygon(10, 10, 80, 80)).unwrap()]);
        t.bring(Kind::Facilities, vec![Row::new("F1", "", vec![], Shape::Point(pt(5000, 5000))).unwrap()]);
        t.does(Op::Outline { rings: vec![rect(0.0, 0.0, 400.0, 200.0)], crs: None });
        t.does(community("SQ1", rect(0.0, 0.0, 200.0, 200.0)));
        t.does(community("SQ2", rect(200.0, 0.0, 200.0, 200.0)));
        t.does(draw("W1", rect(0.0, 0.0, 100.0, 200.0)));
        t.does(draw("W2", rect(100.0, 0.0, 100.0, 200.0)));
        t.does(draw("E1", rect(200.0, 0.0, 100.0, 200.0)));
        t.does(Op::Member { code: "M1".into(), name: "张某".into(), phone: None, org: None });
        // No edit makes organisations yet; a file may hold them.
        let mut p = t.h.stable().clone();
        let org =
            Org { id: Id(77), code: "O1".into(), name: "党支部".into(), kind: "党支部".into(), parent: None };
        p.put(&Key::Org(Id(77)), Some(Item::Org(Arc::new(org))));
        p.state = p.recount_state();
        t.h = History::new(p, 6);
        t
    }

    pub fn project(&self) -> &Project {
        self.h.stable()
    }

    pub fn layer(&self) -> &crate::plan::Layer {
        &self.project().plans[0].layers[0]
    }

    /// The code of the unit at a place, empty where none is.
    pub fn at(&self, x: f64, y: f64) -> String {
        let q = self.project().grid(m(x, y)).unwrap();
        self.layer().unit_at(q).map_or(String::new(), |u| u.code.clone())
    }

    /// Area of a unit's own ground in m².
    pub fn area_m2(&self, code: &str) -> f64 {
        let g = &self.layer().partition;
        let id = self.layer().unit(code).unwrap().id.0;
        g.faces_of(id).iter().map(|&f| g.face(f).unwrap().area2).sum::<i128>() as f64 / 2e6
    }

    pub fn bring(&mut self, kind: Kind, rows: Vec<Row>) {
        let op = self.packed(kind, rows);
        self.does(op);
    }

    /// The import of rows.
    pub fn packed(&mut self, kind: Kind, rows: Vec<Row>) -> Op {
        let s = Segment::pack(kind, rows);
        let segments = vec![Hash(s.hash())];
        self.rows.0.push(s);
        Op::Import { kind, segments, source: String::new(), crs: None, level: None }
    }

    /// An edit that is done: `state` is that of a recount, undo gives exactly what was, redo what is.
    pub fn does(&mut self, e: impl Into<Edit>) -> Arc<Step> {
        let e = e.into();
        let before = self.h.stable().clone();
        let text = serde_json::to_string(&e).unwrap();
        assert_eq!(serde_json::from_str::<Edit>(&text).unwrap(), e, "{text}");
        self.h.stage(e, &self.rows).unwrap_or_else(|why| panic!("{text}: {} {why}", why.kind()));
        let step = self.h.commit(Said::default(), 0, "", None).unwrap();
        let after = self.h.stable().clone();
        assert_ne!(after.state, before.state, "{text}");
        assert_eq!(after.state, after.recount_state(), "{text}");
        for layer in after.plans.iter().flat_map(|p| p.layers.iter()) {
            assert_eq!(crate::topology::check(&layer.partition), vec![], "{text}");
        }
        self.h.undo().unwrap();
        assert!(content(self.h.stable()) == content(&before), "undo of {text}");
        assert_eq!(self.h.stable().recount_state(), before.state, "undo of {text}");
        self.h.redo().unwrap();
        assert!(content(self.h.stable()) == content(&after), "redo of {text}");
        step
    }

    /// An edit that is refused with a word, and changes nothing.
    pub fn refuses(&mut self, kind: &str, e: impl Into<Edit>) -> EditError {
        let (e, before) = (e.into(), content(self.h.stable()));
        let text = serde_json::to_string(&e).unwrap();
        let why = match self.h.stage(e, &self.rows) {
            Ok(_) => panic!("{text} is done, not refused as {kind}"),
            Err(why) => why,
        };
        assert_eq!(why.kind(), kind, "{text}: {why}");
        assert!(self.h.staged().is_none() && self.h.commit(Said::default(), 0, "", None).is_none());
        assert!(content(self.h.stable()) == before, "{text}");
        let said = why.said();
        assert!(!said.zh.is_empty() && !said.en.is_empty() && said.zh != said.en);
        why
    }
}

pub fn community(code: &str, ring: Ring) -> Op {
    let (code, level) = (code.to_owned(), "社区".to_owned());
    Op::Unit { code, name: String::new(), level, parent: None, rings: vec![ring] }
}

pub fn draw(code: &str, ring: Ring) -> Op {
    Op::Draw { code: Some(code.into()), name: None, rings: vec![ring], take: Take::Free, parent: None }
}

pub fn draw_over(code: &str, ring: Ring) -> Op {
    Op::Draw { code: Some(code.into()), name: None, rings: vec![ring], take: Take::All, parent: None }
}

pub fn split(cell: &str, code: &str, line: Vec<Place>) -> Op {
    Op::Split { cell: cell.into(), line, code: Some(code.into()), name: None, keep: None, attach_m: None }
}

pub fn merge(cells: &[&str]) -> Op {
    let keep = cells.first().map(|c| (*c).to_owned());
    Op::Merge { cells: cells.iter().map(|c| (*c).to_owned()).collect(), keep, apart: false }
}

pub fn opened(op: Op, lines: &[&str]) -> Edit {
    Edit { opened: lines.iter().map(|l| (*l).to_owned()).collect(), ..op.into() }
}

/// All points of all borders.
pub fn vertices(p: &crate::topology::Partition) -> Vec<Pt> {
    p.edges().flat_map(|(_, e)| e.points.to_vec()).collect()
}
