//! Edits of underlays: where a picture lies is reckoned here from its control points, so that an edit says no more than a
//! hand did.

use super::facts::bad_field;
use super::{Applying, no_such};
use crate::geom::{Fit, Place};
use crate::model::{MOST_UNDERLAYS, Underlay, check_text};
use crate::plan::edit::UnderlayOp;
use crate::plan::error::EditError;
use crate::plan::patch::{Item, Key};
use crate::plan::project::underlay_number;
use std::sync::Arc;

/// How opaque a picture is if nobody says, per cent: the map can be read over it.
const OPACITY: u8 = 60;

impl Applying<'_> {
    pub(super) fn underlay(&mut self, op: &UnderlayOp) -> Result<(), EditError> {
        let name = check_text(&op.name)?;
        if name.is_empty() {
            return Err(bad_field("name"));
        }
        let old = self.project.underlay(&name);
        let key = Key::Underlay(underlay_number(&name));
        if op.remove {
            if (UnderlayOp { name: op.name.clone(), remove: true, ..UnderlayOp::default() }) != *op {
                return Err(bad_field("remove"));
            }
            old.ok_or_else(|| no_such("底稿", "underlay", &name))?;
            self.tx.put(key, None);
            return Ok(());
        }
        self.decide_crs(op.crs.as_ref())?;
        let mut u = match old {
            Some(u) => (**u).clone(),
            None => self.new_underlay(name, op)?,
        };
        if let Some(picture) = &op.picture {
            u.picture.clone_from(picture);
        }
        u.format = op.format.unwrap_or(u.format);
        u.size = op.size.unwrap_or(u.size);
        u.opacity = op.opacity.unwrap_or(u.opacity);
        u.shown = op.shown.unwrap_or(u.shown);
        u.order = op.order.unwrap_or(u.order);
        u.fit = op.fit.unwrap_or(u.fit);
        match (&op.place, &op.points) {
            (Some(_), Some(_)) => return Err(bad_field("place")),
            (Some(place), None) => (u.place, u.points) = (*place, Vec::new()),
            (None, Some(points)) => u.points.clone_from(points),
            (None, None) => {}
        }
        if op.points.is_some() || op.fit.is_some() && !u.points.is_empty() {
            let pairs: Vec<_> = u.points.iter().map(|p| p.pair()).collect();
            u.place = u.fit.solve(&pairs)?;
        }
        if let Some(field) = u.flaw() {
            return Err(bad_field(field));
        }
        for [e, n] in u.corners() {
            let at = Place::from_metres(e, n).ok_or_else(|| bad_field("place"))?;
            self.grid(at)?;
        }
        self.tx.put(key, Some(Item::Underlay(Arc::new(u))));
        Ok(())
    }

    fn new_underlay(&self, name: String, op: &UnderlayOp) -> Result<Underlay, EditError> {
        let all = &self.project.facts.underlays;
        if all.len() >= MOST_UNDERLAYS {
            return Err(bad_field("underlay"));
        }
        let top = all.values().map(|u| u.order).max();
        let missing = |field: &'static str| EditError::NotFilled { field };
        if op.place.is_none() && op.points.is_none() {
            return Err(missing("place"));
        }
        Ok(Underlay {
            name,
            picture: op.picture.clone().ok_or(missing("picture"))?,
            format: op.format.ok_or(missing("format"))?,
            size: op.size.ok_or(missing("size"))?,
            place: op.place.unwrap_or(crate::geom::Affine::IDENTITY),
            points: Vec::new(),
            fit: Fit::default(),
            opacity: OPACITY,
            shown: true,
            order: top.map_or(1, |o| o.saturating_add(1)),
        })
    }
}
