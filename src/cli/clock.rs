//! The clock, the time zone, and the random number of this run.

use super::stop::Stop;
use crate::exchange::{DateOrder, parse_time};
use crate::model::Date;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{SystemTime, UNIX_EPOCH};

/// A fixed offset from UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Zone {
    /// Minutes east.
    pub minutes: i32,
}

impl Zone {
    /// Reads `Asia/Shanghai`, `UTC`, `Z`, `+08:00`, `-0530`, `+8`.
    pub fn parse(text: &str) -> Result<Zone, String> {
        let bad = || format!("\"{text}\" is no time zone: Asia/Shanghai, UTC or ±HH:MM");
        match text {
            "Asia/Shanghai" | "PRC" => return Ok(Zone { minutes: 480 }),
            "UTC" | "Z" | "Etc/UTC" => return Ok(Zone { minutes: 0 }),
            _ => {}
        }
        let (sign, rest) = match text.strip_prefix('+') {
            Some(rest) => (1, rest),
            None => (-1, text.strip_prefix(['-', '−']).ok_or_else(bad)?),
        };
        let (h, m) = match rest.split_once(':') {
            Some(hm) => hm,
            None if rest.len() == 4 && rest.is_ascii() => rest.split_at(2),
            None => (rest, "0"),
        };
        let number = |t: &str| t.parse::<i32>().ok().filter(|_| t.bytes().all(|b| b.is_ascii_digit()));
        let (h, m) = (number(h).ok_or_else(bad)?, number(m).ok_or_else(bad)?);
        if h > 14 || m > 59 { Err(bad()) } else { Ok(Zone { minutes: sign * (h * 60 + m) }) }
    }

    /// ISO 8601 with this offset of seconds since 1970-01-01 UTC.
    pub fn text(self, seconds: i64) -> String {
        let local = seconds + i64::from(self.minutes) * 60;
        let (day, s) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (sign, m) = (if self.minutes < 0 { '-' } else { '+' }, self.minutes.abs());
        format!(
            "{}T{:02}:{:02}:{:02}{sign}{:02}:{:02}",
            Date::from_days(day),
            s / 3600,
            s / 60 % 60,
            s % 60,
            m / 60,
            m % 60
        )
    }

    /// Reads a time of the command line; without offset it is local to this zone, a date alone is its midnight.
    pub fn read(self, text: &str) -> Result<i64, Stop> {
        parse_time(text, DateOrder::MonthDay, self.minutes).ok_or_else(|| {
            Stop::new(
                format!("“{text}”不是时间；没有改动任何文件；请写 2026-06-18 或 2026-06-18T20:41:00+08:00。"),
                format!("\"{text}\" is no time; no file was changed; give 2026-06-18 or 2026-06-18T20:41:00+08:00."),
            )
        })
    }
}

/// Seconds since 1970-01-01 UTC.
pub(super) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs() as i64)
}

/// A random number of 20 bits that tells this run's edits from those of others.
pub(super) fn replica() -> u32 {
    let random = RandomState::new().build_hasher().finish();
    // Never 0: samples and tests of the program itself have it.
    ((random ^ (random >> 40)) as u32 & 0xF_FFFF).max(1)
}

/// Who works: the user of the system.
pub(super) fn author() -> String {
    ["USER", "USERNAME"].iter().find_map(|v| std::env::var(v).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_read_and_written() {
        for (text, minutes) in
            [("Asia/Shanghai", 480), ("UTC", 0), ("+08:00", 480), ("-0530", -330), ("+8", 480), ("-03:00", -180)]
        {
            assert_eq!(Zone::parse(text).unwrap().minutes, minutes, "{text}");
        }
        for bad in ["", "+", "Europe/Atlantis", "+15:00", "08:00", "+08:60", "+é8"] {
            assert!(Zone::parse(bad).is_err(), "{bad}");
        }
        let t = 1_781_786_460;
        assert_eq!(Zone { minutes: 480 }.text(t), "2026-06-18T20:41:00+08:00");
        assert_eq!(Zone { minutes: -330 }.text(t), "2026-06-18T07:11:00-05:30");
        for z in [480, -330, 0] {
            assert_eq!(Zone { minutes: 0 }.read(&Zone { minutes: z }.text(t)).unwrap(), t);
        }
        assert_eq!(Zone { minutes: 480 }.read("2026-06-18").unwrap(), 1_781_712_000);
        assert!(replica() < 1 << 20);
    }
}
