//! What can be recorded of a simulation: methods do not know what is.

use equipoise_model::Network;

use crate::jump::Jump;
use crate::state::NetworkState;

/// Watches a simulation.
pub trait Observer {
    /// Whether [`Observer::jump`] is to be called; where it is not, jumps cost nothing but themselves.
    const WATCHES_JUMPS: bool = false;

    /// The state at a sample time.
    fn sample(&mut self, network: &Network, state: &NetworkState, time: f64) {
        let _ = (network, state, time);
    }

    /// A pause of no meaning for the network, at which progress can be reported.
    fn pause(&mut self, network: &Network, state: &NetworkState, time: f64) {
        let _ = (network, state, time);
    }

    /// A jump that has just been applied to the state; jumps come in the order of their times.
    fn jump(&mut self, network: &Network, state: &NetworkState, jump: &Jump) {
        let _ = (network, state, jump);
    }
}
