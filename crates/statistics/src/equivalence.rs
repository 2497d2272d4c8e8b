//! Is a measured difference compatible with a true one no larger than a margin?
//!
//! A theory that is exact only to some order in `1/sqrt(n)` is wrong by its next order, and a pure
//! z-test finds that out with replicates enough. So the hypothesis under test is `|true difference| <= margin`.

use statrs::distribution::{ContinuousCDF, Normal};

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
    /// Largest probability, over all true differences within the margin, of a measured one at least
    /// as large in magnitude.
    pub p: f64,
}

impl Equivalence {
    /// Tests `measured` against `predicted`. With `D = |difference|` and standard error `S`,
    ///
    /// ```text
    /// p = Phi(-(D - margin)/S) + Phi(-(D + margin)/S)
    /// ```
    ///
    /// is the supremum over the hypothesis, reached at `|true difference| = margin`; with a margin of 0 it
    /// is the two-sided z-test. Without a standard error (no spread at all) only the margin
    /// decides; a difference that is no number supports nothing, `p = 0`.
    pub fn test(measured: Estimate, predicted: f64, margin: f64) -> Self {
        let difference = measured.value - predicted;
        let (size, error) = (difference.abs(), measured.standard_error);
        let (z, p) = if error > 0.0 {
            let normal = Normal::standard();
            let p = normal.cdf(-(size - margin) / error) + normal.cdf(-(size + margin) / error);
            ((size - margin).max(0.0) / error, if p.is_nan() { 0.0 } else { p.min(1.0) })
        } else if size <= margin + 1e-12 * predicted.abs().max(1.0) {
            (0.0, 1.0)
        } else {
            (f64::INFINITY, 0.0)
        };
        Self { difference, standard_error: error, margin, z, p }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(value: f64, standard_error: f64, margin: f64) -> f64 {
        Equivalence::test(Estimate { value, standard_error }, 0.0, margin).p
    }

    #[test]
    fn without_margin_it_is_the_z_test() {
        assert!((p(1.959_963_984_540_054, 1.0, 0.0) - 0.05).abs() < 1e-9);
        assert!((p(-1.959_963_984_540_054, 1.0, 0.0) - 0.05).abs() < 1e-9);
        assert_eq!(p(0.0, 1.0, 0.0), 1.0);
    }

    #[test]
    fn a_wide_margin_gives_the_one_sided_test_at_its_edge() {
        assert!((p(10.0 + 1.644_853_626_951_472, 1.0, 10.0) - 0.05).abs() < 1e-9);
        assert!((p(5.0, 1.0, 10.0) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn degenerate_samples_are_decided_by_the_margin_alone() {
        assert_eq!(p(0.5, 0.0, 0.6), 1.0);
        assert_eq!(p(0.5, 0.0, 0.4), 0.0);
        assert_eq!(p(f64::NAN, 1.0, 1.0), 0.0);
    }
}
