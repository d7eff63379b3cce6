//! What the window can be told without an argument: one table for menus, tool bar, keys and the keys sheet.
#![allow(missing_docs, reason = "what a name says in full is not said again; the rest is documented")]

use egui::{InputState, Key, KeyboardShortcut, Modifiers};

use super::icons::Icon;
use super::keymap::read;
use super::l10n::Lang;

/// A tool of the map.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub enum Tool {
    #[default]
    Select,
    /// Draw or replace the outline of the layer.
    Outline,
    DrawCell,
    Split,
    Merge,
    /// Move, add and delete vertices, move nodes, slide borders.
    Move,
    /// Draw a line across borders.
    Reshape,
    /// Give gaps to cells.
    Fill,
    /// Make a cell of one piece of a cell.
    Detach,
    /// Lead a border, or the line being drawn, along streets.
    Follow,
    /// Make a building by three points.
    BuildRectangle,
    /// Make a building corner by corner.
    BuildPolygon,
    /// Make a building of which only the place is known.
    BuildPoint,
    /// Copy a building along a line.
    BuildCopies,
    /// Make a courtyard.
    Courtyard,
    /// Paint buildings into a cell.
    Paint,
    /// Paint buildings out of a cell.
    Erase,
}

impl Tool {
    /// The tools that make buildings and courtyards, in the order in which they are offered.
    pub const BUILDING: [Tool; 5] =
        [Tool::BuildRectangle, Tool::BuildPolygon, Tool::BuildPoint, Tool::BuildCopies, Tool::Courtyard];
}

/// A command without an argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Verb {
    New,
    Open,
    Save,
    SaveAs,
    Import,
    Export,
    ExportPicture,
    /// What the map shows, as a picture in the clipboard.
    CopyPicture,
    StartPage,
    Quit,
    Undo,
    Redo,
    /// Delete the chosen border point, else dissolve the selected cells.
    Delete,
    /// Make the corners of the selected cells' borders right; shown first.
    Square,
    /// Make the borders of the selected cells plainer; shown first.
    Simplify,
    /// Change only the ground of the community of what is selected.
    OnlyWithin,
    /// Take only ground without a cell.
    OnlyGaps,
    /// Fill buildings from a list that is pasted.
    PasteList,
    /// Propose a courtyard round buildings, then make it.
    Enclose,
    /// The menu of the place under the pointer.
    PlaceMenu,
    Tool(Tool),
    Snapping,
    /// A larger or smaller brush.
    BrushLarger,
    BrushSmaller,
    ZoomIn,
    ZoomOut,
    ZoomSelection,
    Home,
    Layers,
    Search,
    NextUnassigned,
    /// Lock the selected cells, or unlock them if all are.
    Lock,
    PreviousCell,
    NextCell,
    ImportIncidents,
    Heat,
    /// What was changed since the project was opened, shown on the map.
    MyEdits,
    /// The float of scanned plans.
    Underlays,
    AddUnderlay,
    CopyPlan,
    Plans,
    FullScreen,
    Keys,
    /// The five-minute tour.
    Tour,
    /// Every command by its name.
    Palette,
    /// Fly to coordinates.
    GoTo,
    /// The list of what is not in order.
    Issues,
    /// The problem before, or the building without a cell before.
    PreviousIssue,
    /// Every step, to go back to.
    History,
    /// The table of any kind of thing.
    Table,
}

/// A group of the keys sheet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    File,
    Edit,
    Tools,
    View,
    Grid,
    Help,
}

/// All there is to say about a verb.
#[derive(Debug)]
pub struct VerbInfo {
    pub verb: Verb,
    pub group: Group,
    zh: &'static str,
    en: &'static str,
    /// Key as people read it where they chose no other, empty where there is none.
    pub key: &'static str,
    pub icon: Option<Icon>,
}

macro_rules! verbs {
    ($($group:ident $verb:expr, $zh:literal, $en:literal, $key:literal, $icon:expr;)*) => {
        /// Every verb, in the order of the keys sheet.
        pub static VERBS: &[VerbInfo] = &[$(VerbInfo {
            verb: $verb, group: Group::$group, zh: $zh, en: $en, key: $key, icon: $icon,
        },)*];
    };
}

verbs! {
    File Verb::New, "新建项目…", "New project…", "Ctrl N", Some(Icon::File);
    File Verb::Open, "打开…", "Open…", "Ctrl O", Some(Icon::Folder);
    File Verb::Save, "保存", "Save", "Ctrl S", Some(Icon::Save);
    File Verb::SaveAs, "另存为…", "Save as…", "Ctrl Shift S", None;
    File Verb::Import, "导入…", "Import…", "", Some(Icon::Import);
    File Verb::Export, "导出…", "Export…", "", Some(Icon::Export);
    File Verb::ExportPicture, "存为图片…", "Save as picture…", "", None;
    File Verb::StartPage, "回到起始页", "Start page", "", None;
    File Verb::Quit, "退出", "Quit", "Ctrl Q", None;
    Edit Verb::Undo, "撤销", "Undo", "Ctrl Z", Some(Icon::Undo);
    Edit Verb::Redo, "重做", "Redo", "Ctrl Shift Z", Some(Icon::Redo);
    Edit Verb::Delete, "删除选中", "Delete what is selected", "Delete", Some(Icon::Trash);
    Edit Verb::PlaceMenu, "此处能做什么", "What can be done here", "Shift F10", None;
    Edit Verb::CopyPicture, "复制地图图片", "Copy picture of the map", "Ctrl C", Some(Icon::Copy);
    Edit Verb::Search, "查找", "Find", "Ctrl F", Some(Icon::Search);
    Edit Verb::Palette, "全部命令…", "All commands…", "Ctrl K", None;
    Edit Verb::History, "历史", "History", "Ctrl H", Some(Icon::History);
    Tools Verb::Tool(Tool::Select), "选择", "Select", "V", Some(Icon::Select);
    Tools Verb::Tool(Tool::Move), "改边界", "Move border", "M", Some(Icon::Move);
    Tools Verb::Tool(Tool::DrawCell), "画网格", "Draw cell", "A", Some(Icon::DrawCell);
    Tools Verb::Tool(Tool::Split), "切分", "Split", "X", Some(Icon::Split);
    Tools Verb::Tool(Tool::Merge), "合并", "Merge", "C", Some(Icon::Merge);
    Tools Verb::Tool(Tool::Outline), "画范围", "Draw outline", "O", Some(Icon::Outline);
    Tools Verb::Tool(Tool::Reshape), "画线改边界", "Reshape", "R", Some(Icon::Reshape);
    Tools Verb::Tool(Tool::Follow), "沿街", "Follow a street", "T", Some(Icon::Follow);
    Tools Verb::Tool(Tool::Paint), "涂入楼栋", "Paint buildings in", "B", Some(Icon::Brush);
    Tools Verb::Tool(Tool::Erase), "涂出楼栋", "Paint buildings out", "E", Some(Icon::Eraser);
    Tools Verb::BrushLarger, "笔大一号", "Larger brush", "]", Some(Icon::Plus);
    Tools Verb::BrushSmaller, "笔小一号", "Smaller brush", "[", Some(Icon::Minus);
    Tools Verb::Tool(Tool::Fill), "填空白", "Fill gaps", "F", Some(Icon::Fill);
    Tools Verb::Tool(Tool::Detach), "分出飞地", "Detach a piece", "D", Some(Icon::Detach);
    Tools Verb::Tool(Tool::BuildRectangle), "画楼栋", "Draw building", "K", Some(Icon::Building);
    Tools Verb::Tool(Tool::BuildPolygon), "画楼栋轮廓", "Draw footprint", "Shift K", Some(Icon::Outline);
    Tools Verb::Tool(Tool::BuildPoint), "点出楼栋", "Building as a point", "I", Some(Icon::Pin);
    Tools Verb::Tool(Tool::BuildCopies), "沿线复制楼栋", "Copy along a line", "J", Some(Icon::Copy);
    Tools Verb::Tool(Tool::Courtyard), "画院落", "Draw courtyard", "Y", Some(Icon::Courtyard);
    Tools Verb::Enclose, "围成院落", "Enclose in a courtyard", "Shift Y", Some(Icon::Courtyard);
    Tools Verb::PasteList, "导入清单…", "Fill from a list…", "", Some(Icon::Import);
    Tools Verb::Square, "边界取直角", "Square borders", "Q", Some(Icon::Square);
    Tools Verb::Simplify, "简化边界", "Simplify borders", "Shift Q", Some(Icon::Simplify);
    Tools Verb::Snapping, "吸附", "Snapping", "S", Some(Icon::Snap);
    View Verb::ZoomIn, "放大", "Zoom in", "+", Some(Icon::Plus);
    View Verb::ZoomOut, "缩小", "Zoom out", "-", Some(Icon::Minus);
    View Verb::ZoomSelection, "看选中", "Zoom to selection", "Z", Some(Icon::ZoomTo);
    View Verb::Home, "看全图", "Whole map", "Home", Some(Icon::Home);
    View Verb::GoTo, "去坐标…", "Go to coordinates…", "Ctrl G", None;
    View Verb::Layers, "图层", "Layers", "", Some(Icon::Layers);
    View Verb::Table, "表格", "Table", "F7", Some(Icon::Table);
    View Verb::Underlays, "管理底稿", "Manage underlays", "U", Some(Icon::Picture);
    View Verb::AddUnderlay, "添加扫描图…", "Add a scanned plan…", "", Some(Icon::Plus);
    View Verb::Heat, "事件密度", "Incident density", "", Some(Icon::Heat);
    View Verb::MyEdits, "本次修改", "My changes", "H", Some(Icon::Eye);
    View Verb::FullScreen, "全屏", "Full screen", "F11", None;
    Grid Verb::PreviousCell, "上一个网格", "Previous cell", ",", None;
    Grid Verb::NextCell, "下一个网格", "Next cell", ".", None;
    Grid Verb::Issues, "问题", "Problems", "F8", Some(Icon::Warning);
    Grid Verb::NextUnassigned, "下一处问题或未划入", "Next problem", "N", None;
    Grid Verb::PreviousIssue, "上一处问题或未划入", "Previous problem", "Shift N", None;
    Grid Verb::Lock, "锁定或解锁网格", "Lock or unlock cells", "L", Some(Icon::Lock);
    Grid Verb::OnlyWithin, "只动本社区", "Only this community", "W", Some(Icon::Within);
    Grid Verb::OnlyGaps, "只填空白", "Only fill gaps", "Shift W", Some(Icon::Gaps);
    Grid Verb::ImportIncidents, "导入事件…", "Import incidents…", "", Some(Icon::Import);
    Grid Verb::CopyPlan, "复制出新方案", "Copy to a new plan", "", Some(Icon::Copy);
    Grid Verb::Plans, "管理方案…", "Manage plans…", "", None;
    Help Verb::Tour, "五分钟入门", "Five-minute tour", "", None;
    Help Verb::Keys, "全部按键", "All keys", "?", Some(Icon::Keys);
}

impl Verb {
    /// What is known about this verb.
    pub fn info(self) -> &'static VerbInfo {
        VERBS.iter().find(|v| v.verb == self).unwrap_or(&VERBS[0])
    }

    /// Its name.
    pub fn name(self, lang: Lang) -> &'static str {
        let info = self.info();
        lang.pick(info.zh, info.en)
    }

    /// Its key as people read it: the one a person chose, else that of the table.
    pub fn key(self) -> &'static str {
        super::keymap::key(self)
    }

    /// Its icon.
    pub fn icon(self) -> Option<Icon> {
        self.info().icon
    }

    /// Name and key for a tooltip: `画网格  A`.
    pub fn tip(self, lang: Lang) -> String {
        let (name, key) = (self.name(lang).trim_end_matches('…'), self.key());
        if key.is_empty() { name.to_owned() } else { format!("{name}　{key}") }
    }
}

impl Group {
    /// Groups in the order of the keys sheet.
    pub const ALL: [Group; 6] = [Group::Tools, Group::Edit, Group::View, Group::Grid, Group::File, Group::Help];

    /// Heading in the keys sheet.
    pub fn name(self, lang: Lang) -> &'static str {
        let t = lang.t();
        match self {
            Group::File => t.menu_file,
            Group::Edit => t.menu_edit,
            Group::Tools => t.tools,
            Group::View => t.menu_view,
            Group::Grid => t.menu_grid,
            Group::Help => t.menu_help,
        }
    }
}

/// The verb whose key was pressed in this frame, and how often; the key is consumed. Only undo and redo count each press:
/// in a slow frame several may have come. Keys without Ctrl count only while no field has the
/// focus (`typing` is what `Context::text_edit_focused` says), so that letters typed into a field, or composed by an input
/// method, draw nothing; nor do undo and redo, which are then those of the field.
pub fn pressed(input: &mut InputState, typing: bool) -> Option<(Verb, usize)> {
    // Shift and Alt first: egui lets Ctrl Z match while Shift is held too.
    let more = |v: &&VerbInfo| v.verb.key().contains("Shift") || v.verb.key().contains("Alt");
    let (long, short): (Vec<_>, Vec<_>) = VERBS.iter().partition(more);
    for info in long.into_iter().chain(short) {
        let Some(shortcut) = read(info.verb.key()) else { continue };
        let plain = !shortcut.modifiers.command;
        let of_field = plain || matches!(info.verb, Verb::Undo | Verb::Redo);
        if of_field && typing {
            continue;
        }
        let times = input.count_and_consume_key(shortcut.modifiers, shortcut.logical_key);
        if times > 0 {
            let each = matches!(info.verb, Verb::Undo | Verb::Redo);
            return Some((info.verb, if each { times } else { 1 }));
        }
    }
    // The system says "copy", never which keys that were.
    let copy = VERBS.iter().find(|v| v.verb.key() == "Ctrl C").filter(|_| !typing);
    if let Some(info) = copy
        && input.events.contains(&egui::Event::Copy)
    {
        input.events.retain(|e| *e != egui::Event::Copy);
        return Some((info.verb, 1));
    }
    // Second keys: what other programs taught the hand.
    let ctrl = |key| KeyboardShortcut::new(Modifiers::COMMAND, key);
    if !typing && input.consume_shortcut(&KeyboardShortcut::new(Modifiers::NONE, Key::F1)) {
        return Some((Verb::Keys, 1));
    }
    if !typing && input.consume_shortcut(&KeyboardShortcut::new(Modifiers::NONE, Key::Equals)) {
        return Some((Verb::ZoomIn, 1));
    }
    let redo = ctrl(Key::Y);
    let times = if typing { 0 } else { input.count_and_consume_key(redo.modifiers, redo.logical_key) };
    (times > 0).then_some((Verb::Redo, times))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_known_and_given_once() {
        let mut seen = std::collections::BTreeSet::new();
        for info in VERBS.iter().filter(|v| !v.key.is_empty()) {
            assert!(read(info.key).is_some(), "{}", info.key);
            assert!(seen.insert(info.key), "{} is given twice", info.key);
        }
    }

    #[test]
    fn shift_goes_first_and_letters_wait_for_the_field() {
        let press = |modifiers: Modifiers, key: Key, typing: bool| {
            let event = egui::Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
            let mut input = InputState::default();
            input.events.push(event);
            pressed(&mut input, typing).map(|(verb, times)| {
                assert_eq!(times, 1);
                verb
            })
        };
        let ctrl = Modifiers::COMMAND | Modifiers::CTRL;
        assert_eq!(press(ctrl, Key::Z, false), Some(Verb::Undo));
        assert_eq!(press(ctrl | Modifiers::SHIFT, Key::Z, false), Some(Verb::Redo));
        assert_eq!(press(ctrl, Key::Y, false), Some(Verb::Redo));
        for (modifiers, key) in [(ctrl, Key::Z), (ctrl | Modifiers::SHIFT, Key::Z), (ctrl, Key::Y)] {
            assert_eq!(press(modifiers, key, true), None, "the field takes its own typing back");
        }
        assert_eq!(press(Modifiers::NONE, Key::A, false), Some(Verb::Tool(Tool::DrawCell)));
        assert_eq!(press(Modifiers::NONE, Key::A, true), None);
        assert_eq!(press(ctrl, Key::F, true), Some(Verb::Search));
        // Three presses in one frame are three steps.
        let event = |key| egui::Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers: ctrl };
        let mut input = InputState::default();
        input.events.extend([event(Key::Z), event(Key::Z), event(Key::Z)]);
        assert_eq!(pressed(&mut input, false), Some((Verb::Undo, 3)));
        input.events.extend([event(Key::S), event(Key::S)]);
        assert_eq!(pressed(&mut input, false), Some((Verb::Save, 1)));
    }

    #[test]
    fn each_verb_stands_in_the_table_once() {
        for info in VERBS {
            assert_eq!(VERBS.iter().filter(|v| v.verb == info.verb).count(), 1, "{:?}", info.verb);
            assert!(std::ptr::eq(info.verb.info(), info));
        }
    }
}
