//! Times as tables hold them, read into seconds since 1970-01-01 UTC.

use crate::model::Date;

/// In which order day and month stand in dates like 03/04/2018.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DateOrder {
    /// 12/31/2018, as in the United States; also where the column does not tell.
    MonthDay,
    /// 31/12/2018.
    DayMonth,
}

impl DateOrder {
    /// The order that a column's values show: day first if some first number is over 12 and no second one is.
    pub fn of_column<'a>(values: impl IntoIterator<Item = &'a str>) -> DateOrder {
        let (mut first, mut second) = (0, 0);
        for v in values {
            let mut parts = v.trim().split(['/', '.', '-']);
            let two = |t: Option<&str>| t.filter(|t| t.len() <= 2).and_then(|t| t.parse::<u32>().ok());
            if let (Some(a), Some(b)) = (two(parts.next()), two(parts.next())) {
                first = first.max(a);
                second = second.max(b);
            }
        }
        if first > 12 && second <= 12 { DateOrder::DayMonth } else { DateOrder::MonthDay }
    }
}

/// Reads a time: ISO 8601 with or without offset, "2018-07-01 12:30", "2018/7/1 8:05", "2018年7月1日 8时5分",
/// "07/01/2018 12:30:00 PM", "20180701", "20180701123000", seconds (10 digits) or milliseconds (13 digits) since 1970.
/// A time without offset is local to `offset_minutes` east of UTC; a date alone is its midnight. Parts of a second are
/// cut off.
pub fn parse_time(text: &str, order: DateOrder, offset_minutes: i32) -> Option<i64> {
    let t = text.trim();
    if t.len() > 64 {
        return None;
    }
    let local = i64::from(offset_minutes) * 60;
    if !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit()) {
        let part = |from: usize, to: usize| t.get(from..to).and_then(|p| p.parse::<i64>().ok());
        return match t.len() {
            8 => Some(day(part(0, 4)?, part(4, 6)?, part(6, 8)?)? * 86_400 - local),
            14 => {
                let clock = seconds_of_day(part(8, 10)?, part(10, 12)?, part(12, 14)?)?;
                Some(day(part(0, 4)?, part(4, 6)?, part(6, 8)?)? * 86_400 + clock - local)
            }
            10 => t.parse().ok(),
            13 => t.parse::<i64>().ok().map(|ms| ms.div_euclid(1000)),
            _ => None,
        };
    }
    let mut s = Scanner { rest: t };
    let days = s.date(order)?;
    s.blanks_or('T');
    if s.rest.is_empty() {
        return Some(days * 86_400 - local);
    }
    let clock = s.clock()?;
    let offset = s.offset()?;
    s.rest.is_empty().then_some(days * 86_400 + clock - offset.unwrap_or(local))
}

fn day(y: i64, m: i64, d: i64) -> Option<i64> {
    Date::parse(&format!("{y:04}-{m:02}-{d:02}")).ok().map(Date::days)
}

fn seconds_of_day(h: i64, m: i64, s: i64) -> Option<i64> {
    // 24:00 is the end of the day, 23:59:60 a leap second.
    ((0..24).contains(&h) || (h == 24 && m == 0 && s == 0)).then_some(())?;
    ((0..60).contains(&m) && (0..=60).contains(&s)).then_some(h * 3600 + m * 60 + s)
}

struct Scanner<'t> {
    rest: &'t str,
}

impl Scanner<'_> {
    /// Up to `most` digits.
    fn digits(&mut self, most: usize) -> Option<(i64, usize)> {
        let n = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let v = self.rest.get(..n)?.parse().ok()?;
        self.rest = self.rest.get(n..)?;
        Some((v, n))
    }

    fn eat(&mut self, any: &[char]) -> bool {
        let mut chars = self.rest.chars();
        if chars.next().is_some_and(|c| any.contains(&c)) {
            self.rest = chars.as_str();
            return true;
        }
        false
    }

    fn blanks_or(&mut self, c: char) {
        if !self.eat(&[c]) {
            self.rest = self.rest.trim_start();
        }
    }

    /// Days since 1970.
    fn date(&mut self, order: DateOrder) -> Option<i64> {
        let (a, len) = self.digits(4)?;
        let separators = ['-', '/', '.', '年', '月'];
        self.eat(&separators).then_some(())?;
        let (b, _) = self.digits(2)?;
        self.eat(&separators).then_some(())?;
        let (c, c_len) = self.digits(4)?;
        self.eat(&['日']);
        match (len, c_len, order) {
            (4, 1..=2, _) => day(a, b, c),
            (1..=2, 4, DateOrder::MonthDay) => day(c, a, b),
            (1..=2, 4, DateOrder::DayMonth) => day(c, b, a),
            _ => None,
        }
    }

    /// Seconds of the day.
    fn clock(&mut self) -> Option<i64> {
        let (mut h, _) = self.digits(2)?;
        self.eat(&[':', '时', '点']).then_some(())?;
        let m = self.digits(2).map_or(0, |(m, _)| m);
        self.eat(&['分']);
        let mut s = 0;
        if self.eat(&[':']) || self.rest.chars().next().is_some_and(|c| c.is_ascii_digit()) {
            s = self.digits(2)?.0;
            self.eat(&['秒']);
            if self.eat(&['.', ',']) {
                self.digits(9)?;
            }
        }
        let half = self.rest.trim_start();
        let lower = half.get(..2).map(str::to_ascii_lowercase);
        if let Some(half_day @ ("am" | "pm")) = lower.as_deref() {
            (1..=12).contains(&h).then_some(())?;
            h = h % 12 + if half_day == "pm" { 12 } else { 0 };
            self.rest = half.get(2..)?;
        }
        seconds_of_day(h, m, s)
    }

    /// Seconds east of UTC, if the text says so.
    fn offset(&mut self) -> Option<Option<i64>> {
        self.rest = self.rest.trim_start();
        if self.rest.is_empty() {
            return Some(None);
        }
        if self.eat(&['Z', 'z']) {
            return Some(Some(0));
        }
        let sign = if self.eat(&['+']) { 1 } else { self.eat(&['-', '−']).then_some(-1)? };
        let (h, _) = self.digits(2)?;
        self.eat(&[':']);
        let m = self.digits(2).map_or(0, |(m, _)| m);
        (h <= 18 && m < 60).then_some(Some(sign * (h * 3600 + m * 60)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utc(text: &str) -> Option<i64> {
        parse_time(text, DateOrder::MonthDay, 480)
    }

    #[test]
    fn times_of_all_usual_forms_are_one_moment() {
        // 2018-07-01 12:30:05 in Shanghai is 04:30:05 UTC.
        let want = Some(1_530_419_405);
        for text in [
            "2018-07-01T04:30:05Z",
            "2018-07-01 12:30:05",
            "2018-07-01T12:30:05.123",
            "2018-07-01T12:30:05+08:00",
            "2018-07-01T00:30:05 -0400",
            "2018/7/1 12:30:05",
            "2018.7.1 12:30:05",
            "2018年7月1日 12时30分05秒",
            "2018年7月1日12:30:05",
            "07/01/2018 12:30:05 PM",
            "20180701123005",
            "1530419405",
            "1530419405999",
        ] {
            assert_eq!(utc(text), want, "{text}");
        }
        assert_eq!(utc("2018-07-01 12:30"), Some(1_530_419_400));
        assert_eq!(utc("2018-07-01"), Some(1_530_419_405 - 12 * 3600 - 30 * 60 - 5));
        assert_eq!(utc("20180701"), utc("2018-07-01"));
        assert_eq!(utc("12/31/2015 12:05:00 AM"), utc("2015-12-31 00:05:00"));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for bad in [
            "",
            "soon",
            "2018-13-01",
            "2018-02-30",
            "2018-07-01 25:00",
            "2018-07-01 12:60",
            "2018-07-01 13:00 PM",
            "1/2/18",
            "2018-07-01 12:30 x",
            "2018-07",
            "31/12/2018",
            "12:30",
            "123",
            "2018-07-01T12:30+99:00",
            "2018-07-01 12",
        ] {
            assert_eq!(utc(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_order_of_day_and_month_is_seen_from_the_column() {
        assert_eq!(DateOrder::of_column(["01/02/2015", "31/12/2015"]), DateOrder::DayMonth);
        assert_eq!(DateOrder::of_column(["01/02/2015", "12/31/2015"]), DateOrder::MonthDay);
        assert_eq!(DateOrder::of_column(["2015-12-31", "x", ""]), DateOrder::MonthDay);
        assert_eq!(parse_time("31/12/2015 8:05", DateOrder::DayMonth, 0), Some(1_451_549_100));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _ = utc(&text);
            let _ = utc(&format!("2018-07-01 {text}"));
        }
    }
}
