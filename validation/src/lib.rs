//! Does the simulated network do what the theory predicts?
//!
//! The ensemble is compared with the finite-n theory by equivalence tests, one for each sample time, population
//! and quantity, with Holm's correction; and both are set beside the limit. Where a scenario records more, the law of the potentiation and
//! the irregularity of spikes are compared, too, within the same correction.
//!
//! * [`prediction`]: limit, finite-n theory and the margins that its next order leaves;
//! * [`observed`]: estimates from an ensemble;
//! * [`law`]: the law of the potentiation at snapshots;
//! * [`counts`]: the Fano factor of a neuron's spikes;
//! * [`at_rest`]: spectra, Fano factors, correlations and intervals of networks that began in their stationary state;
//! * [`tested`]: one test, and the correction over all of them;
//! * [`comparison`]: all tests and their verdict;
//! * [`convergence`]: errors against the limit at several sizes; [`exponent`]: how they fall;
//! * [`claims`]: the statements of the theory, each with its test and with a network that must fail it.

pub mod at_rest;
pub mod claims;
pub mod comparison;
pub mod convergence;
pub mod counts;
pub mod exponent;
pub mod law;
pub mod observed;
pub mod prediction;
pub mod tested;

pub use at_rest::{AtRest, ObservedAtRest, RestComparison, RestQuantity, RestVerdict};
pub use comparison::{Comparison, Verdict, compare};
pub use counts::CountComparison;
pub use law::{Distances, LawComparison};
pub use observed::Observed;
pub use prediction::{Prediction, Quantity};
pub use tested::{LEVEL, Tested};
