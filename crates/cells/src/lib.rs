//! Conductance-based cells, and the rate equations that follow from them.
//!
//! * [`derivation`]: from conductances to rates: averages over synaptic inputs, weights and thresholds, the rate equations and their steady states.
//!
//! # Source
//! Shriki, Hansel & Sompolinsky (2003), doi:10.1162/08997660360675053; "Lecture 11", that is "Derivation of Network Rate Equations from Single-Cell
//! Conductance Equations", lecture notes revised on 9 February 2022, whose equation numbers, (11.1) to (11.39), are used throughout.

pub mod derivation;
