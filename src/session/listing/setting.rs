//! What typing into a cell of a table means.

use super::{Column, Source, What};
use crate::model::{Date, Field, Id, Kind, Lang, Said, Target, Value};
use crate::plan::{Op, SetOp};
use crate::session::buildings::{called, households, set_all, use_of};
use serde_json::{Map, Value as Json, json};

/// Whether a column of a kind can be typed into.
pub fn editable(what: What, column: Column) -> bool {
    match (what, column) {
        (What::Units(_), Column::Code | Column::Name) => true,
        (What::Rows(Kind::Buildings | Kind::Courtyards | Kind::Facilities), Column::Name) => true,
        (What::Rows(Kind::Buildings), Column::Of(f)) => Field::OF_BUILDINGS.contains(&f),
        (What::Rows(Kind::Courtyards | Kind::Facilities), Column::Of(Field::Kind | Field::Address)) => true,
        (What::Members, Column::Name) => true,
        (What::Posts, Column::Duty | Column::From | Column::To) => true,
        _ => false,
    }
}

/// Figures as people type them: in full width, grouped.
fn figures(typed: &str) -> String {
    let plain = |c: char| match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32),
        '．' => Some('.'),
        '−' | '－' => Some('-'),
        ',' | '，' | ' ' | '\u{3000}' | '\'' => None,
        _ => Some(c),
    };
    typed.chars().filter_map(plain).collect()
}

/// What is said where a number belongs and none was typed.
pub fn no_number(typed: &str) -> Said {
    Said::new(
        format!("「{typed}」不是数。原来的值没有变，请输入一个数。"),
        format!("“{typed}” is no number. The value is as it was; type a number."),
    )
}

impl Source<'_> {
    /// Whether a column can be typed into.
    pub fn editable(&self, column: Column) -> bool {
        editable(self.what, column)
    }

    /// The edit that typed text means; nothing where it is what stands there.
    ///
    /// # Errors
    /// The text is no value of this column, in words. What else is wrong with it, the edit's refusal says.
    pub fn setting(&self, key: u64, column: Column, typed: &str) -> Result<Option<Op>, Said> {
        let typed = typed.trim();
        let was = self.datum(key, column);
        if typed == was.plain(Lang::Zh) || typed == was.plain(Lang::En) {
            return Ok(None);
        }
        let p = self.project;
        Ok(match self.what {
            What::Units(_) => {
                let cell = self.layer().and_then(|l| l.units.get(&Id(key))).map(|u| u.code.clone());
                let name = if column == Column::Code { "code" } else { "name" };
                Some(Op::Set(SetOp { cell, fields: one(name, json!(typed)), ..SetOp::default() }))
            }
            What::Rows(Kind::Buildings) => {
                let code = p.table(Kind::Buildings).get(key as u32).map(|r| r.code().to_owned()).unwrap_or_default();
                set_all(vec![(code, self.building_fields(key as u32, column, typed)?)])
            }
            What::Rows(kind) => {
                let code = p.table(kind).get(key as u32).map(|r| r.code().to_owned());
                let fields = match column {
                    Column::Of(f) if typed.is_empty() => one(f.name(), Json::Null),
                    Column::Of(f) => one(f.name(), json!(typed)),
                    _ => one("name", json!(typed)),
                };
                Some(Op::Set(match kind {
                    Kind::Courtyards => SetOp { courtyard: code, fields, ..SetOp::default() },
                    _ => SetOp { facility: code, fields, ..SetOp::default() },
                }))
            }
            What::Members => {
                let member = p.facts.members.get(&Id(key)).map(|m| m.code.clone());
                Some(Op::Set(SetOp { member, fields: one("name", json!(typed)), ..SetOp::default() }))
            }
            What::Posts => self.post(key, column, typed)?,
            What::Orgs => None,
        })
    }

    fn building_fields(&self, slot: u32, column: Column, typed: &str) -> Result<Map<String, Json>, Said> {
        let p = self.project;
        let Column::Of(f) = column else { return Ok(one("name", json!(typed))) };
        Ok(match (f, f.sample()) {
            (Field::Courtyard, _) => one("courtyard", json!(self.yard(typed)?)),
            _ if typed.is_empty() => one(f.name(), Json::Null),
            (Field::Use, _) => one("use", json!(use_of(typed))),
            (Field::Households, _) => {
                let n = figures(typed).parse::<u32>().map_err(|_| no_number(typed))?;
                households(p, slot, n)
            }
            (_, Value::Count(_)) => {
                let n = figures(typed).parse::<u32>().map_err(|_| no_number(typed))?;
                one(f.name(), json!(n))
            }
            (_, Value::Float(_)) => {
                let v = figures(typed).parse::<f64>().ok().filter(|v| v.is_finite()).ok_or_else(|| no_number(typed))?;
                one(f.name(), json!(v))
            }
            _ => one(f.name(), json!(typed)),
        })
    }

    /// Code of the courtyard that is meant by code or name; empty = the one on whose ground a building stands.
    fn yard(&self, typed: &str) -> Result<String, Said> {
        let t = self.project.table(Kind::Courtyards);
        if typed.is_empty() || t.find(typed).is_some() {
            return Ok(typed.to_owned());
        }
        let mut named = t.iter().filter(|(_, r)| called(*r) == typed).map(|(_, r)| r.code().to_owned());
        match (named.next(), named.next()) {
            (Some(code), None) => Ok(code),
            (Some(_), Some(_)) => Err(Said::new(
                format!("叫「{typed}」的院落不止一个。原来的值没有变，请输入院落编号。"),
                format!("Several courtyards are called “{typed}”. The value is as it was; type the courtyard's code."),
            )),
            _ => Err(Said::new(
                format!("没有叫「{typed}」的院落。原来的值没有变，请先画这个院落，或换一个名称。"),
                format!("No courtyard is called “{typed}”. The value is as it was; draw it first, or type another."),
            )),
        }
    }

    /// The grid layer on whose cell a post is held; none of other things. Codes of cells are found in it.
    pub fn layer_of(&self, key: u64) -> Option<u16> {
        match self.reckoned.posts.get(&key)?.target {
            Target::Cell { layer, .. } => Some(layer),
            _ => None,
        }
    }

    fn post(&self, key: u64, column: Column, typed: &str) -> Result<Option<Op>, Said> {
        let p = self.project;
        let Some(x) = self.reckoned.posts.get(&key) else { return Ok(None) };
        let Some(member) = p.facts.members.get(&x.member) else { return Ok(None) };
        let day = || match typed {
            "" => Ok(None),
            t => Date::read(t).map(Some).map_err(|e| e.said()),
        };
        let (mut cell, mut courtyard, mut building, mut org) = (None, None, None, None);
        match &x.target {
            Target::Cell { layer, unit } => {
                let l = p.layer(self.assignment.plan(), *layer);
                cell = l.and_then(|l| l.units.get(unit)).map(|u| u.code.clone());
            }
            Target::Courtyard(c) => courtyard = Some(c.clone()),
            Target::Building(c) => building = Some(c.clone()),
            Target::Org(c) => org = Some(c.clone()),
        }
        Ok(Some(Op::Post {
            code: Some(x.code.clone()),
            member: member.code.clone(),
            post: if column == Column::Duty { typed.to_owned() } else { x.post.clone() },
            cell,
            courtyard,
            building,
            org,
            from: if column == Column::From { day()? } else { x.from },
            to: if column == Column::To { day()? } else { x.to },
        }))
    }
}

fn one(name: &str, value: Json) -> Map<String, Json> {
    let mut m = Map::new();
    m.insert(name.to_owned(), value);
    m
}
