//! The display list: geometry in grid millimetres and what each piece is, never how it looks.

use crate::geom::{Box2, Pt};
use std::sync::Arc;

/// Slot of a fill that is never recoloured: [`Fill::class`] holds.
pub const NO_SLOT: u32 = u32::MAX;

/// The drawing order, bottom up. Everything of one stack entry is painted before anything of the next, whatever
/// layer or tile it came in; inside an entry: fills, then casings of all lines, then lines in order of their class.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs)] // the names are those of the style's drawing order
pub enum Stack {
    Paper,
    LandUse,
    Green,
    Water,
    CellFill,
    Band,
    Paths,
    Roads,
    Rail,
    Courtyards,
    Buildings,
    Heat,
    Borders,
    Changed,
    Handles,
    Facilities,
    Incidents,
    Labels,
}

impl Stack {
    /// All entries, bottom up.
    pub const ALL: [Stack; 18] = [
        Stack::Paper,
        Stack::LandUse,
        Stack::Green,
        Stack::Water,
        Stack::CellFill,
        Stack::Band,
        Stack::Paths,
        Stack::Roads,
        Stack::Rail,
        Stack::Courtyards,
        Stack::Buildings,
        Stack::Heat,
        Stack::Borders,
        Stack::Changed,
        Stack::Handles,
        Stack::Facilities,
        Stack::Incidents,
        Stack::Labels,
    ];
}

/// Names a layer between frames, so that a painter finds the buffers it kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LayerKey {
    /// Where in the drawing order.
    pub stack: Stack,
    /// Which part of it: a tile or a segment; parts of one entry may come in any order.
    pub part: u32,
}

/// A set of shapes that changes as one. `clone` is O(1).
#[derive(Clone, Debug)]
pub struct Layer {
    /// Its name.
    pub key: LayerKey,
    /// Changes whenever fills, bands or lines change; equal key and version = the same geometry.
    pub version: u64,
    /// Box round all geometry, mm (without widths).
    pub bounds: Box2,
    /// Areas, painted in this order.
    pub fills: Arc<Vec<Fill>>,
    /// Bands along the inside of borders.
    pub bands: Arc<Vec<Band>>,
    /// Lines; painted by class, then in this order.
    pub lines: Arc<Vec<Line>>,
    /// What the fills of each slot are now (see [`Fill::slot`]). May change without a new `version`.
    pub slots: Arc<Vec<FillClass>>,
    /// Changes whenever `slots` changes.
    pub slots_version: u64,
}

impl Layer {
    /// A layer; its bounds are computed in time linear in the points.
    pub fn new(key: LayerKey, version: u64, fills: Vec<Fill>, bands: Vec<Band>, lines: Vec<Line>) -> Layer {
        let rings = fills.iter().flat_map(|f| f.rings.iter()).chain(bands.iter().map(|b| &b.ring));
        let bounds = Box2::of(rings.chain(lines.iter().map(|l| &l.points)).flatten());
        let (fills, bands, lines) = (Arc::new(fills), Arc::new(bands), Arc::new(lines));
        Layer { key, version, bounds, fills, bands, lines, slots: Arc::default(), slots_version: 0 }
    }

    /// The layer with a table of slots.
    #[must_use]
    pub fn with_slots(mut self, slots: Arc<Vec<FillClass>>, slots_version: u64) -> Layer {
        self.slots = slots;
        self.slots_version = slots_version;
        self
    }

    /// What a fill is now: the class of its slot where there is one, else its own.
    pub fn class_of(&self, fill: &Fill) -> FillClass {
        self.slots.get(fill.slot as usize).copied().unwrap_or(fill.class)
    }
}

/// An area, even-odd over all its rings (outer rings and holes alike, closing point omitted).
#[derive(Clone, PartialEq, Debug)]
pub struct Fill {
    /// Rings in mm.
    pub rings: Vec<Vec<Pt>>,
    /// What it is, unless its slot says otherwise.
    pub class: FillClass,
    /// Entry of [`Layer::slots`] that recolours it without new triangles (a building that changes cells, a cell
    /// that changes colour), or [`NO_SLOT`].
    pub slot: u32,
}

impl Fill {
    /// An area that keeps its class.
    pub fn new(rings: Vec<Vec<Pt>>, class: FillClass) -> Fill {
        Fill { rings, class, slot: NO_SLOT }
    }
}

/// A line.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// Points in mm; a closed line omits its closing point.
    pub points: Vec<Pt>,
    /// Whether the last point joins the first.
    pub closed: bool,
    /// What it is.
    pub class: LineClass,
    /// Its own width on the ground in mm, 0 if unknown (then the class has one). Counts at large scales only.
    pub width_mm: u32,
}

impl Line {
    /// An open line of unknown ground width.
    pub fn open(points: Vec<Pt>, class: LineClass) -> Line {
        Line { points, closed: false, class, width_mm: 0 }
    }

    /// A ring of unknown ground width.
    pub fn ring(points: Vec<Pt>, class: LineClass) -> Line {
        Line { points, closed: true, class, width_mm: 0 }
    }
}

/// The inside of one ring of an area, coloured along its border.
///
/// The ring runs with the area on its left (outer rings counter-clockwise, holes clockwise), so the band lies to the
/// left of it: as wide as [`StyleSheet::band`](super::StyleSheet::band) says, one-sided. A painter strokes twice that width clipped to the
/// area, or builds the strip to the left; both look the same where the area is wider than the band.
#[derive(Clone, PartialEq, Debug)]
pub struct Band {
    /// Ring in mm, area on its left, closing point omitted.
    pub ring: Vec<Pt>,
    /// What it is.
    pub class: BandClass,
    /// Number of the area: rings of one area share it, so that a painter clips to all of them.
    pub area: u32,
}

/// What a band is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum BandClass {
    /// The inside of a cell.
    Cell(Tone),
    /// The inside of the selected cell, in the colour of the hand.
    Selected,
}

/// One of the eight cell colours: 0–3 are A1–A4, 4–7 are B1–B4.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Tone(u8);

impl Tone {
    /// Set A, which the four-colouring uses; `n` is taken modulo 4.
    pub const fn a(n: u8) -> Tone {
        Tone(n % 4)
    }

    /// Set B, for a second layer or a colour picked by hand; `n` is taken modulo 4.
    pub const fn b(n: u8) -> Tone {
        Tone(4 + n % 4)
    }

    /// 0–7.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What an area is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FillClass {
    /// 纸面: ground nobody has said anything about.
    Paper,
    /// 居住用地
    ResidentialGround,
    /// 绿地
    Green,
    /// 球场
    Pitch,
    /// 水面
    Water,
    /// A drawn cell.
    Cell(Tone),
    /// The cell under the pointer: its fill stronger by 12 %.
    CellHover(Tone),
    /// 未划入: ground without a cell.
    Unassigned,
    /// Hatch over a locked cell.
    Locked,
    /// Hull of a gathered unit (no tiling), with an outline.
    Gathered(Tone),
    /// A reference area, hatched.
    Reference,
    /// A cell shaded by a rate: class 0–6 of the sequential ramp.
    Rate(u8),
    /// A cell shaded by a change: class 0–6 of the diverging ramp, 3 = no change.
    Change(u8),
    /// Hatch over a rate with a small base.
    SmallBase,
    /// A plaza, a pedestrian area or a road drawn as an area.
    RoadArea,
    /// A dwelling inside a cell.
    Dwelling(Tone),
    /// A dwelling outside the outline, or before there are cells.
    DwellingOutside,
    /// A dwelling on ground without a cell.
    DwellingUnassigned,
    /// 商业办公
    Commercial,
    /// 学校 and other public buildings.
    Public,
    /// Any other building.
    OtherBuilding,
    /// White hatch over a building that changed hands.
    Moved,
    /// A gap between parts of a partition that is being imported.
    Gap,
    /// An overlap of the same.
    Overlap,
}

impl FillClass {
    /// Whether it is a building, whose outline shows over heat.
    pub fn is_building(self) -> bool {
        use FillClass::*;
        matches!(self, Dwelling(_) | DwellingOutside | DwellingUnassigned | Commercial | Public | OtherBuilding)
    }
}

/// What a line is. The order of the variants is the painting order inside one stack entry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LineClass {
    /// 轮渡
    Ferry,
    /// 小径
    Path,
    /// 里弄
    Lane,
    /// 街
    Street,
    /// 支路
    Tertiary,
    /// 次干路
    Secondary,
    /// 主干路
    Arterial,
    /// 隧道: not a border anyone can walk.
    Tunnel,
    /// 铁路 on the ground.
    Rail,
    /// 地铁, underground.
    Metro,
    /// 院落 outline.
    Courtyard,
    /// 围墙 as built.
    Wall,
    /// Border of an outside neighbour.
    Neighbour,
    /// Border of a second layer.
    SecondLayer,
    /// 微网格 border.
    MicroCell,
    /// 网格 border.
    Cell,
    /// 社区 border.
    Community,
    /// 街道 border.
    Subdistrict,
    /// Border of the thing under the pointer.
    Hover,
    /// Border of the selected thing.
    Selected,
    /// The committed border while a new one is staged.
    Ghost,
    /// The staged border.
    Staged,
    /// Outline of a building that leaves its cell.
    ChangedOut,
    /// Outline of a building that enters a cell.
    ChangedIn,
    /// A detached part, a gap or an overlap.
    Warning,
    /// From the last valid position to the pointer.
    Refused,
    /// From an anchor pinned by hand to its cell.
    Tether,
    /// A line being drawn or measured.
    Sketch,
    /// The heat's radius at the pointer.
    RadiusRing,
}

/// Everything in view, for one painting.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// Shapes; shared, so that an unchanged layer costs nothing from frame to frame. Any order.
    pub layers: Vec<Arc<Layer>>,
    /// Scanned plans, the lowest first; painted over water, under [`Stack::CellFill`].
    pub backdrops: Vec<super::Backdrop>,
    /// Images, painted in [`Stack::Heat`].
    pub images: Vec<Image>,
    /// Point symbols.
    pub symbols: Vec<Symbol>,
    /// Labels that want a place.
    pub labels: Vec<Label>,
}

/// A raster over the ground: heat, already coloured (see [`HEAT_LIGHT`](super::HEAT_LIGHT)), or tiles of a base map.
#[derive(Clone, Debug)]
pub struct Image {
    /// The ground it covers, mm.
    pub bounds: Box2,
    /// Straight-alpha sRGB, rows from north to south; `width * height * 4` bytes.
    pub rgba: Arc<Vec<u8>>,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Changes whenever the pixels change.
    pub version: u64,
}

/// A point symbol.
#[derive(Clone, PartialEq, Debug)]
pub struct Symbol {
    /// Where, mm.
    pub at: Pt,
    /// What.
    pub kind: SymbolKind,
}

/// What a point symbol is.
#[derive(Clone, PartialEq, Debug)]
pub enum SymbolKind {
    /// A facility's plate.
    Facility(Facility),
    /// An incident's mark.
    Incident(Incident),
    /// Several marks closer than 9 pt, or the incidents of a cell: one circle with a count.
    Count(u32),
    /// 地铁站
    Station,
    /// A vertex that can be dragged.
    Vertex,
    /// The diamond in the middle of a segment, a vertex once dragged.
    Midpoint,
    /// A node where three or more borders meet.
    Junction,
    /// What the pointer snaps to.
    Snap(Snap),
    /// 锁定: a padlock plate.
    Padlock,
    /// Something wrong with the geometry here.
    Warning,
    /// A place that is asked about before a cell changes: neck, spike, new face.
    Ask,
    /// Numbered pin of a thing that moved, in (true) or out of (false) a cell.
    MovedPin(u32, bool),
    /// 未定位 / pinned by hand.
    Pin,
}

impl SymbolKind {
    /// Where in the drawing order.
    pub fn stack(&self) -> Stack {
        match self {
            SymbolKind::Facility(_) | SymbolKind::Station => Stack::Facilities,
            SymbolKind::Incident(_) | SymbolKind::Count(_) => Stack::Incidents,
            SymbolKind::MovedPin(..) | SymbolKind::Pin => Stack::Labels,
            _ => Stack::Handles,
        }
    }
}

/// Kinds of facilities.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Facility {
    /// 党群服务站: flag, square
    Party,
    /// 议事厅: speech, square
    Hall,
    /// 警务室: shield
    Police,
    /// 卫生: cross
    Health,
    /// 微型消防站: flame
    Fire,
    /// 充电棚: bolt
    Charging,
    /// Any other: a dot.
    Other,
}

impl Facility {
    /// All kinds, in the legend's order.
    pub const ALL: [Facility; 7] = [
        Facility::Party,
        Facility::Police,
        Facility::Hall,
        Facility::Health,
        Facility::Fire,
        Facility::Charging,
        Facility::Other,
    ];
}

/// States of an incident as marked on the map.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Incident {
    /// Closed, shown on request.
    Closed,
    /// Older than 30 minutes and open.
    Open,
    /// Accepted, at most 30 minutes old.
    Accepted,
    /// New, not accepted.
    New,
    /// Overdue; always on top.
    Overdue,
}

/// What the pointer snaps to, drawn as its shape.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Snap {
    /// □
    Vertex,
    /// △
    Edge,
    /// ✕
    Crossing,
    /// ⊥
    Foot,
    /// ▢ with a dot: corner of a wall or building.
    Corner,
}

/// A label that wants a place.
#[derive(Clone, PartialEq, Debug)]
pub struct Label {
    /// What it names; decides look and rank.
    pub class: LabelClass,
    /// Name; with `chip` and `note` a cell's label has up to three parts.
    pub text: String,
    /// Code in a plate before the name.
    pub chip: Option<String>,
    /// Second, smaller line: "495 户 ✓".
    pub note: Option<String>,
    /// Wished place, mm: middle of the label. For a line label unused.
    pub at: Pt,
    /// The line the name runs along, mm (roads, water).
    pub along: Option<Vec<Pt>>,
    /// Rings of the area the label may not leave (even-odd), mm; empty = anywhere.
    pub within: Arc<Vec<Vec<Pt>>>,
    /// Among labels of one class the higher wins.
    pub weight: f32,
}

impl Label {
    /// A plain label at a point.
    pub fn at(class: LabelClass, text: impl Into<String>, at: Pt) -> Label {
        Label { class, text: text.into(), chip: None, note: None, at, along: None, within: Arc::default(), weight: 0.0 }
    }
}

/// What a label names. The order of the variants is the order in which labels win a collision.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LabelClass {
    /// A read-out at the hand: the snapping target, a length.
    Readout,
    /// A cell.
    Cell,
    /// The selected thing.
    Selected,
    /// 社区 at small scales.
    Community,
    /// A facility.
    Facility,
    /// A road, along its line.
    Road,
    /// Water, along its line or at a point.
    Water,
    /// A landmark.
    Landmark,
    /// A neighbouring community.
    Neighbour,
    /// A metro station.
    Station,
    /// A courtyard.
    Courtyard,
    /// A building's number.
    Building,
}
