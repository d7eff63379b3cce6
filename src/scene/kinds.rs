//! From the words of sources (OpenStreetMap, its extracts, office tables) to what is drawn.

use super::list::{Facility, FillClass, LineClass, Stack, Tone};

/// What a building is drawn as, from its use (the model's `use`: residential, commercial, office, school, public,
/// industrial, other). Unknown use counts as a dwelling. `cell` is the tone of its cell, `None` outside all cells.
pub fn building_class(use_: &str, cell: Option<Tone>) -> FillClass {
    match use_ {
        "commercial" | "office" | "industrial" => FillClass::Commercial,
        "school" | "public" => FillClass::Public,
        "other" => FillClass::OtherBuilding,
        _ => cell.map_or(FillClass::DwellingOutside, FillClass::Dwelling),
    }
}

/// What a road, path or track is drawn as, from its kind; a kind of two words ("major_road/primary") counts by the
/// last. `None` if it is not drawn (steps of a platform, a proposed road …). Unknown kinds are lanes.
pub fn road_class(kind: &str) -> Option<LineClass> {
    let last = kind.rsplit(['/', ':', '.']).next().unwrap_or(kind).trim();
    let base = last.strip_suffix("_link").unwrap_or(last);
    Some(match base {
        "motorway" | "trunk" | "primary" | "major_road" | "highway" | "快速路" | "主干路" | "主干道" => {
            LineClass::Arterial
        }
        "secondary" | "次干路" | "次干道" => LineClass::Secondary,
        "tertiary" | "支路" => LineClass::Tertiary,
        "residential" | "unclassified" | "living_street" | "minor_road" | "road" | "街道" | "街" | "居住区道路" => {
            LineClass::Street
        }
        "path" | "footway" | "pedestrian" | "cycleway" | "steps" | "bridleway" | "pier" | "track" | "小径" | "步道" => {
            LineClass::Path
        }
        "subway" | "metro" | "地铁" => LineClass::Metro,
        "rail" | "light_rail" | "tram" | "funicular" | "monorail" | "narrow_gauge" | "铁路" | "轨道" => {
            LineClass::Rail
        }
        "ferry" | "轮渡" => LineClass::Ferry,
        "tunnel" | "隧道" => LineClass::Tunnel,
        "proposed" | "construction" | "abandoned" | "platform" | "corridor" => return None,
        _ => LineClass::Lane,
    })
}

/// What the border of a level is drawn as, from the level's name (街道, 社区, 网格, 微网格) or, for other names, from
/// how many levels lie between it and the cells. Where levels coincide the caller draws the highest only.
pub fn border_class(name: &str, level: u8, cell_level: u8) -> LineClass {
    let has = |words: &[&str]| words.iter().any(|w| name.contains(w));
    if has(&["微"]) {
        LineClass::MicroCell
    } else if has(&["街道", "镇", "乡"]) {
        LineClass::Subdistrict
    } else if has(&["社区", "村", "居"]) {
        LineClass::Community
    } else if has(&["网格"]) || level >= cell_level {
        LineClass::Cell
    } else if cell_level - level == 1 {
        LineClass::Community
    } else {
        LineClass::Subdistrict
    }
}

/// Where a line stands in the drawing order.
pub fn line_stack(class: LineClass) -> Stack {
    use LineClass::*;
    match class {
        Ferry => Stack::Water,
        Path => Stack::Paths,
        Lane | Street | Tertiary | Secondary | Arterial | Tunnel => Stack::Roads,
        Rail | Metro => Stack::Rail,
        Courtyard | Wall => Stack::Courtyards,
        ChangedOut | ChangedIn => Stack::Changed,
        Refused | Tether | Sketch | RadiusRing => Stack::Handles,
        _ => Stack::Borders,
    }
}

/// What a piece of land is drawn as, and where in the drawing order; `None` if it looks like paper.
pub fn ground_class(kind: &str) -> Option<(Stack, FillClass)> {
    Some(match kind {
        "residential" | "居住" | "居住用地" => (Stack::LandUse, FillClass::ResidentialGround),
        "park" | "garden" | "grass" | "forest" | "wood" | "natural_wood" | "meadow" | "recreation_ground" | "scrub"
        | "village_green" | "cemetery" | "golf_course" | "farmland" | "绿地" | "公园" | "公园绿地" | "林地" => {
            (Stack::Green, FillClass::Green)
        }
        "pitch" | "track" | "playground" | "stadium" | "球场" | "运动场" => (Stack::Green, FillClass::Pitch),
        "water" | "river" | "riverbank" | "lake" | "basin" | "dock" | "reservoir" | "canal" | "水系" | "水域" => {
            (Stack::Water, FillClass::Water)
        }
        "pedestrian" | "footway" | "pier" | "bridge" | "square" | "plaza" | "广场" | "道路用地" => {
            (Stack::LandUse, FillClass::RoadArea)
        }
        _ => return None,
    })
}

/// Which plate a facility wears, from its kind in English or by the words of its Chinese kind or name.
pub fn facility_kind(kind: &str) -> Facility {
    let has = |words: &[&str]| words.iter().any(|w| kind.contains(w));
    if has(&["党群", "党建", "服务站", "居委", "party", "community_centre", "townhall"]) {
        Facility::Party
    } else if has(&["议事", "活动室", "hall", "meeting"]) {
        Facility::Hall
    } else if has(&["警", "派出所", "police"]) {
        Facility::Police
    } else if has(&["卫生", "医院", "诊所", "health", "hospital", "clinic", "doctors", "pharmacy"]) {
        Facility::Health
    } else if has(&["消防", "fire"]) {
        Facility::Fire
    } else if has(&["充电", "charging"]) {
        Facility::Charging
    } else {
        Facility::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_words_become_classes() {
        assert_eq!(road_class("major_road/primary_link"), Some(LineClass::Arterial));
        assert_eq!(road_class("residential"), Some(LineClass::Street));
        assert_eq!(road_class("支路"), Some(LineClass::Tertiary));
        assert_eq!(road_class("service"), Some(LineClass::Lane));
        assert_eq!(road_class("proposed"), None);
        assert_eq!(building_class("", Some(Tone::a(2))), FillClass::Dwelling(Tone::a(2)));
        assert_eq!(building_class("residential", None), FillClass::DwellingOutside);
        assert_eq!(building_class("office", Some(Tone::a(2))), FillClass::Commercial);
        assert_eq!(ground_class("park"), Some((Stack::Green, FillClass::Green)));
        assert_eq!(ground_class("parking"), None);
        assert_eq!(facility_kind("梅园党群服务站"), Facility::Party);
        assert_eq!(facility_kind("微型消防站"), Facility::Fire);
        let levels = ["街道", "社区", "网格", "微网格"];
        let classes: Vec<LineClass> = (0..4u8).map(|i| border_class(levels[i as usize], i, 2)).collect();
        assert_eq!(classes, [LineClass::Subdistrict, LineClass::Community, LineClass::Cell, LineClass::MicroCell]);
        assert_eq!(border_class("片区", 0, 1), LineClass::Community);
        assert_eq!(facility_kind("cafe"), Facility::Other);
        // A class that is drawn in a stack is one whose style exists at some scale.
        for class in [LineClass::Ferry, LineClass::Tunnel, LineClass::Rail, LineClass::Wall] {
            let sheet = crate::scene::StyleSheet::new(crate::scene::Theme::Light, 1000.0);
            assert!(sheet.resolve_line(class).is_some(), "{:?} in {:?}", class, line_stack(class));
        }
    }
}
