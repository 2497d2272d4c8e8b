//! Rates, variances and means that belong together at a fixed point.

use equipoise_model::{GainFunction, Network};
use nalgebra::DVector;

use crate::balance::Balance;
use crate::coefficients::Coefficients;
use crate::gaussian::{Level, averages, mean_at};

use super::by_population;

/// The equations of the fixed points at one time.
pub(super) struct Equations<'a> {
    pub network: &'a Network,
    pub coefficients: &'a Coefficients,
    pub balance: &'a Balance,
    pub time: f64,
    /// `tau_a`.
    pub time_constants: DVector<f64>,
    /// `I_a`.
    pub drives: DVector<f64>,
    /// `q_a`.
    pub noise: DVector<f64>,
    /// `S_0 = -K^+ h`, the smallest balanced rates, which may lie outside the gains' ranges.
    pub origin: DVector<f64>,
}

/// A state whose variances and means belong to its rates.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub rates: DVector<f64>,
    pub variance: DVector<f64>,
    pub mean: DVector<f64>,
}

impl<'a> Equations<'a> {
    pub fn new(
        network: &'a Network,
        coefficients: &'a Coefficients,
        balance: &'a Balance,
        time: f64,
    ) -> Self {
        let populations = &network.populations;
        let target = balance.target(&coefficients.external_drive(network, time));
        Self {
            network,
            coefficients,
            balance,
            time,
            time_constants: by_population(network, |a| populations[a].time_constant),
            drives: by_population(network, |a| populations[a].drive.value(time)),
            noise: coefficients.external_noise(network, time),
            origin: &balance.constraints * target,
        }
    }

    /// `v = tau/2 (Q S + q)` and the means that give the rates.
    pub fn state(&self, levels: &[Level]) -> State {
        let gain = |a: usize| &self.network.populations[a].gain;
        let rates = by_population(self.network, |a| levels[a].rate(gain(a)));
        let sources = &self.coefficients.variance * &rates + &self.noise;
        let variance = self.time_constants.component_mul(&sources) * 0.5;
        let mean = by_population(self.network, |a| mean_at(gain(a), variance[a], levels[a]));
        State { rates, variance, mean }
    }

    /// The same from rates; none if one is not within the open range of its gain.
    pub fn state_at(&self, rates: &DVector<f64>) -> Option<State> {
        let populations = self.network.populations.iter().zip(rates.iter());
        let levels: Option<Vec<_>> = populations.map(|(p, s)| Level::of(&p.gain, *s)).collect();
        Some(self.state(&levels?))
    }

    /// `-m/tau + I`, which `U_perp^T` takes to zero at a fixed point.
    pub fn drift(&self, mean: &DVector<f64>) -> DVector<f64> {
        &self.drives - mean.component_div(&self.time_constants)
    }

    /// `F = U_perp^T (-m/tau + I)`.
    pub fn residual(&self, state: &State) -> DVector<f64> {
        self.balance.slow_directions.transpose() * self.drift(&state.mean)
    }

    /// Full rank: balance fixes the rates.
    pub fn at_fixed_rates(&self) -> Option<State> {
        self.state_at(&self.origin)
    }

    /// `K = 0`, hence `J = 0` and `Q = 0`: means and variances of their own.
    pub fn without_coupling(&self) -> State {
        let mean = self.time_constants.component_mul(&self.drives);
        let variance = self.time_constants.component_mul(&self.noise) * 0.5;
        let rate = |a: usize| {
            let mut g = [0.0];
            averages(&self.network.populations[a].gain, mean[a], variance[a], &mut g);
            g[0]
        };
        let rates = by_population(self.network, rate);
        State { rates, variance, mean }
    }

    /// A rate that is natural for population `a`: the range of its gain; without a bound what drive, threshold and the width
    /// of the law at that rate give.
    pub fn rate_scale(&self, a: usize) -> f64 {
        let gain = &self.network.populations[a].gain;
        let supremum = gain.supremum();
        if supremum.is_finite() {
            return supremum - gain.infimum();
        }
        let (tau, steepest) = (self.time_constants[a], gain.derivative_bound());
        let threshold = gain.kink().map_or(0.0, |kink| kink.potentiation.abs());
        let spread = 0.5 * tau * self.coefficients.variance.row(a).sum();
        let outside = (0.5 * tau * self.noise[a]).sqrt();
        let linear = steepest * (self.drives[a].abs() * tau + threshold + outside);
        let scale = linear + steepest * steepest * spread + self.origin[a].abs();
        if scale > 0.0 { scale } else { steepest }
    }
}
