//! What the map shows, kept from frame to frame: layers are made anew only where something changed.

use super::doc::{Doc, Shown};
use crate::geom::Pt;
use crate::model::{Id, Kind, Lang};
use crate::scene::{
    Camera, CellColours, FontSet, LabelOptions, Layer, Marked, Owners, Poles, ScaleClass, Scene, Snap, Stack,
    StyleSheet, Symbol, SymbolKind, cell_layers, ground_layers, incident_list, incident_marks, labels, marked_layers,
    place_labels, staged_layers, symbols, tint_buildings,
};
use crate::session::Selection;
use crate::session::snap::SnapKind;
use crate::session::tools::{Grip, Tool};
use crate::topology::{Spot, spot};
use std::sync::Arc;

/// Layers, labels and what they were made of.
#[derive(Default)]
pub struct Picture {
    /// Colours of the cells, kept through edits.
    pub colours: CellColours,
    ground: Vec<Arc<Layer>>,
    cells: Vec<Arc<Layer>>,
    marked: Vec<Arc<Layer>>,
    /// Facts, generation and marks for which the layers were made.
    made_for: (u64, u64, Marked),
    /// Buildings whose tint a staged edit changed: to be looked at again.
    tinted: Vec<u32>,
    /// State, plan, layer and colours by which all buildings were tinted.
    tinted_by: Option<(u128, Id, u16, CellColours)>,
    scene: Scene,
    poles: Poles,
    labelled_for: Option<(u64, Camera, Lang, bool)>,
}

impl Picture {
    /// The scene for this frame.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }
}

/// Brings layers, symbols and labels of an opened project up to date. `still` = nothing is moving, so that labels may
/// be placed anew.
pub fn refresh(doc: &mut Doc, sheet: &StyleSheet, fonts: &FontSet<'_>, lang: Lang, now: i64, still: bool) {
    let Some(camera) = doc.camera else { return };
    let (plan, layer) = (doc.session.plan(), doc.session.layer());
    let (facts, generation) = (doc.facts, doc.session.generation());
    let marked = marks(doc);
    let pic = &mut doc.picture;
    let project = doc.session.project();
    let (new_facts, new_ground) = (pic.made_for.0 != facts, pic.made_for.1 != generation);
    if new_ground && doc.session.history().staged().is_none() {
        pic.colours = pic.colours.next(project, plan, layer);
    }
    if new_facts {
        pic.ground = ground_layers(project, &pic.ground);
    }
    if new_facts || new_ground {
        let staged = doc.session.staged();
        let owners = Owners::staged(doc.session.assignment(), staged);
        let touched: Vec<u32> = pic.tinted.iter().copied().chain(staged.buildings.iter().map(|m| m.slot)).collect();
        // While a border is dragged only what moves is looked at, even if nothing does; otherwise all.
        let by = (doc.session.history().stable().state, plan, layer, pic.colours.clone());
        let only = (!new_facts && pic.tinted_by.as_ref() == Some(&by)).then_some(&touched[..]);
        tint_buildings(&mut pic.ground, project, &owners, &pic.colours, only);
        pic.tinted_by = Some(by);
        pic.tinted = staged.buildings.iter().map(|m| m.slot).collect();
        pic.cells = cell_layers(project, plan, layer, &pic.colours, &pic.cells);
    }
    if new_ground || pic.made_for.2 != marked {
        pic.marked = marked_layers(project, plan, layer, &marked);
        if let Some(s) = doc.session.history().staged() {
            let old = doc.session.history().stable();
            let from = match doc.session.selection() {
                Selection::Units(ids) => ids.first().copied(),
                _ => None,
            };
            let moved = doc.session.staged();
            pic.marked.extend(staged_layers((old, project), plan, layer, &s.outcome.patch, moved, from));
        }
    }
    pic.made_for = (facts, generation, marked);
    let shown = |l: &&Arc<Layer>| stack_shown(&doc.hidden, l.key.stack);
    pic.scene.layers = pic.ground.iter().chain(&pic.cells).chain(&pic.marked).filter(shown).cloned().collect();
    let heat = doc.heat.ready.as_ref().filter(|_| doc.heat.on);
    pic.scene.images = heat.map(|r| r.image.clone()).into_iter().collect();
    let view = camera.visible();
    pic.scene.symbols.clear();
    if !doc.hidden.contains(&Shown::Facilities) {
        pic.scene.symbols.extend(symbols(project, &view));
    }
    if !doc.hidden.contains(&Shown::Incidents) {
        pic.scene.symbols.extend(incident_marks(&incident_list(project, Some(now), &view), &camera));
    }
    let named = !doc.hidden.contains(&Shown::Labels);
    let want = (generation, camera, lang, named);
    // Labels are fixed to the ground: while the map moves they stay as they are.
    let stale = match &pic.labelled_for {
        None => true,
        Some((_, c, l, n)) if *n != named || *l != lang || c.mm_per_px != camera.mm_per_px => true,
        Some(w) => still && *w != want,
    };
    if stale && (still || pic.labelled_for.is_none()) {
        let options = LabelOptions { lang, scale: ScaleClass::of(camera.scale_denominator()), view };
        pic.scene.labels =
            if named { labels(project, doc.session.assignment(), &options, &mut pic.poles) } else { vec![] };
        doc.placed = place_labels(&pic.scene, &camera, sheet, fonts);
        doc.picture.labelled_for = Some(want);
    }
    handles(doc, camera);
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
    let busy = doc.hand.grip().is_some();
    Marked { units, rows, hover: doc.hovered.filter(|_| !busy), hover_row: None }
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
            if !(own || tool == Tool::Move) {
                continue;
            }
            for &v in edge.points.iter() {
                // Of other borders only what the hand is near.
                if near(v) || (own && tool == Tool::Move) {
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
    if let Some(s) = doc.snapped.filter(|_| dragging || matches!(tool, Tool::Draw | Tool::Split | Tool::Outline)) {
        let kind = match s.kind {
            SnapKind::Vertex | SnapKind::Node | SnapKind::RoadPoint => Snap::Vertex,
            SnapKind::Border | SnapKind::Road => Snap::Edge,
            SnapKind::Crossing => Snap::Crossing,
            SnapKind::Side => Snap::Foot,
            SnapKind::Corner => Snap::Corner,
        };
        out.push(Symbol { at: s.at, kind: SymbolKind::Snap(kind) });
    } else if let Some(Grip::Point(at)) = doc.grip.filter(|_| !dragging) {
        out.push(Symbol { at, kind: SymbolKind::Snap(Snap::Vertex) });
    }
    doc.picture.scene.symbols.extend(out);
}
