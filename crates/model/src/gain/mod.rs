//! Gain functions: the intensity of a neuron as a function of its potentiation.
//!
//! Each gain is a file of its own and implements [`GainFunction`]:
//!
//! * [`Logistic`]: the default sigmoid;
//! * [`Probit`]: a sigmoid whose Gaussian averages have a closed form;
//! * [`ThresholdLinear`]: without bound above a threshold, where it has a kink;
//! * [`Tabulated`]: through given points, as measured;
//! * [`Refractory`]: any of them saturated by a refractory time, made by [`Gain::saturated`].
//!
//! To add one: write its file, add a variant to [`Gain`], to its scenario form and to the Gaussian averages of the limit
//! theory.

use serde::{Deserialize, Serialize};

mod logistic;
mod pieces;
mod probit;
mod refractory;
mod tabulated;
#[cfg(test)]
mod tests;
mod threshold_linear;

pub use logistic::Logistic;
pub use probit::Probit;
pub use refractory::Refractory;
pub use tabulated::{TableError, Tabulated};
pub use threshold_linear::ThresholdLinear;

/// A place where `lambda'` jumps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Kink {
    /// Where, in units of potentiation.
    pub potentiation: f64,
    /// `lambda'` to the right of it less `lambda'` to the left, per time unit and potentiation.
    pub derivative_jump: f64,
}

/// What the engines and the theory need to know of a gain `lambda(z)`.
///
/// A gain is continuous and never falls. It is smooth but at its [`breakpoints`](GainFunction::breakpoints); there, values of derivatives are
/// those to the right. Bounds hold up to the rounding of the last digits.
///
/// Units: `z` in units of potentiation, intensities per time unit.
pub trait GainFunction {
    /// Intensity `lambda(z)`.
    fn intensity(&self, potentiation: f64) -> f64;

    /// Intensity and its first derivative, `(lambda(z), lambda'(z))`.
    fn intensity_and_derivative(&self, potentiation: f64) -> (f64, f64);

    /// Writes `lambda, lambda', lambda'', ...` at `z` into `out`, as many as it has room for.
    fn derivatives(&self, potentiation: f64, out: &mut [f64]);

    /// The same from the left: other values at [`breakpoints`](GainFunction::breakpoints) only.
    fn left_derivatives(&self, potentiation: f64, out: &mut [f64]) {
        self.derivatives(potentiation, out);
    }

    /// Greatest lower bound of the intensity.
    fn infimum(&self) -> f64 {
        0.0
    }

    /// Least upper bound of the intensity; infinite for an unbounded gain.
    fn supremum(&self) -> f64;

    /// Upper bound of `|lambda'|`, so that `|lambda(y) - lambda(z)| <= bound |y - z|` everywhere; the least one but for
    /// [`Refractory`].
    fn derivative_bound(&self) -> f64;

    /// Upper bound of `|lambda''|` away from a [`kink`](GainFunction::kink), so that `|lambda'(y) - lambda'(z)| <= bound |y - z|` if none lies
    /// between `y` and `z`; the least one but for [`Refractory`].
    fn curvature_bound(&self) -> f64;

    /// The place where `lambda'` jumps, if there is one.
    fn kink(&self) -> Option<Kink> {
        None
    }

    /// Potentiations, rising, at which any derivative jumps; none for a smooth gain.
    fn breakpoints(&self) -> &[f64] {
        &[]
    }
}

/// A gain function of any of the supported forms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Gain {
    /// `r_max / (1 + exp(-(z - theta)/s))`.
    Logistic(Logistic),
    /// `r_max * Phi((z - theta)/s)`.
    Probit(Probit),
    /// `beta * max(z - theta, 0)`.
    ThresholdLinear(ThresholdLinear),
    /// Monotone cubics through given points.
    Tabulated(Tabulated),
    /// `lambda / (1 + t_ref lambda)`.
    Refractory(Refractory),
}

impl Gain {
    /// The gain saturated by a refractory time `t_ref`, in time units: `lambda/(1 + t_ref lambda)`.
    ///
    /// In its normal form: a saturated logistic is the logistic of maximum `r_max/(1 + t_ref r_max)` and threshold
    /// `theta - s ln(1 + t_ref r_max)`, the times of repeated saturations add, and a time of 0 changes nothing.
    ///
    /// ```
    /// # use equipoise_model::gain::{Gain, GainFunction, ThresholdLinear};
    /// let gain = Gain::ThresholdLinear(ThresholdLinear { gain: 2.0, threshold: 0.0 });
    /// assert_eq!(gain.saturated(0.5).intensity(1.0), 1.0);
    /// ```
    ///
    /// # Panics
    /// If the time is negative or not finite.
    #[must_use]
    pub fn saturated(self, refractory_time: f64) -> Self {
        assert!(
            refractory_time >= 0.0 && refractory_time.is_finite(),
            "a refractory time of {refractory_time}"
        );
        match self {
            gain if refractory_time == 0.0 => gain,
            Self::Logistic(gain) => Self::Logistic(gain.saturated(refractory_time)),
            Self::Refractory(gain) => {
                let time = gain.refractory_time() + refractory_time;
                Self::Refractory(Refractory::new(gain.unsaturated().clone(), time))
            }
            gain => Self::Refractory(Refractory::new(gain, refractory_time)),
        }
    }
}

macro_rules! each_gain {
    ($gain:expr, $inner:ident => $body:expr) => {
        match $gain {
            Gain::Logistic($inner) => $body,
            Gain::Probit($inner) => $body,
            Gain::ThresholdLinear($inner) => $body,
            Gain::Tabulated($inner) => $body,
            Gain::Refractory($inner) => $body,
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

    fn left_derivatives(&self, potentiation: f64, out: &mut [f64]) {
        each_gain!(self, gain => gain.left_derivatives(potentiation, out));
    }

    fn infimum(&self) -> f64 {
        each_gain!(self, gain => gain.infimum())
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

    fn kink(&self) -> Option<Kink> {
        each_gain!(self, gain => gain.kink())
    }

    fn breakpoints(&self) -> &[f64] {
        each_gain!(self, gain => gain.breakpoints())
    }
}
