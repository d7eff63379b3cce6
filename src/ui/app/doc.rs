//! An opened project in the window: the session with its tool, camera, file and what is shown.

use crate::geom::{Box2, Pt};
use crate::heat;
use crate::jobs::Latest;
use crate::model::{Field, Id, Kind, Lang};
use crate::scene::{Camera, Image, PlacedLabel};
use crate::session::snap::Snapped;
use crate::session::tools::{Grip, Hand};
use crate::session::{Command, Effect, Session, answers};
use crate::store::Generation;
use crate::ui::panels::cells::SortBy;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What the map shows, by switch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Shown {
    /// Land use, green, water.
    Ground,
    /// Roads and rail.
    Roads,
    /// Courtyards and walls.
    Courtyards,
    /// Scanned plans.
    Underlays,
    /// Buildings.
    Buildings,
    /// Fills and bands of cells.
    Cells,
    /// Facilities.
    Facilities,
    /// Incidents.
    Incidents,
    /// Names.
    Labels,
}

impl Shown {
    /// All switches, in the order of the panel.
    pub const ALL: [Shown; 9] = [
        Shown::Labels,
        Shown::Incidents,
        Shown::Facilities,
        Shown::Cells,
        Shown::Buildings,
        Shown::Courtyards,
        Shown::Roads,
        Shown::Underlays,
        Shown::Ground,
    ];

    /// Name in the panel.
    pub fn name(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Shown::Ground => ("用地与水系", "Land use and water"),
            Shown::Roads => ("道路", "Roads"),
            Shown::Underlays => ("扫描底稿", "Scanned plans"),
            Shown::Courtyards => ("院落与围墙", "Courtyards and walls"),
            Shown::Buildings => ("楼栋", "Buildings"),
            Shown::Cells => ("网格底色", "Cell colours"),
            Shown::Facilities => ("设施", "Facilities"),
            Shown::Incidents => ("未办结事件", "Open incidents"),
            Shown::Labels => ("名称", "Names"),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// The heat that is shown.
pub struct Heat {
    /// Whether it is shown.
    pub on: bool,
    /// Bandwidth in metres.
    pub bandwidth_m: f64,
    /// Upper end of the bandwidth's slider, metres.
    pub widest_m: f64,
    /// Only incidents of this class.
    pub class: Option<String>,
    /// 0–1.
    pub opacity: f32,
    /// Whether the scale stays when the filter changes.
    pub pinned: Option<f32>,
    /// What was asked for last, so that nothing is reckoned twice.
    pub asked: Option<super::heat::Asked>,
    /// How often was asked: the version of the next picture.
    pub requests: u64,
    /// The newest surface that is ready.
    pub ready: Option<Arc<Ready>>,
    /// The reckoning on its way.
    pub job: Latest<Ready>,
}

/// A reckoned surface and its picture.
pub struct Ready {
    /// What it was asked for with.
    pub of: super::heat::Asked,
    /// Densities.
    pub surface: Arc<heat::Surface>,
    /// The greatest density, per km².
    pub most: f32,
    /// Upper end of the scale.
    pub top: f32,
    /// Its picture in the theme it was made for.
    pub image: Image,
    /// Incidents without a place among those asked for.
    pub unlocated: u64,
}

impl Default for Heat {
    fn default() -> Self {
        Heat {
            on: false,
            bandwidth_m: 0.0,
            widest_m: 1000.0,
            class: None,
            opacity: 1.0,
            pinned: None,
            asked: None,
            requests: 0,
            ready: None,
            job: Latest::default(),
        }
    }
}

impl Heat {
    /// Begins with the bandwidth that the incidents suggest; the slider reaches from streets to what they cover.
    pub fn begin(&mut self, incidents: &[Pt]) {
        self.bandwidth_m = heat::suggest_bandwidth_m(incidents).unwrap_or(150.0);
        self.widest_m = (self.bandwidth_m * 2.0).max(1000.0);
    }
}

/// An opened project.
pub struct Doc {
    /// Tells this project from others opened in the same run: work begun for one is never given to another.
    pub number: u64,
    /// Everything without pixels.
    pub session: Session,
    /// Where it is saved; `None` = never.
    pub path: Option<PathBuf>,
    /// What the file was when it was read or saved last.
    pub base: Option<Generation>,
    /// When it was saved, as the status bar says it.
    pub saved_at: String,
    /// The tool.
    pub hand: Hand,
    /// The view; set when the map is first laid out.
    pub camera: Option<Camera>,
    /// Where an empty project lies: the first view shows it.
    pub first_look: Option<Pt>,
    /// The network of streets.
    pub streets: super::streets::Streets,
    /// The border looked for round what is painted.
    pub painting: super::painting::Painting,
    /// Whether snapping is on.
    pub snapping: bool,
    /// What the pointer snapped to.
    pub snapped: Option<Snapped>,
    /// What could be grabbed under the pointer.
    pub grip: Option<Grip>,
    /// The unit under the pointer, on the map or in the list.
    pub hovered: Option<Id>,
    /// The grid point under the pointer.
    pub pointer: Option<Pt>,
    /// What the pointer means: typed, held to an angle, snapped, or as it is.
    pub point: Option<Pt>,
    /// A point that is being typed.
    pub typing: Option<super::numbers::Typing>,
    /// The menu of a place.
    pub menu: Option<super::place_menu::PlaceMenu>,
    /// Whether the map is being panned by the hand.
    pub panning: bool,
    /// Where a selection box began.
    pub box_from: Option<Pt>,
    /// Switched off.
    pub hidden: Vec<Shown>,
    /// Heat.
    pub heat: Heat,
    /// What stands in the search box.
    pub search: String,
    /// What was found for it.
    pub search_hits: super::search::Search,
    /// The search result that is outlined.
    pub look: Option<super::search::Look>,
    /// Its outline, closed where it is ground.
    pub outline: Vec<Vec<Pt>>,
    /// Lists of the panels.
    pub lists: super::lists::Lists,
    /// The search box takes the focus in the next frame.
    pub focus_search: bool,
    /// Order of the list.
    pub sort: (SortBy, bool),
    /// A row to scroll to.
    pub reveal: Option<Id>,
    /// Counts changes of the facts: places, not cells.
    pub facts: u64,
    /// Layers, labels and what they were made of.
    pub picture: super::picture::Picture,
    /// Labels that have found their places.
    pub placed: Vec<PlacedLabel>,
    /// Camera flight: from, to, since (seconds of egui's clock).
    pub flight: Option<(Camera, Camera, f64)>,
    /// A building was just made: its households are asked for.
    pub ask_households: bool,
    /// A list that is being read, and rows of one that wait to be placed.
    pub tray: super::building_list::Tray,
    /// Number of the building last shown by "next unassigned".
    pub next_unassigned: usize,
    /// Problems.
    pub issues: super::issues::Issues,
    /// The steps as the history panel tells them.
    pub steps: super::steps::Steps,
    /// How the list of cells stands: folded, picked out.
    pub list: super::cell_list::CellList,
    /// The table of any kind.
    pub table: super::table::Table,
    /// Scanned plans.
    pub underlays: super::underlays::Underlays,
    /// Whether it began as a copy of a shipped sample.
    pub sample: bool,
    /// Where the map was in the window.
    pub map_rect: Option<egui::Rect>,
    /// What was changed since it was opened.
    pub mine: super::mine::Shown,
    /// A place that was gone to.
    pub mark: Option<super::mark::Mark>,
}

impl Doc {
    /// A project just opened or made.
    pub fn new(session: Session, path: Option<PathBuf>, base: Option<Generation>) -> Doc {
        static OPENED: AtomicU64 = AtomicU64::new(1);
        let mut doc = Doc {
            number: OPENED.fetch_add(1, Relaxed),
            session,
            path,
            base,
            saved_at: String::new(),
            hand: Hand::default(),
            camera: None,
            first_look: None,
            streets: super::streets::Streets::default(),
            painting: super::painting::Painting::default(),
            snapping: true,
            snapped: None,
            grip: None,
            hovered: None,
            pointer: None,
            point: None,
            typing: None,
            menu: None,
            panning: false,
            box_from: None,
            hidden: vec![Shown::Incidents],
            heat: Heat::default(),
            search: String::new(),
            search_hits: super::search::Search::default(),
            look: None,
            outline: Vec::new(),
            lists: super::lists::Lists::default(),
            focus_search: false,
            sort: (SortBy::Code, false),
            reveal: None,
            facts: 1,
            picture: super::picture::Picture::default(),
            placed: Vec::new(),
            flight: None,
            ask_households: false,
            tray: super::building_list::Tray::default(),
            next_unassigned: 0,
            issues: super::issues::Issues::default(),
            steps: super::steps::Steps::default(),
            list: super::cell_list::CellList::default(),
            table: super::table::Table::default(),
            underlays: super::underlays::Underlays::default(),
            sample: false,
            map_rect: None,
            mine: super::mine::Shown::default(),
            mark: None,
        };
        let anchors: Vec<Pt> = doc.incidents(None).into_iter().collect();
        doc.heat.begin(&anchors);
        // A map that holds nothing but incidents would be blank.
        let table = |kind| doc.session.project().table(kind).is_empty();
        doc.heat.on = !anchors.is_empty() && table(Kind::Buildings) && table(Kind::Roads);
        doc
    }

    /// Does a command and follows what came of it.
    pub fn dispatch(&mut self, command: Command, now: i64) -> Vec<Effect> {
        if matches!(command, Command::Select(_) | Command::ShowPlan(_) | Command::ShowLayer(_)) {
            // What is selected now is what Delete means.
            self.hand.choose(None);
        }
        let effects = self.session.dispatch(command, now);
        self.follow(&effects);
        effects
    }

    /// Follows effects: counts changes of the facts, and tells the picture.
    pub fn follow(&mut self, effects: &[Effect]) {
        self.picture.layers.follow(&self.session, effects);
        for e in effects {
            let step = match e {
                Effect::Committed { step, .. } | Effect::Stepped { step, .. } => step,
                _ => continue,
            };
            use crate::plan::Key;
            let facts = |k: &Key| matches!(k, Key::Segment(..) | Key::Row(..) | Key::Head);
            if step.patch.as_ref().is_some_and(|p| p.items.iter().any(|(k, _, _)| facts(k))) {
                self.facts += 1;
            }
        }
    }

    /// Whether a cell of the table is typed into.
    pub fn typing_in_table(&self) -> bool {
        self.table.editing.is_some()
    }

    /// Whether something is shown.
    pub fn shows(&self, what: Shown) -> bool {
        !self.hidden.contains(&what)
    }

    /// Anchors of the incidents of a class, or of all.
    pub fn incidents(&self, class: Option<&str>) -> Vec<Pt> {
        let t = self.session.history().stable().table(Kind::Incidents);
        t.iter()
            .filter(|(_, r)| class.is_none() || r.text(Field::Class) == class)
            .filter_map(|(_, r)| r.anchor())
            .collect()
    }

    /// The ground of the layer, else of all rows.
    pub fn extent_of_rows(&self) -> Box2 {
        let p = self.session.project();
        let ground =
            p.layer(self.session.plan(), self.session.layer()).map(|l| l.partition.extent()).filter(|b| !b.is_empty());
        ground.unwrap_or_else(|| answers::extent(p))
    }

    /// Everything that is on the map, scanned plans that are shown among it.
    pub fn extent(&self) -> Box2 {
        let rows = self.extent_of_rows();
        let all = rows.union(super::underlays::extent(self));
        if all.is_empty() {
            let at = self.first_look.unwrap_or_default();
            Box2::of_two(at, at).grown(500_000)
        } else {
            all
        }
    }

    /// Flies to a box, or cuts where it is far (a thing asked for: search, list, next).
    pub fn fly_to(&mut self, b: Box2, time: f64) {
        let Some(camera) = self.camera else { return };
        if b.is_empty() {
            return;
        }
        let mut to = camera.fit(b.grown(20_000), 60.0);
        // A building fills the window only up to 1:1,000.
        let nearest = Camera::at_scale(to.centre, 1000.0, to.size_px, to.pixels_per_point);
        to.mm_per_px = to.mm_per_px.max(nearest.mm_per_px);
        let screens = |d: f64, px: f32| d.abs() / (camera.mm_per_px * f64::from(px));
        let far = screens(to.centre.0 - camera.centre.0, camera.size_px.0) > 4.0
            || screens(to.centre.1 - camera.centre.1, camera.size_px.1) > 4.0;
        if far {
            self.camera = Some(to);
        } else {
            self.flight = Some((camera, to, time));
        }
    }

    /// Pans, never zooms, so that a change outside the view is seen.
    pub fn pan_to_see(&mut self, b: Box2, time: f64) {
        let Some(camera) = self.camera else { return };
        if b.is_empty() || camera.visible().meets(&b) {
            return;
        }
        let c = b.centre();
        let to = Camera { centre: (f64::from(c.x), f64::from(c.y)), ..camera };
        self.flight = Some((camera, to, time));
    }

    /// Name of the file or the project.
    pub fn title(&self) -> String {
        let file = self.path.as_ref().and_then(|p| p.file_name()).map(|f| f.to_string_lossy().into_owned());
        let name = self.session.project().facts.head.name.clone();
        match file {
            Some(f) if name.is_empty() => f,
            Some(f) => format!("{name} · {f}"),
            None => name,
        }
    }
}
