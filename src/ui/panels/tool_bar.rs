//! The tool bar: tools, snapping, undo, plans, search with its results.

use egui::{Align2, Area, Id, Key, LayerId, Order, Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::{Edge, paint_edge};
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::Lang;
use crate::ui::theme::{BODY, SMALL, Tokens, size};
use crate::ui::verbs::{Tool, Verb};
use crate::ui::widgets::{
    Toggle, code_chip, float_frame, icon_button, list_row, put, put_within, search_box, segmented, tool_button,
};

/// A plan in the switcher.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PlanTab {
    pub key: u64,
    pub name: String,
    pub in_force: bool,
}

/// What a search result is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum HitKind {
    #[default]
    Cell,
    Building,
    Courtyard,
    Member,
    Post,
    Facility,
    Road,
}

impl HitKind {
    /// The heading over results of the kind.
    pub fn heading(self, lang: Lang) -> &'static str {
        match self {
            HitKind::Cell => lang.pick("网格与社区", "Cells and units"),
            HitKind::Member => lang.pick("人员", "Members"),
            HitKind::Post => lang.pick("岗位", "Posts"),
            HitKind::Courtyard => lang.pick("院落", "Courtyards"),
            HitKind::Facility => lang.pick("设施", "Facilities"),
            HitKind::Road => lang.pick("道路", "Roads"),
            HitKind::Building => lang.pick("楼栋", "Buildings"),
        }
    }
}

/// A search result.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Hit {
    pub key: u64,
    pub kind: HitKind,
    pub code: String,
    pub name: String,
    /// Where it is, or what it is.
    pub detail: String,
    /// Tone of a cell's chip.
    pub tone: u8,
    /// Whether there are more of its kind than are shown.
    pub more: bool,
}

/// The tool bar's view.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ToolBarView {
    pub tool: Tool,
    pub snapping: bool,
    /// Whether lines run along streets.
    pub leads: bool,
    /// Whether only one community may change, and whether only gaps are filled.
    pub within: bool,
    pub gaps: bool,
    pub undo: Option<String>,
    pub redo: Option<String>,
    pub plans: Vec<PlanTab>,
    /// Index of the plan shown.
    pub plan: Option<usize>,
    /// What stands in the search box.
    pub search: String,
    pub hits: Vec<Hit>,
    /// Whether the search goes on; what was found so far is shown.
    pub searching: bool,
    /// The search box takes the focus in this frame (Ctrl F).
    pub focus_search: bool,
}

/// What the tool bar asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum ToolBarAction {
    Do(Verb),
    Plan(u64),
    Search(String),
    Open(Hit),
    /// The result that is outlined on the map, once a frame while the results are open.
    Look(Hit),
}

/// The verbs of the bar from left to right.
const SHOWN: [Verb; 16] = [
    Verb::Tool(Tool::Select),
    Verb::Tool(Tool::DrawCell),
    Verb::Tool(Tool::Split),
    Verb::Tool(Tool::Merge),
    Verb::Tool(Tool::Move),
    Verb::Tool(Tool::Reshape),
    Verb::Tool(Tool::Follow),
    Verb::Tool(Tool::Paint),
    Verb::Tool(Tool::Fill),
    Verb::Tool(Tool::BuildRectangle),
    Verb::Square,
    Verb::Snapping,
    Verb::OnlyWithin,
    Verb::OnlyGaps,
    Verb::Undo,
    Verb::Redo,
];

/// The search box's id, for whoever wants to know if it has the focus.
pub fn search_id() -> Id {
    Id::unique("search-box")
}

/// Shows the tool bar.
pub fn tool_bar(ui: &mut Ui, lang: Lang, view: &ToolBarView, out: &mut Vec<ToolBarAction>) {
    let text = lang.t();
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for verb in SHOWN {
            if matches!(verb, Verb::Snapping | Verb::Undo) {
                divider(ui);
            }
            let (on, sentence) = match verb {
                Verb::Tool(tool) if tool == view.tool => (Toggle::Tool, None),
                // One entry for all that builds; which of them stands on the map.
                Verb::Tool(Tool::BuildRectangle) if Tool::BUILDING.contains(&view.tool) => (Toggle::Tool, None),
                Verb::Tool(Tool::Paint) if view.tool == Tool::Erase => (Toggle::Tool, None),
                Verb::Tool(Tool::Follow) if view.leads => (Toggle::Switch, None),
                Verb::Snapping if view.snapping => (Toggle::Switch, None),
                Verb::OnlyWithin if view.within => (Toggle::Switch, None),
                Verb::OnlyGaps if view.gaps => (Toggle::Switch, None),
                Verb::Undo => (Toggle::Off, Some(&view.undo)),
                Verb::Redo => (Toggle::Off, Some(&view.redo)),
                _ => (Toggle::Off, None),
            };
            verb_button(ui, lang, verb, on, sentence, out);
        }
        divider(ui);
        let (rect, _) =
            ui.allocate_exact_size(vec2(if lang == Lang::Zh { 34.0 } else { 36.0 }, size::TOOL), Sense::hover());
        put(
            ui.painter(),
            pos2(rect.left() + 4.0, rect.center().y),
            Align2::LEFT_CENTER,
            text.plan,
            regular(SMALL),
            Tokens::of(ui).t3,
        );
        plans(ui, lang, view, out);
        let room = (ui.available_width() - 8.0).clamp(0.0, 285.0);
        if room > 90.0 {
            ui.add_space(ui.available_width() - room);
            search(ui, lang, view, room, out);
        }
    });
    paint_edge(ui, Edge::Bottom);
}

/// `sentence`: None = always possible, Some(None) = nothing to take back, Some(Some(s)) = takes back s.
fn verb_button(
    ui: &mut Ui,
    lang: Lang,
    verb: Verb,
    on: Toggle,
    sentence: Option<&Option<String>>,
    out: &mut Vec<ToolBarAction>,
) {
    let Some(icon) = verb.icon() else { return };
    let enabled = sentence.is_none_or(|s| s.is_some());
    let tip = match sentence {
        Some(Some(s)) => format!("{}\n{s}", verb.tip(lang)),
        _ => verb.tip(lang),
    };
    let response = tool_button(ui, icon, verb.name(lang), &tip, on, enabled);
    if labels_shown(ui) {
        let t = Tokens::of(ui);
        let galley = ui.painter().layout_no_wrap(verb.tip(lang), regular(SMALL), t.on_plate);
        // Neighbours take turns in three rows, so that no name covers another.
        let row = SHOWN.iter().position(|v| *v == verb).unwrap_or(0) % 3;
        let at = response.rect.left_bottom() + vec2(0.0, 9.0 + 21.0 * row as f32);
        let plate = Rect::from_min_size(at, galley.size() + vec2(10.0, 4.0));
        let above = ui.ctx().layer_painter(LayerId::new(Order::Tooltip, Id::unique("tool-labels")));
        above.rect_filled(plate, 3.0, t.plate);
        above.galley(plate.min + vec2(5.0, 2.0), galley, t.on_plate);
    }
    if response.clicked() {
        out.push(ToolBarAction::Do(verb));
    }
}

/// Whether Alt has been held alone for 0.4 s: then every tool shows its name and key.
fn labels_shown(ui: &Ui) -> bool {
    let id = Id::unique("alt-since");
    let (alt, now) = ui.input(|i| (i.modifiers.alt && !i.modifiers.command && !i.modifiers.shift, i.time));
    if !alt {
        ui.data_mut(|d| d.remove::<f64>(id));
        return false;
    }
    let since = ui.data_mut(|d| *d.get_temp_mut_or(id, now));
    if now - since < 0.4 {
        ui.ctx().request_repaint_after(std::time::Duration::from_millis(60));
    }
    now - since >= 0.4
}

fn divider(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(17.0, 20.0), Sense::hover());
    ui.painter().vline(rect.center().x, rect.y_range(), Stroke::new(1.0, Tokens::of(ui).line2));
}

fn plans(ui: &mut Ui, lang: Lang, view: &ToolBarView, out: &mut Vec<ToolBarAction>) {
    let mut segments: Vec<(Option<Icon>, &str)> =
        view.plans.iter().map(|p| (p.in_force.then_some(Icon::Lock), p.name.as_str())).collect();
    segments.push((Some(Icon::Plus), ""));
    if let Some(i) = segmented(ui, &segments, view.plan, lang.t().new_plan) {
        out.push(match view.plans.get(i) {
            Some(plan) => ToolBarAction::Plan(plan.key),
            None => ToolBarAction::Do(Verb::CopyPlan),
        });
    }
    ui.add_space(2.0);
    let name = lang.t().plans.trim_end_matches('…');
    if icon_button(ui, Icon::ChevronDown, name, 24.0, Tokens::of(ui).t2).clicked() {
        out.push(ToolBarAction::Do(Verb::Plans));
    }
}

fn search(ui: &mut Ui, lang: Lang, view: &ToolBarView, width: f32, out: &mut Vec<ToolBarAction>) {
    let text = lang.t();
    let id = search_id();
    let (response, typed) = search_box(ui, id, text.search, text.search_hint, Verb::Search.key(), &view.search, width);
    if view.focus_search {
        ui.memory_mut(|m| m.request_focus(id));
    }
    let on_id = id.with("on");
    if let Some(typed) = typed {
        // Other words, other results: the first of them is meant.
        ui.data_mut(|d| d.insert_temp(on_id, 0usize));
        out.push(ToolBarAction::Search(typed));
    }
    let open_id = id.with("open");
    let had_focus = ui.memory(|m| m.has_focus(id));
    let was_open = ui.data(|d| d.get_temp::<bool>(open_id)).unwrap_or(false);
    // The list stays while the pointer goes from the box to a result, and closes with a click elsewhere or Esc.
    let open = (had_focus || was_open) && !view.search.trim().is_empty() && !ui.input(|i| i.key_pressed(Key::Escape));
    let mut chosen = None;
    let mut keep = open;
    let mut looked = None;
    if open {
        let last = view.hits.len().saturating_sub(1);
        let mut on = ui.data(|d| d.get_temp::<usize>(on_id)).unwrap_or(0).min(last);
        let was = on;
        ui.input(|i| {
            on = if i.key_pressed(Key::ArrowDown) { (on + 1).min(last) } else { on };
            on = if i.key_pressed(Key::ArrowUp) { on.saturating_sub(1) } else { on };
        });
        let moved = on != was;
        if response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter)) {
            chosen = view.hits.get(on).cloned();
        }
        let area = Area::new(id.with("hits"))
            .order(Order::Foreground)
            .pivot(Align2::RIGHT_TOP)
            .fixed_pos(response.rect.right_bottom() + vec2(0.0, 4.0))
            .accessible_name(text.search_results)
            .show(ui.ctx(), |ui| {
                float_frame(ui).inner_margin(egui::Margin::symmetric(0, 6)).show(ui, |ui| {
                    ui.set_width(width.max(320.0));
                    ui.spacing_mut().item_spacing.y = 0.0;
                    let (clicked, over) = hits(ui, lang, view, on, moved);
                    chosen = clicked.or(chosen.take());
                    // Where the pointer is counts before where the keys are.
                    looked = over.or_else(|| view.hits.get(on).cloned());
                });
            });
        let elsewhere = ui.input(|i| i.pointer.any_click()) && area.response.clicked_elsewhere() && !had_focus;
        keep = chosen.is_none() && !elsewhere;
        ui.data_mut(|d| d.insert_temp(on_id, on));
    }
    ui.data_mut(|d| d.insert_temp(open_id, keep));
    if let Some(hit) = looked.filter(|_| keep) {
        out.push(ToolBarAction::Look(hit));
    }
    if let Some(hit) = chosen {
        ui.memory_mut(|m| m.surrender_focus(id));
        out.push(ToolBarAction::Open(hit));
    }
}

/// The results by kind; returns the one that was clicked and the one under the pointer. `moved`: the keys have just gone to
/// another.
fn hits(ui: &mut Ui, lang: Lang, view: &ToolBarView, on: usize, moved: bool) -> (Option<Hit>, Option<Hit>) {
    let t = Tokens::of(ui);
    if view.hits.is_empty() {
        let words = match lang {
            _ if view.searching => lang.pick("正在查找…", "Searching…").to_owned(),
            Lang::Zh => format!("没有找到「{}」{}", view.search.trim(), lang.t().no_match_tail),
            Lang::En => format!("Nothing found for “{}”{}", view.search.trim(), lang.t().no_match_tail),
        };
        egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 4)).show(ui, |ui| {
            ui.label(egui::RichText::new(words).color(t.t2));
        });
        return (None, None);
    }
    let (mut chosen, mut over) = (None, None);
    // As high as it needs: the float remembers how low it was when nothing had been found yet.
    let most = 12.0 * 34.0;
    let area = ScrollArea::vertical().max_height(most).min_scrolled_height(most).auto_shrink([false, true]);
    area.show(ui, |ui| {
        for (i, hit) in view.hits.iter().enumerate() {
            if i == 0 || view.hits[i - 1].kind != hit.kind {
                heading(ui, lang, view, hit);
            }
            let (rect, response) = list_row(ui, 34.0, false, i == on, None);
            if moved && i == on {
                response.scroll_to_me(None);
            }
            let y = rect.center().y;
            let x = rect.left() + 12.0;
            let icon = match hit.kind {
                HitKind::Cell => None,
                HitKind::Building => Some(Icon::Building),
                HitKind::Courtyard => Some(Icon::Courtyard),
                HitKind::Member | HitKind::Post => Some(Icon::Person),
                HitKind::Facility => Some(Icon::Flag),
                HitKind::Road => Some(Icon::Follow),
            };
            match icon {
                None => drop(code_chip(ui, pos2(x, y), &hit.code, hit.tone, false)),
                Some(icon) => {
                    let at = Rect::from_center_size(pos2(x + 11.0, y), vec2(15.0, 15.0));
                    icon.paint(ui.painter(), at, t.t2);
                }
            }
            let p = ui.painter();
            let detail = put_within(
                p,
                pos2(rect.right() - 12.0, y),
                Align2::RIGHT_CENTER,
                130.0,
                &hit.detail,
                regular(SMALL),
                t.t3,
            );
            let x = x + 32.0;
            put_within(p, pos2(x, y), Align2::LEFT_CENTER, detail.left() - x - 8.0, &hit.name, regular(BODY), t.t1);
            response.widget_info(|| {
                let said = format!("{} {} {}", hit.code, hit.name, hit.detail);
                WidgetInfo::selected(Role::ListItem, true, i == on, said.trim())
            });
            if response.hovered() {
                over = Some(hit.clone());
            }
            if response.clicked() {
                chosen = Some(hit.clone());
            }
        }
    });
    (chosen, over)
}

/// The head of results of one kind, with how many there are.
fn heading(ui: &mut Ui, lang: Lang, view: &ToolBarView, hit: &Hit) {
    let t = Tokens::of(ui);
    let n = view.hits.iter().filter(|h| h.kind == hit.kind).count();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, t.app);
    let y = rect.center().y;
    let name = hit.kind.heading(lang);
    put(ui.painter(), pos2(rect.left() + 12.0, y), Align2::LEFT_CENTER, name, semi(SMALL), t.t2);
    let count = match (hit.more, lang) {
        (false, _) => n.to_string(),
        (true, Lang::Zh) => format!("前 {n} 个，再输几个字"),
        (true, Lang::En) => format!("first {n}; type more"),
    };
    put(ui.painter(), pos2(rect.right() - 12.0, y), Align2::RIGHT_CENTER, &count, regular(SMALL), t.t3);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name} {count}")));
}
