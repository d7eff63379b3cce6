//! What is named: cells with code and households, roads, courtyards, facilities, houses.

use super::Version;
use crate::assign::{Assignment, is_cell};
use crate::geom::{Box2, Pt};
use crate::model::{Field, Id, Kind, Lang, Unit};
use crate::plan::{Layer, Project};
use crate::scene::kinds::road_class;
use crate::scene::{Label, LabelClass, LineClass, ScaleClass, pole};
use std::collections::HashMap;
use std::sync::Arc;

/// Blank as wide as a padlock's plate at the end of a locked cell's name.
const PADLOCK_ROOM: &str = "\u{3000} ";
/// A label is about this many times as wide as high.
const ASPECT: f64 = 2.5;

/// Which labels are wanted.
#[derive(Clone, Copy, Debug)]
pub struct LabelOptions {
    /// Language of words beside names.
    pub lang: Lang,
    /// Class of the scale: small things are named at large scales only.
    pub scale: ScaleClass,
    /// Only things that meet this ground are named.
    pub view: Box2,
}

/// Places of labels inside cells, remembered with the ground they were found for.
#[derive(Clone, Debug, Default)]
pub struct Poles(HashMap<Id, Pole>);

/// Version of the ground, the place found, the ground.
type Pole = (u64, Pt, Arc<Vec<Vec<Pt>>>);

/// The labels of what is in view. With `poles` kept between calls a cell's place is searched only when its ground has
/// changed. O(cells' vertices + rows in view).
pub fn labels(project: &Project, a: &Assignment, o: &LabelOptions, poles: &mut Poles) -> Vec<Label> {
    let mut out = Vec::new();
    if let Some(l) = project.layer(a.plan(), a.layer()) {
        units(project, l, a, o, poles, &mut out);
    }
    let mut rows = |kind: Kind, last: ScaleClass, make: &dyn Fn(crate::model::RowRef<'_>) -> Option<Label>| {
        if o.scale > last {
            return;
        }
        let mut found: Vec<(u32, Label)> = Vec::new();
        project.table(kind).search(&o.view, |slot, row| found.extend(make(row).map(|l| (slot, l))));
        found.sort_by_key(|(slot, _)| *slot);
        out.extend(found.into_iter().map(|(_, l)| l));
    };
    rows(Kind::Roads, ScaleClass::S25000, &|r| {
        let class = road_class(r.text(Field::Kind).unwrap_or_default())?;
        let shape = r.shape();
        let line = shape.parts.iter().flatten().max_by_key(|l| l.len()).filter(|_| shape.tag == 2)?;
        let mut label = Label::at(LabelClass::Road, named(r.name())?, *line.first()?);
        label.along = Some(line.to_vec());
        label.weight = if class < LineClass::Rail { class as u8 as f32 } else { 0.0 };
        Some(label)
    });
    rows(Kind::Water, ScaleClass::S50000, &|r| Some(Label::at(LabelClass::Water, named(r.name())?, r.anchor()?)));
    rows(Kind::Courtyards, ScaleClass::S5000, &|r| {
        let shape = r.shape();
        let mut label = Label::at(LabelClass::Courtyard, named(r.name())?, r.anchor()?);
        label.within = Arc::new(shape.parts.iter().flatten().map(|r| r.to_vec()).collect());
        label.weight = r.bbox().width() as f32;
        Some(label)
    });
    rows(Kind::Facilities, ScaleClass::S2000, &|r| {
        Some(Label::at(LabelClass::Facility, named(r.name())?, r.anchor()?))
    });
    rows(Kind::Buildings, ScaleClass::S2000, &|r| {
        // "梅园二村 7 号楼" is named by what is painted on the house: "7 号楼".
        let name = named(r.name())?;
        let short = name.split_once(' ').map_or(name, |(_, rest)| rest);
        let mut label = Label::at(LabelClass::Building, short, r.anchor()?);
        label.weight = r.bbox().width() as f32;
        Some(label)
    });
    out
}

fn named(name: &str) -> Option<&str> {
    Some(name.trim()).filter(|n| !n.is_empty())
}

fn units(project: &Project, l: &Layer, a: &Assignment, o: &LabelOptions, poles: &mut Poles, out: &mut Vec<Label>) {
    poles.0.retain(|id, _| l.units.contains_key(id));
    let mut largest: HashMap<Id, (i128, Vec<Vec<Pt>>)> = HashMap::new();
    for (i, f) in l.partition.faces().filter(|(_, f)| Id(f.owner).is_unit()) {
        if !l.partition.face_box(i).meets(&o.view) {
            continue;
        }
        for id in l.chain(Id(f.owner)).iter().map(|u| u.id) {
            let known = largest.get(&id).map_or(0, |k| k.0);
            if f.area2 > known {
                largest.insert(id, (f.area2, l.partition.rings(i)));
            }
        }
    }
    let mut ids: Vec<&Id> = largest.keys().collect();
    ids.sort_unstable();
    for id in ids {
        let (Some(unit), Some((area2, rings))) = (l.units.get(id), largest.get(id)) else { continue };
        let version = Version::new().rings(rings.iter().map(Vec::as_slice)).get();
        let fresh = poles.0.get(id).is_none_or(|p| p.0 != version);
        if fresh {
            let at = pole(rings, 500.0, ASPECT).map(|p| p.0).or_else(|| rings.first().and_then(|r| r.first().copied()));
            let Some(at) = at else { continue };
            poles.0.insert(*id, (version, at, Arc::new(rings.clone())));
        }
        let Some((_, at, within)) = poles.0.get(id) else { continue };
        let cell = is_cell(project, a.plan(), a.layer(), id.0);
        let class = if cell { LabelClass::Cell } else { LabelClass::Community };
        let mut label = Label::at(class, cell_name(unit), *at);
        label.weight = *area2 as f32;
        if cell {
            let households = a.own(id.0).households;
            label.chip = Some(cell_chip(l, unit));
            if l.is_locked(*id) {
                // Room for the padlock beside the name, so that no other name lies under it.
                label.text.push_str(PADLOCK_ROOM);
            }
            label.within = within.clone();
            label.note = Some(note(households, project.facts.rules.deviation(households.max(0) as u64), o.lang));
        } else if label.text.is_empty() {
            label.text.clone_from(&unit.code);
        }
        out.push(label);
    }
}

/// What a cell is called on the map: its name without the word for the level.
pub fn cell_name(unit: &Unit) -> String {
    let name = unit.name.trim();
    let short = ["微网格", "网格"].iter().find_map(|w| name.strip_suffix(w)).unwrap_or(name);
    if short.is_empty() { name } else { short }.to_owned()
}

/// The number of a cell as the office says it: the digits after its parent's code, "06" for …006; two of them where
/// two say it, else all; without a parent the last three digits of the code.
pub fn cell_chip(layer: &Layer, unit: &Unit) -> String {
    let parent = unit.parent.and_then(|p| layer.units.get(&p)).map_or("", |p| p.code.as_str());
    let tail = unit.code.strip_prefix(parent).filter(|t| !t.is_empty()).unwrap_or(&unit.code);
    let chars: Vec<char> = tail.chars().collect();
    let last = |n: usize| chars[chars.len().saturating_sub(n)..].iter().collect::<String>();
    let three = last(3);
    let digits = three.chars().all(|c| c.is_ascii_digit());
    if digits && three.len() == 3 && three.starts_with('0') { last(2) } else { three }
}

fn note(households: i64, deviation: i64, lang: Lang) -> String {
    let mark = match deviation.signum() {
        1 => '▲',
        -1 => '▼',
        _ => '✓',
    };
    let households = crate::model::number(households);
    match lang {
        Lang::Zh => format!("{households} 户 {mark}"),
        Lang::En => format!("{households} hh {mark}"),
    }
}
