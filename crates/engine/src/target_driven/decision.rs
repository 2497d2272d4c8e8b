//! Candidates that come one by one: those that must be decided, and jumps a good part of a time constant apart.

use equipoise_model::{GainFunction, Network};
use rand::RngExt;
use rand_distr::{Distribution, Exp1};

use super::TargetDriven;
use super::kinetics::Change;
use crate::jump::Jump;
use crate::observer::Observer;
use crate::state::NetworkState;

impl TargetDriven {
    /// A certain jump by itself.
    pub(super) fn arrive<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        population: usize,
        observer: &mut O,
    ) {
        let inflow = &mut self.crowds[population].inflow;
        let (target, source) = inflow.take_one(self.instructions);
        self.jump(network, state, source, (population, target), observer);
    }

    pub(super) fn decide<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        observer: &mut O,
    ) {
        self.hazard = Exp1.sample(&mut self.decisions);
        let ((target, source), level) = self.bounds.pick(self.decisions.random());
        let crowd = &self.crowds[target];
        let count = network.populations[target].count;
        let neuron = self.decisions.random_range(0..count as u64) as usize;
        let level = crowd.inflow.certain[source] + level / crowd.neurons;
        if self.accept(network, state, (source, level), (target, neuron)) {
            self.jump(network, state, source, (target, neuron), observer);
        }
    }

    fn accept(
        &mut self,
        network: &Network,
        state: &NetworkState,
        (source, level): (usize, f64),
        (target, neuron): (usize, usize),
    ) -> bool {
        if source >= self.crowds.len() {
            let external = &network.externals[source - self.crowds.len()];
            return level < external.count as f64 * external.rate.value(self.start);
        }
        if let Some(verdict) = self.clear(source, level, (0.0, self.crowds[source].own)) {
            return verdict;
        }
        let gain = &network.populations[source].gain;
        let own = if source == target {
            gain.intensity(state.potentiation(target, neuron, self.start))
        } else {
            0.0
        };
        if let Some(verdict) = self.clear(source, level, (own, own)) {
            return verdict;
        }
        self.sum_afresh(network, state);
        if let Some(verdict) = self.clear(source, level, (own, own)) {
            return verdict;
        }
        let exact: f64 = state.potentiations(source, self.start).map(|z| gain.intensity(z)).sum();
        level < exact - own
    }

    /// Whether a level is below `R_b - own`, if that can be told for every `own` between these two.
    fn clear(&self, source: usize, level: f64, (least, most): (f64, f64)) -> Option<bool> {
        let sum = &self.crowds[source].sum;
        let error = sum.error(self.start - self.summed);
        if level < sum.value - most - error {
            return Some(true);
        }
        (level > sum.value - least + error).then_some(false)
    }

    /// Applies one jump now.
    fn jump<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        source: usize,
        (target, neuron): (usize, usize),
        observer: &mut O,
    ) {
        self.refresh(state);
        let crowd = &mut self.crowds[target];
        let size = crowd.inflow.size(source);
        let common = state.common(target, self.start);
        let drive = state.drive(target, self.start);
        let potentiation = common.potentiation(state.deviation(target, neuron));
        let before = crowd.kinetics.contribution(drive, potentiation);
        let after = crowd.kinetics.contribution(drive, potentiation + size);
        state.kick(target, neuron, size / common.scale);
        let mut change = Change::NONE;
        change.add(&before, &after, 0.0);
        crowd.pass(0.0, 1, &change);
        self.updates += 1.0;
        let jump = Jump {
            time: self.start,
            source_population: source,
            source_neuron: None,
            target_population: target,
            target_neuron: neuron,
        };
        state.count(&jump);
        if O::WATCHES_JUMPS {
            observer.jump(network, state, &jump);
        }
    }
}
