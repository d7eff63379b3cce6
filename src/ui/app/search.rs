//! The search box: cells, members, courtyards, facilities, roads and buildings whose code, name or address holds the
//! words. Small projects are looked through at once, large ones by a job of which only the newest counts.

use super::doc::Doc;
use super::upkeep::is_small;
use crate::jobs::{JobError, Jobs, Latest};
use crate::model::{Field, Id, Kind, Lang as Language};
use crate::plan::Project;
use crate::scene::{CellColours, cell_chip};
use crate::session::words::Words;
use crate::ui::panels::tool_bar::{Hit, HitKind};

/// Search results shown.
const HITS: usize = 12;
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

/// The first hits for lower-case words; `None` if `go_on` said no. O(rows).
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
    for u in l.units.values().filter(|u| any(&[&u.code, &u.name])).take(HITS) {
        let tone = colours.number(u.id.0).unwrap_or(0);
        let def = p.facts.layers.get(layer as usize);
        let detail = def.and_then(|d| d.level_name(u.level)).cloned().unwrap_or_default();
        hits.push(Hit { key: u.id.0, kind: HitKind::Cell, code: cell_chip(l, u), name: u.name.clone(), detail, tone });
    }
    for m in p.facts.members.values().filter(|m| any(&[&m.code, &m.name])).take(HITS) {
        let posts = p.plan(plan).map(|x| x.posts.values()).into_iter().flatten();
        let detail = posts.filter(|x| x.member == m.id).map(|x| x.post.clone()).collect::<Vec<_>>().join("、");
        let (code, name) = (m.code.clone(), m.name.clone());
        hits.push(Hit { key: m.id.0, kind: HitKind::Member, code, name, detail, tone: 0 });
    }
    for (kind, as_) in [
        (Kind::Courtyards, HitKind::Courtyard),
        (Kind::Facilities, HitKind::Place),
        (Kind::Roads, HitKind::Place),
        (Kind::Buildings, HitKind::Building),
    ] {
        for (slot, row) in p.table(kind).iter() {
            if hits.len() >= HITS {
                break;
            }
            if slot % STRIDE == 0 && !go_on() {
                return None;
            }
            let address = row.text(Field::Address).unwrap_or_default();
            // A road comes in pieces: its name once is enough.
            let again = kind == Kind::Roads && hits.iter().any(|h| h.kind == HitKind::Place && h.name == row.name());
            if !again && any(&[row.code(), row.name(), address]) {
                let detail = if address.is_empty() {
                    crate::session::kind_title(kind, lang).to_owned()
                } else {
                    address.to_owned()
                };
                // The key tells the kind too: kinds are few, slots are 32 bits.
                let key = (kind as u64) << 32 | u64::from(slot);
                let name = if row.name().is_empty() { row.code() } else { row.name() };
                hits.push(Hit { key, kind: as_, code: row.code().to_owned(), name: name.to_owned(), detail, tone: 0 });
            }
        }
    }
    hits.truncate(HITS);
    Some(hits)
}
