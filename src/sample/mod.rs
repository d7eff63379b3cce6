//! The sample maps: a made-up urban neighbourhood and a whole street office, drawn by generators of our own.
//!
//! Owns: the skeleton of streets, the way plots are built over, names, incidents. One call, one map, always the same
//! bytes: no clock, no randomness from outside, no IO, and only arithmetic that every platform rounds alike.
//! Never: real places, people or addresses; edits and tallies (a project is made of it by whoever asks).
//! Start at [`liutang`] (`streets` holds the drawing, `blocks` what stands where) and at [`town::lintang`], which is
//! planned by a table of blocks; `fill` builds over the plots of both.

#[cfg(test)]
mod believable;
mod blocks;
mod fill;
mod life;
#[cfg(test)]
mod picture;
mod plane;
mod streets;
#[cfg(test)]
mod tests;
mod town;

use crate::geom::{Origin, Pt};
use crate::model::{Date, Field, GridLayer, Kind, ModelError, Row, Said, Shape, Value};
use fill::{House, Site};
use plane::{Dice, V, holds};
use streets::{CELLS, Class, GAP, OUTLINE, Streets};
use thiserror::Error;

/// What may go wrong while the sample is made; a fault of the generator, never of the user.
#[derive(Debug, Error)]
pub enum SampleError {
    /// A noun refused its content.
    #[error("the sample was not made: {0}; no file was changed; please report it")]
    Model(#[from] ModelError),
}

impl SampleError {
    /// What happened, what was kept, what to do, in both languages.
    pub fn said(&self) -> Said {
        let SampleError::Model(e) = self;
        let zh = format!("示例地图没有生成：{}。没有改动任何文件。请报告此问题。", e.said().zh);
        Said::new(zh, format!("The sample was not made: {e}. No file was changed. Please report it."))
    }
}

/// A shipped sample, for lists.
#[derive(Clone, Copy, Debug)]
pub struct SampleInfo {
    /// Name in commands.
    pub name: &'static str,
    /// Chinese title.
    pub title_zh: &'static str,
    /// English title.
    pub title_en: &'static str,
    /// Chinese description, one sentence.
    pub description_zh: &'static str,
    /// English description, one sentence.
    pub description_en: &'static str,
    /// Makes the map; about 0.1 s in a release build.
    pub make: fn() -> Result<SampleMap, SampleError>,
}

/// All shipped samples.
pub const SAMPLES: [SampleInfo; 2] = [NEIGHBOURHOOD, STREET_OFFICE];

const STREET_OFFICE: SampleInfo = SampleInfo {
    name: "street-office",
    title_zh: "临棠街道",
    title_en: "Lintang street office",
    description_zh: "10 个社区、80 个网格、约一万栋楼：里弄、新村、高层、城中村与园区；杏坛社区五格全部超户，等待重划",
    description_en: "10 communities, 80 cells, about 10,000 buildings; the five cells of Xingtan are all over and wait to be recut",
    make: town::lintang,
};

const NEIGHBOURHOOD: SampleInfo = SampleInfo {
    name: "neighbourhood",
    title_zh: "清荷街道 · 柳塘社区",
    title_en: "Liutang community, Qinghe street office",
    description_zh: "10 个网格，边界沿街、沿河、沿院墙；一格超户、一格缺户，两栋楼未划入",
    description_en: "10 cells along streets, the river and estate walls; one cell over, one under, two buildings unassigned",
    make: liutang,
};

/// A whole sample: what a project is made of. All shapes are in grid millimetres of `origin`.
#[derive(Clone, Debug)]
pub struct SampleMap {
    /// Its entry in [`SAMPLES`].
    pub info: SampleInfo,
    /// CRS, here plain CGCS2000 3° zone, central meridian 120° E.
    pub crs: &'static str,
    /// Where grid (0, 0) lies.
    pub origin: Origin,
    /// The one grid layer: 治理网格, 社区 (and 街道) over 网格.
    pub layer: GridLayer,
    /// Rings of the outline, counter-clockwise, not closed.
    pub outline: Vec<Vec<Pt>>,
    /// The units above the cells, each after the one it belongs to.
    pub units: Vec<SampleUnit>,
    /// The cells, by community, there from west to east and north to south; they tile the outline but for `gaps`.
    pub cells: Vec<SampleCell>,
    /// Rings of the ground without a cell.
    pub gaps: Vec<Vec<Pt>>,
    /// Rows of places, codes unique in each table; incidents among them.
    pub rows: Vec<(Kind, Vec<Row>)>,
    /// Post holders.
    pub members: Vec<SampleMember>,
    /// Their posts on cells.
    pub posts: Vec<SamplePost>,
    /// Name and first day of a plan in force that is equal to the draft; none: there is only the draft.
    pub in_force: Option<(&'static str, Date)>,
    /// The day on which the map is "now": incidents end the evening before.
    pub today: Date,
}

/// A unit above the cells.
#[derive(Clone, Debug)]
pub struct SampleUnit {
    /// Code: 9 digits of a street office, 12 of a community.
    pub code: String,
    /// Name.
    pub name: String,
    /// Name of its level.
    pub level: &'static str,
    /// Code of the unit above.
    pub parent: Option<String>,
    /// Rings, counter-clockwise, not closed.
    pub rings: Vec<Vec<Pt>>,
}

/// A cell.
#[derive(Clone, Debug)]
pub struct SampleCell {
    /// Community code and three digits.
    pub code: String,
    /// Name.
    pub name: String,
    /// Code of its community, where there are several.
    pub parent: Option<String>,
    /// Rings, counter-clockwise, not closed.
    pub rings: Vec<Vec<Pt>>,
}

/// A post holder; the phone is masked, as in every picture of the product.
#[derive(Clone, Debug)]
pub struct SampleMember {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Masked work phone.
    pub phone: Option<String>,
}

/// A post on a cell.
#[derive(Clone, Debug)]
pub struct SamplePost {
    /// Code of the post.
    pub code: String,
    /// Code of the member.
    pub member: String,
    /// The duty.
    pub post: &'static str,
    /// Code of the cell.
    pub cell: String,
    /// First day.
    pub from: Date,
}

impl SampleMap {
    /// The rows of a table; empty if the sample has none.
    pub fn table(&self, kind: Kind) -> &[Row] {
        self.rows.iter().find(|r| r.0 == kind).map_or(&[], |r| &r.1)
    }
}

const COMMUNITY: (&str, &str) = ("320599012006", "柳塘社区");
const SEED: u64 = 0x6C69_7574_616E_6700;

/// The neighbourhood 柳塘社区: 10 cells, about 130 buildings of its own and those of its neighbours around.
///
/// The neighbours' buildings carry no households (an office knows only its own); codes from B001001.
pub fn liutang() -> Result<SampleMap, SampleError> {
    let mut site = Site::empty(Streets::draw(), Dice::new(SEED));
    blocks::build(&mut site);
    let grid = |ring: &[V]| -> Vec<Pt> { ring.iter().map(|p| p.pt()).collect() };
    let cells: Vec<SampleCell> = CELLS
        .iter()
        .enumerate()
        .map(|(i, (name, walk))| SampleCell {
            code: format!("{}{:03}", COMMUNITY.0, i + 1),
            name: format!("{name}网格"),
            parent: None,
            rings: vec![grid(&site.streets.ring(walk))],
        })
        .collect();
    let outline = site.streets.ring(OUTLINE);
    let mut rows = vec![
        (Kind::Buildings, buildings(&site, &outline, 1000)?),
        (Kind::Courtyards, courtyards(&site)?),
        (Kind::Roads, roads(&site)?),
        (Kind::Water, water(&site)?),
        (Kind::Landuse, landuse(&site)?),
        (Kind::Walls, walls(&site)?),
    ];
    rows.push((Kind::Facilities, life::facilities(&site)?));
    let today = Date::parse("2026-06-18")?;
    rows.push((Kind::Incidents, life::incidents(&mut site, &outline, today)?));
    let (members, posts) = life::posts(&cells)?;
    Ok(SampleMap {
        info: NEIGHBOURHOOD,
        crs: "EPSG:4549",
        origin: Origin { e_m: 586_000, n_m: 3_476_000 },
        layer: GridLayer::new("grid", "治理网格", vec!["社区".into(), "网格".into()])?,
        outline: vec![grid(&outline)],
        units: vec![SampleUnit {
            code: COMMUNITY.0.to_owned(),
            name: COMMUNITY.1.to_owned(),
            level: "社区",
            parent: None,
            rings: vec![grid(&outline)],
        }],
        cells,
        gaps: vec![grid(&site.streets.ring(GAP))],
        rows,
        members,
        posts,
        in_force: None,
        today,
    })
}

fn text(t: impl Into<String>) -> Value {
    Value::Text(t.into())
}

fn polygon(ring: &[V]) -> Shape {
    let mut r: Vec<Pt> = ring.iter().map(|p| p.pt()).collect();
    r.dedup();
    if crate::geom::ring_area2(&r) < 0 {
        r.reverse();
    }
    Shape::Polygons(vec![vec![r]])
}

/// Rows of the houses; those beyond the outline are numbered from `beyond` on.
fn buildings(site: &Site, outline: &[V], beyond: u32) -> Result<Vec<Row>, ModelError> {
    let (mut own, mut other) = (0, beyond);
    let mut row = |h: &House| {
        let inside = holds(outline, fill::spot(h));
        let n = if inside { &mut own } else { &mut other };
        *n += 1;
        let mut fields = vec![(Field::Use, text(h.usage)), (Field::Storeys, Value::Count(h.storeys))];
        if let Some(n) = h.households {
            fields.push((Field::Households, Value::Count(n)));
            fields.push((Field::Residents, Value::Count((n * 5).div_ceil(2))));
            // Blocks have two flats on a landing, towers up to six; small houses have no common stairs.
            if h.usage == "residential" && h.storeys > 3 {
                let landing = if h.storeys > 9 { 6 } else { 2 };
                fields.push((Field::Staircases, Value::Count(n.div_ceil(h.storeys * landing).max(1))));
            }
        }
        if let Some(c) = h.courtyard {
            fields.push((Field::Courtyard, text(format!("Y{:06}", c + 1))));
        }
        if !h.address.is_empty() {
            fields.push((Field::Address, text(h.address.as_str())));
        }
        Row::new(&format!("B{:06}", *n), &h.name, fields, polygon(&h.ring))
    };
    site.houses.iter().map(&mut row).collect()
}

fn courtyards(site: &Site) -> Result<Vec<Row>, ModelError> {
    let row = |(i, c): (usize, &fill::Court)| {
        let mut fields = vec![(Field::Kind, text(c.kind)), (Field::Address, text(c.address.as_str()))];
        if c.whole {
            fields.push((Field::Whole, Value::Count(1)));
        }
        Row::new(&format!("Y{:06}", i + 1), &c.name, fields, polygon(&c.ring))
    };
    site.courts.iter().enumerate().map(row).collect()
}

fn roads(site: &Site) -> Result<Vec<Row>, ModelError> {
    let lines = site.streets.lines.iter().filter(|l| !matches!(l.class, Class::River | Class::Creek | Class::Wall));
    let row = |(i, l): (usize, &streets::Line)| {
        let shape = Shape::Lines(vec![l.pts.iter().map(|p| p.pt()).collect()]);
        Row::new(&format!("R{:06}", i + 1), &l.name, vec![(Field::Kind, text(l.class.name()))], shape)
    };
    lines.enumerate().map(row).collect()
}

fn water(site: &Site) -> Result<Vec<Row>, ModelError> {
    let mut rows = Vec::new();
    for l in site.streets.lines.iter().filter(|l| matches!(l.class, Class::River | Class::Creek)) {
        let half = l.class.width_m() / 2.0;
        let mut ring = plane::beside(&l.pts, |_| -half);
        ring.extend(plane::beside(&l.pts, |_| half).into_iter().rev());
        let code = format!("W{:06}", rows.len() + 1);
        rows.push(Row::new(&code, &l.name, vec![(Field::Kind, text(l.class.name()))], polygon(&ring))?);
    }
    for p in &site.ponds {
        let code = format!("W{:06}", rows.len() + 1);
        rows.push(Row::new(&code, "", vec![(Field::Kind, text("pond"))], polygon(p))?);
    }
    Ok(rows)
}

fn landuse(site: &Site) -> Result<Vec<Row>, ModelError> {
    let row = |(i, (kind, name, ring)): (usize, &(&str, String, Vec<V>))| {
        Row::new(&format!("L{:06}", i + 1), name, vec![(Field::Kind, text(*kind))], polygon(ring))
    };
    site.land.iter().enumerate().map(row).collect()
}

fn walls(site: &Site) -> Result<Vec<Row>, ModelError> {
    let dividing = site.streets.lines.iter().filter(|l| l.class == Class::Wall).map(|l| ("界墙", &l.pts));
    let own = site.walls.iter().map(|w| (w.0.as_str(), &w.1));
    let row = |(i, (name, pts)): (usize, (&str, &Vec<V>))| {
        let shape = Shape::Lines(vec![pts.iter().map(|p| p.pt()).collect()]);
        Row::new(&format!("Q{:06}", i + 1), name, vec![(Field::Kind, text("wall"))], shape)
    };
    dividing.chain(own).enumerate().map(row).collect()
}
