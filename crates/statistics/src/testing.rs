//! What statistical tests of this crate share: a level, streams, and scores against exact values.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

use crate::{Equivalence, Estimate, estimate, holm};

/// Probability that a family of tests rejects what is right.
pub const LEVEL: f64 = 1e-3;

pub fn stream(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

/// Two-sided p-value of the mean of independent values.
pub fn of_mean(sample: &[f64], exact: f64) -> f64 {
    Equivalence::of_mean(estimate::mean(sample), sample.len(), exact, 0.0).p
}

/// Two-sided p-value of an estimate by its own standard error, by the normal law.
pub fn of_estimate(measured: Estimate, exact: f64) -> f64 {
    let z = (measured.value - exact) / measured.standard_error;
    if z.is_nan() { 0.0 } else { libm::erfc(z.abs() / std::f64::consts::SQRT_2) }
}

/// Two-sided p-value of a number of successes, by the normal law.
pub fn of_successes(successes: usize, trials: usize, probability: f64) -> f64 {
    let trials = trials as f64;
    let standard_error = (probability * (1.0 - probability) / trials).sqrt();
    of_estimate(Estimate { value: successes as f64 / trials, standard_error }, probability)
}

/// Nothing in the family is rejected.
#[track_caller]
pub fn accept(p_values: &[f64]) {
    let least = holm(p_values).into_iter().fold(1.0, f64::min);
    println!("right: adjusted p = {least:.2e} of {}", p_values.len());
    assert!(least > LEVEL, "adjusted p = {least:e}");
}

/// Something in the family is rejected.
#[track_caller]
pub fn reject(p_values: &[f64]) {
    let least = holm(p_values).into_iter().fold(1.0, f64::min);
    println!("wrong: adjusted p = {least:.2e} of {}", p_values.len());
    assert!(least <= LEVEL, "not found out, adjusted p = {least:e}");
}
