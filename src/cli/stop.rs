//! Why a command could not be done, in words: what happened · what was kept · what to do.

use crate::crs::CrsError;
use crate::exchange::ExchangeError;
use crate::heat::HeatError;
use crate::model::{ModelError, Said};
use crate::plan::EditError;
use crate::scene::SceneError;
use crate::session::BuildError;
use crate::store::StoreError;
use std::path::Path;
use thiserror::Error;

/// A command that could not be done (exit code 2).
#[derive(Debug, Error)]
#[error("{}", self.said().en)]
pub enum Stop {
    /// Said here.
    #[error("{}", .0.en)]
    Said(Said),
    /// The project file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another file.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// A coordinate system.
    #[error(transparent)]
    Crs(#[from] CrsError),
    /// An edit that the whole command depends on.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// A surface of heat.
    #[error(transparent)]
    Heat(#[from] HeatError),
    /// A picture.
    #[error(transparent)]
    Scene(#[from] SceneError),
    /// A sample.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A name or code.
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl Stop {
    /// With both texts.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Stop {
        Stop::Said(Said::new(zh, en))
    }

    /// A file that could not be written or read.
    pub fn file(path: &Path, why: impl ToString) -> Stop {
        let (path, why) = (path.display(), why.to_string());
        Stop::new(
            format!("{path} 读写失败：{why}。项目未改动。请检查路径和权限，再试一次。"),
            format!(
                "{path} could not be read or written: {why}. The project is as it was. Check path and rights and try again."
            ),
        )
    }

    /// Something that this version does not do.
    pub fn not_yet(what_zh: &str, what_en: &str) -> Stop {
        Stop::new(
            format!("本版本还不能{what_zh}。没有改动任何文件。请用 getu --help 查看现有的做法。"),
            format!("This version cannot {what_en} yet. No file was changed. See getu --help for what there is."),
        )
    }

    /// The message in both languages.
    pub fn said(&self) -> Said {
        let kept = |zh: String, en: String| {
            Said::new(format!("{zh} 没有改动任何文件。"), format!("{en} No file was changed."))
        };
        match self {
            Stop::Said(s) => s.clone(),
            Stop::Store(e) => e.said(),
            Stop::Exchange(e) => Said::new(e.message_zh(), e.to_string()),
            Stop::Crs(e) => Said::new(e.message_zh(), e.to_string()),
            Stop::Edit(e) => {
                let s = e.said();
                kept(s.zh, s.en)
            }
            Stop::Build(BuildError::Edit(e)) => e.said(),
            Stop::Build(BuildError::NoSample(name)) => Said::new(
                format!("没有名为“{name}”的示例。没有写出文件。用 getu sample 查看有哪些。"),
                format!("There is no sample \"{name}\". No file was written. See getu sample for the list."),
            ),
            Stop::Build(e) => Said::new(e.to_string(), e.to_string()),
            Stop::Scene(e) => Said::new(e.to_string(), e.to_string()),
            Stop::Heat(e) => kept(heat_zh(e), format!("{e}.")),
            Stop::Model(e) => kept(format!("这段文字或编码不能保存：{e}。"), format!("{e}.")),
        }
    }
}

fn heat_zh(e: &HeatError) -> String {
    match e {
        HeatError::Bandwidth(m) => format!("带宽 {m} 米不能用，请取 1 到 100000 米。"),
        HeatError::Period(days) => format!("时段 {days} 天不能用，须大于 0。"),
        HeatError::Empty => "范围是空的，请指明 --bbox。".to_owned(),
        HeatError::TooLarge(w, h) => format!("{w} × {h} 太大，请减小 --size。"),
        HeatError::Stopped => "已停止。".to_owned(),
    }
}
