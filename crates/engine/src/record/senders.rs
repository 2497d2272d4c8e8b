//! Whose spike a jump is, under independent transmission.
//!
//! Each neuron sends a process of its own to each other neuron. Its *spike train* is the process towards one designated target: the
//! next neuron, in the order of the populations and cyclically. So a `b`-jump onto neuron `k` is a spike of the neuron `j` before `k` if
//! `j` is in `b` and the jump came from it, which is so with probability
//!
//! ```math
//! \frac{\lambda_b(z_b^j)}{D}, \qquad D = \sum \lambda_b(z_b^i) \text{ over } i \text{ in } b \text{ other than } k,
//! ```
//!
//! just before the jump; it does not move `j`, nor any other neuron in `D`, so the state after it tells the same. Methods that
//! draw the source say it; for the others a uniform number `u` from a stream of its own decides by `u D < lambda_b(z_b^j)`.
//!
//! `D` is not summed for each jump. A sum over the population is kept with a bound of how far it can have come since: by at most `sup|lambda'| |J|/sqrt(n)` at
//! each jump onto the population, and by `sup|lambda'| sum_i sup|dz_i/dt|` a unit of time, where
//! `|dz/dt|` rises by at most `|J|/(tau sqrt(n))` at a jump and `sup|dI/dt|` a unit of time. The jump is a spike
//! about once in `N` times, and the bounds leave that open more seldom still; then `D` is summed and the same `u` is decided by it.

use equipoise_model::{GainFunction, Network};
use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::jump::Jump;
use crate::state::NetworkState;
use crate::stream::Stream;

/// Part of a sum that it may have moved by before it is taken anew.
const TOLERANCE: f64 = 1.0 / 16.0;
/// Relative rounding of a sum over a population, with room to spare.
const ROUNDING: f64 = 1e-9;

/// A sum of intensities over a population, and how far it can have moved.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Reference {
    /// `sup |lambda'|`, and it times the largest jump.
    derivative_bound: f64,
    stride: f64,
    /// By how much a jump can raise `|dz/dt|` of a neuron, and by how much the drive can in a unit of time, of all.
    quickening: f64,
    drive_quickening: f64,
    /// When the sum was taken, and until when its bound holds: a step of a drive.
    time: f64,
    step: f64,
    sum: f64,
    /// `sum_i |dz_i/dt|` then.
    speed: f64,
    /// Jumps onto the population since.
    jumps: f64,
}

impl Reference {
    fn new(network: &Network, index: usize) -> Self {
        let population = &network.populations[index];
        let sizes = (0..network.source_count()).map(|source| network.jump(index, source).abs());
        let largest = sizes.fold(0.0, f64::max);
        let derivative_bound = population.gain.derivative_bound();
        Self {
            derivative_bound,
            stride: derivative_bound * largest,
            quickening: largest / population.time_constant,
            drive_quickening: population.count as f64 * population.drive.derivative_bound(),
            time: f64::NEG_INFINITY,
            step: f64::NEG_INFINITY,
            sum: 0.0,
            speed: 0.0,
            jumps: 0.0,
        }
    }

    /// How far the sum can have moved until this time.
    fn margin(&self, time: f64) -> f64 {
        let elapsed = time - self.time;
        let speed = self.speed + self.quickening * self.jumps + self.drive_quickening * elapsed;
        self.stride * self.jumps + self.derivative_bound * speed * elapsed + ROUNDING * self.sum
    }

    fn renew(&mut self, network: &Network, state: &NetworkState, index: usize, time: f64) {
        let population = &network.populations[index];
        let drive = state.drive(index, time);
        (self.sum, self.speed) = (0.0, 0.0);
        for z in state.potentiations(index, time) {
            self.sum += population.gain.intensity(z);
            self.speed += (drive - z / population.time_constant).abs();
        }
        self.jumps = 0.0;
        self.time = time;
        self.step = network.next_step(time).unwrap_or(f64::INFINITY);
    }
}

/// See the [module](self).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Senders {
    rng: Stream,
    references: Vec<Reference>,
}

impl Senders {
    /// Draws from this stream.
    pub fn new(network: &Network, rng: Stream) -> Self {
        let references = (0..network.population_count()).map(|b| Reference::new(network, b));
        Self { rng, references: references.collect() }
    }

    /// The neuron `(b, j)` whose spike this jump is, if it is one. Called for every jump in their order, with the state just after it.
    pub fn sender(
        &mut self,
        network: &Network,
        state: &NetworkState,
        jump: &Jump,
    ) -> Option<(usize, usize)> {
        self.references[jump.target_population].jumps += 1.0;
        let (population, neuron) = before(network, jump.target_population, jump.target_neuron);
        if population != jump.source_population {
            return None;
        }
        let is_spike = match jump.source_neuron {
            Some(source) => source == neuron,
            None => self.is_spike(network, state, jump, neuron),
        };
        is_spike.then_some((population, neuron))
    }

    fn is_spike(
        &mut self,
        network: &Network,
        state: &NetworkState,
        jump: &Jump,
        neuron: usize,
    ) -> bool {
        let (population, time) = (jump.source_population, jump.time);
        let gain = &network.populations[population].gain;
        let reference = &mut self.references[population];
        let mut margin = reference.margin(time);
        // Written so that what is no number renews it.
        if !(margin <= TOLERANCE * reference.sum && time < reference.step) {
            reference.renew(network, state, population, time);
            margin = reference.margin(time);
        }
        let u: f64 = self.rng.random();
        let (lower, upper) = (reference.sum - margin, reference.sum + margin);
        let intensity = |neuron| gain.intensity(state.potentiation(population, neuron, time));
        if u * (lower - gain.supremum()) >= gain.supremum() {
            return false;
        }
        let own =
            if jump.target_population == population { intensity(jump.target_neuron) } else { 0.0 };
        let sent = intensity(neuron);
        if u * (lower - own) >= sent {
            return false;
        }
        if u * (upper - own) < sent {
            return true;
        }
        let excluded = (jump.target_population == population).then_some(jump.target_neuron);
        let all = state.potentiations(population, time).enumerate();
        let others = all.filter(|(index, _)| Some(*index) != excluded);
        u * others.map(|(_, z)| gain.intensity(z)).sum::<f64>() < sent
    }
}

/// The neuron before this one, in the order of the populations and cyclically.
fn before(network: &Network, population: usize, neuron: usize) -> (usize, usize) {
    if neuron > 0 {
        return (population, neuron - 1);
    }
    let population = population.checked_sub(1).unwrap_or(network.population_count() - 1);
    (population, network.populations[population].count - 1)
}
