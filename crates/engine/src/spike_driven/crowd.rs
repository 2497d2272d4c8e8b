//! The extremes of a population, and where they can be until the end of a segment.

#![allow(clippy::inline_always)]

use equipoise_model::{NeuronPopulation, Schedule};

use crate::state::NetworkState;
use crate::vector::elementary::{larger, smaller};
use crate::vector::{Kernel, WIDTH};

/// An interval that holds the deviations `y` of all neurons of a population.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extremes {
    pub lowest: f64,
    pub highest: f64,
}

impl Extremes {
    /// Of no neuron.
    pub const NONE: Self = Self { lowest: f64::INFINITY, highest: f64::NEG_INFINITY };

    /// Widens the interval to hold one more.
    #[inline(always)]
    pub fn include(&mut self, deviation: f64) {
        self.lowest = smaller(self.lowest, deviation);
        self.highest = larger(self.highest, deviation);
    }
}

/// Finds the extremes of all deviations.
pub(super) struct Scan<'a>(pub &'a [f64]);

impl Kernel for Scan<'_> {
    type Output = Extremes;

    #[inline(always)]
    fn run(self) -> Extremes {
        let (blocks, rest) = self.0.as_chunks::<WIDTH>();
        let mut lowest = [f64::INFINITY; WIDTH];
        let mut highest = [f64::NEG_INFINITY; WIDTH];
        for block in blocks {
            for i in 0..WIDTH {
                lowest[i] = smaller(lowest[i], block[i]);
                highest[i] = larger(highest[i], block[i]);
            }
        }
        let mut extremes = Extremes::NONE;
        for y in
            lowest.into_iter().chain(highest).filter(|y| y.is_finite()).chain(rest.iter().copied())
        {
            extremes.include(y);
        }
        extremes
    }
}

/// What the method knows of a neuron population.
#[derive(Debug, Clone)]
pub(super) struct Crowd {
    pub time_constant: f64,
    /// `J_ab/sqrt(n)` of each source.
    pub sizes: Vec<f64>,
    /// The largest of their magnitudes.
    pub largest: f64,
    pub extremes: Extremes,
    /// The interval within which `w + y` of all neurons must be for the bounds to hold.
    within: Extremes,
}

impl Crowd {
    /// Of a population, with these jumps onto it.
    pub fn new(population: &NeuronPopulation, sizes: Vec<f64>) -> Self {
        Self {
            time_constant: population.time_constant,
            largest: sizes.iter().fold(0.0, |m: f64, x| m.max(x.abs())),
            sizes,
            extremes: Extremes::NONE,
            within: Extremes::NONE,
        }
    }

    /// Whether a jump has brought a neuron to where the bounds do not hold.
    #[inline]
    pub fn has_escaped(&self, shift: f64) -> bool {
        shift + self.extremes.highest > self.within.highest
            || shift + self.extremes.lowest < self.within.lowest
    }

    /// The lowest and the highest potentiation that a neuron can have in `span` from `time` on, as long as none has
    /// [escaped](Self::has_escaped): jumps may bring it further by `margin`.
    pub fn reach(
        &mut self,
        (population, drive): (usize, &Schedule),
        state: &NetworkState,
        (time, span): (f64, f64),
        margin: f64,
    ) -> (f64, f64) {
        let (common, shift) = (state.common(population, time), state.shift(population));
        let margin = margin / common.scale;
        let Extremes { lowest, highest } = self.extremes;
        self.within =
            Extremes { lowest: shift + lowest - margin, highest: shift + highest + margin };
        let steady = state.steady(population, time);
        let bring = |w: f64| steady + common.scale * w;
        let (low, high) = (bring(self.within.lowest), bring(self.within.highest));
        let rest = bounds(drive, time, span);
        let part = (span / self.time_constant).min(1.0);
        let down = (self.time_constant * rest.0 - low).min(0.0);
        let up = (self.time_constant * rest.1 - high).max(0.0);
        (low + part * down, high + part * up)
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
