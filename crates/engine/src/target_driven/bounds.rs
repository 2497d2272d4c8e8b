//! Bounds of all intensities over a segment, and how often candidates fall between them.

use equipoise_model::{Network, Schedule};
use serde::{Deserialize, Serialize};

use super::crowd::Crowd;

/// See the [module](self).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Bounds {
    sources: usize,
    /// `L_b`.
    pub lower: Vec<f64>,
    /// `B_b`.
    pub upper: Vec<f64>,
    /// Rates of candidates that must be decided, rows are target populations.
    doubts: Vec<f64>,
    /// Their sum.
    pub doubt: f64,
}

impl Bounds {
    /// For a network of this many sources, before the first segment.
    pub fn new(network: &Network) -> Self {
        let sources = network.source_count();
        Self {
            sources,
            lower: vec![0.0; sources],
            upper: vec![0.0; sources],
            doubts: vec![0.0; network.population_count() * sources],
            doubt: 0.0,
        }
    }

    /// For a segment of this length from `start`, at which the sums have this age. Tells each crowd what needs
    /// no decision.
    pub fn set(
        &mut self,
        network: &Network,
        crowds: &mut [Crowd],
        (start, span): (f64, f64),
        age: f64,
    ) {
        for (b, crowd) in crowds.iter_mut().enumerate() {
            (self.lower[b], self.upper[b]) = crowd.bounds(span, age);
        }
        for (x, external) in network.externals.iter().enumerate() {
            let (lowest, highest) = over(&external.rate, start, span);
            self.lower[crowds.len() + x] = external.count as f64 * lowest;
            self.upper[crowds.len() + x] = external.count as f64 * highest;
        }
        self.split(crowds);
    }

    /// Splits the candidates of each channel: below `L_b` less the largest own intensity they need no decision.
    fn split(&mut self, crowds: &mut [Crowd]) {
        for (a, crowd) in crowds.iter_mut().enumerate() {
            for b in 0..self.sources {
                let own = if a == b { crowd.own } else { 0.0 };
                let certain = (self.lower[b] - own).max(0.0);
                crowd.inflow.certain[b] = certain;
                self.doubts[a * self.sources + b] = crowd.neurons * (self.upper[b] - certain);
            }
            crowd.inflow.set_rate(crowd.neurons);
        }
        self.doubt = self.doubts.iter().sum();
    }

    /// The channel (target population, source) of the candidate at this part of the doubt, from 0 to 1, and where it
    /// lies within the channel's rate.
    pub fn pick(&self, part: f64) -> ((usize, usize), f64) {
        let mut level = part * self.doubt;
        let mut last = 0;
        for (row, doubt) in self.doubts.iter().enumerate().filter(|(_, doubt)| **doubt > 0.0) {
            if level < *doubt {
                return (self.channel(row), level);
            }
            level -= doubt;
            last = row;
        }
        // Only by rounding of the sum: the top of the last interval.
        (self.channel(last), self.doubts[last].next_down())
    }

    fn channel(&self, row: usize) -> (usize, usize) {
        (row / self.sources, row % self.sources)
    }
}

/// Bounds of a rate over a time without steps.
fn over(rate: &Schedule, start: f64, span: f64) -> (f64, f64) {
    let (value, change) = (rate.value(start), rate.derivative_bound() * span);
    if change == 0.0 {
        return (value, value);
    }
    ((value - change).max(rate.minimum()).max(0.0), (value + change).min(rate.supremum_from(start)))
}
