//! Gains without branches, as kernels compute them.

#![allow(clippy::inline_always)]

use serde::{Deserialize, Serialize};

use crate::vector::elementary::{NORMAL_RANGE, exp_coarse, exp_rough, larger, normal, smaller};

/// Arguments of exponentials are cut off here, and potentiations of probit gains where theirs would be.
const FAR: f64 = 300.0;
/// Intensities below this part of the largest may be that instead: above `exp(-300)`, and `Phi(-24.5)`.
pub(crate) const CUT_OFF: f64 = 1e-130;

/// Intensity and derivative before and after a jump.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub before: (f64, f64),
    pub after: (f64, f64),
}

/// A gain as kernels compute it.
pub(crate) trait Shape: Copy {
    /// Whether `lambda'` jumps somewhere. (Shapes without a bound are among those.)
    const KINKED: bool;

    /// `lambda` and `lambda'` at `z`.
    fn at(self, potentiation: f64) -> (f64, f64);

    /// The same at `z` and at `z + jump`, where the jump multiplies `exp(-z/slope)` by `factor`.
    fn step(self, potentiation: f64, jump: f64, factor: f64) -> Step;

    /// Where `lambda'` jumps and by how much.
    fn kink(self) -> (f64, f64) {
        (0.0, 0.0)
    }
}

/// Logistic.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Logistic {
    pub max_rate: f64,
    pub threshold: f64,
    pub inverse_slope: f64,
}

impl Logistic {
    #[inline(always)]
    fn exponent(self, potentiation: f64) -> f64 {
        let reduced = (self.threshold - potentiation) * self.inverse_slope;
        larger(smaller(reduced, FAR), -FAR)
    }

    #[inline(always)]
    fn decay(self, potentiation: f64) -> f64 {
        exp_coarse(self.exponent(potentiation))
    }
}

impl Shape for Logistic {
    const KINKED: bool = false;

    #[inline(always)]
    fn at(self, potentiation: f64) -> (f64, f64) {
        let e = self.decay(potentiation);
        let p = 1.0 / (1.0 + e);
        (self.max_rate * p, self.max_rate * self.inverse_slope * (p * p * e))
    }

    /// One exponential and one division serve both.
    #[inline(always)]
    fn step(self, potentiation: f64, _: f64, factor: f64) -> Step {
        let e1 = self.decay(potentiation);
        let e2 = e1 * factor;
        let (f1, f2) = (1.0 + e1, 1.0 + e2);
        let both = 1.0 / (f1 * f2);
        let (p1, p2) = (f2 * both, f1 * both);
        let steep = self.max_rate * self.inverse_slope;
        Step {
            before: (self.max_rate * p1, steep * (p1 * p1 * e1)),
            after: (self.max_rate * p2, steep * (p2 * p2 * e2)),
        }
    }
}

/// Probit.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Probit {
    pub max_rate: f64,
    pub threshold: f64,
    pub inverse_slope: f64,
}

impl Shape for Probit {
    const KINKED: bool = false;

    #[inline(always)]
    fn at(self, potentiation: f64) -> (f64, f64) {
        let reduced = (potentiation - self.threshold) * self.inverse_slope;
        let (p, density) = normal(larger(smaller(reduced, NORMAL_RANGE), -NORMAL_RANGE));
        (self.max_rate * p, self.max_rate * self.inverse_slope * density)
    }

    #[inline(always)]
    fn step(self, potentiation: f64, jump: f64, _: f64) -> Step {
        Step { before: self.at(potentiation), after: self.at(potentiation + jump) }
    }
}

/// Threshold-linear, with a refractory time or without.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Linear {
    pub gain: f64,
    pub threshold: f64,
    pub refractory_time: f64,
}

impl Shape for Linear {
    const KINKED: bool = true;

    #[inline(always)]
    fn at(self, potentiation: f64) -> (f64, f64) {
        let above = potentiation - self.threshold;
        let unsaturated = self.gain * larger(above, 0.0);
        let part = 1.0 / (1.0 + self.refractory_time * unsaturated);
        let derivative = if above >= 0.0 { self.gain } else { 0.0 };
        (unsaturated * part, derivative * (part * part))
    }

    #[inline(always)]
    fn step(self, potentiation: f64, jump: f64, _: f64) -> Step {
        Step { before: self.at(potentiation), after: self.at(potentiation + jump) }
    }

    #[inline(always)]
    fn kink(self) -> (f64, f64) {
        (self.threshold, self.gain)
    }
}

/// A gain of neurons that are summed over, where what they have in common is put into the gain.
pub(crate) trait Summed: Shape {
    /// As a gain of the deviation `y`, where `z = offset + scale y`.
    #[must_use]
    fn of_deviation(self, offset: f64, scale: f64) -> Self;

    /// `lambda` alone, with a relative error of at most [`ROUGH_ERROR`](crate::vector::elementary::ROUGH_ERROR).
    #[inline(always)]
    fn roughly(self, potentiation: f64) -> f64 {
        self.at(potentiation).0
    }
}

impl Summed for Logistic {
    fn of_deviation(self, offset: f64, scale: f64) -> Self {
        let threshold = (self.threshold - offset) / scale;
        Self { threshold, inverse_slope: scale * self.inverse_slope, ..self }
    }

    #[inline(always)]
    fn roughly(self, potentiation: f64) -> f64 {
        self.max_rate / (1.0 + exp_rough(self.exponent(potentiation)))
    }
}

impl Summed for Probit {
    fn of_deviation(self, offset: f64, scale: f64) -> Self {
        let threshold = (self.threshold - offset) / scale;
        Self { threshold, inverse_slope: scale * self.inverse_slope, ..self }
    }
}

impl Summed for Linear {
    fn of_deviation(self, offset: f64, scale: f64) -> Self {
        let threshold = (self.threshold - offset) / scale;
        Self { threshold, gain: scale * self.gain, ..self }
    }
}
