//! Constant gain under shared spikes and release: spikes, jumps and covariances in closed form, at any size and any `p`.
//!
//! The spikes of population `b` are Poisson of rate `N_b lambda_b/p`. Each reaches two given neurons with probability `p^2`, so the
//! covariance of two neurons of populations `a` and `c` is
//!
//! ```text
//! p sum_b (N_b - [a = b] - [c = b]) lambda_b J_ab J_cb/n int_0^t exp(-(1/tau_a + 1/tau_c)(t - s)) ds
//! ```
//!
//! (the two neurons themselves are no common sources), while one neuron by itself is what it is under independent transmission.
//!
//! # Source
//! Campbell's theorem, as for [`shot_noise`](crate::models::shot_noise), for two functionals of one process.

use equipoise_model::Transmission;
use equipoise_statistics::estimate;

use crate::evidence::{Family, channel};
use crate::models::shot_noise::{ShotNoise, cases};
use crate::naive_spikes::SpikeMistake;
use crate::networks::{SPIKING, channels};
use crate::simulators::{Records, Simulator};

/// Enough for a rate 2 % off: each case has more than 15 jumps of a source on average, whose score shifts by
/// `0.02 sqrt(15 REPLICATES p)`, above 6 at the least `p`.
const REPLICATES: u64 = 20_000;

/// A model of [`shot_noise`](crate::models::shot_noise) under another transmission.
struct SharedInputs {
    case: ShotNoise,
    probability: f64,
}

impl SharedInputs {
    fn new(mut case: ShotNoise, transmission: Transmission) -> Self {
        case.network.transmission = transmission;
        Self { case, probability: transmission.release_probability() }
    }

    fn count(&self, population: usize) -> f64 {
        self.case.network.populations[population].count as f64
    }

    /// Expected spikes of a population.
    fn spikes(&self, population: usize, time: f64) -> f64 {
        self.count(population) * self.case.intensities[population] * time / self.probability
    }

    /// Covariance of two neurons, of these populations.
    fn covariance(&self, a: usize, c: usize, time: f64) -> f64 {
        let network = &self.case.network;
        let rate = [a, c].iter().map(|k| 1.0 / network.populations[*k].time_constant).sum::<f64>();
        let response = (1.0 - (-rate * time).exp()) / rate;
        let common = |b: usize| {
            let sources = self.count(b) - f64::from(u8::from(a == b)) - f64::from(u8::from(c == b));
            sources.max(0.0) * self.case.intensities[b] * network.jump(a, b) * network.jump(c, b)
        };
        self.probability * (0..network.population_count()).map(common).sum::<f64>() * response
    }
}

fn moments(family: &mut Family, model: &SharedInputs, records: &Records) {
    let populations = model.case.network.population_count();
    for (sample, time) in model.case.times.iter().copied().enumerate().filter(|(_, t)| *t > 0.0) {
        for a in 0..populations {
            let exact = model.case.moments(a, time);
            let others = 1.0 - 1.0 / model.count(a);
            let shared = others * model.covariance(a, a, time);
            let label = |what: &str| format!("{what} of {a} at {time}");
            let means = records.mean(sample, a);
            let spread = exact.mean[1] + shared;
            family.score(label("mean"), &means, exact.mean[0], spread.sqrt());
            let squares: Vec<f64> = means.iter().map(|z| (z - exact.mean[0]).powi(2)).collect();
            family.estimate(label("variance of the mean"), estimate::mean(&squares), spread);
            if others > 0.0 {
                let variance = estimate::mean(&records.variance(sample, a));
                family.estimate(label("variance"), variance, exact.variance - shared);
            }
            for c in 0..a {
                let covariance = estimate::covariance(&means, &records.mean(sample, c));
                family.estimate(label("covariance"), covariance, model.covariance(a, c, time));
            }
        }
    }
}

/// Jumps of a channel: a binomial number for each spike.
fn counts(family: &mut Family, model: &SharedInputs, records: &Records) {
    let (network, p) = (&model.case.network, model.probability);
    let (sample, time) = (model.case.times.len() - 1, model.case.times[model.case.times.len() - 1]);
    for (a, b) in channels(network) {
        let jumps = records.jumps(sample, (a, b));
        let label = channel(network, a, b);
        if b >= network.population_count() {
            family.poisson(&label, &jumps, model.case.jumps((a, b), time));
            continue;
        }
        let eligible = model.count(a) - f64::from(u8::from(a == b));
        let spikes = records.spikes(sample, b);
        if p == 1.0 {
            let all = jumps.iter().zip(&spikes).all(|(jumps, spikes)| *jumps == eligible * spikes);
            family.add(format!("fan-out of {label}"), f64::from(u8::from(all)));
        } else if eligible > 0.0 {
            let expected = model.spikes(b, time);
            let variance = expected * eligible * p * (1.0 - p + eligible * p);
            family.score(
                format!("mean of {label}"),
                &jumps,
                expected * eligible * p,
                variance.sqrt(),
            );
            let squares: Vec<f64> =
                jumps.iter().map(|x| (x - expected * eligible * p).powi(2)).collect();
            family.estimate(format!("variance of {label}"), estimate::mean(&squares), variance);
        }
    }
    for b in 0..network.population_count() {
        let spikes = records.spikes(sample, b);
        family.poisson(&format!("spikes of {b}"), &spikes, model.spikes(b, time));
        for c in 0..b {
            let covariance = estimate::covariance(&spikes, &records.spikes(sample, c));
            family.estimate("covariance of spikes", covariance, 0.0);
        }
    }
}

fn against_closed_form(model: &SharedInputs, simulator: Simulator) -> Family {
    let case = &model.case;
    let records = simulator.ensemble(&case.network, case.seed, REPLICATES, &case.times);
    let transmission = case.network.transmission;
    let mut family = Family::new(format!("{}, {transmission}: {simulator:?}", case.name));
    moments(&mut family, model, &records);
    counts(&mut family, model, &records);
    family
}

#[test]
fn every_spiking_method_has_the_exact_covariances_and_counts() {
    for transmission in SPIKING {
        for case in cases() {
            let model = SharedInputs::new(case, transmission);
            for simulator in Simulator::SPIKING {
                against_closed_form(&model, simulator).accept();
            }
        }
    }
}

#[test]
fn wrong_spikes_have_not() {
    let mistakes = [
        SpikeMistake::OwnSpike,
        SpikeMistake::AllReached,
        SpikeMistake::SlowSpikes,
        SpikeMistake::OneDraw,
        SpikeMistake::FasterRates,
    ];
    for transmission in SPIKING {
        for mistake in mistakes {
            let of_release = matches!(
                mistake,
                SpikeMistake::AllReached | SpikeMistake::SlowSpikes | SpikeMistake::OneDraw
            );
            if of_release && transmission == Transmission::Shared {
                continue;
            }
            let [case, ..] = cases();
            let model = SharedInputs::new(case, transmission);
            against_closed_form(&model, Simulator::NaiveSpikes(mistake)).reject();
        }
    }
}
