//! A whole window of views, the harness that shows it, and the pictures. The people and counts are made up.

use egui::{Pos2, Rect, Ui, UiBuilder, vec2};
use egui_kittest::{Harness, HarnessBuilder};

use crate::model::Rules;
use crate::ui::l10n::Lang;
use crate::ui::panels::building::{BuildingView, By, CellRef, CourtyardRef};
use crate::ui::panels::cells::{self, CellRow, CellsAction, CellsView, StepRow, StepState, Totals, UnassignedRow};
use crate::ui::panels::inspector::{self, CellView, InspectorAction, InspectorView, MovedRow, PostRow};
use crate::ui::panels::layers::{self, HeatSettings, LayerRow, LayersAction, LayersView};
use crate::ui::panels::menu_bar::{self, MenuAction, MenuView};
use crate::ui::panels::plans::{self, PlanRow, PlansAction, PlansView};
use crate::ui::panels::status::{self, JobView, StatusAction, StatusView};
use crate::ui::panels::tool_bar::{self, PlanTab, ToolBarAction, ToolBarView};
use crate::ui::panels::{keys, left_place, menu_place, right_place, status_place, tools_place};
use crate::ui::testing;
use crate::ui::theme::{self, Tokens};
use crate::ui::verbs::{Tool, Verb};
use crate::ui::widgets::{
    Delta, DeltaSide, HeatLegend, Toast, delta_float, heat_legend, hint_plate, scale_bar, toasts, zoom_buttons,
};

/// Everything that the window asked for.
#[derive(Default, Debug)]
pub(super) struct Asked {
    pub(super) menu: Vec<MenuAction>,
    pub(super) tools: Vec<ToolBarAction>,
    pub(super) cells: Vec<CellsAction>,
    pub(super) inspector: Vec<InspectorAction>,
    pub(super) status: Vec<StatusAction>,
    pub(super) layers: Vec<LayersAction>,
    pub(super) plans: Vec<PlansAction>,
    pub(super) map: Vec<Verb>,
    pub(super) dismissed: Option<u64>,
    pub(super) keys_closed: bool,
}

/// A whole window of views.
pub(super) struct Scene {
    pub(super) lang: Lang,
    pub(super) menu: MenuView,
    pub(super) tools: ToolBarView,
    pub(super) cells: CellsView,
    pub(super) inspector: InspectorView,
    pub(super) status: StatusView,
    pub(super) layers: Option<LayersView>,
    pub(super) plans: Option<PlansView>,
    pub(super) delta: Option<Delta>,
    pub(super) legend: Option<HeatLegend>,
    pub(super) toasts: Vec<Toast>,
    pub(super) keys: bool,
    pub(super) asked: Asked,
}

pub(super) fn cell(key: u64, name: &str, tone: u8, households: i64) -> CellRow {
    let deviation = Rules::default().deviation(households as u64);
    CellRow { key, code: format!("{key:02}"), name: name.into(), tone, households, deviation, ..CellRow::default() }
}

pub(super) fn scene() -> Scene {
    let mut cells = vec![
        cell(1, "银洲街网格", 1, 318),
        cell(2, "银城中路网格", 2, 286),
        cell(3, "昌邑路网格", 0, 471),
        cell(4, "小石桥网格", 3, 338),
        cell(5, "招远路网格", 1, 421),
        cell(6, "南泉北路网格", 3, 495),
        cell(7, "栖霞路网格", 2, 468),
        cell(8, "崂山路网格", 0, 412),
        cell(9, "世纪大道网格", 0, 262),
        cell(10, "乳山路网格", 1, 496),
    ];
    cells[1].warning = Some("缺 14 户".into());
    cells[3].locked = true;
    cells[5].before = Some(563);
    cells[7].before = Some(344);
    cells[8].warning = Some("缺 38 户".into());
    let step = |step: u64, time: &str, sentence: &str, state: StepState| StepRow {
        step,
        time: time.into(),
        sentence: sentence.into(),
        state,
    };
    let post = |key: u64, post: &str, name: &str, phone: &str| PostRow {
        key,
        post: post.into(),
        name: (!name.is_empty()).then(|| name.into()),
        phone: phone.into(),
        from: "2026-03-01".into(),
    };
    let moved = |key: u64, households: i64| MovedRow {
        key,
        name: format!("梅园二村 {key} 号楼"),
        households,
        storeys: Some(6),
    };
    Scene {
        lang: Lang::Zh,
        menu: MenuView {
            title: "陆家嘴街道 · 梅园社区.gpkg".into(),
            unsaved: true,
            open: true,
            undo: Some("合并 玉兰院 两处飞地到 04".into()),
            tool: Tool::Move,
            snapping: true,
            theme: egui::ThemePreference::Light,
            ..MenuView::default()
        },
        tools: ToolBarView {
            tool: Tool::Move,
            snapping: true,
            undo: Some("合并 玉兰院 两处飞地到 04".into()),
            plans: vec![
                PlanTab { key: 1, name: "现行方案".into(), in_force: true },
                PlanTab { key: 2, name: "方案A".into(), in_force: false },
                PlanTab { key: 3, name: "方案B".into(), in_force: false },
            ],
            plan: Some(1),
            ..ToolBarView::default()
        },
        cells: CellsView {
            layers: vec![(1, "治理网格".into()), (2, "建管网格".into())],
            cells,
            unassigned: Some(UnassignedRow {
                buildings: 2,
                households: 11,
                place: "昌邑路 27 号院".into(),
                area_m2: 0.0,
            }),
            selected: vec![6],
            range: (300, 500),
            totals: Totals {
                estimated: 0,
                households: 3978,
                residents: 10064,
                buildings: 311,
                average: 396.7,
                most_least: Some(1.89),
                within: 8,
                cells: 10,
            },
            history: vec![
                step(14, "12:06", "拖动 06 / 08 边界，梅园二村 5 栋", StepState::Staged),
                step(13, "12:04", "切分 03 昌邑路网格", StepState::Undone),
                step(12, "12:03", "合并 玉兰院 两处飞地到 04", StepState::Done),
                step(11, "11:58", "沿 栖霞路 重描 07 / 10 边界", StepState::Done),
                step(10, "11:51", "张某 任 06 网格长", StepState::Done),
            ],
            plan: "方案A".into(),
            ..CellsView::default()
        },
        inspector: InspectorView::Cell(CellView {
            key: 6,
            code: "06".into(),
            full_code: "310115 005 021 006".into(),
            name: "南泉北路网格".into(),
            tone: 3,
            place: "网格 · 梅园社区".into(),
            households: 495,
            before: Some(563),
            range: (300, 500),
            residents: 1244,
            buildings: 37,
            courtyards: 4,
            area_m2: 103_000.0,
            perimeter_m: 1580.0,
            incidents: Some(90),
            posts: vec![
                post(1, "网格长", "张某", "139****0216"),
                post(2, "专职网格员", "李某", "138****5507"),
                post(3, "党支部书记", "王某", "136****1182"),
                post(0, "社区民警", "", ""),
            ],
            post_names: vec!["网格长".into(), "网格员".into()],
            moved_out: vec![moved(1, 9), moved(2, 15), moved(3, 15), moved(4, 12), moved(5, 17)],
            ..CellView::default()
        }),
        status: StatusView {
            scale: Some(5700.0),
            pointer: Some([40_548_251.2, 3_457_894.5]),
            crs: "CGCS2000 / 3° 带 40".into(),
            unassigned: 2,
            snapping: true,
            snaps_to: "点·边·路口·院墙".into(),
            jobs: vec![JobView {
                key: 7, sentence: "正在重算事件密度".into(), done: Some(0.62), can_cancel: true
            }],
            saved: "已保存 12:03".into(),
        },
        layers: None,
        plans: None,
        delta: None,
        legend: None,
        toasts: Vec::new(),
        keys: false,
        asked: Asked::default(),
    }
}

pub(super) fn delta() -> Delta {
    let side = |code: &str, tone: u8, before: i64, after: i64| DeltaSide {
        code: code.into(),
        tone,
        before,
        after,
        deviation: Some(Rules::default().deviation(after as u64)),
    };
    Delta {
        sides: vec![side("06", 3, 563, 495), side("08", 0, 344, 412)],
        place: "梅园二村".into(),
        households: 68,
        residents: 171,
        buildings: 5,
        incidents: Some(17),
        refusal: None,
        when: Default::default(),
    }
}

pub(super) fn building() -> BuildingView {
    let at = |key: u64, name: &str, tone: u8| CellRef { key, code: format!("{key:02}"), name: name.into(), tone };
    BuildingView {
        key: 41,
        code: "B000041".into(),
        name: "梅园二村 1 号楼".into(),
        use_: "住宅".into(),
        address: "招远路 58 弄".into(),
        households: 9,
        estimated: true,
        residents: 23,
        storeys: Some(6),
        staircases: Some(3),
        courtyard: Some(CourtyardRef { key: 5, name: "梅园二村".into(), whole: true }),
        cell: Some(at(6, "南泉北路网格", 3)),
        outside: false,
        by: By::Courtyard,
        cells: vec![at(6, "南泉北路网格", 3), at(8, "崂山路网格", 0)],
    }
}

/// The window as the integrator lays it out; the map is its paper.
pub(super) fn window(ui: &mut Ui, s: &mut Scene) {
    let lang = s.lang;
    menu_place(ui).show(ui, |ui| menu_bar::menu_bar(ui, lang, &s.menu, &mut s.asked.menu));
    tools_place(ui).show(ui, |ui| tool_bar::tool_bar(ui, lang, &s.tools, &mut s.asked.tools));
    status_place(ui).show(ui, |ui| status::status_bar(ui, lang, &s.status, &mut s.asked.status));
    left_place(ui).show(ui, |ui| cells::cells_panel(ui, lang, &s.cells, &mut s.asked.cells));
    right_place(ui).show(ui, |ui| inspector::inspector_panel(ui, lang, &s.inspector, &mut s.asked.inspector));
    egui::CentralPanel::no_frame().show(ui, |ui| {
        let map = ui.max_rect();
        let paper = Tokens::of(ui).paper;
        ui.painter().rect_filled(map, 0.0, paper);
        hint_plate(ui, map.min + vec2(13.0, 13.0), "拖动边界 · 松手生效", "Alt 暂停吸附　Esc 放回原处");
        scale_bar(ui, lang, map.left_bottom() + vec2(15.0, -14.0), 1.5);
        s.asked.map.extend(zoom_buttons(ui, lang, map.right_bottom() - vec2(13.0, 13.0)));
        if let Some(delta) = &s.delta {
            delta_float(ui, lang, map.center() + vec2(160.0, 0.0), map, delta);
        }
        if let Some(legend) = &s.legend {
            heat_legend(ui, lang, map.left_bottom() + vec2(13.0, -50.0), legend);
        }
        let float = |ui: &mut Ui, at: Pos2, show: &mut dyn FnMut(&mut Ui)| {
            let mut child = ui.new_child(UiBuilder::new().max_rect(Rect::from_min_size(at, vec2(420.0, 600.0))));
            show(&mut child);
        };
        if let Some(view) = &s.layers {
            let at = map.right_bottom() - vec2(310.0, 420.0);
            float(ui, at, &mut |ui| layers::layers_panel(ui, lang, view, &mut s.asked.layers));
        }
        if let Some(view) = &s.plans {
            float(ui, map.min + vec2(40.0, 80.0), &mut |ui| plans::plans_panel(ui, lang, view, &mut s.asked.plans));
        }
        s.asked.dismissed = toasts(ui, lang, map.center_bottom() - vec2(0.0, 16.0), &s.toasts);
        if s.keys {
            let mut out = Vec::new();
            keys::keys_sheet(&ui.ctx().clone(), ui, lang, &keys::KeysView::default(), &mut out);
            s.asked.keys_closed |= out.contains(&keys::KeysAction::Close);
        }
    });
}

/// How a harness shows things.
#[derive(Clone, Copy)]
pub(super) struct Show {
    pub(super) size: egui::Vec2,
    pub(super) dark: bool,
    pub(super) pixels_per_point: f32,
    /// Paint pixels even if nobody asked for pictures.
    pub(super) pixels: bool,
}

impl Default for Show {
    fn default() -> Show {
        Show { size: vec2(1600.0, 1000.0), dark: false, pixels_per_point: 1.0, pixels: false }
    }
}

/// A harness that runs `app` in the theme; None where the machine has no Chinese font.
pub(super) fn harness<'a, S: 'a>(
    test: &str,
    show: Show,
    mut app: impl FnMut(&mut Ui, &mut S) + 'a,
    state: S,
) -> Option<Harness<'a, S>> {
    let fonts = testing::fonts(test)?;
    let theme = if show.dark { egui::ThemePreference::Dark } else { egui::ThemePreference::Light };
    let mut builder: HarnessBuilder<S> = Harness::builder()
        .with_size(show.size)
        .with_pixels_per_point(show.pixels_per_point)
        .with_theme(if show.dark { egui::Theme::Dark } else { egui::Theme::Light })
        .with_os(egui::os::OperatingSystem::Nix)
        .with_context_setup(move |ctx| theme::install(ctx, theme, &fonts));
    if show.pixels || pictures().is_some() {
        builder = builder.wgpu();
    }
    // The harness keeps a margin round its ui; a window has none.
    let whole = move |ui: &mut Ui, state: &mut S| {
        let rect = ui.ctx().content_rect();
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect));
        child.set_clip_rect(rect);
        child.painter().rect_filled(rect, 0.0, Tokens::of(&child).panel);
        app(&mut child, state);
    };
    let mut harness = builder.build_ui_state(whole, state);
    harness.run();
    Some(harness)
}

/// Folder for pictures to look at, where somebody asked for them.
pub(super) fn pictures() -> Option<std::path::PathBuf> {
    std::env::var_os("GETU_PICTURES").map(std::path::PathBuf::from)
}

/// Saves what the harness shows if somebody asked for pictures.
pub(super) fn picture<S>(harness: &mut Harness<'_, S>, name: &str) {
    if let Some(folder) = pictures() {
        let image = harness.render().expect("the picture is painted");
        image.save(folder.join(format!("{name}.png"))).expect("the picture is saved");
    }
}

pub(super) fn shown(test: &str, scene: Scene) -> Option<Harness<'static, Scene>> {
    harness(test, Show::default(), window, scene)
}

pub(super) fn layers_view() -> LayersView {
    let names = ["网格", "楼栋", "院落", "道路", "水域", "设施", "事件点"];
    LayersView {
        levels: vec![("范围（外框）".to_owned(), false), ("社区界".to_owned(), true)],
        rows: names
            .iter()
            .enumerate()
            .map(|(i, n)| LayerRow { key: i as u64, name: (*n).into(), visible: i != 6 })
            .collect(),
        heat: Some(HeatSettings { widest_m: 1000.0, visible: true, bandwidth_m: 150.0, class: None, opacity: 0.8 }),
        classes: vec!["市容环境".into(), "噪声扰民".into()],
        dark: false,
    }
}

pub(super) fn plans_view() -> PlansView {
    let row = |key: u64, name: &str, in_force: bool, detail: &str| PlanRow {
        key,
        name: name.into(),
        in_force,
        detail: detail.into(),
        current: key == 2,
    };
    PlansView {
        plans: vec![
            row(1, "现行方案", true, "2025-06-01 起"),
            row(2, "方案A", false, "10 个网格，14 步"),
            row(3, "方案B", false, "9 个网格"),
        ],
        today: "2026-06-18".into(),
    }
}
