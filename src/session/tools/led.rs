//! Lines led along streets (T): the next piece of a line runs along the network instead of straight.

use super::{Hand, Tool};
use crate::geom::Pt;
use crate::session::network::Network;

/// Ways that are offered from one place to another.
const MOST: usize = 4;
/// Nearer than this to the network a place lies on it, millimetres.
const ON_IT_MM: f64 = 5.0;

/// Where the next piece of a line would run.
#[derive(Clone, Debug, Default)]
pub(super) struct Led {
    /// Whether T is on.
    pub(super) on: bool,
    /// From where to where, and how far the network was looked for.
    of: Option<(Pt, Pt, i32)>,
    /// Points between the two, by each way.
    ways: Vec<Vec<Pt>>,
    which: usize,
    /// Whether the network is not there yet.
    waits: bool,
}

impl Hand {
    /// Whether lines run along streets.
    pub fn leads(&self) -> bool {
        self.tool == Tool::Follow || self.led.on && self.tool.draws() && !self.tool.builds()
    }

    /// Switches leading on or off for the tools that draw lines.
    pub fn lead(&mut self, on: bool) {
        self.led = Led { on, ..Led::default() };
    }

    /// Points between the end of the line and `at`, along the network if that was asked for last.
    pub fn between(&self, at: Pt) -> &[Pt] {
        let here = self.line.last().is_some_and(|last| self.led.of.is_some_and(|(a, b, _)| (a, b) == (*last, at)));
        self.led.ways.get(self.led.which).filter(|_| here && self.leads()).map_or(&[], Vec::as_slice)
    }

    /// Which way is taken, counted from 0, and how many there are.
    pub fn way(&self) -> (usize, usize) {
        (self.led.which, self.led.ways.len())
    }

    /// Whether the network is still being made.
    pub fn waits_for_streets(&self) -> bool {
        self.leads() && self.led.waits
    }

    /// Looks for the ways to `at`, both ends not further from the network than `reach_mm`; where there is none the piece is
    /// straight. Nothing is looked for twice.
    pub fn lead_to(&mut self, network: Option<&Network>, at: Pt, reach_mm: i32) {
        if !self.leads() {
            return;
        }
        self.led.waits = network.is_none();
        let of = self.line.last().map(|from| (*from, at, reach_mm));
        let (Some(n), Some((from, to, _))) = (network, of) else {
            self.led.of = None;
            return;
        };
        if self.led.of == of {
            return;
        }
        // The same street a little further on: the way that was chosen stays chosen.
        let same_start = self.led.of.is_some_and(|(a, ..)| a == from);
        let which = if same_start { self.led.which } else { 0 };
        let ends = n.nearest(from, reach_mm).zip(n.nearest(to, reach_mm));
        let ways = ends.map_or_else(Vec::new, |(a, b)| n.ways(a, b, MOST));
        let inner = |way: Vec<Pt>| -> Vec<Pt> {
            let mut way: Vec<Pt> = way.into_iter().filter(|p| *p != from && *p != to).collect();
            if way.first().is_some_and(|p| p.dist(from) <= ON_IT_MM) {
                way.remove(0);
            }
            if way.last().is_some_and(|p| p.dist(to) <= ON_IT_MM) {
                way.pop();
            }
            way
        };
        self.led.ways = ways.into_iter().map(inner).collect();
        self.led.which = which.min(self.led.ways.len().saturating_sub(1));
        self.led.of = of;
    }

    /// Takes the next way to the same place, or the one before. True if there is another.
    pub fn other_way(&mut self, forward: bool) -> bool {
        let n = self.led.ways.len();
        if n < 2 || !self.leads() {
            return false;
        }
        self.led.which = (self.led.which + if forward { 1 } else { n - 1 }) % n;
        true
    }

    /// The next piece of the line, to `at` and along the network where it is led.
    pub(super) fn piece(&self, at: Pt) -> Vec<Pt> {
        self.between(at).iter().copied().chain([at]).collect()
    }
}
