//! Numbers that stand for a person, known by their shape in any text.
//!
//! Looked for as people write them: with blanks, hyphens or dots between the digits, in full-width digits, with
//! invisible characters in between.

use super::text::is_invisible;

/// What number stands in a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Private {
    /// 居民身份证号
    IdentityNumber,
    /// 银行卡号
    BankCard,
    /// 护照号
    Passport,
    /// 手机号
    Mobile,
}

impl Private {
    /// A fixed English word.
    pub fn kind(self) -> &'static str {
        match self {
            Private::IdentityNumber => "identity_number",
            Private::BankCard => "bank_card",
            Private::Passport => "passport",
            Private::Mobile => "mobile",
        }
    }
    /// In Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Private::IdentityNumber => "身份证号",
            Private::BankCard => "银行卡号",
            Private::Passport => "护照号",
            Private::Mobile => "手机号",
        }
    }
    /// In English.
    pub fn en(self) -> &'static str {
        match self {
            Private::IdentityNumber => "an identity number",
            Private::BankCard => "a bank card number",
            Private::Passport => "a passport number",
            Private::Mobile => "a mobile number",
        }
    }
}

/// A group of digits as it stands in a text.
struct Group {
    digits: Vec<u32>,
    /// What separates it from the group before, if only separators do.
    after: Option<String>,
    /// Whether an X stands directly behind it, blanks and hyphens aside.
    x: bool,
}

/// Full-width letters and digits as plain ones; invisible characters left out.
fn plain(text: &str) -> Vec<char> {
    let narrow = |c: char| match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        c => c,
    };
    text.chars().filter(|c| !is_invisible(*c) || c.is_whitespace()).map(narrow).collect()
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || "-‐‑‒–—−－_.．·•・".contains(c)
}

/// What stands between the groups of a phone besides. Of other numbers it makes lists and document numbers.
fn is_in_phones(c: char) -> bool {
    is_separator(c) || "()（）[]【】/／,，+＋".contains(c)
}

/// Separators between two groups of one number at most.
const APART: usize = 3;

fn groups(text: &[char], separates: fn(char) -> bool) -> Vec<Group> {
    let mut out: Vec<Group> = Vec::new();
    let (mut i, mut between) = (0, None);
    while i < text.len() {
        if !text[i].is_ascii_digit() {
            between = between.filter(|b: &String| separates(text[i]) && b.chars().count() < APART);
            if let Some(b) = &mut between {
                b.push(text[i]);
            }
            i += 1;
            continue;
        }
        let start = i;
        while i < text.len() && text[i].is_ascii_digit() {
            i += 1;
        }
        let behind = text[i..].iter().take(APART + 1).find(|c| !is_separator(**c));
        out.push(Group {
            digits: text[start..i].iter().filter_map(|c| c.to_digit(10)).collect(),
            after: between.take(),
            x: matches!(behind, Some('X' | 'x')),
        });
        between = Some(String::new());
    }
    out
}

/// Numbers made of groups that follow each other: groups, the separators between them, the digits, whether X follows.
fn numbers(groups: &[Group]) -> impl Iterator<Item = (Vec<usize>, String, Vec<u32>, bool)> {
    (0..groups.len()).flat_map(move |i| {
        let (mut sizes, mut between, mut digits) = (Vec::new(), String::new(), Vec::new());
        groups[i..].iter().map_while(move |g| {
            if !sizes.is_empty() {
                between.push_str(g.after.as_deref()?);
            }
            sizes.push(g.digits.len());
            digits.extend_from_slice(&g.digits);
            // One dot alone is that of a decimal number.
            let decimal = [".", "．", ",", "，"].contains(&between.as_str());
            let number = if decimal { Vec::new() } else { digits.clone() };
            (digits.len() <= 19).then(|| (sizes.clone(), between.clone(), number, g.x))
        })
    })
}

/// Whether a text holds an identity number, a bank card or a passport. A code may look like a bank card or passport by
/// chance (codes of Gansu begin with 62), so of codes only identity numbers are told. O(text).
pub fn private_value(text: &str, is_code: bool) -> Option<Private> {
    // Nearly every text has fewer digits.
    if digits_of(text) < 7 {
        return None;
    }
    let text = plain(text);
    let groups = groups(&text, is_separator);
    for (sizes, _, digits, x) in numbers(&groups) {
        if identity_number(&digits, x) {
            return Some(Private::IdentityNumber);
        }
        let in_fours = sizes.split_last().is_some_and(|(_, front)| front.iter().all(|n| *n == 4));
        if !is_code && in_fours && bank_card(&digits) {
            return Some(Private::BankCard);
        }
    }
    (!is_code && passport(&text)).then_some(Private::Passport)
}

/// Whether a text holds a Chinese mobile number, standing for itself, in one or in groups as phones are written; also
/// behind 0, 86 or 0086. O(text).
pub fn has_mobile(text: &str) -> bool {
    if digits_of(text) < 11 {
        return false;
    }
    let groups = groups(&plain(text), is_in_phones);
    numbers(&groups).any(|(sizes, between, digits, _)| {
        [&[][..], &[0], &[8, 6], &[0, 0, 8, 6]].iter().any(|prefix| {
            let mobile = digits.strip_prefix(*prefix).is_some_and(|d| d.len() == 11 && matches!(d, [1, 3..=9, ..]));
            mobile && written_as_mobile(&sizes, &between, prefix.len())
        })
    })
}

/// Whether eleven digits behind a prefix stand in groups as those of a mobile number do.
fn written_as_mobile(sizes: &[usize], between: &str, prefix: usize) -> bool {
    const WRITTEN: [&[usize]; 6] = [&[11], &[3, 4, 4], &[3, 8], &[7, 4], &[3, 3, 5], &[1; 11]];
    // A prefix is written together with the first group or apart from it; apart, the rest was looked at for itself.
    let Some((first, rest)) = sizes.split_first() else { return false };
    if *first <= prefix && prefix > 0 {
        return false;
    }
    let sizes: Vec<usize> = std::iter::once(first - prefix).chain(rest.iter().copied()).collect();
    let has = |set: &str| between.contains(|c| set.contains(c));
    if has("(（[【+＋") {
        // Years in the numbers of documents stand so.
        return false;
    }
    if has(")）]】/／,，") {
        // Commas make lists (with a blank) and coordinates (with a dot); the one way in which phones are written only.
        let commas = has(",，") && (between.contains(char::is_whitespace) || has(".．"));
        let bracket = sizes == [3, 8] && has(")）]】");
        return !commas && (sizes == [3, 4, 4] || bracket);
    }
    if prefix > 0 {
        return sizes == [11] || sizes == [3, 4, 4];
    }
    WRITTEN.contains(&&sizes[..]) || between.chars().all(char::is_whitespace) && sizes == [4, 4, 3]
}

/// The name of a file as it may be kept: one with a person's number in it loses all but its ending. O(name).
pub fn file_name_kept(name: &str) -> String {
    let found = |text: &str| private_value(text, false).is_some() || has_mobile(text);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    // A passport is told only where it stands alone.
    if !found(name) && !found(stem) {
        return name.to_owned();
    }
    match ending {
        e if (1..=8).contains(&e.len()) && e.bytes().all(|b| b.is_ascii_alphanumeric()) => format!("文件.{e}"),
        _ => "文件".to_owned(),
    }
}

fn digits_of(text: &str) -> usize {
    text.chars().filter(|c| c.is_ascii_digit() || ('０'..='９').contains(c)).count()
}

/// A Chinese passport: E or G and eight digits, or E, a letter and seven digits; alone in its cell.
fn passport(text: &[char]) -> bool {
    let all: Vec<char> = text.iter().filter(|c| !is_separator(**c)).map(char::to_ascii_uppercase).collect();
    match &all[..] {
        ['E' | 'G', rest @ ..] if rest.len() == 8 && rest.iter().all(char::is_ascii_digit) => true,
        ['E', letter, rest @ ..] => {
            letter.is_ascii_uppercase() && rest.len() == 7 && rest.iter().all(char::is_ascii_digit)
        }
        _ => false,
    }
}

/// GB 11643: 17 digits and a check digit (ISO 7064, mod 11-2), with a date of birth that exists.
fn identity_number(digits: &[u32], x: bool) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: [u32; 11] = [1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2];
    let check = match (digits, x) {
        (d, _) if d.len() == 18 => d[17],
        (d, true) if d.len() == 17 => 10,
        _ => return false,
    };
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| d * w).sum();
    let number = |from: usize, to: usize| digits[from..to].iter().fold(0, |n, d| n * 10 + d);
    let (y, m, d) = (number(6, 10), number(10, 12), number(12, 14));
    let born = (1880..=2100).contains(&y) && super::Date::parse(&format!("{y:04}-{m:02}-{d:02}")).is_ok();
    born && (11..=91).contains(&number(0, 2)) && CHECK[(sum % 11) as usize] == check
}

/// 16 to 19 digits that begin as UnionPay, Visa or Mastercard cards do and satisfy Luhn's check (ISO/IEC 7812).
fn bank_card(digits: &[u32]) -> bool {
    if !(16..=19).contains(&digits.len()) {
        return false;
    }
    let begins = matches!(digits, [6, 2, ..] | [4, ..] | [5, 1..=5, ..]);
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, &d)| {
            if i % 2 == 0 {
                d
            } else if d > 4 {
                2 * d - 9
            } else {
                2 * d
            }
        })
        .sum();
    begins && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made from the rule itself, so that no real number stands here.
    fn identity(front: &str) -> String {
        let d: Vec<u32> = front.chars().filter_map(|c| c.to_digit(10)).collect();
        let w = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 = d.iter().zip(w).map(|(a, b)| a * b).sum();
        format!("{front}{}", ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][(sum % 11) as usize])
    }

    fn wide(text: &str) -> String {
        let c = |c: char| if c.is_ascii_alphanumeric() { char::from_u32(c as u32 + 0xFEE0).unwrap() } else { c };
        text.chars().map(c).collect()
    }

    /// With separators after the digits numbered.
    fn cut(text: &str, at: &[usize], by: &str) -> String {
        text.chars()
            .enumerate()
            .map(|(i, c)| if at.contains(&i) { format!("{by}{c}") } else { c.to_string() })
            .collect()
    }

    #[test]
    fn numbers_of_persons_are_found_however_they_are_written() {
        let id = identity("11010519491231002");
        assert!(id.ends_with('X'), "the example of GB 11643");
        let other = identity("32050019800229123");
        for text in [
            id.clone(),
            id.to_lowercase(),
            other.clone(),
            format!("张三 {id}，三楼"),
            format!("身份证{other}号"),
            wide(&id),
            wide(&other),
            cut(&id, &[6, 14], " "),
            cut(&id, &[6, 14], "-"),
            cut(&id, &[6, 14, 17], " "),
            cut(&other, &[6, 10, 12, 14], "."),
            cut(&other, &[6, 14], "\u{3000}"),
            cut(&other, &[6, 14], "－"),
            cut(&other, &[4, 8, 12, 16], " "),
            cut(&other, &[9], "\u{200b}"),
            cut(&wide(&other), &[6, 14], " · "),
            format!("3 号楼 {}", cut(&other, &[6, 14], " ")),
            (0..17).fold(id.clone(), |t, i| cut(&t, &[2 * i + 1], " ")),
        ] {
            assert_eq!(private_value(&text, false), Some(Private::IdentityNumber), "{text}");
            assert_eq!(private_value(&text, true), Some(Private::IdentityNumber), "{text}");
        }
        // The test number that card schemes publish.
        for text in
            ["4111111111111111", "4111 1111 1111 1111", "卡号4111-1111-1111-1111", "４１１１１１１１１１１１１１１１"]
        {
            assert_eq!(private_value(text, false), Some(Private::BankCard), "{text}");
            assert_eq!(private_value(text, true), None, "{text}");
        }
        for text in ["E12345678", "EA1234567", "e1234 5678", "Ｇ12345678"] {
            assert_eq!(private_value(text, false), Some(Private::Passport), "{text}");
        }
        for text in [
            "13800000000",
            "联系 139 1234 5611",
            "139-1234-5611",
            "139.1234.5611",
            "１３９１２３４５６１１",
            "王：139　1234　5611。",
            "+86 139-0000-0000",
            "8613912345611",
            "0086 139 1234 5611",
            "139 12345611",
            "1391 2345 611",
            "1 3 9 1 2 3 4 5 6 1 1",
            "139\u{200b}1234\u{200d}5611",
            "张三139－1234－5611",
            "2栋 15000000000",
            "013912345611",
            "0139 1234 5611",
            "(139)1234-5611",
            "（139）1234－5611",
            "（１３９）１２３４５６１１",
            "139/1234/5611",
            "139／1234／5611",
            "139,1234,5611",
            "139，1234，5611",
            "86139 1234 5611",
            "0086139-1234-5611",
            "+86(139)1234-5611",
            "+86 (0) 13912345611",
            "电话:[139]12345611",
        ] {
            assert!(has_mobile(text), "{text}");
        }
    }

    #[test]
    fn names_of_files_lose_what_stands_for_a_person() {
        for (name, kept) in [
            ("张三13812345678.csv", "文件.csv"),
            ("138-1234-5678.GeoJSON", "文件.GeoJSON"),
            ("a.13812345678", "文件"),
            ("13812345678", "文件"),
            ("E12345678.csv", "文件.csv"),
            ("楼栋 2018-07-01.csv", "楼栋 2018-07-01.csv"),
            ("310115005021006.csv", "310115005021006.csv"),
            ("", ""),
        ] {
            assert_eq!(file_name_kept(name), kept, "{name}");
        }
        assert!(!has_mobile(&file_name_kept("a.13812345678")));
    }

    #[test]
    fn codes_addresses_and_measures_are_no_numbers_of_persons() {
        let id = identity("11010519491231002");
        let mut wrong = id.clone();
        wrong.replace_range(16..17, "3");
        let (longer, no_day) = (format!("9{id}"), identity("11010519490231002"));
        for text in [
            "320102001001001",
            "320102001001001002",
            "310115005021006",
            "620102001001001",
            "B000001",
            "G1234567 出口",
            "滨江大道2727号",
            "南泉北路 1391 弄 12 号 345 室",
            "139弄1234号5611室",
            "15-3-2018-0701",
            "1501-2018-001",
            "13号楼 1-2-301",
            "021-58880216",
            "021-5888-0216",
            "400-820-8820",
            "12345",
            "12345678901",
            "10032.0",
            "1021160033",
            "2018-07-01",
            "2018-07-01 08:05:30",
            "20180701123000",
            "1530419405999",
            "121.4737, 31.2304",
            "139.12345611",
            "1391234.5611",
            "3450000.123 500000.456",
            "110105-1949-12",
            "4111111111111112",
            "6217 0000 0000 0000 3",
            "10.1234.5678.90",
            "第 1 至 39 号、第 1234 至 5611 号",
            "户数 1391，人口 2345，楼栋 611",
            "13812345.678",
            "13812345,678",
            "13812345.678, 3450000.123",
            "500000.139,3450000.123",
            "121.139,31.1234",
            "139,12345611",
            "139.1234,5611",
            "139, 1234, 5611",
            "1,3,9,1,2,3,4,5,6,1,1",
            "沪环（2018）0012号、京130〔2018〕0012号",
            "130(2018)0012",
            "1501020/0301",
            "150/20180701",
            "01502018/0701",
            "3101150050210061234",
            "1391234561112345678",
            "0391-1234561",
            "0139123456",
            "00139123456112",
            "8613912345",
            "15-3-2018-0701-2",
            "1501022018001",
            "150102201800",
            "B1-1391-23-4561",
            "13/14/15/16/17/18",
            "（13）（14）（1501）",
            &wrong,
            &longer,
            &no_day,
        ] {
            assert_eq!(private_value(text, false), None, "{text}");
            assert!(!has_mobile(text), "{text}");
        }
    }
}
