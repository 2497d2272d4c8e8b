//! Counted and predicted energies agree in all scenarios, methods and modes of transmission, in their means and in their deviations from network to network; wrong
//! costs, wrong thresholds and a wrong theory do not.
//!
//! At the level of every validation; sizes, networks and seeds are named below.

use std::sync::atomic::AtomicBool;

use equipoise_energy::Item;
use equipoise_engine::Ensemble;
use equipoise_limit::activity::ActivityAverages;
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Prices, Scenario};
use equipoise_validation::{Observed, Prediction, Quantity, Verdict, compare};

macro_rules! scenario {
    ($name:literal) => {
        ($name, include_str!(concat!("../../scenarios/", $name, ".toml")))
    };
}

const PAIR: (&str, &str) = scenario!("inhibition-stabilised");
const SHARED: (&str, &str) = scenario!("shared-spikes");
const RELEASE: (&str, &str) = scenario!("release");

/// Costs of the order of one for each neuron in a time unit, by population.
const ENERGY: [&str; 4] =
    ["energy.spike=2.0", "energy.rest=0.5", "energy.synapse=0.01", "energy.threshold=0.2"];

fn parsed((name, text): (&str, &str), settings: &[&str]) -> Scenario {
    let all: Vec<String> = ENERGY.iter().chain(settings).map(|s| (*s).to_owned()).collect();
    Scenario::parse(name, &apply(text, &all).unwrap()).unwrap()
}

fn observed(scenario: &Scenario) -> Observed {
    let ensemble = Ensemble::new(scenario);
    let mut observed = Observed::new(ensemble.times.len());
    let receive = |trajectory| {
        observed.push(trajectory);
        Ok::<(), ()>(())
    };
    ensemble.run(&AtomicBool::new(false), receive).unwrap();
    observed
}

fn predicted(scenario: &Scenario) -> Prediction {
    let times = scenario.sampling.times();
    Prediction::with_energy(&scenario.network, scenario.energy.as_ref(), &times).unwrap()
}

/// What a scenario simulates against what another predicts.
fn verdict(observed: &Observed, described: &Scenario, prediction: &Prediction) -> Verdict {
    let network = &described.network;
    let mut verdict = compare(observed, prediction, network.population_count(), network.size);
    verdict
        .comparisons
        .retain(|c| matches!(c.quantity, Quantity::Energy(_) | Quantity::EnergyVariance(_)));
    for item in Item::RANDOM {
        for quantity in [Quantity::Energy(item), Quantity::EnergyVariance(item)] {
            for a in 0..network.population_count() {
                let Some(worst) =
                    verdict.of(quantity, a).min_by(|x, y| x.tested.by_doubt(&y.tested))
                else {
                    continue;
                };
                let t = &worst.tested;
                println!(
                    "{:26} {a} sample {}: {:12.5} ({:.1e}) theory {:12.5} margin {:.1e} p {:.3}",
                    quantity.name(&network.population_names()),
                    worst.sample,
                    t.measured.value,
                    t.test.standard_error,
                    t.predicted,
                    t.test.margin,
                    t.adjusted_p
                );
            }
        }
    }
    verdict
}

#[track_caller]
fn confirm(scenario: (&str, &str), settings: &[&str]) {
    let described = parsed(scenario, settings);
    println!("{} {settings:?}", scenario.0);
    let verdict = verdict(&observed(&described), &described, &predicted(&described));
    // Of two populations or more, three items, both kinds, at each time but for what is zero at the first.
    assert!(verdict.comparisons.len() > 40, "{}", verdict.comparisons.len());
    assert!(verdict.holds());
}

const FEW: [&str; 2] = ["n=100", "ensemble.replicates=400"];

#[test]
fn every_method_counts_what_is_predicted() {
    let sampled = "sample_interval=0.5";
    for method in ["exact", "thinning"] {
        confirm(PAIR, &[&FEW[..], &[sampled, &format!("engine.method={method}")]].concat());
    }
    for scenario in [PAIR, RELEASE] {
        confirm(scenario, &["n=1000", "ensemble.replicates=400", sampled, "engine.method=leap"]);
    }
}

#[test]
fn every_transmission_does() {
    for scenario in [SHARED, RELEASE] {
        confirm(scenario, &["n=400", "ensemble.replicates=400", "sample_interval=0.5"]);
    }
}

/// The deviation of the activity energy, which is not compared where spikes are shared, is within a fifth of what is predicted, beside the standard error of 400 networks. That
/// of neurons that are independent, the power twin, is not.
#[test]
fn deviations_of_activity_are_known_roughly_where_spikes_are_shared() {
    const ALLOWED: f64 = 0.2;
    // Two-sided normal point at level 0.01 for two scenarios, five times and two populations.
    const CRITICAL: f64 = 3.48;
    for scenario in [SHARED, RELEASE] {
        // Far from rates, where the square is not all curvature.
        let settings =
            ["n=1000", "ensemble.replicates=400", "sample_interval=1.0", "energy.threshold=0"];
        let described = parsed(scenario, &settings);
        let (observed, prediction) = (observed(&described), predicted(&described));
        let energy = prediction.energy.as_ref().unwrap();
        for (at, predicted) in energy.deviations(Item::Activity).into_iter().enumerate() {
            let (sample, a) = (at / 2, at % 2);
            let quantity = Quantity::EnergyVariance(Item::Activity);
            let variance = observed.estimate(quantity, sample, a);
            let measured = variance.value.sqrt();
            let error = variance.standard_error / (2.0 * measured);
            let is_near = |deviation: f64| {
                (measured - deviation).abs() <= ALLOWED * deviation + CRITICAL * error
            };
            let population = &described.network.populations[a];
            let (mean, total) =
                (prediction.finite_n.mean[at], prediction.finite_n.total_variance[at]);
            let neuron = ActivityAverages::new(&population.gain, 0.0, mean, total);
            let independent = (population.count as f64 * neuron.variance).sqrt();
            println!(
                "{} {at}: {measured:.3} ({error:.3}), predicted {predicted:.3}, independent {independent:.3}",
                scenario.0
            );
            assert!(is_near(predicted));
            // They start independent.
            assert!(sample == 0 || !is_near(independent));
        }
    }
}

/// External sources, a step of the drive, unequal time constants and populations, other gains; all of them at n = 100 but where that is too small for the theory.
#[test]
fn every_scenario_does() {
    for scenario in [
        scenario!("external-drive"),
        scenario!("drive-step"),
        scenario!("asymmetric-time-constants"),
        scenario!("three-populations"),
        scenario!("threshold-linear"),
        scenario!("measured-gains"),
    ] {
        let length = Scenario::parse(scenario.0, scenario.1).unwrap().sampling.duration;
        let sampled = format!("sample_interval={}", length / 4.0);
        confirm(scenario, &[&FEW[..], &[&sampled]].concat());
    }
}

/// At n = 10^4 the theory is right within three standard errors or 0.5 %, and the limit is off by 2.1 % (E) and 4.4 % (I) of what is expected: spikes, and so their energy.
#[test]
fn large_networks_spend_what_is_predicted_and_more_than_the_limit() {
    let settings =
        ["n=1e4", "ensemble.replicates=100", "engine.method=leap", "sample_interval=2.0"];
    let described = parsed(PAIR, &settings);
    let prediction = predicted(&described);
    let observed = observed(&described);
    let energy = prediction.energy.as_ref().unwrap();
    for (population, beyond) in [(0, 0.021), (1, 0.044)] {
        let last = 4 + population;
        for item in Item::RANDOM {
            let cost = energy.account.cost(item, population);
            let measured = observed.estimate(Quantity::Energy(item), 2, population).times(cost);
            let [theory, limit] = [&energy.finite_n, &energy.limit].map(|e| e.of(item)[last]);
            let difference = measured.value - theory;
            let (off, error) = (limit / theory - 1.0, measured.standard_error / theory);
            println!(
                "{} {population}: measured/theory - 1 = {:+.4} (s.e. {error:.4}), limit/theory - 1 = {off:+.4}",
                item.name(),
                difference / theory,
            );
            assert!(difference.abs() < (3.0 * measured.standard_error).max(0.005 * theory));
            if item == Item::Spike {
                assert!((theory / limit - 1.0 - beyond).abs() < 0.0015, "{}", theory / limit - 1.0);
                // The simulation sees that, too.
                assert!((measured.value / limit - 1.0 - beyond).abs() < 4.0 * error + 0.0015);
                assert!(measured.value > limit + 4.0 * measured.standard_error);
            }
        }
    }
}

/// Power twins: a cost, a threshold and rates that are 2 % off, and a theory that takes neurons for independent.
#[test]
fn wrong_accounts_are_rejected() {
    let settings = ["n=100", "ensemble.replicates=400", "sample_interval=1.0"];
    let described = parsed(PAIR, &settings);
    let observed = observed(&described);
    let right = predicted(&described);
    assert!(verdict(&observed, &described, &right).holds());
    for wrong in ["energy.spike=2.04", "energy.synapse=0.0102", "energy.threshold=0.21"] {
        let wrong = parsed(PAIR, &[&settings[..], &[wrong]].concat());
        let mut prediction = predicted(&wrong);
        // What was counted is priced as it was.
        prediction.energy.as_mut().unwrap().account =
            right.energy.as_ref().unwrap().account.clone();
        assert!(!verdict(&observed, &described, &prediction).holds());
    }
    let mut prediction = right;
    let energy = prediction.energy.as_mut().unwrap();
    let Some(Prices::Given(costs)) = described.energy.as_ref().map(|e| &e.prices) else { panic!() };
    for (at, variance) in energy.variances.spike.iter_mut().enumerate() {
        let cost = costs.spike[at % 2];
        *variance = cost * energy.finite_n.spike[at];
    }
    assert!(!verdict(&observed, &described, &prediction).holds());
}
