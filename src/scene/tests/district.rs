//! A real district, where the shared data lie beside the checkout: the picture holds with shapes nobody invented.

use super::fonts;
use crate::geom::{Pt, pt};
use crate::scene::kinds::{building_class, ground_class, line_stack, road_class};
use crate::scene::*;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

fn read(name: &str) -> Option<geojson::FeatureCollection> {
    let shared = std::env::var_os("GETU_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let text = std::fs::read_to_string(shared.join("data/china").join(name)).ok()?;
    geojson::FeatureCollection::try_from(text.parse::<geojson::GeoJson>().ok()?).ok()
}

/// Metres round 121.5075° E, 31.2365° N, good to a hand's breadth here: a picture, not a survey.
fn ground(p: &[f64]) -> Pt {
    let (x, y) = ((p[0] - 121.5075) * 95_180.0, (p[1] - 31.2365) * 110_870.0);
    pt((x * 1000.0) as i32, (y * 1000.0) as i32)
}

fn shapes(f: &geojson::Feature) -> Vec<Vec<Vec<Pt>>> {
    let ring = |r: &geojson::LineStringType| r.iter().map(|p| ground(p.as_slice())).collect::<Vec<Pt>>();
    match f.geometry.as_ref().map(|g| &g.value) {
        Some(geojson::GeometryValue::Polygon { coordinates }) => vec![coordinates.iter().map(ring).collect()],
        Some(geojson::GeometryValue::MultiPolygon { coordinates }) => {
            coordinates.iter().map(|p| p.iter().map(ring).collect()).collect()
        }
        Some(geojson::GeometryValue::LineString { coordinates }) => vec![vec![ring(coordinates)]],
        Some(geojson::GeometryValue::MultiLineString { coordinates }) => {
            coordinates.iter().map(|l| vec![ring(l)]).collect()
        }
        _ => Vec::new(),
    }
}

fn word<'a>(f: &'a geojson::Feature, key: &str) -> &'a str {
    f.property(key).and_then(|v| v.as_str()).unwrap_or("")
}

#[test]
fn a_real_district_is_drawn_whole() {
    let Some(fonts) = fonts() else { return };
    let files = ["buildings", "roads", "landuse", "water"].map(|n| read(&format!("shanghai_lujiazui_{n}.geojson")));
    let [Some(buildings), Some(roads), Some(land), Some(water)] = files else {
        println!("skipped: no shared data beside the checkout");
        return;
    };
    let mut fills: BTreeMap<Stack, Vec<Fill>> = BTreeMap::new();
    let mut lines: BTreeMap<Stack, Vec<Line>> = BTreeMap::new();
    let mut labels: Vec<Label> = Vec::new();
    for f in &land.features {
        if let Some((stack, class)) = ground_class(word(f, "kind")) {
            fills.entry(stack).or_default().extend(shapes(f).into_iter().map(|rings| Fill::new(rings, class)));
        }
    }
    let surface = |f: &&geojson::Feature| {
        !matches!(
            f.geometry.as_ref().map(|g| &g.value),
            Some(geojson::GeometryValue::LineString { .. } | geojson::GeometryValue::MultiLineString { .. })
        )
    };
    for f in water.features.iter().filter(surface) {
        fills.entry(Stack::Water).or_default().extend(shapes(f).into_iter().map(|r| Fill::new(r, FillClass::Water)));
    }
    for f in &buildings.features {
        let use_ = match word(f, "kind_detail") {
            "commercial" | "retail" | "office" | "bank" | "hotel" | "mall" | "shop" => "commercial",
            "school" | "arts_centre" | "place_of_worship" => "public",
            _ => "",
        };
        let class = building_class(use_, None);
        fills.entry(Stack::Buildings).or_default().extend(shapes(f).into_iter().map(|r| Fill::new(r, class)));
    }
    for f in &roads.features {
        let kind = format!("{}/{}", word(f, "kind"), word(f, "kind_detail"));
        let Some(class) = road_class(kind.trim_end_matches('/')) else { continue };
        for line in shapes(f).into_iter().flatten() {
            if !word(f, "name").is_empty() && (LineClass::Street..=LineClass::Arterial).contains(&class) {
                let mut l = Label::at(LabelClass::Road, word(f, "name"), line[0]);
                l.weight = class as u8 as f32 * 1e6 + crate::geom::chain_length(&line) as f32 / 1000.0;
                l.along = Some(line.clone());
                labels.push(l);
            }
            lines.entry(line_stack(class)).or_default().push(Line::open(line, class));
        }
    }
    let mut layers = Vec::new();
    for stack in Stack::ALL {
        let (f, l) = (fills.remove(&stack).unwrap_or_default(), lines.remove(&stack).unwrap_or_default());
        layers.push(Arc::new(Layer::new(LayerKey { stack, part: 0 }, 1, f, vec![], l)));
    }
    let scene = Scene { layers, labels, ..Scene::default() };
    for (theme, den) in
        [(Theme::Light, 6000.0), (Theme::Dark, 6000.0), (Theme::Light, 2000.0), (Theme::Light, 20_000.0)]
    {
        let camera = Camera::at_scale((0.0, 0.0), den, (1400.0, 900.0), 1.0);
        let sheet = StyleSheet::new(theme, den);
        let start = std::time::Instant::now();
        let picture = paint(&scene, &camera, &sheet, Some(&fonts)).unwrap();
        println!("{theme:?} 1:{den}: painted in {:?}", start.elapsed());
        super::demo::save(&format!("district-{theme:?}-{den}.png"), &picture);
        super::demo::labels_keep_apart(&scene, &camera, &sheet, &fonts);
        // Water, paper and roads all show: the picture is no single colour.
        let mut seen: Vec<Rgba> = (0..900)
            .step_by(9)
            .flat_map(|y| (0..1400).step_by(9).map(move |x| (x, y)))
            .map(|(x, y)| picture.pixel(x, y))
            .collect();
        seen.sort_by_key(|c| c.0);
        seen.dedup();
        assert!(seen.len() > 50, "{}", seen.len());
    }
}
