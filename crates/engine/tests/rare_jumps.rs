//! Time constants far shorter than the gaps between candidates, down to no candidates at all.

use equipoise_engine::{Jump, NetworkState, Observer, Spike};
use equipoise_model::{InitialLaw, Network, Schedule, Transmission};

use crate::evidence::Family;
use crate::naive_spikes::SpikeMistake;
use crate::networks::{SPIKING, external, logistic, network, neurons};
use crate::simulators::Simulator;

const SEED: u64 = 51;

/// All that must be right, with a transmission that it simulates; but windows are short against the time constant, and thousands of
/// millions of them would be empty here.
fn simulators() -> impl Iterator<Item = (Simulator, Transmission)> {
    let independent = Simulator::RIGHT
        .into_iter()
        .filter(|simulator| *simulator != Simulator::Windowed)
        .map(|simulator| (simulator, Transmission::Independent));
    let spiking =
        SPIKING.into_iter().flat_map(|t| Simulator::SPIKING.map(|simulator| (simulator, t)));
    independent.chain(spiking)
}

fn fast_neurons(count: usize, rate: f64) -> Network {
    let mut populations = vec![neurons("E", count, logistic(0.05, 0.0, 1.0))];
    populations[0].time_constant = 1e-3;
    populations[0].initial = InitialLaw::Values(vec![1.0; count]);
    let externals = vec![external("X", 1, Schedule::Constant(rate))];
    network(1.0, populations, externals, &[vec![1.0, 1.0]])
}

#[test]
fn a_network_without_jumps_decays_undisturbed() {
    let network = fast_neurons(1, 0.0);
    let times = [0.0, 4e-4, 0.1, 3.0, 1e6];
    for (simulator, transmission) in simulators() {
        let network = Network { transmission, ..network.clone() };
        let trajectory = simulator.trajectory(&network, (SEED, 0), &times);
        assert!(trajectory.jumps.iter().all(|count| *count == 0));
        for (z, time) in trajectory.mean.iter().zip(times) {
            // Rounding of the exponent, at most 1e-3 of 745 units in the last place.
            let exact = (-time / 1e-3_f64).exp();
            assert!((z - exact).abs() <= 1e-12 * exact, "{simulator:?}: {z} at {time}");
        }
    }
}

/// Every jump starts from 0: the state long after the last one is that of no jump at all.
struct FromRest(Vec<f64>);

impl Observer for FromRest {
    const WATCHES_JUMPS: bool = true;

    fn jump(&mut self, _: &Network, state: &NetworkState, jump: &Jump) {
        self.0.push(state.potentiation(jump.target_population, jump.target_neuron, jump.time));
    }
}

#[test]
fn jumps_of_fast_neurons_start_from_rest() {
    for (simulator, transmission) in simulators() {
        let mut jumps = FromRest(Vec::new());
        let network = Network { transmission, ..fast_neurons(2, 0.05) };
        simulator.observe(&network, (SEED, 1), &[0.5, 2000.0], &mut jumps);
        // Near: to the rounding of two exponentials. Gaps average 7 time units, 7000 time constants; two in a row are seldom
        // closer than 40.
        let near = jumps.0.iter().filter(|z| (*z - 1.0).abs() < 1e-14).count();
        assert!(jumps.0.iter().all(|z| z.is_finite()));
        assert!(near * 50 > jumps.0.len() * 49, "{simulator:?}: {near} of {}", jumps.0.len());
    }
}

#[test]
fn rare_jumps_are_as_frequent_as_they_should_be() {
    const REPLICATES: u64 = 20_000;
    // Silent at rest: the threshold is 20 widths above it, so only external jumps count.
    let mut network = fast_neurons(3, 0.05);
    network.populations[0].gain = logistic(0.05, 20.0, 1.0);
    network.populations[0].initial = InitialLaw::Values(vec![0.0; 3]);
    for (simulator, transmission) in simulators() {
        network.transmission = transmission;
        let records = simulator.ensemble(&network, SEED, REPLICATES, &[50.0]);
        let mut family = Family::new(format!("rare jumps: {simulator:?}"));
        family.poisson("X -> E", &records.jumps(0, (0, 1)), 3.0 * 0.05 * 50.0);
        family.accept();
    }
}

/// Times between spikes of a network.
#[derive(Default)]
struct Gaps {
    last: f64,
    gaps: Vec<f64>,
}

impl Observer for Gaps {
    const WATCHES_JUMPS: bool = true;

    fn spike(&mut self, _: &Network, _: &NetworkState, spike: &Spike) {
        self.gaps.push(spike.time - self.last);
        self.last = spike.time;
    }
}

/// Neurons that spike once in tens of time constants, with intensities that each spike changes: most segments end without a candidate, or wait for one.
#[test]
fn gaps_between_rare_spikes_are_those_of_the_naive_method() {
    let mut network = network(
        2.0,
        vec![neurons("E", 1, logistic(0.05, 1.0, 0.5)), neurons("I", 1, logistic(0.05, 1.0, 0.5))],
        Vec::new(),
        &[vec![2.0, -2.0], vec![2.0, -2.0]],
    );
    network.transmission = Transmission::Shared;
    let gaps = |simulator: Simulator| {
        let mut gaps = Gaps::default();
        simulator.observe(&network, (SEED, 2), &[0.0, 1e7], &mut gaps);
        gaps.gaps
    };
    let naive = gaps(Simulator::NaiveSpikes(SpikeMistake::None));
    assert!(naive.len() > 100_000, "{} spikes", naive.len());
    let against_naive = |simulator: Simulator| {
        let own = gaps(simulator);
        let mut family = Family::new(format!("gaps between rare spikes: {simulator:?}"));
        for lag in [1.0, 2.0, 4.0, 8.0, 12.0, 16.0, 20.0, 40.0] {
            let shorter = |gaps: &[f64]| -> Vec<f64> {
                gaps.iter().map(|gap| f64::from(u8::from(*gap < lag))).collect()
            };
            family.two_samples(&format!("shorter than {lag}"), &shorter(&own), &shorter(&naive));
        }
        family
    };
    against_naive(Simulator::SpikeDriven).accept();
    against_naive(Simulator::SpikeDrivenInGroups).accept();
    against_naive(Simulator::NaiveSpikes(SpikeMistake::OwnSpike)).reject();
}
