//! What the steps since the project was opened changed on the ground: old borders, new borders, places.

use crate::geom::Pt;
use crate::model::{Id, Kind, Shape};
use crate::plan::{Item, Key, Patch, Project, Step};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Borders and places that differ from what they were when the project was opened.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mine {
    /// Steps that were done or taken back since then.
    pub steps: usize,
    /// Borders that were not there, grid mm.
    pub drawn: Vec<Vec<Pt>>,
    /// Borders that are no longer there.
    pub gone: Vec<Vec<Pt>>,
    /// Outlines, or single points, of buildings, courtyards and facilities that are new, changed or pinned otherwise.
    pub places: Vec<Vec<Pt>>,
    /// How many places that is, and how many were removed.
    pub counts: (usize, usize),
    /// Length of `drawn`, metres.
    pub drawn_m: f64,
}

/// A segment, whichever way it runs.
fn segment(a: Pt, b: Pt) -> (Pt, Pt) {
    if a <= b { (a, b) } else { (b, a) }
}

/// The pieces of lines that are not made of `others`, joined while they go on.
fn rest<'a>(lines: impl Iterator<Item = &'a [Pt]>, others: &BTreeSet<(Pt, Pt)>) -> Vec<Vec<Pt>> {
    let mut out: Vec<Vec<Pt>> = Vec::new();
    for line in lines {
        let mut open = false;
        for w in line.windows(2) {
            if others.contains(&segment(w[0], w[1])) {
                open = false;
                continue;
            }
            match out.last_mut().filter(|_| open) {
                Some(piece) => piece.push(w[1]),
                None => out.push(vec![w[0], w[1]]),
            }
            open = true;
        }
    }
    out
}

fn outlines(shape: &Shape) -> Vec<Vec<Pt>> {
    match shape {
        Shape::None => vec![],
        Shape::Point(p) => vec![vec![*p]],
        Shape::Lines(lines) => lines.clone(),
        Shape::Polygons(polygons) => {
            let rings = polygons.iter().flatten().filter(|r| !r.is_empty());
            rings.map(|r| r.iter().chain(r.first()).copied().collect()).collect()
        }
    }
}

/// What was done, in order, and whether it was taken back, changed in a layer of a plan and in the places; `project` is what it
/// led to. Segments that were drawn and taken away again do not count. Rows that came in bulk are not listed one by one.
/// `go_on` is asked now and then; `None` if it says no. O(n log n) in what the patches hold.
pub fn mine(
    deeds: &[(Arc<Step>, bool)],
    project: &Project,
    (plan, layer): (Id, u16),
    go_on: &dyn Fn() -> bool,
) -> Option<Mine> {
    let mut patches = Vec::new();
    for (step, back) in deeds {
        if !go_on() {
            return None;
        }
        let patch = step.patch.as_deref();
        patches.extend(patch.map(|p| if *back { Cow::Owned(p.back()) } else { Cow::Borrowed(p) }));
    }
    let net = Patch::joined(patches.iter().map(AsRef::as_ref));
    let mut out = Mine { steps: deeds.len(), ..Mine::default() };
    for (p, l, change) in &net.partitions {
        if (*p, *l) != (plan, layer) {
            continue;
        }
        let before = || change.edges.iter().filter_map(|c| c.before.as_ref()).map(|e| &e.points[..]);
        let after = || change.edges.iter().filter_map(|c| c.after.as_ref()).map(|e| &e.points[..]);
        let all = |lines: &mut dyn Iterator<Item = &[Pt]>| -> BTreeSet<(Pt, Pt)> {
            lines.flat_map(|l| l.windows(2).map(|w| segment(w[0], w[1])).collect::<Vec<_>>()).collect()
        };
        out.drawn = rest(after(), &all(&mut before()));
        out.gone = rest(before(), &all(&mut after()));
    }
    let mut slots: BTreeSet<(Kind, u32)> = BTreeSet::new();
    for (key, before, after) in &net.items {
        match (key, before, after) {
            (Key::Row(kind, slot), ..) => {
                slots.insert((*kind, *slot));
            }
            (Key::Pin(p, l, slot), before, after) if (*p, *l) == (plan, layer) => {
                let of = |i: &Option<Item>| if let Some(Item::Pin(id)) = i { Some(*id) } else { None };
                if of(before) != of(after) {
                    slots.insert((Kind::Buildings, *slot));
                }
            }
            _ => {}
        }
    }
    for (kind, slot) in slots {
        match project.table(kind).get(slot) {
            Some(row) => {
                out.counts.0 += 1;
                out.places.extend(outlines(&row.shape().to_shape()));
            }
            None => out.counts.1 += 1,
        }
    }
    let far = |line: &Vec<Pt>| line.windows(2).map(|w| w[0].dist(w[1])).sum::<f64>() / 1000.0;
    out.drawn_m = out.drawn.iter().map(far).sum();
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::History;
    use crate::session::tests::sample;
    use crate::session::{Command, Session};

    fn now(s: &Session) -> Mine {
        mine(&s.deeds_since_opening(), s.history().stable(), (s.plan(), s.layer()), &|| true).unwrap()
    }

    #[test]
    fn what_was_drawn_shows_and_what_was_taken_back_does_not() {
        let mut s = sample();
        assert_eq!(now(&s), Mine::default());
        let l = s.project().layer(s.plan(), s.layer()).unwrap();
        let cell = |o| l.unit_of(o).filter(|u| u.level == 1);
        let found = l.partition.edges().find_map(|(_, e)| {
            let (a, b) = l.partition.sides(e);
            (cell(a).is_some() && cell(b).is_some() && e.points.len() > 3).then(|| e.points[1])
        });
        let at = found.expect("a border has vertices");
        let to = crate::geom::pt(at.x + 1500, at.y + 700);
        let [from, to_] = [at, to].map(|p| s.project().origin().place(p).metres());
        let edit = serde_json::json!({"op": "move", "at": from, "to": to_});
        let edit: crate::plan::Edit = serde_json::from_value(edit).unwrap();
        s.dispatch(Command::Do(edit), 0);
        let m = now(&s);
        assert_eq!((m.steps, m.drawn.len(), m.gone.len()), (1, 1, 1), "{m:?}");
        assert!(m.drawn[0].contains(&to) && !m.gone[0].contains(&to) && m.gone[0].contains(&at));
        assert_eq!((m.drawn[0].len(), m.gone[0].len()), (3, 3), "only the two segments at the vertex");
        // A building: changed, then removed.
        let (_, row) = s.project().table(Kind::Buildings).iter().next().unwrap();
        let code = row.code().to_owned();
        let set = serde_json::json!({"op": "set", "building": code, "households": 7});
        s.dispatch(Command::Do(serde_json::from_value(set).unwrap()), 0);
        assert_eq!(now(&s).counts, (1, 0));
        let gone = serde_json::json!({"op": "remove", "buildings": [code]});
        s.dispatch(Command::Do(serde_json::from_value(gone).unwrap()), 0);
        assert_eq!((now(&s).counts, now(&s).steps), ((0, 1), 3));
        (0..3).for_each(|_| drop(s.dispatch(Command::Undo, 0)));
        assert_eq!(now(&s), Mine::default());
    }
    #[test]
    fn what_was_done_before_opening_shows_once_it_is_taken_back() {
        let mut s = sample();
        let (_, row) = s.project().table(Kind::Buildings).iter().next().unwrap();
        let code = row.code().to_owned();
        let set = |n: u32| serde_json::json!({"op": "set", "building": code, "households": n});
        for n in [7, 8] {
            s.dispatch(Command::Do(serde_json::from_value(set(n)).unwrap()), 0);
        }
        // As a file keeps it: the project with its log.
        let log = s.history().log().map(|(step, undone)| ((**step).clone(), undone)).collect();
        let history = History::new(s.history().stable().clone(), 9).with_log(log, &[]);
        let mut s = Session::new(history, None, crate::model::Lang::Zh, "");
        assert_eq!(now(&s), Mine::default());
        s.dispatch(Command::Undo, 0);
        assert_eq!((now(&s).steps, now(&s).counts), (1, (1, 0)));
        s.dispatch(Command::Undo, 0);
        assert_eq!((now(&s).steps, now(&s).counts), (2, (1, 0)));
        s.dispatch(Command::Redo, 0);
        s.dispatch(Command::Redo, 0);
        assert_eq!(now(&s), Mine::default());
    }
}
