//! The spike-driven method, exact, for shared spikes and for release with probability `p`.
//!
//! Use it for every network whose neurons have spikes of their own: neuron `j` of population `b` spikes at the points of one process
//! of intensity `lambda_b(z_b^j)/p`, and each spike reaches each other neuron with probability `p` (1 for shared spikes). A
//! shared spike costs one step for each population, whatever the number of neurons; a released one `min(p, 1 - p) N` jumps.
//! External sources are private: each has its own process to each neuron.
//!
//! # Candidates
//! The neurons of a population are put in groups of about the same potentiation. Each group of a channel (the spikes of a population, or the jumps
//! from an external source onto a population) gets a ceiling `B_g` of the intensity of each of its `N_g` neurons, valid as long as
//! bounds hold (below). Candidates come as a Poisson process of rate `sum N_g B_g`; each has a group in proportion to `N_g B_g`, a neuron
//! uniform in the group and a level uniform on `[0, B_g)`, and it is accepted if the level is below the intensity of its neuron at
//! that time. So the accepted ones have, for each neuron, the intensity that the model asks for; a rejected candidate
//! leaves no trace, and nothing is drawn twice. A level below the floor of the group, a lower bound valid as long as the ceiling, is
//! accepted without a look at the neuron: where groups are narrow, nearly all are.
//!
//! # Why the bounds hold
//! With `z = x(t) + s(t) (w + y)`, where `w` is what the population has in common, bounds are made for `w` within an interval, for `y` of the neurons of each
//! group within one of their own, and for times until a horizon. Let `w + y <= high` then. A neuron with `w + y = high` all the time moves by
//! `dz/dt = (tau I - z)/tau`, so in a time `h` it rises by no more than `max(0, tau sup I - z)(1 - exp(-h/tau))` above where it is at the start,
//! and `1 - exp(-x) <= min(x, 1)`; no neuron of the group is higher, for `x` and `s` are common to all. Gains never fall, so the
//! gain there is a ceiling; the mirror image gives the floor. No bound of the gain itself
//! is needed. After each spike and jump `w` and the `y` that it has changed are compared with their intervals, and the first that is outside ends the bounds at
//! once. `y` changes only when a neuron jumps by itself, as the spiking neuron does when it takes back what it does not receive.
//! Its group's interval is widened for it when it leaves; when there have been one to eight such jumps for each neuron all are grouped
//! anew. (With external sources, and unless all spikes reach all, neurons jump so often that a population is one group.)
//! Rates of external sources are bounded by their value and largest slope.
//!
//! # Why segments may end
//! Candidates are laid out in segments. A segment ends after a number of candidates, at the horizon of the bounds, or when the bounds end. Each of these
//! times is known from what has happened until then, and Poisson processes have no memory: given the past, what is left of the unit-rate
//! process of candidates, counted in its integrated rate, is again one of unit rate. It is drawn ahead once, with two random numbers for
//! each candidate, and read with the rate and the groups at hand: what has been found ahead and not decided is found anew when these change. So neither segments
//! nor pauses draw anything. The law does not depend on lengths, groups and margins, which decide the cost alone ([`Grouping`]), and a run does not depend
//! on when it is asked to pause: a pause applies the candidates before it and changes nothing else.
//!
//! # Source
//! Lewis & Shedler (1979), doi:10.1002/nav.3800260304; Ogata (1981), doi:10.1109/TIT.1981.1056305, for thinning with bounds that
//! are renewed on the way; `composition` and `groups` name theirs.

mod composition;
mod crowd;
mod draws;
mod extremes;
mod fan_out;
mod groups;
mod in_common;
mod inverse;
mod marks;
mod planning;
mod segment;
#[cfg(test)]
mod tests;

use std::ops::Range;

use equipoise_model::{GainFunction, Network};

use crate::jump::{Jump, Spike};
use crate::method::{Method, Progress};
use crate::observer::Observer;
use crate::state::NetworkState;
use crate::stream::{Purpose, stream};
use crate::vector::{InstructionSet, ask_for};

pub use groups::Grouping;

use composition::Composition;
use crowd::Crowd;
use draws::Draws;
use extremes::Extremes;
use fan_out::{Delivery, FanOut};
use in_common::InCommon;
use marks::{Mark, Marks};
use segment::{Channel, Motion, Segment};
use serde::{Deserialize, Serialize};

/// Segments between two looks at the signal to stop.
const SEGMENTS_PER_LOOK: u32 = 256;

/// Deviations asked for at once; a processor forgets some of more than that.
const ASKED_AT_ONCE: usize = 8;

/// See the [module](self).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SpikeDriven {
    #[serde(skip, default = "InstructionSet::best")]
    instructions: InstructionSet,
    draws: Draws,
    /// Which targets spikes reach, if not all.
    fan_out: Option<FanOut>,
    /// `1/p`.
    inverse_probability: f64,
    crowds: Vec<Crowd>,
    channels: Vec<Channel>,
    motion: Vec<Motion>,
    composition: Composition,
    /// Until when its bounds hold.
    horizon: f64,
    /// Candidates for which bounds are made.
    candidates: f64,
    marks: Marks,
    segment: Segment,
    in_common: InCommon,
    /// Start of the segment.
    start: f64,
    /// End of the segment, if there is one.
    end: Option<f64>,
    /// Candidates of the segment.
    count: usize,
    /// How many of them have been decided.
    decided: usize,
    /// Whether its only candidate comes so late that the state must be written anew before.
    is_late: bool,
    /// The next step of a drive or an external rate.
    step: f64,
    /// Most candidates of a segment.
    capacity: usize,
    /// Jumps of neurons by themselves since they were grouped.
    touched: usize,
    /// After how many of these they are grouped anew.
    patience: usize,
    neurons: usize,
    /// Candidates whose neurons are asked for ahead: some, if the deviations are too many for the cache.
    ahead: usize,
}

impl SpikeDriven {
    /// The method for a replicate of a network with shared spikes or release, on the best instructions. (Independent transmission
    /// is taken for shared.)
    pub fn new(network: &Network, seed: u64, replicate: u64) -> Self {
        Self::with_instructions(network, seed, replicate, InstructionSet::best())
    }

    /// The same on other instructions; the spikes are the same to the last bit.
    pub fn with_instructions(
        network: &Network,
        seed: u64,
        replicate: u64,
        instructions: InstructionSet,
    ) -> Self {
        let grouping = Grouping::of(network.neuron_count());
        Self::with_grouping(network, (seed, replicate), instructions, grouping)
    }

    /// The same in other groups, for tests: the law is the same.
    pub fn with_grouping(
        network: &Network,
        (seed, replicate): (u64, u64),
        instructions: InstructionSet,
        grouping: Grouping,
    ) -> Self {
        let probability = network.transmission.release_probability();
        let channels = planning::channels(network);
        let crowds = planning::crowds(network, grouping);
        let still = |crowd: &Crowd| Motion {
            steady: 0.0,
            inverse_scale: 1.0,
            leak: 1.0 / crowd.time_constant,
        };
        Self {
            instructions,
            draws: Draws::new(stream(seed, replicate, Purpose::Spikes), instructions),
            fan_out: FanOut::new(probability, stream(seed, replicate, Purpose::Releases)),
            inverse_probability: 1.0 / probability,
            motion: crowds.iter().map(still).collect(),
            composition: Composition::new(),
            horizon: f64::NEG_INFINITY,
            candidates: 1.0,
            marks: Marks::new(),
            segment: Segment::new(crowds.len()),
            in_common: InCommon::new(&crowds),
            crowds,
            channels,
            start: 0.0,
            end: None,
            count: 0,
            decided: 0,
            is_late: false,
            step: f64::INFINITY,
            capacity: 1,
            touched: network.neuron_count(),
            patience: network.neuron_count(),
            neurons: network.neuron_count(),
            ahead: grouping.ahead,
        }
    }

    /// Decides the candidates until `until`, in order.
    fn decide_until<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        until: f64,
        observer: &mut O,
    ) {
        let left = &self.segment.times[self.decided..self.count];
        let limit = self.decided + left.partition_point(|time| *time <= until);
        if !O::WATCHES_JUMPS && self.fan_out.is_none() && network.externals.is_empty() {
            self.decide_in_common(network, state, limit);
        } else {
            self.decide_one_by_one(network, state, limit, observer);
        }
    }

    /// Asks for the deviations of the neurons of some candidates.
    #[inline]
    fn ask_for_deviations(&self, state: &NetworkState, candidates: Range<usize>) {
        for (channel, place) in self.marks.places(candidates) {
            let population = self.channels[channel as usize].population;
            ask_for(state.deviations(population), place as usize);
        }
    }

    /// Ends the segment with the last candidate that was decided, after which the bounds do not hold.
    fn cut_short(&mut self) {
        self.count = self.decided;
        self.end = Some(self.segment.times[self.decided - 1]);
        self.horizon = f64::NEG_INFINITY;
    }

    /// Decides the candidates before number `limit` in the order of the model.
    fn decide_one_by_one<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        limit: usize,
        observer: &mut O,
    ) {
        let first = self.draws.next();
        while self.decided < limit {
            let at = self.decided;
            self.decided += 1;
            if at.is_multiple_of(ASKED_AT_ONCE) && self.ahead > 0 {
                let from = first + at + self.ahead;
                self.ask_for_deviations(state, from..from + ASKED_AT_ONCE);
            }
            let mark = self.marks.get(first + at);
            let channel = self.channels[mark.channel];
            let deviation = state.deviations(channel.population)[mark.place];
            let height = state.shift(channel.population) + deviation;
            let threshold = self.segment.thresholds[at];
            let accepted = height > threshold
                || threshold.is_nan() && {
                    let (time, level) = (self.segment.times[at], self.marks.levels(first)[at]);
                    let inverse_scale = self.segment.inverse_scales[channel.population][at];
                    let inverse = self.inverse_probability;
                    accepts(network, channel, (time, level), (height, inverse_scale), inverse)
                };
            if !accepted {
                continue;
            }
            let held = if channel.source < self.crowds.len() {
                self.apply_spike(network, state, (at, mark), channel.source, observer)
            } else {
                self.apply_external(network, state, (at, mark), channel, observer)
            };
            if !held {
                self.cut_short();
                return;
            }
        }
    }

    /// Applies a spike of population `source`; returns whether the bounds still hold.
    #[inline]
    fn apply_spike<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        (at, Mark { group, place, .. }): (usize, Mark),
        source: usize,
        observer: &mut O,
    ) -> bool {
        let mut held = true;
        for (target, crowd) in self.crowds.iter_mut().enumerate() {
            let change = crowd.sizes[source] * self.segment.inverse_scales[target][at];
            if let Some(fan_out) = &mut self.fan_out {
                let own = (target == source).then_some(place);
                let delivery = Delivery { target, source, change, own };
                let mut reached = Extremes::NONE;
                self.touched += fan_out.deliver(state, delivery, &mut reached, self.instructions);
                held &= crowd.groups.keep_all(reached, change);
            } else {
                state.translate(target, change);
            }
            held &= crowd.within.holds(state.shift(target));
        }
        if self.fan_out.is_none() {
            let crowd = &mut self.crowds[source];
            let change = crowd.sizes[source] * self.segment.inverse_scales[source][at];
            // It does not receive its own.
            let deviation = state.at(source, place);
            *deviation -= change;
            held &= crowd.groups.keep(group, *deviation, change);
            state.count_jumps_of_spikes(source, 1);
            self.touched += 1;
        }
        let neuron = state.neuron(source, place);
        let spike = Spike { time: self.segment.times[at], population: source, neuron };
        state.count_spike(&spike);
        if O::WATCHES_JUMPS {
            observer.spike(network, state, &spike);
        }
        held
    }

    fn apply_external<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        (at, Mark { place, .. }): (usize, Mark),
        Channel { population, source, .. }: Channel,
        observer: &mut O,
    ) -> bool {
        let neuron = state.neuron(population, place);
        let crowd = &mut self.crowds[population];
        let change = crowd.sizes[source] * self.segment.inverse_scales[population][at];
        state.kick(population, neuron, change);
        let held = crowd.groups.keep(0, state.deviation(population, neuron), change);
        self.touched += 1;
        let jump = Jump {
            time: self.segment.times[at],
            source_population: source,
            source_neuron: None,
            target_population: population,
            target_neuron: neuron,
        };
        state.count(&jump);
        if O::WATCHES_JUMPS {
            observer.jump(network, state, &jump);
        }
        held
    }

    /// Ends the segment.
    fn finish<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        end: f64,
        observer: &mut O,
    ) {
        if self.is_late {
            self.write_anew(state, end);
            self.count = 1;
            self.decide_until(network, state, end, observer);
        }
        let hazard = match self.decided {
            // The last candidate ended it.
            decided
                if decided > 0
                    && decided == self.count
                    && self.segment.times[decided - 1] == end =>
            {
                self.draws.arrivals()[decided - 1]
            }
            _ => self.draws.now() + (end - self.start) * self.composition.rate,
        };
        if self.draws.advance(hazard, self.decided, self.instructions) {
            self.marks.forget(self.draws.next());
        }
        self.start = end;
        self.end = None;
    }
}

/// Whether a candidate without a threshold is accepted, at its time and level, where `w + y` of its neuron is `height` and `s` its scale.
#[cold]
fn accepts(
    network: &Network,
    Channel { population, source, processes, .. }: Channel,
    (time, level): (f64, f64),
    (height, inverse_scale): (f64, f64),
    inverse_probability: f64,
) -> bool {
    if let Some(external) = source.checked_sub(network.population_count()) {
        return level < processes * network.externals[external].rate.value(time);
    }
    let population = &network.populations[population];
    let steady = population.drive.steady_response(time, population.time_constant);
    let z = steady + height / inverse_scale;
    level < population.gain.intensity(z) * inverse_probability
}

impl Method for SpikeDriven {
    fn restart(&mut self, network: &Network, _: &NetworkState, time: f64) {
        self.start = time;
        self.end = None;
        self.horizon = f64::NEG_INFINITY;
        self.step = network.next_step(time).unwrap_or(f64::INFINITY);
        self.touched = self.patience;
    }

    fn advance<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        until: f64,
        observer: &mut O,
    ) -> Progress {
        for _ in 0..SEGMENTS_PER_LOOK {
            if self.end.is_none() {
                if self.start >= until {
                    return Progress::Reached;
                }
                self.plan(network, state);
            }
            self.decide_until(network, state, until, observer);
            let Some(end) = self.end else { unreachable!("just planned") };
            if end > until {
                return Progress::Reached;
            }
            self.finish(network, state, end, observer);
        }
        Progress::Paused(self.start)
    }
}
