//! With few networks, too, a validation raises false alarms no more often than its level says.
//!
//! 100 ensembles of 5 networks of the canonical pair at n = 100, seeds 1 to 100, without records and with snapshots and spikes. At the level of a validation, 0.01, six alarms
//! or more have probability 5e-4. The power twin tests covariances by the normal law, which is wrong for few networks.

use std::sync::atomic::AtomicBool;

use equipoise_engine::{Ensemble, Single};
use equipoise_model::{Method, Recording, Scenario, Selection};
use equipoise_statistics::holm;
use equipoise_validation::{LEVEL, Observed, Prediction, Quantity, Verdict, compare};
use statrs::distribution::{ContinuousCDF, Normal};

const ENSEMBLES: u64 = 100;
const NETWORKS: u64 = 5;
/// `P(Binomial(100, 0.01) >= 6) = 5e-4`.
const ALARMS: usize = 6;

fn verdicts(recording: &Recording) -> Vec<Verdict> {
    let text = include_str!("../../scenarios/inhibition-stabilised.toml");
    let text = text.replace("n = 400 ", "n = 100 ");
    let network = Scenario::parse("inhibition-stabilised.toml", &text).unwrap().network;
    assert_eq!(network.size, 100.0);
    let times: Vec<f64> = (0..=16).map(|i| 0.25 * f64::from(i)).collect();
    let prediction = Prediction::new(&network, &times).unwrap();
    let prediction = prediction.of_records(&network, recording).unwrap();
    let verdict = |seed| {
        let mut observed = Observed::new(times.len());
        let (method, times) = (Method::Exact, times.clone());
        let ensemble = Ensemble {
            network: &network,
            method,
            seed,
            replicates: NETWORKS,
            times,
            recording: recording.clone(),
            threads: 0,
            ranks: &Single,
            shelf: None,
        };
        let receive = |trajectory| {
            observed.push(trajectory);
            Ok::<(), ()>(())
        };
        ensemble.run(&AtomicBool::new(false), receive).unwrap();
        compare(&observed, &prediction, 2, network.size)
    };
    (1..=ENSEMBLES).map(verdict).collect()
}

/// Whether any comparison fails when covariances are tested by the normal law.
fn fails_by_the_normal_law(verdict: &Verdict) -> bool {
    let p_values: Vec<f64> = verdict
        .comparisons
        .iter()
        .map(|comparison| match comparison.quantity {
            Quantity::MeanCovariance { .. } => {
                2.0 * Normal::standard().cdf(-comparison.tested.test.z)
            }
            _ => comparison.tested.test.p,
        })
        .collect();
    holm(&p_values).into_iter().any(|p| p <= LEVEL)
}

#[test]
fn five_networks_raise_no_more_alarms_than_the_level_says() {
    let verdicts = verdicts(&Recording::default());
    let alarms = verdicts.iter().filter(|verdict| !verdict.holds()).count();
    assert!(alarms < ALARMS, "{alarms} alarms");
    let wrong = verdicts.iter().filter(|verdict| fails_by_the_normal_law(verdict)).count();
    assert!(wrong >= ALARMS, "the power twin raises {wrong} alarms only");
}

/// Alarms of the law and of the counts alone, too.
#[test]
fn five_networks_with_records_raise_no_more() {
    let recording = Recording {
        snapshots: vec![0.0, 2.0, 4.0],
        spikes: vec![Selection::All; 2],
        ..Recording::default()
    };
    let verdicts = verdicts(&recording);
    let alarms = verdicts.iter().filter(|verdict| !verdict.holds()).count();
    let alone = |tested: &dyn Fn(&Verdict) -> Vec<f64>| {
        let alarm = |verdict: &&Verdict| holm(&tested(verdict)).into_iter().any(|p| p <= LEVEL);
        verdicts.iter().filter(alarm).count()
    };
    let law = alone(&|verdict| verdict.law.iter().map(|c| c.tested.test.p).collect());
    let counts = alone(&|verdict| verdict.counts.iter().map(|c| c.tested.test.p).collect());
    println!("{alarms} alarms, {law} of the law, {counts} of the counts");
    assert!(alarms.max(law).max(counts) < ALARMS, "{alarms} {law} {counts}");
}
