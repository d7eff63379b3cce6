//! Any edits on a small map, each held to what every edit must keep.
#![no_main]

use arbitrary::Arbitrary;
use getu::geom::{Origin, Place, Pt, pt};
use getu::model::{EditId, GridLayer, Said, Segment, SegmentHash};
use getu::plan::{CutCell, Edit, Head, History, Layer, Op, Project, RedrawnCell, Segments, SetOp, Take};
use getu::topology::check;
use libfuzzer_sys::fuzz_target;
use std::sync::{Arc, OnceLock};

/// A place: anywhere on or beside the map, a vertex, or beside one.
#[derive(Arbitrary, Debug, Clone, Copy)]
enum Spot {
    Anywhere(u16, u16),
    Vertex(u16),
    Beside(u16, i8, i8),
}

/// A border's segment: border, segment.
#[derive(Arbitrary, Debug, Clone, Copy)]
struct On(u8, u8);

#[derive(Arbitrary, Debug)]
enum Act {
    Draw {
        rings: Vec<Vec<Spot>>,
        all: bool,
        parent: Option<bool>,
    },
    Split {
        cell: u8,
        line: Vec<Spot>,
        keep: Option<Spot>,
        attach: u8,
    },
    Merge {
        cells: [u8; 2],
        apart: bool,
    },
    Detach {
        cell: u8,
        at: Spot,
    },
    Fill {
        at: Spot,
        cell: u8,
    },
    Dissolve {
        cell: u8,
    },
    Reshape {
        line: Vec<Spot>,
        cell: Option<u8>,
        keep: Option<Spot>,
        attach: u8,
    },
    Slide {
        on: On,
        by: Option<(i16, i16)>,
        aside: i16,
    },
    Follow {
        from: Spot,
        to: Spot,
        line: Vec<Spot>,
        on: Option<On>,
    },
    Simplify {
        cells: Vec<u8>,
        on: Option<On>,
        tolerance: u16,
        square: bool,
    },
    Move {
        at: Spot,
        to: Spot,
    },
    Insert {
        on: On,
        at: Spot,
    },
    Delete {
        at: Spot,
    },
    Outline {
        rings: Vec<Vec<Spot>>,
    },
    Unit {
        rings: Vec<Vec<Spot>>,
    },
    Code {
        cell: u8,
        code: u8,
    },
    Lock {
        cell: Option<u8>,
        on: On,
        value: bool,
    },
    Cut {
        line: Vec<Spot>,
        cells: Vec<(u8, Option<Spot>)>,
        attach: u8,
    },
    Redraw {
        cells: Vec<(u8, Vec<Vec<Spot>>)>,
    },
    /// Two cells change grounds.
    Swap {
        cells: [u8; 2],
    },
    Undo,
    Redo,
}

#[derive(Arbitrary, Debug)]
struct Step {
    act: Act,
    /// Bit 0: the outline is opened; bit 1: the communities' borders are; bit 2: only gaps; bits 3 and 4: within a unit.
    opened: u8,
    /// Whether it is one step with the next.
    with_next: bool,
}

struct No;

impl Segments for No {
    fn segment(&self, _: SegmentHash) -> Option<Arc<Segment>> {
        None
    }
}

const SIDE: i32 = 1 << 16;

fn start() -> &'static History {
    static START: OnceLock<History> = OnceLock::new();
    START.get_or_init(|| {
        let origin = Some(Origin { e_m: 500_000, n_m: 3_000_000 });
        let head = Head { name: "f".into(), crs: "EPSG:4549".into(), origin };
        let layer = GridLayer::new("grid", "grid", vec!["community".into(), "cell".into()]).expect("a layer");
        let mut h = History::new(Project::new(head, vec![layer], EditId { replica: 5, sequence: 0 }.id(0)), 5);
        let o = h.stable().origin();
        let ring =
            |x: i32, w: i32| vec![[pt(x, 0), pt(x + w, 0), pt(x + w, SIDE), pt(x, SIDE)].map(|p| o.place(p)).to_vec()];
        let unit = |code: &str, x| Op::Unit {
            code: code.into(),
            name: String::new(),
            level: "community".into(),
            parent: None,
            rings: ring(x, SIDE / 2),
        };
        let cell = |code: &str, x| Op::Draw {
            code: Some(code.into()),
            name: None,
            rings: ring(x, SIDE / 4),
            take: Take::Free,
            parent: None,
        };
        for op in [
            Op::Outline { rings: ring(0, SIDE), crs: None },
            unit("A", 0),
            unit("B", SIDE / 2),
            cell("1", 0),
            cell("2", SIDE / 4),
            cell("3", SIDE / 2),
        ] {
            h.stage(op.into(), &No).expect("the start");
            h.commit(Said::default(), 0, "", None);
        }
        h
    })
}

/// What is there to be named.
struct Map<'a> {
    project: &'a Project,
    vertices: Vec<Pt>,
    borders: Vec<Arc<[Pt]>>,
    cells: Vec<String>,
    code: String,
}

impl Map<'_> {
    fn of(project: &Project, number: usize) -> Map<'_> {
        let l = layer(project);
        let borders: Vec<Arc<[Pt]>> = l.partition.edges().map(|(_, e)| e.points.clone()).collect();
        let vertices = borders.iter().flat_map(|b| b.iter().copied()).collect();
        let cells = l.units.values().filter(|u| u.level == 1).map(|u| u.code.clone()).collect();
        Map { project, vertices, borders, cells, code: format!("n{number}") }
    }

    fn place(&self, s: Spot) -> Place {
        let vertex = |i: u16| self.vertices.get(i as usize % self.vertices.len().max(1)).copied().unwrap_or_default();
        self.project.origin().place(match s {
            // A little of it lies beyond the outline.
            Spot::Anywhere(x, y) => {
                pt(i32::from(x) + i32::from(x) / 16 - 2000, i32::from(y) + i32::from(y) / 16 - 2000)
            }
            Spot::Vertex(i) => vertex(i),
            Spot::Beside(i, dx, dy) => pt(vertex(i).x + i32::from(dx), vertex(i).y + i32::from(dy)),
        })
    }

    fn line(&self, line: &[Spot]) -> Vec<Place> {
        line.iter().take(12).map(|s| self.place(*s)).collect()
    }

    fn rings(&self, rings: &[Vec<Spot>]) -> Vec<Vec<Place>> {
        rings.iter().take(3).map(|r| self.line(r)).collect()
    }

    fn cell(&self, i: u8) -> String {
        self.cells.get(i as usize % self.cells.len().max(1)).cloned().unwrap_or_default()
    }

    fn on(&self, On(b, k): On) -> [Place; 2] {
        let o = self.project.origin();
        let Some(border) = self.borders.get(b as usize % self.borders.len().max(1)) else {
            return [o.place(pt(0, 0)); 2];
        };
        let k = k as usize % (border.len() - 1);
        [o.place(border[k]), o.place(border[k + 1])]
    }

    fn op(&self, act: &Act) -> Option<Op> {
        let code = Some(self.code.clone());
        let attach = |a: u8| Some(f64::from(a) / 16.0);
        Some(match act {
            Act::Draw { rings, all, parent } => Op::Draw {
                code,
                name: None,
                rings: self.rings(rings),
                take: if *all { Take::All } else { Take::Free },
                parent: parent.map(|b| if b { "A".into() } else { "B".into() }),
            },
            Act::Split { cell, line, keep, attach: a } => Op::Split {
                cell: self.cell(*cell),
                line: self.line(line),
                code,
                name: None,
                keep: keep.map(|k| self.place(k)),
                attach_m: attach(*a),
            },
            Act::Merge { cells, apart } => {
                let cells = cells.map(|c| self.cell(c));
                Op::Merge { keep: Some(cells[0].clone()), cells: cells.to_vec(), apart: *apart }
            }
            Act::Detach { cell, at } => Op::Detach { cell: self.cell(*cell), at: self.place(*at), code, name: None },
            Act::Fill { at, cell } => Op::Fill { at: self.place(*at), cell: Some(self.cell(*cell)) },
            Act::Dissolve { cell } => Op::Dissolve { cell: self.cell(*cell) },
            Act::Reshape { line, cell, keep, attach: a } => Op::Reshape {
                line: self.line(line),
                cell: cell.map(|c| self.cell(c)),
                keep: keep.map(|k| self.place(k)),
                attach_m: attach(*a),
            },
            Act::Slide { on, by, aside } => Op::Slide {
                on: self.on(*on),
                by: by.map(|(e, n)| Place { e_mm: e.into(), n_mm: n.into() }),
                offset_m: by.is_none().then(|| f64::from(*aside) / 1000.0),
            },
            Act::Follow { from, to, line, on } => Op::Follow {
                from: self.place(*from),
                to: self.place(*to),
                line: self.line(line),
                on: on.map(|o| self.on(o)),
            },
            Act::Simplify { cells, on, tolerance, square } => Op::Simplify {
                cells: cells.iter().take(3).map(|c| self.cell(*c)).collect(),
                on: on.map(|o| self.on(o)),
                tolerance_m: Some(f64::from(*tolerance) / 1000.0),
                square: *square,
            },
            Act::Move { at, to } => Op::Move { at: self.place(*at), to: self.place(*to) },
            Act::Insert { on, at } => Op::Insert { on: self.on(*on), at: self.place(*at) },
            Act::Delete { at } => Op::Delete { at: self.place(*at) },
            Act::Outline { rings } => Op::Outline { rings: self.rings(rings), crs: None },
            Act::Unit { rings } => Op::Unit {
                code: self.code.clone(),
                name: String::new(),
                level: "community".into(),
                parent: None,
                rings: self.rings(rings),
            },
            Act::Code { cell, code } => Op::Set(SetOp {
                cell: Some(self.cell(*cell)),
                fields: [("code".to_owned(), format!("c{code}").into())].into_iter().collect(),
                ..SetOp::default()
            }),
            Act::Lock { cell, on, value } => {
                Op::Lock { cell: cell.map(|c| self.cell(c)), on: cell.is_none().then(|| self.on(*on)), value: *value }
            }
            Act::Cut { line, cells, attach: a } => Op::Cut {
                line: self.line(line),
                cells: Some(
                    cells
                        .iter()
                        .take(4)
                        .enumerate()
                        .map(|(i, (c, keep))| CutCell {
                            cell: self.cell(*c),
                            code: Some(format!("{}-{i}", self.code)),
                            name: None,
                            keep: keep.map(|k| self.place(k)),
                        })
                        .collect(),
                ),
                attach_m: attach(*a),
            },
            Act::Redraw { cells } => Op::Redraw {
                cells: cells
                    .iter()
                    .take(3)
                    .map(|(c, r)| RedrawnCell { cell: self.cell(*c), rings: self.rings(r) })
                    .collect(),
            },
            Act::Swap { cells: [a, b] } => {
                let (a, b) = (self.cell(*a), self.cell(*b));
                let l = layer(self.project);
                let o = self.project.origin();
                let rings = |c: &String| -> Vec<Vec<Place>> {
                    let ground = l.unit(c).map(|u| l.partition.polygons(u.id.0)).unwrap_or_default();
                    ground.iter().flatten().map(|r| r.iter().map(|&p| o.place(p)).collect()).collect()
                };
                let (of_a, of_b) = (rings(&a), rings(&b));
                let cells = vec![RedrawnCell { cell: a, rings: of_b }, RedrawnCell { cell: b, rings: of_a }];
                Op::Redraw { cells }
            }
            Act::Undo | Act::Redo => return None,
        })
    }
}

fn layer(p: &Project) -> &Layer {
    &p.plans[0].layers[0]
}

fn holds(p: &Project) {
    let l = layer(p);
    assert_eq!(check(&l.partition), vec![]);
    assert_eq!(p.state, p.recount_state());
    for u in l.units.values().filter(|u| u.level == 1) {
        assert!(!l.partition.faces_of(u.id.0).is_empty(), "{} has no ground", u.code);
    }
}

fuzz_target!(|steps: Vec<Step>| {
    let mut h = start().clone();
    let mut waiting: Vec<Edit> = Vec::new();
    for (i, step) in steps.iter().take(24).enumerate() {
        let before = h.stable().state;
        let Some(op) = Map::of(h.stable(), i).op(&step.act) else {
            match step.act {
                Act::Undo => h.undo(),
                _ => h.redo(),
            };
            holds(h.stable());
            continue;
        };
        let lines = [(1, "outline"), (2, "community")];
        let opened = lines.iter().filter(|(bit, _)| step.opened & bit != 0).map(|(_, l)| (*l).to_owned()).collect();
        let within = match step.opened >> 3 & 3 {
            1 => Some("A".to_owned()),
            2 => Some("B".to_owned()),
            _ => None,
        };
        waiting.push(Edit { opened, within, gaps: step.opened & 4 != 0, ..op.into() });
        if step.with_next {
            continue;
        }
        let edit = match waiting.len() {
            1 => waiting.remove(0),
            _ => Op::Together { edits: std::mem::take(&mut waiting) }.into(),
        };
        if h.stage(edit, &No).is_err() {
            assert!(h.staged().is_none() && h.stable().state == before);
            continue;
        }
        h.commit(Said::default(), 0, "", None).expect("what is staged is committed");
        holds(h.stable());
    }
    while h.undo().is_some() {}
    assert_eq!(h.stable().recount_state(), h.stable().state);
    assert!(layer(h.stable()).partition.is_empty(), "undo of all");
});
