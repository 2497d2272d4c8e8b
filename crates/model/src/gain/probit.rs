//! The probit gain: its Gaussian averages have a closed form.

use std::f64::consts::{PI, SQRT_2};

use super::GainFunction;

/// Probit gain `lambda(z) = r_max Phi((z - theta)/s)`, `Phi` the standard normal distribution function.
#[derive(Debug, Clone, Copy, PartialEq)]
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
