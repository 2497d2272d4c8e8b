//! Constant gain: cumulants and jump counts in closed form, at any size.

use equipoise_statistics::estimate;

use crate::evidence::{Family, channel};
use crate::models::shot_noise::{ShotNoise, cases};
use crate::naive::Mistake;
use crate::networks::channels;
use crate::simulators::{Records, Simulator};

/// Enough for a rate 2 % off: each case has a channel of more than 16 jumps on average, whose score
/// shifts by `0.02 sqrt(16 REPLICATES) > 7`.
const REPLICATES: u64 = 10_000;

fn moments(family: &mut Family, case: &ShotNoise, records: &Records) {
    for (sample, time) in case.times.iter().copied().enumerate() {
        for (a, population) in case.network.populations.iter().enumerate() {
            let exact = case.moments(a, time);
            let [mean, spread, fourth] = exact.mean;
            let label = |what: &str| format!("{what} of {} at {time}", population.name);
            let means = records.mean(sample, a);
            if spread == 0.0 {
                // A list of values, at time 0: nothing is random yet.
                assert!(means.iter().all(|z| (z - mean).abs() < 1e-15));
                continue;
            }
            family.score(label("mean"), &means, mean, spread.sqrt());
            let squares: Vec<f64> = means.iter().map(|z| (z - mean) * (z - mean)).collect();
            let deviation = (fourth + 2.0 * spread * spread).sqrt();
            family.score(label("variance of the mean"), &squares, spread, deviation);
            let variance = estimate::mean(&records.variance(sample, a));
            family.estimate(label("variance"), variance, exact.variance);
            let third = estimate::mean(&records.third_cumulant(sample, a));
            if population.count > 2 {
                family.estimate(label("third cumulant"), third, exact.third_cumulant);
            }
        }
    }
}

fn counts(family: &mut Family, case: &ShotNoise, records: &Records) {
    for (sample, time) in case.times.iter().copied().enumerate() {
        for pair in channels(&case.network) {
            let label = format!("{} until {time}", channel(&case.network, pair.0, pair.1));
            family.poisson(&label, &records.jumps(sample, pair), case.jumps(pair, time));
        }
    }
}

/// Different channels, and different populations, have nothing to do with each other.
fn independence(family: &mut Family, case: &ShotNoise, records: &Records) {
    let last = case.times.len() - 1;
    let all = channels(&case.network);
    for (index, first) in all.iter().enumerate() {
        for second in &all[..index] {
            let (x, y) = (records.jumps(last, *first), records.jumps(last, *second));
            let label = format!("covariance of channels {first:?}, {second:?}");
            family.estimate(label, estimate::covariance(&x, &y), 0.0);
        }
    }
    for first in 1..case.network.population_count() {
        let (x, y) = (records.mean(last, first), records.mean(last, 0));
        family.estimate("covariance of populations", estimate::covariance(&x, &y), 0.0);
    }
}

fn against_closed_form(case: &ShotNoise, simulator: Simulator) -> Family {
    let records = simulator.ensemble(&case.network, case.seed, REPLICATES, &case.times);
    let mut family = Family::new(format!("shot noise, {}: {simulator:?}", case.name));
    moments(&mut family, case, &records);
    counts(&mut family, case, &records);
    independence(&mut family, case, &records);
    family
}

#[test]
fn every_method_has_the_exact_cumulants_and_counts() {
    for case in cases() {
        for simulator in Simulator::RIGHT {
            against_closed_form(&case, simulator).accept();
        }
    }
}

/// With constant gain, stale sums and a freeze between jumps do no harm.
#[test]
fn wrong_simulators_have_not() {
    let mistakes = [
        Mistake::SelfSynapse,
        Mistake::FasterRates,
        Mistake::ForgottenDecay,
        Mistake::SharedExponential,
    ];
    for case in cases() {
        for mistake in mistakes {
            against_closed_form(&case, Simulator::Naive(mistake)).reject();
        }
    }
}
