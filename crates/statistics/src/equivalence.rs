//! Is a measured value compatible with a true one no further than a margin from the predicted one?
//!
//! A theory that is exact only to some order in `1/sqrt(n)` is wrong by its next order, and a pure
//! test finds that out with replicates enough. So the hypothesis under test is `|true - predicted| <= margin`;
//! with a margin of 0 the tests are the usual two-sided ones.

use statrs::distribution::{ChiSquared, Continuous, ContinuousCDF, StudentsT};

use crate::Estimate;

/// A measured value against a predicted one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Equivalence {
    /// Measured minus predicted.
    pub difference: f64,
    /// Standard error of the difference.
    pub standard_error: f64,
    /// Largest true difference that the prediction allows for.
    pub margin: f64,
    /// How far the difference lies beyond the margin, in standard errors; 0 within it.
    pub z: f64,
    /// Largest probability, over the hypothesis, of a measured value at least as far out.
    pub p: f64,
}

impl Equivalence {
    /// A sample mean of `count` independent values against its prediction, by Student's t with
    /// `count - 1` degrees of freedom. With `D = |difference|` and standard error `S`,
    /// `p = T(-(D - margin)/S) + T(-(D + margin)/S)`, reached at `|true - predicted| = margin`.
    ///
    /// Without spread (all values equal) the margin alone decides, up to rounding. A difference that is
    /// no number supports nothing: `p = 0`.
    pub fn of_mean(measured: Estimate, count: usize, predicted: f64, margin: f64) -> Self {
        let student = StudentsT::new(0.0, 1.0, count.saturating_sub(1).max(1) as f64);
        let below = |x: f64| student.as_ref().map_or(f64::NAN, |law| law.cdf(x));
        Self::symmetric(measured, predicted, margin, below)
    }

    /// A sample covariance of `count` independent pairs of normal values (divisor `count - 1`) with standard deviations
    /// of product `scale`, against its prediction.
    ///
    /// With covariance `c`, `(count - 1)` times the sample covariance is `(scale + c)/2 U - (scale - c)/2 V` with `U`, `V`
    /// independent, chi-square with `count - 1` degrees of freedom: twice the smaller tail of that law is `p`, for the `c`
    /// within the margin that is nearest to what was measured. `scale` should be no smaller than the margins of
    /// the variances allow.
    ///
    /// # Source
    /// Sums and differences of the standardised values are independent: Mahalanobis, Bose & Roy (1937), Sankhya 3, 1-40.
    pub fn of_covariance(
        measured: f64,
        count: usize,
        predicted: f64,
        scale: f64,
        margin: f64,
    ) -> Self {
        let freedom = count.saturating_sub(1) as f64;
        let difference = measured - predicted;
        let nearest = (predicted + difference.clamp(-margin, margin)).clamp(-scale, scale);
        let standard_error = ((scale * scale + nearest * nearest) / freedom).sqrt();
        let z = (difference.abs() - margin).max(0.0) / standard_error;
        let p = if difference.abs() <= margin {
            1.0
        } else {
            ChiSquared::new(freedom).map_or(0.0, |law| {
                let (up, down) = (0.5 * (scale + nearest), 0.5 * (scale - nearest));
                // The smaller tail of the law of (difference of chi-squares) beyond what was measured.
                let level = freedom * measured;
                let above = tail_of_difference(&law, up, down, level);
                let below = tail_of_difference(&law, down, up, -level);
                2.0 * above.min(below)
            })
        };
        Self { difference, standard_error, margin, z, p: if p.is_nan() { 0.0 } else { p.min(1.0) } }
    }

    /// A sample variance of `count` independent normal values (divisor `count - 1`) against its prediction:
    /// `(count - 1) S^2/sigma^2` is chi-square with `count - 1` degrees of freedom, for the `sigma^2` within
    /// the margin that is nearest to what was measured.
    pub fn of_variance(measured: f64, count: usize, predicted: f64, margin: f64) -> Self {
        let freedom = count.saturating_sub(1) as f64;
        let difference = measured - predicted;
        let standard_error = predicted.abs() * (2.0 / freedom).sqrt();
        let nearest = predicted + difference.clamp(-margin, margin);
        let z = (difference.abs() - margin).max(0.0) / standard_error;
        if nearest == 0.0 && measured == 0.0 {
            return Self { difference, standard_error, margin, z: 0.0, p: 1.0 };
        }
        let p = ChiSquared::new(freedom).map_or(0.0, |law| {
            let level = freedom * measured / nearest;
            if difference.abs() <= margin { 1.0 } else { 2.0 * law.cdf(level).min(law.sf(level)) }
        });
        Self { difference, standard_error, margin, z, p: if p.is_nan() { 0.0 } else { p.min(1.0) } }
    }

    fn symmetric(
        measured: Estimate,
        predicted: f64,
        margin: f64,
        below: impl Fn(f64) -> f64,
    ) -> Self {
        let difference = measured.value - predicted;
        let (size, standard_error) = (difference.abs(), measured.standard_error);
        let rounding = 1e-12 * predicted.abs().max(1.0);
        let (z, p) = if difference.is_nan() || standard_error.is_nan() {
            (f64::NAN, 0.0)
        } else if standard_error > rounding {
            let p =
                below(-(size - margin) / standard_error) + below(-(size + margin) / standard_error);
            ((size - margin).max(0.0) / standard_error, if p.is_nan() { 0.0 } else { p.min(1.0) })
        } else if size <= margin + rounding {
            (0.0, 1.0)
        } else {
            (f64::INFINITY, 0.0)
        };
        Self { difference, standard_error, margin, z, p }
    }
}

/// `P(up U - down V > level)` for independent `U`, `V` of the law, by the trapezoid rule over `sqrt(V)`, in which
/// the integrand is smooth and vanishes at both ends of the range.
fn tail_of_difference(law: &ChiSquared, up: f64, down: f64, level: f64) -> f64 {
    const NODES: u32 = 2000;
    let freedom = law.freedom();
    let reach = freedom.sqrt() + 9.0;
    let from = (freedom.sqrt() - 9.0).max(0.0);
    let step = (reach - from) / f64::from(NODES);
    let above = |v: f64| {
        let needed = level + down * v;
        if needed <= 0.0 {
            1.0
        } else if up > 0.0 {
            law.sf(needed / up)
        } else {
            0.0
        }
    };
    let integrand = |node: u32| {
        let root = from + f64::from(node) * step;
        // At zero the density of sqrt(V) is finite for one degree of freedom and vanishes above.
        let root = if root > 0.0 { root } else { 1e-9 };
        2.0 * root * law.pdf(root * root) * above(root * root)
    };
    let ends = 0.5 * (integrand(0) + integrand(NODES));
    step * (ends + (1..NODES).map(integrand).sum::<f64>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Student's t with many degrees of freedom is the normal law.
    fn p(value: f64, standard_error: f64, margin: f64) -> f64 {
        Equivalence::of_mean(Estimate { value, standard_error }, 1_000_000_000, 0.0, margin).p
    }

    #[test]
    fn without_margin_it_is_the_two_sided_test() {
        assert!((p(1.959_963_984_540_054, 1.0, 0.0) - 0.05).abs() < 1e-6);
        assert!((p(-1.959_963_984_540_054, 1.0, 0.0) - 0.05).abs() < 1e-6);
        assert!((p(0.0, 1.0, 0.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_wide_margin_gives_the_one_sided_test_at_its_edge() {
        assert!((p(10.0 + 1.644_853_626_951_472, 1.0, 10.0) - 0.05).abs() < 1e-6);
        assert!((p(5.0, 1.0, 10.0) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn degenerate_samples_are_decided_by_the_margin_alone() {
        assert_eq!(p(0.5, 0.0, 0.6), 1.0);
        assert_eq!(p(0.5, 0.0, 0.4), 0.0);
        assert_eq!(p(f64::NAN, 1.0, 1.0), 0.0);
    }

    /// With two degrees of freedom and no correlation, `U - V` is Laplace: `P(|U - V| > x) = exp(-x/2)`.
    #[test]
    fn covariance_of_three_pairs_is_laplace() {
        for measured in [0.3_f64, 1.0, 4.0, -4.0] {
            let test = Equivalence::of_covariance(measured, 3, 0.0, 1.0, 0.0);
            let exact = (-2.0 * measured.abs()).exp();
            assert!((test.p / exact - 1.0).abs() < 1e-4, "{measured}: {} {exact}", test.p);
        }
    }

    #[test]
    fn a_perfect_correlation_is_a_variance() {
        let covariance = Equivalence::of_covariance(1.9, 11, 1.0, 1.0, 0.0);
        let variance = Equivalence::of_variance(1.9, 11, 1.0, 0.0);
        assert!((covariance.p - variance.p).abs() < 1e-6);
    }

    /// Two-sided 5 % points of Student's t with 9 and of chi-square with 10 degrees of freedom (any table).
    #[test]
    fn small_samples_have_their_own_laws() {
        let measured = Estimate { value: 2.262_157, standard_error: 1.0 };
        assert!((Equivalence::of_mean(measured, 10, 0.0, 0.0).p - 0.05).abs() < 1e-6);
        for quantile in [3.246_973, 20.483_177] {
            let test = Equivalence::of_variance(quantile / 10.0 * 1.7, 11, 1.7, 0.0);
            assert!((test.p - 0.05).abs() < 1e-6, "{}", test.p);
        }
        assert_eq!(Equivalence::of_variance(1.9, 11, 1.7, 0.3).p, 1.0);
    }
}
