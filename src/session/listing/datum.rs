//! What stands in a cell of a table.

use super::{Column, Source, What};
use crate::assign::{By, is_cell};
use crate::model::{Date, Field, Id, Kind, Lang, RowRef, Shape, Target, Value, masked_phone, number};
use crate::scene::cell_chip;
use crate::session::answers::deviation_text;
use crate::session::buildings::{called, use_word};
use std::borrow::Cow;
use std::cmp::Ordering;

/// What stands in a cell.
#[derive(Clone, PartialEq, Debug)]
pub enum Datum<'a> {
    /// Nothing.
    Empty,
    /// Words as they are kept.
    Text(Cow<'a, str>),
    /// Words in both languages.
    Word(&'static str, &'static str),
    /// Use of a building.
    Use(&'a str),
    /// A count.
    Count(i64),
    /// A measure, with decimals.
    Measure(f64, u8),
    /// Households outside the range.
    Deviation(i64),
    /// A day.
    Day(Date),
    /// Seconds since 1970-01-01 UTC, told in the offices' time (UTC+8).
    Time(i64),
}

impl<'a> Datum<'a> {
    fn of_text(text: &'a str) -> Datum<'a> {
        if text.is_empty() { Datum::Empty } else { Datum::Text(Cow::Borrowed(text)) }
    }

    fn of_own(text: String) -> Datum<'a> {
        if text.is_empty() { Datum::Empty } else { Datum::Text(Cow::Owned(text)) }
    }

    /// Whether nothing stands there.
    pub fn is_empty(&self) -> bool {
        *self == Datum::Empty
    }

    /// As the screen shows it.
    pub fn text(&self, lang: Lang) -> Cow<'_, str> {
        match self {
            Datum::Count(n) => Cow::Owned(number(*n)),
            Datum::Measure(v, decimals) => Cow::Owned(measure(*v, usize::from(*decimals), true)),
            Datum::Deviation(n) => Cow::Owned(deviation_text(*n, lang)),
            other => other.plain(lang),
        }
    }

    /// As it is copied and typed: figures without grouping.
    pub fn plain(&self, lang: Lang) -> Cow<'_, str> {
        match self {
            Datum::Empty => Cow::Borrowed(""),
            Datum::Text(t) => Cow::Borrowed(t),
            Datum::Word(zh, en) => Cow::Borrowed(if lang == Lang::Zh { zh } else { en }),
            Datum::Use(u) => Cow::Borrowed(use_word(lang, u)),
            Datum::Count(n) | Datum::Deviation(n) => Cow::Owned(n.to_string()),
            Datum::Measure(v, decimals) => Cow::Owned(measure(*v, usize::from(*decimals), false)),
            Datum::Day(d) => Cow::Owned(d.to_string()),
            Datum::Time(t) => {
                let t = t + 8 * 3600;
                let (day, s) = (Date::from_days(t.div_euclid(86_400)), t.rem_euclid(86_400));
                Cow::Owned(format!("{day} {:02}:{:02}", s / 3600, s / 60 % 60))
            }
        }
    }

    /// The order of two: figures by size, words by the numbers in them.
    pub fn order(&self, other: &Datum<'_>) -> Ordering {
        let figure = |d: &Datum<'_>| match d {
            Datum::Count(n) | Datum::Deviation(n) | Datum::Time(n) => Some(*n as f64),
            Datum::Measure(v, _) => Some(*v),
            Datum::Day(d) => Some(d.days() as f64),
            _ => None,
        };
        match (figure(self), figure(other)) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => natural(&self.plain(Lang::Zh), &other.plain(Lang::Zh)),
        }
    }
}

fn measure(v: f64, decimals: usize, grouped: bool) -> String {
    let text = format!("{v:.decimals$}");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let rest = rest.trim_end_matches('0');
    let whole = match whole.parse::<i64>() {
        Ok(n) if grouped && n != 0 => number(n),
        _ => whole.to_owned(),
    };
    if rest.is_empty() { whole } else { format!("{whole}.{rest}") }
}

/// The order of two texts in which a run of figures counts as the number it is: 2 号楼 before 10 号楼. Texts that differ
/// only in leading zeros are ordered letter by letter.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut x, mut y) = (a, b);
    loop {
        let (Some(c), Some(d)) = (x.chars().next(), y.chars().next()) else {
            return x.len().cmp(&y.len()).then_with(|| a.cmp(b));
        };
        if c.is_ascii_digit() && d.is_ascii_digit() {
            let run = |t: &str| t.bytes().take_while(u8::is_ascii_digit).count();
            let ((p, x1), (q, y1)) = (x.split_at(run(x)), y.split_at(run(y)));
            let (p, q) = (p.trim_start_matches('0'), q.trim_start_matches('0'));
            let order = p.len().cmp(&q.len()).then_with(|| p.cmp(q));
            if order != Ordering::Equal {
                return order;
            }
            (x, y) = (x1, y1);
        } else if c == d {
            (x, y) = (&x[c.len_utf8()..], &y[d.len_utf8()..]);
        } else {
            return c.cmp(&d);
        }
    }
}

/// Length of the lines or borders of a row in m.
fn length_m(r: RowRef<'_>) -> f64 {
    let shape = r.shape();
    let closed = shape.tag == 3;
    let one = |ring: &[crate::geom::Pt]| {
        let back = match (closed, ring.first(), ring.last()) {
            (true, Some(a), Some(b)) => a.dist(*b),
            _ => 0.0,
        };
        crate::geom::chain_length(ring) + back
    };
    shape.parts.iter().flatten().map(|r| one(r)).sum::<f64>() / 1000.0
}

impl<'a> Source<'a> {
    /// What stands in a cell; nothing where the thing is gone. O(1) but for areas and lengths: O(points).
    pub fn datum(&self, key: u64, column: Column) -> Datum<'a> {
        let found = match self.what {
            What::Units(_) => self.of_unit(key, column),
            What::Rows(kind) => self.of_row(kind, key as u32, column),
            What::Members => self.of_member(Id(key), column),
            What::Posts => self.of_post(key, column),
            What::Orgs => self.of_org(Id(key), column),
        };
        found.unwrap_or(Datum::Empty)
    }

    fn of_unit(&self, key: u64, column: Column) -> Option<Datum<'a>> {
        let l = self.layer()?;
        let u = l.units.get(&Id(key))?;
        let row = self.reckoned.units.get(&key);
        let of = |f: fn(&crate::assign::Tally) -> i64| row.map(|r| Datum::Count(f(&r.tally)));
        Some(match column {
            Column::Code => Datum::of_text(&u.code),
            Column::Name => Datum::of_text(&u.name),
            Column::Parent => Datum::of_text(&l.units.get(&u.parent?)?.name),
            Column::Households => of(|t| t.households)?,
            Column::Residents => of(|t| t.residents)?,
            Column::Buildings => of(|t| t.buildings)?,
            Column::Courtyards => of(|t| t.courtyards)?,
            Column::Incidents => of(|t| t.incidents)?,
            Column::Deviation => {
                let def = self.project.facts.layers.get(usize::from(self.assignment.layer()))?;
                if u.level != def.cell_level() {
                    return None;
                }
                Datum::Deviation(row?.deviation)
            }
            Column::Holders => {
                let names = super::super::answers::posts_on(self.project, self.assignment, u.id, None);
                Datum::of_own(names.into_iter().map(|(n, post)| format!("{post} {n}")).collect::<Vec<_>>().join("、"))
            }
            Column::Locked if l.is_locked(u.id) => Datum::Word("已锁定", "locked"),
            Column::Area => Datum::Measure(row?.area_m2, 0),
            Column::Length => Datum::Measure(row?.perimeter_m, 0),
            _ => return None,
        })
    }

    fn of_row(&self, kind: Kind, slot: u32, column: Column) -> Option<Datum<'a>> {
        let (p, a) = (self.project, self.assignment);
        let r = p.table(kind).get(slot)?;
        Some(match column {
            Column::Code => Datum::of_text(r.code()),
            Column::Name => Datum::of_text(r.name()),
            Column::Of(Field::Use) => Datum::Use(r.text(Field::Use)?),
            Column::Of(Field::Courtyard) => {
                let yard = a.courtyards().of_building(slot)?;
                Datum::of_own(called(p.table(Kind::Courtyards).get(yard)?))
            }
            Column::Of(Field::Whole) => {
                if !p.is_whole(slot) {
                    return None;
                }
                Datum::Word("是", "yes")
            }
            Column::Of(f) => match f.sample() {
                Value::Text(_) => Datum::of_text(r.text(f)?),
                Value::Count(_) => Datum::Count(r.count(f)?.into()),
                Value::Int(_) => match r.value(f)? {
                    Value::Int(t) => Datum::Time(t),
                    _ => return None,
                },
                Value::Float(_) => match r.value(f)? {
                    Value::Float(v) => Datum::Measure(v, 2),
                    _ => return None,
                },
            },
            Column::Cell => {
                let owner = if kind == Kind::Incidents { a.incident(slot) } else { a.building(slot) };
                let owner = owner?;
                if !is_cell(p, a.plan(), a.layer(), owner) {
                    return Some(Datum::Word("未划入", "unassigned"));
                }
                let l = self.layer()?;
                let u = l.unit_of(owner)?;
                Datum::of_own(format!("{} {}", cell_chip(l, u), u.name))
            }
            Column::By => match a.by(p, slot) {
                By::Place => Datum::Word("按地点", "by place"),
                By::Courtyard => Datum::Word("按院落", "by courtyard"),
                By::Pin => Datum::Word("指定", "by hand"),
            },
            Column::Buildings => Datum::Count(a.courtyards().buildings(slot).len() as i64),
            Column::Area => Datum::Measure(area_m2(r)?, 0),
            Column::Length => Datum::Measure(length_m(r), 0),
            _ => return None,
        })
    }

    fn of_member(&self, id: Id, column: Column) -> Option<Datum<'a>> {
        let m = self.project.facts.members.get(&id)?;
        Some(match column {
            Column::Code => Datum::of_text(&m.code),
            Column::Name => Datum::of_text(&m.name),
            Column::Phone => Datum::of_own(masked_phone(m.phone.as_deref()?)),
            Column::Org => Datum::of_text(m.org.as_deref()?),
            Column::Duties => {
                let posts = self.reckoned.held.get(&id)?.iter().filter(|x| x.to.is_none());
                let one = |x: &std::sync::Arc<crate::model::Post>| match self.target_text(&x.target) {
                    on if on.is_empty() => x.post.clone(),
                    on => format!("{} {on}", x.post),
                };
                Datum::of_own(posts.map(one).collect::<Vec<_>>().join("、"))
            }
            _ => return None,
        })
    }

    fn of_post(&self, key: u64, column: Column) -> Option<Datum<'a>> {
        let x = self.reckoned.posts.get(&key)?;
        Some(match column {
            Column::Code => Datum::of_text(&x.code),
            Column::Duty => Datum::of_text(&x.post),
            Column::Holder => Datum::of_text(&self.project.facts.members.get(&x.member)?.name),
            Column::On => Datum::of_own(self.target_text(&x.target)),
            Column::From => Datum::Day(x.from?),
            Column::To => Datum::Day(x.to?),
            _ => return None,
        })
    }

    fn of_org(&self, id: Id, column: Column) -> Option<Datum<'a>> {
        let o = self.project.facts.orgs.get(&id)?;
        Some(match column {
            Column::Code => Datum::of_text(&o.code),
            Column::Name => Datum::of_text(&o.name),
            Column::Duty => Datum::of_text(&o.kind),
            Column::Parent => Datum::of_text(&self.project.facts.orgs.get(&o.parent?)?.name),
            _ => return None,
        })
    }

    /// What a post is on, by name.
    pub fn target_text(&self, target: &Target) -> String {
        let p = self.project;
        let of = |kind, code: &str| {
            let t = p.table(kind);
            t.find(code).and_then(|s| t.get(s)).map_or_else(|| code.to_owned(), called)
        };
        match target {
            Target::Cell { layer, unit } => {
                let l = p.layer(self.assignment.plan(), *layer);
                let u = l.and_then(|l| Some((l, l.units.get(unit)?)));
                u.map_or_else(String::new, |(l, u)| format!("{} {}", cell_chip(l, u), u.name))
            }
            Target::Courtyard(code) => of(Kind::Courtyards, code),
            Target::Building(code) => of(Kind::Buildings, code),
            Target::Org(code) => {
                let org = p.facts.orgs.values().find(|o| o.code == *code);
                org.map_or_else(|| code.clone(), |o| o.name.clone())
            }
        }
    }
}

fn area_m2(r: RowRef<'_>) -> Option<f64> {
    let shape = r.shape();
    match shape.tag {
        3 => Some(Shape::area_m2(&shape.to_shape())),
        _ => None,
    }
}
