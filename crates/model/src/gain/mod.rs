//! Gain functions: the intensity of a neuron as a function of its potentiation.
//!
//! Each gain is a file of its own and implements [`GainFunction`]. To add one: write its file, add
//! a variant to [`Gain`], to its scenario form and, where it has a closed form, to the Gaussian
//! averages of the limit theory.

mod logistic;
mod probit;

pub use logistic::Logistic;
pub use probit::Probit;

/// What the engines and the theory need to know of a gain `lambda(z)`.
///
/// Units: `z` in units of potentiation, intensities per time unit.
pub trait GainFunction {
    /// Intensity `lambda(z)`.
    fn intensity(&self, potentiation: f64) -> f64;

    /// Intensity and its first derivative, `(lambda(z), lambda'(z))`.
    fn intensity_and_derivative(&self, potentiation: f64) -> (f64, f64);

    /// Writes `lambda, lambda', lambda'', ...` at `z` into `out`, as many as it has room for.
    fn derivatives(&self, potentiation: f64, out: &mut [f64]);

    /// Least upper bound of the intensity; infinite for an unbounded gain.
    fn supremum(&self) -> f64;

    /// Least upper bound of `|lambda'|`.
    fn derivative_bound(&self) -> f64;

    /// Least upper bound of `|lambda''|`.
    fn curvature_bound(&self) -> f64;
}

/// A gain function of any of the supported forms.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Gain {
    /// `r_max / (1 + exp(-(z - theta)/s))`.
    Logistic(Logistic),
    /// `r_max * Phi((z - theta)/s)`.
    Probit(Probit),
}

macro_rules! each_gain {
    ($gain:expr, $inner:ident => $body:expr) => {
        match $gain {
            Gain::Logistic($inner) => $body,
            Gain::Probit($inner) => $body,
        }
    };
}

impl GainFunction for Gain {
    #[inline]
    fn intensity(&self, potentiation: f64) -> f64 {
        each_gain!(self, gain => gain.intensity(potentiation))
    }

    #[inline]
    fn intensity_and_derivative(&self, potentiation: f64) -> (f64, f64) {
        each_gain!(self, gain => gain.intensity_and_derivative(potentiation))
    }

    fn derivatives(&self, potentiation: f64, out: &mut [f64]) {
        each_gain!(self, gain => gain.derivatives(potentiation, out));
    }

    fn supremum(&self) -> f64 {
        each_gain!(self, gain => gain.supremum())
    }

    fn derivative_bound(&self) -> f64 {
        each_gain!(self, gain => gain.derivative_bound())
    }

    fn curvature_bound(&self) -> f64 {
        each_gain!(self, gain => gain.curvature_bound())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gains() -> [Gain; 2] {
        [
            Gain::Logistic(Logistic { max_rate: 1.7, threshold: 0.3, slope: 0.4 }),
            Gain::Probit(Probit { max_rate: 0.6, threshold: -0.2, slope: 0.7 }),
        ]
    }

    #[test]
    fn derivatives_agree_with_central_differences_of_one_order_less() {
        let step = 1e-4;
        for gain in gains() {
            for z in [-2.1, -0.3, 0.0, 0.4, 1.9] {
                let mut at = [[0.0; 8]; 3];
                for (i, row) in at.iter_mut().enumerate() {
                    gain.derivatives(z + (i as f64 - 1.0) * step, row);
                }
                for k in 1..8 {
                    let difference = (at[2][k - 1] - at[0][k - 1]) / (2.0 * step);
                    let scale = at[1].iter().fold(1.0_f64, |m, x| m.max(x.abs()));
                    // Truncation of order step^2 times derivatives two orders up, here below 1e4.
                    let error = (difference - at[1][k]).abs();
                    assert!(error < 1e-4 * scale, "{gain:?} z={z} k={k}: {error}");
                }
                let (intensity, derivative) = gain.intensity_and_derivative(z);
                assert!((intensity - at[1][0]).abs() < 1e-15);
                assert!((derivative - at[1][1]).abs() < 1e-14);
                assert_eq!(intensity.to_bits(), gain.intensity(z).to_bits());
            }
        }
    }

    #[test]
    fn bounds_are_reached_and_never_exceeded() {
        for gain in gains() {
            let mut largest = [0.0_f64; 3];
            for i in -40_000..=40_000 {
                let mut values = [0.0; 3];
                gain.derivatives(f64::from(i) * 2e-4, &mut values);
                for (m, x) in largest.iter_mut().zip(values) {
                    *m = m.max(x.abs());
                }
            }
            let bounds = [gain.supremum(), gain.derivative_bound(), gain.curvature_bound()];
            for (reached, bound) in largest.into_iter().zip(bounds) {
                assert!(reached <= bound * (1.0 + 1e-14) && reached > bound * (1.0 - 1e-5));
            }
        }
    }

    #[test]
    fn far_tails_are_finite_and_monotone() {
        for gain in gains() {
            assert_eq!(gain.intensity(-1e6), 0.0);
            assert_eq!(gain.intensity(1e6), gain.supremum());
            let mut values = [f64::NAN; 11];
            for z in [-1e6, -50.0, 50.0, 1e6] {
                gain.derivatives(z, &mut values);
                assert!(values.iter().all(|x| x.is_finite()), "{gain:?} at {z}: {values:?}");
            }
        }
    }
}
