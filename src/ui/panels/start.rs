//! The start page: sample maps as pictures, recent files, the way to one's own data.

use egui::{
    Align2, Color32, CursorIcon, Frame, Margin, Panel, Rect, Role, ScrollArea, Sense, Shape, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};

use super::{Edge, paint_edge};
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::Lang;
use crate::ui::theme::{BODY, DISPLAY, FLOAT, SMALL, TITLE, Tokens};
use crate::ui::verbs::Verb;
use crate::ui::widgets::{action_button, lines, link, logo, primary_button, put, put_within, section, tall_button};

/// A shipped sample.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SampleCard {
    /// Name by which the sample is opened.
    pub name: String,
    pub title: String,
    pub description: String,
    /// Picture rendered from the sample itself; None while it is being made.
    pub picture: Option<egui::TextureId>,
}

/// A file opened before.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct RecentFile {
    pub key: u64,
    pub name: String,
    pub folder: String,
    /// `今天 12:20`.
    pub when: String,
    pub missing: bool,
}

/// The start page's view.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct StartView {
    pub samples: Vec<SampleCard>,
    pub recent: Vec<RecentFile>,
    pub dark: bool,
    /// `示例底图 © OpenStreetMap contributors, ODbL` where a sample needs it.
    pub attribution: String,
}

/// What the start page asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum StartAction {
    Do(Verb),
    Sample(String),
    Recent(u64),
    Lang(Lang),
    Dark(bool),
}

/// Shows the start page over the whole window.
pub fn start_page(ui: &mut Ui, lang: Lang, view: &StartView, out: &mut Vec<StartAction>) {
    let t = Tokens::of(ui);
    let left = Frame::new().fill(t.app).inner_margin(Margin { left: 36, right: 36, top: 40, bottom: 28 });
    Panel::left("start").exact_size(372.0).resizable(false).show_separator_line(false).frame(left).show(ui, |ui| {
        side(ui, lang, view, out);
        paint_edge(ui, Edge::Right);
    });
    let page = Frame::new().fill(t.panel).inner_margin(Margin { left: 40, right: 40, top: 40, bottom: 20 });
    egui::CentralPanel::no_frame().frame(page).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::hover());
        let y = rect.center().y;
        let text = lang.t();
        let title = put(ui.painter(), pos2(rect.left(), y), Align2::LEFT_CENTER, text.samples, semi(DISPLAY), t.t1);
        let at = pos2(title.right() + 14.0, y + 1.0);
        put(ui.painter(), at, Align2::LEFT_CENTER, text.samples_hint, regular(BODY), t.t2);
        ui.add_space(20.0);
        ScrollArea::vertical().auto_shrink([false, true]).max_height(ui.available_height() - 150.0).show(ui, |ui| {
            cards(ui, view, out);
        });
        drop_field(ui, lang, out);
        if !view.attribution.is_empty() {
            let rect = ui.max_rect();
            put(ui.painter(), rect.right_bottom(), Align2::RIGHT_BOTTOM, &view.attribution, regular(SMALL), t.t3);
        }
    });
}

fn side(ui: &mut Ui, lang: Lang, view: &StartView, out: &mut Vec<StartAction>) {
    let t = Tokens::of(ui);
    let text = lang.t();
    ui.spacing_mut().item_spacing.y = 0.0;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), Sense::hover());
    logo(ui.painter(), rect.min, 42.0);
    put(ui.painter(), pos2(rect.left() + 56.0, rect.top() + 15.0), Align2::LEFT_CENTER, text.app, semi(24.0), t.t1);
    put(
        ui.painter(),
        pos2(rect.left() + 56.0, rect.top() + 38.0),
        Align2::LEFT_CENTER,
        text.tagline,
        regular(BODY),
        t.t2,
    );
    ui.add_space(36.0);
    let width = ui.available_width();
    if primary_button(ui, Some(Icon::Plus), text.on_own_data, width, 40.0, true).clicked() {
        out.push(StartAction::Do(Verb::New));
    }
    ui.add_space(10.0);
    if tall_button(ui, Icon::Folder, text.open, Verb::Open.key(), width).clicked() {
        out.push(StartAction::Do(Verb::Open));
    }
    ui.add_space(10.0);
    if tall_button(ui, Icon::Help, Verb::Tour.name(lang), "", width).clicked() {
        out.push(StartAction::Do(Verb::Tour));
    }
    ui.add_space(32.0);
    section(ui, text.recent, "");
    ui.add_space(4.0);
    if view.recent.is_empty() {
        ui.label(egui::RichText::new(text.no_recent).color(t.t3));
    }
    let room = (ui.available_height() - 60.0).max(100.0);
    ScrollArea::vertical().id_salt("recent").auto_shrink([false, true]).max_height(room).show(ui, |ui| {
        for file in &view.recent {
            recent_row(ui, lang, file, out);
        }
    });
    let foot = ui.max_rect().bottom() - 22.0;
    ui.add_space((foot - ui.cursor().top()).max(8.0));
    ui.horizontal(|ui| {
        let other = if lang == Lang::Zh { Lang::En } else { Lang::Zh };
        if link(ui, other.pick("中文", "English")).clicked() {
            out.push(StartAction::Lang(other));
        }
        ui.add_space(8.0);
        if link(ui, if view.dark { text.light } else { text.dark }).clicked() {
            out.push(StartAction::Dark(!view.dark));
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.label(egui::RichText::new(text.works_offline).font(regular(SMALL)).color(t.t3));
        });
    });
}

fn recent_row(ui: &mut Ui, lang: Lang, file: &RecentFile, out: &mut Vec<StartAction>) {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 52.0), Sense::click());
    let p = ui.painter();
    if response.hovered() || response.has_focus() {
        p.rect(rect, FLOAT, t.raise, Stroke::new(1.0, t.line2), StrokeKind::Inside);
    }
    let inner = rect.shrink2(vec2(10.0, 0.0));
    let (first, second) = (rect.top() + 17.0, rect.top() + 35.0);
    let color = if file.missing { t.t3 } else { t.t1 };
    let when = put(p, pos2(inner.right(), first), Align2::RIGHT_CENTER, &file.when, regular(SMALL), t.t3);
    let room = when.left() - inner.left() - 10.0;
    put_within(p, pos2(inner.left(), first), Align2::LEFT_CENTER, room, &file.name, semi(BODY), color);
    let (line, tone) = if file.missing { (lang.t().missing, t.warn) } else { (file.folder.as_str(), t.t2) };
    put_within(p, pos2(inner.left(), second), Align2::LEFT_CENTER, inner.width(), line, regular(SMALL), tone);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &file.name));
    if response.clicked() {
        out.push(StartAction::Recent(file.key));
    }
    response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(&file.folder);
}

fn cards(ui: &mut Ui, view: &StartView, out: &mut Vec<StartAction>) {
    const GAP: f32 = 22.0;
    let width = ui.available_width() - 4.0;
    let columns = ((width + GAP) / (320.0 + GAP)).floor().clamp(1.0, 3.0);
    let card = ((width - GAP * (columns - 1.0)) / columns).floor();
    let picture = (card * 0.73).floor();
    for row in view.samples.chunks(columns as usize) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            for sample in row {
                sample_card(ui, sample, card, picture, out);
            }
        });
        ui.add_space(GAP);
    }
}

fn sample_card(ui: &mut Ui, sample: &SampleCard, width: f32, picture: f32, out: &mut Vec<StartAction>) {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, picture + 80.0), Sense::click());
    let lit = response.hovered() || response.has_focus();
    let p = ui.painter();
    p.rect_filled(rect, FLOAT, t.raise);
    let image = Rect::from_min_size(rect.min, vec2(width, picture)).shrink(1.0);
    let all = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    match sample.picture {
        Some(texture) => {
            p.image(texture, image, all, Color32::WHITE);
        }
        None => {
            p.rect_filled(image, 0.0, t.paper);
            Icon::DrawCell.paint(p, Rect::from_center_size(image.center(), vec2(24.0, 24.0)), t.line2);
        }
    }
    p.hline(rect.x_range(), image.bottom(), Stroke::new(1.0, t.line));
    let edge = if lit { Stroke::new(2.0, t.accent) } else { Stroke::new(1.0, t.line2) };
    p.rect_stroke(rect, FLOAT, edge, StrokeKind::Inside);
    let x = rect.left() + 16.0;
    let room = width - 32.0;
    put_within(p, pos2(x, image.bottom() + 22.0), Align2::LEFT_CENTER, room, &sample.title, semi(TITLE - 1.0), t.t1);
    let words = lines(p, &sample.description, regular(SMALL), t.t2, room, 2);
    p.galley(pos2(x, image.bottom() + 37.0), words, t.t2);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &sample.title));
    if response.clicked() {
        out.push(StartAction::Sample(sample.name.clone()));
    }
    response.on_hover_cursor(CursorIcon::PointingHand);
}

fn drop_field(ui: &mut Ui, lang: Lang, out: &mut Vec<StartAction>) {
    let t = Tokens::of(ui);
    let text = lang.t();
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 74.0), Sense::hover());
    let hovering = ui.input(|i| !i.raw.hovered_files.is_empty());
    let color = if hovering { t.accent } else { t.line2 };
    let c = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    ui.painter().extend(Shape::dashed_line(&c, Stroke::new(1.0, color), 5.0, 4.0));
    let y = rect.center().y;
    Icon::Import.paint(ui.painter(), Rect::from_center_size(pos2(rect.left() + 36.0, y), vec2(20.0, 20.0)), t.t2);
    let x = rect.left() + 64.0;
    put(ui.painter(), pos2(x, y - 9.0), Align2::LEFT_CENTER, text.drop_files, semi(BODY), t.t1);
    let words = lines(ui.painter(), text.drop_kinds, regular(SMALL), t.t2, rect.width() - 200.0, 2);
    ui.painter().galley(pos2(x, y + 2.0), words, t.t2);
    let button = Rect::from_center_size(pos2(rect.right() - 76.0, y), vec2(106.0, 28.0));
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(button));
    if action_button(&mut child, Some(Icon::Folder), text.choose_file, None, Some(106.0), true).clicked() {
        out.push(StartAction::Do(Verb::Import));
    }
}
