//! The spike-driven method, exact, for shared spikes and for release with probability `p`.
//!
//! Use it for every network whose neurons have spikes of their own: neuron `j` of population `b` spikes at the points of one process
//! of intensity `lambda_b(z_b^j)/p`, and each spike reaches each other neuron with probability `p` (1 for shared spikes). A
//! shared spike costs one step for each population, whatever the number of neurons; a released one `min(p, 1 - p) N` jumps.
//! External sources are private: each has its own process to each neuron.
//!
//! # Candidates
//! Time is cut into segments. At the start of a segment each channel (the spikes of a population, or the jumps from an external
//! source onto a population) gets a ceiling `B` of the intensity of one of its processes, valid to the end of the segment.
//! Candidates come as a Poisson process of rate `sum M B`, with `M` the number of processes of a channel; each has a channel in proportion
//! to `M B`, a neuron uniform in its population and a level uniform on `[0, B)`, and it is accepted if the level is below the
//! intensity of its process at that time. So the accepted ones have, for each process, the intensity that the model asks for;
//! a rejected candidate leaves no trace, and nothing is drawn twice. A level below the floor of the channel, a lower bound valid
//! as long as the ceiling, is accepted without a look at the neuron.
//!
//! # Why the bounds hold
//! With `z = x(t) + s(t) (w + y)`, where `w` is what the population has in common, let `w + y` of all neurons lie within
//! `[low, high]` until the end of the segment. A neuron at `w + y = high` moves between jumps by `dz/dt = (tau I - z)/tau`, so in a time `h` it rises by
//! no more than `max(0, tau sup I - z)(1 - exp(-h/tau))` above where it was at the start, and `1 - exp(-x) <= min(x, 1)`; no neuron is higher,
//! for `x` and `s` are common to all. Gains never fall, so the gain there is a ceiling; the mirror image gives the floor. No bound of the
//! gain itself is needed. The interval is that of the extremes of `y` at the start, widened by a margin for the jumps to come. After each
//! spike and jump the extremes are brought up to date: they only widen when a neuron jumps by itself, as the spiking neuron does
//! when it takes back what it does not receive, and are found anew after as many such jumps as there are neurons. When
//! they leave the interval, the segment ends at once. Rates of external sources are bounded by their value and largest slope.
//!
//! # Why segments may end
//! A segment ends at its horizon, after a number of candidates, or when the extremes have left their interval. Each of these times is known from
//! what has happened until then, and Poisson processes have no memory: given the past, what is left of the unit-rate
//! process of candidates, counted in its integrated rate, is again one of unit rate. It is drawn ahead once and read with the rate at
//! hand, so neither segments nor pauses draw anything. The law does not depend on lengths and margins, which decide the cost alone,
//! and a run does not depend on when it is asked to pause: a pause applies the candidates before it and changes nothing else.
//!
//! # Source
//! Lewis & Shedler (1979), doi:10.1002/nav.3800260304; Ogata (1981), doi:10.1109/TIT.1981.1056305, for thinning with bounds that
//! are renewed on the way.

mod crowd;
mod draws;
mod fan_out;
mod inverse;
mod planning;
mod segment;
#[cfg(test)]
mod tests;

use equipoise_model::{GainFunction, Network};

use crate::jump::{Jump, Spike};
use crate::method::{Method, Progress};
use crate::observer::Observer;
use crate::state::NetworkState;
use crate::stream::{Purpose, stream};
use crate::vector::InstructionSet;

use crowd::Crowd;
use draws::Draws;
use fan_out::{Delivery, FanOut};
use segment::{Channel, Motion, Segment};

/// Segments between two looks at the signal to stop.
const SEGMENTS_PER_LOOK: u32 = 256;

/// Neurons whose deviations are too many for the near cache.
const LARGE: usize = 1 << 15;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct SpikeDriven {
    instructions: InstructionSet,
    draws: Draws,
    fan_out: FanOut,
    /// `1/p`.
    inverse_probability: f64,
    crowds: Vec<Crowd>,
    channels: Vec<Channel>,
    motion: Vec<Motion>,
    segment: Segment,
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
    /// Neurons that have jumped by themselves since the extremes were found.
    touched: usize,
    neurons: usize,
    /// Whether the deviations are too many for the cache.
    is_large: bool,
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
        let probability = network.transmission.release_probability();
        let channels = planning::channels(network);
        let counts: Vec<u64> = network.populations.iter().map(|p| p.count as u64).collect();
        assert!(counts.iter().all(|count| u32::try_from(*count).is_ok()), "populations in memory");
        let crowds: Vec<Crowd> =
            (0..network.population_count()).map(|a| planning::crowd(network, a)).collect();
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
            segment: Segment::new(&channels, &counts),
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
            neurons: network.neuron_count(),
            is_large: network.neuron_count() > LARGE,
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
        while self.decided < self.count {
            let at = self.decided;
            let time = self.segment.times[at];
            if time > until {
                return;
            }
            self.decided += 1;
            let channel = &self.channels[self.segment.channels[at] as usize];
            let neuron = self.segment.places[at] as usize;
            let height =
                state.shift(channel.population) + state.deviation(channel.population, neuron);
            let threshold = self.segment.thresholds[at];
            if height <= threshold || threshold.is_nan() && !self.accepts(network, at, height) {
                continue;
            }
            if self.apply(network, state, at, observer) {
                self.count = self.decided;
                self.end = Some(time);
            }
        }
    }

    /// Whether a candidate without a threshold is accepted, where `w + y` of its neuron is `height`.
    fn accepts(&self, network: &Network, at: usize, height: f64) -> bool {
        let (time, level) = (self.segment.times[at], self.segment.levels[at]);
        let Channel { population, source, .. } = self.channels[self.segment.channels[at] as usize];
        if source >= self.crowds.len() {
            return level < network.externals[source - self.crowds.len()].rate.value(time);
        }
        let population_of = &network.populations[population];
        let steady = population_of.drive.steady_response(time, population_of.time_constant);
        let z = steady + height / self.segment.inverse_scales[population][at];
        level < population_of.gain.intensity(z) * self.inverse_probability
    }

    /// Applies an accepted candidate; returns whether a neuron has escaped its bounds.
    #[inline]
    fn apply<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        at: usize,
        observer: &mut O,
    ) -> bool {
        let Channel { population, source, .. } = self.channels[self.segment.channels[at] as usize];
        let neuron = self.segment.places[at] as usize;
        if source >= self.crowds.len() {
            return self.apply_external(network, state, (at, population, source), observer);
        }
        let mut escaped = false;
        for (target, crowd) in self.crowds.iter_mut().enumerate() {
            let change = crowd.sizes[source] * self.segment.inverse_scales[target][at];
            let own = (target == source).then_some(neuron);
            let delivery = Delivery { target, source, change, own };
            self.touched +=
                self.fan_out.deliver(state, delivery, &mut crowd.extremes, self.instructions);
            escaped |= crowd.has_escaped(state.shift(target));
        }
        let spike = Spike { time: self.segment.times[at], population: source, neuron };
        state.count_spike(&spike);
        if O::WATCHES_JUMPS {
            observer.spike(network, state, &spike);
        }
        escaped
    }

    fn apply_external<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        (at, population, source): (usize, usize, usize),
        observer: &mut O,
    ) -> bool {
        let neuron = self.segment.places[at] as usize;
        let crowd = &mut self.crowds[population];
        let change = crowd.sizes[source] * self.segment.inverse_scales[population][at];
        state.kick(population, neuron, change);
        crowd.extremes.include(state.deviation(population, neuron));
        let escaped = crowd.has_escaped(state.shift(population));
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
        escaped
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
                self.draws.ahead().arrivals[decided - 1]
            }
            _ => self.draws.now() + (end - self.start) * self.segment.rate,
        };
        self.draws.advance(hazard, self.decided, self.instructions);
        self.start = end;
        self.end = None;
    }
}

impl Method for SpikeDriven {
    fn restart(&mut self, network: &Network, _: &NetworkState, time: f64) {
        self.start = time;
        self.end = None;
        self.step = network.next_step(time).unwrap_or(f64::INFINITY);
        self.touched = self.neurons;
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
