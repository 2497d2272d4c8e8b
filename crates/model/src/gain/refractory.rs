//! Saturation of a gain by a refractory time.

use serde::{Deserialize, Serialize};

use super::pieces::{Piece, Pieces};
use super::{Gain, GainFunction, Kink};

/// Saturated gain `g(z) = lambda(z) / (1 + t_ref lambda(z))`, made by [`Gain::saturated`].
///
/// It saturates the rate, at `1/t_ref` or below; trains stay Poisson, it is no dead time. Saturations compose by adding their times,
/// and a saturated logistic is a logistic, so that neither stands inside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refractory {
    unsaturated: Box<Gain>,
    time: f64,
    derivative_bound: f64,
    curvature_bound: f64,
}

impl Refractory {
    /// # Panics
    /// If the gain has a normal form of its own: [`Gain::saturated`] does not ask then.
    pub(super) fn new(unsaturated: Gain, time: f64) -> Self {
        let pieces = match &unsaturated {
            Gain::Probit(gain) => gain.pieces(),
            Gain::ThresholdLinear(gain) => gain.pieces(),
            Gain::Tabulated(gain) => gain.pieces(),
            Gain::Logistic(_) | Gain::Refractory(_) => panic!("it has a normal form of its own"),
        };
        let largest = |bound: fn(&Piece, f64) -> f64| {
            pieces.iter().map(|piece| bound(piece, time)).fold(0.0, f64::max)
        };
        Self {
            derivative_bound: largest(derivative_bound),
            curvature_bound: largest(curvature_bound),
            unsaturated: Box::new(unsaturated),
            time,
        }
    }

    /// `lambda`, the gain without saturation: probit, threshold-linear or tabulated.
    pub fn unsaturated(&self) -> &Gain {
        &self.unsaturated
    }

    /// `t_ref > 0`, in time units.
    pub fn refractory_time(&self) -> f64 {
        self.time
    }

    fn saturation(&self, intensity: f64) -> f64 {
        intensity / (1.0 + self.time * intensity)
    }
}

/// `g' = lambda'/(1 + t lambda)^2`.
fn derivative_bound(piece: &Piece, time: f64) -> f64 {
    piece.slope.1 / (1.0 + time * piece.rate.0).powi(2)
}

/// `g'' = lambda''/d^2 - 2 t lambda'^2/d^3` with `d = 1 + t lambda`, bounded from both sides part by part.
fn curvature_bound(piece: &Piece, time: f64) -> f64 {
    let (least, most) = (1.0 + time * piece.rate.0, 1.0 + time * piece.rate.1);
    let bend = |slope: f64, divisor: f64| 2.0 * time * slope.powi(2) / divisor.powi(3);
    let (lowest, highest) = piece.curvature;
    let highest = highest / if highest > 0.0 { least } else { most }.powi(2);
    let lowest = lowest / if lowest < 0.0 { least } else { most }.powi(2);
    (highest - bend(piece.slope.0, most)).max(bend(piece.slope.1, least) - lowest)
}

/// Replaces `lambda, lambda', ...` by the derivatives of `g`: with Taylor coefficients `l_k` of `lambda` and `d = 1 + t l_0`,
/// `g (1 + t lambda) = lambda` gives `g_0 = l_0/d` and `d g_k = l_k/d - t sum_{0<j<k} l_j g_{k-j}`, a division of power
/// series whose term `l_k (1 - t g_0) = l_k/d` is taken together, without cancellation.
fn saturate(time: f64, derivatives: &mut [f64]) {
    let mut factorial = 1.0;
    for (order, value) in derivatives.iter_mut().enumerate().skip(1) {
        factorial *= order as f64;
        *value /= factorial;
    }
    let taylor = derivatives.to_vec();
    let Some(intensity) = taylor.first() else { return };
    let divisor = 1.0 + time * intensity;
    derivatives[0] = intensity / divisor;
    for k in 1..taylor.len() {
        let products: f64 = (1..k).map(|j| taylor[j] * derivatives[k - j]).sum();
        derivatives[k] = (taylor[k] / divisor - time * products) / divisor;
    }
    factorial = 1.0;
    for (order, value) in derivatives.iter_mut().enumerate().skip(1) {
        factorial *= order as f64;
        *value *= factorial;
    }
}

impl GainFunction for Refractory {
    #[inline]
    fn intensity(&self, potentiation: f64) -> f64 {
        self.saturation(self.unsaturated.intensity(potentiation))
    }

    #[inline]
    fn intensity_and_derivative(&self, potentiation: f64) -> (f64, f64) {
        let (intensity, derivative) = self.unsaturated.intensity_and_derivative(potentiation);
        let divisor = 1.0 + self.time * intensity;
        (self.saturation(intensity), derivative / (divisor * divisor))
    }

    fn derivatives(&self, potentiation: f64, out: &mut [f64]) {
        self.unsaturated.derivatives(potentiation, out);
        saturate(self.time, out);
    }

    fn left_derivatives(&self, potentiation: f64, out: &mut [f64]) {
        self.unsaturated.left_derivatives(potentiation, out);
        saturate(self.time, out);
    }

    fn infimum(&self) -> f64 {
        self.saturation(self.unsaturated.infimum())
    }

    /// `1/(1/sup lambda + t_ref)`.
    fn supremum(&self) -> f64 {
        match self.unsaturated.supremum() {
            f64::INFINITY => self.time.recip(),
            supremum => self.saturation(supremum),
        }
    }

    /// Upper bound by pieces; for threshold-linear `beta`, reached at the threshold.
    fn derivative_bound(&self) -> f64 {
        self.derivative_bound
    }

    /// Upper bound by pieces; for threshold-linear `2 t_ref beta^2`, reached at the threshold.
    fn curvature_bound(&self) -> f64 {
        self.curvature_bound
    }

    /// Where the gain has it, its jump divided by `(1 + t_ref lambda)^2`.
    fn kink(&self) -> Option<Kink> {
        self.unsaturated.kink().map(|Kink { potentiation, derivative_jump }| {
            let divisor = 1.0 + self.time * self.unsaturated.intensity(potentiation);
            Kink { potentiation, derivative_jump: derivative_jump / (divisor * divisor) }
        })
    }

    fn breakpoints(&self) -> &[f64] {
        self.unsaturated.breakpoints()
    }
}
