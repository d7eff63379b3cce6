//! Lines led along streets (T): the network is made beside the window when it is first asked for, and Tab changes the way.

use super::doc::Doc;
use crate::geom::Pt;
use crate::jobs::{JobError, Jobs, Latest};
use crate::session::network::Network;
use egui::{EventFilter, Key, Modifiers, Response, Ui};
use std::sync::Arc;

/// The network of a project's streets.
#[derive(Default)]
pub struct Streets {
    /// The newest that is ready; one made before places changed serves until the next is there.
    made: Option<Arc<Network>>,
    /// The places it was asked for with ([`Doc::facts`]).
    of: Option<u64>,
    job: Latest<Network>,
}

#[cfg(test)]
impl Streets {
    pub fn network(&self) -> Option<Arc<Network>> {
        self.made.clone()
    }
}

/// Asks for the network where a tool leads and the places have changed, and takes it over when it is ready. While a line is
/// led, Tab belongs to the map under the pointer.
pub fn keep(ui: &Ui, doc: &mut Doc, jobs: &Jobs, map: &Response) {
    match doc.streets.job.poll(jobs) {
        Some((_, Ok(network))) => doc.streets.made = Some(Arc::new(network)),
        // There was no thread for it: once more.
        Some((_, Err(JobError::Full | JobError::NoThread(_)))) => doc.streets.of = None,
        Some((_, Err(e))) => log::error!("the network of streets could not be made: {e}"),
        None => {}
    }
    if !doc.hand.leads() {
        return;
    }
    if doc.streets.of != Some(doc.facts) {
        doc.streets.of = Some(doc.facts);
        let project = doc.session.history().stable().clone();
        doc.streets.job.request(jobs, "streets", move |token| {
            Network::of(&project, &|| token.check().is_ok()).ok_or(JobError::Cancelled)
        });
    }
    if !doc.hand.line().is_empty() && map.hovered() && !ui.ctx().text_edit_focused() {
        let filter = EventFilter { tab: true, horizontal_arrows: true, vertical_arrows: true, escape: true };
        ui.memory_mut(|m| {
            m.request_focus(map.id);
            m.set_focus_lock_filter(map.id, filter);
        });
    }
}

/// Looks for the way to the point under the pointer.
pub fn lead(doc: &mut Doc, at: Pt, reach_mm: i32) {
    let network = doc.streets.made.clone();
    doc.hand.lead_to(network.as_deref(), at, reach_mm);
}

/// Tab takes the next way, Shift Tab the one before.
pub fn tab(ui: &Ui, doc: &mut Doc) {
    if !doc.hand.leads() || doc.hand.line().is_empty() {
        return;
    }
    for (modifiers, forward) in [(Modifiers::SHIFT, false), (Modifiers::NONE, true)] {
        if ui.input_mut(|i| i.consume_key(modifiers, Key::Tab)) && doc.hand.other_way(forward) {
            ui.ctx().request_repaint();
        }
    }
}
