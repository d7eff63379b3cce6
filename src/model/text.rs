//! Codes and names: what may stand in them.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A code as people write it: 1 to 64 visible characters without control characters or surrounding blanks.
pub type Code = String;

/// A text that a noun cannot hold.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ModelError {
    /// A code is empty, too long or has characters that cannot stand in one.
    #[error("\"{0}\" is no code: 1 to 64 characters, no blanks at the ends, no control characters")]
    Code(String),
    /// A text is too long or has control characters.
    #[error("a text of more than 500 characters or with control characters cannot be kept: \"{0}\"")]
    Text(String),
    /// A date is not of the form 2026-06-18.
    #[error("\"{0}\" is no date of the form 2026-06-18")]
    Date(String),
    /// A number is out of its range.
    #[error("{0} is out of range")]
    Number(String),
}

impl ModelError {
    /// What cannot be kept, in both languages.
    pub fn said(&self) -> Said {
        let zh = match self {
            ModelError::Code(t) => format!("“{t}”不能作编码：须有 1 至 64 个字符，首尾无空格，无控制字符"),
            ModelError::Text(t) => format!("文字超过 500 个字符或含有控制字符，不能保存：“{t}”"),
            ModelError::Date(t) => format!("“{t}”不是日期，请写成 2026-06-18"),
            ModelError::Number(t) => format!("{t} 超出范围"),
        };
        Said::new(zh, self.to_string())
    }
}

/// The code, trimmed; refused if nothing is left, if it is longer than 64 characters or holds control characters.
pub fn check_code(text: &str) -> Result<Code, ModelError> {
    let t = text.trim();
    if t.is_empty() || t.chars().count() > 64 || t.chars().any(char::is_control) {
        return Err(ModelError::Code(t.chars().take(80).collect()));
    }
    Ok(t.to_owned())
}

/// The text, trimmed; refused if longer than 500 characters or with control characters.
pub fn check_text(text: &str) -> Result<String, ModelError> {
    let t = text.trim();
    if t.chars().count() > 500 || t.chars().any(char::is_control) {
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
    fn numbers_are_grouped() {
        assert_eq!([number(0), number(999), number(1000), number(-1234567)], ["0", "999", "1,000", "−1,234,567"]);
    }
}
