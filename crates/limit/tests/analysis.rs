//! What the analysis says of networks whose balance is known.

use equipoise_limit::analysis::{Analysis, Balanced, Destination, Growth, Unbalanced};
use equipoise_limit::{LimitError, Search};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Network, Scenario};

const PAIR: &str = r#"
n = 400
duration = 4.0
[populations.E]
kind = "excitatory"
time_constant = 1.0
drive = -0.3
gain = { logistic = { max_rate = 1.0, threshold = 0.0, slope = 0.5 } }
initial = { normal = { mean = 0.0, variance = 0.25 } }
[populations.I]
kind = "inhibitory"
time_constant = 1.0
gain = { logistic = { max_rate = 1.0, threshold = 0.0, slope = 0.5 } }
initial = { normal = { mean = 0.5, variance = 0.25 } }
[populations.X]
kind = "external"
rate = 0.0
[coupling]
E = { E = 1.0, I = -1.0, X = 0.0 }
I = { E = 2.0, I = -2.0, X = 0.0 }
"#;

fn network(overrides: &[&str]) -> Network {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    Scenario::parse("pair", &apply(PAIR, &overrides).unwrap()).unwrap().network
}

fn balanced(overrides: &[&str]) -> Balanced {
    let network = network(overrides);
    Analysis::new(&network, 0.0).balanced.expect("balance")
}

fn unbalanced(overrides: &[&str]) -> Unbalanced {
    let network = network(overrides);
    Analysis::new(&network, 0.0).balanced.expect_err("no balance")
}

#[track_caller]
fn close(ours: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), expected.len());
    let near = ours.iter().zip(expected).all(|(a, b)| (a - b).abs() <= tolerance);
    assert!(near, "{ours:?} {expected:?}");
}

#[test]
fn the_canonical_pair_goes_along_its_manifold_to_its_node() {
    let found = balanced(&[]);
    assert_eq!((found.dimension, found.fixed_points.search), (1, Search::Line));
    assert_eq!(found.rates, [(0.0, 1.0), (0.0, 1.0)]);
    assert!(matches!(found.course.destination, Destination::FixedPoint(0)));
    // The layer conserves 2 m_E - m_I and ends where rates are equal, here where means are, as variances are.
    close(&found.course.after_layer.expect("an end"), &[-0.5, -0.5], 1e-9);
    let last = found.course.mean.len() - 2;
    close(&found.course.mean[last..], &found.fixed_points.points[0].mean, 1e-3);
}

/// With `S_m` at the fixed point: `sqrt(n) S_m,E - 1` alone; of the whole, the trace and determinant of a 2 by 2 matrix.
#[test]
fn inhibition_stabilises_the_pair_but_not_a_tiny_one() {
    let found = balanced(&[]);
    let slope = &found.fixed_points.points[0].slopes;
    let at = found.stabilisation[0];
    assert!((at.excitatory.expect("E") - (20.0 * slope[0] - 1.0)).abs() < 1e-12);
    // K S_m has rank 1, so that one eigenvalue is -1 and the trace gives the other.
    let other = 20.0 * (slope[0] - 2.0 * slope[1]) - 1.0;
    assert!((at.whole - other.max(-1.0)).abs() < 1e-9, "{at:?} {other}");
    assert!(at.by_inhibition());
    assert!(!balanced(&["n=4"]).stabilisation[0].by_inhibition());
}

#[test]
fn full_rank_has_one_point_and_no_manifold() {
    let found = balanced(&[
        "coupling.E.I=-2.0",
        "coupling.I.I=-2.5",
        "coupling.E.X=1.0",
        "coupling.I.X=0.9",
        "populations.X.rate=0.5",
    ]);
    assert_eq!((found.dimension, found.fixed_points.points.len()), (0, 1));
    let rates = [0.5 * 0.7 / 1.5, 0.5 * 1.1 / 1.5];
    close(&[found.rates[0].0, found.rates[0].1], &[rates[0]; 2], 1e-12);
    close(&found.fixed_points.points[0].rates, &rates, 1e-12);
}

/// Input along (1, 0) has the part (4, -2)/5 outside the range of K, which is along (1, 2).
#[test]
fn input_outside_the_range_makes_means_grow_in_its_direction() {
    let found = unbalanced(&["populations.X.rate=0.5", "coupling.E.X=1.0"]);
    assert!(matches!(found.reason, LimitError::OutsideRange { .. }), "{}", found.reason);
    let Growth { velocity, at_least, .. } = found.growth.expect("growth");
    close(&velocity, &[0.4, -0.2], 1e-9);
    assert!((at_least - 0.2_f64.sqrt()).abs() < 1e-9, "{at_least}");
}

/// `S_E - S_I = -1.5` along the range: nearest are `S_E = 0`, `S_I = 1`, and a third of the input is left.
#[test]
fn rates_beyond_the_gains_leave_a_part_of_the_input() {
    let found = unbalanced(&["populations.X.rate=1.5", "coupling.E.X=1.0", "coupling.I.X=2.0"]);
    assert!(matches!(found.reason, LimitError::NoBalancedRates { .. }), "{}", found.reason);
    let Growth { velocity, rates, .. } = found.growth.expect("growth");
    close(&velocity, &[0.5, 1.0], 1e-9);
    close(&rates, &[0.0, 1.0], 1e-9);
}

/// Without input and with regular K only silence is balanced: no growth, but no balance either.
#[test]
fn balance_in_silence_alone_grows_nothing() {
    let found = unbalanced(&["coupling.I.I=-1.0"]);
    assert!(matches!(found.reason, LimitError::RateOutOfRange { .. }), "{}", found.reason);
    assert_eq!(found.growth, None);
}

#[test]
fn a_balance_that_is_lost_is_told_with_the_path_so_far() {
    let found = balanced(&[
        "coupling.I.E=1.2",
        "coupling.I.I=-1.2",
        "populations.E.drive=0.0",
        "populations.E.gain.logistic.slope=0.3",
        "populations.I.gain.logistic.slope=0.6",
        "populations.E.initial.normal.variance=1.0",
        "populations.I.initial.normal.variance=0.01",
        "populations.I.initial.normal.mean=0.0",
    ]);
    let Destination::Lost(LimitError::Unstable { time, .. }) = found.course.destination else {
        panic!("{:?}", found.course.destination)
    };
    let last = found.course.times.last().expect("a path");
    assert!((last / time - 0.999).abs() < 1e-9, "{last} {time}");
}
