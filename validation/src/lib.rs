//! Does the simulated network do what the theory predicts?
//!
//! The ensemble is compared with the finite-n theory by equivalence tests, one for each sample time, population
//! and quantity, with Holm's correction; and both are set beside the limit.
//!
//! * [`prediction`]: limit, finite-n theory and the margins that its next order leaves;
//! * [`observed`]: estimates from an ensemble;
//! * [`comparison`]: the tests and their verdict.

pub mod comparison;
pub mod observed;
pub mod prediction;

pub use comparison::{Comparison, LEVEL, Verdict, compare};
pub use observed::Observed;
pub use prediction::{Prediction, Quantity};
