//! The underlays float: scanned plans in the order in which they lie, and the placing of one by control points.

use egui::{Align, Align2, Label, Layout, Margin, RichText, ScrollArea, Sense, Ui, vec2};

use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::Lang;
use crate::ui::theme::{BODY, SMALL, Tokens};
use crate::ui::widgets::{
    action_button, field_left, float_frame, hint, icon_button, labelled, primary_button, put_within, segmented, slider,
};

/// Width of what stands in the float.
const WIDTH: f32 = 316.0;

/// A picture.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct UnderlayRow {
    pub name: String,
    /// How it was placed, in words.
    pub detail: String,
    /// Why it is not to be seen.
    pub missing: Option<String>,
    pub reading: bool,
    pub shown: bool,
    /// Per cent.
    pub opacity: u8,
    pub can_rise: bool,
    pub can_sink: bool,
}

/// A control point.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PointRow {
    /// X (north), Y (east) in metres; empty while its place on the map is awaited.
    pub at: String,
    /// How far the picture shows it from there.
    pub off: String,
    /// Whether it is far off compared with the others.
    pub bad: bool,
}

/// A picture that is being placed.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PlacingView {
    pub name: String,
    /// Whether an affine map is fitted, not a similarity.
    pub affine: bool,
    pub points: Vec<PointRow>,
    /// Root of the mean square of what is left.
    pub rms: Option<String>,
    /// Why it cannot be done yet.
    pub why_not: Option<String>,
}

/// The float's view.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct UnderlaysView {
    /// The uppermost first.
    pub rows: Vec<UnderlayRow>,
    pub placing: Option<PlacingView>,
}

/// What the float asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum UnderlaysAction {
    Add,
    Show(String, bool),
    Opacity(String, u8),
    Raise(String, bool),
    Place(String),
    FlyTo(String),
    Remove(String),
    /// An affine map, or a similarity.
    Fit(bool),
    /// Coordinates typed for a point.
    Coordinates(usize, String),
    RemovePoint(usize),
    Done,
    GiveUp,
    Close,
}

/// Shows the float's content in its frame.
pub fn underlays_panel(ui: &mut Ui, lang: Lang, view: &UnderlaysView, out: &mut Vec<UnderlaysAction>) {
    float_frame(ui).inner_margin(12).show(ui, |ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing.y = 4.0;
        match &view.placing {
            Some(p) => placing(ui, lang, p, out),
            None => list(ui, lang, view, out),
        }
    });
}

fn head(ui: &mut Ui, text: &str, close: &str) -> bool {
    let t = Tokens::of(ui);
    ui.horizontal(|ui| {
        ui.label(RichText::new(text).font(semi(BODY)).color(t.t1));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            icon_button(ui, Icon::Close, close, 22.0, t.t2).clicked()
        })
        .inner
    })
    .inner
}

fn list(ui: &mut Ui, lang: Lang, view: &UnderlaysView, out: &mut Vec<UnderlaysAction>) {
    if head(ui, lang.pick("全部底稿", "All underlays"), lang.pick("关闭底稿面板", "Close underlays")) {
        out.push(UnderlaysAction::Close);
    }
    if view.rows.is_empty() {
        hint(
            ui,
            lang.pick(
                "还没有底稿。添加扫描图（PNG、JPEG、TIFF），照着它画楼栋和边界。",
                "No underlay yet. Add a scanned plan (PNG, JPEG, TIFF) and draw from it.",
            ),
        );
    }
    let room = (ui.ctx().content_rect().height() - 320.0).max(180.0);
    ScrollArea::vertical().max_height(room).show(ui, |ui| {
        ui.set_width(WIDTH);
        for (i, row) in view.rows.iter().enumerate() {
            if i > 0 {
                let (line, _) = ui.allocate_exact_size(vec2(WIDTH, 7.0), Sense::hover());
                ui.painter().hline(line.x_range(), line.center().y, egui::Stroke::new(1.0, Tokens::of(ui).line));
            }
            ui.push_id(&row.name, |ui| picture(ui, lang, row, out));
        }
    });
    ui.add_space(4.0);
    let add = lang.pick("添加扫描图…", "Add a scanned plan…");
    if action_button(ui, Some(Icon::Plus), add, None, Some(WIDTH), true).clicked() {
        out.push(UnderlaysAction::Add);
    }
}

fn picture(ui: &mut Ui, lang: Lang, row: &UnderlayRow, out: &mut Vec<UnderlaysAction>) {
    let t = Tokens::of(ui);
    let name = row.name.clone();
    let named = |verb: &str| format!("{verb} {}", row.name);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let (icon, verb) = match row.shown {
            true => (Icon::Eye, lang.pick("隐藏底稿", "Hide underlay")),
            false => (Icon::EyeOff, lang.pick("显示底稿", "Show underlay")),
        };
        if icon_button(ui, icon, &named(verb), 26.0, if row.shown { t.t1 } else { t.t3 }).clicked() {
            out.push(UnderlaysAction::Show(name.clone(), !row.shown));
        }
        let room = WIDTH - 6.0 * 28.0 - 4.0;
        let (rect, response) = ui.allocate_exact_size(vec2(room, 26.0), Sense::hover());
        let color = if row.shown { t.t1 } else { t.t3 };
        put_within(ui.painter(), rect.left_center(), Align2::LEFT_CENTER, room, &row.name, regular(BODY), color);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &row.name));
        response.on_hover_text(&row.name);
        let mut button = |ui: &mut Ui, icon, verb: &str, enabled: bool, action: UnderlaysAction| {
            let color = if enabled { t.t2 } else { t.t2.gamma_multiply(0.4) };
            let clicked = ui.add_enabled_ui(enabled, |ui| icon_button(ui, icon, &named(verb), 26.0, color).clicked());
            if clicked.inner {
                out.push(action);
            }
        };
        let seen = row.missing.is_none();
        button(ui, Icon::Up, lang.pick("上移", "Raise"), row.can_rise, UnderlaysAction::Raise(name.clone(), true));
        button(ui, Icon::Down, lang.pick("下移", "Lower"), row.can_sink, UnderlaysAction::Raise(name.clone(), false));
        button(ui, Icon::Pin, lang.pick("定位", "Place"), seen, UnderlaysAction::Place(name.clone()));
        button(ui, Icon::ZoomTo, lang.pick("看", "Go to"), true, UnderlaysAction::FlyTo(name.clone()));
        button(ui, Icon::Trash, lang.pick("移除", "Remove"), true, UnderlaysAction::Remove(name.clone()));
    });
    match &row.missing {
        Some(why) => {
            ui.label(RichText::new(why).font(regular(SMALL)).color(t.warn));
        }
        None if row.reading => hint(ui, lang.pick("正在读图…", "Reading the picture…")),
        None => hint(ui, &row.detail),
    }
    labelled(ui, lang.pick("不透明度", "Opacity"), |ui| {
        let label = named(lang.pick("不透明度", "Opacity"));
        if let Some(v) = slider(ui, &label, f64::from(row.opacity), 0.0..=100.0, |v| format!("{v:.0} %")) {
            out.push(UnderlaysAction::Opacity(name.clone(), v.round().clamp(0.0, 100.0) as u8));
        }
    });
}

fn placing(ui: &mut Ui, lang: Lang, p: &PlacingView, out: &mut Vec<UnderlaysAction>) {
    let t = Tokens::of(ui);
    let title = match lang {
        Lang::Zh => format!("定位 {}", p.name),
        Lang::En => format!("Place {}", p.name),
    };
    ui.add(Label::new(RichText::new(title).font(semi(BODY)).color(t.t1)).truncate());
    let kinds = [(None, lang.pick("相似变换", "Similarity")), (None, lang.pick("仿射变换", "Affine"))];
    let on = usize::from(p.affine);
    let label = lang.pick("变换方式", "Kind of fit");
    if let Some(i) = segmented(ui, &kinds, Some(on), label).filter(|i| *i != on) {
        out.push(UnderlaysAction::Fit(i == 1));
    }
    hint(
        ui,
        match p.affine {
            false => lang.pick("平移、旋转、一个比例；两点起", "Shift, turn, one scale; from two points"),
            true => lang.pick("再加两向比例和歪斜；三点起", "Two scales and a slant too; from three points"),
        },
    );
    if p.points.is_empty() {
        ui.add_space(2.0);
        let text = lang.pick(
            "先点图上认得出的一处（路口、墙角），再点它在地图上的位置；二到六个点。没有地图可对照时，输入坐标。",
            "Click a spot on the picture that you know (a crossing, a corner), then where it is on the map; two to six points. Without a map type coordinates.",
        );
        ui.label(RichText::new(text).font(regular(SMALL)).color(t.t2));
    }
    for (i, point) in p.points.iter().enumerate() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let number = RichText::new((i + 1).to_string()).font(semi(BODY)).color(t.accent);
            ui.add_sized([14.0, 26.0], Label::new(number));
            let label = match lang {
                Lang::Zh => format!("第 {} 点坐标", i + 1),
                Lang::En => format!("Coordinates of point {}", i + 1),
            };
            let margin = Margin::symmetric(6, 5);
            let (typed, _, _) = field_left(ui, (i, point.at.is_empty()), &label, &point.at, 200.0, margin);
            if let Some(text) = typed {
                out.push(UnderlaysAction::Coordinates(i, text));
            }
            let color = if point.bad { t.warn } else { t.t1 };
            let off = RichText::new(&point.off).font(regular(BODY)).color(color);
            ui.add_sized([58.0, 26.0], Label::new(off).truncate().halign(Align::Max));
            let label = match lang {
                Lang::Zh => format!("删除第 {} 点", i + 1),
                Lang::En => format!("Delete point {}", i + 1),
            };
            if icon_button(ui, Icon::Close, &label, 22.0, t.t3).clicked() {
                out.push(UnderlaysAction::RemovePoint(i));
            }
        });
    }
    if !p.points.is_empty() {
        hint(ui, lang.pick("X（北）,Y（东） 米；右列是残差", "X (north),Y (east) in metres; residuals at the right"));
    }
    if let Some(rms) = &p.rms {
        ui.label(RichText::new(rms).font(semi(BODY)).color(t.t1));
    }
    if let Some(why) = &p.why_not {
        ui.label(RichText::new(why).font(regular(SMALL)).color(t.warn));
    }
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        let half = (WIDTH - 8.0) / 2.0;
        let done = lang.pick("完成定位", "Done placing");
        if primary_button(ui, None, done, half, 28.0, p.why_not.is_none()).clicked() {
            out.push(UnderlaysAction::Done);
        }
        if action_button(ui, None, lang.pick("放弃定位", "Give up placing"), None, Some(half), true).clicked() {
            out.push(UnderlaysAction::GiveUp);
        }
    });
}
