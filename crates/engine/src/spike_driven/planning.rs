//! How long segments are, and their bounds.

use std::hint::black_box;
use std::ops::Range;

use equipoise_model::{GainFunction, Network, NeuronPopulation, Schedule};

use crate::state::NetworkState;
use crate::vector::WIDTH;

use super::SpikeDriven;
use super::crowd::{Crowd, Scan, bounds};
use super::draws::LOOKAHEAD;
use super::inverse::Inverse;
use super::segment::{Channel, Motion};

/// The cost of a segment over that of a candidate.
const SEGMENT_COST: f64 = 10.0;
/// Most candidates of a segment: the next ones are looked at, too.
const MOST_CANDIDATES: f64 = (LOOKAHEAD / 2) as f64;
/// The margin for the jumps of a segment, in standard deviations if they were independent.
const MARGIN: f64 = 1.5;
/// A segment is at most this many times as long as its candidates take on average.
const PATIENCE: f64 = 2.0;
/// Longest segment with several candidates on average, in time constants.
const LONGEST_DRIFT: f64 = 0.25;
/// Longest segment with several candidates, in time constants.
const LONGEST_DECAY: f64 = 16.0;
/// Longest segment, where nothing moves at all; its square is still a number.
const LONGEST_SPAN: f64 = 1e150;

/// The spikes of each population, then the jumps from each external source onto each population.
pub(super) fn channels(network: &Network) -> Vec<Channel> {
    let inside = network.population_count();
    let channel = |population: usize, source: usize, inverse, processes| Channel {
        population,
        source,
        inverse,
        processes,
        floor: 0.0,
        ceiling: 0.0,
    };
    let spikes = |(b, population): (usize, &NeuronPopulation)| {
        let gain = Inverse::of(&population.gain, network.transmission.release_probability());
        let inverse = if moves(&population.drive) { Inverse::None } else { gain };
        channel(b, b, inverse, population.count as f64)
    };
    let mut channels: Vec<Channel> = network.populations.iter().enumerate().map(spikes).collect();
    for (x, external) in network.externals.iter().enumerate() {
        for (a, target) in network.populations.iter().enumerate() {
            let processes = target.count as f64 * external.count as f64;
            channels.push(channel(a, inside + x, Inverse::None, processes));
        }
    }
    channels
}

/// Whether a schedule moves between its steps.
fn moves(schedule: &Schedule) -> bool {
    schedule.derivative_bound() > 0.0
}

/// What the method knows of a population.
pub(super) fn crowd(network: &Network, population: usize) -> Crowd {
    let sizes = (0..network.source_count()).map(|b| network.jump(population, b)).collect();
    Crowd::new(&network.populations[population], sizes)
}

impl SpikeDriven {
    /// Lays out the next segment.
    pub(super) fn plan(&mut self, network: &Network, state: &mut NetworkState) {
        if state.refresh(self.start) {
            self.touched = self.neurons;
        }
        if self.touched >= self.neurons {
            self.look_at_all(network, state);
        }
        let span = self.span(network, state);
        let left = self.step - self.start;
        let end = if span < left { (self.start + span).min(self.step) } else { self.step };
        self.bound(network, state, end - self.start);
        self.decided = 0;
        self.count = 0;
        self.is_late = false;
        self.end = Some(end);
        if self.segment.rate > 0.0 {
            self.lay_out(state, end);
        }
    }

    /// Finds the extremes anew, and how many candidates are best.
    fn look_at_all(&mut self, network: &Network, state: &NetworkState) {
        self.touched = 0;
        let mut quickest: f64 = 0.0;
        for (b, crowd) in self.crowds.iter_mut().enumerate() {
            crowd.extremes = self.instructions.run(Scan(state.deviations(b)));
            let highest = state.common(b, self.start).potentiation(crowd.extremes.highest);
            let (value, slope) = network.populations[b].gain.intensity_and_derivative(highest);
            quickest = quickest.max(crowd.largest * slope / value);
        }
        let best = (SEGMENT_COST / quickest).powf(2.0 / 3.0);
        // Written so that what is no number becomes 1.
        let capacity = if best >= 1.0 { best.min(MOST_CANDIDATES) as usize } else { 1 };
        // Candidates are laid out in blocks.
        self.capacity = if capacity < WIDTH { capacity } else { capacity / WIDTH * WIDTH };
    }

    /// Bounds of all channels in `span` from the start on.
    fn bound(&mut self, network: &Network, state: &NetworkState, span: f64) {
        let inside = self.crowds.len();
        let widening = MARGIN * ((self.capacity - 1) as f64).sqrt();
        for (b, crowd) in self.crowds.iter_mut().enumerate() {
            let population = &network.populations[b];
            let margin = widening * crowd.largest;
            let motion = (self.start, span);
            let (low, high) = crowd.reach((b, &population.drive), state, motion, margin);
            self.channels[b].floor = population.gain.intensity(low) * self.inverse_probability;
            self.channels[b].ceiling = population.gain.intensity(high) * self.inverse_probability;
        }
        for channel in &mut self.channels[inside..] {
            let rate = &network.externals[channel.source - inside].rate;
            let (low, high) = bounds(rate, self.start, span);
            (channel.floor, channel.ceiling) = (low.max(0.0), high.max(0.0));
        }
        self.segment.set_rates(&self.channels);
    }

    /// Length of the next segment: as long as its candidates take, but not so long that drifts matter; where candidates are
    /// rarer than that, as long as one takes by bounds that hold as long.
    fn span(&mut self, network: &Network, state: &NetworkState) -> f64 {
        let fastest = self.crowds.iter().map(|c| c.time_constant).fold(f64::INFINITY, f64::min);
        let drift = LONGEST_DRIFT * fastest;
        let candidates = PATIENCE * self.capacity as f64 / self.segment.rate;
        if candidates < drift {
            return candidates;
        }
        let longest = LONGEST_SPAN.min(self.step - self.start);
        self.bound(network, state, longest);
        drift.max(1.0 / self.segment.rate).min(longest)
    }

    /// Lays out the candidates until `end`, at which the segment ends if there are not more.
    fn lay_out(&mut self, state: &NetworkState, end: f64) {
        for (a, (motion, crowd)) in self.motion.iter_mut().zip(&self.crowds).enumerate() {
            let inverse_scale = 1.0 / state.common(a, self.start).scale;
            let steady = state.steady(a, self.start);
            *motion = Motion { steady, inverse_scale, leak: 1.0 / crowd.time_constant };
        }
        let ahead = if self.is_large { 2 * self.capacity } else { self.capacity };
        let network = (&*self.channels, &*self.motion);
        let counts = (self.capacity, ahead);
        self.segment.lay_out(&self.draws, self.start, counts, network, self.instructions);
        if self.is_large {
            self.bring_near(state, self.capacity..ahead);
        }
        let fastest = self.crowds.iter().map(|c| c.time_constant).fold(f64::INFINITY, f64::min);
        let decay = self.start + LONGEST_DECAY * fastest;
        let times = &self.segment.times[..self.capacity];
        self.count = times.partition_point(|time| *time <= end.min(decay));
        if self.count == self.capacity || (self.count > 0 && end > decay) {
            self.end = Some(times[self.count - 1]);
        } else if self.count == 0 && times[0] <= end {
            self.is_late = true;
            self.end = Some(times[0]);
        }
    }

    /// Reads the deviations that the next segment will look at, if its ceilings are about the same, all at once: what is
    /// not in the cache comes while this segment is decided.
    fn bring_near(&self, state: &NetworkState, candidates: Range<usize>) {
        let channels = &self.segment.channels[candidates.clone()];
        let mut sum = 0.0;
        for (channel, place) in channels.iter().zip(&self.segment.places[candidates]) {
            let population = self.channels[*channel as usize].population;
            sum += state.deviation(population, *place as usize);
        }
        black_box(sum);
    }

    /// Writes the state anew for the first candidate, at `time`.
    pub(super) fn write_anew(&mut self, state: &mut NetworkState, time: f64) {
        state.refresh(time);
        self.touched = self.neurons;
        for (a, row) in self.segment.inverse_scales.iter_mut().enumerate() {
            row[0] = 1.0 / state.common(a, time).scale;
        }
    }
}
