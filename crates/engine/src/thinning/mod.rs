//! Thinning of (source, target) pairs: the plain reference method.
//!
//! Use it as the oracle of the other methods, and where the source of each jump is wanted. It carries no sums of
//! intensities and needs no bound of a gain; each jump costs a candidate or two, at any rate.
//!
//! # Method
//! The neurons of each population are in groups by an upper bound of their intensity, which is a power of two. A
//! candidate picks a group in proportion to its size and bound, a member, any other neuron as its target, and is accepted
//! with probability `lambda_b(z_b^j)/bound`.
//!
//! Bounds hold for an epoch: those of the potentiations by their reach in the absence of jumps. When one ends, all neurons
//! are classified anew; after a jump its target is, the only one whose potentiation it changed. An epoch should last for
//! about half as many candidates as there are neurons, so that classifying costs about as much as they do, and ends when there
//! have been twice as many; but it is not shorter than a small part of the shortest time constant, in which bounds stay
//! tight.
//!
//! # Why the law is exact
//! At any time the candidates of a pair `(j, k)` come at the rate of the bound of `j`, whatever that is due to: a group's
//! rate is shared by its members and theirs by their targets. The bound is at least `lambda_b(z_b^j)` until it is
//! replaced, and was chosen from the past alone, so accepted candidates have the intensity `lambda_b(z_b^j(t))`, each pair
//! its own (Ogata's thinning). Where bounds are replaced the next candidate is drawn anew, and one beyond the end of its epoch is
//! forgotten: Poisson processes have no memory. Epochs begin and end by what has happened until then, whenever the caller
//! pauses.
//!
//! # Source
//! Thinning: Lewis & Shedler (1979), doi:10.1002/nav.3800260304; by bounds that depend on the past: Ogata (1981),
//! doi:10.1109/TIT.1981.1056305. Groups (composition-rejection): Slepoy, Thompson & Plimpton (2008), doi:10.1063/1.2919546.

mod groups;
mod reach;

use equipoise_model::{GainFunction, Network};
use rand::RngExt;
use rand_distr::{Distribution, Exp1};

use crate::jump::Jump;
use crate::method::JumpMethod;
use crate::state::NetworkState;
use crate::stream::Stream;

use groups::Groups;
use reach::Reach;
use serde::{Deserialize, Serialize};

/// Shortest epoch, in units of the shortest time constant.
const SHORTEST_EPOCH: f64 = 1.0 / 64.0;
/// Candidates for each neuron that a longer epoch should have.
const BEST_CANDIDATES: f64 = 0.5;
/// The most that it may have.
const MOST_CANDIDATES: f64 = 1.0;
/// An epoch is at most this many times as long as the one before it.
const LARGEST_GROWTH: f64 = 16.0;
/// Candidates in an epoch that the lowest group of a population may waste.
const WASTE: f64 = 1.0 / 64.0;

/// What the method knows of a neuron population.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Crowd {
    groups: Groups,
    reach: Reach,
}

/// The time in which bounds hold, and how many candidates of neurons there are in it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Epoch {
    start: f64,
    end: f64,
    /// As expected at its start.
    expected: f64,
    /// Until now.
    candidates: f64,
}

/// See the [module](self).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Thinning {
    /// Of the last candidate, or of the start of the epoch if there was none in it.
    time: f64,
    epoch: Epoch,
    shortest_epoch: f64,
    /// The next step of a drive or an external rate.
    step: f64,
    neurons: f64,
    crowds: Vec<Crowd>,
    /// Rate of candidates of each source population.
    rates: Vec<f64>,
}

impl Thinning {
    /// The method for a network with independent transmission.
    pub fn new(network: &Network) -> Self {
        let crowds = network.populations.iter().map(|population| Crowd {
            groups: Groups::new(population.count, population.gain.supremum()),
            reach: Reach::default(),
        });
        let time_constants = network.populations.iter().map(|p| p.time_constant);
        Self {
            time: 0.0,
            epoch: Epoch::default(),
            shortest_epoch: SHORTEST_EPOCH * time_constants.fold(f64::INFINITY, f64::min),
            step: f64::INFINITY,
            neurons: network.neuron_count() as f64,
            crowds: crowds.collect(),
            rates: vec![0.0; network.source_count()],
        }
    }

    /// Begins an epoch at the present time.
    fn begin(&mut self, network: &Network, state: &NetworkState) {
        let Epoch { start, expected, candidates, .. } = self.epoch;
        let growth = BEST_CANDIDATES * self.neurons / expected.max(candidates);
        let span = (self.time - start) * growth.clamp(1.0, LARGEST_GROWTH);
        let mut span = span.clamp(self.shortest_epoch, f64::MAX);
        self.classify(network, state, span);
        while self.epoch.expected > MOST_CANDIDATES * self.neurons && span > self.shortest_epoch {
            span = (0.5 * span).max(self.shortest_epoch);
            self.classify(network, state, span);
        }
    }

    /// Classifies all neurons for an epoch of this length, unless a step cuts it short.
    fn classify(&mut self, network: &Network, state: &NetworkState, span: f64) {
        let end = (self.time + span).min(self.step);
        let span = span.min(self.step - self.time);
        self.epoch = Epoch { start: self.time, end, expected: 0.0, candidates: 0.0 };
        for (index, population) in network.populations.iter().enumerate() {
            let common = state.common(index, self.time);
            let reach = Reach::new(population, common, (self.time, span));
            let targets = population.count as f64 * (self.neurons - 1.0);
            let deviations = state.deviations(index).iter().map(|y| common.scale * y);
            let bounds = deviations.map(|deviation| reach.bound(&population.gain, deviation));
            let crowd = &mut self.crowds[index];
            crowd.groups.classify(WASTE / (targets * span), bounds);
            crowd.reach = reach;
            self.rates[index] = crowd.groups.total() * (self.neurons - 1.0);
            self.epoch.expected += self.rates[index] * span;
        }
    }

    /// Whether there have been so many candidates that it is time for another epoch.
    fn is_exhausted(&self) -> bool {
        self.epoch.candidates > MOST_CANDIDATES * self.neurons
            && self.time > self.epoch.start + self.shortest_epoch
    }

    /// Classifies a neuron that has jumped.
    fn reclassify(
        &mut self,
        network: &Network,
        state: &NetworkState,
        (population, neuron): (usize, usize),
    ) {
        let scale = state.common(population, self.time).scale;
        let Crowd { groups, reach } = &mut self.crowds[population];
        let deviation = scale * state.deviation(population, neuron);
        groups.reclassify(neuron, reach.bound(&network.populations[population].gain, deviation));
        self.rates[population] = groups.total() * (self.neurons - 1.0);
    }

    /// The source neuron and the target of a candidate of a neuron population, if it is accepted.
    fn candidate_of_neuron(
        &mut self,
        network: &Network,
        state: &NetworkState,
        source: usize,
        rng: &mut Stream,
    ) -> Option<(usize, usize)> {
        self.epoch.candidates += 1.0;
        let (neuron, bound) = self.crowds[source].groups.draw(rng);
        let potentiation = state.potentiation(source, neuron, self.time);
        let intensity = network.populations[source].gain.intensity(potentiation);
        let own_index = first_neuron(network, source) + neuron;
        let other = rng.random_range(0..(network.neuron_count() - 1) as u64) as usize;
        let target = other + usize::from(other >= own_index);
        (rng.random::<f64>() * bound < intensity).then_some((neuron, target))
    }

    /// The target of a candidate of an external population, if it is accepted.
    fn candidate_from_outside(
        &self,
        network: &Network,
        external: usize,
        rng: &mut Stream,
    ) -> Option<usize> {
        let rate = &network.externals[external].rate;
        let target = rng.random_range(0..network.neuron_count() as u64) as usize;
        let level = rng.random::<f64>() * rate.supremum_from(self.time);
        (level < rate.value(self.time)).then_some(target)
    }
}

impl JumpMethod for Thinning {
    fn restart(&mut self, network: &Network, state: &NetworkState, time: f64) {
        self.time = time;
        self.step = network.next_step(time).unwrap_or(f64::INFINITY);
        // No time ago: the epoch that begins is the shortest.
        self.epoch = Epoch { start: time, ..Epoch::default() };
        let outside = &mut self.rates[network.population_count()..];
        for (rate, source) in outside.iter_mut().zip(&network.externals) {
            *rate = source.count as f64 * source.rate.supremum_from(time) * self.neurons;
        }
        self.begin(network, state);
    }

    fn propose(&mut self, network: &Network, state: &NetworkState, rng: &mut Stream) -> f64 {
        if self.is_exhausted() {
            self.begin(network, state);
        }
        loop {
            let gap: f64 = Exp1.sample(rng);
            let candidate = self.time + gap / self.rates.iter().sum::<f64>();
            if candidate <= self.epoch.end {
                self.time = candidate;
                return candidate;
            }
            if self.epoch.end == self.step {
                return f64::INFINITY;
            }
            self.time = self.epoch.end;
            self.begin(network, state);
        }
    }

    fn decide(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        rng: &mut Stream,
    ) -> Option<Jump> {
        let level = rng.random::<f64>() * self.rates.iter().sum::<f64>();
        let source_population = pick(&self.rates, level);
        let (source_neuron, target) = if source_population < network.population_count() {
            let (neuron, target) =
                self.candidate_of_neuron(network, state, source_population, rng)?;
            (Some(neuron), target)
        } else {
            let external = source_population - network.population_count();
            (None, self.candidate_from_outside(network, external, rng)?)
        };
        let (target_population, target_neuron) = locate(network, target);
        let scale = state.common(target_population, self.time).scale;
        let jump = network.jump(target_population, source_population);
        state.kick(target_population, target_neuron, jump / scale);
        self.reclassify(network, state, (target_population, target_neuron));
        let time = self.time;
        Some(Jump { time, source_population, source_neuron, target_population, target_neuron })
    }
}

/// Index of the interval of lengths `weights` in which `level` lies.
fn pick(weights: &[f64], mut level: f64) -> usize {
    for (index, weight) in weights.iter().enumerate() {
        level -= weight;
        if level < 0.0 {
            return index;
        }
    }
    // Rounding of the sum: the last population that can jump at all.
    weights.iter().rposition(|weight| *weight > 0.0).unwrap_or(0)
}

fn first_neuron(network: &Network, population: usize) -> usize {
    network.populations[..population].iter().map(|p| p.count).sum()
}

/// Population and index within it of a neuron numbered through all populations.
pub(crate) fn locate(network: &Network, mut neuron: usize) -> (usize, usize) {
    for (index, population) in network.populations.iter().enumerate() {
        if neuron < population.count {
            return (index, neuron);
        }
        neuron -= population.count;
    }
    unreachable!("neuron index beyond the network")
}
