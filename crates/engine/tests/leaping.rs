//! Leaps: their law is that of the exact methods, to second order in the step; their counts are what their neurons have moved.

use std::sync::atomic::AtomicBool;

use equipoise_engine::{
    Ensemble, Leap, Method as _, NetworkState, Observer, Progress, Single, Trajectory,
};
use equipoise_engine::{TrajectoryRecorder, simulate};
use equipoise_model::gain::{Tabulated, ThresholdLinear};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{
    Coupling, Gain, GainFunction, InitialLaw, Leaps, Method, Network, Precision, Recording,
    Scenario, Schedule, Transmission,
};
use equipoise_statistics::{Estimate, estimate};
use rayon::prelude::*;
use statrs::stats_tests::NaNPolicy;
use statrs::stats_tests::ks_test::{KSTwoSampleAlternativeMethod, ks_twosample};

use crate::evidence::{Family, channel};
use crate::naive_leaps::{LeapMistake, NaiveLeaps};
use crate::networks::{
    SPIKING, balanced_pair, channels, external, logistic, network, neurons, probit, sine,
};
use crate::simulators::{Records, Simulator};

/// The canonical pair, without its name.
fn pair(count: usize) -> Network {
    let mut network = balanced_pair(count, logistic(1.0, 0.0, 0.5));
    for (population, drive) in network.populations.iter_mut().zip([-0.3, 0.0]) {
        population.drive = Schedule::Constant(drive);
        population.time_constant = 1.0;
    }
    network.coupling = Coupling::from_rows(&[vec![1.0, -1.0], vec![2.0, -2.0]]);
    network
}

/// A scenario that is shipped, with changes.
fn shipped(text: &str, changes: &[&str]) -> Network {
    let changes: Vec<String> = changes.iter().map(|&change| change.to_owned()).collect();
    let text = apply(text, &changes).expect("the changes are sound");
    Scenario::parse("scenario.toml", &text).expect("the scenario is sound").network
}

/// Jumps of all sizes, external sources, drives and rates that step and swing.
fn driven(gain: &Gain) -> Network {
    let mut populations = vec![neurons("E", 60, gain.clone()), neurons("I", 40, gain.clone())];
    populations[0].drive = sine(0.5, 1.0, 0.9);
    populations[1].drive = Schedule::Steps(vec![(0.0, 0.2), (0.5, 1.0)]);
    populations[1].time_constant = 0.6;
    let rate = Schedule::Steps(vec![(0.0, 0.5), (0.7, 0.8)]);
    let externals = vec![external("X", 50, rate), external("Y", 30, sine(0.4, 0.3, 1.3))];
    let rows = [vec![1.0, -1.3, 0.4, 1.0], vec![1.5, -1.5, 0.5, -0.3]];
    let mut network = network(50.0, populations, externals, &rows);
    // From about where it stays.
    for population in &mut network.populations {
        population.initial = InitialLaw::Normal { mean: 0.1, variance: 0.5 };
    }
    network
}

struct Case {
    name: &'static str,
    network: Network,
    times: Vec<f64>,
    replicates: u64,
}

fn cases() -> Vec<Case> {
    let case = |name, network, times: &[f64], replicates| Case {
        name,
        network,
        times: times.to_vec(),
        replicates,
    };
    let linear = Gain::ThresholdLinear(ThresholdLinear { gain: 0.8, threshold: -0.1 });
    let table = Tabulated::new(&[-1.0, 0.1, 0.5, 1.2], &[0.05, 0.3, 0.7, 1.1]);
    let mut apart = pair(100);
    // Far from balance: an initial layer.
    apart.populations[0].initial = InitialLaw::Normal { mean: 0.8, variance: 0.1 };
    apart.populations[1].initial = InitialLaw::Normal { mean: -0.5, variance: 0.0 };
    // E falls silent, and its mean by sqrt(n) per time.
    let loses = shipped(include_str!("../../../scenarios/loses-balance.toml"), &["n=100"]);
    // On either side of a fast Hopf point; beyond it the means swing in the fast time.
    let hopf = include_str!("../../../scenarios/fast-hopf.toml");
    let rings = shipped(hopf, &["n=100"]);
    let swings = shipped(hopf, &["n=100", "coupling.E.E=0.75"]);
    vec![
        case("pair", pair(100), &[0.5, 2.0], 600),
        case("large pair", pair(1000), &[0.25], 40),
        case("apart", apart, &[0.1, 0.5], 800),
        case("logistic", driven(&logistic(1.0, 0.1, 0.4)), &[0.4, 1.2], 1000),
        case("probit", driven(&probit(1.0, 0.1, 0.4)), &[0.4, 1.2], 600),
        case("threshold-linear", driven(&linear), &[0.4, 1.2], 600),
        case("saturated", driven(&linear.saturated(0.4)), &[0.4, 1.2], 600),
        case("tabulated", driven(&Gain::Tabulated(table.expect("sound"))), &[0.4, 1.2], 600),
        case("loses balance", loses, &[0.9, 2.5], 600),
        case("rings", rings, &[0.25, 1.5], 600),
        case("swings", swings, &[0.25, 1.5], 600),
    ]
}

impl Case {
    fn compare(&self, reference: &Records, simulator: Simulator) -> Family {
        let records = simulator.ensemble(&self.network, 202, self.replicates, &self.times);
        let mut family = Family::new(format!("leaps, {}: {simulator:?}", self.name));
        for (sample, time) in self.times.iter().enumerate() {
            let mut compare = |label: String, quantity: &dyn Fn(&Records) -> Vec<f64>| {
                family.two_samples(&label, &quantity(&records), &quantity(reference));
            };
            for (a, population) in self.network.populations.iter().enumerate() {
                let label = |what: &str| format!("{what} of {} at {time}", population.name);
                compare(label("mean"), &|r| r.mean(sample, a));
                compare(label("variance"), &|r| r.variance(sample, a));
                compare(label("third cumulant"), &|r| r.third_cumulant(sample, a));
            }
            let difference = |r: &Records| -> Vec<f64> {
                let (first, second) = (r.mean(sample, 0), r.mean(sample, 1));
                first.iter().zip(second).map(|(x, y)| x - y).collect()
            };
            compare(format!("difference of the means at {time}"), &difference);
            if self.network.transmission != Transmission::Independent {
                for (a, population) in self.network.populations.iter().enumerate() {
                    let label = format!("spikes of {} until {time}", population.name);
                    compare(label, &|r| r.spikes(sample, a));
                }
            }
            for pair in channels(&self.network) {
                let label = format!("{} until {time}", channel(&self.network, pair.0, pair.1));
                compare(label, &|r| r.jumps(sample, pair));
            }
        }
        family
    }

    fn reference(&self) -> Records {
        let exact = match self.network.transmission {
            Transmission::Independent => Simulator::TargetDriven,
            _ => Simulator::SpikeDriven,
        };
        exact.ensemble(&self.network, 201, self.replicates, &self.times)
    }
}

#[test]
fn leaps_agree_with_jumps() {
    for case in cases() {
        let reference = case.reference();
        case.compare(&reference, Simulator::Leap(None)).accept();
        // Fixed steps, three times the fast time in the pairs. They would not see an initial layer, nor swings.
        if !["apart", "loses balance", "rings", "swings"].contains(&case.name) {
            case.compare(&reference, Simulator::Leap(Some(50))).accept();
        }
    }
}

/// The same where targets share spikes.
fn spiking_cases() -> Vec<Case> {
    let shared = |network: Network, transmission| Network { transmission, ..network };
    let case = |name, network, times: &[f64], replicates| Case {
        name,
        network,
        times: times.to_vec(),
        replicates,
    };
    let [all, few, many] = SPIKING;
    let driven = driven(&logistic(1.0, 0.1, 0.4));
    vec![
        case("released", shared(pair(100), few), &[0.5, 2.0], 1000),
        case("mostly released", shared(pair(100), many), &[0.5, 2.0], 1000),
        case("large, released", shared(pair(1000), few), &[0.25], 100),
        case("driven, shared", shared(driven.clone(), all), &[0.4, 1.2], 1000),
        case("driven, released", shared(driven, few), &[0.4, 1.2], 1000),
    ]
}

#[test]
fn leaps_share_spikes() {
    for case in spiking_cases() {
        let reference = case.reference();
        case.compare(&reference, Simulator::Leap(None)).accept();
    }
}

/// What is common and what is private are told apart: another probability is another law.
#[test]
fn other_releases_are_not_the_same() {
    let mut case = spiking_cases().swap_remove(0);
    let reference = case.reference();
    case.network.transmission = Transmission::Release { probability: 0.4 };
    case.compare(&reference, Simulator::Leap(None)).reject();
}

#[test]
fn wrong_leaps_do_not() {
    let mut pair = cases().swap_remove(0);
    pair.replicates = 600;
    let reference = pair.reference();
    for right in [LeapMistake::None, LeapMistake::LongSteps] {
        pair.compare(&reference, Simulator::NaiveLeaps(right)).accept();
    }
    for mistake in [
        LeapMistake::NoDecayWithin,
        LeapMistake::CommonDraws,
        LeapMistake::ShortTable,
        LeapMistake::SelfSynapse,
    ] {
        pair.compare(&reference, Simulator::NaiveLeaps(mistake)).reject();
    }
}

/// Potentiations of the first few neurons of each population at the end.
struct Few(Vec<Vec<f64>>);

impl Observer for Few {
    fn sample(&mut self, network: &Network, state: &NetworkState, time: f64) {
        let populations = 0..network.population_count();
        self.0 = populations.map(|a| state.potentiations(a, time).take(3).collect()).collect();
    }
}

/// The law of one neuron's potentiation: a few neurons of each of many networks, which are nearly independent.
fn law(simulator: Simulator, reference: Simulator) -> Family {
    let network = pair(100);
    let sample = |simulator: Simulator, seed| -> Vec<Vec<f64>> {
        let all: Vec<Vec<Vec<f64>>> = (0..700)
            .into_par_iter()
            .map(|replicate| {
                let mut few = Few(Vec::new());
                simulator.observe(&network, (seed, replicate), &[2.0], &mut few);
                few.0
            })
            .collect();
        (0..2).map(|a| all.iter().flat_map(|few| few[a].clone()).collect()).collect()
    };
    let mut family = Family::new(format!("law of leaps: {simulator:?}"));
    let pairs = sample(simulator, 301).into_iter().zip(sample(reference, 302));
    for (name, (first, second)) in ["E", "I"].iter().zip(pairs) {
        let method = KSTwoSampleAlternativeMethod::TwoSidedAsymptotic;
        let (_, p) = ks_twosample(first, second, method, NaNPolicy::Error).expect("samples");
        family.add(format!("potentiation of {name}"), p);
    }
    family
}

#[test]
fn neurons_have_the_law_of_the_exact_method() {
    law(Simulator::Leap(None), Simulator::TargetDriven).accept();
    law(Simulator::NaiveLeaps(LeapMistake::ShortTable), Simulator::TargetDriven).reject();
}

/// Without decay and drive a sum of potentiations has moved by the jumps that were counted.
#[test]
fn counts_are_what_the_neurons_have_moved() {
    let mut network = driven(&logistic(1.0, 0.1, 0.4));
    for population in &mut network.populations {
        population.time_constant = 1e12;
        population.drive = Schedule::Constant(0.0);
    }
    for step in [None, Some(0.01), Some(0.1)] {
        let leaps = Leaps { step, ..Leaps::DEFAULT };
        let mut method = Leap::new(&network, leaps, 5, 0);
        let mut state = NetworkState::initial(&network, 5, 0);
        let sum =
            |state: &NetworkState, a: usize, time: f64| state.potentiations(a, time).sum::<f64>();
        let before = [sum(&state, 0, 0.0), sum(&state, 1, 0.0)];
        method.restart(&network, &state, 0.0);
        let mut observer = TrajectoryRecorder::new(&network, 0);
        // Until the first step of a drive or rate.
        while method.advance(&network, &mut state, 0.5, &mut observer) != Progress::Reached {}
        for (a, before) in before.into_iter().enumerate() {
            let moved = sum(&state, a, 0.5) - before;
            let tally = &state.tally()[a * 4..a * 4 + 4];
            let jumps = tally.iter().enumerate().map(|(b, n)| network.jump(a, b) * *n as f64);
            let counted: f64 = jumps.sum();
            // Less than one jump of each source is not told yet.
            let untold: f64 = (0..4).map(|b| network.jump(a, b).abs()).sum();
            assert!((moved - counted).abs() < untold, "{step:?} {a}: {moved} {counted}");
        }
    }
}

/// The order in the step of what a simulator makes of a transient: from errors of steps of 1/4 and 1/8 against those of steps so
/// short that theirs are a hundredth. With its standard error.
fn order(
    simulate: impl Fn(f64, u64) -> Records,
    quantity: impl Fn(&Records) -> Vec<f64>,
    name: &str,
) -> (f64, f64) {
    let mean = |step, seed| estimate::mean(&quantity(&simulate(step, seed)));
    let (fine, short, long) = (mean(1.0 / 64.0, 1), mean(1.0 / 8.0, 2), mean(1.0 / 4.0, 3));
    let bias = |x: Estimate| (x.value - fine.value, x.standard_error.hypot(fine.standard_error));
    let ((small, small_error), (large, large_error)) = (bias(short), bias(long));
    let order = (large / small).abs().log2();
    let error = (small_error / small).hypot(large_error / large) / std::f64::consts::LN_2;
    println!(
        "{name}: {large:.5}({large_error:.5}) {small:.5}({small_error:.5}), order {order:.2}({error:.2})"
    );
    (order, error)
}

/// A strong transient; from the start in balance.
fn transient(count: usize) -> Network {
    let mut network = pair(count);
    network.populations[1].time_constant = 0.5;
    network.populations[0].drive = Schedule::Constant(2.0);
    network
}

const TIMES: [f64; 1] = [1.0];

type Quantity = (&'static str, fn(&Records) -> Vec<f64>);

#[test]
fn errors_are_of_second_order() {
    let network = transient(1000);
    let leaps = |step: f64, seed| {
        let run = |replicate| {
            let mut recorder = TrajectoryRecorder::new(&network, replicate);
            let leaps = Leaps { step: Some(step), ..Leaps::DEFAULT };
            let method = Leap::new(&network, leaps, seed, replicate);
            simulate(&network, method, (seed, replicate), &TIMES, &mut recorder, || false);
            recorder.into_trajectory()
        };
        Records((0..3000).into_par_iter().map(run).collect())
    };
    let quantities: [Quantity; 3] = [
        ("fires of E", |r| r.spikes(0, 0)),
        ("fires of I", |r| r.spikes(0, 1)),
        ("variance of I", |r| r.variance(0, 1)),
    ];
    for (name, quantity) in quantities {
        let (order, error) = order(leaps, quantity, name);
        // Each at the level 0.01.
        assert!(order - 2.33 * error > 1.0, "{name}: order {order} ({error}) does not exclude 1");
        // The next term, of third or fourth order, is not nothing in steps as long as these.
        assert!((order - 2.0).abs() < 2.58 * error + 0.3, "{name}: order {order} ({error})");
    }
}

/// The same measurement finds an explicit method to be of first order.
#[test]
fn errors_of_naive_leaps_are_of_first_order() {
    let network = transient(100);
    let naive = |step: f64, seed| {
        let run = |replicate| {
            let mut recorder = TrajectoryRecorder::new(&network, replicate);
            let stream = (seed, replicate);
            let method = NaiveLeaps::with_steps(LeapMistake::None, stream, step);
            simulate(&network, method, stream, &TIMES, &mut recorder, || false);
            recorder.into_trajectory()
        };
        Records((0..1000).into_par_iter().map(run).collect())
    };
    let (order, error) = order(naive, |r| r.spikes(0, 0), "naive, fires of E");
    assert!(order + 2.33 * error < 1.7, "order {order} ({error})");
}

/// Where a fast mode begins is forgotten in an initial layer, however long the steps after it are: a network whose neurons already have the variance
/// that they will keep, out of balance by 0.2.
#[test]
fn offsets_do_not_ring() {
    let mut network = pair(1_000_000);
    for (population, (mean, variance)) in
        network.populations.iter_mut().zip([(-0.64, 0.192), (-1.08, 0.767)])
    {
        population.initial = InitialLaw::Normal { mean, variance };
    }
    let times = [0.1, 0.2, 0.3, 0.4];
    let imbalance = |leaps| {
        let mut imbalance = Imbalance(Vec::new());
        let method = Leap::new(&network, leaps, 4, 0);
        simulate(&network, method, (4, 0), &times, &mut imbalance, || false);
        println!("{:?}", imbalance.0);
        imbalance.0
    };
    // Twice `n^(-1/2)`, the order of what balance leaves.
    let is_gone = |rate: &f64| rate.abs() < 2.0 / network.size.sqrt();
    assert!(imbalance(Leaps::DEFAULT).iter().all(is_gone));
    // Long steps from the start on do ring.
    let long = Leaps { step: Some(0.05), ..Leaps::DEFAULT };
    assert!(!imbalance(long).iter().all(is_gone));
}

fn collect(ensemble: &Ensemble<'_>) -> Vec<Trajectory> {
    let mut all = Vec::new();
    let keep = |trajectory| {
        all.push(trajectory);
        Ok::<(), ()>(())
    };
    ensemble.run(&AtomicBool::new(false), keep).expect("a valid ensemble");
    all
}

/// Chunks of neurons are shared out among threads.
#[test]
fn threads_change_no_bit_of_leaps() {
    let single = (10_000, Precision::Single);
    for (count, precision) in
        [100, 10_000, 100_001].map(|n| (n, Precision::Double)).into_iter().chain([single])
    {
        let network = pair(count);
        let leaps = Leaps { tolerance: 0.05, precision, ..Leaps::DEFAULT };
        let on = |threads| {
            collect(&Ensemble {
                network: &network,
                method: Method::Leap(leaps),
                seed: 3,
                replicates: 3,
                times: vec![0.0, 0.3],
                recording: Recording::default(),
                threads,
                ranks: &Single,
                shelf: None,
            })
        };
        let alone = on(1);
        assert_eq!(alone, on(2));
        assert_eq!(alone, on(5));
    }
}

/// How far the mean intensity of E is above that of I, which relaxes in the fast time, at each sample.
struct Imbalance(Vec<f64>);

impl Observer for Imbalance {
    fn sample(&mut self, network: &Network, state: &NetworkState, time: f64) {
        let mean = |a: usize| {
            let population = &network.populations[a];
            let intensities = state.potentiations(a, time).map(|z| population.gain.intensity(z));
            intensities.sum::<f64>() / population.count as f64
        };
        self.0.push(mean(0) - mean(1));
    }
}

/// The correlation of the imbalance over a time, with its standard error.
fn correlation(network: &Network, lag: f64, leaps: Option<Leaps>) -> (f64, f64) {
    let pairs: Vec<(f64, f64)> = (0..1500)
        .into_par_iter()
        .map(|replicate| {
            let (mut imbalance, times) = (Imbalance(Vec::new()), [1.0, 1.0 + lag]);
            if let Some(leaps) = leaps {
                let method = Leap::new(network, leaps, 8, replicate);
                simulate(network, method, (8, replicate), &times, &mut imbalance, || false);
            } else {
                Simulator::TargetDriven.observe(network, (9, replicate), &times, &mut imbalance);
            }
            (imbalance.0[0], imbalance.0[1])
        })
        .collect();
    let centred = |values: Vec<f64>| -> Vec<f64> {
        let mean = estimate::mean(&values).value;
        values.into_iter().map(|value| value - mean).collect()
    };
    let first = centred(pairs.iter().map(|pair| pair.0).collect());
    let second = centred(pairs.iter().map(|pair| pair.1).collect());
    let products: Vec<f64> = first.iter().zip(&second).map(|(x, y)| x * y).collect();
    let variance = first.iter().map(|x| x * x).sum::<f64>() / first.len() as f64;
    let covariance = estimate::mean(&products);
    (covariance.value / variance, covariance.standard_error / variance)
}

/// Steps within the fast time keep the fast fluctuation in time; longer ones let it alternate.
#[test]
fn resolving_steps_keep_correlations_in_time() {
    let network = pair(200);
    // At the level 1e-4 for two tests.
    let near = |x: (f64, f64), y: (f64, f64)| (x.0 - y.0).abs() < 4.0 * x.1.hypot(y.1);
    let resolve = Leaps { resolve: true, ..Leaps::DEFAULT };
    for lag in [0.1, 0.8] {
        let exact = correlation(&network, lag, None);
        let resolved = correlation(&network, lag, Some(resolve));
        println!("lag {lag}: exact {exact:?}, resolved {resolved:?}");
        assert!(near(exact, resolved), "{exact:?} {resolved:?}");
    }
    let exact = correlation(&network, 0.8, None);
    let alternating = correlation(&network, 0.8, Some(Leaps { step: Some(0.8), ..resolve }));
    println!("one step: {alternating:?}");
    assert!(alternating.0 < 0.0 && !near(exact, alternating), "{exact:?} {alternating:?}");
}

/// A gain is used where it is asked for: silence stays silence.
#[test]
fn silent_networks_only_decay() {
    let gain = Gain::ThresholdLinear(ThresholdLinear { gain: 1.0, threshold: 50.0 });
    assert_eq!(gain.intensity(0.0), 0.0);
    let network = balanced_pair(100, gain);
    let trajectory = Simulator::Leap(None).trajectory(&network, (1, 0), &[0.0, 1.0]);
    assert!(trajectory.jumps.iter().all(|jumps| *jumps == 0));
    let ratio = trajectory.variance[2] / trajectory.variance[0];
    assert!((ratio - (-2.0_f64).exp()).abs() < 1e-12, "{ratio}");
}
