//! What people call a building, as a number: 3号楼 = 3幢 = 3# = ３ = 三号楼 = 第3栋.

/// Words that only say that it is a building; the longer first.
const KINDS: [&str; 12] = ["号楼", "号院", "号栋", "号幢", "楼栋", "幢楼", "号", "栋", "幢", "座", "楼", "#"];

fn digit(c: char) -> Option<u32> {
    "零一二三四五六七八九".chars().position(|d| d == c).map(|i| i as u32).or(match c {
        '〇' => Some(0),
        '两' => Some(2),
        _ => None,
    })
}

/// A Chinese number under a thousand as figures: 十二 = 12, 二十 = 20, 一百零三 = 103.
fn figures(text: &str) -> Option<u32> {
    let (mut sum, mut last) = (0, None);
    for c in text.chars() {
        let times = match c {
            '十' => 10,
            '百' => 100,
            c => {
                // A figure behind a figure is a code read out, not a number.
                let d = digit(c)?;
                if last.is_some_and(|l| l > 0) {
                    return None;
                }
                last = Some(d);
                continue;
            }
        };
        sum += last.take().unwrap_or(1).max(1) * times;
    }
    (!text.is_empty()).then_some(sum + last.unwrap_or(0))
}

/// Plain letters and figures: full-width ones made narrow, small letters large, blanks gone.
fn narrow(text: &str) -> String {
    let one = |c: char| match c {
        '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '—' | '–' => '-',
        '№' => '#',
        c => c,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(one).flat_map(char::to_uppercase).collect()
}

/// The number of a building in a form by which it is compared: 3 for 3号楼, 3幢, 3#, ３, 03, 三号楼; 甲 for 甲楼, A for A座, 3A, 3-2.
/// `yard`, the name of the courtyard, may stand before it. `None` where the text holds no number or letter of its own.
pub fn number_of(text: &str, yard: &str) -> Option<String> {
    let text = narrow(text);
    let yard = narrow(yard);
    let mut t = text.strip_prefix(&yard).unwrap_or(&text);
    t = t.trim_start_matches(['#', '第']);
    // What stands behind the word is of the building too: 3号楼甲, 3号楼东.
    let found =
        KINDS.iter().filter_map(|k| Some((t.find(k)?, *k))).min_by_key(|(at, k)| (*at, std::cmp::Reverse(k.len())));
    let (head, rest) = found.map_or((t, ""), |(at, k)| (&t[..at], &t[at + k.len()..]));
    let mut head = head.to_owned();
    if let Some(n) = figures(&head) {
        head = n.to_string();
    }
    // 03 is 3.
    let digits = head.chars().take_while(char::is_ascii_digit).count();
    if digits > 0 {
        let zeros = head[..digits].trim_start_matches('0');
        head = format!("{}{}", if zeros.is_empty() { "0" } else { zeros }, &head[digits..]);
    }
    let rest = KINDS.iter().fold(rest.to_owned(), |r, k| r.replace(k, ""));
    let key = format!("{head}{rest}");
    let short = key.chars().count() <= 12;
    let sign = |c: char| c.is_ascii_alphanumeric() || "甲乙丙丁戊己庚辛壬癸东西南北中".contains(c);
    (short && key.chars().any(sign) && !head.is_empty()).then_some(key)
}

/// The name `k` numbers on: 2号楼 after 1号楼. The last number in it counts; width and script of its figures stay. `None` where
/// there is no number in it.
pub fn continued(name: &str, k: u32) -> Option<String> {
    let chars: Vec<char> = name.chars().collect();
    let is_digit = |c: &char| c.is_ascii_digit() || ('０'..='９').contains(c);
    let end = chars.iter().rposition(is_digit)? + 1;
    let start = chars[..end].iter().rposition(|c| !is_digit(c)).map_or(0, |i| i + 1);
    let wide = ('０'..='９').contains(&chars[start]);
    let plain: String = chars[start..end]
        .iter()
        .filter_map(|c| if c.is_ascii_digit() { Some(*c) } else { char::from_u32(*c as u32 - 0xFEE0) })
        .collect();
    let next = plain.parse::<u64>().ok()?.checked_add(u64::from(k))?;
    // 01 goes on as 02.
    let width = if plain.starts_with('0') && plain.len() > 1 { plain.len() } else { 1 };
    let mut figures = format!("{next:0width$}");
    if wide {
        figures = figures.chars().filter_map(|c| char::from_u32(c as u32 + 0xFEE0)).collect();
    }
    let text = |part: &[char]| part.iter().collect::<String>();
    Some(format!("{}{figures}{}", text(&chars[..start]), text(&chars[end..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for text in [
            "3号楼",
            "3幢",
            "3#",
            "3",
            "３",
            "３号楼",
            "3 栋",
            "三号楼",
            "三",
            "03",
            "第3栋",
            "#3",
            "3＃",
            "3#楼",
            "3座",
            "003号",
        ] {
            assert_eq!(number_of(text, "").as_deref(), Some("3"), "{text}");
        }
        assert_eq!(number_of("和平里3号楼", "和平里").as_deref(), Some("3"));
        assert_eq!(number_of("和平里 ３幢", "和平里").as_deref(), Some("3"));
        for (text, want) in [
            ("甲楼", "甲"),
            ("甲", "甲"),
            ("A座", "A"),
            ("a 座", "A"),
            ("3甲", "3甲"),
            ("3号楼甲", "3甲"),
            ("３号楼乙", "3乙"),
            ("12A幢", "12A"),
            ("3-2", "3-2"),
            ("十二号楼", "12"),
            ("二十幢", "20"),
            ("一百零三", "103"),
            ("10号楼", "10"),
            ("B1", "B1"),
        ] {
            assert_eq!(number_of(text, "").as_deref(), Some(want), "{text}");
        }
        assert_ne!(number_of("3甲", ""), number_of("3乙", ""));
        for text in ["", "号楼", "  ", "楼"] {
            assert_eq!(number_of(text, ""), None, "{text}");
        }
    }

    #[test]
    fn names_go_on_with_the_last_number_in_them() {
        for (name, k, want) in [
            ("1号楼", 1, "2号楼"),
            ("9号楼", 3, "12号楼"),
            ("２幢", 1, "３幢"),
            ("09#", 1, "10#"),
            ("01", 1, "02"),
            ("和平里2区3号楼", 2, "和平里2区5号楼"),
            ("7", 1, "8"),
        ] {
            assert_eq!(continued(name, k).as_deref(), Some(want), "{name}");
        }
        assert_eq!(continued("甲楼", 1), None);
        assert_eq!(continued("", 1), None);
    }
}
