//! Things of one kind as a table: columns, what stands in them, order, filter, and the edit that a typed value means.
//!
//! A table never owns rows: it is a list of keys in an order, and every cell is read from the project when it is shown.
//! Start at [`arrange`]; what stands in a cell is [`Source::datum`], what typing into it means [`Source::setting`].

mod datum;
mod setting;
#[cfg(test)]
mod tests;

pub use datum::{Datum, natural};
pub use setting::{editable, no_number};

use super::answers::{UnitRow, unit_rows};
use super::words::Words;
use crate::assign::Assignment;
use crate::geom::Box2;
use crate::model::{Extent, Field, Id, Kind, Lang, Post, Target};
use crate::plan::{Layer, Project};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Kinds of things that a table shows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum What {
    /// Units of a level of the shown plan and layer; keys are identities.
    Units(u8),
    /// Rows of a table of facts; keys are slots.
    Rows(Kind),
    /// Post holders; keys are identities.
    Members,
    /// Posts of the shown plan, and those on places and organisations; keys are identities.
    Posts,
    /// Organisations; keys are identities.
    Orgs,
}

/// A column.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Column {
    /// Code.
    Code,
    /// Name.
    Name,
    /// A field of a row.
    Of(Field),
    /// The unit above, or the organisation above.
    Parent,
    /// The cell a building or an incident belongs to.
    Cell,
    /// By what a building belongs to its cell.
    By,
    /// Households of a unit.
    Households,
    /// Households outside the range.
    Deviation,
    /// Residents of a unit.
    Residents,
    /// Buildings of a unit or a courtyard.
    Buildings,
    /// Courtyards of a unit.
    Courtyards,
    /// Incidents of a unit.
    Incidents,
    /// Who holds posts on a unit.
    Holders,
    /// Whether a unit is locked.
    Locked,
    /// Area, m².
    Area,
    /// Length, or length of the border, m.
    Length,
    /// What a post is on.
    On,
    /// Who holds a post.
    Holder,
    /// Posts that a member holds.
    Duties,
    /// The duty of a post, or the kind of an organisation.
    Duty,
    /// Work phone, masked.
    Phone,
    /// Organisation of a member.
    Org,
    /// First and last day of a post.
    From,
    /// See `From`.
    To,
}

impl Column {
    /// Whether it holds figures, which stand at the right.
    pub fn is_number(self) -> bool {
        use Column as C;
        match self {
            C::Of(f) => {
                !matches!(f.sample(), crate::model::Value::Text(_) | crate::model::Value::Int(_)) && f != Field::Whole
            }
            C::Households | C::Deviation | C::Residents | C::Buildings | C::Courtyards | C::Incidents => true,
            C::Area | C::Length => true,
            _ => false,
        }
    }

    /// Its heading.
    pub fn title(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Column::Code => ("编号", "Code"),
            Column::Name => ("名称", "Name"),
            Column::Of(f) => field_title(f),
            Column::Parent => ("上级", "Belongs to"),
            Column::Cell => ("所属网格", "Cell"),
            Column::By => ("归属方式", "Assigned by"),
            Column::Households => ("户数", "Households"),
            Column::Deviation => ("偏差", "Deviation"),
            Column::Residents => ("人口", "Residents"),
            Column::Buildings => ("楼栋", "Buildings"),
            Column::Courtyards => ("院落", "Courtyards"),
            Column::Incidents => ("事件", "Incidents"),
            Column::Holders => ("在岗人员", "In post"),
            Column::Locked => ("锁定", "Locked"),
            Column::Area => ("面积 m²", "Area m²"),
            Column::Length => ("长度 m", "Length m"),
            Column::On => ("所在", "On"),
            Column::Holder => ("姓名", "Name"),
            Column::Duties => ("岗位", "Posts"),
            Column::Duty => ("岗位", "Post"),
            Column::Phone => ("电话", "Phone"),
            Column::Org => ("组织", "Organisation"),
            Column::From => ("起始", "From"),
            Column::To => ("截止", "To"),
        };
        if lang == Lang::Zh { zh } else { en }
    }
}

fn field_title(f: Field) -> (&'static str, &'static str) {
    match f {
        Field::Use => ("用途", "Use"),
        Field::Kind => ("类别", "Kind"),
        Field::Households => ("户数", "Households"),
        Field::Residents => ("人口", "Residents"),
        Field::Storeys => ("层数", "Storeys"),
        Field::Staircases => ("单元数", "Staircases"),
        Field::Height => ("高度 m", "Height m"),
        Field::Courtyard => ("院落", "Courtyard"),
        Field::Address => ("地址", "Address"),
        Field::HouseholdsEstimated => ("户数估算", "Estimated"),
        Field::Whole => ("整院归属", "Kept whole"),
        Field::Class => ("类别", "Class"),
        Field::Source => ("来源", "Source"),
        Field::State => ("状态", "State"),
        Field::Time => ("时间", "Time"),
        Field::Level => ("层级", "Level"),
        Field::Parent => ("上级", "Belongs to"),
    }
}

/// What a kind of things is called.
pub fn title(p: &Project, layer: u16, what: What, lang: Lang) -> String {
    let (zh, en) = match what {
        What::Units(level) => {
            let def = p.facts.layers.get(usize::from(layer));
            return def.and_then(|d| d.level_name(level)).cloned().unwrap_or_default();
        }
        What::Rows(kind) => {
            let en = super::kind_title(kind, Lang::En);
            let first = en.chars().next().map(|c| c.to_ascii_uppercase());
            let en: String = first.into_iter().chain(en.chars().skip(1)).collect();
            return if lang == Lang::Zh { super::kind_title(kind, lang).to_owned() } else { en };
        }
        What::Members => ("人员", "Members"),
        What::Posts => ("岗位", "Posts"),
        What::Orgs => ("组织", "Organisations"),
    };
    if lang == Lang::Zh { zh.to_owned() } else { en.to_owned() }
}

/// What the project holds, with how many of each: cells first, then the levels above and below, places, people. O(units).
pub fn kinds(p: &Project, plan: Id, layer: u16) -> Vec<(What, usize)> {
    let mut out = Vec::new();
    if let (Some(l), Some(def)) = (p.layer(plan, layer), p.facts.layers.get(usize::from(layer))) {
        let cells = def.cell_level();
        let levels = std::iter::once(cells).chain((0..def.all_levels().count() as u8).filter(|x| *x != cells));
        for level in levels {
            let n = l.units.values().filter(|u| u.level == level).count();
            if n > 0 || level == cells {
                out.push((What::Units(level), n));
            }
        }
    }
    let rows = Kind::TABLES.into_iter().map(|k| (What::Rows(k), p.table(k).len()));
    out.extend(rows.filter(|(w, n)| *n > 0 || *w == What::Rows(Kind::Buildings)));
    let posts = p.facts.posts.values().count() + p.plan(plan).map_or(0, |x| x.posts.values().count());
    let people = [(What::Members, p.facts.members.len()), (What::Posts, posts), (What::Orgs, p.facts.orgs.len())];
    out.extend(people.into_iter().filter(|(_, n)| *n > 0));
    out
}

/// The columns of a kind: of the fields of rows those that any row has, or that can be typed into. O(rows) at most.
pub fn columns(p: &Project, layer: u16, what: What) -> Vec<Column> {
    use Column as C;
    match what {
        What::Units(level) => {
            let lowest = p.facts.layers.get(usize::from(layer)).map_or(0, |d| d.cell_level());
            let mut out = vec![C::Code, C::Name, C::Parent, C::Households, C::Deviation, C::Residents, C::Buildings];
            // The range is that of cells, and nothing is above the highest.
            out.retain(|c| !(*c == C::Parent && level == 0 || *c == C::Deviation && level != lowest));
            out.extend([C::Courtyards, C::Holders, C::Area, C::Length, C::Locked]);
            if !p.table(Kind::Incidents).is_empty() {
                out.insert(out.len() - 4, C::Incidents);
            }
            out
        }
        What::Rows(kind) => {
            let fields: &[Field] = match kind {
                Kind::Buildings => &Field::OF_BUILDINGS,
                Kind::Courtyards => &[Field::Kind, Field::Address, Field::Whole],
                Kind::Facilities => &[Field::Kind, Field::Address],
                Kind::Incidents => &[Field::Class, Field::Source, Field::State, Field::Time, Field::Address],
                Kind::Reference => &[Field::Kind, Field::Level, Field::Parent],
                _ => &[Field::Kind, Field::Address],
            };
            let t = p.table(kind);
            let any = |f: Field| setting::editable(what, C::Of(f)) || t.iter().any(|(_, r)| r.value(f).is_some());
            let fields = fields.iter().copied().filter(|f| any(*f)).map(C::Of);
            let named = setting::editable(what, C::Name) || t.iter().any(|(_, r)| !r.name().is_empty());
            let mut out: Vec<C> = [C::Code].into_iter().chain(named.then_some(C::Name)).chain(fields).collect();
            match kind {
                Kind::Buildings => out.splice(2..2, [C::Cell, C::By]).for_each(drop),
                Kind::Incidents => out.insert(1, C::Cell),
                Kind::Courtyards => out.extend([C::Buildings, C::Area]),
                Kind::Roads | Kind::Walls => out.push(C::Length),
                Kind::Water | Kind::Landuse | Kind::Reference => out.push(C::Area),
                _ => {}
            }
            out
        }
        What::Members => vec![C::Code, C::Name, C::Duties, C::Phone, C::Org],
        What::Posts => vec![C::Code, C::Duty, C::Holder, C::On, C::From, C::To],
        What::Orgs => vec![C::Code, C::Name, C::Duty, C::Parent],
    }
}

/// What is reckoned once for a table and read by its cells.
#[derive(Clone, Debug, Default)]
pub struct Reckoned {
    /// Units by identity.
    units: HashMap<u64, UnitRow>,
    /// Posts by member, in the order of their codes.
    held: HashMap<Id, Vec<Arc<Post>>>,
    /// Posts by identity.
    posts: HashMap<u64, Arc<Post>>,
}

impl Reckoned {
    /// Reckons what the cells of a kind need. O(units + faces + borders) for units, O(posts) for people, else O(1).
    pub fn of(p: &Project, a: &Assignment, what: What) -> Reckoned {
        let mut out = Reckoned::default();
        if let What::Units(level) = what {
            out.units = unit_rows(p, a, Some(level), None).into_iter().map(|r| (r.unit.id.0, r)).collect();
        }
        if matches!(what, What::Members | What::Posts | What::Units(_)) {
            let in_plan = p.plan(a.plan()).map(|x| x.posts.values()).into_iter().flatten();
            let mut all: Vec<&Arc<Post>> = p.facts.posts.values().chain(in_plan).collect();
            all.sort_by(|x, y| x.code.cmp(&y.code));
            for x in all {
                out.held.entry(x.member).or_default().push(x.clone());
                out.posts.insert(x.id.0, x.clone());
            }
        }
        out
    }
}

/// What the cells of a table are read from: a project, its assignment, and what was reckoned.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The project.
    pub project: &'a Project,
    /// Its assignment in the shown plan and layer.
    pub assignment: &'a Assignment,
    /// What was reckoned for the kind that is shown.
    pub reckoned: &'a Reckoned,
    /// The kind.
    pub what: What,
}

impl<'a> Source<'a> {
    fn layer(&self) -> Option<&'a Layer> {
        self.project.layer(self.assignment.plan(), self.assignment.layer())
    }

    /// All keys, in the order of the file. O(rows).
    pub fn keys(&self) -> Vec<u64> {
        let p = self.project;
        match self.what {
            What::Units(level) => {
                let units = self.layer().into_iter().flat_map(|l| l.units.values());
                units.filter(|u| u.level == level).map(|u| u.id.0).collect()
            }
            What::Rows(kind) => p.table(kind).iter().map(|(slot, _)| u64::from(slot)).collect(),
            What::Members => p.facts.members.values().map(|m| m.id.0).collect(),
            What::Posts => {
                let mut keys: Vec<u64> = self.reckoned.posts.keys().copied().collect();
                keys.sort_unstable();
                keys
            }
            What::Orgs => p.facts.orgs.keys().map(|id| id.0).collect(),
        }
    }

    /// Where a thing is; empty where it has no place.
    pub fn place(&self, key: u64) -> Box2 {
        let p = self.project;
        match self.what {
            What::Units(_) => self.unit_box(Id(key)),
            What::Rows(kind) => p.table(kind).get(key as u32).map_or(Box2::EMPTY, |r| r.bbox()),
            What::Members => {
                let posts = self.reckoned.held.get(&Id(key)).into_iter().flatten();
                posts.map(|x| self.target_box(&x.target)).find(|b| !b.is_empty()).unwrap_or(Box2::EMPTY)
            }
            What::Posts => self.reckoned.posts.get(&key).map_or(Box2::EMPTY, |x| self.target_box(&x.target)),
            What::Orgs => Box2::EMPTY,
        }
    }

    fn unit_box(&self, id: Id) -> Box2 {
        let Some(l) = self.layer() else { return Box2::EMPTY };
        if let Some(Extent::Gathered(g)) = l.units.get(&id).map(|u| &u.extent) {
            let of = |kind, codes: &[String]| {
                let t = self.project.table(kind);
                codes.iter().filter_map(|c| t.get(t.find(c)?)).fold(Box2::EMPTY, |b, r| b.union(r.bbox()))
            };
            return of(Kind::Courtyards, &g.courtyards).union(of(Kind::Buildings, &g.buildings));
        }
        l.ground(id).iter().flatten().fold(Box2::EMPTY, |b, r| b.union(Box2::of(r.iter())))
    }

    fn target_box(&self, target: &Target) -> Box2 {
        let of = |kind, code: &str| {
            let t = self.project.table(kind);
            t.find(code).and_then(|s| t.get(s)).map_or(Box2::EMPTY, |r| r.bbox())
        };
        match target {
            Target::Cell { layer, unit } if *layer == self.assignment.layer() => self.unit_box(*unit),
            Target::Courtyard(code) => of(Kind::Courtyards, code),
            Target::Building(code) => of(Kind::Buildings, code),
            _ => Box2::EMPTY,
        }
    }

    /// What the posts of a member, or a post, stand on: the targets.
    pub fn targets(&self, key: u64) -> Vec<&'a Target> {
        match self.what {
            What::Members => self.reckoned.held.get(&Id(key)).into_iter().flatten().map(|x| &x.target).collect(),
            What::Posts => self.reckoned.posts.get(&key).map(|x| &x.target).into_iter().collect(),
            _ => vec![],
        }
    }
}

/// How a table is to be arranged.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Wish {
    /// The column by which it is ordered, and whether the greatest stand first; without one by code.
    pub sort: Option<(Column, bool)>,
    /// Words that a text of the row must hold: in any case, Chinese also by its pinyin.
    pub words: String,
    /// Only these keys.
    pub only: Option<HashSet<u64>>,
    /// Only what meets this area.
    pub area: Option<Box2>,
    /// Language of the texts.
    pub lang: Lang,
}

/// Keys between two looks at whether the answer is still wanted.
const STRIDE: usize = 2048;

/// The keys that are wished for, in order; `None` if `go_on` said no. Empty cells stand last both ways, texts by the
/// numbers in them (2 号楼 before 10 号楼). O(n · columns + n log n).
pub fn arrange(from: &Source<'_>, columns: &[Column], wish: &Wish, go_on: &dyn Fn() -> bool) -> Option<Vec<u64>> {
    let words = Words::new(&wish.words);
    let texts: Vec<Column> = columns.iter().copied().filter(|c| !c.is_number()).collect();
    let mut keys = from.keys();
    if let Some(only) = &wish.only {
        keys.retain(|k| only.contains(k));
    }
    if let Some(area) = &wish.area {
        keys.retain(|k| {
            let place = from.place(*k);
            !place.is_empty() && place.meets(area)
        });
    }
    let (by, down) = wish.sort.unwrap_or((Column::Code, false));
    let mut found: Vec<(Datum<'_>, u64)> = Vec::with_capacity(keys.len());
    for (i, key) in keys.into_iter().enumerate() {
        if i % STRIDE == 0 && !go_on() {
            return None;
        }
        let fits = |c: &Column| words.are_in(&from.datum(key, *c).text(wish.lang));
        if words.is_empty() || texts.iter().any(fits) {
            found.push((from.datum(key, by), key));
        }
    }
    if !go_on() {
        return None;
    }
    found.sort_by(|(a, i), (b, j)| {
        let order = match (a.is_empty(), b.is_empty()) {
            (false, false) if down => b.order(a),
            (false, false) => a.order(b),
            (x, y) => x.cmp(&y),
        };
        order.then(i.cmp(j))
    });
    Some(found.into_iter().map(|(_, key)| key).collect())
}
