//! Ordinary differential equations: our own trait, behind which the library stands.

use diffsol::{
    DiffsolError, NalgebraLU, NalgebraMat, NalgebraVec, OdeBuilder, OdeEquations, OdeSolverMethod,
    OdeSolverStopReason,
};
use thiserror::Error;

/// A system `dy/dt = f(t, y)`.
pub trait System {
    /// Number of components of `y`.
    fn dimension(&self) -> usize;

    /// Writes `f(t, y)`.
    fn derivative(&self, time: f64, state: &[f64], derivative: &mut [f64]);

    /// Writes the product of the Jacobian `df/dy` with `direction`.
    fn jacobian_product(&self, time: f64, state: &[f64], direction: &[f64], product: &mut [f64]);

    /// Positive while the system makes sense; integration ends where it becomes zero.
    fn validity(&self, time: f64, state: &[f64]) -> f64 {
        let _ = (time, state);
        1.0
    }
}

/// Whether steps are limited by stability rather than by accuracy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stiffness {
    /// Explicit Runge-Kutta of order 5; no Jacobian is asked for.
    Mild,
    /// Backward differentiation formulae.
    Stiff,
}

/// A solution at the times that were asked for.
#[derive(Debug, Clone)]
pub struct Solution {
    /// `y` at each time reached.
    pub states: Vec<Vec<f64>>,
    /// Time and state at which [`System::validity`] became zero, if it did.
    pub end_of_validity: Option<(f64, Vec<f64>)>,
}

/// Why an integration failed, and how far it got.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("the integration failed at time {time}: {reason}")]
pub struct IntegrationError {
    /// The library's message.
    pub reason: String,
    /// Time of the last good step.
    pub time: f64,
    /// `y` then.
    pub state: Vec<f64>,
    /// `y` at each of the times asked for that were reached.
    pub states: Vec<Vec<f64>>,
}

/// Tolerances of an integration; errors are held below `relative * |y_i| + absolute` at each step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Integrator {
    /// Relative tolerance.
    pub relative: f64,
    /// Absolute tolerance, in the units of the state.
    pub absolute: f64,
}

impl Default for Integrator {
    fn default() -> Self {
        Self { relative: 1e-9, absolute: 1e-12 }
    }
}

impl Integrator {
    /// Integrates from `initial` at `start` through `times`, which rise and do not lie before `start`.
    ///
    /// # Errors
    /// [`IntegrationError`] if the library gives up.
    pub fn solve(
        &self,
        system: &impl System,
        stiffness: Stiffness,
        (start, initial): (f64, &[f64]),
        times: &[f64],
    ) -> Result<Solution, IntegrationError> {
        let at_start = times.iter().take_while(|time| **time <= start).count();
        let mut states = vec![initial.to_vec(); at_start];
        let Some(end) = times[at_start..].last() else {
            return Ok(Solution { states, end_of_validity: None });
        };
        let failed = |error: DiffsolError| IntegrationError {
            reason: error.to_string(),
            time: start,
            state: initial.to_vec(),
            states: Vec::new(),
        };
        let problem = OdeBuilder::<NalgebraMat<f64>>::new()
            .t0(start)
            .h0(1e-4 * (end - start))
            .rtol(self.relative)
            .atol(vec![self.absolute; system.dimension()])
            .rhs_implicit(
                |y: &[f64], _: &[f64], t, dy: &mut [f64]| system.derivative(t, y, dy),
                |y: &[f64], _: &[f64], t, v: &[f64], jv: &mut [f64]| {
                    system.jacobian_product(t, y, v, jv);
                },
            )
            .init(|_: &[f64], _, y: &mut [f64]| y.copy_from_slice(initial), system.dimension())
            .root(|y: &[f64], _: &[f64], t, g: &mut [f64]| g[0] = system.validity(t, y), 1)
            .build()
            .map_err(failed)?;
        let remaining = &times[at_start..];
        let followed = match stiffness {
            Stiffness::Mild => follow(problem.tsit45().map_err(failed)?, remaining, &mut states),
            Stiffness::Stiff => {
                follow(problem.bdf::<NalgebraLU<f64>>().map_err(failed)?, remaining, &mut states)
            }
        };
        match followed {
            Ok(end_of_validity) => Ok(Solution { states, end_of_validity }),
            Err(error) => Err(IntegrationError { states, ..error }),
        }
    }
}

/// Steps through `times`; returns where the validity became zero, if it did.
fn follow<'a, E, S>(
    mut solver: S,
    times: &[f64],
    states: &mut Vec<Vec<f64>>,
) -> Result<Option<(f64, Vec<f64>)>, IntegrationError>
where
    E: OdeEquations<T = f64, V = NalgebraVec<f64>> + 'a,
    S: OdeSolverMethod<'a, E>,
{
    let mut due = times.iter().copied().peekable();
    let end = times[times.len() - 1];
    let mut last = (solver.state().t, solver.state().y.batch_as_slice(0).to_vec());
    let failed = |error: DiffsolError, (time, state): &(f64, Vec<f64>)| IntegrationError {
        reason: error.to_string(),
        time: *time,
        state: state.clone(),
        states: Vec::new(),
    };
    solver.set_stop_time(end).map_err(|error| failed(error, &last))?;
    loop {
        let reason = solver.step().map_err(|error| failed(error, &last))?;
        let (now, event) = match reason {
            OdeSolverStopReason::RootFound(time, _) => (time, Some(time)),
            OdeSolverStopReason::TstopReached => (end, None),
            OdeSolverStopReason::InternalTimestep => (solver.state().t, None),
        };
        while let Some(time) = due.next_if(|time| *time <= now) {
            let state = solver.interpolate(time).map_err(|error| failed(error, &last))?;
            states.push(state.batch_as_slice(0).to_vec());
        }
        if let Some(time) = event {
            let state = solver.interpolate(time).map_err(|error| failed(error, &last))?;
            return Ok(Some((time, state.batch_as_slice(0).to_vec())));
        }
        if due.peek().is_none() {
            return Ok(None);
        }
        last.0 = now;
        last.1.copy_from_slice(solver.state().y.batch_as_slice(0));
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use std::ops::Range;

    use super::System;

    /// Checks the components `of` of products with the Jacobian, in all directions, against differences of the equations.
    #[track_caller]
    pub fn product_is_derivative(system: &impl System, state: &[f64], of: Range<usize>) {
        const TIME: f64 = 0.3;
        const STEP: f64 = 1e-5;
        let size = system.dimension();
        let mut product = vec![0.0; size];
        for place in 0..size {
            let mut direction = vec![0.0; size];
            direction[place] = 1.0;
            system.jacobian_product(TIME, state, &direction, &mut product);
            let shifted = |by: f64| {
                let (mut shifted, mut derivative) = (state.to_vec(), vec![0.0; size]);
                shifted[place] += by;
                system.derivative(TIME, &shifted, &mut derivative);
                derivative
            };
            let (above, below) = (shifted(STEP), shifted(-STEP));
            for i in of.clone() {
                let difference = (above[i] - below[i]) / (2.0 * STEP);
                let error = (product[i] - difference).abs();
                assert!(
                    error < 1e-6 * (1.0 + difference.abs()),
                    "{i} by {place}: {} {difference}",
                    product[i]
                );
            }
        }
    }
}
