//! What commands do beyond arguments and printing, for the command line and for Python.
//!
//! * [`failure`]: what can go wrong;
//! * [`at_rest`]: networks at rest against the theory;
//! * [`scenario`]: the text of a scenario with some fields replaced, and what the theory assumes of it;
//! * [`reading`]: files that may come from anywhere, read by a process of its own;
//! * [`room`]: whether there is room for what it asks for;
//! * [`ensemble`]: an ensemble in memory; [`summary`]: means over its networks;
//! * [`theory`]: limit and finite-n theory; [`validation`]: an ensemble against them;
//! * [`convergence`]: errors against the limit at several sizes;
//! * [`sweep`]: fixed points as a field changes; [`fluctuations`]: one network around its stationary state;
//! * [`energy`]: what activity costs and what it is worth;
//! * [`derivation`]: from cells to a scenario.

pub mod at_rest;
pub mod convergence;
pub mod derivation;
pub mod energy;
pub mod ensemble;
pub mod failure;
pub mod fluctuations;
pub mod reading;
pub mod room;
pub mod scenario;
pub mod summary;
pub mod sweep;
pub mod theory;
pub mod validation;

pub use failure::Failure;
