//! The search box: cells, members, courtyards, facilities, roads and buildings whose code, name or address holds the
//! words. Small projects are looked through at once, large ones by a job of which only the newest counts.

use super::doc::Doc;
use super::upkeep::is_small;
use crate::geom::Pt;
use crate::jobs::{JobError, Jobs, Latest};
use crate::model::{Field, Id, Kind, Lang as Language, Target};
use crate::plan::Project;
use crate::scene::{CellColours, cell_chip};
use crate::session::buildings::called;
use crate::session::words::Words;
use crate::ui::panels::tool_bar::{Hit, HitKind};

/// Results of one kind that are shown.
const OF_A_KIND: usize = 5;
/// Rows between two looks at whether the answer is still wanted.
const STRIDE: u32 = 4096;

/// What was asked for: state, plan, layer, tones, words, language.
type Asked = (u128, Id, u16, u64, String, Language);

/// What was found for the words in the search box.
#[derive(Default)]
pub struct Search {
    /// The newest answer; while another is on its way, what of it fits the new words.
    pub hits: Vec<Hit>,
    asked: Option<Asked>,
    job: Latest<Vec<Hit>>,
}

impl Search {
    /// Whether an answer is on its way.
    pub fn busy(&self) -> bool {
        self.job.busy()
    }
}

/// Asks for an answer if words or project have changed, and takes one over when it is there. Never more than a few
/// milliseconds.
pub fn keep(doc: &mut Doc, lang: Language, jobs: &Jobs) {
    let found = &mut doc.search_hits;
    while let Some((_, hits)) = found.job.poll(jobs) {
        if let Ok(hits) = hits {
            found.hits = hits;
        }
    }
    let words = doc.search.trim().to_lowercase();
    if words.is_empty() {
        if found.asked.take().is_some() {
            found.job.clear();
            found.hits.clear();
        }
        return;
    }
    let s = &doc.session;
    let project = s.history().stable();
    let want = (project.state, s.plan(), s.layer(), doc.picture.layers.tones(), words, lang);
    if found.asked.as_ref() == Some(&want) {
        return;
    }
    found.asked = Some(want.clone());
    found.job.clear();
    let (project, colours) = (project.clone(), doc.picture.layers.colours.clone());
    let small = is_small(&project);
    let new = Words::new(&want.4);
    let make = move |go_on: &dyn Fn() -> bool| {
        let (_, plan, layer, _, words, lang) = want;
        search(&project, (plan, layer), &colours, &words, lang, go_on)
    };
    if small {
        found.hits = make(&|| true).unwrap_or_default();
    } else {
        // Until the answer is there, of what was found for the words before that which fits these, too.
        found.hits.retain(|h| [&h.code, &h.name, &h.detail].iter().any(|t| new.are_in(t)));
        found.job.request(jobs, "search", move |t| make(&|| t.check().is_ok()).ok_or(JobError::Cancelled));
    }
}

/// The first hits for lower-case words, kind by kind; `None` if `go_on` said no. O(rows).
fn search(
    p: &Project,
    (plan, layer): (Id, u16),
    colours: &CellColours,
    words: &str,
    lang: Language,
    go_on: &dyn Fn() -> bool,
) -> Option<Vec<Hit>> {
    let Some(l) = p.layer(plan, layer) else { return Some(vec![]) };
    let words = Words::new(words);
    let any = |texts: &[&str]| texts.iter().any(|t| words.are_in(t));
    let mut hits: Vec<Hit> = Vec::new();
    // One more than is shown is looked for, to know whether there are more.
    let add = |hits: &mut Vec<Hit>, mut found: Vec<Hit>| {
        let more = found.len() > OF_A_KIND;
        found.truncate(OF_A_KIND);
        found.iter_mut().for_each(|h| h.more = more);
        hits.append(&mut found);
    };
    let def = p.facts.layers.get(layer as usize);
    let units = l.units.values().filter(|u| any(&[&u.code, &u.name])).take(OF_A_KIND + 1).map(|u| {
        let level = def.and_then(|d| d.level_name(u.level)).cloned().unwrap_or_default();
        // Of several communities each has a cell 01: the chip alone does not tell which.
        let above = u.parent.and_then(|x| l.units.get(&x)).map_or("", |x| x.name.as_str());
        let detail = if above.is_empty() { level } else { format!("{level} · {above}") };
        let tone = colours.number(u.id.0).unwrap_or(0);
        let (code, name) = (cell_chip(l, u), u.name.clone());
        Hit { key: u.id.0, kind: HitKind::Cell, code, name, detail, tone, more: false }
    });
    add(&mut hits, units.collect());
    let on = |target: &Target| match target {
        Target::Cell { layer, unit } => {
            let l = p.layer(plan, *layer);
            l.and_then(|l| l.units.get(unit)).map(|u| u.name.clone()).unwrap_or_default()
        }
        Target::Courtyard(code) => named(p, Kind::Courtyards, code),
        Target::Building(code) => named(p, Kind::Buildings, code),
        Target::Org(code) => code.clone(),
    };
    let posts = || {
        let in_plan = p.plan(plan).map(|x| x.posts.values()).into_iter().flatten();
        in_plan.chain(p.facts.posts.values()).filter(|x| x.to.is_none())
    };
    let members = p.facts.members.values().filter(|m| any(&[&m.code, &m.name])).take(OF_A_KIND + 1).map(|m| {
        let held = posts().filter(|x| x.member == m.id).map(|x| format!("{} {}", x.post, on(&x.target)));
        let detail = held.collect::<Vec<_>>().join("、");
        let (code, name) = (m.code.clone(), m.name.clone());
        Hit { key: m.id.0, kind: HitKind::Member, code, name, detail, tone: 0, more: false }
    });
    add(&mut hits, members.collect());
    let duties = posts().filter(|x| any(&[&x.code, &x.post])).take(OF_A_KIND + 1).map(|x| {
        let holder = p.facts.members.get(&x.member).map_or("", |m| m.name.as_str());
        let (code, name) = (x.code.clone(), format!("{} {holder}", x.post));
        Hit { key: x.id.0, kind: HitKind::Post, code, name, detail: on(&x.target), tone: 0, more: false }
    });
    add(&mut hits, duties.collect());
    for (kind, as_) in [
        (Kind::Courtyards, HitKind::Courtyard),
        (Kind::Facilities, HitKind::Facility),
        (Kind::Roads, HitKind::Road),
        (Kind::Buildings, HitKind::Building),
    ] {
        let mut found: Vec<Hit> = Vec::new();
        for (slot, row) in p.table(kind).iter() {
            if found.len() > OF_A_KIND {
                break;
            }
            if slot % STRIDE == 0 && !go_on() {
                return None;
            }
            let address = row.text(Field::Address).unwrap_or_default();
            // A road comes in pieces: its name once is enough.
            let again = kind == Kind::Roads && found.iter().any(|h| h.name == row.name());
            if !again && any(&[row.code(), row.name(), address]) {
                let detail = if address.is_empty() {
                    crate::session::kind_title(kind, lang).to_owned()
                } else {
                    address.to_owned()
                };
                // The key tells the kind too: kinds are few, slots are 32 bits.
                let key = (kind as u64) << 32 | u64::from(slot);
                let name = if row.name().is_empty() { row.code() } else { row.name() }.to_owned();
                found.push(Hit { key, kind: as_, code: row.code().to_owned(), name, detail, tone: 0, more: false });
            }
        }
        add(&mut hits, found);
    }
    Some(hits)
}

fn named(p: &Project, kind: Kind, code: &str) -> String {
    let t = p.table(kind);
    t.find(code).and_then(|s| t.get(s)).map_or_else(|| code.to_owned(), called)
}

/// What a result stands for on the map.
#[derive(Clone, PartialEq, Debug)]
pub enum Look {
    /// A cell or a higher unit.
    Unit(Id),
    /// A row of a table.
    Row(Kind, u32),
}

/// What a result stands for; of a member the first thing a post of theirs is on. Nothing where that is not on the map.
pub fn look(doc: &Doc, hit: &Hit) -> Option<Look> {
    let s = &doc.session;
    let p = s.project();
    let slot = hit.key as u32;
    let of = |target: &Target| match target {
        Target::Cell { layer, unit } => (*layer == s.layer()).then_some(Look::Unit(*unit)),
        Target::Courtyard(code) => p.table(Kind::Courtyards).find(code).map(|s| Look::Row(Kind::Courtyards, s)),
        Target::Building(code) => p.table(Kind::Buildings).find(code).map(|s| Look::Row(Kind::Buildings, s)),
        Target::Org(_) => None,
    };
    let in_plan = p.plan(s.plan()).map(|x| x.posts.values()).into_iter().flatten();
    let mut posts = in_plan.chain(p.facts.posts.values()).filter(|x| x.to.is_none());
    match hit.kind {
        HitKind::Cell => Some(Look::Unit(Id(hit.key))),
        HitKind::Member => posts.filter(|x| x.member == Id(hit.key)).find_map(|x| of(&x.target)),
        HitKind::Post => posts.find(|x| x.id == Id(hit.key)).and_then(|x| of(&x.target)),
        HitKind::Building => Some(Look::Row(Kind::Buildings, slot)),
        HitKind::Courtyard => Some(Look::Row(Kind::Courtyards, slot)),
        HitKind::Facility => Some(Look::Row(Kind::Facilities, slot)),
        HitKind::Road => Some(Look::Row(Kind::Roads, slot)),
    }
}

/// The lines round what a result stands for; places are closed. O(borders) for units, else O(its points).
pub fn outline(doc: &Doc, look: &Look) -> Vec<Vec<Pt>> {
    let p = doc.session.project();
    let closed = |ring: &[Pt]| ring.iter().chain(ring.first()).copied().collect::<Vec<_>>();
    match look {
        Look::Unit(id) => {
            // The borders between the unit and all else, not those between its own parts.
            let Some(l) = p.layer(doc.session.plan(), doc.session.layer()) else { return vec![] };
            let Some(level) = l.units.get(id).map(|u| u.level) else { return vec![] };
            let within = |owner| Id(owner).is_unit() && l.ancestor(Id(owner), level) == Some(*id);
            let bounds = l.partition.edges().filter(|(_, e)| {
                let (a, b) = l.partition.sides(e);
                within(a) != within(b)
            });
            bounds.map(|(_, e)| e.points.to_vec()).collect()
        }
        Look::Row(kind, slot) => {
            let Some(r) = p.table(*kind).get(*slot) else { return vec![] };
            let shape = r.shape();
            let lines = shape.parts.iter().flatten();
            lines.map(|l| if shape.tag == 3 { closed(l) } else { l.to_vec() }).collect()
        }
    }
}
