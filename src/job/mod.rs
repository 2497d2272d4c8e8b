//! What commands do beyond arguments and printing, for the command line and for Python.
//!
//! * [`failure`]: what can go wrong;
//! * [`scenario`]: the text of a scenario with some fields replaced, and what the theory assumes of it;
//! * [`room`]: whether there is room for what it asks for;
//! * [`ensemble`]: an ensemble in memory;
//! * [`theory`]: limit and finite-n theory;
//! * [`validation`]: an ensemble against them.

pub mod ensemble;
pub mod failure;
pub mod room;
pub mod scenario;
pub mod theory;
pub mod validation;

pub use failure::Failure;
