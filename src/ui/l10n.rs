//! Text of the window in Chinese and English. A text that lacks one of the two does not compile. Sentences of other rooms
//! (steps of the log, refusals, findings) are made there; this table holds only what the window itself says.

/// A language of the window.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum Lang {
    /// 中文.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The texts of this language.
    pub fn t(self) -> &'static Text {
        match self {
            Lang::Zh => &ZH,
            Lang::En => &EN,
        }
    }

    /// The same language as the rooms below name it.
    pub fn spoken(self) -> crate::model::Lang {
        match self {
            Lang::Zh => crate::model::Lang::Zh,
            Lang::En => crate::model::Lang::En,
        }
    }

    /// One of two texts.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

macro_rules! texts {
    ($($name:ident: $zh:literal, $en:literal;)*) => {
        /// Every text of the window, one field a text.
        #[allow(missing_docs)]
        #[derive(Debug)]
        pub struct Text { $(pub $name: &'static str,)* }
        /// 中文.
        pub static ZH: Text = Text { $($name: $zh,)* };
        /// English.
        pub static EN: Text = Text { $($name: $en,)* };
        #[cfg(test)]
        const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), $zh, $en),)*];
    };
}

texts! {
    // Menus.
    app: "格图", "Getu";
    tagline: "街道社区网格", "The grid of a community";
    menu_file: "文件", "File";
    menu_edit: "编辑", "Edit";
    menu_view: "视图", "View";
    menu_grid: "网格", "Grid";
    menu_building: "楼栋", "Buildings";
    menu_incidents: "事件", "Incidents";
    menu_plan: "方案", "Plan";
    menu_help: "帮助", "Help";
    unsaved: "有未保存的修改", "unsaved changes";
    see_keys: "按 ? 看全部按键", "Press ? for all keys";
    language: "语言", "Language";
    theme: "界面", "Theme";
    may_change: "允许改动的界线", "Borders that may be changed";
    light: "浅色", "Light";
    dark: "深色", "Dark";
    follow_system: "跟随系统", "As the system";
    // Tool bar.
    plan: "方案", "Plan";
    new_plan: "复制出新方案", "Copy to a new plan";
    plans: "管理方案…", "Manage plans…";
    in_force: "现行方案", "Plan in force";
    search_hint: "查网格、楼栋、人员、编号", "Cells, buildings, members";
    search: "查找", "Search";
    search_results: "查找结果", "Results";
    tools: "工具", "Tools";
    // Left panel.
    cells: "网格", "Cells";
    code: "编号", "Code";
    name: "名称", "Name";
    households: "户数", "Households";
    deviation: "偏差", "Deviation";
    unassigned: "未划入", "Unassigned";
    within: "目标内", "on target";
    locked: "已锁定", "Locked";
    no_cells: "还没有网格。按 A 画第一个，或导入。", "No cells yet. Press A to draw the first one, or import them.";
    whole: "全社区", "Whole community";
    residents: "人口", "Residents";
    buildings: "楼栋", "Buildings";
    courtyards: "院落", "Courtyards";
    average: "平均", "Average";
    most_least: "最多 / 最少", "Most / least";
    history: "历史", "History";
    in_progress: "进行中", "under way";
    undone: "已撤销", "undone";
    no_history: "还没有修改", "No changes yet";
    undo_to_here: "退回到这一步", "Go back to this step";
    sort_by: "排序", "Sort by";
    // Inspector.
    nothing_selected: "没有选中。点一个网格或一栋楼。", "Nothing selected. Click a cell or a building.";
    area: "面积", "Area";
    perimeter: "周长", "Perimeter";
    incidents: "事件", "Incidents";
    people: "人员", "Members";
    vacant: "空缺", "Vacant";
    assign: "指派…", "Assign…";
    assign_now: "指派", "Assign";
    nobody: "空缺 · 指派…", "Vacant · assign…";
    post: "岗位", "Post";
    holder: "姓名", "Name";
    add_member: "添加人员…", "Add a member…";
    phone: "电话", "Phone";
    from_date: "起始", "From";
    cancel: "取消", "Cancel";
    remove: "移除", "Remove";
    save: "保存", "Save";
    remove_post: "免去", "End this post";
    full_code: "全编号", "Full code";
    edit_name: "改名称", "Edit name";
    edit_code: "改编号", "Edit code";
    moved_out: "调出", "moved out";
    moved_in: "调入", "moved in";
    moved_out_buildings: "调出楼栋", "Buildings moved out";
    moved_in_buildings: "调入楼栋", "Buildings moved in";
    building: "楼栋", "Building";
    use_: "用途", "Use";
    storeys: "层数", "Storeys";
    staircases: "单元数", "Staircases";
    address: "地址", "Address";
    courtyard: "院落", "Courtyard";
    no_courtyard: "不在院落内", "In no courtyard";
    kept_whole: "整院划入一个网格", "Keep the courtyard in one cell";
    belongs_to: "所属网格", "Cell";
    by: "归属方式", "Assigned by";
    by_place: "按地点", "by place";
    by_courtyard: "按院落", "by courtyard";
    by_pin: "指定", "by hand";
    pin_to: "指定到网格", "Pin to cell";
    no_pin: "不指定", "Not pinned";
    estimated: "估算", "estimated";
    member: "人员", "Member";
    // Layers and legend.
    layers: "图层", "Layers";
    on_map: "图上显示", "On the map";
    heat: "事件密度", "Incident density";
    radius: "半径", "Radius";
    opacity: "不透明度", "Opacity";
    class: "类别", "Class";
    all_classes: "全部类别", "All classes";
    scale_pinned: "色标固定", "Scale is fixed";
    per_km2: "起/km²", "per km²";
    // Status bar.
    scale: "比例尺", "Scale";
    snapping: "吸附", "Snapping";
    snapping_off: "不吸附", "No snapping";
    crs: "坐标系", "Coordinate system";
    // Map.
    map: "地图", "Map";
    zoom_in: "放大", "Zoom in";
    zoom_out: "缩小", "Zoom out";
    takes_effect: "松手生效", "Release to apply";
    not_yet: "双击完成", "Double-click to finish";
    by_click: "点一下生效", "Click to apply";
    by_enter: "回车生效", "Enter to apply";
    refused: "不能这样改", "Cannot be done";
    d_households: "Δ户", "Δ hh";
    d_residents: "Δ人", "Δ res";
    d_buildings: "Δ栋", "Δ bldg";
    d_incidents: "Δ事件", "Δ inc";
    // Plans.
    plan_manager: "方案管理", "Plans";
    copy: "复制", "Copy";
    rename: "改名", "Rename";
    delete: "删除", "Delete";
    delete_sure: "再点一次删除", "Click again to delete";
    adopt: "设为现行…", "Put in force…";
    adopt_now: "设为现行", "Put in force";
    effective_from: "生效日期", "In force from";
    protected: "受保护，改动会复制出新方案", "Protected: a change makes a new plan from it";
    // Start page.
    samples: "示例地图", "Sample maps";
    samples_hint: "点开即可试改，原件不变", "Open one and try; the original stays as it is";
    on_own_data: "在自己的数据上画", "Draw on your own data";
    open: "打开…", "Open…";
    recent: "最近", "Recent";
    no_recent: "打开过的文件会列在这里", "Files you open are listed here";
    missing: "找不到文件", "File not found";
    drop_files: "把文件拖到这里", "Drop files here";
    drop_kinds: "GPKG 直接打开；GeoJSON、CSV、XLSX 问清内容后导入。", "A GPKG is opened; of GeoJSON, CSV and XLSX you are asked what they hold.";
    choose_file: "选文件…", "Choose…";
    works_offline: "断网可用", "Works offline";
    // Common.
    keys: "按键", "Keys";
    close: "关闭", "Close";
    dismiss: "知道了", "Dismiss";
    no_match_tail: "。换个字或编号再试。", ". Try another word or a code.";
    undo_step: "撤销", "Undo";
}

/// Thousands grouped, minus as U+2212: `3,967`, `−68`.
pub fn num(n: i64) -> String {
    crate::model::number(n)
}

/// A difference with its sign: `+68`, `−68`, `0`.
pub fn signed(n: i64) -> String {
    if n > 0 { format!("+{}", num(n)) } else { num(n) }
}

/// Number and unit: `412 户`, `412 hh`.
pub fn households(lang: Lang, n: i64) -> String {
    format!("{} {}", num(n), lang.pick("户", "hh"))
}

/// `5 栋`, `5 bldg`.
pub fn buildings(lang: Lang, n: i64) -> String {
    format!("{} {}", num(n), lang.pick("栋", "bldg"))
}

/// A deviation in words: `超 63 户`, `缺 14 户`, `目标内`.
pub fn deviation(lang: Lang, deviation: i64) -> String {
    crate::session::answers::deviation_text(deviation, lang.spoken())
}

/// The range of a cell: `目标 300–500 户 / 格`.
pub fn range(lang: Lang, range: (u32, u32)) -> String {
    let (low, high) = (num(range.0.into()), num(range.1.into()));
    match lang {
        Lang::Zh => format!("目标 {low}–{high} 户 / 格"),
        Lang::En => format!("target {low}–{high} hh a cell"),
    }
}

/// An area in the unit that reads best. Input in m².
pub fn area(lang: Lang, area_m2: f64) -> String {
    crate::session::area_text(area_m2).get(lang.spoken()).to_owned()
}

/// Uses of buildings as tables hold them.
pub fn uses() -> impl Iterator<Item = &'static str> {
    crate::session::buildings::USES.iter().map(|(word, _)| *word)
}

/// A building's use as it is said; a word that is not in the list stays.
pub fn use_word(lang: Lang, use_: &str) -> &str {
    crate::session::buildings::use_word(lang.spoken(), use_)
}

/// The use that a word says, as tables hold it; a word that is not in the list stays.
pub fn use_of(said: &str) -> &str {
    crate::session::buildings::use_of(said)
}

/// A length: kilometres from 1 km, else metres. Input in m.
pub fn length(lang: Lang, length_m: f64) -> String {
    if length_m >= 1000.0 {
        format!("{:.2} {}", length_m / 1000.0, lang.pick("千米", "km"))
    } else {
        format!("{} {}", num(length_m.round() as i64), lang.pick("米", "m"))
    }
}

/// A metric coordinate in groups of three with one decimal: `3 457 894.5`.
pub fn coordinate(v_m: f64) -> String {
    let tenths = (v_m * 10.0).round();
    let whole = num((tenths / 10.0).trunc() as i64).replace(',', " ");
    let sign = if tenths < 0.0 && tenths > -10.0 { "−" } else { "" };
    format!("{sign}{whole}.{}", (tenths.abs() % 10.0) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_twice_and_no_label_ends_in_a_stop() {
        for (name, zh, en) in ALL {
            assert!(!zh.trim().is_empty() && !en.trim().is_empty(), "{name}");
            assert!(!zh.contains('!') && !zh.contains('！') && !en.contains('!'), "{name}");
            assert!(!zh.contains("错误"), "{name}");
        }
    }

    #[test]
    fn numbers_as_people_write_them() {
        assert_eq!(num(0), "0");
        assert_eq!(num(999), "999");
        assert_eq!(num(3967), "3,967");
        assert_eq!(num(-1_234_567), "−1,234,567");
        assert_eq!(num(i64::MIN), "−9,223,372,036,854,775,808");
        assert_eq!(signed(68), "+68");
        assert_eq!(signed(-68), "−68");
        assert_eq!(deviation(Lang::Zh, 63), "超 63 户");
        assert_eq!(deviation(Lang::Zh, -14), "缺 14 户");
        assert_eq!(deviation(Lang::En, 0), "on target");
        assert_eq!(area(Lang::Zh, 103_000.0), "10.3 公顷");
        assert_eq!(length(Lang::Zh, 1580.0), "1.58 千米");
        assert_eq!(coordinate(3_457_894.46), "3 457 894.5");
        assert_eq!(coordinate(-0.31), "−0.3");
        assert_eq!(coordinate(-12.0), "−12.0");
    }
}
