//! Codes and names: what may stand in them.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A code as people write it: 1 to 64 characters that can be seen, single blanks between them.
pub type Code = String;

/// Something that a noun cannot hold.
#[derive(Clone, PartialEq, Debug, Error)]
#[error("{}", self.said().en)]
pub enum ModelError {
    /// A code is empty, too long or has characters that cannot stand in one.
    Code(String),
    /// A text is too long or has control characters.
    Text(String),
    /// A date is not of the form 2026-06-18.
    Date(String),
    /// A number is out of its range.
    Number(String),
    /// The id of a layer has other characters than it may.
    LayerId(String),
    /// A layer has no level or too many.
    Levels(usize),
    /// A level of units with ground stands below one of gathered units.
    BelowGathered(String),
    /// Two levels of a layer have the same name.
    SameLevel(String),
    /// A number is beyond the limits of its field.
    Range {
        /// The field.
        field: &'static str,
        /// The least it can be.
        from: f64,
        /// The most.
        to: f64,
    },
    /// A term ends before it begins.
    Term {
        /// First day.
        from: super::Date,
        /// Last day.
        to: super::Date,
    },
}

impl ModelError {
    /// What cannot be kept, in both languages.
    pub fn said(&self) -> Said {
        match self {
            ModelError::Code(t) => Said::new(
                format!("“{}”不能作编码：须有 1 至 64 个字符，首尾无空格，无看不见的字符", shown(t)),
                format!(
                    "\"{}\" is no code: 1 to 64 characters, no blanks at the ends, none that cannot be seen",
                    shown(t)
                ),
            ),
            ModelError::Text(t) => Said::new(
                format!("文字超过 500 个字符或含有控制字符，不能保存：“{}”", shown(t)),
                format!(
                    "a text of more than 500 characters or with control characters cannot be kept: \"{}\"",
                    shown(t)
                ),
            ),
            ModelError::Date(t) => Said::new(
                format!("“{}”不是日期，请写成 2026-06-18", shown(t)),
                format!("\"{}\" is no date of the form 2026-06-18", shown(t)),
            ),
            ModelError::Number(t) => Said::new(format!("{t} 超出范围"), format!("{t} is out of range")),
            ModelError::LayerId(t) => Said::new(
                format!("“{}”不能作图层编号：只用 a–z、0–9 和 _，1 至 32 个，如 grid", shown(t)),
                format!("\"{}\" is no layer id: 1 to 32 of a–z, 0–9 and _, such as grid", shown(t)),
            ),
            ModelError::Levels(n) => Said::new(
                format!("图层须有 1 至 9 个层级，这里有 {n} 个"),
                format!("a layer has 1 to 9 levels, here are {n}"),
            ),
            ModelError::BelowGathered(t) => Said::new(
                format!("带 * 的层级（由院落、楼栋组成）须排在最后，“{}”不能在它下面", shown(t)),
                format!(
                    "levels with a * (of courtyards and buildings) come last; \"{}\" cannot stand below one",
                    shown(t)
                ),
            ),
            ModelError::SameLevel(t) => Said::new(
                format!("两个层级都叫“{}”，请用不同的名称", shown(t)),
                format!("two levels are called \"{}\"; give each a name of its own", shown(t)),
            ),
            ModelError::Range { field, from, to } => {
                Said::new(format!("{field} 须在 {from} 到 {to} 之间"), format!("{field} must be from {from} to {to}"))
            }
            ModelError::Term { from, to } => Said::new(
                format!("截止日期 {to} 早于开始日期 {from}"),
                format!("the last day {to} is before the first day {from}"),
            ),
        }
    }
}

/// Whether a character changes the direction of text: what is shown is then not what stands there.
pub fn is_bidi(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character leaves no mark that could be seen: control characters, those of no width or of direction, byte
/// order marks, fillers; also blanks of other kinds than the plain one.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || is_bidi(c)
        || c.is_whitespace() && c != ' '
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        )
        || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Text from outside as it may be printed: without what would steer a terminal or turn the direction of the line.
pub fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_bidi(c) { '\u{fffd}' } else { c }).collect()
}

/// A code as it may stand; refused if it is empty, longer than 64 characters, has blanks at its ends or two together, or
/// characters that cannot be seen.
pub fn check_code(text: &str) -> Result<Code, ModelError> {
    if text.is_empty() || text.chars().count() > 64 || tidy_code(text) != text {
        return Err(ModelError::Code(text.chars().take(80).collect()));
    }
    Ok(text.to_owned())
}

/// What is left of a code from a file without blanks at its ends and what cannot be seen.
pub fn tidy_code(text: &str) -> String {
    let seen: String =
        text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_invisible(*c)).collect();
    seen.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The text, trimmed; refused if longer than 500 characters or with control characters or such as turn its direction.
pub fn check_text(text: &str) -> Result<String, ModelError> {
    let t = text.trim();
    if t.chars().count() > 500 || t.chars().any(|c| c.is_control() || is_bidi(c)) {
        return Err(ModelError::Text(t.chars().take(80).collect()));
    }
    Ok(t.to_owned())
}

/// A phone as it is shown to everybody: the first three and the last four characters, those between as stars; of fewer
/// than eight characters nothing but stars.
pub fn masked_phone(phone: &str) -> String {
    let n = phone.chars().count();
    let (head, tail) = if n < 8 { (0, n) } else { (3, n - 4) };
    phone.chars().enumerate().map(|(i, c)| if (head..tail).contains(&i) { '*' } else { c }).collect()
}

/// The two languages of the program.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// 中文
    #[default]
    Zh,
    /// English
    En,
}

/// A number with thin grouping and U+2212 for minus, as the style asks: 3,967.
pub fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    if n < 0 { format!("−{out}") } else { out }
}

/// Something said in both languages at once, so that neither can be forgotten.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Said {
    /// 中文
    pub zh: String,
    /// English
    pub en: String,
}

impl Said {
    /// Both texts.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Said {
        Said { zh: zh.into(), en: en.into() }
    }

    /// Both texts: Chinese, English.
    pub fn into_pair(self) -> (String, String) {
        (self.zh, self.en)
    }

    /// The text in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

impl From<&std::io::Error> for Said {
    /// Why the system could not read or write, by the kind of error.
    fn from(e: &std::io::Error) -> Said {
        use std::io::ErrorKind as K;
        let (zh, en) = match e.kind() {
            K::NotFound => ("找不到", "it is not there"),
            K::PermissionDenied => ("没有权限", "there is no right to it"),
            K::ReadOnlyFilesystem => ("所在磁盘是只读的", "its disk is read-only"),
            K::StorageFull | K::QuotaExceeded => ("磁盘已满", "the disk is full"),
            K::IsADirectory => ("是文件夹，不是文件", "it is a folder, not a file"),
            K::NotADirectory => ("路径中有一段不是文件夹", "a part of its path is no folder"),
            K::AlreadyExists => ("已经存在", "it exists already"),
            K::BrokenPipe => ("接收方已关闭", "the receiver has closed"),
            K::ResourceBusy | K::ExecutableFileBusy => ("正被其他程序使用", "another program has it open"),
            K::InvalidData | K::UnexpectedEof => ("内容不完整或无法识别", "its content is cut off or cannot be read"),
            K::InvalidInput | K::InvalidFilename => ("名称不能使用", "the name cannot be used"),
            K::FileTooLarge => ("文件过大", "it is too large"),
            K::TimedOut => ("等待超时", "it did not answer in time"),
            _ => return Said::new(format!("系统错误（{e}）"), e.to_string()),
        };
        Said::new(zh, en)
    }
}

impl From<std::io::Error> for Said {
    fn from(e: std::io::Error) -> Said {
        Said::from(&e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_masked_for_everybody() {
        for (phone, shown) in [
            ("13912340216", "139****0216"),
            ("139****0216", "139****0216"),
            ("021-58880216", "021*****0216"),
            ("58880216", "588*0216"),
            ("5888021", "*******"),
            ("110", "***"),
            ("", ""),
        ] {
            assert_eq!(masked_phone(phone), shown);
        }
    }

    #[test]
    fn codes_hold_only_what_can_be_seen() {
        for good in ["B000001", "320102001001001", "网格 3", "一-2_a", "A"] {
            assert_eq!(check_code(good).as_deref(), Ok(good));
            assert_eq!(tidy_code(good), good);
        }
        for (bad, tidy) in [
            (" B1", "B1"),
            ("B1 ", "B1"),
            ("B\u{3000}1", "B 1"),
            ("B\u{a0}1", "B 1"),
            ("B  1", "B 1"),
            ("B\u{200b}1", "B1"),
            ("\u{feff}B1", "B1"),
            ("B1\u{202e}", "B1"),
            ("\u{2067}B1", "B1"),
            ("B\t1", "B 1"),
            ("B\u{7f}1", "B1"),
            ("B\u{9b}1", "B1"),
            ("B\u{ad}1", "B1"),
            ("\u{3164}", ""),
            (" ", ""),
            ("", ""),
        ] {
            assert!(check_code(bad).is_err(), "{bad:?}");
            assert_eq!(tidy_code(bad), tidy, "{bad:?}");
            assert_eq!(shown(&check_code(bad).unwrap_err().to_string()), check_code(bad).unwrap_err().to_string());
        }
        assert!(check_code(&"一".repeat(65)).is_err());
        assert_eq!(shown("a\u{1b}[31m\u{9b}2J\u{202e}b"), "a\u{fffd}[31m\u{fffd}2J\u{fffd}b");
        assert!(check_text("南泉\u{202e}北路").is_err());
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([number(0), number(999), number(1000), number(-1234567)], ["0", "999", "1,000", "−1,234,567"]);
    }
}
