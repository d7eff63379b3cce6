//! Scanned plans in the window: read beside it, shown under the map, placed by the hand.
//!
//! What is asked of a picture (opacity, order, place) is an edit like any other; only while a slider or a point is in the
//! hand does it look otherwise than the project says.

use super::App;
use super::doc::Doc;
use super::files::Purpose;
use super::map::{Asked, on_screen};
use super::work::Work;
use crate::exchange::{Scan, decode_picture, read_picture_file};
use crate::geom::{Affine, Box2, Fit, Place, Pt};
use crate::jobs::{Job, JobError, Jobs};
#[cfg(test)]
use crate::model::Lang as Language;
use crate::model::{Said, Underlay};
use crate::plan::{Edit, EditError, Op, UnderlayOp};
use crate::scene::{Backdrop, Camera, Pyramid, backdrop_of};
use crate::session::snap::snap;
use crate::session::tools::typed;
use crate::session::underlay::{By, Coming, End, Hold, Placing, ground, incoming, reorder};
use crate::session::{Command, Effect};
use crate::store::{keep_picture, read_picture};
use crate::ui::fonts::semi;
use crate::ui::l10n::Lang;
use crate::ui::panels::underlays::{PlacingView, PointRow, UnderlayRow, UnderlaysAction, UnderlaysView};
use crate::ui::theme::{SMALL, Tokens};
use egui::{Align2, Key, Painter, PointerButton, Pos2, Rect, Response, Shape, Stroke, StrokeKind, Ui, vec2};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A picture of an underlay: on its way, there, or not to be had.
enum Picture {
    Reading(Job<Arc<Pyramid>>),
    Ready(Arc<Pyramid>),
    Missing(Said),
}

/// Underlays of an opened project beyond what the project says of them.
#[derive(Default)]
pub struct Underlays {
    /// By the hash of their files.
    pictures: BTreeMap<String, Picture>,
    /// The one that is being placed.
    pub placing: Option<Placing>,
    /// What of it is in the hand: what, the placing as it was, where it was grabbed.
    held: Option<(Hold, Placing, Place)>,
    /// A slider in the hand: name and per cent.
    opacity: Option<(String, u8)>,
}

/// A picture that was read, to be added.
pub struct Added {
    pub name: String,
    pub hash: String,
    pub scan: Scan,
    pub world: Option<Affine>,
    pub pyramid: Arc<Pyramid>,
}

fn words(said: Said) -> JobError {
    JobError::failed(said.into_pair())
}

fn pyramid_of(scan: &Scan) -> Result<Arc<Pyramid>, JobError> {
    let made = Pyramid::new(scan.rgba.clone(), scan.kept, scan.step, scan.size);
    made.map(Arc::new).ok_or_else(|| words(Said::new("图片读不出来", "The picture cannot be read")))
}

/// Begins to read what is not there, takes over what was read. What could not be had is given back once, in words.
pub fn keep(doc: &mut Doc, jobs: &Jobs, data: Option<&Path>) -> Vec<Said> {
    let mut told = Vec::new();
    let p = doc.session.project();
    let placed = doc.underlays.placing.as_ref().map(|x| x.name.clone());
    let pictures = &mut doc.underlays.pictures;
    for u in p.facts.underlays.values() {
        // What is hidden takes no memory until it is wanted.
        let seen = u.shown || placed.as_ref() == Some(&u.name);
        if pictures.contains_key(&u.picture) || !seen {
            continue;
        }
        let (u, path, data) = (u.clone(), doc.path.clone(), data.map(Path::to_owned));
        let hash = u.picture.clone();
        let job = jobs.spawn("underlay", move |token| {
            let bytes = read_picture(&u, path.as_deref(), data.as_deref()).map_err(|e| words(e.said()))?;
            let scan = decode_picture(&u.name, &bytes, &|| token.check().is_ok()).map_err(|e| words(e.said()))?;
            pyramid_of(&scan)
        });
        pictures.insert(hash, Picture::Reading(job));
    }
    for picture in doc.underlays.pictures.values_mut() {
        let Picture::Reading(job) = picture else { continue };
        match job.poll() {
            None => {}
            Some(Ok(made)) => *picture = Picture::Ready(made),
            Some(Err(e)) => {
                let [zh, en] = e.words();
                let said = Said::new(zh, en);
                told.push(said.clone());
                *picture = Picture::Missing(said);
            }
        }
    }
    // What no underlay has any more is read again if it comes back.
    let named: BTreeSet<&str> = doc.session.project().facts.underlays.values().map(|u| u.picture.as_str()).collect();
    doc.underlays.pictures.retain(|hash, _| named.contains(hash.as_str()));
    // What was taken away meanwhile is not placed any more.
    let gone = |n: &Placing| doc.session.project().underlay(&n.name).is_none();
    if doc.underlays.placing.as_ref().is_some_and(gone) {
        (doc.underlays.placing, doc.underlays.held) = (None, None);
    }
    told
}

/// Whether pictures are on their way.
#[cfg(test)]
pub fn reading(doc: &Doc) -> bool {
    doc.underlays.pictures.values().any(|p| matches!(p, Picture::Reading(_)))
}

/// The pictures to be painted, the lowest first.
pub fn backdrops(doc: &Doc) -> Vec<Backdrop> {
    let p = doc.session.project();
    let own = &doc.underlays;
    let one = |u: &Arc<Underlay>| {
        let placing = own.placing.as_ref().filter(|x| x.name == u.name);
        let Some(Picture::Ready(pyramid)) = own.pictures.get(&u.picture) else { return None };
        if !u.shown && placing.is_none() {
            return None;
        }
        let place = placing.map(Placing::place);
        let mut b = backdrop_of(p, u, place.as_ref(), pyramid);
        // Under buildings nobody could find a corner of it.
        b.over = placing.is_some();
        if let Some((_, v)) = own.opacity.as_ref().filter(|(n, _)| *n == u.name) {
            b.opacity = f32::from(*v) / 100.0;
        }
        Some(b)
    };
    p.underlays().into_iter().filter_map(one).collect()
}

/// The ground of the pictures that are shown; of the one that is being placed where it is now.
pub fn extent(doc: &Doc) -> Box2 {
    let p = doc.session.project();
    let now = |u: &Arc<Underlay>| match doc.underlays.placing.as_ref().filter(|x| x.name == u.name) {
        Some(x) => ground(p, &Underlay { place: x.place(), ..(**u).clone() }),
        None => ground(p, u),
    };
    let placing = |u: &Underlay| doc.underlays.placing.as_ref().is_some_and(|x| x.name == u.name);
    let seen = p.facts.underlays.values().filter(|u| u.shown || placing(u));
    seen.fold(Box2::EMPTY, |b, u| b.union(now(u)))
}

// ---- the hand on the map ---------------------------------------------------------------------------------------

/// Pointer while a picture is being placed. Returns whether something moves.
pub fn pointer(
    ui: &Ui,
    doc: &mut Doc,
    r: &Response,
    (raw, press): (Option<Pt>, Option<Pt>),
    reach_mm: i32,
    (space, free): (bool, bool),
    asked: &mut Asked,
) -> bool {
    (doc.hovered, doc.grip, doc.snapped) = (None, None, None);
    doc.point = raw;
    let Some(raw) = raw else { return false };
    let Some(mut placing) = doc.underlays.placing.take() else { return false };
    let origin = doc.session.project().origin();
    let reach_m = f64::from(reach_mm) / 1000.0;
    // Only what lies on the ground snaps to it.
    let on_ground = placing.pending.is_some() || matches!(doc.underlays.held, Some((Hold::Point(_, End::Ground), ..)));
    if doc.snapping && !free && on_ground {
        let here = (doc.session.plan(), doc.session.layer());
        doc.snapped = snap(doc.session.history().stable(), here, raw, reach_mm, None, None, None);
    }
    let at = origin.place(doc.snapped.map_or(raw, |s| s.at));
    let mut moves = false;
    if r.drag_started_by(PointerButton::Primary) && !space {
        let from = origin.place(press.unwrap_or(raw));
        let hold = placing.hold_at(from, reach_m).filter(|h| placing.pending.is_none() || matches!(h, Hold::Point(..)));
        match hold {
            Some(hold) => {
                placing.mark();
                doc.underlays.held = Some((hold, placing.clone(), from));
            }
            None => doc.panning = true,
        }
    }
    if r.dragged_by(PointerButton::Primary)
        && let Some((hold, of, from)) = &doc.underlays.held
    {
        placing.drag(of, *hold, *from, at);
        moves = true;
    }
    if r.drag_stopped_by(PointerButton::Primary) {
        doc.panning = false;
        doc.underlays.held = None;
    }
    let over = placing.hold_at(origin.place(raw), reach_m);
    if r.clicked() && placing.pending.is_none() && matches!(over, Some(Hold::Point(..))) {
        // A click on a point that is there is no new one.
    } else if r.clicked()
        && let Err(why) = placing.click(at)
    {
        asked.refused = Some(why);
    }
    let icon = match (&doc.underlays.held, over, placing.pending) {
        (None, _, Some(_)) => egui::CursorIcon::Crosshair,
        (Some((Hold::Point(..), ..)), ..) | (None, Some(Hold::Point(..)), _) => egui::CursorIcon::Move,
        (Some(_), ..) => egui::CursorIcon::Grabbing,
        (None, Some(Hold::Corner(_)), _) => egui::CursorIcon::Grab,
        _ => egui::CursorIcon::Crosshair,
    };
    ui.ctx().set_cursor_icon(icon);
    let finish = r.secondary_clicked();
    doc.underlays.placing = Some(placing);
    if finish {
        done(doc, asked);
    }
    moves
}

/// Keys while a picture is being placed. Whether one was used.
pub fn keys(ui: &Ui, doc: &mut Doc, asked: &mut Asked) -> bool {
    let pressed = |k: Key| ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, k));
    let Some(placing) = &mut doc.underlays.placing else { return false };
    if pressed(Key::Escape) {
        // First the point that waits, then the placing.
        if placing.pending.take().is_none() {
            (doc.underlays.placing, doc.underlays.held) = (None, None);
        }
    } else if pressed(Key::Backspace) {
        placing.take_back();
    } else if pressed(Key::Enter) {
        done(doc, asked);
    } else {
        return false;
    }
    ui.ctx().request_repaint();
    true
}

/// Ends the placing by one step, or says why it cannot be yet.
fn done(doc: &mut Doc, asked: &mut Asked) {
    let Some(placing) = doc.underlays.placing.take() else { return };
    match placing.op() {
        Ok(op) => asked.placed = Some(op),
        Err(why) => {
            asked.refused = Some(EditError::Fit(why).said());
            doc.underlays.placing = Some(placing);
        }
    }
}

/// Paints what there is to grab of a picture that is being placed: its frame, corners, points and what they are off by.
pub fn paint(doc: &Doc, painter: &Painter, rect: Rect, camera: &Camera, t: &Tokens) {
    let Some(placing) = &doc.underlays.placing else { return };
    let origin = doc.session.project().origin();
    let screen = |[e, n]: [f64; 2]| {
        let (x, y) = (e - origin.e_m as f64, n - origin.n_m as f64);
        let (x, y) = camera.to_screen_f((x * 1000.0, y * 1000.0));
        rect.min + vec2(x, y) / camera.pixels_per_point
    };
    let mut frame: Vec<Pos2> = placing.corners().into_iter().map(screen).collect();
    frame.extend(frame.first().copied());
    painter.line(frame.clone(), Stroke::new(4.0, t.raise));
    painter.line(frame.clone(), Stroke::new(1.8, t.accent));
    if placing.points.is_empty() && placing.pending.is_none() {
        for corner in &frame[..4] {
            painter.circle(*corner, 5.5, t.raise, Stroke::new(1.8, t.accent));
        }
    }
    let place = placing.place();
    for (i, p) in placing.points.iter().enumerate() {
        let (shown, ground) = (screen(place.apply(p.pixel)), screen(p.at.metres()));
        if shown.distance(ground) > 2.0 {
            painter.line_segment([shown, ground], Stroke::new(4.5, t.raise));
            painter.line_segment([shown, ground], Stroke::new(2.2, t.err));
            let b = Rect::from_center_size(shown, vec2(9.0, 9.0));
            painter.rect(b, 0.0, t.raise, Stroke::new(1.8, t.err), StrokeKind::Middle);
        }
        painter.circle(ground, 9.0, t.accent, Stroke::new(2.0, t.raise));
        painter.text(ground, Align2::CENTER_CENTER, (i + 1).to_string(), semi(SMALL), t.on_accent);
    }
    if let Some(pixel) = placing.pending {
        let from = screen(place.apply(pixel));
        if let Some(at) = doc.snapped.map(|s| s.at).or(doc.pointer) {
            painter.extend(Shape::dashed_line(
                &[from, on_screen(rect, camera, at)],
                Stroke::new(1.8, t.accent),
                5.0,
                4.0,
            ));
        }
        painter.circle_stroke(from, 9.0, Stroke::new(4.5, t.raise));
        painter.circle_stroke(from, 9.0, Stroke::new(2.2, t.accent));
        painter.circle_filled(from, 2.0, t.accent);
    }
}

// ---- the float -------------------------------------------------------------------------------------------------

fn metres(lang: Lang, v: f64) -> String {
    format!("{v:.2} {}", lang.pick("米", "m"))
}

/// What the float shows.
pub fn view(doc: &Doc, lang: Lang) -> UnderlaysView {
    let p = doc.session.project();
    let own = &doc.underlays;
    let all = p.underlays();
    let top = all.len().saturating_sub(1);
    let row = |(i, u): (usize, &&Arc<Underlay>)| {
        let picture = own.pictures.get(&u.picture);
        let [w, h] = u.size;
        let pixel_m = u.place.pixel_size();
        let placed = match u.points.len() {
            0 => format!("{w}×{h}，{}", lang.pick("每像素", "a pixel")),
            n => {
                let (_, rms) = Placing::of(u).residuals();
                let of = lang.pick("点定位，中误差", "points, RMS");
                format!("{n} {of} {}，{}", metres(lang, rms), lang.pick("每像素", "a pixel"))
            }
        };
        let detail = format!("{placed} {}", metres(lang, pixel_m));
        UnderlayRow {
            name: u.name.clone(),
            detail: if lang == Lang::En { detail.replace('，', ", ") } else { detail },
            missing: match picture {
                Some(Picture::Missing(said)) => Some(said.get(lang.spoken()).to_owned()),
                _ => None,
            },
            reading: matches!(picture, Some(Picture::Reading(_)) | None),
            shown: u.shown,
            opacity: own.opacity.as_ref().filter(|(n, _)| *n == u.name).map_or(u.opacity, |(_, v)| *v),
            can_rise: i < top,
            can_sink: i > 0,
        }
    };
    let rows = all.iter().enumerate().map(row).rev().collect();
    UnderlaysView { rows, placing: own.placing.as_ref().map(|x| placing_view(x, lang)) }
}

fn placing_view(x: &Placing, lang: Lang) -> PlacingView {
    let (each, rms) = x.residuals();
    let determined = x.points.len() >= 2;
    let point = |(p, off): (&crate::model::ControlPoint, &f64)| {
        let [e, n] = p.at.metres();
        PointRow {
            at: format!("{n:.3},{e:.3}"),
            off: if determined { metres(lang, *off) } else { String::new() },
            bad: determined && x.points.len() > 2 && *off > 2.0 * rms.max(0.05),
        }
    };
    let mut points: Vec<PointRow> = x.points.iter().zip(&each).map(point).collect();
    if x.pending.is_some() {
        points.push(PointRow::default());
    }
    let why_not = match (x.points.len(), x.solved()) {
        (0 | 1, _) | (_, Ok(_)) => None,
        (_, Err(e)) => Some(EditError::Fit(e).said().get(lang.spoken()).to_owned()),
    };
    let rms = determined.then(|| format!("{} {}", lang.pick("中误差", "RMS"), metres(lang, rms)));
    PlacingView { name: x.name.clone(), affine: x.fit == Fit::Affine, points, rms, why_not }
}

impl App {
    /// Asks for a picture to be added.
    pub(super) fn ask_underlay(&mut self) {
        if self.doc.is_none() {
            self.begin_new();
        }
        self.ask_path(Purpose::Underlay);
    }

    /// Reads a picture beside the window, and adds it.
    pub(super) fn add_underlay(&mut self, path: PathBuf) {
        let Some(doc) = &self.doc else { return };
        let (number, data) = (doc.number, self.data.clone());
        let name = path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
        let label = format!("{} {name}", self.lang.pick("正在读图", "Reading"));
        let job = self.jobs.spawn(&label, move |token| {
            let file = read_picture_file(&path, None).map_err(|e| words(e.said()))?;
            let scan =
                decode_picture(&file.name, &file.bytes, &|| token.check().is_ok()).map_err(|e| words(e.said()))?;
            let pyramid = pyramid_of(&scan)?;
            token.check()?;
            let hash = keep_picture(data.as_deref(), &file.bytes).map_err(|e| words(e.said()))?;
            Ok(Added { name: file.name, hash, scan, world: file.world, pyramid })
        });
        self.work.push(Work::Underlay(job, number));
    }

    /// A picture for the project numbered `of` was read: one edit adds it. Without a place of its own it lies in the middle
    /// of the view, and is placed next. The camera stays where it is.
    pub(super) fn show_added(&mut self, a: Added, of: u64, time: f64) {
        let (now, lang, language) = (self.now(), self.lang, self.language());
        let Some(doc) = self.doc.as_mut().filter(|d| d.number == of) else {
            let what = lang.pick("项目已换，没有添加底稿", "Another project is open: the underlay was not added");
            return self.warn(what);
        };
        let p = doc.session.history().stable();
        let bare = doc.extent_of_rows().is_empty() && p.facts.underlays.is_empty();
        let view = doc.camera.map_or(([0.0; 2], [400.0; 2]), |c| {
            let [e, n] = [p.origin().e_m as f64 + c.centre.0 / 1e3, p.origin().n_m as f64 + c.centre.1 / 1e3];
            let room = |px: f32| f64::from(px) * c.mm_per_px / 1e3 * 0.8;
            ([e, n], [room(c.size_px.0), room(c.size_px.1)])
        });
        let coming = Coming { name: &a.name, hash: &a.hash, scan: &a.scan, world: a.world, crs: None, view };
        let placed = match incoming(p, &coming) {
            Ok(placed) => placed,
            Err(said) => return self.error(said.get(language)),
        };
        doc.underlays.pictures.insert(a.hash, Picture::Ready(a.pyramid));
        let name = placed.op.name.clone();
        let effects = doc.dispatch(Command::Do(Op::Underlay(Box::new(placed.op)).into()), now);
        let done = effects.iter().any(|e| matches!(e, Effect::Committed { .. }));
        if done {
            doc.hidden.retain(|h| *h != super::doc::Shown::Underlays);
            match placed.by {
                By::View => self.begin_placing(&name),
                // The first thing in an empty project: there was nothing to look at before.
                By::Tags | By::World if bare => doc.camera = None,
                By::Tags | By::World => {}
            }
            self.show_underlays(true);
            self.tell(&effects);
        }
        self.heed(effects, time);
        for said in [placed.said, a.scan.reduced()].into_iter().flatten() {
            self.warn(said.get(language));
        }
    }

    /// Opens or closes the float; the one of the layers stands in the same place.
    pub(super) fn show_underlays(&mut self, on: bool) {
        self.underlays_open = on;
        self.layers_open &= !on;
        if let (true, Some(doc)) = (on, &mut self.doc) {
            // Somebody may have put a missing picture back.
            doc.underlays.pictures.retain(|_, p| !matches!(p, Picture::Missing(_)));
        }
    }

    fn begin_placing(&mut self, name: &str) {
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        let effects = doc.hand.take(crate::session::tools::Tool::Select, &mut doc.session, now);
        doc.follow(&effects);
        doc.underlays.placing = doc.session.project().underlay(name).map(|u| Placing::of(u));
        doc.underlays.held = None;
    }

    /// What the float asks for.
    pub(super) fn underlays_action(&mut self, action: UnderlaysAction, time: f64) {
        use UnderlaysAction as A;
        let language = self.language();
        let Some(doc) = &mut self.doc else { return };
        let op = |name: String| UnderlayOp { name, ..UnderlayOp::default() };
        let edit: Edit = match action {
            A::Add => return self.ask_underlay(),
            A::Close => return self.show_underlays(false),
            A::Place(name) => return self.begin_placing(&name),
            A::Opacity(name, v) => {
                doc.underlays.opacity = Some((name, v));
                return;
            }
            A::FlyTo(name) => {
                let p = doc.session.project();
                let b = p.underlay(&name).map_or(Box2::EMPTY, |u| ground(p, u));
                return doc.fly_to(b, time);
            }
            A::Raise(name, up) => match reorder(doc.session.project(), &name, up) {
                Some(edit) => edit,
                None => return,
            },
            A::Show(name, on) => Op::Underlay(Box::new(UnderlayOp { shown: Some(on), ..op(name) })).into(),
            A::Remove(name) => Op::Underlay(Box::new(UnderlayOp { remove: true, ..op(name) })).into(),
            A::Fit(affine) => {
                if let Some(x) = &mut doc.underlays.placing {
                    x.fit = if affine { Fit::Affine } else { Fit::Similarity };
                }
                return;
            }
            A::RemovePoint(i) => {
                if let Some(x) = &mut doc.underlays.placing {
                    if i < x.points.len() { x.remove(i) } else { x.pending = None }
                }
                return;
            }
            A::Coordinates(i, text) => {
                let origin = doc.session.project().origin();
                match typed(&text, None, None, origin) {
                    Ok(at) => {
                        if let Some(x) = &mut doc.underlays.placing {
                            x.give(i, origin.place(at));
                        }
                    }
                    Err(why) => self.warn(why.get(language)),
                }
                return;
            }
            A::Done => {
                let mut asked = Asked::default();
                done(doc, &mut asked);
                return self.follow_placing(&asked, time);
            }
            A::GiveUp => {
                (doc.underlays.placing, doc.underlays.held) = (None, None);
                return;
            }
        };
        let removed = edit.ops().any(|op| matches!(op, Op::Underlay(u) if u.remove));
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        let effects = doc.dispatch(Command::Do(edit), now);
        if removed {
            self.tell(&effects);
        }
        self.heed(effects, time);
    }

    /// What came of the hand on a picture that is being placed.
    pub(super) fn follow_placing(&mut self, asked: &Asked, time: f64) {
        if let Some(why) = &asked.refused {
            let why = why.get(self.language()).to_owned();
            self.warn(&why);
        }
        if let Some(op) = &asked.placed {
            let now = self.now();
            let Some(doc) = &mut self.doc else { return };
            let same = doc
                .session
                .project()
                .underlay(&op.name)
                .is_some_and(|u| op.points.is_none() && op.place == Some(u.place));
            if same {
                return;
            }
            let effects = doc.dispatch(Command::Do(Op::Underlay(Box::new(op.clone())).into()), now);
            self.tell(&effects);
            self.heed(effects, time);
        }
    }

    /// A slider that was let go becomes a step.
    pub(super) fn settle_opacity(&mut self, ctx: &egui::Context, time: f64) {
        if ctx.input(|i| i.pointer.any_down()) {
            return;
        }
        let Some((name, v)) = self.doc.as_mut().and_then(|d| d.underlays.opacity.take()) else { return };
        let now = self.now();
        let Some(doc) = &mut self.doc else { return };
        if doc.session.project().underlay(&name).is_some_and(|u| u.opacity != v) {
            let op = UnderlayOp { name, opacity: Some(v), ..UnderlayOp::default() };
            let effects = doc.dispatch(Command::Do(Op::Underlay(Box::new(op)).into()), now);
            self.heed(effects, time);
        }
    }
}

/// The hint of what the hand does next, if a picture is being placed.
pub fn hint(doc: &Doc) -> Option<(Said, Said)> {
    doc.underlays.placing.as_ref().map(Placing::hint)
}

/// Names of the pictures that cannot be seen, for tests.
#[cfg(test)]
pub fn missing(doc: &Doc, lang: Language) -> Vec<String> {
    let all = doc.underlays.pictures.values();
    all.filter_map(|p| if let Picture::Missing(s) = p { Some(s.get(lang).to_owned()) } else { None }).collect()
}
