//! A legend that stays put.

/// A linear scale from 0 to a round top.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Scale {
    /// Top of the scale: 1, 2 or 5 times a power of ten, the smallest that is not below the maximum it was made from.
    pub top: f32,
    /// Five equal steps up to the top, 0 left out.
    pub ticks: [f32; 5],
}

impl Scale {
    /// The scale for values up to `max` (events per km², from [`super::peak`]); 0 to 1 if `max` is not above 0.
    ///
    /// Small changes of the data seldom change it, changes of the view never do.
    pub fn from_max(max: f32) -> Scale {
        let max = if max > 0.0 { max.clamp(1e-30, 1e30) } else { 1.0 };
        let decade = f64::from(max).log10().floor() as i32;
        // One decade more on either side, for a logarithm that is rounded the wrong way.
        let rounds = (decade - 1..=decade + 2).flat_map(|e| [1.0, 2.0, 5.0].map(|m| m * 10f64.powi(e)));
        let top = rounds.into_iter().find(|&t| t as f32 >= max).unwrap_or(f64::from(max));
        Scale { top: top as f32, ticks: [1.0, 2.0, 3.0, 4.0, 5.0].map(|k| (top * k / 5.0) as f32) }
    }
}

#[cfg(test)]
mod tests {
    use super::Scale;
    use proptest::prelude::*;

    #[test]
    fn tops_are_one_two_five() {
        for (max, top) in
            [(0.9, 1.0), (1.0, 1.0), (1.01, 2.0), (0.2, 0.2), (0.21, 0.5), (180.0, 200.0), (5001.0, 10000.0)]
        {
            assert_eq!(Scale::from_max(max).top, top, "{max}");
        }
        assert_eq!(Scale::from_max(37.0).ticks, [10.0, 20.0, 30.0, 40.0, 50.0]);
        for odd in [0.0, -1.0, f32::NAN] {
            assert_eq!(Scale::from_max(odd).top, 1.0);
        }
        assert!(Scale::from_max(f32::INFINITY).top.is_finite());
    }

    proptest! {
        #[test]
        fn the_top_is_not_below_and_at_most_two_and_a_half_times_above(max in 1e-20f32..1e20) {
            let s = Scale::from_max(max);
            prop_assert!(s.top >= max && s.top <= max * 2.51, "{max} {s:?}");
            prop_assert_eq!(s.ticks[4], s.top);
            prop_assert_eq!(Scale::from_max(s.top).top, s.top);
        }
    }
}
