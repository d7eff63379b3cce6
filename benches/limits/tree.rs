//! The packed tree over the boxes of all buildings, and beside it the R-tree that tables use for rows that changed.

use crate::measure::{Line, live_bytes, repeat, timed};
use crate::town::{Res, Town, rings};
use getu::geom::{Box2, Pt};
use getu::index::{PackedTree, hilbert};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use serde_json::json;
use std::hint::black_box;

/// Windows as the peers' program takes them: name, how many, side as a share of the town's.
const WINDOWS: [(&str, usize, f64); 3] =
    [("0.1 % side", 100_000, 0.001), ("1 % side", 10_000, 0.01), ("10 % side", 100, 0.1)];

/// Boxes put in and taken out one by one.
const SINGLE: usize = 10_000;

type Placard = GeomWithData<Rectangle<[f64; 2]>, u32>;

/// West, south, east, north in metres.
type Metres = [f64; 4];

pub fn run(town: &Town) -> Res<()> {
    let metres: Vec<Metres> = rings(&town.stem)?.iter().map(|r| box_of(r)).collect();
    let all = metres.iter().fold(NOWHERE, |a, b| around(around(a, [b[0], b[1]]), [b[2], b[3]]));
    let mm = |v: f64| (v * 1000.0).round() as i64;
    let (x0, y0) = (mm(all[0]), mm(all[1]));
    let fit = |v: i64| i32::try_from(v).unwrap_or(i32::MAX);
    let grid = |x: i64, y: i64| Pt { x: fit(x - x0), y: fit(y - y0) };
    let on_grid = |b: &Metres| Box2 { min: grid(mm(b[0]), mm(b[1])), max: grid(mm(b[2]), mm(b[3])) };
    let boxes: Vec<Box2> = metres.iter().map(on_grid).collect();

    // As a segment is packed: in Hilbert order first.
    let build = || {
        let extent = boxes.iter().fold(Box2::EMPTY, |a, b| a.union(*b));
        let mut order: Vec<(u32, u32)> =
            boxes.iter().zip(0u32..).map(|(b, i)| (hilbert(b.centre(), &extent), i)).collect();
        order.sort_unstable();
        let ordered: Vec<Box2> = order.iter().map(|&(_, i)| boxes[i as usize]).collect();
        let tree = PackedTree::build(&ordered);
        (ordered, tree)
    };
    let before = live_bytes();
    let (ordered, tree) = build();
    let bytes = (live_bytes() - before) as f64 / boxes.len().max(1) as f64;
    Line::new("tree: build, boxes in any order", town)
        .with("bytes_per_item", json!((bytes * 10.0).round() / 10.0))
        .spread(repeat(build));
    Line::new("tree: build, rows in their order", town).spread(repeat(|| PackedTree::build(&ordered)));
    let bulk = || RTree::bulk_load(metres.iter().zip(0u32..).map(|(b, i)| placard(b, i)).collect());
    let mut other: RTree<Placard> = bulk();
    Line::new("rstar: build", town).spread(repeat(bulk));

    for (name, queries, side) in WINDOWS {
        let mut rng = Unit(88_172_645_463_325_252);
        let windows: Vec<Metres> = (0..queries).map(|_| rng.window(&all, side)).collect();
        // The grid points within a window are those between its sides rounded inwards.
        let (down, up) = (|v: f64| (v * 1000.0).floor() as i64, |v: f64| (v * 1000.0).ceil() as i64);
        let inwards = |w: &Metres| Box2 { min: grid(up(w[0]), up(w[1])), max: grid(down(w[2]), down(w[3])) };
        let areas: Vec<Box2> = windows.iter().map(inwards).collect();
        let ours = || {
            let mut hits = 0u64;
            for a in &areas {
                tree.search(&ordered, a, &mut |i| hits += u64::from(black_box(i) < usize::MAX));
            }
            hits
        };
        let theirs = || {
            let of = |w: &Metres| AABB::from_corners([w[0], w[1]], [w[2], w[3]]);
            windows.iter().map(|w| other.locate_in_envelope_intersecting(&of(w)).count() as u64).sum::<u64>()
        };
        let hits = ours();
        if hits != theirs() {
            return Err(format!("{hits} hits, rstar has {}", theirs()).into());
        }
        let line = |what: &str| {
            Line::new(&format!("{what}: window {name}"), town).with("queries", json!(queries)).with("hits", json!(hits))
        };
        line("tree").shared(repeat(ours), queries);
        line("rstar").shared(repeat(theirs), queries);
    }
    singly(town, &metres, &mut other)
}

/// Boxes put into a tree that is there, and taken out again, one by one.
fn singly(town: &Town, metres: &[Metres], tree: &mut RTree<Placard>) -> Res<()> {
    let some = metres.iter().step_by((metres.len() / SINGLE).max(1)).take(SINGLE);
    // A little aside, so that they are not there yet.
    let new: Vec<Placard> = some.zip(0u32..).map(|(b, i)| placard(&b.map(|v| v + 0.5), u32::MAX - i)).collect();
    let put = new.iter().map(|x| timed(|| tree.insert(*x)).1).collect();
    Line::new("rstar: one put in", town).spread(put);
    let mut gone = 0;
    let mut taken = Vec::new();
    for x in &new {
        let (found, time) = timed(|| tree.remove(x));
        gone += usize::from(found.is_some());
        taken.push(time);
    }
    if gone != new.len() || tree.size() != metres.len() {
        return Err("what was put in was not taken out".into());
    }
    Line::new("rstar: one taken out", town).spread(taken);
    Ok(())
}

fn placard(b: &Metres, i: u32) -> Placard {
    GeomWithData::new(Rectangle::from_corners([b[0], b[1]], [b[2], b[3]]), i)
}

const NOWHERE: Metres = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];

fn around(b: Metres, p: [f64; 2]) -> Metres {
    [b[0].min(p[0]), b[1].min(p[1]), b[2].max(p[0]), b[3].max(p[1])]
}

fn box_of(ring: &[[f64; 2]]) -> Metres {
    ring.iter().fold(NOWHERE, |b, p| around(b, *p))
}

/// xorshift64 as numbers from 0 to 1, as in the peers' program, so that both ask for the same windows.
struct Unit(u64);

impl Unit {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    fn window(&mut self, all: &Metres, side: f64) -> Metres {
        let (w, h) = ((all[2] - all[0]) * side, (all[3] - all[1]) * side);
        let (x, y) = (all[0] + self.next() * (all[2] - all[0] - w), all[1] + self.next() * (all[3] - all[1] - h));
        [x, y, x + w, y + h]
    }
}
