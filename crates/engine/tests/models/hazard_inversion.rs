//! Small networks simulated in another exact way: jump times by inverting integrated hazards.
//!
//! Each source has an own unit-exponential threshold; it fires when the integral of its hazard reaches
//! it. Integrals by Gauss-Legendre quadrature, their inverse by bisection, potentiations from the
//! closed-form solution between jumps: no bound, no rejection, no sum, none of the engine's code but
//! the streams. (The next reaction method, with time-dependent hazards.)
//!
//! # Source
//! Anderson (2007), doi:10.1063/1.2799998, section III.

use equipoise_engine::stream::{Purpose, Stream, stream};
use equipoise_model::{GainFunction, InitialLaw, Network, Schedule, Transmission};
use rand::RngExt;
use rand_distr::{Distribution, Exp1};

use crate::networks::{external, logistic, network, neurons, sine};
use crate::quadrature::integral;

/// Width of a panel of the quadrature: a tenth of the shortest time scale of [`small_network`].
const PANEL: f64 = 0.04;

/// Two excitatory neurons and an inhibitory one, steep gains, finite time constants, a sine of
/// external rate.
pub fn small_network() -> Network {
    let mut populations =
        vec![neurons("E", 2, logistic(3.0, 0.1, 0.2)), neurons("I", 1, logistic(2.0, 0.0, 0.3))];
    populations[0].time_constant = 0.4;
    populations[0].drive = Schedule::Constant(0.5);
    populations[0].initial = InitialLaw::Values(vec![0.8, -0.2]);
    populations[1].time_constant = 0.9;
    populations[1].drive = Schedule::Constant(-0.3);
    populations[1].initial = InitialLaw::Values(vec![0.1]);
    let externals = vec![external("X", 2, sine(0.4, 0.4, 0.6))];
    network(1.0, populations, externals, &[vec![0.5, -0.6, 0.3], vec![0.4, 0.0, 0.5]])
}

/// Potentiations and jump counts at the end of a run.
pub struct Ending {
    /// Empirical mean of each population.
    pub means: Vec<f64>,
    /// Jumps of each channel, targets first.
    pub jumps: Vec<f64>,
}

struct Neuron {
    population: usize,
    potentiation: f64,
    drive: f64,
    time_constant: f64,
}

impl Neuron {
    fn after(&self, elapsed: f64) -> f64 {
        let rest = self.drive * self.time_constant;
        rest + (self.potentiation - rest) * (-elapsed / self.time_constant).exp()
    }
}

fn move_all(all: &mut [Neuron], elapsed: f64) {
    for neuron in all {
        neuron.potentiation = neuron.after(elapsed);
    }
}

fn neurons_of(network: &Network) -> Vec<Neuron> {
    let mut all = Vec::new();
    for (population, p) in network.populations.iter().enumerate() {
        let (InitialLaw::Values(start), Schedule::Constant(drive)) = (&p.initial, &p.drive) else {
            unreachable!("this simulator takes initial values and constant drives")
        };
        let neuron = |z: &f64| Neuron {
            population,
            potentiation: *z,
            drive: *drive,
            time_constant: p.time_constant,
        };
        all.extend(start.iter().map(neuron));
    }
    all
}

/// Total rate of the processes that leave a source, `elapsed` after `time`: the first sources are
/// the neurons, the others the external populations.
fn hazard(network: &Network, all: &[Neuron], source: usize, time: f64, elapsed: f64) -> f64 {
    if let Some(neuron) = all.get(source) {
        let gain = &network.populations[neuron.population].gain;
        let processes = match network.transmission {
            Transmission::Independent => (all.len() - 1) as f64,
            transmission => 1.0 / transmission.release_probability(),
        };
        return processes * gain.intensity(neuron.after(elapsed));
    }
    let external = &network.externals[source - all.len()];
    (external.count * all.len()) as f64 * external.rate.value(time + elapsed)
}

/// When the integral of `hazard` from 0 reaches `threshold`, if before `end`.
fn inverse(hazard: impl Fn(f64) -> f64, threshold: f64, end: f64) -> Option<f64> {
    let (mut from, mut left) = (0.0, threshold);
    while from < end {
        let width = PANEL.min(end - from);
        let whole = integral(from, from + width, 1, &hazard);
        if whole < left {
            (from, left) = (from + width, left - whole);
            continue;
        }
        let (mut low, mut high) = (from, from + width);
        while high - low > 1e-13 {
            let middle = 0.5 * (low + high);
            if integral(from, middle, 1, &hazard) < left { low = middle } else { high = middle }
        }
        return Some(high);
    }
    None
}

/// The neurons that a firing source reaches, of this number of neurons.
fn targets(
    transmission: Transmission,
    neurons: usize,
    source: usize,
    rng: &mut Stream,
) -> Vec<usize> {
    if source >= neurons {
        return vec![rng.random_range(0..neurons as u64) as usize];
    }
    if transmission == Transmission::Independent {
        let other = rng.random_range(0..neurons as u64 - 1) as usize;
        return vec![other + usize::from(other >= source)];
    }
    let p = transmission.release_probability();
    (0..neurons).filter(|k| *k != source && rng.random::<f64>() < p).collect()
}

/// Simulates one replicate until `end`.
pub fn run(network: &Network, (seed, replicate): (u64, u64), end: f64) -> Ending {
    let mut rng: Stream = stream(seed, replicate, Purpose::Jumps);
    let mut all = neurons_of(network);
    let sources = all.len() + network.externals.len();
    let mut thresholds: Vec<f64> = (0..sources).map(|_| Exp1.sample(&mut rng)).collect();
    let mut jumps = vec![0.0; network.population_count() * network.source_count()];
    let mut time = 0.0;
    loop {
        let mut next = (end - time, None);
        for (source, threshold) in thresholds.iter().enumerate() {
            let rate = |elapsed| hazard(network, &all, source, time, elapsed);
            if let Some(elapsed) = inverse(rate, *threshold, next.0) {
                next = (elapsed, Some(source));
            }
        }
        let (elapsed, Some(source)) = next else { break };
        for (other, threshold) in thresholds.iter_mut().enumerate() {
            let panels = (elapsed / PANEL).ceil() as u32;
            *threshold -= integral(0.0, elapsed, panels, |s| hazard(network, &all, other, time, s));
        }
        thresholds[source] = Exp1.sample(&mut rng);
        time += elapsed;
        move_all(&mut all, elapsed);
        let population = match all.get(source) {
            Some(neuron) => neuron.population,
            None => network.population_count() + source - all.len(),
        };
        for target in targets(network.transmission, all.len(), source, &mut rng) {
            let row = all[target].population;
            all[target].potentiation += network.jump(row, population);
            jumps[row * network.source_count() + population] += 1.0;
        }
    }
    move_all(&mut all, end - time);
    let mean = |population: usize| {
        let of = all.iter().filter(|neuron| neuron.population == population);
        of.map(|neuron| neuron.potentiation).sum::<f64>()
            / network.populations[population].count as f64
    };
    Ending { means: (0..network.population_count()).map(mean).collect(), jumps }
}

#[test]
fn inversion_finds_the_time_of_a_known_integral() {
    // Integral of 2 s exp(-s^2) is 1 - exp(-s^2).
    let hazard = |s: f64| 2.0 * s * (-s * s).exp();
    let time = inverse(hazard, 0.5, 3.0).expect("reached");
    assert!((time - 2.0_f64.ln().sqrt()).abs() < 1e-10);
    assert!(inverse(hazard, 1.1, 30.0).is_none());
}
