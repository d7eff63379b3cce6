use super::super::narrow::tests::{LIMIT, Stroke, paper, path, seeds, stroke};
use super::super::tests::Rng;
use super::super::{TopologyError, check, narrow};
use super::*;
use crate::geom::pt;

/// What a stroke leaves, drawn with these lines.
fn leaves(p: &Partition, stroke: &Stroke, lines: &[Line]) -> Result<Vec<Narrow>, TopologyError> {
    let (after, patch) = stroke.draw(p, &lines[0])?;
    Ok(narrow(p, &after, &patch, &[path(&lines[0])], LIMIT))
}

/// What came of attaching: strokes drawn, with slivers, refused because the line was nothing but the border,
/// and those among them that made ground wider than 2.5 m (a line that crosses a narrow place may be led round it); slivers
/// reported, left after attaching; strokes that have none after it.
#[derive(Default, Debug)]
struct Count {
    drawn: usize,
    with: usize,
    nothing: usize,
    wide: usize,
    reported: usize,
    left: usize,
    clean: usize,
}

fn is_nothing(e: &TopologyError) -> bool {
    matches!(e, TopologyError::NoGround { .. } | TopologyError::NotDivided { .. } | TopologyError::TooFew { .. })
}

fn walk(seed: u64, count: &mut Count) {
    let mut rng = Rng(seed);
    let mut p = paper();
    for i in 0..12 {
        let Some(stroke) = stroke(&p, 1 + i, &mut rng) else { continue };
        let Ok((after, patch)) = stroke.draw(&p, &stroke.line) else { continue };
        count.drawn += 1;
        let found = narrow(&p, &after, &patch, &[path(&stroke.line)], LIMIT);
        if found.is_empty() {
            p = after;
            continue;
        }
        count.with += 1;
        let lines = [stroke.line.clone()];
        match attach(&p, &lines, LIMIT, &found, |l| leaves(&p, &stroke, l), is_nothing) {
            // Nothing of it is left but the border, and it is not drawn: then all that it made lay along the border.
            Err(_) => {
                count.nothing += 1;
                let wide = stroke.area_mm2(&after) / chain_length(&path(&stroke.line));
                count.wide += usize::from(wide > 2_500.0);
            }
            Ok(a) => {
                let (after, patch) = stroke.draw(&p, &a.lines[0]).unwrap();
                assert_eq!(check(&after), vec![], "seed {seed}");
                assert_eq!(narrow(&p, &after, &patch, &[path(&a.lines[0])], LIMIT), a.left);
                assert!(weight(&a.left) <= weight(&found), "seed {seed}: worse");
                count.reported += found.len();
                count.left += a.left.len();
                count.clean += usize::from(a.left.is_empty());
                if std::env::var("GETU_SAY").is_ok() && !a.left.is_empty() {
                    println!("seed {seed} draw {i} ring {}: {} -> {:?}", stroke.line.closed, found.len(), a.left);
                }
                p = after;
            }
        }
    }
}

#[test]
fn a_trembling_hand_is_led_along_the_border() {
    let mut all = Count::default();
    seeds().for_each(|seed| walk(seed, &mut all));
    println!("{all:?}");
    assert!(all.wide * 200 <= all.nothing.max(200), "{all:?}");
    assert!(all.reported == 0 || all.left * 20 <= all.reported, "{all:?}");
}

#[test]
fn a_cell_drawn_beside_a_border_shares_it() {
    let p = paper();
    // 0.6 m inside the lower side, from which it is drawn 40 m deep.
    let at = |x: i32, off: i32| pt(x, x / 40 + off);
    let line =
        Line { points: vec![at(20_000, 600), at(60_000, 600), at(60_000, 40_000), at(20_000, 40_000)], closed: true };
    let draw = |line: &Line| {
        let d = crate::topology::draw(
            &p,
            std::slice::from_ref(&line.points),
            &crate::topology::DrawRules::new(&|o| (o == 0).then_some(7), &|o| o == 0),
        )?;
        Ok::<_, TopologyError>((narrow(&p, &d.partition, &d.patch, &[path(line)], LIMIT), d.partition))
    };
    let (found, _) = draw(&line).unwrap();
    assert_eq!(found.len(), 1);
    let a = attach(&p, std::slice::from_ref(&line), LIMIT, &found, |l| draw(&l[0]).map(|d| d.0), is_nothing).unwrap();
    assert_eq!(a.left, []);
    // The corners away from the border are where they were; between the feet of the others nothing is added.
    assert_eq!(a.lines[0].points.len(), line.points.len() + 2, "{:?}", a.lines);
    assert!(line.points[2..].iter().all(|q| a.lines[0].points.contains(q)));
    let (_, after) = draw(&a.lines[0]).unwrap();
    let shared = after.edges().filter(|(_, e)| {
        after.sides(e) == (7, crate::topology::OUTSIDE) || after.sides(e) == (crate::topology::OUTSIDE, 7)
    });
    let length: f64 = shared.map(|(_, e)| chain_length(&e.points)).sum();
    assert!((length - 40_012.0).abs() < 30.0, "{length}");
    // A line that is nothing but the border makes nothing.
    let strip = Line { points: vec![at(20_000, 0), at(60_000, 0), at(60_000, 700), at(20_000, 700)], closed: true };
    let (found, _) = draw(&strip).unwrap();
    assert_eq!(found.len(), 1);
    let refused = attach(&p, &[strip], LIMIT, &found, |l| draw(&l[0]).map(|d| d.0), is_nothing).unwrap_err();
    assert!(is_nothing(&refused), "{refused:?}");
}
