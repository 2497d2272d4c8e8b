//! The programs by hand that the engine is measured against simulate what the engine simulates.

#[path = "../benches/baseline/mod.rs"]
mod baseline;

use baseline::Baseline;
use baseline::block::Block;
use baseline::instructions::Instructions;
use baseline::lanes::{Generators, exp, ln, logit, uniform};
use baseline::populations::{Populations, initial};
use baseline::shared::Shared;
use baseline::textbook::Textbook;
use equipoise::engine::Ensemble;
use equipoise::model::scenario::overrides::apply;
use equipoise::model::{Gain, Network, Scenario, Transmission};
use equipoise::statistics::{estimate, holm};
use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use statrs::function::erf::erfc;

/// Probability that a comparison rejects a right program.
const LEVEL: f64 = 1e-3;

const PAIR: &str = include_str!("../scenarios/inhibition-stabilised.toml");

/// Two populations that differ in everything that the programs read.
const UNLIKE: [&str; 10] = [
    "n=20",
    "populations.I.fraction=0.5",
    "populations.I.time_constant=0.2",
    "populations.I.drive=0.4",
    "populations.I.initial.normal.mean=0.5",
    "populations.I.initial.normal.variance=0.04",
    "populations.I.gain.logistic.max_rate=2.5",
    "populations.I.gain.logistic.threshold=0.3",
    "populations.I.gain.logistic.slope=0.2",
    "populations.E.drive=0.8",
];

fn scenario(overrides: &[&str]) -> Scenario {
    let overrides: Vec<_> = overrides.iter().map(ToString::to_string).collect();
    let text = apply(PAIR, &overrides).expect("the overrides are sound");
    Scenario::parse("inhibition-stabilised.toml", &text).expect("the scenario is sound")
}

/// What is compared of one replicate: the means of the populations and the number of jumps, or of spikes where they are shared.
type Record = [f64; 3];

/// A network, for how long it is simulated and how often.
struct Case {
    scenario: Scenario,
    duration: f64,
    replicates: u64,
}

impl Case {
    fn new(overrides: &[&str], duration: f64, replicates: u64) -> Self {
        Self { scenario: scenario(overrides), duration, replicates }
    }

    fn shared(overrides: &[&str], duration: f64, replicates: u64) -> Self {
        let mut case = Self::new(overrides, duration, replicates);
        case.scenario.network.transmission = Transmission::Shared;
        case
    }

    fn by_engine(&self) -> Vec<Record> {
        let ensemble = Ensemble { times: vec![self.duration], ..Ensemble::new(&self.scenario) };
        let record = |replicate| {
            let trajectory = ensemble.replicate(replicate, || false);
            let [jumps, spikes] =
                [&trajectory.jumps, &trajectory.spike_counts].map(|c| c.iter().sum::<u64>() as f64);
            let shared = self.scenario.network.transmission == Transmission::Shared;
            [trajectory.mean[0], trajectory.mean[1], if shared { spikes } else { jumps }]
        };
        (0..self.replicates).map(record).collect()
    }

    /// In two pieces, so that the seam between two calls is tried as well.
    fn by_hand<B: Baseline>(&self, new: impl Fn(&Network, u64) -> B) -> Vec<Record> {
        let record = |seed| {
            let mut program = new(&self.scenario.network, seed);
            let first = program.run(0.3 * self.duration);
            let jumps = first + program.run(0.7 * self.duration);
            let means = program.means();
            [means[0], means[1], jumps as f64]
        };
        (0..self.replicates).map(record).collect()
    }
}

/// Smallest p-value, adjusted for their number, of the tests that means and variances are the same.
fn agreement(first: &[Record], second: &[Record]) -> f64 {
    let mut p_values = Vec::new();
    for quantity in 0..3 {
        let series = |records: &[Record]| records.iter().map(|r| r[quantity]).collect::<Vec<_>>();
        let (first, second) = (series(first), series(second));
        p_values.push(same_mean(&first, &second));
        p_values.push(same_mean(&squares(&first), &squares(&second)));
    }
    holm(&p_values).into_iter().fold(1.0, f64::min)
}

fn same_mean(first: &[f64], second: &[f64]) -> f64 {
    let (first, second) = (estimate::mean(first), estimate::mean(second));
    let error = first.standard_error.hypot(second.standard_error);
    erfc((first.value - second.value).abs() / error / std::f64::consts::SQRT_2)
}

/// Squared deviations from the sample mean.
fn squares(sample: &[f64]) -> Vec<f64> {
    let centre = estimate::mean(sample).value;
    sample.iter().map(|x| (x - centre) * (x - centre)).collect()
}

/// All programs against the engine; there are no mistakes to be found.
fn assert_agreement(case: &Case) {
    let engine = case.by_engine();
    let p = agreement(&case.by_hand(Textbook::<2>::new), &engine);
    println!("textbook: p = {p:.2e}");
    assert!(p > LEVEL, "textbook: p = {p:e}");
    for instructions in Instructions::available() {
        let with = |network: &_, seed| Block::<2>::with(network, seed, instructions);
        let block = case.by_hand(|network, seed| with(network, seed).in_vectors());
        let p = agreement(&block, &engine);
        println!("block by {}: p = {p:.2e}", instructions.name());
        assert!(p > LEVEL, "block by {}: p = {p:e}", instructions.name());
    }
}

#[test]
fn programs_by_hand_simulate_the_canonical_pair() {
    assert_agreement(&Case::new(&["n=50"], 0.5, 1000));
}

#[test]
fn programs_by_hand_simulate_unlike_populations() {
    assert_agreement(&Case::new(&UNLIKE, 1.0, 2000));
}

/// Blocks far longer than the time constants, so that horizons and new origins matter.
#[test]
fn programs_by_hand_simulate_three_neurons_for_long() {
    let overrides = ["n=2", "populations.I.fraction=0.5", "populations.I.time_constant=0.1"];
    assert_agreement(&Case::new(&overrides, 40.0, 4000));
}

/// For so long that all is written anew.
#[test]
fn shared_spikes_by_hand_are_those_of_the_engine() {
    for (overrides, duration, replicates) in [(&UNLIKE[..], 8.0, 2000), (&["n=200"], 0.5, 1000)] {
        let case = Case::shared(overrides, duration, replicates);
        let p = agreement(&case.by_hand(Shared::<2>::new), &case.by_engine());
        println!("shared: p = {p:.2e}");
        assert!(p > LEVEL, "shared: p = {p:e}");
    }
}

/// A program by hand with a mistake: each neuron is a target of its own, by itself or by spikes that reach all.
struct WithSelfSynapse<const SHARED: bool> {
    populations: Populations<2>,
    potentiations: Vec<f64>,
    rng: Xoshiro256PlusPlus,
}

impl<const SHARED: bool> Baseline for WithSelfSynapse<SHARED> {
    fn new(network: &Network, seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let potentiations = initial(network, &mut rng);
        let independent = Network { transmission: Transmission::Independent, ..network.clone() };
        Self { populations: Populations::of(&independent), potentiations, rng }
    }

    fn run(&mut self, duration: f64) -> u64 {
        let Self { populations: p, potentiations, rng } = self;
        let neurons = p.neurons;
        let targets = if SHARED { 1 } else { neurons };
        let rate = p.max_rate * (neurons * targets) as f64;
        let (mut left, mut jumps) = (duration, 0);
        loop {
            let gap = -(1.0 - rng.random::<f64>()).ln() / rate;
            for (k, z) in potentiations.iter_mut().enumerate() {
                let a = p.of_neuron(k);
                *z = p.rest[a] + (*z - p.rest[a]) * (-gap.min(left) * p.leak[a]).exp();
            }
            left -= gap;
            if left < 0.0 {
                return jumps;
            }
            let (source, target) = (rng.random_range(0..neurons), rng.random_range(0..neurons));
            let b = p.of_neuron(source);
            let reduced = (potentiations[source] - p.threshold[b]) / p.slope[b];
            if rng.random::<f64>() * p.excess[b] * (1.0 + (-reduced).exp()) < 1.0 {
                let reached = if SHARED { 0..neurons } else { target..target + 1 };
                for k in reached {
                    potentiations[k] += p.jumps[p.of_neuron(k)][b];
                }
                jumps += 1;
            }
        }
    }

    fn means(&self) -> Vec<f64> {
        let mean = |a| {
            let members = &self.potentiations[self.populations.members(a)];
            members.iter().sum::<f64>() / members.len() as f64
        };
        vec![mean(0), mean(1)]
    }
}

#[test]
fn wrong_programs_are_found_out() {
    let case = Case::new(&["n=10"], 1.0, 2000);
    let engine = case.by_engine();
    let wrong = case.by_hand(WithSelfSynapse::<false>::new);
    assert!(agreement(&wrong, &engine) <= LEVEL, "self-synapse");
    let shared = Case::shared(&["n=10"], 1.0, 2000);
    let wrong = shared.by_hand(WithSelfSynapse::<true>::new);
    assert!(agreement(&wrong, &shared.by_engine()) <= LEVEL, "own spikes");
    let mut faster = Case::new(&["n=10"], 1.0, 2000);
    for population in &mut faster.scenario.network.populations {
        let Gain::Logistic(gain) = &mut population.gain else { unreachable!("logistic") };
        gain.max_rate *= 1.05;
    }
    assert!(agreement(&faster.by_hand(Textbook::<2>::new), &engine) <= LEVEL, "rate of textbook");
    assert!(agreement(&faster.by_hand(Block::<2>::new), &engine) <= LEVEL, "rate of block");
}

#[test]
fn elementary_functions_are_those_of_the_library() {
    let mut generators = Generators::seeded(&mut Xoshiro256PlusPlus::seed_from_u64(1));
    let words = (0..10_000).flat_map(|_| generators.next());
    for x in words.map(uniform).chain([0, u64::MAX].map(uniform)).chain([0.5, 0.25, 0.75]) {
        let close = |ours: f64, theirs: f64| {
            assert!((ours - theirs).abs() <= 1e-15 * theirs.abs(), "{x}: {ours} {theirs}");
        };
        close(ln(x), x.ln());
        close(exp(40.0 * x), (40.0 * x).exp());
        close(exp(-x), (-x).exp());
        // The library's own is off by the rounding of the quotient, which matters where that is about 1.
        assert!((logit(x) - (x / (1.0 - x)).ln()).abs() <= 1e-15 * (1.0 + logit(x).abs()));
    }
}

#[test]
fn uniform_numbers_lie_inside() {
    assert_eq!(uniform(0), f64::EPSILON / 2.0);
    assert_eq!(uniform(u64::MAX), 1.0 - f64::EPSILON / 2.0);
}

#[test]
fn each_lane_is_the_generator_of_the_library() {
    let mut generators = Generators::seeded(&mut Xoshiro256PlusPlus::seed_from_u64(2));
    let lane = 5;
    let words = generators.state.map(|words| words[lane].to_le_bytes());
    let seed = words.concat().try_into().expect("32 bytes");
    let mut library = Xoshiro256PlusPlus::from_seed(seed);
    for _ in 0..100 {
        assert_eq!(generators.next()[lane], library.next_u64());
    }
}
