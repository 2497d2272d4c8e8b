//! Logistic gains, up to the fourth derivative, which is all that the limit asks for: the trapezoid rule with as few exponentials as can be.
//!
//! Nodes are `z_j = m + j h`, so that `exp(-(z_j - theta)/s)` is a geometric sequence and the normal densities are a table for each of a few ratios `h/sqrt(v)`. With
//! `t = 2 sigma - 1`, `sigma' = (1 - t^2)/(4 s)` and its derivatives are `1 - t^2` times polynomials of `t`, so sums of `(1 - t^2) t^p` are enough. Steeper gains, and those further from the mean, are for
//! [`super::trapezoid`].
//!
//! The rule's error is of order `exp(-2 pi d/h + d^2/(2 v)) (2 pi s/h)^4`, relative to the fourth derivative, with `d <= pi s` the distance of a line from the real axis below which the integrand is
//! analytic: `1e-15` for the steps taken here.

use std::f64::consts::PI;
use std::sync::LazyLock;

use equipoise_model::gain::Logistic;

/// Step of the rule, in units of the narrower of gain and law.
const STEP: f64 = 0.38;
/// How often the step may be halved against that of a law that is the narrower.
const HALVINGS: usize = 3;
/// Half width of the range of integration in standard deviations: `exp(-9^2/2) < 3e-18`.
const REACH: f64 = 9.0;
/// Largest exponent that may come up, with room to spare.
const LARGEST: f64 = 600.0;

/// By halvings: the weights `h/sqrt(2 pi v) exp(-(j h)^2/(2 v))`, `j = 0, 1, ...`.
static DENSITIES: LazyLock<[Vec<f64>; HALVINGS]> = LazyLock::new(|| {
    std::array::from_fn(|halvings| {
        let step = step(halvings);
        let density = |j: usize| {
            let x = j as f64 * step;
            step * (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
        };
        (0..=(REACH / step).ceil() as usize).map(density).collect()
    })
});

fn step(halvings: usize) -> f64 {
    STEP * 0.5_f64.powi(halvings as i32)
}

/// As [`super::averages`], for a variance above zero; `false`, and nothing is written, if that is not for this rule.
pub(super) fn averages(gain: &Logistic, mean: f64, variance: f64, out: &mut [f64]) -> bool {
    let Logistic { max_rate, threshold, slope } = *gain;
    let deviation = variance.sqrt();
    let halvings = (0..HALVINGS).find(|k| deviation * 0.5_f64.powi(*k as i32) <= slope);
    let furthest = ((mean - threshold).abs() + (REACH + 1.0) * deviation) / slope;
    let Some(halvings) = halvings.filter(|_| furthest <= LARGEST && out.len() <= 5) else {
        return false;
    };
    let middle = (-(mean - threshold) / slope).exp();
    let ratio = (step(halvings) * deviation / slope).exp();
    // Sums of sigma, and of (1 - t^2) t^p.
    let mut sums = [0.0; 5];
    let mut add = |density: f64, decay: f64| {
        let sigma = 1.0 / (1.0 + decay);
        let tanh_half = (1.0 - decay) * sigma;
        let mut weighted = 4.0 * density * decay * sigma * sigma;
        sums[0] += density * sigma;
        for sum in &mut sums[1..] {
            *sum += weighted;
            weighted *= tanh_half;
        }
    };
    let (first, others) = DENSITIES[halvings].split_first().expect("there is a middle");
    add(*first, middle);
    let (mut above, mut below, inverse) = (middle, middle, ratio.recip());
    for density in others {
        above *= inverse;
        below *= ratio;
        add(*density, above);
        add(*density, below);
    }
    let [rate, zeroth, first, second, third] = sums;
    let averages = [
        rate,
        zeroth / 4.0,
        -first / 4.0,
        (3.0 * second - zeroth) / 8.0,
        first / 2.0 - 0.75 * third,
    ];
    let mut scale = max_rate;
    for (out, average) in out.iter_mut().zip(averages) {
        *out = scale * average;
        scale /= slope;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::trapezoid::Sigmoid;
    use super::*;

    /// Against the general rule, wherever this one is for.
    #[test]
    fn averages_are_those_of_the_general_rule() {
        let gain = Logistic { max_rate: 1.3, threshold: 0.2, slope: 0.4 };
        let mut worst = [0.0_f64; 5];
        for factor in [0.01, 0.1, 0.5, 0.9, 0.999, 1.001, 1.5, 1.999, 2.001, 3.0, 3.999] {
            let deviation: f64 = factor * gain.slope;
            for distance in [-40.0, -8.0, -3.0, -1.0, 0.0, 0.3, 2.0, 8.0, 40.0] {
                let mean = gain.threshold + distance * gain.slope.max(deviation);
                let (mut ours, mut theirs) = ([0.0; 5], [0.0; 5]);
                assert!(averages(&gain, mean, deviation * deviation, &mut ours));
                Sigmoid::logistic(&gain).averages(mean, deviation * deviation, &mut theirs);
                for k in 0..5 {
                    // Relative to the derivative's maximum, of order r/s^k/4.
                    let scale = gain.max_rate / gain.slope.powi(k as i32) / 4.0;
                    worst[k] = worst[k].max((ours[k] - theirs[k]).abs() / scale);
                }
            }
        }
        assert!(worst.iter().all(|error| *error < 1e-14), "{worst:?}");
    }

    #[test]
    fn what_is_not_for_this_rule_is_left_alone() {
        let gain = Logistic { max_rate: 1.0, threshold: 0.0, slope: 0.1 };
        let mut out = [7.0; 3];
        // Four times as wide as the gain, or hundreds of widths away.
        assert!(!averages(&gain, 0.0, 0.17, &mut out));
        assert!(!averages(&gain, 60.0, 0.01, &mut out));
        assert!(!averages(&gain, 0.0, 0.01, &mut [7.0; 6]));
        assert_eq!(out, [7.0; 3]);
        assert!(averages(&gain, 50.0, 0.01, &mut out));
    }
}
