//! The limit: autonomous ODEs for means and variances on the balanced manifold.
//!
//! ```math
//! \begin{aligned}
//! \frac{dm}{dt} &= -\frac{m}{\tau} + I + U_r l, \qquad l \in \mathbb R^r \\
//! \frac{dv}{dt} &= -\frac{2 v}{\tau} + Q S + q \\
//! V_r^{\mathsf T} &\left[S_m \left(-\frac{m}{\tau} + I + U_r l\right) + S_v \frac{dv}{dt}\right] = \frac{d}{dt} \left(-\Sigma_r^{-1} U_r^{\mathsf T} h\right)
//! \end{aligned}
//! ```
//!
//! The multiplier `l` keeps balance true in time. At rank `P` the rates are fixed by balance and
//! the same equations hold, with no direction left to move in by itself.

use equipoise_model::Network;
use nalgebra::DVector;

use crate::balance::Balance;
use crate::coefficients::{Coefficients, frozen};
use crate::error::LimitError;
use crate::fixed_points::{FixedPoints, fixed_points};
use crate::initial_layer::onto_manifold;
use crate::integrator::{IntegrationError, Integrator, Solution, Stiffness, System};
use crate::range::leaves_range;
use crate::rates::Rates;

/// Stability, as of [`Balance::stability`], below which a failed integration is taken for a fold.
const FOLD: f64 = 0.01;
/// The means are followed up to this part of a piece before the time at which a rate leaves its range.
const SHORT_OF_RANGE: f64 = 1e-6;

/// The limit of a network: what is fixed before time runs.
#[derive(Debug)]
pub struct Limit<'a> {
    network: &'a Network,
    /// `K`, `Q`, `h`, `q`.
    pub coefficients: Coefficients,
    /// The geometry of `K`.
    pub balance: Balance,
}

/// An initial layer that the limit jumps over.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// When: 0, or a step of an external rate.
    pub time: f64,
    /// Means before.
    pub before: Vec<f64>,
    /// Means on the manifold.
    pub after: Vec<f64>,
}

/// The limit at the sample times, as far as it goes; (time, population) arrays are row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct LimitSolution {
    /// Sample times before the limit ends.
    pub times: Vec<f64>,
    /// `m_a`, (time, population). At time 0: after the initial layer; at a step of an external rate: just before it.
    pub mean: Vec<f64>,
    /// `v_a`, (time, population).
    pub variance: Vec<f64>,
    /// `gamma_a int_0^t S_a`, fires per `n`, (time, population).
    pub spikes: Vec<f64>,
    /// `max_a |(K S + h)_a|`, which the equations keep at zero.
    pub balance_residual: Vec<f64>,
    /// Largest real part of the fast eigenvalues, per time unit and `sqrt(n)`; negative.
    pub fast_eigenvalue: Vec<f64>,
    /// Initial layers, that at time 0 first.
    pub layers: Vec<Layer>,
    /// Why and when, [`LimitError::time`], the limit ends; none if it goes through all times that were asked for.
    pub end: Option<LimitError>,
}

struct ReducedSystem<'a> {
    network: Network,
    limit: &'a Limit<'a>,
}

impl System for ReducedSystem<'_> {
    fn dimension(&self) -> usize {
        3 * self.network.population_count()
    }

    fn derivative(&self, time: f64, state: &[f64], derivative: &mut [f64]) {
        let Limit { coefficients, balance, .. } = self.limit;
        let size = self.network.population_count();
        let (mean, variance) = (&state[..size], &state[size..2 * size]);
        let at = Rates::at(&self.network, mean, variance);
        let noise =
            &coefficients.variance * &at.rates + coefficients.external_noise(&self.network, time);
        let populations = &self.network.populations;
        let widening = DVector::from_fn(size, |a, _| {
            -2.0 * variance[a] / populations[a].time_constant + noise[a]
        });
        let own = DVector::from_fn(size, |a, _| {
            -mean[a] / populations[a].time_constant + populations[a].drive.value(time)
        });
        let target = balance.target(&coefficients.external_drive_derivative(&self.network, time));
        let unbalanced =
            at.slopes.component_mul(&own) + at.curvatures.component_mul(&widening) * 0.5;
        let needed = target - balance.constraints.transpose() * unbalanced;
        // Singular only where a fast eigenvalue vanishes, which ends the validity.
        let multiplier = match balance.rank() {
            0 => Some(needed),
            _ => balance.constraint_slopes(&at.slopes).lu().solve(&needed),
        };
        let moved = multiplier.map_or_else(
            || DVector::repeat(size, f64::NAN),
            |l| own + &balance.fast_directions * l,
        );
        derivative[..size].copy_from_slice(moved.as_slice());
        derivative[size..2 * size].copy_from_slice(widening.as_slice());
        for (a, rate) in derivative[2 * size..].iter_mut().enumerate() {
            *rate = populations[a].fraction * at.rates[a]
                / self.network.transmission.release_probability();
        }
    }

    /// Not needed: the slow equations are integrated explicitly.
    fn jacobian_product(&self, _: f64, _: &[f64], _: &[f64], product: &mut [f64]) {
        product.fill(f64::NAN);
    }

    fn validity(&self, _: f64, state: &[f64]) -> f64 {
        let size = self.network.population_count();
        let at = Rates::at(&self.network, &state[..size], &state[size..2 * size]);
        self.limit.balance.stability(&self.network, &at)
    }
}

impl<'a> Limit<'a> {
    /// Prepares the limit of a network.
    ///
    /// # Errors
    /// [`LimitError`] if there is no balance at time 0.
    pub fn new(network: &'a Network) -> Result<Self, LimitError> {
        let coefficients = Coefficients::limit(network);
        let balance = Balance::new(&coefficients.mean);
        let limit = Self { network, coefficients, balance };
        limit.balance.check(network, &limit.coefficients, 0.0)?;
        Ok(limit)
    }

    /// All fixed points with the drives and external rates of `time`, see [`fixed_points`].
    ///
    /// # Errors
    /// As [`fixed_points`].
    pub fn fixed_points(&self, time: f64) -> Result<FixedPoints, LimitError> {
        fixed_points(self.network, &self.coefficients, &self.balance, time)
    }

    /// Integrates the limit through `times`, which rise from 0 on, or to where it ends before: balance loses its stability,
    /// asks for a rate that a gain cannot give, or cannot be had from a step of an external rate on. A sample closer than a
    /// millionth of the way to the time at which a rate leaves its range counts as beyond it, as its mean is about to diverge.
    ///
    /// # Errors
    /// [`LimitError`] if there is no balance at time 0, or the equations cannot be integrated.
    pub fn solve(&self, times: &[f64]) -> Result<LimitSolution, LimitError> {
        let populations = &self.network.populations;
        let size = populations.len();
        let mut solution = LimitSolution {
            times: Vec::new(),
            mean: Vec::new(),
            variance: Vec::new(),
            spikes: Vec::new(),
            balance_residual: Vec::new(),
            fast_eigenvalue: Vec::new(),
            layers: Vec::new(),
            end: None,
        };
        let mut state = vec![0.0; 3 * size];
        for (a, population) in populations.iter().enumerate() {
            state[a] = population.initial.mean();
            state[size + a] = population.initial.central_moment(2);
        }
        let end = times.last().copied().unwrap_or(0.0);
        let mut start = 0.0;
        loop {
            match self.enter(&mut state, start, &mut solution.layers) {
                Err(error) if start == 0.0 || matches!(error, LimitError::Integration { .. }) => {
                    return Err(error);
                }
                entered => solution.end = entered.err(),
            }
            if solution.end.is_some() {
                return Ok(solution);
            }
            let stop = self.network.next_step(start).unwrap_or(f64::INFINITY).min(end);
            solution.end = self.follow((start, stop), &mut state, times, &mut solution)?;
            if stop >= end || solution.end.is_some() {
                return Ok(solution);
            }
            start = stop;
        }
    }

    /// Follows one piece of the drives and rates, and returns why it did not get to its end, if it did not.
    fn follow(
        &self,
        (start, stop): (f64, f64),
        state: &mut Vec<f64>,
        times: &[f64],
        solution: &mut LimitSolution,
    ) -> Result<Option<LimitError>, LimitError> {
        let size = self.network.population_count();
        let system = ReducedSystem { network: frozen(self.network, start), limit: self };
        let parts = (&system.network, &self.coefficients, &self.balance);
        let leaves = leaves_range(parts, start, stop);
        let last =
            leaves.as_ref().map_or(stop, |end| end.time() - SHORT_OF_RANGE * (end.time() - start));
        let due = times[solution.times.len()..].iter().copied().take_while(|time| *time <= last);
        let mut asked: Vec<f64> = due.collect();
        let due = asked.len();
        asked.push(last);
        let solved = Integrator::default().solve(&system, Stiffness::Mild, (start, state), &asked);
        let (solved, end) = match solved {
            Ok(Solution { states, end_of_validity: Some((time, state)) }) => {
                let at = Rates::at(self.network, &state[..size], &state[size..2 * size]);
                (states, Some(self.balance.lost(self.network, time, &at)))
            }
            Ok(Solution { states, .. }) => (states, leaves),
            Err(error) => (error.states.clone(), Some(self.explain(start, error)?)),
        };
        for (time, sample) in asked[..due].iter().zip(&solved) {
            self.record(&system.network, *time, sample, solution);
        }
        if let (None, Some(reached)) = (&end, solved.last()) {
            state.clone_from(reached);
        }
        Ok(end)
    }

    /// Where the balanced manifold folds, means move ever faster as a fast eigenvalue vanishes, and the
    /// integrator's steps shrink to nothing just before: that is a loss of stability, too.
    fn explain(&self, start: f64, source: IntegrationError) -> Result<LimitError, LimitError> {
        let size = self.network.population_count();
        let at = Rates::at(self.network, &source.state[..size], &source.state[size..2 * size]);
        if self.balance.stability(self.network, &at) < FOLD {
            return Ok(self.balance.lost(self.network, source.time, &at));
        }
        Err(LimitError::Integration { equations: "the limit", time: start, source })
    }

    /// Takes up the pieces of drives and rates that begin at `time`: onto their manifold.
    fn enter(
        &self,
        state: &mut [f64],
        time: f64,
        layers: &mut Vec<Layer>,
    ) -> Result<(), LimitError> {
        let size = self.network.population_count();
        self.balance.check(self.network, &self.coefficients, time)?;
        let mean = DVector::from_column_slice(&state[..size]);
        let variance = DVector::from_column_slice(&state[size..2 * size]);
        let after = onto_manifold(
            self.network,
            &self.coefficients,
            &self.balance,
            time,
            (&mean, &variance),
        )?;
        state[..size].copy_from_slice(after.as_slice());
        let (before, after) = (mean.as_slice().to_vec(), after.as_slice().to_vec());
        layers.push(Layer { time, before, after });
        Ok(())
    }

    fn record(&self, network: &Network, time: f64, sample: &[f64], solution: &mut LimitSolution) {
        let size = network.population_count();
        let (mean, variance) = (&sample[..size], &sample[size..2 * size]);
        let at = Rates::at(network, mean, variance);
        let drive = self.coefficients.external_drive(network, time);
        let residual = &self.coefficients.mean * &at.rates + drive;
        solution.times.push(time);
        solution.mean.extend_from_slice(mean);
        solution.variance.extend_from_slice(variance);
        solution.spikes.extend_from_slice(&sample[2 * size..]);
        solution.balance_residual.push(residual.amax());
        solution.fast_eigenvalue.push(self.balance.fast_eigenvalue(&at.slopes));
    }
}
