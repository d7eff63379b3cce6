//! The small field at the pointer in which a point is given in numbers while a line is drawn.

use super::doc::Doc;
use super::map::{Around, REACH_PT, on_screen};
use crate::geom::Pt;
use crate::session::Effect;
use crate::session::tools::typed;
use crate::ui::fonts::regular;
use crate::ui::theme::{BODY, SMALL, Tokens};
use crate::ui::widgets::float_frame;
use egui::{Area, Event, Id, Key, Margin, Order, Pos2, RichText, TextEdit, Ui, vec2};

/// A point that is being typed.
pub struct Typing {
    text: String,
    /// Where the field stands; in the first frame not yet known.
    at: Option<Pos2>,
    /// Tells the field from those before it, so that its cursor is its own.
    id: Id,
}

/// Opens the field where a digit or an @ was typed over the map.
pub fn begin(ui: &Ui, doc: &mut Doc) {
    if doc.typing.is_some() {
        return;
    }
    let begins = |t: &String| t.starts_with(|c: char| c.is_ascii_digit() || c == '@' || c == '＠');
    let first = ui.input_mut(|i| {
        let text: String =
            i.events.iter().filter_map(|e| if let Event::Text(t) = e { Some(t.as_str()) } else { None }).collect();
        let found = Some(text).filter(begins);
        if found.is_some() {
            i.events.retain(|e| !matches!(e, Event::Text(_)));
        }
        found
    });
    if let Some(text) = first {
        let id = Id::unique(("typed-point", ui.ctx().cumulative_frame_nr()));
        doc.typing = Some(Typing { text, at: None, id });
        ui.ctx().request_repaint();
    }
}

/// The point that stands in the field, if it can be read.
pub fn given(doc: &Doc, pointer: Pt) -> Option<Pt> {
    let t = doc.typing.as_ref()?;
    typed(&t.text, doc.hand.line().last().copied(), Some(pointer), doc.session.project().origin()).ok()
}

/// Shows the field. Enter sets the point, Esc closes the field and keeps the line. What came of the point, if it was the last.
pub fn show(ui: &Ui, doc: &mut Doc, around: &Around<'_>) -> Vec<Effect> {
    let Some(mut typing) = doc.typing.take() else { return vec![] };
    let Some(camera) = doc.camera.filter(|_| doc.hand.tool().draws()) else { return vec![] };
    let rect = ui.max_rect();
    let pointer = doc.pointer.map_or(rect.center(), |p| on_screen(rect, &camera, p));
    let corner = (pointer + vec2(18.0, 14.0)).min(rect.max - vec2(250.0, 70.0)).max(rect.min);
    let at = *typing.at.get_or_insert(corner);
    let last = doc.hand.line().last().copied();
    let read = typed(&typing.text, last, doc.pointer, doc.session.project().origin());
    let t = Tokens::of(ui);
    let (mut enter, mut gone) = (false, false);
    Area::new(typing.id.with("area")).order(Order::Foreground).fixed_pos(at).show(ui.ctx(), |ui| {
        float_frame(ui).inner_margin(Margin::symmetric(8, 6)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 3.0;
            let field = TextEdit::singleline(&mut typing.text).id(typing.id).desired_width(220.0).font(regular(BODY));
            let response = ui.add(field);
            response.clone().accessible_name(around.lang.pick("输入点的位置", "Place of the point"));
            let (entered, given_up) =
                ui.input(|i| (i.key_pressed(Key::Enter), i.key_pressed(Key::Escape) || i.pointer.any_pressed()));
            enter = response.lost_focus() && entered;
            gone = given_up && !response.has_focus();
            if !enter && !gone && !response.has_focus() {
                response.request_focus();
            }
            let first = last.is_none();
            let help = match &read {
                Err(e) if typing.text.ends_with(|c: char| c.is_alphanumeric()) => {
                    RichText::new(e.get(around.language)).color(t.err)
                }
                _ if first => {
                    RichText::new(around.lang.pick("X（北）,Y（东） 米", "X (north),Y (east) in metres")).color(t.t3)
                }
                _ => RichText::new(around.lang.pick(
                    "长度 · 长度<方位角（正北起顺时针度数）· X,Y · @ΔX,ΔY　米",
                    "length · length<degrees clockwise from north · X,Y · @ΔX,ΔY　metres",
                ))
                .color(t.t3),
            };
            ui.set_max_width(250.0);
            ui.label(help.font(regular(SMALL)));
        });
    });
    if gone {
        return vec![];
    }
    match (enter, read) {
        (true, Ok(point)) => {
            let attach_m = REACH_PT * camera.mm_per_pt() / 1000.0;
            let effects = doc.hand.put_typed(&mut doc.session, point, attach_m, around.now);
            ui.ctx().request_repaint();
            effects
        }
        // What cannot be read stays to be mended.
        _ => {
            doc.typing = Some(typing);
            vec![]
        }
    }
}
