//! A synapse over a step of time: its open part decays, and spikes that arrive within the step add to it.

use crate::derivation::Synapse;

/// A synapse as a step of time has it.
pub(super) struct Line {
    pub(super) synapse: Synapse,
    /// `h`, ms.
    pub(super) step: f64,
    /// `e^{-h/tau}`.
    kept: f64,
    /// Mean of `e^{-t/tau}` over a step.
    mean: f64,
}

/// What a spike that arrives within a step adds to the open part: its mean over the step, and what is left at the end of it.
#[derive(Clone, Copy)]
pub(super) struct Impulse {
    mean: f64,
    left: f64,
}

impl Line {
    pub(super) fn new(synapse: Synapse, step: f64) -> Self {
        let part = step / synapse.time_constant;
        Self { synapse, step, kept: libm::exp(-part), mean: -libm::expm1(-part) / part }
    }

    /// Of a spike that arrives after a part of the step.
    pub(super) fn impulse(&self, after: f64) -> Impulse {
        let rest = (1.0 - after) * self.step / self.synapse.time_constant;
        let lost = -libm::expm1(-rest);
        Impulse { mean: lost * self.synapse.time_constant / self.step, left: 1.0 - lost }
    }

    /// A step of the open part, with the impulses that arrive in it; the mean conductance.
    pub(super) fn advance(&self, open: &mut f64, impulses: impl Iterator<Item = Impulse>) -> f64 {
        let mut mean = *open * self.mean;
        *open *= self.kept;
        for impulse in impulses {
            mean += impulse.mean;
            *open += impulse.left;
        }
        self.synapse.peak_conductance * mean
    }
}
