//! Both ways of solving the equations of counts, and a closed form.

use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Gain, Scenario, Transmission};

use super::super::FiniteN;
use super::*;

const CANONICAL: &str = include_str!("../../../../../scenarios/inhibition-stabilised.toml");

fn network(size: u32) -> Network {
    let text = apply(CANONICAL, &[format!("n={size}")]).unwrap();
    Scenario::parse("inhibition-stabilised.toml", &text).unwrap().network
}

fn times() -> Vec<f64> {
    (0..=200).map(|i| 0.02 * f64::from(i)).collect()
}

/// Eight modes of a smooth gain are all that matter: by the trapezoid rule they give what is exact between the times.
#[test]
fn without_corrections_both_ways_agree() {
    let network = network(400);
    let solution = FiniteN::new(&network, Order::Zeroth).solve(&times()).unwrap();
    for population in 0..2 {
        let counts = solution.counts(&network, population, Order::Zeroth).unwrap();
        let coefficients = Coefficients::finite(&network);
        let equations: Vec<Equations> = (0..solution.times.len())
            .map(|i| Neuron::new(&solution, &network, &coefficients, (i, population)).leading())
            .collect();
        let (mut modes, mut excess) = (Vector::zeros(), 0.0);
        for pair in equations.windows(2) {
            excess += 0.01 * pair[0].response.dot(&modes);
            modes = pair[0].step(&pair[1], 0.01, &modes);
            excess += 0.01 * pair[1].response.dot(&modes);
        }
        let exact = counts.variance - counts.mean;
        assert!((2.0 * excess - exact).abs() < 1e-3 * exact, "{} {exact}", 2.0 * excess);
    }
}

/// At a stationary state the exponential is what small steps of the trapezoid rule tend to.
#[test]
fn both_ways_agree_at_rest() {
    let network = network(400);
    let rest = FiniteN::new(&network, Order::First).stationary(0.0).unwrap();
    let times: Vec<f64> = (0..=4000).map(|i| 0.002 * f64::from(i)).collect();
    let repeated = |values: &[f64]| values.repeat(times.len());
    let constant = FiniteNSolution {
        mean: repeated(&rest.moments.mean),
        variance: repeated(&rest.moments.variance),
        third_cumulant: repeated(&rest.moments.third_cumulant),
        spikes: repeated(&rest.moments.spikes),
        mean_covariance: repeated(&rest.moments.mean_covariance),
        total_variance: repeated(&rest.moments.total_variance),
        moments: rest.moments.moments.repeat(times.len()),
        times: times.clone(),
    };
    for population in 0..2 {
        let excess = |order| rest.moments.excess_at_rest(&network, population, order, 8.0).unwrap();
        let [zeroth, half] = [excess(Order::Zeroth), excess(Order::Half)];
        for (order, at_rest) in [(Order::Zeroth, zeroth), (Order::Half, half)] {
            let counts = constant.counts(&network, population, order).unwrap();
            let excess = counts.variance - counts.mean;
            assert!((at_rest.all - excess).abs() < 1e-5 * excess, "{at_rest:?} {counts:?}");
            // Few modes are enough for a smooth gain.
            assert!((at_rest.all - at_rest.of_modes).abs() < 1e-4 * excess, "{at_rest:?}");
        }
        assert!((half.all - zeroth.all).abs() > 1e-3, "{zeroth:?} {half:?}");
    }
}

/// A straight gain leaves one mode: `dB/dt = -(1/tau + eps J beta) B + beta v + (beta mu_2 = 0) - p eps J S`, closed at a stationary state.
#[test]
fn a_straight_gain_is_forgotten_faster_or_slower() {
    let mut network = network(100);
    let (beta, variance, tau) = (0.3, 0.2, 1.0);
    for population in &mut network.populations {
        population.gain = Gain::ThresholdLinear(equipoise_model::gain::ThresholdLinear {
            gain: beta,
            threshold: -20.0,
        });
    }
    let times: Vec<f64> = (0..=4000).map(|i| 0.001 * f64::from(i)).collect();
    let count = times.len();
    let rate = beta * 20.0;
    let spikes = network.populations[0].count as f64 * rate;
    let solution = FiniteNSolution {
        mean: vec![0.0; 2 * count],
        variance: vec![variance; 2 * count],
        third_cumulant: vec![0.0; 2 * count],
        spikes: times.iter().flat_map(|time| [time * spikes; 2]).collect(),
        mean_covariance: vec![0.0; 4 * count],
        total_variance: vec![variance; 2 * count],
        moments: vec![[0.0; 6]; 2 * count],
        times,
    };
    for transmission in [Transmission::Independent, Transmission::Shared] {
        network.transmission = transmission;
        let common = transmission.input_correlation();
        for (population, coupling) in [(0, 1.0), (1, -2.0)] {
            let counts = solution.counts(&network, population, Order::Half).unwrap();
            let decay = 1.0 / tau + 0.1 * coupling * beta;
            let source = beta * variance - common * 0.1 * coupling * rate;
            let integral = (4.0 - (1.0 - (-4.0 * decay).exp()) / decay) / decay;
            let exact = 4.0 * rate + 2.0 * beta * source * integral;
            let error = (counts.variance - exact).abs();
            assert!(error < 1e-5 * exact, "{transmission:?}: {} {exact}", counts.variance);
        }
    }
}
