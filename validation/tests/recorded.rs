//! The law of the potentiation and the irregularity of spikes, compared with theory where they are recorded: the right simulator passes, wrong ones
//! and wrong theories fail.
//!
//! The scenario is `scenarios/recording.toml` with the spikes of both populations, or `scenarios/external-drive.toml` with snapshots, where a few strong sources make the law skewed; 400 networks (1600) of
//! n = 100, seeds named below, at the level of every validation.

use std::sync::atomic::AtomicBool;

use equipoise_engine::{Ensemble, Trajectory};
use equipoise_limit::PotentiationLaw;
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{InitialLaw, Network, Scenario};
use equipoise_statistics::holm;
use equipoise_validation::law::PROBABILITIES;
use equipoise_validation::{LEVEL, Observed, Prediction, Tested, Verdict, compare};

const RECORDING: &str = include_str!("../../scenarios/recording.toml");
const EXTERNAL: &str = include_str!("../../scenarios/external-drive.toml");

fn parsed(text: &str, settings: &[&str]) -> Scenario {
    let mut all = vec!["n=100", "ensemble.replicates=400"];
    all.extend(settings);
    let all: Vec<String> = all.iter().map(|setting| (*setting).to_owned()).collect();
    Scenario::parse("scenario.toml", &apply(text, &all).unwrap()).unwrap()
}

fn scenario(settings: &[&str]) -> Scenario {
    let mut all = vec!["record.spikes=all", "record.activity=4.0", "record.counts=false"];
    all.extend(settings);
    parsed(RECORDING, &all)
}

fn simulated(scenario: &Scenario) -> Vec<Trajectory> {
    let mut trajectories = Vec::new();
    Ensemble::new(scenario)
        .run::<()>(&AtomicBool::new(false), |trajectory| {
            trajectories.push(trajectory);
            Ok(())
        })
        .unwrap();
    trajectories
}

fn predicted(network: &Network, scenario: &Scenario) -> Prediction {
    let times = scenario.sampling.times();
    Prediction::new(network, &times).unwrap().of_records(network, &scenario.recording).unwrap()
}

fn verdict(trajectories: Vec<Trajectory>, prediction: &Prediction, network: &Network) -> Verdict {
    let mut observed = Observed::new(prediction.limit.times.len());
    for trajectory in trajectories {
        observed.push(trajectory);
    }
    let verdict = compare(&observed, prediction, network.population_count(), network.size);
    show(&verdict);
    verdict
}

fn show(verdict: &Verdict) {
    let line = |tested: &Tested| {
        let Tested { measured, predicted, limit, test, adjusted_p } = tested;
        format!(
            "{:.5} ({:.5}) predicted {predicted:.5}, limit {:.5}, margin {:.1e}, p = {:.2e}, {adjusted_p:.2e}",
            measured.value,
            test.standard_error,
            limit.unwrap_or(f64::NAN),
            test.margin,
            test.p
        )
    };
    for c in &verdict.law {
        println!("{} {} {}: {}", c.time, c.population, PROBABILITIES[c.level], line(&c.tested));
    }
    for c in &verdict.counts {
        println!("fano {}: {}", c.population, line(&c.tested));
    }
    for d in &verdict.distances {
        println!("{d:?}");
    }
}

/// Whether a family alone holds.
fn holds<'a>(tests: impl Iterator<Item = &'a Tested>) -> bool {
    let p_values: Vec<f64> = tests.map(|tested| tested.test.p).collect();
    assert!(!p_values.is_empty());
    holm(&p_values).into_iter().all(|p| p > LEVEL)
}

fn law_holds(verdict: &Verdict) -> bool {
    holds(verdict.law.iter().map(|comparison| &comparison.tested))
}

fn counts_hold(verdict: &Verdict) -> bool {
    holds(verdict.counts.iter().map(|comparison| &comparison.tested))
}

#[test]
fn the_right_simulator_passes() {
    for transmission in ["independent", "shared", "{ release_probability = 0.3 }"] {
        println!("{transmission}");
        let scenario = scenario(&["seed=31", &format!("transmission={transmission}")]);
        let network = &scenario.network;
        let verdict = verdict(simulated(&scenario), &predicted(network, &scenario), network);
        assert_eq!(verdict.law.len(), 3 * 2 * PROBABILITIES.len());
        assert_eq!((verdict.counts.len(), verdict.distances.len()), (2, 6));
        assert!(law_holds(&verdict) && counts_hold(&verdict), "{transmission}");
        assert!(verdict.holds(), "{transmission}");
    }
}

/// What the theory predicts without the third and higher moments is the normal law with the right mean and variance.
#[test]
fn a_law_without_its_moments_is_rejected() {
    let scenario = parsed(
        EXTERNAL,
        &[
            "seed=32",
            "duration=1.0",
            "ensemble.replicates=1600",
            "record.snapshots=[0.5, 1.0]",
            "populations.Y.fraction=0.02",
            "coupling.E.Y=10.0",
            "coupling.I.Y=6.0",
        ],
    );
    let network = &scenario.network;
    let mut prediction = predicted(network, &scenario);
    let trajectories = simulated(&scenario);
    let right = verdict(trajectories.clone(), &prediction, network);
    assert!(law_holds(&right) && right.holds() && right.counts.is_empty());
    let laws = prediction.law.as_mut().expect("snapshots are recorded");
    for predicted in laws.laws.iter_mut().flatten() {
        let law = predicted.finite_n;
        let variance = law.deviation() * law.deviation();
        predicted.finite_n = PotentiationLaw::normal(law.mean(), variance).unwrap();
        predicted.quantiles =
            PROBABILITIES.iter().map(|q| predicted.finite_n.quantile(*q).unwrap()).collect();
    }
    let wrong = verdict(trajectories, &prediction, network);
    assert!(!law_holds(&wrong) && !wrong.holds());
}

/// The time constants of the simulated network are those of another one, by 20 %.
#[test]
fn a_wrong_time_constant_is_rejected() {
    let right = scenario(&["seed=33"]);
    let wrong = scenario(&[
        "seed=33",
        "populations.E.time_constant=1.2",
        "populations.I.time_constant=1.2",
    ]);
    let verdict = verdict(simulated(&wrong), &predicted(&right.network, &right), &right.network);
    assert!(!law_holds(&verdict) && !counts_hold(&verdict));
}

/// A recorder that mixes up neurons: their counts are those of Poisson processes, the moments of the populations as they were.
#[test]
fn spikes_of_the_wrong_neurons_are_rejected() {
    let scenario = scenario(&["seed=34"]);
    let network = &scenario.network;
    let mut trajectories = simulated(&scenario);
    for trajectory in &mut trajectories {
        for trains in &mut trajectory.records.spikes {
            let count = network.populations[0].count as u32;
            for (place, neuron) in trains.neurons.iter_mut().enumerate() {
                *neuron = (*neuron + place as u32) % count;
            }
        }
    }
    let verdict = verdict(trajectories, &predicted(network, &scenario), network);
    assert!(law_holds(&verdict) && !counts_hold(&verdict));
}

/// Populations that start from lists have no law that is known from a few moments, until they have forgotten them.
#[test]
fn a_list_of_initial_values_is_not_tested_until_it_is_forgotten() {
    let mut scenario = scenario(&["seed=35", "record.snapshots=[0.0, 3.0]"]);
    for population in &mut scenario.network.populations {
        let values = (0..population.count).map(|i| if i % 2 == 0 { -0.5 } else { 0.5 });
        population.initial = InitialLaw::Values(values.collect());
    }
    let network = &scenario.network;
    let verdict = verdict(simulated(&scenario), &predicted(network, &scenario), network);
    assert_eq!(verdict.law.len(), 2 * PROBABILITIES.len());
    assert!(verdict.law.iter().all(|comparison| comparison.snapshot == 1));
    assert!(verdict.holds());
}
