//! Estimates with standard errors from simulated data, and the tests that compare them with theory.
//!
//! * [`estimate`]: means and covariances over independent replicates, with their standard errors;
//! * [`equivalence`]: is a difference compatible with one no larger than a margin?
//! * [`multiple`]: Holm's correction over a family of tests;
//! * [`power_law`]: the exponent with which an error falls, from errors at several sizes, with a bootstrap interval;
//! * [`spectrum`]: power spectra, cross-spectra and coherence of series and point processes, with confidence bands;
//! * [`distance`]: Kolmogorov-Smirnov and Wasserstein distances of a sample to a law, and what a sample of the law itself shows;
//! * [`variability`]: Fano factors, variation of intervals, correlation of counts.
//!
//! Chi-square and Student's laws, and the chi-square test of counts, are those of `statrs`.

pub mod distance;
pub mod equivalence;
pub mod estimate;
pub mod multiple;
pub mod power_law;
pub mod spectrum;
#[cfg(test)]
mod testing;
pub mod variability;

pub use equivalence::Equivalence;
pub use estimate::Estimate;
pub use multiple::holm;
pub use power_law::Exponent;
