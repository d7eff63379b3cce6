//! Why a job has no result.

use thiserror::Error;

/// The asker no longer wants the result; a job passes it on with `?`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("cancelled")]
pub struct Cancelled;

/// Why a job has no result.
#[derive(Debug, Error)]
pub enum JobError {
    /// The asker cancelled it, or the program is closing.
    #[error("cancelled")]
    Cancelled,
    /// The job's code panicked; the text is the panic's message. The program goes on.
    #[error("the job failed inside: {0}")]
    Panicked(String),
    /// [`super::MAX_WAITING`] jobs wait already; it was not queued.
    #[error("too many jobs are waiting")]
    Full,
    /// The system gave no thread; the text is its reason.
    #[error("no thread could be started: {0}")]
    NoThread(String),
    /// The work itself was refused: the room's own words.
    #[error("{en}")]
    Failed {
        /// In Chinese.
        zh: String,
        /// In English.
        en: String,
    },
}

impl From<Cancelled> for JobError {
    fn from(_: Cancelled) -> JobError {
        JobError::Cancelled
    }
}

impl JobError {
    /// A room's own words, Chinese and English, as the job's error.
    pub fn failed((zh, en): (String, String)) -> JobError {
        JobError::Failed { zh, en }
    }

    /// What to tell a person, in Chinese and in English: what happened · what was kept · what to do.
    /// For [`JobError::Failed`] these are the room's own.
    pub fn words(&self) -> [String; 2] {
        match self {
            JobError::Cancelled => [
                "已取消 · 原有内容未变 · 可重新开始".into(),
                "Cancelled · nothing was changed · start it again at any time".into(),
            ],
            JobError::Panicked(why) => [
                format!("任务内部出错({why}) · 项目未受影响 · 请重试,若再次出现请把日志发给维护人员"),
                format!(
                    "The job failed inside ({why}) · the project is untouched · try again; if it happens again, send the log"
                ),
            ],
            JobError::Full => [
                "等待中的任务过多 · 已排队的任务照常进行 · 请稍后再试".into(),
                "Too many jobs are waiting · those queued go on · try again when some have finished".into(),
            ],
            JobError::NoThread(why) => [
                format!("系统无法启动新线程({why}) · 项目未受影响 · 请关闭其他程序后重试"),
                format!(
                    "The system gave no thread ({why}) · the project is untouched · close other programs and try again"
                ),
            ],
            JobError::Failed { zh, en } => [zh.clone(), en.clone()],
        }
    }
}
