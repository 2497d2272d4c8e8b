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
//! By the trapezoid rule between the times of the solution, of second order in their spacing.

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
mod tests {
    use equipoise_model::scenario::overrides::apply;
    use equipoise_model::{Gain, Scenario, Transmission};

    use super::super::FiniteN;
    use super::*;

    const CANONICAL: &str = include_str!("../../../../scenarios/inhibition-stabilised.toml");

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
}
