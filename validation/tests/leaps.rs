//! Networks too large for every jump against the theory, by leaps: two ways that share nothing but the description of the network.

use std::sync::atomic::AtomicBool;

use equipoise_engine::{Ensemble, Single};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Leaps, Method, Precision, Recording, Scenario};
use equipoise_validation::{Observed, Prediction, compare};

const CANONICAL: &str = include_str!("../../scenarios/inhibition-stabilised.toml");
const RELEASE: &str = include_str!("../../scenarios/release.toml");
const DRIVEN: &str = include_str!("../../scenarios/external-drive.toml");

/// Whether what `validate` compares holds for an ensemble by leaps.
fn holds(text: &str, size: f64, leaps: Leaps, replicates: u64) -> bool {
    let text = apply(text, &[format!("n={size:e}")]).unwrap();
    let network = Scenario::parse("scenario.toml", &text).unwrap().network;
    let times = vec![0.0, 0.5, 1.0, 2.0, 4.0];
    let prediction = Prediction::new(&network, &times).unwrap();
    let mut observed = Observed::new(times.len());
    let ensemble = Ensemble {
        network: &network,
        method: Method::Leap(leaps),
        seed: 61,
        replicates,
        times,
        recording: Recording::default(),
        threads: 0,
        ranks: &Single,
        shelf: None,
    };
    let receive = |trajectory| {
        observed.push(trajectory);
        Ok::<(), ()>(())
    };
    ensemble.run(&AtomicBool::new(false), receive).unwrap();
    compare(&observed, &prediction, network.population_count(), network.size).holds()
}

/// Means, variances, third cumulants, covariances of means and counts, at the level of `validate`.
#[test]
fn large_networks_obey_the_theory() {
    for (size, replicates) in [(1e3, 400), (1e4, 200), (1e5, 24), (1e6, 4)] {
        assert!(holds(CANONICAL, size, Leaps::DEFAULT, replicates), "n = {size}");
    }
    assert!(holds(CANONICAL, 1e4, Leaps { resolve: true, ..Leaps::DEFAULT }, 100));
    // Rounding to 24 bits is lost in what chance leaves of a million neurons.
    assert!(holds(CANONICAL, 1e6, Leaps { precision: Precision::Single, ..Leaps::DEFAULT }, 4));
    // Drive of order sqrt(n), and a step of it.
    assert!(holds(DRIVEN, 1e4, Leaps::DEFAULT, 100));
}

/// Where targets share spikes, the means fluctuate by `n^(-1/4)`.
#[test]
fn large_networks_that_share_spikes_do() {
    for (size, replicates) in [(1e3, 400), (1e4, 200), (1e5, 24)] {
        assert!(holds(RELEASE, size, Leaps::DEFAULT, replicates), "n = {size}");
    }
}

/// Steps of half a time constant have errors that the same comparison sees.
#[test]
fn steps_that_are_too_long_do_not() {
    let step = Leaps { step: Some(0.5), ..Leaps::DEFAULT };
    assert!(!holds(CANONICAL, 1e4, step, 200));
}
