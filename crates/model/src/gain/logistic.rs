//! The logistic gain, the default sigmoid.

use serde::{Deserialize, Serialize};

use super::GainFunction;

/// Logistic gain `lambda(z) = r_max / (1 + exp(-(z - theta)/s))`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Logistic {
    /// `r_max > 0`, the intensity at saturation, per time unit.
    pub max_rate: f64,
    /// `theta`, the potentiation of half saturation.
    pub threshold: f64,
    /// `s > 0`, the width of the sigmoid, in units of potentiation.
    pub slope: f64,
}

impl Logistic {
    #[inline]
    fn reduced(&self, potentiation: f64) -> f64 {
        (potentiation - self.threshold) / self.slope
    }
}

impl Logistic {
    /// `lambda/(1 + t lambda)`, again a logistic: `r_max/(1 + e^(-u) + t r_max)` has maximum `r_max/(1 + t r_max)`, and its
    /// threshold is lower by `s ln(1 + t r_max)`.
    pub(super) fn saturated(&self, refractory_time: f64) -> Self {
        let load = refractory_time * self.max_rate;
        Self {
            max_rate: self.max_rate / (1.0 + load),
            threshold: self.threshold - self.slope * load.ln_1p(),
            slope: self.slope,
        }
    }
}

impl GainFunction for Logistic {
    #[inline]
    fn intensity(&self, potentiation: f64) -> f64 {
        self.max_rate / (1.0 + (-self.reduced(potentiation)).exp())
    }

    #[inline]
    fn intensity_and_derivative(&self, potentiation: f64) -> (f64, f64) {
        let decay = (-self.reduced(potentiation)).exp();
        let fraction = 1.0 / (1.0 + decay);
        // 1 - sigma = decay * sigma; where decay overflows the product is 0 * inf, hence the min.
        let complement = decay.min(f64::MAX) * fraction;
        (self.max_rate / (1.0 + decay), self.max_rate * fraction * complement / self.slope)
    }

    /// With `u = (z - theta)/s` and `t = tanh(u/2)`, `sigma = (1 + t)/2` and
    /// `sigma^(k) = (1 - t^2) q_k(t)`: the factor `1 - t^2` is computed without cancellation, so that
    /// the tails keep their relative accuracy.
    ///
    /// # Panics
    /// If more than 16 derivatives are asked for.
    fn derivatives(&self, potentiation: f64, out: &mut [f64]) {
        let Some((intensity, higher)) = out.split_first_mut() else { return };
        let u = self.reduced(potentiation);
        *intensity = self.intensity(potentiation);
        let tail = (-u.abs()).exp();
        let tanh_half = ((1.0 - tail) / (1.0 + tail)).copysign(u);
        let sech_squared = 4.0 * tail / ((1.0 + tail) * (1.0 + tail));
        let mut scale = self.max_rate * sech_squared;
        for (order, value) in higher.iter_mut().enumerate() {
            scale /= self.slope;
            let polynomial = &POLYNOMIALS[order][..=order];
            *value = scale * polynomial.iter().rev().fold(0.0, |sum, c| sum * tanh_half + c);
        }
    }

    fn supremum(&self) -> f64 {
        self.max_rate
    }

    /// `r_max/(4 s)`, reached at the threshold.
    fn derivative_bound(&self) -> f64 {
        self.max_rate / (4.0 * self.slope)
    }

    /// `r_max/(6 sqrt(3) s^2)`, reached where `tanh(u/2) = 1/sqrt(3)`.
    fn curvature_bound(&self) -> f64 {
        self.max_rate / (6.0 * 3.0_f64.sqrt() * self.slope * self.slope)
    }
}

/// Highest order of derivative that [`Logistic`] provides.
const HIGHEST_DERIVATIVE: usize = 16;

/// Coefficients of `q_1, q_2, ...` in rising powers of `t`.
static POLYNOMIALS: [[f64; HIGHEST_DERIVATIVE]; HIGHEST_DERIVATIVE] = derivative_polynomials();

/// `q_1 = 1/4` and `q_{k+1} = -t q_k + (1 - t^2) q_k'/2`, from `dt/du = (1 - t^2)/2`.
const fn derivative_polynomials() -> [[f64; HIGHEST_DERIVATIVE]; HIGHEST_DERIVATIVE] {
    let mut q = [[0.0; HIGHEST_DERIVATIVE]; HIGHEST_DERIVATIVE];
    q[0][0] = 0.25;
    let mut order = 0;
    while order + 1 < HIGHEST_DERIVATIVE {
        let mut power = 0;
        while power <= order {
            let coefficient = q[order][power];
            let half_power = power as f64 / 2.0;
            q[order + 1][power + 1] -= coefficient * (1.0 + half_power);
            if power > 0 {
                q[order + 1][power - 1] += coefficient * half_power;
            }
            power += 1;
        }
        order += 1;
    }
    q
}
