//! Why a command cannot be done now: one answer for menus and palette.

use super::doc::Doc;
use crate::model::Kind;
use crate::session::Selection;
use crate::ui::verbs::{Tool, Verb};

/// Why a command cannot be done now, in Chinese and English; `None` = it can. O(1).
pub fn why_not(doc: Option<&Doc>, verb: Verb) -> Option<[&'static str; 2]> {
    let anywhere = [Verb::New, Verb::Open, Verb::Quit, Verb::FullScreen, Verb::Keys, Verb::Palette, Verb::Tour];
    let always = anywhere.contains(&verb);
    if always {
        return None;
    }
    let Some(doc) = doc else { return Some(["先打开或新建一个项目", "Open a project first, or make one"]) };
    let s = &doc.session;
    let units = match s.selection() {
        Selection::Units(ids) => ids.len(),
        _ => 0,
    };
    let cells = doc.lists.cells.cells.len();
    let no_cells = ["还没有网格，先画一个", "There is no cell yet; draw one first"];
    match verb {
        Verb::Undo if !doc.hand.line().is_empty() || s.history().next_undo().is_some() => None,
        Verb::Undo if s.history().done().len() > 0 => {
            Some(["更早的步骤已不能撤销", "The steps before cannot be taken back any more"])
        }
        Verb::Undo => Some(["还没有可撤销的修改", "There is no change to take back"]),
        Verb::Redo if doc.hand.can_put_back() || s.history().next_redo().is_some() => None,
        Verb::Redo => Some(["没有可重做的修改", "There is no change to do again"]),
        Verb::Delete => match s.selection() {
            Selection::Buildings(slots) if !slots.is_empty() => None,
            Selection::Courtyard(_) => None,
            _ if units > 0 || doc.hand.vertex().is_some() => None,
            _ => Some(["先选边界点、网格、楼栋或院落", "Choose a border point, cells, buildings or a courtyard first"]),
        },
        Verb::Square | Verb::Simplify | Verb::Lock if units == 0 => Some(["先选网格", "Select cells first"]),
        Verb::ZoomSelection if *s.selection() == Selection::None => Some(["没有选中的东西", "Nothing is selected"]),
        Verb::BrushLarger | Verb::BrushSmaller if !doc.hand.tool().paints() => {
            Some(["先拿起笔：涂入或涂出楼栋", "Take a brush first: paint buildings in or out"])
        }
        Verb::Tool(Tool::Paint | Tool::Erase) if s.project().table(Kind::Buildings).is_empty() => {
            Some(["还没有楼栋，先导入或画出", "There are no buildings yet; import or draw some"])
        }
        Verb::Tool(Tool::Paint | Tool::Erase) if cells == 0 => Some(no_cells),
        Verb::Tool(Tool::Merge) if cells < 2 => Some(["网格不到两个", "There are fewer than two cells"]),
        Verb::Tool(Tool::Split | Tool::Reshape | Tool::Detach) | Verb::PreviousCell | Verb::NextCell if cells == 0 => {
            Some(no_cells)
        }
        Verb::OnlyWithin if s.only_within().is_none() && units == 0 && doc.lists.higher != 1 => {
            Some(["先选一个网格，再只动它所在的社区", "Select a cell first; then only its community changes"])
        }
        Verb::Heat if s.project().table(Kind::Incidents).is_empty() => {
            Some(["项目里没有事件，先导入", "The project has no incidents; import some first"])
        }
        Verb::GoTo if s.project().facts.head.origin.is_none() => {
            Some(["坐标系未定，先导入数据", "There is no CRS yet; import data first"])
        }
        _ => None,
    }
}
