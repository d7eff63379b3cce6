//! What the map shows, kept from frame to frame: layers are made anew only where something changed.

use super::doc::{Doc, Shown};
use super::upkeep::{Layers, is_small};
use crate::geom::Pt;
use crate::jobs::{Jobs, Latest};
use crate::model::{Id, Kind, Lang};
use crate::scene::{
    Camera, FontSet, Label, LabelOptions, Layer, Marked, PlacedLabel, Poles, ScaleClass, Scene, Snap, Stack,
    StyleSheet, Symbol, SymbolKind, Theme, hover_layer, incident_list, incident_marks, labels, locked_layer,
    marked_layers, place_labels, staged_layers, symbols, tether_layer,
};
use crate::session::Selection;
use crate::session::snap::SnapKind;
use crate::session::tools::{Grip, Tool};
use crate::topology::{OUTSIDE, Spot, spot};
use std::sync::{Arc, Mutex, PoisonError};

/// What a picture's labels were placed for.
type Labelled = (u128, Camera, Lang, bool, Theme);

/// Labels that a job has placed.
struct Names {
    labels: Vec<Label>,
    placed: Vec<PlacedLabel>,
    camera: Camera,
}

/// Layers, labels and what they were made of.
#[derive(Default)]
pub struct Picture {
    /// Layers of the ground and of the cells.
    pub layers: Layers,
    marked: Vec<Arc<Layer>>,
    /// State of the project and marks for which the marked layers were made.
    marked_for: Option<(u128, bool, Marked)>,
    /// What is under the pointer, and for which state it was made.
    hover: (Option<(u128, Id)>, Option<Arc<Layer>>),
    /// Of what the scene's layers were put together.
    shown: Option<(u64, Vec<Shown>)>,
    scene: Scene,
    /// Hatch over locked ground, and what it was made for.
    locked: (Option<(u128, Id, u16)>, Option<Arc<Layer>>),
    /// Tethers of what is pinned, and what they were made of.
    tethers: (Option<(u128, Id, u16)>, Option<Arc<Layer>>),
    /// Facilities and incidents in view, and what they were looked up for.
    standing: (Option<Standing>, Vec<Symbol>),
    /// Places of labels in cells; of one job at a time.
    poles: Arc<Mutex<Poles>>,
    names: Latest<Names>,
    labelled_for: Option<Labelled>,
    /// The view for which the names that are shown were placed.
    placed_for: Option<Camera>,
}

/// Facts, minute, camera and what is shown of the symbols that are part of the project.
type Standing = (u128, i64, Camera, bool, bool);

impl Picture {
    /// Whether the names were placed for about this scale; at another they would lie over each other.
    pub fn labels_fit(&self, camera: &Camera) -> bool {
        let ratio = self.placed_for.map_or(1.0, |c| c.mm_per_px / camera.mm_per_px);
        (0.5..2.0).contains(&ratio)
    }

    /// The scene for this frame.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }
}

/// Pins from which on tethers wait for the hand to let go.
const PINS_ANEW: usize = 300;

/// What labels are placed with.
pub struct Lettering<'a> {
    /// Looks at the scale of the map.
    pub sheet: &'a StyleSheet,
    /// The fonts that measure them.
    pub fonts: &'a Arc<FontSet<'static>>,
    /// Language.
    pub lang: Lang,
}

/// Brings layers, symbols and labels of an opened project up to date. `still` = nothing is moving, so that labels may
/// be placed anew. What takes long is done by `jobs`; the old stays until it is ready.
pub fn refresh(doc: &mut Doc, with: &Lettering<'_>, jobs: &Jobs, now: i64, still: bool) {
    let Some(camera) = doc.camera else { return };
    let (plan, layer) = (doc.session.plan(), doc.session.layer());
    doc.picture.layers.refresh(&doc.session, jobs);
    let marked = marks(doc);
    let pic = &mut doc.picture;
    let project = doc.session.project();
    let mut anew = false;
    // What becomes a step looks as it did while it was tried, but for its marks.
    let wanted = (project.state, doc.session.history().staged().is_some(), marked);
    if pic.marked_for.as_ref() != Some(&wanted) {
        pic.marked = marked_layers(project, plan, layer, &wanted.2);
        if let Some(s) = doc.session.history().staged() {
            let old = doc.session.history().stable();
            let from = match doc.session.selection() {
                Selection::Units(ids) => ids.first().copied(),
                _ => None,
            };
            let moved = doc.session.staged();
            pic.marked.extend(staged_layers((old, project), plan, layer, &s.outcome.patch, moved, from));
        }
        pic.marked_for = Some(wanted);
        anew = true;
    }
    // Selected cells have their outline already.
    let busy = doc.hand.grip().is_some();
    let chosen = |id: &Id| matches!(doc.session.selection(), Selection::Units(ids) if ids.contains(id));
    let hover = doc.hovered.filter(|id| !busy && !chosen(id)).map(|id| (project.state, id));
    if pic.hover.0 != hover {
        pic.hover = (hover, hover.and_then(|(_, id)| hover_layer(project, plan, layer, id)));
        anew = true;
    }
    let stable = doc.session.history().stable();
    let locked_for = (stable.state, plan, layer);
    if pic.locked.0 != Some(locked_for) {
        pic.locked = (Some(locked_for), locked_layer(stable, plan, layer));
        anew = true;
    }
    // While a border is dragged those of very many pins stay as they were.
    let many = stable.layer(plan, layer).is_some_and(|l| l.pins.len() > PINS_ANEW);
    let pinned = if many { stable } else { project };
    let tethered_for = (pinned.state, plan, layer);
    if pic.tethers.0 != Some(tethered_for) {
        pic.tethers = (Some(tethered_for), tether_layer(pinned, plan, layer));
        anew = true;
    }
    let made_of = (pic.layers.version(), doc.hidden.clone());
    if anew || pic.shown.as_ref() != Some(&made_of) {
        let shown = |l: &&Arc<Layer>| stack_shown(&doc.hidden, l.key.stack);
        let hand = pic.locked.1.iter().chain(&pic.tethers.1).chain(&pic.marked).chain(&pic.hover.1);
        pic.scene.layers = pic.layers.iter().chain(hand).filter(shown).cloned().collect();
        pic.shown = Some(made_of);
    }
    let underlays = !doc.hidden.contains(&Shown::Underlays) || doc.underlays.placing.is_some();
    let backdrops = if underlays { super::underlays::backdrops(doc) } else { Vec::new() };
    let pic = &mut doc.picture;
    pic.scene.backdrops = backdrops;
    let heat = doc.heat.ready.as_ref().filter(|_| doc.heat.on);
    pic.scene.images = heat.map(|r| r.image.clone()).into_iter().collect();
    standing(doc, camera, now);
    letter(doc, camera, with, jobs, still);
    handles(doc, camera);
}

/// Facilities and incidents in view.
fn standing(doc: &mut Doc, camera: Camera, now: i64) {
    let pic = &mut doc.picture;
    let project = doc.session.project();
    let (facilities, incidents) = (!doc.hidden.contains(&Shown::Facilities), !doc.hidden.contains(&Shown::Incidents));
    let want = (project.state, now.div_euclid(60), camera, facilities, incidents);
    if pic.standing.0 != Some(want) {
        let view = camera.visible();
        let out = &mut pic.standing.1;
        out.clear();
        if facilities {
            out.extend(symbols(project, &view));
        }
        if incidents {
            out.extend(incident_marks(&incident_list(project, Some(now), &view), &camera));
        }
        pic.standing.0 = Some(want);
    }
    pic.scene.symbols.clone_from(&pic.standing.1);
}

/// Labels are fixed to the ground: while the map moves they stay as they are.
fn letter(doc: &mut Doc, camera: Camera, with: &Lettering<'_>, jobs: &Jobs, still: bool) {
    let named = !doc.hidden.contains(&Shown::Labels);
    let pic = &mut doc.picture;
    while let Some((_, names)) = pic.names.poll(jobs) {
        if let Ok(n) = names {
            (pic.scene.labels, doc.placed, pic.placed_for) = (n.labels, n.placed, Some(n.camera));
        }
    }
    let stable = doc.session.history().stable();
    let want = (stable.state, camera, with.lang, named, with.sheet.theme);
    let due = match &pic.labelled_for {
        None => true,
        Some(for_) => still && *for_ != want,
    };
    // A border that is dragged keeps the names where they are until it is let go.
    if !due || doc.session.history().staged().is_some() && pic.labelled_for.is_some() {
        return;
    }
    pic.labelled_for = Some(want);
    let (project, assignment) = (stable.clone(), doc.session.shared_assignment());
    let (fonts, sheet, lang, poles) = (with.fonts.clone(), *with.sheet, with.lang, pic.poles.clone());
    let mut scene = pic.scene.clone();
    let make = move || {
        let options = LabelOptions { lang, scale: ScaleClass::of(camera.scale_denominator()), view: camera.visible() };
        let mut poles = poles.lock().unwrap_or_else(PoisonError::into_inner);
        scene.labels = if named { labels(&project, &assignment, &options, &mut poles) } else { vec![] };
        let placed = place_labels(&scene, &camera, &sheet, &fonts);
        Names { labels: scene.labels, placed, camera }
    };
    if is_small(stable) {
        let n = make();
        (pic.scene.labels, doc.placed, pic.placed_for) = (n.labels, n.placed, Some(n.camera));
    } else {
        pic.names.request(jobs, "names", move |_| Ok(make()));
    }
}

/// Whether what is painted in a stack is switched on.
pub fn stack_shown(hidden: &[Shown], stack: Stack) -> bool {
    let by = match stack {
        Stack::LandUse | Stack::Green | Stack::Water => Shown::Ground,
        Stack::Paths | Stack::Roads | Stack::Rail => Shown::Roads,
        Stack::Courtyards => Shown::Courtyards,
        Stack::Buildings => Shown::Buildings,
        Stack::CellFill | Stack::Band => Shown::Cells,
        _ => return true,
    };
    !hidden.contains(&by)
}

fn marks(doc: &Doc) -> Marked {
    let (mut units, mut rows): (Vec<Id>, _) = (Vec::new(), Vec::new());
    match doc.session.selection() {
        Selection::None => {}
        Selection::Units(ids) => units.clone_from(ids),
        Selection::Buildings(slots) => rows.extend(slots.iter().map(|s| (Kind::Buildings, *s))),
        Selection::Courtyard(slot) => rows.push((Kind::Courtyards, *slot)),
        Selection::Facility(slot) => rows.push((Kind::Facilities, *slot)),
    }
    Marked { units, rows }
}

/// Handles of the borders that can be dragged, and the glyph of what the pointer snapped to.
fn handles(doc: &mut Doc, camera: Camera) {
    let dragging = doc.hand.grip().is_some();
    let project = doc.session.project();
    let Some(l) = project.layer(doc.session.plan(), doc.session.layer()) else { return };
    let near = |p: Pt| doc.pointer.is_some_and(|q| q.dist(p) < 70.0 * camera.mm_per_pt());
    let selected: Vec<u64> = match doc.session.selection() {
        Selection::Units(ids) => ids.iter().map(|i| i.0).collect(),
        _ => vec![],
    };
    let mut out: Vec<Symbol> = Vec::new();
    let tool = doc.hand.tool();
    if matches!(tool, Tool::Move | Tool::Select) && camera.scale_denominator() < 12_000.0 {
        for e in l.partition.edges_near(&camera.visible()) {
            let Some(edge) = l.partition.edge(e) else { continue };
            let (a, b) = l.partition.sides(edge);
            let own = selected.contains(&a) || selected.contains(&b);
            // The outline shows handles only once it is opened.
            let closed = [a, b].contains(&OUTSIDE) && !doc.session.opened().iter().any(|o| o == "outline");
            if closed || !(own || tool == Tool::Move) {
                continue;
            }
            let mut last: Option<Pt> = None;
            let ends = [edge.points[0], edge.points[edge.points.len() - 1]];
            for &v in edge.points.iter() {
                // On a curve the points stand closer than handles can: some are passed over until the map is nearer.
                let apart = |q: Pt| q.dist(v) > 13.0 * camera.mm_per_pt();
                let room = ends.contains(&v) || last.is_none_or(apart) && ends.iter().all(|e| apart(*e));
                // Of other borders only what the hand is near.
                if room && (near(v) || (own && tool == Tool::Move)) {
                    last = Some(v);
                    let node = spot(&l.partition, v) == Spot::Node;
                    out.push(Symbol { at: v, kind: if node { SymbolKind::Junction } else { SymbolKind::Vertex } });
                }
            }
            for w in edge.points.windows(2) {
                let m = Pt {
                    x: ((i64::from(w[0].x) + i64::from(w[1].x)) / 2) as i32,
                    y: ((i64::from(w[0].y) + i64::from(w[1].y)) / 2) as i32,
                };
                if near(m) && w[0].dist(w[1]) > 36.0 * camera.mm_per_pt() {
                    out.push(Symbol { at: m, kind: SymbolKind::Midpoint });
                }
            }
        }
        out.sort_by_key(|s| (s.at, matches!(s.kind, SymbolKind::Midpoint)));
        out.dedup_by_key(|s| s.at);
    }
    for &v in doc.hand.line() {
        out.push(Symbol { at: v, kind: SymbolKind::Vertex });
    }
    if let Some(s) = doc.snapped.filter(|_| dragging || tool.draws()) {
        let kind = match s.kind {
            SnapKind::Vertex | SnapKind::Node | SnapKind::RoadPoint => Snap::Vertex,
            SnapKind::Middle | SnapKind::Border | SnapKind::Road | SnapKind::Side => Snap::Edge,
            SnapKind::Crossing | SnapKind::BorderRoad => Snap::Crossing,
            SnapKind::BorderFoot | SnapKind::Foot => Snap::Foot,
            SnapKind::Corner => Snap::Corner,
        };
        out.push(Symbol { at: s.at, kind: SymbolKind::Snap(kind) });
    } else if let Some(Grip::Point(at)) = doc.grip.filter(|_| !dragging) {
        out.push(Symbol { at, kind: SymbolKind::Snap(Snap::Vertex) });
    }
    doc.picture.scene.symbols.extend(out);
}
