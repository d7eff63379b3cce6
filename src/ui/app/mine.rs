//! What was changed since the project was opened, shown on the map while it is asked for (H).

use super::doc::Doc;
use super::map::on_screen;
use crate::geom::{Box2, Pt};
use crate::jobs::{JobError, Jobs, Latest};
use crate::model::{Id, number};
use crate::scene::Camera;
use crate::session::mine::{Mine, mine};
use crate::ui::l10n::Lang;
use crate::ui::theme::Tokens;
use egui::{Painter, Pos2, Rect, Shape, Stroke};

/// The changes while they are shown.
#[derive(Default)]
pub struct Shown {
    /// Whether they are.
    pub on: bool,
    /// The newest that were found, each line with its box.
    ready: Option<Mine>,
    boxes: [Vec<Box2>; 3],
    /// State, plan and layer for which they were asked for.
    asked: Option<(u128, Id, u16)>,
    job: Latest<(Mine, [Vec<Box2>; 3])>,
}

/// Finds them anew, beside the window, where something has changed.
pub fn keep(doc: &mut Doc, jobs: &Jobs) {
    match doc.mine.job.poll(jobs) {
        Some((_, Ok((found, boxes)))) => (doc.mine.ready, doc.mine.boxes) = (Some(found), boxes),
        // There was no thread for it: once more.
        Some((_, Err(JobError::Full | JobError::NoThread(_)))) => doc.mine.asked = None,
        Some((_, Err(e))) => log::error!("what was changed could not be found: {e}"),
        None => {}
    }
    if !doc.mine.on {
        (doc.mine.ready, doc.mine.asked) = (None, None);
        return doc.mine.job.clear();
    }
    let project = doc.session.history().stable();
    let wanted = (project.state, doc.session.plan(), doc.session.layer());
    if doc.mine.asked == Some(wanted) {
        return;
    }
    doc.mine.asked = Some(wanted);
    let (deeds, project) = (doc.session.deeds_since_opening(), project.clone());
    doc.mine.job.clear();
    doc.mine.job.request(jobs, "mine", move |token| {
        let go_on = || token.check().is_ok();
        let found = mine(&deeds, &project, (wanted.1, wanted.2), &go_on).ok_or(JobError::Cancelled)?;
        let boxes = [&found.drawn, &found.gone, &found.places].map(|l| l.iter().map(Box2::of).collect());
        Ok((found, boxes))
    });
}

/// What was found, in words.
pub fn words(doc: &Doc, lang: Lang) -> Option<String> {
    if !doc.mine.on {
        return None;
    }
    let Some(m) = &doc.mine.ready else { return Some(lang.pick("本次修改 …", "My changes …").to_owned()) };
    let mut parts = Vec::new();
    let mut add = |n: usize, zh: &str, en: &str| {
        if n > 0 {
            parts.push(lang.pick(zh, en).replace("{}", &number(n as i64)));
        }
    };
    add(m.steps, "{} 步", "{} steps");
    add(m.drawn_m.round() as usize, "新边界 {} 米", "{} m of new borders");
    add(m.counts.0, "{} 处地物", "{} places");
    add(m.counts.1, "删去 {} 处", "{} removed");
    let head = lang.pick("本次修改", "My changes");
    Some(match parts.is_empty() {
        true => lang.pick("本次还没有修改", "No changes since opening").to_owned(),
        false => format!("{head} {}", parts.join(" · ")),
    })
}

/// Paints what is in sight: new borders bold, old ones dashed, places outlined.
pub fn paint(doc: &Doc, painter: &Painter, rect: Rect, camera: &Camera, t: &Tokens) {
    let Some(m) = doc.mine.ready.as_ref().filter(|_| doc.mine.on) else { return };
    let seen = camera.visible();
    let lines = |lines: &[Vec<Pt>], boxes: &[Box2]| -> Vec<Vec<Pos2>> {
        let in_sight = lines.iter().zip(boxes).filter(|(_, b)| b.meets(&seen));
        in_sight.map(|(l, _)| l.iter().map(|p| on_screen(rect, camera, *p)).collect()).collect()
    };
    for line in lines(&m.gone, &doc.mine.boxes[1]) {
        painter.line(line.clone(), Stroke::new(4.0, t.raise));
        painter.extend(Shape::dashed_line(&line, Stroke::new(1.8, t.t2), 6.0, 5.0));
    }
    for line in lines(&m.drawn, &doc.mine.boxes[0]) {
        painter.line(line.clone(), Stroke::new(8.0, t.raise));
        painter.line(line, Stroke::new(4.5, t.accent));
    }
    for line in lines(&m.places, &doc.mine.boxes[2]) {
        if let [at] = line[..] {
            painter.circle_stroke(at, 8.0, Stroke::new(5.0, t.raise));
            painter.circle_stroke(at, 8.0, Stroke::new(2.4, t.accent));
        } else {
            painter.line(line.clone(), Stroke::new(5.0, t.raise));
            painter.line(line, Stroke::new(2.4, t.accent));
        }
    }
}
