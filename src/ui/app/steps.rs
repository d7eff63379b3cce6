//! The history as its panel tells it, and going through many steps at once.

use super::doc::Doc;
use super::lists::{Names, with_names};
use super::{App, Side};
use crate::model::Date;
use crate::plan::Step;
use crate::session::{Command, Effect};
use crate::ui::l10n::Lang;
use crate::ui::panels::steps::{StepLine, StepsAction, StepsView, no_way_back};
use std::collections::HashMap;
use std::sync::Arc;

/// The panel and what it was made for: state, steps ever, steps that stand, steps that can be redone, language.
#[derive(Default)]
pub struct Steps {
    /// The panel.
    pub view: StepsView,
    made_for: Option<(u128, usize, usize, usize, Lang)>,
}

/// Brings the panel up to date. O(1) while nothing changed, else O(steps).
pub fn keep(doc: &mut Doc, lang: Lang) {
    let h = doc.session.history();
    let (done, undone) = (h.done().len(), h.undone().len());
    let next = h.next_id().sequence as usize;
    let want = (h.stable().state, next, done, undone, lang);
    if doc.steps.made_for == Some(want) {
        return;
    }
    let log: Vec<(&Arc<Step>, bool)> = h.log().collect();
    let names = Names::of(h.stable(), &log);
    let line = |i: usize, step: &Step, undone: bool| StepLine {
        time: when(step.time, lang),
        sentence: with_names(step.sentence.get(lang.spoken()), &|code| names.at(i, undone, code)),
        author: step.author.clone(),
        plan: step.plan.clone().unwrap_or_default(),
    };
    let stand = log.iter().enumerate().filter(|(_, (_, undone))| !undone);
    let mut lines: Vec<StepLine> = stand.map(|(i, (step, _))| line(i, step, false)).collect();
    let places: HashMap<u32, usize> = log.iter().enumerate().map(|(i, (s, _))| (s.id.sequence, i)).collect();
    lines.extend(h.undone().map(|s| line(places.get(&s.id.sequence).copied().unwrap_or(0), s, true)));
    let fixed = h.done().enumerate().filter(|(_, s)| s.patch.is_none()).last().map_or(0, |(i, _)| i + 1);
    let lost = log.len() - lines.len().min(log.len());
    let moved = doc.steps.view.done != done;
    let reveal = doc.steps.view.reveal || moved;
    doc.steps.view = StepsView { lines: Arc::new(lines), done, fixed, lost, reveal };
    doc.steps.made_for = Some(want);
}

/// Day and time of a step, local to the project (UTC+8).
fn when(time: i64, lang: Lang) -> String {
    if time == 0 {
        return String::new();
    }
    let t = time + 8 * 3600;
    let date = Date::from_days(t.div_euclid(86_400)).to_string();
    let part = |i: usize| date.split('-').nth(i).and_then(|x| x.parse::<usize>().ok()).unwrap_or(1);
    let (month, day) = (part(1), part(2));
    let of_day = t.rem_euclid(86_400);
    let clock = format!("{:02}:{:02}", of_day / 3600, of_day / 60 % 60);
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    match lang {
        Lang::Zh => format!("{month}月{day}日 {clock}"),
        Lang::En => format!("{day} {} {clock}", MONTHS.get(month - 1).unwrap_or(&"")),
    }
}

impl App {
    /// The history panel.
    pub(super) fn steps_action(&mut self, action: StepsAction, time: f64) {
        match action {
            StepsAction::Close if self.side == Some(Side::History) => self.side = None,
            StepsAction::Close => {}
            StepsAction::Go(to) => self.go_to_step(to, time),
        }
    }

    /// Takes back or does again as many steps as it takes until `to` stand; it is told as one.
    fn go_to_step(&mut self, to: usize, time: f64) {
        let (now, lang) = (self.now(), self.lang);
        let Some(doc) = &mut self.doc else { return };
        let from = doc.session.history().done().len();
        if to < doc.steps.view.fixed {
            return self.warn(no_way_back(lang));
        }
        let command = if to < from { Command::Undo } else { Command::Redo };
        let mut told: Vec<Effect> = Vec::new();
        let mut last = None;
        for _ in 0..from.abs_diff(to) {
            for e in doc.dispatch(command.clone(), now) {
                match e {
                    Effect::Stepped { .. } => last = Some(e),
                    // Each plan that it passes through is named once.
                    Effect::Say(said) => {
                        let text = said.get(lang.spoken()).to_owned();
                        if !told.iter().any(|t| matches!(t, Effect::Say(s) if s.get(lang.spoken()) == text)) {
                            told.push(Effect::Say(said));
                        }
                    }
                    other => told.push(other),
                }
            }
        }
        told.extend(last);
        let done = doc.session.history().done();
        let went = from.abs_diff(done.len());
        let at = done.last().map(|s| s.sentence.get(lang.spoken()).to_owned());
        doc.mark = None;
        self.heed(told, time);
        let (zh, en) =
            if to < from { ("撤销了 {} 步", "{} steps undone") } else { ("重做了 {} 步", "{} steps redone") };
        let what = lang.pick(zh, en).replace("{}", &went.to_string());
        self.say(&what, at.as_deref().unwrap_or_default(), "");
    }
}
