//! No coupling and no drive: potentiations stay as they are, so that the process from neuron
//! `(b, j)` to neuron `(a, k)` is Poisson with the constant rate `lambda_b(z_b^j)`.
//!
//! # Source
//! The definition of the network; counts given their sum are multinomial.

use equipoise_model::{GainFunction, InitialLaw, Network, Schedule};

use crate::networks::{external, logistic, network, neurons};

/// Length of a run; about 10^5 jumps.
pub const DURATION: f64 = 1500.0;

/// Two populations whose neurons differ much in intensity, and an external one.
pub fn frozen_network() -> Network {
    let gain = logistic(2.0, 0.0, 0.5);
    let mut populations = vec![neurons("E", 5, gain.clone()), neurons("I", 3, gain)];
    populations[0].initial = InitialLaw::Values(vec![-1.0, -0.5, 0.0, 0.4, 2.0]);
    populations[1].initial = InitialLaw::Values(vec![-0.3, 0.1, 0.6]);
    for population in &mut populations {
        population.time_constant = 1e15;
    }
    let externals = vec![external("X", 2, Schedule::Constant(1.0))];
    network(5.0, populations, externals, &[vec![0.0; 3], vec![0.0; 3]])
}

/// Intensity of each neuron of each population.
pub fn intensities(network: &Network) -> Vec<Vec<f64>> {
    let of = |population: &equipoise_model::NeuronPopulation| match &population.initial {
        InitialLaw::Values(values) => {
            values.iter().map(|z| population.gain.intensity(*z)).collect()
        }
        law => unreachable!("{law:?} is not a list"),
    };
    network.populations.iter().map(of).collect()
}
