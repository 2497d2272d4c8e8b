//! What one writes by hand to simulate a balanced network exactly: the programs that the engine is measured against.
//!
//! Use them as yardsticks alone. They know constant drives, logistic gains, normal initial laws and independent
//! transmission or shared spikes, and record nothing but the number of jumps or spikes; in return nothing slows them down.
//!
//! * [`textbook`]: thinning as a textbook has it, in an afternoon;
//! * [`block`]: thinning in blocks with vectorised thresholds, in a week;
//! * [`shared`]: thinning for shared spikes;
//! * [`candidates`]: its blocks; [`lanes`]: its generator and elementary functions; [`instructions`]: its instruction sets;
//! * [`populations`]: the parameters that both read.

#![allow(
    clippy::inline_always,
    reason = "kernels take on the instruction set of what they are inlined into"
)]

pub mod block;
pub mod candidates;
pub mod instructions;
pub mod lanes;
pub mod populations;
pub mod shared;
pub mod textbook;

use equipoise::model::Network;

/// A simulation by hand of one network.
pub trait Baseline {
    /// The network at time 0, drawn from its initial law.
    ///
    /// # Panics
    /// If the network has anything that the [module](self) does not know, or another number of populations.
    fn new(network: &Network, seed: u64) -> Self;

    /// Goes on for `duration` time units; returns the number of jumps in them, or of spikes where they are shared.
    fn run(&mut self, duration: f64) -> u64;

    /// Empirical mean of the potentiation in each population.
    #[allow(dead_code, reason = "only tests look at it")]
    fn means(&self) -> Vec<f64>;
}
