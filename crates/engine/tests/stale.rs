//! Thinning with a mistake: the class of a target stays what it was before its jump, until the epoch
//! ends. All else is the code of the engine.

use equipoise_engine::stream::Stream;
use equipoise_engine::{Jump, JumpMethod, NetworkState, Thinning};
use equipoise_model::{Coupling, Network};

/// See the [module](self).
pub struct StaleClasses {
    thinning: Thinning,
    /// The network with jumps of nothing, which the method is shown when it decides.
    mute: Network,
}

impl StaleClasses {
    /// The wrong method for a network.
    pub fn new(network: &Network) -> Self {
        let rows = vec![vec![0.0; network.source_count()]; network.population_count()];
        let mute = Network { coupling: Coupling::from_rows(&rows), ..network.clone() };
        Self { thinning: Thinning::new(network), mute }
    }
}

impl JumpMethod for StaleClasses {
    fn restart(&mut self, network: &Network, state: &NetworkState, time: f64) {
        self.thinning.restart(network, state, time);
    }

    fn propose(&mut self, network: &Network, state: &NetworkState, rng: &mut Stream) -> f64 {
        self.thinning.propose(network, state, rng)
    }

    fn decide(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        rng: &mut Stream,
    ) -> Option<Jump> {
        let jump = self.thinning.decide(&self.mute, state, rng)?;
        let (target, scale) =
            (jump.target_population, state.common(jump.target_population, jump.time).scale);
        let size = network.jump(target, jump.source_population);
        state.kick(target, jump.target_neuron, size / scale);
        Some(jump)
    }
}
