//! Against independent programs: `oracle/gaussian_averages.py` and `oracle/piecewise_averages.py` (mpmath), and `oracle/theory.py` (SciPy).

use equipoise_limit::gaussian::averages;
use equipoise_limit::{FiniteN, FiniteNSolution, Limit, Order};
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

fn network(parameters: &Value, size: f64, transmission: Transmission) -> Network {
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
        transmission,
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
        let gain = gain(kind, r_max, theta, slope);
        averages(&gain, mean, variance, &mut ours);
        // Few orders may take a faster rule.
        let mut few = [0.0; 5];
        averages(&gain, mean, variance, &mut few);
        let (values, scales) = (numbers(&entry["values"]), numbers(&entry["scale"]));
        let both = ours.iter().enumerate().chain(few.iter().enumerate());
        for (k, a) in both {
            let (b, scale) = (values[k], scales[k]);
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
        let network = network(&case["parameters"], 1000.0, Transmission::Independent);
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
            let size = number(&expected["n"]);
            let network =
                network(&case["parameters"], size, transmission(&expected["transmission"]));
            let orders =
                [("zeroth", Order::Zeroth), ("half", Order::Half), ("first", Order::First)];
            for (key, order) in orders {
                let theory = FiniteN::new(&network, order).solve(&times).unwrap();
                let name = format!("{name}, {:?}, n = {size}, {key}", network.transmission);
                check_finite(&name, size, &theory, &expected[key]);
            }
        }
    }
}

fn check_finite(name: &str, size: f64, theory: &FiniteNSolution, expected: &Value) {
    close(name, &theory.mean, &flat(&expected["mean"]), 1e-7);
    close(name, &theory.variance, &flat(&expected["variance"]), 1e-7);
    close(name, &theory.third_cumulant, &flat(&expected["third_cumulant"]), 1e-7);
    let scaled =
        |values: &[f64], by: f64| values.iter().map(|value| value * by).collect::<Vec<_>>();
    close(
        name,
        &scaled(&theory.spikes, 1.0 / size),
        &scaled(&flat(&expected["spikes"]), 1.0 / size),
        1e-7,
    );
    let covariance = flat(&expected["covariance_of_means"]);
    close(name, &scaled(&theory.mean_covariance, size), &scaled(&covariance, size), 1e-6);
}

#[test]
fn the_limit_of_other_transmissions_agrees_with_an_independent_integration() {
    let oracle: Value = serde_json::from_str(include_str!("oracle/theory.json")).unwrap();
    let times = numbers(&oracle["times"]);
    let mut seen = 0;
    for (name, case) in oracle["networks"].as_object().unwrap() {
        for expected in case.get("limits").map_or(&[][..], |limits| list(limits)) {
            let network =
                network(&case["parameters"], 1000.0, transmission(&expected["transmission"]));
            let limit = Limit::new(&network).unwrap().solve(&times).unwrap();
            close(name, &limit.mean, &flat(&expected["mean"]), 1e-7);
            close(name, &limit.variance, &flat(&expected["variance"]), 1e-7);
            seen += 1;
        }
    }
    assert!(seen >= 4, "{seen}");
}

fn transmission(probability: &Value) -> Transmission {
    match number(probability) {
        0.0 => Transmission::Independent,
        1.0 => Transmission::Shared,
        probability => Transmission::Release { probability },
    }
}

/// Simulations of the canonical pair by a program of others, with the standard errors that it states.
#[test]
fn the_canonical_pair_is_where_simulations_found_it() {
    let oracle: Value = serde_json::from_str(include_str!("oracle/theory.json")).unwrap();
    let parameters = &oracle["networks"]["canonical"]["parameters"];
    // Mean, variance, s.d. of the population mean and spikes per neuron of E and I at t = 4.
    let simulated = [
        (100.0, [-0.7684, -0.8502, 0.2303, 0.9971, 0.1042, 0.1093, 1.1273, 1.3089]),
        (400.0, [-0.7928, -0.9497, 0.2172, 0.9013, 0.0583, 0.0648, 1.0830, 1.1836]),
    ];
    let errors = [
        [0.0010, 0.0010, 0.0004, 0.0017, 0.0007, 0.0007, 0.0011, 0.0008],
        [0.0012, 0.0013, 0.0005, 0.0017, 0.0008, 0.0009, 0.0013, 0.0012],
    ];
    for ((size, row), errors) in simulated.into_iter().zip(errors) {
        let network = network(parameters, size, Transmission::Independent);
        let theory = FiniteN::new(&network, Order::First).solve(&[0.0, 4.0]).unwrap();
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
        for ((ours, simulated), error) in ours.into_iter().zip(row).zip(errors) {
            // Sixteen comparisons at level 0.01 in all, and half a unit of the last digit that is printed.
            assert!(
                (ours - simulated).abs() < 3.42 * error + 5e-5,
                "n = {size}: {ours} {simulated}"
            );
        }
    }
    let network = network(parameters, 100.0, Transmission::Independent);
    let limit = Limit::new(&network).unwrap().solve(&[0.0, 4.0]).unwrap();
    let ours = [limit.mean[2], limit.mean[3], limit.variance[2], limit.variance[3]];
    for (value, (printed, digit)) in
        ours.into_iter().zip([(-0.83766, 1e-5), (-1.0863, 1e-4), (0.19185, 1e-5), (0.76717, 1e-5)])
    {
        assert!((value - printed).abs() < 0.5 * digit, "{value} {printed}");
    }
}
