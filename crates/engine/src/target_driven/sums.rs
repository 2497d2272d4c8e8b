//! The carried intensity sums and their errors; the argument is in the parent module.

use equipoise_model::{GainFunction, NeuronPopulation};
use serde::{Deserialize, Serialize};

use super::kinetics::{Change, Contribution, Kinetics};

/// The carried sum of one neuron population.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct IntensitySum {
    /// `R^`.
    pub value: f64,
    /// `D^`.
    pub slope: f64,
    /// `M`.
    pub curvature: f64,
    /// Bound of what kernels and roundings have added to the error of `R^`.
    pub value_error: f64,
    /// The same for `D^`, and what kinks within reach can change it by.
    pub slope_error: f64,
    /// What the population can give at most; infinite for an unbounded gain.
    pub largest: f64,
}

impl IntensitySum {
    /// Of a population, before any neuron is counted.
    pub fn of(population: &NeuronPopulation) -> Self {
        Self {
            value: 0.0,
            slope: 0.0,
            curvature: 0.0,
            value_error: 0.0,
            slope_error: 0.0,
            largest: population.count as f64 * population.gain.supremum(),
        }
    }

    /// Takes a fresh sum over `count` neurons, whose terms have this relative error.
    pub fn set(&mut self, total: &Contribution, count: f64, kinetics: &Kinetics) {
        self.value = total.intensity;
        self.slope = total.slope;
        self.curvature = total.curvature;
        let relative = kinetics.relative_error() + count * f64::EPSILON;
        self.value_error = relative * total.intensity + count * kinetics.cut_off();
        self.slope_error = 2.0 * relative * kinetics.derivative_bound * total.speed + total.kink;
    }

    /// `e_b`, at this age of the sum.
    #[inline]
    pub fn error(&self, age: f64) -> f64 {
        let error = (0.5 * self.curvature * age + self.slope_error) * age + self.value_error;
        if error < self.largest { error } else { self.largest }
    }

    /// A segment of this length has passed, in which jumps have changed the sum.
    #[inline]
    pub fn pass(&mut self, elapsed: f64, change: &Change) {
        let value = self.value + (change.intensity + (self.slope * elapsed + change.lag));
        self.value_error += 4.0 * f64::EPSILON * (value.abs() + self.value);
        self.value = value.clamp(0.0, self.largest);
        self.slope += change.slope;
        self.curvature += change.curvature;
    }
}
