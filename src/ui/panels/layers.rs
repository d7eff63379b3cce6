//! The layers float: what is on the map, the heat and its settings, the theme.

use egui::{RichText, Ui};

use crate::ui::fonts::semi;
use crate::ui::l10n::{self, Lang};
use crate::ui::theme::{BODY, Tokens};
use crate::ui::widgets::{checkbox, choice, float_frame, labelled, segmented, slider};

/// Something on the map that can be shown or hidden.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct LayerRow {
    pub key: u64,
    pub name: String,
    pub visible: bool,
}

/// Settings of the heat.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatSettings {
    pub visible: bool,
    pub bandwidth_m: f64,
    /// Upper end of the slider, metres.
    pub widest_m: f64,
    /// Index into the classes; None = all.
    pub class: Option<usize>,
    /// 0–1.
    pub opacity: f32,
}

/// The float's view.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct LayersView {
    pub rows: Vec<LayerRow>,
    /// None where the project has no incidents.
    pub heat: Option<HeatSettings>,
    /// Class names of the incidents.
    pub classes: Vec<String>,
    /// Borders of higher levels and the outline: name, and whether they may be changed.
    pub levels: Vec<(String, bool)>,
    pub dark: bool,
}

/// What the float asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum LayersAction {
    Show(u64, bool),
    Heat(HeatSettings),
    /// Borders of the level at this place in the list may be changed, or no longer.
    Level(usize, bool),
    Dark(bool),
}

/// Shows the float's content in its frame.
pub fn layers_panel(ui: &mut Ui, lang: Lang, view: &LayersView, out: &mut Vec<LayersAction>) {
    let t = Tokens::of(ui);
    let text = lang.t();
    float_frame(ui).inner_margin(12).show(ui, |ui| {
        ui.set_width(232.0);
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.spacing_mut().interact_size.y = 24.0;
        let heading = |ui: &mut Ui, s: &str| {
            ui.label(RichText::new(s).font(semi(BODY)).color(t.t1));
            ui.add_space(2.0);
        };
        heading(ui, text.on_map);
        for row in &view.rows {
            if checkbox(ui, row.visible, &row.name, true) {
                out.push(LayersAction::Show(row.key, !row.visible));
            }
        }
        if let Some(heat) = &view.heat {
            ui.add_space(8.0);
            heat_settings(ui, lang, view, heat, out);
        }
        if !view.levels.is_empty() {
            ui.add_space(8.0);
            heading(ui, text.may_change);
            for (i, (name, open)) in view.levels.iter().enumerate() {
                if checkbox(ui, *open, name, true) {
                    out.push(LayersAction::Level(i, !open));
                }
            }
        }
        ui.add_space(8.0);
        heading(ui, text.theme);
        let on = usize::from(view.dark);
        if let Some(i) =
            segmented(ui, &[(None, text.light), (None, text.dark)], Some(on), text.theme).filter(|&i| i != on)
        {
            out.push(LayersAction::Dark(i == 1));
        }
    });
}

fn heat_settings(ui: &mut Ui, lang: Lang, view: &LayersView, heat: &HeatSettings, out: &mut Vec<LayersAction>) {
    let text = lang.t();
    let mut new = heat.clone();
    if checkbox(ui, heat.visible, text.heat, true) {
        new.visible = !heat.visible;
    }
    if heat.visible {
        labelled(ui, text.radius, |ui| {
            let shown = |v: f64| l10n::length(lang, round_m(v));
            if let Some(v) = slider(ui, text.radius, heat.bandwidth_m, 25.0..=heat.widest_m, shown) {
                new.bandwidth_m = round_m(v);
            }
        });
        labelled(ui, text.opacity, |ui| {
            let percent = f64::from(heat.opacity) * 100.0;
            if let Some(v) = slider(ui, text.opacity, percent, 10.0..=100.0, |v| format!("{v:.0} %")) {
                new.opacity = (v.round() / 100.0) as f32;
            }
        });
        labelled(ui, text.class, |ui| {
            let mut options = vec![text.all_classes.to_owned()];
            options.extend(view.classes.iter().cloned());
            let on = heat.class.map_or(0, |i| i + 1);
            if let Some(i) = choice(ui, "heat-class", text.class, &options, on, 140.0) {
                new.class = i.checked_sub(1);
            }
        });
    }
    if new != *heat {
        out.push(LayersAction::Heat(new));
    }
}

/// A radius people can say: steps of 5 m, from 200 m of 10, from 500 m of 50, from 2 km of 500.
fn round_m(v: f64) -> f64 {
    let step = if v >= 2000.0 {
        500.0
    } else if v >= 500.0 {
        50.0
    } else if v >= 200.0 {
        10.0
    } else {
        5.0
    };
    (v / step).round() * step
}
