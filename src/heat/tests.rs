use super::*;
use crate::geom::{Box2, Pt, pt};
use proptest::prelude::*;

fn on() -> bool {
    true
}

/// A small generator (xorshift64*), so that the same seed gives the same town everywhere.
struct Dice(u64);

impl Dice {
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// `n` points: four fifths in `clusters` clumps of 20 to 400 m, the rest anywhere in the area.
    fn town(&mut self, n: usize, area: Box2, clusters: usize) -> Vec<Pt> {
        let (w, h) = (area.width() as f64, area.height() as f64);
        let clumps: Vec<_> =
            (0..clusters).map(|_| (self.unit() * w, self.unit() * h, 2e4 + 3.8e5 * self.unit())).collect();
        (0..n)
            .map(|k| {
                let (x, y) = if k % 5 == 0 {
                    (self.unit() * w, self.unit() * h)
                } else {
                    let (x, y, r) = clumps[k % clumps.len()];
                    (x + r * self.normal(), y + r * self.normal())
                };
                pt(area.min.x + x as i32, area.min.y + y as i32)
            })
            .collect()
    }
}

/// The definition, summed point by point: events per km² at a place in mm.
fn exact(points: &[Pt], sigma_m: f64, [x, y]: [f64; 2]) -> f64 {
    let s2 = (sigma_m * 1000.0).powi(2);
    let sum: f64 = points
        .iter()
        .map(|p| (-((f64::from(p.x) - x).powi(2) + (f64::from(p.y) - y).powi(2)) / (2.0 * s2)).exp())
        .sum();
    sum / (std::f64::consts::TAU * s2) * 1e12
}

/// Largest error at the 20 highest and 60 random texels, in parts of the peak.
fn worst(points: &[Pt], s: &Surface, dice: &mut Dice) -> f64 {
    let (w, n) = (s.grid.width() as usize, s.values.len());
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| s.values[b].total_cmp(&s.values[a]));
    let spots: Vec<usize> =
        (0..20).map(|k| order[k * 7 % n]).chain((0..60).map(|_| (dice.unit() * n as f64) as usize)).collect();
    spots
        .into_iter()
        .map(|k| {
            let e = exact(points, s.bandwidth_m, s.grid.centre((k % w) as u32, (k / w) as u32));
            (f64::from(s.values[k]) - e).abs() / f64::from(s.max)
        })
        .fold(0.0, f64::max)
}

const AREA: Box2 = Box2 { min: pt(-1_234_567, 765_432), max: pt(1_965_433, 3_165_432) };

#[test]
fn the_surface_is_the_exact_sum_to_a_thousandth_of_the_peak() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    // Texels of 8 m, 400 by 300; the clumps reach over the border.
    let grid = Grid::new(AREA, 400, 300).unwrap();
    for texels in [1.0, 1.7, 2.9, 3.0, 4.0, 5.0, 7.3, 12.0, 20.0, 35.0, 60.0] {
        for n in [1, 7, 3000] {
            let points = dice.town(n, AREA, 9.min(n));
            let s = density(&points, &grid, texels * 8.0, None, &on).unwrap();
            let e = worst(&points, &s, &mut dice);
            println!("sigma {texels} texels, {n} points: {:.5} % of the peak", e * 100.0);
            assert!(e < 0.001, "sigma {texels} texels, {n} points: {e}");
        }
    }
}

#[test]
fn a_hundred_thousand_incidents_on_one_spot_lose_nothing() {
    let points = vec![pt(12_345, 2_000_007); 100_000];
    let grid = Grid::new(AREA, 400, 300).unwrap();
    for sigma in [20.0, 40.0, 300.0] {
        let s = density(&points, &grid, sigma, None, &on).unwrap();
        assert!(worst(&points, &s, &mut Dice(5)) < 0.001, "{sigma}");
    }
}

#[test]
fn below_a_texel_the_value_is_the_mean_over_the_texel() {
    let grid = Grid::new(AREA, 40, 30).unwrap();
    let mut dice = Dice(77);
    let points = dice.town(200, AREA, 5);
    for sigma in [10.0, 30.0, 79.0] {
        let s = density(&points, &grid, sigma, None, &on).unwrap();
        // Simpson's rule on 40 by 40 parts of the highest texel.
        let k = (0..s.values.len()).max_by(|&a, &b| s.values[a].total_cmp(&s.values[b])).unwrap();
        let [x, y] = grid.centre((k % 40) as u32, (k / 40) as u32);
        let simpson = |i: usize| if i == 0 || i == 40 { 1.0 } else { [2.0, 4.0][i % 2] };
        let mut mean = 0.0;
        for i in 0..=40usize {
            for j in 0..=40usize {
                let at = [x + (i as f64 / 40.0 - 0.5) * 80e3, y + (j as f64 / 40.0 - 0.5) * 80e3];
                mean += simpson(i) * simpson(j) * exact(&points, sigma, at) / (120.0 * 120.0);
            }
        }
        assert!((f64::from(s.values[k]) / mean - 1.0).abs() < 1e-4, "{sigma}: {} {mean}", s.values[k]);
    }
}

#[test]
fn the_sum_over_the_plane_is_the_number_of_points() {
    let points = Dice(3).town(500, AREA, 4);
    let grid = Grid::new(Box2::of(&points).grown(1_300_000), 500, 400).unwrap();
    let [dx, dy] = grid.cell_mm();
    for sigma in [2.0, 9.0, 20.0, 60.0, 200.0] {
        let s = density(&points, &grid, sigma, None, &on).unwrap();
        let sum: f64 = s.values.iter().map(|&v| f64::from(v)).sum::<f64>() * dx * dy / 1e12;
        assert!((sum - 500.0).abs() < 500.0 * 2e-5, "{sigma}: {sum}");
        assert_eq!((s.count, s.inside), (500, 500));
    }
}

#[test]
fn a_place_has_the_same_value_in_every_view() {
    let points = Dice(11).town(2000, AREA, 6);
    let whole = Grid::of_cell(AREA, 10_000).unwrap();
    let part = Grid::of_cell(Box2 { min: pt(-400_000, 1_200_000), max: pt(500_000, 1_900_000) }, 10_000).unwrap();
    for sigma in [15.0, 100.0] {
        let (a, b) =
            (density(&points, &whole, sigma, None, &on).unwrap(), density(&points, &part, sigma, None, &on).unwrap());
        let dx = ((part.area().min.x - whole.area().min.x) / 10_000) as usize;
        let dy = ((whole.area().max.y - part.area().max.y) / 10_000) as usize;
        for row in 0..part.height() as usize {
            for col in 0..part.width() as usize {
                let (va, vb) = (
                    a.values[(row + dy) * whole.width() as usize + col + dx],
                    b.values[row * part.width() as usize + col],
                );
                assert!((va - vb).abs() <= a.max * 1e-6, "{row} {col}: {va} {vb}");
            }
        }
    }
}

#[test]
fn points_beyond_the_border_still_count_and_north_is_up() {
    let grid = Grid::new(AREA, 320, 240).unwrap();
    for sigma in [25.0, 200.0] {
        // North-east of the corner, by half a bandwidth each way.
        let half = (sigma * 500.0) as i32;
        let p = [pt(AREA.max.x + half, AREA.max.y + half)];
        let s = density(&p, &grid, sigma, Some(30.0), &on).unwrap();
        assert_eq!((s.count, s.inside, s.period_days), (1, 0, Some(30.0)));
        assert_eq!(s.max, s.values[319], "the highest texel is the last of the first row");
        let e = exact(&p, sigma, grid.centre(319, 0));
        assert!((f64::from(s.max) / e - 1.0).abs() < 0.001);
    }
    let far = [pt(AREA.max.x + 2_000_000, 0)];
    assert_eq!(density(&far, &grid, 200.0, None, &on).unwrap().max, 0.0);
    let none = density(&[], &grid, 200.0, None, &on).unwrap();
    assert_eq!((none.max, none.count), (0.0, 0));
}

#[test]
fn the_peak_is_the_top_of_the_surface_wherever_one_looks() {
    let mut dice = Dice(29);
    // 300 km across, a bandwidth of 100 m: no raster of it would fit.
    let country = Box2 { min: pt(-150_000_000, -150_000_000), max: pt(150_000_000, 150_000_000) };
    for clusters in [1, 3, 40] {
        let points = dice.town(4000, country, clusters);
        let top = f64::from(peak(&points, 100.0, &on).unwrap());
        // Climb by mean shift from every 41st point: the exact modes.
        let mut best = 0f64;
        for start in points.iter().step_by(41) {
            let mut at = [f64::from(start.x), f64::from(start.y)];
            for _ in 0..60 {
                let (mut sw, mut sx, mut sy) = (0.0, 0.0, 0.0);
                for p in &points {
                    let (x, y) = (f64::from(p.x), f64::from(p.y));
                    let w = (-((x - at[0]).powi(2) + (y - at[1]).powi(2)) / 2e10).exp();
                    (sw, sx, sy) = (sw + w, sx + w * x, sy + w * y);
                }
                at = [sx / sw, sy / sw];
            }
            best = best.max(exact(&points, 100.0, at));
        }
        assert!((best * 0.989..best * 1.001).contains(&top), "{clusters}: {top} {best}");
    }
    assert_eq!(peak(&[], 100.0, &on).unwrap(), 0.0);
}

#[test]
fn bad_requests_are_refused_and_the_work_can_be_stopped() {
    let grid = Grid::new(AREA, 100, 100).unwrap();
    for bad in [0.0, -5.0, 0.5, 1e6, f64::NAN, f64::INFINITY] {
        assert!(matches!(density(&[], &grid, bad, None, &on), Err(HeatError::Bandwidth(_))));
        assert!(matches!(peak(&[], bad, &on), Err(HeatError::Bandwidth(_))));
    }
    for bad in [0.0, -1.0, f64::NAN] {
        assert!(matches!(density(&[], &grid, 50.0, Some(bad), &on), Err(HeatError::Period(_))));
    }
    assert_eq!(Grid::new(Box2::EMPTY, 10, 10), Err(HeatError::Empty));
    assert_eq!(Grid::new(AREA, 0, 10), Err(HeatError::Empty));
    assert_eq!(Grid::new(Box2::of(&[pt(3, 3)]), 10, 10), Err(HeatError::Empty));
    assert_eq!(Grid::new(AREA, 5000, 5000), Err(HeatError::TooLarge(5000, 5000)));
    assert!(matches!(Grid::of_cell(AREA, 1), Err(HeatError::TooLarge(..))));
    assert_eq!(Grid::of_cell(AREA, 0), Err(HeatError::Empty));
    assert_eq!(
        Grid::of_cell(Box2::of(&[pt(15, -15)]), 10).unwrap().area(),
        Box2 { min: pt(10, -20), max: pt(20, -10) }
    );

    let points = Dice(1).town(50_000, AREA, 4);
    for sigma in [20.0, 200.0] {
        for turns in [0, 1, 3, 7] {
            let left = std::cell::Cell::new(turns);
            let go_on = || left.replace(left.get() - 1) > 0;
            assert_eq!(density(&points, &grid, sigma, None, &go_on), Err(HeatError::Stopped), "{sigma} {turns}");
        }
    }
    for e in [
        HeatError::Bandwidth(0.0),
        HeatError::Period(0.0),
        HeatError::Empty,
        HeatError::TooLarge(1, 1),
        HeatError::Stopped,
    ] {
        let said = e.said();
        assert!([said.zh, said.en].iter().all(|w| w.split(" · ").count() == 3), "{e:?}");
    }
}

#[test]
fn the_suggestion_follows_the_spread_and_stays_in_bounds() {
    let mut dice = Dice(41);
    let mut cloud = |n: usize, sd_m: f64| -> Vec<Pt> {
        (0..n).map(|_| pt((dice.normal() * sd_m * 1e3) as i32, (dice.normal() * sd_m * 1e3) as i32)).collect()
    };
    // Scott: 1000 · 4096^(−1/6) = 250.
    let mut points = cloud(4096, 1000.0);
    assert!((240.0..=260.0).contains(&suggest_bandwidth_m(&points).unwrap()));
    // A few far points change nothing.
    points.extend([pt(500_000_000, 500_000_000); 20]);
    assert!((240.0..=260.0).contains(&suggest_bandwidth_m(&points).unwrap()));
    assert_eq!(suggest_bandwidth_m(&cloud(1000, 20.0)), Some(50.0));
    assert_eq!(suggest_bandwidth_m(&cloud(100, 8_000.0)), Some(500.0));
    // A country.
    let wide = suggest_bandwidth_m(&cloud(10_000, 120_000.0)).unwrap();
    assert!((5800.0..=6200.0).contains(&wide), "{wide}");
    assert_eq!(suggest_bandwidth_m(&[]), None);
    assert_eq!(suggest_bandwidth_m(&[pt(1, 1)]), None);
    assert_eq!(suggest_bandwidth_m(&[pt(1, 1); 9]), None);
    assert_eq!(
        suggest_bandwidth_m(&[pt(0, 0), pt(0, 0), pt(0, 0), pt(0, 0), pt(400_000, 0)]).map(|h| h % 10.0),
        Some(0.0)
    );
}

#[test]
fn a_period_takes_its_first_second_and_leaves_its_last() {
    let times = [Some(10), None, Some(20), Some(30), Some(-5)];
    assert_eq!(filter(times, None, None), [0, 1, 2, 3, 4]);
    assert_eq!(filter(times, Some(10), Some(30)), [0, 2]);
    assert_eq!(filter(times, Some(20), None), [2, 3]);
    assert_eq!(filter(times, None, Some(10)), [4]);
    assert!(filter(times, Some(30), Some(30)).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn adding_points_adds_surfaces_and_nothing_is_negative(
        a in prop::collection::vec((-900_000i32..900_000, -900_000i32..900_000), 1..30),
        b in prop::collection::vec((-900_000i32..900_000, -900_000i32..900_000), 0..30),
        sigma in 5.0f64..400.0, w in 1u32..90, h in 1u32..90,
    ) {
        let of = |v: &[(i32, i32)]| v.iter().map(|&(x, y)| pt(x, y)).collect::<Vec<Pt>>();
        let grid = Grid::new(Box2 { min: pt(-600_000, -700_000), max: pt(650_000, 500_000) }, w, h).unwrap();
        let both: Vec<Pt> = of(&a).into_iter().chain(of(&b)).collect();
        let [sa, sb, sab] = [&of(&a), &of(&b), &both].map(|p| density(p, &grid, sigma, None, &on).unwrap());
        prop_assert_eq!(sab.values.len(), (w * h) as usize);
        for ((x, y), z) in sa.values.iter().zip(&sb.values).zip(&sab.values) {
            prop_assert!(*z >= 0.0 && z.is_finite());
            prop_assert!((x + y - z).abs() <= 2e-5 * sab.max.max(sa.max), "{} {} {}", x, y, z);
        }
        // The legend's maximum is never below what a view shows (but for the 1 % between nodes).
        let top = peak(&both, sigma, &on).unwrap();
        prop_assert!(sab.max <= top * 1.0105, "{} {}", sab.max, top);
    }
}
