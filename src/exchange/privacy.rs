//! The guard over what a project never holds.
//!
//! Columns are refused by their header, or where five per cent or more of their values are mobile numbers; single values
//! by their shape ([`crate::model::private_value`]). No value that was refused is ever repeated in a message.

use super::columns::plain;
use crate::model::has_mobile;

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

/// Whether five per cent or more of a column's values hold mobile numbers.
pub(super) fn mobile_column<'a>(values: impl IntoIterator<Item = &'a str>) -> bool {
    let (mut all, mut mobiles) = (0usize, 0usize);
    for v in values {
        all += 1;
        mobiles += usize::from(has_mobile(v));
    }
    mobiles > 0 && mobiles * 20 >= all
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_column_of_mobile_numbers_is_seen() {
        let phones =
            ["13800000000", "+86 139-0000-0000", "王 15000000000", "联系 139 1234 5611", "１３９１２３４５６１１"];
        assert!(mobile_column(phones));
        assert!(mobile_column(std::iter::repeat_n("无", 19).chain(["13800000000"])));
        assert!(!mobile_column(std::iter::repeat_n("无", 20).chain(["13800000000"])));
        assert!(!mobile_column(["1530419405", "11010519491231", "021-12345678", "12800000000"]));
        assert!(!mobile_column([]));
    }
}
