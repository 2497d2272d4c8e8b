//! With which exponent do measured errors fall, and is it that of the expected ones?
//!
//! The margin of an exponent is the most that the margins `b_i` of the errors `e_i` can turn the line, `sum_i |c_i| ln(1/(1 - b_i/|e_i|))`, with the weights
//! `c_i` of the sizes. Without end where a margin is as large as its error: then nothing is known of the exponent.

use equipoise_statistics::power_law::{self, slope, weights};
use equipoise_statistics::{Equivalence, Estimate, Exponent};

use crate::tested::Tested;

/// Probability with which an interval covers the exponent.
pub const COVERAGE: f64 = 0.95;

/// The error at one size.
#[derive(Debug, Clone, Copy)]
pub struct OfSize<'a> {
    /// `n`.
    pub size: f64,
    /// Of each network, in the direction that is expected.
    pub errors: &'a [f64],
    /// What is expected of their mean, above zero.
    pub predicted: f64,
    /// `b`, by how much the expectation may be off.
    pub margin: f64,
}

/// The exponent of errors at two sizes or more, and its test against that of the expected errors, before any correction. Nothing where a mean is not above zero. The interval
/// is drawn from `seed`.
pub fn exponent(sizes: &[OfSize<'_>], seed: u64) -> Option<(Exponent, Tested)> {
    let numbers: Vec<f64> = sizes.iter().map(|of| of.size).collect();
    let errors: Vec<&[f64]> = sizes.iter().map(|of| of.errors).collect();
    let predicted: Vec<f64> = sizes.iter().map(|of| of.predicted).collect();
    let found = power_law::exponent(&numbers, &errors, COVERAGE, seed)?;
    let turns = weights(&numbers).into_iter().zip(sizes).map(|(weight, of)| {
        let relative = of.margin / of.predicted;
        if relative < 1.0 { -weight.abs() * (-relative).ln_1p() } else { f64::INFINITY }
    });
    let margin: f64 = turns.sum();
    let Exponent { value, standard_error, .. } = found;
    let (estimate, expected) = (Estimate { value, standard_error }, slope(&numbers, &predicted));
    let freedom = errors.iter().map(|sample| sample.len() - 1).sum::<usize>() + 1;
    let test = Equivalence::of_mean(estimate, freedom, expected, margin);
    Some((found, Tested::new(estimate, expected, None, test)))
}
