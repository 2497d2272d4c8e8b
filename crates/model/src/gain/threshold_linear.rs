//! The threshold-linear gain: silent below a threshold, without bound above it.

use serde::{Deserialize, Serialize};

use super::pieces::{Piece, Pieces};
use super::{GainFunction, Kink};

/// Threshold-linear gain `lambda(z) = beta max(z - theta, 0)`.
///
/// At the threshold, derivatives are those to the right of it: `lambda'(theta) = beta`.
///
/// ```
/// # use equipoise_model::gain::{GainFunction, ThresholdLinear};
/// let gain = ThresholdLinear { gain: 2.0, threshold: 0.5 };
/// assert_eq!(gain.intensity(1.5), 2.0);
/// assert_eq!(gain.intensity(0.0), 0.0);
/// ```
///
/// # Source
/// As the gain of conductance-based cells: Shriki, Hansel & Sompolinsky (2003), doi:10.1162/08997660360675053.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ThresholdLinear {
    /// `beta > 0`, intensity per unit of potentiation above the threshold.
    pub gain: f64,
    /// `theta`, the potentiation below which the neuron is silent.
    pub threshold: f64,
}

impl GainFunction for ThresholdLinear {
    #[inline]
    fn intensity(&self, potentiation: f64) -> f64 {
        self.gain * (potentiation - self.threshold).max(0.0)
    }

    #[inline]
    fn intensity_and_derivative(&self, potentiation: f64) -> (f64, f64) {
        let derivative = if potentiation >= self.threshold { self.gain } else { 0.0 };
        (self.intensity(potentiation), derivative)
    }

    fn derivatives(&self, potentiation: f64, out: &mut [f64]) {
        let (intensity, derivative) = self.intensity_and_derivative(potentiation);
        out.fill(0.0);
        for (value, derivative) in out.iter_mut().zip([intensity, derivative]) {
            *value = derivative;
        }
    }

    fn left_derivatives(&self, potentiation: f64, out: &mut [f64]) {
        if potentiation > self.threshold {
            self.derivatives(potentiation, out);
        } else {
            out.fill(0.0);
        }
    }

    /// Infinite.
    fn supremum(&self) -> f64 {
        f64::INFINITY
    }

    /// `beta`.
    fn derivative_bound(&self) -> f64 {
        self.gain
    }

    /// Zero: both pieces are straight.
    fn curvature_bound(&self) -> f64 {
        0.0
    }

    /// At the threshold `lambda'` jumps by `beta`.
    fn kink(&self) -> Option<Kink> {
        Some(Kink { potentiation: self.threshold, derivative_jump: self.gain })
    }

    fn breakpoints(&self) -> &[f64] {
        std::slice::from_ref(&self.threshold)
    }
}

impl Pieces for ThresholdLinear {
    fn pieces(&self) -> Vec<Piece> {
        vec![Piece {
            rate: (0.0, f64::INFINITY),
            slope: (self.gain, self.gain),
            curvature: (0.0, 0.0),
        }]
    }
}
