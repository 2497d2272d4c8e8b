//! Networks beyond the canonical pair: `K` of rank 2, where balance fixes both rates, and three populations of unequal sizes, gains and time
//! constants, where it leaves a plane. At n = 100, 400 networks, every comparison holds at the level of a validation, and
//! rates that are 2 % too high are rejected.

use std::sync::atomic::AtomicBool;

use equipoise_engine::{Ensemble, Single};
use equipoise_limit::Limit;
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Gain, Method, Network, Recording, Scenario};
use equipoise_validation::{Observed, Prediction, compare};

const SEED: u64 = 61;
const REPLICATES: u64 = 400;
const TIMES: [f64; 5] = [0.0, 0.5, 1.0, 2.0, 4.0];

fn network(text: &str) -> Network {
    let text = apply(text, &["n=100".to_owned()]).unwrap();
    Scenario::parse("scenario", &text).unwrap().network
}

fn is_accepted(simulated: &Network, described: &Network) -> bool {
    let ensemble = Ensemble {
        network: simulated,
        method: Method::Exact,
        seed: SEED,
        replicates: REPLICATES,
        times: TIMES.to_vec(),
        recording: Recording::default(),
        threads: 0,
        ranks: &Single,
        shelf: None,
    };
    let mut observed = Observed::new(TIMES.len());
    let receive = |trajectory| {
        observed.push(trajectory);
        Ok::<(), ()>(())
    };
    ensemble.run(&AtomicBool::new(false), receive).unwrap();
    let prediction = Prediction::new(described, &TIMES).unwrap();
    let verdict = compare(&observed, &prediction, described.population_count(), described.size);
    let least = verdict.comparisons.iter().map(|c| c.tested.adjusted_p).fold(1.0, f64::min);
    println!("{} comparisons, least adjusted p {least:e}", verdict.comparisons.len());
    verdict.holds()
}

fn with_higher_rates(network: &Network) -> Network {
    let mut wrong = network.clone();
    for population in &mut wrong.populations {
        match &mut population.gain {
            Gain::Logistic(gain) => gain.max_rate *= 1.02,
            Gain::Probit(gain) => gain.max_rate *= 1.02,
            other => panic!("{other:?}"),
        }
    }
    wrong
}

#[track_caller]
fn confirm(text: &str, rank: usize, populations: usize) {
    let network = network(text);
    let limit = Limit::new(&network).unwrap();
    assert_eq!((limit.balance.rank(), network.population_count()), (rank, populations));
    assert!(is_accepted(&network, &network));
    assert!(!is_accepted(&with_higher_rates(&network), &network));
}

#[test]
fn rates_fixed_by_balance_are_confirmed() {
    confirm(include_str!("../../scenarios/external-drive.toml"), 2, 2);
}

#[test]
fn a_plane_of_balanced_states_is_confirmed() {
    confirm(include_str!("../../scenarios/three-populations.toml"), 1, 3);
}
