//! The use of a building from what its source says, and the households estimated from it.

use crate::model::Rules;

/// Words of sources and the use they stand for; English words must match whole, the table in `docs/IMPORT.md` shows them.
const WORDS: [(&str, &[&str]); 7] = [
    (
        "residential",
        &[
            "residential",
            "apartments",
            "apartment",
            "house",
            "detached",
            "semidetached_house",
            "terrace",
            "bungalow",
            "dormitory",
            "farm",
            "static_caravan",
            "houseboat",
            "cabin",
            "hut",
            "villa",
        ],
    ),
    (
        "commercial",
        &[
            "commercial",
            "retail",
            "shop",
            "mall",
            "supermarket",
            "kiosk",
            "hotel",
            "restaurant",
            "bank",
            "market",
            "department_store",
            "convenience",
            "cinema",
            "guest_house",
            "hostel",
        ],
    ),
    ("office", &["office", "offices"]),
    ("school", &["school", "kindergarten", "college", "university"]),
    (
        "public",
        &[
            "public",
            "civic",
            "hospital",
            "clinic",
            "government",
            "place_of_worship",
            "church",
            "temple",
            "mosque",
            "cathedral",
            "chapel",
            "train_station",
            "transportation",
            "stadium",
            "museum",
            "library",
            "theatre",
            "arts_centre",
            "embassy",
            "fire_station",
            "police",
            "community_centre",
            "townhall",
            "toilets",
            "sports_hall",
        ],
    ),
    ("industrial", &["industrial", "warehouse", "factory", "manufacture", "works", "storage_tank"]),
    (
        "other",
        &[
            "other",
            "garage",
            "garages",
            "parking",
            "shed",
            "roof",
            "carport",
            "construction",
            "ruins",
            "service",
            "greenhouse",
            "farm_auxiliary",
            "barn",
            "stable",
            "communications_tower",
            "attraction",
            "tower",
            "bridge",
            "building_part",
            "transformer_tower",
        ],
    ),
];

/// Chinese words, found anywhere in the text; the first that is found counts.
const CHINESE: [(&str, &str); 41] = [
    ("商住", "residential"),
    ("住宅", "residential"),
    ("居住", "residential"),
    ("居民", "residential"),
    ("公寓", "residential"),
    ("宿舍", "residential"),
    ("住房", "residential"),
    ("民房", "residential"),
    ("自建房", "residential"),
    ("别墅", "residential"),
    ("学校", "school"),
    ("幼儿园", "school"),
    ("教学", "school"),
    ("教育", "school"),
    ("大学", "school"),
    ("中学", "school"),
    ("小学", "school"),
    ("办公", "office"),
    ("写字楼", "office"),
    ("商务", "office"),
    ("商业", "commercial"),
    ("商铺", "commercial"),
    ("商场", "commercial"),
    ("商店", "commercial"),
    ("酒店", "commercial"),
    ("宾馆", "commercial"),
    ("超市", "commercial"),
    ("市场", "commercial"),
    ("餐饮", "commercial"),
    ("工业", "industrial"),
    ("厂房", "industrial"),
    ("仓库", "industrial"),
    ("仓储", "industrial"),
    ("车库", "other"),
    ("车棚", "other"),
    ("配电", "other"),
    ("在建", "other"),
    ("附属", "other"),
    ("其他", "other"),
    ("医院", "public"),
    ("公共", "public"),
];

/// More Chinese words of public buildings.
const CHINESE_PUBLIC: [&str; 8] = ["政府", "机关", "体育", "文化", "公建", "寺", "教堂", "车站"];

/// The use that a source's word stands for: residential, commercial, office, school, public, industrial or other;
/// `None` if it says nothing of the use ("building", "yes", an unknown word).
pub fn use_of(text: &str) -> Option<&'static str> {
    let t = text.trim().to_lowercase().replace([' ', '-'], "_");
    if let Some((name, _)) = WORDS.iter().find(|(_, words)| words.contains(&t.as_str())) {
        return Some(name);
    }
    if t.is_ascii() {
        return None;
    }
    let chinese = CHINESE.iter().find(|(word, _)| t.contains(word)).map(|(_, name)| *name);
    chinese.or_else(|| CHINESE_PUBLIC.iter().any(|w| t.contains(w)).then_some("public"))
}

/// Households of a building of which none are known (`contract.md`): max(1, round(footprint m² × storeys × dwelling share
/// / m² a household)) for residential or unknown use; 0 for other uses and for footprints under the least dwelling.
/// Storeys where unknown: max(1, round(height / storey height)), else the rules' default.
pub fn estimate_households(
    rules: &Rules,
    footprint_m2: f64,
    use_: Option<&str>,
    storeys: Option<u32>,
    height_m: Option<f64>,
) -> u32 {
    if use_.is_some_and(|u| u != "residential") || footprint_m2 < rules.dwelling_min_m2 {
        return 0;
    }
    let storeys = match (storeys, height_m) {
        (Some(n), _) => f64::from(n),
        (None, Some(h)) => (h / rules.storey_m).round().max(1.0),
        (None, None) => f64::from(rules.storeys_default),
    };
    // A cast of a float saturates, so no file makes this overflow.
    ((footprint_m2 * storeys * rules.dwelling_share / rules.household_m2).round() as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_are_read_from_english_and_chinese_words() {
        for (text, want) in [
            ("apartments", Some("residential")),
            ("Residential", Some("residential")),
            ("place of worship", Some("public")),
            ("多层住宅", Some("residential")),
            ("商业服务用房", Some("commercial")),
            ("building", None),
            ("yes", None),
            ("未知", None),
            ("", None),
        ] {
            assert_eq!(use_of(text), want, "{text}");
        }
        let ours = ["residential", "commercial", "office", "school", "public", "industrial", "other"];
        assert!(ours.iter().all(|u| use_of(u) == Some(u)));
    }

    #[test]
    fn households_follow_the_formula() {
        let r = Rules::default();
        // 600 m² × 6 storeys × 0.8 / 90 = 32.
        assert_eq!(estimate_households(&r, 600.0, None, None, None), 32);
        assert_eq!(estimate_households(&r, 600.0, Some("residential"), Some(18), Some(3.0)), 96);
        assert_eq!(estimate_households(&r, 600.0, None, None, Some(10.0)), 16);
        assert_eq!(estimate_households(&r, 600.0, None, None, Some(1.0)), 5);
        assert_eq!(estimate_households(&r, 20.0, None, Some(1), None), 1);
        assert_eq!(estimate_households(&r, 19.99, None, Some(30), None), 0);
        assert_eq!(estimate_households(&r, 600.0, Some("office"), Some(30), None), 0);
        assert_eq!(estimate_households(&r, 1e300, None, Some(9), None), u32::MAX);
    }
}
