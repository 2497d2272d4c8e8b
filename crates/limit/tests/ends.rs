//! A limit that ends within the run is known up to its end, and the end is found where formulas have it.

use equipoise_limit::{Limit, LimitError, LimitSolution};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Network, Scenario};

const LOSES_BALANCE: &str = include_str!("../../../scenarios/loses-balance.toml");

/// Probit gains of width 0.3 and 0.6, all means at zero, where symmetry keeps them; with shared spikes variances only decay.
const NARROWING: &str = r#"
n = 400
duration = 4.0
transmission = "shared"
[populations.E]
kind = "excitatory"
time_constant = 1.0
gain = { probit = { max_rate = 1.0, threshold = 0.0, slope = 0.3 } }
initial = { normal = { mean = 0.0, variance = 1.0 } }
[populations.I]
kind = "inhibitory"
time_constant = 1.0
gain = { probit = { max_rate = 1.0, threshold = 0.0, slope = 0.6 } }
initial = { normal = { mean = 0.0, variance = 0.01 } }
[coupling]
E = { E = 1.0, I = -1.0 }
I = { E = 1.2, I = -1.2 }
"#;

fn network(text: &str, overrides: &[&str]) -> Network {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    Scenario::parse("network", &apply(text, &overrides).unwrap()).unwrap().network
}

fn solve(network: &Network, times: &[f64]) -> LimitSolution {
    Limit::new(network).unwrap().solve(times).unwrap()
}

/// `S_E = 3/2 hE - 5/4 hI = 0` where `hI = 0.3 + Y = 0.6`, `Y = 0.4 - 0.4 cos(2 pi t/5)`: at `cos = 1/4`.
#[test]
fn the_time_at_which_a_rate_leaves_its_range_is_exact() {
    let expected = 0.25_f64.acos() / (0.4 * std::f64::consts::PI);
    let network = network(LOSES_BALANCE, &[]);
    let times: Vec<f64> = (0..=25).map(|i| 0.1 * f64::from(i)).collect();
    let solution = solve(&network, &times);
    let Some(LimitError::RateOutOfRange { time, population, rate, .. }) = &solution.end else {
        panic!("{:?}", solution.end)
    };
    assert!((time - expected).abs() < 1e-9, "{time} {expected}");
    assert!(population == "E" && rate.abs() < 1e-9, "{population} {rate}");
    // All samples before, and none after.
    assert_eq!(solution.times, times[..11]);
    assert_eq!((solution.mean.len(), solution.spikes.len()), (22, 22));
    assert!(solution.balance_residual.iter().all(|residual| *residual < 1e-8));
    // They are those of a run that ends before, but for the integrator's steps.
    let before = solve(&network, &times[..6]);
    assert_eq!(before.end, None);
    for (a, b) in before.mean.iter().zip(&solution.mean) {
        assert!((a - b).abs() < 1e-6, "{a} {b}");
    }
    // Far below its threshold a logistic rate is proportional to exp(m/s), s = 0.5, and to t* - t: m falls by s log(10).
    let close = solve(&network, &[0.0, time - 1e-4, time - 1e-5]);
    let fall = close.mean[2] - close.mean[4];
    assert!((fall - 0.5 * 10.0_f64.ln()).abs() < 2e-3, "{fall}");
}

/// Gains without a bound have no upper end, and the lower one at the same time.
#[test]
fn a_gain_without_a_bound_is_left_downwards_at_the_same_time() {
    let expected = 0.25_f64.acos() / (0.4 * std::f64::consts::PI);
    let line = "{ threshold_linear = { gain = 1.0, threshold = 0.0 } }";
    let gains = ["E", "I"].map(|name| format!("populations.{name}.gain={line}"));
    let network = network(LOSES_BALANCE, &[&gains[0], &gains[1]]);
    let solution = solve(&network, &[0.0, 0.5, 2.0]);
    let Some(LimitError::RateOutOfRange { time, population, .. }) = &solution.end else {
        panic!("{:?}", solution.end)
    };
    assert!((time - expected).abs() < 1e-9 && population == "E", "{time} {expected}");
}

/// An input that leaves the range for a hundredth of its period between two samples is found out.
#[test]
fn an_excursion_between_samples_is_not_missed() {
    let rate = |amplitude: f64| {
        format!(
            "populations.Y.rate={{ sine = {{ mean = 0.15, amplitude = {amplitude}, frequency = 1.0 }} }}"
        )
    };
    let (within, beyond) = (rate(0.1499), rate(0.15 - 1e-9));
    let of = |rate: &str, weight: &str| {
        solve(&network(LOSES_BALANCE, &[rate, &format!("coupling.I.Y={weight}")]), &[0.0, 2.0])
    };
    assert_eq!(of(&within, "1.0").end, None);
    // hI = 0.3 + J (0.15 + 0.15 sin) = 0.6 at sin = 0.3/(0.15 J) - 1.
    let weight: f64 = 1.0005;
    let end = of(&beyond, &weight.to_string()).end.expect("an end");
    let expected = (0.3 / weight / 0.15 - 1.0).asin() / std::f64::consts::TAU;
    assert!((end.time() - expected).abs() < 1e-6, "{} {expected}", end.time());
}

/// The fast eigenvalue `S_E,m - 1.2 S_I,m` vanishes where `sI^2 + vI = 1.44 (sE^2 + vE)`, `v = v(0) exp(-2t)`.
#[test]
fn the_time_at_which_attraction_is_lost_is_exact() {
    let solution = solve(&network(NARROWING, &[]), &[0.0, 0.5, 1.0, 2.0, 4.0]);
    let Some(LimitError::Unstable { time, eigenvalue }) = solution.end else {
        panic!("{:?}", solution.end)
    };
    let decay: f64 = (0.36 - 1.44 * 0.09) / (1.44 * 1.0 - 0.01);
    let expected = -0.5 * decay.ln();
    assert!((time - expected).abs() < 1e-6, "{time} {expected}");
    assert!(eigenvalue.abs() < 1e-6, "{eigenvalue}");
    assert_eq!(solution.times, [0.0, 0.5]);
    assert!(solution.fast_eigenvalue.iter().all(|value| *value < 0.0));
}

/// Off the symmetric state the manifold folds: the eigenvalue vanishes like the root of the time that is left, which
/// a wrong end would spoil.
#[test]
fn the_time_of_a_fold_is_exact() {
    let folding = network(
        NARROWING,
        &[
            "transmission=independent",
            "populations.E.gain={ logistic = { max_rate = 1.0, threshold = 0.0, slope = 0.3 } }",
            "populations.I.gain={ logistic = { max_rate = 1.0, threshold = 0.0, slope = 0.6 } }",
            "populations.E.drive=0.02",
        ],
    );
    let solution = solve(&folding, &[0.0, 4.0]);
    let Some(LimitError::Unstable { time, .. }) = solution.end else {
        panic!("{:?}", solution.end)
    };
    let close = solve(&folding, &[0.0, time - 4e-6, time - 1e-6]);
    let ratio = close.fast_eigenvalue[1] / close.fast_eigenvalue[2];
    // An error of 1e-7 in time would change the ratio by 0.1.
    assert!((ratio - 2.0).abs() < 0.02, "{ratio} {close:?}");
}

#[test]
fn a_step_that_no_activity_cancels_ends_the_limit_there() {
    let step = "populations.Y.rate={ steps = [[0.0, 0.1], [1.5, 0.7]] }";
    let solution = solve(&network(LOSES_BALANCE, &[step]), &[0.0, 1.0, 1.5, 2.0]);
    assert!(
        matches!(solution.end, Some(LimitError::RateOutOfRange { time: 1.5, .. })),
        "{:?}",
        solution.end
    );
    assert_eq!(solution.times, [0.0, 1.0, 1.5]);
}
