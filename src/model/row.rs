//! A row of a table of places: its kind, fields, shape and canonical hash.

use super::{Code, ModelError};
use crate::geom::{Box2, Pt, anchor_of_line, anchor_of_polygons};
use serde::{Deserialize, Serialize};

/// Kinds of bulk rows, each a table of facts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// 楼栋
    Buildings,
    /// 院落
    Courtyards,
    /// 设施
    Facilities,
    /// 道路
    Roads,
    /// 水系
    Water,
    /// 用地
    Landuse,
    /// 围墙
    Walls,
    /// 事件
    Incidents,
    /// 参考区域
    Reference,
    /// 网格, only as rows on their way into a partition; no table of facts
    Cells,
}

impl Kind {
    /// All tables of facts, in file order.
    pub const TABLES: [Kind; 9] = [
        Kind::Buildings,
        Kind::Courtyards,
        Kind::Facilities,
        Kind::Roads,
        Kind::Water,
        Kind::Landuse,
        Kind::Walls,
        Kind::Incidents,
        Kind::Reference,
    ];

    /// Name in files and commands.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Buildings => "buildings",
            Kind::Courtyards => "courtyards",
            Kind::Facilities => "facilities",
            Kind::Roads => "roads",
            Kind::Water => "water",
            Kind::Landuse => "landuse",
            Kind::Walls => "walls",
            Kind::Incidents => "incidents",
            Kind::Reference => "reference",
            Kind::Cells => "cells",
        }
    }

    /// Letter with which generated codes of this kind begin (B000001).
    pub fn letter(self) -> char {
        match self {
            Kind::Buildings => 'B',
            Kind::Courtyards => 'Y',
            Kind::Facilities => 'F',
            Kind::Roads => 'R',
            Kind::Water => 'W',
            Kind::Landuse => 'L',
            Kind::Walls => 'Q',
            Kind::Incidents => 'I',
            Kind::Reference => 'A',
            Kind::Cells => 'C',
        }
    }
}

/// Fields a row may have besides code, name and shape.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Use of a building: residential, commercial, office, school, public, industrial, other.
    Use,
    /// Kind as the source says it (road class, facility kind, land use).
    Kind,
    /// Households (u32).
    Households,
    /// Residents (u32).
    Residents,
    /// Storeys (u32).
    Storeys,
    /// Height in m (f64).
    Height,
    /// Code of the courtyard the building belongs to.
    Courtyard,
    /// Address.
    Address,
    /// Whether households were estimated (u32 0/1).
    HouseholdsEstimated,
    /// A courtyard kept whole (u32 0/1; default 0).
    Whole,
    /// Class of an incident.
    Class,
    /// Source of an incident.
    Source,
    /// State of an incident.
    State,
    /// Time, seconds since 1970-01-01 UTC (i64).
    Time,
    /// Level of an imported unit (u32).
    Level,
    /// Code of the parent of an imported unit.
    Parent,
    /// Staircases of a building (u32), 单元数: a gathered unit may hold some of them.
    Staircases,
}

impl Field {
    /// Attributes of a building that people set.
    pub const OF_BUILDINGS: [Field; 9] = [
        Field::Use,
        Field::Kind,
        Field::Households,
        Field::Residents,
        Field::Storeys,
        Field::Staircases,
        Field::Height,
        Field::Courtyard,
        Field::Address,
    ];

    /// All fields, in canonical order.
    pub const ALL: [Field; 17] = [
        Field::Use,
        Field::Kind,
        Field::Households,
        Field::Residents,
        Field::Storeys,
        Field::Height,
        Field::Courtyard,
        Field::Address,
        Field::HouseholdsEstimated,
        Field::Whole,
        Field::Class,
        Field::Source,
        Field::State,
        Field::Time,
        Field::Level,
        Field::Parent,
        Field::Staircases,
    ];

    /// Name in files and commands.
    pub fn name(self) -> &'static str {
        match self {
            Field::Use => "use",
            Field::Kind => "kind",
            Field::Households => "households",
            Field::Residents => "residents",
            Field::Storeys => "storeys",
            Field::Height => "height",
            Field::Courtyard => "courtyard",
            Field::Address => "address",
            Field::HouseholdsEstimated => "households_estimated",
            Field::Whole => "whole",
            Field::Class => "class",
            Field::Source => "source",
            Field::State => "state",
            Field::Time => "time",
            Field::Level => "level",
            Field::Parent => "parent",
            Field::Staircases => "staircases",
        }
    }

    /// Whether the field holds text, a whole number, a large whole number or a decimal number.
    pub fn sample(self) -> Value {
        match self {
            Field::Use
            | Field::Kind
            | Field::Courtyard
            | Field::Address
            | Field::Class
            | Field::Source
            | Field::State
            | Field::Parent => Value::Text(String::new()),
            Field::Time => Value::Int(0),
            Field::Height => Value::Float(0.0),
            _ => Value::Count(0),
        }
    }
}

/// Refuses a number beyond the limits of its field: of what a row of a community can have, not of what a computer can
/// count. A courtyard may be a whole estate.
///
/// # Errors
/// [`ModelError::Range`] with the limits; texts and times have none.
pub fn check_value(field: Field, value: &Value) -> Result<(), ModelError> {
    let Some(to) = largest(field) else { return Ok(()) };
    let number = match value {
        Value::Count(n) => f64::from(*n),
        Value::Float(v) => *v,
        Value::Int(_) | Value::Text(_) => return Ok(()),
    };
    if (0.0..=to).contains(&number) { Ok(()) } else { Err(ModelError::Range { field: field.name(), from: 0.0, to }) }
}

/// What an attribute that an edit names is called, in Chinese and English; `None` for one that is not known.
pub fn field_word(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "code" => ("编码", "code"),
        "name" => ("名称", "name"),
        "use" => ("用途", "use"),
        "kind" => ("类别", "kind"),
        "households" => ("户数", "households"),
        "residents" => ("人口", "residents"),
        "storeys" => ("层数", "storeys"),
        "staircases" => ("单元数", "staircases"),
        "height" => ("高度", "height"),
        "courtyard" => ("院落", "courtyard"),
        "address" => ("地址", "address"),
        "whole" => ("整院归属", "kept whole"),
        "phone" => ("电话", "phone"),
        "org" => ("组织", "organisation"),
        "post" => ("岗位", "post"),
        "reason" => ("原因", "reason"),
        "issue" => ("问题", "problem"),
        "source" => ("来源", "source"),
        "households_min" => ("户数下限", "least households"),
        "households_max" => ("户数上限", "most households"),
        "storeys_default" => ("默认层数", "storeys where unknown"),
        "storey_m" => ("层高", "height of a storey"),
        "household_m2" => ("户均面积", "m² a household"),
        "dwelling_share" => ("住宅系数", "share of dwellings"),
        "dwelling_min_m2" => ("住宅最小面积", "least m² of a dwelling"),
        "residents_per_household" => ("户均人口", "residents a household"),
        _ => return None,
    })
}

/// The largest value a field may have (metres for heights); texts and times have none.
pub fn largest(field: Field) -> Option<f64> {
    match field {
        Field::Households => Some(100_000.0),
        Field::Residents => Some(300_000.0),
        Field::Storeys => Some(200.0),
        Field::Staircases => Some(100.0),
        Field::Height => Some(1_000.0),
        Field::HouseholdsEstimated | Field::Whole => Some(1.0),
        Field::Level => Some(8.0),
        _ => None,
    }
}

/// The value of a field.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Value {
    /// Text.
    Text(String),
    /// A count.
    Count(u32),
    /// A whole number.
    Int(i64),
    /// A decimal number.
    Float(f64),
}

/// The shape of a row, in grid millimetres.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Shape {
    /// No place known.
    None,
    /// A point.
    Point(Pt),
    /// One or more lines.
    Lines(Vec<Vec<Pt>>),
    /// Polygons: parts → rings (first the outer, counter-clockwise; holes clockwise; not closed) → points.
    Polygons(Vec<Vec<Vec<Pt>>>),
}

/// A shape borrowed from a row or a segment's columns: rings or lines of each part.
#[derive(Clone, Debug)]
pub struct ShapeRef<'a> {
    /// 0 none, 1 point, 2 lines, 3 polygons.
    pub tag: u8,
    /// Parts → rings (a line is a part of one "ring").
    pub parts: Vec<Vec<&'a [Pt]>>,
}

impl ShapeRef<'_> {
    /// A shape of its own.
    pub fn to_shape(&self) -> Shape {
        match self.tag {
            1 => self
                .parts
                .first()
                .and_then(|p| p.first())
                .and_then(|r| r.first())
                .map_or(Shape::None, |&p| Shape::Point(p)),
            2 => Shape::Lines(self.parts.iter().flat_map(|p| p.iter().map(|r| r.to_vec())).collect()),
            3 => Shape::Polygons(self.parts.iter().map(|p| p.iter().map(|r| r.to_vec()).collect()).collect()),
            _ => Shape::None,
        }
    }
}

impl Shape {
    /// Box round the shape.
    pub fn bbox(&self) -> Box2 {
        match self {
            Shape::None => Box2::EMPTY,
            Shape::Point(p) => Box2::of([p]),
            Shape::Lines(l) => Box2::of(l.iter().flatten()),
            Shape::Polygons(p) => Box2::of(p.iter().flatten().flatten()),
        }
    }

    /// The grid point by which the thing is assigned.
    pub fn anchor(&self) -> Option<Pt> {
        match self {
            Shape::None => None,
            Shape::Point(p) => Some(*p),
            Shape::Lines(l) => l.first().and_then(|l| anchor_of_line(l)),
            Shape::Polygons(p) => anchor_of_polygons(p),
        }
    }

    /// Area in m² (holes taken off).
    pub fn area_m2(&self) -> f64 {
        match self {
            Shape::Polygons(p) => p.iter().flatten().map(|r| crate::geom::ring_area2(r)).sum::<i128>() as f64 / 2e6,
            _ => 0.0,
        }
    }

    /// The same shape, borrowed.
    pub fn as_ref(&self) -> ShapeRef<'_> {
        match self {
            Shape::None => ShapeRef { tag: 0, parts: vec![] },
            Shape::Point(p) => ShapeRef { tag: 1, parts: vec![vec![std::slice::from_ref(p)]] },
            Shape::Lines(l) => ShapeRef { tag: 2, parts: l.iter().map(|l| vec![l.as_slice()]).collect() },
            Shape::Polygons(p) => {
                ShapeRef { tag: 3, parts: p.iter().map(|p| p.iter().map(Vec::as_slice).collect()).collect() }
            }
        }
    }
}

/// One row of a table of places.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Row {
    /// Code, unique in its table.
    pub code: Code,
    /// Name, may be empty.
    pub name: String,
    /// Other fields, ascending by field, each at most once.
    pub fields: Vec<(Field, Value)>,
    /// Shape.
    pub shape: Shape,
    /// Anchor, computed once from the shape when the row was made.
    pub anchor: Option<Pt>,
}

impl Row {
    /// A row with its anchor computed; fields are put in order.
    pub fn new(code: &str, name: &str, mut fields: Vec<(Field, Value)>, shape: Shape) -> Result<Row, ModelError> {
        fields.sort_by_key(|(f, _)| *f);
        fields.dedup_by_key(|(f, _)| *f);
        for (f, v) in &mut fields {
            if std::mem::discriminant(v) != std::mem::discriminant(&f.sample()) {
                return Err(ModelError::Number(f.name().to_owned()));
            }
            check_value(*f, v)?;
            if let Value::Text(t) = v {
                *t = super::check_text(t)?;
            }
        }
        let anchor = shape.anchor();
        Ok(Row { code: super::check_code(code)?, name: super::check_text(name)?, fields, shape, anchor })
    }

    /// The value of a field.
    pub fn get(&self, field: Field) -> Option<&Value> {
        self.fields.iter().find(|(f, _)| *f == field).map(|(_, v)| v)
    }

    /// Sets or (with `None`) clears a field.
    pub fn set(&mut self, field: Field, value: Option<Value>) {
        self.fields.retain(|(f, _)| *f != field);
        if let Some(v) = value {
            let at = self.fields.partition_point(|(f, _)| *f < field);
            self.fields.insert(at, (field, v));
        }
    }

    /// The row's share of the project's `state`.
    pub fn sum(&self, kind: Kind) -> u128 {
        item_sum(&(kind, self))
    }
}

/// The share of one item in a project's `state`: the first 16 bytes of BLAKE3 over its canonical bytes (postcard),
/// read as a little-endian number. `state` is the sum of all shares mod 2^128.
pub fn item_sum(item: &impl Serialize) -> u128 {
    // Plain data always serialises; no bytes would stand for an item that does not.
    let bytes = postcard::to_stdvec(item).unwrap_or_default();
    let hash = blake3::hash(&bytes);
    let mut first = [0u8; 16];
    first.copy_from_slice(&hash.as_bytes()[..16]);
    u128::from_le_bytes(first)
}
