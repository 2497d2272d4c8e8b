//! How long segments are, and their bounds.

use equipoise_model::{Network, NeuronPopulation, Schedule};

use crate::state::NetworkState;
use crate::vector::WIDTH;

use super::SpikeDriven;
use super::crowd::{Crowd, bounds};
use super::groups::{Bounds, Group, Grouping};
use super::inverse::Inverse;
use super::segment::{Channel, Motion};

/// The cost of bounds over that of a candidate, and what each group adds.
const COST: f64 = 20.0;
const COST_OF_A_GROUP: f64 = 0.3;
/// Most candidates of a segment.
const MOST_CANDIDATES: usize = 64;
/// Most candidates for which bounds are made.
const MOST_FOR_BOUNDS: f64 = 1e6;
/// The margin for the jumps within bounds, in standard deviations if they were independent.
const MARGIN: f64 = 1.5;
/// Bounds hold for at most this many times as long as their candidates take on average.
const PATIENCE: f64 = 2.0;
/// Longest bounds with several candidates on average, in time constants.
const LONGEST_DRIFT: f64 = 0.25;
/// Longest segment with several candidates, in time constants.
const LONGEST_DECAY: f64 = 16.0;
/// Most jumps of each neuron, on average, between two times when they are grouped.
const LONGEST_PATIENCE: f64 = 8.0;
/// Longest bounds, where nothing moves at all; its square is still a number.
const LONGEST_SPAN: f64 = 1e150;

/// The spikes of each population, then the jumps from each external source onto each population.
pub(super) fn channels(network: &Network) -> Vec<Channel> {
    let inside = network.population_count();
    let probability = network.transmission.release_probability();
    let spikes = |b: usize| {
        let population = &network.populations[b];
        let gain = Inverse::of(&population.gain, probability);
        let inverse = if moves(&population.drive) { Inverse::None } else { gain };
        Channel { population: b, source: b, processes: 1.0, inverse }
    };
    let mut channels: Vec<Channel> = (0..inside).map(spikes).collect();
    for (x, external) in network.externals.iter().enumerate() {
        let (source, processes) = (inside + x, external.count as f64);
        let jumps = |population| Channel { population, source, processes, inverse: Inverse::None };
        channels.extend((0..inside).map(jumps));
    }
    channels
}

/// Whether a schedule moves between its steps.
fn moves(schedule: &Schedule) -> bool {
    schedule.derivative_bound() > 0.0
}

/// What the method knows of each population.
pub(super) fn crowds(network: &Network, grouping: Grouping) -> Vec<Crowd> {
    // Otherwise neurons jump one by one, and soon they are anywhere.
    let stay = network.transmission.release_probability() == 1.0 && network.externals.is_empty();
    let crowd = |(a, population): (usize, &NeuronPopulation)| {
        let sizes = (0..network.source_count()).map(|b| network.jump(a, b)).collect();
        Crowd::new((a, population), sizes, (stay, grouping))
    };
    network.populations.iter().enumerate().map(crowd).collect()
}

impl SpikeDriven {
    /// Lays out the next segment.
    pub(super) fn plan(&mut self, network: &Network, state: &mut NetworkState) {
        if state.refresh(self.start) {
            self.touched = self.patience;
        }
        if self.touched >= self.patience {
            self.look_at_all(network, state);
            self.horizon = f64::NEG_INFINITY;
        }
        if self.start >= self.horizon {
            let span = self.span(network, state);
            let left = self.step - self.start;
            self.horizon = if span < left { (self.start + span).min(self.step) } else { self.step };
            self.bound(network, state, self.horizon - self.start);
            self.marks.forget(self.draws.next());
        }
        self.decided = 0;
        self.count = 0;
        self.is_late = false;
        self.end = Some(self.horizon);
        if self.composition.rate > 0.0 {
            self.lay_out(state, self.horizon);
        }
    }

    /// Groups all neurons anew, and finds how many candidates bounds are best made for.
    fn look_at_all(&mut self, network: &Network, state: &mut NetworkState) {
        self.touched = 0;
        let mut groups = 0;
        let mut patience = LONGEST_PATIENCE;
        for (b, crowd) in self.crowds.iter_mut().enumerate() {
            let common = state.common(b, self.start);
            let jump = crowd.own / common.scale;
            let motion = (common.offset, common.scale, &network.populations[b].gain);
            crowd.groups.sort((state, b), jump, motion, self.instructions);
            groups += crowd.groups.bounds.len();
            patience = patience.min(crowd.groups.patience(jump));
        }
        self.patience = (patience.max(1.0) * self.neurons as f64) as usize;
        let cost = COST + COST_OF_A_GROUP * groups as f64;
        let best = (cost / self.quickest_change(network, state)).powf(2.0 / 3.0);
        // Written so that what is no number becomes 1.
        self.candidates = if best >= 1.0 { best.min(MOST_FOR_BOUNDS) } else { 1.0 };
        let capacity = (self.candidates as usize).min(MOST_CANDIDATES);
        // Candidates are laid out in blocks.
        self.capacity = if capacity < WIDTH { capacity } else { capacity / WIDTH * WIDTH };
    }

    /// By which part a jump in common changes the rate of a population, at most, about.
    fn quickest_change(&self, network: &Network, state: &NetworkState) -> f64 {
        let change = |(b, crowd): (usize, &Crowd)| {
            let (common, gain) = (state.common(b, self.start), &network.populations[b].gain);
            let (intensity, derivative) =
                crowd.groups.intensity_and_derivative(gain, common.offset, common.scale);
            (intensity > 0.0).then(|| crowd.largest * derivative / intensity)
        };
        // Where all are silent, one jump may change that.
        self.crowds.iter().enumerate().filter_map(change).reduce(f64::max).unwrap_or(1.0)
    }

    /// Bounds of all channels in `span` from the start on.
    fn bound(&mut self, network: &Network, state: &NetworkState, span: f64) {
        let inside = self.crowds.len();
        let margin = MARGIN * (self.candidates - 1.0).sqrt();
        let motion = (self.start, span);
        for (b, crowd) in self.crowds.iter_mut().enumerate() {
            let limits = (margin * crowd.largest, self.inverse_probability);
            crowd.bound((b, &network.populations[b]), state, motion, limits);
        }
        self.composition.clear();
        for (b, crowd) in self.crowds.iter().enumerate() {
            self.composition.add(b, crowd.groups.bounded());
        }
        for (number, channel) in self.channels.iter().enumerate().skip(inside) {
            let rate = &network.externals[channel.source - inside].rate;
            let (low, high) = bounds(rate, self.start, span);
            let [floor, ceiling] = [low, high].map(|rate| channel.processes * rate.max(0.0));
            let count = network.populations[channel.population].count as u32;
            let all = (Group { first: 0, count }, &Bounds { floor, ceiling });
            self.composition.add(number, std::iter::once(all));
        }
        self.composition.finish();
    }

    /// How long the next bounds are to hold: as long as their candidates take, but not so long that drifts matter; where candidates are
    /// rarer than that, as long as one takes by bounds that hold as long.
    fn span(&mut self, network: &Network, state: &NetworkState) -> f64 {
        let fastest = self.crowds.iter().map(|c| c.time_constant).fold(f64::INFINITY, f64::min);
        let drift = LONGEST_DRIFT * fastest;
        let candidates = PATIENCE * self.candidates / self.composition.rate;
        if candidates < drift {
            return candidates;
        }
        let longest = LONGEST_SPAN.min(self.step - self.start);
        self.bound(network, state, longest);
        drift.max(1.0 / self.composition.rate).min(longest)
    }

    /// Lays out the candidates until `end`, at which the segment ends if there are not more.
    fn lay_out(&mut self, state: &NetworkState, end: f64) {
        for (a, (motion, crowd)) in self.motion.iter_mut().zip(&self.crowds).enumerate() {
            let inverse_scale = 1.0 / state.common(a, self.start).scale;
            let steady = state.steady(a, self.start);
            *motion = Motion { steady, inverse_scale, leak: 1.0 / crowd.time_constant };
        }
        let next = self.draws.next();
        let last = next + self.capacity + self.ahead;
        let new = self.marks.find(&self.draws, &self.composition, last);
        if new.start == next {
            // Nobody has asked for these.
            self.ask_for_deviations(state, next..next + self.ahead);
        }
        let rate = (self.start, self.composition.rate);
        let network = (&*self.channels, &*self.motion);
        let candidates = (&self.draws, &self.marks);
        self.segment.lay_out(candidates, rate, self.capacity, network, self.instructions);
        let fastest = self.crowds.iter().map(|c| c.time_constant).fold(f64::INFINITY, f64::min);
        let decay = self.start + LONGEST_DECAY * fastest;
        let times = &self.segment.times[..self.capacity];
        self.count = times.partition_point(|time| *time <= end.min(decay));
        if self.count == self.capacity {
            self.end = Some(times[self.count - 1]);
        } else if self.count > 0 {
            // Where the last candidate before the end comes is not known until then.
            self.end = Some(end.min(decay));
        } else if times[0] <= end {
            self.is_late = true;
            self.end = Some(times[0]);
        }
    }

    /// Writes the state anew for the first candidate, at `time`.
    pub(super) fn write_anew(&mut self, state: &mut NetworkState, time: f64) {
        state.refresh(time);
        self.touched = self.patience;
        for (a, row) in self.segment.inverse_scales.iter_mut().enumerate() {
            row[0] = 1.0 / state.common(a, time).scale;
        }
        // It was for deviations as they were written.
        self.segment.thresholds[0] = f64::NAN;
    }
}
