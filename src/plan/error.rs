//! Why an edit was refused, in words.

use crate::geom::{FitError, Place};
use crate::model::{ModelError, Private, Said, field_word};
use crate::topology::TopologyError;
use thiserror::Error;

/// What holds ground or a border.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Held {
    /// The lock on a unit, by code.
    Unit(String),
    /// The lock on this border.
    Line,
    /// The edit changes only the ground of this unit.
    Within(String),
    /// The edit fills only gaps: no cell loses ground, and borders between cells stay.
    Cells,
}

/// Why an edit was refused. A refused edit changes nothing.
#[derive(Clone, PartialEq, Debug, Error)]
#[error("{}", self.said().en)]
pub enum EditError {
    /// The border cannot be as asked. Owners are named by their codes.
    Border {
        /// Why.
        why: TopologyError,
        /// The place in the project's CRS.
        at: Place,
        /// Codes of the units concerned.
        units: Vec<String>,
    },
    /// A border of a higher level or the outline is in the way.
    Protected {
        /// The line: `outline` or a level's name.
        line: String,
        /// Where.
        at: Place,
    },
    /// What is in the way is locked, or beyond what the edit was limited to.
    Held {
        /// By what.
        by: Held,
        /// Where.
        at: Place,
    },
    /// The plan is or was in force.
    InForce {
        /// Its name.
        plan: String,
    },
    /// Nothing has that code or name.
    NoSuch {
        /// What was looked for, in both languages.
        what: Said,
        /// The code or name.
        name: String,
    },
    /// The code is taken.
    Duplicate {
        /// The code.
        code: String,
    },
    /// The ground covers several higher units.
    Spans {
        /// Their codes; empty for ground of none.
        units: Vec<String>,
        /// A place of the drawing.
        at: Place,
    },
    /// What is done to cells only was asked of a unit above them.
    NotACell {
        /// Its code.
        code: String,
        /// Name of its level.
        level: String,
    },
    /// A layer must be named, there are several.
    WhichLayer,
    /// A text, code, date or number cannot be kept.
    Text(ModelError),
    /// A field has a value it cannot have, or is not known.
    Field {
        /// The field.
        field: String,
    },
    /// A text holds a number of a person. The value is never repeated.
    Private {
        /// The field.
        field: String,
        /// What number it is.
        what: Private,
    },
    /// A choice that `session` fills was not filled.
    NotFilled {
        /// The field.
        field: &'static str,
    },
    /// A place lies beyond the range of the project.
    Far {
        /// The place.
        at: Place,
    },
    /// The project has no CRS yet.
    NoCrs,
    /// The edit was made for another CRS or origin than the project's.
    OtherCrs {
        /// That of the edit.
        crs: String,
        /// That of the project.
        project: String,
    },
    /// Rows that the edit names are not there.
    NoSegment {
        /// Their hash.
        hash: String,
    },
    /// Imported cells do not fit.
    Misfit {
        /// Up to 200 places.
        places: Vec<Place>,
        /// What is wrong at the first.
        what: Said,
    },
    /// The edit would leave slivers, and was to be refused then.
    Slivers {
        /// Where they are.
        at: Vec<Place>,
        /// Width of the first, metres.
        width_m: f64,
        /// Its length, metres.
        length_m: f64,
    },
    /// The edit would change nothing.
    Nothing,
    /// The last plan, or the one in force, cannot be deleted.
    KeepPlan {
        /// Its name.
        plan: String,
    },
    /// An adoption earlier than that of the plan in force.
    TooEarly {
        /// Day of the present plan in force.
        since: crate::model::Date,
    },
    /// Control points determine no place of a picture.
    Fit(FitError),
    /// Cells of different parents.
    Parents {
        /// Their codes.
        cells: Vec<String>,
    },
}

impl EditError {
    /// A fixed English word for scripts.
    pub fn kind(&self) -> &'static str {
        use TopologyError as T;
        match self {
            EditError::Border { why, .. } => match why {
                T::NotFound { .. } | T::NotOnGround { .. } => "not_found",
                T::Crosses { .. } => "crosses",
                T::Engulfs { .. } => "engulfs",
                T::PastNode { .. } => "past_node",
                T::TooClose { .. } => "too_close",
                T::SelfCrossing { .. } => "self_crossing",
                T::Dangling { .. } => "dangling",
                T::NotDivided { .. } => "not_divided",
                T::NoGround { .. } => "no_ground",
                T::WouldVanish { .. } => "would_vanish",
                T::OnlyPiece { .. } => "only_piece",
                T::Apart { .. } => "no_common_border",
                T::Protected { .. } => "protected",
                T::TooFew { .. } => "too_few_points",
                T::IsNode { .. } => "is_node",
                T::NotOneBorder { .. } => "not_one_border",
                T::OutOfRange { .. } => "out_of_range",
            },
            EditError::Protected { .. } => "protected",
            EditError::Held { .. } => "locked",
            EditError::InForce { .. } => "in_force",
            EditError::NoSuch { .. } => "not_found",
            EditError::Duplicate { .. } => "duplicate",
            EditError::Spans { .. } => "spans_units",
            EditError::NotACell { .. } => "not_a_cell",
            EditError::WhichLayer => "layer",
            EditError::Text(ModelError::Range { .. } | ModelError::Term { .. }) => "field",
            EditError::Text(_) => "text",
            EditError::Private { .. } => "private",
            EditError::Field { .. } => "field",
            EditError::NotFilled { .. } => "not_filled",
            EditError::Far { .. } => "out_of_range",
            EditError::NoCrs => "no_crs",
            EditError::OtherCrs { .. } => "other_crs",
            EditError::NoSegment { .. } => "no_segment",
            EditError::Misfit { .. } => "misfit",
            EditError::Slivers { .. } => "slivers",
            EditError::Nothing => "nothing",
            EditError::KeepPlan { .. } => "keep_plan",
            EditError::TooEarly { .. } => "too_early",
            EditError::Fit(_) => "fit",
            EditError::Parents { .. } => "parents",
        }
    }

    /// Where, if it has a place.
    pub fn at(&self) -> Option<Place> {
        match self {
            EditError::Border { at, .. }
            | EditError::Protected { at, .. }
            | EditError::Held { at, .. }
            | EditError::Spans { at, .. }
            | EditError::Far { at } => Some(*at),
            EditError::Misfit { places, .. } | EditError::Slivers { at: places, .. } => places.first().copied(),
            _ => None,
        }
    }

    /// What happened and what to do; what was kept is always everything: a refused edit changes nothing.
    pub fn said(&self) -> Said {
        use TopologyError as T;
        let s = |zh: &str, en: &str| Said::new(zh, en);
        match self {
            EditError::Border { why, units, .. } => {
                let who = units.join("、");
                let who_en = units.join(", ");
                match why {
                    T::NotFound { .. } => {
                        s("这里没有边界点。请点在边界上。", "There is no border point here. Point at a border.")
                    }
                    T::NotOnGround { .. } => s(
                        "指定的点不在要改的范围里。请点在这个网格的里面。",
                        "The place named is not on the ground that is changed. Point inside the cell.",
                    ),
                    T::Crosses { .. } => s(
                        "边界会与另一条边界或自身相交、相接。请换个位置，或少改一些。",
                        "The border would cross or touch another, or itself. Choose another place, or change less.",
                    ),
                    T::Engulfs { .. } => s(
                        "边界会越过飞地或别的边界。请绕开它，或先处理它。",
                        "The border would pass over an enclave or another border. Go round it, or deal with it first.",
                    ),
                    T::PastNode { .. } => s(
                        "滑到了边界尽头，再往前没有可沿着滑的边界。请少移一些。",
                        "The border would slide past the end of the one beside it. Move it less far.",
                    ),
                    T::TooClose { .. } => s(
                        "这里两条边界靠得太近，无法再加点。请移开一点再画。",
                        "Two borders are too close here. Draw a little further away.",
                    ),
                    T::SelfCrossing { .. } => s(
                        "画的线与自身相交。请退回一点重画。",
                        "The line crosses itself. Take points back and draw again.",
                    ),
                    T::Dangling { gap_mm, .. } => {
                        let m = gap_mm / 1000.0;
                        Said::new(
                            format!("线没有接到边界，还差 {m:.3} 米。请把线画到边界上。"),
                            format!("The line ends {m:.3} m before the border. Draw it up to the border."),
                        )
                    }
                    T::NotDivided { .. } => s(
                        "这条线没有把网格分开。请从边界画到边界。",
                        "The line does not divide the cell. Draw from border to border.",
                    ),
                    T::NoGround { .. } => s("这里没有可以划入的地。", "There is no free ground here."),
                    T::WouldVanish { .. } => Said::new(
                        format!("{who} 会失去全部范围。要并入请用合并。"),
                        format!("{who_en} would lose all its ground. To join cells, merge them."),
                    ),
                    T::OnlyPiece { .. } => Said::new(
                        format!("{who} 只有这一块，没有可以分出的。要分开这一块请用切分。"),
                        format!("{who_en} has only this piece; there is none to detach. To divide it, split it."),
                    ),
                    T::Apart { .. } => Said::new(
                        format!("{who} 与其余部分没有共同边界，不能合并。"),
                        format!("{who_en} has no common border with the rest and cannot be joined to it."),
                    ),
                    T::Protected { .. } => s("这条边界受保护。", "This border is protected."),
                    T::TooFew { .. } => s("点太少，围不成一块地。", "Too few points to enclose ground."),
                    T::IsNode { .. } => {
                        s("几条边界在这里相交，不能删除。", "Borders meet here; this point cannot be deleted.")
                    }
                    T::NotOneBorder { .. } => s(
                        "这两点不在同一条边界上。请在同一条边界上选起点和终点。",
                        "The two points are not on one border. Choose both on the same border.",
                    ),
                    T::OutOfRange { .. } => s("离项目原点太远。", "Too far from the project's origin."),
                }
            }
            EditError::Protected { line, .. } if line == "outline" => s(
                "这是整个范围的外边界，受保护。要改请先在图层里允许改动“范围”。",
                "This is the outline; it is protected. Allow changes to it in Layers first.",
            ),
            EditError::Protected { line, .. } => Said::new(
                format!("这是{line}界，受保护。要改请先在图层里允许改动“{line}界”。"),
                format!("This is a border of level {line}; it is protected. Allow changes to it in Layers first."),
            ),
            EditError::Held { by, .. } => match by {
                Held::Unit(code) => Said::new(
                    format!("{code} 已锁定，范围和边界都不动。要改请先解锁。"),
                    format!("{code} is locked: its ground and borders stay. Unlock it first."),
                ),
                Held::Line => s("这条边界已锁定。要改请先解锁。", "This border is locked. Unlock it first."),
                Held::Within(code) => Said::new(
                    format!("这次只改 {code} 里面的，这里在它外面。要改请先取消这个限制（只在本社区）。"),
                    format!("Only the ground of {code} may change now; this is outside. Switch that limit off first."),
                ),
                Held::Cells => s(
                    "这次只填空白，不动已有的网格。要改请先取消这个限制（只填空白）。",
                    "Only gaps are filled now; cells keep what they have. Switch that limit off first.",
                ),
            },
            EditError::InForce { plan } => Said::new(
                format!("“{plan}”是现行方案，不能直接改。请在新方案上修改。"),
                format!("\"{plan}\" is or was in force and cannot be changed. Work on a new plan."),
            ),
            EditError::NoSuch { what, name } => {
                Said::new(format!("没有找到{}“{name}”。", what.zh), format!("There is no {} \"{name}\".", what.en))
            }
            EditError::Duplicate { code } => {
                Said::new(format!("编码“{code}”已被使用。"), format!("The code \"{code}\" is taken."))
            }
            EditError::Spans { units, .. } => {
                let named = |none: &str, between: &str| {
                    let names = units.iter().map(|u| if u.is_empty() { none } else { u });
                    names.collect::<Vec<_>>().join(between)
                };
                Said::new(
                    format!("画的范围跨了 {}。请画在一个之内，或指定属于哪一个。", named("未划入上级的地", "、")),
                    format!("The drawing covers {}. Stay within one, or say which.", named("ground of no unit", ", ")),
                )
            }
            EditError::NotACell { code, level } => Said::new(
                format!("“{code}”是{level}，不是网格；拆分、合并和归属只用于网格。请选网格。"),
                format!(
                    "\"{code}\" is a unit of level {level}, not a cell. Only cells are split, merged and given buildings; choose a cell."
                ),
            ),
            EditError::WhichLayer => s("项目有几个图层，请指明图层。", "There are several layers; name one."),
            EditError::Text(e) => {
                let e = e.said();
                Said::new(format!("{}。", e.zh), format!("{}.", e.en))
            }
            EditError::Field { field } => Said::new(
                match field_word(field) {
                    Some((zh, _)) => format!("“{zh}”（{field}）的值不对，或这里没有这个字段。"),
                    None => format!("字段“{field}”不认识，或值不对。"),
                },
                format!("The field \"{field}\" is not known or cannot have this value."),
            ),
            EditError::Private { field, what } => Said::new(
                format!(
                    "“{}”含有{}，项目不保存个人信息。请去掉后再试。",
                    field_word(field).map_or(field.as_str(), |w| w.0),
                    what.zh()
                ),
                format!(
                    "\"{field}\" holds {}; a project keeps nothing about private persons. Leave it out and try again.",
                    what.en()
                ),
            ),
            EditError::NotFilled { field } => Said::new(format!("缺少“{field}”。"), format!("\"{field}\" is missing.")),
            EditError::Far { .. } => s("这个位置离项目太远。", "This place is too far from the project."),
            EditError::NoCrs => {
                s("项目还没有坐标系。请先导入一份数据。", "The project has no CRS yet. Import data first.")
            }
            EditError::OtherCrs { crs, project } => Said::new(
                format!("数据是按另一坐标系或原点（{crs}）准备的，项目用的是 {project}。请重新导入这份数据。"),
                format!(
                    "The data were prepared for another CRS or origin ({crs}); the project has {project}. Import them again."
                ),
            ),
            EditError::NoSegment { hash } => {
                Said::new(format!("数据块 {hash} 不在。"), format!("The rows {hash} are not there."))
            }
            EditError::Misfit { places, what } => Said::new(
                format!("导入的网格拼不上（{} 处）：{}", places.len(), what.zh),
                format!("The imported cells do not fit ({} places): {}", places.len(), what.en),
            ),
            EditError::Slivers { at, width_m, length_m } => Said::new(
                format!(
                    "会留下 {} 处窄条，第一处 {width_m:.2} 米宽、{length_m:.1} 米长。请让线贴合旁边的边界，或选择保留。",
                    at.len()
                ),
                format!(
                    "It would leave {} slivers, the first {width_m:.2} m wide and {length_m:.1} m long. Attach the line to the border beside it, or keep them.",
                    at.len()
                ),
            ),
            EditError::Nothing => s("没有变化。", "Nothing changes."),
            EditError::KeepPlan { plan } => Said::new(
                format!("“{plan}”不能删除：它是现行方案或唯一的方案。"),
                format!("\"{plan}\" cannot be deleted: it is in force or the only plan."),
            ),
            EditError::TooEarly { since } => Said::new(
                format!("生效日期早于现行方案（{since}）。"),
                format!("The day is before that of the plan in force ({since})."),
            ),
            EditError::Fit(why) => match why {
                FitError::TooFew { need, got } => Said::new(
                    format!("需要 {need} 个控制点，现有 {got} 个。请再加点。"),
                    format!("{need} control points are needed and there are {got}. Add some."),
                ),
                FitError::OneSpot => s(
                    "控制点挤在一处，定不出位置。请把点选得远一些。",
                    "The control points lie on one spot and say nothing. Choose points further apart.",
                ),
                FitError::OneLine => s(
                    "控制点几乎在一条直线上，定不出位置。请在线外再选一点，或改用相似变换。",
                    "The control points lie nearly on one line. Choose one off the line, or fit a similarity.",
                ),
            },
            EditError::Parents { cells } => Said::new(
                format!("{} 不属于同一个上级，不能合并。", cells.join("、")),
                format!("{} do not belong to the same unit and cannot be merged.", cells.join(", ")),
            ),
        }
    }
}

impl From<FitError> for EditError {
    fn from(e: FitError) -> EditError {
        EditError::Fit(e)
    }
}

impl From<ModelError> for EditError {
    fn from(e: ModelError) -> EditError {
        EditError::Text(e)
    }
}
