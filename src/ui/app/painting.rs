//! The brush on the map: its circle and size, what it has painted, and the border that is looked for beside the window.

use super::doc::Doc;
use super::map::on_screen;
use crate::geom::Pt;
use crate::jobs::{JobError, Jobs, Latest};
use crate::model::{Kind, Lang as Language};
use crate::scene::{Camera, cell_chip};
use crate::session::paint::{Reformed, Wish, reformed};
use crate::session::tools::Tool;
use crate::ui::fonts::{regular, semi};
use crate::ui::l10n::Lang;
use crate::ui::theme::{BODY, CONTROL, SMALL, Tokens};
use crate::ui::widgets::{Delta, DeltaSide, When};
use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

/// The border that is looked for.
#[derive(Default)]
pub struct Painting {
    job: Latest<(Wish, Reformed)>,
    asked: Option<Wish>,
}

/// Asks for the border round what is painted, once the pen is lifted, and takes it over when it is found.
pub fn keep(doc: &mut Doc, jobs: &Jobs, now: i64) {
    if let Some((_, result)) = doc.painting.job.poll(jobs) {
        let wish = doc.hand.wish(&doc.session);
        match result {
            Ok((of, found)) if Some(&of) == wish.as_ref() => doc.hand.reform(&mut doc.session, &found, now),
            Ok(_) => {}
            // It went wrong inside: nothing was found, pins are offered.
            Err(JobError::Cancelled) => doc.painting.asked = None,
            Err(_) => {
                if let Some(w) = wish {
                    let far = w.painted;
                    doc.hand.reform(&mut doc.session, &Reformed { far, ..Reformed::default() }, now);
                }
            }
        }
    }
    let wish = doc.hand.wish(&doc.session);
    if wish == doc.painting.asked {
        return;
    }
    doc.painting.asked.clone_from(&wish);
    // What was looked for before is not wanted any more.
    doc.painting.job.clear();
    let Some(wish) = wish else { return };
    let project = doc.session.history().stable().clone();
    let assignment = doc.session.shared_assignment();
    doc.painting.job.request(jobs, "border", move |token| {
        let found = reformed(&project, &assignment, &wish, &|| token.check().is_ok()).ok_or(JobError::Cancelled)?;
        Ok((wish, found))
    });
}

fn tone(doc: &Doc, t: &Tokens) -> Color32 {
    if doc.hand.tool() == Tool::Erase { t.out } else { t.into }
}

/// Paints the buildings that are painted. Once the border is shown, they wear their new cell instead.
pub fn lit(doc: &Doc, painter: &Painter, rect: Rect, camera: &Camera, t: &Tokens) {
    let (hand, tone) = (&doc.hand, tone(doc, t));
    let screen = |p: Pt| on_screen(rect, camera, p);
    if hand.tool().paints() && hand.trial().is_none() {
        let p = doc.session.history().stable();
        let (table, view) = (p.table(Kind::Buildings), camera.visible());
        for row in hand.painted().iter().filter_map(|s| table.get(*s)).filter(|r| r.bbox().meets(&view)) {
            outline(painter, row.shape().parts.into_iter().flatten(), &screen, tone, t);
            if let (1, Some(at)) = (row.shape().tag, row.anchor()) {
                painter.circle(screen(at), 6.0, t.raise, Stroke::new(2.5, tone));
            }
        }
    }
}

/// Paints the brush and its size.
pub fn brush(doc: &Doc, painter: &Painter, rect: Rect, camera: &Camera, t: &Tokens) {
    let (hand, tone) = (&doc.hand, tone(doc, t));
    let screen = |p: Pt| on_screen(rect, camera, p);
    if let Some(at) = doc.pointer.filter(|_| hand.tool().paints()) {
        let (at, r) = (screen(at), (f64::from(hand.brush_m()) * 500.0 / camera.mm_per_pt()) as f32);
        painter.circle(at, r, tone.gamma_multiply(0.08), Stroke::new(3.5, t.raise));
        painter.circle_stroke(at, r, Stroke::new(1.6, tone));
        if r < 3.0 {
            painter.circle_filled(at, 2.0, tone);
        }
        let galley = painter.layout_no_wrap(format!("{} m", hand.brush_m()), semi(SMALL), t.on_plate);
        let size = galley.size() + vec2(12.0, 5.0);
        let mut min = pos2(at.x - size.x / 2.0, at.y + r + 6.0);
        if min.y + size.y > rect.bottom() - 6.0 {
            min.y = at.y - r - 6.0 - size.y;
        }
        painter.rect_filled(Rect::from_min_size(min, size), CONTROL, t.plate);
        painter.galley(min + vec2(6.0, 2.5), galley, t.on_plate);
    }
}

fn outline<'a>(
    painter: &Painter,
    rings: impl Iterator<Item = &'a [Pt]>,
    screen: &dyn Fn(Pt) -> Pos2,
    tone: Color32,
    t: &Tokens,
) {
    for ring in rings.filter(|r| r.len() > 2) {
        let mut points: Vec<Pos2> = ring.iter().map(|&p| screen(p)).collect();
        if points.len() < 5 {
            painter.add(Shape::convex_polygon(points.clone(), tone.gamma_multiply(0.3), Stroke::NONE));
        }
        points.extend(points.first().copied());
        painter.line(points.clone(), Stroke::new(4.5, t.raise));
        painter.line(points, Stroke::new(2.4, tone));
    }
}

/// What the brush left out, and why: on a plate below the hint. Returns where the next one goes.
pub fn left_out(doc: &Doc, painter: &Painter, language: Language, at: Pos2, t: &Tokens) -> Pos2 {
    let shown = doc.hand.tool().paints() && !doc.hand.painted().is_empty();
    let Some(said) = doc.hand.brush_told().filter(|_| shown) else { return at };
    let galley = painter.layout_no_wrap(said.get(language).to_owned(), regular(BODY), t.t1);
    let plate = Rect::from_min_size(at, galley.size() + vec2(20.0, 9.0));
    painter.rect(plate, CONTROL, t.warn_soft, Stroke::new(1.2, t.warn), egui::StrokeKind::Inside);
    painter.galley(plate.min + vec2(10.0, 4.5), galley, t.t1);
    plate.left_bottom() + vec2(0.0, 7.0)
}

/// What would move by what is painted, while no border is shown yet; or why nothing can be painted.
pub fn delta(doc: &Doc, lang: Lang) -> Option<Delta> {
    let (hand, s) = (&doc.hand, &doc.session);
    if !hand.tool().paints() || hand.trial().is_some() || hand.refusal().is_some() {
        return None;
    }
    let told = || hand.brush_told().map(|said| said.get(s.lang()).to_owned());
    if hand.painted().is_empty() || !(hand.is_painting() || hand.waits_for_border()) {
        return told().map(|why| Delta { refusal: Some(why), ..Delta::default() });
    }
    let painted = hand.painted_tally(s);
    let p = s.history().stable();
    let l = p.layer(s.plan(), s.layer())?;
    let rules = &p.facts.rules;
    let mut sides: Vec<(i64, DeltaSide)> = painted
        .households
        .iter()
        .map(|(owner, d)| {
            let cell = crate::assign::is_cell(p, s.plan(), s.layer(), *owner);
            let before = s.assignment().own(*owner).households;
            let code = l.unit_of(*owner).filter(|_| cell).map(|u| cell_chip(l, u));
            let side = DeltaSide {
                code: code.unwrap_or_else(|| lang.pick("未划入", "None").to_owned()),
                tone: doc.picture.layers.colours.number(*owner).unwrap_or(0),
                before,
                after: before + d,
                deviation: cell.then(|| rules.deviation((before + d).max(0) as u64)),
            };
            (*d, side)
        })
        .collect();
    sides.sort_by_key(|(d, _)| *d);
    // Who loses most and who gains come first.
    if sides.len() > 2
        && let Some(gains) = sides.pop()
    {
        sides.insert(1, gains);
    }
    Some(Delta {
        sides: sides.into_iter().map(|(_, s)| s).collect(),
        households: painted.all_households,
        residents: painted.residents,
        buildings: painted.buildings,
        when: When::Shown,
        ..Delta::default()
    })
}
