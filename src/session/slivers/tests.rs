use super::*;
use crate::geom::pt;
use crate::model::Lang;
use crate::plan::{History, Take};
use crate::session::{Command, Effect, empty_project, layer_from_text, sample_project};
use crate::topology::Owner;
use crate::topology::tests::Rng;

/// Ground of 100 m with the cell `A` in its lower half; the origin is in the lower left corner.
fn halves() -> Session {
    let layer = layer_from_text("grid=网格:网格").unwrap();
    let origin = crate::geom::Origin { e_m: 500_000, n_m: 3_400_000 };
    let p = empty_project("试", "EPSG:4549", Some(origin), vec![layer], 1).unwrap();
    let mut s = Session::new(History::new(p, 1), None, Lang::Zh, "");
    let (all, lower) = (square(&s, 0, 0, 100_000, 100_000), square(&s, 0, 0, 100_000, 50_000));
    done(&mut s, Op::Outline { rings: vec![all], crs: None }.into());
    done(&mut s, draw("A", lower).into());
    s
}

fn place(s: &Session, x: i32, y: i32) -> Place {
    s.project().origin().place(pt(x, y))
}

fn square(s: &Session, x: i32, y: i32, w: i32, h: i32) -> Vec<Place> {
    [(x, y), (x + w, y), (x + w, y + h), (x, y + h)].map(|(x, y)| place(s, x, y)).to_vec()
}

fn draw(code: &str, ring: Vec<Place>) -> Op {
    Op::Draw { code: Some(code.into()), name: None, rings: vec![ring], take: Take::Free, parent: None }
}

fn cut(s: &Session, cell: &str, line: &[(i32, i32)]) -> Op {
    let line = line.iter().map(|&(x, y)| place(s, x, y)).collect();
    Op::Split { cell: cell.into(), line, code: None, name: None, keep: None, attach_m: None }
}

/// Does an edit; the slivers that the commit names.
fn done(s: &mut Session, edit: Edit) -> Vec<Sliver> {
    let effects = s.dispatch(Command::Do(edit), 1);
    let left =
        effects.iter().find_map(|e| if let Effect::Committed { slivers, .. } = e { Some(slivers) } else { None });
    left.unwrap_or_else(|| panic!("{effects:?}")).clone()
}

#[test]
fn what_is_staged_says_its_slivers_and_so_does_the_commit() {
    let mut s = halves();
    let edit = Edit::from(draw("B", square(&s, 10_000, 50_400, 40_000, 30_000)));
    s.dispatch(Command::Stage(edit.clone()), 1);
    let found = s.slivers();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].code.as_deref(), found[0].layer, found[0].narrow.kind), (None, 0, NarrowKind::Neck));
    let json = found[0].json(s.project());
    assert_eq!((&json["kind"], &json["width_m"], &json["layer"]), (&json!("neck"), &json!(0.4), &json!("grid")));
    assert!(json["length_m"].as_f64().is_some_and(|l| (40.0..=42.0).contains(&l)), "{json}");
    // Nothing is narrow where the limit is less, or off.
    s.set_sliver_m(0.3);
    assert_eq!(s.slivers(), []);
    s.set_sliver_m(0.0);
    assert_eq!(s.slivers(), []);
    s.set_sliver_m(SLIVER_M);
    s.dispatch(Command::Revert, 1);
    assert_eq!(s.slivers(), []);
    assert_eq!(done(&mut s, edit).len(), 1);
    // What stood before is not said of the next edit.
    let op = cut(&s, "A", &[(50_000, 0), (50_000, 50_000)]);
    assert_eq!(done(&mut s, op.into()), []);
}

#[test]
fn a_vertex_moved_beside_a_border_is_said_with_the_segments_beside_it() {
    let mut s = halves();
    let ring = [(30_000, 60_000), (50_000, 60_000), (70_000, 60_000), (70_000, 80_000), (30_000, 80_000)];
    let ring = ring.iter().map(|&(x, y)| place(&s, x, y)).collect();
    assert_eq!(done(&mut s, draw("B", ring).into()), []);
    // Down to 0.3 m above A: narrow for about 2 m to both sides.
    let op = Op::Move { at: place(&s, 50_000, 60_000), to: place(&s, 50_000, 50_300) };
    let found = done(&mut s, op.into());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!((found[0].narrow.width_mm - 300.0).abs() < 30.0, "{found:?}");
    // A needle whose two sides are the moved vertex's is what was drawn.
    let op = Op::Insert { on: [place(&s, 70_000, 60_000), place(&s, 70_000, 80_000)], at: place(&s, 90_000, 70_000) };
    assert_eq!(done(&mut s, op.into()), []);
}

#[test]
fn a_vertex_moved_beside_a_border_is_attached_to_it() {
    let mut s = halves();
    let ring = [(30_000, 60_000), (50_000, 60_000), (70_000, 60_000), (70_000, 80_000), (30_000, 80_000)];
    let ring = ring.iter().map(|&(x, y)| place(&s, x, y)).collect();
    done(&mut s, draw("B", ring).into());
    for (op, triangle_m2) in [
        (Op::Move { at: place(&s, 50_000, 60_000), to: place(&s, 50_000, 50_300) }, 194.0),
        (
            Op::Insert { on: [place(&s, 50_000, 60_000), place(&s, 70_000, 60_000)], at: place(&s, 60_000, 50_300) },
            97.0,
        ),
    ] {
        let mut s = s.clone();
        let before = s.project().layer(s.plan(), 0).unwrap().partition.clone();
        let edit = s.settled(op.into(), OnSlivers::Attach).unwrap();
        assert!(matches!(&edit.op, Op::Reshape { cell: Some(c), .. } if c == "B"), "{edit:?}");
        assert_eq!(done(&mut s, edit), []);
        let l = s.project().layer(s.plan(), 0).unwrap();
        let area = |p: &Partition, o: Owner| p.faces_of(o).iter().map(|&f| p.face(f).unwrap().area2).sum::<i128>();
        let [a, b] = ["A", "B"].map(|c| l.unit(c).unwrap().id.0);
        // B gains about the triangle, A keeps what it had.
        assert_eq!(area(&l.partition, a), area(&before, a));
        let gain = (area(&l.partition, b) - area(&before, b)) as f64 / 2e6;
        assert!((gain - triangle_m2).abs() < 3.0, "{gain}");
    }
}

#[test]
fn an_edit_is_kept_attached_or_refused() {
    let mut s = halves();
    let edit = Edit::from(draw("B", square(&s, 10_000, 50_400, 40_000, 30_000)));
    assert_eq!(s.settled(edit.clone(), OnSlivers::Keep).unwrap(), edit);
    let (e, found) = s.settled(edit.clone(), OnSlivers::Refuse).unwrap_err();
    assert!(matches!(&e, EditError::Slivers { at, .. } if at.len() == 1), "{e:?}");
    assert_eq!(found.len(), 1);
    let attached = s.settled(edit.clone(), OnSlivers::Attach).unwrap();
    assert_ne!(attached, edit);
    assert_eq!(done(&mut s, attached), []);
    let p = s.project();
    let l = p.layer(s.plan(), 0).unwrap();
    let (a, b) = (l.unit("A").unwrap().id.0, l.unit("B").unwrap().id.0);
    let shared =
        l.partition.edges().filter(|(_, e)| [l.partition.sides(e)].iter().any(|&x| x == (a, b) || x == (b, a)));
    let length: f64 = shared.map(|(_, e)| crate::geom::chain_length(&e.points)).sum();
    assert_eq!(length, 40_000.0);
    // A cut that would be the border itself is nothing; one that is wide of it goes on as it is.
    let along = cut(&s, "A", &[(50_000, 0), (49_500, 500), (0, 500)]);
    let (e, found) = s.settled(along.into(), OnSlivers::Attach).unwrap_err();
    assert!(is_nothing(&e) && !found.is_empty(), "{e:?} {found:?}");
    let across = Edit::from(cut(&s, "A", &[(50_000, 0), (50_000, 50_000)]));
    assert_eq!(s.settled(across.clone(), OnSlivers::Attach).unwrap(), across);
    assert_eq!(s.settled(across.clone(), OnSlivers::Refuse).unwrap(), across);
}

#[test]
fn the_parts_of_an_edit_are_attached_each() {
    let s = halves();
    let ring = |x| draw(if x == 0 { "B" } else { "C" }, square(&s, 10_000 + x, 50_400, 20_000, 20_000));
    let edit = Edit::from(Op::Together { edits: vec![ring(0).into(), ring(40_000).into()] });
    let attached = s.settled(edit, OnSlivers::Attach).unwrap();
    let mut s = s;
    assert_eq!(done(&mut s, attached), []);
}

/// Cells drawn by a trembling hand along the borders of a plan in force: the draft is made with the attached line.
#[test]
fn a_sample_is_drawn_on_by_a_trembling_hand() {
    let (mut reported, mut left, mut nothing) = (0, 0, 0);
    for seed in 0..40u64 {
        let p = sample_project("neighbourhood", 5).unwrap();
        let mut s = Session::new(History::new(p, 5), None, Lang::Zh, "");
        let mut rng = Rng(seed);
        let l = s.project().layer(s.plan(), 0).unwrap();
        let edges: Vec<Vec<Pt>> = l.partition.edges().map(|(_, e)| e.points.to_vec()).collect();
        let e = &edges[rng.below(edges.len() as i32) as usize];
        let mut line: Vec<Pt> =
            e.iter().map(|q| pt(q.x + rng.below(1_600) - 800, q.y + rng.below(1_600) - 800)).collect();
        let (a, b) = (line[0], line[line.len() - 1]);
        let (dx, dy) = (f64::from(b.x - a.x), f64::from(b.y - a.y));
        let off = |q: Pt| {
            let k = 25_000.0 / dx.hypot(dy).max(1.0);
            pt(q.x - (dy * k) as i32, q.y + (dx * k) as i32)
        };
        line.extend([off(b), off(a)]);
        let o = s.project().origin();
        let ring = line.iter().map(|&q| o.place(q)).collect();
        let op = Op::Draw { code: None, name: None, rings: vec![ring], take: Take::All, parent: None };
        let edit = Edit { opened: vec!["社区".into()], ..op.into() };
        if s.dispatch(Command::Stage(edit.clone()), 1).iter().any(|e| matches!(e, Effect::Refused(_))) {
            continue;
        }
        let found = s.slivers();
        s.dispatch(Command::Revert, 1);
        match s.settled(edit, OnSlivers::Attach) {
            Ok(edit) => {
                let stays = done(&mut s, edit);
                assert!(stays.len() <= found.len());
                reported += found.len();
                left += stays.len();
            }
            Err(_) => nothing += 1,
        }
    }
    println!("{reported} slivers, {left} after attaching, {nothing} edits that were nothing else");
    assert!(reported >= 20 && left * 10 <= reported, "{reported} {left} {nothing}");
}
