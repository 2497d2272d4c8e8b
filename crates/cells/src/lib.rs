//! From conductances to rates.
//!
//! Conductance-based cells, networks of them, and the rate equations that are derived from them:
//!
//! ```text
//! cell file -> cells -> f-I curves -> fit of beta, I_theta0, v_theta -> rate equations -> scenario of a balanced network
//!                   \-> network of cells, simulated -------------------------^ compared
//! ```
//!
//! * [`units`]: quantities with units, read into one convention (mV, ms, uF/cm2, mS/cm2, uA/cm2, 1/ms);
//! * [`mod@file`]: cell files, their checks and error messages;
//! * [`cell`]: channels and gates; [`stepper`]: their course in time;
//! * [`curve`]: f-I curves, with more leak and with noise;
//! * [`network`]: cells that project to each other;
//! * [`derivation`]: averages over synaptic inputs, weights and thresholds, the rate equations and their steady states;
//! * [`reduction`]: a cell file to its rate equations; [`comparison`]: these against the network of cells.
//!
//! # Source
//! Shriki, Hansel & Sompolinsky (2003), doi:10.1162/08997660360675053; "Lecture 11", that is "Derivation of Network Rate Equations from Single-Cell
//! Conductance Equations", lecture notes revised on 9 February 2022, whose equation numbers, (11.1) to (11.39), are used throughout.

pub mod cell;
pub mod comparison;
pub mod curve;
pub mod derivation;
pub mod file;
pub mod network;
pub mod reduction;
pub mod stepper;
mod stream;
pub mod units;

#[cfg(test)]
mod published;
