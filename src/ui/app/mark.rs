//! A place that was gone to, marked on the map until something else is done: coordinates, a problem.

use super::doc::Doc;
use super::map::on_screen;
use crate::geom::Pt;
use crate::scene::Camera;
use crate::ui::theme::Tokens;
use crate::ui::widgets::hatch;
use egui::{Painter, Pos2, Rect, Shape, Stroke, vec2};

/// What is marked.
#[derive(Clone, PartialEq, Debug)]
pub struct Mark {
    /// The place.
    pub at: Pt,
    /// Ground that is outlined; of several rings the first is the outer one.
    pub rings: Vec<Vec<Pt>>,
    /// Whether it is a problem.
    pub problem: bool,
}

/// Paints the mark: the ground's outline dotted, and a ring at the place; and the outline of the search result that is looked
/// at.
pub fn paint(doc: &Doc, painter: &Painter, rect: Rect, camera: &Camera, t: &Tokens) {
    for line in &doc.outline {
        let line: Vec<Pos2> = line.iter().map(|p| on_screen(rect, camera, *p)).collect();
        if let [at] = line[..] {
            painter.circle_stroke(at, 12.0, Stroke::new(6.0, t.raise));
            painter.circle_stroke(at, 12.0, Stroke::new(2.6, t.accent));
        } else {
            painter.line(line.clone(), Stroke::new(6.0, t.raise));
            painter.line(line, Stroke::new(2.6, t.accent));
        }
    }
    let Some(mark) = &doc.mark else { return };
    let color = if mark.problem { t.err } else { t.accent };
    let screen = |p: &Pt| on_screen(rect, camera, *p);
    for ring in &mark.rings {
        let line: Vec<Pos2> = ring.iter().chain(ring.first()).map(screen).collect();
        painter.line(line.clone(), Stroke::new(4.5, t.raise));
        painter.extend(Shape::dashed_line(&line, Stroke::new(2.2, color), 3.0, 3.0));
    }
    let at = screen(&mark.at);
    painter.circle_stroke(at, 14.0, Stroke::new(4.5, t.raise));
    painter.circle_stroke(at, 14.0, Stroke::new(2.4, color));
    if mark.rings.is_empty() {
        painter.circle_filled(at, 2.5, color);
    } else {
        hatch(painter, Rect::from_center_size(at, vec2(16.0, 16.0)), 5.0, Stroke::new(1.2, color));
    }
}
