//! The autocovariance of an intensity at one lag, without an expansion.

use std::f64::consts::PI;

use equipoise_model::{Gain, GainFunction};

use crate::gaussian::{RULE, averages};

/// Half width of the range of integration in standard deviations.
const REACH: i32 = 13;
/// Error of the integral, as part of it.
const TOLERANCE: f64 = 1e-13;
/// Most halvings of a panel.
const HALVINGS: u32 = 40;

/// `C = Cov(lambda(Z), lambda(Z'))` of two normal variables of the same mean and variance and a correlation in `[0, 1]`, per time unit squared.
///
/// Both are sums of a common part and of independent ones: `Z = m + sqrt(v rho) U + sqrt(v (1 - rho)) X`. Given `U` they are independent, with
/// the average `G(U) = S(m + sqrt(v rho) U, v (1 - rho))` of [`averages`], so that `C` is the variance of `G(U)`. That needs no derivative of
/// the gain, and converges for steep gains and for those with kinks at every correlation. By adaptive quadrature over `U`, with an error of order
/// `1e-12` of the variance of `lambda(Z)`.
///
/// # Panics
/// If the correlation is not between 0 and 1.
///
/// ```
/// use equipoise_limit::variability::autocovariance;
/// use equipoise_model::Gain;
/// use equipoise_model::gain::Probit;
///
/// // E[Phi(Z) Phi(Z')] = 1/4 + asin(rho v/(1 + v))/(2 pi) at the threshold.
/// let gain = Gain::Probit(Probit { max_rate: 1.0, threshold: 0.0, slope: 1.0 });
/// let exact = (0.5 * 0.25_f64).asin() / std::f64::consts::TAU;
/// assert!((autocovariance(&gain, 0.0, 1.0, 0.25) - exact).abs() < 1e-13);
/// ```
pub fn autocovariance(gain: &Gain, mean: f64, variance: f64, correlation: f64) -> f64 {
    assert!((0.0..=1.0).contains(&correlation), "a correlation of {correlation}");
    let average = |mean: f64, variance: f64| {
        let mut rate = [0.0];
        averages(gain, mean, variance, &mut rate);
        rate[0]
    };
    let rate = average(mean, variance);
    let (common, own) = ((variance * correlation).sqrt(), variance * (1.0 - correlation));
    let integrand = |u: f64| {
        let deviation = average(mean + common * u, own) - rate;
        deviation * deviation * (-0.5 * u * u).exp() / (2.0 * PI).sqrt()
    };
    let mut ends: Vec<f64> = (-REACH..=REACH).map(f64::from).collect();
    if common > 0.0 {
        ends.extend(gain.breakpoints().iter().map(|z| (z - mean) / common));
    }
    ends.retain(|end| end.abs() <= f64::from(REACH));
    ends.sort_unstable_by(f64::total_cmp);
    let panels: Vec<_> = ends.windows(2).map(|pair| (pair[0], pair[1])).collect();
    let first: Vec<f64> = panels.iter().map(|(from, to)| panel(&integrand, *from, *to)).collect();
    let tolerance = TOLERANCE * first.iter().sum::<f64>();
    let refined = panels.iter().zip(first);
    refined.map(|((a, b), whole)| refine(&integrand, (*a, *b), whole, tolerance, HALVINGS)).sum()
}

fn panel(integrand: &impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    half * RULE.iter().map(|(node, weight)| weight * integrand(middle + half * node)).sum::<f64>()
}

/// Halves a panel until both halves together give the whole.
fn refine(
    integrand: &impl Fn(f64) -> f64,
    (from, to): (f64, f64),
    whole: f64,
    tolerance: f64,
    halvings: u32,
) -> f64 {
    let middle = 0.5 * (from + to);
    let (left, right) = (panel(integrand, from, middle), panel(integrand, middle, to));
    if halvings == 0 || (left + right - whole).abs() <= tolerance {
        return left + right;
    }
    refine(integrand, (from, middle), left, tolerance, halvings - 1)
        + refine(integrand, (middle, to), right, tolerance, halvings - 1)
}
