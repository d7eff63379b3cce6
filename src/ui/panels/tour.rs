//! The card of the five-minute tour at the map's edge: one thing to do at a time.

use egui::{Align, Align2, Area, Id, Layout, Margin, Order, Pos2, RichText, Sense, Ui, pos2, vec2};

use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::Lang;
use crate::ui::theme::{BODY, SMALL, TITLE, Tokens};
use crate::ui::widgets::{action_button, float_frame, icon_button, link, put};

/// The card's view.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct TourView {
    /// Place of the present lesson, from 0; as many as there are: all are done.
    pub at: usize,
    pub of: usize,
    pub title: String,
    pub task: String,
    /// What was done last.
    pub done: Option<String>,
}

/// What the card asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TourAction {
    Skip,
    Again,
    Close,
}

/// Shows the card, its lower left at `corner`.
pub fn tour(ui: &Ui, lang: Lang, view: &TourView, corner: Pos2, out: &mut Vec<TourAction>) {
    let t = Tokens::of(ui);
    let name = lang.pick("五分钟入门", "Five-minute tour");
    let area = Area::new(Id::unique("tour")).order(Order::Middle).pivot(Align2::LEFT_BOTTOM).fixed_pos(corner);
    area.accessible_name(name).show(ui.ctx(), |ui| {
        float_frame(ui).inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
            ui.set_width(300.0);
            ui.spacing_mut().item_spacing.y = 6.0;
            let finished = view.at >= view.of;
            ui.horizontal(|ui| {
                let count = if finished { String::new() } else { format!("　{} / {}", view.at + 1, view.of) };
                ui.label(RichText::new(format!("{name}{count}")).font(semi(SMALL)).color(t.t2));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let close = lang.pick("收起入门", "Close the tour");
                    if icon_button(ui, Icon::Close, close, 20.0, t.t2).on_hover_text(close).clicked() {
                        out.push(TourAction::Close);
                    }
                });
            });
            // How far it is: a bar a lesson.
            let (rect, _) = ui.allocate_exact_size(vec2(300.0, 4.0), Sense::hover());
            let each = rect.width() / view.of.max(1) as f32;
            for i in 0..view.of {
                let x = rect.left() + each * i as f32;
                let bar = egui::Rect::from_min_max(pos2(x, rect.top()), pos2(x + each - 4.0, rect.bottom()));
                let color = match i.cmp(&view.at) {
                    std::cmp::Ordering::Less => t.ok,
                    std::cmp::Ordering::Equal => t.accent,
                    std::cmp::Ordering::Greater => t.line2,
                };
                ui.painter().rect_filled(bar, 2.0, color);
            }
            if let Some(done) = &view.done {
                let (line, _) = ui.allocate_exact_size(vec2(300.0, 18.0), Sense::hover());
                let words = lang.pick("✓ 做到了：{}", "✓ Done: {}").replace("{}", done);
                put(ui.painter(), line.left_center(), Align2::LEFT_CENTER, &words, regular(SMALL), t.ok);
            }
            ui.label(RichText::new(&view.title).font(semi(TITLE - 1.0)).color(t.t1));
            ui.label(RichText::new(&view.task).font(regular(BODY)).color(t.t2));
            ui.horizontal(|ui| {
                if finished {
                    if action_button(ui, None, lang.pick("从头再来", "Once more"), None, None, true).clicked() {
                        out.push(TourAction::Again);
                    }
                } else if link(ui, lang.pick("跳过这一步", "Skip this one")).clicked() {
                    out.push(TourAction::Skip);
                }
            });
        });
    });
}
