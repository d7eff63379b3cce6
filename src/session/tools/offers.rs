//! What can be done at a place of the map: the menu of the right button. Each offer is tried, so that what cannot be done
//! says why before it is chosen.

use super::drawn::the_selected;
use super::tried::plainer;
use super::{Tool, here};
use crate::assign::is_cell;
use crate::geom::{Box2, Pt, dist2_to_segment, foot_on_segment};
use crate::model::{Id, Said};
use crate::plan::{Edit, Layer, Op, Take};
use crate::scene::cell_chip;
use crate::session::{Command, Selection, Session, answers};
use crate::topology::{OUTSIDE, Spot, spot};

/// What a place is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// A point or a stretch of a border.
    Border,
    /// A cell.
    Cell,
    /// Ground without a cell.
    Gap,
    /// A building.
    Building,
    /// Beyond the outline.
    Outside,
}

/// What choosing an offer does.
#[derive(Clone, Debug)]
pub enum Deed {
    /// This edit, at once.
    Do(Edit),
    /// This edit, shown first.
    Try(Edit),
    /// A tool is taken, for a cell where one is named.
    Take(Tool, Option<Id>),
    /// A command.
    Say(Command),
    /// A border point is chosen.
    Choose(Pt),
}

/// Which command of the window it is, where it is one: its key is shown beside it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Offered {
    /// A tool.
    Tool(Tool),
    /// Corners made right.
    Square,
    /// Plainer borders.
    Simplify,
    /// Delete a point, dissolve a cell.
    Delete,
    /// Lock or unlock cells.
    Lock,
    /// Only ground of a unit.
    Within,
    /// None of them.
    Other,
}

/// Something that can be done at a place.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What it is called.
    pub said: Said,
    /// Which command it is.
    pub of: Offered,
    /// What it does.
    pub deed: Deed,
    /// Why it cannot be done now.
    pub why_not: Option<Said>,
}

/// What is at a place, what it is called, and what can be done there; groups are told apart by the first of each pair.
/// O(edits tried): each is applied once and dropped.
pub fn offers(s: &Session, at: Pt, reach_mm: i32) -> (Said, Vec<(What, Offer)>) {
    let p = s.history().stable();
    let Some(l) = p.layer(s.plan(), s.layer()) else { return (Said::new("地图", "Map"), vec![]) };
    let mut menu = Menu { s, l, out: Vec::new() };
    let mut title = None;
    if let Some((a, b)) = segment_at(l, at, reach_mm) {
        title = title.or(Some(menu.border(at, a, b, reach_mm)));
    }
    if let Some((slot, row)) = answers::building_at(p, at) {
        let name = if row.name().is_empty() { row.code() } else { row.name() };
        title = title.or_else(|| Some(Said::new(format!("楼栋 {name}"), format!("Building {name}"))));
        menu.building(slot, row.code());
    }
    let face = l.partition.locate(at);
    let owner = l.partition.owner(face);
    let ground = match l.unit_of(owner) {
        _ if owner == OUTSIDE => Said::new("范围外", "Outside"),
        Some(u) if is_cell(p, s.plan(), s.layer(), owner) => menu.cell(u.id, at),
        _ => menu.gap(face, at),
    };
    (title.unwrap_or(ground), menu.out)
}

/// The segment of a border nearest to a place.
fn segment_at(l: &Layer, at: Pt, reach_mm: i32) -> Option<(Pt, Pt)> {
    let near = l.partition.edges_near(&Box2::of_two(at, at).grown(reach_mm));
    let segments = near.iter().filter_map(|&e| l.partition.edge(e)).flat_map(|e| e.points.windows(2));
    let segments = segments.map(|w| (dist2_to_segment(at, w[0], w[1]), (w[0], w[1])));
    let best = segments.min_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 <= f64::from(reach_mm) * f64::from(reach_mm)).then_some(best.1)
}

struct Menu<'a> {
    s: &'a Session,
    l: &'a Layer,
    out: Vec<(What, Offer)>,
}

impl Menu<'_> {
    fn add(&mut self, what: What, of: Offered, said: Said, deed: Deed, why_not: Option<Said>) {
        self.out.push((what, Offer { said, of, deed, why_not }));
    }

    /// An edit that is tried first.
    fn edit(&mut self, what: What, of: Offered, said: Said, edit: Edit) {
        let why_not = self.s.refusal_of(edit.clone()).map(|e| super::why(self.s, &e));
        self.add(what, of, said, Deed::Do(edit), why_not);
    }

    fn chip(&self, id: Id) -> String {
        self.l.units.get(&id).map_or_else(String::new, |u| cell_chip(self.l, u))
    }

    fn border(&mut self, at: Pt, a: Pt, b: Pt, reach_mm: i32) -> Said {
        let (s, l, what) = (self.s, self.l, What::Border);
        let o = s.project().origin();
        let on = [o.place(a), o.place(b)];
        let vertex = [a, b].into_iter().min_by_key(|v| v.dist2(at)).filter(|v| v.dist(at) <= f64::from(reach_mm));
        if let Some(v) = vertex {
            let node = spot(&l.partition, v) == Spot::Node;
            if !node {
                let said = Said::new("删除这个折点", "Delete this vertex");
                self.edit(what, Offered::Delete, said, here(s, Op::Delete { at: o.place(v) }));
                self.add(what, Offered::Other, Said::new("选中这个折点", "Choose this vertex"), Deed::Choose(v), None);
            }
        } else {
            let at = o.place(foot_on_segment(at, a, b));
            self.edit(
                what,
                Offered::Other,
                Said::new("在这里加折点", "Add a vertex here"),
                here(s, Op::Insert { on, at }),
            );
        }
        for (square, said) in [
            (true, Said::new("这条边界取直角", "Make this border's corners right")),
            (false, Said::new("简化这条边界", "Simplify this border")),
        ] {
            let edit = plainer(s, vec![], Some((a, b)), square);
            let why_not = s.refusal_of(edit.clone()).map(|e| super::why(s, &e));
            // Offered for the one border, so the key, which is for the selected cells, is not named.
            self.add(what, Offered::Other, said, Deed::Try(edit), why_not);
        }
        let edge = l.partition.border_of(a, b).and_then(|e| l.partition.edge(e));
        let locked = edge
            .is_some_and(|e| e.points.windows(2).any(|w| l.locks.lines.contains(&(w[0].min(w[1]), w[0].max(w[1])))));
        let said = match locked {
            true => Said::new("解锁这条边界", "Unlock this border"),
            false => Said::new("锁定这条边界", "Lock this border"),
        };
        self.edit(what, Offered::Other, said, here(s, Op::Lock { cell: None, on: Some(on), value: !locked }));
        let sides = edge.map(|e| l.partition.sides(e));
        let mut names: Vec<String> = sides
            .into_iter()
            .flat_map(|(a, b)| [a, b])
            .filter(|o| is_cell(s.history().stable(), s.plan(), s.layer(), *o))
            .map(|o| self.chip(Id(o)))
            .collect();
        names.sort_unstable();
        let names = names.join(" / ");
        Said::new(format!("边界 {names}"), format!("Border {names}"))
    }

    fn building(&mut self, slot: u32, code: &str) {
        let (s, what) = (self.s, What::Building);
        let select = Deed::Say(Command::Select(Selection::Buildings(vec![slot])));
        self.add(what, Offered::Other, Said::new("选中这栋楼", "Select this building"), select, None);
        let pinned = s.assignment().by(s.history().stable(), slot) == crate::assign::By::Pin;
        if pinned {
            let edit = here(s, Op::Pin { building: code.to_owned(), cell: None });
            self.edit(what, Offered::Other, Said::new("取消指定归属", "Assign it by its place again"), edit);
        } else if let Some(cell) = the_selected(s) {
            let chip = self.l.unit(&cell).map(|u| cell_chip(self.l, u)).unwrap_or_default();
            let said = Said::new(format!("指定归 {chip}"), format!("Assign it to {chip} by hand"));
            self.edit(what, Offered::Other, said, here(s, Op::Pin { building: code.to_owned(), cell: Some(cell) }));
        }
    }

    fn cell(&mut self, id: Id, at: Pt) -> Said {
        let (s, l, what) = (self.s, self.l, What::Cell);
        let Some(unit) = l.units.get(&id) else { return Said::default() };
        let (code, chip, place) = (unit.code.clone(), self.chip(id), s.project().origin().place(at));
        let chosen: Vec<Id> = match s.selection() {
            Selection::Units(ids) => ids.clone(),
            _ => vec![],
        };
        let one = !chosen.contains(&id);
        let (zh, en) = (format!("选中 {chip}"), format!("Select {chip}"));
        let select = Command::Select(Selection::Units(vec![id]));
        self.add(what, Offered::Other, Said::new(zh, en), Deed::Say(select), None);
        let locked = l
            .is_locked(id)
            .then(|| Said::new(format!("{chip} 已锁定，请先解锁"), format!("{chip} is locked; unlock it first")));
        for (tool, zh, en) in
            [(Tool::Split, "画线切分", "Split by a line"), (Tool::Reshape, "画线改边界", "Reshape by a line")]
        {
            self.add(what, Offered::Tool(tool), Said::new(zh, en), Deed::Take(tool, Some(id)), locked.clone());
        }
        let with: Vec<String> = chosen.iter().filter_map(|i| l.units.get(i)).map(|u| u.code.clone()).collect();
        let mut cells = with.clone();
        if one {
            cells.push(code.clone());
        }
        let said = match (&with[..], one) {
            ([other], true) => {
                let other = l.unit(other).map(|u| cell_chip(l, u)).unwrap_or_default();
                Said::new(format!("与 {other} 合并"), format!("Merge with {other}"))
            }
            _ => Said::new("合并选中的网格", "Merge the selected cells"),
        };
        if cells.len() > 1 {
            self.edit(what, Offered::Tool(Tool::Merge), said, here(s, Op::Merge { cells, keep: None, apart: false }));
        } else {
            let why = Said::new("先选一个相邻的网格", "Select a neighbouring cell first");
            self.add(what, Offered::Tool(Tool::Merge), said, Deed::Take(Tool::Merge, None), Some(why));
        }
        for (square, of, zh, en) in [
            (true, Offered::Square, "边界取直角", "Make its corners right"),
            (false, Offered::Simplify, "简化边界", "Simplify its borders"),
        ] {
            let edit = plainer(s, vec![code.clone()], None, square);
            self.add(what, of, Said::new(zh, en), Deed::Try(edit), locked.clone());
        }
        let detach = here(s, Op::Detach { cell: code.clone(), at: place, code: None, name: None });
        let said = Said::new("把这一块分出为新网格", "Make a cell of this piece");
        self.edit(what, Offered::Tool(Tool::Detach), said, detach);
        let said = Said::new(format!("撤销网格 {chip}，地归未划入"), format!("Dissolve cell {chip}"));
        self.edit(what, Offered::Delete, said, here(s, Op::Dissolve { cell: code.clone() }));
        let own = l.locks.units.contains(&id);
        let said = match own {
            true => Said::new(format!("解锁 {chip}"), format!("Unlock {chip}")),
            false => Said::new(format!("锁定 {chip}"), format!("Lock {chip}")),
        };
        self.edit(what, Offered::Lock, said, here(s, Op::Lock { cell: Some(code), on: None, value: !own }));
        let said = match s.only_within() {
            Some(_) => Said::new("不再只动本社区", "Change all ground again"),
            None => Said::new("只动本社区", "Change only this community"),
        };
        let within = match s.only_within() {
            Some(_) => None,
            None => Some(unit.parent.filter(|p| l.units.contains_key(p)).unwrap_or(id)),
        };
        self.add(what, Offered::Within, said, Deed::Say(Command::OnlyWithin(within)), None);
        Said::new(format!("{chip} {}", unit.name).trim(), format!("{chip} {}", unit.name).trim())
    }

    fn gap(&mut self, face: u32, at: Pt) -> Said {
        let (s, l, what) = (self.s, self.l, What::Gap);
        let place = s.project().origin().place(at);
        let fill = |cell| here(s, Op::Fill { at: place, cell });
        // Whom it goes to where nobody says: tried, so that the name is the one it will be.
        let to = s.filled(fill(None)).ok().and_then(|e| match e.op {
            Op::Fill { cell, .. } => cell,
            _ => None,
        });
        let chip = |code: &str| l.unit(code).map(|u| cell_chip(l, u)).unwrap_or_default();
        let selected = the_selected(s);
        if let Some(cell) = selected.clone().filter(|c| to.as_ref() != Some(c)) {
            let said =
                Said::new(format!("填给选中的 {}", chip(&cell)), format!("Give it to {}, the selected", chip(&cell)));
            self.edit(what, Offered::Other, said, fill(Some(cell)));
        }
        let said = match &to {
            Some(code) => Said::new(format!("填给 {}", chip(code)), format!("Give it to {}", chip(code))),
            None => Said::new("填给相邻的网格", "Give it to a neighbouring cell"),
        };
        self.edit(what, Offered::Tool(Tool::Fill), said, fill(to));
        let o = s.project().origin();
        let rings = l.partition.rings(face);
        let rings = rings.into_iter().map(|r| r.into_iter().map(|q| o.place(q)).collect()).collect();
        let draw = here(s, Op::Draw { code: None, name: None, rings, take: Take::Free, parent: None });
        self.edit(what, Offered::Other, Said::new("整块划为新网格", "Make a new cell of all of it"), draw);
        self.add(
            what,
            Offered::Tool(Tool::Draw),
            Said::new("在这里画网格", "Draw a cell here"),
            Deed::Take(Tool::Draw, None),
            None,
        );
        Said::new("未划入的空白", "Ground without a cell")
    }
}

impl super::Hand {
    /// Does what was offered.
    pub fn accept(&mut self, s: &mut Session, deed: &Deed, now: i64) -> Vec<crate::session::Effect> {
        match deed {
            Deed::Do(edit) => s.dispatch(Command::Do(edit.clone()), now),
            Deed::Try(edit) => self.try_out(s, edit.clone(), now),
            Deed::Take(tool, on) => {
                if let Some(id) = on {
                    s.dispatch(Command::Select(Selection::Units(vec![*id])), now);
                }
                self.take(*tool, s, now)
            }
            Deed::Say(command) => s.dispatch(command.clone(), now),
            Deed::Choose(v) => {
                self.choose(Some(*v));
                vec![]
            }
        }
    }
}
