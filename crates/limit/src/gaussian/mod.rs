//! Averages of gains and of their derivatives over normal laws.
//!
//! `g_k(m, v) = E[lambda^(k)(m + sqrt(v) X)] = d^k E[lambda(m + sqrt(v) X)]/dm^k`, `X` standard normal, so that `S = g_0`,
//! `dg_k/dm = g_{k+1}` and `dg_k/dv = g_{k+2}/2`. The second form holds with kinks, too, where the first takes derivatives
//! as distributions.
//!
//! * `trapezoid`: sigmoids;
//! * `logistic`: logistic gains that are not steep against their law, fast;
//! * `piecewise`: gains that are smooth between breakpoints.
//! * `inverse`: the mean that gives a rate.
//!
//! Probit and threshold-linear gains have closed forms.

mod inverse;
mod logistic;
mod piecewise;
mod trapezoid;

use std::cell::RefCell;

use equipoise_model::gain::{Probit, ThresholdLinear};
use equipoise_model::{Gain, GainFunction};
use num_dual::DualNum;

pub use inverse::{Level, mean_at};
pub(crate) use piecewise::RULE;
use trapezoid::Sigmoid;

/// Highest order of derivative that can be averaged.
pub const HIGHEST_ORDER: usize = 12;
const ORDERS: usize = HIGHEST_ORDER + 1;

/// Writes `g_0, g_1, ...` into `out`, as many as it has room for, with errors of order `1e-14`. Units: per time unit and
/// potentiation to the power `k`.
///
/// Errors are relative to the maximum over `z` of `|lambda^(k)|` for smooth gains. For gains with breakpoints, where `lambda^(k)` is no
/// function, they are relative to the largest `lambda` (`k = 0`) or `lambda' sqrt((k-1)!)/sqrt(v)^(k-1)` within eleven
/// standard deviations, the bounds that Cauchy's inequality gives.
///
/// Without variance they are the derivatives at the mean, at a breakpoint those to the right of it.
///
/// # Panics
/// If more than [`HIGHEST_ORDER`]` + 1` averages are asked for.
pub fn averages(gain: &Gain, mean: f64, variance: f64, out: &mut [f64]) {
    assert!(out.len() <= ORDERS, "averages of derivatives are limited to order {HIGHEST_ORDER}");
    if variance == 0.0 {
        return gain.derivatives(mean, out);
    }
    match gain {
        Gain::Probit(probit) => widened(probit, variance).derivatives(mean, out),
        Gain::ThresholdLinear(line) => of_a_line(line, mean, variance, out),
        Gain::Logistic(gain) => {
            if !logistic::averages(gain, mean, variance, out) {
                Sigmoid::logistic(gain).averages(mean, variance, out);
            }
        }
        Gain::Refractory(saturated) => match saturated.unsaturated() {
            Gain::Probit(probit) => {
                Sigmoid::saturated_probit(saturated, probit).averages(mean, variance, out);
            }
            _ => piecewise::averages(gain, mean, variance, out),
        },
        gain => piecewise::averages(gain, mean, variance, out),
    }
}

/// Over a normal law a probit of width `s` is a probit of width `sqrt(s^2 + v)`.
fn widened(probit: &Probit, variance: f64) -> Probit {
    Probit { slope: probit.slope.hypot(variance.sqrt()), ..*probit }
}

/// `g_1 = beta Phi((m - theta)/sqrt(v))`, a probit of the mean; its derivatives are the others, and `g_0 = (m - theta) g_1 + v g_2`.
fn of_a_line(line: &ThresholdLinear, mean: f64, variance: f64, out: &mut [f64]) {
    let ThresholdLinear { gain, threshold } = *line;
    let active = Probit { max_rate: gain, threshold, slope: variance.sqrt() };
    let mut first = [0.0; 2];
    active.derivatives(mean, &mut first);
    if let Some((rate, higher)) = out.split_first_mut() {
        *rate = ((mean - threshold) * first[0] + variance * first[1]).max(0.0);
        active.derivatives(mean, higher);
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
    use equipoise_model::gain::Logistic;
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
