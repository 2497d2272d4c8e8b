//! Scenarios from rate equations: what they say, and that networks of them rest where the equations do.

use equipoise_cells::derivation::rate_equations::{ExternalInput, Population, all_to_all};
use equipoise_cells::derivation::scenario::{ConversionError, Options, WantedState, scenario};
use equipoise_cells::derivation::{Gain, RateEquations};
use equipoise_limit::{FiniteN, Order};
use equipoise_model::{GainFunction, InitialLaw, Network};
use nalgebra::{DMatrix, DVector, dmatrix};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

fn population(name: &str, cells: usize, time_constant: f64, gain: Gain) -> Population {
    let external = ExternalInput { efficacy: 3.0, sources: 50, rate: 0.05 };
    Population { name: name.to_owned(), cells, time_constant, threshold: 0.9, gain, external }
}

const LINEAR: Gain = Gain::ThresholdLinear { slope: 0.035 };

/// Eighty and twenty cells with weights that balance.
fn pair(gain: Gain) -> RateEquations {
    let populations = vec![population("E", 80, 10.0, gain), population("I", 20, 5.0, gain)];
    let in_degree = all_to_all(&populations);
    RateEquations::new(populations, dmatrix![0.5, -4.0; 1.0, -6.0], in_degree).unwrap()
}

fn options(size: usize) -> Options {
    Options { title: "A \"derived\" pair".to_owned(), size, wanted: None }
}

/// What the network's means do if all potentiations are at them, from the network alone.
fn drift(network: &Network, mean: &DVector<f64>) -> DVector<f64> {
    let count = network.population_count();
    DVector::from_fn(count, |a, _| {
        let target = &network.populations[a];
        let inner: f64 = (0..count)
            .map(|b| {
                let source = &network.populations[b];
                let sources = source.count - usize::from(a == b);
                network.jump(a, b) * sources as f64 * source.gain.intensity(mean[b])
            })
            .sum();
        let outer: f64 = (network.externals.iter().enumerate())
            .map(|(x, external)| {
                network.jump(a, count + x) * external.count as f64 * external.rate.value(0.0)
            })
            .sum();
        target.drive.value(0.0) - mean[a] / target.time_constant + inner + outer
    })
}

/// (11.32) is the deterministic mean of the network: at rest in the same state, at random weights, sizes and in-degrees.
#[test]
fn the_mean_of_the_network_rests_where_the_equations_do() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(32);
    let mut between = |low: f64, high: f64| low + (high - low) * random.random::<f64>();
    for case in 0..40 {
        let logistic = Gain::Logistic { max_rate: 0.2, steepness: between(0.3, 2.0) };
        let gain = if case % 2 == 0 { LINEAR } else { logistic };
        let mut populations = vec![
            population("E", between(50.0, 100.0) as usize, between(5.0, 20.0), gain),
            population("I", between(10.0, 40.0) as usize, between(5.0, 20.0), gain),
        ];
        populations[1].external.sources = between(51.0, 80.0) as usize;
        let efficacy =
            dmatrix![between(0.0, 0.5), -between(2.0, 5.0); between(0.5, 2.0), -between(4.0, 8.0)];
        let in_degree = dmatrix![between(1.0, 40.0), 10.0; between(1.0, 40.0), 9.5];
        let equations = RateEquations::new(populations, efficacy, in_degree).unwrap();
        let derived = scenario(&equations, &options(73)).unwrap();
        let network = &derived.scenario.network;
        assert_eq!(network.populations[0].count, equations.populations()[0].cells);
        assert_eq!(network.externals.len(), 2);
        let state = &derived.steady_state;
        let speed = (network.populations.iter())
            .map(|population| 10.0 / population.time_constant)
            .fold(0.0, f64::max);
        assert!(drift(network, &state.input).amax() < 1e-12 * speed, "{}", derived.text);
        // And not a tenth away from it.
        assert!(drift(network, &state.input.add_scalar(0.1)).amax() > 1e-3);
        for (population, input) in network.populations.iter().zip(&state.input) {
            assert!((population.initial.mean() - input).abs() < 1e-12);
        }
    }
}

/// Means and variances of the stochastic network, by the theory of networks of finite size, which knows nothing of rate equations. With inputs far above
/// threshold gains are linear, and the steady state is the exact mean. The theory of zeroth order counts the neuron itself among `N` sources, so that variances agree to `1/N`.
#[test]
fn networks_have_the_mean_and_the_variance() {
    let populations = ["E", "I"].map(|name| {
        let mut population = population(name, 400, 10.0, LINEAR);
        population.external = ExternalInput { efficacy: 0.5, sources: 400, rate: 0.1 };
        population
    });
    let in_degree = all_to_all(&populations);
    let efficacy = dmatrix![0.05, -0.1; 0.1, -0.15];
    let equations = RateEquations::new(populations.to_vec(), efficacy, in_degree).unwrap();
    let derived = scenario(&equations, &options(400)).unwrap();
    let network = &derived.scenario.network;
    let state = &derived.steady_state;
    let theory = |order| FiniteN::new(network, order).stationary(0.0).unwrap().moments;
    let (first, zeroth) = (theory(Order::First), theory(Order::Zeroth));
    for a in 0..2 {
        let InitialLaw::Normal { mean, variance } = network.populations[a].initial else {
            panic!("a normal law")
        };
        assert!(mean > 6.0 * variance.sqrt(), "{mean} {variance}");
        let found = first.mean[a];
        assert!((found / state.input[a] - 1.0).abs() < 1e-5, "{found} {}", state.input[a]);
        let found = zeroth.variance[a];
        assert!((found / variance - 1.0).abs() < 2.0 / 400.0, "{found} {variance}");
    }
}

/// `n = 100`: `J_EI = 10 * (-4)/10`, `J_II = 10 * (-6)/5`, `J_EX = 10 * 3/10`, drives `-0.9/tau`, fifty sources.
#[test]
fn numbers_are_those_by_hand() {
    let derived = scenario(&pair(LINEAR), &options(100)).unwrap();
    let network = &derived.scenario.network;
    let coupling = |a, b| network.coupling.get(a, b);
    let expected = [[0.5, -4.0, 3.0], [2.0, -12.0, 6.0]];
    for (a, row) in expected.iter().enumerate() {
        for (b, jump) in row.iter().enumerate() {
            assert!((coupling(a, b) - jump).abs() < 1e-14, "{a} {b}");
        }
    }
    assert_eq!(network.populations[0].drive.value(0.0), -0.09);
    assert_eq!(network.populations[1].drive.value(0.0), -0.18);
    assert_eq!(network.externals[0].count, 50);
    assert_eq!(network.externals[0].name, "X");
    assert_eq!(derived.scenario.title, "A \"derived\" pair");
    assert_eq!(derived.scenario.sampling.time_unit, "ms");
    assert_eq!(derived.scenario.sampling.duration, 300.0);
}

fn without_input(equations: &RateEquations, efficacy: DMatrix<f64>) -> RateEquations {
    let mut populations = equations.populations().to_vec();
    for population in &mut populations {
        population.external = ExternalInput::NONE;
    }
    RateEquations::new(populations, efficacy, equations.in_degree().clone()).unwrap()
}

#[test]
fn wanted_rates_are_held_by_input_from_outside() {
    let equations = pair(LINEAR);
    let alone = without_input(&equations, equations.efficacy().clone());
    let refused = scenario(&alone, &options(100)).unwrap_err();
    assert!(matches!(refused, ConversionError::NoExternalInput), "{refused}");

    let rates = vec![0.01, 0.02];
    let wanted = WantedState { rates: rates.clone(), sources: 100, source_rate: 0.01 };
    let derived = scenario(&alone, &Options { wanted: Some(wanted), ..options(100) }).unwrap();
    let state = &derived.steady_state;
    assert!((&state.rates - DVector::from_vec(rates)).amax() < 1e-12, "{state:?}");
    assert!(drift(&derived.scenario.network, &state.input).amax() < 1e-12);
    // W_ext r_ext = -(79 * 0.5 * 0.01 - 20 * 4 * 0.02) + 0.9 + 0.01/0.035, and r_ext = 1/ms.
    let expected = 1.205 + 0.9 + 0.01 / 0.035;
    let found = derived.equations.populations()[0].external.efficacy;
    assert!((found - expected).abs() < 1e-12, "{found}");
}

/// Excitatory and inhibitory synapses of one size onto each population balance each other, whatever the neuron itself is left out of.
#[test]
fn couplings_without_full_rank_need_nothing_from_outside() {
    let mut populations = ["E", "I"].map(|name| population(name, 100, 10.0, LINEAR));
    for population in &mut populations {
        (population.external, population.threshold) = (ExternalInput::NONE, -1.0);
    }
    let in_degree = all_to_all(&populations);
    let equal = dmatrix![0.1, -0.1; 0.2, -0.2];
    let equations = RateEquations::new(populations.to_vec(), equal, in_degree).unwrap();
    let derived = scenario(&equations, &options(100)).unwrap();
    assert!(derived.scenario.network.externals.is_empty());
    assert!(drift(&derived.scenario.network, &derived.steady_state.input).amax() < 1e-12);
}

#[test]
fn assumptions_are_told_in_the_file() {
    let equations = pair(LINEAR);
    let sparse = dmatrix![79.0, 10.0; 80.0, 19.0];
    let equations =
        RateEquations::new(equations.populations().to_vec(), equations.efficacy().clone(), sparse);
    let derived = scenario(&equations.unwrap(), &options(100)).unwrap();
    let told: Vec<_> =
        derived.assumptions.iter().filter(|text| text.contains("receives 10 synapses")).collect();
    assert_eq!(told.len(), 1, "{:?}", derived.assumptions);
    let comments = derived.text.lines().filter_map(|line| line.strip_prefix("# "));
    let comments = comments.collect::<Vec<_>>().join(" ");
    for assumption in &derived.assumptions {
        assert!(comments.contains(assumption.as_str()), "{assumption}\n{comments}");
    }
    // Ten synapses of -4 spread over twenty neurons.
    assert!((derived.scenario.network.coupling.get(0, 1) + 2.0).abs() < 1e-14);
}

#[test]
fn what_is_no_network_is_refused() {
    let equations = pair(LINEAR);
    let with = |populations: Vec<Population>, efficacy: DMatrix<f64>| {
        let equations =
            RateEquations::new(populations, efficacy, equations.in_degree().clone()).unwrap();
        scenario(&equations, &options(100)).unwrap_err()
    };
    let populations = equations.populations().to_vec();
    let mixed = with(populations.clone(), dmatrix![0.5, -4.0; -1.0, -6.0]);
    assert!(matches!(&mixed, ConversionError::DalesLaw { population } if population == "E"));
    let mut named = populations.clone();
    named[0].name = "E cells".to_owned();
    let named = with(named, equations.efficacy().clone());
    assert!(matches!(named, ConversionError::Refused(_)), "{named}");
    let mut single = populations;
    single[1].cells = 1;
    let single = with(single, equations.efficacy().clone());
    assert!(matches!(&single, ConversionError::SelfSynapse { population } if population == "I"));
    let runaway = with(equations.populations().to_vec(), dmatrix![2.0, 0.0; 0.0, -1.0]);
    assert!(matches!(runaway, ConversionError::NoSteadyState), "{runaway}");
    let wanted = WantedState { rates: vec![0.01, 0.3], sources: 10, source_rate: 0.1 };
    let logistic = pair(Gain::Logistic { max_rate: 0.2, steepness: 1.0 });
    let error = scenario(&logistic, &Options { wanted: Some(wanted), ..options(100) }).unwrap_err();
    assert!(matches!(error, ConversionError::RateOutOfRange { rate: 0.3, .. }), "{error}");
}
