//! What is painted of a gesture: the line in the hand, where it is refused, the read-out beside the pointer, padlocks, and
//! the plates of what changes are limited to.

use super::doc::Doc;
use super::map::on_screen;
use crate::geom::Box2;
use crate::model::{Kind, Lang as Language};
use crate::scene::{Camera, Symbol, SymbolKind};
use crate::session::tools::why;
use crate::topology::{NarrowKind, Spot, spot};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::l10n::Lang;
use crate::ui::theme::{CONTROL, SMALL, Tokens};
use crate::ui::verbs::Verb;
use crate::ui::widgets::{Delta, DeltaSide, When, delta_float};
use egui::{Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use std::collections::BTreeMap;

/// The line being drawn, the point that is chosen, slivers that are asked about, and the way from the last valid place to a
/// refused one.
pub fn sketch(doc: &Doc, painter: &egui::Painter, rect: Rect, camera: &Camera, t: &Tokens) {
    let screen = |p| on_screen(rect, camera, p);
    let mut line: Vec<Pos2> = doc.hand.line().iter().chain(doc.hand.stroke()).map(|&p| screen(p)).collect();
    let follows = doc.hand.stroke().is_empty() && doc.hand.asked().is_empty();
    if let (false, true, Some(p)) = (line.is_empty(), follows, doc.point) {
        line.extend(doc.hand.between(p).iter().map(|&q| screen(q)));
        line.push(screen(p));
    }
    if line.len() > 1 && !doc.hand.tool().builds() {
        painter.line(line.clone(), Stroke::new(5.0, t.raise));
        painter.line(line, Stroke::new(2.6, t.accent));
    }
    let s = &doc.session;
    if let Some(v) = doc.hand.vertex()
        && s.project().layer(s.plan(), s.layer()).is_some_and(|l| spot(&l.partition, v) != Spot::Free)
    {
        painter.circle_filled(screen(v), 7.5, t.raise);
        painter.circle_filled(screen(v), 5.5, t.accent);
    }
    // Slivers that it would leave: their length, hatched, and their narrowest place.
    for s in doc.hand.asked() {
        let mut along: Vec<Pos2> = s.narrow.along.iter().map(|&p| screen(p)).collect();
        if s.narrow.kind == NarrowKind::Face {
            along.extend(along.first().copied());
        }
        painter.line(along.clone(), Stroke::new(9.0, t.raise));
        painter.line(along.clone(), Stroke::new(7.0, t.warn_soft));
        painter.extend(egui::Shape::dashed_line(&along, Stroke::new(7.0, t.warn), 3.0, 4.0));
        let at = screen(s.narrow.at);
        painter.circle_stroke(at, 13.0, Stroke::new(4.5, t.raise));
        painter.circle_stroke(at, 13.0, Stroke::new(2.4, t.warn));
    }
    // Where it is refused, if that is a place.
    let origin = s.project().origin();
    let refused = doc.hand.refusal();
    if let Some(at) = refused.and_then(|e| e.at()).and_then(|p| origin.grid(p)) {
        painter.circle_stroke(screen(at), 11.0, Stroke::new(4.0, t.raise));
        painter.circle_stroke(screen(at), 11.0, Stroke::new(2.2, t.err));
    }
    if refused.is_some()
        && let (Some(p), Some(from)) = (doc.pointer, held_at(doc))
    {
        let ends = [screen(from), screen(p)];
        painter.extend(egui::Shape::dashed_line(&ends, Stroke::new(1.8, t.err), 5.0, 4.0));
    }
}

/// Where what is dragged is held: where it last was valid, else where it was taken.
fn held_at(doc: &Doc) -> Option<crate::geom::Pt> {
    doc.hand.grip().map(|g| doc.hand.good().unwrap_or(g.at()))
}

/// The name of what the pointer snapped to, and the read-out of what would move. A refusal stands where the drag is held, so
/// that it stays there while the pointer goes on.
pub fn floats(ui: &Ui, doc: &Doc, rect: Rect, camera: &Camera, lang: Lang, language: Language) {
    let hand = &doc.hand;
    let moves = hand.grip().is_some() || !hand.line().is_empty() || !hand.stroke().is_empty();
    let at = doc.pointer.map(|p| on_screen(rect, camera, p));
    let refused = hand.refusal().is_some();
    let t = Tokens::of(ui);
    if let (Some(s), true, false) = (doc.snapped, moves && at.is_some(), refused) {
        let said = s.kind.said();
        let galley = ui.painter().layout_no_wrap(said.get(language).to_owned(), fonts::regular(11.5), t.on_accent);
        let foot = on_screen(rect, camera, s.at);
        let size = galley.size() + vec2(12.0, 5.0);
        let plate = Rect::from_min_size(pos2(foot.x - size.x - 12.0, foot.y - size.y - 8.0), size);
        ui.painter().rect_filled(plate, 3.0, t.accent);
        ui.painter().galley(plate.min + vec2(6.0, 2.5), galley, t.on_accent);
    }
    let at = match held_at(doc).filter(|_| refused) {
        Some(held) => Some(on_screen(rect, camera, held).min(rect.max).max(rect.min)),
        // What was asked for by a key is told also where the pointer is elsewhere.
        None => at.or_else(|| hand.trial().map(|_| rect.center_top() + vec2(0.0, 24.0))),
    };
    let painted = super::painting::delta(doc, lang);
    if let Some(at) = at
        && (moves || hand.trial().is_some() || hand.aims() || painted.is_some() || refused && hand.tool().paints())
        && hand.asked().is_empty()
        && let Some(delta) = painted.or_else(|| delta(doc, language))
    {
        delta_float(ui, lang, at, rect, &delta);
    }
}

/// Denominator of the smallest map on which locked borders wear padlocks.
const LOCKS_TO: f64 = 12_000.0;

/// A padlock beside the name of each locked cell in view, and on the middle of each locked border. O(labels and locked
/// segments in view).
pub fn padlocks(doc: &Doc, camera: &Camera) -> Vec<Symbol> {
    let s = &doc.session;
    let Some(l) = s.history().stable().layer(s.plan(), s.layer()).filter(|l| !l.locks.is_empty()) else {
        return vec![];
    };
    let mut out = Vec::new();
    let mm = camera.mm_per_pt();
    if !l.locks.units.is_empty() && doc.picture.labels_fit(camera) {
        for label in &doc.placed {
            let named = doc.picture.scene().labels.get(label.source).filter(|x| x.chip.is_some());
            let unit = named.and_then(|x| l.unit_at(x.at));
            if !unit.is_some_and(|u| l.is_locked(u.id)) {
                continue;
            }
            // At the end of the first line, which holds code and name and leaves room for it.
            let Some(first) = label.boxes.iter().min_by(|a, b| a[1].total_cmp(&b[1])) else { continue };
            let top: Vec<_> = label.boxes.iter().filter(|b| (b[1] - first[1]).abs() < 6.0).collect();
            let right = top.iter().map(|b| b[2]).fold(first[2], f32::max);
            let middle = (first[1] + first[3]) / 2.0;
            let x = label.at.0 + (f64::from(right) - 8.0) * mm;
            let y = label.at.1 - f64::from(middle) * mm;
            if x.abs() < 1e9 && y.abs() < 1e9 {
                let at = crate::geom::pt(x.round() as i32, y.round() as i32);
                out.push(Symbol { at, kind: SymbolKind::Padlock });
            }
        }
    }
    // The longest locked segment in view of each border.
    let view = camera.visible();
    let mut longest: BTreeMap<u32, (i64, crate::geom::Pt)> = BTreeMap::new();
    if camera.scale_denominator() < LOCKS_TO {
        for &(a, b) in l.locks.lines.iter().filter(|(a, b)| Box2::of_two(*a, *b).meets(&view)) {
            let Some(edge) = l.partition.border_of(a, b) else { continue };
            let mid = |a: i32, b: i32| ((i64::from(a) + i64::from(b)) / 2) as i32;
            let it = (a.dist2(b), crate::geom::pt(mid(a.x, b.x), mid(a.y, b.y)));
            let best = longest.entry(edge).or_insert(it);
            *best = (*best).max(it);
        }
    }
    out.extend(longest.into_values().map(|(_, at)| Symbol { at, kind: SymbolKind::Padlock }));
    out
}

/// Plates that say to what changes are limited, and that one's own are shown, the first's left top at `at`; a click lifts
/// the limit.
pub fn limits(ui: &mut Ui, doc: &Doc, lang: Lang, at: Pos2) -> Option<Verb> {
    let s = &doc.session;
    let unit = s.only_within().and_then(|id| s.project().layer(s.plan(), s.layer())?.units.get(&id));
    let within = unit.map(|u| {
        let name = if u.name.is_empty() { &u.code } else { &u.name };
        (Verb::OnlyWithin, lang.pick("只动 {}", "Only {} changes").replace("{}", name))
    });
    let gaps = s.only_gaps().then(|| (Verb::OnlyGaps, lang.pick("只填空白", "Only gaps are filled").to_owned()));
    let t = Tokens::of(ui);
    let (mut corner, mut out) = (at, None);
    let mine = super::mine::words(doc, lang).map(|words| (Verb::MyEdits, words));
    for (verb, words) in within.into_iter().chain(gaps).chain(mine) {
        let limit = verb != Verb::MyEdits;
        let galley = ui.painter().layout_no_wrap(words.clone(), fonts::semi(SMALL), t.t1);
        let size = vec2(galley.size().x + 56.0, 24.0);
        if corner.x > at.x && corner.x + size.x > ui.max_rect().right() - 6.0 {
            corner = pos2(at.x, corner.y + size.y + 6.0);
        }
        let rect = Rect::from_min_size(corner, size);
        corner.x = rect.right() + 6.0;
        let r = ui.interact(rect, ui.scope_id().with(("limit", verb.name(Lang::En))), Sense::click());
        let p = ui.painter();
        let (ground, tone) = if limit { (t.warn_soft, t.warn) } else { (t.raise, t.accent) };
        let edge = if r.hovered() || r.has_focus() { t.accent } else { tone };
        p.rect(rect, CONTROL, ground, Stroke::new(1.2, edge), StrokeKind::Inside);
        let square = |x: f32| Rect::from_center_size(pos2(x, rect.center().y), vec2(14.0, 14.0));
        if let Some(icon) = verb.icon() {
            icon.paint(p, square(rect.left() + 15.0), tone);
        }
        p.galley(pos2(rect.left() + 28.0, rect.center().y - galley.size().y / 2.0), galley, t.t1);
        Icon::Close.paint(p, square(rect.right() - 14.0), t.t2);
        let lift = match limit {
            true => lang.pick("取消限制", "lift the limit"),
            false => lang.pick("不再显示", "show no longer"),
        };
        r.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{words} {lift}")));
        if r.on_hover_text(lift).clicked() {
            out = Some(verb);
        }
    }
    out
}

/// What the staged edit moves, or why it cannot be.
pub fn delta(doc: &Doc, language: Language) -> Option<Delta> {
    if let Some(e) = doc.hand.refusal() {
        return Some(Delta { refusal: Some(why(&doc.session, e).get(language).to_owned()), ..Delta::default() });
    }
    let staged = doc.session.history().staged()?;
    let s = &doc.session;
    let project = &staged.outcome.project;
    let l = project.layer(s.plan(), s.layer())?;
    let old = s.history().stable();
    let rules = &project.facts.rules;
    let lowest = project.facts.layers.get(s.layer() as usize).map_or(0, |d| d.cell_level());
    let unassigned = if language == Language::Zh { "未划入" } else { "None" };
    let changes = s.staged();
    // Those whose households change, and the two sides of the border that moves.
    let mut owners: Vec<u64> = changes.delta.keys().copied().collect();
    for (_, _, p) in &staged.outcome.patch.partitions {
        for e in p.edges.iter().filter_map(|c| c.after.as_ref()) {
            let (a, b) = l.partition.sides(e);
            owners.extend([a, b].into_iter().filter(|_| p.edges.len() < 3));
        }
    }
    owners.sort_unstable();
    owners.dedup();
    let mut sides: Vec<(i64, DeltaSide)> = owners
        .iter()
        .filter_map(|owner| {
            let unit = l.unit_of(*owner).or_else(|| old.layer(s.plan(), s.layer())?.unit_of(*owner))?;
            let d = changes.delta.get(owner).map_or(0, |d| d.households);
            let before = s.assignment().own(*owner).households;
            // Ground of a higher unit is ground that no cell has: it wears no cell's code and has no range to keep.
            let cell = unit.level >= lowest;
            let side = DeltaSide {
                code: if cell { crate::scene::cell_chip(l, unit) } else { unassigned.to_owned() },
                tone: doc.picture.layers.colours.number(*owner).unwrap_or(0),
                before,
                after: before + d,
                deviation: cell.then(|| rules.deviation((before + d).max(0) as u64)),
            };
            (cell || d != 0).then_some((d, side))
        })
        .collect();
    // Who loses most, who gains most, then those that the line only touches.
    sides.sort_by_key(|(d, _)| (*d == 0, -d.abs()));
    if let [(first, _), (second, _), ..] = sides[..]
        && first > 0
        && second < 0
    {
        sides.swap(0, 1);
    }
    let moved = &changes.buildings;
    let table = project.table(Kind::Buildings);
    let sum = |f: crate::model::Field| -> i64 {
        moved.iter().filter_map(|m| table.get(m.slot)?.count(f)).map(i64::from).sum()
    };
    let yard = moved.iter().find_map(|m| {
        let yard = s.assignment().courtyards().of_building(m.slot)?;
        project.table(Kind::Courtyards).get(yard).map(|r| r.name().to_owned())
    });
    let incidents = !project.table(Kind::Incidents).is_empty();
    Some(Delta {
        sides: sides.into_iter().map(|(_, s)| s).collect(),
        place: yard.unwrap_or_default(),
        households: sum(crate::model::Field::Households),
        residents: sum(crate::model::Field::Residents),
        buildings: moved.len() as i64,
        incidents: incidents.then_some(changes.incidents.len() as i64),
        refusal: None,
        when: match () {
            () if doc.hand.trial().is_some() => When::Enter,
            () if doc.hand.aims() => When::Click,
            () if doc.hand.grip().is_some() => When::Release,
            () => When::Finish,
        },
    })
}
