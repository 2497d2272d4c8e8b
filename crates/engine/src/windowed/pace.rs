//! How long windows are, between which bounds, and which candidates need a decision.

use equipoise_model::{Network, Schedule};
use rand::RngExt;
use rand_distr::{Distribution, Exp1};
use serde::{Deserialize, Serialize};

use crate::vector::elementary::NEAR_ZERO;

use super::Windowed;
use super::candidate::{Candidate, Status};

/// Standard deviations of the sum within a window that its bounds allow.
const DEVIATIONS: f64 = 3.0;
/// Standard deviation of a change over its mean magnitude, about.
const SPREAD: f64 = 1.25;
/// Most candidates that need a decision in a window, on average.
const MOST_DOUBTS: f64 = 64.0;
/// What a window is shortened by where there are more.
const SHORTER: f64 = 0.5;

/// Most blocks, about.
const MOST_BLOCKS: f64 = 512.0;
/// Jumps of a window for which it is worth setting up, in the smallest networks.
const LEAST_JUMPS: f64 = 64.0;

/// What decides the cost of windows, and not the law.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// Most jumps per neuron in a window.
    pub jumps: f64,
    /// Standard deviations that bounds allow.
    pub deviations: f64,
    /// Equal parts of a window in which the bounds are looked at.
    pub parts: usize,
    /// Neurons of a block.
    pub block: usize,
}

impl Pace {
    /// For a network of this many neurons: windows are as long as decisions, whose number grows with the power 3/2 of the
    /// length, stay cheap beside passing through all neurons.
    pub fn of(neurons: usize) -> Self {
        let neurons = neurons as f64;
        let jumps = (neurons / 4e6).powf(0.4).clamp(0.1, 2.0).max(LEAST_JUMPS / neurons);
        let parts = if neurons < 1e4 { 16 } else { 64 };
        // In the nearest cache, but not so many that what each holds beside its neurons grows with their number.
        let block = (neurons / MOST_BLOCKS).max(4096.0) as usize;
        Self { jumps, deviations: DEVIATIONS, parts, block }
    }
}

impl Windowed {
    /// Intensity of all jumps towards one neuron, by the carried sums.
    pub(super) fn towards_one(&self, network: &Network) -> f64 {
        let outside = network.externals.iter().map(|x| x.count as f64 * x.rate.value(self.start));
        self.crowds.iter().map(|crowd| crowd.sum.value).sum::<f64>() + outside.sum::<f64>()
    }

    /// Chooses the length of the next window, and its bounds.
    pub(super) fn set_pace(&mut self, network: &Network) {
        let total = self.towards_one(network);
        let fastest = self.crowds.iter().map(|c| c.time_constant).fold(f64::INFINITY, f64::min);
        let mut length = (self.density / total)
            .min(fastest * NEAR_ZERO)
            .min(self.summed + self.lifetime - self.start)
            .min(self.longest_by_error(total));
        loop {
            // Rounding must not make it empty.
            let end = (self.start + length).max(self.start.next_up());
            self.horizon = if end < self.step { end } else { self.step };
            self.length = self.horizon - self.start;
            self.set_bounds(network, total);
            if self.doubt * self.length <= MOST_DOUBTS {
                return;
            }
            length = SHORTER * self.length;
        }
    }

    /// A length beyond which the drift of the sum that is not known in advance brings more doubt than jumps do.
    fn longest_by_error(&self, total: f64) -> f64 {
        let bend: f64 = self.crowds.iter().map(|crowd| crowd.sum.curvature).sum();
        let spread = |c: &super::crowd::Crowd| SPREAD * c.unrest * (c.neurons * total).sqrt();
        let unrest: f64 = self.crowds.iter().map(spread).sum();
        (unrest / bend).powf(2.0 / 3.0).max((self.neurons * bend).cbrt().recip())
    }

    fn set_bounds(&mut self, network: &Network, total: f64) {
        let (length, parts) = (self.length, self.pace.parts as f64);
        let age = self.start - self.summed;
        for crowd in &mut self.crowds {
            crowd.set_ceiling(total * length);
            let count = crowd.neurons * total * length;
            let per_part = count / parts;
            let spread = SPREAD * crowd.unrest * count.sqrt();
            let relative = crowd.kinetics.relative_error() + f64::EPSILON * count;
            let error = crowd.sum.error(age + length) + 4.0 * relative * count * crowd.own;
            crowd.allowance = 2.0 * error + 16.0 * f64::EPSILON * crowd.sum.value;
            let speed = 3.0 * count * crowd.speed * crowd.kinetics.derivative_bound;
            let drift = 2.0 * (crowd.sum.slope.abs() + speed) * length / parts;
            let width = self.pace.deviations * spread
                + crowd.unrest * (per_part + 3.0 * per_part.sqrt())
                + crowd.stride
                + drift
                + 2.0 * crowd.allowance;
            let trend = crowd.trend * length;
            let trend = trend.signum() * (trend.abs() - spread).max(0.0);
            let (lower, upper) = (
                crowd.sum.value + trend.min(0.0) - width,
                crowd.sum.value + trend.max(0.0) + width,
            );
            crowd.lower = lower.max(0.0);
            // Written so that what is no number becomes the bound that always holds.
            crowd.upper = if upper < crowd.sum.largest { upper } else { crowd.sum.largest };
        }
        self.split(network);
    }

    /// Splits the candidates of each channel: below `L_b` less the largest own intensity they need no decision.
    fn split(&mut self, network: &Network) {
        let inside = self.crowds.len();
        let sources = network.source_count();
        let mut bounds: Vec<(f64, f64)> = self.crowds.iter().map(|c| (c.lower, c.upper)).collect();
        for external in &network.externals {
            let (lowest, highest) = over(&external.rate, self.start, self.length);
            bounds.push((external.count as f64 * lowest, external.count as f64 * highest));
        }
        debug_assert_eq!(bounds.len(), inside + network.externals.len());
        for (a, crowd) in self.crowds.iter_mut().enumerate() {
            for (b, (lower, upper)) in bounds.iter().enumerate() {
                let own = if a == b { crowd.own } else { 0.0 };
                let certain = (lower - own).max(0.0);
                crowd.certain[b] = certain;
                self.doubts[a * sources + b] = crowd.neurons * (upper - certain);
            }
            crowd.set_rate();
        }
        self.doubt = self.doubts.iter().sum();
    }

    /// Draws the candidates of the window that may need a decision, and cuts it into bins of time at them.
    pub(super) fn draw_candidates(&mut self, network: &Network) {
        self.blocks.iter_mut().for_each(|block| block.candidates.clear());
        self.edges.clear();
        self.starters.clear();
        let (length, parts) = (self.length, self.pace.parts);
        let grid = |part: usize| length * part as f64 / parts as f64;
        let mut part = 0;
        let mut since = 0.0;
        loop {
            let gap: f64 = Exp1.sample(&mut self.decisions);
            since += gap / self.doubt;
            let is_over = since.is_nan() || since > self.length;
            while part < parts && (is_over || grid(part) <= since) {
                self.edges.push(grid(part));
                self.starters.push(None);
                part += 1;
            }
            if is_over {
                return;
            }
            if let Some((block, candidate)) = self.draw_candidate(network, since) {
                self.edges.push(since);
                self.starters.push(Some((block, self.blocks[block].candidates.len())));
                self.blocks[block].candidates.push(candidate);
            }
        }
    }

    fn draw_candidate(&mut self, network: &Network, since: f64) -> Option<(usize, Candidate)> {
        let ((population, source), level) = self.pick(network);
        let crowd = &self.crowds[population];
        let neuron = self.decisions.random_range(0..crowd.neurons as u64) as usize;
        let level = crowd.certain[source] + level / crowd.neurons;
        let mut status = Status::Open;
        if let Some(external) = network.externals.get(source.wrapping_sub(self.crowds.len())) {
            if level >= external.count as f64 * external.rate.value(self.start + since) {
                return None;
            }
            status = Status::Accepted;
        }
        let block = self.firsts[population] + neuron / self.pace.block;
        let target = (neuron % self.pace.block) as u32;
        let bin = self.edges.len();
        Some((
            block,
            Candidate { since, bin, target, source, level, status, taken: false, own: 0.0 },
        ))
    }

    /// The channel (target population, source) of a candidate, and where it lies within the channel's rate.
    fn pick(&mut self, network: &Network) -> ((usize, usize), f64) {
        let sources = network.source_count();
        let part: f64 = self.decisions.random();
        let mut level = part * self.doubt;
        let mut last = 0;
        for (row, doubt) in self.doubts.iter().enumerate().filter(|(_, doubt)| **doubt > 0.0) {
            if level < *doubt {
                return ((row / sources, row % sources), level);
            }
            level -= doubt;
            last = row;
        }
        // Only by rounding of the sum: the top of the last interval.
        ((last / sources, last % sources), self.doubts[last].next_down())
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
