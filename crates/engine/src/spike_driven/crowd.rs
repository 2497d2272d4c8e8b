//! A population, and how far it can come until bounds are found anew.

use equipoise_model::{NeuronPopulation, Schedule};
use serde::{Deserialize, Serialize};

use crate::state::NetworkState;

use super::extremes::Extremes;
use super::groups::{Grouping, Groups};

/// What the method knows of a neuron population.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Crowd {
    pub time_constant: f64,
    /// `J_ab/sqrt(n)` of each source.
    pub sizes: Vec<f64>,
    /// The largest of their magnitudes.
    pub largest: f64,
    /// The largest jump by which the neurons come to differ.
    pub own: f64,
    pub groups: Groups,
    /// The interval within which `w` must be for the bounds to hold.
    pub within: Extremes,
}

impl Crowd {
    /// Of population `number`, with these jumps onto it; its neurons come to differ by their own spikes alone if they `stay`.
    pub fn new(
        (number, population): (usize, &NeuronPopulation),
        sizes: Vec<f64>,
        (stay, grouping): (bool, Grouping),
    ) -> Self {
        let largest = sizes.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
        Self {
            time_constant: population.time_constant,
            largest,
            own: if stay { sizes[number].abs() } else { largest },
            sizes,
            groups: Groups::new(population.count, stay, grouping),
            within: Extremes::NONE,
        }
    }

    /// Bounds of its intensities in `span` from `time` on, as long as `w` is [within](Self::within) its interval and all neurons are in
    /// their groups' intervals: jumps may bring it further by `margin`.
    pub fn bound(
        &mut self,
        (number, population): (usize, &NeuronPopulation),
        state: &NetworkState,
        (time, span): (f64, f64),
        (margin, inverse_probability): (f64, f64),
    ) {
        let scale = state.common(number, time).scale;
        let (steady, shift) = (state.steady(number, time), state.shift(number));
        self.within = Extremes { lowest: shift, highest: shift }.widened(margin / scale);
        let rest = bounds(&population.drive, time, span);
        let (lowest_rest, highest_rest) =
            (self.time_constant * rest.0, self.time_constant * rest.1);
        let part = (span / self.time_constant).min(1.0);
        let within = self.within;
        self.groups.bound(&population.gain, inverse_probability, |interval| {
            let low = steady + scale * (within.lowest + interval.lowest);
            let high = steady + scale * (within.highest + interval.highest);
            let (down, up) = ((lowest_rest - low).min(0.0), (highest_rest - high).max(0.0));
            (low + part * down, high + part * up)
        });
    }
}

/// Bounds of a schedule in `span` from `time` on, in which it has no step.
pub(super) fn bounds(schedule: &Schedule, time: f64, span: f64) -> (f64, f64) {
    let (value, change) = (schedule.value(time), schedule.derivative_bound() * span);
    if change == 0.0 {
        return (value, value);
    }
    ((value - change).max(schedule.minimum()), (value + change).min(schedule.supremum_from(time)))
}
