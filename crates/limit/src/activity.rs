//! Averages of the squared activity `phi(z) = (lambda(z) - theta)^2` over normal laws: the activity energy of a neuron.
//!
//! With the Hermite polynomials `He_k`, `phi = sum_k h_k He_k((z - m)/sqrt(v))/k!` where
//!
//! ```math
//! h_k = E\left[\varphi(m + \sqrt v X)\, \mathrm{He}_k(X)\right], \qquad E[\varphi] = h_0, \qquad \mathrm{Var}\, \varphi = \sum_{k \ge 1} \frac{h_k^2}{k!}
//! ```
//!
//! Squares of gains have no closed form even where gains do, so these are sums over Gauss-Legendre panels that are as fine as the gain asks for.

use equipoise_model::{Gain, GainFunction, Network};

use crate::finite_n::MODES;
use crate::limit::LimitSolution;
use crate::variability::StationaryNeuron;
use crate::variability::quadrature::{Node, Panels};

/// Half width of the range of integration in standard deviations; `He_8(13) phi(13) < 1e-28`.
const REACH: f64 = 13.0;
/// Half width of the widest panel, on which 40 nodes resolve `He_8` to rounding.
const WIDEST: f64 = 1.5;

/// The averages of one population.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ActivityAverages {
    /// `h_0, ..., h_8`, per time unit squared.
    pub hermite: [f64; MODES + 1],
    /// `Var phi`.
    pub variance: f64,
}

impl ActivityAverages {
    /// Over `Normal(mean, variance)`, with the threshold `theta` per time unit; without variance all of the weight is at the mean.
    pub fn new(gain: &Gain, threshold: f64, mean: f64, variance: f64) -> Self {
        let square = |rate: f64| (rate - threshold).powi(2);
        let mut hermite = [0.0; MODES + 1];
        if variance <= 0.0 {
            hermite[0] = square(gain.intensity(mean));
            return Self { hermite, variance: 0.0 };
        }
        let neuron = StationaryNeuron::new(gain, mean, variance, 1.0);
        let panels = Panels { neuron: &neuron, widest: WIDEST, narrowest: 0.0 };
        let nodes = panels.nodes(&panels.up_to(REACH));
        let density = |x: f64| (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let weight = |node: &Node| node.weight * density(node.x);
        hermite[0] = nodes.iter().map(|node| weight(node) * square(node.rate)).sum();
        let mut spread = 0.0;
        for node in &nodes {
            // Deviations keep their digits where the gain hardly varies.
            let above = square(node.rate) - hermite[0];
            spread += weight(node) * above * above;
            let (mut previous, mut polynomial) = (0.0, 1.0);
            for (k, average) in hermite.iter_mut().enumerate() {
                if k > 0 {
                    *average += weight(node) * above * polynomial;
                }
                (previous, polynomial) = (polynomial, node.x * polynomial - k as f64 * previous);
            }
        }
        Self { hermite, variance: spread }
    }
}

impl LimitSolution {
    /// Activity energy of each population per `n`, `gamma_a E[(lambda_a(z) - theta_a)^2]`, (time, population), as far as the limit goes.
    ///
    /// # Panics
    /// If there is not one threshold for each population.
    pub fn activity_energy(&self, network: &Network, thresholds: &[f64]) -> Vec<f64> {
        assert_eq!(thresholds.len(), network.population_count(), "a threshold for each population");
        let all = network.populations.iter().zip(thresholds).cycle();
        let laws = self.mean.iter().zip(&self.variance);
        let energies = laws.zip(all).map(|((mean, variance), (population, threshold))| {
            let averages = ActivityAverages::new(&population.gain, *threshold, *mean, *variance);
            population.fraction * averages.hermite[0]
        });
        energies.collect()
    }
}

#[cfg(test)]
mod tests {
    use equipoise_model::gain::{Logistic, Probit, Tabulated, ThresholdLinear};

    use super::*;

    fn close(ours: f64, exact: f64) {
        assert!((ours - exact).abs() < 1e-11 * (1.0 + exact.abs()), "{ours}, not {exact}");
    }

    /// Of `beta^2 (z - theta)^2` above a threshold far below all: moments of a normal law.
    #[test]
    fn squares_of_lines_are_moments() {
        let gain = Gain::ThresholdLinear(ThresholdLinear { gain: 2.0, threshold: -100.0 });
        let (mean, variance) = (0.0, 0.5);
        let at = ActivityAverages::new(&gain, 198.5, mean, variance);
        // lambda - theta = 2 sqrt(v) X + 200 - 198.5
        let (slope, above) = (2.0 * 0.5_f64.sqrt(), 1.5);
        close(at.hermite[0], above * above + slope * slope);
        close(at.hermite[1], 2.0 * above * slope);
        close(at.hermite[2], 2.0 * slope * slope);
        for higher in &at.hermite[3..] {
            close(*higher, 0.0);
        }
        close(at.variance, 4.0 * above * above * slope * slope + 2.0 * slope.powi(4));
    }

    /// Against the trapezoid rule with many nodes, for steep and flat gains.
    #[test]
    fn averages_are_integrals() {
        let table = Tabulated::new(&[-1.0, 0.0, 0.4], &[0.0, 0.3, 1.1]).expect("a sound table");
        for (gain, tolerance) in [
            (Gain::Logistic(Logistic { max_rate: 1.3, threshold: 0.2, slope: 0.05 }), 1e-10),
            (Gain::Logistic(Logistic { max_rate: 1.3, threshold: 0.2, slope: 5.0 }), 1e-10),
            (Gain::Probit(Probit { max_rate: 1.3, threshold: -0.2, slope: 0.4 }), 1e-10),
            (
                Gain::Probit(Probit { max_rate: 1.3, threshold: -0.2, slope: 0.4 }).saturated(0.5),
                1e-10,
            ),
            // The rule is of second order at kinks.
            (Gain::Tabulated(table), 1e-6),
        ] {
            let (mean, variance, threshold) = (0.1, 0.6_f64, 0.25);
            let at = ActivityAverages::new(&gain, threshold, mean, variance);
            let step = 1e-3;
            let mut sums = [0.0; 4];
            let mut square = 0.0;
            for i in -12_000..=12_000 {
                let x = f64::from(i) * step;
                let weight = step * (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
                let phi = (gain.intensity(mean + variance.sqrt() * x) - threshold).powi(2);
                square += weight * phi * phi;
                for (sum, he) in sums.iter_mut().zip([1.0, x, x * x - 1.0, x * x * x - 3.0 * x]) {
                    *sum += weight * phi * he;
                }
            }
            for (ours, sum) in at.hermite.iter().zip(sums) {
                assert!((ours - sum).abs() < tolerance, "{gain:?}: {ours}, not {sum}");
            }
            assert!((at.variance - (square - sums[0] * sums[0])).abs() < tolerance);
        }
    }

    #[test]
    fn without_variance_it_is_the_gain_at_the_mean() {
        let gain = Gain::Probit(Probit { max_rate: 1.0, threshold: 0.0, slope: 1.0 });
        let none = ActivityAverages::new(&gain, 0.1, 0.0, 0.0);
        assert_eq!(none.hermite[0], (0.5_f64 - 0.1).powi(2));
        let tiny = ActivityAverages::new(&gain, 0.1, 0.0, 1e-20);
        close(tiny.hermite[0], none.hermite[0]);
    }
}
