//! Linear noise about a stationary state: two-time covariances and power spectra of population means and activities.
//!
//! With `eta` the fluctuations of the Hermite modes of the empirical measures (`finite_n`),
//!
//! ```math
//! d\eta = A \eta\, dt + dW, \qquad \langle dW\, dW^{\mathsf T} \rangle = B\, dt, \qquad \mathrm{Cov}(\eta(t + s), \eta(t)) = e^{A s} P, \qquad A P + P A^{\mathsf T} + B = 0.
//! ```
//!
//! The mean of population `a` is mode `(a, 1)`. Its *activity* `y_b` is the number of fires per neuron and time; with shared spikes and
//! release these are spikes, of intensity `lambda_b/p`; with independent transmission the jumps that its neurons send, divided by the fan-out `N - 1`:
//!
//! ```math
//! \begin{aligned}
//! y_b &= \frac{S_b + R_b \eta}{p} + \xi_b, & \langle \xi_b \xi_b \rangle &= D_b\, dt, & \langle dW_{(ak)} \xi_b \rangle &= G_{(ak)b}\, dt \\
//! R_b \eta &= \sum_l \frac{g_{bl} \eta_{bl}}{l!}, & D_b &= \frac{S_b}{p N_b}, & G_{(a1)b} &= \frac{J_{ab} S_b}{\sqrt n} && \text{(spikes)} \\
//! &&&& G_{(a2)b} &= \frac{(1 - p) J_{ab}^2 S_b}{n} \\
//! && D_b &= \frac{S_b}{N_b (N - 1)}, & G_{(a1)b} &= \frac{J_{ab} S_b}{\sqrt n (N - 1)} && \text{(independent jumps)}
//! \end{aligned}
//! ```
//!
//! since the spikes that are counted are those that move the targets. Spectral densities are two-sided in the frequency `f`,
//! `S(f) = int C(s) e^{-2 pi i f s} ds`, so that `int S(f) df` over all `f` is the variance.
//!
//! [`LimitNoise`] is what `n` times that tends to.
//!
//! # Source
//! Gardiner, *Stochastic Methods* (2009), sections 4.5.6-4.5.7 (linear noise); Hawkes (1971), doi:10.1093/biomet/58.1.83 (spectra of mutually exciting processes).

mod lyapunov;
pub mod on_manifold;

use std::f64::consts::PI;

use equipoise_model::{Network, Transmission};
use nalgebra::{Complex, DMatrix};

use crate::balance::eigenvalues;
use crate::finite_n::{Fluctuations, MODES};

use lyapunov::stationary_covariance;
pub use on_manifold::LimitNoise;

/// Aliases kept on either side in the spectrum of binned activity; the next ones fall like the fourth power of their number.
const ALIASES: i32 = 8;

/// A linear noise process: the modes of all populations about a stationary state.
#[derive(Debug, Clone)]
pub struct LinearNoise {
    /// `A`, per time unit; modes are ordered by population, then by `k = 1..8`.
    pub drift: DMatrix<f64>,
    /// `B`, symmetric.
    pub noise: DMatrix<f64>,
    /// Rows that pick the fluctuations of the population means from the modes, `P` rows.
    means: DMatrix<f64>,
    /// Rows `R_b`: fluctuations of the rates in terms of the modes, `P` rows.
    pub rates: DMatrix<f64>,
    /// `G`: covariance of the noise of the modes with that of the activities, `P` columns.
    joint: DMatrix<f64>,
    /// `D_b`.
    shot: Vec<f64>,
    /// `p`.
    release: f64,
}

impl LinearNoise {
    /// Of one network, at its rates `S_b`.
    pub(crate) fn finite(
        network: &Network,
        fluctuations: &Fluctuations<f64>,
        rates: &[f64],
    ) -> Self {
        let populations = network.population_count();
        let size = populations * MODES;
        let response = DMatrix::from_fn(populations, size, |b, j| {
            if j / MODES == b { fluctuations.response[b][j % MODES] } else { 0.0 }
        });
        let through = DMatrix::from_row_slice(size, populations, &fluctuations.through);
        let mut drift = through * &response;
        for (a, local) in fluctuations.local.iter().enumerate() {
            for (k, row) in local.iter().enumerate() {
                for (l, value) in row.iter().enumerate() {
                    drift[(a * MODES + k, a * MODES + l)] += value;
                }
            }
        }
        let noise =
            DMatrix::from_fn(size, size, |i, j| fluctuations.noise[i.max(j) * size + i.min(j)]);
        let release = network.transmission.release_probability();
        let fan_out = network.neuron_count() as f64 - 1.0;
        let independent = network.transmission == Transmission::Independent;
        let shot = |b: usize| {
            let sources = network.populations[b].count as f64;
            rates[b] / sources / if independent { fan_out } else { release }
        };
        let joint = |a: usize, b: usize| {
            let reached =
                if a == b { 1.0 - 1.0 / network.populations[a].count as f64 } else { 1.0 };
            network.jump(a, b) * rates[b] * reached / if independent { fan_out } else { 1.0 }
        };
        // A spike widens the law of the neurons some of which it misses.
        let widened = |a: usize, b: usize| {
            if independent { 0.0 } else { (1.0 - release) * network.jump(a, b).powi(2) * rates[b] }
        };
        Self {
            drift,
            noise,
            means: DMatrix::from_fn(populations, size, |a, j| f64::from(j == a * MODES)),
            rates: response,
            joint: DMatrix::from_fn(size, populations, |i, b| match i % MODES {
                0 => joint(i / MODES, b),
                1 => widened(i / MODES, b),
                _ => 0.0,
            }),
            shot: (0..populations).map(shot).collect(),
            release,
        }
    }

    /// `P`, the number of populations.
    pub fn population_count(&self) -> usize {
        self.shot.len()
    }

    /// `D_b`, the spectral density of the activity of population `b` if its fires were a Poisson process.
    pub fn shot_noise(&self, b: usize) -> f64 {
        self.shot[b]
    }

    /// Eigenvalues of `A`, per time unit: those of the balance are of order `sqrt(n)`. All have negative real parts where the state is stable.
    pub fn eigenvalues(&self) -> Vec<Complex<f64>> {
        eigenvalues(&self.drift)
    }

    /// Stationary covariance of all modes, `A P + P A^T + B = 0`.
    pub fn covariance(&self) -> DMatrix<f64> {
        stationary_covariance(&self.drift, &self.noise)
    }

    /// `Cov(M_a(t + s), M_b(t))` of the population means at lags `s = 0, step, 2 step, ...`; `P` by `P` each.
    pub fn mean_covariances(&self, step: f64, count: usize) -> Vec<DMatrix<f64>> {
        let advance = (&self.drift * step).exp();
        let mut lagged = self.covariance();
        let mut covariances = Vec::with_capacity(count);
        for _ in 0..count {
            covariances.push(&self.means * &lagged * self.means.transpose());
            lagged = &advance * lagged;
        }
        covariances
    }

    /// Covariance matrix of the activities integrated over a window `T`, without their shot noise: in the same row and column, what neurons of one population
    /// and of two have beside independent Poisson spikes. With `Phi = int_0^T (T - s) e^{A s} ds`,
    ///
    /// ```math
    /// V = X + X^{\mathsf T}, \qquad X = R \Phi \left(\frac{P R^{\mathsf T}}{p^2} + \frac{G}{p}\right).
    /// ```
    pub fn activity_count_covariance(&self, window: f64) -> DMatrix<f64> {
        let size = self.drift.nrows();
        // The last block of exp(window (A 1 0; 0 0 1; 0 0 0)) is Phi.
        let mut chain = DMatrix::zeros(3 * size, 3 * size);
        chain.view_mut((0, 0), (size, size)).copy_from(&(&self.drift * window));
        for i in 0..2 * size {
            chain[(i, i + size)] = window;
        }
        let integral = chain.exp().view((0, 2 * size), (size, size)).into_owned();
        let by_state = self.covariance() * self.rates.transpose() / self.release.powi(2);
        let later = &self.rates * integral * (by_state + &self.joint / self.release);
        &later + later.transpose()
    }

    /// Spectral density matrix of the population means at frequency `f` (per time unit); Hermitian, `P` by `P`.
    pub fn mean_spectrum(&self, frequency: f64) -> DMatrix<Complex<f64>> {
        let means = self.means.map(|x| Complex::new(x, 0.0));
        let moved = self.propagate(frequency, &self.noise);
        &means * self.propagate(frequency, &moved.adjoint()) * means.transpose()
    }

    /// Spectral density matrix of the activities at frequency `f`; Hermitian, `P` by `P`. As `f` goes to infinity it tends to `D`.
    pub fn activity_spectrum(&self, frequency: f64) -> DMatrix<Complex<f64>> {
        let rates = self.rates.map(|x| Complex::new(x / self.release, 0.0));
        let moved = self.propagate(frequency, &self.noise);
        let of_noise = &rates * self.propagate(frequency, &moved.adjoint()) * rates.transpose();
        let of_shots = &rates * self.propagate(frequency, &self.joint);
        let shot = DMatrix::from_fn(self.shot.len(), self.shot.len(), |a, b| {
            Complex::new(if a == b { self.shot[a] } else { 0.0 }, 0.0)
        });
        shot + of_noise + &of_shots + of_shots.adjoint()
    }

    /// Spectral density matrix of the activities averaged over bins of this width, as a series that is sampled once a bin: with the filter of
    /// the bins and its aliases, `sum_k S(f + k/width) sinc^2(pi (f width + k))`.
    pub fn binned_activity_spectrum(&self, frequency: f64, width: f64) -> DMatrix<Complex<f64>> {
        let populations = self.population_count();
        let mut sum = DMatrix::zeros(populations, populations);
        // The filter's squares sum to 1: what is flat stays as it is, and only what is above the shot noise is filtered.
        let shot = |a: usize, b: usize| if a == b { self.shot[a] } else { 0.0 };
        let flat = DMatrix::from_fn(populations, populations, |a, b| Complex::new(shot(a, b), 0.0));
        for alias in -ALIASES..=ALIASES {
            let frequency = frequency + f64::from(alias) / width;
            let angle = PI * frequency * width;
            let filter = if angle == 0.0 { 1.0 } else { (angle.sin() / angle).powi(2) };
            if filter > 0.0 {
                sum += (self.activity_spectrum(frequency) - &flat) * Complex::new(filter, 0.0);
            }
        }
        sum + flat
    }

    /// `(2 pi i f - A)^{-1} X`.
    fn propagate<T: Into<Complex<f64>> + nalgebra::Scalar + Copy>(
        &self,
        frequency: f64,
        matrix: &DMatrix<T>,
    ) -> DMatrix<Complex<f64>> {
        let size = self.drift.nrows();
        let turning = DMatrix::identity(size, size) * Complex::new(0.0, 2.0 * PI * frequency);
        let resolvent = turning - self.drift.map(|x| Complex::new(x, 0.0));
        resolvent.lu().solve(&matrix.map(Into::into)).expect("the state is stable")
    }
}

#[cfg(test)]
mod tests;
