//! What a tool expects next, and why it cannot.

use super::{Grip, Hand, Tool};
use crate::geom::Box2;
use crate::model::Said;
use crate::plan::{EditError, Held, Op};
use crate::scene::cell_chip;
use crate::session::Session;

impl Hand {
    /// What the tool expects next: a lead and the keys that help.
    pub fn hint(&self) -> (Said, Said) {
        let pair = |zh: &str, en: &str, keys_zh: &str, keys_en: &str| (Said::new(zh, en), Said::new(keys_zh, keys_en));
        if !self.asked().is_empty() {
            return pair(
                "会留下窄条 · 选贴合、保留或返回",
                "Slivers · attach, keep or go back",
                "Enter 贴合　Esc 返回",
                "Enter attach　Esc back",
            );
        }
        if self.tool.paints() && (self.trial.is_none() || !self.painted().is_empty()) {
            return self.brush_hint();
        }
        if let Some(Op::Simplify { square, .. }) = self.trial.as_ref().map(|e| &e.op) {
            return match square {
                true => pair(
                    "取直角 · 蓝线是新边界",
                    "Corners made right · the blue line is new",
                    "Q 或回车 生效　Esc 放弃",
                    "Q or Enter do it　Esc drop",
                ),
                false => pair(
                    "简化边界 · 蓝线是新边界",
                    "Plainer borders · the blue line is new",
                    "Shift Q 或回车 生效　Esc 放弃",
                    "Shift Q or Enter do it　Esc drop",
                ),
            };
        }
        if self.trial.is_some() {
            return pair(
                "预览 · 蓝线是新边界",
                "Preview · the blue line is new",
                "回车 生效　Esc 放弃",
                "Enter do it　Esc drop",
            );
        }
        if !self.stroke.is_empty() {
            return pair(
                "随手画 · 松手收笔",
                "Drawing freehand · let go to end the stroke",
                "画完按回车",
                "then press Enter",
            );
        }
        if self.carries() {
            return self.building_hint();
        }
        let drawing = self.line.len();
        match (self.tool, self.grip, drawing) {
            (_, Some(Grip::Border(..)), _) => pair(
                "整条边界平移 · 松手生效",
                "Sliding the whole border · let go to keep",
                "Alt 暂停吸附　Esc 放回原处",
                "Alt no snapping　Esc put back",
            ),
            (_, Some(Grip::Ghost(..)), _) => pair(
                "拉出新点 · 松手生效",
                "Pulling out a new point · let go to keep",
                "Alt 暂停吸附　Esc 放回原处",
                "Alt no snapping　Esc put back",
            ),
            (_, Some(Grip::Point(_)), _) => pair(
                "拖动边界点 · 松手生效",
                "Dragging a border point · let go to keep",
                "Alt 暂停吸附　Esc 放回原处",
                "Alt no snapping　Esc put back",
            ),
            (Tool::Select | Tool::Move, ..) if self.vertex.is_some() => pair(
                "已选中一个边界点",
                "A border point is chosen",
                "Delete 删除　拖动移走　Esc 取消",
                "Delete removes　drag moves　Esc lets go",
            ),
            (Tool::Select, ..) => pair(
                "点选网格或楼栋 · 拖动地图",
                "Click a cell or building · drag the map",
                "Shift 加选　右键看能做什么",
                "Shift adds　right-click for what can be done",
            ),
            (Tool::Move, ..) => pair(
                "拖点移点 · 拖菱形加点 · 拖边整条平移",
                "Drag a point, a diamond to add one, a border to slide it",
                "Delete 删点　Alt 暂停吸附",
                "Delete removes a point　Alt no snapping",
            ),
            (Tool::Draw, _, 0) => pair(
                "点出或画出网格的一圈",
                "Click or draw round the cell",
                "沿边界自动共用　画在网格里面就是飞地　Esc 退出",
                "borders are shared　inside a cell it is an enclave　Esc leave",
            ),
            (Tool::Outline, _, 0) => pair(
                "点出或画出整个范围的一圈",
                "Click or draw round the outline",
                "输数字给坐标　Esc 退出",
                "type figures for a place　Esc leave",
            ),
            (Tool::Split, _, 0) => pair(
                "从边界到边界画一条线，可一次切几个网格",
                "Draw a line from border to border, across one cell or several",
                "选中了网格就只切它　Esc 退出",
                "selected cells only, if any　Esc leave",
            ),
            (Tool::Reshape, _, 0) => pair(
                "从边界起，画到边界止：线与边界之间的地换到另一边",
                "Draw from border to border: the ground between changes sides",
                "选中了网格就改它　Esc 退出",
                "of the selected cell, if any　Esc leave",
            ),
            (Tool::Follow, _, 0) => pair(
                "点边界上的起点，再沿街点到同一条边界",
                "Click where the border starts to follow, then along streets back to it",
                "起点到终点之间的边界改走这条街　Esc 退出",
                "the border between the two takes this way　Esc leave",
            ),
            (tool, ..) if tool.draws() && self.waits_for_streets() => pair(
                "街道正在连成网，先走直线",
                "Streets are being joined; straight until then",
                "退格 退一段　Esc 放弃",
                "Backspace takes back　Esc drops",
            ),
            (tool, ..) if tool.draws() && self.leads() && self.way().1 > 1 => pair(
                "沿街走 · 单击定下这一段",
                "Along streets · click to take this piece",
                "Tab 换一条路　退格 退一段　双击或回车完成",
                "Tab another way　Backspace takes back　Enter finishes",
            ),
            (tool, ..) if tool.draws() && self.leads() => pair(
                "沿街走 · 单击定下这一段",
                "Along streets · click to take this piece",
                "离街太远就走直线　退格 退一段　双击或回车完成",
                "straight where no street is near　Backspace takes back　Enter finishes",
            ),
            (Tool::Split | Tool::Reshape, ..) if self.open => pair(
                "还没画到边界 · 继续点",
                "Not at a border yet · go on",
                "退格 退一点　Shift 限角度　输数字给长度　Esc 放弃",
                "Backspace takes back　Shift holds angles　type a length　Esc drops",
            ),
            (Tool::Draw | Tool::Outline, _, 1 | 2) => pair(
                "继续点 · 至少三个点",
                "Go on · three points at least",
                "退格 退一点　Shift 限角度　输数字给长度",
                "Backspace takes back　Shift holds angles　type a length",
            ),
            (Tool::Draw | Tool::Outline | Tool::Split | Tool::Reshape | Tool::Follow, ..) => pair(
                "继续点 · 双击或回车完成",
                "Go on · double-click or Enter to finish",
                "退格 退一点　Shift 限角度　输数字给长度　Esc 放弃",
                "Backspace takes back　Shift holds angles　type a length　Esc drops",
            ),
            (Tool::Merge, ..) if self.picked.len() == 1 => {
                pair("再点相邻的一个网格", "Click the neighbour to merge with", "Esc 放弃", "Esc drops")
            }
            (Tool::Merge, ..) => pair("点第一个要合并的网格", "Click the first cell to merge", "Esc 退出", "Esc leave"),
            (Tool::Fill, ..) if self.aims() => pair(
                "点一下，这块空白就归它",
                "Click to give it this gap",
                "先点网格可指定归谁　Esc 退出",
                "click a cell first to choose which　Esc leave",
            ),
            (Tool::Fill, ..) => pair(
                "指向没有划入网格的空白",
                "Point at ground without a cell",
                "先点网格可指定归谁　Esc 退出",
                "click a cell first to choose which　Esc leave",
            ),
            (Tool::Detach, ..) if self.aims() => {
                pair("点一下，这一块就成为新网格", "Click to make a cell of this piece", "Esc 退出", "Esc leave")
            }
            (Tool::Detach, ..) => {
                pair("指向网格要分出的那一块", "Point at the piece of a cell to detach", "Esc 退出", "Esc leave")
            }
            (Tool::Rectangle | Tool::Footprint | Tool::Spot | Tool::Copies | Tool::Courtyard, ..) => {
                self.building_hint()
            }
            (Tool::Paint | Tool::Erase, ..) => self.brush_hint(),
        }
    }
}

/// Why an edit was refused: cells by the numbers that the map shows, and a locked border by the cells beside it.
pub fn why(s: &Session, e: &EditError) -> Said {
    let p = s.history().stable();
    let l = p.layer(s.plan(), s.layer());
    let codes: &[String] = match e {
        EditError::Border { units, .. } => units,
        EditError::Held { by: Held::Unit(code) | Held::Within(code), .. } => std::slice::from_ref(code),
        EditError::Parents { cells } => cells,
        EditError::Held { by: Held::Line, at } => return locked_border(s, *at).unwrap_or_else(|| e.said()),
        _ => &[],
    };
    let mut said = e.said();
    for (code, unit) in codes.iter().filter_map(|c| Some((c, l?.unit(c)?))) {
        let chip = l.map_or_else(|| code.clone(), |l| format!("{} {}", cell_chip(l, unit), unit.name));
        said = Said::new(said.zh.replace(code.as_str(), chip.trim()), said.en.replace(code.as_str(), chip.trim()));
    }
    said
}

fn locked_border(s: &Session, at: crate::geom::Place) -> Option<Said> {
    let p = s.history().stable();
    let named = p.layer(s.plan(), s.layer()).zip(p.origin().grid(at)).and_then(|(l, at)| {
        let near = l.partition.edges_near(&Box2::of_two(at, at).grown(2));
        let of = |o| l.unit_of(o).map(|u| cell_chip(l, u));
        let locked = |w: &[crate::geom::Pt]| {
            let line = (w[0].min(w[1]), w[0].max(w[1]));
            w.contains(&at) && l.locks.lines.contains(&line)
        };
        let edge = near.iter().filter_map(|&e| l.partition.edge(e)).find(|e| e.points.windows(2).any(locked))?;
        let (a, b) = l.partition.sides(edge);
        let mut sides: Vec<String> = of(a).into_iter().chain(of(b)).collect();
        sides.sort_unstable();
        Some(sides)
    });
    let sides = named.filter(|n| !n.is_empty())?.join(" / ");
    Some(Said::new(
        format!("{sides} 的边界已锁定。要改请先解锁。"),
        format!("The border of {sides} is locked. Unlock it first."),
    ))
}
