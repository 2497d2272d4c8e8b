//! Gains without a bound, with kinks, saturated or tabulated: balance, initial layers, limit and finite-n theory.

use std::f64::consts::PI;

use equipoise_limit::{FiniteN, FiniteNSolution, Limit, LimitError, LimitSolution, Order};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Network, Scenario};

/// K = [1, -2; 2, -2.4] and h = (0.5, 0.36), so that balance needs S = -K^(-1) h = (0.3, 0.4).
const DRIVEN: &str = r#"
n = 10000
duration = 4.0
[populations.E]
kind = "excitatory"
time_constant = 1.0
drive = 0.1
gain = { threshold_linear = { gain = 1.0, threshold = 0.0 } }
initial = { normal = { mean = -0.3, variance = 0.25 } }
[populations.I]
kind = "inhibitory"
time_constant = 1.0
drive = -0.2
gain = { threshold_linear = { gain = 1.2, threshold = 0.1 } }
initial = { normal = { mean = -0.2, variance = 0.25 } }
[populations.X]
kind = "external"
rate = 0.5
[coupling]
E = { E = 1.0, I = -2.0, X = 1.0 }
I = { E = 2.0, I = -2.4, X = 0.72 }
"#;

/// The equal-weight pair: balance is `S_E = S_I`.
const PAIR: &[&str] = &[
    "populations.X.rate=0.0",
    "populations.E.drive=0.3",
    "coupling={ E = { E = 1.0, I = -1.0, X = 0.0 }, I = { E = 2.0, I = -2.0, X = 0.0 } }",
];

const TIMES: [f64; 4] = [0.0, 1.0, 2.0, 4.0];

fn network(overrides: &[&str]) -> Network {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    let scenario = Scenario::parse("driven", &apply(DRIVEN, &overrides).unwrap());
    scenario.unwrap_or_else(|error| panic!("{:?}", error.problems())).network
}

fn limit(overrides: &[&str]) -> Result<LimitSolution, LimitError> {
    let network = network(overrides);
    Limit::new(&network)?.solve(&TIMES)
}

fn finite(overrides: &[&str]) -> FiniteNSolution {
    FiniteN::new(&network(overrides), Order::First).solve(&TIMES).unwrap()
}

/// A pair of overrides of E and I.
fn both(field: &str, value: &str) -> [String; 2] {
    ["E", "I"].map(|name| format!("populations.{name}.{field}={value}"))
}

fn strings(overrides: &[String]) -> Vec<&str> {
    overrides.iter().map(String::as_str).collect()
}

/// Gains so steep that the rates of balance are reached at the thresholds, `S = beta sqrt(v/(2 pi))`, from variances that stay as they are,
/// `v = (Q S + q)/2`: then the means of the limit are the thresholds.
#[test]
fn balance_fixes_the_rates_and_so_the_means() {
    let (rates, thresholds): ([f64; 2], [f64; 2]) = ([0.3, 0.4], [0.4, -0.7]);
    let variances: [f64; 2] =
        [(0.3 + 4.0 * 0.4 + 0.5) / 2.0, (4.0 * 0.3 + 5.76 * 0.4 + 0.5184 * 0.5) / 2.0];
    let mut overrides = Vec::new();
    for (a, name) in ["E", "I"].into_iter().enumerate() {
        let gain: f64 = rates[a] * (2.0 * PI / variances[a]).sqrt();
        overrides.push(format!(
            "populations.{name}.gain={{ threshold_linear = {{ gain = {gain:?}, threshold = {:?} }} }}",
            thresholds[a]
        ));
        let variance = variances[a];
        overrides.push(format!("populations.{name}.initial.normal.variance={variance:?}"));
    }
    let solution = limit(&strings(&overrides)).unwrap();
    for (i, time) in TIMES.iter().enumerate() {
        for a in 0..2 {
            let at = 2 * i + a;
            assert!((solution.mean[at] - thresholds[a]).abs() < 1e-8, "{:?}", solution.mean);
            assert!((solution.variance[at] - variances[a]).abs() < 1e-8);
            assert!((solution.spikes[at] - rates[a] * time).abs() < 1e-8);
        }
        assert!(solution.balance_residual[i] < 1e-8);
    }
}

/// Whatever the gains, `v' = -2 v + Q S + q` with the rates of balance.
#[test]
fn every_gain_gets_the_rates_of_balance() {
    let table =
        "{ tabulated = { potentiation = [-2.0, -0.5, 0.4, 2.0], rate = [0.0, 0.2, 0.7, 1.5] } }";
    let saturated = "{ threshold_linear = { gain = 1.5, threshold = 0.0 }, refractory_time = 0.4 }";
    let probit =
        "{ probit = { max_rate = 3.0, threshold = 0.5, slope = 0.5 }, refractory_time = 0.6 }";
    for gain in ["{ threshold_linear = { gain = 1.5, threshold = 0.0 } }", saturated, table, probit]
    {
        let solution = limit(&strings(&both("gain", gain))).unwrap();
        let target: [f64; 2] =
            [(0.3 + 4.0 * 0.4 + 0.5) / 2.0, (4.0 * 0.3 + 5.76 * 0.4 + 0.5184 * 0.5) / 2.0];
        for (i, time) in TIMES.iter().enumerate() {
            for (a, rate) in [0.3, 0.4].into_iter().enumerate() {
                let variance = target[a] + (0.25 - target[a]) * (-2.0 * time).exp();
                assert!((solution.spikes[2 * i + a] - rate * time).abs() < 1e-7, "{gain}");
                assert!((solution.variance[2 * i + a] - variance).abs() < 1e-7, "{gain}");
            }
        }
        assert!(solution.balance_residual.iter().all(|residual| *residual < 1e-7), "{gain}");
    }
}

#[test]
fn finite_n_approaches_the_limit_as_the_inverse_root_of_n() {
    let saturated = both(
        "gain",
        "{ threshold_linear = { gain = 1.5, threshold = 0.0 }, refractory_time = 0.4 }",
    );
    for overrides in [vec![], strings(&saturated), PAIR.to_vec()] {
        let limit = limit(&overrides).unwrap();
        let distance = |size: &'static str| {
            let theory = finite(&[overrides.clone(), vec![size]].concat());
            (theory.mean[6] - limit.mean[6]).abs()
        };
        let ratio = distance("n=10000") / distance("n=1000000");
        assert!((ratio - 10.0).abs() < 1.5, "{overrides:?}: {ratio}");
    }
}

#[test]
fn a_short_refractory_time_changes_little() {
    let plain = limit(PAIR).unwrap();
    let saturated = |time: &str| {
        let times = both("gain.refractory_time", time);
        limit(&[PAIR.to_vec(), strings(&times)].concat()).unwrap().mean[7]
    };
    let (far, near) = (saturated("1e-3") - plain.mean[7], saturated("1e-4") - plain.mean[7]);
    assert!(far.abs() > 1e-6 && (far / near - 10.0).abs() < 0.1, "{far} {near}");
}

/// Below the threshold without any variance no rate responds, but the external input lifts the means until they do.
#[test]
fn silent_neurons_are_driven_to_their_thresholds() {
    let start = both("initial.normal", "{ mean = -3.0, variance = 0.0 }");
    let solution = limit(&strings(&start)).unwrap();
    let layer = &solution.layers[0];
    assert_eq!(layer.before, [-3.0, -3.0]);
    // Without variance the rates are beta (m - theta).
    for (mean, expected) in layer.after.iter().zip([0.3, 0.1 + 0.4 / 1.2]) {
        assert!((mean - expected).abs() < 1e-8, "{layer:?}");
    }
    let theory = finite(&strings(&start));
    let all = [&theory.mean, &theory.variance, &theory.third_cumulant, &theory.mean_covariance];
    assert!(all.into_iter().flatten().all(|x| x.is_finite()));
}

#[test]
fn excitation_that_wins_runs_away() {
    let overrides = [PAIR, &["populations.E.gain.threshold_linear.gain=9.0"]].concat();
    let error = limit(&overrides).unwrap_err();
    assert!(
        matches!(&error, LimitError::RunsAway { growth, .. } if growth.contains("`E`")),
        "{error}"
    );
}

#[test]
fn silence_is_named_without_a_largest_rate() {
    let start = both("initial.normal", "{ mean = -1.0, variance = 0.0 }");
    let error = limit(&[PAIR.to_vec(), strings(&start)].concat()).unwrap_err();
    assert!(matches!(&error, LimitError::Unresponsive { .. }), "{error}");
    assert!(error.to_string().ends_with("`E` 0.000e0, `I` 0.000e0"), "{error}");
}

#[test]
fn rates_outside_the_range_are_refused() {
    let error = limit(&["coupling.I.X=1.3"]).unwrap_err();
    assert!(error.to_string().contains("only gives rates above 0"), "{error}");
    // A table that begins above the rate that balance needs.
    let table = "{ tabulated = { potentiation = [-1.0, 1.0], rate = [0.35, 1.0] } }";
    let error = limit(&[&format!("populations.E.gain={table}")]).unwrap_err();
    assert!(error.to_string().contains("between 0.35 and 1"), "{error}");
}
