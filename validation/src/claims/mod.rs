//! The statements of the theory, each with a test that it passes, and a network for which it is false, which the same test rejects.
//!
//! A claim is a folder `validation/<claim>/` with one file: the statement, its equation and source, the network and the sizes at which it is simulated, what is
//! measured, and its power twin ([`Claim`]). What can be measured is a [`Statistic`]: a number that the theory predicts at every size, together with its margin.
//! A claim holds if
//!
//! * at every size the measured number is the predicted one: `|true - predicted| <= margin` ([`Equivalence`](equipoise_statistics::Equivalence));
//! * over the sizes it changes with the exponent of the predicted ones ([`exponent`](crate::exponent));
//! * the theory alone changes with the exponent that is claimed as n grows, between sizes that nobody can simulate.
//!
//! The first two are tests, at the level [`LEVEL`](crate::LEVEL) over the whole claim by Holm's correction; the third is computed. The twin is another network, at the same sizes,
//! held against what is predicted for the claim's: a test that it passed could not fail.
//!
//! * `claim`: the file of a claim, and all claims;
//! * `averages`: moments over networks, and of the theory; `statistic`: what is made of them;
//! * `simulated`: the networks of one size; `finding`: tests and verdict.

mod averages;
mod claim;
mod finding;
mod simulated;
mod statistic;

pub use claim::{Claim, ClaimError, Size, Start, Twin};
pub use finding::{Course, Finding, Point, Side, examine};
pub use statistic::Statistic;
