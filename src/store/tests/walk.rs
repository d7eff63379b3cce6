//! The great walk: every edit that changes ground, on eight sorts of maps, and after each all that must hold.
//!
//! `GETU_EDITS=200000 GETU_SEED=0 cargo test --release --no-default-features --lib store::tests::walk -- --nocapture`
//! walks as far. With `GETU_DUMP=DIR` each walk leaves some of its generations there as files for the oracles.

use super::written::{Ground, crosses_nothing, fits, outline, rings_and_euler};
use super::*;
use crate::assign::{Assignment, By};
use crate::plan::Layer;
use crate::plan::tests::protects::{deliberate, protected, protected_stay};
use crate::plan::tests::walk::{NAMES, Rng, Stepped, Walk, edits};
use crate::topology::{OUTSIDE, check};
use rusqlite::Connection;

/// CRS of the maps.
const SRS: i32 = 4549;
/// Places thrown and places on borders that are asked after each edit.
const THROWN: usize = 200;
const ON_BORDERS: usize = 50;
/// Every so many edits the map is saved, read from the file, and opened.
const SAVED: usize = 125;

/// Ground without a cell, among cells.
const NONE: u64 = 0;

/// The ground of one project as written: by cell, by community, and all of it.
struct Written {
    cells: Ground<u64>,
    communities: Ground<u64>,
    all: Ground<()>,
}

impl Written {
    fn of(p: &Project) -> Written {
        let l = &p.plans[0].layers[0];
        let at = |level: u8| {
            move |o: u64| {
                (o != OUTSIDE).then(|| l.unit_of(o).and_then(|u| l.ancestor(u.id, level)).map_or(NONE, |i| i.0))
            }
        };
        Written {
            cells: Ground::of(&l.partition, p.origin(), SRS, at(1)),
            communities: Ground::of(&l.partition, p.origin(), SRS, at(0)),
            all: Ground::of(&l.partition, p.origin(), SRS, |o| (o != OUTSIDE).then_some(())),
        }
    }
}

/// What is remembered from one edit to the next.
struct Sight {
    assignment: Assignment,
    /// The cell that each building lies in, by its slot.
    cells: BTreeMap<u32, u64>,
}

impl Sight {
    fn of(p: &Project) -> Sight {
        let assignment = Assignment::count(p, p.plans[0].id, 0);
        Sight { cells: cells_of_buildings(p, &Written::of(p), &assignment), assignment }
    }
}

/// The cell of each building: pin, courtyard kept whole, place.
fn cells_of_buildings(p: &Project, w: &Written, a: &Assignment) -> BTreeMap<u32, u64> {
    let l = &p.plans[0].layers[0];
    let lies = |at: crate::geom::Pt| w.cells.holders(at).first().copied().unwrap_or(NONE);
    let cell = |slot: u32, row: crate::model::RowRef<'_>| {
        if let Some(pin) = l.pins.get(&slot) {
            return pin.0;
        }
        let yard = a.courtyards().of_building(slot).and_then(|y| p.table(Kind::Courtyards).get(y));
        let whole = yard.filter(|_| a.by(p, slot) == By::Courtyard);
        whole.or(Some(row)).and_then(|r| r.anchor()).map_or(NONE, lies)
    };
    p.table(Kind::Buildings).iter().map(|(slot, row)| (slot, cell(slot, row))).collect()
}

/// What must hold after any edit, whatever was before.
fn holds(p: &Project, w: &Written) {
    let l = &p.plans[0].layers[0];
    assert_eq!(check(&l.partition), vec![]);
    rings_and_euler(&l.partition);
    let (outer, area2) = outline(&l.partition);
    assert_eq!((w.cells.area2(), w.communities.area2(), w.all.area2()), (area2, area2, area2), "areas");
    fits(&w.cells, &outer);
    fits(&w.communities, &outer);
    fits(&w.all, &outer);
    // Between them cells and communities have all borders.
    crosses_nothing(w.cells.rings().chain(w.communities.rings()).map(|(_, r)| r));
    for u in l.units.values() {
        assert!(u.level == 0 || w.cells.blobs.contains_key(&u.id.0), "{} has no ground", u.code);
        assert!(u.parent.is_none_or(|p| l.units.contains_key(&p)), "{} has lost its parent", u.code);
    }
    assert!(w.cells.blobs.keys().all(|id| *id == NONE || l.units.contains_key(&Id(*id))), "ground of nobody");
    assert!(l.pins.values().all(|u| l.units.contains_key(u)), "a pin to nothing");
    assert_eq!(p.state, p.recount_state());
}

/// Places thrown and places on borders and nodes are in one cell or on ground without one, and nowhere else.
fn places(l: &Layer, w: &Written, area: crate::geom::Box2, rng: &mut Rng) {
    let borders: Vec<_> = l.partition.edges().map(|(_, e)| e.points.clone()).collect();
    for i in 0..THROWN + ON_BORDERS {
        let q = if i < THROWN {
            let at = |rng: &mut Rng, v: i32, room: i64| (i64::from(v) + rng.below(room as usize + 1) as i64) as i32;
            pt(at(rng, area.min.x, area.width()), at(rng, area.min.y, area.height()))
        } else {
            let e = &borders[rng.below(borders.len())];
            let k = rng.below(e.len() - 1);
            // A vertex or node, or the place nearest to the middle of a side.
            if rng.below(2) == 0 { e[k] } else { crate::geom::Box2::of_two(e[k], e[k + 1]).centre() }
        };
        let (cells, all) = (w.cells.holders(q), w.all.holders(q));
        assert!(cells.len() <= 1 && cells.len() == all.len(), "{q:?} lies in {cells:?}");
        let owner = l.partition.owner(l.partition.locate(q));
        let unit = |level: u8| l.unit_of(owner).and_then(|u| l.ancestor(u.id, level)).map_or(NONE, |i| i.0);
        let here = |level: u8| if owner == OUTSIDE { vec![] } else { vec![unit(level)] };
        assert_eq!((cells, w.communities.holders(q)), (here(1), here(0)), "{q:?}");
    }
}

/// What an edit did to what was before.
fn moved(s: &Stepped, now: &Project, w: &Written, sight: &mut Sight) -> usize {
    let edit = &s.step.edit;
    if !deliberate(edit) {
        let [old, new] = [&s.before, now].map(|p| protected(&p.plans[0].layers[0]));
        protected_stay(&old, &new, edit);
    }
    let patch = s.step.patch.as_ref().unwrap();
    let flow = sight.assignment.changes(&s.before, now, patch, false);
    sight.assignment.apply(&flow);
    assert!(sight.assignment == Assignment::count(now, now.plans[0].id, 0), "tallies differ from a recount");
    let cells = cells_of_buildings(now, w, &sight.assignment);
    for (slot, cell) in &cells {
        let owner = sight.assignment.building(*slot).filter(|o| crate::assign::is_cell(now, now.plans[0].id, 0, *o));
        assert_eq!(owner.unwrap_or(NONE), *cell, "building {slot} by its place");
        let was = sight.cells.get(slot);
        let told = || flow.buildings.iter().any(|m| m.slot == *slot);
        assert!(was == Some(cell) || told(), "building {slot} went from {was:?} to {cell} unsaid");
    }
    sight.cells = cells;
    flow.buildings.len()
}

/// The file holds the bytes that were looked at, and opens as what was saved.
fn saved(h: &History, rows: &dyn Segments, w: &Written, keep: Option<&Path>) {
    let (_dir, path) = file();
    let input = SaveInput {
        history: h,
        last_plan: "",
        tallies: &[],
        segments: rows,
        author: "",
        time: 1_780_000_000,
        data: None,
        pictures_from: None,
        replace: false,
        token: None,
    };
    save(&path, &input, None).unwrap();
    let db = Connection::open(&path).unwrap();
    let l = &h.stable().plans[0].layers[0];
    for (table, ground) in [("cells_grid_1", &w.cells), ("cells_grid_0", &w.communities)] {
        let mut rows = db.prepare(&format!("SELECT code, geom FROM {table} WHERE geom IS NOT NULL")).unwrap();
        let rows = rows.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, Vec<u8>>(1)?))).unwrap();
        let got: BTreeMap<u64, Vec<u8>> =
            rows.map(|r| r.unwrap()).map(|(code, geom)| (l.unit(&code).unwrap().id.0, geom)).collect();
        let looked_at = ground.blobs.iter().filter(|(k, _)| **k != NONE).map(|(k, b)| (*k, b.clone()));
        assert!(got == looked_at.collect(), "{table} holds other bytes");
    }
    let opened = open(&path, 3, None).unwrap();
    assert_eq!(opened.warnings, vec![]);
    assert_eq!(opened.project().state, h.stable().state);
    if let Some(to) = keep {
        std::fs::copy(&path, to).unwrap();
    }
}

/// Says where a walk broke.
struct At(u64, usize, String);

impl Drop for At {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("broken: seed {}, edit {}: {}", self.0, self.1, self.2);
        }
    }
}

fn walk(seed: u64, edits: usize, dump: Option<&Path>) -> (Walk, usize) {
    let mut w = Walk::new(seed);
    let mut rng = Rng(!seed);
    let first = w.h.stable().clone();
    holds(&first, &Written::of(&first));
    let mut sight = Sight::of(&first);
    let (mut at, mut flown) = (At(seed, 0, String::new()), 0);
    while at.1 < edits {
        let Some(s) = w.step() else { continue };
        at.1 += 1;
        at.2 = serde_json::to_string(&s.step.edit).unwrap();
        let now = w.h.stable().clone();
        let written = Written::of(&now);
        holds(&now, &written);
        flown += moved(&s, &now, &written, &mut sight);
        places(&now.plans[0].layers[0], &written, w.area, &mut rng);
        if at.1 % SAVED == 0 {
            let keep = dump.map(|d| d.join(format!("walk-{seed}-{}.gpkg", at.1)));
            saved(&w.h, &w.rows, &written, keep.as_deref());
        }
    }
    at.2 = "there and back".into();
    w.back_to_the_first_and_forth();
    (w, flown)
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn any_edits_on_any_map_keep_all_that_must_hold() {
    let started = std::time::Instant::now();
    let (all, seed) = (edits(), number("GETU_SEED").unwrap_or(0));
    // Eight walks in the ordinary run; longer ones, and more, in a great one.
    let each = (all / 8).clamp(1, 1_000);
    let dump = std::env::var_os("GETU_DUMP").map(PathBuf::from);
    let (mut done, mut refused) = (BTreeMap::new(), BTreeMap::new());
    let (mut n, mut flown) = (0, 0);
    for seed in seed.. {
        let (w, moved) = walk(seed, each.min(all - n), dump.as_deref());
        (n, flown) = (n + each.min(all - n), flown + moved);
        for (sum, part) in [(&mut done, &w.done), (&mut refused, &w.refused)] {
            part.iter().for_each(|(k, n)| *sum.entry(*k).or_insert(0) += n);
        }
        let (units, nodes) = (w.layer().units.len(), w.layer().partition.nodes().count());
        println!("seed {seed}, {}: {units} units, {nodes} nodes; {n} edits in {:?}", w.start, started.elapsed());
        if n == all {
            break;
        }
    }
    println!("{n} edits: {done:?}; refused {refused:?}; {flown} buildings changed hands");
    assert!(flown > n / 2);
    for op in NAMES {
        assert!(done.contains_key(op) || all < 2_000, "no {op} was done");
    }
}
