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

/// What accepting did: whoever was painted is where it was to be, nobody else moved but those that were told: what stands in
/// pockets that would have been cut off, beside what was painted and of the same cells.
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
    let more: Vec<u32> = told.difference(&painted).copied().collect();
    let less: Vec<u32> = painted.difference(&told).copied().collect();
    let t = s.project().table(Kind::Buildings);
    let place = |x: &u32| t.get(*x).map_or(Box2::EMPTY, |r| r.bbox());
    let near = painted.iter().map(place).fold(Box2::EMPTY, |a, b| a.union(b)).grown(60_000);
    let givers: BTreeSet<Option<Owner>> = painted.iter().map(|x| before[x]).collect();
    let pocket = |x: &u32| near.union(place(x)) == near && givers.contains(&before[x]);
    if !less.is_empty() || !more.iter().all(pocket) {
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
        if told.contains(&slot) && !wanted || !told.contains(&slot) && is != was {
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
        for n in [1usize, 4] {
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
    assert!(
        refused * 4 < done && pinned == 0 && more < 40,
        "{refused} refused, {pinned} pinned, {more} vertices of {done}"
    );
}

/// Two cells side by side on bare ground, 400 by 200 m, with houses of 10 m at some places.
fn bare(houses: &[(i32, i32)]) -> Session {
    use crate::plan::{Edit, NewRow, Op, Take};
    let layer = crate::session::layer_from_text("grid=治理网格:社区>网格").unwrap();
    let origin = crate::geom::Origin::at(500_000, 3_000_000).unwrap();
    let p = crate::session::empty_project("t", "EPSG:4549", Some(origin), vec![layer], 5).unwrap();
    let mut s = Session::new(History::new(p, 5), None, Lang::Zh, "");
    let ring = |x: i32, y: i32, w: i32, h: i32| -> Vec<crate::geom::Place> {
        let corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)];
        corners.map(|(x, y)| origin.place(crate::geom::pt(x * 1000, y * 1000))).to_vec()
    };
    let draw = |code: &str, r| Op::Draw {
        code: Some(code.into()),
        name: None,
        rings: vec![r],
        take: Take::Free,
        parent: None,
    };
    let mut ops = vec![
        Op::Outline { rings: vec![ring(0, 0, 400, 200)], crs: None },
        draw("W", ring(0, 0, 200, 200)),
        draw("E", ring(200, 0, 200, 200)),
    ];
    let rows: Vec<NewRow> = houses
        .iter()
        .enumerate()
        .map(|(i, &(x, y))| {
            serde_json::from_value(serde_json::json!({"code": format!("B{i:03}"), "rings": [ring(x, y, 10, 10)]}))
                .unwrap()
        })
        .collect();
    ops.extend((!rows.is_empty()).then_some(Op::Add { kind: Kind::Buildings, rows }));
    for op in ops {
        let effects = s.dispatch(Command::Do(Edit::from(op)), 1);
        assert!(!effects.iter().any(|e| matches!(e, Effect::Refused(_))), "{effects:?}");
    }
    s
}

fn unit(s: &Session, code: &str) -> Id {
    s.project().layer(s.plan(), 0).unwrap().unit(code).unwrap().id
}

fn at(x: i32, y: i32) -> Pt {
    crate::geom::pt(x * 1000, y * 1000)
}

fn brush(s: &mut Session, tool: Tool, cell: &str) -> Hand {
    let mut hand = Hand::default();
    let id = unit(s, cell);
    s.dispatch(Command::Select(Selection::Units(vec![id])), 1);
    hand.take(tool, s, 1);
    hand
}

#[test]
fn without_streets_the_border_bulges_in_straight_lines() {
    let mut s = bare(&[(220, 40), (240, 40), (220, 120), (300, 80)]);
    let mut hand = brush(&mut s, Tool::Paint, "W");
    stroke(&mut s, &mut hand, &[at(225, 45), at(245, 45)]);
    assert_eq!(hand.painted().len(), 2);
    let to = unit(&s, "W");
    accept(&mut s, &mut hand, Some(to)).unwrap();
    let l = s.project().layer(s.plan(), 0).unwrap();
    let border = l.partition.edges().find(|(_, e)| {
        let (a, b) = l.partition.sides(e);
        [a, b].contains(&unit(&s, "W").0) && [a, b].contains(&unit(&s, "E").0)
    });
    let points = border.unwrap().1.points.clone();
    assert!(points.len() < 9, "few vertices: {points:?}");
    assert_eq!(s.history().next_undo().unwrap().sentence.zh.split('，').next_back(), Some("来自 E"));
}

#[test]
fn what_is_too_far_is_pinned_and_erasing_lets_it_go() {
    let mut s = bare(&[(20, 40), (380, 150), (250, 100)]);
    let mut hand = brush(&mut s, Tool::Paint, "W");
    stroke(&mut s, &mut hand, &[at(385, 155)]);
    let (lead, _) = hand.hint();
    assert!(lead.zh.contains("指定归属") && lead.en.contains("by hand"), "{lead:?}");
    let to = unit(&s, "W");
    accept(&mut s, &mut hand, Some(to)).unwrap();
    let pins = |s: &Session| s.project().layer(s.plan(), 0).unwrap().pins.len();
    assert_eq!(pins(&s), 1);
    let mut hand = brush(&mut s, Tool::Erase, "W");
    stroke(&mut s, &mut hand, &[at(385, 155)]);
    let to = unit(&s, "E");
    accept(&mut s, &mut hand, Some(to)).unwrap();
    assert_eq!(pins(&s), 0, "the pin is gone, no border has moved");
    // With Shift what is painted out is in no cell.
    let mut hand = brush(&mut s, Tool::Erase, "W");
    hand.brush_down(&mut s, at(25, 45), true, 1);
    hand.brush_up(&s);
    let wish = hand.wish(&s).unwrap();
    assert_eq!(wish.to, None);
    let found = reformed(s.project(), s.assignment(), &wish, &|| true).unwrap();
    hand.reform(&mut s, &found, 1);
    accept(&mut s, &mut hand, None).unwrap();
    assert_eq!(s.assignment().unassigned(s.project()).buildings, 1);
    let sentence = s.history().next_undo().unwrap().sentence.zh.clone();
    assert!(sentence.contains("1 栋") && sentence.contains("改为未划入，来自 W"), "{sentence}");
}

#[test]
fn the_brush_says_what_it_leaves_out_and_why() {
    let mut s = bare(&[(150, 40), (220, 40)]);
    // No cell is selected: the one under the brush is meant, and outside of all words say so.
    let mut hand = Hand::default();
    hand.take(Tool::Paint, &mut s, 1);
    stroke(&mut s, &mut hand, &[at(-50, -50)]);
    assert!(hand.brush_told().unwrap().zh.contains("先选") && hand.busy());
    hand.escape(&mut s, 1);
    assert!(!hand.busy() && hand.tool() == Tool::Paint);
    stroke(&mut s, &mut hand, &[at(190, 45), at(225, 45)]);
    assert_eq!(*s.selection(), Selection::Units(vec![unit(&s, "W")]));
    assert_eq!(hand.painted().len(), 1);
    // A stroke is taken back, all of it.
    assert!(hand.take_back(&mut s, 1) && hand.painted().is_empty() && s.history().staged().is_none());
    let lock = |s: &mut Session, value| {
        let op = crate::plan::Op::Lock { cell: Some("E".into()), on: None, value };
        s.dispatch(Command::Do(op.into()), 1);
    };
    lock(&mut s, true);
    stroke(&mut s, &mut hand, &[at(225, 45)]);
    let said = hand.brush_told().unwrap();
    assert!(hand.painted().is_empty() && said.zh.contains("E 已锁定") && said.en.contains("locked"), "{said:?}");
    lock(&mut s, false);
    s.dispatch(Command::OnlyGaps(true), 1);
    let mut hand = brush(&mut s, Tool::Paint, "W");
    stroke(&mut s, &mut hand, &[at(225, 45)]);
    assert!(hand.painted().is_empty() && hand.brush_told().unwrap().zh.contains("只填空白"));
    s.dispatch(Command::OnlyGaps(false), 1);
    // A locked cell gets nothing.
    let op = crate::plan::Op::Lock { cell: Some("W".into()), on: None, value: true };
    s.dispatch(Command::Do(op.into()), 1);
    let mut hand = brush(&mut s, Tool::Paint, "W");
    stroke(&mut s, &mut hand, &[at(225, 45)]);
    assert!(hand.brush_told().unwrap().zh.contains("W 已锁定"));
    let mut hand = brush(&mut s, Tool::Erase, "W");
    stroke(&mut s, &mut hand, &[at(155, 45)]);
    assert!(hand.brush_told().unwrap().zh.contains("W 已锁定"));
}

#[test]
fn a_courtyard_kept_whole_goes_as_one() {
    let first = sample("neighbourhood");
    let yards = first.project().table(Kind::Courtyards);
    let of = |y: u32| first.assignment().courtyards().buildings(y).to_vec();
    let (yard, row) = yards.iter().find(|(y, _)| of(*y).len() > 3).unwrap();
    let mut s = first.clone();
    let op = crate::plan::Op::Whole { courtyard: row.code().to_owned(), value: true };
    s.dispatch(Command::Do(op.into()), 1);
    let slots = of(yard);
    let one = s.project().table(Kind::Buildings).get(slots[0]).unwrap().anchor().unwrap();
    let home = s.assignment().building(slots[0]).unwrap();
    // Painted out: it goes to the cell beside, all of it.
    let code = s.project().layer(s.plan(), 0).unwrap().unit_of(home).unwrap().code.clone();
    let mut hand = brush(&mut s, Tool::Erase, &code);
    stroke(&mut s, &mut hand, &[one]);
    assert_eq!(hand.painted().iter().copied().collect::<Vec<_>>(), slots);
    let to = s.staged().buildings.iter().find_map(|m| m.to).unwrap();
    accept(&mut s, &mut hand, Some(Id(to))).unwrap();
    assert!(slots.iter().all(|x| s.assignment().building(*x) == Some(to)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    /// Whoever is painted is in the cell, nobody else moved, the partition is whole, slivers are told.
    #[test]
    fn strokes_by_chance_move_what_they_meet_and_nothing_else(
        houses in prop::collection::vec((0..39i32, 0..19i32), 1..40), out: bool, strokes in prop::collection::vec(
            ((5..395i32, 5..195i32), (-60..60i32, -60..60i32), 0..4i32), 1..4),
    ) {
        let houses: BTreeSet<(i32, i32)> = houses.into_iter().collect();
        let houses: Vec<(i32, i32)> = houses.into_iter().map(|(x, y)| (x * 10, y * 10)).collect();
        let mut s = bare(&houses);
        let mut hand = brush(&mut s, if out { Tool::Erase } else { Tool::Paint }, "W");
        for ((x, y), (dx, dy), size) in strokes {
            (0..size).for_each(|_| hand.resize_brush(true));
            stroke(&mut s, &mut hand, &[at(x, y), at(x + dx, y + dy)]);
        }
        let to = unit(&s, if out { "E" } else { "W" });
        if !hand.painted().is_empty() {
            let painted = hand.painted().len();
            prop_assert_eq!(accept(&mut s, &mut hand, Some(to)), Ok(()), "{} painted", painted);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    /// The same on streets.
    #[test]
    fn strokes_by_chance_over_streets_move_what_they_meet_and_nothing_else(
        cell in 0..10usize, out: bool, from in 0..12usize, way in prop::collection::vec((-60..60i32, -60..60i32), 1..4),
    ) {
        let mut s = sample("neighbourhood");
        let id = cells(&s)[cell];
        let mut hand = Hand::default();
        s.dispatch(Command::Select(Selection::Units(vec![id])), 1);
        hand.take(if out { Tool::Erase } else { Tool::Paint }, &mut s, 1);
        let own = s.assignment().buildings_of(id.0);
        let table = s.project().table(Kind::Buildings);
        let start = match out {
            true => table.get(own[from % own.len()]).and_then(|r| r.anchor()).unwrap(),
            false => beyond(&s, id)[from].1,
        };
        let mut line = vec![start];
        for (dx, dy) in way {
            let last = line[line.len() - 1];
            line.push(crate::geom::pt(last.x + dx * 1000, last.y + dy * 1000));
        }
        stroke(&mut s, &mut hand, &line);
        let to = hand.wish(&s).and_then(|w| w.to).or(s.staged().buildings.iter().find_map(|m| m.to).map(Id));
        if let (Some(to), false) = (to, hand.painted().is_empty()) {
            prop_assert_eq!(accept(&mut s, &mut hand, Some(to)), Ok(()));
        }
    }
}

#[test]
fn among_ten_thousand_buildings_a_frame_of_painting_costs_little() {
    let mut s = sample("street-office");
    assert!(s.project().table(Kind::Buildings).len() > 9_000);
    let cell = cells(&s)[7];
    let mut hand = Hand::default();
    s.dispatch(Command::Select(Selection::Units(vec![cell])), 1);
    hand.take(Tool::Paint, &mut s, 1);
    (0..3).for_each(|_| hand.resize_brush(true));
    let start = beyond(&s, cell)[0].1;
    hand.brush_down(&mut s, start, false, 1);
    // Frames with eight places of the pointer each, 4 m apart.
    let (mut worst, mut at) = (std::time::Duration::ZERO, start);
    for i in 0..30 {
        let way: Vec<Pt> = (1..=8).map(|k| crate::geom::pt(at.x + k * 4000, at.y + (i % 3 - 1) * k * 2000)).collect();
        at = way[7];
        let begin = std::time::Instant::now();
        hand.brush_along(&s, &way);
        hand.painted_tally(&s);
        worst = worst.max(begin.elapsed());
    }
    hand.brush_up(&s);
    let wish = hand.wish(&s).unwrap();
    let begin = std::time::Instant::now();
    let found = reformed(s.project(), s.assignment(), &wish, &|| true).unwrap();
    let border = begin.elapsed();
    let begin = std::time::Instant::now();
    hand.reform(&mut s, &found, 1);
    println!(
        "{} painted: worst frame {worst:?}, the border beside the window {border:?}, staged in {:?}; {} far",
        wish.painted.len(),
        begin.elapsed(),
        found.far.len()
    );
    // Without optimisation it is an order of magnitude slower.
    let most_ms = if cfg!(debug_assertions) { 40 } else { 4 };
    assert!(worst.as_millis() < most_ms, "{worst:?}");
    assert!(wish.painted.len() > 20);
}

#[test]
fn two_houses_left_out_of_a_row_are_gone_round_not_cut_off() {
    let mut s = sample("street-office");
    let mut hand = brush(&mut s, Tool::Paint, "320599013007001");
    let t = s.project().table(Kind::Buildings);
    let mut rows: Vec<Pt> = (4901..=4924).filter_map(|n| t.get(t.find(&format!("B{n:06}"))?)?.anchor()).collect();
    rows.sort_by_key(|p| p.y);
    let mut south: Vec<Pt> = rows.drain(..12).collect();
    south.sort();
    south.drain(3..5);
    (0..6).for_each(|_| hand.resize_brush(false));
    for at in rows.iter().chain(&south) {
        hand.brush_down(&mut s, *at, false, 1);
        hand.brush_up(&s);
    }
    let wish = hand.wish(&s).unwrap();
    let found = reformed(s.project(), s.assignment(), &wish, &|| true).unwrap();
    assert_eq!((wish.painted.len(), found.inside.len(), found.far.len()), (22, 22, 0));
    assert!(found.rings.len() == 1 && found.rings[0].len() < 16, "{:?}", found.rings);
    hand.reform(&mut s, &found, 1);
    let to = unit(&s, "320599013007001");
    accept(&mut s, &mut hand, Some(to)).unwrap();
}
