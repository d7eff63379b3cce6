//! The layers of the map, kept while the project is edited: all of them are made by a job (at once where the project is
//! small), and what a step or a staged edit touches is made anew within the frame.
//!
//! What is shown stays until its successor is there. Steps that are done while a job is on its way are applied to what
//! it brings.

use crate::assign::Moved;
use crate::jobs::{JobError, Jobs, Latest, Token};
use crate::model::{Id, Kind};
use crate::plan::{Item, Key, Patch, Project};
use crate::scene::{
    ByKey, CellColours, Layer, Owners, Touched, cell_layers_anew, ground_layers_while, tint_buildings, touch_cells,
};
use crate::session::{Effect, Session};
use crate::topology::Owner;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Projects with at most so many rows, a unit counting for ten, are small: everything is made within a frame.
const SMALL: usize = 12_000;
/// Most layers that are made anew within a frame.
const AT_ONCE: usize = 64;
/// Frames for which replaced layers are kept.
const OLD_FRAMES: u8 = 3;

/// What changed since the layers were brought up to date.
#[derive(Clone, Default)]
struct Since {
    cells: Touched,
    /// Buildings that may have changed hands.
    slots: BTreeSet<u32>,
}

impl Since {
    fn join(&mut self, other: &Since) {
        self.cells.join(&other.cells);
        self.slots.extend(&other.slots);
    }

    fn patch(&mut self, s: &Session, patch: &Patch, moved: &[Moved]) {
        let at = (s.plan(), s.layer());
        let Some(l) = s.project().layer(at.0, at.1) else { return };
        for (_, _, p) in patch.partitions.iter().filter(|(p, l, _)| (*p, *l) == at) {
            self.cells.patch(p, &l.partition);
        }
        self.slots.extend(moved.iter().map(|m| m.slot));
    }

    fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.slots.is_empty()
    }
}

/// What layers of a sort are made for; another key, and all of them are made anew.
type MadeFor = (Id, u16, u64);

/// Layers of a sort with the job that makes them.
struct Part<T> {
    /// What was asked for last.
    asked: Option<MadeFor>,
    job: Latest<T>,
    /// Whether there is anything to be brought up to date.
    there: bool,
    /// What changed since the job was asked for.
    late: Since,
}

impl<T> Default for Part<T> {
    fn default() -> Self {
        Part { asked: None, job: Latest::default(), there: false, late: Since::default() }
    }
}

impl<T: Send + 'static> Part<T> {
    /// What a job made, unless something newer was asked for.
    fn poll(&mut self, jobs: &Jobs) -> Option<T> {
        loop {
            let (_, result) = self.job.poll(jobs)?;
            match result {
                Ok(made) if !self.job.busy() => return Some(made),
                // Something newer is on its way: what nobody will see goes elsewhere, too.
                Ok(made) => jobs.let_go(made),
                // There was no thread for it: once more, in the next frame.
                Err(JobError::Full | JobError::NoThread(_)) => self.asked = None,
                Err(JobError::Cancelled) => {}
                Err(e) => log::error!("layers of the map could not be made: {e}"),
            }
        }
    }
}

struct Ground {
    layers: Vec<Arc<Layer>>,
    colours: CellColours,
}

struct Cells {
    layers: ByKey,
    colours: CellColours,
}

/// The layers of a project as the window shows it.
#[derive(Default)]
pub struct Layers {
    /// Colours of the cells, kept through edits.
    pub colours: CellColours,
    ground: Vec<Arc<Layer>>,
    cells: ByKey,
    /// Layers that others took the place of, and for how many frames: whoever else shows them has let go by then.
    old: (Vec<Arc<Layer>>, u8),
    ground_part: Part<Ground>,
    cells_part: Part<Cells>,
    /// Facts and steps that no patch tells: counted, and all is made anew.
    facts: u64,
    whole: u64,
    /// State of the committed project that has been followed.
    followed: Option<u128>,
    steps: Since,
    recolour: bool,
    /// What the staged edit that is shown touches, and the state it makes.
    staged: Since,
    shown: Option<(u128, usize)>,
    /// Counts what was made: whole parts, layers within a frame.
    pub made: (usize, usize),
    version: u64,
    tones: u64,
}

impl Layers {
    /// All layers, those of the ground first.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Layer>> {
        self.ground.iter().chain(self.cells.values())
    }

    /// Whether replaced layers are still held: some frames more, and they go.
    pub fn holds_old(&self) -> bool {
        !self.old.0.is_empty()
    }

    /// Counts changes of the layers.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Counts changes of the cells' colours.
    pub fn tones(&self) -> u64 {
        self.tones
    }

    /// Follows what came of commands.
    pub fn follow(&mut self, s: &Session, effects: &[Effect]) {
        for e in effects {
            let (Effect::Committed { step, changes, .. } | Effect::Stepped { step, changes, .. }) = e else { continue };
            match &step.patch {
                Some(p) => {
                    let facts = |k: &Key| matches!(k, Key::Segment(..) | Key::Row(..) | Key::Head);
                    // Many rows at once are looked at by the job that looks at all of them.
                    let many = p.items.iter().any(|(k, _, _)| facts(k)) || changes.buildings.len() > SMALL;
                    self.facts += u64::from(many);
                    self.whole += u64::from(p.items.iter().any(ranks));
                    self.steps.patch(s, p, if many { &[] } else { &changes.buildings });
                    self.recolour |= owners_changed(s, p);
                    if self.steps.cells.layers() > AT_ONCE {
                        self.steps.cells = Touched::default();
                        self.whole += 1;
                    }
                }
                None => {
                    self.whole += 1;
                    self.recolour = true;
                }
            }
            let undone = matches!(e, Effect::Stepped { undone: true, .. });
            let (from, to) = step.patch.as_ref().map_or((0, 0), |p| p.state);
            let (from, to) = if undone { (to, from) } else { (from, to) };
            if self.followed == Some(from) {
                self.followed = Some(to);
            }
        }
    }

    /// Brings the layers up to date with a session.
    pub fn refresh(&mut self, s: &Session, jobs: &Jobs) {
        let stable = s.history().stable();
        if self.followed != Some(stable.state) {
            // A step that nobody told of.
            if self.followed.is_some() {
                self.facts += 1;
                self.whole += 1;
                self.recolour = true;
            }
            self.followed = Some(stable.state);
        }
        let cells = (s.plan(), s.layer(), self.whole);
        let ground = (s.plan(), s.layer(), self.facts);
        self.ask_cells(s, jobs, cells);
        self.ask_ground(s, jobs, ground);
        self.adopt(s, jobs);
        self.touch(s);
        if !self.old.0.is_empty() {
            self.old.1 += 1;
            if self.old.1 > OLD_FRAMES {
                jobs.let_go(std::mem::take(&mut self.old).0);
            }
        }
    }

    fn ask_cells(&mut self, s: &Session, jobs: &Jobs, want: MadeFor) {
        let part = &mut self.cells_part;
        if part.asked == Some(want) {
            return;
        }
        (part.asked, part.late) = (Some(want), Since::default());
        let (project, before, colours) = (s.history().stable().clone(), self.cells.clone(), self.colours.clone());
        let (plan, layer) = (s.plan(), s.layer());
        let make = move || {
            let colours = colours.next(&project, plan, layer);
            let mut layers = before;
            cell_layers_anew(&mut layers, &project, plan, layer, &colours);
            Cells { layers, colours }
        };
        if is_small(s.history().stable()) {
            part.job.clear();
            self.take_cells(make());
        } else {
            part.job.request(jobs, "cells", move |_: &Token| Ok(make()));
        }
    }

    fn ask_ground(&mut self, s: &Session, jobs: &Jobs, want: MadeFor) {
        let part = &mut self.ground_part;
        if part.asked == Some(want) {
            return;
        }
        (part.asked, part.late) = (Some(want), Since::default());
        let (project, before, colours) = (s.history().stable().clone(), self.ground.clone(), self.colours.clone());
        let (plan, layer, assignment) = (s.plan(), s.layer(), s.shared_assignment());
        let make = move |go_on: &dyn Fn() -> bool| {
            let colours = colours.next(&project, plan, layer);
            let mut layers = ground_layers_while(&project, &before, go_on)?;
            // In pieces, so that a cancel is heard.
            for some in layers.chunks_mut(32) {
                if !go_on() {
                    return None;
                }
                tint_buildings(some, &project, &Owners::of(&assignment), &colours, None);
            }
            Some(Ground { layers, colours })
        };
        if is_small(s.history().stable()) {
            part.job.clear();
            if let Some(made) = make(&|| true) {
                self.take_ground(s, made);
            }
        } else {
            part.job.request(jobs, "ground", move |t: &Token| make(&|| t.check().is_ok()).ok_or(JobError::Cancelled));
        }
    }

    /// Takes over what jobs made, if nothing newer was asked for.
    fn adopt(&mut self, s: &Session, jobs: &Jobs) {
        while let Some(made) = self.cells_part.poll(jobs) {
            self.take_cells(made);
        }
        while let Some(made) = self.ground_part.poll(jobs) {
            self.take_ground(s, made);
        }
    }

    fn take_cells(&mut self, made: Cells) {
        self.old.0.extend(std::mem::replace(&mut self.cells, made.layers).into_values());
        self.old.1 = 0;
        self.colours = made.colours;
        self.cells_part.there = true;
        let late = std::mem::take(&mut self.cells_part.late);
        self.recolour |= !late.is_empty();
        self.steps.join(&late);
        self.tones += 1;
        self.came();
    }

    fn take_ground(&mut self, s: &Session, made: Ground) {
        self.old.0.append(&mut std::mem::replace(&mut self.ground, made.layers));
        self.old.1 = 0;
        self.ground_part.there = true;
        let late = std::mem::take(&mut self.ground_part.late);
        self.recolour |= !late.is_empty();
        self.steps.join(&late);
        self.recoloured(s, &made.colours);
        self.came();
    }

    /// What came from a job is the committed project; what is staged has to be put on it again.
    fn came(&mut self) {
        self.shown = None;
        self.made.0 += 1;
        self.version += 1;
    }

    /// Makes anew what steps, colours and the staged edit touch.
    fn touch(&mut self, s: &Session) {
        let state = s.project().state;
        let staged = s.history().staged();
        let shown = (state, staged.map_or(0, |_| 1));
        let now = (self.shown != Some(shown)).then(|| {
            let mut now = Since::default();
            if let Some(e) = staged {
                now.patch(s, &e.outcome.patch, &s.staged().buildings);
                let made = e.outcome.created.iter().filter(|(l, _)| *l == s.layer()).map(|(_, id)| *id);
                self.colours.lend(s.project(), s.plan(), s.layer(), &made.collect::<Vec<_>>());
            }
            now
        });
        if self.recolour && staged.is_none() {
            self.recolour = false;
            let next = self.colours.next(s.project(), s.plan(), s.layer());
            let before = std::mem::replace(&mut self.colours, next);
            self.recoloured(s, &before);
        }
        let mut touched = std::mem::take(&mut self.steps);
        if let Some(now) = now {
            touched.join(&std::mem::replace(&mut self.staged, now));
            touched.join(&self.staged);
            self.shown = Some(shown);
        }
        if touched.is_empty() {
            return;
        }
        for late in [
            Some(&mut self.cells_part.late).filter(|_| self.cells_part.job.busy()),
            Some(&mut self.ground_part.late).filter(|_| self.ground_part.job.busy()),
        ]
        .into_iter()
        .flatten()
        {
            late.join(&touched);
        }
        let project = s.project();
        if self.cells_part.there {
            touch_cells(&mut self.cells, project, s.plan(), s.layer(), &self.colours, &touched.cells);
        }
        let owners = Owners::staged(s.assignment(), s.staged());
        let slots: Vec<u32> = touched.slots.into_iter().collect();
        tint_buildings(&mut self.ground, project, &owners, &self.colours, Some(&slots));
        self.made.1 += touched.cells.layers();
        self.version += 1;
    }

    /// Cells that wear another colour than `before`: their ground, and the buildings in them.
    fn recoloured(&mut self, s: &Session, before: &CellColours) {
        let differ: BTreeSet<Owner> = self.colours.differing(before);
        if differ.is_empty() {
            return;
        }
        self.tones += 1;
        if let Some(l) = s.project().layer(s.plan(), s.layer()) {
            for (i, _) in l.partition.faces().filter(|(_, f)| differ.contains(&f.owner)) {
                self.steps.cells.face(i, &l.partition);
            }
        }
        let owners = (0u32..).zip(s.assignment().owners());
        self.steps.slots.extend(owners.filter(|(_, o)| differ.contains(o)).map(|(slot, _)| slot));
    }
}

/// Whether a patch changes which cells there are or which are neighbours, so that colours may have to.
fn owners_changed(s: &Session, patch: &Patch) -> bool {
    let here = patch.partitions.iter().filter(|(p, l, _)| (*p, *l) == (s.plan(), s.layer()));
    let (mut faces, mut edges) = (here.clone().flat_map(|x| &x.2.faces), here.flat_map(|x| &x.2.edges));
    faces.any(|c| c.before.as_ref().map(|f| f.owner) != c.after.as_ref().map(|f| f.owner))
        || edges.any(|c| c.before.as_ref().map(|e| (e.left, e.right)) != c.after.as_ref().map(|e| (e.left, e.right)))
}

/// Whether an item changes the rank of units, and with it borders that no patch of the ground names.
fn ranks((key, before, after): &(Key, Option<Item>, Option<Item>)) -> bool {
    match (key, before, after) {
        (Key::Layer(_), ..) => true,
        (_, Some(Item::Unit(a)), Some(Item::Unit(b))) => (a.level, a.parent) != (b.level, b.parent),
        _ => false,
    }
}

/// Whether everything of a project is made within a frame without being noticed.
pub fn is_small(p: &Project) -> bool {
    let rows: usize = Kind::TABLES.iter().map(|k| p.table(*k).len()).sum();
    let units: usize = p.plans.iter().flat_map(|p| p.layers.iter()).map(|l| l.units.len()).max().unwrap_or(0);
    rows + 10 * units <= SMALL
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::{Origin, pt};
    use crate::model::{Field, GridLayer, Lang, Row, Segment, Shape, Value};
    use crate::plan::{Edit, Hash, History, Op, Take};
    use crate::scene::{cell_layers, ground_layers};
    use crate::session::{Command, empty_project};
    use std::time::{Duration, Instant};

    const ORIGIN: Origin = Origin { e_m: 500_000, n_m: 3_000_000 };

    fn place(x: i32, y: i32) -> crate::geom::Place {
        ORIGIN.place(pt(x * 1000, y * 1000))
    }

    fn ring(x0: i32, y0: i32, x1: i32, y1: i32) -> Vec<crate::geom::Place> {
        [(x0, y0), (x1, y0), (x1, y1), (x0, y1)].map(|(x, y)| place(x, y)).to_vec()
    }

    fn done(s: &mut Session, layers: &mut Layers, op: Op) {
        let effects = s.dispatch(Command::Do(Edit::from(op)), 0);
        assert!(!effects.iter().any(|e| matches!(e, Effect::Refused(_))), "{effects:?}");
        layers.follow(s, &effects);
    }

    fn import(s: &mut Session, layers: &mut Layers, rows: Vec<Row>) {
        let segment = Segment::pack(Kind::Buildings, rows);
        let segments = vec![Hash(segment.hash())];
        s.hold(segment);
        done(s, layers, Op::Import { kind: Kind::Buildings, segments, source: "t".into(), crs: None, level: None });
    }

    /// Four cells of 500 × 500 m and `n` homes, 8 m apart.
    fn town(n: i32, layers: &mut Layers) -> Session {
        let grid = GridLayer::new("grid", "治理网格", vec!["社区".to_owned(), "网格".to_owned()]).unwrap();
        let project = empty_project("试", "EPSG:4549", Some(ORIGIN), vec![grid], 1).unwrap();
        let mut s = Session::new(History::new(project, 1), None, Lang::Zh, "");
        layers.follow(&s, &[]);
        done(&mut s, layers, Op::Outline { rings: vec![ring(0, 0, 1000, 1000)], crs: None });
        for (x, y) in [(0, 0), (500, 0), (0, 500), (500, 500)] {
            let rings = vec![ring(x, y, x + 500, y + 500)];
            done(&mut s, layers, Op::Draw { code: None, name: None, rings, take: Take::Free, parent: None });
        }
        import(&mut s, layers, (0..n).map(|i| home(i, 6)).collect());
        s
    }

    fn home(i: i32, side: i32) -> Row {
        let (x, y) = (i % 120 * 8, i / 120 * 8);
        let p = |dx: i32, dy: i32| pt((x + dx) * 1000, (y + dy) * 1000);
        let shape = Shape::Polygons(vec![vec![vec![p(0, 0), p(side, 0), p(side, side), p(0, side)]]]);
        let fields = vec![(Field::Use, Value::Text("residential".into()))];
        Row::new(&format!("B{:06}", i * 10 + side), "", fields, shape).unwrap()
    }

    /// Layers made from nothing, as they ought to be.
    fn fresh(s: &Session, colours: &CellColours) -> Vec<Arc<Layer>> {
        let p = s.project();
        let mut out = ground_layers(p, &[]);
        tint_buildings(&mut out, p, &Owners::staged(s.assignment(), s.staged()), colours, None);
        out.extend(cell_layers(p, s.plan(), s.layer(), colours, &[]));
        out
    }

    fn same(layers: &Layers, s: &Session) -> bool {
        let name = |l: &Arc<Layer>| (l.key, l.version, l.slots.clone());
        layers.iter().map(name).eq(fresh(s, &layers.colours).iter().map(name))
    }

    fn until_same(layers: &mut Layers, s: &Session, jobs: &Jobs) {
        let start = Instant::now();
        loop {
            layers.refresh(s, jobs);
            if !layers.cells_part.job.busy() && !layers.ground_part.job.busy() {
                break;
            }
            assert!(start.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(same(layers, s));
    }

    #[test]
    fn a_small_project_is_there_at_once_and_nothing_is_made_twice() {
        let (mut layers, jobs) = (Layers::default(), Jobs::new(|| {}));
        let mut s = town(300, &mut layers);
        layers.refresh(&s, &jobs);
        assert!(same(&layers, &s));
        let before: Vec<Arc<Layer>> = layers.iter().cloned().collect();
        let (made, version) = (layers.made, layers.version());
        for _ in 0..3 {
            s.dispatch(Command::Select(crate::session::Selection::Buildings(vec![1])), 0);
            layers.refresh(&s, &jobs);
        }
        assert_eq!((layers.made, layers.version()), (made, version));
        assert!(layers.iter().zip(&before).all(|(a, b)| Arc::ptr_eq(a, b)));
    }

    #[test]
    fn a_drag_makes_only_what_it_touches_and_a_step_is_followed() {
        let (mut layers, jobs) = (Layers::default(), Jobs::new(|| {}));
        let mut s = town(6000, &mut layers);
        layers.refresh(&s, &jobs);
        let on = [place(500, 0), place(500, 500)];
        done(&mut s, &mut layers, Op::Insert { on, at: place(500, 250) });
        layers.refresh(&s, &jobs);
        assert!(same(&layers, &s));
        let whole = layers.made.0;
        for x in [520, 530, 560, 540] {
            s.dispatch(Command::Stage(Edit::from(Op::Move { at: place(500, 250), to: place(x, 250) })), 0);
            assert!(!s.staged().buildings.is_empty());
            layers.refresh(&s, &jobs);
            assert!(same(&layers, &s), "dragged to {x}");
        }
        let effects = s.dispatch(Command::Commit, 0);
        layers.follow(&s, &effects);
        layers.refresh(&s, &jobs);
        assert!(same(&layers, &s));
        let effects = s.dispatch(Command::Undo, 0);
        layers.follow(&s, &effects);
        layers.refresh(&s, &jobs);
        assert!(same(&layers, &s));
        // What is given up leaves nothing behind.
        s.dispatch(Command::Stage(Edit::from(Op::Move { at: place(500, 250), to: place(570, 250) })), 0);
        layers.refresh(&s, &jobs);
        s.dispatch(Command::Revert, 0);
        layers.refresh(&s, &jobs);
        assert!(same(&layers, &s));
        assert_eq!(layers.made.0, whole, "no part was made from nothing");
        // A merge: colours may change with it.
        let l = s.project().layer(s.plan(), 0).unwrap();
        let codes: Vec<String> = l.units.values().take(2).map(|u| u.code.clone()).collect();
        done(&mut s, &mut layers, Op::Merge { cells: codes, keep: None, apart: false });
        layers.refresh(&s, &jobs);
        assert!(same(&layers, &s));
    }

    #[test]
    fn a_large_project_comes_by_jobs_and_the_newest_of_them_wins() {
        let (mut layers, jobs) = (Layers::default(), Jobs::new(|| {}));
        let mut s = town(13_000, &mut layers);
        assert!(!is_small(s.project()));
        layers.refresh(&s, &jobs);
        assert_eq!(layers.iter().count(), 0, "nothing of it is made on this thread");
        // More homes and a moved border while the jobs are on their way.
        import(&mut s, &mut layers, (0..50).map(|i| home(i, 5)).collect());
        let on = [place(500, 0), place(500, 500)];
        done(&mut s, &mut layers, Op::Insert { on, at: place(500, 250) });
        layers.refresh(&s, &jobs);
        s.dispatch(Command::Stage(Edit::from(Op::Move { at: place(500, 250), to: place(550, 250) })), 0);
        layers.refresh(&s, &jobs);
        until_same(&mut layers, &s, &jobs);
        // What was shown stays while all is made anew.
        let shown = layers.iter().count();
        s.dispatch(Command::Revert, 0);
        import(&mut s, &mut layers, (100..150).map(|i| home(i, 5)).collect());
        layers.refresh(&s, &jobs);
        assert_eq!(layers.iter().count(), shown);
        until_same(&mut layers, &s, &jobs);
        // A step that nobody told of is seen by its state.
        s.dispatch(Command::Do(Edit::from(Op::Move { at: place(500, 250), to: place(560, 250) })), 0);
        until_same(&mut layers, &s, &jobs);
    }
}
