//! What to look at: a bandwidth to begin with, and the incidents of a period.

use crate::geom::Pt;

/// A bandwidth to begin with, metres: a suggestion, to be shown as one, never a finding.
///
/// Scott's rule for two dimensions, h = s·n^(−1/6) (Scott 1992, *Multivariate Density Estimation*, eq. 6.42), with
/// s the mean over both axes of the smaller of standard deviation and interquartile range/1.349 (Silverman 1986, *Density
/// Estimation*, section 3.4.2), so that a few far points do not widen it. Rounded to 10 m and held within 50 and
/// 500 m: below one sees single buildings, above no street; data of a whole country gets s/20, or nothing would be
/// seen of it. `None` for fewer than two points or if all lie on
/// one spot. O(n).
pub fn suggest_bandwidth_m(points: &[Pt]) -> Option<f64> {
    let spread = |axis: fn(&Pt) -> i32| spread_m(points.iter().map(axis).collect());
    let s = (spread(|p| p.x) + spread(|p| p.y)) / 2.0;
    let h = s * (points.len() as f64).powf(-1.0 / 6.0);
    (s > 0.0 && points.len() > 1).then(|| ((h / 10.0).round() * 10.0).clamp(50.0, (s / 200.0).round().max(50.0) * 10.0))
}

/// The smaller of standard deviation and interquartile range/1.349, metres; the former if the latter is 0.
fn spread_m(mut v: Vec<i32>) -> f64 {
    let n = v.len();
    if n < 2 {
        return 0.0;
    }
    let mean = v.iter().map(|&x| f64::from(x)).sum::<f64>() / n as f64;
    let sd = (v.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / (n - 1) as f64).sqrt();
    let mut at = |k: usize| f64::from(*v.select_nth_unstable(k).1);
    let iqr = at(3 * (n - 1) / 4) - at((n - 1) / 4);
    (if iqr > 0.0 { sd.min(iqr / 1.349) } else { sd }) / 1000.0
}

/// Numbers of the incidents whose time lies in [from, to), in the order given; `None` = no limit on that side.
///
/// Times are seconds since 1970-01-01 UTC. An incident without a time belongs to no period: it is taken only if there
/// is no limit at all.
pub fn filter(times: impl IntoIterator<Item = Option<i64>>, from: Option<i64>, to: Option<i64>) -> Vec<usize> {
    let wanted = |t: &Option<i64>| match t {
        Some(t) => from.is_none_or(|f| f <= *t) && to.is_none_or(|u| *t < u),
        None => from.is_none() && to.is_none(),
    };
    times.into_iter().enumerate().filter(|(_, t)| wanted(t)).map(|(i, _)| i).collect()
}
