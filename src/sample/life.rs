//! What happens in the neighbourhood: facilities, members and their posts, three months of incidents.

use super::fill::Site;
use super::plane::{Dice, V, holds, middle, v};
use super::streets::{Class, fabric};
use super::{SampleCell, SampleMember, SamplePost, text};
use crate::model::{Date, Field, ModelError, Row, Shape, Value};

/// Facilities without a gate of their own: kind, name, place in the fabric frame.
#[rustfmt::skip]
const FACILITIES: &[(&str, &str, (f64, f64))] = &[
    ("党群服务站", "柳塘社区党群服务中心", (-6.0, -193.0)),
    ("党群服务站", "和平里党群服务站", (64.0, 216.0)),
    ("党群服务站", "水岸党群服务站", (228.0, -30.0)),
    ("议事厅", "柳塘议事厅", (-12.0, -190.0)),
    ("议事厅", "和平里议事亭", (2.0, 132.0)),
    ("议事厅", "莲花议事厅", (236.0, -206.0)),
    ("警务室", "柳塘社区警务室", (-118.0, -92.0)),
    ("警务室", "清荷商务区警务站", (6.0, 262.0)),
    ("卫生服务站", "柳塘社区卫生服务站", (160.0, 183.0)),
    ("微型消防站", "枣园微型消防站", (-248.0, 200.0)),
    ("微型消防站", "市场微型消防站", (-84.0, -186.0)),
    ("微型消防站", "莲花微型消防站", (368.0, -204.0)),
    ("地铁站", "东塘路站", (330.0, -449.0)),
    ("地铁站", "梧桐路站", (-78.0, -250.0)),
    ("口袋公园", "柳湾口袋公园", (-152.0, 60.0)),
];

/// Facilities as points; every second gate has a charging shed beside it.
pub(super) fn facilities(site: &Site) -> Result<Vec<Row>, ModelError> {
    let f = fabric();
    let mut points: Vec<(&str, String, V)> =
        FACILITIES.iter().map(|s| (s.0, s.1.to_owned(), f.at(s.2.0, s.2.1))).collect();
    for c in &site.courts {
        let gate = site.gates.iter().copied().min_by(|a, b| to(*a, &c.ring).total_cmp(&to(*b, &c.ring)));
        if let Some(g) = gate.filter(|g| to(*g, &c.ring) < 1.0) {
            let inwards = middle(&c.ring).minus(g).unit();
            let at = g.plus(inwards.times(3.2)).plus(inwards.left().times(5.5));
            points.push(("充电棚", format!("{}充电棚", c.name), at));
        }
    }
    points
        .iter()
        .enumerate()
        .map(|(i, (kind, name, at))| {
            Row::new(&format!("F{:06}", i + 1), name, vec![(Field::Kind, text(*kind))], Shape::Point(at.pt()))
        })
        .collect()
}

fn to(p: V, ring: &[V]) -> f64 {
    super::plane::to_ring(p, ring)
}

pub(super) const SURNAMES: [&str; 26] = [
    "张", "李", "王", "陈", "赵", "周", "吴", "徐", "孙", "朱", "马", "胡", "郭", "林", "何", "高", "梁", "郑", "罗",
    "宋", "谢", "唐", "韩", "曹", "许", "邓",
];

/// Members and their posts: a 网格长 and a 专职网格员 a cell, a 社区民警 for every few; one post is vacant.
pub(super) fn posts(cells: &[SampleCell]) -> Result<(Vec<SampleMember>, Vec<SamplePost>), ModelError> {
    let members: Vec<SampleMember> = SURNAMES
        .iter()
        .enumerate()
        .map(|(i, s)| SampleMember {
            code: format!("M{:03}", i + 1),
            name: format!("{s}某"),
            // Masked like every phone in the product's pictures: no number can be read from it.
            phone: Some(format!("{}****{:04}", ["139", "138", "136", "137", "150"][i % 5], (i * 2_391 + 216) % 10_000)),
        })
        .collect();
    let mut posts: Vec<SamplePost> = Vec::new();
    let mut add = |member: usize, post: &'static str, cell: &SampleCell, from: &str| -> Result<(), ModelError> {
        let Some(m) = members.get(member) else { return Ok(()) };
        let code = format!("P{:03}", posts.len() + 1);
        posts.push(SamplePost {
            code,
            member: m.code.clone(),
            post,
            cell: cell.code.clone(),
            from: Date::parse(from)?,
        });
        Ok(())
    };
    for (i, cell) in cells.iter().enumerate() {
        add(i, "网格长", cell, ["2024-03-01", "2025-01-01", "2023-07-01"][i % 3])?;
        if i != 6 {
            add(10 + i, "专职网格员", cell, ["2025-04-01", "2024-09-01"][i % 2])?;
        }
        add(20 + i / 4, "社区民警", cell, "2024-01-01")?;
        if i % 3 == 0 {
            add(23 + (i / 3) % 3, "网格指导员", cell, "2025-07-01")?;
        }
    }
    Ok((members, posts))
}

/// Class, weight in a thousand, where it happens.
#[rustfmt::skip]
const CLASSES: &[(&str, usize, Where)] = &[
    ("非机动车乱停放", 150, Where::Street), ("占道经营", 120, Where::Market), ("暴露垃圾", 110, Where::Estate),
    ("乱堆物堆料", 90, Where::Estate), ("机动车乱停放", 90, Where::Street), ("店外经营", 70, Where::Market),
    ("噪声扰民", 60, Where::Estate), ("非法小广告", 55, Where::Street), ("道路破损", 45, Where::Street),
    ("油烟污染", 40, Where::Market), ("路灯损坏", 40, Where::Street), ("沿街晾挂", 35, Where::Street),
    ("绿地脏乱", 30, Where::River), ("水域不洁", 25, Where::River), ("道路积水", 15, Where::Street),
    ("邻里纠纷", 25, Where::Nowhere),
];

#[derive(Clone, Copy, PartialEq)]
enum Where {
    Street,
    Market,
    Estate,
    River,
    /// Mediation and help are counted, never put on the map.
    Nowhere,
}

/// Where incidents happen.
pub(super) struct Spots {
    /// Along streets.
    pub streets: Vec<V>,
    /// Where things come back again and again.
    pub hot: Vec<V>,
    /// At markets.
    pub market: Vec<V>,
    /// At the houses of estates.
    pub estates: Vec<V>,
    /// Along water.
    pub river: Vec<V>,
}

/// How many incidents there are, over how many days before `today`, and within which outline.
pub(super) struct Span<'a> {
    pub count: usize,
    pub days: usize,
    pub today: Date,
    pub outline: &'a [V],
}

/// Vertices inside the outline of lines of some classes.
pub(super) fn on(site: &Site, classes: &[Class], outline: &[V]) -> Vec<V> {
    let lines = site.streets.lines.iter().filter(|l| classes.contains(&l.class));
    lines.flat_map(|l| l.pts.iter().copied()).filter(|&p| holds(outline, p)).collect()
}

/// Incidents of the neighbourhood in the 90 days before `today`.
pub(super) fn incidents(site: &mut Site, outline: &[V], today: Date) -> Result<Vec<Row>, ModelError> {
    let f = fabric();
    let spots = Spots {
        streets: on(site, &[Class::Secondary, Class::Tertiary, Class::Street, Class::Lane], outline),
        // Three spots come back again and again: the market, the school gate, the station.
        hot: vec![f.at(-50.0, -178.0), f.at(122.0, -150.0), f.at(-92.0, -232.0)],
        market: vec![f.at(-54.0, -200.0), f.at(-60.0, -176.0), f.at(-20.0, -236.0), f.at(-4.0, -176.0)],
        estates: site.houses.iter().filter(|h| h.courtyard.is_some()).map(super::fill::spot).collect(),
        river: on(site, &[Class::River], outline),
    };
    let span = Span { count: 300, days: 90, today, outline };
    happened(&mut site.dice, &spots, &span)
}

/// Incidents by time; those of mediation, and a few of the hotline, have no place.
pub(super) fn happened(dice: &mut Dice, spots: &Spots, span: &Span) -> Result<Vec<Row>, ModelError> {
    let total: usize = CLASSES.iter().map(|c| c.1).sum();
    let midnight = span.today.days() * 86_400 - 8 * 3600;
    let mut made: Vec<(i64, &str, &str, &str, Shape)> = Vec::new();
    for _ in 0..span.count {
        let mut pick = dice.below(total);
        let (class, _, place) = CLASSES
            .iter()
            .find(|c| {
                let hit = pick < c.1;
                pick = pick.wrapping_sub(if hit { 0 } else { c.1 });
                hit
            })
            .copied()
            .unwrap_or(CLASSES[0]);
        let from: &[V] = match place {
            Where::Street if dice.percent(22) => &spots.hot,
            Where::Street => &spots.streets,
            Where::Market if dice.percent(70) => &spots.market,
            Where::Market => &spots.streets,
            Where::Estate => &spots.estates,
            Where::River => &spots.river,
            Where::Nowhere => &[],
        };
        // The sum of three throws is bell-shaped enough for a scatter of some metres.
        let mut scatter = |r: f64| (0..3).map(|_| dice.between(-r, r)).sum::<f64>();
        let spread = match place {
            _ if from.len() < 10 => 9.0,
            Where::Estate | Where::River => 8.0,
            _ => 3.0,
        };
        let off = v(scatter(spread), scatter(spread));
        let at = from.get(dice.below(from.len())).map(|p| p.plus(off)).filter(|&p| holds(span.outline, p));
        let lost = dice.percent(2);
        let shape = match at {
            Some(p) if !lost => Shape::Point(p.snapped().pt()),
            _ => Shape::None,
        };
        let age = dice.below(span.days * 24 * 60) as i64;
        // Reports come by day: what falls into the night moves to the hours from eight on.
        let mut time = midnight - 60 - age * 60;
        let hour = (time + 8 * 3600).rem_euclid(86_400) / 3600;
        if hour < 7 && dice.percent(85) {
            time += (8 - hour) * 3600 + dice.below(4) as i64 * 3600;
        }
        let time = time.min(midnight - 60);
        let source = ["自主发现", "自主发现", "12345", "居民上报", "上级派单"][dice.below(5)];
        let days = (midnight - time) / 86_400;
        let state = match (days, dice.below(100)) {
            (0..=1, 0..=45) => "上报",
            (0..=3, 0..=70) => "处置",
            (0..=9, 0..=25) => "处置",
            (10.., 0..=2) => "处置",
            _ => "结案",
        };
        made.push((time, class, source, state, shape));
    }
    made.sort_by_key(|m| m.0);
    made.into_iter()
        .enumerate()
        .map(|(i, (time, class, source, state, shape))| {
            let fields = vec![
                (Field::Class, text(class)),
                (Field::Source, text(source)),
                (Field::State, text(state)),
                (Field::Time, Value::Int(time)),
            ];
            Row::new(&format!("I{:06}", i + 1), "", fields, shape)
        })
        .collect()
}
