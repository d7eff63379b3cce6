//! Layers, units, members, posts and organisations.

use super::{Code, Id, ModelError};
use serde::{Deserialize, Serialize};

/// A day, `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Date {
    year: i16,
    month: u8,
    day: u8,
}

impl Date {
    /// Reads `YYYY-MM-DD`; the day must exist.
    pub fn parse(text: &str) -> Result<Date, ModelError> {
        let bad = || ModelError::Date(text.chars().take(40).collect());
        let mut it = text.trim().splitn(3, '-');
        let mut next = |len: usize| -> Result<i64, ModelError> {
            let t = it.next().ok_or_else(bad)?;
            if t.len() != len || !t.bytes().all(|b| b.is_ascii_digit()) {
                return Err(bad());
            }
            t.parse().map_err(|_| bad())
        };
        let (year, month, day) = (next(4)?, next(2)?, next(2)?);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            2 => 28 + i64::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return Err(bad()),
        };
        if day < 1 || day > days || year < 1 {
            return Err(bad());
        }
        Ok(Date { year: year as i16, month: month as u8, day: day as u8 })
    }

    /// Reads a day as people write it: `2026-3-1`, `2026/03/01`, `2026.3.1`, `2026年3月1日`, `20260301`.
    pub fn read(text: &str) -> Result<Date, ModelError> {
        let bad = || ModelError::Date(text.chars().take(40).collect());
        let text = text.trim().trim_end_matches('日');
        let parts: Vec<&str> = match text.len() {
            8 if text.bytes().all(|b| b.is_ascii_digit()) => vec![&text[..4], &text[4..6], &text[6..]],
            _ => text.split(['-', '/', '.', '年', '月']).map(str::trim).collect(),
        };
        let [year, month, day] = parts[..] else { return Err(bad()) };
        let short = |s: &str| (1..=2).contains(&s.len());
        if !short(month) || !short(day) {
            return Err(bad());
        }
        Date::parse(&format!("{year}-{month:0>2}-{day:0>2}")).map_err(|_| bad())
    }

    /// Year, month, day.
    pub fn parts(self) -> (i16, u8, u8) {
        (self.year, self.month, self.day)
    }

    /// The date of a number of days since 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms").
    pub fn from_days(days: i64) -> Date {
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        Date {
            year: (yoe + era * 400 + i64::from(month <= 2)) as i16,
            month: month as u8,
            day: (doy - (153 * mp + 2) / 5 + 1) as u8,
        }
    }

    /// Days since 1970-01-01 (same source).
    pub fn days(self) -> i64 {
        let y = i64::from(self.year) - i64::from(self.month <= 2);
        let era = y.div_euclid(400);
        let yoe = y.rem_euclid(400);
        let m = i64::from(self.month);
        let doy = (153 * (if m > 2 { m - 3 } else { m + 9 }) + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Date::parse(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

/// A grid layer (图层, 网格体系): one planar partition over the ground, defined once for all plans.
///
/// Written, a level whose units are gathered has a `*` behind its name: `社区>网格>微网格*`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct GridLayer {
    /// a–z, 0–9, _; names the layer in files and commands.
    pub id: String,
    /// Name as the office says it: 治理网格.
    pub name: String,
    /// Names of the levels from the highest to the cells: 社区, 网格.
    pub levels: Vec<String>,
    /// Names of the levels below the cells, whose units have no ground but a list of courtyards and buildings: 微网格,
    /// 楼栋理事会.
    pub gathered: Vec<String>,
}

/// A layer as files and edits write it.
#[derive(Clone, Serialize, Deserialize)]
struct Written {
    id: String,
    name: String,
    levels: Vec<String>,
}

impl From<GridLayer> for Written {
    fn from(l: GridLayer) -> Written {
        let levels = l.written_levels();
        Written { id: l.id, name: l.name, levels }
    }
}

impl TryFrom<Written> for GridLayer {
    type Error = ModelError;

    fn try_from(w: Written) -> Result<GridLayer, ModelError> {
        GridLayer::new(&w.id, &w.name, w.levels)
    }
}

impl GridLayer {
    /// A layer. `levels` as written: highest first, those of gathered units last and with a `*` behind their names.
    /// Refused if the id has other characters, there is no level of cells, a level below a gathered one is not gathered, or
    /// two have one name.
    pub fn new(id: &str, name: &str, levels: Vec<String>) -> Result<GridLayer, ModelError> {
        let ok = !id.is_empty()
            && id.len() <= 32
            && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !ok {
            return Err(ModelError::LayerId(id.chars().take(80).collect()));
        }
        if levels.is_empty() || levels.len() > 9 {
            return Err(ModelError::Levels(levels.len()));
        }
        let starred = |l: &String| l.ends_with(['*', '＊']);
        let drawn = levels.iter().take_while(|l| !starred(l)).count();
        if let Some(below) = levels[drawn..].iter().find(|l| !starred(l)) {
            return Err(ModelError::BelowGathered(below.chars().take(80).collect()));
        }
        if drawn == 0 {
            return Err(ModelError::Levels(0));
        }
        let plain = levels.iter().map(|l| super::check_code(l.trim_end_matches(['*', '＊'])));
        let mut levels = plain.collect::<Result<Vec<_>, _>>()?;
        if let Some((_, twice)) = levels.iter().enumerate().find(|(i, l)| levels[..*i].contains(l)) {
            return Err(ModelError::SameLevel(twice.clone()));
        }
        let gathered = levels.split_off(drawn);
        Ok(GridLayer { id: id.to_owned(), name: super::check_text(name)?, levels, gathered })
    }

    /// The levels as written: those of gathered units with a `*`.
    pub fn written_levels(&self) -> Vec<String> {
        self.levels.iter().cloned().chain(self.gathered.iter().map(|l| format!("{l}*"))).collect()
    }

    /// Names of all levels, the gathered ones below the cells; a unit's level is its number here.
    pub fn all_levels(&self) -> impl Iterator<Item = &String> {
        self.levels.iter().chain(&self.gathered)
    }

    /// Name of a level.
    pub fn level_name(&self, level: u8) -> Option<&String> {
        self.all_levels().nth(usize::from(level))
    }

    /// Number of the level with a name.
    pub fn level_named(&self, name: &str) -> Option<u8> {
        self.all_levels().position(|l| l == name).map(|i| i as u8)
    }

    /// Number of the lowest level that has ground, that of the cells.
    pub fn cell_level(&self) -> u8 {
        (self.levels.len().max(1) - 1) as u8
    }
}

/// What ground a unit has.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Extent {
    /// Its own faces and those of its descendants.
    Drawn,
    /// A list of courtyards and buildings.
    Gathered(Gathered),
    /// None: an organisation level.
    None,
}

/// What a gathered unit consists of, by code, ascending. A building that is listed itself counts there, not with its
/// courtyard.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Gathered {
    /// Courtyards, with all their buildings.
    pub courtyards: Vec<Code>,
    /// Buildings.
    pub buildings: Vec<Code>,
}

/// A unit of a layer's tree (层级单位); a unit of the lowest level is a cell (网格).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Unit {
    /// Identity, from the edit that made it.
    pub id: Id,
    /// Full code, unique in its layer and plan.
    pub code: Code,
    /// Name, may be empty.
    pub name: String,
    /// Level, 0 the highest.
    pub level: u8,
    /// The unit above; `None` under the layer itself.
    pub parent: Option<Id>,
    /// What ground it has.
    pub extent: Extent,
}

/// A post holder (人员): name, work phone, organisation; nothing else is ever kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Member {
    /// Identity.
    pub id: Id,
    /// Code, unique among members.
    pub code: Code,
    /// Name.
    pub name: String,
    /// Work phone.
    pub phone: Option<String>,
    /// Organisation, by code.
    pub org: Option<Code>,
}

/// What a post is on.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Target {
    /// A unit of a layer (such posts belong to a plan).
    Cell {
        /// Number of the layer.
        layer: u16,
        /// The unit.
        unit: Id,
    },
    /// A courtyard, by code.
    Courtyard(Code),
    /// A building, by code.
    Building(Code),
    /// An organisation, by code.
    Org(Code),
}

/// A post (岗位): a member's duty with its term.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Post {
    /// Identity.
    pub id: Id,
    /// Code, unique among posts.
    pub code: Code,
    /// Who holds it.
    pub member: Id,
    /// The duty: 网格长, 网格员, 楼栋长 …
    pub post: String,
    /// On what.
    pub target: Target,
    /// First day.
    pub from: Option<Date>,
    /// Last day; none = still held.
    pub to: Option<Date>,
}

impl Post {
    /// Whether the post is held on a day; without a day, whether it has no end.
    pub fn held_on(&self, day: Option<Date>) -> bool {
        match day {
            None => self.to.is_none(),
            Some(d) => self.from.is_none_or(|f| f <= d) && self.to.is_none_or(|t| d <= t),
        }
    }
}

/// An organisation (组织): a node of a free tree.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Org {
    /// Identity.
    pub id: Id,
    /// Code, unique among organisations.
    pub code: Code,
    /// Name.
    pub name: String,
    /// Kind: 党支部, 业委会 …
    pub kind: String,
    /// The one above.
    pub parent: Option<Id>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_has_an_id_and_levels_of_its_own() {
        let layer = |id: &str, levels: &[&str]| {
            GridLayer::new(id, "治理网格", levels.iter().map(|l| (*l).to_owned()).collect()).map(drop)
        };
        assert_eq!(layer("grid", &["社区", "网格"]), Ok(()));
        assert_eq!(layer("Grid", &["网格"]), Err(ModelError::LayerId("Grid".into())));
        assert_eq!(layer("grid", &["网格", "社区", "网格"]), Err(ModelError::SameLevel("网格".into())));
        assert_eq!(layer("grid", &[]), Err(ModelError::Levels(0)));
        assert_eq!(layer("grid", &["网格 "]), Err(ModelError::Code("网格 ".into())));
        assert_eq!(layer("grid", &["微网格*"]), Err(ModelError::Levels(0)));
        assert_eq!(layer("grid", &["社区", "微网格*", "网格"]), Err(ModelError::BelowGathered("网格".into())));
        assert_eq!(layer("grid", &["社区", "网格", "网格＊"]), Err(ModelError::SameLevel("网格".into())));
        let l = GridLayer::new("grid", "治理网格", ["社区", "网格", "微网格*", "楼栋＊"].map(str::to_owned).to_vec())
            .unwrap();
        assert_eq!((l.cell_level(), l.level_name(2).unwrap().as_str(), l.level_named("楼栋")), (1, "微网格", Some(3)));
        let text = serde_json::to_string(&l).unwrap();
        assert_eq!(text, r#"{"id":"grid","name":"治理网格","levels":["社区","网格","微网格*","楼栋*"]}"#);
        assert_eq!(serde_json::from_str::<GridLayer>(&text).unwrap(), l);
    }

    #[test]
    fn dates_exist_or_are_refused() {
        for good in ["2026-06-18", "2024-02-29", "1970-01-01", "0001-01-01"] {
            let d = Date::parse(good).unwrap();
            assert_eq!(d.to_string(), good);
            assert_eq!(Date::from_days(d.days()), d);
        }
        assert_eq!(Date::parse("1970-01-02").unwrap().days(), 1);
        for written in ["2026-3-1", "2026/03/01", "2026.3.1", "2026年3月1日", " 2026 年 3 月 1 日 ", "20260301"] {
            assert_eq!(Date::read(written), Date::parse("2026-03-01"), "{written}");
        }
        for bad in ["26/3/1", "2026/3", "2026/13/1", "2026-02-30", "2026年", "3/1/2026", "2026-003-01", "", "年月日"]
        {
            assert!(Date::read(bad).is_err(), "{bad}");
        }
        for bad in ["2026-02-29", "2026-13-01", "26-01-01", "2026/01/01", "", "2026-01-00"] {
            assert!(Date::parse(bad).is_err(), "{bad}");
        }
    }
}
