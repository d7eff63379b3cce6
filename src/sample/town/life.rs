//! What happens in the town: facilities, members and their posts, two months of incidents.

use super::build::Builder;
use super::plan::Plan;
use crate::model::{Date, Field, ModelError, Row, Shape};
use crate::sample::life::{SURNAMES, Span, Spots, happened, on};
use crate::sample::plane::{V, holds, middle, to_ring};
use crate::sample::streets::Class;
use crate::sample::{SampleCell, SampleMember, SamplePost, text};

/// Incidents, and the days before the map's today in which they happened.
const INCIDENTS: usize = 3200;
const DAYS: usize = 61;

/// Every so many gates have a charging shed.
const SHED_EVERY: usize = 3;

/// Facilities: service centres and what else the plots brought, stations a community, sheds at gates, metro stations.
pub(super) fn facilities(b: &Builder, plan: &Plan, metro: &[V]) -> Result<Vec<Row>, ModelError> {
    let mut points = b.spots.clone();
    for (letter, name) in super::names::COMMUNITIES {
        let place = name.trim_end_matches("社区");
        let rings = super::plan::rings(plan.grounds.iter().filter(|g| g.owner == letter && g.cell.is_some()));
        let inside = |p: V| rings.iter().any(|r| holds(r, p));
        // Stations rent a shop; every community has some row of them.
        let shops: Vec<V> = b
            .site
            .houses
            .iter()
            .filter(|h| h.usage == "commercial")
            .map(|h| middle(&h.ring))
            .filter(|&p| inside(p))
            .collect();
        let gates: Vec<V> = b.site.gates.iter().copied().filter(|&p| inside(p)).collect();
        let at = |from: &[V], share: usize| from.get(from.len() * share / 5).copied();
        let mut add =
            |kind: &'static str, end: &str, p: Option<V>| points.extend(p.map(|p| (kind, format!("{place}{end}"), p)));
        add("警务室", "社区警务室", at(&shops, 1));
        add("卫生室", "社区卫生室", at(&shops, 2));
        add("议事厅", "社区议事厅", at(&shops, 3));
        add("微型消防站", "微型消防站", at(&gates, 1).or(at(&shops, 4)));
        add("微型消防站", "二号微型消防站", at(&gates, 4));
    }
    for (k, c) in b.site.courts.iter().enumerate().filter(|(k, _)| k % SHED_EVERY == 0) {
        if let Some(&g) = b.site.gates.iter().find(|&&g| to_ring(g, &c.ring) < 1.0) {
            let inwards = middle(&c.ring).minus(g).unit();
            let side = if k % 2 == 0 { 5.5 } else { -5.5 };
            points.push((
                "充电棚",
                format!("{}充电棚", c.name),
                g.plus(inwards.times(3.4)).plus(inwards.left().times(side)),
            ));
        }
    }
    for (name, p) in ["棠棣路站", "临棠大道站", "滨南大道站"].into_iter().zip(metro) {
        points.push(("地铁站", name.to_owned(), *p));
    }
    let row = |(i, (kind, name, at)): (usize, &(&str, String, V))| {
        Row::new(&format!("F{:06}", i + 1), name, vec![(Field::Kind, text(*kind))], Shape::Point(at.pt()))
    };
    points.iter().enumerate().map(row).collect()
}

/// Members and posts: a 网格长 and a 网格员 a cell with some vacancies, a 社区民警 for five cells, a 网格指导员 for every third.
pub(super) fn posts(cells: &[SampleCell]) -> Result<(Vec<SampleMember>, Vec<SamplePost>), ModelError> {
    let (mut members, mut posts): (Vec<SampleMember>, Vec<SamplePost>) = (Vec::new(), Vec::new());
    let mut member = || -> String {
        let i = members.len();
        let code = format!("M{:03}", i + 1);
        let name = format!("{}{}", SURNAMES[(i * 7) % SURNAMES.len()], if i % 5 == 3 { "某某" } else { "某" });
        // Masked like every phone in the product's pictures: no number can be read from it.
        let phone =
            Some(format!("{}****{:04}", ["139", "138", "136", "137", "150"][i % 5], (i * 2_391 + 407) % 10_000));
        members.push(SampleMember { code: code.clone(), name, phone });
        code
    };
    let (mut police, mut guide) = (String::new(), String::new());
    for (i, cell) in cells.iter().enumerate() {
        let mut add = |who: &str, post: &'static str, from: &str| -> Result<(), ModelError> {
            let code = format!("P{:03}", posts.len() + 1);
            let from = Date::parse(from)?;
            posts.push(SamplePost { code, member: who.to_owned(), post, cell: cell.code.clone(), from });
            Ok(())
        };
        if i % 23 != 9 {
            add(&member(), "网格长", ["2024-03-01", "2025-01-01", "2023-07-01"][i % 3])?;
        }
        if i % 11 != 6 {
            add(&member(), "网格员", ["2025-04-01", "2024-09-01"][i % 2])?;
        }
        if i % 5 == 0 {
            police = member();
        }
        add(&police, "社区民警", "2024-01-01")?;
        if i % 9 == 0 {
            guide = member();
        }
        if i % 3 == 0 {
            add(&guide, "网格指导员", "2025-07-01")?;
        }
    }
    Ok((members, posts))
}

/// Two months of incidents.
pub(super) fn incidents(b: &mut Builder, outline: &[V], today: Date) -> Result<Vec<Row>, ModelError> {
    let site = &b.site;
    let market: Vec<V> = b.spots.iter().filter(|s| s.0 == "集贸市场").map(|s| s.2).collect();
    let shops = site.houses.iter().filter(|h| h.usage == "commercial" && h.households.is_some());
    let mut stalls: Vec<V> = shops.map(|h| middle(&h.ring)).step_by(4).collect();
    stalls.extend(&market);
    let spots = Spots {
        streets: on(site, &[Class::Secondary, Class::Tertiary, Class::Street, Class::Lane], outline),
        hot: site.gates.iter().copied().step_by(17).chain(market).collect(),
        market: stalls,
        estates: site.houses.iter().filter(|h| h.households.is_some_and(|n| n > 0)).map(|h| middle(&h.ring)).collect(),
        river: on(site, &[Class::River, Class::Creek], outline),
    };
    happened(&mut b.site.dice, &spots, &Span { count: INCIDENTS, days: DAYS, today, outline })
}
