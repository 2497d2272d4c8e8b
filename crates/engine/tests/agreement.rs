//! The methods agree in law on networks that have no closed form.

use equipoise_model::gain::{Tabulated, ThresholdLinear};
use equipoise_model::{Coupling, Gain, InitialLaw, Network, Schedule};

use crate::evidence::{Family, channel};
use crate::naive::Mistake;
use crate::networks::{
    balanced_pair, channels, external, logistic, network, neurons, probit, sine,
};
use crate::simulators::{Records, Simulator};

/// A network with the size of its ensembles.
struct Case {
    name: &'static str,
    network: Network,
    times: Vec<f64>,
    replicates: u64,
    /// Seeds of the two ensembles compared.
    seeds: [u64; 2],
}

fn cases() -> Vec<Case> {
    let case = |name, network, times: &[f64], replicates, seed| Case {
        name,
        network,
        times: times.to_vec(),
        replicates,
        seeds: [seed, seed + 1],
    };
    let gain = logistic(1.0, 0.0, 0.5);
    vec![
        case("small", balanced_pair(20, gain.clone()), &[0.3, 1.0], 1300, 61),
        case("large", balanced_pair(100, gain), &[0.1, 0.5], 120, 63),
        case("low rate", low_rate(), &[1.0, 6.0], 6000, 65),
        case("steep gain", balanced_pair(25, logistic(1.0, 0.1, 0.02)), &[0.3, 1.0], 500, 67),
        // So steep that the error of the carried sums is what the population can give at most.
        case("steps of gain", balanced_pair(6, logistic(1.0, 0.1, 1e-100)), &[0.3, 1.0], 2000, 77),
        case("sine drive", sine_drive(), &[0.4, 1.0, 1.7], 500, 69),
        case("steps", stepped(), &[0.3, 0.9, 1.5], 400, 71),
        case("one each", one_each(), &[1.0, 3.0], 20_000, 73),
        case("sweeps", sweeps(), &[1.0, 2.5], 30_000, 75),
        case("quiet", quiet(), &[0.5, 2.0], 400, 79),
        case("threshold-linear", unbounded(0.0), &[0.4, 1.2], 6000, 81),
        case("threshold-linear, saturated", unbounded(0.4), &[0.4, 1.2], 1500, 83),
        case("tabulated", tabulated(), &[0.3, 1.0], 600, 85),
    ]
}

/// Gaps between jumps longer than the time constants.
fn low_rate() -> Network {
    let mut network = balanced_pair(4, logistic(1.5, 1.2, 0.2));
    network.populations.iter_mut().for_each(|p| p.time_constant *= 0.5);
    network.externals = vec![external("X", 1, Schedule::Constant(0.3))];
    network.coupling = Coupling::from_rows(&[vec![1.0, -1.0, 2.6], vec![1.5, -1.5, 2.4]]);
    network
}

/// About a fiftieth of the largest rate, from about where it stays.
fn quiet() -> Network {
    let mut network = balanced_pair(60, logistic(1.0, 1.4, 0.45));
    for (population, drive) in network.populations.iter_mut().zip([-0.3, 0.0]) {
        population.drive = Schedule::Constant(drive);
        population.initial = InitialLaw::Normal { mean: -0.6, variance: 0.1 };
    }
    network.coupling = Coupling::from_rows(&[vec![1.0, -1.0], vec![2.0, -2.0]]);
    network
}

/// Many neurons below threshold, unequal time constants, one drive that moves.
fn unbounded(refractory_time: f64) -> Network {
    let gain = |gain, threshold| {
        Gain::ThresholdLinear(ThresholdLinear { gain, threshold }).saturated(refractory_time)
    };
    let mut populations = vec![neurons("E", 8, gain(1.5, 0.4)), neurons("I", 6, gain(2.0, 0.3))];
    populations[0].drive = sine(0.4, 1.5, 0.9);
    populations[1].time_constant = 0.3;
    populations[1].drive = Schedule::Steps(vec![(0.0, 0.5), (0.6, -0.5)]);
    let externals = vec![external("X", 4, Schedule::Constant(0.5))];
    network(8.0, populations, externals, &[vec![1.0, -1.2, 0.9], vec![1.4, -1.3, 0.7]])
}

fn tabulated() -> Network {
    let table = Tabulated::new(&[-0.4, 0.1, 0.5, 1.2], &[0.0, 0.1, 0.7, 1.1]);
    let mut network = balanced_pair(15, Gain::Tabulated(table.expect("a sound table")));
    network.populations[1].time_constant = 0.15;
    network
}

fn sine_drive() -> Network {
    let mut network = balanced_pair(30, probit(1.0, 0.2, 0.15));
    network.populations[0].drive = sine(0.5, 3.0, 1.1);
    network.populations[1].drive = sine(0.2, -2.0, 4.0);
    network
}

fn stepped() -> Network {
    let mut populations =
        vec![neurons("E", 20, logistic(1.0, 0.3, 0.2)), neurons("I", 10, logistic(2.0, 0.2, 0.3))];
    populations[0].drive = Schedule::Steps(vec![(0.0, 0.0), (0.5, 6.0), (0.9, -2.0)]);
    let rate = Schedule::Steps(vec![(0.0, 1.0), (0.7, 3.0), (1.2, 0.0)]);
    let externals = vec![external("X", 20, rate)];
    network(20.0, populations, externals, &[vec![1.0, -2.0, 1.0], vec![1.0, -1.8, 0.8]])
}

fn one_each() -> Network {
    let mut network = balanced_pair(1, logistic(2.0, 0.2, 0.1));
    network.externals = vec![external("X", 1, sine(0.6, 0.5, 0.5))];
    network.coupling = Coupling::from_rows(&[vec![1.0, -0.6, 0.5], vec![0.8, -1.5, 0.3]]);
    network
}

/// One neuron each, swept through its threshold by its drive in about the time between two jumps:
/// what the methods carry between jumps and across steps matters most.
fn sweeps() -> Network {
    let mut network = balanced_pair(1, logistic(3.0, 0.3, 0.1));
    network.populations[0].drive = sine(0.3, 4.0, 1.0);
    network.populations[1].drive =
        Schedule::Steps(vec![(0.0, -2.0), (0.6, 3.0), (1.1, -4.0), (1.6, 5.0), (2.1, -1.0)]);
    network.coupling = Coupling::from_rows(&[vec![0.0, -0.3], vec![0.3, 0.0]]);
    network
}

impl Case {
    fn ensemble(&self, simulator: Simulator, which: usize) -> Records {
        simulator.ensemble(&self.network, self.seeds[which], self.replicates, &self.times)
    }

    /// The simulator against an ensemble of the reference.
    fn compare(&self, reference: &Records, simulator: Simulator) -> Family {
        let records = self.ensemble(simulator, 1);
        let mut family = Family::new(format!("agreement, {}: {simulator:?}", self.name));
        for (sample, time) in self.times.iter().enumerate() {
            for (a, population) in self.network.populations.iter().enumerate() {
                let label = |what: &str| format!("{what} of {} at {time}", population.name);
                let mut compare = |what: &str, quantity: &dyn Fn(&Records) -> Vec<f64>| {
                    family.two_samples(&label(what), &quantity(&records), &quantity(reference));
                };
                compare("mean", &|r| r.mean(sample, a));
                compare("variance", &|r| r.variance(sample, a));
                compare("third cumulant", &|r| r.third_cumulant(sample, a));
            }
            for pair in channels(&self.network) {
                let label = format!("{} until {time}", channel(&self.network, pair.0, pair.1));
                family.two_samples(
                    &label,
                    &records.jumps(sample, pair),
                    &reference.jumps(sample, pair),
                );
            }
        }
        family
    }
}

#[test]
fn target_driven_agrees_with_thinning() {
    for case in cases() {
        let reference = case.ensemble(Simulator::Thinning, 0);
        case.compare(&reference, Simulator::TargetDriven).accept();
    }
}

/// Mistakes of the naive method that show in a case.
fn naive_mistakes(name: &str) -> Vec<Mistake> {
    match name {
        "small" => vec![
            Mistake::SelfSynapse,
            Mistake::FasterRates,
            Mistake::ForgottenDecay,
            Mistake::StaleSums,
        ],
        "low rate" => vec![Mistake::FrozenBetweenJumps, Mistake::StaleSums, Mistake::SelfSynapse],
        "steep gain" | "tabulated" => vec![Mistake::SelfSynapse, Mistake::StaleSums],
        "steps" => vec![Mistake::ForgottenDecay, Mistake::StaleSums, Mistake::LowBound],
        "one each" => vec![Mistake::SelfSynapse, Mistake::FrozenBetweenJumps, Mistake::LowBound],
        "threshold-linear" => vec![Mistake::SelfSynapse, Mistake::StaleSums, Mistake::LowBound],
        "quiet" | "threshold-linear, saturated" => vec![Mistake::StaleSums],
        _ => Vec::new(),
    }
}

#[test]
fn wrong_simulators_do_not() {
    let wrong = |name: &str| -> Vec<Simulator> {
        let mut wrong: Vec<_> = naive_mistakes(name).into_iter().map(Simulator::Naive).collect();
        if ["low rate", "steep gain", "threshold-linear"].contains(&name) {
            wrong.push(Simulator::StaleClasses);
        }
        wrong
    };
    for case in cases() {
        let mistakes = wrong(case.name);
        if mistakes.is_empty() {
            continue;
        }
        let reference = case.ensemble(Simulator::Thinning, 0);
        // The naive method itself is right, so that its mistakes are what is found out.
        case.compare(&reference, Simulator::Naive(Mistake::None)).accept();
        for mistake in mistakes {
            case.compare(&reference, mistake).reject();
        }
    }
}
