//! Potentiations between jumps, against direct integration of `dz/dt = -z/tau + I`.

use equipoise_engine::ensemble::TOGETHER_FROM;
use equipoise_engine::{Leap, Method as _, NetworkState, Observer, Spike};
use equipoise_model::{InitialLaw, Leaps, Network, Schedule, Transmission};

use crate::networks::{balanced_pair, logistic, network, neurons, sine};
use crate::quadrature::integral;
use crate::simulators::Simulator;

/// Of all comparisons: rounding of numbers of order 1 in the sums of the quadrature.
const TOLERANCE: f64 = 1e-12;

fn driven() -> Network {
    let mut populations = vec![
        neurons("E", 3, logistic(1.0, 0.0, 0.5)),
        neurons("I", 2, logistic(1.0, 0.0, 0.5)),
        neurons("F", 1, logistic(1.0, 0.0, 0.5)),
    ];
    populations[0].time_constant = 0.4;
    populations[0].drive = Schedule::Steps(vec![(0.0, 1.0), (0.6, -3.0), (1.1, 0.5)]);
    populations[1].time_constant = 2.5;
    populations[1].drive = sine(0.3, 1.7, 1.9);
    populations[2].time_constant = 0.05;
    populations[2].drive = Schedule::Constant(-4.0);
    network(3.0, populations, Vec::new(), &[vec![1.0; 3], vec![-1.0; 3], vec![1.0; 3]])
}

fn starts() -> Vec<Vec<f64>> {
    vec![vec![0.3, -1.0, 2.0], vec![-0.7, 1.1], vec![5.0]]
}

/// Variation of constants by quadrature, over the pieces between steps.
fn direct(network: &Network, population: usize, start: f64, (from, to): (f64, f64)) -> f64 {
    let p = &network.populations[population];
    let kernel = |s: f64| p.drive.value(s) * (-(to - s) / p.time_constant).exp();
    let (mut at, mut response) = (from, 0.0);
    while at < to {
        let end = network.next_step(at).unwrap_or(to).min(to);
        response += integral(at, end, 400, kernel);
        at = end;
    }
    start * (-(to - from) / p.time_constant).exp() + response
}

fn assert_is_direct(
    network: &Network,
    state: &NetworkState,
    from: f64,
    starts: &[Vec<f64>],
    time: f64,
) {
    for (population, starts) in starts.iter().enumerate() {
        for (z, start) in state.potentiations(population, time).zip(starts) {
            let exact = direct(network, population, *start, (from, time));
            assert!((z - exact).abs() < TOLERANCE, "{population} at {time}: {z}, not {exact}");
        }
    }
}

#[test]
fn flow_across_steps_and_sines_is_direct_integration() {
    let network = driven();
    let mut state = NetworkState::new(&network, starts());
    let (mut piece, end) = (0.0, 1.8);
    while piece < end {
        let step = network.next_step(piece).unwrap_or(end);
        for part in 0..=4 {
            let time = piece + f64::from(part) * 0.25 * (step - piece);
            assert_is_direct(&network, &state, 0.0, &starts(), time);
        }
        state.restart(&network, step);
        piece = step;
    }
}

#[test]
fn a_kick_moves_one_neuron_by_its_potentiation() {
    let network = driven();
    let mut state = NetworkState::new(&network, starts());
    let (time, later) = (0.2, 0.5);
    let scale = state.common(0, time).scale;
    state.kick(0, 1, 0.75 / scale);
    let mut moved: Vec<Vec<f64>> = starts();
    for (population, starts) in moved.iter_mut().enumerate() {
        for z in starts.iter_mut() {
            *z = direct(&network, population, *z, (0.0, time));
        }
    }
    moved[0][1] += 0.75;
    assert_is_direct(&network, &state, time, &moved, later);
}

#[test]
fn a_translation_moves_all_neurons_of_a_population_and_survives_a_refresh() {
    let network = driven();
    let mut state = NetworkState::new(&network, starts());
    let (time, later) = (0.2, 0.5);
    state.translate(1, -0.75 / state.common(1, time).scale);
    let mut moved: Vec<Vec<f64>> = starts();
    for (population, starts) in moved.iter_mut().enumerate() {
        for z in starts.iter_mut() {
            *z = direct(&network, population, *z, (0.0, time));
            *z -= if population == 1 { 0.75 } else { 0.0 };
        }
    }
    assert_is_direct(&network, &state, time, &moved, later);
    state.restart(&network, 0.3);
    assert_is_direct(&network, &state, time, &moved, later);
}

#[test]
fn refresh_keeps_potentiations() {
    let mut network = driven();
    network.populations[0].drive = Schedule::Constant(0.8);
    let plain = NetworkState::new(&network, starts());
    let mut refreshed = plain.clone();
    // Beyond 64 time constants of the fast population, then of the next, then of all.
    for time in [3.3, 26.0, 29.0, 170.0] {
        refreshed.refresh(time);
        for population in 0..3 {
            for later in [0.0, 0.01, 0.3] {
                let both = plain.potentiations(population, time + later);
                for (z, w) in both.zip(refreshed.potentiations(population, time + later)) {
                    assert!((z - w).abs() < TOLERANCE);
                }
            }
        }
    }
    assert_eq!(refreshed.common(2, 170.0).scale, 1.0);
    assert!(refreshed.deviation(2, 0).abs() < TOLERANCE);
}

#[test]
fn refresh_long_before_it_is_due_changes_nothing() {
    let network = driven();
    let mut state = NetworkState::new(&network, starts());
    let before = state.deviations(2).to_vec();
    state.refresh(64.0 * 0.05 * 0.99);
    assert_eq!(state.deviations(2), before);
}

#[test]
fn initial_draws_depend_on_seed_and_replicate_and_nothing_else() {
    let network = driven();
    let draw = |seed, replicate| {
        NetworkState::initial(&network, seed, replicate).potentiations(0, 0.0).collect::<Vec<_>>()
    };
    assert_eq!(draw(1, 2), draw(1, 2));
    assert_ne!(draw(1, 2), draw(1, 3));
    assert_ne!(draw(1, 2), draw(2, 2));
}

/// Chunks of networks that ranks may share have streams of their own: no two begin alike, in no population.
#[test]
fn initial_chunks_are_independent_and_have_the_initial_law() {
    const CHUNK: usize = 4096;
    let pair = balanced_pair(TOGETHER_FROM / 2, logistic(1.0, 0.0, 0.5));
    let draws = |seed, replicate| -> Vec<Vec<f64>> {
        let method = Leap::new(&pair, Leaps::DEFAULT, seed, replicate);
        let state = method.initial(&pair, (seed, replicate));
        (0..2).map(|population| state.potentiations(population, 0.0).collect()).collect()
    };
    let one = draws(3, 0);
    assert!(one == draws(3, 0));
    let others = [draws(3, 1), draws(4, 0)];
    let InitialLaw::Normal { mean, variance } = pair.populations[0].initial else {
        panic!("{:?}", pair.populations[0].initial)
    };
    let normal =
        |z: &[f64]| -> Vec<f64> { z.iter().map(|z| (z - mean) / variance.sqrt()).collect() };
    // Five standard deviations, of sums of terms with this variance.
    let is_nothing = |terms: &mut dyn Iterator<Item = f64>, variance: f64| {
        let (sum, count) = terms.fold((0.0, 0.0), |(sum, count), x| (sum + x, count + 1.0));
        let z = sum / f64::sqrt(count * variance);
        assert!(z.abs() < 5.0, "{z} standard deviations");
    };
    let x = normal(&one[0]);
    is_nothing(&mut x.iter().copied(), 1.0);
    is_nothing(&mut x.iter().map(|x| x * x - 1.0), 2.0);
    is_nothing(&mut x.iter().map(|x| x * x * x - 3.0 * x), 6.0);
    is_nothing(&mut x.iter().zip(&x[CHUNK..]).map(|(x, next)| x * next), 1.0);
    for other in [&one[1], &others[0][0], &others[1][0]].map(|z| normal(z)) {
        is_nothing(&mut x.iter().zip(&other).map(|(x, other)| x * other), 1.0);
    }
}

/// Spikes that nobody receives, of neurons that a method puts in groups: each neuron keeps its own potentiation.
#[test]
fn neurons_are_found_where_a_method_has_put_them() {
    let populations = vec![
        neurons("E", 300, logistic(2.0, 0.0, 0.5)),
        neurons("I", 200, logistic(1.0, 0.0, 0.5)),
    ];
    let mut network = network(300.0, populations, Vec::new(), &[vec![0.0; 2], vec![0.0; 2]]);
    network.transmission = Transmission::Shared;
    let mut observer = Kept { starts: Vec::new(), spikes: 0 };
    let times: Vec<f64> = (0..=40).map(|i| 0.25 * f64::from(i)).collect();
    Simulator::SpikeDrivenInGroups.observe(&network, (5, 0), &times, &mut observer);
    assert!(observer.spikes > 2000, "{} spikes", observer.spikes);
}

/// Looks whether each neuron decays by itself, asked for alone and in turn.
struct Kept {
    starts: Vec<Vec<f64>>,
    spikes: usize,
}

impl Observer for Kept {
    const WATCHES_JUMPS: bool = true;

    fn sample(&mut self, network: &Network, state: &NetworkState, time: f64) {
        let all = |a| state.potentiations(a, time).collect::<Vec<f64>>();
        let now: Vec<Vec<f64>> = (0..network.population_count()).map(all).collect();
        if self.starts.is_empty() {
            self.starts.clone_from(&now);
        }
        for (a, (now, starts)) in now.iter().zip(&self.starts).enumerate() {
            for (k, (z, start)) in now.iter().zip(starts).enumerate() {
                assert_eq!(*z, state.potentiation(a, k, time));
                assert!((z - start * (-time).exp()).abs() < TOLERANCE, "{a} {k} at {time}");
            }
        }
    }

    fn spike(&mut self, _: &Network, _: &NetworkState, _: &Spike) {
        self.spikes += 1;
    }
}
