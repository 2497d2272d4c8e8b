//! Networks whose law is known without simulating them, or by simulating them in another way.
//!
//! * [`shot_noise`]: constant gain; cumulants and jump counts in closed form;
//! * [`frozen`]: no coupling; every pair of neurons is a Poisson process of known rate;
//! * [`jump_chain`]: infinite time constants; a master equation on a lattice, solved exactly;
//! * [`hazard_inversion`]: finite time constants; jump times by inverting integrated hazards.

pub mod frozen;
pub mod hazard_inversion;
pub mod jump_chain;
pub mod shot_noise;
