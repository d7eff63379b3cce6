//! Uses of buildings, as tables hold them and as they are said.

use crate::model::Lang;

/// Uses of buildings as tables hold them, and as they are said in Chinese.
pub const USES: [(&str, &str); 9] = [
    ("residential", "住宅"),
    ("commercial", "商业"),
    ("office", "办公"),
    ("industrial", "工业"),
    ("school", "学校"),
    ("hospital", "医院"),
    ("public", "公共"),
    ("mixed", "商住"),
    ("other", "其他"),
];

/// A building's use as it is said; a word that is not in the list stays.
pub fn use_word(lang: Lang, use_: &str) -> &str {
    match lang {
        Lang::Zh => USES.iter().find(|(word, _)| *word == use_).map_or(use_, |(_, zh)| zh),
        Lang::En => use_,
    }
}

/// The use that a word says, as tables hold it; a word that is not in the list stays.
pub fn use_of(said: &str) -> &str {
    USES.iter().find(|(_, zh)| *zh == said.trim()).map_or(said, |(word, _)| word)
}
