//! From a source to rows on the project's grid.

use super::ExchangeError;
use super::clean::{Allowed, CROSSINGS, Clean, Mend, Repair, Unfit, clean};
use super::columns::{Mapping, guess_columns};
use super::finding::{Action, Finding, Findings, Severity};
use super::numbers::number_with_unit;
use super::screen::{drop_class_numbers, first, guard_columns};
use super::source::{Feature, PropValue, Source};
use super::time::{DateOrder, parse_time};
use super::uses::{estimate_households, use_of};
use crate::crs::{CrsDef, Transform};
use crate::geom::{Origin, Pt};
use crate::model::{
    Field, Kind, ModelError, Row, Rules, Shape, Value, check_code, check_value, is_bidi, largest, private_value,
    tidy_code,
};
use std::collections::HashSet;
use std::rc::Rc;

/// What a source is imported as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum As {
    /// The outline of a layer: polygons, their names unimportant.
    Outline,
    /// Rows of a table, or cells on their way into a partition.
    Rows(Kind),
}

/// What the project says of the rows to come.
pub struct PrepareOptions<'a> {
    /// CRS of the project.
    pub crs: &'a CrsDef,
    /// Origin of the project's grid.
    pub origin: Origin,
    /// Rules, for the estimate of households.
    pub rules: &'a Rules,
    /// field=column, over the guess from the headers.
    pub map: &'a [(String, String)],
    /// Minutes east of UTC for times without offset.
    pub offset_minutes: i32,
    /// Whether a code is in use in the table already.
    pub taken: &'a dyn Fn(&str) -> bool,
    /// Number of the first code that may be generated.
    pub next_code: u32,
    /// Code of the courtyard with a code or name.
    pub courtyard_named: &'a dyn Fn(&str) -> Option<String>,
    /// Code of the courtyard that contains a point.
    pub courtyard_at: &'a dyn Fn(Pt) -> Option<String>,
}

/// Where a row came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Origins {
    /// Number of the feature or data row, from 1.
    pub number: u32,
    /// Line of the text file on which it begins.
    pub line: Option<u32>,
    /// Whether something of it was mended.
    pub mended: bool,
    /// Whether its polygons still cross themselves: those of cells are mended where they come to lie.
    pub crossed: bool,
}

/// Rows ready for an edit.
#[derive(Clone, PartialEq, Debug)]
pub struct Prepared {
    /// The rows, in file order.
    pub rows: Vec<Row>,
    /// Where each row of `rows` came from.
    pub origins: Vec<Origins>,
    /// What was found, by the reader and here.
    pub findings: Vec<Finding>,
    /// Features in the file.
    pub read: u32,
    /// Rows of `rows` of which something was mended.
    pub repaired: u32,
    /// Features left out.
    pub refused: u32,
    /// Incidents without a place, in `rows`.
    pub unlocated: u32,
    /// Buildings whose households were estimated.
    pub estimated: u32,
    /// Number of the next code to generate.
    pub next_code: u32,
    /// CRS in which the file was read.
    pub source_crs: CrsDef,
    /// Which column became which field.
    pub mapping: Mapping,
}

/// Turns a source into rows: fields by column, shapes onto the grid, codes, estimates, the guard. Linear in the source
/// but for the sorting of each polygon's sides.
///
/// Errors are of the whole import (an unknown column in `map`, no way between the two CRS); what concerns a row is a
/// finding and the others are kept.
pub fn prepare(
    target: As,
    source: &Source,
    o: &PrepareOptions<'_>,
    keep_going: &mut dyn FnMut(f32) -> bool,
) -> Result<Prepared, ExchangeError> {
    let kind = match target {
        As::Rows(kind) => kind,
        As::Outline => Kind::Cells,
    };
    let mut findings = Findings::default();
    source.findings.iter().cloned().for_each(|f| findings.add(f));
    let source_crs = match &source.crs {
        Some(crs) => crs.clone(),
        None => {
            findings.add(Finding::new(
                "crs_assumed",
                Severity::Warning,
                Action::Kept,
                format!("文件未说明坐标系，按项目坐标系 {} 读取；可用 --crs 指明", o.crs),
                format!("the file names no CRS; read as the project's, {}; give it with --crs", o.crs),
            ));
            o.crs.clone()
        }
    };
    let transform = Transform::new(&source_crs, o.crs)?;
    let mut mapping = guess_columns(kind, &source.columns, o.map)?;
    guard_columns(source, &mut mapping, &mut findings);
    drop_class_numbers(source, &mut mapping, &mut findings);
    let order = {
        let columns = mapping.columns(Field::Time);
        let texts = source.features.iter().filter_map(|f| first(f, columns)).map(|(_, v)| match v {
            PropValue::Text(t) => &**t,
            _ => "",
        });
        DateOrder::of_column(texts)
    };
    let in_file: HashSet<String> =
        source.features.iter().filter_map(|f| first(f, &mapping.code)).map(|(_, v)| tidy_code(&v.to_text())).collect();
    let mend = match (target, kind) {
        (As::Outline, _) => Mend::No,
        (As::Rows(_), Kind::Cells) => Mend::Later,
        (As::Rows(_), _) => Mend::Here,
    };
    let mut p = Preparing {
        kind,
        mend,
        origins: Vec::with_capacity(source.features.len()),
        source,
        o,
        mapping: Rc::new(mapping),
        order,
        transform,
        in_file,
        seen: HashSet::new(),
        next_code: o.next_code,
        findings,
        estimated: 0,
        repaired: 0,
    };
    let mut rows = Vec::with_capacity(source.features.len());
    let (mut refused, mut unlocated) = (source.refused, 0);
    for (i, feature) in source.features.iter().enumerate() {
        if i % 1024 == 0 && !keep_going(i as f32 / source.features.len() as f32) {
            return Err(ExchangeError::Stopped);
        }
        match p.row(feature) {
            Some(row) => {
                unlocated += u32::from(row.shape == Shape::None);
                rows.push(row);
            }
            None => refused += 1,
        }
    }
    if unlocated > 0 {
        p.findings.add(Finding::new(
            "unlocated",
            Severity::Info,
            Action::Kept,
            format!("{unlocated} 个事件没有位置，已保留并计数，不画在图上"),
            format!("{unlocated} incidents have no place; they are kept and counted, not drawn"),
        ));
    }
    Ok(Prepared {
        rows,
        origins: p.origins,
        findings: p.findings.finish(),
        read: source.read,
        repaired: p.repaired,
        refused,
        unlocated,
        estimated: p.estimated,
        next_code: p.next_code,
        source_crs,
        mapping: Rc::unwrap_or_clone(p.mapping),
    })
}

struct Preparing<'a> {
    kind: Kind,
    mend: Mend,
    origins: Vec<Origins>,
    source: &'a Source,
    o: &'a PrepareOptions<'a>,
    mapping: Rc<Mapping>,
    order: DateOrder,
    transform: Transform,
    /// Codes that stand in the file, which generated ones must avoid.
    in_file: HashSet<String>,
    /// Codes of rows taken so far.
    seen: HashSet<String>,
    next_code: u32,
    findings: Findings,
    estimated: u32,
    repaired: u32,
}

impl Preparing<'_> {
    /// The row of a feature; `None` if it is refused, with the finding.
    fn row(&mut self, f: &Feature) -> Option<Row> {
        let Clean { shape, repairs } =
            match clean(&f.geometry, &self.transform, self.o.origin, allowed(self.kind), self.mend) {
                Ok(c) => c,
                Err(unfit) => {
                    let (kind, zh, en, at) = self.unfit_text(unfit);
                    self.refuse(f, kind, None, zh, en, at);
                    return None;
                }
            };
        let explicit = self.code(f)?;
        let mapping = Rc::clone(&self.mapping);
        let name = self.text(f, &mapping.name, "name").unwrap_or_default();
        let mut fields = Vec::new();
        for (field, columns) in &mapping.fields {
            let field = *field;
            let value = match field {
                Field::Use | Field::Kind if self.kind == Kind::Buildings => None,
                Field::Households | Field::Residents => self.count(f, field, columns, &["户", "人", "households"]),
                Field::Storeys => {
                    let units = ["层", "f", "floors", "storeys", "levels"];
                    self.count(f, field, columns, &units).filter(|v| *v != Value::Count(0))
                }
                Field::Staircases => {
                    let units = ["个单元", "单元", "个门", "门"];
                    self.count(f, field, columns, &units).filter(|v| *v != Value::Count(0))
                }
                Field::Height => self.height(f, columns),
                Field::Time => self.time(f, columns),
                Field::Courtyard => self.courtyard(f, columns, &shape),
                Field::Address => self.address(f, columns),
                _ => self.text(f, columns, field.name()).map(Value::Text),
            };
            fields.extend(value.map(|v| (field, v)));
        }
        if self.kind == Kind::Buildings {
            self.building(f, &shape, &mut fields);
        }
        let code = match explicit {
            Some(code) => code,
            None => self.generated(),
        };
        let row = match Row::new(&code, &name, fields, shape) {
            Ok(row) => row,
            Err(e) => {
                self.refuse(f, "value", None, "有的值无法保存".to_owned(), e.to_string(), None);
                return None;
            }
        };
        self.seen.insert(code);
        let mended = f.repaired || !repairs.is_empty();
        self.repaired += u32::from(mended);
        let crossed = self.mend == Mend::Later && repairs.iter().any(|r| matches!(r, Repair::Crossing(_)));
        self.origins.push(Origins { number: f.number, line: f.line, mended, crossed });
        let at = row.anchor.map(|a| self.o.origin.metres(a));
        for r in repairs {
            let n = f.number;
            let (kind, zh, en, at) = match r {
                Repair::Emptied => (
                    "no_extent",
                    format!("第 {n} 行有一部分没有面积或长度，已略去"),
                    format!("a part of row {n} has no extent and is left out"),
                    at,
                ),
                Repair::Crossing(p) => (
                    "self_crossing",
                    format!("第 {n} 行的面自相交，已按奇偶规则修复"),
                    format!("the polygon of row {n} crosses itself and was mended by the even-odd rule"),
                    Some(self.o.origin.metres(p)),
                ),
                Repair::Spike(p) => (
                    "spike",
                    format!("第 {n} 行的边界有一段往返重合的尖刺，已去掉"),
                    format!("a border of row {n} goes there and back; the spike is left out"),
                    Some(self.o.origin.metres(p)),
                ),
            };
            let finding = Finding::new(kind, Severity::Warning, Action::Repaired, zh, en);
            self.findings.add(finding.of_row(n, f.line).at(at));
        }
        Some(row)
    }

    fn refuse(
        &mut self,
        f: &Feature,
        kind: &'static str,
        field: Option<&str>,
        zh: String,
        en: String,
        at: Option<[f64; 2]>,
    ) {
        let n = f.number;
        let mut finding = Finding::new(
            kind,
            Severity::Error,
            Action::Refused,
            format!("第 {n} 行未导入：{zh}"),
            format!("row {n} is left out: {en}"),
        )
        .of_row(n, f.line)
        .at(at);
        if let Some(field) = field {
            finding = finding.of_field(field);
        }
        self.findings.add(finding);
    }

    /// A value is left out, the row kept.
    fn leave_out(&mut self, f: &Feature, kind: &'static str, field: &str, zh: String, en: String) {
        let finding = Finding::new(kind, Severity::Warning, Action::Dropped, zh, en);
        self.findings.add(finding.of_row(f.number, f.line).of_field(field));
    }

    fn unfit_text(&self, unfit: Unfit) -> (&'static str, String, String, Option<[f64; 2]>) {
        match unfit {
            Unfit::NoPlace => ("no_geometry", "没有图形".to_owned(), "it has no shape".to_owned(), None),
            Unfit::WrongGeometry => {
                let zh = "图形的类型（点、线、面）不适合此类数据".to_owned();
                (
                    "wrong_geometry",
                    zh,
                    "its shape is not of the sort (point, line, polygon) that this kind has".to_owned(),
                    None,
                )
            }
            Unfit::Domain([x, y]) => (
                "out_of_domain",
                format!("坐标 {}, {} 超出坐标系的适用范围", brief(x), brief(y)),
                format!("the coordinate {}, {} lies outside the area of its CRS", brief(x), brief(y)),
                None,
            ),
            Unfit::Range(p) => (
                "out_of_range",
                "离项目中心超过 1073 公里".to_owned(),
                "it lies more than 1,073 km from the project's origin".to_owned(),
                Some(p),
            ),
            Unfit::NoExtent => (
                "no_extent",
                "取整到毫米后没有面积或长度".to_owned(),
                "it has no extent after rounding to the millimetre".to_owned(),
                None,
            ),
            Unfit::Tangled(p) => (
                "self_crossing",
                format!("边界自相交超过 {CROSSINGS} 处，无法修复"),
                format!("its border crosses itself more than {CROSSINGS} times and cannot be mended"),
                Some(self.o.origin.metres(p)),
            ),
            Unfit::Dense(p) => (
                "too_dense",
                "边太多太密，无法检查是否自相交".to_owned(),
                "it has too many sides side by side to see whether they cross".to_owned(),
                Some(self.o.origin.metres(p)),
            ),
            Unfit::Crossing(p) => (
                "self_crossing",
                "边界自相交".to_owned(),
                "its border crosses itself".to_owned(),
                Some(self.o.origin.metres(p)),
            ),
        }
    }

    /// The row's own code: `Some(None)` = it has none, `None` = refused.
    fn code(&mut self, f: &Feature) -> Option<Option<String>> {
        let Some((c, value)) = first(f, &self.mapping.code) else { return Some(None) };
        let text = value.to_text();
        let header = self.source.columns.get(c as usize).cloned().unwrap_or_default();
        if let Some(private) = private_value(&text, true) {
            let (zh, en) = (format!("编码是{}", private.zh()), format!("its code is {}", private.en()));
            self.refuse(f, private.kind(), Some(&header), zh, en, None);
            return None;
        }
        let tidy = tidy_code(&text);
        let Ok(code) = check_code(&tidy) else {
            let (zh, en) =
                ("编码过长，或没有看得见的字符", "its code is too long or has no character that can be seen");
            self.refuse(f, "code", Some(&header), zh.to_owned(), en.to_owned(), None);
            return None;
        };
        if self.seen.contains(&code) || (self.o.taken)(&code) {
            let (zh, en) = (format!("编码 {code} 已存在"), format!("code {code} exists already"));
            self.refuse(f, "duplicate", Some(&header), zh, en, None);
            return None;
        }
        if tidy != text {
            let n = f.number;
            let finding = Finding::new(
                "code_tidied",
                Severity::Warning,
                Action::Repaired,
                format!("第 {n} 行的编码含有多余的空格或看不见的字符，已去掉，成为 {code}"),
                format!("the code of row {n} had blanks or characters that cannot be seen; without them it is {code}"),
            );
            self.findings.add(finding.of_row(n, f.line).of_field(&header));
        }
        Some(Some(code))
    }

    /// The next free code of the kind: B000001 …
    fn generated(&mut self) -> String {
        loop {
            let code = format!("{}{:06}", self.kind.letter(), self.next_code);
            self.next_code = self.next_code.saturating_add(1);
            if !(self.o.taken)(&code) && !self.in_file.contains(&code) && !self.seen.contains(&code) {
                return code;
            }
        }
    }

    /// A text field: guarded, in one line, not too long.
    fn text(&mut self, f: &Feature, columns: &[u32], field: &str) -> Option<String> {
        let (_, value) = first(f, columns)?;
        let text = value.to_text();
        let n = f.number;
        if let Some(private) = private_value(&text, false) {
            self.leave_out(
                f,
                private.kind(),
                field,
                format!("第 {n} 行的值含{}，未导入该值", private.zh()),
                format!("a value of row {n} holds {} and is not imported", private.en()),
            );
            return None;
        }
        let unfit = |c: char| c.is_control() || is_bidi(c);
        let line = if text.chars().any(unfit) {
            text.split(|c: char| unfit(c) || c == ' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
        } else {
            text.trim().to_owned()
        };
        if line.chars().count() > 500 {
            self.leave_out(
                f,
                "text_too_long",
                field,
                format!("第 {n} 行的文字超过 500 字，未导入该值"),
                format!("a text of row {n} has more than 500 characters and is not imported"),
            );
            return None;
        }
        (!line.is_empty()).then_some(line)
    }

    /// A whole number from 0 on.
    fn count(&mut self, f: &Feature, field: Field, columns: &[u32], units: &[&str]) -> Option<Value> {
        let (_, value) = first(f, columns)?;
        let number = match value {
            PropValue::Int(i) => u32::try_from(*i).ok(),
            PropValue::Float(v) => whole(*v),
            PropValue::Text(t) => number_with_unit(t, units).and_then(whole),
            PropValue::Bool(_) => None,
        };
        let number = number.map(Value::Count);
        match &number {
            None => self.no_number(f, field, None),
            Some(v) => {
                if let Err(e) = check_value(field, v) {
                    self.no_number(f, field, Some(&e));
                    return None;
                }
            }
        }
        number
    }

    /// A value that is no number, or one beyond the limits of its field, is left out.
    fn no_number(&mut self, f: &Feature, field: Field, why: Option<&ModelError>) {
        let n = f.number;
        if let Some(why) = why.map(ModelError::said) {
            let (zh, en) = (
                format!("第 {n} 行的 {}，未导入该值", why.zh),
                format!("row {n}: {}; the value is not imported", why.en),
            );
            return self.leave_out(f, "number", field.name(), zh, en);
        }
        self.leave_out(
            f,
            "number",
            field.name(),
            format!("第 {n} 行的 {} 不是可用的数，未导入该值", field.name()),
            format!("{} of row {n} is no usable number and is not imported", field.name()),
        );
    }

    /// A height in metres; 0 says nothing.
    fn height(&mut self, f: &Feature, columns: &[u32]) -> Option<Value> {
        let (_, value) = first(f, columns)?;
        let height = match value {
            PropValue::Int(i) => Some(*i as f64),
            PropValue::Float(v) => Some(*v),
            PropValue::Text(t) => number_with_unit(t, &["m", "米"]),
            PropValue::Bool(_) => None,
        };
        let height = height.map(Value::Float);
        let beyond = height.as_ref().and_then(|h| check_value(Field::Height, h).err());
        if height.is_none() || beyond.is_some() {
            self.no_number(f, Field::Height, beyond.as_ref());
            return None;
        }
        height.filter(|h| *h != Value::Float(0.0))
    }

    fn time(&mut self, f: &Feature, columns: &[u32]) -> Option<Value> {
        let (_, value) = first(f, columns)?;
        let time = parse_time(&value.to_text(), self.order, self.o.offset_minutes);
        if time.is_none() {
            let n = f.number;
            let (zh, en) =
                (format!("第 {n} 行的时间无法识别，未导入该值"), format!("the time of row {n} cannot be read"));
            self.leave_out(f, "time", Field::Time.name(), zh, en);
        }
        time.map(Value::Int)
    }

    /// The courtyard that the row names by code or name, else the one that contains its anchor.
    fn courtyard(&mut self, f: &Feature, columns: &[u32], shape: &Shape) -> Option<Value> {
        if let Some(named) = self.text(f, columns, Field::Courtyard.name()) {
            if let Some(code) = (self.o.courtyard_named)(&named) {
                return Some(Value::Text(code));
            }
            let n = f.number;
            let finding = Finding::new(
                "unknown_courtyard",
                Severity::Info,
                Action::Kept,
                format!("第 {n} 行所属的院落“{named}”尚未导入，按编码保留"),
                format!("the courtyard \"{named}\" of row {n} is not in the project yet; kept as its code"),
            );
            self.findings.add(finding.of_row(n, f.line).of_field(Field::Courtyard.name()));
            return check_code(&tidy_code(&named)).ok().map(Value::Text);
        }
        (self.o.courtyard_at)(shape.anchor()?).map(Value::Text)
    }

    /// The address, or street and house number in the order of their language.
    fn address(&mut self, f: &Feature, columns: &[u32]) -> Option<Value> {
        if let Some(address) = self.text(f, columns, Field::Address.name()) {
            return Some(Value::Text(address));
        }
        let mapping = Rc::clone(&self.mapping);
        let street = self.text(f, &mapping.street, Field::Address.name())?;
        let Some(number) = self.text(f, &mapping.housenumber, Field::Address.name()) else {
            return Some(Value::Text(street));
        };
        Some(Value::Text(match street.is_ascii() {
            true => format!("{number} {street}"),
            false if number.ends_with('号') => format!("{street}{number}"),
            false => format!("{street}{number}号"),
        }))
    }

    /// Use, kind, and the estimate of households and residents.
    fn building(&mut self, f: &Feature, shape: &Shape, fields: &mut Vec<(Field, Value)>) {
        let kinds = self.mapping.columns(Field::Kind).to_vec();
        let uses = self.mapping.columns(Field::Use).to_vec();
        let guessed = uses.iter().chain(&kinds).find_map(|&c| use_of(&f.value(c)?.to_text()));
        fields.extend(guessed.map(|u| (Field::Use, Value::Text(u.to_owned()))));
        let says = |c: &u32| f.value(*c).is_some_and(|v| !["yes", "building", "true", "1"].contains(&&*v.to_text()));
        let telling: Vec<u32> = kinds.into_iter().filter(says).collect();
        let kind = self.text(f, &telling, Field::Kind.name());
        fields.extend(kind.map(|k| (Field::Kind, Value::Text(k))));

        let count = |fields: &[(Field, Value)], field| {
            fields.iter().find_map(|(f, v)| match v {
                Value::Count(n) if *f == field => Some(*n),
                _ => None,
            })
        };
        let height = fields.iter().find_map(|(f, v)| match v {
            Value::Float(h) if *f == Field::Height => Some(*h),
            _ => None,
        });
        let households = count(fields, Field::Households).unwrap_or_else(|| {
            let storeys = count(fields, Field::Storeys);
            let n = estimate_households(self.o.rules, shape.area_m2(), guessed, storeys, height).min(MOST_ESTIMATED);
            fields.push((Field::Households, Value::Count(n)));
            fields.push((Field::HouseholdsEstimated, Value::Count(1)));
            self.estimated += 1;
            n
        });
        if count(fields, Field::Residents).is_none() {
            let most = largest(Field::Residents).unwrap_or(f64::INFINITY);
            let n = (f64::from(households) * self.o.rules.residents_per_household).round().min(most) as u32;
            fields.push((Field::Residents, Value::Count(n)));
        }
    }
}

/// Households of a building at most by estimate: what covers more ground than a building is none.
const MOST_ESTIMATED: u32 = 10_000;

/// A coordinate as it is said: one of no place in powers of ten, not in three hundred digits.
fn brief(v: f64) -> String {
    if v.abs() < 1e9 { v.to_string() } else { format!("{v:e}") }
}

/// A whole number that fits a count.
fn whole(v: f64) -> Option<u32> {
    (v >= 0.0 && v <= f64::from(u32::MAX) && v.fract() == 0.0).then_some(v as u32)
}

/// Which shapes the rows of a kind may have. A building or courtyard may be a point, where only a list is known.
fn allowed(kind: Kind) -> Allowed {
    let (none, point, lines, polygons) = match kind {
        Kind::Buildings | Kind::Courtyards | Kind::Facilities => (false, true, false, true),
        Kind::Roads | Kind::Walls => (false, false, true, false),
        Kind::Water => (false, false, true, true),
        Kind::Landuse | Kind::Reference | Kind::Cells => (false, false, false, true),
        Kind::Incidents => (true, true, false, false),
    };
    Allowed { none, point, lines, polygons }
}
