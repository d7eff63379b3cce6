//! Heat in the window: asked for when something it depends on changes, reckoned beside the window, painted when ready.

use super::doc::{Doc, Ready};
use crate::geom::Pt;
use crate::heat::{Grid, Scale, Surface, density, peak};
use crate::jobs::{JobError, Jobs};
use crate::model::{Field, Kind, Lang, RowRef};
use crate::scene::{HeatKey, Theme, heat_image};
use crate::session::answers;
use crate::ui::widgets::HeatLegend;
use std::sync::Arc;

/// Texels at most along the longer side of the surface.
const LONGEST: i64 = 2400;

/// What the surface depends on: facts, bandwidth, class; and what only its picture does: theme, scale, opacity.
#[derive(Clone, PartialEq, Debug)]
pub struct Asked {
    facts: u64,
    bandwidth_m: f64,
    class: Option<String>,
    dark: bool,
    pinned: Option<f32>,
    opacity: f32,
}

#[cfg(test)]
impl Asked {
    pub fn class(&self) -> Option<&str> {
        self.class.as_deref()
    }
}

/// Asks for the heat if what it shows has changed, and takes it over when it is ready. A failure is given back, once.
pub fn keep(doc: &mut Doc, jobs: &Jobs, dark: bool) -> Option<JobError> {
    let mut failed = None;
    match doc.heat.job.poll(jobs) {
        Some((_, Ok(ready))) => doc.heat.ready = Some(Arc::new(ready)),
        Some((_, Err(e))) => {
            doc.heat.on = false;
            doc.heat.asked = None;
            failed = Some(e);
        }
        None => {}
    }
    if !doc.heat.on {
        return failed;
    }
    if doc.session.history().stable().table(Kind::Incidents).is_empty() {
        // Their import was taken back, say: nothing to reckon, and nothing to complain of.
        (doc.heat.ready, doc.heat.asked) = (None, None);
        return failed;
    }
    let h = &doc.heat;
    let wanted = Asked {
        facts: doc.facts,
        bandwidth_m: h.bandwidth_m,
        class: h.class.clone(),
        dark,
        pinned: h.pinned,
        opacity: h.opacity,
    };
    if h.asked.as_ref() == Some(&wanted) {
        return failed;
    }
    let project = doc.session.history().stable().clone();
    let known = h.ready.clone();
    doc.heat.asked = Some(wanted.clone());
    doc.heat.requests += 1;
    let version = doc.heat.requests;
    doc.heat.job.request(jobs, "heat", move |token| {
        let go_on = || token.check().is_ok();
        let failed = |e: crate::heat::HeatError| JobError::failed(e.said().into_pair());
        let same = |r: &&Arc<Ready>| {
            (r.of.facts, r.of.bandwidth_m, &r.of.class) == (wanted.facts, wanted.bandwidth_m, &wanted.class)
        };
        // Only the look has changed: the surface is there.
        let (surface, most, unlocated) = match known.as_ref().filter(same) {
            Some(r) => (r.surface.clone(), r.most, r.unlocated),
            None => {
                let of_class =
                    |r: &RowRef<'_>| wanted.class.is_none() || r.text(Field::Class) == wanted.class.as_deref();
                let (mut points, mut unlocated) = (Vec::new(), 0u64);
                for (_, r) in project.table(Kind::Incidents).iter().filter(|(_, r)| of_class(r)) {
                    match r.anchor() {
                        Some(p) => points.push(p),
                        None => unlocated += 1,
                    }
                }
                let area = answers::extent(&project).grown((wanted.bandwidth_m * 3000.0) as i32);
                let surface = reckon(&points, area, wanted.bandwidth_m, &go_on).map_err(failed)?;
                let most = peak(&points, wanted.bandwidth_m, &go_on).map_err(failed)?;
                (Arc::new(surface), most, unlocated)
            }
        };
        let top = wanted.pinned.unwrap_or_else(|| Scale::from_max(most).top);
        let theme = if wanted.dark { Theme::Dark } else { Theme::Light };
        let mut image = heat_image(&surface, top, theme, version);
        if wanted.opacity < 1.0 {
            let mut rgba = (*image.rgba).clone();
            rgba.iter_mut().skip(3).step_by(4).for_each(|a| *a = (f32::from(*a) * wanted.opacity).round() as u8);
            image.rgba = Arc::new(rgba);
        }
        Ok(Ready { of: wanted, surface, most, top, image, unlocated })
    });
    failed
}

fn reckon(
    points: &[Pt],
    area: crate::geom::Box2,
    bandwidth_m: f64,
    go_on: &dyn Fn() -> bool,
) -> Result<Surface, crate::heat::HeatError> {
    // A third of the bandwidth is fine enough to look smooth; coarser where the ground is large.
    let fine = (bandwidth_m * 1000.0 / 3.0) as i64;
    let coarse = area.width().max(area.height()) / LONGEST;
    let grid = Grid::of_cell(area, fine.max(coarse).clamp(1000, 1_000_000) as i32)?;
    density(points, &grid, bandwidth_m, None, go_on)
}

/// What the heat on the map shows.
pub fn key(ready: &Ready) -> HeatKey {
    HeatKey {
        top: f64::from(ready.top),
        bandwidth_m: ready.surface.bandwidth_m,
        period_days: ready.surface.period_days,
        class: ready.of.class.clone(),
        count: ready.surface.count as u64,
        unlocated: ready.unlocated,
    }
}

/// What the legend says.
pub fn legend(doc: &Doc, ready: &Ready, lang: Lang) -> HeatLegend {
    let key = key(ready);
    HeatLegend {
        max: key.top,
        unit: key.unit(lang),
        bandwidth_m: key.bandwidth_m,
        pinned: doc.heat.pinned.is_some(),
        count: key.count,
        unlocated: key.unlocated,
    }
}
