//! Against independent programs: `oracle/gaussian_averages.py` and `oracle/piecewise_averages.py` (mpmath), and `oracle/theory.py` (SciPy).

use equipoise_limit::gaussian::averages;
use equipoise_limit::{FiniteN, Limit, Terms};
use equipoise_model::gain::{Logistic, Probit, Tabulated, ThresholdLinear};
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

/// All numbers of nested lists, row-major.
fn flat(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .map_or_else(|| vec![number(value)], |rows| rows.iter().flat_map(flat).collect())
}

fn gain(kind: &str, max_rate: f64, threshold: f64, slope: f64) -> Gain {
    match kind {
        "logistic" => Gain::Logistic(Logistic { max_rate, threshold, slope }),
        "probit" => Gain::Probit(Probit { max_rate, threshold, slope }),
        other => panic!("no gain {other}"),
    }
}

fn network(parameters: &Value, size: f64) -> Network {
    let fraction = numbers(&parameters["fraction"]);
    let count = |fraction: f64| (fraction * size).round() as usize;
    let steps = list(&parameters["current_steps"]);
    let drive = |a: usize| {
        let first = (0.0, number(&parameters["current"][a]));
        let later = steps.iter().map(|step| (number(&step["time"]), number(&step["current"][a])));
        Schedule::Steps(std::iter::once(first).chain(later).collect())
    };
    let population = |a: usize| {
        let described = &parameters["gain"][a];
        let (r_max, theta) = (number(&described["r_max"]), number(&described["theta"]));
        let kind = described["kind"].as_str().expect("a name");
        NeuronPopulation {
            name: format!("population {a}"),
            kind: Kind::Excitatory,
            fraction: fraction[a],
            count: count(fraction[a]),
            time_constant: number(&parameters["tau"][a]),
            drive: drive(a),
            gain: gain(kind, r_max, theta, number(&described["slope"])),
            initial: InitialLaw::Normal {
                mean: number(&parameters["initial_mean"][a]),
                variance: number(&parameters["initial_variance"][a]),
            },
        }
    };
    let external = |(x, source): (usize, &Value)| ExternalPopulation {
        name: format!("external {x}"),
        fraction: number(&source["fraction"]),
        count: count(number(&source["fraction"])),
        rate: Schedule::Constant(number(&source["rate"])),
    };
    let sources = list(&parameters["external"]);
    let row = |a: usize| {
        let outside = sources.iter().map(|source| number(&source["jumps"][a]));
        numbers(&parameters["jumps"][a]).into_iter().chain(outside).collect()
    };
    Network {
        size,
        transmission: Transmission::Independent,
        populations: (0..fraction.len()).map(population).collect(),
        externals: sources.iter().enumerate().map(external).collect(),
        coupling: Coupling::from_rows(&(0..fraction.len()).map(row).collect::<Vec<_>>()),
    }
}

#[track_caller]
fn close(what: &str, ours: &[f64], oracle: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), oracle.len(), "{what}");
    for (i, (a, b)) in ours.iter().zip(oracle).enumerate() {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{what}[{i}]: {a} against {b}");
    }
}

#[test]
fn gaussian_averages_are_right_to_1e_12_of_the_largest_derivative() {
    let oracle: Value =
        serde_json::from_str(include_str!("oracle/gaussian_averages.json")).unwrap();
    let mut worst: f64 = 0.0;
    for entry in list(&oracle["entries"]) {
        let kind = entry["gain"].as_str().expect("a name");
        let [r_max, theta, slope] = ["r_max", "theta", "slope"].map(|field| number(&entry[field]));
        let mut ours = [0.0; 11];
        let (mean, variance) = (number(&entry["mean"]), number(&entry["variance"]));
        averages(&gain(kind, r_max, theta, slope), mean, variance, &mut ours);
        let (values, scales) = (numbers(&entry["values"]), numbers(&entry["scale"]));
        for (k, ((a, b), scale)) in ours.iter().zip(values).zip(scales).enumerate() {
            let error = (a - b).abs() / scale;
            worst = worst.max(error);
            assert!(error < 1e-12, "{entry} order {k}: {a} against {b}, error {error:e}");
        }
    }
    println!("largest error relative to the largest derivative: {worst:e}");
}

fn gain_of(entry: &Value) -> Gain {
    let field = |name: &str| number(&entry[name]);
    let gain = match entry["gain"].as_str().expect("a name") {
        "threshold_linear" => Gain::ThresholdLinear(ThresholdLinear {
            gain: field("beta"),
            threshold: field("theta"),
        }),
        "tabulated" => {
            let [potentiations, rates] = ["potentiation", "rate"].map(|name| numbers(&entry[name]));
            Gain::Tabulated(Tabulated::new(&potentiations, &rates).expect("a sound table"))
        }
        kind => gain(kind, field("r_max"), field("theta"), field("slope")),
    };
    gain.saturated(entry.get("refractory_time").map_or(0.0, number))
}

#[test]
fn averages_of_saturated_and_kinked_gains_are_right_to_1e_13_of_their_scale() {
    let oracle: Value =
        serde_json::from_str(include_str!("oracle/piecewise_averages.json")).unwrap();
    let mut worst: f64 = 0.0;
    for entry in list(&oracle["entries"]) {
        let mut ours = [0.0; 13];
        averages(&gain_of(entry), number(&entry["mean"]), number(&entry["variance"]), &mut ours);
        let (values, scales) = (numbers(&entry["values"]), numbers(&entry["scale"]));
        for (k, ((a, b), scale)) in ours.iter().zip(values).zip(scales).enumerate() {
            let error = (a - b).abs();
            worst = worst.max(if scale > 0.0 { error / scale } else { 0.0 });
            assert!(error <= 1e-13 * scale, "{entry} order {k}: {a} against {b}, scale {scale}");
        }
    }
    println!("largest error relative to the scale: {worst:e}");
}

#[test]
fn limit_agrees_with_an_independent_integration() {
    let oracle: Value = serde_json::from_str(include_str!("oracle/theory.json")).unwrap();
    let times = numbers(&oracle["times"]);
    for (name, case) in oracle["networks"].as_object().unwrap() {
        let network = network(&case["parameters"], 1000.0);
        let limit = Limit::new(&network).unwrap().solve(&times).unwrap();
        let expected = &case["limit"];
        let size = network.population_count();
        close(name, &limit.mean, &flat(&expected["mean"]), 1e-7);
        close(name, &limit.variance, &flat(&expected["variance"]), 1e-7);
        close(name, &limit.layers[0].after, &numbers(&expected["initial_layer_mean"]), 1e-9);
        close(name, &limit.fast_eigenvalue, &numbers(&expected["fast_eigenvalue"]), 1e-7);
        let per_neuron: Vec<f64> = limit
            .spikes
            .iter()
            .enumerate()
            .map(|(i, spikes)| spikes / network.populations[i % size].fraction)
            .collect();
        close(name, &per_neuron, &flat(&expected["spikes"]), 1e-7);
        assert!(limit.balance_residual.iter().all(|residual| *residual < 1e-8), "{name}");
    }
}

#[test]
fn finite_n_theory_agrees_with_an_independent_integration() {
    let oracle: Value = serde_json::from_str(include_str!("oracle/theory.json")).unwrap();
    let times = numbers(&oracle["times"]);
    for (name, case) in oracle["networks"].as_object().unwrap() {
        for expected in list(&case["finite"]) {
            check_finite(name, case, expected, Terms::STANDARD, &times);
        }
        let with_self_variance = Terms { self_variance: true, ..Terms::STANDARD };
        for expected in case.get("finite_self_skew").map_or(&[][..], |cases| list(cases)) {
            check_finite(name, case, expected, with_self_variance, &times);
        }
    }
}

fn check_finite(name: &str, case: &Value, expected: &Value, terms: Terms, times: &[f64]) {
    let size = number(&expected["n"]);
    let network = network(&case["parameters"], size);
    let theory = FiniteN::new(&network, terms).unwrap().solve(times).unwrap();
    let name = &format!("{name} at n = {size}");
    close(name, &theory.mean, &flat(&expected["mean"]), 1e-7);
    close(name, &theory.variance, &flat(&expected["variance"]), 1e-7);
    close(name, &theory.third_cumulant, &flat(&expected["third_cumulant"]), 1e-7);
    let populations = network.population_count();
    let per_neuron: Vec<f64> = theory
        .spikes
        .iter()
        .enumerate()
        .map(|(i, spikes)| spikes / network.populations[i % populations].count as f64)
        .collect();
    close(name, &per_neuron, &flat(&expected["spikes"]), 1e-7);
    let scaled = |values: &[f64]| values.iter().map(|value| value * size).collect::<Vec<_>>();
    let covariance = flat(&expected["covariance_of_means"]);
    close(name, &scaled(&theory.mean_covariance), &scaled(&covariance), 1e-6);
}

/// The table of reference values for the canonical pair, to the digits that it prints.
#[test]
fn reference_values_of_the_canonical_pair() {
    let oracle: Value = serde_json::from_str(include_str!("oracle/theory.json")).unwrap();
    let parameters = &oracle["networks"]["canonical"]["parameters"];
    let printed = [
        (100.0, [-0.7701, -0.8525, 0.2300, 0.9968, 0.1042, 0.1081, 1.1274, 1.3095], 4),
        (400.0, [-0.7924, -0.9505, 0.2166, 0.9007, 0.0597, 0.0664, 1.0823, 1.1830], 4),
        (1e3, [-0.8053, -0.9942, 0.2092, 0.8572, 0.0402, 0.0466, 1.0576, 1.1243], 4),
        (1e4, [-0.8257, -1.0541, 0.1981, 0.7982, 0.0140, 0.0173, 1.0201, 1.0426], 4),
        (1e6, [-0.8364, -1.0829, 0.1925, 0.7704, 0.0015, 0.0019, 1.0010, 1.0034], 4),
    ];
    let rounded =
        |value: f64, digits: i32| (value * 10f64.powi(digits)).round() / 10f64.powi(digits);
    for (size, row, digits) in printed {
        let network = network(parameters, size);
        let theory = FiniteN::new(&network, Terms::STANDARD).unwrap().solve(&[0.0, 4.0]).unwrap();
        let ours = [
            theory.mean[2],
            theory.mean[3],
            theory.variance[2],
            theory.variance[3],
            theory.mean_covariance[4].sqrt(),
            theory.mean_covariance[7].sqrt(),
            theory.spikes[2] / size,
            theory.spikes[3] / size,
        ];
        assert_eq!(ours.map(|value| rounded(value, digits)), row, "n = {size}");
    }
    let network = network(parameters, 100.0);
    let limit = Limit::new(&network).unwrap().solve(&[0.0, 4.0]).unwrap();
    let ours = [limit.mean[2], limit.mean[3], limit.variance[2], limit.variance[3]];
    for (value, (printed, digits)) in
        ours.into_iter().zip([(-0.83766, 5), (-1.0863, 4), (0.19185, 5), (0.76717, 5)])
    {
        assert_eq!(rounded(value, digits), printed);
    }
}
