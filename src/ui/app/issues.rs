//! Problems of the shown plan: found by a job, walked through, mended with a look before, set aside with a reason.

use super::doc::Doc;
use super::mark::Mark;
use super::upkeep::is_small;
use super::view::building_name;
use super::{App, Side};
use crate::geom::{Box2, Pt};
use crate::jobs::{JobError, Jobs, Latest};
use crate::model::{Id, Kind};
use crate::plan::{Layer, Op, Project};
use crate::rules::{Issue, Severity, check};
use crate::scene::{CellColours, cell_chip};
use crate::session::mends::{Mend, ground_of, mends};
use crate::session::{Command, Selection};
use crate::ui::l10n::Lang;
use crate::ui::panels::issues::{IgnoredRow, IssueGroup, IssueList, IssueRow, IssuesAction, IssuesView, MendFigure};
use std::collections::HashMap;
use std::sync::Arc;

/// What was checked: state, plan, layer, tones, language.
type Asked = (u128, Id, u16, u64, Lang);

/// What a check found.
struct Found {
    issues: Vec<Issue>,
    list: IssueList,
}

/// The problems and what is done about them.
#[derive(Default)]
pub struct Issues {
    /// The panel.
    pub view: IssuesView,
    issues: Arc<Vec<Issue>>,
    asked: Option<Asked>,
    job: Latest<Found>,
    /// Name of the problem that is looked at: it is found again after a step.
    on: Option<String>,
    mends: Vec<Mend>,
    /// What the mends are of: state, problem.
    mends_for: Option<(u128, usize)>,
    /// The first warning of each cell, by code; posts and households have chips of their own.
    warnings: HashMap<String, String>,
    /// Counts what was found.
    count: u64,
    /// The state in which a problem may be marked, and whether the panel was open.
    marked: Option<(u128, bool)>,
}

/// Asks for a check if the project has changed while the panel is open, and takes one over when it is there.
pub fn keep(doc: &mut Doc, lang: Lang, jobs: &Jobs, open: bool) {
    let own = &mut doc.issues;
    while let Some((_, found)) = own.job.poll(jobs) {
        match found {
            Ok(found) => {
                own.warnings = warnings(&found.issues, lang);
                own.count += 1;
                own.view.on = own.on.as_ref().and_then(|n| found.issues.iter().position(|i| i.name() == *n));
                own.issues = Arc::new(found.issues);
                own.view.list = Arc::new(found.list);
                (own.view.checked, own.view.failed, own.mends_for) = (true, None, None);
            }
            Err(JobError::Cancelled) => {}
            Err(e) => {
                let [zh, en] = e.words();
                own.view.failed = Some(lang.pick(&zh, &en).to_owned());
            }
        }
    }
    let s = &doc.session;
    let p = s.history().stable();
    if own.marked != Some((p.state, open)) {
        // What was marked is another's by now, or nobody looks at it.
        doc.mark = doc.mark.take().filter(|m| !m.problem || own.marked.is_none());
        own.marked = Some((p.state, open));
    }
    if !open && !is_small(p) {
        // Warnings of another state or plan say nothing about this one.
        let of = own.asked.map(|(state, plan, layer, ..)| (state, plan, layer));
        if of != Some((p.state, s.plan(), s.layer())) && !own.warnings.is_empty() {
            own.warnings.clear();
            own.count += 1;
        }
        return;
    }
    let want = (p.state, s.plan(), s.layer(), doc.picture.layers.tones(), lang);
    if own.asked != Some(want) {
        own.asked = Some(want);
        own.job.clear();
        let (p, a, colours) = (p.clone(), s.shared_assignment(), doc.picture.layers.colours.clone());
        own.job.request(jobs, "check", move |t| {
            t.check()?;
            let issues = check(&p, a.plan(), a.layer(), &a);
            t.check()?;
            let list = listed(&p, (a.plan(), a.layer()), &issues, &colours, lang);
            Ok(Found { issues, list })
        });
    }
    own.view.busy = own.job.busy();
    if own.mends_for != own.view.on.map(|on| (p.state, on)) {
        own.mends_for = own.view.on.map(|on| (p.state, on));
        own.mends = own.view.on.and_then(|i| own.issues.get(i)).map_or(vec![], |i| mends(s, i));
        own.view.mends = own.mends.iter().map(|m| m.said.get(lang.spoken()).to_owned()).collect();
        let by_hand = lang.pick("这一处要手工改，见上面的说明", "This one is done by hand, as said above");
        own.view.by_hand = by_hand.to_owned();
    }
    own.view.trying = doc.hand.trial().and_then(|edit| own.mends.iter().position(|m| m.edit == *edit));
    let trying = own.view.trying.is_some();
    doc.issues.view.figures = if trying { figures(doc) } else { Vec::new() };
}

/// What the staged edit moves, cell by cell.
fn figures(doc: &Doc) -> Vec<MendFigure> {
    let s = &doc.session;
    let Some(l) = s.project().layer(s.plan(), s.layer()) else { return vec![] };
    let moved = s.staged().delta.iter().filter(|(_, t)| t.households != 0 || t.buildings != 0);
    let mut out: Vec<MendFigure> = moved
        .filter_map(|(owner, t)| {
            let u = l.unit_of(*owner)?;
            let tone = doc.picture.layers.colours.number(u.id.0).unwrap_or(0);
            Some(MendFigure { chip: cell_chip(l, u), tone, households: t.households, buildings: t.buildings })
        })
        .collect();
    out.sort_by(|a, b| a.chip.cmp(&b.chip));
    out
}

/// Problems by kind in the order in which they are found; those set aside apart. O(problems · log rows).
fn listed(p: &Project, (plan, layer): (Id, u16), issues: &[Issue], colours: &CellColours, lang: Lang) -> IssueList {
    let mut list = IssueList::default();
    let Some(l) = p.layer(plan, layer) else { return list };
    for (key, issue) in issues.iter().enumerate() {
        let (zh, en) = kind(issue.rule);
        let kind = lang.pick(zh, en);
        let row = row(p, (l, layer), (key, issue), kind, colours, lang);
        let name = issue.name();
        if let Some(i) = p.ignored(&name) {
            let chip = row.chip.map_or(String::new(), |c| format!("{} ", c.0));
            let title = format!("{kind}：{chip}{}", row.title);
            list.ignored.push(IgnoredRow { issue: name, title, reason: i.reason.clone() });
            continue;
        }
        match list.groups.iter_mut().find(|g| g.name == kind) {
            Some(g) => g.rows.push(row),
            None => list.groups.push(IssueGroup { name: kind.to_owned(), rows: vec![row] }),
        }
    }
    list
}

fn row(
    p: &Project,
    (l, layer): (&Layer, u16),
    (key, issue): (usize, &Issue),
    kind: &str,
    colours: &CellColours,
    lang: Lang,
) -> IssueRow {
    let unit = |code: &String| l.unit(code);
    let only = if let [(_, code)] = &issue.cells[..] { unit(code) } else { None };
    let about = |kind: Kind, code: &String| {
        let t = p.table(kind);
        t.get(t.find(code)?).map(building_name)
    };
    let of_cells = || {
        let chips: Vec<String> = issue.cells.iter().filter_map(|(_, c)| Some(cell_chip(l, unit(c)?))).collect();
        chips.join(lang.pick("、", ", "))
    };
    let title = match (&issue.courtyard, &issue.buildings[..], only) {
        (Some(yard), ..) => about(Kind::Courtyards, yard),
        (None, [one], _) => about(Kind::Buildings, one),
        (None, _, Some(u)) => Some(u.name.clone()),
        _ => Some(of_cells()),
    };
    let title = title.filter(|t| !t.is_empty()).unwrap_or_else(|| kind.to_owned());
    let whole = issue.buildings.is_empty() && issue.courtyard.is_none();
    // A community has no chip: its short code would be taken for a cell's.
    let lowest = p.facts.layers.get(usize::from(layer)).map_or(0, |d| d.cell_level());
    let chip =
        only.filter(|u| whole && u.level >= lowest).map(|u| (cell_chip(l, u), colours.number(u.id.0).unwrap_or(0)));
    let sentence = issue.said.get(lang.spoken()).to_owned();
    IssueRow { key, chip, title, sentence, grave: issue.severity == Severity::Error }
}

/// Name of a kind of problem.
fn kind(rule: &str) -> (&'static str, &'static str) {
    match rule {
        "V2" => ("空白", "Gaps"),
        "V3" => ("楼栋被边界切开", "Buildings cut by a border"),
        "V6" => ("院落分在几个网格", "Courtyards in several cells"),
        "V7" => ("户数不在目标内", "Households off target"),
        "V8" => ("编号与上级不符", "Codes unlike their parent's"),
        "V9" => ("岗位", "Posts"),
        "V14" => ("飞地", "Detached parts"),
        "V16" => ("连片范围过大", "Large contiguous extent"),
        "unassigned" => ("未划入的楼栋", "Buildings in no cell"),
        _ => ("边界损坏", "Damaged borders"),
    }
}

/// The first warning of each cell. O(problems).
fn warnings(issues: &[Issue], lang: Lang) -> HashMap<String, String> {
    let mut out = HashMap::new();
    for issue in issues.iter().filter(|i| !matches!(i.rule, "V7" | "V9" | "unassigned")) {
        for (_, code) in &issue.cells {
            out.entry(code.clone()).or_insert_with(|| issue.said.get(lang.spoken()).to_owned());
        }
    }
    out
}

impl Issues {
    /// The first warning of a cell.
    pub fn warning(&self, code: &str) -> Option<&str> {
        self.warnings.get(code).map(String::as_str)
    }

    /// Counts what was found, for lists that show it.
    pub fn found(&self) -> u64 {
        self.count
    }

    /// Keys of the problems in the order of the panel.
    fn order(&self) -> Vec<usize> {
        self.view.list.groups.iter().flat_map(|g| &g.rows).map(|r| r.key).collect()
    }
}

impl App {
    /// Shows a panel beside the list of cells, or hides it.
    pub(super) fn show_side(&mut self, side: Side) {
        if self.doc.is_none() {
            return;
        }
        self.side = if self.side == Some(side) { None } else { Some(side) };
        if let Some(doc) = &mut self.doc {
            doc.steps.view.reveal = true;
        }
    }

    /// The next problem of the panel; where it is closed the next building without a cell, and where there is none the
    /// panel opens.
    pub(super) fn next_issue(&mut self, forward: bool, time: f64) {
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        if self.side != Some(Side::Issues) {
            if !super::act::next_unassigned(doc, forward, now, time) {
                self.side = Some(Side::Issues);
            }
            return;
        }
        let order = doc.issues.order();
        let at = doc.issues.view.on.and_then(|on| order.iter().position(|k| *k == on));
        let n = order.len();
        let next = match (at, forward) {
            _ if n == 0 => return,
            (None, true) => 0,
            (None, false) => n - 1,
            (Some(i), true) => (i + 1) % n,
            (Some(i), false) => (i + n - 1) % n,
        };
        self.show_issue(order[next], time);
    }

    /// Selects what a problem is about, marks its place and flies there.
    fn show_issue(&mut self, key: usize, time: f64) {
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        let Some(issue) = doc.issues.issues.get(key).cloned() else { return };
        if doc.hand.trial().is_some() {
            doc.hand.escape(&mut doc.session, now);
        }
        let p = doc.session.history().stable();
        let layer = p.layer(doc.session.plan(), doc.session.layer());
        let slots = |kind| {
            let table = p.table(kind);
            let codes = issue.courtyard.iter().filter(|_| kind == Kind::Courtyards);
            let codes = codes.chain(issue.buildings.iter().filter(|_| kind == Kind::Buildings));
            codes.filter_map(|c| table.find(c)).collect::<Vec<u32>>()
        };
        let units: Vec<Id> = issue.cells.iter().filter_map(|(_, c)| Some(layer?.unit(c)?.id)).collect();
        let selection = match (&slots(Kind::Courtyards)[..], slots(Kind::Buildings)) {
            ([yard], _) => Selection::Courtyard(*yard),
            (_, buildings) if !buildings.is_empty() => Selection::Buildings(buildings),
            _ if issue.rule == "V2" || units.is_empty() => Selection::None,
            _ => Selection::Units(units),
        };
        let rings = ground_of(&doc.session, &issue);
        let whole = matches!(selection, Selection::Units(_)) && rings.is_empty();
        doc.dispatch(Command::Select(selection), now);
        let ground = rings.iter().flatten().fold(Box2::EMPTY, |b, p: &Pt| b.with(*p));
        let mut to = if ground.is_empty() { doc.session.selection_box() } else { ground };
        if to.is_empty() {
            to = issue.at.map_or(Box2::EMPTY, |at| Box2::of_two(at, at));
        }
        // A whole cell is outlined as what is selected; a ring in its middle would say nothing more.
        doc.mark = issue.at.filter(|_| !whole).map(|at| Mark { at, rings, problem: true });
        doc.issues.on = Some(issue.name());
        (doc.issues.view.on, doc.issues.view.reveal) = (Some(key), true);
        doc.fly_to(to, time);
    }

    /// The panel of problems.
    pub(super) fn issues_action(&mut self, action: IssuesAction, time: f64) {
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        match action {
            IssuesAction::Show(key) => self.show_issue(key, time),
            IssuesAction::Next => self.next_issue(true, time),
            IssuesAction::Previous => self.next_issue(false, time),
            IssuesAction::Close => self.side = None,
            IssuesAction::Try(i) => {
                let Some(mend) = doc.issues.mends.get(i) else { return };
                let edit = mend.edit.clone();
                let effects = doc.hand.try_out(&mut doc.session, edit, now);
                doc.follow(&effects);
                self.heed(effects, time);
            }
            IssuesAction::Accept => {
                let effects = doc.hand.confirm(&mut doc.session, now);
                doc.follow(&effects);
                if !effects.is_empty() {
                    doc.mark = None;
                }
                self.tell(&effects);
                self.heed(effects, time);
            }
            IssuesAction::Drop => doc.hand.escape(&mut doc.session, now),
            IssuesAction::Ignore(key, reason) => {
                let Some(issue) = doc.issues.issues.get(key).map(Issue::name) else { return };
                self.set_aside(issue, Some(reason), time);
            }
            IssuesAction::Heed(issue) => self.set_aside(issue, None, time),
        }
    }

    fn set_aside(&mut self, issue: String, reason: Option<String>, time: f64) {
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        let effects = doc.dispatch(Command::Do(Op::Ignore { issue, reason }.into()), now);
        self.tell(&effects);
        self.heed(effects, time);
    }
}
