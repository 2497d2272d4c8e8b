//! Where the theory says that `n` is large enough the simulation agrees with it, and where it says that `n` is too small it is off by more than its margins.

use std::sync::atomic::AtomicBool;

use equipoise_engine::Ensemble;
use equipoise_model::Scenario;
use equipoise_model::scenario::overrides::apply;
use equipoise_validation::{Observed, Prediction, Verdict, compare};

const PAIR: &str = include_str!("../../scenarios/inhibition-stabilised.toml");
const EXTERNAL: &str = include_str!("../../scenarios/external-drive.toml");
const SLOW: &str = include_str!("../../scenarios/slow-oscillation.toml");

/// What the theory says of its validity, and what the comparison finds.
fn judge(scenario: &str, size: usize, replicates: u64) -> (bool, Verdict) {
    let overrides = [
        format!("n={size}"),
        format!("ensemble.replicates={replicates}"),
        "sample_interval=0.5".to_owned(),
    ];
    let scenario = Scenario::parse("scenario", &apply(scenario, &overrides).unwrap()).unwrap();
    let ensemble = Ensemble::new(&scenario);
    let prediction = Prediction::new(&scenario.network, &ensemble.times).unwrap();
    let mut observed = Observed::new(ensemble.times.len());
    ensemble
        .run::<()>(&AtomicBool::new(false), |trajectory| {
            observed.push(trajectory);
            Ok(())
        })
        .unwrap();
    let verdict = compare(&observed, &prediction, 2, scenario.network.size);
    (prediction.validity.holds(), verdict)
}

#[test]
fn networks_that_are_large_enough_are_as_predicted() {
    for (scenario, size) in [(PAIR, 50), (EXTERNAL, 100)] {
        let (valid, verdict) = judge(scenario, size, 3000);
        assert!(valid && verdict.holds(), "n = {size}: {valid}");
    }
}

#[test]
fn networks_that_are_too_small_are_not() {
    // Of the slow oscillation one network in dozens runs away.
    for (scenario, size, replicates) in
        [(PAIR, 9, 10_000), (EXTERNAL, 25, 10_000), (SLOW, 400, 200)]
    {
        let (valid, verdict) = judge(scenario, size, replicates);
        assert!(!valid && !verdict.holds(), "n = {size}: {valid}");
    }
}
