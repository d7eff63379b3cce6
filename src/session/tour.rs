//! The five-minute tour: what is learnt one after the other, and how it is seen that it was done. It looks at what the session did,
//! not at what was clicked.

use super::{Selection, Session};
use crate::model::{EditId, Said};
use crate::plan::{Op, Step};

/// Something to be learnt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lesson {
    /// Zoom and pan.
    Look,
    /// Select a cell.
    Select,
    /// Drag a border.
    Drag,
    /// Split a cell.
    Split,
    /// Take the last step back.
    Undo,
    /// Give a cell a post holder.
    Assign,
    /// Look at what is not in order.
    Issues,
    /// Save.
    Save,
}

impl Lesson {
    /// All of them, in order.
    pub const ALL: [Lesson; 8] = [
        Lesson::Look,
        Lesson::Select,
        Lesson::Drag,
        Lesson::Split,
        Lesson::Undo,
        Lesson::Assign,
        Lesson::Issues,
        Lesson::Save,
    ];

    /// What it is called.
    pub fn title(self) -> Said {
        let (zh, en) = match self {
            Lesson::Look => ("放大、平移地图", "Zoom and pan the map"),
            Lesson::Select => ("选中一个网格", "Select a cell"),
            Lesson::Drag => ("拖动边界", "Drag a border"),
            Lesson::Split => ("切分网格", "Split a cell"),
            Lesson::Undo => ("撤销", "Undo"),
            Lesson::Assign => ("指派网格长", "Assign a post holder"),
            Lesson::Issues => ("查看问题", "See the problems"),
            Lesson::Save => ("保存", "Save"),
        };
        Said::new(zh, en)
    }

    /// What to do.
    pub fn task(self) -> Said {
        let (zh, en) = match self {
            Lesson::Look => (
                "在图上滚动滚轮放大缩小，按住空白处拖动平移。按 Home 回到全图。",
                "Turn the wheel over the map to zoom, drag it to pan. Home shows all again.",
            ),
            Lesson::Select => (
                "点图上的一个网格，或左边列表里的一行。右边就是它的户数、人员。",
                "Click a cell on the map or a row of the list. At the right are its households and members.",
            ),
            Lesson::Drag => (
                "选中的网格边界上有圆点。按住一个拖动，看两格的户数怎样变，松手生效。",
                "The border of the selected cell has dots. Drag one, watch the households of both cells, let go.",
            ),
            Lesson::Split => (
                "按 X，从网格的一边点到另一边，双击完成：一格分成两格。",
                "Press X, click from one side of a cell to the other, double-click: one cell becomes two.",
            ),
            Lesson::Undo => (
                "按 Ctrl Z，刚才的切分就退回了。每一步都可以撤销，再按 Ctrl Shift Z 重做。",
                "Press Ctrl Z: the split is taken back. Every step can be; Ctrl Shift Z does it again.",
            ),
            Lesson::Assign => (
                "选一个网格，在右边的“人员”里点“添加人员…”，写上姓名并指派为网格长。",
                "Select a cell, click “Add a member…” at the right, give a name and assign the post of 网格长.",
            ),
            Lesson::Issues => (
                "按 F8。左边列出不合规则的地方，点一条就飞到那里。",
                "Press F8. What breaks a rule is listed at the left; a click flies there.",
            ),
            Lesson::Save => (
                "按 Ctrl S 存成你自己的文件，示例原件不变。",
                "Press Ctrl S to save a file of your own; the sample stays as it is.",
            ),
        };
        Said::new(zh, en)
    }
}

/// What is to be seen of the window.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Watched {
    /// Middle of the view in grid mm, and mm a point.
    pub view: Option<([f64; 2], f64)>,
    /// Whether the problems are shown.
    pub issues: bool,
    /// Whether the project has a file.
    pub filed: bool,
}

/// What was there when a lesson began.
#[derive(Clone, Debug, Default)]
struct Before {
    view: Option<([f64; 2], f64)>,
    last: Option<EditId>,
    issues: bool,
}

/// A tour on its way.
#[derive(Clone, Debug, Default)]
pub struct Tour {
    at: usize,
    before: Option<Before>,
    done: Option<Lesson>,
}

/// Points that the view must move to count.
const MOVED_PT: f64 = 40.0;

impl Tour {
    /// A tour that goes on with a lesson, by its place from 0.
    pub fn from(at: usize) -> Tour {
        Tour { at: at.min(Lesson::ALL.len()), before: None, done: None }
    }

    /// The place of the present lesson; as many as there are: all are done.
    pub fn at(&self) -> usize {
        self.at
    }

    /// What is to be done now.
    pub fn lesson(&self) -> Option<Lesson> {
        Lesson::ALL.get(self.at).copied()
    }

    /// What was done last.
    pub fn done(&self) -> Option<Lesson> {
        self.done
    }

    /// Passes over the present lesson.
    pub fn skip(&mut self) {
        *self = Tour { at: (self.at + 1).min(Lesson::ALL.len()), before: None, done: None };
    }

    /// Goes on if the present lesson was done; whether it was. What was there before it began does not count. O(1).
    pub fn watch(&mut self, s: &Session, w: Watched) -> bool {
        let Some(lesson) = self.lesson() else { return false };
        let last = s.history().next_undo();
        let Some(before) = &self.before else {
            self.before = Some(Before { view: w.view, last: last.map(|x| x.id), issues: w.issues });
            return false;
        };
        let new = last.filter(|x| Some(x.id) != before.last && before.last.is_none_or(|b| x.id.sequence > b.sequence));
        let did = |f: fn(&Op) -> bool| new.is_some_and(|step: &std::sync::Arc<Step>| step.edit.ops().any(f));
        let done = match lesson {
            Lesson::Look => match (before.view, w.view) {
                (Some((a, from)), Some((b, to))) => {
                    let zoomed = (to / from).ln().abs() > 0.15;
                    zoomed || (b[0] - a[0]).hypot(b[1] - a[1]) > MOVED_PT * to
                }
                _ => false,
            },
            Lesson::Select => matches!(s.selection(), Selection::Units(ids) if !ids.is_empty()),
            Lesson::Drag => did(|op| {
                matches!(
                    op,
                    Op::Move { .. } | Op::Insert { .. } | Op::Slide { .. } | Op::Follow { .. } | Op::Reshape { .. }
                )
            }),
            Lesson::Split => did(|op| matches!(op, Op::Split { .. } | Op::Cut { .. })),
            Lesson::Undo => {
                let back = s.history().next_redo().map(|x| x.id);
                back.is_some() && back == before.last
            }
            Lesson::Assign => did(|op| matches!(op, Op::Post { cell: Some(_), .. })),
            Lesson::Issues => w.issues && !before.issues,
            Lesson::Save => w.filed && !s.is_dirty(),
        };
        if done {
            *self = Tour { at: self.at + 1, before: None, done: Some(lesson) };
        } else if before.issues && !w.issues {
            // Closed: opening it again is the lesson.
            self.before = self.before.take().map(|b| Before { issues: false, ..b });
        } else if lesson == Lesson::Undo && before.last.is_none() {
            // Nothing to take back yet: the next step is.
            self.before = last.map(|x| Before { last: Some(x.id), ..Before::default() });
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lang;
    use crate::plan::{History, PlanOp};
    use crate::session::{Command, sample_project};

    #[test]
    fn each_lesson_is_done_by_what_the_session_did_and_by_nothing_before() {
        let mut s = Session::new(History::new(sample_project("neighbourhood", 3).unwrap(), 3), None, Lang::Zh, "");
        let mut t = Tour::from(0);
        let still = Watched { view: Some(([0.0, 0.0], 100.0)), issues: true, filed: false };
        assert!(!t.watch(&s, still) && !t.watch(&s, still));
        assert!(t.watch(&s, Watched { view: Some(([0.0, 5000.0], 100.0)), ..still }));
        assert_eq!((t.lesson(), t.done()), (Some(Lesson::Select), Some(Lesson::Look)));
        t.watch(&s, still);
        let id = s.project().layer(s.plan(), 0).unwrap().units.values().find(|u| u.level == 1).unwrap().id;
        s.dispatch(Command::Select(Selection::Units(vec![id])), 1);
        assert!(t.watch(&s, still));
        // Another kind of step is no drag; skipped lessons are passed.
        t.watch(&s, still);
        s.dispatch(Command::Do(Op::Plan(PlanOp::Copy { old: "方案A".into(), new: "方案B".into() }).into()), 2);
        assert!(!t.watch(&s, still));
        t.skip();
        t.skip();
        assert_eq!(t.lesson(), Some(Lesson::Undo));
        t.watch(&s, still);
        assert!(!t.watch(&s, still));
        s.dispatch(Command::Undo, 3);
        assert!(t.watch(&s, still));
        t.skip();
        // Shown already: only opening it anew counts.
        t.watch(&s, still);
        assert!(!t.watch(&s, still));
        assert!(!t.watch(&s, Watched { issues: false, ..still }));
        assert!(t.watch(&s, still));
        t.watch(&s, still);
        assert!(!t.watch(&s, still), "it has no file");
        assert!(t.watch(&s, Watched { filed: true, ..still }));
        assert_eq!((t.lesson(), t.at()), (None, 8));
        assert!(!t.watch(&s, still));
        assert_eq!(Tour::from(99).at(), 8);
    }
}
