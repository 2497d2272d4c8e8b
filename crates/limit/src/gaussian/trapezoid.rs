//! Sigmoids: the trapezoid rule.
//!
//! Use it for a gain that is analytic around the real axis and varies on one scale only. The rule integrates the derivatives, and of the
//! gain itself what a probit of the same step leaves, which vanishes away from the threshold; so the number of nodes stays
//! bounded however steep or flat the gain is: below 270 for logistic gains, a few times as many for saturated probits.
//!
//! # Source
//! Trefethen & Weideman (2014), doi:10.1137/130932132 (the rule converges like `exp(-2 pi distance/step)`).

use std::f64::consts::PI;

use equipoise_model::GainFunction;
use equipoise_model::gain::{Logistic, Probit, Refractory};

use super::{ORDERS, widened};

/// Step of the rule, in units of the narrower of gain and law. Poles `pi` widths off the axis leave a relative error below
/// `1e-14` in derivatives up to the tenth.
const STEP: f64 = 0.3;
/// Half width of the range of integration in standard deviations: `exp(-9^2/2) < 3e-18`.
const LAW_REACH: f64 = 9.0;
/// Half width of the range in widths of a logistic: `exp(-40) < 5e-18`.
const LOGISTIC_REACH: f64 = 40.0;
/// And in widths of a probit: `He_11(12) exp(-12^2/2) < 1e-19`.
const PROBIT_REACH: f64 = 12.0;
/// Width of the probit that takes up the step of the logistic (the best uniform approximation).
const STEP_WIDTH: f64 = 1.7;

/// A sigmoid and its scales.
pub(super) struct Sigmoid<'a, G> {
    gain: &'a G,
    /// Its poles are this width times `pi` off the real axis, or further.
    width: f64,
    /// How far it varies below and above the threshold of the probit that is taken out.
    reach: (f64, f64),
    /// A probit of the same step.
    taken_out: Probit,
}

impl<'a> Sigmoid<'a, Logistic> {
    /// Poles at `theta +- i pi s`.
    pub fn logistic(gain: &'a Logistic) -> Self {
        let Logistic { max_rate, threshold, slope } = *gain;
        let taken_out = Probit { slope: STEP_WIDTH * slope, max_rate, threshold };
        let reach = LOGISTIC_REACH * slope;
        Self { gain, width: slope, reach: (reach, reach), taken_out }
    }
}

impl<'a> Sigmoid<'a, Refractory> {
    /// `r Phi(u)/(1 + A Phi(u))` with `A = t_ref r` rises around `u = -sqrt(2 ln(1 + A))` and has poles where `Phi(u) = -1/A`: the
    /// nearest are further than `pi/sqrt(2 + 2 ln(1 + A))` off the axis, as computed for `A` from `1e-6` to `1e12`.
    pub fn saturated_probit(gain: &'a Refractory, probit: &Probit) -> Self {
        let logarithm = (gain.refractory_time() * probit.max_rate).ln_1p();
        let width = probit.slope / (2.0 + 2.0 * logarithm).sqrt();
        let rise = probit.slope * (2.0 * logarithm).sqrt();
        let taken_out = Probit {
            max_rate: gain.supremum(),
            threshold: probit.threshold - rise,
            slope: STEP_WIDTH * width,
        };
        let reach = PROBIT_REACH * probit.slope.max(taken_out.slope);
        Self { gain, width, reach: (reach, reach + rise), taken_out }
    }
}

impl<G: GainFunction> Sigmoid<'_, G> {
    /// As [`super::averages`], for a variance above zero.
    pub fn averages(&self, mean: f64, variance: f64, out: &mut [f64]) {
        let Self { gain, width, reach, taken_out } = self;
        let deviation = variance.sqrt();
        let step = STEP * width.min(deviation);
        // Nodes run from `origin` in steps of the narrower scale, and their range is measured from there: so no node
        // is rounded to its neighbour, however small the scale is against the mean.
        let origin = if deviation < *width { mean } else { taken_out.threshold };
        let (law, threshold) = (mean - origin, taken_out.threshold - origin);
        let from = (law - LAW_REACH * deviation).max(threshold - reach.0);
        let to = (law + LAW_REACH * deviation).min(threshold + reach.1);
        let (first_node, last_node) = ((from / step).floor() as i64, (to / step).ceil() as i64);
        let shift = (origin - mean) / deviation;
        let weight = step / (deviation * (2.0 * PI).sqrt());
        let mut values = [0.0; ORDERS];
        let values = &mut values[..out.len()];
        out.fill(0.0);
        for node in first_node..=last_node {
            let distance = node as f64 * step;
            let z = origin + distance;
            let x = shift + distance / deviation;
            let density = weight * (-0.5 * x * x).exp();
            gain.derivatives(z, values);
            if let Some(first) = values.first_mut() {
                *first -= taken_out.intensity(z);
            }
            for (sum, value) in out.iter_mut().zip(values.iter()) {
                *sum += density * value;
            }
        }
        if let Some(first) = out.first_mut() {
            *first += widened(taken_out, variance).intensity(mean);
        }
    }
}
