//! Lines led along streets.

use super::*;
use crate::geom::foot_on_segment;
use crate::plan::Op;
use crate::session::tools::{Tool, here};
use crate::session::{Command, Effect};
use egui::Key;

/// Waits until the network of streets is there.
fn wait_for_streets(h: &mut Window) {
    for _ in 0..3000 {
        if doc(h).streets.network().is_some() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
        h.step();
    }
    panic!("the network is never made");
}

/// A border between two cells, its ends, and the number and inner points of a way along other streets that it could take.
fn another_street(h: &Window) -> (Pt, Pt, usize, Vec<Pt>) {
    let n = doc(h).streets.network().expect("the network is there");
    let mut s = session(h).clone();
    let o = s.project().origin();
    // Where streets end on a border between two cells: there a border may turn off.
    let project = s.project().clone();
    let mut turns: Vec<Pt> = Vec::new();
    for (_, row) in project.table(Kind::Roads).iter() {
        turns.extend(row.shape().parts.into_iter().flatten().flatten());
    }
    let mut ends: Vec<(Pt, Pt)> = Vec::new();
    for (_, e) in layer(h).partition.edges() {
        let (l, r) = layer(h).partition.sides(e);
        if ![l, r].iter().all(|o| layer(h).unit_of(*o).is_some_and(|u| u.level == 1)) {
            continue;
        }
        let area = Box2::of(e.points.iter()).grown(1000);
        let foot = |p: &Pt| {
            let feet = e.points.windows(2).map(|w| foot_on_segment(*p, w[0], w[1]));
            feet.filter(|q| q.dist(*p) < 500.0).min_by_key(|q| q.dist2(*p))
        };
        let mut on: Vec<Pt> =
            turns.iter().filter(|p| area.contains(**p)).filter_map(foot).chain(e.points.to_vec()).collect();
        on.sort();
        on.dedup();
        let pairs = on.iter().enumerate().flat_map(|(i, a)| on[i + 1..].iter().map(move |b| (*a, *b)));
        ends.extend(pairs.filter(|(a, b)| a.dist(*b) > 30_000.0 && a.dist(*b) < 300_000.0));
    }
    for (a, b) in ends {
        let Some((from, to)) = n.nearest(a, 1000).zip(n.nearest(b, 1000)) else { continue };
        for (which, way) in n.ways(from, to, 4).into_iter().enumerate().skip(1) {
            let inner: Vec<Pt> = way.into_iter().filter(|p| p.dist(a) > 5.0 && p.dist(b) > 5.0).collect();
            let line = inner.iter().map(|p| o.place(*p)).collect();
            let edit = here(&s, Op::Follow { from: o.place(a), to: o.place(b), line, on: None });
            let effects = s.dispatch(Command::Stage(edit), 0);
            let refused = effects.iter().any(|e| matches!(e, Effect::Refused(_)));
            let slivers = !s.slivers().is_empty();
            s.dispatch(Command::Revert, 0);
            if !refused && !slivers {
                return (a, b, which, inner);
            }
        }
    }
    panic!("no border of the sample could take another street");
}

#[test]
fn a_border_takes_another_street_by_two_clicks_and_tab() {
    let Some(mut h) = sample("a_border_takes_another_street_by_two_clicks_and_tab") else { return };
    let first = state(&h);
    key(&mut h, Key::T);
    assert_eq!(doc(&h).hand.tool(), Tool::Follow);
    assert!(is_on(&h, "沿街"), "the tool is shown on");
    wait_for_streets(&mut h);
    let (a, b, which, inner) = another_street(&h);
    look_at(&mut h, Box2::of_two(a, b).centre(), 4000.0);
    click(&mut h, a);
    let at = place(&h, b);
    h.hover_at(at);
    h.run_steps(3);
    assert!(doc(&h).hand.way().1 > which, "{:?}", doc(&h).hand.way());
    for _ in 0..which {
        key(&mut h, Key::Tab);
    }
    assert_eq!(doc(&h).hand.way().0, which);
    assert_eq!(doc(&h).hand.between(b), inner);
    assert!(painted(&h).iter().any(|t| t == "Δ户"), "the read-out follows");
    key(&mut h, Key::Enter);
    assert_eq!(steps(&h), 1);
    assert_ne!(state(&h), first);
    let Op::Follow { line, .. } = session(&h).history().next_undo().expect("a step").edit.op.clone() else {
        panic!("the border was led")
    };
    assert_eq!(line.len(), inner.len());
    ctrl(&mut h, Key::Z);
    assert_eq!(state(&h), first);
    // A double click at the end does the same.
    key(&mut h, Key::V);
    key(&mut h, Key::T);
    click(&mut h, a);
    h.hover_at(at);
    h.run_steps(3);
    for _ in 0..which {
        key(&mut h, Key::Tab);
    }
    tap(&mut h, at);
    tap(&mut h, at);
    rest(&mut h);
    assert_eq!((steps(&h), doc(&h).hand.line().len()), (1, 0), "{}", told(&mut h));
    assert_ne!(state(&h), first);
}

#[test]
fn while_drawing_t_leads_the_line_and_backspace_takes_a_whole_piece_back() {
    let Some(mut h) = sample("while_drawing_t_leads_the_line_and_backspace_takes_a_whole_piece_back") else { return };
    key(&mut h, Key::T);
    wait_for_streets(&mut h);
    let (a, b, ..) = another_street(&h);
    key(&mut h, Key::A);
    assert!(!doc(&h).hand.leads(), "each tool begins straight");
    look_at(&mut h, Box2::of_two(a, b).centre(), 4000.0);
    click(&mut h, a);
    key(&mut h, Key::T);
    assert_eq!(doc(&h).hand.tool(), Tool::Draw, "T does not take the line out of the hand");
    assert!(doc(&h).hand.leads());
    let at = place(&h, b);
    h.hover_at(at);
    h.run_steps(3);
    let ways = doc(&h).hand.way().1;
    assert!(ways > 1);
    // Another way with more points than its ends.
    for _ in 0..ways {
        if doc(&h).hand.between(b).is_empty() {
            key(&mut h, Key::Tab);
        }
    }
    let piece = doc(&h).hand.between(b).len();
    assert!(piece > 0);
    click(&mut h, b);
    assert_eq!(doc(&h).hand.line().len(), 2 + piece);
    key(&mut h, Key::Backspace);
    assert_eq!(doc(&h).hand.line(), [a]);
    key(&mut h, Key::T);
    assert!(!doc(&h).hand.leads());
    h.hover_at(at);
    h.run_steps(2);
    assert!(doc(&h).hand.between(b).is_empty(), "straight again");
    key(&mut h, Key::Escape);
    assert_eq!(steps(&h), 0);
}
