//! Which means grow like `sqrt(n)` where nothing balances the input.
//!
//! Let `S*` be the rates within the closed ranges of the gains at which `|K S + h|` is least, and `g = K S* + h`. A convex
//! minimum has `g.(K S + h) >= |g|^2` for all rates in the ranges. So whatever the network does, the combination `g.m` of
//! the means grows at least by `|g|^2 sqrt(n)` per unit time, but for terms that stay finite: if `g` is not zero, there is no
//! balance, and it names the populations and the directions.

use equipoise_model::{GainFunction, Network};
use nalgebra::DVector;

use crate::coefficients::Coefficients;

/// Largest number of rounds through the rates.
const ROUNDS: usize = 100_000;
/// A bound of the growth below this fraction of the inputs is rounding.
const ROUNDING: f64 = 1e-9;

/// Input of order `sqrt(n)` that no activity within the gains' ranges cancels.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    /// `g_a`, growth of the means per unit time and `sqrt(n)` with the rates that come nearest to balance.
    pub velocity: Vec<f64>,
    /// `S*_a`, those rates.
    pub rates: Vec<f64>,
    /// Lower bound, over all rates that the gains can give, of the growth of `g.m/|g|`, per unit time and `sqrt(n)`.
    pub at_least: f64,
}

impl Growth {
    /// The growth that cannot be avoided with the external rates of `time`; none if rates within the closed ranges are
    /// balanced.
    pub fn unavoidable(network: &Network, coefficients: &Coefficients, time: f64) -> Option<Self> {
        let drive = coefficients.external_drive(network, time);
        let (rates, velocity) = nearest(network, coefficients, &drive);
        let direction = velocity.normalize();
        let response = coefficients.mean.transpose() * &direction;
        let at_least = direction.dot(&drive) + least_response(network, &response);
        let inputs = drive.amax() + coefficients.mean.amax() * rates.amax();
        // A comparison that not-a-number fails, as of a velocity that vanishes.
        (at_least > ROUNDING * inputs).then(|| Self {
            velocity: velocity.as_slice().to_vec(),
            rates: rates.as_slice().to_vec(),
            at_least,
        })
    }
}

/// The rates `S*` within the ranges and `K S* + h`, by one rate after the other.
fn nearest(
    network: &Network,
    coefficients: &Coefficients,
    drive: &DVector<f64>,
) -> (DVector<f64>, DVector<f64>) {
    let gains = || network.populations.iter().map(|population| &population.gain);
    let mut rates = DVector::from_iterator(drive.len(), gains().map(GainFunction::infimum));
    let mut velocity = &coefficients.mean * &rates + drive;
    for _ in 0..ROUNDS {
        let mut moved = 0.0_f64;
        for (b, gain) in gains().enumerate() {
            let column = coefficients.mean.column(b);
            let norm = column.norm_squared();
            if norm > 0.0 {
                let rate = rates[b] - column.dot(&velocity) / norm;
                let change = rate.clamp(gain.infimum(), gain.supremum()) - rates[b];
                rates[b] += change;
                velocity.axpy(change, &column, 1.0);
                moved = moved.max(change.abs() * norm.sqrt());
            }
        }
        if moved <= 1e-15 * (velocity.norm() + drive.norm()) {
            break;
        }
    }
    let velocity = &coefficients.mean * &rates + drive;
    (rates, velocity)
}

/// The least `response.S` over all rates in the ranges.
fn least_response(network: &Network, response: &DVector<f64>) -> f64 {
    let largest = response.amax();
    let terms = network.populations.iter().zip(response.iter()).map(|(population, response)| {
        let (infimum, supremum) = (population.gain.infimum(), population.gain.supremum());
        if *response >= 0.0 {
            response * infimum
        } else if supremum.is_finite() || response.abs() > 1e-12 * largest {
            response * supremum
        } else {
            // A rate without bound whose effect is rounding.
            0.0
        }
    });
    terms.sum()
}
