//! The statements of the theory, each with a test that it passes, and a network for which it is false, which the same test rejects.
//!
//! A claim is a folder `validation/<claim>/` with one file: the statement, its equation and source, what is simulated and measured, and its power twin ([`Claim`]).
//! There are two kinds of them.
//!
//! **A network at several sizes** ([`OverSizes`]). What can be measured is a [`Statistic`]: a number that the theory predicts at every size, together with its margin.
//! The claim holds if
//!
//! * at every size the measured number is the predicted one: `|true - predicted| <= margin` ([`Equivalence`](equipoise_statistics::Equivalence));
//! * over the sizes it changes with the exponent of the predicted ones ([`exponent`](crate::exponent));
//! * the theory alone changes with the exponent that is claimed as n grows, between sizes that nobody can simulate.
//!
//! The first two are tests, at the level [`LEVEL`](crate::LEVEL) over the whole claim by Holm's correction; the third is computed. The twin is another network, at the same sizes,
//! held against what is predicted for the claim's: a test that it passed could not fail.
//!
//! **Networks of cells** ([`OfCells`]), at several strengths of their input. The claim holds if every [`Rate`] is that of the rate equations, by equivalence tests at the same level, and
//! cells do not fire together. The twin are equations that are wrong, held against the same cells.
//!
//! * `claim`: the file of a claim, and all claims; `sizes`, `cells`: what is in it of either kind;
//! * `averages`: moments over networks, and of the theory; `statistic`: what is made of them;
//! * `simulated`: the networks of one size; `courses`: tests over sizes; `rates`: tests of cells; `finding`: the verdict.

mod averages;
mod cells;
mod claim;
mod courses;
mod finding;
mod rates;
mod simulated;
mod sizes;
mod statistic;

pub use cells::{OfCells, WrongEquations};
pub use claim::{Claim, ClaimError, Subject};
pub use courses::{Course, Point, Side};
pub use finding::{Evidence, Finding, examine};
pub use rates::{CLAIMED, Rate, Rates};
pub use sizes::{OverSizes, Size, Start, Twin};
pub use statistic::Statistic;
