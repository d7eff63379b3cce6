//! Faults of the partition itself (V1 and the overlap half of V2). An edit cannot make one; a damaged file can.

use super::seen::{Seen, warning};
use super::{Issue, Severity};
use crate::model::Said;
use crate::topology::{Fault, check as faults};

pub(super) fn check(seen: &Seen<'_>) -> Vec<Issue> {
    faults(&seen.layer.partition).into_iter().map(|f| issue(&f)).collect()
}

pub(super) fn issue(fault: &Fault) -> Issue {
    let (rule, zh, en) = match fault {
        Fault::Crosses(_) => ("crosses", "边界线相交或重合", "Borders cross or lie on each other"),
        Fault::Turn(_) => ("turn", "交点处边界线顺序不对", "Borders are out of turn at a node"),
        Fault::Ring(_) => ("ring", "边界线没有围成完整的一圈", "Borders do not close to one ring"),
        Fault::Area(_) => ("area", "记录的面积与边界不符", "A stored area is not that of its borders"),
        Fault::Hole(_) => ("hole", "内圈不在外圈之内", "A hole lies outside its ring"),
        Fault::Unclean(_) => (
            "unclean",
            "有多余的边界线，两侧同属一家或一端悬空",
            "A border is idle: one owner on both sides, or a loose end",
        ),
        Fault::Euler => ("euler", "交点、边界线与地块的数目不符", "Nodes, borders and faces do not add up"),
    };
    let said = Said::new(
        format!("{zh}，文件可能已损坏，请打开较早的一份"),
        format!("{en}; the file may be damaged, open an earlier generation"),
    );
    Issue { severity: Severity::Error, at: fault.at(), ..warning(rule, said) }
}
