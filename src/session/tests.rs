use super::*;
use crate::geom::{Box2, Place};
use crate::model::{Date, Kind};
use crate::plan::Take;
use crate::topology::WORLD;

pub(super) fn sample() -> Session {
    let p = sample_project("neighbourhood", 5).unwrap();
    Session::new(History::new(p, 5), None, Lang::Zh, "张某")
}

fn refused(effects: &[Effect]) -> Option<&EditError> {
    effects.iter().find_map(|e| if let Effect::Refused(e) = e { Some(e) } else { None })
}

fn done(s: &mut Session, op: Op) {
    let effects = s.dispatch(Command::Do(op.into()), 1_000);
    assert!(refused(&effects).is_none(), "{:?}", refused(&effects));
}

/// A vertex in the middle of a border between two cells, and a place beside it.
fn inner_vertex(s: &Session) -> (Place, Place) {
    let p = s.project();
    let l = p.layer(s.plan(), s.layer()).unwrap();
    let units = |o| l.unit_of(o).filter(|u| u.level == 1);
    let inner = |e: &crate::topology::Edge| {
        let (a, b) = l.partition.sides(e);
        units(a).is_some() && units(b).is_some() && e.points.len() > 3
    };
    let e = l.partition.edges().map(|(_, e)| e).find(|e| inner(e)).unwrap();
    let v = e.points[e.points.len() / 2];
    (p.origin().place(v), p.origin().place(crate::geom::pt(v.x + 3000, v.y + 2000)))
}

#[test]
fn the_sample_is_a_whole_project() {
    let s = sample();
    let p = s.project();
    assert_eq!(p.state, p.recount_state());
    let rows = answers::unit_rows(p, s.assignment(), None, None);
    assert_eq!(rows.len(), 10);
    assert!(rows.iter().any(|r| r.deviation > 0) && rows.iter().any(|r| r.deviation < 0));
    assert!(s.assignment().unassigned(p).buildings >= 2);
    let l = p.layer(s.plan(), 0).unwrap();
    let ground: i128 = l.partition.faces().filter(|(i, _)| *i != WORLD).map(|(_, f)| f.area2).sum();
    assert_eq!(ground, -l.partition.face(WORLD).unwrap().area2);
    assert_eq!(crate::topology::check(&l.partition), vec![]);
    let stats = answers::stats(p, s.assignment(), None, None, None);
    let sum: i64 = stats["cells"].as_array().unwrap().iter().map(|c| c["households"].as_i64().unwrap()).sum();
    let rest = stats["totals"]["unassigned"]["households"].as_i64().unwrap();
    assert_eq!(stats["totals"]["households"].as_i64().unwrap(), sum + rest);
}

#[test]
fn a_drag_is_staged_committed_undone_and_redone() {
    let mut s = sample();
    let first = s.project().state;
    let (at, to) = inner_vertex(&s);
    assert!(refused(&s.dispatch(Command::Stage(Op::Move { at, to }.into()), 1)).is_none());
    assert_ne!(s.project().state, first);
    assert_eq!(s.history().stable().state, first);
    s.dispatch(Command::Revert, 1);
    assert_eq!(s.project().state, first);
    s.dispatch(Command::Stage(Op::Move { at, to }.into()), 1);
    let effects = s.dispatch(Command::Commit, 2);
    assert!(matches!(&effects[0], Effect::Committed { .. }));
    let after = s.project().state;
    assert!(s.is_dirty());
    assert!(matches!(s.dispatch(Command::Undo, 3)[0], Effect::Stepped { undone: true, .. }));
    assert_eq!(s.project().state, first);
    assert!(!s.is_dirty());
    s.dispatch(Command::Redo, 3);
    assert_eq!(s.project().state, after);
    assert!(*s.assignment() == Assignment::count(s.project(), s.plan(), 0));
}

#[test]
fn choices_left_open_are_filled() {
    let mut s = sample();
    let cells = |s: &Session| -> Vec<String> {
        answers::unit_rows(s.project(), s.assignment(), None, None).into_iter().map(|r| r.unit.code).collect()
    };
    let before = cells(&s);
    let cell = before[6].clone();
    let l = s.project().layer(s.plan(), 0).unwrap();
    let b = l.ground(l.unit(&cell).unwrap().id).iter().flatten().fold(Box2::EMPTY, |b, r| b.union(Box2::of(r.iter())));
    let o = s.project().origin();
    let c = b.centre();
    let line = vec![o.place(crate::geom::pt(b.min.x - 500, c.y)), o.place(crate::geom::pt(b.max.x + 500, c.y))];
    done(&mut s, Op::Split { cell: cell.clone(), line, code: None, name: None, keep: None, attach_m: None });
    let after = cells(&s);
    let new = after.iter().find(|c| !before.contains(c)).unwrap().clone();
    assert_eq!(new, "320599012006011");
    // The larger part kept the code.
    let rows = answers::unit_rows(s.project(), s.assignment(), None, None);
    let households = |code: &str| rows.iter().find(|r| r.unit.code == code).unwrap().tally.households;
    assert!(households(&cell) >= households(&new));
    let said = s.history().log().last().unwrap().0.sentence.clone();
    assert!(said.zh.contains("切分 07，新网格 11") && said.zh.contains('户'), "{said:?}");
    done(&mut s, Op::Merge { cells: vec![new, cell.clone()], keep: None, apart: false });
    assert_eq!(cells(&s), before);
    // Drawn on the open ground of the community, the cell's code begins with the community's.
    let gap = s.project().layer(s.plan(), 0).unwrap();
    let owner = gap.unit("320599012006").unwrap().id;
    let ring: Vec<Place> = gap.partition.polygons(owner.0)[0][0].iter().map(|&q| o.place(q)).collect();
    done(&mut s, Op::Draw { code: None, name: None, rings: vec![ring], take: Take::Free, parent: None });
    assert_eq!(cells(&s).len(), 11);
    assert!(cells(&s).contains(&"320599012006011".to_owned()));
    assert_eq!(s.project().state, s.project().recount_state());
}

#[test]
fn a_line_over_several_cells_cuts_those_that_are_not_locked() {
    let mut s = sample();
    let codes = |s: &Session| -> Vec<String> {
        answers::unit_rows(s.project(), s.assignment(), None, None).into_iter().map(|r| r.unit.code).collect()
    };
    let before = codes(&s);
    let b = s.project().layer(s.plan(), 0).unwrap().partition.extent();
    let o = s.project().origin();
    let line: Vec<Place> =
        [b.min.x - 1_000, b.max.x + 1_000].map(|x| o.place(crate::geom::pt(x, b.centre().y))).to_vec();
    let cut = Op::Cut { line, cells: None, attach_m: None };
    done(&mut s, cut.clone());
    let Op::Cut { cells: Some(all), .. } = &s.history().log().last().unwrap().0.edit.op else { panic!() };
    let all: Vec<String> = all.iter().map(|c| c.cell.clone()).collect();
    assert!(all.len() > 1 && all.iter().all(|c| before.contains(c)), "{all:?}");
    let after = codes(&s);
    assert_eq!(after.len(), before.len() + all.len());
    // Households were counted for each: the larger part kept the code.
    let rows = answers::unit_rows(s.project(), s.assignment(), None, None);
    let households = |code: &str| rows.iter().find(|r| r.unit.code == code).unwrap().tally.households;
    let Op::Cut { cells: Some(parts), .. } = &s.history().log().last().unwrap().0.edit.op else { panic!() };
    for c in parts {
        assert!(households(&c.cell) >= households(c.code.as_ref().unwrap()), "{c:?}");
    }
    assert_eq!(s.project().state, s.project().recount_state());
    s.dispatch(Command::Undo, 0);
    assert_eq!(codes(&s), before);
    done(&mut s, Op::Lock { cell: Some(all[0].clone()), on: None, value: true });
    done(&mut s, cut);
    let Op::Cut { cells: Some(unlocked), .. } = &s.history().log().last().unwrap().0.edit.op else { panic!() };
    assert_eq!(unlocked.iter().map(|c| c.cell.clone()).collect::<Vec<_>>(), all[1..]);
}

#[test]
fn limits_that_are_switched_on_go_into_the_edits_that_they_concern() {
    let mut s = sample();
    let l = s.project().layer(s.plan(), 0).unwrap();
    let community = l.unit("320599012006").unwrap().id;
    s.dispatch(Command::OnlyWithin(Some(community)), 0);
    s.dispatch(Command::OnlyGaps(true), 0);
    let limited = |s: &Session, op: Op| {
        let e = s.limited(op.into());
        (e.within, e.gaps)
    };
    let draw = Op::Draw { code: None, name: None, rings: vec![], take: Take::All, parent: None };
    let merge = Op::Merge { cells: vec![], keep: None, apart: false };
    assert_eq!(limited(&s, draw.clone()), (Some("320599012006".into()), true));
    assert_eq!(limited(&s, merge), (Some("320599012006".into()), false), "merging takes no ground for another");
    assert_eq!(limited(&s, Op::Remove { member: None, post: None, buildings: vec![], courtyard: None }), (None, false));
    s.dispatch(Command::OnlyWithin(None), 0);
    s.dispatch(Command::OnlyGaps(false), 0);
    assert_eq!(limited(&s, draw), (None, false));
}

#[test]
fn a_drawing_mostly_on_ground_of_no_community_stays_on_it() {
    let mut s = sample();
    let (o, layer) = (s.project().origin(), s.project().layer(s.plan(), 0).unwrap());
    let b = layer.partition.extent();
    let box_of = |b: Box2| {
        let at = |x, y| o.place(crate::geom::pt(x, y));
        vec![at(b.min.x, b.min.y), at(b.max.x, b.min.y), at(b.max.x, b.max.y), at(b.min.x, b.max.y)]
    };
    done(&mut s, Op::Outline { rings: vec![box_of(b.grown(200_000))], crs: None });
    let known: Vec<_> = s.project().layer(s.plan(), 0).unwrap().units.keys().copied().collect();
    // The northern half of the map's east and 150 m beyond it.
    let c = b.centre();
    let north_east = Box2 { min: crate::geom::pt(b.max.x - 50_000, c.y), max: b.grown(150_000).max };
    let rings = vec![box_of(north_east)];
    done(&mut s, Op::Draw { code: None, name: None, rings, take: Take::All, parent: None });
    let layer = s.project().layer(s.plan(), 0).unwrap();
    let drawn = layer.units.values().find(|u| !known.contains(&u.id)).unwrap();
    assert_eq!(drawn.parent, None);
    let mine = layer.partition.faces_of(drawn.id.0);
    let area2: i128 = mine.iter().map(|&f| layer.partition.face(f).unwrap().area2).sum();
    assert!(area2 > 2 * 140_000 * i128::from(north_east.height()), "{area2}");
}

#[test]
fn a_plan_in_force_is_changed_in_a_new_draft_that_names_itself() {
    let mut s = sample();
    let old = s.project().plans[0].meta.name.clone();
    let from = Date::parse("2026-07-01").unwrap();
    done(&mut s, Op::Plan(PlanOp::Adopt { name: old.clone(), from }));
    let (at, to) = inner_vertex(&s);
    let state = s.project().state;
    s.dispatch(Command::Stage(Op::Move { at, to }.into()), 1);
    s.dispatch(Command::Revert, 1);
    assert_eq!((s.project().state, s.project().plans.len()), (state, 1), "a drag that is dropped leaves no draft");
    let steps = s.history().log().count();
    let effects = s.dispatch(Command::Do(Op::Move { at, to }.into()), 1);
    assert!(refused(&effects).is_none());
    assert!(effects.iter().any(|e| matches!(e, Effect::Say(s) if s.zh.contains("方案B"))), "{effects:?}");
    assert_eq!(s.project().plans.len(), 2);
    assert_eq!(s.project().plan(s.plan()).unwrap().meta.name, "方案B");
    assert_eq!(s.history().log().count(), steps + 1, "one gesture is one step");
    assert_eq!(s.project().state, s.project().recount_state());
    assert!(*s.assignment() == Assignment::count(s.project(), s.plan(), 0));
    let after = s.project().state;
    let effects = s.dispatch(Command::Undo, 1);
    assert!(effects.iter().any(|e| matches!(e, Effect::Say(s) if s.zh.contains(&old))), "{effects:?}");
    assert_eq!((s.project().state, s.project().plans.len()), (state, 1));
    assert!(*s.assignment() == Assignment::count(s.project(), s.plan(), 0));
    let effects = s.dispatch(Command::Redo, 1);
    assert!(effects.iter().any(|e| matches!(e, Effect::Say(s) if s.zh.contains("方案B"))), "{effects:?}");
    assert_eq!(s.project().state, after);
    assert_eq!(s.project().plan(s.plan()).unwrap().meta.name, "方案B");
    assert!(*s.assignment() == Assignment::count(s.project(), s.plan(), 0));
    // A post on the plan in force is written in the draft too.
    let cell = answers::unit_rows(s.project(), s.assignment(), None, None)[0].unit.code.clone();
    done(&mut s, Op::Member { code: "M900".into(), name: "李某".into(), phone: None, org: None });
    let mut post: Edit = Op::Post {
        code: None,
        member: "M900".into(),
        post: "网格员".into(),
        cell: Some(cell),
        courtyard: None,
        building: None,
        org: None,
        from: Some(from),
        to: None,
    }
    .into();
    post.plan = Some(old);
    assert!(refused(&s.dispatch(Command::Do(post), 1)).is_none());
    let held = |i: usize| {
        s.project().plans[i].posts.values().filter(|p| p.member == s.project().member("M900").unwrap().id).count()
    };
    assert_eq!((held(0), held(1)), (1, 1));
    while s.history().next_undo().is_some() {
        s.dispatch(Command::Undo, 1);
    }
    assert_eq!(s.project().plans.len(), 1);
    assert_eq!(s.project().state, s.project().recount_state());
}

#[test]
fn an_edit_of_a_plan_in_force_that_is_dropped_or_refused_changes_nothing() {
    let mut s = sample();
    let old = s.project().plans[0].meta.name.clone();
    let from = Date::parse("2026-07-01").unwrap();
    done(&mut s, Op::Plan(PlanOp::Adopt { name: old, from }));
    done(&mut s, Op::Member { code: "M900".into(), name: "李某".into(), phone: None, org: None });
    s.dispatch(Command::Undo, 1);
    let seen = |s: &Session| {
        let log: Vec<_> = s.history().log().map(|(s, undone)| (s.id, undone)).collect();
        (s.history().stable().state, s.project().plans.len(), s.plan(), s.history().redoable(), log)
    };
    let before = seen(&s);
    assert_eq!(before.3.len(), 1);
    let nowhere = Place { e_mm: 1, n_mm: 1 };
    for command in [Command::Do(Op::Delete { at: nowhere }.into()), Command::Stage(Op::Delete { at: nowhere }.into())] {
        assert!(refused(&s.dispatch(command, 1)).is_some());
        assert_eq!(seen(&s), before, "refused");
    }
    let (at, to) = inner_vertex(&s);
    for _ in 0..3 {
        let effects = s.dispatch(Command::Stage(Op::Move { at, to }.into()), 1);
        assert!(effects.is_empty(), "nothing is said while the border moves: {effects:?}");
        assert_ne!(s.project().state, before.0, "what will be done is seen");
        assert_eq!(s.project().plan(s.plan()).unwrap().meta, s.history().stable().plan(s.plan()).unwrap().meta);
    }
    s.dispatch(Command::Revert, 1);
    assert_eq!(seen(&s), before, "dropped");
    s.dispatch(Command::Redo, 1);
    assert!(s.project().member("M900").is_some());
}

#[test]
fn a_step_of_the_facts_belongs_to_no_plan_and_switches_to_none() {
    let mut s = sample();
    done(&mut s, Op::Plan(PlanOp::Copy { old: "方案A".into(), new: "方案B".into() }));
    let b = s.project().plan_named("方案B").unwrap().id;
    let building = s.project().table(Kind::Buildings).iter().next().unwrap().1.code().to_owned();
    let yard = s.project().table(Kind::Courtyards).iter().next().unwrap().1.code().to_owned();
    for json in [
        serde_json::json!({"op": "set", "building": building, "households": 77}),
        serde_json::json!({"op": "set", "building": building, "households": 78, "plan": "方案A"}),
        serde_json::json!({"op": "set", "rules": {"households_min": 299}}),
        serde_json::json!({"op": "whole", "courtyard": yard, "value": true, "plan": "方案A"}),
        serde_json::json!({"op": "member", "code": "M900", "name": "李某"}),
        serde_json::json!({"op": "post", "member": "M900", "post": "楼栋长", "building": building, "plan": "方案A"}),
    ] {
        let edit: Edit = serde_json::from_value(json.clone()).unwrap();
        assert!(refused(&s.dispatch(Command::Do(edit), 1)).is_none(), "{json}");
        let step = s.history().log().last().unwrap().0.clone();
        assert_eq!(step.plan, None, "{json}");
        s.dispatch(Command::ShowPlan(b), 1);
        for command in [Command::Undo, Command::Redo] {
            let effects = s.dispatch(command, 1);
            assert!(matches!(effects[..], [Effect::Stepped { .. }]), "{json} {effects:?}");
            assert_eq!(s.plan(), b);
        }
    }
    let log = answers::log(s.history(), Lang::Zh, &|t| t.to_string());
    assert!(log.as_array().unwrap().iter().all(|l| l["plan"].is_null()), "{log}");
    // A step of a plan names it.
    let cell = answers::unit_rows(s.project(), s.assignment(), None, None)[0].unit.code.clone();
    let pin = Edit { plan: Some("方案A".into()), ..Op::Pin { building, cell: Some(cell) }.into() };
    s.dispatch(Command::Do(pin), 1);
    assert_eq!(s.history().log().last().unwrap().0.plan.as_deref(), Some("方案A"));
}

#[test]
fn edits_together_are_filled_one_after_the_other_and_undone_at_once() {
    let mut s = sample();
    let before = s.project().state;
    let cell = answers::unit_rows(s.project(), s.assignment(), None, None)[0].unit.code.clone();
    let json = |duty: &str| serde_json::json!({"op": "post", "member": "M900", "post": duty, "cell": cell});
    let member = serde_json::json!({"op": "member", "code": "M900", "name": "李某"});
    let edit =
        serde_json::json!({"op": "together", "layer": "grid", "edits": [member, json("网格员"), json("楼栋长")]});
    let edit: Edit = serde_json::from_value(edit).unwrap();
    let effects = s.dispatch(Command::Do(edit), 1);
    assert!(refused(&effects).is_none(), "{effects:?}");
    let member = s.project().member("M900").unwrap().id;
    let codes: std::collections::BTreeSet<_> =
        s.project().plans[0].posts.values().filter(|p| p.member == member).map(|p| p.code.clone()).collect();
    assert_eq!(codes.len(), 2, "each has a code of its own");
    let step = s.history().log().last().unwrap().0.clone();
    assert!(
        step.sentence.zh.contains("登记人员 M900；M900 任") && step.sentence.en.contains("; "),
        "{:?}",
        step.sentence
    );
    assert_eq!(step.plan.as_deref(), Some("方案A"));
    s.dispatch(Command::Undo, 1);
    assert_eq!((s.project().state, s.project().member("M900").is_none()), (before, true));
}

#[test]
fn a_refusal_says_why_and_changes_nothing() {
    let mut s = sample();
    let state = s.project().state;
    for op in [
        Op::Delete { at: Place { e_mm: 1, n_mm: 1 } },
        Op::Merge { cells: vec!["320599012006001".into(), "320599012006010".into()], keep: None, apart: false },
        Op::Pin { building: "nothing".into(), cell: None },
        Op::Outline { rings: vec![], crs: None },
    ] {
        let effects = s.dispatch(Command::Do(op.into()), 1);
        let e = refused(&effects).unwrap();
        assert!(!e.said().zh.is_empty() && !e.said().en.is_empty() && !e.kind().is_empty());
        assert_eq!(s.project().state, state);
    }
    assert!(s.history().log().next().is_none());
}

#[test]
fn what_stands_at_a_place_names_who_is_in_charge() {
    let s = sample();
    let p = s.project();
    let (slot, row) = p
        .table(Kind::Buildings)
        .iter()
        .find(|(i, _)| s.assignment().building(*i).is_some_and(|o| crate::assign::is_cell(p, s.plan(), 0, o)))
        .unwrap();
    let w = answers::place(p, &[s.assignment()], row.anchor().unwrap(), None);
    assert_eq!(w["building"]["code"], row.code());
    assert_eq!(w["places"][0]["chain"].as_array().unwrap().len(), 2);
    assert_eq!(w["places"][0]["by"], "place");
    assert!(!w["places"][0]["in_charge"].as_array().unwrap().is_empty(), "{w}");
    let _ = slot;
}

mod ground;

mod hands {
    use super::*;

    use crate::geom::{Pt, pt};
    use crate::session::snap::{SnapKind, snap};
    use crate::session::tools::{Grip, Hand, Tool};

    fn cell_box(s: &Session, code: &str) -> Box2 {
        let l = s.project().layer(s.plan(), 0).unwrap();
        l.ground(l.unit(code).unwrap().id).iter().flatten().fold(Box2::EMPTY, |b, r| b.union(Box2::of(r.iter())))
    }

    #[test]
    fn a_vertex_is_grabbed_dragged_held_at_the_last_valid_place_and_let_go() {
        let mut s = sample();
        let mut h = Hand::default();
        h.take(Tool::Move, &mut s, 1);
        let o = s.project().origin();
        let at = o.grid(inner_vertex(&s).0).unwrap();
        let grip = h.grip_at(&s, pt(at.x + 900, at.y), 3000).unwrap();
        assert_eq!(grip, Grip::Point(at));
        h.grab(grip);
        let good = pt(at.x + 2500, at.y + 1500);
        h.hover(&mut s, good, 2.0, 1);
        assert!(h.refusal().is_none());
        let staged = s.project().state;
        h.hover(&mut s, pt(at.x + 900_000, at.y), 2.0, 1);
        assert!(h.refusal().is_some());
        assert_eq!(s.project().state, staged, "the last valid place stays staged");
        let effects = h.release(&mut s, 2);
        assert!(matches!(effects[0], Effect::Committed { .. }));
        assert_eq!(s.project().state, staged);
        // A drag that ends where it began is no step.
        let n = s.history().log().count();
        h.grab(Grip::Point(good));
        h.hover(&mut s, good, 2.0, 3);
        assert!(h.release(&mut s, 3).is_empty());
        assert_eq!(s.history().log().count(), n);
    }

    #[test]
    fn a_line_splits_the_cell_it_runs_through_and_backspace_takes_points_back() {
        let mut s = sample();
        let mut h = Hand::default();
        h.take(Tool::Split, &mut s, 1);
        let b = cell_box(&s, "320599012006007");
        let c = b.centre();
        h.click(&mut s, pt(b.min.x - 400, c.y), 1.0, 1);
        h.click(&mut s, pt(c.x, c.y + 9_000), 1.0, 1);
        assert!(h.take_back(&mut s, 1));
        h.hover(&mut s, pt(b.max.x + 400, c.y), 1.0, 1);
        assert!(s.history().staged().is_some());
        assert!(!s.staged().buildings.is_empty(), "the numbers follow while the line is drawn");
        h.click(&mut s, pt(b.max.x + 400, c.y), 1.0, 1);
        let effects = h.finish(&mut s, 1.0, 1);
        assert!(matches!(effects[0], Effect::Committed { .. }), "{effects:?}");
        assert!(!h.busy());
        assert!(matches!(s.selection(), Selection::Units(u) if u.len() == 1));
    }

    #[test]
    fn two_clicks_merge_neighbours_and_escape_climbs_down() {
        let mut s = sample();
        let mut h = Hand::default();
        let inside = |s: &Session, code: &str| -> Pt {
            let l = s.project().layer(s.plan(), 0).unwrap();
            crate::geom::anchor_of_polygons(&l.partition.polygons(l.unit(code).unwrap().id.0)).unwrap()
        };
        let l = s.project().layer(s.plan(), 0).unwrap();
        let beside = l.partition.edges().find_map(|(_, e)| {
            let (a, b) = l.partition.sides(e);
            let (a, b) = (l.unit_of(a)?, l.unit_of(b)?);
            (a.level == 1 && b.level == 1).then(|| (a.code.clone(), b.code.clone()))
        });
        let (a, b) = beside.unwrap();
        h.take(Tool::Merge, &mut s, 1);
        let at = inside(&s, &a);
        h.click(&mut s, at, 1.0, 1);
        assert!(h.busy());
        h.escape(&mut s, 1);
        assert!(!h.busy() && h.tool() == Tool::Merge);
        let at = inside(&s, &a);
        h.click(&mut s, at, 1.0, 1);
        let at = inside(&s, &b);
        let effects = h.click(&mut s, at, 1.0, 1);
        assert!(matches!(effects[0], Effect::Committed { .. }), "{effects:?}");
        h.escape(&mut s, 1);
        assert_eq!((h.tool(), s.selection().clone()), (Tool::Select, Selection::None));
    }

    #[test]
    fn a_hand_on_the_plan_in_force_says_that_a_draft_was_made() {
        let in_force = || {
            let mut s = sample();
            let name = s.project().plans[0].meta.name.clone();
            done(&mut s, Op::Plan(PlanOp::Adopt { name, from: Date::parse("2026-07-01").unwrap() }));
            (s, Hand::default())
        };
        let said = |effects: &[Effect]| {
            assert!(effects.iter().any(|e| matches!(e, Effect::Say(s) if s.zh.contains("方案B"))), "{effects:?}");
            assert!(effects.iter().any(|e| matches!(e, Effect::Committed { .. })), "{effects:?}");
        };
        // A drag, dropped and done again.
        let (mut s, mut h) = in_force();
        h.take(Tool::Move, &mut s, 1);
        let at = s.project().origin().grid(inner_vertex(&s).0).unwrap();
        for keep in [false, true] {
            h.grab(Grip::Point(at));
            h.hover(&mut s, pt(at.x + 2500, at.y + 1500), 2.0, 1);
            h.hover(&mut s, pt(at.x + 900_000, at.y), 2.0, 1);
            assert!(h.refusal().is_some());
            if keep {
                said(&h.release(&mut s, 2));
            } else {
                h.escape(&mut s, 2);
            }
            assert_eq!(s.project().plans.len(), if keep { 2 } else { 1 });
        }
        // A split.
        let (mut s, mut h) = in_force();
        h.take(Tool::Split, &mut s, 1);
        let b = cell_box(&s, "320599012006007");
        let c = b.centre();
        h.click(&mut s, pt(b.min.x - 400, c.y), 1.0, 1);
        h.click(&mut s, pt(b.max.x + 400, c.y), 1.0, 1);
        assert!(!s.staged().buildings.is_empty());
        said(&h.finish(&mut s, 1.0, 1));
        assert!(matches!(s.selection(), Selection::Units(u) if u.len() == 1));
        let made = s.history().log().last().unwrap().0.sentence.clone();
        assert!(made.zh.contains("切分 07，新网格 11 得") && !made.zh.contains("得 0 栋"), "{made:?}");
        // A merge.
        let (mut s, mut h) = in_force();
        let l = s.project().layer(s.plan(), 0).unwrap();
        let pair = l.partition.edges().find_map(|(_, e)| {
            let (a, b) = l.partition.sides(e);
            let (a, b) = (l.unit_of(a)?, l.unit_of(b)?);
            (a.level == 1 && b.level == 1).then(|| vec![a.id, b.id])
        });
        s.dispatch(Command::Select(Selection::Units(pair.unwrap())), 1);
        said(&h.take(Tool::Merge, &mut s, 1));
        assert!(matches!(s.selection(), Selection::Units(u) if u.len() == 1), "the cell that stays is selected");
    }

    #[test]
    fn points_are_snapped_to_before_lines() {
        let s = sample();
        let p = s.project();
        let v = p.origin().grid(inner_vertex(&s).0).unwrap();
        let hit = snap(p, (s.plan(), 0), pt(v.x + 700, v.y - 300), 2500, None, None, None).unwrap();
        assert!(matches!(hit.kind, SnapKind::Vertex | SnapKind::Node), "{hit:?}");
        let other = snap(p, (s.plan(), 0), pt(v.x + 700, v.y - 300), 2500, Some(v), None, None);
        assert!(other.is_none_or(|o| o.at != v));
        let (_, b) = p.table(Kind::Buildings).iter().next().unwrap();
        let corner = b.shape().parts[0][0][0];
        let hit = snap(p, (s.plan(), 0), pt(corner.x + 100, corner.y + 100), 400, None, None, None).unwrap();
        assert_eq!((hit.kind, hit.at), (SnapKind::Corner, corner));
        // A border wins over a road that runs along it: a new line attaches instead of leaving a strip.
        let l = p.layer(s.plan(), 0).unwrap();
        let (_, e) = l.partition.edges().find(|(_, e)| e.points[0].dist(e.points[1]) > 30_000.0).unwrap();
        let (a, b) = (e.points[0], e.points[1]);
        let middle = pt(((i64::from(a.x) + i64::from(b.x)) / 2) as i32, ((i64::from(a.y) + i64::from(b.y)) / 2) as i32);
        let hit = snap(p, (s.plan(), 0), pt(middle.x + 300, middle.y + 300), 12_000, None, None, None).unwrap();
        assert!(matches!(hit.kind, SnapKind::Border | SnapKind::Middle), "{hit:?}");
        for k in [SnapKind::Vertex, SnapKind::Road, SnapKind::Side, SnapKind::Crossing] {
            assert!(!k.said().zh.is_empty());
        }
    }
}
