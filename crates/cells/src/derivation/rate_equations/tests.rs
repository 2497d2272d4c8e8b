//! Rate equations at special points, in time and at rest.

use nalgebra::{DMatrix, DVector, dmatrix, dvector};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;

fn population(name: &str, gain: Gain, threshold: f64, external: f64) -> Population {
    Population {
        name: name.to_owned(),
        cells: 100,
        time_constant: 10.0,
        threshold,
        gain,
        external: ExternalInput { efficacy: external, sources: 100, rate: 0.01 },
    }
}

const LINEAR: Gain = Gain::ThresholdLinear { slope: 0.04 };
const LOGISTIC: Gain = Gain::Logistic { max_rate: 0.2, steepness: 2.0 };

/// Excitation and inhibition with the weights `K W` given, external currents 5 and 4, thresholds 1 and 0.5 uA/cm2.
fn pair(gain: Gain, weights: DMatrix<f64>) -> RateEquations {
    let populations = vec![population("E", gain, 1.0, 5.0), population("I", gain, 0.5, 4.0)];
    RateEquations::new(populations, weights, DMatrix::from_element(2, 2, 1.0)).unwrap()
}

fn alone(gain: Gain, weight: f64, offset: f64) -> RateEquations {
    RateEquations::new(vec![population("E", gain, -offset, 0.0)], dmatrix![weight], dmatrix![1.0])
        .unwrap()
}

/// (11.32) and (11.33) by hand: `(50 * 0.04 * 2 - 75 * 0.04 * 1 + 5 - 1 - 2)/10` and `(100 * 0.08 - 0 + 4 - 0.5 - 1)/10`.
#[test]
fn derivatives_are_those_by_hand() {
    let equations = pair(LINEAR, dmatrix![50.0, -75.0; 100.0, 0.0]);
    let derivative = equations.derivative(&dvector![2.0, 1.0]);
    assert!((derivative - dvector![0.3, 1.05]).amax() < 1e-15);
    assert!((equations.rates(&dvector![2.0, -1.0]) - dvector![0.08, 0.0]).amax() < 1e-16);
}

#[test]
fn in_degrees_leave_the_cell_itself_out() {
    let equations = pair(LINEAR, dmatrix![1.0, 1.0; 1.0, 1.0]);
    let expected = dmatrix![99.0, 100.0; 100.0, 99.0];
    assert_eq!(all_to_all(equations.populations()), expected);
}

#[test]
fn jacobians_are_derivatives() {
    for gain in [LINEAR, LOGISTIC] {
        let equations = pair(gain, dmatrix![50.0, -75.0; 100.0, -30.0]);
        let place = dvector![1.2, -0.3];
        let jacobian = equations.jacobian(&place);
        for b in 0..2 {
            let step = DVector::from_fn(2, |a, _| if a == b { 1e-5 } else { 0.0 });
            let difference =
                equations.derivative(&(&place + &step)) - equations.derivative(&(&place - &step));
            assert!((difference / 2e-5 - jacobian.column(b)).amax() < 1e-8);
        }
    }
}

/// While all populations are active, the solution is `mu* + exp(J t)(mu(0) - mu*)`.
#[test]
fn trajectories_are_those_of_the_linear_system() {
    let equations = pair(LINEAR, dmatrix![20.0, -15.0; 30.0, -10.0]);
    let steady = equations.steady_states().unwrap().states.remove(0);
    let start = &steady.input + dvector![0.5, -0.4];
    let trajectory = equations.trajectory(&start, 60.0, 7.5).unwrap();
    assert_eq!(trajectory.times.len(), 9);
    let jacobian = equations.jacobian(&steady.input);
    for (time, input) in trajectory.times.iter().zip(&trajectory.inputs) {
        let expected = &steady.input + (&jacobian * *time).exp() * (&start - &steady.input);
        assert!((input - expected).amax() < 1e-8, "{time}");
    }
}

/// Errors fall with the fourth power of the step: halved steps, sixteen times smaller errors.
#[test]
fn steps_are_of_fourth_order() {
    let equations = pair(LOGISTIC, dmatrix![20.0, -15.0; 30.0, -10.0]);
    let run = |steps: u32| {
        let mut input = dvector![-1.0, 0.5];
        for _ in 0..steps {
            input += equations.step(&input, 16.0 / f64::from(steps));
        }
        input
    };
    let exact = run(1024);
    let [coarse, fine]: [f64; 2] = [16, 32].map(|steps| (run(steps) - &exact).amax());
    assert!((coarse / fine).log2() > 3.7, "{coarse} {fine}");
}

/// Excitation beyond all bounds, and work beyond them.
#[test]
fn what_has_no_end_is_an_error() {
    let equations = alone(LINEAR, 1000.0, 1.0);
    let runaway = equations.trajectory(&dvector![1.0], 1000.0, 10.0);
    assert!(matches!(runaway, Err(DerivationError::Runaway { .. })), "{runaway:?}");
    let long = equations.trajectory(&dvector![1.0], 1e12, 1.0);
    assert!(matches!(long, Err(DerivationError::TooManySteps { .. })), "{long:?}");
}

/// `mu_E = 4 + 2 mu_E - 3 mu_I` and `mu_I = 3.5 + 4 mu_E - 4 mu_I`: by Cramer's rule `(9.5, 12.5)/7`, with the eigenvalues `(-2 +- i sqrt(3))/10`.
#[test]
fn an_inhibition_stabilised_pair_has_one_state() {
    let found = pair(LINEAR, dmatrix![50.0, -75.0; 100.0, -100.0]).steady_states().unwrap();
    let [state] = &found.states[..] else { panic!("{found:?}") };
    assert_eq!((found.coverage, state.stability), (Coverage::All, Stability::Stable));
    assert!((&state.input - dvector![9.5, 12.5] / 7.0).amax() < 1e-13);
    let eigenvalue = state.eigenvalues[0];
    assert!((eigenvalue.re + 0.2).abs() < 1e-14);
    assert!((eigenvalue.im - 0.03_f64.sqrt()).abs() < 1e-14);
}

/// `K W beta` below 1 excites to one state; above it the active state is a threshold, unstable, between silence and runaway.
#[test]
fn excitation_alone_has_two_branches() {
    let weak = alone(LINEAR, 20.0, 1.0).steady_states().unwrap();
    assert_eq!(weak.states.len(), 1);
    assert!((weak.states[0].input[0] - 1.0 / 0.2).abs() < 1e-12);
    assert_eq!(weak.states[0].stability, Stability::Stable);
    assert!((weak.states[0].eigenvalues[0].re + 0.02).abs() < 1e-15);

    let strong = alone(LINEAR, 50.0, -1.0).steady_states().unwrap();
    let [silent, active] = &strong.states[..] else { panic!("{strong:?}") };
    assert_eq!((silent.input[0], silent.stability), (-1.0, Stability::Stable));
    assert!((active.input[0] - 1.0).abs() < 1e-12);
    assert_eq!(active.stability, Stability::Unstable);

    assert_eq!(alone(LINEAR, 50.0, 1.0).steady_states().unwrap().states, []);
}

/// At `K W beta = 1` and no input all rates are steady; with input none is.
#[test]
fn singular_sets_are_counted() {
    let critical = alone(LINEAR, 25.0, 0.0).steady_states().unwrap();
    assert_eq!(critical.coverage, Coverage::AllIsolated(1));
    assert_eq!(critical.states[0].stability, Stability::Marginal);
    let driven = alone(LINEAR, 25.0, 1.0).steady_states().unwrap();
    assert_eq!((driven.states.len(), driven.coverage), (0, Coverage::All));
}

/// Two populations that inhibit each other strongly: either wins, and between them both are active, a saddle.
#[test]
fn mutual_inhibition_has_three_states() {
    let found = pair(LINEAR, dmatrix![0.0, -75.0; -75.0, 0.0]).steady_states().unwrap();
    let stable = found.states.iter().filter(|state| state.stability == Stability::Stable);
    assert_eq!((found.states.len(), stable.count()), (3, 2));
    let both = &found.states[1];
    // mu_E = 4 - 3 mu_I, mu_I = 3.5 - 3 mu_E: (6.5, 8.5)/8; eigenvalues (-1 +- 3)/10.
    assert!((&both.input - dvector![0.8125, 1.0625]).amax() < 1e-12);
    assert!((both.eigenvalues[0].re - 0.2).abs() < 1e-14);
    assert!((both.eigenvalues[1].re + 0.4).abs() < 1e-14);
}

/// Symmetric about half the highest rate: `mu = 0` is steady, and with `W r_max beta/4 = 2 > 1` two others lie beside it, where `mu = 2 tanh(mu)` with `mu` in units of `2/beta`:
/// `mu = 1.9150080481545375`.
#[test]
fn one_logistic_population_has_one_or_three_states() {
    let found = alone(LOGISTIC, 20.0, -2.0).steady_states().unwrap();
    assert_eq!(found.coverage, Coverage::All);
    let inputs: Vec<f64> = found.states.iter().map(|state| state.input[0]).collect();
    let expected = [-1.915_008_048_154_537_5, 0.0, 1.915_008_048_154_537_5];
    assert!(inputs.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{inputs:?}");
    let stability: Vec<_> = found.states.iter().map(|state| state.stability).collect();
    assert_eq!(stability, [Stability::Stable, Stability::Unstable, Stability::Stable]);
    assert_eq!(alone(LOGISTIC, 9.0, -0.9).steady_states().unwrap().states.len(), 1);
    assert_eq!(alone(LOGISTIC, -500.0, 3.0).steady_states().unwrap().states.len(), 1);
}

/// Two logistic populations without synapses between them have all combinations of the states that each has alone, three times three, and the indices add up to 1.
#[test]
fn a_search_finds_all_combinations() {
    let found = pair_of_bistable().steady_states().unwrap();
    assert_eq!(found.states.len(), 9);
    assert!(matches!(found.coverage, Coverage::Search { index: 1, .. }), "{:?}", found.coverage);
    let single = 1.915_008_048_154_537_5;
    for state in &found.states {
        let is_known = |mu: &f64| [-single, 0.0, single].iter().any(|x| (mu - x).abs() < 1e-9);
        assert!(state.input.iter().all(is_known), "{state:?}");
    }
}

/// Inputs of the first population at which the second is at rest with it, by elimination: given `mu_E`, the first equation has one `r_I`, and the sign of the second is scanned.
fn scanned(equations: &RateEquations) -> Vec<f64> {
    const STEPS: u32 = 200_000;
    let (weights, offset) = (equations.weights(), equations.offset());
    let [first, second] = [0, 1].map(|a| equations.populations()[a].gain);
    let surplus = |mu: f64| {
        let rest = mu - offset[0] - weights[(0, 0)] * first.rate(mu);
        let rate = rest / weights[(0, 1)];
        // Below all rates of the second population, and above them, the input that would cause them is infinite.
        let beyond = if rate > 0.0 { f64::INFINITY } else { f64::NEG_INFINITY };
        let input = second.inverse(rate).unwrap_or(beyond);
        input - offset[1] - weights[(1, 0)] * first.rate(mu) - weights[(1, 1)] * rate
    };
    let reach = weights.abs().row(0).sum() * 0.2;
    let place = |step: u32| offset[0] + reach * (2.0 * f64::from(step) / f64::from(STEPS) - 1.0);
    let changes = (0..STEPS).filter(|step| {
        let ends = [*step, step + 1].map(|step| surplus(place(step)));
        (ends[0] > 0.0) != (ends[1] > 0.0)
    });
    changes.map(place).collect()
}

/// Random pairs of excitation and inhibition, with up to several steady states: Newton's method misses none that a scan along a line sees, and the indices tell so.
#[test]
fn a_search_finds_what_a_scan_sees() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(33);
    let mut between = |low: f64, high: f64| low + (high - low) * random.random::<f64>();
    let mut several = 0;
    for _ in 0..100 {
        let weights = dmatrix![between(0.0, 60.0), between(-60.0, -5.0); between(0.0, 60.0), between(-60.0, 0.0)];
        let mut equations = pair(LOGISTIC, weights);
        for population in &mut equations.populations {
            population.threshold = between(0.0, 8.0);
        }
        let found = equations.steady_states().unwrap();
        let inputs: Vec<f64> = found.states.iter().map(|state| state.input[0]).collect();
        let expected = scanned(&equations);
        assert_eq!(inputs.len(), expected.len(), "{inputs:?} {expected:?}");
        assert!(inputs.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-3));
        let Coverage::Search { index, .. } = found.coverage else { panic!("a search") };
        assert_eq!(index, 1);
        several += u32::from(inputs.len() > 1);
    }
    assert!(several > 5, "{several}");
}

/// What Newton's method finds of random threshold-linear networks of four populations is among the states of all active sets.
#[test]
fn active_sets_miss_nothing_that_a_search_finds() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(34);
    let mut states = 0;
    for _ in 0..50 {
        let names = ["A", "B", "C", "D"];
        let mut between = |low: f64, high: f64| low + (high - low) * random.random::<f64>();
        let populations = names.map(|name| population(name, LINEAR, between(-2.0, 2.0), 0.0));
        let weights = DMatrix::from_fn(4, 4, |_, _| between(-60.0, 40.0));
        let ones = DMatrix::from_element(4, 4, 1.0);
        let equations = RateEquations::new(populations.to_vec(), weights, ones).unwrap();
        let all = equations.steady_states().unwrap().states;
        for state in &all {
            assert!(equations.derivative(&state.input).amax() < 1e-9);
        }
        let (reached, _) = equations.search_from_many_starts();
        for input in &reached {
            let is_known = all.iter().any(|state| (&state.input - input).amax() < 1e-6);
            assert!(is_known, "{input:?} {all:?}");
        }
        states += reached.len();
    }
    assert!(states > 50, "{states}");
}

fn pair_of_bistable() -> RateEquations {
    let populations = ["A", "B"].map(|name| population(name, LOGISTIC, 2.0, 0.0)).to_vec();
    RateEquations::new(populations, dmatrix![20.0, 0.0; 0.0, 20.0], dmatrix![1.0, 0.0; 0.0, 1.0])
        .unwrap()
}

/// Mixed gains: a logistic population that only excites a threshold-linear one.
#[test]
fn gains_can_be_mixed() {
    let mixed = vec![population("E", LOGISTIC, 2.0, 0.0), population("I", LINEAR, 1.0, 0.0)];
    let ones = DMatrix::from_element(2, 2, 1.0);
    let equations = RateEquations::new(mixed, dmatrix![20.0, 0.0; 10.0, -25.0], ones).unwrap();
    let found = equations.steady_states().unwrap();
    assert_eq!(found.states.len(), 3);
    for state in &found.states {
        let offset = 10.0 * state.rates[0] - 1.0;
        let expected = if offset > 0.0 { offset / 2.0 } else { offset };
        assert!((state.input[1] - expected).abs() < 1e-10, "{state:?}");
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let good = population("E", LINEAR, 1.0, 1.0);
    let broken = [
        Population { cells: 0, ..good.clone() },
        Population { time_constant: -1.0, ..good.clone() },
        Population { threshold: f64::NAN, ..good.clone() },
        Population { gain: Gain::ThresholdLinear { slope: 0.0 }, ..good.clone() },
        Population { gain: Gain::Logistic { max_rate: -1.0, steepness: 1.0 }, ..good.clone() },
    ];
    for population in broken {
        let error = RateEquations::new(vec![population], dmatrix![1.0], dmatrix![1.0]);
        let error = error.unwrap_err();
        assert!(matches!(error, DerivationError::OutOfRange { .. }), "{error}");
        assert!(error.to_string().contains("population `E`"), "{error}");
    }
    let shape = RateEquations::new(vec![good.clone()], dmatrix![1.0, 2.0], dmatrix![1.0]);
    assert!(matches!(shape, Err(DerivationError::Shape { .. })));
    let vast =
        RateEquations::new(vec![good.clone()], dmatrix![1e200], dmatrix![1e200]).unwrap_err();
    assert!(matches!(vast, DerivationError::OutOfRange { .. }), "{vast}");
    let many = vec![good; 13];
    let ones = DMatrix::from_element(13, 13, 1.0);
    let many = RateEquations::new(many, ones.clone(), ones).unwrap().steady_states();
    assert!(matches!(many, Err(DerivationError::TooManyPopulations { .. })));
    assert!(RateEquations::new(Vec::new(), DMatrix::zeros(0, 0), DMatrix::zeros(0, 0)).is_err());
}
