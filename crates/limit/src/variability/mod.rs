//! How irregular the spikes of a neuron are in the limit, at a stationary state, and (their counts) on the way to it.
//!
//! In the limit the potentiation of a neuron of population `a` is an Ornstein-Uhlenbeck process about the mean `m`, with variance `v` and
//! correlation `rho(s) = exp(-|s|/tau)`, independent of all others. Its spikes are a Poisson process of intensity `lambda(z(t))/p`, doubly
//! stochastic (`p = 1` but for release). All is known from the autocovariance of `lambda(z(t))`: with orthonormal Hermite functions and
//!
//! ```math
//! \begin{aligned}
//! & h_l = \frac{E[\lambda(m + \sqrt v X)\, \mathrm{He}_l(X)]}{\sqrt{l!}} = \frac{v^{l/2} g_l}{\sqrt{l!}}, \qquad C(s) = \sum_{l \ge 1} h_l^2\, e^{-l |s|/\tau} \\
//! & F(T) = 1 + \frac{2}{p T S} \int_0^T (T - s)\, C(s)\, ds && \text{Fano factor of spikes in a window } T \\
//! & S(f) = \frac{S}{p} + p^{-2} \int C(s)\, e^{-2 \pi i f s}\, ds && \text{two-sided power spectrum of the train}
//! \end{aligned}
//! ```
//!
//! Under independent transmission these are the statistics of the train towards one target, which is Poisson with intensity `lambda`. Means of
//! populations move by `n^{-1/2}`, which is left out here.
//!
//! * [`StationaryNeuron`]: a neuron and its state; [`SpikeTrain`]: its second-order statistics;
//! * [`autocovariance`]: `C` at one lag, for every gain, by another way;
//! * [`counts`]: mean and variance of the number of spikes, where the state changes;
//! * [`CountStatistics`]: counts of neurons of one stationary network of size `n`, with their correlations;
//! * [`Intervals`]: the law of the intervals between its spikes.
//!
//! Averages over Hermite functions are sums over Gauss-Legendre panels that are as fine as the gain asks for.
//!
//! # Source
//! Mehler (1866), doi:10.1515/crll.1866.66.161 (the expansion); Cox & Isham (1980), *Point Processes*, section 3.3 (doubly stochastic
//! Poisson processes).
//!
//! ```
//! use equipoise_limit::variability::{SpikeTrain, StationaryNeuron};
//! use equipoise_model::Gain;
//! use equipoise_model::gain::Logistic;
//!
//! let gain = Gain::Logistic(Logistic { max_rate: 1.0, threshold: 0.0, slope: 0.5 });
//! let train = SpikeTrain::new(StationaryNeuron::new(&gain, -0.8, 0.2, 1.0))?;
//! assert!(train.fano(10.0) > 1.0 && train.fano(10.0) < train.fano_of_long_windows());
//! assert!(train.intervals()?.coefficient_of_variation() > 1.0);
//! # Ok::<(), equipoise_limit::variability::VariabilityError>(())
//! ```

mod autocovariance;
pub mod counts;
mod elements;
mod intervals;
mod modes;
mod pairs;
pub(crate) mod quadrature;
#[cfg(test)]
mod tests;

use std::f64::consts::TAU;

use equipoise_model::{Gain, Network};
use thiserror::Error;

pub use autocovariance::autocovariance;
pub use intervals::Intervals;
use modes::Modes;
pub use pairs::CountStatistics;

/// A neuron of a population whose means and variances do not change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StationaryNeuron<'a> {
    /// `lambda`, the intensity towards one target.
    pub gain: &'a Gain,
    /// `m`.
    pub mean: f64,
    /// `v`.
    pub variance: f64,
    /// `tau`, in time units.
    pub time_constant: f64,
    /// `p` in `(0, 1]`: spikes have the intensity `lambda/p`.
    pub release_probability: f64,
}

/// Why there is no theory of variability.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum VariabilityError {
    /// A mean, variance, time constant or release probability that cannot be.
    #[error("the {what} is {value}; it must be {range}")]
    State {
        /// Which.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What it may be.
        range: &'static str,
    },
    /// No spikes at all.
    #[error("the neuron is silent: its rate is {rate}")]
    Silent {
        /// `S`.
        rate: f64,
    },
    /// The equation of survival has not settled with the finest elements.
    #[error(
        "the law of intervals is not resolved: with the finest elements its second moment still changes by {change:.1e} of itself"
    )]
    Unresolved {
        /// Relative change from elements of lower degree.
        change: f64,
    },
}

impl<'a> StationaryNeuron<'a> {
    /// A neuron under independent transmission, or with shared spikes: `p = 1`.
    pub fn new(gain: &'a Gain, mean: f64, variance: f64, time_constant: f64) -> Self {
        Self { gain, mean, variance, time_constant, release_probability: 1.0 }
    }

    /// A neuron of a population of a network, at given mean and variance.
    ///
    /// # Panics
    /// If there is no such population.
    pub fn of_population(
        network: &'a Network,
        population: usize,
        mean: f64,
        variance: f64,
    ) -> Self {
        let neurons = &network.populations[population];
        let release_probability = network.transmission.release_probability();
        let time_constant = neurons.time_constant;
        Self { gain: &neurons.gain, mean, variance, time_constant, release_probability }
    }

    /// `int_0^T (1 - s/T) exp(-l s/tau) ds = tau/l [1 - (1 - exp(-x))/x]` with `x = l T/tau`.
    fn remembered_by_mode(&self, l: f64, window: f64) -> f64 {
        let tau = self.time_constant;
        tau / l * remembered(l * window / tau)
    }

    fn check(&self) -> Result<(), VariabilityError> {
        let positive = |value: f64| value > 0.0 && value.is_finite();
        let p = self.release_probability;
        let checks = [
            ("mean", self.mean, self.mean.is_finite(), "finite"),
            (
                "variance",
                self.variance,
                self.variance == 0.0 || positive(self.variance),
                "finite and not negative",
            ),
            (
                "time constant",
                self.time_constant,
                positive(self.time_constant),
                "positive and finite",
            ),
            ("release probability", p, positive(p) && p <= 1.0, "above 0 and at most 1"),
        ];
        match checks.into_iter().find(|(_, _, sound, _)| !sound) {
            Some((what, value, _, range)) => Err(VariabilityError::State { what, value, range }),
            None => Ok(()),
        }
    }
}

/// The spikes of a stationary neuron: rate, autocovariance, Fano factors, spectrum.
#[derive(Debug, Clone)]
pub struct SpikeTrain<'a> {
    neuron: StationaryNeuron<'a>,
    modes: Modes,
}

impl<'a> SpikeTrain<'a> {
    /// The Hermite modes `h_l^2` of the intensity, as many as hold its variance to `1e-14`, at most 4096; what is left of it after these is put at
    /// twice the last order. It is nothing for smooth gains; for a step as steep as can be it is 1 % of the variance, and moves the Fano
    /// factor of long windows by `1e-6` of what it is above 1.
    ///
    /// # Errors
    /// [`VariabilityError::State`]; [`VariabilityError::Silent`] if the rate is zero.
    pub fn new(neuron: StationaryNeuron<'a>) -> Result<Self, VariabilityError> {
        neuron.check()?;
        let modes = Modes::of(&neuron);
        if modes.rate > 0.0 {
            Ok(Self { neuron, modes })
        } else {
            Err(VariabilityError::Silent { rate: modes.rate })
        }
    }

    /// Rate of spikes `S/p`, per time unit.
    pub fn rate(&self) -> f64 {
        self.modes.rate / self.neuron.release_probability
    }

    /// Autocovariance of the intensity of spikes, `C(lag)/p^2`, per time unit squared: what the train's has beside the shot noise. By
    /// [`autocovariance`].
    pub fn autocovariance(&self, lag: f64) -> f64 {
        let StationaryNeuron { gain, mean, variance, time_constant, release_probability } =
            self.neuron;
        let correlation = (-(lag / time_constant).abs()).exp();
        autocovariance(gain, mean, variance, correlation) / release_probability.powi(2)
    }

    /// Fano factor `F(T)` of the spikes in a window of length `T >= 0`.
    pub fn fano(&self, window: f64) -> f64 {
        self.fano_of(|l| self.neuron.remembered_by_mode(l, window))
    }

    /// Limit of [`fano`](Self::fano) for `T` far above `tau`.
    pub fn fano_of_long_windows(&self) -> f64 {
        self.fano_of(|l| self.neuron.time_constant / l)
    }

    fn fano_of(&self, integral: impl Fn(f64) -> f64) -> f64 {
        let scale = 2.0 / (self.neuron.release_probability * self.modes.rate);
        1.0 + scale * self.modes.sum(integral)
    }

    /// Two-sided power spectrum of the train at a frequency in cycles per time unit; per time unit, as the rate, which it tends to at high
    /// frequencies. At zero it is the rate times [`fano_of_long_windows`](Self::fano_of_long_windows).
    pub fn density(&self, frequency: f64) -> f64 {
        let p = self.neuron.release_probability;
        let angular = TAU * frequency * self.neuron.time_constant;
        let lorentzian = |l: f64| 2.0 * l / (l * l + angular * angular);
        self.rate() + self.neuron.time_constant * self.modes.sum(lorentzian) / (p * p)
    }

    /// The law of the intervals between spikes.
    ///
    /// # Errors
    /// [`VariabilityError::Unresolved`] if rates are so large that the finest elements are too coarse.
    pub fn intervals(&self) -> Result<Intervals, VariabilityError> {
        Intervals::of(&self.neuron, self.modes.rate)
    }
}

/// `1 - (1 - exp(-x))/x`, without cancellation.
fn remembered(x: f64) -> f64 {
    if x > 0.1 {
        return (x + (-x).exp_m1()) / x;
    }
    // sum_{j >= 1} (-1)^{j+1} x^j/(j + 1)!, from the last term on.
    (2..=10).rev().fold(0.0, |sum, j| x / f64::from(j) * (1.0 - sum))
}
