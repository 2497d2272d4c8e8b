//! Sweeps against `oracle/sweep.py`, which finds the same special points by other means, and what they do where there is no
//! balance to follow.

use std::f64::consts::TAU;

use equipoise_limit::sweep::{
    Bifurcation, BranchEnd, Census, Sweep, SweepError, SweepPoint, sweep,
};
use equipoise_limit::{Limit, LimitError};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{InitialLaw, InputError, Network, Scenario};
use serde_json::Value;

fn oracle() -> Value {
    serde_json::from_str(include_str!("oracle/sweep.json")).expect("JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(number).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// The equal-weight pair of the oracle.
fn pair() -> String {
    let oracle = oracle();
    let parameters = &oracle["pair"]["parameters"];
    let population = |a: usize, name: &str, kind: &str, drive: f64| {
        let [fraction, tau, rate, threshold, slope] =
            ["fraction", "tau", "max_rate", "threshold", "slope"]
                .map(|field| number(&parameters[field][a]));
        format!(
            "[populations.{name}]\nkind = \"{kind}\"\nfraction = {fraction:?}\ntime_constant = {tau:?}\ndrive = {drive:?}\n\
             gain = {{ probit = {{ max_rate = {rate:?}, threshold = {threshold:?}, slope = {slope:?} }} }}\n\
             initial = {{ normal = {{ mean = 0.0, variance = 0.25 }} }}\n"
        )
    };
    let row = |a: usize| numbers(&parameters["jumps"][a]);
    format!(
        "n = 10000\nduration = 1.0\n{}{}[coupling]\nE = {{ E = {:?}, I = {:?} }}\nI = {{ E = {:?}, I = {:?} }}\n",
        population(0, "E", "excitatory", 8.25),
        population(1, "I", "inhibitory", number(&parameters["drive_I"])),
        row(0)[0],
        row(0)[1],
        row(1)[0],
        row(1)[1]
    )
}

/// The network of rank two of the oracle.
fn rank_two(parameters: &Value) -> String {
    let [slopes, outside] = ["slope", "external_jumps"].map(|field| numbers(&parameters[field]));
    let population = |a: usize, name: &str, kind: &str| {
        let (slope, tau) = (slopes[a], number(&parameters["tau"][a]));
        format!(
            "[populations.{name}]\nkind = \"{kind}\"\ntime_constant = {tau:?}\n\
             gain = {{ logistic = {{ max_rate = 1.0, threshold = 0.0, slope = {slope:?} }} }}\n\
             initial = {{ normal = {{ mean = 0.0, variance = 0.25 }} }}\n"
        )
    };
    let row = |a: usize| numbers(&parameters["jumps"][a]);
    format!(
        "n = 400\nduration = 1.0\n{}{}[populations.X]\nkind = \"external\"\nfraction = 1.0\nrate = {:?}\n\
         [coupling]\nE = {{ E = {:?}, I = {:?}, X = {:?} }}\nI = {{ E = {:?}, I = {:?}, X = {:?} }}\n",
        population(0, "E", "excitatory"),
        population(1, "I", "inhibitory"),
        number(&parameters["rate"]),
        row(0)[0],
        row(0)[1],
        outside[0],
        row(1)[0],
        row(1)[1],
        outside[1]
    )
}

fn network(text: &str, path: &str, value: f64) -> Result<Network, InputError> {
    let text = apply(text, &[format!("{path}={value:?}")]).expect("a sound assignment");
    Scenario::parse("sweep", &text).map(|scenario| scenario.network)
}

type Outcome = Result<Sweep, SweepError<InputError>>;

fn swept(text: &str, path: &str, (from, to): (f64, f64), count: usize) -> Outcome {
    let part = |i: usize| i as f64 / (count - 1) as f64;
    let values: Vec<f64> = (0..count).map(|i| from * (1.0 - part(i)) + to * part(i)).collect();
    sweep(&|value: f64| network(text, path, value), &values, 0.0)
}

#[track_caller]
fn close(what: &str, ours: f64, exact: f64, tolerance: f64) {
    let allowed = tolerance * (1.0 + exact.abs());
    assert!((ours - exact).abs() <= allowed, "{what}: {ours} against {exact}");
}

#[track_caller]
fn is_that_of_the_oracle(point: &SweepPoint, parameter: &Value, expected: &Value) {
    close("parameter", point.parameter, number(parameter), 1e-10);
    for (field, ours) in [("mean", &point.mean), ("variance", &point.variance)] {
        for (a, b) in ours.iter().zip(numbers(&expected[field])) {
            close(field, *a, b, 1e-8);
        }
    }
}

#[test]
fn folds_and_the_hopf_point_of_an_equal_weight_pair_are_where_the_oracle_has_them() {
    let oracle = oracle();
    let swept = swept(&pair(), "populations.E.drive", (7.5, 9.5), 11).unwrap();
    let specials: Vec<_> = swept.special_points().map(|(_, kind, point)| (kind, point)).collect();
    let folds: Vec<_> = specials.iter().filter(|(kind, _)| *kind == Bifurcation::Fold).collect();
    let expected = list(&oracle["pair"]["folds"]);
    assert_eq!(folds.len(), expected.len());
    for expected in expected {
        let drive = number(&expected["drive"]);
        let nearest = folds.iter().min_by(|(_, a), (_, b)| {
            (a.parameter - drive).abs().total_cmp(&(b.parameter - drive).abs())
        });
        is_that_of_the_oracle(nearest.expect("a fold").1, &expected["drive"], expected);
    }
    let hopfs: Vec<_> =
        specials.iter().filter(|(kind, _)| matches!(kind, Bifurcation::Hopf { .. })).collect();
    let [(kind, point)] = hopfs[..] else { panic!("{hopfs:?}") };
    let expected = &oracle["pair"]["hopfs"][0];
    is_that_of_the_oracle(point, &expected["drive"], expected);
    let frequency = kind.angular_frequency().expect("a Hopf point");
    close("angular frequency", frequency, number(&expected["angular_frequency"]), 1e-9);
    close("fast eigenvalue", point.fast_eigenvalue(), number(&expected["fast_eigenvalue"]), 1e-9);
    assert_eq!(specials.len(), 3);
}

#[test]
fn the_pair_rests_in_a_focus_between_its_hopf_point_and_its_upper_fold_only() {
    let swept = swept(&pair(), "populations.E.drive", (7.5, 9.5), 11).unwrap();
    let counts = swept.intervals.iter().map(|interval| interval.census);
    let expected = [(0, 1), (0, 3), (1, 2), (0, 1)];
    let expected = expected.map(|(stable, unstable)| Census { stable, unstable });
    assert_eq!(counts.collect::<Vec<_>>(), expected);
    let focus = swept.branches[0].points.iter().filter(|point| point.is_stable);
    let focus: Vec<_> = focus.filter(|point| (8.17..8.26).contains(&point.parameter)).collect();
    assert!(!focus.is_empty());
    for point in focus {
        let leading = point.slow_eigenvalues.iter().max_by(|a, b| a.re.total_cmp(&b.re));
        assert!(leading.expect("eigenvalues").im != 0.0, "{point:?}");
    }
    assert_eq!(swept.census[0], Census { stable: 0, unstable: 1 });
}

#[test]
fn the_limit_stays_at_stable_points() {
    let text = pair();
    let swept = swept(&text, "populations.E.drive", (8.2, 8.6), 3).unwrap();
    let stable = swept.branches.iter().flat_map(|branch| &branch.points);
    let stable: Vec<_> = stable.filter(|point| point.is_stable).collect();
    assert!(stable.len() > 3);
    for point in stable.iter().step_by(stable.len() / 3) {
        let mut network = network(&text, "populations.E.drive", point.parameter).unwrap();
        for (a, population) in network.populations.iter_mut().enumerate() {
            let (mean, variance) = (point.mean[a], point.variance[a]);
            population.initial = InitialLaw::Normal { mean, variance };
        }
        let solution = Limit::new(&network).unwrap().solve(&[TAU]).unwrap();
        for (a, b) in solution.mean.iter().zip(&point.mean) {
            close("mean", *a, *b, 1e-7);
        }
        for (a, b) in solution.variance.iter().zip(&point.variance) {
            close("variance", *a, *b, 1e-7);
        }
    }
}

#[test]
fn the_loss_of_balance_of_the_pair_is_where_the_oracle_has_it() {
    let oracle = oracle();
    let swept = swept(&pair(), "populations.E.drive", (-36.0, -33.0), 4).unwrap();
    let expected = &oracle["pair"]["balance_losses"][0];
    let lost = swept.special_points().filter(|(_, kind, _)| *kind == Bifurcation::BalanceLost);
    let lost: Vec<_> = lost.map(|(.., point)| point).collect();
    let [point] = lost[..] else { panic!("{lost:?}") };
    is_that_of_the_oracle(point, &expected["drive"], expected);
    assert!(point.fast_eigenvalue().abs() < 1e-9, "{point:?}");
}

#[test]
fn fast_hopf_points_at_full_rank_are_where_the_oracle_has_them() {
    for case in list(&oracle()["rank_two"]) {
        let parameters = &case["parameters"];
        let path = match parameters["swept"].as_str().expect("a name") {
            "rate" => "populations.X.rate",
            _ => "populations.E.gain.logistic.slope",
        };
        let range = (number(&parameters["from"]), number(&parameters["to"]));
        let swept = swept(&rank_two(parameters), path, range, 5).unwrap();
        assert_eq!(swept.branches.len(), 1);
        let found: Vec<_> = swept.special_points().collect();
        let [(0, kind @ Bifurcation::FastHopf { .. }, point)] = found[..] else {
            panic!("{found:?}")
        };
        let expected = &case["fast_hopfs"][0];
        is_that_of_the_oracle(point, &expected["parameter"], expected);
        let frequency = kind.angular_frequency().expect("a Hopf point");
        close("angular frequency", frequency, number(&expected["angular_frequency"]), 1e-10);
    }
}

#[test]
fn a_branch_ends_in_silence_and_values_beyond_have_their_reason() {
    let oracle = oracle();
    let text = rank_two(&oracle["rank_two"][0]["parameters"]);
    let swept = swept(&text, "populations.X.rate", (0.1, 1.3), 5).unwrap();
    assert_eq!(swept.branches.len(), 1);
    assert_eq!(swept.branches[0].ends, [BranchEnd::Range, BranchEnd::Unresponsive]);
    let beyond: Vec<_> = swept.unbalanced.iter().map(|gap| gap.parameter).collect();
    assert_eq!(beyond, [1.0, 1.3]);
    assert!(matches!(swept.unbalanced[1].reason, LimitError::RateOutOfRange { .. }));
}

#[test]
fn a_sweep_does_not_cross_a_change_of_rank() {
    let error = swept(&pair(), "coupling.E.E", (1.7, 1.9), 3).unwrap_err();
    let SweepError::RankChanges { before, after } = error else { panic!("{error}") };
    assert_eq!((before.1, after), (2, (1.9, 1)));
}

#[test]
fn what_cannot_be_swept_is_refused() {
    let text = pair();
    let backwards = swept(&text, "populations.E.drive", (1.0, 0.0), 3).unwrap_err();
    assert!(matches!(backwards, SweepError::Values), "{backwards}");
    let negative = swept(&text, "populations.E.time_constant", (-1.0, 1.0), 3).unwrap_err();
    assert!(matches!(negative, SweepError::Network { parameter: -1.0, .. }), "{negative}");
}
