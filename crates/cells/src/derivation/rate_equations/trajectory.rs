//! The rate equations in time, by the classical Runge-Kutta method.
//!
//! Rates have bounded slopes, so that the greatest speed of change is known beforehand:
//! `L = max over a of (1 + sum_b K_ab |W_ab| max f_b')/tau_a`. Steps of `0.05/L` are stable, whatever the state, and have a relative error of the order of `0.05^5/120` each.

use nalgebra::DVector;

use super::RateEquations;
use crate::derivation::error::{DerivationError, finite, positive};

/// Steps times `L`.
const STEP: f64 = 0.05;
/// Most steps: minutes of work.
const MOST_STEPS: f64 = 1e8;

/// Inputs and rates of `P` populations over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Trajectory {
    /// Times, ms, from 0.
    pub times: Vec<f64>,
    /// `mu_a`, uA/cm2; one vector of `P` for each time.
    pub inputs: Vec<DVector<f64>>,
    /// `r_a`, 1/ms, alike.
    pub rates: Vec<DVector<f64>>,
}

impl RateEquations {
    /// From inputs `mu_a(0)` in uA/cm2, at the times `0, interval, 2 interval, ...` up to `duration`, ms; equations (11.32) and (11.33).
    ///
    /// # Errors
    /// [`DerivationError::OutOfRange`] and [`DerivationError::Shape`] for initial inputs, durations or intervals that make no sense,
    /// [`DerivationError::TooManySteps`] for a duration that is too long, [`DerivationError::Runaway`] if activity grows beyond all numbers.
    pub fn trajectory(
        &self,
        initial: &DVector<f64>,
        duration: f64,
        interval: f64,
    ) -> Result<Trajectory, DerivationError> {
        positive("the duration", duration)?;
        positive("the sampling interval", interval)?;
        self.check_inputs(initial)?;
        let substeps = (interval * self.greatest_speed() / STEP).ceil().max(1.0);
        let samples = (duration / interval * (1.0 + 4.0 * f64::EPSILON)).floor();
        let steps = substeps * (samples + 1.0);
        if steps > MOST_STEPS {
            return Err(DerivationError::TooManySteps { steps, most: MOST_STEPS });
        }
        let mut input = initial.clone();
        let mut trajectory =
            Trajectory { times: Vec::new(), inputs: Vec::new(), rates: Vec::new() };
        for sample in 0..=samples as u64 {
            let time = sample as f64 * interval;
            if sample > 0 {
                for _ in 0..substeps as u64 {
                    input += self.step(&input, interval / substeps);
                }
            }
            if !input.iter().all(|value| value.is_finite()) {
                return Err(DerivationError::Runaway { time });
            }
            trajectory.times.push(time);
            trajectory.rates.push(self.rates(&input));
            trajectory.inputs.push(input.clone());
        }
        Ok(trajectory)
    }

    /// How far the inputs move in one step.
    pub(super) fn step(&self, input: &DVector<f64>, step: f64) -> DVector<f64> {
        let first = self.derivative(input);
        let second = self.derivative(&(input + &first * (0.5 * step)));
        let third = self.derivative(&(input + &second * (0.5 * step)));
        let fourth = self.derivative(&(input + &third * step));
        (first + (second + third) * 2.0 + fourth) * (step / 6.0)
    }

    /// `L`, 1/ms.
    pub(super) fn greatest_speed(&self) -> f64 {
        let weights = self.weights();
        let slopes = self.each(|population| population.gain.greatest_derivative());
        let speeds = self.populations.iter().zip(weights.row_iter()).map(|(population, row)| {
            let reach: f64 =
                row.iter().zip(&slopes).map(|(weight, slope)| weight.abs() * slope).sum();
            (1.0 + reach) / population.time_constant
        });
        speeds.fold(0.0, f64::max)
    }

    fn check_inputs(&self, input: &DVector<f64>) -> Result<(), DerivationError> {
        let (rows, columns) = (self.populations.len(), 1);
        if input.len() != rows {
            let (found_rows, found_columns) = input.shape();
            let field = "the initial input";
            return Err(DerivationError::Shape { field, found_rows, found_columns, rows, columns });
        }
        for (population, value) in self.populations.iter().zip(input) {
            finite(format!("the initial input of population `{}`", population.name), *value)?;
        }
        Ok(())
    }
}
