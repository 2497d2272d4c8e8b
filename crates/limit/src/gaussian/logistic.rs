//! Logistic gains: the trapezoid rule with as few exponentials as can be.
//!
//! Nodes are `z_j = m + j h`, so that `exp(-(z_j - theta)/s)` is a geometric sequence and the normal densities are a table for each of a few ratios `h/sqrt(v)`. With
//! `t = 2 sigma - 1` the derivatives are `1 - t^2` times polynomials `q_k` of `t`, so sums of `1 - t^2` times Chebyshev polynomials are enough (powers of `t` would enlarge rounding by `2^k`):
//!
//! ```math
//! \begin{aligned}
//! \sigma^{(k)}(u) &= (1 - t^2)\, q_k(t), & q_1 &= \frac14, & q_{k+1} &= -t q_k + \frac{(1 - t^2)\, q_k'}{2}, \\
//! t T_n &= \frac{T_{n+1} + T_{n-1}}{2}, && & (1 - t^2)\, T_n' &= \frac{n (T_{n-1} - T_{n+1})}{2}.
//! \end{aligned}
//! ```
//!
//! Steeper gains, and those further from the mean, are for [`super::trapezoid`].
//!
//! The rule's error is of order `exp(-2 pi d/h + d^2/(2 v)) (2 pi s/h)^k` in units of `r_max/s^k`, with `d <= pi s` the distance of a line from the real axis below which the integrand is
//! analytic: below `1e-15` of the derivative's maximum for the steps taken here.

use std::f64::consts::PI;
use std::sync::LazyLock;

use equipoise_model::gain::Logistic;

use super::ORDERS;

/// Steps of the rule, in units of the narrower of gain and law: for up to so many orders.
const STEPS: [(usize, f64); 2] = [(5, 0.38), (ORDERS, 0.27)];
/// How often the step may be halved against that of a law that is the narrower.
const HALVINGS: usize = 3;
/// Half width of the range of integration in standard deviations: `exp(-9^2/2) < 3e-18`.
const REACH: f64 = 9.0;
/// Largest exponent that may come up, with room to spare.
const LARGEST: f64 = 600.0;

/// By step and halvings: the weights `h/sqrt(2 pi v) exp(-(j h)^2/(2 v))`, `j = 0, 1, ...`.
static DENSITIES: LazyLock<[[Vec<f64>; HALVINGS]; STEPS.len()]> = LazyLock::new(|| {
    STEPS.map(|(_, step)| {
        std::array::from_fn(|halvings| {
            let step = halved(step, halvings);
            let density = |j: usize| {
                let x = j as f64 * step;
                step * (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
            };
            (0..=(REACH / step).ceil() as usize).map(density).collect()
        })
    })
});

/// Coefficients of `q_1, q_2, ...` in Chebyshev polynomials; dyadic, so exact.
static DERIVATIVES: LazyLock<[[f64; ORDERS]; ORDERS - 1]> = LazyLock::new(|| {
    let mut q = [[0.0; ORDERS]; ORDERS - 1];
    q[0][0] = 0.25;
    for k in 1..ORDERS - 1 {
        for n in 0..k {
            let coefficient = q[k - 1][n];
            let quarter = n as f64 / 4.0;
            if n == 0 {
                q[k][1] -= coefficient;
            } else {
                q[k][n + 1] -= coefficient * (0.5 + quarter);
                q[k][n - 1] += coefficient * (quarter - 0.5);
            }
        }
    }
    q
});

fn halved(step: f64, halvings: usize) -> f64 {
    step * 0.5_f64.powi(halvings as i32)
}

/// As [`super::averages`], for a variance above zero; `false`, and nothing is written, if that is not for this rule.
pub(super) fn averages(gain: &Logistic, mean: f64, variance: f64, out: &mut [f64]) -> bool {
    let Logistic { max_rate, threshold, slope } = *gain;
    let deviation = variance.sqrt();
    let halvings = (0..HALVINGS).find(|k| halved(deviation, *k) <= slope);
    let furthest = ((mean - threshold).abs() + (REACH + 1.0) * deviation) / slope;
    let Some(halvings) = halvings.filter(|_| furthest <= LARGEST) else {
        return false;
    };
    let Some(rule) = STEPS.iter().position(|(orders, _)| out.len() <= *orders) else {
        return false;
    };
    let middle = (-(mean - threshold) / slope).exp();
    let ratio = (halved(STEPS[rule].1, halvings) * deviation / slope).exp();
    // Sums of sigma, and of (1 - t^2) T_n(t).
    let mut sums = [0.0; ORDERS];
    let sums = &mut sums[..out.len().max(1)];
    let (first, others) = DENSITIES[rule][halvings].split_first().expect("there is a middle");
    add(sums, *first, middle);
    let (mut above, mut below, inverse) = (middle, middle, ratio.recip());
    for density in others {
        above *= inverse;
        below *= ratio;
        add(sums, *density, above);
        add(sums, *density, below);
    }
    let mut scale = max_rate;
    for (order, out) in out.iter_mut().enumerate() {
        *out = scale
            * match order.checked_sub(1) {
                None => sums[0],
                Some(place) => {
                    DERIVATIVES[place].iter().zip(&sums[1..]).map(|(c, sum)| c * sum).sum()
                }
            };
        scale /= slope;
    }
    true
}

/// Adds a node with `exp(-u)`, `u = (z - theta)/s`, to the sums.
#[inline]
fn add(sums: &mut [f64], density: f64, decay: f64) {
    let sigma = 1.0 / (1.0 + decay);
    let tanh_half = (1.0 - decay) * sigma;
    let weight = 4.0 * density * decay * sigma * sigma;
    sums[0] += density * sigma;
    let (mut weighted, mut next) = (weight, weight * tanh_half);
    for sum in &mut sums[1..] {
        *sum += weighted;
        (weighted, next) = (next, 2.0 * tanh_half * next - weighted);
    }
}

#[cfg(test)]
mod tests {
    use equipoise_model::GainFunction;

    use super::super::trapezoid::Sigmoid;
    use super::*;

    /// Against the general rule, wherever this one is for; that one is exact to `1e-14` up to the tenth derivative.
    #[test]
    fn averages_are_those_of_the_general_rule() {
        let gain = Logistic { max_rate: 1.3, threshold: 0.2, slope: 0.4 };
        let unit = Logistic { max_rate: 1.0, threshold: 0.0, slope: 1.0 };
        let mut largest = [0.0_f64; 11];
        for i in 0..2000 {
            let mut values = [0.0; 11];
            unit.derivatives(0.01 * f64::from(i), &mut values);
            for (largest, value) in largest.iter_mut().zip(values) {
                *largest = largest.max(value.abs());
            }
        }
        for orders in [1, 3, 5, 11] {
            let mut worst = [0.0_f64; 11];
            for factor in [0.01, 0.1, 0.5, 0.9, 0.999, 1.001, 1.5, 1.999, 2.001, 3.0, 3.999] {
                let deviation: f64 = factor * gain.slope;
                for distance in [-40.0, -8.0, -3.0, -1.0, 0.0, 0.3, 2.0, 8.0, 40.0] {
                    let mean = gain.threshold + distance * gain.slope.max(deviation);
                    let (mut ours, mut theirs) = ([0.0; 11], [0.0; 11]);
                    assert!(averages(&gain, mean, deviation.powi(2), &mut ours[..orders]));
                    Sigmoid::logistic(&gain).averages(mean, deviation.powi(2), &mut theirs);
                    for k in 0..orders {
                        let scale = gain.max_rate / gain.slope.powi(k as i32) * largest[k];
                        worst[k] = worst[k].max((ours[k] - theirs[k]).abs() / scale);
                    }
                }
            }
            println!("{orders}: {worst:?}");
            assert!(worst.iter().all(|error| *error < 2e-14), "{orders}: {worst:?}");
        }
    }

    #[test]
    fn what_is_not_for_this_rule_is_left_alone() {
        let gain = Logistic { max_rate: 1.0, threshold: 0.0, slope: 0.1 };
        let mut out = [7.0; 3];
        // Four times as wide as the gain, or hundreds of widths away.
        assert!(!averages(&gain, 0.0, 0.17, &mut out));
        assert!(!averages(&gain, 60.0, 0.01, &mut out));
        assert_eq!(out, [7.0; 3]);
        assert!(averages(&gain, 50.0, 0.01, &mut out));
        assert!(averages(&gain, 0.0, 0.01, &mut []));
    }
}
