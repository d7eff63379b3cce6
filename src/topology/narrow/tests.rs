use super::super::tests::Rng;
use super::super::{Line, TopologyError, check, draw, merge, move_point, split};
use super::*;
use crate::geom::{chain_length, pt};
use crate::topology::DrawRules;

const LAYER: Owner = 0;
pub const LIMIT: f64 = 1_000.0;

fn square(x: i32, y: i32, w: i32, h: i32) -> Vec<Pt> {
    vec![pt(x, y), pt(x + w, y), pt(x + w, y + h), pt(x, y + h)]
}

fn outline(ring: Vec<Pt>) -> Partition {
    let take = |o: Owner| (o == OUTSIDE).then_some(LAYER);
    draw(&Partition::new(), &[ring], &DrawRules::new(&take, &|_| true)).unwrap().partition
}

/// A cell on open ground, with what is narrow after it.
fn cell(p: &Partition, ring: Vec<Pt>, new: Owner) -> (Partition, Vec<Narrow>) {
    let line: Vec<Pt> = ring.iter().copied().chain([ring[0]]).collect();
    let d = draw(p, &[ring], &DrawRules::new(&|o| (o == LAYER).then_some(new), &|o| o == LAYER)).unwrap();
    let found = narrow(p, &d.partition, &d.patch, &[line], LIMIT);
    (d.partition, found)
}

fn cut(p: &Partition, owner: Owner, line: &[Pt], new: Owner) -> (Partition, Vec<Narrow>) {
    let s = split(p, owner, line, None, 2.0, new).unwrap();
    let found = narrow(p, &s.partition, &s.patch, &[line.to_vec()], LIMIT);
    (s.partition, found)
}

fn kinds(found: &[Narrow]) -> Vec<(NarrowKind, Owner)> {
    found.iter().map(|n| (n.kind, n.owner)).collect()
}

#[test]
fn a_strip_left_beside_a_border_is_named_with_its_width() {
    let p = outline(square(0, 0, 100_000, 100_000));
    // Half a metre short of the outline: the ground left is one face all round; beside the cell it is a neck.
    let (q, found) = cell(&p, square(500, 20_000, 40_000, 40_000), 1);
    assert_eq!(kinds(&found), [(NarrowKind::Neck, LAYER)], "{found:?}");
    assert!((found[0].width_mm - 500.0).abs() < 1.0, "{found:?}");
    assert!((38_000.0..42_000.0).contains(&found[0].length_mm), "{found:?}");
    // What was narrow before is not said again when something else is drawn.
    let (r, found) = cell(&q, square(60_000, 20_000, 20_000, 20_000), 2);
    assert_eq!(found, []);
    // A cell along the first one, 40 cm off: the gap between them has both ends open.
    let (s, found) = cell(&r, square(10_000, 60_400, 20_000, 20_000), 3);
    assert_eq!(kinds(&found), [(NarrowKind::Neck, LAYER)]);
    assert!((found[0].width_mm - 400.0).abs() < 1.0);
    assert_eq!(check(&s), vec![]);
}

#[test]
fn a_border_that_is_followed_leaves_nothing_narrow() {
    let p = outline(square(0, 0, 100_000, 100_000));
    let (p, found) = cell(&p, square(0, 0, 50_000, 100_000), 1);
    assert_eq!(found, []);
    let (p, found) = cell(&p, square(50_000, 0, 50_000, 40_000), 2);
    assert_eq!(found, []);
    let (_, found) = cut(&p, 1, &[pt(0, 50_000), pt(50_000, 60_000)], 3);
    assert_eq!(found, []);
}

#[test]
fn a_cut_beside_a_border_leaves_a_narrow_face() {
    let p = outline(square(0, 0, 100_000, 100_000));
    let (p, _) = cell(&p, square(0, 0, 100_000, 50_000), 1);
    // From the outline to the outline, 0.6 m below the cell's upper border.
    let (q, found) = cut(&p, 1, &[pt(0, 49_400), pt(100_000, 49_400)], 2);
    assert_eq!(kinds(&found), [(NarrowKind::Face, q.owner(q.locate(pt(50_000, 49_700))))]);
    assert!((found[0].width_mm - 600.0).abs() < 10.0);
}

#[test]
fn a_needle_is_a_spike_unless_the_line_itself_is_one() {
    let p = outline(square(0, 0, 100_000, 100_000));
    // 5° off the left border, starting on it: narrow from its tip to where it is a metre away, 11 m on.
    let (_, found) = cell(&p, vec![pt(0, 10_000), pt(5_000, 67_000), pt(60_000, 67_000), pt(60_000, 10_000)], 1);
    assert!(found.iter().any(|n| n.owner == LAYER), "{found:?}");
    assert_eq!(found.len(), 1, "the neck stands for its tip: {found:?}");
    // A drawn needle.
    let (_, found) = cell(&p, vec![pt(50_000, 50_000), pt(90_000, 51_000), pt(50_000, 52_000)], 1);
    assert_eq!(found, [], "both sides are the line");
    // A wide wedge that turns a corner of 8° in the last metre and a half: too short for a neck.
    let ring = vec![pt(0, 50_000), pt(200, 51_400), pt(20_000, 53_000), pt(20_000, 50_000)];
    let (_, found) = cell(&p, ring, 1);
    assert_eq!(kinds(&found), [(NarrowKind::Spike, LAYER)], "{found:?}");
    assert_eq!(found[0].at, pt(0, 50_000));
}

#[test]
fn a_vertex_dragged_beside_another_border_is_named() {
    let p = outline(square(0, 0, 100_000, 100_000));
    let (p, _) = cell(&p, vec![pt(20_000, 20_000), pt(60_000, 20_000), pt(60_000, 60_000), pt(20_000, 60_000)], 1);
    let all = |_: Owner, _: Owner| true;
    let (a, b) = (pt(20_000, 20_000), pt(20_000, 60_000));
    let (q, patch) = move_point(&p, a, pt(300, 20_000), &all).unwrap();
    let found = narrow(&p, &q, &patch, &[vec![pt(60_000, 20_000), pt(300, 20_000), b]], LIMIT);
    assert!(found.len() <= 1, "{found:?}");
    let (q, patch) = {
        let (q, first) = move_point(&p, a, pt(300, 20_000), &all).unwrap();
        let (q, second) = move_point(&q, b, pt(300, 60_000), &all).unwrap();
        (q, first.then(second))
    };
    let found = narrow(&p, &q, &patch, &[vec![pt(300, 20_000), pt(300, 60_000)]], LIMIT);
    assert_eq!(kinds(&found), [(NarrowKind::Neck, LAYER)]);
    assert_eq!(narrow(&p, &p, &PartitionPatch::default(), &[], LIMIT), []);
    assert_eq!(check(&q), vec![]);
}

#[test]
fn merging_and_cutting_across_leave_nothing() {
    let p = outline(square(0, 0, 100_000, 100_000));
    let (p, _) = cell(&p, square(0, 0, 100_000, 50_000), 1);
    let (p, _) = cut(&p, 1, &[pt(0, 49_400), pt(100_000, 49_400)], 2);
    let (q, patch) = merge(&p, 1, &[2], false).unwrap();
    assert_eq!(narrow(&p, &q, &patch, &[], LIMIT), []);
    // Across the strip: its two halves are no narrower than it was.
    let strip = p.owner(p.locate(pt(50_000, 49_700)));
    let (_, found) = cut(&p, strip, &[pt(50_000, 49_400), pt(50_000, 50_000)], 3);
    assert!(found.iter().all(|n| n.kind == NarrowKind::Face), "{found:?}");
}

/// Border points of a face at most a quarter of a metre apart: place, ring, way along it.
type Sample = (Xy, usize, f64);

/// An independent look: all pairs of border points nearer than `limit` whose way to each other is inside the face.
struct Look {
    lengths: Vec<f64>,
    pairs: Vec<(Sample, Sample)>,
}

fn look(p: &Partition, face: u32, limit: f64, area: &Box2, touching: bool) -> Look {
    let (mut lengths, mut all): (Vec<f64>, Vec<Sample>) = (vec![], vec![]);
    for ring in p.rings(face) {
        let mut from = 0.0;
        for (a, b) in closed(&ring) {
            let whole = chain_length(&[a, b]);
            let n = (whole / 250.0).ceil().max(1.0) as u32;
            for i in 0..n {
                let t = (f64::from(i) + 0.5) / f64::from(n);
                let q = along(xy(a), xy(b), t);
                if area.contains(super::pt(q)) {
                    all.push((q, lengths.len(), from + t * whole));
                }
            }
            from += whole;
        }
        lengths.push(from);
    }
    let key = |q: Xy| ((q.0 / limit).floor() as i64, (q.1 / limit).floor() as i64);
    let mut grid: HashMap<(i64, i64), Vec<usize>> = HashMap::new();
    for (i, s) in all.iter().enumerate() {
        grid.entry(key(s.0)).or_default().push(i);
    }
    let mut pairs = vec![];
    for a in &all {
        let (x, y) = key(a.0);
        for c in (x - 1..=x + 1).flat_map(|x| (y - 1..=y + 1).map(move |y| (x, y))) {
            for &j in grid.get(&c).map_or(&[][..], |v| v) {
                let b = &all[j];
                let way = if a.1 != b.1 { f64::MAX } else { (a.2 - b.2).abs().min(lengths[a.1] - (a.2 - b.2).abs()) };
                // Chords between samples a quarter of a metre apart leave ground that is millimetres wide.
                let between = dist(a.0, b.0);
                let inside = || {
                    touching && between < 300.0
                        || [0.2, 0.5, 0.8].iter().all(|&t| p.locate(super::pt(along(a.0, b.0, t))) == face)
                };
                if between <= limit && way > APART_MM && inside() {
                    pairs.push((*a, *b));
                }
            }
        }
    }
    Look { lengths, pairs }
}

/// A hand that follows `chain` with up to `noise` mm of trembling, slowly changing.
fn trembling(chain: &[Pt], noise: i32, rng: &mut Rng) -> Vec<Pt> {
    let mut off = (rng.below(2 * noise + 1) - noise, rng.below(2 * noise + 1) - noise);
    let mut out = vec![];
    for w in chain.windows(2) {
        let n = (chain_length(w) / 3_000.0).ceil().max(1.0) as u32;
        for i in 0..n {
            let q = along(xy(w[0]), xy(w[1]), f64::from(i) / f64::from(n));
            out.push(pt(q.0 as i32 + off.0, q.1 as i32 + off.1));
            let step = noise / 3 + 1;
            let mut next = |v: i32| (v + rng.below(2 * step + 1) - step).clamp(-noise, noise);
            off = (next(off.0), next(off.1));
        }
    }
    out
}

/// What a trembling hand draws along an existing border: a cell (a ring), or a cut.
pub struct Stroke {
    pub line: Line,
    owner: Owner,
    new: Owner,
    take_all: bool,
    attach_mm: f64,
}

/// A stroke along some border; `None` where the hand does not move.
pub fn stroke(p: &Partition, new: Owner, rng: &mut Rng) -> Option<Stroke> {
    let edges: Vec<Vec<Pt>> = p.edges().map(|(_, e)| e.points.to_vec()).collect();
    let e = &edges[rng.below(edges.len() as i32) as usize];
    let k = rng.below(e.len() as i32 - 1) as usize;
    let chain = &e[k..e.len().min(k + 2 + rng.below(3) as usize)];
    // 0 to 8 pixels at about 1:1,000.
    let noise = rng.below(9) * 260 + 1;
    let hand = trembling(chain, noise, rng);
    if hand.len() < 2 {
        return None;
    }
    let attach_mm = f64::from(noise) * 2.0;
    let owners: BTreeSet<Owner> = p.faces().map(|(_, f)| f.owner).filter(|o| *o != OUTSIDE).collect();
    if rng.below(2) == 0 {
        let deep = 8_000 + rng.below(30_000);
        let (a, b) = (hand[0], hand[hand.len() - 1]);
        let (dx, dy) = (f64::from(b.x - a.x), f64::from(b.y - a.y));
        let len = dx.hypot(dy).max(1.0);
        let side = if rng.below(2) == 0 { 1.0 } else { -1.0 };
        let off = |q: Pt| {
            pt(q.x + (-dy / len * side * f64::from(deep)) as i32, q.y + (dx / len * side * f64::from(deep)) as i32)
        };
        let points: Vec<Pt> = hand.iter().copied().chain([off(b), off(a)]).collect();
        let take_all = rng.below(3) == 0;
        return Some(Stroke { line: Line { points, closed: true }, owner: LAYER, new, take_all, attach_mm });
    }
    let owner = *owners.iter().nth(rng.below(owners.len() as i32) as usize).unwrap();
    Some(Stroke { line: Line { points: hand, closed: false }, owner, new, take_all: false, attach_mm })
}

impl Stroke {
    /// Area of what it makes: of the cell, or of the smaller part that it cuts off.
    pub fn area_mm2(&self, after: &Partition) -> f64 {
        let area =
            |o: Owner| -> f64 { after.faces().filter(|(_, f)| f.owner == o).map(|(_, f)| f.area2 as f64 / 2.0).sum() };
        if self.line.closed { area(self.new) } else { area(self.new).min(area(self.owner)) }
    }

    /// Draws it with another line.
    pub fn draw(&self, p: &Partition, line: &Line) -> Result<(Partition, PartitionPatch), TopologyError> {
        if !line.closed {
            let s = split(p, self.owner, &line.points, None, self.attach_mm, self.new)?;
            return Ok((s.partition, s.patch));
        }
        let take = |o: Owner| match o {
            OUTSIDE => None,
            LAYER => Some(self.new),
            _ => self.take_all.then_some(self.new),
        };
        let d = draw(p, std::slice::from_ref(&line.points), &DrawRules::new(&take, &|o| o == LAYER))?;
        Ok((d.partition, d.patch))
    }
}

/// The line, a ring closed.
pub fn path(line: &Line) -> Vec<Pt> {
    line.points.iter().copied().chain(line.points.first().copied().filter(|_| line.closed)).collect()
}

/// The outline that the hand draws in.
pub fn paper() -> Partition {
    let span = 120_000;
    outline(vec![pt(0, 0), pt(span, 3_000), pt(span - 4_000, span), pt(2_000, span - 5_000)])
}

/// Numbers of walks: `GETU_SEEDS=5000` draws about 20,000; `GETU_SEEDS=3088..3089` is one of them.
pub fn seeds() -> std::ops::Range<u64> {
    let asked = std::env::var("GETU_SEEDS").unwrap_or_default();
    let (from, to) = asked.split_once("..").unwrap_or(("0", &asked));
    from.parse().unwrap_or(0)..to.parse().unwrap_or(25)
}

/// Cells and cuts along existing borders by a trembling hand; what is reported against the independent look.
/// Gives back how many were drawn, had something narrow by the look, and were reported.
fn trembling_walk(seed: u64) -> [usize; 3] {
    let mut rng = Rng(seed);
    let mut count = [0; 3];
    let mut p = paper();
    for i in 0..12 {
        let Some(stroke) = stroke(&p, 1 + i as Owner, &mut rng) else { continue };
        let Ok((after, patch)) = stroke.draw(&p, &stroke.line) else { continue };
        let line = path(&stroke.line);
        assert_eq!(check(&after), vec![]);
        count[0] += 1;
        let found = narrow(&p, &after, &patch, std::slice::from_ref(&line), LIMIT);
        count[2] += usize::from(!found.is_empty());
        count[1] += usize::from(agree(&p, &after, &patch, &line, &found, seed));
        p = after;
    }
    count
}

/// Holds a report against the independent look; whether the look found something clearly narrow.
fn agree(p: &Partition, q: &Partition, patch: &PartitionPatch, line: &[Pt], found: &[Narrow], seed: u64) -> bool {
    let area =
        patch.edges.iter().filter_map(|c| c.after.as_ref()).fold(Box2::EMPTY, |b, e| b.union(Box2::of(&*e.points)));
    let area = area.grown(8_000);
    let near_line = |x: Xy, mm: f64| line.windows(2).any(|w| dist(x, nearest(x, xy(w[0]), xy(w[1]))) <= mm);
    let near_old = |x: Xy, mm: f64| {
        let edges = p.edges_near(&box_of(x, mm));
        edges
            .iter()
            .filter_map(|&e| p.edge(e))
            .any(|e| e.points.windows(2).any(|w| dist(x, nearest(x, xy(w[0]), xy(w[1]))) <= mm))
    };
    let drawn = |x: Xy| near_line(x, 2.0) && !near_old(x, 2.0);
    // Everything that was narrow before, a little more generously.
    let old: Vec<(Sample, Sample)> = patch
        .faces
        .iter()
        .filter(|c| c.before.as_ref().is_some_and(|f| f.owner != OUTSIDE))
        .flat_map(|c| look(p, c.slot, LIMIT + 450.0, &area, true).pairs)
        .collect();
    let mut clear = false;
    for c in patch.faces.iter().filter(|c| c.after.as_ref().is_some_and(|f| f.owner != OUTSIDE)) {
        let owner = q.owner(c.slot);
        let whole = thinness(q, c.slot);
        let told: Vec<&Narrow> = found.iter().filter(|n| n.owner == owner).collect();
        let is_told = |x: Xy| {
            told.iter()
                .any(|n| n.kind == NarrowKind::Face || n.along.iter().chain([&n.at]).any(|&a| dist(xy(a), x) < 3_000.0))
        };
        if whole < LIMIT {
            let asked = q.rings(c.slot).iter().all(|r| closed(r).all(|(a, b)| drawn(mid(xy(a), xy(b)))));
            let stood = patch
                .faces
                .iter()
                .any(|b| b.before.as_ref().is_some_and(|f| f.owner != OUTSIDE) && thinness(p, b.slot) < LIMIT);
            assert!(asked || stood || told.iter().any(|n| n.kind == NarrowKind::Face), "seed {seed}: {whole} mm face");
            continue;
        }
        let seen = look(q, c.slot, LIMIT * 0.93, &area, false);
        let mut fresh: Vec<&(Sample, Sample)> = seen
            .pairs
            .iter()
            .filter(|(a, b)| !(drawn(a.0) && drawn(b.0)))
            .filter(|(a, b)| !old.iter().any(|(c, d)| dist(a.0, c.0) < 300.0 && dist(b.0, d.0) < 300.0))
            .collect();
        fresh.sort_by(|a, b| a.0.1.cmp(&b.0.1).then(a.0.2.total_cmp(&b.0.2)));
        let mut from = 0;
        for i in 1..=fresh.len() {
            let broken =
                i == fresh.len() || fresh[i].0.1 != fresh[i - 1].0.1 || fresh[i].0.2 - fresh[i - 1].0.2 > 260.0;
            if !broken {
                continue;
            }
            let run = &fresh[from..i];
            from = i;
            if run[run.len() - 1].0.2 - run[0].0.2 < STRETCH_MM + 700.0 {
                continue;
            }
            clear = true;
            let (a, b) = run[run.len() / 2];
            assert!(
                is_told(a.0) || is_told(b.0) || run.iter().any(|(a, b)| is_told(a.0) || is_told(b.0)),
                "seed {seed}: not told: {a:?} {b:?} of {owner}, {} mm long, ring of {:?}; told {told:?}",
                run[run.len() - 1].0.2 - run[0].0.2,
                seen.lengths
            );
        }
    }
    // What is told is narrow by the look, too.
    for n in found.iter().filter(|n| n.kind == NarrowKind::Neck) {
        let narrow_at = |x: Pt| {
            q.faces_of(n.owner).into_iter().any(|f| {
                let by = box_of(xy(x), 1_700.0);
                look(q, f, LIMIT + 300.0, &by, true).pairs.iter().any(|(a, _)| dist(a.0, xy(x)) < 400.0)
            })
        };
        // At its ends a stretch may turn a corner and lead up to the narrow place.
        let middle = n.along.get(2..n.along.len().saturating_sub(2)).unwrap_or_default();
        let wide: Vec<&Pt> = middle.iter().filter(|&&x| !narrow_at(x)).collect();
        assert!(n.width_mm <= LIMIT && wide.is_empty(), "seed {seed}: {n:?} is not narrow at {wide:?}");
    }
    clear
}

#[test]
fn a_trembling_hand_leaves_nothing_unsaid() {
    let mut all = [0; 3];
    // 3088: the longer stretch of its neck lies on a border that did not change.
    for seed in seeds().chain([3088]) {
        let one = trembling_walk(seed);
        all.iter_mut().zip(one).for_each(|(a, b)| *a += b);
    }
    println!("{} cells and cuts; {} clearly narrow, {} reported", all[0], all[1], all[2]);
    assert!(all[0] < 100 || all[1] > all[0] / 10 && all[2] >= all[1], "{all:?}");
}
