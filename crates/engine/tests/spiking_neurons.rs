//! Which neuron spikes, and when: multinomial sources in a frozen network, time rescaling in a moving one.

use equipoise_engine::{Jump, NetworkState, Observer, Spike};
use equipoise_model::{GainFunction, Network, Schedule, Transmission};

use crate::evidence::Family;
use crate::models::frozen::{DURATION, frozen_network, intensities};
use crate::naive_spikes::SpikeMistake;
use crate::networks::{SPIKING, external, logistic, network, neurons, sine};
use crate::quadrature::integral;
use crate::simulators::Simulator;

const FROZEN_SEED: u64 = 131;
const MOVING_SEED: u64 = 132;

/// Counts spikes of each neuron and external jumps onto each.
struct Tally {
    spikes: Vec<Vec<usize>>,
    jumps: Vec<Vec<usize>>,
    /// Added to the index of each spiking neuron, for a wrong simulator.
    relabelled: usize,
}

impl Tally {
    fn new(network: &Network, relabelled: usize) -> Self {
        let none: Vec<Vec<usize>> = network.populations.iter().map(|p| vec![0; p.count]).collect();
        Self { spikes: none.clone(), jumps: none, relabelled }
    }
}

impl Observer for Tally {
    const WATCHES_JUMPS: bool = true;

    fn jump(&mut self, _: &Network, _: &NetworkState, jump: &Jump) {
        self.jumps[jump.target_population][jump.target_neuron] += 1;
    }

    fn spike(&mut self, _: &Network, _: &NetworkState, spike: &Spike) {
        let spikes = &mut self.spikes[spike.population];
        let count = spikes.len();
        spikes[(spike.neuron + self.relabelled) % count] += 1;
    }
}

/// Counts and what is expected of them given their sum.
fn given_total(counts: &[usize], weights: &[f64]) -> Vec<(usize, f64)> {
    let scale = counts.iter().sum::<usize>() as f64 / weights.iter().sum::<f64>();
    counts.iter().zip(weights).map(|(count, weight)| (*count, weight * scale)).collect()
}

fn frozen_spikes(transmission: Transmission, simulator: Simulator, relabelled: usize) -> Family {
    let network = Network { transmission, ..frozen_network() };
    let mut tally = Tally::new(&network, relabelled);
    // Ten times as many as pairs: about 10^5 spikes of 8 neurons.
    let duration = 10.0 * DURATION;
    simulator.observe(&network, (FROZEN_SEED, 0), &[duration], &mut tally);
    let mut family = Family::new(format!("frozen, {transmission}, {relabelled}: {simulator:?}"));
    let faster = duration / transmission.release_probability();
    for (b, rates) in intensities(&network).iter().enumerate() {
        let spikes = &tally.spikes[b];
        family.cells(format!("sources of {b}"), &given_total(spikes, rates));
        let (seen, expected) =
            (spikes.iter().sum::<usize>() as f64, faster * rates.iter().sum::<f64>());
        family.normal(format!("spikes of {b}"), (seen - expected) / expected.sqrt());
    }
    let jumps = tally.jumps.concat();
    family.cells("targets of external jumps", &given_total(&jumps, &vec![1.0; jumps.len()]));
    family
}

#[test]
fn spiking_neurons_of_a_frozen_network_are_multinomial() {
    for transmission in SPIKING {
        for simulator in Simulator::SPIKING {
            frozen_spikes(transmission, simulator, 0).accept();
        }
    }
}

#[test]
fn the_wrong_neuron_or_rate_is_found_out() {
    frozen_spikes(Transmission::Shared, Simulator::SpikeDriven, 1).reject();
    let wrong = Simulator::NaiveSpikes(SpikeMistake::SlowSpikes);
    frozen_spikes(SPIKING[1], wrong, 0).reject();
    let wrong = Simulator::NaiveSpikes(SpikeMistake::FasterRates);
    frozen_spikes(SPIKING[1], wrong, 0).reject();
}

/// Integrals of the intensity of each neuron between its spikes: independent `Exp(1)` variates (Brown et al. 2002,
/// doi:10.1162/08997660252741149).
#[derive(Default)]
struct Rescaled {
    hazards: Vec<Vec<f64>>,
    /// Of each neuron of each population.
    gaps: Vec<Vec<Vec<f64>>>,
    path: Option<(NetworkState, f64)>,
}

impl Rescaled {
    fn advance(&mut self, network: &Network, state: &NetworkState, time: f64) {
        if let Some((before, from)) = &self.path {
            let p = network.transmission.release_probability();
            for (b, population) in network.populations.iter().enumerate() {
                for (j, hazard) in self.hazards[b].iter_mut().enumerate() {
                    let rate = |s| population.gain.intensity(before.potentiation(b, j, s)) / p;
                    *hazard += integral(*from, time, 1, rate);
                }
            }
        }
        self.path = Some((state.clone(), time));
    }
}

impl Observer for Rescaled {
    const WATCHES_JUMPS: bool = true;

    fn sample(&mut self, network: &Network, state: &NetworkState, time: f64) {
        if self.path.is_none() {
            self.hazards = network.populations.iter().map(|p| vec![0.0; p.count]).collect();
            self.gaps = network.populations.iter().map(|p| vec![Vec::new(); p.count]).collect();
        }
        self.advance(network, state, time);
    }

    fn jump(&mut self, network: &Network, state: &NetworkState, jump: &Jump) {
        self.advance(network, state, jump.time);
    }

    fn spike(&mut self, network: &Network, state: &NetworkState, spike: &Spike) {
        self.advance(network, state, spike.time);
        let gap = std::mem::take(&mut self.hazards[spike.population][spike.neuron]);
        self.gaps[spike.population][spike.neuron].push(gap);
    }
}

/// Steep gains, a sine of drive and of external rate, unequal sizes.
fn moving_network() -> Network {
    let mut populations =
        vec![neurons("E", 4, logistic(3.0, 0.3, 0.1)), neurons("I", 3, logistic(3.0, 0.2, 0.1))];
    populations[0].drive = sine(0.4, 0.8, 0.5);
    populations[1].time_constant = 0.4;
    populations[1].drive = Schedule::Constant(0.3);
    let externals = vec![external("X", 3, sine(0.5, 0.5, 0.8))];
    network(4.0, populations, externals, &[vec![0.8, -1.0, 0.6], vec![1.2, -0.5, 0.4]])
}

fn rescaled(transmission: Transmission, simulator: Simulator) -> Family {
    let network = Network { transmission, ..moving_network() };
    let mut seen = Rescaled::default();
    let times: Vec<f64> = (0..=20_000).map(|i| f64::from(i) * 0.1).collect();
    simulator.observe(&network, (MOVING_SEED, 0), &times, &mut seen);
    let mut family = Family::new(format!("time rescaling, {transmission}: {simulator:?}"));
    for (b, neurons) in seen.gaps.into_iter().enumerate() {
        let uniform = |gap: f64| 0.5 - (-gap).exp();
        let pairs = neurons.iter().flat_map(|gaps| gaps.windows(2));
        let products: Vec<f64> = pairs.map(|pair| uniform(pair[0]) * uniform(pair[1])).collect();
        // The variance of a product of two centred uniform variates is 1/144.
        let correlation = 12.0 * products.iter().sum::<f64>() / (products.len() as f64).sqrt();
        family.normal(format!("successive gaps of {b}"), correlation);
        let gaps = neurons.concat();
        let total: f64 = gaps.iter().sum();
        family.normal(format!("spikes of {b}"), (gaps.len() as f64 - total) / total.sqrt());
        family.exponential(format!("gaps of {b}"), gaps);
    }
    family
}

#[test]
fn rescaled_spikes_are_poisson() {
    for transmission in SPIKING {
        for simulator in Simulator::SPIKING {
            rescaled(transmission, simulator).accept();
        }
    }
}

#[test]
fn wrong_spikes_are_not() {
    for transmission in SPIKING {
        rescaled(transmission, Simulator::NaiveSpikes(SpikeMistake::StaleBound)).reject();
    }
}
