//! The carried intensity sums and their errors; the argument is in the parent module.

use equipoise_model::{Gain, GainFunction, NeuronPopulation};

/// The carried sum of one neuron population.
#[derive(Debug, Clone)]
pub(super) struct IntensitySum {
    /// `R^`.
    pub value: f64,
    /// `D^`.
    pub slope: f64,
    /// `M`.
    pub curvature: f64,
    /// Largest magnitude that took part since the fresh sum, for rounding.
    pub magnitude: f64,
    /// What the population can give at most; infinite for an unbounded gain.
    pub largest: f64,
}

impl IntensitySum {
    /// Of a population, before any neuron is counted.
    pub fn of(population: &NeuronPopulation) -> Self {
        Self::empty(population.count as f64 * population.gain.supremum())
    }

    /// Of no neuron yet.
    pub fn empty(largest: f64) -> Self {
        Self { value: 0.0, slope: 0.0, curvature: 0.0, magnitude: 0.0, largest }
    }

    /// `e_b`, at this age of the sums.
    pub fn error(&self, age: f64, updates: f64) -> f64 {
        let error =
            0.5 * self.curvature * age * age + 4.0 * f64::EPSILON * updates * self.magnitude;
        if error < self.largest { error } else { self.largest }
    }

    /// Time has passed without a jump.
    pub fn drift(&mut self, elapsed: f64) {
        self.value = (self.value + self.slope * elapsed).clamp(0.0, self.largest);
        self.magnitude = self.magnitude.max(self.value);
    }

    /// A neuron of the population has jumped.
    pub fn change(&mut self, before: &Contribution, after: &Contribution) {
        self.value = (self.value + after.intensity - before.intensity).clamp(0.0, self.largest);
        self.slope += after.slope - before.slope;
        self.curvature += (after.curvature - before.curvature).max(0.0);
        self.magnitude = self.magnitude.max(self.value);
    }
}

/// What one neuron adds to the sums of its population.
pub(super) struct Contribution {
    pub intensity: f64,
    pub slope: f64,
    pub curvature: f64,
}

/// What [`Contribution`]s need of a population, looked up once.
#[derive(Debug, Clone)]
pub(super) struct Kinetics {
    gain: Gain,
    /// `1/tau`.
    leak: f64,
    /// `I_1`.
    drive_slope: f64,
    /// `tau I_1`.
    least_velocity: f64,
    /// `L_1`.
    derivative_bound: f64,
    /// `L_2`.
    curvature_bound: f64,
}

impl Kinetics {
    /// Looks them up.
    pub fn of(population: &NeuronPopulation) -> Self {
        let drive_slope = population.drive.derivative_bound();
        Self {
            gain: population.gain.clone(),
            leak: 1.0 / population.time_constant,
            drive_slope,
            least_velocity: population.time_constant * drive_slope,
            derivative_bound: population.gain.derivative_bound(),
            curvature_bound: population.gain.curvature_bound(),
        }
    }

    /// Of a neuron at this potentiation, with this drive at the time.
    #[inline]
    pub fn contribution(&self, drive: f64, potentiation: f64) -> Contribution {
        let (intensity, derivative) = self.gain.intensity_and_derivative(potentiation);
        let velocity = drive - potentiation * self.leak;
        let fastest = velocity.abs().max(self.least_velocity);
        Contribution {
            intensity,
            slope: derivative * velocity,
            curvature: self.curvature_bound * fastest * fastest
                + self.derivative_bound * (fastest * self.leak + self.drive_slope),
        }
    }
}
