//! Heat in the window: asked for when something it depends on changes, reckoned beside the window, painted when ready.

use super::doc::{Doc, Ready};
use crate::geom::Pt;
use crate::heat::{Grid, Scale, Surface, density, peak};
use crate::jobs::{JobError, Jobs};
use crate::model::{Kind, Lang};
use crate::scene::{Theme, heat_image};
use crate::session::answers;
use crate::ui::widgets::HeatLegend;
use std::sync::Arc;

/// Texels at most along the longer side of the surface.
const LONGEST: i64 = 2400;

/// Asks for the heat if what it shows has changed, and takes it over when it is ready.
pub fn keep(doc: &mut Doc, jobs: &Jobs, dark: bool) {
    if let Some((_, result)) = doc.heat.job.poll(jobs)
        && let Ok(ready) = result
    {
        doc.heat.ready = Some(Arc::new(ready));
    }
    if !doc.heat.on {
        return;
    }
    let wanted = (doc.facts, doc.heat.bandwidth_m.to_bits() ^ u64::from(dark) ^ pin_bits(doc), doc.heat.class.clone());
    if doc.heat.asked.as_ref() == Some(&wanted) {
        return;
    }
    doc.heat.asked = Some(wanted);
    let points = doc.incidents(doc.heat.class.as_deref());
    let all = doc.session.project().table(Kind::Incidents).iter();
    let class = doc.heat.class.clone();
    let unlocated = all
        .filter(|(_, r)| class.is_none() || r.text(crate::model::Field::Class) == class.as_deref())
        .filter(|(_, r)| r.anchor().is_none())
        .count() as u64;
    let area = answers::extent(doc.session.project()).grown((doc.heat.bandwidth_m * 3000.0) as i32);
    let (bandwidth_m, pinned) = (doc.heat.bandwidth_m, doc.heat.pinned);
    let version =
        doc.heat.asked.as_ref().map_or(0, |(f, b, c)| f ^ b.rotate_left(17) ^ c.as_ref().map_or(0, |c| c.len() as u64));
    doc.heat.job.request(jobs, "heat", move |token| {
        let go_on = || token.check().is_ok();
        let surface = reckon(&points, area, bandwidth_m, &go_on).map_err(JobError::failed)?;
        let top = match pinned {
            Some(top) => top,
            None => Scale::from_max(peak(&points, bandwidth_m, &go_on).map_err(JobError::failed)?).top,
        };
        let theme = if dark { Theme::Dark } else { Theme::Light };
        let image = heat_image(&surface, top, theme, version);
        Ok(Ready { surface, top, image, unlocated })
    });
}

fn pin_bits(doc: &Doc) -> u64 {
    doc.heat.pinned.map_or(0, |p| u64::from(p.to_bits()) << 1)
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

/// What the legend says.
pub fn legend(doc: &Doc, ready: &Ready, lang: Lang) -> HeatLegend {
    let unit = match lang {
        Lang::Zh => "起/km² · 总计",
        Lang::En => "per km² · total",
    };
    HeatLegend {
        max: f64::from(ready.top),
        unit: unit.to_owned(),
        bandwidth_m: ready.surface.bandwidth_m,
        pinned: doc.heat.pinned.is_some(),
        count: ready.surface.count as u64,
        unlocated: ready.unlocated,
    }
}
