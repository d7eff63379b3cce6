//! Words that are looked for: in any case, and Chinese by its pinyin, whole or by initials (`zgcjd` finds 中关村街道).

use pinyin::ToPinyinMulti;

/// Words to look for.
pub struct Words {
    /// In lower case.
    chars: Vec<char>,
    /// The same as bytes, if all of them are ASCII: those are never part of another character.
    ascii: Option<Vec<u8>>,
    /// The same without blanks, if they can be pinyin: letters and figures, at least one letter, at most 63.
    spelt: Option<Vec<u8>>,
}

impl Words {
    /// What stands in a search box.
    pub fn new(words: &str) -> Words {
        let lower = words.trim().to_lowercase();
        let spelt: Vec<u8> = lower.bytes().filter(|b| !matches!(b, b' ' | b'\'')).collect();
        let can_be = spelt.iter().all(u8::is_ascii_alphanumeric) && spelt.iter().any(u8::is_ascii_alphabetic);
        Words {
            chars: lower.chars().collect(),
            ascii: lower.is_ascii().then(|| lower.as_bytes().to_vec()),
            spelt: (can_be && spelt.len() < 64).then_some(spelt),
        }
    }

    /// Whether there are none; they are in every text.
    pub fn is_empty(&self) -> bool {
        self.chars.is_empty()
    }

    /// Whether a text holds them. O(text × words).
    pub fn are_in(&self, text: &str) -> bool {
        self.stand_in(text) || self.spelt.as_ref().is_some_and(|w| !text.is_ascii() && is_spelt_in(w, text))
    }

    /// Whether a text holds them letter by letter, whatever its own case. Nothing is allocated.
    fn stand_in(&self, text: &str) -> bool {
        let Some(&first) = self.chars.first() else { return true };
        if let Some(words) = &self.ascii {
            return text.as_bytes().windows(words.len()).any(|w| w.eq_ignore_ascii_case(words));
        }
        let begins = |rest: &str| {
            let mut lower = rest.chars().flat_map(char::to_lowercase);
            self.chars.iter().all(|w| lower.next() == Some(*w))
        };
        text.char_indices().any(|(i, c)| c.to_lowercase().next() == Some(first) && text.get(i..).is_some_and(begins))
    }
}

/// Whether characters of a text, one after the other, can be spelt so: each by a letter, by a whole syllable in any of its
/// readings, the last also by a part of one. Blanks and signs between them are passed over.
fn is_spelt_in(word: &[u8], text: &str) -> bool {
    // Bit i of `open`: the first i letters are spelt by the characters that end here.
    let mut open = 0u64;
    for c in text.chars() {
        if !c.is_alphanumeric() {
            continue;
        }
        let from = open | 1;
        let mut next = 0u64;
        for i in (0..word.len()).filter(|i| from >> i & 1 == 1) {
            let rest = &word[i..];
            let mut spell = |syllable: &str| -> bool {
                let syllable = syllable.as_bytes();
                if syllable.first() == rest.first() {
                    next |= 1 << (i + 1);
                }
                if rest.starts_with(syllable) {
                    next |= 1 << (i + syllable.len());
                }
                syllable.starts_with(rest)
            };
            let ends = match c.to_pinyin_multi() {
                Some(readings) => readings.into_iter().any(|r| spell(&r.plain().replace('ü', "v"))),
                None => c.is_ascii() && spell(c.to_ascii_lowercase().encode_utf8(&mut [0; 4])),
            };
            if ends {
                return true;
            }
        }
        if next >> word.len() & 1 == 1 {
            return true;
        }
        open = next;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_case_and_script() {
        for (text, w, want) in [
            ("Birch Lane 77", "birch lane 7", true),
            ("ÄRZTEHAUS 3", "ärzte", true),
            ("梅园二村 7 号楼", "二村 7", true),
            ("梅园二村 B7 号楼", "b7", true),
            ("梅园二村", "三村", false),
            ("aab", "ab", true),
            ("", "a", false),
            ("anything", "", true),
            ("short", "shorter", false),
        ] {
            assert_eq!(Words::new(w).are_in(text), want, "{text} {w}");
        }
    }

    #[test]
    fn chinese_is_found_by_its_pinyin() {
        for (text, w, want) in [
            ("中关村街道", "zgcjd", true),
            ("中关村街道", "zhongguancun", true),
            ("中关村街道", "guancunj", true),
            ("中关村街道", "zhonggc", true),
            ("中关村街道", "ZGC", true),
            ("中关村街道", "zhong guan", true),
            ("中关村街道", "gzc", false),
            ("中关村街道", "zd", false),
            ("重庆路", "cql", true),
            ("重庆路", "zhongqing", true),
            ("绿地", "lvdi", true),
            ("梅园二村 7 号楼", "myec7h", true),
            ("梅园 B7", "yb7", true),
            ("柳塘", "liut", true),
            ("柳塘", "7", false),
        ] {
            assert_eq!(Words::new(w).are_in(text), want, "{text} {w}");
        }
    }
}
