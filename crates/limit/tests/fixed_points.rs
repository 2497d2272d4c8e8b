//! Fixed points against an independent search, `oracle/fixed_points.py` (SciPy), and what must hold of them in general.

use equipoise_limit::fixed_points::{Character, FixedPoint, FixedPoints, Search, fixed_points};
use equipoise_limit::{Balance, Coefficients, LimitError};
use equipoise_model::gain::{Logistic, Probit, ThresholdLinear};
use equipoise_model::{
    Coupling, ExternalPopulation, Gain, InitialLaw, Kind, Network, NeuronPopulation, Schedule,
    Transmission,
};
use serde_json::Value;

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(number).collect()
}

fn gain(described: &Value) -> Gain {
    let field = |name: &str| number(&described[name]);
    match described["kind"].as_str().expect("a name") {
        "threshold_linear" => Gain::ThresholdLinear(ThresholdLinear {
            gain: field("beta"),
            threshold: field("theta"),
        }),
        kind => {
            let (max_rate, threshold, slope) = (field("r_max"), field("theta"), field("slope"));
            match kind {
                "logistic" => Gain::Logistic(Logistic { max_rate, threshold, slope }),
                "probit" => Gain::Probit(Probit { max_rate, threshold, slope }),
                other => panic!("no gain {other}"),
            }
        }
    }
}

fn network(parameters: &Value) -> Network {
    let fractions = numbers(&parameters["fraction"]);
    let population = |a: usize| NeuronPopulation {
        name: format!("population {a}"),
        kind: Kind::Excitatory,
        fraction: fractions[a],
        count: 1,
        time_constant: number(&parameters["tau"][a]),
        drive: Schedule::Constant(number(&parameters["current"][a])),
        gain: gain(&parameters["gain"][a]),
        initial: InitialLaw::Normal { mean: 0.0, variance: 0.25 },
    };
    let sources = list(&parameters["external"]);
    let external = |source: &Value| ExternalPopulation {
        name: "external".to_owned(),
        fraction: number(&source["fraction"]),
        count: 1,
        rate: Schedule::Constant(number(&source["rate"])),
    };
    let row = |a: usize| {
        let outside = sources.iter().map(|source| number(&source["jumps"][a]));
        numbers(&parameters["jumps"][a]).into_iter().chain(outside).collect()
    };
    Network {
        size: 1000.0,
        transmission: Transmission::Independent,
        populations: (0..fractions.len()).map(population).collect(),
        externals: sources.iter().map(external).collect(),
        coupling: Coupling::from_rows(&(0..fractions.len()).map(row).collect::<Vec<_>>()),
    }
}

/// Fixed points of a network of the oracle; without `Q` if it is marked as noiseless.
fn solve(parameters: &Value) -> Result<FixedPoints, LimitError> {
    let network = network(parameters);
    let mut coefficients = Coefficients::limit(&network);
    if parameters.get("noiseless").is_some() {
        coefficients.variance.fill(0.0);
    }
    let balance = Balance::new(&coefficients.mean);
    fixed_points(&network, &coefficients, &balance, 0.0)
}

fn oracle() -> Value {
    serde_json::from_str(include_str!("oracle/fixed_points.json")).expect("JSON")
}

#[track_caller]
fn close(what: &str, ours: &[f64], oracle: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), oracle.len(), "{what}: {ours:?} against {oracle:?}");
    for (a, b) in ours.iter().zip(oracle) {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{what}: {ours:?}, {oracle:?}");
    }
}

/// Real and imaginary parts in turn.
fn parts(eigenvalues: &[nalgebra::Complex<f64>]) -> Vec<f64> {
    eigenvalues.iter().flat_map(|value| [value.re, value.im]).collect()
}

fn check(name: &str, ours: &FixedPoint, oracle: &Value) {
    let values = |field: &str| numbers(&oracle[field]);
    close(&format!("{name}, means"), &ours.mean, &values("mean"), 1e-9);
    close(&format!("{name}, variances"), &ours.variance, &values("variance"), 1e-9);
    close(&format!("{name}, rates"), &ours.rates, &values("rates"), 1e-9);
    let eigenvalues =
        |field: &str| list(&oracle[field]).iter().flat_map(numbers).collect::<Vec<_>>();
    close(&format!("{name}, slow"), &parts(&ours.slow_eigenvalues), &eigenvalues("slow"), 1e-6);
    close(&format!("{name}, fast"), &parts(&ours.fast_eigenvalues), &eigenvalues("fast"), 1e-6);
}

#[test]
fn all_fixed_points_of_an_independent_search_are_found_and_no_others() {
    for (name, case) in oracle().as_object().expect("cases") {
        let found = solve(&case["parameters"]).expect("balance");
        let expected = list(&case["fixed_points"]);
        assert_eq!(found.points.len(), expected.len(), "{name}: {found:?}");
        for (ours, oracle) in found.points.iter().zip(expected) {
            check(name, ours, oracle);
        }
    }
}

fn characters(name: &str) -> Vec<Character> {
    let found = solve(&oracle()[name]["parameters"]).expect("balance");
    found.points.iter().map(|point| point.character).collect()
}

/// The slow limit of an equal-weight pair with unequal time constants has a Hopf bifurcation between these drives.
#[test]
fn a_focus_between_two_saddles_loses_its_stability() {
    use Character::{Saddle, StableFocus, UnstableFocus};
    assert_eq!(characters("slow_pair_at_8.25"), [Saddle, StableFocus, Saddle]);
    assert_eq!(characters("slow_pair_at_8.15"), [Saddle, UnstableFocus, Saddle]);
}

#[test]
fn the_others_are_nodes() {
    for name in ["canonical", "rank_two", "three_of_rank_one", "noiseless"] {
        assert_eq!(characters(name), [Character::StableNode], "{name}");
    }
}

#[test]
fn full_rank_and_no_coupling_are_closed_forms() {
    let search = |parameters: &Value| solve(parameters).expect("balance").search;
    assert_eq!(search(&oracle()["rank_two"]["parameters"]), Search::Unique);
    assert_eq!(search(&oracle()["canonical"]["parameters"]), Search::Line);
    let mut alone = oracle()["canonical"]["parameters"].clone();
    alone["jumps"] = serde_json::json!([[0.0, 0.0], [0.0, 0.0]]);
    let found = solve(&alone).expect("balance");
    assert_eq!(found.search, Search::Unique);
    assert_eq!(
        (&found.points[0].mean[..], &found.points[0].variance[..]),
        (&[-0.3, 0.0][..], &[0.0, 0.0][..])
    );
    close(
        "slow",
        &parts(&found.points[0].slow_eigenvalues),
        &[-1.0, 0.0, -1.0, 0.0, -2.0, 0.0, -2.0, 0.0],
        1e-12,
    );
}

/// On the line of balanced states the number of fixed points is even or odd whatever happens inside; where the focus and a saddle
/// meet, both must be found until they do.
#[test]
fn two_fixed_points_about_to_meet_are_both_found() {
    let mut parameters = oracle()["slow_pair_at_8.15"]["parameters"].clone();
    let mut count = |drive: f64| {
        parameters["current"][0] = drive.into();
        let found = solve(&parameters).expect("balance");
        let gap = found.points.windows(2).map(|pair| pair[1].rates[0] - pair[0].rates[0]);
        (found.points.len(), gap.fold(f64::INFINITY, f64::min))
    };
    let (mut one, mut three) = (8.0, 8.15);
    assert_eq!((count(one).0, count(three).0), (1, 3));
    while three - one > 1e-9 {
        let drive = 0.5 * (one + three);
        match count(drive).0 {
            1 => one = drive,
            3 => three = drive,
            // Where they meet they are one.
            2 => break,
            other => panic!("{other} fixed points at {drive}"),
        }
    }
    // At a fold the distance is of the order of the root of what is left.
    let (_, near) = count(three);
    let (_, far) = count(three + 1e-3);
    assert!(near < 0.02 * far, "{near} {far}");
}

#[test]
fn relabelling_the_populations_changes_nothing() {
    let parameters = oracle()["three_of_rank_one"]["parameters"].clone();
    let order = [2, 0, 1];
    let mut relabelled = parameters.clone();
    for field in ["tau", "fraction", "current", "gain"] {
        relabelled[field] = order.iter().map(|a| parameters[field][*a].clone()).collect();
    }
    relabelled["jumps"] = order
        .iter()
        .map(|a| order.iter().map(|b| parameters["jumps"][*a][*b].clone()).collect::<Value>())
        .collect();
    let (ours, theirs) =
        (solve(&parameters).expect("balance"), solve(&relabelled).expect("balance"));
    assert_eq!((ours.points.len(), theirs.points.len()), (1, 1));
    let (ours, theirs) = (&ours.points[0], &theirs.points[0]);
    close("means", &theirs.mean, &order.map(|a| ours.mean[a]), 1e-9);
    close("slow", &parts(&theirs.slow_eigenvalues), &parts(&ours.slow_eigenvalues), 1e-7);
}

/// `S_E - S_I` must be -1.5, but no rate exceeds 1.
#[test]
fn rates_that_no_gain_gives_are_refused_at_lower_rank_too() {
    let mut parameters = oracle()["canonical"]["parameters"].clone();
    let external = serde_json::json!([{ "fraction": 1.0, "rate": 1.5, "jumps": [1.0, 2.0] }]);
    parameters["external"] = external;
    let error = solve(&parameters).expect_err("no balance");
    assert!(matches!(error, LimitError::NoBalancedRates { time: 0.0 }), "{error}");
    parameters["external"][0]["rate"] = 0.5.into();
    let found = solve(&parameters).expect("balance");
    assert!(found.points.iter().all(|point| (point.rates[1] - point.rates[0] - 0.5).abs() < 1e-12));
}

/// Twins in everything: on the line of balanced states the means are equal, and nothing moves along it.
#[test]
fn a_continuum_of_fixed_points_is_told() {
    let mut parameters = oracle()["canonical"]["parameters"].clone();
    parameters["jumps"] = serde_json::json!([[1.0, -1.0], [1.0, -1.0]]);
    parameters["current"] = serde_json::json!([0.1, 0.1]);
    let found = solve(&parameters).expect("balance");
    assert_eq!((found.points.len(), found.search), (0, Search::Continuum));
    parameters["current"] = serde_json::json!([0.1, 0.2]);
    let found = solve(&parameters).expect("balance");
    assert_eq!((found.points.len(), found.search), (0, Search::Line));
}
