//! What stands on the map: hint plate, read-out of a drag, legend, toasts.

use egui::{
    Align2, Area, Color32, Frame, Id, Margin, Mesh, Order, Pos2, Rect, RichText, Role, Sense, Shape, Stroke,
    StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::{
    action_button, code_chip, deviation_words, icon_button, lines, primary_button, put, put_galley, put_within,
};
use crate::scene::{count_text, heat_ticks, radius_text};
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::{self, Lang};
use crate::ui::theme::{BODY, CONTROL, FLOAT, SMALL, TITLE, Tokens};
use crate::ui::verbs::{Tool, Verb};

/// The frame of every float: panel ground, line2 edge, the one shadow.
pub fn float_frame(ui: &Ui) -> Frame {
    let t = Tokens::of(ui);
    Frame::new()
        .fill(t.panel)
        .stroke(Stroke::new(1.0, t.line2))
        .corner_radius(FLOAT)
        .shadow(ui.visuals().window_shadow)
        .inner_margin(Margin::same(10))
}

/// The dark plate that says what the tool expects: `lead` in white, `keys` paler. Its left top at `at`; returns the plate.
/// Where the `ui` is too narrow the keys go first, then the lead goes over two lines.
pub fn hint_plate(ui: &Ui, at: Pos2, lead: &str, keys: &str) -> Rect {
    let t = Tokens::of(ui);
    let p = ui.painter();
    let room = ui.max_rect().right() - at.x - 33.0;
    let lead = lines(p, lead, regular(BODY), t.on_plate, room, 2);
    let pale = t.on_plate.gamma_multiply(0.75);
    let all = p.layout_no_wrap(keys.to_owned(), regular(BODY), pale);
    let fits = lead.size().x + 12.0 + all.size().x <= room;
    let keys = if fits { all } else { p.layout_no_wrap(String::new(), regular(BODY), pale) };
    let gap = if keys.size().x > 0.0 { 12.0 } else { 0.0 };
    let rect =
        Rect::from_min_size(at, vec2(lead.size().x + gap + keys.size().x + 20.0, (lead.size().y + 9.0).max(26.0)));
    p.rect_filled(rect, CONTROL, t.plate);
    let y = rect.center().y;
    let x = rect.left() + 10.0;
    let lead_w = lead.size().x;
    let (lead_y, keys_y) = (y - lead.size().y / 2.0, y - keys.size().y / 2.0);
    p.galley(pos2(x, lead_y), lead, t.on_plate);
    p.galley(pos2(x + lead_w + gap, keys_y), keys, pale);
    rect
}

/// A cell in the read-out.
#[derive(Clone, Debug, PartialEq)]
pub struct DeltaSide {
    pub code: String,
    pub tone: u8,
    /// Households before and with the edit.
    pub before: i64,
    pub after: i64,
    /// Households outside the range with the edit, signed; `None` for ground without a cell.
    pub deviation: Option<i64>,
}

/// The read-out beside the pointer while a line moves.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Delta {
    /// Cells that lose and gain, in this order; one or more.
    pub sides: Vec<DeltaSide>,
    /// The place in a word: a courtyard, a road.
    pub place: String,
    pub households: i64,
    pub residents: i64,
    pub buildings: i64,
    /// None where the project has no incidents.
    pub incidents: Option<i64>,
    /// The reason, where the edit cannot be: the figures then give way to it.
    pub refusal: Option<String>,
    /// What makes it take effect.
    pub when: When,
}

/// What makes a staged edit take effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum When {
    /// The button is let go.
    #[default]
    Release,
    /// The line is finished.
    Finish,
    /// A click here.
    Click,
    /// Enter.
    Enter,
    /// The button is let go, and then it is shown first.
    Shown,
}

/// Paints the read-out 24 points right of and above `pointer`, flipped where `bounds` ends. Returns its rectangle.
pub fn delta_float(ui: &Ui, lang: Lang, pointer: Pos2, bounds: Rect, delta: &Delta) -> Rect {
    let t = Tokens::of(ui);
    let text = lang.t();
    let width = 232.0;
    let rows = if delta.refusal.is_some() { 0 } else { delta.sides.len().min(6) };
    let refusal =
        delta.refusal.as_ref().map(|why| ui.painter().layout(why.clone(), regular(BODY), t.err, width - 24.0));
    let height = match &refusal {
        Some(why) => 38.0 + why.size().y + 10.0,
        None => 38.0 + 52.0 + 8.0 + rows as f32 * 21.0 + 6.0,
    };
    let size = vec2(width, height);
    let mut min = pos2(pointer.x + 24.0, pointer.y - 24.0 - size.y);
    if min.x + size.x > bounds.right() - 8.0 {
        min.x = pointer.x - 24.0 - size.x;
    }
    if min.y < bounds.top() + 8.0 {
        min.y = pointer.y + 24.0;
    }
    let rect = Rect::from_min_size(min, size);
    let p = ui.painter();
    p.add(ui.visuals().window_shadow.as_shape(rect, FLOAT));
    p.rect(rect, FLOAT, t.panel, Stroke::new(1.0, t.line2), StrokeKind::Inside);
    let inner = rect.shrink2(vec2(12.0, 0.0));
    let y = rect.top() + 20.0;
    let mut x = inner.left();
    for (i, side) in delta.sides.iter().take(2).enumerate() {
        if i > 0 {
            Icon::ChevronRight.paint(p, Rect::from_center_size(pos2(x + 9.0, y), vec2(13.0, 13.0)), t.out);
            x += 20.0;
        }
        x = code_chip(ui, pos2(x, y), &side.code, side.tone, false).right() + 2.0;
    }
    let status = match delta {
        Delta { refusal: Some(_), .. } => (text.refused, t.err),
        Delta { when: When::Finish, .. } => (text.not_yet, t.t2),
        Delta { when: When::Click, .. } => (text.by_click, t.t2),
        Delta { when: When::Shown, .. } => (lang.pick("松手看边界", "let go to see it"), t.t2),
        Delta { when: When::Enter, .. } => (text.by_enter, t.t2),
        _ => (text.takes_effect, t.t2),
    };
    let right = put(p, pos2(inner.right(), y), Align2::RIGHT_CENTER, status.0, regular(SMALL), status.1);
    put_within(p, pos2(x + 8.0, y), Align2::LEFT_CENTER, right.left() - x - 16.0, &delta.place, regular(SMALL), t.t2);
    if let Some(why) = refusal {
        p.galley(pos2(inner.left(), rect.top() + 38.0), why, t.err);
        return rect;
    }
    let boxes = Rect::from_min_size(pos2(inner.left(), rect.top() + 38.0), vec2(inner.width(), 50.0));
    p.rect_stroke(boxes, CONTROL, Stroke::new(1.0, t.line), StrokeKind::Inside);
    let figures = [
        (text.d_households, Some(delta.households)),
        (text.d_residents, Some(delta.residents)),
        (text.d_buildings, Some(delta.buildings)),
        (text.d_incidents, delta.incidents),
    ];
    let w = boxes.width() / figures.len() as f32;
    for (i, (name, value)) in figures.into_iter().enumerate() {
        let cx = boxes.left() + w * (i as f32 + 0.5);
        if i > 0 {
            p.vline(boxes.left() + w * i as f32, boxes.y_range(), Stroke::new(1.0, t.line));
        }
        put(p, pos2(cx, boxes.top() + 14.0), Align2::CENTER_CENTER, name, regular(SMALL), t.t3);
        let value = value.map_or_else(|| "—".to_owned(), l10n::num);
        // Five digits and more in a smaller size, so that neighbours stay apart.
        let wide = p.layout_no_wrap(value.clone(), semi(15.0), t.t1).size().x > w - 6.0;
        put(p, pos2(cx, boxes.top() + 34.0), Align2::CENTER_CENTER, &value, semi(if wide { 11.5 } else { 15.0 }), t.t1);
    }
    let mut y = boxes.bottom() + 8.0 + 10.0;
    for side in delta.sides.iter().take(rows) {
        let code = put(p, pos2(inner.left(), y), Align2::LEFT_CENTER, &side.code, regular(SMALL), t.t2);
        let before = put(
            p,
            pos2(code.right().max(code.left() + 24.0) + 6.0, y),
            Align2::LEFT_CENTER,
            &l10n::num(side.before),
            regular(BODY),
            t.t1,
        );
        let arrow = Rect::from_center_size(pos2(before.right() + 10.0, y), vec2(11.0, 11.0));
        Icon::ArrowRight.paint(p, arrow, t.t2);
        let after = put(p, pos2(arrow.right() + 4.0, y), Align2::LEFT_CENTER, &l10n::num(side.after), semi(BODY), t.t1);
        let unit = lang.pick("户", "hh");
        let unit = put(p, pos2(after.right() + 4.0, y), Align2::LEFT_CENTER, unit, regular(SMALL), t.t3);
        if let Some(deviation) = side.deviation {
            // Where thousands leave no room, the glyph says it.
            let words = p.layout_no_wrap(l10n::deviation(lang, deviation), regular(BODY), t.t1).size().x;
            let fits = inner.right() - words - 22.0 > unit.right();
            deviation_words(ui, lang, pos2(inner.right(), y), deviation, fits);
        }
        y += 21.0;
    }
    rect
}

/// The legend of the heat.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatLegend {
    /// Upper end of the scale, in `unit`.
    pub max: f64,
    /// `起/km²·月`.
    pub unit: String,
    pub bandwidth_m: f64,
    /// Whether the scale stays as it is when the filter changes.
    pub pinned: bool,
    /// Incidents counted, and those without a place.
    pub count: u64,
    pub unlocated: u64,
}

/// Paints the legend, lower left corner at `corner`; true when the padlock was clicked.
pub fn heat_legend(ui: &mut Ui, lang: Lang, corner: Pos2, legend: &HeatLegend) -> bool {
    let t = Tokens::of(ui);
    let write = |text: String| ui.painter().layout_no_wrap(text, regular(SMALL), t.t3);
    let radius = write(radius_text(legend.bandwidth_m, lang.spoken()));
    let count = write(count_text(legend.count, legend.unlocated, lang.spoken()));
    // Large numbers widen it.
    let size = vec2((radius.size().x + count.size().x + 36.0).max(256.0), 92.0);
    let rect = Rect::from_min_size(pos2(corner.x, corner.y - size.y), size);
    ui.painter().add(ui.visuals().window_shadow.as_shape(rect, FLOAT));
    ui.painter().rect(rect, FLOAT, t.panel, Stroke::new(1.0, t.line2), StrokeKind::Inside);
    let inner = rect.shrink2(vec2(12.0, 10.0));
    let y = inner.top() + 8.0;
    let lock = Rect::from_center_size(pos2(inner.right() - 7.0, y), vec2(18.0, 18.0));
    let response = ui.interact(lock, ui.scope_id().with("pin-scale"), Sense::click());
    let p = ui.painter();
    put(p, pos2(inner.left(), y), Align2::LEFT_CENTER, lang.t().heat, semi(BODY), t.t1);
    put(p, pos2(lock.left() - 2.0, y), Align2::RIGHT_CENTER, &legend.unit, regular(SMALL), t.t3);
    let icon = if legend.pinned { Icon::Lock } else { Icon::Unlock };
    icon.paint(p, Rect::from_center_size(lock.center(), vec2(13.0, 13.0)), t.t2);
    let ramp = Rect::from_min_size(pos2(inner.left(), inner.top() + 22.0), vec2(inner.width(), 10.0));
    p.add(ramp_mesh(ramp, t.heat()));
    for (i, tick) in heat_ticks(legend.max).into_iter().enumerate() {
        let x = ramp.left() + ramp.width() * i as f32 / 4.0;
        let anchor = match i {
            0 => Align2::LEFT_TOP,
            4 => Align2::RIGHT_TOP,
            _ => Align2::CENTER_TOP,
        };
        put(p, pos2(x, ramp.bottom() + 3.0), anchor, &tick, regular(SMALL), t.t2);
    }
    put_galley(p, inner.left_bottom(), Align2::LEFT_BOTTOM, radius, t.t3);
    put_galley(p, inner.right_bottom(), Align2::RIGHT_BOTTOM, count, t.t3);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, legend.pinned, lang.t().scale_pinned));
    let clicked = response.clicked();
    response.on_hover_text(lang.t().scale_pinned);
    clicked
}

fn ramp_mesh(rect: Rect, stops: &[Color32]) -> Shape {
    let mut mesh = Mesh::default();
    let last = stops.len().saturating_sub(1).max(1) as f32;
    for (i, color) in stops.iter().enumerate() {
        let x = rect.left() + rect.width() * i as f32 / last;
        mesh.colored_vertex(pos2(x, rect.top()), *color);
        mesh.colored_vertex(pos2(x, rect.bottom()), *color);
        if i > 0 {
            let k = 2 * i as u32;
            mesh.add_triangle(k - 2, k - 1, k);
            mesh.add_triangle(k - 1, k, k + 1);
        }
    }
    Shape::mesh(mesh)
}

/// What to begin with on an empty map, in its `middle`. `placed`: the project knows where it lies, so that it can be drawn on.
/// Returns the verb of a button that was clicked.
pub fn nothing_yet(ui: &mut Ui, lang: Lang, middle: Pos2, placed: bool) -> Option<Verb> {
    let t = Tokens::of(ui);
    let mut out = None;
    let area = Area::new(Id::unique("nothing-yet")).order(Order::Middle).pivot(Align2::CENTER_CENTER);
    area.fixed_pos(middle - vec2(0.0, 40.0)).show(ui.ctx(), |ui| {
        float_frame(ui).inner_margin(Margin::same(20)).show(ui, |ui| {
            ui.set_width(340.0);
            ui.spacing_mut().item_spacing.y = 8.0;
            let title = lang.pick("新项目是空的", "The new project is empty");
            ui.label(RichText::new(title).font(semi(TITLE)).color(t.t1));
            let import = lang.pick("导入楼栋、道路、水系（GeoJSON）", "Import buildings, roads, water (GeoJSON)");
            let outline = lang.pick("按 O 画出社区范围", "Press O and draw the community's outline");
            let cells = lang.pick("按 A 沿道路画网格，按 X 切分", "Press A and draw cells along roads; X splits them");
            let build = lang.pick("按 K 画楼栋，或导入", "Press K and draw buildings, or import them");
            let steps = if placed { [outline, build, cells] } else { [import, outline, cells] };
            for (n, step) in (1..).zip(steps) {
                ui.label(RichText::new(format!("{n}　{step}")).font(regular(BODY)).color(t.t2));
            }
            ui.add_space(4.0);
            ui.horizontal(|ui| {
                let (draw, import) = (lang.pick("现在画范围", "Draw it now"), lang.pick("导入…", "Import…"));
                if placed && primary_button(ui, Some(Icon::Outline), draw, 120.0, 30.0, true).clicked() {
                    out = Some(Verb::Tool(Tool::Outline));
                }
                let brings = match placed {
                    true => action_button(ui, Some(Icon::Import), import, None, None, true),
                    false => primary_button(ui, Some(Icon::Import), import, 120.0, 30.0, true),
                };
                if brings.clicked() {
                    out = Some(Verb::Import);
                }
                let scan = lang.pick("扫描图…", "Scanned plan…");
                if placed && action_button(ui, Some(Icon::Picture), scan, None, None, true).clicked() {
                    out = Some(Verb::AddUnderlay);
                }
            });
            ui.label(
                RichText::new(lang.pick("也可以把文件拖进窗口", "Or drop files on the window"))
                    .font(regular(SMALL))
                    .color(t.t3),
            );
        });
    });
    out
}

/// What a toast says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ToastKind {
    /// Something was done.
    Done,
    /// Something was done in part.
    Warning,
    /// Something could not be done.
    Error,
}

/// A message at the bottom of the map.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    pub key: u64,
    pub kind: ToastKind,
    /// What happened.
    pub what: String,
    /// What was kept.
    pub kept: String,
    /// What to do.
    pub todo: String,
}

/// Toasts above each other, the lowest's bottom middle at `foot`. Returns the key of one that was dismissed.
pub fn toasts(ui: &mut Ui, lang: Lang, foot: Pos2, list: &[Toast]) -> Option<u64> {
    let mut dismissed = None;
    let mut bottom = foot.y;
    for toast in list.iter().rev() {
        let out = Area::new(Id::unique(("toast", toast.key)))
            .order(Order::Foreground)
            .pivot(Align2::CENTER_BOTTOM)
            .fixed_pos(pos2(foot.x, bottom))
            .accessible_name(toast.what.clone())
            .show(ui.ctx(), |ui| {
                float_frame(ui).show(ui, |ui| toast_content(ui, lang, toast).then(|| dismissed = Some(toast.key)));
            });
        bottom = out.response.rect.top() - 8.0;
    }
    dismissed
}

fn toast_content(ui: &mut Ui, lang: Lang, toast: &Toast) -> bool {
    let t = Tokens::of(ui);
    let (icon, color) = match toast.kind {
        ToastKind::Done => (Icon::Check, t.ok),
        ToastKind::Warning => (Icon::Warning, t.warn),
        ToastKind::Error => (Icon::Warning, t.err),
    };
    let mut closed = false;
    ui.set_max_width(460.0);
    ui.horizontal_top(|ui| {
        ui.add_space(2.0);
        icon.show(ui, TITLE, color);
        ui.vertical(|ui| {
            ui.set_max_width(390.0);
            ui.label(RichText::new(&toast.what).font(semi(BODY)).color(t.t1));
            for (part, color) in [(&toast.kept, t.t2), (&toast.todo, t.t2)] {
                if !part.is_empty() {
                    ui.label(RichText::new(part).font(regular(BODY)).color(color));
                }
            }
        });
        let name = format!("{} {}", lang.t().dismiss, toast.what);
        closed = icon_button(ui, Icon::Close, &name, 20.0, t.t3).clicked();
    });
    closed
}
