//! The law of the intervals between spikes.

use super::elements::Mesh;
use super::{StationaryNeuron, VariabilityError};

/// Degrees of the polynomials: of the result, and of the one that it is compared with.
const DEGREE: usize = 6;
const LOWER_DEGREE: usize = 4;
/// Half widths of the widest elements, in standard deviations.
const WIDTHS: [f64; 3] = [0.5, 0.25, 0.125];
/// Relative change of the second moment, from the lower degree, at which it is settled, and above which it is refused.
const SETTLED: f64 = 1e-7;
const UNRESOLVED: f64 = 1e-4;

/// Law of the intervals between spikes of a stationary neuron, as a mixture of exponential laws.
///
/// Let `L` generate the Ornstein-Uhlenbeck process and `lambda` be the intensity of spikes. Without a spike, expectations decay by `A = lambda - L`,
/// symmetric in the scalar product `<u|w> = E[u w]` of the stationary law: `<u|A|w> = int phi (u' w'/tau + lambda u w) dx`. With its eigenvalues
/// `mu_k`, the squares `w_k = <1|k>^2` of scalar products with its eigenfunctions, and `S = <1|lambda> = sum_k w_k mu_k`,
///
/// ```math
/// \begin{aligned}
/// P(\text{no spike for } t, \text{ from any time}) &= \langle 1 | e^{-A t} | 1 \rangle &&= \sum_k w_k e^{-\mu_k t}, \\
/// P(\text{interval} > t) &= \frac{\langle \lambda | e^{-A t} | 1 \rangle}{S} &&= \sum_k \frac{w_k \mu_k e^{-\mu_k t}}{S}, \\
/// \mathrm{CV}^2 &= 2 S \langle 1 | A^{-1} | 1 \rangle - 1 &&= 2 S \sum_k \frac{w_k}{\mu_k} - 1,
/// \end{aligned}
/// ```
///
/// because `A |1> = |lambda>`. So the mean interval is `1/S` and `CV >= 1`. Solved by finite elements of degree 6, whose ends lie at kinks of the
/// gain and which are narrow where it is steep; as a Galerkin method it converges to `CV` from below, twice as fast as functions do. Rounding leaves
/// a relative error below `1e-11/(S tau)`.
///
/// # Source
/// Cox & Isham (1980), *Point Processes*, section 3.3.
#[derive(Debug, Clone, PartialEq)]
pub struct Intervals {
    rate: f64,
    decay: Vec<f64>,
    weights: Vec<f64>,
    change: f64,
}

impl Intervals {
    /// For a neuron of a given average of its gain, `p` times the rate of its spikes.
    pub(super) fn of(neuron: &StationaryNeuron, average: f64) -> Result<Self, VariabilityError> {
        let rate = average / neuron.release_probability;
        if neuron.variance == 0.0 {
            return Ok(Self { rate, decay: vec![rate], weights: vec![1.0], change: 0.0 });
        }
        let mut change = f64::INFINITY;
        for widest in WIDTHS {
            let equation = |degree: usize| Mesh::new(neuron, widest, degree).equation(neuron);
            let (coarse, fine) = (equation(LOWER_DEGREE), equation(DEGREE));
            let (before, wait) = (change, fine.mean_wait());
            change = (coarse.mean_wait() - wait).abs() / wait;
            // Narrower elements do not help where the gain is steeper than the narrowest.
            let last = widest == WIDTHS[WIDTHS.len() - 1] || change > 0.5 * before;
            if change <= SETTLED || last && change <= UNRESOLVED {
                let (decay, weights) =
                    fine.spectrum().ok_or(VariabilityError::Unresolved { change })?;
                return Ok(Self { rate, decay, weights, change });
            }
        }
        Err(VariabilityError::Unresolved { change })
    }

    pub(super) fn sum(&self, term: impl Fn(f64) -> f64) -> f64 {
        self.decay.iter().zip(&self.weights).map(|(decay, weight)| weight * term(*decay)).sum()
    }

    /// Mean interval `p/S`, in time units.
    pub fn mean(&self) -> f64 {
        self.rate.recip()
    }

    /// Standard deviation of intervals over their mean.
    pub fn coefficient_of_variation(&self) -> f64 {
        (2.0 * self.rate * self.sum(f64::recip) - 1.0).max(0.0).sqrt()
    }

    /// Probability of an interval longer than `time >= 0`.
    pub fn survival(&self, time: f64) -> f64 {
        self.sum(|decay| decay * (-decay * time).exp()) / self.rate
    }

    /// Density of intervals at `time >= 0`, per time unit. Right away it is `E[lambda^2]/S`.
    pub fn density(&self, time: f64) -> f64 {
        self.sum(|decay| decay * decay * (-decay * time).exp()) / self.rate
    }

    /// Probability of no spike for `time >= 0` from a time chosen without regard to spikes; its mean is `(1 + CV^2)/2` mean intervals.
    pub fn forward_survival(&self, time: f64) -> f64 {
        self.sum(|decay| (-decay * time).exp())
    }

    /// Relative change of the second moment from elements of degree 4 to those of degree 6: an estimate of its error from far above.
    pub fn resolution(&self) -> f64 {
        self.change
    }
}
