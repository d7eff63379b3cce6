//! Numbers as people write them into tables.

/// A decimal number; thousands separated by commas and full-width digits are read, everything else is refused.
pub(super) fn number(text: &str) -> Option<f64> {
    let t = text.trim();
    if let Ok(v) = t.parse::<f64>() {
        return v.is_finite().then_some(v);
    }
    let plain: String = t
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
            '．' => '.',
            '－' => '-',
            c => c,
        })
        .collect();
    let groups: Vec<&str> =
        plain.split(['.', '-']).find(|p| p.contains(',')).map_or(Vec::new(), |p| p.split(',').collect());
    let grouped = groups.len() > 1
        && groups.iter().skip(1).all(|g| g.len() == 3)
        && groups.first().is_some_and(|g| (1..=3).contains(&g.len()));
    let plain = if grouped { plain.replace(',', "") } else { plain };
    let first = plain.chars().next()?;
    if !(first.is_ascii_digit() || matches!(first, '-' | '+' | '.')) {
        return None;
    }
    plain.parse::<f64>().ok().filter(|v| v.is_finite())
}

/// A number followed by nothing or by one of the given units: "18.5 m", "6层", "320户".
pub(super) fn number_with_unit(text: &str, units: &[&str]) -> Option<f64> {
    let t = text.trim();
    number(t).or_else(|| {
        let lower = t.to_lowercase();
        units.iter().find_map(|u| number(lower.strip_suffix(u)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_written_or_not_at_all() {
        for (text, want) in
            [("12", 12.0), (" -1.5 ", -1.5), ("1,234,567.5", 1234567.5), ("１２．５", 12.5), ("1e3", 1000.0)]
        {
            assert_eq!(number(text), Some(want), "{text}");
        }
        for bad in ["", "12,34", "1,2345", "inf", "NaN", "12a", "a12", "infinity", ",", "1,,234"] {
            assert_eq!(number(bad), None, "{bad}");
        }
        assert_eq!(number_with_unit("6层", &["层", "f"]), Some(6.0));
        assert_eq!(number_with_unit("18.5 M", &["m"]), Some(18.5));
        assert_eq!(number_with_unit("6楼", &["层"]), None);
    }
}
