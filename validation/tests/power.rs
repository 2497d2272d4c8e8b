//! The comparison passes the right simulator and rejects wrong ones: its power twins.
//!
//! Each twin is the canonical pair at n = 100, 400 networks, seed 11, simulated with one mistake and compared with the
//! theory of the network without it, at the level of every validation.

use std::sync::atomic::AtomicBool;

use equipoise_engine::{
    Ensemble, Jump, JumpMethod, NetworkState, OneByOne, Single, Trajectory, TrajectoryRecorder,
    simulate, stream::Stream,
};
use equipoise_model::{Gain, GainFunction, Method, Network, Recording, Scenario};
use equipoise_validation::{Observed, Prediction, Quantity, Verdict, compare};
use rand::RngExt;
use rand_distr::{Distribution, Exp1};

const REPLICATES: u64 = 400;
const SEED: u64 = 11;
const TIMES: [f64; 5] = [0.0, 0.5, 1.0, 2.0, 4.0];

fn network(size: u32) -> Network {
    let text = include_str!("../../scenarios/inhibition-stabilised.toml");
    let text = text.replace("n = 400 ", &format!("n = {size} "));
    let network = Scenario::parse("inhibition-stabilised.toml", &text).unwrap().network;
    assert_eq!(network.size, f64::from(size));
    network
}

/// Compares what `simulated` does with the theory of `described`.
fn verdict(simulated: &Network, described: &Network) -> Verdict {
    let ensemble = Ensemble {
        network: simulated,
        method: Method::Exact,
        seed: SEED,
        replicates: REPLICATES,
        times: TIMES.to_vec(),
        recording: Recording::default(),
        threads: 0,
        ranks: &Single,
        shelf: None,
    };
    let mut trajectories = Vec::new();
    ensemble
        .run::<()>(&AtomicBool::new(false), |trajectory| {
            trajectories.push(trajectory);
            Ok(())
        })
        .unwrap();
    judge(trajectories, described)
}

fn judge(trajectories: Vec<Trajectory>, described: &Network) -> Verdict {
    let mut observed = Observed::new(TIMES.len());
    for trajectory in trajectories {
        observed.push(trajectory);
    }
    let prediction = Prediction::new(described, &TIMES).unwrap();
    compare(&observed, &prediction, described.population_count(), described.size)
}

fn smallest_p(verdict: &Verdict) -> f64 {
    verdict.tests().map(|tested| tested.adjusted_p).fold(1.0, f64::min)
}

#[test]
fn the_right_simulator_passes() {
    let network = network(100);
    let verdict = verdict(&network, &network);
    // Five times, two populations, three moments; spikes but at time 0; three covariances.
    assert_eq!(verdict.comparisons.len(), 5 * 2 * 3 + 4 * 2 + 5 * 3);
    assert!(verdict.holds(), "smallest p {}", smallest_p(&verdict));
}

#[test]
fn a_rate_two_percent_too_high_is_rejected() {
    let network = network(100);
    let mut wrong = network.clone();
    for population in &mut wrong.populations {
        let Gain::Logistic(logistic) = &mut population.gain else { panic!("the canonical gain") };
        logistic.max_rate *= 1.02;
    }
    let verdict = verdict(&wrong, &network);
    assert!(!verdict.holds(), "smallest p {}", smallest_p(&verdict));
}

#[test]
fn forgotten_decay_is_rejected() {
    let network = network(100);
    let mut wrong = network.clone();
    for population in &mut wrong.populations {
        population.time_constant = 1e9;
    }
    let verdict = verdict(&wrong, &network);
    assert!(!verdict.holds(), "smallest p {}", smallest_p(&verdict));
}

#[test]
fn a_self_synapse_that_is_not_excluded_is_rejected() {
    let network = network(100);
    for (allowed, passes) in [(SelfSynapse::Excluded, true), (SelfSynapse::Kept, false)] {
        let trajectories = (0..REPLICATES).map(|replicate| {
            let mut recorder = TrajectoryRecorder::new(&network, replicate);
            simulate(
                &network,
                OneByOne::new(Naive { time: 0.0, allowed }, SEED, replicate),
                (SEED, replicate),
                &TIMES,
                &mut recorder,
                || false,
            );
            recorder.into_trajectory()
        });
        let verdict = judge(trajectories.collect(), &network);
        assert_eq!(verdict.holds(), passes, "{allowed:?}: smallest p {}", smallest_p(&verdict));
    }
}

#[derive(Debug, Clone, Copy)]
enum SelfSynapse {
    Excluded,
    Kept,
}

/// The shortest thinning that can be written, with or without the exclusion: so nothing but the mistake differs.
struct Naive {
    time: f64,
    allowed: SelfSynapse,
}

impl JumpMethod for Naive {
    fn restart(&mut self, _: &Network, _: &NetworkState, time: f64) {
        self.time = time;
    }

    fn propose(&mut self, network: &Network, _: &NetworkState, rng: &mut Stream) -> f64 {
        let pairs = (network.neuron_count() * network.neuron_count()) as f64;
        let gap: f64 = Exp1.sample(rng);
        self.time += gap / (pairs * network.populations[0].gain.supremum());
        self.time
    }

    fn decide(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        rng: &mut Stream,
    ) -> Option<Jump> {
        let count = network.populations[0].count;
        let mut draw = || {
            let neuron = rng.random_range(0..2 * count);
            (neuron / count, neuron % count)
        };
        let (source, target) = (draw(), draw());
        let gain = &network.populations[source.0].gain;
        let intensity = gain.intensity(state.potentiation(source.0, source.1, self.time));
        let own = matches!(self.allowed, SelfSynapse::Excluded) && source == target;
        if own || rng.random::<f64>() * gain.supremum() >= intensity {
            return None;
        }
        let scale = state.common(target.0, self.time).scale;
        state.kick(target.0, target.1, network.jump(target.0, source.0) / scale);
        Some(Jump {
            time: self.time,
            source_population: source.0,
            source_neuron: Some(source.1),
            target_population: target.0,
            target_neuron: target.1,
        })
    }
}

#[test]
fn margins_shrink_as_the_next_order() {
    let sizes = [400_u32, 409_600];
    let predictions = sizes.map(|size| Prediction::new(&network(size), &TIMES).unwrap());
    // -d log(margin) / d log(n) over three decades; terms of one order more shift it by much less than 1/2.
    let exponent = |quantity| {
        let [small, large] = [0, 1].map(|i| predictions[i].margin(quantity, TIMES.len() - 1, 0));
        (small / large).ln() / f64::from(sizes[1] / sizes[0]).ln()
    };
    for (quantity, expected) in [
        (Quantity::Mean, 1.0),
        (Quantity::Variance, 1.0),
        (Quantity::ThirdCumulant, 1.0),
        // Spikes are summed over n neurons.
        (Quantity::Spikes, 0.0),
        (Quantity::MeanCovariance { with: 0 }, 1.5),
    ] {
        let exponent = exponent(quantity);
        assert!((exponent - expected).abs() < 0.2, "{quantity:?}: {exponent}");
    }
}
