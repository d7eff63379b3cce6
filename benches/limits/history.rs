//! Undo and redo of edits that touch many cells, clones of a project, bytes of a long history.

use crate::drag::{let_go, some_drags};
use crate::measure::{Line, live_bytes, timed};
use crate::town::{Res, Rng, Town, done};
use getu::assign::Assignment;
use getu::geom::Pt;
use getu::model::Lang;
use getu::plan::{History, Op, Take};
use getu::session::tools::{Grip, Hand};
use getu::session::{Command, Effect, Session};
use serde_json::json;
use std::collections::BTreeSet;
use std::hint::black_box;

/// Edits taken back and done again.
const EDITS: usize = 100;
/// Cells that one of them may touch; in a town with too few, fewer.
const CELLS: std::ops::RangeInclusive<usize> = 18..=20;
/// Steps whose bytes are counted.
const STEPS: usize = 1_000;
/// Clones of a project timed together: one is sooner made than the clock is read.
const CLONES: usize = 100;

pub fn run(town: &mut Town) -> Res<()> {
    wide_edits(town)?;
    let p = town.session.project().clone();
    let some = || (0..CLONES).for_each(|_| drop(black_box(black_box(&p).clone())));
    let clones = (0..1_000).map(|_| timed(some).1).collect();
    Line::new("history: project cloned and dropped", town).shared(clones, CLONES);
    drop(p);
    long_history(town)
}

/// Cells drawn over others, taken back and done again; each time the state and the tallies of before.
fn wide_edits(town: &mut Town) -> Res<()> {
    let s = &mut town.session;
    let (first, state) = (s.assignment().clone(), s.project().state);
    let mut rng = Rng(20_240);
    let (mut undo, mut redo, mut cells, mut moved) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let few = town.cells < 400;
    for n in 0..20 * EDITS {
        if undo.len() == EDITS {
            break;
        }
        let effects = s.dispatch(Command::Do(wide(s, n, &mut rng)?.into()), 0);
        if !effects.iter().any(|e| matches!(e, Effect::Committed { .. })) {
            continue;
        }
        let (after, then) = (s.assignment().clone(), s.project().state);
        let (effects, back) = timed(|| s.dispatch(Command::Undo, 0));
        done(effects)?;
        if s.project().state != state || *s.assignment() != first {
            return Err("undo gives another state".into());
        }
        let (effects, again) = timed(|| s.dispatch(Command::Redo, 0));
        done(effects)?;
        if s.project().state != then || *s.assignment() != after {
            return Err("redo gives another state".into());
        }
        if n % 10 == 0 && after != Assignment::count(s.project(), s.plan(), 0) {
            return Err("the tallies differ from a recount".into());
        }
        done(s.dispatch(Command::Undo, 0))?;
        let both = first.owners().zip(after.owners());
        let changed: Vec<[u64; 2]> = both.filter(|(a, b)| a != b).map(|(a, b)| [a, b]).collect();
        let touched = changed.iter().flatten().collect::<BTreeSet<_>>().len();
        if CELLS.contains(&touched) || (few && touched < *CELLS.start()) {
            undo.push(back);
            redo.push(again);
            cells.push(touched as f64);
            moved.push(changed.len() as f64);
        }
    }
    Line::new("history: cells touched by a wide edit", town).print(cells, "cells");
    Line::new("history: buildings moved by a wide edit", town).print(moved, "buildings");
    Line::new("history: undo of a wide edit", town).spread(undo);
    Line::new("history: redo of a wide edit", town).spread(redo);
    Ok(())
}

/// A long narrow cell somewhere over others: through many, but round none.
fn wide(s: &Session, n: usize, rng: &mut Rng) -> Res<Op> {
    let p = s.project();
    let l = p.layer(s.plan(), 0).ok_or("no layer")?;
    let extent = l.partition.extent();
    let one = extent.width() as f64 * extent.height() as f64 / l.units.len().max(1) as f64;
    let longest = 0.9 * extent.width().min(extent.height()) as f64;
    let [mut w, mut h] = [11.0, 0.3].map(|cells| (one.sqrt() * cells).min(longest) as i32);
    if n % 2 == 1 {
        std::mem::swap(&mut w, &mut h);
    }
    let mut somewhere = |from: i32, len: i64, own: i32| from + rng.below((len - i64::from(own)).max(1) as usize) as i32;
    let (x, y) = (somewhere(extent.min.x, extent.width(), w), somewhere(extent.min.y, extent.height(), h));
    let corners = [(0, 0), (w, 0), (w, h), (0, h)];
    let ring = corners.map(|(dx, dy)| p.origin().place(Pt { x: x + dx, y: y + dy }));
    let code = Some(format!("N{n:05}"));
    Ok(Op::Draw { code, name: None, rings: vec![ring.to_vec()], take: Take::All, parent: None })
}

/// Drags upon drags, kept; the bytes that they hold.
fn long_history(town: &mut Town) -> Res<()> {
    // Steps before these let go of what they hold while these come.
    town.session = Session::new(History::new(town.session.project().clone(), 3), None, Lang::En, "");
    let drags = some_drags(&town.session, 3 * STEPS)?;
    let s = &mut town.session;
    let mut hand = Hand::default();
    let before = live_bytes();
    let mut kept = 0;
    for (at, to) in drags {
        if kept == STEPS {
            break;
        }
        hand.grab(Grip::Point(at));
        hand.hover(s, to, 0.0, 0);
        kept += usize::from(!let_go(&mut hand, s).is_empty());
    }
    if kept < STEPS {
        return Err(format!("{kept} of {STEPS} steps").into());
    }
    let bytes = (live_bytes() - before) as f64;
    let back = (0..kept).map(|_| timed(|| s.dispatch(Command::Undo, 0)).1).collect();
    Line::new("history: bytes of all steps", town).with("steps", json!(kept)).print(vec![bytes / 1e6], "MB");
    Line::new("history: each of those steps undone", town).spread(back);
    Ok(())
}
