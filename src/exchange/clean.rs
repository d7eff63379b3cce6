//! Shapes onto the grid: converted, rounded to the millimetre, made valid or refused.

use super::source::Geometry;
use crate::crs::Transform;
use crate::geom::{Box2, Meet, Origin, Pt, cross, meet, pt, ring_area2, ring_contains};
use crate::model::Shape;
use geo::{BooleanOps, Coord, LineString, MultiPolygon, Polygon};

/// Which shapes a kind may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Allowed {
    pub none: bool,
    pub point: bool,
    pub lines: bool,
    pub polygons: bool,
}

/// A shape on the grid.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Clean {
    pub shape: Shape,
    /// What was mended; nothing is said of repeated points and turned rings.
    pub repairs: Vec<Repair>,
}

/// What was mended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Repair {
    /// A ring or line without extent was left out.
    Emptied,
    /// A polygon that crossed itself was cut into ones that do not, or will be.
    Crossing(Pt),
    /// A stretch there and back was left out; its tip. Only said of what is mended later.
    Spike(Pt),
}

/// Why a shape cannot be taken.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Unfit {
    /// No shape where one is needed.
    NoPlace,
    /// Not of a dimension that the kind may have.
    WrongGeometry,
    /// Outside the domain of the coordinate system.
    Domain([f64; 2]),
    /// Further from the project's origin than the grid reaches.
    Range([f64; 2]),
    /// Nothing is left after rounding.
    NoExtent,
    /// Crosses itself there.
    Crossing(Pt),
    /// Crosses itself so often that no mending could guess what was meant; the first place.
    Tangled(Pt),
    /// So many sides side by side that they cannot be compared; a point of them.
    Dense(Pt),
}

/// Crossings up to which a polygon is mended.
pub(super) const CROSSINGS: usize = 1000;

/// Pairs of sides that are compared at most: a coastline of 50,000 points needs a tenth of it.
const PAIRS: u64 = 1_000_000_000;

/// What is done with polygons that cross themselves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mend {
    /// They are refused.
    No,
    /// They are mended here, where that is possible, else refused.
    Here,
    /// They are handed on as they are: what they are to fit mends them.
    Later,
}

/// Puts a shape onto the grid.
pub(super) fn clean(
    geometry: &Geometry,
    transform: &Transform,
    origin: Origin,
    allowed: Allowed,
    mend: Mend,
) -> Result<Clean, Unfit> {
    let fits = match geometry {
        Geometry::None => {
            return if allowed.none { Ok(Clean { shape: Shape::None, repairs: vec![] }) } else { Err(Unfit::NoPlace) };
        }
        Geometry::Point(_) => allowed.point,
        Geometry::Lines(_) => allowed.lines,
        Geometry::Polygons(_) => allowed.polygons,
    };
    if !fits {
        return Err(Unfit::WrongGeometry);
    }
    let grid = |points: &[[f64; 2]]| -> Result<Vec<Pt>, Unfit> {
        let mut moved = points.to_vec();
        transform.convert(&mut moved).map_err(|e| match e {
            crate::crs::CrsError::OutOfDomain { x, y } => Unfit::Domain([x, y]),
            _ => Unfit::Domain(points.first().copied().unwrap_or_default()),
        })?;
        moved.into_iter().map(|p| origin.grid_of_metres(p[0], p[1]).ok_or(Unfit::Range(p))).collect()
    };
    let mut repairs = Vec::new();
    let shape = match geometry {
        Geometry::None => Shape::None,
        Geometry::Point(p) => Shape::Point(grid(&[*p])?.first().copied().ok_or(Unfit::NoPlace)?),
        Geometry::Lines(lines) => {
            let mut out = Vec::with_capacity(lines.len());
            for l in lines {
                let mut l = grid(l)?;
                l.dedup();
                if l.len() < 2 { repairs.push(Repair::Emptied) } else { out.push(l) }
            }
            if out.is_empty() {
                return Err(Unfit::NoExtent);
            }
            Shape::Lines(out)
        }
        Geometry::Polygons(parts) => {
            let mut grid_parts = Vec::with_capacity(parts.len());
            for part in parts {
                grid_parts.push(part.iter().map(|r| grid(r)).collect::<Result<Vec<_>, _>>()?);
            }
            Shape::Polygons(polygons(grid_parts, mend, &mut repairs)?)
        }
    };
    Ok(Clean { shape, repairs })
}

type Parts = Vec<Vec<Vec<Pt>>>;

/// Polygons in the house's form: rings open, outer ones counter-clockwise, holes clockwise, none without area, none
/// crossing itself or another.
fn polygons(parts: Parts, mend: Mend, repairs: &mut Vec<Repair>) -> Result<Parts, Unfit> {
    let before = parts.iter().map(Vec::len).sum::<usize>();
    if mend == Mend::Later {
        repairs.extend(parts.iter().flatten().filter_map(|r| spike(r)).map(Repair::Spike));
    }
    let parts = tidy(parts);
    if parts.iter().map(Vec::len).sum::<usize>() < before {
        repairs.push(Repair::Emptied);
    }
    if parts.is_empty() {
        return Err(Unfit::NoExtent);
    }
    let most = if mend == Mend::Here { CROSSINGS + 1 } else { 1 };
    let Some((at, count)) = faults(&parts, mend == Mend::Here, most, PAIRS)? else { return Ok(parts) };
    match mend {
        Mend::No => return Err(Unfit::Crossing(at)),
        Mend::Later => {
            repairs.push(Repair::Crossing(at));
            return Ok(parts);
        }
        Mend::Here => {}
    }
    if count > CROSSINGS {
        return Err(Unfit::Tangled(at));
    }
    let mended = tidy(untangle(&parts));
    // Rounding the crossings to the grid can, in the last millimetre, make new ones.
    if mended.is_empty() || faults(&mended, true, 1, PAIRS)?.is_some() {
        return Err(Unfit::Crossing(at));
    }
    repairs.push(Repair::Crossing(at));
    Ok(mended)
}

/// Rings without repeated points and spikes, turned as they should be; rings and parts without area left out.
fn tidy(parts: Parts) -> Parts {
    let mut out = Vec::with_capacity(parts.len());
    for part in parts {
        let mut rings: Vec<Vec<Pt>> = Vec::with_capacity(part.len());
        for (i, ring) in part.into_iter().enumerate() {
            let mut ring = without_spikes(ring);
            // A ring that crosses itself may have as much ground on its left as on its right; it is not without extent.
            if !has_extent(&ring) {
                if i == 0 {
                    break;
                }
                continue;
            }
            if (ring_area2(&ring) >= 0) != (i == 0) {
                ring.reverse();
            }
            rings.push(ring);
        }
        if !rings.is_empty() {
            out.push(rings);
        }
    }
    out
}

/// Whether the points do not all lie on one line.
fn has_extent(ring: &[Pt]) -> bool {
    match ring {
        [a, b, rest @ ..] => rest.iter().any(|p| cross(*a, *b, *p) != 0),
        _ => false,
    }
}

/// The tip of the first stretch of a ring that goes there and back.
fn spike(ring: &[Pt]) -> Option<Pt> {
    let mut points = ring.to_vec();
    points.dedup();
    while points.len() > 1 && points.first() == points.last() {
        points.pop();
    }
    let n = points.len();
    (0..n)
        .filter(|_| n > 2)
        .map(|i| [points[i], points[(i + 1) % n], points[(i + 2) % n]])
        .find(|t| t[0] == t[2])
        .map(|t| t[1])
}

/// The ring without points that repeat the one before and without there-and-back stretches between equal points.
fn without_spikes(ring: Vec<Pt>) -> Vec<Pt> {
    let mut out: Vec<Pt> = Vec::with_capacity(ring.len());
    for p in ring {
        match out.as_slice() {
            [.., last] if *last == p => {}
            [.., before, _] if *before == p => {
                out.pop();
            }
            _ => out.push(p),
        }
    }
    // The same across the seam.
    loop {
        match out.as_slice() {
            [first, .., last] if first == last => {
                out.pop();
            }
            [first, .., before, _] if before == first && out.len() > 2 => {
                out.pop();
            }
            [_, second, .., last] if second == last && out.len() > 2 => {
                out.remove(0);
            }
            _ => return out,
        }
    }
}

/// The first place at which the polygons are not valid, and how many there are, counted up to `most`: two sides cross or
/// share a stretch, a ring touches itself (only `strict`), a hole lies outside its ring. [`Unfit::Dense`] after `pairs`
/// pairs of sides.
fn faults(parts: &Parts, strict: bool, most: usize, pairs: u64) -> Result<Option<(Pt, usize)>, Unfit> {
    struct Side {
        a: Pt,
        b: Pt,
        along: (i32, i32),
        across: (i32, i32),
        ring: usize,
        number: usize,
        of: usize,
    }
    let mut sides = Vec::new();
    for (ring_number, ring) in parts.iter().flatten().enumerate() {
        let n = ring.len();
        for (i, (&a, &b)) in ring.iter().zip(ring.iter().cycle().skip(1)).enumerate() {
            let (along, across) = ((a.x.min(b.x), a.x.max(b.x)), (a.y.min(b.y), a.y.max(b.y)));
            sides.push(Side { a, b, along, across, ring: ring_number, number: i, of: n });
        }
    }
    // A sweep along the axis on which the sides are shorter: only sides whose stretches there overlap are compared.
    let length =
        |of: &dyn Fn(&Side) -> (i32, i32)| sides.iter().map(|s| i64::from(of(s).1) - i64::from(of(s).0)).sum::<i64>();
    if length(&|s| s.across) < length(&|s| s.along) {
        sides.iter_mut().for_each(|s| std::mem::swap(&mut s.along, &mut s.across));
    }
    sides.sort_unstable_by_key(|s| s.along.0);
    let mut found: Option<(Pt, usize)> = None;
    let mut compared = 0u64;
    for (i, s) in sides.iter().enumerate() {
        for t in sides[i + 1..].iter().take_while(|t| t.along.0 <= s.along.1) {
            compared += 1;
            if s.across.0 > t.across.1 || t.across.0 > s.across.1 {
                continue;
            }
            let neighbours =
                s.ring == t.ring && ((s.number + 1) % s.of == t.number || (t.number + 1) % t.of == s.number);
            let at = match meet(s.a, s.b, t.a, t.b) {
                Meet::Apart => continue,
                Meet::Touch(_) if neighbours || s.ring != t.ring || !strict => continue,
                Meet::Touch(p) | Meet::Overlap(p, _) => p,
                Meet::Cross => crate::geom::crossing_point(s.a, s.b, t.a, t.b),
            };
            let (_, count) = found.get_or_insert((at, 0));
            *count += 1;
            if *count >= most {
                return Ok(found);
            }
        }
        if compared > pairs {
            return Err(Unfit::Dense(s.a));
        }
    }
    if found.is_some() {
        return Ok(found);
    }
    for part in parts {
        let Some((outer, holes)) = part.split_first() else { continue };
        for hole in holes {
            // No side crosses, so a hole is inside if any point of it that is not on the ring is.
            let on_ring = |p: &Pt| {
                outer.iter().zip(outer.iter().cycle().skip(1)).any(|(a, b)| crate::geom::on_segment(*p, *a, *b))
            };
            if let Some(p) = hole.iter().find(|p| !on_ring(p))
                && !ring_contains(outer, *p)
            {
                return Ok(Some((*p, 1)));
            }
        }
    }
    Ok(None)
}

/// The ground of each part by the even-odd rule, all parts joined, by `geo`'s polygon overlay; rounded to the grid.
fn untangle(parts: &Parts) -> Parts {
    let b = Box2::of(parts.iter().flatten().flatten());
    let middle = b.centre();
    let line = |ring: &Vec<Pt>| -> LineString<f64> {
        let at = |p: &Pt| Coord { x: f64::from(p.x) - f64::from(middle.x), y: f64::from(p.y) - f64::from(middle.y) };
        ring.iter().chain(ring.first()).map(at).collect()
    };
    let nothing = MultiPolygon::<f64>::new(vec![]);
    let mut all = nothing.clone();
    for part in parts {
        let Some((outer, holes)) = part.split_first() else { continue };
        let ground = Polygon::new(line(outer), holes.iter().map(line).collect()).union(&nothing);
        all = all.union(&ground);
    }
    let back = |l: &LineString<f64>| -> Vec<Pt> {
        let mut ring: Vec<Pt> = l
            .coords()
            .map(|c| pt((c.x + f64::from(middle.x)).round() as i32, (c.y + f64::from(middle.y)).round() as i32))
            .collect();
        ring.pop();
        ring
    };
    all.iter().map(|p| std::iter::once(p.exterior()).chain(p.interiors()).map(back).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crs::CrsDef;
    use proptest::prelude::*;

    const POLYGONS: Allowed = Allowed { none: false, point: true, lines: true, polygons: true };

    fn run(geometry: &Geometry, mend: bool) -> Result<Clean, Unfit> {
        let mend = if mend { Mend::Here } else { Mend::No };
        run_as(geometry, mend)
    }

    fn run_as(geometry: &Geometry, mend: Mend) -> Result<Clean, Unfit> {
        let crs = CrsDef::parse("EPSG:4549").unwrap();
        clean(geometry, &Transform::new(&crs, &crs).unwrap(), Origin::default(), POLYGONS, mend)
    }

    fn polygon(rings: &[&[[f64; 2]]]) -> Geometry {
        Geometry::Polygons(vec![rings.iter().map(|r| r.to_vec()).collect()])
    }

    #[test]
    fn rings_are_opened_turned_and_freed_of_repeated_points() {
        // Clockwise, closed, with a repeated point and a spike.
        let g = polygon(&[&[
            [0.0, 0.0],
            [0.0, 10.0],
            [0.0, 10.0],
            [10.0, 10.0],
            [20.0, 20.0],
            [10.0, 10.0],
            [10.0, 0.0],
            [0.0, 0.0],
        ]]);
        let c = run(&g, true).unwrap();
        assert_eq!(c.repairs, []);
        let Shape::Polygons(p) = &c.shape else { panic!() };
        assert_eq!(p[0][0].len(), 4);
        assert_eq!(ring_area2(&p[0][0]), 200_000_000);
        assert_eq!(c.shape.area_m2(), 100.0);
    }

    #[test]
    fn an_hourglass_is_cut_in_two_or_refused() {
        let g = polygon(&[&[[0.0, 0.0], [10.0, 10.0], [10.0, 0.0], [0.0, 10.0]]]);
        let c = run(&g, true).unwrap();
        assert_eq!(c.repairs, [Repair::Crossing(pt(5000, 5000))]);
        let Shape::Polygons(p) = &c.shape else { panic!() };
        assert_eq!((p.len(), c.shape.area_m2()), (2, 50.0));
        assert_eq!(run(&g, false), Err(Unfit::Crossing(pt(5000, 5000))));
    }

    #[test]
    fn a_ring_that_crosses_itself_everywhere_is_refused_soon() {
        // A star polygon of 2,001 points, each side crossing nearly all others: two million crossings.
        let star = |n: usize| -> Vec<[f64; 2]> {
            let at = |k: usize| std::f64::consts::TAU * (k * (n / 2) % n) as f64 / n as f64;
            (0..n).map(|k| [500.0 * at(k).cos(), 500.0 * at(k).sin()]).collect()
        };
        let start = std::time::Instant::now();
        assert!(matches!(run(&polygon(&[&star(10_001)]), true), Err(Unfit::Tangled(_))));
        assert!(matches!(run(&polygon(&[&star(10_001)]), false), Err(Unfit::Crossing(_))));
        assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
        assert!(matches!(run(&polygon(&[&star(7)]), true), Ok(c) if c.repairs.len() == 1));
    }

    #[test]
    fn a_comb_of_long_teeth_is_looked_at_from_its_side() {
        let comb = |n: i32, turned: bool| -> Parts {
            let mut ring: Vec<Pt> = (0..n).flat_map(|i| [pt(0, 20 * i), pt(100_000, 20 * i + 10)]).collect();
            ring.push(pt(-10, 20 * n));
            vec![vec![if turned { ring.iter().map(|p| pt(p.y, p.x)).collect() } else { ring }]]
        };
        for turned in [false, true] {
            assert_eq!(faults(&comb(20_000, turned), true, 1, 1_000_000), Ok(None));
        }
        assert!(matches!(faults(&comb(20_000, false), true, 1, 1000), Err(Unfit::Dense(_))));
    }

    #[test]
    fn what_is_mended_later_is_handed_on_with_what_is_wrong() {
        let bow = polygon(&[&[[0.0, 0.0], [10.0, 10.0], [10.0, 0.0], [0.0, 10.0]]]);
        let c = run_as(&bow, Mend::Later).unwrap();
        assert_eq!(c.repairs, [Repair::Crossing(pt(5000, 5000))]);
        assert_eq!(
            c.shape,
            Shape::Polygons(vec![vec![vec![pt(0, 0), pt(10_000, 10_000), pt(10_000, 0), pt(0, 10_000)]]])
        );
        let spiked = polygon(&[&[[0.0, 0.0], [10.0, 0.0], [20.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 0.0]]]);
        let c = run_as(&spiked, Mend::Later).unwrap();
        assert_eq!((c.repairs, c.shape.area_m2()), (vec![Repair::Spike(pt(20_000, 0))], 50.0));
        // Two parts with a common border of many sides are no tangle.
        let border: Vec<[f64; 2]> = (0..2000).map(|i| [f64::from(i % 2), f64::from(i)]).collect();
        let with = |x: f64| vec![border.iter().copied().chain([[x, 1999.0], [x, 0.0]]).collect()];
        let c = run_as(&Geometry::Polygons(vec![with(-9.0), with(9.0)]), Mend::Later).unwrap();
        assert!(matches!(c.repairs[..], [Repair::Crossing(_)]), "{:?}", c.repairs);
    }

    #[test]
    fn holes_outside_and_holes_across_are_mended() {
        let square: &[[f64; 2]] = &[[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]];
        let across = polygon(&[square, &[[8.0, 2.0], [8.0, 4.0], [12.0, 4.0], [12.0, 2.0]]]);
        let c = run(&across, true).unwrap();
        // By the even-odd rule the part of the "hole" outside is ground: 100 − 4 + 4.
        assert_eq!(c.shape.area_m2(), 100.0);
        assert!(matches!(
            run(&polygon(&[square, &[[20.0, 0.0], [20.0, 1.0], [21.0, 0.0]]]), false),
            Err(Unfit::Crossing(_))
        ));
        // A hole inside, touching its ring in one point, is valid as it stands.
        let inside = polygon(&[square, &[[0.0, 0.0], [1.0, 2.0], [2.0, 1.0]]]);
        assert_eq!(run(&inside, true).unwrap().repairs, []);
    }

    #[test]
    fn a_shape_without_extent_is_refused_and_a_part_without_is_dropped() {
        let thin: &[[f64; 2]] = &[[0.0, 0.0], [5.0, 5.0], [9.0, 9.0]];
        assert_eq!(run(&polygon(&[thin]), true), Err(Unfit::NoExtent));
        let square: &[[f64; 2]] = &[[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]];
        let c = run(&polygon(&[square, &[[1.0, 1.0], [1.0001, 1.0], [1.0, 1.0001]]]), true).unwrap();
        assert_eq!(c.repairs, [Repair::Emptied]);
        assert_eq!(run(&Geometry::Lines(vec![vec![[1.0, 1.0], [1.0001, 1.0]]]), true), Err(Unfit::NoExtent));
    }

    #[test]
    fn coordinates_beyond_the_grid_are_refused() {
        assert_eq!(run(&Geometry::Point([1.2e6, 0.0]), true), Err(Unfit::Range([1.2e6, 0.0])));
        assert!(matches!(run(&Geometry::Point([f64::NAN, 0.0]), true), Err(Unfit::Domain(_))));
        assert_eq!(run(&Geometry::None, true), Err(Unfit::NoPlace));
    }

    proptest! {
        /// Whatever the rings, the result is valid, keeps to the even-odd ground, or is refused.
        #[test]
        fn any_ring_becomes_valid_or_is_refused(points in proptest::collection::vec((0i32..40, 0i32..40), 3..14)) {
            let ring: Vec<[f64; 2]> = points.iter().map(|&(x, y)| [f64::from(x), f64::from(y)]).collect();
            if let Ok(c) = run(&polygon(&[&ring]), true) {
                let Shape::Polygons(parts) = &c.shape else { panic!() };
                prop_assert_eq!(faults(parts, true, 1, PAIRS), Ok(None));
                prop_assert!(c.shape.area_m2() > 0.0);
                for part in parts {
                    prop_assert!(ring_area2(&part[0]) > 0);
                    prop_assert!(part[1..].iter().all(|h| ring_area2(h) < 0));
                }
                // A place well inside a grid square of the source is ground in both or in neither.
                let source: Vec<Pt> = points.iter().map(|&(x, y)| pt(x * 1000, y * 1000)).collect();
                for i in 0..40 {
                    let p = pt(i * 1000 + 317, (i * 17 % 40) * 1000 + 241);
                    let near = source.iter().zip(source.iter().cycle().skip(1)).any(|(a, b)| {
                        crate::geom::dist2_to_segment(p, *a, *b) < 100.0
                    });
                    if !near {
                        let now = parts.iter().any(|r| crate::geom::rings_contain(r.iter().map(Vec::as_slice), p));
                        prop_assert_eq!(now, ring_contains(&source, p));
                    }
                }
            }
        }
    }
}
