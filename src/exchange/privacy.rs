//! The guard over what a project never holds.
//!
//! Columns are refused by their header, or where five per cent or more of their values are mobile numbers; single values
//! by their shape: an identity number with a valid check digit, a bank card, a passport. No value that was refused is ever
//! repeated in a message.

use super::columns::plain;

/// Parts of headers (in `plain` form) that no kind may hold.
const NEVER: [&str; 30] = [
    "身份证",
    "证件号",
    "证件编号",
    "护照",
    "银行卡",
    "民族",
    "宗教",
    "信仰",
    "出生",
    "生日",
    "病史",
    "病情",
    "健康",
    "户籍地",
    "家庭成员",
    "家庭关系",
    "人脸",
    "照片",
    "信访人",
    "idcard",
    "idnumber",
    "identitynumber",
    "identitycard",
    "passport",
    "bankcard",
    "birthdate",
    "dateofbirth",
    "birthday",
    "ethnic",
    "religion",
];

/// Parts of headers that name a person; refused on everything that is read here, as all of it is places and incidents.
const PERSON: [&str; 22] = [
    "姓名",
    "户主",
    "产权人",
    "承租人",
    "联系人",
    "业主姓名",
    "房主",
    "租户",
    "租客",
    "报案人",
    "报告人",
    "举报人",
    "投诉人",
    "反映人",
    "当事人",
    "居民姓名",
    "法人",
    "负责人",
    "手机",
    "ownername",
    "tenant",
    "reportername",
];

/// Headers (whole, in `plain` form) that name a person.
const PERSON_WHOLE: [&str; 10] =
    ["业主", "owner", "contact", "reporter", "phone", "mobile", "联系电话", "电话", "电话号码", "dob"];

/// Whether a column may not be imported because of its header.
pub(super) fn refused_header(header: &str) -> bool {
    let p = plain(header);
    NEVER.iter().chain(&PERSON).any(|w| p.contains(w)) || PERSON_WHOLE.contains(&p.as_str())
}

/// Why a value may not be imported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Private {
    IdentityNumber,
    BankCard,
    Passport,
}

impl Private {
    pub(super) fn kind(self) -> &'static str {
        match self {
            Private::IdentityNumber => "identity_number",
            Private::BankCard => "bank_card",
            Private::Passport => "passport",
        }
    }
    pub(super) fn zh(self) -> &'static str {
        match self {
            Private::IdentityNumber => "身份证号",
            Private::BankCard => "银行卡号",
            Private::Passport => "护照号",
        }
    }
    pub(super) fn en(self) -> &'static str {
        match self {
            Private::IdentityNumber => "an identity number",
            Private::BankCard => "a bank card number",
            Private::Passport => "a passport number",
        }
    }
}

/// Whether a text holds a number that stands for a person. A code may look like a bank card or passport by chance (codes
/// of Gansu begin with 62), so of codes only identity numbers are refused.
pub(super) fn private_value(text: &str, is_code: bool) -> Option<Private> {
    // Nearly every text has no run of digits long enough.
    if text.bytes().filter(u8::is_ascii_digit).count() < 7 {
        return None;
    }
    let bytes: Vec<char> = text.chars().collect();
    let mut i = 0;
    while i < bytes.len() {
        if !bytes[i].is_ascii_digit() {
            i += 1;
            continue;
        }
        let start = i;
        while i < bytes.len() && bytes[i].is_ascii_digit() {
            i += 1;
        }
        let digits: Vec<u32> = bytes[start..i].iter().filter_map(|c| c.to_digit(10)).collect();
        let x = i < bytes.len() && matches!(bytes[i], 'X' | 'x');
        if identity_number(&digits, x) {
            return Some(Private::IdentityNumber);
        }
        if !is_code {
            if bank_card(&digits) {
                return Some(Private::BankCard);
            }
            // A Chinese passport: E or G and eight digits, or E, a letter and seven digits; alone in its cell.
            let before: String = bytes[..start].iter().collect::<String>().trim().to_ascii_uppercase();
            let alone = i == bytes.len();
            let letters = before.len() == 1 && matches!(before.as_str(), "E" | "G") && digits.len() == 8
                || before.len() == 2 && before.starts_with('E') && before.is_ascii() && digits.len() == 7;
            if alone && letters {
                return Some(Private::Passport);
            }
        }
    }
    None
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
    let born = (1880..=2100).contains(&y) && crate::model::Date::parse(&format!("{y:04}-{m:02}-{d:02}")).is_ok();
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

/// Whether a text holds a Chinese mobile number, standing for itself.
fn mobile(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit() && c != '-').any(|part| {
        let d: String = part.chars().filter(char::is_ascii_digit).collect();
        let d = if d.len() == 13 { d.strip_prefix("86").unwrap_or(&d) } else { &d };
        d.len() == 11 && d.starts_with('1') && !matches!(d.as_bytes().get(1), Some(b'0'..=b'2'))
    })
}

/// Whether five per cent or more of a column's values hold mobile numbers.
pub(super) fn mobile_column<'a>(values: impl IntoIterator<Item = &'a str>) -> bool {
    let (mut all, mut mobiles) = (0usize, 0usize);
    for v in values {
        all += 1;
        mobiles += usize::from(mobile(v));
    }
    mobiles > 0 && mobiles * 20 >= all
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

    #[test]
    fn headers_that_name_people_are_refused() {
        for h in [
            "身份证号",
            "户主姓名",
            "联系人",
            "ID Card",
            "民族",
            "出生日期",
            "Owner",
            "手机号码",
            "date_of_birth",
            "产权人",
        ] {
            assert!(refused_header(h), "{h}");
        }
        for h in ["名称", "name", "户数", "人口", "层数", "owner_type", "用途", "address", "Contact Type", "location"]
        {
            assert!(!refused_header(h), "{h}");
        }
    }

    #[test]
    fn identity_numbers_are_known_by_their_check_digit() {
        let good = identity("11010519491231002");
        assert!(good.ends_with('X'), "the example of GB 11643");
        for text in
            [good.clone(), good.to_lowercase(), format!("张三 {good}，三楼"), identity("32050019800229123").clone()]
        {
            let leap = text.contains("19800229");
            assert_eq!(private_value(&text, false), Some(Private::IdentityNumber), "{leap}");
            assert_eq!(private_value(&text, true), Some(Private::IdentityNumber));
        }
        // A wrong check digit, a day that does not exist, and a longer number are none.
        let mut wrong = good.clone();
        wrong.replace_range(16..17, "3");
        assert_eq!(private_value(&wrong, false), None);
        assert_eq!(private_value(&identity("11010519490231002"), false), None);
        assert_eq!(private_value(&format!("9{good}"), false), None);
    }

    #[test]
    fn cards_and_passports_are_refused_but_not_in_codes() {
        // The test number that card schemes publish.
        assert_eq!(private_value("4111111111111111", false), Some(Private::BankCard));
        assert_eq!(private_value("4111111111111112", false), None);
        assert_eq!(private_value("4111111111111111", true), None);
        assert_eq!(private_value("E12345678", false), Some(Private::Passport));
        assert_eq!(private_value("EA1234567", false), Some(Private::Passport));
        for harmless in
            ["滨江大道2727号", "10032.0", "1021160033", "G1234567 出口", "B000001", "620102001001001", "2018-07-01"]
        {
            assert_eq!(private_value(harmless, false), None, "{harmless}");
        }
    }

    #[test]
    fn a_column_of_mobile_numbers_is_seen() {
        let phones = ["13800000000", "+86 139-0000-0000", "王 15000000000"];
        assert!(mobile_column(phones));
        assert!(mobile_column(std::iter::repeat_n("无", 19).chain(["13800000000"])));
        assert!(!mobile_column(std::iter::repeat_n("无", 20).chain(["13800000000"])));
        assert!(!mobile_column(["1530419405", "11010519491231", "021-12345678", "12800000000"]));
        assert!(!mobile_column([]));
    }
}
