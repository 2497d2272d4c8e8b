//! Averages of gains and of their derivatives over normal laws.
//!
//! `g_k(m, v) = E[lambda^(k)(m + sqrt(v) X)]`, `X` standard normal, so that `S = g_0`,
//! `dg_k/dm = g_{k+1}` and `dg_k/dv = g_{k+2}/2`.

use std::cell::RefCell;
use std::f64::consts::PI;

use equipoise_model::gain::{Logistic, Probit};
use equipoise_model::{Gain, GainFunction};
use num_dual::DualNum;

/// Highest order of derivative that can be averaged.
pub const HIGHEST_ORDER: usize = 12;
const ORDERS: usize = HIGHEST_ORDER + 1;

/// Step of the trapezoid rule, in units of the narrower of gain and law. The poles of the logistic, `pi s` off the
/// axis, leave a relative error below `1e-14` in derivatives up to the tenth.
const STEP: f64 = 0.3;
/// Half width of the range of integration in standard deviations: `exp(-9^2/2) < 3e-18`.
const LAW_REACH: f64 = 9.0;
/// Half width of the range in units of the gain's width: `exp(-40) < 5e-18`.
const GAIN_REACH: f64 = 40.0;
/// Width of the probit that takes up the step of the logistic (the best uniform approximation).
const STEP_WIDTH: f64 = 1.7;

/// Writes `g_0, g_1, ...` into `out`, as many as it has room for, with errors of order `1e-14` relative
/// to the maximum over `z` of `|lambda^(k)|`. Units: per time unit and potentiation to the power `k`.
///
/// Probit gains have a closed form: a probit of width `sqrt(s^2 + v)`. For logistic gains the trapezoid rule
/// integrates the derivatives, and of the gain itself what a probit of the same step leaves, which vanishes
/// away from the threshold; so the number of nodes stays below 270 however steep or flat the gain.
///
/// # Panics
/// If more than [`HIGHEST_ORDER`]` + 1` averages are asked for.
pub fn averages(gain: &Gain, mean: f64, variance: f64, out: &mut [f64]) {
    assert!(out.len() <= ORDERS, "averages of derivatives are limited to order {HIGHEST_ORDER}");
    match gain {
        Gain::Probit(probit) => widened(probit, variance).derivatives(mean, out),
        Gain::Logistic(logistic) if variance > 0.0 => {
            logistic_averages(logistic, mean, variance, out);
        }
        gain => gain.derivatives(mean, out),
    }
}

fn widened(probit: &Probit, variance: f64) -> Probit {
    Probit { slope: probit.slope.hypot(variance.sqrt()), ..*probit }
}

fn logistic_averages(gain: &Logistic, mean: f64, variance: f64, out: &mut [f64]) {
    let deviation = variance.sqrt();
    let step = STEP * gain.slope.min(deviation);
    // Nodes run from `origin` in steps of the narrower scale, and their range is measured from there: so no node
    // is rounded to its neighbour, however small the scale is against the mean.
    let origin = if deviation < gain.slope { mean } else { gain.threshold };
    let (law, threshold) = (mean - origin, gain.threshold - origin);
    let from = (law - LAW_REACH * deviation).max(threshold - GAIN_REACH * gain.slope);
    let to = (law + LAW_REACH * deviation).min(threshold + GAIN_REACH * gain.slope);
    let (first_node, last_node) = ((from / step).floor() as i64, (to / step).ceil() as i64);
    let shift = (origin - mean) / deviation;
    let taken_out = Probit {
        slope: STEP_WIDTH * gain.slope,
        max_rate: gain.max_rate,
        threshold: gain.threshold,
    };
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
        *first += widened(&taken_out, variance).intensity(mean);
    }
}

/// Averages of one gain that remembers the last law asked for: Jacobians ask again and again.
#[derive(Debug)]
pub struct Averager {
    gain: Gain,
    orders: usize,
    last: RefCell<(f64, f64, [f64; ORDERS])>,
}

impl Averager {
    /// For averages of orders `0..orders` and their first derivatives.
    ///
    /// # Panics
    /// If `orders + 2` exceeds [`HIGHEST_ORDER`]` + 1`.
    pub fn new(gain: Gain, orders: usize) -> Self {
        assert!(
            orders + 2 <= ORDERS,
            "averages of derivatives are limited to order {HIGHEST_ORDER}"
        );
        Self { gain, orders, last: RefCell::new((f64::NAN, f64::NAN, [0.0; ORDERS])) }
    }

    /// `g_0, ..., g_{orders-1}` at a law given by real or dual numbers; derivatives of first order follow
    /// from `dg_k = g_{k+1} dm + g_{k+2} dv/2`.
    pub fn at<D: DualNum<Primitive = f64> + Copy>(&self, mean: D, variance: D) -> [D; ORDERS] {
        // A step of the integrator may try a variance slightly below zero; there is no such law.
        let (m, v) = (mean.re(), variance.re().max(0.0));
        let mut last = self.last.borrow_mut();
        if (last.0, last.1) != (m, v) {
            (last.0, last.1) = (m, v);
            averages(&self.gain, m, v, &mut last.2[..self.orders + 2]);
        }
        let g = &last.2;
        let (dm, dv) = (mean - m, variance - variance.re());
        std::array::from_fn(|k| {
            if k < self.orders {
                dm * g[k + 1] + dv * (0.5 * g[k + 2]) + g[k]
            } else {
                D::from(0.0)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use num_dual::Dual64;

    use super::*;

    fn logistic() -> Gain {
        Gain::Logistic(Logistic { max_rate: 1.3, threshold: 0.2, slope: 0.4 })
    }

    #[test]
    fn no_variance_gives_the_gain_itself() {
        let mut average = [0.0; 4];
        averages(&logistic(), 0.7, 0.0, &mut average);
        let mut value = [0.0; 4];
        logistic().derivatives(0.7, &mut value);
        assert_eq!(average, value);
    }

    #[test]
    fn tiny_variance_is_continuous_with_none() {
        for variance in [1e-14, 1e-18, 1e-32, 1e-36, 1e-300] {
            let (mut none, mut tiny) = ([0.0; 6], [0.0; 6]);
            averages(&logistic(), 0.7, 0.0, &mut none);
            averages(&logistic(), 0.7, variance, &mut tiny);
            for (a, b) in none.iter().zip(tiny) {
                assert!((a - b).abs() < 1e-10 * (1.0 + a.abs()), "{variance}: {a} {b}");
            }
        }
    }

    #[test]
    fn dual_numbers_carry_the_derivatives_in_mean_and_variance() {
        let averager = Averager::new(logistic(), 4);
        let real = averager.at(0.1, 0.5);
        let by_mean = averager.at(Dual64::new(0.1, 1.0), Dual64::new(0.5, 0.0));
        let by_variance = averager.at(Dual64::new(0.1, 0.0), Dual64::new(0.5, 1.0));
        for k in 0..2 {
            assert_eq!(by_mean[k].re, real[k]);
            assert_eq!(by_mean[k].eps, real[k + 1]);
            assert_eq!(by_variance[k].eps, 0.5 * real[k + 2]);
        }
    }
}
