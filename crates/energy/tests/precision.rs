//! Two drives told apart by the fires of simulated networks, against the Fisher information and the power that the theory predicts.

use std::sync::atomic::AtomicBool;

use equipoise_energy::Power;
use equipoise_energy::precision::{Precision, Reading, information, strengthened};
use equipoise_engine::{Ensemble, Single};
use equipoise_limit::Order;
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Costs, Method, Network, Recording, Scenario};
use nalgebra::{DMatrix, DVector};

const PAIR: &str = include_str!("../../../scenarios/inhibition-stabilised.toml");
const SIZE: usize = 100;
const POPULATIONS: usize = 2;
/// The drives of E, about its drive.
const DRIVE: f64 = -0.3;
const APART: f64 = 0.1;
/// Time left out, time in which fires are counted, and networks for each drive.
const BURN_IN: f64 = 8.0;
const WINDOW: f64 = 20.0;
const REPLICATES: u64 = 300;
/// Two-sided normal point at level 0.01 for two tests of information and power.
const CRITICAL: f64 = 2.81;

fn network(drive: f64) -> Network {
    let overrides = [format!("n={SIZE}"), format!("populations.E.drive={drive:?}")];
    Scenario::parse("pair", &apply(PAIR, &overrides).unwrap()).unwrap().network
}

fn costs() -> Costs {
    Costs { spike: vec![2.0, 1.0], rest: vec![0.5; 2], synapse: vec![0.01, 0.02] }
}

/// Fires per neuron and time of each network.
fn simulate(network: &Network, seed: u64) -> Vec<DVector<f64>> {
    let ensemble = Ensemble {
        network,
        method: Method::Exact,
        seed,
        replicates: REPLICATES,
        times: vec![0.0, BURN_IN, BURN_IN + WINDOW],
        recording: Recording::default(),
        threads: 0,
        ranks: &Single,
        shelf: None,
    };
    let mut found = Vec::new();
    ensemble
        .run::<()>(&AtomicBool::new(false), |trajectory| {
            let fires = |a: usize| trajectory.spikes(2, a) - trajectory.spikes(1, a);
            let count = |a: usize| network.populations[a].count as f64;
            found.push(DVector::from_fn(POPULATIONS, |a, _| fires(a) / count(a) / WINDOW));
            Ok(())
        })
        .unwrap();
    found
}

fn mean(values: &[DVector<f64>]) -> DVector<f64> {
    values.iter().fold(DVector::zeros(POPULATIONS), |sum, value| sum + value) / values.len() as f64
}

/// Sum of squares and products about the mean.
fn scatter(values: &[DVector<f64>]) -> DMatrix<f64> {
    let mean = mean(values);
    let one = |value: &DVector<f64>| (value - &mean) * (value - &mean).transpose();
    values.iter().fold(DMatrix::zeros(POPULATIONS, POPULATIONS), |sum, value| sum + one(value))
}

/// An estimate and its standard error.
struct Estimate {
    value: f64,
    standard_error: f64,
}

/// Squared distance `d'^2` of the two laws in units of their noise, freed of its bias: Hotelling's `T^2 = (R/2) d^2` is, up to a factor, an `F` with `P` and `v - P + 1` degrees of freedom (`v = 2 R - 2`) and the
/// noncentrality `(R/2) d'^2`, whose mean and variance are known.
///
/// Source: Anderson, *An Introduction to Multivariate Statistical Analysis* (2003), section 5.2.
fn separation(samples: &[Vec<DVector<f64>>; 2]) -> Estimate {
    let (r, p) = (REPLICATES as f64, POPULATIONS as f64);
    let degrees = 2.0 * r - 2.0;
    let pooled = (scatter(&samples[0]) + scatter(&samples[1])) / degrees;
    let raw = information(&(mean(&samples[1]) - mean(&samples[0])), &pooled).unwrap();
    let second = degrees - p + 1.0;
    let value = raw * (second - 2.0) / degrees - 2.0 * p / r;
    let lambda = 0.5 * r * value;
    let variance =
        2.0 * ((p + lambda).powi(2) + (p + 2.0 * lambda) * (second - 2.0)) / (second - 4.0);
    Estimate { value, standard_error: variance.sqrt() * 2.0 / r }
}

fn predicted(network: &Network, order: Order) -> Precision {
    let reading = Reading { driven: 0, time: 0.0, window: WINDOW, order };
    Precision::new(network, &costs(), reading).unwrap()
}

#[test]
fn drives_are_told_apart_as_the_information_says() {
    let samples =
        [(-0.5, 41), (0.5, 42)].map(|(side, seed)| simulate(&network(DRIVE + side * APART), seed));
    let found = separation(&samples);
    let middle = network(DRIVE);
    let (first, half) = (predicted(&middle, Order::First), predicted(&middle, Order::Half));
    let scale = WINDOW * APART * APART;
    let expected = first.information * scale;
    // What the last order of the theory adds.
    let margin = (expected - half.information * scale).abs();
    let z = |prediction: f64| ((found.value - prediction).abs() - margin) / found.standard_error;
    let uncorrelated = first.without_correlations() * scale;
    let stronger = predicted(&strengthened(&middle, 1.5), Order::First).information * scale;
    println!(
        "d'^2 {:.3} ({:.3}), predicted {expected:.3}, margin {margin:.3}; without correlations {uncorrelated:.3}, couplings 1.5 times as strong {stronger:.3}",
        found.value, found.standard_error
    );
    assert!(z(expected) < CRITICAL, "{expected}");
    // The same test rejects counts without correlations, and another network.
    assert!(z(uncorrelated) > CRITICAL, "{uncorrelated}");
    assert!(z(stronger) > CRITICAL, "{stronger}");

    // Power, from the same counts: what spikes and synapses take, by the senders' fires.
    let power = |rates: &[f64]| Power::stationary(&middle, &costs(), rates, 0.0).communication();
    let powers: Vec<f64> = samples.iter().flatten().map(|rates| power(rates.as_slice())).collect();
    let count = powers.len() as f64;
    let average = powers.iter().sum::<f64>() / count;
    // About the mean of each drive.
    let variance: f64 = powers
        .chunks(REPLICATES as usize)
        .map(|part| {
            let mean = part.iter().sum::<f64>() / part.len() as f64;
            part.iter().map(|power| (power - mean).powi(2)).sum::<f64>()
        })
        .sum::<f64>()
        / (count - 2.0);
    let (expected, lower) = (power(&first.rates), power(&half.rates));
    let deviation = |prediction: f64| {
        ((average - prediction).abs() - (expected - lower).abs()) / (variance / count).sqrt()
    };
    println!("power {average:.4}, predicted {expected:.4}, order 1/2 {lower:.4}");
    assert!(deviation(expected) < CRITICAL, "{average} {expected}");
    assert!(deviation(1.02 * expected) > CRITICAL, "{average} {expected}");
}
