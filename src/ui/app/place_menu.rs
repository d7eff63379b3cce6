//! The menu of the right button: what can be done at a place of the map, with keys, and why not where it cannot.

use super::doc::Doc;
use super::map::{Around, Asked, REACH_PT};
use crate::geom::Pt;
use crate::model::{Lang as Language, Said};
use crate::plan::Op;
use crate::session::Command;
use crate::session::tools::{Deed, Offer, Offered, Tool, What, offers};
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::theme::{SMALL, Tokens};
use crate::ui::verbs::{Tool as Button, Verb};
use crate::ui::widgets::{lines, menu_item, put_within};
use egui::{
    Align2, Frame, Id, Popup, PopupAnchor, PopupCloseBehavior, Pos2, Rect, Sense, SetOpenCommand, Stroke, Ui, pos2,
    vec2,
};

/// The menu as it was opened.
pub struct PlaceMenu {
    title: Said,
    offers: Vec<(What, Offer)>,
    at: Pos2,
    fresh: bool,
}

fn id() -> Id {
    Id::unique("place-menu")
}

/// Opens the menu of a place, its corner at `corner`.
pub fn open(ui: &Ui, doc: &mut Doc, at: Pt, corner: Pos2, reach_mm: i32) {
    let (title, offers) = offers(&doc.session, at, reach_mm);
    doc.menu = Some(PlaceMenu { title, offers, at: corner, fresh: true });
    ui.ctx().request_repaint();
}

/// The same by a key: at the pointer, else in the middle of the map.
pub fn open_here(ctx: &egui::Context, doc: &mut Doc) {
    let Some(camera) = doc.camera else { return };
    let middle = crate::geom::pt(camera.centre.0.round() as i32, camera.centre.1.round() as i32);
    let at = doc.pointer.unwrap_or(middle);
    let (title, offers) = offers(&doc.session, at, (REACH_PT * camera.mm_per_pt()) as i32);
    let pointer = ctx.pointer_hover_pos().filter(|_| doc.pointer.is_some());
    let corner = pointer.unwrap_or(ctx.content_rect().center());
    doc.menu = Some(PlaceMenu { title, offers, at: corner, fresh: true });
}

/// Shows the menu while it is open, and does what was chosen.
pub fn show(ui: &Ui, doc: &mut Doc, rect: Rect, around: &Around<'_>, asked: &mut Asked) {
    let Some(mut menu) = doc.menu.take() else { return };
    let command = std::mem::take(&mut menu.fresh).then_some(SetOpenCommand::Bool(true));
    let mut chosen = None;
    let at = menu.at.min(rect.max).max(rect.min);
    let shown = Popup::new(id(), ui.ctx().clone(), PopupAnchor::Position(at), ui.layer_id())
        .kind(egui::PopupKind::Menu)
        .open_memory(command)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name(menu.title.get(around.language))
        .frame(Frame::menu(ui.style()))
        .show(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.set_width(248.0);
            chosen = content(ui, &menu, around.language);
            if chosen.is_some() {
                ui.close();
            }
        });
    if let Some(deed) = chosen {
        let effects = doc.hand.accept(&mut doc.session, &deed, around.now);
        doc.follow(&effects);
        asked.effects.extend(effects);
        asked.told = matches!(deed, Deed::Do(_));
        ui.ctx().request_repaint();
    } else if shown.is_some() && Popup::is_id_open(ui.ctx(), id()) {
        doc.menu = Some(menu);
    }
}

fn content(ui: &mut Ui, menu: &PlaceMenu, language: Language) -> Option<Deed> {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    let title = menu.title.get(language);
    let place = pos2(rect.left() + 8.0, rect.center().y);
    put_within(ui.painter(), place, Align2::LEFT_CENTER, rect.width() - 16.0, title, semi(SMALL), t.t2);
    let mut chosen = None;
    let mut before = None;
    for (what, offer) in &menu.offers {
        if before != Some(*what) {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 7.0), Sense::hover());
            ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(1.0, t.line));
            before = Some(*what);
        }
        let verb = verb(offer.of);
        let (key, icon) = (verb.map_or("", |v| v.key()), icon(offer));
        let enabled = offer.why_not.is_none();
        let response = menu_item(ui, icon, offer.said.get(language), key, false, enabled);
        if let Some(why) = &offer.why_not {
            let why = why.get(language);
            let words = lines(ui.painter(), why, regular(SMALL), t.t3, ui.available_width() - 38.0, 3);
            let (rect, line) = ui.allocate_exact_size(vec2(ui.available_width(), words.size().y + 2.0), Sense::hover());
            ui.painter().galley(pos2(rect.left() + 30.0, rect.top() - 3.0), words, t.t3);
            response.on_hover_text(why);
            line.on_hover_text(why);
        } else if response.clicked() {
            chosen = Some(offer.deed.clone());
        }
    }
    if menu.offers.is_empty() {
        let words = match language {
            Language::Zh => "这里在范围之外，没有可做的",
            Language::En => "Outside the outline there is nothing to do",
        };
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
        let place = pos2(rect.left() + 8.0, rect.center().y);
        put_within(ui.painter(), place, Align2::LEFT_CENTER, rect.width() - 16.0, words, regular(SMALL), t.t3);
    }
    chosen
}

/// The command of the window that an offer is.
fn verb(of: Offered) -> Option<Verb> {
    Some(match of {
        Offered::Tool(tool) => Verb::Tool(super::view::button(tool)),
        Offered::Square => Verb::Square,
        Offered::Simplify => Verb::Simplify,
        Offered::Delete => Verb::Delete,
        Offered::Lock => Verb::Lock,
        Offered::Within => Verb::OnlyWithin,
        Offered::Other => return None,
    })
}

fn icon(offer: &Offer) -> Option<Icon> {
    match (&offer.deed, offer.of) {
        (_, Offered::Delete) => Some(Icon::Trash),
        (_, Offered::Other) => match &offer.deed {
            Deed::Say(Command::Select(_)) | Deed::Choose(_) => Some(Icon::Select),
            Deed::Do(edit) | Deed::Try(edit) => match &edit.op {
                Op::Simplify { square: true, .. } => Some(Icon::Square),
                Op::Simplify { .. } => Some(Icon::Simplify),
                Op::Lock { value: true, .. } => Some(Icon::Lock),
                Op::Lock { .. } => Some(Icon::Unlock),
                Op::Insert { .. } => Some(Icon::Plus),
                Op::Pin { .. } => Some(Icon::Pin),
                Op::Fill { .. } => Some(Icon::Fill),
                Op::Draw { .. } => Some(Icon::DrawCell),
                _ => None,
            },
            _ => None,
        },
        (_, of) => verb(of).and_then(Verb::icon),
    }
}

/// The tool that a button of the window takes.
pub fn tool(button: Button) -> Tool {
    match button {
        Button::Select => Tool::Select,
        Button::Outline => Tool::Outline,
        Button::DrawCell => Tool::Draw,
        Button::Split => Tool::Split,
        Button::Merge => Tool::Merge,
        Button::Move => Tool::Move,
        Button::Reshape => Tool::Reshape,
        Button::Fill => Tool::Fill,
        Button::Detach => Tool::Detach,
        Button::BuildRectangle => Tool::Rectangle,
        Button::BuildPolygon => Tool::Footprint,
        Button::BuildPoint => Tool::Spot,
        Button::BuildCopies => Tool::Copies,
        Button::Courtyard => Tool::Courtyard,
        Button::Follow => Tool::Follow,
        Button::Paint => Tool::Paint,
        Button::Erase => Tool::Erase,
    }
}
