//! What the palette lists, and what comes of it: commands, plans, units by name, a place in figures.

use super::App;
use super::doc::Doc;
use super::mark::Mark;
use super::why::why_not;
use crate::geom::{Box2, Pt};
use crate::model::Id;
use crate::scene::cell_chip;
use crate::session::tools::typed;
use crate::session::words::Words;
use crate::session::{Command, Selection};
use crate::ui::l10n::{Lang, coordinate};
use crate::ui::panels::palette::{PaletteAction, PaletteRow, PaletteView, palette};
use crate::ui::panels::plans::PlansAction;
use crate::ui::verbs::{VERBS, Verb};

/// Commands that stand first because they were run last.
const LATELY: usize = 6;
/// Units that are listed.
const UNITS: usize = 8;

/// What a row stands for.
#[derive(Clone, Debug, PartialEq)]
enum Deed {
    Verb(Verb),
    Plan(Id),
    Unit(Id),
    Place(Pt),
    /// Nothing yet: it says what is to be typed.
    Ask,
}

/// The palette while it is open.
#[derive(Default)]
pub struct Palette {
    view: PaletteView,
    deeds: Vec<Deed>,
    /// Only a place is asked for.
    place: bool,
    /// What the rows were made for: words, generation of the session, language.
    made_for: Option<(String, u64, Lang)>,
}

impl Palette {
    /// What is listed.
    #[cfg(test)]
    pub fn rows(&self) -> &[PaletteRow] {
        &self.view.rows
    }
}

impl App {
    /// Opens the palette, or closes it. `place`: to type coordinates.
    pub(super) fn open_palette(&mut self, place: bool) {
        self.palette = match self.palette.take() {
            Some(open) if open.place == place => None,
            _ => Some(Palette { place, ..Palette::default() }),
        };
    }

    /// Shows the palette if it is open, and runs what was chosen.
    pub(super) fn show_palette(&mut self, ui: &egui::Ui, time: f64) {
        let Some(mut open) = self.palette.take() else { return };
        let lang = self.lang;
        let state = self.doc.as_ref().map_or(0, |d| d.session.generation());
        let want = (open.view.words.clone(), state, lang);
        if open.made_for.as_ref() != Some(&want) {
            (open.view.rows, open.deeds) = match (&self.doc, open.place) {
                (Some(doc), true) => place_rows(doc, lang, &open.view.words),
                (doc, _) => rows(doc.as_ref(), lang, &open.view.words, &self.lately),
            };
            open.view.on = open.view.on.min(open.deeds.len().saturating_sub(1));
            open.made_for = Some(want);
        }
        open.view.hint = match open.place {
            true => lang.pick("X（北）,Y（东） 米", "X (north),Y (east) in metres"),
            false => lang.pick("命令、方案、网格，可用拼音首字母", "Commands, plans, cells"),
        }
        .to_owned();
        open.view.nothing = match lang {
            Lang::Zh => format!("没有找到「{}」。试试拼音首字母。", open.view.words.trim()),
            Lang::En => format!("Nothing found for “{}”. Try another word.", open.view.words.trim()),
        };
        let mut out = Vec::new();
        palette(ui, lang, &open.view, &mut out);
        open.view.reveal = false;
        if !out.is_empty() {
            ui.ctx().request_repaint();
        }
        let mut run = None;
        let mut close = false;
        for a in out {
            match a {
                PaletteAction::Words(words) => {
                    (open.view.words, open.view.on, open.view.reveal) = (words, 0, true);
                }
                PaletteAction::On(on) => (open.view.on, open.view.reveal) = (on, true),
                PaletteAction::Run(i) if open.view.rows.get(i).is_some_and(|r| r.off.is_none()) => {
                    run = open.deeds.get(i).cloned();
                }
                PaletteAction::Run(i) => open.view.on = i,
                PaletteAction::Close => close = true,
            }
        }
        match run {
            Some(deed) => self.run_deed(ui.ctx(), deed, time),
            None if close => {}
            None => self.palette = Some(open),
        }
    }

    fn run_deed(&mut self, ctx: &egui::Context, deed: Deed, time: f64) {
        let now = self.now();
        match deed {
            Deed::Verb(verb) => {
                self.lately.retain(|v| *v != verb);
                self.lately.insert(0, verb);
                self.lately.truncate(LATELY);
                self.verb(ctx, verb);
            }
            Deed::Plan(id) => self.plans_action(PlansAction::Switch(id.0), time),
            Deed::Unit(id) => {
                let Some(doc) = &mut self.doc else { return };
                doc.dispatch(Command::Select(Selection::Units(vec![id])), now);
                doc.reveal = Some(id);
                let b = doc.session.selection_box();
                doc.fly_to(b, time);
            }
            Deed::Place(at) => {
                let Some(doc) = &mut self.doc else { return };
                doc.mark = Some(Mark { at, rings: vec![], problem: false });
                doc.fly_to(Box2::of_two(at, at), time);
            }
            Deed::Ask => {}
        }
    }
}

/// What is listed for some words: commands first, those run lately before the others; then plans and units.
fn rows(doc: Option<&Doc>, lang: Lang, words: &str, lately: &[Verb]) -> (Vec<PaletteRow>, Vec<Deed>) {
    let w = Words::new(words);
    let mut found: Vec<(usize, PaletteRow, Deed)> = Vec::new();
    for (i, info) in VERBS.iter().enumerate().filter(|(_, v)| v.verb != Verb::Palette) {
        let (zh, en) = (info.verb.name(Lang::Zh), info.verb.name(Lang::En));
        if ![zh, en, info.key].iter().any(|t| w.are_in(t)) {
            continue;
        }
        let off = why_not(doc, info.verb).map(|[zh, en]| lang.pick(zh, en).to_owned());
        let rank = lately.iter().position(|v| *v == info.verb).unwrap_or(LATELY + i);
        let row = PaletteRow {
            name: info.verb.name(lang).to_owned(),
            of: info.group.name(lang).to_owned(),
            key: info.key.to_owned(),
            icon: info.verb.icon(),
            off,
        };
        found.push((rank, row, Deed::Verb(info.verb)));
    }
    if !w.is_empty() {
        // Those that begin with what was typed are meant before those that only hold it.
        let begins = |row: &PaletteRow| row.name.to_lowercase().starts_with(&words.trim().to_lowercase());
        found.sort_by_key(|(rank, row, _)| (*rank >= LATELY, !begins(row), *rank));
    } else {
        found.sort_by_key(|(rank, ..)| *rank);
    }
    let (mut rows, mut deeds): (Vec<_>, Vec<_>) = found.into_iter().map(|(_, row, deed)| (row, deed)).unzip();
    let Some(doc) = doc else { return (rows, deeds) };
    let p = doc.session.project();
    let mut add = |name: String, of: &str, off: Option<String>, deed| {
        rows.push(PaletteRow { name, of: of.to_owned(), off, ..PaletteRow::default() });
        deeds.push(deed);
    };
    let plans = lang.pick("切换到", "Switch to");
    for plan in p.plans.iter().filter(|x| x.id != doc.session.plan()) {
        let name = format!("{plans} {}", plan.meta.name);
        if w.are_in(&name) {
            add(name, lang.t().plan, None, Deed::Plan(plan.id));
        }
    }
    if w.is_empty() {
        return (rows, deeds);
    }
    if let Ok(at) = typed(words, None, None, p.origin())
        && words.contains([',', '，'])
    {
        add(place_name(doc, lang, at), lang.t().map, None, Deed::Place(at));
    }
    if let Some(l) = p.layer(doc.session.plan(), doc.session.layer()) {
        let def = p.facts.layers.get(usize::from(doc.session.layer()));
        let any = |u: &&std::sync::Arc<crate::model::Unit>| w.are_in(&u.name) || w.are_in(&u.code);
        for u in l.units.values().filter(any).take(UNITS) {
            let level = def.and_then(|d| d.level_name(u.level)).cloned().unwrap_or_default();
            add(format!("{} {}", cell_chip(l, u), u.name), &level, None, Deed::Unit(u.id));
        }
    }
    (rows, deeds)
}

/// The one row that a typed place gives.
fn place_rows(doc: &Doc, lang: Lang, words: &str) -> (Vec<PaletteRow>, Vec<Deed>) {
    let ask = |why: &str| {
        let name = lang.pick("去坐标…", "Go to coordinates…").to_owned();
        (vec![PaletteRow { name, off: Some(why.to_owned()), ..PaletteRow::default() }], vec![Deed::Ask])
    };
    if words.trim().is_empty() {
        return ask(lang.pick("输入两个数，用逗号隔开", "Type two numbers with a comma between"));
    }
    match typed(words, None, None, doc.session.project().origin()) {
        Ok(at) => {
            let row = PaletteRow { name: place_name(doc, lang, at), ..PaletteRow::default() };
            (vec![row], vec![Deed::Place(at)])
        }
        Err(why) => ask(why.get(lang.spoken())),
    }
}

fn place_name(doc: &Doc, lang: Lang, at: Pt) -> String {
    let [e, n] = doc.session.project().origin().place(at).metres();
    format!("{} X {}　Y {}", lang.pick("去", "Go to"), coordinate(n), coordinate(e))
}
