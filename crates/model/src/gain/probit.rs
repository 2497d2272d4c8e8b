//! The probit gain: its Gaussian averages have a closed form.

use std::f64::consts::{PI, SQRT_2};

use serde::{Deserialize, Serialize};

use super::GainFunction;
use super::pieces::{Piece, Pieces};

/// Pieces of the middle of the range for the bounds of a saturated probit.
const PIECES: u32 = 2048;
/// Half width of the middle, in widths; and where the density vanishes to the last number.
const MIDDLE: f64 = 10.0;
const END: f64 = 40.0;

/// Probit gain `lambda(z) = r_max Phi((z - theta)/s)`, `Phi` the standard normal distribution function.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Probit {
    /// `r_max > 0`, the intensity at saturation, per time unit.
    pub max_rate: f64,
    /// `theta`, the potentiation of half saturation.
    pub threshold: f64,
    /// `s > 0`, the width of the sigmoid, in units of potentiation.
    pub slope: f64,
}

impl Probit {
    #[inline]
    fn reduced(&self, potentiation: f64) -> f64 {
        (potentiation - self.threshold) / self.slope
    }
}

#[inline]
fn normal_density(u: f64) -> f64 {
    (-0.5 * u * u).exp() / (2.0 * PI).sqrt()
}

impl GainFunction for Probit {
    #[inline]
    fn intensity(&self, potentiation: f64) -> f64 {
        0.5 * self.max_rate * libm::erfc(-self.reduced(potentiation) / SQRT_2)
    }

    #[inline]
    fn intensity_and_derivative(&self, potentiation: f64) -> (f64, f64) {
        let density = normal_density(self.reduced(potentiation));
        (self.intensity(potentiation), self.max_rate * density / self.slope)
    }

    /// `lambda^(k) = r_max s^{-k} (-1)^{k-1} He_{k-1}(u) phi(u)`, `u = (z - theta)/s`, with the
    /// Hermite recurrence `He_{j+1} = u He_j - j He_{j-1}` run on the products with `phi(u)`.
    fn derivatives(&self, potentiation: f64, out: &mut [f64]) {
        let Some((intensity, higher)) = out.split_first_mut() else { return };
        *intensity = self.intensity(potentiation);
        let u = self.reduced(potentiation);
        let (mut previous, mut current) = (0.0, self.max_rate * normal_density(u) / self.slope);
        for (order, value) in higher.iter_mut().enumerate() {
            *value = current;
            let next = -(u * current + order as f64 * previous / self.slope) / self.slope;
            (previous, current) = (current, next);
        }
    }

    fn supremum(&self) -> f64 {
        self.max_rate
    }

    /// `r_max/(s sqrt(2 pi))`, reached at the threshold.
    fn derivative_bound(&self) -> f64 {
        self.max_rate * normal_density(0.0) / self.slope
    }

    /// `r_max phi(1)/s^2`, reached one width from the threshold.
    fn curvature_bound(&self) -> f64 {
        self.max_rate * normal_density(1.0) / (self.slope * self.slope)
    }
}

impl Probit {
    /// Bounds between two potentiations `u` in reduced units: `lambda'` is largest at 0, `lambda''` at -1 and 1.
    fn piece(&self, from: f64, to: f64) -> Piece {
        let slope = |u: f64| self.max_rate * normal_density(u) / self.slope;
        let rate = |u: f64| self.intensity(self.threshold + u * self.slope);
        let bend = |u: f64| -u * slope(u) / self.slope;
        let extrema = [from, to, (-1.0_f64).clamp(from, to), 1.0_f64.clamp(from, to)].map(bend);
        Piece {
            rate: (rate(from), rate(to)),
            slope: (slope(from).min(slope(to)), slope(0.0_f64.clamp(from, to))),
            curvature: (
                extrema.into_iter().fold(f64::INFINITY, f64::min),
                extrema.into_iter().fold(f64::NEG_INFINITY, f64::max),
            ),
        }
    }
}

impl Pieces for Probit {
    fn pieces(&self) -> Vec<Piece> {
        let node = |i: u32| MIDDLE * (2.0 * f64::from(i) / f64::from(PIECES) - 1.0);
        let middle = (0..PIECES).map(|i| self.piece(node(i), node(i + 1)));
        [self.piece(-END, -MIDDLE), self.piece(MIDDLE, END)].into_iter().chain(middle).collect()
    }
}
