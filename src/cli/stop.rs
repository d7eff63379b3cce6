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
    pub fn file(path: &Path, why: impl Into<Said>) -> Stop {
        let (path, why) = (path.display(), why.into());
        Stop::new(
            format!("{path} 读写失败：{}。项目未改动。请检查路径和权限，再试一次。", why.zh),
            format!(
                "{path} could not be read or written: {}. The project is as it was. Check path and rights and try again.",
                why.en
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
            Stop::Exchange(e) => e.said(),
            Stop::Crs(e) => Said::new(e.message_zh(), e.to_string()),
            Stop::Edit(e) => {
                let s = e.said();
                kept(s.zh, s.en)
            }
            Stop::Build(e) => e.said(),
            Stop::Scene(e) => e.said(),
            Stop::Heat(e) => e.said(),
            Stop::Model(e) => {
                let s = e.said();
                kept(format!("{}。", s.zh), format!("{}.", s.en))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crs::CrsDef;
    use crate::plan::EditError;
    use crate::sample::SampleError;

    #[test]
    fn every_stop_speaks_one_language_at_a_time() {
        let model = || ModelError::Code(" ".into());
        let io = || ExchangeError::Io {
            path: "x".into(),
            reason: std::io::Error::from(std::io::ErrorKind::IsADirectory).into(),
        };
        let all = [
            Stop::new("无", "none"),
            Stop::file(Path::new("x"), std::io::Error::from(std::io::ErrorKind::StorageFull)),
            Stop::from(io()),
            Stop::from(ExchangeError::from(CrsDef::parse("nonsense").unwrap_err())),
            Stop::from(CrsDef::parse("nonsense").unwrap_err()),
            Stop::from(EditError::Text(model())),
            Stop::from(EditError::Text(ModelError::Text("x".into()))),
            Stop::from(HeatError::Empty),
            Stop::from(HeatError::Bandwidth(0.0)),
            Stop::from(SceneError::Font("x".into())),
            Stop::from(SceneError::Size(0, 0)),
            Stop::from(SceneError::Png("x".into())),
            Stop::from(BuildError::NoSample("x".into())),
            Stop::from(BuildError::Model(ModelError::Date("x".into()))),
            Stop::from(BuildError::Sample(SampleError::from(ModelError::Number("1".into())))),
            Stop::from(BuildError::Edit(EditError::Text(model()))),
            Stop::from(model()),
        ];
        let chinese = |t: &str| t.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        for stop in all {
            let said = stop.said();
            // Two English words in a row are a sentence; names of programs, files and systems stand alone.
            let words = said.zh.split(|c: char| !c.is_ascii_alphabetic() && c != ' ').map(str::trim);
            let english = words.filter(|w| w.split(' ').count() > 2).collect::<Vec<_>>();
            assert!(chinese(&said.zh) && english.is_empty(), "{english:?} in {}", said.zh);
            assert!(!chinese(&said.en), "{}", said.en);
        }
    }
}
