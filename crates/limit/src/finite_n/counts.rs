//! The number of a neuron's spikes in one network of size `n`, since time 0, over neurons and networks.
//!
//! To leading order the potentiation is a normal process that is remembered for the time `tau`, and the count is that of [`crate::variability::counts`]. Of order `eps = n^{-1/2}` are the size of jumps
//! and the synapse that a neuron lacks of itself, which pulls on it by `-eps J_aa lambda_a(z)`. Both are in the generator, so that for the number `M` of spikes and the modes `f_k` of
//! the [theory](super) `B_k = p Cov(M, f_k(z))` obeys what the moments do, with a source:
//!
//! ```math
//! \begin{aligned}
//! \frac{dB_k}{dt} ={}& -\frac{k}{\tau} B_k + k \epsilon J S B_{k-1} + \binom{k}{2} w B_{k-2} + \binom{k}{3} \epsilon M_3 B_{k-3} - k \epsilon J \sum_l \frac{c_{k-1,l} B_l}{l!} \\
//! & + L_k - S \mu_k - p k \epsilon J L_{k-1}, \qquad w = 2 \epsilon J v g_1, \qquad B_0 = 0, \\
//! \mathrm{Var}\, M ={}& E M + 2 p^{-2} \int \sum_{l \ge 1} \frac{g_l B_l}{l!}\, dt.
//! \end{aligned}
//! ```
//!
//! The last source is there under shared spikes and release: a neuron's own spike moves all that it reaches but not the neuron itself, which stays behind when balance
//! has brought back the others. (Under independent transmission a train goes to one target alone.) `v` is what is private to the neuron, and of `M_3` the private part is taken.
//!
//! Without the terms in `eps` these are Mehler's modes. Of these [`crate::variability::counts`] has all, steep gains included; here are eight, and what is taken from here is the *difference* that
//! `eps` makes. What is left out is of order `1/n`: the fluctuations of populations.
//!
//! By the trapezoid rule between the times of the solution, of second order in their spacing; at a stationary state by the exponential of a matrix.

use equipoise_model::Network;
use nalgebra::{SMatrix, SVector};

use super::hermite::{AVERAGES, binomial, factorial, own_products, powers};
use super::{FiniteNSolution, MODES, Order};
use crate::coefficients::Coefficients;
use crate::gaussian::averages;
use crate::variability::VariabilityError;
use crate::variability::counts::{CountedNeuron, Counts, Sample};

type Matrix = SMatrix<f64, MODES, MODES>;
type Vector = SVector<f64, MODES>;

impl FiniteNSolution {
    /// The number of spikes of a neuron of `population` from the first time of the solution to its last. At [`Order::Zeroth`] without the terms of order `n^{-1/2}`; above,
    /// with them, and wrong by `1/n`.
    ///
    /// # Errors
    /// [`VariabilityError::State`].
    pub fn counts(
        &self,
        network: &Network,
        population: usize,
        order: Order,
    ) -> Result<Counts, VariabilityError> {
        let neuron = CountedNeuron::of_population(network, population);
        let populations = self.population_count();
        let samples = self.times.iter().enumerate().map(|(i, time)| {
            let at = i * populations + population;
            let (variance, own_variance) = (self.total_variance[at], self.variance[at]);
            Sample { time: *time, mean: self.mean[at], variance, own_variance }
        });
        let leading = neuron.counts(&samples.collect::<Vec<_>>())?;
        let [first, last] =
            [0, self.times.len() - 1].map(|i| self.spikes[i * populations + population]);
        let mean = (last - first) / network.populations[population].count as f64;
        let correction = match order {
            Order::Zeroth => 0.0,
            _ => self.correction(network, population),
        };
        let excess = leading.variance - leading.mean;
        Ok(Counts { mean, variance: mean + excess + correction })
    }

    /// What the spikes of one neuron in a window have above a Poisson process, if the first sample of the solution is a stationary state; as [`counts`](Self::counts).
    ///
    /// # Errors
    /// [`VariabilityError::State`].
    pub(crate) fn excess_at_rest(
        &self,
        network: &Network,
        population: usize,
        order: Order,
        window: f64,
    ) -> Result<Excess, VariabilityError> {
        let at = |time| Sample {
            time,
            mean: self.mean[population],
            variance: self.total_variance[population],
            own_variance: self.variance[population],
        };
        let neuron = CountedNeuron::of_population(network, population);
        let leading = neuron.counts(&[at(0.0), at(window)])?;
        let coefficients = Coefficients::finite(network);
        let neuron = Neuron::new(self, network, &coefficients, (0, population));
        let release = network.transmission.release_probability();
        let excess = |equations: Equations| 2.0 * equations.excess(window) / release.powi(2);
        let of_leading = excess(neuron.leading());
        let of_modes = match order {
            Order::Zeroth => of_leading,
            _ => excess(neuron.corrected()),
        };
        Ok(Excess { of_modes, all: leading.variance - leading.mean + of_modes - of_leading })
    }

    /// What the terms in `eps` add to the variance.
    fn correction(&self, network: &Network, population: usize) -> f64 {
        let coefficients = Coefficients::finite(network);
        let equations: Vec<[Equations; 2]> = (0..self.times.len())
            .map(|sample| {
                let at = Neuron::new(self, network, &coefficients, (sample, population));
                [at.leading(), at.corrected()]
            })
            .collect();
        let excess = [0, 1].map(|order| {
            let mut modes = Vector::zeros();
            let steps = self.times.windows(2).zip(equations.windows(2));
            let steps = steps.map(|(times, equations)| {
                let [before, after] = [&equations[0][order], &equations[1][order]];
                let half = 0.5 * (times[1] - times[0]);
                let previous = modes;
                modes = before.step(after, half, &previous);
                half * (before.response.dot(&previous) + after.response.dot(&modes))
            });
            steps.sum::<f64>()
        });
        2.0 * (excess[1] - excess[0]) / network.transmission.release_probability().powi(2)
    }
}

/// `Var M - E M` of the number of a neuron's spikes, but for what the neuron has in common with others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Excess {
    /// By all modes of the intensity.
    pub all: f64,
    /// By those of the theory alone.
    pub of_modes: f64,
}

/// `dB/dt = A B + source`, and the response of the intensity to `B`.
struct Equations {
    matrix: Matrix,
    source: Vector,
    response: Vector,
}

impl Equations {
    /// By the trapezoid rule over twice `half`.
    fn step(&self, after: &Self, half: f64, modes: &Vector) -> Vector {
        let explicit = modes + (self.matrix * modes + self.source + after.source) * half;
        let implicit = Matrix::identity() - after.matrix * half;
        // Without an inverse there is no number, and no margin that would hide it.
        implicit.lu().solve(&explicit).unwrap_or_else(|| Vector::repeat(f64::NAN))
    }

    /// `int_0^T response . B dt` from `B = 0` on, if the equations do not change: an entry of the exponential of `T` times their matrix, to which 1 (whose column is the source) and the integral are added.
    fn excess(&self, window: f64) -> f64 {
        const ONE: usize = MODES;
        const SUM: usize = MODES + 1;
        let mut chain = SMatrix::<f64, { MODES + 2 }, { MODES + 2 }>::zeros();
        chain.fixed_view_mut::<MODES, MODES>(0, 0).copy_from(&self.matrix);
        chain.fixed_view_mut::<MODES, 1>(0, ONE).copy_from(&self.source);
        chain.fixed_view_mut::<1, MODES>(SUM, 0).copy_from(&self.response.transpose());
        (chain * window).exp()[(SUM, ONE)]
    }
}

/// A population at one time.
struct Neuron {
    leak: f64,
    /// `eps J_aa`.
    own: f64,
    /// Part of a neuron's spike that all others have in common.
    common: f64,
    /// `eps M_3`, its private part.
    third: f64,
    variance: f64,
    /// `S`.
    rate: f64,
    g: [f64; AVERAGES],
    /// `mu_0, ..., mu_8`.
    moments: [f64; MODES + 1],
}

impl Neuron {
    fn new(
        solution: &FiniteNSolution,
        network: &Network,
        coefficients: &Coefficients,
        (sample, population): (usize, usize),
    ) -> Self {
        let populations = solution.population_count();
        let of = |b: usize| {
            let at = sample * populations + b;
            let mut g = [0.0; AVERAGES];
            averages(
                &network.populations[b].gain,
                solution.mean[at],
                solution.total_variance[at],
                &mut g,
            );
            let mut moments = [0.0; MODES + 1];
            moments[0] = 1.0;
            moments[3..].copy_from_slice(&solution.moments[at]);
            let rate: f64 = (0..=MODES).map(|l| g[l] * moments[l] / factorial(l)).sum();
            (g, moments, rate)
        };
        let common = network.transmission.input_correlation();
        let epsilon = network.size.sqrt().recip();
        let inside = (0..populations).map(|b| coefficients.third[(population, b)] * of(b).2);
        let external = coefficients.external_skew(network, solution.times[sample])[population];
        let private = (1.0 - common) * (1.0 - 2.0 * common);
        let (g, moments, rate) = of(population);
        Self {
            leak: network.populations[population].time_constant.recip(),
            own: epsilon * network.coupling.get(population, population),
            common,
            third: epsilon * (private * inside.sum::<f64>() + external),
            variance: solution.variance[sample * populations + population],
            rate,
            g,
            moments,
        }
    }

    fn response(&self) -> Vector {
        Vector::from_fn(|l, _| self.g[l + 1] / factorial(l + 1))
    }

    /// Mehler's modes.
    fn leading(&self) -> Equations {
        let powers = powers(self.variance);
        Equations {
            matrix: Matrix::from_diagonal(&Vector::from_fn(|k, _| -self.leak * (k + 1) as f64)),
            source: Vector::from_fn(|k, _| powers[k + 1] * self.g[k + 1]),
            response: self.response(),
        }
    }

    fn corrected(&self) -> Equations {
        let products = own_products(self.variance, &self.g);
        // `L_k`; of the eighth, which hardly matters, the leading part.
        let sent = |k: usize| match products.get(k) {
            Some(row) => row.iter().zip(&self.moments).map(|(c, moment)| c * moment).sum(),
            None => powers(self.variance)[k] * self.g[k],
        };
        let mut equations = self.leading();
        for k in 1..=MODES {
            let weight = k as f64 * self.own;
            equations.source[k - 1] =
                sent(k) - self.rate * self.moments[k] - self.common * weight * sent(k - 1);
            let mut add = |mode: usize, value: f64| {
                if mode > 0 {
                    equations.matrix[(k - 1, mode - 1)] += value;
                }
            };
            add(k - 1, weight * self.rate);
            if k >= 2 {
                add(k - 2, binomial(k, 2) * 2.0 * self.own * self.variance * self.g[1]);
            }
            if k >= 3 {
                add(k - 3, binomial(k, 3) * self.third);
            }
            for (mode, product) in products[k - 1].iter().enumerate() {
                add(mode, -weight * product);
            }
        }
        equations
    }
}

#[cfg(test)]
mod tests;
