//! What a frame makes, counted: nothing while nothing changes, little while a border is dragged.

use super::*;
use crate::geom::pt;
use crate::session::Command;

#[test]
fn an_unchanged_project_makes_no_list_and_no_layer() {
    let Some(mut h) = sample("an_unchanged_project_makes_no_list_and_no_layer") else { return };
    let counts = |h: &Window| (doc(h).lists.made, doc(h).picture.layers.made, doc(h).picture.layers.version());
    let first = counts(&h);
    let rows = doc(&h).lists.cells.cells.as_ptr();
    let rect = map_rect(&h);
    for i in 0..12 {
        let at = rect.left_top() + rect.size() * (0.1 + 0.06 * i as f32);
        h.event(Event::PointerMoved(at));
        h.run();
    }
    let id = neighbours(&h).0;
    doc_mut(&mut h).dispatch(Command::Select(Selection::Units(vec![id])), 0);
    h.run();
    assert_eq!(counts(&h), first);
    assert_eq!(doc(&h).lists.cells.cells.as_ptr(), rows);
    assert_eq!(doc(&h).lists.cells.selected, [id.0]);
    // A step makes the list once.
    let (a, b) = neighbours(&h);
    let codes = [a, b].map(|id| layer(&h).units[&id].code.clone()).to_vec();
    let edit = crate::plan::Edit::from(crate::plan::Op::Merge { cells: codes, keep: None, apart: false });
    doc_mut(&mut h).dispatch(Command::Do(edit), 0);
    h.run();
    assert!((1..=2).contains(&(counts(&h).0 - first.0)), "the list, and once more where a colour changed");
    assert_eq!(doc(&h).lists.cells.cells.len(), cells(&h));
}

#[test]
fn a_staged_edit_changes_only_its_rows_and_leaves_none_behind() {
    let Some(mut h) = sample("a_staged_edit_changes_only_its_rows_and_leaves_none_behind") else { return };
    let settled = doc(&h).lists.cells.clone();
    let made = doc(&h).lists.made;
    let origin = session(&h).project().origin();
    let l = layer(&h);
    let inner = l.partition.edges().filter(|(_, e)| e.points.len() > 2).map(|(_, e)| e.points[e.points.len() / 2]);
    let moves: Vec<(Pt, Pt)> = inner
        .flat_map(|p| [(40, 0), (-40, 0), (0, 40), (0, -40)].map(|(x, y)| (p, pt(p.x + x * 1000, p.y + y * 1000))))
        .collect();
    let mut moved = 0;
    for (at, to) in moves {
        if moved > 8 {
            break;
        }
        let op = crate::plan::Op::Move { at: origin.place(at), to: origin.place(to) };
        doc_mut(&mut h).dispatch(Command::Stage(crate::plan::Edit::from(op)), 0);
        h.step();
        let d = doc(&h);
        let s = &d.session;
        if s.history().staged().is_none() {
            continue;
        }
        for row in &d.lists.cells.cells {
            let change = s.staged().delta.get(&row.key).copied().unwrap_or_default();
            let was = s.assignment().own(row.key).households;
            assert_eq!(row.households, was + change.households, "{}", row.code);
            assert_eq!(row.before, (change.households != 0).then_some(was), "{}", row.code);
            moved += usize::from(row.before.is_some());
        }
        let sum: i64 = d.lists.cells.cells.iter().map(|c| c.households).sum();
        let free = d.lists.cells.unassigned.as_ref().map_or(0, |u| u.households);
        assert_eq!(d.lists.cells.totals.households, sum + free, "with what no cell has");
        assert_eq!(d.lists.cells.history[0].step, u64::MAX);
    }
    assert!(moved > 0, "a drag over houses moves households");
    doc_mut(&mut h).dispatch(Command::Revert, 0);
    h.run();
    let rows = |v: &crate::ui::panels::cells::CellsView| v.cells.clone();
    assert_eq!(rows(&doc(&h).lists.cells), rows(&settled));
    assert_eq!(doc(&h).lists.cells.totals, settled.totals);
    let often = doc(&h).lists.made - made;
    assert!(often <= 4, "made anew {often} times, for a draft and not for each place of the drag");
}

/// On a full-HD screen at 200 % the window is 960 points wide: the map stays, problems take the place of the list.
#[test]
fn the_map_keeps_its_room_in_a_narrow_window() {
    let Some(mut h) = sample("the_map_keeps_its_room_in_a_narrow_window") else { return };
    let id = unit(&h, "320599012006001");
    let row = row_label(&h, id);
    for (width, both) in [(900.0, false), (960.0, false), (1280.0, true), (1600.0, true)] {
        h.set_size(vec2(width, 600.0));
        h.run_steps(3);
        assert!(map_rect(&h).width() >= 355.0, "{} of {width}", map_rect(&h).width());
        key(&mut h, egui::Key::F8);
        h.run_steps(3);
        assert!(map_rect(&h).width() >= 355.0, "{} of {width} with problems", map_rect(&h).width());
        assert_eq!(h.query_by_label(&row).is_some(), both, "{width}");
        key(&mut h, egui::Key::F8);
        h.run_steps(3);
        assert!(h.query_by_label(&row).is_some());
    }
}
