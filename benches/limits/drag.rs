//! A shared border vertex is dragged, let go and taken back, through the session as the window does it, and the layers
//! that a frame of the drag makes anew.

use crate::measure::Line;
use crate::town::{Res, Rng, Town};
use cpu_time::ProcessTime;
use getu::assign::Assignment;
use getu::geom::Pt;
use getu::model::Id;
use getu::scene::{
    ByKey, CellColours, Owners, Touched, cell_layers_anew, ground_layers, staged_layers, tint_buildings, touch_cells,
};
use getu::session::tools::{Answer, Grip, Hand};
use getu::session::{Command, Effect, Session};
use getu::topology::{Spot, spot};

/// Drags that are timed one by one.
const DRAGS: usize = 10_000;
/// Frames whose layers are timed one by one.
const FRAMES: usize = 300;
/// Drags that are committed one upon another and held against a recount.
const KEPT: usize = 300;
/// How far a vertex is moved at most, each way.
const REACH_MM: usize = 5_000;

/// All of it.
pub fn run(town: &mut Town) -> Res<()> {
    hold_to_recount(town)?;
    let drags = one_by_one(town)?;
    frames(town, &drags)
}

/// A vertex and where it goes.
pub type Drag = (Pt, Pt);

/// Lets go; slivers are kept.
pub fn let_go(hand: &mut Hand, s: &mut Session) -> Vec<Effect> {
    let effects = hand.release(s, 0);
    if hand.asked().is_empty() { effects } else { hand.answer(s, Answer::Keep, 0) }
}

/// Drags of random vertices of borders between two cells, each by a random way.
pub fn some_drags(s: &Session, n: usize) -> Res<Vec<Drag>> {
    let p = s.history().stable();
    let l = &p.layer(s.plan(), 0).ok_or("no layer")?.partition;
    let inner = |id: u64| Id(id).is_unit();
    let mut all: Vec<Pt> = Vec::new();
    for (_, e) in l.edges() {
        let (a, b) = l.sides(e);
        if inner(a) && inner(b) {
            all.extend_from_slice(&e.points);
        }
    }
    all.sort_unstable();
    all.dedup();
    if all.is_empty() {
        return Err("no shared border".into());
    }
    let mut rng = Rng(0x9E37_79B9_7F4A_7C15);
    let way = |v: i32, rng: &mut Rng| v + rng.below(2 * REACH_MM + 1) as i32 - REACH_MM as i32;
    let drag = |_| {
        let at = all[rng.below(all.len())];
        (at, Pt { x: way(at.x, &mut rng), y: way(at.y, &mut rng) })
    };
    Ok((0..n).map(drag).collect())
}

/// Drags upon drags: the tallies must be those of a recount, and undoing all must give the first state.
fn hold_to_recount(town: &mut Town) -> Res<()> {
    let drags = some_drags(&town.session, KEPT)?;
    let s = &mut town.session;
    let (first, state) = (s.assignment().clone(), s.project().state);
    let (mut moved, mut kept) = (0, 0);
    let mut hand = Hand::default();
    for (at, to) in drags {
        hand.grab(Grip::Point(at));
        hand.hover(s, to, 0.0, 0);
        moved += s.staged().buildings.len();
        kept += usize::from(!let_go(&mut hand, s).is_empty());
    }
    let (plan, layer) = (s.plan(), s.layer());
    if *s.assignment() != Assignment::count(s.project(), plan, layer) {
        return Err("the tallies differ from a recount".into());
    }
    for _ in 0..kept {
        s.dispatch(Command::Undo, 0);
    }
    if s.project().state != state || *s.assignment() != first {
        return Err("undoing all drags gives another state".into());
    }
    eprintln!("{}: {kept} drags kept, {moved} buildings changed hands; equal to a recount", town.name);
    Ok(())
}

/// Times every drag on its own: the frame, letting go, taking back. Gives those back that can be done.
fn one_by_one(town: &mut Town) -> Res<Vec<Drag>> {
    let drags = some_drags(&town.session, DRAGS)?;
    let s = &mut town.session;
    let mut hand = Hand::default();
    let (mut good, mut nodes, mut narrow) = (Vec::new(), 0, 0);
    let (mut stage, mut commit, mut undo) = (Vec::new(), Vec::new(), Vec::new());
    let (mut refused, mut slivers) = (Vec::new(), Vec::new());
    for (at, to) in drags {
        hand.grab(Grip::Point(at));
        let t = ProcessTime::now();
        hand.hover(s, to, 0.0, 0);
        let spent = t.elapsed();
        if hand.refusal().is_some() {
            refused.push(spent);
            hand.release(s, 0);
            continue;
        }
        stage.push(spent);
        good.push((at, to));
        nodes +=
            usize::from(s.history().stable().layer(s.plan(), 0).is_some_and(|l| spot(&l.partition, at) == Spot::Node));
        let t = ProcessTime::now();
        narrow += usize::from(!s.slivers().is_empty());
        slivers.push(t.elapsed());
        let t = ProcessTime::now();
        let kept = let_go(&mut hand, s);
        commit.push(t.elapsed());
        if kept.is_empty() {
            return Err("a staged drag was not kept".into());
        }
        let t = ProcessTime::now();
        s.dispatch(Command::Undo, 0);
        undo.push(t.elapsed());
    }
    eprintln!(
        "{}: {} drags, {nodes} of them of nodes, {narrow} with slivers, and {} refused; processor time",
        town.name,
        good.len(),
        refused.len()
    );
    for (what, times) in [
        ("drag: frame (apply, index, flow, tallies)", stage),
        ("drag: refused frame", refused),
        ("drag: look for slivers", slivers),
        ("drag: commit, slivers looked for", commit),
        ("drag: undo", undo),
    ] {
        Line::new(what, town).spread(times);
    }
    Ok(good)
}

/// Times the layers that a frame of a drag makes anew, on the layers of the frame before: what this frame changes and
/// what the frame before had changed, as the window does it.
fn frames(town: &Town, drags: &[Drag]) -> Res<()> {
    let mut s = town.session.clone();
    let (plan, layer) = (s.plan(), s.layer());
    let colours = CellColours::default().next(s.project(), plan, layer);
    let mut ground = ground_layers(s.project(), &[]);
    tint_buildings(&mut ground, s.project(), &Owners::of(s.assignment()), &colours, None);
    let mut cells = ByKey::new();
    cell_layers_anew(&mut cells, s.project(), plan, layer, &colours);
    let (mut borders, mut tint, mut marks) = (Vec::new(), Vec::new(), Vec::new());
    let mut before = (Touched::default(), Vec::new());
    let mut anew = 0;
    let mut hand = Hand::default();
    for &(at, to) in drags.iter().take(FRAMES) {
        hand.grab(Grip::Point(at));
        hand.hover(&mut s, to, 0.0, 0);
        let project = s.project();
        let staged = s.history().staged().ok_or("nothing is staged")?;
        let mut now = (Touched::default(), s.staged().buildings.iter().map(|m| m.slot).collect::<Vec<u32>>());
        let l = project.layer(plan, layer).ok_or("no layer")?;
        for (_, _, p) in staged.outcome.patch.partitions.iter().filter(|(p, l, _)| (*p, *l) == (plan, layer)) {
            now.0.patch(p, &l.partition);
        }
        let (mut touched, mut slots) = std::mem::replace(&mut before, now);
        touched.join(&before.0);
        slots.extend(&before.1);

        let t = ProcessTime::now();
        tint_buildings(&mut ground, project, &Owners::staged(s.assignment(), s.staged()), &colours, Some(&slots));
        tint.push(t.elapsed());
        let t = ProcessTime::now();
        touch_cells(&mut cells, project, plan, layer, &colours, &touched);
        borders.push(t.elapsed());
        anew += touched.layers();
        let t = ProcessTime::now();
        let made = staged_layers((s.history().stable(), project), plan, layer, &staged.outcome.patch, s.staged(), None);
        marks.push(t.elapsed());
        if made.is_empty() {
            return Err("a staged drag shows nothing".into());
        }
    }
    let mut whole = ByKey::new();
    cell_layers_anew(&mut whole, s.project(), plan, layer, &colours);
    if !whole.iter().map(|(k, l)| (k, l.version)).eq(cells.iter().map(|(k, l)| (k, l.version))) {
        return Err("layers brought up to date differ from those made anew".into());
    }
    eprintln!(
        "{}: layers of a frame ({} frames, {:.1} layers of {} anew each)",
        town.name,
        borders.len(),
        anew as f64 / borders.len().max(1) as f64,
        cells.len()
    );
    let lines = [
        ("drag: fills, bands and borders of a frame", borders),
        ("drag: tint of moved buildings", tint),
        ("drag: outline of the selected cell", marks),
    ];
    for (what, times) in lines {
        Line::new(what, town).spread(times);
    }
    Ok(())
}
