//! Opening and saving projects, and what the common options mean in them.

use super::args::Common;
use super::clock::{author, now, replica};
use super::report::{Phase, Report};
use super::stop::Stop;
use crate::assign::Assignment;
use crate::crs::{CrsDef, Transform};
use crate::geom::{Place, Pt};
use crate::model::{Id, Said};
use crate::plan::{EditError, History, Project};
use crate::session::{Command, Effect, Session, Sliver};
use crate::store::{self, Generation, SaveInput};
use std::path::{Path, PathBuf};

/// An opened project.
pub(super) struct Opened {
    pub session: Session,
    path: PathBuf,
    generation: Option<Generation>,
    /// Version of the file.
    pub version: u32,
}

/// Opens a project and goes to the plan and layer of the common options.
pub(super) fn open(path: &Path, common: &Common, r: &mut Report) -> Result<Opened, Stop> {
    let opened = r.phase(Phase::Read, || store::open(path, replica(), None))?;
    for w in &opened.warnings {
        r.note(&w.said());
        let cells = |t: &String| opened.project().facts.layers.iter().any(|l| store::cells_table(l) == *t);
        if matches!(w, store::Warning::EditedElsewhere { tables } if tables.iter().any(|(t, _)| cells(t))) {
            r.note(&Said::new(
                "采用网格边界的改动：getu import 项目 项目 --as cells --redraw",
                "To take in the borders: getu import FILE FILE --as cells --redraw",
            ));
        }
    }
    let wanted = common.plan.as_deref();
    if let Some(name) = wanted
        && opened.project().plan_named(name).is_none()
    {
        return Err(no_such("方案", "plan", name));
    }
    let plan = wanted.or(opened.last_plan.as_deref()).map(str::to_owned);
    let (history, segments, generation) = (opened.history, opened.segments, opened.generation);
    let mut session = Session::new(history, plan.as_deref(), common.lang(), &author());
    for s in segments.into_values() {
        session.hold(s);
    }
    let mut o = Opened { session, path: path.to_owned(), generation: Some(generation), version: opened.version };
    if let Some(i) = layer_wanted(o.session.project(), common)? {
        o.session.dispatch(Command::ShowLayer(i), now());
    }
    if r.timed() {
        place_anew(&o.session, r);
    }
    Ok(o)
}

/// Places all anchors of the plan and layer shown anew, for the phases of these names: opening does it too, but not apart
/// from the rest.
fn place_anew(s: &Session, r: &mut Report) {
    let (p, plan, layer) = (s.project(), s.plan(), s.layer());
    let Some(l) = p.layer(plan, layer) else { return };
    let finder = r.phase(Phase::Index, || Assignment::finder(p, &l.partition));
    std::hint::black_box(r.phase(Phase::Assign, || Assignment::count_by(p, plan, layer, &finder)));
}

/// A project that is to be written for the first time.
pub(super) fn fresh(path: &Path, project: Project, common: &Common) -> Opened {
    let session = Session::new(History::new(project, replica()), None, common.lang(), &author());
    Opened { session, path: path.to_owned(), generation: None, version: store::FILE_VERSION }
}

impl Opened {
    /// Writes the project.
    pub fn save(&mut self, r: &mut Report) -> Result<(), Stop> {
        let saved = {
            let s = &self.session;
            let p = s.history().stable();
            let last = p.plan(s.plan()).map_or("", |x| x.meta.name.as_str());
            let tallies = r.phase(Phase::Assign, || s.unit_tallies());
            let data = store::data_dir();
            let input = SaveInput {
                history: s.history(),
                last_plan: last,
                tallies: &tallies,
                segments: s.segments(),
                author: &author(),
                time: now(),
                data: data.as_deref(),
                replace: false,
                pictures_from: None,
                token: None,
            };
            r.phase(Phase::Save, || store::save(&self.path, &input, self.generation.as_ref()))?
        };
        for w in &saved.warnings {
            r.note(&w.said());
        }
        r.saved = true;
        self.generation = Some(saved.generation);
        let state = self.session.history().stable().state;
        self.session.dispatch(Command::Saved(state), now());
        Ok(())
    }

    /// Does an edit.
    ///
    /// # Errors
    /// The refusal; the project is then as it was.
    pub fn perform(&mut self, edit: crate::plan::Edit, r: &Report) -> Result<Done, EditError> {
        let mut done = Done::default();
        let mut refused = None;
        for e in self.session.dispatch(Command::Do(edit), now()) {
            match e {
                Effect::Committed { step, created, changes, slivers } => {
                    done = Done { step: Some(step), created, changes, slivers };
                }
                Effect::Refused(e) => refused = Some(e),
                Effect::Say(s) => r.note(&s),
                Effect::Stepped { .. } | Effect::Nothing => {}
            }
        }
        refused.map_or(Ok(done), Err)
    }
}

/// What an edit did.
#[derive(Default)]
pub(super) struct Done {
    pub step: Option<std::sync::Arc<crate::plan::Step>>,
    pub created: Vec<(u16, Id)>,
    pub changes: crate::assign::Changes,
    pub slivers: Vec<Sliver>,
}

/// Something named in the arguments is not there.
pub(super) fn no_such(zh: &str, en: &str, name: &str) -> Stop {
    Stop::new(
        format!("没有名为“{name}”的{zh}。没有改动任何文件。用 getu info 查看有哪些。"),
        format!("There is no {en} \"{name}\". No file was changed. See getu info for what there is."),
    )
}

fn layer_wanted(p: &Project, common: &Common) -> Result<Option<u16>, Stop> {
    let Some(id) = common.layer()? else { return Ok(None) };
    p.layer_index(id).map(Some).ok_or_else(|| no_such("图层", "layer", id))
}

/// Refuses where there are several layers and none is named.
pub(super) fn one_layer(p: &Project, common: &Common) -> Result<(), Stop> {
    if common.layer()?.is_none() && p.facts.layers.len() > 1 {
        let ids = p.facts.layers.iter().map(|l| l.id.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Stop::new(
            format!("项目有几个图层（{ids}）。没有改动任何文件。请用 --layer 指明一个。"),
            format!("There are several layers ({ids}). No file was changed. Name one with --layer."),
        ));
    }
    Ok(())
}

/// Number of the level of the common options in the session's layer.
pub(super) fn level(s: &Session, common: &Common) -> Result<Option<u8>, Stop> {
    let Some(name) = common.level.as_deref() else { return Ok(None) };
    let found = s.project().facts.layers.get(s.layer() as usize).and_then(|l| l.level_named(name));
    found.map(Some).ok_or_else(|| no_such("层级", "level", name))
}

/// The project's CRS.
pub(super) fn crs_of(p: &Project) -> Result<CrsDef, Stop> {
    if p.facts.head.crs == "auto" {
        return Err(EditError::NoCrs.into());
    }
    Ok(CrsDef::parse(&p.facts.head.crs)?)
}

/// From coordinates of `--crs` to the project's; without it both are the same.
pub(super) struct Door {
    to: Option<Transform>,
}

impl Door {
    pub fn new(p: &Project, crs: Option<&str>) -> Result<Door, Stop> {
        let Some(text) = crs else { return Ok(Door { to: None }) };
        let (given, own) = (CrsDef::parse(text)?, crs_of(p)?);
        Ok(Door { to: Some(Transform::new(&given, &own)?) })
    }

    /// Into the project's CRS.
    pub fn inward(&self, at: [f64; 2]) -> Result<[f64; 2], Stop> {
        Ok(self.to.as_ref().map_or(Ok(at), |t| t.point(at))?)
    }

    /// The box round a box in the project's CRS, by its corners and the middles of its sides.
    pub fn box_inward(&self, b: [f64; 4]) -> Result<[f64; 4], Stop> {
        let mut out = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        let (mx, my) = ((b[0] + b[2]) / 2.0, (b[1] + b[3]) / 2.0);
        for at in [b[0], mx, b[2]].into_iter().flat_map(|x| [[x, b[1]], [x, my], [x, b[3]]]) {
            let [x, y] = self.inward(at)?;
            out = [out[0].min(x), out[1].min(y), out[2].max(x), out[3].max(y)];
        }
        Ok(out)
    }
}

/// The grid point of a coordinate in metres.
pub(super) fn grid(p: &Project, at: [f64; 2]) -> Result<Pt, Stop> {
    let origin = p.facts.head.origin.ok_or(EditError::NoCrs)?;
    origin.grid_of_metres(at[0], at[1]).ok_or_else(|| {
        let at = Place::from_metres(at[0], at[1]).unwrap_or_default();
        EditError::Far { at }.into()
    })
}
