//! Entropies of spike counts, in bits, and their derivatives by the mean count.

use std::f64::consts::{E, LN_2, TAU};

/// Means above which the entropy of Poisson's law is that of its expansion, to better than `1e-9`.
const LARGE: f64 = 1e4;
/// Terms of a sum that are looked at beyond the mean, in standard deviations.
const REACH: f64 = 10.0;

/// `-p log2 p - (1 - p) log2(1 - p)`, of a spike or none.
pub fn binary(p: f64) -> f64 {
    if p == 0.0 || p == 1.0 {
        return 0.0;
    }
    -(p * p.ln() + (1.0 - p) * (-p).ln_1p()) / LN_2
}

/// Its derivative.
pub fn binary_derivative(p: f64) -> f64 {
    ((-p).ln_1p() - p.ln()) / LN_2
}

/// `(1 + m) log2(1 + m) - m log2 m`, of the geometric law with mean `m`: the most that counts of this mean can have.
pub fn geometric(mean: f64) -> f64 {
    if mean == 0.0 {
        return 0.0;
    }
    (mean.ln_1p() + mean * (1.0 / mean).ln_1p()) / LN_2
}

/// Its derivative.
pub fn geometric_derivative(mean: f64) -> f64 {
    (1.0 / mean).ln_1p() / LN_2
}

/// Entropy of Poisson's law, `-sum_k P_k log2 P_k`; far above 1 `log2(2 pi e m)/2 - (1/(12 m) + 1/(24 m^2) + ...)/ln 2`.
pub fn poisson(mean: f64) -> f64 {
    if mean == 0.0 {
        return 0.0;
    }
    if mean > LARGE {
        let series = 1.0 / (12.0 * mean) + 1.0 / (24.0 * mean * mean);
        return 0.5 * (TAU * E * mean).log2() - series / LN_2;
    }
    expectation(mean, |_, log_probability| -log_probability) / LN_2
}

/// Its derivative, `E[log2((K + 1)/m)]`.
pub fn poisson_derivative(mean: f64) -> f64 {
    if mean > LARGE {
        return (0.5 / mean + 1.0 / (12.0 * mean * mean)) / LN_2;
    }
    expectation(mean, |count, _| ((count + 1.0) / mean).ln()) / LN_2
}

/// Expectation under Poisson's law of a function of the count and of the logarithm of its probability.
fn expectation(mean: f64, function: impl Fn(f64, f64) -> f64) -> f64 {
    let last = (mean + REACH * mean.sqrt() + 30.0) as u32;
    let (mut log_probability, mut sum) = (-mean, 0.0);
    for count in 0..=last {
        let count = f64::from(count);
        if count > 0.0 {
            log_probability += (mean / count).ln();
        }
        sum += log_probability.exp() * function(count, log_probability);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropies_at_special_means() {
        assert_eq!(binary(0.5), 1.0);
        assert_eq!([binary(0.0), binary(1.0)], [0.0, 0.0]);
        assert_eq!(geometric(1.0), 2.0);
        assert_eq!([poisson(0.0), geometric(0.0)], [0.0, 0.0]);
        // 1.3048 nat: e^-1 sum 1 + ln(k!)/k! by hand to six terms.
        let terms: f64 = [2.0_f64, 6.0, 24.0, 120.0, 720.0, 5040.0, 40320.0, 362_880.0]
            .iter()
            .map(|factorial| factorial.ln() / factorial)
            .sum();
        let nats = 1.0 + (-1.0_f64).exp() * terms;
        assert!((poisson(1.0) - nats / LN_2).abs() < 1e-5);
    }

    #[test]
    fn the_two_forms_of_the_poisson_entropy_meet() {
        let [below, above] = [LARGE * (1.0 - 1e-12), LARGE * (1.0 + 1e-12)];
        assert!((poisson(below) - poisson(above)).abs() < 1e-9);
        assert!((poisson_derivative(below) / poisson_derivative(above) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn derivatives_are_those_of_the_entropies() {
        type Function = fn(f64) -> f64;
        let laws: [(Function, Function); 3] = [
            (binary, binary_derivative),
            (geometric, geometric_derivative),
            (poisson, poisson_derivative),
        ];
        for (entropy, derivative) in laws {
            for mean in [1e-4, 0.03, 0.4, 0.9] {
                let step = 1e-5 * mean;
                let slope = (entropy(mean + step) - entropy(mean - step)) / (2.0 * step);
                assert!((slope - derivative(mean)).abs() < 1e-5 * (1.0 + slope.abs()), "{mean}");
            }
        }
        let slope = (poisson(40.01) - poisson(39.99)) / 0.02;
        assert!((slope - poisson_derivative(40.0)).abs() < 1e-7);
    }

    #[test]
    fn the_geometric_law_has_the_most() {
        for mean in [0.01, 0.3, 0.9, 1.0, 7.0, 200.0] {
            assert!(poisson(mean) < geometric(mean));
            if mean < 1.0 {
                assert!(binary(mean) < geometric(mean));
            }
        }
    }
}
