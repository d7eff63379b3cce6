//! A community of five cells that are all too large, cut anew into seven along streets.

use super::*;
use crate::geom::ring_contains;
use crate::model::Shape;
use crate::topology;

const CODE: &str = "320599013009";

/// The cells of the community by code.
fn own(h: &Window) -> Vec<Id> {
    let mut all: Vec<_> = layer(h).units.values().filter(|u| u.level == 2 && u.code.starts_with(CODE)).collect();
    all.sort_by(|a, b| a.code.cmp(&b.code));
    all.into_iter().map(|u| u.id).collect()
}

fn households(h: &Window) -> Vec<(Id, i64)> {
    let s = session(h);
    own(h).into_iter().map(|id| (id, s.assignment().of_unit(s.project(), id).households)).collect()
}

/// A street across the community: its points inside, and the places of the border where the cut begins and ends.
fn street(map: &crate::sample::SampleMap, ring: &[Pt], name: &str) -> (Pt, Vec<Pt>, Pt) {
    let rows = map.rows.iter().filter(|(k, _)| *k == Kind::Roads).flat_map(|(_, rows)| rows).filter(|r| r.name == name);
    let chains = rows.flat_map(|r| if let Shape::Lines(l) = &r.shape { l.clone() } else { vec![] });
    let inner = |c: Vec<Pt>| c.into_iter().filter(|p| !ring.contains(p) && ring_contains(ring, *p)).collect::<Vec<_>>();
    let way = chains.map(inner).max_by_key(Vec::len).expect("the street runs through it");
    let border = |p: Pt| *ring.iter().min_by_key(|q| q.dist2(p)).expect("a ring has points");
    (border(way[0]), way.clone(), border(way[way.len() - 1]))
}

#[test]
fn five_cells_are_recut_into_seven_in_five_minutes() {
    let test = "five_cells_are_recut_into_seven_in_five_minutes";
    let folder = tempfile::tempdir().expect("a folder");
    let Some(mut me) = Person::sits_down(test, "recut", &folder.path().join("data")) else { return };
    let map = (crate::sample::SAMPLES[1].make)().expect("the sample is made");
    let ring = map.units.iter().find(|u| u.code == CODE).expect("the sample has it").rings[0].clone();
    // The street office, by its card; the community, by the first letters of its name.
    me.thinks();
    me.pushes("临棠街道");
    me.waits();
    let first = state(&me.h);
    me.shows("sample");
    me.thinks();
    me.presses_ctrl(Key::F);
    me.types("xingtan");
    me.waits();
    me.shows("search");
    me.presses(Key::Enter);
    me.waits();
    assert_eq!(selected_units(&me.h).len(), 1, "{:?}", painted(&me.h));
    me.presses(Key::Z);
    me.waits();
    me.thinks();
    me.presses(Key::W);
    assert!(me.reads("只动 杏坛社区"), "{:?}", painted(&me.h));
    let before = households(&me.h);
    assert!(before.len() == 5 && before.iter().all(|(_, n)| *n > 500), "{before:?}");
    // All five, then one.
    me.thinks();
    for (i, (id, _)) in before.iter().enumerate() {
        let at = place(&me.h, inside(&me.h, *id));
        me.clicks_at(at, if i == 0 { Modifiers::NONE } else { Modifiers::SHIFT });
    }
    assert_eq!(selected_units(&me.h).len(), 5);
    me.shows("five");
    me.presses(Key::C);
    me.waits();
    assert_eq!((own(&me.h).len(), steps(&me.h)), (1, 1), "{}", told(&mut me.h));
    for (i, name) in ["清和街", "崇文路", "明远街", "杏坛街"].into_iter().enumerate() {
        let (from, way, to) = street(&map, &ring, name);
        let (near, far) = (way[0], way[way.len() - 1]);
        me.thinks();
        me.presses(Key::X);
        me.clicks(from);
        if near.dist(from) > 16_000.0 {
            me.clicks(near);
        }
        me.presses(Key::T);
        me.waits();
        let last = if far.dist(to) > 16_000.0 { far } else { to };
        me.clicks(last);
        if i == 0 {
            me.shows("street");
        }
        if last != to {
            me.presses(Key::T);
            me.clicks(to);
        }
        me.presses(Key::Enter);
        me.waits();
        assert_eq!(steps(&me.h), i + 2, "{name}: {:?} {}", painted(&me.h), told(&mut me.h));
    }
    me.shows("seven");
    // Numbers and names from north to south and west to east; 06 makes room before another is called so.
    let mut left = own(&me.h);
    left.sort_by_key(|id| {
        let at = inside(&me.h, *id);
        (at.y < ring_middle(&ring), at.x)
    });
    assert_eq!(left.len(), 7);
    let names = ["向阳", "团结", "和睦", "曙光", "金穗", "长亭", "清和"];
    let mut turns: Vec<(Id, usize)> = left.iter().copied().zip(1..).collect();
    turns.swap(5, 6);
    for (id, n) in turns {
        me.thinks();
        // V once: a click of the knife would cut.
        if n == 1 {
            me.presses(Key::V);
        }
        me.clicks(inside(&me.h, id));
        assert_eq!(selected_units(&me.h), [id]);
        me.pushes("改名称 / 改编号");
        me.fills("名称", &format!("{}网格", names[n - 1]));
        me.fills("编号", &format!("{CODE}{n:03}"));
        me.presses(Key::Enter);
        let u = &layer(&me.h).units[&id];
        assert_eq!((&u.code[12..], u.name.as_str()), (&format!("{n:03}")[..], &format!("{}网格", names[n - 1])[..]));
    }
    me.presses(Key::Escape);
    me.waits();
    me.shows("named");
    let took = me.told();
    assert!(took < 300.0, "{took}");
    // Seven within the range, nobody lost, every building of the community in one of them, borders in order.
    let after = households(&me.h);
    let s = session(&me.h);
    let rules = &s.project().facts.rules;
    println!("{before:?} households, then {after:?}");
    assert!(after.len() == 7 && after.iter().all(|(_, n)| rules.deviation(*n as u64) == 0), "{after:?}");
    assert_eq!(sum(&after), sum(&before));
    let l = layer(&me.h);
    for (slot, row) in s.project().table(Kind::Buildings).iter() {
        if row.anchor().is_some_and(|a| ring_contains(&ring, a)) {
            let of = s.assignment().building(slot).and_then(|o| l.unit_of(o));
            assert!(of.is_some_and(|u| u.level == 2 && u.code.starts_with(CODE)), "{}", row.code());
        }
    }
    assert_eq!(topology::check(&l.partition), vec![]);
    // All of it taken back, and done again.
    let (last, n) = (state(&me.h), steps(&me.h));
    for _ in 0..n {
        me.presses_ctrl(Key::Z);
    }
    assert_eq!((state(&me.h), steps(&me.h)), (first, 0));
    assert_eq!(households(&me.h), before);
    for _ in 0..n {
        me.presses_ctrl(Key::Y);
    }
    assert_eq!((state(&me.h), steps(&me.h)), (last, n));
}

fn sum(of: &[(Id, i64)]) -> i64 {
    of.iter().map(|(_, n)| n).sum()
}

/// Between the northern and the southern row.
fn ring_middle(ring: &[Pt]) -> i32 {
    Box2::of(ring.iter()).centre().y
}
