//! Ground for painted buildings, on the sample and on towns made by chance.

use super::*;
use crate::model::Lang;
use crate::plan::History;
use crate::session::tools::{Hand, Tool};
use crate::session::{Command, Effect, Selection, Session, sample_project};
use proptest::prelude::*;

fn sample(name: &str) -> Session {
    let p = sample_project(name, 5).unwrap();
    Session::new(History::new(p, 5), None, Lang::Zh, "张某")
}

/// Paints along a way, lifts the pen, and looks for the border as the window does.
fn stroke(s: &mut Session, hand: &mut Hand, way: &[Pt]) {
    hand.brush_down(s, way[0], false, 1);
    hand.brush_along(s, way);
    hand.brush_up(s);
    if let Some(wish) = hand.wish(s) {
        let found = reformed(s.project(), s.assignment(), &wish, &|| true).unwrap();
        hand.reform(s, &found, 1);
    }
}

fn cells(s: &Session) -> Vec<Id> {
    let l = s.project().layer(s.plan(), 0).unwrap();
    let lowest = s.project().facts.layers[0].cell_level();
    l.units.values().filter(|u| u.level == lowest).map(|u| u.id).collect()
}

/// What accepting did: whoever was painted is where it was to be, nobody else moved but those that were told.
fn accept(s: &mut Session, hand: &mut Hand, to: Option<Id>) -> Result<(), String> {
    let painted: BTreeSet<u32> = hand.painted().clone();
    let before: BTreeMap<u32, Option<Owner>> =
        s.project().table(Kind::Buildings).iter().map(|(x, _)| (x, s.assignment().building(x))).collect();
    let told: BTreeSet<u32> = s.staged().buildings.iter().map(|m| m.slot).collect();
    if hand.trial().is_none() {
        // What is refused says why and changes nothing.
        let why = hand.refusal().map(|e| e.kind()).or(hand.brush_told().map(|_| "told"));
        let plan = s.project().state == s.history().stable().state;
        hand.escape(s, 1);
        return if why.is_some() && plan { Ok(()) } else { Err(format!("nothing is said: {why:?}")) };
    }
    if told != painted {
        let more: Vec<u32> = told.difference(&painted).copied().collect();
        let less: Vec<u32> = painted.difference(&told).copied().collect();
        return Err(format!("others move: {more:?}, painted stay: {less:?}"));
    }
    let slivers = s.slivers();
    let mut effects = hand.finish(s, 0.002, 1);
    if !slivers.is_empty() {
        if hand.asked().len() != slivers.len() {
            return Err("slivers are not told".into());
        }
        effects = hand.answer(s, crate::session::tools::Answer::Keep, 1);
    }
    if !effects.iter().any(|e| matches!(e, Effect::Committed { .. })) {
        return Err(format!("not done: {effects:?}"));
    }
    let l = s.project().layer(s.plan(), 0).unwrap();
    let faults = crate::topology::check(&l.partition);
    if !faults.is_empty() {
        return Err(format!("{faults:?}"));
    }
    for (slot, was) in before {
        let is = s.assignment().building(slot);
        let wanted = match to {
            Some(to) => is == Some(to.0),
            None => !is.is_some_and(|o| is_cell(s.project(), s.plan(), 0, o)),
        };
        if painted.contains(&slot) && !wanted || !painted.contains(&slot) && is != was {
            return Err(format!("{slot} went from {was:?} to {is:?}"));
        }
    }
    if *s.assignment() != Assignment::count(s.project(), s.plan(), 0) {
        return Err("the count is not right".into());
    }
    Ok(())
}

/// How a step looks: vertices of the new borders, slivers, steps.
fn vertices(s: &Session) -> usize {
    s.project().layer(s.plan(), 0).unwrap().partition.edges().map(|(_, e)| e.points.len() - 1).sum()
}

/// Buildings of other cells by how near they are to a cell's ground, nearest first.
fn beyond(s: &Session, cell: Id) -> Vec<(u32, Pt)> {
    let p = s.project();
    let l = p.layer(s.plan(), 0).unwrap();
    let mut sides = Vec::new();
    for (_, e) in l.partition.edges() {
        let (a, b) = l.partition.sides(e);
        if a == cell.0 || b == cell.0 {
            sides.extend(e.points.windows(2).map(|w| (w[0], w[1])));
        }
    }
    let far = |at: Pt| sides.iter().map(|(a, b)| dist2_to_segment(at, *a, *b)).fold(f64::INFINITY, f64::min);
    let rows = p.table(Kind::Buildings).iter().filter(|(x, _)| s.assignment().building(*x) != Some(cell.0));
    let mut out: Vec<(f64, u32, Pt)> = rows.filter_map(|(x, r)| Some((far(r.anchor()?), x, r.anchor()?))).collect();
    out.sort_by(|a, b| a.0.total_cmp(&b.0));
    out.into_iter().map(|(_, x, at)| (x, at)).collect()
}

#[test]
fn on_the_sample_strokes_into_every_cell_re_form_its_border() {
    let first = sample("neighbourhood");
    let (mut done, mut refused, mut pinned, mut more) = (0, 0, 0, 0i64);
    for cell in cells(&first) {
        for n in [1usize, 3, 6] {
            let mut s = first.clone();
            let mut hand = Hand::default();
            s.dispatch(Command::Select(Selection::Units(vec![cell])), 1);
            hand.take(Tool::Paint, &mut s, 1);
            let way: Vec<Pt> = beyond(&s, cell).into_iter().take(n).map(|(_, at)| at).collect();
            let points = vertices(&s);
            let begin = std::time::Instant::now();
            for at in &way {
                stroke(&mut s, &mut hand, &[*at]);
            }
            let took = begin.elapsed();
            if hand.trial().is_none() {
                refused += 1;
                println!("{n} into {:?}: {:?} {:?}", cell, hand.refusal(), hand.brush_told());
            }
            let is_pin =
                |e: &crate::plan::Edit| e.ops().any(|op| matches!(op, crate::plan::Op::Pin { cell: Some(_), .. }));
            pinned += usize::from(hand.trial().is_some_and(is_pin));
            let painted = hand.painted().len();
            let slivers = s.slivers().len();
            accept(&mut s, &mut hand, Some(cell)).unwrap_or_else(|e| panic!("{n} into {cell:?}: {e}"));
            let step = s.history().next_undo().map(|x| x.sentence.zh.clone()).unwrap_or_default();
            println!(
                "{n} strokes, {painted} buildings, {took:?}, {slivers} slivers, {} → {}: {step}",
                points,
                vertices(&s)
            );
            more += vertices(&s) as i64 - points as i64;
            done += 1;
        }
    }
    println!("{done} done, {refused} refused, {pinned} with pins, {more} vertices more");
    assert!(refused * 4 < done && pinned * 4 < done, "{refused} {pinned} of {done}");
}
