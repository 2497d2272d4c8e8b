//! Estimates over independent replicates, with standard errors, and the tests that compare them.
//!
//! * [`estimate`]: means and covariances with their standard errors;
//! * [`equivalence`]: is a difference compatible with one no larger than a margin?
//! * [`multiple`]: Holm's correction over a family of tests.
//!
//! Tests of a sample against a law (Kolmogorov-Smirnov, chi-square) are those of `statrs`.

pub mod equivalence;
pub mod estimate;
pub mod multiple;

pub use equivalence::Equivalence;
pub use estimate::Estimate;
pub use multiple::holm;
