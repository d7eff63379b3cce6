//! The plan manager: copy, rename, delete, put in force from a date.

use egui::{Align2, Id, RichText, Sense, Ui, pos2, vec2};

use crate::model::Date;
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::Lang;
use crate::ui::theme::{BODY, SMALL, Tokens};
use crate::ui::widgets::{field, float_frame, hint, icon_button, labelled, primary_button, put_within};

/// A plan in the manager.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PlanRow {
    pub key: u64,
    pub name: String,
    pub in_force: bool,
    /// `2026-03-01 起`, `10 个网格`.
    pub detail: String,
    /// Whether this is the plan shown.
    pub current: bool,
}

/// The manager's view.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PlansView {
    pub plans: Vec<PlanRow>,
    /// Offered as the date of putting in force.
    pub today: String,
}

/// What the manager asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum PlansAction {
    Switch(u64),
    Copy(u64),
    Rename(u64, String),
    Delete(u64),
    /// Plan and date `2026-03-01`.
    Adopt(u64, String),
}

/// What is open inside the manager.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Open {
    Rename(u64),
    Adopt(u64),
    Delete(u64),
}

/// Shows the manager's content in its frame.
pub fn plans_panel(ui: &mut Ui, lang: Lang, view: &PlansView, out: &mut Vec<PlansAction>) {
    let t = Tokens::of(ui);
    let id = Id::unique("plan-manager");
    let mut open = ui.data(|d| d.get_temp::<Option<Open>>(id)).flatten();
    float_frame(ui).inner_margin(12).show(ui, |ui| {
        ui.set_width(380.0);
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.label(RichText::new(lang.t().plan_manager).font(semi(BODY)).color(t.t1));
        ui.add_space(4.0);
        for plan in &view.plans {
            ui.push_id(plan.key, |ui| row(ui, lang, plan, &mut open, out));
            match open {
                Some(Open::Rename(key)) if key == plan.key => {
                    labelled(ui, lang.t().name, |ui| {
                        if let Some(name) = field(ui, ("plan", plan.key), lang.t().name, &plan.name, 200.0) {
                            out.push(PlansAction::Rename(plan.key, name));
                            open = None;
                        }
                    });
                }
                Some(Open::Adopt(key)) if key == plan.key => adopt(ui, lang, plan, &view.today, &mut open, out),
                _ => {}
            }
        }
    });
    ui.data_mut(|d| d.insert_temp(id, open));
}

fn row(ui: &mut Ui, lang: Lang, plan: &PlanRow, open: &mut Option<Open>, out: &mut Vec<PlansAction>) {
    let t = Tokens::of(ui);
    let text = lang.t();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let buttons = if plan.in_force { 26.0 } else { 4.0 * 26.0 };
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - buttons, 40.0), Sense::click());
        let p = ui.painter();
        if plan.current || response.hovered() {
            p.rect_filled(rect, 5.0, if plan.current { t.accent_soft } else { t.app });
        }
        let x = rect.left() + 30.0;
        let mark = egui::Rect::from_center_size(pos2(rect.left() + 15.0, rect.center().y), vec2(14.0, 14.0));
        if plan.in_force {
            Icon::Lock.paint(p, mark, t.t2);
        } else if plan.current {
            Icon::Check.paint(p, mark, t.accent);
        }
        let font = if plan.current { semi(BODY) } else { regular(BODY) };
        let room = rect.right() - x - 4.0;
        put_within(p, pos2(x, rect.top() + 12.0), Align2::LEFT_CENTER, room, &plan.name, font, t.t1);
        let detail = if plan.in_force { format!("{}　{}", plan.detail, text.protected) } else { plan.detail.clone() };
        put_within(p, pos2(x, rect.top() + 29.0), Align2::LEFT_CENTER, room, &detail, regular(SMALL), t.t2);
        response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListItem, true, plan.current, &plan.name));
        if response.clicked() {
            out.push(PlansAction::Switch(plan.key));
        }
        let named = |verb: &str| format!("{} {}", verb.trim_end_matches('…'), plan.name);
        if icon_button(ui, Icon::Copy, &named(text.copy), 26.0, t.t2).clicked() {
            out.push(PlansAction::Copy(plan.key));
        }
        if plan.in_force {
            return;
        }
        if icon_button(ui, Icon::Edit, &named(text.rename), 26.0, t.t2).clicked() {
            *open = toggle(*open, Open::Rename(plan.key));
        }
        if icon_button(ui, Icon::Flag, &named(text.adopt), 26.0, t.t2).clicked() {
            *open = toggle(*open, Open::Adopt(plan.key));
        }
        let sure = *open == Some(Open::Delete(plan.key));
        let (name, color) = if sure { (text.delete_sure, t.err) } else { (text.delete, t.t2) };
        if icon_button(ui, Icon::Trash, &named(name), 26.0, color).clicked() {
            *open = Some(Open::Delete(plan.key)).filter(|_| !sure);
            if sure {
                out.push(PlansAction::Delete(plan.key));
            }
        }
    });
    if *open == Some(Open::Delete(plan.key)) {
        ui.label(RichText::new(text.delete_sure).font(regular(SMALL)).color(t.err));
    }
}

fn toggle(now: Option<Open>, wanted: Open) -> Option<Open> {
    if now == Some(wanted) { None } else { Some(wanted) }
}

fn adopt(ui: &mut Ui, lang: Lang, plan: &PlanRow, today: &str, open: &mut Option<Open>, out: &mut Vec<PlansAction>) {
    let text = lang.t();
    let id = Id::unique(("adopt-date", plan.key));
    let mut date = ui.data(|d| d.get_temp::<String>(id)).unwrap_or_else(|| today.to_owned());
    labelled(ui, text.effective_from, |ui| {
        let edit = egui::TextEdit::singleline(&mut date).desired_width(100.0).margin(egui::Margin::symmetric(8, 6));
        ui.add(edit).accessible_name(text.effective_from);
        let good = Date::read(date.trim()).is_ok();
        if primary_button(ui, None, text.adopt_now, 96.0, 28.0, good).clicked() {
            out.push(PlansAction::Adopt(plan.key, date.trim().to_owned()));
            *open = None;
        }
        if !good {
            hint(ui, lang.pick("日期写成 2026-03-01", "as 2026-03-01"));
        }
    });
    ui.data_mut(|d| d.insert_temp(id, date));
}
