//! Two levels: p-values of a right simulator are uniform over seeds, so that the tests elsewhere have the level they name.

use equipoise_model::Network;
use equipoise_statistics::estimate;
use statrs::distribution::Uniform;
use statrs::function::erf::erfc;
use statrs::stats_tests::NaNPolicy;
use statrs::stats_tests::ks_test::{KSOneSampleAlternativeMethod, ks_onesample};

use crate::evidence::Family;
use crate::naive::Mistake;
use crate::networks::{balanced_pair, logistic};
use crate::simulators::{Records, Simulator};

const SEEDS: u64 = 200;
/// Enough for the means of a sample to be normal; a rate 2 % off shifts the score of the counts of one seed
/// by `0.02 sqrt(REPLICATES counts/2) > 3`.
const REPLICATES: u64 = 50;
const TIME: f64 = 0.5;

type Quantity = (&'static str, fn(&Records) -> Vec<f64>);

const QUANTITIES: [Quantity; 4] = [
    ("mean of E", |r| r.mean(0, 0)),
    ("variance of I", |r| r.variance(0, 1)),
    ("E -> I", |r| r.jumps(0, (1, 0))),
    ("I -> I", |r| r.jumps(0, (1, 1))),
];

/// Two-sided p-value for equal means.
fn p_value(first: &[f64], second: &[f64]) -> f64 {
    let (x, y) = (estimate::mean(first), estimate::mean(second));
    let z = (x.value - y.value) / x.standard_error.hypot(y.standard_error);
    erfc(z.abs() / std::f64::consts::SQRT_2)
}

fn p_values(network: &Network, simulator: Simulator) -> [Vec<f64>; 4] {
    let mut values: [Vec<f64>; 4] = Default::default();
    for seed in 0..SEEDS {
        let reference = Simulator::Thinning.ensemble(network, 2 * seed, REPLICATES, &[TIME]);
        let tested = simulator.ensemble(network, 2 * seed + 1, REPLICATES, &[TIME]);
        for ((_, quantity), values) in QUANTITIES.iter().zip(&mut values) {
            values.push(p_value(&quantity(&reference), &quantity(&tested)));
        }
    }
    values
}

fn uniformity(simulator: Simulator) -> Family {
    let network = balanced_pair(30, logistic(1.0, 0.0, 0.5));
    let law = Uniform::new(0.0, 1.0).expect("an interval");
    let mut family = Family::new(format!("calibration: {simulator:?}"));
    for ((label, _), values) in QUANTITIES.iter().zip(p_values(&network, simulator)) {
        let method = KSOneSampleAlternativeMethod::TwoSidedAsymptotic;
        let (_, p) = ks_onesample(values, &law, method, NaNPolicy::Error).expect("a valid sample");
        family.add(*label, p);
    }
    family
}

#[test]
fn p_values_of_two_hundred_seeds_are_uniform() {
    uniformity(Simulator::TargetDriven).accept();
}

#[test]
fn those_of_faster_rates_are_not() {
    uniformity(Simulator::Naive(Mistake::FasterRates)).reject();
}
