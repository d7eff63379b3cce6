//! Why there is no surface.

use crate::model::Said;
use thiserror::Error;

/// Why there is no surface.
#[derive(Clone, PartialEq, Debug, Error)]
pub enum HeatError {
    /// The bandwidth (metres) is not within 1 m to 100 km.
    #[error("a bandwidth of {0} m cannot be used: 1 to 100000 m")]
    Bandwidth(f64),
    /// The period (days) is not a positive number.
    #[error("a period of {0} days cannot be used: it must be above 0")]
    Period(f64),
    /// The area has no width or no height, or the surface no column or no row.
    #[error("the area of the surface is empty")]
    Empty,
    /// The surface has more than [`super::MAX_TEXELS`] texels.
    #[error("a surface of {0} by {1} is too large: at most 4096 by 4096 or as many texels in another shape")]
    TooLarge(u64, u64),
    /// The caller no longer wants it.
    #[error("stopped")]
    Stopped,
}

impl HeatError {
    /// What to tell a person: what happened · what was kept · what to do.
    pub fn said(&self) -> Said {
        let kept = ["事件数据未变", "the incidents are unchanged"];
        let both = |zh: String, en: String, zh_do: &str, en_do: &str| {
            Said::new(format!("{zh} · {} · {zh_do}", kept[0]), format!("{en} · {} · {en_do}", kept[1]))
        };
        match self {
            HeatError::Bandwidth(m) => both(
                format!("带宽 {m} 米无法使用"),
                format!("A bandwidth of {m} m cannot be used"),
                "请输入 1 至 100000 米",
                "give 1 to 100000 m",
            ),
            HeatError::Period(d) => both(
                format!("时段 {d} 天无法使用"),
                format!("A period of {d} days cannot be used"),
                "请选择结束晚于开始的时段",
                "choose a period that ends after it begins",
            ),
            HeatError::Empty => both(
                "热力图范围为空".into(),
                "The area of the heat map is empty".into(),
                "请选择有宽度和高度的范围",
                "choose an area with a width and a height",
            ),
            HeatError::TooLarge(w, h) => both(
                format!("{w}×{h} 的热力图过大"),
                format!("A heat map of {w} by {h} is too large"),
                "请缩小尺寸,例如不超过 4096×4096",
                "ask for a smaller size, such as 4096 by 4096 at most",
            ),
            HeatError::Stopped => both(
                "热力图计算已停止".into(),
                "The heat map was stopped".into(),
                "可重新开始",
                "start it again at any time",
            ),
        }
    }
}
