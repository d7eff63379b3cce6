//! Edits: what a person can mean, as data.
//!
//! An edit speaks in places and codes, so that it can be logged, replayed and rebased. Its JSON is documented, with
//! an example each, in `docs/EDITS.md`.

use crate::geom::{Affine, Fit, Place};
use crate::model::{ControlPoint, Date, Kind, PictureFormat, SegmentHash};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// A ring of places; the closing place may be left out.
pub type Ring = Vec<Place>;

/// One edit, with the layer and plan it is meant for.
#[derive(Clone, PartialEq, Debug)]
pub struct Edit {
    /// Layer id; needed where there is more than one.
    pub layer: Option<String>,
    /// Plan name; without it the plan that is worked on.
    pub plan: Option<String>,
    /// Levels whose borders were opened deliberately (`outline` or a level's name).
    pub opened: Vec<String>,
    /// Code of the unit whose ground alone may change.
    pub within: Option<String>,
    /// Whether only ground without a cell may be taken: no cell loses any.
    pub gaps: bool,
    /// What is done.
    pub op: Op,
}

/// From whom a drawing takes ground.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Take {
    /// Only ground without a cell.
    #[default]
    Free,
    /// Other cells' ground too.
    All,
}

/// What an edit does. `None` in a choice means that the user gave none; `session` fills it before `apply`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase", deny_unknown_fields)]
pub enum Op {
    /// Draws or redraws the layer's outline.
    Outline {
        /// Rings, outer and holes.
        rings: Vec<Ring>,
        /// CRS and origin (easting, northing in whole metres) that the rings are in; they decide those of a project that
        /// has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        crs: Option<(String, [i64; 2])>,
    },
    /// Draws a cell.
    Draw {
        /// Full code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// Name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Rings, outer and holes.
        rings: Vec<Ring>,
        /// From whom.
        #[serde(default)]
        take: Take,
        /// Code of the unit whose ground it is drawn on, where the drawing covers ground of several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<String>,
    },
    /// Splits a cell by a line.
    Split {
        /// Code of the cell.
        cell: String,
        /// The line.
        line: Vec<Place>,
        /// Code of the new part.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// Name of the new part.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// A place in the part that keeps the cell's identity.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep: Option<Place>,
        /// How far a loose end may be from the border, metres.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attach_m: Option<f64>,
    },
    /// Splits several cells by one line.
    Cut {
        /// The line.
        line: Vec<Place>,
        /// The cells; without it all that the line divides.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cells: Option<Vec<CutCell>>,
        /// How far an end may be from the border and is carried to it, metres.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attach_m: Option<f64>,
    },
    /// Makes one cell of several.
    Merge {
        /// Codes.
        cells: Vec<String>,
        /// Code of the one that keeps its identity.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep: Option<String>,
        /// Whether they may be one without a common border.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        apart: bool,
    },
    /// Makes a cell of one of the pieces of ground of a cell.
    Detach {
        /// Code of the cell.
        cell: String,
        /// A place in the piece.
        at: Place,
        /// Code of the new cell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// Name of the new cell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Gives a gap to a cell beside it.
    Fill {
        /// A place in the gap.
        at: Place,
        /// Code of the cell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cell: Option<String>,
    },
    /// Gives the ground inside rings to a cell that is there, or to none.
    Give {
        /// Code of the cell; none: the ground is without a cell then.
        #[serde(default)]
        cell: Option<String>,
        /// Rings, outer and holes.
        rings: Vec<Ring>,
    },
    /// Takes a cell away; its ground is without a cell then.
    Dissolve {
        /// Code of the cell.
        cell: String,
    },
    /// Moves the ground between a line and the borders it crosses to the other side.
    Reshape {
        /// The line.
        line: Vec<Place>,
        /// Code of the cell whose ground is reshaped; without it that of all cells the line divides.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cell: Option<String>,
        /// A place in the part that stays with its cell, where that is not the largest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep: Option<Place>,
        /// How far an end may be from the border and is carried to it, metres.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attach_m: Option<f64>,
    },
    /// Gives cells other ground: of each the whole of what it is to have.
    Redraw {
        /// The cells.
        cells: Vec<RedrawnCell>,
    },
    /// Moves a whole border; its ends slide along the borders beside it.
    Slide {
        /// A segment of the border, by its two ends.
        on: [Place; 2],
        /// By metres east and north,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Place>,
        /// or parallel to itself, metres to the left of the segment as named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offset_m: Option<f64>,
    },
    /// Leads a border along a line between two of its points.
    Follow {
        /// From here,
        from: Place,
        /// to here,
        to: Place,
        /// by these points; none: straight.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        line: Vec<Place>,
        /// A segment of the stretch that is replaced, where two lead from one point to the other.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<[Place; 2]>,
    },
    /// Takes vertices out of borders, or makes their corners right.
    Simplify {
        /// All borders of these cells,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cells: Vec<String>,
        /// or the one with this segment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<[Place; 2]>,
        /// How far a border may go from where it is, metres.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tolerance_m: Option<f64>,
        /// Whether corners are made right instead.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        square: bool,
    },
    /// Moves a vertex or node.
    Move {
        /// Where it is.
        at: Place,
        /// Where it goes.
        to: Place,
    },
    /// Puts a vertex into a border.
    Insert {
        /// The segment, by its two ends.
        on: [Place; 2],
        /// The new vertex.
        at: Place,
    },
    /// Takes a vertex out of a border.
    Delete {
        /// The vertex.
        at: Place,
    },
    /// Sets attributes of a cell, building, courtyard, facility, member, or the rules.
    Set(SetOp),
    /// Assigns a building by hand, or (`cell: null`) no more.
    Pin {
        /// Code of the building.
        building: String,
        /// Code of the cell.
        #[serde(deserialize_with = "present")]
        cell: Option<String>,
    },
    /// Locks the ground of a cell or unit, or a border, or no more.
    Lock {
        /// Code of the cell or unit,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cell: Option<String>,
        /// or a segment of the border.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<[Place; 2]>,
        /// Locked or not.
        value: bool,
    },
    /// Keeps a courtyard whole, or no more.
    Whole {
        /// Code of the courtyard.
        courtyard: String,
        /// Kept whole or not.
        value: bool,
    },
    /// Sets a problem aside with a reason, or (`reason: null`) no more.
    Ignore {
        /// Which, as `check` names it.
        issue: String,
        /// Why.
        #[serde(deserialize_with = "present")]
        reason: Option<String>,
    },
    /// Adds an underlay, changes the one with the same name, or takes it away.
    Underlay(Box<UnderlayOp>),
    /// Adds a member or changes one with the same code.
    Member {
        /// Code.
        code: String,
        /// Name.
        name: String,
        /// Work phone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phone: Option<String>,
        /// Code of the organisation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        org: Option<String>,
    },
    /// Adds a post or changes one with the same code.
    Post {
        /// Code; without it the next free one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// Code of the member.
        member: String,
        /// The duty: 网格长 …
        post: String,
        /// On this cell,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cell: Option<String>,
        /// or this courtyard,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        courtyard: Option<String>,
        /// or this building,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        building: Option<String>,
        /// or this organisation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        org: Option<String>,
        /// First day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Date>,
        /// Last day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Date>,
    },
    /// Adds buildings or courtyards.
    Add {
        /// What they are.
        kind: Kind,
        /// The rows.
        rows: Vec<NewRow>,
    },
    /// Moves buildings, and turns them.
    Shift {
        /// Codes.
        buildings: Vec<String>,
        /// By metres east and north.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Place>,
        /// Degrees counter-clockwise, before they are moved,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        turn_deg: Option<f64>,
        /// round this place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<Place>,
    },
    /// Removes a member, a post, buildings or a courtyard.
    Remove {
        /// Code of the member (with all posts),
        #[serde(default, skip_serializing_if = "Option::is_none")]
        member: Option<String>,
        /// or code of the post,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        post: Option<String>,
        /// or codes of buildings,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        buildings: Vec<String>,
        /// or code of a courtyard.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        courtyard: Option<String>,
    },
    /// Adds a grid layer.
    Layer {
        /// Id.
        id: String,
        /// Name.
        name: String,
        /// Levels, highest first.
        levels: Vec<String>,
    },
    /// Adds a gathered unit below the cells: a list of courtyards and buildings.
    Gather {
        /// Full code.
        code: String,
        /// Name.
        #[serde(default)]
        name: String,
        /// Name of its level.
        level: String,
        /// Code of the unit above.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<String>,
        /// Codes of courtyards.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        courtyards: Vec<String>,
        /// Codes of buildings.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        buildings: Vec<String>,
    },
    /// Adds a unit above the cells, or a cell.
    Unit {
        /// Full code.
        code: String,
        /// Name.
        #[serde(default)]
        name: String,
        /// Name of its level.
        level: String,
        /// Code of the unit above.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<String>,
        /// Its ground, taken from the unit above or the layer; none = without extent until something is drawn.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rings: Vec<Ring>,
    },
    /// Brings rows that stand in segments.
    Import {
        /// What they are.
        kind: Kind,
        /// The segments' hashes, hexadecimal.
        segments: Vec<Hash>,
        /// Where they came from: a file name.
        #[serde(default)]
        source: String,
        /// CRS and origin (easting, northing in whole metres) that the rows are in; they decide those of a project that
        /// has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        crs: Option<(String, [i64; 2])>,
        /// Level of imported units; without it the cells' level.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<String>,
    },
    /// Copies, renames, deletes plans or puts one in force.
    Plan(PlanOp),
    /// Several edits as one step: all are done, or none.
    Together {
        /// The edits, each done on what those before it made.
        edits: Vec<Edit>,
    },
}

/// What is done with an underlay; what is not given stays as it is.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnderlayOp {
    /// Its name.
    pub name: String,
    /// BLAKE3 of the picture's file, hexadecimal; needed of a new one, with its format and size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The picture's format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<PictureFormat>,
    /// Columns and rows of the picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<[u32; 2]>,
    /// Where it lies: from pixels to metres; or
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Affine>,
    /// the control points that say so,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Vec<ControlPoint>>,
    /// and what is fitted to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fit: Option<Fit>,
    /// How opaque it is, per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opacity: Option<u8>,
    /// Whether it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<bool>,
    /// Of two the one with the greater number lies above; a new one lies on top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u32>,
    /// Takes it away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub remove: bool,
    /// CRS and origin (easting, northing in whole metres) that `place` is in; they decide those of a project that has
    /// none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crs: Option<(String, [i64; 2])>,
}

/// A cell that a cut divides.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CutCell {
    /// Code of the cell.
    pub cell: String,
    /// Code of the new part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Name of the new part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A place in the part that keeps the cell's identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<Place>,
}

/// A building or courtyard to be.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct NewRow {
    /// Code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Its ground: rings, outer and holes,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rings: Vec<Ring>,
    /// or the point at which it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
    /// Name and other attributes.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

/// A cell that gets other ground.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedrawnCell {
    /// Code of the cell.
    pub cell: String,
    /// All its ground: rings, outer and holes.
    pub rings: Vec<Ring>,
}

/// What is done with plans.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum PlanOp {
    /// A new draft, equal to an old plan.
    Copy {
        /// The old one.
        old: String,
        /// Name of the new one.
        new: String,
    },
    /// Another name.
    Rename {
        /// The old name.
        old: String,
        /// The new name.
        new: String,
    },
    /// Takes a draft away.
    Delete {
        /// Its name.
        name: String,
    },
    /// Puts a plan in force.
    Adopt {
        /// Its name.
        name: String,
        /// From this day on.
        from: Date,
    },
}

impl PlanOp {
    /// Whether it copies a plan.
    pub fn is_copy(&self) -> bool {
        matches!(self, PlanOp::Copy { .. })
    }
}

/// Attributes to set; exactly one of `cell`, `building`, `courtyard`, `facility`, `member` is named, or `rules` given.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct SetOp {
    /// Code of a cell or unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// Code of a building.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub building: Option<String>,
    /// Code of a courtyard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub courtyard: Option<String>,
    /// Code of a facility.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facility: Option<String>,
    /// Code of a member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Fields of the rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Map<String, Value>>,
    /// Fields of what is named; `null` clears one.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

impl Op {
    /// Whether it changes what is protected on a plan in force: ground, units, codes, pins. One made of several does if
    /// one of them does.
    pub fn changes_ground(&self) -> bool {
        match self {
            Op::Together { edits } => edits.iter().any(|e| e.op.changes_ground()),
            Op::Set(s) => s.cell.is_some(),
            Op::Import { kind, .. } => *kind == Kind::Cells,
            Op::Outline { .. }
            | Op::Draw { .. }
            | Op::Split { .. }
            | Op::Cut { .. }
            | Op::Merge { .. }
            | Op::Detach { .. }
            | Op::Dissolve { .. }
            | Op::Fill { .. }
            | Op::Give { .. }
            | Op::Reshape { .. }
            | Op::Redraw { .. }
            | Op::Slide { .. }
            | Op::Follow { .. }
            | Op::Simplify { .. }
            | Op::Move { .. }
            | Op::Insert { .. }
            | Op::Delete { .. }
            | Op::Unit { .. }
            | Op::Gather { .. }
            | Op::Lock { .. }
            | Op::Pin { .. } => true,
            Op::Whole { .. }
            | Op::Add { .. }
            | Op::Shift { .. }
            | Op::Ignore { .. }
            | Op::Underlay(_)
            | Op::Member { .. }
            | Op::Post { .. }
            | Op::Remove { .. }
            | Op::Layer { .. }
            | Op::Plan(_) => false,
        }
    }
}

impl Op {
    /// Whether it changes borders inside the outline and so can be limited to a unit's ground.
    pub fn changes_borders(&self) -> bool {
        self.takes_ground()
            || matches!(
                self,
                Op::Split { .. }
                    | Op::Cut { .. }
                    | Op::Merge { .. }
                    | Op::Detach { .. }
                    | Op::Dissolve { .. }
                    | Op::Simplify { .. }
            )
    }

    /// Whether it may take ground from one cell for another and so can be limited to ground without a cell.
    pub fn takes_ground(&self) -> bool {
        matches!(
            self,
            Op::Draw { .. }
                | Op::Fill { .. }
                | Op::Give { .. }
                | Op::Reshape { .. }
                | Op::Redraw { .. }
                | Op::Slide { .. }
                | Op::Follow { .. }
                | Op::Move { .. }
                | Op::Insert { .. }
                | Op::Delete { .. }
        )
    }
}

impl Edit {
    /// The edits that this one is made of, in order, each with the layer, plan and opened levels meant for it: what it
    /// names itself, else what the whole names. One that is not made of several is its only part.
    pub fn parts(&self) -> Vec<Edit> {
        let Op::Together { edits } = &self.op else { return vec![self.clone()] };
        edits
            .iter()
            .map(|e| Edit {
                layer: e.layer.clone().or_else(|| self.layer.clone()),
                plan: e.plan.clone().or_else(|| self.plan.clone()),
                opened: if e.opened.is_empty() { self.opened.clone() } else { e.opened.clone() },
                within: e.within.clone().or_else(|| self.within.clone()),
                gaps: e.gaps || self.gaps,
                op: e.op.clone(),
            })
            .collect()
    }

    /// What is done, one after the other.
    pub fn ops(&self) -> impl Iterator<Item = &Op> {
        let (one, several) = match &self.op {
            Op::Together { edits } => (None, &edits[..]),
            op => (Some(op), &[][..]),
        };
        one.into_iter().chain(several.iter().map(|e| &e.op))
    }
}

/// A segment's hash in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hash(pub SegmentHash);

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let t = String::deserialize(d)?;
        let mut out = [0u8; 32];
        if t.len() != 64 || !t.is_ascii() {
            return Err(D::Error::custom("a segment's name has 64 hexadecimal digits"));
        }
        for (i, b) in out.iter_mut().enumerate() {
            *b = u8::from_str_radix(&t[2 * i..2 * i + 2], 16).map_err(D::Error::custom)?;
        }
        Ok(Hash(SegmentHash(out)))
    }
}

/// A field that may be null but must be there.
fn present<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(d)
}

impl From<Op> for Edit {
    fn from(op: Op) -> Edit {
        Edit { layer: None, plan: None, opened: Vec::new(), within: None, gaps: false, op }
    }
}

impl Serialize for Edit {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error;
        let Value::Object(mut map) = serde_json::to_value(&self.op).map_err(S::Error::custom)? else {
            return Err(S::Error::custom("an edit is an object"));
        };
        if let Some(l) = &self.layer {
            map.insert("layer".into(), Value::String(l.clone()));
        }
        if let Some(p) = &self.plan {
            map.insert("plan".into(), Value::String(p.clone()));
        }
        if !self.opened.is_empty() {
            map.insert("opened".into(), serde_json::to_value(&self.opened).map_err(S::Error::custom)?);
        }
        if let Some(w) = &self.within {
            map.insert("within".into(), Value::String(w.clone()));
        }
        if self.gaps {
            map.insert("gaps".into(), Value::Bool(true));
        }
        map.serialize(s)
    }
}

impl<'de> Deserialize<'de> for Edit {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let mut map = Map::deserialize(d)?;
        let mut text = |name: &str| match map.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(s)) => Ok(Some(s)),
            Some(_) => Err(D::Error::custom(format!("`{name}` is no text"))),
        };
        let (layer, plan, within) = (text("layer")?, text("plan")?, text("within")?);
        let gaps = match map.remove("gaps") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(b)) => b,
            Some(_) => return Err(D::Error::custom("`gaps` is neither true nor false")),
        };
        let opened = match map.remove("opened") {
            None => Vec::new(),
            Some(v) => serde_json::from_value(v).map_err(D::Error::custom)?,
        };
        let op = serde_json::from_value(Value::Object(map)).map_err(D::Error::custom)?;
        Ok(Edit { layer, plan, opened, within, gaps, op })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_of_edits_reads_and_writes_itself() {
        for text in [
            r#"{"op":"draw","code":"003","rings":[[[1.5,2.0],[3.0,4.25],[5.0,0.001]]],"take":"free"}"#,
            r#"{"op":"split","cell":"001","line":[[1.0,2.0],[3.0,4.0]],"keep":[0.5,0.5],"attach_m":0.002}"#,
            r#"{"op":"merge","cells":["001","002"],"keep":"001"}"#,
            r#"{"op":"move","at":[1.0,2.0],"to":[3.0,4.0],"layer":"grid","plan":"方案A"}"#,
            r#"{"op":"pin","building":"B000001","cell":null}"#,
            r#"{"op":"set","cell":"001","name":"南泉北路"}"#,
            r#"{"op":"remove","member":"M1"}"#,
            r#"{"op":"lock","cell":"001","value":true}"#,
            r#"{"op":"lock","on":[[1.0,2.0],[3.0,4.0]],"value":false}"#,
            r#"{"op":"move","at":[1.0,2.0],"to":[3.0,4.0],"within":"320102001001","gaps":true}"#,
            r#"{"op":"plan","copy":{"old":"方案A","new":"方案B"}}"#,
            r#"{"op":"post","member":"M1","post":"网格长","cell":"001","from":"2026-06-18"}"#,
            r#"{"op":"together","edits":[{"op":"remove","post":"P1"},{"op":"whole","courtyard":"Y1","value":true}],"layer":"grid"}"#,
        ] {
            let e: Edit = serde_json::from_str(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(serde_json::to_string(&e).unwrap(), text);
        }
        for bad in [
            r#"{"op":"draw","rings":[],"tkae":"free"}"#,
            r#"{"op":"nothing"}"#,
            r#"{"op":"move","at":[1,2]}"#,
            r#"{"op":"move","at":[1e400,2],"to":[1,2]}"#,
            r#"[]"#,
            r#"{"op":"pin","building":"B1"}"#,
        ] {
            assert!(serde_json::from_str::<Edit>(bad).is_err(), "{bad}");
        }
    }
}
