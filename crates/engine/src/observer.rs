//! What can be recorded of a simulation: methods do not know what is.

use equipoise_model::Network;

use crate::jump::{Jump, Spike};
use crate::state::NetworkState;

/// Watches a simulation.
pub trait Observer {
    /// Whether [`Observer::jump`] and [`Observer::spike`] are to be called; where they are not, jumps cost nothing but themselves.
    const WATCHES_JUMPS: bool = false;

    /// The state at a sample time.
    fn sample(&mut self, network: &Network, state: &NetworkState, time: f64) {
        let _ = (network, state, time);
    }

    /// A pause of no meaning for the network, at which progress can be reported.
    fn pause(&mut self, network: &Network, state: &NetworkState, time: f64) {
        let _ = (network, state, time);
    }

    /// A jump of one neuron alone that has just been applied to the state: every jump under independent transmission, jumps
    /// from external sources under shared transmission and release. Jumps and spikes come in the order of their times.
    fn jump(&mut self, network: &Network, state: &NetworkState, jump: &Jump) {
        let _ = (network, state, jump);
    }

    /// A spike, under shared transmission or release, after all the jumps that it causes have been applied to the state;
    /// these are not reported one by one.
    fn spike(&mut self, network: &Network, state: &NetworkState, spike: &Spike) {
        let _ = (network, state, spike);
    }
}
