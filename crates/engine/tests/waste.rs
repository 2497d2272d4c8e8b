//! How many candidates thinning wastes.

use equipoise_engine::stream::Stream;
use equipoise_engine::{
    Jump, JumpMethod, NetworkState, OneByOne, Thinning, TrajectoryRecorder, simulate,
};
use equipoise_model::gain::ThresholdLinear;
use equipoise_model::{Coupling, Gain, InitialLaw, Network, Schedule};

use crate::networks::{balanced_pair, logistic};

const SEED: u64 = 111;

/// Thinning, with its candidates counted.
struct Counted<'a> {
    thinning: Thinning,
    candidates: &'a mut u64,
}

impl JumpMethod for Counted<'_> {
    fn restart(&mut self, network: &Network, state: &NetworkState, time: f64) {
        self.thinning.restart(network, state, time);
    }

    fn propose(&mut self, network: &Network, state: &NetworkState, rng: &mut Stream) -> f64 {
        self.thinning.propose(network, state, rng)
    }

    fn decide(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        rng: &mut Stream,
    ) -> Option<Jump> {
        *self.candidates += 1;
        self.thinning.decide(network, state, rng)
    }
}

/// Jumps for each candidate, and for each pair of neurons and unit of time.
fn acceptance_and_rate(network: &Network, end: f64) -> (f64, f64) {
    let mut candidates = 0;
    let method = Counted { thinning: Thinning::new(network), candidates: &mut candidates };
    let mut recorder = TrajectoryRecorder::new(network, 0);
    let method = OneByOne::new(method, SEED, 0);
    simulate(network, method, (SEED, 0), &[end], &mut recorder, || false);
    let jumps = recorder.into_trajectory().jumps.iter().sum::<u64>() as f64;
    let pairs = (network.neuron_count() * (network.neuron_count() - 1)) as f64;
    (jumps / candidates as f64, jumps / (pairs * end))
}

/// A pair that stays near a low rate.
fn quiet_pair(count: usize, gain: Gain) -> Network {
    let mut network = balanced_pair(count, gain);
    for (population, drive) in network.populations.iter_mut().zip([-0.3, 0.0]) {
        population.time_constant = 1.0;
        population.drive = Schedule::Constant(drive);
        population.initial = InitialLaw::Normal { mean: -0.7, variance: 0.05 };
    }
    network.coupling = Coupling::from_rows(&[vec![1.0, -1.0], vec![2.0, -2.0]]);
    network
}

/// With its supremum as the bound of a gain, the first network would take 50 candidates a jump.
#[test]
fn few_candidates_are_wasted_at_low_rates() {
    let linear = Gain::ThresholdLinear(ThresholdLinear { gain: 0.5, threshold: -0.1 });
    let cases = [
        ("logistic", quiet_pair(200, logistic(1.0, 1.5, 0.5))),
        ("logistic, few neurons", quiet_pair(10, logistic(1.0, 1.5, 0.4))),
        ("threshold-linear", quiet_pair(200, linear)),
    ];
    for (name, network) in cases {
        let (acceptance, rate) = acceptance_and_rate(&network, 4000.0 / network.size);
        println!("{name}: rate {rate:.4}, acceptance {acceptance:.3}");
        assert!((0.002..0.03).contains(&rate), "{name}: a rate of {rate}");
        assert!(acceptance > 0.4, "{name}: an acceptance of {acceptance}");
    }
}
